"""``evaluate`` agrees with the oracle of ``docs/en/reference/targets.md``, and obeys its laws."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.promise_scenes import Scene, by_engine, row_expected, scenes, unknown_scenes
from kit.properties import EXAMPLES, PROPERTY
from kit.random_streams import FIRST, events_of, policy_of
from kit.values import HOUR, OFFICE
from workhours_sla import Event, EventType, Policy, Schedule, Target, evaluate, working_hours
from workhours_sla.errors import StoreError
from workhours_sla.sla.event import EARLIEST, LATEST
from workhours_sla.stores.store_values import Batch
from workhours_sla.stream import MemoryStore, Pipeline
from workhours_sla.stream.pipeline import Monitor
from workhours_sla.stream.receipts import OpenAppeals, commit_with_receipts

MANY = settings(PROPERTY, max_examples=EXAMPLES * 60)


@MANY
@given(scenes())
def test_outcomes_agree(scene: Scene) -> None:
    found, wanted = by_engine(scene), scene.expected().outcomes
    assert found == [row_expected(outcome) for outcome in wanted]


@MANY
@given(scenes())
def test_quarantine_and_unmatched_agree(scene: Scene) -> None:
    found, wanted = scene.found(), scene.expected()
    quarantined = {(item.event.event_id, item.reason) for item in found.quarantine}
    assert quarantined == wanted.quarantined
    assert {tuple(item) for item in found.unmatched} == wanted.unmatched


@PROPERTY
@given(unknown_scenes())
def test_a_verdict_shared_by_both_calendars_is_given(scenes: Sequence[Scene]) -> None:
    unknown, *either_way = scenes
    found = [(o.verdict.value, o.calendar_unknown) for o in unknown.found().outcomes]
    first, second = ([o.verdict for o in scene.expected().outcomes] for scene in either_way)
    schedule = unknown.fits[0].promises[0].schedule
    budget = unknown.fits[0].promises[0].budget
    by_time, moved_back = isinstance(budget, timedelta), getattr(budget, "roll", "") == "preceding"
    for (verdict, is_unknown), one, other in zip(found, first, second, strict=True):
        if one == other and (moved_back or (one == "at_risk" and not by_time)):
            assert verdict == one or (verdict, is_unknown) == ("pending", True)
        elif one == other and schedule.knows(unknown.as_of.astimezone(schedule.tz).date()):
            assert verdict == one
        elif {one, other} == {"pending", "at_risk"}:
            assert verdict == "pending"
        elif one != other or verdict != one:
            assert (verdict, is_unknown) == ("pending", True)


@PROPERTY
@given(unknown_scenes())
def test_provisional_changes_only_open_outcomes(scenes: Sequence[Scene]) -> None:
    unknown, *_ = scenes  # the calendar has no rules, so open outcomes stay open
    before = unknown.found().outcomes
    found = evaluate(unknown.events, unknown.policy, as_of=unknown.as_of, provisional=True).outcomes
    for outcome, known in zip(found, before, strict=True):
        waits = known.answered_at is None and known.bounds is not None
        assert outcome.provisional in ({True} if known.calendar_unknown else {False, waits})
        assert replace(outcome, provisional=False) == known


@PROPERTY
@given(scenes())
def test_met_is_within_the_budget(scene: Scene) -> None:
    budgets = {p.name: p for fit in scene.fits for p in fit.promises if p.closing == "latest"}
    for outcome in scene.found().outcomes:
        if outcome.verdict in {"met", "breached"} and outcome.target in budgets:
            budget = budgets[outcome.target].budget
            if isinstance(budget, timedelta):
                assert (outcome.verdict == "met") == (outcome.elapsed <= budget)


@PROPERTY
@given(scenes(), st.booleans(), st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(
    scene: Scene, at_once: bool, chance: random.Random
) -> None:
    events = list(scene.events)
    if at_once:  # all receipts are equal, so that the content decides
        events = [replace(event, received_at=event.occurred_at) for event in events]
    copies = [event for event in events if chance.random() < 0.5]
    copies = [replace(e, received_at=e.received_at + chance.choice([0, 1]) * HOUR) for e in copies]
    shuffled = [*events, *copies]
    chance.shuffle(shuffled)
    once = replace(scene, events=tuple(events)).found()
    again = replace(scene, events=tuple(shuffled)).found()
    assert again.outcomes == once.outcomes
    assert again.unmatched == once.unmatched
    assert set(again.quarantine) == set(once.quarantine)
    for found in (once, again):
        counts = found.reconciliation
        assert counts.quarantined == len(found.quarantine)
        assert counts.read == (
            counts.applied + counts.duplicate + counts.quarantined + counts.after_as_of
        )
    before, after = once.reconciliation, again.reconciliation
    assert (after.applied, after.quarantined) == (before.applied, before.quarantined)
    assert after.read == before.read + len(copies)


@PROPERTY
@given(scenes(), st.integers(0, 40))
def test_events_received_after_known_at_change_nothing(scene: Scene, index: int) -> None:
    receipts = [event.received_at for event in scene.events] or [scene.as_of]
    known_at = receipts[index % len(receipts)]
    received = [event for event in scene.events if event.received_at <= known_at]
    found = evaluate(scene.events, scene.policy, as_of=scene.as_of, known_at=known_at)
    assert found == replace(scene, events=tuple(received)).found()


@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("when", [EARLIEST, LATEST])
def test_the_first_and_the_last_time_of_an_event_have_outcomes(when: datetime, tz: str) -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", tz=tz)
    policy = Policy([Target("first", working_hours(4), office, starts="detected")])
    events = [Event("1", "A", "created", when, when), Event("2", "A", "replied", when, when)]
    (found,) = evaluate(events, policy, as_of=when).outcomes
    assert found.answered_at == when
    monitor = Monitor(policy)
    changes = [*monitor.apply(events), *monitor.advance(when)]
    assert {change.at for change in changes} == {when}


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_kept_outcomes_are_those_of_a_new_evaluation(seed: int) -> None:
    """Only the appeals that a batch may have changed are evaluated again until time passes."""
    rng = random.Random(seed)
    events, now = events_of(rng, 12), FIRST + timedelta(hours=rng.choice([0, 300, 900]))
    with Pipeline(MemoryStore(), policy_of(rng)) as pipeline:
        kept = OpenAppeals(pipeline)
        kept.update(())
        for _ in range(50):
            size = rng.choice([0, 1, 5, 30])
            batch, events = events[:size], events[size:]
            ids = commit_with_receipts(pipeline, Batch("", batch)).appeal_ids
            has_passed = rng.random() < 0.3
            now += timedelta(hours=rng.randrange(60)) * has_passed
            kept.update(ids, has_passed=has_passed)
            assert kept.outcomes(now)[0] == list(pipeline.open_outcomes(now))
            if rng.random() < 0.02:
                pipeline.replace(policy_of(rng))
                kept.update((), has_passed=False)
                assert kept.outcomes(now)[0] == list(pipeline.open_outcomes(now))


def created(number: int, when: datetime) -> Event:
    return Event(f"{number}", f"A-{number}", "created", when, when)


def test_everything_is_evaluated_after_an_error_of_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = datetime(2026, 3, 16, 9, tzinfo=OFFICE.tz)
    store = MemoryStore()
    with Pipeline(store, Policy([Target("first reply", working_hours(4), OFFICE)])) as pipeline:
        kept = OpenAppeals(pipeline)
        pipeline.apply(created(number, began) for number in range(3))
        kept.update(())
        assert len(kept.outcomes(began)[0]) == 3
        pipeline.apply(replace(created(0, began), event_id="r", type=EventType.REPLIED))

        store_away = "away"

        def lost(_among: object = None) -> None:
            raise StoreError(store_away)

        with monkeypatch.context() as broken:
            broken.setattr(store, "open_ids", lost)
            with pytest.raises(StoreError):
                kept.update(["A-0"])
        kept.update(())
        assert kept.outcomes(began)[0] == list(pipeline.open_outcomes(began))
