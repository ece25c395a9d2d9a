"""Files that are followed: their lines, a tail that reads them, and the command ``watch``."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workhours_sla import Event, EventType
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.tail import Tail
from workhours_sla.stream import Idle, Item, Start

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WATCH = [sys.executable, "-c", "from workhours_sla.cli.main import run; run()", "watch"]
NEVER_CHANGES = ["--clock", "events", "--calendar", "RU-VGG"]


def an_event(number: int, kind: str = "created", after: timedelta = timedelta(0)) -> Event:
    when = BEGIN + number * timedelta(minutes=7) + after
    appeal = f"A-{number:05}"
    return Event(f"{appeal}-{kind}", appeal, EventType(kind), when, when)


def line(event: Event) -> str:
    row = {name: getattr(event, name) for name in ("event_id", "appeal_id", "type")}
    row |= {name: getattr(event, name).isoformat() for name in ("occurred_at", "received_at")}
    return json.dumps(row) + "\n"


class Follower:
    """A tail that is read until it is idle, as often as a test wants."""

    def __init__(self, path: Path, position: str = "", **more: Any) -> None:
        self.tail = Tail(path, Mapper(Layout()), interval=0.001, **more)
        self._items = self.tail.items({"": position} if position else {})
        self.position = position
        self.ids: list[str] = []

    def begin(self) -> str:
        """Read one item, and return the id of its event, or "" for a Start."""
        item = next(self._items)
        assert isinstance(item, Start | Item)
        self.position = item.position
        return item.events[0].event_id if isinstance(item, Item) else ""

    def rest(self) -> list[str]:
        found = []
        for item in self._items:
            if isinstance(item, Idle):
                return found
            self.position = item.position
            if isinstance(item, Item):
                ids = [event.event_id for event in item.events]
                self.ids += ids
                found += [*ids, *([item.rejected.reason] if item.rejected else [])]
        return [*found, "end"]

    def rests(self, times: int) -> list[str]:
        return [one for _ in range(times) for one in self.rest()]


IDS = [an_event(number).event_id for number in range(9)]
LINES = [line(an_event(number)) for number in range(9)]


def add(path: Path, what: str) -> None:
    with path.open("a") as file:
        file.write(what)


def begin(*arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [*WATCH, *map(str, arguments), *NEVER_CHANGES]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, text=True, **pipes)
