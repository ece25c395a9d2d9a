"""Every error and warning of the library.

::

    WorkHoursError                                  also a
    ├── ArgumentError                               TypeError
    ├── NaiveDatetimeError                          ValueError
    ├── TimeSyntaxError                             ValueError
    ├── HoursSyntaxError                            ValueError
    ├── BudgetError                                 ValueError
    ├── EmptyScheduleError                          ValueError
    ├── UnknownTimeZoneError                        LookupError
    ├── MissingTimeZoneError                        ValueError
    ├── UnknownCalendarError                        LookupError
    ├── CalendarDataError                           ValueError
    ├── CalendarCoverageError                       LookupError
    ├── EventError                                  ValueError
    ├── PolicyError                                 ValueError
    ├── ConfigError                                 ValueError
    ├── ScriptError                                 ValueError
    ├── SourceError                                 ValueError
    ├── StoreError                                  OSError
    ├── EngineError                                 RuntimeError
    └── UndeliverableError                          ValueError
    WorkHoursWarning                                UserWarning
    ├── ProvisionalWarning
    └── SeveralZonesWarning

The message of an error is one sentence: what is wrong, with the value, and what to do instead. The
values that its class declares are attributes of the error. An argument of a wrong type raises
ArgumentError or another TypeError.

>>> from workhours_sla import parse_budget
>>> try:
...     parse_budget("4 apples")
... except WorkHoursError as error:
...     print(type(error).__name__)
BudgetError
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

__all__ = [
    "ArgumentError",
    "BudgetError",
    "CalendarCoverageError",
    "CalendarDataError",
    "ConfigError",
    "EmptyScheduleError",
    "EngineError",
    "EventError",
    "HoursSyntaxError",
    "MissingTimeZoneError",
    "NaiveDatetimeError",
    "PolicyError",
    "ProvisionalWarning",
    "ScriptError",
    "SeveralZonesWarning",
    "SourceError",
    "StoreError",
    "TimeSyntaxError",
    "UndeliverableError",
    "UnknownCalendarError",
    "UnknownTimeZoneError",
    "WorkHoursError",
    "WorkHoursWarning",
]

LONGEST_SHOWN: Final = 80
"""Maximum number of characters of a value that a message quotes."""


class WorkHoursError(Exception):
    """The base class of all errors of this library.

    ``cause`` is the key of the message in ``catalog.ERRORS``, and ``facts`` has the values of its
    placeholders; they are empty if the message is only in English. Each class declares more
    attributes. One that an error is not about is None or empty. Pickling keeps them.
    """

    cause: str
    facts: Mapping[str, object]

    def __init__(self, message: str, **attributes: object) -> None:
        super().__init__(message)
        self.cause = getattr(message, "cause", "")
        self.facts = getattr(message, "facts", {})
        declared = {name: fact for name, fact in self.facts.items() if hasattr(type(self), name)}
        for name, value in (declared | attributes).items():
            setattr(self, name, value)


class ArgumentError(WorkHoursError, TypeError):
    """Raised when an argument has a wrong type."""


class NaiveDatetimeError(WorkHoursError, ValueError):
    """Raised when a datetime has no UTC offset, although an exact moment is needed."""


class TimeSyntaxError(WorkHoursError, ValueError):
    """Raised for text in no accepted format, or a local time that does not exist or occurs twice.

    ``text`` is the rejected text.
    """

    text: str = ""


class HoursSyntaxError(WorkHoursError, ValueError):
    """Raised when weekly hours could not be parsed as ``opening_hours`` notation.

    ``text`` is the rejected text.
    """

    text: str = ""


class BudgetError(WorkHoursError, ValueError):
    """Raised when a budget (an amount of allowed time) is negative or cannot be parsed.

    ``text`` is the rejected text, and ``row`` the row of the budget in a column, counted from 0.
    """

    text: str = ""
    row: int | None = None


class EmptyScheduleError(WorkHoursError, ValueError):
    """Raised when a schedule has no working time at all."""


class UnknownTimeZoneError(WorkHoursError, LookupError):
    """Raised when the time zone database has no zone with the name ``tz``."""

    tz: str


class MissingTimeZoneError(WorkHoursError, ValueError):
    """Raised when a schedule has no time zone and its calendar has none either."""


class UnknownCalendarError(WorkHoursError, LookupError):
    """Raised when no calendar has the id ``id``."""

    id: str


class CalendarDataError(WorkHoursError, ValueError):
    """Raised when calendar rows contradict each other or are impossible.

    ``id`` is the id of the calendar, ``name`` the file of the rows, and ``date`` that of the row.
    """

    id: str | None = None
    name: str | None = None
    date: dt.date | None = None


class CalendarCoverageError(WorkHoursError, LookupError):
    """Raised when an answer depends on a date that the calendar does not cover.

    ``calendar`` is the id of the calendar, and ``date`` is the date that is not covered. ``first``
    and ``last`` are the first and last covered dates, or None if no date is covered. ``cause`` is
    the key of the reason in ``catalog.UNKNOWN_DATES``. Whatever kinds of days the unknown dates
    turn out to be, the answer, a datetime or an amount of time, lies between ``earliest`` and
    ``latest``; both are None if they are not known. ``row`` is the row of a column, counted from 0.
    """

    calendar: str
    date: dt.date
    first: dt.date | None
    last: dt.date | None
    earliest: dt.datetime | dt.timedelta | None = None
    latest: dt.datetime | dt.timedelta | None = None
    row: int | None = None

    def __str__(self) -> str:
        bounds = f"; in any case the answer lies between {self.earliest} and {self.latest}"
        return super().__str__() + (bounds if self.earliest is not None else "")


class EventError(WorkHoursError, ValueError):
    """Raised when an event lacks a field, or a field has an impossible value."""


class PolicyError(WorkHoursError, ValueError):
    """Raised when a target, a rule or a policy is impossible or contradicts itself."""


class ConfigError(WorkHoursError, ValueError):
    """Raised when a configuration or a JSON document cannot be read.

    ``name`` is the file or the environment variable. ``key`` is the key path of the value, such as
    ``targets[0].budget``, or ``line`` is the line. If another error of this library was raised for
    the value, it is the ``reason``.
    """

    name: str | None = None
    key: str = ""
    line: int | None = None
    reason: WorkHoursError | None = None


class ScriptError(WorkHoursError, ValueError):
    """Raised when schedules cannot be written as an SQL script, or a script cannot be installed."""


class SourceError(WorkHoursError, ValueError):
    """Raised when a whole file of appeals or events cannot be read.

    A single row that cannot be read is quarantined instead. ``name`` is the file or topic,
    ``column`` the name of the column, and ``row`` the number of the row, counted from 1.
    """

    name: str | None = None
    column: str | None = None
    row: int | None = None


class StoreError(WorkHoursError, OSError):
    """Raised when a store or a sink cannot be opened, read or written.

    Everything that was acknowledged before the error remains stored. ``path`` is the file or the
    address of the store or sink, without a password. In a damaged store, ``row`` is the key of the
    damaged row of ``table``. ``retry_after`` is the delay (a timedelta) that the receiver asks for
    before the next attempt.
    """

    path: str | None = None
    table: str | None = None
    row: str | int | None = None
    retry_after: dt.timedelta | None = None


class EngineError(WorkHoursError, RuntimeError):
    """Raised when an engine such as Spark is missing, too old or not set up for a task."""


class UndeliverableError(WorkHoursError, ValueError):
    """Raised by a sink that can never accept the change whose id is ``change_id``.

    The sink accepted the changes before this change in the same write, and it can accept later
    changes.
    """

    change_id: str


class WorkHoursWarning(UserWarning):
    """The base class of all warnings of this library."""


class ProvisionalWarning(WorkHoursWarning):
    """Issued when an answer depends on dates that no act has confirmed yet."""


class SeveralZonesWarning(WorkHoursWarning):
    """Issued when a schedule uses the zone of a region's capital and the region has other zones."""


def needs_extra(*, what: str, extras: tuple[str, ...]) -> ImportError:
    """Return the error to raise when a package is missing.

    ``what`` names the function that needs the package, and ``extras`` the extras that install it.
    """
    installs = " or ".join(f"'workhours-sla[{extra}]'" for extra in extras)
    return ImportError(f"{what}: pip install {installs}")


def shown(value: object) -> str:
    """Return the repr of a value for an error message, shortened to ``LONGEST_SHOWN`` characters.

    >>> print(shown("9" * 5000))
    '99999999999999999999999999999999999999999999999999999999999999999999999999999999…'
    """
    try:
        text = repr(clipped(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError):  # a huge integer, or deep lists
        return f"a value of type {type(value).__name__}"
    return clipped(text, LONGEST_SHOWN + len("'…'"))


def clipped(text: str, most: int = LONGEST_SHOWN) -> str:
    """Return text, cut after ``most`` characters; a longer text ends with an ellipsis."""
    return text if len(text) <= most else f"{text[:most]}…"
