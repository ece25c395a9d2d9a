"""The rows and schedules that the engines are asked about, and the ratio to a builtin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from time import perf_counter_ns
from typing import Final, NamedTuple, TypedDict

from benchmarks.lines import Line, most, versus
from benchmarks.timing import Case, Timings, take_turns
from tests.slow.engines.cases import HOUR, Rows
from tests.slow.engines.cases import SCHEDULES as ALL_SCHEDULES
from workhours_sla.sql.edges import Table

SECONDS: Final = 90.0
"""How long the turns of one engine may take; starting it and loading the rows come on top."""
BUDGET: Final = 4 * HOUR
SCHEDULES: Final = {name: ALL_SCHEDULES[name] for name in ("office", "it's night", "capricious")}
MINUTES: Final = ALL_SCHEDULES["minutes"]
ONE: Final = "capricious"
"""The schedule that is asked alone, with edges on changes of clocks and a shift over midnight."""
VERBS: Final = ("elapsed", "deadline")


class Dates(TypedDict):
    """The dates that are compiled."""

    since: date
    until: date


DATES: Final[Dates] = {"since": date(2024, 1, 1), "until": date(2028, 1, 1)}


class Load(NamedTuple):
    """The rows that an engine is asked about, and how often at most."""

    rows: Rows
    intervals: Table
    turns: int

    @property
    def number(self) -> int:
        """Return the number of rows."""
        return len(self.rows.code)

    def take_turns(
        self,
        runs: Mapping[str, Callable[[], object]],
        *,
        seconds: float = SECONDS,
        clock: Callable[[], int] = perf_counter_ns,
    ) -> Timings:
        """Time calls that each answer all rows."""
        cases = [Case(name, run, self.number) for name, run in runs.items()]
        return take_turns(cases, self.turns, seconds=seconds, clock=clock)


def beside(
    path: str,
    times: Timings,
    figure: str,
    target: float | None = None,
    builtin: str = "builtin",
    ours: str | None = None,
) -> Line:
    """Return the Line of the ratio of the least times of a case and of the builtin."""
    own, other = times.least(ours or figure), times.least(builtin)
    return most(path, figure, own / other, "x", target, versus(own, other, "ns/row"))
