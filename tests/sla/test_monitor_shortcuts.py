"""A monitor that keeps its clocks returns the same changes as one that builds all of them again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest

from workhours_sla import (
    CalendarDays,
    Event,
    Monitor,
    Policy,
    Schedule,
    Target,
    WorkingDays,
    working_hours,
)
from workhours_sla.sla.target import ScheduleBy

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
LONG = Schedule("RU-VGG", "Mo-Fr 08:00-20:00")
MONDAY = datetime(2025, 3, 10, 9, tzinfo=OFFICE.tz)
POLICY = Policy(
    [
        Target("first reply", working_hours(4), OFFICE),
        Target("to the point", working_hours(4), OFFICE, stops="substantive_reply", pauses=True),
        Target("whole", CalendarDays(3, roll="following"), OFFICE, on_reopen="ignore"),
        Target(
            "by agency",
            working_hours(30),
            ScheduleBy("agency_id", {"roads": OFFICE, "parks": LONG}),
            stops="substantive_reply",
        ),
        Target("interim", working_hours(8), OFFICE, starts="interim", stops="final_reply"),
        Target("days", WorkingDays(4), OFFICE, stops="substantive_reply", pauses=True),
        Target("back", CalendarDays(2, roll="preceding"), OFFICE, pauses=True),
    ]
)
KINDS = ("replied", "reopened") * 4 + ("paused", "resumed", "edited", "closed", "review", "deleted")


def story(chance: random.Random, appeals: int, size: int) -> Iterator[Event]:
    """Yield events of some appeals, in which replies and reopenings are frequent."""
    when = MONDAY
    for number in range(size):
        appeal = chance.randrange(appeals)
        when += timedelta(minutes=chance.choice((0, 1, 20, 240)))
        kind = "created" if number < appeals else chance.choice(KINDS)
        yield Event(
            str(number),
            f"A-{number if number < appeals else appeal}",
            kind,
            when - timedelta(minutes=chance.choice((0, 0, 0, 30))),
            when,
            author_role="citizen" if kind == "deleted" else "official",
            substantive=chance.choice((None, True, False)),
            agency_id="roads"
            if kind == "created"
            else chance.choice((*[None] * 24, "roads", "parks")),
            reason=chance.choice((None, "interim")),
        )


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("appeals", [1, 5])
@pytest.mark.parametrize("seed", range(6))
def test_a_monitor_that_keeps_its_clocks_reports_as_one_that_is_restored(
    seed: int, appeals: int, step: int
) -> None:
    """A restored monitor builds every clock again at each step."""
    kept, restored = Monitor(POLICY), Monitor(POLICY)
    for events in batched(story(random.Random(seed), appeals, 90), step):
        restored = Monitor.restore(POLICY, restored.snapshot())
        assert kept.apply(events) == restored.apply(events)
        restored = Monitor.restore(POLICY, restored.snapshot())
        until = events[-1].received_at + timedelta(minutes=seed)
        assert kept.advance(until) == restored.advance(until)
        assert kept.next_at == restored.next_at


def batched(events: Iterator[Event], size: int) -> Iterator[tuple[Event, ...]]:
    while step := tuple(islice(events, size)):
        yield step
