"""polars answers every row of a lazy query as the library does, in memory and streaming."""

from typing import Any

import pytest

np = pytest.importorskip("numpy")
pl = pytest.importorskip("polars")

from tests.slow.engines.cases import CASES, LONGEST, NAMES, NULL, SCHEDULES, Ints, differences, rows
from workhours_sla import frames

REGISTERED = frames.deadline
"""Importing ``frames`` registers the namespace ``sla``."""
INSTANT = pl.Datetime("us", "America/Sao_Paulo")
"""No answer may depend on the zone of the columns."""


class PolarsEngine:
    def __init__(self, collector: Any) -> None:
        self._collector = collector
        start, end, budget = (
            pl.Series(one).set(pl.Series(one == NULL), None) for one in rows()[1:]
        )
        allowed = budget.clip(upper_bound=LONGEST).fill_null(0)
        self._appeals = pl.LazyFrame(
            {
                "key": np.arange(len(start)),
                "agency": pl.Series(NAMES).gather(rows().code),
                "started": start.cast(INSTANT),
                "ended": end.cast(INSTANT),
                "allowed": allowed.cast(pl.Duration("us")),
                "beyond": budget - allowed,
            }
        )

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        schedules: Any = SCHEDULES if schedule is None else SCHEDULES[schedule]
        given = {"elapsed": ["ended"], "is_working": []}.get(verb, ["allowed"])
        options: dict[str, Any] = {"as_of": pl.col("ended")} if verb == "remaining" else {}
        if schedule is None:
            options["by"] = pl.col("agency")
        ask: Any = getattr(pl.col("started").sla, verb)
        answer = ask(schedules, *map(pl.col, given), on_unknown="mark", **options)
        answer = answer.to_physical().cast(pl.Int64)
        if verb == "remaining":
            answer += pl.col("beyond")
        elif given == ["allowed"]:
            answer = pl.when(pl.col("beyond") == 0).then(answer)
        found = self._appeals.select("key", r=answer).collect(engine=self._collector)
        return found["key"].to_numpy(), found["r"].fill_null(NULL).to_numpy()


@pytest.fixture(scope="module", params=["in-memory", "streaming"])
def engine(request: pytest.FixtureRequest) -> PolarsEngine:
    return PolarsEngine(request.param)


@pytest.mark.parametrize(("verb", "schedule"), CASES)
def test_every_row_has_the_answer_of_the_library(
    engine: PolarsEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, verb, schedule, whole=True) == []
