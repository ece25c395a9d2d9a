"""The script for Spark SQL: temporary functions, whose names begin with the schema and ``_``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from workhours_sla.sql.chained import ChainedDialect, chained_statements
from workhours_sla.sql.settings import Settings


class Spark(ChainedDialect):
    """The dialect of Apache Spark."""

    name: ClassVar[str] = "spark"
    title: ClassVar[str] = "Apache Spark"
    text_type: ClassVar[str] = "string"
    instant_type: ClassVar[str] = "timestamp"
    list_type: ClassVar[str] = "array<bigint>"
    remarks: ClassVar[tuple[str, ...]] = (
        *ChainedDialect.remarks,
        "Spark converts dates, texts, timestamp_ntz by the zone of the session: give timestamps.",
        "Spark reads a budget of INTERVAL 4 HOURS as 4 microseconds: give microseconds.",
    )

    def named(self, function: str) -> str:
        """Return the full name of a function: a temporary function has no schema."""
        return f"{self.schema}_{function}"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant."""
        return f"unix_micros({instant})"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"timestamp_micros({us})"

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient."""
        return f"({amount} div {by}L)"

    def mod(self, amount: str, by: int) -> str:
        """Return the remainder."""
        return f"({amount} % {by}L)"

    def shr(self, value: str, bits: str | int) -> str:
        """Return a value shifted to the right."""
        return f"shiftright({value}, {bits})"

    def refuse(self, message: str, kind: str) -> str:
        """Return an expression that raises an error."""
        return f"cast(raise_error({message}) as {kind})"

    def listed(self, values: list[int]) -> str:
        """Return a constant list, which Spark converts once per plan."""
        return f"cast(split('{','.join(map(str, values))}', ',') as array<bigint>)"

    def element(self, values: str, index: str) -> str:
        """Return an element of a list."""
        return f"get({values}, cast({index} as int))"

    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:
        """Return the statement that creates a temporary function."""
        arguments = ", ".join(f"{one} {kind}" for one, kind in given.items())
        return (
            f"create or replace temporary function {self.named(name)}({arguments}) "
            f"returns {returns} return {body};"
        )

    def before(self) -> Iterator[str]:
        """Return no statement: a temporary function needs no schema."""
        yield from ()


def statements(settings: Settings) -> Iterator[str]:
    """Return the statements of the script, each of which may be run twice."""
    yield from chained_statements(settings, Spark(settings.schema))
