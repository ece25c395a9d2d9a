"""Run the comparisons and print the results, by default as a table."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import (
    cold,
    columns,
    crosscheck,
    curves,
    engines,
    growth,
    memory,
    scalar,
    streams,
    times,
)
from benchmarks.lines import Measured, table, worse
from benchmarks.timing import cores
from benchmarks.workload import Rows

BASELINE = Path(__file__).with_name("baseline.json")
LIBRARIES = ("numpy", "pandas", "workclock", "timegrid", "businesstimedelta")
ROWS = 1_000_000
EXIT_UNEXPLAINED = 1


def main(argv: Sequence[str] | None = None) -> int:  # noqa: C901 - one branch for each part
    """Run the comparisons that the arguments name, and return the exit status."""
    given = _arguments(argv)
    result: dict[str, Any] = {"machine": _machine()}
    status = 0
    _say("  ".join(f"{name} {value}" for name, value in result["machine"].items()) + "\n")
    given_parts = (
        given.curves,
        given.memory,
        given.check,
        given.streams,
        given.times,
        given.growth,
        given.engines is not None,
    )
    table_wanted = not any(given_parts)
    if given.check:
        found = []
        for comparison in crosscheck.crosscheck():
            found.append(comparison)
            _say(str(comparison))
        result["crosscheck"] = crosscheck.as_json(found)
        status = EXIT_UNEXPLAINED if any(one.unexplained for one in found) else 0
    if given.curves:
        with cores(1):
            result["curves"] = curves.curves(given.rows, given.turns)
        _say(curves.text(result["curves"]))
    if given.memory:
        result["memory"] = memory.memory()
        _say(memory.text(result["memory"]))
    if given.streams:
        with cores(1):
            result["streams"] = streams.streams(given.events)
        _say(streams.text(result["streams"]))
    if given.growth:
        with cores(1):
            result["growth"] = growth.growth()
        _say(growth.text(result["growth"]))
    if given.times:
        with cores(1):
            result["times"] = times.times()
        _say(times.text(result["times"]))
    if given.engines is not None:
        result["engines"] = {}
        for name, of_engine in engines.engines(given.engines, given.rows, given.turns):
            result["engines"][name] = engines.as_json(of_engine)
            _say(engines.text(of_engine))
    if table_wanted:
        measured = _measure(given.rows, given.turns)
        result |= measured.as_json()
        _say(table(measured.lines))
        if given.compare:
            complaints = worse(measured.lines, json.loads(given.compare.read_text()))
            _say("\n" + ("\n".join(complaints) or "nothing is more than a quarter worse"))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    return status


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--curves", action="store_true", help="how the cost of a row grows")
    parser.add_argument("--memory", action="store_true", help="peak and kept memory")
    parser.add_argument("--streams", action="store_true", help="events a second")
    parser.add_argument("--growth", action="store_true", help="an appeal with many events")
    parser.add_argument("--times", action="store_true", help="times with and without seconds")
    parser.add_argument("--events", type=Path, help="the stream, as JSON Lines; else one is made")
    parser.add_argument(
        "--engines",
        nargs="*",
        choices=engines.ENGINES,
        metavar="ENGINE",
        help=f"databases, polars and Spark: all, or some of {', '.join(engines.ENGINES)}",
    )
    parser.add_argument("--check", action="store_true", help="compare the answers, not the times")
    parser.add_argument(
        "--compare", type=Path, nargs="?", const=BASELINE, help="name ratios that got worse"
    )
    parser.add_argument("--json", type=Path, help="write the result to a file")
    parser.add_argument(
        "--rows", type=int, default=ROWS, help="rows of a column; some engines take fewer"
    )
    parser.add_argument("--turns", type=int, default=7, help="how often the cases take turns")
    return parser.parse_args(argv)


def _measure(count: int, turns: int) -> Measured:
    rows = Rows(count)
    measured: list[Measured] = []
    with cores(1):
        for part in (
            columns.of_the_floor,
            columns.elapsed,
            columns.deadline,
            columns.overhead,
            columns.many_schedules,
            columns.past_the_known_dates,
            columns.pauses,
            scalar.deadline,
            scalar.elapsed,
        ):
            measured.append(part(rows, turns))
            sys.stderr.write(".")
            sys.stderr.flush()
        measured += [cold.compiling(turns), cold.starting(turns)]
    measured.append(columns.threads(rows, turns))
    sys.stderr.write("\n")
    timings = {path: times for part in measured for path, times in part.timings.items()}
    return Measured([line for part in measured for line in part.lines], timings)


def _machine() -> dict[str, str]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
