"""The matplotlib styles of a chart, by style name, with the colours of the page on white."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workhours_sla.reports.charts.model import TYPE

INK, SOFT, RULE, RAIL, PAPER = "#1c1d1f", "#55585d", "#d8d8d2", "#ecece7", "#ffffff"
ACCENT, BAND, CONCERN = "#1f4e8c", "#c9d7ea", "#a34510"
SHADES: Final = ("#eef2f7", "#cfdcec", "#a3bcda", "#4a74a8", "#2f5c98", "#1f4880", "#12315c")
"""Colours of shades, as on the page: from target met to far below the target."""
SAND: Final = "#f3e6b8"
"""Colour of short days."""
RED, PINK, ROSE = "#b42318", "#fbe9e6", "#f3c4bd"
"""Colours of days off: holidays, weekly days off, and transferred days off."""

_DOTTED, _DASHED, _LONG = (0, (1.5, 2)), (0, (5, 2.5)), (0, (7, 3))

Style = Mapping[str, Any]
LINES: Final[Mapping[str, Style]] = {
    "line": {"color": ACCENT, "lw": 1.1, "marker": "o", "ms": 3, "zorder": 3},
    "curve": {"color": ACCENT, "lw": 1.3},
    "mean": {"color": SOFT, "lw": 0.8},
    "limit": {"color": SOFT, "lw": 0.8, "ls": _DASHED},
    "warning": {"color": SOFT, "lw": 0.8, "ls": _DOTTED},
    "plain_limit": {"color": SOFT, "lw": 0.4},
    "target": {"color": INK, "lw": 1, "ls": _LONG},
    "rule": {"color": SOFT, "lw": 0.6},
    "grid": {"color": RULE, "lw": 0.6, "zorder": 0},
    "due": {"color": INK, "lw": 1.4, "zorder": 4},
    "late": {"color": INK, "lw": 1.2, "ls": _DASHED, "zorder": 4},
    "as_of": {"color": SOFT, "lw": 1, "ls": ":", "zorder": 4},
}
BAND_STYLE: Final[Style] = {"step": "post", "color": BAND, "lw": 0}
RANGES: Final[Mapping[str, Style]] = {
    "target_meets": {"color": ACCENT, "lw": 1.1},
    "target_fails": {"color": INK, "lw": 1.1},
    "target_inconclusive": {"color": SOFT, "lw": 1.1},
    "target_too_few": {"color": SOFT, "lw": 1.1},
    "few_matured": {"color": SOFT, "lw": 0.6, "ls": (0, (2, 2))},
}
"""The styles of intervals, by name."""


def _mark(marker: str, size: float, face: str, edge: str, **rest: Any) -> Style:
    """Return the style of points with a marker and without a line."""
    return {"ls": "none", "marker": marker, "ms": size, "mfc": face, "mec": edge, **rest}


def _in_funnel(place: int, *, few: bool) -> Style:
    """Return the style of a group in the funnel plot, given its position in the funnel.

    ``place`` is 0 inside the 95 % limits, -1 below and 1 above them, and -2 or 2 outside the 99.8 %
    limits. A group outside the 95 % limits is a triangle, which is filled outside the 99.8 %
    limits. A group with few appeals is pale.
    """
    far = abs(place) > 1
    face = (SOFT if few else INK) if far else PAPER
    edge = (SOFT if place else SHADES[2]) if few else INK if far else ACCENT
    shape, size = ("o", 3.5) if not place else ("v" if place < 0 else "^", 4.5)
    return _mark(shape, size, face, edge, mew=0.8, zorder=3 + abs(place))


MARKS: Final[Mapping[str, Style]] = {
    "merged": _mark("s", 9, BAND, "none", zorder=1),
    "open": _mark("o", 4, PAPER, ACCENT, zorder=4),
    "median": _mark("o", 5, INK, PAPER),
    "p90": _mark("D", 5, INK, PAPER),
    "censored": _mark("|", 5, INK, INK, mew=0.7),
    "event": _mark("o", 3.5, PAPER, ACCENT, zorder=5),
    **{
        f"{kind} {side}".rstrip(): _mark(shape, 6, colour, PAPER, mew=0.6, zorder=5)
        for kind, shape in (("outside", "D"), ("run_of_eight", "^"), ("three_of_four", "s"))
        for side, colour in (("", INK), ("improvement", ACCENT), ("concern", CONCERN))
    },
    "range_outside": _mark("D", 6, INK, PAPER, mew=0.6, zorder=5),
    **{f"funnel_{place}": _in_funnel(place, few=False) for place in range(-2, 3)},
    **{f"funnel_{place}_few": _in_funnel(place, few=True) for place in range(-2, 3)},
    "target_meets": _mark("o", 4, ACCENT, ACCENT, zorder=4),
    "target_fails": _mark("v", 4, INK, INK, zorder=4),
    "target_inconclusive": _mark("s", 4, PAPER, SOFT, zorder=4),
    "target_too_few": _mark("x", 4, SOFT, SOFT, zorder=4),
}
"""The styles of points, by name. Points in other styles are drawn only on the page."""


def _fill(face: str, edge: str, width: float = 0.6, hatch: str | None = None) -> Style:
    return {"facecolor": face, "edgecolor": edge, "lw": width, "hatch": hatch}


def _day(face: str, hatch: str | None = None) -> Style:
    """Return the style of the box of a day, which has a thin pale edge."""
    return _fill(face, RULE, 0.4, hatch)


BOXES: Final[Mapping[str, Style]] = {
    **{f"s{step}": _fill(shade, "none", 0.4) for step, shade in enumerate(SHADES)},
    "few": _day(PAPER, "////"),
    "blank": _fill(PAPER, "none", 0.4),
    "whole": _fill(BAND, ACCENT),
    "part": _fill(ACCENT, PAPER, 0, "////"),
    "used": _fill(BAND, ACCENT),
    "not_used": _fill(RAIL, RULE),
    "paused": _fill(PAPER, SOFT, hatch="////"),
    "over": _fill(SHADES[2], INK, hatch="xxxx"),
    "unknown_day": _fill(PAPER, SOFT, 0, "...."),
    "holder": _fill(BAND, ACCENT),
    "no_holder": _fill(PAPER, SOFT, hatch="...."),
    "work": _day(PAPER),
    "short": _day(SAND),
    "transferred_work": _day(BAND),
    "short_weekend": _day(BAND),
    "day_off": _day(PINK),
    "holiday": _day(RED),
    "transferred_off": _day(ROSE),
    "decreed_off": _day(ROSE),
    "overridden": _day(SHADES[0]),
    "unknown": _day(PAPER, "////"),
}


def swatch(look: str) -> Style:
    """Return the style of a box in a legend, which always has a visible edge."""
    edge = BOXES[look]["edgecolor"]
    return {**BOXES[look], "edgecolor": SOFT if edge in (RULE, "none") else edge}


_INKS: Final = {
    **dict.fromkeys(("s3", "s4", "s5", "s6", "holiday"), PAPER),
    "day_off": RED,
    "unknown": SOFT,
}
"""Text colours in boxes, keyed by the style name of the box; other text is ``INK``."""
_ON_PAPER: Final = frozenset({"box few", "box holder", "box no_holder", "day unknown"})
"""Style names of texts that get a white background to stay legible on a pattern."""

_MIDDLE: Final[Style] = {"ha": "center", "va": "center"}
_SMALL: Final[Style] = {"fontsize": TYPE - 0.5, "linespacing": 1.1, **_MIDDLE}
_HALO: Final = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
_WORDS: Final[Mapping[str, Style]] = {
    "box": {**_SMALL, "zorder": 2},
    "reason": {**_SMALL, "color": SOFT},
    "upright": {**_SMALL, "color": SOFT, "rotation": 90},
    "number": {**_SMALL, "va": "bottom", "zorder": 6, "bbox": _HALO},
    "empty": {**_MIDDLE, "fontsize": TYPE},
    "month": {**_MIDDLE, "fontsize": TYPE, "fontweight": "bold"},
    "weekday": {**_MIDDLE, "fontsize": TYPE - 1.5},
    "day": {"fontsize": TYPE - 1, "va": "baseline"},
    "sign": {"fontsize": TYPE - 1.5, "ha": "right", "va": "top"},
}


def label(look: str) -> Style:
    """Return the style of a text.

    ``look`` is the style name of the text. The style name of the box around the text can follow it,
    after a space.
    """
    name, _, box = look.partition(" ")
    halo = {"bbox": _HALO} if look in _ON_PAPER else {}
    ink = {"color": _INKS.get(box, INK)} if name not in ("month", "weekday") else {}
    return {**ink, **halo, **_WORDS[name]}
