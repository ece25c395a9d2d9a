"""Time to an answer while some appeals are still open: Kaplan-Meier, quantiles, restricted mean.

A duration is how long an appeal has waited, as a whole number in one unit, such as microseconds of
working time. An appeal without an answer is censored: the time to its answer is longer than its
duration. If an answer and a censored appeal have the same duration, the answer comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    flags,
    normal_quantile,
    read_only,
    refuse,
    share,
    whole_column,
)

_ROUNDING = 1e-9
"""Upper bound of the rounding error in a product of many ratios."""


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """The share of appeals not yet answered, as a step function of the time waited."""

    times: IntArray
    at_risk: IntArray  # waited at least as long
    answers: IntArray  # answered at that time
    survival: FloatArray
    variance: FloatArray  # Greenwood's; nan where survival is 0
    lower: FloatArray
    upper: FloatArray
    longest: int  # the largest duration; unknown afterwards

    def at(self, time: int) -> float:
        """Return the share of appeals not yet answered after waiting for ``time``.

        Raises ValueError if the share is unknown at that time.

        >>> kaplan_meier([1, 2, 3, 4], [True, True, False, False]).at(2)
        0.5
        """
        self.require_known(time)
        before = int(np.searchsorted(self.times, time, side="right"))
        return float(self.survival[before - 1]) if before else 1.0

    def is_known(self, time: int) -> bool:
        ended = self.survival.size > 0 and self.survival[-1] == 0
        return time <= self.longest or bool(ended)

    def require_known(self, time: int) -> None:
        if time < 0:
            refuse(f"time {time} is negative; a duration is 0 or more")
        if not self.is_known(time):
            refuse(
                f"nothing is known after {self.longest}, where the last appeal was still open; "
                f"ask for a time below {time}"
            )


@dataclass(frozen=True, slots=True)
class SurvivalQuantile:
    """The least time by which the share ``q`` of the appeals is answered, with its interval."""

    q: float
    time: int | None  # None if not reached within ``longest``
    lower: int | None  # None without a limit
    upper: int | None
    longest: int


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean time to an answer (at most ``horizon`` for each appeal), and its variance."""

    horizon: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """The share of appeals answered, and the share withdrawn, by each of ``times``."""

    times: IntArray
    answered: FloatArray
    withdrawn: FloatArray


def kaplan_meier(
    durations: ArrayLike, answered: ArrayLike, *, confidence: float = 0.95
) -> SurvivalCurve:
    """Return the Kaplan-Meier curve: the share of appeals not yet answered after each waiting time.

    The share S(t) is the product of (1 - d_i / n_i) over the times t_i <= t, where d_i of n_i
    waiting appeals are answered at t_i. Greenwood's variance is S^2 times the sum of d_i / (n_i
    (n_i - d_i)). The confidence limits are pointwise, on the log(-log) scale. ``durations`` are
    whole numbers and ``answered`` is bool; an appeal that is not answered is censored. Raises
    ValueError for no appeals, negative durations, or different shapes. Kaplan and Meier 1958,
    "Nonparametric estimation from incomplete observations"; Greenwood 1926; Kalbfleisch and
    Prentice 1980, "The statistical analysis of failure time data", section 1.4.

    >>> curve = kaplan_meier([2, 3, 3, 5], [True, True, False, True])
    >>> curve.times.tolist(), curve.survival.round(3).tolist()
    ([2, 3, 5], [0.75, 0.5, 0.0])
    """
    z = normal_quantile(confidence)
    waited, done = _cohort(durations, answered)
    times, at_risk, answers = _risk_table(waited, done)
    survival = np.cumprod((at_risk - answers) / at_risk, dtype=np.float64)
    greenwood = _greenwood(at_risk, answers)
    known = survival > 0  # Only the last value can be 0.
    log = np.log(survival[known])
    spread = np.exp(z * np.sqrt(greenwood[known]) / -log)
    lower, upper = np.zeros(survival.shape), np.ones(survival.shape)
    lower[known], upper[known] = np.exp(log * spread), np.exp(log / spread)
    if known.size > known.sum() > 0:
        upper[-1] = upper[-2]
    return SurvivalCurve(
        read_only(times),
        read_only(at_risk),
        read_only(answers),
        read_only(survival),
        variance=read_only(survival**2 * greenwood),
        lower=read_only(lower),
        upper=read_only(upper),
        longest=int(waited.max()),
    )


def survival_quantile(curve: SurvivalCurve, q: float) -> SurvivalQuantile:
    """Return the least time by which at least the share ``q`` is answered, with its interval.

    The quantile is always a duration that occurred (type 1 of Hyndman and Fan 1996, "Sample
    quantiles in statistical packages"). Its interval runs from the first time at which the lower
    limit of the curve is at most 1 - q to the first time at which the upper limit is at most 1 - q.
    An end is None if its limit never falls so far: at 95 %, the median has an upper limit only from
    7 answers on. Each end alone is a one-sided limit with half the error probability. Raises
    ValueError for q not strictly between 0 and 1. Brookmeyer and Crowley 1982, "A confidence
    interval for the median survival time".

    >>> curve = kaplan_meier([1, 2, 3, 4], [True, True, True, False])
    >>> median, p90 = survival_quantile(curve, 0.5), survival_quantile(curve, 0.9)
    >>> median.time, p90.time, p90.longest
    (2, None, 4)
    """
    left = 1 - share("q", q)
    levels = (curve.survival, curve.lower, curve.upper)
    time, lower, upper = (_first_at_or_below(curve.times, level, left) for level in levels)
    return SurvivalQuantile(float(q), time, lower, upper, curve.longest)


def restricted_mean(curve: SurvivalCurve, horizon: int) -> RestrictedMean:
    """Return the restricted mean: the area under the curve from 0 to ``horizon``.

    The variance of this area is the sum of A_i^2 d_i / (n_i (n_i - d_i)) over the times t_i. A_i is
    the area from t_i to the horizon; d_i and n_i are as in ``kaplan_meier``. Raises ValueError for
    a horizon that is not positive, and if the curve is unknown at the horizon. Irwin 1949; Klein
    and Moeschberger 2003, "Survival analysis", equations 4.5.1 and 4.5.2.

    >>> curve = kaplan_meier([1, 2, 3, 4], [True, True, True, False])
    >>> restricted_mean(curve, 4).mean
    2.5
    """
    if horizon <= 0:
        refuse(f"horizon {horizon} is not positive; give a length of time such as the budget")
    curve.require_known(horizon)
    steps = int(np.searchsorted(curve.times, horizon, side="left"))
    edges = np.concatenate([[0], curve.times[:steps], [int(horizon)]])
    areas = np.concatenate([[1.0], curve.survival[:steps]]) * np.diff(edges)
    beyond = np.cumsum(areas[:0:-1])[::-1]
    at_risk, answers = curve.at_risk[:steps], curve.answers[:steps]
    last = at_risk == answers  # True only for a time from which the curve is 0.
    terms = np.zeros(steps)
    np.divide(beyond**2 * answers, at_risk * (at_risk - answers), out=terms, where=~last)
    return RestrictedMean(int(horizon), float(areas.sum()), float(terms.sum()))


def cumulative_incidence(
    durations: ArrayLike, answered: ArrayLike, withdrawn: ArrayLike
) -> CumulativeIncidence:
    """Return the shares answered and withdrawn by the time waited (Aalen-Johansen estimator).

    The share answered at t is the sum of S(t_i-) d_i / n_i over the times t_i <= t: d_i of n_i
    waiting appeals are answered at t_i, and S(t_i-) is the share that was neither answered nor
    withdrawn before t_i. For the share withdrawn, d_i is the number of appeals withdrawn at t_i.
    ``kaplan_meier`` censors withdrawn appeals instead. ``durations`` are whole numbers,
    ``answered`` and ``withdrawn`` are bool; an appeal that is neither is censored. Raises
    ValueError for no appeals, negative durations, different shapes, and for an appeal that is both
    answered and withdrawn. Aalen and Johansen 1978, "An empirical transition matrix for
    non-homogeneous Markov chains based on censored observations".

    >>> shares = cumulative_incidence([1, 2, 3, 3], [True, False, True, False],
    ...     [False, True, False, False])
    >>> shares.times.tolist(), shares.answered.tolist(), shares.withdrawn.tolist()
    ([1, 2, 3], [0.25, 0.25, 0.5], [0.0, 0.25, 0.25])
    """
    waited, done = _cohort(durations, answered)
    gone = flags("withdrawn", withdrawn, waited.size)
    both = np.flatnonzero(done & gone)
    if both.size:
        refuse(f"the appeal at {both[0]} is answered and withdrawn; keep the earlier of the two")
    times, at_risk, ended = _risk_table(waited, done | gone)
    before = np.concatenate([[1.0], np.cumprod((at_risk - ended) / at_risk)[:-1]])

    def incidence(cause: BoolArray) -> FloatArray:
        at = np.searchsorted(times, waited[cause])
        return np.cumsum(before * np.bincount(at, minlength=times.size) / at_risk)

    return CumulativeIncidence(
        read_only(times), read_only(incidence(done)), read_only(incidence(gone))
    )


def _cohort(durations: ArrayLike, answered: ArrayLike) -> tuple[IntArray, BoolArray]:
    waited = whole_column("durations", durations)
    if waited.size == 0:
        refuse("durations is empty, and no appeals have no curve; leave the cohort out")
    return waited, flags("answered", answered, waited.size)


def _risk_table(waited: IntArray, ended: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the sorted times at which waits ended, the number waiting, and the number ended."""
    times, endings = np.unique(waited[ended], return_counts=True)
    shorter = np.searchsorted(np.sort(waited), times, side="left")
    return times, waited.size - shorter, endings


def _greenwood(at_risk: IntArray, answers: IntArray) -> FloatArray:
    """Return the variance of the logarithm of a survival curve at each time (Greenwood's sum)."""
    left = at_risk - answers
    terms = np.full(left.shape, np.nan)
    np.divide(answers, at_risk * left, out=terms, where=left > 0)
    return np.cumsum(terms)


def _first_at_or_below(times: IntArray, values: FloatArray, bound: float) -> int | None:
    found = np.flatnonzero(values <= bound + _ROUNDING)
    return int(times[found[0]]) if found.size else None
