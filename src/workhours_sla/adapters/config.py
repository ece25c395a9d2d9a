"""The configuration: one TOML file that says how appeals are written and what was promised."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import inspect

from workhours_sla.adapters.config_checks import (
    Faults,
    Keys,
    check_date,
    check_datetime_format,
    check_delimiter,
    check_encoding,
    check_zone,
    shown,
)
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import ConfigError
from workhours_sla.sla.event import AUTHOR_ROLES, Event, EventType
from workhours_sla.sla.target import Closing
from workhours_sla.worktime.budget import parse_budget
from workhours_sla.worktime.shifts import WeeklyHours, parse_shifts

if TYPE_CHECKING:
    from pathlib import Path

NO_CALENDAR = "none"
"""The calendar that means every day alike."""

COLUMNS = {
    "events": tuple(Event.__dataclass_fields__),
    "appeals": (
        *("appeal_id", "posted_at", "answered_at"),
        *("agency_id", "district_id", "channel"),
    ),
}
"""The columns of each kind of file, by their canonical names."""
REQUIRED = {"events": ("appeal_id", "type", "occurred_at"), "appeals": ("appeal_id", "posted_at")}


Overrides = dict[date, str]
"""Hours by date, as text."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; its fields are the keys that there are."""


class Input(_Section, frozen=True, kw_only=True):
    """How a file of appeals is written: with a row per event, or one per appeal.

    ``format`` and ``delimiter`` are None where the file's ending decides, ``datetime_format``
    for ISO 8601; ``unix`` means seconds since 1970. ``tz`` is the zone of times without an
    offset. ``source`` names where the rows are from, where no column does.
    """

    kind: Literal["events", "appeals"] = "events"
    format: Literal["csv", "jsonl"] | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    datetime_format: str | None = None
    tz: str | None = None
    source: str = ""


class ScheduleSettings(_Section, frozen=True, kw_only=True):
    """When it is working time, as plain values; None where the file does not say."""

    calendar: str | None = None
    week: Literal[5, 6, 7] | None = None
    hours: str | None = None
    tz: str | None = None
    overrides: Overrides | None = None
    changes: Overrides | None = None


class TargetSettings(_Section, frozen=True, kw_only=True):
    """What was promised, as plain values; None where the file does not say."""

    name: str | None = None
    budget: str | None = None
    warn: str | None = None
    stops_on: tuple[EventType, ...] | None = None
    closing: Closing | None = None


class Config(_Section, frozen=True, kw_only=True):
    """The whole file; a section that is not there has its defaults.

    ``columns`` maps canonical names to the file's own; ``values`` maps, for a canonical column,
    what the file says to what it means.
    """

    input: Input = Input()
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str | bool]] = {}
    target: TargetSettings = TargetSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    def with_zone(self, tz: str) -> Config:
        """Return the configuration with another zone for times without an offset.

        Raises UnknownTimeZoneError.
        """
        check_zone(tz)
        return msgspec.structs.replace(self, input=msgspec.structs.replace(self.input, tz=tz))


def load_config(path: Path) -> Config:
    """Return the configuration of a TOML file in UTF-8.

    Raises ConfigError for a file that is not there or cannot be read, and as ``parse_config``.
    """
    name = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        msg = f"no configuration file {name!r}; check the path"
        raise ConfigError(msg, name=name) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        msg = f"cannot read the configuration file {name!r} ({why}); give another"
        raise ConfigError(msg, name=name) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{name} is not in UTF-8, as TOML must be, on line {line}; save it as UTF-8"
        raise ConfigError(msg, name=name, line=line) from None
    return parse_config(text, name)


def parse_config(text: str, name: str) -> Config:
    r"""Return the configuration that ``text`` means; ``name`` is the file's, for messages.

    Raises ConfigError with the key path (``key``) of what cannot be, or the line of what is not
    TOML.

    >>> parse_config('[schedule]\ncalendar = "RU-VGG"', "office.toml").schedule.calendar
    'RU-VGG'
    """
    try:
        tables = tomllib.loads(text + "\n")  # or what is wrong at the end has no line
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        found = re.search(r"at line (\d+)", why)
        msg = f"{name} is not TOML: {why[:1].lower()}{why[1:]}; mend it there"
        raise ConfigError(msg, name=name, line=int(found[1]) if found else None) from None
    except RecursionError:
        msg = f"{name} is not a configuration: its lists are nested too deep; write plain tables"
        raise ConfigError(msg, name=name) from None
    faults = Faults(name)
    _check_shape(faults, tables, inspect.type_info(Config), ())
    config = msgspec.convert(tables, Config)
    _check_input(faults, config.input)
    _check_columns(faults, config)
    _check_promise(faults, config)
    return config


_SHAPES: dict[type[inspect.Type], tuple[str, type, str]] = {
    inspect.StrType: ("text", str, '"text", in quotes'),
    inspect.LiteralType: ("text", str, '"text", in quotes'),
    inspect.EnumType: ("text", str, '"text", in quotes'),
    inspect.DateType: ("a date", str, "2026-05-08"),
    inspect.DictType: ("a table", dict, "[section] with key = value lines"),
    inspect.StructType: ("a table", dict, "[section] with key = value lines"),
    inspect.VarTupleType: ("a list", list, '["one", "two"]'),
}
"""For each type of the structs: what it is called, what TOML gives for it, and an example."""


def _check_shape(faults: Faults, value: Any, kind: inspect.Type, keys: Keys) -> None:
    """Refuse unknown keys and values of the wrong type, as deep as the tables go."""
    if isinstance(kind, inspect.UnionType):
        if isinstance(value, bool) and any(isinstance(k, inspect.BoolType) for k in kind.types):
            return
        kind = next(k for k in kind.types if type(k) in _SHAPES)
    wanted, fitting, example = _SHAPES[type(kind)]
    fits: bool = isinstance(value, fitting)
    if not fits:
        faults.fail(keys, f"expected {wanted}, got {shown(value)}", f"write it as {example}")
    if isinstance(kind, inspect.StructType | inspect.DictType):
        _check_table(faults, value, kind, keys)
    elif isinstance(kind, inspect.VarTupleType):
        for index, inner in enumerate(value):
            _check_shape(faults, inner, kind.item_type, (*keys, index))
    elif isinstance(kind, inspect.LiteralType):
        faults.choose(keys, value, map(str, kind.values), f"{value!r} is no choice")
    elif isinstance(kind, inspect.EnumType):
        faults.choose(keys, value, [one.value for one in kind.cls], f"{value!r} is no choice")
    elif isinstance(kind, inspect.DateType):
        faults.read(keys, check_date, value)


def _check_table(
    faults: Faults,
    table: dict[str, Any],
    kind: inspect.StructType | inspect.DictType,
    keys: Keys,
) -> None:
    if isinstance(kind, inspect.DictType):
        for key, inner in table.items():
            _check_shape(faults, key, kind.key_type, (*keys, key))
            _check_shape(faults, inner, kind.value_type, (*keys, key))
        return
    fields = {field.encode_name: field.type for field in kind.fields}
    what = "no such key" if keys else "no such section"
    for key, inner in table.items():
        faults.choose((*keys, key), key, fields, what)
        _check_shape(faults, inner, fields[key], (*keys, key))


def _check_input(faults: Faults, options: Input) -> None:
    """Refuse an encoding, delimiter, format or zone that there is not."""
    faults.read(("input", "encoding"), check_encoding, options.encoding)
    faults.read(("input", "delimiter"), check_delimiter, options.delimiter)
    faults.read(("input", "datetime_format"), check_datetime_format, options.datetime_format)
    faults.read(("input", "tz"), check_zone, options.tz)


def _check_columns(faults: Faults, config: Config) -> None:
    """Refuse columns that this kind of file has not, and meanings that there are not."""
    kind = config.input.kind
    other = "appeals" if kind == "events" else "events"
    for section, table in (("columns", config.columns), ("values", config.values)):
        for canonical in table:
            if canonical in COLUMNS[other] and canonical not in COLUMNS[kind]:
                what = f'a file of kind "{kind}" has no such column'
                faults.fail((section, canonical), what, f'set kind = "{other}" under [input]')
            what = f'no such column of kind "{kind}"'
            faults.choose((section, canonical), canonical, COLUMNS[kind], what)
    for canonical in REQUIRED[kind]:
        if not config.columns.get(canonical, canonical):
            faults.fail(("columns", canonical), "a column of no name", "every row needs one")
    for canonical, meanings in config.values.items():
        for value, meaning in meanings.items():
            _check_meaning(faults, ("values", canonical, value), canonical, meaning)


def _check_meaning(
    faults: Faults,
    keys: Keys,
    canonical: str,
    meaning: str | bool,  # noqa: FBT001
) -> None:
    if canonical == "substantive":
        if meaning not in (True, False, "true", "false", ""):
            faults.fail(keys, f"{meaning!r} is neither true nor false", "write true or false")
    elif isinstance(meaning, bool):
        faults.fail(keys, f"expected text, got {shown(meaning)}", 'write it as "text"')
    elif meaning and canonical == "type":
        faults.choose(keys, meaning, EventType, f"{meaning!r} is no event type")
    elif meaning and canonical == "author_role":
        faults.choose(keys, meaning, AUTHOR_ROLES, f"{meaning!r} is no author's role")


def _check_promise(faults: Faults, config: Config) -> None:
    """Refuse amounts, hours, zones, dates and calendars that cannot be."""
    target, schedule = config.target, config.schedule
    faults.read(("target", "budget"), parse_budget, target.budget)
    faults.read(("target", "warn"), parse_budget, target.warn)
    if target.budget is not None and not parse_budget(target.budget):
        faults.fail(("target", "budget"), "a budget of 0, which nothing can meet", "give it time")
    if target.stops_on is not None and (
        not target.stops_on or EventType.CREATED in target.stops_on
    ):
        what = "no list of answers"
        faults.fail(("target", "stops_on"), what, 'write ["replied"], and never "created"')
    if schedule.calendar != NO_CALENDAR:
        faults.read(("schedule", "calendar"), Calendar.get, schedule.calendar)
    faults.read(("schedule", "hours"), WeeklyHours.parse, schedule.hours)
    faults.read(("schedule", "tz"), check_zone, schedule.tz)
    for day, hours in (schedule.overrides or {}).items():
        faults.read(("schedule", "overrides", str(day)), parse_shifts, hours)
    for day, hours in (schedule.changes or {}).items():
        faults.read(("schedule", "changes", str(day)), WeeklyHours.parse, hours)
