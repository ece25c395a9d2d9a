"""Compiled working time and the exact arithmetic on it.

Working time compiles to sorted, disjoint, non-touching half-open intervals ``[s, e)`` of
instants. With ``cum[i]`` the working time before interval i and j = #{s <= x}, the working time
up to x is

    C(x) = min(x - (s[j-1] - cum[j-1]), cum[j])

``elapsed(a, b)`` is ``C(b) - C(a)``; a deadline is the inverse of C. A timeline is compiled in
whole UTC years, when first needed. A larger snapshot replaces the previous one in one step, so
readers need no lock, and C keeps its values as the timeline grows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import MAXYEAR, datetime, timedelta
from itertools import accumulate
from operator import sub
from threading import Lock
from typing import NamedTuple

from workhours_sla.worktime.zone import BASE, ONE_DAY, ONE_SECOND, ZERO, TimeSpan


class Snapshot(NamedTuple):
    """Working time compiled from ``lo`` to ``hi``.

    ``shift[j]`` is ``s[j-1] - cum[j-1]`` of the formula above, with a first element for instants
    before any interval; ``inverse`` is ``shift`` without it. ``cum`` has one element more than
    there are intervals.
    """

    lo: timedelta
    hi: timedelta
    starts: list[timedelta]
    ends: list[timedelta]
    cum: list[timedelta]
    shift: list[timedelta]
    inverse: list[timedelta]


def _snapshot(lo: timedelta, hi: timedelta, intervals: list[TimeSpan], base: timedelta) -> Snapshot:
    """Return the snapshot of ``[lo, hi)`` if working time up to ``lo`` is ``base``."""
    starts = [start for start, _ in intervals]
    ends = [end for _, end in intervals]
    cum = list(accumulate(map(sub, ends, starts), initial=base))
    shift = [lo - base, *map(sub, starts, cum)]
    return Snapshot(lo, hi, starts, ends, cum, shift, shift[1:])


def _extended(snapshot: Snapshot, lo: timedelta, hi: timedelta, added: list[TimeSpan]) -> Snapshot:
    """Return the snapshot extended at one end to ``[lo, hi)``; ``added`` are the new intervals."""
    base = snapshot.cum[0]
    if lo < snapshot.lo:
        base -= sum((end - start for start, end in added), ZERO)
    new = _snapshot(lo, hi, added, base if lo < snapshot.lo else snapshot.cum[-1])
    left, right = (new, snapshot) if lo < snapshot.lo else (snapshot, new)
    starts, ends, cum = right.starts, right.ends, right.cum
    left_ends, inverse = left.ends, right.inverse
    if left_ends and starts and left_ends[-1] == starts[0]:  # one interval across the boundary
        left_ends = [*left_ends[:-1], ends[0]]
        starts, ends, cum, inverse = starts[1:], ends[1:], cum[1:], inverse[1:]
    inverse = left.inverse + inverse
    return Snapshot(
        lo,
        hi,
        starts=left.starts + starts,
        ends=left_ends + ends,
        cum=left.cum[:-1] + cum,
        shift=[lo - base, *inverse],
        inverse=inverse,
    )


class Timeline:
    """Working time over one run of known dates, compiled as far as it was needed.

    ``compile_span(lo, hi)`` returns the intervals within a span. ``surely`` is a span that is
    known whatever the shifts at its ends; ``known_span()`` returns the exact span, and costs more.
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
        """The first instant that no shift of an unknown date can change."""
        return self._span()[0]

    @property
    def hi(self) -> timedelta:
        """The end of what no shift of an unknown date can change."""
        return self._span()[1]

    def _span(self) -> TimeSpan:
        if self._known is None:
            self._known = self._known_span()
        return self._known

    def surely_from(self) -> timedelta:
        """Return the first instant that is known whatever the shifts of the first date."""
        return self._surely[0]

    def knows(self, moment: timedelta) -> bool:
        """Whether working time up to ``moment`` is known; true for the end of the span."""
        return self._surely[0] <= moment <= self._surely[1] or self.lo <= moment <= self.hi

    def _goes_on_after(self, moment: timedelta) -> bool:
        return moment < self._surely[1] or moment < self.hi

    def _goes_on_before(self, moment: timedelta) -> bool:
        return moment > self._surely[0] or moment > self.lo

    def at(self, moment: timedelta) -> Snapshot:
        """Return a snapshot that contains ``moment``, which must be within ``lo`` to ``hi``.

        Growing needs the lock, since all snapshots must count from the same zero.
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
        """Return C(moment): the working time up to an instant, from an arbitrary zero."""
        snapshot = self._snapshot
        if snapshot is None or not snapshot.lo <= moment < snapshot.hi:
            snapshot = self.at(moment)
        index = bisect_right(snapshot.starts, moment)
        return min(moment - snapshot.shift[index], snapshot.cum[index])

    def earliest(self, worked: timedelta) -> timedelta | None:
        """Return the first instant with C == worked, None if it is past ``hi``.

        ``worked`` must be more than C at some instant that is compiled.
        """
        snapshot = self._grown_to(worked)
        if worked > snapshot.cum[-1]:
            return None
        return worked + snapshot.inverse[bisect_left(snapshot.cum, worked) - 1]

    def latest(self, worked: timedelta) -> timedelta | None:
        """Return the last instant with C == worked, None if it is past ``hi``."""
        snapshot = self._grown_to(worked, beyond=True)
        index = bisect_right(snapshot.cum, worked) - 1
        if index >= len(snapshot.inverse):
            return None
        return worked + snapshot.inverse[index]

    def latest_before(self, worked: timedelta) -> timedelta | None:
        """Return ``latest(worked)`` for C before what is compiled, None if it is before ``lo``."""
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - callers have computed C
        while worked < snapshot.cum[0] and self._goes_on_before(snapshot.lo):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        if worked < snapshot.cum[0]:
            return None
        index = bisect_right(snapshot.cum, worked) - 1
        return worked + snapshot.inverse[index]

    def _grown_to(self, worked: timedelta, *, beyond: bool = False) -> Snapshot:
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - callers have computed C
        while (
            worked >= snapshot.cum[-1] if beyond else worked > snapshot.cum[-1]
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot

    def _grown(self, snapshot: Snapshot) -> Snapshot:
        # by half of its length each time, so that a distant answer takes few steps
        ahead = ONE_DAY * 180 + (snapshot.hi - snapshot.lo) // 2
        return self.at(min(snapshot.hi + ahead, max(snapshot.hi, self._surely[1])))

    def between(self, lo: timedelta, hi: timedelta) -> list[TimeSpan]:
        """Return the working intervals clipped to ``[lo, hi)``."""
        self.at(lo)
        snapshot = self.at(hi)
        index = bisect_right(snapshot.ends, lo)
        found = []
        while index < len(snapshot.starts) and snapshot.starts[index] < hi:
            found.append((max(snapshot.starts[index], lo), min(snapshot.ends[index], hi)))
            index += 1
        return found

    def closing_until(self, moment: timedelta) -> timedelta | None:
        """Return the last end of working time at or before ``moment``, None if before ``lo``."""
        snapshot = self.at(moment)
        while (index := bisect_right(snapshot.ends, moment)) == 0 and self._goes_on_before(
            snapshot.lo
        ):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        return snapshot.ends[index - 1] if index else None

    def closing_after(self, moment: timedelta) -> timedelta | None:
        """Return the first end of working time after ``moment``, None if past ``hi``.

        An end at ``hi`` may be just the end of the known dates; working time may continue.
        """
        snapshot = self.at(moment)
        while (
            (index := bisect_right(snapshot.ends, moment)) == len(snapshot.ends)
            or snapshot.ends[index] == snapshot.hi
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot.ends[index] if index < len(snapshot.ends) else None

    def opening_after(self, moment: timedelta) -> timedelta | None:
        """Return the first start of working time after ``moment``, None if past ``hi``."""
        snapshot = self.at(moment)
        while (index := bisect_right(snapshot.starts, moment)) == len(
            snapshot.starts
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self._grown(snapshot)
        return snapshot.starts[index] if index < len(snapshot.starts) else None

    def opening_until(self, moment: timedelta) -> timedelta | None:
        """Return the last start of working time at or before ``moment``, None if before ``lo``.

        A start at ``lo`` may be just the start of the known dates; it may have been working time
        before.
        """
        snapshot = self.at(moment)
        while (
            (index := bisect_right(snapshot.starts, moment)) == 0
            or snapshot.starts[index - 1] == snapshot.lo
        ) and self._goes_on_before(snapshot.lo):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        return snapshot.starts[index - 1] if index else None
