"""Fair comparisons: rates standardised by class of arrival and due day, and changes split.

A class is when a case arrived and what kind of day it was due on. A unit is responsible for its
performance within the classes, not for how many appeals of each class it gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np

from workhours_sla.compliance.arrivals import ARRIVAL_CLASSES, DUE_CLASSES, Arrivals
from workhours_sla.compliance.tables import Row, Tally
from workhours_sla.statistics.arrays import BoolArray, IntArray
from workhours_sla.statistics.intervals import ConfidenceInterval, rate_difference
from workhours_sla.statistics.maturity import MET
from workhours_sla.statistics.standardisation import kitagawa, standardised_rate

_CLASSES: Final = tuple(product(ARRIVAL_CLASSES, DUE_CLASSES))


@dataclass(frozen=True, slots=True)
class MixClass:
    """How many cases of a class have matured, and how many of them were met."""

    arrival_class: str
    due_class: str
    matured: int
    met: int


@dataclass(frozen=True, slots=True)
class ClassChange:
    """The contribution of a class to a change of the rate: by its weight and by its own rate."""

    arrival_class: str
    due_class: str
    mix: float
    performance: float


@dataclass(frozen=True, slots=True)
class RateChange:
    """A change of the rate from one period to the next: ``difference`` = mix + performance.

    ``mix`` comes from a different mix of arrivals, ``performance`` from changes within the classes.
    All are shares from 0 to 1 or differences of them; ``interval`` is Newcombe's at 95 %.
    """

    before: float
    after: float
    difference: float
    interval: ConfidenceInterval
    mix: float
    performance: float
    classes: tuple[ClassChange, ...]


def class_codes(when: Arrivals) -> IntArray:
    """Return the class of each case, -1 where the calendar does not cover it."""
    known = (when.arrival_class >= 0) & (when.due_class >= 0)
    return np.where(known, when.arrival_class * len(DUE_CLASSES) + when.due_class, -1)


def mix_of(tally: Tally, codes: IntArray, rows: BoolArray | None = None) -> tuple[MixClass, ...]:
    """Return the matured cases by class."""
    inside = codes if rows is None else np.where(rows, codes, -1)
    matured = tally.number(inside, len(_CLASSES), tally.matured)
    met = tally.number(inside, len(_CLASSES), tally.matured & tally.cases.in_state(MET))
    return tuple(
        MixClass(*names, n, part) for names, n, part in zip(_CLASSES, matured, met, strict=True)
    )


def standardised(tally: Tally, rows: list[Row], codes: IntArray, classes: IntArray) -> list[Row]:
    """Return the rows with the share that each would have with the mix of all cases."""
    size = len(_CLASSES)
    both = np.where((codes >= 0) & (classes >= 0), codes * size + classes, -1)
    shape = (len(rows), size)
    n = np.reshape(tally.number(both, len(rows) * size, tally.matured), shape)
    good = tally.matured & tally.cases.in_state(MET)
    met = np.reshape(tally.number(both, len(rows) * size, good), shape)
    of_all = n.sum(axis=0)
    found = []
    for row, part, whole in zip(rows, met, n, strict=True):
        if whole.any():
            share = standardised_rate(part, whole, of_all)
            error = float(np.sqrt(share.variance))
            found.append(replace(row, standardised=share.rate, standardised_error=error))
        else:
            found.append(row)
    return found


def change_between(before: tuple[MixClass, ...], after: tuple[MixClass, ...]) -> RateChange | None:
    """Return the change of the rate between two periods and its parts; None if one is empty."""
    n, met = ([getattr(c, key) for c in before] for key in ("matured", "met"))
    later_n, later_met = ([getattr(c, key) for c in after] for key in ("matured", "met"))
    if not sum(n) or not sum(later_n):
        return None
    parts = kitagawa(met, n, later_met, later_n)
    difference = rate_difference(sum(later_met), sum(later_n), sum(met), sum(n))
    return RateChange(
        sum(met) / sum(n),
        sum(later_met) / sum(later_n),
        difference.difference,
        difference.interval,
        parts.mix,
        parts.performance,
        tuple(
            ClassChange(one.arrival_class, one.due_class, mix, performance)
            for one, mix, performance in zip(
                before,
                parts.mix_by_class.tolist(),
                parts.performance_by_class.tolist(),
                strict=True,
            )
        ),
    )
