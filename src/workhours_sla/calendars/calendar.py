"""A calendar: the kind of each date within the dates it covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from workhours_sla.argument_types import checked
from workhours_sla.calendars import sources
from workhours_sla.calendars.days import (
    ONE_DAY,
    PRE_HOLIDAY_SHORTENING,
    DateRange,
    Day,
    DaySource,
    Entry,
    Layer,
    dates_between,
    in_any,
    merged,
    ordinary_day,
    work_differs,
)
from workhours_sla.errors import ArgumentError, CalendarCoverageError, CalendarDataError
from workhours_sla.module_names import public
from workhours_sla.text import catalog, messages


class Definition(NamedTuple):
    """The source of a calendar's days, and its options: the layers left out, and provisional."""

    source: DaySource
    dropped: frozenset[Layer]
    forecast: bool


@public(checked=True)
class Calendar:
    """A production calendar: what kind of day each date is, and why.

    A calendar is immutable, hashable, picklable and safe to share between threads. Two calendars
    are equal if they have the same id, zone, source of days and options. ``tz`` is the IANA zone
    that a schedule takes from the calendar, or None. Methods raise TypeError for a datetime in
    place of a date, and CalendarCoverageError if they need a date that is not covered.

    >>> Calendar.get("RU").day(date(2025, 11, 1)).kind.value
    'transferred_work'
    """

    __slots__ = ("_by_year", "_dropped", "_forecast", "_source", "_version", "id", "tz")

    id: str
    tz: str | None
    _source: DaySource
    _dropped: frozenset[Layer]
    _forecast: bool
    _by_year: dict[int, Mapping[date, Day]]
    _version: str | None

    def __init__(
        self,
        id: str,
        source: DaySource,
        *,
        tz: str | None = None,
        dropped: Iterable[Layer] = (),
        forecast: bool = False,
    ) -> None:
        if source.parts:  # each part has its own options
            dropped, forecast = (), False
        values: tuple[object, ...] = (id, tz, source, frozenset(dropped), forecast, {}, None)
        names = ("id", "tz", "_source", "_dropped", "_forecast", "_by_year", "_version")
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    @staticmethod
    def get(id: str) -> Calendar:
        """Return the calendar of an ISO 3166 id, such as ``RU``, ``RU-VGG``, ``DE`` or ``DE-BY``.

        Six Russian regions have no ISO code; their ids are ``X-RU-...``. The ``tz`` of a Russian
        region is the zone of its capital. The days of Russia are built in and follow the acts. The
        calendars of other countries come from providers. A provider is an entry point
        ``workhours_sla.calendars`` of an installed package. The provider ``holidays`` is always
        there; ``workalendar`` needs the extra ``workalendar``. Raises UnknownCalendarError.

        >>> Calendar.get("RU-VGG").tz
        'Europe/Volgograd'
        """
        return _get(id)

    @staticmethod
    @checked
    def available(country: str = "") -> tuple[sources.AvailableCalendar, ...]:
        """Return a description of each calendar that ``get`` can return, Russia first.

        ``country`` is the ISO 3166 code of the country to list, such as ``DE``; the calendars of
        its regions are included. Listing all countries takes some seconds.

        >>> [one.id for one in Calendar.available("AT")][:2]
        ['AT', 'AT-1']
        """
        return tuple(sources.available(country))

    @staticmethod
    @checked
    def plain(
        days_off: Iterable[date] = (),
        *,
        yearly: Iterable[str] = (),
        first: date = date(1970, 1, 1),
        last: date = date(2099, 12, 31),
        id: str = "plain",
    ) -> Calendar:
        """Return a calendar that has no weekend and only the given days off.

        ``yearly`` lists days that are off every year, as ``MM-DD``. The calendar covers ``first``
        to ``last``, both included. Raises CalendarDataError for impossible dates.

        >>> Calendar.plain([date(2026, 1, 2)], yearly=["12-25"]).day(date(2026, 12, 25)).working
        False
        """
        from workhours_sla.calendars.tables import PlainDays

        return Calendar(id, PlainDays.of(days_off, yearly, first, last))

    # -- coverage --------------------------------------------------------------------------

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The covered dates, as ranges (first, last) with both dates included.

        A provisional calendar also covers all dates for which it has rules.
        """
        if self._forecast and self._source.rule_span is not None:
            return merged((self._source.rule_span, *self._source.coverage))
        return self._source.coverage

    @property
    def version(self) -> str:
        """The version of the calendar's data, as text that changes only with the data.

        >>> Calendar.get("DE").version.split()[0]
        'holidays'
        """
        if self._version is None:
            object.__setattr__(self, "_version", self._source.version)
        return self._version or ""

    def definition(self) -> Definition:
        """Return the calendar's source of days and its options, for code that exports the calendar.

        >>> Calendar.get("RU").provisional().definition().forecast
        True
        """
        return Definition(self._source, self._dropped, self._forecast)

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off unless an act decides otherwise.

        >>> sorted(Calendar.get("RU").weekend)
        [5, 6]
        """
        return self._source.weekend

    @property
    def other_zones(self) -> tuple[str, ...]:
        """The IANA zones in the calendar's region other than ``tz``, the zone of the capital.

        >>> Calendar.get("RU-SAK").other_zones
        ('Asia/Srednekolymsk',)
        """
        zones = [zone for part in self._source.parts for zone in part.other_zones]
        return tuple(dict.fromkeys(zones)) or sources.other_zones(self.id)

    def knows(self, day: date) -> bool:
        """Return whether a law or an act decides the kind of ``day``.

        >>> [Calendar.get("RU").knows(date(year, 1, 1)) for year in (2026, 2040)]
        [True, False]
        """
        return self._source.knows(day)

    @checked
    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the uncertain dates of a year, each with the entry that may apply to the date.

        A date is uncertain if sources disagree about the date, or if a holiday may fall on the date
        and no act has set the date of the holiday yet. Only a provisional calendar answers for
        uncertain dates.

        >>> [str(day) for day in Calendar.get("RU-KC").uncertain(2026)][:3]
        ['2026-04-19', '2026-04-20', '2026-04-21']
        """
        return self._source.uncertain(year)

    def check_known(self, day: date) -> None:
        """Raise CalendarCoverageError if ``day`` is not covered; its message says what to do."""
        if type(day) is not date:
            msg = f"a calendar takes dates, not {day!r}; give a date, such as date(2026, 5, 8)"
            raise ArgumentError(msg)
        for part in self._source.parts:
            part.check_known(day)
        coverage = self.coverage
        if not in_any(day, coverage):
            cause, facts = self._source.unknown(day)
            facts = {"calendar": self.id, **facts}
            with catalog.language("en"):
                why = catalog.UNKNOWN_DATES.text(cause, **messages.IN_CODE, **facts)
            msg = f"calendar {self.id} does not know {day}: {why}"
            raise CalendarCoverageError(
                msg,
                calendar=self.id,
                date=day,
                first=coverage[0][0] if coverage else None,
                last=coverage[-1][1] if coverage else None,
                cause=cause,
                facts=facts,
            )

    @checked
    def possible_hours_of(self, day: date) -> frozenset[int]:
        """Return the weekdays (Monday is 0) whose hours a date may have; empty if it must be off.

        A covered working day has the hours of exactly one weekday. A date on which a regional
        holiday may fall is either off or has its ordinary hours. Hours of any weekday are possible
        on a weekend that only some sources call working, and on a day off in a year without an act.

        >>> sorted(Calendar.get("RU-DA").possible_hours_of(date(2025, 4, 28)))
        [0]
        """
        if in_any(day, self.coverage):
            known = self.day(day)
            return frozenset({known.hours_of.weekday()} if known.working else ())
        return self._source.possible_hours(day, self._dropped)

    # -- days ------------------------------------------------------------------------------

    def day(self, day: date) -> Day:
        """Return the ``Day`` of a date: its kind, its hours, and the acts that decide it.

        >>> Calendar.get("RU").day(date(2024, 11, 2)).hours_of
        datetime.date(2024, 4, 30)
        """
        self.check_known(day)
        special = self.special_days(day.year).get(day)
        if special is not None:
            return special
        return ordinary_day(day, self.weekend, provisional=self._by_rule_alone(day))

    def special_days(self, year: int) -> Mapping[date, Day]:
        """Return the days of a year that differ from the ordinary week, by acts or by rule."""
        found = self._by_year.get(year)
        if found is None:
            days = self._source.special_days(year, self._dropped, self._by_rule_alone)
            found = self._by_year[year] = MappingProxyType(days)
        return found

    def _by_rule_alone(self, day: date) -> bool:
        return self._source.by_rule_alone(day, forecast=self._forecast)

    @checked
    def days(self, first: date, last: date) -> Iterator[Day]:
        """Yield the ``Day`` of each date from ``first`` to ``last``, both included.

        >>> days = Calendar.get("RU").days(date(2025, 10, 31), date(2025, 11, 4))
        >>> [day.working for day in days]
        [True, True, False, False, False]
        """
        return map(self.day, dates_between(first, last))

    def is_working_day(self, day: date) -> bool:
        """Return whether ``day`` has working hours.

        >>> Calendar.get("RU").is_working_day(date(2025, 11, 1))
        True
        """
        return self.day(day).working

    @checked
    def count_working_days(self, first: date, last: date) -> int:
        """Return the number of working days from ``first`` to ``last``, both included.

        >>> Calendar.get("RU").count_working_days(date(2026, 1, 1), date(2026, 12, 31))
        247
        """
        return sum(day.working for day in self.days(first, last))

    @checked
    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day that is ``count`` working days after ``day``.

        A negative ``count`` goes back. Raises ValueError for a count of 0, because the answer would
        be unclear if ``day`` itself is a day off.

        >>> Calendar.get("RU").add_working_days(date(2025, 12, 30), 1)
        datetime.date(2026, 1, 12)
        """
        if count == 0:
            msg = "count is 0; use is_working_day, or give the number of working days to move by"
            raise ValueError(msg)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.day(day).working
        return day

    # -- variants --------------------------------------------------------------------------

    @checked
    def as_known(self, day: date) -> Self:
        """Return the calendar as it was known on ``day``, without the acts published later.

        >>> Calendar.get("RU").as_known(date(2021, 10, 1)).is_working_day(date(2021, 11, 1))
        True
        """
        return self._with(source=self._source.known_on(day))

    @checked
    def with_week(self, days: int) -> Self:
        """Return the calendar for a week of 5, 6 or 7 working days.

        In a six-day week Saturday is a working day: transfers from a Saturday do not apply, and a
        holiday on a Saturday is not moved. A seven-day week has holidays but no weekend. Raises
        CalendarDataError if the calendar's days do not depend on the length of the week.

        >>> Calendar.get("RU").with_week(6).is_working_day(date(2025, 11, 3))
        True
        """
        return self._with(source=self._source.with_week(days))

    @checked
    def with_workdays(self, weekdays: Iterable[int]) -> Self:
        """Return the calendar for people who also work on some of its weekly days off.

        ``weekdays`` are weekdays (Monday is 0) that become working days, except on holidays. A
        Schedule with hours on these weekdays makes this change by itself. If a date was swapped
        with a date on one of these weekdays, both dates become uncertain, because no source says
        whether the swap applies to such people. Raises CalendarDataError if the calendar was not
        copied from a library; for Russia, use ``with_week``.

        >>> bavaria = Calendar.get("DE-BY").with_workdays([5])
        >>> bavaria.is_working_day(date(2026, 8, 8)), bavaria.is_working_day(date(2026, 8, 15))
        (True, True)
        >>> bavaria.is_working_day(date(2026, 12, 26))  # a Saturday, but a holiday
        False
        """
        opened = frozenset(weekdays) & self.weekend
        return self._with(source=self._source.with_workdays(opened)) if opened else self

    def without(self, *layers: Layer) -> Self:
        """Return the calendar without the entries of ``layers``.

        Dates that are uncertain because of an entry in one of these layers become known.

        >>> Calendar.get("RU").without(Layer.PRESIDENTIAL).is_working_day(date(2021, 11, 1))
        True
        """
        dropped = self._dropped | frozenset(layers)
        return self._with(source=self._source.without_layers(dropped), dropped=dropped)

    def provisional(self) -> Self:
        """Return the calendar that also answers, by rules, for dates that no act decides yet.

        ``Day.provisional`` is True for those days. Russia has rules up to 2099, and a calendar that
        was copied from a library has rules for the copied dates. Other calendars have no rules, so
        their answers stay the same.

        >>> Calendar.get("RU").provisional().day(date(2040, 5, 1)).provisional
        True
        """
        return self._with(source=self._source.provisional(), forecast=True)

    def amend(
        self, rows: Iterable[Entry | tuple[Entry, ...]], *, confirms: Iterable[DateRange] = ()
    ) -> Self:
        """Return the calendar with the rows of new acts added.

        ``rows`` is the result of ``day_off`` or ``transfer``, or a list of such results.
        ``confirms`` are ranges of dates (both ends included) that the acts decide: a new year, or
        dates that were uncertain. Raises CalendarDataError for rows that contradict the calendar or
        each other, CalendarCoverageError for rows on dates that stay unknown, and TypeError if
        ``rows`` or ``confirms`` are anything else.

        >>> from workhours_sla import Act, day_off
        >>> order = Act("Order of the agency of 1.08.2026 No 7")
        >>> office = Calendar.get("RU").amend(day_off(date(2026, 9, 1), order))
        >>> office.day(date(2026, 9, 1)).describe()
        'day off by own order: Order of the agency of 1.08.2026 No 7'
        >>> days = [day_off(date(2026, 9, day), order) for day in (1, 2)]
        >>> Calendar.get("RU").amend(days).count_working_days(date(2026, 9, 1), date(2026, 9, 4))
        2
        """
        # here, because the module imports hashlib, which is slow to load
        from workhours_sla.calendars import acts

        if self._source.parts:
            msg = f"amend one of the calendars before combining them, not {self.id!r}"
            raise CalendarDataError(msg, id=self.id)
        added = tuple(acts.flat_rows(rows))
        ranges = acts.checked_ranges(confirms)
        confirmed = self.with_source(acts.AmendedDays(self._source, (), ranges))
        kept = acts.checked_rows(added, confirmed.day, self.weekend)
        amended = self.with_source(acts.AmendedDays(self._source, kept, ranges))
        for year in {row.date.year for row in kept}:
            amended.special_days(year)  # raises if rows of one layer contradict each other
        return amended

    def with_source(self, source: DaySource) -> Self:
        """Return a calendar with the days of ``source`` and the same id, zone and options."""
        if self._source.parts:
            msg = (
                f"{self.id!r} has no source of its own; change one of its parts before combining "
                "them"
            )
            raise CalendarDataError(msg, id=self.id)
        return self._with(source=source)

    # -- comparison ------------------------------------------------------------------------

    @checked
    def diff(self, other: Calendar, first: date, last: date) -> Iterator[tuple[Day, Day]]:
        """Yield, for each date whose working time differs, this calendar's ``Day`` and the other's.

        The dates from ``first`` to ``last`` (both included) are compared: whether a date is a
        working day, by how much it is shortened, and which date's hours it has.

        >>> then = Calendar.get("RU").as_known(date(2021, 10, 1))
        >>> now = Calendar.get("RU")
        >>> [str(a.date) for a, b in then.diff(now, date(2021, 11, 1), date(2021, 11, 30))]
        ['2021-11-01', '2021-11-02', '2021-11-03']
        """
        for mine, theirs in zip(self.days(first, last), other.days(first, last), strict=True):
            if work_differs(mine, theirs):
                yield mine, theirs

    @property
    def fingerprint(self) -> str:
        """A digest of the working time of every covered date, as 16 hexadecimal digits.

        Calendars with the same coverage and working time have the same fingerprint, whatever their
        ids, versions, acts and names.

        >>> Calendar.get("RU").fingerprint == Calendar.get("RU").with_week(6).fingerprint
        False
        """
        from hashlib import sha256

        digest = sha256(repr(sorted(self.weekend)).encode())
        for first, last in self.coverage:
            digest.update(f"{first}..{last}".encode())
            for year in range(first.year, last.year + 1):
                for day, special in self.special_days(year).items():
                    if first <= day <= last:
                        hours_of = special.hours_of if special.working else None
                        digest.update(f"{day} {hours_of} {special.shortened_by}".encode())
        return digest.hexdigest()[:16]

    # -- an immutable value ----------------------------------------------------------------

    def _with(self, **changes: Any) -> Self:
        options = {"tz": self.tz, "dropped": self._dropped, "forecast": self._forecast}
        return type(self)(self.id, **{"source": self._source, **options, **changes})

    def _key(self) -> tuple[object, ...]:
        source = self._source
        return (self.id, self.tz, type(source), source, self._dropped, self._forecast)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a Calendar is immutable; build another instead of setting {name}"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[Any, ...]:
        dropped, forecast = sorted(self._dropped), self._forecast
        options: Any = {"tz": self.tz, "dropped": dropped, "forecast": forecast}
        return partial(Calendar, self.id, self._source, **options), ()

    def __repr__(self) -> str:
        coverage = self.coverage
        known = f"{coverage[0][0]}..{coverage[-1][1]}" if coverage else "no known dates"
        if len(coverage) > 1:
            known += f" with {len(coverage) - 1} gaps"
        return f"<Calendar {self.id} version {self.version}: {known}>"


@lru_cache(maxsize=256)
def _get(id: str) -> Calendar:
    found = sources.find(id)
    if not isinstance(found, Calendar):
        source, tz = found
        return Calendar(id, source, tz=tz)
    return found


# -- the norm of working time (норма рабочего времени) ---------------------------------------------

_DAYS_OF_A_FIVE_DAY_WEEK = 5


class Norm(NamedTuple):
    """The counts of days in a period, from which ``hours`` computes the norm of working time."""

    calendar_days: int
    working_days: int
    short_days: int

    def hours(self, week: int = 40) -> timedelta:
        """Return the norm of the period for a five-day week of ``week`` hours.

        Each working day counts as a fifth of the week, less one hour if the day is before a
        holiday (order of Minzdravsotsrazvitiya of 13.08.2009 No 588n).

        >>> january = working_time_norm(Calendar.get("RU"), date(2026, 1, 1), date(2026, 1, 31))
        >>> str(january.hours(36))
        '4 days, 12:00:00'
        """
        a_day = timedelta(hours=week) / _DAYS_OF_A_FIVE_DAY_WEEK
        return a_day * self.working_days - PRE_HOLIDAY_SHORTENING * self.short_days


def working_time_norm(calendar: Calendar, first: date, last: date) -> Norm:
    """Return the numbers of days from ``first`` to ``last``, both included, for the norm.

    Days off by presidential decree count as working days, as the norm requires.
    """
    days = list(calendar.without(Layer.PRESIDENTIAL).days(first, last))
    return Norm(len(days), sum(day.working for day in days), sum(day.short for day in days))
