"""Crossed groupings, such as agency by week, with a group for each combination that occurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from workhours_sla.compliance.arrivals import ARRIVAL_CLASSES, DUE_CLASSES, WEEKDAYS, Arrivals
from workhours_sla.compliance.cases import Labels
from workhours_sla.compliance.tables import Row, Table, false_failures
from workhours_sla.statistics.arrays import read_only
from workhours_sla.text.words import CROSSED, NO_PART

CROSS: Final = "*"
"""The separator between the names in a crossed grouping, such as ``agency*week``."""


class Grouping(NamedTuple):
    """The labels of a grouping. ``parts`` has, for each group, its keys in the crossed groupings.

    ``parts`` is empty for a grouping that is not crossed.
    """

    labels: Labels
    parts: tuple[tuple[str | None, ...], ...] = ()


def labels_by_time(when: Arrivals) -> Mapping[str, Labels]:
    """Return the groupings by time and by class, for use in crossed groupings."""
    return {
        "week": Labels(tuple(week.name for week in when.weeks), when.week),
        "weekday": Labels(WEEKDAYS, when.weekday),
        "hour": Labels(tuple(f"{hour:02}" for hour in range(24)), when.hour),
        "arrival_class": Labels(ARRIVAL_CLASSES, when.arrival_class),
        "due_class": Labels(DUE_CLASSES, when.due_class),
    }


def crossed(groupings: Sequence[Labels]) -> Grouping:
    """Return a grouping with a group for each combination of groups that has a case.

    The groups are in the order of the first grouping, then of the second, and so on. A case has no
    group in the result if it has no group in any of ``groupings``.
    """
    sizes = [len(one.names) for one in groupings]
    code = np.zeros(groupings[0].codes.shape, np.int64)
    for one, size in zip(groupings, sizes, strict=True):
        code = code * (size + 1) + np.where(one.codes < 0, size, one.codes)
    distinct, place = np.unique(code, return_inverse=True)
    parts = []
    for number in distinct.tolist():
        rest, keys = number, list[str | None]()
        for one, size in zip(reversed(groupings), reversed(sizes), strict=True):
            rest, at = divmod(rest, size + 1)
            keys.append(None if at == size else one.names[at])
        parts.append(tuple(reversed(keys)))
    place = place.reshape(-1).astype(np.int64)
    if not any(parts[-1]):  # the last combination is that of the cases without any group
        parts.pop()
        place = np.where(place == len(parts), -1, place)
    names = tuple(CROSSED.join(key or NO_PART for key in keys) for keys in parts)
    return Grouping(Labels(names, read_only(place)), tuple(parts))


def crossed_table(
    by: str, rows: Sequence[Row], parts: Sequence[tuple[str | None, ...]], target: float
) -> Table:
    """Return the table of a crossed grouping in the order of its groups.

    ``rows`` has one row for each of ``parts``, and a last row for the cases without any group.
    """
    without = (None,) * len(parts[0]) if parts else ()
    kept = [
        (row, keys) for row, keys in zip(rows, [*parts, without], strict=True) if row.counts.arrived
    ]
    shown = tuple(row for row, _ in kept)
    return Table(by, shown, false_failures(shown, target), tuple(keys for _, keys in kept))
