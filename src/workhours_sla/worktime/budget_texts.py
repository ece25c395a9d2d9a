"""Parse the budgets that are not working time, such as ``7 working days`` or ``9h clock``."""

from __future__ import annotations

import re

from workhours_sla.errors import BudgetError, shown
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import parse_amount
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


def parse_kind(text: str, roll: Roll | None, count_from: CountFrom | None) -> Budget:
    """Parse a budget that is not working time, see ``parse_budget``. Raises BudgetError."""
    compact = text.strip().lower()
    amount = compact.removesuffix(_CLOCK)
    # a regular expression would take quadratic time for many blanks before "clock"
    if amount != amount.rstrip():
        return ClockTime(parse_amount(amount))
    counted = _COUNTED.fullmatch(compact)
    if counted is None:
        msg = say("no_budget", text=shown(text))
        raise BudgetError(msg, text=text)
    count, unit = int(counted[1]), counted[2]
    if unit.startswith("working"):
        return WorkingDays(count, count_from or "next_day")
    if roll is None:
        msg = say("no_roll", text=shown(text))
        raise BudgetError(msg, text=text)
    if unit.startswith("month"):
        return Months(count, roll)
    return CalendarDays(count, roll, count_from or "next_day")
