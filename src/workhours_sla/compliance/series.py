"""The series for the charts of a report: weeks, trends and the heat map.

A week with too little working time for a rate of its own is merged with the next week. The result
is a merged week. A week is final when no later event can change its rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple

import numpy as np

from workhours_sla.compliance.arrivals import Arrivals
from workhours_sla.compliance.microseconds import in_zone, utc_of
from workhours_sla.compliance.tables import Row, Table, Tally, false_failures
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.statistics.arrays import NEVER, IntArray
from workhours_sla.statistics.control_charts import (
    BASELINE,
    FEWEST_POINTS,
    Signals,
    expected_false_signals,
    p_prime_chart,
    xmr_chart,
)
from workhours_sla.statistics.maturity import COUNTS, CohortCounts
from workhours_sla.worktime.schedule import Schedule

MOST_PAUSED: Final = 0.2
"""A week with a larger share of paused appeals than this is left out of trends."""

_HOUR: Final = timedelta(hours=1)
_WEEKDAYS, _HOURS = 7, 24
Grid = tuple[tuple[int, ...], ...]
Side = Literal["improvement", "concern", "neither"]
Assurance = Literal["met", "missed", "varies"]


class TrendOptions(NamedTuple):
    """Options for the baseline of a trend.

    The limits are computed from the first ``baseline`` weeks, or from all weeks if there are fewer,
    but at least 12. With ``rebase`` the baseline begins with the week of that date.
    """

    baseline: int = BASELINE
    rebase: date | None = None

    def baseline_of(self, weeks: Sequence[str]) -> tuple[int, int | None]:
        """Return the index of the first baseline week, and the number of weeks in the baseline.

        The number is None if there are too few weeks. ``weeks`` are the names of merged weeks.
        """
        start = 0
        if self.rebase is not None:
            first = "{}-W{:02}".format(*self.rebase.isocalendar()[:2])
            start = sum(week.partition("+")[0] < first for week in weeks)
        length = min(self.baseline, len(weeks) - start)
        return start, length if length >= FEWEST_POINTS else None


@dataclass(frozen=True, slots=True)
class WeekRow:
    """An ISO week of arrival, with its working time and verdict counts.

    ``cohort`` is the key of the merged week that includes this week. The rate is in the row of the
    merged week, in the table ``week``.
    """

    name: str
    first: date
    working_time: timedelta | None
    cohort: str
    counts: CohortCounts


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A merged week that is left out of a trend, and the reason.

    ``reason`` is ``paused`` if more than 20 % of the week's appeals are paused, ``unknown`` if the
    calendar leaves a limit open, and ``unfinished`` if the week is not final yet or the period ends
    within it.
    """

    week: str
    reason: Literal["paused", "unknown", "unfinished"]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The median working time to an answer of one merged week, and whether it signals a change.

    The flags are the rules of ``control_charts.Signals``. ``range_outside`` is true if the median
    differs from the median before it by more than the moving-range limit.
    """

    week: str
    median: timedelta
    outside: bool = False
    run_of_eight: bool = False
    three_of_four: bool = False
    range_outside: bool = False


@dataclass(frozen=True, slots=True)
class SharePoint:
    """The share in time of one merged week, ``met`` of ``matured``, with its own limits.

    ``outside``, ``run_of_eight`` and ``three_of_four`` are true if the share signals a change by
    the rule of this name in ``control_charts.Signals``.
    """

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
        """The share in time: ``met`` divided by ``matured``."""
        return self.met / self.matured


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFacts:
    """The common fields of a trend of medians and a trend of shares.

    The limits are computed from the first ``baseline`` points, or from the first ones after the
    week ``rebased``; earlier points then have no limits and no signals. ``baseline`` is None if
    there are too few points for limits. ``expected_signals`` is the number of weeks that would be
    marked although nothing changed (see ``control_charts.expected_false_signals``). ``left_out``
    lists the weeks that are not points.
    """

    baseline: int | None = None
    rebased: str | None = None
    expected_signals: float | None = None
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
        """Return whether the signals of a point show an improvement or are a concern."""
        if self.mean is None or not (point.outside or point.run_of_eight or point.three_of_four):
            return "neither"
        return "improvement" if point.median < self.mean else "concern"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTrend(TrendFacts):
    """The shares in time of the final weeks, with the limits of a p' chart.

    ``sigma_z`` is the spread of the shares as a multiple of the binomial spread.
    """

    points: tuple[SharePoint, ...]
    mean: float | None = None
    sigma_z: float | None = None

    def side(self, point: SharePoint) -> Side:
        """Return whether the signals of a point show an improvement or are a concern."""
        if self.mean is None or not (point.outside or point.run_of_eight or point.three_of_four):
            return "neither"
        return "improvement" if point.share > self.mean else "concern"

    def assurance(self, target: float) -> Assurance | None:
        """Return whether the process will meet a target if nothing changes; None without limits.

        The result is ``met`` if the target is below the limits of the last week, ``missed`` if it
        is above them, and ``varies`` if it is between them: some weeks will meet it and others miss
        it.
        """
        last = self.points[-1] if self.points else None
        if last is None or last.lower is None or last.upper is None:
            return None
        if target <= last.lower:
            return "met"
        return "missed" if target > last.upper else "varies"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Counts of cases by local weekday of arrival (7 rows, Monday first) and hour (24 columns).

    ``due_known`` counts the cases with a known due time. ``due_later`` counts the cases that are
    known to be due on a later date than their date of arrival.
    """

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
    due_later: Grid


def week_rows(tally: Tally, when: Arrivals) -> tuple[tuple[WeekRow, ...], Table]:
    """Return the weeks of arrival, and the table ``week`` with short weeks merged."""
    names = [
        "+".join(
            week.name if number == 0 else week.name.split("-")[1]
            for number, week in enumerate(w for w in when.weeks if w.cohort == cohort)
        )
        for cohort in range(when.weeks[-1].cohort + 1)
    ]
    counts = tally.counts(when.week, len(when.weeks))
    weeks = tuple(
        WeekRow(week.name, week.first, week.working_time, names[week.cohort], of)
        for week, of in zip(when.weeks, counts, strict=True)
    )
    rows = tally.rows(names, when.cohort)
    ends = {week.cohort: end_of_week(tally.reference, week.first) for week in when.weeks}
    as_of = in_zone(tally.reference, tally.cases.as_of)
    for cohort, row in enumerate(rows):
        if ends[cohort] > as_of:  # More appeals can arrive in this week.
            end = ends[cohort]
            rows[cohort] = replace(
                row,
                final_at=_final(tally, row.final_at, end),
                unpaused_final_at=_final(tally, row.unpaused_final_at, end),
            )
    return weeks, in_order("week", rows)


def end_of_week(schedule: Schedule, monday: date) -> datetime:
    """Return the instant at which the week that begins on ``monday`` ends."""
    return schedule.end_of_day(monday + timedelta(days=6))


def _final(tally: Tally, last: datetime | None, end: datetime) -> datetime | None:
    """Return the instant after which the rate of a week is final, None if it is unknown.

    ``last`` is the latest limit of the cases that have arrived, None if it is unknown. The result
    allows for a case that arrives at the last moment of the week.
    """
    if last is None:
        return None
    target, limits = tally.cases.target, [last]
    for schedule in tally.cases.schedules:
        last = (end - timedelta.resolution).astimezone(schedule.tz)
        limit = schedule.deadline if target.closing == "strict" else schedule.breaches_after
        try:
            limits.append(limit(last, target.budget))
        except CalendarCoverageError:
            return None
    return max(limits).astimezone(tally.reference.tz)


def final_weeks(
    table: Table, as_of: int, *, last_is_part: bool
) -> tuple[tuple[Row, ...], tuple[LeftOut, ...]]:
    """Return the final weeks as points of trends, and the merged weeks that are left out.

    A week is a point once the limits of all its cases have passed. Paused cases do not delay it:
    they are censored, unless more than 20 % of its cases are paused. ``table`` is the table
    ``week``, and ``as_of`` is in microseconds since 1970 in UTC. ``last_is_part`` is whether the
    last row has only a part of its week or of its merged week.
    """
    now = utc_of(as_of)
    final: list[Row] = []
    left_out: list[LeftOut] = []
    part = table.rows[-1] if last_is_part else None
    for row in table.rows:
        counts = row.counts
        counting = counts.met + counts.breached + counts.pending + counts.paused
        if counts.paused > MOST_PAUSED * counting:
            left_out.append(LeftOut(row.key or "", "paused"))
        elif row.unpaused_final_at is None and counting:
            left_out.append(LeftOut(row.key or "", "unknown"))
        elif row is part or (row.unpaused_final_at is not None and row.unpaused_final_at >= now):
            left_out.append(LeftOut(row.key or "", "unfinished"))
        elif row.unpaused_final_at is not None:
            final.append(row)
    return tuple(final), tuple(left_out)


def trend(final: Sequence[Row], left_out: tuple[LeftOut, ...], options: TrendOptions) -> Trend:
    """Return the trend of the medians of final weeks, with limits."""
    found = [
        (row.key or "", row.median.time)
        for row in final
        if row.median is not None and row.median.time is not None
    ]
    start, baseline = options.baseline_of([week for week, _ in found])
    if baseline is None:
        return Trend(points=tuple(TrendPoint(*point) for point in found), left_out=left_out)
    early = tuple(TrendPoint(*point) for point in found[:start])
    found = found[start:]
    chart = xmr_chart([median / _HOUR for _, median in found], baseline=baseline)
    jumps = [False, *chart.moving_range_outside.tolist()]
    return Trend(
        points=early
        + tuple(
            TrendPoint(week, median, *marks, jump)
            for (week, median), marks, jump in zip(found, _marks(chart.signals), jumps, strict=True)
        ),
        baseline=baseline,
        rebased=found[0][0] if start else None,
        expected_signals=expected_false_signals(len(found), baseline=baseline, moving_ranges=True),
        left_out=left_out,
        mean=_HOUR * chart.mean,
        lower=_HOUR * chart.lower,
        upper=_HOUR * chart.upper,
        moving_range_limit=_HOUR * chart.moving_range_limit,
    )


def share_trend(
    final: Sequence[Row], left_out: tuple[LeftOut, ...], options: TrendOptions
) -> ShareTrend:
    """Return the trend of the shares of final weeks, with limits."""
    found = [
        (row.key or "", row.counts.matured_met, row.counts.matured)
        for row in final
        if row.counts.matured
    ]
    start, baseline = options.baseline_of([week for week, *_ in found])
    if baseline is None:
        return ShareTrend(points=tuple(SharePoint(*point) for point in found), left_out=left_out)
    early = tuple(SharePoint(*point) for point in found[:start])
    found = found[start:]
    _, met, matured = zip(*found, strict=True)
    chart = p_prime_chart(met, matured, baseline=baseline)
    limits = zip(chart.lower.tolist(), chart.upper.tolist(), strict=True)
    return ShareTrend(
        points=early
        + tuple(
            SharePoint(*point, *limit, *marks)
            for point, limit, marks in zip(found, limits, _marks(chart.signals), strict=True)
        ),
        baseline=baseline,
        rebased=found[0][0] if start else None,
        expected_signals=expected_false_signals(len(found), baseline=baseline),
        left_out=left_out,
        mean=chart.mean,
        sigma_z=chart.sigma_z,
    )


def _marks(signals: Signals) -> list[tuple[bool, bool, bool]]:
    """Return the three flags of ``Signals`` for each point of a chart, as tuples."""
    columns = (signals.outside, signals.run_of_eight, signals.three_of_four)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def heat_map(tally: Tally, when: Arrivals) -> HeatMap:
    """Return the counts of cases by local weekday and hour of arrival."""
    cell = when.weekday * _HOURS + when.hour
    counts = tally.counts(cell, _WEEKDAYS * _HOURS)
    known = tally.cases.due != NEVER
    numbers = {name: [getattr(count, name) for count in counts] for name in COUNTS}
    numbers["due_known"] = tally.number(cell, _WEEKDAYS * _HOURS, known)
    numbers["due_later"] = tally.number(cell, _WEEKDAYS * _HOURS, when.due_later)
    return HeatMap(**{name: _grid(cells) for name, cells in numbers.items()})


def _grid(cells: Sequence[int]) -> Grid:
    return tuple(tuple(cells[day * _HOURS : (day + 1) * _HOURS]) for day in range(_WEEKDAYS))


def group_table(by: str, rows: Sequence[Row], target: float) -> Table:
    """Return the table of a grouping, ordered by arrivals; the cases without a group come last."""
    kept = [row for row in rows if row.counts.arrived]
    rows = sorted(kept, key=lambda r: (r.key is None, -r.counts.arrived, r.key or ""))
    return Table(by, tuple(rows), false_failures(rows, target))


def in_order(by: str, rows: Sequence[Row]) -> Table:
    """Return a table of ``rows`` in their order, without the rows that have no cases."""
    return Table(by, tuple(row for row in rows if row.counts.arrived))


def spread_codes(codes: IntArray, groups: int) -> IntArray:
    """Replace each -1 (no group) in ``codes`` by the number ``groups``.

    The cases without a group so become one more group.
    """
    return np.where(codes < 0, groups, codes)
