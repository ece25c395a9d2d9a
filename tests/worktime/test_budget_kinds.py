"""Every kind of budget, and kinds that only this test knows: texts, verbs, columns, open pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from kit.values import DAY, OFFICE, TICK
from workhours_sla import columns, parse_budget
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.json import from_json, to_json
from workhours_sla.worktime.budgets import BUDGET_KINDS
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.due_dates import BudgetKind, DayAnswer

TEXTS = ("2 working days", "4 days", "1 month", "30h clock", "2 working days in hours")
KNOWN = [parse_budget(text, roll="following") for text in TEXTS]


@dataclass(frozen=True)
class Weeks(DayBudget):
    """A term of weeks, each week longer by the paused dates in it."""

    count: int

    def due_on(self, schedule: Any, start: datetime, pauses: Any = ()) -> date:
        paused = sum(
            (until - since for since, until in pauses if since <= self._end(start)), 0 * DAY
        )
        return (self._end(start) + paused).date()

    def _end(self, start: datetime) -> datetime:
        return start + self.count * 7 * DAY


@dataclass(frozen=True)
class Doubled(BudgetKind):
    """An amount of working time, twice."""

    amount: timedelta

    def answer(self, schedule: Any, start: datetime, pauses: Any = ()) -> DayAnswer:
        return DayAnswer(*schedule.due_and_limit(start, 2 * self.amount, pauses=pauses))


BUDGETS = [*KNOWN, Weeks(2), Doubled(timedelta(hours=4))]
STARTS = [
    datetime(2025, 3, 12, 9, 0, tzinfo=UTC),
    datetime(2025, 3, 12, 15, 0, tzinfo=UTC),  # exactly at closing
    datetime(2025, 10, 31, 11, 30, tzinfo=UTC),
]


def micros(times: list[datetime | None]) -> Any:
    return np.array([when and when.replace(tzinfo=None) for when in times], "M8[us]")


def test_there_is_a_text_of_each_kind() -> None:
    assert [type(budget) for budget in KNOWN] == [
        next(kind for kind in BUDGET_KINDS if isinstance(budget, kind)) for budget in KNOWN
    ]
    assert {type(budget) for budget in KNOWN} == set(BUDGET_KINDS)


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
def test_scalars_and_columns_have_one_answer(budget: Any) -> None:
    for verb in ("deadline", "breaches_after", "latest_start"):
        found = getattr(columns, verb)(OFFICE, micros(STARTS), budget, tz="UTC")
        wanted = [getattr(OFFICE, verb)(start, budget) for start in STARTS]
        assert found.tolist() == micros(wanted).tolist()
    now = STARTS[0] + 5 * DAY
    left = columns.remaining(OFFICE, micros(STARTS), budget, now=micros([now])[0], tz="UTC")
    assert left.tolist() == [OFFICE.remaining(start, budget, now=now) for start in STARTS]
    assert OFFICE.explain(STARTS[0], budget).due_at == OFFICE.deadline(STARTS[0], budget)


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_an_open_pause_at_the_exact_tie(verb: str, budget: Any) -> None:
    """A pause without an end leaves an answer only if a long pause would leave it, too."""
    for start in STARTS:
        due, limit = OFFICE.deadline(start, budget), OFFICE.breaches_after(start, budget)
        since = [edge + step for edge in (due, limit) for step in (-TICK, 0 * TICK, TICK)]
        lone = columns.Pauses(micros(since), micros([None] * len(since)), np.arange(len(since) + 1))
        starts = micros([start] * len(since))
        found = getattr(columns, verb)(OFFICE, starts, budget, pauses=lone, tz="UTC")
        known = getattr(OFFICE, verb)(start, budget)
        for row, begin in enumerate(since):
            try:
                pauses = [(begin, begin + 400 * DAY)]
                paused = getattr(OFFICE, verb)(start, budget, pauses=pauses)
            except CalendarCoverageError:
                paused = None
            wanted = known if paused == known else None
            assert found[row].item() == (wanted and wanted.replace(tzinfo=None)), begin


@pytest.mark.parametrize("budget", KNOWN, ids=str)
def test_json_keeps_each_kind(budget: Any) -> None:
    assert from_json(to_json(budget)) == budget
