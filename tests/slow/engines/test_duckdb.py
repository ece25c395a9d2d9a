"""DuckDB answers every row as the library does, in each way to call it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from tests.slow.engines.cases import NULL, Ints
from tests.slow.engines.compared import CASES, COMPILED, rows, script
from tests.slow.engines.day_counts import COUNTS, DATED, wrong_rows
from tests.slow.engines.duckdb_engine import DuckDBEngine
from tests.slow.engines.engine import differences
from tests.slow.engines.schedules import SCHEDULES
from workhours_sla import sql

WAYS = ("in SELECT", "in FROM", "functions")


@pytest.fixture(scope="module", params=WAYS)
def engine(request: pytest.FixtureRequest) -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(in_from=request.param == "in FROM")
    if request.param == "functions":
        made.whole_calendar = True
        sql.register_duckdb(made.connection, SCHEDULES)
    else:
        made.connection.execute(script("duckdb").text)
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: DuckDBEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []


@pytest.fixture(scope="module")
def installed() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    made.connection.execute(script("duckdb").text)
    made.load(rows(), list(SCHEDULES))
    yield made
    made.connection.close()


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("call", COUNTS)
def test_budgets_of_days(installed: DuckDBEngine, call: str, name: str) -> None:
    def ask(source: str, column: str) -> tuple[Ints, Ints]:
        query = (
            f"select key, coalesce(epoch_us({column}), {NULL + 1}) as r from appeals, wh.{source}"
        )
        found = installed.connection.sql(query).to_arrow_table()
        return found["key"].to_numpy(), found["r"].to_numpy()

    assert wrong_rows(ask, "started", call, name) == []
