"""When cases arrived and were due, in local time and by the calendar of each case's schedule.

A week with too little working time for a rate of its own is merged with the next week. The result
is a merged week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from workhours_sla.calendars.day import DayKind
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import DAY, HOUR, MICROSECOND, date_of
from workhours_sla.compliance.outliers import far_arrivals
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray, read_only
from workhours_sla.statistics.control_charts import merge_short_periods
from workhours_sla.worktime.columns.verbs import is_working
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import zone_offsets

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

LONG_REST: Final = 3
"""After this many days off or more, the next working day is ``after_days_off``."""
SHORTEST_WEEK: Final = timedelta(hours=8)
"""For rates, a week with less working time than this is merged with the next week."""

_MONDAY: Final = 3
"""Days from the Monday of its week to 1970-01-01, which was a Thursday."""


class Week(NamedTuple):
    """An ISO week of local dates, with its first date and its working time.

    ``working_time`` is None if the calendar of the reference schedule does not cover the week.
    ``cohort`` is the number of the merged week that includes this week.
    """

    name: str
    first: date
    working_time: timedelta | None
    cohort: int


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The local arrival time of each case, and the classes of its arrival and its due day.

    The arrays have one value per case. ``weekday`` is 0 for Monday, and ``week`` is an index in
    ``weeks``, or -1 for an outlier (``far``, see ``outliers``). ``arrival_class`` and ``due_class``
    are indexes in ARRIVAL_CLASSES and DUE_CLASSES, or -1 if the class is unknown. ``due_later`` is
    true for a case that is due on a later date than it arrived. ``last_is_short`` is true if the
    last merged week still has too little working time.
    """

    weekday: IntArray
    hour: IntArray
    week: IntArray
    arrival_class: IntArray
    due_class: IntArray
    due_later: BoolArray
    weeks: tuple[Week, ...]
    last_is_short: bool
    far: BoolArray

    @property
    def cohort(self) -> IntArray:
        """The number of the merged week in which each case arrived, -1 for an outlier."""
        return np.array([*(week.cohort for week in self.weeks), -1], np.int64)[self.week]


def arrivals(cases: Cases) -> Arrivals:
    """Return when the cases arrived and were due. There must be at least one case."""
    local = local_times(cases, cases.started)
    has_due = cases.due != NEVER
    due = np.where(has_due, local_times(cases, np.where(has_due, cases.due, cases.started)), local)
    day, due_day = local // DAY, due // DAY
    facts = _facts(cases, day, due_day)
    number = (day + _MONDAY) // 7
    far = far_arrivals(cases)
    first_week, last_week = int(number[~far].min()), int(number[~far].max())
    weeks, last_is_short = _weeks(cases.reference, first_week, last_week)
    return Arrivals(
        weekday=read_only((day + _MONDAY) % 7),
        hour=read_only(local % DAY // HOUR),
        week=read_only(np.where(far, -1, number - first_week)),
        arrival_class=read_only(_arrival_classes(cases, local, facts)),
        due_class=read_only(np.where(has_due, facts.due_class(cases.schedule_of, due_day), -1)),
        due_later=read_only(has_due & (due_day > day)),
        weeks=weeks,
        last_is_short=last_is_short,
        far=read_only(far),
    )


def local_times(cases: Cases, instants: IntArray) -> IntArray:
    """Convert one instant per case to the local time of the case's schedule; see ``to_local``."""
    return to_local(instants, cases.schedule_of, cases.schedules)


def to_local(instants: IntArray, of: IntArray, schedules: tuple[Schedule, ...]) -> IntArray:
    """Convert instants in UTC to local times, each in the zone of its schedule.

    Instants are microseconds since 1970-01-01 00:00 in UTC; results are microseconds since
    1970-01-01 00:00 in local time. ``of`` has for each instant the position of its schedule in
    ``schedules``.
    """
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
        moments = np.array([moment // MICROSECOND for moment, _ in changes], np.int64)
        offsets = [zone.offset_on(first), *(offset for _, offset in changes)]
        micros = np.array([offset // MICROSECOND for offset in offsets], np.int64)
        rows = slice(None) if len(zones) == 1 else np.isin(of, positions)
        some = instants[rows]
        found[rows] = some + micros[np.searchsorted(moments, some, side="right")]
    return found


# -- days --------------------------------------------------------------------------------------


class _Facts(NamedTuple):
    """The kind and the hours of each date of each schedule.

    ``days`` are sorted dates as days since 1970. The other arrays have a row per schedule and a
    column per date. ``kind`` is a position in ARRIVAL_CLASSES (``in_hours`` for an ordinary
    working day), or -1 if the calendar does not cover the date. ``opens`` and ``closes`` are
    microseconds since midnight.
    """

    days: IntArray
    kind: IntArray
    opens: IntArray
    closes: IntArray

    def at(self, day: IntArray) -> IntArray:
        """Return the index in ``days`` of each date, given as days since 1970."""
        return np.searchsorted(self.days, day).astype(np.int64)

    def due_class(self, of: IntArray, day: IntArray) -> IntArray:
        """Return the class of each due date: an index in DUE_CLASSES, or -1 if it is unknown.

        ``day`` has the due dates as days since 1970, and ``of`` the index of the schedule for each
        due date.
        """
        on = self.kind[of, self.at(day)]
        before = [self.kind[of, self.at(day - back)] for back in range(1, LONG_REST + 1)]
        rested = np.logical_and.reduce([np.isin(kind, _OFF) for kind in before])
        return np.where(on < 0, -1, rested.astype(np.int64))


def _facts(cases: Cases, day: IntArray, due_day: IntArray) -> _Facts:
    """Collect the facts of all arrival and due dates, and of the three dates before due dates."""
    due_days = np.unique(due_day)
    days = np.unique(np.concatenate([day, *(due_days - back for back in range(LONG_REST + 1))]))
    shape = (len(cases.schedules), days.size)
    kind = np.full(shape, -1, np.int64)
    opens, closes = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for position in np.unique(cases.schedule_of).tolist():
        schedule = cases.schedules[position]
        for index, number in enumerate(days.tolist()):
            date_ = date_of(number)
            try:
                shifts = schedule.shifts_on(date_)
                kind[position, index] = _kind(schedule, date_, works=bool(shifts))
            except CalendarCoverageError:
                continue
            if shifts:
                opens[position, index] = min(s.start for s in shifts) // MICROSECOND
                closes[position, index] = max(s.end for s in shifts) // MICROSECOND
    return _Facts(days, kind, opens, closes)


_IN_HOURS, _EVENING, _WEEKEND, _HOLIDAY, _SHORT, _EXTRA = range(len(ARRIVAL_CLASSES))
_OFF: Final = (_WEEKEND, _HOLIDAY)


def _kind(schedule: Schedule, day: date, *, works: bool) -> int:
    """Return the kind of a date, as in ``_Facts``; ``works`` is true if it has working hours."""
    if day in schedule.overrides:
        return _IN_HOURS if works else _HOLIDAY
    found = schedule.calendar.day(day)
    if not works:
        return _WEEKEND if found.kind in (DayKind.DAY_OFF, DayKind.WORK) else _HOLIDAY
    if found.kind is DayKind.TRANSFERRED_WORK:
        return _EXTRA
    return _SHORT if found.short else _IN_HOURS


def _arrival_classes(cases: Cases, local: IntArray, facts: _Facts) -> IntArray:
    """Return the arrival class of each case: an index in ARRIVAL_CLASSES, or -1 if unknown."""
    at = facts.at(local // DAY)
    of = cases.schedule_of
    kind = facts.kind[of, at]
    clock = local % DAY
    several = len(cases.schedules) > 1
    working = is_working(
        cases.schedules if several else cases.schedules[0],
        cases.started.view("M8[us]"),
        codes=of if several else None,
        tz="UTC",
        on_unknown="mark",
    ).values
    inside = working | ((facts.opens[of, at] <= clock) & (clock < facts.closes[of, at]))
    return np.where((kind == _IN_HOURS) & ~inside, _EVENING, kind)


# -- weeks -------------------------------------------------------------------------------------


def _weeks(schedule: Schedule, first: int, last: int) -> tuple[tuple[Week, ...], bool]:
    """Return weeks from number ``first`` to ``last``, and whether the last merged week is short.

    Weeks are numbered from 0, which is the week of 1970-01-01. A merged week is short if it has too
    little working time.
    """
    mondays = [date_of(7 * n - _MONDAY) for n in range(first, last + 1)]
    spans = [_working_time(schedule, monday) for monday in mondays]
    # A week of unknown working time counts as long enough, so that it is not merged.
    known = [SHORTEST_WEEK if span is None else span for span in spans]
    merged = merge_short_periods(
        [span // MICROSECOND for span in known], shortest=SHORTEST_WEEK // MICROSECOND
    )
    weeks = tuple(
        Week("{}-W{:02}".format(*monday.isocalendar()[:2]), monday, span, int(cohort))
        for monday, span, cohort in zip(mondays, spans, merged.labels, strict=True)
    )
    return weeks, merged.last_is_short


def _working_time(schedule: Schedule, monday: date) -> timedelta | None:
    try:
        return schedule.elapsed(
            schedule.end_of_day(monday - timedelta(days=1)),
            schedule.end_of_day(monday + timedelta(days=6)),
        )
    except CalendarCoverageError:
        return None
