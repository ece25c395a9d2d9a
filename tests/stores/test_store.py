"""A store emits the changes of a monitor, batch by batch, and loses nothing.

Also if it is cut short, full, opened twice or opened under another policy.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.promise_scenes import Scene, as_of_the_end, scenes
from kit.properties import PROPERTY
from kit.random_streams import cut, deliveries
from kit.reported import Ledger, check_reported
from kit.stored import Stored, events_at, faults_at, reader_at, store_at
from kit.values import HOUR, OFFICE, POLICY, SECOND, at, created, event, replied
from workhours_sla import (
    Act,
    Change,
    Event,
    EventType,
    Monitor,
    Policy,
    Schedule,
    Target,
    day_off,
    evaluate,
    working_hours,
)
from workhours_sla.errors import EventError, StoreError
from workhours_sla.stores import reader as reading
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.copy import restore
from workhours_sla.stream import Batch, Checkpoint, MemoryStore, Pipeline, Rejected, pipeline
from workhours_sla.stream.store import Work


@contextmanager
def a_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as there:
        yield Path(there, "appeals.db")


def opened(path: Path, policy: Policy = POLICY, **options: object) -> Stored:
    return Stored(path, policy, **options)


def quarantined(found: Monitor | Stored | StoreReader) -> Counter[tuple[str, str]]:
    items = found.quarantine() if isinstance(found, StoreReader) else found.quarantine
    return Counter((item.event.event_id, item.reason) for item in items)


def balanced(store: Stored) -> bool:
    counts = store.holdings()
    parts = counts.applied, counts.duplicate, counts.quarantined, counts.replaced, counts.dropped
    return counts.read == sum(parts)


# -- a store, a monitor and the batch result agree ---------------------------------------------


@PROPERTY
@given(scenes(), st.integers(0, 1 << 30), st.sampled_from([0, 1, 1000]))
def test_event_by_event_it_emits_the_changes_of_a_monitor(
    scene: Scene, seed: int, hot: int
) -> None:
    chance = random.Random(seed)
    monitor, ledger, expected = Monitor(scene.policy), Ledger(), Ledger()
    with a_file() as path, opened(path, scene.policy, hot=hot) as store:
        for one in deliveries(scene, chance):
            pairs = [(store.apply([one]), monitor.apply(one))]
            if chance.random() < 0.2:
                watermark = one.occurred_at + chance.choice([-HOUR, HOUR])
                pairs.append((store.advance(watermark), monitor.advance(watermark)))
            for found, emitted in pairs:
                ledger.take(found)
                expected.take(emitted)
                assert found == emitted
            assert ledger.net() == expected.net()
        assert quarantined(store) == quarantined(monitor)
        assert store.watermark == monitor.watermark
        assert balanced(store)


@PROPERTY
@given(scenes(), st.integers(0, 1 << 30), st.booleans())
def test_in_batches_and_reopened_between_them_it_has_the_batch_result(
    scene: Scene,
    seed: int,
    reopen: bool,
) -> None:
    chance = random.Random(seed)
    end = as_of_the_end(scene.events, min(scene.events, key=lambda e: e.order).occurred_at.date())
    monitor, ledger, expected = Monitor(scene.policy), Ledger(), Ledger()
    with a_file() as path:
        store = opened(path, scene.policy, hot=chance.choice([0, 1000]))
        events = deliveries(scene, chance)
        for batch in cut(events, chance):
            latest = max((one.occurred_at for one in batch), default=None)
            taken = store.commit(Batch("source", batch, watermark=latest))
            ledger.take(taken.changes)
            emitted = monitor.apply(batch)
            if latest is not None:
                emitted += monitor.advance(latest)
            expected.take(emitted)
            assert ledger.net() == expected.net()
            assert sorted(map(repr, taken.changes)) == sorted(map(repr, emitted))
            if reopen:
                store.close()
                store = opened(path, scene.policy)
        ledger.take(store.advance(end))
        check_reported(ledger, evaluate(events, scene.policy, as_of=end))
        stored = evaluate(store.events(), scene.policy, as_of=end)
        assert stored.outcomes == evaluate(events, scene.policy, as_of=end).outcomes
        assert quarantined(store) == quarantined(monitor)
        assert balanced(store)
        emitted = Ledger()
        emitted.take(change for _, change in store.changes())
        assert emitted.net() == ledger.net()
        store.close()


def but_due_times(changes: Iterable[Change]) -> Counter[tuple[object, ...]]:
    """Count changes except ``due_changed``, which batches emit less often."""
    return Counter((c.appeal_id, c.kind, c.at) for c in changes if c.kind != "due_changed")


@PROPERTY
@given(scenes(), scenes(), st.integers(0, 1 << 30))
def test_another_policy_emits_only_what_it_changes(scene: Scene, other: Scene, seed: int) -> None:
    chance = random.Random(seed)
    events = deliveries(scene, chance)
    watermark = max(one.occurred_at for one in events)
    monitor = Monitor(scene.policy)
    monitor.apply(events)
    monitor.advance(watermark)
    with a_file() as path:
        with opened(path, scene.policy) as store:
            store.commit(Batch("", events, watermark=watermark))
            last = len(store.changes())
        with opened(path, scene.policy) as store:
            assert len(store.changes()) == last
        emitted = but_due_times(monitor.replace(other.policy))
        with opened(path, other.policy) as store:
            assert but_due_times(change for _, change in store.changes(last)) == emitted
            assert store.policy_version == other.policy.version


def test_a_correction_of_an_appeal_in_memory_moves_what_it_names(tmp_path: Path) -> None:
    posted, reply = created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))
    moved = event("m", "1", EventType.CORRECTED, at(2025, 3, 12, 17), refers_to=reply.event_id)
    monitor = Monitor(POLICY)
    with opened(tmp_path / "appeals.db") as store:
        for one in (posted, reply, moved):
            changes = store.apply([one])
            assert changes == monitor.apply(one)
        # an earlier reply may still arrive
        assert [change.kind.value for change in changes] == ["met"]
        changes = store.advance(at(2025, 3, 12, 17))
        assert changes == monitor.advance(at(2025, 3, 12, 17))
    assert [change.kind.value for change in changes] == ["at_risk", "breached"]


# -- quarantine, repairs and rejected rows ------------------------------------------------------


@pytest.mark.parametrize("kind", ["memory", "stored"])
def test_a_new_appeal_may_breach_by_the_watermark_of_its_batch(kind: str, tmp_path: Path) -> None:
    posted, answer = created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))
    store = MemoryStore() if kind == "memory" else store_at(tmp_path / "appeals.db")
    with Pipeline(store, POLICY) as pipe:
        emitted = pipe.commit(Batch("s", [posted], watermark=at(2025, 3, 13, 10))).changes
        assert [change.kind.value for change in emitted] == ["opened", "at_risk", "breached"]
        emitted = pipe.commit(Batch("s", [answer], watermark=at(2025, 3, 14, 10))).changes
        assert [change.kind.value for change in emitted if change.retracts is None] == ["met"]


def test_an_amended_calendar_moves_what_it_touches_alone(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    touched, not_touched = created("1", at(2023, 1, 31, 16, 30)), created("2", at(2023, 1, 30, 10))
    with opened(path) as store:
        store.apply([touched, not_touched, replied("2", at(2023, 1, 30, 11))])
    calendar = OFFICE.calendar.amend(day_off(date(2023, 2, 6), Act("Order 1")))
    calendar = calendar.amend(day_off(date(2023, 2, 3), Act("Order 1")))
    amended = Policy([Target("first reply", working_hours(4), Schedule(calendar, OFFICE.hours))])
    with opened(path, amended) as store:
        changes = [change for _, change in store.changes()]
        assert [(c.appeal_id, c.kind.value) for c in changes[3:]] == [("1", "due_changed")]


def test_quarantine_is_listed_and_a_repair_replaces_every_copy(
    tmp_path: Path,
) -> None:
    posted = created("1", at(2025, 3, 12, 10))
    ahead = replied("1", at(2025, 3, 12, 13), received_at=at(2025, 3, 12, 11))
    right = replace(ahead, occurred_at=at(2025, 3, 12, 11), received_at=at(2025, 3, 12, 11))
    other = replace(ahead, occurred_at=at(2025, 3, 12, 9), received_at=at(2025, 3, 12, 9))
    with opened(tmp_path / "appeals.db") as store:
        store.apply([posted, ahead])
        assert quarantined(store) == Counter({(ahead.event_id, "future_time"): 1})
        assert [change.kind.value for change in store.repair(right)] == ["met"]
        assert not quarantined(store)
        assert store.apply([ahead, right]) == ()
        assert store.holdings()[:5] == (5, 2, 2, 0, 1)
        assert store.apply([other]) == ()
        assert quarantined(store) == Counter({(ahead.event_id, "conflicting_id"): 1})
        assert set(store.events()) == {posted, right}
        again = replace(right, occurred_at=at(2025, 3, 12, 10, 30))
        assert [c.retracts is None for c in store.repair(again)] == [False, True]
        assert balanced(store)


def test_a_repair_that_is_ahead_of_its_receipt_is_quarantined(tmp_path: Path) -> None:
    posted = created("1", at(2025, 3, 12, 10))
    ahead = replace(posted, received_at=at(2025, 3, 12, 9), reason="repaired")
    with opened(tmp_path / "appeals.db") as store:
        store.apply([posted])
        assert [change.retracts is None for change in store.repair(ahead)] == [False]
        assert quarantined(store) == Counter({(ahead.event_id, "future_time"): 1})
        assert balanced(store)


@pytest.mark.parametrize("hot", [1, 20_000])
def test_many_copies_of_few_ids_have_the_result_of_a_monitor(tmp_path: Path, hot: int) -> None:
    """Test also a reopened store that caches fewer copies than there are."""
    chance = random.Random(hot)
    posted = at(2025, 3, 12, 10)
    copies = [
        replace(
            created(chance.choice("AB"), posted),
            event_id=chance.choice("123"),
            received_at=posted + chance.randint(-9, 30) * HOUR / 10,
            reason=f"{chance.randrange(40)}",
        )
        for _ in range(250)
    ]
    monitor = Monitor(POLICY)
    for some in (copies[:100], copies[100:]):
        with opened(tmp_path / "appeals.db", hot=hot) as store:
            while some:
                batch, some = some[: (size := chance.randint(1, 4))], some[size:]
                assert store.apply(batch) == monitor.apply(batch)
            assert quarantined(store) == quarantined(monitor)
            assert balanced(store)


def test_one_of_many_copies_has_the_last_reason_of_the_fold(tmp_path: Path) -> None:
    """The appeal is created after its copies were read, and then another copy arrives."""
    when = at(2025, 3, 12, 10)
    edited = Event("e", "A", EventType.EDITED, when, when + HOUR)
    others = [replace(edited, reason=f"{n}", received_at=when + 2 * HOUR) for n in range(20)]
    monitor = Monitor(POLICY)
    with opened(tmp_path / "appeals.db") as store:
        for batch in (
            [edited, *others[1:]],
            others[:1],
            [created("A", when - HOUR)],
            [replace(edited, received_at=when)],
        ):
            assert store.apply(batch) == monitor.apply(batch)
            assert quarantined(store) == quarantined(monitor)
            assert balanced(store)


def test_rejected_rows_are_kept_until_they_are_repaired_or_read(tmp_path: Path) -> None:
    rows = [Rejected("unknown_type", "no such type", f"row {n}") for n in range(3)]
    with opened(tmp_path / "appeals.db") as store:
        store.commit(Batch("file", rejected=rows, positions={"": Checkpoint("3")}))
        first, second, third = store.rejected()
        store.repair(created("1", at(2025, 3, 12, 10)), rejected=first)
        with pytest.raises(StoreError, match="no row"):
            store.repair(created("1", at(2025, 3, 12, 10)), rejected=first)

        def read(row: Rejected) -> list[Event] | Rejected:
            if row.text == "row 2":
                return [created("2", at(2025, 3, 12, 10))]
            return row._replace(reason="malformed")

        taken = store.retry_rejected(read)
        assert [change.appeal_id for change in taken.changes] == ["2"]
        assert [(n, row.reason) for n, row in store.rejected().items()] == [(second, "malformed")]
        assert third not in store.rejected()
        assert store.holdings().rejected == 1


# -- retention ---------------------------------------------------------------------------------


def test_an_appeal_that_ended_long_ago_is_dropped_and_does_not_return(tmp_path: Path) -> None:
    done = [created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))]
    waiting = created("2", at(2025, 3, 12, 10))
    lonely = replied("3", at(2025, 4, 1, 10))
    with opened(tmp_path / "appeals.db", retain=timedelta(days=30)) as store:
        store.apply([*done, waiting, lonely])
        store.advance(at(2025, 4, 11, 10))
        assert {one.appeal_id for one in store.events()} == {"1", "2", "3"}
        store.apply([created("4", at(2025, 4, 11, 12))])
        store.advance(at(2025, 4, 11, 18))
        assert {one.appeal_id for one in store.events()} == {"2", "3", "4"}
        assert store.apply(done) == ()
        late = event("new", "1", EventType.REOPENED, at(2025, 4, 12, 10))
        assert store.apply([late, late]) == ()
        assert quarantined(store) == Counter(
            {("new", "after_retention"): 1, (lonely.event_id, "no_appeal"): 1}
        )
        assert store.holdings().duplicate == 3
        assert store.holdings().dropped == 2
        assert balanced(store)
        with pytest.raises(StoreError, match="dropped"):
            store.repair(done[0])
    with opened(tmp_path / "appeals.db") as store:
        assert {one.appeal_id for one in store.events()} == {"2", "3", "4"}


@pytest.mark.parametrize("in_memory", [False, True])
def test_quarantined_events_are_erased_and_do_not_return(
    tmp_path: Path, *, in_memory: bool
) -> None:
    store = MemoryStore() if in_memory else store_at(tmp_path / "appeals.db")
    early, late = at(2025, 3, 12, 10), at(2025, 3, 20, 10)
    kept = created("kept", early)
    with Pipeline(store, POLICY, retain=timedelta(days=5)) as pipe:
        pipe.apply([created("done", early), replied("done", at(2025, 3, 12, 11)), kept])
        old = [
            replied("orphan", early),
            event("orphan-2", "orphan", EventType.CLOSED, early),
            created("future", at(2025, 3, 12, 11), received_at=early),
            replace(kept, received_at=at(2025, 3, 12, 11), agency_id="other"),
            event("before", "kept", EventType.REPLIED, at(2025, 3, 12, 9), received_at=early),
        ]
        young = [
            replied("orphan-of-late", early, received_at=late),
            event("two-ages", "mixed", EventType.CLOSED, early),
            event("two-ages-2", "mixed", EventType.CLOSED, early, received_at=late),
            created("future-of-late", at(2025, 3, 20, 11), received_at=late),
        ]
        pipe.apply([*old, *young])
        before = Counter(one.reason for one in pipe.quarantine)
        assert before["no_appeal"] == 5
        assert before["future_time"] == 2
        assert before["conflicting_id"] == 1
        assert before.total() == len(old) + len(young)
        pipe.advance(at(2025, 3, 17, 9))
        assert Counter(one.reason for one in pipe.quarantine) == before
        pipe.advance(at(2025, 3, 17, 13))
        left = {one.event.event_id for one in pipe.quarantine}
        assert left == {"before", *(one.event_id for one in young)}
        assert store.holdings().dropped == 2 + 4
        assert balanced(store)
        assert [one.appeal_id for one in pipe.open_outcomes(late) if one.appeal_id == "kept"]
        # late copies: duplicates, but for the id that has another copy
        pipe.apply(old)
        assert store.holdings().duplicate == 4
        pipe.apply([created("orphan", early, received_at=late)])
        again = {(one.event.appeal_id, one.reason) for one in pipe.quarantine}
        assert {("orphan", "after_retention"), ("kept", "conflicting_id")} <= again
        pipe.advance(at(2025, 3, 27, 10))
        assert {one.event.event_id for one in pipe.quarantine} == {"before"}
        assert balanced(store)
        seen = [row.event_id for row in store.events()]
        assert sorted(seen) == sorted([kept.event_id, "before"])


def test_changes_that_no_sink_has_had_outlive_retention(tmp_path: Path) -> None:
    with opened(tmp_path / "appeals.db", retain=timedelta(days=1)) as store:
        store.apply([created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))])
        store.acknowledge("slow", [1])
        store.advance(at(2025, 3, 20, 10))
        store.apply([created("2", at(2025, 3, 20, 11))])
        store.apply([created("3", at(2025, 3, 20, 11))])
        store.advance(at(2025, 3, 25, 12))
        assert [n for n, _ in store.pending("slow", at(2025, 3, 25), 3).changes] == [2, 3, 4]
        store.acknowledge("slow", [3])
        store.apply([created("4", at(2025, 3, 25, 13))])
        assert store.changes()[0][0] == 4


def test_all_expired_appeals_are_dropped_at_once(tmp_path: Path) -> None:
    with opened(tmp_path / "appeals.db") as store:
        for number in range(1_200):
            store.apply(
                [
                    created(str(number), at(2025, 3, 12, 10)),
                    replied(str(number), at(2025, 3, 12, 11)),
                ]
            )
    with opened(tmp_path / "appeals.db", retain=timedelta(days=1)) as store:
        store.advance(at(2025, 3, 20, 10))
        assert list(store.events()) == []
        assert store.holdings().dropped == 2_400
        assert balanced(store)


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_rejected_row_is_erased_after_retention_and_still_counted(
    tmp_path: Path, *, in_memory: bool
) -> None:
    store = MemoryStore() if in_memory else store_at(tmp_path / "appeals.db")
    pipe = Pipeline(store, POLICY, retain=timedelta(days=30))
    undated, first, second = (Rejected("not_json", "", f"a name {n}") for n in range(3))
    pipe.commit(Batch("s", rejected=[undated]))
    pipe.commit(Batch("s", rejected=[first], watermark=at(2025, 3, 12, 10)))
    pipe.commit(Batch("s", rejected=[second], watermark=at(2025, 4, 1, 10)))
    assert list(store.rejected().values()) == [undated, first, second]
    pipe.advance(at(2025, 4, 11, 10))
    assert len(store.rejected()) == 3
    pipe.advance(at(2025, 4, 11, 11))
    assert store.rejected() == {3: second}
    assert store.holdings().rejected == 3
    with pytest.raises(StoreError, match="row 2"):
        pipe.repair(created("1", at(2025, 4, 11, 10)), rejected=2)
    pipe.retry_rejected(lambda row: row)
    pipe.commit(Batch("s", rejected=[first], watermark=at(2025, 5, 20, 10)))
    assert list(store.rejected().values()) == [first]
    pipe.close()
    if not in_memory:
        with reader_at(tmp_path / "appeals.db") as reader:
            assert reader.reasons() == {"not_json": 4}
            assert reader.holdings().rejected == 4
        assert faults_at(tmp_path / "appeals.db") == ()


@pytest.mark.parametrize("in_memory", [False, True])
def test_all_rows_that_were_rejected_before_any_event_are_erased_together(
    tmp_path: Path, *, in_memory: bool
) -> None:
    store = MemoryStore() if in_memory else store_at(tmp_path / "appeals.db")
    with Pipeline(store, POLICY, retain=timedelta(days=30)) as pipe:
        pipe.commit(Batch("s", rejected=[Rejected("not_json", "", f"{n}") for n in range(2)]))
        last = Rejected("not_json", "", "last")
        pipe.commit(Batch("s", rejected=[last], watermark=at(2025, 3, 12, 10)))
        pipe.commit(Batch("s", rejected=[last], watermark=at(2025, 4, 12, 10)))
        assert store.rejected() == {4: last}
        assert store.holdings().rejected == 4


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_change_is_kept_until_all_sinks_in_use_have_it(
    tmp_path: Path, *, in_memory: bool
) -> None:
    store = MemoryStore() if in_memory else store_at(tmp_path / "appeals.db")
    store.acknowledge("former", [0])
    if in_memory:
        store = MemoryStore()  # the progress of a sink in memory ends with the process
    pipe = Pipeline(store, POLICY, retain=timedelta(days=1))
    store.deliver_to(["one", "new"])
    pipe.apply([created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))])
    pipe.advance(at(2025, 3, 12, 12))
    pipe.apply([created("2", at(2025, 3, 12, 13))])
    store.acknowledge("one", [1, 2, 3])
    pipe.advance(at(2025, 3, 20, 10))
    assert [number for number, _ in store.changes()][:3] == [1, 2, 3]
    store.acknowledge("new", [1, 2])
    pipe.advance(at(2025, 3, 21, 10))
    assert next(number for number, _ in store.changes()) == 3
    pipe.close()


def test_in_memory_time_alone_drops_an_appeal() -> None:
    store = MemoryStore()
    pipe = Pipeline(store, POLICY, retain=timedelta(days=1))
    done = [created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))]
    pipe.commit(Batch("s", done, watermark=at(2025, 3, 12, 12)))
    assert len(list(store.events())) == 2
    pipe.advance(at(2025, 3, 13, 12))
    assert list(store.events()) == []
    assert store.watermark == at(2025, 3, 13, 12)


def test_all_copies_that_conflicted_with_a_dropped_event_are_kept() -> None:
    store = MemoryStore()
    pipe = Pipeline(store, POLICY, retain=timedelta(days=1))
    answer = replied("1", at(2025, 3, 12, 11))
    others = [
        replace(answer, appeal_id=appeal_id, received_at=at(2025, 3, 13, 12))
        for appeal_id in ("2", "3")
    ]
    opened_then = [created(appeal_id, at(2025, 3, 12, 10)) for appeal_id in ("1", "2", "3")]
    pipe.apply([*opened_then, answer, *others])
    pipe.commit(Batch("s", watermark=at(2025, 3, 14, 10)))
    assert sorted(one.appeal_id for one in store.events()) == ["2", "2", "3", "3"]
    assert [item.reason for item in pipe.quarantine] == ["conflicting_id"] * 2


def test_a_copy_that_conflicted_with_a_dropped_event_does_not_count_after_a_snapshot() -> None:
    store = MemoryStore()
    pipe = Pipeline(store, POLICY, retain=timedelta(days=1))
    answer = replied("1", at(2025, 3, 12, 11))
    other = replace(answer, appeal_id="2", received_at=at(2025, 3, 13, 12))
    pipe.apply(
        [created("1", at(2025, 3, 12, 10)), answer, created("2", at(2025, 3, 12, 10)), other]
    )
    pipe.commit(Batch("s", watermark=at(2025, 3, 14, 10), rejected=[Rejected("r", "", "")]))
    assert [one.appeal_id for one in store.events()] == ["2", "2"]
    restored = Pipeline(MemoryStore.restore(POLICY, store.snapshot()), POLICY)
    for one in (pipe, restored):
        assert [item.reason for item in one.quarantine] == ["conflicting_id"]
        assert [case.answered_at for case in one.open_outcomes(at(2025, 3, 14, 10))] == [None]


# -- what can go wrong -------------------------------------------------------------------------


def test_one_process_writes_and_others_read(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        with pytest.raises(StoreError, match="another process writes the store"):
            Stored(path, POLICY)
        with reader_at(path) as reader:
            store.apply([created("2", at(2025, 3, 12, 10))])
            assert [one.appeal_id for one in reader.events()] == ["1", "2"]
    with opened(path) as store:
        assert len(events_at(path)) == 2


def test_a_store_is_written_while_one_moment_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        with store.store.reading() as reader:
            assert reader.holdings().read == 1
            store.apply([created("2", at(2025, 3, 12, 10))])
            assert [one.appeal_id for one in reader.events()] == ["1"]
            assert reader.holdings().read == 1
        with store.store.reading() as reader:
            assert [one.appeal_id for one in reader.events()] == ["1", "2"]
        with pytest.raises(StoreError, match="another process writes the store"):
            Stored(path, POLICY)
        store.apply([created("3", at(2025, 3, 12, 10))])
    assert len(events_at(path)) == 3


OPEN_IT = """
import sys
from pathlib import Path
from workhours_sla import Policy, Schedule, Target, working_hours
from workhours_sla.stream import Pipeline, SqliteStore
from workhours_sla.errors import StoreError
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
try:
    policy = Policy([Target("first reply", working_hours(4), office)])
    Pipeline(SqliteStore(sys.argv[1]), policy).close()
except StoreError as error:
    print(error)
"""


def refusals(path: Path) -> list[str]:
    """Return the errors that this process and another process get on opening a store to write."""
    found = [""]
    try:
        Stored(path, POLICY).close()
    except StoreError as error:
        found = [str(error)]
    command = [sys.executable, "-c", OPEN_IT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [*found, done.stdout.rstrip()]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="files are linked and renamed otherwise here")
@pytest.mark.parametrize("way", ["same", "read", "symlink", "folder", "copied"])
def test_a_store_has_one_writer_by_whatever_name(way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "real" / "appeals.db", tmp_path / "other.db"
    path.parent.mkdir()
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        if way == "symlink":
            other.symlink_to(path)
        elif way == "folder":
            (tmp_path / "link").symlink_to("real")
            other = tmp_path / "link" / "appeals.db"
        else:
            other = path
        if way == "read":  # the other connection is closed again
            with store.store.reading() as reader:
                assert reader.holdings().read == 1
        if way == "copied":  # copying opens and closes each file
            shutil.copytree(path.parent, tmp_path / "copy")
        refusal = f"another process writes the store {str(other)!r}; end it first, or give another"
        for _ in range(2):  # also after an error
            assert refusals(other) == [f"{refusal} file"] * 2
        store.apply([created("2", at(2025, 3, 12, 10))])
        assert balanced(store)
    assert refusals(path) == ["", ""]
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_does_not_keep_a_store(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    done, end = os.pipe()
    store = opened(path)
    child = os.fork()
    if not child:
        os.close(end)
        os.read(done, 1)  # wait until the test is over
        os._exit(0)
    try:
        assert all(refusals(path))
        store.close()
        assert refusals(path) == ["", ""]
    finally:
        os.close(end)
        os.waitpid(child, 0)


@pytest.mark.skipif(os.name != "posix", reason="files are linked otherwise here")
def test_a_store_with_hard_links_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    opened(path).close()
    (tmp_path / "hard.db").hardlink_to(path)
    for name in ("appeals.db", "hard.db"):
        with pytest.raises(StoreError, match=r"2 names \(hard links\)"):
            Stored(tmp_path / name, POLICY)
    (tmp_path / "hard.db").unlink()
    opened(path).close()


@pytest.mark.skipif(os.name != "posix", reason="files are removed and renamed otherwise here")
def test_a_writer_stops_when_another_has_begun_to_write(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        (tmp_path / "appeals.db-writer").unlink()
        with opened(path) as other:
            other.apply([created("2", at(2025, 3, 12, 10))])
        for _ in range(2):
            with pytest.raises(StoreError, match="another process has begun to write"):
                store.apply([created("3", at(2025, 3, 12, 10))])
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


@pytest.mark.skipif(os.name != "posix", reason="files are removed and renamed otherwise here")
@pytest.mark.parametrize("way", ["moved", "replaced"])
def test_a_writer_stops_while_its_path_has_another_file(way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "appeals.db", tmp_path / "other.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        path.rename(other)
        if way == "replaced":
            opened(tmp_path / "new.db").close()
            (tmp_path / "new.db").rename(path)
        for _ in range(2):
            with pytest.raises(StoreError, match="moved, deleted or replaced"):
                store.apply([created("2", at(2025, 3, 12, 10))])
        other.rename(path)
        store.apply([created("2", at(2025, 3, 12, 10))])
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


def test_a_full_disk_is_one_error_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    events = [created(f"{n:04}", at(2025, 3, 12, 10) + n * SECOND) for n in range(2000)]
    with opened(path) as store:
        store.apply(events[:200])
        (pages,) = store._db.connection.execute("PRAGMA page_count").fetchone()
        store._db.connection.execute(f"PRAGMA max_page_count={pages + 10}")
        kept = 200
        refusal = None
        while refusal is None:
            try:
                store.apply(events[kept : kept + 100])
                kept += 100
            except StoreError as error:
                refusal = str(error)
        assert "free some space" in refusal
        assert len(list(store.events())) == kept < len(events)
        assert store.holdings().read == kept
        store._db.connection.execute("PRAGMA max_page_count=100000")
        assert len(store.apply(events[kept:])) == len(events) - kept
        assert balanced(store)
    with opened(path) as store:
        assert list(store.events()) == events


@contextmanager
def without_rights() -> Iterator[None]:
    """Drop the privileges of root while the context is active."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are kept otherwise here")
def test_a_file_or_a_directory_that_cannot_be_written_is_one_error() -> None:
    with tempfile.TemporaryDirectory() as there:
        path = Path(there, "appeals.db")
        opened(path).close()
        for file in Path(there).iterdir():
            file.chmod(0o444)
        Path(there).chmod(0o555)
        try:
            for name in ("appeals.db", "new.db", "no/such.db"):
                with without_rights(), pytest.raises(StoreError, match="can be written"):
                    Stored(Path(there, name), POLICY)
        finally:
            Path(there).chmod(0o755)


def test_a_file_that_is_no_store_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    opened(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET value=99 WHERE key='store_version'")
        db.commit()
    for open_it in (lambda: Stored(path, POLICY), lambda: reader_at(path)):
        with pytest.raises(StoreError, match=r"schema 99, .* reads schema 1 only; install"):
            open_it()
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="no store of workhours"):
        Stored(foreign, POLICY)
    text = tmp_path / "text.db"
    text.write_text("event_id,appeal_id\n" * 100)
    with pytest.raises(StoreError, match="give a store"):
        Stored(text, POLICY)
    with pytest.raises(StoreError, match="no store"):
        reader_at(tmp_path / "none.db")


def test_a_snapshot_is_a_store_of_its_moment(tmp_path: Path) -> None:
    path, snapshot, again = (tmp_path / name for name in ("a.db", "snapshot.db", "again.db"))
    with opened(path) as store:
        place = {"0": Checkpoint("17", at(2025, 3, 12, 10).astimezone(UTC))}
        store.commit(Batch("file", [created("1", at(2025, 3, 12, 10))], positions=place))
        store.snapshot(snapshot)
        with pytest.raises(StoreError, match="already"):
            store.snapshot(snapshot)
        store.apply([created("2", at(2025, 3, 12, 10))])
    restore(snapshot, again)
    with opened(again) as store:
        assert [one.appeal_id for one in store.events()] == ["1"]
        assert store.positions("file") == place
        assert [c.kind.value for c in store.advance(at(2025, 3, 13, 10))] == ["at_risk", "breached"]
    with pytest.raises(StoreError, match="already"):
        restore(snapshot, again)
    with pytest.raises(StoreError, match="no snapshot"):
        restore(tmp_path / "none.db", tmp_path / "new.db")


# -- threads -----------------------------------------------------------------------------------


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run each task in a separate thread, and return the results; an error of a task is raised."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(tasks)) as pool:
            return [future.result() for future in [pool.submit(task) for task in tasks]]
    finally:
        sys.setswitchinterval(interval)


def in_another_thread(task: Callable[[], object]) -> object:
    return at_once(task)[0]


def events_of_a_week(chance: random.Random) -> list[Event]:
    """Return the events of a week of appeals; some are repeated, some have copies."""
    events = []
    for number in range(150):
        posted = at(2025, 3, 10) + timedelta(minutes=chance.randrange(5 * 24 * 60))
        events.append(created(str(number), posted))
        if chance.random() < 0.7:
            reply = replied(str(number), posted + timedelta(minutes=chance.randrange(36 * 60)))
            events += [reply, replace(reply, received_at=reply.received_at + HOUR)]
    events += chance.sample(events, 20)
    chance.shuffle(events)
    return events


@pytest.mark.parametrize("hot", [0, 1000])
def test_a_store_that_many_threads_use_ends_as_one_that_one_thread_uses(
    tmp_path: Path, hot: int
) -> None:
    events = events_of_a_week(random.Random(1))
    watermarks = [at(2025, 3, 10) + n * 3 * HOUR for n in range(80)]
    with opened(tmp_path / "one.db") as one:
        one.apply(events)
        one.advance(watermarks[-1])
    emitted: list[Change] = []
    writing = [True]

    def apply(mine: Sequence[Event]) -> None:
        for first in range(0, len(mine), 3):
            emitted.extend(many.apply(mine[first : first + 3]))

    def advance() -> None:
        for watermark in watermarks:
            emitted.extend(many.advance(watermark))

    def write() -> None:
        try:
            at_once(*(partial(apply, events[n::4]) for n in range(4)), advance)
        finally:
            writing[0] = False

    def read(store: Stored | StoreReader) -> int:
        times = 0
        while writing[0] or not times:
            times += 1
            with store.moment():
                assert balanced(store)
                assert len(list(store.events())) == len(list(store.events()))
            assert len(store.changes(limit=5)) <= 5
            _ = store.quarantine
            if isinstance(store, Stored):
                assert balanced(store)
                assert store.policy is POLICY
                assert {outcome.target for outcome in store.open_outcomes(watermarks[-1])} <= {
                    "first reply"
                }
                store.note("reader", str(times))
                assert store.noted("reader") is not None
                for number, _ in store.pending("sink", watermarks[-1], 10).changes:
                    store.acknowledge("sink", [number])
        return times

    with opened(tmp_path / "many.db", hot=hot) as many, reader_at(tmp_path / "many.db") as out:
        assert at_once(write, *(partial(read, many) for _ in range(2)), *[partial(read, out)] * 2)
        changes = [change for _, change in many.changes()]
        in_change_order = Ledger()
        in_change_order.take(changes)
        assert Counter(emitted) == Counter(changes)
        in_change_order_of_one = Ledger()
        with reader_at(tmp_path / "one.db") as one:
            in_change_order_of_one.take(change for _, change in one.changes())
            assert in_change_order.net() == in_change_order_of_one.net()
            assert (many.watermark, quarantined(many)) == (one.watermark, quarantined(one))
            assert many.holdings() == one.holdings()
            key = attrgetter("event_id", "received_at")
            assert sorted(many.events(), key=key) == sorted(one.events(), key=key)
        check_reported(in_change_order, evaluate(events, POLICY, as_of=watermarks[-1]))


def test_an_open_iterator_blocks_no_other_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_EVENTS", reading._EVENTS.replace("10000", "2"))
    monkeypatch.setattr(pipeline, "AT_ONCE", 2)
    store = opened(tmp_path / "appeals.db")
    later = at(2025, 3, 12, 12)
    store.apply([created(str(number), at(2025, 3, 12, 10)) for number in range(5)])
    events, outcomes = store.events(), store.open_outcomes(later)
    assert (next(events).appeal_id, next(outcomes).appeal_id) == ("0", "0")
    more = [created("5", at(2025, 3, 12, 10)), replied("3", at(2025, 3, 12, 11))]
    assert len(in_another_thread(partial(store.apply, more))) == 2
    assert [one.event_id for one in events] == [*(f"{n}-c" for n in range(1, 6)), "3-r"]
    assert [(one.appeal_id, str(one.verdict)) for one in outcomes] == [
        ("1", "pending"), ("2", "pending"), ("3", "met"), ("4", "pending")
    ]  # fmt: skip
    events, outcomes = store.events(), store.open_outcomes(later)
    next(events), next(outcomes)
    in_another_thread(store.close)
    for begun in (events, outcomes):
        with pytest.raises(StoreError, match="is closed; open it again"):
            list(begun)


def test_an_appeal_that_is_dropped_while_outcomes_are_read_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "AT_ONCE", 1)
    with opened(tmp_path / "appeals.db", retain=timedelta(days=1)) as store:
        store.apply([created("1", at(2025, 3, 12, 10)), created("2", at(2025, 3, 12, 10))])
        outcomes = store.open_outcomes(at(2025, 3, 12, 12))
        assert next(outcomes).appeal_id == "1"
        store.apply([replied("2", at(2025, 3, 12, 11))])
        store.advance(at(2025, 3, 20))
        assert {one.appeal_id for one in store.events()} == {"1"}
        assert list(outcomes) == []


def test_a_store_is_closed_after_the_call_that_is_under_way(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    entered, go_on = threading.Event(), threading.Event()

    def read(row: Rejected) -> Sequence[Event]:
        entered.set()
        assert go_on.wait(10)
        return [created(row.text, at(2025, 3, 12, 10))]

    with ThreadPoolExecutor(2) as pool, opened(path) as store:
        store.commit(Batch("file", rejected=[Rejected("bad_row", "", "1")]))
        replayed = pool.submit(store.retry_rejected, read)
        assert entered.wait(10)
        closed = pool.submit(store.close)
        try:
            with pytest.raises(TimeoutError):
                closed.result(0.2)
        finally:
            go_on.set()
        closed.result(10)
        assert [change.kind.value for change in replayed.result(10).changes] == ["opened"]
    with reader_at(path) as reader:
        assert [one.appeal_id for one in reader.events()] == ["1"]
        assert reader.rejected() == {}


def test_a_call_on_a_closed_store_does_not_report_damage(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store, reader_at(path) as reader:
        store.apply([created("1", at(2025, 3, 12, 10))])
    for call in (
        partial(store.apply, []),
        partial(store.advance, at(2025, 3, 12)),
        partial(store.note, "key", "text"),
        partial(list, store.open_outcomes(at(2025, 3, 12, 12))),
        partial(list, reader.events()),
        reader.holdings,
        partial(reader.snapshot, tmp_path / "copy.db"),
    ):
        with pytest.raises(StoreError, match=r"' is closed; open it again$"):
            call()
    store.close()
    reader.close()
    with opened(path) as again:  # the earlier lock is released
        assert again.holdings().read == 1


def test_after_an_interrupted_batch_memory_equals_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted, reply = created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))
    with opened(tmp_path / "appeals.db") as store:
        store.apply([posted])
        assert [one.appeal_id for one in store.open_outcomes(at(2025, 3, 12, 12))] == ["1"]
        write = store.write

        def write_and_fail(work: Work) -> None:
            write(work)
            raise KeyboardInterrupt

        monkeypatch.setattr(store.store, "write", write_and_fail)
        with pytest.raises(KeyboardInterrupt):
            store.commit(Batch("", [reply], watermark=at(2025, 4, 1)))
        monkeypatch.undo()
        assert store.watermark is None
        assert [one.appeal_id for one in store.open_outcomes(at(2025, 3, 12, 12))] == ["1"]
        assert [c.kind.value for c in store.apply([reply])] == ["met"]
        assert balanced(store)


def test_a_withdrawn_appeal_is_not_open(tmp_path: Path) -> None:
    posted = at(2025, 3, 12, 10)
    deleted = event("1-d", "1", EventType.DELETED, posted + HOUR, author_role="citizen")
    with opened(tmp_path / "appeals.db") as store:
        emitted = store.apply([created("1", posted), deleted, created("2", posted)])
        assert [change.kind.value for change in emitted] == ["opened", "withdrawn", "opened"]
        assert [one.appeal_id for one in store.open_outcomes(posted + 2 * HOUR)] == ["2"]


def test_text_that_is_no_text_is_refused_by_itself(tmp_path: Path) -> None:
    with opened(tmp_path / "appeals.db") as store:
        for event_id, appeal in (("e", "\ud800"), ("\ud800", "a")):
            with pytest.raises(EventError, match="not text"):
                store.apply([event(event_id, appeal, EventType.CREATED, at(2025, 3, 12, 10))])
        with pytest.raises(EventError, match="not text"):
            store.positions("\ud800")
        store.commit(Batch("s", rejected=[Rejected("malformed", "a\0b", "c\0")]))
        assert store.rejected() == {1: Rejected("malformed", "a\ufffdb", "c\ufffd")}


def test_an_appeal_that_lost_its_only_event_is_not_dropped_with_the_copy(tmp_path: Path) -> None:
    """The row of the appeal had ended, because no clock of it had started."""
    policy = Policy([Target("reply", working_hours(4), OFFICE, starts="interim")])
    posted = created("1", at(2025, 3, 12, 10), received_at=at(2025, 3, 13, 11))
    earlier = replace(posted, appeal_id="2", received_at=posted.occurred_at)
    with opened(tmp_path / "appeals.db", policy, retain=timedelta(days=1)) as store:
        store.apply(posted)
        store.apply([earlier, replied("2", at(2025, 3, 12, 12))])
        store.advance(at(2025, 3, 14, 10))
        assert quarantined(store) == Counter({(posted.event_id, "conflicting_id"): 1})
        assert store.holdings().dropped == 2
