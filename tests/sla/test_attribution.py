"""Which agency caused a late appeal, and which appeals an hour would have saved."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from kit.values import HOUR, OFFICE
from workhours_sla import (
    ClockTime,
    Event,
    EventType,
    Policy,
    Target,
    WorkingDays,
    evaluate,
    working_hours,
)
from workhours_sla.sla.holders import Span, in_time_if_earlier

pytest.importorskip("numpy")

from dataclasses import replace

from workhours_sla.compliance.agencies import Late
from workhours_sla.report import Report, ReportOptions, cases_of_evaluation
from workhours_sla.report import report as report_of

FIRST = Target("first reply", working_hours(4), OFFICE)
DAY, CLOCK = (Target("reply", of, OFFICE) for of in (WorkingDays(1), ClockTime(24 * HOUR)))
CREATED, REGISTERED, ASSIGNED, TRANSFERRED, REPLIED = map(
    EventType, ("created", "registered", "assigned", "transferred", "replied")
)
MONDAY = datetime(2025, 10, 27, tzinfo=OFFICE.tz)  # with a short working Saturday, then three off
END = MONDAY + timedelta(days=14)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-10-{text}").replace(tzinfo=OFFICE.tz)


def events_of(appeal: str, *lines: tuple[EventType, datetime, str | None]) -> list[Event]:
    roles = {EventType.REPLIED: "official"}
    return [
        Event(f"{appeal}-{n}", appeal, kind, when, when, agency_id=of, author_role=roles.get(kind))
        for n, (kind, when, of) in enumerate(lines)
    ]


def report_on(events: list[Event], target: Target = FIRST, as_of: datetime = END) -> Report:
    policy = Policy([target])
    found = cases_of_evaluation(
        evaluate(events, policy, as_of=as_of), policy, as_of=as_of, events=events
    )
    return report_of(found, events=events)


def late_one(
    *lines: tuple[EventType, str, str | None], as_of: datetime = END, target: Target = FIRST
) -> Late:
    events = events_of("A-1", *((kind, at(when), agency) for kind, when, agency in lines))
    (late,) = report_on(events, target, as_of).late
    return late


@pytest.mark.parametrize(
    ("target", "passed_on", "replied", "holder", "saved"),
    [
        (FIRST, "28T11:00", "28T16:00", "B", True),  # an hour with A, an hour late
        (FIRST, "28T11:00", "28T16:00:01", "B", False),  # a second more than was spent before
        (FIRST, "28T10:30", "28T15:30", "B", True),  # half an hour with A, half an hour late
        (FIRST, "28T10:30", "28T15:31", "B", False),  # no more than half an hour can be gained
        (FIRST, "28T12:00", "28T16:01", "B", False),  # two hours with A, but it is asked of one
        (FIRST, None, "28T15:30", "A", False),  # nobody had it before
        (FIRST, "28T15:10", "28T15:30", "A", False),  # passed on after the limit
        (DAY, "28T12:00", "30T10:00", "B", True),
        (DAY, None, "30T00:30", "A", False),  # no working hour is lost or saved at night
        (DAY, "28T12:00", "30T00:30", "B", True),
        (CLOCK, "28T12:00", "29T10:30", "B", None),  # clock time has no answer
    ],
)
def test_the_hour_is_taken_from_working_time_before_the_holder(
    target: Target, passed_on: str | None, replied: str, holder: str, saved: bool | None
) -> None:
    moves = [] if passed_on is None else [(TRANSFERRED, passed_on, "B")]
    late = late_one((CREATED, "28T10:00", "A"), *moves, (REPLIED, replied, None), target=target)
    assert (late.holder, late.hour_earlier) == (holder, saved)


def test_registration_and_open_appeals() -> None:
    late = late_one(
        (CREATED, "28T10:00", "A"), (REGISTERED, "28T10:40", None), (REPLIED, "28T15:30", None)
    )
    assert (late.holder, late.hour_earlier) == ("A", True)
    lines = (CREATED, "28T10:00", "A"), (TRANSFERRED, "28T11:00", "B")
    for now, saved in (("28T15:59", None), ("28T16:01", False)):
        assert late_one(*lines, as_of=at(now)).hour_earlier is saved


def test_attribution_needs_the_events_and_one_clock_for_all_holders() -> None:
    events = [
        *events_of("A-1", (CREATED, at("28T10:00"), "A"), (REPLIED, at("28T15:30"), None)),
        *events_of("A-2", (CREATED, at("28T10:00"), "B")),
    ]
    policy = Policy([FIRST])
    found = cases_of_evaluation(evaluate(events, policy, as_of=END), policy, as_of=END)
    assert report_of(found).attribution is None
    assert (report_of(found).late[0].holder, report_of(found).late[0].hour_earlier) == (None, None)
    found_late = report_of(found, events=events[:2]).attribution
    assert (found_late.at_breach, found_late.left_out) == ((("A", 1),), 1)
    restarted = report_on(events, replace(FIRST, on_transfer="restart"))
    assert restarted.attribution is None
    assert restarted.late[0].hour_earlier is None


def test_without_a_holder_there_is_no_answer() -> None:
    late = late_one((CREATED, "28T10:00", None), (REPLIED, "28T15:30", None))
    assert (late.holder, late.hour_earlier) == (None, None)
    spans_of_none = [Span(None, "unassigned", at("28T10:00"), at("28T15:30"), 4.5 * HOUR)]
    assert in_time_if_earlier(spans_of_none, at("28T15:00"), HOUR / 2, answered=True) is None


def random_life(rng: random.Random, name: str) -> list[Event]:
    """Return random events of one appeal over about a day."""

    def moment(since: datetime, most: int) -> datetime:
        return since + timedelta(minutes=rng.choice([0, 30, rng.randint(1, most)]))

    when = MONDAY + timedelta(minutes=15 * rng.randint(0, 4 * 24 * 7))
    lines: list[tuple[EventType, datetime, str | None]] = [(CREATED, when, rng.choice(["A", None]))]
    if rng.random() < 0.6:
        when = moment(when, 120)
        lines.append((REGISTERED, when, None))
    for kind in rng.choice([[], [ASSIGNED], [TRANSFERRED], [ASSIGNED, TRANSFERRED]]):
        when = moment(when, 360)
        lines.append((kind, when, rng.choice("ABC")))
    if rng.random() < 0.85:
        # who gets it together with the answer never had it
        when = moment(when, rng.choice([400, 1500])) + timedelta(minutes=1)
        lines.append((REPLIED, when, None))
    return events_of(name, *lines)


def expected(events: list[Event]) -> tuple[str | None, bool | None] | None:
    """Compute (holder, hour_earlier) independently, None for an appeal that is not late."""
    policy = Policy([FIRST])
    (outcome,) = evaluate(events, policy, as_of=END).outcomes
    if outcome.verdict != "breached":
        return None
    registered = [event.occurred_at for event in events if event.type is REGISTERED]
    arrivals = [
        (max([event.occurred_at, *registered]), event.agency_id)
        for event in events
        if event.agency_id is not None
    ]
    arrivals = [
        (when, who)
        for n, (when, who) in enumerate(arrivals)
        if n + 1 == len(arrivals) or arrivals[n + 1][0] > when
    ]
    stretches = [one for n, one in enumerate(arrivals) if n == 0 or arrivals[n - 1][1] != one[1]]
    if not stretches:
        return None, None
    in_time = [one for one in stretches if one[0] <= outcome.limit]
    came, holder = in_time[-1] if in_time else stretches[0]
    start = events[0].occurred_at
    gained = min(HOUR, OFFICE.elapsed(start, came))
    if not gained:
        return holder, False
    if outcome.answered_at is None:
        return holder, (False if OFFICE.latest_start(END, gained) > outcome.limit else None)
    answered = OFFICE.latest_start(outcome.answered_at, gained)
    again = events_of("X", (CREATED, start, None), (REPLIED, answered, None))
    return holder, evaluate(again, policy, as_of=END).outcomes[0].verdict == "met"


@pytest.mark.slow
def test_hour_earlier_equals_a_second_evaluation() -> None:
    rng = random.Random(20251027)
    events, wanted = [], {}
    for number in range(9000):
        life = random_life(rng, f"A-{number:04}")
        events += life
        answer = expected(life)
        if answer is not None:
            wanted[life[0].appeal_id] = answer
    policy = Policy([FIRST])
    found = cases_of_evaluation(
        evaluate(events, policy, as_of=END), policy, as_of=END, events=events
    )
    report = report_of(found, ReportOptions(listed=len(found)), events=events)
    assert {late.appeal_id: (late.holder, late.hour_earlier) for late in report.late} == wanted
    kinds = Counter(answer for _, answer in wanted.values())
    assert len(wanted) > 1000
    assert kinds[True] > 30
    assert kinds[False] > 50
    owners = report.attribution
    saved = Counter(holder for holder, answer in wanted.values() if answer)
    assert dict(owners.hour_earlier) == saved
    assert dict(owners.at_breach) == Counter(holder for holder, _ in wanted.values())
    # all working time of the late appeals is in some phase, with some holder
    elapsed = sum((late.elapsed or timedelta(0) for late in report.late), timedelta(0))
    assert sum((share.worked for share in owners.shares), timedelta(0)) == elapsed
    assert sum((phase.worked for phase in owners.phases), timedelta(0)) == elapsed
    assert [one.phase for one in owners.phases] == ["unregistered", "unassigned", "assigned"]
    for phase in owners.phases:
        parts = [share for share in owners.shares if share.phase == phase.phase]
        assert sum((part.worked for part in parts), timedelta(0)) == phase.worked
        assert max(part.appeals for part in parts) <= phase.appeals
        assert phase.appeals <= sum(part.appeals for part in parts)


HOUR_SENTENCE = {"en": "hour of working time", "ru": "на час рабочего времени раньше"}


def test_nothing_is_said_of_an_hour_if_every_appeal_had_one_holder() -> None:
    def moved(appeal: str, passed_on: str, replied: str) -> list[Event]:
        lines = (CREATED, at("28T10:00"), "A"), (TRANSFERRED, at(passed_on), "B")
        return events_of(appeal, *lines, (REPLIED, at(replied), None))

    one = events_of("A-1", (CREATED, at("28T10:00"), "A"), (REPLIED, at("28T15:30"), None))
    two = moved("A-2", "28T15:10", "28T15:30")  # after the limit
    alone = report_on([*one, *two])
    both = report_on([*one, *two, *moved("A-3", "28T12:00", "28T17:30")])
    every = [*one, *two, *moved("A-3", "28T12:00", "28T17:30")]
    every = report_on([*every, *moved("A-4", "28T12:00", "28T15:30")])
    assert alone.attribution.hour_known == 0
    assert (both.attribution.hour_known, both.attribution.hour_earlier) == (1, ())
    for lang, text in HOUR_SENTENCE.items():
        assert text not in alone.text(lang=lang)
        assert text not in both.text(lang=lang)  # an hour would have saved none
        assert text in every.text(lang=lang)
    assert "Of 2 late appeals that were not with the holder" in every.text()
