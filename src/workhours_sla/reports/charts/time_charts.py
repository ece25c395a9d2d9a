"""Charts of the times to an answer and of upcoming deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import numpy as np

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.group_tables import Tally
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, Layer, Level, Point, Series
from workhours_sla.reports.wording import amount_in_words, percent_text
from workhours_sla.sla.forecast import Forecast, Slot
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import count_text
from workhours_sla.text.words import day_text, weekday_text
from workhours_sla.worktime.times import TICK

_HOUR: Final = timedelta(hours=1)
_CURVE_MARKS: Final = 40  # approximate number of points with a tooltip on the curve


def curve_chart(report: ReportNumbers, cases: Cases | None = None) -> Chart:
    text = CHARTS.text
    curve = report.curve
    if curve is None:
        return Chart(text("chart_curve"), empty=text("no_curve"))
    last = curve_end(report)
    shown = sum(time / _HOUR <= last for time in curve.times)
    hours = (0.0, *(time / _HOUR for time in curve.times[:shown]), last)
    share, lower, upper = (
        (1.0, *levels[:shown], levels[shown - 1] if shown else 1.0)
        for levels in (curve.share, curve.lower, curve.upper)
    )
    layers: list[Layer] = [
        model.Band(hours, lower, upper, text("band")),
        Series(tuple(map(Point, hours, share)), "curve", text("curve"), steps="post"),
    ]
    budget = report.promise.budget
    if budget is not None and budget / _HOUR <= last:
        label = text("norm", budget=amount_in_words(budget))
        layers.append(Level(budget / _HOUR, "target", label, label, upright=True))
    points = []
    for place in range(1, shown + 1, max(1, shown // _CURVE_MARKS)):
        figures = {"share": share[place], "lower": lower[place], "upper": upper[place]}
        facts = {name: percent_text(figure) for name, figure in figures.items()}
        time = amount_in_words(curve.times[place - 1])
        tooltip = text("not_answered", time=time, **facts)
        points.append(Point(hours[place], share[place], "small", tooltip))
    layers.append(Series(tuple(points)))
    total, legend = report.total, {}
    for key, quantile, level in (("median", total.median, 0.5), ("p90", total.p90, 0.1)):
        if quantile is not None and quantile.time is not None:
            legend[key] = text(f"{key}_at", time=amount_in_words(quantile.time))
            if quantile.time / _HOUR <= last:
                point = Point(quantile.time / _HOUR, level, key, legend[key])
                layers.append(Series((point,), end=legend[key]))
    reading, under = ", ".join(legend.values()), None
    axis = model.hours_axis(0, last, text("axis_hours"), 8)
    if cases is not None:
        tally = Tally.of(cases, report.promise.target_rate, report.promise.horizon)
        waits: np.ndarray = cases.elapsed[tally.timed] / (_HOUR // TICK)
        legend["censored"] = text("censored")
        ended = np.unique(waits[~tally.answered[tally.timed] & (waits <= last)])
        steps = np.searchsorted(hours[:-1], ended, side="right") - 1
        marks = zip(ended.tolist(), steps.tolist(), strict=True)
        layers.append(Series(tuple(Point(x, share[step], "censored") for x, step in marks)))
        left = [(at, count_text(int((waits >= at).sum()))) for at, _ in axis.ticks]
        under = text("at_risk"), tuple(left)
    across = Axis(0, 1.03 * last, axis.ticks, axis.title)  # past the last step down
    shares = model.share_axis(0.0, text("unanswered"))
    return Chart(text("chart_curve"), across, shares, tuple(layers), legend, reading, under=under)


def curve_end(report: ReportNumbers) -> float:
    """Return where the drawing of the curve ends, in hours: past the budget and most answers."""
    assert report.curve is not None  # noqa: S101 - there is no chart without one
    budget, longest = report.promise.budget, report.curve.longest
    known = (one.time for one in (report.total.median, report.total.p90) if one is not None)
    ends = [] if budget is None else [2 * budget]
    ends += (time * 1.4 for time in known if time is not None)
    end = min(max(ends), longest) if ends else longest
    return (end or _HOUR) / _HOUR  # zero if all appeals were answered at once


def forecast_chart(
    forecast: Forecast, most: int | None = None, *, width: float = model.WIDTH
) -> Chart:
    """Return the first ``most`` bars of the deadlines to come; see ``draw_forecast``."""
    text = CHARTS.text
    slots = forecast.slots[:most]
    by_hour = all(slot.until - slot.since <= _HOUR for slot in slots)
    title = text("chart_load" if by_hour else "chart_load_day")
    # counts of appeals that a forecast cannot assign to an hour or a day
    names = ("overdue", "earlier", "later", "paused", "unknown")
    sums = {name: getattr(forecast, name) for name in names}
    notes = (text("load_sums", **sums),) if any(sums.values()) else ()
    if not slots:
        return Chart(title, empty="\n".join([text("load_none"), *notes]))
    highest = max(slots, key=lambda slot: slot.count)
    bars, days, drawn = list[Layer](), [], [(0, slots[0])]
    for slot in slots[1:]:
        place, before = drawn[-1]
        apart = 1
        if by_hour and before.since.date() != slot.since.date():
            apart = 2
            days.append(Level(place + 1, "grid", upright=True))
        elif by_hour:  # hours without a deadline are between them
            apart = max(1, slot.since.hour - before.since.hour)
        drawn.append((place + apart, slot))
    for place, slot in drawn:
        when = f"{day_text(slot.since.date())} {slot.since:%H:%M}\N{EN DASH}{slot.until:%H:%M}"
        left, right = place - 0.4, place + 0.4
        tooltip = text("load_point", when=when, count=slot.count, together=slot.together)
        bars.append(Box(left, 0, right, slot.count, "bar"))
        bars.append(Box(left, 0, right, slot.together, "at_once"))
        bars.append(Box(left, 0, right, slot.count, "hit", tooltip=tooltip))
        if slot is highest:
            bars.append(Label(place, 1.02 * slot.count, count_text(slot.count), "tick"))
    low, high = -0.7, max(drawn[-1][0] + 0.7, 2.7)
    unit = width / (high - low)
    return Chart(
        title,
        Axis(low, high, tuple(_slot_ticks(drawn, unit, low, by_hour=by_hour))),
        model.count_axis(highest.count * 1.12, text("deadlines"), 7),
        (*days, *bars),
        {"bar": text("all_of_slot" if by_hour else "all_of_day"), "at_once": text("most_at_once")},
        notes=notes,
    )


def _slot_ticks(
    drawn: Sequence[tuple[int, Slot]], unit: float, free: float, *, by_hour: bool
) -> Iterator[model.Tick]:
    """Yield the ticks below the bars: as many dates as fit, and as many hours, where they begin."""
    free_hour, before = free, None
    for place, slot in drawn:
        at, day = place - 0.5 if by_hour else place, slot.since.date()
        hour = named = ""
        if by_hour and at >= free_hour:
            hour = f"{slot.since:%H:%M}"
            free_hour = at + (model.width_of(hour) + model.TYPE / 2) / unit
        if day != before and at >= free:
            named = weekday_text(day)
            free = at + (model.width_of(named) + model.TYPE) / unit
        before = day
        if hour or named:
            yield at, f"{hour}\n{named}" if by_hour else named
