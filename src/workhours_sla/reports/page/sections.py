"""The sections of a report's page, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from workhours_sla.reports.page.accounts import Accounts
from workhours_sla.reports.page.elements import Html
from workhours_sla.reports.page.results import CLASS_TABLES, Results
from workhours_sla.reports.page.tables import Traces, days_table
from workhours_sla.reports.page.trust import Trust
from workhours_sla.reports.page.weeks import Weeks
from workhours_sla.reports.report import Report
from workhours_sla.sla.forecast import Forecast
from workhours_sla.text.page import PAGE, say

_BESIDE: Final = ("hour", "weekday", *CLASS_TABLES, "week")
"""The tables that have no section of their own."""


def sections(
    report: Report,
    lang: str,
    traces: Traces | None,
    load: Forecast | None,
    rest: str | None,
) -> Iterator[tuple[str, str, list[Html]]]:
    """Yield what the page of one report says, section by section: (key, title, contents)."""

    def titled(key: str, parts: Iterable[Html]) -> tuple[str, str, list[Html]]:
        return key, say(key, lang), list(parts)

    results, weeks = Results(report, lang), Weeks(report, lang)
    accounts, trust = Accounts(report, lang), Trust(report, lang)
    yield titled("summary", results.summary())
    yield titled("weeks", weeks.weeks())
    yield titled("times", weeks.times())
    for place, table in enumerate(t for t in report.tables if t.by not in _BESIDE):
        key = f"by_{table.by}"
        name = say(key, lang) if key in PAGE else say("by_other", lang, by=table.by)
        yield f"group-{place}", name, list(results.groups(table, name))
    yield titled("arrivals", results.arrivals())
    yield titled("open", weeks.open(load))
    if report.change is not None:
        yield titled("change", accounts.change())
    yield titled("late", accounts.late(traces, rest))
    if report.attribution is not None or report.indicators.agencies:
        yield titled("handling", accounts.handling())
    days = days_table(report, lang)
    if days is not None:
        yield titled("days", [days])
    yield titled("quality", trust.quality())
    yield titled("method", trust.method())
