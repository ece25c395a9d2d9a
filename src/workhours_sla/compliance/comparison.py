"""The change of the rate between two periods, with the part of each agency."""

from __future__ import annotations

from dataclasses import dataclass

from workhours_sla.statistics.shares import ConfidenceInterval, rate_difference

Counts = dict[str | None, tuple[int, int]]
"""The number of matured appeals of each agency, and of those in time; None has the others."""


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """The rates of one agency, None without matured appeals, and its part of the change."""

    agency: str | None
    before: float | None
    after: float | None
    part: float


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
    rate, later_rate = met / n, later_met / later_n
    mean = (rate + later_rate) / 2

    def change(agency: str | None) -> AgencyChange:
        (of, good), (later_of, later_good) = (side.get(agency, (0, 0)) for side in (before, after))
        part = (later_good - mean * later_of) / later_n - (good - mean * of) / n
        return AgencyChange(
            agency, good / of if of else None, later_good / later_of if later_of else None, part
        )

    parts = sorted(
        map(change, {**before, **after}), key=lambda one: (-abs(one.part), one.agency or "")
    )
    known = [one for one in parts if (one.before, one.after) != (None, None)]
    return RateChange(
        rate, later_rate, found.difference, found.interval, tuple(known) if len(known) > 1 else ()
    )
