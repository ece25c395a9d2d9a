"""Control charts of one number per week or month, to distinguish a real change from noise.

The limits of all points are computed from the first points of a series, its baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

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
    refuse,
    same_shape,
    whole_column,
    whole_numbers,
)

FEWEST_POINTS = 12
"""Minimum number of baseline points; limits from fewer points vary too much."""

BASELINE = 24
"""Default number of baseline points. Later points do not change the limits."""

LIMIT_FACTOR = 2.66
"""Factor from the mean moving range (of two values) to three standard deviations: 3 / 1.128."""

RANGE_LIMIT_FACTOR = 3.268
"""Factor from the mean moving range (of two values) to the upper limit of moving ranges."""

RANGE_TO_SIGMA = 1.128
"""Mean range of two normally distributed values, in standard deviations."""

_RUN = 8
_WINDOW, _OF_WINDOW = 4, 3
_ROUNDING = 1e-9
_SERIES, _SEED = 4_000, 20260312


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """The points that signal a change by each of three rules, as one bool for each point."""

    outside: BoolArray  # outside the limits
    run_of_eight: BoolArray  # with the seven before on one side of the mean
    three_of_four: BoolArray  # nearer to one limit than to the mean


@dataclass(frozen=True, slots=True, eq=False)
class XmRChart:
    """A chart of individual values and of their moving ranges, with limits and signals."""

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
    """A chart of the shares of cohorts of different sizes, with limits for each cohort."""

    rates: FloatArray
    mean: float
    sigma_z: float
    lower: FloatArray
    upper: FloatArray
    signals: Signals


@dataclass(frozen=True, slots=True, eq=False)
class MergedPeriods:
    """Periods that were merged until each merged period had enough working time."""

    labels: IntArray
    working_time: IntArray
    last_is_short: bool

    def totals(self, numbers: ArrayLike) -> IntArray:
        """Return the sum of ``numbers``, one for each original period, for each merged period.

        >>> merge_short_periods([16, 0, 40], shortest=8).totals([50, 20, 90]).tolist()
        [50, 110]
        """
        given = same_shape("numbers", whole_numbers("numbers", numbers), self.labels.shape)
        sums = np.zeros(self.working_time.size, np.int64)
        np.add.at(sums, self.labels, given)
        return read_only(sums)


def xmr_chart(values: ArrayLike, *, baseline: int | None = None) -> XmRChart:
    """Return the XmR chart of individual values, such as weekly medians, in the order of time.

    The limits of the values are mean +- 2.66 mR, where mR is the mean moving range; the limit of
    the moving ranges is 3.268 mR. ``values`` are finite numbers in one dimension. The mean and mR
    are computed from the first ``baseline`` values, by default from all. Raises ValueError for a
    baseline of fewer than 12 values, or of more values than there are. Shewhart 1931. The three
    rules of the signals are from Wheeler 2000, "Understanding variation".

    >>> chart = xmr_chart([2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 9], baseline=12)
    >>> chart.mean, round(chart.upper, 2), chart.signals.outside.nonzero()[0].tolist()
    (2.5, 5.16, [12])
    """
    points = measurements("values", values)
    base = _baseline(points.size, baseline)
    *means, ranges = _individuals(points, base)
    mean, mean_range = map(float, means)
    reach, range_limit = LIMIT_FACTOR * mean_range, RANGE_LIMIT_FACTOR * mean_range
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
    """Return Laney's p' chart of the shares ``met / n`` per period, in the order of time.

    The limits widen if the shares vary more than by chance, and are cut at 0 and 1. p is the share
    of the whole baseline, p_i the share of a period with n_i appeals:

    - sigma_i = sqrt(p (1 - p) / n_i): what chance alone gives.
    - sigma_z = the mean moving range of (p_i - p) / sigma_i, divided by 1.128.
    - The limits of a period are p - 3 sigma_i sigma_z and p + 3 sigma_i sigma_z.

    ``met`` and ``n`` are whole numbers in one dimension, ``baseline`` is as in ``xmr_chart``. If p
    is 0 or 1, any other share is outside the limits. Raises ValueError for a baseline of
    fewer than 12 periods, and for a period without appeals (see ``merge_short_periods``). Laney
    2002, "Improved control charts for attributes".

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


@lru_cache(maxsize=64)
def expected_false_signals(points: int, *, baseline: int, moving_ranges: bool = False) -> float:
    """Return the expected number of marked points on a chart of a process that does not change.

    A point counts once, however many of the three rules of ``Signals`` mark it. With
    ``moving_ranges``, a point also counts if its moving range is above the limit. ``baseline`` is
    as in ``xmr_chart``. The values are assumed to be independent and normally distributed. The
    result is the mean of 4,000 simulated charts, always the same ones; its standard error is below
    0.05 for up to 120 points. Raises ValueError for a baseline that ``xmr_chart`` refuses.

    >>> round(expected_false_signals(52, baseline=24), 1)
    0.9
    """
    base = _baseline(points, baseline)
    values = np.random.default_rng(_SEED).normal(size=(_SERIES, points))
    mean, mean_range, ranges = _individuals(values, base)
    deviations, reach = values - mean[:, None], (LIMIT_FACTOR * mean_range)[:, None]
    found = _signals(deviations, np.broadcast_to(reach, values.shape), 0.0)
    marked = found.outside | found.run_of_eight | found.three_of_four
    if moving_ranges:
        marked[:, 1:] |= ranges > (RANGE_LIMIT_FACTOR * mean_range)[:, None]
    return float(marked.sum() / _SERIES)


def merge_short_periods(working_time: ArrayLike, *, shortest: int) -> MergedPeriods:
    """Merge periods so that each merged period has at least ``shortest`` working time.

    A short period is merged with the next ones; the last period may stay short. ``working_time``
    has the working time of each period, as whole numbers in time order; ``shortest`` is in the same
    unit. Raises ValueError for a negative working time, and if ``shortest`` is not positive.

    >>> merge_short_periods([16, 0, 40], shortest=8).labels.tolist()
    [0, 1, 1]
    """
    spans = whole_column("working_time", working_time)
    if shortest <= 0:
        refuse(f"shortest {shortest} is not positive; give it in the unit of working_time")
    labels, merged = list[int](), list[int]()
    for span in spans.tolist():
        if not merged or merged[-1] >= shortest:
            merged.append(0)
        merged[-1] += span
        labels.append(len(merged) - 1)
    of_each, times = (read_only(np.array(numbers, np.int64)) for numbers in (labels, merged))
    return MergedPeriods(of_each, times, last_is_short=bool(merged) and merged[-1] < shortest)


def _individuals(values: FloatArray, base: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean and the mean moving range of the baseline, and all moving ranges."""
    ranges = np.abs(np.diff(values))
    return values[..., :base].mean(axis=-1), ranges[..., : base - 1].mean(axis=-1), ranges


def _baseline(points: int, baseline: int | None) -> int:
    base = points if baseline is None else baseline
    if not FEWEST_POINTS <= base <= points:
        refuse(
            f"limits need a baseline of at least {FEWEST_POINTS} points, and there are {points} "
            f"with a baseline of {base}; wait for more periods"
        )
    return base


def _signals(deviations: FloatArray, reach: FloatArray, slack: float) -> Signals:
    outside = np.abs(deviations) > reach + slack
    run, near = np.zeros(outside.shape, np.bool_), np.zeros(outside.shape, np.bool_)
    for side in (deviations, -deviations):
        run |= _of_the_last(_RUN, side > slack) == _RUN
        closer = side > reach / 2 + slack
        near |= closer & (_of_the_last(_WINDOW, closer) >= _OF_WINDOW)
    return Signals(read_only(outside), read_only(run), read_only(near))


def _of_the_last(window: int, marks: BoolArray) -> IntArray:
    before = np.zeros((*marks.shape[:-1], window), np.int64)
    sums = np.concatenate([before, np.cumsum(marks, axis=-1, dtype=np.int64)], axis=-1)
    found: IntArray = sums[..., window:] - sums[..., : marks.shape[-1]]
    return found
