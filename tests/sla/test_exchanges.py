"""Exchanges: the clock of ``next_reply`` when the citizen writes again."""

from __future__ import annotations

from dataclasses import replace

from kit.diaries import at, judge, life, only, target
from kit.promise_scenes import FOUR, Side, judged, local, sides, story


def test_the_citizen_writes_again_before_an_answer() -> None:
    diary = life(
        "A-1",
        "Fri 31.10.2025 15:30 created citizen",
        "Fri 31.10.2025 17:50 citizen_message citizen",
        "Sat 01.11.2025 11:00 replied official",
        "Sat 01.11.2025 16:30 citizen_message citizen",
        "Wed 05.11.2025 10:00 replied official",
    )
    # Fri 15:30-18:00 = 2:30, Sat 09:00-11:00 = 2:00. The second exchange is shorter:
    # Sat (short) 16:30-17:00 = 0:30, Wed 1:00 = 1:30
    late = "breached by 0:30, due Sat 01.11.2025 10:30, used 4:30"
    next_reply = target("next", stops="next_reply")
    assert judge(diary, "Wed 05.11.2025 12:00", target("first"), next_reply) == {
        "first": late,
        "next": late,
    }


def test_the_next_reply_is_due_from_the_first_message_that_is_unanswered() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:10 created citizen",
        "Wed 12.03.2025 09:40 replied official",
        "Wed 12.03.2025 10:15 citizen_message citizen",
        "Wed 12.03.2025 14:20 citizen_message citizen",
        "Wed 12.03.2025 15:30 replied official",
        "Wed 12.03.2025 17:00 citizen_message citizen",
    )
    targets = target("first"), target("next", stops="next_reply")
    # 09:10-13:00 = 3:50, 14:00-14:10 = 0:10
    first = "met, due Wed 12.03.2025 14:10, used 0:30"
    # answered in time, nothing open
    assert judge(diary[:2], "Wed 12.03.2025 10:00", *targets) == {"first": first, "next": first}
    assert judge(diary[:4], "Wed 12.03.2025 15:00", *targets) == {
        "first": first,
        # 10:15-13:00 = 2:45, 14:00-15:00 = 1:00; the last 1:15 are 14:00-15:15
        "next": "at_risk, due Wed 12.03.2025 15:15, used 3:45",
    }
    # 2:45 + 14:00-15:30 = 1:30, and the message that is still open does not hide it
    late = "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"
    for events in (diary[:5], diary):
        found = judge(events, "Wed 12.03.2025 17:30", *targets)
        assert found == {"first": first, "next": late}
    assert only(diary, "Wed 12.03.2025 17:30", targets[1]).started_at == at("Wed 12.03.2025 10:15")


def test_of_exchanges_answered_in_time_the_open_one_counts_then_the_longest() -> None:
    diary = life(
        "A-1",
        "Tue 30.12.2025 10:00 created citizen",
        "Tue 30.12.2025 12:00 replied official",
        "Tue 30.12.2025 14:00 citizen_message citizen",
        "Tue 30.12.2025 15:00 replied official",
        "Tue 30.12.2025 16:30 citizen_message citizen",
        "Mon 12.01.2026 09:20 replied official",
    )
    next_reply = target(stops="next_reply")
    # 2:00, 1:00, then open: Tue 16:30-18:00 = 1:30, 31.12-11.01 are off, Mon 2:30
    assert judge(diary[:5], "Fri 09.01.2026 12:00", next_reply) == {
        "answer": "pending, due Mon 12.01.2026 11:30, used 1:30"
    }
    # 2:00, 1:00, 1:30 + 0:20 = 1:50; the first: 10:00-13:00 = 3:00, 14:00-15:00
    assert judge(diary, "Mon 12.01.2026 10:00", next_reply) == {
        "answer": "met, due Tue 30.12.2025 15:00, used 2:00"
    }


def test_the_longest_exchange_may_be_in_the_middle() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created citizen",
        "Wed 12.03.2025 10:00 replied official",
        "Wed 12.03.2025 10:05 citizen_message citizen",
        "Wed 12.03.2025 13:00 replied official",
        "Wed 12.03.2025 14:00 citizen_message citizen",
        "Wed 12.03.2025 14:30 replied official",
    )
    assert judge(diary, "Wed 12.03.2025 18:00", target(stops="next_reply")) == {
        "answer": "met, due Wed 12.03.2025 15:05, used 2:55"
    }


@sides
def test_the_deciding_exchange_is_the_clock(side: Side) -> None:
    turns = replace(FOUR, stops="next_reply")
    met = [
        "2025-03-11 09:00 created",
        "2025-03-11 12:00 replied",
        "2025-03-11 14:00 citizen_message",
        "2025-03-11 16:00 citizen_message",
    ]
    late = [*met[:1], "2025-03-11 14:00:01 replied", "2025-03-11 14:30 citizen_message"]
    for lines, as_of, verdict, started in (
        (met, "2025-03-11 15:00", "pending", "2025-03-11 14:00"),  # the open one
        ([*met, "2025-03-11 17:00 replied"], "2025-03-12 15:00", "met", "2025-03-11 09:00"),
        ([*met, "2025-03-11 17:01 replied"], "2025-03-12 15:00", "met", "2025-03-11 14:00"),
        (late, "2025-03-11 15:00", "breached", "2025-03-11 09:00"),
    ):
        row = judged(side, story(*lines), as_of, turns)
        assert (row["verdict"], row["started_at"]) == (verdict, local(started))
