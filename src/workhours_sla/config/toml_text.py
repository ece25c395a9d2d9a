"""Parse the TOML text of a configuration; an error names the line.

``workhours init`` writes a question that it cannot answer as a key with the value ``"?"``, below a
comment with the question::

    # QUESTION: no column says when an appeal was answered; choose the column
    answered_at = "?"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from workhours_sla.errors import ConfigError
from workhours_sla.json.checked_data import Keys, key_path
from workhours_sla.text.catalog import read
from workhours_sla.text.messages import say

LONGEST: Final = 1_000_000
"""Maximum number of characters in a file."""
LARGEST: Final = 4 * LONGEST + 8
"""Number of bytes to read: a longer file has more than ``LONGEST`` characters in UTF-8."""
DEEPEST: Final = 16
"""Maximum number of dots in a key: a parsed key of some ten thousand would crash Python."""
_DEEP: Final = re.compile(r"^[ \t\[]*(?:[^\s.=\"'#\[\]]+[ \t]*\.[ \t]*){17}", re.MULTILINE)
"""Matches a key with more dots."""
OPEN: Final = '"?"'
"""The value of a key that waits for an answer, as TOML."""


def tables_of(text: str, name: str) -> dict[str, Any]:
    """Parse TOML text and return its tables; messages call the text ``name``."""
    if len(text) > LONGEST:
        raise ConfigError(say("toml_long", name=name, most=LONGEST))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        number = text.count("\n", 0, error.start) + 1
        raise ConfigError(say("toml_surrogate", name=name, line=number)) from None
    if deep := _DEEP.search(text):
        number = text.count("\n", 0, deep.start()) + 1
        raise ConfigError(say("toml_dots", name=name, line=number, most=DEEPEST))
    try:
        # without this line ending, an error at the end of the text would have no line number
        return tomllib.loads(text + "\n")
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        found = re.search(r"at line (\d+)", why)
        msg = say("toml_syntax", name=name, why=f"{why[:1].lower()}{why[1:]}")
        raise ConfigError(msg, line=int(found[1]) if found else None) from None
    except RecursionError:
        raise ConfigError(say("toml_deep", name=name)) from None
    except ValueError:  # raised by int()
        raise ConfigError(say("toml_digits", name=name)) from None


def check_answered(tables: dict[str, object], text: str, name: str) -> None:
    """Raise ConfigError with the question if a key of parsed TOML has the value ``"?"``."""
    for keys in _open_keys(tables, ()):
        path = key_path(keys)
        question = _question_above(text, str(keys[-1]))
        asked = say("open_question_is", question=question) if question else ""
        raise ConfigError(say("open_question", path=path, name=name, asked=asked), key=path)


def _open_keys(value: object, keys: Keys) -> Iterator[Keys]:
    if value == "?":
        yield keys
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _open_keys(inner, (*keys, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _open_keys(inner, (*keys, index))


def _question_above(text: str, key: str) -> str:
    lines = text.split("\n")
    opened = (f"{key} = {OPEN}", f'"{key}" = {OPEN}')
    at = next((at for at, line in enumerate(lines) if line.startswith(opened)), 0)
    labels = tuple(f"# {label}: " for label in read("init")["question"].values())
    found: list[str] = []
    for line in reversed(lines[:at]):
        if line.startswith(labels):
            return " ".join([line.partition(": ")[2], *found])
        if line.startswith("#"):
            found.insert(0, line.removeprefix("#").strip())
        elif found or not line.strip() or line.startswith("["):
            break  # a question may ask for several keys, which follow each other
    return ""
