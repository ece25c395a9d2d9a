"""Hours in the opening_hours notation, compared with an oracle that applies rules to minutes."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kit.oracle import RUSSIA, HoursRule, Oracle
from kit.properties import PROPERTY
from kit.values import MINUTE
from workhours_sla import Calendar, Schedule, WeeklyHours, columns
from workhours_sla.errors import HoursSyntaxError
from workhours_sla.json import from_json, to_json

WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LEAP_YEAR = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
MONTH_DAYS = [(day.month, day.day) for day in LEAP_YEAR]
REFUSED = {"hours_pointless", "hours_never", "hours_after_midnight", "hours_off_twice"}
"""The causes of a refusal that depend on several rules; every text drawn here is well formed."""


@dataclass(frozen=True)
class Written:
    """A rule with its text."""

    text: str
    rule: HoursRule


@st.composite
def days_of_the_week(draw: st.DrawFn, most: int) -> tuple[str, frozenset[int]]:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return "", frozenset(range(7))
    first, length = draw(st.integers(0, most)), draw(st.integers(0, 6))
    last = (first + length) % 7
    if kind == 1 or last > most or (most < 6 and last < first):
        return WEEKDAYS[first], frozenset({first})
    return f"{WEEKDAYS[first]}-{WEEKDAYS[last]}", frozenset(
        (first + n) % 7 for n in range(length + 1)
    )


@st.composite
def dates_of_the_year(draw: st.DrawFn) -> tuple[str, frozenset[tuple[int, int]] | None]:
    kind = draw(st.integers(0, 4))
    if kind < 2:
        return "", None
    if kind == 2:
        first, last = draw(st.integers(1, 12)), draw(st.integers(1, 12))
        start, end = MONTH_DAYS.index((first, 1)), (last + 1, 1)
        text = f"{MONTHS[first - 1]}-{MONTHS[last - 1]}"
    else:
        start = draw(st.integers(0, 365))
        (first, day), (last, end_day) = MONTH_DAYS[start], draw(st.sampled_from(MONTH_DAYS))
        assume(first != last)
        end = MONTH_DAYS[(MONTH_DAYS.index((last, end_day)) + 1) % 366]
        text = f"{MONTHS[first - 1]} {day:02}-{MONTHS[last - 1]} {end_day:02}"
    days: set[tuple[int, int]] = set()
    for n in range(366):  # walk from the first day to the day after the last, over New Year
        now = MONTH_DAYS[(start + n) % 366]
        if n and now == (end if end[0] < 13 else (1, 1)):
            break
        days.add(now)
    return text, frozenset(days)


@st.composite
def weeks_of_the_year(draw: st.DrawFn) -> tuple[str, frozenset[int] | None]:
    if draw(st.integers(0, 2)):
        return "", None
    first = draw(st.integers(1, 52))
    last, step = draw(st.integers(first + 1, 53)), draw(st.integers(1, 3))
    weeks = frozenset(week for week in range(first, last + 1) if not (week - first) % step)
    return f"week {first}-{last}" + (f"/{step}" if step > 1 else ""), weeks


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def times(draw: st.DrawFn, *, night: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
    shifts = []
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, 47)) * 30
        latest = 48 if night and not draw(st.integers(0, 4)) else 48 - start // 30
        shifts.append((start, start + draw(st.integers(1, latest)) * 30))
    return ",".join(f"{clock(a)}-{clock(b)}" for a, b in shifts), tuple(shifts)


@st.composite
def rules(draw: st.DrawFn, *, first: bool, most: int, dated: bool) -> Written:
    days, weekdays = draw(days_of_the_week(most))
    year, month_days = draw(dates_of_the_year()) if dated else ("", None)
    week, weeks = draw(weeks_of_the_year()) if dated else ("", None)
    if most < 6 and not days:
        days, weekdays = "Mo-Fr", frozenset(range(5))
    where = " ".join(filter(None, (year, week, days)))
    kind = draw(st.sampled_from(["open", "open", "break", "off", "whole"]))
    additional = not first and draw(st.booleans())
    effect = "add" if additional else "replace"
    shifts: tuple[tuple[int, int], ...] = ()
    if kind == "open":
        hours, shifts = draw(times(night=True))
    elif kind == "whole":
        hours, shifts = "open", ((0, 1440),)
    elif kind == "off":
        hours, effect = "off", "replace"
    else:
        hours, shifts = draw(times(night=False))
        hours, effect = f"{hours} off", "remove"
    where = "Mo-Su" if additional and not where else where  # else it would add to the same rule
    text = ("" if first else ", " if additional else "; ") + f"{where} {hours}".strip()
    return Written(text, HoursRule(weekdays, effect, shifts, month_days, weeks))


@st.composite
def written_hours(draw: st.DrawFn, most: int = 6, *, dated: bool = True) -> tuple[Written, ...]:
    count = draw(st.integers(1, 4))
    return tuple(draw(rules(first=n == 0, most=most, dated=dated)) for n in range(count))


def text_and_rules(hours: tuple[Written, ...]) -> tuple[str, tuple[HoursRule, ...]]:
    return "".join(one.text for one in hours), tuple(one.rule for one in hours)


def refusal_of(text: str) -> HoursSyntaxError | None:
    """Return the error that refuses hours, or None if they are accepted."""
    try:
        WeeklyHours.parse(text)
    except HoursSyntaxError as error:
        return error
    return None


def parsed(text: str) -> WeeklyHours:
    """Return the hours; discard the example if its rules are refused together."""
    refusal = refusal_of(text)
    assert refusal is None or refusal.cause in REFUSED, refusal
    assume(refusal is None)
    return WeeklyHours.parse(text)


def minutes_of(shifts: object) -> bytearray:
    flags = bytearray(2880)
    for start, end in shifts:  # type: ignore[attr-defined]
        for minute in range(start // MINUTE, end // MINUTE):
            flags[minute] = 1
    return flags


NO_HOURS = [()] * 7


@PROPERTY
@given(written_hours(), st.dates(date(1999, 1, 1), date(2035, 12, 31)))
def test_each_date_has_the_minutes_of_the_rules(hours: tuple[Written, ...], day: date) -> None:
    text, given_rules = text_and_rules(hours)
    week = parsed(text)
    oracle = Oracle("UTC", NO_HOURS, rules=given_rules)
    first, last = day, day + timedelta(days=10)
    for shifts in (week.between(first, last), WeeklyHours.parse(str(week)).between(first, last)):
        for number, of_day in enumerate(shifts):
            date_ = first + timedelta(days=number)
            assert minutes_of(of_day) == oracle.minutes_of(date_), (text, date_)
            assert of_day == week.week_of(date_).by_weekday[date_.weekday()]
    assert WeeklyHours.parse(str(week)) == week


@settings(PROPERTY, max_examples=PROPERTY.max_examples // 3)
@given(
    written_hours(most=4),
    st.datetimes(datetime(2025, 1, 20), datetime(2026, 11, 1)),
    st.integers(1, 40 * 60),
    st.sampled_from(["Europe/Volgograd", "America/New_York"]),
)
def test_the_verbs_agree_with_the_oracle_on_the_russian_calendar(
    hours: tuple[Written, ...], start: datetime, minutes: int, zone: str
) -> None:
    text, given_rules = text_and_rules(hours)
    week = parsed(text)
    asked = start.replace(tzinfo=UTC)
    try:
        schedule = Schedule("RU", week, tz=zone)
        oracle = Oracle(zone, NO_HOURS, RUSSIA, rules=given_rules)
        oracle.longest_scan = 25
        due = oracle.deadline(asked, minutes * MINUTE)
        limit = oracle.breaches_after(asked, minutes * MINUTE)
        later = asked + timedelta(days=9, minutes=minutes)
        worked = oracle.elapsed(asked, later)
    except (LookupError, ValueError):  # the schedule is empty, or has too few hours near by
        assume(False)  # noqa: FBT003
        raise
    assert schedule.deadline(asked, minutes * MINUTE) == due, text
    assert schedule.breaches_after(asked, minutes * MINUTE) == limit
    assert schedule.elapsed(asked, later) == worked
    steps = schedule.explain(asked, later).steps
    assert sum((step.used for step in steps), timedelta()) == worked
    column = np.array([asked.replace(tzinfo=None)], "M8[us]")
    found = columns.deadline(schedule, column, minutes * MINUTE, tz="UTC")
    assert found[0].item() == due.replace(tzinfo=None)
    assert from_json(to_json(schedule), Schedule) == schedule
    assert pickle.loads(pickle.dumps(schedule)) == schedule  # noqa: S301


HALF_HOURS = 96


def half_hours(shifts: object) -> int:
    """Return a bit for each half hour of two days."""
    found = 0
    for a, b in shifts:  # type: ignore[attr-defined]
        found |= (1 << (b // 30)) - (1 << (a // 30))
    return found


def survives(given_rules: tuple[HoursRule, ...], index: int, day: date) -> bool:
    """Return whether a rule decides about any half hour of a date."""
    rule = given_rules[index]
    left = half_hours(rule.shifts) or (1 << HALF_HOURS) - 1
    opens = bool(rule.shifts) and rule.effect != "remove"
    for later in given_rules[index + 1 :]:
        if later.applies(day, day.weekday()):
            if later.effect == "replace":
                return False
            if not opens or later.effect == "remove":
                left &= ~half_hours(later.shifts)
    return left != 0


@PROPERTY
@given(written_hours())
def test_exactly_the_rules_without_effect_are_refused(hours: tuple[Written, ...]) -> None:
    text, given_rules = text_and_rules(hours)
    days = [date(2009, 1, 1) + timedelta(days=n) for n in range(28 * 366)]
    useless = []
    for index, rule in enumerate(given_rules):
        applied = [day for day in days if rule.applies(day, day.weekday())]
        if not any(survives(given_rules, index, day) for day in applied):
            useless.append(("hours_pointless" if applied else "hours_never", index))
    refusal = refusal_of(text)
    cause = None if refusal is None else refusal.cause
    if refusal is not None and cause in {"hours_never", "hours_pointless"}:
        first = min(index for why, index in useless if why == cause)
        assert refusal.facts["rule"] == hours[first].text.strip(",; ")
    elif cause != "hours_off_twice":
        assert useless == []


SEASONS = "Sep-Oct Mo-Fr 08:00-17:00; Nov-Aug Mo-Th 09:00-18:00; Nov-Aug Fr 09:00-16:45"


def test_a_transferred_day_has_the_weekday_it_was_swapped_with_in_its_own_season() -> None:
    office = Schedule("RU-VGG", SEASONS)
    # Saturday 2 November 2024 was worked for Tuesday 30 April, and is one hour short
    nine_to_five, eight_to_five = (timedelta(hours=9), HOUR_17), (timedelta(hours=8), HOUR_17)
    assert office.shifts_on(date(2024, 11, 2))[0] == nine_to_five
    assert office.shifts_on(date(2024, 10, 31))[0] == eight_to_five
    weeks = Schedule("RU-VGG", "week 1-53/2 Mo-Fr 08:00-12:00; week 2-52/2 Mo-Fr 13:00-17:00")
    # it was in week 44, its Tuesday in week 18; Saturday 27 April was in week 17, its Monday in 18
    assert weeks.shifts_on(date(2024, 11, 2))[0].start == timedelta(hours=13)
    assert weeks.shifts_on(date(2024, 4, 27))[0].start == timedelta(hours=8)


def test_changes_may_have_seasons_of_their_own() -> None:
    usual, summer = "Mo-Fr 09:00-18:00", "Mo-Fr 9-18; Jul-Aug Fr 9-16"
    office = Schedule("RU-VGG", usual, changes={date(2026, 6, 1): summer})
    hours = [str(office.hours_on(date(*day))) for day in ((2025, 7, 4), (2026, 6, 5), (2026, 7, 3))]
    assert hours == [usual, usual, "Mo-Th 09:00-18:00; Fr 09:00-16:00"]
    friday = datetime(2026, 7, 3, 15, tzinfo=ZoneInfo("Europe/Volgograd"))
    assert str(office.deadline(friday, timedelta(hours=2))) == "2026-07-06 10:00:00+03:00"


def test_an_uncertain_date_is_bounded_by_the_hours_of_its_season() -> None:
    office = Schedule("RU-DA", "Mo-Fr 09:00-18:00; Apr-May Mo-Fr 10:00-14:00")
    uncertain = next(day for day in office.calendar.uncertain(2026) if day.weekday() < 5)
    off, full = office.completions() or (office, office)
    assert (uncertain.month, off.shifts_on(uncertain)) == (4, ())
    assert full.shifts_on(uncertain)[0] == (timedelta(hours=10), timedelta(hours=14))


def test_ph_off_and_weekends_depend_on_the_calendar() -> None:
    with pytest.raises(HoursSyntaxError, match="no calendar says which days are; give a calendar"):
        Schedule(None, "Mo-Fr 09:00-18:00; PH off", tz="UTC")
    with pytest.raises(HoursSyntaxError, match="--week 6"):
        Schedule("RU-VGG", "Jul-Aug Sa 09:00-14:00, Mo-Fr 09:00-18:00")
    with_it, without = (Schedule("RU-VGG", f"Mo-Fr 09:00-18:00{end}") for end in ("; PH off", ""))
    for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(365)):
        assert with_it.shifts_on(day) == without.shifts_on(day)


HOUR_17 = timedelta(hours=17)


@pytest.mark.parametrize(
    ("code", "saturday", "holiday"),
    [("DE-BY", date(2026, 8, 8), date(2026, 12, 26)), ("US", date(2026, 6, 20), date(2026, 7, 4))],
)
def test_hours_on_a_weekend_work_with_foreign_calendars(
    code: str, saturday: date, holiday: date
) -> None:
    six_days = Schedule(code, "Mo-Sa 09:00-17:00", tz="Europe/Berlin")
    assert len(six_days.shifts_on(saturday)) == 1
    assert six_days.shifts_on(holiday) == six_days.shifts_on(saturday + timedelta(days=1)) == ()
    always = Schedule(code, "24/7", tz="Europe/Berlin")
    year = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    named = Calendar.get(code).special_days(2026).values()
    off = [day.date for day in named if not day.working]
    assert [day for day in year if not always.shifts_on(day)] == off
    for schedule in (six_days, always):
        assert from_json(to_json(schedule), Schedule) == schedule
        assert pickle.loads(pickle.dumps(schedule)) == schedule  # noqa: S301
        assert from_json(to_json(schedule.calendar), Calendar) == schedule.calendar
    five_days = Schedule(code, "Mo-Fr 09:00-17:00", tz="Europe/Berlin")
    assert five_days.calendar == Calendar.get(code)


HALF_DAYS = "Mo-Fr 09:00-17:00; Dec 24,Dec 31 09:00-13:00"


@pytest.mark.parametrize("code", ["DE-BY", "RU-VGG"])
def test_hours_of_a_date_open_no_weekly_day_off(code: str) -> None:
    office = Schedule(code, HALF_DAYS, tz="Europe/Berlin")
    assert office.calendar == Calendar.get(code)
    half = (timedelta(hours=9), timedelta(hours=13))
    assert office.shifts_on(date(2024, 12, 24)) == (half,)
    for weekend in (date(2022, 12, 24), date(2022, 12, 31), date(2023, 12, 24)):
        assert office.shifts_on(weekend) == ()
    friday = datetime(2022, 12, 23, 16, tzinfo=office.tz)
    due = office.deadline(friday, timedelta(hours=3))
    assert (due.hour, due.weekday() < 5) == (11, True)
    values = np.array([friday.astimezone(UTC).replace(tzinfo=None)], "M8[us]")
    (column,) = columns.deadline(office, values, timedelta(hours=3), tz="UTC")
    assert column.item() == due.astimezone(UTC).replace(tzinfo=None)
    assert str(office.hours) == "Mo-Fr 09:00-17:00; Dec 24,Dec 31 Mo-Fr 09:00-13:00"
    assert office == Schedule(code, str(office.hours), tz="Europe/Berlin")
    assert from_json(to_json(office), Schedule) == office


@pytest.mark.parametrize(
    ("hours", "saturdays"),
    [
        ("Apr-Sep 08:00-17:00; Oct-Mar 09:00-17:00", []),
        ("week 51-52 09:00-13:00", []),
        ("Mo-Sa 09:00-17:00; Dec 24 09:00-13:00", [3, 10, 17, 24, 31]),
        ("Mo-Fr 09:00-17:00; Dec 24 Sa 09:00-13:00", [24]),
        ("Mo-Fr 09:00-17:00; Dec 10-Dec 20 Mo-Su 09:00-13:00", [10, 17]),
        # only every second Saturday is worked, and 24 December 2022 is not one of them
        ("Mo-Fr 9-17; week 2-52/2 Sa 10:00-14:00; Dec 24 09:00-13:00", [3, 17, 31]),
    ],
)
def test_a_weekday_opens_a_weekly_day_off(hours: str, saturdays: list[int]) -> None:
    office = Schedule("DE-BE", hours, tz="Europe/Berlin")
    days = [day for day in (3, 10, 17, 24, 31) if office.shifts_on(date(2022, 12, day))]
    assert days == saturdays
    assert Schedule("DE-BE", str(office.hours), tz="Europe/Berlin") == office


def test_hours_of_a_date_apply_to_changes_and_to_every_day_without_a_calendar() -> None:
    changes = {date(2022, 6, 1): HALF_DAYS}
    office = Schedule("DE-BY", "Mo-Fr 09:00-17:00", tz="Europe/Berlin", changes=changes)
    assert office.shifts_on(date(2022, 12, 24)) == ()
    assert Schedule(None, HALF_DAYS, tz="UTC").shifts_on(date(2022, 12, 24))
    with pytest.raises(HoursSyntaxError, match="the hours open on Sa"):
        Schedule("RU-VGG", "Mo-Fr 09:00-17:00; Dec 24 Sa 09:00-13:00")


def test_a_swap_with_a_worked_saturday_is_uncertain() -> None:
    china = Schedule("CN", "Mo-Sa 09:00-17:00", tz="Asia/Shanghai")
    copied = Calendar.get("CN")
    swapped = [d for d in copied.special_days(2024).values() if d.hours_of != d.date]
    saturday = next(day for day in swapped if day.date.weekday() == 5)
    assert saturday.date in china.calendar.uncertain(2024)
    assert saturday.hours_of in china.calendar.uncertain(2024)
    sunday = next(day for day in swapped if day.date.weekday() == 6)
    assert sunday.date not in china.calendar.uncertain(2024)
    off, full = china.completions() or (china, china)
    assert off.shifts_on(saturday.date) == ()
    assert len(full.shifts_on(saturday.date)) == 1
