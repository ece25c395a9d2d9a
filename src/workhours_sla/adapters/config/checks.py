"""What a configuration cannot say: each fault is one sentence that names the key path."""

from __future__ import annotations

import codecs
import json
import re
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from workhours_sla.errors import ConfigError, UnknownTimeZoneError, WorkHoursError, clipped, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LISTED = 20
UNIX = "unix"
"""The format of seconds since 1970."""

Keys = tuple[str | int, ...]
Made = TypeVar("Made")


class Faults:
    """Raises what cannot be said in a file, with the key path."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fail(self, keys: Keys, what: str, way_out: str) -> NoReturn:
        """Raise ConfigError for what ``keys`` lead to."""
        path = key_path(keys)
        msg = f"{path}: {what} in {self._name}; {way_out}"
        raise ConfigError(msg, key=path, name=self._name) from None

    def choose(self, keys: Keys, value: str, known: Iterable[str], what: str) -> None:
        """Refuse what is not known, with the nearest that is."""
        known = list(known)
        if value in known:
            return
        if not known:
            self.fail(keys, what, "there are none; leave it out")
        near = get_close_matches(value.lower(), known, n=1)
        choices = ", ".join(map(clipped, known[:_LISTED]))
        more = f" or one of {len(known) - _LISTED} more" if len(known) > _LISTED else ""
        self.fail(
            keys, what, f"did you mean {clipped(near[0])}?" if near else f"use {choices}{more}"
        )

    def read(self, keys: Keys, reader: Callable[[str], object], value: str | None) -> None:
        """Read a value that is there; what the reader says of it becomes the error."""
        if value is not None:
            self.make(keys, lambda: reader(value))

    def make(self, keys: Keys, build: Callable[[], Made]) -> Made:
        """Return what ``build`` makes; an error of the library becomes one with the key path."""
        try:
            return build()
        except WorkHoursError as error:
            path = key_path(keys)
            msg = f"{path}: {error} (in {self._name})"
            raise ConfigError(msg, key=path, name=self._name, reason=error) from None


def check_zone(text: str) -> None:
    """Raise UnknownTimeZoneError for a zone that there is not."""
    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = f"no time zone {shown(text)}; use an IANA name such as 'Europe/Volgograd'"
        raise UnknownTimeZoneError(msg, tz=text) from None


def check_encoding(text: str) -> None:
    """Raise ConfigError for what is no encoding of text."""
    try:
        codecs.getincrementaldecoder(text)
        "a".encode(text)
    except (LookupError, ValueError):
        msg = f"no encoding {shown(text)} of text; use utf-8, cp1251, utf-16 or another of Python's"
        raise ConfigError(msg) from None


def check_delimiter(text: str) -> None:
    """Raise ConfigError for what cannot stand between fields."""
    if len(text) != 1 or text in '"\r\n\0':
        msg = f'{shown(text)} delimits nothing; give one character, such as ";" or "\\t"'
        raise ConfigError(msg)


def check_datetime_format(text: str) -> None:
    """Raise ConfigError for a format that does not bring a whole time back as it was."""
    if text == UNIX:
        return
    probe = datetime(2021, 11, 23, 14, 35, tzinfo=UTC)
    back = None
    # a zone's name would be read and forgotten; a date without a year is 1900's
    if "%Z" not in text and re.search("%[YyGcx]", text):
        try:
            back = datetime.strptime(probe.strftime(text), text)  # noqa: DTZ007
        except (ValueError, re.error):
            back = None
    if back is None or back.replace(tzinfo=UTC) != probe:
        msg = (
            f"{shown(text)} does not read year, month, day, hour and minute; write it like "
            '"%d.%m.%Y %H:%M", with %z for an offset'
        )
        raise ConfigError(msg)


def check_date(text: str) -> None:
    """Raise ConfigError for what is no date of the form 2026-05-08."""
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = ""
    if day != text:  # also of the other ISO forms, such as 2026-W19-5
        msg = f"{shown(text)} is no date; write it like 2026-05-08"
        raise ConfigError(msg)


def key_path(keys: Keys) -> str:
    """Return a key path as TOML writes it."""
    path = ""
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", key)
            name = clipped(key)
            path += "." * bool(path) + (name if bare else json.dumps(name, ensure_ascii=False))
    return path


def as_written(value: object) -> str:
    """Return a value of the file for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return shown(value) if isinstance(value, str | int) else str(value)
