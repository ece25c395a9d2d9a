"""Working days counted in hours, as other systems count them.

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

from kit import promise_oracle as oracle
from kit.properties import EXAMPLES, PROPERTY
from kit.values import HOUR, MINUTE, OFFICE, at
from workhours_sla import (
    Calendar,
    Event,
    EventType,
    Policy,
    Schedule,
    Target,
    WorkingDaysInHours,
    evaluate,
    parse_budget,
    working_hours,
)
from workhours_sla.config import parse
from workhours_sla.errors import BudgetError, CalendarCoverageError, ConfigError, NaiveDatetimeError
from workhours_sla.json import from_json, to_json
from workhours_sla.report import cases_of_outcomes, report
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import language

SHORT_FRIDAY = Schedule("RU-VGG", "Mo-Th 09:00-18:00; Fr 09:00-16:45")
NIGHTS = Schedule("RU-VGG", "Mo-Fr 22:00-06:00")


def test_working_days_in_hours_have_the_length_of_the_usual_day() -> None:
    # 4 x 9:00 and 7:45 are 43:45 in a week, 8:45 in a day
    tuesday = at(2025, 3, 11, 10, 15)
    assert WorkingDaysInHours(1).amount(SHORT_FRIDAY, tuesday) == timedelta(hours=8, minutes=45)
    assert SHORT_FRIDAY.deadline(tuesday, WorkingDaysInHours(2)) == SHORT_FRIDAY.deadline(
        tuesday, working_hours(17, minutes=30)
    )
    # a short day does not change the length: 31.10 17:00 and 8 h end on 05.11
    found = OFFICE.due_and_limit(at(2025, 10, 31, 17, 0), WorkingDaysInHours(1))
    assert found == (at(2025, 11, 1, 17), at(2025, 11, 5, 9))
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


def test_bounds_over_uncertain_dates() -> None:
    office = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # Mon 20 and Tue 21 April 2026 are uncertain
    start = datetime(2026, 4, 17, 10, 15, tzinfo=office.tz)
    for verb in (office.deadline, office.breaches_after):
        with pytest.raises(CalendarCoverageError) as caught:
            verb(start, WorkingDaysInHours(1))
        found = caught.value.earliest, caught.value.latest
        assert found == (start.replace(day=20), start.replace(day=22))
    assert office.deadline(start.replace(day=16), WorkingDaysInHours(1)) == start


def test_a_report_names_the_budget_and_overdue_is_working_time() -> None:
    posted = at(2025, 3, 11, 10, 15)
    events = [Event("1", "A-1", EventType.CREATED, posted, posted)]
    target, now = Target("reply", WorkingDaysInHours(1), OFFICE), at(2025, 3, 13, 10)
    (outcome,) = evaluate(events, Policy([target]), as_of=now).outcomes
    assert (outcome.due_at, outcome.overdue) == (at(2025, 3, 12, 10, 15), 7.75 * HOUR)
    assert from_json(to_json(outcome)) == outcome
    made = report(cases_of_outcomes([outcome], target, as_of=now))
    assert "1 working day counted in hours" in made.text(lang="en")
    assert "1 рабочий день в пересчёте на часы" in made.text(lang="ru")


def test_what_cannot_be_a_budget_is_refused() -> None:
    with pytest.raises(BudgetError, match="at least 1"):
        WorkingDaysInHours(0)
    only_once = Schedule(
        None, "Mo-Fr off", tz="Europe/Moscow", overrides={date(2026, 3, 12): "09:00-18:00"}
    )
    budget = WorkingDaysInHours(1)
    with pytest.raises(BudgetError, match="no weekly hours"):
        only_once.deadline(at(2026, 3, 12, 9), budget)
    for option in ({"budget": budget}, {"pause_cap": budget}):
        with pytest.raises(BudgetError, match="no weekly hours"):
            Target("t", **{"budget": HOUR, "schedule": only_once, "pauses": True, **option})
    with pytest.raises(NaiveDatetimeError):
        OFFICE.deadline(datetime(2025, 3, 12, 10), budget)
    with pytest.raises(BudgetError, match="combined schedule"):
        (OFFICE | NIGHTS).deadline(at(2025, 3, 12, 10), budget)
    for year in (1, 9999):
        with pytest.raises(CalendarCoverageError):
            OFFICE.deadline(datetime(year, 6, 1, tzinfo=UTC), budget)


def test_texts_and_values() -> None:
    budget = parse_budget("2 Working Days in hours")
    assert budget == WorkingDaysInHours(2)
    assert pickle.loads(pickle.dumps(budget)) == budget  # noqa: S301
    for text in ("2 days in hours", "30 days same time", "2 working days same time"):
        with pytest.raises(BudgetError, match="is not a budget"):
            parse_budget(text, roll="none")
    with language("ru"):
        assert budget_words("working_days_in_hours", 3) == "3 рабочих дня в пересчёте на часы"


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
BUDGETS = (WorkingDaysInHours(1), WorkingDaysInHours(3))


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
@given(questions(), st.sampled_from(BUDGETS))
def test_due_times_and_limits_are_those_of_the_oracle(
    asked: tuple[Schedule, datetime, list[tuple[datetime, datetime]]], budget: object
) -> None:
    schedule, start, pauses = asked
    due, limit = oracle.term(schedule, start, budget, pauses)
    assert schedule.due_and_limit(start, budget, pauses=pauses) == (due, limit)


@settings(PROPERTY, max_examples=max(10, EXAMPLES // 5))
@given(questions(), st.sampled_from(BUDGETS))
def test_the_latest_start_is_the_last_that_is_due_in_time(
    asked: tuple[Schedule, datetime, object], budget: Any
) -> None:
    schedule, due, _ = asked
    latest = schedule.latest_start(due, budget)
    assert schedule.deadline(latest, budget) <= due
    steps = [timedelta.resolution, *(minutes * MINUTE for minutes in range(7, 14 * 1440, 47))]
    for later in (latest + step for step in steps):
        assert later > due or schedule.deadline(later, budget) > due


REGION = """
[schedule]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-18:00"
[target]
budget = "2 working days in hours"
pauses = true
pause_cap = "1 working day in hours"
"""


def test_a_configuration_has_the_budget() -> None:
    (target,) = parse(REGION).policy.targets
    assert (target.budget, target.pause_cap) == (WorkingDaysInHours(2), WorkingDaysInHours(1))
    for line in ('roll = "none"', 'count_from = "same_day"'):
        with pytest.raises(ConfigError, match="there are no days for it to count"):
            parse(REGION + line)
    versions = {parse(REGION.replace('"2', f'"{n}')).policy.version for n in (2, 3)}
    assert len(versions) == 2
