"""Measure the verbs on columns: the cost per row."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import Measured, faster, most, share, versus
from benchmarks.rivals import numpy_searchsorted, pandas, workclock
from benchmarks.timing import Case, cores, take_turns
from benchmarks.workload import BUDGET, HOURS, ZONE, Instants, Rows, aware, plain_office
from workhours_sla import Calendar, Schedule, columns
from workhours_sla.calendars.russia.regions import region_ids
from workhours_sla.errors import SeveralZonesWarning
from workhours_sla.worktime.columns.lookup_tables import compiled
from workhours_sla.worktime.columns.lookups import Scratch

CHUNK = 16_384
SAMPLE = 1_000
"""The number of rows for methods with a Python call per row.

The cost per row of these methods does not depend on the number of rows.
"""


def floor(count: int) -> Case:
    """Return the lower bound for any lookup in a table: two gathers and a subtraction, in chunks.

    The indexes are computed beforehand. The table has as many cells as a table of this library for
    two years. Every answer is written to the same memory.
    """
    rng = np.random.default_rng(1)
    table = rng.integers(0, 2**40, 8_192)
    first, second = rng.integers(0, len(table), (2, count))
    out, space = np.empty(count, np.int64), np.empty(CHUNK, np.int64)

    def run() -> None:
        for begin in range(0, count, CHUNK):
            own = slice(begin, begin + CHUNK)
            part = space[: len(out[own])]
            table.take(second[own], out=out[own], mode="clip")
            table.take(first[own], out=part, mode="clip")
            np.subtract(out[own], part, out=out[own])

    return Case("floor", run, count)


def kernel(schedule: Schedule, starts: Instants, ends: Instants) -> Case:
    """Return the arithmetic of ``elapsed`` alone: the tables are built, and no row is checked."""
    columns.elapsed(schedule, starts, ends, tz="UTC")
    forward = compiled((schedule,)).horizon.tables().forward
    first, last = starts.view(np.int64), ends.view(np.int64)
    space = Scratch.of(CHUNK)

    def run() -> None:
        out = np.empty(len(first), np.int64)
        for begin in range(0, len(first), CHUNK):
            own = slice(begin, begin + CHUNK)
            part = space.cut(len(out[own]))
            forward.worked(last[own], None, out[own], part)
            forward.worked(first[own], None, part.y, part)
            np.subtract(out[own], part.y, out=out[own])

    return Case("kernel", run, len(first))


def elapsed_case(name: str, schedule: Any, starts: Instants, ends: Instants, **more: Any) -> Case:
    """Return the case of this library's ``elapsed`` on columns."""
    return Case(
        name, lambda: columns.elapsed(schedule, starts, ends, tz="UTC", **more), len(starts)
    )


def deadline_case(name: str, schedule: Any, starts: Instants, **more: Any) -> Case:
    """Return the case of this library's ``deadline`` on columns."""
    return Case(
        name, lambda: columns.deadline(schedule, starts, BUDGET, tz="UTC", **more), len(starts)
    )


def new_budgets_case(name: str, schedule: Any, starts: Instants) -> Case:
    """Return the case of ``deadline`` with a budget in each call that no kept table has."""
    budgets = cycle([timedelta(hours=hours) for hours in range(1, 13)])
    return Case(
        name, lambda: columns.deadline(schedule, starts, next(budgets), tz="UTC"), len(starts)
    )


def of_the_floor(rows: Rows, turns: int) -> Measured:
    """Compare the verbs with the lower bound for a look-up, for many rows and for fewer."""
    schedule = plain_office().schedule()
    lines, timings = [], {}
    targets = {
        "elapsed": (1.5, 1.7),
        "deadline": (1.0, None),
        "deadline, a new budget": (1.3, None),
        "deadline, a budget per row": (None, None),
    }
    for place, count in enumerate((len(rows.starts), len(rows.starts) // 10)):
        starts, ends = rows.starts[:count], rows.ends[:count]
        budgets = rows.rng.integers(1, 9, count).astype("m8[h]").astype("m8[us]")
        times = take_turns(
            [
                floor(count),
                elapsed_case("elapsed", schedule, starts, ends),
                deadline_case("deadline", schedule, starts),
                new_budgets_case("deadline, a new budget", schedule, starts),
                Case(
                    "deadline, a budget per row",
                    partial(columns.deadline, schedule, starts, budgets, tz="UTC"),
                    count,
                ),
            ],
            turns,
        )
        path = f"of the floor, {count:,} rows"
        timings[path] = times
        lines += [
            share(path, times, name, "floor", both[place], name) for name, both in targets.items()
        ]
    return Measured(lines, timings)


def elapsed(rows: Rows, turns: int) -> Measured:
    """Compare the libraries on the working time between two columns of times."""
    office, count = plain_office(), len(rows.starts)
    schedule, rival = office.schedule(), workclock.schedule(office)
    search = numpy_searchsorted.SortedIntervals(office)
    starts, ends = rows.starts, rows.ends
    times = take_turns(
        [
            elapsed_case("workhours_sla", schedule, starts, ends),
            Case("numpy searchsorted", lambda: search.elapsed(starts, ends), count),
            Case("workclock between_many", lambda: rival.between_many(starts, ends), count),
        ],
        turns,
    )
    far = rows.any_ends[: count // 10]
    far_starts = starts[: len(far)]
    apart = take_turns(
        [
            elapsed_case("workhours_sla", schedule, far_starts, far),
            Case("workclock between_many", lambda: rival.between_many(far_starts, far), len(far)),
        ],
        min(turns, 3),
    )
    path, ours = "elapsed on columns", "workhours_sla"
    return Measured(
        [
            most(path, "per row", times[ours], "ns/row", 10),
            faster(path, times, ours, "numpy searchsorted", 20),
            faster(path, times, ours, "workclock between_many", 150),
            faster(
                path,
                apart,
                ours,
                "workclock between_many",
                figure="the same, ends up to two years away",
            ),
        ],
        {path: times},
    )


def deadline(rows: Rows, turns: int) -> Measured:
    """Compare the libraries on a column of deadlines."""
    office, count = plain_office(), len(rows.starts)
    schedule, rival = office.schedule(), workclock.schedule(office)
    search = numpy_searchsorted.SortedIntervals(office)
    budget = np.timedelta64(BUDGET)
    hours = pandas.offset(office, BUDGET.seconds // 3600)
    sample = pandas.column(rows.starts[:SAMPLE])
    without_zone = sample.tz_localize(None)
    one_by_one = aware(rows.starts[:SAMPLE], ZONE)
    starts = rows.starts
    times = take_turns(
        [
            deadline_case("workhours_sla", schedule, starts),
            Case("numpy searchsorted", lambda: search.deadline(starts, budget), count),
            Case("workclock add_many", lambda: rival.add_many(starts, budget), count),
            Case("pandas CustomBusinessHour", lambda: pandas.add(sample, hours), SAMPLE),
            Case("pandas, naive times", lambda: pandas.add(without_zone, hours), SAMPLE),
            Case(
                "a loop over Schedule.deadline",
                lambda: [schedule.deadline(when, BUDGET) for when in one_by_one],
                SAMPLE,
            ),
        ],
        turns,
    )
    path, ours = "deadline on columns, + 4 h", "workhours_sla"
    return Measured(
        [
            most(path, "per row", times[ours], "ns/row", 10),
            faster(path, times, ours, "numpy searchsorted"),
            faster(path, times, ours, "workclock add_many", 300),
            faster(path, times, ours, "pandas CustomBusinessHour", 10_000),
            faster(path, times, ours, "pandas, naive times"),
            faster(path, times, ours, "a loop over Schedule.deadline"),
        ],
        {path: times},
    )


def overhead(rows: Rows, turns: int) -> Measured:
    """Measure the time that the public functions add to the arithmetic."""
    schedule = russian("RU-MOW")
    starts, ends = rows.starts, rows.ends
    with_nat = starts.copy()
    with_nat[rows.rng.random(len(starts)) < 0.1] = np.datetime64("NaT", "us")
    one = starts[:1], ends[:1]
    times = take_turns(
        [
            elapsed_case("elapsed", schedule, starts, ends),
            kernel(schedule, starts, ends),
            elapsed_case("elapsed, 10 % NaT", schedule, with_nat, ends),
            elapsed_case("elapsed of 1 row", schedule, *one),
            deadline_case("deadline of 1 row", schedule, one[0]),
        ],
        turns,
    )
    path = "the public function"
    return Measured(
        [
            most(
                path,
                "more than its arithmetic",
                times.difference("elapsed", "kernel"),
                "ns/row",
                1,
                versus(times["elapsed"], times["kernel"], "ns/row"),
            ),
            most(path, "elapsed of 1 row", times["elapsed of 1 row"] / 1000, "us", 25),
            most(path, "deadline of 1 row", times["deadline of 1 row"] / 1000, "us", 25),
            most(
                path,
                "more for 10 % NaT",
                times.difference("elapsed, 10 % NaT", "elapsed"),
                "ns/row",
                4,
            ),
        ],
        {path: times},
    )


@cache
def russian(region: str) -> Schedule:
    """Return a region's schedule; dates that no act decides yet are decided by rule."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeveralZonesWarning)
        return Schedule(Calendar.get(region), HOURS).provisionally()


@cache
def regions() -> tuple[Schedule, ...]:
    """Return the schedules of all regions of Russia."""
    return tuple(map(russian, region_ids()))


@cache
def distinct_regions() -> tuple[Schedule, ...]:
    """Return schedules of Russian regions, no two with equal working time in these years."""
    rows = Rows(1_000)
    columns.elapsed(regions(), rows.starts, rows.ends, codes=np.zeros(1_000, int), tz="UTC")
    slots = compiled(regions()).horizon.slot_of.tolist()
    return tuple(regions()[slots.index(slot)] for slot in dict.fromkeys(slots))


def drawn(schedules: tuple[Schedule, ...], rows: Rows) -> NDArray[np.int64]:
    """Return an array with the index of a random schedule for each row."""
    return rows.rng.integers(0, len(schedules), len(rows.starts))


def many_schedules(rows: Rows, turns: int) -> Measured:
    """Measure the verbs with a schedule for each row."""
    kinds = distinct_regions()
    lists = {
        "12 schedules, all distinct": kinds[:12],
        f"{len(kinds)} schedules, all distinct": kinds,
        f"{len(regions())} schedules, {len(kinds)} distinct": regions(),
    }
    starts, ends = rows.starts, rows.ends
    cases = [elapsed_case("elapsed, one schedule", kinds[0], starts, ends)]
    cases += [deadline_case("deadline, one schedule", kinds[0], starts)]
    for name, schedules in lists.items():
        codes = drawn(schedules, rows)
        cases += [elapsed_case(f"elapsed, {name}", schedules, starts, ends, codes=codes)]
        cases += [deadline_case(f"deadline, {name}", schedules, starts, codes=codes)]
    times = take_turns(cases, turns)
    path = "a schedule per row"
    lines = [
        share(
            path,
            times,
            f"{verb}, {name}",
            f"{verb}, one schedule",
            1.5 if len(schedules) <= 12 else None,
            f"{verb}, {name}: of one schedule",
        )
        for name, schedules in lists.items()
        for verb in ("elapsed", "deadline")
    ]
    return Measured(lines, {path: times})


def past_the_known_dates(rows: Rows, turns: int) -> Measured:
    """Measure the verbs with twelve schedules if a few rows are past the known dates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeveralZonesWarning)
        schedules = tuple(Schedule(Calendar.get(region), HOURS) for region in region_ids()[:12])
    options = {"codes": drawn(schedules, rows), "on_unknown": "mark"}
    far = rows.starts.copy()
    far[rows.rng.random(len(far)) < 0.01] = np.datetime64("2092-03-03T08:00")
    cases = []
    for name, starts in (("", rows.starts), (", 1 % of the rows unknown", far)):
        cases += [
            elapsed_case(f"elapsed{name}", schedules, starts, rows.ends, **options),
            deadline_case(f"deadline{name}", schedules, starts, **options),
        ]
    times = take_turns(cases, turns)
    path = "12 schedules, several ranges of known dates"
    lines = [
        share(
            path,
            times,
            f"{verb}, 1 % of the rows unknown",
            verb,
            1.5,
            f"{verb}, 1 % of the rows unknown: of none",
        )
        for verb in ("elapsed", "deadline")
    ]
    return Measured(lines, {path: times})


def pauses_of(rows: Rows, per_row: int) -> columns.Pauses:
    """Return ``per_row`` pauses for each row, each of half an hour, two hours apart."""
    begins = np.arange(per_row) * np.timedelta64(2, "h") + np.timedelta64(1, "h")
    starts: NDArray[np.datetime64] = np.add.outer(rows.starts, begins).reshape(-1)
    offsets = np.arange(len(rows.starts) + 1) * per_row
    return columns.Pauses(starts, starts + np.timedelta64(30, "m"), offsets)


def pauses(rows: Rows, turns: int) -> Measured:
    """Measure the verbs with pauses for each row."""
    schedule, paused = russian("RU-MOW"), pauses_of(rows, 1)
    starts, ends = rows.starts, rows.ends
    times = take_turns(
        [
            elapsed_case("elapsed", schedule, starts, ends),
            elapsed_case("elapsed, 1 pause", schedule, starts, ends, pauses=paused),
            deadline_case("deadline", schedule, starts),
            deadline_case("deadline, 1 pause", schedule, starts, pauses=paused),
        ],
        turns,
    )
    path = "a pause per row"
    return Measured(
        [
            share(path, times, f"{verb}, 1 pause", verb, target, f"{verb}: of plain {verb}")
            for verb, target in (("elapsed", 5), ("deadline", None))
        ],
        {path: times},
    )


def threads(rows: Rows, turns: int) -> Measured:
    """Measure how much faster two threads are than one, each with half of the rows."""
    schedule = russian("RU-MOW")
    middle = len(rows.starts) // 2
    pair = rows.starts, rows.ends
    halves = [[column[:middle] for column in pair], [column[middle:] for column in pair]]
    path = "two threads over halves"
    with cores(2) as count, ThreadPoolExecutor(2) as pool:
        if count < 2:
            return Measured([], {})

        def both() -> None:
            list(pool.map(lambda half: columns.elapsed(schedule, *half, tz="UTC"), halves))

        times = take_turns(
            [
                elapsed_case("one thread", schedule, *pair),
                Case("two threads", both, len(rows.starts)),
            ],
            turns,
        )
    line = faster(path, times, "two threads", "one thread", figure="faster than one")
    return Measured([line], {path: times})
