"""Rows for the tests of pandas, polars and Arrow, and the expected answers by scalar verbs."""

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from workhours_sla import Schedule, working_hours

OFFICES = {
    "volgograd": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    "watch": Schedule(None, "Mo-Su 22:00-06:00", tz="Europe/Volgograd"),
    "new york": Schedule(None, "Mo-Su 00:30-05:00", tz="America/New_York"),
    "lord howe": Schedule(None, "Mo-Su 01:00-03:00,20:00-23:00", tz="Australia/Lord_Howe"),
}
OFFICE = OFFICES["volgograd"]
CHANGES = (
    datetime(2018, 10, 27, 23, tzinfo=UTC),  # Volgograd +03 to +04
    datetime(2020, 12, 26, 22, tzinfo=UTC),  # Volgograd +04 to +03
    datetime(2024, 3, 10, 7, tzinfo=UTC),  # New York to summer time
    datetime(2024, 11, 3, 6, tzinfo=UTC),  # New York to winter time
    datetime(2024, 4, 6, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2025, 12, 31, 10, tzinfo=UTC),  # New Year holidays
)
STEPS = {
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
    "ns": timedelta(microseconds=1),  # the resolution of datetime
}
OF_TIMES = {"next_opening", "next_closing", "previous_opening", "previous_closing", "is_working"}
BUDGET = working_hours(4, minutes=20)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNKNOWN = datetime(2031, 5, 5, 9, tzinfo=UTC)


def alone(missing: set[str], imports: str, columns: str) -> str:
    """Compute a column of deadlines in a process without some libraries; return the first one."""
    code = f"""
import sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from datetime import datetime
{imports}
from workhours_sla import frames
from workhours_sla import Schedule, working_hours
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
start = datetime(2025, 10, 31, 17, 30)
posted, by = {columns}
print(frames.deadline({{"a": office}}, posted, working_hours(4), by=by)[0])
"""
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def moments(unit: str, seed: int, count: int = 90) -> list[datetime | None]:
    """Return random instants near ``CHANGES``, in whole units; the third one is None."""
    chance = random.Random(f"{unit} {seed}")
    reach = timedelta(days=2) // STEPS[unit]
    found: list[datetime | None] = [
        chance.choice(CHANGES) + STEPS[unit] * chance.randint(-reach, reach) for _ in range(count)
    ]
    found[2] = None
    return found


def row_by_row(answer: Callable[..., Any], *lists: list[Any]) -> list[Any]:
    return [
        None if any(value is None for value in row) else answer(*row)
        for row in zip(*lists, strict=True)
    ]


def scalar_answers(office: Schedule, starts: list[Any], ends: list[Any]) -> dict[str, list[Any]]:
    def of(verb: str, *given: Any, **more: Any) -> list[Any]:
        ask = getattr(office, verb)
        return row_by_row(lambda start: ask(start, *given, **more), starts)

    return {
        "elapsed": row_by_row(office.elapsed, starts, ends),
        "remaining": of("remaining", BUDGET, as_of=NOW),
        **{verb: of(verb, BUDGET) for verb in ("deadline", "breaches_after", "latest_start")},
        **{verb: of(verb) for verb in sorted(OF_TIMES)},
    }


def call(frames: Any, verb: str, office: Any, starts: Any, ends: Any, **options: Any) -> Any:
    """Call a verb on columns with the same arguments."""
    given = {"elapsed": (ends,)}.get(verb, () if verb in OF_TIMES else (BUDGET,))
    options |= {"as_of": NOW} if verb == "remaining" else {}
    return getattr(frames, verb)(office, starts, *given, **options)


VERBS = tuple(scalar_answers(OFFICE, [], []))


def pauses_of(starts: list[Any], seed: int) -> list[list[tuple[datetime, datetime]]]:
    """Return, for each row, up to three pauses around its start, sorted and without overlap."""
    chance = random.Random(seed)
    found = []
    for start in starts:
        since = (start or NOW) - timedelta(hours=2)
        own = []
        for _ in range(chance.randint(0, 3)):
            since += timedelta(minutes=chance.randint(1, 1500))
            until = since + timedelta(minutes=chance.randint(0, 1500))
            own.append((since, until))
            since = until
        found.append(own)
    return found


def paused_answers(starts: list[Any], ends: list[Any], pauses: list[Any]) -> dict[str, list[Any]]:
    def of(verb: str, **more: Any) -> list[Any]:
        ask = getattr(OFFICE, verb)
        return row_by_row(lambda a, h: ask(a, BUDGET, pauses=h, **more), starts, pauses)

    return {
        "elapsed": row_by_row(lambda a, b, h: OFFICE.elapsed(a, b, pauses=h), starts, ends, pauses),
        "remaining": of("remaining", as_of=NOW),
        "deadline": of("deadline"),
        "breaches_after": of("breaches_after"),
    }
