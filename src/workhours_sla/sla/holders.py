"""Compute which agency had an appeal while its clock ran, and for how much working time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import Appeal, Quarantined, happened_by
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.clock_pauses import since_of, until_of
from workhours_sla.sla.clocks import Measurement, build_clock
from workhours_sla.sla.event import Event, EventType, in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target
from workhours_sla.worktime.times import ZERO, is_late

Phase = Literal["unregistered", "unassigned", "assigned", "returned"]
Owner = Literal["at_breach", "largest_share", "first"]

HOUR: Final = timedelta(hours=1)


class Span(NamedTuple):
    """An interval of time in which an appeal has one holder (an agency) and one phase.

    ``since`` and ``until`` are in UTC. ``worked`` is the working time within the interval, without
    pauses. If an appeal has a ``registered`` event, its phase is ``unregistered`` before the first
    ``registered``. Otherwise the phase is ``unassigned`` while no agency is known, and ``assigned``
    once an agency is known. The phase ``returned`` means that the holder passed the appeal on at
    once, as wrongly addressed.

    >>> from datetime import UTC
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> Span("roads", "assigned", noon, noon + HOUR, HOUR).holder
    'roads'
    """

    holder: str | None
    phase: Phase
    since: datetime
    until: datetime
    worked: timedelta


def holder_spans(
    events: Iterable[Event],
    target: Target,
    *,
    as_of: datetime,
    cycle: int = 0,
    return_within: timedelta | None = None,
) -> tuple[Span, ...]:
    """Return which agencies had one appeal, from the start of its clock to the answer or ``as_of``.

    ``events`` are the events of one appeal, in any order. ``target`` must have
    ``on_transfer="keep"``. The spans follow one another, and their working time adds up to the
    clock's elapsed time. If a holder passes the appeal on within ``return_within`` of working time,
    the phase of the span is ``returned``. The result is empty if the clock has not started. Raises
    NaiveDatetimeError, and CalendarCoverageError if a span depends on an uncertain date.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> at = [datetime(2025, 3, 12, hour, tzinfo=office.tz) for hour in (10, 12, 16)]
    >>> events = [
    ...     Event("1", "A-1", "created", at[0], at[0], agency_id="roads"),
    ...     Event("2", "A-1", "transferred", at[1], at[1], agency_id="parks"),
    ... ]
    >>> target = Target("first reply", working_hours(4), office)
    >>> [(span.holder, str(span.worked)) for span in holder_spans(events, target, as_of=at[2])]
    [('roads', '2:00:00'), ('parks', '3:00:00')]
    """
    return HolderHistory(events, as_of).spans(target, cycle, return_within)


class HolderHistory:
    """Reads the events of one appeal up to ``as_of`` once, and returns the spans of each cycle."""

    def __init__(self, events: Iterable[Event], as_of: datetime) -> None:
        self._as_of = in_utc("as_of", as_of)
        known = sorted(events, key=lambda event: event.order)
        self._appeal = Appeal(happened_by(known, self._as_of))

    @property
    def cycles(self) -> int:
        return len(self._appeal.cycles)

    def spans(
        self, target: Target, cycle: int = 0, return_within: timedelta | None = None
    ) -> tuple[Span, ...]:
        """Return the spans of a cycle, as ``holder_spans`` does. Raises CalendarCoverageError."""
        appeal, as_of = self._appeal, self._as_of
        if cycle < 0:
            msg = f"no cycle {cycle}; the cycles of an appeal are numbered from 0"
            raise ValueError(msg)
        if cycle >= len(appeal.cycles):
            return ()
        schedule = target.schedule_for(appeal.attributes)
        of_cycle = appeal.whole if target.on_reopen == "ignore" else appeal.cycles[cycle]
        clock = None
        if schedule is not None:
            clock = build_clock(Measurement(appeal, of_cycle, target, schedule))
        if clock is None or clock.started_at > as_of:
            return ()
        end = clock.ended_at or as_of
        if clock.elapsed(as_of) is None:  # also raise if uncertain dates affect only a pause
            clock.schedule.elapsed(clock.started_at, end)
        marks: list[tuple[datetime, str | None, Phase]] = []
        registers = any(one.type is EventType.REGISTERED for one in of_cycle.events)
        phase: Phase = "unregistered" if registers else "assigned"
        holder = of_cycle.holder_before
        for event in of_cycle.events:
            holder = appeal.new_holder(event) or holder
            if event.type is EventType.REGISTERED and phase == "unregistered":
                phase = "assigned"
            marks.append((event.occurred_at, holder, phase))
        return _cut(clock, marks, end, return_within)


def _cut(
    clock: Clock,
    marks: list[tuple[datetime, str | None, Phase]],
    end: datetime,
    return_within: timedelta | None,
) -> tuple[Span, ...]:
    start = clock.started_at
    stretches: list[tuple[datetime, str | None, Phase]] = []
    for at, holder, phase in marks:
        stage: Phase = phase if phase == "unregistered" or holder is not None else "unassigned"
        who = holder if stage == "assigned" else None
        since = max(at, start) if stretches else start
        if since >= end and stretches:
            break
        if stretches and stretches[-1][0] == since:
            stretches.pop()
        if not stretches or stretches[-1][1:] != (who, stage):
            stretches.append((since, who, stage))
    pauses = clock.pauses.closed_at(end)
    spans = []
    for number, (since, holder, stage) in enumerate(stretches):
        until = stretches[number + 1][0] if number + 1 < len(stretches) else end
        first = bisect_right(pauses, since, key=until_of)
        last = bisect_left(pauses, until, key=since_of)
        worked = clock.schedule.elapsed(since, until, pauses=pauses[first:last])
        passed_on = number + 1 < len(stretches) and stretches[number + 1][1] is not None
        at_once = return_within is not None and worked <= return_within
        returned = stage == "assigned" and passed_on and at_once
        spans.append(Span(holder, "returned" if returned else stage, since, until, worked))
    return tuple(spans)


def breach_owner(spans: Iterable[Span], limit: datetime, by: Owner = "at_breach") -> str | None:
    """Return the agency that is responsible for a breach, None if the appeal was never assigned.

    ``limit`` is the last instant at which an answer is in time. ``by`` selects the holder at the
    limit (``at_breach``), the holder with the most working time (``largest_share``), or the first
    holder (``first``). A holder who returned the appeal at once is never responsible.

    >>> from datetime import UTC
    >>> noon, hour = datetime(2025, 3, 12, 12, tzinfo=UTC), timedelta(hours=1)
    >>> spans = [
    ...     Span("roads", "assigned", noon, noon + 3 * hour, 3 * hour),
    ...     Span("parks", "assigned", noon + 3 * hour, noon + 5 * hour, 2 * hour),
    ... ]
    >>> limit = noon + 4 * hour
    >>> breach_owner(spans, limit), breach_owner(spans, limit, "largest_share")
    ('parks', 'roads')
    """
    assigned = [span for span in spans if span.phase == "assigned"]
    if not assigned:
        return None
    if by == "first":
        return assigned[0].holder
    if by == "largest_share":
        shares: dict[str | None, timedelta] = {}
        for span in assigned:
            shares[span.holder] = shares.get(span.holder, ZERO) + span.worked
        return max(shares, key=lambda holder: shares[holder])
    return _span_at(assigned, limit).holder


def in_time_if_earlier(
    spans: Iterable[Span], limit: datetime, overdue: timedelta, *, answered: bool
) -> bool | None:
    """Return whether a late appeal would be in time, had its holder received it an hour earlier."""
    # Its work is assumed to take the same time; a missing answer can decide, which gives None.
    spans = list(spans)
    assigned = [span for span in spans if span.phase == "assigned"]
    if not assigned:
        return None
    reached = _span_at(assigned, limit).since
    before = sum((span.worked for span in spans if span.since < reached), ZERO)
    gained = min(HOUR, before)
    if not gained or is_late(overdue, gained):
        return False
    return True if answered else None


def _span_at(assigned: list[Span], limit: datetime) -> Span:
    last = assigned[0]
    for span in assigned:
        if span.since <= limit:
            last = span
    return last


class BreachSpans:
    """Finds who had each late appeal, and when, as of an instant."""

    def __init__(
        self,
        events: Iterable[Event],
        quarantine: Iterable[Quarantined],
        targets: Iterable[Target],
        as_of: datetime,
    ) -> None:
        self._given = events
        self._quarantine = quarantine
        self._targets = {target.name: target for target in targets}
        self._as_of = as_of
        self._last: tuple[str, HolderHistory] | None = None

    @cached_property
    def _events(self) -> dict[str, dict[str, Event]]:
        """The events that are not quarantined, keyed by the id of the appeal, then of the event."""
        quarantined = {event for event, _ in self._quarantine}
        found: dict[str, dict[str, Event]] = {}
        for event in sorted(self._given, key=attrgetter("received_at")):
            if event not in quarantined:
                found.setdefault(event.appeal_id, {}).setdefault(event.event_id, event)
        return found

    def of(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return the agencies that had an overdue appeal, and how long each had it."""
        target = self._targets[outcome.target]
        if outcome.verdict is not Verdict.BREACHED or target.on_transfer != "keep":
            return ()
        if self._last is None or self._last[0] != outcome.appeal_id:
            events = self._events[outcome.appeal_id]
            self._last = outcome.appeal_id, HolderHistory(events.values(), self._as_of)
        with suppress(CalendarCoverageError):
            return self._last[1].spans(target, outcome.cycle)
        return ()
