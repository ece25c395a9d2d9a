"""PostgreSQL answers every row as the library does, in both shapes of its functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("numpy")

from tests.slow.engines.cases import NULL, Ints
from tests.slow.engines.compared import CASES, COMPILED, rows, script
from tests.slow.engines.day_counts import COUNTS, DATED, wrong_rows
from tests.slow.engines.engine import differences
from tests.slow.engines.postgres_engine import PostgresEngine
from tests.slow.engines.schedules import SCHEDULES

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", params=[False, True], ids=["scalar", "in FROM"])
def engine(request: pytest.FixtureRequest, postgres: str) -> Iterator[PostgresEngine]:
    made = PostgresEngine(postgres, in_from=request.param)
    made.connection.execute(script("postgres").text)
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: PostgresEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("call", COUNTS)
def test_budgets_of_days(engine: PostgresEngine, call: str, name: str) -> None:
    if not engine.in_from:
        pytest.skip("the functions that count days are called in FROM")

    def ask(source: str, column: str) -> tuple[Ints, Ints]:
        us = f"(extract(epoch from {column}) * 1000000)::bigint"
        query = f"select key, coalesce({us}, {NULL + 1}) from appeals, wh.{source}"
        return engine.copied(query)

    assert wrong_rows(ask, "a", call, name) == []
