"""What was detected in a file: how it is read, and what remains to be decided by the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, NamedTuple

from workhours_sla.errors import shown
from workhours_sla.text.messages import Phrase

Value = str | tuple[str, ...]
"""A value of a key in TOML."""
Kind = Literal["appeals", "events", "statuses"]
MOST_LISTED: Final = 20
"""The most values, or columns, that a question lists."""


class Doubt(NamedTuple):
    """A question that the file does not answer.

    ``section`` is where the answer belongs: a section of the configuration. ``choices`` are lines
    of TOML, from which the user chooses; while none is chosen, the file cannot be read, unless
    ``is_read`` says that it can.
    """

    section: str
    question: Phrase
    choices: tuple[str, ...] = ()
    is_read: bool = False


class Reading(NamedTuple):
    """A canonical column, the file's columns for it, and its first values as they are read."""

    canonical: str
    columns: Value
    values: tuple[str, ...]


@dataclass(frozen=True)
class Detected:
    """How a file is read. ``options``, ``columns`` and ``values`` are sections of a configuration.

    ``readings`` are examples of what is read, and ``unread`` the names of the other columns.
    ``notes`` are facts that need no decision, and ``doubts`` those that do.
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
    """What the user says about a file: the zone of its times.

    ``of_calendar`` says that the zone is only that of the calendar. It is not that of a system that
    exports times in the zone of a user or in UTC.
    """

    tz: str | None = None
    of_calendar: bool = False


def listed(values: Iterable[str]) -> str:
    """Return the first of the values of a file, for a question.

    >>> print(listed(["Решено", "Отозвано"]))
    'Решено', 'Отозвано'
    """
    return ", ".join(map(shown, islice(values, MOST_LISTED)))
