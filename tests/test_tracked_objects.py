"""A monitor keeps few objects that the garbage collector visits."""

import gc
from collections.abc import Iterator
from datetime import datetime, timedelta

from workhours_sla import Event, Monitor, Policy, Schedule, Target, working_hours

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
    """Return how many objects of an appeal the garbage collector visits."""
    monitor = Monitor(POLICY)
    warm_up = Event("0", "W", "created", MONDAY, MONDAY)
    monitor.apply(warm_up)
    gc.collect()
    before = len(gc.get_objects())
    for event in appeals(kinds):
        monitor.apply(event)
    for _ in range(4):  # a tuple is skipped once the tuples in it are
        gc.collect()
    return (len(gc.get_objects()) - before) / APPEALS


def test_an_ended_appeal_is_skipped() -> None:
    assert tracked_per_appeal("created edited edited edited replied closed") < 0.2


def test_the_events_of_an_open_appeal_are_skipped() -> None:
    few, many = tracked_per_appeal("created"), tracked_per_appeal("created" + 10 * " edited")
    assert many - few < 0.2
