"""Budgets of days: the queries that engines are asked, and the answers of the library."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.slow.engines.cases import DAY, NULL, Coverage, Ints, Rows
from tests.slow.engines.compared import COMPILED, THOROUGH, rows
from tests.slow.engines.schedules import SCHEDULES
from workhours_sla import CalendarDays, Schedule, WorkingDays, columns
from workhours_sla.worktime.day_budgets import DayBudget

DATED = (
    ("office", "it's night", "capricious", "always", "rare", "gaps") if THOROUGH else ("office",)
)
"""The schedules whose budgets of days are compared."""
COUNTS: dict[str, DayBudget] = {
    "working_days({schedule}, {start}, 3)": WorkingDays(3),
    "working_days({schedule}, {start}, 1, 'same_day')": WorkingDays(1, count_from="same_day"),
    "working_days({schedule}, {start}, 250)": WorkingDays(250),
    "calendar_days({schedule}, {start}, 30, 'following')": CalendarDays(30, roll="following"),
    "calendar_days({schedule}, {start}, 7, 'preceding')": CalendarDays(7, roll="preceding"),
    "calendar_days({schedule}, {start}, 1, 'preceding', 'same_day')": CalendarDays(
        1, roll="preceding", count_from="same_day"
    ),
    "calendar_days({schedule}, {start}, 2, 'none', 'same_day')": CalendarDays(
        2, roll="none", count_from="same_day"
    ),
}
"""The calls of the functions in FROM, with the same budgets of the library."""


def wanted(
    schedule: Schedule, coverage: Coverage, name: str, rows: Rows, budget: DayBudget
) -> dict[str, Ints]:
    """Return the due times and limits of the library, NULL outside of the compiled dates."""
    (lo, _), *_, (_, hi) = [coverage[name][0], coverage[name][-1]]
    start = np.where((rows.start >= lo) & (rows.start < hi), rows.start, NULL)
    found = {}
    for column, verb in (("due_at", columns.deadline), ("limit_at", columns.breaches_after)):
        marked = verb(schedule, start.view("M8[us]"), budget, tz="UTC", on_unknown="mark")
        answer = np.where(marked.unknown, NULL, marked.values.astype("M8[us]").view(np.int64))
        found[column] = np.where(answer > hi, NULL, answer)
    return found


def wrong_rows(
    ask: Callable[[str, str], tuple[Ints, Ints]], start: str, call: str, name: str
) -> list[str]:
    """Return the rows whose due time or limit differs from the library's, as sentences.

    ``ask(source, column)`` returns the keys and the answers of a function in FROM, with
    ``NULL + 1`` for NULL. An engine may not know the dates before
    the first compiled date, nor that an unknown date does not change the answer.
    """
    source = call.format(schedule="'" + name.replace("'", "''") + "'", start=start)
    given = rows()
    answers = wanted(SCHEDULES[name], COMPILED.coverage, name, given, COUNTS[call])
    known = COMPILED.coverage[name]
    may_lack = (given.start < known[0][0] + 40 * DAY) | (len(known) > 1)
    wrong = []
    for column, values in answers.items():
        keys, found = ask(source, column)
        assert np.array_equal(np.sort(keys), np.arange(len(values))), "each key exactly once"
        got = np.full(len(values), NULL)
        got[keys] = np.where(found == NULL + 1, NULL, found)
        differs = (got != values) & ~(may_lack & (got == NULL))
        assert (got != NULL).any(), "some answers must be known"
        wrong += [
            f"{column} of {call} from {given.start[row]} is {got[row]}, not {values[row]}"
            for row in np.flatnonzero(differs)[:3].tolist()
        ]
    return wrong
