"""One appeal measured against one target: the clock that its events build, and its verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.limits import NEVER, Bounds, ClockPauses, Times
from workhours_sla.sla.paused_time import ClosedPause, since_of, until_of
from workhours_sla.sla.sealed import fast_frozen
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule


class Verdict(StrEnum):
    """What can be said of a clock at an instant."""

    PENDING = "pending"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Clock:
    """What an appeal's events say of one target, whatever the time of the question.

    Instants are in UTC. ``pauses`` are the pauses with an end, disjoint and in order;
    ``open_pause`` is when the one without an end began. ``due_at``, ``limit`` and ``warn_at`` are
    None while an open pause or an unknown date keeps them from being known. ``bounds`` are their
    earliest and latest values where unknown dates change one of them, or a pause; ``pauses`` and
    ``open_pause`` are then the longest pauses.
    ``applies_since`` is when a change of the appeal made the target apply; None if it always has.
    """

    target: Target
    schedule: Schedule
    cycle: int
    started_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    excluded_at: datetime | None
    pauses: tuple[ClosedPause, ...]
    open_pause: datetime | None
    due_at: datetime | None
    limit: datetime | None
    warn_at: datetime | None
    bounds: Bounds | None
    provisional: bool
    needs_review: bool
    evidence: tuple[str, ...]
    """The ids of the event that started the clock and of the one that answered."""
    applies_since: datetime | None = None
    others: tuple[Clock, ...] = ()
    """Clocks one of which may decide instead, depending on unknown dates."""

    def verdict(self, as_of: datetime) -> tuple[Verdict, bool]:
        """Return the verdict at an instant in UTC, and whether an unknown date keeps it open."""
        if self.excluded_at is not None:
            return Verdict.EXCLUDED, False
        until = self._decided_at or as_of
        if self.bounds is not None:
            in_time = self._in_time(self.bounds, until)
            if in_time is None:
                return Verdict.PENDING, True
        else:
            in_time = self.limit is None or until <= self.limit
        if not in_time:
            return Verdict.BREACHED, False
        if self.answered_at is not None:
            return Verdict.MET, False
        if self.withdrawn_at is not None:
            return Verdict.WITHDRAWN, False
        return self._waiting(as_of)

    @property
    def _decided_at(self) -> datetime | None:
        return self.answered_at if self.answered_at is not None else self.withdrawn_at

    @staticmethod
    def _in_time(bounds: Bounds, moment: datetime) -> bool | None:
        """Whether an instant is within the limit; None where that depends on unknown dates."""
        if moment <= bounds.earliest.limit:
            return True
        return False if moment > bounds.latest.limit else None

    def _waiting(self, as_of: datetime) -> tuple[Verdict, bool]:
        """Return the verdict of a clock that waits for an answer and is within its limit."""
        possibly_paused = _is_paused(self.pauses, self.open_pause, as_of)
        if self.bounds is None:
            if possibly_paused:
                return Verdict.PAUSED, False
            at_risk = self.warn_at is not None and as_of >= self.warn_at
            return (Verdict.AT_RISK if at_risk else Verdict.PENDING), False
        if possibly_paused:
            paused = _is_paused(*self.bounds.pauses, as_of)
            return (Verdict.PAUSED, False) if paused else (Verdict.PENDING, True)
        if as_of >= self.bounds.latest.warn_at:
            return Verdict.AT_RISK, False
        return Verdict.PENDING, as_of >= self.bounds.earliest.warn_at

    def _was_in_time(self, decided: datetime | None) -> bool:
        limit = self.latest_limit
        return decided is not None and limit is not None and decided <= limit

    def elapsed(self, as_of: datetime) -> timedelta | None:
        """Return the working time until the answer, the withdrawal, or an instant in UTC.

        None where it depends on unknown dates; ``elapsed_bounds`` has its bounds.
        """
        if self.bounds is None or (self.bounds.pauses == self._pauses and not self.others):
            until = self.ended_at or as_of
            try:
                return self.schedule.elapsed(
                    self.started_at, until, pauses=_closed(self._pauses, until)
                )
            except CalendarCoverageError:
                return None
        bounds = self.elapsed_bounds(as_of)
        return bounds[0] if bounds is not None and bounds[0] == bounds[1] else None

    def elapsed_bounds(self, as_of: datetime) -> tuple[timedelta, timedelta] | None:
        """Return the least and the most working time; None where nothing bounds it."""
        completions = self.schedule.completions()
        if completions is None:
            return None
        sure = self._pauses if self.bounds is None else self.bounds.pauses
        until = self.ended_at or as_of
        try:
            bounds = [
                completion.elapsed(self.started_at, until, pauses=_closed(pauses, until))
                for completion, pauses in zip(completions, (self._pauses, sure), strict=True)
            ]
            for other in self.others:
                of_other = other.elapsed_bounds(as_of)
                if of_other is None:
                    return None
                bounds = [min(bounds[0], of_other[0]), max(bounds[1], of_other[1])]
        except CalendarCoverageError:
            return None
        return bounds[0], bounds[1]

    def worked_past(self, due: datetime, until: datetime) -> timedelta | None:
        """Return the working time from a due time to a later instant, pauses left out.

        None where it depends on unknown dates.
        """
        sure = self._pauses if self.bounds is None else self.bounds.pauses
        try:
            least, most = (
                self.schedule.elapsed(due, until, pauses=_closed(pauses, until))
                for pauses in (self._pauses, sure)
            )
        except CalendarCoverageError:
            return None
        return least if least == most else None

    @property
    def _pauses(self) -> ClockPauses:
        return ClockPauses(self.pauses, self.open_pause)

    def pauses_until(self, until: datetime) -> tuple[ClosedPause, ...]:
        """Return the pauses, one that goes on ending at an instant in UTC."""
        return _closed(self._pauses, until)

    @property
    def ended_at(self) -> datetime | None:
        """The answer or, without one, a withdrawal in time."""
        if self.answered_at is not None:
            return self.answered_at
        gone, latest = self.withdrawn_at, self.latest_limit
        return gone if gone is not None and (latest is None or gone <= latest) else None

    @property
    def is_late(self) -> bool | None:
        """Whether the answer came after the limit; None where that depends on unknown dates."""
        answered = self.answered_at
        if answered is None:  # it may not have been withdrawn in time, and answered late
            return None if any(one.is_late is not False for one in self.others) else False
        if self.bounds is None:
            return self.limit is not None and answered > self.limit
        in_time = self._in_time(self.bounds, answered)
        return None if in_time is None else not in_time

    @property
    def time_bounds(self) -> tuple[Times, Times]:
        """The earliest and the latest times, NEVER for those that are not reached."""
        if self.bounds is not None:
            return self.bounds.earliest, self.bounds.latest
        times = Times(self.due_at or NEVER, self.limit or NEVER, self.warn_at or NEVER)
        return times, times

    @property
    def latest_limit(self) -> datetime | None:
        """The limit, or the latest that it can be; None where there may be none."""
        if self.bounds is None:
            return self.limit
        latest = self.bounds.latest.limit
        return None if latest == NEVER else latest

    @property
    def breach_at(self) -> datetime | None:
        """The instant that a breach is dated to; None where there may be none.

        The latest limit, or when the target came to apply, if that was later.
        """
        limit, since = self.latest_limit, self.applies_since
        return limit if since is None or limit is None else max(limit, since)

    @property
    def is_retroactive(self) -> bool:
        """Whether the limit had passed before the target came to apply."""
        limit, since = self.latest_limit, self.applies_since
        return since is not None and limit is not None and limit < since

    @property
    def breached_from(self) -> datetime | None:
        """The first instant at which a breach is certain, if no answer within the limit comes."""
        limit, since = self.latest_limit, self.applies_since
        if limit is None:
            return None
        past = limit + timedelta.resolution
        return past if since is None or since < past else since

    @property
    def warned_from(self) -> datetime | None:
        """The first instant at which the clock is certain to be at risk; None where it never is."""
        if self.bounds is None:
            warn = self.warn_at
        else:
            latest = self.bounds.latest.warn_at
            warn = None if latest == NEVER else latest
        since = self.applies_since
        if since is None or warn is None:
            return warn
        # there is no warning of a breach that is, or may be, retroactive
        return None if self.time_bounds[0].limit < since else max(warn, since)

    def awaited(self, until: datetime) -> bool:
        """Whether the clock is still to start: its posting is detected later than ``until``."""
        return self.started_at > until and self.target.starts == "detected"

    def next_change(self, after: datetime) -> datetime | None:
        """Return the first instant past ``after`` at which time alone changes the clock."""
        if self.started_at > after and self.awaited(after):
            return self.started_at
        if self.excluded_at is not None:
            return None
        found = None
        breach, warn, decided = self.breached_from, self.warned_from, self._decided_at
        if breach is not None and breach > after and not self._was_in_time(decided):
            found = breach
        if warn is not None and warn > after and (decided is None or warn < decided):
            found = warn if found is None or warn < found else found
        place = bisect_right(self.pauses, after, key=until_of)
        if place < len(self.pauses):
            until = self.pauses[place][1]
            found = until if found is None or until < found else found
        return found


def _is_paused(
    closed: tuple[ClosedPause, ...], open_since: datetime | None, as_of: datetime
) -> bool:
    if open_since is not None and open_since <= as_of:
        return True
    place = bisect_right(closed, as_of, key=since_of)
    return place > 0 and as_of < closed[place - 1][1]


def _closed(pauses: ClockPauses, until: datetime) -> tuple[ClosedPause, ...]:
    """Return pauses, one that goes on ending at an instant."""
    closed, open_since = pauses
    if open_since is not None and open_since < until:
        return (*closed, (open_since, until))
    return closed


new_clock: Final[Callable[..., Clock]] = fast_frozen(Clock)
"""Makes a clock of all its fields in their order, in a quarter of the time."""
