"""What can happen to the file of a store: locks, links, full disks, other files, snapshots."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from kit.stored import Stored, events_at, reader_at
from kit.values import POLICY, SECOND, at, created
from workhours_sla.errors import StoreError
from workhours_sla.stores.store_values import Batch, Checkpoint
from workhours_sla.stream import restore

OPEN_IT = """
import sys
from pathlib import Path
from workhours_sla import Policy, Schedule, Target, working_hours
from workhours_sla.stream import Pipeline, open_store
from workhours_sla.errors import StoreError
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
try:
    policy = Policy([Target("first reply", working_hours(4), office)])
    Pipeline(open_store(sys.argv[1]), policy).close()
except StoreError as error:
    print(error)
"""


def refusals(path: Path) -> list[str]:
    """Return the errors that this process and another process get on opening a store to write."""
    found = [""]
    try:
        Stored(path, POLICY).close()
    except StoreError as error:
        found = [str(error)]
    command = [sys.executable, "-c", OPEN_IT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [*found, done.stdout.rstrip()]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="files are linked and renamed otherwise here")
@pytest.mark.parametrize("way", ["same", "read", "symlink", "folder", "copied"])
def test_a_store_has_one_writer_by_whatever_name(way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "real" / "appeals.db", tmp_path / "other.db"
    path.parent.mkdir()
    with Stored(path, POLICY) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        if way == "symlink":
            other.symlink_to(path)
        elif way == "folder":
            (tmp_path / "link").symlink_to("real")
            other = tmp_path / "link" / "appeals.db"
        else:
            other = path
        if way == "read":  # the other connection is closed again
            with store.store.reading() as reader:
                assert reader.holdings().read == 1
        if way == "copied":  # copying opens and closes each file
            shutil.copytree(path.parent, tmp_path / "copy")
        refusal = f"another process writes the store {str(other)!r}; end it first, or give another"
        for _ in range(2):  # also after an error
            assert refusals(other) == [f"{refusal} file"] * 2
        store.apply([created("2", at(2025, 3, 12, 10))])
    assert refusals(path) == ["", ""]
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_does_not_keep_a_store(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    done, end = os.pipe()
    store = Stored(path, POLICY)
    child = os.fork()
    if not child:
        os.close(end)
        os.read(done, 1)  # wait until the test is over
        os._exit(0)
    try:
        assert all(refusals(path))
        store.close()
        assert refusals(path) == ["", ""]
    finally:
        os.close(end)
        os.waitpid(child, 0)


@pytest.mark.skipif(os.name != "posix", reason="files are linked otherwise here")
def test_a_store_with_hard_links_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    Stored(path, POLICY).close()
    (tmp_path / "hard.db").hardlink_to(path)
    for name in ("appeals.db", "hard.db"):
        with pytest.raises(StoreError, match=r"2 names \(hard links\)"):
            Stored(tmp_path / name, POLICY)
    (tmp_path / "hard.db").unlink()
    Stored(path, POLICY).close()


@pytest.mark.skipif(os.name != "posix", reason="files are removed and renamed otherwise here")
def test_a_writer_stops_when_another_has_begun_to_write(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with Stored(path, POLICY) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        (tmp_path / "appeals.db-writer").unlink()
        with Stored(path, POLICY) as other:
            other.apply([created("2", at(2025, 3, 12, 10))])
        for _ in range(2):
            with pytest.raises(StoreError, match="another process has begun to write"):
                store.apply([created("3", at(2025, 3, 12, 10))])
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


@pytest.mark.skipif(os.name != "posix", reason="files are removed and renamed otherwise here")
@pytest.mark.parametrize("way", ["moved", "replaced"])
def test_a_writer_stops_while_its_path_has_another_file(way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "appeals.db", tmp_path / "other.db"
    with Stored(path, POLICY) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        path.rename(other)
        if way == "replaced":
            Stored(tmp_path / "new.db", POLICY).close()
            (tmp_path / "new.db").rename(path)
        for _ in range(2):
            with pytest.raises(StoreError, match="moved, deleted or changed by another program"):
                store.apply([created("2", at(2025, 3, 12, 10))])
        other.rename(path)
        store.apply([created("2", at(2025, 3, 12, 10))])
    assert [one.appeal_id for one in events_at(path)] == ["1", "2"]


def overwrite(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


CHANGES = {
    "another store over it": overwrite,
    "emptied": lambda path, _: os.truncate(path, 0),
    "log emptied": lambda path, _: os.truncate(f"{path}-wal", 0),
    "log removed": lambda path, _: Path(f"{path}-wal").unlink(),
    "log overwritten": lambda path, _: Path(f"{path}-wal").write_bytes(bytes(4096)),
}


@pytest.mark.skipif(os.name != "posix", reason="files are removed and truncated otherwise here")
@pytest.mark.parametrize("while_writing", [False, True])
@pytest.mark.parametrize("way", CHANGES)
def test_nothing_is_acknowledged_once_another_program_changed_the_files(
    way: str, while_writing: bool, tmp_path: Path
) -> None:
    path, other = tmp_path / "appeals.db", tmp_path / "other.db"
    with Stored(other, POLICY) as store:
        store.apply([created("backup", at(2025, 3, 12, 10))])
    with Stored(path, POLICY) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        if while_writing:
            refusal = pytest.raises(StoreError, match="changed by another program")
            with refusal, store.store.transaction():
                CHANGES[way](path, other)
                store._db.put("meta", [("note:written", '"after that"')])
        else:
            CHANGES[way](path, other)
        with pytest.raises(StoreError, match="changed by another program"):
            store.apply([created("2", at(2025, 3, 12, 10))])
    if way == "log removed" and not while_writing:
        assert [one.appeal_id for one in events_at(path)] == ["1"]
    if way == "another store over it":
        assert [one.appeal_id for one in events_at(path)] == ["backup"]


@pytest.mark.skipif(os.name != "posix", reason="files are removed otherwise here")
@pytest.mark.parametrize("is_changed", [False, True])
def test_a_log_removed_right_after_a_look_at_it_is_the_same_refusal(
    is_changed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stat, looks = tmp_path / "appeals.db", os.stat, 0

    def removing(of: Any, **options: Any) -> os.stat_result:
        nonlocal looks
        status = stat(of, **options)
        if str(of).endswith("-wal"):
            looks += 1
            if looks == 2:  # after the transaction, or before the log is kept
                Path(of).unlink()
        return status

    with Stored(path, POLICY) as store:
        store.apply([created("1", at(2025, 3, 12, 10))])
        if is_changed:
            os.utime(path)
        monkeypatch.setattr(os, "stat", removing)
        with pytest.raises(StoreError, match="changed by another program"):
            store.apply([created("2", at(2025, 3, 12, 10))])


def test_the_log_of_a_store_moves_to_its_file_when_it_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workhours_sla.stores.sqlite.LOG_BYTES", 200_000)
    path, size = tmp_path / "appeals.db", 0
    with Stored(path, POLICY) as store:
        for n in range(300):
            store.apply([created(f"{n}", at(2025, 3, 12, 10))])
        size = Path(f"{path}-wal").stat().st_size
    assert size < 400_000
    assert len(events_at(path)) == 300


def test_a_full_disk_is_one_error_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    events = [created(f"{n:04}", at(2025, 3, 12, 10) + n * SECOND) for n in range(2000)]
    with Stored(path, POLICY) as store:
        store.apply(events[:200])
        (pages,) = store._db.connection.execute("PRAGMA page_count").fetchone()
        store._db.connection.execute(f"PRAGMA max_page_count={pages + 10}")
        kept = 200
        refusal = None
        while refusal is None:
            try:
                store.apply(events[kept : kept + 100])
                kept += 100
            except StoreError as error:
                refusal = str(error)
        assert "free some space" in refusal
        assert len(list(store.events())) == kept < len(events)
        assert store.holdings().read == kept
        store._db.connection.execute("PRAGMA max_page_count=100000")
        assert len(store.apply(events[kept:])) == len(events) - kept
    with Stored(path, POLICY) as store:
        assert list(store.events()) == events


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of the size of files")
def test_a_limit_of_the_size_of_files_is_named_and_loses_nothing(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "appeals.db"
    events = [created(f"{n:04}", at(2025, 3, 12, 10) + n * SECOND) for n in range(2000)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Stored(path, POLICY) as store:
        store.apply(events[:200])
        log = path.with_name("appeals.db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (log + 20_000, hard))
        try:
            for _ in range(2):  # what the first left in the log is no change by another program
                with pytest.raises(StoreError, match=r"a limit \(ulimit -f\) does not let it grow"):
                    store.apply(events[200:])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(store.events()) == events[:200]
        store.apply(events[200:])
    with Stored(path, POLICY) as store:
        assert list(store.events()) == events


@contextmanager
def without_rights() -> Iterator[None]:
    """Drop the privileges of root while the context is active."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are kept otherwise here")
def test_a_file_or_a_directory_that_cannot_be_written_is_one_error() -> None:
    with tempfile.TemporaryDirectory() as there:
        path = Path(there, "appeals.db")
        Stored(path, POLICY).close()
        for file in Path(there).iterdir():
            file.chmod(0o444)
        Path(there).chmod(0o555)
        try:
            for name in ("appeals.db", "new.db", "no/such.db"):
                with without_rights(), pytest.raises(StoreError, match="can be written"):
                    Stored(Path(there, name), POLICY)
        finally:
            Path(there).chmod(0o755)


def test_a_file_that_is_no_store_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    Stored(path, POLICY).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET value=99 WHERE key='store_version'")
        db.commit()
    for open_it in (lambda: Stored(path, POLICY), lambda: reader_at(path)):
        with pytest.raises(StoreError, match=r"schema 99, .* reads schema 1 only; install"):
            open_it()
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="no store of workhours"):
        Stored(foreign, POLICY)
    text = tmp_path / "text.db"
    text.write_text("event_id,appeal_id\n" * 100)
    with pytest.raises(StoreError, match="give a store"):
        Stored(text, POLICY)
    with pytest.raises(StoreError, match="no store"):
        reader_at(tmp_path / "none.db")


def test_a_snapshot_is_a_store_of_its_moment(tmp_path: Path) -> None:
    path, snapshot, again = (tmp_path / name for name in ("a.db", "snapshot.db", "again.db"))
    with Stored(path, POLICY) as store:
        place = {"0": Checkpoint("17", at(2025, 3, 12, 10).astimezone(UTC))}
        store.commit(Batch("file", [created("1", at(2025, 3, 12, 10))], positions=place))
        store.snapshot(snapshot)
        with pytest.raises(StoreError, match="already"):
            store.snapshot(snapshot)
        store.apply([created("2", at(2025, 3, 12, 10))])
    restore(snapshot, again)
    with Stored(again, POLICY) as store:
        assert [one.appeal_id for one in store.events()] == ["1"]
        assert store.positions("file") == place
        assert [c.kind.value for c in store.advance(at(2025, 3, 13, 10))] == ["at_risk", "breached"]
    with pytest.raises(StoreError, match="already"):
        restore(snapshot, again)
    with pytest.raises(StoreError, match="no snapshot"):
        restore(tmp_path / "none.db", tmp_path / "new.db")
