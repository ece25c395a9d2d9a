"""Random schedules of rotation, lag, stops and kills: no event is lost or counted twice.

Files that can no longer be read must be named on standard error, and change the exit status.
``WORKHOURS_ROTATIONS`` sets the number of schedules; when it is given, the seeds differ each time
unless ``WORKHOURS_SEED`` gives the first one.
"""

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
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kit.served import PATIENCE, wait_until
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
        self.follower: subprocess.Popen[str] | None = None
        self.is_stopped = self.has_copied = False
        self.mode = self.chance.choice(["rename", "rename", "lossy", "copytruncate", "both"])
        lossy, cuts = [self.compress, self.delete], [self.copytruncate, self.copytruncate]
        common = [self.write, self.write, self.rotate, self.rotate_twice, self.sleep]
        self.actions: list[Callable[[], None]] = {
            "rename": common,
            "lossy": [*common, *lossy],
            "copytruncate": [self.write, self.write, self.sleep, *cuts, self.regrow, *lossy],
            "both": [*common, self.copytruncate, *lossy],
        }[self.mode]

    @property
    def inode(self) -> int:
        return os.fstat(self.writer.fileno()).st_ino

    def write(self) -> None:
        for _ in range(self.chance.randint(1, 12)):
            event = an_event(self.count)
            self.count += 1
            data = line(event).encode()
            cut = self.chance.randrange(1, len(data)) if self.chance.random() < 0.1 else 0
            self.writer.write(self.half + data[: cut or None])
            self.half = data[cut:] if cut else b""
            self.files.setdefault(self.inode, []).append(event.event_id)

    def finish_line(self) -> None:
        self.writer.write(self.half)
        self.half = b""

    def reopen(self) -> None:
        self.finish_line()
        self.writer.close()
        self.writer = self.path.open("ab", buffering=0)

    def number(self, number: int, ending: str = "") -> Path:
        return self.path.with_name(f"{self.path.name}.{number}{ending}")

    def shift(self) -> None:
        for ending in ("", ".gz"):
            if (oldest := self.number(MOST, ending)).exists():
                self.forget("gone", oldest)
            for number in range(MOST - 1, 0, -1):
                if (file := self.number(number, ending)).exists():
                    file.rename(self.number(number + 1, ending))

    def forget(self, kind: str, file: Path) -> None:
        self.at_risk[kind] |= set(self.files.get(file.stat().st_ino, ()))
        file.unlink()

    def rename(self) -> None:
        self.shift()
        self.path.rename(self.number(1))
        if self.chance.random() < 0.7:
            self.path.touch()

    def rotate(self) -> None:
        self.rename()
        if self.chance.random() < 0.5:  # go on writing to the renamed file for a while
            self.sleep()
            self.write()
            self.sleep()
        self.reopen()

    def rotate_twice(self) -> None:
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
        self.has_copied = True
        self.finish_line()
        self.shift()
        shutil.copyfile(self.path, self.number(1))
        self.files[self.number(1).stat().st_ino] = self.files.pop(self.inode, [])
        if self.mode == "copytruncate" and self.chance.random() < 0.3:
            self.write()
            self.finish_line()
            self.at_risk["cut"] |= set(self.files.pop(self.inode, []))
        self.sleep()
        os.truncate(self.path, 0)
        if self.chance.random() < 0.5:
            self.write()

    def regrow(self) -> None:
        """Cut the file short and let it grow beyond where it was, with the same beginning."""
        self.finish_line()
        beginning = b"".join(self.path.read_bytes().splitlines(keepends=True)[:10])
        size, there = self.path.stat().st_size, self.files.pop(self.inode, [])
        self.at_risk["cut"] |= set(there)
        offset, known, *_ = self.place().split("-")
        if max(int(offset), int(known)) <= len(beginning):
            self.unseen |= set(there[10:])
        os.truncate(self.path, 0)
        self.writer.write(beginning)
        self.files[self.inode] = there[:10]
        while self.path.stat().st_size <= size:
            self.write()
            self.finish_line()

    def compress(self) -> None:
        self.move()
        number = self.chance.choice([1, 1, 2])
        if (file := self.number(number)).exists():
            packed, status = self.number(number, ".gz"), file.stat()
            with file.open("rb") as plain, gzip.open(packed, "wb") as into:
                shutil.copyfileobj(plain, into)
            if self.chance.random() < 0.5:
                os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
            self.files[packed.stat().st_ino] = self.files.get(status.st_ino, [])
            self.forget("compressed", file)

    def delete(self) -> None:
        if self.mode == "copytruncate" and self.place()[:2] in {"", "0-"}:
            return  # nothing shows that a copy was made of an empty file
        self.move()
        if (file := self.number(self.chance.choice([1, 1, 2, 3]))).exists():
            self.forget("missing", file)

    def start(self, *more: str) -> None:
        command = [*WATCH, str(self.path), "--store", str(self.store), "--sink", str(self.sink)]
        command += ["--interval", "0.01", "--batch", str(self.chance.choice([1, 3, 10, 1000]))]
        self.follower = subprocess.Popen(
            [*command, *NEVER_CHANGES, "--lang", "en", *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """Wait for the follower to end, and check its messages and its exit status."""
        assert self.follower is not None
        notes = self.follower.communicate(timeout=PATIENCE)[1]
        status = self.follower.returncode
        self.follower, self.is_stopped = None, False
        self.notes += f"{notes}exit status {status}\n"
        if "Error: no file" in notes:
            assert status == 2
        elif status >= 0:  # SIGTERM is not caught while Python starts
            lost = any(words in notes for words in LOSSES.values()) or "still no file" in notes
            assert status == (2 if lost else 0), (status, notes)
            assert "Error" not in notes, notes

    def kill(self) -> None:
        if self.follower is not None:
            self.follower.kill()
            self.end()
            for _ in range(self.chance.randint(0, 2)):  # while no process follows the file
                self.act()
        self.start(*(["--once"] if self.chance.random() < 0.25 else []))
        self.wait_a_bit()

    def stop(self) -> None:
        if self.follower is None or self.follower.poll() is not None:
            self.kill()
        else:
            self.follower.send_signal(signal.SIGCONT if self.is_stopped else signal.SIGSTOP)
            self.is_stopped = not self.is_stopped

    def sleep(self) -> None:
        time.sleep(self.chance.random() ** 3 * 0.05)

    def wait_a_bit(self) -> None:
        time.sleep(self.chance.random() ** 2 * 0.6)

    def act(self) -> None:
        self.chance.choice(self.actions)()

    def run(self) -> None:
        if self.chance.random() < 0.5:
            self.write()
        self.start()
        assert self.follower is not None
        wait_until(lambda: self.place() or self.follower.poll() is not None, "nothing is stored")
        steps = (self.kill, self.stop, self.wait_a_bit, self.act)
        for _ in range(STEPS):
            self.chance.choices(steps, (12, 13, 15, 60))[0]()
        self.kill()
        self.write()
        self.reopen()
        self.follower.send_signal(signal.SIGTERM)
        self.end()
        self.start("--once")
        self.end()

    def place(self) -> str:
        """Return the stored spot in the followed file, empty if there is none."""
        address = f"{self.store.as_uri()}?mode=ro"
        with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as db:
            for (position,) in db.execute("SELECT position FROM position"):
                return re.split("[,;]", position)[-1]
        return ""

    def check(self) -> None:
        with closing(sqlite3.connect(self.store)) as db:
            events = db.execute("SELECT event_id, quarantined FROM event").fetchall()
            ((rejected,),) = db.execute("SELECT count(*) FROM rejected")
        stored = {event_id for event_id, _ in events}
        written = {an_event(number).event_id for number in range(self.count)}
        assert len(stored) == len(events)
        assert ({reason for _, reason in events}, rejected) == ({None}, 0)
        assert stored <= written
        changes = [json.loads(one) for one in self.sink.read_bytes().splitlines()]
        assert len({change["change_id"] for change in changes}) == len(changes)
        assert sum(change["kind"] == "opened" for change in changes) == len(stored)

        reported = {kind for kind, words in LOSSES.items() if words in self.notes}
        unexplained = written - stored - self.unseen
        for kind, ids in self.at_risk.items():
            # if a copy is deleted before a poll, only the cut can be detected
            also = "cut" if kind == "missing" and self.has_copied else "gone"
            if reported & {kind, "gone", also}:
                unexplained -= ids
        assert not unexplained, (sorted(unexplained), reported)
        if self.mode == "rename":
            assert (reported, stored) == (set(), written), self.notes


@pytest.mark.parametrize("seed", range(FIRST, FIRST + RUNS))
def test_no_event_is_lost_or_counted_twice(seed: int, tmp_path: Path) -> None:
    trial = Trial(tmp_path, seed)
    try:
        trial.run()
        trial.check()
    finally:
        if trial.follower is not None:
            trial.follower.kill()
            trial.notes += trial.follower.communicate(timeout=PATIENCE)[1]
        trial.writer.close()
        print(trial.mode, trial.notes)
