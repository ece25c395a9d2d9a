"""Columns of events are evaluated to what ``evaluate`` returns, in every field."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from column_streams import FIRST, OFFICE, as_of_of, events_of, policy_of
from kit.properties import EXAMPLES, PROPERTY
from promise_scenes import Scene, scenes, unknown_scenes
from workhours_sla import (
    CalendarDays,
    ClockTime,
    Evaluation,
    Event,
    Monitor,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    evaluate,
    working_hours,
)
from workhours_sla.sla.columns.evaluate import ColumnEvaluation, evaluate_columns
from workhours_sla.sla.columns.event_columns import Coded, EventColumns
from workhours_sla.sla.event import EARLIEST, LATEST

USUAL = Policy(
    [
        Target("first", working_hours(4), OFFICE),
        Target("second", working_hours(4), OFFICE, stops="substantive_reply", pauses=True),
        Target(
            "last", CalendarDays(30, roll="following"), OFFICE, stops="final_reply", pauses=True
        ),
    ]
)


def by_columns(events: Sequence[Event], policy: Policy, as_of: datetime) -> ColumnEvaluation:
    return evaluate_columns(EventColumns.of(events), policy, as_of=as_of)


def assert_equal(found: Evaluation, wanted: Evaluation) -> None:
    """Compare all fields; the text also has the zone and the fold of every time."""
    assert found == wanted
    assert repr(found) == repr(wanted)


@pytest.mark.parametrize("seed", range(EXAMPLES * 2))
def test_random_policies(seed: int) -> None:
    rng = random.Random(seed)
    events, policy = events_of(rng, rng.choice([3, 30])), policy_of(rng)
    as_of = as_of_of(rng)
    options = {"provisional": rng.random() < 0.3}
    if rng.random() < 0.2:
        options["known_at"] = as_of - timedelta(hours=5)
    found = evaluate_columns(EventColumns.of(events), policy, as_of=as_of, **options)
    assert_equal(found.evaluation, evaluate(events, policy, as_of=as_of, **options))


@pytest.mark.parametrize("hours", [0, 5, 50, 200, 700, 1_500, 4_000])
def test_most_appeals_are_not_folded(hours: int) -> None:
    as_of = FIRST + timedelta(hours=hours)
    events = [event for event in events_of(random.Random(hours), 300) if event.type != "corrected"]
    found = by_columns(events, USUAL, as_of)
    assert found.folded < found.appeals / 2
    assert_equal(found.evaluation, evaluate(events, USUAL, as_of=as_of))


@PROPERTY
@given(scenes())
def test_scenes(scene: Scene) -> None:
    found = by_columns(scene.events, scene.policy, scene.as_of)
    assert_equal(found.evaluation, scene.found())


@PROPERTY
@given(unknown_scenes())
def test_scenes_with_unknown_dates(several: Sequence[Scene]) -> None:
    for scene in several:
        found = by_columns(scene.events, scene.policy, scene.as_of)
        assert_equal(found.evaluation, scene.found())


# -- bad input -------------------------------------------------------------------------------


def created(number: int, at: datetime, **fields: str) -> Event:
    return Event(f"{number}", f"A{number}", "created", at, at, **fields)


def test_no_events() -> None:
    found = by_columns([], USUAL, FIRST)
    assert_equal(found.evaluation, evaluate([], USUAL, as_of=FIRST))
    assert (found.appeals, found.folded) == (0, 0)


def test_only_events_after_as_of() -> None:
    events = [created(1, FIRST)]
    as_of = FIRST - timedelta(hours=1)
    assert_equal(by_columns(events, USUAL, as_of).evaluation, evaluate(events, USUAL, as_of=as_of))


def test_all_events_with_one_id() -> None:
    events = [
        Event("1", f"A{number % 7}", "replied", FIRST + timedelta(hours=number), FIRST)
        for number in range(500)
    ]
    as_of = FIRST + timedelta(days=90)
    found = by_columns(events, USUAL, as_of)
    assert found.folded == found.appeals == 7
    assert_equal(found.evaluation, evaluate(events, USUAL, as_of=as_of))


def test_one_appeal_with_many_events() -> None:
    kinds = ["created", "registered", "paused", "resumed", "replied", "edited", "citizen_message"]
    events = [
        Event(f"{n}", "A", kinds[n % 7], at := FIRST + timedelta(seconds=n), at, substantive=False)
        for n in range(20_000)
    ]
    as_of = FIRST + timedelta(days=9)
    found = by_columns(events, USUAL, as_of)
    assert found.folded == 0
    assert_equal(found.evaluation, evaluate(events, USUAL, as_of=as_of))


def test_times_at_both_ends() -> None:
    first = datetime(2, 1, 1, tzinfo=UTC)  # as far as the zone of a schedule can show
    last = datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    near_last = last - timedelta(days=400)
    events = [
        created(1, first),
        Event("1r", "A1", "replied", last, last),
        created(2, last),
        created(3, near_last, channel="vk"),
        Event("3p", "A3", "paused", near_last + timedelta(hours=1), last),
        Event("3r", "A3", "resumed", last - timedelta(days=1), last),
        created(4, FIRST),
        Event("4p", "A4", "paused", FIRST + timedelta(hours=1), FIRST),
        Event("4q", "A4", "resumed", last - timedelta(seconds=1), last),
        Event("4r", "A4", "replied", last, last),
    ]
    targets = [*USUAL.targets, Target("clock", ClockTime(timedelta(days=300)), OFFICE)]
    for as_of in (first, FIRST, near_last, last):
        found = by_columns(events, Policy(targets), as_of)
        assert_equal(found.evaluation, evaluate(events, Policy(targets), as_of=as_of))


class CountedNames(list[str]):
    """Names that count how often one of them is read."""

    reads = 0

    def __getitem__(self, code: Any) -> Any:
        self.reads += 1
        return super().__getitem__(code)


def test_names_are_read_once_for_all_schedules_and_rules() -> None:
    count = 400
    offices = [f"N-{number}" for number in range(count)]
    events = [created(number, FIRST, agency_id=name) for number, name in enumerate(offices)]
    by = ScheduleBy("agency_id", dict.fromkeys(offices, OFFICE))
    rules = [Rule([Target("first", working_hours(4), by)], agencies=[name]) for name in offices]
    columns = EventColumns.of(events)
    names = CountedNames(offices)
    columns.texts["agency_id"] = Coded(columns.texts["agency_id"].codes, names)  # type: ignore[index]
    as_of = FIRST + timedelta(days=2)
    found = evaluate_columns(columns, Policy(rules[:20]), as_of=as_of)
    assert names.reads <= 25 * count  # once for all rules, and once for each of the 20 targets
    assert_equal(found.evaluation, evaluate(events, Policy(rules[:20]), as_of=as_of))


def test_columns_give_back_their_events() -> None:
    events = events_of(random.Random(1), 20)
    assert EventColumns.of(events).events() == events


@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("when", [EARLIEST, LATEST])
def test_the_first_and_the_last_time_of_an_event_have_outcomes(when: datetime, tz: str) -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", tz=tz)
    policy = Policy([Target("first", working_hours(4), office, starts="detected")])
    events = [
        Event("1", "A", "created", when, when),
        Event("2", "A", "replied", when, when),
    ]
    wanted = evaluate(events, policy, as_of=when)
    assert [one.answered_at for one in wanted.outcomes] == [when]
    assert_equal(by_columns(events, policy, when).evaluation, wanted)
    monitor = Monitor(policy)
    changes = [*monitor.apply(events), *monitor.advance(when)]
    assert {change.at for change in changes} == {when}
