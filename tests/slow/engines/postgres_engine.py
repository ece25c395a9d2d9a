"""PostgreSQL as an engine of the comparison, in both shapes of its functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import psycopg

from tests.slow.engines.cases import NULL, VERBS, Ints, Rows

INFINITY = 9_224_318_015_999_999_999
_INSTANT = (
    "timestamptz '1970-01-01 00:00+00' + ({0} / 86400000000) * interval '24 hours' "
    "+ ({0} % 86400000000) * interval '1 microsecond'"
)
_US = "(extract(epoch from r) * 1000000)::bigint"


class PostgresEngine:
    """A connection to a server in which a script is installed."""

    verbs: Sequence[str] = VERBS
    whole_calendar = False

    def __init__(self, address: str, *, in_from: bool = False) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute("set timezone = 'America/Sao_Paulo'")
        self.in_from = in_from

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        named = np.array(names)[rows.code]
        columns = [np.where(one == NULL, "\\N", one.astype(str)) for one in rows[1:]]
        lines = zip(np.arange(len(named)).astype(str), named, *columns, strict=True)
        self.connection.execute("drop table if exists appeals, raw")
        self.connection.execute(
            "create unlogged table raw (key int, name text, a bigint, b bigint, d bigint)"
        )
        with self.connection.cursor().copy("copy raw from stdin") as copy:
            copy.write("\n".join(map("\t".join, lines)) + "\n")
        a, b = _INSTANT.format("a"), _INSTANT.format("b")
        self.connection.execute(
            f"create unlogged table appeals as select key, name, {a} as a, {b} as b, d from raw"
        )
        self.connection.execute("drop table raw")
        self.connection.execute("vacuum analyze appeals")

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        name = "name" if schedule is None else "'" + schedule.replace("'", "''") + "'"
        given = {"elapsed": "a, b", "remaining": "a, d, b", "is_working": "a"}.get(verb, "a, d")
        call = f"({name}, {given})"
        if self.in_from and verb in ("elapsed", "deadline", "breaches_after"):
            source = f"appeals left join lateral wh.{verb}_rows{call} as answer(r) on true"
        else:
            source = f"(select key, wh.{verb}{call} as r from appeals) x"
        us = _US if verb in ("deadline", "breaches_after") else "r::int::bigint"
        us = "r" if verb in ("elapsed", "remaining") else us
        keys, found = self.copied(f"select key, coalesce({us}, {NULL + 1}) from {source}")
        return keys, np.where(found == NULL + 1, NULL, found)

    def copied(self, query: str) -> tuple[Ints, Ints]:
        """Return the two columns of a query, which are integers."""
        with self.connection.cursor().copy(f"copy ({query}) to stdout") as copy:
            text = b"".join(bytes(part) for part in copy)
        found = np.array(text.split(), np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]
