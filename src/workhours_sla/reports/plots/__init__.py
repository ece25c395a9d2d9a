"""Plots for notebooks and print: functions that draw on matplotlib axes and return them.

Each function draws on the axes ``ax``, or creates a new figure if ``ax`` is None. The texts are in
``lang``, "en" or "ru"; a plot of a report uses the report's language by default. The functions
neither show nor save the figure, and change no setting of matplotlib. They need
``workhours-sla[plots]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.report import OWN_TABLES
from workhours_sla.compliance.tables import Table
from workhours_sla.errors import needs_extra
from workhours_sla.reports.charts import answer_times, arrivals, groups, weeks
from workhours_sla.reports.charts.model import Chart, Room
from workhours_sla.reports.charts.timeline import Timeline
from workhours_sla.reports.charts.year import year_chart
from workhours_sla.reports.report import Report
from workhours_sla.sla.event import Event
from workhours_sla.sla.forecast import Forecast
from workhours_sla.sla.holders import Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.worktime.schedule import Schedule

try:
    from matplotlib.axes import Axes

    from workhours_sla.reports.plots.drawing import draw
except ModuleNotFoundError as _error:
    if _error.name != "matplotlib":
        raise
    raise needs_extra(what="plots need matplotlib", extras=("plots",)) from _error


def xmr_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw an XmR chart of the weekly median times to an answer, and return the axes.

    Each point is a week of the table ``week``, in hours of working time. The limits are those of
    ``report.trend``. The marker of a week that signals a change shows which rule applies. Short
    weeks that were merged have a wide background. Weeks that are not final yet are hollow and
    signal no change.
    """
    rows = report.table("week").rows
    return draw(ax, lambda _: weeks.xmr_chart(report.trend, lang or report.lang, rows))


def moving_range_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the differences between the medians of successive weeks, and return the axes.

    This moving range chart is the second panel of an XmR chart: a point above the limit is a sudden
    change. The weeks are those of ``report.trend``, which are all final. The first week has no
    range.
    """
    return draw(ax, lambda _: weeks.moving_range_chart(report.trend, lang or report.lang))


def p_prime_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw a p' control chart of the weekly shares in time, and return the axes.

    Each point is a final week, or several short weeks that were merged. Merged weeks have a wide
    background. The limits are those of ``report.share_trend`` and depend on the number of appeals
    of the week. Laney 2002, "Improved control charts for attributes".
    """
    target, lang = report.promise.target_rate, lang or report.lang
    return draw(ax, lambda _: weeks.p_prime_chart(report.share_trend, target, lang))


def kaplan_meier_plot(
    report: Report, cases: Cases | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the Kaplan-Meier curve of the share of appeals not yet answered, and return the axes.

    The curve is drawn over hours of working time, with its 95 % band, the budget as a line, the
    median and the 90th percentile. The drawing ends some time after the budget and the 90th
    percentile, at the latest at the longest wait. ``cases`` are the cases of the report. If they
    are given, ticks on the curve mark where the waits of open and withdrawn appeals end, and a row
    below the axis shows how many appeals still waited.
    """
    return draw(
        ax, lambda _: answer_times.curve_chart(report, lang or report.lang, cases), height=3.3
    )


def funnel_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw a funnel plot of the groups with the 95 % and 99.8 % limits, and return the axes.

    ``by`` is a grouping of the report, or None for its first grouping. A group outside the limits
    is a triangle that points up or down; outside the 99.8 % limits it is filled, and named if there
    is room. Groups with fewer than twenty matured appeals are pale. Groups with fewer than ten are
    not drawn; a note counts them. Raises LookupError for a grouping that the report does not have,
    and for hours and weeks, which have no funnel. Spiegelhalter 2005, "Funnel plots for comparing
    institutional performance".
    """
    if by in OWN_TABLES:
        msg = f"there is no funnel of {by!r}; name a grouping that the report was asked for"
        raise LookupError(msg)
    table, lang = _grouping(report, by), lang or report.lang
    return draw(ax, lambda _: groups.funnel_chart(report, table, lang), height=3.6)


def caterpillar_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the share in time of each group with its Wilson interval, and return the axes.

    ``by`` is a grouping of the report, or None for its first grouping. The group with the highest
    share is at the top. Groups with fewer than ten matured appeals come last and have counts
    instead of a share. The marker and its colour show whether the group provably meets or misses
    the target. A new figure is as high as the groups need. If ``ax`` has no room for all groups,
    those with the most arrivals are drawn, and a note counts them. Raises LookupError for a
    grouping that the report does not have.
    """
    table, lang = _grouping(report, by), lang or report.lang
    return draw(ax, lambda room: groups.caterpillar_chart(report, table, lang, room))


def _grouping(report: Report, by: str | None) -> Table | None:
    """Return the table of the grouping ``by``, or of the first grouping if ``by`` is None.

    Returns None if the report has no groupings. Raises LookupError for a table that the report does
    not have.
    """
    if by is not None:
        return report.table(by)
    return next((table for table in report.tables if table.by not in OWN_TABLES), None)


def arrival_heat_map(
    report: Report,
    show: arrivals.Show = "in_time",
    *,
    ax: Axes | None = None,
    lang: str | None = None,
) -> Axes:
    """Draw a heat map of the arrivals by weekday and hour, and return the axes.

    ``show`` selects the content of the cells: ``in_time``, the share of the matured appeals that
    were answered in time, in percent; ``arrived``, the number of appeals; or ``due_later``, the
    share of appeals that are due on a later day, which depends on the calendar and not on the work.
    A cell with fewer than ten appeals is hatched and shows counts, such as 6/8, instead of a share.
    Raises ValueError for another ``show``.
    """
    lang = lang or report.lang
    return draw(ax, lambda _: arrivals.arrivals_chart(report, show, lang), height=4.9, width=3.4)


def forecast_chart(forecast: Forecast, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw a bar chart of the deadlines in each hour or on each day, and return the axes.

    Each bar is an hour or a day. The hours of a date follow each other and are labelled where they
    begin; days without a deadline are left out. The hatched part of a bar is the largest number of
    deadlines at one instant. A note counts the open appeals that are in no bar.
    """
    return draw(ax, lambda room: answer_times.forecast_chart(forecast, lang, room))


def appeal_timeline(  # noqa: PLR0913
    outcome: Outcome,
    schedule: Schedule,
    *,
    as_of: datetime,
    events: Iterable[Event] = (),
    spans: Sequence[Span] = (),
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Draw a timeline of one appeal against one target, and return the axes.

    Working time is filled, and darker while the clock ran; pauses and the time past the limit are
    hatched. Time outside working hours is blank, and a whole day off shows its reason. Dates that
    the calendar does not cover are dotted. For a ClockTime budget, which runs at night and through
    pauses, all time is filled. ``events`` are numbered and listed below the chart. ``spans`` are
    the result of ``holder_spans``, and ``as_of`` is the time at which the outcome was evaluated.
    Times are in the zone of the schedule.
    """
    ordered = sorted(events, key=lambda event: event.order)

    def build(room: Room) -> Chart:
        drawn = Timeline(
            outcome, schedule, as_of=as_of, events=ordered, spans=spans, lang=lang, room=room
        )
        return drawn.chart()

    return draw(ax, build, height=3.6, width=6.9)


def year_calendar(
    of: Calendar | Schedule, year: int, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Draw a year of a calendar with the kind of each day, and return the axes.

    The background and a sign show whether a day is a working day, a short day, a holiday and so on.
    Dates that the calendar does not cover are hatched. For a Schedule, dates with an override are
    marked as well. The acts behind the days are listed below, each with its dates.
    """
    return draw(ax, lambda _: year_chart(of, year, lang), height=6.4)
