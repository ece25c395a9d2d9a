"""Acts added to a calendar: a new decree works the day it is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Act, DayKind, Entry, Layer
from workhours_sla.calendars.day_source import DateRange, DaySource
from workhours_sla.calendars.plain_days import EARLIEST, LATEST
from workhours_sla.errors import CalendarDataError

ONE_DAY = timedelta(days=1)


def day_off(
    day: date,
    act: Act,
    *,
    name: str | None = None,
    layer: Layer = Layer.AGENCY,
    shortens_eve: bool = False,
) -> tuple[Entry, ...]:
    """Return the row of a day off; a holiday, unlike a single day off, may shorten its eve.

    >>> day_off(date(2026, 9, 1), Act("Order 7"))[0].kind.value
    'decreed_off'
    """
    kind = DayKind.HOLIDAY if shortens_eve else DayKind.DECREED_OFF
    return (Entry(day, layer, kind, act, name, shortens_eve=shortens_eve),)


def transfer(
    source: date, target: date, act: Act, *, layer: Layer = Layer.TRANSFER
) -> tuple[Entry, ...]:
    """Return the rows of a day off moved from ``source`` to ``target``.

    ``source`` is then worked with the hours of ``target``. Of a day off that fell on a holiday
    only the new day off is kept by ``Calendar.amend``, since a holiday is not worked.
    """
    return (
        Entry(target, layer, DayKind.TRANSFERRED_OFF, act, swapped_with=source),
        Entry(source, layer, DayKind.TRANSFERRED_WORK, act, swapped_with=target),
    )


class AmendedDays(NamedTuple):
    """A source with rows added; dates that they settle are known."""

    base: DaySource
    rows: tuple[Entry, ...]
    confirms: tuple[DateRange, ...]

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays off, as before."""
        return self.base.weekend

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The known dates, with those settled."""
        runs: list[DateRange] = []
        for first, last in sorted((*self.base.coverage, *self.confirms)):
            if runs and first <= runs[-1][1] + ONE_DAY:
                runs[-1] = runs[-1][0], max(last, runs[-1][1])
            else:
                runs.append((first, last))
        return tuple(runs)

    @property
    def rule_span(self) -> DateRange | None:
        """How far rules reach, as before."""
        return self.base.rule_span

    @property
    def version(self) -> str:
        """The version amended, and a digest of the rows."""
        digest = sha256(repr((self.rows, self.confirms)).encode()).hexdigest()[:8]
        return f"{self.base.version}+{digest}"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries with the rows on top.

        A day off that a row moves elsewhere does not also move by itself, and what was only
        likely on a date now settled gives way to the rows.
        """
        moved = {row.swapped_with for row in self.rows if row.kind is DayKind.TRANSFERRED_OFF}
        open_days = [day for day in self.base.uncertain(year) if self._settled(day)]
        found: dict[date, tuple[Entry, ...]] = {}
        for day, entries in self.base.entries(year).items():
            kept = tuple(
                entry
                for entry in entries
                if not (entry.layer is Layer.REGION and day in open_days)
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

    def _settled(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.confirms)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the dates that are still open."""
        return {
            day: entry for day, entry in self.base.uncertain(year).items() if not self._settled(day)
        }

    def known_on(self, day: date) -> DaySource:
        """Return the source as it was known; rows known later, and what they settle, are gone."""
        base = self.base.known_on(day)
        later = [
            row for row in self.rows if row.act and row.act.known_from and row.act.known_from > day
        ]
        if later:
            return AmendedDays(base, tuple(row for row in self.rows if row not in later), ())
        return self._replace(base=base)

    def with_week(self, days: int) -> DaySource:
        """Return the same rows on another week."""
        return self._replace(base=self.base.with_week(days))

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        """Return why a date is not known, as before."""
        return self.base.unknown(day)


def amended_source(
    calendar: Calendar,
    source: DaySource,
    rows: Iterable[Entry | tuple[Entry, ...]],
    confirms: tuple[DateRange, ...],
) -> AmendedDays:
    """Return a calendar's source with the rows added; refuse rows that cannot be.

    A weekend can only be worked if it was a day off, and a day off can only move to a working
    day; both are asked of the calendar as it was. Raises CalendarDataError, TypeError.
    """
    flat = tuple(_flat(rows))
    for first, last in confirms:
        _check_settled(first, last)
    before = calendar.with_source(AmendedDays(source, (), confirms))
    kept = tuple(row for row in flat if not _worked_holiday(before, row))
    for row in kept:
        _check(before, row)
    amended = AmendedDays(source, kept, confirms)
    for year in {row.date.year for row in kept}:
        # raises where rows of one layer contradict each other
        calendar.with_source(amended).special_days(year)
    return amended


def _flat(rows: object) -> Iterator[Entry]:
    """Yield the rows, those of a tuple one by one. Raises TypeError for what is no row."""
    if isinstance(rows, str | Entry) or not isinstance(rows, Iterable):
        msg = f"{rows!r} is not a list of rows; give a list of what day_off and transfer return"
        raise TypeError(msg)
    for item in rows:
        for row in item if type(item) is tuple else (item,):  # an Entry is a tuple by itself
            if not isinstance(row, Entry):
                msg = f"{row!r} is not a row of a calendar; give what day_off and transfer return"
                raise TypeError(msg)
            yield row


def _check_settled(first: date, last: date) -> None:
    if not EARLIEST <= first <= last <= LATEST:
        msg = (
            f"acts cannot settle {first} to {last}: the last date is not before the first, and "
            f"both lie between {EARLIEST} and {LATEST}; correct these dates"
        )
        raise CalendarDataError(msg, first=first, last=last)


def _worked_holiday(calendar: Calendar, row: Entry) -> bool:
    """Whether the row would work a holiday, whose coinciding day off has moved."""
    return (
        row.kind is DayKind.TRANSFERRED_WORK
        and row.layer is Layer.TRANSFER
        and calendar.day(row.date).kind is DayKind.HOLIDAY
    )


def _check(calendar: Calendar, row: Entry) -> None:
    day = calendar.day(row.date)
    if row.kind is DayKind.TRANSFERRED_WORK and day.working:
        msg = f"{row.date} is no day off that could be worked instead; correct the row's dates"
        raise CalendarDataError(msg, date=row.date)
    if row.kind is DayKind.TRANSFERRED_OFF and not day.working:
        msg = f"{row.date} is already off ({day.describe()}); a day off moves to a working day"
        raise CalendarDataError(msg, date=row.date)
    if row.act is None:
        msg = f"the row of {row.date} names no act; give one, a day without it does not count"
        raise CalendarDataError(msg, date=row.date)
