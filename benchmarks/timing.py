"""A timer for comparisons: cases take turns, so that drift of the machine affects all."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from time import perf_counter_ns
from typing import NamedTuple

_LONG_ENOUGH = 50_000_000
"""Nanoseconds that a case runs in its turn, repeated if one run is shorter."""


class Case(NamedTuple):
    """A call to time; ``answers`` is the number of its answers."""

    name: str
    run: Callable[[], object]
    answers: int = 1


class Timings:
    """Nanoseconds per row or answer of each case, by turn."""

    def __init__(self, turns: dict[str, list[float]]) -> None:
        self._turns = turns

    def __getitem__(self, name: str) -> float:
        """Return the median of a case."""
        return median(self._turns[name])

    def ratio(self, slower: str, faster: str) -> float:
        """Return the ratio of the times of two cases, the median over the turns."""
        return median(a / b for a, b in zip(self._turns[slower], self._turns[faster], strict=True))

    def difference(self, slower: str, faster: str) -> float:
        """Return the difference of the times of two cases, the median over the turns."""
        return median(a - b for a, b in zip(self._turns[slower], self._turns[faster], strict=True))

    def as_json(self) -> dict[str, dict[str, float]]:
        """Return the median and the minimum of each case."""
        return {
            name: {"median": median(turns), "least": min(turns)}
            for name, turns in self._turns.items()
        }


def take_turns(cases: Sequence[Case], turns: int) -> Timings:
    """Time the cases in turn, repeatedly, after a warm-up run that does not count."""
    repeats = {case.name: _repeats(case) for case in cases}
    found: dict[str, list[float]] = {case.name: [] for case in cases}
    with _no_collection():
        for _ in range(turns):
            for case in cases:
                repeat = repeats[case.name]
                spent = _spent(case, repeat)
                found[case.name].append(spent / repeat / case.answers)
    return Timings(found)


def _repeats(case: Case) -> int:
    case.run()
    with _no_collection():
        return max(1, _LONG_ENOUGH // max(1, _spent(case, 1)))


def _spent(case: Case, repeat: int) -> int:
    run = case.run
    begin = perf_counter_ns()
    for _ in range(repeat):
        run()
    return perf_counter_ns() - begin


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


_ALLOWED = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


@contextmanager
def cores(count: int) -> Iterator[int]:
    """Limit the process to some cores if the system can; return their number."""
    if _ALLOWED is None:  # macOS, Windows
        yield os.cpu_count() or 1
        return
    before = os.sched_getaffinity(0)
    chosen = sorted(_ALLOWED)[-count:]
    os.sched_setaffinity(0, chosen)
    try:
        yield len(chosen)
    finally:
        os.sched_setaffinity(0, before)
