"""Attribute late appeals to agencies: which agency had them, and where their working time went.

The holder of an appeal is the agency that has it. Only events show who was the holder at which
time; outcomes do not. A phase is a stage of the handling, such as before registration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, get_args

import numpy as np

from workhours_sla.compliance.cases import UNKNOWN, Cases
from workhours_sla.compliance.microseconds import MICROSECOND, instant_of, utc_of
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import (
    HolderHistory,
    Owner,
    Phase,
    Span,
    breach_owner,
    in_time_if_earlier,
)
from workhours_sla.sla.target import Target
from workhours_sla.statistics.maturity import BREACHED
from workhours_sla.worktime.budgets import ClockTime

_OWNERS: Final[tuple[Owner, ...]] = ("at_breach", "largest_share", "first")
_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class Share:
    """The working time that ``appeals`` late appeals spent with one holder in one phase.

    ``holder`` is None for time during which no agency had the appeal.
    """

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
    """Late appeals counted by agency under three rules, and their working time by holder and phase.

    The counts are pairs of an agency and a number, the largest number first. ``at_breach`` counts
    an appeal for the agency that had it at its limit, ``largest_share`` for the agency that had it
    for the most working time, and ``first`` for the agency that had it first. ``hour_earlier``
    counts the appeals that would have been in time if the agency that had them at their limit had
    received them an hour of working time earlier (see ``late.Late``). ``hour_known`` is the number
    of late appeals for which that question can be answered: working time was spent before they
    reached that agency, and the result is known. It is 0 if every appeal was with one agency from
    the start.

    ``shares`` has the working time of each holder in each phase, the longest first. ``phases`` has
    the working time of each phase, in the order of the phases. No event shows an approval within an
    agency, so the time of an approval is part of the phase ``assigned``. ``left_out`` is the number
    of late appeals with unknown holders.
    """

    at_breach: tuple[tuple[str | None, int], ...]
    largest_share: tuple[tuple[str | None, int], ...]
    first: tuple[tuple[str | None, int], ...]
    hour_earlier: tuple[tuple[str | None, int], ...]
    shares: tuple[Share, ...]
    phases: tuple[PhaseTime, ...]
    left_out: int
    hour_known: int = 0


class Breach(NamedTuple):
    """The holders of one late appeal.

    ``owners`` has one agency for each rule of ``_OWNERS``: the agency to which the rule attributes
    the appeal. ``hour_earlier`` is as in ``late.Late``. ``moved`` is true if working time was spent
    elsewhere before the limit: with another agency, before registration or before assignment.
    """

    spans: tuple[Span, ...]
    owners: tuple[str | None, ...]
    hour_earlier: bool | None
    moved: bool

    @property
    def holder(self) -> str | None:
        """The agency that had the appeal at its limit."""
        return self.owners[0]


def breaches(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> dict[int, Breach] | None:
    """Return the Breach of each late case whose holders are known from events.

    The result is keyed by the row of the case. ``by_appeal`` has the events of each appeal, keyed
    by its id. Returns None if the clock of the target restarts or resumes on a transfer, because
    then each holder has its own clock.
    """
    if cases.target.on_transfer != "keep":
        return None
    as_of = utc_of(cases.as_of)
    found = {}
    is_open = cases.open
    in_clock_time = isinstance(cases.target.budget, ClockTime)
    name, by_start = "", dict[datetime, tuple[Span, ...]]()
    for row in np.flatnonzero(cases.in_state(BREACHED)).tolist():
        schedule = cases.schedules[int(cases.schedule_of[row])]
        limit = instant_of(schedule, int(cases.limit[row]))
        started = instant_of(schedule, int(cases.started[row]))
        if str(cases.ids[row]) != name:  # The cycles of one appeal are in adjacent rows.
            name = str(cases.ids[row])
            by_start = _spans(by_appeal.get(name, []), cases.target, as_of)
        spans = by_start.get(started) if started is not None else None
        if spans and limit is not None:
            owners = tuple(breach_owner(spans, limit, rule) for rule in _OWNERS)
            earlier = None
            overdue = int(cases.overdue[row])
            if overdue != UNKNOWN and not in_clock_time:
                answered = not bool(is_open[row])
                earlier = in_time_if_earlier(spans, limit, overdue * MICROSECOND, answered=answered)
            here = owners[0], "assigned"
            moved = any(
                span.worked and span.since < limit and (span.holder, span.phase) != here
                for span in spans
            )
            found[row] = Breach(spans, owners, earlier, earlier is True or moved)
    return found


def attribution(late: int, found: Mapping[int, Breach]) -> Attribution:
    """Return the attribution of late appeals; ``late`` is how many appeals are late.

    ``found`` has the breaches of late appeals whose holders are known, keyed by the row of the
    case.
    """
    owners: list[Counter[str | None]] = [Counter() for _ in _OWNERS]
    earlier: Counter[str | None] = Counter()
    worked: defaultdict[tuple[str | None, Phase], timedelta] = defaultdict(timedelta)
    worked_in: defaultdict[Phase, timedelta] = defaultdict(timedelta)
    touched: Counter[tuple[str | None, Phase]] = Counter()
    touched_in: Counter[Phase] = Counter()
    for breach in found.values():
        for counter, owner in zip(owners, breach.owners, strict=True):
            counter[owner] += 1
        earlier[breach.holder] += breach.hour_earlier is True
        touched.update({(span.holder, span.phase) for span in breach.spans})
        touched_in.update({span.phase for span in breach.spans})
        for span in breach.spans:
            worked[span.holder, span.phase] += span.worked
            worked_in[span.phase] += span.worked
    shares = [
        Share(holder, phase, worked[holder, phase], appeals)
        for (holder, phase), appeals in touched.items()
    ]
    at_breach, largest_share, first = map(_ranked, owners)
    return Attribution(
        at_breach,
        largest_share,
        first,
        hour_earlier=_ranked(+earlier),
        shares=tuple(sorted(shares, key=lambda s: (-s.worked, s.holder or "", s.phase))),
        phases=tuple(
            PhaseTime(phase, worked_in[phase], touched_in[phase])
            for phase in _PHASES
            if phase in touched_in
        ),
        left_out=late - len(found),
        hour_known=sum(
            breach.hour_earlier is not None and breach.moved for breach in found.values()
        ),
    )


def _spans(
    events: list[Event], target: Target, as_of: datetime
) -> dict[datetime, tuple[Span, ...]]:
    """Return the spans of each cycle of one appeal, keyed by the start of the cycle.

    A span is an interval with one holder and one phase. If several cycles have the same start, only
    the spans of the first are returned.
    """
    history = HolderHistory(events, as_of)
    found: dict[datetime, tuple[Span, ...]] = {}
    for cycle in range(history.cycles if target.on_reopen == "cycle" else 1):
        with suppress(CalendarCoverageError):
            spans = history.spans(target, cycle)
            if spans:
                found.setdefault(spans[0].since, spans)
    return found


def _ranked(counter: Counter[str | None]) -> tuple[tuple[str | None, int], ...]:
    """Return pairs of an agency and its number, the largest number first, then by name."""
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0] or "")))
