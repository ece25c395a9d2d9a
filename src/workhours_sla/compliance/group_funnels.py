"""Funnels of the groups of a report: which of them differ from each other."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from workhours_sla.compliance.group_tables import Row
from workhours_sla.statistics.funnel import (
    expected_false_alarms,
    funnel_limits,
    funnel_positions,
    overdispersion,
)
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW

_FUNNEL_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class FunnelCurves:
    """The 95 % (warning) and 99.8 % (action) limits of a funnel, for each number of cases."""

    lower_warning: tuple[float, ...]
    upper_warning: tuple[float, ...]
    lower_action: tuple[float, ...]
    upper_action: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Funnel limits, as shares from 0 to 1, for each number ``n`` of matured cases."""

    by: str
    centre: float  # the overall rate of the ``units``
    units: int
    ratio: float  # the mean squared z value
    between: float  # the variance between the groups
    false_alarms: float  # expected outside 99.8 % by chance, at most
    n: tuple[int, ...]
    limits: FunnelCurves  # allow for ``between``
    plain: FunnelCurves  # do not


def with_funnel(by: str, rows: list[Row]) -> tuple[list[Row], Funnel | None]:
    named = [row for row in rows if row.key is not None]
    units = [row for row in named if row.counts.matured >= COUNTS_ONLY_BELOW]
    if not units:
        return rows, None
    met = [row.counts.matured_met for row in units]
    n = [row.counts.matured for row in units]
    spread = overdispersion(met, n)
    positions = funnel_positions(met, funnel_limits(n, spread.centre, between=spread.between))
    places = {row.key: at for row, at in zip(units, positions.tolist(), strict=True)}
    found = [replace(row, funnel=places.get(row.key)) for row in rows]
    sizes = np.unique(np.geomspace(COUNTS_ONLY_BELOW, max(*n, 100), _FUNNEL_POINTS).astype(int))
    both = (funnel_limits(sizes, spread.centre, between=of) for of in (spread.between, 0.0))
    limits, plain = (
        FunnelCurves(*(tuple(getattr(one, curve.name).tolist()) for curve in fields(FunnelCurves)))
        for one in both
    )
    shares = spread.centre, spread.units, spread.ratio, spread.between
    alarms = expected_false_alarms(spread.units)
    return found, Funnel(by, *shares, alarms, tuple(sizes.tolist()), limits, plain)
