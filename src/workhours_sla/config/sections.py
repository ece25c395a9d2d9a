"""A configuration file as structs: the keys of its sections, with types and defaults.

The JSON Schema is generated from these structs and from ``keys.toml``, which describes their keys.
The docstrings of the structs are descriptions in the schema as well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, timedelta
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from workhours_sla.calendars.places import id_called
from workhours_sla.calendars.zones import time_zone
from workhours_sla.config.defaults import BUDGET, NO_CALENDAR, TARGET
from workhours_sla.errors import UnknownCalendarError
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
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll

FileFormat = Literal["csv", "jsonl", "json", "xlsx", "xls", "ods", "parquet", "arrow", "html"]
NetworkFormat = Literal["vk", "vk_callback", "ok", "max", "telegram"]
DeskFormat = Literal["open311", "cloudevents", "zendesk", "zammad", "jira", "servicenow"]
Format = Literal[FileFormat, NetworkFormat, DeskFormat]
"""The format of a file of appeals or events."""
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
OneOrMore = str | tuple[str, ...]
ByLanguage = str | dict[Literal["en", "ru"], str]

_DEFAULTS: Final[dict[str, Any]] = {field.name: field.default for field in fields(Target)}
"""The defaults of the fields of Target, keyed by the field's name."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base class of the tables of a configuration file; the fields are the keys of the table."""


# -- files of appeals ------------------------------------------------------------------------


class Input(Section, frozen=True, kw_only=True):
    """The format of a file of appeals, or of the messages of a Kafka topic.

    By default, a row is an event. With ``kind = "appeals"`` a row is an appeal, and with ``kind =
    "statuses"`` a row is a status that an appeal has from a time on. Without ``format`` or
    ``delimiter``, the suffix of the file determines it. Without ``datetime_format``, times are in
    ISO 8601 or like 31.10.2025 17:30. ``tz`` is the time zone of times without an offset.
    ``source`` is used for rows that do not name their source. With ``brokers`` and ``topic``,
    ``watch`` reads a topic.
    """

    kind: Literal["events", "appeals", "statuses"] = "events"
    format: Format | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    datetime_format: OneOrMore | None = None
    tz: str | None = None
    source: str = ""
    first_event: Literal["created"] | None = None
    tolerance: str = "0s"
    sheet: str | None = None
    path: str | None = None
    metric: str | None = None
    officials: tuple[str, ...] = ()
    brokers: OneOrMore | None = None
    topic: str | None = None
    idle: str | None = None
    properties_env: str | None = None
    properties_file: str | None = None


# -- schedules -------------------------------------------------------------------------------


class Transfer(Section, frozen=True, kw_only=True):
    """An exchange of a day off and a working day: each becomes the other."""

    day_off: date = msgspec.field(name="from")
    working_day: date = msgspec.field(name="to")
    act: str


class ScheduleSettings(Section, frozen=True, kw_only=True):
    """A schedule: the calendar, the weekly hours, the time zone, and changes for single dates.

    ``days_off`` and ``transfers`` are decided by the organisation itself; each names its act.
    """

    calendar: str | None = None
    week: Literal[5, 6, 7] | None = None
    hours: str | None = None
    tz: str | None = None
    overrides: dict[date, str] | None = None
    changes: dict[date, str] | None = None
    days_off: dict[date, str] | None = None
    transfers: tuple[Transfer, ...] = ()

    def __post_init__(self) -> None:
        if self.calendar not in (None, NO_CALENDAR):
            with suppress(UnknownCalendarError):  # check_schedule names the key
                msgspec.structs.force_setattr(self, "calendar", id_called(self.calendar))


class Body(Section, frozen=True, kw_only=True):
    """An agency, a district or a channel: the name to show, and the name of its schedule.

    Without ``schedule``, the schedule of the section [schedule] applies.
    """

    name: str = ""
    schedule: str | None = None


class AgencyBody(Body, frozen=True, kw_only=True):
    """An agency: its name, its schedule, and the addresses to which digests are sent."""

    email: OneOrMore | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The e-mail addresses as a tuple."""
        return (self.email,) if isinstance(self.email, str) else self.email or ()


# -- targets ---------------------------------------------------------------------------------


class TargetSettings(Section, frozen=True, kw_only=True):
    """A target: its budget, its schedule, and the events that start and stop the clock.

    ``schedule`` is the name of the schedule. With ``schedule_by`` each agency, district or channel
    has its own schedule. Without these two keys, the target has the schedule of the section
    [schedule]. ``roll`` and ``count_from`` apply to budgets in days and months.
    """

    name: str = TARGET
    budget: str = BUDGET
    schedule: str | None = None
    schedule_by: ScheduleField | None = None
    starts: Starts = _DEFAULTS["starts"]
    stops: Stops | tuple[EventType, ...] = _DEFAULTS["stops"]
    pauses: bool = _DEFAULTS["pauses"]
    pause_cap: str | None = None
    on_transfer: OnTransfer = _DEFAULTS["on_transfer"]
    on_reopen: OnReopen = _DEFAULTS["on_reopen"]
    warn: str = f"{_DEFAULTS['warn'] // timedelta(hours=1)}h"
    warn_percent: int | None = None
    closing: Closing = _DEFAULTS["closing"]
    staff_opened: StaffOpened = _DEFAULTS["staff_opened"]
    roll: Roll | None = None
    count_from: CountFrom | None = None


class TargetRow(TargetSettings, frozen=True, kw_only=True):
    """A target in a list of several. It has the keys of [target]; name and budget are required."""

    name: str
    budget: str


class RuleRow(Section, frozen=True, kw_only=True):
    """The targets of appeals that match all conditions. The first matching rule decides.

    A missing condition matches every appeal. ``valid_from`` matches appeals that were posted at
    that time or later, and ``valid_until`` matches appeals that were posted before that time.
    """

    targets: tuple[str, ...]
    name: str = ""
    channels: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    importances: tuple[str, ...] | None = None
    regimes: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    districts: tuple[str, ...] | None = None
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class PresetSettings(Section, frozen=True, kw_only=True):
    """Settings that a published norm leaves open. They apply to all targets of a preset."""

    schedule: str | None = None
    schedule_by: ScheduleField | None = None
    warn: str | None = None
    warn_percent: int | None = None
    closing: Closing | None = None
    roll: Roll | None = None
    count_from: CountFrom | None = None


# -- reports, the store, sinks ---------------------------------------------------------------


class ReportSettings(Section, frozen=True, kw_only=True):
    """The heading of reports: their title, and the organisation that they are about."""

    title: ByLanguage | None = None
    organisation: ByLanguage | None = None

    def heading(self, key: Literal["title", "organisation"], lang: str) -> str | None:
        """Return a heading in ``lang``, or in the other language if only that is given.

        Returns None if the configuration has no such heading.
        """
        found: str | dict[str, str] | None = getattr(self, key)
        if isinstance(found, dict):
            found = found.get(lang) or next(iter(found.values()), None)
        return found or None


class StoreSettings(Section, frozen=True, kw_only=True):
    """The store of watch, for commands without the option --store.

    ``url`` is a path or the address of a PostgreSQL database. Leave the password to the variable
    PGPASSWORD or to the password file of PostgreSQL.
    """

    url: str | None = None


class WebhookSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """A sink of ``watch`` that sends each change to a web address.

    The requests are signed by the Standard Webhooks specification. Without ``allow_private``, the
    address must use https and must not be in a loopback or private network.
    """

    url: str
    secret_env: str
    allow_private: bool = False


class EmailSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="email"):
    """A sink of ``watch`` that sends the digests to the addresses in [agencies].

    The connection is encrypted by STARTTLS. Without ``user``, there is no login.
    """

    host: str
    port: int = 587
    sender: str = msgspec.field(name="from")
    user: str | None = None
    password_env: str | None = None


class KafkaSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="kafka"):
    """A sink of ``watch`` that writes each change to a Kafka topic, keyed by the appeal."""

    brokers: OneOrMore
    topic: str
    properties_env: str | None = None
    properties_file: str | None = None


# -- the HTTP service ------------------------------------------------------------------------


class VkSettings(Section, frozen=True, kw_only=True):
    """The requests of VK's Callback API, which the HTTP service receives at /v1/webhooks/vk.

    The variable has the secret key that is set in each community.
    """

    secret_env: str
    confirmations: dict[str, str] = {}
    officials: tuple[str, ...] = ()


class MaxSettings(Section, frozen=True, kw_only=True):
    """The updates of MAX, which the HTTP service receives at /v1/webhooks/max.

    The variable has the secret of the subscription.
    """

    secret_env: str
    officials: tuple[str, ...] = ()


class ServiceSettings(Section, frozen=True, kw_only=True):
    """The tokens of the HTTP service, and the networks whose requests it receives.

    Without tokens, the service answers only its own machine. Each line of the variable or the file
    is ``read=TOKEN`` or ``write=TOKEN``.
    """

    tokens_env: str | None = None
    tokens_file: str | None = None
    proxies: tuple[str, ...] = ()
    vk: VkSettings | None = None
    max: MaxSettings | None = None


# -- the whole file --------------------------------------------------------------------------


class Config(Section, frozen=True, kw_only=True):
    """A configuration file. The keys of a missing section have their defaults.

    ``columns`` maps the canonical name of a column to its name in the file. ``values`` maps, for
    each canonical column, the values in the file to canonical values. ``ignore`` lists, for each
    canonical column, values in the file; a row with one of them is ignored. Write [target] for a
    single target, or [[targets]] for several. Presets add targets. [[rules]] assign the targets to
    appeals.
    """

    input: Input = Input()
    columns: dict[str, OneOrMore] = {}
    values: dict[str, dict[str, str | bool]] = {}
    ignore: dict[str, tuple[str, ...]] = {}
    target: TargetSettings | None = None
    schedule: ScheduleSettings = ScheduleSettings()
    schedules: dict[str, ScheduleSettings] = {}
    agencies: dict[str, AgencyBody] = {}
    districts: dict[str, Body] = {}
    channels: dict[str, Body] = {}
    report: ReportSettings = ReportSettings()
    sinks: dict[str, WebhookSettings | EmailSettings | KafkaSettings] = {}
    service: ServiceSettings = ServiceSettings()
    store: StoreSettings = StoreSettings()
    targets: tuple[TargetRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    on_change: OnChange | None = None
    on_change_past: OnChangePast | None = None
    preset: str | None = None
    presets: dict[str, PresetSettings] = {}

    def with_zone(self, tz: str) -> Config:
        """Return a copy of the configuration in which times without an offset have the zone ``tz``.

        Raises UnknownTimeZoneError.
        """
        time_zone(tz)
        return msgspec.structs.replace(self, input=msgspec.structs.replace(self.input, tz=tz))

    @property
    def one_target(self) -> TargetSettings:
        """The section [target], or its defaults if the file has no such section."""
        return self.target or TargetSettings()

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """The names of agencies, districts and channels, keyed by grouping and id."""
        bodies: dict[str, Mapping[str, Body]] = {
            "agency": self.agencies,
            "district": self.districts,
            "channel": self.channels,
        }
        return {
            by: {key: body.name for key, body in keyed.items() if body.name}
            for by, keyed in bodies.items()
        }

    def agency_name(self, agency_id: str) -> str:
        """Return the name of an agency in texts: by default its id."""
        agency = self.agencies.get(agency_id)
        return agency_id if agency is None else agency.name or agency_id


_NULL = {"type": "null"}
"""The JSON type null, which TOML does not have."""
_BASES: Final = {
    "Body": "AgencyBody",
    "PresetSettings": "TargetSettings",
    "TargetRow": "TargetSettings",
}
"""The sections that have keys of another section, which describes them."""


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema, version 2020-12, of a configuration file.

    >>> config_schema()["$defs"]["RuleRow"]["required"]
    ['targets']
    """
    schema = _written(msgspec.json.schema(Config))
    texts = tomllib.loads(Path(__file__).with_name("keys.toml").read_text(encoding="utf-8"))
    for name, section in schema["$defs"].items():
        for key, spec in section.get("properties", {}).items():
            text = texts.get(_BASES.get(name, name), {}).get(key)
            described, *examples = text if isinstance(text, list) else [text]
            more = {"description": described, "examples": examples}
            spec.update({word: value for word, value in more.items() if value})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of workhours_sla",
        **schema,
    }


def _written(part: Any) -> Any:
    if isinstance(part, list):
        return [_written(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    choices = part.get("anyOf", [])
    if _NULL in choices:
        left = [choice for choice in choices if choice != _NULL]
        part = {key: value for key, value in part.items() if key not in ("anyOf", "default")}
        part |= left[0] if len(left) == 1 else {"anyOf": left}
    return {
        key: _described(value) if key == "description" else _written(value)
        for key, value in part.items()
        if (key, value) != ("required", [])
        and not (key == "default" and isinstance(value, dict | list | tuple))
    }


def _described(text: str) -> str:
    return cleandoc(text).replace("``", "`").partition(">>>")[0].rstrip()
