"""Arrivals that are more than a year away from all others, most likely because of wrong dates.

They count in every figure, but no time axis includes them: one appeal of 1970 would stretch the
weeks of a year over half a century.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import DAY, in_zone
from workhours_sla.statistics.arrays import BoolArray

FARTHEST: Final = 365 * DAY
"""In the bulk, successive arrivals are at most this many microseconds apart."""
LISTED: Final = 20
"""Maximum number of outliers that a report lists."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """An appeal that arrived more than 365 days before or after the bulk of the appeals."""

    appeal_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Outliers:
    """The appeals that arrived more than 365 days outside the bulk: the count, and the first 20.

    The bulk is the largest run of appeals without a gap of more than 365 days between two
    successive arrivals; if several runs are equally large, the latest. The outliers count in every
    figure and table, except in ``days`` and in the tables and charts by week.
    """

    count: int = 0
    first: tuple[Outlier, ...] = ()


NO_OUTLIERS: Final = Outliers()


def far_arrivals(cases: Cases) -> BoolArray:
    """Return which cases arrived more than 365 days outside the bulk. There must be a case."""
    started = cases.started
    if int(started.max()) - int(started.min()) <= FARTHEST:
        return np.zeros(len(cases), np.bool_)
    order = np.sort(started)
    edges = np.flatnonzero(np.diff(order) > FARTHEST) + 1
    begins = np.concatenate([[0], edges])
    sizes = np.diff(np.append(begins, order.size))
    bulk = int(np.flatnonzero(sizes == sizes.max())[-1])
    first, last = order[begins[bulk]], order[begins[bulk] + sizes[bulk] - 1]
    far: BoolArray = (started < first) | (started > last)
    return far


def outliers(cases: Cases, far: BoolArray) -> Outliers:
    """Return the cases for which ``far`` is true as outliers, the earliest arrivals first."""
    rows = np.flatnonzero(far)
    started = cases.started[rows]
    if rows.size > LISTED:  # only the ids of the earliest are needed
        rows = rows[started <= np.partition(started, LISTED - 1)[LISTED - 1]]
    found = sorted((int(cases.started[row]), str(cases.ids[row]), row) for row in rows.tolist())
    return Outliers(
        started.size,
        tuple(
            Outlier(appeal_id, in_zone(cases.schedules[int(cases.schedule_of[row])], at))
            for at, appeal_id, row in found[:LISTED]
        ),
    )
