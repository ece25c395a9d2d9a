"""Calendars in the JSON of a schedule: by name where the registry has them, else written out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from workhours_sla.adapters.json.schedule_values import (
    Table,
    as_json,
    by,
    date_of,
    flag,
    list_of,
    number,
    one_of,
    refuse,
    refuse_as,
    text,
    text_or_none,
)
from workhours_sla.calendars.amended import AmendedDays
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.combined import CombinedCalendar
from workhours_sla.calendars.day import Act, DayKind, Entry, Layer
from workhours_sla.calendars.plain import PlainDays, parse_month_day
from workhours_sla.calendars.source import DateRange, DaySource
from workhours_sla.calendars.table import TableDays
from workhours_sla.errors import CalendarDataError, UnknownCalendarError
from workhours_sla.worktime.budget import iso_amount, parse_budget

_WEEKS = (5, 6, 7)
_DAYS_OF_A_WEEK = 7
_ANY_OFF, _ANY_WORKING = "days_off_in_any", "working_in_any"
_LAYERS = {layer.name.lower(): layer for layer in Layer}
_KINDS = {kind.value: kind for kind in DayKind}


# -- out -------------------------------------------------------------------------------------


def calendar_told(calendar: Calendar, path: str) -> dict[str, Any]:
    """Return a calendar as plain data. Raises ConfigError, with the key path it would have."""
    if isinstance(calendar, CombinedCalendar):
        key = _ANY_OFF if calendar.any_off else _ANY_WORKING
        return {
            key: [
                calendar_told(part, f"{path}.{key}[{index}]")
                for index, part in enumerate(calendar.parts)
            ]
        }
    # what a pickle of it holds: its source, zone, dropped layers and whether it forecasts
    _, (_, source, tz, dropped, forecast) = calendar.__reduce__()
    amended: list[dict[str, Any]] = []
    while isinstance(source, AmendedDays):
        amended.insert(
            0,
            {
                "rows": [_entry_told(entry) for entry in source.rows],
                "confirms": _ranges_told(source.confirms),
            },
        )
        source = source.base
    told: dict[str, Any] = {"id": calendar.id, "version": source.version}
    if isinstance(source, PlainDays):
        told |= {"tz": tz, "plain": _plain_told(source)}
    elif (
        options := _from_registry(
            Calendar(calendar.id, source, tz=tz, dropped=dropped), source, dropped
        )
    ) is not None:
        told |= options
    elif isinstance(source, TableDays):
        told |= {"tz": tz, "table": _table_told(source)}
    else:
        refuse(
            path,
            f"calendar {calendar.id} is neither the registry's nor plain nor a table",
            "use Calendar.get, Calendar.plain or a calendar file",
        )
    if amended:
        told["amended"] = amended
    if dropped:
        told["without"] = [layer.name.lower() for layer in dropped]
    if forecast:
        told["provisional"] = True
    return told


def _from_registry(
    calendar: Calendar, source: DaySource, dropped: Iterable[Layer]
) -> dict[str, Any] | None:
    """Return how the registry's calendar of the same id becomes this one, None if it does not."""
    try:
        registered = Calendar.get(calendar.id).without(*dropped)
    except (UnknownCalendarError, CalendarDataError):
        return None
    options: dict[str, Any] = {}
    known_by = getattr(source, "known_by", None)
    if isinstance(known_by, date):
        registered = registered.as_known(known_by)
        options["as_known"] = known_by.isoformat()
    if registered == calendar:
        return options
    for days in _WEEKS:
        try:
            with_week = registered.with_week(days)
        except CalendarDataError:
            return None
        if with_week == calendar:
            return {**options, "week": days}
    return None


def _plain_told(source: PlainDays) -> dict[str, Any]:
    return {
        "days_off": [day.isoformat() for day in sorted(source.days_off)],
        "yearly": [f"{month:02}-{day:02}" for month, day in sorted(source.yearly)],
        "first": source.first.isoformat(),
        "last": source.last.isoformat(),
    }


def _table_told(source: TableDays) -> dict[str, Any]:
    return {
        "weekend": sorted(source.off_weekdays),
        "known": _ranges_told(source.known),
        "rows": [_entry_told(entry) for entry in source.rows],
    }


def _ranges_told(ranges: Iterable[DateRange]) -> list[list[str]]:
    return [[first.isoformat(), last.isoformat()] for first, last in ranges]


def _entry_told(entry: Entry) -> dict[str, Any]:
    """Return an entry without what is as by default."""
    told: dict[str, Any] = {
        "date": entry.date.isoformat(),
        "layer": entry.layer.name.lower(),
        "kind": entry.kind.value,
    }
    if entry.act is not None:
        plain = Act(entry.act.title)._asdict()
        told["act"] = {"title": entry.act.title} | {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in entry.act._asdict().items()
            if value != plain[key]
        }
    if entry.name is not None:
        told["name"] = entry.name
    if entry.swapped_with is not None:
        told["swapped_with"] = entry.swapped_with.isoformat()
    if entry.shortens_eve:
        told["shortens_eve"] = True
    if entry.shortened_by:
        told["shortened_by"] = iso_amount(entry.shortened_by)
    return told


# -- in --------------------------------------------------------------------------------------


def calendar_from(value: object, path: str) -> tuple[Calendar, tuple[str, ...]]:
    """Return a calendar, and what has changed about it since it was written.

    Raises ConfigError.
    """
    table = Table(value, path)
    for key in (_ANY_OFF, _ANY_WORKING):
        if table.has(key):
            found = table.take(key, list_of(calendar_from))
            table.end()
            if not found:
                refuse(f"{path}.{key}", "it is empty", "give at least one calendar")
            parts = [part for part, _ in found]
            changed = [what for _, whats in found for what in whats]
            return CombinedCalendar(parts, any_off=key == _ANY_OFF), tuple(changed)
    calendar, version = _base(table, path)
    now = calendar.version
    if table.has("amended"):
        for rows, confirms in table.take("amended", list_of(_amendment)):
            _, (_, source, *_) = calendar.__reduce__()
            calendar = calendar.with_source(AmendedDays(source, rows, confirms))
    if table.has("without"):
        calendar = calendar.without(*table.take("without", list_of(one_of(_LAYERS))))
    if table.has("provisional") and table.take("provisional", flag):
        calendar = calendar.provisional()
    table.end()
    if now == version:
        return calendar, ()
    return calendar, (f"calendar {calendar.id} was of version {version} and now is of {now}",)


def _base(table: Table, path: str) -> tuple[Calendar, str]:
    """Return a calendar without amendments and options, and the version it had."""
    id_ = table.take("id", text)
    version = table.take("version", text)
    if table.has("plain"):
        tz = table.take("tz", text_or_none)
        return Calendar(id_, table.take("plain", _plain), tz=tz), version
    if table.has("table"):
        tz = table.take("tz", text_or_none)
        return Calendar(id_, table.take("table", _table)._replace(version=version), tz=tz), version
    return _registered(id_, table, path), version


def _registered(id: str, table: Table, path: str) -> Calendar:  # noqa: A002
    try:
        calendar = Calendar.get(id)
    except (UnknownCalendarError, CalendarDataError) as error:
        refuse_as(f"{path}.id", error)
    if table.has("as_known"):
        calendar = calendar.as_known(table.take("as_known", date_of))
    if table.has("week"):
        days = table.take("week", number)
        try:
            calendar = calendar.with_week(days)
        except CalendarDataError as error:
            refuse_as(f"{path}.week", error)
    return calendar


def _amendment(value: object, path: str) -> tuple[tuple[Entry, ...], tuple[DateRange, ...]]:
    table = Table(value, path)
    rows = table.take("rows", list_of(_entry))
    confirms = table.take("confirms", list_of(_range))
    table.end()
    return tuple(rows), tuple(confirms)


def _plain(value: object, path: str) -> PlainDays:
    table = Table(value, path)
    days = PlainDays(
        frozenset(table.take("days_off", list_of(date_of))),
        frozenset(table.take("yearly", list_of(by(parse_month_day)))),
        table.take("first", date_of),
        table.take("last", date_of),
    )
    table.end()
    if days.last < days.first:
        refuse(path, f"the last date {days.last} is before the first", "swap them")
    return days


def _table(value: object, path: str) -> TableDays:
    table = Table(value, path)
    days = TableDays(
        frozenset(table.take("weekend", list_of(_weekday))),
        tuple(table.take("known", list_of(_range))),
        tuple(table.take("rows", list_of(_entry))),
        version="",
    )
    table.end()
    if not days.known:
        refuse(f"{path}.known", "it is empty", "give the dates that the table knows")
    for (_, before), (after, _) in pairwise(days.known):
        if after <= before:
            refuse(f"{path}.known", f"{after} is not after {before}", "put the ranges in order")
    return days


def _weekday(value: object, path: str) -> int:
    day = number(value, path)
    if not 0 <= day < _DAYS_OF_A_WEEK:
        refuse(path, f"{day} is no weekday", "count from Monday, 0, to Sunday, 6")
    return day


def _range(value: object, path: str) -> DateRange:
    dates = list_of(date_of)(value, path)
    if len(dates) != 2 or dates[1] < dates[0]:  # noqa: PLR2004
        refuse(path, f"{as_json(value)} is no range", "give its first and its last date")
    return dates[0], dates[1]


def _entry(value: object, path: str) -> Entry:
    table = Table(value, path)
    entry = Entry(
        table.take("date", date_of),
        table.take("layer", one_of(_LAYERS)),
        table.take("kind", one_of(_KINDS)),
    )
    if table.has("act"):
        entry = entry._replace(act=table.take("act", _act))
    if table.has("name"):
        entry = entry._replace(name=table.take("name", text))
    if table.has("swapped_with"):
        entry = entry._replace(swapped_with=table.take("swapped_with", date_of))
    if table.has("shortens_eve"):
        entry = entry._replace(shortens_eve=table.take("shortens_eve", flag))
    if table.has("shortened_by"):
        entry = entry._replace(shortened_by=table.take("shortened_by", by(parse_budget)))
    table.end()
    return entry


def _act(value: object, path: str) -> Act:
    table = Table(value, path)
    act = Act(table.take("title", text))
    given: dict[str, Any] = {
        key: table.take(key, text)
        for key in ("confidence", "source", "scope", "note")
        if table.has(key)
    }
    if table.has("known_from"):
        given["known_from"] = table.take("known_from", date_of)
    table.end()
    return act._replace(**given)
