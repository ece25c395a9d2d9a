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

from workhours_sla.compliance.cases import ATTRIBUTES
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import OWN_TABLES, Row, Table
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.errors import needs_extra
from workhours_sla.reports import notes
from workhours_sla.reports.cells import Book, Layout, Points, Share
from workhours_sla.reports.columns import BESIDE, FIGURES, IN_SUMMARY, PRINTED
from workhours_sla.reports.headline import period_text
from workhours_sla.reports.report import Report
from workhours_sla.reports.text import caption
from workhours_sla.text import catalog
from workhours_sla.text.catalog import SENTENCES, WORKBOOK
from workhours_sla.text.numbers import number, target_text
from workhours_sla.text.words import heading, name_of, title_of
from workhours_sla.worktime.amounts import format_amount

_OF_WEEKS: Final = ("goal", "control_lower", "control_upper", "signal", "final_at")
"""Columns that only the sheet of weeks has; ``final_at`` is a figure."""
_OWN_ORDER: Final = ("week", "weekday", "hour", "arrival_class", "due_class")
_LATE: Final = (
    *("appeal_id", "agency", "started_at", "due_at", "limit", "answered_at", "elapsed"),
    "overdue_by",
)
_EXPLAINED: Final = (
    *("rate", "interval", "verdict", "standardised", "median", "p90", "restricted_mean"),
    *("mean_answered", "closed_only"),
)
"""Keys of the sentences that explain a figure."""
_WIDTH, _GROUP_WIDTH, _NAME_WIDTH = 11, 44, 34
Line = tuple[str, str]
"""A row of the method: a name, which may be empty, and a text."""


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
        _groups(book, report, table)
    summary.page.fit_to_pages(1, 1)
    _late(book, report)
    _calendar(book, report)
    _method(book, report)


def _groups(book: Book, report: ReportNumbers, table: Table) -> None:
    by, promise, compared = table.by, report.promise, table.by not in OWN_TABLES
    main, more = (
        [key for key in keys if compared or not FIGURES[key].is_compared]
        for keys in (PRINTED, BESIDE)
    )
    weeks = _week_values(report) if by == "week" else {}
    columns = [*main, *(_OF_WEEKS if by == "week" else ()), *more]
    facts = {
        "target": target_text(promise.target_rate),
        "horizon": format_amount(promise.horizon),
    }
    key = f"sheet_{by}" if by in (*ATTRIBUTES, *OWN_TABLES) else "sheet_other"
    widths = [FIGURES[name].width if name in FIGURES else _WIDTH for name in columns]
    layout = Layout(
        (_GROUP_WIDTH if compared else _NAME_WIDTH, *widths),
        landscape=True,
        printed=len(main) + 1,
        one_page=not compared,
        wrapped=(0,),
    )
    sheet = book.sheet(WORKBOOK.text(key, by=heading(by)), layout)

    def line(title: str, row: Row) -> list[object]:
        own = weeks.get(row.key, {})
        return [
            title,
            *(_figure(name, row) if name in FIGURES else own.get(name) for name in columns),
        ]

    earlier = by == "week" and report.period.since is not None
    sheet.table(
        [heading(by), *(title_of(name).format(**facts) for name in columns)],
        (line(name_of(by, row.key), row) for row in table.rows),
        total=None if earlier else line(heading("total"), report.total),
    )


def _figure(key: str, row: Row) -> object:
    """Return a figure of a row as the value of a cell, None if it is from too few appeals."""
    figure = FIGURES[key]
    value = figure.known(row)
    if figure.kind == "share":
        return _share(value, row.rate.target if figure.is_judged and row.rate else None)
    is_text = figure.shown is not None and figure.kind != "amount"
    return figure.text(row) if is_text and (value is not None or key == "verdict") else value


def _share(value: object, target: float | None = None) -> Share | None:
    return Share(value, target) if isinstance(value, float) else None


def _week_values(report: ReportNumbers) -> dict[str | None, dict[str, object]]:
    """Return the figures that only weeks have, keyed by week."""
    found: dict[str | None, dict[str, object]] = {
        row.key: {"goal": Share(report.promise.target_rate)} for row in report.table("week").rows
    }
    trend = report.share_trend
    for point in trend.points:
        side = trend.side(point)
        found[point.week] |= {
            "control_lower": _share(point.lower),
            "control_upper": _share(point.upper),
            "signal": None if side == "neither" else WORKBOOK.text(side),
        }
    return found


def _summary(report: ReportNumbers) -> Iterator[tuple[list[object], dict[str, object]]]:
    title, as_of = caption(report)
    yield [title], {"bold": True, "font_size": 14}
    yield [as_of], {}
    now = report.backlog.points[-1]
    yield [title_of("open_now"), now.open], {"align": "left"}
    yield [title_of("overdue_now"), now.overdue], {"align": "left"}
    yield [], {}
    yield [title_of("period"), period_text(report.period)], {}
    yield [], {}
    yield [title_of("goal"), Share(report.promise.target_rate)], {"align": "left"}
    for name in IN_SUMMARY:
        value = _figure(name, report.total)
        if value is not None:
            title = f"{name}_of_period" if name in ("open", "overdue") else name
            yield [title_of(title), value], {"align": "left"}
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


# -- method ----------------------------------------------------------------------------------------


def _method(book: Book, report: ReportNumbers) -> None:
    sheet = book.sheet(WORKBOOK.text("sheet_method"), Layout((30, 92)))
    sections = {
        "reading": _reading(report),
        "sheets": _sheets(report),
        "data": _data(report),
        "checks": _checks(report),
        "sources": _sources(report),
    }
    row = 0
    for key, found in sections.items():
        lines = list(found)
        if not lines:
            continue
        sheet.cell(row, 0, WORKBOOK.text(key), bold=True, font_size=13)
        row += 1
        for name, text in lines:
            sheet.cell(row, 0, name or None, bold=True, valign="top", text_wrap=True)
            sheet.cell(row, 1, text, valign="top", text_wrap=True)
            row += 1
        row += 1


def _reading(report: ReportNumbers) -> Iterator[Line]:
    facts, text = notes.method_facts(report), SENTENCES.text
    for key in _EXPLAINED:
        name = title_of(key).format(**facts)
        shown_text = WORKBOOK.text("p90_explained") if key == "p90" else text(key, **facts)
        yield name, shown_text.removeprefix("* ")
        if key == "rate":
            yield title_of("early"), WORKBOOK.text("early_explained")
            yield title_of("few"), WORKBOOK.text("few_explained", **facts)
    yield title_of("not_reached"), WORKBOOK.text("not_reached_explained")
    if report.funnels:
        alarms = max(funnel.false_alarms for funnel in report.funnels)
        yield (
            heading("funnel"),
            text("funnel", false_alarms=number(f"{alarms:.2f}")),
        )
    trend = report.share_trend
    name = f"{title_of('control_lower')} / {title_of('control_upper')}"
    if trend.baseline is None:
        yield name, text("trend_too_short", points=len(trend.points))
    else:
        yield name, text("share_trend", points=trend.baseline)
    for note in notes.false_failure_notes(report):
        yield title_of("verdict"), note


def _sheets(report: ReportNumbers) -> Iterator[Line]:
    text = WORKBOOK.text
    last = title_of(PRINTED[-1])
    yield "", text("print_explained", last=last)
    yield text("sheet_week"), text("weeks_explained")
    late = report.total.counts.breached
    yield text("sheet_late"), text("late_explained", shown=len(report.late), late=late)
    yield text("sheet_calendar"), text("calendar_explained")


def _data(report: ReportNumbers) -> Iterator[Line]:
    for note in notes.quality_notes(report)[:-1]:  # the last one is in "sources"
        yield "", note
    yield "", notes.final_note(report)


def _checks(report: ReportNumbers) -> Iterator[Line]:
    for key, facts in notes.check_facts(report).items():
        yield "", SENTENCES.text(key, **facts)


def _sources(report: ReportNumbers) -> Iterator[Line]:
    made, text = report.provenance, WORKBOOK.text
    yield text("name_library"), f"workhours_sla {made.library}"
    yield text("name_policy"), made.policy
    for calendar in made.calendars:
        yield text("name_calendar", id=calendar.id), calendar.version
    yield text("name_input"), made.input_hash
