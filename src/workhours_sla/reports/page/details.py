"""The sections of the page below its first screen: charts and tables of all figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, Final

from workhours_sla.compliance.agencies import Attribution
from workhours_sla.compliance.group_tables import Quantile
from workhours_sla.compliance.group_tables import Table as Grouping
from workhours_sla.compliance.time import WEEKDAYS
from workhours_sla.compliance.weeks import ShareTrend, Trend, TrendPoint
from workhours_sla.reports import headline, notes
from workhours_sla.reports.charts import model, time_charts, weekly
from workhours_sla.reports.charts.groups import arrivals_chart, funnel_chart, funnel_of
from workhours_sla.reports.figures import FIGURES, figures_of, interval_text
from workhours_sla.reports.page.blocks import (
    Cell,
    Line,
    Table,
    block,
    figure,
    folded,
    name,
    sentence,
    table,
    text,
    words,
)
from workhours_sla.reports.page.sorted_tables import ROWS, Traces, group_table, late_table
from workhours_sla.reports.public_report import Report
from workhours_sla.reports.wording import (
    amount_in_words,
    percent_text,
    points_text,
)
from workhours_sla.sla.forecast import Forecast
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW
from workhours_sla.text.catalog import (
    INTAKE_REASONS,
    PAGE,
    PHASES,
    SOURCES,
    TYPESET_SENTENCES,
    typeset,
)
from workhours_sla.text.numbers import NO_FIGURE, number, signed
from workhours_sla.text.words import calendar_name, heading, name_of, target_name, when_text

CLASS_TABLES: Final = ("arrival_class", "due_class")
"""Tables that group appeals by arrival class or due class."""
SLOTS: Final = 72  # maximum number of hours or days in the forecast chart
PRINTED: Final = 50  # number of late appeals that are printed. The style sheet has the same number


# -- all figures -----------------------------------------------------------------------------------


def figures(report: Report) -> Iterator[Any]:
    total = report.total
    limits = {
        "rate": interval_text(total, NO_FIGURE).strip("[]"),
        "median": _interval(total.median),
        "p90": _interval(total.p90),
    }
    rows = []
    for one in figures_of("all"):
        shown = one.text(total, NO_FIGURE)
        if one.kind == "share" and one.known(total) is not None:
            shown = PAGE.text("percent", share=shown)
        value = Cell(shown, tag="figure", extra=one.key)
        rows.append([one.title(report, in_workbook=True), value, limits.get(one.key, "")])
    if total.rate is None:
        yield sentence("nothing_matured")
    yield table(PAGE.text("figures"), ["what", "value", "limits95"], rows)
    final = total.final_at
    yield sentence("not_final") if final is None else sentence("final", when=when_text(final))


def _interval(quantile: Quantile | None) -> str:
    if quantile is None or quantile.lower is None:
        return ""
    low = amount_in_words(quantile.lower)
    if quantile.upper is None:
        return PAGE.text("at_least", time=low)
    return f"{low} {NO_FIGURE} {amount_in_words(quantile.upper)}"


# -- groups and arrivals ---------------------------------------------------------------------------


def grouping(report: Report, of: Grouping, title: str) -> Iterator[Any]:
    funnel = funnel_of(report, of)
    if funnel is not None:
        facts = {"units": funnel.units, "ratio": number(f"{funnel.ratio:.2f}")}
        chance = number(f"{funnel.false_alarms:.2f}")
        caption = TYPESET_SENTENCES.text("funnel", false_alarms=chance)
        caption += f" {PAGE.text('funnel_reading', **facts)}"
        found = headline.funnel_finding(of, funnel)
        yield figure(funnel_chart(report, of), caption, finding=found, wide=True, height=330)
    if len(of.rows) > ROWS:
        yield text(PAGE.text("rows_first", shown=ROWS, all=len(of.rows)))
    yield group_table(report, of, title)
    yield text(PAGE.text("sort_hint"), "screen")
    yield from map(text, notes.false_failure_notes([of]))


def arrivals(report: Report) -> Iterator[Any]:
    heat, chart = report.heat_map, arrivals_chart(report, "in_time")
    caption = TYPESET_SENTENCES.text("heat_map", counts_only=COUNTS_ONLY_BELOW)
    finding = headline.worst_cell(report)
    yield block("pair", inner=[figure(chart, caption, finding=finding, height=211)])
    found = headline.arrivals_finding(report)
    if found:
        yield text(f"{found}. {PAGE.text('by_calendar')}")
    grids = (heat.arrived, heat.matured, heat.matured_met, heat.due_later)
    rows = [
        [f"{name_of('weekday', day)} {hour:02}", *(grid[place][hour] for grid in grids)]
        for (place, day), hour in product(enumerate(WEEKDAYS), range(24))
        if heat.arrived[place][hour]
    ]
    heads = ["hour_day", "arrived", "matured", "met", "axis_later"]
    classes = [group_table(report, report.table(by), PAGE.text(f"by_{by}")) for by in CLASS_TABLES]
    yield folded(table(chart.title, heads, rows), *classes)


# -- over time -------------------------------------------------------------------------------------


def by_week(report: Report) -> Iterator[Any]:
    chart, found = weekly.weeks_chart(report), headline.weeks_finding(report)
    reading = PAGE.text("weeks_reading")
    yield figure(chart, reading, finding=found, wide=True, newest_first=True, height=300)
    yield text(PAGE.text("chart_hint"), "screen")
    of = report.table("week")
    yield folded(group_table(report, of, chart.title, "week", has_total=False))


def trends(report: Report) -> Iterator[Any]:
    shares = weekly.p_prime_chart(report.share_trend, report.promise.target_rate)
    medians = weekly.xmr_chart(report.trend)
    drawn, tables = [], []
    both = ("share_trend", report.share_trend, shares), ("trend", report.trend, medians)
    for key, trend, chart in both:
        if trend.points:
            said = [TYPESET_SENTENCES.text(key, points=trend.baseline)] if trend.baseline else []
            caption = " ".join([*said, *chart.notes, chart.reading]).rstrip()
            drawn.append(figure(chart, caption, finding=headline.trend_finding(trend)))
            tables.append(_trend_table(trend, chart.title))
    if drawn:
        yield block("pair", inner=drawn)
        yield folded(*tables)


def _trend_table(trend: Trend | ShareTrend, title: str) -> Table:
    rows: list[Line] = []
    for point in trend.points:
        week, found = name_of("week", point.week), words(", ".join(weekly.signals_of(point)))
        if isinstance(point, TrendPoint):
            rows.append([week, point.median, found])
        else:
            rows.append([week, point.share, _span(point.lower, point.upper), found])
    keys = ["median"] if isinstance(trend, Trend) else ["share", "limits"]
    return table(title, ["week", *keys, words(PAGE.text("signal"))], rows)


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NO_FIGURE
    return NO_FIGURE.join(map(percent_text, (low, high)))


def answer_times(report: Report) -> Iterator[Any]:
    if "withdrawals" in (said := dict(notes.explanations(report, TYPESET_SENTENCES))):
        yield text(said["withdrawals"], key="withdrawals")
    if report.curve is None:
        return
    chart, found = time_charts.curve_chart(report), headline.times_finding(report)
    yield block("pair", inner=[figure(chart, PAGE.text("curve_reading"), finding=found)])
    curve, end = report.curve, timedelta(hours=time_charts.curve_end(report))
    waited = curve.at_risk or (None,) * len(curve.times)
    columns = (curve.times, waited, curve.share, curve.lower, curve.upper)
    steps = [line for line in zip(*columns, strict=True) if line[0] <= end]
    rows = [
        [time, waiting, share, _span(low, high)]
        for time, waiting, share, low, high in steps[:: max(1, len(steps) // 25)]
    ]
    yield folded(table(chart.title, ["working_time", "waited", "unanswered", "limits95"], rows))


def open_appeals(report: Report, forecast: Forecast | None) -> Iterator[Any]:
    backlog, (*past, now) = report.backlog, report.backlog.points
    ages = {
        key: NO_FIGURE if age is None else amount_in_words(age)
        for key in ("median", "p90", "largest")
        for age in [getattr(backlog, f"{key}_age")]
    }
    chart, found = weekly.backlog_chart(backlog.points), headline.backlog_finding(report)
    caption = TYPESET_SENTENCES.text("backlog", open=now.open, overdue=now.overdue, **ages)
    drawn: list[Any] = [figure(chart, caption, finding=found)]
    rows = []
    for one in past:
        counts = (one.open, one.overdue, one.arrivals, one.departures)
        week = name_of("week", weekly.week_before(one))
        rows.append([week, *counts, Cell(signed(one.net), one.net)])
    rows.append([when_text(now.at), now.open, now.overdue, None, None, None])
    keys = ("open_now", "overdue_short", "arrivals_in_week", "departures", "net")
    rest = [table(chart.title, ["week_end", *keys], rows)]
    if forecast is not None:
        drawn.append(load(forecast, SLOTS))
        slots: list[Line] = [
            [f"{when_text(one.since)}\N{EN DASH}{one.until:%H:%M}", one.count, one.together]
            for one in forecast.slots
        ]
        if slots:
            rest.append(table(PAGE.text("chart_load"), ["due_at", "deadlines", "together"], slots))
    yield block("pair", inner=drawn)
    yield folded(*rest)


def load(forecast: Forecast, most: int | None = None, caption: str = "") -> Any:
    """Return the chart of upcoming deadlines, or a sentence that there are none."""
    chart = time_charts.forecast_chart(forecast, most, width=model.HALF)
    caption = caption or " ".join(chart.notes)
    if most is not None and len(forecast.slots) > most:
        caption = f"{PAGE.text('load_first', shown=most)} {caption}"
    return figure(chart, caption, finding=headline.load_finding(forecast))


# -- change, late appeals, handling ----------------------------------------------------------------


def change(report: Report) -> Iterator[Any]:
    compared = report.comparison
    found = None if compared is None else compared.change
    if compared is None or found is None:
        return
    periods = {
        key: headline.named_period(headline.whole_period(report, getattr(compared, key)))
        for key in ("after", "before")
    }
    yield text(PAGE.text("compared", **periods))
    rows = [
        [
            name(name_of("agency", one.agency)),
            one.before,
            one.after,
            Cell(points_text(one.part, has_sign=True), one.part),
            one.proven,
        ]
        for one in found.agencies
    ]
    if rows:
        keys = ["agency", "part_before", "part_after", "part", "proven"]
        yield folded(table(PAGE.text("agency_change"), keys, rows, sortable=True))


def late(report: Report, traces: Traces | None, rest: str | None) -> Iterator[Any]:
    total, shown = report.total, report.late[:ROWS]
    other = report.backlog.points[-1].overdue - total.overdue
    every = headline.late_in_all(report)
    if not shown:
        yield text(PAGE.text("late_none"))
        return
    if every > len(shown):
        first = PAGE.text("late_first", shown=len(shown), all=every)
        more = "" if rest is None else f" {PAGE.text('late_rest')}"
        yield text(first + more, href=rest or "")
    if other:
        yield text(PAGE.text("late_other", count=other))
    if len(shown) > PRINTED:
        yield text(PAGE.text("late_print", shown=PRINTED), "print")
    yield late_table(shown, traces, PAGE.text("late"), report)


def handling(report: Report) -> Iterator[Any]:
    if report.attribution is not None:
        yield from _holders(report, report.attribution)
    signs = report.indicators
    yield sentence("indicators")
    yield sentence("before_lunch", noon_hour=signs.noon_hour, before_lunch=signs.before_lunch)
    keys = ("replied", "formal_first", "registration_delay", "deletes", "late_transfers")
    rows = [[_holder(one.agency), *(getattr(one, key) for key in keys)] for one in signs.agencies]
    if rows:
        found = table(PAGE.text("signs"), ["holder_name", *keys], rows, sortable=True)
        yield folded(found, key="signs")


def _holders(report: Report, found: Attribution) -> Iterator[Any]:
    yield sentence("attribution")
    saved = notes.saved_by_an_hour(report)
    if saved is not None:
        yield sentence("hour_earlier", **saved)
    keys = ("at_breach", "hour_earlier", "largest_share", "first")
    columns = [dict(getattr(found, key)) for key in keys]
    rows: list[Line] = [
        [_holder(holder), *(column.get(holder, 0) for column in columns)]
        for holder in dict.fromkeys(key for column in columns for key in column)
    ]
    caption = PAGE.text("handling")
    yield folded(table(caption, ["holder_name", *keys], rows, sortable=True), key="by_holder")
    if found.phases:
        yield sentence("phases")
        rows = [[PHASES[one.phase], one.worked, one.appeals] for one in found.phases]
        yield table(PAGE.text("phases"), ["phase", "time", "appeals"], rows)
    rows = [
        [_holder(one.holder), words(PHASES[one.phase]), one.worked, one.appeals]
        for one in found.shares
    ]
    heads = ["holder_name", "phase", "time", "appeals"]
    yield folded(table(PAGE.text("by_phase"), heads, rows, sortable=True), key="by_phase")
    if found.left_out:
        yield text(PAGE.text("left_out", count=found.left_out))


def _holder(agency: str | None) -> Cell:
    return name(PAGE.text("nobody") if agency is None else agency)


# -- data quality and method -----------------------------------------------------------------------


def quality(report: Report) -> Iterator[Any]:
    yield block("notes", texts=list(map(typeset, notes.quality_notes(report))))
    intake = report.quality.intake
    rejected = (*intake.quarantined, *intake.unmatched)
    rows = [[INTAKE_REASONS[reason], count] for reason, count in rejected]
    if rows:
        yield table(PAGE.text("rejected"), ["reason", "count"], rows)


def method(report: Report) -> Iterator[Any]:
    rows: list[Line] = []
    for key, said in notes.explanations(report, TYPESET_SENTENCES):
        title = FIGURES[key].title(report) if key in FIGURES else heading(key)
        rows.append([title, words(said), words(SOURCES.get(key, ""))])
    heads = ["what", words(PAGE.text("reading")), words(PAGE.text("source"))]
    yield table(PAGE.text("method"), heads, rows, look="method")
    made, promise = report.provenance, report.promise
    rows = [
        [PAGE.text("promise"), target_name(promise.name), made.policy],
        [PAGE.text("schedules"), promise.hours, ""],
        *([calendar_name(one.id), one.version, one.fingerprint] for one in made.calendars),
        [PAGE.text("data"), "", made.input_hash],
        ["workhours_sla", made.library, ""],
    ]
    heads = ["source", words(PAGE.text("version")), words(PAGE.text("fingerprint"))]
    yield table(PAGE.text("made_of"), heads, rows, look="made")
