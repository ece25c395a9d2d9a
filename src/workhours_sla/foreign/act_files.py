"""Read acts from a TOML file, to add them to a calendar before a release contains them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from workhours_sla.calendars.acts import day_off, transfer
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act, DateRange, DayKind, Entry, Layer
from workhours_sla.config.file import LONGEST, OPEN, check_answered, tables_of
from workhours_sla.errors import (
    CalendarCoverageError,
    CalendarDataError,
    ConfigError,
    clipped,
    shown,
)
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import say

RENAMED = {"settles": "confirms"}
"""The current name of each key from earlier versions of the file format."""

LayerName = Literal["statutory", "transfer", "presidential", "region", "agency"]


class Acts(NamedTuple):
    """The rows of a file of acts, and the ranges of dates that the acts confirm.

    The ranges include both ends.
    """

    rows: tuple[Entry, ...]
    confirms: tuple[DateRange, ...]

    def added_to(self, calendar: Calendar) -> Calendar:
        """Return ``calendar`` with the acts added, as by ``Calendar.amend``.

        Raises CalendarDataError and CalendarCoverageError.
        """
        return calendar.amend(self.rows, confirms=self.confirms)


class _Table(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base class of the TOML tables in a file of acts."""


class _Act(_Table):
    title: str
    known_from: date | None = None
    confidence: Literal["high", "medium", "low"] = "high"
    source: str | None = None
    scope: str | None = None
    note: str | None = None


class _Dates(_Table):
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class _Transfer(_Table):
    day_off: date = msgspec.field(name="from")
    working_day: date = msgspec.field(name="to")
    act: str
    layer: LayerName = "transfer"


class _DayOff(_Table):
    date: dt.date
    act: str
    name: str | None = None
    layer: LayerName = "agency"
    shortens_eve: bool = False


class _File(_Table):
    confirms: tuple[_Dates, ...] = ()
    acts: dict[str, _Act] = {}
    transfers: tuple[_Transfer, ...] = ()
    days_off: tuple[_DayOff, ...] = ()


def load_acts(path: Path | str) -> Acts:
    """Return the acts in a TOML file.

    Raises ConfigError for a file that cannot be read, and for a value that cannot be used. The
    error for a value has the attribute ``key``: the path of the value's key.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "order.toml")
    ...     _ = file.write_text('''
    ...         [acts.order]
    ...         title = "Order No 7"
    ...         [[days_off]]
    ...         date = 2026-09-01
    ...         act = "order"
    ...     ''')
    ...     acts = load_acts(file)
    >>> from workhours_sla import Calendar
    >>> acts.added_to(Calendar.get("RU")).is_working_day(date(2026, 9, 1))
    False
    """
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
    except (OSError, ValueError) as error:
        is_text = not isinstance(error, UnicodeDecodeError)
        why = (getattr(error, "strerror", None) or str(error)) if is_text else say("not_utf8")
        msg = say("acts_unreadable", name=repr(str(path)), why=why)
        raise ConfigError(msg, name=str(path)) from None
    return parse_acts(text, str(path))


def parse_acts(text: str, name: str) -> Acts:
    """Return the acts in TOML text; error messages call the text ``name``.

    Raises ConfigError for a value that cannot be used, as ``load_acts`` does.

    >>> acts = parse_acts('''
    ... [acts.order-7]
    ... title = "Order of the agency of 1.08.2026 No 7"
    ... known_from = 2026-08-01
    ... [[days_off]]
    ... date = 2026-09-01
    ... act = "order-7"
    ... ''', "acts.toml")
    >>> acts.added_to(Calendar.get("RU")).is_working_day(date(2026, 9, 1))
    False
    """
    reader = Reader(name, renamed=RENAMED)
    tables = tables_of(text, name)
    check_answered(tables, text, name)
    file: _File = reader.convert(tables, _File)
    confirms = tuple((dates.first, dates.last) for dates in file.confirms)
    return Acts(tuple(_rows(reader, file)), confirms)


def _rows(reader: Reader, file: _File) -> Iterator[Entry]:
    acts = {key: Act(*msgspec.structs.astuple(act)) for key, act in file.acts.items()}

    def named(keys: Keys, key: str) -> Act:
        if key not in acts:
            known = clipped(", ".join(acts)) or say("none_yet")
            instead = say("write_act", key=clipped(key), known=known)
            reader.fail(keys, say("no_act", key=shown(key)), instead)
        return acts[key]

    for index, move in enumerate(file.transfers):
        act = named(("transfers", index, "act"), move.act)
        yield from transfer(move.day_off, move.working_day, act, layer=Layer[move.layer.upper()])
    for index, off in enumerate(file.days_off):
        yield from day_off(
            off.date,
            named(("days_off", index, "act"), off.act),
            name=off.name,
            layer=Layer[off.layer.upper()],
            shortens_eve=off.shortens_eve,
        )


# -- a file to fill in -----------------------------------------------------------------------


def draft(calendar: Calendar, year: int) -> str:
    """Return a file of acts for a year that no act decides yet, with the days off by rule.

    Every act in it is an open question, and a file with an open question is refused. Raises
    CalendarDataError for a decided year, and CalendarCoverageError for a year without rules.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    uncertain = calendar.uncertain(year)
    if all(calendar.knows(day) or day in uncertain for day in (first, last)):
        raise CalendarDataError(say("nothing_to_draft", id=calendar.id, year=year))
    by_rule = calendar.provisional()
    try:
        by_rule.check_known(first)
    except CalendarCoverageError as error:
        if error.cause != "library_ends":
            raise
        from workhours_sla.foreign.holidays import copy_holidays

        by_rule = copy_holidays(calendar.id, first=year, last=year).provisional()
    facts = {"id": calendar.id, "year": year, "version": calendar.version}
    lines = [f"# {line}" for line in SHELL.text("draft_head", **facts).splitlines()]
    lines += [f"confirms = [{{ from = {first}, to = {last} }}]", "", "[acts.decree]"]
    lines += [f"title = {OPEN}  # {SHELL.text('draft_title', **facts)}", ""]
    for day in by_rule.days(first, last):
        if day.date in uncertain:
            why = uncertain[day.date].describe()
            lines += [f"# {SHELL.text('draft_uncertain', date=day.date, why=why)}", ""]
        elif not day.working and day.reasons:
            lines += [*_drafted(day.reasons[0]), ""]
    return "\n".join(lines)


def _drafted(entry: Entry) -> Iterator[str]:
    moved = entry.kind is DayKind.TRANSFERRED_OFF and entry.swapped_with
    if moved:
        yield from ("[[transfers]]", f"from = {moved}", f"to = {entry.date}")
    else:
        yield from ("[[days_off]]", f"date = {entry.date}")
        yield f"name = {json.dumps(entry.name or '', ensure_ascii=False)}"
        if entry.shortens_eve:
            yield "shortens_eve = true"
    if not moved or entry.layer is not Layer.STATUTORY:
        yield f'layer = "{entry.layer.name.lower()}"'
    yield f"act = {OPEN}  # {SHELL.text('draft_day')}"
