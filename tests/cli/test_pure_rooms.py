"""The rooms without I/O import no other package than the few that they need."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from kit.paths import ROOT

PURE = {
    "errors.py": set(),
    "text": set(),
    "calendars": {"dateutil"},  # the Easter of the Orthodox Church
    "worktime": {"numpy"},
    "sla": {"msgspec"},
    "statistics": {"numpy"},
    "compliance": {"numpy"},
}
"""The other packages that a room without I/O may import."""


def imported(path: Path) -> set[str]:
    """Return the packages that a file imports, without the standard library and this package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    packages = {name.partition(".")[0] for name in found}
    return packages - sys.stdlib_module_names - {"workhours_sla"}


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_no_other_package(room: str) -> None:
    root = ROOT / "src/workhours_sla" / room
    paths = [root] if root.is_file() else sorted(root.rglob("*.py"))
    others = {str(path): more for path in paths if (more := imported(path) - PURE[room])}
    assert not others
