"""What the figures are: the result, the groups, and when appeals arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workhours_sla.compliance.tables import Table
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element, joined
from workhours_sla.reports.page.funnel_chart import funnel_chart, interval_bar
from workhours_sla.reports.page.heat_chart import heat_chart, heat_legend
from workhours_sla.reports.page.tables import ROWS, Line
from workhours_sla.reports.page.writer import Teller
from workhours_sla.reports.plain_text import (
    hours_text,
    interval_text,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.numbers import number
from workhours_sla.text.page import (
    NO_FIGURE,
    count_text,
    percent_text,
    target_text,
    when_text,
)
from workhours_sla.text.report import heading
from workhours_sla.worktime.budget import format_amount

CLASS_TABLES: Final = ("arrival_class", "due_class")


class Results(Teller):
    """The result, a section for each grouping, and the arrivals."""

    def summary(self) -> Iterator[Html]:
        """Yield the result and what it proves."""
        report, lang = self.report, self.lang
        total, counts = report.total, report.total.counts
        shown = rate_text(total, lang)
        percent = total.rate is not None and not total.rate.counts_only
        verdict = verdict_text(total, lang)
        lines = [
            element(
                "p",
                shown,
                element("small", self.say("percent", share="")) if percent else None,
                class_="rate",
                data_figure="rate",
            ),
            element("p", self.say("headline")),
        ]
        if total.rate is not None:
            interval = interval_text(total, lang).strip("[]").replace("-", "\N{EN DASH}")
            lines += [
                element("p", self.say("ci", interval=interval), data_figure="interval"),
                interval_bar(total.rate, tables.lowest([total], self.target)),
            ]
        verdict = self.say("verdict", target=target_text(self.target, lang), verdict=verdict)
        lines.append(element("p", verdict, class_="verdict", data_figure="verdict"))
        yield element(
            "div",
            element("div", lines, class_="headline"),
            element("dl", self._figures(), class_="figures"),
            class_="summary",
        )
        facts = {"met": counts.matured_met, "matured": counts.matured}
        early = counts.met - counts.matured_met
        paused = {"pending": counts.pending, "paused": counts.paused}
        if total.rate is None:
            yield self.p("nothing_matured")
        yield self.p("rate", **self.counted(**facts, early=early, **paused))
        yield self.p("interval")
        yield self.p("verdict")
        yield self.p("small_numbers", counts_only=COUNTS_ONLY_BELOW, flagged=FLAGGED_BELOW)
        if total.final_at is None:
            yield self.p("not_final")
        else:
            yield self.p("final", when=when_text(total.final_at, lang))

    def _figures(self) -> Iterator[Html]:
        report, lang = self.report, self.lang
        total, counts = report.total, report.total.counts
        for key in ("arrived", "matured"):
            yield self._figure(key, heading(key, lang), count_text(getattr(counts, key), lang))
        early = counts.met - counts.matured_met
        yield self._figure(
            "matured_met", heading("met", lang), count_text(counts.matured_met, lang)
        )
        yield self._figure("early", self.say("early"), count_text(early, lang))
        for key in ("breached", "pending", "paused", "withdrawn", "excluded"):
            yield self._figure(key, heading(key, lang), count_text(getattr(counts, key), lang))
        yield self._figure("open", self.say("open_now"), count_text(total.open, lang))
        yield self._figure("overdue", self.say("overdue_now"), count_text(total.overdue, lang))
        few = total.rate is None or total.rate.n < FLAGGED_BELOW
        for key, quantile in (("median", total.median), ("p90", total.p90)):
            text = NO_FIGURE if few else self.say("hours", hours=quantile_text(quantile, lang))
            yield self._figure(key, heading(key, lang), text)
        mean = total.restricted_mean
        horizon = format_amount(report.promise.horizon)
        text = NO_FIGURE
        if mean is not None and not few:
            text = self.say("hours", hours=hours_text(mean, lang))
        name = heading("restricted_mean", lang).format(horizon=horizon)
        yield self._figure("restricted_mean", name, text)
        if total.final_at is not None:
            key = "final_at" if total.final_at >= report.as_of else "final_yes"
            yield self._figure("final_at", self.say(key), when_text(total.final_at, lang))
        if total.closed_only is not None and not few:
            text = self.say("percent", share=percent_text(total.closed_only, lang))
            yield self._figure("closed_only", self.say("biased"), text, "biased")

    @staticmethod
    def _figure(key: str, name: str, text: str, class_: str | None = None) -> Html:
        return element(
            "div", element("dt", name), element("dd", text, data_figure=key), class_=class_
        )

    def groups(self, table: Table, name: str) -> Iterator[Html]:
        """Yield the funnel and the table of a grouping."""
        lang = self.lang
        funnel = next((f for f in self.report.funnels if f.by == table.by), None)
        if funnel is not None:
            chance = number(f"{funnel.false_alarms:.2f}", lang)
            dispersion = number(f"{funnel.dispersion:.2f}", lang)
            told = self.tell("funnel", false_alarms=chance)
            reading = self.say("funnel_reading", dispersion=dispersion)
            chart = funnel_chart(funnel, table.rows, lang)
            title = self.say("chart_funnel", by=heading(table.by, lang))
            yield self.chart(title, chart, f"{told} {reading}")
        if len(table.rows) > ROWS:
            yield element("p", self.say("rows_first", shown=ROWS, all=len(table.rows)))
        yield tables.group_table(self.report, table, name, lang)
        yield element("p", self.say("sort_hint"), class_="screen")
        if funnel is not None:
            yield self.p("standardised")
        yield self.p("closed_only")

    def arrivals(self) -> Iterator[Html]:
        """Yield the heat map and the tables of classes."""
        report, lang = self.report, self.lang
        heat = report.heat_map
        told = f"{self.tell('heat_map', counts_only=COUNTS_ONLY_BELOW)} {self.tell('due_later')}"
        chart = heat_chart(heat, self.target, lang)
        legend = heat_legend(self.target, lang)
        yield self.chart("chart_heat", joined(chart, legend), told)
        rows: list[Line] = []
        for day, name in enumerate(words.WEEKDAYS[lang]):
            for hour in range(24):
                if heat.arrived[day][hour]:
                    counts = [
                        getattr(heat, key)[day][hour]
                        for key in ("arrived", "matured", "matured_met", "due_later")
                    ]
                    cells = [tables.count(value, lang) for value in counts]
                    rows.append([f"{name} {hour:02}", *cells])
        titles: Line = [
            self.say("hour_day"),
            *(heading(key, lang) for key in ("arrived", "matured", "met")),
            self.say("axis_later"),
        ]
        yield self.folded(tables.table(self.say("chart_heat"), titles, rows))
        for by in CLASS_TABLES:
            yield tables.group_table(report, report.table(by), self.say(f"by_{by}"), lang)
