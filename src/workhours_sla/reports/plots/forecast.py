"""When the deadlines of the open appeals fall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from workhours_sla.reports.plots.drawing import (
    ACCENT,
    BAND,
    PAPER,
    RULE,
    TYPE,
    axes_for,
    labels,
    legend,
    note,
    nothing,
    plain,
    points,
    title,
    weekday_text,
    width_of,
)
from workhours_sla.sla.forecast import Forecast, Slot
from workhours_sla.text.page import count_text, say
from workhours_sla.text.plots import tell

HEIGHT: Final = 3.0
TOGETHER: Final = "////"
"""The hatch of the deadlines that fall at one instant."""

_HOUR: Final = timedelta(hours=1)


def forecast_chart(load: Forecast, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how many deadlines fall in each hour, or on each day, and return the axes.

    A bar is a slot of the load; hours and days without a deadline are left out. Hatched is the
    most that falls at one instant. What is in no slot is told below.
    """
    ax = axes_for(ax, HEIGHT)
    by_hour = all(slot.until - slot.since <= _HOUR for slot in load.slots)
    title(ax, say("chart_load", lang) if by_hour else tell("chart_load_day", lang))
    sums = {name: getattr(load, name) for name in _SUMS}
    counted = {name: count_text(count, lang) for name, count in sums.items()}
    told = say("load_sums", lang, **counted) if any(sums.values()) else ""
    if not load.slots:
        return nothing(ax, f"{say('load_none', lang)}\n{told}".rstrip())
    places = range(len(load.slots))
    ax.bar(
        places,
        [slot.count for slot in load.slots],
        width=0.8,
        color=BAND,
        edgecolor=ACCENT,
        lw=0.6,
        label=tell("all_of_slot" if by_hour else "all_of_day", lang),
    )
    ax.bar(
        places,
        [slot.together for slot in load.slots],
        width=0.8,
        color=ACCENT,
        edgecolor=PAPER,
        hatch=TOGETHER,
        lw=0,
        label=tell("most_at_once", lang),
    )
    most = max(places, key=lambda place: load.slots[place].count)
    ax.annotate(
        count_text(load.slots[most].count, lang),
        (most, load.slots[most].count),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        fontsize=TYPE,
    )
    ax.set_xlim(-0.7, max(len(load.slots) - 0.3, 2.7))
    ax.set_ylim(0, load.slots[most].count * 1.12)
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda count, _: count_text(round(count), lang)))
    labels(ax, y=say("deadlines", lang))
    below = legend(ax, _time_axis(ax, load.slots, by_hour=by_hour, lang=lang))
    if told:
        note(ax, told, below)
    return ax


_SUMS: Final = ("overdue", "earlier", "later", "paused", "unknown")


def _time_axis(ax: Axes, slots: Sequence[Slot], *, by_hour: bool, lang: str) -> float:
    """Name the hours where they have room, and the days; return where it ends, in points."""
    low, high = ax.get_xlim()
    room = points(ax)[0] / (high - low)
    hours = by_hour and room > width_of("00:00")
    names, places, free, before = [], [], low, None
    for place, slot in enumerate(slots):
        day = slot.since.date()
        hour = f"{slot.until:%H:%M}" if hours else ""
        named = ""
        if day != before:
            if by_hour and place:
                ax.axvline(place - 0.5, color=RULE, lw=0.6, zorder=0)
            text = weekday_text(day, lang)
            if place >= free:
                named, free = text, place + (width_of(text) + TYPE) / room
            before = day
        if hour or named:
            places.append(place)
            names.append(plain(f"{hour}\n{named}" if hours else named))
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter(names))
    return (4 if hours else 3) * TYPE
