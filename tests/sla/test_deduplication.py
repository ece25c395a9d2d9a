"""Duplicates, edits and the order of arrival: which events count."""

from __future__ import annotations

from itertools import permutations

from kit.diaries import Watch, ask, judge, life, sentence


def test_duplicate_events_and_duplicate_appeals() -> None:
    diary = [
        *life(
            "A-1",
            "Tue 29.04.2025 16:30 created citizen",
            "Wed 30.04.2025 11:00 replied official",
        ),
        *life(
            "A-2",
            "Tue 29.04.2025 17:00 created citizen",
            "Mon 05.05.2025 09:30 duplicate_of coordinator",
        ),
    ]
    twice = ask([*diary, diary[0]], "Mon 05.05.2025 12:00")
    one, two = twice.outcomes
    # Tue 16:30-18:00 = 1:30, Wed 09:00-11:00 = 2:00; the last half hour to 11:30
    assert sentence(one) == "met, due Wed 30.04.2025 11:30, used 3:30"
    assert (two.appeal_id, two.verdict) == ("A-2", "excluded")
    assert twice.reconciliation.duplicate == 1
    # not marked as a duplicate: Tue 1:00 + Wed (short) 7:00 + Mon 3:00 (01-04.05 are off)
    assert judge(diary[2:3], "Mon 05.05.2025 12:00") == {
        "answer": "breached by 7:00, due Wed 30.04.2025 12:00, used 11:00",
    }


def test_edits_keep_the_first_posting() -> None:
    diary = life(
        "A-1",
        "Thu 07.03.2024 16:10 edited citizen",
        "Thu 07.03.2024 16:10 created citizen",
        "Mon 11.03.2024 09:30 edited citizen",
        "Mon 11.03.2024 10:00 created citizen",
        "Mon 11.03.2024 12:30 replied official",
    )
    # Thu (short) 16:10-17:00 = 0:50, Mon 09:00-12:30 = 3:30 (08-10.03 are off)
    for events in (diary, diary[::-1]):
        assert judge(events, "Mon 11.03.2024 13:00") == {
            "answer": "breached by 0:20, due Mon 11.03.2024 12:10, used 4:20",
        }


def test_an_answer_may_be_delivered_before_its_appeal() -> None:
    answer, posted = life(
        "A-1",
        "Wed 12.03.2025 11:00 replied official",
        "Wed 12.03.2025 09:30 created citizen; received Wed 12.03.2025 11:01",
    )
    delivered = [answer, posted, posted]
    counts = ask(delivered, "Wed 12.03.2025 18:00").reconciliation
    assert (counts.read, counts.applied, counts.duplicate, counts.late) == (3, 2, 1, 1)
    for order in permutations(delivered):
        # 09:30-11:00; due 0:30 after lunch
        assert judge(list(order), "Wed 12.03.2025 18:00") == {
            "answer": "met, due Wed 12.03.2025 14:30, used 1:30",
        }
        watch = Watch()
        said = watch.apply(*order) | watch.advance("Wed 12.03.2025 18:00")
        assert said == {"opened Wed 12.03.2025 09:30", "met Wed 12.03.2025 11:00"}
