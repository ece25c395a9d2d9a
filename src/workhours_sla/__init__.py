"""Working-time deadlines that are exact, explained and never guessed.

Public names are imported on first use (PEP 562), so that importing the package is fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.calendars.acts import day_off, transfer
    from workhours_sla.calendars.calendar import Calendar
    from workhours_sla.calendars.combined import days_off_in_any, working_in_any
    from workhours_sla.calendars.days import Act, Day, DayKind, Layer
    from workhours_sla.errors import WorkHoursError
    from workhours_sla.foreign.holidays import copy_holidays
    from workhours_sla.foreign.workalendar import copy_workalendar
    from workhours_sla.sla.changes import Change
    from workhours_sla.sla.clock import Verdict
    from workhours_sla.sla.evaluate import Evaluation, evaluate
    from workhours_sla.sla.event import Event, EventType
    from workhours_sla.sla.forecast import forecast_deadlines
    from workhours_sla.sla.holders import breach_owner, holder_spans
    from workhours_sla.sla.outcome import Outcome
    from workhours_sla.sla.policy import Policy, Rule
    from workhours_sla.sla.target import ScheduleBy, Target
    from workhours_sla.stream.pipeline import Monitor
    from workhours_sla.text.amounts import working_hours
    from workhours_sla.version import __version__
    from workhours_sla.worktime.budgets import ClockTime, WorkingDaysInHours, parse_budget
    from workhours_sla.worktime.day_budgets import CalendarDays, Months, WorkingDays
    from workhours_sla.worktime.explain import Trace
    from workhours_sla.worktime.hours import WeeklyHours
    from workhours_sla.worktime.schedule import Schedule
    from workhours_sla.worktime.verbs import Interval

_NAMES = {
    "foreign.holidays": "copy_holidays",
    "foreign.workalendar": "copy_workalendar",
    "calendars.acts": "day_off transfer",
    "calendars.calendar": "Calendar",
    "calendars.combined": "days_off_in_any working_in_any",
    "calendars.days": "Act Day DayKind Layer",
    "errors": "WorkHoursError",
    "sla.changes": "Change",
    "sla.clock": "Verdict",
    "sla.evaluate": "Evaluation evaluate",
    "sla.event": "Event EventType",
    "sla.forecast": "forecast_deadlines",
    "sla.holders": "breach_owner holder_spans",
    "stream.pipeline": "Monitor",
    "sla.outcome": "Outcome",
    "sla.policy": "Policy Rule",
    "sla.target": "ScheduleBy Target",
    "version": "__version__",
    "text.amounts": "working_hours",
    "worktime.budgets": "ClockTime WorkingDaysInHours parse_budget",
    "worktime.day_budgets": "CalendarDays Months WorkingDays",
    "worktime.explain": "Trace",
    "worktime.hours": "WeeklyHours",
    "worktime.schedule": "Schedule",
    "worktime.verbs": "Interval",
}
"""The public names that each module defines, separated by spaces."""

__all__ = [
    "Act",
    "Calendar",
    "CalendarDays",
    "Change",
    "ClockTime",
    "Day",
    "DayKind",
    "Evaluation",
    "Event",
    "EventType",
    "Interval",
    "Layer",
    "Monitor",
    "Months",
    "Outcome",
    "Policy",
    "Rule",
    "Schedule",
    "ScheduleBy",
    "Target",
    "Trace",
    "Verdict",
    "WeeklyHours",
    "WorkHoursError",
    "WorkingDays",
    "WorkingDaysInHours",
    "__version__",
    "breach_owner",
    "copy_holidays",
    "copy_workalendar",
    "day_off",
    "days_off_in_any",
    "evaluate",
    "forecast_deadlines",
    "holder_spans",
    "parse_budget",
    "transfer",
    "working_hours",
    "working_in_any",
]

if not TYPE_CHECKING:  # a type checker then finds a misspelt name
    # the message of working_hours shows how to write 1.5 hours
    __getattr__ = on_first_use(__name__, _NAMES, unchecked=("working_hours",))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
