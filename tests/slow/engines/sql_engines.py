"""PostgreSQL, DuckDB and SQLite as engines of the comparison.

The columns of the table ``appeals`` have the names of arguments and of what scripts once used
inside: ``n`` is the schedule, ``slot`` the start, ``start_at`` the end and ``d`` the budget.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.slow.engines.cases import NAMES, NULL, Ints, Rows
from workhours_sla.sql.scripts import Script

ARGUMENTS = {"elapsed": ("slot", "start_at"), "remaining": ("slot", "d", "start_at")}
ARGUMENTS |= {"is_working": ("slot",)}
"""The columns of each verb; the others need a start and a budget."""
ZONE = "America/Sao_Paulo"
"""The zone of the session, on which no answer may depend."""
DIALECTS = ("duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.engines))


def quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


class SQLEngine:
    micros = "{}"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.script: Script | None = None

    def install(self, script: Script) -> None:
        self.connection.execute(script.text)
        self.script = script

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()  # type: ignore[no-any-return]

    def one(self, query: str) -> Any:
        return self.ask(query)[0][0]

    def call(self, verb: str, *arguments: str) -> str:
        """Return a query for the answer of a verb in microseconds, or as an integer."""
        assert self.script
        found = self.script.expression(verb, *arguments)
        is_instant = verb in ("deadline", "breaches_after") or verb.endswith("_at")
        if verb == "is_working":
            return f"case when {found} then 1 when not {found} then 0 end"
        return self.micros.format(found) if is_instant else found

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        name = "n" if schedule is None else quoted(schedule)
        return self.pairs(self.call(verb, name, *ARGUMENTS.get(verb, ("slot", "d"))), "appeals")

    def count_days(self, call: str, schedule: str, column: str) -> tuple[Ints, Ints]:
        """Return the answers of a function that counts days, called in FROM."""
        name, _, others = call.partition("(")
        source = f"appeals, wh.{name}({quoted(schedule)}, slot, {others}"
        return self.pairs(self.micros.format(column), source)

    def pairs(self, answer: str, source: str) -> tuple[Ints, Ints]:
        """Return the keys and the answers of all rows, with ``NULL`` for NULL."""
        rows = self.ask(f"select key, coalesce({answer}, {NULL + 1}) from {source}")
        found = np.array(rows, np.int64).reshape(-1, 2)
        return found[:, 0], np.where(found[:, 1] == NULL + 1, NULL, found[:, 1])


class SQLiteEngine(SQLEngine):
    def __init__(self) -> None:
        super().__init__(sqlite3.connect(":memory:"))

    def install(self, script: Script) -> None:
        self.connection.executescript(script.text)
        self.script = script

    def load(self, rows: Rows, names: Sequence[str] = NAMES) -> None:
        columns = [
            [None if value == NULL else value for value in column.tolist()] for column in rows[1:]
        ]
        named = (names[code] for code in rows.code.tolist())
        self.connection.execute(
            "create table appeals (key integer primary key, n text, slot, start_at, d)"
        )
        self.connection.executemany(
            "insert into appeals values (?, ?, ?, ?, ?)",
            zip(range(len(rows.code)), named, *columns, strict=True),
        )

    def count_days(self, call: str, schedule: str, column: str) -> tuple[Ints, Ints]:
        name, _, others = call.removesuffix(")").partition("(")
        if not others.endswith("_day'"):
            others += ", 'next_day'"
        arguments = (quoted(schedule), "slot", *others.split(", "))
        return self.pairs(self.call(f"{name}_{column}", *arguments), "appeals")


class DuckDBEngine(SQLEngine):
    micros = "epoch_us({})"

    def __init__(self, path: str = ":memory:") -> None:
        import duckdb

        super().__init__(duckdb.connect(path))
        self.connection.execute(f"set timezone = '{ZONE}'; set threads = 2")

    def load(self, rows: Rows, names: Sequence[str] = NAMES) -> None:
        import pyarrow as pa

        def column(values: Ints, kind: Any = None) -> Any:
            found = pa.array(values, mask=values == NULL)
            return found.view(kind) if kind else found

        instant = pa.timestamp("us", "UTC")
        table = {
            "key": np.arange(len(rows.code)),
            "n": pa.array(np.array(names)[rows.code]),
            "slot": column(rows.start, instant),
            "start_at": column(rows.end, instant),
            "d": column(rows.budget),
        }
        self.connection.register("given", pa.table(table))
        self.connection.execute("create or replace table appeals as from given")
        self.connection.unregister("given")

    def pairs(self, answer: str, source: str) -> tuple[Ints, Ints]:
        query = f"select key, {answer}::bigint as r from {source}"
        found = self.connection.sql(query).to_arrow_table()
        answers = found["r"].combine_chunks().fill_null(NULL)
        return found["key"].to_numpy(), np.asarray(answers)


class PostgresEngine(SQLEngine):
    micros = "(extract(epoch from {}) * 1000000)::bigint"

    def __init__(self, address: str) -> None:
        import psycopg

        super().__init__(psycopg.connect(address, autocommit=True))
        self.connection.execute(f"set timezone = '{ZONE}'")
        self.connection.execute("drop table if exists appeals; drop schema if exists wh cascade")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(query)
        return cursor.fetchall() if cursor.description else []

    def load(self, rows: Rows, names: Sequence[str] = NAMES) -> None:
        named = np.array(names)[rows.code]
        columns = [np.where(one == NULL, "\\N", one.astype(str)) for one in rows[1:]]
        lines = zip(np.arange(len(named)).astype(str), named, *columns, strict=True)
        self.connection.execute(
            "create unlogged table raw (key int, n text, a bigint, b bigint, d bigint)"
        )
        with self.connection.cursor().copy("copy raw from stdin") as copy:
            copy.write("\n".join(map("\t".join, lines)) + "\n")
        a, b = (
            f"timestamptz '1970-01-01 00:00+00' + ({one} / 86400000000) * interval '24 hours' "
            f"+ ({one} % 86400000000) * interval '1 microsecond'"
            for one in "ab"
        )
        self.connection.execute(
            f"create unlogged table appeals as select key, n, {a} slot, {b} start_at, d from raw; "
            "drop table raw; analyze appeals"
        )

    def pairs(self, answer: str, source: str) -> tuple[Ints, Ints]:
        query = f"copy (select key, coalesce({answer}, {NULL + 1}) from {source}) to stdout"
        with self.connection.cursor().copy(query) as copy:
            text = b"".join(bytes(part) for part in copy)
        found = np.array(text.split(), np.int64).reshape(-1, 2)
        return found[:, 0], np.where(found[:, 1] == NULL + 1, NULL, found[:, 1])


def opened(dialect: str, request: pytest.FixtureRequest) -> SQLEngine:
    """Return a new session of an engine; its tests are skipped where it is not installed."""
    if dialect == "sqlite":
        return SQLiteEngine()
    if dialect == "duckdb":
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        return DuckDBEngine()
    pytest.importorskip("psycopg")
    return PostgresEngine(request.getfixturevalue("postgres"))
