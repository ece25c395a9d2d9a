"""Translate messages of Python, SQLite, msgspec and click that our errors contain.

A text that is not in ``catalog/foreign.toml`` is returned unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workhours_sla.text.catalog import METAVARS, current, read


def foreign(text: str) -> str:
    """Return a message of Python or a library; an unknown message is unchanged."""
    return _by(text, read("foreign")["patterns"]) if current() == "ru" else text


def usage(text: str) -> str:
    """Return a message of click; an unknown message is unchanged."""
    return _by(text, read("foreign")["click"]) if current() == "ru" else text


def metavar(text: str) -> str:
    """Translate the placeholders in a usage text, such as ``[FILE]``.

    >>> from workhours_sla.text.catalog import language
    >>> with language("ru"):
    ...     metavar("[DATE|TIME]")
    '[ДАТА|ВРЕМЯ]'
    """
    if current() == "en":
        return text
    return re.sub("[A-Z_]+", lambda word: METAVARS.get(word[0], word[0]), text)


def _by(text: str, patterns: Mapping[str, str]) -> str:
    """Translate a message with ``patterns``, including the texts that their groups match."""
    whole = read("foreign")["whole"].get(text)
    if whole is not None:
        return str(whole)
    for pattern, russian in patterns.items():
        found = re.fullmatch(pattern, text)
        if found is not None:
            parts = [part for part in found.groups() if part is not None]
            return russian.format(*(_by(part, patterns) for part in parts))
    return text
