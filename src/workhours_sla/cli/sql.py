"""The command ``sql``: print a script that installs schedules in a database."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any, NamedTuple

import click

from workhours_sla.cli.help import command, option
from workhours_sla.cli.options import ScheduleOptions, schedule_of_sql, take
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_edge
from workhours_sla.sql.dialects import DIALECTS, OnUnknown
from workhours_sla.sql.scripts import check_query, script
from workhours_sla.worktime.verbs import WorkingTime


class _SqlOptions(NamedTuple):
    """The values of the options of ``sql`` alone."""

    dialect: str
    since: str
    until: str
    schema: str
    on_unknown: OnUnknown
    check: bool


@command("sql")
@option("--dialect", type=click.Choice(tuple(DIALECTS)), required=True)
@option("--since", metavar="TIME", required=True)
@option("--until", metavar="TIME", required=True)
@option("--schema", metavar="NAME", default="wh")
@option("--on-unknown", type=click.Choice(("null", "raise")), default="null")
@option("--check", is_flag=True)
@schedule_of_sql
def sql(**options: Any) -> None:
    """Run the command ``sql``, whose help is in ``text.catalog``."""
    wanted = take(_SqlOptions, options)
    settings = Settings.of(ScheduleOptions(**options, as_json=False, provisional=False))
    schedules: dict[str, WorkingTime] = {"default": settings.schedule}
    if settings.config is not None:
        schedules = dict(settings.configuration().schedules)
    made = script(
        schedules,
        dialect=wanted.dialect,
        since=_date(wanted.since),
        until=_date(wanted.until, is_end=True),
        schema=wanted.schema,
        on_unknown=wanted.on_unknown,
    )
    click.echo(check_query(made, wanted.schema) if wanted.check else made.text, nl=False)


def _date(text: str, *, is_end: bool = False) -> date:
    """Return the date of a year, a month or a date; at the end, that after it."""
    return read_edge(text, UTC, is_end=is_end).date()
