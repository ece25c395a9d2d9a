"""The outcomes that are kept current equal those of a new evaluation, whatever happens and when."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kit.properties import EXAMPLES
from kit.random_streams import FIRST, events_of, policy_of
from kit.values import OFFICE
from workhours_sla import Event, EventType, Policy, Target, working_hours
from workhours_sla.errors import StoreError
from workhours_sla.stream import Batch, MemoryStore, Pipeline
from workhours_sla.stream.receipts import OpenOutcomes, commit_with_receipts


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_kept_outcomes_are_those_of_a_new_evaluation(seed: int) -> None:
    """Only the appeals that a batch may have changed are evaluated again until time passes."""
    rng = random.Random(seed)
    events, now = events_of(rng, 12), FIRST + timedelta(hours=rng.choice([0, 300, 900]))
    with Pipeline(MemoryStore(), policy_of(rng)) as pipeline:
        kept = OpenOutcomes(pipeline)
        kept.update(now, ())
        for _ in range(50):
            size = rng.choice([0, 1, 5, 30])
            batch, events = events[:size], events[size:]
            ids = commit_with_receipts(pipeline, Batch("", batch)).appeal_ids
            has_passed = rng.random() < 0.3
            now += timedelta(hours=rng.randrange(60)) * has_passed
            found = kept.update(now, ids, has_passed=has_passed)
            assert found == list(pipeline.open_outcomes(now))
            if rng.random() < 0.02:
                pipeline.replace(policy_of(rng))
                assert kept.update(now, (), has_passed=False) == list(pipeline.open_outcomes(now))


def created(number: int, when: datetime) -> Event:
    return Event(f"{number}", f"A-{number}", "created", when, when)


def test_everything_is_evaluated_after_an_error_of_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = datetime(2026, 3, 16, 9, tzinfo=OFFICE.tz)
    store = MemoryStore()
    with Pipeline(store, Policy([Target("first reply", working_hours(4), OFFICE)])) as pipeline:
        kept = OpenOutcomes(pipeline)
        pipeline.apply(created(number, began) for number in range(3))
        assert len(kept.update(began, ())) == 3
        pipeline.apply(replace(created(0, began), event_id="r", type=EventType.REPLIED))

        store_away = "away"

        def lost() -> None:
            raise StoreError(store_away)

        with monkeypatch.context() as broken:
            broken.setattr(store, "open_ids", lost)
            with pytest.raises(StoreError):
                kept.update(began, ["A-0"])
        assert kept.update(began, ()) == list(pipeline.open_outcomes(began))
