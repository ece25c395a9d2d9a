"""Working time as a list of edges, in which one binary search finds an instant or an amount.

The *position* of an instant counts up through all slots, so that a position names its slot, too. An
*amount* is the working time since the beginning of the list. Amounts leave out more than any budget
between two runs of known instants, so that no budget leads from one run into another.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from workhours_sla.errors import ScriptError
from workhours_sla.sql.patterns import DAY
from workhours_sla.sql.schedule_tables import MOST, CompiledSchedules, Slot
from workhours_sla.text.messages import say

UNKNOWN: Final = MOST
"""The shift of a stretch of unknown instants: it makes their amounts negative."""


class Edges:
    """The edges of all slots, sorted.

    ``at`` has the position of each edge: an opening, or the first instant of a known or unknown
    stretch. ``worked`` has the amount at the edge, and ``shift`` the instant minus this amount.
    """

    def __init__(self, compiled: CompiledSchedules) -> None:
        self._slots = compiled.slots
        self.at: list[int] = []
        self.worked: list[int] = []
        self.shift: list[int] = []
        amount = 1
        for slot in self._slots:
            self._add(slot, self.first, amount, known=False)
            pieces = list(_pieces(slot))
            for run in slot.runs:
                self._add(slot, run.lo, amount)
                for start, end in pieces:
                    if run.lo <= start <= run.hi:
                        self._add(slot, start, amount)
                        amount += end - start
                self._add(slot, run.hi + 1, amount, known=False)
                amount += self.reach + 1
        if max(self.at[-1], amount) + self.reach >= MOST:
            raise ScriptError(say("sql_too_much", count=len(self._slots)))

    def _add(self, slot: Slot, instant: int, amount: int, *, known: bool = True) -> None:
        self.at.append(instant + self.offsets[slot.index])
        self.worked.append(amount)
        self.shift.append(instant - amount if known else UNKNOWN)

    @cached_property
    def first(self) -> int:
        """The first instant that a slot knows."""
        return min(slot.lo for slot in self._slots)

    @cached_property
    def last(self) -> int:
        """The last instant that a slot knows."""
        return max(slot.hi for slot in self._slots)

    @cached_property
    def reach(self) -> int:
        """A budget that is used up within no run."""
        return max(slot.last - slot.base for slot in self._slots) + 1

    @cached_property
    def bits(self) -> int:
        """The number of bits of a position within its slot."""
        return (self.last + 1 - self.first).bit_length()

    @cached_property
    def offsets(self) -> list[int]:
        """For each slot the difference between a position and its instant."""
        return [(slot.index << self.bits) - self.first for slot in self._slots]


def _pieces(slot: Slot) -> Iterator[tuple[int, int]]:
    """Return the intervals of working time of a slot, as instants; midnight in UTC divides none."""
    open_from = open_until = -1
    for day in slot.days:
        for start, length in day.pattern.pieces:
            at = day.number * DAY + start
            if at != open_until:
                if open_until >= 0:
                    yield open_from, open_until
                open_from = at
            open_until = at + length
    if open_until >= 0:
        yield open_from, open_until
