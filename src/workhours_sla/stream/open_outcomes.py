"""The outcomes of the open appeals of a pipeline, kept current as appeals change and time passes.

Until a clock reaches its warning, its due time or its limit, only two fields of its outcome change:
``elapsed`` and ``overdue`` grow by the working time that passes, which is the same amount for every
clock with the same schedule. So only the appeals that changed, or that reached such an instant, are
read from the store and evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.event import NEVER, in_utc
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.outcome import Outcome, outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import is_clock_time
from workhours_sla.stream.pipeline import AT_ONCE, Pipeline
from workhours_sla.worktime.schedule import Schedule


class Steady(NamedTuple):
    """The outcomes of one appeal as of ``since``, each with the schedule by which it grows.

    The schedule is None if nothing in the outcome grows. From ``since`` to ``until``, nothing else
    in the outcomes changes. Instants are in UTC.
    """

    outcomes: Sequence[Outcome]
    schedules: Sequence[Schedule | None]
    since: datetime
    until: datetime

    @classmethod
    def of(cls, folded: Folded, as_of: datetime) -> Steady:
        """Return the outcomes of the clocks of an appeal that have started by an instant."""
        started = [clock for clock in folded.clocks if clock.started_at <= as_of]
        outcomes = [outcome(folded.appeal, clock, as_of) for clock in started]
        until = min((steady_until(clock, as_of) for clock in folded.clocks), default=NEVER)
        if any(one.elapsed is None for one in outcomes):
            until = as_of
        schedules = [None if one.ended_at is not None else one.schedule for one in started]
        return cls(outcomes, schedules, as_of, until)

    def at(self, as_of: datetime, worked: Callable[[Schedule, datetime], timedelta]) -> Steady:
        """Return the outcomes as of a later instant, which is not after ``until``.

        ``worked`` returns the working time from an instant to ``as_of``.
        """
        since, found, has_grown = self.since, [], False
        for one, schedule in zip(self.outcomes, self.schedules, strict=True):
            if schedule is None:
                found.append(one)
                continue
            growth = worked(schedule, since)
            is_clock = is_clock_time(one.budget)
            if growth or is_clock:
                has_grown = True
                late_by = as_of - since if is_clock else growth
                found.append(_grown(one, since, growth, late_by))
            else:
                found.append(one)
        return self._replace(outcomes=found, since=as_of) if has_grown else self


class OpenOutcomes:
    """Keeps all outcomes of every appeal in which at least one clock has not ended; mutable.

    Not thread-safe, but other threads may use the pipeline.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._policy: Policy | None = None
        self._appeals: dict[str, Steady] = {}

    def forget(self) -> None:
        """Forget everything; the next ``update`` evaluates every open appeal."""
        self._appeals = {}

    def update(
        self, as_of: datetime, changed: Iterable[str], *, has_passed: bool = True
    ) -> list[Outcome]:
        """Return the outcomes as of an instant, sorted by the ids of their appeals.

        ``changed`` are the ids of the appeals that may have got events since the last call. Without
        ``has_passed``, the outcomes of all other appeals remain as of an earlier call. Raises
        StoreError, NaiveDatetimeError; everything is forgotten then.
        """
        as_of = in_utc("as_of", as_of)
        store, policy = self._pipeline.store, self._pipeline.policy
        known = self._appeals if policy is self._policy else {}
        self._appeals, self._policy = {}, policy
        for appeal_id in changed:
            known.pop(appeal_id, None)
        if has_passed:
            known = dict(_still_steady(known, as_of))
        with store.lock:
            ids = store.open_ids()
        missing = [one for one in ids if one not in known]
        for first in range(0, len(missing), AT_ONCE):
            with store.lock:
                appeals = store.appeals(missing[first : first + AT_ONCE])
                for appeal_id, appeal in appeals.items():
                    known[appeal_id] = Steady.of(appeal.fold(policy), as_of)
        self._appeals = {one: known[one] for one in ids}
        return list(chain.from_iterable(one.outcomes for one in self._appeals.values()))


def steady_until(clock: Clock, as_of: datetime) -> datetime:
    """Return the last instant at which an outcome as of ``as_of`` has only grown.

    Returns ``as_of`` if anything else in the outcome may change at once. Instants are in UTC.
    """
    if clock.started_at > as_of:
        return clock.started_at - timedelta.resolution
    if clock.ended_at is not None:
        return NEVER
    closed = clock.pauses.closed
    is_final = not clock.uncertain and clock.pauses.open_since is None
    if not is_final or (closed and closed[-1][1] > as_of):
        return as_of
    due, limit, warn = clock.latest
    edges = (due, limit, warn - timedelta.resolution)
    return min((edge for edge in edges if edge >= as_of), default=NEVER)


def _still_steady(appeals: dict[str, Steady], as_of: datetime) -> Iterator[tuple[str, Steady]]:
    """Yield the appeals whose outcomes have only grown, with the outcomes as of ``as_of``."""
    amounts: dict[tuple[int, datetime], timedelta] = {}

    def worked(schedule: Schedule, since: datetime) -> timedelta:
        key = id(schedule), since  # hashing a schedule takes long
        found = amounts.get(key)
        if found is None:
            found = amounts[key] = schedule.elapsed(since, as_of)
        return found

    for appeal_id, steady in appeals.items():
        if steady.since <= as_of <= steady.until:
            try:
                yield appeal_id, steady.at(as_of, worked)
            except CalendarCoverageError:
                continue


def _grown(one: Outcome, since: datetime, growth: timedelta, late_by: timedelta) -> Outcome:
    """Return an outcome after working time has passed since an instant."""
    overdue = one.overdue
    if overdue is not None and one.due_at is not None and one.due_at <= since:
        overdue += late_by
    elapsed = None if one.elapsed is None else one.elapsed + growth
    return replace(one, elapsed=elapsed, overdue=overdue)
