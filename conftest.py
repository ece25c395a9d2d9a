"""Leave out the examples whose libraries are not installed, and find those of public classes."""

from __future__ import annotations

import doctest
import inspect
import re
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import workhours_sla
from workhours_sla.module_names import DEFINED_IN

_NEEDS = {
    "foreign/workalendar.py": ("workalendar",),
    "foreign/icalendar.py": ("icalendar", "recurring_ical_events"),
    "foreign/icalendar_writing.py": ("icalendar",),
    "frames/arrow.py": ("numpy", "pyarrow"),
    "frames/accessors.py": ("numpy", "pandas"),
    "frames/pandas.py": ("numpy", "pandas"),
    "frames/polars.py": ("numpy", "polars"),
    "frames/polars_expressions.py": ("numpy", "polars"),
    "frames/frame_columns.py": ("numpy",),
    "frames/frame_verbs.py": ("numpy", "pandas"),
    "sources/arrow_values.py": ("pyarrow",),
    "spark/appeal_processor.py": ("pyspark",),
    "columns.py": ("numpy",),
    "frames/__init__.py": ("numpy", "pandas"),
    "compliance": ("numpy",),
    "report.py": ("numpy",),
    "reports/charts": ("numpy",),
    "reports/frames.py": ("numpy", "pandas", "polars"),
    "reports/page": ("numpy",),
    "reports/plain_text.py": ("numpy",),
    "reports/public_report.py": ("numpy",),
    "reports/report_json.py": ("numpy",),
    "reports/report_tables.py": ("numpy",),
    "reports/tables_csv.py": ("numpy",),
    "reports/xlsx.py": ("numpy", "xlsxwriter"),
    "statistics": ("numpy",),
    "worktime/columns": ("numpy",),
}

_NEEDED_BY = {
    "columns": ("numpy",),
    "frames": ("numpy", "pandas"),
    "report": ("numpy", "pandas"),
    **{
        name: (name,)
        for name in ("django", "duckdb", "fastapi", "numpy", "pandas", "polars", "pyarrow")
    },
}
"""Libraries that a page needs, by what its examples import."""
_IMPORTED = re.compile(
    r"^(?:>>>|\.\.\.) *(?:import|from) (?:workhours_sla(?:\.| import ))?(\w+)", re.MULTILINE
)


def _needed(page: Path) -> set[str]:
    """Return the libraries that the examples of a page import."""
    names = _IMPORTED.findall(page.read_text(encoding="utf-8"))
    return {library for name in names for library in _NEEDED_BY.get(name, ())}


_ROOT = Path(__file__).parent
_PACKAGE = Path(workhours_sla.__file__).parent
"""Here or, in the tests of an installed wheel, in its environment."""
_LEFT_OUT = [_PACKAGE / path for path, names in _NEEDS.items() if not all(map(find_spec, names))]
_PAGES = [*_ROOT.glob("README*.md"), *_ROOT.glob("docs/*/**/*.md")]
collect_ignore = ["docs/conf.py", "docs/_extensions", "docs/take_pictures.py"]
collect_ignore += [str(page) for page in _PAGES if not all(map(find_spec, _needed(page)))]


def pytest_configure(config: pytest.Config) -> None:
    """Leave out modules; ``collect_ignore`` would do so only in folders beside this file."""
    config.option.ignore = [*(config.option.ignore or ()), *map(str, _LEFT_OUT)]


_find_in_module = doctest.DocTestFinder._from_module  # noqa: SLF001


def _is_defined_in(finder: doctest.DocTestFinder, module: ModuleType, value: object) -> bool:
    """Whether a module defines a value; for a public class ``__module__`` names its facade."""
    home = (
        DEFINED_IN.get(f"{value.__module__}.{value.__qualname__}")
        if isinstance(value, type)
        else None
    )
    value = inspect.unwrap(value) if callable(value) else value  # type: ignore[arg-type]
    return _find_in_module(finder, module, value) if home is None else home == module.__name__


doctest.DocTestFinder._from_module = _is_defined_in  # noqa: SLF001
