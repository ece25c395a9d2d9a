"""SQLite answers every row as the library does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("numpy")

from tests.engines.compared import CASES, COMPILED, rows, script
from tests.engines.engine import differences
from tests.engines.schedules import SCHEDULES
from tests.engines.sqlite_engine import SQLiteEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[SQLiteEngine]:
    made = SQLiteEngine(script("sqlite"))
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: SQLiteEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []
