"""The result of a report in sentences: its first lines, periods, and the finding of each chart.

All outputs show the same lines; the page uses typographic dashes and spaces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from workhours_sla.compliance.group_funnels import Funnel
from workhours_sla.compliance.group_tables import Quantile, Row, Table
from workhours_sla.compliance.period import Period
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.compliance.weeks import ShareTrend, Trend
from workhours_sla.reports.charts.groups import worse_cells
from workhours_sla.reports.charts.weekly import signals_of
from workhours_sla.reports.figures import verdict_of
from workhours_sla.reports.wording import (
    amount_in_words,
    change_in_points,
    percent_sign,
    percent_text,
    points_text,
)
from workhours_sla.sla.forecast import Forecast
from workhours_sla.statistics.shares import FLAGGED_BELOW, TargetVerdict
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import HEADLINE, PAGE, Texts
from workhours_sla.text.numbers import count_text, number, signed, target_text

_DAY: Final = timedelta(days=1)
_MUCH: Final = 0.05  # the share of rejected input that the headline names
_YEAR, _QUARTER = 12, 3
_NAMED: Final = 3  # maximum number of agencies that the headline names

NAME: Final = "\ue000"
"""Mark on both sides of an agency's name in a headline, which a page replaces by markup."""


class Headline(NamedTuple):
    sentence: str
    verdict: str
    kind: TargetVerdict
    most: str = ""
    step: str = ""

    def lines(self) -> list[str]:
        return [line.replace(NAME, "") for line in (self.sentence, self.most, self.step) if line]


def late_of(row: Row) -> int:
    return row.counts.matured - row.counts.matured_met


def lacking(row: Row) -> int:
    """Return how many of the late appeals of a row would have to be in time to meet the target."""
    return 0 if row.rate is None else row.rate.lacking


def headline(report: ReportNumbers, texts: Texts = HEADLINE) -> Headline:
    """Return the verdict, the agencies furthest from the target, and what to do first."""
    text, total = texts.text, report.total
    when = named_period(whole_period(report))
    when = when[0].upper() + when[1:]
    rate = total.rate
    kind = verdict_of(total)
    facts = {"when": when, "verdict": text(kind), "target": target_text(report.promise.target_rate)}
    if rate is None:
        shown = text("nothing_matured", **facts, arrived=total.counts.arrived)
        return Headline(shown, text(kind), kind)
    facts |= {"met": count_text(rate.met), "n": count_text(rate.n)}
    if rate.counts_only:
        sentence = text("in_time_few", **facts)
    else:
        share = percent_text(rate.rate, target=rate.target)
        sentence = text("in_time", **facts, rate=share)
    most, found = "" if late_of(total) else text("none_late"), furthest(report)
    if found:
        names = (
            text(
                "behind",
                name=_marked(row.key),
                late=late_of(row),
                n=row.counts.matured,
                count=lacking(row),
            )
            for row in found
        )
        most = text("furthest", target=facts["target"], agencies=", ".join(names))
    return Headline(sentence, text(kind), kind, most, _next_step(report, found, texts))


def furthest(report: ReportNumbers) -> list[Row]:
    """Return the few agencies that lack half of the answers that all of them lack to the target."""
    table = agencies(report)
    rows = [] if table is None else by_need(table.rows)
    judged = [
        row
        for row in rows
        if row.key is not None and row.rate and row.rate.lacking and not row.rate.counts_only
    ]
    half, count = sum(map(lacking, judged)) / 2, 0
    while count < _NAMED and sum(map(lacking, judged[:count])) < half:
        count += 1
    return judged[:count]


def _next_step(report: ReportNumbers, found: Sequence[Row], texts: Texts) -> str:
    overdue, waiting = report.backlog.points[-1].overdue, overdue_at(report)
    if not overdue:
        fewer, target = lacking(report.total), target_text(report.promise.target_rate)
        return texts.text("step_fewer", count=fewer, target=target) if fewer else ""
    parts, count = [], sum(waiting[row.key] for row in found)
    (key, most), (_, next_most) = [*waiting.most_common(2), (None, 0), (None, 0)][:2]
    if key not in {None, *(row.key for row in found)} and most > next_most:
        parts.append(texts.text("step_most", count=most, name=_marked(key)))
    if count:
        parts.append(texts.text("step_there", count=count, agencies=len(found)))
    more = f": {texts.text('and').join(parts)}" if parts else ""
    return texts.text("step", count=overdue, more=more)


def overdue_at(report: ReportNumbers) -> Counter[str | None]:
    """Count the overdue appeals of each agency; empty if the report does not list all of them."""
    waiting = Counter(late.agency for late in report.late if late.answered_at is None)
    return waiting if waiting.total() == report.backlog.points[-1].overdue else Counter()


def late_in_all(report: ReportNumbers) -> int:
    """Return the number of late appeals of the period and of open ones that are not of it."""
    total = report.total
    return total.counts.breached + report.backlog.points[-1].overdue - total.overdue


def _marked(name: str | None) -> str:
    """Return a name with its marks, as it is written between the quotation marks of a sentence."""
    name = name or ""
    is_russian = catalog.current() == "ru"
    return NAME + (name.replace("«", "„").replace("»", "“") if is_russian else name) + NAME


def by_need(rows: Iterable[Row]) -> list[Row]:
    """Return rows by how many answers they lack to the target, then by their late appeals."""
    return sorted(rows, key=lambda row: (-lacking(row), -late_of(row), row.key or ""))


def agencies(report: ReportNumbers) -> Table | None:
    """Return the table of agencies if there are several."""
    found = (table for table in report.tables if table.by == "agency" and len(table.rows) > 1)
    return next(found, None)


def direction(report: ReportNumbers, texts: Texts = HEADLINE) -> tuple[str, str] | None:
    """Return the change since the earlier period: the key of its text, and the sentence."""
    compared = report.comparison
    if compared is None:
        return None
    text = texts.text
    earlier, later = (
        named_period(whole_period(report, one)) for one in (compared.before, compared.after)
    )
    change = compared.change
    if change is None:
        has_earlier = compared.total is not None and compared.total.counts.matured
        return "no_earlier", text("no_earlier", earlier=later if has_earlier else earlier)
    interval, key = change.interval, "no_change"
    if interval.lower > 0 or interval.upper < 0:
        key = "better" if interval.lower > 0 else "worse"
    if catalog.current() == "ru":
        earlier = earlier[0].upper() + earlier[1:]
    sign = -1 if key == "worse" else 1
    lower, upper = sorted(sign * bound for bound in (interval.lower, interval.upper))
    points, places = change_in_points(change, report.promise.target_rate)
    points["difference"] *= sign
    facts = {key: number(f"{shown:.{places}f}") for key, shown in points.items()}
    facts |= {"lower": points_text(lower), "upper": points_text(upper)}
    return key, text(key, earlier=earlier, later=later, **facts)


class Move(NamedTuple):
    """The change of an agency as it is written, and its part of the change of the total."""

    name: str
    before: str
    after: str
    part: str


class Moves(NamedTuple):
    """The agencies whose change since an earlier period is proven, the largest changes first."""

    earlier: str
    sides: list[tuple[str, list[Move], int]]  # "fell" or "rose", and how many more
    sums: Mapping[str, str]  # the parts, so rounded that they add up to the difference


def moves(report: ReportNumbers) -> Moves | None:
    """Return up to three agencies that fell and three that rose, None if no change is proven."""
    compared, target = report.comparison, report.promise.target_rate
    change = None if compared is None else compared.change
    proven = [] if change is None else [one for one in change.agencies if one.proven]
    if compared is None or change is None or not proven:
        return None
    points, places = change_in_points(change, target)
    proven.sort(key=lambda one: -abs(one.difference))
    sides, rest = list[tuple[str, list[Move], int]](), points["difference"]
    for key in ("fell", "rose"):
        mine, lines = [one for one in proven if (one.difference < 0) == (key == "fell")], []
        for one in mine[:_NAMED]:
            before, after = (percent_sign(rate or 0.0, target) for rate in (one.before, one.after))
            rest -= (part := round(100 * one.part, places))
            lines.append(Move(one.agency or "", before, after, signed(part, places)))
        if mine:
            sides.append((key, lines, len(mine[_NAMED:])))
    whole = points["difference"]
    sums = {"difference": whole, "named": whole - rest, "others": rest}
    written = {key: signed(value, places) for key, value in sums.items()}
    return Moves(named_period(whole_period(report, compared.before)), sides, written)


def move_lines(report: ReportNumbers, texts: Texts = HEADLINE) -> Iterator[str]:
    """Yield sentences that name the agencies that changed, and their parts of the change."""
    found, parts = moves(report), list[str]()
    if found is None:
        return
    for key, agencies, more in found.sides:
        quoted = [one._replace(name=_marked(one.name)) for one in agencies]
        named = ", ".join(texts.text("moved", **one._asdict()) for one in quoted)
        shown = texts.text("moved_more", count=more) if more else ""
        yield texts.text(key, earlier=found.earlier, agencies=named, more=shown)
        parts += (texts.text("part_of", name=one.name, part=one.part) for one in quoted)
    yield texts.text("parts", agencies=texts.text("and").join(parts), **found.sums)


def headline_lines(report: ReportNumbers, texts: Texts = HEADLINE) -> list[str]:
    lines, changed = headline(report, texts).lines(), direction(report, texts)
    if changed is not None:
        lines.append(changed[1])
    lines += (line.replace(NAME, "") for line in move_lines(report, texts))
    if report.period != Period():
        now = report.backlog.points[-1]
        lines.append(texts.text("open_now", open=now.open, overdue=now.overdue))
    return [*lines, *not_counted(report, texts)]


def not_counted(report: ReportNumbers, texts: Texts = HEADLINE) -> Iterator[str]:
    """Yield sentences on appeals without a schedule, and on input of which much was rejected."""
    intake = report.quality.intake
    rejected, unmatched = dict(intake.quarantined), dict(intake.unmatched)
    missing = rejected.pop("no_schedule", 0) + unmatched.get("no_schedule", 0)
    if missing:
        yield texts.text("no_schedule", count=missing)
    count = sum(rejected.values())
    if count and count >= _MUCH * intake.read:
        yield texts.text(f"rejected_{intake.of}", count=count, read=intake.read)


# -- periods ---------------------------------------------------------------------------------------


def whole_period(report: ReportNumbers, period: Period | None = None) -> Period:
    """Return a period with both ends; without one, the period of the report."""
    period, first = period or report.period, report.first_arrival
    return Period(
        period.since or datetime.combine(first, time(0), first.tzinfo),
        period.until or report.as_of,
    )


def calendar_unit(period: Period) -> Literal["month", "quarter", "year"] | None:
    """Return whether a period is exactly a month, a quarter or a year; None for other periods."""
    since, until = period.since, period.until
    if since is None or until is None:
        return None
    if not all(end.day == 1 and end.time() == time(0) for end in (since, until)):
        return None
    months = (until.year - since.year) * _YEAR + until.month - since.month
    if months == 1:
        return "month"
    if months == _QUARTER and since.month % _QUARTER == 1:
        return "quarter"
    return "year" if months == _YEAR and since.month == 1 else None


def named_period(period: Period, form: Literal["in", "the"] = "in") -> str:
    """Write a period with both ends: ``in March 2026``, or with ``the``, ``March 2026``."""
    assert period.since is not None  # noqa: S101 - as documented
    assert period.until is not None  # noqa: S101 - as documented
    text = HEADLINE.text
    first, last = period.since.date(), (period.until - timedelta.resolution).date()
    unit = calendar_unit(period)
    if unit is not None:
        month = words.months()[first.month - 1]
        return text(
            f"{form}_{unit}",
            month=month.lower() if catalog.current() == "ru" else month,
            number=first.month // _QUARTER + 1,
            year=str(first.year),
        )
    key = f"{form}_day" if first == last else f"{form}_days"
    return text(key, first=words.short_date(first), last=words.short_date(last))


# -- findings of charts ----------------------------------------------------------------------------


def weeks_finding(report: ReportNumbers) -> str:
    points = {point.week for point in report.share_trend.points}
    found = Counter(verdict_of(row) for row in report.table("week").rows if row.key in points)
    met, missed = found[TargetVerdict.MEETS], found[TargetVerdict.FAILS]
    every = found.total()
    if not found:
        return ""
    if every == 1:
        return PAGE.text(f"finding_week_{'met' if met else 'missed' if missed else 'open'}")
    if every in (met, missed):
        return PAGE.text(f"finding_weeks_{'all' if met else 'none'}", all=every)
    rest = every - met - missed
    which = "both" if met and missed else "met" if met else "missed" if missed else "no"
    more = PAGE.text("finding_weeks_open", open=rest) if rest and which != "no" else ""
    return PAGE.text(f"finding_weeks_{which}", all=every, met=met, missed=missed, open=more)


def worst_cell(report: ReportNumbers) -> str:
    worse = worse_cells(report.heat_map)
    if not worse:
        return PAGE.text("finding_heat_none")
    day, first, end = min(worse, key=lambda cell: worse[cell][1] / worse[cell][0])
    n, met = worse[day, first, end]
    facts = {"day": words.weekdays()[day], "first": f"{first:02}", "end": f"{end:02}"}
    share = percent_sign(met / n, report.promise.target_rate)
    return PAGE.text("finding_heat", count=len(worse), share=share, **facts)


def arrivals_finding(report: ReportNumbers) -> str:
    # The lowest share of the 168 hours of a week is no finding: of so many one is always far below.
    heat = report.heat_map
    later, known = (sum(map(sum, grid)) for grid in (heat.due_later, heat.due_known))
    if known < FLAGGED_BELOW:
        return ""
    share = percent_sign(later / known)
    return PAGE.text("finding_arrivals", later=later, known=known, share=share)


def backlog_finding(report: ReportNumbers) -> str:
    *weeks, now = report.backlog.points
    counts: dict[str, object] = {"open": now.open, "overdue": now.overdue}
    if not weeks:
        return PAGE.text("finding_backlog", **counts)
    net, day = weeks[-1].net, weeks[-1].at - _DAY
    way = "same" if not net else "up" if net > 0 else "down"
    day_text = words.short_date(day.date())
    return PAGE.text(f"finding_backlog_{way}", **counts, net=abs(net), day=day_text)


def times_finding(report: ReportNumbers) -> str:
    total = report.total
    if total.median is None or total.p90 is None:
        return ""
    median, p90 = (_within(one) for one in (total.median, total.p90))
    return PAGE.text("finding_times", median=median, p90=p90)


def _within(quantile: Quantile) -> str:
    if quantile.time is None:
        return PAGE.text("more_than", time=amount_in_words(quantile.longest))
    return amount_in_words(quantile.time)


def funnel_finding(table: Table, funnel: Funnel) -> str:
    places = Counter(row.funnel for row in table.rows)
    return PAGE.text("finding_funnel", above=places[2], below=places[-2], units=funnel.units)


def trend_finding(trend: Trend | ShareTrend) -> str:
    if trend.expected_signals is None:
        return ""
    return PAGE.text(
        "finding_share_trend" if isinstance(trend, ShareTrend) else "finding_trend",
        signals=sum(bool(signals_of(point)) for point in trend.points),
        all=len(trend.points),
        expected=number(f"{trend.expected_signals:.1f}"),
    )


def load_finding(forecast: Forecast) -> str:
    if not forecast.slots:
        return ""
    most = max(forecast.slots, key=lambda slot: slot.count)
    since, until = words.when_text(most.since), f"{most.until:%H:%M}"
    return PAGE.text("finding_load", count=most.count, since=since, until=until)
