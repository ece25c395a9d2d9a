"""The command ``calendars``: list the ids of the calendars with the dates that they cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import click

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.cli.help import argument, command
from workhours_sla.cli.options import json_option, lang_option
from workhours_sla.cli.output import echo_json
from workhours_sla.text.catalog import SHELL, current


@command("calendars")
@argument("country", required=False, default="")
@lang_option
@json_option
def calendars(country: str, *, as_json: bool) -> None:
    """Run the command ``calendars``, whose help is in ``text.catalog``."""
    code = country.upper()
    found = Calendar.available(code) or tuple(
        one for one in Calendar.available() if one.is_called(country)
    )
    if not found and country:
        text = SHELL.text("no_such_country", country=repr(country))
        raise click.UsageError(text)
    if as_json:
        echo_json(_data(found))
        return
    for line in _lines(found):
        click.echo(line)


def _lines(found: Sequence[AvailableCalendar]) -> Iterator[str]:
    """Yield the lines of each provider's table: id, first and last date, zone, name."""
    for number, (provider, group) in enumerate(groupby(found, key=attrgetter("provider"))):
        rows = [_cells(one) for one in group]
        widths = [max(len(row[at]) for row in rows) for at in range(3)]
        if number:
            yield ""
        title = SHELL.text("built_in") if provider == "built in" else provider
        yield click.style(title, bold=True)
        for *cells, name in rows:
            padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
            yield f"  {'  '.join(padded)}  {name}".rstrip()


def _cells(one: AvailableCalendar) -> tuple[str, str, str, str]:
    """Return the id, the covered dates, the zone or the advice to give one, and the name."""
    known = f"{one.first}..{one.last}" if one.first and one.last else ""
    name = one.name_ru if current() == "ru" and one.name_ru else one.name
    return one.id, known, one.tz or SHELL.text("give_zone"), name


def _data(found: Sequence[AvailableCalendar]) -> dict[str, Any]:
    return {
        "schema": "workhours.calendars/1",
        "calendars": [
            {
                "id": one.id,
                "provider": one.provider,
                "first": one.first,
                "last": one.last,
                "tz": one.tz,
                "name": {"en": one.name, "ru": one.name_ru},
            }
            for one in found
        ],
    }
