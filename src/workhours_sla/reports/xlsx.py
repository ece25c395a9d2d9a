"""Write a report as an XLSX workbook: a summary, and a sheet for each table.

Text is written as text, so that no name becomes a formula or a link. Shares are numbers with enough
decimals that rounding does not move them across the target. Amounts of working time are durations,
and instants are in local time.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Final

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import OWN_TABLES
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.errors import needs_extra
from workhours_sla.reports import notes
from workhours_sla.reports import plain_text as shown
from workhours_sla.reports.periods import period_text
from workhours_sla.reports.report import Report
from workhours_sla.reports.workbook.cells import Book, Layout, Points, Share
from workhours_sla.reports.workbook.groups import figures, write_groups
from workhours_sla.reports.workbook.method import write_method
from workhours_sla.text import catalog
from workhours_sla.text.catalog import WORKBOOK
from workhours_sla.text.words import heading, title_of

_SUMMARY: Final = (
    *("arrived", "matured", "matured_met", "rate", "few", "lower", "upper", "verdict"),
    *("breached", "early", "pending", "paused", "withdrawn", "excluded"),
    *("open", "overdue", "median", "p90", "not_reached"),
)
"""Figures of all appeals on the summary sheet."""
_OWN_ORDER: Final = ("week", "weekday", "hour", "arrival_class", "due_class")
_LATE: Final = (
    *("appeal_id", "agency", "started_at", "due_at", "limit", "answered_at", "elapsed"),
    "overdue_by",
)


def write_workbook(report: Report, path: str | PathLike[str], *, lang: str | None = None) -> None:
    """Write a report as an XLSX file.

    The workbook has a summary, a sheet for each grouping and for weeks, weekdays, hours and
    classes, the late appeals, the calendar and the method. Names take the place of ids.
    ``lang`` is "en" or "ru"; without it, the workbook is in the report's language. If writing
    fails, an existing file is not changed. Raises OSError, and ImportError if xlsxwriter is not
    installed.

    >>> from tempfile import TemporaryDirectory
    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> made = report(cases_of_columns(columns, target, as_of=when))
    >>> with TemporaryDirectory() as directory:
    ...     write_workbook(made, Path(directory) / "march.xlsx")
    ...     [path.name for path in Path(directory).iterdir()]
    ['march.xlsx']
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


def _write(book: Book, report: ReportNumbers) -> None:
    summary = book.sheet(WORKBOOK.text("sheet_summary"), Layout((40, 18, 18, 18, 18)))
    for row, (cells, style) in enumerate(_summary(report)):
        summary.line(row, cells, **style)
    chosen = [table for table in report.tables if table.by not in OWN_TABLES]
    for table in (*chosen, *map(report.table, _OWN_ORDER)):
        write_groups(book, report, table)
    summary.page.fit_to_pages(1, 1)
    _late(book, report)
    _calendar(book, report)
    write_method(book, report)


def _summary(report: ReportNumbers) -> Iterator[tuple[list[object], dict[str, object]]]:
    """Yield the rows of the summary sheet with their styles."""
    title, as_of = shown.caption(report)
    yield [title], {"bold": True, "font_size": 14}
    yield [as_of], {}
    now = report.backlog.points[-1]
    yield [title_of("open_now"), now.open], {"align": "left"}
    yield [title_of("overdue_now"), now.overdue], {"align": "left"}
    yield [], {}
    yield [title_of("period"), period_text(report.period)], {}
    yield [], {}
    values = figures(report.total)
    yield [title_of("goal"), Share(report.promise.target_rate)], {"align": "left"}
    for name in _SUMMARY:
        if values[name] is not None:
            title = f"{name}_of_period" if name in ("open", "overdue") else name
            yield [title_of(title), values[name]], {"align": "left"}
    change = None if report.comparison is None else report.comparison.change
    if report.comparison is not None and change is not None:
        interval, text = change.interval, WORKBOOK.text
        compared = report.comparison
        for period, rate in ((compared.before, change.before), (compared.after, change.after)):
            title = text("share_of_period", period=period_text(period))
            yield [title, Share(rate, report.promise.target_rate)], {"align": "left"}
        for name, points in (
            ("difference", change.difference),
            ("lower", interval.lower),
            ("upper", interval.upper),
            ("by_mix", change.mix),
            ("by_performance", change.performance),
        ):
            yield [title_of(name), Points(points)], {"align": "left"}


def _late(book: Book, report: ReportNumbers) -> None:
    columns = list(_LATE)
    if report.attribution is not None:
        columns += ["holder", "hour_earlier"]
    layout = Layout((26, 44, *[19] * 4, 14, 14, 44, 16), landscape=True, wrapped=(1, 8))
    sheet = book.sheet(WORKBOOK.text("sheet_late"), layout)
    yes_no = {flag: WORKBOOK.text("yes" if flag else "no") for flag in (True, False)}

    def lines() -> Iterator[list[object]]:
        for late in report.late:
            earlier = None if late.hour_earlier is None else yes_no[late.hour_earlier]
            facts = {"overdue_by": late.overdue, "hour_earlier": earlier}
            yield [facts[name] if name in facts else getattr(late, name) for name in columns]

    sheet.table([heading(name) for name in columns], lines())


def _calendar(book: Book, report: ReportNumbers) -> None:
    """Add the sheet of all dates, filtered to the special days if there are any."""
    columns = ("date", "kind", "hours", "act", "special")
    layout = Layout((14, 30, 14, 90, 12), wrapped=(3,))
    sheet = book.sheet(WORKBOOK.text("sheet_calendar"), layout)
    yes, no = (WORKBOOK.text(key) for key in ("yes", "no"))
    special = [day.kind not in ("work", "day_off") or day.short for day in report.days]

    def lines() -> Iterator[list[object]]:
        for day, flag in zip(report.days, special, strict=True):
            kind, reason = notes.day_texts(day)
            yield [day.date, kind, day.working_time, reason, yes if flag else no]

    sheet.table([title_of(name) for name in columns], lines())
    if any(special):
        sheet.page.filter_column(columns.index("special"), f"x == {yes}")
        for row, flag in enumerate(special, start=1):
            if not flag:
                sheet.page.set_row(row, None, None, {"hidden": True})
