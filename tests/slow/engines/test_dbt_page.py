"""The page about dbt works when it is followed literally in a new folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.slow.engines.dbt_project import dbt_program

from kit.paths import DOCS, ROOT
from tools.documents import LANGUAGES, blocks_of

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not dbt_program(), reason="no dbt: pip install dbt-duckdb dbt-postgres"),
]
OWN = {
    "dbt_project.yml": "name: own\nprofile: own\n",
    "profiles.yml": "own: {target: d, outputs: {d: {type: duckdb, path: own.duckdb}}}\n",
    "models/appeals.sql": "select 1 as appeal_id, 'duty' as schedule, "
    "cast('2025-10-31 17:30+03' as timestamptz) as posted_at, "
    "cast('2025-11-01 09:30+03' as timestamptz) as answered_at\n",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_works_as_written(language: str, tmp_path: Path) -> None:
    blocks = blocks_of(DOCS / language / "how-to" / "dbt.md")
    script = []
    own = tmp_path / "own"
    (own / "models").mkdir(parents=True)
    for name, text in OWN.items():
        (own / name).write_text(text)
    for block in blocks:
        lines = block.text.splitlines()
        if block.caption:
            (tmp_path / block.caption).write_text(block.text, "utf-8")
        elif block.language == "sh":
            script += [line for line in lines if not line.startswith("pip ")]
        elif block.language == "console":
            script += [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        elif block.language == "jinja":
            (own / "models" / "due.sql").write_text(block.text)
    # a block within a list is indented, so that it is no block of the page for these tools
    page = (DOCS / language / "how-to" / "dbt.md").read_text("utf-8")
    packages = page.split("```yaml\n")[1].split("```")[0]
    (own / "packages.yml").write_text(packages)
    program = dbt_program()
    assert program
    path = [str(Path(sys.executable).parent), str(Path(program).parent), os.environ["PATH"]]
    steps = [*script, "cd own", "dbt deps", "dbt seed", "dbt run"]
    done = subprocess.run(
        ["/bin/bash", "-euc", "\n".join(steps)],
        cwd=tmp_path,
        env={
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Completed successfully") == 3
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(own / "own.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select due_at = timestamptz '2025-11-01 09:30+03', "
            "limit_at = timestamptz '2025-11-01 10:00+03', used_us from due"
        ).fetchone()
    assert found == (True, True, 4 * 3_600_000_000)
