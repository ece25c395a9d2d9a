"""The pictures of a report, an appeal, a forecast and a year, for notebooks and SVG files.

The texts are in ``lang``, "en" or "ru"; a picture of a report is in the report's language by
default. Where there is nothing to draw, a sentence in the picture explains why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.group_tables import OWN_TABLES, Table
from workhours_sla.reports.charts import groups, time_charts, weekly
from workhours_sla.reports.charts.appeal_timeline import Timeline
from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.charts.svg import Picture, picture
from workhours_sla.reports.charts.year import year_chart
from workhours_sla.reports.public_report import Report
from workhours_sla.sla.event import Event
from workhours_sla.sla.forecast import Forecast
from workhours_sla.sla.holders import Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.catalog import CHARTS, language
from workhours_sla.worktime.schedule import Schedule


def draw_xmr(report: Report, *, lang: str | None = None) -> Picture:
    """Return an XmR chart of the weekly median times to an answer, in hours of working time.

    The limits are those of ``report.trend``. The marker of a week that signals a change shows which
    rule applies; merged weeks have a wide background, and unfinished weeks have hollow markers.
    """
    rows = report.table("week").rows
    with language(lang or report.lang):
        return picture(weekly.xmr_chart(report.trend, rows))


def draw_p_prime(report: Report, *, lang: str | None = None) -> Picture:
    """Return a p' control chart of the weekly shares in time; limits depend on each week's size.

    Weeks that were merged have a wide background. Laney 2002, "Improved control charts for
    attributes".
    """
    target = report.promise.target_rate
    with language(lang or report.lang):
        return picture(weekly.p_prime_chart(report.share_trend, target))


def draw_curve(report: Report, cases: Cases | None = None, *, lang: str | None = None) -> Picture:
    """Return the Kaplan-Meier curve of the share of appeals not yet answered, in working time.

    It has its 95 % band, the budget, the median and the 90th percentile. If ``cases``, the cases of
    the report, are given, ticks mark where the waits of open and withdrawn appeals end, and a row
    below the axis shows how many appeals still waited.
    """
    with language(lang or report.lang):
        return picture(time_charts.curve_chart(report, cases))


def draw_funnel(report: Report, by: str | None = None, *, lang: str | None = None) -> Picture:
    """Return a funnel plot of the groups with the 95 % and 99.8 % limits.

    ``by`` is a grouping of the report, or None for its first grouping. Groups outside the 99.8 %
    limits are filled and named, those with fewer than twenty matured appeals are pale, and those
    with fewer than ten are not drawn. Raises LookupError for a grouping that the report does not
    have, and for hours and weeks, which have no funnel. Spiegelhalter 2005, "Funnel plots for
    comparing institutional performance".
    """
    if by in OWN_TABLES:
        msg = f"there is no funnel of {by!r}; name a grouping that the report was asked for"
        raise LookupError(msg)
    return _of_groups(groups.funnel_chart, report, by, lang)


def draw_groups(report: Report, by: str | None = None, *, lang: str | None = None) -> Picture:
    """Return the share in time of each group with its Wilson interval, the highest share first.

    ``by`` is a grouping of the report, or None for its first grouping. Groups with fewer than ten
    matured appeals come last and show counts. The marker shows whether a group provably meets or
    misses the target. Raises LookupError for a grouping that the report does not have.
    """
    return _of_groups(groups.caterpillar_chart, report, by, lang)


def _of_groups(
    chart: Callable[[Report, Table], Chart], report: Report, by: str | None, lang: str | None
) -> Picture:
    found = (one for one in report.tables if one.by not in OWN_TABLES)
    table = next(found, None) if by is None else report.table(by)
    with language(lang or report.lang):
        empty = CHARTS.text("no_grouping")
        return picture(Chart("", empty=empty) if table is None else chart(report, table))


def draw_arrivals(
    report: Report, show: groups.Show = "in_time", *, lang: str | None = None
) -> Picture:
    """Return a heat map of the arrivals by weekday and hour.

    ``show`` selects the content of the cells: ``in_time``, the share of the matured appeals that
    were answered in time, in six bands of hours and filled where it is proven worse than in all
    other cells; ``arrived``, the number of appeals; or ``due_later``, the share of appeals that are
    due on a later day (this depends on the calendar, not on the work). A cell with fewer than ten
    appeals shows counts, such as 6/8. Raises ValueError for another ``show``.
    """
    with language(lang or report.lang):
        return picture(groups.arrivals_chart(report, show), height=200)


def draw_forecast(forecast: Forecast, *, lang: str = "en") -> Picture:
    """Return a bar chart of the deadlines in each hour or on each day.

    Days without a deadline are left out. The dark part of a bar is the largest number of deadlines
    at one instant. A note counts the open appeals that are in no bar.
    """
    with language(lang):
        return picture(time_charts.forecast_chart(forecast))


def draw_timeline(
    outcome: Outcome,
    schedule: Schedule,
    *,
    as_of: datetime,
    events: Iterable[Event] = (),
    spans: Sequence[Span] = (),
    lang: str = "en",
) -> Picture:
    """Return a timeline of one appeal against one target, in the zone of the schedule.

    Working time is filled, and darker while the clock ran; pauses, the time past the limit and
    dates that the calendar does not cover have a dashed edge. A whole day off shows its reason. For
    a ClockTime budget all time is filled. ``events`` are numbered and listed below the chart,
    ``spans`` are the result of ``holder_spans``, and ``as_of`` is the instant of the evaluation.
    """
    ordered = sorted(events, key=lambda event: event.order)
    with language(lang):
        drawn = Timeline(outcome, schedule, as_of=as_of, events=ordered, spans=spans)
        return picture(drawn.chart())


def draw_year(of: Calendar | Schedule, year: int, *, lang: str = "en") -> Picture:
    """Return a year of a calendar: the kind of each day by its background and a sign.

    Dates that the calendar does not cover have a dashed edge. For a Schedule, dates with an
    override are marked as well. The acts behind the days are listed below, each with its dates.
    """
    with language(lang):
        return picture(year_chart(of, year))
