"""Parse budgets of every kind as a configuration writes them, such as ``7 working days``."""

from __future__ import annotations

import re

from workhours_sla.errors import BudgetError, shown
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import parse_budget
from workhours_sla.worktime.budget_kinds import (
    Budget,
    CalendarDays,
    ClockTime,
    CountFrom,
    Months,
    WorkingDays,
)
from workhours_sla.worktime.due_dates import Roll

_COUNTED = re.compile(r"(\d{1,9})\s+(working\s+days?|days?|months?)")
_CLOCK = "clock"


def read_budget(
    text: str, *, roll: Roll | None = None, count_from: CountFrom | None = None
) -> Budget:
    """Parse a budget such as ``4h``, ``7 working days``, ``30 days``, ``1 month`` or ``9h clock``.

    ``roll`` decides where a due date on a day off moves. Only calendar days and months use it, and
    they require it. ``count_from`` decides which day is counted first. Only working days and
    calendar days use it. Raises BudgetError if ``roll`` is required and missing, and for any other
    text.

    >>> read_budget("30 days", roll="following")
    CalendarDays(count=30, roll='following', count_from='next_day')
    """
    compact = text.strip().lower()
    amount = compact.removesuffix(_CLOCK)
    # a regular expression would take quadratic time for many blanks before "clock"
    if amount != amount.rstrip():
        return ClockTime(parse_budget(amount))
    counted = _COUNTED.fullmatch(compact)
    if counted is None:
        try:
            return parse_budget(text)
        except BudgetError:
            msg = say("no_budget", text=shown(text))
            raise BudgetError(msg, text=text) from None
    count, unit = int(counted[1]), counted[2]
    if unit.startswith("working"):
        return WorkingDays(count, count_from or "next_day")
    if roll is None:
        msg = say("no_roll", text=shown(text))
        raise BudgetError(msg, text=text)
    if unit.startswith("month"):
        return Months(count, roll)
    return CalendarDays(count, roll, count_from or "next_day")
