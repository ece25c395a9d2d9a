"""The verbs as steps, which each dialect writes as nested queries, variables or functions.

A step names an expression, and later steps use the name. So nothing is calculated twice, however
often it is used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from workhours_sla.sql.patterns import DAY, InversePattern, inverse_of
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.vocabulary import (
    Arithmetic,
    Dialect,
    amount_or_refused,
    case,
    slot_or_refused,
)

Level = Mapping[str, str]
"""Steps that do not depend on each other: names and expressions."""


class Verb(NamedTuple):
    """A verb: its steps level by level, and its answer in terms of their names.

    The first level may use the arguments ``schedule``, ``start_at``, ``end_at`` and ``budget``; the
    names of later levels are integers. An answer that is an instant is in microseconds.
    """

    name: str
    arguments: tuple[str, ...]
    levels: tuple[Level, ...]
    answer: str
    is_instant: bool


class Verbs(ABC):
    """The verbs for a dialect, and how it refuses arguments and unknown answers."""

    def __init__(self, settings: Settings, dialect: Dialect) -> None:
        self.settings = settings
        self.schema = settings.schema
        self.compiled = settings.compiled
        self.d = dialect
        self.a = Arithmetic(dialect, settings.compiled)

    @abstractmethod
    def elapsed(self) -> Verb:
        """Return the working time between two instants."""

    @abstractmethod
    def deadline(self) -> Verb:
        """Return the due time: the first instant at which a budget is used up."""

    @abstractmethod
    def breaches_after(self) -> Verb:
        """Return the limit: the last instant at which a budget is used up."""

    @abstractmethod
    def is_working(self) -> Verb:
        """Return whether an instant is working time: whether the next microsecond is worked."""

    def checked_amount(self, budget: str) -> str:
        """Return a budget in microseconds; a negative budget is an error."""
        return amount_or_refused(self.d, budget)

    def unknown_message(self, verb: Verb) -> str:
        """Return the message for an answer that the calendar does not know, as an expression."""
        return self.d.joined(
            self.d.text(f"{self.schema}.{verb.name}: the calendar of "),
            "schedule",
            self.d.text(" does not know the answer for "),
            self.d.as_text(verb.arguments[1]),
            self.d.text(f"; see {self.schema}.coverage, or install a newer script"),
        )

    def answer_of(self, verb: Verb) -> str:
        """Return the answer in the type of the dialect, an error for NULL if that was chosen."""
        answer = self.d.instant(verb.answer) if verb.is_instant else verb.answer
        if not self.settings.raises:
            return answer
        kind = self.d.instant_type if verb.is_instant else self.d.integer_type
        if verb.name == "is_working":
            kind = self.d.boolean_type
        given = " and ".join(f"{one} is not null" for one in verb.arguments)
        refused = case([(given, self.d.refuse(self.unknown_message(verb), kind))])
        return f"coalesce({answer}, {refused})"


class SegmentVerbs(Verbs):
    """The verbs over packed days and segments. A subclass says how a dialect looks these up."""

    # -- look-ups ----------------------------------------------------------------------------

    @abstractmethod
    def day_value(self, x: str) -> str:
        """Return the packed value of the UTC day of an instant."""

    @abstractmethod
    def segment_levels(self, *, latest: bool) -> tuple[Level, ...]:
        """Return the steps to ``v`` and ``n``, the packed value and the first day of a segment.

        The segment is that in which the amount ``u`` is worked.
        """

    def inverses(self, slot: int) -> list[tuple[int, InversePattern]]:
        """Return the numbers and the inverse patterns of the segments of a slot."""
        numbers = self.compiled.inverse_numbers
        return [(numbers[one], one) for one in self.compiled.slots[slot].inverses]

    def checked_slot(self, schedule: str) -> str:
        """Return the slot of a schedule; an unknown name is an error."""
        return slot_or_refused(self.d, self.compiled.slot_of, schedule)

    def checked_us(self, instant: str) -> str:
        """Return the microseconds of an argument; an argument that is no instant is an error."""
        return self.d.us(instant)

    # -- the verbs ---------------------------------------------------------------------------

    def elapsed(self) -> Verb:
        """Return the working time between two instants."""
        last_a, last_b = (self.a.last_of_run(one, "slot") for one in ("ca", "cb"))
        answer = "(cb - ca)"
        if not self.a.single_runs:
            answer = case([(f"{last_a} = {last_b}", answer)])
        levels = self._worked_levels({"a": "start_at", "b": "end_at"})
        return Verb("elapsed", ("schedule", "start_at", "end_at"), levels, answer, is_instant=False)

    def deadline(self) -> Verb:
        """Return the due time: the first instant at which a budget is used up."""
        found = self._located(latest=False)
        return found._replace(answer=case([("d = 0 and ca is not null", "xa")], found.answer))

    def breaches_after(self) -> Verb:
        """Return the limit: the last instant at which a budget is used up."""
        return self._located(latest=True)

    def is_working(self) -> Verb:
        """Return whether an instant is working time: whether the next microsecond is worked."""
        first, *rest = self.elapsed().levels
        first = {"slot": first["slot"], "ua": self.checked_us("t")}
        answer = f"{self.elapsed().answer} = 1"
        levels = (first, {"ub": "ua + 1"}, *rest)
        return Verb("is_working", ("schedule", "t"), levels, answer, is_instant=False)

    def _worked_levels(self, instants: Mapping[str, str], **others: str) -> tuple[Level, ...]:
        """Return the steps to ``slot`` and to the working time C at some instants, ``ca``, ..."""
        slots = self.compiled.slots
        first = {"slot": self.checked_slot("schedule"), **others}
        first |= {f"u{x}": self.checked_us(t) for x, t in instants.items()}
        return (
            first,
            {f"x{x}": case([(self.a.known(f"u{x}", "slot"), f"u{x}")]) for x in instants},
            {f"v{x}": self.day_value(f"x{x}") for x in instants},
            {
                f"c{x}": self.a.by_slot(
                    "slot", (self.a.worked(f"x{x}", f"v{x}", slot.patterns) for slot in slots)
                )
                for x in instants
            },
        )

    def _located(self, *, latest: bool) -> Verb:
        last = self.a.last_of_run("ca", "slot")
        condition = f"d >= 0 and d < {last} - ca" if latest else f"d >= 1 and d <= {last} - ca"
        levels = (
            *self._worked_levels({"a": "start_at"}, d=self.checked_amount("budget")),
            {"u": case([(condition, "ca + d")])},
            *self.segment_levels(latest=latest),
        )
        answer = self.a.by_slot(
            "slot",
            (
                self.a.located("u", "v", "n", self.inverses(slot.index), latest=latest)
                for slot in self.compiled.slots
            ),
        )
        name = "breaches_after" if latest else "deadline"
        return Verb(name, ("schedule", "start_at", "budget"), levels, answer, is_instant=True)

    # -- lists of all slots ------------------------------------------------------------------

    def day_index(self, x: str) -> str:
        """Return the index of the UTC day of an instant in the days of all slots."""
        return f"{self.d.div(x, DAY)} - {self.a.by_slot('slot', self.day_offsets())}"

    def day_offsets(self) -> list[int]:
        """Return for each slot the day number that has the index 0 in the days of all slots."""
        slots = self.compiled.slots
        firsts = accumulate((len(slot.days) for slot in slots), initial=0)
        return [slot.first_day - first for slot, first in zip(slots, firsts, strict=False)]

    def all_days(self) -> list[int]:
        """Return the packed days of all slots, one slot after another: sorted."""
        return [day for slot in self.compiled.slots for day in self.compiled.packed_days(slot)]


class DayVerbs(SegmentVerbs):
    """The verbs for a dialect that finds the segment by a binary search in the list of days."""

    def inverses(self, slot: int) -> list[tuple[int, InversePattern]]:
        """Return the numbers of the patterns of a slot and their inverses."""
        patterns = self.compiled.slots[slot].patterns
        numbers = self.compiled.pattern_numbers
        return [(numbers[one], inverse_of(one)) for one in patterns if one.pieces]


class CellVerbs(SegmentVerbs):
    """The verbs for a dialect that finds the segment by the cell of an amount."""

    @abstractmethod
    def item(self, name: str, index: str) -> str:
        """Return the element of a list of ``lists`` at an index counted from 0."""

    def day_value(self, x: str) -> str:
        """Return the packed value of the UTC day of an instant."""
        return self.item("by_day", self.day_index(x))

    def segment_levels(self, *, latest: bool) -> tuple[Level, ...]:
        """Return the steps to the packed value and the first day of a segment."""
        d, slots = self.d, self.compiled.slots
        back = 0 if latest else 1
        counts = (sum(1 for _ in slot.cells()) for slot in slots)
        cell = self.a.by_slot(
            "slot",
            (
                f"{d.shr(f'(u - {slot.base + back})', slot.shift)} + {first}"
                for slot, first in zip(slots, accumulate(counts, initial=0), strict=False)
            ),
        )
        bound = d.shr(self.item("segment", "j + 1"), self.compiled.bits)
        return (
            {"j": self.item("first_segment", cell)},
            {"k": f"j + case when u {'>=' if latest else '>'} {bound} then 1 else 0 end"},
            {"v": self.item("segment", "k"), "n": self.item("segment_day", "k")},
        )

    def lists(self) -> dict[str, list[int]]:
        """Return the lists of all slots, one slot after another.

        ``by_day`` has the packed days, ``segment`` the packed segments of each slot and the end of
        its last, ``segment_day`` their first days, and ``first_segment`` for each cell the index of
        its segment in ``segment``.
        """
        lists: dict[str, list[int]] = {
            name: [] for name in ("by_day", "first_segment", "segment", "segment_day")
        }
        lists["by_day"] = self.all_days()
        for slot in self.compiled.slots:
            before = len(lists["segment"])
            lists["first_segment"] += (before + cell.segment for cell in slot.cells())
            lists["segment"] += self.compiled.packed_segments(slot)
            lists["segment"].append(slot.last << self.compiled.bits)
            lists["segment_day"] += (segment.number for segment in slot.segments)
            lists["segment_day"].append(0)
        return lists
