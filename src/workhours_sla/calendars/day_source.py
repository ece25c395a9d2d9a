"""The protocol of everything that a calendar can take its days from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from workhours_sla.calendars.date_ranges import DateRange
from workhours_sla.calendars.day import Entry
from workhours_sla.errors import CalendarDataError


class DaySource(Protocol):
    """Where a calendar's entries come from; an immutable, hashable, picklable value."""

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off without an entry."""

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The known dates, as disjoint ranges in order."""

    @property
    def rule_span(self) -> DateRange | None:
        """The dates for which rules give entries, known or not; None without rules."""

    @property
    def version(self) -> str:
        """The version of the data, as stable text."""

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries of all layers for a year and for the day after its last."""

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the uncertain dates of a year, each with the entry in question."""

    def known_on(self, day: date) -> DaySource:
        """Return the source with only what was known on ``day``."""

    def with_week(self, days: int) -> DaySource:
        """Return the source for a week of so many working days. Raises CalendarDataError."""

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        """Return why ``day`` is not known: a key of ``words.UNKNOWN_DATES``, and its facts."""


def week_error(days: int) -> CalendarDataError:
    """Return the error of a source whose days do not depend on the length of the week."""
    msg = f"this calendar has no week of {days!r} days; give hours on the weekdays worked"
    return CalendarDataError(msg, days=days)
