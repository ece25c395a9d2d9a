"""Write a report as one HTML file, which needs no network, no other files and no framework.

The page has a light theme, a dark theme and a print layout, and works by keyboard and with screen
readers. All data is escaped, and a content security policy blocks everything that is not in the
page itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.group_tables import Table
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.errors import needs_extra
from workhours_sla.reports.csv_tables import columns_of, csv_table
from workhours_sla.reports.headline import NAME, agencies, lacking, named_period, whole_period
from workhours_sla.reports.page import blocks, details, lists
from workhours_sla.reports.page.blocks import Section
from workhours_sla.reports.page.sorted_tables import ROWS, Traces, days_table
from workhours_sla.reports.plain_text import budget_text
from workhours_sla.reports.public_report import Report
from workhours_sla.sla.forecast import Forecast
from workhours_sla.sla.outcome import Outcome, due_trace
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import PAGE, TYPESET_HEADLINE, TYPESET_SENTENCES, language
from workhours_sla.text.numbers import target_text
from workhours_sla.text.words import target_name, when_text
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.explain import Trace

if TYPE_CHECKING:
    from jinja2 import Template

_BESIDE: Final = ("hour", "weekday", *details.CLASS_TABLES, "week")
"""Tables without a section of their own on the page."""


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

    >>> write_page(march, "march.html", lang="ru")  # doctest: +SKIP
    """
    files = page_files(report, Path(path))
    rest = files[1].name if len(files) > 1 else None
    text = page(report, lang, traces=traces, forecast=forecast, rest=rest)
    contents = {files[0]: text.encode()}
    if rest is not None:
        contents[files[1]] = csv_table(columns_of(report, "late"))
    write_files(contents)
    return files


def page_files(report: Report, path: Path) -> list[Path]:
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
        title, under = _heading(report)
        target = report.promise.target_rate
        return _template().render(
            title=title,
            under=under,
            target=target,
            target_label=PAGE.text("target_line", target=target_text(target)),
            first=_sections(_first(report)),
            lists=_sections(_lists(report)),
            folded=_sections(_for_analysts(report, traces, forecast, rest)),
        )


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


@cache
def _template() -> Template:
    try:
        from workhours_sla.reports.page import environment as found
    except ImportError as error:
        raise needs_extra(what="pages need jinja2", extras=("report",)) from error
    policy = found.content_policy(found.STYLE, found.SCRIPT)
    names: dict[str, Any] = {"style": found.STYLE, "script": found.SCRIPT, "policy": policy}
    return found.environment(t=PAGE.text, mark=NAME, **names).get_template("page.html")


def _sections(found: Iterable[tuple[str, str, Iterable[Any]]]) -> list[Section]:
    """Return the sections that have contents; without a title, the key is that of the title."""
    made = []
    for key, title, inner in found:
        name = title or PAGE.text(key)
        parts = [
            one._replace(bare=one.caption == name) if isinstance(one, blocks.Table) else one
            for one in inner
        ]
        if parts:
            made.append(Section(key, name, parts))
    return made


def _first(report: Report) -> Iterator[tuple[str, str, Iterable[Any]]]:
    yield "summary", "", lists.summary(report)
    above = agencies(report)
    if above is not None:
        title = "" if any(map(lacking, above.rows)) else PAGE.text("by_agency")
        yield "furthest", title, lists.groups(report, above)
    yield "now", "", lists.now(report)


def _lists(report: Report) -> Iterator[tuple[str, str, Iterable[Any]]]:
    for place, (table, name) in enumerate(_groupings(report)):
        if table is not agencies(report):
            yield f"group-{place}", name, lists.other_groups(report, table)
    yield "weeks", "", details.by_week(report)
    yield "arrivals", "", details.arrivals(report)


def _for_analysts(
    report: Report, traces: Traces | None, forecast: Forecast | None, rest: str | None
) -> Iterator[tuple[str, str, Iterable[Any]]]:
    yield "figures", "", details.figures(report)
    yield "change", "", details.change(report)
    yield "trends", "", details.trends(report)
    yield "times", "", details.answer_times(report)
    yield "open", "", details.open_appeals(report, forecast)
    for place, (table, name) in enumerate(_groupings(report)):
        title = PAGE.text("table_of", name=name)
        yield f"table-{place}", title, details.grouping(report, table, title)
    if report.attribution is not None or report.indicators.agencies:
        yield "handling", "", details.handling(report)
    days = days_table(report)
    yield "days", "", [] if days is None else [days]
    yield "quality", "", details.quality(report)
    yield "method", "", details.method(report)
    yield "late", "", details.late(report, traces, rest)


def _groupings(report: Report) -> Iterator[tuple[Table, str]]:
    for table in report.tables:
        if table.by not in _BESIDE:
            key = f"by_{table.by}"
            yield table, PAGE.text(key if key in PAGE else "by_other", by=table.by)


def _heading(report: Report) -> tuple[str, list[str]]:
    period = named_period(whole_period(report), "the")
    name = report.title or TYPESET_HEADLINE.text("title")
    promise = report.promise
    facts = {"name": target_name(promise.name), "budget": budget_text(promise)}
    as_of = TYPESET_SENTENCES.text("as_of", when=when_text(report.as_of), tz=report.tz)
    above = [name] if report.organisation else []
    title = f"{report.organisation or name}: {period}"
    return title, [*above, TYPESET_SENTENCES.text("title", **facts), as_of]
