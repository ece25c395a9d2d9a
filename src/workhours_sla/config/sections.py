"""A configuration file as structs: the keys of its sections, with types, defaults, descriptions.

The JSON Schema is generated from these structs; their docstrings are its descriptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from workhours_sla.calendars.zones import time_zone
from workhours_sla.config.section import (
    PropertiesEnv,
    PropertiesFile,
    ScheduleName,
    Section,
    described,
)
from workhours_sla.config.service_sections import ServiceSettings
from workhours_sla.config.sink_sections import (
    EmailSettings,
    KafkaSettings,
    WebhookSettings,
)
from workhours_sla.config.target_sections import (
    PresetSettings,
    RuleRow,
    TargetRow,
    TargetSettings,
)
from workhours_sla.sla.policy import OnChange, OnChangePast

Format = Literal[
    "csv",
    "jsonl",
    "json",
    "xlsx",
    "xls",
    "ods",
    "parquet",
    "arrow",
    "html",
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
    described("The hours of single dates, keyed by date.", {"2026-05-08": "09:00-12:00"}),
]
Changes = Annotated[
    dict[date, str],
    described(
        "New weekly hours, keyed by the date from which they apply.",
        {"2026-06-01": "Mo-Fr 08:00-17:00"},
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
        described("Whether a row is an event, an appeal, or a status that an appeal has since."),
    ] = "events"
    format: (
        Annotated[
            Format,
            described("The format of the file; by default its suffix or its content decides."),
        ]
        | None
    ) = None
    encoding: Annotated[str, described("The encoding of the text.", "cp1251", "utf-16")] = "utf-8"
    delimiter: (
        Annotated[
            str,
            described(
                "One character between the fields of CSV; by default a comma, in .tsv a tab.",
                *(";", "\t"),
            ),
        ]
        | None
    ) = None
    datetime_format: (
        Annotated[
            str | tuple[str, ...],
            described(
                "The form of times, as in strptime of Python; unix for seconds and unix_ms for "
                "milliseconds since 1970; excel for the numbers of spreadsheets; default for the "
                "forms without this key. In a list, each time must fit exactly one.",
                *("%d.%m.%Y %H:%M", "unix", ["default", "excel"]),
            ),
        ]
        | None
    ) = None
    tz: (
        Annotated[str, described("IANA time zone of times without an offset.", "Europe/Volgograd")]
        | None
    ) = None
    source: Annotated[str, described("The source of rows without a column source.", "vk")] = ""
    first_event: (
        Annotated[
            Literal["created"],
            described("The first event of an appeal also creates it, for files without creations."),
        ]
        | None
    ) = None
    tolerance: Annotated[
        str,
        described(
            "An answer that is before its posting by no more than this counts as at the posting; "
            "for rows of appeals.",
            "2m",
        ),
    ] = "0s"
    sheet: (
        Annotated[
            str,
            described("The name of the sheet of a workbook; by default the one with the columns."),
        ]
        | None
    ) = None
    path: (
        Annotated[
            str,
            described(
                "Where the records of a JSON document are; by default an array at its top.",
                *("[]", "response.items[]"),
            ),
        ]
        | None
    ) = None
    metric: (
        Annotated[
            str,
            described(
                "Which of several measures of a service desk is read: the name of an SLA in Jira "
                "and ServiceNow, a metric in Zendesk, first_response, update or close in Zammad.",
                *("Time to first response", "reply_time"),
            ),
        ]
        | None
    ) = None
    officials: Annotated[
        tuple[str, ...],
        described(
            "The ids of authors in a social network who answer, besides the community itself.",
            ["562001"],
        ),
    ] = ()
    brokers: (
        Annotated[
            str | tuple[str, ...],
            described(
                "Brokers of Kafka that are asked first, host:port, as a list or with commas.",
                *("kafka.region.example:9092", ["one.example:9092", "two.example:9092"]),
            ),
        ]
        | None
    ) = None
    topic: Annotated[str, described("The topic that watch reads.", "appeals")] | None = None
    idle: (
        Annotated[
            str,
            described(
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

    day_off: Annotated[date, described("The day off that becomes a working day.")] = msgspec.field(
        name="from"
    )
    working_day: Annotated[date, described("The working day that becomes a day off.")] = (
        msgspec.field(name="to")
    )
    act: Annotated[str, described("The act that orders the transfer.", "Приказ № 8")]


class ScheduleSettings(Section, frozen=True, kw_only=True):
    """A schedule: the calendar, the weekly hours, the time zone, and changes for single dates.

    ``days_off`` and ``transfers`` are decided by the organisation itself; each names its act.
    """

    calendar: (
        Annotated[
            str,
            described(
                "RU, a region, another calendar, or none for every day alike.", *("RU-VGG", "none")
            ),
        ]
        | None
    ) = None
    week: (
        Annotated[Literal[5, 6, 7], described("Working days of a Russian week; 5 by default.")]
        | None
    ) = None
    hours: (
        Annotated[
            str,
            described("Weekly hours in opening_hours notation.", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ]
        | None
    ) = None
    tz: (
        Annotated[
            str,
            described("IANA time zone; by default the zone of the region.", "Europe/Volgograd"),
        ]
        | None
    ) = None
    overrides: Overrides | None = None
    changes: Changes | None = None
    days_off: (
        Annotated[
            dict[date, str],
            described(
                "The act behind each own day off, keyed by date.", {"2026-09-01": "Приказ № 7"}
            ),
        ]
        | None
    ) = None
    transfers: Annotated[
        tuple[Transfer, ...], described("Own transferred working days, each with its act.")
    ] = ()


class Body(Section, frozen=True, kw_only=True):
    """An agency, a district or a channel: the name to show, and the name of its schedule.

    Without ``schedule``, the schedule of the section [schedule] applies.
    """

    name: Annotated[str, described("The name in texts; by default the id.")] = ""
    schedule: ScheduleName | None = None


class AgencyBody(Body, frozen=True, kw_only=True):
    """An agency: its name, its schedule, and the addresses to which digests are sent."""

    email: (
        Annotated[
            str | tuple[str, ...],
            described(
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
            described(
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
            described(
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


class StoreSettings(Section, frozen=True, kw_only=True):
    """The store of watch, for commands without the option --store.

    ``url`` is a path or the address of a PostgreSQL database. Leave the password to the variable
    PGPASSWORD or to the password file of PostgreSQL.
    """

    url: (
        Annotated[
            str,
            described(
                "The path or the address of the store.",
                *("appeals.db", "postgresql://workhours@db.example/appeals"),
            ),
        ]
        | None
    ) = None


class Config(Section, frozen=True, kw_only=True):
    """A configuration file. The keys of a missing section have their defaults.

    ``columns`` maps the canonical name of a column to its name in the file. ``values`` maps, for
    each canonical column, the values in the file to canonical values. ``ignore`` lists, for each
    canonical column, values in the file; a row with one of them is ignored. Write [target] for a
    single target, or [[targets]] for several. Presets add targets. [[rules]] assign the targets to
    appeals.
    """

    input: Annotated[Input, described("The format of files of appeals.")] = Input()
    columns: Annotated[
        dict[str, str | tuple[str, ...]],
        described(
            "The names of columns in the file, keyed by canonical name; a ?? b is b where a is "
            "empty, and a list joins columns.",
            {"appeal_id": "reply_to ?? id", "occurred_at": ["date", "time"]},
        ),
    ] = {}
    values: Annotated[
        dict[str, dict[str, str | bool]],
        described("The meanings of values in the file, keyed by canonical column and value."),
    ] = {}
    ignore: Annotated[
        dict[str, tuple[str, ...]],
        described(
            "The values with which a row is ignored, keyed by canonical column.",
            {"type": ["viewed", "printed"]},
        ),
    ] = {}
    target: Annotated[TargetSettings | None, described("The only target.")] = None
    schedule: Annotated[ScheduleSettings, described("The schedule of targets without another.")] = (
        ScheduleSettings()
    )
    schedules: Annotated[
        dict[str, ScheduleSettings], described("More schedules, keyed by name.")
    ] = {}
    agencies: Annotated[dict[str, AgencyBody], described("Agencies, keyed by id.")] = {}
    districts: Annotated[dict[str, Body], described("Districts, keyed by id.")] = {}
    channels: Annotated[dict[str, Body], described("Channels, keyed by id.")] = {}
    report: Annotated[ReportSettings, described("The heading of reports.")] = ReportSettings()
    sinks: Annotated[
        dict[str, WebhookSettings | EmailSettings | KafkaSettings],
        described("Where watch sends changes and digests, keyed by name."),
    ] = {}
    service: Annotated[
        ServiceSettings, described("The tokens of the HTTP service, and what it receives.")
    ] = ServiceSettings()
    store: Annotated[StoreSettings, described("The store of watch.")] = StoreSettings()
    targets: Annotated[tuple[TargetRow, ...], described("Several targets.")] = ()
    rules: Annotated[
        tuple[RuleRow, ...],
        described("Which appeals have which targets; the first match decides."),
    ] = ()
    on_change: (
        Annotated[OnChange, described("From when the targets of another rule apply.")] | None
    ) = None
    on_change_past: (
        Annotated[
            OnChangePast,
            described(
                "The time of a breach that a later change of the appeal causes: that of the change "
                "or that of the limit."
            ),
        ]
        | None
    ) = None
    preset: Annotated[str, described("A published norm, on [schedule].", "volgograd")] | None = None
    presets: Annotated[
        dict[str, PresetSettings], described("Published norms with their settings, keyed by name.")
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
