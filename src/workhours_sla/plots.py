"""Plots for notebooks and print: functions that draw on matplotlib axes and return the axes."""

from workhours_sla.reports.plots import (
    appeal_timeline,
    arrival_heat_map,
    caterpillar_plot,
    forecast_chart,
    funnel_plot,
    kaplan_meier_plot,
    moving_range_chart,
    p_prime_chart,
    xmr_chart,
    year_calendar,
)

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
