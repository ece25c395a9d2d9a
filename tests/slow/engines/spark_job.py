"""A Spark job that turns a folder of events into a file of changes; a test kills it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from workhours_sla import CalendarDays, Policy, Schedule, Target, working_hours
from workhours_sla.spark import EVENT_SCHEMA, changes, session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from tests.slow.engines.cases import Rows

MARKS = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
"""What PySpark warns of is not this library's business."""
OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy(
    [
        Target("first reply", working_hours(4), OFFICE),
        Target("to the point", working_hours(4), OFFICE, stops="substantive_reply", pauses=True),
        Target("final", CalendarDays(30, roll="following"), OFFICE, stops="final_reply"),
    ]
)


def skip_without_java() -> None:
    """Skip the tests of a module without Java, and without PySpark except in ``test-engines``."""
    home = os.environ.get("JAVA_HOME")
    if which(str(Path(home, "bin", "java")) if home else "java") is None:
        pytest.skip("Java is not installed, and Spark needs it", allow_module_level=True)
    if find_spec("pyspark") is None and "WORKHOURS_ENGINE_ROWS" not in os.environ:
        pytest.skip("PySpark is not installed; make test-engines needs it", allow_module_level=True)


def start() -> SparkSession:
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2500m")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "America/Sao_Paulo")
        .config("spark.log.level", "ERROR")
    )
    return session(builder)


def write_rows(rows: Rows, names: Sequence[str], file: Path) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    from tests.slow.engines.cases import LONGEST, NULL

    code, *instants, budget = rows
    instant = pa.timestamp("us", "UTC")
    started, ended = (pa.array(one, mask=one == NULL).view(instant) for one in instants)
    table = {
        "key": np.arange(len(code)),
        "schedule name": pa.array(np.array(names)[code]),
        "started": started,
        "ended": ended,
        "allowed": pa.array(budget, mask=(budget == NULL) | (budget > LONGEST)),
    }
    parquet.write_table(pa.table(table), file, row_group_size=250_000)


def run(folder: Path, skew: timedelta) -> None:
    """Write the changes of the events in ``folder/in`` to ``folder/out.jsonl``."""
    from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

    spark = start()
    events = spark.readStream.schema(EVENT_SCHEMA).option("maxFilesPerTrigger", 1)
    found = changes(events.json(str(folder / "in")), POLICY, skew=skew)

    def write(rows: DataFrame, batch: int) -> None:
        instants = {name: F.unix_micros(name) for name in ("at", "due_at", "limit")}
        found = rows.withColumns(instants).collect()
        lines = [json.dumps([batch, *map(str, row)]) + "\n" for row in found]
        with (folder / "out.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(lines)

    writer = found.writeStream.foreachBatch(write).trigger(availableNow=True)
    query = writer.option("checkpointLocation", str(folder / "checkpoint")).start()
    query.awaitTermination()
    for one in query.recentProgress:
        print(one.json, flush=True)
    spark.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]), timedelta(seconds=float(sys.argv[2])))
