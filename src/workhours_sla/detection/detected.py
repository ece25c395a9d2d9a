"""The result of detection: the settings to read a file, and questions for the user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from json import dumps
from typing import Final, Literal, NamedTuple

from workhours_sla.errors import shown
from workhours_sla.text.messages import Phrase, say

Value = str | tuple[str, ...]
"""A TOML value."""
Kind = Literal["appeals", "events", "statuses"]
MOST_LISTED: Final = 20
"""Maximum number of values or columns that a question lists."""
ZONES: Final = ("Europe/Moscow", "Europe/Volgograd")
"""Time zones that a question offers."""
_KEY: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^ ]+')
"""Matches the key at the beginning of a TOML line."""
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class Doubt(NamedTuple):
    """A question about the file that only the user can answer.

    ``section`` is the section of the configuration to which the answer is added. ``choices`` are
    the TOML lines to choose from. ``asked`` are the TOML keys to answer if no choices name them.
    The file cannot be read before the question is answered, unless ``is_read`` is true.
    """

    section: str
    question: Phrase
    choices: tuple[str, ...] = ()
    is_read: bool = False
    asked: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The TOML keys that the answer sets; none for a warning, which no setting answers."""
        found = [match[0] for line in self.choices if (match := _KEY.match(line))]
        return self.asked or tuple(dict.fromkeys(found))


def ask(
    section: str, cause: str, choices: Iterable[str] = (), *asked: str, **facts: object
) -> Doubt:
    """Return the question ``cause``, with its facts, the lines to choose from and the keys."""
    return Doubt(section, say(cause, **facts), tuple(dict.fromkeys(choices)), asked=asked)


def warn(section: str, cause: str, *choices: str, **facts: object) -> Doubt:
    """Return the doubt ``cause`` with which the file can be read."""
    return Doubt(section, say(cause, **facts), choices, is_read=True)


class Reading(NamedTuple):
    """An example: a canonical column, the file's columns for it, and the first parsed values."""

    canonical: str
    columns: Value
    values: tuple[str, ...]


@dataclass(frozen=True)
class Detected:
    """The settings to read a file. ``options`` is the section ``[input]`` of the configuration.

    ``columns`` and ``values`` are the sections with these names. ``readings`` are examples of the
    values read. ``unread`` lists the columns that are not read. ``notes`` are facts that need no
    decision, and ``doubts`` are questions that need one.
    """

    name: str
    kind: Kind | None
    options: Mapping[str, Value]
    columns: Mapping[str, Value]
    values: Mapping[str, Mapping[str, str]]
    readings: tuple[Reading, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[Phrase, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Given:
    """Facts that the user gave about a file: the time zone ``tz`` of its times.

    If ``of_calendar`` is true, ``tz`` is the zone of the calendar only. A system that exports times
    in UTC or in the zone of a user does not use it.
    """

    tz: str | None = None
    of_calendar: bool = False


def listed(values: Iterable[str]) -> str:
    """Return the first values as one text for a question.

    >>> print(listed(["Решено", "Отозвано"]))
    'Решено', 'Отозвано'
    """
    return ", ".join(map(shown, islice(values, MOST_LISTED)))


def toml_text(value: str | Sequence[str]) -> str:
    r"""Return a text or a list of texts as a TOML value.

    >>> print(toml_text('a "b"\t'), toml_text(["Дата", "Время"]))
    "a \"b\"\t" ["Дата", "Время"]
    """
    if isinstance(value, str):
        # JSON escapes a text like TOML, except for DEL and halves of surrogate pairs
        text = "".join(sign if not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in value)
        return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(toml_text, value))}]"


def toml_key(key: str) -> str:
    """Return a text as a TOML key, in quotes if it needs them."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_line(key: str, value: str | Sequence[str]) -> str:
    """Return a TOML line with a key and a value.

    >>> print(toml_line("В работе", "open"))
    "В работе" = "open"
    """
    return f"{toml_key(key)} = {toml_text(value)}"
