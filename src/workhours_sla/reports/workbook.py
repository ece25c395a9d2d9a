"""Write a report as an XLSX workbook: a summary, and a sheet for each table.

Text is written as text, so that no name becomes a formula or a link. Shares are numbers with enough
decimals that rounding does not move them across the target. Amounts of working time are durations,
and instants are in local time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from workhours_sla.reports.cells import Book, Layout, Points, Share, Sheet
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
from workhours_sla.text.catalog import (
    HEADLINE,
    SENTENCES,
    TARGET_VERDICTS,
    TYPESET_HEADLINE,
    WORKBOOK,
)
from workhours_sla.text.words import calendar_name, heading, name_of, title_of

_OF_WEEKS: Final = ("goal", "control_lower", "control_upper", "signal")
"""Columns that only the sheet of weeks has, besides ``final_at``."""
_OWN_ORDER: Final = ("week", "weekday", "hour", "arrival_class", "due_class")
_LATE: Final = (
    *("appeal_id", "agency", "started_at", "due_at", "limit", "answered_at", "elapsed"),
    *("overdue_by", "in_period", "holder", "hour_earlier"),
)
_OF_AGENCY: Final = ("verdict", "matured", "breached", "rate")
_LETTERS: Final = 140  # number of letters in a line of the first sheet
_AGENCIES: Final = 20  # number of agencies on the first sheet
_CHART_ROWS: Final = 16  # number of rows of the first sheet that the chart covers
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
    summary, at = _summary(book, report)
    chosen = [table for table in report.tables if table.by not in OWN_TABLES]
    sheets = {
        table.by: _groups(book, report, table)
        for table in (*chosen, *map(report.table, _OWN_ORDER))
    }
    _chart(summary, sheets["week"], report)
    late, first_rows = _late(book, report)
    table = agencies(report)
    if table is not None:
        of_agency = sheets["agency"], 1, [row.key for row in table.rows]
        of_summary = summary, at, [row.key for row in by_need(table.rows)[:_AGENCIES]]
        for sheet, first, keys in (of_agency, of_summary):
            for row, key in enumerate(keys, start=first):
                if key in first_rows:
                    sheet.link(row, name_of("agency", key), late, first_rows[key])
    _calendar(book, report)
    _method(book, report)


def _groups(book: Book, report: Report, table: Table) -> Sheet:
    by, is_chosen, rows = table.by, table.by not in OWN_TABLES, table.rows
    printed, beside = figures_of("print", rows), figures_of("sheet", rows)
    own_titles, own = _own_columns(report, by)
    figures = [*printed, *([FIGURES["final_at"]] if by == "week" else []), *beside]
    at = len(printed)  # where the columns of this table alone are
    titles = [one.title(report, in_workbook=True) for one in figures]
    titles[at:at] = own_titles
    widths = [44 if is_chosen else 34, *(one.width for one in figures)]
    widths[at + 1 : at + 1] = [11] * len(own_titles)
    layout = Layout(
        widths,
        landscape=True,
        printed=at + 1 + (len(own_titles) if by == "agency" else 0),
        one_page=not is_chosen,
        wrapped=(0,),
        tab="#1F4E8C" if is_chosen else "#8A94A3",
    )
    key = f"sheet_{by}" if by in (*ATTRIBUTES, *OWN_TABLES) else "sheet_other"
    sheet = book.sheet(WORKBOOK.text(key, by=heading(by)), layout)

    def line(name: str, row: Row) -> list[object]:
        values = [_value(one, row) for one in figures]
        values[at:at] = map(own.get(row.key, {}).get, own_titles)
        return [name, *values]

    earlier = by == "week" and report.period.since is not None
    count = sheet.table(
        [heading(by), *titles],
        (line(name_of(by, row.key), row) for row in rows),
        total=None if earlier else line(heading("total"), report.total),
    )
    places = {one.key: column for column, one in enumerate(printed, start=1)}
    sheet.bars(places["rate"], 1, count)
    _colour_verdicts(sheet, places["verdict"], 1, count + 2)
    return sheet


def _colour_verdicts(sheet: Sheet, column: int, first: int, last: int) -> None:
    of = {TARGET_VERDICTS[verdict]: colour for verdict, colour in _COLOURS.items()}
    sheet.colours(column, first, last, of)


def _own_columns(
    report: Report, by: str
) -> tuple[list[str], Mapping[str | None, Mapping[str, object]]]:
    """Return the titles of columns that only one table has, and their values by row and title."""
    if by == "week":
        trend, goal = report.share_trend, Share(report.promise.target_rate)
        titles = [title_of(name) for name in _OF_WEEKS]
        found = {row.key: dict[str, object]({titles[0]: goal}) for row in report.table("week").rows}
        for point in trend.points:
            side, ends = trend.side(point), (_share(point.lower), _share(point.upper))
            signal = None if side == "neither" else WORKBOOK.text(side)
            found[point.week] |= zip(titles[1:], (*ends, signal), strict=True)
        return titles, found
    compared = report.comparison
    if by != "agency" or compared is None or compared.change is None:
        return [], {}
    earlier = named_period(whole_period(report, compared.before))
    titles = [
        WORKBOOK.text("share_of_period", period=earlier),
        *map(title_of, ("difference", "proven")),
    ]
    too_few = {row.key for row in report.table(by).rows if verdict_of(row) is TargetVerdict.TOO_FEW}
    changes: dict[str | None, dict[str, object]] = {}
    for one in compared.change.agencies:
        if one.agency in too_few:
            continue
        both = one.before is not None and one.after is not None
        points = Points(100 * one.difference, 1) if both else None
        values = (_share(one.before), points, _yes_no(flag=True) if one.proven else None)
        changes[one.agency] = dict(zip(titles, values, strict=True))
    return titles, changes


def _value(figure: Figure, row: Row) -> object:
    value = figure.known(row)
    if figure.kind == "share":
        return _share(value, row.rate.target if figure.is_judged and row.rate else None)
    is_text = figure.shown is not None and figure.kind != "amount"
    return figure.text(row) if is_text and value is not None else value


def _share(value: object, target: float | None = None) -> Share | None:
    return Share(value, target) if isinstance(value, float) else None


def _summary(book: Book, report: Report) -> tuple[Sheet, int]:
    """Write the first sheet; also return the row of its first agency."""
    layout = Layout((44, 18, *[12] * 3, 14, 14, 12), tab="#1F4E8C")
    sheet, last = book.sheet(WORKBOOK.text("sheet_summary"), layout), len(layout.widths) - 1
    name = report.organisation or report.title or HEADLINE.text("title")
    period = named_period(whole_period(report), "the")
    sheet.cell(0, 0, f"{name}: {period}", bold=True, font_size=14)
    row = 1
    for line in caption(report):
        sheet.cell(row, 0, line)
        row += 1
    for place, line in enumerate(headline_lines(report, TYPESET_HEADLINE)):
        row += 1
        sheet.page.merge_range(row, 0, row, last, "")
        sheet.page.set_row(row, 15 * -(-len(line) // _LETTERS))
        sheet.cell(row, 0, line, bold=not place, text_wrap=True, valign="top")
    row += 2 + _CHART_ROWS
    first, table = row + 1, agencies(report)
    if table is not None:
        row = _agencies_by_need(sheet, row, report, table)
    for values in _state(report):
        sheet.line(row, values, align="left")
        row += 1
    sheet.page.print_area(0, 0, row - 1, last)
    sheet.page.fit_to_pages(1, 1)
    return sheet, first


def _agencies_by_need(sheet: Sheet, row: int, report: Report, table: Table) -> int:
    """Write the agencies that are furthest from the target; return the row after a gap."""
    figures = [FIGURES[key] for key in _OF_AGENCY]
    own_titles, own = _own_columns(report, "agency")
    own_titles = own_titles[:2]
    titles = [heading("agency"), *(one.title(report, in_workbook=True) for one in figures)]
    titles += [title_of("lacking"), *own_titles]
    sheet.line(row, titles, bold=True, text_wrap=True, align="left", valign="top")
    shown = by_need(table.rows)[:_AGENCIES]
    for place, one in enumerate(shown, start=row + 1):
        values = [_value(figure, one) for figure in figures]
        more = map(own.get(one.key, {}).get, own_titles)
        cells = [name_of("agency", one.key), *values, lacking(one) or None, *more]
        sheet.line(place, cells, align="left", valign="top", text_wrap=True)
    end = row + len(shown)
    sheet.bars(1 + _OF_AGENCY.index("rate"), row + 1, end)
    _colour_verdicts(sheet, 1 + _OF_AGENCY.index("verdict"), row + 1, end)
    return end + 2


def _state(report: Report) -> Iterator[list[object]]:
    """Yield the figures of all appeals; one line has those that are zero."""
    now, zeros = report.backlog.points[-1], list[str]()
    yield [title_of("open_now"), now.open]
    yield [title_of("overdue_now"), now.overdue]
    yield []
    yield [title_of("goal"), Share(report.promise.target_rate)]
    for one in figures_of("summary"):
        value, title = _value(one, report.total), one.title(report, in_workbook=True)
        if value == 0 and "sheet" in one.where:
            zeros.append(title)
        elif value is not None:
            yield [title, value]
    if zeros:
        yield [", ".join(zeros), 0]
    compared = report.comparison
    if compared is None or compared.change is None:
        return
    change, interval = compared.change, compared.change.interval
    points, places = change_in_points(change, report.promise.target_rate)
    for period, rate in ((compared.before, change.before), (compared.after, change.after)):
        title = WORKBOOK.text("share_of_period", period=named_period(whole_period(report, period)))
        yield [title, Share(rate, report.promise.target_rate)]
    points |= {"lower": 100 * interval.lower, "upper": 100 * interval.upper}
    for name in ("difference", "lower", "upper"):
        yield [title_of(name), Points(points[name], places)]


def _chart(summary: Sheet, weeks: Sheet, report: Report) -> None:
    """Draw the share of each week and the target above the agencies of the first sheet."""
    rows = report.table("week").rows
    printed = figures_of("print", rows)
    goal = len(printed) + 1
    keys = [one.key for one in printed]
    lines = (
        (title_of("rate"), 1 + keys.index("rate"), {"color": "#1F4E8C", "width": 2.25}),
        (title_of("goal"), goal, {"color": "#B42318", "width": 1, "dash_type": "dash"}),
    )
    row = len(list(caption(report))) + len(headline_lines(report, TYPESET_HEADLINE)) + 2
    lowest = min((row.rate.rate for row in rows if row.rate is not None), default=0.0)
    summary.chart(row, weeks, len(rows), lines, title=WORKBOOK.text("chart"), lowest=lowest)


def _late(book: Book, report: Report) -> tuple[Sheet, dict[str | None, int]]:
    """Write the late appeals of each agency together; also return the first row of each."""
    columns = _LATE[: None if report.attribution is not None else -2]
    layout = Layout(
        (26, 44, *[19] * 4, 14, 14, 14, 44, 16), landscape=True, wrapped=(1, 9), tab="#B42318"
    )
    sheet = book.sheet(WORKBOOK.text("sheet_late"), layout)
    table = agencies(report)
    order = [] if table is None else [row.key for row in by_need(table.rows)]
    places = {key: place for place, key in enumerate(order)}
    found = sorted(report.late, key=lambda late: places.get(late.agency, len(places)))
    first_rows: dict[str | None, int] = {}
    for row, late in enumerate(found, start=1):
        first_rows.setdefault(late.agency, row)

    def value(late: Late, key: str) -> object:
        if key == "in_period":
            return _yes_no(flag=report.period.has(late.started_at))
        found = getattr(late, "overdue" if key == "overdue_by" else key)
        return _yes_no(flag=found) if isinstance(found, bool) else found

    sheet.table(
        [heading(key) for key in columns], ([value(late, key) for key in columns] for late in found)
    )
    return sheet, first_rows


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
            ("", text("print_explained")),
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
