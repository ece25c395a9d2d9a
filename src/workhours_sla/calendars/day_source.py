"""The protocol of day sources: a calendar takes its days from one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from workhours_sla.calendars.date_ranges import DateRange
from workhours_sla.calendars.day import Entry, Layer
from workhours_sla.errors import CalendarDataError
from workhours_sla.text.messages import say


class DaySource(Protocol):
    """A source of a calendar's entries: an immutable, hashable, picklable value."""

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off unless an entry decides otherwise."""

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The dates that laws or acts decide, as ranges in order that do not overlap."""

    @property
    def rule_span(self) -> DateRange | None:
        """The range of dates for which there are rules, or None if there are no rules.

        The range includes the dates that acts decide.
        """

    @property
    def version(self) -> str:
        """The version of the data, as text that changes only with the data."""

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries of all layers, keyed by date, for a year and the next 1 January."""

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the uncertain dates of a year, each with the entry that may apply to the date."""

    def known_on(self, day: date) -> DaySource:
        """Return the source without the acts that were published after ``day``."""

    def with_week(self, days: int) -> DaySource:
        """Return the source for a week of ``days`` working days. Raises CalendarDataError."""

    def with_workdays(self, weekdays: frozenset[int]) -> DaySource:
        """Return the source in which weekdays (Monday is 0) are worked that were weekly days off.

        Raises CalendarDataError.
        """

    def without_layers(self, layers: Collection[Layer]) -> DaySource:
        """Return the source for a calendar without ``layers``.

        Dates that are uncertain because of an entry in one of these layers become known.
        """

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        """Return the reason why ``day`` is not known.

        The reason is a key of ``catalog.UNKNOWN_DATES``, and a mapping with the values of the
        message's placeholders, keyed by placeholder.
        """


def week_error(days: int) -> CalendarDataError:
    """Return the error for a source whose days do not depend on the length of the week."""
    msg = say("no_week_here", days=repr(days))
    return CalendarDataError(msg, days=days)


def workdays_error() -> CalendarDataError:
    """Return the error for a source whose weekly days off cannot become working days."""
    return CalendarDataError(say("no_workdays_here"))
