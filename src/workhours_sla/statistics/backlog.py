"""What waits for an answer: how much, how old, growing or not.

Instants and durations are whole numbers of one unit, on the clock or in working time, as long as
they agree. ``arrays.NEVER`` stands for an answer that has not come, or a limit that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workhours_sla.statistics.arrays import (
    IntArray,
    in_one_dimension,
    instants,
    read_only,
    same_shape,
    whole_numbers,
)


@dataclass(frozen=True, slots=True)
class BacklogAges:
    """How long open appeals have waited; None where nothing is open.

    They are no response times: the longer an appeal waits, the likelier it is among them.
    """

    n: int
    median: int | None
    p90: int | None
    largest: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What came in and what went out in each period; ``net`` is by how much the backlog grew."""

    arrivals: IntArray
    departures: IntArray

    @property
    def net(self) -> IntArray:
        """Arrivals less departures."""
        return self.arrivals - self.departures


@dataclass(frozen=True, slots=True)
class LittlesLaw:
    """The two sides of L = lambda W over a span, for a check that the counts belong together.

    ``mean_time`` is that of the appeals that left in the span. The sides are equal when the span
    begins and ends with nothing open, and close when the backlog hardly changes over it.
    """

    mean_backlog: float
    arrival_rate: float
    mean_time: float

    @property
    def predicted_backlog(self) -> float:
        """What the law makes of the arrival rate and the mean time."""
        return self.arrival_rate * self.mean_time


def backlog(arrived: ArrayLike, left: ArrayLike, at: ArrayLike) -> IntArray:
    """Return how many appeals are open at each instant: arrived <= t < left.

    ``arrived`` and ``left`` are one for each appeal, ``left`` the answer or the withdrawal, or
    NEVER; ``at`` is any number of instants, all whole and in one dimension. int64 is returned, one
    for each of ``at``. Raises ValueError for an appeal that left before it arrived.

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
    """Return how many appeals are open and past their limit at each instant: limit < t < left.

    ``limit`` is the last instant at which an answer is in time, or NEVER. Otherwise as
    ``backlog``; a limit before the arrival is refused, too.

    >>> overdue_backlog([0, 2, 3], [4, 7, 9], [1, 5, 8], [1, 2, 6]).tolist()
    [0, 1, 1]
    """
    came, went = _stays(arrived, left)
    limits = same_shape("limit", instants("limit", limit), came.shape)
    _require_order("limit", came, limits)
    times = instants("at", at)
    late = went > limits
    became_late = np.searchsorted(np.sort(limits[late]), times, side="left")
    return read_only(became_late - _up_to(went[late], times))


def backlog_ages(ages: ArrayLike) -> BacklogAges:
    """Return how old the open appeals are.

    ``ages`` are whole numbers of one unit in one dimension, best of working time; what is returned
    is one of them (quantiles of type 1: the least age that half, or nine tenths, do not exceed).
    Raises ValueError for negative ages.

    >>> backlog_ages([4, 1, 9, 2])
    BacklogAges(n=4, median=2, p90=9, largest=9)
    """
    waited = np.sort(in_one_dimension("ages", whole_numbers("ages", ages)))
    n = waited.size
    if n == 0:
        return BacklogAges(0, None, None, None)
    median, p90 = waited[(n + 1) // 2 - 1], waited[(9 * n + 9) // 10 - 1]
    return BacklogAges(n, int(median), int(p90), int(waited[-1]))


def flow(arrived: ArrayLike, left: ArrayLike, edges: ArrayLike) -> Flow:
    """Return arrivals and departures per period, from each edge up to the next, half-open.

    ``edges`` are whole numbers that rise, one more than there are periods. Otherwise as
    ``backlog``.

    >>> found = flow([0, 2, 3], [4, 9, 3], [0, 3, 6])
    >>> found.arrivals.tolist(), found.departures.tolist(), found.net.tolist()
    ([2, 1], [0, 2], [2, -1])
    """
    came, went = _stays(arrived, left)
    bounds = instants("edges", edges)
    if (np.diff(bounds) <= 0).any():
        msg = f"edges {bounds.tolist()} do not rise; give the start of each period and the end"
        raise ValueError(msg)
    return Flow(read_only(_between(came, bounds)), read_only(_between(went, bounds)))


def littles_law(arrived: ArrayLike, left: ArrayLike, start: int, end: int) -> LittlesLaw:
    """Return the mean backlog, the arrival rate and the mean time of the span from start to end.

    Arguments as in ``backlog``; the span is half-open. Raises ValueError for an empty span and for
    one in which nothing left. Little 1961, "A proof for the queuing formula: L = lambda W".

    >>> found = littles_law([0, 2], [4, 8], 0, 10)
    >>> found.mean_backlog, found.predicted_backlog
    (1.0, 1.0)
    """
    came, went = _stays(arrived, left)
    if end <= start:
        msg = f"the span from {start} to {end} is empty; give an end after the start"
        raise ValueError(msg)
    gone = (went >= start) & (went < end)
    if not gone.any():
        msg = f"nothing left from {start} to {end}, so there is no mean time; take a longer span"
        raise ValueError(msg)
    arrivals = int(((came >= start) & (came < end)).sum())
    within = np.maximum(np.minimum(went, end) - np.maximum(came, start), 0)
    # as floats: years of appeals in microseconds add up to more than int64 holds
    return LittlesLaw(
        mean_backlog=float(within.sum(dtype=np.float64)) / (end - start),
        arrival_rate=arrivals / (end - start),
        mean_time=float(np.mean(went[gone] - came[gone])),
    )


def _stays(arrived: ArrayLike, left: ArrayLike) -> tuple[IntArray, IntArray]:
    came = instants("arrived", arrived)
    went = same_shape("left", instants("left", left), came.shape)
    _require_order("left", came, went)
    return came, went


def _require_order(name: str, came: IntArray, later: IntArray) -> None:
    wrong = np.flatnonzero(later < came)
    if wrong.size:
        first = wrong[0]
        msg = (
            f"{name} {later[first]} is before the arrival {came[first]}; "
            f"set such an appeal aside, or write NEVER for what is not there"
        )
        raise ValueError(msg)


def _up_to(events: IntArray, times: IntArray) -> IntArray:
    """Return how many events there were at each time or before."""
    return np.searchsorted(np.sort(events), times, side="right").astype(np.int64)


def _between(events: IntArray, bounds: IntArray) -> IntArray:
    """Return how many events there were from each bound up to the next."""
    return np.diff(np.searchsorted(np.sort(events), bounds, side="left")).astype(np.int64)
