"""polars as an engine of the comparison: lazy queries with the namespace of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import polars as pl

from tests.slow.engines.cases import LONGEST, NULL, VERBS, Ints, Rows
from tests.slow.engines.schedules import SCHEDULES
from workhours_sla import frames

REGISTERED = frames.deadline
"""Importing ``frames`` registers the namespace ``sla``."""
ZONE = "America/Sao_Paulo"
"""The zone of the columns, on which no answer may depend."""


def integers(values: Ints) -> pl.Series:
    return pl.Series(values).set(pl.Series(values == NULL), None)


class PolarsEngine:
    """A data frame that is asked in lazy queries, which polars runs in memory or streaming."""

    verbs: Sequence[str] = VERBS
    whole_calendar = True

    def __init__(self, collector: Literal["in-memory", "streaming"]) -> None:
        self._collector: Literal["in-memory", "streaming"] = collector

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        instant = pl.Datetime("us", ZONE)
        budget = integers(rows.budget)
        # the library takes no budget that is longer than all calendars
        allowed = budget.clip(upper_bound=LONGEST).fill_null(0)
        self._appeals = pl.DataFrame(
            {
                "key": np.arange(len(rows.code)),
                "agency": pl.Series(names).gather(rows.code),
                "started": integers(rows.start).cast(instant),
                "ended": integers(rows.end).cast(instant),
                "allowed": allowed.cast(pl.Duration("us")),
                "beyond": budget - allowed,
            }
        ).lazy()

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        schedules: Any = SCHEDULES if schedule is None else SCHEDULES[schedule]
        given = {"elapsed": ["ended"], "is_working": []}.get(verb, ["allowed"])
        options: dict[str, Any] = {"now": pl.col("ended")} if verb == "remaining" else {}
        if schedule is None:
            options["by"] = pl.col("agency")
        started: Any = pl.col("started")
        answer = getattr(started.sla, verb)(
            schedules, *map(pl.col, given), on_unknown="mark", **options
        )
        answer = answer.to_physical().cast(pl.Int64)
        if verb == "remaining":
            answer += pl.col("beyond")
        elif given == ["allowed"]:
            answer = pl.when(pl.col("beyond") == 0).then(answer)
        found = self._appeals.select("key", r=answer).collect(engine=self._collector)
        return found["key"].to_numpy(), found["r"].fill_null(NULL).to_numpy()
