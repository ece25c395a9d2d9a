"""Days, the entries and acts that decide them, and ranges of dates.

The classes are named tuples, because importing ``dataclasses`` takes longer than computing one
deadline.
"""

from __future__ import annotations

import datetime as dt
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from workhours_sla.errors import CalendarDataError
from workhours_sla.module_names import public
from workhours_sla.text import words
from workhours_sla.text.catalog import DAY_KINDS, DAYS, WORKING_WEEKENDS, language
from workhours_sla.text.messages import say

DateRange = tuple[date, date]
"""The first and the last date of a range, both included."""

EARLIEST, LATEST = date(2, 1, 1), date(9998, 12, 31)
"""The first and the last date that a calendar can cover.

Dates outside this range could leave the years 1 to 9999 when a UTC offset is applied.
"""

ONE_DAY = timedelta(days=1)
NOT_SHORTENED = timedelta(0)
PRE_HOLIDAY_SHORTENING = timedelta(hours=1)
"""The working day before a holiday is shorter by this amount (Labour Code art. 95)."""

FIVE_DAY_WEEK = frozenset({5, 6})
"""The weekly days off of a five-day week (Monday is 0)."""


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

    If several layers have an entry for a date, the highest layer counts; AGENCY is the highest.

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
        with language(lang):
            return f"{self.title} ({DAYS['act_unconfirmed']})"


def was_known(act: Act | None, day: dt.date | None) -> bool:
    """Return False if ``act`` is known to have been published after ``day``, else True."""
    return act is None or act.known_from is None or day is None or act.known_from <= day


class Entry(NamedTuple):
    """The decision of one layer about one date.

    ``swapped_with`` is the other date of a transfer. ``shortens_eve`` is True for a holiday that
    shortens the working day before it. ``shortened_by`` (a timedelta) is the working time by which
    the date itself is shorter.

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
        with language(lang):
            text = words.holiday(self.name) if self.name else self._kind()
            if self.swapped_with:
                swapped = "swapped_work" if self.kind.working else "swapped_off"
                text += " " + DAYS.text(swapped, date=words.short_date(self.swapped_with))
        return f"{text}: {self.act.text(lang)}" if self.act else text

    def _kind(self) -> str:
        text = DAY_KINDS[self.kind]
        if self.kind is DayKind.TRANSFERRED_WORK:
            return WORKING_WEEKENDS.get(str(self.date.weekday()), text)
        if self.kind is DayKind.DECREED_OFF:
            return DAYS["by_own_order" if self.layer is Layer.AGENCY else "by_decree"]
        return text


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
        with language(lang):
            text = self.reasons[0].describe(lang) if self.reasons else DAY_KINDS[self.kind]
            if self.eve_of is not None:
                act, date = self.eve_of.act, words.short_date(self.eve_of.date)
                holiday = words.holiday(self.eve_of.name or "")
                date += f": {act.text(lang)}" if act else ""
                text += "; " + DAYS.text("shortened", holiday=holiday, date=date)
            if self.provisional:
                text += f" [{DAYS['provisional']}]"
        return text


# -- the day that the entries of all layers make -------------------------------------------------


def resolve(day: date, entries: tuple[Entry, ...]) -> Entry | None:
    """Return the entry that decides a date: the one of the highest layer, None without entries.

    Raises CalendarDataError if two entries of that layer contradict each other.
    """
    if not entries:
        return None
    winner = max(entries, key=lambda entry: entry.layer)
    for other in entries:
        if other.layer == winner.layer and (
            other.kind.working != winner.kind.working
            or (winner.kind.working and other.swapped_with != winner.swapped_with)
        ):
            first, second = (
                say("entry", kind=one.kind, en=one.describe(), ru=one.describe("ru"))
                for one in (other, winner)
            )
            layer = winner.layer.name.lower()
            msg = say("two_kinds", date=str(day), first=first, second=second, layer=layer)
            raise CalendarDataError(msg, date=day)
    return winner


def kind_of(day: date, winner: Entry | None, weekend: Collection[int]) -> DayKind:
    """Return the kind of the entry ``winner``; without an entry, the kind of the weekday."""
    if winner is not None:
        return winner.kind
    return DayKind.DAY_OFF if day.weekday() in weekend else DayKind.WORK


def ordinary_day(day: date, weekend: Collection[int], *, provisional: bool = False) -> Day:
    return Day(day, kind_of(day, None, weekend), hours_of=day, provisional=provisional)


def _decide(
    day: date, entries: tuple[Entry, ...], eves: Mapping[date, Entry], weekend: Collection[int]
) -> Day:
    """Return the ``Day`` of a date from its entries and the holidays that shorten dates."""
    # A transferred working day is as short as the date it was swapped with (order of
    # Minzdravsotsrazvitiya of 13.08.2009 No 588n).
    winner = resolve(day, entries)
    kind = kind_of(day, winner, weekend)
    hours_of, shortened_by = day, NOT_SHORTENED
    reasons: tuple[Entry, ...] = ()
    if winner is not None:
        swapped = kind is DayKind.TRANSFERRED_WORK and winner.swapped_with
        hours_of, shortened_by = swapped or day, winner.shortened_by
        losers = [entry for entry in entries if entry is not winner]
        reasons = (winner, *sorted(losers, key=lambda entry: -entry.layer))
    if not kind.working:
        return Day(day, kind, hours_of, reasons=reasons)
    eve_of = eves.get(hours_of)
    if eve_of is not None:
        shortened_by = max(shortened_by, PRE_HOLIDAY_SHORTENING)
    return Day(day, kind, hours_of, shortened_by, reasons, eve_of)


def work_differs(one: Day, other: Day) -> bool:
    """Return whether the working time of two days differs, whatever their acts and names."""
    first, second = ((d.working, d.shortened_by, d.working and d.hours_of) for d in (one, other))
    return first != second


def by_date(
    entries: Iterable[Entry], before: Mapping[date, tuple[Entry, ...]] = MappingProxyType({})
) -> dict[date, tuple[Entry, ...]]:
    """Return entries keyed by date, in their order and after those of ``before``."""
    found = dict(before)
    for entry in entries:
        found[entry.date] = (*found.get(entry.date, ()), entry)
    return found


# -- ranges of dates ------------------------------------------------------------------------------


def dates_between(first: date, last: date) -> Iterator[date]:
    """Return the dates from ``first`` to ``last``, both included."""
    return (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))


def in_any(day: date, ranges: Iterable[DateRange]) -> bool:
    for first, last in ranges:  # noqa: SIM110 - any() makes looking up a day a third slower
        if first <= day <= last:
            return True
    return False


def merged(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges in order, with ranges that overlap or touch joined into one."""
    joined: list[DateRange] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + ONE_DAY:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(joined)


def common(left: Iterable[DateRange], right: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges of the dates that are in both ``left`` and ``right``, in order."""
    right = tuple(right)
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right)
    return tuple(sorted(pair for pair in pairs if pair[0] <= pair[1]))


def without(whole: DateRange, dates: Iterable[date]) -> tuple[DateRange, ...]:
    """Return the ranges that remain when sorted ``dates`` are removed from the range ``whole``.

    >>> week = date(2026, 3, 2), date(2026, 3, 8)
    >>> [(first.day, last.day) for first, last in without(week, [date(2026, 3, 4)])]
    [(2, 3), (5, 8)]
    """
    since, last = whole
    left: list[DateRange] = []
    for day in dates:
        if since < day:
            left.append((since, day - ONE_DAY))
        since = max(since, day + ONE_DAY)
    if since <= last:
        left.append((since, last))
    return tuple(left)


# -- sources of days -------------------------------------------------------------------------------


class DaySource(metaclass=ABCMeta):
    """A source of a calendar's days: an immutable, hashable, picklable value.

    Most sources have entries; ``combined`` has days of several calendars, its ``parts``.
    """

    __slots__ = ()

    @property
    def parts(self) -> tuple[Any, ...]:
        return ()

    @property
    @abstractmethod
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off unless an entry decides otherwise."""

    @property
    @abstractmethod
    def coverage(self) -> tuple[DateRange, ...]:
        """The dates that laws or acts decide, as ranges in order that do not overlap."""

    @property
    def rule_span(self) -> DateRange | None:
        """The range of dates for which there are rules or acts, or None without rules."""
        return None

    @property
    @abstractmethod
    def version(self) -> str:
        """The version of the data, as text that changes only with the data."""

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries of all layers, keyed by date, for a year and the next 1 January."""
        return {}

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the uncertain dates of a year, each with the entry that may apply to the date."""
        return {}

    def is_forecast(self, day: date) -> bool:
        """Return whether the entries of a date are only a library's forecast of the decisions."""
        return False

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        """Return why ``day`` is not known: a key of ``catalog.UNKNOWN_DATES``, and its values."""
        return "outside", {"first": self.coverage[0][0], "last": self.coverage[-1][1]}

    # -- changed sources; each may raise CalendarDataError ----------------------------

    def known_on(self, day: date) -> DaySource:
        """Return the source without the acts that were published after ``day``."""
        return self

    def with_week(self, days: int) -> DaySource:
        """Return the source for a week of ``days`` working days."""
        raise CalendarDataError(say("no_week_here", days=repr(days)))

    def with_workdays(self, weekdays: frozenset[int]) -> DaySource:
        """Return the source in which ``weekdays``, which are in its weekend, are worked."""
        raise CalendarDataError(say("no_workdays_here"))

    def without_layers(self, layers: Collection[Layer]) -> DaySource:
        """Return the source whose dates are not uncertain because of entries in ``layers``."""
        return self

    def provisional(self) -> DaySource:
        return self

    # -- days, for the options of a calendar -------------------------------------------------

    def knows(self, day: date) -> bool:
        return in_any(day, self.coverage)

    def by_rule_alone(self, day: date, *, forecast: bool) -> bool:
        return forecast and not self.knows(day)

    def special_days(
        self, year: int, dropped: Collection[Layer], is_by_rule: Callable[[date], bool]
    ) -> Mapping[date, Day]:
        """Return, in order, the days with entries, and those that a holiday shortens."""
        entries = {
            day: kept
            for day, of_day in self.entries(year).items()
            if (kept := tuple(entry for entry in of_day if entry.layer not in dropped))
        }
        eves = {
            day - ONE_DAY: entry
            for day, of_day in entries.items()
            for entry in of_day
            if entry.shortens_eve
        }
        return {
            day: _decide(day, entries.get(day, ()), eves, self.weekend)._replace(
                provisional=is_by_rule(day)
            )
            for day in sorted(entries.keys() | eves.keys())
            if day.year == year
        }

    def possible_hours(self, day: date, dropped: Collection[Layer]) -> frozenset[int]:
        """Return the weekdays (Monday is 0) whose hours an unknown date may have."""
        dropped = {*dropped, Layer.REGION}
        entries = self.entries(day.year).get(day, ())
        winner = resolve(day, tuple(entry for entry in entries if entry.layer not in dropped))
        in_question = self.uncertain(day.year).get(day)
        every_day = frozenset(range(7))
        if in_question is not None and in_question.kind is DayKind.TRANSFERRED_WORK:
            return every_day
        if kind_of(day, winner, self.weekend).working:
            return frozenset({((winner and winner.swapped_with) or day).weekday()})
        # a federal day off stays off if a holiday is in question
        is_off = in_question is not None and in_question.kind is DayKind.HOLIDAY
        return frozenset() if is_off else every_day
