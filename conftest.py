"""Leave out the examples whose libraries are not installed, and find those of public classes."""

from __future__ import annotations

import doctest
import inspect
import re
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from workhours_sla.module_names import DEFINED_IN

_NEEDS = {
    "src/workhours_sla/foreign/workalendar.py": ("workalendar",),
    "src/workhours_sla/foreign/icalendar.py": ("icalendar", "recurring_ical_events"),
    "src/workhours_sla/foreign/icalendar_writing.py": ("icalendar",),
    "src/workhours_sla/frames/arrow.py": ("numpy", "pyarrow"),
    "src/workhours_sla/frames/accessors.py": ("numpy", "pandas"),
    "src/workhours_sla/frames/pandas.py": ("numpy", "pandas"),
    "src/workhours_sla/frames/polars.py": ("numpy", "polars"),
    "src/workhours_sla/frames/polars_expressions.py": ("numpy", "polars"),
    "src/workhours_sla/frames/frame_columns.py": ("numpy",),
    "src/workhours_sla/frames/frame_verbs.py": ("numpy", "pandas"),
    "src/workhours_sla/sources/arrow_values.py": ("pyarrow",),
    "src/workhours_sla/spark/appeal_processor.py": ("pyspark",),
    "src/workhours_sla/columns.py": ("numpy",),
    "src/workhours_sla/frames/__init__.py": ("numpy", "pandas"),
    "src/workhours_sla/compliance": ("numpy",),
    "src/workhours_sla/report.py": ("numpy",),
    "src/workhours_sla/reports/charts": ("numpy",),
    "src/workhours_sla/reports/frames.py": ("numpy", "pandas", "polars"),
    "src/workhours_sla/reports/page": ("numpy",),
    "src/workhours_sla/reports/plain_text.py": ("numpy",),
    "src/workhours_sla/reports/public_report.py": ("numpy",),
    "src/workhours_sla/reports/report_json.py": ("numpy",),
    "src/workhours_sla/reports/report_tables.py": ("numpy",),
    "src/workhours_sla/reports/tables_csv.py": ("numpy",),
    "src/workhours_sla/reports/xlsx.py": ("numpy", "xlsxwriter"),
    "src/workhours_sla/statistics": ("numpy",),
    "src/workhours_sla/worktime/columns": ("numpy",),
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
_PAGES = [*_ROOT.glob("README*.md"), *_ROOT.glob("docs/*/**/*.md")]
collect_ignore = ["docs/conf.py", "docs/_extensions", "docs/take_pictures.py"]
collect_ignore += [path for path, libraries in _NEEDS.items() if not all(map(find_spec, libraries))]
collect_ignore += [str(page) for page in _PAGES if not all(map(find_spec, _needed(page)))]

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
