"""Every error and warning of the library, under one root each.

Each error is also a builtin kind, so ``except ValueError`` and ``except LookupError`` work as
expected. The message is one sentence with the way out; the facts behind it are attributes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

LONGEST_SHOWN: Final = 80
"""How many characters of a value a message quotes."""


class WorkHoursError(Exception):
    """Root of all errors of this library.

    Facts are passed by keyword and become attributes; they survive pickling.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.__dict__.update(facts)


class NaiveDatetimeError(WorkHoursError, ValueError):
    """A datetime without an offset was given where an instant is needed."""


class CalendarCoverageError(WorkHoursError, LookupError):
    """The calendar does not know a date that the answer depends on.

    ``cause`` is a key of ``words.UNKNOWN_DATES`` and ``facts`` what its sentence needs.
    ``earliest`` and ``latest`` bound the answer, a datetime or an amount, whatever becomes of the
    unknown dates; None where nothing bounds it.
    """

    calendar: str
    date: dt.date
    first: dt.date | None
    last: dt.date | None
    cause: str
    facts: Mapping[str, object]
    earliest: Any = None
    latest: Any = None


class CalendarDataError(WorkHoursError, ValueError):
    """Calendar rows contradict each other or name something that cannot be."""


class UnknownCalendarError(WorkHoursError, LookupError):
    """No calendar has the id that was asked for."""

    id: str


class UnknownTimeZoneError(WorkHoursError, LookupError):
    """The time zone database has no zone of that name."""

    tz: str


class MissingTimeZoneError(WorkHoursError, ValueError):
    """A schedule was given neither a zone nor a calendar that has one."""


class HoursSyntaxError(WorkHoursError, ValueError):
    """Weekly hours could not be parsed as the weekly part of the opening_hours notation.

    ``cause``, where there is one, is a key of ``words.REFUSALS`` and ``facts`` what its sentence
    needs.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class TimeSyntaxError(WorkHoursError, ValueError):
    """Text is not a time in one of the accepted forms, or names no single instant.

    ``cause`` is a key of ``words.REFUSALS`` and ``facts`` what its sentence needs.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class EmptyScheduleError(WorkHoursError, ValueError):
    """A schedule without any working time can answer nothing."""


class BudgetError(WorkHoursError, ValueError):
    """An amount of working time is negative, not an amount, or not readable."""


class EventError(WorkHoursError, ValueError):
    """An event lacks a field or has one that cannot be."""


class PolicyError(WorkHoursError, ValueError):
    """A target or a policy cannot mean anything."""


class ConfigError(WorkHoursError, ValueError):
    """A configuration file is unreadable or says something it cannot; the key path is named."""


class SourceError(WorkHoursError, ValueError):
    """A file of appeals cannot be read at all (a single bad row is quarantined instead)."""


class StoreError(WorkHoursError, OSError):
    """A store or a sink cannot be opened, read or written; what it had acknowledged it keeps.

    Where ``cause`` is not empty it is a key of ``words.STORE_FAULTS``, and ``facts`` are what its
    sentence needs.
    """

    cause: str = ""
    facts: Mapping[str, object] = {}


def shown(value: object) -> str:
    """Return a value as a message quotes it: on one line, cut where it is long.

    >>> print(shown("9" * 5000))
    '99999999999999999999999999999999999999999999999999999999999999999999999999999999…'
    """
    try:
        text = repr(clipped(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, lists too deep
        return f"a value of type {type(value).__name__}"
    return clipped(text, LONGEST_SHOWN + len("'…'"))


def clipped(text: str, most: int = LONGEST_SHOWN) -> str:
    """Return text, cut where it is longer than a message quotes."""
    return text if len(text) <= most else f"{text[:most]}…"


class WorkHoursWarning(UserWarning):
    """Root of all warnings of this library."""


class ProvisionalWarning(WorkHoursWarning):
    """The answer rests on dates that no act has settled yet."""


class SeveralZonesWarning(WorkHoursWarning):
    """A schedule took the zone of a region's capital, and parts of the region keep others."""
