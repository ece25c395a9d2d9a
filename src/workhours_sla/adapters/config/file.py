"""The configuration: one TOML file about how appeals are written and what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from workhours_sla.adapters.config.checks import (
    check_datetime_format,
    check_delimiter,
    check_encoding,
)
from workhours_sla.adapters.config.policy import check_policy, promises_of
from workhours_sla.adapters.config.presets import Preset
from workhours_sla.adapters.config.schedules import default_schedule
from workhours_sla.adapters.config.sections import Config, Input
from workhours_sla.adapters.shape import Keys, Reader, as_written
from workhours_sla.adapters.toml_text import tables_of
from workhours_sla.calendars.time_zone import time_zone
from workhours_sla.errors import ConfigError, shown
from workhours_sla.public import public
from workhours_sla.sla.event import AUTHOR_ROLES, FIELD_NAMES, Attributes, EventType
from workhours_sla.sla.policy import Policy
from workhours_sla.worktime.schedule import Schedule

COLUMNS = {
    "events": FIELD_NAMES,
    "appeals": ("appeal_id", "posted_at", "answered_at", *Attributes._fields),
}
"""The columns of each kind of file, by their canonical names."""
REQUIRED = {"events": ("appeal_id", "type", "occurred_at"), "appeals": ("appeal_id", "posted_at")}
RENAMED = {"stops_on": "stops"}
"""Keys of earlier versions, and their names now."""


@public("workhours_sla.config")
class Configuration(NamedTuple):
    """A configuration: the policy, the schedules and presets it uses, and how files are written.

    ``schedules`` and ``presets`` are by name, the schedule of [schedule] as ``default`` where a
    target uses it. ``mapping`` has the sections of the file, of which readers of files of appeals
    take [input], [columns] and [values].

    >>> parse('preset = "volgograd"').presets["volgograd"].targets[0].budget
    '4h'
    """

    policy: Policy
    schedules: Mapping[str, Schedule]
    mapping: Config
    presets: Mapping[str, Preset]


def load(path: str | Path) -> Configuration:
    r"""Return the configuration of a TOML file in UTF-8.

    What [schedule] leaves out has its default: Russia, Mo-Fr 09:00-13:00,14:00-18:00, and the
    zone of the region or Europe/Moscow. Raises ConfigError for a file that cannot be read, and
    with the key path (``key``) for a value that cannot be used.

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
    r"""Return the configuration of TOML text; ``name`` is the file's, for messages.

    Raises ConfigError as ``load``.

    >>> parse('[target]\nbudget = "9h"').policy.targets[0].budget
    datetime.timedelta(seconds=32400)
    """
    return _configuration(parse_config(text, name), name)


def _configuration(config: Config, name: str) -> Configuration:
    default = Reader(name).make(("schedule",), lambda: default_schedule(config.schedule))
    promises = promises_of(config, default)
    return Configuration(promises.policy, promises.schedules, config, promises.presets)


def load_config(path: Path) -> Config:
    """Return the sections of a TOML file in UTF-8, checked.

    Raises ConfigError for a file that does not exist or cannot be read, and as ``parse_config``.
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
    r"""Return the sections of TOML text, checked; ``name`` is the file's, for messages.

    Raises ConfigError with the key path (``key``) of a value that cannot be used, or the line of
    what is not TOML.

    >>> parse_config('[schedule]\ncalendar = "RU-VGG"', "office.toml").schedule.calendar
    'RU-VGG'
    """
    reader = Reader(name, renamed=RENAMED)
    config: Config = reader.convert(tables_of(text, name), Config)
    _check_input(reader, config.input)
    _check_columns(reader, config)
    check_policy(reader, config)
    return config


def _check_input(reader: Reader, options: Input) -> None:
    reader.parse(("input", "encoding"), check_encoding, options.encoding)
    reader.parse(("input", "delimiter"), check_delimiter, options.delimiter)
    reader.parse(("input", "datetime_format"), check_datetime_format, options.datetime_format)
    reader.parse(("input", "tz"), time_zone, options.tz)


def _check_columns(reader: Reader, config: Config) -> None:
    """Raise ConfigError about columns that the kind of file does not have, and their values."""
    kind = config.input.kind
    other = "appeals" if kind == "events" else "events"
    for section, table in (("columns", config.columns), ("values", config.values)):
        for canonical in table:
            if canonical in COLUMNS[other] and canonical not in COLUMNS[kind]:
                what = f'a file of kind "{kind}" has no such column'
                reader.fail((section, canonical), what, f'set kind = "{other}" under [input]')
            what = f'no such column of kind "{kind}"'
            reader.choose((section, canonical), canonical, COLUMNS[kind], what)
    for canonical in REQUIRED[kind]:
        if not config.columns.get(canonical, canonical):
            what = "expected the name of a column, got ''"
            reader.fail(("columns", canonical), what, "every row needs one")
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
            reader.fail(keys, f"{shown(meaning)} is neither true nor false", "write true or false")
    elif isinstance(meaning, bool):
        reader.fail(keys, f"expected text, got {as_written(meaning)}", 'write it as "text"')
    elif meaning and canonical == "type":
        reader.choose(keys, meaning, EventType, f"{shown(meaning)} is not an event type")
    elif meaning and canonical == "author_role":
        reader.choose(keys, meaning, AUTHOR_ROLES, f"{shown(meaning)} is not a role of an author")
