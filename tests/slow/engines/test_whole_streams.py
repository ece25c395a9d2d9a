"""A whole stream through the service and through ``watch``, killed at any moment, is exact.

``whole_streams`` says which variables of the environment set the size. The numbers are printed by
``WORKHOURS_DAYS=365 WORKHOURS_KILLS=12 pytest -m engines -s`` and the path of this file.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("uvicorn")

from kit.event_sender import Sender
from tests.slow.engines.killed_service import Trial
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, batches_of, place_of

pytestmark = pytest.mark.engines
MOST = 200 if KILLS < 6 else 1_000
"""The largest number of events in a request."""


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    return Stream.generate(tmp_path_factory.mktemp("stream"))


def print_figures(what: str, stream: Stream, done: object, changes: int, began: float) -> None:
    seconds = time.monotonic() - began
    print(f"{what}: {len(stream.lines)} events, {done}, {changes} changes, {seconds:.0f} s")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_through_the_service(kind: str, server: Server, stream: Stream, tmp_path: Path) -> None:
    chance = random.Random(kind)
    lines = stream.disturbed(chance)
    place = place_of(kind, server.address, tmp_path)
    again = [chance.choice(lines) for _ in range(len(lines) // 20)]
    senders = [Sender(batches_of(chance, some, MOST)) for some in (lines, again)]
    trial, began = Trial(tmp_path, CONFIG, place, chance), time.monotonic()
    trial.run(senders, KILLS, server if kind == "postgres" else None)
    changes = stream.check(place, trial.sink)
    assert trial.done.total() == KILLS
    assert sum(sender.again for sender in senders)
    print_figures(f"HTTP to {kind}", stream, dict(trial.done), changes, began)


class Watch:
    """``watch`` as a process. It reads a file, or standard input to which ``lines`` are written."""

    def __init__(self, folder: Path, place: str, source: str, lines: Sequence[str] = ()) -> None:
        self.sink, self.written = folder / "changes.jsonl", 0
        self._lines = lines
        config = folder / "region.toml"
        config.write_text(CONFIG, encoding="utf-8")
        command = [sys.executable, "-m", "workhours_sla", "watch", source, "--store", place]
        options = ["--config", str(config), "--sink", str(self.sink), "--clock", "events"]
        self.process = subprocess.Popen(
            [*command, *options, "--skew", "1h", "--once", "--lang", "en"],
            stdin=subprocess.PIPE if lines else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._writer = Thread(target=self._write, daemon=True)
        self._writer.start()

    def _write(self) -> None:
        into = self.process.stdin
        if into is None:
            return
        try:
            with into:
                for line in self._lines:
                    into.write(line + "\n")
                    self.written += 1
        except OSError:  # the process was killed
            return

    def wait_for_a_change(self, before: int) -> None:
        """Wait until a change was written to the sink after its size was ``before``."""
        while self.process.poll() is None and size_of(self.sink) <= before:
            time.sleep(0.002)

    def kill(self) -> bool:
        """Kill the process; return False if it had ended before."""
        is_running = self.process.poll() is None
        self.process.kill()
        self._close()
        return is_running

    def finish(self) -> None:
        """Wait for the end of the source."""
        error = self._close()
        assert self.process.returncode == 0, error

    def _close(self) -> str:
        assert self.process.stderr is not None
        with self.process.stderr as error:
            said = error.read()
        self.process.wait()
        self._writer.join()
        return said


def size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("source", ["a file", "standard input"])
def test_through_watch(
    source: str, kind: str, postgres: str, stream: Stream, tmp_path: Path
) -> None:
    chance = random.Random(f"{kind} {source}")
    lines = stream.disturbed(chance)
    place, file = place_of(kind, postgres, tmp_path), tmp_path / "delivered.jsonl"
    killed, began = 0, time.monotonic()

    def watch() -> Watch:
        is_file = source == "a file"
        return Watch(tmp_path, place, str(file) if is_file else "-", () if is_file else lines)

    with file.open("w", encoding="utf-8") as delivered:
        for number in range(KILLS + 1):
            first, last = (len(lines) * one // (KILLS + 1) for one in (number, number + 1))
            delivered.writelines(f"{line}\n" for line in lines[first:last])
            delivered.flush()
            if number == KILLS:
                break
            run = watch()
            if source == "a file":
                run.wait_for_a_change(size_of(run.sink))
                time.sleep(chance.random() * (last - first) / 10_000)  # any moment
            else:
                while run.process.poll() is None and run.written < last:
                    time.sleep(0.002)
                time.sleep(chance.random() * 0.3)
            killed += run.kill()
    watch().finish()
    changes = stream.check(place, tmp_path / "changes.jsonl")
    assert killed > KILLS // 2
    print_figures(f"watch of {source} to {kind}", stream, f"{killed} kills", changes, began)
