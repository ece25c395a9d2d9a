"""The sections of the page on weeks, on times to an answer, and on open appeals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workhours_sla.compliance.tables import Curve, Quantile
from workhours_sla.compliance.weeks import ShareTrend, Trend, TrendPoint
from workhours_sla.reports.charts.answer_times import curve_chart, curve_end, forecast_chart
from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.charts.weeks import (
    backlog_chart,
    p_prime_chart,
    signals_of,
    weeks_chart,
    xmr_chart,
)
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.findings import (
    backlog_finding,
    load_finding,
    times_finding,
    trend_finding,
    weeks_finding,
)
from workhours_sla.reports.page.section import Section
from workhours_sla.reports.page.svg import room
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.reports.plain_text import hours_text, interval_text, quantile_text, rate_text
from workhours_sla.reports.scales import percent_text
from workhours_sla.sla.forecast import Forecast
from workhours_sla.text.numbers import NO_FIGURE, hours_exact, hours_grouped, when_text
from workhours_sla.text.words import heading
from workhours_sla.worktime.amounts import format_amount

SLOTS = 72
"""Maximum number of hours or days in the forecast chart."""


class OverTime(Section):
    """Builds the sections on weeks, on times to an answer, and on open appeals."""

    def weeks(self) -> Iterator[Html]:
        """Yield the chart and the table of the shares in time by week, and the control charts."""
        report = self.report
        chart = weeks_chart(report)
        found = weeks_finding(report)
        reading = self.text("weeks_reading")
        yield self.figure(chart, reading, finding=found, wide=True, height=300)
        yield element("p", self.text("chart_hint"), class_="screen")
        rows: list[Line] = [
            [
                row.key or "",
                *self.cells(row.counts.arrived, row.counts.matured, row.counts.matured_met),
                Cell(rate_text(row), row.rate.rate if row.rate else None),
                interval_text(row, NO_FIGURE),
                NO_FIGURE if row.final_at is None else when_text(row.final_at),
            ]
            for row in report.table("week").rows
        ]
        kinds = {"rate": "main", "final_at": "words"}
        columns = ("week", "arrived", "matured", "met", "rate", "interval", "final_at")
        head = [Cell(heading(column), kind=kinds.get(column, "")) for column in columns]
        yield self.folded(tables.table(self.text("weeks"), head, rows))

    def trends(self) -> Iterator[Html]:
        """Yield the control charts of the weekly shares and medians, with their tables."""
        report = self.report
        figures, folded = [], []
        for key, trend, chart in (
            (
                "share_trend",
                report.share_trend,
                p_prime_chart(report.share_trend, self.target),
            ),
            ("trend", report.trend, xmr_chart(report.trend)),
        ):
            if trend.points:
                said = [self.sentence(key, points=trend.baseline)] if trend.baseline else []
                caption = " ".join([*said, *chart.notes, chart.reading])
                found = trend_finding(trend)
                figures.append(self.figure(chart, caption.rstrip(), finding=found))
                folded.append(self._trend_table(trend, chart))
        if figures:
            yield element("div", figures, class_="pair")
            yield self.folded(*folded)

    def _trend_table(self, trend: Trend | ShareTrend, chart: Chart) -> Html:
        """Return the table of a control chart: a row for each week with its signals."""
        rows: list[Line] = []
        for point in trend.points:
            found = ", ".join(signals_of(point))
            if isinstance(point, TrendPoint):
                rows.append([point.week, hours_exact(point.median), found])
                continue
            limits = NO_FIGURE
            if point.lower is not None and point.upper is not None:
                bounds = (percent_text(bound) for bound in (point.lower, point.upper))
                limits = NO_FIGURE.join(bounds)
            rows.append([point.week, percent_text(point.share), limits, found])
        figures = ["median_h"] if isinstance(trend, Trend) else ["share", "limits"]
        signal = Cell(self.text("signal"), kind="words")
        titles: Line = [heading("week"), *self.titles(*figures), signal]
        return tables.table(chart.title, titles, rows)

    def times(self) -> Iterator[Html]:
        """Yield the section on times to an answer: the curve and the figures."""
        report = self.report
        figures = []
        if report.curve is not None:
            found = times_finding(report)
            chart, reading = curve_chart(report), self.text("curve_reading")
            figures.append(self.figure(chart, reading, finding=found))
        if report.total.median is not None:
            figures.append(element("div", self._times_table()))
        yield element("div", figures, class_="pair")
        if "withdrawals" in (checks := self.checks()):
            yield self.paragraph("withdrawals", **checks["withdrawals"])
        if report.curve is not None:
            yield self.folded(self._curve_table(report.curve))

    def _times_table(self) -> Html:
        """Return a table of the quantiles and means, each with its interval and a definition."""
        total = self.report.total
        horizon = format_amount(self.report.promise.horizon)
        rows: list[Line] = []
        for key, quantile in (("median", total.median), ("p90", total.p90)):
            if quantile is not None:
                shown = self.text("hours", hours=quantile_text(quantile))
                interval = self._interval(quantile)
                rows.append([heading(key), shown, interval, self.sentence(key)])
        for key, mean in (
            ("restricted_mean", total.restricted_mean),
            ("mean_answered", total.mean_answered),
        ):
            if mean is not None:
                bold = self.text("hours", hours=hours_text(mean))
                bold = element("b", bold, data_figure=key)
                name = heading(key).format(horizon=horizon)
                rows.append([name, bold, NO_FIGURE, self.sentence(key, horizon=horizon)])
        titles: Line = [
            *self.titles("what", "value", "limits95"),
            Cell(self.text("reading"), kind="words"),
        ]
        return tables.table(self.text("times_table"), titles, rows)

    def _interval(self, quantile: Quantile) -> str:
        """Return the interval of a quantile in hours, or a dash if the quantile has no interval."""
        if quantile.lower is None:
            return NO_FIGURE
        low = hours_text(quantile.lower)
        if quantile.upper is None:
            return self.text("at_least", hours=low)
        return f"{low}{NO_FIGURE}{hours_text(quantile.upper)}"

    def _curve_table(self, curve: Curve) -> Html:
        """Return a table of about 25 points of the curve of times to an answer."""
        end = timedelta(hours=curve_end(self.report))
        waited = curve.at_risk or (None,) * len(curve.times)
        columns = (curve.times, waited, curve.share, curve.lower, curve.upper)
        steps = [line for line in zip(*columns, strict=True) if line[0] <= end]
        rows: list[Line] = [
            [
                hours_exact(time),
                NO_FIGURE if waiting is None else tables.count(waiting),
                percent_text(share),
                f"{percent_text(low)}{NO_FIGURE}{percent_text(high)}",
            ]
            for time, waiting, share, low, high in steps[:: max(1, len(steps) // 25)]
        ]
        titles = self.titles("time", "waited", "unanswered", "limits95")
        return tables.table(self.text("chart_curve"), titles, rows)

    def open(self, forecast: Forecast | None) -> Iterator[Html]:
        """Yield the charts and tables of open appeals and of upcoming deadlines."""
        report = self.report
        backlog, (*weeks, now) = report.backlog, report.backlog.points
        ages = {
            name: NO_FIGURE if age is None else self.text("hours", hours=hours_grouped(age))
            for name, age in (
                ("median", backlog.median_age),
                ("p90", backlog.p90_age),
                ("largest", backlog.largest_age),
            )
        }
        counts = self.counts(open=now.open, overdue=now.overdue)
        chart = backlog_chart(backlog.points)
        found, reading = backlog_finding(report), self.sentence("backlog", **counts, **ages)
        figures = [self.figure(chart, reading, finding=found)]
        rows: list[Line] = [
            [
                when_text(point.at),
                *self.cells(point.open, point.overdue, point.arrivals, point.departures),
                Cell(f"{point.net:+d}", point.net),
            ]
            for point in weeks
        ]
        rows.append([when_text(now.at), *self.cells(now.open, now.overdue), *[NO_FIGURE] * 3])
        keys = ("open_now", "overdue_short", "arrivals_in_week", "departures", "net")
        titles = [heading("date"), *self.titles(*keys)]
        rest = [tables.table(chart.title, titles, rows)]
        if forecast is not None:
            figures.append(self._forecast(forecast))
            rest += self._forecast_table(forecast)
        yield element("div", figures, class_="pair")
        if "little" in (checks := self.checks()):
            yield self.paragraph("little", **checks["little"])
        yield self.folded(*rest)

    def _forecast(self, forecast: Forecast) -> Html:
        """Return the chart of upcoming deadlines, or a sentence that there are none."""
        chart = forecast_chart(forecast, room(), SLOTS)
        caption = " ".join(chart.notes)
        if not chart.layers:
            return element("p", chart.empty)
        if len(forecast.slots) > SLOTS:
            caption = f"{self.text('load_first', shown=SLOTS)} {caption}"
        return self.figure(chart, caption, finding=load_finding(forecast))

    def _forecast_table(self, forecast: Forecast) -> Iterator[Html]:
        """Yield the table of upcoming deadlines, if there are any."""
        if forecast.slots:
            rows: list[Line] = [
                [
                    f"{when_text(slot.since)}\N{EN DASH}{slot.until:%H:%M}",
                    *self.cells(slot.count, slot.together),
                ]
                for slot in forecast.slots
            ]
            titles = [heading("due_at"), *self.titles("deadlines", "together")]
            yield tables.table(self.text("chart_load"), titles, rows)
