"""The sections of a configuration file as structs: their keys, types, defaults and descriptions.

The JSON Schema is generated from these structs; their docstrings are its descriptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from workhours_sla.adapters.config.defaults import BUDGET, TARGET
from workhours_sla.calendars.iana_zone import time_zone
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
"""The defaults of the fields of Target, keyed by the field's name."""


def _described(text: str, *examples: object) -> msgspec.Meta:
    """Return the description and the examples of a key in the JSON Schema."""
    return msgspec.Meta(description=text, examples=list(examples) or None)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base class of the tables of a configuration file; the fields are the keys of the table."""


Format = Literal[
    "csv",
    "jsonl",
    "json",
    "xlsx",
    "xls",
    "ods",
    "parquet",
    "arrow",
    "vk",
    "vk_callback",
    "ok",
    "max",
    "telegram",
    "xes",
    "open311",
    "cloudevents",
    "zendesk",
    "zammad",
    "jira",
    "servicenow",
]
"""The format of a file of appeals or events."""

Overrides = Annotated[
    dict[date, str],
    _described("The hours of single dates, keyed by date.", {"2026-05-08": "09:00-12:00"}),
]
Changes = Annotated[
    dict[date, str],
    _described(
        "New weekly hours, keyed by the date from which they apply.",
        {"2026-06-01": "Mo-Fr 08:00-17:00"},
    ),
]
Allowed = Annotated[
    str,
    _described(
        "Working time, working days, days, months, or time around the clock.",
        *("4h", "7 working days", "30 days", "1 month", "9h clock"),
        *("2 working days same time", "30 days same time", "2 working days in hours"),
    ),
]
ScheduleName = Annotated[
    str, _described("The name of a schedule in [schedules], or default for that of [schedule].")
]
ByField = Annotated[
    ScheduleField,
    _described("The schedule depends on the appeal's agency, district or channel."),
]
Warn = Annotated[str, _described("An appeal is at risk when this much working time is left.", "1h")]
WarnPercent = Annotated[
    int, _described("An appeal is at risk when this percentage of the budget is used.", 75)
]
Limit = Annotated[
    Closing,
    _described(
        "strict: an answer is late after the due time; latest: after more than the budget is used."
    ),
]
Opened = Annotated[
    StaffOpened,
    _described(
        "When the clock of an appeal opened by staff starts: at once, or at the citizen's message."
    ),
]
Rolls = Annotated[
    Roll, _described("Where the due date of days or months moves if it is a day off.")
]
Counted = Annotated[CountFrom, _described("The first day that is counted; next_day by default.")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
TargetName = Annotated[str, _described("The name of the target, different from all others.")]


PropertiesEnv = Annotated[
    str,
    _described(
        "The environment variable with properties of librdkafka for TLS and the login, key=value "
        "on each line.",
        "KAFKA_PROPERTIES",
    ),
]
PropertiesFile = Annotated[
    str,
    _described(
        "The file with properties of librdkafka for TLS and the login, key=value on each line.",
        "/etc/workhours/kafka.properties",
    ),
]


class Input(Section, frozen=True, kw_only=True):
    """The format of a file of appeals, or of the messages of a Kafka topic.

    By default, a row is an event. With ``kind = "appeals"`` a row is an appeal, and with ``kind =
    "statuses"`` a row is a status that an appeal has from a time on. Without ``format`` or
    ``delimiter``, the suffix of the file determines it. Without ``datetime_format``, times are in
    ISO 8601 or like 31.10.2025 17:30. ``tz`` is the time zone of times without an offset.
    ``source`` is used for rows that do not name their source. With ``brokers`` and ``topic``,
    ``watch`` reads a topic.
    """

    kind: Annotated[
        Literal["events", "appeals", "statuses"],
        _described("Whether a row is an event, an appeal, or a status that an appeal has since."),
    ] = "events"
    format: (
        Annotated[
            Format,
            _described("The format of the file; by default its suffix or its content decides."),
        ]
        | None
    ) = None
    encoding: Annotated[str, _described("The encoding of the text.", "cp1251", "utf-16")] = "utf-8"
    delimiter: (
        Annotated[
            str,
            _described(
                "One character between the fields of CSV; by default a comma, in .tsv a tab.",
                *(";", "\t"),
            ),
        ]
        | None
    ) = None
    datetime_format: (
        Annotated[
            str | tuple[str, ...],
            _described(
                "The form of times, as in strptime of Python; unix for seconds and unix_ms for "
                "milliseconds since 1970; excel for the numbers of spreadsheets; default for the "
                "forms without this key. In a list, each time must fit exactly one.",
                *("%d.%m.%Y %H:%M", "unix", ["default", "excel"]),
            ),
        ]
        | None
    ) = None
    tz: (
        Annotated[str, _described("IANA time zone of times without an offset.", "Europe/Volgograd")]
        | None
    ) = None
    source: Annotated[str, _described("The source of rows without a column source.", "vk")] = ""
    first_event: (
        Annotated[
            Literal["created"],
            _described(
                "The first event of an appeal also creates it, for files without creations."
            ),
        ]
        | None
    ) = None
    tolerance: Annotated[
        str,
        _described(
            "An answer that is before its posting by no more than this counts as at the posting; "
            "for rows of appeals.",
            "2m",
        ),
    ] = "0s"
    sheet: (
        Annotated[
            str,
            _described("The name of the sheet of a workbook; by default the one with the columns."),
        ]
        | None
    ) = None
    path: (
        Annotated[
            str,
            _described(
                "Where the records of a JSON document are; by default an array at its top.",
                *("[]", "response.items[]"),
            ),
        ]
        | None
    ) = None
    metric: (
        Annotated[
            str,
            _described(
                "Which of several measures of a service desk is read: the name of an SLA in Jira "
                "and ServiceNow, a metric in Zendesk, first_response, update or close in Zammad.",
                *("Time to first response", "reply_time"),
            ),
        ]
        | None
    ) = None
    officials: Annotated[
        tuple[str, ...],
        _described(
            "The ids of authors in a social network who answer, besides the community itself.",
            ["562001"],
        ),
    ] = ()
    brokers: (
        Annotated[
            str | tuple[str, ...],
            _described(
                "Brokers of Kafka that are asked first, host:port, as a list or with commas.",
                *("kafka.region.example:9092", ["one.example:9092", "two.example:9092"]),
            ),
        ]
        | None
    ) = None
    topic: Annotated[str, _described("The topic that watch reads.", "appeals")] | None = None
    group: (
        Annotated[
            str,
            _described(
                "The consumer group that the source joins, and to which it reports how far it has "
                "read; a group is for one store. Without it every partition is read.",
                "workhours",
            ),
        ]
        | None
    ) = None
    idle: (
        Annotated[
            str,
            _described(
                "With --clock events: a partition without messages for longer than this no longer "
                "stops the time; by default it does.",
                "1h",
            ),
        ]
        | None
    ) = None
    properties_env: PropertiesEnv | None = None
    properties_file: PropertiesFile | None = None


class Transfer(Section, frozen=True, kw_only=True):
    """An exchange of a day off and a working day: each becomes the other."""

    day_off: Annotated[date, _described("The day off that becomes a working day.")] = msgspec.field(
        name="from"
    )
    working_day: Annotated[date, _described("The working day that becomes a day off.")] = (
        msgspec.field(name="to")
    )
    act: Annotated[str, _described("The act that orders the transfer.", "Приказ № 8")]


class ScheduleSettings(Section, frozen=True, kw_only=True):
    """A schedule: the calendar, the weekly hours, the time zone, and changes for single dates.

    ``days_off`` and ``transfers`` are decided by the organisation itself; each names its act.
    """

    calendar: (
        Annotated[
            str,
            _described(
                "RU, a region, another calendar, or none for every day alike.", *("RU-VGG", "none")
            ),
        ]
        | None
    ) = None
    week: (
        Annotated[Literal[5, 6, 7], _described("Working days of a Russian week; 5 by default.")]
        | None
    ) = None
    hours: (
        Annotated[
            str,
            _described("Weekly hours in opening_hours notation.", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ]
        | None
    ) = None
    tz: (
        Annotated[
            str,
            _described("IANA time zone; by default the zone of the region.", "Europe/Volgograd"),
        ]
        | None
    ) = None
    overrides: Overrides | None = None
    changes: Changes | None = None
    days_off: (
        Annotated[
            dict[date, str],
            _described(
                "The act behind each own day off, keyed by date.", {"2026-09-01": "Приказ № 7"}
            ),
        ]
        | None
    ) = None
    transfers: Annotated[
        tuple[Transfer, ...], _described("Own transferred working days, each with its act.")
    ] = ()


class Body(Section, frozen=True, kw_only=True):
    """An agency, a district or a channel: the name to show, and the name of its schedule.

    Without ``schedule``, the schedule of the section [schedule] applies.
    """

    name: Annotated[str, _described("The name in texts; by default the id.")] = ""
    schedule: ScheduleName | None = None


class AgencyBody(Body, frozen=True, kw_only=True):
    """An agency: its name, its schedule, and the addresses to which digests are sent."""

    email: (
        Annotated[
            str | tuple[str, ...],
            _described(
                "The address, or the addresses, to which a sink of kind email sends digests.",
                *("roads@region.example", ["roads@region.example", "duty@region.example"]),
            ),
        ]
        | None
    ) = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The e-mail addresses as a tuple."""
        return (self.email,) if isinstance(self.email, str) else self.email or ()


class ReportSettings(Section, frozen=True, kw_only=True):
    """The heading of reports: their title, and the organisation that they are about."""

    title: (
        Annotated[
            str | dict[Literal["en", "ru"], str],
            _described(
                "The title of reports, or the title in each language.",
                "Ответы на обращения граждан",
                {"ru": "Ответы на обращения граждан", "en": "Answers to citizens"},
            ),
        ]
        | None
    ) = None
    organisation: (
        Annotated[
            str | dict[Literal["en", "ru"], str],
            _described(
                "The organisation or region in the heading, or its name in each language.",
                "Волгоградская область",
            ),
        ]
        | None
    ) = None

    def heading(self, key: Literal["title", "organisation"], lang: str) -> str | None:
        """Return a heading in ``lang``, or in the other language if only that is given.

        Returns None if the configuration has no such heading.
        """
        found: str | dict[str, str] | None = getattr(self, key)
        if isinstance(found, dict):
            found = found.get(lang) or next(iter(found.values()), None)
        return found or None


class WebhookSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """A sink of ``watch`` that sends each change to a web address.

    The requests are signed by the Standard Webhooks specification. Without ``allow_private``, the
    address must use https and must not be in a loopback or private network.
    """

    url: Annotated[
        str, _described("The address that receives the changes.", "https://board.example/hook")
    ]
    secret_env: Annotated[
        str,
        _described(
            "The environment variable with the secret: whsec_ and the base64 of 24 to 64 bytes.",
            "BOARD_SECRET",
        ),
    ]
    allow_private: Annotated[
        bool,
        _described(
            "Whether the address may be without encryption, or in a loopback or private network."
        ),
    ] = False


class EmailSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="email"):
    """A sink of ``watch`` that sends the digests to the addresses in [agencies].

    The connection is encrypted by STARTTLS. Without ``user``, there is no login.
    """

    host: Annotated[str, _described("The mail server.", "mail.region.example")]
    port: Annotated[int, _described("The port of the server.")] = 587
    sender: Annotated[str, _described("The address of the sender.", "deadlines@region.example")] = (
        msgspec.field(name="from")
    )
    user: Annotated[str, _described("The name for the login.", "deadlines")] | None = None
    password_env: (
        Annotated[str, _described("The environment variable with the password.", "MAIL_PASSWORD")]
        | None
    ) = None


class KafkaSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="kafka"):
    """A sink of ``watch`` that writes each change to a Kafka topic, keyed by the appeal."""

    brokers: Annotated[
        str | tuple[str, ...],
        _described(
            "Brokers that are asked first, host:port, as a list or with commas.",
            *("kafka.region.example:9092", ["one.example:9092", "two.example:9092"]),
        ),
    ]
    topic: Annotated[str, _described("The topic that receives the changes.", "changes")]
    properties_env: PropertiesEnv | None = None
    properties_file: PropertiesFile | None = None


_OFFICIALS: Final = _described(
    "The ids of authors who answer, besides the community itself.", ["562001"]
)


class VkSettings(Section, frozen=True, kw_only=True):
    """The requests of VK's Callback API, which the HTTP service receives at /v1/webhooks/vk.

    The variable has the secret key that is set in each community.
    """

    secret_env: Annotated[
        str, _described("The environment variable with the secret key.", "VK_SECRET")
    ]
    confirmations: Annotated[
        dict[str, str],
        _described("The string that confirms the server, keyed by group.", {"990000001": "a1b2c3"}),
    ] = {}
    officials: Annotated[tuple[str, ...], _OFFICIALS] = ()


class MaxSettings(Section, frozen=True, kw_only=True):
    """The updates of MAX, which the HTTP service receives at /v1/webhooks/max.

    The variable has the secret of the subscription.
    """

    secret_env: Annotated[
        str, _described("The environment variable with the secret.", "MAX_SECRET")
    ]
    officials: Annotated[tuple[str, ...], _OFFICIALS] = ()


class FeedSettings(Section, frozen=True, kw_only=True):
    """The iCalendar feeds of the HTTP service: one secret address for each agency in [agencies].

    The addresses depend on the key in the variable and on the generation of the agency. To revoke
    an address, give the agency a new generation.
    """

    key_env: Annotated[str, _described("The environment variable with a random key.", "FEEDS_KEY")]
    generations: Annotated[
        dict[str, int],
        _described("The number of the address of an agency, keyed by agency; 1 by default."),
    ] = {}


class ServiceSettings(Section, frozen=True, kw_only=True):
    """The tokens of the HTTP service, and the networks whose requests it receives.

    Without tokens, the service answers only its own machine. Each line of the variable or the file
    is ``read=TOKEN`` or ``write=TOKEN``.
    """

    tokens_env: (
        Annotated[str, _described("The environment variable with the tokens.", "WORKHOURS_TOKENS")]
        | None
    ) = None
    tokens_file: (
        Annotated[str, _described("The file with the tokens.", "/etc/workhours/tokens")] | None
    ) = None
    vk: Annotated[VkSettings | None, _described("The requests of VK's Callback API.")] = None
    max: Annotated[MaxSettings | None, _described("The updates of MAX.")] = None
    feeds: Annotated[FeedSettings | None, _described("The iCalendar feeds of agencies.")] = None


class StoreSettings(Section, frozen=True, kw_only=True):
    """The store of watch, for commands without the option --store.

    ``url`` is a path or the address of a PostgreSQL database. Leave the password to the variable
    PGPASSWORD or to the password file of PostgreSQL.
    """

    url: (
        Annotated[
            str,
            _described(
                "The path or the address of the store.",
                *("appeals.db", "postgresql://workhours@db.example/appeals"),
            ),
        ]
        | None
    ) = None


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
    starts: Annotated[Starts, _described("What starts the clock.")] = _DEFAULTS["starts"]
    stops: Annotated[
        Stops | tuple[EventType, ...],
        _described("What stops the clock: a kind of reply, or a list of event types."),
    ] = _DEFAULTS["stops"]
    pauses: Annotated[
        bool, _described("Whether an event paused stops the clock until an event resumed.")
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
    """A target in a list of several. It has the keys of [target]; name and budget are required."""

    name: TargetName
    budget: Allowed


class RuleRow(Section, frozen=True, kw_only=True):
    """The targets of appeals that match all conditions. The first matching rule decides.

    A missing condition matches every appeal. ``valid_from`` matches appeals that were posted at
    that time or later, and ``valid_until`` matches appeals that were posted before that time.
    """

    targets: Annotated[
        tuple[str, ...], _described("The names of targets of this file or of its presets.")
    ]
    name: Annotated[str, _described("The name of the rule.")] = ""
    channels: (
        Annotated[tuple[str, ...], _described("Appeals of one of these channels.", ["vk", "ok"])]
        | None
    ) = None
    topics: Annotated[tuple[str, ...], _described("Appeals about one of these topics.")] | None = (
        None
    )
    importances: (
        Annotated[tuple[str, ...], _described("Appeals of one of these importances.", ["high"])]
        | None
    ) = None
    regimes: (
        Annotated[tuple[str, ...], _described("Appeals of one of these regimes.", ["59-FZ"])] | None
    ) = None
    agencies: (
        Annotated[tuple[str, ...], _described("Appeals of agencies with one of these ids.")] | None
    ) = None
    districts: (
        Annotated[tuple[str, ...], _described("Appeals of districts with one of these ids.")] | None
    ) = None
    valid_from: Annotated[Instant, _described("Appeals posted at or after this time.")] | None = (
        None
    )
    valid_until: Annotated[Instant, _described("Appeals posted before this time.")] | None = None


class PresetSettings(Section, frozen=True, kw_only=True):
    """Settings that a published norm leaves open. They apply to all targets of a preset."""

    schedule: ScheduleName | None = None
    schedule_by: ByField | None = None
    warn: Warn | None = None
    warn_percent: WarnPercent | None = None
    closing: Limit | None = None
    roll: Rolls | None = None
    count_from: Counted | None = None


class Config(Section, frozen=True, kw_only=True):
    """A configuration file. The keys of a missing section have their defaults.

    ``columns`` maps the canonical name of a column to its name in the file. ``values`` maps, for
    each canonical column, the values in the file to canonical values. ``ignore`` lists, for each
    canonical column, values in the file; a row with one of them is ignored. Write [target] for a
    single target, or [[targets]] for several. Presets add targets. [[rules]] assign the targets to
    appeals.
    """

    input: Annotated[Input, _described("The format of files of appeals.")] = Input()
    columns: Annotated[
        dict[str, str | tuple[str, ...]],
        _described(
            "The names of columns in the file, keyed by canonical name; a ?? b is b where a is "
            "empty, and a list joins columns.",
            {"appeal_id": "reply_to ?? id", "occurred_at": ["date", "time"]},
        ),
    ] = {}
    values: Annotated[
        dict[str, dict[str, str | bool]],
        _described("The meanings of values in the file, keyed by canonical column and value."),
    ] = {}
    ignore: Annotated[
        dict[str, tuple[str, ...]],
        _described(
            "The values with which a row is ignored, keyed by canonical column.",
            {"type": ["viewed", "printed"]},
        ),
    ] = {}
    target: Annotated[TargetSettings | None, _described("The only target.")] = None
    schedule: Annotated[
        ScheduleSettings, _described("The schedule of targets without another.")
    ] = ScheduleSettings()
    schedules: Annotated[
        dict[str, ScheduleSettings], _described("More schedules, keyed by name.")
    ] = {}
    agencies: Annotated[dict[str, AgencyBody], _described("Agencies, keyed by id.")] = {}
    districts: Annotated[dict[str, Body], _described("Districts, keyed by id.")] = {}
    channels: Annotated[dict[str, Body], _described("Channels, keyed by id.")] = {}
    report: Annotated[ReportSettings, _described("The heading of reports.")] = ReportSettings()
    sinks: Annotated[
        dict[str, WebhookSettings | EmailSettings | KafkaSettings],
        _described("Where watch sends changes and digests, keyed by name."),
    ] = {}
    service: Annotated[
        ServiceSettings, _described("The tokens of the HTTP service, and what it receives.")
    ] = ServiceSettings()
    store: Annotated[StoreSettings, _described("The store of watch.")] = StoreSettings()
    targets: Annotated[tuple[TargetRow, ...], _described("Several targets.")] = ()
    rules: Annotated[
        tuple[RuleRow, ...],
        _described("Which appeals have which targets; the first match decides."),
    ] = ()
    on_change: (
        Annotated[OnChange, _described("From when the targets of another rule apply.")] | None
    ) = None
    on_change_past: (
        Annotated[
            OnChangePast,
            _described(
                "The time of a breach that a later change of the appeal causes: that of the change "
                "or that of the limit."
            ),
        ]
        | None
    ) = None
    preset: Annotated[str, _described("A published norm, on [schedule].", "volgograd")] | None = (
        None
    )
    presets: Annotated[
        dict[str, PresetSettings], _described("Published norms with their settings, keyed by name.")
    ] = {}

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
