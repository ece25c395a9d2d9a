"""The page on SQL leads from an empty PostgreSQL to due times and a repair, as it is written."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg")

from kit.paths import DOCS, ROOT
from tests.slow.engines.postgres_server import programs
from tools.documents import LANGUAGES, Block, blocks_of, commands_of, environment_of
from workhours_sla import Act, Calendar, Schedule, day_off, sql

pytestmark = pytest.mark.engines

CHANGED = Schedule(
    Calendar.get("RU-VGG").amend([day_off(date(2025, 3, 13), act=Act("order 1", source="test"))]),
    "Mo-Fr 09:00-13:00,14:00-18:00",
)
"""The office of the page, for which Thursday 13 March 2025 is a day off."""
POSTED = "timestamptz '2025-03-12 17:00+03'"
"""An instant whose due time the changed calendar moves."""
DUE = "wh.deadline('roads', posted, 14400000000)"
STALE = f"""
select (select count(*) from kept where due_at is distinct from {DUE}),
    (select count(*) from filled where due_at is distinct from {DUE})
"""

BY_INDEX = (
    "set enable_seqscan = off; "
    "select count(*) from kept where wh.breaches_after('roads', posted, 14400000000) = "
    f"wh.breaches_after('roads', {POSTED}, 14400000000)"
)


class Page:
    """The blocks of a page, run in their order in a folder and in a new database."""

    def __init__(self, language: str, folder: Path, address: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("drop database if exists page")
            connection.execute("create database page")
        host = address.partition("host=")[2]
        path = DOCS / language / "how-to" / "sql.md"
        self.blocks = blocks_of(path)
        self.folder = folder
        own = Path(sys.executable).parent
        self._environment = environment_of(path, folder, own) | {
            "PGHOST": host,
            "PGUSER": "postgres",
            "PGDATABASE": "page",
            "PGTZ": "America/Sao_Paulo",
            "PYTHONPATH": str(ROOT / "src"),
            "PATH": os.pathsep.join([str(own), str(programs()[0]), os.environ["PATH"]]),
        }

    def shell(self, command: str, given: str = "") -> str:
        options: Any = {"cwd": self.folder, "env": self._environment, "input": given, "text": True}
        bash = ["/bin/bash", "-euc", command]
        done = subprocess.run(bash, capture_output=True, timeout=120, check=False, **options)
        assert done.returncode == 0, f"{command}\n{given}\n{done.stdout}{done.stderr}"
        return done.stdout

    def query(self, query: str, form: str = "--quiet") -> str:
        return self.shell(f"psql {form} --set ON_ERROR_STOP=1 --file -", query)

    def one(self, query: str) -> str:
        return self.query(query, "--tuples-only --no-align")

    def run(self, before: Callable[[Block], None]) -> dict[str, str]:
        """Run all blocks; return what each query printed. ``before`` is called before each."""
        printed = {}
        for block in self.blocks:
            before(block)
            if block.caption:
                (self.folder / block.caption).write_text(block.text, "utf-8")
            elif block.language in {"sql", "postgresql"}:
                printed[block.text] = self.query(block.text)
            elif block.language == "console":
                for command, _ in commands_of(block):
                    self.shell(command)
            elif block.language == "sh" and not block.text.startswith("pip "):
                self.shell(block.text)
        return printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_works_as_written(language: str, postgres: str, tmp_path: Path) -> None:
    page = Page(language, tmp_path, postgres)
    script = sql.script(
        {"roads": CHANGED}, dialect="postgres", since=date(2024, 1, 1), until=date(2028, 1, 1)
    )

    def before(block: Block) -> None:
        """Change the calendar before the command that repairs stored answers."""
        if block.language == "sh" and "repair.sql" in block.text:
            page.query(f"insert into kept select {POSTED} from generate_series(1, 3)")
            page.query(f"insert into filled select {POSTED} from generate_series(1, 3)")
            (page.folder / "wh.sql").write_text(script.text)
            # without the repair all stored answers are those of the old calendar
            found = page.one(f"begin; {script.text} {STALE}; {BY_INDEX}; rollback;")
            assert found.split()[-4:] == ["3|3", "SET", "0", "ROLLBACK"]

    printed = page.run(before)
    [due_times] = [one for query, one in printed.items() if "is_late" in query]
    [shown] = [block.text for block in page.blocks if block.language == "text"]
    assert due_times.split() == [*shown.split(), "(3", "rows)"]
    assert page.one("select wh.digest()").strip() == script.digest
    assert page.one(STALE).strip() == "0|0"
    assert "using kept_limit" in page.one(BY_INDEX.replace("select", "explain select", 1))
    assert page.one(BY_INDEX).split()[-1] == "3"
