"""Pauses of a clock: which count, how long they last, and how they move due times."""

from __future__ import annotations

from datetime import timedelta

from kit.diaries import ask, at, clock, entry, judge, life, only, target
from workhours_sla import CalendarDays, ClockTime, WorkingDays


def test_an_open_pause_lasts_until_it_ends() -> None:
    diary = life(
        "A-1", "Mon 09.06.2025 16:00 created citizen", "Mon 09.06.2025 17:10 paused official"
    )
    paused = only(diary, "Wed 10.06.2026 12:00", target(pauses=True))
    assert (paused.verdict, paused.limit, paused.elapsed) == ("paused", None, timedelta(minutes=70))
    # an answer ends the pause
    diary += life("A-1", "Mon 09.06.2025 17:30 replied official id=reply")
    answered = only(diary, "Wed 10.06.2026 12:00", target(pauses=True))
    assert (answered.verdict, answered.elapsed) == ("met", timedelta(minutes=70))
    # a pause after the limit changes nothing: 10:00-13:00 = 3:00, 14:00-16:00 = 2:00
    late = life(
        "A-1", "Mon 09.06.2025 10:00 created citizen", "Mon 09.06.2025 16:00 paused official"
    )
    assert judge(late, "Wed 11.06.2025 10:00", target(pauses=True)) == {
        "answer": "breached by 1:00, due Mon 09.06.2025 15:00, used 5:00"
    }


def test_a_pause_leaves_out_the_dates_whose_midnight_it_covers() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 11.06.2025 12:20 resumed",
        "Mon 16.06.2025 19:00 replied official",
    )
    plain, paused, clock_time = ask(
        diary,
        "Tue 17.06.2025 12:00",
        target("plain", budget=WorkingDays(2)),
        target("paused", budget=WorkingDays(2), pauses=True),
        target("clock", budget=ClockTime(timedelta(hours=24)), pauses=True),
    ).outcomes
    # Tue 10, Wed 11 (short)
    assert (plain.verdict, clock(plain.due_at)) == ("breached", "Wed 11.06.2025 17:00")
    assert clock(plain.limit) == "Thu 12.06.2025 00:00"
    # not Tuesday: Wed 11, Mon 16 (12-15 are off)
    assert (paused.verdict, clock(paused.due_at)) == ("met", "Mon 16.06.2025 18:00")
    assert clock(paused.limit) == "Tue 17.06.2025 00:00"
    # around the clock, pause or not
    assert (clock_time.verdict, clock(clock_time.limit)) == ("breached", "Tue 10.06.2025 16:00")


def test_a_pause_that_begins_as_the_budget_is_used_up() -> None:
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Wed 12.03.2025 15:15 paused")
    targets = [target("latest", pauses=True), target("strict", pauses=True, closing="strict")]
    resumed = entry("A-1", 2, "Wed 12.03.2025 16:00 resumed")
    # 10:15-13:00 = 2:45, 14:00-15:15 = 1:15: nothing more is used during the pause, and strictly
    # it was due as it began, whether the pause ends or not
    for events, latest in ((diary, "paused"), ([*diary, resumed], "breached by 2:00")):
        result = judge(events, "Wed 12.03.2025 18:00", *targets)
        used = "6:00" if latest != "paused" else "4:00"
        late = "breached by 2:00" if latest != "paused" else "breached"
        assert result["latest"] == f"{latest}, due Wed 12.03.2025 15:15, used {used}"
        assert result["strict"].startswith(late)
    limits = {
        one.target: one.limit for one in ask(diary, "Wed 12.03.2025 18:00", *targets).outcomes
    }
    assert limits == {"latest": None, "strict": at("Wed 12.03.2025 15:15")}


def test_a_last_date_that_ends_in_an_open_pause_does_not_count() -> None:
    days = target("days", budget=WorkingDays(2), pauses=True)
    strict = target("strict", budget=WorkingDays(2), pauses=True, closing="strict")
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Fri 14.03.2025 19:00 paused")
    # Friday is the second day, but at its 24:00 the clock is paused: closing time is no due time
    for one in ask(diary, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, one.due_at, one.limit) == ("paused", None, None)
    on_time = [diary[0], entry("A-1", 1, "Sat 15.03.2025 00:01 paused")]
    for one in ask(on_time, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, clock(one.due_at)) == ("breached", "Fri 14.03.2025 18:00")
    # the third calendar day is Saturday, moved back to Friday: it has not ended by Saturday noon
    back = target(budget=CalendarDays(3, roll="preceding"), pauses=True)
    for paused, due in (
        ("Sat 15.03.2025 12:00", "unknown"),
        ("Sun 16.03.2025 00:01", "Fri 14.03.2025 18:00"),
    ):
        outcome = only(
            [diary[0], entry("A-1", 1, f"{paused} paused")], "Mon 17.03.2025 12:00", back
        )
        assert clock(outcome.due_at) == due
    # moved on to Monday, whose 24:00 must not be paused either
    on = target(budget=CalendarDays(3, roll="following"), pauses=True)
    paused = entry("A-1", 1, "Mon 17.03.2025 17:00 paused")
    outcome = only([diary[0], paused], "Mon 17.03.2025 19:00", on)
    assert (outcome.verdict, outcome.due_at) == ("paused", None)
    for resumed, due in (
        ("Mon 17.03.2025 23:59", "Mon 17.03.2025 18:00"),
        ("Tue 18.03.2025 00:01", "Tue 18.03.2025 18:00"),
    ):
        diary = [diary[0], paused, entry("A-1", 2, f"{resumed} resumed")]
        assert clock(only(diary, "Fri 21.03.2025 12:00", on).due_at) == due
