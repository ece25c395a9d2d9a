"""Plots for notebooks and print: functions that draw on matplotlib axes and return them.

Each takes ``ax``, the axes to draw on, or makes a figure of its own, and ``lang``, ``ru`` or
``en``; the default is the report's language. None shows, saves, or
changes a setting: the axes are the caller's. They need ``workhours-sla[plots]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.report import OWN_TABLES
from workhours_sla.compliance.tables import Table
from workhours_sla.errors import needs_extra
from workhours_sla.reports.charts import arrivals, groups, times, weeks
from workhours_sla.reports.charts.model import Chart, Room
from workhours_sla.reports.charts.timeline import Timeline
from workhours_sla.reports.charts.year import year_chart
from workhours_sla.reports.report import Report
from workhours_sla.sla.event import Event
from workhours_sla.sla.forecast import Forecast
from workhours_sla.sla.holders import Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.charts import CHARTS
from workhours_sla.worktime.schedule import Schedule

try:
    from matplotlib.axes import Axes

    from workhours_sla.reports.plots.drawing import draw
except ModuleNotFoundError as _error:
    if _error.name != "matplotlib":
        raise
    raise needs_extra(what="plots need matplotlib", extras=("plots",)) from _error


def xmr_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the medians of the weeks between their limits (XmR chart) and return the axes.

    A point is a week of the table ``week``, in hours of working time. Weeks that signal a change
    have a mark by the rule that they break, merged short weeks a wide ground; weeks that are not
    final yet are hollow and judged by no rule. Limits are those of ``report.trend``.
    """
    rows = report.table("week").rows
    return draw(ax, lambda _: weeks.xmr_chart(report.trend, lang or report.lang, rows))


def moving_range_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw by how much each weekly median differs from the one before, and return the axes.

    The second panel of an XmR chart: a point past the limit is a sudden change. It has the weeks
    of ``report.trend``, all of them final; the first has no range.
    """
    return draw(ax, lambda _: weeks.moving_range_chart(report.trend, lang or report.lang))


def p_prime_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the shares in time of weeks between limits by their size (p'), and return the axes.

    A point is a week that is final, or several short ones on a wide ground. Limits are those of
    ``report.share_trend``, after Laney 2002, "Improved control charts for attributes".
    """
    target, lang = report.promise.target_rate, lang or report.lang
    return draw(ax, lambda _: weeks.p_prime_chart(report.share_trend, target, lang))


def kaplan_meier_plot(
    report: Report, cases: Cases | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the share not yet answered by working time (Kaplan-Meier), and return the axes.

    With its 95 % band, the budget as a line, the median and the ninetieth percentile. The curve
    is that of the report, shown past the budget and the ninetieth percentile. ``cases``
    are those the report was made of. With them, a tick marks where the observation of an open or
    withdrawn appeal ends, and a row below shows how many appeals still waited.
    """
    return draw(ax, lambda _: times.curve_chart(report, lang or report.lang, cases), height=3.3)


def funnel_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the groups of a table between the 95 % and 99.8 % limits, and return the axes.

    ``by`` is a grouping of the report, its first one if None. Triangles lie outside a limit, up
    or down, filled ones outside 99.8 %; these are named where there is room. Groups below twenty
    matured are pale, those below ten have no place in the funnel and are counted below. Raises
    LookupError, also for hours and weeks. Spiegelhalter 2005, "Funnel plots for comparing
    institutional performance".
    """
    if by in OWN_TABLES:
        msg = f"there is no funnel of {by!r}; name a grouping that the report was asked for"
        raise LookupError(msg)
    lang = lang or report.lang

    def build(table: Table, _: Room) -> Chart:
        funnel = next((one for one in report.funnels if one.by == table.by), None)
        return groups.funnel_chart(funnel, table, lang)

    return _of_group(report, by, ax, lang, build, height=3.6)


def caterpillar_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the share in time of each group with its Wilson interval, and return the axes.

    ``by`` is a grouping of the report, its first one if None. Groups go by their share, the
    highest on top; those below ten matured have no share and come last, by their counts. The mark
    and its colour show what is proved of the target. A new figure is as tall as it must be; in
    axes that are too low for all, those with the most arrivals are drawn, and a note counts them.
    Raises LookupError.
    """
    lang = lang or report.lang

    def build(table: Table, room: Room) -> Chart:
        return groups.caterpillar_chart(report, table, lang, room)

    return _of_group(report, by, ax, lang, build)


def _of_group(  # noqa: PLR0913
    report: Report,
    by: str | None,
    ax: Axes | None,
    lang: str,
    build: Callable[[Table, Room], Chart],
    *,
    height: float = 3.0,
) -> Axes:
    """Draw a table of the report, its first grouping if ``by`` is None. Raises LookupError."""
    grouped = (table for table in report.tables if table.by not in OWN_TABLES)
    table = report.table(by) if by is not None else next(grouped, None)
    if table is None:
        return draw(ax, lambda _: Chart("", empty=CHARTS.text(lang, "no_grouping")), height=height)
    return draw(ax, lambda room: build(table, room), height=height)


def arrival_heat_map(
    report: Report,
    show: arrivals.Show = "in_time",
    *,
    ax: Axes | None = None,
    lang: str | None = None,
) -> Axes:
    """Draw the week of arrivals, a cell for each hour of each weekday, and return the axes.

    ``show`` is ``in_time``, the share in time of the matured, in percent and shade; ``arrived``,
    how many came; or ``due_later``, the share due on a later day, which depends on the calendar
    and not on the work. Where a share would rest on fewer than ten, the cell is hatched and has
    the counts, as 6/8. Raises ValueError.
    """
    lang = lang or report.lang
    return draw(ax, lambda _: arrivals.arrivals_chart(report, show, lang), height=4.9, width=3.4)


def forecast_chart(forecast: Forecast, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how many deadlines fall in each hour, or on each day, and return the axes.

    A bar is a slot of the forecast; hours and days without a deadline are left out. Hatched is
    the most that falls at one instant. A note counts what is in no slot.
    """
    return draw(ax, lambda room: times.forecast_chart(forecast, lang, room))


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
    """Draw the course of one appeal on its schedule, and return the axes.

    Filled is working time, darker while the clock ran; pauses and the time past the limit are
    hatched. Blank is no working time, with the reason on whole days. Dates that the calendar does
    not cover are dotted. A target around the clock (ClockTime) has all time filled, pauses too, as
    it runs through them. ``events`` are numbered and named below, ``spans`` are those of
    ``holder_spans``. Times are in the zone of the schedule. ``as_of`` is that of the outcome.
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
    """Draw the twelve months of a year with the kind of each day, and return the axes.

    A kind shows by its ground and by a sign; dates that the calendar does not cover are hatched.
    Of a Schedule, dates with hours of their own are marked, too. The acts are below, each with
    its dates.
    """
    return draw(ax, lambda _: year_chart(of, year, lang), height=6.4)
