"""Clocks: verdicts, warnings and the next change at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from kit.diaries import ask, at, clock, judge, life, sentence, target
from kit.promise_scenes import FOUR, Side, judged, sides, story
from kit.values import HOUR
from workhours_sla import (
    ClockTime,
    Policy,
    evaluate,
)
from workhours_sla.sla.fold import fold
from workhours_sla.worktime.amounts import format_amount


def test_seconds_count_where_there_are_any() -> None:
    for time, said in (
        ("15:15", "met, due Wed 12.03.2025 15:15, used 4:00"),
        ("15:15:00.5", "breached by 0:00:00.5, due Wed 12.03.2025 15:15, used 4:00:00.5"),
        ("15:15:59", "breached by 0:00:59, due Wed 12.03.2025 15:15, used 4:00:59"),
    ):
        diary = life("A-1", "Wed 12.03.2025 10:15 created", f"Wed 12.03.2025 {time} replied")
        assert judge(diary, "Wed 12.03.2025 18:00") == {"answer": said}


def test_the_first_to_breach_has_the_earliest_due_time() -> None:
    diary = [
        *life("a", "Wed 12.03.2025 10:15 created"),
        *life("b", "Wed 12.03.2025 12:50 created"),
        *life("c", "Tue 11.03.2025 17:20 created"),
    ]
    outcomes = ask(diary, "Wed 12.03.2025 14:30", target(warn=timedelta(minutes=60))).outcomes
    found = sorted(outcomes, key=lambda one: one.due_at or at("Wed 12.03.2025 18:00"))
    assert [(one.appeal_id, sentence(one)) for one in found] == [
        # Tue 17:20-18:00 = 0:40, Wed 4:00 + 14:00-14:30
        ("c", "breached by 1:10, due Wed 12.03.2025 12:20, used 5:10"),
        # 10:15-13:00 = 2:45 + 0:30
        ("a", "at_risk, due Wed 12.03.2025 15:15, used 3:15"),
        # 12:50-13:00 = 0:10 + 0:30
        ("b", "pending, due Wed 12.03.2025 17:50, used 0:40"),
    ]
    assert [format_amount(one.remaining) for one in found[1:]] == ["0:45", "3:20"]


def test_there_is_no_warning_before_the_percentage_is_used() -> None:
    tick = timedelta(microseconds=1)
    of = target(budget=3 * tick, warn=timedelta(0), warn_percent=50)
    diary = life("A-1", "Wed 12.03.2025 10:00 created")
    posted = diary[0].occurred_at
    verdicts = [
        evaluate(diary, Policy([of]), as_of=posted + used * tick).outcomes[0].verdict
        for used in range(4)
    ]
    assert verdicts == ["pending", "pending", "at_risk", "at_risk"]


def test_the_next_change_is_the_first_pause_end_warning_or_breach_still_ahead() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created",
        "Wed 12.03.2025 10:00 paused",
        "Wed 12.03.2025 11:00 resumed",
        "Wed 12.03.2025 12:00 paused",
        "Wed 12.03.2025 12:30 resumed",
    )
    # 09:00-10:00, 11:00-12:00, 12:30-13:00, 14:00-15:30: a warning an hour before
    (one,) = fold(diary, Policy([target(pauses=True)])).clocks
    asked = ("08:59", "11:00", "12:30", "14:30", "15:30")
    found = [one.next_change(at(f"Wed 12.03.2025 {time}").astimezone(UTC)) for time in asked]
    assert [clock(when) for when in found] == [
        "Wed 12.03.2025 11:00",
        "Wed 12.03.2025 12:30",
        "Wed 12.03.2025 14:30",
        "Wed 12.03.2025 15:30",
        "Wed 12.03.2025 15:30",
    ]
    assert one.next_change(at("Wed 12.03.2025 15:31").astimezone(UTC)) is None


@sides
def test_days_warn_by_the_working_time_before_they_are_due(side: Side) -> None:
    days = replace(FOUR, budget=ClockTime(28 * HOUR))  # due at 13:00 the next day
    events = story("2025-03-11 09:00 created")
    for warn, as_of, verdict in (
        (4 * HOUR, "2025-03-11 18:00", "at_risk"),
        (4 * HOUR, "2025-03-11 17:59", "pending"),
        (HOUR, "2025-03-12 12:00", "at_risk"),
        (timedelta(0), "2025-03-12 12:59", "pending"),
        (timedelta(0), "2025-03-12 13:00", "at_risk"),
    ):
        assert judged(side, events, as_of, replace(days, warn=warn))["verdict"] == verdict
    share = replace(days, warn=timedelta(0), warn_percent=50)
    for as_of, verdict in (("2025-03-11 22:59", "pending"), ("2025-03-11 23:00", "at_risk")):
        assert judged(side, events, as_of, share)["verdict"] == verdict
