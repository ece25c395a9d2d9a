"""The sections of targets, of rules that select them, and of published norms."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

from workhours_sla.config.defaults import BUDGET, TARGET
from workhours_sla.config.section import ScheduleName, Section, described
from workhours_sla.sla.event import EventType
from workhours_sla.sla.target import (
    Closing,
    OnReopen,
    OnTransfer,
    ScheduleField,
    StaffOpened,
    Starts,
    Stops,
    Target,
)
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll

_DEFAULTS: Final[dict[str, Any]] = {field.name: field.default for field in fields(Target)}
"""The defaults of the fields of Target, keyed by the field's name."""

Allowed = Annotated[
    str,
    described(
        "Working time, working days, days, months, or time around the clock.",
        *("4h", "7 working days", "30 days", "1 month", "9h clock", "2 working days in hours"),
    ),
]
ByField = Annotated[
    ScheduleField,
    described("The schedule depends on the appeal's agency, district or channel."),
]
Warn = Annotated[str, described("An appeal is at risk when this much working time is left.", "1h")]
WarnPercent = Annotated[
    int, described("An appeal is at risk when this percentage of the budget is used.", 75)
]
Limit = Annotated[
    Closing,
    described(
        "strict: an answer is late after the due time; latest: after more than the budget is used."
    ),
]
Opened = Annotated[
    StaffOpened,
    described(
        "When the clock of an appeal opened by staff starts: at once, or at the citizen's message."
    ),
]
Rolls = Annotated[Roll, described("Where the due date of days or months moves if it is a day off.")]
Counted = Annotated[CountFrom, described("The first day that is counted; next_day by default.")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
TargetName = Annotated[str, described("The name of the target, different from all others.")]


class TargetSettings(Section, frozen=True, kw_only=True):
    """A target: its budget, its schedule, and the events that start and stop the clock.

    ``schedule`` is the name of the schedule. With ``schedule_by`` each agency, district or channel
    has its own schedule. Without these two keys, the target has the schedule of the section
    [schedule]. ``roll`` and ``count_from`` apply to budgets in days and months.
    """

    name: TargetName = TARGET
    budget: Allowed = BUDGET
    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    starts: Annotated[Starts, described("What starts the clock.")] = _DEFAULTS["starts"]
    stops: Annotated[
        Stops | tuple[EventType, ...],
        described("What stops the clock: a kind of reply, or a list of event types."),
    ] = _DEFAULTS["stops"]
    pauses: Annotated[
        bool, described("Whether an event paused stops the clock until an event resumed.")
    ] = _DEFAULTS["pauses"]
    pause_cap: (
        Annotated[str, described("The longest that a pause lasts.", "3 working days")] | None
    ) = None
    on_transfer: Annotated[OnTransfer, described("What a new holder does to the clock.")] = (
        _DEFAULTS["on_transfer"]
    )
    on_reopen: Annotated[OnReopen, described("Whether a reopening starts a new cycle.")] = (
        _DEFAULTS["on_reopen"]
    )
    warn: Warn = f"{_DEFAULTS['warn'] // timedelta(hours=1)}h"
    warn_percent: WarnPercent | None = None
    closing: Limit = _DEFAULTS["closing"]
    staff_opened: Opened = _DEFAULTS["staff_opened"]
    roll: Rolls | None = None
    count_from: Counted | None = None


class TargetRow(TargetSettings, frozen=True, kw_only=True):
    """A target in a list of several. It has the keys of [target]; name and budget are required."""

    name: TargetName
    budget: Allowed


class RuleRow(Section, frozen=True, kw_only=True):
    """The targets of appeals that match all conditions. The first matching rule decides.

    A missing condition matches every appeal. ``valid_from`` matches appeals that were posted at
    that time or later, and ``valid_until`` matches appeals that were posted before that time.
    """

    targets: Annotated[
        tuple[str, ...], described("The names of targets of this file or of its presets.")
    ]
    name: Annotated[str, described("The name of the rule.")] = ""
    channels: (
        Annotated[tuple[str, ...], described("Appeals of one of these channels.", ["vk", "ok"])]
        | None
    ) = None
    topics: Annotated[tuple[str, ...], described("Appeals about one of these topics.")] | None = (
        None
    )
    importances: (
        Annotated[tuple[str, ...], described("Appeals of one of these importances.", ["high"])]
        | None
    ) = None
    regimes: (
        Annotated[tuple[str, ...], described("Appeals of one of these regimes.", ["59-FZ"])] | None
    ) = None
    agencies: (
        Annotated[tuple[str, ...], described("Appeals of agencies with one of these ids.")] | None
    ) = None
    districts: (
        Annotated[tuple[str, ...], described("Appeals of districts with one of these ids.")] | None
    ) = None
    valid_from: Annotated[Instant, described("Appeals posted at or after this time.")] | None = None
    valid_until: Annotated[Instant, described("Appeals posted before this time.")] | None = None


class PresetSettings(Section, frozen=True, kw_only=True):
    """Settings that a published norm leaves open. They apply to all targets of a preset."""

    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    warn: Warn | None = None
    warn_percent: WarnPercent | None = None
    closing: Limit | None = None
    roll: Rolls | None = None
    count_from: Counted | None = None
