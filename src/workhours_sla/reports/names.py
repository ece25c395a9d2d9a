"""Replace the ids of agencies, districts and channels by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from workhours_sla.compliance.report import ReportNumbers

Numbers = TypeVar("Numbers", bound=ReportNumbers)
Ids = tuple[tuple[str, str, str], ...]
"""Triples of a grouping, an id and the name to show for it."""


def with_names(report: Numbers, names: Ids) -> Numbers:
    """Return a report whose tables and lists have names instead of ids.

    If two ids of a grouping have the same name, the id follows in parentheses. An id without a name
    is unchanged.
    """
    by: dict[str, dict[str, str]] = {}
    for grouping, key, name in names:
        by.setdefault(grouping, {})[key] = name
    by = {grouping: _distinct(found, report, grouping) for grouping, found in by.items()}
    if not by:
        return report
    agency = _lookup(by.get("agency", {}))
    owners, signs = report.attribution, report.indicators

    def counted(pairs: tuple[tuple[str | None, int], ...]) -> tuple[tuple[str | None, int], ...]:
        return tuple((agency(key), count) for key, count in pairs)

    return replace(
        report,
        tables=tuple(
            replace(table, rows=tuple(replace(row, key=named(row.key)) for row in table.rows))
            if table.by in by
            else table
            for table in report.tables
            for named in [_lookup(by.get(table.by, {}))]
        ),
        group_weeks=tuple(
            replace(one, groups=tuple(replace(group, key=named(group.key)) for group in one.groups))
            for one in report.group_weeks
            for named in [_lookup(by.get(one.by, {}))]
        ),
        late=tuple(
            replace(late, agency=agency(late.agency), holder=agency(late.holder))
            for late in report.late
        ),
        attribution=None
        if owners is None
        else replace(
            owners,
            at_breach=counted(owners.at_breach),
            largest_share=counted(owners.largest_share),
            first=counted(owners.first),
            hour_earlier=counted(owners.hour_earlier),
            shares=tuple(replace(share, holder=agency(share.holder)) for share in owners.shares),
        ),
        indicators=replace(
            signs,
            agencies=tuple(
                replace(one, agency=agency(one.agency) or one.agency) for one in signs.agencies
            ),
        ),
    )


def _lookup(names: Mapping[str, str]) -> Callable[[str | None], str | None]:
    """Return a function from an id to the name to show; None stays None."""
    return lambda key: None if key is None else names.get(key, key)


def _distinct(names: Mapping[str, str], report: ReportNumbers, by: str) -> dict[str, str]:
    """Return a name for each id that differs from all other names and ids."""
    ids = {row.key for table in report.tables if table.by == by for row in table.rows}
    shown = Counter([*names.values(), *(key for key in ids if key and key not in names)])
    return {key: name if shown[name] == 1 else f"{name} ({key})" for key, name in names.items()}
