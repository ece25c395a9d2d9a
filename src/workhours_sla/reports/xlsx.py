"""Write a report as an XLSX workbook with five sheets.

The sheets are the summary, the agencies, the late appeals, the calendar and the method. Text is
written as text, so that no name becomes a formula or a link. Shares are numbers with enough
decimals that rounding does not move them across the target. Amounts of working time are durations,
and instants are in local time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from workhours_sla.adapters.atomic_write import write_files
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.errors import needs_extra
from workhours_sla.reports import plain_text as shown
from workhours_sla.reports.report import Report
from workhours_sla.reports.report_tables import row_values
from workhours_sla.text import words
from workhours_sla.text.numbers import percent
from workhours_sla.text.report import SENTENCES, heading, name_of
from workhours_sla.worktime.budget import format_amount

SHEETS: Final = {
    "summary": {"en": "Summary", "ru": "Сводка"},
    "agencies": {"en": "By agency", "ru": "По ведомствам"},
    "late": {"en": "Late", "ru": "Просрочки"},
    "calendar": {"en": "Calendar", "ru": "Календарь"},
    "method": {"en": "Method", "ru": "Методика"},
}
YES_NO: Final = ({"en": "no", "ru": "нет"}, {"en": "yes", "ru": "да"})
"""The texts for False and True, in this order."""
EXPLAINED: Final = (
    *("rate", "interval", "verdict", "small_numbers", "closed_only", "median", "p90"),
    *("restricted_mean", "mean_answered", "standardised"),
)
"""The keys of the sentences on the method sheet."""

_WIDTH, _NAME_WIDTH = 14, 34
_PERCENT_PLACES: Final = 6
_COLUMNS: Final = (
    *("arrived", "matured", "met", "breached", "pending", "paused", "withdrawn", "excluded"),
    *("rate", "lower", "upper", "standardised", "verdict", "median", "p90"),
    *("restricted_mean", "mean_answered", "open", "overdue", "closed_only"),
)
_LATE: Final[tuple[str, ...]] = (
    *("appeal_id", "agency", "started_at", "due_at", "answered_at", "elapsed", "overdue_by"),
)


def write_workbook(report: Report, path: Path, *, lang: str | None = None) -> None:
    """Write a report as an XLSX file.

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
        import xlsxwriter  # noqa: PLC0415 - of the extra excel
    except ImportError as error:
        raise needs_extra(what="workbooks need xlsxwriter", extras=("excel",)) from error
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    content = BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        _Book(book, report, lang or report.lang).write()
    write_files({path: content.getvalue()})


class _Book:
    """Writes the sheets of one report into an open workbook."""

    def __init__(self, book: Any, report: ReportNumbers, lang: str) -> None:
        self._book = book
        self._report = report
        self._lang = lang
        self._formats: dict[str, Any] = {}

    def write(self) -> None:
        self._summary()
        tables = self._report.tables
        grouped = [t for t in tables if t.by == "agency"] or [tables[0]]
        self._table("agencies", grouped[0])
        self._late()
        self._calendar()
        self._method()

    # -- sheets ----------------------------------------------------------------------------

    def _summary(self) -> None:
        sheet, lang = self._sheet("summary"), self._lang
        line = 0
        for text in [*shown.caption(self._report, lang), "", *shown.notes(self._report, lang)]:
            self._cell(sheet, line, 0, text)
            line += 1
        for table in self._report.tables:
            if table.by in ("week", "weekday", "arrival_class", "due_class"):
                line = self._rows(sheet, line + 1, table)

    def _table(self, name: str, table: Table) -> None:
        sheet = self._sheet(name)
        self._rows(sheet, 0, table)
        sheet.freeze_panes(1, 1)

    def _rows(self, sheet: Any, line: int, table: Table) -> int:
        """Write a table into a sheet from row ``line`` down; return the number of the next row."""
        lang, promise = self._lang, self._report.promise
        facts = {
            "target": percent(promise.target_rate, target=promise.target_rate, places=0),
            "horizon": format_amount(promise.horizon),
        }
        titles = [heading(column, lang).format(**facts) for column in _COLUMNS]
        self._line(sheet, line, [heading(table.by, lang), *titles], "bold")
        named = [(name_of(table.by, row.key, lang), row) for row in table.rows]
        for name, row in [*named, (heading("total", lang), self._report.total)]:
            line += 1
            values = self._values(row)
            self._line(sheet, line, [name, *(values[column] for column in _COLUMNS)])
        return line + 1

    def _values(self, row: Row) -> dict[str, object]:
        """Return the values of the cells of a row, keyed by column."""
        rate, values = row.rate, row_values(row)
        for name in ("rate", "lower", "upper", "closed_only", "standardised"):
            target = rate.target if rate and name in ("rate", "lower", "upper") else None
            values[name] = None if values[name] is None else _Share(values[name], target)
        if rate is not None and (rate.counts_only or rate.flagged):
            values["rate"] = shown.rate_text(row, self._lang)
        values["verdict"] = shown.verdict_text(row, self._lang)
        for name, quantile in (("median", row.median), ("p90", row.p90)):
            if quantile is not None and quantile.time is None:
                values[name] = "> " + format_amount(quantile.longest)
        return values

    def _late(self) -> None:
        sheet, lang = self._sheet("late"), self._lang
        columns = _LATE
        if self._report.attribution is not None:
            columns = (*_LATE, "holder", "hour_earlier")
        self._line(sheet, 0, [heading(name, lang) for name in columns], "bold")
        for line, late in enumerate(self._report.late, start=1):
            earlier = None
            if late.hour_earlier is not None:
                earlier = words.pick(YES_NO[late.hour_earlier], lang)
            facts = {"overdue_by": late.overdue, "hour_earlier": earlier}
            cells = [facts[name] if name in facts else getattr(late, name) for name in columns]
            self._line(sheet, line, cells)
        sheet.freeze_panes(1, 1)

    def _calendar(self) -> None:
        sheet, lang = self._sheet("calendar"), self._lang
        self._line(sheet, 0, [heading(n, lang) for n in ("date", "kind", "hours", "act")], "bold")
        for line, day in enumerate(self._report.days, start=1):
            kind, reason = shown.day_texts(day, lang)
            self._line(sheet, line, [day.date, kind, day.working_time, reason])
        sheet.freeze_panes(1, 0)

    def _method(self) -> None:
        sheet, lang = self._sheet("method"), self._lang
        facts = shown.method_facts(self._report)
        for line, key in enumerate(EXPLAINED):
            title = heading(key, lang) if key not in ("verdict", "small_numbers") else ""
            self._cell(sheet, line, 0, title.format(**facts))
            self._cell(sheet, line, 1, SENTENCES.text(lang, key, **facts))
        made = self._report.provenance
        rows = [
            ("workhours_sla", made.library),
            (heading("target", lang).partition(" ")[0], made.policy),
            *((calendar.id, calendar.version) for calendar in made.calendars),
            ("sha256", made.input_hash),
        ]
        for line, (name, value) in enumerate(rows, start=len(EXPLAINED) + 1):
            self._line(sheet, line, [name, value])

    # -- cells -----------------------------------------------------------------------------

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(words.pick(SHEETS[name], self._lang))
        sheet.set_column(0, 0, _NAME_WIDTH)
        sheet.set_column(1, 40, _WIDTH)
        return sheet

    def _line(self, sheet: Any, line: int, cells: Sequence[object], style: str = "") -> None:
        for column, value in enumerate(cells):
            self._cell(sheet, line, column, value, style)

    def _cell(self, sheet: Any, line: int, column: int, value: object, style: str = "") -> None:
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(line, column, value, self._format(bold=True) if style else None)
        elif isinstance(value, _Share):
            sheet.write_number(line, column, value.share, self._format(num_format=value.format))
        elif isinstance(value, timedelta):
            days = value / timedelta(days=1)
            sheet.write_number(line, column, days, self._format(num_format="[h]:mm:ss"))
        elif isinstance(value, datetime):
            local = value.replace(tzinfo=None)
            sheet.write_datetime(
                line, column, local, self._format(num_format="dd.mm.yyyy hh:mm:ss")
            )
        elif isinstance(value, date):
            sheet.write_datetime(line, column, value, self._format(num_format="dd.mm.yyyy"))
        else:
            sheet.write(line, column, value)

    def _format(self, **options: object) -> Any:
        key = repr(options)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(options)
        return self._formats[key]


class _Share:
    """A share, with a number format that does not round it across the target."""

    def __init__(self, share: float, target: float | None) -> None:
        self.share = min(max(share, 0.0), 1.0)
        places = len(percent(self.share, target=target).partition(".")[2])
        self.format = f"0.{'0' * min(places, _PERCENT_PLACES)}%"
