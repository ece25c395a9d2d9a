"""Who held the appeals that were late, and signs that figures are being helped along.

Both need the events: an outcome no longer says who held an appeal when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Final

import numpy as np

from workhours_sla.compliance.arrays import NEVER
from workhours_sla.compliance.arrivals import instant_of, to_local
from workhours_sla.compliance.cases import BREACHED, Cases
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import Appeal, read_appeal
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.spans import Owner, Phase, Span, breach_owner, holder_spans
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import BASE_UTC

LAST_HOUR: Final = timedelta(hours=1)
_DAY, _HOUR, _TEN_MINUTES = 86_400_000_000, 3_600_000_000, 600_000_000
_NOON_HOUR: Final = 12
_ANSWERING: Final = (None, "official")


@dataclass(frozen=True, slots=True)
class Share:
    """How much working time of late appeals one holder had them in one phase; None: nobody."""

    holder: str | None
    phase: Phase
    worked: timedelta
    appeals: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose the late appeals are, by each way to say so: (agency, late appeals), most first.

    ``shares`` takes their working time apart by holder and phase, most first; ``left_out`` counts
    late appeals whose holders cannot be reckoned.
    """

    at_breach: tuple[tuple[str | None, int], ...]
    largest_share: tuple[tuple[str | None, int], ...]
    first: tuple[tuple[str | None, int], ...]
    shares: tuple[Share, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """What one agency did that can make figures look better than the work was.

    ``formal_first`` counts, of ``replied`` appeals, those whose first official reply was not to
    the point. ``registration_delay`` is the median time on the clock from a post to its
    registration. ``deletes`` counts deletions by others than the citizen, and ``late_transfers``
    those from this agency with at most an hour of working time left before the due time.
    """

    agency: str | None
    replied: int
    formal_first: int
    registration_delay: timedelta | None
    deletes: int
    late_transfers: int


@dataclass(frozen=True, slots=True)
class Indicators:
    """Signs to look into, none of them a proof.

    ``before_lunch`` counts, of ``noon_hour`` answers from 12:00 to 12:59 local time, those from
    12:50 on; an even flow has one in six. ``agencies`` is empty without events.
    """

    noon_hour: int
    before_lunch: int
    agencies: tuple[Conduct, ...] = ()


def attribution(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> Attribution | None:
    """Return whose the late appeals are; None where their target follows transfers."""
    target = cases.target
    if target.on_transfer != "keep":
        return None
    as_of = BASE_UTC + timedelta(microseconds=cases.as_of)
    owners: dict[Owner, Counter[str | None]] = {
        "at_breach": Counter(),
        "largest_share": Counter(),
        "first": Counter(),
    }
    worked: Counter[tuple[str | None, Phase]] = Counter()
    touched: Counter[tuple[str | None, Phase]] = Counter()
    left_out = 0
    for row in np.flatnonzero(cases.in_state(BREACHED)).tolist():
        schedule = cases.schedules[int(cases.schedule_of[row])]
        limit = instant_of(schedule, int(cases.limit[row]))
        events = by_appeal.get(str(cases.ids[row]), [])
        started = instant_of(schedule, int(cases.started[row]))
        spans = _spans(events, cases, as_of, started)
        if not spans or limit is None:
            left_out += 1
            continue
        for way, counter in owners.items():
            counter[breach_owner(spans, limit, way)] += 1
        for place in {(span.holder, span.phase) for span in spans}:
            touched[place] += 1
        for span in spans:
            worked[span.holder, span.phase] += span.worked // timedelta.resolution
    shares = [
        Share(holder, phase, worked[holder, phase] * timedelta.resolution, appeals)
        for (holder, phase), appeals in touched.items()
    ]
    return Attribution(
        at_breach=_ranked(owners["at_breach"]),
        largest_share=_ranked(owners["largest_share"]),
        first=_ranked(owners["first"]),
        shares=tuple(sorted(shares, key=lambda s: (-s.worked, s.holder or "", s.phase))),
        left_out=left_out,
    )


def _spans(
    events: list[Event], cases: Cases, as_of: datetime, started: datetime | None
) -> tuple[Span, ...]:
    """Return the spans of the cycle that started then, none where it is not to be found."""
    reopened = sum(event.type is EventType.REOPENED for event in events)
    for cycle in range(reopened + 1):
        try:
            spans = holder_spans(events, cases.target, as_of=as_of, cycle=cycle)
        except CalendarCoverageError:
            continue
        if spans and spans[0].since == started:
            return spans
    return ()


def _ranked(counter: Counter[str | None]) -> tuple[tuple[str | None, int], ...]:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0] or "")))


def indicators(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> Indicators:
    """Return the signs in the answers and, where there are events, in what was done."""
    done = (cases.answered != NEVER) & cases.counting
    clock = to_local(cases.answered[done], cases.schedule_of[done], cases.schedules) % _DAY
    noon = clock // _HOUR == _NOON_HOUR
    before_lunch = noon & (clock % _HOUR >= 5 * _TEN_MINUTES)
    agencies = _conduct(cases, by_appeal) if by_appeal else ()
    return Indicators(int(noon.sum()), int(before_lunch.sum()), agencies)


class _Seen:
    """What is counted of one agency."""

    def __init__(self) -> None:
        self.replied = self.formal = self.deletes = self.late_transfers = 0
        self.delays: list[timedelta] = []


def _conduct(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> tuple[Conduct, ...]:
    seen: dict[str | None, _Seen] = {}
    looked_at: set[str] = set()
    for row in range(len(cases)):
        name = str(cases.ids[row])
        if name in looked_at or name not in by_appeal:  # a reopened appeal has several clocks
            continue
        looked_at.add(name)
        appeal = read_appeal(by_appeal[name])
        if appeal.created is not None:
            schedule = cases.schedules[int(cases.schedule_of[row])]
            _look(appeal, schedule, instant_of(schedule, int(cases.due[row])), seen)
    return tuple(
        Conduct(
            agency,
            found.replied,
            found.formal,
            median_low(found.delays) if found.delays else None,
            found.deletes,
            found.late_transfers,
        )
        for agency, found in sorted(seen.items(), key=lambda item: item[0] or "")
    )


def _look(
    appeal: Appeal,
    schedule: Schedule,
    due: datetime | None,
    seen: dict[str | None, _Seen],
) -> None:
    """Count what happened to one appeal for the agency that held it then."""
    holder: str | None = None
    registered = replied = False
    posted_at = appeal.opened.occurred_at
    for event in appeal.whole.events:
        kind, at = event.type, event.occurred_at
        if kind in (EventType.CREATED, EventType.ASSIGNED) and event.agency_id is not None:
            holder = event.agency_id
        mine = seen.setdefault(holder, _Seen())
        if kind is EventType.TRANSFERRED and due is not None and at <= due:
            mine.late_transfers += schedule.elapsed(at, due) <= LAST_HOUR
        elif kind is EventType.REGISTERED and not registered:
            registered = True
            mine.delays.append(at - posted_at)
        elif kind is EventType.DELETED and event.author_role != "citizen":
            mine.deletes += 1
        elif kind is EventType.REPLIED and not replied and event.author_role in _ANSWERING:
            replied = True
            mine.replied += 1
            mine.formal += appeal.judged.get(event.event_id, event.substantive) is False
        if kind is EventType.TRANSFERRED and event.agency_id is not None:
            holder = event.agency_id
