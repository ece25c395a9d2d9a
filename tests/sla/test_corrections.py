"""Corrections: events that move another event and replace its fields."""

from __future__ import annotations

from kit.diaries import Watch, at, entry, judge, life, only, phases, sentence, target
from workhours_sla import (
    Evaluation,
    Event,
    Policy,
    evaluate,
)


def test_late_events_and_corrections() -> None:
    diary = life(
        "A-1",
        "Fri 01.11.2024 15:30 created citizen",
        "Sat 02.11.2024 10:10 replied official id=reply; received Sat 02.11.2024 12:05",
        "Sat 02.11.2024 10:50 corrected of=reply; received Tue 05.11.2024 10:00",
        "Sat 02.11.2024 09:10 corrected of=reply; received Tue 05.11.2024 11:00",
        "Sat 02.11.2024 11:40 corrected of=reply; received Tue 05.11.2024 09:00",
    )
    watch = Watch()
    assert watch.apply(diary[0]) == {"opened Fri 01.11.2024 15:30"}
    # Fri 15:30-18:00 = 2:30; three hours are used on Sat at 09:30, four at 10:30
    assert watch.advance("Sat 02.11.2024 12:00") == {
        "at_risk Sat 02.11.2024 09:30",
        "breached Sat 02.11.2024 10:30",
    }
    due = "due Sat 02.11.2024 10:30"
    for number, changes, said in (
        # 2:30 + 09:00-10:10
        (1, {"not breached", "met Sat 02.11.2024 10:10"}, f"met, {due}, used 3:40"),
        # 2:30 + 09:00-10:50
        (2, {"not met", "breached Sat 02.11.2024 10:30"}, f"breached by 0:20, {due}, used 4:20"),
        # 2:30 + 09:00-09:10, before the warning
        (
            3,
            {"not at_risk", "not breached", "met Sat 02.11.2024 09:10"},
            f"met, {due}, used 2:40",
        ),
        # this correction was received before the one that counts
        (4, set(), f"met, {due}, used 2:40"),
    ):
        assert watch.apply(diary[number]) == changes
        heard = diary[: number + 1]
        assert judge(heard, "Tue 05.11.2024 12:00") == {"answer": said}
        assert judge(heard[::-1], "Tue 05.11.2024 12:00") == {"answer": said}
    assert watch.apply(*diary) == set()
    assert watch.current == ["met", "opened"]


def test_a_posting_corrected() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen agency=roads id=post",
        "Wed 12.03.2025 14:20 replied official",
        "Wed 12.03.2025 09:15 corrected of=post agency=water; received Thu 13.03.2025 09:00",
    )
    # 10:15-13:00 = 2:45, 14:00-14:20 = 0:20
    assert judge(diary[:2], "Thu 13.03.2025 12:00") == {
        "answer": "met, due Wed 12.03.2025 15:15, used 3:05",
    }
    # 09:15-13:00 = 3:45, 14:00-14:20 = 0:20
    corrected = only(diary, "Thu 13.03.2025 12:00")
    assert sentence(corrected) == "breached by 0:05, due Wed 12.03.2025 14:15, used 4:05"
    assert corrected.agency_id == "water"


def test_a_correction_of_a_missing_event_has_no_effect_until_it_arrives() -> None:
    posted, correction, answer = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 14:30 corrected of=reply agency=B",
        "Wed 12.03.2025 16:00 replied official id=reply",
    )
    # 10:15-13:00 = 2:45, 14:00-17:00 = 3:00
    waiting = only([posted, correction], "Wed 12.03.2025 17:00")
    assert sentence(waiting) == "breached by 1:45, due Wed 12.03.2025 15:15, used 5:45"
    assert waiting.agency_id == "A"
    # 2:45 + 0:30, although the reply was first recorded at 16:00
    answered = only([posted, correction, answer], "Wed 12.03.2025 17:00")
    assert sentence(answered) == "met, due Wed 12.03.2025 15:15, used 3:15"
    assert answered.agency_id == "B"


def test_only_a_later_correction_of_the_event_replaces_a_correction() -> None:
    posted, answer, first, of_itself, of_the_first, again = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 12:00 replied official id=reply",
        "Wed 12.03.2025 15:45 corrected of=reply id=first; received Thu 13.03.2025 09:00",
        "Wed 12.03.2025 11:00 corrected of=self id=self agency=B; received Thu 13.03.2025 10:00",
        "Wed 12.03.2025 11:00 corrected of=first agency=B; received Thu 13.03.2025 11:00",
        "Wed 12.03.2025 15:00 corrected of=reply; received Thu 13.03.2025 12:00",
    )
    # 10:15-13:00 = 2:45, 14:00-15:45 = 1:45
    diary = [posted, answer, first, of_itself, of_the_first]
    outcome = only(diary, "Thu 13.03.2025 18:00")
    assert sentence(outcome) == "breached by 0:30, due Wed 12.03.2025 15:15, used 4:30"
    assert outcome.agency_id == "A"
    # 2:45 + 1:00
    corrected = only([*diary, again], "Thu 13.03.2025 18:00")
    assert sentence(corrected) == "met, due Wed 12.03.2025 15:15, used 3:45"


def test_as_of_an_instant_events_count_by_their_corrected_times() -> None:
    posted, answer, later, earlier = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 12:00 replied official id=reply",
        "Wed 12.03.2025 17:00 corrected of=reply; received Thu 13.03.2025 09:00",
        "Wed 12.03.2025 11:00 corrected of=reply; received Thu 13.03.2025 10:00",
    )

    def as_of_16(*events: Event) -> Evaluation:
        return evaluate(events, Policy([target()]), as_of=at("Wed 12.03.2025 16:00"))

    moved_on = as_of_16(posted, answer, later)  # 2:45 and 14:00-16:00, and the reply yet to come
    assert [sentence(one) for one in moved_on.outcomes] == [
        "breached by 0:45, due Wed 12.03.2025 15:15, used 4:45"
    ]
    counts = moved_on.reconciliation
    assert (counts.read, counts.applied, counts.after_as_of) == (3, 1, 2)
    for events in ([posted, answer, later, earlier], [earlier, later, answer, posted]):
        outcome = as_of_16(*events).outcomes[0]
        assert sentence(outcome) == "met, due Wed 12.03.2025 15:15, used 0:45"
    late = entry("A-1", 1, "Wed 12.03.2025 17:00 replied official id=reply")
    assert as_of_16(posted, late, earlier).outcomes[0].verdict == "met"
    assert as_of_16(late, posted).reconciliation.late == 0  # events left out make none late
    spans = phases([posted, answer, later], "Wed 12.03.2025 16:00", target())
    assert spans == [("assigned", "A", "4:45")]
