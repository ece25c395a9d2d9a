"""The rows on which engines are compared, and the answers of ``workhours_sla.columns``.

All instants and amounts are microseconds; ``NULL`` is NULL, as NaT is in numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla import Schedule, columns
from workhours_sla.sql import CompiledSchedules

Ints = NDArray[np.int64]
NULL = int(np.iinfo(np.int64).min)
DAY = 86_400_000_000
HOUR = 3_600_000_000
LONGEST = 200 * 366 * DAY
VERBS = ("elapsed", "deadline", "breaches_after", "remaining", "is_working")


class Rows(NamedTuple):
    """One column per argument; ``code`` is the index of each row's schedule."""

    code: Ints
    start: Ints
    end: Ints
    budget: Ints

    def of(self, code: int) -> Rows:
        """Return the same rows with one schedule for all."""
        return self._replace(code=np.full_like(self.code, code))


def made_rows(compiled: CompiledSchedules, count: int, seed: int = 1) -> Rows:
    """Return random rows, many of them at edges of working time, of coverage and of the types."""
    chosen = np.random.default_rng(seed)
    edges = np.array(
        [at for run in compiled.coverage.values() for pair in run for at in pair]
        + [at for _, opens, closes in compiled.intervals.rows for at in (opens, closes)]
    )
    lo, hi = edges.min(), edges.max()

    def instants() -> Ints:
        t = chosen.integers(lo - 20 * DAY, hi + 20 * DAY, count)
        near = chosen.random(count) < 0.2
        t[near] = chosen.choice(edges, near.sum()) + chosen.integers(-2, 3, near.sum())
        ends = chosen.random(count) < 0.01
        t[ends] = chosen.choice([lo, hi], ends.sum()) + chosen.integers(-1, 2, ends.sum())
        far = chosen.random(count) < 0.002
        t[far] = chosen.choice([lo - 400 * DAY, hi + 400 * DAY], far.sum())
        return t

    start = instants()
    end = start + chosen.integers(-5 * DAY, 30 * DAY, count)
    apart = chosen.random(count) < 0.3
    end[apart] = instants()[apart]
    same = chosen.random(count) < 0.01
    end[same] = start[same]
    kinds = [0, 1, 4 * HOUR, 4 * HOUR, 4 * HOUR, 8 * HOUR, 40 * HOUR, 10**13, 2**62]
    budget = chosen.choice(np.array(kinds), count)
    odd = chosen.random(count) < 0.3
    budget[odd] = chosen.integers(0, 60 * HOUR, odd.sum())
    for column in (start, end, budget):
        column[chosen.random(count) < 0.01] = NULL
    code = chosen.integers(0, len(compiled.schedules), count)
    return Rows(code, start, end, budget)


Coverage = Mapping[str, tuple[tuple[int, int], ...]]


def expected(
    coverage: Coverage | None, schedules: Mapping[str, Schedule], rows: Rows, verb: str
) -> Ints:
    """Return the answers of the library.

    With ``coverage`` an answer is NULL unless it and the instants asked for lie in one known range.
    """
    found = np.full(len(rows.start), NULL)
    for code, name in enumerate(schedules):
        own = rows.code == code
        if own.any():
            part = Rows(*(column[own] for column in rows))
            answer = _answers(schedules[name], part, verb)
            if coverage is not None:
                answer = _within(coverage[name], part, verb, answer)
            found[own] = answer
    return found


def _answers(schedule: Schedule, rows: Rows, verb: str) -> Ints:
    start, end = rows.start.view("M8[us]"), rows.end.view("M8[us]")
    if verb == "is_working":
        marked = columns.is_working(schedule, start, tz="UTC", on_unknown="mark")
        unknown = marked.unknown | np.isnat(start)
        return np.where(unknown, NULL, marked.values.astype(np.int64))
    missing = rows.budget == NULL
    if verb in ("elapsed", "remaining"):
        worked = columns.elapsed(schedule, start, end, tz="UTC", on_unknown="mark")
        found = worked.values.astype("m8[us]")
        if verb == "remaining":
            found = np.where(missing, np.timedelta64("NaT"), rows.budget.view("m8[us]") - found)
        return found.view(np.int64)
    # the library takes no budget that is longer than all calendars
    missing |= rows.budget > LONGEST
    budget = np.where(missing, 0, rows.budget).view("m8[us]")
    verb_of = columns.deadline if verb == "deadline" else columns.breaches_after
    limits = verb_of(schedule, start, budget, tz="UTC", on_unknown="mark")
    found = limits.values.astype("M8[us]").view(np.int64)
    return np.where(missing, NULL, found)


def _within(known: tuple[tuple[int, int], ...], rows: Rows, verb: str, answer: Ints) -> Ints:
    lows, highs = (np.array(ends) for ends in zip(*known, strict=True))

    def run_of(t: Ints) -> Ints:
        run = np.searchsorted(highs, t, "left")
        inside = (run < len(highs)) & (lows[np.minimum(run, len(lows) - 1)] <= t)
        return np.where(inside, run, -1)

    run = run_of(rows.start)
    other = {"elapsed": rows.end, "remaining": rows.end, "is_working": rows.start + 1}
    inside = (run >= 0) & (run_of(other.get(verb, answer)) == run)
    if verb == "breaches_after":
        inside &= answer < highs[run]
    return np.where(inside, answer, NULL)
