"""Budgets in days, months and plain time, by articles 190-194 of the Civil Code."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from kit.values import OFFICE, at
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Event,
    Months,
    Policy,
    Schedule,
    Target,
    WorkingDays,
    WorkingDaysInHours,
    columns,
    evaluate,
)
from workhours_sla.errors import BudgetError, CalendarCoverageError, NaiveDatetimeError


def test_what_remains_of_a_budget_of_days_is_the_working_time_until_it_is_due() -> None:
    tuesday, now = at(2025, 3, 11, 10), at(2025, 3, 12, 17)
    assert OFFICE.remaining(tuesday, WorkingDays(2), as_of=now) == timedelta(hours=9)
    assert OFFICE.remaining(tuesday, WorkingDaysInHours(2), as_of=now) == timedelta(hours=2)
    late = at(2025, 3, 14, 11)
    assert OFFICE.remaining(tuesday, WorkingDays(2), as_of=late) == -timedelta(hours=2)
    paused = [(at(2025, 3, 13, 9), at(2025, 3, 13, 11))]  # it does not move the due date
    assert OFFICE.remaining(tuesday, WorkingDays(2), as_of=now, pauses=paused) == timedelta(hours=7)
    day = ClockTime(timedelta(hours=24))
    assert OFFICE.remaining(tuesday, day, as_of=now) == -timedelta(hours=7)
    for budget in (WorkingDays(2), day):
        with pytest.raises(NaiveDatetimeError):
            OFFICE.remaining(tuesday, budget, as_of=datetime(2025, 3, 11))
    with pytest.raises(TypeError, match="or days"):
        OFFICE.remaining(tuesday, "4h", as_of=now)
    with pytest.raises(CalendarCoverageError):
        OFFICE.remaining(tuesday, WorkingDays(2), as_of=at(2031, 1, 1))


def test_a_night_shift_is_due_no_later_than_midnight() -> None:
    budget = CalendarDays(1, roll="preceding")
    assert NIGHTS.deadline(at(2026, 3, 12, 12), WorkingDays(1)) == at(2026, 3, 14)
    for hour in (2, 13):  # Friday ended at 24:00, although its last shift continues
        saturday = at(2026, 3, 14, hour)
        assert NIGHTS.deadline(saturday, budget) == at(2026, 3, 17)
        assert budget.due_on(NIGHTS, saturday) == date(2026, 3, 16)


@given(
    st.datetimes(datetime(2005, 1, 1), datetime(2026, 6, 1)),
    st.integers(1, 40),
    st.sampled_from(["following", "preceding", "none"]),
)
def test_day_budgets_agree_with_their_definitions(when: datetime, count: int, roll: str) -> None:
    start = when.replace(tzinfo=OFFICE.tz)
    calendar = Calendar.get("RU-VGG")
    assert WorkingDays(count).due_on(OFFICE, start) == calendar.add_working_days(
        start.date(), count
    )
    step = {"following": 1, "preceding": -1}.get(roll)
    for budget, end in (
        (CalendarDays(count, roll=roll), start.date() + timedelta(days=count)),
        (Months(count % 12 + 1, roll=roll), start.date() + relativedelta(months=count % 12 + 1)),
    ):
        while step and not calendar.is_working_day(end):
            end += timedelta(days=step)
        closing = OFFICE.intervals_of(end)[-1].end if calendar.is_working_day(end) else None
        if roll == "preceding" and closing is not None and closing <= start:
            continue  # another test checks this
        assert budget.due_on(OFFICE, start) == end
        assert OFFICE.deadline(start, budget) <= OFFICE.breaches_after(start, budget)


def test_a_date_that_the_zone_skipped_is_no_working_day() -> None:
    apia = Schedule(None, "Mo-Fr 09:00-18:00", tz="Pacific/Apia")
    thursday = datetime(2011, 12, 29, 12, tzinfo=apia.tz)  # Friday the 30th was skipped
    assert apia.deadline(thursday, WorkingDays(1)) == datetime(2012, 1, 2, 18, tzinfo=apia.tz)
    later = Schedule(
        Calendar.plain(first=date(2011, 12, 31)), "Mo-Fr 09:00-18:00", tz="Pacific/Apia"
    )
    start = datetime(2020, 3, 2, 9, tzinfo=later.tz)
    assert later.elapsed(start, start + timedelta(days=1)) == timedelta(hours=9)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: WorkingDays(0), BudgetError, "at least 1"),
        (lambda: CalendarDays(1.5, roll="none"), BudgetError, "whole number"),
        (lambda: CalendarDays(1, roll="next"), BudgetError, "following"),
        (lambda: WorkingDays(1, count_from="today"), BudgetError, "same_day"),
        (lambda: ClockTime(timedelta(hours=-1)), BudgetError, "negative"),
        (lambda: OFFICE.deadline(datetime(2025, 1, 1), WorkingDays(1)), NaiveDatetimeError, "zone"),
        (lambda: OFFICE.deadline(at(2027, 12, 30), WorkingDays(3)), CalendarCoverageError, "2028"),
        (lambda: OFFICE.deadline(at(2025, 1, 1), "4h"), TypeError, "or days"),
    ],
)
def test_invalid_day_budgets_are_refused(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make()


@pytest.mark.parametrize(
    ("zone", "evening"),
    [
        # the clocks skip the midnight that follows
        ("America/Santiago", date(2025, 9, 6)),
        ("Africa/Cairo", date(2025, 4, 24)),
        ("Asia/Beirut", date(2025, 3, 29)),
        ("America/Havana", date(2025, 3, 8)),
    ],
)
def test_a_start_after_closing_before_a_skipped_midnight(zone: str, evening: date) -> None:
    daily = Schedule(None, "Mo-Su 09:00-18:00", tz=zone)
    start = datetime.combine(evening, time(19), daily.tz)
    for budget in (
        CalendarDays(3, roll="none"),
        CalendarDays(3, roll="none", count_from="same_day"),
        WorkingDays(3),
        WorkingDays(3, count_from="same_day"),
    ):
        due = daily.deadline(start, budget)
        assert (due.date(), due.hour) == (evening + timedelta(days=3), 18)
        assert budget.due_on(daily, start) == due.date()


def test_a_budget_that_ends_past_the_last_year_is_refused() -> None:
    late = datetime(9990, 1, 1, 12, tzinfo=UTC)
    plain = Schedule(Calendar.plain(last=date(9998, 12, 31)), "Mo-Fr 09:00-18:00", tz="UTC")
    for budget in (CalendarDays(10_000, roll="none"), Months(10_000, roll="none")):
        with pytest.raises(CalendarCoverageError):
            plain.deadline(late, budget)
    for month, day in ((10, 31), (12, 31)):  # three months later is in January and March of 9999
        start = datetime(9998, month, day, 10, tzinfo=UTC)
        with pytest.raises(CalendarCoverageError, match="9999 is out of range"):
            plain.deadline(start, Months(3, roll="none"))
        column = np.array([start.replace(tzinfo=None)], "M8[us]")
        with pytest.raises(CalendarCoverageError, match="9999 is out of range"):
            columns.deadline(plain, column, Months(3, roll="none"), tz="UTC")
    assert Months(3, roll="none").due_on(plain, datetime(9998, 9, 30, tzinfo=UTC)).month == 12
    for_ever = [(late, datetime(9998, 12, 30, tzinfo=UTC))]
    for budget in (CalendarDays(400, roll="none"), Months(12, roll="none")):
        with pytest.raises(CalendarCoverageError, match="year 9999"):
            plain.deadline(late, budget, pauses=for_ever)


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize(
    "budget",
    [
        CalendarDays(1, roll="none"),
        CalendarDays(1, roll="preceding", count_from="same_day"),
        Months(1, roll="following"),
        WorkingDays(1, count_from="same_day"),
    ],
)
def test_a_start_outside_of_the_years_is_refused_and_leaves_an_appeal_open(
    year: int, budget: CalendarDays | Months | WorkingDays
) -> None:
    when = datetime(year, 1, 2, 10, tzinfo=UTC)
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", overrides={when.date(): "09:00-10:00"})
    with pytest.raises(CalendarCoverageError, match=f"the year {year} is out of range"):
        office.deadline(when, budget)
    posted = Event("1", "A-1", "created", when, when)
    (outcome,) = evaluate([posted], Policy([Target("reply", budget, office)]), as_of=when).outcomes
    assert outcome.calendar_unknown
    assert outcome.due_at is None


NIGHTS = Schedule("RU-VGG", "Mo-Fr 22:00-06:00")


SAME_DAY = WorkingDays(1, count_from="same_day")


@pytest.mark.parametrize(
    ("start", "budget", "due"),
    [
        # 30 days from 8 December end on 7 January, a holiday
        (at(2025, 12, 8, 11), CalendarDays(30, roll="following"), at(2026, 1, 12, 18)),
        (at(2025, 12, 8, 11), CalendarDays(30, roll="preceding"), at(2025, 12, 30, 18)),
        (at(2025, 12, 8, 11), CalendarDays(30, roll="none"), at(2026, 1, 8)),  # its 24:00
        (at(2025, 10, 31, 10), WorkingDays(1), at(2025, 11, 1, 17)),  # a short Saturday
        (at(2025, 10, 31, 10), WorkingDays(2), at(2025, 11, 5, 18)),
        (at(2025, 10, 31, 10), SAME_DAY, at(2025, 10, 31, 18)),
        (at(2025, 11, 2, 10), SAME_DAY, at(2025, 11, 5, 18)),
        (at(2024, 1, 31, 10), Months(1, roll="none"), at(2024, 2, 29, 18)),
        # no budget ends before its start
        (at(2026, 1, 3, 12), CalendarDays(2, roll="preceding"), at(2026, 1, 12, 18)),
        (at(2026, 3, 13, 20), CalendarDays(1, roll="preceding"), at(2026, 3, 16, 18)),
        (at(2026, 3, 13, 20), SAME_DAY, at(2026, 3, 16, 18)),
    ],
)
def test_due_times_worked_out_by_hand(start: datetime, budget: Any, due: datetime) -> None:
    assert OFFICE.deadline(start, budget) == due
