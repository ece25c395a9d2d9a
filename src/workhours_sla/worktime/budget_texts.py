"""Parse budgets of every kind, such as ``4h``, ``7 working days`` or ``9h clock``.

``budget_kinds`` is imported only for budgets that are not working time: see ``budget``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from workhours_sla.errors import BudgetError, shown
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import match_of_amount, parse_amount

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import Budget, CountFrom
    from workhours_sla.worktime.due_dates import Roll

_COUNTED: Final = re.compile(r"(\d{1,9})\s+(working\s+days?(?:\s+in\s+hours)?|days?|months?)")
_SINGULAR: Final = {"days": "day", "months": "month"}
_CLOCK: Final = "clock"


def parse_budget(
    text: str, *, roll: Roll | None = None, count_from: CountFrom | None = None
) -> Budget:
    """Parse a budget of any kind, as a configuration writes it.

    Working time is ``4h``, ``90m``, ``4h30m``, ``4:30`` or an ISO 8601 duration with hours, minutes
    and seconds, ``PT4H30M``; it becomes a timedelta. The other kinds are

    - ``7 working days``: WorkingDays;
    - ``30 days``: CalendarDays;
    - ``1 month``: Months;
    - ``9h clock``: ClockTime;
    - ``2 working days in hours``: WorkingDaysInHours.

    ``P1D`` is refused, since it does not say which days count. ``roll`` decides where a due date on
    a day off moves; calendar days and months require it, and other kinds ignore it. ``count_from``
    decides which date is counted first, by default ``next_day``; only WorkingDays and CalendarDays
    use it. Raises BudgetError for any other text, and for a ``roll`` or ``count_from`` that is
    required and missing or has no such value.

    >>> parse_budget("4h30m") == parse_budget("PT4H30M") == parse_budget("4:30")
    True
    >>> parse_budget("30 days", roll="following")
    CalendarDays(count=30, roll='following', count_from='next_day')
    """
    if match_of_amount(text) is not None:
        return parse_amount(text)
    from workhours_sla.worktime import budget_kinds

    compact = text.strip().lower()
    amount = compact.removesuffix(_CLOCK)
    # a regular expression would take quadratic time for many blanks before "clock"
    if amount != amount.rstrip():
        return budget_kinds.ClockTime(parse_amount(amount))
    counted = _COUNTED.fullmatch(compact)
    if counted is None:
        msg = say("no_budget", text=shown(text))
        raise BudgetError(msg, text=text)
    number, unit = counted.groups()
    kinds: Mapping[str, tuple[Callable[..., Budget], tuple[str, ...]]] = {
        "working day": (budget_kinds.WorkingDays, ("count_from",)),
        "working day in hours": (budget_kinds.WorkingDaysInHours, ()),
        "day": (budget_kinds.CalendarDays, ("roll", "count_from")),
        "month": (budget_kinds.Months, ("roll",)),
    }
    words = (_SINGULAR.get(word, word) for word in unit.split())
    kind, options = kinds[" ".join(words)]
    given = {"roll": roll, "count_from": count_from or "next_day"}
    if "roll" in options and roll is None:
        msg = say("no_roll", text=shown(text))
        raise BudgetError(msg, text=text)
    return kind(int(number), **{name: given[name] for name in options})
