"""What every section of the page has: its report and language, and the elements they share."""

from __future__ import annotations

from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.page.elements import Child, Html, element
from workhours_sla.reports.page.svg import HEIGHT, legend, svg
from workhours_sla.reports.report import Report
from workhours_sla.text.charts import SENTENCES
from workhours_sla.text.numbers import count_text
from workhours_sla.text.page import PAGE


class Section:
    """A part of the page about one report in one language."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report = report
        self.lang = lang
        self.target: float = report.promise.target_rate

    def text(self, key: str, **facts: object) -> str:
        """Return a text of the page."""
        return PAGE.text(self.lang, key, **facts)

    def sentence(self, key: str, **facts: object) -> str:
        """Return a sentence of the report."""
        return SENTENCES.text(self.lang, key, **facts)

    def paragraph(self, key: str, **facts: object) -> Html:
        """Return a sentence of the report as a paragraph."""
        return element("p", self.sentence(key, **facts), data_sentence=key)

    def counts(self, **counts: int) -> dict[str, str]:
        """Return whole numbers as they are written."""
        return {key: count_text(count, self.lang) for key, count in counts.items()}

    def figure(
        self, chart: Chart, caption: str, *, wide: bool = False, height: int = HEIGHT
    ) -> Html:
        """Return a chart with its title, its legend and how to read it."""
        return element(
            "figure",
            element("h3", chart.title),
            element("div", svg(chart, wide=wide, height=height), legend(chart), class_="scroll"),
            element("figcaption", caption),
        )

    def folded(self, *inner: Child, name: str = "as_table") -> Html:
        """Return elements that are hidden until the reader opens them."""
        return element("details", element("summary", self.text(name)), *inner)
