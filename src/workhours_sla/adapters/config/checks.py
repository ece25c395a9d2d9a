"""Checks of single values of a configuration; each raises an error of one sentence."""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from typing import Final

from workhours_sla.errors import ConfigError, shown

UNIX: Final = "unix"
"""The format of seconds since 1970."""


def check_encoding(text: str) -> None:
    """Raise ConfigError unless a text is the name of a text encoding."""
    try:
        codecs.getincrementaldecoder(text)
        "a".encode(text)
    except (LookupError, ValueError):
        msg = f"no encoding {shown(text)} of text; use utf-8, cp1251, utf-16 or another of Python's"
        raise ConfigError(msg) from None


def check_delimiter(text: str) -> None:
    """Raise ConfigError unless a text can separate fields."""
    if len(text) != 1 or text in '"\r\n\0':
        msg = f'{shown(text)} is not a delimiter; give one character, such as ";" or "\\t"'
        raise ConfigError(msg)


def check_datetime_format(text: str) -> None:
    """Raise ConfigError unless a format reads a whole time back as it was written."""
    if text == UNIX:
        return
    probe = datetime(2021, 11, 23, 14, 35, tzinfo=UTC)
    back = None
    # strptime reads the name of a zone and drops it, and takes 1900 for a missing year
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
