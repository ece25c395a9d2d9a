"""Schedules, policies, events and durations that many tests share, and the command in process."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
from workhours_sla.cli.main import main

Capture = pytest.CaptureFixture[str]
TICK = timedelta.resolution
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
FOUR = working_hours(4)
REPLY = Target("first reply", FOUR, OFFICE)
POLICY = Policy([REPLY])


def at(*when: Any) -> datetime:
    """Return a time of the office: ``at("2025-03-12T10:15")`` or ``at(2025, 3, 12, 10, 15)``."""
    local = datetime.fromisoformat(when[0]) if isinstance(when[0], str) else datetime(*when)
    return local.replace(tzinfo=OFFICE.tz)


def event(id_: str, appeal: str, kind: str, when: datetime, **more: Any) -> Event:
    """Return an event that was received when it occurred, unless ``more`` says when."""
    return Event(id_, appeal, EventType(kind), when, more.pop("received_at", when), **more)


def created(appeal: str, when: datetime, **more: Any) -> Event:
    return event(f"{appeal}-c", appeal, EventType.CREATED, when, **more)


def replied(appeal: str, when: datetime, **more: Any) -> Event:
    return event(f"{appeal}-r", appeal, EventType.REPLIED, when, **more)


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    """Run a command in this process; return its exit status, its output and its messages."""
    status = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err
