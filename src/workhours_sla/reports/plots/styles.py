"""The styles of the looks of charts: the page's colours on white paper, and type for print."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

from workhours_sla.reports.charts.model import TYPE

INK, SOFT, RULE, RAIL, PAPER = "#1c1d1f", "#55585d", "#d8d8d2", "#ecece7", "#ffffff"
ACCENT, BAND = "#1f4e8c", "#c9d7ea"
SHADES: Final = ("#eef2f7", "#cfdcec", "#a3bcda", "#4a74a8", "#2f5c98", "#1f4880", "#12315c")
"""From the target reached to far below it, as on the page."""
SAND: Final = "#f3e6b8"
"""The one warm colour, for the days that are shorter."""

_DARK_FROM: Final = 3
"""The first shade on which text is white."""
_DOTTED, _DASHED, _LONG = (0, (1.5, 2)), (0, (5, 2.5)), (0, (7, 3))

Style = Mapping[str, Any]
LINES: Final[Mapping[str, Style]] = {
    "line": {"color": ACCENT, "lw": 1.1, "marker": "o", "ms": 3, "zorder": 3},
    "mean": {"color": SOFT, "lw": 0.8},
    "limit": {"color": SOFT, "lw": 0.8, "ls": _DASHED},
    "warning": {"color": SOFT, "lw": 0.9, "ls": _DOTTED},
    "target": {"color": INK, "lw": 1, "ls": _LONG},
    "rule": {"color": SOFT, "lw": 0.6},
    "grid": {"color": RULE, "lw": 0.6, "zorder": 0},
    "due": {"color": INK, "lw": 1.4, "zorder": 4},
    "late": {"color": INK, "lw": 1.2, "ls": _DASHED, "zorder": 4},
    "as_of": {"color": SOFT, "lw": 1, "ls": ":", "zorder": 4},
    "target_meets": {"color": ACCENT, "lw": 1.1},
    "target_fails": {"color": INK, "lw": 1.1},
    "target_inconclusive": {"color": SOFT, "lw": 1.1},
    "target_too_few": {"color": SOFT, "lw": 1.1},
}


def mark(marker: str, size: float, face: str, edge: str, **rest: Any) -> Style:
    """Return the style of points."""
    return {"ls": "none", "marker": marker, "ms": size, "mfc": face, "mec": edge, **rest}


MARKS: Final[Mapping[str, Style]] = {
    "merged": mark("s", 9, BAND, "none", zorder=1),
    "open": mark("o", 4, PAPER, ACCENT, zorder=4),
    "median": mark("o", 5, INK, PAPER),
    "p90": mark("D", 5, INK, PAPER),
    "censored": mark("|", 5, INK, INK, mew=0.7),
    "event": mark("o", 3.5, PAPER, ACCENT, zorder=5),
    **{
        kind: mark(marker, 6, INK, PAPER, mew=0.6, zorder=5)
        for kind, marker in (
            *(("outside", "D"), ("run_of_eight", "^"), ("three_of_four", "s")),
            ("range_outside", "D"),
        )
    },
    **{
        f"funnel_{place}{few}": mark(
            "v" if place < 0 else "^" if place else "o",
            4.5 if place else 3.5,
            (SOFT if few else INK) if abs(place) > 1 else PAPER,
            (SOFT if place else SHADES[2]) if few else INK if abs(place) > 1 else ACCENT,
            mew=0.8,
            zorder=3 + abs(place),
        )
        for place, few in product(range(-2, 3), ("", "_few"))
    },
    "target_meets": mark("o", 4, ACCENT, ACCENT, zorder=4),
    "target_fails": mark("v", 4, INK, INK, zorder=4),
    "target_inconclusive": mark("s", 4, PAPER, SOFT, zorder=4),
    "target_too_few": mark("x", 4, SOFT, SOFT, zorder=4),
}
"""The looks of points; those that are not here are drawn on the page alone."""


def fill(face: str, edge: str, width: float = 0.6, hatch: str | None = None) -> Style:
    """Return the style of a box."""
    return {"facecolor": face, "edgecolor": edge, "lw": width, "hatch": hatch}


BOXES: Final[Mapping[str, Style]] = {
    **{f"s{step}": fill(shade, "none", 0.4) for step, shade in enumerate(SHADES)},
    "few": fill(PAPER, RULE, 0.4, "////"),
    "blank": fill(PAPER, "none", 0.4),
    "used": fill(BAND, ACCENT),
    "not_used": fill(RAIL, RULE),
    "held": fill(PAPER, SOFT, hatch="////"),
    "over": fill(SHADES[2], INK, hatch="xxxx"),
    "unknown_day": fill(PAPER, SOFT, 0, "...."),
    "holder": fill(BAND, ACCENT),
    "no_holder": fill(PAPER, SOFT, hatch="...."),
    "work": fill(PAPER, RULE, 0.4),
    "short": fill(SAND, RULE, 0.4),
    "transferred_work": fill(BAND, RULE, 0.4),
    "short_weekend": fill(BAND, RULE, 0.4),
    "day_off": fill(RAIL, RULE, 0.4),
    "holiday": fill(ACCENT, RULE, 0.4),
    "transferred_off": fill(SHADES[2], RULE, 0.4),
    "decreed_off": fill(SHADES[3], RULE, 0.4),
    "overridden": fill(SHADES[0], RULE, 0.4),
    "unknown": fill(PAPER, RULE, 0.4, "////"),
}
INKS: Final = {
    **{f"s{step}": PAPER for step in range(_DARK_FROM, len(SHADES))},
    **dict.fromkeys(("holiday", "decreed_off"), PAPER),
    **dict.fromkeys(("day_off", "unknown"), SOFT),
}
"""The colours of text in boxes, where it is not ink."""

HALOED: Final = frozenset({"few", "holder", "no_holder"})
"""The boxes whose text is on paper of its own."""
MIDDLE: Final[Style] = {"ha": "center", "va": "center"}
WORDS: Final[Mapping[str, Style]] = {
    "box": {"fontsize": TYPE - 0.5, **MIDDLE},
    "reason": {"fontsize": TYPE - 0.5, "color": SOFT, "linespacing": 1.1, **MIDDLE},
    "upright": {
        "fontsize": TYPE - 0.5,
        "color": SOFT,
        "linespacing": 1.1,
        "rotation": 90,
        **MIDDLE,
    },
    "number": {
        "fontsize": TYPE - 0.5,
        "color": INK,
        "ha": "center",
        "va": "bottom",
        "zorder": 6,
        "bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
    },
    "month": {"fontsize": TYPE, "fontweight": "bold", **MIDDLE},
    "weekday": {"fontsize": TYPE - 1.5, **MIDDLE},
    "day": {"fontsize": TYPE - 1, "va": "baseline"},
    "sign": {"fontsize": TYPE - 1.5, "ha": "right", "va": "top"},
}
