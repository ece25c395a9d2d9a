"""Fair comparisons: rates standardised to one mix of cases, and causes of a changed rate.

Cases are divided into classes by when they arrived and by the kind of day on which they are due; a
mix is the number of cases in each class. An agency is responsible for its performance within the
classes, but not for the mix of appeals that it receives.
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
    """The number of matured cases in one class, and how many of them were met."""

    arrival_class: str
    due_class: str
    matured: int
    met: int


@dataclass(frozen=True, slots=True)
class ClassChange:
    """The contribution of one class to a change of the rate, as differences of shares.

    ``mix`` is caused by the changed weight of the class, ``performance`` by its own changed rate.
    """

    arrival_class: str
    due_class: str
    mix: float
    performance: float


@dataclass(frozen=True, slots=True)
class RateChange:
    """A change of the rate between two periods, split into the effects of mix and performance.

    ``before`` and ``after`` are rates from 0 to 1, and ``difference`` is after minus before. The
    difference is the sum of ``mix``, the effect of a changed mix of arrivals, and of
    ``performance``, the effect of changed rates within the classes. ``interval`` is Newcombe's 95 %
    interval of the difference.
    """

    before: float
    after: float
    difference: float
    interval: ConfidenceInterval
    mix: float
    performance: float
    classes: tuple[ClassChange, ...]


def class_codes(when: Arrivals) -> IntArray:
    """Return the class of each case as a number, -1 if the calendar does not cover its dates."""
    known = (when.arrival_class >= 0) & (when.due_class >= 0)
    return np.where(known, when.arrival_class * len(DUE_CLASSES) + when.due_class, -1)


def mix_of(tally: Tally, codes: IntArray, rows: BoolArray | None = None) -> tuple[MixClass, ...]:
    """Return, for each class, the number of matured cases and how many of them were met.

    ``codes`` is the result of ``class_codes``. If ``rows`` is given, only cases for which ``rows``
    is true are counted.
    """
    inside = codes if rows is None else np.where(rows, codes, -1)
    counts = zip(_CLASSES, *_matured_and_met(tally, inside, len(_CLASSES)), strict=True)
    return tuple(MixClass(*names, matured, met) for names, matured, met in counts)


def _matured_and_met(tally: Tally, codes: IntArray, groups: int) -> tuple[list[int], list[int]]:
    """Return, for each group, the number of matured cases and how many of them were met."""
    good = tally.matured & tally.cases.in_state(MET)
    return tally.number(codes, groups, tally.matured), tally.number(codes, groups, good)


def standardised(tally: Tally, rows: list[Row], codes: IntArray, classes: IntArray) -> list[Row]:
    """Return rows with ``standardised``: the share each would have with the mix of all cases.

    A row with too few cases for two classes stays unchanged. For each case, ``codes`` has the index
    of its row, and ``classes`` the number of its class, or -1 if it has none.
    """
    size = len(_CLASSES)
    both = np.where((codes >= 0) & (classes >= 0), codes * size + classes, -1)
    counts = _matured_and_met(tally, both, len(rows) * size)
    n, met = (np.reshape(column, (len(rows), size)) for column in counts)
    of_all = n.sum(axis=0)
    found = []
    for number, (part, whole) in enumerate(zip(met, n, strict=True)):
        row = rows[number]
        if whole.any():
            share = standardised_rate(part, whole, of_all)
            if share.labels.max() > 0:  # one class alone has the raw share
                row = replace(row, standardised=share.rate, standardised_interval=share.interval)
        found.append(row)
    return found


def change_between(before: tuple[MixClass, ...], after: tuple[MixClass, ...]) -> RateChange | None:
    """Return the change of the rate between two periods, given the mix of each period.

    Returns None if no case has matured in one of the periods.
    """
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
