"""The funnel of a report: the limits of a table's rates, and the position of each row in it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from workhours_sla.compliance.tables import Row
from workhours_sla.statistics.funnel import (
    FunnelLimits,
    expected_false_alarms,
    funnel_limits,
    funnel_positions,
    overdispersion,
)
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW

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
    """Funnel limits, as shares from 0 to 1, for each number ``n`` of matured cases.

    The points of the funnel are the rows of the table ``by`` that have a position. ``centre`` is
    the overall rate of these ``units`` groups. ``between`` is the variance between the groups and
    ``ratio`` the mean squared z value (see ``funnel.overdispersion``). ``limits`` allow for the
    variance between the groups, and the positions refer to them; ``plain`` do not.
    ``false_alarms`` is an upper bound of the number of groups outside the 99.8 % limits if all had
    the same rate.
    """

    by: str
    centre: float
    units: int
    ratio: float
    between: float
    false_alarms: float
    n: tuple[int, ...]
    limits: FunnelCurves
    plain: FunnelCurves


def with_funnel(by: str, rows: list[Row]) -> tuple[list[Row], Funnel | None]:
    """Return the rows of a table with their positions in the funnel, and the funnel itself.

    A group with few matured cases has no position. The funnel is None if no group has a position.
    """
    ranked = [
        (number, row.counts.matured_met, row.counts.matured)
        for number, row in enumerate(rows)
        if row.key is not None and row.counts.matured >= COUNTS_ONLY_BELOW
    ]
    if not ranked:
        return rows, None
    places, met, n = (list(column) for column in zip(*ranked, strict=True))
    spread = overdispersion(met, n)
    positions = funnel_positions(met, funnel_limits(n, spread.centre, between=spread.between))
    found = list(rows)
    for place, position in zip(places, positions.tolist(), strict=True):
        found[place] = replace(rows[place], funnel=position)
    sizes = np.unique(np.geomspace(COUNTS_ONLY_BELOW, max(*n, 100), _FUNNEL_POINTS).astype(int))
    limits, plain = (
        _curves(funnel_limits(sizes, spread.centre, between=between))
        for between in (spread.between, 0.0)
    )
    return found, Funnel(
        by,
        spread.centre,
        spread.units,
        spread.ratio,
        spread.between,
        expected_false_alarms(spread.units),
        tuple(sizes.tolist()),
        limits,
        plain,
    )


def _curves(limits: FunnelLimits) -> FunnelCurves:
    return FunnelCurves(
        *(tuple(getattr(limits, field.name).tolist()) for field in fields(FunnelCurves))
    )
