"""What every section of the page has: its report, its language, and how it says things."""

from __future__ import annotations

from workhours_sla.reports.page.elements import Child, Html, element
from workhours_sla.reports.report import Report
from workhours_sla.text.page import PAGE, count_text, say, sentence


class Teller:
    """Who tells of one report in one language."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report = report
        self.lang = lang
        self.target = report.promise.target_rate

    def say(self, key: str, **facts: object) -> str:
        """Return words of the page."""
        return say(key, self.lang, **facts)

    def tell(self, key: str, **facts: object) -> str:
        """Return a sentence of the report."""
        return sentence(key, self.lang, **facts)

    def p(self, key: str, **facts: object) -> Html:
        """Return a sentence of the report as a paragraph."""
        return element("p", self.tell(key, **facts), data_sentence=key)

    def counted(self, **counts: int) -> dict[str, str]:
        """Return whole numbers as they are written."""
        return {key: count_text(count, self.lang) for key, count in counts.items()}

    def chart(self, title: str, chart: Html, told: str) -> Html:
        """Return a chart with its name and how to read it."""
        name = self.say(title) if title in PAGE else title
        return element(
            "figure",
            element("h3", name),
            element("div", chart, class_="scroll"),
            element("figcaption", told),
        )

    def folded(self, *inner: Child, name: str = "as_table") -> Html:
        """Return what is shown on demand."""
        return element("details", element("summary", self.say(name)), *inner)
