"""Signs that agencies may have improved their figures artificially.

Most signs can be computed from events only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Final

from workhours_sla.compliance.arrivals import to_local
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import DAY, HOUR, MINUTE, instant_of
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.event import Event, EventType
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.worktime.schedule import Schedule

LAST_HOUR: Final = timedelta(hours=1)
_NOON_HOUR: Final = 12
_ANSWERING: Final = (None, "official")
"""Author roles whose replies count: officials, and None for unknown authors."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """The actions of one agency that may make its figures look better than its work.

    ``replied`` is the number of appeals with an official reply. ``formal_first`` is the number of
    appeals whose first official reply was not substantive. ``registration_delay`` is the median
    clock time from the posting of an appeal to its registration. ``deletes`` counts deletions of
    appeals by anyone but the citizen. ``late_transfers`` counts transfers to another agency with at
    most an hour of working time left before the due time.
    """

    agency: str | None
    replied: int
    formal_first: int
    registration_delay: timedelta | None
    deletes: int
    late_transfers: int


@dataclass(frozen=True, slots=True)
class Indicators:
    """Signs that should be investigated; none of them is a proof.

    ``noon_hour`` is the number of answers from 12:00 to 12:59 local time. ``before_lunch`` is the
    number of answers from 12:50 to 12:59; evenly spread answers would make it one sixth of
    ``noon_hour``. ``agencies`` is empty without events.
    """

    noon_hour: int
    before_lunch: int
    agencies: tuple[Conduct, ...] = ()


def indicators(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> Indicators:
    """Return signs of artificially improved figures, from times of answers and from events.

    ``by_appeal`` has the events of each appeal, keyed by its id. If it is empty, the result has no
    conduct of agencies.
    """
    done = (cases.answered != NEVER) & cases.counting
    clock = to_local(cases.answered[done], cases.schedule_of[done], cases.schedules) % DAY
    noon = clock // HOUR == _NOON_HOUR
    before_lunch = noon & (clock % HOUR >= 50 * MINUTE)
    agencies = _conduct(cases, by_appeal) if by_appeal else ()
    return Indicators(int(noon.sum()), int(before_lunch.sum()), agencies)


def _conduct(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> tuple[Conduct, ...]:
    counts: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    delays: defaultdict[str | None, list[timedelta]] = defaultdict(list)
    counted: set[str] = set()
    for row in range(len(cases)):
        name = str(cases.ids[row])
        if name in counted or name not in by_appeal:  # A reopened appeal has several cases.
            continue
        counted.add(name)
        appeal = Appeal(by_appeal[name])
        if appeal.created is not None:
            schedule = cases.schedules[int(cases.schedule_of[row])]
            _count(appeal, schedule, instant_of(schedule, int(cases.due[row])), counts, delays)
    return tuple(
        Conduct(
            agency,
            found["replied"],
            found["formal"],
            median_low(delays[agency]) if delays[agency] else None,
            found["deletes"],
            found["late_transfers"],
        )
        for agency, found in sorted(counts.items(), key=lambda item: item[0] or "")
    )


def _count(
    appeal: Appeal,
    schedule: Schedule,
    due: datetime | None,
    counts: defaultdict[str | None, Counter[str]],
    delays: defaultdict[str | None, list[timedelta]],
) -> None:
    """Count each event of one appeal for the agency that had the appeal at that time."""
    holder: str | None = None
    registered = replied = False
    posted_at = appeal.posted_at
    for event in appeal.whole.events:
        kind, at = event.type, event.occurred_at
        if kind in (EventType.CREATED, EventType.ASSIGNED) and event.agency_id is not None:
            holder = event.agency_id
        mine = counts[holder]
        if kind is EventType.TRANSFERRED and due is not None and at <= due:
            mine["late_transfers"] += schedule.elapsed(at, due) <= LAST_HOUR
        elif kind is EventType.REGISTERED and not registered:
            registered = True
            delays[holder].append(at - posted_at)
        elif kind is EventType.DELETED and event.author_role != "citizen":
            mine["deletes"] += 1
        elif kind is EventType.REPLIED and not replied and event.author_role in _ANSWERING:
            replied = True
            mine["replied"] += 1
            mine["formal"] += appeal.judged.get(event.event_id, event.substantive) is False
        if kind is EventType.TRANSFERRED and event.agency_id is not None:
            holder = event.agency_id
