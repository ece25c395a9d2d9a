"""How it went along the calendar: weeks, times to an answer, what is open, what comes due."""

from __future__ import annotations

from collections.abc import Iterator

from workhours_sla.adapters.reports import html_tables as tables
from workhours_sla.adapters.reports.html_curve_chart import curve_chart, curve_end
from workhours_sla.adapters.reports.html_elements import Html, element
from workhours_sla.adapters.reports.html_tables import Cell, Line
from workhours_sla.adapters.reports.html_teller import Teller
from workhours_sla.adapters.reports.html_time_charts import (
    SLOTS,
    backlog_chart,
    load_chart,
    trend_chart,
    trend_reading,
    weeks_chart,
)
from workhours_sla.adapters.reports.html_words import (
    NO_FIGURE,
    hours_exact,
    percent_text,
    when_text,
)
from workhours_sla.compliance.phrases import heading
from workhours_sla.compliance.tables import Row
from workhours_sla.compliance.text import hours_text, interval_text, rate_text
from workhours_sla.sla.load import DeadlineLoad
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

    def times(self) -> Iterator[Html]:
        """Yield the times to an answer."""
        report, lang = self.report, self.lang
        figures = []
        if report.curve is not None:
            chart = curve_chart(report.curve, report.promise, report.total, lang)
            told = f"{self.say('curve_reading')} {self.tell('median')} {self.tell('p90')}"
            figures.append(self.chart("chart_curve", chart, told))
        if report.trend.points:
            points = len(report.trend.points)
            key = "trend" if report.trend.baseline else "trend_too_short"
            told = self.tell(key, points=report.trend.baseline or points)
            reading = trend_reading(report.trend, lang).partition(". ")[2]
            chart = trend_chart(report.trend, lang)
            figures.append(self.chart("chart_trend", chart, f"{told} {reading}".rstrip()))
        yield element("div", figures, class_="pair")
        horizon = format_amount(report.promise.horizon)
        yield self.p("restricted_mean", horizon=horizon)
        if report.total.mean_answered is not None:
            mean = self.say("hours", hours=hours_text(report.total.mean_answered, lang))
            name = f"{heading('mean_answered', lang)}: "
            mean_shown = element("b", mean, data_figure="mean_answered")
            yield element("p", name, mean_shown, ". ", self.tell("mean_answered"), class_="biased")
        yield self.folded(*self._time_tables())

    def _time_tables(self) -> Iterator[Html]:
        report, lang = self.report, self.lang
        if report.curve is not None:
            curve = report.curve
            end = curve_end(curve, report.promise, report.total)
            steps = [
                line
                for line in zip(curve.times, curve.share, curve.lower, curve.upper, strict=True)
                if line[0] <= end
            ]
            rows: list[Line] = [
                [
                    hours_exact(time, lang),
                    percent_text(share, lang),
                    f"{percent_text(low, lang)}\N{EN DASH}{percent_text(high, lang)}",
                ]
                for time, share, low, high in steps[:: max(1, len(steps) // 25)]
            ]
            titles: Line = [self.say(key) for key in ("time", "unanswered", "limits95")]
            yield tables.table(self.say("chart_curve"), titles, rows)
        if report.trend.points:
            rows = []
            for point in report.trend.points:
                kinds = ("outside", "run_of_eight", "three_of_four")
                found = ", ".join(self.say(kind) for kind in kinds if getattr(point, kind))
                rows.append([point.week, hours_exact(point.median, lang), found])
            titles = [heading("week", lang), self.say("median_h"), self.say("signal")]
            yield tables.table(self.say("chart_trend"), titles, rows)

    def open(self, load: DeadlineLoad | None) -> Iterator[Html]:
        """Yield the backlog and the deadlines to come."""
        report, lang = self.report, self.lang
        backlog = report.backlog
        age = NO_FIGURE
        if backlog.median_age is not None:
            age = self.say("hours", hours=hours_text(backlog.median_age, lang))
        counted = self.counted(open=report.total.open, overdue=report.total.overdue)
        told = self.tell("backlog", **counted, median=age)
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
            ]
            for point in backlog.points
        ]
        keys = ("open_now", "overdue_now", "arrivals_in_week", "departures")
        titles: Line = [heading("date", lang), *(self.say(key) for key in keys)]
        rest.append(tables.table(self.say("chart_backlog"), titles, rows))
        if load is not None:
            figures.append(self._load_figure(load))
            rest += self._load_table(load)
        yield element("div", figures, class_="pair")
        yield self.folded(*rest)

    def _load_figure(self, load: DeadlineLoad) -> Html:
        keys = ("overdue", "earlier", "later", "paused", "unknown")
        told = self.say("load_sums", **self.counted(**{k: getattr(load, k) for k in keys}))
        shown = load.slots[:SLOTS]
        if len(load.slots) > len(shown):
            told = f"{self.say('load_first', shown=len(shown))} {told}"
        if not shown:
            return element("p", self.say("load_none"), " ", told)
        return self.chart("chart_load", load_chart(shown, self.lang), told)

    def _load_table(self, load: DeadlineLoad) -> Iterator[Html]:
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
