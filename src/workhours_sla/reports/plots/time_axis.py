"""The time axis of a timeline: its days and, where there is room, its hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, NullFormatter

from workhours_sla.reports.plots.drawing import (
    RULE,
    TYPE,
    plain,
    points,
    weekday_text,
    width_of,
)

Midnight = tuple[date, datetime]


def time_axis(
    ax: Axes, midnights: Sequence[Midnight], first: datetime, last: datetime, lang: str
) -> float:
    """Name days and, of a short course, hours; return where it ends, in points."""
    scale = points(ax)[0] / (last - first).total_seconds()
    edges = [(at, weekday_text(day, lang)) for day, at in midnights]
    wide = width_of(edges[0][1]) + TYPE
    if len(edges) > 1 and (edges[1][0] - edges[0][0]).total_seconds() * scale < wide:
        edges = edges[1:]  # the rest of the first day is too narrow for its name
    named: list[tuple[datetime, str]] = []
    for at, text in edges:
        free = not named or (at - named[-1][0]).total_seconds() * scale >= wide
        if free and (last - at).total_seconds() * scale > wide * 0.75:
            named.append((at, text))
    ax.xaxis.set_major_locator(FixedLocator([date2num(at) for at, _ in named]))
    ax.xaxis.set_major_formatter(FixedFormatter([plain(text) for _, text in named]))
    ax.tick_params(axis="x", which="major", length=10, pad=1, color=RULE)
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("left")
    hour = 3600 * scale
    step = next((n for n in (1, 3, 6) if n * hour > width_of("00") + 4), None)
    if step is None:
        ax.xaxis.set_minor_formatter(NullFormatter())
    else:
        ax.xaxis.set_minor_locator(FixedLocator([date2num(at) for at in _hours(first, last, step)]))
        # by place, as a minor tick that meets a major one is left out; the half minute rounds
        half_minute = timedelta(seconds=30)
        hours = FuncFormatter(
            lambda place, _: f"{num2date(place, tz=first.tzinfo) + half_minute:%H}"
        )
        ax.xaxis.set_minor_formatter(hours)
    return 4 * TYPE


def _hours(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    at = first.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while at <= last:
        if at >= first and at.astimezone(first.tzinfo).hour % step == 0:
            yield at
        at += timedelta(hours=1)
