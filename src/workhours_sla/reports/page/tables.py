"""Build the tables of the page; a script sorts them by the numbers of their cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice, repeat
from typing import Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.tables import Quantile, Row, Table
from workhours_sla.reports.notes import day_texts
from workhours_sla.reports.overdue import in_days
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.svg import interval_bar
from workhours_sla.reports.plain_text import (
    interval_text,
    lowest,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.reports.report import Report
from workhours_sla.reports.scales import percent_text
from workhours_sla.statistics.intervals import FLAGGED_BELOW
from workhours_sla.text import catalog
from workhours_sla.text.catalog import PAGE
from workhours_sla.text.numbers import (
    NO_FIGURE,
    count_text,
    day_text,
    hours_grouped,
    target_text,
    when_text,
)
from workhours_sla.text.words import heading, name_of
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.explain import Step, Trace

ROWS: Final = 500
"""Maximum number of groups, or of late appeals, in a table."""

Traces = Callable[[Late], Trace | None]
"""A function from a late appeal to the day-by-day explanation of its due time, or None."""

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, the number it is sorted by, and its class in the style sheet.

    A cell without a number is sorted last.
    """

    shown: str
    value: float | None = None
    kind: str = ""

    @property
    def sorts_by(self) -> str | None:
        """The number by which the script sorts the cell, as JavaScript reads it."""
        return None if self.value is None else repr(self.value).replace("inf", "Infinity")


Line = Sequence[Cell | str]
"""A row of a table, or its column titles."""


def name(text: str | None) -> Html:
    """Return a name from the data as HTML, also if its script is written from right to left."""
    return element("bdi", NO_FIGURE if text is None else text)


def count(number: int) -> Cell:
    """Return a cell with a whole number."""
    return Cell(count_text(number), number)


def text(shown: str | None) -> Cell:
    """Return a cell with text, aligned to the left."""
    return Cell(NO_FIGURE if shown is None else shown, kind="words")


def amount(time: timedelta | None) -> Cell:
    """Return a cell with an amount of working time in hours."""
    if time is None:
        return Cell(NO_FIGURE)
    return Cell(hours_grouped(time), time / _HOUR)


def table(
    caption: str,
    titles: Line,
    lines: Iterable[Line] = (),
    *,
    bodies: Iterable[Html] | None = None,
    foot: Line = (),
    sortable: bool = False,
    class_: str = "",
) -> Html:
    """Return a table in a box that scrolls if the table is too wide.

    The first cell of each line is the name of the row. The class of a title also applies to the
    cells of its column. If ``bodies`` are given, these ``tbody`` elements take the place of
    ``lines``.
    """
    kinds = _kinds(titles)
    head = (
        element("th", title.shown if isinstance(title, Cell) else title, scope="col", class_=kind)
        for title, kind in zip(titles, kinds, strict=True)
    )
    rows = element("tbody", (_line(line, kinds) for line in lines)) if bodies is None else None
    inner = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head)),
        rows,
        bodies or (),
        element("tfoot", _line(foot, kinds)) if foot else None,
        class_=class_ or None,
        data_sortable=sortable,
    )
    return element("div", inner, class_="scroll", role="region", aria_label=caption, tabindex=0)


def _kinds(titles: Line) -> list[str | None]:
    """Return the class of each column; None is a column without a class."""
    return [title.kind or None if isinstance(title, Cell) else None for title in titles]


def _line(line: Line, kinds: Iterable[str | None] = repeat(None)) -> Html:
    """Return a row of a table; ``kinds`` are the classes of its columns."""
    first, *rest = (cell if isinstance(cell, Cell) else Cell(cell) for cell in line)
    _, *others = islice(kinds, len(line))
    cells = [
        element("td", cell.shown, class_=cell.kind or kind, data_v=cell.sorts_by)
        for cell, kind in zip(rest, others, strict=True)
    ]
    return element("tr", element("th", first.shown, scope="row", data_v=first.sorts_by), cells)


# -- groups ----------------------------------------------------------------------------------


def group_table(report: Report, of: Table, caption: str) -> Html:
    """Return the table of a grouping: a row with all figures for each group, and the total."""
    target = target_text(report.promise.target_rate)
    shown = of.rows[:ROWS]
    ranked = any(row.funnel is not None for row in of.rows)
    low = lowest(shown, report.promise.target_rate)
    horizon = format_amount(report.promise.horizon)
    kinds = {
        "rate": "main",
        "bar": "bar",
        "target": "verdict",
        "closed_only": "biased",
        "restricted_mean": "extra",
        "standardised": "extra",
        "funnel": "extra words",
    }
    total = _figures(report.total, low)
    columns = [key for key in total if ranked or key not in ("standardised", "funnel")]
    titles = [
        Cell(
            f"{100 * min(low, report.promise.target_rate - 0.3):.0f}\N{EN DASH}100"
            if column == "bar"
            else heading(column).format(target=target, horizon=horizon),
            kind=kinds.get(column, ""),
        )
        for column in columns
    ]

    def line(title: str, cells: Mapping[str, Cell]) -> list[Cell | str]:
        return [title, *(cells[column] for column in columns)]

    return table(
        caption,
        [heading(of.by), *titles],
        [line(name(name_of(of.by, row.key)), _figures(row, low)) for row in shown],
        foot=line(heading("total"), total),
        sortable=True,
        class_="groups",
    )


def _figures(row: Row, low: float) -> dict[str, Cell]:
    """Return the cells of a row, keyed by column, with a dash for a figure of too few appeals."""
    counts, rate, none = row.counts, row.rate, Cell(NO_FIGURE)
    ranked = rate if rate is not None and not rate.counts_only else None
    few = rate is None or rate.n < FLAGGED_BELOW
    share = NO_FIGURE if rate is None else rate_text(row)

    def share_cell(value: float | None) -> Cell:
        return none if few or value is None else Cell(percent_text(value), value)

    return {
        "arrived": count(counts.arrived),
        "matured": count(counts.matured),
        "met": count(counts.matured_met),
        "rate": Cell(share, ranked.rate if ranked else None),
        "interval": Cell(interval_text(row, NO_FIGURE), ranked.interval.lower if ranked else None),
        "bar": Cell(Html("") if rate is None else interval_bar(rate, low)),
        "target": Cell(verdict_text(row)),
        "median": none if few else _quantile(row.median),
        "p90": none if few else _quantile(row.p90),
        "restricted_mean": none if few else amount(row.restricted_mean),
        "open": count(row.open),
        "overdue": count(row.overdue),
        "standardised": share_cell(row.standardised),
        "funnel": none
        if row.funnel is None
        else Cell(PAGE.text(f"place_{row.funnel}"), row.funnel),
        "closed_only": share_cell(row.closed_only),
    }


def _quantile(quantile: Quantile | None) -> Cell:
    """Return a cell with a quantile in hours.

    If the quantile is not reached, the cell sorts as if it were the longest observed wait.
    """
    if quantile is None:
        return Cell(NO_FIGURE)
    reached = quantile.time if quantile.time is not None else quantile.longest
    return Cell(quantile_text(quantile).replace(" ", "\N{NO-BREAK SPACE}"), reached / _HOUR)


# -- late appeals ----------------------------------------------------------------------------


def late_table(lates: Sequence[Late], traces: Traces | None, caption: str, report: Report) -> Html:
    """Return the table of late appeals, each with an explanation of its due time if known.

    ``lates`` must not be empty. There is a column for the holder at the limit if any holder is
    known. There is a column for ``hour_earlier`` if at least one appeal would have been in time if
    its holder had received it an hour earlier.
    """
    optional = {
        "holder": any(late.holder is not None for late in lates),
        "hour_earlier": any(late.hour_earlier for late in lates),
    }
    kinds = {"agency": "words", "holder": "words", "overdue_by": "main"}
    shown = [key for key in _late_cells(lates[0], None, report) if optional.get(key, True)]
    titles = [Cell(heading(column), kind=kinds.get(column, "")) for column in shown]
    bodies = []
    for place, late in enumerate(lates):
        trace = None if traces is None else traces(late)
        cells = _late_cells(late, place if trace else None, report)
        lines = [_line([cells[column] for column in shown], _kinds(titles))]
        if trace is not None:
            inner = trace_table(trace, PAGE.text("trace", appeal=late.appeal_id))
            explained = element("td", inner, colspan=len(shown))
            lines.append(element("tr", explained, class_="trace", id=f"trace-{place}"))
        bodies.append(element("tbody", lines, data_hour_earlier=bool(late.hour_earlier)))
    return table(caption, titles, bodies=bodies, sortable=True, class_="late")


def _late_cells(late: Late, place: int | None, report: Report) -> dict[str, Cell]:
    """Return the cells of a late appeal, keyed by column.

    ``place`` is the number of the explanation that a click on the appeal's id opens, None if there
    is none.
    """
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
    answered = Cell(PAGE.text("no_answer"), math.inf, "waiting")
    if late.answered_at is not None:
        answered = _instant(late.answered_at)
    earlier = Cell(NO_FIGURE)
    if late.hour_earlier is not None:
        yes_or_no = PAGE.text("yes" if late.hour_earlier else "no")
        earlier = Cell(yes_or_no, int(late.hour_earlier))
    return {
        "appeal_id": Cell(shown),
        "agency": Cell(name(late.agency)),
        "holder": Cell(name(late.holder)),
        "started_at": _instant(late.started_at),
        "due_at": _instant(late.due_at),
        "answered_at": answered,
        "elapsed": _clock(late.elapsed),
        "overdue_by": _overdue(late.overdue, report),
        "hour_earlier": earlier,
    }


def _instant(when: datetime | None) -> Cell:
    """Return a cell with an instant, or a dash for None."""
    if when is None:
        return Cell(NO_FIGURE)
    shown = element("time", when_text(when), datetime=when.isoformat(timespec="seconds"))
    return Cell(shown, when.timestamp())


def _clock(time: timedelta | None) -> Cell:
    """Return a cell with an amount as hours and minutes, rounded up so that no delay shows as 0."""
    if time is None:
        return Cell(NO_FIGURE)
    whole = timedelta(minutes=math.ceil(time / timedelta(minutes=1)))
    return Cell(format_amount(whole), time / _HOUR)


def _overdue(time: timedelta | None, report: Report) -> Cell:
    """Return a cell with an amount, followed by working days if it is over a working day."""
    cell = _clock(time)
    days = "" if time is None else in_days(time, report)
    return Cell(cell.shown + days, cell.value)


def trace_table(trace: Trace, caption: str) -> Html:
    """Return the explanation of a due time as a table with a row for each day.

    Consecutive days without working time that have the same reason share a row. For a budget of
    days, all consecutive days that count alike share a row, which has their numbers.
    """
    counts_days = isinstance(trace.budget, DayBudget)

    def kind(step: Step) -> tuple[object, ...]:  # equal for days that share a row
        if counts_days:
            return step.part, step.number is None, step.remark(catalog.current())
        return (step.date if step.used else None), step.remark(catalog.current())

    lines: list[Line] = []
    for key, run in groupby(trace.steps, key=kind):
        days = list(run)
        first, ends = days[0], (day_text(step.date) for step in (days[0], days[-1]))
        when = " \N{EN DASH} ".join(dict.fromkeys(ends))
        if counts_days:
            lines.append([when, "", _numbers(days), str(key[-1])])
            continue
        spans = ", ".join(f"{a:%H:%M}\N{EN DASH}{b:%H:%M}" for a, b in first.intervals)
        lines.append([when, spans if first.used else "", format_amount(first.used), str(key[-1])])
    if trace.due_at is not None:
        due = f"{PAGE.text('trace_due')}: {day_text(trace.due_at.date())}"
        source = f"{trace.calendar}, {trace.calendar_version}"
        used = "" if counts_days or trace.used is None else format_amount(trace.used)
        lines.append([due, f"{trace.due_at:%H:%M}", used, source])
    body = element("tbody", map(_line, lines))
    return element("table", element("caption", caption), body, class_="days")


def _numbers(days: Sequence[Step]) -> str:
    """Return the numbers of days among the counted days of a budget, empty if none has one."""
    numbers = [step.number for step in days if step.number is not None]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"{catalog.DAYS['number']} {numbers[0]}"
    return f"{catalog.DAYS['numbers']} {numbers[0]}\N{EN DASH}{numbers[-1]}"


# -- days ------------------------------------------------------------------------------------


def days_table(report: Report) -> Html | None:
    """Return the table of holidays, short days and other special dates, None without any."""
    lines: list[Line] = []
    for day in report.days:
        ordinary = day.kind in ("work", "day_off") and not day.short
        if not ordinary:
            kind, reason = day_texts(day)
            worked = NO_FIGURE if day.working_time is None else format_amount(day.working_time)
            shown = Cell(kind, kind="words" if day.working_time else "words off")
            lines.append([day_text(day.date), shown, worked, text(reason)])
    if not lines:
        return None
    titles: Line = [
        heading("date"),
        Cell(heading("kind"), kind="words"),
        heading("hours"),
        Cell(heading("act"), kind="words"),
    ]
    return table(PAGE.text("days"), titles, lines)
