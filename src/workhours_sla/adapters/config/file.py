"""The configuration: one TOML file that says how appeals are written and what was promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from workhours_sla.adapters.config.checks import (
    Faults,
    Keys,
    as_written,
    check_datetime_format,
    check_delimiter,
    check_encoding,
    check_zone,
)
from workhours_sla.adapters.config.policy import check_promises
from workhours_sla.adapters.config.sections import Config, Input
from workhours_sla.adapters.config.shape import check_shape
from workhours_sla.adapters.toml_text import tables_of
from workhours_sla.errors import ConfigError, shown
from workhours_sla.sla.event import AUTHOR_ROLES, FIELD_NAMES, Attributes, EventType

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COLUMNS", "REQUIRED", "Config", "Input", "load_config", "parse_config"]

COLUMNS = {
    "events": FIELD_NAMES,
    "appeals": ("appeal_id", "posted_at", "answered_at", *Attributes._fields),
}
"""The columns of each kind of file, by their canonical names."""
REQUIRED = {"events": ("appeal_id", "type", "occurred_at"), "appeals": ("appeal_id", "posted_at")}


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
    tables = tables_of(text, name)
    faults = Faults(name)
    check_shape(faults, tables, Config)
    config = msgspec.convert(tables, Config)
    _check_input(faults, config.input)
    _check_columns(faults, config)
    check_promises(faults, config)
    return config


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
            faults.fail(keys, f"{shown(meaning)} is neither true nor false", "write true or false")
    elif isinstance(meaning, bool):
        faults.fail(keys, f"expected text, got {as_written(meaning)}", 'write it as "text"')
    elif meaning and canonical == "type":
        faults.choose(keys, meaning, EventType, f"{shown(meaning)} is no event type")
    elif meaning and canonical == "author_role":
        faults.choose(keys, meaning, AUTHOR_ROLES, f"{shown(meaning)} is no author's role")
