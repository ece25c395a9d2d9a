"""Compare two reports: which figures changed, why, and how mix and performance changed the rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from workhours_sla.compliance.case_verdicts import RevisedCase, Side, revised_cases
from workhours_sla.compliance.mix import RateChange, change_between
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.statistics.maturity import COUNTS
from workhours_sla.text.messages import Detail, say

CAUSES: Final = ("as_of", "input", "calendar", "policy", "options", "library")
"""Possible causes of different figures."""

_AMOUNTS: Final = ("median", "p90", "restricted_mean", "mean_answered")


@dataclass(frozen=True, slots=True)
class Revised:
    """A figure that changed, with its old and new value as text; a missing value is None.

    ``table`` is the name of a grouping or ``total``, and ``key`` is the key of the row.
    """

    table: str
    key: str | None
    figure: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """The figures and verdicts that changed since an earlier report, and the possible causes.

    ``cases`` are the appeals whose verdict changed, each with its causes; None if one of the
    reports does not have the verdicts (``ReportOptions.with_cases``).
    """

    causes: tuple[str, ...]
    changes: tuple[Revised, ...]
    cases: tuple[RevisedCase, ...] | None = None


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
    sides = [
        Side(one.as_of, one.provenance, one.days, one.cases)
        for one in (old, new)
        if one.cases is not None
    ]
    cases = tuple(revised_cases(*sides)) if len(sides) > 1 else None
    return Revision(tuple(_causes(old, new)), tuple(changes), cases)


def compare(before: ReportNumbers, after: ReportNumbers) -> RateChange | None:
    """Return the change of the rate between two reports, split into mix and performance.

    Returns None if no case has matured in one of the reports.

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


def _causes(old: ReportNumbers, new: ReportNumbers) -> Iterator[str]:
    """Yield the possible causes in ``CAUSES``: those in which the two reports differ."""
    one, other = old.provenance, new.provenance
    differs = {
        "as_of": old.as_of != new.as_of,
        "input": one.input_hash != other.input_hash,
        "calendar": one.calendars != other.calendars,
        "policy": one.policy != other.policy,
        "options": _options(old) != _options(new),
        "library": one.library != other.library,
    }
    return (cause for cause in CAUSES if differs[cause])


def _options(report: ReportNumbers) -> tuple[object, ...]:
    promise = report.promise
    names = tuple(table.by for table in report.tables)
    compared = report.comparison and (report.comparison.before, report.comparison.after)
    return promise.target_rate, promise.horizon, names, report.period, compared


def _figures(report: ReportNumbers) -> dict[tuple[str, str | None, str], str]:
    """Return all figures of a report as text, keyed by (table, key of the row, name of figure).

    Figures that are None are left out.
    """
    found = {}
    for table in (Table("total", (report.total,)), *report.tables):
        for row in table.rows:
            for figure, value in _of_row(row):
                if value is not None:
                    found[table.by, row.key, figure] = str(value)
    return found


def _of_row(row: Row) -> Iterator[tuple[str, object]]:
    for name in (*COUNTS, "early"):
        yield name, getattr(row.counts, name)
    yield "rate", None if row.rate is None else row.rate.rate
    yield "verdict", None if row.rate is None else row.rate.verdict.value
    for name in _AMOUNTS:
        value = getattr(row, name)
        yield name, value if value is None or not hasattr(value, "time") else value.time
    others = {"key", "counts", "rate", *_AMOUNTS}
    for field in fields(row):
        if field.name not in others:
            yield field.name, getattr(row, field.name)
