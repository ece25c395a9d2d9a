"""Fair comparisons: appeals that come at night or before holidays are not those of a quiet noon.

A class is when a case arrived and what kind of day it was due on; what a unit does within the
classes is its own, how many of each it gets is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from workhours_sla.compliance.arrivals import ARRIVAL_CLASSES, DUE_CLASSES, Arrivals
from workhours_sla.compliance.cases import MET
from workhours_sla.compliance.tables import Row, Tally
from workhours_sla.statistics.arrays import BoolArray, IntArray
from workhours_sla.statistics.proportions import Interval, rate_difference
from workhours_sla.statistics.standardisation import kitagawa, standardised_rate

if TYPE_CHECKING:
    from workhours_sla.compliance.report import Report

_CLASSES: Final = tuple(product(ARRIVAL_CLASSES, DUE_CLASSES))


@dataclass(frozen=True, slots=True)
class MixClass:
    """How many matured cases of a class there are, and how many of them were met."""

    arrival_class: str
    due_class: str
    matured: int
    met: int


@dataclass(frozen=True, slots=True)
class ClassChange:
    """What a class contributed to a change of the rate: by its weight and by its own rate."""

    arrival_class: str
    due_class: str
    mix: float
    performance: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the rate from one period to the next: ``difference`` = mix + performance.

    ``mix`` is what other arrivals explain, ``performance`` what happened within the classes.
    """

    before: float
    after: float
    difference: float
    interval: Interval
    mix: float
    performance: float
    classes: tuple[ClassChange, ...]


def class_codes(when: Arrivals) -> IntArray:
    """Return the class of each case, -1 where its calendar does not know."""
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
    """Return the rows with the share each would have with the mix of all cases."""
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


def compare(before: Report, after: Report) -> Change | None:
    """Return what the change of the rate between two reports consists of.

    None where one of them has nothing matured.
    """
    return change_between(before.mix, after.mix)


def change_between(before: tuple[MixClass, ...], after: tuple[MixClass, ...]) -> Change | None:
    """Return what the change between two periods consists of, None where one is empty."""
    n, met = ([getattr(c, key) for c in before] for key in ("matured", "met"))
    later_n, later_met = ([getattr(c, key) for c in after] for key in ("matured", "met"))
    if not sum(n) or not sum(later_n):
        return None
    parts = kitagawa(met, n, later_met, later_n)
    difference = rate_difference(sum(later_met), sum(later_n), sum(met), sum(n))
    return Change(
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
