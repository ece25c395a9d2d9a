"""Time cases in turn, so that a change in the machine's speed affects all of them equally."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from statistics import median
from time import perf_counter, perf_counter_ns
from typing import NamedTuple

_LONG_ENOUGH = 50_000_000
"""The least nanoseconds that a case runs in each turn; a shorter run is repeated."""


class Case(NamedTuple):
    """A call to time; its time is divided by ``answers``, how many answers the call computes."""

    name: str
    run: Callable[[], object]
    answers: int = 1


class Timings:
    """The nanoseconds per answer of each case in each turn."""

    def __init__(self, turns: dict[str, list[float]]) -> None:
        self._turns = turns

    def __getitem__(self, name: str) -> float:
        """Return the median of a case over the turns, in nanoseconds per answer."""
        return median(self._turns[name])

    def ratio(self, slower: str, faster: str) -> float:
        """Return the median over the turns of the ratio of two times."""
        return median(a / b for a, b in zip(self._turns[slower], self._turns[faster], strict=True))

    def least(self, name: str) -> float:
        """Return the least time of a case over the turns, in nanoseconds per answer."""
        return min(self._turns[name])

    def difference(self, slower: str, faster: str) -> float:
        """Return the median over the turns of the difference of two times, in nanoseconds."""
        return median(a - b for a, b in zip(self._turns[slower], self._turns[faster], strict=True))

    def as_json(self) -> dict[str, dict[str, float]]:
        """Return the median and the minimum of each case as JSON data."""
        return {
            name: {"median": median(turns), "least": min(turns)}
            for name, turns in self._turns.items()
        }


def take_turns(
    cases: Sequence[Case],
    turns: int,
    *,
    seconds: float = inf,
    clock: Callable[[], int] = perf_counter_ns,
) -> Timings:
    """Time the cases in turn, repeatedly, after a warm-up run that does not count.

    After the first turn, none begins that would end later than ``seconds`` after the start if it
    took as long as the one before. ``clock`` returns nanoseconds.
    """
    start = perf_counter()
    repeats = {case.name: _repeats(case, clock) for case in cases}
    found: dict[str, list[float]] = {case.name: [] for case in cases}
    with _no_collection():
        for _ in range(turns):
            begin = perf_counter()
            for case in cases:
                repeat = repeats[case.name]
                spent = _spent(case, repeat, clock)
                found[case.name].append(spent / repeat / case.answers)
            end = perf_counter()
            if end - start + (end - begin) > seconds:
                break
    return Timings(found)


def _repeats(case: Case, clock: Callable[[], int]) -> int:
    case.run()
    with _no_collection():
        return max(1, _LONG_ENOUGH // max(1, _spent(case, 1, clock)))


def _spent(case: Case, repeat: int, clock: Callable[[], int]) -> int:
    run = case.run
    begin = clock()
    for _ in range(repeat):
        run()
    return clock() - begin


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
    """Limit the process to ``count`` cores if the system can, and yield the number of cores."""
    if _ALLOWED is None:  # macOS and Windows cannot
        yield os.cpu_count() or 1
        return
    before = os.sched_getaffinity(0)
    chosen = sorted(_ALLOWED)[-count:]
    os.sched_setaffinity(0, chosen)
    try:
        yield len(chosen)
    finally:
        os.sched_setaffinity(0, before)
