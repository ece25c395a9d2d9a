"""Budgets as plain data: the name of the kind, the size, and the form in JSON."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta

from workhours_sla.worktime.budget import iso_amount
from workhours_sla.worktime.budget_kinds import Budget, ClockTime

WORKING_TIME = "working_time"
"""The name of the kind of budget that is a plain timedelta."""
_COUNTING = frozenset({"roll", "count_from"})


def budget_kind(budget: Budget) -> str:
    """Return the name of the kind of a budget, as it is used in JSON and in texts.

    >>> from workhours_sla import WorkingDays
    >>> budget_kind(WorkingDays(7)), budget_kind(timedelta(hours=4))
    ('working_days', 'working_time')
    """
    if isinstance(budget, timedelta):
        return WORKING_TIME
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", type(budget).__name__).lower()


def budget_size(budget: Budget) -> timedelta | int:
    """Return the amount of a time budget, or the count of a budget in days or months.

    >>> from workhours_sla import Months
    >>> budget_size(Months(1, roll="none"))
    1
    """
    if isinstance(budget, timedelta):
        return budget
    if isinstance(budget, ClockTime):
        return budget.amount
    count: int = budget.count  # type: ignore[union-attr]
    return count


def counting_of(budget: Budget) -> dict[str, object]:
    """Return the ``roll`` and ``count_from`` of a budget, keyed by name, if its kind has them.

    >>> from workhours_sla import WorkingDays
    >>> counting_of(WorkingDays(7)), counting_of(timedelta(hours=4))
    ({'count_from': 'next_day'}, {})
    """
    if isinstance(budget, timedelta):
        return {}
    return {name: value for name, value in _values(budget).items() if name in _COUNTING}


def budget_data(budget: Budget) -> str | dict[str, dict[str, object]]:
    """Return a budget for JSON: working time as an ISO 8601 duration, others keyed by kind.

    >>> from workhours_sla import ClockTime, WorkingDays
    >>> budget_data(timedelta(hours=4)), budget_data(ClockTime(timedelta(hours=9)))
    ('PT4H', {'clock_time': {'amount': 'PT9H'}})
    >>> budget_data(WorkingDays(7))
    {'working_days': {'count': 7, 'count_from': 'next_day'}}
    """
    if isinstance(budget, timedelta):
        return iso_amount(budget)
    return {
        budget_kind(budget): {
            name: iso_amount(value) if isinstance(value, timedelta) else value
            for name, value in _values(budget).items()
        }
    }


def _values(budget: Budget) -> dict[str, object]:
    return {field.name: getattr(budget, field.name) for field in fields(budget)}  # type: ignore[arg-type]
