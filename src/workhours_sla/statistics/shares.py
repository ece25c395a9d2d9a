"""Shares of answers in time: confidence intervals, differences, and the verdict on a target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.module_names import public
from workhours_sla.statistics.arrays import (
    FloatArray,
    counts,
    normal_quantile,
    read_only,
    target_share,
)

COUNTS_ONLY_BELOW = 10
"""A cohort with fewer appeals than this is reported by its counts only and is not ranked."""

FLAGGED_BELOW = 20
"""A rate from fewer appeals than this is flagged, because it may be due to chance."""


@public("workhours_sla.report")
class TargetVerdict(StrEnum):
    """Whether counts prove that a target is met, prove that it is not met, or prove neither.

    >>> compliance_rate(99, 100, 0.9).verdict is TargetVerdict.MEETS
    True
    """

    MEETS = "meets"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """A confidence interval of a share, or of a difference of shares; 0.9 means 90 %."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class ConfidenceIntervals:
    """The confidence intervals of several shares, as float64 arrays in the shape of the counts."""

    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True)
class ComplianceRate:
    """The share of a cohort that was answered in time, compared with a target."""

    met: int
    n: int
    target: float
    rate: float
    interval: ConfidenceInterval
    verdict: TargetVerdict

    @property
    def counts_only(self) -> bool:
        """Whether the cohort is so small that only its counts are shown and it is not ranked."""
        return self.n < COUNTS_ONLY_BELOW

    @property
    def flagged(self) -> bool:
        """Whether the share is shown with a warning sign, because it is based on few appeals."""
        return COUNTS_ONLY_BELOW <= self.n < FLAGGED_BELOW

    @property
    def lacking(self) -> int:
        """Number of late appeals that would have to be in time for the rate to reach the target.

        >>> compliance_rate(1331, 1902, 0.9).lacking
        381
        """
        # repr gives the decimal digits of the float, so that 0.9 is exactly nine tenths
        return max(math.ceil(Fraction(repr(self.target)) * self.n) - self.met, 0)

    @property
    def shown_verdict(self) -> TargetVerdict:
        """The verdict to print: TOO_FEW instead of INCONCLUSIVE if the share is flagged."""
        inconclusive = self.verdict is TargetVerdict.INCONCLUSIVE
        return TargetVerdict.TOO_FEW if self.flagged and inconclusive else self.verdict


@dataclass(frozen=True, slots=True)
class RateDifference:
    """The share of one cohort minus the share of another, with its confidence interval."""

    difference: float
    interval: ConfidenceInterval


def wilson_intervals(
    met: ArrayLike, n: ArrayLike, *, confidence: float = 0.95
) -> ConfidenceIntervals:
    """Return the Wilson score interval of each share ``met / n``.

    With p = met / n and z the normal quantile, the centre is (p + z^2/2n) / (1 + z^2/n) and the
    half-width z sqrt(p (1 - p)/n + z^2/4n^2) / (1 + z^2/n). Raises ValueError unless 0 <= met <= n
    and n >= 1. Wilson 1927, "Probable inference, the law of succession, and statistical inference";
    recommended for small n by Brown, Cai and DasGupta 2001, "Interval estimation for a binomial
    proportion".

    >>> wilson_intervals([3, 2], [3, 2]).lower.round(3).tolist()
    [0.439, 0.342]
    """
    met, n = counts(met, n)
    z = normal_quantile(confidence)
    p = met / n
    shrinkage = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrinkage
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n.astype(np.float64))) / shrinkage
    # The exact limits of 0 of n and of n of n are 0 and 1; the formula may miss them by rounding.
    lower = np.where(met == 0, 0.0, centre - half)
    upper = np.where(met == n, 1.0, centre + half)
    return ConfidenceIntervals(read_only(lower), read_only(upper))


def wilson_interval(met: int, n: int, *, confidence: float = 0.95) -> ConfidenceInterval:
    """Return the Wilson score interval of one share, ``met`` of ``n``.

    Raises ValueError unless 0 <= met <= n and n >= 1.

    >>> interval = wilson_interval(46, 50)
    >>> round(interval.lower, 3), round(interval.upper, 3)
    (0.812, 0.968)
    """
    intervals = wilson_intervals(met, n, confidence=confidence)
    return ConfidenceInterval(float(intervals.lower), float(intervals.upper))


def compliance_rate(met: int, n: int, target: float, *, confidence: float = 0.95) -> ComplianceRate:
    """Return the share ``met`` of ``n`` and what it proves about ``target``.

    The verdict is TOO_FEW for fewer than ten appeals. Otherwise it is MEETS if the whole Wilson
    interval is at or above the target, FAILS if the whole interval is below the target, and else
    INCONCLUSIVE. The numbers are compared before rounding. Raises ValueError for an empty cohort,
    for met > n, and for a target that is not above 0 and at most 1. A share of ten to nineteen
    appeals is ``flagged``. The thresholds are those of the Washington State Department of Health,
    "Standards for reporting data with small numbers" (ten), and of CDC, WISQARS (twenty).

    >>> compliance_rate(46, 50, 0.9).verdict
    <TargetVerdict.INCONCLUSIVE: 'inconclusive'>
    """
    target_share("target", target)
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
    """Return the share ``met / n`` minus the share ``other_met / other_n`` of another cohort.

    The cohorts must be independent. With the Wilson limits (l, u) of the first share p and (l', u')
    of the other share q, the interval runs from p - q - sqrt((p - l)^2 + (u' - q)^2) to
    p - q + sqrt((u - p)^2 + (q - l')^2). Raises ValueError for impossible counts and for an empty
    cohort. Newcombe 1998, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", method 10 (hybrid score).

    >>> found = rate_difference(56, 70, 48, 80)
    >>> round(found.difference, 4), round(found.interval.lower, 4), round(found.interval.upper, 4)
    (0.2, 0.0524, 0.3339)
    """
    one = wilson_interval(met, n, confidence=confidence)
    other = wilson_interval(other_met, other_n, confidence=confidence)
    p, q = met / n, other_met / other_n
    down = np.hypot(p - one.lower, other.upper - q)
    up = np.hypot(one.upper - p, q - other.lower)
    return RateDifference(p - q, ConfidenceInterval(float(p - q - down), float(p - q + up)))
