"""Find the opening or closing next to each instant of a column, by binary search.

An edge is an opening or a closing. An edge at the first or last instant of a range of known dates
is uncertain: working time may have started before the range, or may continue after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from workhours_sla.worktime.columns.arguments import NAT
from workhours_sla.worktime.columns.lookups import PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.rows import Rows, Verb
from workhours_sla.worktime.columns.sweep import CHUNK, FinerUnit, moment_at
from workhours_sla.worktime.columns.tables import Compiled, Curve, Demand

Found = tuple[Ints, Bools]
"""The opening or closing of each row as an integer, and a mask of the rows that know it."""


class _Runs:
    """The ranges of known dates in which the instants of a column lie, one range per instant.

    ``lo`` and ``hi`` are the first and the last instant of each range. The intervals of a range are
    the intervals ``first`` to ``after - 1`` of the curve. ``known`` is False for an instant outside
    of every range.
    """

    def __init__(self, curve: Curve, t: Ints) -> None:
        last = len(curve.hi) - 1
        # a single range serves all instants: no search, and arrays of length 1
        run = np.minimum(np.searchsorted(curve.hi, t, "left"), last) if last else np.array([0])
        self.lo, self.hi = curve.lo[run], curve.hi[run]
        self.first, self.after = curve.first[run], curve.first[run + 1]
        self.known: Bools = (self.lo <= t) & (t <= self.hi)


def find_edges(verb: Verb, compiled: Compiled, rows: Rows, unit: str) -> tuple[Ints, Bools | None]:
    """Return the opening or closing next to each instant, and a mask of the unknown rows.

    The mask is None if all rows are known.

    Raises FinerUnit.
    """
    count = len(rows.start)
    out, unknown = np.full(count, NAT), np.zeros(count, np.bool_)
    given = rows.start[rows.start != NAT]
    if not len(given):
        return out, None
    scale = PER_SECOND[unit]
    lo, hi = moment_at(int(given.min()), scale), moment_at(int(given.max()) + 1, scale)
    horizon = compiled.reaching(Demand(lo, hi))
    if PER_SECOND[horizon.unit] > scale:
        raise FinerUnit(horizon.unit)
    curves, _ = horizon.curves_in(unit)
    for first in range(0, count, CHUNK):
        chunk = rows.cut(first, min(first + CHUNK, count))
        slots = None if chunk.codes is None else horizon.slot_of.take(chunk.codes)
        for slot in [0] if slots is None else np.unique(slots).tolist():
            own = slice(None) if slots is None else slots == slot
            t = chunk.start[own]
            found, known = _find_edges(verb, curves[slot], t, inclusive=chunk.inclusive)
            missing = ~known & (t != NAT)
            out[first : first + CHUNK][own] = np.where(known, found, NAT)
            unknown[first : first + CHUNK][own] = missing
    return out, unknown if unknown.any() else None


def _find_edges(verb: Verb, curve: Curve, t: Ints, *, inclusive: bool) -> Found:
    if not len(curve.starts):
        return t, np.zeros(len(t), np.bool_)
    return _FINDERS[verb](curve, t, _Runs(curve, t), inclusive)


def _next_opening(curve: Curve, t: Ints, run: _Runs, inclusive: bool) -> Found:  # noqa: ARG001, FBT001
    index = np.searchsorted(curve.starts, t, "right")
    return curve.starts.take(index, mode="clip"), run.known & (index < run.after)


def _next_closing(curve: Curve, t: Ints, run: _Runs, inclusive: bool) -> Found:  # noqa: FBT001
    index = np.searchsorted(curve.ends, t, "left" if inclusive else "right")
    closing = curve.ends.take(index, mode="clip")
    known = run.known & (index < run.after) & (closing < run.hi)
    if inclusive:  # working time may end at the first known instant, if it does not start there
        working = curve.starts.take(run.first, mode="clip") == run.lo
        known &= (t > run.lo) | ((run.first < run.after) & working)
    return closing, known


def _previous_opening(curve: Curve, t: Ints, run: _Runs, inclusive: bool) -> Found:  # noqa: FBT001
    index = np.searchsorted(curve.starts, t, "right" if inclusive else "left") - 1
    opening = curve.starts.take(index, mode="clip")
    known = run.known & (index >= run.first) & (opening > run.lo)
    if inclusive:  # working time may start at the last known instant, if it does not end there
        working = curve.ends.take(run.after - 1, mode="clip") == run.hi
        known &= (t < run.hi) | ((run.first < run.after) & working)
    else:
        known &= t > run.lo
    return opening, known


def _previous_closing(curve: Curve, t: Ints, run: _Runs, inclusive: bool) -> Found:  # noqa: FBT001
    index = np.searchsorted(curve.ends, t, "right" if inclusive else "left") - 1
    closing = curve.ends.take(index, mode="clip")
    known = run.known & (index >= run.first) & (closing < run.hi)
    if not inclusive:
        known &= t > run.lo
    return closing, known


_FINDERS: Final[dict[Verb, Callable[[Curve, Ints, _Runs, bool], Found]]] = {
    "next_opening": _next_opening,
    "next_closing": _next_closing,
    "previous_opening": _previous_opening,
    "previous_closing": _previous_closing,
}
