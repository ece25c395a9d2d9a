"""Measure events per second from JSON Lines to changes, each method in a separate process."""

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
from uuid import NAMESPACE_URL, uuid5

from benchmarks.memory import peak_kb
from workhours_sla import CalendarDays, Event, Schedule, Target, working_hours
from workhours_sla.config.sections import Config
from workhours_sla.sla.changes import Change
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.sla.policy import Policy
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault
from workhours_sla.stores.store_values import Batch
from workhours_sla.stream import Pipeline, open_store
from workhours_sla.stream.pipeline import Monitor

BATCH_SIZE = 1_000
SKEW = timedelta(hours=1)
ENDED = {"met", "breached", "withdrawn", "excluded"}
EXAMPLES = Path(__file__).parent.parent / "examples"

Clock = tuple[str, str, int]
Answer = Callable[[], dict[Clock, str]] | None
"""Returns the final verdict of each clock that ended; it is called after the measurement."""


def policy() -> Policy:
    """Return a policy with three targets: first reply, substantive reply and final reply."""
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
    """Return the number of events, seconds, peak memory and answers of each method.

    Without a file, examples/generate_appeals.py generates the events: a year of 28,000 appeals.
    """
    with TemporaryDirectory() as folder:
        if file is None:
            file = Path(folder, "events.jsonl")
            maker = [sys.executable, str(EXAMPLES / "generate_appeals.py")]
            subprocess.run([*maker, "--days", "365", "--out", str(file)], check=True)  # noqa: S603 - our own
        uuids = Path(folder, "uuids.jsonl")
        _write_with_uuids(file, uuids)
        return {
            name: _in_own_process(name, uuids if name.endswith("UUID ids") else file)
            for name in METHODS
        }


def _write_with_uuids(file: Path, into: Path) -> None:
    """Write the events of a file to another file, with UUIDs as their ids."""
    with file.open() as lines, into.open("w") as written:
        for line in lines:
            event = json.loads(line)
            for name in ("event_id", "refers_to"):
                if event.get(name) is not None:
                    event[name] = str(uuid5(NAMESPACE_URL, event[name]))
            written.write(json.dumps(event) + "\n")


def text(found: dict[str, dict[str, Any]]) -> str:
    """Return the results as plain text."""
    lines = ["from lines of JSON to changes, three targets:"]
    decoding = found["decoded only"]["seconds"]
    for name, one in found.items():
        speed = one["events"] / one["seconds"]
        line = f"  {name:<24} {one['events']:>10,} events  {speed:>8,.0f} a second"
        line += f"  {one['seconds'] / decoding:>5.1f}x decoding  {one['peak_mb']:>6,} MB"
        if one["ended"]:
            line += f"  {one['ended']:>9,} clocks ended: {one['digest']}"
        if one["file_mb"]:
            line += f"  file {one['file_mb']:,} MB"
        lines.append(line)
        if len(one["speeds"]) > 1:
            lines.append(
                f"    by {MARK:,} events: {' '.join(f'{each:,}' for each in one['speeds'])}"
            )
    for what, of, without in RATIOS:
        seconds, fewer = found[of]["seconds"], found[without]["seconds"]
        lines.append(f"  {what}: {fewer / seconds:.2f}")
    return "\n".join(lines)


def _in_own_process(name: str, file: Path) -> dict[str, Any]:
    call = [sys.executable, "-m", "benchmarks.streams", name, str(file)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout))


def _events(file: Path) -> Iterator[Event]:
    with open_source(file, Config()) as source:
        for item in source:
            if not isinstance(item, Fault):
                yield from item


def _batches(file: Path) -> Iterator[tuple[tuple[Event, ...], datetime]]:
    """Yield the events of a file in batches, each with the watermark after the batch."""
    events = _events(file)
    received_until = datetime.min.replace(tzinfo=UTC) + SKEW
    while batch := tuple(islice(events, BATCH_SIZE)):
        received_until = max(received_until, *(event.received_at for event in batch))
        yield batch, received_until - SKEW
    yield (), received_until + ALLOWED_SKEW


def _decoded(file: Path) -> tuple[int, Answer]:
    return sum(1 for _ in _events(file)), None


def _at_once(file: Path) -> tuple[int, Answer]:
    events = list(_events(file))
    as_of = max(event.received_at for event in events) + ALLOWED_SKEW
    found = evaluate(events, policy(), as_of=as_of)
    return len(events), lambda: _ended(found)


def _ended(evaluation: Evaluation) -> dict[Clock, str]:
    return {
        (one.appeal_id, one.target, one.cycle): one.verdict.value
        for one in evaluation.outcomes
        if one.verdict.value in ENDED
    }


def _in_memory(file: Path) -> tuple[int, Answer]:
    monitor = Monitor(policy())
    return _followed(file, lambda batch, until: (*monitor.apply(batch), *monitor.advance(until)))


def _one_at_a_time(file: Path) -> tuple[int, Answer]:
    monitor = Monitor(policy())

    def apply(batch: Sequence[Event], until: datetime) -> Iterator[Change]:
        for event in batch:
            yield from monitor.apply(event)
        yield from monitor.advance(until)

    return _followed(file, apply)


def _in_a_store(file: Path) -> tuple[int, Answer]:
    with TemporaryDirectory() as folder:
        with Pipeline(open_store(Path(folder, "store.db")), policy()) as pipeline:
            found = _followed(
                file,
                lambda batch, until: pipeline.commit(Batch("", batch, watermark=until)).changes,
            )
        _FILE_SIZES.append(Path(folder, "store.db").stat().st_size)
        return found


def _followed(
    file: Path, apply: Callable[[Sequence[Event], datetime], Iterable[Change]]
) -> tuple[int, Answer]:
    count = 0
    ended: dict[Clock, str] = {}
    begin = perf_counter()
    for batch, until in _batches(file):
        count += len(batch)
        if count // MARK > len(_SPEEDS):
            now = perf_counter()
            _SPEEDS.append(round(MARK / (now - begin)))
            begin = now
        for change in apply(batch, until):
            if change.kind in ENDED:
                clock = change.appeal_id, change.target, change.cycle
                if change.retracts is None:
                    ended[clock] = change.kind.value
                else:
                    ended.pop(clock, None)
    return count, lambda: ended


MARK = 100_000
"""The speed of each so many events is measured."""

_SPEEDS: list[int] = []
"""Events a second of each ``MARK`` events of this process."""
_FILE_SIZES: list[int] = []
"""The size in bytes of the store of this process."""

METHODS: dict[str, Callable[[Path], tuple[int, Answer]]] = {
    "decoded only": _decoded,
    "evaluate": _at_once,
    "Monitor": _in_memory,
    "Monitor, one by one": _one_at_a_time,
    "Monitor, gc as it is": _in_memory,
    "Monitor, gc off": _in_memory,
    "SQLite store": _in_a_store,
    "SQLite store, UUID ids": _in_a_store,
    "SQLite store, gc as it is": _in_a_store,
}
"""A mapping from the name of each method to its function.

Unless its name has "gc", a method collects garbage as rarely as the commands do.
"""

RATIOS = (
    (
        "speed of Monitor with garbage collection / without",
        "Monitor, gc as it is",
        "Monitor, gc off",
    ),
    (
        "speed of SQLite store with UUID ids / with sequential ids",
        "SQLite store, UUID ids",
        "SQLite store",
    ),
)


def _measure(name: str, file: Path) -> dict[str, Any]:
    if name.endswith("gc off"):
        gc.disable()
    elif not name.endswith("gc as it is"):
        gc.set_threshold(gc.get_threshold()[0], 100_000, 20)
    begin = perf_counter()
    count, answer = METHODS[name](file)
    seconds = perf_counter() - begin
    peak = peak_kb() // 1024
    ended = sorted(answer().items()) if answer else []
    return {
        "events": count,
        "seconds": seconds,
        "peak_mb": peak,
        "speeds": _SPEEDS,
        "file_mb": sum(_FILE_SIZES) >> 20,
        "ended": len(ended),
        "digest": sha256(repr(ended).encode()).hexdigest()[:12],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
