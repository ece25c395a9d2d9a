"""``store copy`` of a whole stream and back: equal rows, also after copies that were killed.

``whole_streams`` says which variables of the environment set the size.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.served import PATIENCE, ended
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, place_of
from workhours_sla import Event, Policy
from workhours_sla.config import parse
from workhours_sla.files import open_source
from workhours_sla.stores.open import check_store, has_store, open_database, open_reader
from workhours_sla.stores.schema import TABLES, WRITER_KEY
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected
from workhours_sla.stream import Pipeline, open_store

pytestmark = pytest.mark.engines
SINKS = ("one", "two")
FAR = datetime.max.replace(tzinfo=UTC)


def digests_of(place: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    with closing(open_database(place)) as db, db.moment():
        for table in TABLES:
            rows = (row for row in db.stream(table) if (table, row[0]) != ("meta", WRITER_KEY))
            hashes = [int.from_bytes(sha256(repr(row).encode()).digest()[:8]) for row in rows]
            found[table] = len(hashes), sum(hashes)
    return found


def begin(source: str, target: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "workhours_sla", "store", "copy", source, target]
    return subprocess.Popen(
        [*command, "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def copy(source: str, target: str) -> float:
    began = time.monotonic()
    with ended(begin(source, target)) as process:
        _, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, error
    return time.monotonic() - began


def is_empty(place: str) -> bool:
    if not has_store(place):
        return True
    with open_reader(place) as reader:
        return not (reader.holdings().read or reader.last_change)


def played(place: str, policy: Policy, batches: Sequence[list[Event]]) -> list[object]:
    """Write batches, rejected rows and what sinks say into a store; return all answers."""
    found: list[object] = []
    with Pipeline(open_store(place), policy, retain=timedelta(days=2)) as pipe:
        store = pipe.store
        store.deliver_to(SINKS)
        for number, some in enumerate(batches):
            last = Checkpoint(some[-1].event_id, some[-1].received_at)
            rejected = [Rejected("ab"[n], "", f"{some[n].event_id}") for n in range(2)]
            until = some[0].received_at - timedelta(hours=1)
            found.append(pipe.commit(Batch("source", some, rejected, {"p": last}, until)))
            for sink in SINKS:
                numbers = [one for one, _ in store.pending(sink, FAR, 300).changes]
                if number % 3 == 0:
                    store.acknowledge(sink, numbers)
                else:
                    store.fail(sink, numbers[0], f"error {number}", (None, FAR)[number % 2])
                found += [store.pending(sink, FAR, 5), store.dead(sink)]
            dead = [one.number for one in store.dead("one")][:1]
            found += [store.replay("one", dead), store.holdings(), store.open_ids()]
            found.append(pipe.retry_rejected(lambda row: row._replace(detail="again")))
    return found


@pytest.mark.parametrize("kinds", [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_a_killed_copy_leaves_nothing_or_everything_can_be_repeated_and_continues(
    kinds: tuple[str, str], postgres: str, tmp_path: Path
) -> None:
    chance = random.Random(str(kinds))
    names = ("source", "other", "whole", "target")
    source, other, whole, target = (
        place_of(kind, postgres, tmp_path / name)
        for kind, name in zip((*kinds, kinds[1], kinds[1]), names, strict=True)
    )
    for name in names:
        (tmp_path / name).mkdir()
    stream = Stream.generate(tmp_path)
    with open_source(stream.file, parse(CONFIG).mapping) as rows:
        events = [event for row in rows for event in row]
    batches = [events[first : first + 1_000] for first in range(0, len(events), 1_000)]
    half = len(batches) // 2
    assert played(source, stream.policy, batches[:half]) == played(
        other, stream.policy, batches[:half]
    )
    expected = digests_of(source)
    assert digests_of(other) == expected
    assert {table for table, (count, _) in expected.items() if not count} == set(), "rows"
    seconds = copy(source, whole)
    killed = 0
    for number in range(KILLS):
        with ended(begin(source, target)) as process:
            time.sleep(seconds * (number + chance.random()) / KILLS)  # any moment
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        killed += 1
        if not is_empty(target):  # it was killed after its one transaction
            break
    else:
        copy(source, target)
    assert killed
    assert digests_of(source) == digests_of(whole) == digests_of(target) == expected
    answers = [played(place, stream.policy, batches[half:]) for place in (source, target)]
    assert answers[0] == answers[1]
    assert digests_of(source) == digests_of(target) != expected
    assert check_store(target) == ()
    print(f"{kinds}: {len(events)} events, a copy in {seconds:.1f} s, {killed} kills")
