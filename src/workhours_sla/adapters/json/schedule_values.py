"""What the JSON of schedules and other values is read with, strictly: errors name the key path.

A reader takes a value and the path of its key, and returns what the value means.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn, TypeVar

from workhours_sla.errors import ConfigError, WorkHoursError, clipped, shown

Value = TypeVar("Value")


class Table:
    """An object of the JSON; every key is taken once, and none may be left."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            refuse(path, f"{as_json(value)} is no object", "give it keys and values in braces")
        self._left = dict(value)
        self._path = path

    def take(self, key: str, read: Callable[[object, str], Value]) -> Value:
        """Return the value of a key as ``read``. Raises ConfigError if it is not there."""
        if key not in self._left:
            refuse(self._under(key), "it is missing", "add it")
        return read(self._left.pop(key), self._under(key))

    def has(self, key: str) -> bool:
        """Whether a key is still to be taken."""
        return key in self._left

    def end(self) -> None:
        """Refuse what no one has taken."""
        for key in self._left:
            refuse(self._under(key), "the key is not known", "remove it")

    def _under(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def parsed(written: object) -> object:
    """Return what a JSON text holds. Raises TypeError for no text, ConfigError for no JSON."""
    if not isinstance(written, str):
        msg = f"give the JSON as text, not {shown(written)}"
        raise TypeError(msg)
    try:
        return json.loads(written, object_pairs_hook=_unique_keys)
    except ConfigError:  # a ValueError too
        raise
    except json.JSONDecodeError as error:
        refuse("", f"no JSON at line {error.lineno} ({error.msg})", "give what was written")
    except (ValueError, RecursionError):
        refuse("", "no JSON that can be read", "give what was written")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of the JSON. Refuses a key given twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            refuse(key, "the key is there twice", "keep one of them")
        found[key] = value
    return found


def text(value: object, path: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        refuse(path, f"{as_json(value)} is no text", "put it in quotes")
    return value


def text_or_none(value: object, path: str) -> str | None:
    """Return a text, or None for null."""
    return None if value is None else text(value, path)


def flag(value: object, path: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        refuse(path, f"{as_json(value)} is neither true nor false", "write one of these")
    return value


def number(value: object, path: str) -> int:
    """Return a whole number."""
    if type(value) is not int:
        refuse(path, f"{as_json(value)} is no whole number", "write it without quotes and point")
    return value


def date_of(value: object, path: str) -> date:
    """Return a date of the form 2026-05-08."""
    given = text(value, path)
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given:  # other ISO forms have no place here
        refuse(path, f"{as_json(value)} is no date", "write it like 2026-05-08")
    return day


def by(parse: Callable[[str], Value]) -> Callable[[object, str], Value]:
    """Return a reader of texts; what the parser says of one becomes the error."""

    def read(value: object, path: str) -> Value:
        given = text(value, path)
        try:
            return parse(given)
        except WorkHoursError as error:
            refuse_as(path, error)

    return read


def one_of(values: Mapping[str, Value]) -> Callable[[object, str], Value]:
    """Return a reader of the texts that ``values`` knows."""

    def read(value: object, path: str) -> Value:
        given = text(value, path)
        if given not in values:
            refuse(path, f"{as_json(given)} is not known", f"use {', '.join(values)}")
        return values[given]

    return read


def list_of(read: Callable[[object, str], Value]) -> Callable[[object, str], list[Value]]:
    """Return a reader of lists."""

    def read_list(value: object, path: str) -> list[Value]:
        if not isinstance(value, list):
            refuse(path, f"{as_json(value)} is no list", "put it in square brackets")
        return [read(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return read_list


def by_date(read: Callable[[object, str], Value]) -> Callable[[object, str], dict[date, Value]]:
    """Return a reader of objects whose keys are dates."""

    def read_dates(value: object, path: str) -> dict[date, Value]:
        if not isinstance(value, dict):
            refuse(path, f"{as_json(value)} is no object", "give it dates and values in braces")
        return {
            date_of(key, f"{path}.{key}"): read(item, f"{path}.{key}")
            for key, item in value.items()
        }

    return read_dates


def refuse(path: str, what: str, way_out: str) -> NoReturn:
    """Raise ConfigError of one sentence, which names the key path."""
    msg = f"{clipped(path) or 'the text'}: {what}; {way_out}"
    raise ConfigError(msg, key=path) from None


def refuse_as(path: str, error: WorkHoursError) -> NoReturn:
    """Raise ConfigError that says what another error does, and names the key path."""
    msg = f"{clipped(path)}: {error}"
    raise ConfigError(msg, key=path) from None


def as_json(value: object) -> str:
    """Return a value as JSON has it, for a message; not too long."""
    return clipped(json.dumps(value, ensure_ascii=False))
