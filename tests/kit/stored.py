"""Stores for tests, which run on every database; a pipeline and its store as one object."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.values import at, created, replied
from workhours_sla import Event, Policy
from workhours_sla.stores.open import StoreFault, check_store, events_of, open_reader, open_store
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.sqlite import SqliteDatabase
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected
from workhours_sla.stream import Pipeline, delivery
from workhours_sla.stream.delivery import Sink


class Places:
    """Where the store of a path is. Tests of another database set ``of`` to return its address."""

    of: Callable[[Path | str], Path | str] = staticmethod(lambda path: path)


def store_at(path: Path | str, *, hot: int = 20_000) -> Store:
    store = open_store(Places.of(path), hot=hot)
    if isinstance(store._db, SqliteDatabase):
        store._db.connection.execute("PRAGMA synchronous=OFF")  # nothing is killed here
    return store


def reader_at(path: Path | str) -> StoreReader:
    return open_reader(Places.of(path))


def events_at(path: Path | str) -> list[Event]:
    return events_of(Places.of(path))


def faults_at(path: Path | str) -> tuple[StoreFault, ...]:
    return check_store(Places.of(path))


class Stored(Pipeline):
    def __init__(self, path: Path | str, policy: Policy, *, hot: int = 20_000, **more: Any) -> None:
        super().__init__(store_at(path, hot=hot), policy, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def drain(store: Store, sink: Sink, batch_size: int = delivery.DEFAULT_BATCH_SIZE) -> None:
    """Send every pending change to a sink in this thread; errors of the sink are raised."""
    while (pending := store.pending(sink.name, datetime.now(UTC), batch_size)).changes:
        delivery.send(store, sink, pending)


def a_batch() -> Batch:
    """Return a batch of a file: an appeal and its reply, a rejected row, and the position."""
    return Batch(
        "file",
        [created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))],
        [Rejected("malformed", "a detail", "a text")],
        {"": Checkpoint("7")},
        at(2025, 3, 12, 12),
    )
