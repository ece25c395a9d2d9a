"""Names, amounts of time and shares as text that is safe to print."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from workhours_sla.text.amounts import amount_words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import NO_FIGURE, number, percent, signed

if TYPE_CHECKING:
    from workhours_sla.compliance.comparison import RateChange
    from workhours_sla.compliance.report_numbers import ReportNumbers  # needs numpy

WIDEST_NAME: Final = 40  # maximum number of letters of a name
NONE: Final = "-"  # text for a missing figure

_MINUTE: Final = timedelta(minutes=1)


def printable(text: str) -> str:
    """Return text as one line of at most 40 characters; unprintable characters become ``?``."""
    return one_line(cut(text, WIDEST_NAME))


def one_line(text: str) -> str:
    return "".join(
        letter if letter.isprintable() or letter == "\N{NO-BREAK SPACE}" else "?" for letter in text
    )


def cut(text: str, letters: int) -> str:
    """Shorten text to at most ``letters`` letters; shortened text ends with three dots."""
    return text if len(text) <= letters else f"{text[: letters - 3]}..."


def plain_week(name: str) -> str:
    """Return the dates of a week without the dashes and spaces of print."""
    return name.replace("\N{NO-BREAK SPACE}", " ").replace("\N{EN DASH}", "-")


def printable_names(names: Sequence[str]) -> list[str]:
    """Return names as ``printable`` does; those that would be equal keep their end instead."""
    shown = Counter(printable(name) for name in set(names))
    half = WIDEST_NAME // 2
    return [
        printable(name)
        if len(name) <= WIDEST_NAME or shown[printable(name)] == 1
        else one_line(f"{name[:half]}...{name[3 - half :].lstrip()}")
        for name in names
    ]


def percent_text(share: float, *, target: float | None = None, places: int = 1) -> str:
    """Write a share in percent without the sign; rounding never moves it across the target."""
    return number(percent(min(max(share, 0.0), 1.0), target=target, places=places))


def percent_sign(share: float, target: float | None = None) -> str:
    """Write a share in percent with the sign; rounding never moves it across the target."""
    return CHARTS.text("percent", share=percent_text(share, target=target))


def points_text(part: float, *, has_sign: bool = False) -> str:
    """Write a difference of shares in percentage points, with a second decimal if it is small."""
    places = 1 if abs(round(100 * part, 1)) or not round(100 * part, 2) else 2
    shown = signed(100 * part, places)
    return shown if has_sign else shown.removeprefix("+")


def change_in_points(change: RateChange, target: float) -> tuple[dict[str, float], int]:
    """Round the shares of a change and their difference to percent, so that they add up.

    Also returns how many decimals they have: two for a change of less than 0.1.
    """
    places = 2 if 0 < abs(100 * change.difference) < 0.1 else 1
    before, after = (
        float(percent(share, target=target, places=places))
        for share in (change.before, change.after)
    )
    return {"before": before, "after": after, "difference": round(after - before, places)}, places


def amount_in_words(amount: timedelta) -> str:
    r"""Write an amount in hours and minutes, rounded up to a minute.

    >>> amount_in_words(timedelta(hours=2, minutes=9, seconds=1)).replace("\xa0", " ")
    '2 h 10 min'
    """
    return amount_words(whole_minutes(amount))


def whole_minutes(amount: timedelta) -> timedelta:
    """Round an amount up to a minute."""
    return math.ceil(amount / _MINUTE) * _MINUTE


def overdue_text(amount: timedelta | None, report: ReportNumbers) -> str:
    return NO_FIGURE if amount is None else amount_in_words(amount) + in_days(amount, report)


def in_days(amount: timedelta, report: ReportNumbers) -> str:
    """Write an amount as working days in parentheses; empty for at most one working day."""
    worked = Counter(day.working_time for day in report.days if day.working_time)
    if not worked or report.promise.budget_kind == "clock_time":
        return ""
    days = days_text(amount, worked.most_common(1)[0][0])
    return f" ({days})" if days else ""


def days_text(amount: timedelta, day: timedelta) -> str:
    """Write an amount in working days of a length; empty for at most one working day."""
    if amount <= day:
        return ""
    return CHARTS.text("amount_days", days=number(f"{amount / day:.1f}"))
