"""Work grows with the input, not with its square.

The work is measured as the number of lines of Python that run, which other processes do not change.
Twice the input may take little more than twice the lines.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
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

Story = Callable[[int], Iterator[Event]]
Way = Callable[[Sequence[Event], Policy, Path], object]


def event(id_: str, kind: str, minute: int, appeal: str = "A", **said: Any) -> Event:
    when = MONDAY + timedelta(minutes=minute)
    received = MONDAY + timedelta(minutes=said.pop("received", minute))
    return Event(id_, appeal, EventType(kind), when, received, **said)


# -- what happens ----------------------------------------------------------------------------------


def reviews(size: int) -> Iterator[Event]:
    """Yield replies, each followed by a review that it is not substantive."""
    yield event("c", "created", 0)
    for n in range(size):
        about = f"r{n}" if n % 2 else None
        yield event(f"r{n}", "replied", 2 * n + 1, author_role="official")
        yield event(f"v{n}", "review", 2 * n + 2, refers_to=about, substantive=False)


def late_reviews(size: int) -> Iterator[Event]:
    """Yield replies, and then a review of each reply, in the reverse order."""
    yield event("c", "created", 0)
    for n in range(size):
        yield event(f"r{n}", "replied", n + 1)
    for n in range(size):
        about = f"r{size - 1 - n}"
        yield event(f"v{n}", "review", size + n + 1, refers_to=about, substantive=n % 2 == 0)


def pauses(size: int) -> Iterator[Event]:
    yield event("c", "created", 0)
    for n in range(size):
        yield event(f"p{n}", "paused" if n % 2 == 0 else "resumed", n + 1)


def pauses_without_end(size: int) -> Iterator[Event]:
    yield event("c", "created", 0)
    for n in range(size):
        yield event(f"p{n}", "paused", n + 1)


def copies(size: int) -> Iterator[Event]:
    """Yield events of many appeals with one event id."""
    for n in range(size):
        yield event("1", "created", n, appeal=f"A-{n}")


def copies_backwards(size: int) -> Iterator[Event]:
    """Yield copies of an event, each received before all copies so far."""
    for n in range(size):
        yield event("1", "created", 0, appeal=f"A-{n}", received=size - n)


def never_created(size: int) -> Iterator[Event]:
    for n in range(size):
        yield event(f"r{n}", "replied", n)


def reopened(size: int) -> Iterator[Event]:
    yield event("c", "created", 0, agency_id="roads")
    for n in range(size // 2):
        yield event(f"r{n}", "replied", 2 * n + 1, substantive=n % 3 == 0)
        yield event(f"o{n}", "reopened", 2 * n + 2)


def transfers(size: int) -> Iterator[Event]:
    yield event("c", "created", 0, agency_id="roads")
    for n in range(size):
        yield event(f"t{n}", "transferred", n + 1, agency_id=("parks", "roads")[n % 2])


def conversation(size: int) -> Iterator[Event]:
    """Yield a citizen's messages, each with a pause before its answer."""
    yield event("c", "created", 0)
    for n in range(size // 4):
        yield event(f"p{n}", "paused", 4 * n + 1)
        yield event(f"q{n}", "resumed", 4 * n + 2)
        yield event(f"r{n}", "replied", 4 * n + 3)
        yield event(f"m{n}", "citizen_message", 4 * n + 4)


def corrections(size: int) -> Iterator[Event]:
    yield event("c", "created", 0)
    for n in range(size // 2):
        yield event(f"e{n}", "edited", 2 * n + 1)
        yield event(f"k{n}", "corrected", 2 * n + 2, refers_to=f"e{n}", topic="roads")


# -- policies ------------------------------------------------------------------------------

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
    [
        Target("paused", working_hours(400), OFFICE, pauses=True),
        Target("capped", FOUR, OFFICE, pauses=True, pause_cap=working_hours(0, minutes=20)),
        Target("days", WorkingDays(3), OFFICE, pauses=True),
    ]
)


# -- tests -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("way", STEPS)
@pytest.mark.parametrize(
    "story",
    [
        *(reviews, late_reviews, pauses, pauses_without_end, copies, copies_backwards),
        *(never_created, reopened, transfers, conversation, corrections),
    ],
)
def test_an_input_of_twice_the_size_takes_twice_the_work(
    story: Story, way: Way, tmp_path: Path
) -> None:
    def work(size: int) -> Callable[[], object]:
        events = list(story(size))
        return lambda: way(events, ALL, tmp_path / f"{size}.db")

    assert growth(work) < 2.5


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize(
    ("story", "policy"),
    [
        (reviews, TO_THE_POINT),
        (late_reviews, TO_THE_POINT),
        (pauses_without_end, PAUSED),
        (copies, ALL),
        (copies_backwards, ALL),
    ],
)
def test_events_one_by_one_take_as_much_work_as_those_before(
    story: Story, policy: Policy, way: Way, tmp_path: Path
) -> None:
    assert growth(in_order(story, policy, way, tmp_path)) < 2.5


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize(
    ("story", "policy"), [(pauses, PAUSED), (reopened, FIRST), (never_created, ALL)]
)
def test_an_event_takes_at_most_work_for_each_event_of_its_appeal(
    story: Story, policy: Policy, way: Way, tmp_path: Path
) -> None:
    assert growth(in_order(story, policy, way, tmp_path)) < 4.1


def in_order(
    story: Story, policy: Policy, way: Way, folder: Path
) -> Callable[[int], Callable[[], object]]:
    def work(size: int) -> Callable[[], object]:
        events = list(story(size))
        return lambda: way(events, policy, folder / f"{size}.db")

    return work


def test_holders_are_found_in_one_pass_over_the_pauses() -> None:
    target = Target("paused", FOUR, OFFICE, pauses=True)

    def work(size: int) -> Callable[[], object]:
        events = [*pauses(size)]
        events += (
            event(f"t{n}", "transferred", n, agency_id=("parks", "roads")[n % 2])
            for n in range(1, size)
        )
        return lambda: holder_spans(events, target, as_of=MONDAY + timedelta(days=30))

    assert growth(work) < 2.5


def test_an_explanation_of_many_days_reads_the_pauses_once() -> None:
    def work(size: int) -> Callable[[], object]:
        hours = [MONDAY + timedelta(hours=10 * n) for n in range(size)]
        pauses = [(since, since + timedelta(hours=1)) for since in hours]
        return lambda: OFFICE.explain(MONDAY, hours[-1], pauses=pauses)

    assert growth(work) < 2.5
