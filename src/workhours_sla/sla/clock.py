"""A clock: one appeal measured against one target, and its verdict at any instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.sla.instants import NEVER
from workhours_sla.sla.pauses import ClockPauses, ClosedPause, until_of
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule


@public()
class Verdict(StrEnum):
    """The verdict on a clock at an instant.

    The first verdict that applies counts: ``excluded`` (the appeal is a duplicate), ``breached``
    (the limit has passed, and the answer or the withdrawal came later or not at all), ``met``
    (answered by the limit), ``withdrawn`` (deleted by the citizen by the limit), ``paused``,
    ``at_risk`` (little of the budget is left), ``pending``.

    >>> Verdict("met") is Verdict.MET
    True
    """

    PENDING = "pending"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


@dataclass(slots=True)
class Start:
    """The start of a clock: the instant in UTC, and the id of the event that starts the clock.

    If a transfer started the clock again, ``first`` is the original start, before any transfer, and
    ``cut_out`` are the intervals in which other agencies had the appeal.
    """

    at: datetime
    cause: str
    first: Start | None = None
    cut_out: Sequence[ClosedPause] = ()

    def precedes(self, event: Event) -> bool:
        """Return whether an event occurred from the start on and did not cause it."""
        return event.occurred_at >= self.at and event.event_id != self.cause


class Times(NamedTuple):
    """The due time, the limit and the warning time of a clock.

    The clock is at risk from the warning time on.
    """

    due_at: datetime
    limit: datetime
    warn_at: datetime


class Bounds(NamedTuple):
    """The earliest and the latest times of a clock over all completions of its calendar.

    ``pauses`` are the pauses that the clock has in every completion. ``Clock.pauses`` are the
    pauses that it has in at least one completion. A time that is never reached is NEVER.
    """

    earliest: Times
    latest: Times
    pauses: ClockPauses

    def shared(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Return the due time, the limit and the warning time that all completions share.

        A time is None if its earliest and its latest value differ, or if it is never reached.
        """
        due, limit, warn = (
            one if one == other != NEVER else None
            for one, other in zip(self.earliest, self.latest, strict=True)
        )
        return due, limit, warn


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of one appeal measured against one target. They do not depend on the current time.

    Instants are in UTC. ``pauses`` are the closed pauses, disjoint and in order; ``open_pause`` is
    when the open pause began. ``due_at``, ``limit`` and ``warn_at`` are None while they depend on
    an open pause or an uncertain date. ``bounds`` is None if no uncertain date affects these times
    or a pause. Otherwise ``bounds`` has the earliest and latest values of these times, and
    ``pauses`` and ``open_pause`` are the longest possible pauses. ``applies_since`` is when a
    change of the appeal made the target apply, None if the target has always applied.
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
    """The ids of two events: the one that started the clock, and the one that answered."""
    applies_since: datetime | None = None
    others: tuple[Clock, ...] = ()
    """Other clocks of the appeal that may count instead, depending on uncertain dates."""

    def verdict(self, as_of: datetime) -> tuple[Verdict, bool]:
        """Return the verdict at an instant in UTC, and whether it depends on uncertain dates."""
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
        """Return whether an instant is within the limit, None if uncertain dates decide this."""
        if moment <= bounds.earliest.limit:
            return True
        return False if moment > bounds.latest.limit else None

    def _waiting(self, as_of: datetime) -> tuple[Verdict, bool]:
        """Return the verdict of a clock that is not answered and whose limit has not passed.

        Also return whether the verdict depends on uncertain dates.
        """
        possibly_paused = self.all_pauses.is_paused(as_of)
        if self.bounds is None:
            if possibly_paused:
                return Verdict.PAUSED, False
            at_risk = self.warn_at is not None and as_of >= self.warn_at
            return (Verdict.AT_RISK if at_risk else Verdict.PENDING), False
        if possibly_paused:
            paused = self.bounds.pauses.is_paused(as_of)
            return (Verdict.PAUSED, False) if paused else (Verdict.PENDING, True)
        if as_of >= self.bounds.latest.warn_at:
            return Verdict.AT_RISK, False
        return Verdict.PENDING, as_of >= self.bounds.earliest.warn_at

    def elapsed(self, as_of: datetime) -> timedelta | None:
        """Return the working time from the start to the answer, the withdrawal, or ``as_of``.

        Pauses do not count. Return None if the amount depends on uncertain dates; then
        ``elapsed_bounds`` returns its bounds. ``as_of`` is in UTC.
        """
        if self.bounds is None or (self.bounds.pauses == self.all_pauses and not self.others):
            until = self.ended_at or as_of
            try:
                return self.schedule.elapsed(
                    self.started_at, until, pauses=self.all_pauses.closed_at(until)
                )
            except CalendarCoverageError:
                return None
        bounds = self.elapsed_bounds(as_of)
        return bounds[0] if bounds is not None and bounds[0] == bounds[1] else None

    def elapsed_bounds(self, as_of: datetime) -> tuple[timedelta, timedelta] | None:
        """Return the least and the greatest amount that ``elapsed`` can have.

        Return None if these two amounts cannot be computed.
        """
        completions = self.schedule.completions()
        if completions is None:
            return None
        certain = self.all_pauses if self.bounds is None else self.bounds.pauses
        until = self.ended_at or as_of
        try:
            bounds = [
                completion.elapsed(self.started_at, until, pauses=pauses.closed_at(until))
                for completion, pauses in zip(completions, (self.all_pauses, certain), strict=True)
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
        """Return the working time from a due time to a later instant, without pauses.

        Return None if the amount depends on uncertain dates.
        """
        certain = self.all_pauses if self.bounds is None else self.bounds.pauses
        try:
            least, most = (
                self.schedule.elapsed(due, until, pauses=pauses.closed_at(until))
                for pauses in (self.all_pauses, certain)
            )
        except CalendarCoverageError:
            return None
        return least if least == most else None

    @property
    def all_pauses(self) -> ClockPauses:
        """The closed pauses and the open pause."""
        return ClockPauses(self.pauses, self.open_pause)

    @property
    def ended_at(self) -> datetime | None:
        """When the clock ended, None if it has not ended.

        The answer ends the clock. Without an answer, a withdrawal within the limit ends it.
        """
        if self.answered_at is not None:
            return self.answered_at
        gone, latest = self.withdrawn_at, self.latest_limit
        return gone if gone is not None and (latest is None or gone <= latest) else None

    @property
    def is_late(self) -> bool | None:
        """Whether the answer came after the limit, None if uncertain dates affect this."""
        answered = self.answered_at
        if answered is None:  # if the withdrawal turns out to be too late, an answer may be late
            return None if any(one.is_late is not False for one in self.others) else False
        if self.bounds is None:
            return self.limit is not None and answered > self.limit
        in_time = self._in_time(self.bounds, answered)
        return None if in_time is None else not in_time

    @property
    def time_bounds(self) -> tuple[Times, Times]:
        """The earliest and the latest due time, limit and warning time.

        A time that is never reached is NEVER.
        """
        if self.bounds is not None:
            return self.bounds.earliest, self.bounds.latest
        times = Times(self.due_at or NEVER, self.limit or NEVER, self.warn_at or NEVER)
        return times, times

    @property
    def latest_limit(self) -> datetime | None:
        """The latest limit over all completions, None if the limit may never be reached."""
        if self.bounds is None:
            return self.limit
        latest = self.bounds.latest.limit
        return None if latest == NEVER else latest

    @property
    def breach_at(self) -> datetime | None:
        """The instant to which a breach is dated, None if the limit may never be reached.

        This is the latest limit or ``applies_since``, whichever is later.
        """
        limit, since = self.latest_limit, self.applies_since
        return limit if since is None or limit is None else max(limit, since)

    @property
    def is_retroactive(self) -> bool:
        """Whether the limit had passed before a change of the appeal made the target apply."""
        limit, since = self.latest_limit, self.applies_since
        return since is not None and limit is not None and limit < since

    @property
    def breached_from(self) -> datetime | None:
        """The first instant at which a clock without an answer is certainly breached."""
        limit, since = self.latest_limit, self.applies_since
        if limit is None:
            return None
        past = limit + timedelta.resolution
        return past if since is None or since < past else since

    @property
    def warned_from(self) -> datetime | None:
        """The first instant at which the clock is certainly at risk, None if there is none."""
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

    def is_undetected(self, until: datetime) -> bool:
        """Return whether the clock still waits at ``until`` for the detection of the posting."""
        return self.started_at > until and self.target.starts == "detected"

    def next_change(self, after: datetime) -> datetime | None:
        """Return the first instant after ``after`` at which time alone changes the clock."""
        if self.started_at > after and self.is_undetected(after):
            return self.started_at
        if self.excluded_at is not None:
            return None
        found, decided = None, self._decided_at
        limit, warn = self.limit, self.warn_at
        if self.bounds is not None or self.applies_since is not None:
            limit, warn = self.latest_limit, self.warned_from
        if limit is not None and (decided is None or decided > limit):
            breach = self.breached_from
            if breach is not None and breach > after:
                found = breach
        if warn is not None and warn > after and (decided is None or warn < decided):
            found = warn if found is None or warn < found else found
        if self.pauses:
            place = bisect_right(self.pauses, after, key=until_of)
            if place < len(self.pauses):
                until = self.pauses[place][1]
                found = until if found is None or until < found else found
        return found
