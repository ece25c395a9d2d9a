"""Events that arrive late, from the future, or after ``known_at``."""

from __future__ import annotations

from kit.diaries import Watch, at, entry, life, sentence, target
from workhours_sla import (
    Policy,
    evaluate,
)


def test_late_pauses_deletions_and_duplicates_retract_a_breach() -> None:
    # 10:15-13:00 = 2:45; three hours are used at 14:15, four at 15:15
    late = {"at_risk Wed 12.03.2025 14:15", "breached Wed 12.03.2025 15:15"}
    posted, deleted, restored, duplicate = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen",
        "Wed 12.03.2025 15:00 deleted citizen; received Wed 12.03.2025 16:10",
        "Wed 12.03.2025 15:10 restored; received Wed 12.03.2025 16:20",
        "Wed 12.03.2025 16:30 duplicate_of coordinator",
    )
    watch = Watch()
    assert watch.apply(posted) == {"opened Wed 12.03.2025 10:15"}
    assert watch.advance("Wed 12.03.2025 16:00") == late
    assert watch.apply(deleted) == {"not breached", "withdrawn Wed 12.03.2025 15:00"}
    assert watch.apply(restored) == {"not withdrawn", "breached Wed 12.03.2025 15:15"}
    assert watch.apply(duplicate) >= {"not breached", "excluded Wed 12.03.2025 16:30"}

    paused, resumed, answer = life(
        "A-1",
        "Wed 12.03.2025 15:00 paused official id=p; received Wed 12.03.2025 16:10",
        "Wed 12.03.2025 16:30 resumed id=q",
        "Wed 12.03.2025 16:50 replied official id=r",
    )
    watch = Watch(target(pauses=True))
    watch.apply(posted)
    assert watch.advance("Wed 12.03.2025 16:00") == late
    assert watch.apply(paused) == {"not breached", "paused Wed 12.03.2025 15:00"}
    # a quarter of an hour of the budget was left
    assert watch.apply(resumed) | watch.advance("Wed 12.03.2025 16:40") == {
        "resumed Wed 12.03.2025 16:30",
        "due Wed 12.03.2025 16:45",
    }
    # an earlier answer may still arrive
    assert watch.apply(answer) == set()
    assert watch.advance("Wed 12.03.2025 16:46") == {"breached Wed 12.03.2025 16:45"}


def test_events_from_the_future_and_answers_from_before_the_posting() -> None:
    diary = [
        *life("A-1", "Wed 12.03.2025 09:05 created; received Wed 12.03.2025 09:00"),
        *life("A-2", "Wed 12.03.2025 09:06 created; received Wed 12.03.2025 09:00"),
        *life(
            "A-3",
            "Wed 12.03.2025 10:15 created",
            "Wed 12.03.2025 10:14 replied official",
            "Wed 12.03.2025 09:00 closed official",
            "Wed 12.03.2025 15:10 replied official; received Wed 12.03.2025 15:00",
        ),
        *life("A-4", "Wed 12.03.2025 10:00 replied official"),
    ]
    result = evaluate(diary, Policy([target()]), as_of=at("Wed 12.03.2025 15:30"))
    assert sorted((one.event.event_id, one.reason) for one in result.quarantine) == [
        ("A-2/0", "future_time"),
        ("A-3/1", "reply_before_post"),
        ("A-3/2", "reply_before_post"),
        ("A-3/3", "future_time"),
        ("A-4/0", "no_appeal"),
    ]
    assert [(one.appeal_id, sentence(one)) for one in result.outcomes] == [
        # 09:05-13:00 = 3:55, 14:00-15:30 = 1:30; due 0:05 after lunch
        ("A-1", "breached by 1:25, due Wed 12.03.2025 14:05, used 5:25"),
        # 10:15-13:00 = 2:45, 14:00-15:30 = 1:30, and no answer
        ("A-3", "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"),
    ]


def test_known_at_leaves_out_events_received_later() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 14:00 replied official id=reply; received Wed 12.03.2025 14:05",
        "Wed 12.03.2025 15:30 corrected of=reply; received Thu 13.03.2025 09:00",
    )
    repeat = entry("A-1", 1, "Wed 12.03.2025 14:00 replied official id=reply")
    late = entry(
        "A-1", 1, "Wed 12.03.2025 14:00 replied official id=reply; received Fri 14.03.2025 09:00"
    )
    policy = Policy([target()])
    for known_at, said in (
        # on Friday, all as of Wednesday 16:00: 10:15-13:00 = 2:45, and from 14:00 on
        ("Wed 12.03.2025 13:59", "breached by 0:45, due Wed 12.03.2025 15:15, used 4:45"),
        ("Wed 12.03.2025 14:05", "met, due Wed 12.03.2025 15:15, used 2:45"),
        ("Thu 13.03.2025 09:00", "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"),
    ):
        for events in (diary, [*diary, late], [late, *diary[::-1]], [repeat, *diary]):
            if repeat in events and known_at.endswith("13:59"):
                continue  # it was received as it occurred
            result = evaluate(
                events, policy, as_of=at("Wed 12.03.2025 16:00"), known_at=at(known_at)
            )
            assert [sentence(one) for one in result.outcomes] == [said]
