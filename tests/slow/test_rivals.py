"""What the tables of docs/*/explanation/why-not.md and of the README files say of each library.

Each library is a function that returns its answers, keyed by the row of the tables: True is "yes".
Libraries of the group ``bench`` that are not installed are skipped.
"""

import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kit.paths import ROOT
from workhours_sla import Calendar, Schedule, WorkingDays, working_hours
from workhours_sla.errors import CalendarCoverageError

Answers = dict[str, Callable[[], object]]
PAGE = "docs/{}/explanation/why-not.md"
PAGES = {PAGE.format("en"): "en", PAGE.format("ru"): "ru", "README.md": "en", "README.ru.md": "ru"}
ROWS = {
    "saturday": "knows that Saturday 1 November 2025 is worked in Russia",
    "shorter": "knows that this Saturday is one hour shorter",
    "moved": "knows that 31 December 2025 is off",
    "decree": "knows the days off by decree, 1 to 3 November 2021",
    "region": "knows the days off of Volgograd Region, 1 and 2 February 2023",
    "act": "names the act behind a day",
    "refuses": "refuses 2030, for which there is no act yet",
    "countries": "has the holidays of more than 200 countries of its own",
    "minutes": "adds 4 h 30 min of working time, without the lunch break",
    "elapsed": "measures the working time between two instants",
    "earliest": "gives the earliest instant: 14:00 and 4 h make 18:00",
    "latest": "gives the latest instant that still meets the target: 09:00 next day",
    "latest_start": "gives the latest start for a given due time",
    "own_saturday": "takes a working Saturday by its date",
    "own_hours": "takes other hours for one date, such as a short day",
    "clock_change": "is exact over a change of the clock",
    "column": "answers a whole column at once",
    "stretches": "lists the stretches that it counted",
    "working_days": "counts working days as well as hours",
    "outside": "refuses dates outside of the given range",
}
"""The English label of each row; the Russian page has the same rows in the same order."""
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

MOSCOW, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
SATURDAY, MOVED, SHORT = date(2025, 11, 1), date(2025, 12, 31), date(2025, 3, 12)
DECREE = [date(2021, 11, day) for day in (1, 2, 3)]
REGION = [date(2023, 2, day) for day in (1, 2)]
FREE_SATURDAYS = [date(2025, 10, 4) + n * timedelta(weeks=1) for n in range(13) if n != 4]
UNDECIDED = datetime(2030, 1, 9, 10, 0)
HOURS, LUNCH = "Mo-Fr 09:00-13:00,14:00-18:00", (time(13), time(14))
HOUR, SIX = timedelta(hours=1), "as a six-day week"
FOUR, HALF_PAST_FOUR, WORKED = 4 * HOUR, 4.5 * HOUR, 5.5 * HOUR
TEN, AFTERNOON = datetime(2025, 3, 12, 10, 0), datetime(2025, 3, 12, 14, 0)
"""A Wednesday; four hours after 14:00 the day closes."""
NEXT_OPENING, NEXT_MORNING = datetime(2025, 3, 13, 9, 0), datetime(2025, 3, 13, 10, 30)
AFTER_SHORT, THIRD_DAY = datetime(2025, 3, 13, 10, 0), date(2025, 3, 17)
"""Four hours after 14:00 if the day closes an hour earlier; three working days later."""
FRIDAY, A_WEEK_LATER = datetime(2025, 10, 31, 16, 0), datetime(2025, 11, 7, 16, 0)
SATURDAY_DUE = datetime(2025, 11, 1, 11, 0)
CLOCK_CHANGE = datetime(2025, 11, 2, 0, 0, tzinfo=NEW_YORK)
"""Eight hours by the clock from here take nine."""
AFTER_CLOCK_CHANGE = datetime(2025, 11, 2, 3, 0, tzinfo=NEW_YORK)


def at(hour: int, minute: int = 0, day: datetime = AFTERNOON) -> datetime:
    return day.replace(hour=hour, minute=minute)


def moscow(when: datetime) -> datetime:
    return when.replace(tzinfo=MOSCOW)


def refuses(call: Callable[..., object], *arguments: object, **options: object) -> bool:
    try:
        call(*arguments, **options)
    except Exception:  # noqa: BLE001 - each library has errors of its own
        return True
    return False


def in_two_calls(due: datetime, opening: datetime) -> object:
    return opening == NEXT_OPENING != due and "in two calls"


def as_six_days(due: Callable[[datetime], Any]) -> object:
    """Judge an office that works on Saturdays, all of them off but one."""
    found = due(FRIDAY).date(), due(A_WEEK_LATER).date()
    return found == (SATURDAY, date(2025, 11, 10)) and SIX


def ours() -> Answers:
    office, start = Schedule("RU", HOURS, tz=MOSCOW), moscow(AFTERNOON)
    plain = Calendar.plain([], first=date(2025, 1, 1), last=date(2025, 12, 31))

    def worked(day: date) -> timedelta:
        return sum((s.end - s.start for s in office.shifts_on(day)), timedelta())

    def volgograd_works(day: date) -> bool:
        return Calendar.get("RU-VGG").day(day).working

    def of_countries() -> object:
        act = Calendar.get("DE").day(date(2026, 5, 1)).reasons[0].act
        return "through holidays" if act and act.title.startswith("holidays ") else True

    def own(day: date, hours: str, at: datetime) -> datetime:
        calendar = plain if day == SATURDAY else "RU"
        other = Schedule(calendar, HOURS, tz=MOSCOW, overrides={day: hours})
        return other.deadline(moscow(at), FOUR)

    def column() -> object:
        columns, np = import_module("workhours_sla.columns"), pytest.importorskip("numpy")
        starts = np.array(["2025-03-12T11:00", "2025-03-12T13:00"], "M8[s]")
        found = columns.deadline(office, starts, FOUR, tz="UTC").tolist()
        return found == [datetime(2025, 3, 12, 15), datetime(2025, 3, 13, 8)]

    def no_answer(calendar: Calendar | str) -> bool:
        with pytest.raises(CalendarCoverageError):
            Schedule(calendar, HOURS, tz=MOSCOW).deadline(moscow(UNDECIDED), FOUR)
        return True

    def steps() -> list[timedelta]:
        return [step.used for step in office.explain(start, working_hours(6)).steps]

    nights = Schedule(None, "Mo-Su 00:00-08:00", tz=NEW_YORK)
    return {
        "saturday": lambda: worked(SATURDAY),
        "shorter": lambda: worked(SATURDAY) == 7 * HOUR,
        "moved": lambda: not worked(MOVED),
        "decree": lambda: not any(map(worked, DECREE)),
        "region": lambda: worked(REGION[0]) and not any(map(volgograd_works, REGION)),
        "act": lambda: "№ 1335" in str(office.explain(moscow(at(17, 30, FRIDAY)), FOUR)),
        "refuses": lambda: no_answer("RU"),
        "countries": of_countries,
        "minutes": lambda: office.deadline(moscow(TEN), HALF_PAST_FOUR) == moscow(at(15, 30)),
        "elapsed": lambda: office.elapsed(start, moscow(NEXT_MORNING)) == WORKED,
        "earliest": lambda: office.deadline(start, FOUR) == moscow(at(18)),
        "latest": lambda: office.breaches_after(start, FOUR) == moscow(NEXT_OPENING),
        "latest_start": lambda: office.latest_start(moscow(at(16)), FOUR) == moscow(at(11)),
        "own_saturday": lambda: own(SATURDAY, "09:00-13:00", FRIDAY).date() == SATURDAY,
        "own_hours": lambda: (
            own(SHORT, "09:00-13:00,14:00-17:00", AFTERNOON) == moscow(AFTER_SHORT)
        ),
        "clock_change": lambda: nights.deadline(CLOCK_CHANGE, FOUR) == AFTER_CLOCK_CHANGE,
        "column": column,
        "stretches": lambda: steps() == [FOUR, 2 * HOUR],
        "working_days": lambda: office.deadline(start, WorkingDays(3)).date() == THIRD_DAY,
        "outside": lambda: no_answer(plain),
    }


def days_only(works: Callable[[date], Any], after: Callable[[Any, int], Any]) -> Answers:
    """Return the answers of a library that knows which days are worked, and nothing about hours."""

    def has_hours() -> bool:  # the answer to a time is a date
        answer = after(AFTERNOON, 1)
        return isinstance(answer, datetime) and bool(answer.hour)

    return {
        "saturday": lambda: works(SATURDAY),
        "shorter": lambda: not isinstance(works(SATURDAY), bool),  # a day is worked or not
        "moved": lambda: not works(MOVED),
        "decree": lambda: not works(DECREE[0]),
        "refuses": lambda: refuses(works, UNDECIDED.date()),
        **dict.fromkeys(("minutes", "latest", "clock_change"), has_hours),
        "column": lambda: not refuses(after, [AFTERNOON, NEXT_OPENING], 1),
    }


def holidays() -> Answers:
    library = pytest.importorskip("holidays")
    russia = library.country_holidays("RU", years=range(2021, 2031))
    countries = library.list_supported_countries(include_aliases=False)
    return days_only(russia.is_working_day, russia.get_nth_working_day) | {
        "region": lambda: library.RU.subdivisions or not russia.is_working_day(REGION[0]),
        "act": lambda: "№" in russia.get(MOVED) or "1335" in russia.get(MOVED),
        "countries": lambda: len(countries) > 200,
    }


def workalendar() -> Answers:
    pytest.importorskip("workalendar")
    russia = import_module("workalendar.europe").Russia()
    registry = import_module("workalendar.registry").registry
    regions = [code for code in registry.get_calendars() if code.startswith("RU-")]
    return days_only(russia.is_working_day, russia.add_working_days) | {
        "region": lambda: regions or not russia.is_working_day(REGION[0]),
        "act": lambda: any("№" in name for _, name in russia.holidays(2025)),
        "countries": lambda: len(registry.get_calendars(include_subregions=False)) > 200,
    }


def pandas() -> Answers:
    pd = pytest.importorskip("pandas")
    week = {"start": ["09:00", "14:00"], "end": ["13:00", "18:00"]}

    def hours(n: Any, **options: Any) -> Any:
        return pd.offsets.CustomBusinessHour(n=n, **{**week, **options})

    def due(when: datetime, **options: Any) -> Any:
        return pd.Timestamp(when) + hours(4, **options)

    def works(day: date) -> bool:
        return bool(pd.offsets.CustomBusinessDay().is_on_offset(pd.Timestamp(day)))

    def elapsed() -> object:  # by the clock, or in whole hours of an offset
        start, end = pd.Timestamp(AFTERNOON), pd.Timestamp(NEXT_MORNING)
        counted = len(pd.date_range(start, end, freq=hours(1))) * HOUR
        return WORKED in {(end - start).to_pytimedelta(), counted}

    def column() -> object:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = pd.DatetimeIndex([AFTERNOON, NEXT_OPENING]) + hours(4)
        is_slow = any(issubclass(one.category, pd.errors.PerformanceWarning) for one in caught)
        return found[1] == at(14, day=NEXT_OPENING) and (not is_slow or "with a loop")

    three_days = pd.offsets.CustomBusinessDay(3)
    six = {"weekmask": "Mon Tue Wed Thu Fri Sat", "holidays": FREE_SATURDAYS}
    nights = {"start": "00:00", "end": "08:00", "weekmask": "Mon Tue Wed Thu Fri Sat Sun"}
    names_nothing = isinstance(due(AFTERNOON), datetime)  # the answer is a time and nothing else
    return {
        "saturday": lambda: works(SATURDAY),
        "shorter": lambda: works(SATURDAY) * 8 * HOUR == 7 * HOUR,
        "act": lambda: not names_nothing,
        "refuses": lambda: refuses(due, UNDECIDED),
        "minutes": lambda: not refuses(hours, 4.5),
        "elapsed": elapsed,
        "earliest": lambda: due(AFTERNOON) == at(18),
        "latest": lambda: due(AFTERNOON) == NEXT_OPENING,
        "latest_start": lambda: pd.Timestamp(at(16)) - hours(4) == at(11),
        "own_saturday": lambda: as_six_days(lambda when: due(when, **six)),
        # an offset has one list of hours, for all of its days
        "own_hours": lambda: not refuses(hours, 4, start={SHORT: ["09:00"]}),
        "clock_change": lambda: due(CLOCK_CHANGE, **nights) == AFTER_CLOCK_CHANGE,
        "column": column,
        "stretches": lambda: not names_nothing,
        "working_days": lambda: (pd.Timestamp(AFTERNOON) + three_days).date() == THIRD_DAY,
        "outside": lambda: refuses(due, UNDECIDED),
    }


def numpy() -> Answers:
    """Return the answers of busday_offset and busday_count; a date has no hours."""
    np = pytest.importorskip("numpy")
    times, saturday = np.array([AFTERNOON, NEXT_OPENING], "M8[s]"), np.datetime64(SATURDAY)
    six = {"weekmask": "1111110", "holidays": FREE_SATURDAYS}

    def takes_times() -> bool:
        return not refuses(np.busday_offset, times[0], 1)

    def three_days(start: Any) -> Any:
        return np.busday_offset(start, 3).tolist()

    without = ("minutes", "earliest", "latest", "latest_start", "own_hours", "clock_change")
    return {
        **dict.fromkeys(without, takes_times),
        "elapsed": lambda: not refuses(np.busday_count, *times),
        "own_saturday": lambda: np.busday_offset(FRIDAY.date(), 1, **six) == saturday and SIX,
        "column": lambda: three_days(["2025-03-12"] * 2) == [THIRD_DAY] * 2,
        "stretches": lambda: type(three_days("2025-03-12")) is not date,
        "working_days": lambda: three_days("2025-03-12") == THIRD_DAY,
        "outside": lambda: refuses(np.busday_offset, UNDECIDED.date(), 1),
    }


def businesstimedelta() -> Answers:
    library = pytest.importorskip("businesstimedelta")
    pytz = import_module("pytz")
    tz, new_york = pytz.timezone("Europe/Moscow"), pytz.timezone("America/New_York")

    def rules_of(days: Any, off: list[date]) -> Any:
        # the library fails without a day off within five years before and after
        off = [*off, *(date(year, 1, 1) for year in range(2019, 2036))]
        work = library.WorkDayRule(time(9), time(18), list(days), tz=tz)
        lunch = library.LunchTimeRule(*LUNCH, list(days), tz=tz)
        return library.Rules([work, lunch, library.HolidayRule(off, tz=tz)], tz=tz)

    rules, six = rules_of(range(5), []), rules_of(range(6), FREE_SATURDAYS)

    def plain(when: datetime) -> datetime:
        return when.astimezone(tz).replace(tzinfo=None)

    def due(when: datetime, rules: Any = rules, **amount: int) -> datetime:
        added = library.BusinessTimeDelta(rules, **(amount or {"hours": 4}))
        return plain(tz.localize(when) + added)

    class Office(library.WorkDayRule):  # type: ignore[name-defined, misc]
        def next(self, when: Any) -> Any:
            start, end = super().next(when)
            if start.astimezone(self.tz).date() == SHORT:
                end = self.tz.localize(datetime.combine(SHORT, time(17)))
            return (start, end) if when < end else super().next(end + HOUR)

    def own_hours() -> object:
        lunch = library.LunchTimeRule(*LUNCH, tz=tz)
        own = library.Rules([Office(time(9), time(18), tz=tz), lunch], tz=tz)
        return due(AFTERNOON, own) == AFTER_SHORT and "with a class of yours"

    def clock_change() -> object:
        nights = library.WorkDayRule(time(0), time(8), list(range(7)), tz=new_york)
        start = new_york.localize(CLOCK_CHANGE.replace(tzinfo=None))
        return start + library.BusinessTimeDelta(nights, hours=4) == AFTER_CLOCK_CHANGE

    four = library.BusinessTimeDelta(rules, hours=4)
    starts, morning = list(map(tz.localize, (AFTERNOON, NEXT_OPENING))), tz.localize(NEXT_MORNING)
    return {
        "minutes": lambda: due(TEN, hours=4, seconds=1800) == at(15, 30),
        "elapsed": lambda: rules.difference(starts[0], morning).timedelta == WORKED,
        "earliest": lambda: due(AFTERNOON) == at(18),
        "latest": lambda: in_two_calls(
            due(AFTERNOON), plain(rules.next(tz.localize(due(AFTERNOON)))[0])
        ),
        "latest_start": lambda: plain(tz.localize(at(16)) - four) == at(11),
        "own_saturday": lambda: as_six_days(lambda when: due(when, six)),
        "own_hours": own_hours,
        "clock_change": clock_change,
        "column": lambda: not refuses(lambda: starts + four),
        "stretches": lambda: not isinstance(due(AFTERNOON), datetime),
        "working_days": lambda: not refuses(library.BusinessTimeDelta, rules, days=3),
        "outside": lambda: refuses(due, UNDECIDED),
    }


def workclock() -> Answers:
    library = pytest.importorskip("workclock")

    def schedule(days: Any, off: list[date]) -> Any:
        rules = [library.WorkDay(time(9), time(18), days), library.Break(*LUNCH, days)]
        return library.Schedule([*rules, library.Holidays(off)], time_zone=MOSCOW)

    office, six = schedule(range(5), []), schedule(range(6), FREE_SATURDAYS)
    night = library.WorkDay(time(0), time(8), range(7))
    nights = library.Schedule([night], time_zone=NEW_YORK)

    def due(when: datetime, office: Any = office, **amount: int) -> Any:
        found = office.add(moscow(when), **(amount or {"hours": 4}))
        return found.replace(tzinfo=None)

    def worked(day: date) -> Any:
        start = datetime.combine(day, time(), MOSCOW)
        return office.between(start, start + timedelta(days=1))

    start = moscow(AFTERNOON)
    return {
        "saturday": lambda: worked(SATURDAY),
        "shorter": lambda: worked(SATURDAY) == 7 * HOUR,
        "act": lambda: not isinstance(due(AFTERNOON), datetime),
        "refuses": lambda: refuses(due, UNDECIDED),
        "minutes": lambda: due(TEN, hours=4, minutes=30) == at(15, 30),
        "elapsed": lambda: office.between(start, moscow(NEXT_MORNING)) == WORKED,
        "earliest": lambda: due(AFTERNOON) == at(18),
        "latest": lambda: in_two_calls(
            due(AFTERNOON), office.next_period(moscow(due(AFTERNOON)))[0].replace(tzinfo=None)
        ),
        "latest_start": lambda: office.sub(moscow(at(16)), hours=4) == moscow(at(11)),
        "own_saturday": lambda: as_six_days(lambda when: due(when, six)),
        # a break is for days of the week, and a day off for whole dates
        "own_hours": lambda: (
            not (
                refuses(library.Break, time(17), time(18), [SHORT])
                and refuses(library.Holidays, [(SHORT, time(17), time(18))])
            )
        ),
        "clock_change": lambda: nights.add(CLOCK_CHANGE, hours=4) == AFTER_CLOCK_CHANGE,
        "column": lambda: (
            office.add_many([start, moscow(at(9))], FOUR) == [moscow(at(18)), moscow(at(13))]
        ),
        "stretches": lambda: not isinstance(due(AFTERNOON), datetime),
        "working_days": lambda: not refuses(office.add, start, days=3),
        "outside": lambda: refuses(due, UNDECIDED),
    }


def timegrid() -> Answers:
    library = pytest.importorskip("timegrid")

    def office() -> Any:
        return library.TimeGridCalendar.weekdays(time(9), time(18)).break_weekdays(*LUNCH)

    def due(when: Any, amount: timedelta = FOUR, of: Any = None) -> Any:
        return (of or office()).add_work_duration(when, amount)

    def outside() -> object:
        compiled = office().compile(datetime(2025, 1, 1), datetime(2026, 1, 1))
        after = UNDECIDED + timedelta(days=1)
        is_refused = refuses(compiled.get_working_duration, UNDECIDED, after)
        return refuses(due, UNDECIDED) or (is_refused and "if compiled")

    def own_saturday() -> object:
        opens, closes = (datetime.combine(SATURDAY, time(hour)) for hour in (9, 13))
        return due(FRIDAY, of=office().open(opens, closes)) == SATURDAY_DUE

    def steps() -> list[timedelta]:
        trace = office().trace_work_duration(AFTERNOON, 6 * HOUR)
        return [step.duration for step in trace.steps]

    return {
        "minutes": lambda: due(TEN, HALF_PAST_FOUR) == at(15, 30),
        "elapsed": lambda: office().get_working_duration(AFTERNOON, NEXT_MORNING) == WORKED,
        "earliest": lambda: due(AFTERNOON) == at(18),
        "latest": lambda: in_two_calls(due(AFTERNOON), office().get_next_open_time(due(AFTERNOON))),
        "latest_start": lambda: not refuses(due, at(16), -FOUR),
        "own_saturday": own_saturday,
        "own_hours": lambda: due(AFTERNOON, of=office().close(at(17), at(18))) == AFTER_SHORT,
        # it takes times without a zone, so it cannot know that an hour comes twice
        "clock_change": lambda: not refuses(due, CLOCK_CHANGE),
        "column": lambda: not refuses(due, [AFTERNOON, NEXT_OPENING]),
        "stretches": lambda: steps() == [FOUR, 2 * HOUR],
        "working_days": lambda: any("working_day" in name for name in dir(office())),
        "outside": outside,
    }


def in_sql() -> Answers:
    """Return the answers of queries on a table of working time, in seconds of UTC."""
    worked = "SELECT coalesce(sum(max(0, min(closes, :b) - max(opens, :a))), 0) FROM open"
    due_time = """
        WITH later AS (
            SELECT max(opens, :a) AS opens, closes,
                sum(closes - max(opens, :a)) OVER (ORDER BY closes) AS worked
            FROM open WHERE closes > :a
        )
        SELECT closes - (worked - :budget) FROM later WHERE worked >= :budget
        ORDER BY closes LIMIT 1
    """
    latest = "SELECT max(:due, min(opens)) FROM open WHERE closes > :due"
    parts = "SELECT min(closes, :b) - max(opens, :a) FROM open WHERE closes > :a AND opens < :b"
    days = "SELECT DISTINCT date(opens, 'unixepoch') FROM open WHERE opens > :a LIMIT 1 OFFSET 2"

    def week(tz: ZoneInfo, shifts: Any, days: int) -> list[tuple[datetime, datetime]]:
        dates = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
        return [
            tuple(datetime.combine(day, time(hour), tz) for hour in shift)  # type: ignore[misc]
            for day in dates
            if day.weekday() < days
            for shift in shifts
        ]

    def table(stretches: Any) -> sqlite3.Connection:
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE open (opens INTEGER, closes INTEGER)")
        rows = [tuple(map(seconds, stretch)) for stretch in stretches]
        db.executemany("INSERT INTO open VALUES (?, ?)", rows)
        return db

    def seconds(when: Any) -> int:
        is_number = isinstance(when, int)
        return when if is_number else int(when.replace(tzinfo=when.tzinfo or MOSCOW).timestamp())

    def one(query: str, db: Any = None, **values: Any) -> Any:
        return (db or office).execute(query, values).fetchone()[0]

    def due(when: Any, budget: timedelta = FOUR, db: Any = None) -> Any:
        return one(due_time, db, a=seconds(when), budget=int(budget.total_seconds()))

    def column() -> object:
        office.execute("CREATE TEMP TABLE appeal (a INTEGER, b INTEGER)")
        office.executemany("INSERT INTO appeal VALUES (?, ?)", [(start, seconds(NEXT_OPENING))] * 2)
        each = worked.replace(":a", "appeal.a").replace(":b", "appeal.b")
        return office.execute(f"SELECT ({each}) FROM appeal").fetchall() == [(4 * 3600,)] * 2  # noqa: S608

    def stretches() -> object:
        values = {"a": start, "b": seconds(NEXT_OPENING) + 7200}
        return office.execute(parts, values).fetchall() == [(4 * 3600,), (2 * 3600,)]

    def latest_start() -> object:  # the query for a due time, with the time line reversed
        turned = [(-closes, -opens) for opens, closes in office.execute("SELECT * FROM open")]
        return -due(-seconds(at(16)), db=table(turned)) == seconds(at(11))

    usual = week(MOSCOW, ((9, 13), (14, 18)), 5)
    office, start = table(usual), seconds(AFTERNOON)
    saturday = (datetime.combine(SATURDAY, time(hour), MOSCOW) for hour in (9, 13))
    with_saturday = [*usual, tuple(saturday)]
    shorter = [(a, b - HOUR * (b == moscow(at(18)))) for a, b in usual]
    nights = table(week(NEW_YORK, ((0, 8),), 7))
    return {
        "minutes": lambda: due(TEN, HALF_PAST_FOUR) == seconds(at(15, 30)),
        "elapsed": lambda: one(worked, a=start, b=seconds(NEXT_MORNING)) == 5.5 * 3600,
        "earliest": lambda: due(AFTERNOON) == seconds(at(18)),
        "latest": lambda: in_two_calls(
            at(18),
            datetime.fromtimestamp(one(latest, due=due(AFTERNOON)), MOSCOW).replace(tzinfo=None),
        ),
        "latest_start": latest_start,
        "own_saturday": lambda: due(FRIDAY, db=table(with_saturday)) == seconds(SATURDAY_DUE),
        "own_hours": lambda: due(AFTERNOON, db=table(shorter)) == seconds(AFTER_SHORT),
        "clock_change": lambda: due(CLOCK_CHANGE, db=nights) == seconds(AFTER_CLOCK_CHANGE),
        "column": column,
        "stretches": stretches,
        "working_days": lambda: one(days, a=start) == "2025-03-17",
        # nothing is open outside of the table, so elapsed time there is silently 0
        "outside": lambda: one(worked, a=seconds(UNDECIDED), b=seconds(UNDECIDED) + 7200) != 0,
    }


NAMED = (holidays, workalendar, pandas, numpy, businesstimedelta, workclock, timegrid)
LIBRARIES = {one.__name__: one for one in NAMED} | {"workhours_sla": ours, "SQL": in_sql}


def lines(page: str) -> Iterator[list[str]]:
    """Yield the lines of the tables that compare libraries; the first of a table is its header."""
    inside = False
    for line in (ROOT / page).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        inside = line.startswith("|") and (inside or "workhours_sla" in cells)
        if inside and not re.fullmatch("-+", cells[0]):
            yield cells


@cache
def names() -> dict[str, str]:
    """Return the row for the label in each language."""
    english = {label: name for name, label in ROWS.items()}
    en, ru = (list(lines(PAGE.format(language))) for language in ("en", "ru"))
    return english | {
        other[0]: english[one[0]] for one, other in zip(en, ru, strict=True) if one[0]
    }


def tables() -> Iterator[tuple[str, str, str, str]]:
    for page in PAGES:
        header: list[str] = []
        for label, *cells in lines(page):
            if not label:
                header = cells
                continue
            for library, cell in zip(header, cells, strict=True):
                yield page, names()[label], library, cell


CELLS = list(tables())


@pytest.mark.parametrize(
    ("page", "row", "library", "cell"), CELLS, ids=["-".join(c[:3]) for c in CELLS]
)
def test_cell(page: str, row: str, library: str, cell: str) -> None:
    found = LIBRARIES[library]()[row]()
    answer = found if isinstance(found, str) else ("yes" if found else "no")
    assert cell == (answer if PAGES[page] == "en" else WORDS[answer])


def test_tables_have_every_row_and_library_in_both_languages() -> None:
    en, ru, readme, other = ([cell[1:3] for cell in CELLS if cell[0] == page] for page in PAGES)
    assert ({row for row, _ in en}, {name for _, name in en}) == (ROWS.keys(), LIBRARIES.keys())
    assert (en, readme) == (ru, other)
