"""Compliance by agency and week from dbt has the figures of ``workhours report``."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kit.paths import EXAMPLES
from tests.slow.engines.dbt_project import Project, dbt_program
from workhours_sla import Schedule, sql

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not dbt_program(), reason="no dbt: pip install dbt-duckdb dbt-postgres"),
]
ZONE = ZoneInfo("Europe/Volgograd")
AS_OF = "2026-02-02T12:00:00+03:00"
COUNTS = (
    "arrived",
    "matured",
    "matured_met",
    "early",
    "met",
    "breached",
    "pending",
    "open",
    "overdue",
    "answered",
)
SHARES = ("rate", "closed_only")


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sheet of four weeks of a region that the generator writes."""
    rows = tmp_path_factory.mktemp("sheet") / "rows.csv"
    program = [sys.executable, EXAMPLES / "generate_appeals.py", "--seed", "2026"]
    span = ["--start", "2026-01-05", "--days", "28"]
    out = ["--out", rows.with_name("events.jsonl"), "--rows", rows]
    subprocess.run([*program, *span, *out], check=True)
    return rows


def reported(sheet: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return the cells of ``workhours report`` by agency and week."""
    folder = sheet.parent / "report"
    config = EXAMPLES / "check_rows.toml"
    options = ["--config", config, "--as-of", AS_OF, "--by", "agency*week", "--csv", folder]
    program = [sys.executable, "-m", "workhours_sla", "report"]
    subprocess.run([*program, sheet, *options], check=True, capture_output=True)
    with (folder / "agency_week.csv").open(encoding="utf-8") as file:
        return {(row["agency"], row["week"]): row for row in csv.DictReader(file)}


def seed_of(sheet: Path) -> str:
    """Return the seed ``appeals`` with the rows of the sheet."""

    def instant(text: str) -> str:
        local = datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=ZONE) if text else None
        return local.isoformat(" ") if local else ""

    lines = ["appeal_id,agency,schedule,posted_at,answered_at"]
    with sheet.open(encoding="cp1251") as file:
        for row in csv.DictReader(file, delimiter=";"):
            times = [instant(row[name]) for name in ("Дата публикации", "Дата ответа")]
            lines.append(",".join([row["Номер"], row["Ведомство"], "office", *times]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_every_cell_of_the_report_is_equal(
    sheet: Path, target: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    address = request.getfixturevalue("postgres") if target == "postgres" else None
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    days = {"since": date(2025, 1, 1), "until": date(2027, 1, 1)}
    package = sql.dbt_package({"office": office}, tmp_path / "workhours", **days)
    project = Project(package / "example", target, address)
    (project.folder / "seeds" / "appeals.csv").write_text(seed_of(sheet), encoding="utf-8")
    for arguments in (["deps"], ["build", "--vars", f'{{as_of: "{AS_OF}", zone: {ZONE.key}}}']):
        done = project.dbt(*arguments)
        assert done.returncode == 0, done.stdout
    found = _rows(project)
    wanted = reported(sheet)
    assert found.keys() == wanted.keys()
    assert len(wanted) > 200
    for key, row in wanted.items():
        made = found[key]
        assert made["unknown"] == 0
        assert {one: made[one] for one in COUNTS} == {one: int(row[one]) for one in COUNTS}, key
        shares = {one: float(row[one]) if row[one] else None for one in SHARES}
        assert {one: made[one] for one in SHARES} == shares, key
        final = made["final_at"]
        assert isinstance(final, datetime)
        assert final == datetime.fromisoformat(row["final_at"]), key


def _rows(project: Project) -> dict[tuple[str, str], dict[str, object]]:
    if project.target == "duckdb":
        import duckdb

        path = str(project.folder / "workhours.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            table = connection.execute("from compliance_by_agency_and_week")
            names = [column[0] for column in table.description or ()]
            rows = table.fetchall()
    else:
        import psycopg

        assert project.address
        with psycopg.connect(project.address) as connection:
            cursor = connection.execute(
                "select * from workhours_example.compliance_by_agency_and_week"
            )
            names = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
    made = [dict(zip(names, row, strict=True)) for row in rows]
    return {(row["agency"], row["week"]): row for row in made}
