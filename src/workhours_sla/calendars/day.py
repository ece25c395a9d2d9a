"""A day and why it is what it is: the values every calendar answers with.

Named tuples here and wherever a single deadline passes: importing ``dataclasses`` would cost
more than the deadline itself.
"""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from workhours_sla.text import words

NOT_SHORTENED = timedelta(0)
PRE_HOLIDAY_SHORTENING = timedelta(hours=1)
"""Labour Code art. 95: the working day before a holiday is one hour shorter."""


class DayKind(StrEnum):
    """What a date is to a five-day week; shortness is not a kind but ``Day.shortened_by``."""

    WORK = "work"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    TRANSFERRED_OFF = "transferred_off"
    TRANSFERRED_WORK = "transferred_work"
    DECREED_OFF = "decreed_off"

    @property
    def working(self) -> bool:
        """Whether a date of this kind has working hours."""
        return self is DayKind.WORK or self is DayKind.TRANSFERRED_WORK


class Layer(IntEnum):
    """Who says what a date is; of two that disagree the higher one wins."""

    WEEKLY = 0
    STATUTORY = 1
    TRANSFER = 2
    PRESIDENTIAL = 3
    REGION = 4
    AGENCY = 5


class Act(NamedTuple):
    """The law, resolution or decree behind a day.

    ``known_from`` is the date from which the act could be known (None: by law alone, or not
    established). ``confidence`` says how sure number and date are: "high", "medium" or "low".
    """

    title: str
    known_from: dt.date | None = None
    confidence: str = "high"
    source: str | None = None
    scope: str | None = None
    note: str | None = None

    def text(self, lang: str = "en") -> str:
        """Return the title; a number that is not certain says so.

        >>> Act("Resolution 600", confidence="low").text()
        'Resolution 600 (number not confirmed)'
        """
        if self.confidence == "high":
            return self.title
        return f"{self.title} ({words.pick(words.ACT_UNCONFIRMED, lang)})"


class Entry(NamedTuple):
    """What one layer says of one date.

    ``swapped_with`` names the other date of a transfer. ``shortens_eve`` marks a holiday whose
    preceding working day is shortened; ``shortened_by`` makes the date itself shorter.
    """

    date: dt.date
    layer: Layer
    kind: DayKind
    act: Act | None = None
    name: str | None = None
    swapped_with: dt.date | None = None
    shortens_eve: bool = False
    shortened_by: timedelta = NOT_SHORTENED

    def describe(self, lang: str = "en") -> str:
        """Return this entry in words, its act last."""
        kind_words = words.DAY_KINDS[self.kind]
        if self.kind is DayKind.TRANSFERRED_WORK:
            kind_words = words.WORKING_WEEKENDS.get(self.date.weekday(), kind_words)
        text = words.holiday(self.name, lang) if self.name else words.pick(kind_words, lang)
        if self.swapped_with:
            template = words.pick(
                words.SWAPPED_WORK if self.kind.working else words.SWAPPED_OFF, lang
            )
            text += " " + template.format(date=words.short_date(self.swapped_with, lang))
        return f"{text}: {self.act.text(lang)}" if self.act else text


class Day(NamedTuple):
    """One date of one calendar.

    ``hours_of`` is the date whose weekly hours this one takes (itself, or the date it was
    swapped with). ``reasons`` holds what each layer says, the one that decides first; it is
    empty for an ordinary day of the week. ``eve_of`` is the holiday that shortens the day.
    ``provisional`` marks a day derived by rule because no act has settled it.
    """

    date: dt.date
    kind: DayKind
    hours_of: dt.date
    shortened_by: timedelta = NOT_SHORTENED
    reasons: tuple[Entry, ...] = ()
    eve_of: Entry | None = None
    provisional: bool = False

    @property
    def working(self) -> bool:
        """Whether the date has working hours."""
        return self.kind.working

    @property
    def short(self) -> bool:
        """Whether the date is a shortened working day."""
        return self.shortened_by > NOT_SHORTENED

    def describe(self, lang: str = "en") -> str:
        """Return the day in words: its kind, its shortness, and the act behind each.

        >>> from workhours_sla import Calendar
        >>> print(Calendar.get("RU").day(dt.date(2025, 12, 31)).describe())
        day off moved from 5 Jan 2025: Постановление Правительства РФ от 04.10.2024 № 1335
        """
        if self.reasons:
            text = self.reasons[0].describe(lang)
        else:
            text = words.pick(words.DAY_KINDS[self.kind], lang)
        if self.eve_of is not None:
            text += "; " + words.pick(words.SHORTENED, lang).format(
                holiday=words.holiday(self.eve_of.name or "", lang),
                date=words.short_date(self.eve_of.date, lang),
            )
        if self.provisional:
            text += f" [{words.pick(words.PROVISIONAL, lang)}]"
        return text


def resolve(day: dt.date, entries: tuple[Entry, ...]) -> Entry | None:
    """Return the entry of the highest layer, or None where no layer speaks.

    Raises CalendarDataError where two entries of that layer disagree.
    """
    if not entries:
        return None
    winner = max(entries, key=lambda entry: entry.layer)
    for other in entries:
        if other.layer == winner.layer and (
            other.kind.working != winner.kind.working
            or (winner.kind.working and other.swapped_with != winner.swapped_with)
        ):
            from workhours_sla.errors import CalendarDataError  # noqa: PLC0415

            msg = (
                f"{day} is both {other.kind} ({other.describe()}) and {winner.kind} "
                f"({winner.describe()}) in the layer {winner.layer.name.lower()}; remove one row"
            )
            raise CalendarDataError(msg, date=day)
    return winner
