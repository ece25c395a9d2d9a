"""Signs of conduct equal those that are counted minute by minute, without the fold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

pytest.importorskip("numpy")

from kit.properties import EXAMPLES
from workhours_sla import Calendar, Event, Policy, Schedule, Target, evaluate, working_hours
from workhours_sla.report import cases_of_evaluation, report

CALENDAR = Calendar.plain(first=date(2025, 1, 1), last=date(2025, 12, 31))
OFFICE = Schedule(CALENDAR, "Mo-Fr 09:00-13:00,14:00-18:00", tz="Europe/Volgograd")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
MONDAY = datetime(2025, 3, 10, tzinfo=OFFICE.tz)
DAYS = 14
OPEN = [
    day % 7 < 5 and (9 <= minute // 60 < 13 or 14 <= minute // 60 < 18)
    for day in range(DAYS)
    for minute in range(24 * 60)
]
"""Whether each minute since Monday is working time."""
AGENCIES = ("A", "B", "C", None)

Row = tuple[int, str, dict[str, Any]]


def story(random: Random) -> list[Row]:
    """Return the events of an appeal: minute, type and facts."""
    posted = random.randrange(4 * 24 * 60)
    rows: list[Row] = [(posted, "created", {"agency_id": random.choice(AGENCIES)})]
    chosen = set(random.sample(range(posted + 1, posted + 2 * 24 * 60), random.randrange(9)))
    due = due_of(posted)
    edges = [due, next(n for n in range(due, posted, -1) if sum(OPEN[n:due]) == 60)]
    for minute in sorted(chosen | set(random.sample(edges, random.randrange(3)))):
        kind = random.choice(["assigned", "transferred", "transferred", "registered", "replied"])
        kind = "deleted" if random.random() < 0.1 else kind
        facts: dict[str, Any] = {}
        if kind in ("assigned", "transferred"):
            facts["agency_id"] = random.choice(AGENCIES)
        elif kind == "replied":
            facts["author_role"] = random.choice(["official", "coordinator", None])
            facts["substantive"] = random.choice([True, False, None])
        elif kind == "deleted":
            facts["author_role"] = random.choice(["official", "coordinator", None])
        rows.append((minute, kind, facts))
    return rows


def events_of(appeals: list[list[Row]]) -> Iterator[Event]:
    for number, rows in enumerate(appeals):
        for place, (minute, kind, facts) in enumerate(rows):
            at = MONDAY + timedelta(minutes=minute)
            yield Event(f"{number}-{place}", f"{number}", kind, at, at, **facts)


def due_of(posted: int) -> int:
    """Return the first minute at which four working hours have passed."""
    minute, left = posted, 240
    while left:
        left -= OPEN[minute]
        minute += 1
    return minute


def counted(appeals: list[list[Row]]) -> dict[str | None, list[Any]]:
    """Return for each agency: replied, formal first, delays, deletions, late transfers."""
    found: dict[str | None, list[Any]] = {}
    for rows in appeals:
        posted = rows[0][0]
        due = due_of(posted)
        holders: list[str | None] = []
        for _, kind, facts in rows:  # who has the appeal after each event
            given = (
                facts.get("agency_id") if kind in ("created", "assigned", "transferred") else None
            )
            holders.append(given if given is not None else (holders[-1] if holders else None))
        kinds = [kind for _, kind, _ in rows]
        for place, (minute, kind, facts) in enumerate(rows):
            before = kind == "transferred"  # counts for the agency that passes the appeal on
            of = found.setdefault(holders[place - before], [0, 0, [], 0, 0])
            if kind == "transferred" and minute <= due and sum(OPEN[minute:due]) <= 60:
                of[4] += 1
            if kind == "registered" and kinds.index("registered") == place:
                of[2].append(minute - posted)
            if kind == "deleted":
                of[3] += 1
            if kind == "replied" and facts["author_role"] != "coordinator":
                earlier = any(
                    one == "replied" and other["author_role"] != "coordinator"
                    for _, one, other in rows[:place]
                )
                if not earlier:
                    of[0] += 1
                    of[1] += facts["substantive"] is False
    return found


def test_signs_of_conduct_are_those_of_a_count_by_minutes() -> None:
    for seed in range(EXAMPLES):
        check_conduct(seed)


def check_conduct(seed: int) -> None:
    random = Random(seed)
    appeals = [story(random) for _ in range(random.randrange(1, 9))]
    events = list(events_of(appeals))
    random.shuffle(events)
    when = MONDAY + timedelta(days=DAYS)
    found = evaluate(events, POLICY, as_of=when)
    cases = cases_of_evaluation(found, POLICY, as_of=when, events=events)
    expected = counted(appeals)
    conduct = report(cases, events=events).indicators.agencies
    assert [one.agency for one in conduct] == sorted(expected, key=lambda name: name or ""), seed
    for one in conduct:
        replied, formal, delays, deletes, late = expected[one.agency]
        delays.sort()
        delay = timedelta(minutes=delays[(len(delays) - 1) // 2]) if delays else None
        counts = (one.replied, one.formal_first, one.registration_delay)
        assert counts == (replied, formal, delay), seed
        assert (one.deletes, one.late_transfers) == (deletes, late), seed
