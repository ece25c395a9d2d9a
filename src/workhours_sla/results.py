"""The types of what public functions return, and two that they take, to write in annotations.

Values of these types come from functions; their constructors may change. The page of a module has
the attributes of its results. ``WorkingTime`` is a schedule or a combination of schedules, and
``Budget`` an amount of working or other time.

>>> from workhours_sla import parse_budget
>>> from workhours_sla.results import DayBudget
>>> def days_of(text: str) -> DayBudget | None:
...     budget = parse_budget(text)
...     return budget if isinstance(budget, DayBudget) else None
>>> days_of("2 working days")
WorkingDays(count=2, count_from='next_day')
"""

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.calendars.calendar import Definition
    from workhours_sla.calendars.days import Entry
    from workhours_sla.calendars.sources import AvailableCalendar
    from workhours_sla.compliance.agreement import Agreement
    from workhours_sla.compliance.comparison import RateChange
    from workhours_sla.config.policy_builder import Preset
    from workhours_sla.foreign.act_files import Acts
    from workhours_sla.frames.frame_columns import MarkedColumns
    from workhours_sla.sla.appeal import Quarantined
    from workhours_sla.sla.changes import AppealState
    from workhours_sla.sla.deduplication import Copies
    from workhours_sla.sla.fold import Folded, Unmatched
    from workhours_sla.sla.forecast import Forecast
    from workhours_sla.sla.holders import Span
    from workhours_sla.sources.appeal_file import AppealFile
    from workhours_sla.sql.edges import CompiledSchedules
    from workhours_sla.sql.scripts import Script
    from workhours_sla.statistics.shares import ComplianceRate, ConfidenceInterval, RateDifference
    from workhours_sla.stores.store_values import (
        Checkpoint,
        DeadLetter,
        Dropped,
        Failure,
        Holdings,
        Pending,
        Progress,
        Rejected,
    )
    from workhours_sla.stream.delivery import Undelivered
    from workhours_sla.stream.source import Committed, RunSummary
    from workhours_sla.worktime.budgets import Budget
    from workhours_sla.worktime.columns.calculation import Marked
    from workhours_sla.worktime.day_budgets import DayBudget
    from workhours_sla.worktime.due_dates import DayAnswer, DayBounds
    from workhours_sla.worktime.hours_rules import Rotation
    from workhours_sla.worktime.shifts import Shift
    from workhours_sla.worktime.verbs import WorkingTime

_NAMES = {
    "calendars.calendar": "Definition",
    "calendars.days": "Entry",
    "calendars.sources": "AvailableCalendar",
    "compliance.agreement": "Agreement",
    "compliance.comparison": "RateChange",
    "config.policy_builder": "Preset",
    "foreign.act_files": "Acts",
    "frames.frame_columns": "MarkedColumns",
    "sla.appeal": "Quarantined",
    "sla.changes": "AppealState",
    "sla.deduplication": "Copies",
    "sla.fold": "Folded Unmatched",
    "sla.forecast": "Forecast",
    "sla.holders": "Span",
    "sources.appeal_file": "AppealFile",
    "sql.edges": "CompiledSchedules",
    "sql.scripts": "Script",
    "statistics.shares": "ComplianceRate ConfidenceInterval RateDifference",
    "stores.store_values": (
        "Checkpoint DeadLetter Dropped Failure Holdings Pending Progress Rejected"
    ),
    "stream.delivery": "Undelivered",
    "stream.source": "Committed RunSummary",
    "worktime.budgets": "Budget",
    "worktime.columns.calculation": "Marked",
    "worktime.day_budgets": "DayBudget",
    "worktime.due_dates": "DayAnswer DayBounds",
    "worktime.hours_rules": "Rotation",
    "worktime.shifts": "Shift",
    "worktime.verbs": "WorkingTime",
}

__all__ = [
    "Acts",
    "Agreement",
    "AppealFile",
    "AppealState",
    "AvailableCalendar",
    "Budget",
    "Checkpoint",
    "Committed",
    "CompiledSchedules",
    "ComplianceRate",
    "ConfidenceInterval",
    "Copies",
    "DayAnswer",
    "DayBounds",
    "DayBudget",
    "DeadLetter",
    "Definition",
    "Dropped",
    "Entry",
    "Failure",
    "Folded",
    "Forecast",
    "Holdings",
    "Marked",
    "MarkedColumns",
    "Pending",
    "Preset",
    "Progress",
    "Quarantined",
    "RateChange",
    "RateDifference",
    "Rejected",
    "Rotation",
    "RunSummary",
    "Script",
    "Shift",
    "Span",
    "Undelivered",
    "Unmatched",
    "WorkingTime",
]

if not TYPE_CHECKING:  # a type checker then finds a misspelt name
    __getattr__ = on_first_use(__name__, _NAMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
