"""The change of the rate between two periods, with the part of each agency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW, ConfidenceInterval, rate_difference

_ERROR: Final = 0.05  # chance of one or more false proofs among all groups that are compared

Counts = dict[str | None, tuple[int, int]]
"""The number of matured appeals of each agency, and of those in time; None has the others."""
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """The rates of one agency, None without matured appeals, and its part of the change."""

    agency: str | None
    before: float | None
    after: float | None
    part: float
    proven: bool = False  # the change, with 95 % confidence for all agencies at once

    @property
    def difference(self) -> float:
        """The rate after minus the rate before; 0 if one is unknown."""
        return 0.0 if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class RateChange:
    """A change of the rate between two periods."""

    before: float
    after: float
    difference: float  # after minus before
    interval: ConfidenceInterval  # 95 %, by Newcombe
    agencies: tuple[AgencyChange, ...] = ()  # the largest part first; together, the difference


def change_between(before: Counts, after: Counts) -> RateChange | None:
    """Return the change of the rate, None if no appeal of one period has matured.

    The part of an agency is by how many of its appeals it is above the mean of both rates, as a
    share of all appeals, after minus before. So an agency at this mean has no part in the change,
    however many appeals it gets, and the parts add up to the change.
    """
    (n, met), (later_n, later_met) = (
        tuple(map(sum, zip(*of.values(), strict=True))) for of in (before, after)
    )
    if not n or not later_n:
        return None
    found = rate_difference(later_met, later_n, met, n)
    pairs = {one: (*after[one], *before[one]) for one in before if one is not None and one in after}
    proven = proven_differences(pairs)
    rate, later_rate = met / n, later_met / later_n
    mean = (rate + later_rate) / 2

    def change(agency: str | None) -> AgencyChange:
        (of, good), (later_of, later_good) = (side.get(agency, (0, 0)) for side in (before, after))
        part = (later_good - mean * later_of) / later_n - (good - mean * of) / n
        rates = (good / of if of else None, later_good / later_of if later_of else None)
        return AgencyChange(agency, *rates, part, agency in proven)

    parts = sorted(
        map(change, {**before, **after}), key=lambda one: (-abs(one.part), one.agency or "")
    )
    known = [one for one in parts if (one.before, one.after) != (None, None)]
    return RateChange(
        rate, later_rate, found.difference, found.interval, tuple(known) if len(known) > 1 else ()
    )


def differing(counts: Mapping[_Key, tuple[int, int]]) -> dict[_Key, float]:
    """Return the groups whose rate is proven to differ from that of the others, and by how much."""
    n, met = (sum(of[place] for of in counts.values()) for place in (0, 1))
    return proven_differences(
        {key: (of, good, n - of, met - good) for key, (of, good) in counts.items()}
    )


def proven_differences(pairs: Mapping[_Key, tuple[int, int, int, int]]) -> dict[_Key, float]:
    """Return the proven differences of two shares, the first minus the second, by their key.

    A pair is n and met of the first share, and n and met of the second. Pairs with a share of
    fewer than ten are left out. The confidence of each interval is that of 95 % for all pairs at
    once, by Bonferroni: 1 - 0.05 / k for k pairs.
    """
    large = {key: of for key, of in pairs.items() if min(of[0], of[2]) >= COUNTS_ONLY_BELOW}
    confidence = 1 - _ERROR / max(len(large), 1)
    found = {
        key: rate_difference(met, n, other_met, other_n, confidence=confidence)
        for key, (n, met, other_n, other_met) in large.items()
    }
    return {
        key: one.difference
        for key, one in found.items()
        if one.interval.lower > 0 or one.interval.upper < 0
    }
