"""A monitor and a store keep few objects that the garbage collector visits."""

import gc
import weakref
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path

import pytest

from workhours_sla import Event, Monitor, Policy, Schedule, Target, working_hours
from workhours_sla.adapters.sources.layout import Kind, Layout
from workhours_sla.adapters.sources.mapping import Mapper
from workhours_sla.sla import idle_appeals
from workhours_sla.stream import Batch, Pipeline, SqliteStore

pytestmark = pytest.mark.slow

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
MONDAY = datetime(2025, 3, 10, 9, tzinfo=OFFICE.tz)
APPEALS = 500


def appeals(kinds: str) -> Iterator[Event]:
    """Yield the events of many appeals, each with one event of each of ``kinds``."""
    for appeal in range(APPEALS):
        for place, kind in enumerate(kinds.split()):
            when = MONDAY + timedelta(minutes=appeal + place)
            yield Event(f"{appeal}-{place}", f"A-{appeal}", kind, when, when, channel="vk")


def tracked_per_appeal(kinds: str) -> float:
    """Return how many objects of an appeal in a monitor the garbage collector visits."""
    monitor = Monitor(POLICY)

    def apply(events: Sequence[Event]) -> None:
        for event in events:
            monitor.apply(event)

    return tracked_after(apply, kinds)


def tracked_after(apply: Callable[[Sequence[Event]], object], kinds: str) -> float:
    """Return how many objects of an appeal the garbage collector visits after ``apply``."""
    apply([Event("0", "W", "created", MONDAY, MONDAY)])  # to warm up
    gc.collect()
    before = len(gc.get_objects())
    apply(list(appeals(kinds)))
    for _ in range(4):  # a tuple is skipped once the tuples in it are
        gc.collect()
    return (len(gc.get_objects()) - before) / APPEALS


def test_an_ended_appeal_is_skipped() -> None:
    assert tracked_per_appeal("created edited edited edited replied closed") < 0.2


def test_the_events_of_an_open_appeal_are_skipped() -> None:
    few, many = tracked_per_appeal("created"), tracked_per_appeal("created" + 10 * " edited")
    assert many - few < 0.2


@pytest.mark.parametrize("kinds", ["created replied closed", "created"])
def test_idle_appeals_of_a_store_are_skipped(
    kinds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_appeals, "ACTIVE", 0)
    numbers = count()
    with Pipeline(SqliteStore(tmp_path / "store.db"), POLICY) as pipeline:

        def commit(events: Sequence[Event]) -> None:
            pipeline.commit(Batch("", tuple(events), watermark=MONDAY))
            later = MONDAY + timedelta(days=1)
            for number in islice(numbers, 2):  # an appeal is packed if later batches lack it
                event = Event(f"X{number}", "X", "created", later, later)
                pipeline.commit(Batch("", (event,), watermark=later))

        assert tracked_after(commit, kinds) < 0.5


@pytest.mark.parametrize("kind", ["events", "appeals", "statuses"])
def test_a_mapper_is_freed_without_the_garbage_collector(kind: Kind) -> None:
    columns = {"appeal_id": "number + part", "channel": "network"}
    mapper = Mapper(Layout(kind, columns, {"channel": {"x": "vk"}}, ignore={"channel": ["spam"]}))
    row = {"number": "1", "part": "a", "network": "x", "occurred_at": "2025-03-12T10:15:00+03:00"}
    mapper(row, 1)
    gone = weakref.ref(mapper)
    gc.disable()
    try:
        del mapper
        assert gone() is None
    finally:
        gc.enable()
