"""Numbers as text, in Russian and English."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from workhours_sla.text.catalog import current, grouped

NO_FIGURE: Final = "\N{EN DASH}"
"""Text in place of a missing figure on the page."""
MINUS: Final = "\N{MINUS SIGN}"


def number(text: str) -> str:
    """Write a number with the decimal separator of a language.

    ``text`` has a decimal point; in Russian it becomes a comma.

    >>> number("89.96")
    '89.96'
    """
    return text.replace(".", ",") if current() == "ru" else text


def percent(value: float, *, target: float | None = None, places: int = 1) -> str:
    """Return a share from 0 to 1 as a percentage with ``places`` decimals.

    The share is rounded half up, but the other way if this would move it across the target, or to 0
    or 100: a share below the target never reads as the target. It has more decimals only if no
    number with ``places`` decimals is on its side of the target. Raises ValueError for a value
    outside 0 to 1, a target that is not above 0 and at most 1, and negative places.

    >>> percent(0.8994), percent(0.8996, target=0.9), percent(9 / 10, target=0.9)
    ('89.9', '89.9', '90.0')
    >>> percent(1999 / 2000), percent(0.9001, target=0.9), percent(0.9996, target=0.9995)
    ('99.9', '90.0', '99.96')
    """
    if not 0 <= value <= 1:
        msg = f"{value} is not from 0 to 1; give a share, not a percentage"
        raise ValueError(msg)
    if target is not None and not 0 < target <= 1:
        msg = f"target {target} is not above 0 and at most 1; write 90 % as 0.9"
        raise ValueError(msg)
    if places < 0:
        msg = f"{places} decimal places is negative; give 0 or more"
        raise ValueError(msg)
    while True:
        unit = Fraction(1, 10**places)
        near = _half_up(value, places)
        for shown in (near, near - unit, near + unit):
            if _side(shown, target) == _side(_exact(value), target):
                whole, rest = divmod(int(shown / unit), 10**places)
                return f"{whole}.{rest:0{places}}" if places else str(whole)
        places += 1


def decimals(value: float, target: float | None = None) -> int:
    """Return how many decimals keep a percentage on its side when a spreadsheet rounds it."""
    side = _side(_exact(value), target)
    return next(n for n in range(1, 15) if _side(_half_up(value, n), target) == side)


def count_text(count: int) -> str:
    """Return a whole number as text with thousands separators.

    >>> count_text(27655)
    '27,655'
    """
    return grouped(count)


def target_text(target: float) -> str:
    """Return a share from 0 to 1 in percent, without needless decimals and without a % sign."""
    return number(f"{target * 100:g}")


def signed(value: float, places: int = 0) -> str:
    """Write a difference with its sign, zero without one."""
    shown = f"{value:+.{places}f}"
    return number(shown if float(shown) else shown[1:]).replace("-", MINUS)


def _exact(value: float) -> Fraction:
    """Return a share in percent, without the last digits of a float, which are noise."""
    return Fraction(repr(round(float(value), 12))) * 100


def _half_up(value: float, places: int) -> Fraction:
    scale = 10**places
    return Fraction((_exact(value) * scale + Fraction(1, 2)).__floor__(), scale)


def _side(percentage: Fraction, target: float | None) -> tuple[bool, ...]:
    """Return what rounding must not change: above 0, at the target or above it, and 100."""
    goal = percentage if target is None else _exact(target)
    return percentage > 0, percentage >= goal, percentage >= 100
