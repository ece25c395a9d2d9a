"""Every error and warning of the library.

::

    WorkHoursError                                  also a
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
    ├── SourceError                                 ValueError
    ├── StoreError                                  OSError
    └── UndeliverableError                          ValueError
    WorkHoursWarning                                UserWarning
    ├── ProvisionalWarning
    └── SeveralZonesWarning

The message is one sentence: what is wrong, with the value, and what to do instead. The facts behind
it are attributes of the error. An argument of a wrong type raises the builtin TypeError.

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
    "BudgetError",
    "CalendarCoverageError",
    "CalendarDataError",
    "ConfigError",
    "EmptyScheduleError",
    "EventError",
    "HoursSyntaxError",
    "MissingTimeZoneError",
    "NaiveDatetimeError",
    "PolicyError",
    "ProvisionalWarning",
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
"""The most characters of a value that a message quotes."""


class WorkHoursError(Exception):
    """The root of all errors of this library.

    The facts are passed by keyword and become attributes. They survive pickling.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.__dict__.update(facts)


class NaiveDatetimeError(WorkHoursError, ValueError):
    """Raised when a datetime has no UTC offset where an instant is needed."""


class TimeSyntaxError(WorkHoursError, ValueError):
    """Raised when text is not a time in an accepted form, or means two instants or none.

    ``text`` is the text. ``cause`` is a key of ``words.REFUSALS``, ``facts`` are the values in its
    sentence.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class HoursSyntaxError(WorkHoursError, ValueError):
    """Raised when weekly hours are not in the weekly part of the opening_hours notation.

    ``text`` is the text. ``cause``, where there is one, is a key of ``words.REFUSALS``, and
    ``facts`` are the values in its sentence.
    """

    text: str
    cause: str
    facts: Mapping[str, object]


class BudgetError(WorkHoursError, ValueError):
    """Raised when a budget is negative or cannot be parsed."""


class EmptyScheduleError(WorkHoursError, ValueError):
    """Raised when a schedule has no working time at all."""


class UnknownTimeZoneError(WorkHoursError, LookupError):
    """Raised when the time zone database has no zone of the name ``tz``."""

    tz: str


class MissingTimeZoneError(WorkHoursError, ValueError):
    """Raised when a schedule is given no time zone and its calendar has none."""


class UnknownCalendarError(WorkHoursError, LookupError):
    """Raised when no calendar has the id ``id``."""

    id: str


class CalendarDataError(WorkHoursError, ValueError):
    """Raised when calendar rows contradict each other or are impossible."""


class CalendarCoverageError(WorkHoursError, LookupError):
    """Raised when the answer depends on a date that the calendar does not cover.

    ``calendar`` is the id, ``date`` the date, ``first`` and ``last`` bound the covered dates (None
    without any). ``cause`` is a key of ``words.UNKNOWN_DATES``, ``facts`` are the values in its
    sentence. ``earliest`` and ``latest`` bound the answer, a datetime or an amount of time,
    whatever kind of days the unknown dates turn out to be; None without a bound.
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
    """Raised when a configuration or JSON document cannot be read; names the key path or line."""


class SourceError(WorkHoursError, ValueError):
    """Raised when a whole file of appeals or events cannot be read.

    A single row that cannot be read is quarantined instead.
    """


class StoreError(WorkHoursError, OSError):
    """Raised when a store or a sink cannot be opened, read or written.

    What was acknowledged before stays stored. A ``cause`` that is not empty is a key of
    ``words.STORE_FAULTS``, and ``facts`` are the values in its sentence.
    """

    cause: str = ""
    facts: Mapping[str, object] = {}


class UndeliverableError(WorkHoursError, ValueError):
    """Raised by a sink that can never accept the change ``change_id``; later ones it can.

    Changes before it in the same write were accepted.
    """

    change_id: str


class WorkHoursWarning(UserWarning):
    """The root of all warnings of this library."""


class ProvisionalWarning(WorkHoursWarning):
    """Given when an answer rests on dates that no act has confirmed yet."""


class SeveralZonesWarning(WorkHoursWarning):
    """Given when a schedule takes the zone of a region's capital and the region has others too."""


def needs_extra(*, what: str, extras: tuple[str, ...]) -> ImportError:
    """Return the error for a package that is missing: what needs it, and the extras that bring it.

    >>> print(needs_extra(what="columns need numpy", extras=("columns",)))
    columns need numpy: pip install 'workhours-sla[columns]'
    """
    installs = " or ".join(f"'workhours-sla[{extra}]'" for extra in extras)
    return ImportError(f"{what}: pip install {installs}")


def shown(value: object) -> str:
    """Return a value as a message quotes it: its repr on one line, cut if long.

    >>> print(shown("9" * 5000))
    '99999999999999999999999999999999999999999999999999999999999999999999999999999999…'
    """
    try:
        text = repr(clipped(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, lists too deep
        return f"a value of type {type(value).__name__}"
    return clipped(text, LONGEST_SHOWN + len("'…'"))


def clipped(text: str, most: int = LONGEST_SHOWN) -> str:
    """Return the first ``most`` characters of text, with an ellipsis if that cuts it."""
    return text if len(text) <= most else f"{text[:most]}…"
