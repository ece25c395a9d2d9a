"""PostgreSQL answers every row as the library does, in both shapes of its functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("numpy")

from tests.slow.engines.cases import NULL, VERBS, Ints, made_rows
from tests.slow.engines.compared import CASES, COMPILED, rows, script
from tests.slow.engines.day_counts import COUNTS, DATED, wrong_rows
from tests.slow.engines.engine import differences
from tests.slow.engines.postgres_engine import PostgresEngine
from tests.slow.engines.schedules import SCHEDULES
from workhours_sla.adapters.sql.chained import ChainedDialect, chained_statements
from workhours_sla.adapters.sql.postgres_words import Postgres
from workhours_sla.adapters.sql.settings import Settings

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


class ChainedPostgres(ChainedDialect):
    """The form of the dialects that no test runs, in an engine that is here."""

    name = title = "chained"
    list_type = "bigint[]"
    us = Postgres.us
    instant = Postgres.instant

    def refuse(self, message: str, kind: str) -> str:
        return f"null::{kind}"

    def listed(self, values: list[int]) -> str:
        return f"'{{{','.join(map(str, values))}}}'::bigint[]"

    def element(self, values: str, index: str) -> str:
        return f"({values})[{index} + 1]"

    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:
        arguments = ", ".join(f"{one} {kind}" for one, kind in given.items())
        return (
            f"create or replace function {self.named(name)}({arguments}) returns {returns} "
            f"language sql immutable as $wh$ select {body} $wh$;"
        )


@pytest.mark.parametrize("verb", VERBS)
def test_functions_that_call_each_other_have_the_same_answers(postgres: str, verb: str) -> None:
    engine = PostgresEngine(postgres)
    few = made_rows(COMPILED, 1_000)
    engine.connection.execute("drop schema if exists wh cascade")
    settings = Settings(COMPILED, "wh", "null")
    engine.connection.execute("\n".join(chained_statements(settings, ChainedPostgres("wh"))))
    engine.load(few, list(SCHEDULES))
    assert differences(engine, COMPILED, SCHEDULES, few, verb, None) == []
    engine.connection.close()
