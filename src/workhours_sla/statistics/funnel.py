"""Compare units, such as agencies: funnel limits, overdispersion and expected false alarms.

Funnel limits enclose the shares of units that cannot be distinguished from the overall rate.
Whether a unit meets a target is a different question, answered by the interval of its share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    FloatArray,
    IntArray,
    counts,
    in_one_dimension,
    read_only,
    refuse,
    share,
    target_share,
    whole_column,
    whole_numbers,
)
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW, wilson_interval

WARNING = 0.95
"""Probability that a unit at the overall rate is within the warning limits."""

ACTION = 0.998
"""Probability that a unit at the overall rate is within the action limits."""

WINSORISED = 0.1
"""Fraction of the z values at each end that are winsorised (replaced by a quantile)."""


@dataclass(frozen=True, slots=True, eq=False)
class FunnelLimits:
    """The funnel limits for each number of appeals ``n``, as shares from 0 to 1."""

    n: IntArray
    centre: float
    between: float
    lower_warning: FloatArray
    upper_warning: FloatArray
    lower_action: FloatArray
    upper_action: FloatArray


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more the shares of units vary than binomial shares around one rate would."""

    centre: float  # the overall rate
    ratio: float  # the mean squared z value, 1 by chance
    between: float  # variance between units, on the arcsine scale
    units: int


def funnel_limits(n: ArrayLike, centre: float, *, between: float = 0.0) -> FunnelLimits:
    """Return the 95 % and 99.8 % limits for units of ``n`` appeals each.

    ``n`` are whole numbers of at least 1 in one dimension, ``centre`` is a share from 0 to 1,
    usually the overall rate, and ``between`` the variance between the units from
    ``overdispersion``. Raises ValueError for arguments out of these ranges.

    Without a variance between the units the limits are exact. Lower limits are those of
    Spiegelhalter 2005, "Funnel plots for comparing institutional performance", appendix A.1.1. An
    upper limit is 1 minus the lower limit of the share of missed appeals. It is 1/n higher than in
    the paper, so that the probability beyond each limit is the nominal one.

    With a variance between the units, the distance of each exact limit from the centre, on the
    scale asin(sqrt(share)), is multiplied by sqrt(1 + 4 n between) (additive random effects,
    Spiegelhalter 2005, "Handling over-dispersion of performance indicators").

    >>> limits = funnel_limits([25, 100, 500], 0.9)
    >>> limits.lower_warning.round(3).tolist(), limits.lower_action.round(3).tolist()
    ([0.746, 0.832, 0.872], [0.652, 0.792, 0.855])
    >>> funnel_limits([25, 100, 500], 0.9, between=0.01).lower_warning.round(3).tolist()
    [0.668, 0.731, 0.75]
    """
    sizes = whole_column("n", n)
    counts(sizes, sizes)
    if not 0 <= centre <= 1:
        refuse(f"centre {centre} is not a share from 0 to 1; give the overall rate")
    if not 0 <= between < np.inf:
        refuse(f"between {between} is not a variance; give that of overdispersion()")
    distinct, where = np.unique(sizes, return_inverse=True)
    lower, missed = (_lower_limits(distinct, p, between)[where] for p in (centre, 1 - centre))
    return FunnelLimits(
        read_only(sizes),
        float(centre),
        float(between),
        lower_warning=read_only(lower[:, 0]),
        upper_warning=read_only(1 - missed[:, 0]),
        lower_action=read_only(lower[:, 1]),
        upper_action=read_only(1 - missed[:, 1]),
    )


def _lower_limits(sizes: IntArray, centre: float, between: float) -> FloatArray:
    if centre in (0, 1):  # a binomial share is certain then
        return np.full((sizes.size, 2), float(centre))
    tails = [(1 - WARNING) / 2, (1 - ACTION) / 2]
    quantiles = np.array([interpolated_quantiles(tails, int(size), centre) for size in sizes])
    exact = np.clip(quantiles / sizes[:, None], 0.0, 1.0)
    if not between:
        return exact
    middle = math.asin(math.sqrt(centre))
    stretch = np.sqrt(1 + 4 * sizes * between)[:, None]
    angle = middle - stretch * (middle - np.arcsin(np.sqrt(exact)))
    moved: FloatArray = np.sin(np.clip(angle, 0.0, np.pi / 2)) ** 2
    return moved


def funnel_positions(met: ArrayLike, limits: FunnelLimits) -> IntArray:
    """Return the position of each unit in the funnel, from -2 to 2; 0 is inside the limits.

    -1 is below the warning limit and -2 also below the action limit; 1 is above the warning limit
    and 2 also above the action limit. ``met`` are whole numbers, one for each n of the limits; the
    result is int64. Raises ValueError unless 0 <= met <= n.

    >>> funnel_positions([18, 16, 25], funnel_limits([25, 25, 25], 0.9)).tolist()
    [-1, -2, 0]
    """
    part, n = counts(met, limits.n)
    rate = part / n
    below = (rate < limits.lower_warning).astype(np.int64) + (rate < limits.lower_action)
    above = (rate > limits.upper_warning).astype(np.int64) + (rate > limits.upper_action)
    return read_only(above - below)


def overdispersion(
    met: ArrayLike, n: ArrayLike, *, winsorised: float = WINSORISED
) -> Overdispersion:
    """Measure how much the shares of units vary around their overall rate.

    The z value of a unit is (asin(sqrt(met/n)) - asin(sqrt(rate))) * 2 sqrt(n), where rate is the
    sum of ``met`` divided by the sum of ``n``. So that a few outlying units do not widen the limits
    for all, z values beyond the interpolated quantiles ``winsorised`` and 1 - ``winsorised`` are
    replaced by these quantiles. The variance between the units is the estimate of DerSimonian and
    Laird from the mean squared z value. ``met`` and ``n`` are whole numbers, one for each unit.
    Raises ValueError for impossible counts, and unless 0 <= winsorised < 0.5.

    Spiegelhalter 2005, "Handling over-dispersion of performance indicators"; DerSimonian and Laird
    1986, "Meta-analysis in clinical trials". The R package FunnelPlotR does the same for
    proportions.

    >>> found = overdispersion([90, 90, 70, 98], [100, 100, 100, 100])
    >>> round(found.centre, 2), round(found.ratio, 1), round(found.between, 4), found.units
    (0.87, 5.2, 0.0149, 4)
    """
    part, whole = counts(met, n)
    in_one_dimension("met", part)
    if not 0 <= winsorised < 1 / 2:
        refuse(f"winsorised {winsorised} is not from 0 to below 0.5; the usual part is 0.1")
    centre = int(part.sum()) / int(whole.sum())
    z = (np.arcsin(np.sqrt(part / whole)) - math.asin(math.sqrt(centre))) * 2 * np.sqrt(whole)
    z = np.clip(z, *np.quantile(z, [winsorised, 1 - winsorised]))
    squares = float(np.sum(z * z))
    weights = 4.0 * whole
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, (squares - (z.size - 1)) / scale) if z.size > 1 else 0.0
    return Overdispersion(centre, squares / z.size, between, int(z.size))


def expected_false_alarms(units: int, *, coverage: float = ACTION) -> float:
    """Return the expected number of units outside the limits if all have the same rate.

    ``coverage`` is the nominal probability that a unit is inside the limits. Exact limits contain a
    little more, so the result is an upper bound for one period. Raises ValueError for a negative
    number of units, and unless ``coverage`` is strictly between 0 and 1.

    >>> round(expected_false_alarms(73), 2)
    0.15
    """
    return int(whole_numbers("units", units)) * (1 - share("coverage", coverage))


def expected_false_failures(n: ArrayLike, target: float) -> float:
    """Return the expected number of units judged "not met" if all are exactly at the target.

    ``n`` has the number of appeals of each unit. A unit is judged as by ``compliance_rate``: it
    fails if its whole Wilson interval is below ``target``, and a unit of fewer than ten appeals is
    not judged. The probabilities are exact (binomial). Raises ValueError for numbers below 1, and
    for a target that is not above 0 and at most 1.

    >>> round(expected_false_failures([100] * 73, 0.9), 1)
    2.9
    """
    sizes = whole_column("n", n)
    counts(sizes, sizes)
    if target_share("target", target) == 1:  # units at this target answer every appeal in time
        return 0.0
    distinct, units = np.unique(sizes[sizes >= COUNTS_ONLY_BELOW], return_counts=True)
    expected = 0.0
    for size, number in zip(distinct.tolist(), units.tolist(), strict=True):
        lowest, highest = -1, size  # the most met that fail, found by bisection
        while highest - lowest > 1:
            middle = (lowest + highest) // 2
            if wilson_interval(middle, size).upper < target:
                lowest = middle
            else:
                highest = middle
        if lowest >= 0:
            expected += number * binomial_cdf(lowest, size, target)
    return expected


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return the probability of at most ``k`` successes in ``n`` trials.

    ``p`` is the probability of a success, strictly between 0 and 1. The absolute error is below
    1e-12 for n up to a million. Raises ValueError for other p, and for n below 1.

    >>> round(binomial_cdf(7, 10, 0.9), 4)
    0.0702
    """
    first, cumulative = _distribution(n, p)
    return float(cumulative[min(int(k) - first, cumulative.size - 1)]) if k >= first else 0.0


def interpolated_quantiles(tails: Sequence[float], n: int, p: float) -> FloatArray:
    """Return the binomial quantile of each of ``tails``, interpolated between whole numbers.

    R is the number of successes in ``n`` trials with probability ``p``. For the tail probability q,
    let r be the least number with P(R <= r) > q; the quantile is r - (P(R <= r) - q) / P(R = r),
    at least -1. Raises ValueError for probabilities not strictly between 0 and 1, and for n below
    1. Spiegelhalter 2005, "Funnel plots for comparing institutional performance", appendix A.1.1.

    >>> interpolated_quantiles([0.025, 0.001], 25, 0.9).round(3).tolist()
    [18.649, 16.301]
    """
    wanted = np.array([share("tail", tail) for tail in tails])
    first, cumulative = _distribution(n, p)
    at = np.searchsorted(cumulative, wanted, side="right")
    below = np.where(at > 0, cumulative[at - 1], 0.0)
    beyond = (cumulative[at] - wanted) / (cumulative[at] - below)
    return read_only(first + at - beyond)


def _distribution(n: int, p: float) -> tuple[int, FloatArray]:
    """Return a number ``first`` and the cumulative binomial probabilities from ``first`` on."""
    share("p", p)
    if n < 1:
        refuse(f"n {n} is not a number of trials; leave the empty cohort out")
    mode = min(int((n + 1) * p), n)
    reach = 6 * math.isqrt(n) + 10
    first, last = max(0, mode - reach), min(n, mode + reach)
    odds = p / (1 - p)
    down = np.arange(mode, first, -1, dtype=np.float64)
    up = np.arange(mode, last, dtype=np.float64)
    # Each term is computed from its neighbour that is nearer to the mode.
    below = np.cumprod(down / ((n - down + 1) * odds))[::-1]
    above = np.cumprod((n - up) / (up + 1) * odds)
    cumulative = np.cumsum(np.concatenate([below, [1.0], above]))
    return first, cumulative / cumulative[-1]
