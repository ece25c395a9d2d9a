"""Small SVG pictures of shares for lists: bars with an interval, and lines of weeks.

The pictures have no view box: positions are percentages, so that they stretch with the column.
"""

from __future__ import annotations

from collections.abc import Sequence

from workhours_sla.reports.page.elements import Html, element
from workhours_sla.statistics.intervals import ComplianceRate

_WIDE, _HIGH, _EDGE = 118, 30, 4


def share_bar(rate: ComplianceRate, label: str, *, large: bool = False) -> Html:
    """Return a bar from 0 to 100 % with a share, its interval and the target.

    ``label`` is the text for screen readers. A share of few appeals has no bar, only its interval.
    """
    lower, upper = rate.interval.lower, rate.interval.upper
    return element(
        "svg",
        element("rect", width="100%", height="100%", rx=3, class_="rail"),
        None
        if rate.counts_only
        else element("rect", width=_percent(rate.rate), height="100%", rx=3, class_="share"),
        element(
            "rect",
            x=_percent(lower),
            y="36%",
            width=_percent(max(upper - lower, 0.003)),
            height="28%",
            class_="spread",
        ),
        element("line", x1=_percent(rate.target), x2=_percent(rate.target), y2="100%"),
        class_="part large" if large else "part",
        role="img",
        aria_label=label,
    )


def share_scale(target: float, label: str) -> Html:
    """Return a scale for the bars below it: 0, 50, 100 and the target with its label."""
    ends = [(0.0, "0", "start"), (0.5, "50", "middle"), (1.0, "100", "end")]
    shown = [end for end in ends if end[0] in (0.0, 1.0) or abs(end[0] - target) > 0.25]
    near_end = target > 0.8
    texts = [
        element(
            "text",
            text,
            x=_percent(at),
            y=12,
            text_anchor=anchor,
            class_="mid" if anchor == "middle" else None,
        )
        for at, text, anchor in (shown[:-1] if near_end else shown)
    ]
    anchor = "end" if near_end else "middle"
    goal = element("text", label, x=_percent(target), y=12, text_anchor=anchor, class_="goal")
    end = element("text", "100", x="100%", y=12, text_anchor="end") if near_end else None
    return element("svg", texts, goal, end, class_="scale", aria_hidden="true")


def week_line(shares: Sequence[float | None], target: float, label: str) -> Html:
    """Return a line of weekly shares; its y axis fits the shares and the target.

    None is a week without a matured appeal; the line continues to the next week.
    """
    known = [(place, share) for place, share in enumerate(shares) if share is not None]
    low = min([target, *(share for _, share in known)])
    high = max([target, *(share for _, share in known)])
    unit = (_HIGH - 2 * _EDGE) / ((high - low) or 1.0)
    step = (_WIDE - 2 * _EDGE) / max(len(shares) - 1, 1)

    def y(share: float) -> float:
        return round(_HIGH - _EDGE - (share - low) * unit, 1)

    points = [(round(_EDGE + place * step, 1), y(share)) for place, share in known]
    last = points[-1]
    return element(
        "svg",
        element("line", x1=0, x2=_WIDE, y1=y(target), y2=y(target)),
        element("polyline", points=" ".join(f"{x},{y}" for x, y in points)),
        element("circle", cx=last[0], cy=last[1], r=2.6),
        viewBox=f"0 0 {_WIDE} {_HIGH}",
        class_="weeks",
        role="img",
        aria_label=label,
    )


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"
