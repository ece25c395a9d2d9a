"""A generated stream of a chosen size, and the check of a store against the batch answer.

``WORKHOURS_TIER`` is the tier of the generator, S or M, ``WORKHOURS_DAYS`` the length of the stream
in days, and ``WORKHOURS_KILLS`` the number of kills of each test. A year of S has 178,000 events.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path

from kit.paths import EXAMPLES
from kit.reported import Ledger, check_reported
from workhours_sla import Change, Evaluation, Event, Policy, evaluate
from workhours_sla.config import parse
from workhours_sla.files import open_source
from workhours_sla.json import from_json
from workhours_sla.stores.open import check_store
from workhours_sla.stream import Pipeline, Store, open_store

TIER = os.environ.get("WORKHOURS_TIER", "S")
DAYS = os.environ.get("WORKHOURS_DAYS", "14")
KILLS = int(os.environ.get("WORKHOURS_KILLS", "3"))
FIRST_DAY = "2025-01-06"
"""A year from then has passed, so that the service does not reject an event as of the future."""
END = datetime.now(UTC) + timedelta(days=1)
CONFIG = """
[schedule]
calendar = "RU-VGG"

[[targets]]
name = "first reply"
budget = "4h"

[[targets]]
name = "reply to the point"
budget = "4h"
stops = "substantive_reply"
pauses = true

[[targets]]
name = "final reply"
budget = "30 days"
roll = "following"
stops = "final_reply"
pauses = true
"""
AT_ONCE = 10_000


def place_of(kind: str, postgres: str, folder: Path) -> str:
    if kind == "sqlite":
        return str(folder / "appeals.db")
    return f"{postgres}&options=-csearch_path%3Dstream_{random.randrange(1 << 40)}"


@dataclass(frozen=True)
class Stream:
    """The events of a file in the order of their delivery, one line of JSON each."""

    file: Path

    @classmethod
    def generate(cls, folder: Path, most: int | None = None) -> Stream:
        """Generate the stream of the environment, or its first events."""
        file = folder / "events.jsonl"
        generator = [sys.executable, str(EXAMPLES / "generate_appeals.py")]
        size = ["--tier", TIER, "--start", FIRST_DAY, "--days", DAYS]
        subprocess.run([*generator, *size, "--out", str(file)], check=True, timeout=600)
        with file.open(encoding="utf-8") as lines:
            first = list(islice(lines, most))
        file.write_text("".join(first), encoding="utf-8")
        return cls(file)

    @cached_property
    def lines(self) -> list[str]:
        return self.file.read_text(encoding="utf-8").splitlines()

    @cached_property
    def policy(self) -> Policy:
        return parse(CONFIG).policy

    def answer(self) -> Evaluation:
        """Return the evaluation of all events at once, as of ``END``."""
        with open_source(self.file, parse(CONFIG).mapping) as rows:
            events: list[Event] = [event for row in rows for event in row]
        assert len(events) == len(self.lines)
        return evaluate(events, self.policy, as_of=END)

    def disturbed(self, chance: random.Random) -> list[str]:
        """Return the lines in more disorder, with more repeats."""
        lines = list(self.lines)
        for _ in range(len(lines) // 20):
            place = chance.randrange(len(lines))
            lines.insert(min(len(lines), place + chance.randrange(5_000)), lines[place])
        for first in range(0, len(lines), 2_000):
            if chance.random() < 0.5:
                part = lines[first : first + 2_000]
                chance.shuffle(part)
                lines[first : first + 2_000] = part
        return lines

    def check(self, place: str, sink: Path) -> int:
        """Check that a store and its sink have the changes of the batch answer, each once.

        Returns the number of changes. Time is advanced to ``END``.
        """
        assert check_store(place) == ()
        ledger, answer = Ledger(), self.answer()
        with Pipeline(open_store(place), self.policy) as pipeline:
            with sink.open(encoding="utf-8") as sent:
                for line, change in zip_longest(sent, changes_of(pipeline.store)):
                    assert from_json(line) == change
                    ledger.take([change])
            count = len(ledger.seen)
            ledger.take(pipeline.advance(END))
            check_reported(ledger, answer)
            found, expected = pipeline.store.holdings(), answer.reconciliation
            assert found.read == found.applied + found.duplicate + found.quarantined
            assert (found.applied, found.quarantined) == (expected.applied, expected.quarantined)
            assert found.rejected == 0
        return count


def changes_of(store: Store) -> Iterator[Change]:
    after = 0
    while found := store.changes(after, AT_ONCE):
        yield from (change for _, change in found)
        after = found[-1][0]
