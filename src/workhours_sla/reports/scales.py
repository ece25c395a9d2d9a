"""Convert shares to texts and to shades of a heat map."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import number, percent, target_text

SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares below the target at which the shade of a cell changes."""
SHADES: Final = 7
"""Number of shades."""


def percent_text(share: float, *, target: float | None = None) -> str:
    """Write a share in percent without the sign; rounding never moves it across the target."""
    return number(percent(min(max(share, 0.0), 1.0), target=target))


def percent_sign(share: float, target: float | None = None) -> str:
    """Write a share in percent with the sign; rounding never moves it across the target."""
    return CHARTS.text("percent", share=percent_text(share, target=target))


def shade(share: float, target: float) -> int:
    """Return the shade of a share in time: 0 if it meets the target, higher for lower shares.

    >>> shade(0.93, 0.9), shade(0.85, 0.9), shade(0.2, 0.9)
    (0, 1, 5)
    """
    return 0 if share >= target else 1 + sum(share < bound for bound in _bounds(target))


def neutral_shade(share: float) -> int:
    """Return the shade of a share in a neutral scale: higher for higher shares."""
    return min(int(share * SHADES), SHADES - 1)


def shade_labels(target: float) -> list[str]:
    r"""Return the labels of the shades in order: their ranges of shares in percent.

    >>> shade_labels(0.7)
    ['≥\xa070', '60–70', '50–60', 'below 50']
    """
    texts = [target_text(bound) for bound in [*_bounds(target), target]]
    between = [f"{low}\N{EN DASH}{high}" for low, high in pairwise(texts)]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    return [highest, *reversed(between), CHARTS.text("below", share=texts[0])]


def _bounds(target: float) -> list[float]:
    """Return the shares below the target at which the shade changes."""
    return [bound for bound in SHARES if bound < target]
