"""A store emits the changes of a monitor, batch by batch, and loses nothing, in every database.

``tests/slow/engines/test_postgres_store.py`` runs the same tests in PostgreSQL.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
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
from kit.values import HOUR, OFFICE, POLICY, at, created, event, replied
from workhours_sla import (
    Change,
    Event,
    EventType,
    Monitor,
    Policy,
    Target,
    evaluate,
    working_hours,
)
from workhours_sla.errors import EventError, StoreError
from workhours_sla.stores import reader as reading
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected, Work
from workhours_sla.stream import MemoryStore, Pipeline, pipeline


@contextmanager
def a_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as there:
        yield Path(there, "appeals.db")


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else store_at(tmp_path / "appeals.db")


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


# -- quarantine, repairs and rejected rows ------------------------------------------------------


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


def test_quarantined_events_are_erased_and_do_not_return(store: Store) -> None:
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


def test_a_rejected_row_is_erased_after_retention_and_still_counted(
    store: Store, tmp_path: Path
) -> None:
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
    if not isinstance(store, MemoryStore):
        with reader_at(tmp_path / "appeals.db") as reader:
            assert reader.reasons() == {"not_json": 4}
            assert reader.holdings().rejected == 4
        assert faults_at(tmp_path / "appeals.db") == ()


def test_a_change_is_kept_until_all_sinks_in_use_have_it(store: Store) -> None:
    store.acknowledge("former", [0])
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


# -- what can go wrong -------------------------------------------------------------------------


def test_a_store_is_written_while_one_moment_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        with store.store.reading() as reader:
            assert reader.holdings().read == 1
            store.apply([created("2", at(2025, 3, 12, 10))])
            assert [one.appeal_id for one in reader.events()] == ["1"]
            assert reader.holdings().read == 1
        with store.store.reading() as reader, reader_at(path) as other:
            assert [one.appeal_id for one in reader.events()] == ["1", "2"]
            assert [one.appeal_id for one in other.events()] == ["1", "2"]
        with pytest.raises(StoreError, match="another process writes the store"):
            Stored(path, POLICY)
        store.apply([created("3", at(2025, 3, 12, 10))])
    assert len(events_at(path)) == 3


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
