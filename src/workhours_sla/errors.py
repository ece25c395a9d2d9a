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
values in the message are also attributes of the error. An argument of a wrong type raises
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

    Keyword arguments become attributes of the error; pickling keeps them. If the message is a
    ``messages.Phrase``, its ``cause`` and ``facts`` become attributes as well; from these,
    ``messages.refusal`` makes the sentence in another language.
    """

    def __init__(self, message: object, **facts: object) -> None:
        super().__init__(str(message))
        if not isinstance(message, str):
            self.__dict__.update(message._asdict())  # type: ignore[attr-defined]
        self.__dict__.update(facts)


class ArgumentError(WorkHoursError, TypeError):
    """Raised when an argument has a wrong type."""


class NaiveDatetimeError(WorkHoursError, ValueError):
    """Raised when a datetime has no UTC offset, although an exact moment is needed."""


class TimeSyntaxError(WorkHoursError, ValueError):
    """Raised for text in no accepted format, or a local time that does not exist or occurs twice.

    ``text`` is the rejected text. ``catalog.REFUSALS[cause]`` is the reason in each language, and
    ``facts`` are the values of the reason's placeholders.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class HoursSyntaxError(WorkHoursError, ValueError):
    """Raised when weekly hours could not be parsed as ``opening_hours`` notation.

    ``text`` is the rejected text. Some of these errors also have ``cause`` and ``facts``.
    ``catalog.REFUSALS[cause]`` is the reason in each language, and ``facts`` are the values of
    the reason's placeholders.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class BudgetError(WorkHoursError, ValueError):
    """Raised when a budget (an amount of allowed time) is negative or cannot be parsed."""


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
    """Raised when calendar rows contradict each other or are impossible."""


class CalendarCoverageError(WorkHoursError, LookupError):
    """Raised when an answer depends on a date that the calendar does not cover.

    ``calendar`` is the id of the calendar, and ``date`` is the date that is not covered. ``first``
    and ``last`` are the first and last covered dates, or None if no date is covered.
    ``catalog.UNKNOWN_DATES[cause]`` is the reason in each language, and ``facts`` are the values of
    the reason's placeholders. Whatever kinds of days the unknown dates turn out to be, the answer,
    a datetime or an amount of time, lies between ``earliest`` and ``latest``. A bound that is not
    known is None.
    """

    calendar: str
    date: dt.date
    first: dt.date | None
    last: dt.date | None
    cause: str
    facts: Mapping[str, object]
    earliest: dt.datetime | dt.timedelta | None = None
    latest: dt.datetime | dt.timedelta | None = None


class EventError(WorkHoursError, ValueError):
    """Raised when an event lacks a field, or a field has an impossible value."""


class PolicyError(WorkHoursError, ValueError):
    """Raised when a target, a rule or a policy is impossible or contradicts itself."""


class ConfigError(WorkHoursError, ValueError):
    """Raised when a configuration or a JSON document cannot be read.

    The message names the key path or the line.
    """


class ScriptError(WorkHoursError, ValueError):
    """Raised when schedules cannot be written as an SQL script, or a script cannot be installed."""


class SourceError(WorkHoursError, ValueError):
    """Raised when a whole file of appeals or events cannot be read.

    A single row that cannot be read is quarantined instead.
    """


class StoreError(WorkHoursError, OSError):
    """Raised when a store or a sink cannot be opened, read or written.

    Everything that was acknowledged before the error remains stored. ``cause`` is the key of a
    sentence with the reason, in ``catalog.ERRORS``, or empty; ``facts`` are the values of the
    sentence's placeholders. ``retry_after`` is the delay (a timedelta) that the receiver asks for
    before the next attempt, or None if it asks for none.
    """

    cause: str = ""
    facts: Mapping[str, object] = {}
    retry_after: dt.timedelta | None = None


class EngineError(WorkHoursError, RuntimeError):
    """Raised when an engine such as Spark is missing, too old or not set up for a task.

    ``messages.refusal`` makes the sentence in another language from ``cause`` and ``facts``.
    """

    cause: str
    facts: Mapping[str, object]


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
