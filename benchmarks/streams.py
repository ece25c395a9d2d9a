"""How many events a second, from lines of JSON to changes, each way in a process of its own."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.memory import peak_kb
from workhours_sla import CalendarDays, Event, Schedule, Target, working_hours
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sources import Fault, open_source
from workhours_sla.sla.change import Change
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.sla.policy import Policy
from workhours_sla.stream import Batch, Monitor, Pipeline, SqliteStore

BATCH_SIZE = 1_000
SKEW = timedelta(hours=1)
SETTLED = {"met", "breached", "withdrawn", "excluded"}
EXAMPLES = Path(__file__).parent.parent / "examples"

Clock = tuple[str, str, int]
Answer = Callable[[], dict[Clock, str]] | None
"""How each clock that is settled ended, asked for once the time is taken."""


def policy() -> Policy:
    """Return three targets: of first reply, reply to the point, and final reply."""
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    return Policy(
        [
            Target("first reply", working_hours(4), office),
            Target(
                "reply to the point",
                working_hours(4),
                office,
                stops="substantive_reply",
                pauses=True,
            ),
            Target(
                "final reply",
                CalendarDays(30, roll="following"),
                office,
                stops="final_reply",
                pauses=True,
            ),
        ]
    )


def streams(file: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return, for each way, the events, the seconds, the peak of memory and what it answered.

    Without a file, of a year of 28 thousand appeals made by examples/generate_appeals.py.
    """
    with TemporaryDirectory() as folder:
        if file is None:
            file = Path(folder, "events.jsonl")
            maker = [sys.executable, str(EXAMPLES / "generate_appeals.py")]
            subprocess.run([*maker, "--days", "365", "--out", str(file)], check=True)  # noqa: S603 - our own
        return {way: _apart(way, file) for way in WAYS}


def text(found: dict[str, dict[str, Any]]) -> str:
    """Return what was found in words."""
    lines = ["from lines of JSON to changes, three targets:"]
    decoding = found["decoded only"]["seconds"]
    for way, one in found.items():
        speed = one["events"] / one["seconds"]
        line = f"  {way:<24} {one['events']:>10,} events  {speed:>8,.0f} a second"
        line += f"  {one['seconds'] / decoding:>5.1f}x decoding  {one['peak_mb']:>6,} MB"
        if one["settled"]:
            line += f"  {one['settled']:>9,} clocks settled: {one['digest']}"
        lines.append(line)
    return "\n".join(lines)


def _apart(way: str, file: Path) -> dict[str, Any]:
    call = [sys.executable, "-m", "benchmarks.streams", way, str(file)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout))


def _events(file: Path) -> Iterator[Event]:
    with open_source(file, Config()) as source:
        for item in source:
            if not isinstance(item, Fault):
                yield from item


def _batches(file: Path) -> Iterator[tuple[tuple[Event, ...], datetime]]:
    """Yield the events, a batch at a time, with the watermark after it."""
    events = _events(file)
    heard = datetime.min.replace(tzinfo=UTC) + SKEW
    while batch := tuple(islice(events, BATCH_SIZE)):
        heard = max(heard, *(event.received_at for event in batch))
        yield batch, heard - SKEW
    yield (), heard + ALLOWED_SKEW


def _decoded(file: Path) -> tuple[int, Answer]:
    return sum(1 for _ in _events(file)), None


def _at_once(file: Path) -> tuple[int, Answer]:
    events = list(_events(file))
    as_of = max(event.received_at for event in events) + ALLOWED_SKEW
    found = evaluate(events, policy(), as_of=as_of)
    return len(events), lambda: {
        (one.appeal_id, one.target, one.cycle): one.verdict.value
        for one in found.outcomes
        if one.verdict.value in SETTLED
    }


def _in_memory(file: Path) -> tuple[int, Answer]:
    monitor = Monitor(policy())
    return _followed(file, lambda batch, until: (*monitor.apply(batch), *monitor.advance(until)))


def _one_at_a_time(file: Path) -> tuple[int, Answer]:
    monitor = Monitor(policy())

    def take(batch: Sequence[Event], until: datetime) -> Iterator[Change]:
        for event in batch:
            yield from monitor.apply(event)
        yield from monitor.advance(until)

    return _followed(file, take)


def _in_a_store(file: Path) -> tuple[int, Answer]:
    with (
        TemporaryDirectory() as folder,
        Pipeline(SqliteStore(Path(folder, "store.db")), policy()) as pipeline,
    ):
        return _followed(
            file, lambda batch, until: pipeline.commit(Batch("", batch, watermark=until)).changes
        )


def _followed(
    file: Path, take: Callable[[Sequence[Event], datetime], Iterable[Change]]
) -> tuple[int, Answer]:
    count = 0
    stands: dict[Clock, str] = {}
    for batch, until in _batches(file):
        count += len(batch)
        for change in take(batch, until):
            if change.kind in SETTLED:
                clock = change.appeal_id, change.target, change.cycle
                if change.retracts is None:
                    stands[clock] = change.kind.value
                else:
                    stands.pop(clock, None)
    return count, lambda: stands


WAYS: dict[str, Callable[[Path], tuple[int, Answer]]] = {
    "decoded only": _decoded,
    "evaluate": _at_once,
    "Monitor": _in_memory,
    "Monitor, one by one": _one_at_a_time,
    "Monitor, gc as it is": _in_memory,
    "SqliteStore": _in_a_store,
    "SqliteStore, gc as it is": _in_a_store,
}
"""The garbage collector is eased as the commands ease it, but for the two that say so."""


def _measure(way: str, file: Path) -> dict[str, Any]:
    if not way.endswith("gc as it is"):
        gc.set_threshold(gc.get_threshold()[0], 100_000, 20)
    begin = perf_counter()
    count, answer = WAYS[way](file)
    seconds = perf_counter() - begin
    peak = peak_kb() // 1024
    settled = sorted(answer().items()) if answer else []
    return {
        "events": count,
        "seconds": seconds,
        "peak_mb": peak,
        "settled": len(settled),
        "digest": sha256(repr(settled).encode()).hexdigest()[:12],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
