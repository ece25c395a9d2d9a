"""Make the cases of a report from the outcomes of an evaluation or a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from workhours_sla.compliance.cases import (
    ATTRIBUTES,
    UNKNOWN,
    Cases,
    Intake,
    Labels,
    counts_by_name,
    fingerprint,
    refuse_repeated,
)
from workhours_sla.compliance.microseconds import MICROSECOND, micros_of
from workhours_sla.errors import PolicyError
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.event import Event, in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy, targets_named
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.statistics.arrays import NEVER, IntArray, read_only
from workhours_sla.statistics.maturity import EXCLUDED, VERDICTS
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

_CODE: Final = {verdict: code for code, verdict in enumerate(VERDICTS)}


def cases_of_evaluation(
    evaluation: Evaluation,
    policy: Policy,
    *,
    as_of: datetime,
    target: str | None = None,
    events: Iterable[Event] = (),
    faults: Mapping[str, int] | None = None,
) -> Cases:
    """Return the cases of one target in an evaluation.

    ``policy`` and ``as_of`` are those of the evaluation. ``target`` is the name of the target; it
    can be left out if the policy has only one. The fingerprint of the input is computed from
    ``events`` if they are given. ``faults`` counts the rows that produced no event, keyed by
    reason. Raises PolicyError for an unknown target, and NaiveDatetimeError for a naive ``as_of``.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate
    >>> from workhours_sla.statistics.maturity import VERDICTS
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", timedelta(hours=4), office)])
    >>> posted = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> events = [Event("e1", "A-1", EventType.CREATED, posted, posted, agency_id="roads")]
    >>> now = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> result = evaluate(events, policy, as_of=now)
    >>> cases = cases_of_evaluation(result, policy, as_of=now, events=events)
    >>> VERDICTS[cases.verdict[0]], cases.groups["agency"].names, cases.intake.taken
    ('breached', ('roads',), 1)
    """
    chosen = target_of(policy, target)
    counts = evaluation.reconciliation
    quarantined = Counter(reason for _, reason in evaluation.quarantine)
    unmatched = Counter(
        item.reason for item in evaluation.unmatched if item.target in (None, chosen.name)
    )
    intake = Intake(
        "events",
        read=counts.read,
        taken=counts.applied,
        duplicate=counts.duplicate,
        after_as_of=counts.after_as_of,
        late=counts.late,
        quarantined=counts_by_name(quarantined),
        unmatched=counts_by_name(unmatched),
    )
    found = cases_of_outcomes(evaluation.outcomes, chosen, as_of=as_of, intake=intake)
    contents = sorted({event.canonical for event in events})
    if contents:
        digest = sha256("\n".join(contents).encode("utf-8", "surrogatepass")).hexdigest()
        found = replace(found, input_hash=digest)
    return replace(found, intake=intake.with_faults(faults or {}))


def target_of(policy: Policy, name: str | None) -> Target:
    """Return the target named ``name``, or the only target if ``name`` is None.

    Raises PolicyError if the policy has no such target, or more than one.
    """
    named = targets_named(policy, name)
    if len(named) == 1:
        return named[0]
    known = ", ".join(dict.fromkeys(repr(one.name) for one in policy.targets))
    cause = "report_of_several" if named else "report_of_none"
    msg = say(cause, called="" if name is None else f" {name!r}", known=known)
    raise PolicyError(msg)


def cases_of_outcomes(
    outcomes: Iterable[Outcome], target: Target, *, as_of: datetime, intake: Intake | None = None
) -> Cases:
    """Return the cases of one target from outcomes of an evaluation or a store.

    Outcomes of other targets are ignored. ``as_of`` is the instant as of which the outcomes were
    computed. ``intake`` counts the input; if it is None, each outcome of the target counts as one
    row. Raises NaiveDatetimeError for a naive ``as_of``, and EventError for an appeal that has
    several outcomes of one cycle.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> posted = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> now = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> event = Event("e1", "A-1", EventType.CREATED, posted, posted)
    >>> outcomes = evaluate([event], Policy([target]), as_of=now).outcomes
    >>> len(cases_of_outcomes(outcomes, target, as_of=now))
    1
    """
    mine = [outcome for outcome in outcomes if outcome.target == target.name]
    refuse_repeated((o.appeal_id, o.cycle) for o in mine)
    schedules = tuple(dict.fromkeys(target.schedules))
    places = {schedule: place for place, schedule in enumerate(schedules)}
    started = _instants(o.started_at or o.posted_at for o in mine)
    answered = _instants(o.answered_at for o in mine)
    withdrawn = _instants(o.withdrawn_at for o in mine)
    groups = {
        name: Labels.of([getattr(o, name if name in _WITHOUT_ID else f"{name}_id") for o in mine])
        for name in ATTRIBUTES
    }
    verdict = np.array([_CODE[o.verdict] for o in mine], np.int8)
    sure_of = [(o, _is_surely_pending(o, target, as_of)) for o in mine]
    return Cases(
        target,
        _instant(in_utc("as_of", as_of)),
        started,
        _instants(o.due_at for o in mine),
        _instants(
            o.bounds.limit[1] if o.bounds and sure else o.latest_limit for o, sure in sure_of
        ),
        answered,
        np.where(answered == NEVER, withdrawn, answered),
        verdict,
        _amounts(o.elapsed for o in mine),
        _amounts(o.overdue for o in mine),
        np.array([places[_schedule(target, o)] for o in mine], np.int64),
        schedules,
        ids=[o.appeal_id for o in mine],
        intake=intake or Intake("rows", len(mine), len(mine)),
        input_hash=fingerprint([started, answered, withdrawn, verdict == EXCLUDED], groups),
        groups={name: labels for name, labels in groups.items() if labels.names},
        cycle=read_only(np.array([o.cycle for o in mine], np.int64)),
        calendar_unknown=sum(o.calendar_unknown and not sure for o, sure in sure_of),
        provisional=sum(o.provisional for o in mine),
        needs_review=sum(o.needs_review for o in mine),
        pause_left_open=sum(o.pause_left_open for o in mine),
        retroactive=sum(o.retroactive for o in mine),
    )


_WITHOUT_ID: Final = frozenset({"channel", "topic"})
"""Attributes that have the same name on Outcome; the other fields there end in ``_id``."""


def _is_surely_pending(outcome: Outcome, target: Target, as_of: datetime) -> bool:
    """Return whether an outcome is pending or at risk, whatever the uncertain dates are.

    A report counts appeals at risk as pending, so the verdict of such an outcome is certain.
    """
    bounds = outcome.bounds
    return (
        outcome.calendar_unknown
        and not target.pauses
        and bounds is not None
        and bounds.limit[0] is not None
        and as_of <= bounds.limit[0]
    )


def _schedule(target: Target, outcome: Outcome) -> Schedule:
    by = target.schedule
    if isinstance(by, ScheduleBy):
        return by.schedules[getattr(outcome, by.field)]
    return by


def _instant(when: datetime | None) -> int:
    return NEVER if when is None else micros_of(when)


def _instants(times: Iterable[datetime | None]) -> IntArray:
    return read_only(np.array([_instant(when) for when in times], np.int64))


def _amounts(amounts: Iterable[timedelta | None]) -> IntArray:
    whole = [UNKNOWN if amount is None else amount // MICROSECOND for amount in amounts]
    return read_only(np.array(whole, np.int64))
