"""Working time in words: hours and minutes, and working days for long amounts."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from typing import Final

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import NO_FIGURE, count_text, number

_MINUTE: Final = timedelta(minutes=1)


def amount_in_words(amount: timedelta) -> str:
    r"""Write an amount in hours and minutes, rounded up to a minute.

    >>> amount_in_words(timedelta(hours=2, minutes=9, seconds=1)).replace("\xa0", " ")
    '2 h 10 min'
    """
    hours, minutes = divmod(math.ceil(amount / _MINUTE), 60)
    parts = [
        CHARTS.text(key, count=count_text(count))
        for key, count in (("amount_hours", hours), ("amount_minutes", minutes))
        if count
    ]
    return "\N{NO-BREAK SPACE}".join(parts) or CHARTS.text("amount_minutes", count="0")


def overdue_text(amount: timedelta | None, report: ReportNumbers) -> str:
    """Write an amount in hours and minutes, followed by working days if it is over one."""
    if amount is None:
        return NO_FIGURE
    return amount_in_words(amount) + in_days(amount, report)


def in_days(amount: timedelta, report: ReportNumbers) -> str:
    """Write an amount as working days in parentheses; empty for at most one working day.

    The result is also empty for clock time.
    """
    day = working_day(report)
    if day is None or report.promise.budget_kind == "clock_time":
        return ""
    days = days_text(amount, day)
    return f" ({days})" if days else ""


def days_text(amount: timedelta, day: timedelta) -> str:
    r"""Write an amount in working days of a length; empty for at most one working day.

    >>> days_text(timedelta(hours=71), timedelta(hours=8)).replace("\xa0", " ")
    '8.9 working days'
    """
    if amount <= day:
        return ""
    return CHARTS.text("amount_days", days=number(f"{amount / day:.1f}"))


def working_day(report: ReportNumbers) -> timedelta | None:
    """Return the most frequent daily working time in a report, None without working days."""
    worked = Counter(day.working_time for day in report.days if day.working_time)
    return worked.most_common(1)[0][0] if worked else None
