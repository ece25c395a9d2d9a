"""A clock: one appeal measured against one target, and its verdict at any instant."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.sla.clock_pauses import ClockPauses, until_of
from workhours_sla.sla.event import NEVER
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import in_time


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


def late_from(limit: datetime) -> datetime:
    """Return the first instant that is not within a limit."""
    return limit + timedelta.resolution if in_time(limit, limit) else limit


class Times(NamedTuple):
    """The due time, the limit and the warning time of a clock; NEVER for what is never reached."""

    due_at: datetime
    limit: datetime
    warn_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of one appeal measured against one target, whatever the current time is."""

    target: Target
    schedule: Schedule
    cycle: int
    started_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    excluded_at: datetime | None
    pauses: ClockPauses  # in at least one completion
    certain: ClockPauses  # in every completion
    earliest: Times  # over all completions of the calendar
    latest: Times
    uncertain: bool
    due_at: datetime | None  # None if it depends on an open pause or uncertain date
    limit: datetime | None
    needs_review: bool
    evidence: tuple[str, ...]
    """The ids of two events: the one that started the clock, and the one that answered."""
    applies_since: datetime | None = None  # when a change made the target apply
    provisional: bool = False
    others: tuple[Clock, ...] = ()
    """Other clocks of the appeal that may count instead, depending on uncertain dates."""

    def verdict(self, as_of: datetime) -> tuple[Verdict, bool]:
        """Return the verdict at an instant in UTC, and whether it depends on uncertain dates."""
        if self.excluded_at is not None:
            return Verdict.EXCLUDED, False
        is_in_time = self.in_time(self._decided_at or as_of)
        verdict = Verdict.PAUSED
        if is_in_time is None:
            return Verdict.PENDING, True
        if not is_in_time:
            verdict = Verdict.BREACHED
        elif self.answered_at is not None:
            verdict = Verdict.MET
        elif self.withdrawn_at is not None:
            verdict = Verdict.WITHDRAWN
        elif self.pauses.is_paused(as_of):
            if not self.certain.is_paused(as_of):
                return Verdict.PENDING, True
        elif as_of >= self.latest.warn_at:
            verdict = Verdict.AT_RISK
        else:
            return Verdict.PENDING, as_of >= self.earliest.warn_at
        return verdict, False

    def in_time(self, moment: datetime) -> bool | None:
        """Return whether an instant is within the limit, None if uncertain dates decide this."""
        if in_time(moment, self.earliest.limit):
            return True
        return None if in_time(moment, self.latest.limit) else False

    @property
    def _decided_at(self) -> datetime | None:
        return self.answered_at if self.answered_at is not None else self.withdrawn_at

    def elapsed(self, as_of: datetime) -> timedelta | None:
        """Return the working time from the start to the answer, the withdrawal, or ``as_of``."""
        if self.certain == self.pauses and not self.others:
            until = self.ended_at or as_of
            try:
                return self.schedule.elapsed(
                    self.started_at, until, pauses=self.pauses.closed_at(until)
                )
            except CalendarCoverageError:
                return None
        bounds = self.elapsed_bounds(as_of)
        return bounds[0] if bounds is not None and bounds[0] == bounds[1] else None

    def elapsed_bounds(self, as_of: datetime) -> tuple[timedelta, timedelta] | None:
        completions = self.schedule.completions()
        if completions is None:
            return None
        until = self.ended_at or as_of
        try:
            least, most = (
                completion.elapsed(self.started_at, until, pauses=pauses.closed_at(until))
                for completion, pauses in zip(completions, (self.pauses, self.certain), strict=True)
            )
        except CalendarCoverageError:
            return None
        for other in self.others:
            bounds = other.elapsed_bounds(as_of)
            if bounds is None:
                return None
            least, most = min(least, bounds[0]), max(most, bounds[1])
        return least, most

    def worked_past(self, due: datetime, until: datetime) -> timedelta | None:
        try:
            least, most = (
                self.schedule.elapsed(due, until, pauses=pauses.closed_at(until))
                for pauses in (self.pauses, self.certain)
            )
        except CalendarCoverageError:
            return None
        return least if least == most else None

    @property
    def ended_at(self) -> datetime | None:
        if self.answered_at is not None:
            return self.answered_at
        gone = self.withdrawn_at
        return gone if gone is not None and in_time(gone, self.latest.limit) else None

    @property
    def is_late(self) -> bool | None:
        """Whether the answer came after the limit, None if uncertain dates affect this."""
        if self.answered_at is None:  # if the withdrawal proves too late, an answer may be late
            return None if any(one.is_late is not False for one in self.others) else False
        is_in_time = self.in_time(self.answered_at)
        return None if is_in_time is None else not is_in_time

    @property
    def breach_at(self) -> datetime:
        """The instant to which a breach is dated, NEVER if the limit may never be reached."""
        return max(self.latest.limit, self.applies_since or self.latest.limit)

    @property
    def is_retroactive(self) -> bool:
        """Whether the limit had passed before a change of the appeal made the target apply."""
        since = self.applies_since
        return since is not None and not in_time(since, self.latest.limit)

    @property
    def breached_from(self) -> datetime:
        """The first instant at which a clock without an answer is certainly breached, or NEVER."""
        limit = self.latest.limit
        past = limit if limit == NEVER else late_from(limit)
        since = self.applies_since
        return past if since is None else max(past, since)

    @property
    def warned_from(self) -> datetime:
        """The first instant at which the clock is certainly at risk, NEVER if there is none."""
        warn, since = self.latest.warn_at, self.applies_since
        if since is None:
            return warn
        # there is no warning of a breach that is, or may be, retroactive
        return max(warn, since) if in_time(since, self.earliest.limit) else NEVER

    def is_undetected(self, until: datetime) -> bool:
        """Return whether the clock still waits at ``until`` for the detection of the posting."""
        return self.started_at > until and self.target.starts == "detected"

    def next_change(self, after: datetime) -> datetime:
        """Return the first instant after ``after`` at which time alone changes the clock."""
        if self.is_undetected(after):
            return self.started_at
        if self.excluded_at is not None:
            return NEVER
        found, decided = NEVER, self._decided_at
        if decided is None or not in_time(decided, self.latest.limit):
            breach = self.breached_from
            found = breach if breach > after else NEVER
        warn = self.warned_from
        if after < warn < (decided or NEVER):
            found = min(found, warn)
        place = bisect_right(self.pauses.closed, after, key=until_of)
        if place < len(self.pauses.closed):
            found = min(found, self.pauses.closed[place][1])
        return found

    def keeps_verdict_until(self, since: datetime) -> datetime:
        """Return until when neither the verdict nor what is due already changes by time alone."""
        if since > self.latest.limit and not any(self.pauses):
            return NEVER
        times = [self.started_at, self.due_at, self.earliest.warn_at, self.latest.warn_at]
        times += [self.earliest.limit, self.latest.limit]
        if any(self.pauses):
            for closed, open_since in (self.pauses, self.certain):
                times += [open_since, *chain.from_iterable(closed)]
        return min((at for at in times if at is not None and at >= since), default=NEVER)
