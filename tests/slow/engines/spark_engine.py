"""Spark as an engine of the comparison: by joins, by this library in Python, or by a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from tests.slow.engines.cases import NULL, Ints, Rows
from workhours_sla import Schedule, sql
from workhours_sla.spark import ScheduleColumns


def instants(values: Ints) -> pa.Array:
    return pa.array(values, mask=values == NULL).view(pa.timestamp("us", "UTC"))


class SparkEngine:
    """A session of Spark that calculates with compiled schedules."""

    verbs: Sequence[str] = ("elapsed", "deadline", "breaches_after")
    whole_calendar = False

    def __init__(
        self,
        spark: SparkSession,
        schedules: Mapping[str, Schedule],
        since: date,
        until: date,
        folder: Path,
        *,
        in_python: bool = False,
    ) -> None:
        self._spark = spark
        self._file = str(folder / "rows.parquet")
        given: list[tuple[str | None, Schedule | Mapping[str, Schedule]]]
        given = [(None, schedules), *schedules.items()]
        self._compiled = {
            name: ScheduleColumns(
                one,
                since=since,
                until=until,
                on_unknown="null",
                route="arrow" if in_python else "join",
            )
            for name, one in given
        }

    def load(self: SparkEngine | SparkScriptEngine, rows: Rows, names: Sequence[str]) -> None:
        table = {
            "key": np.arange(len(rows.code)),
            "schedule name": pa.array(np.array(names)[rows.code]),
            "started": instants(rows.start),
            "ended": instants(rows.end),
            "allowed": pa.array(rows.budget, mask=rows.budget == NULL),
        }
        pq.write_table(pa.table(table), self._file, row_group_size=250_000)

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        frame = self._spark.read.parquet(self._file)
        ask = getattr(self._compiled[schedule], verb)
        by = "schedule name" if schedule is None else None
        other = "ended" if verb == "elapsed" else "allowed"
        return answers_of(ask(frame, "started", other, into="answer", by=by), verb)


class SparkScriptEngine:
    """A session of Spark in which a script is installed."""

    verbs = SparkEngine.verbs
    whole_calendar = False
    load = SparkEngine.load

    def __init__(self, spark: SparkSession, script: sql.Script, folder: Path) -> None:
        self._spark = spark
        self._file = str(folder / "rows.parquet")
        self._script = script
        for statement in filter(str.strip, script.text.split(";\n")):
            spark.sql(statement)

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        assert schedule is None, "each row names its schedule"
        other = "ended" if verb == "elapsed" else "allowed"
        call = self._script.expression(verb, "`schedule name`", "started", other)
        frame = self._spark.read.parquet(self._file)
        return answers_of(frame.selectExpr("key", f"{call} as answer"), verb)


def answers_of(frame: DataFrame, verb: str) -> tuple[Ints, Ints]:
    """Return the keys and the answers of a frame as integers."""
    value = "answer" if verb == "elapsed" else "unix_micros(answer)"
    answers = frame.selectExpr("key", f"{value} as answer").toArrow()
    values = answers["answer"].combine_chunks().fill_null(NULL)
    return answers["key"].to_numpy(), np.asarray(values)
