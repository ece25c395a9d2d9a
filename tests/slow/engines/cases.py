"""The schedules and the rows on which engines are compared, and the answers of the library.

All instants and amounts are microseconds; ``NULL`` is NULL, as NaT is in numpy. The number of rows
is ``WORKHOURS_ENGINE_ROWS``.
"""

import os
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workhours_sla import Schedule, columns, sql
from workhours_sla.sql.edges import CompiledSchedules

Ints = NDArray[np.int64]
NULL = int(np.iinfo(np.int64).min)
DAY, HOUR = 86_400_000_000, 3_600_000_000
LONGEST = 200 * 366 * DAY
"""The library takes no budget that is longer than all calendars."""
VERBS = ("elapsed", "deadline", "breaches_after", "remaining", "is_working")
SINCE, UNTIL = date(2018, 1, 1), date(2028, 1, 1)
_MINUTES = ",".join(
    f"{hour:02}:{minute:02}-{hour:02}:{minute + 1:02}" for hour in range(24) for minute in (0, 40)
)
SCHEDULES = {
    # Volgograd moved its clocks on 28 October 2018 and on 27 December 2020
    "office": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    "it's night": Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow"),
    # edges in the skipped and the repeated hour, a shift over midnight, short days
    "capricious": Schedule(
        "RU", "Mo-Fr 01:30-03:10,09:00-12:21,21:45-00:20", tz="America/New_York"
    ),
    "always": Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Volgograd"),
    "minutes": Schedule(None, f"Mo-Su {_MINUTES}", tz="Asia/Kathmandu"),
    # several runs of known dates
    "gaps": Schedule("RU-TA", "Mo-Fr 09:00-18:00", tz="Europe/Moscow"),
    # days with a minute of work are part of a longer segment
    "rare": Schedule(
        "RU",
        "Mo-Fr 09:00-18:00",
        tz="Asia/Kamchatka",
        overrides={date(2025, 3, day): "12:00-12:01" for day in (15, 16, 22, 23)},
    ),
    # the same working time as the office, so that the two share a slot
    "second office": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
}
NAMES = list(SCHEDULES)
COUNT = int(os.environ.get("WORKHOURS_ENGINE_ROWS", "20000"))
THOROUGH = "WORKHOURS_ENGINE_ROWS" in os.environ
_ALONE = NAMES[:-1] if THOROUGH else ["gaps"]
CASES = [
    *((verb, None) for verb in VERBS),
    *((verb, name) for verb in VERBS[:3] for name in _ALONE),
]
"""What engines are asked: a verb with one schedule for all rows, or None with one for each row."""
COMPILED = sql.tables(SCHEDULES, since=SINCE, until=UNTIL)


class Rows(NamedTuple):
    """One column per argument; ``code`` is the index of each row's schedule."""

    code: Ints
    start: Ints
    end: Ints
    budget: Ints


def made_rows(compiled: CompiledSchedules, count: int) -> Rows:
    """Return random rows, many of them at edges of working time, of coverage and of the types."""
    chosen = np.random.default_rng(1)
    edges = np.array(
        [at for run in compiled.coverage.values() for pair in run for at in pair]
        + [at for _, opens, closes in compiled.intervals.rows for at in (opens, closes)]
    )
    lo, hi = edges.min(), edges.max()

    def instants() -> Ints:
        t = chosen.integers(lo - 20 * DAY, hi + 20 * DAY, count)
        near = chosen.random(count) < 0.2
        t[near] = chosen.choice(edges, near.sum()) + chosen.integers(-2, 3, near.sum())
        ends = chosen.random(count) < 0.01
        t[ends] = chosen.choice([lo, hi], ends.sum()) + chosen.integers(-1, 2, ends.sum())
        far = chosen.random(count) < 0.002
        t[far] = chosen.choice([lo - 400 * DAY, hi + 400 * DAY], far.sum())
        return t

    start = instants()
    end = start + chosen.integers(-5 * DAY, 30 * DAY, count)
    apart = chosen.random(count) < 0.3
    end[apart] = instants()[apart]
    same = chosen.random(count) < 0.01
    end[same] = start[same]
    kinds = [0, 1, 4 * HOUR, 4 * HOUR, 4 * HOUR, 8 * HOUR, 40 * HOUR, 10**13, 2**62]
    budget = chosen.choice(np.array(kinds), count)
    odd = chosen.random(count) < 0.3
    budget[odd] = chosen.integers(0, 60 * HOUR, odd.sum())
    for column in (start, end, budget):
        column[chosen.random(count) < 0.01] = NULL
    return Rows(chosen.integers(0, len(compiled.schedules), count), start, end, budget)


@cache
def rows() -> Rows:
    return made_rows(COMPILED, COUNT)


@cache
def expected(verb: str, schedule: str | None, *, whole: bool) -> Ints:
    """Return the answers of the library.

    Unless ``whole``, an answer is NULL if it and the instants asked for lie in no one known range.
    """
    found = np.full(COUNT, NULL)
    for code, name in enumerate(NAMES):
        own = rows().code == code if schedule is None else np.full(COUNT, name == schedule)
        if own.any():
            part = Rows(*(column[own] for column in rows()))
            answer = _answers(SCHEDULES[name], part, verb)
            found[own] = answer if whole else _within(COMPILED.coverage[name], part, verb, answer)
    return found


def _answers(schedule: Schedule, rows: Rows, verb: str) -> Ints:
    options: dict[str, Any] = {"tz": "UTC", "on_unknown": "mark"}
    start, end = rows.start.view("M8[us]"), rows.end.view("M8[us]")
    if verb == "is_working":
        marked = columns.is_working(schedule, start, **options)
        return np.where(marked.unknown | np.isnat(start), NULL, marked.values.astype(np.int64))
    missing = rows.budget == NULL
    if verb in ("elapsed", "remaining"):
        worked = columns.elapsed(schedule, start, end, **options).values.astype("m8[us]")
        if verb == "remaining":
            worked = np.where(missing, np.timedelta64("NaT"), rows.budget.view("m8[us]") - worked)
        of_time: Ints = worked.view(np.int64)
        return of_time
    missing |= rows.budget > LONGEST
    budget = np.where(missing, 0, rows.budget).view("m8[us]")
    limits = getattr(columns, verb)(schedule, start, budget, **options)
    found: Ints = np.where(missing, NULL, limits.values.astype("M8[us]").view(np.int64))
    return found


def _within(known: tuple[tuple[int, int], ...], rows: Rows, verb: str, answer: Ints) -> Ints:
    lows, highs = (np.array(ends) for ends in zip(*known, strict=True))

    def run_of(t: Ints) -> Ints:
        run = np.searchsorted(highs, t, "left")
        inside = (run < len(highs)) & (lows[np.minimum(run, len(lows) - 1)] <= t)
        return np.where(inside, run, -1)

    run = run_of(rows.start)
    other = {"elapsed": rows.end, "remaining": rows.end, "is_working": rows.start + 1}
    inside = (run >= 0) & (run_of(other.get(verb, answer)) == run)
    if verb == "breaches_after":
        inside &= answer < highs[run]
    return np.where(inside, answer, NULL)


def differences(engine: Any, verb: str, schedule: str | None, *, whole: bool = False) -> list[str]:
    """Return the rows whose answers differ from the library's, as sentences, at most five.

    ``engine.run(verb, schedule)`` returns the keys of all rows and their answers. An engine that
    asks the library itself has its ``whole`` calendar, which has more dates than a script.
    """
    wanted = expected(verb, schedule, whole=whole)
    keys, answers = engine.run(verb, schedule)
    assert np.array_equal(np.sort(keys), np.arange(len(wanted))), "each key exactly once"
    found = np.full(len(wanted), NULL)
    found[keys] = answers
    assert (wanted != NULL).any(), "some answers must be known"
    given = rows()
    return [
        f"{verb} of row {row} ({schedule or NAMES[given.code[row]]}): {given.start[row]}, "
        f"{given.end[row]}, {given.budget[row]} gives {found[row]}, not {wanted[row]}"
        for row in np.flatnonzero(found != wanted)[:5].tolist()
    ]
