"""Which reply answers a clock: the first, the final one, or another event."""

from __future__ import annotations

from kit.diaries import judge, life, target
from workhours_sla import (
    working_hours,
)


def test_of_several_replies_the_first_by_an_official_counts() -> None:
    diary = life(
        "A-1",
        "Fri 27.12.2024 16:45 created citizen",
        "Fri 27.12.2024 17:10 replied citizen",
        "Fri 27.12.2024 17:20 replied coordinator",
        "Fri 27.12.2024 17:25 replied system",
        "Sat 28.12.2024 11:10 replied official",
        "Sat 28.12.2024 15:00 replied official",
        "Thu 09.01.2025 09:30 replied official",
        "Thu 09.01.2025 10:00 closed official",
        "Thu 09.01.2025 10:30 replied official",
        "Thu 09.01.2025 11:00 closed official",
    )
    final = target("final", stops="final_reply", budget=working_hours(8))
    closed = target("closed", stops={"closed"}, budget=working_hours(8))
    assert judge(diary, "Thu 09.01.2025 12:00", target("first"), final, closed) == {
        # Fri 16:45-18:00 = 1:15, working Saturday 09:00-11:10 = 2:10; due 2:45 into Saturday
        "first": "met, due Sat 28.12.2024 11:45, used 3:25",
        # 1:15 + Sat 8:00 + Thu 0:30 (29.12-08.01 are off); 6:45 into Saturday is 4:00 + 2:45
        "final": "breached by 1:45, due Sat 28.12.2024 16:45, used 9:45",
        "closed": "breached by 2:15, due Sat 28.12.2024 16:45, used 10:15",
    }
    # three answers and no closing: 1:15 + Sat 4:00 + 1:30
    assert judge(diary[:6], "Sat 28.12.2024 15:30", final) == {
        "final": "pending, due Sat 28.12.2024 16:45, used 6:45",
    }


def test_an_answer_by_an_unknown_author_counts() -> None:
    diary = life("A-1", "Fri 27.12.2024 16:45 created", "Sat 28.12.2024 11:10 replied")
    assert judge(diary, "Thu 09.01.2025 12:00") == {
        "answer": "met, due Sat 28.12.2024 11:45, used 3:25",
    }
