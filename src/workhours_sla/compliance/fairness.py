"""Fair comparisons: funnels, rates standardised to one mix of cases, causes of a changed rate.

Cases are divided into classes by when they arrived and by the kind of day on which they are due; a
mix is the number of cases in each class. An agency is responsible for its performance within the
classes, but not for the mix of appeals that it receives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Final

import numpy as np

from workhours_sla.compliance.tables import Row, Tally
from workhours_sla.compliance.time import ARRIVAL_CLASSES, DUE_CLASSES, Arrivals
from workhours_sla.statistics.arrays import BoolArray, IntArray
from workhours_sla.statistics.funnel import (
    expected_false_alarms,
    funnel_limits,
    funnel_positions,
    overdispersion,
)
from workhours_sla.statistics.intervals import (
    COUNTS_ONLY_BELOW,
    ConfidenceInterval,
    rate_difference,
)
from workhours_sla.statistics.standardisation import kitagawa, standardised_rate

_FUNNEL_POINTS: Final = 60
_CLASSES: Final = tuple(product(ARRIVAL_CLASSES, DUE_CLASSES))


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


@dataclass(frozen=True, slots=True)
class MixClass:
    arrival_class: str
    due_class: str
    matured: int
    met: int


def class_codes(when: Arrivals) -> IntArray:
    """Return the class of each case as a number, -1 if the calendar does not cover its dates."""
    known = (when.arrival_class >= 0) & (when.due_class >= 0)
    return np.where(known, when.arrival_class * len(DUE_CLASSES) + when.due_class, -1)


def mix_of(tally: Tally, classes: IntArray, rows: BoolArray | None = None) -> tuple[MixClass, ...]:
    inside = classes if rows is None else np.where(rows, classes, -1)
    matured, met = tally.matured_and_met(inside, len(_CLASSES))
    counts = zip(_CLASSES, matured.tolist(), met.tolist(), strict=True)
    return tuple(MixClass(*names, *of_class) for names, *of_class in counts)


def standardised(tally: Tally, rows: list[Row], codes: IntArray, classes: IntArray) -> list[Row]:
    """Return rows with ``standardised``: the share each would have with the mix of all cases."""
    shape = len(rows), len(_CLASSES)
    both = np.where((codes >= 0) & (classes >= 0), codes * shape[1] + classes, -1)
    n, met = (counts.reshape(shape) for counts in tally.matured_and_met(both, shape[0] * shape[1]))
    found = list(rows)
    for place in np.flatnonzero(n.any(axis=1)):
        share = standardised_rate(met[place], n[place], n.sum(axis=0))
        if share.labels.max() > 0:  # one class alone has the raw share
            rate, interval = share.rate, share.interval
            found[place] = replace(rows[place], standardised=rate, standardised_interval=interval)
    return found


@dataclass(frozen=True, slots=True)
class ClassChange:
    """The contribution of one class to a change of the rate, as differences of shares."""

    arrival_class: str
    due_class: str
    mix: float  # by its changed weight
    performance: float  # by its changed rate


@dataclass(frozen=True, slots=True)
class RateChange:
    """A change of the rate between two periods, split into the effects of mix and performance."""

    before: float
    after: float
    difference: float  # after minus before: mix + performance
    interval: ConfidenceInterval  # 95 %, by Newcombe
    mix: float
    performance: float
    classes: tuple[ClassChange, ...]


def change_between(before: Sequence[MixClass], after: Sequence[MixClass]) -> RateChange | None:
    met, later_met = ([one.met for one in mix] for mix in (before, after))
    n, later_n = ([one.matured for one in mix] for mix in (before, after))
    if not sum(n) or not sum(later_n):
        return None
    parts = kitagawa(met, n, later_met, later_n)
    found = rate_difference(sum(later_met), sum(later_n), sum(met), sum(n))
    by_class = zip(parts.mix_by_class.tolist(), parts.performance_by_class.tolist(), strict=True)
    return RateChange(
        sum(met) / sum(n),
        sum(later_met) / sum(later_n),
        found.difference,
        found.interval,
        parts.mix,
        parts.performance,
        tuple(ClassChange(*names, *of) for names, of in zip(_CLASSES, by_class, strict=True)),
    )
