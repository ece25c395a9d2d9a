"""The files of a dbt package: what is in them, and when they are not written."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workhours_sla import Schedule, sql
from workhours_sla.errors import CalendarCoverageError, ScriptError

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
NIGHT = Schedule(None, "Mo-Fr 22:00-06:00", tz="Europe/Moscow")
DAYS = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def made(folder: Path, schedules: Any = None, **options: Any) -> dict[str, str]:
    return files(sql.dbt_package(schedules or {"roads": OFFICE}, folder, **{**DAYS, **options}))


def test_equal_arguments_give_equal_files(tmp_path: Path) -> None:
    assert made(tmp_path / "one") == made(tmp_path / "other")


def test_every_placeholder_is_filled(tmp_path: Path) -> None:
    for name, text in made(tmp_path / "new").items():
        assert not re.search(r"@\w+@", text), name
        assert "\x01" not in text, name


def test_names_of_seeds_change_with_their_content_alone(tmp_path: Path) -> None:
    def aliases(folder: str, **options: Any) -> list[str]:
        return re.findall(r"alias: (\w+)", made(tmp_path / folder, **options)["dbt_project.yml"])

    first = aliases("first")
    assert len(set(first)) == 3
    assert all(len(name) < 63 for name in first)  # the longest name in PostgreSQL
    assert aliases("raising", on_unknown="raise") == first
    assert not {*aliases("longer", until=date(2026, 1, 2))} & {*first}


def test_unknown_answers_are_errors_only_where_chosen(tmp_path: Path) -> None:
    assert "does not know" not in made(tmp_path / "null")["macros/duckdb.sql"]
    assert "does not know" in made(tmp_path / "raise", on_unknown="raise")["macros/duckdb.sql"]


def test_jinja_sees_no_part_of_a_name(tmp_path: Path) -> None:
    content = made(tmp_path / "new", {"it's {{ x }} {% y %} {# z": OFFICE})
    for name in ("macros/duckdb.sql", "macros/postgres.sql", "models/workhours_coverage.sql"):
        for misread in ("{{ x", "{% y", "{# z"):
            assert misread not in content[name]
        assert "it''s {{ '{' }}{{ '{' }} x }} {{ '{' }}% y %} {{ '{' }}# z" in content[name]


def test_an_earlier_package_is_replaced(tmp_path: Path) -> None:
    made(tmp_path)
    again = made(tmp_path, {"night": NIGHT})
    assert again == made(tmp_path / "new", {"night": NIGHT})


def test_other_content_is_kept(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: mine\n")
    with pytest.raises(ScriptError, match=r"has other content.*give a new or empty folder"):
        made(tmp_path)
    assert files(tmp_path) == {"dbt_project.yml": "name: mine\n"}
    with pytest.raises(ScriptError, match=r"is a file; give a folder"):
        made(tmp_path / "dbt_project.yml")


@pytest.mark.parametrize(
    ("schedules", "message"),
    [
        ({}, "no schedule to write"),
        ({"a\nb": OFFICE}, "cannot name a schedule in SQL"),
        ({"NULL": OFFICE}, "dbt reads it as NULL; give another name"),
    ],
)
def test_names_that_cannot_be_written_are_refused(
    schedules: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ScriptError, match=message):
        sql.dbt_package(schedules, tmp_path / "new", **DAYS)
    assert not (tmp_path / "new").exists()


def test_dates_that_no_calendar_knows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalendarCoverageError, match="2040"):
        made(tmp_path / "new", until=date(2040, 1, 1))
    with pytest.raises(ScriptError, match="on_unknown is 'skip'; use null or raise"):
        made(tmp_path / "new", on_unknown="skip")
    assert not (tmp_path / "new").exists()


def test_weeks_of_the_example_are_in_the_zone_of_the_first_schedule(tmp_path: Path) -> None:
    content = made(tmp_path / "new", {"both": NIGHT | OFFICE, "roads": OFFICE})
    assert 'zone: "Europe/Moscow"' in content["example/dbt_project.yml"]
