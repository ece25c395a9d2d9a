"""The scales that page and plots share: how far the curve goes, and the shades of shares."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Final

from workhours_sla.compliance.report import Promise
from workhours_sla.compliance.tables import Curve, Row
from workhours_sla.text.page import say, target_text

SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""The bounds of the shades of the heat map, below the target."""


def curve_end(curve: Curve, promise: Promise, total: Row) -> timedelta:
    """Return how far the curve is shown: past the budget and the ninetieth percentile."""
    wanted = [2 * promise.budget] if promise.budget is not None else []
    wanted += [
        quantile.time * 1.4
        for quantile in (total.median, total.p90)
        if quantile is not None and quantile.time is not None
    ]
    end = min(max(wanted), curve.longest) if wanted else curve.longest
    return end or timedelta(hours=1)  # all were answered at once


def shade(share: float, target: float) -> int:
    """Return the step of a share in time: 0 where the target is reached, more the lower.

    >>> shade(0.93, 0.9), shade(0.85, 0.9), shade(0.2, 0.9)
    (0, 1, 5)
    """
    return 0 if share >= target else 1 + sum(share < bound for bound in _bounds(target))


def shade_words(target: float, lang: str) -> list[str]:
    r"""Return what each shade means, by its step.

    >>> shade_words(0.7, "en")
    ['≥\xa070', '60–70', '50–60', 'below 50']
    """
    texts = [target_text(bound, lang) for bound in [*_bounds(target), target]]
    between = [say("from_to", lang, low=low, high=high) for low, high in pairwise(texts)]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    return [highest, *reversed(between), say("below", lang, share=texts[0])]


def _bounds(target: float) -> list[float]:
    return [bound for bound in SHARES if bound < target]
