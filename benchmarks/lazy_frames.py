"""Measure the verbs as columns of polars and Spark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.engine_rows import BUDGET, DATES, ONE, SCHEDULES, SECONDS, Load, beside
from benchmarks.lines import Measured
from workhours_sla import columns, working_hours

# -- polars ----------------------------------------------------------------------------------

MODES: Final = ("in-memory", "streaming")


def polars(path: str, load: Load) -> Measured:
    """Measure lazy queries in both modes, beside this library's verb on numpy."""
    import numpy as np
    import polars as pl

    from tests.slow.engines.cases import NULL

    rows, one, hours = load.rows, SCHEDULES[ONE], working_hours(4)
    instant = pl.Datetime("us", "UTC")
    start, end = (pl.Series(one).set(pl.Series(one == NULL), None) for one in rows[1:3])
    frame = pl.DataFrame(
        {
            "agency": pl.Series(list(SCHEDULES)).gather(rows.code).cast(pl.Categorical),
            "started": start.cast(instant),
            "ended": end.cast(instant),
        }
    ).lazy()
    begins, ends = (np.ascontiguousarray(one).view("M8[us]") for one in (rows.start, rows.end))
    started: Any = pl.col("started")
    ended, agency = pl.col("ended"), pl.col("agency")
    mark: dict[str, Any] = {"on_unknown": "mark"}
    zone: dict[str, Any] = {"tz": "UTC", **mark}
    several = list(SCHEDULES.values())
    asked: dict[str, tuple[Callable[[], object], Any]] = {
        "one: elapsed": (
            partial(columns.elapsed, one, begins, ends, **zone),
            started.sla.elapsed(one, ended, **mark),
        ),
        "one: deadline": (
            partial(columns.deadline, one, begins, hours, **zone),
            started.sla.deadline(one, hours, **mark),
        ),
        "per row: elapsed": (
            partial(columns.elapsed, several, begins, ends, codes=rows.code, **zone),
            started.sla.elapsed(SCHEDULES, ended, by=agency, **mark),
        ),
        "per row: deadline": (
            partial(columns.deadline, several, begins, hours, codes=rows.code, **zone),
            started.sla.deadline(SCHEDULES, hours, by=agency, **mark),
        ),
    }
    lines, timings = [], {}
    for title, (on_numpy, expression) in asked.items():
        query: Any = frame.select(r=expression)
        runs = {mode: partial(query.collect, engine=mode) for mode in MODES}
        times = load.take_turns({"numpy": on_numpy, **runs}, seconds=SECONDS / len(asked))
        lines += [
            beside(path, times, f"{mode}, {title}", 1.5, builtin="numpy", ours=mode)
            for mode in MODES
        ]
        timings[f"{path}, {title}"] = times
    return Measured(lines, timings)


# -- Spark -----------------------------------------------------------------------------------


def spark(path: str, load: Load) -> Measured:
    """Measure the columns of Spark."""
    from tests.slow.engines.spark_job import start, write_rows
    from workhours_sla.spark import ScheduleColumns

    session = start()
    hours = timedelta(microseconds=BUDGET)
    with TemporaryDirectory() as folder:
        file = Path(folder, "rows.parquet")
        write_rows(load.rows, list(SCHEDULES), file)
        frame = session.read.parquet(str(file))
        frame = frame.withColumnRenamed("schedule name", "name").repartition(2).cache()
        frame.count()
        builtin = frame.selectExpr("*", "date_trunc('HOUR', started) + interval 4 hours as r")
        frames: dict[str, Any] = {"builtin": builtin}
        given: list[tuple[str, Any, str | None]]
        given = [("one", SCHEDULES[ONE], None), ("per row", SCHEDULES, "name")]
        for title, schedules, by in given:
            made = ScheduleColumns(schedules, **DATES, on_unknown="null")
            frames[f"{title}: elapsed"] = made.elapsed(frame, "started", "ended", by=by)
            frames[f"{title}: deadline"] = made.deadline(frame, "started", hours, by=by)
        times = load.take_turns({name: partial(_written, one) for name, one in frames.items()})
    session.stop()
    lines = [beside(path, times, name, 5.5) for name in frames if name != "builtin"]
    return Measured(lines, {path: times})


def _written(frame: Any) -> None:
    frame.write.format("noop").mode("overwrite").save()
