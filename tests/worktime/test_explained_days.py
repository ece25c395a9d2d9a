"""Budgets of days explained day by day, and their latest start, against counting by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.values import OFFICE
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Months,
    Schedule,
    WorkingDays,
    WorkingDaysInHours,
    working_hours,
)
from workhours_sla.errors import BudgetError, CalendarCoverageError, NaiveDatetimeError
from workhours_sla.json import from_json, to_json
from workhours_sla.text.catalog import language
from workhours_sla.worktime.explain import Trace

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
MOVED = "срок заканчивается в нерабочий день и переносится"
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
DAYS_OFF_OF_MAY = {date(2026, 5, day) for day in (1, 2, 3, 9, 10, 11, 16, 17, 23, 24, 30, 31)}
"""The days off of Russia in May 2026, from the printed calendar."""


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=OFFICE.tz)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("start", "budget", "paused", "parts", "due"),
    [
        (at(2026, 4, 29, 10), WorkingDays(3), (),
         "29 start, 30 counted 1, 01 off, 02 off, 03 off, 04 counted 2, 05 due 3",
         at(2026, 5, 5, 18)),
        (at(2026, 4, 30, 10), CalendarDays(2, roll="following"), (),
         "30 start, 01 counted 1, 02 end 2, 03 passed, 04 due", at(2026, 5, 4, 18)),
        (at(2026, 4, 29, 10), CalendarDays(3, roll="preceding"), (),
         "29 start, 30 due 1, 01 counted 2, 02 end 3", at(2026, 4, 30, 17)),  # a short day
        (at(2026, 4, 29, 10), WorkingDays(2, count_from="same_day"), (),
         "29 counted 1, 30 due 2", at(2026, 4, 30, 17)),
        (at(2026, 4, 14, 10), WorkingDays(2), [(at(2026, 4, 15, 12), at(2026, 4, 17, 9))],
         "14 start, 15 paused, 16 paused, 17 counted 1, 18 off, 19 off, 20 due 2",
         at(2026, 4, 20, 18)),
        (at(2026, 4, 29, 18), WorkingDays(1, count_from="same_day"), (),
         "29 start, 30 due 1", at(2026, 4, 30, 17)),  # after closing
        (at(2026, 4, 30, 10), Months(1, roll="following"), (), "end, passed, due",
         at(2026, 6, 1, 18)),  # months are not numbered
    ],
)  # fmt: skip
def test_the_part_of_each_date(
    start: datetime, budget: Any, paused: Any, parts: str, due: datetime
) -> None:
    trace = OFFICE.explain(start, budget, pauses=paused)
    assert trace.due_at == due
    if isinstance(budget, Months):
        assert {step.number for step in trace.steps} == {None}
        assert ", ".join(step.part for step in trace.steps[-3:]) == parts
    else:
        found = (f"{step.date:%d} {step.part} {step.number or ''}" for step in trace.steps)
        assert ", ".join(map(str.strip, found)) == parts
    if getattr(budget, "roll", "") == "preceding":
        assert trace.used == working_hours(14)  # 29 April from 10:00 and the 7 hours of 30 April


def test_clock_time_counts_around_the_clock() -> None:
    trace = OFFICE.explain(at(2026, 5, 1, 20), ClockTime(timedelta(hours=30)))
    used = [(step.date.day, step.used // timedelta(hours=1)) for step in trace.steps]
    assert used == [(1, 4), (2, 24), (3, 2)]
    assert trace.used == timedelta(hours=30)
    assert "20:00-24:00" in str(trace)
    trace = OFFICE.explain(at(2040, 5, 1, 20), ClockTime(timedelta(hours=1)))  # needs no calendar
    assert [step.unknown for step in trace.steps] == [True]
    assert trace.due_at == at(2040, 5, 1, 21)


def test_lines_are_in_the_language_that_was_asked_for_wherever_they_are_read() -> None:
    lines = OFFICE.explain(at(2026, 4, 2, 10), ClockTime(timedelta(hours=1))).lines("ru")
    with language("en"):
        assert "обычный рабочий день" in next(lines)
    with pytest.raises(ValueError, match="no language 'de'; use en or ru"):
        OFFICE.explain(at(2026, 4, 2, 10), ClockTime(timedelta(hours=1))).lines("de")


def test_the_text_joins_days_that_count_alike() -> None:
    text = OFFICE.explain(at(2026, 4, 2, 10), CalendarDays(9, roll="following")).text("ru")
    assert text.splitlines() == [
        "чт 02.04.2026" + " " * 38 + "обычный рабочий день; день начала не считается",
        "пт 03.04.2026                             день 1   обычный рабочий день",
        "сб 04.04.2026    .. вс 05.04.2026        дни 2-3   выходной день",
        "пн 06.04.2026    .. пт 10.04.2026        дни 4-8   обычный рабочий день",
        "сб 11.04.2026                             день 9   выходной день; " + MOVED,
        "вс 12.04.2026" + " " * 38 + "выходной день",
        "пн 13.04.2026" + " " * 38 + "обычный рабочий день; последний день срока",
    ]


def test_a_short_eve_names_the_act_of_its_holiday() -> None:
    step = OFFICE.explain(at(2026, 4, 30, 10), working_hours(1)).steps[0]
    assert "Spring and Labour Day (1 May 2026: ст. 112 ч. 1 ТК РФ)" in step.reason()
    act = step.to_dict()["acts"][-1]
    assert (act["date"], act["title"]) == ("2026-05-01", "ст. 112 ч. 1 ТК РФ")


def test_a_due_date_that_is_certain_although_a_date_is_not() -> None:
    # whatever 1 January 2028 is, 30 days without a roll end on it
    schedule = Schedule("RU-VGG", HOURS, overrides={date(2028, 1, 1): "off"})
    trace = schedule.explain(at(2027, 12, 2, 10), CalendarDays(30, roll="none"))
    assert (trace.steps[-1].part, trace.steps[-1].number) == ("due", 30)
    with pytest.raises(CalendarCoverageError):
        OFFICE.explain(at(2027, 12, 2, 10), CalendarDays(30, roll="none"))


@given(
    start=st.datetimes(datetime(2026, 4, 30), datetime(2026, 5, 12)),
    count=st.integers(1, 12),
    roll=st.sampled_from(["following", "preceding", "none"]),
)
def test_numbers_are_those_of_counting_on_a_printed_calendar(
    start: datetime, count: int, roll: Any
) -> None:
    began = start.replace(tzinfo=OFFICE.tz)
    after = [start.date() + DAY * number for number in range(1, count + 1)]
    trace = OFFICE.explain(began, CalendarDays(count, roll=roll))
    numbered = {step.date: step.number for step in trace.steps if step.number}
    assert numbered == {day: number for number, day in enumerate(after, 1)}
    due = next(step.date for step in trace.steps if step.part == "due")
    if roll == "none" or after[-1] not in DAYS_OFF_OF_MAY:
        assert due == after[-1]
    else:
        assert due not in DAYS_OFF_OF_MAY
        assert [step.date for step in trace.steps if step.part == "end"] == [after[-1]]
    working = [
        day
        for number in range(1, 32)
        if (day := start.date() + DAY * number) not in DAYS_OFF_OF_MAY
    ][:count]
    trace = OFFICE.explain(began, WorkingDays(count))
    assert [step.date for step in trace.steps if step.number] == working


BUDGETS = st.one_of(
    st.builds(WorkingDays, st.integers(1, 30), st.sampled_from(["next_day", "same_day"])),
    st.builds(
        CalendarDays,
        st.integers(1, 40),
        st.sampled_from(["following", "preceding", "none"]),
        st.sampled_from(["next_day", "same_day"]),
    ),
    st.builds(Months, st.integers(1, 3), st.sampled_from(["following", "preceding", "none"])),
    st.builds(ClockTime, st.timedeltas(timedelta(0), timedelta(days=9))),
)


@given(
    due=st.datetimes(datetime(2024, 10, 1), datetime(2027, 9, 1)),
    budget=BUDGETS,
    hours=st.sampled_from([HOURS, "Mo-Fr 22:00-06:00", "Mo,We 10:00-24:00"]),
)
def test_the_latest_start_is_due_in_time_and_the_next_one_is_not(
    due: datetime, budget: Any, hours: str
) -> None:
    schedule = Schedule("RU-VGG", hours)
    wanted = due.replace(tzinfo=UTC)
    latest = schedule.latest_start(wanted, budget)
    assert latest.tzinfo is UTC
    assert schedule.deadline(latest, budget) <= wanted
    assert schedule.deadline(latest + TICK, budget) > wanted


def test_the_latest_start_near_the_end_of_the_known_dates() -> None:
    due = at(2027, 12, 31, 23, 59)
    for budget in (WorkingDays(7), CalendarDays(30, roll="following"), Months(1, roll="none")):
        assert OFFICE.deadline(OFFICE.latest_start(due, budget), budget) <= due
    with pytest.raises(CalendarCoverageError) as error:
        OFFICE.latest_start(due, CalendarDays(30, roll="preceding"))
    assert error.value.earliest is None  # the bounds of a due time are not those of a start
    rolls = CalendarDays(30, roll="preceding")
    with pytest.warns(match="provisional"):
        assert OFFICE.latest_start(due, rolls, provisional=True) == at(2027, 12, 11) - TICK


def test_wrong_arguments_of_the_latest_start() -> None:
    both = OFFICE & Schedule(Calendar.get("RU-TA"), HOURS, tz="Europe/Moscow")
    with pytest.raises(NaiveDatetimeError):
        OFFICE.latest_start(datetime(2026, 5, 4), WorkingDays(1))
    with pytest.raises(TypeError):
        OFFICE.latest_start(at(2026, 5, 4), 4)  # type: ignore[arg-type]
    with pytest.raises(BudgetError, match="counts working time only"):
        both.latest_start(at(2026, 5, 29, 18), WorkingDays(2))


@pytest.mark.parametrize(
    "budget",
    [
        WorkingDays(7),
        CalendarDays(30, roll="preceding"),
        Months(2, roll="none"),
        ClockTime(timedelta(hours=9)),
        WorkingDaysInHours(2),
        timedelta(hours=4),
    ],
)
def test_an_explanation_reads_back_equal(budget: Any) -> None:
    trace = OFFICE.explain(at(2026, 4, 2, 10), budget)
    assert from_json(to_json(trace), Trace) == trace


def test_dates_have_their_roles_beside_an_undecided_date_that_is_paused() -> None:
    # no act says which date Tatarstan had off for 4 November 2017, a holiday on a Saturday
    office = Schedule(Calendar.get("RU-TA").with_week(6), "Mo-Fr 09:00-18:00")
    start = datetime(2017, 11, 4, 12, 30, tzinfo=office.tz)
    pauses = [(start + timedelta(days=1), start + timedelta(days=7))]
    trace = office.explain(start, WorkingDays(2), pauses=pauses)
    assert [(step.date.day, step.part, step.number) for step in trace.steps] == [
        (4, "start", None),
        *((day, "paused", None) for day in range(5, 11)),
        *((day, "off", None) for day in (11, 12)),
        (13, "counted", 1),
        (14, "due", 2),
    ]
