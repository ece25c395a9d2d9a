"""Numbers, amounts of time and dates as text, in Russian and English."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from workhours_sla.text import words
from workhours_sla.text.catalog import current

NO_FIGURE: Final = "\N{EN DASH}"
"""Text in place of a missing figure on the page."""

_HOUR: Final = timedelta(hours=1)
_NBSP: Final = "\N{NO-BREAK SPACE}"
_GROUP: Final = {"en": ",", "ru": _NBSP}


def number(text: str) -> str:
    """Write a number with the decimal separator of a language.

    ``text`` has a decimal point; in Russian it becomes a comma.

    >>> number("89.96")
    '89.96'
    """
    return text.replace(".", ",") if current() == "ru" else text


def percent(value: float, *, target: float | None = None, places: int = 1) -> str:
    """Return a share from 0 to 1 as a percentage, rounded half up but never across the target.

    The percentage has ``places`` decimals, or more if rounding would move it to or across the
    target, or to 0 or 100. Raises ValueError for a value outside 0 to 1, a target that is not
    above 0 and at most 1, and negative places.

    >>> percent(0.8996), percent(0.8996, target=0.9), percent(9 / 10, target=0.9)
    ('90.0', '89.96', '90.0')
    >>> percent(1999 / 2000)
    '99.95'
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
    # repr gives the decimal digits of the float, so that 0.9 is exactly nine tenths.
    exact = Fraction(repr(float(value))) * 100
    marks = [Fraction(0), Fraction(100)]
    if target is not None:
        marks.append(Fraction(repr(float(target))) * 100)
    shown = _half_up(exact, places)
    while any(_side(shown, mark) != _side(exact, mark) for mark in marks):
        places += 1
        shown = _half_up(exact, places)
    whole, rest = divmod(int(shown * 10**places), 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)


def count_text(count: int) -> str:
    """Return a whole number as text with thousands separators.

    >>> count_text(27655)
    '27,655'
    """
    return f"{count:,}".replace(",", _GROUP[current()])


def target_text(target: float) -> str:
    """Return a share from 0 to 1 in percent, without needless decimals and without a % sign."""
    return number(f"{target * 100:g}")


def hours_grouped(amount: timedelta) -> str:
    """Return an amount of time in hours with one decimal and thousands separators.

    >>> hours_grouped(timedelta(hours=1680, minutes=6))
    '1,680.1'
    """
    whole, _, tenth = f"{amount / _HOUR:,.1f}".partition(".")
    return whole.replace(",", _GROUP[current()]) + number(f".{tenth}")


def hours_exact(amount: timedelta) -> str:
    """Return an amount of time in hours with two decimals."""
    return number(f"{amount / _HOUR:.2f}")


def when_text(when: datetime) -> str:
    """Return the date and the time of an instant, joined by no-break spaces."""
    return f"{words.short_date(when.date())} {when:%H:%M}".replace(" ", _NBSP)


def day_text(day: date) -> str:
    """Return a date with its weekday and year, joined by no-break spaces."""
    return words.weekday_date(day).replace(" ", _NBSP)


def short_day(day: date) -> str:
    """Return a date without its year, joined by no-break spaces."""
    return words.short_date(day)[:-5].replace(" ", _NBSP)


def weekday_text(day: date) -> str:
    """Return a date with its weekday and without its year; a line can break after the weekday."""
    return f"{words.weekdays()[day.weekday()]} {short_day(day)}"


def _half_up(value: Fraction, places: int) -> Fraction:
    return Fraction((value * 10**places + Fraction(1, 2)).__floor__(), 10**places)


def _side(value: Fraction, other: Fraction) -> int:
    """Return 1 if the value is above ``other``, 0 if it is equal, and -1 if it is below."""
    return (value > other) - (value < other)
