"""The words of an SQL dialect, and the arithmetic of working time written in them.

Only guarded integers reach ``/ % >> [ ]``: never NULL, since ``least`` differs between engines;
never negative, since division does; never outside of a list, since DuckDB counts from its end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from workhours_sla.sql.patterns import DAY, InversePattern, Pattern
from workhours_sla.sql.schedule_tables import CompiledSchedules, Slot

LISTED: Final = 5
"""The number of schedules that an error message lists."""


class Dialect(ABC):
    """The primitives of an engine; a subclass overrides those that it writes in another way.

    ``remarks`` are for the head of a script.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    text_type: ClassVar[str] = "text"
    integer_type: ClassVar[str] = "bigint"
    instant_type: ClassVar[str] = "timestamptz"
    boolean_type: ClassVar[str] = "boolean"
    remarks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, schema: str = "wh") -> None:
        self.schema: str = schema

    def named(self, function: str) -> str:
        """Return the full name of a function of the script."""
        return f"{self.schema}.{function}"

    @abstractmethod
    def us(self, instant: str) -> str:
        """Return the microseconds since 1970-01-01T00:00 UTC of an instant."""

    @abstractmethod
    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds since 1970-01-01T00:00 UTC."""

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient of an amount of at least 0."""
        return f"({amount} / {by})"

    def mod(self, amount: str, by: int) -> str:
        """Return the remainder of an amount of at least 0."""
        return f"({amount} % {by})"

    def shr(self, value: str, bits: str | int) -> str:
        """Return a value shifted to the right."""
        return f"({value} >> {bits})"

    def low_bits(self, value: str, bits: int) -> str:
        """Return the lowest bits of a value."""
        return f"({value} & {(1 << bits) - 1})"

    def least(self, one: str, other: str) -> str:
        """Return the smaller of two integers that are not NULL."""
        return f"least({one}, {other})"

    def greatest(self, one: str, other: str) -> str:
        """Return the greater of two integers that are not NULL."""
        return f"greatest({one}, {other})"

    @abstractmethod
    def refuse(self, message: str, kind: str) -> str:
        """Return an expression of a type that raises an error; ``message`` is an expression.

        An engine without errors in expressions returns NULL.
        """

    def as_text(self, value: str) -> str:
        """Return an integer or an instant as text, for a message."""
        return f"cast({value} as {self.text_type})"

    def joined(self, *parts: str) -> str:
        """Return the concatenation of some texts."""
        return " || ".join(parts)

    def text(self, value: str) -> str:
        """Return a text as a constant."""
        return "'" + value.replace("'", "''") + "'"


def case(branches: Iterable[tuple[str, str]], otherwise: str | None = None, of: str = "") -> str:
    """Return a CASE expression; without branches ``otherwise`` alone, or NULL."""
    parts = [f"when {condition} then {value}" for condition, value in branches]
    if not parts:
        return otherwise or "null"
    if otherwise is not None:
        parts.append(f"else {otherwise}")
    return " ".join(["case", *([of] if of else []), *parts, "end"])


def named_columns(level: Mapping[str, str]) -> str:
    """Return the columns of a query for some names and their expressions."""
    return ", ".join(f"{expression} as {name}" for name, expression in level.items())


def slot_or_refused(
    dialect: Dialect, slot_of: Mapping[str, int], schedule: str, listed_as: str = "the schedules"
) -> str:
    """Return the slot of a schedule, an error for an unknown name."""
    listed = ", ".join(list(slot_of)[:LISTED]) + (" ..." if len(slot_of) > LISTED else "")
    unknown = dialect.joined(
        dialect.text("no schedule "), schedule, dialect.text(f"; {listed_as} are {listed}")
    )
    slots = [(f"{schedule} = {dialect.text(name)}", str(at)) for name, at in slot_of.items()]
    refused = dialect.refuse(unknown, dialect.integer_type)
    return case([*slots, (f"{schedule} is null", "null")], refused)


def amount_or_refused(dialect: Dialect, budget: str) -> str:
    """Return a budget in microseconds, an error for a negative one."""
    negative = dialect.joined(
        dialect.text("the budget "),
        dialect.as_text(budget),
        dialect.text(" is negative; give at least 0"),
    )
    return case([(f"{budget} < 0", dialect.refuse(negative, dialect.integer_type))], budget)


class Arithmetic:
    """The working time of compiled schedules as expressions of a dialect.

    Instants are SQL expressions in microseconds. Amounts are SQL expressions of the working time C
    that has passed since the beginning of the table.
    """

    def __init__(self, dialect: Dialect, compiled: CompiledSchedules) -> None:
        self.dialect = dialect
        self.compiled = compiled

    # -- by pattern --------------------------------------------------------------------------

    def worked(self, x: str, value: str, patterns: Iterable[Pattern] | None = None) -> str:
        """Return C at an instant, given the packed value of its day; NULL within a gap.

        ``patterns`` are those that can occur, by default all.
        """
        d, c = self.dialect, self.compiled
        within = d.mod(x, DAY)
        branches = [
            (str(c.pattern_numbers[pattern]), self._grown(within, pattern))
            for pattern in (c.patterns if patterns is None else patterns)
            if pattern.total
        ]
        before = d.shr(value, c.bits)
        return f"({before} + {case(branches, '0', d.low_bits(value, c.bits))})"

    def _grown(self, within: str, pattern: Pattern) -> str:
        d = self.dialect
        terms = [
            d.least(d.greatest(f"{within} - {start}", "0"), str(length))
            if start
            else d.least(within, str(length))
            for start, length in pattern.pieces
        ]
        terms += [
            case([(f"{within} >= {gap.until}", str(gap.jump))], "0")
            for gap in pattern.gaps
            if gap.until < DAY
        ]
        grown = " + ".join(terms) or "0"
        unknown = [
            (f"{within} > {gap.since} and {within} < {gap.until}", "null")
            for gap in pattern.gaps
            if gap.until - gap.since > 1
        ]
        return case(unknown, grown) if unknown else grown

    def located(
        self,
        amount: str,
        value: str,
        day: str,
        inverses: Iterable[tuple[int, InversePattern]],
        *,
        latest: bool,
    ) -> str:
        """Return the instant at which C is an amount, given the packed value of its segment.

        It is the first such instant, or with ``latest`` the last. ``day`` is the number of the
        segment's first day, and ``inverses`` are the patterns that can occur with their numbers.
        """
        d, c = self.dialect, self.compiled
        within = f"({amount} - {d.shr(value, c.bits)})"
        branches = [
            (str(number), self._shift(within, inverse, latest=latest))
            for number, inverse in inverses
        ]
        shift = case(branches, None, d.low_bits(value, c.bits))
        return f"({day} * {DAY} + {within} + {shift})"

    @staticmethod
    def _shift(within: str, inverse: InversePattern, *, latest: bool) -> str:
        *first, last = inverse.steps
        less = "<" if latest else "<="
        branches = [(f"{within} {less} {end}", str(shift)) for _, end, shift in first]
        return case(branches, str(last[2]))

    # -- by slot -----------------------------------------------------------------------------

    def by_slot(self, slot: str, values: Iterable[object]) -> str:
        """Return the value of a slot, NULL for no slot; the value alone if there is one slot."""
        if len(self.compiled.slots) == 1:
            return str(*values)
        return case(((str(at), str(value)) for at, value in enumerate(values)), of=slot)

    def known(self, x: str, slot: str) -> str:
        """Return whether an instant lies within the first and the last known instant of a slot."""
        slots = self.compiled.slots
        lows, highs = {one.lo for one in slots}, {one.hi for one in slots}
        lo = str(*lows) if len(lows) == 1 else self.by_slot(slot, (one.lo for one in slots))
        hi = str(*highs) if len(highs) == 1 else self.by_slot(slot, (one.hi for one in slots))
        return f"{slot} is not null and {x} between {lo} and {hi}"

    def last_of_run(self, amount: str, slot: str) -> str:
        """Return C at the end of the run in which C is an amount."""
        return self.by_slot(slot, (self.last(one, amount) for one in self.compiled.slots))

    @staticmethod
    def last(slot: Slot, amount: str) -> str:
        """Return C at the end of the run of a slot in which C is an amount."""
        *first, last = slot.runs
        return case([(f"{amount} <= {run.last}", str(run.last)) for run in first], str(last.last))

    @property
    def single_runs(self) -> bool:
        """Whether no schedule has a gap."""
        return all(len(slot.runs) == 1 for slot in self.compiled.slots)
