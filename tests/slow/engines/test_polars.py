"""polars answers every row of a lazy query as the library does, in memory and streaming."""

from __future__ import annotations

import pytest

pytest.importorskip("polars")
pytest.importorskip("numpy")

from tests.slow.engines.compared import CASES, COMPILED, rows
from tests.slow.engines.engine import differences
from tests.slow.engines.polars_engine import PolarsEngine
from tests.slow.engines.schedules import SCHEDULES


@pytest.fixture(scope="module", params=["in-memory", "streaming"])
def engine(request: pytest.FixtureRequest) -> PolarsEngine:
    made = PolarsEngine(request.param)
    made.load(rows(), list(SCHEDULES))
    return made


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: PolarsEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, rows(), verb, schedule) == []
