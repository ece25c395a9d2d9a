"""Measure how the cost of an appeal grows with the number of its events, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from time import process_time
from typing import Any

from benchmarks.streams import policy
from workhours_sla import Event, Monitor, evaluate

SIZES = (1_000, 2_000)
POSTED = datetime.fromisoformat("2025-03-10T09:00+03:00")

Story = Callable[[int], Iterator[Event]]


def _event(id_: str, kind: str, minute: int) -> Event:
    when = POSTED + timedelta(minutes=minute)
    return Event(id_, "A", kind, when, when)


def pauses(size: int) -> Iterator[Event]:
    """Yield pauses that follow each other."""
    yield _event("c", "created", 0)
    for n in range(1, size):
        yield _event(f"{n}", ("resumed", "paused")[n % 2], n)


def cycles(size: int) -> Iterator[Event]:
    """Yield answers, each followed by a reopening."""
    yield _event("c", "created", 0)
    for n in range(1, size):
        yield _event(f"{n}", ("reopened", "replied")[n % 2], n)


def created_last(size: int) -> Iterator[Event]:
    """Yield the events of an appeal before the event that created it."""
    for n in range(1, size):
        yield _event(f"{n}", ("edited", "replied")[n % 2], n)
    yield _event("c", "created", 0)


def reviews(size: int) -> Iterator[Event]:
    """Yield answers, each followed by a review that rejects it."""
    yield _event("c", "created", 0)
    for n in range(1, size):
        when = POSTED + timedelta(minutes=n)
        verdict = None if n % 2 else False
        kind = ("review", "replied")[n % 2]
        yield Event(f"{n}", "A", kind, when, when, substantive=verdict)


def same_id(size: int) -> Iterator[Event]:
    """Yield events of many appeals with one event id."""
    for n in range(size):
        when = POSTED + timedelta(minutes=n)
        yield Event("1", f"A-{n}", "created", when, when)


STORIES: tuple[Story, ...] = (pauses, cycles, created_last, reviews, same_id)


def _at_once(events: Sequence[Event]) -> None:
    evaluate(events, policy(), as_of=POSTED + timedelta(days=30))


def _in_one_step(events: Sequence[Event]) -> None:
    Monitor(policy()).apply(events)


def _one_by_one(events: Sequence[Event]) -> None:
    monitor = Monitor(policy())
    for event in events:
        monitor.apply(event)
        monitor.advance(event.received_at)


WAYS: dict[str, Callable[[Sequence[Event]], None]] = {
    "evaluate": _at_once,
    "Monitor, one step": _in_one_step,
    "Monitor, one by one": _one_by_one,
}


def growth(turns: int = 2) -> dict[str, Any]:
    """Return the least seconds of each story and way, for each of ``SIZES``."""
    return {
        f"{story.__name__}, {name}": [
            min(_seconds(way, list(story(size))) for _ in range(turns)) for size in SIZES
        ]
        for story in STORIES
        for name, way in WAYS.items()
    }


def _seconds(way: Callable[[Sequence[Event]], None], events: Sequence[Event]) -> float:
    begin = process_time()
    way(events)
    return process_time() - begin


def text(found: dict[str, Any]) -> str:
    """Return the results as plain text."""
    lines = [f"seconds for {' and '.join(f'{size:,}' for size in SIZES)} events of one appeal:"]
    for name, (once, twice) in found.items():
        lines.append(f"  {name:<34} {once:>7.3f} {twice:>7.3f}  {twice / once:>5.1f}x")
    return "\n".join(lines)
