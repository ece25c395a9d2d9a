"""The sections of the page below its first screen: charts and tables of all figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, Final

from workhours_sla.compliance.agencies import Attribution
from workhours_sla.compliance.tables import Curve, Quantile
from workhours_sla.compliance.tables import Table as Grouping
from workhours_sla.compliance.weeks import ShareTrend, Trend, TrendPoint
from workhours_sla.reports import headline, notes
from workhours_sla.reports.charts import model, times, weeks
from workhours_sla.reports.charts.arrivals import week_of_arrivals
from workhours_sla.reports.charts.groups import funnel_chart, funnel_of
from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.columns import (
    FIGURES,
    hours_text,
    interval_text,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.reports.page import blocks
from workhours_sla.reports.page.blocks import (
    Cell,
    Line,
    Table,
    block,
    counted,
    counts,
    figure,
    folded,
    sentence,
    table,
    text,
    titles,
)
from workhours_sla.reports.page.tables import ROWS, Traces, group_table, late_table
from workhours_sla.reports.report import Report
from workhours_sla.reports.wording import percent_sign, percent_text
from workhours_sla.sla.forecast import Forecast
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text import words
from workhours_sla.text.catalog import (
    CLASSES,
    INTAKE_REASONS,
    PAGE,
    PHASES,
    SOURCES,
    TYPESET_SENTENCES,
    typeset,
)
from workhours_sla.text.numbers import (
    NO_FIGURE,
    count_text,
    hours_exact,
    hours_grouped,
    number,
    target_text,
    when_text,
)
from workhours_sla.text.words import heading, target_name, title_of
from workhours_sla.worktime.amounts import format_amount

CLASS_TABLES: Final = ("arrival_class", "due_class")
"""Tables that group appeals by arrival class or due class."""
SLOTS: Final = 72
"""Maximum number of hours or days in the forecast chart."""
PRINTED: Final = 50
"""Number of late appeals that are printed. The style sheet has the same number."""
EXPLAINED: Final = (
    *("rate", "interval", "verdict", "small_numbers", "closed_only", "median", "p90"),
    *("restricted_mean", "mean_answered", "standardised", "funnel", "trend", "share_trend"),
    "due_later",
)
"""Keys of the sentences in the table on method."""
_HEADINGS: Final = {"verdict": "target", "small_numbers": "matured"}
"""Keys of the headings of figures, where they differ from the keys of the sentences."""
_LONG_NUMBER: Final = re.compile(r"(?<![\w-])\d{5,9}(?![\w-])")
_WAITING: Final = ("open", "overdue")
_COUNTS: Final = ("breached", "pending", "paused", "withdrawn", "excluded")


# -- all figures -----------------------------------------------------------------------------------


def figures(report: Report) -> Iterator[Any]:
    """Yield the share in time, the other figures, and sentences that explain them."""
    total, rate = report.total, report.total.rate
    interval = interval_text(total, NO_FIGURE).strip("[]")
    facts = {"target": target_text(report.promise.target_rate), "verdict": verdict_text(total)}
    yield block(
        "all_figures",
        rate=rate_text(total),
        sign=PAGE.text("percent", share="") if rate and not rate.counts_only else "",
        interval=PAGE.text("ci", interval=interval) if rate else "",
        verdict=PAGE.text("verdict", **facts),
        figures=list(_figures(report)),
    )
    if rate is None:
        yield sentence("nothing_matured")
    method = _method_facts(report)
    for key in ("rate", "interval", "verdict", "small_numbers"):
        yield sentence(key, **method)
    if total.final_at is None:
        yield sentence("not_final")
    else:
        yield sentence("final", when=when_text(total.final_at))


def _figures(report: Report) -> Iterator[tuple[str, str, str, str]]:
    total, few = report.total, report.total.counts.matured < FLAGGED_BELOW
    names = {key: heading(key) for key in ("arrived", "matured")}
    names |= {"matured_met": heading("met"), "early": PAGE.text("early")}
    names |= {key: heading(key) for key in _COUNTS}
    names |= {key: title_of(f"{key}_of_period") for key in _WAITING}
    for key, name in names.items():
        yield key, name, FIGURES[key].text(total, is_page=True), ""
    horizon = format_amount(report.promise.horizon)
    mean = total.restricted_mean
    for key, hours in (
        ("median", quantile_text(total.median)),
        ("p90", quantile_text(total.p90)),
        ("restricted_mean", None if mean is None else hours_text(mean)),
    ):
        shown = NO_FIGURE if few or hours is None else PAGE.text("hours", hours=hours)
        yield key, heading(key).format(horizon=horizon), shown, ""
    if total.final_at is not None:
        name = PAGE.text("final_at" if total.final_at >= report.as_of else "final_yes")
        yield "final_at", name, when_text(total.final_at), ""
    if total.closed_only is not None and not few:
        yield "closed_only", PAGE.text("biased"), percent_sign(total.closed_only), "biased"


def _method_facts(report: Report) -> dict[str, Any]:
    return {**notes.method_facts(report), **counted(**notes.rate_facts(report))}


def _checks(report: Report) -> dict[str, dict[str, Any]]:
    opened = counted(open=report.backlog.points[-1].open)
    return {key: found | opened for key, found in notes.check_facts(report).items()}


# -- groups and arrivals ---------------------------------------------------------------------------


def grouping(report: Report, of: Grouping, name: str) -> Iterator[Any]:
    """Yield the funnel plot and the table of a grouping."""
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
    yield group_table(report, of, name)
    yield text(PAGE.text("sort_hint"), "screen")
    if funnel is not None:
        yield sentence("standardised")
    yield from map(text, notes.false_failure_notes(report, of))
    yield sentence("closed_only")


def arrivals(report: Report) -> Iterator[Any]:
    """Yield the heat map of the arrivals, and the tables of arrival and due classes."""
    heat, chart = report.heat_map, week_of_arrivals(report)
    caption = TYPESET_SENTENCES.text("heat_map", counts_only=COUNTS_ONLY_BELOW)
    caption += f" {TYPESET_SENTENCES.text('due_later')}"
    found = headline.arrivals_finding(report)
    yield figure(chart, caption, finding=found, wide=True, height=211)
    grids = (heat.arrived, heat.matured, heat.matured_met, heat.due_later)
    rows: list[Line] = [
        [f"{name} {hour:02}", *counts(*(grid[day][hour] for grid in grids))]
        for (day, name), hour in product(enumerate(words.weekdays()), range(24))
        if heat.arrived[day][hour]
    ]
    heads = [PAGE.text("hour_day"), *map(heading, ("arrived", "matured", "met"))]
    classes = [group_table(report, report.table(by), PAGE.text(f"by_{by}")) for by in CLASS_TABLES]
    yield folded(table(chart.title, [*heads, PAGE.text("axis_later")], rows), *classes)


# -- over time -------------------------------------------------------------------------------------


def by_week(report: Report) -> Iterator[Any]:
    """Yield the chart and the table of the shares in time by week."""
    chart, found = weeks.weeks_chart(report), headline.weeks_finding(report)
    yield figure(chart, PAGE.text("weeks_reading"), finding=found, wide=True, height=300)
    yield text(PAGE.text("chart_hint"), "screen")
    rows: list[Line] = [
        [
            row.key or "",
            *counts(row.counts.arrived, row.counts.matured, row.counts.matured_met),
            Cell(rate_text(row), row.rate.rate if row.rate else None),
            interval_text(row, NO_FIGURE),
            NO_FIGURE if row.final_at is None else when_text(row.final_at),
        ]
        for row in report.table("week").rows
    ]
    looks = {"rate": "main", "final_at": "words"}
    columns = ("week", "arrived", "matured", "met", "rate", "interval", "final_at")
    head = [Cell(heading(column), look=looks.get(column, "")) for column in columns]
    yield folded(table(PAGE.text("weeks"), head, rows))


def trends(report: Report) -> Iterator[Any]:
    """Yield the control charts of the weekly shares and medians, with their tables."""
    shares = weeks.p_prime_chart(report.share_trend, report.promise.target_rate)
    medians = weeks.xmr_chart(report.trend)
    drawn, tables = [], []
    for key, trend, chart in (
        ("share_trend", report.share_trend, shares),
        ("trend", report.trend, medians),
    ):
        if trend.points:
            said = [TYPESET_SENTENCES.text(key, points=trend.baseline)] if trend.baseline else []
            caption = " ".join([*said, *chart.notes, chart.reading]).rstrip()
            drawn.append(figure(chart, caption, finding=headline.trend_finding(trend)))
            tables.append(_trend_table(trend, chart))
    if drawn:
        yield block("pair", inner=drawn)
        yield folded(*tables)


def _trend_table(trend: Trend | ShareTrend, chart: Chart) -> Table:
    rows: list[Line] = []
    for point in trend.points:
        found = ", ".join(weeks.signals_of(point))
        if isinstance(point, TrendPoint):
            rows.append([point.week, hours_exact(point.median), found])
            continue
        limits = NO_FIGURE
        if point.lower is not None and point.upper is not None:
            limits = NO_FIGURE.join(percent_text(bound) for bound in (point.lower, point.upper))
        rows.append([point.week, percent_text(point.share), limits, found])
    keys = ["median_h"] if isinstance(trend, Trend) else ["share", "limits"]
    signal = blocks.words(PAGE.text("signal"))
    return table(chart.title, [heading("week"), *titles(*keys), signal], rows)


def answer_times(report: Report) -> Iterator[Any]:
    """Yield the section on times to an answer: the curve and the figures."""
    shown: list[Any] = []
    if report.curve is not None:
        chart, found = times.curve_chart(report), headline.times_finding(report)
        shown.append(figure(chart, PAGE.text("curve_reading"), finding=found))
    if report.total.median is not None:
        shown.append(block("aside", inner=[_times_table(report)]))
    yield block("pair", inner=shown)
    if "withdrawals" in (checks := _checks(report)):
        yield sentence("withdrawals", **checks["withdrawals"])
    if report.curve is not None:
        yield folded(_curve_table(report, report.curve))


def _times_table(report: Report) -> Table:
    total, horizon = report.total, format_amount(report.promise.horizon)
    rows: list[Line] = []
    for key, quantile in (("median", total.median), ("p90", total.p90)):
        if quantile is not None:
            shown = PAGE.text("hours", hours=quantile_text(quantile))
            rows.append([heading(key), shown, _interval(quantile), TYPESET_SENTENCES.text(key)])
    for key, mean in (
        ("restricted_mean", total.restricted_mean),
        ("mean_answered", total.mean_answered),
    ):
        if mean is not None:
            bold = Cell(PAGE.text("hours", hours=hours_text(mean)), tag="figure", extra=key)
            name = heading(key).format(horizon=horizon)
            rows.append([name, bold, NO_FIGURE, TYPESET_SENTENCES.text(key, horizon=horizon)])
    reading = blocks.words(PAGE.text("reading"))
    return table(PAGE.text("times_table"), [*titles("what", "value", "limits95"), reading], rows)


def _interval(quantile: Quantile) -> str:
    if quantile.lower is None:
        return NO_FIGURE
    low = hours_text(quantile.lower)
    if quantile.upper is None:
        return PAGE.text("at_least", hours=low)
    return f"{low}{NO_FIGURE}{hours_text(quantile.upper)}"


def _curve_table(report: Report, curve: Curve) -> Table:
    end = timedelta(hours=times.curve_end(report))
    waited = curve.at_risk or (None,) * len(curve.times)
    columns = (curve.times, waited, curve.share, curve.lower, curve.upper)
    steps = [line for line in zip(*columns, strict=True) if line[0] <= end]
    rows: list[Line] = [
        [
            hours_exact(time),
            NO_FIGURE if waiting is None else blocks.count(waiting),
            percent_text(share),
            f"{percent_text(low)}{NO_FIGURE}{percent_text(high)}",
        ]
        for time, waiting, share, low, high in steps[:: max(1, len(steps) // 25)]
    ]
    heads = titles("time", "waited", "unanswered", "limits95")
    return table(PAGE.text("chart_curve"), heads, rows)


def open_appeals(report: Report, forecast: Forecast | None) -> Iterator[Any]:
    """Yield the charts and tables of open appeals and of upcoming deadlines."""
    backlog, (*past, now) = report.backlog, report.backlog.points
    ages = {
        name: NO_FIGURE if age is None else PAGE.text("hours", hours=hours_grouped(age))
        for name, age in (
            ("median", backlog.median_age),
            ("p90", backlog.p90_age),
            ("largest", backlog.largest_age),
        )
    }
    chart, found = weeks.backlog_chart(backlog.points), headline.backlog_finding(report)
    facts = counted(open=now.open, overdue=now.overdue)
    drawn: list[Any] = [
        figure(chart, TYPESET_SENTENCES.text("backlog", **facts, **ages), finding=found)
    ]
    rows: list[Line] = [
        [
            when_text(point.at),
            *counts(point.open, point.overdue, point.arrivals, point.departures),
            Cell(f"{point.net:+d}", point.net),
        ]
        for point in past
    ]
    rows.append([when_text(now.at), *counts(now.open, now.overdue), *[NO_FIGURE] * 3])
    keys = ("open_now", "overdue_short", "arrivals_in_week", "departures", "net")
    rest = [table(chart.title, [heading("date"), *titles(*keys)], rows)]
    if forecast is not None:
        drawn.append(load(forecast, SLOTS))
        rest += _load_table(forecast)
    yield block("pair", inner=drawn)
    if "little" in (checks := _checks(report)):
        yield sentence("little", **checks["little"])
    yield folded(*rest)


def load(forecast: Forecast, most: int | None = None, caption: str = "") -> Any:
    """Return the chart of upcoming deadlines, or a sentence that there are none."""
    chart = times.forecast_chart(forecast, most, width=model.HALF)
    if not chart.layers:
        return text(chart.empty)
    caption = caption or " ".join(chart.notes)
    if most is not None and len(forecast.slots) > most:
        caption = f"{PAGE.text('load_first', shown=most)} {caption}"
    return figure(chart, caption, finding=headline.load_finding(forecast))


def _load_table(forecast: Forecast) -> Iterator[Table]:
    """Yield the table of upcoming deadlines, if there are any."""
    rows: list[Line] = [
        [
            f"{when_text(slot.since)}\N{EN DASH}{slot.until:%H:%M}",
            *counts(slot.count, slot.together),
        ]
        for slot in forecast.slots
    ]
    if rows:
        heads = [heading("due_at"), *titles("deadlines", "together")]
        yield table(PAGE.text("chart_load"), heads, rows)


# -- change, late appeals, handling ----------------------------------------------------------------


def change(report: Report) -> Iterator[Any]:
    """Yield the section on the change of the share in time: effects of mix and performance."""
    compared = report.comparison
    found = None if compared is None else compared.change
    if compared is None or found is None:
        return
    parts = {key: getattr(found, key) for key in ("difference", "mix", "performance")}
    parts |= {key: getattr(found.interval, key) for key in ("lower", "upper")}
    facts = {key: percent_text(getattr(found, key)) for key in ("before", "after")}
    facts |= {key: _points(part).shown for key, part in parts.items()}
    periods = {key: headline.period_text(getattr(compared, key)) for key in ("after", "before")}
    yield text(PAGE.text("compared", **periods))
    yield sentence("change", **facts)
    rows: list[Line] = [
        [
            ", ".join(CLASSES[key] for key in (one.arrival_class, one.due_class)),
            _points(one.mix),
            _points(one.performance),
        ]
        for one in found.classes
    ]
    heads = [heading("arrival_class"), *titles("mix", "performance")]
    yield folded(table(PAGE.text("class_change"), heads, rows))


def _points(part: float) -> Cell:
    return Cell(number(f"{100 * part:+.2f}"), part)


def late(report: Report, traces: Traces | None, rest: str | None) -> Iterator[Any]:
    """Yield the table of the first late appeals; the file ``rest`` has all of them."""
    total, shown = report.total, report.late[:ROWS]
    other = report.backlog.points[-1].overdue - total.overdue
    every = total.counts.breached + other
    if not shown:
        yield text(PAGE.text("late_none"))
        return
    if every > len(shown):
        first = PAGE.text("late_first", **counted(shown=len(shown), all=every))
        more = "" if rest is None else f" {PAGE.text('late_rest')}"
        yield text(first + more, href=rest or "")
    if other:
        yield text(PAGE.text("late_other", **counted(count=other)))
    if len(shown) > PRINTED:
        yield text(PAGE.text("late_print", shown=PRINTED), "print")
    if any(one.hour_earlier for one in shown):
        yield block("choice", text=PAGE.text("only_hour_earlier"))
    yield late_table(shown, traces, PAGE.text("late"), report)


def handling(report: Report) -> Iterator[Any]:
    """Yield the section on the holders of late appeals and on signs to investigate."""
    if report.attribution is not None:
        yield from _holders(report, report.attribution)
    signs = report.indicators
    yield sentence("indicators")
    noon = counted(noon_hour=signs.noon_hour, before_lunch=signs.before_lunch)
    yield sentence("before_lunch", **noon)
    rows: list[Line] = [
        [
            _holder(one.agency),
            *counts(one.replied, one.formal_first),
            blocks.amount(one.registration_delay),
            *counts(one.deletes, one.late_transfers),
        ]
        for one in signs.agencies
    ]
    if rows:
        keys = ("replied_to", "formal_first", "registration_delay", "deletes", "late_transfers")
        heads = titles("holder", *keys)
        yield folded(table(PAGE.text("signs"), heads, rows, sortable=True), key="signs")


def _holders(report: Report, found: Attribution) -> Iterator[Any]:
    yield sentence("attribution")
    saved = notes.saved_by_an_hour(report)
    if saved is not None:
        yield sentence("hour_earlier", **counted(count=saved[0], late=saved[1]))
    rules = (found.at_breach, found.hour_earlier, found.largest_share, found.first)
    columns = [dict(rule) for rule in rules]
    rows: list[Line] = [
        [_holder(holder), *counts(*(column.get(holder, 0) for column in columns))]
        for holder in dict.fromkeys(key for column in columns for key in column)
    ]
    heads = titles("holder", "at_breach", "largest_share", "first_holder")
    heads.insert(2, heading("hour_earlier"))
    yield folded(table(PAGE.text("handling"), heads, rows, sortable=True), key="by_holder")
    if found.phases:
        yield sentence("phases")
        rows = [
            [PHASES[one.phase], blocks.amount(one.worked), blocks.count(one.appeals)]
            for one in found.phases
        ]
        yield table(PAGE.text("phases"), titles("phase", "time", "appeals"), rows)
    rows = [
        [
            _holder(share.holder),
            blocks.words(PHASES[share.phase]),
            blocks.amount(share.worked),
            blocks.count(share.appeals),
        ]
        for share in found.shares
    ]
    heads = titles("holder", "phase", "time", "appeals")
    yield folded(table(PAGE.text("by_phase"), heads, rows, sortable=True), key="by_phase")
    if found.left_out:
        yield text(PAGE.text("left_out", **counted(count=found.left_out)))


def _holder(name: str | None) -> Cell:
    return blocks.name(PAGE.text("nobody") if name is None else name)


# -- data quality and method -----------------------------------------------------------------------


def quality(report: Report) -> Iterator[Any]:
    """Yield notes on the quality of the data, and the table of rejected input by reason."""
    texts = [
        _LONG_NUMBER.sub(lambda found: count_text(int(found[0])), typeset(note))
        for note in notes.quality_notes(report)
    ]
    yield block("notes", texts=texts)
    intake = report.quality.intake
    rows: list[Line] = [
        [INTAKE_REASONS[reason], blocks.count(count)]
        for reason, count in (*intake.quarantined, *intake.unmatched)
    ]
    if rows:
        yield table(PAGE.text("rejected"), titles("reason", "count"), rows)


def method(report: Report) -> Iterator[Any]:
    """Yield the table of definitions of the figures, and the table of the report's sources."""
    funnels = report.funnels
    facts = {
        **_method_facts(report),
        "points": report.trend.baseline or NO_FIGURE,
        "false_alarms": number(f"{funnels[0].false_alarms:.2f}") if funnels else NO_FIGURE,
        "target": target_text(report.promise.target_rate),
    }
    sentences = [*((key, facts) for key in EXPLAINED), *_checks(report).items()]
    rows: list[Line] = []
    for key, found in sentences:
        name = heading(_HEADINGS.get(key, key)).format(**facts)
        name = PAGE.text(f"{key}_name") if f"{key}_name" in PAGE else name
        rows.append([name, TYPESET_SENTENCES.text(key, **found), SOURCES.get(key, "")])
    what, *others = titles("what", "reading", "source")
    heads: Line = [what, *map(blocks.words, others)]
    yield table(PAGE.text("method"), heads, rows, look="method")
    made, promise = report.provenance, report.promise
    rows = [
        [PAGE.text("promise"), target_name(promise.name), made.policy],
        [PAGE.text("schedules"), promise.hours, ""],
        *([one.id, one.version, one.fingerprint] for one in made.calendars),
        [PAGE.text("data"), "", made.input_hash],
        ["workhours_sla", made.library, ""],
    ]
    source, *others = titles("source", "version", "fingerprint")
    yield table(PAGE.text("made_of"), [source, *map(blocks.words, others)], rows, look="made")
