"""Work grows with the input, not with its square.

The work is measured as the number of lines of Python that run, which other processes do not change.
Twice the input may take little more than twice the lines.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kit.stored import Stored
from kit.values import FOUR, OFFICE
from workhours_sla import (
    Event,
    EventType,
    Monitor,
    Policy,
    Schedule,
    Target,
    WorkingDays,
    evaluate,
    working_hours,
)
from workhours_sla.sla.holders import holder_spans
from workhours_sla.sla.target import ScheduleBy

pytestmark = pytest.mark.slow

MONDAY = datetime(2025, 3, 10, 9, tzinfo=OFFICE.tz)
SIZE = 150
"""The size of the input, so large that constant and logarithmic costs hardly matter."""

Way = Callable[[Sequence[Event], Policy, Path], object]


def event(id_: str, kind: str, minute: int, appeal: str = "A", **said: Any) -> Event:
    when = MONDAY + timedelta(minutes=minute)
    received = MONDAY + timedelta(minutes=said.pop("received", minute))
    return Event(id_, appeal, EventType(kind), when, received, **said)


AGENCIES = ("parks", "roads")
TALK = ("paused", "resumed", "replied", "citizen_message")
STORIES: dict[str, Callable[[int, int], list[Event]]] = {
    "reviews": lambda n, _: [
        event(f"r{n}", "replied", 2 * n + 1, author_role="official"),
        event(f"v{n}", "review", 2 * n + 2, refers_to=f"r{n}" if n % 2 else None,
              substantive=False)],
    "reviews in the reverse order": lambda n, size: [
        event(f"r{n}", "replied", n + 1),
        event(f"v{n}", "review", 2 * size - n, refers_to=f"r{n}", substantive=n % 2 == 0)],
    "pauses": lambda n, _: [event(f"p{n}", ("paused", "resumed")[n % 2], n + 1)],
    "pauses without end": lambda n, _: [event(f"p{n}", "paused", n + 1)],
    "one id for many appeals": lambda n, _: [event("1", "created", n, appeal=f"A-{n}")],
    "copies, each received before all so far": lambda n, size: [
        event("1", "created", 0, appeal=f"A-{n}", received=size - n)],
    "never created": lambda n, _: [event(f"r{n}", "replied", n, appeal="B")],
    "reopened": lambda n, _: [
        event(f"r{n}", "replied", 2 * n + 1, substantive=n % 3 == 0),
        event(f"o{n}", "reopened", 2 * n + 2)],
    "transfers": lambda n, _: [event(f"t{n}", "transferred", n + 1, agency_id=AGENCIES[n % 2])],
    "conversation": lambda n, _: [
        event(f"{kind}{n}", kind, 4 * n + 1 + at) for at, kind in enumerate(TALK)],
    "corrections": lambda n, _: [
        event(f"e{n}", "edited", 2 * n + 1),
        event(f"k{n}", "corrected", 2 * n + 2, refers_to=f"e{n}", topic="roads")],
}  # fmt: skip


def story(name: str, size: int) -> list[Event]:
    created = event("c", "created", 0, agency_id="roads")
    later = (one for n in range(size) for one in STORIES[name](n, size))
    return [created, *sorted(later, key=lambda event: event.occurred_at)]


BY_AGENCY = ScheduleBy(
    "agency_id", {"roads": OFFICE, "parks": Schedule("RU-VGG", "Mo-Fr 08:00-17:00")}
)
ALL = Policy(
    [
        Target("first", FOUR, OFFICE),
        Target("to the point", FOUR, OFFICE, stops="substantive_reply", pauses=True),
        Target("once", working_hours(400), OFFICE, on_reopen="ignore", pauses=True),
        Target("capped", FOUR, OFFICE, pauses=True, pause_cap=working_hours(1), starts="interim"),
        Target("days", WorkingDays(3), OFFICE, pauses=True),
        Target("own", FOUR, OFFICE, on_transfer="restart"),
        Target("resumed", FOUR, OFFICE, on_transfer="resume", pauses=True),
        Target("next", FOUR, OFFICE, stops="next_reply", pauses=True),
        Target("by agency", FOUR, BY_AGENCY),
    ]
)
TO_THE_POINT = Policy([Target("to the point", FOUR, OFFICE, stops="substantive_reply")])
FIRST = Policy([Target("first", FOUR, OFFICE)])
PAUSED = Policy(
    [target for target in ALL.targets if target.pauses and target.stops != "next_reply"]
)


def at_once(events: Sequence[Event], policy: Policy, _: Path) -> None:
    evaluate(events, policy, as_of=MONDAY + timedelta(days=30))


def one_by_one(events: Sequence[Event], policy: Policy, _: Path) -> None:
    monitor = Monitor(policy)
    for one in events:
        monitor.apply(one)
        monitor.advance(one.received_at)


def in_one_step(events: Sequence[Event], policy: Policy, _: Path) -> None:
    Monitor(policy).apply(events)


def stored_one_by_one(events: Sequence[Event], policy: Policy, file: Path) -> None:
    with Stored(file, policy) as store:
        for one in events:
            store.apply([one])


def stored_at_once(events: Sequence[Event], policy: Policy, file: Path) -> None:
    with Stored(file, policy) as store:
        store.apply(events)
        store.apply(events)


STREAMS = (one_by_one, stored_one_by_one)
STEPS = (at_once, in_one_step, stored_at_once)


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of Python a function runs."""
    count = 0

    def line(_frame: FrameType, what: str, _of: object) -> Any:
        nonlocal count
        count += what == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], Callable[[], object]]) -> float:
    """Return the factor by which the lines increase for twice the input; the first run warms up."""
    work(20)()
    once, twice = (lines_run(work(size)) for size in (SIZE, 2 * SIZE))
    return twice / once


def in_order(name: str, policy: Policy, way: Way, folder: Path) -> Callable[[int], Any]:
    def work(size: int) -> Callable[[], object]:
        events = story(name, size)
        return lambda: way(events, policy, folder / f"{size}.db")

    return work


@pytest.mark.parametrize("way", STEPS)
@pytest.mark.parametrize("name", STORIES)
def test_an_input_of_twice_the_size_takes_twice_the_work(
    name: str, way: Way, tmp_path: Path
) -> None:
    assert growth(in_order(name, ALL, way, tmp_path)) < 2.5


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize(
    ("name", "policy", "most"),
    [
        ("reviews", TO_THE_POINT, 2.5),
        ("reviews in the reverse order", TO_THE_POINT, 2.5),
        ("pauses without end", PAUSED, 2.5),
        ("one id for many appeals", ALL, 2.5),
        ("copies, each received before all so far", ALL, 2.5),
        # at most work for each event of its appeal
        ("pauses", PAUSED, 4.1),
        ("reopened", FIRST, 4.1),
        ("never created", ALL, 4.1),
    ],
)
def test_events_one_by_one_take_as_much_work_as_those_before(
    name: str, policy: Policy, most: float, way: Way, tmp_path: Path
) -> None:
    assert growth(in_order(name, policy, way, tmp_path)) < most


def test_holders_and_explanations_read_the_pauses_once() -> None:
    target = Target("paused", FOUR, OFFICE, pauses=True)

    def holders(size: int) -> Callable[[], object]:
        events = [*story("pauses", size), *story("transfers", size)[1:]]
        return lambda: holder_spans(events, target, as_of=MONDAY + timedelta(days=30))

    def explained(size: int) -> Callable[[], object]:
        hours = [MONDAY + timedelta(hours=10 * n) for n in range(size)]
        pauses = [(since, since + timedelta(hours=1)) for since in hours]
        return lambda: OFFICE.explain(MONDAY, hours[-1], pauses=pauses)

    assert growth(holders) < 2.5
    assert growth(explained) < 2.5
