"""Write a report as plain text or as an HTML table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from workhours_sla.compliance.group_tables import OWN_TABLES, Row, Table
from workhours_sla.compliance.report_numbers import Promise, ReportNumbers
from workhours_sla.reports.figures import Figure, figures_of
from workhours_sla.reports.headline import by_need, headline_lines
from workhours_sla.reports.notes import notes
from workhours_sla.reports.wording import (
    WIDEST_NAME,
    cut,
    one_line,
    plain_week,
    printable,
    printable_names,
)
from workhours_sla.statistics.shares import TargetVerdict
from workhours_sla.text import words
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import SENTENCES, TARGET_VERDICTS
from workhours_sla.text.words import heading, name_of, target_name

_COLOURS: Final[Mapping[TargetVerdict, int]] = {TargetVerdict.FAILS: 31, TargetVerdict.MEETS: 32}


def plain_text(
    report: ReportNumbers,
    by: Sequence[str],
    headings: Sequence[str] = (),
    *,
    width: int | None = None,
    most: int | None = None,
    coloured: bool = False,
) -> str:
    """Return the result, tables and notes as text.

    A table wider than ``width`` has fewer columns, and one of more groups than ``most`` has only
    those furthest from the target. ``coloured`` verdicts have the colours of a terminal.
    """
    shown = [*_above(report, headings), ""]
    shown += map(one_line, headline_lines(report))
    keys, groupings = set[str](), by or _first(report)
    for name in groupings:
        lines, figures = table_cells(report, name)
        folded = 0 if most is None or name in OWN_TABLES else max(len(lines) - 2 - most, 0)
        del lines[len(lines) - 1 - folded : len(lines) - 1]
        first = printable_names([line[0] for line in lines])
        cells = [[key, *map(printable, line[1:])] for key, line in zip(first, lines, strict=True)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        fits, left = _fitting(widths, figures, width), _at_the_left(figures)
        keys |= {one.key for at, one in enumerate(figures, 1) if at in fits}
        shown.append("")
        if folded:
            cells.insert(-1, [SENTENCES.text("folded", count=folded), *[""] * len(figures)])
        for line in cells:
            aligned = (f"{line[at]:{'<' if at in left else '>'}{widths[at]}}" for at in fits)
            shown.append(_painted("  ".join(aligned).rstrip(), coloured=coloured))
        if len(fits) < len(widths):
            names = (title for at, title in enumerate(lines[0]) if at not in fits)
            shown.append(SENTENCES.text("left_out", names="; ".join(names)))
    tables = [report.table(name) for name in groupings if name]
    return "\n".join([*shown, "", *notes(report, keys, tables)]).replace("\N{NO-BREAK SPACE}", " ")


def _painted(line: str, *, coloured: bool) -> str:
    for verdict, colour in _COLOURS.items() if coloured else ():
        words = TARGET_VERDICTS[verdict]
        line = re.sub(rf"(?<=  ){words}(?=  |$)", f"\x1b[{colour}m{words}\x1b[0m", line)
    return line


def _fitting(widths: Sequence[int], figures: Sequence[Figure], most: int | None) -> list[int]:
    """Return the indexes of the columns that fit a width; the most important ones always stay."""
    fits = list(range(len(widths)))
    places = [(one.dispensable, at) for at, one in enumerate(figures, 1) if one.dispensable]
    for _, place in sorted(places):
        if most is None or sum(widths[at] + 2 for at in fits) - 2 <= most:
            break
        fits.remove(place)
    return fits


def _at_the_left(figures: Sequence[Figure]) -> set[int]:
    """Return the indexes of the columns that begin at the left: the name and words."""
    return {0, *(place for place, one in enumerate(figures, 1) if one.kind == "text")}


def _first(report: ReportNumbers) -> tuple[str | None]:
    first = report.tables[0].by
    return (None if first == "hour" else first,)


def html_table(report: ReportNumbers, headings: Sequence[str] = ()) -> str:
    from workhours_sla.reports.page.environment import environment  # needs jinja2

    (head, *lines), figures = table_cells(report, *_first(report))
    left = _at_the_left(figures)
    template = environment().get_template("notebook.html")
    tables = [report.table(name) for name in _first(report) if name]
    below = notes(report, {one.key for one in figures}, tables)
    above = [*_above(report, headings), *map(one_line, headline_lines(report))]
    return template.render(above=above, head=head, lines=lines, left=left, notes=below)


def table_cells(report: ReportNumbers, by: str | None) -> tuple[list[list[str]], Sequence[Figure]]:
    """Return the lines of a table, headings first and the total last, and the figures it has."""
    table = None if by is None else report.table(by)
    rows: Sequence[Row] = () if table is None else table.rows
    if by == "agency":
        rows = by_need(rows)
    figures = figures_of("text", rows)
    head = ["" if table is None else heading(table.by), *(one.title(report) for one in figures)]
    lines = [[_row_name(table, row.key), *(one.text(row) for one in figures)] for row in rows]
    total = [heading("total"), *(one.text(report.total) for one in figures)]
    return [head, *lines, total], figures


def _row_name(table: Table | None, key: str | None) -> str:
    name = name_of(table.by if table else "", key)
    if table is not None and "week" in table.by.split("*"):
        name = plain_week(name)
    if table is None or not table.parts:
        return name
    parts = name.split(words.CROSSED)
    room = (WIDEST_NAME + len(words.CROSSED)) // len(parts) - len(words.CROSSED)
    return words.CROSSED.join(cut(part, room) for part in parts)


def budget_text(promise: Promise) -> str:
    return budget_words(promise.budget_kind, promise.budget_size)


def caption(report: ReportNumbers) -> list[str]:
    """Return two lines: the time at which a report was evaluated, and its title."""
    facts = {
        "name": printable(target_name(report.promise.name)),
        "budget": budget_text(report.promise),
    }
    as_of = SENTENCES.text(
        "as_of", when=words.minute_text(report.as_of, weekday=True), tz=report.tz
    )
    return [as_of, SENTENCES.text("title", **facts)]


def _above(report: ReportNumbers, headings: Sequence[str]) -> list[str]:
    as_of, title = caption(report)
    return [as_of, *map(one_line, headings), title]
