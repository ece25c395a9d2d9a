"""Measure the memory that a large column needs in addition to its input and answer.

Each measurement runs in a separate process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.workload import BUDGET, HOURS, ZONE, Instants
from workhours_sla import Calendar, Schedule, columns
from workhours_sla.worktime.columns.lookup_tables import compiled

ROWS = 10_000_000


def memory() -> dict[str, Any]:
    """Measure the peak memory of ``elapsed`` beyond input and answer, and the tables' growth."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory"], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout))


def text(found: dict[str, Any]) -> str:
    """Return the results as plain text."""
    lines = [
        f"elapsed on {ROWS:,} rows, at most, beyond inputs and answer:",
        f"  {found['resident_kb']:>7,} KB resident",
        f"  {found['traced_kb']:>7,} KB asked for, touched or not (tracemalloc, numpy included)",
        "kept by a schedule asked over so many years, one at a time and in columns:",
    ]
    lines += [
        f"  {years:>2} years  {one:>6,} KB  {many:>6,} KB"
        for years, (one, many) in found["kept_kb"].items()
    ]
    return "\n".join(lines)


def fresh_schedule() -> Schedule:
    """Return a schedule that has compiled nothing yet, with a loaded calendar."""
    return Schedule(Calendar.get("RU"), HOURS, tz=ZONE)


def ask_years(schedule: Schedule, first: int, last: int) -> Schedule:
    """Compile a schedule for the years from ``first`` to ``last``, and return it."""
    begin = datetime(first, 1, 1, 12, tzinfo=ZONE)
    schedule.elapsed(begin, datetime(last, 12, 31, 12, tzinfo=ZONE))
    return schedule


def kept(make: Callable[[], object]) -> int:
    """Return how many bytes a call allocates and does not free, including the memory of numpy."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        after = tracemalloc.get_traced_memory()[0]
        del made
    finally:
        tracemalloc.stop()
    return after - before


def _measure() -> dict[str, Any]:
    rng = np.random.default_rng(2026)
    # The input is computed in place: a higher peak before the call would hide the call's peak.
    begin, end = np.array(["2024-01-02", "2025-12-15"], "M8[us]").view(np.int64).tolist()
    starts = rng.integers(begin, end, ROWS)
    ends = rng.integers(0, 7 * 86_400 * 10**6, ROWS)
    ends += starts
    schedule, asked = fresh_schedule(), (starts.view("M8[us]"), ends.view("M8[us]"))
    # this call compiles the tables
    columns.elapsed(schedule, *(column[:100_000] for column in asked), tz="UTC")
    before = peak_kb()
    answer = columns.elapsed(schedule, *asked, tz="UTC")
    # can be negative if memory was free before the call
    resident = max(0, peak_kb() - before - answer.nbytes // 1024)
    size = answer.nbytes
    del answer
    tracemalloc.start()
    columns.elapsed(schedule, *asked, tz="UTC")
    traced = tracemalloc.get_traced_memory()[1] - size
    tracemalloc.stop()
    return {"resident_kb": resident, "traced_kb": traced // 1024, "kept_kb": _kept_by_years()}


def peak_kb() -> int:
    """Return the peak resident memory of this process, in kB."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage begins with the peak of the parent process
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert found is not None  # noqa: S101 - Linux always says it
        return int(found[1])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _kept_by_years() -> dict[int, tuple[int, int]]:
    _fresh_over_years(2006)  # this call reads the calendar
    found = {}
    for years in (1, 2, 5, 10, 20):
        first = 2026 - years
        when = np.array([f"{first}-01-15", "2025-12-15"], "M8[us]").repeat(500)
        one = kept(partial(_fresh_over_years, first))
        schedule = _fresh_over_years(first)
        compiled.cache_clear()
        many = kept(partial(_asked_in_columns, schedule, when))
        found[years] = one // 1024, many // 1024
    return found


def _fresh_over_years(first: int) -> Schedule:
    return ask_years(fresh_schedule(), first, 2025)


def _asked_in_columns(schedule: Schedule, when: Instants) -> object:
    columns.deadline(schedule, when, BUDGET, tz="UTC")
    return compiled((schedule,))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure()))
