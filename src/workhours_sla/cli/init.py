"""The command ``init``: write a first configuration for a file of appeals or events."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import click

from workhours_sla.cli.detected_input import rereadable, summary, table_lines
from workhours_sla.cli.given import given_of
from workhours_sla.cli.help import argument, command, option
from workhours_sla.cli.input import path_or_stdin
from workhours_sla.cli.options import lang_option, take
from workhours_sla.cli.output import printable
from workhours_sla.cli.settings import note_other_zones
from workhours_sla.text.catalog import INIT, SHELL
from workhours_sla.text.messages import said


class _InitOptions(NamedTuple):
    """The values of the options of ``init``; file ``-`` is standard input."""

    file: str
    out: str | None
    calendar: str | None
    hours: str | None
    tz: str | None


@command()
@argument("file")
@option("--out", metavar="FILE", without="stdout")
@option("--calendar", metavar="ID")
@option("--hours", metavar="HOURS")
@option("--tz", metavar="ZONE")
@lang_option
def init(**options: Any) -> int:
    """Run the command ``init``, whose help is in ``text.catalog``."""
    from workhours_sla.detection.detect import detect, verified
    from workhours_sla.detection.written import configuration_text, doubt_text

    wanted = take(_InitOptions, options)
    if wanted.out is not None and Path(wanted.out).exists():
        raise click.UsageError(INIT.text("exists", path=repr(wanted.out)))
    if wanted.tz is None and "RU-" in (wanted.calendar or ""):
        note_other_zones(wanted.calendar or "")
    given = given_of(wanted.tz, wanted.calendar)
    with ExitStack() as stack:
        where, called = rereadable(path_or_stdin(wanted.file), stack)
        detected = verified(detect(where, name=called, given=given), where)
    keys = ("calendar", "hours", "tz") if wanted.tz and wanted.calendar else ("calendar", "hours")
    schedule = {key: value for key in keys if (value := getattr(wanted, key)) is not None}
    name, out = shlex.quote(wanted.file), shlex.quote(wanted.out or "region.toml")
    text = configuration_text(
        detected, schedule=schedule, checked_by=f"workhours check {name} --config {out}"
    )
    click.echo(f"{printable(detected.name)}: {summary(detected.options)}", err=True)
    for line in table_lines(detected):
        click.echo(line, err=True)
    for note in detected.notes:
        click.echo(f"{SHELL.text('note')}: {said(note)}", err=True)
    for doubt in detected.doubts:
        click.echo(doubt_text(doubt), err=True)
    if wanted.out is None:
        click.echo(text, nl=False)
        return 0
    try:
        with Path(wanted.out).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(INIT.text("exists", path=repr(wanted.out))) from None
    count = sum(bool(doubt.keys) for doubt in detected.doubts)
    key = "written_open" if count else "written"
    click.echo(INIT.text(key, path=out, name=name, count=count), err=True)
    return 0
