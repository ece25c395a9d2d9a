"""Where a calendar's days come from: the protocol that every kind of data keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from workhours_sla.calendars.day import Entry

DateRange = tuple[date, date]
"""First and last date, both included."""


class DaySource(Protocol):
    """Where a calendar's entries come from; an immutable, hashable, picklable value."""

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off unless an entry says otherwise."""

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The dates that are known, as disjoint ranges in order."""

    @property
    def rule_span(self) -> DateRange | None:
        """The dates for which entries can be derived by rule, known or not."""

    @property
    def version(self) -> str:
        """What state of the data this is."""

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return every layer's entries for a year and for the day after its last."""

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the dates of a year within the coverage's bounds that are open, and why."""

    def known_on(self, day: date) -> DaySource:
        """Return the same source with only what was known on ``day``."""

    def with_week(self, days: int) -> DaySource:
        """Return the same source for a week of so many working days."""

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        """Return why ``day`` is not known: a key of ``words.UNKNOWN_DATES`` and its facts."""
