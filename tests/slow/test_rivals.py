"""What the tables of docs/*/explanation/why-not.md and of the README files say of each library.

Each library is a class with one method for each claim: it runs the library and returns the cell of
the tables, in English. ``test_cell`` compares it with every table that has the row and the column.
Libraries of the extra ``bench`` that are not installed are skipped.
"""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from kit.paths import ROOT
from workhours_sla import Calendar, Schedule, WorkingDays, working_hours
from workhours_sla.errors import CalendarCoverageError

PAGES = {
    "docs/en/explanation/why-not.md": "en",
    "docs/ru/explanation/why-not.md": "ru",
    "README.md": "en",
    "README.ru.md": "ru",
}

ROWS = {
    # -- the days of Russia
    "working_saturday": (
        "knows that Saturday 1 November 2025 is worked in Russia",
        "знает, что в субботу 1 ноября 2025 года работают",
    ),
    "shorter": (
        "knows that this Saturday is one hour shorter",
        "знает, что эта суббота на час короче",
    ),
    "moved": (
        "knows that 31 December 2025 is off",
        "знает, что 31 декабря 2025 года — выходной",
    ),
    "decree": (
        "knows the days off by decree, 1 to 3 November 2021",
        "знает нерабочие дни по указу, 1–3 ноября 2021 года",
    ),
    "region": (
        "knows the days off of Volgograd Region, 1 and 2 February 2023",
        "знает нерабочие дни Волгоградской области, 1–2 февраля 2023 года",
    ),
    "act": ("names the act behind a day", "называет акт, на котором основан день"),
    "refuses": (
        "refuses 2030, for which there is no act yet",
        "не отвечает о 2030 годе, пока нет акта",
    ),
    "countries": (
        "has the holidays of more than 200 countries of its own",
        "сам знает праздники более чем 200 стран",
    ),
    # -- working time
    "minutes": (
        "adds 4 h 30 min of working time, without the lunch break",
        "прибавляет 4 ч 30 мин рабочего времени, без обеда",
    ),
    "elapsed": (
        "measures the working time between two instants",
        "измеряет рабочее время между двумя моментами",
    ),
    "earliest": (
        "gives the earliest instant: 14:00 and 4 h make 18:00",
        "даёт самый ранний момент: 14:00 и 4 ч — это 18:00",
    ),
    "latest": (
        "gives the latest instant that still meets the target: 09:00 next day",
        "даёт последний момент, когда ответ ещё в срок: 09:00 следующего дня",
    ),
    "latest_start": (
        "gives the latest start for a given due time",
        "даёт самое позднее начало для заданного срока",
    ),
    "own_saturday": ("takes a working Saturday by its date", "принимает рабочую субботу по дате"),
    "own_hours": (
        "takes other hours for one date, such as a short day",
        "принимает другие часы для одной даты, например короткий день",
    ),
    "clock_change": ("is exact over a change of the clock", "точен при переводе часов"),
    "column": ("answers a whole column at once", "отвечает сразу на весь столбец"),
    "stretches": ("lists the stretches that it counted", "перечисляет учтённые промежутки"),
    "working_days": ("counts working days as well as hours", "считает и рабочие дни"),
    "outside": (
        "refuses dates outside of the given range",
        "не отвечает о датах вне заданного промежутка",
    ),
}
"""The label of each row in both languages; the names are the methods of the classes."""

WORDS = {
    "yes": "да",
    "no": "нет",
    "as a six-day week": "как шестидневку",
    "in two calls": "двумя вызовами",
    "with a loop": "циклом",
    "with a class of yours": "вашим классом",
    "if compiled": "после компиляции",
    "through holidays": "через holidays",
}
"""The texts of the cells, in English and in Russian."""

MOSCOW = ZoneInfo("Europe/Moscow")
NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = date(2025, 11, 1)
DECREE = date(2021, 11, 1)
REGION = date(2023, 2, 1)
MOVED = date(2025, 12, 31)
UNDECIDED = datetime(2030, 1, 9, 10, 0)
LUNCH = (time(13), time(14))
HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
AFTERNOON = datetime(2025, 3, 12, 14, 0)
"""A Wednesday; four hours later the day closes."""
NEXT_OPENING = datetime(2025, 3, 13, 9, 0)
CLOCK_CHANGE = datetime(2025, 11, 2, 0, 0, tzinfo=NEW_YORK)
"""Eight hours by the clock from here take nine."""
AFTER_CLOCK_CHANGE = datetime(2025, 11, 2, 3, 0, tzinfo=NEW_YORK)
"""Four hours after ``CLOCK_CHANGE``."""
SHORT = date(2025, 3, 12)
FREE_SATURDAYS = [
    day for day in (date(2025, 10, 4) + timedelta(weeks=n) for n in range(13)) if day != SATURDAY
]


def yes_if(condition: object) -> str:
    return "yes" if condition else "no"


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except Exception:  # noqa: BLE001 - each library has errors of its own
        return True
    return False


class Ours:
    def __init__(self) -> None:
        self.office = Schedule("RU", HOURS, tz=MOSCOW)
        self.start = AFTERNOON.replace(tzinfo=MOSCOW)

    def _worked(self, day: date, calendar: str = "RU") -> timedelta:
        return sum(
            (s.end - s.start for s in Schedule(calendar, HOURS, tz=MOSCOW).shifts_on(day)),
            timedelta(0),
        )

    def working_saturday(self) -> str:
        return yes_if(Calendar.get("RU").day(SATURDAY).working)

    def shorter(self) -> str:
        return yes_if(self._worked(SATURDAY) == timedelta(hours=7))

    def moved(self) -> str:
        return yes_if(not self._worked(MOVED))

    def decree(self) -> str:
        return yes_if(not any(self._worked(DECREE + timedelta(days=n)) for n in range(3)))

    def region(self) -> str:
        volgograd = Calendar.get("RU-VGG")
        off = not any(volgograd.day(REGION + timedelta(days=n)).working for n in range(2))
        return yes_if(off and self._worked(REGION))

    def act(self) -> str:
        posted = datetime(2025, 10, 31, 17, 30, tzinfo=MOSCOW)
        return yes_if("№ 1335" in str(self.office.explain(posted, working_hours(4))))

    def refuses(self) -> str:
        with pytest.raises(CalendarCoverageError):
            self.office.deadline(UNDECIDED.replace(tzinfo=MOSCOW), working_hours(4))
        return "yes"

    def countries(self) -> str:
        (reason,) = Calendar.get("DE").day(date(2026, 5, 1)).reasons
        assert reason.act is not None
        return "through holidays" if reason.act.title.startswith("holidays ") else "yes"

    def minutes(self) -> str:
        due = self.office.deadline(self.start - timedelta(hours=4), working_hours(4, minutes=30))
        return yes_if(due == self.start + timedelta(hours=1, minutes=30))

    def elapsed(self) -> str:
        end = NEXT_OPENING.replace(hour=10, minute=30, tzinfo=MOSCOW)
        return yes_if(self.office.elapsed(self.start, end) == timedelta(hours=5, minutes=30))

    def earliest(self) -> str:
        return yes_if(
            self.office.deadline(self.start, working_hours(4)) == self.start.replace(hour=18)
        )

    def latest(self) -> str:
        limit = self.office.breaches_after(self.start, working_hours(4))
        return yes_if(limit == NEXT_OPENING.replace(tzinfo=MOSCOW))

    def latest_start(self) -> str:
        due = self.start.replace(hour=16)
        return yes_if(self.office.latest_start(due, working_hours(4)) == due.replace(hour=11))

    def own_saturday(self) -> str:
        plain = Calendar.plain([], first=date(2025, 1, 1), last=date(2025, 12, 31))
        office = Schedule(plain, HOURS, tz=MOSCOW, overrides={SATURDAY: "09:00-13:00"})
        opening = datetime(2025, 10, 31, 18, 0, tzinfo=MOSCOW)
        return yes_if(office.deadline(opening, working_hours(2)).date() == SATURDAY)

    def own_hours(self) -> str:
        office = Schedule("RU", HOURS, tz=MOSCOW, overrides={SHORT: "09:00-13:00,14:00-17:00"})
        due = office.deadline(self.start, working_hours(4))
        return yes_if(due == NEXT_OPENING.replace(hour=10, tzinfo=MOSCOW))

    def clock_change(self) -> str:
        nights = Schedule(None, "Mo-Su 00:00-08:00", tz=NEW_YORK)
        return yes_if(nights.deadline(CLOCK_CHANGE, working_hours(4)) == AFTER_CLOCK_CHANGE)

    def column(self) -> str:
        np = pytest.importorskip("numpy")
        columns = import_module("workhours_sla.columns")

        starts = np.array(["2025-03-12T11:00", "2025-03-12T13:00"], "M8[s]")
        found = columns.deadline(self.office, starts, working_hours(4), tz="UTC")
        return yes_if(found.tolist() == [datetime(2025, 3, 12, 15), datetime(2025, 3, 13, 8)])

    def stretches(self) -> str:
        trace = self.office.explain(self.start, working_hours(6))
        return yes_if(
            [step.used for step in trace.steps] == [timedelta(hours=4), timedelta(hours=2)]
        )

    def working_days(self) -> str:
        due = self.office.deadline(self.start, WorkingDays(3))
        return yes_if(due.date() == date(2025, 3, 17))

    def outside(self) -> str:
        plain = Calendar.plain([], first=date(2025, 1, 1), last=date(2025, 12, 31))
        office = Schedule(plain, HOURS, tz=MOSCOW)
        with pytest.raises(CalendarCoverageError):
            office.deadline(UNDECIDED.replace(tzinfo=MOSCOW), working_hours(4))
        return "yes"


class DaysOnly:
    """A library that knows which days are worked, and nothing about hours."""

    def works_on(self, day: date) -> bool:
        raise NotImplementedError

    def after(self, when: Any, days: int) -> Any:
        raise NotImplementedError

    def working_saturday(self) -> str:
        return yes_if(self.works_on(SATURDAY))

    def shorter(self) -> str:
        # a day is worked or not: nothing distinguishes the short Saturday from a full day
        answers = self.works_on(SATURDAY), self.works_on(SHORT)
        return yes_if(any(not isinstance(answer, bool) for answer in answers))

    def moved(self) -> str:
        return yes_if(not self.works_on(MOVED))

    def decree(self) -> str:
        return yes_if(not self.works_on(DECREE))

    def refuses(self) -> str:
        return yes_if(refuses(lambda: self.works_on(UNDECIDED.date())))

    def minutes(self) -> str:
        # the answer to a time is a date: the hours are lost
        answer = self.after(AFTERNOON, 1)
        return yes_if(isinstance(answer, datetime) and answer.hour)

    latest = clock_change = minutes

    def column(self) -> str:
        return yes_if(not refuses(lambda: self.after([AFTERNOON, NEXT_OPENING], 1)))


class Holidays(DaysOnly):
    def __init__(self) -> None:
        library = pytest.importorskip("holidays")
        self.calendar = library.country_holidays("RU", years=range(2021, 2031))
        self.library = library

    def works_on(self, day: date) -> bool:
        return bool(self.calendar.is_working_day(day))

    def after(self, when: Any, days: int) -> Any:
        return self.calendar.get_nth_working_day(when, days)

    def region(self) -> str:
        return yes_if(self.library.RU.subdivisions or not self.works_on(REGION))

    def act(self) -> str:
        return yes_if("№" in self.calendar.get(MOVED) or "1335" in self.calendar.get(MOVED))

    def countries(self) -> str:
        return yes_if(len(self.library.list_supported_countries(include_aliases=False)) > 200)


class Workalendar(DaysOnly):
    def __init__(self) -> None:
        pytest.importorskip("workalendar")
        self.calendar = import_module("workalendar.europe").Russia()
        self.registry = import_module("workalendar.registry").registry

    def works_on(self, day: date) -> bool:
        return bool(self.calendar.is_working_day(day))

    def after(self, when: Any, days: int) -> Any:
        return self.calendar.add_working_days(when, days)

    def region(self) -> str:
        regions = [code for code in self.registry.get_calendars() if code.startswith("RU-")]
        return yes_if(regions or not self.works_on(REGION))

    def act(self) -> str:
        return yes_if(any("№" in name for _, name in self.calendar.holidays(2025)))

    def countries(self) -> str:
        return yes_if(len(self.registry.get_calendars(include_subregions=False)) > 200)


class HoursOnly:
    """A library that counts time by the rules that it is given, here those of a plain week."""

    def worked(self, day: date) -> timedelta:
        """Return the working time of a date, by the plain week Mo-Fr."""
        raise NotImplementedError

    def four_hours_after(self, when: datetime) -> Any:
        """Return the answer for a local time in Moscow."""
        raise NotImplementedError

    def working_saturday(self) -> str:
        return yes_if(self.worked(SATURDAY))

    def shorter(self) -> str:
        return yes_if(self.worked(SATURDAY) == timedelta(hours=7))

    def moved(self) -> str:
        return yes_if(not self.worked(MOVED))

    def decree(self) -> str:
        return yes_if(not self.worked(DECREE))

    def region(self) -> str:
        return yes_if(not self.worked(REGION))

    def act(self) -> str:
        # the answer is a time and nothing else
        return yes_if(not isinstance(self.four_hours_after(AFTERNOON), datetime))

    def refuses(self) -> str:
        return yes_if(refuses(lambda: self.four_hours_after(UNDECIDED)))

    stretches = act
    outside = refuses


class Pandas(HoursOnly):
    WEEK: ClassVar = {"start": ["09:00", "14:00"], "end": ["13:00", "18:00"]}

    def __init__(self) -> None:
        self.pd = pytest.importorskip("pandas")

    def _hours(self, n: Any, **options: Any) -> Any:
        return self.pd.offsets.CustomBusinessHour(n=n, **{**self.WEEK, **options})

    def worked(self, day: date) -> timedelta:
        return timedelta(
            hours=8 * int(self.pd.offsets.CustomBusinessDay().is_on_offset(self.pd.Timestamp(day)))
        )

    def four_hours_after(self, when: datetime) -> Any:
        return self.pd.Timestamp(when) + self._hours(4)

    def minutes(self) -> str:
        return yes_if(not refuses(lambda: self._hours(4.5)))

    def elapsed(self) -> str:
        """Two times have a difference by the clock; an offset only counts whole hours."""
        start, end = self.pd.Timestamp(AFTERNOON), self.pd.Timestamp("2025-03-13 10:30")
        by_clock, hours = end - start, len(self.pd.date_range(start, end, freq=self._hours(1)))
        wanted = timedelta(hours=5, minutes=30)
        return yes_if(wanted in {by_clock.to_pytimedelta(), timedelta(hours=hours)})

    def earliest(self) -> str:
        return yes_if(self.four_hours_after(AFTERNOON) == AFTERNOON.replace(hour=18))

    def latest(self) -> str:
        return yes_if(self.four_hours_after(AFTERNOON) == NEXT_OPENING)

    def latest_start(self) -> str:
        due = self.pd.Timestamp(AFTERNOON.replace(hour=16))
        return yes_if(due - self._hours(4) == AFTERNOON.replace(hour=11))

    def own_saturday(self) -> str:
        week = {"weekmask": "Mon Tue Wed Thu Fri Sat", "holidays": FREE_SATURDAYS}
        friday = self.pd.Timestamp("2025-10-31 16:00")
        assert (friday + self._hours(4, **week)).date() == SATURDAY
        assert (friday + timedelta(weeks=1) + self._hours(4, **week)).date() == date(2025, 11, 10)
        return "as a six-day week"

    def own_hours(self) -> str:
        # an offset has one list of hours, for all of its days
        return yes_if(not refuses(lambda: self._hours(4, start={SHORT: ["09:00"]})))

    def clock_change(self) -> str:
        nights = {"start": "00:00", "end": "08:00", "weekmask": "Mon Tue Wed Thu Fri Sat Sun"}
        found = self.pd.Timestamp(CLOCK_CHANGE) + self._hours(4, **nights)
        return yes_if(found == AFTER_CLOCK_CHANGE)

    def column(self) -> str:
        column = self.pd.DatetimeIndex([AFTERNOON, NEXT_OPENING])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = column + self._hours(4)
        assert found[1] == NEXT_OPENING.replace(hour=14)
        slow = any(issubclass(one.category, self.pd.errors.PerformanceWarning) for one in caught)
        return "with a loop" if slow else "yes"

    def working_days(self) -> str:
        found = self.pd.Timestamp(AFTERNOON) + self.pd.offsets.CustomBusinessDay(3)
        return yes_if(found.date() == date(2025, 3, 17))


class Numpy(HoursOnly):
    """The functions busday_offset and busday_count; a date has no hours."""

    def __init__(self) -> None:
        self.np = pytest.importorskip("numpy")

    def worked(self, day: date) -> timedelta:
        return timedelta(hours=8 * int(self.np.is_busday(day)))

    def four_hours_after(self, when: datetime) -> Any:
        return self.np.busday_offset(when.date(), 1, roll="backward").item()

    def act(self) -> str:
        return yes_if(type(self.four_hours_after(AFTERNOON)) is not date)

    stretches = act

    def minutes(self) -> str:
        return yes_if(not refuses(lambda: self.np.busday_offset(self.np.datetime64(AFTERNOON), 1)))

    earliest = latest = latest_start = own_hours = clock_change = minutes

    def elapsed(self) -> str:
        times = self.np.array([AFTERNOON, NEXT_OPENING], "M8[s]")
        return yes_if(not refuses(lambda: self.np.busday_count(*times)))

    def own_saturday(self) -> str:
        found = self.np.busday_offset("2025-10-31", 1, weekmask="1111110", holidays=FREE_SATURDAYS)
        assert found.item() == SATURDAY
        return "as a six-day week"

    def column(self) -> str:
        found = self.np.busday_offset(["2025-03-12", "2025-03-13"], 3)
        return yes_if(found.tolist() == [date(2025, 3, 17), date(2025, 3, 18)])

    def working_days(self) -> str:
        return yes_if(self.np.busday_offset("2025-03-12", 3).item() == date(2025, 3, 17))

    def outside(self) -> str:
        return yes_if(refuses(lambda: self.np.busday_offset("2030-01-09", 1)))

    refuses = outside


class BusinessTimeDelta(HoursOnly):
    def __init__(self) -> None:
        self.library = pytest.importorskip("businesstimedelta")
        pytz = import_module("pytz")
        self.tz = pytz.timezone("Europe/Moscow")
        self.new_york = pytz.timezone("America/New_York")
        self.rules = self._rules(range(5), [])

    def _rules(self, days: Any, off: list[date]) -> Any:
        days, tz = list(days), self.tz
        # the library fails without a day off within five years before and after
        off = [*off, *(date(year, 1, 1) for year in range(2019, 2036))]
        return self.library.Rules(
            [
                self.library.WorkDayRule(time(9), time(18), days, tz=tz),
                self.library.LunchTimeRule(*LUNCH, days, tz=tz),
                self.library.HolidayRule(off, tz=tz),
            ],
            tz=tz,
        )

    def _local(self, when: datetime) -> Any:
        return self.tz.localize(when)

    def _after(self, when: datetime, rules: Any = None, **amount: int) -> datetime:
        added = self.library.BusinessTimeDelta(rules or self.rules, **amount)
        found: datetime = (self._local(when) + added).astimezone(self.tz).replace(tzinfo=None)
        return found

    def worked(self, day: date) -> timedelta:
        start = self._local(datetime.combine(day, time()))
        return self.rules.difference(start, start + timedelta(days=1)).timedelta

    def four_hours_after(self, when: datetime) -> Any:
        return self._after(when, hours=4)

    def minutes(self) -> str:
        found = self._after(AFTERNOON.replace(hour=10), hours=4, seconds=1800)
        return yes_if(found == AFTERNOON.replace(hour=15, minute=30))

    def elapsed(self) -> str:
        end = self._local(NEXT_OPENING.replace(hour=10, minute=30))
        found = self.rules.difference(self._local(AFTERNOON), end).timedelta
        return yes_if(found == timedelta(hours=5, minutes=30))

    def earliest(self) -> str:
        return yes_if(self._after(AFTERNOON, hours=4) == AFTERNOON.replace(hour=18))

    def latest(self) -> str:
        due = self._after(AFTERNOON, hours=4)
        opening, _ = self.rules.next(self._local(due))
        assert opening.astimezone(self.tz).replace(tzinfo=None) == NEXT_OPENING != due
        return "in two calls"

    def latest_start(self) -> str:
        amount = self.library.BusinessTimeDelta(self.rules, hours=4)
        found = (self._local(AFTERNOON.replace(hour=16)) - amount).astimezone(self.tz)
        return yes_if(found.replace(tzinfo=None) == AFTERNOON.replace(hour=11))

    def own_saturday(self) -> str:
        rules = self._rules(range(6), FREE_SATURDAYS)
        friday = datetime(2025, 10, 31, 16, 0)
        assert self._after(friday, rules, hours=4).date() == SATURDAY
        later = self._after(friday + timedelta(weeks=1), rules, hours=4)
        assert later.date() == date(2025, 11, 10)
        return "as a six-day week"

    def own_hours(self) -> str:
        class Office(self.library.WorkDayRule):  # type: ignore[name-defined, misc]
            def next(rule, when: Any) -> Any:  # noqa: N805 - self is the test's
                start, end = super().next(when)
                if start.astimezone(rule.tz).date() == SHORT:
                    end = rule.tz.localize(datetime.combine(SHORT, time(17)))
                return (start, end) if when < end else super().next(end + timedelta(hours=1))

        lunch = self.library.LunchTimeRule(*LUNCH, tz=self.tz)
        rules = [Office(time(9), time(18), tz=self.tz), lunch]
        found = self._after(AFTERNOON, self.library.Rules(rules, tz=self.tz), hours=4)
        assert found == NEXT_OPENING.replace(hour=10)
        return "with a class of yours"

    def clock_change(self) -> str:
        nights = self.library.WorkDayRule(time(0), time(8), list(range(7)), tz=self.new_york)
        start = self.new_york.localize(CLOCK_CHANGE.replace(tzinfo=None))
        found = start + self.library.BusinessTimeDelta(nights, hours=4)
        return yes_if(found == AFTER_CLOCK_CHANGE)

    def column(self) -> str:
        four = self.library.BusinessTimeDelta(self.rules, hours=4)
        starts = [self._local(AFTERNOON), self._local(NEXT_OPENING)]
        return yes_if(not refuses(lambda: starts + four))

    def working_days(self) -> str:
        return yes_if(not refuses(lambda: self.library.BusinessTimeDelta(self.rules, days=3)))


class Workclock(HoursOnly):
    def __init__(self) -> None:
        self.library = pytest.importorskip("workclock")
        self.office = self._schedule(range(5), [])
        self.start = AFTERNOON.replace(tzinfo=MOSCOW)

    def _schedule(self, days: Any, off: list[date]) -> Any:
        rules = [self.library.WorkDay(time(9), time(18), days), self.library.Break(*LUNCH, days)]
        return self.library.Schedule([*rules, self.library.Holidays(off)], time_zone=MOSCOW)

    def worked(self, day: date) -> timedelta:
        start = datetime.combine(day, time(), MOSCOW)
        found: timedelta = self.office.between(start, start + timedelta(days=1))
        return found

    def four_hours_after(self, when: datetime) -> Any:
        return self.office.add(when.replace(tzinfo=MOSCOW), hours=4)

    def minutes(self) -> str:
        found = self.office.add(self.start.replace(hour=10), hours=4, minutes=30)
        return yes_if(found == self.start.replace(hour=15, minute=30))

    def elapsed(self) -> str:
        end = NEXT_OPENING.replace(hour=10, minute=30, tzinfo=MOSCOW)
        return yes_if(self.office.between(self.start, end) == timedelta(hours=5, minutes=30))

    def earliest(self) -> str:
        return yes_if(self.office.add(self.start, hours=4) == self.start.replace(hour=18))

    def latest(self) -> str:
        due = self.office.add(self.start, hours=4)
        opening, _ = self.office.next_period(due)
        assert opening == NEXT_OPENING.replace(tzinfo=MOSCOW) != due
        return "in two calls"

    def latest_start(self) -> str:
        due = self.start.replace(hour=16)
        return yes_if(self.office.sub(due, hours=4) == due.replace(hour=11))

    def own_saturday(self) -> str:
        office = self._schedule(range(6), FREE_SATURDAYS)
        friday = datetime(2025, 10, 31, 16, 0, tzinfo=MOSCOW)
        assert office.add(friday, hours=4).date() == SATURDAY
        assert office.add(friday + timedelta(weeks=1), hours=4).date() == date(2025, 11, 10)
        return "as a six-day week"

    def own_hours(self) -> str:
        # a break is for days of the week, and a day off for whole dates
        by_date = refuses(lambda: self.library.Break(time(17), time(18), [SHORT]))
        in_part = refuses(lambda: self.library.Holidays([(SHORT, time(17), time(18))]))
        return yes_if(not (by_date and in_part))

    def clock_change(self) -> str:
        nights = self.library.Schedule(
            [self.library.WorkDay(time(0), time(8), range(7))], time_zone=NEW_YORK
        )
        return yes_if(nights.add(CLOCK_CHANGE, hours=4) == AFTER_CLOCK_CHANGE)

    def column(self) -> str:
        found = self.office.add_many([self.start, self.start.replace(hour=9)], timedelta(hours=4))
        return yes_if(found == [self.start.replace(hour=18), self.start.replace(hour=13)])

    def working_days(self) -> str:
        return yes_if(not refuses(lambda: self.office.add(self.start, days=3)))


class Timegrid(HoursOnly):
    def __init__(self) -> None:
        self.library = pytest.importorskip("timegrid")

    @property
    def office(self) -> Any:
        week = self.library.TimeGridCalendar.weekdays(time(9), time(18))
        return week.break_weekdays(*LUNCH)

    def worked(self, day: date) -> timedelta:
        start = datetime.combine(day, time())
        found: timedelta = self.office.get_working_duration(start, start + timedelta(days=1))
        return found

    def four_hours_after(self, when: datetime) -> Any:
        return self.office.add_work_duration(when, timedelta(hours=4))

    def minutes(self) -> str:
        start = AFTERNOON.replace(hour=10)
        found = self.office.add_work_duration(start, timedelta(hours=4, minutes=30))
        return yes_if(found == AFTERNOON.replace(hour=15, minute=30))

    def elapsed(self) -> str:
        end = NEXT_OPENING.replace(hour=10, minute=30)
        found = self.office.get_working_duration(AFTERNOON, end)
        return yes_if(found == timedelta(hours=5, minutes=30))

    def earliest(self) -> str:
        return yes_if(self.four_hours_after(AFTERNOON) == AFTERNOON.replace(hour=18))

    def latest(self) -> str:
        due = self.four_hours_after(AFTERNOON)
        assert self.office.get_next_open_time(due) == NEXT_OPENING != due
        return "in two calls"

    def latest_start(self) -> str:
        due = AFTERNOON.replace(hour=16)
        return yes_if(not refuses(lambda: self.office.add_work_duration(due, -timedelta(hours=4))))

    def own_saturday(self) -> str:
        opens, closes = (datetime.combine(SATURDAY, time(hour)) for hour in (9, 13))
        office = self.office.open(opens, closes)
        found = office.add_work_duration(datetime(2025, 10, 31, 16, 0), timedelta(hours=4))
        return yes_if(found == datetime(2025, 11, 1, 11, 0))

    def own_hours(self) -> str:
        last = [datetime.combine(SHORT, time(hour)) for hour in (17, 18)]
        found = self.office.close(*last).add_work_duration(AFTERNOON, timedelta(hours=4))
        return yes_if(found == NEXT_OPENING.replace(hour=10))

    def clock_change(self) -> str:
        # it takes times without a zone, so it cannot know that an hour comes twice
        assert refuses(lambda: self.office.add_work_duration(CLOCK_CHANGE, timedelta(hours=4)))
        return "no"

    def column(self) -> str:
        starts = [AFTERNOON, NEXT_OPENING]
        return yes_if(
            not refuses(lambda: self.office.add_work_duration(starts, timedelta(hours=4)))
        )

    def stretches(self) -> str:
        trace = self.office.trace_work_duration(AFTERNOON, timedelta(hours=6))
        return yes_if(
            [step.duration for step in trace.steps] == [timedelta(hours=4), timedelta(hours=2)]
        )

    def working_days(self) -> str:
        return yes_if(any("working_day" in name for name in dir(self.office)))

    def outside(self) -> str:
        compiled = self.office.compile(datetime(2025, 1, 1), datetime(2026, 1, 1))
        after = UNDECIDED + timedelta(days=1)
        assert refuses(lambda: compiled.get_working_duration(UNDECIDED, after))
        assert not refuses(lambda: self.four_hours_after(UNDECIDED))
        return "if compiled"


class Sql:
    """A table of the stretches of working time, in seconds of UTC, and queries on it."""

    ELAPSED = "SELECT coalesce(sum(max(0, min(closes, :b) - max(opens, :a))), 0) FROM open"
    DUE = """
        WITH later AS (
            SELECT max(opens, :a) AS opens, closes,
                sum(closes - max(opens, :a)) OVER (ORDER BY closes) AS worked
            FROM open WHERE closes > :a
        )
        SELECT closes - (worked - :budget) FROM later WHERE worked >= :budget
        ORDER BY closes LIMIT 1
    """
    LATEST = "SELECT max(:due, min(opens)) FROM open WHERE closes > :due"

    def __init__(self) -> None:
        self.office = self._table(self._week(MOSCOW, ((9, 13), (14, 18)), 5))

    @staticmethod
    def _week(tz: ZoneInfo, shifts: Any, days: int) -> Iterator[tuple[datetime, datetime]]:
        for n in range(365):
            day = date(2025, 1, 1) + timedelta(days=n)
            if day.weekday() < days:
                for shift in shifts:
                    yield tuple(datetime.combine(day, time(hour), tz) for hour in shift)  # type: ignore[misc]

    @staticmethod
    def _table(stretches: Any) -> sqlite3.Connection:
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE open (opens INTEGER, closes INTEGER)")
        rows = [tuple(int(edge.timestamp()) for edge in stretch) for stretch in stretches]
        db.executemany("INSERT INTO open VALUES (?, ?)", rows)
        return db

    @staticmethod
    def _at(when: datetime) -> int:
        return int(when.replace(tzinfo=when.tzinfo or MOSCOW).timestamp())

    def _due(self, when: datetime, budget: timedelta, db: Any = None) -> datetime | None:
        values = {"a": self._at(when), "budget": int(budget.total_seconds())}
        row = (db or self.office).execute(self.DUE, values).fetchone()
        return None if row is None else datetime.fromtimestamp(row[0], UTC)

    def _is(self, found: datetime | None, wanted: datetime) -> str:
        return yes_if(found == wanted.replace(tzinfo=wanted.tzinfo or MOSCOW))

    def minutes(self) -> str:
        found = self._due(AFTERNOON.replace(hour=10), timedelta(hours=4, minutes=30))
        return self._is(found, AFTERNOON.replace(hour=15, minute=30))

    def elapsed(self) -> str:
        end = NEXT_OPENING.replace(hour=10, minute=30)
        values = {"a": self._at(AFTERNOON), "b": self._at(end)}
        (found,) = self.office.execute(self.ELAPSED, values).fetchone()
        return yes_if(found == 5.5 * 3600)

    def earliest(self) -> str:
        return self._is(self._due(AFTERNOON, timedelta(hours=4)), AFTERNOON.replace(hour=18))

    def latest(self) -> str:
        due = self._at(AFTERNOON.replace(hour=18))
        (found,) = self.office.execute(self.LATEST, {"due": due}).fetchone()
        assert found == self._at(NEXT_OPENING) != due
        return "in two calls"

    def latest_start(self) -> str:
        # the query for a due time, with the time line reversed
        db = self._table(())
        db.executemany(
            "INSERT INTO open VALUES (?, ?)",
            [(-closes, -opens) for opens, closes in self.office.execute("SELECT * FROM open")],
        )
        values = {"a": -self._at(AFTERNOON.replace(hour=16)), "budget": 4 * 3600}
        (found,) = db.execute(self.DUE, values).fetchone()
        return yes_if(-found == self._at(AFTERNOON.replace(hour=11)))

    def own_saturday(self) -> str:
        opens = datetime.combine(SATURDAY, time(9), MOSCOW)
        week = self._week(MOSCOW, ((9, 13), (14, 18)), 5)
        db = self._table([*week, (opens, opens + timedelta(hours=4))])
        found = self._due(datetime(2025, 10, 31, 16, 0), timedelta(hours=4), db)
        return self._is(found, datetime(2025, 11, 1, 11, 0))

    def own_hours(self) -> str:
        last = datetime.combine(SHORT, time(18), MOSCOW)
        week = self._week(MOSCOW, ((9, 13), (14, 18)), 5)
        db = self._table((a, b - timedelta(hours=b == last)) for a, b in week)
        return self._is(self._due(AFTERNOON, timedelta(hours=4), db), NEXT_OPENING.replace(hour=10))

    def clock_change(self) -> str:
        db = self._table(self._week(NEW_YORK, ((0, 8),), 7))
        return self._is(self._due(CLOCK_CHANGE, timedelta(hours=4), db), AFTER_CLOCK_CHANGE)

    def column(self) -> str:
        self.office.execute("CREATE TEMP TABLE appeal (a INTEGER, b INTEGER)")
        rows = [(self._at(AFTERNOON), self._at(NEXT_OPENING))] * 2
        self.office.executemany("INSERT INTO appeal VALUES (?, ?)", rows)
        one = self.ELAPSED.replace(":a", "appeal.a").replace(":b", "appeal.b")
        found = self.office.execute(f"SELECT ({one}) FROM appeal").fetchall()  # noqa: S608
        return yes_if(found == [(4 * 3600,)] * 2)

    def stretches(self) -> str:
        values = {"a": self._at(AFTERNOON), "b": self._at(NEXT_OPENING) + 7200}
        sql = "SELECT min(closes, :b) - max(opens, :a) FROM open WHERE closes > :a AND opens < :b"
        return yes_if(self.office.execute(sql, values).fetchall() == [(4 * 3600,), (2 * 3600,)])

    def working_days(self) -> str:
        sql = "SELECT DISTINCT date(opens, 'unixepoch') FROM open WHERE opens > ? LIMIT 1 OFFSET 2"
        (found,) = self.office.execute(sql, [self._at(AFTERNOON)]).fetchone()
        return yes_if(found == "2025-03-17")

    def outside(self) -> str:
        # nothing is open outside of the table, so elapsed time there is silently 0
        values = {"a": self._at(UNDECIDED), "b": self._at(UNDECIDED) + 7200}
        return yes_if(self.office.execute(self.ELAPSED, values).fetchone() != (0,))


LIBRARIES: dict[str, Callable[[], Any]] = {
    "workhours_sla": Ours,
    "holidays": Holidays,
    "workalendar": Workalendar,
    "pandas": Pandas,
    "numpy": Numpy,
    "businesstimedelta": BusinessTimeDelta,
    "workclock": Workclock,
    "timegrid": Timegrid,
    "SQL": Sql,
}


def tables() -> Iterator[tuple[str, str, str, str]]:
    """Yield the page, the row, the library and the text of each cell of the comparisons."""
    for page, language in PAGES.items():
        names = {labels[language == "ru"]: row for row, labels in ROWS.items()}
        header: list[str] = []
        for line in (ROOT / page).read_text("utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
            if "workhours_sla" in cells:
                header = cells
            elif not cells:
                header = []
            elif header and not re.fullmatch("-+", cells[0]):
                for library, cell in zip(header[1:], cells[1:], strict=True):
                    yield page, names[cells[0]], library, cell


CELLS = list(tables())


@pytest.mark.parametrize(
    ("page", "row", "library", "cell"), CELLS, ids=["-".join(c[:3]) for c in CELLS]
)
def test_cell(page: str, row: str, library: str, cell: str) -> None:
    answer = getattr(LIBRARIES[library](), row)()
    assert cell == (answer if PAGES[page] == "en" else WORDS[answer])


def test_tables_have_every_row_and_library() -> None:
    for page in list(PAGES)[:2]:
        assert {row for where, row, _, _ in CELLS if where == page} == ROWS.keys()
        assert {library for where, _, library, _ in CELLS if where == page} == LIBRARIES.keys()


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_cells(page: str) -> None:
    other = page.replace("/en/", "/ru/") if "/en/" in page else page.replace("/ru/", "/en/")
    if page.startswith("README"):
        other = "README.ru.md" if page == "README.md" else "README.md"
    assert [c[1:3] for c in CELLS if c[0] == page] == [c[1:3] for c in CELLS if c[0] == other]
