"""Who held an appeal while its clock ran, and for how much of the working time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from workhours_sla.sla.appeal import happened_by, read_appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clock_builder import clock
from workhours_sla.sla.evaluate import in_utc
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.paused_time import since_of, until_of
from workhours_sla.sla.target import Target

Phase = Literal["unregistered", "unassigned", "held", "returned"]
Owner = Literal["at_breach", "largest_share", "first"]

HOUR: Final = timedelta(hours=1)


class Span(NamedTuple):
    """A stretch of a clock with one holder in one phase; instants are in UTC.

    ``worked`` is the clock's working time within it, pauses left out. An appeal is
    ``unregistered`` up to its first ``registered``, if it has one, then ``unassigned`` while no
    agency is known, and ``held`` after that. ``returned`` is a stretch of a holder who passed it
    on at once, as wrongly addressed.
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
    """Return who held one appeal, from the start of its clock to the answer or ``as_of``.

    ``events`` are those of one appeal, in any order; ``target`` keeps its clock on a transfer.
    The spans follow one another, and what was worked in them adds up to the clock's elapsed
    time. A holder who passes the appeal on within ``return_within`` of working time is not
    charged with it: the span is ``returned``. Empty where the clock has not started. Raises
    NaiveDatetimeError, CalendarCoverageError.
    """
    return HolderHistory(events, as_of).spans(target, cycle, return_within)


class HolderHistory:
    """Who held one appeal, by its events up to ``as_of``; they are read once for all cycles.

    Raises NaiveDatetimeError.
    """

    def __init__(self, events: Iterable[Event], as_of: datetime) -> None:
        self._as_of = in_utc("as_of", as_of)
        known = sorted(events, key=lambda event: event.order)
        self._appeal = read_appeal(happened_by(known, self._as_of))

    @property
    def cycles(self) -> int:
        """How many cycles there are."""
        return len(self._appeal.cycles)

    def spans(
        self, target: Target, cycle: int = 0, return_within: timedelta | None = None
    ) -> tuple[Span, ...]:
        """Return the spans of a cycle, as ``holder_spans`` does. Raises CalendarCoverageError."""
        appeal, as_of = self._appeal, self._as_of
        if cycle >= len(appeal.cycles):
            return ()
        schedule = target.schedule_for(appeal.attributes)
        whole = target.on_reopen == "ignore"
        of_cycle = appeal.whole if whole else appeal.cycles[cycle]
        found = None if schedule is None else clock(appeal, of_cycle, target, schedule)
        if found is None or found.started_at > as_of:
            return ()
        end = found.ended_at or as_of
        if found.elapsed(as_of) is None:  # raise also where unknown dates only change a pause
            found.schedule.elapsed(found.started_at, end)
        marks: list[tuple[datetime, str | None, Phase]] = []
        registers = any(event.type is EventType.REGISTERED for event in of_cycle.events)
        phase: Phase = "unregistered" if registers else "held"
        holder = of_cycle.holder_before
        for event in of_cycle.events:
            holder = appeal.handed_to(event) or holder
            if event.type is EventType.REGISTERED and phase == "unregistered":
                phase = "held"
            marks.append((event.occurred_at, holder, phase))
        return _cut(found, marks, end, return_within)


def _cut(
    found: Clock,
    marks: list[tuple[datetime, str | None, Phase]],
    end: datetime,
    return_within: timedelta | None,
) -> tuple[Span, ...]:
    start = found.started_at
    stretches: list[tuple[datetime, str | None, Phase]] = []
    for at, holder, phase in marks:
        stage: Phase = phase if phase == "unregistered" or holder is not None else "unassigned"
        who = holder if stage == "held" else None
        since = max(at, start) if stretches else start
        if since >= end and stretches:
            break
        if stretches and stretches[-1][0] == since:
            stretches.pop()
        if not stretches or stretches[-1][1:] != (who, stage):
            stretches.append((since, who, stage))
    pauses = found.pauses_until(end)
    spans = []
    for number, (since, holder, stage) in enumerate(stretches):
        until = stretches[number + 1][0] if number + 1 < len(stretches) else end
        first = bisect_right(pauses, since, key=until_of)
        last = bisect_left(pauses, until, key=since_of)
        worked = found.schedule.elapsed(since, until, pauses=pauses[first:last])
        passed_on = number + 1 < len(stretches) and stretches[number + 1][1] is not None
        at_once = return_within is not None and worked <= return_within
        charged: Phase = "returned" if stage == "held" and passed_on and at_once else stage
        spans.append(Span(holder, charged, since, until, worked))
    return tuple(spans)


def breach_owner(spans: Iterable[Span], limit: datetime, by: Owner = "at_breach") -> str | None:
    """Return who answers for a breach: its holder then, of the largest share, or the first.

    ``limit`` is the last instant in time; a share is of the working time in all of the spans. A
    holder who returned the appeal at once does not answer for it. None where no agency held it.
    """
    held = [span for span in spans if span.phase == "held"]
    if not held:
        return None
    if by == "first":
        return held[0].holder
    if by == "largest_share":
        shares: dict[str | None, timedelta] = {}
        for span in held:
            shares[span.holder] = shares.get(span.holder, timedelta(0)) + span.worked
        return max(shares, key=lambda holder: shares[holder])
    return _held_at(held, limit).holder


def in_time_if_earlier(
    spans: Iterable[Span],
    limit: datetime,
    overdue: timedelta,
    *,
    answered: bool,
) -> bool | None:
    """Return whether a late appeal would have been in time had it come to its holder earlier.

    The holder is the one at the breach, as ``breach_owner`` has it. Earlier means by an hour of
    working time, or at once if less than that was spent before; all that came after takes as long
    as it did, so the answer moves as much. ``overdue`` is working time, so far for an appeal
    without an answer. None where no agency held it, or the answer is still to decide.

    >>> from datetime import UTC
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> spans = [
    ...     Span("roads", "held", noon, noon + 3 * HOUR, 3 * HOUR),
    ...     Span("parks", "held", noon + 3 * HOUR, noon + 5 * HOUR, 2 * HOUR),
    ... ]
    >>> in_time_if_earlier(spans, noon + 4 * HOUR, HOUR, answered=True)
    True
    """
    told = list(spans)
    held = [span for span in told if span.phase == "held"]
    if not held:
        return None
    came = _held_at(held, limit).since
    spent = sum((span.worked for span in told if span.since < came), timedelta(0))
    gained = min(HOUR, spent)
    if not gained or overdue > gained:
        return False
    return True if answered else None


def _held_at(held: list[Span], limit: datetime) -> Span:
    """Return the last of some spans that began by the limit, or the first."""
    last = held[0]
    for span in held:
        if span.since <= limit:
            last = span
    return last
