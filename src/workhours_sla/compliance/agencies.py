"""Which agencies had the late appeals, and signs that agencies have improved their figures.

The holder of an appeal is the agency that has it. Only events show who was the holder at which
time; outcomes do not. A phase is a stage of the handling, such as before registration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any, Final, NamedTuple, get_args

import numpy as np

from workhours_sla.compliance.cases import (
    UNKNOWN,
    Cases,
    amount_of,
    case_schedule,
    case_time,
    in_zone,
)
from workhours_sla.compliance.time import DAY, HOUR, MINUTE, to_local
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import Appeal, happened_by
from workhours_sla.sla.deduplication import deduplicated_appeals
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.holders import (
    HolderHistory,
    Owner,
    Phase,
    Span,
    breach_owner,
    in_time_if_earlier,
)
from workhours_sla.sla.target import Target
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.maturity import BREACHED
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.schedule import Schedule

_OWNERS: Final[tuple[Owner, ...]] = ("at_breach", "largest_share", "first")
_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
_LAST_HOUR: Final = timedelta(hours=1)
_NOON_HOUR: Final = 12
_ANSWERING: Final = (None, "official")
"""Author roles whose replies count: officials, and None for unknown authors."""


def events_by_appeal(events: Iterable[Event], as_of: datetime) -> dict[str, list[Event]]:
    """Group the events that an evaluation as of ``as_of`` uses by appeal id."""
    by_id: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_id[event.event_id].append(event)
    applied, _, _ = deduplicated_appeals(by_id.values())
    return {
        name: happened_by(sorted(found, key=lambda event: event.order), as_of)
        for name, found in applied.items()
    }


# -- late appeals --------------------------------------------------------------------------------


class Breach(NamedTuple):
    """The holders of one late appeal: ``owners`` has the agency of each rule of ``_OWNERS``."""

    spans: tuple[Span, ...]
    owners: tuple[str | None, ...]
    hour_earlier: bool | None
    moved: bool  # time was spent elsewhere before the limit


def breaches(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> dict[int, Breach] | None:
    """Return which agencies had each late case, keyed by its row, as far as events show it.

    None if a transfer restarts the clock or leaves it to the new holder, which has its own limit.
    """
    if cases.target.on_transfer != "keep":
        return None
    as_of = in_zone(cases.reference, cases.as_of)
    found, in_clock_time = {}, isinstance(cases.target.budget, ClockTime)
    name, by_start = "", dict[datetime | None, tuple[Span, ...]]()
    for row in np.flatnonzero(cases.in_state(BREACHED)).tolist():
        limit, started = (case_time(cases, column, row) for column in ("limit", "started"))
        if str(cases.ids[row]) != name:  # The cycles of one appeal are in adjacent rows.
            name = str(cases.ids[row])
            by_start = _spans(by_appeal.get(name, []), cases.target, as_of)
        spans = by_start.get(started)
        if not spans or limit is None:
            continue
        owners = tuple(breach_owner(spans, limit, rule) for rule in _OWNERS)
        earlier, overdue = None, _known_amount(cases, "overdue", row)
        if overdue is not None and not in_clock_time:
            answered = bool(cases.answered[row] != NEVER)
            earlier = in_time_if_earlier(spans, limit, overdue, answered=answered)
        here = owners[0], "assigned"
        moved = any(
            span.worked and span.since < limit and (span.holder, span.phase) != here
            for span in spans
        )
        found[row] = Breach(spans, owners, earlier, earlier is True or moved)
    return found


def _known_amount(cases: Cases, column: str, row: int) -> timedelta | None:
    micros = int(getattr(cases, column)[row])
    return amount_of(None if micros == UNKNOWN else micros)


def _spans(
    events: list[Event], target: Target, as_of: datetime
) -> dict[datetime | None, tuple[Span, ...]]:
    """Return the spans of each cycle of one appeal, keyed by its start; of two, the first."""
    history = HolderHistory(events, as_of)
    found: dict[datetime | None, tuple[Span, ...]] = {}
    for cycle in range(history.cycles if target.on_reopen == "cycle" else 1):
        with suppress(CalendarCoverageError):
            spans = history.spans(target, cycle)
            if spans:
                found.setdefault(spans[0].since, spans)
    return found


@dataclass(frozen=True, slots=True)
class Late:
    """A late appeal, with its times and ``holder``, the agency that had it at its limit."""

    appeal_id: str
    agency: str | None
    started_at: datetime
    due_at: datetime | None
    limit: datetime | None
    answered_at: datetime | None
    elapsed: timedelta | None
    overdue: timedelta | None
    holder: str | None  # at the limit; None if events do not show it
    hour_earlier: bool | None  # None while the missing answer can change it


def late_appeals(cases: Cases, found: Mapping[int, Breach], listed: int) -> tuple[Late, ...]:
    """Return the first ``listed`` late appeals: open ones first, then the most overdue first."""
    answered, overdue, started = (
        column.tolist() for column in (cases.answered != NEVER, cases.overdue, cases.started)
    )
    rows = np.flatnonzero(cases.in_state(BREACHED)).tolist()
    rows.sort(key=lambda row: (answered[row], -overdue[row], started[row], str(cases.ids[row])))
    agencies = cases.groups.get("agency")

    def late(row: int) -> Late:
        breach = found.get(row)
        return Late(
            str(cases.ids[row]),
            None if agencies is None else [*agencies.names, None][agencies.codes[row]],
            in_zone(case_schedule(cases, row), started[row]),
            case_time(cases, "due", row),
            case_time(cases, "limit", row),
            case_time(cases, "answered", row),
            _known_amount(cases, "elapsed", row),
            _known_amount(cases, "overdue", row),
            holder=None if breach is None else breach.owners[0],
            hour_earlier=None if breach is None else breach.hour_earlier,
        )

    return tuple(map(late, rows[:listed]))


# -- attribution ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """The working time that ``appeals`` late appeals spent with one holder in one phase."""

    holder: str | None
    phase: Phase
    worked: timedelta
    appeals: int


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """The working time that ``appeals`` late appeals spent in one phase, with any holder."""

    phase: Phase
    worked: timedelta
    appeals: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Late appeals by agency under three rules, and their working time by holder and phase."""

    at_breach: tuple[tuple[str | None, int], ...]  # who had it at its limit
    largest_share: tuple[tuple[str | None, int], ...]  # who had it for the most working time
    first: tuple[tuple[str | None, int], ...]  # who had it first
    hour_earlier: tuple[tuple[str | None, int], ...]  # see Late
    shares: tuple[Share, ...]  # the longest first
    phases: tuple[PhaseTime, ...]
    left_out: int  # late appeals with unknown holders
    hour_known: int = 0  # known, and time was spent elsewhere before


def attribution(late: int, found: Mapping[int, Breach]) -> Attribution:
    """Return the attribution of ``late`` late appeals; ``found`` are those with known holders."""
    shares = _worked(found, lambda span: (span.holder, span.phase))
    phases = _worked(found, lambda span: span.phase)
    at_breach, largest_share, first = (
        _ranked(one.owners[rule] for one in found.values()) for rule in range(len(_OWNERS))
    )
    every = (Share(holder, phase, *of) for (holder, phase), of in shares.items())
    return Attribution(
        at_breach,
        largest_share,
        first,
        hour_earlier=_ranked(one.owners[0] for one in found.values() if one.hour_earlier),
        shares=tuple(sorted(every, key=lambda s: (-s.worked, s.holder or "", s.phase))),
        phases=tuple(PhaseTime(phase, *phases[phase]) for phase in _PHASES if phase in phases),
        left_out=late - len(found),
        hour_known=sum(one.hour_earlier is not None and one.moved for one in found.values()),
    )


def _worked(
    found: Mapping[int, Breach], place: Callable[[Span], Any]
) -> dict[Any, tuple[timedelta, int]]:
    """Return the working time spent in each place, and the number of appeals that were there."""
    worked: defaultdict[Any, timedelta] = defaultdict(timedelta)
    touched: Counter[Any] = Counter()
    for breach in found.values():
        touched.update({place(span) for span in breach.spans})
        for span in breach.spans:
            worked[place(span)] += span.worked
    return {one: (worked[one], appeals) for one, appeals in touched.items()}


def _ranked(owners: Iterable[str | None]) -> tuple[tuple[str | None, int], ...]:
    return tuple(sorted(Counter(owners).items(), key=lambda item: (-item[1], item[0] or "")))


# -- signs of artificially improved figures --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conduct:
    """The actions of one agency that may make its figures look better than its work."""

    agency: str | None
    replied: int  # appeals with an official reply
    formal_first: int  # whose first reply was not substantive
    registration_delay: timedelta | None  # median clock time from the posting
    deletes: int  # by anyone but the citizen
    late_transfers: int  # within an hour of the due time


@dataclass(frozen=True, slots=True)
class Indicators:
    """Signs that should be investigated; none of them is a proof."""

    noon_hour: int  # answers from 12:00 to 12:59
    before_lunch: int  # from 12:50 to 12:59, a sixth by chance
    agencies: tuple[Conduct, ...] = ()  # empty without events


def indicators(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> Indicators:
    """Return signs of artificially improved figures, from times of answers and from events."""
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
            _count(appeal, case_schedule(cases, row), case_time(cases, "due", row), counts, delays)
    return tuple(
        Conduct(
            agency,
            replied=found["replied"],
            formal_first=found["formal"],
            registration_delay=median_low(delays[agency]) if delays[agency] else None,
            deletes=found["deletes"],
            late_transfers=found["late_transfers"],
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
    holder: str | None = None
    registered = replied = False
    for event in appeal.whole.events:
        kind, at = event.type, event.occurred_at
        if kind in (EventType.CREATED, EventType.ASSIGNED) and event.agency_id is not None:
            holder = event.agency_id
        mine = counts[holder]
        if kind is EventType.TRANSFERRED and due is not None and at <= due:
            mine["late_transfers"] += schedule.elapsed(at, due) <= _LAST_HOUR
        elif kind is EventType.REGISTERED and not registered:
            registered = True
            delays[holder].append(at - appeal.posted_at)
        elif kind is EventType.DELETED and event.author_role != "citizen":
            mine["deletes"] += 1
        elif kind is EventType.REPLIED and not replied and event.author_role in _ANSWERING:
            replied = True
            mine["replied"] += 1
            mine["formal"] += appeal.judged.get(event.event_id, event.substantive) is False
        if kind is EventType.TRANSFERRED and event.agency_id is not None:
            holder = event.agency_id
