"""Sinks, the destinations of changes, and the texts of their servers in messages."""

from __future__ import annotations

import re
from typing import Final

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+._-]*:)?//", re.IGNORECASE)


def without_login(address: str) -> str:
    """Return an address with ``***`` instead of what may be a user and a password.

    >>> without_login("https://user:secret@board.example/hook")
    'https://***@board.example/hook'
    """
    begin, _, rest = address.rpartition("@")
    scheme = _SCHEME.match(begin)
    return f"{scheme[0] if scheme else ''}***@{rest}" if begin else address


def on_one_line(text: str) -> str:
    """Return text with a blank in place of each control character."""
    return "".join(one if one.isprintable() else " " for one in text)


def why_of(error: Exception) -> str:
    """Return why a server could not be used."""
    # the text of a UnicodeError may quote a password
    text = "" if isinstance(error, UnicodeError) else getattr(error, "strerror", "") or str(error)
    return on_one_line(text[:200]).strip() or type(error).__name__
