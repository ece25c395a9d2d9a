"""Add acts to a calendar, to apply a new decree on the day of its publication."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from workhours_sla.calendars.days import (
    EARLIEST,
    FIVE_DAY_WEEK,
    LATEST,
    ONE_DAY,
    Act,
    DateRange,
    Day,
    DayKind,
    DaySource,
    Entry,
    Layer,
    by_date,
    in_any,
    merged,
    was_known,
    without,
)
from workhours_sla.errors import ArgumentError, CalendarDataError
from workhours_sla.text.messages import say


def day_off(
    day: date,
    act: Act,
    *,
    name: str | None = None,
    layer: Layer = Layer.AGENCY,
    shortens_eve: bool = False,
) -> tuple[Entry, ...]:
    """Return the row of a day off, for ``Calendar.amend``.

    With ``shortens_eve`` the day off is a holiday, and the working day before it is one hour
    shorter. Otherwise it is a single day off by decree or order, which shortens no other day.
    ``name`` is what descriptions call the day off.

    >>> day_off(date(2026, 9, 1), Act("Order 7"))[0].kind.value
    'decreed_off'
    """
    kind = DayKind.HOLIDAY if shortens_eve else DayKind.DECREED_OFF
    return (Entry(day, layer, kind, act, name, shortens_eve=shortens_eve),)


def transfer(
    source: date, target: date, act: Act, *, layer: Layer = Layer.TRANSFER
) -> tuple[Entry, ...]:
    """Return the rows that move a day off from ``source`` to ``target``, for ``Calendar.amend``.

    ``source`` becomes a working day with the hours of ``target``. But if ``source`` is a holiday,
    ``Calendar.amend`` keeps it off and adds only the new day off.

    >>> moved = transfer(date(2028, 4, 29), date(2028, 5, 2), Act("Resolution 1"))
    >>> [(str(row.date), row.kind.value) for row in moved]
    [('2028-05-02', 'transferred_off'), ('2028-04-29', 'transferred_work')]
    """
    return (
        Entry(target, layer, DayKind.TRANSFERRED_OFF, act, swapped_with=source),
        Entry(source, layer, DayKind.TRANSFERRED_WORK, act, swapped_with=target),
    )


class _Amended(NamedTuple):
    base: DaySource
    rows: tuple[Entry, ...]
    confirms: tuple[DateRange, ...]


class AmendedDays(_Amended, DaySource):
    """The days of another source, ``base``, with ``rows`` added."""

    __slots__ = ()

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return _coverage_and_decided(self)[0]

    @property
    def rule_span(self) -> DateRange | None:
        return self.base.rule_span

    @property
    def version(self) -> str:
        digest = sha256(repr((self.rows, self.confirms)).encode()).hexdigest()[:8]
        return f"{self.base.version}+{digest}"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        # without the automatic move of a day off that an added row moves, without the region's
        # entries for uncertain dates that are confirmed, and without forecasts for other such dates
        rows = [row for row in self.rows if applies(row, self.weekend)]
        moved = {row.swapped_with for row in rows if row.kind is DayKind.TRANSFERRED_OFF}
        _, decided = _coverage_and_decided(self)
        now_known = {day for day in self.base.uncertain(year) if in_any(day, decided)}
        kept = (
            entry
            for entries in self.base.entries(year).values()
            for entry in entries
            if not (entry.layer is Layer.REGION and entry.date in now_known)
            and not (
                entry.layer is not Layer.WEEKLY
                and self.base.is_forecast(entry.date)
                and in_any(entry.date, self.confirms)
            )
            and not (
                entry.layer is Layer.STATUTORY
                and entry.kind is DayKind.TRANSFERRED_OFF
                and entry.swapped_with in moved
            )
        )
        day_after = date(year + 1, 1, 1)
        return by_date(
            (row for row in rows if row.date.year == year or row.date == day_after), by_date(kept)
        )

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        _, decided = _coverage_and_decided(self)
        return {
            day: entry
            for day, entry in self.base.uncertain(year).items()
            if not in_any(day, decided)
        }

    def known_on(self, day: date) -> DaySource:
        rows = tuple(row for row in self.rows if was_known(row.act, day))
        confirms = self.confirms if len(rows) == len(self.rows) else ()
        return AmendedDays(self.base.known_on(day), rows, confirms)

    def with_week(self, days: int) -> DaySource:
        return self._replace(base=self.base.with_week(days))

    def with_workdays(self, weekdays: frozenset[int]) -> AmendedDays:
        return self._replace(base=self.base.with_workdays(weekdays))

    def without_layers(self, layers: Collection[Layer]) -> DaySource:
        return self._replace(base=self.base.without_layers(layers))

    def is_forecast(self, day: date) -> bool:
        return not in_any(day, self.confirms) and self.base.is_forecast(day)

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        return self.base.unknown(day)


@lru_cache(maxsize=64)
def _coverage_and_decided(
    source: AmendedDays,
) -> tuple[tuple[DateRange, ...], tuple[DateRange, ...]]:
    """Return the dates that the calendar covers, and those on which no entry is uncertain.

    An act that confirms a range decides what is uncertain there in the calendar that it amends.
    """
    # A range that extends the coverage, such as the year of a new federal decree, does not decide
    # the uncertain holidays of a region; a later range or amendment can.
    base = source.base
    since, until = (
        (base.coverage[0][0], base.coverage[-1][1]) if base.coverage else (LATEST, EARLIEST)
    )
    decided: list[DateRange] = []
    added: list[DateRange] = []
    for first, last in source.confirms:
        if max(first, since) <= min(last, until):
            decided.append((max(first, since), min(last, until)))
        if first < since:
            added.append((first, min(last, since - ONE_DAY)))
        if last > until:
            added.append((max(first, until + ONE_DAY), last))
        since, until = min(since, first), max(until, last)
    known = list(decided)
    for first, last in added:
        years = range(first.year, last.year + 1)
        uncertain = (day for year in years for day in sorted(base.uncertain(year)))
        known += without(
            (first, last),
            (day for day in uncertain if first <= day <= last and not in_any(day, decided)),
        )
    return merged((*base.coverage, *known)), tuple(decided)


def flat_rows(rows: object) -> Iterator[Entry]:
    if isinstance(rows, str | Entry) or not isinstance(rows, Iterable):
        msg = f"{rows!r} is not a list of rows; give a list of what day_off and transfer return"
        raise ArgumentError(msg)
    for item in rows:
        for row in item if type(item) is tuple else (item,):  # an Entry is a subclass of tuple
            if not isinstance(row, Entry):
                msg = f"{row!r} is not a row of a calendar; give what day_off and transfer return"
                raise ArgumentError(msg)
            yield row


def checked_ranges(confirms: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return ``confirms`` as a tuple. Raises CalendarDataError for an impossible range of dates."""
    ranges = tuple(confirms)
    for first, last in ranges:
        if not EARLIEST <= first <= last <= LATEST:
            bounds = {"earliest": str(EARLIEST), "latest": str(LATEST)}
            msg = say("wrong_confirms", first=str(first), last=str(last), **bounds)
            raise CalendarDataError(msg)
    return ranges


def applies(row: Entry, weekend: Collection[int]) -> bool:
    """Return False for a Government transfer from a Saturday or Sunday that is worked anyway."""
    if row.layer is not Layer.TRANSFER or not set(weekend) < FIVE_DAY_WEEK:
        return True
    moved = {DayKind.TRANSFERRED_OFF: row.swapped_with, DayKind.TRANSFERRED_WORK: row.date}
    source = moved.get(row.kind)
    return source is None or source.weekday() not in FIVE_DAY_WEEK - set(weekend)


def _repeats(row: Entry, day: Day) -> bool:
    """Return whether a row is the move of a day off that the law makes by itself."""
    law = day.reasons[0] if day.reasons else row
    moves = law.layer is Layer.STATUTORY and law.kind is row.kind
    return moves and law.swapped_with == row.swapped_with


def checked_rows(
    rows: Iterable[Entry], day_of: Callable[[date], Day], weekend: Collection[int]
) -> tuple[Entry, ...]:
    """Check rows, and leave out transfers that would make a holiday a working day."""
    kept: list[Entry] = []
    for row in rows:
        if not applies(row, weekend):
            kept.append(row)
            continue
        day = day_of(row.date)
        works = row.kind is DayKind.TRANSFERRED_WORK
        if works and row.layer is Layer.TRANSFER and day.kind is DayKind.HOLIDAY:
            continue
        fault = None
        if works and day.working:
            fault = say("not_off", date=str(row.date))
        elif row.kind is DayKind.TRANSFERRED_OFF and not day.working and not _repeats(row, day):
            fault = say("already_off", date=str(row.date), en=day.describe(), ru=day.describe("ru"))
        elif row.act is None:
            fault = say("row_without_act", date=str(row.date))
        if fault is not None:
            raise CalendarDataError(fault, date=row.date)
        kept.append(row)
    return tuple(kept)
