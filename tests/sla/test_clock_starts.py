"""Which event starts a clock: posting, receipt, registration, assignment or an interim reply."""

from __future__ import annotations

from dataclasses import replace

from kit.diaries import Watch, ask, at, clock, judge, life, only, phases, sentence, target
from kit.promise_scenes import FOUR, Side, judged, local, sides, story
from workhours_sla import (
    Policy,
    WorkingDays,
    evaluate,
    holder_spans,
    working_hours,
)


def test_posted_is_not_registered() -> None:
    # a post that was found after 40 minutes, registered and assigned on a working Saturday
    diary = life(
        "A-1",
        "Fri 26.04.2024 17:00 created citizen; received Fri 26.04.2024 17:40",
        "Sat 27.04.2024 10:00 registered",
        "Sat 27.04.2024 11:30 assigned agency=roads",
        "Sat 27.04.2024 14:30 replied official",
    )
    starts = ("posted", "detected", "registered", "assigned")
    targets = [target(start, starts=start) for start in starts]
    assert judge(diary, "Sat 27.04.2024 18:00", *targets) == {
        # Fri 17:00-18:00 = 1:00, Sat 09-13 = 4:00, 14:00-14:30 = 0:30; due 3:00 into Saturday
        "posted": "breached by 1:30, due Sat 27.04.2024 12:00, used 5:30",
        # Fri 17:40-18:00 = 0:20, Sat 4:30; due 3:40 into Saturday
        "detected": "breached by 0:50, due Sat 27.04.2024 12:40, used 4:50",
        # 10:00-13:00 = 3:00, 14:00-14:30 = 0:30; the fourth hour is 14:00-15:00
        "registered": "met, due Sat 27.04.2024 15:00, used 3:30",
        # 11:30-13:00 = 1:30, 14:00-14:30 = 0:30; the last 2:30 are 14:00-16:30
        "assigned": "met, due Sat 27.04.2024 16:30, used 2:00",
    }
    # the delay: Fri 1:00 + Sat 09:00-10:00; then 10:00-11:30; then 11:30-13:00 + 14:00-14:30
    assert phases(diary, "Sat 27.04.2024 18:00", targets[0]) == [
        ("unregistered", None, "2:00"),
        ("unassigned", None, "1:30"),
        ("assigned", "roads", "2:00"),
    ]


def test_an_appeal_never_registered_has_no_clock_from_registration() -> None:
    diary = life("A-1", "Fri 26.04.2024 17:00 created")
    late = [target(start, starts=start) for start in ("registered", "assigned")]
    assert judge(diary, "Thu 02.05.2024 10:00", target("posted"), *late) == {
        # Fri 1:00 + Sat 8:00 + Thu 1:00 (28.04-01.05 are off)
        "posted": "breached by 6:00, due Sat 27.04.2024 12:00, used 10:00",
    }


def test_an_interim_answer() -> None:
    diary = life(
        "A-1",
        "Wed 24.04.2024 10:00 created citizen",
        "Wed 24.04.2024 11:00 replied official interim",
        "Tue 07.05.2024 20:00 replied official",
        "Tue 07.05.2024 20:05 closed official",
    )
    final = {"budget": WorkingDays(7), "starts": "interim", "stops": "final_reply"}
    targets = target("first"), target("final", **final), target("strict", closing="strict", **final)
    first, in_time, strict = ask(diary, "Wed 08.05.2024 12:00", *targets).outcomes
    # 10:00-13:00 = 3:00, 14:00-15:00
    assert sentence(first) == "met, due Wed 24.04.2024 15:00, used 1:00"
    # Thu 25, Fri 26, working Sat 27 = 3; Thu 02.05, Fri 03 = 5; Mon 06, Tue 07 = 7
    assert (in_time.verdict, clock(in_time.due_at)) == ("met", "Tue 07.05.2024 18:00")
    assert clock(in_time.started_at) == "Wed 24.04.2024 11:00"
    assert clock(in_time.limit) == "Wed 08.05.2024 00:00"
    assert (strict.verdict, clock(strict.limit)) == ("breached", "Tue 07.05.2024 18:00")
    # without the last two lines of the diary: the date ends at 24:00
    for as_of, verdict in (
        ("Tue 07.05.2024 16:59", "pending"),
        ("Tue 07.05.2024 17:00", "at_risk"),
        ("Wed 08.05.2024 00:00", "at_risk"),
        ("Wed 08.05.2024 00:01", "breached"),
    ):
        assert only(diary[:2], as_of, targets[1]).verdict == verdict, as_of


def test_without_an_interim_answer_the_final_term_does_not_run() -> None:
    diary = life(
        "A-1",
        "Wed 24.04.2024 10:00 created citizen",
        "Wed 24.04.2024 10:20 replied citizen interim",
        "Wed 24.04.2024 11:00 replied official",
    )
    final = target("final", budget=WorkingDays(7), starts="interim", stops="final_reply")
    # 10:00-11:00
    assert judge(diary, "Wed 08.05.2024 12:00", target("first"), final) == {
        "first": "met, due Wed 24.04.2024 15:00, used 1:00",
    }


def test_the_reply_after_an_interim_reply_is_the_answer() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created",
        "Wed 12.03.2025 11:00 replied official interim",
        "Wed 12.03.2025 12:00 replied official",
    )
    outcome = only(diary, "Thu 13.03.2025 09:00", target(starts="interim"))
    assert (outcome.elapsed, outcome.verdict) == (working_hours(1), "met")
    first = only(diary[:2], "Wed 12.03.2025 11:30", target(starts="interim"))
    assert (first.answered_at, first.verdict) == (None, "pending")


def test_a_clock_detected_later_does_not_exist_yet() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created; received Wed 12.03.2025 14:40",
        "Wed 12.03.2025 11:00 deleted citizen; received Wed 12.03.2025 15:30",
    )
    policy = Policy([target(starts="detected"), target("posted")])
    for as_of, clocks in (("14:39", ["posted"]), ("14:40", ["answer", "posted"])):
        result = evaluate(diary[:1], policy, as_of=at(f"Wed 12.03.2025 {as_of}"))
        assert [one.target for one in result.outcomes] == clocks
    assert holder_spans(diary, policy.targets[0], as_of=at("Wed 12.03.2025 14:39")) == ()
    watch = Watch(target(starts="detected"))
    assert watch.advance("Wed 12.03.2025 14:00") == set()
    assert watch.apply(diary[0]) == set()
    assert watch.advance("Wed 12.03.2025 15:00") == {"opened Wed 12.03.2025 14:40"}
    assert watch.apply(diary[1]) == {"withdrawn Wed 12.03.2025 14:40"}
    # 14:40-15:30 = 0:50 of none, as it was withdrawn before
    outcome = only(diary, "Wed 12.03.2025 15:30", target(starts="detected"))
    assert sentence(outcome) == "withdrawn, due Thu 13.03.2025 09:40, used 0:00"


def test_the_event_that_starts_a_clock_does_not_answer_it() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 assigned agency=A",
        "Wed 12.03.2025 12:00 assigned agency=B",
        "Wed 12.03.2025 12:30 replied official",
    )
    of = target(starts="assigned", stops=frozenset({"assigned", "replied"}))
    assert only(diary[:2], "Wed 12.03.2025 12:00", of).verdict == "pending"
    assert only(diary, "Wed 12.03.2025 18:00", of).answered_at == at("Wed 12.03.2025 12:00")


@sides
def test_an_interim_reply_does_not_answer_the_clock_it_starts(side: Side) -> None:
    posted, interim, answer = story(
        "2025-03-11 09:00 created", "2025-03-11 10:00 replied", "2025-03-11 12:00 replied"
    )
    events = [posted, replace(interim, reason="interim"), answer]
    for stops in ("first_reply", "next_reply", frozenset({"replied"})):
        promise = replace(FOUR, starts="interim", stops=stops)
        row = judged(side, events, "2025-03-12 09:00", promise)
        times = (row["started_at"], row["answered_at"])
        assert times == (local("2025-03-11 10:00"), local("2025-03-11 12:00"))
