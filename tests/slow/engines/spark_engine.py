"""Spark as an engine of the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

from tests.slow.engines.cases import LONGEST, NULL, Ints, Rows
from workhours_sla import Schedule
from workhours_sla.spark import ScheduleColumns


def instants(values: Ints) -> pa.Array:
    return pa.array(values, mask=values == NULL).view(pa.timestamp("us", "UTC"))


class SparkEngine:
    """A session of Spark that asks the library, which knows more dates than a script."""

    verbs: Sequence[str] = ("elapsed", "deadline", "breaches_after")
    whole_calendar = True

    def __init__(
        self,
        spark: SparkSession,
        schedules: Mapping[str, Schedule],
        since: date,
        until: date,
        folder: Path,
    ) -> None:
        self._spark = spark
        self._file = str(folder / "rows.parquet")
        given: list[tuple[str | None, Schedule | Mapping[str, Schedule]]]
        given = [(None, schedules), *schedules.items()]
        self._compiled = {
            name: ScheduleColumns(one, since=since, until=until, on_unknown="null")
            for name, one in given
        }

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        table = {
            "key": np.arange(len(rows.code)),
            "schedule name": pa.array(np.array(names)[rows.code]),
            "started": instants(rows.start),
            "ended": instants(rows.end),
            # the library takes no budget that is longer than all calendars
            "allowed": pa.array(rows.budget, mask=(rows.budget == NULL) | (rows.budget > LONGEST)),
        }
        pq.write_table(pa.table(table), self._file, row_group_size=250_000)

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        frame = self._spark.read.parquet(self._file)
        ask = getattr(self._compiled[schedule], verb)
        by = "schedule name" if schedule is None else None
        other = "ended" if verb == "elapsed" else "allowed"
        found = ask(frame, "started", other, into="answer", by=by)
        answer = F.col("answer") if verb == "elapsed" else F.unix_micros("answer")
        answers = found.select("key", answer.alias("answer")).toArrow()
        values = answers["answer"].combine_chunks().fill_null(NULL)
        return answers["key"].to_numpy(), np.asarray(values)
