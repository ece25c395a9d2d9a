"""PostgreSQL, DuckDB and SQLite answer every row as the library does."""

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("numpy")

from tests.slow.engines import cases
from tests.slow.engines.sql_engines import DIALECTS, SQLEngine, opened
from workhours_sla import CalendarDays, WorkingDays, columns, sql
from workhours_sla.worktime.day_budgets import DayBudget

COUNTS: dict[str, DayBudget] = {
    "working_days(3)": WorkingDays(3),
    "working_days(1, 'same_day')": WorkingDays(1, count_from="same_day"),
    "working_days(250)": WorkingDays(250),
    "calendar_days(30, 'following')": CalendarDays(30, roll="following"),
    "calendar_days(1, 'preceding', 'same_day')": CalendarDays(
        1, roll="preceding", count_from="same_day"
    ),
    "calendar_days(2, 'none', 'same_day')": CalendarDays(2, roll="none", count_from="same_day"),
}
"""The calls of the functions that count days, with the same budgets of the library."""
DATED = (
    ("office", "it's night", "capricious", "rare", "gaps") if cases.THOROUGH else ("office", "gaps")
)


@pytest.fixture(scope="module", params=DIALECTS)
def engine(request: pytest.FixtureRequest) -> Iterator[SQLEngine]:
    made = opened(request.param, request)
    made.install(
        sql.script(cases.SCHEDULES, dialect=request.param, since=cases.SINCE, until=cases.UNTIL)
    )
    made.load(cases.rows())
    yield made
    made.connection.close()


@pytest.mark.parametrize(("verb", "schedule"), cases.CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: SQLEngine, verb: str, schedule: str | None
) -> None:
    assert cases.differences(engine, verb, schedule) == []


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("call", COUNTS)
def test_budgets_of_days(engine: SQLEngine, call: str, name: str) -> None:
    given, known = cases.rows(), cases.COMPILED.coverage[name]
    answers = wanted(name, COUNTS[call])
    # an engine may not know the dates before the first compiled date, nor that an unknown date does
    # not change the answer
    may_lack = (given.start < known[0][0] + 40 * cases.DAY) | (len(known) > 1)
    for column, values in answers.items():
        keys, found = engine.count_days(call, name, column)
        assert np.array_equal(np.sort(keys), np.arange(len(values))), "each key exactly once"
        got = np.full(len(values), cases.NULL)
        got[keys] = found
        assert (got != cases.NULL).any(), "some answers must be known"
        differs = np.flatnonzero((got != values) & ~(may_lack & (got == cases.NULL)))
        assert [(given.start[row], got[row], values[row]) for row in differs[:3]] == [], column


def wanted(name: str, budget: DayBudget) -> dict[str, cases.Ints]:
    """Return the due times and limits of the library, cases.NULL outside of the compiled dates."""
    lo, hi = cases.COMPILED.coverage[name][0][0], cases.COMPILED.coverage[name][-1][1]
    given, schedule = cases.rows().start, cases.SCHEDULES[name]
    start = np.where((given >= lo) & (given < hi), given, cases.NULL)
    found = {}
    for column, verb in (("due_at", columns.deadline), ("limit_at", columns.breaches_after)):
        marked = verb(schedule, start.view("M8[us]"), budget, tz="UTC", on_unknown="mark")
        answer = np.where(marked.unknown, cases.NULL, marked.values.astype("M8[us]").view(np.int64))
        found[column] = np.where(answer > hi, cases.NULL, answer)
    return found


def test_the_answers_are_consistent_in_sql_alone(engine: SQLEngine) -> None:
    assert engine.script
    expression = engine.script.expression
    due, limit = (
        expression(verb, "'capricious'", "slot", "d") for verb in ("deadline", "breaches_after")
    )
    worked = expression("elapsed", "'capricious'", "slot", due)
    back = expression("elapsed", "'capricious'", due, "slot")
    few = "(select * from appeals where key < 2000) as few"
    for wrong in (f"{worked} <> d", f"{back} <> -d", f"{limit} < {due}"):
        assert engine.one(f"select count(*) from {few} where {wrong}") == 0
    grouped = (
        f"select {worked} as w, max({due}) from {few} group by 1 having count(*) > 0 order by 1"
    )
    assert len(engine.ask(grouped)) > 10
