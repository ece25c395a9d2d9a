"""A report's rows: how the cases of each group stand, and how long answers take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.arrivals import instant_of
from workhours_sla.compliance.cases import (
    BREACHED,
    MET,
    MICROSECOND,
    UNKNOWN,
    Cases,
)
from workhours_sla.statistics.arrays import NEVER, BoolArray, IntArray
from workhours_sla.statistics.cohort import VERDICTS, CohortCounts
from workhours_sla.statistics.proportions import ComplianceRate, compliance_rate
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
    """The working time by which a part of the appeals is answered, open ones taken in.

    ``time`` is None where it is not reached: it is more than ``longest``. ``lower`` and ``upper``
    are its 95 % interval, None where open.
    """

    time: timedelta | None
    lower: timedelta | None
    upper: timedelta | None
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Row:
    """How the cases of one group stand; ``key`` is None where nothing says which.

    ``rate`` is the share in time among the matured, None while nothing has matured.
    ``answered`` and ``answered_met`` give the share among the answered, which is too high, as it
    leaves out who still waits. ``median``, ``p90`` and ``restricted_mean``, the mean wait up to
    the report's horizon, take the open ones in; ``mean_answered`` does not. ``open`` counts those
    without an answer and ``overdue`` those of them past their limit. ``final_at`` is the instant
    after which ``rate`` is final, None where one has no limit yet. ``standardised`` is the share
    with the region's mix of arrivals, and its standard error. ``funnel`` says outside how many
    funnel limits the group lies, negative below; None for small numbers.
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
        """The share in time among the answered: what is often published, and too high."""
        return self.answered_met / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one grouping; groups of appeals by arrivals, most first, others in order."""

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
    """The share not yet answered by working time, in steps, with 95 % limits; thinned out.

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
    """What every row needs of the cases, worked out once."""

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
        """Return the tally of some cases."""
        passed = cases.limit < cases.as_of
        met, breached = cases.in_state(MET), cases.in_state(BREACHED)
        counted = ~cases.in_state(VERDICTS.index("excluded"))
        return cls(
            cases,
            target_rate,
            horizon,
            matured=breached | (met & passed),
            timed=counted & (cases.elapsed != UNKNOWN),
            answered=(met | breached) & (cases.answered != NEVER),
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
        """Return the row of each key; ``codes`` says in which a case is, -1 in none."""
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(keys) + 1))
        counts = self.counts(codes, len(keys))
        return [
            self._row(key, counts[number], order[bounds[number] : bounds[number + 1]])
            for number, key in enumerate(keys)
        ]

    def counts(self, codes: IntArray, groups: int) -> list[CohortCounts]:
        """Return how the cases of each group stand."""
        inside = codes >= 0
        kinds = len(VERDICTS)
        flat = codes[inside] * kinds + self.cases.verdict[inside]
        table = np.bincount(flat, minlength=groups * kinds).reshape(groups, kinds)
        matured = self.number(codes, groups, self.matured)
        matured_met = self.number(codes, groups, self.matured & self.cases.in_state(MET))
        found = []
        for line, ripe, good in zip(table.tolist(), matured, matured_met, strict=True):
            of = dict(zip(VERDICTS, line, strict=True))
            found.append(
                CohortCounts(
                    met=of["met"],
                    breached=of["breached"],
                    pending=of["pending"] + of["at_risk"],
                    paused=of["paused"],
                    withdrawn=of["withdrawn"],
                    excluded=of["excluded"],
                    matured=ripe,
                    matured_met=good,
                )
            )
        return found

    @staticmethod
    def number(codes: IntArray, groups: int, marked: BoolArray) -> list[int]:
        """Return how many cases of each group are marked."""
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
            final_at=instant_of(self.reference, int(limits.max())) if limits.size else None,
        )

    def curve_of(self, rows: NDArray[np.intp]) -> SurvivalCurve | None:
        """Return the curve of some cases, None where there are none to follow."""
        followed = rows[self.timed[rows]]
        if not followed.size:
            return None
        return kaplan_meier(self.cases.elapsed[followed], self.answered[followed])


def curve_series(curve: SurvivalCurve) -> Curve:
    """Return a curve in as many points as a chart can show."""
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
        return None  # nothing is known so far out
    return round(restricted_mean(curve, horizon // MICROSECOND).mean) * MICROSECOND


def _mean(amounts: IntArray) -> timedelta | None:
    """Return the mean to the microsecond; seconds and rest apart, as int64 may not hold a sum."""
    if not amounts.size:
        return None
    seconds, rest = np.divmod(amounts, 1_000_000)
    return timedelta(seconds=int(seconds.sum()), microseconds=int(rest.sum())) / amounts.size
