"""Refuse a configuration in which ``workhours init`` wrote a question that is not answered yet.

An open question is a key with the value ``"?"``, below a comment with the question::

    # QUESTION: no column says when an appeal was answered; choose the column
    answered_at = "?"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workhours_sla.errors import ConfigError
from workhours_sla.json.checked_data import Keys, key_path
from workhours_sla.text.catalog import read
from workhours_sla.text.messages import say

OPEN: Final = '"?"'
"""The value of a key that waits for an answer, as TOML."""


def check_answered(tables: dict[str, object], text: str, name: str) -> None:
    """Raise ConfigError with the question if a key of parsed TOML has the value ``"?"``."""
    for keys in _open_keys(tables, ()):
        path = key_path(keys)
        question = _question_above(text, str(keys[-1]))
        asked = say("open_question_is", question=question) if question else ""
        msg = say("open_question", path=path, name=name, asked=asked)
        raise ConfigError(msg, key=path, name=name)


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
    """Return the question in the comment above an open key, empty if it has none."""
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
