"""What changed between two states of a report, and why: a frozen report can be held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from workhours_sla.compliance.report import Report
from workhours_sla.compliance.tables import Row, Table

CAUSES: Final = ("as_of", "input", "calendar", "policy", "options", "library")
"""Why figures can differ; a calendar may change without its version, by acts of one's own."""

_COUNTS: Final = (
    *("arrived", "met", "breached", "pending", "paused", "withdrawn", "excluded"),
    *("matured", "matured_met"),
)
_AMOUNTS: Final = ("median", "p90", "restricted_mean", "mean_answered")


@dataclass(frozen=True, slots=True)
class Revised:
    """A figure that changed; ``table`` is ``total`` or a grouping, None is a missing figure."""

    table: str
    key: str | None
    figure: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What changed since a report was frozen; ``causes`` are what can have changed it."""

    causes: tuple[str, ...]
    changes: tuple[Revised, ...]


def revise(old: Report, new: Report) -> Revision:
    """Return what changed from one state of a report to the next, and why.

    Both are of one target. Figures are compared as text, amounts in ISO form. Raises ValueError
    for reports of different targets.
    """
    if old.promise.name != new.promise.name:
        msg = (
            f"the reports are of {old.promise.name!r} and {new.promise.name!r}; compare reports "
            "of one target"
        )
        raise ValueError(msg)
    before, after = _figures(old), _figures(new)
    changes = [
        Revised(*place, before.get(place), after.get(place))
        for place in dict.fromkeys([*before, *after])
        if before.get(place) != after.get(place)
    ]
    return Revision(tuple(_causes(old, new)), tuple(changes))


def _causes(old: Report, new: Report) -> Iterator[str]:
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


def _options(report: Report) -> tuple[object, ...]:
    promise = report.promise
    names = tuple(table.by for table in report.tables)
    return promise.target_rate, promise.horizon, names, report.compare_from


def _figures(report: Report) -> dict[tuple[str, str | None, str], str]:
    """Return the figures by (table, key, figure); those that are not there are left out."""
    found = {}
    for table in (Table("total", (report.total,)), *report.tables):
        for row in table.rows:
            for figure, value in _of_row(row):
                if value is not None:
                    found[table.by, row.key, figure] = str(value)
    return found


def _of_row(row: Row) -> Iterator[tuple[str, object]]:
    for name in _COUNTS:
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
