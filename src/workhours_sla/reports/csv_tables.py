r"""The tables of a report as columns of plain values, and as CSV files in UTF-8.

Each row of a table is one observation. If the report lacks a series, its table has no rows, but the
same columns. In CSV, shares are from 0 to 1, amounts of working time are hours and minutes, and
instants are in ISO 8601. An empty cell is a missing figure. Text that a spreadsheet would take for
a formula is preceded by an apostrophe, and control characters are escaped, such as ``\x1b``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import chain, product
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import Any, Final, cast, get_args, get_type_hints

from workhours_sla.compliance.agencies import Late, Share
from workhours_sla.compliance.comparison import AgencyChange, RateChange
from workhours_sla.compliance.group_funnels import FunnelCurves
from workhours_sla.compliance.group_tables import CROSS, Table
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.compliance.time import WEEKDAYS, DayNote
from workhours_sla.compliance.weeks import BacklogPoint, HeatMap, SharePoint, TrendPoint
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.reports.figures import FIGURES, ROW_KINDS, Kind, row_values
from workhours_sla.text.amounts import format_amount

Lines = Callable[[ReportNumbers], Iterable[Any]]
"""Returns the lines of a table; a line has the columns as keys or as attributes."""
_KINDS: Final[Mapping[type, Kind]] = {
    bool: "flag",
    int: "whole",
    float: "share",
    datetime: "instant",
    date: "date",
    timedelta: "amount",
}


def _kinds(*given: type | str) -> dict[str, Kind]:
    """Return the kinds of columns, given as ``"kind name name, kind name"`` or as a dataclass."""
    found: dict[str, Kind] = {}
    for one in given:
        if isinstance(one, str):
            for part in one.split(", "):
                kind, *names = part.split()
                found |= dict.fromkeys(names, cast("Kind", kind))
            continue
        for name, hint in get_type_hints(one).items():
            of = [part for part in get_args(hint) or (hint,) if part is not NoneType]
            found[name] = _KINDS.get(of[0], "text")
    return found


def _whole(names: Iterable[str]) -> str:
    return f"whole {' '.join(names)}"


def _values(line: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(line, name) for name in names}


# -- series ----------------------------------------------------------------------------------------


_COUNTED: Final = tuple(key for key, one in FIGURES.items() if one.path.startswith("counts."))
_HEATS: Final = tuple(field.name for field in fields(HeatMap))
_LIMITS: Final = ("mean", "lower", "upper", "moving_range_limit")
_CURVES: Final = tuple(field.name for field in fields(FunnelCurves))
_RULES: Final = ("at_breach", "largest_share", "first", "hour_earlier")
_PERIODS: Final = ("before_since", "before_until", "after_since", "after_until")


def _weeks(report: ReportNumbers) -> Iterator[Any]:
    for week in report.weeks:
        names = ("first", "working_time", "cohort")
        yield {"week": week.name, **_values(week, names), **_values(week.counts, _COUNTED)}


def _late(report: ReportNumbers) -> Iterator[Any]:
    for late in report.late:
        yield _values(late, _kinds(Late)) | {"in_period": report.period.has(late.started_at)}


def _cells(report: ReportNumbers) -> Iterator[Any]:
    grids = _values(report.heat_map, _HEATS)
    for (day, weekday), hour in product(enumerate(WEEKDAYS), range(24)):
        counts = {name: grid[day][hour] for name, grid in grids.items()}
        yield {"weekday": weekday, "hour": hour, **counts}


def _trend(report: ReportNumbers) -> Iterator[Any]:
    trend = report.trend
    for line, point in _points(trend, TrendPoint):
        has_limits = point is not None and (trend.rebased is None or point.week >= trend.rebased)
        yield {**line, **(_values(trend, _LIMITS) if has_limits else dict.fromkeys(_LIMITS))}


def _share_trend(report: ReportNumbers) -> Iterator[Any]:
    for line, point in _points(report.share_trend, SharePoint):
        mean = None if point is None or point.lower is None else report.share_trend.mean
        yield {**line, "share": None if point is None else point.share, "mean": mean}


def _points(trend: Any, kind: type) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield the weeks of a trend in order, each with its point; None for a week left out."""
    out = {one.week: one.reason for one in trend.left_out}
    found = {point.week: point for point in trend.points}
    for week in sorted([*found, *out]):
        point = found.get(week)
        line = {name: getattr(point, name, None) for name in _kinds(kind)} | {"week": week}
        side = None if point is None else trend.side(point)
        yield {**line, "side": side, "left_out": out.get(week)}, point


def _curve(report: ReportNumbers) -> Iterator[Any]:
    if (curve := report.curve) is not None:
        names = ("time", "at_risk", "share", "lower", "upper")
        columns = (curve.times, curve.at_risk, curve.share, curve.lower, curve.upper)
        yield from (dict(zip(names, of, strict=True)) for of in zip(*columns, strict=True))


def _funnel(report: ReportNumbers) -> Iterator[Any]:
    for funnel in report.funnels:
        for at, n in enumerate(funnel.n):
            limits = {name: getattr(funnel.limits, name)[at] for name in _CURVES}
            plain = {f"plain_{name}": getattr(funnel.plain, name)[at] for name in _CURVES}
            yield {"by": funnel.by, "n": n, "centre": funnel.centre, **limits, **plain}


def _change(report: ReportNumbers) -> RateChange | None:
    return None if report.comparison is None else report.comparison.change


def _comparison(report: ReportNumbers) -> Iterator[Any]:
    compared, change = report.comparison, _change(report)
    if compared is not None and change is not None:
        ends = ((one.since, one.until) for one in (compared.before, compared.after))
        yield {
            **dict(zip(_PERIODS, chain(*ends), strict=True)),
            **_values(change, ("before", "after", "difference")),
            **_values(change.interval, ("lower", "upper")),
        }


def _attribution(report: ReportNumbers) -> Iterator[Any]:
    found = report.attribution
    counts = {rule: dict(getattr(found, rule)) for rule in _RULES if found is not None}
    for agency in dict.fromkeys(name for of in counts.values() for name in of):
        yield {"agency": agency, **{rule: of.get(agency, 0) for rule, of in counts.items()}}


def _signs(report: ReportNumbers) -> Iterator[Any]:
    def line(sign: str, agency: str | None, **values: Any) -> dict[str, Any]:
        return {"sign": sign, "agency": agency, "count": None, "of": None, "amount": None, **values}

    signs = report.indicators
    yield line("before_lunch", None, count=signs.before_lunch, of=signs.noon_hour)
    for one in signs.agencies:
        yield line("formal_first", one.agency, count=one.formal_first, of=one.replied)
        yield line("registration_delay", one.agency, amount=one.registration_delay)
        yield line("deletes", one.agency, count=one.deletes)
        yield line("late_transfers", one.agency, count=one.late_transfers)


def _quality(report: ReportNumbers) -> Iterator[Any]:
    """Yield each count of the report's quality; ``key`` is a reason or the name of a grouping."""
    quality = report.quality
    for part in (quality.intake, quality):
        for field in fields(part):
            value = getattr(part, field.name)
            pairs = ((None, value),) if isinstance(value, int) else value
            for key, count in pairs if isinstance(pairs, tuple) else ():
                yield {"figure": field.name, "key": key, "count": count}


_BY_KIND: Final = ("whole", "share", "amount", "text", "instant", "whole_or_none")
_TOTAL: Final = {key: kind for of in _BY_KIND for key, kind in ROW_KINDS.items() if kind == of}
"""The figures of all appeals, which are in the order of their kinds."""
_OTHER_TABLES: Final[Mapping[str, tuple[Mapping[str, Kind], Lines]]] = {
    "total": (_TOTAL, lambda report: [row_values(report.total)]),
    "weeks": (
        _kinds("text week, date first, amount working_time, text cohort", _whole(_COUNTED)),
        _weeks,
    ),
    "late": (_kinds(Late, "flag in_period"), _late),
    "days": (_kinds(DayNote), lambda report: report.days),
    "heat_map": (_kinds("text weekday", _whole(("hour", *_HEATS))), _cells),
    "backlog": (_kinds(BacklogPoint), lambda report: report.backlog.points),
    "trend": (_kinds(TrendPoint, f"amount {' '.join(_LIMITS)}, text side left_out"), _trend),
    "share_trend": (
        _kinds(SharePoint, "whole_or_none met matured, share share mean, text side left_out"),
        _share_trend,
    ),
    "curve": (_kinds("amount time, whole at_risk, share share lower upper"), _curve),
    "funnel": (
        _kinds("text by, whole n, share centre", *(f"share {name}" for name in _CURVES))
        | _kinds(*(f"share plain_{name}" for name in _CURVES)),
        _funnel,
    ),
    "comparison": (
        _kinds(
            f"instant {' '.join(_PERIODS)}",
            "share before after difference lower upper",
        ),
        _comparison,
    ),
    "change": (_kinds(AgencyChange), lambda report: getattr(_change(report), "agencies", ())),
    "attribution": (_kinds("text agency", _whole(_RULES)), _attribution),
    "holders": (_kinds(Share), lambda report: getattr(report.attribution, "shares", ())),
    "signs": (_kinds("text sign agency, whole_or_none count of, amount amount"), _signs),
    "quality": (_kinds("text figure key, whole count"), _quality),
}
"""Tables of a report that are not groupings. A grouping of the same name takes precedence."""


# -- columns ---------------------------------------------------------------------------------------


def columns_of(report: ReportNumbers, by: str) -> Mapping[str, list[Any]]:
    """Return the columns of a table, keyed by name."""
    if not _is_grouping(report, by):
        kinds, lines = _OTHER_TABLES[by]
        found = [one if isinstance(one, dict) else _values(one, kinds) for one in lines(report)]
        return {name: [line[name] for line in found] for name in kinds}
    table = report.table(by)
    figures = [row_values(row) for row in table.rows]
    return {**_keys(table), **{name: [line[name] for line in figures] for name in ROW_KINDS}}


def kinds_of_table(report: ReportNumbers, by: str) -> Mapping[str, Kind]:
    if _is_grouping(report, by):
        return {**ROW_KINDS, **dict.fromkeys(_keys(report.table(by)), "text")}
    return _OTHER_TABLES[by][0]


def _keys(table: Table) -> dict[str, list[Any]]:
    """Return the columns with the groups of a table; a crossed grouping has several."""
    parts = [*zip(*table.parts, strict=True)] if table.parts else [[row.key for row in table.rows]]
    names = table.by.split(CROSS) if table.parts else [table.by]
    titles = [f"by_{by}" if by in ROW_KINDS else by for by in names]
    return dict(zip(titles, map(list, parts), strict=True))


def _is_grouping(report: ReportNumbers, by: str) -> bool:
    """Return whether ``by`` is a grouping. Raises LookupError if there is no such table."""
    if by in _OTHER_TABLES and all(table.by != by for table in report.tables):
        return False
    report.table(by)
    return True


# -- CSV -------------------------------------------------------------------------------------------


def write_tables(report: ReportNumbers, directory: str | PathLike[str]) -> list[Path]:
    """Write every table of a report as a CSV file into a directory, and return the files.

    The directory is created if it does not exist. If writing fails, for example on a full disk, no
    file is changed. Raises OSError.

    >>> write_tables(march, "tables")  # doctest: +SKIP
    """
    files = table_files(report, Path(directory))
    Path(directory).mkdir(parents=True, exist_ok=True)
    contents = ((path, columns_of(report, name)) for name, path in files.items())
    write_files({path: csv_table(columns) for path, columns in contents})
    return list(files.values())


def table_files(report: ReportNumbers, directory: Path) -> Mapping[str, Path]:
    files: dict[str, Path] = {}
    taken: set[str] = set()
    for name in dict.fromkeys([*(table.by for table in report.tables), *_OTHER_TABLES]):
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        stem, number = safe, 1
        # Some file systems do not distinguish letters that differ in case or Unicode composition.
        while (same := unicodedata.normalize("NFKC", stem).casefold()) in taken:
            number += 1
            stem = f"{safe}-{number}"
        taken.add(same)
        files[name] = directory / f"{stem}.csv"
    return files


_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""Matches text that a spreadsheet may take for a formula."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def csv_table(columns: Mapping[str, Sequence[object]], delimiter: str = ",") -> bytes:
    """Return a table as CSV in UTF-8, with a first line of column names."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(map(cell_text, columns))
    writer.writerows(map(cell_text, line) for line in zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def cell_text(value: object) -> str:
    """Write a value as the text of a CSV cell, which no spreadsheet takes for a formula."""
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
