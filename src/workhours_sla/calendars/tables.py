"""Sources of days that contain their days: tables of files and libraries, and plain days off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.days import (
    EARLIEST,
    LATEST,
    DateRange,
    DayKind,
    DaySource,
    Entry,
    Layer,
    by_date,
    common,
    in_any,
    was_known,
    without,
)
from workhours_sla.errors import CalendarDataError, shown


class _Table(NamedTuple):
    off_weekdays: frozenset[int]
    known: tuple[DateRange, ...]
    rows: tuple[Entry, ...]
    version: str


class TableDays(_Table, DaySource):
    """A table of entries; dates without an entry are off on the weekdays of ``weekend``."""

    __slots__ = ()

    @classmethod
    def of(
        cls, rows: Iterable[Entry], *, weekend: Iterable[int], first: date, last: date, version: str
    ) -> TableDays:
        ordered = sorted(
            set(rows),
            key=lambda entry: (entry.date, entry.layer, entry.kind, entry.name or "", repr(entry)),
        )
        return cls(frozenset(weekend), ((first, last),), tuple(ordered), version)

    @property
    def weekend(self) -> frozenset[int]:
        return self.off_weekdays

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return self.known

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        day_after = date(year + 1, 1, 1)
        next_year = (entry for entry in _rows_of(self.rows, year + 1) if entry.date == day_after)
        return by_date((*_rows_of(self.rows, year), *next_year))

    def known_on(self, day: date) -> TableDays:
        return self._replace(rows=tuple(row for row in self.rows if was_known(row.act, day)))


@lru_cache(maxsize=512)
def _rows_of(rows: tuple[Entry, ...], year: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in rows if entry.date.year == year)


class _Plain(NamedTuple):
    days_off: frozenset[date]
    yearly: frozenset[tuple[int, int]]
    first: date
    last: date


class PlainDays(_Plain, DaySource):
    """Single days off, and days that are off every year as pairs (month, day)."""

    __slots__ = ()

    @classmethod
    def of(
        cls, days_off: Iterable[date], yearly: Iterable[str], first: date, last: date
    ) -> PlainDays:
        days_off = frozenset(days_off)
        for day in (*days_off, first, last):
            if type(day) is not date:
                msg = f"a plain calendar takes dates, not {day!r}; use date(2026, 1, 2)"
                raise CalendarDataError(msg, date=day)
        if not EARLIEST <= first <= last <= LATEST:
            msg = (
                f"a calendar cannot cover {first} to {last}: the last date must not be before the "
                f"first, and both must be between {EARLIEST} and {LATEST}"
            )
            raise CalendarDataError(msg)
        return cls(days_off, frozenset(parse_month_day(text) for text in yearly), first, last)

    @property
    def weekend(self) -> frozenset[int]:
        return frozenset()

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return ((self.first, self.last),)

    @property
    def version(self) -> str:
        return "1"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        from calendar import isleap  # it imports locale, which takes long

        dates = {day for day in self.days_off if day.year == year}
        dates |= {
            date(year, month, day)
            for month, day in self.yearly
            if (month, day) != (2, 29) or isleap(year)
        }
        return {day: (Entry(day, Layer.STATUTORY, DayKind.HOLIDAY),) for day in dates}


def parse_month_day(text: str) -> tuple[int, int]:
    """Return text in the format ``MM-DD`` as (month, day). Raises CalendarDataError."""
    try:
        # 2000 is a leap year, so 02-29 exists; no other ISO format has a dash at this position
        parsed = date.fromisoformat(f"2000-{text}" if text[2:3] == "-" else "")
    except ValueError:
        msg = f"{shown(text)} is not a day of the year; write it as MM-DD, such as 12-25"
        raise CalendarDataError(msg) from None
    return parsed.month, parsed.day


# -- days copied from a library --------------------------------------------------------------------

_SWAPS = (DayKind.TRANSFERRED_OFF, DayKind.TRANSFERRED_WORK)


class _Copied(NamedTuple):
    table: TableDays
    span: DateRange
    decided: DateRange  # the library has the decisions; copied dates outside are forecasts
    open_days: tuple[Entry, ...]  # uncertain dates near an estimated day
    half_weekends: tuple[Entry, ...] = ()  # short days, for people who work on weekly days off
    left_out: tuple[str, ...] = ()  # categories of the library


class CopiedDays(_Copied, DaySource):
    """The days copied from a library; some of them are only forecasts."""

    __slots__ = ()

    @property
    def weekend(self) -> frozenset[int]:
        return self.table.weekend

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return self.table.known

    @property
    def rule_span(self) -> DateRange:
        return self.span

    @property
    def version(self) -> str:
        left_out = f" (without {', '.join(self.left_out)})" if self.left_out else ""
        return self.table.version + left_out

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        return self.table.entries(year)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {entry.date: entry for entry in self.open_days if entry.date.year == year}

    def is_forecast(self, day: date) -> bool:
        return not self.decided[0] <= day <= self.decided[1]

    def known_on(self, day: date) -> CopiedDays:
        return self._replace(table=self.table.known_on(day))

    def with_workdays(self, weekdays: frozenset[int]) -> OpenedDays:
        return OpenedDays(self, weekdays)

    def without_layers(self, layers: Collection[Layer]) -> CopiedDays:
        if Layer.STATUTORY not in layers:
            return self
        known = common([self.span], [self.decided])
        return self._replace(table=self.table._replace(known=known), open_days=())

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        if not self.span[0] <= day <= self.span[1]:
            known = self.coverage or (self.span,)
            first, last = known[0][0], known[-1][1]
            library = self.table.version
            facts = {"library": library, "year": day.year, "first": first, "last": last}
            return "library_ends", facts
        if day < self.decided[0]:
            return "too_early", {"first": self.decided[0].year}
        if day > self.decided[1]:
            return "library_undecided", {
                "library": self.table.version,
                "year": day.year,
                "last": self.decided[1].year,
            }
        entry = self.uncertain(day.year)[day]
        return "uncertain", {"name": entry.name, "act": self.table.version}


class _Opened(NamedTuple):
    base: CopiedDays
    weekdays: frozenset[int]


class OpenedDays(_Opened, DaySource):
    """The days of ``base``, except that the weekdays ``weekdays`` (Monday is 0) are worked.

    A date that was swapped with one of them is uncertain: the library does not say whether the swap
    applies to people who work on that weekday anyway.
    """

    __slots__ = ()

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend - self.weekdays

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return _coverage_of(self)

    @property
    def rule_span(self) -> DateRange:
        return self.base.rule_span

    @property
    def version(self) -> str:
        return self.base.version

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        found = {
            day: kept
            for day, entries in self.base.entries(year).items()
            if (kept := tuple(entry for entry in entries if not self._is_weekly(entry)))
        }
        for entry in self.base.half_weekends:
            if entry.date.year == year and entry.date.weekday() in self.weekdays:
                found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def _is_weekly(self, entry: Entry) -> bool:
        return entry.layer is Layer.WEEKLY and entry.date.weekday() in self.weekdays

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        swapped = {entry.date: entry for entry in _swapped(self) if entry.date.year == year}
        return {**swapped, **self.base.uncertain(year)}

    def is_forecast(self, day: date) -> bool:
        return self.base.is_forecast(day)

    def known_on(self, day: date) -> OpenedDays:
        return self._replace(base=self.base.known_on(day))

    def with_workdays(self, weekdays: frozenset[int]) -> OpenedDays:
        return self._replace(weekdays=self.weekdays | weekdays)

    def without_layers(self, layers: Collection[Layer]) -> OpenedDays:
        return self._replace(base=self.base.without_layers(layers))

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        entry = next((entry for entry in _swapped(self) if entry.date == day), None)
        if entry is None:
            return self.base.unknown(day)
        return "uncertain", {"name": entry.describe(), "act": self.version}


@lru_cache(maxsize=64)
def _swapped(days: OpenedDays) -> tuple[Entry, ...]:
    """Return the entries of the known dates that were swapped with an opened weekday, by date."""
    known = days.base.coverage
    return tuple(
        entry
        for entry in days.base.table.rows
        if entry.kind in _SWAPS
        and in_any(entry.date, known)
        and any(
            day is not None and day.weekday() in days.weekdays
            for day in (entry.date, entry.swapped_with)
        )
    )


@lru_cache(maxsize=64)
def _coverage_of(days: OpenedDays) -> tuple[DateRange, ...]:
    swapped = [entry.date for entry in _swapped(days)]
    return tuple(left for known in days.base.coverage for left in without(known, swapped))
