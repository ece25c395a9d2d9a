"""Plots for notebooks and print: functions that draw on matplotlib axes and return them.

Each takes ``ax``, the axes to draw on, or makes a figure of its own, and ``lang``, ``ru`` or
``en``. None shows, saves, or changes a setting: the axes are the caller's. They need
``workhours-sla[plots]``.
"""

from __future__ import annotations

try:
    from workhours_sla.reports.plots.arrivals import arrival_heat_map
    from workhours_sla.reports.plots.caterpillar import caterpillar_plot
    from workhours_sla.reports.plots.control import (
        moving_range_chart,
        p_prime_chart,
        xmr_chart,
    )
    from workhours_sla.reports.plots.forecast import forecast_chart
    from workhours_sla.reports.plots.funnel import funnel_plot
    from workhours_sla.reports.plots.survival import kaplan_meier_plot
    from workhours_sla.reports.plots.timeline import appeal_timeline
    from workhours_sla.reports.plots.year import year_calendar
except ModuleNotFoundError as error:
    if error.name != "matplotlib":
        raise
    msg = "plots need matplotlib: pip install 'workhours-sla[plots]'"
    raise ImportError(msg) from error

__all__ = [
    "appeal_timeline",
    "arrival_heat_map",
    "caterpillar_plot",
    "forecast_chart",
    "funnel_plot",
    "kaplan_meier_plot",
    "moving_range_chart",
    "p_prime_chart",
    "xmr_chart",
    "year_calendar",
]
