"""A pipeline over a SQLite store, for tests that use both as one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workhours_sla import Policy
from workhours_sla.adapters import delivery
from workhours_sla.sla.delivery import Sink
from workhours_sla.sla.store import Outbox
from workhours_sla.stream import Pipeline, SqliteStore


class Stored(Pipeline):
    """A pipeline that also has the methods of its store."""

    def __init__(self, path: Path | str, policy: Policy, *, hot: int = 20_000, **more: Any) -> None:
        super().__init__(SqliteStore(path, hot=hot), policy, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def drain(store: Outbox, sink: Sink, batch_size: int = delivery.DEFAULT_BATCH_SIZE) -> None:
    """Send every pending change to a sink in this thread; errors of the sink are raised."""
    while (pending := store.pending(sink.name, datetime.now(UTC), batch_size)).changes:
        delivery._write(store, sink, pending, batch_size)
