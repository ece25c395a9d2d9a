"""Write a report as plain text or as an HTML table, and format the figures of a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape
from typing import Final

from workhours_sla.compliance.report import Promise, ReportNumbers
from workhours_sla.compliance.tables import Quantile, Row, Table
from workhours_sla.reports.headline import headline_lines, verdict_of
from workhours_sla.reports.notes import notes
from workhours_sla.reports.printable import (
    WIDEST_NAME,
    cut,
    moment,
    one_line,
    printable,
    printable_names,
)
from workhours_sla.reports.scales import percent_text
from workhours_sla.statistics.intervals import FLAGGED_BELOW
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import SENTENCES, TARGET_VERDICTS
from workhours_sla.text.numbers import number, target_text
from workhours_sla.text.words import budget_words, heading, name_of, target_name
from workhours_sla.worktime.amounts import format_amount

NONE: Final = "-"
"""Text for a missing figure."""

_HOUR: Final = timedelta(hours=1)
_COLUMNS: Final = (
    *("arrived", "matured", "met", "rate", "interval", "standardised", "target"),
    *("median", "p90", "open_overdue", "closed_only"),
)
_LEFT: Final = frozenset({0, 7})
"""Indexes of the left-aligned columns: the name and the verdict."""


def plain_text(report: ReportNumbers, by: Sequence[str], headings: Sequence[str] = ()) -> str:
    """Return the result in a sentence, the tables of the groupings ``by``, and notes, as text.

    An empty ``by`` selects the first grouping; ``headings`` are the first lines. Raises LookupError
    for a grouping that the report does not have.
    """
    shown = [*above(report, headings), ""]
    shown += map(one_line, headline_lines(report))
    for name in by or _first(report):
        head, lines = table_cells(report, name)
        first = printable_names([line[0] for line in (head, *lines)])
        cells = [
            [title, *(printable(cell) for cell in line[1:])]
            for title, line in zip(first, (head, *lines), strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        shown.append("")
        shown += [
            "  ".join(
                f"{cell:<{width}}" if at in _LEFT else f"{cell:>{width}}"
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
    return "\n".join([*shown, "", *notes(report)])


def _first(report: ReportNumbers) -> tuple[str | None]:
    """Return the first grouping that was chosen, or None for the total alone."""
    first = report.tables[0].by
    return (None if first == "hour" else first,)


def html_table(report: ReportNumbers, headings: Sequence[str] = ()) -> str:
    """Return the first table with its notes as HTML, without any colours of its own.

    All text is escaped.
    """
    head, lines = table_cells(report, *_first(report))

    def line(cells: Sequence[str], tag: str) -> str:
        shown = (
            f'<{tag} style="text-align:{"left" if at in _LEFT else "right"}">{escape(cell)}</{tag}>'
            for at, cell in enumerate(cells)
        )
        return f"<tr>{''.join(shown)}</tr>"

    body = "".join(line(cells, "td") for cells in lines)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes(report))
    lines_above = [*above(report, headings), *map(one_line, headline_lines(report))]
    title = "<br>".join(map(escape, lines_above))
    return (
        f'<div lang="{catalog.current()}"><table><caption>{title}</caption>'
        f"<thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>{below}</div>"
    )


def table_cells(report: ReportNumbers, by: str | None) -> tuple[list[str], list[list[str]]]:
    """Return the headings of a table, and its rows as lists of texts, with the total last.

    ``by`` is a grouping, or None for the total alone. Raises LookupError for a grouping that the
    report does not have.
    """
    table = None if by is None else report.table(by)
    rows = () if table is None else table.rows
    target = target_text(report.promise.target_rate)
    name = "" if table is None else heading(table.by)
    titles = [heading(column).format(target=target) for column in _COLUMNS]
    lines = [[_row_name(table, row), *_cells(row)] for row in rows]
    lines.append([heading("total"), *_cells(report.total)])
    return [name, *titles], lines


def _row_name(table: Table | None, row: Row) -> str:
    """Return the name of a row. For a crossed grouping, each part is shortened."""
    name = name_of(table.by if table else "", row.key)
    if table is None or not table.parts:
        return name
    parts = name.split(words.CROSSED)
    room = (WIDEST_NAME + len(words.CROSSED)) // len(parts) - len(words.CROSSED)
    return words.CROSSED.join(cut(part, room) for part in parts)


def _cells(row: Row) -> list[str]:
    """Return the figures of a row as texts, in the order of ``_COLUMNS``."""
    counts, rate = row.counts, row.rate
    few = rate is None or rate.n < FLAGGED_BELOW
    return [
        str(counts.arrived),
        str(counts.matured),
        str(counts.matured_met),
        rate_text(row),
        interval_text(row),
        NONE if few or row.standardised is None else percent_text(row.standardised),
        verdict_text(row),
        NONE if few else quantile_text(row.median),
        NONE if few else quantile_text(row.p90),
        f"{row.open}/{row.overdue}",
        NONE if few or row.closed_only is None else percent_text(row.closed_only),
    ]


def rate_text(row: Row) -> str:
    """Return the share in time in percent, without the sign.

    A share of fewer than twenty appeals is followed by ``*``. Fewer than ten appeals have counts
    instead, such as ``6/8``.

    >>> from workhours_sla.statistics.maturity import CohortCounts
    >>> from workhours_sla.statistics.intervals import compliance_rate
    >>> counts = CohortCounts(6, 4, 0, 0, 0, 0, 8, 6)
    >>> rate = compliance_rate(6, 8, 0.9)
    >>> rate_text(Row("A", counts, rate, 6, 6, 4, 2, None, None, None, None, None, None))
    '6/8'
    """
    rate = row.rate
    if rate is None:
        return NONE
    if rate.counts_only:
        return f"{rate.met}/{rate.n}"
    return percent_text(rate.rate, target=rate.target) + ("*" if rate.flagged else "")


def interval_text(row: Row, dash: str = NONE) -> str:
    """Return the Wilson interval of the share in time in percent, or a dash if there is no share.

    ``dash`` is also written between the bounds.
    """
    rate = row.rate
    if rate is None:
        return dash
    lower, upper = (
        percent_text(bound, target=rate.target)
        for bound in (rate.interval.lower, rate.interval.upper)
    )
    return f"[{lower}{dash}{upper}]"


def lowest(rows: Iterable[Row], target: float) -> float:
    """Return the lower end for an axis of shares, a multiple of 0.1.

    It is at most the lower bound of every row's interval, and at least 0.1 below the target, but
    never negative.
    """
    lower = [row.rate.interval.lower for row in rows if row.rate and not row.rate.counts_only]
    return max(math.floor(min([*lower, target - 0.1]) * 10) / 10, 0.0)


def verdict_text(row: Row) -> str:
    """Write in words whether a group meets the target.

    The text is "too few" for an inconclusive verdict on fewer than twenty appeals.
    """
    return TARGET_VERDICTS[verdict_of(row)]


def quantile_text(quantile: Quantile | None) -> str:
    """Return a quantile in hours of working time, or ``> longest`` if it is not reached."""
    if quantile is None:
        return NONE
    if quantile.time is None:
        return "> " + hours_text(quantile.longest)
    return hours_text(quantile.time)


def hours_text(amount: timedelta) -> str:
    """Return an amount of time in hours, rounded to one decimal."""
    return number(f"{amount / _HOUR:.1f}")


def budget_text(promise: Promise) -> str:
    """Return the budget of a report's target in words."""
    size = promise.budget_size
    return budget_words(
        promise.budget_kind, format_amount(size) if isinstance(size, timedelta) else size
    )


def caption(report: ReportNumbers) -> list[str]:
    """Return two lines: the title of a report, and the time at which it was evaluated."""
    name = printable(target_name(report.promise.name))
    budget = budget_text(report.promise)
    return [
        SENTENCES.text("title", name=name, budget=budget),
        SENTENCES.text("as_of", when=moment(report.as_of), tz=report.tz),
    ]


def above(report: ReportNumbers, headings: Sequence[str]) -> list[str]:
    """Return the lines above the result: the headings, one a line, and the caption."""
    return [*map(one_line, headings), *caption(report)]
