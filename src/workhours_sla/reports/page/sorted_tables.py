"""The tables of groups, late appeals and days, which a script sorts by the numbers of cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.group_tables import Row
from workhours_sla.compliance.group_tables import Table as Grouping
from workhours_sla.reports.figures import figures_of
from workhours_sla.reports.notes import day_texts
from workhours_sla.reports.page.blocks import Body, Cell, Table, cell, name, table, title, words
from workhours_sla.reports.public_report import Report
from workhours_sla.reports.wording import amount_in_words, overdue_text
from workhours_sla.text import catalog
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import PAGE
from workhours_sla.text.numbers import NO_FIGURE
from workhours_sla.text.words import calendar_name, day_text, heading, name_of
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.explain import Step, Trace

ROWS: Final = 500  # maximum number of groups, or of late appeals, in a table

Traces = Callable[[Late], Trace | None]
"""A function from a late appeal to the day-by-day explanation of its due time, or None."""

_HOUR: Final = timedelta(hours=1)
_LOOKS: Final = {"agency": "words", "holder": "words", "overdue_by": "main"}
"""Classes of the columns of late appeals."""


def group_table(
    report: Report, of: Grouping, caption: str, place: str = "page", *, has_total: bool = True
) -> Table:
    """Return the table of a grouping: a row with figures for each group, and the total."""
    rows = of.rows[:ROWS]
    figures = figures_of(place, rows)

    def cells(row: Row) -> list[Cell]:
        return [Cell(one.text(row, NO_FIGURE), one.sort_key(row)) for one in figures]

    return table(
        caption,
        [Cell(heading(of.by)), *(Cell(one.title(report), look=one.look) for one in figures)],
        [[name(name_of(of.by, row.key)), *cells(row)] for row in rows],
        foot=[heading("total"), *cells(report.total)] if has_total else (),
        sortable=True,
        look="groups",
    )


def late_table(lates: Sequence[Late], traces: Traces | None, caption: str, report: Report) -> Table:
    """Return the table of some late appeals, each with its explanation, and columns if known."""
    bodies, columns = [], list[str]()
    known = ("holder", "hour_earlier")
    unknown = {key for key in known if not any(getattr(late, key) for late in lates)}
    for place, late in enumerate(lates):
        trace = None if traces is None else traces(late)
        found = _late_cells(late, report)
        columns = [key for key in found if key not in unknown]
        line = [found[key] for key in columns]
        if trace is not None:
            line[0] = Cell(late.appeal_id, tag="expand", extra=place)
        days = [] if trace is None else trace_lines(trace)
        bodies.append(Body([line], days, PAGE.text("trace", appeal=late.appeal_id)))
    titles = [Cell(title(key), look=_LOOKS.get(key, "")) for key in columns]
    return Table(caption, titles, bodies, sortable=True, look="late")


def short_late_table(
    lates: Sequence[Late], caption: str, report: Report, keys: Sequence[str], look: str
) -> Table:
    """Return some columns of the table of some late appeals, below a title that says the same."""
    lines = [list(map(_late_cells(late, report).__getitem__, keys)) for late in lates]
    heads = [Cell(title(key), look=_LOOKS.get(key, "")) for key in keys]
    return table(caption, heads, lines, look=look)._replace(bare=True)


def _late_cells(late: Late, report: Report) -> dict[str, Cell]:
    waiting = Cell(PAGE.text("no_answer"), math.inf, "waiting")
    return {
        "appeal_id": name(late.appeal_id),
        "agency": name(late.agency),
        "holder": name(late.holder),
        "started_at": cell(late.started_at),
        "due_at": cell(late.due_at),
        "answered_at": cell(late.answered_at) if late.answered_at else waiting,
        "elapsed": _amount(late.elapsed),
        "overdue_by": Cell(overdue_text(late.overdue, report), _amount(late.overdue).value),
        "hour_earlier": cell(late.hour_earlier),
    }


def _amount(time: timedelta | None) -> Cell:
    return Cell(NO_FIGURE) if time is None else Cell(amount_in_words(time), time / _HOUR)


def trace_lines(trace: Trace) -> list[list[Cell]]:
    """Return the explanation of a due time; days that count alike share a line."""
    counts_days = isinstance(trace.budget, DayBudget)

    def kind(step: Step) -> tuple[object, ...]:
        remark = step.remark(catalog.current())
        if counts_days:
            return step.part, step.number is None, remark
        return step.date if step.used else None, remark

    lines: list[list[str]] = []
    for key, run in groupby(trace.steps, key=kind):
        days = list(run)
        first, ends = days[0], (day_text(step.date) for step in (days[0], days[-1]))
        times, used = "", _numbers(days) if counts_days else format_amount(first.used)
        if first.used and not counts_days:
            times = ", ".join(f"{a:%H:%M}\N{EN DASH}{b:%H:%M}" for a, b in first.intervals)
        lines.append([" \N{EN DASH} ".join(dict.fromkeys(ends)), times, used, str(key[-1])])
    if trace.due_at is not None:
        due = f"{PAGE.text('trace_due')}: {day_text(trace.due_at.date())}"
        source = f"{calendar_name(trace.calendar)}, {trace.calendar_version}"
        used = "" if counts_days or trace.used is None else format_amount(trace.used)
        lines.append([due, f"{trace.due_at:%H:%M}", used, source])
    return [list(map(Cell, line)) for line in lines]


def _numbers(days: Sequence[Step]) -> str:
    numbers = [str(step.number) for step in days if step.number is not None]
    ends = dict.fromkeys((*numbers[:1], *numbers[-1:]))
    key = "number" if len(numbers) == 1 else "numbers"
    return f"{catalog.DAYS[key]} {NO_FIGURE.join(ends)}" if numbers else ""


def days_table(report: Report) -> Table | None:
    lines = []
    for day in report.days:
        if day.kind not in ("work", "day_off") or day.short:
            (kind, reason), worked = day_texts(day), day.working_time
            shown = Cell(kind, look="words" if worked else "words off")
            hours = None if worked is None else format_amount(worked)
            lines.append([day.date, shown, hours, words(reason)])
    titles = ["date", words(heading("kind")), "hours", words(heading("act"))]
    return table(PAGE.text("days"), titles, lines) if lines else None
