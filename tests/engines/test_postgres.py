"""PostgreSQL answers every row as the library does, in both shapes of its functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("numpy")

from tests.engines.cases import VERBS
from tests.engines.compared import ASKED, COMPILED, rows, script
from tests.engines.engine import differences
from tests.engines.postgres_engine import PostgresEngine
from tests.engines.schedules import SCHEDULES

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", params=[False, True], ids=["scalar", "in FROM"])
def engine(request: pytest.FixtureRequest, postgres: str) -> Iterator[PostgresEngine]:
    made = PostgresEngine(postgres, in_from=request.param)
    made.connection.execute(script("postgres").text)
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


@pytest.mark.parametrize("schedule", ASKED)
@pytest.mark.parametrize("verb", VERBS)
def test_every_row_has_the_answer_of_the_library(
    engine: PostgresEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []
