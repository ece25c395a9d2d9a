"""How it went along the calendar: weeks, times to an answer, what is open, what comes due."""

from __future__ import annotations

from collections.abc import Iterator

from workhours_sla.compliance.series import ShareTrend, Trend, TrendPoint
from workhours_sla.compliance.tables import Curve, Quantile, Row
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.curve_chart import curve_chart
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.tables import Cell, Line
from workhours_sla.reports.page.time_charts import (
    SLOTS,
    backlog_chart,
    load_chart,
    share_trend_chart,
    share_trend_reading,
    signals_of,
    trend_chart,
    trend_reading,
    weeks_chart,
)
from workhours_sla.reports.page.writer import Teller
from workhours_sla.reports.plain_text import (
    hours_text,
    interval_text,
    little_facts,
    quantile_text,
    rate_text,
    withdrawal_facts,
)
from workhours_sla.reports.scales import curve_end
from workhours_sla.sla.forecast import Forecast
from workhours_sla.text.page import (
    NO_FIGURE,
    count_text,
    hours_exact,
    hours_grouped,
    percent_text,
    when_text,
)
from workhours_sla.text.report import heading
from workhours_sla.worktime.budget import format_amount


class Weeks(Teller):
    """The weeks, the times to an answer, and the open appeals."""

    def weeks(self) -> Iterator[Html]:
        """Yield the share in time by week."""
        report, lang = self.report, self.lang
        table = report.table("week")
        chart = weeks_chart(report.weeks, table, self.target, report.as_of, lang)
        yield self.chart("chart_weeks", chart, self.say("weeks_reading"))
        yield element("p", self.say("chart_hint"), class_="screen")
        columns = ("arrived", "matured", "met")
        rows: list[Line] = []
        for row in table.rows:
            final = NO_FIGURE if row.final_at is None else when_text(row.final_at, lang)
            rows.append(
                [
                    row.key or "",
                    *(tables.count(_counts(row)[key], lang) for key in columns),
                    Cell(rate_text(row, lang), row.rate.rate if row.rate else None),
                    interval_text(row, lang).replace("-", "\N{EN DASH}"),
                    Cell(final, kind="words"),
                ]
            )
        titles = ("week", *columns, "rate", "interval", "final_at")
        kinds = ("", *("" for _ in columns), "main", "", "words")
        head = [Cell(heading(t, lang), kind=k) for t, k in zip(titles, kinds, strict=True)]
        yield self.folded(tables.table(self.say("weeks"), head, rows))
        yield from self._changes()

    def _changes(self) -> Iterator[Html]:
        """Yield the control charts of the weeks."""
        report, lang = self.report, self.lang
        figures, rest = [], []
        shares, medians = report.share_trend, report.trend
        if shares.points:
            reading = share_trend_reading(shares, lang)
            told = self._judged("share_trend", shares, reading)
            figures.append(self.chart("chart_share_trend", share_trend_chart(shares, lang), told))
            rest.append(self._trend_table(shares, "chart_share_trend"))
        if medians.points:
            told = self._judged("trend", medians, trend_reading(medians, lang))
            figures.append(self.chart("chart_trend", trend_chart(medians, lang), told))
            rest.append(self._trend_table(medians, "chart_trend"))
        if figures:
            yield element("div", figures, class_="pair")
            yield self.folded(*rest)

    def _judged(self, key: str, trend: Trend | ShareTrend, reading: str) -> str:
        name = key if trend.baseline else "trend_too_short"
        told = self.tell(name, points=trend.baseline or len(trend.points))
        return f"{told} {reading.partition('. ')[2]}".rstrip()

    def _trend_table(self, trend: Trend | ShareTrend, title: str) -> Html:
        lang = self.lang
        rows: list[Line] = []
        for point in trend.points:
            found = Cell(", ".join(signals_of(point, lang)), kind="words")
            if isinstance(point, TrendPoint):
                rows.append([point.week, hours_exact(point.median, lang), found])
                continue
            limits = NO_FIGURE
            if point.lower is not None and point.upper is not None:
                bounds = (percent_text(bound, lang) for bound in (point.lower, point.upper))
                limits = NO_FIGURE.join(bounds)
            rows.append([point.week, percent_text(point.share, lang), limits, found])
        figures = ["median_h"] if isinstance(trend, Trend) else ["share", "limits"]
        titles = [heading("week", lang), *map(self.say, figures)]
        return tables.table(
            self.say(title), [*titles, Cell(self.say("signal"), kind="words")], rows
        )

    def times(self) -> Iterator[Html]:
        """Yield the times to an answer."""
        report, lang = self.report, self.lang
        figures = []
        if report.curve is not None:
            chart = curve_chart(report.curve, report.promise, report.total, lang)
            figures.append(self.chart("chart_curve", chart, self.say("curve_reading")))
        if report.total.median is not None:
            figures.append(element("div", self._times_table()))
        yield element("div", figures, class_="pair")
        if report.withdrawals is not None and report.withdrawals.count:
            yield self.p("withdrawals", **withdrawal_facts(report.withdrawals, lang))
        if report.curve is not None:
            yield self.folded(self._curve_table(report.curve))

    def _times_table(self) -> Html:
        """Return the times in figures, each with its interval and what it means."""
        total, lang = self.report.total, self.lang
        horizon = format_amount(self.report.promise.horizon)
        rows: list[Line] = []
        for key, quantile in (("median", total.median), ("p90", total.p90)):
            if quantile is not None:
                shown = self.say("hours", hours=quantile_text(quantile, lang))
                interval = self._interval(quantile)
                rows.append([heading(key, lang), shown, interval, Cell(self.tell(key))])
        for key, mean in (
            ("restricted_mean", total.restricted_mean),
            ("mean_answered", total.mean_answered),
        ):
            if mean is not None:
                shown = self.say("hours", hours=hours_text(mean, lang))
                bold = element("b", shown, data_figure=key)
                name = heading(key, lang).format(horizon=horizon)
                rows.append([name, bold, NO_FIGURE, Cell(self.tell(key, horizon=horizon))])
        titles: Line = [
            self.say("what"),
            self.say("value"),
            self.say("limits95"),
            Cell(self.say("reading"), kind="words"),
        ]
        return tables.table(self.say("times_table"), titles, rows)

    def _interval(self, quantile: Quantile) -> str:
        if quantile.lower is None:
            return NO_FIGURE
        low = hours_text(quantile.lower, self.lang)
        if quantile.upper is None:
            return self.say("at_least", hours=low)
        return f"{low}{NO_FIGURE}{hours_text(quantile.upper, self.lang)}"

    def _curve_table(self, curve: Curve) -> Html:
        lang = self.lang
        end = curve_end(curve, self.report.promise, self.report.total)
        waited = curve.at_risk or (None,) * len(curve.times)  # none in a report of the first form
        columns = (curve.times, waited, curve.share, curve.lower, curve.upper)
        steps = [line for line in zip(*columns, strict=True) if line[0] <= end]
        rows: list[Line] = [
            [
                hours_exact(time, lang),
                NO_FIGURE if number is None else tables.count(number, lang),
                percent_text(share, lang),
                f"{percent_text(low, lang)}{NO_FIGURE}{percent_text(high, lang)}",
            ]
            for time, number, share, low, high in steps[:: max(1, len(steps) // 25)]
        ]
        keys = ("time", "at_risk", "unanswered", "limits95")
        return tables.table(self.say("chart_curve"), [self.say(key) for key in keys], rows)

    def open(self, load: Forecast | None) -> Iterator[Html]:
        """Yield the backlog and the deadlines to come."""
        report, lang = self.report, self.lang
        backlog = report.backlog
        ages = {
            name: NO_FIGURE if age is None else self.say("hours", hours=hours_grouped(age, lang))
            for name, age in (
                ("median", backlog.median_age),
                ("p90", backlog.p90_age),
                ("largest", backlog.largest_age),
            )
        }
        counted = self.counted(open=report.total.open, overdue=report.total.overdue)
        told = self.tell("backlog", **counted, **ages)
        chart = backlog_chart(backlog.points, lang)
        figures = [self.chart("chart_backlog", chart, told)]
        rest: list[Html] = []
        rows: list[Line] = [
            [
                when_text(point.at, lang),
                *(
                    tables.count(value, lang)
                    for value in (point.open, point.overdue, point.arrivals, point.departures)
                ),
                Cell(f"{point.net:+d}", point.net),
            ]
            for point in backlog.points
        ]
        keys = ("open_now", "overdue_now", "arrivals_in_week", "departures", "net")
        titles: Line = [heading("date", lang), *(self.say(key) for key in keys)]
        rest.append(tables.table(self.say("chart_backlog"), titles, rows))
        if load is not None:
            figures.append(self._load_figure(load))
            rest += self._load_table(load)
        yield element("div", figures, class_="pair")
        if backlog.little is not None:
            facts = little_facts(backlog.little, lang)
            yield self.p("little", **facts, open=count_text(report.total.open, lang))
        yield self.folded(*rest)

    def _load_figure(self, load: Forecast) -> Html:
        keys = ("overdue", "earlier", "later", "paused", "unknown")
        told = self.say("load_sums", **self.counted(**{k: getattr(load, k) for k in keys}))
        shown = load.slots[:SLOTS]
        if len(load.slots) > len(shown):
            told = f"{self.say('load_first', shown=len(shown))} {told}"
        if not shown:
            return element("p", self.say("load_none"), " ", told)
        return self.chart("chart_load", load_chart(shown, self.lang), told)

    def _load_table(self, load: Forecast) -> Iterator[Html]:
        lang = self.lang
        if load.slots:
            rows: list[Line] = [
                [
                    f"{when_text(slot.since, lang)}\N{EN DASH}{slot.until:%H:%M}",
                    tables.count(slot.count, lang),
                    tables.count(slot.together, lang),
                ]
                for slot in load.slots
            ]
            titles: Line = [heading("due_at", lang), self.say("deadlines"), self.say("together")]
            yield tables.table(self.say("chart_load"), titles, rows)


def _counts(row: Row) -> dict[str, int]:
    counts = row.counts
    return {"arrived": counts.arrived, "matured": counts.matured, "met": counts.matured_met}
