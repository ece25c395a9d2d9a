"""After random histories, the stores in memory, SQLite and PostgreSQL and all copies are equal."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("psycopg")


from kit.promise_scenes import Scene, scenes
from kit.properties import EXAMPLES, PROPERTY
from kit.random_streams import cut, deliveries
from kit.values import HOUR
from workhours_sla.errors import StoreError
from workhours_sla.sla.event import BEGINNING
from workhours_sla.stores.database import Database
from workhours_sla.stores.open import open_to_read
from workhours_sla.stores.schema import TABLES, WRITER_KEY
from workhours_sla.stream import (
    Batch,
    Checkpoint,
    MemoryStore,
    Pipeline,
    Rejected,
    Store,
    check_store,
    copy_store,
    open_store,
)

pytestmark = pytest.mark.engines

FEW = settings(
    PROPERTY,
    max_examples=max(1, EXAMPLES // 4),
    phases=[Phase.explicit, Phase.generate],  # to shrink takes minutes with a server
)
SINKS = ("one", "two")
NOW = datetime(2025, 3, 12, tzinfo=UTC)
FAR = datetime.max.replace(tzinfo=UTC)


@contextmanager
def places(postgres: str) -> Iterator[tuple[Path, str, Path, str]]:
    """Yield the places of a SQLite file, a PostgreSQL schema, and a copy of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{postgres}&options=-csearch_path%3D{Path(folder).name.lower()}"
        yield Path(folder, "a.db"), f"{name}_a", Path(folder, "b.db"), f"{name}_b"


def history(scene: Scene, chance: random.Random) -> list[tuple[Any, ...]]:
    """Return random calls of a pipeline and its store, as the name of the call and arguments."""
    calls: list[tuple[Any, ...]] = []
    for number, batch in enumerate(cut(deliveries(scene, chance), chance)):
        latest = max((one.occurred_at for one in batch), default=None)
        rejected = [Rejected(chance.choice("ab"), "", f"{number}-{n}") for n in range(2)]
        positions = {chance.choice("pq"): Checkpoint(f"{number}", latest)}
        calls.append(("commit", Batch("source", batch, rejected, positions, latest)))
        if batch:
            one = chance.choice(batch)
            calls += [
                ("advance", one.occurred_at + chance.choice([HOUR, 30 * HOUR])),
                ("repair", replace(one, occurred_at=one.occurred_at - HOUR)),
            ]
        calls += [
            ("fail", chance.choice(SINKS), chance.choice([None, FAR]), f"error {number}"),
            ("acknowledge", chance.choice(SINKS)),
            ("replay", chance.choice(SINKS)),
            ("retry", chance.choice("ab")),
        ]
    return calls


def play(pipe: Pipeline, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Make the calls of a history, and return their results. The errors are results, too."""
    store, found = pipe.store, []
    for name, *arguments in calls:
        try:
            if name in {"commit", "advance", "repair"}:
                found.append(getattr(pipe, name)(*arguments))
            elif name == "retry":
                found.append(pipe.retry_rejected(partial(_with_detail, arguments[0])))
            else:
                sink = arguments[0]
                pending = store.pending(sink, FAR, 3).changes
                if name == "fail" and pending:
                    store.fail(sink, pending[0][0], arguments[2], arguments[1])
                elif name == "acknowledge" and pending:
                    store.acknowledge(sink, [number for number, _ in pending])
                elif name == "replay":
                    found.append(store.replay(sink, [one.number for one in store.dead(sink)][:1]))
                found.append(pending)
        except StoreError as error:
            found.append(getattr(error, "cause", ""))
    return found


def _with_detail(detail: str, row: Rejected) -> Rejected:
    return row._replace(detail=detail)


def readable(pipe: Pipeline, retain: timedelta | None) -> dict[str, Any]:
    """Return everything that can be read of a store."""
    store: Store = pipe.store
    return {
        "watermark": store.watermark,
        "positions": store.positions("source"),
        "events": sorted(map(repr, store.events())),
        "quarantine": sorted(map(repr, store.quarantine())),
        "rejected": store.rejected(),
        "holdings": store.holdings(),
        # with retention, memory drops each change that all sinks have, whatever its age
        "changes": store.changes() if retain is None else None,
        "open": store.open_ids(),
        "appeals": sorted(store.appeal_ids()),
        "outcomes": list(pipe.open_outcomes(store.watermark or BEGINNING)),
        **{f"pending {sink}": store.pending(sink, NOW, 5) for sink in SINKS},
        **{f"dead {sink}": store.dead(sink) for sink in SINKS},
    }


def rows_of(place: Path | str) -> dict[str, list[Any]]:
    def rows(db: Database, table: str) -> list[Any]:
        return sorted(
            repr(row) for row in db.stream(table) if (table, row[0]) != ("meta", WRITER_KEY)
        )

    with closing(open_to_read(place)) as db, db.moment():
        return {table: rows(db, table) for table in TABLES}


@FEW
@given(
    scenes(), st.integers(0, 1 << 30), st.sampled_from([None, 20, 2_000]), st.sampled_from([0, 9])
)
def test_every_store_reads_the_same_and_every_copy_continues(
    postgres: str, scene: Scene, seed: int, hours: int | None, hot: int
) -> None:
    chance = random.Random(seed)
    calls = history(scene, chance)
    middle = chance.randrange(len(calls) + 1)
    retain = None if hours is None else timedelta(hours=hours)
    memory = Pipeline(MemoryStore(), scene.policy, retain=retain)
    memory.store.deliver_to(SINKS)
    with places(postgres) as (file, address, file_copy, address_copy):
        results, expected = play(memory, calls[:middle]), readable(memory, retain)
        for place in (file, address):
            with Pipeline(open_store(place, hot=hot), scene.policy, retain=retain) as pipe:
                pipe.store.deliver_to(SINKS)
                assert play(pipe, calls[:middle]) == results
                assert readable(pipe, retain) == expected
        assert rows_of(file) == rows_of(address)
        copy_store(address, file_copy)
        copy_store(file, address_copy)
        for one, other in pairwise((file, file_copy, address_copy)):
            assert rows_of(one) == rows_of(other)
        for target in (file_copy, address_copy):
            with pytest.raises(StoreError, match="not empty"):
                copy_store(file, target)
        memory.store._swept = None  # a store that is opened again looks for old events at once
        results, expected = play(memory, calls[middle:]), readable(memory, retain)
        for place in (file, address, file_copy, address_copy):
            with Pipeline(open_store(place, hot=hot), scene.policy, retain=retain) as pipe:
                pipe.store.deliver_to(SINKS)
                assert play(pipe, calls[middle:]) == results
                assert readable(pipe, retain) == expected
            assert rows_of(place) == rows_of(file)
            assert check_store(place) == ()
