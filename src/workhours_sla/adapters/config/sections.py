"""The sections of the configuration, as plain values; what is None the file does not say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from workhours_sla.adapters.config.checks import check_zone
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
)
from workhours_sla.worktime.budget_kinds import CountFrom
from workhours_sla.worktime.due_dates import Roll


def _told(text: str, *examples: object) -> msgspec.Meta:
    """Return what the published schema says of a key."""
    return msgspec.Meta(description=text, examples=list(examples) or None)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; its fields are the keys that there are."""


Overrides = Annotated[
    dict[date, str],
    _told("Hours by date: they replace everything else on it.", {"2026-05-08": "09:00-12:00"}),
]
Changes = Annotated[
    dict[date, str],
    _told("Weekly hours that hold from a date on.", {"2026-06-01": "Mo-Fr 08:00-17:00"}),
]
Amount = Annotated[str, _told("Working time.", "4h", "90m", "4h30m")]
Allowed = Annotated[
    str,
    _told(
        "Working time, working days, days, months, or time around the clock.",
        *("4h", "7 working days", "30 days", "1 month", "9h clock"),
    ),
]
ScheduleName = Annotated[str, _told("A schedule of [schedules]; default is that of [schedule].")]
ByField = Annotated[
    ScheduleField, _told("Each agency, district or channel by the schedule of its own section.")
]
Warn = Annotated[str, _told("At risk with this much working time left.", "1h")]
WarnPercent = Annotated[int, _told("At risk from this much of the budget on.", 75)]
Limit = Annotated[
    Closing, _told("strict: the due time is the limit; latest: until more than the budget is used.")
]
Opened = Annotated[
    StaffOpened,
    _told("An appeal opened by staff: the clock starts at once, or waits for the citizen."),
]
Rolls = Annotated[Roll, _told("Where an end on a day off moves to; for days and months.")]
Counted = Annotated[CountFrom, _told("The first of the days; next_day unless said.")]
Names = Annotated[tuple[str, ...], _told("Only appeals of these; left out, of any.")]


class Input(Section, frozen=True, kw_only=True):
    """How a file of appeals is written: with a row per event, or one per appeal.

    Without ``format`` and ``delimiter`` the file's ending decides, without ``datetime_format``
    times are in ISO 8601 or like 31.10.2025 17:30; ``unix`` means seconds since 1970. ``tz`` is
    the zone of times without an offset. ``source`` names where the rows are from, where no
    column does.
    """

    kind: Literal["events", "appeals"] = "events"
    format: Literal["csv", "jsonl"] | None = None
    encoding: Annotated[str, _told("utf-8, cp1251, utf-16, ...")] = "utf-8"
    delimiter: Annotated[str, _told("One character between fields.", ";", "\t")] | None = None
    datetime_format: (
        Annotated[str, _told("As strptime has it, or unix.", "%d.%m.%Y %H:%M", "unix")] | None
    ) = None
    tz: Annotated[str, _told("IANA zone of times without an offset.")] | None = None
    source: str = ""


class Transfer(Section, frozen=True, kw_only=True):
    """A day off that is worked, and the working day that is off for it."""

    day_off: date = msgspec.field(name="from")
    working_day: date = msgspec.field(name="to")
    act: str


class ScheduleSettings(Section, frozen=True, kw_only=True):
    """When it is working time: calendar, weekly hours, zone, single dates.

    ``days_off`` and ``transfers`` are the organisation's own, each with its act.
    """

    calendar: Annotated[str, _told("RU, a region, or none.", "RU-VGG", "none")] | None = None
    week: Annotated[Literal[5, 6, 7], _told("Working days of a Russian week.")] | None = None
    hours: Annotated[str, _told("As opening_hours.", "Mo-Fr 09:00-13:00,14:00-18:00")] | None = None
    tz: Annotated[str, _told("IANA zone; a region brings its own.")] | None = None
    overrides: Overrides | None = None
    changes: Changes | None = None
    days_off: Annotated[dict[date, str], _told("The act behind each own day off.")] | None = None
    transfers: tuple[Transfer, ...] = ()


class TargetSettings(Section, frozen=True, kw_only=True):
    """The one target of a file that has no [[targets]]; it goes by [schedule]."""

    name: str | None = None
    budget: Amount | None = None
    warn: Warn | None = None
    stops: Annotated[tuple[EventType, ...], _told("What counts as the answer.")] | None = None
    closing: Limit | None = None
    staff_opened: Opened | None = None


class Body(Section, frozen=True, kw_only=True):
    """An agency, a district or a channel: its readable name, and the schedule it works by."""

    name: str = ""
    schedule: ScheduleName | None = None


class TargetRow(Section, frozen=True, kw_only=True):
    """One promise: a budget on a schedule, from what starts the clock to what stops it.

    It goes by ``schedule``, else by the schedules of the agencies, districts or channels that
    ``schedule_by`` names, else by [schedule]. ``roll`` and ``count_from`` are for budgets in days
    and months.
    """

    name: str
    budget: Allowed
    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    starts: Annotated[Starts, _told("What starts the clock.")] = "posted"
    stops: Annotated[
        Stops | tuple[EventType, ...],
        _told("What answers: a kind of reply, or a list of event types."),
    ] = "first_reply"
    pauses: Annotated[bool, _told("Whether the clock stands between paused and resumed.")] = False
    pause_cap: Annotated[str, _told("The most that a pause lasts.", "3 working days")] | None = None
    on_transfer: Annotated[OnTransfer, _told("What a new holder does to the clock.")] = "keep"
    on_reopen: Annotated[OnReopen, _told("Whether a reopening starts a cycle of its own.")] = (
        "cycle"
    )
    warn: Warn = "1h"
    warn_percent: WarnPercent | None = None
    closing: Limit = "latest"
    staff_opened: Opened = "start"
    roll: Rolls | None = None
    count_from: Counted | None = None


class RuleRow(Section, frozen=True, kw_only=True):
    """Targets for the appeals that fit; the first rule that fits an appeal decides.

    A condition that is not there fits all. ``valid_from`` and ``valid_until`` bound the posting,
    the first included, the second not.
    """

    targets: Annotated[tuple[str, ...], _told("Names of targets, of presets too.")]
    name: str = ""
    channels: Names | None = None
    topics: Names | None = None
    importances: Names | None = None
    regimes: Names | None = None
    agencies: Names | None = None
    districts: Names | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


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
    """The whole file; a section that is not there has its defaults.

    ``columns`` maps canonical names to the file's own; ``values`` maps, for a canonical column,
    what the file says to what it means. What was promised is one [target], or [[targets]] and
    presets with [[rules]].
    """

    input: Input = Input()
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str | bool]] = {}
    target: TargetSettings = TargetSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    schedules: dict[str, ScheduleSettings] = {}
    agencies: dict[str, Body] = {}
    districts: dict[str, Body] = {}
    channels: dict[str, Body] = {}
    targets: tuple[TargetRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    on_change: Annotated[OnChange, _told("From when the targets of another rule hold.")] | None = (
        None
    )
    on_change_past: (
        Annotated[
            OnChangePast,
            _told("The date of a breach from before a change: of the change, or of the limit."),
        ]
        | None
    ) = None
    preset: Annotated[str, _told("A published norm, on [schedule].", "volgograd")] | None = None
    presets: dict[str, PresetSettings] = {}

    def with_zone(self, tz: str) -> Config:
        """Return the configuration with another zone for times without an offset.

        Raises UnknownTimeZoneError.
        """
        check_zone(tz)
        return msgspec.structs.replace(self, input=msgspec.structs.replace(self.input, tz=tz))

    @property
    def has_policy(self) -> bool:
        """Whether the file gives targets of its own rather than the one of [target]."""
        return bool(self.targets or self.preset or self.presets)
