"""The state of an appeal is the same event by event as with all events at once."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import EXAMPLES, PROPERTY
from workhours_sla import (
    CalendarDays,
    Event,
    EventType,
    Policy,
    Rule,
    Schedule,
    Target,
    working_hours,
)
from workhours_sla.sla.changes import AppealState
from workhours_sla.sla.deduplication import StoredEvent
from workhours_sla.sla.fold import fold
from workhours_sla.sla.holders import holder_spans
from workhours_sla.sla.target import ScheduleBy

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
LONG = Schedule("RU-VGG", "Mo-Fr 08:00-20:00")
BY_AGENCY = ScheduleBy("agency_id", {"roads": OFFICE, "parks": LONG})
POSTED = datetime(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz)
STOPS = (
    "first_reply",
    "substantive_reply",
    "final_reply",
    "next_reply",
    frozenset({EventType.ASSIGNED, EventType.REVIEW}),
)
WAYS = (
    *({"starts": starts} for starts in ("posted", "registered", "assigned", "interim")),
    {"pauses": True},
    {"on_transfer": "restart"},
    {"on_transfer": "resume"},
    {"on_reopen": "ignore"},
    {"schedule": BY_AGENCY},
)


def target(stops: Any, way: dict[str, Any]) -> Target:
    name = f"{sorted(stops) if isinstance(stops, frozenset) else stops} {way}"
    return Target(
        name,
        working_hours(4),
        way.get("schedule", OFFICE),
        stops=stops,
        **({key: value for key, value in way.items() if key != "schedule"}),
    )


TARGETS = [target(stops, way) for stops, way in product(STOPS, WAYS)]
POLICIES = (
    Policy(TARGETS),
    Policy([Rule(TARGETS[::2], importances={"high"}), Rule(TARGETS)], on_change="from_change"),
)
MOVES: tuple[dict[str, Any], ...] = (
    {"type": "created", "agency_id": "roads"},
    {"type": "registered"},
    {"type": "assigned"},
    *({"type": "assigned", "agency_id": agency} for agency in ("roads", "parks")),
    *({"type": "transferred", "agency_id": agency} for agency in ("roads", "parks", "unknown")),
    {"type": "citizen_message", "author_role": "citizen"},
    {"type": "paused"},
    {"type": "resumed"},
    *({"type": "replied", "substantive": flag} for flag in (True, False, None)),
    {"type": "replied", "reason": "interim"},
    {"type": "replied", "author_role": "citizen"},
    *({"type": "review", "substantive": flag} for flag in (True, False)),
    {"type": "edited", "importance": "high"},
    {"type": "edited", "agency_id": "parks"},
    {"type": "deleted", "author_role": "citizen"},
    {"type": "restored"},
    {"type": "closed"},
    {"type": "reopened"},
    {"type": "duplicate_of"},
)


AFTER = (0, 1, 50, 300, 1440)


def moves_by(chance: random.Random) -> list[tuple[dict[str, Any], int]]:
    """Return random events of four kinds, each with the minutes since the event before."""
    few = chance.sample(MOVES, 4)
    return [(chance.choice(few), chance.choice(AFTER)) for _ in range(chance.randint(1, 10))]


@pytest.mark.parametrize("policy", POLICIES, ids=["from creation", "from change"])
@settings(PROPERTY, max_examples=EXAMPLES * 4)
@given(st.binary(min_size=8, max_size=8).map(random.Random).map(moves_by))
def test_only_clocks_that_an_event_can_change_are_built_again(
    policy: Policy, moves: list[tuple[dict[str, Any], int]]
) -> None:
    appeal, when, so_far = AppealState("A"), POSTED, []
    for number, (fields, minutes) in enumerate([(MOVES[0], 0), *moves]):
        when += timedelta(minutes=minutes)
        event = Event(f"{number:02}", "A", occurred_at=when, received_at=when, **fields)
        so_far.append(event)
        appeal.add(StoredEvent(event))
        followed, at_once = (
            appeal.fold(policy),
            fold(sorted(so_far, key=lambda event: event.order), policy),
        )
        assert followed.clocks == at_once.clocks
        assert followed.unmatched == at_once.unmatched
        assert followed.appeal.quarantine == at_once.appeal.quarantine


@pytest.mark.parametrize("year", [2025, 2027])
def test_a_clock_is_the_same_beside_others_as_alone(year: int) -> None:
    """Test also a pause whose cap reaches past the end of 2027, where the calendar ends."""
    alike = Target("alike", timedelta(hours=6, minutes=45), OFFICE, pauses=True)  # till closing
    targets = [
        alike,
        *(
            replace(alike, name=f"{change}", **change)
            for change in (
                {"stops": "substantive_reply"},
                {"budget": working_hours(8)},
                {"budget": CalendarDays(9, roll="none")},
                {"closing": "strict"},
                {"warn": timedelta(hours=2)},
                {"warn_percent": 50},
                {"pause_cap": working_hours(90)},
                {"schedule": LONG},
                {"starts": "registered"},
                {"pauses": False},
            )
        ),
    ]
    posted = datetime(year, 12, 29, 10, 15, tzinfo=OFFICE.tz)
    events = [
        Event(f"{hours}", "A", EventType(kind), at, at)
        for hours, kind in ((0, "created"), (1, "registered"), (5, "paused"))
        for at in [posted + timedelta(hours=hours)]
    ]
    for number in range(1, len(events) + 1):
        beside = fold(events[:number], Policy(targets)).clocks
        alone = [fold(events[:number], Policy([one])).clocks for one in targets]
        assert beside == tuple(clock for clocks in alone for clock in clocks)
        assert len(set(beside)) == len(beside)


def test_events_between_two_reports_date_a_breach_as_they_would_one_by_one() -> None:
    """The target has applied since the agency was named again, in either way of reading."""
    policy = Policy([Target("by agency", working_hours(1), BY_AGENCY)])
    events = [
        Event(f"{hours}", "A", EventType(kind), at, at, agency_id=agency)
        for hours, kind, agency in (
            (0, "created", "roads"),
            (2, "edited", "parks"),
            (3, "edited", "roads"),
        )
        for at in [POSTED + timedelta(hours=hours)]
    ]
    appeal = AppealState("A")
    appeal.add(StoredEvent(events[0]))
    appeal.fold(policy)
    for event in events[1:]:
        appeal.add(StoredEvent(event))
    clocks = appeal.fold(policy).clocks
    assert [clock.applies_since for clock in clocks] == [events[2].occurred_at]
    assert clocks == fold(events, policy).clocks


def test_a_review_judges_all_copies_of_the_reply_that_it_names() -> None:
    """``holder_spans`` does not deduplicate: it uses every event that it is given."""
    lines = ((0, "c", "created"), (1, "r", "replied"), (2, "r", "replied"), (3, "v", "review"))
    events = [
        Event(event_id, "A", EventType(kind), at, at, substantive=judged, refers_to=about)
        for hours, event_id, kind in lines
        for at in [POSTED + timedelta(hours=hours)]
        for judged, about in [(True, "r") if kind == "review" else (None, None)]
    ]
    target = Target("to the point", working_hours(8), OFFICE, stops="substantive_reply")
    (span,) = holder_spans(events, target, as_of=POSTED + timedelta(days=1))
    assert span.until == events[1].occurred_at
