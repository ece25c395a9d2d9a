"""Random schedules, instants near the changes of their zones, and questions about them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from kit.oracle import RUSSIA, Days, Oracle, Shifts
from kit.properties import EXAMPLES
from kit.values import MINUTE, TICK
from workhours_sla import Calendar, Schedule

ASKED = 4
"""How often each question is asked: the engine optimises its tables when asked again."""
WEEK = 7 * 1440
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ZONES = (
    *("UTC", "Europe/Moscow", "Europe/Volgograd", "Pacific/Apia", "Africa/Casablanca"),
    *("America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"),
)
ALWAYS_TRIED = (
    datetime(2018, 10, 27, 23, tzinfo=UTC),  # Volgograd +03 to +04
    datetime(2020, 12, 26, 22, tzinfo=UTC),  # Volgograd +04 to +03
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia goes without 30 December 2011
)
FIRST = datetime(1973, 1, 1, tzinfo=UTC)
QUIET = (datetime(2024, 2, 28, 20, tzinfo=UTC), datetime(2025, 12, 31, 20, tzinfo=UTC))


@dataclass(frozen=True)
class Case:
    """A schedule as plain data, from which the engine and the oracle are built."""

    zone: str
    calendar: str
    """"none", "plain" or "RU"."""
    rules: tuple[tuple[str, Shifts], ...]
    """Pairs of days and shifts; a later rule replaces an earlier rule for the same day."""
    overrides: tuple[tuple[date, Shifts], ...] = ()
    off: tuple[date, ...] = ()
    yearly: tuple[str, ...] = ()
    near: datetime = QUIET[0]

    @property
    def text(self) -> str:
        """The rules as text, without rules that later ones replace entirely: they are rejected."""
        replaced: set[int] = set()
        kept = []
        for days, shifts in reversed(self.rules):
            if not replaced.issuperset(weekdays(days)):
                kept.append(f"{days} {shifts_text(shifts)}")
            replaced.update(weekdays(days))
        if any(b > 1440 for _, shifts in self.rules for _, b in shifts):
            # a later rule must not follow a night shift: it would have two readings
            days_of_week = zip(WEEKDAYS, self.weekly, strict=True)
            kept = [f"{day} {shifts_text(shifts)}" for day, shifts in days_of_week if shifts]
            return ", ".join(kept)
        return "; ".join(reversed(kept))

    @property
    def weekly(self) -> list[Shifts]:
        week: list[Shifts] = [()] * 7
        for days, shifts in self.rules:
            for weekday in weekdays(days):
                week[weekday] = shifts
        return week

    @property
    def minutes_a_week(self) -> int:
        shifts = [(day * 1440, *shift) for day, own in enumerate(self.weekly) for shift in own]
        return len({(day + minute) % WEEK for day, a, b in shifts for minute in range(a, b)})

    def fresh(self) -> Schedule:
        calendar: Calendar | str | None = None
        if self.calendar == "RU":
            calendar = "RU"
        elif self.calendar == "plain":
            calendar = Calendar.plain(days_off=list(self.off), yearly=list(self.yearly))
        overrides = {day: shifts_text(shifts) for day, shifts in self.overrides}
        return Schedule(calendar, self.text, tz=self.zone, overrides=overrides or None)

    @cached_property
    def engine(self) -> Schedule:
        return self.fresh()

    @cached_property
    def oracle(self) -> Oracle:
        days = RUSSIA
        if self.calendar != "RU":
            yearly = frozenset(tuple(map(int, text.split("-"))) for text in self.yearly)
            days = Days(off=frozenset(self.off), yearly_off=yearly)  # type: ignore[arg-type]
        return Oracle(self.zone, self.weekly, days, dict(self.overrides))


def shifts_text(shifts: Shifts) -> str:
    """Shifts in opening_hours notation; an end past midnight is written as of the next day."""

    def clock(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    spans = (f"{clock(a)}-{clock(b if b <= 1440 else b - 1440)}" for a, b in shifts)
    return ",".join(spans) or "off"


def weekdays(days: str) -> list[int]:
    found: list[int] = []
    for part in days.split(","):
        first, _, last = part.partition("-")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return found


@lru_cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """Return some of the instants, to the minute, at which a zone changes its offset."""
    tz = ZoneInfo(zone)
    found: list[datetime] = []
    day = FIRST
    while day.year < 2095:
        low, high = day, day + timedelta(days=1)
        if low.astimezone(tz).utcoffset() != high.astimezone(tz).utcoffset():
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                if middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        day += timedelta(days=1)
    wanted = max(8, EXAMPLES // 10)
    spread = found[:: max(1, len(found) // wanted)]
    return tuple(sorted({*spread, *(t for t in found if t in ALWAYS_TRIED)}))


def within_russian_facts(t: datetime) -> bool:
    """Whether the oracle's table of Russian days covers the weeks around an instant."""
    spans = ((2012, 2013), (2018, 2019), (2024, 2027))
    return any(date(a, 3, 20) <= t.date() <= date(b, 10, 15) for a, b in spans)


def russian_anchors(zone: str) -> list[datetime]:
    """Return instants on short or transferred days and at transitions, in the oracle's table."""
    dates = {*RUSSIA.short, *RUSSIA.hours_of, *RUSSIA.hours_of.values()}
    anchors = [datetime.combine(day, time(12), UTC) for day in sorted(dates)]
    anchors += transitions(zone)
    return [t for t in anchors if within_russian_facts(t)]


def shifts_of_a_day(most: int = 3) -> st.SearchStrategy[Shifts]:
    """Return a strategy of shifts in any order, often with edges where clocks are changed."""
    edges = [0, 1, 60, 90, 119, 120, 121, 150, 180, 540, 1320, 1380, 1410, 1439]
    start = st.one_of(st.sampled_from(edges), st.integers(0, 1439))
    length = st.one_of(st.sampled_from([1, 30, 60, 90, 240, 480, 540, 1440]), st.integers(1, 1440))
    shift = st.builds(lambda a, minutes: (a, a + minutes), start, length)
    return st.lists(shift, max_size=most).map(tuple)


@st.composite
def cases(draw: st.DrawFn, transition: tuple[str, datetime] | None = None) -> Case:
    """Draw a schedule; a given transition sets its zone and the instant of its questions."""
    if transition:
        zone, near = transition
        calendars = ["none", "plain", "RU"] if within_russian_facts(near) else ["none", "plain"]
        calendar = draw(st.sampled_from(calendars))
    else:
        zone = draw(st.sampled_from(ZONES))
        calendar = draw(st.sampled_from(["none", "plain", "RU"]))
        anchors = russian_anchors(zone) if calendar == "RU" else transitions(zone) or QUIET
        near = draw(st.sampled_from(anchors))
    if calendar == "RU":
        wide, narrow = ["Mo-Fr"], ["Mo", "We", "Fr", "Tu-Th", "Th,Fr", "Mo-We,Fr"]
    else:
        wide = ["Mo-Su", "Mo-Fr", "Fr-We"]
        narrow = [*WEEKDAYS, "Sa-Su", "Sa,Su", "Tu-Th", "Fr-Mo", "Mo,We,Fr", "Su-Mo,Th"]
    rules: list[tuple[str, Shifts]] = [(draw(st.sampled_from(wide)), draw(shifts_of_a_day()))]
    for _ in range(draw(st.integers(0, 3))):
        rules += [(draw(st.sampled_from(narrow)), draw(shifts_of_a_day()))]
    if not any(Case(zone, calendar, tuple(rules)).weekly):
        rules.append(("We", ((600, 960),)))

    nearby = st.builds(lambda n: near.date() + timedelta(days=n), st.integers(-8, 8))
    overrides = draw(st.dictionaries(nearby, shifts_of_a_day(), max_size=3))
    off, yearly = (
        draw(st.lists(nearby, max_size=most, unique=True)) if calendar == "plain" else []
        for most in (4, 2)
    )
    yearly = tuple(f"{day:%m-%d}" for day in yearly)
    return Case(zone, calendar, tuple(rules), tuple(overrides.items()), tuple(off), yearly, near)


@st.composite
def moments(draw: st.DrawFn, case: Case) -> datetime:
    """Draw an instant within 12 days of the case's instant, often within hours or at an edge."""
    kind = draw(st.integers(0, 9))
    if kind < 4:
        tz = ZoneInfo(case.zone)
        day = case.near.astimezone(tz).date() + timedelta(days=draw(st.integers(-2, 1)))
        shifts = dict(case.overrides).get(day, case.weekly[day.weekday()])
        edge = draw(st.sampled_from([edge for shift in shifts for edge in shift] or [0]))
        wall = datetime.combine(day, time()) + timedelta(minutes=edge)
        t = wall.replace(tzinfo=tz, fold=draw(st.integers(0, 1))).astimezone(UTC)
    elif kind < 7:
        t = case.near + timedelta(minutes=draw(st.integers(-600, 600)))
    else:
        t = case.near + timedelta(minutes=draw(st.integers(-17_000, 17_000)))
    ticks = st.sampled_from([timedelta(), TICK, -TICK])
    t += draw(st.one_of(ticks, st.timedeltas(timedelta(), MINUTE)))
    return t.astimezone(draw(tz_of_an_argument(case)))


def tz_of_an_argument(case: Case) -> st.SearchStrategy[tzinfo]:
    own = st.just(ZoneInfo(case.zone))
    fixed = st.just(timezone(timedelta(hours=5, minutes=30)))
    return st.one_of(own, st.sampled_from([ZoneInfo(zone) for zone in ZONES]), fixed)


@dataclass(frozen=True)
class Question:
    case: Case
    times: tuple[datetime, ...]
    budget: timedelta

    @property
    def engine(self) -> Schedule:
        return self.case.engine

    @property
    def oracle(self) -> Oracle:
        return self.case.oracle


@st.composite
def questions(draw: st.DrawFn, times: int = 1) -> Question:
    case = draw(cases())
    instants = tuple(draw(moments(case)) for _ in range(times))
    most = min(48 * 60, 2 * case.minutes_a_week) * MINUTE
    kind = draw(st.integers(0, 9))
    budget = timedelta()
    if kind in {1, 2}:
        budget = draw(st.timedeltas(TICK, most))
    elif kind in {3, 4, 5}:  # used up exactly at another instant, often an edge of a shift
        budget = abs(case.oracle.elapsed(instants[0], draw(moments(case))))
    if (not budget and kind < 9) or budget > 4 * case.minutes_a_week * MINUTE:
        budget = draw(st.integers(1, most // MINUTE)) * MINUTE
    return Question(case, instants, budget)


@dataclass(frozen=True)
class Reading:
    case: Case
    wall: datetime
    other: datetime
    jump: timedelta


@st.composite
def readings(draw: st.DrawFn, *, repeated: bool) -> Reading:
    """Draw two wall-clock readings that a transition repeats, or two that it skips."""
    fitting: list[tuple[str, datetime, timedelta, timedelta]] = []
    for zone in ZONES:
        tz = ZoneInfo(zone)
        for t in transitions(zone):
            before, after = (t - MINUTE).astimezone(tz).utcoffset(), t.astimezone(tz).utcoffset()
            assert before is not None
            assert after is not None
            if (after < before) is repeated:
                fitting.append((zone, t, before, after))
    zone, t, before, after = draw(st.sampled_from(fitting))
    jump = abs(after - before)
    first = t.replace(tzinfo=ZoneInfo(zone)) + min(before, after)
    minutes = st.integers(0, jump // MINUTE - 1)
    wall, other = first + draw(minutes) * MINUTE, first + draw(minutes) * MINUTE
    return Reading(draw(cases((zone, t))), wall, other, jump)


def utc(t: datetime) -> datetime:
    """Return an instant in UTC, because datetimes in one zone compare by wall clock."""
    return t.astimezone(UTC)
