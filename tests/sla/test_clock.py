"""Clocks: what starts, withdraws and reopens them, their warnings, and their schedules."""

from __future__ import annotations

from datetime import timedelta

from kit.diaries import (
    DUTY,
    ROUND_THE_CLOCK,
    S8,
    Watch,
    ask,
    at,
    clock,
    entry,
    life,
    only,
    sentence,
    target,
)
from workhours_sla import (
    CalendarDays,
    Policy,
    Rule,
    ScheduleBy,
    WorkingDays,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.sla.holders import breach_owner
from workhours_sla.worktime.amounts import format_amount


def test_there_is_no_warning_before_the_percentage_is_used() -> None:
    tick = timedelta(microseconds=1)
    of = target(budget=3 * tick, warn=timedelta(0), warn_percent=50)
    diary = life("A-1", "Wed 12.03.2025 10:00 created")
    posted = diary[0].occurred_at
    verdicts = [
        evaluate(diary, Policy([of]), as_of=posted + used * tick).outcomes[0].verdict
        for used in range(4)
    ]
    assert verdicts == ["pending", "pending", "at_risk", "at_risk"]


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


def test_schedules_differ_by_channel_and_importance() -> None:
    diary = [
        *life("A-1", "Sat 14.06.2025 21:30 created channel=vk"),
        *life("A-2", "Sat 14.06.2025 21:30 created channel=hotline"),
        *life("A-3", "Sat 14.06.2025 21:30 created channel=vk importance=emergency"),
        *life("A-4", "Sat 14.06.2025 21:30 created channel=telegram"),
    ]
    by_channel = ScheduleBy("channel", {"vk": S8, "hotline": DUTY})
    policy = Policy(
        [
            Rule(
                [target("at once", budget=working_hours(1), schedule=ROUND_THE_CLOCK)],
                importances=("emergency",),
            ),
            Rule([target("answer", schedule=by_channel)]),
        ]
    )
    result = evaluate(diary, policy, as_of=at("Sun 15.06.2025 10:00"))
    assert [(one.appeal_id, one.target, sentence(one)) for one in result.outcomes] == [
        # closed until Monday 09:00
        ("A-1", "answer", "pending, due Mon 16.06.2025 13:00, used 0:00"),
        # open again on Sunday at 08:00
        ("A-2", "answer", "pending, due Sun 15.06.2025 12:00, used 2:00"),
        # 21:30 to 10:00
        ("A-3", "at once", "breached by 11:30, due Sat 14.06.2025 22:30, used 12:30"),
    ]
    assert [(one.appeal_id, one.reason) for one in result.unmatched] == [("A-4", "no_schedule")]


def test_a_last_date_that_ends_in_an_open_pause_does_not_count() -> None:
    days = target("days", budget=WorkingDays(2), pauses=True)
    strict = target("strict", budget=WorkingDays(2), pauses=True, closing="strict")
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Fri 14.03.2025 19:00 paused")
    # Friday is the second day, but at its 24:00 the clock is paused: closing time is no due time
    for one in ask(diary, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, one.due_at, one.limit) == ("paused", None, None)
    on_time = [diary[0], entry("A-1", 1, "Sat 15.03.2025 00:01 paused")]
    for one in ask(on_time, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, clock(one.due_at)) == ("breached", "Fri 14.03.2025 18:00")
    # the third calendar day is Saturday, moved back to Friday: it has not ended by Saturday noon
    back = target(budget=CalendarDays(3, roll="preceding"), pauses=True)
    for paused, due in (
        ("Sat 15.03.2025 12:00", "unknown"),
        ("Sun 16.03.2025 00:01", "Fri 14.03.2025 18:00"),
    ):
        outcome = only(
            [diary[0], entry("A-1", 1, f"{paused} paused")], "Mon 17.03.2025 12:00", back
        )
        assert clock(outcome.due_at) == due
    # moved on to Monday, whose 24:00 must not be paused either
    on = target(budget=CalendarDays(3, roll="following"), pauses=True)
    paused = entry("A-1", 1, "Mon 17.03.2025 17:00 paused")
    outcome = only([diary[0], paused], "Mon 17.03.2025 19:00", on)
    assert (outcome.verdict, outcome.due_at) == ("paused", None)
    for resumed, due in (
        ("Mon 17.03.2025 23:59", "Mon 17.03.2025 18:00"),
        ("Tue 18.03.2025 00:01", "Tue 18.03.2025 18:00"),
    ):
        diary = [diary[0], paused, entry("A-1", 2, f"{resumed} resumed")]
        assert clock(only(diary, "Fri 21.03.2025 12:00", on).due_at) == due
