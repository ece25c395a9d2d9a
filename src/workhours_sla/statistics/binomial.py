"""The binomial distribution, exactly: its terms are summed, not approximated."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workhours_sla.statistics.arrays import FloatArray, read_only, share


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return the probability of at most ``k`` successes in ``n`` trials.

    ``n`` is at least 1 and ``p`` strictly between 0 and 1; ValueError is raised otherwise. The
    absolute error is below 1e-12 for n up to a million.

    >>> round(binomial_cdf(7, 10, 0.9), 4)
    0.0702
    """
    first, cumulative = _distribution(n, p)
    if k < first:
        return 0.0
    return float(cumulative[min(int(k) - first, cumulative.size - 1)])


def interpolated_quantiles(tails: Sequence[float], n: int, p: float) -> FloatArray:
    """Return for each tail the number of successes, between whole ones, that cuts it off.

    With r the least number for which P(R <= r) exceeds the tail, it is r less the part of r's own
    probability that lies beyond the tail. It may be as low as -1. ``tails`` are strictly between
    0 and 1; float64 of one dimension is returned. Raises ValueError as ``binomial_cdf``.
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
    """Return a number of successes and P(R <= r) for it and each number that follows.

    Left out is what lies further than six root n from the mode: by Hoeffding's inequality its
    probability is below 1e-30. What is kept sums to 1, so no factorial is needed.
    """
    share("p", p)
    if n < 1:
        msg = f"n {n} is no number of trials; leave the empty cohort out"
        raise ValueError(msg)
    mode = min(int((n + 1) * p), n)
    reach = 6 * math.isqrt(n) + 10
    first, last = max(0, mode - reach), min(n, mode + reach)
    odds = p / (1 - p)
    down = np.arange(mode, first, -1, dtype=np.float64)
    up = np.arange(mode, last, dtype=np.float64)
    # each term from its neighbour nearer the mode
    terms = np.concatenate(
        [
            np.cumprod(down / ((n - down + 1) * odds))[::-1],
            [1.0],
            np.cumprod((n - up) / (up + 1) * odds),
        ]
    )
    cumulative = np.cumsum(terms)
    return first, cumulative / cumulative[-1]
