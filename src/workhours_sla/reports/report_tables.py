"""The tables of a report as columns of plain values, for data frames and CSV files."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any, Final, Literal

from workhours_sla.compliance.arrivals import WEEKDAYS
from workhours_sla.compliance.late import Late
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.series import HeatMap
from workhours_sla.compliance.tables import Quantile, Row
from workhours_sla.worktime.budget import format_amount

COUNTS: Final = (
    *("arrived", "matured", "matured_met"),
    *("met", "breached", "pending", "paused", "withdrawn", "excluded"),
)


def row_values(row: Row) -> dict[str, Any]:
    """Return the figures of a row, keyed by column.

    Shares are from 0 to 1, amounts of working time are timedelta, and a missing figure is None.
    """
    rate, equal_mix = row.rate, row.standardised_interval
    return {
        **{name: getattr(row.counts, name) for name in COUNTS},
        "rate": None if rate is None else rate.rate,
        "lower": None if rate is None else rate.interval.lower,
        "upper": None if rate is None else rate.interval.upper,
        "verdict": None if rate is None else rate.verdict.value,
        **_quantile("median", row.median),
        **_quantile("p90", row.p90),
        "restricted_mean": row.restricted_mean,
        "mean_answered": row.mean_answered,
        "open": row.open,
        "overdue": row.overdue,
        "answered": row.answered,
        "answered_met": row.answered_met,
        "closed_only": row.closed_only,
        "final_at": row.final_at,
        "standardised": row.standardised,
        "standardised_lower": equal_mix.lower if equal_mix else None,
        "standardised_upper": equal_mix.upper if equal_mix else None,
        "funnel": row.funnel,
    }


def _quantile(name: str, quantile: Quantile | None) -> dict[str, timedelta | None]:
    """Return a quantile and its interval, keyed by column; a time that is not reached is None."""
    found = quantile or Quantile(None, None, None, timedelta(0))
    return {name: found.time, f"{name}_lower": found.lower, f"{name}_upper": found.upper}


def _weeks(report: ReportNumbers) -> list[dict[str, Any]]:
    return [
        {
            "week": week.name,
            "first": week.first,
            "working_time": week.working_time,
            "cohort": week.cohort,
            **{name: getattr(week.counts, name) for name in COUNTS},
        }
        for week in report.weeks
    ]


def _fields(lines: Iterable[Any]) -> list[dict[str, Any]]:
    return [{field.name: getattr(line, field.name) for field in fields(line)} for line in lines]


def _cells(heat_map: HeatMap) -> list[dict[str, Any]]:
    """Return the lines of the heat map: one for each hour of each weekday."""
    names = [field.name for field in fields(heat_map)]
    return [
        {
            "weekday": weekday,
            "hour": hour,
            **{name: getattr(heat_map, name)[day][hour] for name in names},
        }
        for day, weekday in enumerate(WEEKDAYS)
        for hour in range(24)
    ]


_OTHER_TABLES: Final[Mapping[str, Callable[[ReportNumbers], list[dict[str, Any]]]]] = {
    "total": lambda report: [row_values(report.total)],
    "weeks": _weeks,
    "late": lambda report: _fields(report.late),
    "days": lambda report: _fields(report.days),
    "heat_map": lambda report: _cells(report.heat_map),
    "backlog": lambda report: _fields(report.backlog.points),
}
"""The tables of a report that are not groupings. A grouping of the same name takes precedence."""


def table_names(report: ReportNumbers) -> list[str]:
    """Return the names of all tables of a report, each once."""
    return list(dict.fromkeys([*(table.by for table in report.tables), *_OTHER_TABLES]))


def columns_of(report: ReportNumbers, by: str) -> Mapping[str, list[Any]]:
    """Return the columns of a table, keyed by name.

    ``by`` is a grouping of the report, or ``total``, ``weeks``, ``late``, ``days``, ``heat_map``
    or ``backlog``. Raises LookupError for another table.
    """
    names = {table.by for table in report.tables}
    if by in _OTHER_TABLES and by not in names:
        lines = _OTHER_TABLES[by](report)
    else:
        lines = [{by: row.key, **row_values(row)} for row in report.table(by).rows]
    # No table can be empty, except for that of the late appeals.
    columns = lines[0] if lines else [field.name for field in fields(Late)]
    return {name: [line[name] for line in lines] for name in columns}


_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""Matches text that a spreadsheet may take for a formula."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


CsvDialect = Literal["plain", "excel"]
"""``plain`` for programs; ``excel`` for Excel in the languages with a decimal comma."""


def csv_table(columns: Mapping[str, Sequence[object]], dialect: CsvDialect = "plain") -> bytes:
    r"""Return a table as CSV in UTF-8, with a first line of column names.

    ``plain`` has commas, lines that end in LF, and decimal points. ``excel`` begins with a byte
    order mark and has semicolons, lines that end in CRLF, decimal commas, and local instants
    without their offset: Excel opens it in columns, with numbers and dates as such.

    >>> csv_table({"share": [0.5], "at": [datetime(2025, 3, 11, 10, 15)]}, "excel").decode()
    '\ufeffshare;at\r\n0,5;2025-03-11 10:15:00\r\n'
    """
    text = StringIO(newline="")
    writer, write = csv.writer(text, lineterminator="\n"), cell_text
    if dialect == "excel":
        text.write("\ufeff")
        writer, write = csv.writer(text, delimiter=";", lineterminator="\r\n"), _excel_text
    writer.writerow(map(write, columns))
    writer.writerows(map(write, line) for line in zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def _excel_text(value: object) -> str:
    """Return a value as the text of a CSV cell that Excel reads as a value of the same type."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ").replace(".", ",")
    if isinstance(value, timedelta):
        return format_amount(value).replace(".", ",")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").replace(".", ",")
    return cell_text(value)


def cell_text(value: object) -> str:
    r"""Return a value as the text of a CSV cell.

    Text that begins like a formula is preceded by an apostrophe, and control characters are
    escaped. An amount of time is written as hours and minutes, an instant in ISO 8601, and None as
    an empty text.

    >>> cell_text(timedelta(hours=4, minutes=25)), cell_text(0.75), cell_text(None)
    ('4:25', '0.75', '')
    >>> print(cell_text("=1+1"), cell_text("-2+3"), cell_text(-2.5), cell_text("\x1b[31m"))
    '=1+1 '-2+3 -2.5 \x1b[31m
    """
    if value is None:
        return ""
    if isinstance(value, str):
        shown = _CONTROL.sub(_escaped, value)
        return f"'{shown}" if _FORMULA.match(value) else shown
    if isinstance(value, timedelta):
        return format_amount(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]
