"""Read a configuration: a TOML file with the format of appeals, the targets and the schedules."""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from pathlib import Path

from workhours_sla.adapters.checked_data import Keys, Reader, as_written
from workhours_sla.adapters.config.policy import Configuration, check_policy, configured
from workhours_sla.adapters.config.schedules import default_schedule
from workhours_sla.adapters.config.sections import Config, Input
from workhours_sla.adapters.toml_text import LARGEST, tables_of
from workhours_sla.calendars.zone_lookup import time_zone
from workhours_sla.errors import ConfigError, shown
from workhours_sla.sla.event import AUTHOR_ROLES, FIELD_NAMES, Attributes, EventType
from workhours_sla.text.messages import say

COLUMNS = {
    "events": FIELD_NAMES,
    "appeals": ("appeal_id", "posted_at", "answered_at", *Attributes._fields),
}
"""The canonical names of the columns, for files of events and for files of appeals."""
REQUIRED = {"events": ("appeal_id", "type", "occurred_at"), "appeals": ("appeal_id", "posted_at")}
"""The canonical names of the columns that every file of events, or of appeals, must have."""
RENAMED = {"stops_on": "stops"}
"""A mapping from keys of earlier versions to their current names."""
UNIX = "unix"
"""The value of ``datetime_format`` for times in seconds since 1970."""


def load(path: str | Path) -> Configuration:
    r"""Read the configuration of a TOML file in UTF-8.

    The defaults of [schedule] are the calendar of Russia and the hours Mo-Fr
    09:00-13:00,14:00-18:00. The default time zone is the zone of the calendar's region, or
    Europe/Moscow for the calendar of Russia and without a calendar. Raises ConfigError for a file
    that cannot be read. For a value that cannot be used, the error has the key path (``key``).

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "office.toml")
    ...     _ = file.write_text('preset = "volgograd"\n[schedule]\ncalendar = "RU-VGG"')
    ...     configuration = load(file)
    >>> [target.name for target in configuration.policy.targets]
    ['volgograd reply']
    >>> configuration.schedules["default"].tz.key
    'Europe/Volgograd'
    """
    return _configuration(load_config(Path(path)), str(path))


def parse(text: str, *, name: str = "the configuration") -> Configuration:
    r"""Read the configuration of TOML text; messages call the text ``name``.

    Raises ConfigError for text that is not TOML, with its line (``line``) if it is known. For a
    value that cannot be used, the error has the key path (``key``).

    >>> parse('[target]\nbudget = "9h"').policy.targets[0].budget
    datetime.timedelta(seconds=32400)
    """
    return _configuration(parse_config(text, name), name)


def _configuration(config: Config, name: str) -> Configuration:
    default = Reader(name).make(("schedule",), lambda: default_schedule(config.schedule))
    return configured(config, default)


def load_config(path: Path) -> Config:
    """Read a TOML file in UTF-8, check its values and return its sections.

    Raises ConfigError for a file that cannot be read or has a value that cannot be used.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except FileNotFoundError:
        msg = say("no_config", name=repr(name))
        raise ConfigError(msg, name=name) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        msg = say("config_unreadable", name=repr(name), why=why)
        raise ConfigError(msg, name=name) from None
    try:
        text = content.decode("utf-8-sig", "strict" if len(content) < LARGEST else "replace")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = say("config_not_utf8", name=name, line=line)
        raise ConfigError(msg, name=name, line=line) from None
    return parse_config(text, name)


def parse_config(text: str, name: str) -> Config:
    """Parse TOML text, check its values and return its sections; messages call the text ``name``.

    Raises ConfigError. For text that is not TOML, the error has the line number (``line``) if it is
    known. For a value that cannot be used, the error has the key path (``key``).
    """
    reader = Reader(name, renamed=RENAMED)
    config: Config = reader.convert(tables_of(text, name), Config)
    _check_input(reader, config.input)
    _check_columns(reader, config)
    check_policy(reader, config)
    return config


def _check_input(reader: Reader, options: Input) -> None:
    reader.parse(("input", "encoding"), _check_encoding, options.encoding)
    reader.parse(("input", "delimiter"), _check_delimiter, options.delimiter)
    reader.parse(("input", "datetime_format"), _check_datetime_format, options.datetime_format)
    reader.parse(("input", "tz"), time_zone, options.tz)


def _check_encoding(text: str) -> None:
    """Raise ConfigError unless ``text`` is the name of a text encoding."""
    try:
        codecs.getincrementaldecoder(text)
        "a".encode(text)
    except (LookupError, ValueError):
        raise ConfigError(say("no_encoding", text=shown(text))) from None


def _check_delimiter(text: str) -> None:
    """Raise ConfigError unless ``text`` is one character that can separate fields."""
    if len(text) != 1 or text in '"\r\n\0':
        raise ConfigError(say("no_delimiter", text=shown(text)))


def _check_datetime_format(text: str) -> None:
    """Raise ConfigError unless times in a format have year, month, day, hour and minute.

    The format is ``unix`` or a format of ``strptime``.
    """
    if text == UNIX:
        return
    probe = datetime(2021, 11, 23, 14, 35, tzinfo=UTC)
    back = None
    # strptime drops the name of a zone, and takes 1900 if there is no year
    if "%Z" not in text and re.search("%[YyGcx]", text):
        try:
            back = datetime.strptime(probe.strftime(text), text)  # noqa: DTZ007
        except (ValueError, re.error):
            back = None
    if back is None or back.replace(tzinfo=UTC) != probe:
        raise ConfigError(say("no_time_format", text=shown(text)))


def _check_columns(reader: Reader, config: Config) -> None:
    """Check the sections [columns] and [values] for the kind of file: events or appeals.

    Raises ConfigError for a column or a value that a file of this kind cannot have, and for a
    required column without a name.
    """
    kind = config.input.kind
    other = "appeals" if kind == "events" else "events"
    for section, table in (("columns", config.columns), ("values", config.values)):
        for canonical in table:
            if canonical in COLUMNS[other] and canonical not in COLUMNS[kind]:
                what = say("kind_without_column", kind=kind)
                reader.fail((section, canonical), what, say("set_kind", kind=other))
            what = say("no_column_of_kind", kind=kind)
            reader.choose((section, canonical), canonical, COLUMNS[kind], what)
    for canonical in REQUIRED[kind]:
        if not config.columns.get(canonical, canonical):
            what = say("column_unnamed")
            reader.fail(("columns", canonical), what, say("every_row_needs_it"))
    for canonical, meanings in config.values.items():
        for value, meaning in meanings.items():
            _check_meaning(reader, ("values", canonical, value), canonical, meaning)


def _check_meaning(
    reader: Reader,
    keys: Keys,
    canonical: str,
    meaning: str | bool,  # noqa: FBT001
) -> None:
    if canonical == "substantive":
        if meaning not in (True, False, "true", "false", ""):
            what = say("not_true_or_false", value=shown(meaning))
            reader.fail(keys, what, say("write_true_or_false"))
    elif isinstance(meaning, bool):
        what = say("expected", kind=say("kind_text"), got=as_written(meaning))
        reader.fail(keys, what, say("write_as", example='"text"'))
    elif meaning and canonical == "type":
        reader.choose(keys, meaning, EventType, say("not_event_type", value=shown(meaning)))
    elif meaning and canonical == "author_role":
        reader.choose(keys, meaning, AUTHOR_ROLES, say("not_role", value=shown(meaning)))
