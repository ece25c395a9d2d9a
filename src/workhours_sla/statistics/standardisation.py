"""Make shares comparable: standardise them to one mix of classes, and split a change into parts.

The mix is the proportion of appeals in each class, such as the time of day of their arrival.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    FloatArray,
    IntArray,
    counts,
    in_one_dimension,
    measurements,
    read_only,
    refuse,
    same_shape,
    whole_column,
)
from workhours_sla.statistics.intervals import ConfidenceInterval, wilson_intervals

FEWEST_OF_A_CLASS = 5
"""Classes with fewer appeals than this are merged before standardisation."""


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRate:
    """The share that a unit would have if its mix of classes were the standard mix."""

    rate: float
    interval: ConfidenceInterval
    labels: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class KitagawaDecomposition:
    """A change of the share, split into the effect of the mix and the effect of performance."""

    mix_by_class: FloatArray
    performance_by_class: FloatArray

    @property
    def mix(self) -> float:
        """The part of the change caused by the changed mix of classes."""
        return float(self.mix_by_class.sum())

    @property
    def performance(self) -> float:
        """The part of the change caused by changed shares within the classes."""
        return float(self.performance_by_class.sum())

    @property
    def change(self) -> float:
        """The share after the change minus the share before it: the sum of both parts."""
        return self.mix + self.performance


def merge_small_classes(n: ArrayLike, *, fewest: int = FEWEST_OF_A_CLASS) -> IntArray:
    """Merge small classes, and return for each class the number of its merged class, from 0.

    All classes with fewer appeals than ``fewest`` become one class. If this class still has too few
    appeals, the smallest other class is added to it (the first of several). ``n`` has the number of
    appeals of each class; the result is int64. Raises ValueError for negative numbers.

    >>> merge_small_classes([40, 3, 25, 1, 9]).tolist()
    [0, 1, 2, 1, 1]
    """
    sizes = whole_column("n", n)
    small = sizes < fewest
    if small.any() and not small.all() and sizes[small].sum() < fewest:
        small[np.argmin(np.where(small, sizes.max() + 1, sizes))] = True
    home = np.arange(sizes.size)
    if small.any():
        home[small] = np.argmax(small)
    _, labels = np.unique(home, return_inverse=True)
    return read_only(labels.astype(np.int64))


def standardised_rate(
    met: ArrayLike,
    n: ArrayLike,
    weights: ArrayLike,
    *,
    fewest: int = FEWEST_OF_A_CLASS,
    confidence: float = 0.95,
) -> StandardisedRate:
    """Return the share that a unit would have with the standard mix of classes, and its interval.

    Direct standardisation, with the interval of the method MOVER, which is never 0 wide. A class
    has the share p, its Wilson limits l and u, and w, its weight as a fraction of all weights:

    - rate = sum of w p
    - lower end = rate - sqrt(sum of w^2 (p - l)^2)
    - upper end = rate + sqrt(sum of w^2 (u - p)^2)

    ``met`` and ``n`` are whole numbers per class, ``weights`` numbers of 0 or more per class, such
    as the counts of the whole region; only their proportions matter. Small classes are merged as in
    ``merge_small_classes``. If all are merged into one, the rate is the raw share. Fleiss, Levin
    and Paik 2003, "Statistical methods for rates and proportions", chapter 19; Zou and Donner 2008,
    "Construction of confidence limits about effect measures".

    >>> found = standardised_rate([45, 10], [50, 20], [60, 40])
    >>> round(found.rate, 3), round(found.interval.lower, 3), round(found.interval.upper, 3)
    (0.74, 0.635, 0.827)
    """
    part, whole = counts(met, n, some_empty=True)
    in_one_dimension("n", whole)
    counts(part.sum(), whole.sum())
    mix = same_shape("weights", measurements("weights", weights), whole.shape)
    if (mix < 0).any() or not mix.sum() > 0:
        refuse(f"weights {mix.tolist()} are not a mix; give the counts of the whole region")
    labels = merge_small_classes(whole, fewest=fewest)
    of_class, met_of_class = (_sums(labels, numbers) for numbers in (whole, part))
    w = np.bincount(labels, weights=mix) / mix.sum()
    p = met_of_class / of_class
    limits = wilson_intervals(met_of_class, of_class, confidence=confidence)
    rate = float(np.sum(w * p))
    down = math.sqrt(np.sum((w * (p - limits.lower)) ** 2))
    up = math.sqrt(np.sum((w * (limits.upper - p)) ** 2))
    return StandardisedRate(rate, ConfidenceInterval(rate - down, rate + up), labels)


def kitagawa(
    met_before: ArrayLike, n_before: ArrayLike, met_after: ArrayLike, n_after: ArrayLike
) -> KitagawaDecomposition:
    """Split a change of the share into the effect of the mix and the effect of performance.

    The mix effect is the sum of (change of weight) * (mean share) over the classes, the performance
    effect the sum of (mean weight) * (change of share). The arguments are whole numbers, one for
    each class, with the same classes before and after. The share of a class that has no appeals
    before, or none after, is taken as unchanged. Raises ValueError for impossible counts. Kitagawa
    1955, "Components of a difference between two rates".

    >>> parts = kitagawa([90, 5], [100, 10], [45, 30], [50, 60])
    >>> round(parts.mix, 4), round(parts.performance, 4), round(parts.change, 4)
    (-0.1818, 0.0, -0.1818)
    """
    before, of_before = counts(met_before, n_before, some_empty=True)
    after, of_after = counts(met_after, n_after, some_empty=True)
    in_one_dimension("n_before", of_before)
    same_shape("n_after", of_after, of_before.shape)
    counts([before.sum(), after.sum()], [of_before.sum(), of_after.sum()])
    weight_before, weight_after = of_before / of_before.sum(), of_after / of_after.sum()
    p_before, p_after = _share_of(before, of_before), _share_of(after, of_after)
    p_before = np.where(of_before == 0, p_after, p_before)
    p_after = np.where(of_after == 0, p_before, p_after)
    return KitagawaDecomposition(
        read_only((weight_after - weight_before) * (p_before + p_after) / 2),
        read_only((weight_before + weight_after) / 2 * (p_after - p_before)),
    )


def _share_of(met: IntArray, n: IntArray) -> FloatArray:
    return np.divide(met, n, out=np.zeros(n.shape), where=n > 0)


def _sums(labels: IntArray, numbers: IntArray) -> IntArray:
    sums = np.zeros(int(labels.max()) + 1, np.int64)
    np.add.at(sums, labels, numbers)
    return sums
