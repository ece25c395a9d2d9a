"""Write a report as plain text or as an HTML table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from workhours_sla.compliance.report import Promise, ReportNumbers
from workhours_sla.compliance.tables import Table
from workhours_sla.reports.columns import FIGURES, IN_TEXT
from workhours_sla.reports.headline import headline_lines
from workhours_sla.reports.notes import notes
from workhours_sla.reports.wording import (
    WIDEST_NAME,
    cut,
    moment,
    one_line,
    printable,
    printable_names,
)
from workhours_sla.text import words
from workhours_sla.text.catalog import SENTENCES
from workhours_sla.text.numbers import target_text
from workhours_sla.text.words import budget_words, heading, name_of, target_name
from workhours_sla.worktime.amounts import format_amount

_LEFT: Final = frozenset({0, 1 + IN_TEXT.index("verdict")})
"""Indexes of the left-aligned columns: the name and the verdict."""
_DISPENSABLE: Final = (
    *("standardised", "closed_only", "p90", "median", "interval", "matured_met", "matured"),
    "arrived",
)
"""Figures that a narrow table leaves out, in this order."""


def plain_text(
    report: ReportNumbers,
    by: Sequence[str],
    headings: Sequence[str] = (),
    *,
    width: int | None = None,
) -> str:
    """Return the result in a sentence, the tables of the groupings ``by``, and notes, as text.

    An empty ``by`` selects the first grouping; ``headings`` are the first lines. Tables that are
    wider than ``width`` leave columns out. Raises LookupError for a grouping that the report does
    not have.
    """
    shown = [*_above(report, headings), ""]
    shown += map(one_line, headline_lines(report))
    for name in by or _first(report):
        head, lines = table_cells(report, name)
        first = printable_names([line[0] for line in (head, *lines)])
        cells = [
            [title, *(printable(cell) for cell in line[1:])]
            for title, line in zip(first, (head, *lines), strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        left = _left_at(widths, width)
        shown.append("")
        shown += [
            "  ".join(
                f"{cell:<{widths[at]}}" if at in _LEFT else f"{cell:>{widths[at]}}"
                for at, cell in enumerate(line)
                if at in left
            ).rstrip()
            for line in cells
        ]
        if len(left) < len(widths):
            names = (title for at, title in enumerate(head) if at not in left)
            shown.append(SENTENCES.text("left_out", names="; ".join(names)))
    return "\n".join([*shown, "", *notes(report)])


def _left_at(widths: Sequence[int], most: int | None) -> list[int]:
    """Return the indexes of the columns that fit a width; the most important ones always stay."""
    left = list(range(len(widths)))
    for key in _DISPENSABLE:
        if most is None or sum(widths[at] + 2 for at in left) - 2 <= most:
            break
        left.remove(1 + IN_TEXT.index(key))
    return left


def _first(report: ReportNumbers) -> tuple[str | None]:
    """Return the first grouping that was chosen, or None for the total alone."""
    first = report.tables[0].by
    return (None if first == "hour" else first,)


def html_table(report: ReportNumbers, headings: Sequence[str] = ()) -> str:
    """Return the first table with its notes as HTML, without any colours of its own."""
    from workhours_sla.reports.page.environment import environment  # needs jinja2

    head, lines = table_cells(report, *_first(report))
    template = environment().get_template("notebook.html")
    above = [*_above(report, headings), *map(one_line, headline_lines(report))]
    return template.render(above=above, head=head, lines=lines, left=_LEFT, notes=notes(report))


def table_cells(report: ReportNumbers, by: str | None) -> tuple[list[str], list[list[str]]]:
    """Return the headings of a table, and its rows as lists of texts, with the total last.

    ``by`` is a grouping, or None for the total alone. Raises LookupError for a grouping that the
    report does not have.
    """
    table = None if by is None else report.table(by)
    rows = () if table is None else table.rows
    facts = {"target": target_text(report.promise.target_rate)}
    figures = [FIGURES[key] for key in IN_TEXT]
    titles = [heading(one.heading or one.key).format(**facts) for one in figures]
    lines = [[_row_name(table, row.key), *(one.text(row) for one in figures)] for row in rows]
    lines.append([heading("total"), *(one.text(report.total) for one in figures)])
    return ["" if table is None else heading(table.by), *titles], lines


def _row_name(table: Table | None, key: str | None) -> str:
    name = name_of(table.by if table else "", key)
    if table is None or not table.parts:
        return name
    parts = name.split(words.CROSSED)
    room = (WIDEST_NAME + len(words.CROSSED)) // len(parts) - len(words.CROSSED)
    return words.CROSSED.join(cut(part, room) for part in parts)


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


def _above(report: ReportNumbers, headings: Sequence[str]) -> list[str]:
    return [*map(one_line, headings), *caption(report)]
