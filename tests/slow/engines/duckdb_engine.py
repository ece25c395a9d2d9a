"""DuckDB as an engine of the comparison: by its script, or by the functions of this library."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from tests.slow.engines.cases import NULL, VERBS, Ints, Rows

ZONE = "America/Sao_Paulo"
"""The zone of the session, on which no answer may depend."""


def instants(values: Ints) -> pa.Array:
    return pa.array(values, mask=values == NULL).view(pa.timestamp("us", "UTC"))


class DuckDBEngine:
    """A connection in which ``install`` has installed the functions."""

    verbs: Sequence[str] = VERBS
    whole_calendar = False

    def __init__(self, *, in_from: bool = False) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"set timezone = '{ZONE}'; set threads = 2")
        self._in_from = in_from

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        table = pa.table(
            {
                "key": np.arange(len(rows.code)),
                "schedule_name": pa.array(np.array(names)[rows.code]),
                "started": instants(rows.start),
                "ended": instants(rows.end),
                "allowed": pa.array(rows.budget, mask=rows.budget == NULL),
            }
        )
        self.connection.register("given", table)
        self.connection.execute("create or replace table appeals as from given")
        self.connection.unregister("given")

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        name = "schedule_name" if schedule is None else "'" + schedule.replace("'", "''") + "'"
        arguments = {
            "elapsed": "started, ended",
            "remaining": "started, allowed, ended",
            "is_working": "started",
        }.get(verb, "started, allowed")
        rows = self._in_from and verb in ("elapsed", "deadline", "breaches_after")
        if rows:
            source = f"appeals, wh.{verb}_rows({name}, {arguments}) as answer(r)"
        else:
            source = f"(select key, wh.{verb}({name}, {arguments}) as r from appeals)"
        value = "epoch_us(r)" if verb in ("deadline", "breaches_after") else "r::bigint"
        found = self.connection.sql(f"select key, {value} as r from {source}").to_arrow_table()
        answers = found["r"].combine_chunks().fill_null(NULL)
        return found["key"].to_numpy(), np.asarray(answers)
