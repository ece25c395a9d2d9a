"""The tables of a report as columns of plain values, for data frames and CSV files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any, Final

from workhours_sla.compliance.agencies import Late
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import CROSS, Quantile, Row, Table
from workhours_sla.compliance.time import WEEKDAYS, DayNote
from workhours_sla.compliance.weeks import BacklogPoint, HeatMap
from workhours_sla.reports.series_tables import SERIES
from workhours_sla.reports.table_kinds import Kind, Line, TidyTable, kinds_of, values_of
from workhours_sla.worktime.amounts import format_amount

COUNTS: Final = (
    *("arrived", "matured", "matured_met", "early"),
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
    """Return a quantile and its interval, keyed by column; None for a time that is not reached."""
    found = quantile or Quantile(None, None, None, timedelta(0))
    return {name: found.time, f"{name}_lower": found.lower, f"{name}_upper": found.upper}


_SHARES: Final = (
    *("rate", "lower", "upper", "closed_only"),
    *("standardised", "standardised_lower", "standardised_upper"),
)
_AMOUNTS: Final = (
    *("median", "median_lower", "median_upper", "p90", "p90_lower", "p90_upper"),
    *("restricted_mean", "mean_answered"),
)
ROW_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys((*COUNTS, "open", "overdue", "answered", "answered_met"), "whole"),
    **dict.fromkeys(_SHARES, "share"),
    **dict.fromkeys(_AMOUNTS, "amount"),
    "verdict": "text",
    "final_at": "instant",
    "funnel": "whole_or_none",
}
"""The kind of each figure that ``row_values`` returns, keyed by column."""


def _weeks(report: ReportNumbers) -> list[Line]:
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


def _fields(lines: Iterable[Any], kinds: Iterable[str]) -> list[Line]:
    return [values_of(line, kinds) for line in lines]


def _cells(report: ReportNumbers) -> list[Line]:
    """Return the lines of the heat map: one for each hour of each weekday."""
    return [
        {
            "weekday": weekday,
            "hour": hour,
            **{name: getattr(report.heat_map, name)[day][hour] for name in _HEATS},
        }
        for day, weekday in enumerate(WEEKDAYS)
        for hour in range(24)
    ]


_HEATS: Final = tuple(field.name for field in fields(HeatMap))
_OTHER_TABLES: Final[Mapping[str, TidyTable]] = {
    "total": TidyTable(ROW_KINDS, lambda report: [row_values(report.total)]),
    "weeks": TidyTable(
        {
            "week": "text",
            "first": "date",
            "working_time": "amount",
            "cohort": "text",
            **dict.fromkeys(COUNTS, "whole"),
        },
        _weeks,
    ),
    "late": TidyTable(kinds_of(Late), lambda report: _fields(report.late, kinds_of(Late))),
    "days": TidyTable(kinds_of(DayNote), lambda report: _fields(report.days, kinds_of(DayNote))),
    "heat_map": TidyTable(
        {"weekday": "text", "hour": "whole", **dict.fromkeys(_HEATS, "whole")}, _cells
    ),
    "backlog": TidyTable(
        kinds_of(BacklogPoint),
        lambda report: _fields(report.backlog.points, kinds_of(BacklogPoint)),
    ),
    **SERIES,
}
"""Tables of a report that are not groupings. A grouping of the same name takes precedence."""


def table_names(report: ReportNumbers) -> list[str]:
    """Return the names of all tables of a report, without duplicates."""
    return list(dict.fromkeys([*(table.by for table in report.tables), *_OTHER_TABLES]))


def columns_of(report: ReportNumbers, by: str) -> Mapping[str, list[Any]]:
    """Return the columns of a table, keyed by name.

    ``by`` is a grouping of the report, or the name of another table (see ``table_names``). The
    first column of a grouping has its name, with the prefix ``by_`` if a figure has the same name.
    Raises LookupError for another table.
    """
    if not _is_grouping(report, by):
        other = _OTHER_TABLES[by]
        lines = list(other.lines(report))
        return {name: [line[name] for line in lines] for name in other.kinds}
    table = report.table(by)
    figures = [row_values(row) for row in table.rows]
    columns = {name: [line[name] for line in figures] for name in figures[0]}
    return {**_keys(table), **columns}


def _keys(table: Table) -> dict[str, list[Any]]:
    """Return the columns with the groups of a table; a crossed grouping has several."""
    if not table.parts:
        return {_key_column(table.by): [row.key for row in table.rows]}
    names = map(_key_column, table.by.split(CROSS))
    return dict(zip(names, map(list, zip(*table.parts, strict=True)), strict=True))


def kinds_of_table(report: ReportNumbers, by: str) -> Mapping[str, Kind]:
    """Return the kinds of the columns of a table; ``by`` is as for ``columns_of``."""
    if _is_grouping(report, by):
        return {**ROW_KINDS, **dict.fromkeys(_keys(report.table(by)), "text")}
    return _OTHER_TABLES[by].kinds


def _key_column(by: str) -> str:
    """Return a name for the column of groups that no figure has."""
    return f"by_{by}" if by in ROW_KINDS else by


def _is_grouping(report: ReportNumbers, by: str) -> bool:
    """Return whether ``by`` is a grouping. Raises LookupError if there is no such table."""
    if by in _OTHER_TABLES and all(table.by != by for table in report.tables):
        return False
    report.table(by)
    return True


_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""Matches text that a spreadsheet may take for a formula."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def csv_table(columns: Mapping[str, Sequence[object]]) -> bytes:
    r"""Return a table as CSV in UTF-8, with a first line of column names.

    >>> csv_table({"share": [0.5], "at": [datetime(2025, 3, 11, 10, 15)]}).decode()
    'share,at\n0.5,2025-03-11T10:15:00\n'
    """
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(cell_text, columns))
    writer.writerows(map(cell_text, line) for line in zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def cell_text(value: object) -> str:
    r"""Write a value as the text of a CSV cell.

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
