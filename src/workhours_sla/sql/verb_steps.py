"""The verbs as steps, which each dialect writes as nested queries or as variables.

A step names an expression, and later steps use the name: nothing is calculated twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from workhours_sla.sql.dialects import Levels, Search, Steps, Words
from workhours_sla.sql.edges import UNKNOWN

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "elapsed": ("schedule", "start_at", "end_at"),
    "deadline": ("schedule", "start_at", "budget"),
    "breaches_after": ("schedule", "start_at", "budget"),
    "remaining": ("schedule", "start_at", "budget", "now_at"),
    "is_working": ("schedule", "t"),
}
"""The verbs of every script, with their arguments."""
CLOCK: Final = ("start_at", "budget")
"""The arguments of ``clock_deadline``, whose budget counts around the clock."""


class Verb(NamedTuple):
    """A verb: its arguments, its steps level by level, its answer and the type of the answer.

    The first level may use the arguments, and later levels the names of the earlier.
    """

    name: str
    arguments: tuple[str, ...]
    levels: Levels
    answer: str
    kind: str


def verbs(w: Words, offset: str | None = None) -> Iterator[Verb]:
    """Return the verbs, for the schedule with an offset or for any."""
    chosen: Steps = {"wh_o": offset or w.chosen(w.compiled.offsets)}
    start = {**chosen, "wh_a": w.us("start_at")}
    p, q = Search("wh_p", "at", "wh_a + wh_o"), Search("wh_q", "at", "wh_b + wh_o")
    between = f"case when wh_p > 0 and abs(wh_q - wh_p) < {w.compiled.reach} then wh_q - wh_p end"

    def verb(name: str, kind: str, answer: str, *levels: Steps | Search) -> Verb:
        arguments = VERBS[name]
        known = w.answered(name, arguments, answer)
        forms = {"timestamptz": w.instant(known), "boolean": f"({known} = 1)"}
        return Verb(name, arguments, levels, forms.get(kind, known), kind)

    yield verb("elapsed", "bigint", between, {**start, "wh_b": w.us("end_at")}, p, q)
    given = {**start, "wh_b": w.us("now_at"), "wh_d": w.amount()}
    yield verb("remaining", "bigint", f"wh_d - {between}", given, p, q)
    given = {**chosen, "wh_a": w.us("t")}
    yield verb("is_working", "boolean", between, given, {"wh_b": "wh_a + 1"}, p, q)

    used = (
        {**start, "wh_d": w.amount(w.compiled.reach)},
        p,
        {"wh_u": "wh_p + wh_d"},
    )
    answer = f"case when wh_s < {UNKNOWN // 2} then wh_u + wh_s - wh_o end"
    due = f"case when wh_d = 0 and wh_p > 0 then wh_a else {answer} end"
    yield verb("deadline", "timestamptz", due, *used, Search("wh_s", "used", "(wh_u - 1)"))
    yield verb("breaches_after", "timestamptz", answer, *used, Search("wh_s", "used", "wh_u"))
    if w.dialect.has_functions:
        given = {"wh_a": w.any_us("start_at"), "wh_d": w.amount()}
        yield Verb("clock_deadline", CLOCK, (given,), w.instant("wh_a + wh_d"), "timestamptz")
