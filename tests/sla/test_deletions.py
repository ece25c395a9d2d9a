"""Deletions: which withdraw an appeal, and when."""

from __future__ import annotations

import pytest

from kit.diaries import at, clock, entry, judge, life, only, sentence, target


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # 10:15-13:00 = 2:45, 14:00-15:15 = 1:15: the limit is 15:15
        (["15:15 deleted citizen"], "withdrawn at Wed 12.03.2025 15:15"),
        (["15:16 deleted citizen"], "breached"),
        (["11:00 deleted official"], "breached"),
        (["11:00 deleted"], "breached"),
        (["11:00 deleted citizen", "11:30 restored"], "breached"),
        (
            ["11:00 deleted citizen", "11:30 restored", "12:00 deleted citizen"],
            "withdrawn at Wed 12.03.2025 12:00",
        ),
        (["12:00 replied official", "12:30 deleted citizen"], "met"),
    ],
)
def test_only_the_citizen_withdraws_by_a_deletion_until_the_limit(
    lines: list[str], said: str
) -> None:
    wednesday = [f"Wed 12.03.2025 {line}" for line in ("10:15 created citizen", *lines)]
    outcome = only(life("A-1", *wednesday), "Wed 12.03.2025 18:00")
    deletion = f" at {clock(outcome.withdrawn_at)}" if outcome.verdict == "withdrawn" else ""
    assert f"{outcome.verdict}{deletion}" == said


def test_a_comment_deleted_at_lunch_before_its_limit() -> None:
    # 09:00-13:00 uses the budget up, and the limit is the opening at 14:00
    for time, verdict in (("14:00", "withdrawn"), ("14:01", "breached")):
        diary = life(
            "A-1",
            "Wed 12.03.2025 08:30 created citizen",
            f"Wed 12.03.2025 {time} deleted citizen",
        )
        outcome = only(diary, "Wed 12.03.2025 18:00")
        assert (outcome.verdict, clock(outcome.limit)) == (verdict, "Wed 12.03.2025 14:00")


def test_an_appeal_deleted_before_a_late_answer_is_withdrawn() -> None:
    lines = ["Wed 12.03.2025 10:15 created", "Wed 12.03.2025 11:00 deleted citizen"]
    late = life("A-1", *lines, "Thu 13.03.2025 17:00 replied official")
    assert only(late, "Fri 14.03.2025 09:00").verdict == "withdrawn"
    # due Wed 15:15: deleted at 15:16 it is overdue, and the answer is late
    lines[1] = "Wed 12.03.2025 15:16 deleted citizen"
    after = life("A-1", *lines, "Thu 13.03.2025 17:00 replied official")
    assert only(after, "Fri 14.03.2025 09:00").verdict == "breached"


def test_at_one_instant_a_reply_comes_before_a_deletion_and_a_closing_after() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen",
        "Wed 12.03.2025 12:00 deleted citizen",
        "Wed 12.03.2025 12:00 replied official",
        "Wed 12.03.2025 12:00 closed official",
    )
    posted, deleted, answer, closed = diary
    closing = target("closing", stops=frozenset({"closed"}))
    used = "due Wed 12.03.2025 15:15, used 1:45"
    assert judge(diary, "Wed 12.03.2025 18:00", target(), closing) == {
        "answer": f"met, {used}",
        "closing": f"withdrawn, {used}",
    }
    assert only([posted, deleted, closed], "Wed 12.03.2025 18:00").verdict == "withdrawn"
    # a deletion by the agency withdraws nothing at any instant
    by_agency = entry("A-1", 1, "Wed 12.03.2025 12:00 deleted official")
    assert only([posted, by_agency, closed], "Wed 12.03.2025 18:00", closing).verdict == "met"
    assert only([posted, by_agency], "Wed 12.03.2025 18:00").verdict == "breached"
    back = entry("A-1", 5, "Wed 12.03.2025 12:00 restored")
    assert only([posted, deleted, back], "Wed 12.03.2025 18:00").verdict == "breached"
    assert answer.order < deleted.order < back.order < closed.order


def test_an_appeal_deleted_before_its_clock_starts_is_withdrawn_at_the_start() -> None:
    for deleted in ("10:15", "10:10"):  # at the instant of the posting, and before it
        diary = life(
            "A-1", "Wed 12.03.2025 10:15 created", f"Wed 12.03.2025 {deleted} deleted citizen"
        )
        outcome = only(diary, "Wed 12.03.2025 18:00")
        assert sentence(outcome) == "withdrawn, due Wed 12.03.2025 15:15, used 0:00"
        assert outcome.withdrawn_at == outcome.started_at == at("Wed 12.03.2025 10:15")
        by_agency = entry("A-1", 1, f"Wed 12.03.2025 {deleted} deleted official")
        assert only([diary[0], by_agency], "Wed 12.03.2025 18:00").verdict == "breached"
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 deleted citizen",
        "Wed 12.03.2025 11:30 registered",
    )
    registered = only(diary, "Wed 12.03.2025 18:00", target(starts="registered"))
    assert registered.withdrawn_at == registered.started_at == at("Wed 12.03.2025 11:30")


@pytest.mark.parametrize(
    ("deleted", "said"),
    [
        # 10:15-12:00 = 1:45, paused, and the other 2:15 from the deletion on
        ("12:00", "withdrawn, due Wed 12.03.2025 15:15, used 1:45"),
        ("12:30", "withdrawn, due Wed 12.03.2025 15:45, used 1:45"),
        ("16:00", "withdrawn, due Thu 13.03.2025 09:15, used 1:45"),
        # resumed at 16:00, the other 2:15 are 16:00-18:00 and until 09:15
        ("16:30", "withdrawn, due Thu 13.03.2025 09:15, used 2:15"),
    ],
)
def test_a_deletion_ends_a_pause(deleted: str, said: str) -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 12:00 paused",
        "Wed 12.03.2025 16:00 resumed",
        f"Wed 12.03.2025 {deleted} deleted citizen",
    )
    of = target(pauses=True)
    assert judge(diary, "Fri 14.03.2025 12:00", of) == {"answer": said}
    if deleted != "16:30":  # the later end of the pause does not matter
        del diary[2]
        assert judge(diary, "Fri 14.03.2025 12:00", of) == {"answer": said}


def test_a_deletion_of_an_excluded_appeal_changes_no_times() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 12:00 deleted citizen",
        "Wed 12.03.2025 14:30 replied official",
        "Wed 12.03.2025 15:00 duplicate_of",
    )
    outcome = only(diary, "Wed 12.03.2025 18:00")
    assert sentence(outcome) == "excluded, due Wed 12.03.2025 15:15, used 1:45"
    assert (outcome.answered_at, outcome.withdrawn_at) == (None, None)


def test_only_a_reply_from_before_the_deletion_needs_a_review() -> None:
    for replied, needs_review in (("11:30", True), ("12:00", True), ("12:01", False)):
        diary = life(
            "A-1",
            "Wed 12.03.2025 10:15 created",
            "Wed 12.03.2025 12:00 deleted citizen",
            f"Wed 12.03.2025 {replied} replied official",
        )
        outcome = only(diary, "Wed 12.03.2025 18:00", target(stops="substantive_reply"))
        assert (outcome.verdict, outcome.needs_review) == ("withdrawn", needs_review)
