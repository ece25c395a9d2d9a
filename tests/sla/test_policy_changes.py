"""A calendar or a budget that changes while a clock runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kit.diaries import HOURS, VOLGOGRAD, Watch, at, judge, life, sentence, target
from kit.promise_oracle import Fit
from kit.promise_scenes import FOUR, Scene, Side, local, sides, story
from workhours_sla import (
    Policy,
    Rule,
    Schedule,
    evaluate,
    working_hours,
)

DECREES = {
    # Fri 16:00-18:00 = 2:00; Mon 2:00, or after the days off, 30.10-07.11: Mon 08.11 2:00
    "595": (date(2021, 10, 19), date(2021, 10, 20), "Fri 29.10.2021 16:00", "Mon 01.11.2021 11:00",
            "Mon 08.11.2021 11:00"),
    # Fri 2:00; Mon 2:00, or after 30.03-11.05: Tue 12.05 2:00
    "206, 239, 294": (date(2020, 3, 24), date(2020, 4, 28), "Fri 27.03.2020 16:00",
                      "Mon 30.03.2020 11:00", "Tue 12.05.2020 11:00"),
}  # fmt: skip


@pytest.mark.parametrize("decree", DECREES)
def test_a_decree_that_comes_late(decree: str) -> None:
    before, after, posted, old_due, new_due = DECREES[decree]
    then = target(schedule=Schedule(VOLGOGRAD.as_known(before), HOURS))
    corrected = target(schedule=Schedule(VOLGOGRAD.as_known(after), HOURS))
    diary = life("A-1", f"{posted} created")
    assert judge(diary, posted, then) == {"answer": f"pending, due {old_due}, used 0:00"}
    assert judge(diary, posted, corrected) == {"answer": f"pending, due {new_due}, used 0:00"}
    watch = Watch(then)
    assert watch.apply(*diary) == {f"opened {posted}"}
    assert watch.replace(corrected) == {f"due {new_due}"}
    assert watch.replace(corrected) == set()
    assert watch.advance(old_due) == set()


AMENDED_DIARY = (
    "Tue 31.01.2023 16:30 created citizen",
    "Fri 03.02.2023 10:00 replied official",
)
BEFORE_AMENDMENT, SINCE_AMENDMENT = (
    target(schedule=Schedule(VOLGOGRAD.as_known(date(2023, 1, day)), HOURS)) for day in (23, 24)
)


def test_an_amended_calendar_changes_the_due_time() -> None:
    diary = life("A-1", *AMENDED_DIARY)
    # Tue 16:30-18:00 = 1:30, Wed 8:00, Thu 8:00, Fri 1:00; due 2:30 into Wednesday
    before = {"answer": "breached by 14:30, due Wed 01.02.2023 11:30, used 18:30"}
    assert judge(diary, "Fri 03.02.2023 12:00", BEFORE_AMENDMENT) == before
    # Wed and Thu are off: 1:30 + Fri 1:00; due 2:30 into Friday
    assert judge(diary, "Fri 03.02.2023 12:00", SINCE_AMENDMENT) == {
        "answer": "met, due Fri 03.02.2023 11:30, used 2:30",
    }
    assert judge(diary, "Fri 03.02.2023 12:00", BEFORE_AMENDMENT) == before


def test_an_amendment_before_the_old_limit_moves_it() -> None:
    posted, answer = life("A-1", *AMENDED_DIARY)
    watch = Watch(BEFORE_AMENDMENT)
    assert watch.apply(posted) == {"opened Tue 31.01.2023 16:30"}
    assert watch.advance("Wed 01.02.2023 10:00") == set()
    assert watch.replace(SINCE_AMENDMENT) == {"due Fri 03.02.2023 11:30"}
    assert watch.advance("Fri 03.02.2023 09:59") == set()
    assert watch.apply(answer) == {"met Fri 03.02.2023 10:00"}
    assert watch.current == ["due_changed", "met", "opened"]


def test_an_amendment_after_the_old_limit_retracts_the_breach() -> None:
    posted, answer = life("A-1", *AMENDED_DIARY)
    # this appeal was answered on Monday, before the changed days
    other = life("A-2", "Mon 30.01.2023 10:00 created", "Mon 30.01.2023 11:00 replied")
    watch = Watch(BEFORE_AMENDMENT)
    watch.apply(*other)
    assert watch.apply(posted) == {"opened Tue 31.01.2023 16:30"}
    # three hours are used on Wed at 10:30
    assert watch.advance("Thu 02.02.2023 12:00") == {
        "at_risk Wed 01.02.2023 10:30",
        "breached Wed 01.02.2023 11:30",
    }
    assert watch.replace(SINCE_AMENDMENT) == {
        "not at_risk",
        "not breached",
        "due Fri 03.02.2023 11:30",
    }
    assert watch.advance("Fri 03.02.2023 09:59") == set()
    assert watch.apply(answer) == {"met Fri 03.02.2023 10:00"}
    # unanswered, it would have been at risk on Friday at 10:30
    assert watch.advance("Mon 06.02.2023 12:00") == set()


def test_a_budget_that_changes_while_the_clock_runs() -> None:
    # urgent appeals have two hours, others four; this appeal becomes urgent at 14:30
    rules = [
        Rule([target("urgent", budget=working_hours(2), pauses=True)], importances={"high"}),
        Rule([target("normal", pauses=True)]),
    ]
    lines = ["Wed 12.03.2025 10:00 created", "Wed 12.03.2025 14:30 edited importance=high"]
    early = life("A-1", *lines, "Wed 12.03.2025 11:00 paused", "Wed 12.03.2025 12:00 resumed")
    across = life("A-1", *lines, "Wed 12.03.2025 12:00 paused", "Wed 12.03.2025 15:00 resumed")
    late = life("A-1", *lines, "Wed 12.03.2025 15:00 paused", "Wed 12.03.2025 16:00 resumed")
    for on_change, diary, said in (
        # 10:00-11:00, 12:00-13:00, 14:00-17:00 = 5:00
        ("from_creation", early, "breached by 3:00, due Wed 12.03.2025 13:00, used 5:00"),
        # 10:00-12:00, 15:00-17:00
        ("from_creation", across, "breached by 2:00, due Wed 12.03.2025 12:00, used 4:00"),
        # 10:00-13:00, 14:00-15:00, 16:00-17:00
        ("from_creation", late, "breached by 3:00, due Wed 12.03.2025 12:00, used 5:00"),
        # 14:30-17:00; the pause was over before
        ("from_change", early, "breached by 0:30, due Wed 12.03.2025 16:30, used 2:30"),
        # paused from the start to 15:00
        ("from_change", across, "at_risk, due Wed 12.03.2025 17:00, used 2:00"),
        # 14:30-15:00, 16:00-17:00
        ("from_change", late, "at_risk, due Wed 12.03.2025 17:30, used 1:30"),
    ):
        policy = Policy(rules, on_change=on_change)
        for events in (diary, diary[::-1]):
            (outcome,) = evaluate(events, policy, as_of=at("Wed 12.03.2025 17:00")).outcomes
            assert (outcome.target, sentence(outcome)) == ("urgent", said)


def test_a_clock_built_by_rule_starts_no_earlier_than_its_rule() -> None:
    urgent = Rule([target("urgent", budget=working_hours(2))], importances=["high"])
    policy = Policy([urgent, Rule([target("plain")])], on_change="from_change")
    diary = life(
        "A-1",
        "Wed 29.12.2027 09:00 created importance=low",
        "Thu 30.12.2027 17:00 edited importance=high",
    )
    # the calendar of 2028 is not known; by rule Monday 10 January is the first working day
    as_of = at("Tue 11.01.2028 09:00")
    (outcome,) = evaluate(diary, policy, as_of=as_of, provisional=True).outcomes
    assert sentence(outcome) == "breached by 7:00, due Mon 10.01.2028 10:00, used 9:00"
    assert outcome.provisional


@sides
def test_with_from_change_a_clock_starts_no_earlier_than_its_rule(side: Side) -> None:
    lines = ("2025-03-11 09:00 created", "2025-03-11 11:00 edited", "2025-03-11 12:00 edited")
    posted, moved, another = story(*lines)
    events = (posted, replace(moved, channel="vk"), replace(another, topic="roads"))
    fits = (Fit((FOUR,), {"channel": ("vk",)}), Fit((replace(FOUR, name="q"),)))
    for from_change, started in ((True, "2025-03-11 11:00"), (False, "2025-03-11 09:00")):
        for many in (2, 3):
            as_of = local("2025-03-11 12:30")
            (row,) = side(Scene(events[:many], fits, as_of, from_change=from_change))
            assert (row["target"], row["started_at"]) == ("p", local(started))
