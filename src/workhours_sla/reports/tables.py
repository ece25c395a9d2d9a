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
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import Any, Final, NamedTuple, cast, get_args, get_type_hints

from workhours_sla.compliance.agencies import Late, Share
from workhours_sla.compliance.fairness import ClassChange, FunnelCurves, MixClass
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import CROSS, Table
from workhours_sla.compliance.time import WEEKDAYS, DayNote
from workhours_sla.compliance.weeks import BacklogPoint, HeatMap, SharePoint, Trend, TrendPoint
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.reports.columns import ROW_KINDS, Kind, row_values
from workhours_sla.worktime.amounts import format_amount

Line = Mapping[str, Any]
"""The values of one row, keyed by column."""

_KINDS: Final[Mapping[type, Kind]] = {
    bool: "flag",
    int: "whole",
    float: "share",
    datetime: "instant",
    date: "date",
    timedelta: "amount",
}


class TidyTable(NamedTuple):
    """A table of a report: the kind of each column, and a function that returns its lines."""

    kinds: Mapping[str, Kind]
    lines: Callable[[ReportNumbers], Iterable[Line]]


def kinds_of(kind: type) -> dict[str, Kind]:
    """Return the kind of each field of a dataclass by its name, from the type hints.

    >>> kinds_of(Late)["due_at"], kinds_of(Late)["agency"]
    ('instant', 'text')
    """
    hints = get_type_hints(kind)
    found: dict[str, Kind] = {}
    for field in fields(kind):
        hint = hints[field.name]
        of = [one for one in get_args(hint) or (hint,) if one is not NoneType]
        found[field.name] = _KINDS.get(of[0], "text")
    return found


def _of(**columns: str) -> dict[str, Kind]:
    """Return the kinds of columns, whose names are given by their kind."""
    return {name: cast("Kind", kind) for kind, names in columns.items() for name in names.split()}


def _values(line: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(line, name) for name in names}


def _fields(kind: type, lines: Callable[[ReportNumbers], Iterable[Any]]) -> TidyTable:
    kinds = kinds_of(kind)
    return TidyTable(kinds, lambda report: [_values(line, kinds) for line in lines(report)])


# -- series ----------------------------------------------------------------------------------------


_COUNTED: Final = tuple(ROW_KINDS)[:10]
_HEATS: Final = tuple(field.name for field in fields(HeatMap))
_LIMITS: Final = ("mean", "lower", "upper", "moving_range_limit")
_CURVES: Final = tuple(field.name for field in fields(FunnelCurves))
_RULES: Final = ("at_breach", "largest_share", "first", "hour_earlier")
_PERIODS: Final = ("before_since", "before_until", "after_since", "after_until")
_CURVE: Final = _of(amount="time", whole="at_risk", share="share lower upper")
_SIGNS: Final = _of(text="sign agency", whole_or_none="count of", amount="amount")


def _weeks(report: ReportNumbers) -> Iterator[Line]:
    for week in report.weeks:
        names = ("first", "working_time", "cohort")
        yield {"week": week.name, **_values(week, names), **_values(week.counts, _COUNTED)}


def _cells(report: ReportNumbers) -> Iterator[Line]:
    grids = _values(report.heat_map, _HEATS)
    for day, weekday in enumerate(WEEKDAYS):
        for hour in range(24):
            counts = {name: grid[day][hour] for name, grid in grids.items()}
            yield {"weekday": weekday, "hour": hour, **counts}


def _trend(report: ReportNumbers) -> Iterator[Line]:
    trend = report.trend
    for line, point in _points(trend):
        has_limits = point is not None and (trend.rebased is None or point.week >= trend.rebased)
        yield {**line, **(_values(trend, _LIMITS) if has_limits else dict.fromkeys(_LIMITS))}


def _share_trend(report: ReportNumbers) -> Iterator[Line]:
    for line, point in _points(report.share_trend):
        mean = None if point is None or point.lower is None else report.share_trend.mean
        yield {**line, "share": None if point is None else point.share, "mean": mean}


def _points(trend: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield the weeks of a trend in order, each with its point; None for a week left out."""
    names = kinds_of(TrendPoint if isinstance(trend, Trend) else SharePoint)
    out = {one.week: one.reason for one in trend.left_out}
    found = {point.week: point for point in trend.points}
    for week in sorted([*found, *out]):
        point = found.get(week)
        line = {name: getattr(point, name, None) for name in names} | {"week": week}
        side = None if point is None else trend.side(point)
        yield {**line, "side": side, "left_out": out.get(week)}, point


def _curve(report: ReportNumbers) -> Iterator[Line]:
    curve = report.curve
    if curve is not None:
        columns = (curve.times, curve.at_risk, curve.share, curve.lower, curve.upper)
        for values in zip(*columns, strict=True):
            yield dict(zip(_CURVE, values, strict=True))


def _funnel(report: ReportNumbers) -> Iterator[Line]:
    for funnel in report.funnels:
        for at, n in enumerate(funnel.n):
            limits = {name: getattr(funnel.limits, name)[at] for name in _CURVES}
            plain = {f"plain_{name}": getattr(funnel.plain, name)[at] for name in _CURVES}
            yield {"by": funnel.by, "n": n, "centre": funnel.centre, **limits, **plain}


def _mix(report: ReportNumbers) -> Iterator[Line]:
    for one in report.mix:
        rate = one.met / one.matured if one.matured else None
        yield {**_values(one, kinds_of(MixClass)), "rate": rate}


def _comparison(report: ReportNumbers) -> Iterator[Line]:
    compared = report.comparison
    if compared is not None and compared.change is not None:
        change = compared.change
        ends = {name: getattr(compared, name.split("_")[0]) for name in _PERIODS}
        yield {
            **{name: getattr(period, name.split("_")[1]) for name, period in ends.items()},
            **_values(change, ("before", "after", "difference", "mix", "performance")),
            **_values(change.interval, ("lower", "upper")),
        }


def _attribution(report: ReportNumbers) -> Iterator[Line]:
    found = report.attribution
    if found is not None:
        counts = {rule: dict(getattr(found, rule)) for rule in _RULES}
        for agency in dict.fromkeys(name for rule in _RULES for name in counts[rule]):
            yield {"agency": agency, **{rule: counts[rule].get(agency, 0) for rule in _RULES}}


def _signs(report: ReportNumbers) -> Iterator[Line]:
    signs, nothing = report.indicators, dict.fromkeys(_SIGNS)
    yield {**nothing, "sign": "before_lunch", "count": signs.before_lunch, "of": signs.noon_hour}
    for one in signs.agencies:
        mine = {**nothing, "agency": one.agency}
        yield {**mine, "sign": "formal_first", "count": one.formal_first, "of": one.replied}
        yield {**mine, "sign": "registration_delay", "amount": one.registration_delay}
        yield {**mine, "sign": "deletes", "count": one.deletes}
        yield {**mine, "sign": "late_transfers", "count": one.late_transfers}


def _quality(report: ReportNumbers) -> Iterator[Line]:
    """Yield each count of the report's quality; ``key`` is a reason or the name of a grouping."""
    quality = report.quality
    for part in (quality.intake, quality):
        for field in fields(part):
            value = getattr(part, field.name)
            pairs = ((None, value),) if isinstance(value, int) else value
            for key, count in pairs if isinstance(pairs, tuple) else ():
                yield {"figure": field.name, "key": key, "count": count}


_OF_TREND: Final = _of(text="side left_out")
_BY_KIND: Final = ("whole", "share", "amount", "text", "instant", "whole_or_none")
_TOTAL: Final = {key: kind for of in _BY_KIND for key, kind in ROW_KINDS.items() if kind == of}
"""The figures of all appeals, which are in the order of their kinds."""
_OTHER_TABLES: Final[Mapping[str, TidyTable]] = {
    "total": TidyTable(_TOTAL, lambda report: [row_values(report.total)]),
    "weeks": TidyTable(
        {
            **_of(text="week", date="first", amount="working_time"),
            **_of(text="cohort", whole=" ".join(_COUNTED)),
        },
        _weeks,
    ),
    "late": _fields(Late, lambda report: report.late),
    "days": _fields(DayNote, lambda report: report.days),
    "heat_map": TidyTable(_of(text="weekday", whole=" ".join(("hour", *_HEATS))), _cells),
    "backlog": _fields(BacklogPoint, lambda report: report.backlog.points),
    "trend": TidyTable(
        {**kinds_of(TrendPoint), **_of(amount=" ".join(_LIMITS)), **_OF_TREND}, _trend
    ),
    "share_trend": TidyTable(
        {
            **kinds_of(SharePoint),
            **_of(whole_or_none="met matured", share="share mean"),
            **_OF_TREND,
        },
        _share_trend,
    ),
    "curve": TidyTable(_CURVE, _curve),
    "funnel": TidyTable(
        _of(
            text="by",
            whole="n",
            share=" ".join(("centre", *_CURVES, *(f"plain_{name}" for name in _CURVES))),
        ),
        _funnel,
    ),
    "mix": TidyTable({**kinds_of(MixClass), "rate": "share"}, _mix),
    "comparison": TidyTable(
        _of(
            instant=" ".join(_PERIODS),
            share="before after difference lower upper mix performance",
        ),
        _comparison,
    ),
    "change": _fields(
        ClassChange,
        lambda report: (
            report.comparison.change.classes
            if report.comparison and report.comparison.change
            else ()
        ),
    ),
    "attribution": TidyTable(_of(text="agency", whole=" ".join(_RULES)), _attribution),
    "holders": _fields(
        Share, lambda report: report.attribution.shares if report.attribution else ()
    ),
    "signs": TidyTable(_SIGNS, _signs),
    "quality": TidyTable(_of(text="figure key", whole="count"), _quality),
}
"""Tables of a report that are not groupings. A grouping of the same name takes precedence."""


# -- columns ---------------------------------------------------------------------------------------


def table_names(report: ReportNumbers) -> list[str]:
    return list(dict.fromkeys([*(table.by for table in report.tables), *_OTHER_TABLES]))


def columns_of(report: ReportNumbers, by: str) -> Mapping[str, list[Any]]:
    """Return the columns of a table, keyed by name."""
    if not _is_grouping(report, by):
        other = _OTHER_TABLES[by]
        lines = list(other.lines(report))
        return {name: [line[name] for line in lines] for name in other.kinds}
    table = report.table(by)
    figures = [row_values(row) for row in table.rows]
    return {**_keys(table), **{name: [line[name] for line in figures] for name in ROW_KINDS}}


def kinds_of_table(report: ReportNumbers, by: str) -> Mapping[str, Kind]:
    if _is_grouping(report, by):
        return {**ROW_KINDS, **dict.fromkeys(_keys(report.table(by)), "text")}
    return _OTHER_TABLES[by].kinds


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
    for name in table_names(report):
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
