"""A day, and the entries and acts that decide it: the values that calendars return.

They are named tuples, like all values on the path of a scalar deadline: importing ``dataclasses``
would take longer than the deadline itself.
"""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from workhours_sla.public import public
from workhours_sla.text import words

NOT_SHORTENED = timedelta(0)
PRE_HOLIDAY_SHORTENING = timedelta(hours=1)
"""Labour Code art. 95: the working day before a holiday is one hour shorter."""


@public()
class DayKind(StrEnum):
    """What kind of day a date is. A short day is not a kind: see ``Day.shortened_by``.

    Russian law: Labour Code art. 111 (weekly days off), art. 112 (holidays, transfers), decrees of
    the President and orders of agencies (``DECREED_OFF``).

    >>> DayKind("transferred_work").working
    True
    """

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


@public()
class Layer(IntEnum):
    """Who decides what kind of day a date is; the higher of two layers wins.

    >>> Layer.REGION > Layer.TRANSFER
    True
    """

    WEEKLY = 0
    STATUTORY = 1
    TRANSFER = 2
    PRESIDENTIAL = 3
    REGION = 4
    AGENCY = 5


@public()
class Act(NamedTuple):
    """The law, resolution or decree behind a day.

    ``known_from`` is the date on which the act was published (None: the law itself, or not
    established). ``confidence`` is how certain its number and date are: "high", "medium" or "low".
    ``source`` is where it was found, ``scope`` whom it binds, ``note`` a remark.

    >>> Act("Order of the agency of 1.08.2026 No 7", known_from=dt.date(2026, 8, 1)).text()
    'Order of the agency of 1.08.2026 No 7'
    """

    title: str
    known_from: dt.date | None = None
    confidence: str = "high"
    source: str | None = None
    scope: str | None = None
    note: str | None = None

    def text(self, lang: str = "en") -> str:
        """Return the title, marked if its number is not certain; ``lang`` is "en" or "ru".

        >>> Act("Resolution 600", confidence="low").text()
        'Resolution 600 (number not confirmed)'
        """
        if self.confidence == "high":
            return self.title
        return f"{self.title} ({words.pick(words.ACT_UNCONFIRMED, lang)})"


@public()
class Entry(NamedTuple):
    """What one layer decides about one date.

    ``swapped_with`` is the other date of a transfer. ``shortens_eve`` marks a holiday that shortens
    the working day before it; ``shortened_by`` is the working time by which the date itself is
    shorter.

    >>> Entry(dt.date(2026, 5, 1), Layer.STATUTORY, DayKind.HOLIDAY, name="День Победы").describe()
    'Victory Day'
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
        """Return the entry in words, its act last; ``lang`` is "en" or "ru"."""
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


@public()
class Day(NamedTuple):
    """One date of one calendar.

    ``hours_of`` is the date whose weekly hours this one takes: itself, or the date it was swapped
    with. ``shortened_by`` is the working time by which it is shorter. ``reasons`` are the entries
    of all layers, the deciding one first; an ordinary day of the week has none. ``eve_of`` is the
    holiday that shortens the day. ``provisional`` marks a day that rules give and no act decides.

    >>> from workhours_sla import Calendar
    >>> day = Calendar.get("RU").day(dt.date(2025, 11, 1))
    >>> day.working, day.short, str(day.hours_of)
    (True, True, '2025-11-03')
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
        """Whether the date is a working day that is shortened."""
        return self.shortened_by > NOT_SHORTENED

    def describe(self, lang: str = "en") -> str:
        """Return the day in words: its kind, why it is short, and the act behind each.

        ``lang`` is "en" or "ru".

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
