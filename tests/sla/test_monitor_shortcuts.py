"""A monitor that keeps its clocks returns the same changes as one that builds all of them again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

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
from workhours_sla.sla import idle_appeals
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


def assert_same_changes(events: list[Event]) -> None:
    """Compare with a monitor that builds every clock again at each step, since it is restored."""
    kept, restored = Monitor(POLICY), Monitor(POLICY)
    for event, later in pairwise([*events, events[-1]]):
        restored = Monitor.restore(POLICY, restored.snapshot())
        assert kept.apply(event) == restored.apply(event)
        restored = Monitor.restore(POLICY, restored.snapshot())
        assert kept.advance(later.received_at) == restored.advance(later.received_at)
        assert kept.next_at == restored.next_at


@pytest.mark.parametrize("seed", range(12))
def test_clocks_of_earlier_cycles_are_reported_when_they_change(seed: int) -> None:
    assert_same_changes(list(story(random.Random(seed), 1, 90)))


@pytest.mark.parametrize("seed", range(6))
def test_an_idle_appeal_continues_where_it_was(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_appeals, "ACTIVE", 1)
    assert_same_changes(list(story(random.Random(seed), 5, 60)))
