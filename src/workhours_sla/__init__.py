"""Working-time deadlines that are exact, explained and never guessed.

Public names load on first use (PEP 562), so importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workhours_sla.calendars.amendments import day_off as day_off
    from workhours_sla.calendars.amendments import transfer as transfer
    from workhours_sla.calendars.calendar import Calendar as Calendar
    from workhours_sla.calendars.combined_calendar import days_off_in_any as days_off_in_any
    from workhours_sla.calendars.combined_calendar import working_in_any as working_in_any
    from workhours_sla.calendars.day import Act as Act
    from workhours_sla.calendars.day import Day as Day
    from workhours_sla.calendars.day import DayKind as DayKind
    from workhours_sla.calendars.day import Entry as Entry
    from workhours_sla.calendars.day import Layer as Layer
    from workhours_sla.sla.appeal import Quarantined as Quarantined
    from workhours_sla.sla.change import Change as Change
    from workhours_sla.sla.change import ChangeKind as ChangeKind
    from workhours_sla.sla.clock import Verdict as Verdict
    from workhours_sla.sla.evaluate import Evaluation as Evaluation
    from workhours_sla.sla.evaluate import evaluate as evaluate
    from workhours_sla.sla.event import Event as Event
    from workhours_sla.sla.event import EventType as EventType
    from workhours_sla.sla.fold import Unmatched as Unmatched
    from workhours_sla.sla.holders import Span as Span
    from workhours_sla.sla.holders import breach_owner as breach_owner
    from workhours_sla.sla.holders import holder_spans as holder_spans
    from workhours_sla.sla.monitor import Monitor as Monitor
    from workhours_sla.sla.outcome import Outcome as Outcome
    from workhours_sla.sla.outcome import OutcomeBounds as OutcomeBounds
    from workhours_sla.sla.policy import Policy as Policy
    from workhours_sla.sla.policy import Rule as Rule
    from workhours_sla.sla.target import ScheduleBy as ScheduleBy
    from workhours_sla.sla.target import Target as Target
    from workhours_sla.version import __version__ as __version__
    from workhours_sla.worktime.budget import parse_budget as parse_budget
    from workhours_sla.worktime.budget import working_hours as working_hours
    from workhours_sla.worktime.budget_kinds import CalendarDays as CalendarDays
    from workhours_sla.worktime.budget_kinds import ClockTime as ClockTime
    from workhours_sla.worktime.budget_kinds import Months as Months
    from workhours_sla.worktime.budget_kinds import WorkingDays as WorkingDays
    from workhours_sla.worktime.explain import Step as Step
    from workhours_sla.worktime.explain import Trace as Trace
    from workhours_sla.worktime.schedule import Schedule as Schedule
    from workhours_sla.worktime.weekly_hours import WeeklyHours as WeeklyHours
    from workhours_sla.worktime.working_time import Interval as Interval

_HOME = {
    "Calendar": "calendars.calendar",
    "day_off": "calendars.amendments",
    "transfer": "calendars.amendments",
    "days_off_in_any": "calendars.combined_calendar",
    "working_in_any": "calendars.combined_calendar",
    "Act": "calendars.day",
    "Day": "calendars.day",
    "DayKind": "calendars.day",
    "Entry": "calendars.day",
    "Layer": "calendars.day",
    "Quarantined": "sla.appeal",
    "Change": "sla.change",
    "ChangeKind": "sla.change",
    "Verdict": "sla.clock",
    "Evaluation": "sla.evaluate",
    "evaluate": "sla.evaluate",
    "Event": "sla.event",
    "EventType": "sla.event",
    "Unmatched": "sla.fold",
    "Monitor": "sla.monitor",
    "Outcome": "sla.outcome",
    "OutcomeBounds": "sla.outcome",
    "Policy": "sla.policy",
    "Rule": "sla.policy",
    "Span": "sla.holders",
    "breach_owner": "sla.holders",
    "holder_spans": "sla.holders",
    "ScheduleBy": "sla.target",
    "Target": "sla.target",
    "__version__": "version",
    "parse_budget": "worktime.budget",
    "working_hours": "worktime.budget",
    "CalendarDays": "worktime.budget_kinds",
    "ClockTime": "worktime.budget_kinds",
    "Months": "worktime.budget_kinds",
    "WorkingDays": "worktime.budget_kinds",
    "Step": "worktime.explain",
    "Trace": "worktime.explain",
    "Interval": "worktime.working_time",
    "Schedule": "worktime.schedule",
    "WeeklyHours": "worktime.weekly_hours",
}
__all__ = [*_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415

    home = _HOME.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
