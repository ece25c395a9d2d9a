"""Reviews: which replies are substantive."""

from __future__ import annotations

from dataclasses import replace

from kit.diaries import S9, Watch, entry, judge, life, only, sentence, target
from kit.promise_scenes import FOUR, Side, judged, sides, story


def test_a_formal_reply_answers_only_the_first_reply_target() -> None:
    diary = life(
        "A-1",
        "Thu 06.11.2025 16:00 created citizen",
        "Thu 06.11.2025 16:20 replied official formal",
    )
    substantive = target("substantive", stops="substantive_reply")
    assert judge(diary, "Fri 07.11.2025 10:30", target("first"), substantive) == {
        # Thu 2:00 + Fri 09:00-11:00
        "first": "met, due Fri 07.11.2025 11:00, used 0:20",
        # Thu 2:00 + Fri 1:30
        "substantive": "at_risk, due Fri 07.11.2025 11:00, used 3:30",
    }
    # judged as not substantive: there is nothing left to review
    assert only(diary, "Fri 07.11.2025 10:30", substantive).needs_review is False


def test_a_reply_that_was_not_judged_yet() -> None:
    diary = life(
        "A-1",
        "Thu 11.09.2025 09:10 created citizen",
        "Thu 11.09.2025 11:00 replied official id=early",
        "Thu 11.09.2025 17:45 replied official id=late",
    )
    substantive = target(stops="substantive_reply")
    # 09:10-13:00 = 3:50, 14:00-14:10; used until Friday noon: 3:50 + 4:00 + 3:00
    unjudged = only(diary, "Fri 12.09.2025 12:00", substantive)
    assert sentence(unjudged) == "breached by 6:50, due Thu 11.09.2025 14:10, used 10:50"
    assert unjudged.needs_review is True

    # a review four days later makes the early reply the answer: 09:10-11:00
    named = life("A-1", "Mon 15.09.2025 10:00 review coordinator substantive of=early id=review")
    assert judge([*diary, *named], "Mon 15.09.2025 12:00", substantive) == {
        "answer": "met, due Thu 11.09.2025 14:10, used 1:50"
    }
    # a review that names none is of the last reply before it: 3:50 + 14:00-17:45 = 3:45
    plain = life("A-1", "Mon 15.09.2025 10:00 review coordinator substantive id=review")
    found = only([*diary, *plain], "Mon 15.09.2025 12:00", substantive)
    assert sentence(found) == "breached by 3:35, due Thu 11.09.2025 14:10, used 7:35"
    assert found.needs_review is True  # a review may still make the early reply the answer

    # the last review of a reply counts
    for words, verdict in (("formal", "breached"), ("substantive", "met")):
        second = life("A-1", f"Tue 16.09.2025 10:00 review coordinator {words} of=early id=second")
        reviewed = [*diary, *named, *second]
        assert only(reviewed, "Tue 16.09.2025 12:00", substantive).verdict == verdict


def test_a_review_days_later_retracts_the_breach() -> None:
    diary = life(
        "A-1",
        "Thu 11.09.2025 09:10 created citizen",
        "Thu 11.09.2025 11:00 replied official id=early",
        "Mon 15.09.2025 10:00 review coordinator substantive of=early",
    )
    watch = Watch(target(stops="substantive_reply"))
    assert watch.apply(*diary[:2]) == {"opened Thu 11.09.2025 09:10"}
    # three hours of four are used at 12:10
    assert watch.advance("Fri 12.09.2025 12:00") == {
        "at_risk Thu 11.09.2025 12:10",
        "breached Thu 11.09.2025 14:10",
    }
    assert watch.apply(diary[2]) == {"not at_risk", "not breached", "met Thu 11.09.2025 11:00"}


def test_a_substantive_reply_with_and_without_a_lunch_break() -> None:
    diary = life(
        "A-1",
        "Mon 15.09.2025 09:10 created citizen",
        "Mon 15.09.2025 09:40 replied official formal",
        "Mon 15.09.2025 14:35 replied official substantive",
    )
    substantive = target("S8", stops="substantive_reply")
    continuous = target("S9", stops="substantive_reply", schedule=S9)
    assert judge(diary, "Mon 15.09.2025 18:00", target("first"), substantive, continuous) == {
        # 09:10-13:00 = 3:50, and 0:10 after lunch
        "first": "met, due Mon 15.09.2025 14:10, used 0:30",
        # 3:50 + 14:00-14:35
        "S8": "breached by 0:25, due Mon 15.09.2025 14:10, used 4:25",
        # 09:10-14:35
        "S9": "breached by 1:25, due Mon 15.09.2025 13:10, used 5:25",
    }


def test_a_review_without_a_verdict_changes_nothing() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 replied official substantive id=reply",
        "Thu 13.03.2025 09:00 review formal of=reply",
        "Thu 13.03.2025 10:00 review substantive of=reply",
        "Thu 13.03.2025 11:00 review of=reply",
        "Thu 13.03.2025 12:00 review formal of=A-1/0",
        "Thu 13.03.2025 12:00 review formal of=elsewhere",
    )
    of = target(stops="substantive_reply")
    # of two reviews that disagree the later one decides; the others concern other replies
    verdicts = [only(diary[:many], "Fri 14.03.2025 09:00", of).verdict for many in range(2, 8)]
    assert verdicts == ["met", "breached", "met", "met", "met", "met"]
    # of two reviews at one instant the one with the greater id decides
    same_due_targets = [
        entry("A-1", 8, "Thu 13.03.2025 12:30 review formal of=reply"),
        entry("A-1", 9, "Thu 13.03.2025 12:30 review substantive of=reply"),
    ]
    assert only([*diary, *same_due_targets], "Fri 14.03.2025 09:00", of).verdict == "met"


def test_a_review_that_names_its_reply_counts_before_it() -> None:
    posted, of_none, named, answer = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 10:50 review substantive",
        "Wed 12.03.2025 10:55 review substantive of=reply",
        "Wed 12.03.2025 11:00 replied official id=reply",
    )
    of = target(stops="substantive_reply")
    outcome = only([posted, of_none, answer], "Wed 12.03.2025 18:00", of)
    assert (outcome.verdict, outcome.needs_review) == ("breached", True)
    assert only([posted, named, answer], "Wed 12.03.2025 18:00", of).verdict == "met"


def test_a_reply_from_before_a_transfer_may_be_the_answer() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 11:00 replied official id=reply",
        "Wed 12.03.2025 12:00 transferred agency=B",
        "Thu 13.03.2025 09:00 review substantive of=reply",
    )
    of = target(stops="substantive_reply", on_transfer="restart")
    # 12:00-13:00 = 1:00, 14:00-18:00 = 4:00
    waiting = only(diary[:3], "Wed 12.03.2025 18:00", of)
    assert sentence(waiting) == "breached by 1:00, due Wed 12.03.2025 17:00, used 5:00"
    assert waiting.needs_review
    answered = only(diary, "Thu 13.03.2025 18:00", of)
    assert sentence(answered) == "met, due Wed 12.03.2025 15:15, used 0:45"
    assert not answered.needs_review


@sides
def test_a_review_overrides_the_reply(side: Side) -> None:
    posted, reply, review = story(
        "2025-03-11 09:00 created", "2025-03-11 10:00 replied", "2025-03-11 11:00 review"
    )
    point = replace(FOUR, stops="substantive_reply")
    for own, later, verdict, open_question in (
        (True, False, "at_risk", False),
        (False, True, "met", False),
        (None, True, "met", False),
        (None, False, "at_risk", False),
    ):
        events = [posted, replace(reply, substantive=own), replace(review, substantive=later)]
        row = judged(side, events, "2025-03-11 12:30", point)
        assert (row["verdict"], row["needs_review"]) == (verdict, open_question)
