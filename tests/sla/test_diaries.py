"""Diaries with outcomes and holders worked out by hand, and those of years not known yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from kit import promise_oracle as oracle
from kit.diaries import (
    HOURS,
    S8,
    S9,
    VOLGOGRAD,
    ask,
    at,
    clock,
    entry,
    judge,
    life,
    only,
    phases,
    sentence,
    target,
)
from kit.promise_scenes import Scene, scenes, target_of
from kit.properties import PROPERTY
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Layer,
    Policy,
    Rule,
    Schedule,
    Target,
    WorkingDays,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.sla.holders import breach_owner

SCHEDULES = {
    "S8": S8,
    "S9": S9,
    "WEEK": Schedule(
        VOLGOGRAD,
        "Mo 10:00-14:00,15:00-19:00; Tu-Th 09:00-13:00,14:00-18:00; Fr 09:00-13:00,14:00-16:45",
    ),
    "SCHOOL": Schedule(VOLGOGRAD.with_week(6), "Mo-Fr 08:00-15:00; Sa 08:00-13:00"),
    "DUTY_2021": Schedule(
        VOLGOGRAD,
        HOURS,
        overrides=dict.fromkeys([date(2021, 5, 4), date(2021, 5, 5)], "10:00-12:00"),
    ),
    "NO_DECREE": Schedule(VOLGOGRAD.without(Layer.PRESIDENTIAL), HOURS),
    "BEFORE_2023": Schedule(VOLGOGRAD.as_known(date(2023, 1, 23)), HOURS),
    "SINCE_2023": Schedule(VOLGOGRAD.as_known(date(2023, 1, 24)), HOURS),
}
_, *CASES = Path(__file__).with_name("diaries.txt").read_text("utf-8").split("\n== ")


def budget(text: str) -> Any:
    if text.endswith("_days"):
        return WorkingDays(int(text.removesuffix("_days")))
    hours = int(text.removesuffix("_clock").removesuffix("h"))
    return ClockTime(timedelta(hours=hours)) if text.endswith("_clock") else working_hours(hours)


def read_target(words: str) -> Target:
    name, *options = words.split()
    found: dict[str, Any] = {}
    for option in options:
        key, is_pair, value = option.partition("=")
        if key in ("budget", "pause_cap"):
            found[key] = budget(value)
        elif key == "schedule":
            found[key] = SCHEDULES[value]
        elif "," in value:
            found[key] = frozenset(filter(None, value.split(",")))
        else:
            found[key] = value if is_pair else True
    return target(name, **found)


@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0] for case in CASES])
def test_a_diary_has_the_outcomes_worked_out_by_hand(case: str) -> None:
    _, *lines = [line for line in case.split("\n") if line and not line.startswith("#")]
    diary, *questions = "\n".join(lines).split("\n? ")
    events = life("A-1", *diary.split("\n"))
    for question in questions:
        asked, *answers = question.split("\n")
        as_of, _, many = asked.partition(" first ")
        wanted = {words: said for words, _, said in (one.partition(": ") for one in answers)}
        spans = wanted.pop("spans", None)
        targets = [read_target(words) for words in wanted]
        known = events[: int(many or len(events))]
        names = [words.split()[0] for words in wanted]
        found = dict(zip(names, wanted.values(), strict=True))
        assert judge(known, as_of, *targets) == {n: s for n, s in found.items() if s != "none"}
        if spans is not None:
            worked = phases(known, as_of, targets[0])
            assert [f"{phase} {holder or '-'} {time}" for phase, holder, time in worked] == (
                spans.split(", ")
            )


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


def test_next_year_is_not_known_yet() -> None:
    # the act on 2026 is of 24 September 2025
    before, since = (
        target(schedule=Schedule(VOLGOGRAD.as_known(date(2025, 9, day)), HOURS)) for day in (23, 24)
    )
    diary = life("A-1", "Tue 30.12.2025 16:30 created", "Tue 30.12.2025 17:30 replied official")
    # Tue 16:30-18:00 = 1:30, and nothing on the 31st; 2:30 are left at the earliest on 1 January
    for as_of, unknown in (
        ("Wed 31.12.2025 12:00", False),
        ("Thu 01.01.2026 10:29", False),
        ("Thu 01.01.2026 10:30", True),  # it may be at risk
        ("Mon 12.01.2026 12:00", True),
    ):
        waiting = only(diary[:1], as_of, before)
        assert (waiting.verdict, waiting.calendar_unknown) == ("pending", unknown)
        assert (waiting.due_at, waiting.limit) == (None, None)
        assert waiting.bounds.due_at == (at("Thu 01.01.2026 11:30"), None)
    # an answer on a known date is in time, whatever the calendar of the new year is
    answered = only(diary, "Mon 12.01.2026 12:00", before)
    assert (answered.verdict, answered.elapsed) == ("met", timedelta(hours=1))
    # by rule Fri 09.01 is worked; the act made it a day off: Fri or Mon 2:30
    (by_rule,) = evaluate(
        diary[:1], Policy([before]), as_of=at("Wed 31.12.2025 12:00"), provisional=True
    ).outcomes
    assert sentence(by_rule) == "pending, due Fri 09.01.2026 11:30, used 1:30"
    assert by_rule.provisional is True
    certain = only(diary[:1], "Wed 31.12.2025 12:00", since)
    assert sentence(certain) == "pending, due Mon 12.01.2026 11:30, used 1:30"
    assert (certain.calendar_unknown, certain.provisional) == (False, False)


def test_a_budget_that_may_roll_back_to_its_first_date_is_certain_until_closing() -> None:
    # no date after Wednesday is known: if all were days off, the budget would end on Wednesday
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    of = [
        target(closing, schedule=office, closing=closing, budget=CalendarDays(5, roll="preceding"))
        for closing in ("latest", "strict")
    ]
    for replied, latest, strict in (
        ("Wed 12.03.2025 18:00", "met", "met"),
        ("Wed 12.03.2025 18:01", "met", "pending"),
        ("Thu 13.03.2025 00:01", "pending", "pending"),
    ):
        diary = life("A-1", "Wed 12.03.2025 10:15 created", f"{replied} replied official")
        outcomes = ask(diary, "Thu 13.03.2025 10:00", *of).outcomes
        assert [one.verdict for one in outcomes] == [latest, strict]
        assert [one.calendar_unknown for one in outcomes] == [latest != "met", strict != "met"]


def test_the_warning_of_clock_time_may_be_unknown() -> None:
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    day = target(schedule=office, budget=ClockTime(timedelta(hours=28)))
    diary = life("A-1", "Wed 12.03.2025 10:00 created")
    # due on Thursday at 14:00, but how much of Thursday is worked before it is not known
    outcome = only(diary, "Wed 12.03.2025 17:30", day)
    assert (outcome.verdict, outcome.calendar_unknown) == ("pending", True)
    assert clock(outcome.due_at) == "Thu 13.03.2025 14:00"


def test_an_answer_with_exactly_the_budget_used_is_certainly_met() -> None:
    # 14:00-18:00; when it opens next is not known, but until then nothing more is used
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    posted = entry("A-1", 0, "Wed 12.03.2025 14:00 created")
    answer = entry("A-1", 1, "Wed 12.03.2025 20:00 replied official")
    answered = only([posted, answer], "Wed 12.03.2025 21:00", target(schedule=office))
    assert (answered.verdict, answered.calendar_unknown) == ("met", False)
    waiting = only([posted], "Wed 12.03.2025 21:00", target(schedule=office))
    assert (waiting.verdict, waiting.calendar_unknown) == ("at_risk", False)


def test_a_holder_who_passes_an_appeal_on_at_once_is_not_responsible() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created agency=A",
        "Wed 12.03.2025 10:10 transferred agency=B",
        "Wed 12.03.2025 17:00 replied official",
    )
    of = target()
    spans = holder_spans(
        diary, of, as_of=at("Wed 12.03.2025 18:00"), return_within=timedelta(minutes=15)
    )
    assert [(span.holder, span.phase) for span in spans] == [("A", "returned"), ("B", "assigned")]
    assert breach_owner(spans, at("Wed 12.03.2025 15:00"), "first") == "B"
    assert sum((span.worked for span in spans), timedelta(0)) == working_hours(6)


@PROPERTY
@given(scenes())
def test_spans_of_holders_add_up_to_the_clock(scene: Scene) -> None:
    once = {event.event_id: event for event in scene.events if not oracle.is_ahead(event)}
    scene = replace(scene, events=tuple(once.values()), from_change=False)
    for outcome in scene.expected().outcomes:
        if outcome.promise.on_transfer != "keep":
            continue
        events = [event for event in scene.events if event.appeal_id == outcome.appeal_id]
        of = target_of(outcome.promise)
        spans = holder_spans(events, of, as_of=scene.as_of, cycle=outcome.cycle)
        shares: dict[tuple[str, str | None], timedelta] = {}
        for span in spans:
            key = (span.phase, span.holder)
            shares[key] = shares.get(key, timedelta(0)) + span.worked
        assert {key: worked for key, worked in shares.items() if worked} == outcome.shares
        assert sum((span.worked for span in spans), timedelta(0)) == outcome.elapsed
        edges = [(span.since, span.until) for span in spans]
        assert all(before == after for (_, before), (after, _) in pairwise(edges))


def test_a_review_judges_all_copies_of_the_reply_that_it_names() -> None:
    """``holder_spans`` does not deduplicate: it uses every event that it is given."""
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created",
        "Wed 12.03.2025 11:00 replied id=r",
        "Wed 12.03.2025 12:00 replied id=r",
        "Wed 12.03.2025 13:00 review substantive of=r",
    )
    of = target(stops="substantive_reply")
    (span,) = holder_spans(diary, of, as_of=at("Thu 13.03.2025 10:00"))
    assert span.until == diary[1].occurred_at


def test_a_clock_detected_later_has_no_holder_yet() -> None:
    diary = life("A-1", "Wed 12.03.2025 10:15 created; received Wed 12.03.2025 14:40")
    of = target(starts="detected")
    assert holder_spans(diary, of, as_of=at("Wed 12.03.2025 14:39")) == ()
    assert len(holder_spans(diary, of, as_of=at("Wed 12.03.2025 14:41"))) == 1
