"""The rows of the dbt package's example: appeals, and questions with the answers of the library."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from workhours_sla.adapters.sql.script import instant_of
from workhours_sla.adapters.sql.tables import CompiledSchedules
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.verbs import WorkingTime

Cells = tuple[object, ...]
QUESTION_COLUMNS: Final = ("id", "schedule", "start_at", "end_at", "budget")
ANSWER_COLUMNS: Final = (
    "id",
    "schedule",
    "elapsed_us",
    "due_at",
    "limit_at",
    "remaining_us",
    "is_working",
)
APPEAL_COLUMNS: Final = ("appeal_id", "agency", "schedule", "posted_at", "answered_at")
_HOUR: Final = 3_600_000_000
_INTERVALS: Final = 4
"""The number of intervals of a schedule that questions are about."""
_APPEALS: Final = 36
_TICK: Final = timedelta(microseconds=1)


class Question(NamedTuple):
    """Two instants and a budget, in microseconds."""

    start: int
    end: int
    budget: int


def questions(compiled: CompiledSchedules) -> tuple[list[Cells], list[Cells]]:
    """Return the questions and the answers of the library, about the edges of working time."""
    asked: list[Cells] = []
    answered: list[Cells] = []
    intervals: dict[str, list[tuple[int, int]]] = {name: [] for name in compiled.schedules}
    for name, opens, closes in compiled.intervals.rows:
        intervals[name].append((opens, closes))
    for name, schedule in compiled.schedules.items():
        known = compiled.coverage[name]
        for one in _questions(intervals[name], known):
            number = len(asked) + 1
            start, end = _text(instant_of(one.start)), _text(instant_of(one.end))
            asked.append((number, name, start, end, one.budget))
            answered.append((number, name, *_answers(schedule, known, one)))
    return asked, answered


def _questions(
    intervals: Sequence[tuple[int, int]], known: Sequence[tuple[int, int]]
) -> Iterator[Question]:
    for at in range(_INTERVALS if intervals else 0):
        opens, closes = intervals[at * (len(intervals) - 1) // (_INTERVALS - 1)]
        yield Question(opens - 1, closes, 4 * _HOUR)
        yield Question(opens, closes + 1, closes - opens)
        yield Question(closes - 1, opens + 7 * 24 * _HOUR, 0)
    lo, hi = known[0][0], known[-1][1]
    yield Question(lo, hi, _HOUR)
    yield Question(lo - 1, hi, 0)
    yield Question(hi, hi + 1, 0)
    yield Question(hi - _HOUR, lo, 400 * _HOUR)


def _answers(
    schedule: WorkingTime, known: Sequence[tuple[int, int]], asked: Question
) -> Iterator[str]:
    """Return the answers, each empty unless it and its instants are in one known range."""
    highs = [instant_of(hi) for _, hi in known]
    lows = [instant_of(lo) for lo, _ in known]

    def run_of(t: datetime) -> int | None:
        at = bisect_left(highs, t)
        return at if at < len(highs) and lows[at] <= t else None

    start, end = instant_of(asked.start), instant_of(asked.end)
    budget = timedelta(microseconds=asked.budget)
    run = run_of(start)
    elapsed = None
    if run is not None and run_of(end) == run:
        elapsed = schedule.elapsed(start, end) // _TICK
    yield _or_empty(elapsed)
    for latest in (False, True):
        found = None
        if run is not None:
            with suppress(CalendarCoverageError):
                found = (schedule.breaches_after if latest else schedule.deadline)(start, budget)
        if found is not None and (run_of(found) != run or (latest and found == highs[run or 0])):
            found = None
        yield "" if found is None else _text(found)
    yield _or_empty(None if elapsed is None else asked.budget - elapsed)
    is_known = run is not None and run_of(start + _TICK) == run
    yield str(schedule.is_working(start)).lower() if is_known else ""


def _or_empty(amount: int | None) -> str:
    return "" if amount is None else str(amount)


def _text(t: datetime) -> str:
    return t.isoformat(" ")


def appeals(compiled: CompiledSchedules) -> list[Cells]:
    """Return invented appeals to three agencies in the middle of the dates."""
    names = list(compiled.schedules)
    lo, hi = compiled.coverage[names[0]][0]
    first = instant_of(lo + (hi - lo) // 2).replace(hour=0, minute=0, second=0, microsecond=0)
    rows: list[Cells] = []
    for number in range(_APPEALS):
        posted = first + timedelta(hours=9 * number, minutes=17 * number % 60)
        answered = posted + timedelta(hours=5 * (number % 5) + 1)
        rows.append(
            (
                f"A-{number + 1:03}",
                f"agency {number % 3 + 1}",
                names[number % len(names)],
                _text(posted),
                "" if number % 11 == 10 else _text(answered),
            )
        )
    return rows


def as_of(compiled: CompiledSchedules) -> str:
    """Return the time at which the example counts: after the last appeal, before some limits."""
    return str(appeals(compiled)[-1][3])


def zone_of(compiled: CompiledSchedules) -> str:
    """Return the IANA zone of the first schedule."""
    return next(iter(compiled.schedules.values())).tz.key
