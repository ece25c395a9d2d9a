"""The weekly counts of each group of a grouping, for small charts of many groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workhours_sla.compliance.arrivals import Arrivals
from workhours_sla.compliance.cases import Labels
from workhours_sla.compliance.series import spread_codes
from workhours_sla.compliance.tables import Tally
from workhours_sla.statistics.maturity import MET


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """The matured appeals of one group in each week, and how many of them were met.

    ``key`` is None for the appeals without a group.
    """

    key: str | None
    met: tuple[int, ...]
    matured: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupWeeks:
    """The counts of each group of the grouping ``by`` in each of ``weeks``.

    The weeks are the final weeks of arrival, with short weeks merged, as in the trends of the
    report. They begin with the first appeal, even if the report covers a later period. A group
    without a matured appeal is left out.
    """

    by: str
    weeks: tuple[str, ...]
    groups: tuple[GroupCounts, ...]


def group_weeks(
    tally: Tally, when: Arrivals, groups: Mapping[str, Labels], weeks: Sequence[tuple[int, str]]
) -> tuple[GroupWeeks, ...]:
    """Return the weekly counts of each grouping.

    ``weeks`` are the final weeks: the number of each merged week, and its name.
    """
    cohort, size = when.cohort, when.weeks[-1].cohort + 1
    matured_in_week = tally.matured & (cohort >= 0)  # outliers are in no week
    good = matured_in_week & tally.cases.in_state(MET)
    chosen = [number for number, _ in weeks]
    found = []
    for by, labels in groups.items():
        keys = [*labels.names, None]
        cell = spread_codes(labels.codes, len(labels.names)) * size + cohort
        met, matured = (
            np.bincount(cell[rows], minlength=len(keys) * size).reshape(len(keys), size)[:, chosen]
            for rows in (good, matured_in_week)
        )
        counts = tuple(
            GroupCounts(key, tuple(met[place].tolist()), tuple(matured[place].tolist()))
            for place, key in enumerate(keys)
            if matured[place].any()
        )
        found.append(GroupWeeks(by, tuple(name for _, name in weeks), counts))
    return tuple(found)
