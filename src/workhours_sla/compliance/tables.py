"""The rows of a report: verdict counts, rate and times to an answer of each group of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import UNKNOWN, Cases
from workhours_sla.compliance.microseconds import MICROSECOND, in_zone
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray
from workhours_sla.statistics.intervals import ComplianceRate, compliance_rate
from workhours_sla.statistics.maturity import (
    BREACHED,
    EXCLUDED,
    MET,
    CohortCounts,
    grouped_counts,
    safe_as_of,
)
from workhours_sla.statistics.survival import (
    SurvivalCurve,
    kaplan_meier,
    restricted_mean,
    survival_quantile,
)
from workhours_sla.worktime.schedule import Schedule

MEDIAN, P90 = 0.5, 0.9
_CURVE_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Quantile:
    """The working time by which a part of the appeals is answered, open appeals included.

    ``time`` is None if it is not reached: it is more than ``longest``. ``lower`` and ``upper`` are
    its 95 % interval, None where the interval is open.
    """

    time: timedelta | None
    lower: timedelta | None
    upper: timedelta | None
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one group of cases; ``key`` is None for cases whose group is not known.

    ``rate`` is the share in time among the matured, None while nothing has matured.
    ``answered_met`` of ``answered`` is the share among the answered, which is biased upward, since
    it leaves out appeals that still wait. ``median``, ``p90`` and ``restricted_mean``, the mean
    wait cut at the report's horizon, include open appeals; ``mean_answered`` does not. ``open``
    counts appeals without an answer, ``overdue`` those of them past their limit. ``final_at`` is
    the instant after which ``rate`` is final, None if a case has no limit yet. ``standardised`` is
    the share with the mix of arrivals of all cases, beside its standard error. ``funnel`` is how
    many funnel limits the group is outside of, negative below; None for small numbers.
    """

    key: str | None
    counts: CohortCounts
    rate: ComplianceRate | None
    answered: int
    answered_met: int
    open: int
    overdue: int
    median: Quantile | None
    p90: Quantile | None
    restricted_mean: timedelta | None
    mean_answered: timedelta | None
    final_at: datetime | None
    standardised: float | None = None
    standardised_error: float | None = None
    funnel: int | None = None

    @property
    def closed_only(self) -> float | None:
        """The share in time among the answered: often published, and biased upward."""
        return self.answered_met / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one grouping: most arrivals first, or in the order of time or of the classes."""

    by: str
    rows: tuple[Row, ...]

    def row(self, key: str | None) -> Row:
        """Return the row of a group. Raises LookupError."""
        for row in self.rows:
            if row.key == key:
                return row
        msg = f"no {self.by} is named {key!r}; there are {', '.join(str(r.key) for r in self.rows)}"
        raise LookupError(msg)


@dataclass(frozen=True, slots=True)
class Curve:
    """The share not yet answered by working time, as steps with 95 % limits, 400 at most.

    ``at_risk`` counts the appeals that waited at least so long.
    """

    times: tuple[timedelta, ...]
    at_risk: tuple[int, ...]
    share: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    longest: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What every row needs from the cases, computed once."""

    cases: Cases
    target_rate: float
    horizon: timedelta
    matured: BoolArray
    timed: BoolArray
    """Which cases have a known working time and are not excluded."""
    answered: BoolArray
    waiting: BoolArray
    """Which cases still wait for an answer."""
    counting: BoolArray
    """Which cases are neither withdrawn nor excluded."""
    reference: Schedule
    """The schedule of the most cases."""

    @classmethod
    def of(cls, cases: Cases, target_rate: float, horizon: timedelta) -> Tally:
        """Return the tally of some cases; ``horizon`` is working time."""
        counted = ~cases.in_state(EXCLUDED)
        return cls(
            cases,
            target_rate,
            horizon,
            matured=cases.matured,
            timed=counted & (cases.elapsed != UNKNOWN),
            answered=cases.in_state(MET, BREACHED) & (cases.answered != NEVER),
            waiting=cases.open,
            counting=cases.counting,
            reference=cases.reference,
        )

    # -- rows --------------------------------------------------------------------------------

    def total(self) -> Row:
        """Return the row of all cases."""
        everything = np.zeros(len(self.cases), np.int64)
        return self.rows(["total"], everything)[0]

    def rows(self, keys: Sequence[str | None], codes: IntArray) -> list[Row]:
        """Return the row of each key; ``codes`` are the positions of the cases' keys, or -1."""
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(keys) + 1))
        counts = self.counts(codes, len(keys))
        return [
            self._row(key, counts[number], order[bounds[number] : bounds[number + 1]])
            for number, key in enumerate(keys)
        ]

    def counts(self, codes: IntArray, groups: int) -> list[CohortCounts]:
        """Return the verdict counts of each group."""
        return grouped_counts(self.cases.verdict, self.matured, codes, groups)

    @staticmethod
    def number(codes: IntArray, groups: int, marked: BoolArray) -> list[int]:
        """Return the number of marked cases in each group."""
        rows = marked & (codes >= 0)
        listed: list[int] = np.bincount(codes[rows], minlength=groups).tolist()
        return listed

    def _row(self, key: str | None, counts: CohortCounts, rows: NDArray[np.intp]) -> Row:
        cases = self.cases
        answered = self.answered[rows]
        waits = self.waiting[rows]
        median = p90 = mean_wait = None
        curve = self.curve_of(rows)
        if curve is not None:
            median, p90 = _quantile(curve, MEDIAN), _quantile(curve, P90)
            mean_wait = _restricted(curve, self.horizon)
        worked = cases.elapsed[rows[answered & self.timed[rows]]]
        limits = cases.limit[rows[self.counting[rows]]]
        last = safe_as_of(limits) if limits.size else None
        rate = None
        if counts.matured:
            rate = compliance_rate(counts.matured_met, counts.matured, self.target_rate)
        return Row(
            key,
            counts,
            rate,
            answered=int(answered.sum()),
            answered_met=counts.met,
            open=int(waits.sum()),
            overdue=int((waits & (cases.verdict[rows] == BREACHED)).sum()),
            median=median,
            p90=p90,
            restricted_mean=mean_wait,
            mean_answered=_mean(worked),
            final_at=None if last is None else in_zone(self.reference, last),
        )

    def curve_of(self, rows: NDArray[np.intp]) -> SurvivalCurve | None:
        """Return the curve of some cases, None if none of them has a known working time."""
        followed = rows[self.timed[rows]]
        if not followed.size:
            return None
        return kaplan_meier(self.cases.elapsed[followed], self.answered[followed])


def curve_series(curve: SurvivalCurve) -> Curve:
    """Return a curve thinned out to as many points as a chart can show."""
    steps = curve.times.size
    shown = np.unique(np.linspace(0, steps - 1, min(steps, _CURVE_POINTS)).round().astype(int))
    return Curve(
        tuple(micros * MICROSECOND for micros in curve.times[shown].tolist()),
        tuple(curve.at_risk[shown].tolist()),
        tuple(curve.survival[shown].tolist()),
        tuple(curve.lower[shown].tolist()),
        tuple(curve.upper[shown].tolist()),
        curve.longest * MICROSECOND,
    )


def _quantile(curve: SurvivalCurve, q: float) -> Quantile:
    found = survival_quantile(curve, q)

    def amount(micros: int | None) -> timedelta | None:
        return None if micros is None else micros * MICROSECOND

    longest = found.longest * MICROSECOND
    return Quantile(amount(found.time), amount(found.lower), amount(found.upper), longest)


def _restricted(curve: SurvivalCurve, horizon: timedelta) -> timedelta | None:
    ends = curve.survival.size > 0 and curve.survival[-1] == 0
    if horizon > curve.longest * MICROSECOND and not ends:
        return None  # the curve is unknown beyond the longest wait
    return round(restricted_mean(curve, horizon // MICROSECOND).mean) * MICROSECOND


def _mean(amounts: IntArray) -> timedelta | None:
    """Return the mean to the microsecond; seconds and rest apart, since a sum may exceed int64."""
    if not amounts.size:
        return None
    seconds, rest = np.divmod(amounts, 1_000_000)
    return timedelta(seconds=int(seconds.sum()), microseconds=int(rest.sum())) / amounts.size
