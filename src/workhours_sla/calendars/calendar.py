"""A calendar: what kind of day each date is, within the dates it knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from workhours_sla.calendars.day import (
    NOT_SHORTENED,
    PRE_HOLIDAY_SHORTENING,
    Day,
    DayKind,
    Entry,
    Layer,
    resolve,
)
from workhours_sla.calendars.day_source import DateRange, DaySource
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.text import words

ONE_DAY = timedelta(days=1)


class Definition(NamedTuple):
    """What a calendar is made of, beside its id and zone.

    ``dropped`` are the layers left out; ``forecast`` says that it answers by rule.
    """

    source: DaySource
    dropped: frozenset[Layer]
    forecast: bool


class Calendar:
    """What kind of day each date is, and why (production calendar).

    An immutable value: hashable, picklable, safe to share between threads. Two calendars are
    equal when they have the same id, zone, source and options.

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
        id: str,  # noqa: A002
        source: DaySource,
        *,
        tz: str | None = None,
        dropped: Iterable[Layer] = (),
        forecast: bool = False,
    ) -> None:
        setter = object.__setattr__
        setter(self, "id", id)
        setter(self, "tz", tz)
        setter(self, "_source", source)
        setter(self, "_dropped", frozenset(dropped))
        setter(self, "_forecast", forecast)
        setter(self, "_by_year", {})
        setter(self, "_version", None)

    @staticmethod
    def get(id: str) -> Calendar:  # noqa: A002
        """Return the calendar of an ISO 3166 id, such as ``RU`` or ``RU-VGG``.

        Six Russian subjects have no ISO code and go by ``X-RU-...``. A region's calendar also
        carries its IANA zone as ``tz``. Raises UnknownCalendarError.

        >>> Calendar.get("RU-VGG").tz
        'Europe/Volgograd'
        """
        from workhours_sla.calendars import registry  # noqa: PLC0415

        return registry.get(id)

    @staticmethod
    def plain(
        days_off: Iterable[date] = (),
        *,
        yearly: Iterable[str] = (),
        first: date = date(1970, 1, 1),
        last: date = date(2099, 12, 31),
        id: str = "plain",  # noqa: A002
    ) -> Calendar:
        """Return a calendar with no weekend of its own, only the days off given.

        ``yearly`` lists dates that are off every year, as ``MM-DD``. Dates outside ``first`` to
        ``last`` are unknown. Raises CalendarDataError for a date that cannot be.

        >>> Calendar.plain([date(2026, 1, 2)], yearly=["12-25"]).day(date(2026, 12, 25)).working
        False
        """
        from workhours_sla.calendars.plain_days import PlainDays  # noqa: PLC0415

        return Calendar(id, PlainDays.of(days_off, yearly, first, last))

    # -- what it knows ---------------------------------------------------------------------

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The known dates as ranges (first, last), both included; a forecast answers more."""
        if self._forecast and self._source.rule_span is not None:
            return (self._source.rule_span,)
        return self._source.coverage

    @property
    def version(self) -> str:
        """What state of the calendar's data this is, as stable text."""
        if self._version is None:
            object.__setattr__(self, "_version", self._source.version)
        return self._version or ""

    @property
    def definition(self) -> Definition:
        """The source of the days and the options: what another representation must keep."""
        return Definition(self._source, self._dropped, self._forecast)

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays (Monday is 0) that are off unless an act says otherwise."""
        return self._source.weekend

    @property
    def other_zones(self) -> tuple[str, ...]:
        """The zones that parts of the calendar's region keep besides ``tz``, its capital's.

        >>> Calendar.get("RU-SAK").other_zones
        ('Asia/Srednekolymsk',)
        """
        from workhours_sla.calendars import registry  # noqa: PLC0415

        return registry.other_zones(self.id)

    def knows(self, day: date) -> bool:
        """Whether an act or the law settles ``day``."""
        return any(first <= day <= last for first, last in self._source.coverage)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the dates of a year that are open, each with the entry in question.

        A date by the moon that no act has set yet, or one about which sources disagree; the
        calendar answers neither, unless asked provisionally.

        >>> [str(day) for day in Calendar.get("RU-KC").uncertain(2026)][:3]
        ['2026-04-19', '2026-04-20', '2026-04-21']
        """
        return self._source.uncertain(year)

    def check_known(self, day: date) -> None:
        """Raise CalendarCoverageError, with the way out, unless this calendar answers ``day``."""
        if type(day) is not date:
            msg = f"a calendar knows dates, not {day!r}; give a date, such as date(2026, 5, 8)"
            raise TypeError(msg)
        coverage = self.coverage
        if not any(first <= day <= last for first, last in coverage):
            cause, facts = self._source.unknown(day)
            why = words.UNKNOWN_DATES[cause]["en"].format(how=words.HOW_IN_CODE, **facts)
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

    def possible_hours_of(self, day: date) -> frozenset[int]:
        """Return the weekdays whose hours a date may have; none if it is off in any case.

        A known date has the hours of one weekday, or none. On an uncertain date a regional holiday
        can only take work away. A day off that was perhaps worked, and a day off in a year that no
        act has settled, may have the hours of any weekday.

        >>> sorted(Calendar.get("RU-DA").possible_hours_of(date(2025, 4, 28)))
        [0]
        """
        if any(first <= day <= last for first, last in self.coverage):
            known = self.day(day)
            return frozenset({known.hours_of.weekday()} if known.working else ())
        undecided = self._source.uncertain(day.year).get(day)
        without_region = tuple(
            entry
            for entry in self._source.entries(day.year).get(day, ())
            if entry.layer is not Layer.REGION and entry.layer not in self._dropped
        )
        entry = resolve(day, without_region)
        if entry is None:
            works, hours_of = day.weekday() not in self.weekend, day
        else:
            works, hours_of = entry.kind.working, entry.swapped_with or day
        if works:
            return frozenset({hours_of.weekday()})
        if undecided is not None and undecided.kind is DayKind.HOLIDAY:
            return frozenset()
        return frozenset(range(7))

    # -- its days --------------------------------------------------------------------------

    def day(self, day: date) -> Day:
        """Return what kind of day a date is, with the acts behind it.

        Raises CalendarCoverageError for a date that the calendar does not know.

        >>> Calendar.get("RU").day(date(2024, 11, 2)).hours_of
        datetime.date(2024, 4, 30)
        """
        self.check_known(day)
        special = self.special_days(day.year).get(day)
        if special is not None:
            return special
        kind = DayKind.DAY_OFF if day.weekday() in self.weekend else DayKind.WORK
        return Day(day, kind, hours_of=day, provisional=self._by_rule_alone(day))

    def special_days(self, year: int) -> Mapping[date, Day]:
        """Return the days of a year that differ from the plain week, by date.

        Contains derived days for dates outside the coverage too; ``day`` guards those.
        """
        found = self._by_year.get(year)
        if found is None:
            found = MappingProxyType(dict(self._special_days(year)))
            self._by_year[year] = found
        return found

    def _special_days(self, year: int) -> Iterator[tuple[date, Day]]:
        entries = {
            day: kept
            for day, of_day in self._source.entries(year).items()
            if (kept := tuple(e for e in of_day if e.layer not in self._dropped))
        }
        eves = {
            day - ONE_DAY: entry
            for day, of_day in entries.items()
            for entry in of_day
            if entry.shortens_eve
        }
        for day in sorted(entries.keys() | eves.keys()):
            if day.year != year:
                continue
            of_day = entries.get(day, ())
            winner = resolve(day, of_day)
            if winner is not None:
                kind = winner.kind
            else:
                kind = DayKind.DAY_OFF if day.weekday() in self.weekend else DayKind.WORK
            hours_of = day
            if winner is not None and kind is DayKind.TRANSFERRED_WORK and winner.swapped_with:
                hours_of = winner.swapped_with
            eve_of = eves.get(hours_of) if kind.working else None
            shortened_by = winner.shortened_by if winner is not None else NOT_SHORTENED
            if eve_of is not None:
                shortened_by = max(shortened_by, PRE_HOLIDAY_SHORTENING)
            losers = sorted(
                (entry for entry in of_day if entry is not winner),
                key=lambda entry: -entry.layer,
            )
            yield (
                day,
                Day(
                    day,
                    kind,
                    hours_of,
                    shortened_by if kind.working else NOT_SHORTENED,
                    (winner, *losers) if winner is not None else (),
                    eve_of,
                    provisional=self._by_rule_alone(day),
                ),
            )

    def _by_rule_alone(self, day: date) -> bool:
        """Whether the answer for ``day`` is by rule because no act settles it."""
        return self._forecast and not self.knows(day)

    def days(self, first: date, last: date) -> Iterator[Day]:
        """Yield the days from ``first`` to ``last``, both included."""
        day = first
        while day <= last:
            yield self.day(day)
            day += ONE_DAY

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` has working hours."""
        return self.day(day).working

    def count_working_days(self, first: date, last: date) -> int:
        """Return the number of working days from ``first`` to ``last``, both included.

        >>> Calendar.get("RU").count_working_days(date(2026, 1, 1), date(2026, 12, 31))
        247
        """
        return sum(day.working for day in self.days(first, last))

    def add_working_days(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day`` (before it when negative).

        Raises CalendarCoverageError where the count runs past the known dates, ValueError for
        a count of 0, which would leave open whether ``day`` itself must be working.
        """
        if count == 0:
            msg = "count is 0: ask is_working_day, or give the number of working days to move by"
            raise ValueError(msg)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.day(day).working
        return day

    # -- the same calendar, seen otherwise -------------------------------------------------

    def as_known(self, day: date) -> Self:
        """Return the calendar with only what was known on ``day``.

        >>> Calendar.get("RU").as_known(date(2021, 10, 1)).is_working_day(date(2021, 11, 1))
        True
        """
        if type(day) is not date:
            msg = f"what was known is asked by date, not {day!r}; use date(2026, 5, 8)"
            raise TypeError(msg)
        return self._with(source=self._source.known_on(day))

    def with_week(self, days: int) -> Self:
        """Return the calendar for a week of 5, 6 or 7 working days.

        A six-day week works on Saturdays: transfers from a Saturday do not hold for it, and a
        holiday on a Saturday moves nowhere. A seven-day week has holidays but no weekend.
        Raises CalendarDataError for a calendar that has no such weeks.

        >>> Calendar.get("RU").with_week(6).is_working_day(date(2025, 11, 3))
        True
        """
        return self._with(source=self._source.with_week(days))

    def without(self, *layers: Layer) -> Self:
        """Return the calendar without some layers, such as ``Layer.PRESIDENTIAL``."""
        source = self._source
        if Layer.REGION in layers:
            # without its layer a region leaves nothing open either
            source = getattr(source, "without_region", lambda: source)()
        return self._with(source=source, dropped=self._dropped | frozenset(layers))

    def provisional(self) -> Self:
        """Return the calendar that answers by rule where no act has settled a date.

        Such days are marked ``provisional``. How far rules reach is the calendar's to say; a
        plain calendar has none, and answers as before.
        """
        return self._with(forecast=True)

    def amend(
        self, rows: Iterable[Entry | tuple[Entry, ...]], *, confirms: Iterable[DateRange] = ()
    ) -> Self:
        """Return the calendar with acts added, as ``day_off`` and ``transfer`` write them.

        ``rows`` is what one of them returns, or a list of what several return. ``confirms`` names
        ranges of dates that the acts make known: a new year, or dates that were open. Raises
        CalendarDataError for rows that contradict the calendar or each other,
        CalendarCoverageError for rows on dates that stay unknown, TypeError for what is no row.

        >>> from workhours_sla import Act, day_off
        >>> order = Act("Order of the agency of 1.08.2026 No 7")
        >>> office = Calendar.get("RU").amend(day_off(date(2026, 9, 1), order))
        >>> office.day(date(2026, 9, 1)).describe()
        'non-working day by decree: Order of the agency of 1.08.2026 No 7'
        >>> days = [day_off(date(2026, 9, day), order) for day in (1, 2)]
        >>> Calendar.get("RU").amend(days).count_working_days(date(2026, 9, 1), date(2026, 9, 4))
        2
        """
        from workhours_sla.calendars.amendments import amended_source  # noqa: PLC0415

        return self._with(source=amended_source(self, self._source, rows, tuple(confirms)))

    def with_source(self, source: DaySource) -> Self:
        """Return the calendar over another source of days, with the same options."""
        return self._with(source=source)

    # -- two calendars compared ------------------------------------------------------------

    def diff(self, other: Calendar, first: date, last: date) -> Iterator[tuple[Day, Day]]:
        """Yield the days of both, from ``first`` to ``last``, where they are worked otherwise.

        Compared are whether a date works, how much shorter it is, and whose hours it takes.

        >>> then = Calendar.get("RU").as_known(date(2021, 10, 1))
        >>> now = Calendar.get("RU")
        >>> [str(a.date) for a, b in then.diff(now, date(2021, 11, 1), date(2021, 11, 30))]
        ['2021-11-01', '2021-11-02', '2021-11-03']
        """
        for mine, theirs in zip(self.days(first, last), other.days(first, last), strict=True):
            if (mine.working, mine.shortened_by, mine.working and mine.hours_of) != (
                theirs.working,
                theirs.shortened_by,
                theirs.working and theirs.hours_of,
            ):
                yield mine, theirs

    @property
    def fingerprint(self) -> str:
        """A digest of every known day: equal content gives equal text, whatever the version.

        Acts and names do not count, only when there is work.
        """
        from hashlib import sha256  # noqa: PLC0415

        digest = sha256(repr(sorted(self.weekend)).encode())
        for first, last in self.coverage:
            digest.update(f"{first}..{last}".encode())
            for year in range(first.year, last.year + 1):
                for day, special in self.special_days(year).items():
                    if first <= day <= last:
                        hours_of = special.hours_of if special.working else None
                        digest.update(f"{day} {hours_of} {special.shortened_by}".encode())
        return digest.hexdigest()[:16]

    # -- a value ---------------------------------------------------------------------------

    def _with(self, **changes: Any) -> Self:
        options: dict[str, Any] = {
            "source": self._source,
            "tz": self.tz,
            "dropped": self._dropped,
            "forecast": self._forecast,
        }
        return type(self)(self.id, **{**options, **changes})

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
        return (
            _rebuild,
            (self.id, self._source, self.tz, tuple(sorted(self._dropped)), self._forecast),
        )

    def __repr__(self) -> str:
        coverage = self.coverage
        known = f"{coverage[0][0]}..{coverage[-1][1]}" if coverage else "no known dates"
        if len(coverage) > 1:
            known += f" with {len(coverage) - 1} gaps"
        return f"<Calendar {self.id} version {self.version}: {known}>"


def _rebuild(
    id: str,  # noqa: A002
    source: DaySource,
    tz: str | None,
    dropped: tuple[Layer, ...],
    forecast: bool,  # noqa: FBT001
) -> Calendar:
    return Calendar(id, source, tz=tz, dropped=dropped, forecast=forecast)
