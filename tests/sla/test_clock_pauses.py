"""Pauses of a clock: which count, how long they last, and how they move due times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kit.diaries import S9, Watch, ask, at, clock, entry, judge, life, only, sentence, target
from kit.promise_scenes import FOUR, Side, judged, local, sides, story
from kit.values import HOUR
from workhours_sla import (
    CalendarDays,
    ClockTime,
    WorkingDays,
    working_hours,
)


def test_a_pause_while_waiting_for_the_citizen() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Tue 10.06.2025 10:00 paused official",
        "Tue 10.06.2025 10:30 resumed",
        "Tue 10.06.2025 11:00 resumed",
        "Tue 10.06.2025 13:30 replied official",
    )
    assert judge(diary, "Tue 10.06.2025 14:00", target("plain"), target("paused", pauses=True)) == {
        # Mon 2:00, Tue 09:00-13:00 = 4:00
        "plain": "breached by 2:00, due Tue 10.06.2025 11:00, used 6:00",
        # Mon 16:00-17:10 = 1:10, Tue 10:30-13:00 = 2:30; 0:20 of four are left at 14:00
        "paused": "met, due Tue 10.06.2025 14:20, used 3:40",
    }


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    diary = life(
        "A-1",
        "Wed 11.06.2025 09:00 created citizen",
        "Wed 11.06.2025 09:30 paused official",
        "Wed 11.06.2025 10:00 registered",
        "Wed 11.06.2025 11:00 resumed",
        "Wed 11.06.2025 14:30 replied official",
    )
    # 11:00-13:00 = 2:00, 14:00-14:30; the fourth hour ends at 16:00
    paused = target(starts="registered", pauses=True)
    assert judge(diary, "Wed 11.06.2025 17:00", paused) == {
        "answer": "met, due Wed 11.06.2025 16:00, used 2:30",
    }


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
        "answer": "breached by 1:00, due Mon 09.06.2025 15:00, used 5:00",
    }


def test_a_pause_lasts_no_longer_than_its_cap() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 18.06.2025 09:00 resumed",
        "Wed 18.06.2025 10:00 replied official",
    )
    # three working days: Tue 10, Wed 11, Mon 16 (12-15 are off); 2:50 are left from Tue 17 09:00
    days = target("days", pauses=True, pause_cap=WorkingDays(3))
    # four hours: Mon 17:10-18:00 = 0:50, Tue 3:10 to 12:10; then 0:50 to 13:00 and 2:00 to 16:00
    hours = target("hours", pauses=True, pause_cap=working_hours(4))
    assert only(diary[:2], "Mon 16.06.2025 12:00", days).verdict == "paused"
    assert judge(diary[:2], "Tue 17.06.2025 11:00", days, hours) == {
        # 1:10 + 2:00
        "days": "at_risk, due Tue 17.06.2025 11:50, used 3:10",
        # 1:10 + Tue 4:50 + Wed (short) 7:00 + Mon 8:00 + Tue 2:00
        "hours": "breached by 19:00, due Tue 10.06.2025 16:00, used 23:00",
    }
    # a resumption after the cap changes nothing
    assert judge(diary, "Wed 18.06.2025 12:00", days, hours) == {
        # 1:10 + Tue 8:00 + Wed 1:00
        "days": "breached by 6:10, due Tue 17.06.2025 11:50, used 10:10",
        # 23:00 + the rest of Tuesday 6:00 + Wed 1:00
        "hours": "breached by 26:00, due Tue 10.06.2025 16:00, used 30:00",
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


def test_a_pause_of_two_days_in_batch_and_in_the_monitor() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 11.06.2025 12:20 citizen_message citizen",
        "Wed 11.06.2025 12:20 resumed",
        "Wed 11.06.2025 16:20 replied official",
    )
    targets = [
        target("plain"),
        target("S8", pauses=True),
        target("S9", pauses=True, schedule=S9),
    ]
    assert judge(diary, "Wed 11.06.2025 17:00", *targets) == {
        # Mon 2:00, Tue 8:00, Wed 4:00 + 14:00-16:20 = 2:20
        "plain": "breached by 12:20, due Tue 10.06.2025 11:00, used 16:20",
        # Mon 16:00-17:10 = 1:10, Wed 12:20-13:00 = 0:40, 14:00-16:20 = 2:20
        "S8": "breached by 0:10, due Wed 11.06.2025 16:10, used 4:10",
        # 1:10 + 12:20-16:20
        "S9": "breached by 1:10, due Wed 11.06.2025 15:10, used 5:10",
    }
    watch = Watch(targets[1])
    said = watch.apply(*diary[:2])
    said |= watch.advance("Wed 11.06.2025 12:00") | watch.apply(*diary[2:4])
    # three hours are used on Wed: 0:40 to 13:00, 1:10 after lunch
    said |= watch.advance("Wed 11.06.2025 16:15") | watch.apply(diary[4])
    assert {line for line in said if not line.startswith("due")} == {
        "opened Mon 09.06.2025 16:00",
        "paused Mon 09.06.2025 17:10",
        "resumed Wed 11.06.2025 12:20",
        "at_risk Wed 11.06.2025 15:10",
        "breached Wed 11.06.2025 16:10",
    }


def test_a_pause_after_a_capped_one_is_another_pause() -> None:
    diary = life(
        "A-1",
        "Mon 10.03.2025 16:00 created",
        "Mon 10.03.2025 17:00 paused",
        "Tue 11.03.2025 15:00 paused",
        "Tue 11.03.2025 16:00 resumed",
        "Tue 11.03.2025 17:00 replied official",
    )
    of = target(budget=working_hours(16), pauses=True, pause_cap=working_hours(1))
    # Mon 16:00-17:00 = 1:00; paused to 18:00; Tue 9-13, 14-15 = 5:00, an hour paused, 16-17 = 1:00
    assert only(diary, "Wed 12.03.2025 09:00", of).elapsed == working_hours(7)


def test_a_pause_continues_past_a_transfer() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 10:00 paused",
        "Wed 12.03.2025 11:00 transferred agency=B",
        "Wed 12.03.2025 12:00 transferred agency=A",
        "Wed 12.03.2025 14:30 resumed",
    )
    for on_transfer, started, said in (
        # 09:00-10:00, 14:30-16:00
        ("keep", "09:00", "pending, due Wed 12.03.2025 17:30, used 2:30"),
        # paused 12:00-14:30, then 14:30-16:00
        ("restart", "12:00", "pending, due Thu 13.03.2025 09:30, used 1:30"),
        # 09:00-10:00, paused 10:00-14:30, B's hour included
        ("resume", "09:00", "pending, due Wed 12.03.2025 17:30, used 2:30"),
    ):
        of = target(on_transfer=on_transfer, pauses=True)
        assert only(diary[:4], "Wed 12.03.2025 14:00", of).verdict == "paused"
        outcome = only(diary, "Wed 12.03.2025 16:00", of)
        assert sentence(outcome) == said
        assert outcome.started_at == at(f"Wed 12.03.2025 {started}")


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


def test_a_pause_that_continues_into_another_is_one() -> None:
    watch = Watch(target(pauses=True))
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 paused",
        "Wed 12.03.2025 12:00 resumed",
        "Wed 12.03.2025 12:00 paused",
    )
    watch.apply(*diary)
    assert [kind for kind in watch.current if kind != "due_changed"] == ["opened", "paused"]
    outcome = only(diary, "Wed 12.03.2025 16:00", target(pauses=True))
    paused = [(clock(since), clock(until)) for since, until in outcome.pauses]
    assert paused == [("Wed 12.03.2025 11:00", "Wed 12.03.2025 16:00")]


def test_overdue_leaves_out_an_open_pause() -> None:
    diary = life("A-1", "Tue 11.03.2025 10:15 created", "Thu 13.03.2025 10:00 paused")
    outcome = only(diary, "Mon 17.03.2025 12:00", target(budget=WorkingDays(1), pauses=True))
    # due Wednesday 18:00; Thursday 09:00-10:00
    assert (outcome.verdict, outcome.overdue) == ("breached", timedelta(hours=1))


@sides
def test_a_capped_pause_ends_at_its_cap(side: Side) -> None:
    capped = replace(FOUR, pauses=True, pause_cap=HOUR)
    lines = ["2025-03-11 09:00 created", "2025-03-11 10:00 paused"]
    for more, as_of, verdict, due in (
        ([], "2025-03-11 10:59:59", "paused", "2025-03-11 15:00"),
        ([], "2025-03-11 11:00", "pending", "2025-03-11 15:00"),
        (["2025-03-11 10:30 resumed"], "2025-03-11 10:30", "pending", "2025-03-11 14:30"),
        (["2025-03-11 10:30 paused"], "2025-03-11 11:00", "pending", "2025-03-11 15:00"),
        (["2025-03-11 11:30 paused"], "2025-03-11 12:00", "paused", "2025-03-11 16:00"),
    ):
        row = judged(side, story(*lines, *more), as_of, capped)
        assert (row["verdict"], row["due_at"]) == (verdict, local(due))
