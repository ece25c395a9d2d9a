"""Compare many units with one target: funnel limits, overdispersion and expected false alarms.

A unit is, for example, an agency. Funnel limits enclose the shares that a unit may have by chance;
they are closer to the target the more appeals the unit has.
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
    share,
    whole_numbers,
)

WARNING = 0.95
"""The probability that a unit at the target is within the warning limits, by chance alone."""

ACTION = 0.998
"""The probability that a unit at the target is within the action limits, by chance alone."""

WINSORISED = 0.1
"""The fraction of the units at each end whose z values are winsorised, that is, moved inward."""


@dataclass(frozen=True, slots=True, eq=False)
class FunnelLimits:
    """The funnel limits for each number of appeals ``n``, as shares from 0 to 1.

    ``dispersion`` is the overdispersion. If it is above 1, it widens the limits.
    """

    n: IntArray
    target: float
    dispersion: float
    lower_warning: FloatArray
    upper_warning: FloatArray
    lower_action: FloatArray
    upper_action: FloatArray


def funnel_limits(n: ArrayLike, target: float, *, dispersion: float = 1.0) -> FunnelLimits:
    """Return the exact 95 % and 99.8 % limits for units of ``n`` appeals each.

    ``n`` are whole numbers of at least 1 in one dimension, ``target`` is a share strictly between 0
    and 1. ``dispersion`` is the result of ``overdispersion``; the distance of each limit from the
    target is multiplied by the square root of ``dispersion``. A dispersion below 1 changes nothing,
    since an unusually even spread is no reason for more alarms. Raises ValueError for arguments out
    of these ranges.

    Lower limits are those of Spiegelhalter 2005, "Funnel plots for comparing institutional
    performance", appendix A.1.1. An upper limit is 1 minus the lower limit of the share of missed
    appeals. It is 1/n higher than the upper limit in the paper, so that the probability beyond each
    limit is the nominal one. For example, 10 of 10 is inside the limits around a target of 90 %,
    because one unit in three reaches 10 of 10 by chance.

    >>> limits = funnel_limits([25, 100, 500], 0.9)
    >>> limits.lower_warning.round(3).tolist(), limits.lower_action.round(3).tolist()
    ([0.746, 0.832, 0.872], [0.652, 0.792, 0.855])
    """
    sizes = in_one_dimension("n", whole_numbers("n", n))
    counts(sizes, sizes)
    share("target", target)
    if not 0 <= dispersion < np.inf:
        msg = f"dispersion {dispersion} is impossible; give the result of overdispersion()"
        raise ValueError(msg)
    tails = [(1 - WARNING) / 2, (1 - ACTION) / 2]
    distinct, where = np.unique(sizes, return_inverse=True)
    lowest = np.array([interpolated_quantiles(tails, int(size), target) for size in distinct])
    missed = np.array([interpolated_quantiles(tails, int(size), 1 - target) for size in distinct])
    stretch = max(1.0, float(np.sqrt(dispersion)))

    def limit(quantiles: FloatArray, around: float) -> FloatArray:
        stretched = around + stretch * (quantiles / distinct - around)
        return np.clip(stretched, 0.0, 1.0)[where]

    return FunnelLimits(
        read_only(sizes),
        float(target),
        float(dispersion),
        lower_warning=read_only(limit(lowest[:, 0], target)),
        upper_warning=read_only(1 - limit(missed[:, 0], 1 - target)),
        lower_action=read_only(limit(lowest[:, 1], target)),
        upper_action=read_only(1 - limit(missed[:, 1], 1 - target)),
    )


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
    met: ArrayLike, n: ArrayLike, target: float, *, winsorised: float = WINSORISED
) -> float:
    """Return the overdispersion of units: the mean squared z value of their shares.

    It says how much more the shares vary than they would by chance. The z value of a unit is (met/n
    - target) / sqrt(target (1 - target) / n). The values are winsorised, so that a few bad units do
    not widen the limits of all: the lowest tenth of the z values (rounded down to whole units) is
    replaced by the lowest of the other values, and the highest tenth by the highest of the other
    values. By chance alone the result is about 0.7, and 1 without winsorising, so the limits tend
    to be too narrow. ``met`` and ``n`` are whole numbers in one dimension, one for each unit.
    Raises ValueError for impossible counts, and for shares out of their range. Spiegelhalter 2005,
    "Handling over-dispersion of performance indicators".

    >>> overdispersion([90, 90, 84, 96], [100, 100, 100, 100], 0.9)
    2.0
    """
    part, whole = counts(met, n)
    in_one_dimension("met", part)
    share("target", target)
    if not 0 <= winsorised < 1 / 2:
        msg = f"winsorised {winsorised} is not from 0 to below 0.5; the usual part is 0.1"
        raise ValueError(msg)
    z = np.sort((part / whole - target) / np.sqrt(target * (1 - target) / whole))
    pulled_in = int(winsorised * z.size)
    z = np.clip(z, z[pulled_in], z[z.size - 1 - pulled_in])
    return float(np.mean(z * z))


def expected_false_alarms(units: int, *, coverage: float = ACTION) -> float:
    """Return how many of ``units`` are expected outside the limits by chance in one period.

    ``coverage`` is the nominal probability that a unit is inside the limits. With exact limits the
    probability is a little higher, so the result is an upper bound. Raises ValueError for a
    negative number of units, and unless ``coverage`` is strictly between 0 and 1.

    >>> round(expected_false_alarms(73), 2)
    0.15
    """
    return int(whole_numbers("units", units)) * (1 - share("coverage", coverage))


# -- the exact binomial distribution: its terms are summed, without an approximation -------------


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return the probability of at most ``k`` successes in ``n`` trials.

    ``p`` is the probability of a success. The absolute error is below 1e-12 for n up to a million.
    Raises ValueError unless n is at least 1 and p is strictly between 0 and 1.

    >>> round(binomial_cdf(7, 10, 0.9), 4)
    0.0702
    """
    first, cumulative = _distribution(n, p)
    if k < first:
        return 0.0
    return float(cumulative[min(int(k) - first, cumulative.size - 1)])


def interpolated_quantiles(tails: Sequence[float], n: int, p: float) -> FloatArray:
    """Return the binomial quantile of each of ``tails``, interpolated between whole numbers.

    R is the number of successes in ``n`` trials with probability ``p``. For the tail probability q,
    let r be the least number with P(R <= r) > q. Then the quantile is r - (P(R <= r) - q) / P(R =
    r), which is at least -1. ``tails`` are probabilities strictly between 0 and 1; the result is
    float64 in one dimension. Raises ValueError for other probabilities, and for n below 1.
    Spiegelhalter 2005, "Funnel plots for comparing institutional performance", appendix A.1.1.

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
    """Return the number ``first``, and the cumulative probabilities from ``first`` successes on.

    Item i of the probabilities is the probability of at most ``first + i`` successes. Numbers of
    successes that differ by more than 6 sqrt(n) from the mode are left out: by Hoeffding's
    inequality their total probability is below 1e-30. The other probabilities are scaled to sum to
    1, so no factorial is needed.
    """
    share("p", p)
    if n < 1:
        msg = f"n {n} is not a number of trials; leave the empty cohort out"
        raise ValueError(msg)
    mode = min(int((n + 1) * p), n)
    reach = 6 * math.isqrt(n) + 10
    first, last = max(0, mode - reach), min(n, mode + reach)
    odds = p / (1 - p)
    down = np.arange(mode, first, -1, dtype=np.float64)
    up = np.arange(mode, last, dtype=np.float64)
    # Each term is computed from its neighbour that is nearer to the mode.
    terms = np.concatenate(
        [
            np.cumprod(down / ((n - down + 1) * odds))[::-1],
            [1.0],
            np.cumprod((n - up) / (up + 1) * odds),
        ]
    )
    cumulative = np.cumsum(terms)
    return first, cumulative / cumulative[-1]
