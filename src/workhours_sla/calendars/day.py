"""The values that calendars return: a day, and the entries and acts that decide it.

The classes are named tuples, because importing ``dataclasses`` takes longer than computing one
deadline.
"""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from workhours_sla.module_names import public
from workhours_sla.text import words

NOT_SHORTENED = timedelta(0)
PRE_HOLIDAY_SHORTENING = timedelta(hours=1)
"""The working day before a holiday is shorter by this amount (Labour Code art. 95)."""


@public()
class DayKind(StrEnum):
    """The kind of a date: a working day, or one of several kinds of day off.

    A short day is not a kind of its own: see ``Day.shortened_by``. In Russia the kinds come from
    the Labour Code, art. 111 (weekly days off) and art. 112 (holidays and transfers), from decrees
    of the President and from orders of agencies (both ``DECREED_OFF``).

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
        """Whether dates of this kind have working hours."""
        return self is DayKind.WORK or self is DayKind.TRANSFERRED_WORK


@public()
class Layer(IntEnum):
    """Who decides about a date: the week, the law, the Government, a region or an agency.

    If several layers have an entry for a date, the entry of the highest layer counts.

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
    """The law, resolution or decree that decides about a day.

    ``known_from`` is the date on which the act was published. It is None for the law itself, and
    for an act whose date of publication is not established. ``confidence`` is how certain the
    number and date of the act are: "high", "medium" or "low". ``source`` is where the act was
    found, ``scope`` is whom the act binds, and ``note`` is a remark.

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
        """Return the act's title, with a remark if the number of the act is not certain.

        ``lang`` is "en" or "ru".

        >>> Act("Resolution 600", confidence="low").text()
        'Resolution 600 (number not confirmed)'
        """
        if self.confidence == "high":
            return self.title
        return f"{self.title} ({words.pick(words.ACT_UNCONFIRMED, lang)})"


def was_known(act: Act | None, day: dt.date | None) -> bool:
    """Return False if ``act`` was published after ``day``, else True.

    Without an act, a publication date or a day, the result is True.
    """
    return act is None or act.known_from is None or day is None or act.known_from <= day


@public()
class Entry(NamedTuple):
    """The decision of one layer about one date.

    ``swapped_with`` is the other date of a transfer. ``shortens_eve`` is True for a holiday that
    shortens the working day before it. ``shortened_by`` is the working time by which the date
    itself is shorter.

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
        """Return the entry in words, followed by its act; ``lang`` is "en" or "ru"."""
        kind_words = words.DAY_KINDS[self.kind]
        if self.kind is DayKind.TRANSFERRED_WORK:
            kind_words = words.WORKING_WEEKENDS.get(self.date.weekday(), kind_words)
        elif self.kind is DayKind.DECREED_OFF:
            kind_words = words.BY_OWN_ORDER if self.layer is Layer.AGENCY else words.BY_DECREE
        text = words.holiday(self.name, lang) if self.name else words.pick(kind_words, lang)
        if self.swapped_with:
            template = words.pick(
                words.SWAPPED_WORK if self.kind.working else words.SWAPPED_OFF, lang
            )
            text += " " + template.format(date=words.short_date(self.swapped_with, lang))
        return f"{text}: {self.act.text(lang)}" if self.act else text


@public()
class Day(NamedTuple):
    """A date in a calendar: its kind, its hours, and the reasons.

    ``hours_of`` is the date whose weekly hours apply: ``date`` itself, or the date it was swapped
    with. ``shortened_by`` is the working time by which the day is shorter. ``reasons`` are the
    entries of all layers, the deciding entry first; an ordinary day of the week has no reasons.
    ``eve_of`` is the holiday that shortens the day; its date is the date after ``hours_of``.
    ``provisional`` is True if the day follows from rules alone, because no act decides the date.

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
        """Describe the kind of the day, the reason if it is short, and the acts, in words.

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
            act = self.eve_of.act
            text += "; " + words.pick(words.SHORTENED, lang).format(
                holiday=words.holiday(self.eve_of.name or "", lang),
                date=words.short_date(self.eve_of.date, lang)
                + (f": {act.text(lang)}" if act else ""),
            )
        if self.provisional:
            text += f" [{words.pick(words.PROVISIONAL, lang)}]"
        return text
