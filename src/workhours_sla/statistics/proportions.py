"""Shares of answers in time: intervals, the verdict against a target, and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    FloatArray,
    counts,
    normal_quantile,
    read_only,
    share,
)

COUNTS_ONLY_BELOW = 10
"""Below this a share says more than its counts can carry: they are shown, and nobody is ranked."""

FLAGGED_BELOW = 20
"""Below this a share is shown with a mark."""


class TargetVerdict(StrEnum):
    """What the counts prove about a target."""

    MEETS = "meets"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Confidence intervals, one for each pair of counts, in the shape of the counts."""

    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True)
class ComplianceRate:
    """The share of a cohort that was answered in time, held against a target."""

    met: int
    n: int
    target: float
    rate: float
    interval: Interval
    verdict: TargetVerdict

    @property
    def counts_only(self) -> bool:
        """Whether to show the counts alone and leave the cohort out of any ranking."""
        return self.n < COUNTS_ONLY_BELOW

    @property
    def flagged(self) -> bool:
        """Whether the share is shown, but marked as resting on few."""
        return COUNTS_ONLY_BELOW <= self.n < FLAGGED_BELOW

    @property
    def told_verdict(self) -> TargetVerdict:
        """What to say of the target: where not many prove nothing, that they are too few."""
        inconclusive = self.verdict is TargetVerdict.INCONCLUSIVE
        return TargetVerdict.TOO_FEW if self.flagged and inconclusive else self.verdict


@dataclass(frozen=True, slots=True)
class RateDifference:
    """The first share minus the second, with its confidence interval."""

    difference: float
    interval: Interval


def wilson_intervals(met: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Intervals:
    """Return the score interval of each share.

    ``met`` and ``n`` are whole numbers of one shape, with 0 <= met <= n and n >= 1. Raises
    ValueError. Wilson 1927, "Probable inference, the law of succession, and statistical
    inference"; recommended for small n by Brown, Cai and DasGupta 2001, "Interval estimation for
    a binomial proportion".

    >>> wilson_intervals([3, 2], [3, 2]).lower.round(3).tolist()
    [0.439, 0.342]
    """
    met, n = counts(met, n)
    z = normal_quantile(confidence)
    p = met / n
    shrinkage = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrinkage
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n.astype(np.float64))) / shrinkage
    # at the ends the two terms are equal, but rounding does not know
    lower = np.where(met == 0, 0.0, centre - half)
    upper = np.where(met == n, 1.0, centre + half)
    return Intervals(read_only(lower), read_only(upper))


def wilson_interval(met: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return the score interval of the share ``met`` of ``n``.

    As ``wilson_intervals``, for one share.

    >>> interval = wilson_interval(46, 50)
    >>> percent(interval.lower), percent(interval.upper)
    ('81.2', '96.8')
    """
    intervals = wilson_intervals(met, n, confidence=confidence)
    return Interval(float(intervals.lower), float(intervals.upper))


def compliance_rate(met: int, n: int, target: float, *, confidence: float = 0.95) -> ComplianceRate:
    """Return the share ``met`` of ``n`` and what it proves about ``target``.

    The target is met when the whole Wilson interval is at or above it, failed when the whole
    interval is below, else neither is proved; fewer than ten prove nothing. Compared are the
    numbers themselves, never what is printed. Raises ValueError for an empty cohort,
    met > n, or a target that is not strictly between 0 and 1. The limits on few are those of
    public health statistics: Washington State Department of Health, "Standards for reporting data
    with small numbers"; CDC, WISQARS, for the mark below 20.

    >>> compliance_rate(46, 50, 0.9).verdict
    <TargetVerdict.INCONCLUSIVE: 'inconclusive'>
    """
    share("target", target)
    interval = wilson_interval(met, n, confidence=confidence)
    if n < COUNTS_ONLY_BELOW:
        verdict = TargetVerdict.TOO_FEW
    elif interval.lower >= target:
        verdict = TargetVerdict.MEETS
    elif interval.upper < target:
        verdict = TargetVerdict.FAILS
    else:
        verdict = TargetVerdict.INCONCLUSIVE
    return ComplianceRate(int(met), int(n), float(target), met / n, interval, verdict)


def rate_difference(
    met: int, n: int, other_met: int, other_n: int, *, confidence: float = 0.95
) -> RateDifference:
    """Return the share ``met`` of ``n`` minus the share of the other, two independent cohorts.

    Raises ValueError as ``wilson_interval``. Newcombe 1998, "Interval estimation for the
    difference between independent proportions: comparison of eleven methods", method 10 (hybrid
    score).

    >>> found = rate_difference(56, 70, 48, 80)
    >>> round(found.difference, 4), round(found.interval.lower, 4), round(found.interval.upper, 4)
    (0.2, 0.0524, 0.3339)
    """
    one = wilson_interval(met, n, confidence=confidence)
    other = wilson_interval(other_met, other_n, confidence=confidence)
    p, q = met / n, other_met / other_n
    down = np.hypot(p - one.lower, other.upper - q)
    up = np.hypot(one.upper - p, q - other.lower)
    return RateDifference(p - q, Interval(float(p - q - down), float(p - q + up)))


def percent(value: float, *, target: float | None = None, places: int = 1) -> str:
    """Return a share from 0 to 1 as a percentage, rounded half up but never across the target.

    Where ``places`` decimals would show it on another side of the target, of 0 or of 100, it gets
    as many as it needs. Raises ValueError for a value outside 0 to 1 and for places below 0.

    >>> percent(0.8996), percent(0.8996, target=0.9), percent(9 / 10, target=0.9)
    ('90.0', '89.96', '90.0')
    >>> percent(1999 / 2000)
    '99.95'
    """
    if not 0 <= value <= 1:
        msg = f"{value} is not from 0 to 1; give a share, not a percentage"
        raise ValueError(msg)
    if places < 0:
        msg = f"{places} decimal places cannot be; give 0 or more"
        raise ValueError(msg)
    # what a float reads as, so that 0.9 is nine tenths
    exact = Fraction(repr(float(value))) * 100
    marks = [Fraction(0), Fraction(100)]
    if target is not None:
        marks.append(Fraction(repr(share("target", target))) * 100)
    shown = _half_up(exact, places)
    while any(_side(shown, mark) != _side(exact, mark) for mark in marks):
        places += 1
        shown = _half_up(exact, places)
    whole, rest = divmod(int(shown * 10**places), 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)


def _half_up(value: Fraction, places: int) -> Fraction:
    return Fraction((value * 10**places + Fraction(1, 2)).__floor__(), 10**places)


def _side(value: Fraction, mark: Fraction) -> int:
    return (value > mark) - (value < mark)
