"""The command ``sql`` prints the script of ``sql.script``, and refuses what that refuses."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest

from kit.paths import EXAMPLES
from workhours_sla import Schedule, sql
from workhours_sla.cli.main import main

DAYS = ("--since", "2024", "--until", "2027")
OFFICE = ("--calendar", "RU-VGG", "--hours", "Mo-Fr 09:00-18:00")
CONFIG = str(EXAMPLES / "region.toml")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(arguments) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "sqlite"])
def test_the_script_is_that_of_the_library(
    capsys: pytest.CaptureFixture[str], dialect: str
) -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    made = sql.script(
        {"default": office}, dialect=dialect, since=date(2024, 1, 1), until=date(2028, 1, 1)
    )
    assert printed(capsys, "sql", "--dialect", dialect, *DAYS, *OFFICE) == made.text


def test_schedules_come_from_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "sql", "--dialect", "sqlite", "--config", CONFIG, *DAYS)
    connection = sqlite3.connect(":memory:")
    connection.executescript(text)
    names = connection.execute("select schedule from wh_schedule order by 1").fetchall()
    assert {("office",), ("municipal",), ("six-days",)} <= set(names)
    query = printed(capsys, "sql", "--dialect", "sqlite", "--config", CONFIG, *DAYS, "--check")
    assert connection.execute(query).fetchone()[2] == 1
    query = printed(capsys, "sql", "--dialect", "sqlite", *OFFICE, *DAYS, "--check")
    assert connection.execute(query).fetchone()[2] == 0
    connection.close()


def test_dates_without_a_calendar_exit_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("sql", "--dialect", "duckdb", "--since", "2024", "--until", "2030", *OFFICE)
    assert "RU-VGG" in printed(capsys, *arguments, status=3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--schema", "My schema"), "не подходит как имя схемы"),
        (("--since", "2029"), "начало периода"),
    ],
)
def test_what_is_refused_is_said_in_russian(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    command = ("sql", "--dialect", "sqlite", *DAYS, *OFFICE, *arguments, "--lang", "ru")
    text = printed(capsys, *command, status=2)
    assert said in text
