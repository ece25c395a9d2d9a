"""When cases arrived and were due, in local time and by the calendar of each case's schedule.

A week with too little working time for a rate of its own is merged with the next week.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from workhours_sla.calendars.days import DayKind
from workhours_sla.compliance.cases import Cases, Labels, case_schedule, in_zone
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray
from workhours_sla.statistics.control_charts import merge_short_periods
from workhours_sla.text import catalog
from workhours_sla.worktime.columns.column_verbs import is_working
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ONE_DAY, TICK, zone_offsets

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

ARRIVAL_CLASSES: Final = (
    "in_hours",
    "evening_night",
    "weekend",
    "holiday",
    "short_day",
    "working_weekend",
)
"""Classes of cases by the time at which they arrived.

``holiday`` is any day off except a weekend. ``in_hours`` includes breaks within the working day.
"""

DUE_CLASSES: Final = ("ordinary_day", "after_days_off")
"""Classes of cases by the day on which they are due.

``after_days_off`` is the first working day after at least three days off.
"""

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Keys of the rows in the table ``weekday``."""
HOURS: Final = tuple(f"{hour:02}" for hour in range(24))  # keys of the rows in the table ``hour``

_LONG_REST: Final = 3
"""After this many days off or more, the next working day is ``after_days_off``."""
_SHORTEST_WEEK: Final = timedelta(hours=8)
"""For rates, a week with less working time than this is merged with the next week."""
_FARTHEST: Final = 365 * DAY
"""In the bulk, successive arrivals are at most this many microseconds apart."""
_LISTED: Final = 20  # maximum number of outliers that a report lists
_EPOCH: Final = date(1970, 1, 1)
_MONDAY: Final = 3  # days from the Monday of its week to 1970-01-01, which was a Thursday


class Week(NamedTuple):
    name: str
    first: date
    working_time: timedelta | None  # None if the calendar does not cover it
    cohort: int  # the number of its merged week


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The local arrival time of each case, and the classes of its arrival and its due day."""

    weekday: IntArray
    hour: IntArray
    week: IntArray  # -1 for an outlier
    arrival_class: IntArray  # -1 if unknown
    due_class: IntArray
    due_later: BoolArray
    weeks: tuple[Week, ...]
    last_is_short: bool  # the last merged week has too little working time
    far: BoolArray

    @property
    def cohort(self) -> IntArray:
        """The number of the merged week in which each case arrived, -1 for an outlier."""
        return np.array([*(week.cohort for week in self.weeks), -1], np.int64)[self.week]

    def labels(self) -> dict[str, Labels]:
        return {
            "hour": Labels(HOURS, self.hour),
            "weekday": Labels(WEEKDAYS, self.weekday),
            "arrival_class": Labels(ARRIVAL_CLASSES, self.arrival_class),
            "due_class": Labels(DUE_CLASSES, self.due_class),
            "week": Labels(tuple(week.name for week in self.weeks), self.week),
        }


def arrivals(cases: Cases) -> Arrivals:
    local = to_local(cases.started, cases.schedule_of, cases.schedules)
    has_due = cases.due != NEVER
    due = to_local(_due_or_start(cases), cases.schedule_of, cases.schedules)
    day, due_day = local // DAY, np.where(has_due, due, local) // DAY
    dates = _Dates.of(cases, day, due_day)
    number = (day + _MONDAY) // 7
    far = _far_arrivals(cases.started)
    first_week, last_week = int(number[~far].min()), int(number[~far].max())
    weeks, last_is_short = _weeks(cases.reference, first_week, last_week)
    return Arrivals(
        weekday=(day + _MONDAY) % 7,
        hour=local % DAY // HOUR,
        week=np.where(far, -1, number - first_week),
        arrival_class=_arrival_classes(cases, local, dates),
        due_class=np.where(has_due, dates.due_class(cases.schedule_of, due_day), -1),
        due_later=has_due & (due_day > day),
        weeks=weeks,
        last_is_short=last_is_short,
        far=far,
    )


def to_local(instants: IntArray, of: IntArray, schedules: tuple[Schedule, ...]) -> IntArray:
    """Convert microseconds since 1970 in UTC to local ones, each in the zone of its schedule."""
    if not instants.size:
        return instants
    first, last = int(instants.min()) // DAY - 1, int(instants.max()) // DAY + 2
    found = np.empty_like(instants)
    zones: dict[str, list[int]] = {}
    for position, schedule in enumerate(schedules):
        zones.setdefault(schedule.tz.key, []).append(position)
    for positions in zones.values():
        zone = zone_offsets(schedules[positions[0]].tz)
        changes = zone.changes(first, last)
        moments = np.array([moment // TICK for moment, _ in changes], np.int64)
        offsets = [zone.offset_on(first), *(offset for _, offset in changes)]
        micros = np.array([offset // TICK for offset in offsets], np.int64)
        rows = slice(None) if len(zones) == 1 else np.isin(of, positions)
        some = instants[rows]
        found[rows] = some + micros[np.searchsorted(moments, some, side="right")]
    return found


def _due_or_start(cases: Cases) -> IntArray:
    return np.where(cases.due == NEVER, cases.started, cases.due)


# -- dates -------------------------------------------------------------------------------------


_IN_HOURS, _EVENING, _WEEKEND, _HOLIDAY, _SHORT, _EXTRA = range(len(ARRIVAL_CLASSES))


class _Dates(NamedTuple):
    """The kind and the hours of each date of each schedule."""

    days: IntArray
    kind: IntArray
    opens: IntArray
    closes: IntArray

    @classmethod
    def of(cls, cases: Cases, day: IntArray, due_day: IntArray) -> _Dates:
        due_days = np.unique(due_day)
        days = np.unique(np.concatenate([day, *(due_days - n for n in range(_LONG_REST + 1))]))
        kind = np.full((len(cases.schedules), days.size), -1, np.int64)
        opens, closes = np.zeros_like(kind), np.zeros_like(kind)
        for position in np.unique(cases.schedule_of).tolist():
            schedule = cases.schedules[position]
            for index, number in enumerate(days.tolist()):
                on = _EPOCH + timedelta(days=number)
                with suppress(CalendarCoverageError):
                    shifts = schedule.shifts_on(on)
                    kind[position, index] = _kind(schedule, on, works=bool(shifts))
                    if shifts:
                        opens[position, index] = min(shift.start for shift in shifts) // TICK
                        closes[position, index] = max(shift.end for shift in shifts) // TICK
        return cls(days, kind, opens, closes)

    def at(self, day: IntArray) -> IntArray:
        return np.searchsorted(self.days, day).astype(np.int64)

    def due_class(self, of: IntArray, day: IntArray) -> IntArray:
        rested = np.ones(day.shape, np.bool_)
        for back in range(1, _LONG_REST + 1):
            rested &= np.isin(self.kind[of, self.at(day - back)], (_WEEKEND, _HOLIDAY))
        return np.where(self.kind[of, self.at(day)] < 0, -1, rested.astype(np.int64))


def _kind(schedule: Schedule, day: date, *, works: bool) -> int:
    if day in schedule.overrides:
        return _IN_HOURS if works else _HOLIDAY
    found = schedule.calendar.day(day)
    if not works:
        return _WEEKEND if found.kind in (DayKind.DAY_OFF, DayKind.WORK) else _HOLIDAY
    if found.kind is DayKind.TRANSFERRED_WORK:
        return _EXTRA
    return _SHORT if found.short else _IN_HOURS


def _arrival_classes(cases: Cases, local: IntArray, dates: _Dates) -> IntArray:
    of, at, clock = cases.schedule_of, dates.at(local // DAY), local % DAY
    kind = dates.kind[of, at]
    several = len(cases.schedules) > 1
    working = is_working(
        cases.schedules if several else cases.schedules[0],
        cases.started.view("M8[us]"),
        codes=of if several else None,
        tz="UTC",
        on_unknown="mark",
    ).values
    inside = working | ((dates.opens[of, at] <= clock) & (clock < dates.closes[of, at]))
    return np.where((kind == _IN_HOURS) & ~inside, _EVENING, kind)


@dataclass(frozen=True, slots=True)
class DayNote:
    """A date of the reference schedule: the kind of day, the working time, and the reason."""

    date: date
    kind: str | None  # None if the calendar does not cover it
    short: bool
    working_time: timedelta | None
    reason_en: str
    reason_ru: str


def day_notes(cases: Cases, when: Arrivals) -> tuple[DayNote, ...]:
    due = to_local(_due_or_start(cases), cases.schedule_of, cases.schedules)
    last = _EPOCH + timedelta(days=int(due.max()) // DAY)
    reference, first = cases.reference, when.weeks[0].first
    end = max(last, in_zone(reference, cases.as_of).date())
    return tuple(_note(reference, first + ONE_DAY * n) for n in range((end - first).days + 1))


def _note(schedule: Schedule, day: date) -> DayNote:
    with suppress(CalendarCoverageError):
        shifts = schedule.shifts_on(day)
        worked = sum((shift.end - shift.start for shift in shifts), timedelta(0))
        if day in schedule.overrides:
            kind, reason = ("work", "overridden") if shifts else ("day_off", "by_own_order")
            own = catalog.DAYS.in_all_languages()[reason]
            return DayNote(day, kind, False, worked, own["en"], own["ru"])  # noqa: FBT003
        found = schedule.calendar.day(day)
        reasons = [found.describe(lang) for lang in catalog.LANGUAGES]
        return DayNote(day, found.kind.value, found.short, worked, *reasons)
    return DayNote(day, None, False, None, "", "")  # noqa: FBT003


# -- weeks -------------------------------------------------------------------------------------


def _weeks(schedule: Schedule, first: int, last: int) -> tuple[tuple[Week, ...], bool]:
    mondays = [_EPOCH + timedelta(days=7 * n - _MONDAY) for n in range(first, last + 1)]
    spans = [_working_time(schedule, monday) for monday in mondays]
    # A week of unknown working time counts as long enough, so that it is not merged.
    known = [(_SHORTEST_WEEK if span is None else span) // TICK for span in spans]
    merged = merge_short_periods(known, shortest=_SHORTEST_WEEK // TICK)
    columns = zip(mondays, spans, merged.labels.tolist(), strict=True)
    weeks = tuple(Week(week_name(monday), monday, *rest) for monday, *rest in columns)
    return weeks, merged.last_is_short


def week_name(day: date) -> str:
    """Return the ISO week of a date, such as 2026-W03."""
    return "{}-W{:02}".format(*day.isocalendar()[:2])


def end_of_week(schedule: Schedule, monday: date) -> datetime:
    return schedule.end_of_day(monday + 6 * ONE_DAY)


def _working_time(schedule: Schedule, monday: date) -> timedelta | None:
    try:
        return schedule.elapsed(
            schedule.end_of_day(monday - ONE_DAY), end_of_week(schedule, monday)
        )
    except CalendarCoverageError:
        return None


# -- arrivals more than a year away from all others, most likely because of wrong dates ----------
# They count in every figure, but no time axis includes them: one appeal of 1970 would stretch the
# weeks of a year over half a century.


@dataclass(frozen=True, slots=True)
class Outlier:
    """An appeal that arrived more than 365 days before or after the bulk of the appeals."""

    appeal_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Outliers:
    """The appeals that arrived more than 365 days outside the bulk: the count, and the first 20."""

    count: int = 0
    first: tuple[Outlier, ...] = ()


def _far_arrivals(started: IntArray) -> BoolArray:
    order = np.sort(started)
    edges = np.flatnonzero(np.diff(order) > _FARTHEST) + 1
    begins = np.concatenate([[0], edges])
    sizes = np.diff(np.append(begins, order.size))
    bulk = int(np.flatnonzero(sizes == sizes.max())[-1])
    first, last = order[begins[bulk]], order[begins[bulk] + sizes[bulk] - 1]
    far: BoolArray = (started < first) | (started > last)
    return far


def outliers(cases: Cases, far: BoolArray) -> Outliers:
    rows = np.flatnonzero(far)
    found = sorted((int(cases.started[row]), str(cases.ids[row]), row) for row in rows.tolist())
    first = (Outlier(id_, in_zone(case_schedule(cases, row), at)) for at, id_, row in found)
    return Outliers(rows.size, tuple(islice(first, _LISTED)))
