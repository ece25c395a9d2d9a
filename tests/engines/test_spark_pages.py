"""The programs in the pages about Spark, and the example for spark-submit, do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import spark_job
from tools.documents import LANGUAGES, blocks_of

spark_job.skip_without_java()

from pyspark.sql import SparkSession  # noqa: E402

pytestmark = spark_job.MARKS
ROOT = Path(__file__).parents[2]
PROGRAMS = {
    language: {
        block.caption: block.text
        for block in blocks_of(ROOT / "docs" / language / "how-to/spark.md")
        if block.caption
    }
    for language in LANGUAGES
}


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SparkSession]:
    """Start the session that the programs then use, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    session = spark_job.start()
    yield session
    session.stop()


def test_the_programs_of_the_page_print_what_it_shows(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spark is not None
    assert PROGRAMS["en"] == PROGRAMS["ru"]
    for language in LANGUAGES:
        page = ROOT / "docs" / language / "how-to/spark.md"
        shown = next(block.text for block in blocks_of(page) if block.text.startswith("A-1 "))
        exec(compile(PROGRAMS[language]["columns_job.py"], "columns_job.py", "exec"), {})  # noqa: S102
        assert capsys.readouterr().out == shown
    events = tmp_path / "events"
    events.mkdir()
    lines = (ROOT / "examples/data/appeals.jsonl").read_text("utf-8")
    (events / "appeals.json").write_text(lines, "utf-8")
    exec(compile(PROGRAMS["en"]["stream_job.py"], "stream_job.py", "exec"), {})  # noqa: S102
    assert int(capsys.readouterr().out) > 100


def test_the_example_runs_with_spark_submit(tmp_path: Path) -> None:
    submit = Path(sys.executable).parent / "spark-submit"
    if not submit.exists():
        pytest.skip(f"there is no {submit}")
    command = [str(submit), "--master", "local[2]", "--conf", "spark.sql.shuffle.partitions=2"]
    command += ["examples/spark_changes.py", "examples/data", str(tmp_path / "out")]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": "src"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "|agency_id" in done.stdout
    assert "first reply" in done.stdout
