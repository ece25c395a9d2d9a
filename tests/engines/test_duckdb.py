"""DuckDB answers every row as the library does, in each way to call it."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from tests.engines.cases import made_rows
from tests.engines.duckdb_engine import DuckDBEngine
from tests.engines.engine import differences
from tests.engines.schedules import SCHEDULES, SINCE, UNTIL
from workhours_sla.adapters.sql.duckdb import DuckDBScript
from workhours_sla.adapters.sql.script import Settings
from workhours_sla.adapters.sql.tables import compile_schedules

COUNT = int(os.environ.get("WORKHOURS_ENGINE_ROWS", "100000"))
COMPILED = compile_schedules(SCHEDULES, SINCE, UNTIL)
ROWS = made_rows(COMPILED, COUNT)


@pytest.fixture(scope="module", params=[False, True], ids=["in SELECT", "in FROM"])
def engine(request: pytest.FixtureRequest) -> DuckDBEngine:
    made = DuckDBEngine(in_from=request.param)
    text = "\n".join(DuckDBScript(Settings(COMPILED, "wh", "null")).statements())
    made.connection.execute(text)
    made.load(ROWS, list(SCHEDULES))
    return made


@pytest.mark.parametrize("schedule", [None, *SCHEDULES])
@pytest.mark.parametrize("verb", DuckDBEngine.verbs)
def test_every_row_has_the_answer_of_the_library(
    engine: DuckDBEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, ROWS, verb, schedule) == []
