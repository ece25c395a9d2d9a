"""Measure the stores: events a second beside ``COPY`` of the same rows, and recovery after a kill.

``python -m benchmarks.stores`` starts a PostgreSQL of its own, with ``fsync``. The rows that the
store has at the end are also inserted by ``COPY`` into equal tables, in as many transactions.
``--events FILE`` is the stream; by default examples/generate_appeals.py makes 40 days.
``--recovery APPEALS`` measures how long a store takes to open after its writer was killed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final, NamedTuple

from benchmarks.streams import EXAMPLES, _batches, policy
from tests.slow.engines.postgres_server import programs, serving
from workhours_sla import Event, EventType
from workhours_sla.stores.open import open_database
from workhours_sla.stores.schema import TABLES, Row
from workhours_sla.stores.store_values import Batch
from workhours_sla.stream import Pipeline, open_store

DAYS: Final = 40
TURNS: Final = 3
BATCH_SIZE: Final = 1_000

Batches = Sequence[tuple[Sequence[Event], datetime]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="benchmarks.stores")
    parser.add_argument("--events", type=Path, help="the stream, as JSON Lines; else one is made")
    parser.add_argument("--recovery", type=int, help="the number of appeals of a killed writer")
    given = parser.parse_args()
    with TemporaryDirectory() as folder, serving(programs()[0], fsync=True) as server:
        if given.recovery is not None:
            file, address = str(Path(folder, "killed.db")), server.address
            _recovery("SQLite store", file, given.recovery)
            _recovery("PostgreSQL store", address, given.recovery)
            return
        events = given.events or Path(folder, "events.jsonl")
        if given.events is None:
            maker = [sys.executable, str(EXAMPLES / "generate_appeals.py")]
            subprocess.run([*maker, "--days", str(DAYS), "--out", str(events)], check=True)  # noqa: S603 - our own
        _speed(list(_batches(events)), Path(folder), server.address)


def _speed(batches: Batches, folder: Path, address: str) -> None:
    count = sum(len(batch) for batch, _ in batches)
    found: dict[str, list[Taken]] = {"SQLite store": [], "PostgreSQL store": [], "COPY": []}
    for turn in range(TURNS):
        place = f"{address}&options=-csearch_path%3Dturn_{turn}"
        found["SQLite store"].append(_fed(str(folder / f"{turn}.db"), batches))
        found["PostgreSQL store"].append(_fed(place, batches))
        found["COPY"].append(_copied(place, f"{place}_copy", len(batches)))
    _say(f"{count:,} events in batches of {BATCH_SIZE:,}; least of {TURNS} turns; {_load()}")
    for name, taken in found.items():
        of_processor = min(one.of_processor for one in taken) / count
        _say(
            f"  {name:<14} {count / min(taken).seconds:>9,.0f} events/s,"
            f" {of_processor * 1e6:>5.1f} us of the client's processor per event"
        )
    for other in ("COPY", "SQLite store"):
        ratio = min(found[other]).seconds / min(found["PostgreSQL store"]).seconds
        _say(f"  speed of PostgreSQL store / {other}: {ratio:.2f}")


class Taken(NamedTuple):
    """The seconds that something took, and those of the processor in this process."""

    seconds: float
    of_processor: float


def _timed(call: Callable[[], object]) -> Taken:
    begin, of_processor = perf_counter(), process_time()
    call()
    return Taken(perf_counter() - begin, process_time() - of_processor)


def _fed(place: str, batches: Batches) -> Taken:
    with Pipeline(open_store(place), policy()) as pipeline:

        def feed() -> None:
            for batch, until in batches:
                pipeline.commit(Batch("", batch, watermark=until))

        return _timed(feed)


def _copied(source: str, target: str, transactions: int) -> Taken:
    """Return the seconds that COPY takes for the rows of a store, in some transactions."""
    rows: dict[str, list[Row]] = {}
    with closing(open_database(source)) as db, db.moment():
        rows = {table: list(db.stream(table)) for table in TABLES if table != "meta"}

    with closing(open_database(target, patience=2)) as into:

        def insert() -> None:
            for number in range(transactions):
                with into.transaction():
                    for table, all_rows in rows.items():
                        first = len(all_rows) * number // transactions
                        last = len(all_rows) * (number + 1) // transactions
                        into.put(table, all_rows[first:last])

        return _timed(insert)


def _recovery(name: str, place: str, appeals: int) -> None:
    """Print how long a store takes to open after the process that wrote it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _write_until_killed(place, appeals, writing)
    os.close(writing)
    assert os.read(reading, 1) == b"x"  # noqa: S101 - the child has written enough
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    begin = perf_counter()
    with Pipeline(open_store(place), policy()) as pipeline:
        opened = perf_counter() - begin
        first, _ = _timed(lambda: pipeline.commit(Batch("", _new_appeals(-BATCH_SIZE, 0))))
        count = len(pipeline.store.appeal_ids())
    _say(
        f"  {name}: after kill -9 with {count:,} appeals open in {opened:.2f} s,"
        f" first batch in {first:.2f} s; {_load()}"
    )


def _write_until_killed(place: str, appeals: int, writing: int) -> None:
    with Pipeline(open_store(place), policy()) as pipeline:
        for first in range(0, appeals + 100 * BATCH_SIZE, BATCH_SIZE):
            pipeline.commit(Batch("", _new_appeals(first, first + BATCH_SIZE)))
            if first == appeals:
                os.write(writing, b"x")
    os._exit(1)


def _new_appeals(first: int, last: int) -> list[Event]:
    posted = datetime(2025, 3, 12, 7, tzinfo=UTC)
    events = []
    for number in range(first, last):
        moment = posted + timedelta(seconds=number % 3_600)
        events.append(Event(f"e{number}", f"A-{number}", EventType.CREATED, moment, moment))
    return events


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
