"""Reopenings: each begins a cycle with a clock of its own."""

from __future__ import annotations

from dataclasses import replace

from kit.diaries import at, life, sentence, target
from kit.promise_oracle import Fit
from kit.promise_scenes import FOUR, Scene, Side, local, sides, story
from workhours_sla import (
    Policy,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.sla.holders import breach_owner
from workhours_sla.worktime.amounts import format_amount


def test_a_reopened_appeal_keeps_its_holder() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 10:00 transferred agency=B",
        "Wed 12.03.2025 11:00 replied official",
        "Wed 12.03.2025 12:00 reopened",
        "Wed 12.03.2025 14:00 transferred agency=C",
        "Wed 12.03.2025 15:00 transferred agency=B",
    )
    as_of = at("Wed 12.03.2025 16:00")
    spans = holder_spans(diary, target(), as_of=as_of, cycle=1)
    assert [(span.phase, span.holder, format_amount(span.worked)) for span in spans] == [
        ("assigned", "B", "1:00"),
        ("assigned", "C", "1:00"),
        ("assigned", "B", "1:00"),
    ]
    assert breach_owner(spans, at("Wed 12.03.2025 12:30")) == "B"
    _, again = evaluate(diary, Policy([target(on_transfer="resume")]), as_of=as_of).outcomes
    # 12:00-13:00 and 15:00-16:00 in this cycle; what B used in the one before is no part of it
    assert sentence(again) == "pending, due Wed 12.03.2025 18:00, used 2:00"


def test_a_clock_built_by_rule_belongs_to_its_own_cycle() -> None:
    # the calendar of 2028 is not known; by rule Monday 10 January is the first working day
    diary = life(
        "A-1",
        "Thu 30.12.2027 14:00 created",
        "Sun 09.01.2028 12:00 replied official formal",
        "Mon 10.01.2028 17:00 reopened citizen",
        "Wed 12.01.2028 10:00 replied official substantive",
    )
    options = {"stops": "substantive_reply", "budget": working_hours(5)}
    policy = Policy([target("whole", on_reopen="ignore", **options), target("each", **options)])
    outcomes = evaluate(diary, policy, as_of=at("Thu 13.01.2028 12:00"), provisional=True).outcomes
    assert [(one.target, one.cycle, sentence(one), one.provisional) for one in outcomes] == [
        ("whole", 0, "breached by 16:00, due Mon 10.01.2028 10:00, used 21:00", True),
        ("each", 0, "breached by 26:00, due Mon 10.01.2028 10:00, used 31:00", True),
        ("each", 1, "breached by 5:00, due Tue 11.01.2028 13:00, used 10:00", True),
    ]


@sides
def test_a_reopening_begins_a_cycle(side: Side) -> None:
    events = story(
        "2025-03-11 09:00 created",
        "2025-03-11 10:00 reopened",  # nothing to reopen yet
        "2025-03-11 12:00 replied",
        "2025-03-12 09:00 reopened",
    )
    fits = (Fit((FOUR, replace(FOUR, name="q", on_reopen="ignore"))),)
    rows = side(Scene(events, fits, local("2025-03-12 12:30"), bare=True))
    found = [(row["target"], row["cycle"], row["verdict"], row["started_at"]) for row in rows]
    assert found == [
        ("p", 0, "met", local("2025-03-11 09:00")),
        ("p", 1, "at_risk", local("2025-03-12 09:00")),
        ("q", 0, "met", local("2025-03-11 09:00")),
    ]


@sides
def test_a_holder_of_an_earlier_cycle_is_new_in_this_one(side: Side) -> None:
    moves = story(
        "2025-03-11 09:00 created",
        "2025-03-11 10:00 transferred",
        "2025-03-11 11:00 replied",
        "2025-03-11 12:00 reopened",
        "2025-03-11 14:00 transferred",
    )
    holders = {0: "A", 1: "B", 4: "A"}
    events = [replace(event, agency_id=holders.get(n)) for n, event in enumerate(moves)]
    promise = replace(FOUR, on_transfer="resume")
    _, row = side(Scene(tuple(events), (Fit((promise,)),), local("2025-03-11 15:00"), bare=True))
    assert (row["started_at"], str(row["elapsed"])) == (local("2025-03-11 14:00"), "1:00:00")
