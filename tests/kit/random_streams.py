"""Random streams of events and policies, and random deliveries of a scene."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from kit.promise_scenes import ANCHORS, PLOTS, Chance, Scene
from kit.values import HOUR, SECOND
from workhours_sla import Event, Policy

FIRST_DAY = ANCHORS[1]
FIRST = datetime(*FIRST_DAY.timetuple()[:3], tzinfo=UTC)


def events_of(rng: random.Random, appeals: int) -> list[Event]:
    """Return shuffled events of some appeals, with copies, conflicts and every type."""
    chance = Chance(rng)
    found = [
        event
        for number in range(appeals)
        for event in chance.life(f"A{number}", FIRST_DAY, PLOTS, most=9)
    ]
    found += [event for event in found if chance.once_in(12)]
    found += [
        replace(event, received_at=event.received_at + chance.one([-1, 5, 900]) * SECOND)
        for event in found
        if chance.once_in(50)
    ]
    rng.shuffle(found)
    return found


def policy_of(rng: random.Random) -> Policy:
    return Chance(rng).scene().policy


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
