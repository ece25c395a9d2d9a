"""Files without a configuration: detect how they are to be read; the command ``init``."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, cast

import click

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.russia.regions import region_zones
from workhours_sla.calendars.zones import time_zone
from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.output import echo_lines, note_spellings, note_text, printable
from workhours_sla.cli.settings import (
    CommonOptions,
    DatesOptions,
    InputOptions,
    LangOption,
    calendar_id,
    note_other_zones,
)
from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.defaults import CALENDAR, NO_CALENDAR
from workhours_sla.config.sections import Config
from workhours_sla.detection.detected import (
    Detected,
    Doubt,
    Given,
    Value,
    ask,
    configuration_text,
    toml_line,
)
from workhours_sla.detection.table_search import from_start
from workhours_sla.detection.updated import updated
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.opened import cannot_open
from workhours_sla.sources.rows import Fault
from workhours_sla.text.catalog import INIT, SHELL
from workhours_sla.text.messages import say

_IN_MEMORY: Final = 1 << 24
"""A stream with more bytes than this is copied to a file on disk."""
_WIDEST_NAME: Final = 44
_WIDEST_VALUE: Final = 30
_OF_EXPORTS: Final = frozenset({"UTC", "GMT", "Etc/UTC", "Etc/GMT"})
"""Zones in which systems export times, but in which no office works."""


class Input:
    """A file or stream to read, with a configuration if it was detected."""

    def __init__(self, file: str, where: Path | BinaryIO, name: str | None) -> None:
        self.file = file
        self.where = where
        self.name = name
        self.detected: Config | None = None

    def refuse(self, fault: Fault, unit: str) -> SourceError:
        msg = say(
            "detect_row_unfit",
            name=shlex.quote(self.file),
            where=say(f"at_{unit}", number=fault.line),
            detail=fault.detail,
        )
        return SourceError(msg, name=self.file)


def input_of(file: str, given: Given, stack: ExitStack) -> Input:
    """Return the file to read, with a detected configuration unless its columns are canonical."""
    found = Input(file, *_rereadable(path_or_stdin(file), stack))
    as_it_is = _reads_as_it_is(found.where)
    from_start(found.where)
    if as_it_is:
        return found
    from workhours_sla.detection.detect import config_of, detect

    detected = detect(found.where, name=found.name, given=given)
    from_start(found.where)
    _refuse(detected, file)
    for doubt in detected.doubts:
        msg = say("detect_not_one", name=shlex.quote(file), question=doubt.question)
        raise SourceError(msg, name=detected.name)
    found.detected = config_of(detected)
    name = printable(detected.name)
    note_text(INIT.text("assumed", name=name, what=_summary(detected)))
    echo_lines(_columns(detected), err=True)
    return found


def _refuse(detected: Detected, file: str) -> None:
    for doubt in detected.doubts:
        if not doubt.section:
            msg = say("detect_no_way", name=shlex.quote(file), question=doubt.question)
            raise SourceError(msg, name=detected.name)


def path_or_stdin(file: str) -> Path | BinaryIO:
    """Return the path of a file, or the stream of standard input for ``-``."""
    if file != "-":
        return Path(file)
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError(SHELL.text("no_input"))
    return sys.stdin.buffer


def _rereadable(where: Path | BinaryIO, stack: ExitStack) -> tuple[Path | BinaryIO, str | None]:
    """Return a path, or a seekable copy of a stream or a pipe."""
    name = None
    if isinstance(where, Path):
        if where.is_file() or where.is_dir() or not where.exists():
            return where, None
        name = str(where)
        try:
            where = stack.enter_context(where.open("rb"))
        except OSError as error:
            raise cannot_open(name, error) from None
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
    stack.callback(copy.close)
    shutil.copyfileobj(where, copy)
    copy.seek(0)
    return cast("BinaryIO", copy), name


def _reads_as_it_is(where: Path | BinaryIO) -> bool:
    try:
        with open_source(from_start(where), Config()) as source:
            next(iter(source), None)
    except SourceError:
        return False
    return True


def _summary(detected: Detected) -> str:
    """Write on one line what a row of the file is, and how the file is written."""
    kind = INIT.get(f"kind_{detected.kind}")
    written = (
        INIT.text(f"with_{key}", value=shown(value) if key == "delimiter" else _joined(value))
        if f"with_{key}" in INIT
        else f"{key} {_joined(value)}"
        for key, value in detected.options.items()
        if key != "kind" or kind is None
    )
    return ", ".join(filter(None, (kind, *written)))


def _columns(detected: Detected) -> Iterator[str]:
    readings = detected.readings
    meanings = [INIT.get(f"column_{one.canonical}", one.canonical) for one in readings]
    left = max(map(len, meanings), default=0)
    names = [_clipped(_joined(one.columns), _WIDEST_NAME) for one in readings]
    middle = max(map(len, names), default=0)
    for reading, meaning, name in zip(readings, meanings, names, strict=True):
        values = "; ".join(_clipped(value, _WIDEST_VALUE) for value in reading.values)
        source = f" ← {name:<{middle}}" if middle else ""  # a fixed format has no columns
        values = values or INIT.text("no_values")
        yield f"  {meaning:<{left}}{source}  {values}".rstrip()


def _joined(value: Value) -> str:
    text = shown_columns(value)
    return text if text.isprintable() else repr(text)


def _clipped(text: str, width: int) -> str:
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + "…"


# -- facts from the options ------------------------------------------------------------------


def given_without_config(
    source: InputOptions, common: CommonOptions | DatesOptions
) -> Given | None:
    """Return the facts that the options give about FILE, such as its zone, for detection."""
    if common.config is not None or source.file is None or source.store is not None:
        return None
    if source.assume_tz is not None:
        return Given(tz=source.assume_tz)
    return _given(common.tz, common.calendar)


def _given(tz: str | None, calendar: str | None) -> Given:
    """Return the zone of a file: that of ``--tz``, or that of the calendar."""
    if tz is not None:
        time_zone(tz)
        return Given(tz=tz)
    zone = None
    if calendar is not None and (id_ := calendar_id(calendar)) != NO_CALENDAR:
        zone = Calendar.get(id_).tz
    return Given(tz=None if zone is None else str(zone), of_calendar=True)


# -- init ------------------------------------------------------------------------------------


class _InitOptions(Options):
    file: str = argument()
    out: str | None = option("--out", metavar="FILE", without="stdout")
    update: str | None = option("--update", metavar="FILE")
    calendar: str | None = option("--calendar", metavar="ID")
    hours: str | None = option("--hours", metavar="HOURS")
    tz: str | None = option("--tz", metavar="ZONE")


@command("init", _InitOptions, LangOption)
def init(wanted: _InitOptions, _: LangOption) -> None:
    from workhours_sla.detection.detect import detect, verified

    if wanted.out is not None and wanted.update is not None:
        raise click.UsageError(INIT.text("out_or_update"))
    if wanted.out is not None and Path(wanted.out).exists():
        raise click.UsageError(INIT.text("exists", path=repr(wanted.out)))
    calendar = None if wanted.calendar is None else calendar_id(wanted.calendar)
    if wanted.tz is None and "RU-" in (calendar or ""):
        note_other_zones(calendar or "")
    given = _given(wanted.tz, calendar)
    with ExitStack() as stack:
        where, called = _rereadable(path_or_stdin(wanted.file), stack)
        detected = verified(detect(where, name=called, given=given), where)
    if wanted.tz is not None:
        doubts = _schedule_doubts(wanted.tz, calendar)
        detected = replace(detected, doubts=(*detected.doubts, *doubts))
    chosen = {"calendar": calendar, "hours": wanted.hours, "tz": wanted.tz}
    schedule = {key: value for key, value in chosen.items() if value is not None}
    name, out = shlex.quote(wanted.file), shlex.quote(wanted.update or wanted.out or "region.toml")
    text = configuration_text(
        detected, schedule=schedule, checked_by=f"workhours check {name} --config {out}"
    )
    echo_lines([f"{printable(detected.name)}: {_summary(detected)}"], err=True)
    echo_lines(_columns(detected), err=True)
    for note in detected.notes:
        note_text(note)
    _refuse(detected, wanted.file)
    note_spellings(detected.spellings)
    if wanted.update is not None:
        _update(Path(wanted.update), text)
        return
    echo_lines((doubt.text for doubt in detected.doubts), err=True)
    if wanted.out is None:
        click.echo(text, nl=False)
        return
    try:
        with Path(wanted.out).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(INIT.text("exists", path=repr(wanted.out))) from None
    count = sum(bool(doubt.keys) for doubt in detected.doubts)
    key = "written_open" if count else "written"
    echo_lines([INIT.text(key, path=out, name=name, count=count)], err=True)


def _update(path: Path, text: str) -> None:
    """Add to a configuration the keys that it lacks, and name those that need an answer."""
    try:
        text, added = updated(path.read_text(encoding="utf-8"), text)
    except FileNotFoundError:
        raise click.UsageError(INIT.text("nothing_to_update", path=repr(str(path)))) from None
    if added:
        write_files({path: text.encode()})
    keys = ", ".join(added)
    echo_lines([INIT.text("updated" if added else "up_to_date", path=path, keys=keys)], err=True)


def _schedule_doubts(zone: str, calendar: str | None) -> Iterator[Doubt]:
    """Yield the questions which calendar and zone decide the working hours beside ``--tz``."""
    if calendar is None and zone not in region_zones():
        lines = [toml_line("calendar", one) for one in (CALENDAR, NO_CALENDAR)]
        yield ask("schedule", "detect_calendar", lines, zone=zone)
    if zone in _OF_EXPORTS:
        yield ask("schedule", "detect_hours_zone", (), "tz", zone=zone)
