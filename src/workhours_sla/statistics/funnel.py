"""Many units against one target: funnel limits, overdispersion, and false alarms to expect."""

from __future__ import annotations

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
from workhours_sla.statistics.binomial import interpolated_quantiles

WARNING = 0.95
"""Inside these limits lie 95 % of the units that keep the target: about two standard errors."""

ACTION = 0.998
"""Inside these limits lie 99.8 % of the units that keep the target: about three."""

WINSORISED = 0.1
"""The part of the units pulled in at either end before the spread is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class FunnelLimits:
    """The funnel at each number of appeals: shares from 0 to 1, one for each n."""

    n: IntArray
    target: float
    dispersion: float
    lower_warning: FloatArray
    upper_warning: FloatArray
    lower_action: FloatArray
    upper_action: FloatArray


def funnel_limits(n: ArrayLike, target: float, *, dispersion: float = 1.0) -> FunnelLimits:
    """Return the exact 95 % and 99.8 % limits for units of ``n`` appeals each.

    ``n`` is whole numbers of at least 1 in one dimension, ``target`` a share strictly between 0
    and 1. ``dispersion`` is what ``overdispersion`` found: each limit moves from the target by its
    root; below 1 it changes nothing, as too even a spread is no ground for more alarms. Raises
    ValueError.

    Lower limits: Spiegelhalter 2005, "Funnel plots for comparing institutional performance",
    appendix A.1.1. Upper limits are those of the missed from below, which is 1/n above the paper's:
    so either side holds its probability, and 10 of 10 against 90 %, which one unit in three
    reaches by chance, is not outside.

    >>> limits = funnel_limits([25, 100, 500], 0.9)
    >>> limits.lower_warning.round(3).tolist(), limits.lower_action.round(3).tolist()
    ([0.746, 0.832, 0.872], [0.652, 0.792, 0.855])
    """
    sizes = in_one_dimension("n", whole_numbers("n", n))
    counts(sizes, sizes)
    share("target", target)
    if not 0 <= dispersion < np.inf:
        msg = f"dispersion {dispersion} cannot be; give what overdispersion() returned"
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
    """Return where each unit lies: 0 inside the funnel, else how many limits it is outside of.

    -1 and -2 are below the warning and the action limit, 1 and 2 above. ``met`` is whole numbers,
    one for each n of the limits; int64 is returned. Raises ValueError.

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
    """Return how much more the units spread than chance allows: the mean winsorised z squared.

    z is the distance of a unit's share from the target in binomial standard errors. Of the units,
    the lowest and the highest tenth (whole units) take the value of the next one inward, so that a
    few bad ones do not excuse all. Where chance alone is at work it is about 0.7, and 1 with
    nothing winsorised: it errs towards narrow limits. ``met`` and ``n`` are whole numbers in one
    dimension. Raises ValueError. Spiegelhalter 2005, "Handling over-dispersion of performance
    indicators".

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
    """Return how many of so many units lie outside by chance alone, at most, in one period.

    ``coverage`` is that of the limits. Raises ValueError. Exact limits are a little cautious, so
    the true number is lower.

    >>> round(expected_false_alarms(73), 2)
    0.15
    """
    return int(whole_numbers("units", units)) * (1 - share("coverage", coverage))
