"""Measure the cost before the first answer: import, reading the calendar, compiling."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile

from benchmarks.columns import distinct_regions, drawn
from benchmarks.lines import Measured, most
from benchmarks.memory import ask_years, fresh_schedule, kept
from benchmarks.timing import Case, take_turns
from benchmarks.workload import YEARS, Rows, spread
from workhours_sla import columns
from workhours_sla.worktime.columns.lookup_tables import compiled

_FIRST_DEADLINE = """
from datetime import datetime
from workhours_sla import Schedule, working_hours
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
office.deadline(datetime(2025, 10, 31, 17, 30, tzinfo=office.tz), working_hours(4))
"""
_FOREIGN = ("numpy", "holidays", "workalendar")
_WHICH_LOADED = f"""
import json, sys
print(json.dumps([name for name in {_FOREIGN!r} if name in sys.modules]))
"""
_DUE = """
import sys
from workhours_sla.cli.main import run
sys.argv[1:] = ["due", "31.10.2025 17:30", "--calendar", "RU-VGG"]
run()
"""


def compiling(turns: int) -> Measured:
    """Return the time and memory to compile a schedule whose calendar is loaded."""
    times = take_turns(
        [Case("3 years", lambda: ask_years(fresh_schedule(), 2024, 2026), YEARS)], turns
    )
    ask_years(fresh_schedule(), 2006, 2026)  # this call reads the calendar
    many = kept(lambda: ask_years(fresh_schedule(), 2006, 2026))
    one = kept(lambda: ask_years(fresh_schedule(), 2026, 2026))
    path, kinds = "compiling", len(distinct_regions())
    return Measured(
        [
            most(path, "a schedule, per year", times["3 years"] / 1e6, "ms", 0.3),
            most(path, "kept for single answers, per year", (many - one) / 20 / 1024, "KB", 100),
            most(path, "kept for columns, per year", _columns_per_year(1) / 1024, "KB"),
            most(
                path,
                f"kept for columns, per year of each of {kinds} schedules",
                _columns_per_year(kinds) / 1024,
                "KB",
                20,
            ),
        ],
        {path: times},
    )


def _columns_per_year(count: int) -> float:
    """Return the bytes that each additional year adds to a schedule's tables for columns."""
    return (_tables(count, 2015, 2025) - _tables(count, 2025, 2025)) / 10 / count


def _tables(count: int, first: int, last: int) -> int:
    # The schedules are copied because the tables of a schedule cover all years ever used.
    schedules = pickle.loads(pickle.dumps(distinct_regions()[:count]))  # noqa: S301
    rows = Rows(1_000)
    when = spread(f"{first}-01-02", (last - first + 1) * 360 * 86_400, rows.rng, 1_000)
    codes = drawn(schedules, rows)

    def ask() -> object:
        compiled.cache_clear()
        columns.elapsed(schedules, when, when, codes=codes, tz="UTC")
        return compiled(schedules)

    ask()  # this call compiles the schedules
    return kept(ask)


def starting(turns: int) -> Measured:
    """Measure a process until its first answer: its time, and the libraries that it loads."""
    with tempfile.TemporaryDirectory() as compiled_modules:
        environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        environment["PYTHONPYCACHEPREFIX"] = compiled_modules

        def python(code: str) -> str:
            return subprocess.run(  # noqa: S603 - our own code
                [sys.executable, "-c", code],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        # The warm-up run of each case, which take_turns does not count, writes the .pyc files.
        times = take_turns(
            [
                Case("bare interpreter", lambda: python("pass")),
                Case("first deadline", lambda: python(_FIRST_DEADLINE)),
                Case("workhours due", lambda: python(_DUE)),
                Case("import numpy", lambda: python("import numpy")),
            ],
            turns,
        )
        loaded = json.loads(python(_FIRST_DEADLINE + _WHICH_LOADED))
    path = "starting"
    more = times.difference("first deadline", "bare interpreter") / 1e6
    return Measured(
        [
            most(
                path,
                "import and first deadline, more than bare Python",
                more,
                "ms",
                40,
                f"{times['first deadline'] / 1e6:.0f} : "
                f"{times['bare interpreter'] / 1e6:.0f} ms in all",
            ),
            most(
                path,
                f"of {', '.join(_FOREIGN)} loaded",
                len(loaded),
                "modules",
                0,
                ", ".join(loaded),
            ),
            most(path, "workhours due, in all", times["workhours due"] / 1e6, "ms", 150),
            most(
                path,
                "import and first deadline, of import numpy",
                times.ratio("first deadline", "import numpy"),
                "x",
            ),
        ],
        {path: times},
    )
