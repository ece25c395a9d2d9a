"""What importing costs: no third party for the package, none for a deadline in Russia."""

from __future__ import annotations

import subprocess
import sys

DEADLINE = """
from datetime import datetime, timedelta
from workhours_sla import Schedule
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
office.deadline(datetime(2026, 3, 12, 10, 15, tzinfo=office.tz), timedelta(hours=4))
"""


def modules_after(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in shown.stdout.split()}


def foreign(code: str) -> set[str]:
    """Return the top-level modules that are neither ours nor Python's nor there anyway."""
    found = modules_after(code) - modules_after("pass")
    return {
        name
        for name in found
        if name not in sys.stdlib_module_names
        and not name.startswith("_sysconfigdata")  # CPython's own, loaded by zoneinfo
    } - {"workhours_sla"}


def test_importing_the_package_loads_no_third_party() -> None:
    assert foreign("import workhours_sla") == set()


def test_a_deadline_in_russia_loads_no_third_party_and_no_slow_module() -> None:
    assert foreign(DEADLINE) == set()
    slow = {"dataclasses", "inspect", "pathlib", "asyncio", "importlib.metadata", "decimal"}
    assert not slow & (modules_after(DEADLINE) - modules_after("pass"))


def test_every_public_name_is_there() -> None:
    import workhours_sla  # noqa: PLC0415

    for name in workhours_sla.__all__:
        assert getattr(workhours_sla, name) is not None
    assert set(workhours_sla.__all__) <= set(dir(workhours_sla))
