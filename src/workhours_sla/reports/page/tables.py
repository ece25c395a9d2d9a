"""The tables of the page; a script sorts them by the numbers of their cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.tables import Row
from workhours_sla.compliance.tables import Table as Grouping
from workhours_sla.reports.columns import FIGURES, ON_PAGE, lowest
from workhours_sla.reports.notes import day_texts
from workhours_sla.reports.page import blocks
from workhours_sla.reports.page.blocks import Body, Cell, Line, Table
from workhours_sla.reports.report import Report
from workhours_sla.reports.wording import in_days
from workhours_sla.text import catalog
from workhours_sla.text.catalog import PAGE
from workhours_sla.text.numbers import NO_FIGURE, day_text, target_text
from workhours_sla.text.words import heading, name_of
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.explain import Step, Trace

ROWS: Final = 500
"""Maximum number of groups, or of late appeals, in a table."""

Traces = Callable[[Late], Trace | None]
"""A function from a late appeal to the day-by-day explanation of its due time, or None."""

_HOUR: Final = timedelta(hours=1)
_LOOKS: Final = {"agency": "words", "holder": "words", "overdue_by": "main"}
"""Classes of the columns of late appeals."""


def group_table(report: Report, of: Grouping, caption: str) -> Table:
    """Return the table of a grouping: a row with all figures for each group, and the total."""
    target, rows = report.promise.target_rate, of.rows[:ROWS]
    ranked = any(row.funnel is not None for row in of.rows)
    figures = [FIGURES[key] for key in ON_PAGE if ranked or not FIGURES[key].is_compared]
    low = lowest(rows, target)
    facts = {
        "target": target_text(target),
        "horizon": format_amount(report.promise.horizon),
    }
    titles = [
        Cell(f"{100 * min(low, target - 0.3):.0f}\N{EN DASH}100", look=one.look)
        if one.key == "bar"
        else Cell(heading(one.heading or one.key).format(**facts), look=one.look)
        for one in figures
    ]

    def cells(row: Row) -> Iterator[Cell]:
        for one in figures:
            if one.key == "bar":
                yield _bar(row, low)
            else:
                yield Cell(one.text(row, is_page=True), one.sort_key(row))

    return blocks.table(
        caption,
        [heading(of.by), *titles],
        [[blocks.name(name_of(of.by, row.key)), *cells(row)] for row in rows],
        foot=[heading("total"), *cells(report.total)],
        sortable=True,
        look="groups",
    )


def _bar(row: Row, low: float) -> Cell:
    """Return a cell with a bar of the interval of a share and the target, up to 100 %."""
    rate = row.rate
    if rate is None:
        return Cell("")
    start = max(low, rate.target - 0.3)

    def place(share: float) -> float:
        return round(3 + min(max((share - start) / (1 - start), 0.0), 1.0) * 66, 1)

    ends = {"left": rate.interval.lower, "right": rate.interval.upper, "goal": rate.target}
    places = {key: place(share) for key, share in ends.items()}
    share = None if rate.counts_only else place(rate.rate)
    return Cell("", tag="bar", extra={**places, "share": share})


# -- late appeals ----------------------------------------------------------------------------


def late_table(lates: Sequence[Late], traces: Traces | None, caption: str, report: Report) -> Table:
    """Return the table of some late appeals, each with its explanation, and columns if known."""
    optional = {
        "holder": any(late.holder is not None for late in lates),
        "hour_earlier": any(late.hour_earlier for late in lates),
    }
    bodies, columns = [], []
    for place, late in enumerate(lates):
        trace = None if traces is None else traces(late)
        found = _late_cells(late, report)
        columns = [key for key in found if optional.get(key, True)]
        line, days = [found[key] for key in columns], []
        if trace is not None:
            line[0] = Cell(late.appeal_id, tag="expand", extra=place)
            days = trace_lines(trace)
        explained = PAGE.text("trace", appeal=late.appeal_id)
        bodies.append(Body([line], bool(late.hour_earlier), days, explained))
    titles = [Cell(heading(key), look=_LOOKS.get(key, "")) for key in columns]
    return Table(caption, titles, bodies, sortable=True, look="late")


def _late_cells(late: Late, report: Report) -> dict[str, Cell]:
    answered = Cell(PAGE.text("no_answer"), math.inf, "waiting")
    earlier, overdue = Cell(NO_FIGURE), _clock(late.overdue)
    if late.hour_earlier is not None:
        earlier = Cell(PAGE.text("yes" if late.hour_earlier else "no"), int(late.hour_earlier))
    days = "" if late.overdue is None else in_days(late.overdue, report)
    return {
        "appeal_id": blocks.name(late.appeal_id),
        "agency": blocks.name(late.agency),
        "holder": blocks.name(late.holder),
        "started_at": blocks.instant(late.started_at),
        "due_at": blocks.instant(late.due_at),
        "answered_at": blocks.instant(late.answered_at) if late.answered_at else answered,
        "elapsed": _clock(late.elapsed),
        "overdue_by": Cell(overdue.shown + days, overdue.value),
        "hour_earlier": earlier,
    }


def _clock(time: timedelta | None) -> Cell:
    """Return a cell with an amount as hours and minutes, rounded up so that no delay shows as 0."""
    if time is None:
        return Cell(NO_FIGURE)
    whole = timedelta(minutes=math.ceil(time / timedelta(minutes=1)))
    return Cell(format_amount(whole), time / _HOUR)


def trace_lines(trace: Trace) -> list[list[Cell]]:
    """Return the explanation of a due time as lines of a table, one for each day.

    Consecutive days without working time that have the same reason share a line. For a budget of
    days, all consecutive days that count alike share a line, which has their numbers.
    """
    counts_days = isinstance(trace.budget, DayBudget)

    def kind(step: Step) -> tuple[object, ...]:  # equal for days that share a line
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
    return [blocks.cells(line) for line in lines]


def _numbers(days: Sequence[Step]) -> str:
    """Return the numbers of days among the counted days of a budget, empty if none has one."""
    numbers = [step.number for step in days if step.number is not None]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"{catalog.DAYS['number']} {numbers[0]}"
    return f"{catalog.DAYS['numbers']} {numbers[0]}\N{EN DASH}{numbers[-1]}"


# -- days ------------------------------------------------------------------------------------


def days_table(report: Report) -> Table | None:
    """Return the table of holidays, short days and other special dates, None without any."""
    lines: list[Line] = []
    for day in report.days:
        if day.kind not in ("work", "day_off") or day.short:
            kind, reason = day_texts(day)
            worked = NO_FIGURE if day.working_time is None else format_amount(day.working_time)
            shown = Cell(kind, look="words" if day.working_time else "words off")
            lines.append([day_text(day.date), shown, worked, blocks.words(reason)])
    date, kind, hours, act = map(heading, ("date", "kind", "hours", "act"))
    titles: Line = [date, blocks.words(kind), hours, blocks.words(act)]
    return blocks.table(PAGE.text("days"), titles, lines) if lines else None
