#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox"]
# ///
"""Check the supported versions of Python and of dependencies, and the extras, with nox."""

from __future__ import annotations

from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOWEST = "3.11"
PYPROJECT = nox.project.load_toml("pyproject.toml")
DEV = nox.project.dependency_groups(PYPROJECT, "dev")
EXTRAS = (
    "columns",
    "pandas",
    "polars",
    "arrow",
    "report",
    "excel",
    "duckdb",
    "service",
    "webhook",
    "workalendar",
)
"""The extras that are tested alone. ``make test-engines`` tests kafka, postgres and spark."""
SUITE = ("python", "-m", "pytest", "--numprocesses=auto", "--dist=worksteal")
EXTRA_TESTS = {
    "columns": ("tests/worktime/test_columns.py",),
    "pandas": ("tests/frames/test_verbs.py",),
    "polars": ("tests/frames/test_verbs.py",),
    "arrow": ("tests/frames/test_verbs.py",),
    "report": ("tests/reports/test_report.py",),
    "excel": ("tests/reports/test_report_files.py",),
    "duckdb": ("tests/slow/engines/test_sql_scripts.py",),
    "service": ("tests/slow/test_service_process.py",),
    "webhook": ("tests/stream/test_webhooks.py",),
    "workalendar": ("tests/foreign/test_workalendar.py",),
}


def lowest(requirements: list[str]) -> list[str]:
    """Return requirements pinned to the lowest allowed versions, without extras of this package."""
    return [
        requirement.replace(">=", "==")
        for requirement in requirements
        if not requirement.startswith("workhours-sla[")
    ]


@nox.session(python=PYTHONS)
def highest(session: nox.Session) -> None:
    """Run all tests with the highest versions of all dependencies."""
    session.install("--upgrade", "--editable", ".", *DEV)
    session.run(*SUITE, *session.posargs)


@nox.session(python=LOWEST)
def lowest_versions(session: nox.Session) -> None:
    """Run all tests with the lowest versions that pyproject.toml allows."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(one for extra in EXTRAS for one in extras[extra])]
    pins = Path(session.create_tmp()) / "lowest.txt"
    pins.write_text("\n".join(sorted(lowest(wanted))), encoding="utf-8")
    session.install("--editable", ".", *DEV, "--constraint", str(pins))
    session.run(*SUITE, *session.posargs)


@nox.session(python=PYTHONS)
def wheel(session: nox.Session) -> None:
    """Run the tests of the base package on the built wheel, without extras."""
    built = _built(session)
    session.install(str(built), "pytest", "hypothesis")
    _run_outside(
        session,
        "tests/worktime/test_schedule.py",
        "tests/slow/test_imports.py",
        "tests/sla/test_sla.py",
    )


@nox.session(python=LOWEST)
@nox.parametrize("extra", EXTRAS)
def extra(session: nox.Session, extra: str) -> None:
    """Run the tests of one extra with the built wheel and that extra alone."""
    built = _built(session)
    session.install(f"workhours-sla[{extra}] @ {built.as_uri()}", "pytest", "hypothesis")
    _run_outside(session, *EXTRA_TESTS[extra])


@nox.session(python=LOWEST)
@nox.parametrize("options", ["", "--tokens", "--store", "--store --tokens"])
def fuzz(session: nox.Session, options: str) -> None:
    """Run schemathesis for 5 minutes against the service, with and without a store and tokens."""
    session.install("--editable", ".[service]", "schemathesis>=4.32")
    session.run("python", "tools/fuzz_service.py", *options.split(), *session.posargs)


@nox.session(python=LOWEST)
def types(session: nox.Session) -> None:
    """Check that type checkers know the type of every symbol of the built wheel."""
    built = _built(session)
    extras = ",".join(EXTRAS)
    session.install(f"workhours-sla[{extras}] @ {built.as_uri()}", "basedpyright", "pandas-stubs")
    session.chdir(session.create_tmp())
    session.run("basedpyright", "--verifytypes", "workhours_sla", "--ignoreexternal")


def _built(session: nox.Session) -> Path:
    session.install("build")
    out = Path(session.create_tmp()).resolve() / "wheel"
    session.run_install("python", "-m", "build", "--wheel", "--outdir", str(out), silent=True)
    return max(out.glob("*.whl"))


def _run_outside(session: nox.Session, *tests: str) -> None:
    """Run tests in another directory, so that they import the wheel and not ``src``."""
    root = Path.cwd()
    session.chdir(session.create_tmp())
    session.run(
        "python",
        "-m",
        "pytest",
        "-c",
        str(root / "pyproject.toml"),
        "--rootdir",
        str(root),
        "-p",
        "no:cacheprovider",
        "-m",
        "",
        *(str(root / test) for test in tests),
    )


if __name__ == "__main__":
    nox.main()
