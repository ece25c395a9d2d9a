"""Write a report as one HTML file, which needs no network, no other files and no framework.

The page has a light theme, a dark theme and a print layout, and works by keyboard and with screen
readers. All data is escaped, and a content security policy blocks everything that is not in the
page itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Final, NamedTuple

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.tables import Table
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.reports.page.details import Details
from workhours_sla.reports.page.document import content_policy, document, packaged, section
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.first import First
from workhours_sla.reports.page.over_time import OverTime
from workhours_sla.reports.page.results import CLASS_TABLES, Results
from workhours_sla.reports.page.tables import ROWS, Traces, days_table
from workhours_sla.reports.periods import named_period, whole_period
from workhours_sla.reports.plain_text import budget_text
from workhours_sla.reports.report import Report
from workhours_sla.reports.report_tables import columns_of, csv_table
from workhours_sla.sla.forecast import Forecast
from workhours_sla.sla.outcome import Outcome, due_trace
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import PAGE, TYPESET_HEADLINE, TYPESET_SENTENCES, language
from workhours_sla.text.numbers import when_text
from workhours_sla.text.words import target_name
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.explain import Trace


def write_page(
    report: Report,
    path: str | PathLike[str],
    *,
    lang: str | None = None,
    traces: Traces | None = None,
    forecast: Forecast | None = None,
) -> list[Path]:
    """Write a report as an HTML page, and return the files that were written.

    ``lang``, ``traces`` and ``forecast`` are as for ``page``. The page lists the first 500 late
    appeals. If the report has more, all late appeals are also written to a CSV file next to the
    page. For the page ``march.html``, this file is ``march.late.csv``. Raises OSError, and
    ValueError for an unknown language.

    >>> from datetime import datetime, timedelta
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from workhours_sla import Schedule
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> made = report(cases_of_columns(columns, target, as_of=when))
    >>> with TemporaryDirectory() as folder:
    ...     [file.name for file in write_page(made, Path(folder) / "march.html", lang="ru")]
    ['march.html']
    """
    files = page_files(report, Path(path))
    rest = files[1] if len(files) > 1 else None
    text = page(
        report,
        lang,
        traces=traces,
        forecast=forecast,
        rest=rest.name if rest else None,
    )
    contents = {files[0]: text.encode()}
    if rest is not None:
        contents[rest] = csv_table(columns_of(report, "late"))
    write_files(contents)
    return files


def page_files(report: Report, path: Path) -> list[Path]:
    """Return the files that ``write_page`` writes."""
    return [path, path.with_suffix(".late.csv")] if len(report.late) > ROWS else [path]


def page(
    report: Report,
    lang: str | None = None,
    *,
    traces: Traces | None = None,
    forecast: Forecast | None = None,
    rest: str | None = None,
) -> str:
    r"""Return a report as an HTML page, in ``lang`` or the report's own language.

    ``traces`` is called with each of the first 500 late appeals and returns the day-by-day
    explanation of its due time, or None. ``forecast`` adds the deadlines of the open appeals.
    ``rest`` is the name of a file next to the page with all late appeals; the page links to it.
    Raises ValueError for an unknown language.

    >>> import numpy as np
    >>> from datetime import datetime, timedelta
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = np.array(["2025-03-11T07:15"], "M8[s]")
    >>> answered = np.array(["NaT"], "M8[s]")
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> cases = cases_of_columns(AppealColumns(posted, answered), target, as_of=when)
    >>> made = page(report(cases), "ru")
    >>> made[:32], "0/1" in made
    ('<!doctype html>\n<html lang="ru">', True)
    """
    with language(lang or report.lang):
        report = report.named()
        folded = list(_for_analysts(report, traces, forecast, rest))
        return _document(report, list(_first(report)), list(_lists(report)), folded)


def traces_of(outcomes: Iterable[Outcome], target: Target) -> Traces:
    """Return a function that explains the due time of a late appeal, for ``page``.

    The function finds the appeal in ``outcomes``. It returns None for an appeal that is not in
    ``outcomes``, for a due time that depends on the working hours of several holders, and for a
    ClockTime budget.

    >>> from datetime import datetime, timedelta
    >>> from workhours_sla import Event, EventType, Policy, Schedule, evaluate
    >>> from workhours_sla.report import cases_of_outcomes, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> posted = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> now = datetime(2025, 3, 13, 18, tzinfo=office.tz)
    >>> event = Event("e1", "A-1", EventType.CREATED, posted, posted)
    >>> outcomes = evaluate([event], Policy([target]), as_of=now).outcomes
    >>> late = report(cases_of_outcomes(outcomes, target, as_of=now)).late[0]
    >>> print(traces_of(outcomes, target)(late))
    Tue 11 Mar 2025  10:15-13:00, 14:00-15:15   4:00   ordinary working day
    """
    by_clock = {
        (outcome.appeal_id, outcome.started_at or outcome.posted_at): outcome
        for outcome in outcomes
        if outcome.target == target.name
    }

    def trace(late: Late) -> Trace | None:
        outcome = by_clock.get((late.appeal_id, late.started_at))
        if outcome is None or late.due_at is None or isinstance(outcome.budget, ClockTime):
            return None
        found = due_trace(outcome, target)
        return found if found is not None and found.end == late.due_at else None

    return trace


_BESIDE: Final = ("hour", "weekday", *CLASS_TABLES, "week")
"""Tables without a section of their own on the page."""


class _Part(NamedTuple):
    """A section of the page: its key, its title and its contents."""

    key: str
    title: str
    inner: list[Html]


def _first(report: Report) -> Iterator[_Part]:
    """Yield the sections of the first screen."""
    first = First(report)
    for key, parts in (
        ("summary", first.summary()),
        ("worst", first.worst()),
        ("now", first.now()),
    ):
        inner = list(parts)
        if inner:
            yield _Part(key, PAGE.text(key), inner)


def _lists(report: Report) -> Iterator[_Part]:
    """Yield the list of each grouping, and the charts of the weeks and of the arrivals."""
    first = First(report)
    for place, (table, name) in enumerate(_groupings(report)):
        yield _Part(f"group-{place}", name, list(first.groups(table, ROWS)))
    yield _Part("weeks", PAGE.text("weeks"), list(OverTime(report).weeks()))
    yield _Part("arrivals", PAGE.text("arrivals"), list(Results(report).arrivals()))


def _for_analysts(
    report: Report, traces: Traces | None, forecast: Forecast | None, rest: str | None
) -> Iterator[_Part]:
    """Yield the sections for analysts, which are collapsed at first, in order."""

    def titled(key: str, parts: Iterable[Html]) -> _Part:
        return _Part(key, PAGE.text(key), list(parts))

    results, over_time = Results(report), OverTime(report)
    details, days = Details(report), days_table(report)
    yield titled("figures", results.summary())
    yield titled("late", details.late(traces, rest))
    if report.comparison is not None and report.comparison.change is not None:
        yield titled("change", details.change())
    yield titled("trends", over_time.trends())
    yield titled("times", over_time.times())
    yield titled("open", over_time.open(forecast))
    for place, (table, name) in enumerate(_groupings(report)):
        title = PAGE.text("table_of", name=name)
        yield _Part(f"table-{place}", title, list(results.groups(table, name)))
    if report.attribution is not None or report.indicators.agencies:
        yield titled("handling", details.handling())
    if days is not None:
        yield titled("days", [days])
    yield titled("quality", details.quality())
    yield titled("method", details.method())


def _groupings(report: Report) -> list[tuple[Table, str]]:
    """Return the tables of the chosen groupings, each with its name."""
    found = []
    for table in report.tables:
        if table.by not in _BESIDE:
            key = f"by_{table.by}"
            name = PAGE.text(key if key in PAGE else "by_other", by=table.by)
            found.append((table, name))
    return found


def _document(
    report: Report, first: Sequence[_Part], lists: Sequence[_Part], folded: Sequence[_Part]
) -> str:
    """Return the HTML document with its head, its sections and its table of contents."""
    style, script = packaged("page.css"), packaged("page.js")
    policy = content_policy(style, script)
    meta = Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">')
    title, under = _heading(report)
    links = [element("li", element("a", p.title, href=f"#{p.key}")) for p in (*lists, *folded)]
    switch = element("button", PAGE.text("theme"), type="button", id="theme", hidden=True)
    has = element("span", PAGE.text("analyst_has"))
    body = element(
        "body",
        element("a", PAGE.text("skip"), href="#summary", class_="skip"),
        element(
            "header",
            element(
                "div",
                element("h1", title),
                element("p", (element("span", part) for part in under), class_="where"),
                class_="head",
            ),
            switch,
        ),
        element(
            "main",
            map(_section, first),
            element("nav", element("ul", links), aria_label=PAGE.text("contents")),
            map(_section, lists),
            element(
                "details",
                element("summary", element("b", PAGE.text("analyst")), " ", has),
                map(_section, folded),
                id="analyst",
            ),
        ),
        element("div", id="tip", aria_hidden="true", hidden=True),
    )
    return document(body, f"{title}. {under[-1]}", style=style, script=script, head=[meta])


def _heading(report: Report) -> tuple[str, list[str]]:
    """Return the heading, which names the organisation and the period, and the texts above it."""
    period = named_period(whole_period(report), "the")
    name = report.title or TYPESET_HEADLINE.text("title")
    promise = report.promise
    budget = budget_text(promise)
    name_of_target = target_name(promise.name)
    target = TYPESET_SENTENCES.text("title", name=name_of_target, budget=budget)
    as_of = TYPESET_SENTENCES.text("as_of", when=when_text(report.as_of), tz=report.tz)
    above = [name] if report.organisation else []
    return f"{report.organisation or name}: {period}", [*above, target, as_of]


def _section(part: _Part) -> Html:
    return section(part.key, part.title, part.inner, hidden_title=part.key == "summary")
