"""The heat map: when appeals arrive, and how many of them were answered in time."""

from __future__ import annotations

from workhours_sla.compliance.series import HeatMap
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.plot import WIDE, mark
from workhours_sla.reports.scales import shade, shade_words
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW
from workhours_sla.text import words
from workhours_sla.text.page import percent_text, say

_WEEKDAYS, _HOURS = 7, 24


def heat_chart(heat: HeatMap, target: float, lang: str) -> Html:
    """Return shares in time by weekday and hour, and how many are due on a later day."""
    wide, tall, left, top = 33, 27, 42, 20
    bars = left + _HOURS * wide + 22
    parts = [_hatch()]
    for hour in range(_HOURS):
        x = left + hour * wide + wide / 2
        parts.append(element("text", f"{hour:02}", x=x, y=13, class_="tick", text_anchor="middle"))
    later = say("axis_later", lang)
    parts.append(element("text", later, x=bars, y=13, class_="tick"))
    for day in range(_WEEKDAYS):
        y = top + day * tall
        name = words.WEEKDAYS[lang][day]
        parts.append(element("text", name, x=left - 8, y=y + 18, class_="tick", text_anchor="end"))
        parts += [
            _cell(heat, day, hour, (left + hour * wide, y, wide - 2, tall - 2), target, lang)
            for hour in range(_HOURS)
        ]
        known, due_later = sum(heat.due_known[day]), sum(heat.due_later[day])
        if known:
            part = due_later / known
            parts += [
                element("rect", x=bars, y=y + 5, width=82, height=tall - 12, class_="rail"),
                element(
                    "rect",
                    x=bars,
                    y=y + 5,
                    width=round(82 * part, 1),
                    height=tall - 12,
                    class_="bar",
                ),
                element(
                    "text", f"{percent_text(part, lang)}", x=bars + 88, y=y + 18, class_="tick"
                ),
            ]
    return element(
        "svg",
        parts,
        viewBox=f"0 0 {WIDE} {top + _WEEKDAYS * tall + 2}",
        class_="chart wide heat",
        role="group",
        aria_label=say("chart_heat", lang),
        data_columns=_HOURS,
    )


def _hatch() -> Html:
    stripe = element("path", d="M0 5 5 0", class_="hatch")
    pattern = element(
        "pattern", stripe, id="hatch", width=5, height=5, patternUnits="userSpaceOnUse"
    )
    return element("defs", pattern)


def _percent(share: float, lang: str, target: float) -> str:
    return say("percent", lang, share=percent_text(share, lang, target=target))


def _cell(  # noqa: PLR0913, PLR0917
    heat: HeatMap,
    day: int,
    hour: int,
    place: tuple[float, float, float, float],
    target: float,
    lang: str,
) -> Html:
    arrived, matured = heat.arrived[day][hour], heat.matured[day][hour]
    met, known = heat.matured_met[day][hour], heat.due_known[day][hour]
    few = matured < COUNTS_ONLY_BELOW
    rate = str(met) if few else f"{met} ({_percent(met / matured, lang, target)})"
    label = say(
        "cell",
        lang,
        day=words.WEEKDAYS[lang][day],
        hour=f"{hour:02}",
        arrived=arrived,
        rate=rate,
        matured=matured,
        later=f"{heat.due_later[day][hour]}/{known}",
    )
    x, y, width, height = place
    level = "few" if few else f"s{shade(met / matured, target)}"
    box = {"x": x, "y": y, "width": width, "height": height}
    return mark(
        label,
        element("rect", **box),
        element("rect", **box, fill="url(#hatch)", class_="hatched") if few else Html(""),
        element("text", str(arrived), x=x + width / 2, y=y + 17, text_anchor="middle")
        if arrived
        else Html(""),
        class_=level,
    )


def heat_legend(target: float, lang: str) -> Html:
    """Return what the shades of the heat map mean."""
    items = [
        element("li", element("span", class_=f"swatch s{step}", aria_hidden="true"), text)
        for step, text in enumerate(shade_words(target, lang))
    ]
    swatch = element("span", class_="swatch few", aria_hidden="true")
    items.append(element("li", swatch, say("few", lang)))
    return element("ul", items, class_="legend")
