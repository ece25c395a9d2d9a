"""The backlog: how many appeals are open, how old they are, and how their number changes.

Instants and durations are whole numbers in the same unit, either all of clock time or all of
working time. If an appeal has no answer yet, or no limit, the instant is ``arrays.NEVER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    IntArray,
    instants,
    read_only,
    refuse,
    same_shape,
    whole_column,
)
from workhours_sla.worktime.times import in_time, is_late

_PASSED: Final[Literal["left", "right"]] = "left" if in_time(0, 0) else "right"
"""The side on which a limit that is equal to an instant counts as passed."""


@dataclass(frozen=True, slots=True)
class BacklogAges:
    """The median, 90th percentile and maximum age of ``n`` open appeals; None if none is open."""

    n: int
    median: int | None
    p90: int | None
    largest: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The numbers of arrivals and of departures in each period, as int64 arrays."""

    arrivals: IntArray
    departures: IntArray

    @property
    def net(self) -> IntArray:
        return self.arrivals - self.departures


@dataclass(frozen=True, slots=True)
class LittlesLaw:
    """The terms of Little's law, L = lambda W, over a span of time."""

    mean_backlog: float
    arrival_rate: float
    mean_time: float

    @property
    def predicted_backlog(self) -> float:
        return self.arrival_rate * self.mean_time


def backlog(arrived: ArrayLike, left: ArrayLike, at: ArrayLike) -> IntArray:
    """Return how many appeals are open at each instant t of ``at``: arrived <= t < left.

    ``arrived`` and ``left`` have one instant for each appeal; ``left`` is the instant of the answer
    or the withdrawal, or NEVER. All arguments are whole numbers in one dimension, the result is
    int64. Raises ValueError for an appeal that left before it arrived.

    >>> from workhours_sla.statistics.arrays import NEVER
    >>> backlog([0, 2, 3], [4, NEVER, 3], [1, 3, 4]).tolist()
    [1, 2, 1]
    """
    came, went = _stays(arrived, left)
    times = instants("at", at)
    return read_only(_up_to(came, times) - _up_to(went, times))


def overdue_backlog(
    arrived: ArrayLike, left: ArrayLike, limit: ArrayLike, at: ArrayLike
) -> IntArray:
    """Return how many appeals are open and past their limit at each instant t: limit < t < left.

    ``limit`` has the last instant at which an answer to each appeal is in time, or NEVER. The other
    arguments and the result are as in ``backlog``. Raises ValueError for an appeal that left before
    it arrived, or whose limit is before its arrival.

    >>> overdue_backlog([0, 2, 3], [4, 7, 9], [1, 5, 8], [1, 2, 6]).tolist()
    [0, 1, 1]
    """
    came, went = _stays(arrived, left)
    limits = _after("limit", came, limit)
    times = instants("at", at)
    late = is_late(went, limits)
    became_late = np.searchsorted(np.sort(limits[late]), times, side=_PASSED)
    return read_only(became_late - _up_to(went[late], times))


def backlog_ages(ages: ArrayLike) -> BacklogAges:
    """Return the median, the 90th percentile and the largest of the ages of open appeals.

    ``ages`` are whole numbers in one dimension, preferably of working time. Each result is one of
    the ages. The median is the least age for which at least half of all ages are equal or smaller;
    for the 90th percentile, at least nine tenths are (quantiles of type 1). Raises ValueError for
    negative ages.

    >>> backlog_ages([4, 1, 9, 2])
    BacklogAges(n=4, median=2, p90=9, largest=9)
    """
    waited = np.sort(whole_column("ages", ages))
    n = waited.size
    if n == 0:
        return BacklogAges(0, None, None, None)
    median, p90 = waited[(n + 1) // 2 - 1], waited[(9 * n + 9) // 10 - 1]
    return BacklogAges(n, int(median), int(p90), int(waited[-1]))


def flow(arrived: ArrayLike, left: ArrayLike, edges: ArrayLike) -> Flow:
    """Return the numbers of arrivals and departures in each period.

    ``edges`` are increasing instants. Each period includes the edge at which it begins and ends
    just before the next edge. ``arrived`` and ``left`` are as in ``backlog``. Raises ValueError for
    edges that do not increase, and for an appeal that left before it arrived.

    >>> found = flow([0, 2, 3], [4, 9, 3], [0, 3, 6])
    >>> found.arrivals.tolist(), found.departures.tolist(), found.net.tolist()
    ([2, 1], [0, 2], [2, -1])
    """
    came, went = _stays(arrived, left)
    bounds = instants("edges", edges)
    if (np.diff(bounds) <= 0).any():
        refuse(
            f"edges {bounds.tolist()} do not increase; give the start of each period and the end"
        )
    # whole instants: before an edge is at or before the instant one earlier
    return Flow(*(read_only(np.diff(_up_to(events, bounds - 1))) for events in (came, went)))


def littles_law(arrived: ArrayLike, left: ArrayLike, start: int, end: int) -> LittlesLaw:
    """Return the terms of Little's law for a span: mean backlog, arrival rate and mean time open.

    ``arrived`` and ``left`` are as in ``backlog``. The span includes the instant ``start`` and ends
    before the instant ``end``. The mean time is that of the appeals that left in it. Raises
    ValueError for an empty span, and if no appeal left. Little 1961, "A proof for the queuing
    formula: L = lambda W".

    >>> found = littles_law([0, 2], [4, 8], 0, 10)
    >>> found.mean_backlog, found.predicted_backlog
    (1.0, 1.0)
    """
    came, went = _stays(arrived, left)
    if end <= start:
        refuse(f"the span from {start} to {end} is empty; give an end after the start")
    gone = (went >= start) & (went < end)
    if not gone.any():
        refuse(f"nothing left from {start} to {end}, so there is no mean time; give a longer span")
    arrivals = int(((came >= start) & (came < end)).sum())
    within = np.maximum(np.minimum(went, end) - np.maximum(came, start), 0)
    # The sum is a float, because the microseconds of years of appeals can exceed int64.
    return LittlesLaw(
        mean_backlog=float(within.sum(dtype=np.float64)) / (end - start),
        arrival_rate=arrivals / (end - start),
        mean_time=float(np.mean(went[gone] - came[gone])),
    )


def _stays(arrived: ArrayLike, left: ArrayLike) -> tuple[IntArray, IntArray]:
    came = instants("arrived", arrived)
    return came, _after("left", came, left)


def _after(name: str, came: IntArray, values: ArrayLike) -> IntArray:
    """Check that ``values`` has one instant for each arrival, none before the arrival."""
    later = same_shape(name, instants(name, values), came.shape)
    wrong = np.flatnonzero(later < came)
    if wrong.size:
        refuse(
            f"{name} {later[wrong[0]]} is before the arrival {came[wrong[0]]}; "
            f"leave such an appeal out, or write NEVER for a missing instant"
        )
    return later


def _up_to(events: IntArray, times: IntArray) -> IntArray:
    return np.searchsorted(np.sort(events), times, side="right").astype(np.int64)
