"""Budgets of days in SQL: lists with one element for each date, and the steps to a due date.

The lists have the dates of all schedules, one schedule after another; schedules with the same dates
share theirs. A *run* is a stretch of dates that are all known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from workhours_sla.sql.dialects import Levels, Steps, Words, quoted
from workhours_sla.sql.edges import CompiledSchedules
from workhours_sla.worktime.day_budgets import MAX_COUNT
from workhours_sla.worktime.runs import DateRow, date_rows

DAY_COUNTS: Final[dict[str, tuple[str, ...]]] = {
    "working_days": ("schedule", "start_at", "count", "count_from"),
    "calendar_days": ("schedule", "start_at", "count", "roll", "count_from"),
}
"""The functions that count days, with their arguments."""
_DAY: Final = 86_400_000_000
_LISTS: Final = (
    "starts",
    "closes",
    "due",
    "limits",
    "worked_before",
    "run_end",
    "run_worked",
    "next_worked",
    "last_worked",
    "worked",
)


class Dates(NamedTuple):
    """The dates of compiled schedules as lists of equal length.

    ``starts``, ``closes``, ``due`` and ``limits`` are the instants of a date. ``worked_before`` is
    the number of working dates before it, and ``worked`` the index of the working date of a number.
    ``run_end`` is the last index of the date's run, and ``run_worked`` the number of working dates
    up to its end. ``next_worked`` and ``last_worked`` are the nearest working date from a date on,
    and up to it.

    ``offsets`` has for each schedule the index of 1970-01-01 in its part of the lists.
    """

    offsets: dict[str, int]
    lists: dict[str, list[int | None]]


def dates_of(compiled: CompiledSchedules) -> Dates:
    """Return the dates of the schedules that have some; a combination of schedules has none."""
    lists: dict[str, list[int | None]] = {name: [] for name in _LISTS}
    offsets: dict[str, int] = {}
    known: dict[tuple[DateRow, ...], int] = {}
    for name, schedule in compiled.schedules.items():
        rows = date_rows(schedule, compiled.since, compiled.until)
        if rows is not None:
            if rows not in known:
                known[rows] = len(lists["starts"]) - rows[0].number
                for run in _runs(rows):
                    _add(lists, run)
            offsets[name] = known[rows]
    lists["worked"] += [None] * (len(lists["starts"]) - len(lists["worked"]))
    return Dates(offsets, lists)


def _runs(rows: Sequence[DateRow]) -> Iterator[Sequence[DateRow]]:
    """Return the dates in stretches that are all known, and single unknown dates."""
    start = 0
    for at, row in enumerate(rows, 1):
        if not row.known or at == len(rows) or not rows[at].known:
            yield rows[start:at]
            start = at


def _add(lists: dict[str, list[int | None]], run: Sequence[DateRow]) -> None:
    first, before = len(lists["starts"]), len(lists["worked"])
    known, end = run[0].known, len(run)
    worked = [first + at for at, row in enumerate(run) if row.closes is not None]
    counts = list(accumulate((row.closes is not None for row in run), initial=0))
    columns: dict[str, list[int | None]] = {
        "starts": [row.starts for row in run],
        "closes": [row.closes for row in run],
        "due": [row.due for row in run],
        "limits": [row.limit for row in run],
        "worked_before": [before + count if known else None for count in counts[:end]],
        "run_end": [first + end - 1 if known else None] * end,
        "run_worked": [before + len(worked) if known else None] * end,
        "next_worked": [worked[count] if count < len(worked) else None for count in counts[:end]],
        "last_worked": [worked[count - 1] if count else None for count in counts[1:]],
        "worked": list(worked),
    }
    for name, values in columns.items():
        lists[name] += values


class DayCount(NamedTuple):
    """A function that counts days: its arguments, its steps level by level, and its answers."""

    name: str
    arguments: tuple[str, ...]
    levels: Levels
    answers: Steps


def day_counts(w: Words, dates: Dates) -> Iterator[DayCount]:
    """Return the functions that count days.

    The steps lead to ``wh_i``, the date of the start, ``wh_f``, the first date that counts, and
    ``wh_j``, the date that is due. The start's run ends at ``wh_e``; an unknown date has no run.
    """
    number = w.dialect.integer.format(value="count")
    wrong = w.refused(
        "cast(count as text)", quoted(f" is no number of days; give 1 to {MAX_COUNT}")
    )
    index = (
        f"case when wh_a < {w.item('starts', 'wh_h')} then wh_h - 1 "
        f"when wh_a >= {w.item('starts', 'wh_h + 1')} then wh_h + 1 else wh_h end"
    )
    same_day = f"case when {w.item('closes', 'wh_i')} <= wh_a then wh_i + 1 else wh_i end"
    levels: Levels = (
        {
            "wh_c": w.chosen(dates.offsets, "the schedules with dates"),
            "wh_a": w.us("start_at"),
            "wh_n": f"case when {number} between 1 and {MAX_COUNT} then {number} "
            f"when {number} is not null then {wrong} end",
        },
        {"wh_h": f"{w.dialect.quotient.format(x='wh_a', by=_DAY)} + wh_c"},
        {"wh_i": index},
        {
            "wh_f": _option(w, "count_from", {"next_day": "wh_i + 1", "same_day": same_day}),
            "wh_e": w.item("run_end", "wh_i"),
        },
    )
    number = f"case when wh_f <= wh_e then {w.item('worked_before', 'wh_f')} + wh_n - 1 end"
    within = f"wh_k < {w.item('run_worked', 'wh_i')}"
    working: Levels = (
        {"wh_k": number},
        {"wh_j": f"case when {within} then {w.item('worked', 'wh_k')} end"},
    )
    yield _count(w, "working_days", levels + working)
    following = w.item("next_worked", "wh_k")
    rolls = {
        "following": following,
        "preceding": f"case when {w.item('closes', 'wh_l')} <= wh_a then {following} else wh_l end",
        "none": "wh_k",
    }
    calendar: Levels = (
        {"wh_k": "case when wh_f + wh_n - 1 <= wh_e then wh_f + wh_n - 1 end"},
        {"wh_l": w.item("last_worked", "wh_k")},
        {"wh_j": _option(w, "roll", rolls)},
    )
    yield _count(w, "calendar_days", levels + calendar)


def _option(w: Words, name: str, values: Steps) -> str:
    """Return the SQL that chooses a value by the text of an argument, and refuses other texts."""
    refused = w.refused(quoted(f"{name} is "), name, quoted(f"; give {' or '.join(values)}"))
    cases = " ".join(f"when {quoted(one)} then {value}" for one, value in values.items())
    return f"case {name} {cases} else case when {name} is not null then {refused} end end"


def _count(w: Words, name: str, levels: Levels) -> DayCount:
    arguments = DAY_COUNTS[name]
    answers = {
        answer: w.instant(w.answered(name, arguments, w.item(of, "wh_j")))
        for answer, of in (("due_at", "due"), ("limit_at", "limits"))
    }
    return DayCount(name, arguments, levels, answers)
