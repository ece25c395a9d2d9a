"""The finding of each chart as a sentence, which is the chart's title on the page."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from workhours_sla.compliance.fairness import Funnel
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Quantile, Table
from workhours_sla.compliance.weeks import ShareTrend, Trend
from workhours_sla.reports.charts.weeks import signals_of
from workhours_sla.reports.headline import verdict_of
from workhours_sla.reports.overdue import amount_in_words
from workhours_sla.reports.scales import percent_sign
from workhours_sla.sla.forecast import Forecast
from workhours_sla.statistics.intervals import FLAGGED_BELOW, TargetVerdict
from workhours_sla.text import words
from workhours_sla.text.catalog import PAGE
from workhours_sla.text.numbers import count_text, number, when_text


def weeks_finding(report: ReportNumbers) -> str:
    """Return a sentence: in how many final weeks the target was met, and in how many missed."""
    points = {point.week for point in report.share_trend.points}
    final = [verdict_of(row) for row in report.table("week").rows if row.key in points]
    if not final:
        return ""
    found = Counter(final)
    return PAGE.text(
        "finding_weeks",
        all=len(final),
        met=found[TargetVerdict.MEETS],
        missed=found[TargetVerdict.FAILS],
    )


def arrivals_finding(report: ReportNumbers) -> str:
    """Return how many appeals are due on a later day than they arrived.

    The lowest share in time of the 168 hours of a week would be no finding: of so many small shares
    one is always far below the others.
    """
    later, known = (
        sum(map(sum, grid)) for grid in (report.heat_map.due_later, report.heat_map.due_known)
    )
    if known < FLAGGED_BELOW:
        return ""
    return PAGE.text(
        "finding_arrivals",
        later=count_text(later),
        known=count_text(known),
        share=percent_sign(later / known),
    )


def backlog_finding(report: ReportNumbers) -> str:
    """Return a sentence: how many appeals are open and overdue, and the change in a whole week."""
    *weeks, now = report.backlog.points
    counts = {"open": count_text(now.open), "overdue": count_text(now.overdue)}
    if not weeks:
        return PAGE.text("finding_backlog", **counts)
    net, day = weeks[-1].net, weeks[-1].at - timedelta(days=1)
    way = "same" if not net else "up" if net > 0 else "down"
    facts = {"net": count_text(abs(net)), "day": words.short_date(day.date())}
    return PAGE.text(f"finding_backlog_{way}", **counts, **facts)


def times_finding(report: ReportNumbers) -> str:
    """Return a sentence: within which working time half and nine in ten appeals are answered."""
    total = report.total
    if total.median is None or total.p90 is None:
        return ""
    median, p90 = (_within(one) for one in (total.median, total.p90))
    return PAGE.text("finding_times", median=median, p90=p90)


def _within(quantile: Quantile) -> str:
    if quantile.time is None:
        return PAGE.text("more_than", time=amount_in_words(quantile.longest))
    return amount_in_words(quantile.time)


def funnel_finding(table: Table, funnel: Funnel) -> str:
    """Return a sentence: how many groups are outside the outer limits of the funnel."""
    places = Counter(row.funnel for row in table.rows)
    counts = {"above": places[2], "below": places[-2], "units": funnel.units}
    return PAGE.text("finding_funnel", **counts)


def trend_finding(trend: Trend | ShareTrend) -> str:
    """Return a sentence: how many weeks signal a change, and how many would without any change."""
    if trend.expected_signals is None:
        return ""
    return PAGE.text(
        "finding_share_trend" if isinstance(trend, ShareTrend) else "finding_trend",
        signals=sum(bool(signals_of(point)) for point in trend.points),
        all=len(trend.points),
        expected=number(f"{trend.expected_signals:.1f}"),
    )


def load_finding(forecast: Forecast) -> str:
    """Return a sentence: when the most deadlines are."""
    if not forecast.slots:
        return ""
    most = max(forecast.slots, key=lambda slot: slot.count)
    return PAGE.text(
        "finding_load",
        count=count_text(most.count),
        since=when_text(most.since),
        until=f"{most.until:%H:%M}",
    )
