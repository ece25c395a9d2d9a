"""Shares as text and as shades."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from workhours_sla.text.charts import CHARTS
from workhours_sla.text.numbers import number, percent, target_text

SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""The bounds of the shades of the heat map, below the target."""
SHADES: Final = 7
"""How many shades there are."""


def percent_text(share: float, lang: str, *, target: float | None = None) -> str:
    """Return a share in percent without the sign, never rounded past the target."""
    return number(percent(min(max(share, 0.0), 1.0), target=target), lang)


def percent_sign(share: float, lang: str, target: float | None = None) -> str:
    """Return a share in percent, with the sign."""
    return CHARTS.text(lang, "percent", share=percent_text(share, lang, target=target))


def shade(share: float, target: float) -> int:
    """Return the shade of a share in time: 0 where the target is reached, more the lower.

    >>> shade(0.93, 0.9), shade(0.85, 0.9), shade(0.2, 0.9)
    (0, 1, 5)
    """
    return 0 if share >= target else 1 + sum(share < bound for bound in _bounds(target))


def neutral_shade(share: float) -> int:
    """Return the shade of a share where more is darker and nothing is good or bad."""
    return min(int(share * SHADES), SHADES - 1)


def shade_labels(target: float, lang: str) -> list[str]:
    r"""Return what each shade means, in order.

    >>> shade_labels(0.7, "en")
    ['≥\xa070', '60–70', '50–60', 'below 50']
    """
    texts = [target_text(bound, lang) for bound in [*_bounds(target), target]]
    between = [f"{low}\N{EN DASH}{high}" for low, high in pairwise(texts)]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    return [highest, *reversed(between), CHARTS.text(lang, "below", share=texts[0])]


def _bounds(target: float) -> list[float]:
    return [bound for bound in SHARES if bound < target]
