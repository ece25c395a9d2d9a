"""SQLite answers every row as the library does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("numpy")

from tests.slow.engines.cases import NULL, Ints
from tests.slow.engines.compared import CASES, COMPILED, THOROUGH, rows, script
from tests.slow.engines.day_counts import COUNTS, DATED, wrong_rows
from tests.slow.engines.engine import differences
from tests.slow.engines.schedules import SCHEDULES
from tests.slow.engines.sqlite_engine import SQLiteEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[SQLiteEngine]:
    made = SQLiteEngine(script("sqlite"))
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


# SQLite is the slowest to count days, and its steps are those of the other engines
@pytest.mark.parametrize("name", DATED[:: len(DATED) - 1 or 1])
@pytest.mark.parametrize("call", COUNTS if THOROUGH else list(COUNTS)[::3])
def test_budgets_of_days(engine: SQLiteEngine, call: str, name: str) -> None:
    def ask(source: str, column: str) -> tuple[Ints, Ints]:
        verb, _, arguments = source.removesuffix(")").partition("(")
        return engine.answers(
            f"{verb}_{column}", *with_count_from(arguments.split(", ")), null=NULL + 1
        )

    def with_count_from(arguments: list[str]) -> list[str]:
        """Add the argument that other engines have by default."""
        given = arguments[-1].endswith("_day'")
        return arguments if given else [*arguments, "'next_day'"]

    assert wrong_rows(ask, "a", call, name) == []


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: SQLiteEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []
