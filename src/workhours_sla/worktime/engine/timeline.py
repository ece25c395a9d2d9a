"""Compiled working time and the exact arithmetic on it.

Working time compiles to sorted, disjoint, non-touching half-open intervals ``[s, e)`` of
instants. Let ``cum[i]`` be the working time before interval i. For an instant x, let j be the
number of starts s <= x. Then the working time up to x is

    C(x) = min(x - (s[j-1] - cum[j-1]), cum[j])

``elapsed(a, b)`` is ``C(b) - C(a)``; a deadline is the inverse of C. Whole UTC years are compiled
when they are first needed, and stored as a snapshot. A larger snapshot replaces the previous
snapshot in one step, so readers need no lock. Both snapshots have the same values of C.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import MAXYEAR, datetime, timedelta
from itertools import accumulate
from operator import sub
from threading import Lock
from typing import NamedTuple

from workhours_sla.worktime.zone_offsets import BASE, ONE_DAY, ONE_SECOND, ZERO, TimeSpan


class Snapshot(NamedTuple):
    """Working time compiled from the instant ``lo`` to the instant ``hi``.

    ``starts`` and ``ends`` are the edges of the intervals, ``cum[i]`` is the working time before
    interval i, and the last element of ``cum`` is C(hi). ``shift[j]`` is ``s[j-1] - cum[j-1]``, a
    part of the formula for C; ``shift[0]`` is for instants before the first interval.
    """

    lo: timedelta
    hi: timedelta
    starts: list[timedelta]
    ends: list[timedelta]
    cum: list[timedelta]
    shift: list[timedelta]


def _snapshot(lo: timedelta, hi: timedelta, intervals: list[TimeSpan], base: timedelta) -> Snapshot:
    """Return the snapshot of ``[lo, hi)`` with ``base`` as the working time C at ``lo``."""
    starts = [start for start, _ in intervals]
    ends = [end for _, end in intervals]
    cum = list(accumulate(map(sub, ends, starts), initial=base))
    shift = [lo - base, *map(sub, starts, cum)]
    return Snapshot(lo, hi, starts, ends, cum, shift)


def _extended(snapshot: Snapshot, lo: timedelta, hi: timedelta, added: list[TimeSpan]) -> Snapshot:
    """Return a snapshot extended to ``[lo, hi)``. ``added`` are the intervals of the extension.

    The extension is either before or after the snapshot.
    """
    base = snapshot.cum[0]
    if lo < snapshot.lo:
        base -= sum((end - start for start, end in added), ZERO)
    new = _snapshot(lo, hi, added, base if lo < snapshot.lo else snapshot.cum[-1])
    left, right = (new, snapshot) if lo < snapshot.lo else (snapshot, new)
    starts, ends, cum = right.starts, right.ends, right.cum
    left_ends, shift = left.ends, right.shift[1:]
    if left_ends and starts and left_ends[-1] == starts[0]:  # one interval across the boundary
        left_ends = [*left_ends[:-1], ends[0]]
        starts, ends, cum, shift = starts[1:], ends[1:], cum[1:], shift[1:]
    return Snapshot(
        lo,
        hi,
        starts=left.starts + starts,
        ends=left_ends + ends,
        cum=left.cum[:-1] + cum,
        shift=[lo - base, *left.shift[1:], *shift],
    )


class Timeline:
    """The working time of one range of known dates, compiled only as far as needed so far.

    ``compile_span(lo, hi)`` returns the intervals between two instants. ``known_span()`` returns
    the first and the last known instant. ``surely`` is a shorter span within the known one, which
    takes less time to calculate.
    """

    __slots__ = ("_compile_span", "_growing", "_known", "_known_span", "_snapshot", "_surely")

    def __init__(
        self,
        compile_span: Callable[[timedelta, timedelta], list[TimeSpan]],
        surely: TimeSpan,
        known_span: Callable[[], TimeSpan],
    ) -> None:
        self._compile_span = compile_span
        self._surely = surely
        self._known_span = known_span
        self._known: TimeSpan | None = None
        self._snapshot: Snapshot | None = None
        self._growing = Lock()

    @property
    def lo(self) -> timedelta:
        """The first known instant: shifts of unknown dates can only change the time before it."""
        return self._span()[0]

    @property
    def hi(self) -> timedelta:
        """The last known instant: shifts of unknown dates can only change the time after it."""
        return self._span()[1]

    def _span(self) -> TimeSpan:
        if self._known is None:
            self._known = self._known_span()
        return self._known

    def surely_from(self) -> timedelta:
        """Return the start of ``surely``, for bisection: calculating ``lo`` would take longer."""
        return self._surely[0]

    def knows(self, moment: timedelta) -> bool:
        """Return whether an instant is known: from ``lo`` to ``hi``, both included."""
        return self._surely[0] <= moment <= self._surely[1] or self.lo <= moment <= self.hi

    def _goes_on_after(self, moment: timedelta) -> bool:
        return moment < self._surely[1] or moment < self.hi

    def _goes_on_before(self, moment: timedelta) -> bool:
        return moment > self._surely[0] or moment > self.lo

    def at(self, moment: timedelta) -> Snapshot:
        """Return a snapshot that contains ``moment``, which must be within ``lo`` to ``hi``.

        If the last snapshot does not contain ``moment``, more years are compiled. Compiling needs
        the lock, since the working time C must count from the same zero in all snapshots.
        """
        snapshot = self._snapshot
        if snapshot is not None and snapshot.lo <= moment < snapshot.hi:
            return snapshot
        with self._growing:
            snapshot = self._snapshot
            if snapshot is None:
                lo, hi = self._year_around(moment)
                snapshot = _snapshot(lo, hi, self._compile_span(lo, hi), ZERO)
            elif moment >= snapshot.hi and self._goes_on_after(snapshot.hi):
                hi = self._year_around(moment)[1]
                added = self._compile_span(snapshot.hi, hi)
                snapshot = _extended(snapshot, snapshot.lo, hi, added)
            elif moment < snapshot.lo:
                lo = self._year_around(moment)[0]
                added = self._compile_span(lo, snapshot.lo)
                snapshot = _extended(snapshot, lo, snapshot.hi, added)
            self._snapshot = snapshot
            return snapshot

    def _year_around(self, moment: timedelta) -> TimeSpan:
        year = (BASE + moment).year
        start = datetime(year, 1, 1) - BASE  # noqa: DTZ001
        end = datetime(min(year + 1, MAXYEAR), 1, 1) - BASE  # noqa: DTZ001
        return (
            start if start > self._surely[0] else max(start, self.lo),
            end if end < self._surely[1] else min(end, self.hi),
        )

    # -- the arithmetic ----------------------------------------------------------------------

    def worked(self, moment: timedelta) -> timedelta:
        """Return the working time from an arbitrary zero up to an instant: C(moment)."""
        snapshot = self._snapshot
        if snapshot is None or not snapshot.lo <= moment < snapshot.hi:
            snapshot = self.at(moment)
        index = bisect_right(snapshot.starts, moment)
        return min(moment - snapshot.shift[index], snapshot.cum[index])

    def earliest(self, worked: timedelta) -> timedelta | None:
        """Return the first instant at which the working time C is ``worked``.

        Returns None if that instant is after ``hi``. Before the call, an instant at which C is less
        than ``worked`` must have been compiled.
        """
        snapshot = self._grown_to(worked)
        if worked > snapshot.cum[-1]:
            return None
        return worked + snapshot.shift[bisect_left(snapshot.cum, worked)]

    def latest(self, worked: timedelta) -> timedelta | None:
        """Return the last instant at which the working time C is ``worked``.

        Returns None if that instant is after ``hi``.
        """
        snapshot = self._grown_to(worked, beyond=True)
        index = bisect_right(snapshot.cum, worked)
        if index >= len(snapshot.shift):
            return None
        return worked + snapshot.shift[index]

    def latest_before(self, worked: timedelta) -> timedelta | None:
        """Return the last instant at which the working time C equals ``worked``.

        Returns None if that instant is before ``lo``. The caller must have compiled the timeline up
        to an instant at which C is at least ``worked``.
        """
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - callers have computed C
        while worked < snapshot.cum[0] and self._goes_on_before(snapshot.lo):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        if worked < snapshot.cum[0]:
            return None
        return worked + snapshot.shift[bisect_right(snapshot.cum, worked)]

    def _grown_to(self, worked: timedelta, *, beyond: bool = False) -> Snapshot:
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - callers have computed C
        while (
            worked >= snapshot.cum[-1] if beyond else worked > snapshot.cum[-1]
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot

    def _grown(self, snapshot: Snapshot) -> Snapshot:
        # each step adds half of the compiled length, so that a distant answer takes few steps
        ahead = ONE_DAY * 180 + (snapshot.hi - snapshot.lo) // 2
        return self.at(min(snapshot.hi + ahead, max(snapshot.hi, self._surely[1])))

    def between(self, lo: timedelta, hi: timedelta) -> list[TimeSpan]:
        """Return the intervals of working time, clipped to the instants ``[lo, hi)``."""
        self.at(lo)
        snapshot = self.at(hi)
        index = bisect_right(snapshot.ends, lo)
        found = []
        while index < len(snapshot.starts) and snapshot.starts[index] < hi:
            found.append((max(snapshot.starts[index], lo), min(snapshot.ends[index], hi)))
            index += 1
        return found

    def closing_until(self, moment: timedelta) -> timedelta | None:
        """Return the last end of an interval at or before ``moment``.

        Returns None if no interval ends from ``lo`` to ``moment``.
        """
        snapshot = self.at(moment)
        while (index := bisect_right(snapshot.ends, moment)) == 0 and self._goes_on_before(
            snapshot.lo
        ):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        return snapshot.ends[index - 1] if index else None

    def closing_after(self, moment: timedelta) -> timedelta | None:
        """Return the first end of an interval after ``moment``.

        Returns None if no interval ends after ``moment`` up to ``hi``. If the result is ``hi``,
        working time may continue on unknown dates.
        """
        snapshot = self.at(moment)
        while (
            (index := bisect_right(snapshot.ends, moment)) == len(snapshot.ends)
            or snapshot.ends[index] == snapshot.hi
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot.ends[index] if index < len(snapshot.ends) else None

    def opening_after(self, moment: timedelta) -> timedelta | None:
        """Return the first start of an interval after ``moment``.

        Returns None if no interval starts after ``moment`` up to ``hi``.
        """
        snapshot = self.at(moment)
        while (index := bisect_right(snapshot.starts, moment)) == len(
            snapshot.starts
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot.starts[index] if index < len(snapshot.starts) else None

    def opening_until(self, moment: timedelta) -> timedelta | None:
        """Return the last start of an interval at or before ``moment``.

        Returns None if no interval starts from ``lo`` to ``moment``. If the result is ``lo``,
        working time may have started earlier, on unknown dates.
        """
        snapshot = self.at(moment)
        while (
            (index := bisect_right(snapshot.starts, moment)) == 0
            or snapshot.starts[index - 1] == snapshot.lo
        ) and self._goes_on_before(snapshot.lo):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        return snapshot.starts[index - 1] if index else None
