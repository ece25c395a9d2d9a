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
    "src/workhours_sla/adapters/reports/frames.py": ("numpy", "polars"),
    "src/workhours_sla/adapters/reports/html_accounts.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_curve_chart.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_funnel_chart.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_heat_chart.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_page.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_plot.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_results.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_sections.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_tables.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_teller.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_time_charts.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_trust.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_weeks.py": ("numpy",),
    "src/workhours_sla/adapters/reports/html_words.py": ("numpy",),
    "src/workhours_sla/adapters/reports/plots": ("numpy", "matplotlib"),
    "src/workhours_sla/adapters/reports/report_json.py": ("numpy",),
    "src/workhours_sla/adapters/reports/rows.py": ("numpy",),
    "src/workhours_sla/adapters/reports/tables_csv.py": ("numpy",),
    "src/workhours_sla/adapters/reports/xlsx.py": ("numpy", "xlsxwriter"),
    "src/workhours_sla/compliance": ("numpy",),
    "src/workhours_sla/worktime/columns": ("numpy",),
}

collect_ignore = [path for path, libraries in _NEEDS.items() if not all(map(find_spec, libraries))]
