"""The sections of a configuration, their keys, defaults and closed lists of values.

The JSON Schema is generated from these structs, with the docstrings as descriptions.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from workhours_sla.adapters.config.budgets import read_budget
from workhours_sla.adapters.config.defaults import BUDGET, TARGET
from workhours_sla.calendars.time_zone import time_zone
from workhours_sla.errors import BudgetError
from workhours_sla.sla.event import EventType
from workhours_sla.sla.policy import OnChange, OnChangePast
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
from workhours_sla.worktime.budget_kinds import CountFrom
from workhours_sla.worktime.due_dates import Roll

_DEFAULTS: Final[dict[str, Any]] = {field.name: field.default for field in fields(Target)}
"""The defaults of a target's options."""


def _described(text: str, *examples: object) -> msgspec.Meta:
    """Return what the published schema says about a key."""
    return msgspec.Meta(description=text, examples=list(examples) or None)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tables of a file; the fields are the keys."""


Overrides = Annotated[
    dict[date, str],
    _described("Hours by date, which replace all others.", {"2026-05-08": "09:00-12:00"}),
]
Changes = Annotated[
    dict[date, str],
    _described("Weekly hours from a date on.", {"2026-06-01": "Mo-Fr 08:00-17:00"}),
]
Allowed = Annotated[
    str,
    _described(
        "Working time, working days, days, months, or time around the clock.",
        *("4h", "7 working days", "30 days", "1 month", "9h clock"),
    ),
]
ScheduleName = Annotated[str, _described("A schedule of [schedules], or default: [schedule].")]
ByField = Annotated[
    ScheduleField,
    _described("Each agency, district or channel has the schedule of its own section."),
]
Warn = Annotated[str, _described("At risk with this much working time left.", "1h")]
WarnPercent = Annotated[int, _described("At risk from this percentage of the budget on.", 75)]
Limit = Annotated[
    Closing,
    _described("strict: the due time is the limit; latest: until more than the budget is used."),
]
Opened = Annotated[
    StaffOpened,
    _described("The clock of an appeal opened by staff starts at once, or waits for the citizen."),
]
Rolls = Annotated[Roll, _described("Where an end on a day off moves; for days and months.")]
Counted = Annotated[CountFrom, _described("The first of the days; next_day by default.")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Names = Annotated[tuple[str, ...], _described("Only appeals of these; of any if left out.")]


class Input(Section, frozen=True, kw_only=True):
    """How a file of appeals is written: with a row per event, or one per appeal.

    Without ``format`` and ``delimiter`` the file's suffix decides. Without ``datetime_format``
    times are in ISO 8601 or like 31.10.2025 17:30; ``unix`` means seconds since 1970. ``tz`` is
    the zone of times without an offset, ``source`` the source of rows that have no such column.
    """

    kind: Literal["events", "appeals"] = "events"
    format: Literal["csv", "jsonl"] | None = None
    encoding: Annotated[str, _described("utf-8, cp1251, utf-16, ...")] = "utf-8"
    delimiter: Annotated[str, _described("One character between fields.", ";", "\t")] | None = None
    datetime_format: (
        Annotated[str, _described("As in strptime, or unix.", "%d.%m.%Y %H:%M", "unix")] | None
    ) = None
    tz: Annotated[str, _described("IANA zone of times without an offset.")] | None = None
    source: str = ""


class Transfer(Section, frozen=True, kw_only=True):
    """A day off that is worked, and the working day that is off in its place."""

    day_off: date = msgspec.field(name="from")
    working_day: date = msgspec.field(name="to")
    act: str


class ScheduleSettings(Section, frozen=True, kw_only=True):
    """A schedule: calendar, weekly hours, zone and single dates.

    ``days_off`` and ``transfers`` are the organisation's own, each with its act.
    """

    calendar: Annotated[str, _described("RU, a region, or none.", "RU-VGG", "none")] | None = None
    week: Annotated[Literal[5, 6, 7], _described("Working days of a Russian week.")] | None = None
    hours: (
        Annotated[str, _described("As in opening_hours.", "Mo-Fr 09:00-13:00,14:00-18:00")] | None
    ) = None
    tz: Annotated[str, _described("IANA zone; that of the region by default.")] | None = None
    overrides: Overrides | None = None
    changes: Changes | None = None
    days_off: Annotated[dict[date, str], _described("The act of each own day off.")] | None = None
    transfers: tuple[Transfer, ...] = ()


class Body(Section, frozen=True, kw_only=True):
    """An agency, a district or a channel: its readable name and its schedule."""

    name: str = ""
    schedule: ScheduleName | None = None


class TargetSettings(Section, frozen=True, kw_only=True):
    """One promise: a budget on a schedule, from what starts the clock to what stops it.

    The schedule is ``schedule``, or those of the agencies, districts or channels that
    ``schedule_by`` names, or [schedule]. ``roll`` and ``count_from`` are for budgets in days and
    months.
    """

    name: str = TARGET
    budget: Allowed = BUDGET
    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    starts: Annotated[Starts, _described("What starts the clock.")] = _DEFAULTS["starts"]
    stops: Annotated[
        Stops | tuple[EventType, ...],
        _described("What stops the clock: a kind of reply, or a list of event types."),
    ] = _DEFAULTS["stops"]
    pauses: Annotated[
        bool, _described("Whether the clock is paused between paused and resumed.")
    ] = _DEFAULTS["pauses"]
    pause_cap: (
        Annotated[str, _described("The longest that a pause lasts.", "3 working days")] | None
    ) = None
    on_transfer: Annotated[OnTransfer, _described("What a new holder does to the clock.")] = (
        _DEFAULTS["on_transfer"]
    )
    on_reopen: Annotated[OnReopen, _described("Whether a reopening starts a new cycle.")] = (
        _DEFAULTS["on_reopen"]
    )
    warn: Warn = f"{_DEFAULTS['warn'] // timedelta(hours=1)}h"
    warn_percent: WarnPercent | None = None
    closing: Limit = _DEFAULTS["closing"]
    staff_opened: Opened = _DEFAULTS["staff_opened"]
    roll: Rolls | None = None
    count_from: Counted | None = None


class TargetRow(TargetSettings, frozen=True, kw_only=True):
    """One of several targets: the keys of [target], of which name and budget are required."""

    name: str
    budget: Allowed


class RuleRow(Section, frozen=True, kw_only=True):
    """Targets for the appeals that match; the first rule that matches an appeal decides.

    A condition that is left out matches all. ``valid_from`` and ``valid_until`` bound the time of
    posting, the first included, the second not.
    """

    targets: Annotated[tuple[str, ...], _described("Names of targets, of presets too.")]
    name: str = ""
    channels: Names | None = None
    topics: Names | None = None
    importances: Names | None = None
    regimes: Names | None = None
    agencies: Names | None = None
    districts: Names | None = None
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class PresetSettings(Section, frozen=True, kw_only=True):
    """What a published norm leaves open, for all targets of a preset."""

    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    warn: Warn | None = None
    warn_percent: WarnPercent | None = None
    closing: Limit | None = None
    roll: Rolls | None = None
    count_from: Counted | None = None


class Config(Section, frozen=True, kw_only=True):
    """The whole file; a section that is left out has its defaults.

    ``columns`` maps canonical names to those of the file; ``values`` maps, for a canonical column,
    the values of the file to their meanings. The policy is one [target], or [[targets]] and
    presets with [[rules]].
    """

    input: Input = Input()
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str | bool]] = {}
    target: TargetSettings | None = None
    schedule: ScheduleSettings = ScheduleSettings()
    schedules: dict[str, ScheduleSettings] = {}
    agencies: dict[str, Body] = {}
    districts: dict[str, Body] = {}
    channels: dict[str, Body] = {}
    targets: tuple[TargetRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    on_change: (
        Annotated[OnChange, _described("From when the targets of another rule apply.")] | None
    ) = None
    on_change_past: (
        Annotated[
            OnChangePast,
            _described(
                "The date of a breach from before a change: of the change, or of the limit."
            ),
        ]
        | None
    ) = None
    preset: Annotated[str, _described("A published norm, on [schedule].", "volgograd")] | None = (
        None
    )
    presets: dict[str, PresetSettings] = {}

    def with_zone(self, tz: str) -> Config:
        """Return the configuration with another zone for times without an offset.

        Raises UnknownTimeZoneError.
        """
        time_zone(tz)
        return msgspec.structs.replace(self, input=msgspec.structs.replace(self.input, tz=tz))

    @property
    def one_target(self) -> TargetSettings:
        """The section [target], with its defaults if it is left out."""
        return self.target or TargetSettings()

    @property
    def has_policy(self) -> bool:
        """Whether the policy is more than an amount of working time on [schedule]."""
        target = self.one_target
        return bool(
            self.targets
            or self.preset
            or self.presets
            or target.schedule
            or target.schedule_by
            or not _is_working_time(target.budget)
        )


def _is_working_time(budget: str) -> bool:
    try:
        return isinstance(read_budget(budget, roll="none"), timedelta)
    except BudgetError:  # reported with its key path elsewhere
        return False
