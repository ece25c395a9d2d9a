"""The words of PostgreSQL, and how its functions are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from workhours_sla.sql.vocabulary import Dialect, named_columns

NO_VALUE: Final = -(2**62)
"""The element of a list that means NULL."""
EPOCH: Final = "timestamptz '1970-01-01 00:00+00'"
INSTANTS: Final = ("timestamptz", "timestamp", "date")
NAIVE: Final = (
    "'an instant is a timestamp with time zone, not ' || pg_typeof({}) || "
    "'; give {} at time zone ''Europe/Volgograd'', with the zone of the column'"
)


class Postgres(Dialect):
    """The dialect of PostgreSQL."""

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant, exactly until the year 2106.

        ``date_part`` would be exact for as long, but it parses the name of its field in each call.
        """
        return f"(tstzrange_subdiff({instant}, {EPOCH}) * 1000000)::bigint"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds, exactly until the year 2106."""
        return f"to_timestamp({us} / 1000000.0::float8)"

    def as_text(self, value: str) -> str:
        """Return a value as text by an immutable function."""
        return f"{self.schema}.shown({value})"

    def refuse(self, message: str, kind: str) -> str:
        """Return an expression that raises an error."""
        return f"{self.schema}.refuse({message}, null::{kind})"


def list_function(schema: str, name: str, values: Sequence[int | None]) -> str:
    """Return a function that returns a list.

    PL/pgSQL parses the list once per session, and the planner calls the function once per plan.
    ``NO_VALUE`` replaces NULL, since an array with a NULL has no look-up in constant time.
    """
    array = ",".join(str(NO_VALUE if value is None else value) for value in values)
    return function(schema, f"{name}()", "bigint[]", f"begin return '{{{array}}}'::bigint[]; end")


def nested(levels: Sequence[Mapping[str, str]]) -> str:
    """Return the query of some levels, each nested in the next."""
    first, *rest = levels
    source = f"select {named_columns(first)}"
    for level in rest:
        source = f"select z.*, {named_columns(level)} from ({source} offset 0) z"
    return source


def sql_function(schema: str, signature: str, returns: str, body: str) -> str:
    """Return a function in SQL, which PostgreSQL may inline."""
    return function(schema, signature, returns, body, language="sql")


def function(
    schema: str,
    signature: str,
    returns: str,
    body: str,
    *,
    language: str = "plpgsql",
    strict: bool = False,
) -> str:
    """Return a function without side effects; with ``strict`` a NULL argument gives NULL."""
    return (
        f"create or replace function {schema}.{signature} returns {returns} "
        f"language {language} immutable {'strict ' if strict else ''}parallel safe "
        f"as $wh$\n{body}\n$wh$;"
    )
