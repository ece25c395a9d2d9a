"""``store copy`` of a whole stream and back: equal rows, also after copies that were killed.

``whole_streams`` says which variables of the environment set the size.
"""

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.served import PATIENCE, ended
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, place_of
from workhours_sla.config import parse
from workhours_sla.files import open_source
from workhours_sla.stores.open import has_store, open_reader, open_to_read
from workhours_sla.stores.schema import TABLES, WRITER_KEY
from workhours_sla.stream import Batch, Pipeline, check_store, open_store

pytestmark = pytest.mark.engines


def digests_of(place: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    with closing(open_to_read(place)) as db, db.moment():
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


def filled(place: str, folder: Path) -> None:
    stream = Stream.generate(folder)
    with (
        open_source(stream.file, parse(CONFIG).mapping) as rows,
        Pipeline(open_store(place), stream.policy) as pipeline,
    ):
        events = (event for row in rows for event in row)
        while some := list(islice(events, 1_000)):
            pipeline.commit(Batch("", some, watermark=some[0].received_at - timedelta(hours=1)))


@pytest.mark.parametrize("kinds", [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_a_killed_copy_leaves_nothing_or_everything_and_can_be_repeated(
    kinds: tuple[str, str], postgres: str, tmp_path: Path
) -> None:
    chance = random.Random(str(kinds))
    source, whole, target = (
        place_of(kind, postgres, tmp_path / name)
        for kind, name in zip((*kinds, kinds[1]), ("source", "whole", "target"), strict=True)
    )
    for name in ("source", "whole", "target"):
        (tmp_path / name).mkdir()
    filled(source, tmp_path)
    expected = digests_of(source)
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
    assert check_store(target) == ()
    events, changes = expected["event"][0], expected["outbox"][0]
    print(f"{kinds}: {events} events, {changes} changes in {seconds:.1f} s, {killed} kills")
