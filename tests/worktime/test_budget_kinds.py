"""Every kind of budget: its text, its JSON, and open pauses in columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from kit.values import DAY, OFFICE, TICK
from workhours_sla import ClockTime, columns, parse_budget
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.json import from_json, to_json
from workhours_sla.text.catalog import LANGUAGES, language
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.budgets import BUDGET_KINDS, budget_kind, budget_size

KNOWN: list[Any] = [
    parse_budget(f"{'30h' if kind is ClockTime else 2} {kind.units[1]}", roll="following")
    for kind in BUDGET_KINDS
]


STARTS = [
    datetime(2025, 3, 12, 9, 0, tzinfo=UTC),
    datetime(2025, 3, 12, 15, 0, tzinfo=UTC),  # exactly at closing
    datetime(2025, 10, 31, 11, 30, tzinfo=UTC),
]


def micros(times: list[datetime | None]) -> Any:
    return np.array([when and when.replace(tzinfo=None) for when in times], "M8[us]")


def test_each_kind_has_a_text_and_words() -> None:
    assert [type(budget) for budget in KNOWN] == list(BUDGET_KINDS)
    for budget in KNOWN:
        words = set()
        for lang in LANGUAGES:
            with language(lang):
                words.add(budget_words(budget_kind(budget), budget_size(budget)))
        assert len(words) == len(LANGUAGES)


@pytest.mark.parametrize("budget", KNOWN, ids=str)
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
