"""Charts of a number per week or month, which tell a change from the usual noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    counts,
    in_one_dimension,
    measurements,
    read_only,
    same_shape,
    whole_numbers,
)

FEWEST_POINTS = 12
"""Limits from fewer points move too much to judge by."""

LIMIT_FACTOR = 2.66
"""From a mean moving range of two to three standard deviations: 3 / 1.128."""

RANGE_LIMIT_FACTOR = 3.268
"""From a mean moving range of two to its own upper limit."""

RANGE_TO_SIGMA = 1.128
"""The mean range of two normal values, in standard deviations."""

_RUN = 8
_WINDOW, _OF_WINDOW = 4, 3
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Where a chart says that something changed; bool, one for each point.

    Marked is the point at which it can first be known: the eighth of a run on one side of the
    mean, the third of those nearer to one limit than to the mean among four in a row.
    """

    outside: BoolArray
    run_of_eight: BoolArray
    three_of_four: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class XmRChart:
    """Individual values and their moving ranges, one range for each value but the first."""

    values: FloatArray
    mean: float
    lower: float
    upper: float
    moving_ranges: FloatArray
    mean_moving_range: float
    moving_range_limit: float
    signals: Signals
    moving_range_outside: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class PPrimeChart:
    """Shares of cohorts of different sizes, with a limit for each.

    ``sigma_z`` says how much the shares vary beside binomial chance: 1 is chance alone.
    """

    rates: FloatArray
    mean: float
    sigma_z: float
    lower: FloatArray
    upper: FloatArray
    signals: Signals


@dataclass(frozen=True, slots=True, eq=False)
class MergedPeriods:
    """Periods put together until each has enough working time.

    ``labels`` says for each period in which merged one it is, from 0 on; ``working_time`` is that
    of the merged ones. ``last_is_short``: the last is still waiting for the period that follows.
    """

    labels: IntArray
    working_time: IntArray
    last_is_short: bool

    def totals(self, numbers: ArrayLike) -> IntArray:
        """Return the sum of a whole number per period over each merged period.

        >>> merge_short_periods([16, 0, 40], shortest=8).totals([50, 20, 90]).tolist()
        [50, 110]
        """
        given = same_shape("numbers", whole_numbers("numbers", numbers), self.labels.shape)
        sums = np.zeros(self.working_time.size, np.int64)
        np.add.at(sums, self.labels, given)
        return read_only(sums)


def xmr_chart(values: ArrayLike, *, baseline: int | None = None) -> XmRChart:
    """Return the chart of individual values, such as weekly medians, in the order of time.

    ``values`` are finite numbers of one unit in one dimension. The limits come from the first
    ``baseline`` points, or from all; a frozen baseline keeps later points from moving the limits
    that judge them. Raises ValueError for fewer than 12 points in it. Shewhart 1931; Wheeler 2000,
    "Understanding variation", whose three rules give the signals.

    >>> chart = xmr_chart([2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 9], baseline=12)
    >>> chart.mean, round(chart.upper, 2), chart.signals.outside.nonzero()[0].tolist()
    (2.5, 5.16, [12])
    """
    points = measurements("values", values)
    base = _baseline(points.size, baseline)
    ranges = np.abs(np.diff(points))
    mean, mean_range = float(np.mean(points[:base])), float(np.mean(ranges[: base - 1]))
    reach = LIMIT_FACTOR * mean_range
    range_limit = RANGE_LIMIT_FACTOR * mean_range
    slack = _ROUNDING * float(np.abs(points).max())
    return XmRChart(
        read_only(points),
        mean,
        mean - reach,
        mean + reach,
        read_only(ranges),
        mean_range,
        range_limit,
        _signals(points - mean, np.full(points.shape, reach), slack),
        read_only(ranges > range_limit + slack),
    )


def p_prime_chart(met: ArrayLike, n: ArrayLike, *, baseline: int | None = None) -> PPrimeChart:
    """Return the chart of shares ``met`` of ``n`` per period, in the order of time.

    ``met`` and ``n`` are whole numbers in one dimension; ``baseline`` as in ``xmr_chart``. Limits
    stay within 0 to 1. Where all of the baseline is met, or none, it has no spread and any other
    share is outside. Raises ValueError for fewer than 12 points and for a period without appeals
    (``merge_short_periods`` first). Laney 2002, "Improved control charts for attributes".

    >>> chart = p_prime_chart([90, 80] * 6, [100] * 12)
    >>> chart.mean, round(chart.sigma_z, 2), float(chart.upper[0])
    (0.85, 2.48, 1.0)
    """
    part, whole = counts(met, n)
    in_one_dimension("met", part)
    base = _baseline(part.size, baseline)
    rates = part / whole
    mean = int(part[:base].sum()) / int(whole[:base].sum())
    sigma = np.sqrt(mean * (1 - mean) / whole)
    z = np.divide(rates - mean, sigma, out=np.zeros(rates.shape), where=sigma > 0)
    sigma_z = float(np.mean(np.abs(np.diff(z[:base])))) / RANGE_TO_SIGMA
    reach = 3 * sigma * sigma_z
    return PPrimeChart(
        read_only(rates),
        mean,
        sigma_z,
        read_only(np.maximum(mean - reach, 0.0)),
        read_only(np.minimum(mean + reach, 1.0)),
        _signals(rates - mean, reach, _ROUNDING),
    )


def merge_short_periods(working_time: ArrayLike, *, shortest: int) -> MergedPeriods:
    """Return which periods to take together so that each has at least ``shortest`` working time.

    A short period goes into the next, for rates alone: an appeal stays in the period of its
    arrival. ``working_time`` is whole numbers in one dimension, in the order of time, ``shortest``
    positive and in the same unit. Raises ValueError.

    >>> merge_short_periods([16, 0, 40], shortest=8).labels.tolist()
    [0, 1, 1]
    """
    spans = in_one_dimension("working_time", whole_numbers("working_time", working_time))
    if shortest <= 0:
        msg = f"shortest {shortest} is not positive; give it in the unit of working_time"
        raise ValueError(msg)
    labels: list[int] = []
    merged: list[int] = []
    for span in spans.tolist():
        if not merged or merged[-1] >= shortest:
            merged.append(0)
        merged[-1] += span
        labels.append(len(merged) - 1)
    return MergedPeriods(
        read_only(np.array(labels, np.int64)),
        read_only(np.array(merged, np.int64)),
        last_is_short=bool(merged) and merged[-1] < shortest,
    )


def _baseline(points: int, baseline: int | None) -> int:
    base = points if baseline is None else baseline
    if not FEWEST_POINTS <= base <= points:
        msg = (
            f"limits need a baseline of at least {FEWEST_POINTS} points, and there are {points} "
            f"with a baseline of {base}; wait for more periods"
        )
        raise ValueError(msg)
    return base


def _signals(deviations: FloatArray, reach: FloatArray, slack: float) -> Signals:
    """Return the signals of points by their distance from the mean; ``slack`` is for rounding."""
    outside = np.abs(deviations) > reach + slack
    run = np.zeros(outside.shape, np.bool_)
    near = np.zeros(outside.shape, np.bool_)
    for side in (deviations, -deviations):
        run |= _of_the_last(_RUN, side > slack) == _RUN
        closer = side > reach / 2 + slack
        near |= closer & (_of_the_last(_WINDOW, closer) >= _OF_WINDOW)
    return Signals(read_only(outside), read_only(run), read_only(near))


def _of_the_last(window: int, marks: BoolArray) -> IntArray:
    """Return how many of the last ``window`` points are marked, up to and with each."""
    sums = np.concatenate([np.zeros(window, np.int64), np.cumsum(marks, dtype=np.int64)])
    found: IntArray = sums[window:] - sums[: marks.size]
    return found
