"""Attribute late appeals to agencies: who had them when, and where their working time went.

Only events show who had an appeal when; outcomes do not.
"""

from __future__ import annotations

from collections import Counter
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
from workhours_sla.worktime.budget_kinds import ClockTime

_OWNERS: Final[tuple[Owner, ...]] = ("at_breach", "largest_share", "first")
_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class Share:
    """The working time of late appeals with one holder in one phase; None: with no holder."""

    holder: str | None
    phase: Phase
    worked: timedelta
    appeals: int


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """The working time of late appeals in one phase, and how many of them were in it."""

    phase: Phase
    worked: timedelta
    appeals: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Late appeals counted by agency under three rules: pairs of agency and number, most first.

    ``at_breach`` counts them for the holder at the limit, ``largest_share`` for the holder of the
    most working time, ``first`` for the first holder. ``hour_earlier`` counts, by the holder at
    the limit, those that would have been in time if they had reached that holder an hour of
    working time earlier (see ``late.Late``); ``hour_known`` is the number of late appeals for which
    this can be determined. ``shares`` splits their working time by holder and phase, most first,
    ``phases`` by phase alone, in their order. No event shows an approval within an agency, so its
    time is part of the phase ``assigned``. ``left_out`` counts late appeals with unknown holders.
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
    """The holders of one late appeal; ``owners`` are its agencies by each rule, in their order."""

    spans: tuple[Span, ...]
    owners: tuple[str | None, ...]
    hour_earlier: bool | None

    @property
    def holder(self) -> str | None:
        """The holder at the limit."""
        return self.owners[0]


def breaches(cases: Cases, by_appeal: Mapping[str, list[Event]]) -> dict[int, Breach] | None:
    """Return the breaches that the events explain, by row.

    None if the clock of the target restarts or resumes on a transfer: then each holder has a clock
    of its own.
    """
    if cases.target.on_transfer != "keep":
        return None
    as_of = utc_of(cases.as_of)
    found = {}
    is_open = cases.open
    name, by_start = "", dict[datetime, tuple[Span, ...]]()
    for row in np.flatnonzero(cases.in_state(BREACHED)).tolist():
        schedule = cases.schedules[int(cases.schedule_of[row])]
        limit = instant_of(schedule, int(cases.limit[row]))
        started = instant_of(schedule, int(cases.started[row]))
        if str(cases.ids[row]) != name:  # the cycles of an appeal are adjacent rows
            name = str(cases.ids[row])
            by_start = _spans(by_appeal.get(name, []), cases.target, as_of)
        spans = by_start.get(started) if started is not None else None
        if spans and limit is not None:
            owners = tuple(breach_owner(spans, limit, rule) for rule in _OWNERS)
            overdue, answered = int(cases.overdue[row]), not bool(is_open[row])
            earlier = _hour_earlier(cases.target, overdue, spans, limit, answered=answered)
            found[row] = Breach(spans, owners, earlier)
    return found


def _hour_earlier(
    target: Target, overdue: int, spans: tuple[Span, ...], limit: datetime, *, answered: bool
) -> bool | None:
    if overdue == UNKNOWN or isinstance(target.budget, ClockTime):
        return None  # overdue clock time is no working time
    return in_time_if_earlier(spans, limit, overdue * MICROSECOND, answered=answered)


def attribution(late: int, found: Mapping[int, Breach]) -> Attribution:
    """Return who had the late appeals: ``found`` are those with known holders."""
    owners: list[Counter[str | None]] = [Counter() for _ in _OWNERS]
    earlier: Counter[str | None] = Counter()
    worked: Counter[tuple[str | None, Phase]] = Counter()
    touched: Counter[tuple[str | None, Phase]] = Counter()
    in_phase: Counter[Phase] = Counter()
    for breach in found.values():
        for counter, owner in zip(owners, breach.owners, strict=True):
            counter[owner] += 1
        earlier[breach.holder] += breach.hour_earlier is True
        touched.update({(span.holder, span.phase) for span in breach.spans})
        in_phase.update({span.phase for span in breach.spans})
        for span in breach.spans:
            worked[span.holder, span.phase] += span.worked // MICROSECOND
    of_phase: Counter[Phase] = Counter()
    for (_, phase), micros in worked.items():
        of_phase[phase] += micros
    shares = [
        Share(holder, phase, worked[holder, phase] * MICROSECOND, appeals)
        for (holder, phase), appeals in touched.items()
    ]
    phases = [
        PhaseTime(phase, of_phase[phase] * MICROSECOND, appeals)
        for phase, appeals in in_phase.items()
    ]
    at_breach, largest_share, first = map(_ranked, owners)
    return Attribution(
        at_breach,
        largest_share,
        first,
        hour_earlier=_ranked(+earlier),
        shares=tuple(sorted(shares, key=lambda s: (-s.worked, s.holder or "", s.phase))),
        phases=tuple(sorted(phases, key=lambda one: _PHASES.index(one.phase))),
        left_out=late - len(found),
        hour_known=sum(breach.hour_earlier is not None for breach in found.values()),
    )


def _spans(
    events: list[Event], target: Target, as_of: datetime
) -> dict[datetime, tuple[Span, ...]]:
    """Return the spans of each cycle by its start; of several with one start, the first."""
    history = HolderHistory(events, as_of)
    found: dict[datetime, tuple[Span, ...]] = {}
    for cycle in range(history.cycles if target.on_reopen == "cycle" else 1):
        with suppress(CalendarCoverageError):
            spans = history.spans(target, cycle)
            if spans:
                found.setdefault(spans[0].since, spans)
    return found


def _ranked(counter: Counter[str | None]) -> tuple[tuple[str | None, int], ...]:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0] or "")))
