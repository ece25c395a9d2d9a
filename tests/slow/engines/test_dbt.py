"""The dbt package builds in DuckDB and in PostgreSQL, and answers as the library does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.slow.engines.cases import VERBS, made_rows
from tests.slow.engines.compared import COMPILED, COUNT
from tests.slow.engines.dbt_engine import DbtEngine
from tests.slow.engines.dbt_project import Project, dbt_program
from tests.slow.engines.engine import differences
from tests.slow.engines.schedules import SCHEDULES, SINCE, UNTIL
from workhours_sla import sql

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not dbt_program(), reason="no dbt: pip install dbt-duckdb dbt-postgres"),
]

TARGETS = ("duckdb", "postgres")
ASKED = (None, "office", "it's night", "gaps")
ROWS = made_rows(COMPILED, min(COUNT, 100_000))


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest) -> tuple[str, str | None]:
    """Return the target and the address of its server."""
    if request.param == "duckdb":
        pytest.importorskip("duckdb")
        return "duckdb", None
    pytest.importorskip("psycopg")
    return "postgres", request.getfixturevalue("postgres")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dbt") / "workhours"
    return sql.dbt_package(SCHEDULES, folder, since=SINCE, until=UNTIL)


def project_of(package: Path, folder: Path, target: tuple[str, str | None]) -> Project:
    """Return a copy of the example in another folder."""
    import shutil

    shutil.copytree(package / "example", folder)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {package}\n")
    return Project(folder, *target)


@pytest.fixture(scope="module")
def engine(target: Any, package: Path, tmp_path_factory: pytest.TempPathFactory) -> DbtEngine:
    folder = tmp_path_factory.mktemp("rows") / "project"
    made = DbtEngine(project_of(package, folder, target), ASKED)
    made.load(ROWS, list(SCHEDULES))
    return made


def test_the_example_builds_and_its_unit_tests_pass(
    package: Path, target: tuple[str, str | None], tmp_path: Path
) -> None:
    printed = project_of(package, tmp_path / "example", target).built()
    assert "PASS verbs::answers_are_those_of_the_library" in printed
    assert "PASS compliance_by_agency_and_week::only_matured_appeals_count" in printed
    assert "ERROR=0 SKIP=0" in printed


@pytest.mark.parametrize("schedule", ASKED)
@pytest.mark.parametrize("verb", VERBS)
def test_every_row_has_the_answer_of_the_library(
    engine: DbtEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, COMPILED, SCHEDULES, ROWS, verb, schedule) == []
