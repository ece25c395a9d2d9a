"""The open appeals at the end of each week, their ages, and a check of the counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workhours_sla.compliance.arrivals import Arrivals
from workhours_sla.compliance.cases import UNKNOWN, Cases
from workhours_sla.compliance.microseconds import DAY, MICROSECOND, amount_of, in_zone, micros_of
from workhours_sla.compliance.series import end_of_week
from workhours_sla.statistics.arrays import IntArray
from workhours_sla.statistics.backlog import (
    backlog,
    backlog_ages,
    flow,
    littles_law,
    overdue_backlog,
)
from workhours_sla.statistics.maturity import EXCLUDED


@dataclass(frozen=True, slots=True)
class BacklogPoint:
    """How many appeals were open and overdue at an instant, with arrivals and departures.

    ``arrivals`` and ``departures`` count the appeals of the week that ends at the instant; a
    departure is an answer or a withdrawal.
    """

    at: datetime
    open: int
    overdue: int
    arrivals: int
    departures: int

    @property
    def net(self) -> int:
        """The growth of the backlog in the week: arrivals minus departures."""
        return self.arrivals - self.departures


@dataclass(frozen=True, slots=True)
class LittleCheck:
    """A check of the counts by Little's law, in clock time from ``since`` to ``as_of``.

    ``mean_open`` is the mean number of open appeals. ``expected`` is the number that the law
    predicts: ``arrivals_per_day`` times ``mean_time``. ``mean_time`` is the mean time from arrival
    to the answer or the withdrawal, without appeals that are still open. No appeal is open at
    ``since``, so any difference between ``mean_open`` and ``expected`` is due to appeals that are
    still open.
    """

    since: datetime
    mean_open: float
    arrivals_per_day: float
    mean_time: timedelta
    expected: float


@dataclass(frozen=True, slots=True)
class BacklogSeries:
    """The backlog at the end of each week, and the ages of open appeals at ``as_of``.

    Ages are amounts of working time, and are None if no appeal is open. ``little`` is None while no
    appeal has been answered or withdrawn.
    """

    points: tuple[BacklogPoint, ...]
    median_age: timedelta | None
    p90_age: timedelta | None
    largest_age: timedelta | None
    little: LittleCheck | None


def backlog_series(cases: Cases, when: Arrivals) -> BacklogSeries:
    """Return the backlog at the end of each week and at ``as_of``; excluded cases do not count."""
    counted = ~cases.in_state(EXCLUDED)
    came, left, limit = cases.started[counted], cases.ended[counted], cases.limit[counted]
    near = ~when.far[counted]
    schedule = cases.reference
    ends = [micros_of(end_of_week(schedule, week.first)) for week in when.weeks]
    at = [*(end for end in ends if end < cases.as_of), cases.as_of]
    start = micros_of(end_of_week(schedule, when.weeks[0].first - timedelta(days=7)))
    # The week began earlier in zones further east, and a case may have arrived there before it
    # began in the zone of the reference schedule.
    start = min(start, int(cases.started[~when.far].min()))
    flows = flow(came, left, [start, *at[:-1], cases.as_of + 1])
    numbers = (
        backlog(came, left, at),
        overdue_backlog(came, left, limit, at),
        flows.arrivals,
        flows.departures,
    )
    points = tuple(
        BacklogPoint(in_zone(schedule, moment), *found)
        for moment, *found in zip(at, *(column.tolist() for column in numbers), strict=True)
    )
    waiting = cases.open & (cases.elapsed != UNKNOWN)
    ages = backlog_ages(cases.elapsed[waiting])
    return BacklogSeries(
        points,
        amount_of(ages.median),
        amount_of(ages.p90),
        amount_of(ages.largest),
        _little(cases, came[near], left[near], start),
    )


def _little(cases: Cases, came: IntArray, left: IntArray, start: int) -> LittleCheck | None:
    if not (left <= cases.as_of).any():
        return None
    law = littles_law(came, left, start, cases.as_of + 1)
    return LittleCheck(
        in_zone(cases.reference, start),
        law.mean_backlog,
        law.arrival_rate * DAY,
        round(law.mean_time) * MICROSECOND,
        law.predicted_backlog,
    )
