"""The rows of the comparison, shared by the engines: ``WORKHOURS_ENGINE_ROWS`` is their number."""

from __future__ import annotations

import os
from functools import cache

from tests.slow.engines.cases import VERBS, Rows, made_rows
from tests.slow.engines.schedules import SCHEDULES, SINCE, UNTIL
from workhours_sla import sql

COUNT = int(os.environ.get("WORKHOURS_ENGINE_ROWS", "20000"))
THOROUGH = "WORKHOURS_ENGINE_ROWS" in os.environ
_ALONE = [name for name in SCHEDULES if name != "second office"] if THOROUGH else ["gaps"]
CASES = [
    *((verb, None) for verb in VERBS),
    *((verb, name) for verb in VERBS[:3] for name in _ALONE),
]
"""What engines are asked: a verb with one schedule for all rows, or None with one for each row."""
COMPILED = sql.tables(SCHEDULES, since=SINCE, until=UNTIL)


@cache
def rows() -> Rows:
    """Return the rows of the comparison."""
    return made_rows(COMPILED, COUNT)


def script(dialect: str, on_unknown: str = "null") -> sql.Script:
    """Return the script of all schedules in a dialect."""
    return sql.script(
        SCHEDULES,
        dialect=dialect,
        since=SINCE,
        until=UNTIL,
        on_unknown=on_unknown,  # type: ignore[arg-type]
    )
