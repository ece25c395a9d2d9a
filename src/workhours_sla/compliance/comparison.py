"""Compare two reports: which figures and verdicts changed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from workhours_sla.compliance.fairness import RateChange, change_between
from workhours_sla.compliance.report import CaseVerdict, ReportNumbers
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.compliance.time import DayNote
from workhours_sla.statistics.maturity import COUNTS
from workhours_sla.text.messages import Detail, say

CAUSES: Final = ("as_of", "input", "calendar", "policy", "options", "library")
"""Possible causes of different figures."""

_AMOUNTS: Final = ("median", "p90", "restricted_mean", "mean_answered")


@dataclass(frozen=True, slots=True)
class Revised:
    """A figure that changed, with its old and new value as text; a missing value is None."""

    table: str  # the grouping, or ``total``
    key: str | None
    figure: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class RevisedCase:
    """An appeal whose verdict differs between two reports."""

    appeal_id: str
    target: str
    cycle: int
    old: str | None  # None in a report without the appeal
    new: str | None
    old_due_at: datetime | None
    new_due_at: datetime | None
    causes: tuple[str, ...]  # those of CAUSES that apply
    days: tuple[DayNote, ...] = ()  # that changed, if the calendar is a cause


@dataclass(frozen=True, slots=True)
class Revision:
    """The figures and verdicts that changed since an earlier report, and the possible causes."""

    causes: tuple[str, ...]
    changes: tuple[Revised, ...]
    cases: tuple[RevisedCase, ...] | None = None  # None without the verdicts of both reports


def revise(old: ReportNumbers, new: ReportNumbers) -> Revision:
    """Return the figures that changed from one report to a later one, and the possible causes.

    If both reports have the verdicts of their cases, the result also lists the appeals whose
    verdict changed. Figures are compared as text. Raises ValueError for reports of different
    targets.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> old, new = (
    ...     report(cases_of_columns(columns, target, as_of=when))
    ...     for when in (datetime(2025, 3, day, tzinfo=office.tz) for day in (12, 13))
    ... )
    >>> revision = revise(old, new)
    >>> revision.causes, [change.new for change in revision.changes if change.figure == "median"]
    (('as_of',), [])
    """
    if old.promise.name != new.promise.name:
        names = {"old": repr(old.promise.name), "new": repr(new.promise.name)}
        raise ValueError(Detail(say("reports_of_two", **names)))
    before, after = _figures(old), _figures(new)
    changes = [
        Revised(*place, before.get(place), after.get(place))
        for place in dict.fromkeys([*before, *after])
        if before.get(place) != after.get(place)
    ]
    cases = None
    if old.cases is not None and new.cases is not None:
        cases = tuple(_revised_cases(old, new))
    causes = (cause for cause, differs in _differences(old, new).items() if differs)
    return Revision(tuple(causes), tuple(changes), cases)


def compare(before: ReportNumbers, after: ReportNumbers) -> RateChange | None:
    """Return the change of the rate between two reports, split into mix and performance.

    Returns None if one of the two reports has no matured case.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> late = report(cases_of_columns(columns, target, as_of=when))
    >>> compare(late, late).difference
    0.0
    """
    return change_between(before.mix, after.mix)


def _differences(old: ReportNumbers, new: ReportNumbers) -> dict[str, bool]:
    one, other = old.provenance, new.provenance
    options = [
        (
            *(report.promise.target_rate, report.promise.horizon, report.period),
            [table.by for table in report.tables],
            report.comparison and (report.comparison.before, report.comparison.after),
        )
        for report in (old, new)
    ]
    return {
        "as_of": old.as_of != new.as_of,
        "input": one.input_hash != other.input_hash,
        "calendar": one.calendars != other.calendars,
        "policy": one.policy != other.policy,
        "options": options[0] != options[1],
        "library": one.library != other.library,
    }


def _figures(report: ReportNumbers) -> dict[tuple[str, str | None, str], str]:
    """Return all figures of a report as text, keyed by (table, key of the row, name of figure)."""
    found = {}
    for table in (Table("total", (report.total,)), *report.tables):
        for row in table.rows:
            for figure, value in _of_row(row):
                if value is not None:
                    found[table.by, row.key, figure] = str(value)
    return found


def _of_row(row: Row) -> Iterator[tuple[str, object]]:
    yield from ((name, getattr(row.counts, name)) for name in (*COUNTS, "early"))
    if row.rate is not None:
        yield from {"rate": row.rate.rate, "verdict": row.rate.verdict.value}.items()
    for name in _AMOUNTS:
        value = getattr(row, name)
        yield name, getattr(value, "time", value)
    others = {"key", "counts", "rate", *_AMOUNTS}
    yield from ((one.name, getattr(row, one.name)) for one in fields(row) if one.name not in others)


def _revised_cases(old: ReportNumbers, new: ReportNumbers) -> Iterator[RevisedCase]:
    before, after = (
        {(case.appeal_id, case.cycle): case for case in one.cases or ()} for one in (old, new)
    )
    was, now = (
        {day.date: (day.kind, day.short, day.reason_en) for day in one.days} for one in (old, new)
    )
    changed = [day for day in new.days if was.get(day.date, now[day.date]) != now[day.date]]
    for name, cycle in sorted(before.keys() | after.keys()):
        one, other = sides = before.get((name, cycle)), after.get((name, cycle))
        if _verdict(one) == _verdict(other):
            continue
        causes = tuple(_causes(one, other, old, new))
        yield RevisedCase(
            *(name, new.promise.name, cycle),
            one.verdict if one else None,
            other.verdict if other else None,
            one.due_at if one else None,
            other.due_at if other else None,
            causes,
            _days_of(changed, sides, new.as_of) if "calendar" in causes else (),
        )


def _verdict(case: CaseVerdict | None) -> str | None:
    return case.verdict.replace("at_risk", "pending") if case else None


def _causes(
    one: CaseVerdict | None, other: CaseVerdict | None, old: ReportNumbers, new: ReportNumbers
) -> list[str]:
    def fingerprints(report: ReportNumbers, calendar: str) -> list[str]:
        return [one.fingerprint for one in report.provenance.calendars if one.id == calendar]

    differs = _differences(old, new)
    fed, ruled = differs["input"], differs["policy"]
    if one is None or other is None:  # also because another policy selects other appeals
        has, lacks = (one, new) if other is None else (other, old)
        not_yet = has is not None and _after(has.started_at, lacks.as_of)
        causes = {"as_of": not_yet, "input": fed and not not_yet, "policy": ruled and not not_yet}
    else:
        # An answer that is later than the time of the report without it is no difference.
        answers = one.answered_at, other.answered_at
        same_answer = (
            answers[0] == answers[1]
            or (answers[0] is None and _after(answers[1], old.as_of))
            or (answers[1] is None and _after(answers[0], new.as_of))
        )
        same_limit = (one.due_at, one.limit) == (other.due_at, other.limit)
        same_input = (
            one.started_at == other.started_at
            and same_answer
            and not {one.verdict, other.verdict} & {"withdrawn", "excluded"}
        )
        causes = {
            "as_of": differs["as_of"] and None in {one.answered_at, other.answered_at},
            "input": fed and not same_input,
            "calendar": not same_limit
            and fingerprints(old, one.calendar) != fingerprints(new, other.calendar),
            "policy": ruled and not (same_limit and same_input),
        }
    found = [cause for cause, applies in causes.items() if applies]
    if not found and differs["library"]:
        found.append("library")
    if not found and fed:
        found.append("input")
    return found


def _after(when: datetime | None, as_of: datetime) -> bool:
    return when is not None and when > as_of


def _days_of(
    changed: Sequence[DayNote], sides: Sequence[CaseVerdict | None], as_of: datetime
) -> tuple[DayNote, ...]:
    starts = [case.started_at for case in sides if case and case.started_at]
    limits = [case.limit or as_of for case in sides if case]
    if not starts:
        return ()
    first, last = min(starts).date(), max(limits).date()
    return tuple(day for day in changed if first <= day.date <= last)
