"""The outcomes that are kept current equal those of a new evaluation, whatever happens and when."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kit.properties import EXAMPLES
from kit.random_streams import FIRST, UNCERTAIN, events_of, policy_of
from kit.values import DAY, OFFICE
from workhours_sla import (
    CalendarDays,
    ClockTime,
    Event,
    EventType,
    Outcome,
    Policy,
    Target,
    WorkingDays,
    working_hours,
)
from workhours_sla.errors import StoreError
from workhours_sla.stream import Batch, MemoryStore, Pipeline
from workhours_sla.stream.open_outcomes import OpenOutcomes
from workhours_sla.stream.pipeline import commit_with_receipts

STEPS = (1, 20, 61, 600, 3_600, 40_000, 90_000, 900_000)


def moved(event: Event, by: timedelta) -> Event:
    when = {name: getattr(event, name) + by for name in ("occurred_at", "received_at")}
    return replace(event, **when)


def capped(rng: random.Random) -> Policy:
    """Return a policy whose pauses end by themselves, with a calendar of uncertain dates."""
    cap = rng.choice([working_hours(3), CalendarDays(2, roll="none"), ClockTime(DAY)])
    options = {"pauses": True, "pause_cap": cap, "stops": "final_reply"}
    budgets = [working_hours(20), WorkingDays(3), ClockTime(4 * DAY)]
    return Policy(
        [
            Target(f"{number}", budget, rng.choice([OFFICE, UNCERTAIN]), **options)
            for number, budget in enumerate(budgets)
        ]
    )


def edges_of(outcomes: Sequence[Outcome], now: datetime) -> list[datetime]:
    """Return instants after now at which an outcome changes, and one microsecond around."""
    found = [when for one in outcomes for when in (one.due_at, one.limit) if when and when > now]
    found += [until for one in outcomes for _, until in one.pauses if until > now]
    tiny = timedelta.resolution
    return [when for edge in found for when in (edge - tiny, edge, edge + tiny) if when > now]


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_kept_outcomes_are_those_of_a_new_evaluation(seed: int) -> None:
    rng = random.Random(seed)
    later = rng.choice([0, 62]) * DAY  # 20 and 21 April 2026 are uncertain
    events = [moved(event, later) for event in events_of(rng, 12)]
    policy = policy_of(rng) if rng.random() < 0.6 else capped(rng)
    now = FIRST + later + timedelta(hours=rng.choice([0, 300, 900]), minutes=rng.randrange(60))
    with Pipeline(MemoryStore(), policy) as pipeline:
        kept = OpenOutcomes(pipeline)
        for _ in range(50):
            size = rng.choice([0, 0, 0, 1, 5, 30]) if rng.random() < 0.7 else 0
            batch, events = events[:size], events[size:]
            ids = commit_with_receipts(pipeline, Batch("", batch)).appeal_ids
            found = kept.update(now, ids)
            assert found == list(pipeline.open_outcomes(now))
            edges = edges_of(found, now)
            if edges and rng.random() < 0.4:
                now = rng.choice(edges)
            else:
                now += timedelta(seconds=rng.choice(STEPS), microseconds=rng.randrange(2))
            if rng.random() < 0.05:
                now -= timedelta(minutes=5)  # the clock of the machine was set
            if rng.random() < 0.02:
                pipeline.replace(policy_of(rng))
                assert kept.update(now, ()) == list(pipeline.open_outcomes(now))


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
