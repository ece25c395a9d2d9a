"""The tables of the page: real ones, with captions and scopes, that sort by their numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from workhours_sla.compliance.late import Late
from workhours_sla.compliance.tables import Quantile, Row, Table
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.svg import interval_bar
from workhours_sla.reports.plain_text import (
    interval_text,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.reports.report import Report
from workhours_sla.reports.scales import percent_text
from workhours_sla.statistics.intervals import FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.numbers import (
    NO_FIGURE,
    count_text,
    day_text,
    hours_grouped,
    target_text,
    when_text,
)
from workhours_sla.text.page import PAGE
from workhours_sla.text.report import heading, name_of
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.explain import Step, Trace

ROWS: Final = 500
"""How many groups, and how many late appeals, a table shows."""

Traces = Callable[[Late], Trace | None]
"""The day-by-day account of a late appeal's due time, None where there is none."""

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it shows, what it sorts by (None: last), and its kind for the style sheet."""

    shown: str
    value: float | None = None
    kind: str = ""


Line = Sequence[Cell | str]


def name(text: str | None) -> Html:
    """Return a name from the data: its direction of writing stays its own."""
    return element("bdi", NO_FIGURE if text is None else text)


def count(number: int, lang: str) -> Cell:
    """Return a whole number."""
    return Cell(count_text(number, lang), number)


def text(shown: str | None) -> Cell:
    """Return words."""
    return Cell(NO_FIGURE if shown is None else shown, kind="words")


def amount(time: timedelta | None, lang: str) -> Cell:
    """Return an amount of working time in hours."""
    if time is None:
        return Cell(NO_FIGURE)
    return Cell(hours_grouped(time, lang), time / _HOUR)


def table(  # noqa: PLR0913
    caption: str,
    titles: Line,
    lines: Iterable[Line],
    *,
    foot: Line = (),
    sortable: bool = False,
    class_: str = "",
) -> Html:
    """Return a table whose first column names the rows, in a box that scrolls if it is too wide."""
    kinds = [title.kind if isinstance(title, Cell) else "" for title in titles]
    head = element(
        "tr",
        (
            element(
                "th",
                title.shown if isinstance(title, Cell) else title,
                scope="col",
                class_=kind or None,
            )
            for title, kind in zip(titles, kinds, strict=True)
        ),
    )
    parts = [
        element("caption", caption),
        element("thead", head),
        element("tbody", (_line(line, kinds) for line in lines)),
    ]
    if foot:
        parts.append(element("tfoot", _line(foot, kinds)))
    return _box(element("table", parts, class_=class_ or None, data_sortable=sortable), caption)


def _box(inner: Html, label: str) -> Html:
    return element("div", inner, class_="scroll", role="region", aria_label=label, tabindex=0)


def _line(line: Line, kinds: Sequence[str], **attributes: str) -> Html:
    cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in line]
    first, rest = cells[0], cells[1:]
    parts = [element("th", first.shown, scope="row", data_v=_value(first.value))]
    for cell, kind in zip(rest, kinds[1:], strict=True):
        parts.append(
            element("td", cell.shown, class_=cell.kind or kind or None, data_v=_value(cell.value))
        )
    return element("tr", parts, **attributes)


def _value(value: float | None) -> str | None:
    return None if value is None else repr(value)


# -- groups ----------------------------------------------------------------------------------


def group_table(report: Report, of: Table, caption: str, lang: str) -> Html:
    """Return the rows of a grouping with all that is said of each."""
    target = target_text(report.promise.target_rate, lang)
    shown = of.rows[:ROWS]
    ranked = any(row.funnel is not None for row in of.rows)
    low = lowest(shown, report.promise.target_rate)
    horizon = format_amount(report.promise.horizon)
    columns = [
        ("arrived", ""),
        ("matured", ""),
        ("met", ""),
        ("rate", "main"),
        ("interval", ""),
        ("bar", "bar"),
        ("target", "verdict"),
        ("median", ""),
        ("p90", ""),
        ("restricted_mean", "extra"),
        ("open", ""),
        ("overdue", ""),
        *([("standardised", "extra"), ("funnel", "extra words")] if ranked else []),
        ("closed_only", "biased"),
    ]
    titles = [
        Cell(
            "" if column == "bar" else heading(column, lang).format(target=target, horizon=horizon),
            kind=kind,
        )
        for column, kind in columns
    ]

    def line(row: Row, title: str | Html) -> list[Cell | str]:
        cells = _figures(row, low, lang)
        return [title, *(cells[column] for column, _ in columns)]

    return table(
        caption,
        [heading(of.by, lang), *titles],
        [line(row, _name_of(of.by, row, lang)) for row in shown],
        foot=line(report.total, heading("total", lang)),
        sortable=True,
        class_="groups",
    )


def _name_of(by: str, row: Row, lang: str) -> str:
    return name(name_of(by, row.key, lang))


def lowest(rows: Sequence[Row], target: float) -> float:
    """Return where the small intervals begin."""
    lower = [row.rate.interval.lower for row in rows if row.rate and not row.rate.counts_only]
    return max(target - 0.3, math.floor(min([*lower, target - 0.1]) * 10) / 10, 0.0)


def _figures(row: Row, low: float, lang: str) -> dict[str, Cell]:
    counts, rate = row.counts, row.rate
    ranked = rate is not None and not rate.counts_only
    few = rate is None or rate.n < FLAGGED_BELOW
    closed = None if few else row.closed_only
    return {
        "arrived": count(counts.arrived, lang),
        "matured": count(counts.matured, lang),
        "met": count(counts.matured_met, lang),
        "rate": Cell(
            _dash(rate_text(row, lang)), rate.rate if rate is not None and ranked else None
        ),
        "interval": Cell(
            _dash(interval_text(row, lang)),
            rate.interval.lower if rate is not None and ranked else None,
        ),
        "bar": Cell(Html("") if rate is None else interval_bar(rate, low)),
        "target": Cell(verdict_text(row, lang)),
        "median": Cell(NO_FIGURE) if few else _quantile(row.median, lang),
        "p90": Cell(NO_FIGURE) if few else _quantile(row.p90, lang),
        "restricted_mean": Cell(NO_FIGURE) if few else amount(row.restricted_mean, lang),
        "open": count(row.open, lang),
        "overdue": count(row.overdue, lang),
        "standardised": Cell(NO_FIGURE)
        if few or row.standardised is None
        else Cell(percent_text(row.standardised, lang), row.standardised),
        "funnel": Cell(NO_FIGURE)
        if row.funnel is None
        else Cell(PAGE.text(lang, f"place_{row.funnel}"), row.funnel),
        "closed_only": Cell(NO_FIGURE)
        if closed is None
        else Cell(percent_text(closed, lang), closed),
    }


def _dash(shown: str) -> str:
    return shown.replace("-", "\N{EN DASH}")


def _quantile(quantile: Quantile | None, lang: str) -> Cell:
    if quantile is None:
        return Cell(NO_FIGURE)
    reached = quantile.time if quantile.time is not None else quantile.longest
    return Cell(quantile_text(quantile, lang).replace(" ", "\N{NO-BREAK SPACE}"), reached / _HOUR)


# -- late appeals ----------------------------------------------------------------------------


def late_table(lates: Sequence[Late], traces: Traces | None, caption: str, lang: str) -> Html:
    """Return late appeals, each with the account of its days below it where there is one.

    Who held it at its limit, and whether an hour would have saved it, stand where that is known.
    """
    held = any(late.holder is not None for late in lates)
    hour = any(late.hour_earlier for late in lates)
    columns = [
        ("appeal_id", ""),
        ("agency", "words"),
        *([("holder", "words")] if held else []),
        ("started_at", ""),
        ("due_at", ""),
        ("answered_at", ""),
        ("elapsed", ""),
        ("overdue_by", "main"),
        *([("hour_earlier", "")] if hour else []),
    ]
    names = {column for column, _ in columns}
    kinds = [kind for _, kind in columns]
    head = element(
        "tr",
        (element("th", heading(c, lang), scope="col", class_=kind or None) for c, kind in columns),
    )
    bodies = []
    for place, late in enumerate(lates):
        trace = None if traces is None else traces(late)
        cells = _late_cells(late, place if trace else None, lang)
        lines = [_line([cell for column, cell in cells.items() if column in names], kinds)]
        if trace is not None:
            inner = _trace_table(trace, PAGE.text(lang, "trace", appeal=late.appeal_id), lang)
            account = element("td", inner, colspan=len(columns))
            lines.append(element("tr", account, class_="trace", id=f"trace-{place}"))
        bodies.append(element("tbody", lines, data_hour_earlier=bool(late.hour_earlier)))
    parts = [element("caption", caption), element("thead", head), *bodies]
    return _box(element("table", parts, class_="late", data_sortable=True), caption)


def _late_cells(late: Late, place: int | None, lang: str) -> dict[str, Cell]:
    shown: str = name(late.appeal_id)
    if place is not None:
        shown = element(
            "button",
            shown,
            type="button",
            class_="expand",
            aria_expanded="false",
            aria_controls=f"trace-{place}",
        )
    answered = Cell(PAGE.text(lang, "no_answer"), math.inf, "waiting")
    if late.answered_at is not None:
        answered = _instant(late.answered_at, lang)
    earlier = Cell(NO_FIGURE)
    if late.hour_earlier is not None:
        earlier = Cell(
            PAGE.text(lang, "yes" if late.hour_earlier else "no"), int(late.hour_earlier)
        )
    return {
        "appeal_id": Cell(shown),
        "agency": Cell(name(late.agency)),
        "holder": Cell(name(late.holder)),
        "started_at": _instant(late.started_at, lang),
        "due_at": _instant(late.due_at, lang),
        "answered_at": answered,
        "elapsed": _clock(late.elapsed),
        "overdue_by": _clock(late.overdue),
        "hour_earlier": earlier,
    }


def _instant(when: datetime | None, lang: str) -> Cell:
    if when is None:
        return Cell(NO_FIGURE)
    shown = element("time", when_text(when, lang), datetime=when.isoformat(timespec="seconds"))
    return Cell(shown, when.timestamp())


def _clock(time: timedelta | None) -> Cell:
    """Return an amount as hours and minutes; a minute begun counts, so that late shows as late."""
    if time is None:
        return Cell(NO_FIGURE)
    whole = timedelta(minutes=math.ceil(time / timedelta(minutes=1)))
    return Cell(format_amount(whole), time / _HOUR)


def _trace_table(trace: Trace, caption: str, lang: str) -> Html:
    """Return the account of a due time: days off in a row with one reason share a line."""
    lines = [
        element(
            "tr",
            element("th", days, scope="row"),
            element("td", spans),
            element("td", used),
            element("td", reason),
        )
        for days, spans, used, reason in _trace_lines(trace.steps, lang)
    ]
    if trace.due_at is not None:
        due = f"{PAGE.text(lang, 'trace_due')}: {day_text(trace.due_at.date(), lang)}"
        lines.append(
            element(
                "tr",
                element("th", due, scope="row"),
                element("td", f"{trace.due_at:%H:%M}"),
                element("td", format_amount(trace.used)),
                element("td", f"{trace.calendar}, {trace.calendar_version}"),
            )
        )
    return element("table", element("caption", caption), element("tbody", lines), class_="days")


def _trace_lines(steps: Sequence[Step], lang: str) -> Iterator[tuple[str, str, str, str]]:
    def kind(step: Step) -> tuple[object, str]:
        return (step.date if step.used else None), step.remark(lang)

    for (used_on, reason), run in groupby(steps, key=kind):
        days = list(run)
        first, last = days[0], days[-1]
        when = day_text(first.date, lang)
        if last is not first:
            when += f" \N{EN DASH} {day_text(last.date, lang)}"
        spans = ", ".join(f"{a:%H:%M}\N{EN DASH}{b:%H:%M}" for a, b in first.intervals)
        yield when, spans if used_on else "", format_amount(first.used), reason


# -- days ------------------------------------------------------------------------------------


def days_table(report: Report, lang: str) -> Html | None:
    """Return the dates that are not as their weekday has it, None where there are none."""
    lines: list[Line] = []
    for day in report.days:
        ordinary = day.kind in ("work", "day_off") and not day.short
        if not ordinary:
            kind = words.pick(words.DAY_KINDS.get(day.kind or "", {"en": "?"}), lang)
            worked = NO_FIGURE if day.working_time is None else format_amount(day.working_time)
            reason = day.reason_ru if lang == "ru" else day.reason_en
            lines.append([day_text(day.date, lang), text(kind), worked, text(reason)])
    if not lines:
        return None
    titles: Line = [
        heading("date", lang),
        Cell(heading("kind", lang), kind="words"),
        heading("hours", lang),
        Cell(heading("act", lang), kind="words"),
    ]
    return table(PAGE.text(lang, "days"), titles, lines)
