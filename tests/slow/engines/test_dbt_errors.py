"""Bad arguments of the macros are errors with advice; unknown answers are NULL or errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.slow.engines.dbt_project import Project, dbt_program
from workhours_sla import Schedule, sql

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not dbt_program(), reason="no dbt: pip install dbt-duckdb dbt-postgres"),
]
SCHEDULES = {
    "it's {{ night }}, {% if %}": Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow"),
    "roads": Schedule("RU-VGG", "Mo-Fr 09:00-18:00"),
}
DAYS = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
POSTED = "cast('2025-03-11 09:00:00+03' as timestamp with time zone)"
NAIVE = "cast('2025-03-11 09:00:00' as timestamp)"
LATE = "cast('2031-03-11 09:00:00+03' as timestamp with time zone)"
FOREVER = "cast('infinity' as timestamp with time zone)"
ERRORS = {
    "unknown": (f'deadline("\'raods\'", "{POSTED}", 1)', "no schedule raods; the schedules are"),
    "naive": (f'deadline("\'roads\'", "{NAIVE}", 1)', "an instant is a"),
    "a_date": (f'is_working("\'roads\'", "{NAIVE}::date")', "an instant is a"),
    "negative": (f'remaining("\'roads\'", "{POSTED}", -1, "{POSTED}")', "budget -1 is negative"),
    "late": (f'elapsed("\'roads\'", "{POSTED}", "{LATE}")', "does not know the answer"),
    "forever": (f'is_working("\'roads\'", "{FOREVER}")', "see the model workhours_coverage"),
    "too_long": (f'deadline("\'roads\'", "{POSTED}", 10 ** 15)', "does not know the answer"),
}
NULLS = {
    "late": f'elapsed("\'roads\'", "{POSTED}", "{LATE}")',
    "forever": f'breaches_after("\'roads\'", "{FOREVER}", 1)',
    "long": f'deadline("\'roads\'", "{POSTED}", 2 ** 62)',
    "no_schedule": f'is_working("cast(null as varchar)", "{POSTED}")',
    "no_instant": 'deadline("\'roads\'", "cast(null as timestamp with time zone)", 1)',
    "no_budget": f"deadline(\"'roads'\", \"{POSTED}\", 'null')",
}
QUOTED = "'it''s {{ night }}, {% if %}'"


def made(
    folder: Path,
    target: str,
    request: pytest.FixtureRequest,
    models: Mapping[str, str],
    schedules: Mapping[str, Schedule] = SCHEDULES,
    **options: Any,
) -> Project:
    """Return a project with models alone, whose seeds are loaded."""
    address = request.getfixturevalue("postgres") if target == "postgres" else None
    package = sql.dbt_package(schedules, folder / "workhours", **DAYS, **options)
    project = Project(package / "example", target, address)
    for old in (project.folder / "models").iterdir():
        old.unlink()
    for name, text in models.items():
        (project.folder / "models" / f"{name}.sql").write_text(text, encoding="utf-8")
    for arguments in (["deps"], ["seed"]):
        done = project.dbt(*arguments)
        assert done.returncode == 0, done.stdout
    return project


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_bad_arguments_are_errors_in_the_run(
    target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    models = {name: f"select {{{{ workhours.{call} }}}} as r" for name, (call, _) in ERRORS.items()}
    project = made(tmp_path, target, request, models, on_unknown="raise")
    printed = project.dbt("run").stdout
    assert f"ERROR={len(ERRORS)}" in printed
    for name, (_, message) in ERRORS.items():
        own = printed.split(f"Failure in model {name} ")[1].split("Failure in model")[0]
        assert message in own, own


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
@pytest.mark.parametrize("count", [1, 2])
def test_unknown_answers_are_null(
    target: str, count: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    schedules = dict(list(SCHEDULES.items())[-count:])
    checks = [f"{{{{ workhours.{call} }}}} is null as {name}" for name, call in NULLS.items()]
    # a schedule with a name that both SQL and Jinja would misread
    deadline = f'{{{{ workhours.deadline("{QUOTED}", "{POSTED}", workhours.hours(4)) }}}}'
    wanted = "cast('2025-03-11 23:00:00+00' as timestamp with time zone)"
    names = [*NULLS]
    if QUOTED[1:-1].replace("''", "'") in schedules:
        checks.append(f"{deadline} = {wanted} as quoted")
        names.append("quoted")
    model = f"select {', '.join(checks)}"
    test = f"select * from {{{{ ref('nulls') }}}} where not ({' and '.join(names)})"
    project = made(tmp_path, target, request, {"nulls": model}, schedules)
    (project.folder / "tests" / "all_true.sql").write_text(test)
    done = project.dbt("build", "-s", "nulls", "workhours_coverage")
    assert "PASS=3" in done.stdout, done.stdout


def test_a_budget_of_half_an_hour_is_refused_before_anything_runs(tmp_path: Path) -> None:
    package = sql.dbt_package(SCHEDULES, tmp_path / "workhours", **DAYS)
    project = Project(package / "example", "duckdb")
    (project.folder / "models" / "half.sql").write_text("select {{ workhours.hours(0.5) }}")
    project.dbt("deps")
    done = project.dbt("parse")
    assert done.returncode != 0
    assert "for half an hour give workhours.minutes(30)" in done.stdout


def test_a_unit_test_without_loaded_seeds_says_to_load_them(tmp_path: Path) -> None:
    package = sql.dbt_package(SCHEDULES, tmp_path / "workhours", **DAYS)
    project = Project(package / "example", "duckdb")
    project.dbt("deps")
    project.dbt("seed", "-s", "questions")
    done = project.dbt("test", "-s", "verbs")
    assert done.returncode != 0
    assert "is missing; run dbt seed first" in done.stdout
