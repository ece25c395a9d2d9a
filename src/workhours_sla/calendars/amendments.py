"""Add acts to a calendar: a new decree can be used on the day it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import EARLIEST, LATEST, DateRange, in_any, merged
from workhours_sla.calendars.day import Act, Day, DayKind, Entry, Layer
from workhours_sla.calendars.day_source import DaySource
from workhours_sla.errors import CalendarDataError


def day_off(
    day: date,
    act: Act,
    *,
    name: str | None = None,
    layer: Layer = Layer.AGENCY,
    shortens_eve: bool = False,
) -> tuple[Entry, ...]:
    """Return the row of a day off, for ``Calendar.amend``.

    With ``shortens_eve`` it is a holiday, and the working day before it is one hour shorter;
    otherwise it is a single day off by decree, which shortens nothing. ``name`` is what
    descriptions call it.

    >>> day_off(date(2026, 9, 1), Act("Order 7"))[0].kind.value
    'decreed_off'
    """
    kind = DayKind.HOLIDAY if shortens_eve else DayKind.DECREED_OFF
    return (Entry(day, layer, kind, act, name, shortens_eve=shortens_eve),)


def transfer(
    source: date, target: date, act: Act, *, layer: Layer = Layer.TRANSFER
) -> tuple[Entry, ...]:
    """Return the rows of a day off moved from ``source`` to ``target``, for ``Calendar.amend``.

    ``source`` becomes a working day with the hours of ``target``. If ``source`` is a holiday,
    ``Calendar.amend`` keeps only the new day off, since holidays are not worked.

    >>> moved = transfer(date(2028, 4, 29), date(2028, 5, 2), Act("Resolution 1"))
    >>> [(str(row.date), row.kind.value) for row in moved]
    [('2028-05-02', 'transferred_off'), ('2028-04-29', 'transferred_work')]
    """
    return (
        Entry(target, layer, DayKind.TRANSFERRED_OFF, act, swapped_with=source),
        Entry(source, layer, DayKind.TRANSFERRED_WORK, act, swapped_with=target),
    )


class AmendedDays(NamedTuple):
    """A source of days with rows added; the dates within ``confirms`` are known."""

    base: DaySource
    rows: tuple[Entry, ...]
    confirms: tuple[DateRange, ...]

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return merged((*self.base.coverage, *self.confirms))

    @property
    def rule_span(self) -> DateRange | None:
        return self.base.rule_span

    @property
    def version(self) -> str:
        """The version of the base, with a digest of the rows."""
        digest = sha256(repr((self.rows, self.confirms)).encode()).hexdigest()[:8]
        return f"{self.base.version}+{digest}"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries of the base with the rows on top.

        A day off that a row moves elsewhere is not moved by the law as well. The rows replace what
        was only likely on a date that is now confirmed.
        """
        moved = {row.swapped_with for row in self.rows if row.kind is DayKind.TRANSFERRED_OFF}
        now_known = {day for day in self.base.uncertain(year) if in_any(day, self.confirms)}
        found: dict[date, tuple[Entry, ...]] = {}
        for day, entries in self.base.entries(year).items():
            kept = tuple(
                entry
                for entry in entries
                if not (entry.layer is Layer.REGION and day in now_known)
                and not (
                    entry.layer is Layer.STATUTORY
                    and entry.kind is DayKind.TRANSFERRED_OFF
                    and entry.swapped_with in moved
                )
            )
            if kept:
                found[day] = kept
        for row in self.rows:
            if row.date.year == year or row.date == date(year + 1, 1, 1):
                found[row.date] = (*found.get(row.date, ()), row)
        return found

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {
            day: entry
            for day, entry in self.base.uncertain(year).items()
            if not in_any(day, self.confirms)
        }

    def known_on(self, day: date) -> DaySource:
        """Return the source as known on ``day``.

        If a row became known later, no date is confirmed either.
        """
        base = self.base.known_on(day)
        known = tuple(
            row
            for row in self.rows
            if not (row.act and row.act.known_from and row.act.known_from > day)
        )
        if len(known) < len(self.rows):
            return AmendedDays(base, known, ())
        return self._replace(base=base)

    def with_week(self, days: int) -> DaySource:
        return self._replace(base=self.base.with_week(days))

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        return self.base.unknown(day)


def flat_rows(rows: object) -> tuple[Entry, ...]:
    """Return the rows, those of a tuple one by one. Raises TypeError for anything else."""
    return tuple(_flat(rows))


def _flat(rows: object) -> Iterator[Entry]:
    if isinstance(rows, str | Entry) or not isinstance(rows, Iterable):
        msg = f"{rows!r} is not a list of rows; give a list of what day_off and transfer return"
        raise TypeError(msg)
    for item in rows:
        for row in item if type(item) is tuple else (item,):  # an Entry is itself a tuple
            if not isinstance(row, Entry):
                msg = f"{row!r} is not a row of a calendar; give what day_off and transfer return"
                raise TypeError(msg)
            yield row


def checked_ranges(confirms: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges of dates that acts confirm. Raises CalendarDataError."""
    ranges = tuple(confirms)
    for first, last in ranges:
        if not EARLIEST <= first <= last <= LATEST:
            msg = (
                f"acts cannot confirm {first} to {last}: the last date must not be before the "
                f"first, and both must be between {EARLIEST} and {LATEST}; correct these dates"
            )
            raise CalendarDataError(msg, first=first, last=last)
    return ranges


def checked_rows(rows: Iterable[Entry], day_of: Callable[[date], Day]) -> tuple[Entry, ...]:
    """Return the rows without those that would make a holiday a working day.

    ``day_of`` returns the day of a date before the rows are added. A day off can only become a
    working day, and a working day a day off; every row names its act. Raises CalendarDataError,
    CalendarCoverageError.
    """
    kept = tuple(row for row in rows if not _works_a_holiday(row, day_of))
    for row in kept:
        _check(row, day_of(row.date))
    return kept


def _works_a_holiday(row: Entry, day_of: Callable[[date], Day]) -> bool:
    """Whether the row makes a holiday a working day, as its coinciding day off was moved."""
    return (
        row.kind is DayKind.TRANSFERRED_WORK
        and row.layer is Layer.TRANSFER
        and day_of(row.date).kind is DayKind.HOLIDAY
    )


def _check(row: Entry, day: Day) -> None:
    if row.kind is DayKind.TRANSFERRED_WORK and day.working:
        msg = f"{row.date} is no day off that could be worked instead; correct the row's dates"
        raise CalendarDataError(msg, date=row.date)
    if row.kind is DayKind.TRANSFERRED_OFF and not day.working:
        msg = f"{row.date} is already off ({day.describe()}); move the day off to a working day"
        raise CalendarDataError(msg, date=row.date)
    if row.act is None:
        msg = f"the row of {row.date} names no act; give the act that decides the date"
        raise CalendarDataError(msg, date=row.date)
