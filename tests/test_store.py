"""A store says what a monitor says, batch by batch, and forgets nothing.

Not where it is cut short, filled up, opened twice or opened under another policy, either.
"""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_monitor import Ledger, check_told
from test_promises import HOUR, Scene, as_of_the_end, scenes
from test_properties import PROPERTY
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
    words,
    working_hours,
)
from workhours_sla.adapters.stores import sqlite_file
from workhours_sla.adapters.stores.sqlite import SqliteStore
from workhours_sla.adapters.stores.sqlite_reading import SqliteReader, events_of, restore
from workhours_sla.adapters.stores.sqlite_tables import Work
from workhours_sla.errors import EventError, StoreError
from workhours_sla.sla.ports import Batch, Place, Rejected

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
SECOND = timedelta(seconds=1)


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=OFFICE.tz)


def event(event_id: str, appeal: str, kind: EventType, when: datetime, **more: object) -> Event:
    return Event(event_id, appeal, kind, when, more.pop("received_at", when), **more)


def created(appeal: str, when: datetime, **more: object) -> Event:
    return event(f"{appeal}-c", appeal, EventType.CREATED, when, **more)


def replied(appeal: str, when: datetime, **more: object) -> Event:
    return event(f"{appeal}-r", appeal, EventType.REPLIED, when, **more)


@contextmanager
def a_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as there:
        yield Path(there, "appeals.db")


def opened(path: Path, policy: Policy = POLICY, **options: object) -> SqliteStore:
    store = SqliteStore(path, policy, **options)
    store._db.execute("PRAGMA synchronous=OFF")  # nothing is killed here
    return store


def aside(found: Monitor | SqliteStore) -> Counter[tuple[str, str]]:
    items = found.quarantine if isinstance(found, Monitor) else found.quarantine()
    return Counter((item.event.event_id, item.reason) for item in items)


def balanced(store: SqliteStore) -> bool:
    held = store.holdings()
    parts = held.applied, held.duplicate, held.quarantined, held.replaced, held.dropped
    return held.read == sum(parts)


def deliveries(scene: Scene, chance: random.Random) -> list[Event]:
    """Return the events in some order, some of them twice, some copies received earlier."""
    events = list(scene.events)
    events += [
        replace(one, received_at=one.received_at + chance.choice([-HOUR, SECOND, HOUR]))
        for one in events
        if chance.random() < 0.3
    ]
    chance.shuffle(events)
    return events


def cut(events: Sequence[Event], chance: random.Random) -> list[Sequence[Event]]:
    edges = sorted(chance.choices(range(len(events) + 1), k=4))
    return [events[since:until] for since, until in pairwise([0, *edges, len(events)])]


# -- a store, a monitor and the batch answer are one -------------------------------------------


@PROPERTY
@given(scenes(), st.integers(0, 1 << 30), st.sampled_from([0, 1, 1000]))
def test_one_event_at_a_time_it_tells_what_a_monitor_tells(
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
            for found, told in pairs:
                ledger.take(found)
                expected.take(told)
                assert found == told
            assert ledger.net() == expected.net()
        assert aside(store) == aside(monitor)
        assert store.watermark == monitor.watermark
        assert balanced(store)


@PROPERTY
@given(scenes(), st.integers(0, 1 << 30), st.booleans())
def test_in_batches_and_reopened_between_them_it_ends_where_the_batch_answer_ends(
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
            taken = store.take(Batch("source", batch, watermark=latest))
            ledger.take(taken.changes)
            told = monitor.apply_all(batch)
            if latest is not None:
                told += monitor.advance(latest)
            expected.take(told)
            assert ledger.net() == expected.net()
            assert sorted(map(repr, taken.changes)) == sorted(map(repr, told))
            if reopen:
                store.close()
                store = opened(path, scene.policy)
        ledger.take(store.advance(end))
        check_told(ledger, evaluate(events, scene.policy, as_of=end))
        stored = evaluate(store.events(), scene.policy, as_of=end)
        assert stored.outcomes == evaluate(events, scene.policy, as_of=end).outcomes
        assert aside(store) == aside(monitor)
        assert balanced(store)
        told = Ledger()
        told.take(change for _, change in store.changes())
        assert told.net() == ledger.net()
        store.close()


def but_due_times(changes: Iterable[Change]) -> Counter[tuple[object, ...]]:
    """Count changes, apart from the steps by which a due time was reached: a batch has fewer."""
    return Counter((c.appeal_id, c.kind, c.at) for c in changes if c.kind != "due_changed")


@PROPERTY
@given(scenes(), scenes(), st.integers(0, 1 << 30))
def test_another_policy_tells_what_it_changes_and_no_more(
    scene: Scene, other: Scene, seed: int
) -> None:
    chance = random.Random(seed)
    events = deliveries(scene, chance)
    watermark = max(one.occurred_at for one in events)
    monitor = Monitor(scene.policy)
    monitor.apply_all(events)
    monitor.advance(watermark)
    with a_file() as path:
        with opened(path, scene.policy) as store:
            store.take(Batch("", events, watermark=watermark))
            last = len(store.changes())
        with opened(path, scene.policy) as store:
            assert len(store.changes()) == last
        told = but_due_times(monitor.replace(other.policy))
        with opened(path, other.policy) as store:
            assert but_due_times(change for _, change in store.changes(last)) == told
            assert store.policy_version == other.policy.version


def test_a_correction_of_an_appeal_in_memory_moves_what_it_names(tmp_path: Path) -> None:
    posted, reply = created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))
    moved = event("m", "1", EventType.CORRECTED, at(2025, 3, 12, 17), refers_to=reply.event_id)
    monitor = Monitor(POLICY)
    with opened(tmp_path / "appeals.db") as store:
        for one in (posted, reply, moved):
            changes = store.apply([one])
            assert changes == monitor.apply(one)
    assert [change.kind.value for change in changes] == ["met", "breached"]


# -- what is set aside, repaired, replayed -----------------------------------------------------


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


def test_quarantine_is_listed_and_a_repair_stands_in_place_of_what_it_repairs(
    tmp_path: Path,
) -> None:
    posted = created("1", at(2025, 3, 12, 10))
    ahead = replied("1", at(2025, 3, 12, 13), received_at=at(2025, 3, 12, 11))
    right = replace(ahead, occurred_at=at(2025, 3, 12, 11), received_at=at(2025, 3, 12, 11))
    other = replace(ahead, occurred_at=at(2025, 3, 12, 9), received_at=at(2025, 3, 12, 9))
    with opened(tmp_path / "appeals.db") as store:
        store.apply([posted, ahead])
        assert aside(store) == Counter({(ahead.event_id, "future_time"): 1})
        assert [change.kind.value for change in store.repair(right)] == ["met"]
        assert not aside(store)
        assert store.apply([ahead, right]) == ()
        assert store.holdings()[:5] == (5, 2, 2, 0, 1)
        assert store.apply([other]) == ()
        assert aside(store) == Counter({(ahead.event_id, "conflicting_id"): 1})
        assert set(store.events()) == {posted, right}
        again = replace(right, occurred_at=at(2025, 3, 12, 10, 30))
        assert [c.retracts is None for c in store.repair(again)] == [False, True]
        assert balanced(store)


def test_rejected_rows_are_kept_until_they_are_repaired_or_read_rightly(tmp_path: Path) -> None:
    rows = [Rejected("unknown_type", "no such type", f"row {n}") for n in range(3)]
    with opened(tmp_path / "appeals.db") as store:
        store.take(Batch("file", rejected=rows, places={"": Place("3")}))
        first, second, third = store.rejected()
        store.repair(created("1", at(2025, 3, 12, 10)), rejected=first)
        with pytest.raises(StoreError, match="no row"):
            store.repair(created("1", at(2025, 3, 12, 10)), rejected=first)

        def read(row: Rejected) -> list[Event] | Rejected:
            if row.text == "row 2":
                return [created("2", at(2025, 3, 12, 10))]
            return row._replace(reason="malformed")

        taken = store.replay(read)
        assert [change.appeal_id for change in taken.changes] == ["2"]
        assert [(n, row.reason) for n, row in store.rejected().items()] == [(second, "malformed")]
        assert third not in store.rejected()
        assert store.holdings().rejected == 1


# -- retention ---------------------------------------------------------------------------------


def test_what_was_settled_long_ago_is_dropped_and_does_not_come_back(tmp_path: Path) -> None:
    done = [created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))]
    waiting = created("2", at(2025, 3, 12, 10))
    lonely = replied("3", at(2025, 3, 12, 10))
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
        assert aside(store) == Counter(
            {("new", "after_retention"): 1, (lonely.event_id, "no_appeal"): 1}
        )
        assert store.holdings().duplicate == 3
        assert words.QUARANTINE_REASONS["after_retention"].keys() == {"en", "ru"}
        assert store.holdings().dropped == 2
        assert balanced(store)
        with pytest.raises(StoreError, match="dropped"):
            store.repair(done[0])
    with opened(tmp_path / "appeals.db") as store:
        assert {one.appeal_id for one in store.events()} == {"2", "3", "4"}


def test_changes_that_no_sink_has_had_outlive_retention(tmp_path: Path) -> None:
    with opened(tmp_path / "appeals.db", retain=timedelta(days=1)) as store:
        store.apply([created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))])
        store.delivered("slow", 1)
        store.advance(at(2025, 3, 20, 10))
        store.apply([created("2", at(2025, 3, 20, 11))])
        store.apply([created("3", at(2025, 3, 20, 11))])
        store.advance(at(2025, 3, 25, 12))
        assert [n for n, _ in store.undelivered("slow", 3)] == [2, 3, 4]
        store.delivered("slow", 3)
        store.apply([created("4", at(2025, 3, 25, 13))])
        assert store.changes()[0][0] == 4


# -- what can go wrong -------------------------------------------------------------------------


def test_one_process_writes_and_others_read(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        with pytest.raises(StoreError, match="another process writes the store"):
            SqliteStore(path, POLICY)
        with SqliteReader(path) as reader:
            store.apply([created("2", at(2025, 3, 12, 10))])
            assert [one.appeal_id for one in reader.events()] == ["1", "2"]
    with opened(path) as store:
        assert len(events_of(path)) == 2


def test_a_full_disk_is_one_error_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    events = [created(f"{n:04}", at(2025, 3, 12, 10) + n * SECOND) for n in range(2000)]
    with opened(path) as store:
        store.apply(events[:200])
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count={pages + 10}")
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
        store._db.execute("PRAGMA max_page_count=100000")
        assert len(store.apply(events[kept:])) == len(events) - kept
        assert balanced(store)
    with opened(path) as store:
        assert list(store.events()) == events


@contextmanager
def without_rights() -> Iterator[None]:
    """Give up what root may do for a while."""
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
                    SqliteStore(Path(there, name), POLICY)
        finally:
            Path(there).chmod(0o755)


def test_what_is_no_store_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    opened(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    for open_it in (lambda: SqliteStore(path, POLICY), lambda: SqliteReader(path)):
        with pytest.raises(StoreError, match=r"schema 99.*a later one"):
            open_it()
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="no store of workhours"):
        SqliteStore(foreign, POLICY)
    text = tmp_path / "text.db"
    text.write_text("event_id,appeal_id\n" * 100)
    with pytest.raises(StoreError, match="give a store"):
        SqliteStore(text, POLICY)
    with pytest.raises(StoreError, match="no store"):
        SqliteReader(tmp_path / "none.db")


def test_a_store_of_an_earlier_schema_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "appeals.db"
    with opened(path) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
    later = (*sqlite_file.MIGRATIONS, "CREATE TABLE more (x); SELECT 1")
    monkeypatch.setattr(sqlite_file, "MIGRATIONS", later)
    with pytest.raises(StoreError, match="older version"):
        SqliteReader(path)
    with opened(path) as store:
        assert store._db.execute("SELECT * FROM more").fetchall() == []
        assert len(store.changes()) == 1
    monkeypatch.setattr(sqlite_file, "MIGRATIONS", (*later, "CREATE TABLE more (x)"))
    with pytest.raises(StoreError, match="more already exists"):
        SqliteStore(path, POLICY)
    monkeypatch.setattr(sqlite_file, "MIGRATIONS", later)
    opened(path).close()


@pytest.mark.parametrize("version", [1, 2])
def test_a_store_of_a_schema_that_is_read_no_more_is_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "appeals.db"
    opened(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version={version}")
    for open_it in (lambda: SqliteStore(path, POLICY), lambda: SqliteReader(path)):
        with pytest.raises(StoreError, match=f"schema {version}.*read its source again"):
            open_it()


def test_a_snapshot_is_a_store_of_its_moment(tmp_path: Path) -> None:
    path, snapshot, again = (tmp_path / name for name in ("a.db", "snapshot.db", "again.db"))
    with opened(path) as store:
        place = {"0": Place("17", at(2025, 3, 12, 10).astimezone(UTC))}
        store.take(Batch("file", [created("1", at(2025, 3, 12, 10))], places=place))
        store.snapshot(snapshot)
        with pytest.raises(StoreError, match="already"):
            store.snapshot(snapshot)
        store.apply([created("2", at(2025, 3, 12, 10))])
    restore(snapshot, again)
    with opened(again) as store:
        assert [one.appeal_id for one in store.events()] == ["1"]
        assert store.places("file") == place
        assert [c.kind.value for c in store.advance(at(2025, 3, 13, 10))] == ["at_risk", "breached"]
    with pytest.raises(StoreError, match="already"):
        restore(snapshot, again)
    with pytest.raises(StoreError, match="no snapshot"):
        restore(tmp_path / "none.db", tmp_path / "new.db")


def test_a_batch_that_is_cut_short_leaves_memory_as_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted, reply = created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))
    with opened(tmp_path / "appeals.db") as store:
        store.apply([posted])
        assert [one.appeal_id for one in store.open_outcomes(at(2025, 3, 12, 12))] == ["1"]
        write = store._tables.write

        def write_and_fail(work: Work, when: int | None) -> None:
            write(work, when)
            raise KeyboardInterrupt

        monkeypatch.setattr(store._tables, "write", write_and_fail)
        with pytest.raises(KeyboardInterrupt):
            store.take(Batch("", [reply], watermark=at(2025, 4, 1)))
        monkeypatch.undo()
        assert store.watermark is None
        assert [one.appeal_id for one in store.open_outcomes(at(2025, 3, 12, 12))] == ["1"]
        assert [c.kind.value for c in store.apply([reply])] == ["met"]
        assert balanced(store)


def test_of_a_withdrawn_appeal_nothing_is_awaited(tmp_path: Path) -> None:
    posted = at(2025, 3, 12, 10)
    deleted = event("1-d", "1", EventType.DELETED, posted + HOUR, author_role="citizen")
    with opened(tmp_path / "appeals.db") as store:
        told = store.apply([created("1", posted), deleted, created("2", posted)])
        assert [change.kind.value for change in told] == ["opened", "withdrawn", "opened"]
        assert [one.appeal_id for one in store.open_outcomes(posted + 2 * HOUR)] == ["2"]


def test_text_that_is_no_text_is_refused_by_itself(tmp_path: Path) -> None:
    odd = created("nul\0", at(2025, 3, 12, 10))
    with opened(tmp_path / "appeals.db") as store:
        for event_id, appeal in (("e", "\ud800"), ("\ud800", "a")):
            with pytest.raises(EventError, match="no text"):
                store.apply([event(event_id, appeal, EventType.CREATED, at(2025, 3, 12, 10))])
        with pytest.raises(EventError, match="no text"):
            store.places("\ud800")
        assert len(store.apply([odd])) == 1
        assert store.apply([odd]) == ()
        assert store.holdings()[:3] == (2, 1, 1)
