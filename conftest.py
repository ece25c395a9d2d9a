"""What pytest passes over where a library it needs is not installed: examples are tests, too."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {
    "README.md": ("numpy",),
    "docs/columns.md": ("numpy", "pandas", "polars", "pyarrow"),
    "docs/plots.md": ("numpy", "matplotlib"),
    "docs/reports.md": ("numpy", "pandas", "polars"),
    "src/workhours_sla/adapters/frames/arrow.py": ("numpy", "pyarrow"),
    "src/workhours_sla/adapters/frames/asking.py": ("numpy",),
    "src/workhours_sla/adapters/frames/pandas.py": ("numpy", "pandas"),
    "src/workhours_sla/adapters/frames/polars.py": ("numpy", "polars"),
    "src/workhours_sla/reports/frames.py": ("numpy", "polars"),
    "src/workhours_sla/reports/page/accounts.py": ("numpy",),
    "src/workhours_sla/reports/page/curve_chart.py": ("numpy",),
    "src/workhours_sla/reports/page/funnel_chart.py": ("numpy",),
    "src/workhours_sla/reports/page/heat_chart.py": ("numpy",),
    "src/workhours_sla/reports/page/page.py": ("numpy",),
    "src/workhours_sla/reports/page/plot.py": ("numpy",),
    "src/workhours_sla/reports/page/results.py": ("numpy",),
    "src/workhours_sla/reports/page/sections.py": ("numpy",),
    "src/workhours_sla/reports/page/tables.py": ("numpy",),
    "src/workhours_sla/reports/page/writer.py": ("numpy",),
    "src/workhours_sla/reports/page/time_charts.py": ("numpy",),
    "src/workhours_sla/reports/page/trust.py": ("numpy",),
    "src/workhours_sla/reports/page/weeks.py": ("numpy",),
    "src/workhours_sla/text/page.py": ("numpy",),
    "src/workhours_sla/adapters/reports/plots": ("numpy", "matplotlib"),
    "src/workhours_sla/reports/report_json.py": ("numpy",),
    "src/workhours_sla/reports/rows.py": ("numpy",),
    "src/workhours_sla/reports/tables_csv.py": ("numpy",),
    "src/workhours_sla/reports/xlsx.py": ("numpy", "xlsxwriter"),
    "src/workhours_sla/compliance": ("numpy",),
    "src/workhours_sla/worktime/columns": ("numpy",),
}

collect_ignore = [path for path, libraries in _NEEDS.items() if not all(map(find_spec, libraries))]
