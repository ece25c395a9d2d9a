"""Write a report as an XLSX workbook: a summary, and a sheet for each table.

Text is written as text, so that no name becomes a formula or a link. Shares are numbers with enough
decimals that rounding does not move them across the target. Amounts of working time are durations,
and instants are in local time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.cases import ATTRIBUTES
from workhours_sla.compliance.group_tables import OWN_TABLES, Row, Table
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.errors import needs_extra
from workhours_sla.reports import notes
from workhours_sla.reports.cells import Book, Coloured, Layout, Points, Share
from workhours_sla.reports.figures import FIGURES, Figure, figures_of, verdict_of
from workhours_sla.reports.headline import (
    agencies,
    by_need,
    headline_lines,
    lacking,
    late_in_all,
    named_period,
    whole_period,
)
from workhours_sla.reports.plain_text import caption
from workhours_sla.reports.public_report import Report
from workhours_sla.reports.wording import change_in_points
from workhours_sla.statistics.shares import TargetVerdict
from workhours_sla.text import catalog
from workhours_sla.text.catalog import HEADLINE, SENTENCES, TYPESET_HEADLINE, WORKBOOK
from workhours_sla.text.words import calendar_name, heading, name_of, title_of

_OF_WEEKS: Final = ("goal", "control_lower", "control_upper", "signal")
"""Columns that only the sheet of weeks has, besides ``final_at``."""
_OWN_ORDER: Final = ("week", "weekday", "hour", "arrival_class", "due_class")
_LATE: Final = (
    *("appeal_id", "agency", "started_at", "due_at", "limit", "answered_at", "elapsed"),
    *("overdue_by", "in_period", "holder", "hour_earlier"),
)
_OF_AGENCY: Final = ("verdict", "matured", "breached", "rate")
_LETTERS: Final = 100  # number of letters in a line of the first sheet
_AGENCIES: Final = 20  # number of agencies on the first sheet
_COLOURS: Final = {
    TargetVerdict.FAILS: "#B42318",
    TargetVerdict.INCONCLUSIVE: "#1C1D1F",
    TargetVerdict.MEETS: "#1F4E8C",
    TargetVerdict.TOO_FEW: "#55585D",
}
"""The colours of the verdicts, which are those of the page."""
Line = tuple[str, str]  # a row of the method: a name, which may be empty, and a text


def write_workbook(report: Report, path: str | PathLike[str], *, lang: str | None = None) -> None:
    """Write a report as an XLSX file.

    The workbook has a summary, a sheet for each grouping and for weeks, weekdays, hours and
    classes, the late appeals, the calendar and the method. Names take the place of ids.
    ``lang`` is "en" or "ru"; without it, the workbook is in the report's language. If writing
    fails, an existing file is not changed. Raises OSError, and ImportError if xlsxwriter is not
    installed.

    >>> write_workbook(march, "march.xlsx")  # doctest: +SKIP
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise needs_extra(what="workbooks need xlsxwriter", extras=("excel",)) from error
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    content = BytesIO()
    with xlsxwriter.Workbook(content, options) as opened, catalog.language(lang or report.lang):
        _write(Book(opened), report.named())
    write_files({Path(path): content.getvalue()})


def _write(book: Book, report: Report) -> None:
    summary = book.sheet(WORKBOOK.text("sheet_summary"), Layout((44, 18, 14, 14, 14, 14)))
    for row, (cells, style) in enumerate(_summary(report)):
        if style.get("valign"):  # a sentence, which goes on in the next line
            summary.page.merge_range(row, 0, row, 5, "")
            summary.page.set_row(row, 15 * -(-len(str(cells[0])) // _LETTERS))
        summary.line(row, cells, **style)
    chosen = [table for table in report.tables if table.by not in OWN_TABLES]
    for table in (*chosen, *map(report.table, _OWN_ORDER)):
        _groups(book, report, table)
    summary.page.fit_to_pages(1, 1)
    _late(book, report)
    _calendar(book, report)
    _method(book, report)


def _groups(book: Book, report: ReportNumbers, table: Table) -> None:
    by, is_chosen, rows = table.by, table.by not in OWN_TABLES, table.rows
    printed, beside = figures_of("print", rows), figures_of("sheet", rows)
    weeks = _week_values(report) if by == "week" else {}
    own = _OF_WEEKS if weeks else ()
    figures = [*printed, *([FIGURES["final_at"]] if weeks else []), *beside]
    at = len(printed)  # where the columns of weeks are
    titles = [one.title(report, in_workbook=True) for one in figures]
    titles[at:at] = map(title_of, own)
    widths = [44 if is_chosen else 34, *(one.width for one in figures)]
    widths[at + 1 : at + 1] = [11] * len(own)
    layout = Layout(widths, landscape=True, printed=at + 1, one_page=not is_chosen, wrapped=(0,))
    key = f"sheet_{by}" if by in (*ATTRIBUTES, *OWN_TABLES) else "sheet_other"
    sheet = book.sheet(WORKBOOK.text(key, by=heading(by)), layout)

    def line(name: str, row: Row) -> list[object]:
        values = [_value(one, row) for one in figures]
        values[at:at] = map(weeks.get(row.key, {}).get, own)
        return [name, *values]

    earlier = by == "week" and report.period.since is not None
    sheet.table(
        [heading(by), *titles],
        (line(name_of(by, row.key), row) for row in rows),
        total=None if earlier else line(heading("total"), report.total),
    )


def _value(figure: Figure, row: Row) -> object:
    value = figure.known(row)
    if figure.kind == "share":
        return _share(value, row.rate.target if figure.is_judged and row.rate else None)
    if figure.key == "verdict":
        return Coloured(figure.text(row), _COLOURS[verdict_of(row)])
    is_text = figure.shown is not None and figure.kind != "amount"
    return figure.text(row) if is_text and value is not None else value


def _share(value: object, target: float | None = None) -> Share | None:
    return Share(value, target) if isinstance(value, float) else None


def _week_values(report: ReportNumbers) -> dict[str | None, dict[str, object]]:
    trend, goal = report.share_trend, Share(report.promise.target_rate)
    found = {row.key: dict[str, object](goal=goal) for row in report.table("week").rows}
    for point in trend.points:
        side, ends = trend.side(point), (_share(point.lower), _share(point.upper))
        signal = None if side == "neither" else WORKBOOK.text(side)
        found[point.week] |= zip(_OF_WEEKS[1:], (*ends, signal), strict=True)
    return found


def _summary(report: Report) -> Iterator[tuple[list[object], dict[str, object]]]:
    left: dict[str, object] = {"align": "left"}
    name = report.organisation or report.title or HEADLINE.text("title")
    yield [f"{name}: {named_period(whole_period(report), 'the')}"], {"bold": True, "font_size": 14}
    for line in caption(report):
        yield [line], {}
    yield [], {}
    for place, line in enumerate(headline_lines(report, TYPESET_HEADLINE)):
        yield [line], {"bold": not place, "text_wrap": True, "valign": "top"}
    yield [], {}
    table = agencies(report)
    if table is not None:
        figures = [FIGURES[key] for key in _OF_AGENCY]
        titles = [heading("agency"), *(one.title(report, in_workbook=True) for one in figures)]
        yield [*titles, title_of("lacking")], {"bold": True, "text_wrap": True, "align": "left"}
        for row in by_need(table.rows)[:_AGENCIES]:
            values = [_value(one, row) for one in figures]
            yield [name_of("agency", row.key), *values, lacking(row) or None], left
        yield [], {}
    now = report.backlog.points[-1]
    yield [title_of("open_now"), now.open], left
    yield [title_of("overdue_now"), now.overdue], left
    yield [], {}
    yield [title_of("goal"), Share(report.promise.target_rate)], left
    for one in figures_of("summary"):
        value = _value(one, report.total)
        if value is not None:
            yield [one.title(report, in_workbook=True), value], left
    compared = report.comparison
    if compared is None or compared.change is None:
        return
    change, interval = compared.change, compared.change.interval
    points, places = change_in_points(change, report.promise.target_rate)
    for period, rate in ((compared.before, change.before), (compared.after, change.after)):
        title = WORKBOOK.text("share_of_period", period=named_period(whole_period(report, period)))
        yield [title, Share(rate, report.promise.target_rate)], left
    points |= {"lower": 100 * interval.lower, "upper": 100 * interval.upper}
    for name in ("difference", "lower", "upper"):
        yield [title_of(name), Points(points[name], places)], left


def _late(book: Book, report: ReportNumbers) -> None:
    columns = _LATE[: None if report.attribution is not None else -2]
    layout = Layout((26, 44, *[19] * 4, 14, 14, 14, 44, 16), landscape=True, wrapped=(1, 9))
    sheet = book.sheet(WORKBOOK.text("sheet_late"), layout)

    def value(late: Late, key: str) -> object:
        if key == "in_period":
            return _yes_no(flag=report.period.has(late.started_at))
        found = getattr(late, "overdue" if key == "overdue_by" else key)
        return _yes_no(flag=found) if isinstance(found, bool) else found

    lines = ([value(late, key) for key in columns] for late in report.late)
    sheet.table([heading(key) for key in columns], lines)


def _calendar(book: Book, report: ReportNumbers) -> None:
    columns = ("date", "kind", "hours", "act", "special")
    layout = Layout((14, 30, 14, 90, 12), wrapped=(3,))
    sheet = book.sheet(WORKBOOK.text("sheet_calendar"), layout)
    special = [day.kind not in ("work", "day_off") or day.short for day in report.days]
    days = ((day, *notes.day_texts(day)) for day in report.days)
    lines = ([day.date, kind, day.working_time, reason] for day, kind, reason in days)
    flagged = ([*line, _yes_no(flag=flag)] for line, flag in zip(lines, special, strict=True))
    sheet.table([title_of(name) for name in columns], flagged)
    if any(special):
        sheet.page.filter_column(columns.index("special"), f"x == {_yes_no(flag=True)}")
        for row in (row for row, flag in enumerate(special, start=1) if not flag):
            sheet.page.set_row(row, None, None, {"hidden": True})


def _yes_no(*, flag: bool) -> str:
    return WORKBOOK.text("yes" if flag else "no")


def _method(book: Book, report: ReportNumbers) -> None:
    sheet = book.sheet(WORKBOOK.text("sheet_method"), Layout((30, 92)))
    text, made, row = WORKBOOK.text, report.provenance, 0
    late: dict[str, int] = {"shown": len(report.late), "all": late_in_all(report)}
    late["late"] = report.total.counts.breached
    sections: dict[str, Iterable[Line]] = {
        "reading": _reading(report),
        "sheets": (
            ("", text("print_explained", last=title_of(figures_of("print")[-1].key))),
            (text("sheet_week"), text("weeks_explained")),
            (text("sheet_late"), text("late_explained", **late)),
            (text("sheet_calendar"), text("calendar_explained")),
        ),
        "data": (  # the last note on quality is in "sources"
            ("", note) for note in (*notes.quality_notes(report)[:-1], notes.final_note(report))
        ),
        "sources": (
            (text("name_library"), f"workhours_sla {made.library}"),
            (text("name_policy"), made.policy),
            *(
                (text("name_calendar", id=calendar_name(one.id)), one.version)
                for one in made.calendars
            ),
            (text("name_input"), made.input_hash),
        ),
    }
    for key, lines in sections.items():
        sheet.cell(row, 0, text(key), bold=True, font_size=13)
        for name, said in lines:
            row += 1
            sheet.cell(row, 0, name or None, bold=True, valign="top", text_wrap=True)
            sheet.cell(row, 1, said, valign="top", text_wrap=True)
        row += 2


def _reading(report: ReportNumbers) -> Iterator[Line]:
    for key, said in notes.explanations(report, SENTENCES):
        one = FIGURES.get(key)
        yield title_of(key) if one is None else one.title(report, in_workbook=True), said
        if key == "rate":
            yield title_of("early"), WORKBOOK.text("early_explained")
    facts = notes.method_facts(report)
    yield title_of("few"), WORKBOOK.text("few_explained", **facts)
    yield title_of("not_reached"), WORKBOOK.text("not_reached_explained")
    for note in notes.false_failure_notes(report.tables):
        yield title_of("verdict"), note
