"""The benchmark of databases, polars and Spark: what is compared, not how fast it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("benchmarks", reason="only a checkout has benchmarks")

from benchmarks import engines
from benchmarks.engines import LeftOut
from benchmarks.lines import Measured
from benchmarks.timing import Case, take_turns

MS = 1_000_000


class Work:
    """A call that takes a given time of its own clock."""

    def __init__(self, times: Iterator[int]) -> None:
        self._times = times
        self.now = 0
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1
        self.now += next(self._times) * MS

    def clock(self) -> int:
        return self.now


def test_the_least_time_of_the_turns_is_kept_without_the_warm_up() -> None:
    work = Work(iter([1, 100, 30, 10, 20]))
    times = take_turns([Case("work", work, 2)], 3, clock=work.clock)
    assert times.least("work") == 5 * MS


def test_no_turn_begins_after_the_time_is_over() -> None:
    work = Work(repeat(100))
    take_turns([Case("work", work)], 1_000, seconds=0, clock=work.clock)
    assert work.calls == 3, "two to warm up, and the first turn"


def test_lines_of_sqlite_are_ratios_of_least_times_to_the_builtin() -> None:
    ((name, found),) = engines.engines(["sqlite"], 200, 1)
    assert name == "sqlite"
    assert isinstance(found, Measured)
    assert {line.figure: line.target for line in found.lines} == {
        "one: elapsed": 6,
        "one: deadline": None,
        "per row: elapsed": 6,
        "per row: deadline": None,
    }
    (times,) = found.timings.values()
    for line in found.lines:
        assert line.value == times.least(line.figure) / times.least("builtin")
    assert engines.text(found).splitlines()[1].startswith("SQLite, 200 rows  one: elapsed")


@pytest.mark.parametrize(
    ("name", "libraries", "targets"),
    [
        ("polars", ["polars"], [1.5] * 8),
        pytest.param(
            "duckdb",
            ["duckdb", "pyarrow"],
            [1.5] * 4 + [2] * 4 + [2.5] * 4 + [10],
            marks=pytest.mark.engines,
        ),
        pytest.param(
            "postgres",
            ["psycopg"],
            [5] * 6 + [6] * 2 + [9] * 2 + [3] * 10,
            marks=pytest.mark.engines,
        ),
    ],
)
def test_every_line_of_an_engine_has_its_target(
    name: str, libraries: list[str], targets: list[float]
) -> None:
    for library in libraries:
        pytest.importorskip(library)
    if engines.missing(name):
        pytest.skip(str(engines.missing(name)))
    ((_, found),) = engines.engines([name], 200, 1)
    assert isinstance(found, Measured)
    assert [line.target for line in found.lines] == targets
    assert all(line.value > 0 for line in found.lines)


@pytest.mark.parametrize(
    ("name", "lacking", "sentence"),
    [
        ("polars", "polars", "polars is left out: polars is not installed; run pip install polars"),
        (
            "postgres",
            "psycopg",
            "PostgreSQL is left out: psycopg is not installed; run pip install 'psycopg[binary]'",
        ),
        (
            "spark",
            "pyspark",
            "Spark is left out: pyspark is not installed; run pip install pyspark",
        ),
    ],
)
def test_an_engine_without_its_library_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str, lacking: str, sentence: str
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda package: None if package == lacking else ())
    ((_, found),) = engines.engines([name], 200, 1)
    assert engines.text(found) == sentence
    assert engines.as_json(found) == {"left_out": sentence}


def test_spark_without_java_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: ())
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert engines.missing("spark") == "Java is not installed; install Java 17 or later"


@pytest.fixture
def main() -> Callable[[list[str]], int]:
    for library in ("businesstimedelta", "timegrid", "workclock"):
        pytest.importorskip(library)
    from benchmarks.__main__ import main

    return main


@pytest.mark.parametrize("names", [[], ["duckdb", "spark"]])
def test_the_command_prints_and_keeps_what_was_found(
    main: Callable[[list[str]], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    names: list[str],
) -> None:
    asked = []

    def found(*given: object) -> Iterator[tuple[str, LeftOut]]:
        asked.append(given)
        yield "duckdb", LeftOut("nothing is here")

    monkeypatch.setattr(engines, "engines", found)
    file = tmp_path / "found.json"
    assert main(["--engines", *names, "--rows", "70", "--turns", "3", "--json", str(file)]) == 0
    assert asked == [(names, 70, 3)]
    assert capsys.readouterr().out.endswith("\nnothing is here\n")
    kept = json.loads(file.read_text("utf-8"))
    assert kept.keys() == {"machine", "engines"}
    assert kept["engines"] == {"duckdb": {"left_out": "nothing is here"}}


def test_the_command_names_the_engines_that_it_knows(
    main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--engines", "oracle"])
    message = capsys.readouterr().err
    assert "invalid choice: 'oracle'" in message
    assert all(repr(name) in message for name in engines.ENGINES)
