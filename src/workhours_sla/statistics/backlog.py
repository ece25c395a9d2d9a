"""The backlog: how many appeals wait for an answer, for how long, and whether they grow in number.

Instants and durations are whole numbers of one unit, of clock time or of working time throughout.
``arrays.NEVER`` means that there is no answer, or no limit.
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
    """The ages of open appeals; None where nothing is open.

    They are not response times: the longer an appeal waits, the likelier it is to be among them.
    """

    n: int
    median: int | None
    p90: int | None
    largest: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Arrivals and departures in each period as int64; ``net`` is the growth of the backlog."""

    arrivals: IntArray
    departures: IntArray

    @property
    def net(self) -> IntArray:
        """Arrivals minus departures."""
        return self.arrivals - self.departures


@dataclass(frozen=True, slots=True)
class LittlesLaw:
    """The two sides of Little's law, L = lambda W, over a span: a check of the counts.

    ``mean_time`` is the mean time of the appeals that left in the span. The sides are equal if the
    span begins and ends with nothing open, and close if the backlog hardly changes over it.
    """

    mean_backlog: float
    arrival_rate: float
    mean_time: float

    @property
    def predicted_backlog(self) -> float:
        """The backlog that the law predicts: arrival rate times mean time."""
        return self.arrival_rate * self.mean_time


def backlog(arrived: ArrayLike, left: ArrayLike, at: ArrayLike) -> IntArray:
    """Return how many appeals are open at each instant: arrived <= t < left.

    ``arrived`` and ``left`` have one instant for each appeal: ``left`` is the answer or the
    withdrawal, or NEVER. ``at`` is any number of instants. All are whole numbers in one dimension;
    the result is int64, one for each of ``at``. Raises ValueError for an appeal that left before it
    arrived.

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

    ``limit`` is the last instant at which an answer is in time, or NEVER; the rest is as in
    ``backlog``. Raises ValueError for a limit before the arrival as well.

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
    """Return the median, the 90th percentile and the largest of the ages of open appeals.

    ``ages`` are whole numbers of one unit in one dimension, preferably of working time. Each
    result is one of them: a quantile of type 1 is the least age that half, or nine tenths, do not
    exceed. Raises ValueError for negative ages.

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
    """Return the arrivals and departures of each period, half-open from one edge to the next.

    ``edges`` are increasing whole numbers, one more than there are periods; the rest is as in
    ``backlog``. Raises ValueError.

    >>> found = flow([0, 2, 3], [4, 9, 3], [0, 3, 6])
    >>> found.arrivals.tolist(), found.departures.tolist(), found.net.tolist()
    ([2, 1], [0, 2], [2, -1])
    """
    came, went = _stays(arrived, left)
    bounds = instants("edges", edges)
    if (np.diff(bounds) <= 0).any():
        msg = f"edges {bounds.tolist()} do not increase; give the start of each period and the end"
        raise ValueError(msg)
    return Flow(read_only(_between(came, bounds)), read_only(_between(went, bounds)))


def littles_law(arrived: ArrayLike, left: ArrayLike, start: int, end: int) -> LittlesLaw:
    """Return the mean backlog, the arrival rate and the mean time of a span.

    ``arrived`` and ``left`` are as in ``backlog``; the span is half-open from ``start`` to ``end``,
    in the same unit. Raises ValueError for an empty span, and for one in which nothing left.
    Little 1961, "A proof for the queuing formula: L = lambda W".

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
        msg = f"nothing left from {start} to {end}, so there is no mean time; give a longer span"
        raise ValueError(msg)
    arrivals = int(((came >= start) & (came < end)).sum())
    within = np.maximum(np.minimum(went, end) - np.maximum(came, start), 0)
    # as floats: the microseconds of years of appeals add up to more than fits into int64
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
            f"leave such an appeal out, or write NEVER for a missing instant"
        )
        raise ValueError(msg)


def _up_to(events: IntArray, times: IntArray) -> IntArray:
    """Return how many events there were at each time or before."""
    return np.searchsorted(np.sort(events), times, side="right").astype(np.int64)


def _between(events: IntArray, bounds: IntArray) -> IntArray:
    """Return how many events there were from each bound up to the next."""
    return np.diff(np.searchsorted(np.sort(events), bounds, side="left")).astype(np.int64)
