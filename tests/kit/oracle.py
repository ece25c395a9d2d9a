"""Working time by its definition, one minute after another.

An instant whose wall clock reads ``w`` in the zone of the schedule is working time exactly when
``D + a <= w < D + b`` for some date ``D`` with a shift ``[a, b)``. The oracle checks this for every
minute and counts the working minutes. It compiles nothing and shares no code with the package.
Shifts begin and end at whole minutes, and the UTC offsets of the zones are whole minutes, which is
checked. So each minute is entirely working or entirely closed. Instants have microseconds.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from kit.paths import DATA
from kit.values import MINUTE, TICK

Shifts = Sequence[tuple[int, int]]
"""Shifts of a date in minutes after its midnight: 0 <= a < 1440 and a < b <= a + 1440."""


@dataclass(frozen=True)
class HoursRule:
    """A rule of the hours notation as plain data.

    It applies on the weekdays (Monday is 0), on the (month, day) pairs and in the ISO weeks; None
    means all of them. ``effect`` is "replace", "add" or "remove".
    """

    weekdays: frozenset[int]
    effect: str
    shifts: Shifts
    month_days: frozenset[tuple[int, int]] | None = None
    weeks: frozenset[int] | None = None

    def applies(self, day: date, weekday: int) -> bool:
        if weekday not in self.weekdays:
            return False
        if self.month_days is not None and (day.month, day.day) not in self.month_days:
            return False
        return self.weeks is None or int(day.strftime("%V")) in self.weeks


DAY = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Days:
    off: frozenset[date] = frozenset()
    yearly_off: frozenset[tuple[int, int]] = frozenset()
    """(month, day) pairs that are off every year."""
    short: frozenset[date] = frozenset()
    """Dates that end one hour early; a transferred working day is listed by its own date."""
    hours_of: Mapping[date, date] = field(default_factory=dict)
    """A mapping from each transferred working day to the date whose hours it takes."""
    years: frozenset[int] | None = None
    """The years for which the data is complete, None for all years."""


YEARS = (2012, 2013, 2018, 2019, 2024, 2025, 2026, 2027)
# Working days with "<" and the date that they were swapped with. 25 February 2013 was first a
# Monday off, for Saturday 23 February.
SWAPS = """
2012-03-11<2012-03-09 2012-04-28<2012-04-30 2012-05-05<2012-05-07 2012-05-12<2012-05-08
2012-06-09<2012-06-11 2012-12-29<2012-12-31 2013-02-25<2013-05-10 2018-04-28<2018-04-30
2018-06-09<2018-06-11 2018-12-29<2018-12-31 2024-04-27<2024-04-29 2024-11-02<2024-04-30
2024-12-28<2024-12-30 2025-11-01<2025-11-03 2027-02-20<2027-02-22
"""


def _russia() -> Days:
    facts = json.loads((DATA / "ru_days.json").read_text("utf-8"))

    def dates(kind: str) -> frozenset[date]:
        return frozenset(
            date.fromisoformat(day) for year in YEARS for day in facts[str(year)][kind]
        )

    swaps = (map(date.fromisoformat, pair.split("<")) for pair in SWAPS.split())
    return Days(
        off=dates("days_off_on_weekdays"),
        short=dates("short"),
        hours_of=dict(swaps),
        years=frozenset(YEARS),
    )


RUSSIA = _russia()


@lru_cache(maxsize=6000)
def wall_minutes(zone: str, utc_day: int) -> "array[int]":
    """Return the wall-clock reading of each minute of a UTC day, in minutes since the year 1."""
    tz = ZoneInfo(zone)
    readings = array("q")
    for minute in range(DAY):
        wall = (EPOCH + timedelta(days=utc_day, minutes=minute)).astimezone(tz)
        if wall.second:
            msg = f"{zone} has no whole-minute offset at {wall}"
            raise ValueError(msg)
        readings.append(wall.toordinal() * DAY + wall.hour * 60 + wall.minute)
    return readings


class Oracle:
    longest_scan = 500
    """The most days that a question may scan; one that needs more is a mistake or has no answer."""

    def __init__(
        self,
        zone: str,
        weekly: Sequence[Shifts],
        days: Days | None = None,
        overrides: Mapping[date, Shifts] | None = None,
        rules: Sequence[HoursRule] = (),
    ) -> None:
        """Take the shifts of seven weekdays, Monday first, and the exceptions from them.

        ``rules`` are applied to each date after the weekly shifts, in their order.
        """
        self.rules = rules
        self.zone = zone
        self.weekly = weekly
        self.days = days or Days()
        self.overrides = dict(overrides or {})
        self._dates: dict[int, bytearray] = {}
        self._utc_days: dict[int, bytearray] = {}

    # Minutes of working time

    def minutes_of(self, day: date) -> bytearray:
        """Return a flag for each minute of the 48 hours that a shift of the date can reach."""
        if self.days.years is not None and day.year not in self.days.years:
            msg = f"the facts do not cover {day}"
            raise ValueError(msg)
        if day in self.overrides:
            return _flags(self.overrides[day])
        if day in self.days.off or (day.month, day.day) in self.days.yearly_off:
            return _flags(())
        weekday = self.days.hours_of.get(day, day).weekday()
        flags = _flags(self.weekly[weekday])
        self._apply_rules(flags, day, weekday)
        if day in self.days.short:
            for _ in range(60):
                last = flags.rfind(1)
                if last >= 0:
                    flags[last] = 0
        return flags

    def _apply_rules(self, flags: bytearray, day: date, weekday: int) -> None:
        for rule in self.rules:
            if rule.applies(day, weekday):
                if rule.effect == "replace":
                    flags[:] = bytes(len(flags))
                for a, b in rule.shifts:
                    flags[a:b] = bytes([rule.effect != "remove"]) * (b - a)

    def _reaches(self, ordinal: int, minute: int) -> bool:
        if ordinal not in self._dates:
            self._dates[ordinal] = self.minutes_of(date.fromordinal(ordinal))
        return bool(self._dates[ordinal][minute])

    def _day(self, utc_day: int) -> bytearray:
        if utc_day not in self._utc_days:
            flags = bytearray(DAY)
            for minute, reading in enumerate(wall_minutes(self.zone, utc_day)):
                ordinal, of_day = divmod(reading, DAY)
                flags[minute] = self._reaches(ordinal, of_day) or self._reaches(
                    ordinal - 1, of_day + DAY
                )
            self._utc_days[utc_day] = flags
        return self._utc_days[utc_day]

    def _works(self, minute: int) -> bool:
        utc_day, of_day = divmod(minute, DAY)
        return bool(self._day(utc_day)[of_day])

    def _forward(self, minute: int) -> Iterator[int]:
        first, of_day = divmod(minute, DAY)
        for utc_day in range(first, first + self.longest_scan):
            flags = self._day(utc_day)
            while (of_day := flags.find(1, of_day)) >= 0:
                yield utc_day * DAY + of_day
                of_day += 1
            of_day = 0
        msg = f"nothing more within {self.longest_scan} days after {EPOCH + minute * MINUTE}"
        raise LookupError(msg)

    def _backward(self, minute: int) -> Iterator[int]:
        first, of_day = divmod(minute, DAY)
        for utc_day in range(first, first - self.longest_scan, -1):
            flags = self._day(utc_day)
            while (of_day := flags.rfind(1, 0, of_day + 1)) >= 0:
                yield utc_day * DAY + of_day
                of_day -= 1
            of_day = DAY - 1
        msg = f"nothing more within {self.longest_scan} days before {EPOCH + minute * MINUTE}"
        raise LookupError(msg)

    # The verbs

    def is_working(self, t: datetime) -> bool:
        return self._works(_minute(t))

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        a, b = a.astimezone(UTC), b.astimezone(UTC)
        if b < a:
            return -self.elapsed(b, a)
        return sum((end - start for start, end in self._pieces(a, b)), timedelta())

    def deadline(self, start: datetime, budget: timedelta) -> datetime:
        start = start.astimezone(UTC)
        if not budget:
            return start
        for minute in self._forward(_minute(start)):
            begin = max(start, EPOCH + minute * MINUTE)
            room = EPOCH + (minute + 1) * MINUTE - begin
            if budget <= room:
                return begin + budget
            budget -= room
        raise AssertionError  # the scan itself ends with an error

    def breaches_after(self, start: datetime, budget: timedelta) -> datetime:
        return self.deadline(start, budget + TICK) - TICK

    def latest_start(self, due: datetime, budget: timedelta) -> datetime:
        due = due.astimezone(UTC)
        if not budget:
            return due
        for minute in self._backward(_minute(due)):
            end = min(due, EPOCH + (minute + 1) * MINUTE)
            room = end - (EPOCH + minute * MINUTE)
            if budget <= room:
                return end - budget
            budget -= room
        raise AssertionError  # the scan itself ends with an error

    def next_opening(self, t: datetime, *, inclusive: bool = True) -> datetime:
        """Return the first working instant from ``t`` on, or the first opening after ``t``."""
        if inclusive:
            return max(t.astimezone(UTC), EPOCH + next(self._forward(_minute(t))) * MINUTE)
        return self._first(self._forward(_minute(t) + 1), -1)

    def next_closing(self, t: datetime, *, inclusive: bool = False) -> datetime:
        return self._first(self._forward(_minute(t.astimezone(UTC) - TICK * inclusive)), 1)

    def previous_opening(self, t: datetime, *, inclusive: bool = True) -> datetime:
        return self._first(self._backward(_minute(t.astimezone(UTC) - TICK * (not inclusive))), -1)

    def previous_closing(self, t: datetime, *, inclusive: bool = True) -> datetime:
        before = _minute(t.astimezone(UTC) - TICK * (not inclusive)) - 1
        return self._first(self._backward(before), 1)

    def _first(self, minutes: Iterator[int], beside: int) -> datetime:
        """Return the edge of the first minute whose neighbour before or after it is closed."""
        minute = next(minute for minute in minutes if not self._works(minute + beside))
        return EPOCH + (minute + (beside > 0)) * MINUTE

    def intervals(self, a: datetime, b: datetime) -> list[tuple[datetime, datetime]]:
        stretches: list[tuple[datetime, datetime]] = []
        for start, end in self._pieces(a.astimezone(UTC), b.astimezone(UTC)):
            if stretches and stretches[-1][1] == start:
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((start, end))
        return stretches

    def _pieces(self, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working minutes between two instants, cut at the instants; all in UTC."""
        for minute in self._forward(_minute(a)):
            start, end = max(a, EPOCH + minute * MINUTE), min(b, EPOCH + (minute + 1) * MINUTE)
            if start >= b:
                break
            yield start, end


def _flags(shifts: Shifts) -> bytearray:
    flags = bytearray(2 * DAY)
    for a, b in shifts:
        if not (0 <= a < DAY and a < b <= a + DAY):
            msg = f"not a shift: {a}-{b}"
            raise ValueError(msg)
        flags[a:b] = bytes([1]) * (b - a)
    return flags


def _minute(t: datetime) -> int:
    return (t.astimezone(UTC) - EPOCH) // MINUTE
