"""Copy the days of another library into a calendar that no longer needs the library."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import NamedTuple

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import (
    NOT_SHORTENED,
    ONE_DAY,
    Act,
    DateRange,
    DayKind,
    Entry,
    Layer,
    dates_between,
    without,
)
from workhours_sla.calendars.tables import CopiedDays, TableDays
from workhours_sla.errors import CalendarDataError
from workhours_sla.text.messages import Phrase, say

FIRST_YEAR = 2000
"""The first year that is copied by default."""

UNCERTAIN_DAYS = 2
"""An estimated lunar holiday may be celebrated this many days earlier or later."""

SWAP_NOT_RECORDED = (
    "the library does not record what day off this date was swapped with; "
    "the nearest one on a weekday was taken"
)


class ForeignDay(NamedTuple):
    """A date as another library describes it."""

    date: dt.date
    weekend: bool  # a weekly day off at the time
    working: bool  # people work, also on a weekly day off
    name: str | None = None
    swapped_with: dt.date | None = None
    estimated: bool = False  # an unconfirmed lunar holiday
    short: bool = False  # partly off
    regional: bool = False  # a holiday of a part of the country


def build(
    id: str,
    days: Sequence[ForeignDay],
    *,
    act: Act,
    of_region: Act | None = None,
    decided: tuple[int, int] | None = None,
    uncertain_days: int | None = UNCERTAIN_DAYS,
    short_by: timedelta = NOT_SHORTENED,
    left_out: tuple[str, ...] = (),
    tz: str | None = None,
) -> Calendar:
    """Return the calendar of ``days``, which are consecutive dates."""
    span = days[0].date, days[-1].date
    years = decided or (span[0].year, span[1].year)
    if years[1] < years[0]:
        msg = f"the last decreed year {years[1]} is before the first, {years[0]}; swap them"
        raise CalendarDataError(msg, id=id)
    limits = date(years[0], 1, 1), date(years[1], 12, 31)
    bounds = max(span[0], limits[0]), min(span[1], limits[1])
    open_days = () if uncertain_days is None else _open_days(days, bounds, uncertain_days, act)
    table = TableDays.of(
        _entries(days, act, of_region, short_by),
        weekend=_weekend(days),
        first=span[0],
        last=span[1],
        version=act.title,
    )
    known = without(bounds, (entry.date for entry in open_days))
    half_weekends = tuple(
        Entry(day.date, Layer.STATUTORY, DayKind.WORK, act, day.name, shortened_by=short_by)
        for day in days
        if day.short and not day.working
    )
    known_table = table._replace(known=known)
    source = CopiedDays(known_table, span, limits, open_days, half_weekends, left_out)
    return Calendar(id, source, tz=tz)


def _weekend(days: Sequence[ForeignDay]) -> frozenset[int]:
    off = {day.date.weekday() for day in days if day.weekend}
    return frozenset(off - {day.date.weekday() for day in days if not day.weekend})


def _entries(
    days: Sequence[ForeignDay], act: Act, of_region: Act | None, short_by: timedelta
) -> Iterator[Entry]:
    weekend = _weekend(days)
    for day in days:
        swap = day.swapped_with
        shortened_by = short_by if day.short else NOT_SHORTENED
        if day.weekend and day.date.weekday() not in weekend:
            yield Entry(day.date, Layer.WEEKLY, DayKind.DAY_OFF, act)
        if day.weekend and day.working:
            yield _working_weekend(day, days, act)._replace(shortened_by=shortened_by)
        elif day.working and day.name is not None:
            entry = Entry(day.date, Layer.STATUTORY, DayKind.WORK, act, day.name)
            yield entry._replace(shortened_by=shortened_by)
        if not day.working and swap is not None:
            yield Entry(day.date, Layer.TRANSFER, DayKind.TRANSFERRED_OFF, act, swapped_with=swap)
        if not day.working and (day.name is not None or (swap is None and not day.weekend)):
            layer, by = (Layer.REGION, of_region) if day.regional else (Layer.STATUTORY, act)
            yield Entry(day.date, layer, DayKind.HOLIDAY, by, day.name)


def _working_weekend(day: ForeignDay, days: Sequence[ForeignDay], act: Act) -> Entry:
    swapped_with = day.swapped_with
    if swapped_with is None:
        nearest = min(
            (other for other in days if not other.weekend),
            key=lambda other: (other.working, abs(other.date - day.date)),
        )
        swapped_with, act = nearest.date, act._replace(note=SWAP_NOT_RECORDED)
    return Entry(day.date, Layer.TRANSFER, DayKind.TRANSFERRED_WORK, act, day.name, swapped_with)


def _open_days(
    days: Iterable[ForeignDay], bounds: DateRange, margin: int, act: Act
) -> tuple[Entry, ...]:
    found: dict[date, Entry] = {}
    for day in days:
        if day.estimated:
            for offset in range(-margin, margin + 1):
                near_day = day.date + ONE_DAY * offset
                if bounds[0] <= near_day <= bounds[1] and (offset == 0 or near_day not in found):
                    entry = Entry(near_day, Layer.STATUTORY, DayKind.HOLIDAY, act, day.name)
                    found[near_day] = entry
    return tuple(found[day] for day in sorted(found))


def all_dates(first: int, last: int) -> Iterator[date]:
    return dates_between(date(first, 1, 1), date(last, 12, 31))


def check_years(library: str, id: str, asked: tuple[int, int], has: tuple[int, int]) -> None:
    """Raise CalendarDataError if the library covers none of the years asked for."""
    first, last = asked
    if last < first:
        msg = f"the last year {last} is before the first, {first}; swap them"
        raise CalendarDataError(msg)
    if max(first, has[0]) > min(last, has[1]):
        years = {"first": first, "last": last, "from_year": has[0], "to_year": has[1]}
        raise CalendarDataError(say("years_without", library=library, id=id, **years))


def release_year(version: str, first_releases: Mapping[str, int]) -> int:
    # A version of a later year counts as one of the last: rather too few years than too many.
    years = [year for first, year in first_releases.items() if _numbers(first) <= _numbers(version)]
    return max(years, default=min(first_releases.values()))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def similar_ids(id: str, ids: Mapping[str, str]) -> Phrase:
    names = get_close_matches(id.casefold(), ids, n=5, cutoff=0.6)
    found = list(dict.fromkeys(ids[name] for name in names))[:3]
    return say("did_you_mean", near=", ".join(found)) if found else say("ids_of_iso")
