"""The benchmark of databases runs: what is compared, not how fast it is."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")
pytest.importorskip("benchmarks", reason="only a checkout has benchmarks")

from benchmarks import engines
from benchmarks.lines import Measured


def test_lines_of_sqlite_are_ratios_of_least_times_to_the_builtin() -> None:
    ((name, found),) = engines.engines(["sqlite"], 200, 1)
    assert name == "sqlite"
    assert isinstance(found, Measured)
    (times,) = found.timings.values()
    verbs = [f"{rows}: {verb}" for rows in ("one", "per row") for verb in ("elapsed", "deadline")]
    assert [line.figure for line in found.lines] == verbs
    for line in found.lines:
        assert line.value == times.least(line.figure) / times.least("builtin")
    assert engines.text(found).splitlines()[1].startswith("SQLite, 200 rows  one: elapsed")
