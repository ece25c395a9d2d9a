"""The sections of the page on the result, on each grouping, and on the arrivals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from workhours_sla.compliance.tables import Table
from workhours_sla.reports.charts.arrivals import week_of_arrivals
from workhours_sla.reports.charts.groups import funnel_chart, funnel_of
from workhours_sla.reports.notes import false_failure_notes
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.findings import arrivals_finding, funnel_finding
from workhours_sla.reports.page.section import Section
from workhours_sla.reports.page.tables import ROWS, Line
from workhours_sla.reports.plain_text import (
    hours_text,
    interval_text,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.reports.scales import percent_sign
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.numbers import NO_FIGURE, count_text, number, target_text, when_text
from workhours_sla.text.words import heading, title_of
from workhours_sla.worktime.amounts import format_amount

CLASS_TABLES: Final = ("arrival_class", "due_class")
"""Tables that group appeals by arrival class or due class."""


class Results(Section):
    """Builds the sections on the result, on each grouping, and on the arrivals."""

    def summary(self) -> Iterator[Html]:
        """Yield the share in time, the other figures, and sentences that explain them."""
        report = self.report
        total = report.total
        percent = total.rate is not None and not total.rate.counts_only
        sign = element("small", self.text("percent", share="")) if percent else None
        lines = [
            element("p", rate_text(total), sign, class_="rate", data_figure="rate"),
            element("p", self.text("headline")),
        ]
        if total.rate is not None:
            interval = interval_text(total, NO_FIGURE).strip("[]")
            lines += [
                element("p", self.text("ci", interval=interval), data_figure="interval"),
            ]
        target, verdict = target_text(self.target), verdict_text(total)
        verdict = self.text("verdict", target=target, verdict=verdict)
        lines.append(element("p", verdict, class_="verdict", data_figure="verdict"))
        yield element(
            "div",
            element("div", lines, class_="headline"),
            element("dl", self._figures(), class_="figures"),
            class_="summary",
        )
        if total.rate is None:
            yield self.paragraph("nothing_matured")
        facts = self.method_facts()
        for key in ("rate", "interval", "verdict", "small_numbers"):
            yield self.paragraph(key, **facts)
        if total.final_at is None:
            yield self.paragraph("not_final")
        else:
            yield self.paragraph("final", when=when_text(total.final_at))

    def _figures(self) -> Iterator[Html]:
        """Yield figures beside the share in time: counts, times, and when the share is final."""
        report = self.report
        total, counts = report.total, report.total.counts
        for key, name, count in (
            *((key, heading(key), getattr(counts, key)) for key in ("arrived", "matured")),
            ("matured_met", heading("met"), counts.matured_met),
            ("early", self.text("early"), counts.early),
            *((key, heading(key), getattr(counts, key)) for key in _REST),
            *((key, title_of(f"{key}_of_period"), getattr(total, key)) for key in _WAITING),
        ):
            yield self._figure(key, name, count_text(count))
        few = total.rate is None or total.rate.n < FLAGGED_BELOW
        for key, quantile in (("median", total.median), ("p90", total.p90)):
            text = NO_FIGURE if few else self.text("hours", hours=quantile_text(quantile))
            yield self._figure(key, heading(key), text)
        mean, text = total.restricted_mean, NO_FIGURE
        if mean is not None and not few:
            text = self.text("hours", hours=hours_text(mean))
        name = heading("restricted_mean")
        name = name.format(horizon=format_amount(report.promise.horizon))
        yield self._figure("restricted_mean", name, text)
        if total.final_at is not None:
            key = "final_at" if total.final_at >= report.as_of else "final_yes"
            yield self._figure("final_at", self.text(key), when_text(total.final_at))
        if total.closed_only is not None and not few:
            text = percent_sign(total.closed_only)
            yield self._figure("closed_only", self.text("biased"), text, "biased")

    @staticmethod
    def _figure(key: str, name: str, text: str, class_: str | None = None) -> Html:
        """Return a figure with its name; ``key`` identifies the figure in the page."""
        return element(
            "div", element("dt", name), element("dd", text, data_figure=key), class_=class_
        )

    def groups(self, table: Table, name: str) -> Iterator[Html]:
        """Yield the funnel plot and the table of a grouping."""
        funnel = funnel_of(self.report, table)
        if funnel is not None:
            chance = number(f"{funnel.false_alarms:.2f}")
            ratio = number(f"{funnel.ratio:.2f}")
            caption = self.sentence("funnel", false_alarms=chance)
            caption += f" {self.text('funnel_reading', units=funnel.units, ratio=ratio)}"
            chart = funnel_chart(self.report, table)
            found = funnel_finding(table, funnel)
            yield self.figure(chart, caption, finding=found, wide=True, height=330)
        if len(table.rows) > ROWS:
            yield element("p", self.text("rows_first", shown=ROWS, all=len(table.rows)))
        yield tables.group_table(self.report, table, name)
        yield element("p", self.text("sort_hint"), class_="screen")
        if funnel is not None:
            yield self.paragraph("standardised")
        yield from (element("p", note) for note in false_failure_notes(self.report, table))
        yield self.paragraph("closed_only")

    def arrivals(self) -> Iterator[Html]:
        """Yield the heat map of the arrivals, and the tables of arrival and due classes."""
        report = self.report
        heat, chart = report.heat_map, week_of_arrivals(report)
        caption = self.sentence("heat_map", counts_only=COUNTS_ONLY_BELOW)
        caption += f" {self.sentence('due_later')}"
        found = arrivals_finding(report)
        yield self.figure(chart, caption, finding=found, wide=True, height=211)
        rows: list[Line] = []
        for (day, name), hour in product(enumerate(words.weekdays()), range(24)):
            if heat.arrived[day][hour]:
                grids = (heat.arrived, heat.matured, heat.matured_met, heat.due_later)
                cells = self.cells(*(grid[day][hour] for grid in grids))
                rows.append([f"{name} {hour:02}", *cells])
        titles: Line = [
            self.text("hour_day"),
            *(heading(key) for key in ("arrived", "matured", "met")),
            self.text("axis_later"),
        ]
        classes = [
            tables.group_table(report, report.table(by), self.text(f"by_{by}"))
            for by in CLASS_TABLES
        ]
        yield self.folded(tables.table(chart.title, titles, rows), classes)


_WAITING: Final = ("open", "overdue")
_REST: Final = ("breached", "pending", "paused", "withdrawn", "excluded")
