"""Random streams of events and policies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from kit.promise_scenes import Scene
from kit.values import HOUR, OFFICE, SECOND
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Event,
    EventType,
    Months,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    working_hours,
)

FIRST = datetime(2026, 2, 2, 5, tzinfo=UTC)
HOTLINE = Schedule(None, "Mo-Su 08:00-20:00", tz="Europe/Volgograd")
NIGHTS = Schedule(Calendar.plain([date(2026, 3, 27)]), "Mo-Fr 22:00-06:00", tz="Europe/Berlin")
UNCERTAIN = Schedule("RU-KC", "Mo-Fr 09:00-18:00")
"""20 and 21 April 2026 are uncertain."""

USUAL = (
    *(EventType.REGISTERED, EventType.ASSIGNED, EventType.TRANSFERRED, EventType.CITIZEN_MESSAGE),
    *(EventType.RESUMED, EventType.REPLIED, EventType.REPLIED, EventType.REPLIED),
    *(EventType.PAUSED, EventType.EDITED, EventType.REVIEW, EventType.CLOSED, EventType.CREATED),
)
RARE = (
    *(EventType.CORRECTED, EventType.DELETED, EventType.RESTORED, EventType.REOPENED),
    *(EventType.DUPLICATE_OF, EventType.DELETED, EventType.REOPENED),
)
BUDGETS = (
    *(working_hours(4), working_hours(20), timedelta(minutes=95, microseconds=1)),
    *(WorkingDays(3), WorkingDays(1, count_from="same_day"), CalendarDays(5, roll="none")),
    *(CalendarDays(30, roll="following"), CalendarDays(3, roll="preceding")),
    *(CalendarDays(4, roll="following", count_from="same_day"), Months(1, roll="following")),
    *(ClockTime(timedelta(hours=30)), ClockTime(timedelta(hours=6, microseconds=7))),
)
STOPS = (
    *("first_reply", "first_reply", "substantive_reply", "substantive_reply", "final_reply"),
    *(frozenset({"closed"}), frozenset({"assigned", "replied"}), frozenset({"deleted", "edited"})),
)


def events_of(rng: random.Random, appeals: int) -> list[Event]:
    """Return shuffled events of some appeals, with copies, conflicts and every type."""
    found: list[Event] = []
    for number in range(appeals):
        found += _life(rng, number, appeals)
    more = []
    for event in found:
        if rng.random() < 0.08:
            more.append(event)
        if rng.random() < 0.01:
            received = event.received_at + timedelta(seconds=rng.choice([-2, 0, 7]))
            more.append(replace(event, topic="other", received_at=received))
        if rng.random() < 0.02:
            received = event.received_at + timedelta(seconds=rng.choice([-1, 5, 900]))
            more.append(replace(event, received_at=received))
    found += more
    rng.shuffle(found)
    return found


def _life(rng: random.Random, number: int, appeals: int) -> list[Event]:
    posted = FIRST + timedelta(minutes=rng.randrange(60 * 24 * 40))
    if rng.random() < 0.1:
        posted += timedelta(microseconds=rng.randrange(1_000_000))
    role = rng.choice(["citizen"] * 9 + ["coordinator"])
    lag = timedelta(seconds=rng.choice([3] * 9 + [4_000, -200]))
    agency = rng.choice([None, "x", "y"])
    found = [
        Event(
            *(f"{number}-0", f"A{number}", EventType.CREATED, posted, posted + lag),
            author_role=role,
            agency_id=agency,
            channel=rng.choice(["vk", "ok"]),
        )
    ]
    moves = rng.random() < 0.3
    step = rng.choice([30, 60, 600, 5_000])
    for place in range(1, rng.randrange(1, 11)):
        kind = rng.choice(USUAL) if rng.random() < 0.9 else rng.choice(RARE)
        at = posted + timedelta(minutes=rng.randrange(step)) * rng.choice([1, 1, 1, 5])
        late = timedelta(seconds=rng.choice([0, 5, 90, -400 if rng.random() < 0.03 else 1]))
        about = None
        if kind in (EventType.REVIEW, EventType.CORRECTED):
            own = [f"{number}-{rng.randrange(place)}" for _ in range(2)]
            about = rng.choice([None, *own, f"{(number + 1) % appeals}-1", "nowhere"])
        found.append(
            Event(
                f"{number}-{place}",
                f"A{number}",
                kind,
                at,
                at + late,
                source=rng.choice(["", "vk"]),
                agency_id=rng.choice([None, "x", "y", "z"]) if moves else None,
                district_id=rng.choice([None, "d"]),
                topic=rng.choice([None, None, "t"]),
                author_role=rng.choice(["official", "official", None, "citizen", "coordinator"]),
                substantive=rng.choice([None, True, False]),
                reason=rng.choice([None, "interim"]),
                refers_to=about,
            )
        )
    return found


def target_of(rng: random.Random, name: str) -> Target:
    """Return a random target."""
    budget = rng.choice(BUDGETS)
    schedule = rng.choice([OFFICE, OFFICE, HOTLINE, NIGHTS, UNCERTAIN])
    by: Schedule | ScheduleBy = schedule
    if rng.random() < 0.2:
        by = ScheduleBy("agency_id", {"x": OFFICE, "y": NIGHTS, "": HOTLINE})
    elif rng.random() < 0.1:
        by = ScheduleBy("channel", {"vk": OFFICE, "phone": HOTLINE})
    stops = rng.choice(STOPS)
    starts = rng.choice(["posted"] * 5 + ["detected", "registered", "assigned"])
    return Target(
        name,
        budget,
        by,
        stops=stops,
        starts=starts,
        pauses=rng.random() < 0.5,
        on_transfer="restart" if rng.random() < 0.1 else "keep",
        on_reopen="ignore" if rng.random() < 0.1 else "cycle",
        warn=timedelta(hours=rng.choice([0, 1, 3, 30])),
        warn_percent=50 if isinstance(budget, timedelta) and rng.random() < 0.3 else None,
        closing=rng.choice(["latest", "latest", "strict"]),
        staff_opened=rng.choice(["start", "start", "wait"]),
    )


def policy_of(rng: random.Random) -> Policy:
    """Return a random policy, with rules or without."""
    on_change = rng.choice(["from_creation", "from_change"])
    if rng.random() < 0.5:
        targets = [target_of(rng, str(number)) for number in range(rng.randrange(1, 4))]
        return Policy(targets, on_change=on_change)
    shared = target_of(rng, "shared")
    rules = [
        Rule([target_of(rng, "urgent"), shared], channels=["vk"], agencies=["x", "y"]),
        Rule([shared], valid_from=FIRST + timedelta(days=10), districts=["d", "e"]),
        Rule([target_of(rng, "other")], valid_until=FIRST + timedelta(days=30)),
    ]
    return Policy(rules, on_change=on_change, on_change_past=rng.choice(["as_of_change", "count"]))


def deliveries(scene: Scene, chance: random.Random) -> list[Event]:
    """Return the events in random order, some twice; a copy may have an earlier receipt."""
    events = list(scene.events)
    events += [
        replace(one, received_at=one.received_at + chance.choice([-HOUR, SECOND, HOUR]))
        for one in events
        if chance.random() < 0.3
    ]
    chance.shuffle(events)
    return events


def cut(events: Sequence[Event], chance: random.Random) -> list[Sequence[Event]]:
    edges = sorted(chance.choices(range(len(events) + 1), k=4))
    return [events[since:until] for since, until in pairwise([0, *edges, len(events)])]
