"""The series of a report as tidy tables: trends, curve, funnels, mix, attribution and quality.

Each row is one observation. If the report lacks a series, its table has no rows, but the same
columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from workhours_sla.compliance.agencies import Share
from workhours_sla.compliance.fairness import ClassChange, FunnelCurves, MixClass
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.weeks import SharePoint, Trend, TrendPoint
from workhours_sla.reports.table_kinds import Kind, Line, TidyTable, kinds_of, values_of

_LIMITS: Final = ("mean", "lower", "upper", "moving_range_limit")


def _trend(report: ReportNumbers) -> Iterator[Line]:
    """Yield the weekly medians with their control limits, and the weeks left out."""
    trend = report.trend
    for line, point in _points(trend):
        shown = dict.fromkeys(_LIMITS)
        if point is not None and (trend.rebased is None or point.week >= trend.rebased):
            shown = {name: getattr(trend, name) for name in _LIMITS}
        side = None if point is None else trend.side(point)
        yield {**line, **shown, "side": side}


def _share_trend(report: ReportNumbers) -> Iterator[Line]:
    """Yield the weekly shares with their control limits, and the weeks left out."""
    trend = report.share_trend
    for line, point in _points(trend):
        mean = None if point is None or point.lower is None else trend.mean
        share = None if point is None else point.share
        side = None if point is None else trend.side(point)
        yield {**line, "share": share, "mean": mean, "side": side}


def _points(trend: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield the weeks of a trend in order, each with its point; None for a week left out."""
    names = [field.name for field in fields(TrendPoint if isinstance(trend, Trend) else SharePoint)]
    out = {one.week: one.reason for one in trend.left_out}
    found = {point.week: point for point in trend.points}
    for week in sorted([*found, *out]):
        point = found.get(week)
        line = {name: getattr(point, name, None) for name in names} | {"week": week}
        yield {**line, "left_out": out.get(week)}, point


def _curve(report: ReportNumbers) -> Iterator[Line]:
    curve = report.curve
    if curve is not None:
        columns = (curve.times, curve.at_risk, curve.share, curve.lower, curve.upper)
        for values in zip(*columns, strict=True):
            yield dict(zip(_CURVE, values, strict=True))


def _funnel(report: ReportNumbers) -> Iterator[Line]:
    """Yield each grouping's funnel limits for each number of matured appeals."""
    for funnel in report.funnels:
        for at, n in enumerate(funnel.n):
            yield {
                "by": funnel.by,
                "n": n,
                "centre": funnel.centre,
                **{name: getattr(funnel.limits, name)[at] for name in _CURVES},
                **{f"plain_{name}": getattr(funnel.plain, name)[at] for name in _CURVES},
            }


def _mix(report: ReportNumbers) -> Iterator[Line]:
    for one in report.mix:
        rate = one.met / one.matured if one.matured else None
        yield {**values_of(one, kinds_of(MixClass)), "rate": rate}


def _comparison(report: ReportNumbers) -> Iterator[Line]:
    compared = report.comparison
    if compared is None or compared.change is None:
        return
    change = compared.change
    yield {
        "before_since": compared.before.since,
        "before_until": compared.before.until,
        "after_since": compared.after.since,
        "after_until": compared.after.until,
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "lower": change.interval.lower,
        "upper": change.interval.upper,
        "mix": change.mix,
        "performance": change.performance,
    }


def _change(report: ReportNumbers) -> Iterator[Line]:
    compared = report.comparison
    if compared is not None and compared.change is not None:
        for one in compared.change.classes:
            yield values_of(one, kinds_of(ClassChange))


def _attribution(report: ReportNumbers) -> Iterator[Line]:
    """Yield the late appeals of each agency under each rule."""
    found = report.attribution
    if found is None:
        return
    counts = {rule: dict(getattr(found, rule)) for rule in _RULES}
    for agency in dict.fromkeys(name for rule in _RULES for name in counts[rule]):
        yield {"agency": agency, **{rule: counts[rule].get(agency, 0) for rule in _RULES}}


def _holders(report: ReportNumbers) -> Iterator[Line]:
    if report.attribution is not None:
        for one in report.attribution.shares:
            yield values_of(one, kinds_of(Share))


def _signs(report: ReportNumbers) -> Iterator[Line]:
    """Yield each sign to investigate, as a count with its base or as an amount of time."""
    signs = report.indicators
    nothing = {"agency": None, "count": None, "of": None, "amount": None}
    yield {
        **nothing,
        "sign": "before_lunch",
        "count": signs.before_lunch,
        "of": signs.noon_hour,
    }
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
            if isinstance(value, int):
                yield {"figure": field.name, "key": None, "count": value}
            elif isinstance(value, tuple):
                for key, count in value:
                    yield {"figure": field.name, "key": key, "count": count}


_CURVE: Final[Mapping[str, Kind]] = {
    "time": "amount",
    "at_risk": "whole",
    "share": "share",
    "lower": "share",
    "upper": "share",
}
_CURVES: Final = tuple(field.name for field in fields(FunnelCurves))
_RULES: Final = ("at_breach", "largest_share", "first", "hour_earlier")
_OF_TREND: Final[Mapping[str, Kind]] = {"side": "text", "left_out": "text"}

SERIES: Final[Mapping[str, TidyTable]] = {
    "trend": TidyTable(
        {**kinds_of(TrendPoint), **dict.fromkeys(_LIMITS, "amount"), **_OF_TREND}, _trend
    ),
    "share_trend": TidyTable(
        {
            **kinds_of(SharePoint),
            "met": "whole_or_none",
            "matured": "whole_or_none",
            "share": "share",
            "mean": "share",
            **_OF_TREND,
        },
        _share_trend,
    ),
    "curve": TidyTable(_CURVE, _curve),
    "funnel": TidyTable(
        {
            "by": "text",
            "n": "whole",
            "centre": "share",
            **dict.fromkeys(_CURVES, "share"),
            **dict.fromkeys((f"plain_{name}" for name in _CURVES), "share"),
        },
        _funnel,
    ),
    "mix": TidyTable({**kinds_of(MixClass), "rate": "share"}, _mix),
    "comparison": TidyTable(
        {
            **dict.fromkeys(
                ("before_since", "before_until", "after_since", "after_until"), "instant"
            ),
            **dict.fromkeys(
                ("before", "after", "difference", "lower", "upper", "mix", "performance"), "share"
            ),
        },
        _comparison,
    ),
    "change": TidyTable(kinds_of(ClassChange), _change),
    "attribution": TidyTable({"agency": "text", **dict.fromkeys(_RULES, "whole")}, _attribution),
    "holders": TidyTable(kinds_of(Share), _holders),
    "signs": TidyTable(
        {
            "sign": "text",
            "agency": "text",
            "count": "whole_or_none",
            "of": "whole_or_none",
            "amount": "amount",
        },
        _signs,
    ),
    "quality": TidyTable({"figure": "text", "key": "text", "count": "whole"}, _quality),
}
"""The tables of series, keyed by name."""
