"""The base classes of a page's sections, with texts and elements that several sections use."""

from __future__ import annotations

from typing import Any, ClassVar

from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.notes import check_facts, method_facts, rate_facts
from workhours_sla.reports.page import tables
from workhours_sla.reports.page.elements import Child, Html, element
from workhours_sla.reports.page.svg import HEIGHT, legend, svg
from workhours_sla.reports.page.tables import Cell
from workhours_sla.reports.report import Report
from workhours_sla.text.charts import SENTENCES
from workhours_sla.text.numbers import count_text
from workhours_sla.text.page import PAGE
from workhours_sla.text.texts import Texts


class PageSection:
    """Base class that builds sections of a page in one language."""

    texts: ClassVar[Texts] = PAGE

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def text(self, key: str, **facts: object) -> str:
        """Return a text of the page with its placeholders replaced by ``facts``."""
        return self.texts.text(self.lang, key, **facts)

    def titles(self, *keys: str) -> list[str]:
        """Return the column titles with the given keys."""
        return [self.text(key) for key in keys]

    def cells(self, *counts: int) -> list[Cell]:
        """Return whole numbers as cells of a table."""
        return [tables.count(count, self.lang) for count in counts]

    def counts(self, **counts: int) -> dict[str, str]:
        """Return each of ``counts`` as text with thousands separators, keyed by the same name."""
        return {key: count_text(count, self.lang) for key, count in counts.items()}

    @staticmethod
    def tile(key: str, value: str, label: str, size: int) -> Html:
        """Return a tile with a figure; with a ``size`` of 0 it is less prominent."""
        return element(
            "div",
            element("strong", value, data_figure=f"tile_{key}"),
            element("span", label),
            class_="tile" if size else "tile quiet",
        )

    def figure(
        self,
        chart: Chart,
        caption: str,
        *,
        finding: str = "",
        wide: bool = False,
        height: int = HEIGHT,
    ) -> Html:
        """Return a chart as a figure with its finding, its title, its legend and a caption."""
        title = element("p", chart.title, class_="of") if finding else None
        return element(
            "figure",
            element("h3", finding or chart.title),
            title,
            element("p", self.text("swipe"), class_="swipe") if wide else None,
            element("div", svg(chart, wide=wide, height=height), legend(chart), class_="scroll"),
            element("figcaption", caption),
        )

    def folded(self, *inner: Child, name: str = "as_table") -> Html:
        """Return elements in a box that is collapsed until the reader opens it."""
        return element("details", element("summary", self.text(name)), *inner)


class Section(PageSection):
    """Base class that builds sections of the page for one report in one language."""

    def __init__(self, report: Report, lang: str) -> None:
        super().__init__(lang)
        self.report = report
        self.target: float = report.promise.target_rate

    def sentence(self, key: str, **facts: object) -> str:
        """Return a sentence about the report with its placeholders replaced by ``facts``."""
        return SENTENCES.text(self.lang, key, **facts)

    def paragraph(self, key: str, **facts: object) -> Html:
        """Return a sentence about the report as a paragraph."""
        return element("p", self.sentence(key, **facts), data_sentence=key)

    def checks(self) -> dict[str, dict[str, Any]]:
        """Return the values for the placeholders of the sentences on checks, keyed by sentence."""
        opened = self.counts(open=self.report.backlog.points[-1].open)
        return {key: found | opened for key, found in check_facts(self.report, self.lang).items()}

    def method_facts(self) -> dict[str, Any]:
        """Return values for the placeholders in the sentences that explain the figures."""
        return {**method_facts(self.report), **self.counts(**rate_facts(self.report))}
