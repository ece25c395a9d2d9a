"""Scripts for engines that no test of this project runs: ClickHouse, BigQuery and Snowflake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from workhours_sla.adapters.sql.chained import ChainedDialect, chained_statements
from workhours_sla.adapters.sql.settings import Settings


class ClickHouse(ChainedDialect):
    """The dialect of ClickHouse, whose functions are global and have no types."""

    name: ClassVar[str] = "clickhouse"
    title: ClassVar[str] = "ClickHouse"
    tested: ClassVar[bool] = False
    raises: ClassVar[bool] = False
    text_type: ClassVar[str] = "String"
    integer_type: ClassVar[str] = "Int64"
    list_type: ClassVar[str] = ""

    def named(self, function: str) -> str:
        """Return the full name of a function."""
        return f"{self.schema}_{function}"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant."""
        return f"toUnixTimestamp64Micro(toDateTime64({instant}, 6))"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"fromUnixTimestamp64Micro({us})"

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient."""
        return f"intDiv({amount}, {by})"

    def shr(self, value: str, bits: str | int) -> str:
        """Return a value shifted to the right."""
        return f"bitShiftRight({value}, {bits})"

    def low_bits(self, value: str, bits: int) -> str:
        """Return the lowest bits of a value."""
        return f"bitAnd({value}, {(1 << bits) - 1})"

    def refuse(self, message: str, kind: str) -> str:  # noqa: ARG002
        """Return NULL."""
        return "null"

    def listed(self, values: list[int]) -> str:
        """Return a constant list."""
        return f"[{', '.join(map(str, values))}]"

    def element(self, values: str, index: str) -> str:
        """Return an element of a list."""
        return f"{values}[{index} + 1]"

    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:  # noqa: ARG002
        """Return the statement that creates a function."""
        return f"create or replace function {self.named(name)} as ({', '.join(given)}) -> {body};"

    def before(self) -> Iterator[str]:
        """Return no statement: functions are global."""
        yield from ()


class BigQuery(ChainedDialect):
    """The dialect of BigQuery, in which the schema is a dataset."""

    name: ClassVar[str] = "bigquery"
    title: ClassVar[str] = "BigQuery"
    tested: ClassVar[bool] = False
    text_type: ClassVar[str] = "string"
    integer_type: ClassVar[str] = "int64"
    instant_type: ClassVar[str] = "timestamp"
    boolean_type: ClassVar[str] = "bool"
    list_type: ClassVar[str] = "array<int64>"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant."""
        return f"unix_micros({instant})"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"timestamp_micros({us})"

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient."""
        return f"div({amount}, {by})"

    def mod(self, amount: str, by: int) -> str:
        """Return the remainder."""
        return f"mod({amount}, {by})"

    def refuse(self, message: str, kind: str) -> str:
        """Return an expression that raises an error."""
        return f"cast(error({message}) as {kind})"

    def text(self, value: str) -> str:
        """Return a text as a constant."""
        return "'" + value.replace("'", "\\'") + "'"

    def listed(self, values: list[int]) -> str:
        """Return a constant list."""
        return f"[{', '.join(map(str, values))}]"

    def element(self, values: str, index: str) -> str:
        """Return an element of a list."""
        return f"{values}[offset({index})]"

    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:
        """Return the statement that creates a function."""
        arguments = ", ".join(f"{one} {kind}" for one, kind in given.items())
        return (
            f"create or replace function {self.named(name)}({arguments}) returns {returns} "
            f"as ({body});"
        )


class Snowflake(ChainedDialect):
    """The dialect of Snowflake."""

    name: ClassVar[str] = "snowflake"
    title: ClassVar[str] = "Snowflake"
    tested: ClassVar[bool] = False
    raises: ClassVar[bool] = False
    text_type: ClassVar[str] = "varchar"
    integer_type: ClassVar[str] = "number(38, 0)"
    instant_type: ClassVar[str] = "timestamp_tz"
    list_type: ClassVar[str] = "array"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant."""
        return f"date_part(epoch_microsecond, {instant})"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"to_timestamp_ltz({us}, 6)::timestamp_tz"

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient: a division would round to six decimal places."""
        return f"(({amount} - mod({amount}, {by})) / {by})"

    def mod(self, amount: str, by: int) -> str:
        """Return the remainder."""
        return f"mod({amount}, {by})"

    def shr(self, value: str, bits: str | int) -> str:
        """Return a value shifted to the right."""
        return f"bitshiftright({value}, {bits})"

    def low_bits(self, value: str, bits: int) -> str:
        """Return the lowest bits of a value."""
        return f"bitand({value}, {(1 << bits) - 1})"

    def refuse(self, message: str, kind: str) -> str:  # noqa: ARG002
        """Return NULL."""
        return f"null::{kind}"

    def listed(self, values: list[int]) -> str:
        """Return a constant list."""
        return f"parse_json('[{','.join(map(str, values))}]')::array"

    def element(self, values: str, index: str) -> str:
        """Return an element of a list."""
        return f"get({values}, {index})::number(38, 0)"

    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:
        """Return the statement that creates a function."""
        arguments = ", ".join(f"{one} {kind}" for one, kind in given.items())
        return (
            f"create or replace function {self.named(name)}({arguments}) returns {returns} "
            f"immutable as $$ {body} $$;"
        )


_CLASSES = {one.name: one for one in (ClickHouse, BigQuery, Snowflake)}


def statements(settings: Settings, name: str) -> Iterator[str]:
    """Return the statements of the script of a dialect, each of which may be run twice."""
    dialect: ChainedDialect = _CLASSES[name](settings.schema)
    yield from chained_statements(settings, dialect)
