"""The programs in the pages about Spark, and the example for spark-submit, do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.paths import DOCS, EXAMPLES, ROOT
from tests.slow.engines import spark_job
from tools.documents import LANGUAGES, blocks_of

spark_job.skip_without_java()

pytestmark = spark_job.MARKS
PROGRAMS = {
    language: {
        block.caption: block.text
        for block in blocks_of(DOCS / language / "how-to/spark.md")
        if block.caption
    }
    for language in LANGUAGES
}


def run(folder: Path, *command: str, path: str = str(ROOT / "src")) -> str:
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    environment |= {"PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def printed_by(name: str, folder: Path) -> str:
    (folder / name).write_text(PROGRAMS["en"][name], "utf-8")
    return run(folder, sys.executable, name)


def test_the_program_with_columns_prints_what_the_page_shows(tmp_path: Path) -> None:
    assert PROGRAMS["en"] == PROGRAMS["ru"]
    printed = printed_by("columns_job.py", tmp_path)
    for language in LANGUAGES:
        page = DOCS / language / "how-to/spark.md"
        assert printed in [block.text for block in blocks_of(page)]


def test_the_program_with_a_stream_counts_changes(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    lines = (EXAMPLES / "data/appeals.jsonl").read_text("utf-8")
    (tmp_path / "events" / "appeals.json").write_text(lines, "utf-8")
    assert int(printed_by("stream_job.py", tmp_path).splitlines()[-1]) > 100


def test_the_example_runs_with_spark_submit(tmp_path: Path) -> None:
    submit = Path(sys.executable).parent / "spark-submit"
    if not submit.exists():
        pytest.skip(f"there is no {submit}")
    options = ("--master", "local[2]", "--conf", "spark.sql.shuffle.partitions=2")
    program = ("examples/spark_changes.py", "examples/data", str(tmp_path / "out"))
    printed = run(ROOT, str(submit), *options, *program, path="src")
    assert "|agency_id" in printed
    assert "first reply" in printed
