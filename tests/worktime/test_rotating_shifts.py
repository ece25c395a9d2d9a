"""Shifts in rotation, compared with every minute of two years, and explained per day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from workhours_sla import Calendar, Schedule, WeeklyHours, columns, sql, working_hours
from workhours_sla.errors import HoursSyntaxError

ROTATION = "2/2 from 2026-01-05 08:00-20:00"
AT_NIGHT = "1/3 from 2026-01-06 20:00-08:00"
COUNT = int(os.environ.get("WORKHOURS_INSTANTS", "3000"))
FIRST, DAYS, DAY = date(2025, 1, 1), 730, 1440
CASES = [
    # (days on, days off, a first day on, start and end in minutes): the hours as text
    ((2, 2, date(2026, 1, 5), 480, 1200), ROTATION),
    ((1, 3, date(2025, 6, 30), 480, 1920), "1/3 08:00-08:00 from 30.06.2025"),
    ((3, 2, date(2027, 2, 1), 1320, 1800), "3/2 с 2027-02-01 22:00-06:00"),
]
ZONES = ["Europe/Volgograd", "America/New_York", "Australia/Lord_Howe"]
MINUTE = timedelta(minutes=1)


@cache
def wall_minutes(zone: str) -> np.ndarray:
    """Return the wall clock of each minute in UTC; these zones change at whole quarters."""
    quarters = (at.astimezone(ZoneInfo(zone)) for at in map(quarter, range(DAYS * 96)))
    read = [wall.toordinal() * DAY + wall.hour * 60 + wall.minute for wall in quarters]
    return (np.array(read)[:, None] + np.arange(15)).ravel()


def quarter(number: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + 15 * number * MINUTE


def worked_minutes(zone: str, case: tuple[int, int, date, int, int]) -> np.ndarray:
    """Return, for each minute in UTC, whether it is working time, by its definition."""
    on, off, first, start, end = case
    wall = wall_minutes(zone)
    works = np.zeros(len(wall), bool)
    for earlier in (0, 1):
        day, minute = wall // DAY - earlier, wall % DAY + earlier * DAY
        is_on = (day - first.toordinal()) % (on + off) < on
        works |= is_on & (start <= minute) & (minute < end)
    return works


@pytest.mark.parametrize(("case", "text"), CASES, ids=[text for _, text in CASES])
@pytest.mark.parametrize("zone", ZONES)
def test_answers_are_those_of_every_minute(
    zone: str, case: tuple[int, int, date, int, int], text: str
) -> None:
    schedule = Schedule(None, text, tz=zone)
    works = worked_minutes(zone, case)
    until = np.concatenate([[0], np.cumsum(works)])
    chance = np.random.default_rng(7)
    start = chance.integers(0, len(works) - 60 * DAY, COUNT)
    end = chance.integers(0, len(works), COUNT)
    budget = chance.integers(1, 100 * 60, COUNT)
    elapsed = until[end] - until[start]
    due = np.searchsorted(until, until[start] + budget)
    limit = np.searchsorted(until, until[start] + budget, side="right") - 1

    epoch = np.datetime64(FIRST, "us")
    starts, ends = (epoch + 60_000_000 * one.astype("m8[us]") for one in (start, end))
    budgets = budget.astype("m8[m]")
    minutes = columns.elapsed(schedule, starts, ends, tz="UTC") // np.timedelta64(1, "m")
    assert np.array_equal(minutes, elapsed)
    dues = columns.deadline(schedule, starts, budgets, tz="UTC")
    assert np.array_equal((dues - epoch) // np.timedelta64(1, "m"), due)
    limits = columns.breaches_after(schedule, starts, budgets, tz="UTC")
    assert np.array_equal((limits - epoch) // np.timedelta64(1, "m"), limit)

    zero = quarter(0)
    for row in range(0, COUNT, 10):
        begun = zero + int(start[row]) * MINUTE
        assert schedule.deadline(begun, int(budget[row]) * MINUTE) == zero + int(due[row]) * MINUTE
        ended = zero + int(end[row]) * MINUTE
        assert schedule.elapsed(begun, ended) == int(elapsed[row]) * MINUTE
        assert schedule.is_working(begun) == works[start[row]]


def test_sql_has_the_answers_of_the_library() -> None:
    duckdb = pytest.importorskip("duckdb")
    schedules = {
        f"{text} {zone}": Schedule(None, text, tz=zone) for _, text in CASES for zone in ZONES
    }
    made = sql.script(schedules, dialect="duckdb", since=date(2024, 12, 1), until=date(2027, 12, 1))
    database = duckdb.connect()
    database.execute(made.text)
    database.execute("set timezone = 'UTC'")
    chance = np.random.default_rng(8)
    start = np.datetime64(FIRST, "us") + chance.integers(0, DAYS * DAY * 60, COUNT).astype("m8[s]")
    budget = chance.integers(1, 200_000, COUNT) * 1_000_000
    for name, schedule in schedules.items():
        wanted = columns.deadline(schedule, start, budget.astype("m8[us]"), tz="UTC")
        database.execute(
            "select epoch_us(wh.deadline(?, make_timestamptz(s), d)) from "
            "(select unnest(?) as s, unnest(?) as d)",
            [name, start.astype(np.int64).tolist(), budget.tolist()],
        )
        found = np.array([row[0] for row in database.fetchall()])
        assert np.array_equal(found, wanted.astype(np.int64)), name


def test_each_day_is_explained() -> None:
    office = Schedule(None, ROTATION, tz="Europe/Moscow")
    trace = office.explain(datetime(2026, 1, 6, 18, tzinfo=office.tz), working_hours(4))
    assert [step.reason() for step in trace.steps] == [
        "ordinary working day: day 2 of 4 in rotation",
        "day off by rotation: day 3 of 4",
        "day off by rotation: day 4 of 4",
        "ordinary working day: day 1 of 4 in rotation",
    ]
    assert trace.steps[1].reason("ru") == "выходной по сменному графику: 3-й день из 4"


def test_a_rotation_of_one_season_explains_no_other() -> None:
    hours = "Mo-Fr 09:00-18:00; Jun-Aug 2/2 from 2026-06-01 08:00-20:00"
    office = Schedule(None, hours, tz="Europe/Moscow")
    winter = office.explain(datetime(2026, 12, 4, 17, tzinfo=office.tz), working_hours(4))
    assert {step.reason() for step in winter.steps} == {
        "ordinary working day",
        "ordinary working day (no hours in the schedule)",
    }


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2/2 с 05.01.2026 8-20", ROTATION),
        ("2/2 8-20 since 2026-01-05", ROTATION),
        (f"1/3 from 2026-01-05 08:00-20:00, {AT_NIGHT}",) * 2,
        (f"Apr-Sep {ROTATION}",) * 2,
    ],
)
def test_notation(text: str, same: str) -> None:
    hours = WeeklyHours.parse(text)
    assert str(hours) == same
    assert WeeklyHours.parse(same) == hours


def test_rotations_with_a_calendar_and_with_changes() -> None:
    week = Calendar.get("RU").with_week(7)
    office = Schedule(week, ROTATION, tz="Europe/Moscow")
    assert office.shifts_on(date(2026, 1, 5)) == ()
    (eve,) = office.shifts_on(date(2026, 6, 11))
    assert eve.end == timedelta(hours=19)
    with pytest.raises(HoursSyntaxError, match="take its 7-day week"):
        Schedule("RU", ROTATION, tz="Europe/Moscow")
    changes = {date(2026, 3, 1): "2/2 from 2026-03-01 08:00-20:00", date(2026, 4, 1): "Mo-Fr 9-18"}
    office = Schedule(None, "Mo-Fr 9-18", tz="Europe/Moscow", changes=changes)
    worked = [bool(office.shifts_on(date(2026, 3, day))) for day in (1, 2, 3, 4, 5)]
    assert worked == [True, True, False, False, True]
    assert not office.shifts_on(date(2026, 4, 4))


@pytest.mark.parametrize(
    "text", ["2/2 8-20", "0/2 from 2026-01-05 8-20", "2/2 from 2026-02-30 8-20", "сутки через трое"]
)
def test_what_is_missing_is_named(text: str) -> None:
    with pytest.raises(HoursSyntaxError, match=r"days off and a first day on.*/\d from 2026-01-05"):
        WeeklyHours.parse(text)
