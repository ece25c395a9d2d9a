"""Measure how the cost per row depends on the rows of a batch."""

from __future__ import annotations

from typing import Any

from benchmarks.columns import (
    deadline_case,
    distinct_regions,
    drawn,
    elapsed_case,
    pauses_of,
    regions,
    russian,
)
from benchmarks.lines import columns, figures
from benchmarks.timing import take_turns
from benchmarks.workload import Rows, spread

Point = dict[str, Any]

_YEAR = 365 * 86_400


def curves(count: int, turns: int) -> dict[str, list[Point]]:
    """Return the points of each curve: nanoseconds per row of ``elapsed`` and ``deadline``."""
    return {
        "rows": [
            _point(size, Rows(size), max(turns if size < 10**7 else 3, 3))
            for size in (10**3, 10**4, 10**5, 10**6, 10**7)
        ],
        "years": [_point(years, _over_years(years, count), turns) for years in (1, 2, 5, 10, 20)],
        "schedules": [_schedules(size, Rows(count), turns) for size in (1, 2, 4, 8, 16, 32, 89)],
        "pauses": [_pauses(size, Rows(count), turns) for size in (0, 1, 2, 4, 8)],
    }


def text(found: dict[str, list[Point]]) -> str:
    """Return the curves as a table in plain text."""
    rows = [("by", "", "elapsed ns/row", "deadline ns/row")]
    for name, points in found.items():
        rows += [
            (name, f"{p['at']:,}", figures(p["elapsed"]), figures(p["deadline"])) for p in points
        ]
    return columns(rows, right={1, 2, 3})


def _over_years(years: int, count: int) -> Rows:
    rows = Rows(count)
    rows.starts = spread(f"{2026 - years}-01-02", years * (_YEAR - 14 * 86_400), rows.rng, count)
    rows.ends = rows.starts + rows.rng.integers(0, 7 * 86_400, count).astype("m8[s]")
    return rows


def _schedules(size: int, rows: Rows, turns: int) -> Point:
    kinds = distinct_regions()
    schedules = kinds[:size] if size <= len(kinds) else regions()
    return _point(len(schedules), rows, turns, schedules, codes=drawn(schedules, rows))


def _pauses(size: int, rows: Rows, turns: int) -> Point:
    return _point(size, rows, turns, pauses=pauses_of(rows, size) if size else None)


def _point(at: int, rows: Rows, turns: int, schedule: Any = None, **more: Any) -> Point:
    schedule = schedule or russian("RU-MOW")
    times = take_turns(
        [
            elapsed_case("elapsed", schedule, rows.starts, rows.ends, **more),
            deadline_case("deadline", schedule, rows.starts, **more),
        ],
        turns,
    )
    return {"at": at, "elapsed": times["elapsed"], "deadline": times["deadline"]}
