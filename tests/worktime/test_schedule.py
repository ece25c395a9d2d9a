"""Schedules: edges of coverage, zones that change, overrides, and bad input."""

from __future__ import annotations

import pickle
import sys
import threading
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kit.values import OFFICE
from workhours_sla import (
    Act,
    Calendar,
    Layer,
    Schedule,
    WorkingDays,
    WorkingDaysInHours,
    day_off,
    days_off_in_any,
    working_hours,
)
from workhours_sla.cli.main import main
from workhours_sla.errors import (
    BudgetError,
    CalendarCoverageError,
    EmptyScheduleError,
    HoursSyntaxError,
    MissingTimeZoneError,
    NaiveDatetimeError,
    ProvisionalWarning,
    SeveralZonesWarning,
    UnknownTimeZoneError,
    WorkHoursError,
)
from workhours_sla.json import from_json, to_json

S8 = "Mo-Fr 09:00-13:00,14:00-18:00"
NIGHT = Schedule("RU", "Mo-Fr 22:00-06:00", tz="Europe/Moscow")
H4 = working_hours(4)


def at(schedule: Schedule, *fields: int) -> datetime:
    return datetime(*fields, tzinfo=schedule.tz)


def test_an_own_day_off_is_not_called_a_decree() -> None:
    calendar = Calendar.get("RU").amend(day_off(date(2026, 9, 1), Act("Order No 7")))
    own = Schedule(calendar, S8, tz="Europe/Moscow", overrides={date(2026, 9, 2): "off"})
    steps = own.explain(at(own, 2026, 8, 31, 17), H4).steps
    assert [step.reason() for step in steps[1:3]] == [
        "day off by own order: Order No 7",
        "day off by own order",
    ]
    decree = day_off(date(2026, 9, 1), Act("Decree No 1"), layer=Layer.PRESIDENTIAL)
    day = Calendar.get("RU").amend(decree).day(date(2026, 9, 1))
    assert day.describe() == "non-working day by decree: Decree No 1"


def test_the_hour_of_a_short_day_may_be_taken_at_its_start() -> None:
    late = Schedule("RU", S8, tz="Europe/Moscow", shorten_at_start=True)
    assert late.next_opening(at(late, 2026, 4, 30, 0)) == at(late, 2026, 4, 30, 10)
    assert late.is_working(at(late, 2026, 4, 30, 17, 30))
    with pytest.warns(ProvisionalWarning):  # the answer is by rule
        opening = late.next_opening(at(late, 2028, 2, 22, 0), provisional=True)
    assert opening == at(late, 2028, 2, 22, 10)


def test_hours_that_change_with_the_season() -> None:
    usual, summer_hours = "Mo-Fr 09:00-18:00", "Mo-Fr 08:00-14:00"
    june, september = date(2026, 6, 1), date(2026, 9, 1)
    seasons = Schedule("RU-VGG", usual, changes={september: usual, june: summer_hours})
    summer, winter = Schedule("RU-VGG", summer_hours), Schedule("RU-VGG", usual)
    for schedule, first, last in (
        (winter, (2026, 1, 1), (2026, 6, 1)),
        (summer, (2026, 6, 1), (2026, 9, 1)),
        (winter, (2026, 9, 1), (2027, 3, 1)),
    ):
        span = at(seasons, *first), at(seasons, *last)
        assert seasons.intervals(*span) == schedule.intervals(*span)
        assert seasons.elapsed(*span) == schedule.elapsed(*span)
    friday = at(seasons, 2026, 5, 29, 17)
    assert seasons.deadline(friday, H4) == at(seasons, 2026, 6, 1, 11)
    assert seasons.shifts_on(date(2026, 6, 11)) == summer.shifts_on(date(2026, 6, 11))
    assert pickle.loads(pickle.dumps(seasons)) == seasons != winter  # noqa: S301
    with pytest.raises(HoursSyntaxError, match="open on Sa"):
        Schedule("RU-VGG", usual, changes={june: "Mo-Sa 09:00-18:00"})
    with pytest.raises(TypeError, match="changes are keyed by date"):
        Schedule("RU-VGG", usual, changes={"2026-06-01": usual})


def test_the_attributes_of_a_schedule_are_immutable() -> None:
    schedule = Schedule("RU-VGG", S8, overrides={date(2026, 5, 8): "off"})
    for mapping in (schedule.overrides, schedule.changes):
        with pytest.raises(TypeError):
            mapping[date(2026, 5, 9)] = ()
    with pytest.raises(AttributeError, match="immutable"):
        schedule.tz = ZoneInfo("UTC")
    assert schedule != Schedule("RU-VGG", S8)


class Stamp(datetime):
    """A datetime of another library."""


class NoOffset(tzinfo):
    def utcoffset(self, _when: datetime | None, /) -> None:
        return None


AWARE, NAIVE = datetime(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz), datetime(2025, 3, 12)


@pytest.mark.parametrize(
    "ask",
    [
        *(getattr(OFFICE, verb) for verb in ("is_working", "next_opening", "next_closing")),
        *(OFFICE.previous_opening, OFFICE.previous_closing, lambda t: OFFICE.deadline(t, H4)),
        *(lambda t: OFFICE.elapsed(AWARE, t), lambda t: OFFICE.elapsed(t, AWARE)),
        *(lambda t: OFFICE.remaining(AWARE, H4, as_of=t), lambda t: OFFICE.intervals(AWARE, t)),
    ],
)
def test_only_an_aware_datetime_is_an_instant(ask: Any) -> None:
    for naive in (NAIVE, NAIVE.replace(tzinfo=NoOffset())):
        with pytest.raises(NaiveDatetimeError, match="tzinfo=ZoneInfo"):
            ask(naive)
    with pytest.raises(TypeError, match="not a datetime"):
        ask(date(2025, 3, 12))
    due = OFFICE.deadline(Stamp(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz), H4)
    assert (type(due), due) == (datetime, OFFICE.deadline(AWARE, H4))


def test_a_deadline_in_the_last_known_hour_is_known() -> None:
    last_afternoon = at(OFFICE, 2027, 12, 30, 14)
    assert OFFICE.deadline(last_afternoon, H4) == at(OFFICE, 2027, 12, 30, 18)
    with pytest.raises(CalendarCoverageError, match=r"the limit of .* 2028"):
        OFFICE.breaches_after(last_afternoon, H4)
    with pytest.raises(CalendarCoverageError) as caught:
        OFFICE.deadline(at(OFFICE, 2027, 12, 30, 14, 0, 1), H4)
    assert (caught.value.date, caught.value.last) == (date(2028, 1, 1), date(2027, 12, 31))


def test_elapsed_time_up_to_the_end_of_the_known_dates() -> None:
    assert OFFICE.elapsed(at(OFFICE, 2027, 12, 30, 9), at(OFFICE, 2028, 1, 1)) == working_hours(8)
    # no kind of day works before 09:00 on 1 January
    assert OFFICE.elapsed(at(OFFICE, 2027, 12, 30, 9), at(OFFICE, 2028, 1, 1, 9)) == (
        working_hours(8)
    )
    with pytest.raises(CalendarCoverageError):
        OFFICE.elapsed(at(OFFICE, 2027, 12, 30, 9), at(OFFICE, 2028, 1, 1, 9, 0, 1))
    with pytest.raises(CalendarCoverageError, match="starts in 2004"):
        OFFICE.elapsed(at(OFFICE, 2003, 12, 31, 17), at(OFFICE, 2004, 3, 1))
    with pytest.raises(CalendarCoverageError, match="lies before the known dates"):
        OFFICE.latest_start(at(OFFICE, 2004, 1, 5, 10), H4)
    for year in (2, 12, 1995, 2003):
        for budget in (WorkingDays(7), WorkingDaysInHours(2)):
            with pytest.raises(CalendarCoverageError, match="starts in 2004"):
                OFFICE.latest_start(at(OFFICE, year, 7, 5, 10), budget)
    with pytest.raises(CalendarCoverageError, match="closing before"):
        OFFICE.previous_closing(at(OFFICE, 2004, 1, 3))


def test_night_hours_that_an_unknown_date_may_work_are_unknown() -> None:
    # a shift of Thursday 31 December 2003 might have run until 06:00
    with pytest.raises(CalendarCoverageError):
        NIGHT.is_working(at(NIGHT, 2004, 1, 1, 5, 59))
    assert not NIGHT.is_working(at(NIGHT, 2004, 1, 1, 6))
    plain = Schedule(Calendar.plain(last=date(2026, 3, 5)), "Mo-Fr 22:00-06:00", tz="Europe/Moscow")
    # the last known date is a Thursday, whose own shift is known to its end
    assert plain.is_working(at(plain, 2026, 3, 6, 5, 59))
    # on any kind of day, the shift of Friday starts at 22:00
    assert not plain.is_working(at(plain, 2026, 3, 6, 6))
    assert not plain.is_working(at(plain, 2026, 3, 6, 21, 59))
    with pytest.raises(CalendarCoverageError):
        plain.is_working(at(plain, 2026, 3, 6, 22))


def test_a_clock_change_makes_no_further_date_known() -> None:
    # the clocks change on Sunday 9 March; the calendar ends on the Thursday before
    ending = Schedule(Calendar.plain(last=date(2025, 3, 6)), S8, tz="America/New_York")
    # the clocks changed on Sunday 26 October; the calendar begins on Monday, known from 08:00 on
    starting = Schedule(
        Calendar.plain(first=date(2025, 10, 27)), "Mo-Su 08:00-32:00", tz="Asia/Beirut"
    )
    for schedule, known, unknown in (
        (ending, at(ending, 2025, 3, 5, 10), at(ending, 2025, 3, 7, 12)),
        (starting, at(starting, 2025, 10, 28, 13), at(starting, 2025, 10, 27, 3)),
    ):
        for _ in range(4):  # every call has the same answer
            schedule.elapsed(known, known + timedelta(hours=1))
            with pytest.raises(CalendarCoverageError):
                schedule.elapsed(known, unknown)


def test_an_override_makes_its_date_known() -> None:
    schedule = Schedule("RU", S8, tz="Europe/Moscow", overrides={date(2028, 3, 1): "09:00-12:00"})
    assert schedule.deadline(at(schedule, 2028, 3, 1, 9), working_hours(3)).hour == 12
    with pytest.raises(CalendarCoverageError):
        schedule.deadline(at(schedule, 2028, 3, 1, 9), H4)
    step = schedule.explain(at(schedule, 2028, 3, 1, 9), working_hours(1)).steps[0]
    assert (step.day, step.overridden) == (None, True)
    # 28 and 29 April 2025 are uncertain in Dagestan
    dagestan = Schedule("RU-DA", S8, overrides={date(2025, 4, 29): "09:00-12:00"})
    assert dagestan.is_working(at(dagestan, 2025, 4, 29, 10))
    with pytest.raises(CalendarCoverageError, match="2025-04-28"):
        dagestan.is_working(at(dagestan, 2025, 4, 28, 10))


def test_known_time_starts_at_midnight_after_a_clock_change() -> None:
    monday = Calendar.plain(first=date(2025, 3, 31))
    always = Schedule(monday, "24/7", tz="Europe/Berlin")
    assert always.is_working(at(always, 2025, 3, 31))
    for hour in (2, 4, 23):  # summer time begins on 30 March
        with pytest.raises(CalendarCoverageError):
            always.is_working(at(always, 2025, 3, 30, hour, 59))


def test_a_search_without_an_answer_raises() -> None:
    closed = Schedule(
        Calendar.plain(yearly=["12-25"], first=date(1990, 1, 1)), "Mo-Fr 09:00-18:00", tz="UTC"
    )
    with pytest.raises(CalendarCoverageError):
        closed.deadline(at(closed, 2026, 1, 1), timedelta(hours=10**6))
    nothing = Schedule(
        Calendar.plain([date(2026, 1, 1) + timedelta(days=n) for n in range(365)],
                       first=date(2026, 1, 1), last=date(2026, 12, 31)),
        "24/7",
        tz="UTC",
    )  # fmt: skip
    with pytest.raises(CalendarCoverageError):
        nothing.next_opening(at(nothing, 2026, 5, 1))


def test_invalid_budgets_are_refused() -> None:
    every_date = timedelta(days=3_652_059)  # of the years 1 to 9999
    zones, closed = (UTC, ZoneInfo("Europe/Berlin")), AWARE + timedelta(days=3)
    for start in (AWARE, closed, *(closed.astimezone(zone) for zone in zones)):
        for _ in range(3):  # the third call has the tables
            OFFICE.deadline(start, H4)
        assert OFFICE.deadline(start, timedelta()) == start
        for ask in (OFFICE.deadline, OFFICE.latest_start):
            with pytest.raises(BudgetError, match="negative"):
                ask(start, -H4)
        with pytest.raises(TypeError, match="timedelta"):
            OFFICE.deadline(start, 4)
        with pytest.raises(CalendarCoverageError):
            OFFICE.deadline(start, every_date)
        with pytest.raises(BudgetError):
            OFFICE.deadline(start, every_date + timedelta.resolution)


def test_threads_that_compile_at_once_count_from_the_same_zero() -> None:
    spans = [(at(OFFICE, year, 3, 3), at(OFFICE, year, 3, 10)) for year in range(2006, 2026, 3)]
    wanted = [OFFICE.elapsed(*span) for span in spans]
    wrong: list[int] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(25):
            fresh = Schedule(OFFICE.calendar, OFFICE.hours)
            barrier = threading.Barrier(len(spans))

            def ask(
                index: int, schedule: Schedule = fresh, gate: threading.Barrier = barrier
            ) -> None:
                gate.wait()
                wrong.extend(
                    index for _ in range(20) if schedule.elapsed(*spans[index]) != wanted[index]
                )

            threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(spans))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_combinations_by_or_and_and() -> None:
    moscow = Schedule("RU", S8, tz="Europe/Moscow")
    omsk = Schedule("RU", S8, tz="Asia/Omsk")  # three hours ahead
    start = at(moscow, 2026, 3, 12, 0)
    either, both = moscow | omsk, moscow & omsk
    day = start, at(moscow, 2026, 3, 12, 23)
    assert [(i.start.hour, i.end.hour) for i in both.intervals(*day)] == [
        (9, 10),
        (11, 13),
        (14, 15),
    ]
    assert [(i.start.hour, i.end.hour) for i in either.intervals(*day)] == [(6, 18)]
    assert both.elapsed(*day) + either.elapsed(*day) == moscow.elapsed(*day) + omsk.elapsed(*day)
    assert both.deadline(start, H4) == at(moscow, 2026, 3, 12, 15)
    assert both.breaches_after(start, H4) == at(moscow, 2026, 3, 13, 9)
    assert pickle.loads(pickle.dumps(either)) == either  # noqa: S301
    assert either != both
    assert hash(moscow | omsk) == hash(either)
    nested = (moscow | omsk) & NIGHT
    assert nested.elapsed(*day) == timedelta(0)
    with pytest.raises(TypeError, match="combines schedules"):
        moscow | "RU"
    with pytest.raises(BudgetError, match="one of its parts"):
        either.deadline(start, WorkingDays(1))


def test_a_combination_is_known_where_both_are_known() -> None:
    both = OFFICE & Schedule("RU-TA", S8)
    friday = at(OFFICE, 2027, 3, 5, 17)
    for start, cause in ((friday, "Ураза-байрам"), (at(OFFICE, 2027, 12, 30, 17), "2028")):
        with pytest.raises(CalendarCoverageError, match=cause):
            both.deadline(start, H4)
    with pytest.warns(ProvisionalWarning):
        assert both.deadline(friday, H4, provisional=True).month == 3
    start = at(OFFICE, 2026, 3, 5, 17)
    assert both.deadline(start, H4) == OFFICE.deadline(start, H4)
    turn = datetime(2026, 1, 1, tzinfo=UTC)
    before = Schedule(Calendar.plain(last=date(2025, 12, 31)), "24/7", tz="UTC")
    after = Schedule(Calendar.plain(first=date(2026, 1, 1)), "24/7", tz="UTC")
    with pytest.raises(CalendarCoverageError, match="2026-01-01"):
        (before & after).is_working(turn)
    assert (before | after).is_working(turn)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: Schedule("RU", S8), MissingTimeZoneError, "Europe/Moscow"),
        (lambda: Schedule("RU", S8, tz="Mars/Base"), UnknownTimeZoneError, "Mars/Base"),
        (lambda: Schedule("RU", S8, tz="../etc/passwd"), UnknownTimeZoneError, "IANA"),
        (lambda: Schedule("RU", "off", tz="UTC"), EmptyScheduleError, "no working time"),
        (lambda: Schedule("RU", "Mo-Sa 09:00-18:00", tz="UTC"), HoursSyntaxError, "open on Sa"),
        (lambda: Schedule(None, S8, tz="UTC", overrides={date(2026, 1, 1): "noon"}),
         HoursSyntaxError, "noon"),
        (lambda: Schedule(None, S8, tz="UTC", overrides={datetime(2026, 1, 1): "off"}),
         TypeError, "by date"),
        (lambda: Schedule(None, S8, tz=3), TypeError, "tz of Schedule is 3; give ZoneInfo"),
    ],
)  # fmt: skip
def test_invalid_schedules_are_refused(build: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        build()
    assert "\n" not in str(caught.value)
    assert error is TypeError or issubclass(error, WorkHoursError)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: OFFICE.deadline(datetime.max.replace(tzinfo=UTC), H4),
        lambda: OFFICE.elapsed(datetime.min.replace(tzinfo=UTC), at(OFFICE, 2025, 1, 1)),
        lambda: OFFICE.deadline(at(OFFICE, 2025, 1, 1), timedelta.max),
        lambda: OFFICE.breaches_after(at(OFFICE, 2025, 1, 1), timedelta.max),
        lambda: OFFICE.latest_start(at(OFFICE, 2025, 1, 1), timedelta(days=400_000)),
        lambda: OFFICE.deadline(at(OFFICE, 2025, 1, 1), WorkingDays(10_000)),
        lambda: working_hours(10**12),
        lambda: Calendar.plain(last=date.max),
    ],
)
def test_years_1_and_9999_are_refused_with_advice(ask: object) -> None:
    with pytest.raises(WorkHoursError) as caught:
        ask()
    assert "\n" not in str(caught.value)


def test_explain_shows_wall_clock_times_before_a_clock_change() -> None:
    new_york = Schedule(None, "Su 01:30-05:00", tz="America/New_York")
    text = str(new_york.explain(at(new_york, 2024, 11, 3), at(new_york, 2024, 11, 4)))
    assert "01:30-02:00, 01:30-05:00" in text
    exact = str(OFFICE.explain(at(OFFICE, 2025, 3, 12, 10), timedelta(microseconds=250_000)))
    assert "10:00-10:00:00.25" in exact
    plain = Schedule(None, "Mo-Fr 09:00-18:00", tz="UTC")
    text = str(plain.explain(at(plain, 2025, 3, 14, 17), H4))
    assert "ordinary working day (no hours in the schedule)" in text.splitlines()[1]


LAST = datetime(2027, 12, 30, 18, tzinfo=OFFICE.tz)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "ask",
    [
        *(partial(OFFICE.next_opening, LAST + HOUR, inclusive=one) for one in (True, False)),
        *(partial(OFFICE.next_closing, LAST + HOUR, inclusive=one) for one in (True, False)),
        *(partial(OFFICE.next_closing, LAST), partial(OFFICE.deadline, LAST - 2 * HOUR, H4)),
        lambda **by: OFFICE.due_and_limit(LAST - 2 * HOUR, H4, **by)[1],
        lambda **by: OFFICE.explain(LAST - 2 * HOUR, H4, **by).due_at,
    ],
)
def test_an_answer_by_rule_warns(ask: Any) -> None:
    with pytest.warns(ProvisionalWarning, match="provisional") as caught:
        assert ask(provisional=True).year == 2028
    assert caught[0].filename == __file__


def test_a_known_answer_is_not_by_rule() -> None:  # a warning is an error here
    assert OFFICE.next_closing(LAST, inclusive=True, provisional=True) == LAST
    assert OFFICE.previous_opening(LAST, provisional=True) == LAST - 4 * HOUR
    assert OFFICE.previous_closing(LAST, provisional=True) == LAST
    assert OFFICE.deadline(AWARE, H4, provisional=True) == OFFICE.deadline(AWARE, H4)


def test_explain_up_to_the_end_of_the_known_dates() -> None:
    night = Schedule(Calendar.plain(last=date(2025, 12, 31)), "22:00-06:00", tz="UTC")
    trace = night.explain(at(night, 2025, 12, 31, 23), H4)
    assert trace.used == H4
    assert str(trace)
    assert trace.to_dict()["used"] == "PT4H"
    assert set(trace.steps[0].to_dict()) == {
        *("date", "intervals", "used", "paused", "kind", "shortened_by", "hours_of"),
        *("overridden", "unknown", "part", "number", "provisional", "reason", "acts"),
    }
    # a shift that ends where the span starts is not part of it
    assert night.explain(at(night, 2025, 12, 30, 6), H4).steps[0].date == date(2025, 12, 30)
    with pytest.raises(BudgetError, match="explain needs a budget or an instant"):
        OFFICE.explain(at(OFFICE, 2025, 3, 12), 4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "calendar",
    [
        "RU-SA",
        Calendar.get("RU-SA").with_week(6).provisional(),
        Calendar.get("RU-SA").without(Layer.REGION),
        days_off_in_any(Calendar.get("RU-AMU"), Calendar.get("RU-SA")),
    ],
)
def test_the_zone_of_the_capital_is_used_with_a_warning(calendar: Calendar | str) -> None:
    with pytest.warns(SeveralZonesWarning) as caught:
        schedule = Schedule(calendar, S8)
    assert schedule.tz.key == "Asia/Yakutsk"
    (warning,) = caught
    assert warning.filename == __file__
    assert str(warning.message).endswith(
        "takes Asia/Yakutsk, its capital's zone, and parts of the region have Asia/Khandyga, "
        "Asia/Vladivostok, Asia/Ust-Nera, Asia/Srednekolymsk; "
        "give tz='Asia/Yakutsk' or one of these"
    )
    yakutsk = Schedule("RU-SA", S8, tz="Asia/Yakutsk")  # emits none: warnings are errors here
    assert Schedule("RU-SA", S8, tz="Asia/Ust-Nera") != yakutsk
    assert Schedule("RU-AMU", S8).tz == yakutsk.tz == yakutsk.provisionally().tz
    assert pickle.loads(pickle.dumps(yakutsk)) == yakutsk  # noqa: S301
    assert from_json(to_json(yakutsk)) == yakutsk


def test_the_command_prints_a_note_about_several_zones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "2026-03-12 10:00", "--calendar", "RU-SA", "--lang=en"]) == 0
    out, err = capsys.readouterr()
    assert "Asia/Yakutsk" in out
    assert err.startswith("Note: Sakha (Yakutia) has several time zones")
    assert "Warning" not in err
    assert len(err.splitlines()) == 1


def test_an_override_is_explained() -> None:
    eighth, ninth = date(2026, 5, 8), date(2026, 5, 9)  # a short day and a holiday
    overrides = {eighth: "09:00-12:00", ninth: "10:00-11:00", date(2026, 5, 12): "off"}
    schedule = Schedule("RU", S8, tz="Europe/Moscow", overrides=overrides)
    trace = schedule.explain(at(schedule, 2026, 5, 8, 9), H4)
    assert trace.end == at(schedule, 2026, 5, 9, 11)
    assert [step.overridden for step in trace.steps] == [True, True]
    assert trace.steps[0].reason("ru") == "особый график в этот день"
    assert schedule.shifts_on(date(2026, 5, 12)) == ()
