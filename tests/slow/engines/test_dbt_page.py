"""The page about dbt works when it is followed literally, in DuckDB and in PostgreSQL."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.paths import DOCS, EXAMPLES, ROOT
from tools.documents import blocks_of, commands_of

DBT = shutil.which("dbt", path=str(Path(sys.executable).parent)) or shutil.which("dbt")
pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not DBT, reason="no dbt: pip install dbt-duckdb dbt-postgres"),
]


@pytest.mark.parametrize(("language", "target"), [("en", "duckdb"), ("ru", "postgres")])
def test_the_page_works_as_written(
    language: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(EXAMPLES / "dbt", tmp_path / "examples" / "dbt")
    steps = "\n".join(commands_of_page(language))
    assert commands_of_page("en") == commands_of_page("ru")
    address = request.getfixturevalue("postgres") if target == "postgres" else ""
    assert DBT
    path = [str(Path(sys.executable).parent), str(Path(DBT).parent), os.environ["PATH"]]
    environment = {"PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT / "src")}
    environment |= {"HOME": str(tmp_path), "LANG": "C.UTF-8", "DO_NOT_TRACK": "1"}
    environment |= {"DBT_TARGET": target, "PGHOST": address.partition("host=")[2]}
    command = ["/bin/bash", "-euc", steps.replace("--dialect duckdb", f"--dialect {target}")]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert "PASS due_times_are_right" in printed
    assert "OK created sql table model" in printed


def commands_of_page(language: str) -> list[str]:
    commands: list[str] = []
    for block in blocks_of(DOCS / language / "how-to/dbt.md"):
        if block.language == "console":
            commands += [command for command, _ in commands_of(block)]
        elif block.language == "sh" and not block.text.startswith("pip "):
            commands.append(block.text)
    return commands
