"""The series for the charts of a report: weeks, trends, the backlog and the heat map.

A week is final when no later event can change its rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np

from workhours_sla.compliance.cases import UNKNOWN, Cases, Labels, amount_of, in_zone, micros_of
from workhours_sla.compliance.group_tables import (
    Row,
    Table,
    Tally,
    all_groups,
    count_marked,
    in_order,
)
from workhours_sla.compliance.period import ReportOptions
from workhours_sla.compliance.time import DAY, Arrivals, end_of_week, week_name
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.statistics.arrays import NEVER, IntArray
from workhours_sla.statistics.backlog import (
    backlog,
    backlog_ages,
    flow,
    littles_law,
    overdue_backlog,
)
from workhours_sla.statistics.control_charts import (
    FEWEST_POINTS,
    Signals,
    expected_false_signals,
    p_prime_chart,
    xmr_chart,
)
from workhours_sla.statistics.maturity import COUNTS, EXCLUDED, CohortCounts
from workhours_sla.worktime.times import ONE_DAY, TICK

_MOST_PAUSED: Final = 0.2
"""A week with a larger share of paused appeals than this is left out of trends."""

_HOUR: Final = timedelta(hours=1)
_WEEKDAYS, _HOURS = 7, 24
Grid = tuple[tuple[int, ...], ...]
Side = Literal["improvement", "concern", "neither"]
Assurance = Literal["met", "missed", "varies"]


@dataclass(frozen=True, slots=True)
class WeekRow:
    name: str
    first: date
    working_time: timedelta | None
    cohort: str  # the key of its merged week, in the table ``week``
    counts: CohortCounts


def week_rows(tally: Tally, when: Arrivals) -> tuple[tuple[WeekRow, ...], Table]:
    names: list[str] = []
    for week in when.weeks:
        if week.cohort == len(names):
            names.append(week.name)
        else:
            names[-1] += "+" + week.name.split("-")[1]
    weeks = tuple(
        WeekRow(week.name, week.first, week.working_time, names[week.cohort], counts)
        for week, counts in zip(when.weeks, tally.counts(when.week, len(when.weeks)), strict=True)
    )
    rows = tally.rows(names, when.cohort)
    as_of = in_zone(tally.reference, tally.cases.as_of)
    ends = {week.cohort: end_of_week(tally.reference, week.first) for week in when.weeks}
    for cohort, end in ends.items():
        if end > as_of:  # More appeals can arrive in this week.
            both = ("final_at", "unpaused_final_at")
            last: Any = {name: _final(tally, getattr(rows[cohort], name), end) for name in both}
            rows[cohort] = replace(rows[cohort], **last)
    return weeks, in_order("week", rows)


def _final(tally: Tally, last: datetime | None, end: datetime) -> datetime | None:
    """Return when the rate of a week is final, also if a case arrives at its last moment."""
    if last is None:
        return None
    target, limits = tally.cases.target, [last]
    verb = "deadline" if target.closing == "strict" else "breaches_after"
    with suppress(CalendarCoverageError):
        for schedule in tally.cases.schedules:
            last = (end - timedelta.resolution).astimezone(schedule.tz)
            limits.append(getattr(schedule, verb)(last, target.budget))
        return max(limits).astimezone(tally.reference.tz)
    return None


# -- trends --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A merged week that is left out of a trend, and the reason."""

    week: str
    reason: Literal["paused", "unknown", "unfinished"]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The median working time to an answer of one merged week, and whether it signals a change."""

    week: str
    median: timedelta
    outside: bool = False
    run_of_eight: bool = False
    three_of_four: bool = False
    range_outside: bool = False


@dataclass(frozen=True, slots=True)
class SharePoint:
    """The share in time of one merged week, with its own limits and the rules it breaks."""

    week: str
    met: int
    matured: int
    lower: float | None = None
    upper: float | None = None
    outside: bool = False
    run_of_eight: bool = False
    three_of_four: bool = False

    @property
    def share(self) -> float:
        return self.met / self.matured


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFacts:
    baseline: int | None = None  # None with too few points for limits
    rebased: str | None = None
    expected_signals: float | None = None  # by chance alone
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(TrendFacts):
    """The medians of the final weeks, with the limits of an XmR chart; None without limits."""

    points: tuple[TrendPoint, ...]
    mean: timedelta | None = None
    lower: timedelta | None = None
    upper: timedelta | None = None
    moving_range_limit: timedelta | None = None

    def side(self, point: TrendPoint) -> Side:
        return _side(point, better=self.mean is not None and point.median < self.mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTrend(TrendFacts):
    """The shares in time of the final weeks, with the limits of a p' chart."""

    points: tuple[SharePoint, ...]
    mean: float | None = None
    sigma_z: float | None = None  # spread as a multiple of the binomial

    def side(self, point: SharePoint) -> Side:
        return _side(point, better=self.mean is not None and point.share > self.mean)

    def assurance(self, target: float) -> Assurance | None:
        """Return whether the process will meet a target if nothing changes; None without limits."""
        last = self.points[-1] if self.points else None
        if last is None or last.lower is None or last.upper is None:
            return None
        if target <= last.lower:
            return "met"
        return "missed" if target > last.upper else "varies"


def _side(point: TrendPoint | SharePoint, *, better: bool) -> Side:
    if not (point.outside or point.run_of_eight or point.three_of_four):
        return "neither"
    return "improvement" if better else "concern"


def final_weeks(
    table: Table, as_of: int, *, last_is_part: bool
) -> tuple[list[Row], tuple[LeftOut, ...]]:
    """Return the final weeks as points of trends, and the merged weeks that are left out."""
    final, left_out = list[Row](), list[LeftOut]()
    part = table.rows[-1] if last_is_part else None
    for row in table.rows:
        counts, end = row.counts, row.unpaused_final_at
        counting = counts.met + counts.breached + counts.pending + counts.paused
        if counts.paused > _MOST_PAUSED * counting:
            left_out.append(LeftOut(row.key or "", "paused"))
        elif end is None and counting:
            left_out.append(LeftOut(row.key or "", "unknown"))
        elif row is part or (end is not None and micros_of(end) >= as_of):
            left_out.append(LeftOut(row.key or "", "unfinished"))
        elif end is not None:
            final.append(row)
    return final, tuple(left_out)


def trend(final: Sequence[Row], left_out: tuple[LeftOut, ...], options: ReportOptions) -> Trend:
    def chart_of(points: list[TrendPoint], baseline: int) -> _Charted:
        chart = xmr_chart([point.median / _HOUR for point in points], baseline=baseline)
        jumps = [False, *chart.moving_range_outside.tolist()]
        limits = ("mean", "lower", "upper", "moving_range_limit")
        found = {name: _HOUR * getattr(chart, name) for name in limits}
        return {**_marks(chart.signals), "range_outside": jumps}, found

    known = ((row.key or "", row.median.time) for row in final if row.median is not None)
    points = [TrendPoint(week, time) for week, time in known if time is not None]
    made: Trend = _with_limits(Trend, points, left_out, options, chart_of)
    return made


def share_trend(
    final: Sequence[Row], left_out: tuple[LeftOut, ...], options: ReportOptions
) -> ShareTrend:
    def chart_of(points: list[SharePoint], baseline: int) -> _Charted:
        met, matured = ([getattr(one, name) for one in points] for name in ("met", "matured"))
        chart = p_prime_chart(met, matured, baseline=baseline)
        limits = {"lower": chart.lower.tolist(), "upper": chart.upper.tolist()}
        found = {"mean": chart.mean, "sigma_z": chart.sigma_z}
        return {**limits, **_marks(chart.signals)}, found

    points = [
        SharePoint(row.key or "", row.counts.matured_met, row.counts.matured)
        for row in final
        if row.counts.matured
    ]
    made: ShareTrend = _with_limits(ShareTrend, points, left_out, options, chart_of)
    return made


_Charted = tuple[dict[str, list[Any]], dict[str, Any]]
"""Values for the fields of each point, and for those of the trend, keyed by field."""


def _with_limits(
    kind: type[Trend | ShareTrend],
    points: list[Any],
    left_out: tuple[LeftOut, ...],
    options: ReportOptions,
    chart_of: Callable[[list[Any], int], _Charted],
) -> Any:
    start = 0
    if options.rebase is not None:
        first = week_name(options.rebase)
        start = sum(point.week.partition("+")[0] < first for point in points)
    early, later = points[:start], points[start:]
    baseline = min(options.baseline, len(later))
    if baseline < FEWEST_POINTS:
        return kind(points=tuple(points), left_out=left_out)
    columns, limits = chart_of(later, baseline)
    marks = (dict(zip(columns, of, strict=True)) for of in zip(*columns.values(), strict=True))
    return kind(
        points=(*early, *(replace(point, **of) for point, of in zip(later, marks, strict=True))),
        baseline=baseline,
        rebased=later[0].week if start else None,
        expected_signals=expected_false_signals(
            len(later), baseline=baseline, moving_ranges=kind is Trend
        ),
        left_out=left_out,
        **limits,
    )


def _marks(signals: Signals) -> dict[str, list[bool]]:
    return {field.name: getattr(signals, field.name).tolist() for field in fields(signals)}


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """The matured appeals of one group, or of none (None), in each week, and those in time."""

    key: str | None
    met: tuple[int, ...]
    matured: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupWeeks:
    by: str
    weeks: tuple[str, ...]
    groups: tuple[GroupCounts, ...]


def group_weeks(
    tally: Tally, when: Arrivals, groups: Mapping[str, Labels], weeks: Mapping[int, str]
) -> tuple[GroupWeeks, ...]:
    cohort, size, chosen = when.cohort, when.weeks[-1].cohort + 1, list(weeks)
    found = []
    for by, labels in groups.items():
        keys = [*labels.names, None]
        # outliers are in no week
        cell = np.where(cohort < 0, -1, all_groups(labels) * size + cohort)
        both = tally.matured_and_met(cell, len(keys) * size)
        n, met = (counts.reshape(len(keys), size)[:, chosen].tolist() for counts in both)
        every = (GroupCounts(*of) for of in zip(keys, map(tuple, met), map(tuple, n), strict=True))
        kept = tuple(one for one in every if any(one.matured))
        found.append(GroupWeeks(by, tuple(weeks.values()), kept))
    return tuple(found)


# -- the heat map ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Counts of cases by local weekday of arrival (7 rows, Monday first) and hour (24 columns)."""

    arrived: Grid
    met: Grid
    breached: Grid
    pending: Grid
    paused: Grid
    withdrawn: Grid
    excluded: Grid
    matured: Grid
    matured_met: Grid
    due_known: Grid
    due_later: Grid  # on a later date than they arrived


def heat_map(tally: Tally, when: Arrivals) -> HeatMap:
    cell, shape = when.weekday * _HOURS + when.hour, (_WEEKDAYS, _HOURS)
    size = _WEEKDAYS * _HOURS
    counts = tally.counts(cell, size)
    numbers = {name: np.array([getattr(count, name) for count in counts]) for name in COUNTS}
    numbers["due_known"] = count_marked(cell, size, tally.cases.due != NEVER)
    numbers["due_later"] = count_marked(cell, size, when.due_later)
    grids = {name: cells.reshape(shape).tolist() for name, cells in numbers.items()}
    return HeatMap(**{name: tuple(map(tuple, grid)) for name, grid in grids.items()})


# -- the backlog -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BacklogPoint:
    """The open and overdue appeals at an instant, and the arrivals and departures of its week."""

    at: datetime
    open: int
    overdue: int
    arrivals: int
    departures: int

    @property
    def net(self) -> int:
        return self.arrivals - self.departures


@dataclass(frozen=True, slots=True)
class LittleCheck:
    """A check of the counts by Little's law, in clock time from ``since`` to ``as_of``."""

    since: datetime
    mean_open: float
    arrivals_per_day: float
    mean_time: timedelta
    expected: float  # arrivals_per_day * mean_time


@dataclass(frozen=True, slots=True)
class BacklogSeries:
    """The backlog at the end of each week, and the ages of open appeals at ``as_of``."""

    points: tuple[BacklogPoint, ...]
    median_age: timedelta | None  # working time; None if none is open
    p90_age: timedelta | None
    largest_age: timedelta | None
    little: LittleCheck | None  # None while none was answered or withdrawn


def backlog_series(cases: Cases, when: Arrivals) -> BacklogSeries:
    """Return the backlog at the end of each week and at ``as_of``; excluded cases do not count."""
    counted = ~cases.in_state(EXCLUDED)
    came, left, limit = cases.started[counted], cases.ended[counted], cases.limit[counted]
    near = ~when.far[counted]
    schedule = cases.reference
    ends = [micros_of(end_of_week(schedule, week.first)) for week in when.weeks]
    at = [*(end for end in ends if end < cases.as_of), cases.as_of]
    start = micros_of(schedule.end_of_day(when.weeks[0].first - ONE_DAY))
    # The week began earlier in zones further east, and a case may have arrived there before it
    # began in the zone of the reference schedule.
    start = min(start, int(cases.started[~when.far].min()))
    flows = flow(came, left, [start, *at[:-1], cases.as_of + 1])
    late = overdue_backlog(came, left, limit, at)
    columns = (backlog(came, left, at), late, flows.arrivals, flows.departures)
    moments = (in_zone(schedule, moment) for moment in at)
    numbers = zip(moments, *(column.tolist() for column in columns), strict=True)
    ages = backlog_ages(cases.elapsed[cases.open & (cases.elapsed != UNKNOWN)])
    return BacklogSeries(
        tuple(BacklogPoint(*found) for found in numbers),
        amount_of(ages.median),
        amount_of(ages.p90),
        amount_of(ages.largest),
        _little(cases, came[near], left[near], start),
    )


def _little(cases: Cases, came: IntArray, left: IntArray, start: int) -> LittleCheck | None:
    if not (left <= cases.as_of).any():
        return None
    law = littles_law(came, left, start, cases.as_of + 1)
    rate, time = law.arrival_rate * DAY, round(law.mean_time) * TICK
    since = in_zone(cases.reference, start)
    return LittleCheck(since, law.mean_backlog, rate, time, law.predicted_backlog)
