"""Measure the scalar verbs: the cost of a call for one appeal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.lines import Measured, faster
from benchmarks.rivals import businesstimedelta, timegrid, workclock
from benchmarks.timing import Case, take_turns
from benchmarks.workload import BUDGET, ZONE, Rows, aware, naive, plain_office

CALLS = 2_000
SLOW_CALLS = 200
US = "us/call"
ANOTHER_ZONE = ZoneInfo("Asia/Yekaterinburg")


def deadline(rows: Rows, turns: int) -> Measured:
    """Compare the libraries on single deadlines."""
    office = plain_office()
    schedule, rival = office.schedule(), workclock.schedule(office)
    grid, amount = timegrid.calendar(office), businesstimedelta.amount(office, 4)
    starts, budget = rows.starts[:CALLS], repeat(BUDGET)
    own, other, local = aware(starts, ZONE), aware(starts, ANOTHER_ZONE), naive(starts)
    pytz_own = aware(starts[:SLOW_CALLS], businesstimedelta.TZ)
    times = take_turns(
        [
            _calls("own zone", schedule.deadline, own, budget),
            _calls("another zone", schedule.deadline, other, budget),
            _calls("workclock, own zone", rival.add, own, budget),
            _calls("workclock, another zone", rival.add, other, budget),
            _calls("timegrid", grid.add_work_duration, local, budget),
            _calls("businesstimedelta", add, pytz_own, repeat(amount)),
        ],
        turns,
    )
    path = "one deadline, + 4 h"
    return Measured(
        [
            faster(path, times, "own zone", "workclock, own zone", 15, unit=US),
            faster(path, times, "another zone", "workclock, another zone", 7, unit=US),
            faster(path, times, "own zone", "timegrid", unit=US),
            faster(path, times, "own zone", "businesstimedelta", unit=US),
        ],
        {path: times},
    )


def elapsed(rows: Rows, turns: int) -> Measured:
    """Compare the libraries on the working time between two instants."""
    office = plain_office()
    schedule, rival = office.schedule(), workclock.schedule(office)
    line, rule = timegrid.timeline(office), businesstimedelta.rule(office)
    pair = rows.starts[:CALLS], rows.ends[:CALLS]
    own = [aware(column, ZONE) for column in pair]
    local = [naive(column) for column in pair]
    pytz_own = [aware(column[:SLOW_CALLS], businesstimedelta.TZ) for column in pair]
    times = take_turns(
        [
            _calls("workhours_sla", schedule.elapsed, *own),
            _calls("workclock", rival.between, *own),
            _calls("timegrid, compiled", line.get_working_duration, *local),
            _calls("businesstimedelta", rule.difference, *pytz_own),
        ],
        turns,
    )
    path = "one elapsed, ends up to a week later"
    return Measured(
        [
            faster(path, times, "workhours_sla", "workclock", 4, unit=US),
            faster(path, times, "workhours_sla", "timegrid, compiled", unit=US),
            faster(path, times, "workhours_sla", "businesstimedelta", unit=US),
        ],
        {path: times},
    )


def _calls(name: str, call: Callable[..., Any], first: list[Any], second: Iterable[Any]) -> Case:
    """Return the case that calls a function for each row; ``map`` adds a few nanoseconds."""
    return Case(name, lambda: list(map(call, first, second)), len(first))
