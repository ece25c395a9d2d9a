"""SQLite as an engine of the comparison."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from tests.slow.engines.cases import NULL, VERBS, Ints, Rows
from workhours_sla.sql import Script


class SQLiteEngine:
    """A database in memory in which a script is installed."""

    verbs: Sequence[str] = VERBS
    whole_calendar = False

    def __init__(self, script: Script) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(script.text)
        self._script = script

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        columns = [
            [None if value == NULL else value for value in column.tolist()]
            for column in (rows.start, rows.end, rows.budget)
        ]
        named = [names[code] for code in rows.code.tolist()]
        self.connection.execute("drop table if exists appeals")
        self.connection.execute(
            "create table appeals (key integer primary key, name text, a int, b int, d int)"
        )
        self.connection.executemany(
            "insert into appeals values (?, ?, ?, ?, ?)",
            zip(range(len(named)), named, *columns, strict=True),
        )

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        name = "name" if schedule is None else "'" + schedule.replace("'", "''") + "'"
        arguments = {"elapsed": "a b", "remaining": "a d b", "is_working": "a"}.get(verb, "a d")
        return self.answers(verb, name, *arguments.split())

    def answers(self, verb: str, *arguments: str, null: int = NULL) -> tuple[Ints, Ints]:
        """Return the keys and the answers of all rows, with ``null`` for NULL."""
        answer = self._script.expression(verb, *arguments)
        query = f"select key, coalesce({answer}, {null + 1} - 1) from appeals"
        found = np.array(self.connection.execute(query).fetchall(), np.int64)
        return found[:, 0], found[:, 1]
