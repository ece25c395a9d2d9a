"""Random schedules of rotation, lag, stops and kills: no event is lost or counted twice.

Files that can no longer be read must be named on standard error, and change the exit status.
``WORKHOURS_ROTATIONS`` sets the number of schedules; when it is given, the seeds differ each time
unless ``WORKHOURS_SEED`` gives the first one.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kit.watched import NEVER_CHANGES, WATCH, an_event, line

RUNS = int(os.environ.get("WORKHOURS_ROTATIONS", "3"))
FIRST = int(
    os.environ.get("WORKHOURS_SEED")
    or ("WORKHOURS_ROTATIONS" in os.environ and time.time_ns() % 10**9)
)
STEPS = 14
MOST = 40
"""The most rotated files that exist; older ones are deleted."""
LOSSES = {
    "gone": "is gone or was cut",
    "missing": "rotated files are missing",
    "compressed": "is compressed",
    "cut": "was cut short",
}
TOTALS: Counter[str] = Counter()


class Trial:
    """A program that writes a file, its rotation, and a process that follows the file."""

    def __init__(self, there: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.path = there / "events.jsonl"
        self.store, self.sink = there / "appeals.db", there / "changes.jsonl"
        self.path.touch()
        self.writer = self.path.open("ab", buffering=0)
        self.half = b""
        self.count = 0
        self.files: dict[int, list[str]] = {}
        """The event ids in each file, keyed by inode number."""
        self.at_risk: dict[str, set[str]] = {kind: set() for kind in LOSSES}
        """The event ids that a loss of each kind may concern, keyed by kind."""
        self.unseen: set[str] = set()
        """The event ids that were cut from a file whose stored spot still matches its content."""
        self.notes = ""
        self.faults: Counter[str] = Counter()
        self.follower: subprocess.Popen[str] | None = None
        self.is_stopped = False
        self.mode = self.chance.choice(["rename", "rename", "lossy", "copytruncate", "both"])
        self.log: list[str] = []

    # -- the writer

    def write(self) -> None:
        for _ in range(self.chance.randint(1, 12)):
            event = an_event(self.count)
            self.count += 1
            data = line(event).encode()
            cut = self.chance.randrange(1, len(data)) if self.chance.random() < 0.1 else 0
            self.writer.write(self.half + data[: cut or None])
            self.half = data[cut:] if cut else b""
            self.files.setdefault(os.fstat(self.writer.fileno()).st_ino, []).append(event.event_id)

    def finish_line(self) -> None:
        self.writer.write(self.half)
        self.half = b""

    def reopen(self) -> None:
        self.finish_line()
        self.writer.close()
        self.writer = self.path.open("ab", buffering=0)

    # -- rotation

    def number(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def shift(self) -> None:
        for ending in ("", ".gz"):
            oldest = Path(f"{self.number(MOST)}{ending}")
            if oldest.exists():
                self.forget("gone", oldest)
                oldest.unlink()
        for number in range(MOST - 1, 0, -1):
            for ending in ("", ".gz"):
                file = Path(f"{self.number(number)}{ending}")
                if file.exists():
                    file.rename(f"{self.number(number + 1)}{ending}")

    def forget(self, kind: str, file: Path) -> None:
        self.at_risk[kind] |= set(self.files.get(file.stat().st_ino, ()))

    def rename(self) -> None:
        self.shift()
        self.path.rename(self.number(1))
        if self.chance.random() < 0.7:
            self.path.touch()

    def rotate(self) -> None:
        self.faults["rename"] += 1
        self.rename()
        self.lag()
        self.reopen()

    def lag(self) -> None:
        """Continue to write to the renamed file for a while."""
        if self.chance.random() < 0.5:
            self.faults["lag"] += 1
            self.sleep()
            self.write()
            self.sleep()

    def rotate_twice(self) -> None:
        self.faults["twice"] += 1
        for _ in range(self.chance.randint(2, 3)):
            self.rename()
            self.reopen()
            self.write()

    def move(self) -> None:
        if self.mode == "copytruncate":
            self.copytruncate()
        else:
            self.rename()
            self.reopen()

    def copytruncate(self) -> None:
        self.faults["copytruncate"] += 1
        self.finish_line()
        self.shift()
        inode = os.fstat(self.writer.fileno()).st_ino
        shutil.copyfile(self.path, self.number(1))
        copied = self.files.pop(inode, [])
        self.files[self.number(1).stat().st_ino] = copied
        if self.mode == "copytruncate" and self.chance.random() < 0.3:
            self.write()
            self.finish_line()
            self.at_risk["cut"] |= set(self.files.pop(inode, []))
        self.sleep()
        os.truncate(self.path, 0)
        if self.chance.random() < 0.5:
            self.write()

    def regrow(self) -> None:
        """Cut the file short and let it grow beyond where it was, with the same beginning."""
        self.faults["regrow"] += 1
        self.finish_line()
        beginning = b"".join(self.path.read_bytes().splitlines(keepends=True)[:10])
        inode = os.fstat(self.writer.fileno()).st_ino
        size, there = self.path.stat().st_size, self.files.pop(inode, [])
        self.at_risk["cut"] |= set(there)
        if self.known() <= len(beginning):
            self.unseen |= set(there[10:])
        os.truncate(self.path, 0)
        self.writer.write(beginning)
        self.files[inode] = there[:10]
        while self.path.stat().st_size <= size:
            self.write()
            self.finish_line()

    def compress(self) -> None:
        self.faults["compress"] += 1
        self.move()
        number = self.chance.choice([1, 1, 2])
        file = self.number(number)
        if file.exists():
            packed = Path(f"{file}.gz")
            status = file.stat()
            with file.open("rb") as plain, gzip.open(packed, "wb") as into:
                shutil.copyfileobj(plain, into)
            if self.chance.random() < 0.5:
                os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
            self.forget("compressed", file)
            self.files[packed.stat().st_ino] = self.files.get(status.st_ino, [])
            file.unlink()

    def delete(self) -> None:
        if self.mode == "copytruncate" and not self.has_begun(lines=True):
            return  # nothing shows that a copy was made of an empty file
        self.faults["delete"] += 1
        self.move()
        file = self.number(self.chance.choice([1, 1, 2, 3]))
        if file.exists():
            self.forget("missing", file)
            file.unlink()

    # -- the follower

    def start(self, *more: str) -> None:
        command = [*WATCH, str(self.path), "--store", str(self.store), "--sink", str(self.sink)]
        command += ["--interval", "0.01", "--batch", str(self.chance.choice([1, 3, 10, 1000]))]
        command += [*NEVER_CHANGES, "--lang", "en", *more]
        self.follower = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def end(self) -> None:
        """Wait for the follower to end, and check its messages and its exit status."""
        assert self.follower is not None
        notes = self.follower.communicate()[1]
        status = self.follower.returncode
        self.follower = None
        self.is_stopped = False
        self.notes += f"{notes}exit status {status}\n"
        if status < 0:  # SIGTERM is not caught before it begins
            self.faults["kill"] += status == -signal.SIGKILL
        elif "Error: no file" in notes:
            assert status == 2
        else:
            lost = any(words in notes for words in LOSSES.values()) or "still no file" in notes
            assert status == (2 if lost else 0), (status, notes)
            assert "Error" not in notes, notes

    def kill(self) -> None:
        if self.follower is not None:
            self.log.append("kill")
            self.follower.kill()
            self.end()
            for _ in range(self.chance.randint(0, 2)):  # while no process follows the file
                self.act()
        self.start(*(["--once"] if self.chance.random() < 0.25 else []))
        self.wait_a_bit()

    def stop(self) -> None:
        if self.follower is None or self.follower.poll() is not None:
            self.kill()
        elif self.is_stopped:
            self.log.append("continue")
            self.follower.send_signal(signal.SIGCONT)
            self.is_stopped = False
        else:
            self.faults["stop"] += 1
            self.log.append("stop")
            self.follower.send_signal(signal.SIGSTOP)
            self.is_stopped = True

    def sleep(self) -> None:
        time.sleep(self.chance.random() ** 3 * 0.05)

    def wait_a_bit(self) -> None:
        self.log.append("wait")
        time.sleep(self.chance.random() ** 2 * 0.6)

    # -- a schedule

    def actions(self) -> list[Callable[[], None]]:
        common = [self.write, self.write, self.rotate, self.rotate_twice, self.sleep]
        lossy = [self.compress, self.delete]
        if self.mode == "rename":
            return common
        if self.mode == "lossy":
            return [*common, *lossy]
        if self.mode == "copytruncate":
            cuts = [self.copytruncate, self.copytruncate, self.regrow]
            return [self.write, self.write, self.sleep, *cuts, *lossy]
        return [*common, self.copytruncate, *lossy]

    def run(self) -> None:
        if self.chance.random() < 0.5:
            self.write()
        self.start()
        limit = time.monotonic() + 60
        while not self.has_begun():
            assert time.monotonic() < limit
            assert self.follower.poll() is None, self.follower.communicate()
            time.sleep(0.01)
        for _ in range(STEPS):
            chosen = self.chance.random()
            if chosen < 0.12:
                self.kill()
            elif chosen < 0.25:
                self.stop()
            elif chosen < 0.4:
                self.wait_a_bit()
            else:
                self.act()
        self.kill()
        self.write()
        self.reopen()
        if self.follower.poll() is None:
            self.follower.send_signal(signal.SIGTERM)
        self.end()
        self.start("--once")
        self.end()

    def act(self) -> None:
        action = self.chance.choice(self.actions())
        self.log.append(f"{action.__name__} {self.count}")
        action()

    def has_begun(self, *, lines: bool = False) -> bool:
        """Return whether the store has a position; with ``lines``, whether a line was read."""
        place = self.place()
        return bool(place) and not (lines and place.startswith("0-"))

    def known(self) -> int:
        """Return up to which offset the stored position describes the file, or its beginning."""
        offset, known, *_ = self.place().split("-")
        return max(int(offset), int(known))

    def place(self) -> str:
        """Return the stored spot in the followed file, empty if there is none."""
        with suppress(sqlite3.Error):
            db = sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)
            try:
                for (position,) in db.execute("SELECT position FROM position"):
                    return re.split("[,;]", position)[-1]
            finally:
                db.close()
        return ""

    def check(self) -> None:
        db = sqlite3.connect(self.store)
        stored = [
            one for (one,) in db.execute("SELECT event_id FROM event WHERE quarantined IS NULL")
        ]
        ((quarantined,),) = db.execute("SELECT count(*) FROM event WHERE quarantined IS NOT NULL")
        ((rejected,),) = db.execute("SELECT count(*) FROM rejected")
        db.close()
        written = {an_event(number).event_id for number in range(self.count)}
        assert len(stored) == len(set(stored))
        assert (set(stored) - written, quarantined, rejected) == (set(), 0, 0)
        changes = [json.loads(one) for one in self.sink.read_bytes().splitlines()]
        assert len({change["change_id"] for change in changes}) == len(changes)
        opened = [change for change in changes if change["kind"] == "opened"]
        assert len(opened) == len(stored)

        reported = {kind for kind, words in LOSSES.items() if words in self.notes}
        lost = written - set(stored)
        unexplained = lost - self.unseen
        for kind, ids in self.at_risk.items():
            # if a copy is deleted before a poll, only the cut can be detected
            also = "cut" if kind == "missing" and self.faults["copytruncate"] else "gone"
            if reported & {kind, "gone", also}:
                unexplained -= ids
        assert not unexplained, (sorted(unexplained), reported, self.faults)
        if self.mode == "rename":
            assert not reported, self.notes
            assert not lost
        TOTALS.update(self.faults)
        TOTALS.update(runs=1, events=len(written), lost_and_reported=len(lost))
        TOTALS.update({f"runs that report {kind}": 1 for kind in reported})
        if reported and not lost:
            TOTALS["runs that report and lost nothing"] += 1


@pytest.mark.parametrize("seed", range(FIRST, FIRST + RUNS))
def test_no_event_is_lost_or_counted_twice(seed: int, tmp_path: Path) -> None:
    trial = Trial(tmp_path, seed)
    try:
        trial.run()
        trial.check()
    finally:
        if trial.follower is not None:
            trial.follower.kill()
            trial.notes += trial.follower.communicate()[1]
        trial.writer.close()
        print(trial.mode, trial.log, trial.notes)
        if "WORKHOURS_ROTATIONS" in os.environ:
            print(seed, dict(TOTALS))
