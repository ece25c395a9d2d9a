"""Budgets of other systems: days to the same time of day, and working days counted in hours.

The oracle is ``promise_oracle``, which adds up stretches of working time and walks over dates.
``WORKHOURS_EXAMPLES`` sets the number of examples per property.
"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import promise_oracle as oracle
from test_properties import EXAMPLES, PROPERTY
from workhours_sla import (
    Calendar,
    CalendarDaysSameTime,
    Event,
    EventType,
    Policy,
    Schedule,
    Target,
    WorkingDaysInHours,
    WorkingDaysSameTime,
    evaluate,
    parse_budget,
    working_hours,
)
from workhours_sla.config import parse
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    ConfigError,
    NaiveDatetimeError,
)
from workhours_sla.json import from_json, to_json
from workhours_sla.report import cases_of_outcomes, report
from workhours_sla.text.catalog import language
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.budget_kinds import DayBudget, StartBudget
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.working_time import WorkingTime

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
SHORT_FRIDAY = Schedule("RU-VGG", "Mo-Th 09:00-18:00; Fr 09:00-16:45")
NIGHTS = Schedule("RU-VGG", "Mo-Fr 22:00-06:00")


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=OFFICE.tz)


def answers(schedule: Schedule, start: datetime, budget: object) -> tuple[str, str]:
    """Return the due time and the limit of a budget as text, without the offset."""
    due, limit = schedule.due_and_limit(start, budget)
    return f"{due:%d.%m %H:%M}", f"{limit:%d.%m %H:%M}"


# -- worked out by hand ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "count", "due", "limit"),
    [
        (at(2025, 3, 11, 10, 15), 2, "13.03 10:15", "13.03 10:15"),
        (at(2025, 3, 13, 10, 15), 2, "17.03 10:15", "17.03 10:15"),  # over a weekend
        (at(2025, 12, 30, 10, 15), 1, "12.01 10:15", "12.01 10:15"),  # over the New Year
        # before the opening, after the closing and on a day off the budget starts at the opening
        (at(2025, 3, 11, 6, 0), 1, "11.03 18:00", "12.03 09:00"),
        (at(2025, 3, 11, 9, 0), 1, "11.03 18:00", "12.03 09:00"),
        (at(2025, 3, 11, 20, 0), 1, "12.03 18:00", "13.03 09:00"),
        (at(2025, 3, 15, 12, 0), 1, "17.03 18:00", "18.03 09:00"),
        # in the break, and at its edges
        (at(2025, 3, 11, 13, 30), 1, "12.03 13:00", "12.03 14:00"),
        (at(2025, 3, 11, 12, 59), 1, "12.03 12:59", "12.03 12:59"),
    ],
)
def test_working_days_end_at_the_same_time_of_day(
    posted: datetime, count: int, due: str, limit: str
) -> None:
    assert answers(OFFICE, posted, WorkingDaysSameTime(count)) == (due, limit)


def test_a_time_of_day_after_the_closing_is_due_at_the_closing() -> None:
    thursday = at(2025, 3, 13, 17, 30)
    assert answers(SHORT_FRIDAY, thursday, WorkingDaysSameTime(1)) == ("14.03 16:45", "17.03 09:00")
    # a short Saturday that is worked: 31.10 17:30 -> 01.11, which closes at 17:00
    friday = at(2025, 10, 31, 17, 30)
    assert answers(OFFICE, friday, WorkingDaysSameTime(1)) == ("01.11 17:00", "05.11 09:00")


def test_a_time_of_day_before_the_opening_is_due_at_the_closing_before() -> None:
    early = Schedule("RU-VGG", "Mo 08:00-17:00; Tu-Fr 10:00-19:00")
    monday = at(2025, 3, 10, 8, 30)
    assert answers(early, monday, WorkingDaysSameTime(1)) == ("10.03 17:00", "11.03 10:00")


def test_a_night_shift_belongs_to_the_date_on_which_it_starts() -> None:
    budget = WorkingDaysSameTime(1)
    assert answers(NIGHTS, at(2025, 3, 11, 2, 0), budget) == ("12.03 02:00", "12.03 02:00")
    # Saturday 02:00 is the night shift of Friday; the next is that of Monday
    assert answers(NIGHTS, at(2025, 3, 15, 2, 0), budget) == ("18.03 02:00", "18.03 02:00")
    # the shifts of two dates meet: an end is never after the opening of the next date
    around = Schedule(None, "Mo-Fr 00:00-06:00,22:00-30:00", tz="Europe/Moscow")
    saturday = datetime(2025, 3, 15, 2, tzinfo=around.tz)
    assert answers(around, saturday, budget) == ("18.03 00:00", "18.03 00:00")


def test_working_days_in_hours_have_the_length_of_the_usual_day() -> None:
    # 4 x 9:00 and 7:45 are 43:45 in a week, 8:45 in a day
    tuesday = at(2025, 3, 11, 10, 15)
    assert WorkingDaysInHours(1).amount(SHORT_FRIDAY, tuesday) == timedelta(hours=8, minutes=45)
    assert SHORT_FRIDAY.deadline(tuesday, WorkingDaysInHours(2)) == SHORT_FRIDAY.deadline(
        tuesday, working_hours(17, minutes=30)
    )
    # a short day does not change the length: 31.10 17:00 and 8 h end on 05.11
    assert answers(OFFICE, at(2025, 10, 31, 17, 0), WorkingDaysInHours(1)) == (
        "01.11 17:00",
        "05.11 09:00",
    )
    # 3 hours in a week of 7 days: 1542857142.86 microseconds, rounded up
    odd = Schedule(None, "Mo 09:00-10:00; Tu-Su 09:00-09:20", tz="UTC")
    assert WorkingDaysInHours(1).amount(odd, tuesday) == timedelta(microseconds=1_542_857_143)


def test_the_length_of_the_day_is_that_of_the_hours_in_force() -> None:
    summer = {
        date(2026, 6, 1): "Mo-Fr 08:00-15:00",
        date(2026, 7, 1): "Mo-Fr off",
        date(2026, 8, 1): "Mo-Fr 09:00-18:00",
    }
    office = Schedule(None, "Mo-Fr 09:00-17:00", tz="Europe/Moscow", changes=summer)
    lengths = [
        WorkingDaysInHours(1).amount(office, datetime(2026, month, 15, 12, tzinfo=office.tz))
        for month in (5, 6, 7, 8)
    ]
    assert lengths == [8 * HOUR, 7 * HOUR, 7 * HOUR, 9 * HOUR]
    later = Schedule(
        None, "Mo-Fr off", tz="Europe/Moscow", changes={date(2026, 8, 1): "Mo-Fr 09:00-18:00"}
    )
    assert WorkingDaysInHours(1).amount(later, at(2026, 3, 12)) == 9 * HOUR


@pytest.mark.parametrize(
    ("roll", "due"),
    [("none", "02.01 10:15"), ("following", "12.01 10:15"), ("preceding", "30.12 10:15")],
)
def test_calendar_days_end_at_the_same_local_time(roll: str, due: str) -> None:
    registered = at(2025, 12, 3, 10, 15)
    assert answers(OFFICE, registered, CalendarDaysSameTime(30, roll=roll)) == (due, due)
    night = at(2025, 12, 3, 23, 40)  # hours do not matter
    assert answers(OFFICE, night, CalendarDaysSameTime(5, roll=roll))[0] == "08.12 23:40"


def test_calendar_days_keep_the_local_time_when_clocks_change() -> None:
    berlin = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Berlin")

    def due(start: datetime) -> str:
        return str(berlin.deadline(start, CalendarDaysSameTime(1, roll="none")))

    def local(*fields: int, fold: int = 0) -> datetime:
        return datetime(*fields, tzinfo=berlin.tz, fold=fold)

    assert due(local(2025, 3, 29, 10, 15)) == "2025-03-30 10:15:00+02:00"  # 23 hours
    assert due(local(2025, 3, 29, 2, 30)) == "2025-03-30 03:00:00+02:00"  # 02:30 is skipped
    assert due(local(2025, 10, 25, 2, 30)) == "2025-10-26 02:30:00+01:00"  # the second 02:30
    for fold in (0, 1):
        assert due(local(2025, 10, 26, 2, 30, fold=fold)) == "2025-10-27 02:30:00+01:00"


def test_the_clocks_may_show_the_edge_of_a_repeated_hour_twice() -> None:
    berlin = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Berlin")
    two = datetime(2025, 10, 25, 2, tzinfo=berlin.tz)
    due = berlin.deadline(two, CalendarDaysSameTime(1, roll="none"))
    assert str(due) == "2025-10-26 02:00:00+01:00"


def test_explanations_number_the_days_and_show_the_roll() -> None:
    registered = at(2025, 12, 3, 10, 15)
    paused = [(at(2025, 12, 5, 9), at(2025, 12, 5, 12))]
    trace = OFFICE.explain(registered, CalendarDaysSameTime(3, roll="following"), pauses=paused)
    assert [(step.date.day, step.part, step.number) for step in trace.steps] == [
        (3, "start", None),
        (4, "counted", 1),
        (5, "paused", None),
        (6, "counted", 2),
        (7, "end", 3),
        (8, "due", None),
    ]
    assert trace.due_at == at(2025, 12, 8, 10, 15)
    back = OFFICE.explain(registered, CalendarDaysSameTime(4, roll="preceding"))
    assert [step.part for step in back.steps] == ["start", "counted", "due", "counted", "end"]
    assert trace.steps[-1].intervals[-1][1] == trace.due_at
    for budget in (WorkingDaysSameTime(2), WorkingDaysInHours(2)):
        trace = OFFICE.explain(registered, budget)
        assert (trace.budget, trace.due_at) == (budget, at(2025, 12, 5, 10, 15))
        assert sum((step.used for step in trace.steps), timedelta(0)) == trace.used == 16 * HOUR


def test_a_due_date_that_would_not_be_after_the_start_moves_forward() -> None:
    budget = CalendarDaysSameTime(2, roll="preceding")
    assert answers(OFFICE, at(2026, 3, 13, 10, 15), budget)[0] == "16.03 10:15"  # Friday
    assert answers(OFFICE, at(2026, 3, 12, 10, 15), budget)[0] == "13.03 10:15"  # Thursday


def test_pauses_delay_the_end() -> None:
    posted = at(2025, 3, 11, 10, 15)
    paused = [(at(2025, 3, 11, 12), at(2025, 3, 12, 11))]  # 1 h, 4 h and 2 h of working time
    budget = WorkingDaysSameTime(1)
    assert OFFICE.deadline(posted, budget, pauses=paused) == at(2025, 3, 13, 9, 15)
    assert OFFICE.deadline(posted, WorkingDaysInHours(1), pauses=paused) == at(2025, 3, 13, 9, 15)
    days = CalendarDaysSameTime(1, roll="none")
    assert OFFICE.deadline(posted, days, pauses=paused) == at(2025, 3, 13, 10, 15)
    later = [(at(2025, 3, 11, 12), at(2025, 3, 12, 10, 15))]  # over at 10:15, so the 12th counts
    assert OFFICE.deadline(posted, days, pauses=later) == at(2025, 3, 12, 10, 15)


def test_bounds_over_uncertain_dates() -> None:
    office = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # Mon 20 and Tue 21 April 2026 are uncertain

    def on(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 4, day, hour, minute, tzinfo=office.tz)

    def bounds(budget: Any, **options: Any) -> tuple[object, object]:
        with pytest.raises(CalendarCoverageError) as caught:
            office.deadline(on(17, 10, 15), budget, **options)
        return caught.value.earliest, caught.value.latest

    same_time = WorkingDaysSameTime(1)
    # that the hours of Monday may begin after 10:15 is not excluded, so Friday 18:00 is possible
    assert bounds(same_time) == (on(17, 18), on(22, 10, 15))
    # an hour on Friday is paused, and the hour that makes up for it is on the last day
    paused = [(on(17, 11), on(17, 12))]
    assert bounds(same_time, pauses=paused) == (on(20, 11, 15), on(22, 11, 15))
    assert bounds(CalendarDaysSameTime(3, roll="following")) == (on(20, 10, 15), on(22, 10, 15))
    assert bounds(CalendarDaysSameTime(4, roll="preceding")) == (on(18, 10, 15), on(22, 10, 15))
    assert bounds(WorkingDaysInHours(1)) == (on(20, 10, 15), on(22, 10, 15))
    with pytest.raises(CalendarCoverageError) as caught:
        office.breaches_after(on(17, 10, 15), same_time)
    assert (caught.value.earliest, caught.value.latest) == (on(20, 10, 15), on(22, 10, 15))
    assert office.deadline(on(16, 10, 15), same_time) == on(17, 10, 15)
    calendar_days = CalendarDaysSameTime(3, roll="none")  # no calendar is needed
    assert office.deadline(on(17, 10, 15), calendar_days) == on(20, 10, 15)


def test_what_cannot_be_a_budget_is_refused() -> None:
    for kind in (WorkingDaysSameTime, WorkingDaysInHours):
        with pytest.raises(BudgetError, match="at least 1"):
            kind(0)
    with pytest.raises(BudgetError, match="whole number"):
        CalendarDaysSameTime(1.5, roll="none")
    with pytest.raises(BudgetError, match="'next' is not one of following"):
        CalendarDaysSameTime(1, roll="next")
    only_once = Schedule(
        None, "Mo-Fr off", tz="Europe/Moscow", overrides={date(2026, 3, 12): "09:00-18:00"}
    )
    with pytest.raises(BudgetError, match="no weekly hours"):
        only_once.deadline(at(2026, 3, 12, 9), WorkingDaysInHours(1))
    for option in ({"budget": WorkingDaysInHours(1)}, {"pause_cap": WorkingDaysInHours(1)}):
        with pytest.raises(BudgetError, match="no weekly hours"):
            Target("t", **{"budget": HOUR, "schedule": only_once, "pauses": True, **option})
    for budget in (
        WorkingDaysSameTime(1),
        WorkingDaysInHours(1),
        CalendarDaysSameTime(1, roll="none"),
    ):
        with pytest.raises(NaiveDatetimeError):
            OFFICE.deadline(datetime(2025, 3, 12, 10), budget)
        with pytest.raises(BudgetError, match="combined schedule"):
            (OFFICE | NIGHTS).deadline(at(2025, 3, 12, 10), budget)
        for year in (1, 9999):
            with pytest.raises(CalendarCoverageError):
                OFFICE.deadline(datetime(year, 6, 1, tzinfo=UTC), budget)
    with pytest.raises(CalendarCoverageError):
        OFFICE.deadline(at(2027, 12, 30, 10), WorkingDaysSameTime(3))
    with pytest.raises(CalendarCoverageError):
        OFFICE.deadline(at(9998, 6, 1), CalendarDaysSameTime(9999, roll="none"))


def test_texts_and_values() -> None:
    for text, budget in (
        ("2 working days same time", WorkingDaysSameTime(2)),
        ("1 working day  same time", WorkingDaysSameTime(1)),
        ("30 days same time", CalendarDaysSameTime(30, roll="following")),
        ("2 Working Days in hours", WorkingDaysInHours(2)),
    ):
        assert parse_budget(text, roll="following") == budget
        assert pickle.loads(pickle.dumps(budget)) == budget  # noqa: S301
    for text in ("2 days in hours", "1 month same time", "2 working days same", "days same time"):
        with pytest.raises(BudgetError, match="is not a budget"):
            parse_budget(text, roll="none")
    with pytest.raises(BudgetError, match="give roll"):
        parse_budget("30 days same time")
    with language("ru"):
        shown = budget_words("working_days_in_hours", 3)
    assert shown == "3 рабочих дня в пересчёте на часы"


def test_a_verdict_by_the_same_time_of_day() -> None:
    posted = at(2025, 3, 13, 17, 30)
    target = Target("reply", WorkingDaysSameTime(1), SHORT_FRIDAY)
    strict = Target("strict", WorkingDaysSameTime(1), SHORT_FRIDAY, closing="strict")
    for answered, verdicts in (
        (at(2025, 3, 14, 16, 45), ["met", "met"]),
        (at(2025, 3, 17, 9, 0), ["met", "breached"]),
        (at(2025, 3, 17, 9, 1), ["breached", "breached"]),
    ):
        events = [
            Event("1", "A-1", EventType.CREATED, posted, posted),
            Event("2", "A-1", EventType.REPLIED, answered, answered),
        ]
        found = evaluate(events, Policy([target, strict]), as_of=at(2025, 3, 20)).outcomes
        assert [outcome.verdict for outcome in found] == verdicts


# -- against the oracle ----------------------------------------------------------------------------

HOURS = (
    "Mo-Fr 09:00-13:00,14:00-18:00",
    "Mo-Th 08:30-17:45; Fr 08:30-16:30",
    "Mo-Fr 22:00-06:00",
    "Mo-Fr 00:00-06:00,22:00-30:00",
    "Mo,We 10:00-19:00; Th 00:00-24:00; Fr 12:00-28:00",
    "Mo-Su 01:30-02:30,20:00-26:30",
)
ZONES = ("Europe/Moscow", "Europe/Berlin", "America/Santiago")
DAYS_OFF = [date(2025, 3, 27), date(2025, 4, 1), date(2025, 9, 8), date(2025, 10, 27)]
SCHEDULES = tuple(
    Schedule(Calendar.plain(DAYS_OFF), hours, tz=tz) for hours in HOURS for tz in ZONES
)
ANCHORS = (date(2025, 3, 10), date(2025, 3, 28), date(2025, 9, 4), date(2025, 10, 24))
ALL_BUDGETS = (
    *(WorkingDaysSameTime(count) for count in (1, 2, 5)),
    *(WorkingDaysInHours(count) for count in (1, 3)),
    *(
        CalendarDaysSameTime(count, roll=roll)
        for count in (1, 3, 30)
        for roll in ("none", "following", "preceding")
    ),
)


@st.composite
def moments(draw: st.DrawFn, anchor: date) -> datetime:
    minute = draw(st.one_of(st.integers(0, 10 * 1440), st.sampled_from(range(0, 14400, 30))))
    midnight = datetime.combine(anchor, datetime.min.time(), UTC)
    return midnight + minute * MINUTE + draw(st.sampled_from([0, 0, 1, -1])) * timedelta.resolution


@st.composite
def questions(draw: st.DrawFn) -> tuple[Schedule, datetime, list[tuple[datetime, datetime]]]:
    schedule, anchor = draw(st.sampled_from(SCHEDULES)), draw(st.sampled_from(ANCHORS))
    start, *edges = draw(st.lists(moments(anchor), min_size=5, max_size=5))
    edges = sorted(edges)[: draw(st.sampled_from([0, 2, 4]))]
    return schedule, start, list(zip(edges[::2], edges[1::2], strict=True))


@settings(PROPERTY, max_examples=EXAMPLES * 5)
@given(questions(), st.sampled_from(ALL_BUDGETS))
def test_due_times_and_limits_are_those_of_the_oracle(
    asked: tuple[Schedule, datetime, list[tuple[datetime, datetime]]], budget: object
) -> None:
    schedule, start, pauses = asked
    due, limit = oracle.term(schedule, start, budget, pauses)
    assert schedule.due_and_limit(start, budget, pauses=pauses) == (due, limit)


ALIKE = tuple(
    Schedule(Calendar.plain(DAYS_OFF), hours, tz="Europe/Moscow")
    for hours in ("Mo-Fr 09:00-13:00,14:00-18:00", "Mo-Fr 22:00-06:00", "Mo-Su 00:00-24:00")
)


@settings(PROPERTY, max_examples=EXAMPLES * 2)
@given(questions(), st.sampled_from(ALIKE), st.integers(1, 8))
def test_on_equal_days_the_same_time_of_day_is_the_length_of_the_days(
    asked: tuple[Schedule, datetime, list[tuple[datetime, datetime]]], alike: Schedule, count: int
) -> None:
    _, start, pauses = asked
    assert alike.due_and_limit(
        start, WorkingDaysSameTime(count), pauses=pauses
    ) == alike.due_and_limit(start, WorkingDaysInHours(count), pauses=pauses)


@settings(PROPERTY, max_examples=EXAMPLES * 2)
@given(
    questions(),
    # the time of day on a date to which another moves may be earlier
    st.sampled_from([one for one in ALL_BUDGETS if getattr(one, "roll", "none") == "none"]),
    st.integers(0, 3000),
)
def test_a_later_start_is_never_due_earlier(
    asked: tuple[Schedule, datetime, object], budget: object, minutes: int
) -> None:
    schedule, start, _ = asked
    moscow = Schedule(schedule.calendar, schedule.hours, tz="Europe/Moscow")  # no repeated hours
    later = start + minutes * MINUTE
    for verb in (moscow.deadline, moscow.breaches_after):
        assert verb(start, budget) <= verb(later, budget)


@settings(PROPERTY, max_examples=max(10, EXAMPLES // 5))
@given(questions(), st.sampled_from(ALL_BUDGETS))
def test_the_latest_start_is_the_last_that_is_due_in_time(
    asked: tuple[Schedule, datetime, object], budget: Any
) -> None:
    schedule, due, _ = asked
    latest = schedule.latest_start(due, budget)
    assert schedule.deadline(latest, budget) <= due
    steps = [timedelta.resolution, *(minutes * MINUTE for minutes in range(7, 14 * 1440, 47))]
    for later in (latest + step for step in steps):
        assert later > due or schedule.deadline(later, budget) > due


def test_the_latest_start_is_in_the_second_of_two_equal_hours() -> None:
    berlin = Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Berlin")
    due = datetime(2025, 10, 27, 2, 30, tzinfo=berlin.tz)
    for budget in (WorkingDaysSameTime(1), CalendarDaysSameTime(1, roll="none")):
        assert str(berlin.latest_start(due, budget)) == "2025-10-26 02:30:00+01:00"
    # Saturday and Sunday both move to Monday: 02:30 on Sunday is the latest
    monday = Schedule(None, "Mo-Fr 00:00-24:00", tz="Europe/Moscow")
    due = datetime(2025, 3, 17, 2, 30, tzinfo=monday.tz)
    latest = monday.latest_start(due, CalendarDaysSameTime(1, roll="following"))
    assert str(latest) == "2025-03-16 02:30:00+03:00"


# -- in a configuration and a report ---------------------------------------------------------------

REGION = """
[schedule]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-18:00"
[[targets]]
name = "to the same time"
budget = "2 working days same time"
pauses = true
pause_cap = "1 working day in hours"
[[targets]]
name = "in calendar days"
budget = "30 days same time"
roll = "following"
"""


def test_a_configuration_has_the_budgets() -> None:
    first, second = parse(REGION).policy.targets
    assert (first.budget, first.pause_cap) == (WorkingDaysSameTime(2), WorkingDaysInHours(1))
    assert second.budget == CalendarDaysSameTime(30, roll="following")
    with pytest.raises(ConfigError, match=r"targets\[1\].budget: '30 days same time' may end on"):
        parse(REGION.replace('roll = "following"', ""))
    with pytest.raises(ConfigError, match=r"targets\[0\].roll: there are no days for it to count"):
        parse(REGION.replace("pauses = true", 'pauses = true\nroll = "none"'))
    with pytest.raises(ConfigError, match=r"targets\[1\].count_from: there are no days"):
        parse(REGION + 'count_from = "same_day"\n')
    versions = {parse(REGION.replace("2 working", f"{n} working")).policy.version for n in (2, 3)}
    assert len(versions) == 2


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (WorkingDaysSameTime(1), "1 working day to the same time of day"),
        (CalendarDaysSameTime(2, roll="none"), "2 calendar days to the same time of day"),
        (WorkingDaysInHours(3), "3 working days counted in hours"),
    ],
)
def test_a_report_names_the_budget(budget: Any, words: str) -> None:
    posted = at(2025, 3, 11, 10, 15)
    target = Target("reply", budget, OFFICE)
    events = [Event("1", "A-1", EventType.CREATED, posted, posted)]
    now = at(2025, 3, 20)
    outcomes = evaluate(events, Policy([target]), as_of=now).outcomes
    made = report(cases_of_outcomes(outcomes, target, as_of=now))
    assert words in made.text(lang="en")
    with language("ru"):
        russian = budget_words(made.promise.budget_kind, budget.count)
    assert russian in made.text(lang="ru")
    assert from_json(to_json(outcomes[0])) == outcomes[0]


def test_overdue_is_the_working_time_after_the_due_time() -> None:
    posted = at(2025, 3, 11, 10, 15)
    events = [Event("1", "A-1", EventType.CREATED, posted, posted)]
    for budget in (WorkingDaysSameTime(1), WorkingDaysInHours(1)):
        policy = Policy([Target("reply", budget, OFFICE)])
        (outcome,) = evaluate(events, policy, as_of=at(2025, 3, 13, 10)).outcomes
        assert (outcome.due_at, outcome.overdue) == (at(2025, 3, 12, 10, 15), 7.75 * HOUR)


@pytest.mark.parametrize("base", [DayBudget, StartBudget, WorkingTime, DatedShifts])
def test_a_base_class_is_no_value(base: Any) -> None:
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_a_budget_that_lacks_its_arithmetic_is_refused_at_once() -> None:
    class Unfinished(DayBudget):
        pass

    with pytest.raises(TypeError, match="due_on"):
        Unfinished()  # type: ignore[abstract]
