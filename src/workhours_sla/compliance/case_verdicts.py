"""The verdict of each case of a report, and why verdicts differ between two reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import instant_of
from workhours_sla.compliance.quality_and_provenance import DayNote, Provenance
from workhours_sla.statistics.maturity import VERDICTS


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The verdict on one appeal against one target, with the times that it depends on.

    ``cycle`` counts the reopenings of the appeal, from 0. ``due_at`` and ``limit`` are None while
    they are unknown, ``answered_at`` while there is no answer. ``calendar`` is the id of the
    calendar. Times are in the zone of the appeal's schedule.
    """

    appeal_id: str
    target: str
    cycle: int
    verdict: str
    started_at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    answered_at: datetime | None
    calendar: str
    calendar_version: str


@dataclass(frozen=True, slots=True)
class RevisedCase:
    """An appeal whose verdict differs between two reports.

    ``old`` and ``new`` are its verdicts in the two reports, None in a report without the appeal;
    ``old_due_at`` and ``new_due_at`` are its due times. ``causes`` lists the causes in ``CAUSES``
    that apply to this appeal. If the calendar is a cause, ``days`` lists the days that changed,
    each with its act in the later report.
    """

    appeal_id: str
    target: str
    cycle: int
    old: str | None
    new: str | None
    old_due_at: datetime | None
    new_due_at: datetime | None
    causes: tuple[str, ...]
    days: tuple[DayNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two reports that are compared."""

    as_of: datetime
    provenance: Provenance
    days: Sequence[DayNote]
    cases: Sequence[CaseVerdict]


def case_verdicts(cases: Cases) -> tuple[CaseVerdict, ...]:
    """Return the verdict of each case, ordered by appeal id and cycle."""
    found = []
    target = cases.target.name
    for row in range(len(cases)):
        schedule = cases.schedules[int(cases.schedule_of[row])]
        started_at, due_at, limit, answered_at = (
            instant_of(schedule, int(column[row]))
            for column in (cases.started, cases.due, cases.limit, cases.answered)
        )
        found.append(
            CaseVerdict(
                str(cases.ids[row]),
                target,
                0 if cases.cycle is None else int(cases.cycle[row]),
                VERDICTS[cases.verdict[row]],
                started_at,
                due_at,
                limit,
                answered_at,
                schedule.calendar.id,
                schedule.calendar.version,
            )
        )
    return tuple(sorted(found, key=lambda case: (case.appeal_id, case.cycle)))


def revised_cases(old: Side, new: Side) -> Iterator[RevisedCase]:
    """Yield the cases whose verdicts differ, ordered by appeal id and cycle.

    An appeal at risk counts as pending, because some inputs do not show the risk.
    """
    before, after = _by_key(old.cases), _by_key(new.cases)
    changed = _changed_days(old.days, new.days)
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if _verdict(one) == _verdict(other):
            continue
        either = other or one
        assert either is not None  # noqa: S101 - the key is of one of them
        causes = tuple(_causes(one, other, old, new))
        yield RevisedCase(
            either.appeal_id,
            either.target,
            either.cycle,
            None if one is None else one.verdict,
            None if other is None else other.verdict,
            None if one is None else one.due_at,
            None if other is None else other.due_at,
            causes,
            _days_of(changed, one, other, new.as_of) if "calendar" in causes else (),
        )


def _by_key(cases: Sequence[CaseVerdict]) -> Mapping[tuple[str, int], CaseVerdict]:
    return {(case.appeal_id, case.cycle): case for case in cases}


def _verdict(case: CaseVerdict | None) -> str | None:
    if case is None:
        return None
    return "pending" if case.verdict == "at_risk" else case.verdict


def _causes(
    one: CaseVerdict | None, other: CaseVerdict | None, old: Side, new: Side
) -> Iterator[str]:
    """Yield the causes in ``CAUSES`` that may explain a changed verdict.

    A verdict depends on the time of the report, on the input for the appeal, and on its limit,
    which depends on the calendar and the policy.
    """
    fed = old.provenance.input_hash != new.provenance.input_hash
    ruled = old.provenance.policy != new.provenance.policy
    if one is None or other is None:  # also because another policy selects other appeals
        has, lacks = (one, new) if other is None else (other, old)
        not_yet = has is not None and _after(has.started_at, lacks.as_of)
        causes = {"as_of": not_yet, "input": fed and not not_yet, "policy": ruled and not not_yet}
    else:
        same_limit = (one.due_at, one.limit) == (other.due_at, other.limit)
        same_input = (
            one.started_at == other.started_at
            and _same_answer(one.answered_at, other.answered_at, old.as_of, new.as_of)
            and not {one.verdict, other.verdict} & {"withdrawn", "excluded"}
        )
        causes = {
            "as_of": old.as_of != new.as_of and None in {one.answered_at, other.answered_at},
            "input": fed and not same_input,
            "calendar": not same_limit
            and _fingerprints(old, one.calendar) != _fingerprints(new, other.calendar),
            "policy": ruled and not (same_limit and same_input),
        }
    found = [cause for cause, applies in causes.items() if applies]
    if not found and old.provenance.library != new.provenance.library:
        found.append("library")
    if not found and fed:
        found.append("input")
    yield from found


def _after(when: datetime | None, as_of: datetime) -> bool:
    return when is not None and when > as_of


def _same_answer(
    one: datetime | None, other: datetime | None, before: datetime, after: datetime
) -> bool:
    """Return whether the answers in two reports can come from the same input.

    ``one`` is the answer in the report as of ``before``, and ``other`` that in the report as of
    ``after``; None is no answer. A report does not have an answer after its own time, so an answer
    that only one report has is no difference if it is later than the time of the other report.
    """
    return (
        one == other
        or (one is None and _after(other, before))
        or (other is None and _after(one, after))
    )


def _fingerprints(side: Side, calendar: str) -> list[str]:
    return [one.fingerprint for one in side.provenance.calendars if one.id == calendar]


def _changed_days(old: Sequence[DayNote], new: Sequence[DayNote]) -> list[DayNote]:
    """Return the days of ``new`` whose kind, shortness or act differ from ``old``."""
    before = {day.date: _nature(day) for day in old}
    return [day for day in new if before.get(day.date, _nature(day)) != _nature(day)]


def _nature(day: DayNote) -> tuple[str | None, bool, str]:
    """Return the kind, shortness and act of a day, without the hours of the schedule."""
    return day.kind, day.short, day.reason_en


def _days_of(
    changed: Sequence[DayNote], one: CaseVerdict | None, other: CaseVerdict | None, as_of: datetime
) -> tuple[DayNote, ...]:
    """Return the changed days between the start of an appeal and its later limit.

    An unknown limit counts as ``as_of``.
    """
    starts = [case.started_at for case in (one, other) if case and case.started_at]
    limits = [case.limit or as_of for case in (one, other) if case]
    if not starts:
        return ()
    first, last = min(starts).date(), max(limits).date()
    return tuple(day for day in changed if first <= day.date <= last)
