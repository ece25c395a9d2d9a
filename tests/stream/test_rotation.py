"""A followed file is rotated, cut short, compressed or deleted: every loss is reported."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kit.rights import reachable, without_rights
from kit.stored import Stored
from kit.values import POLICY
from kit.watched import IDS, LINES, Follower, add, an_event, line
from workhours_sla.cli.main import main
from workhours_sla.errors import SourceError, StoreError
from workhours_sla.sources.follow import LINGER
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.tail import Loss, Tail
from workhours_sla.stream import Idle, Item, Start, Watermarks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be renamed")


def numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def rotate(path: Path) -> None:
    """Rename a file to number 1, and each numbered file to the next number."""
    for number in (4, 3, 2, 1):
        with suppress(FileNotFoundError):
            numbered(path, number).rename(numbered(path, number + 1))
    path.rename(numbered(path, 1))


def copy_and_truncate(path: Path) -> None:
    shutil.copy(path, numbered(path, 1))
    os.truncate(path, 0)


def pack(file: Path) -> Path:
    packed = Path(f"{file}.gz")
    with gzip.open(packed, "wb") as into:
        into.write(file.read_bytes())
    file.unlink()
    return packed


def kinds(followed: Follower) -> list[str]:
    return [loss.kind for loss in followed.tail.lost]


def check_nothing_is_left(path: Path, followed: Follower) -> None:
    again = Follower(path, followed.position)
    assert (again.rest(), again.tail.lost) == ([], [])


def followed_to(path: Path, *lines: str) -> Follower:
    """Write lines to a file, and return a follower that has read them."""
    path.write_text("".join(lines))
    followed = Follower(path)
    followed.rest()
    return followed


# -- renamed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False])
def test_all_files_of_two_rotations_between_two_polls_are_read(path: Path, at_once: bool) -> None:
    followed = followed_to(path, *LINES[:2])
    add(path, LINES[2])
    rotate(path)
    add(path, LINES[3] + LINES[4])
    rotate(path)
    add(path, LINES[5])
    if at_once:
        for file in (path, numbered(path, 1), numbered(path, 2)):
            os.utime(file, (1_800_000_000, 1_800_000_000))
    assert followed.rest() == IDS[2:6]
    assert Follower(path, followed.position).rest() == []
    assert not followed.tail.lost


def test_more_files_than_may_be_open_are_read(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    path.rename(path.with_name(f"{path.name}-0"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(1, 401):
        path.with_name(f"{path.name}-{number}").write_text(line(an_event(number)))
        times = (2_000_000_000 + number, 2_000_000_000 + number)
        os.utime(path.with_name(f"{path.name}-{number}"), times)
    path.write_text(line(an_event(401)))
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
    try:
        again = Follower(path, followed.position)
        assert again.rest() == [an_event(number).event_id for number in range(1, 402)]
        assert followed.rest() == [an_event(number).event_id for number in range(1, 402)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_file_renamed_just_before_it_is_opened_was_not_cut_short(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed, open_it = followed_to(path, LINES[0]), Path.open

    def renaming(file: Path, *how: object, **more: object) -> object:
        if file == path:
            monkeypatch.undo()
            rotate(path)
            add(path, LINES[2])
        return open_it(file, *how, **more)

    add(path, LINES[1])
    monkeypatch.setattr(Path, "open", renaming)
    assert followed.rest() == IDS[1:3]
    assert not followed.tail.lost


def test_lines_written_to_the_renamed_file_after_the_switch_are_read(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    with path.open("a", buffering=1) as writer:
        rotate(path)
        path.touch()
        assert followed.rests(LINGER // 2) == []
        writer.write(LINES[1])
        assert followed.rest() == IDS[1:2]
        assert followed.rests(LINGER - 1) == []
        writer.write(LINES[2])
        again = Follower(path, followed.position)
        assert again.rest() == IDS[2:3]
        writer.write(LINES[3] + LINES[4][:-1])
        add(path, LINES[5])
        assert sorted(again.rests(2)) == IDS[3:6]
        assert followed.rest() == IDS[2:6]
    assert not followed.tail.lost


def test_a_renamed_file_that_was_read_may_be_deleted(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    rotate(path)
    add(path, LINES[1])
    followed.rest()
    numbered(path, 1).unlink()
    check_nothing_is_left(path, followed)


def test_a_half_line_is_finished_in_the_renamed_file(path: Path) -> None:
    followed = followed_to(path, LINES[0] + LINES[1][:20])
    with path.open("a", buffering=1) as writer:
        rotate(path)
        add(path, LINES[2])
        assert followed.rests(3) == IDS[2:3]
        writer.write(LINES[1][20:] + LINES[3][:20])
        assert followed.rest() == IDS[1:2]
    assert followed.rests(LINGER + 1) == ["malformed"]


def test_a_file_that_gets_its_name_back_is_followed_further(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    rotate(path)
    add(path, LINES[1])
    assert followed.rest() == IDS[1:2]
    path.unlink()
    numbered(path, 1).rename(path)
    add(path, LINES[2])
    assert followed.rests(3) == IDS[2:3]


# -- where reading starts ----------------------------------------------------------------------


@pytest.mark.parametrize("there", ["", LINES[0][:9], LINES[0] + LINES[1]])
def test_a_start_is_given_first_and_leads_back_to_the_file(path: Path, there: str) -> None:
    path.write_text(there)
    start = next(Tail(path, Mapper(Layout())).items({}))
    assert isinstance(start, Start)
    add(path, (LINES[0] + LINES[1])[len(there) :])
    rotate(path)
    add(path, LINES[2])
    rotate(path)
    add(path, LINES[3])
    again = Follower(path, start.position)
    assert again.rest() == IDS[:4]
    assert not again.tail.lost


def test_files_rotated_before_the_first_start_are_not_read(path: Path) -> None:
    path.write_text(LINES[0])
    rotate(path)
    path.touch()
    add(numbered(path, 1), LINES[1])
    notes: list[Loss] = []
    followed = Follower(path, report=notes.append)
    assert followed.rest() == []
    assert notes == [("file_before", str(numbered(path, 1)))]
    again = Follower(path, followed.position, report=notes.append)
    add(path, LINES[2])
    assert followed.rest() == again.rest() == IDS[2:3]
    assert not followed.tail.lost
    assert not again.tail.lost
    assert len(notes) == 1


def test_a_backup_made_before_the_first_start_is_no_reason_to_leave_lines_out(path: Path) -> None:
    path.write_text(LINES[0] + LINES[1])
    shutil.copy(path, numbered(path, 1))
    start = next(Tail(path, Mapper(Layout())).items({}))
    assert Follower(path, start.position).rest() == IDS[:2]


def test_a_start_is_stored_before_anything_is_read(tmp_path: Path) -> None:
    class Broken:
        name = "broken"
        partitions = ("",)

        def items(self, _: Mapping[str, str]) -> Iterator[Start | Item]:
            yield Start("", "here")
            yield Item("", "there", (an_event(0),))
            msg = "torn"
            raise SourceError(msg)

    with Stored(tmp_path / "a.db", POLICY) as store:
        with pytest.raises(SourceError, match="torn"):
            store.run(Broken(), watermarks=Watermarks([""]))
        assert store.positions("broken")[""].position == "here"


def positions(store: Path) -> list[str]:
    with suppress(sqlite3.Error):
        db = sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)
        try:
            return [one for (one,) in db.execute("SELECT position FROM position")]
        finally:
            db.close()
    return []


# -- cut short ---------------------------------------------------------------------------------

LONG = [line(an_event(number)) for number in range(40)]
LONG_IDS = [an_event(number).event_id for number in range(40)]


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize(("read", "kept"), [(20, 10), (0, 1)])
def test_a_file_regrown_with_the_same_beginning_is_read_again(
    path: Path, is_followed: bool, read: int, kept: int
) -> None:
    path.write_text("".join(LONG[:20]))
    followed = Follower(path)
    if read:
        followed.rest()
    else:
        followed.begin()
    path.write_text("".join(LONG[:kept] + LONG[20:]))  # 10 lines exceed the compared bytes
    if not is_followed:
        followed = Follower(path, followed.position)
    assert followed.rest() == LONG_IDS[:kept] + LONG_IDS[20:]
    assert kinds(followed) == ["file_cut" if is_followed else "file_gone"]
    again = Follower(path, followed.position)
    assert again.rest() == again.tail.lost == []


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize(("there", "read"), [(0, 0), (2, 2), (2, 0)])
def test_a_copy_is_read_on_before_the_file_that_was_cut_short(
    path: Path, is_followed: bool, there: int, read: int
) -> None:
    path.write_text("".join(LINES[:there]))
    followed = Follower(path)
    if there == read:
        followed.rest()
    else:
        followed.begin()
    add(path, "".join(LINES[there:4]))
    copy_and_truncate(path)
    add(path, LINES[4])
    if not is_followed:
        followed = Follower(path, followed.position)
    assert followed.rest() == IDS[read:5]
    assert kinds(followed) == ["file_cut"]
    assert Follower(path, followed.position).rest() == []


def test_lines_added_before_the_first_read_are_no_cut(path: Path) -> None:
    path.write_text(LINES[0] + "{half")
    followed = Follower(path)
    followed.begin()
    os.truncate(path, len(LINES[0]))
    add(path, LINES[1])
    again = Follower(path, followed.position)
    assert followed.rest() == again.rest() == IDS[:2]
    assert not followed.tail.lost + again.tail.lost


def test_a_half_line_that_is_taken_back_is_no_loss(path: Path) -> None:
    followed = followed_to(path, LINES[0] + "{half")
    os.truncate(path, len(LINES[0]))
    add(path, LINES[1] + LINES[2])
    assert followed.rest() == IDS[1:3]
    assert not followed.tail.lost


# -- compressed or taken away ------------------------------------------------------------------


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize("read", [2, 3])
def test_a_compressed_file_is_read_on(path: Path, is_followed: bool, read: int) -> None:
    followed = followed_to(path, *LINES[:read])
    add(path, "".join(LINES[read:3]))
    rotate(path)
    pack(numbered(path, 1)).rename(path.with_name(f"{path.name}.2.gz"))
    add(path, LINES[3])
    path.rename(numbered(path, 1))
    os.utime(pack(numbered(path, 1)), (4_000_000_000, 4_000_000_000))
    add(path, LINES[4])
    if not is_followed:
        followed = Follower(path, followed.position)
    assert sorted(followed.rest()) == IDS[read:5]
    again = Follower(path, followed.position)
    assert again.rest() == []
    assert not followed.tail.lost + again.tail.lost


def test_a_new_file_with_the_inode_of_a_compressed_one_was_not_cut_short(path: Path) -> None:
    position = followed_to(path, LINES[0]).position
    add(path, LINES[1])
    before = path.stat().st_ino
    rotate(path)
    packed = pack(numbered(path, 1))
    path.write_text(LINES[2])
    reused = position.replace(f"-{before}", f"-{path.stat().st_ino}")  # as if it were the same
    again = Follower(path, reused)
    assert again.rest() == IDS[1:3]
    assert not again.tail.lost
    packed.unlink()
    check_nothing_is_left(path, again)


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_file_whose_copy_was_compressed_was_cut_short(path: Path, is_followed: bool) -> None:
    followed = followed_to(path, LINES[0])
    if not is_followed:
        if "." not in followed.position.partition(";")[2]:
            pytest.skip("this file system does not say how often it reused an inode number")
        followed = Follower(path, followed.position)
    add(path, LINES[1])
    copy_and_truncate(path)
    pack(numbered(path, 1))
    add(path, LINES[2])
    assert followed.rest() == IDS[1:3]
    assert kinds(followed) == ["file_cut"]


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_file_that_cannot_be_read_is_named(
    path: Path, is_followed: bool, suffix: str
) -> None:
    followed = followed_to(path, LINES[0])
    path.unlink()
    packed = path.with_name(f"{path.name}.1{suffix}")
    packed.write_bytes(b"\x1f\x8b damaged")
    add(path, LINES[1])
    if not is_followed:
        followed = Follower(path, followed.position)
    assert followed.rest() == IDS[1:2]
    assert ("file_compressed", str(packed)) in followed.tail.lost


def test_a_file_that_was_empty_is_not_taken_for_one_with_its_inode(path: Path) -> None:
    followed = followed_to(path)
    add(path, LINES[0])
    path.unlink()
    path.write_text(LINES[1])  # some file systems reuse the inode number
    again = Follower(path, followed.position)
    assert again.rest() == IDS[1:2]


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_file_that_is_missing_between_the_others_is_named(path: Path, is_followed: bool) -> None:
    followed = followed_to(path, LINES[0])
    for number in (1, 2, 3):
        rotate(path)
        add(path, LINES[number])
    numbered(path, 2).unlink()
    followed = followed if is_followed else Follower(path, followed.position)
    assert followed.rest() == [IDS[2], IDS[3]]
    assert followed.tail.lost == [("file_missing", str(numbered(path, 2)))]


def test_no_number_is_missing_if_newer_files_have_greater_numbers(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    for number in (1, 2, 3):
        path.rename(numbered(path, number + 1))
        add(path, LINES[number])
        os.utime(numbered(path, number + 1), (2_000_000_000 + number, 2_000_000_000 + number))
    assert followed.rest() == IDS[1:4]
    assert not followed.tail.lost


def test_all_that_is_left_is_read_when_the_last_file_is_gone(path: Path) -> None:
    followed = followed_to(path, LINES[0])
    for number in (1, 2, 3):
        rotate(path)
        add(path, LINES[number])
    numbered(path, 3).unlink()
    again = Follower(path, followed.position)
    assert again.rest() == IDS[1:4]
    assert again.tail.lost == [("file_gone", str(path))]
    assert not Follower(path, again.position).tail.lost


SAID = {
    "en": {
        "gone": "is gone or was cut short",
        "cut": "was cut short or rewritten in place",
        "compressed": "is compressed and may have lines that were not read",
        "missing": "rotated files are missing, and their lines were not read",
        "none": "there is still no file",
    },
    "ru": {
        "gone": "удалён или обрезан",
        "cut": "обрезан или перезаписан на месте",
        "compressed": "сжат, в нём могут быть непрочитанные строки",
        "missing": "не хватает файлов ротации, их строки не прочитаны",
    },
}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_cannot_be_read_is_named_and_sets_the_exit_status(
    path: Path, tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["watch", str(path), "--store", str(tmp_path / "a.db"), "--once", "--lang", lang]
    command += ["--clock", "events", "--interval", "0.01"]

    def said() -> str:
        assert main(command) == 2
        err = capsys.readouterr().err
        status, again = main(command), capsys.readouterr().err
        assert status == 0, again  # the loss is reported once
        capsys.readouterr()
        return err

    path.write_text(LINES[0])
    assert main(command) == 0
    capsys.readouterr()
    path.unlink()
    path.write_text(LINES[1])
    err = said()
    assert SAID[lang]["gone"] in err
    assert str(path) in err
    copy_and_truncate(path)
    add(path, LINES[2])
    assert SAID[lang]["cut"] in said()
    rotate(path)
    add(path, LINES[3])
    rotate(path)
    packed = numbered(path, 1).rename(f"{numbered(path, 1)}.zst")
    add(path, LINES[4])
    err = said()
    assert SAID[lang]["compressed"] in err
    assert str(packed) in err
    packed.unlink()
    for number in (5, 6):
        rotate(path)
        add(path, LINES[number])
    numbered(path, 1).unlink()
    err = said()
    assert SAID[lang]["missing"] in err
    assert str(numbered(path, 1)) in err


# -- a source that is none any more ------------------------------------------------------------


def read(store: Path, count: int, run: subprocess.Popen[str]) -> None:
    """Wait until ``count`` events are stored."""
    while run.poll() is None:
        with suppress(sqlite3.Error):
            db = sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)
            found = db.execute("SELECT count(*) FROM event").fetchone()[0]
            db.close()
            if found >= count:
                return
        time.sleep(0.01)


def test_a_source_that_disappears_is_waited_for_and_named(path: Path) -> None:
    losses: list[Loss] = []
    path.write_text(LINES[0])
    tail = Tail(path, Mapper(Layout()), interval=0.001, report=losses.append)
    items = tail.items({})
    rests = (item for item in items if isinstance(item, Idle))
    next(rests)
    path.unlink()
    for _ in range(LINGER):
        next(rests)
    assert losses == [("source_waiting", str(path))]
    assert not tail.lost
    path.write_text(LINES[1])
    assert IDS[1] in [
        event.event_id for _ in range(3) for event in getattr(next(items), "events", ())
    ]
    tail.finish()
    assert not tail.lost


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """Return the path of a followed file in a directory that every user may use."""
    with TemporaryDirectory() as there:
        reachable(Path(there)).chmod(0o777)
        yield Path(there, "events.jsonl")


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.1"])
@pytest.mark.parametrize("is_followed", [True, False])
def test_a_file_that_may_not_be_read_ends_the_run_and_loses_nothing(
    open_to_all: Path, name: str, is_followed: bool
) -> None:
    path = open_to_all
    followed = followed_to(path, LINES[0])
    position = followed.position
    for number in (1, 2):
        rotate(path)
        add(path, LINES[number])
    path.with_name(name).chmod(0)
    with without_rights():
        refused = followed if is_followed else Follower(path, position)
        with pytest.raises(SourceError, match=rf"{name}' \(Permission denied\)"):
            refused.rests(3)
    path.with_name(name).chmod(0o644)
    assert refused.ids + Follower(path, refused.position).rest() == IDS[0 if is_followed else 1 : 3]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "нет файла"),
        (os.mkfifo, "нельзя прочитать повторно"),
        (os.mkdir, "это папка"),
    ],
)
def test_what_is_no_file_is_named_in_russian(
    path: Path,
    tmp_path: Path,
    make: Callable[[Path], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(path)
    assert main(["watch", str(path), "--store", str(tmp_path / "a.db"), "--lang", "ru"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert str(path) in err
    assert not (tmp_path / "a.db").exists()


# -- positions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("position", ["12", "a-b", "163-65a298c0", "1-2-3", "1-2-3-4-5-6,x", ";"])
def test_a_position_of_another_form_is_one_sentence(path: Path, position: str) -> None:
    path.write_text(LINES[0])
    with pytest.raises(StoreError, match=r"cannot be read; restore the last snapshot"):
        Follower(path, position).rest()
