"""Measure the verbs in PostgreSQL, DuckDB and SQLite."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from benchmarks.engine_rows import (
    BUDGET,
    DATES,
    MINUTES,
    ONE,
    SCHEDULES,
    SECONDS,
    VERBS,
    Load,
    beside,
)
from benchmarks.lines import Measured, least, versus
from benchmarks.timing import Case, take_turns
from tests.slow.engines.postgres_server import programs, running
from workhours_sla import sql

# -- PostgreSQL ------------------------------------------------------------------------------


def postgres(path: str, load: Load) -> Measured:
    """Measure the functions of the script.

    The time is that of the processor in the server's process, where the system counts it.
    """
    from tests.slow.engines.sql_engines import PostgresEngine

    with running(programs()[0]) as address:
        engine = PostgresEngine(address)
        ask = engine.connection.execute
        for schema, schedules in {
            "wh": SCHEDULES,
            "wo": {"office": SCHEDULES["office"]},
            "wm": {"minutes": MINUTES},
        }.items():
            ask(sql.script(schedules, **DATES, dialect="postgres", schema=schema).text)
        engine.load(load.rows, list(SCHEDULES))
        ask("set max_parallel_workers_per_gather = 0")
        queries, targets = _postgres_queries()
        runs = {
            name: partial(ask, f"select count(r) from ({query} offset 0) q(key, r)")
            for name, query in queries.items()
        }
        clock = _clock_of(engine.connection.info.backend_pid)
        times = load.take_turns(runs, clock=clock)
        engine.connection.close()
        lines = [beside(path, times, name, target) for name, target in targets.items()]
    return Measured(lines, {path: times})


def _postgres_queries() -> tuple[dict[str, str], dict[str, float]]:
    """Return the queries and the most that each may take, as ratios to the builtin."""
    queries = {"builtin": "select key, date_trunc('hour', slot) + interval '4 hours' from appeals"}
    targets: dict[str, float] = {}
    other = {"elapsed": "start_at", "deadline": str(BUDGET)}
    for title, schema, name in (
        ("one schedule installed", "wo", "'office'"),
        ("one of three", "wh", f"'{ONE}'"),
        ("intervals of a minute", "wm", "'minutes'"),
        ("a schedule per row", "wh", "n"),
    ):
        for verb in VERBS:
            call = f"{schema}.{verb}({name}, slot, {other[verb]})"
            queries[f"{title}: {verb}"] = f"select key, {call} from appeals"
            targets[f"{title}: {verb}"] = 9
    return queries, targets


def _clock_of(process: int) -> Callable[[], int]:
    """Return the clock of a process's main thread on a processor; elapsed time if unknown."""
    file = Path(f"/proc/{process}/schedstat")
    if not file.exists():
        return perf_counter_ns
    return lambda: int(file.read_text("ascii").split()[0])


# -- DuckDB ----------------------------------------------------------------------------------


def duckdb(path: str, load: Load) -> Measured:
    """Measure the script, and a join of ranges, on one thread."""
    from tests.slow.engines.sql_engines import DuckDBEngine

    engine = DuckDBEngine()
    con = engine.connection
    con.execute("set threads = 1")
    con.execute(sql.script(SCHEDULES, **DATES, dialect="duckdb").text)
    engine.load(load.rows, list(SCHEDULES))
    con.register("given", load.intervals.to_arrow())
    con.execute("create table intervals as from given")
    queries = {"builtin": "select date_trunc('hour', slot) + interval 4 hours as r from appeals"}
    targets: dict[str, float] = {}
    for title, name in (("one", f"'{ONE}'"), ("per row", "n")):
        for verb, other in zip(VERBS, ("start_at", f"{BUDGET}::bigint"), strict=True):
            call = f"wh.{verb}({name}, slot, {other})"
            queries[f"{title}: {verb}"] = f"select {call} as r from appeals"
            targets[f"{title}: {verb}"] = 6
    few = min(100_000, load.number)
    overlap = "least(epoch_us(start_at), closes) - greatest(epoch_us(slot), opens)"
    of_ranges = (
        f"select key, sum({overlap}) as r from (from appeals where key < {few}) "
        f"join intervals on schedule = '{ONE}' "
        "and opens < epoch_us(start_at) and closes > epoch_us(slot) group by key"
    )
    runs = {name: partial(_counted, con, query) for name, query in queries.items()}
    times = load.take_turns(runs, seconds=SECONDS * 2 / 3)
    lines = [beside(path, times, name, target) for name, target in targets.items()]
    ours = queries["one: elapsed"].replace(
        "from appeals", f"from (from appeals where key < {few}) as appeals"
    )
    cases = [
        Case("ours", partial(_counted, con, ours), few),
        Case("join of ranges", partial(_counted, con, of_ranges), few),
    ]
    ranges = take_turns(cases, load.turns, seconds=SECONDS / 3)
    con.close()
    own, theirs = ranges.least("ours"), ranges.least("join of ranges")
    shown = versus(own, theirs, "ns/row")
    title = f"faster than a join of ranges, {few:,} rows"
    lines.append(least(path, title, theirs / own, "x", 10, shown))
    return Measured(lines, {path: times, f"{path}, join of ranges": ranges})


def _counted(connection: Any, query: str) -> object:
    return connection.execute(f"select count(r) from ({query})").fetchall()


# -- SQLite ----------------------------------------------------------------------------------


def sqlite(path: str, load: Load) -> Measured:
    """Measure the expressions for SQLite."""
    from tests.slow.engines.sql_engines import SQLiteEngine

    script = sql.script(SCHEDULES, **DATES, dialect="sqlite")
    engine = SQLiteEngine()
    engine.install(script)
    engine.load(load.rows, list(SCHEDULES))
    cases = {"builtin": "strftime('%Y-%m-%d %H:00', slot / 1000000, 'unixepoch', '+4 hours')"}
    targets: dict[str, float | None] = {}
    for title, name in (("one", f"'{ONE}'"), ("per row", "n")):
        for verb, other, target in (("elapsed", "start_at", 6), ("deadline", str(BUDGET), None)):
            cases[f"{title}: {verb}"] = script.expression(verb, name, "slot", other)
            targets[f"{title}: {verb}"] = target
    runs = {
        name: partial(_counted, engine.connection, f"select {one} as r from appeals")
        for name, one in cases.items()
    }
    times = load.take_turns(runs)
    engine.connection.close()
    lines = [beside(path, times, name, target) for name, target in targets.items()]
    return Measured(lines, {path: times})
