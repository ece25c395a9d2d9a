"""Commands write no file but the output that was named, and write it completely or not at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.paths import EXAMPLES
from kit.rights import reachable, without_rights
from kit.values import Capture
from workhours_sla.cli.main import main
from workhours_sla.text.catalog import language
from workhours_sla.text.words import metavar

CONFIG = (EXAMPLES / "check_events.toml").read_text()
LINES = (EXAMPLES / "data" / "appeals.jsonl").read_text().splitlines(keepends=True)
COMMAND = [sys.executable, "-c", "from workhours_sla.cli.main import run; run()"]
AS_OF = ["--as-of", "2026-03-27T15:30+03:00"]
ROOT = hasattr(os, "geteuid") and not os.geteuid()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder with one file of each kind that a command line names."""
    monkeypatch.chdir(tmp_path)
    Path("events.jsonl").write_text("".join(LINES[:40]))
    Path("c.toml").write_text(CONFIG)
    Path("acts.toml").write_text('[[days_off]]\ndate = 2026-09-01\nact = "own"\n')
    Path("notes.txt").write_text("milk\nbread, without a newline")
    Path("photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF no newline")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    """Return the contents of the files in a folder, except a store, keyed by name."""
    return {
        one.name: one.read_bytes()
        for one in folder.iterdir()
        if one.is_file() and not one.name.startswith("store.db")
    }


def watch(*options: str, source: str = "events.jsonl", store: str = "store.db") -> int:
    return main(["watch", source, "--store", store, "--once", "--clock", "events", *options])


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
@pytest.mark.parametrize(
    "command",
    [
        ["watch", "NAME", "--store", "store.db", "--once"],
        ["watch", "events.jsonl", "--store", "NAME", "--once"],
        ["watch", "events.jsonl", "--store", "store.db", "--once", "--sink", "NAME"],
        ["report", "events.jsonl", *AS_OF, "--csv", "NAME"],
        ["outbox", "rewrite", "NAME", "--store", "store.db"],
        ["store", "check", "NAME"],
        ["due", "2026-03-12 10:15", "--config", "NAME"],
        ["due", "2026-03-12 10:15", "--calendar-file", "NAME"],
    ],
)
def test_a_name_that_no_file_can_have_is_refused(
    command: list[str], name: str, here: Path, capsys: Capture
) -> None:
    assert main([name if one == "NAME" else one for one in command]) == 2
    assert "internal error" not in capsys.readouterr().err
    assert not (here / "store.db").exists()


def test_a_report_does_not_replace_its_store(here: Path, capsys: Capture) -> None:
    pytest.importorskip("numpy")
    assert watch("--config", "c.toml") == 0
    Path("hard").hardlink_to("store.db")
    before = Path("store.db").read_bytes()
    for name in ("store.db", "hard", "store.db-wal", "store.db-writer"):
        asked = ["report", "--store", "store.db", "--config", "c.toml", *AS_OF, "--html", name]
        assert main([*asked, "--lang", "en"]) == 2
        assert "--html and --store are the same file" in capsys.readouterr().err
    assert Path("store.db").read_bytes() == before
    assert content(here)["hard"] == before


@pytest.mark.slow
def test_standard_streams_count_if_they_are_files(here: Path) -> None:
    events, before = Path("events.jsonl"), content(here)
    options = ["--store", "store.db", "--once", "--lang", "en"]
    with events.open("rb") as source:
        done = slow_run("watch", "-", *options, "--sink", "events.jsonl", stdin=source)
    assert (done.returncode, "--sink and SOURCE are the same" in done.stderr) == (2, True)
    with Path("out.jsonl").open("ab") as out:
        done = slow_run("watch", "events.jsonl", *options, "--sink", "out.jsonl", stdout=out)
    assert (done.returncode, "--sink and standard output" in done.stderr) == (2, True)
    assert content(here) == {**before, "out.jsonl": b""}


@pytest.mark.parametrize("option", ["--sink", "--digests"])
@pytest.mark.parametrize(
    "name", ["notes.txt", "photo.jpg", "c.toml", "events.jsonl.bak", "blank", "brace"]
)
def test_a_file_with_other_content_is_not_changed(
    name: str, option: str, here: Path, capsys: Capture
) -> None:
    Path("events.jsonl.bak").write_text(LINES[0])
    Path("blank").write_text("\n")
    Path("brace").write_text("{")
    before = content(here)
    assert watch(option, name, "--lang", "en") == 2
    assert watch(option, name, "--lang", "ru") == 2
    english, russian = capsys.readouterr().err.splitlines()
    assert f"'{name}' has other content than" in english
    assert f"в файле '{name}' не только" in russian
    assert content(here) == before
    assert not Path("store.db").exists()  # no store was created


@pytest.mark.usefixtures("here")
def test_a_file_with_something_else_is_refused(capsys: Capture) -> None:
    sink = Path("changes.jsonl")
    assert watch("--sink", "changes.jsonl", "--config", "c.toml") == 0
    ours = sink.read_bytes()
    assert watch("--digests", "changes.jsonl", "--config", "c.toml", "--lang", "en") == 2
    assert "other content than digests" in capsys.readouterr().err
    assert sink.read_bytes() == ours
    cut = ours.index(b"\n") + 1
    among, *after = ours[:cut] + b"milk\n" + ours[cut:], ours + b"milk", ours + b'{"schema":"x"'
    for other in (among, *after):
        sink.write_bytes(other)
        for store in ("store.db", "another.db")[other is among :]:
            assert watch("--sink", "changes.jsonl", "--config", "c.toml", store=store) == 2, store
        assert sink.read_bytes() == other
        Path("another.db").unlink(missing_ok=True)
    assert "Traceback" not in capsys.readouterr().err


def slow_run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.run([*COMMAND, *map(str, arguments)], check=False, timeout=120, **given)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there are no such files")
@pytest.mark.parametrize("name", ["pipe", "folder", os.devnull, "/dev/stdout"])
def test_a_sink_must_be_an_ordinary_file(name: str, here: Path) -> None:
    os.mkfifo("pipe")
    Path("folder").mkdir()
    store = ("--store", "store.db", "--sink", name)
    done = slow_run("watch", "events.jsonl", *store, "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "which is a directory, a pipe or a device" in done.stderr
    assert not (here / "store.db").exists()


@pytest.mark.parametrize("name", ["notes.txt", "photo.jpg", "folder"])
def test_a_store_must_be_a_store(name: str, here: Path, capsys: Capture) -> None:
    Path("folder").mkdir()
    before = content(here)
    assert watch(store=name) == 2
    assert f"the store '{name}'" in capsys.readouterr().err
    after = content(here)
    if name != "folder":
        del after[f"{name}-writer"]
    assert after == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte."""
    if not (ROOT and sys.platform == "linux"):
        pytest.skip("needs a right to mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs a right to mount")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S607


def report(*options: str, lang: str = "en") -> int:
    pytest.importorskip("numpy")
    asked = ["report", "events.jsonl", "--config", "c.toml", *AS_OF, "--lang", lang]
    return main([*asked, *options])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "name"), [("--html", "page.html"), ("--xlsx", "book.xlsx"), ("--csv", ".")]
)
@pytest.mark.usefixtures("here")
def test_on_a_full_disk_only_the_former_output_remains(
    option: str, name: str, small_disk: Path, capsys: Capture
) -> None:
    pytest.importorskip("xlsxwriter")
    for former in ("page.html", "book.xlsx", "agency.csv", "total.csv", "backlog.csv"):
        (small_disk / former).write_text(f"{former} of yesterday")
    room = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize - 4096))
    before = content(small_disk)
    assert report(option, str(small_disk / name)) == 2
    assert report(option, str(small_disk / name), lang="ru") == 2
    english, russian = capsys.readouterr().err.splitlines()[-2:]
    assert "cannot read or write" in english
    assert str(small_disk) in english
    assert "No space left" in english
    assert "не удалось прочитать или записать" in russian
    assert content(small_disk) == before


def test_an_output_that_fails_at_its_end_does_not_replace_the_former_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    Path("page.html").write_text("yesterday")
    before = content(here)
    with monkeypatch.context() as patched:
        patched.setattr("workhours_sla.disk.atomic_write.os.fsync", full)
        assert report("--html", "page.html") == 2
        assert report("--csv", "tables") == 2
    assert "cannot read or write 'page.html' (No space left" in capsys.readouterr().err
    assert content(here) == before
    assert list(Path("tables").iterdir()) == []


@pytest.mark.usefixtures("here")
def test_a_replaced_output_keeps_its_permissions_and_links() -> None:
    page = Path("real", "page.html")
    page.parent.mkdir()
    page.write_text("yesterday")
    page.chmod(0o640)
    Path("latest.html").symlink_to(page)
    Path("new.html").symlink_to("real/new.html")
    umask = os.umask(0o027)
    try:
        assert report("--html", "latest.html") == 0
        assert report("--html", "new.html") == 0
    finally:
        os.umask(umask)
    assert Path("latest.html").is_symlink()
    assert Path("new.html").is_symlink()
    assert "<html" in page.read_text()[:200]
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert stat.S_IMODE(Path("real/new.html").stat().st_mode) == 0o640
    assert sorted(one.name for one in page.parent.iterdir()) == ["new.html", "page.html"]


def test_a_read_only_output_is_not_replaced(here: Path, capsys: Capture) -> None:
    assert report("--html", "page.html") == 0
    capsys.readouterr()
    before = Path("page.html").read_bytes()
    Path("page.html").chmod(0o444)
    reachable(here).chmod(0o777)
    with without_rights():
        assert report("--html", "page.html") == 2
    assert "cannot read or write 'page.html' (Permission denied)" in capsys.readouterr().err
    assert Path("page.html").read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there are no such files")
@pytest.mark.usefixtures("here")
def test_an_output_may_be_a_pipe_whose_reader_closes_it() -> None:
    pytest.importorskip("numpy")
    os.mkfifo("pipe")
    shown: list[bytes] = []

    def read(size: int) -> None:
        with Path("pipe").open("rb") as pipe:
            shown.append(pipe.read(size))

    for size, status in ((-1, 0), (10, 141)):
        reader = threading.Thread(target=read, args=(size,))
        reader.start()
        done = slow_run(*REPORT, "--html", "pipe")
        reader.join()
        assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert shown[0].lower().startswith(b"<!doctype html>")
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there are no such files")
@pytest.mark.parametrize(("option", "magic"), [("--html", b"<!"), ("--xlsx", b"PK")])
@pytest.mark.usefixtures("here")
def test_an_output_may_be_standard_output(option: str, magic: bytes) -> None:
    asked = ["report", "events.jsonl", "--config", "c.toml", *AS_OF, option, "/dev/stdout"]
    with subprocess.Popen(
        [*COMMAND, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, pipesize=4096
    ) as run:
        assert run.stdout
        assert run.stderr
        assert run.stdout.read(2) == magic
        run.stdout.close()
        assert b"Traceback" not in run.stderr.read()
    assert run.returncode == 141


def test_a_read_only_store_or_folder_is_reported_in_one_sentence(
    here: Path, capsys: Capture
) -> None:
    assert watch("--sink", "changes.jsonl", "--config", "c.toml") == 0
    assert report("--html", "page.html") == 0
    Path("page.html").unlink()
    capsys.readouterr()
    for file in here.iterdir():
        file.chmod(0o444)
    reachable(here).chmod(0o555)
    before = content(here)
    source = ("watch", "events.jsonl", "--once", "--clock", "events", "--config", "c.toml")
    try:
        for options, names in (
            ((*source, "--store", "store.db"), "store.db"),
            ((*source, "--store", "new.db"), "new.db"),
            (("outbox", "rewrite", "changes.jsonl", "--store", "store.db"), "store.db"),
            (("report", "events.jsonl", *AS_OF, "--html", "page.html"), "page.html"),
            (("report", "events.jsonl", *AS_OF, "--csv", "tables"), "tables"),
        ):
            with without_rights():
                assert main([*options, "--lang", "en"]) == 2
            (line,) = capsys.readouterr().err.splitlines()
            assert line.startswith("Error: ")
            assert names in line
        asked = ["check", "--store", "store.db", "--config", "c.toml", *AS_OF, "--lang", "en"]
        with without_rights():
            assert main(asked) == 2  # SQLite creates a file next to the store to read it
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines()), "store.db" in err) == ("", 1, True)
    finally:
        here.chmod(0o755)
    assert content(here) == before


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_full_disk_is_reported_in_one_sentence(small_disk: Path, capsys: Capture) -> None:
    for options in (
        ["--store", str(small_disk / "store.db")],
        ["--store", "store.db", "--sink", str(small_disk / "changes.jsonl")],
    ):
        room = os.statvfs(small_disk)
        (small_disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
        command = ["watch", "events.jsonl", "--once", "--clock", "events", "--config", "c.toml"]
        assert main([*command, *options, "--lang", "en"]) == 2
        lines = capsys.readouterr().err.splitlines()
        if "--sink" in options:  # the events that were read are in the store
            assert lines[-1].startswith(str(small_disk / "changes.jsonl"))
            assert "does not have every change" in lines[-1]
        else:
            assert len(lines) == 1
            assert lines[-1].startswith("Error: ")
        assert "free some space" in lines[-1]
        (small_disk / "ballast").unlink()
        assert main([*command, *options]) == 0
        capsys.readouterr()
    lines = (small_disk / "changes.jsonl").read_text().splitlines()
    ids = [json.loads(one)["change_id"] for one in lines]
    assert len(set(ids)) == len(ids) > 0


WATCH = ["watch", "events.jsonl", "--once", "--clock", "events"]


AGENCY = ["report", "agency.csv", "--config", "lines.toml", *AS_OF]
REPORT = ["report", "events.jsonl", "--config", "c.toml", *AS_OF]


@pytest.mark.parametrize(
    ("command", "options", "first", "second"),
    [
        (WATCH, ["--sink", "c.toml", "--config", "c.toml"], "--sink", "--config"),
        (WATCH, ["--digests", "c.toml", "--config", "./c.toml"], "--digests", "--config"),
        (WATCH, ["--sink", "acts.toml", "--calendar-file", "acts.toml"], "--sink",
         "--calendar-file"),
        (WATCH, ["--sink", "link", "--config", "c.toml"], "--sink", "--config"),
        (WATCH, ["--sink", "hard"], "--sink", "SOURCE"),
        (WATCH, ["--sink", "folder/events.jsonl"], "--sink", "SOURCE"),
        (WATCH, ["--sink", "new", "--digests", "folder/new"], "--sink", "--digests"),
        (WATCH, ["--sink", "new", "--sink", "./new"], "--sink", "--sink"),
        (WATCH, ["--sink", "store.db"], "--sink", "--store"),
        (WATCH, ["--sink", "store.db-wal"], "--sink", "--store"),
        (WATCH, ["--digests", "store.db-writer"], "--digests", "--store"),
        (WATCH, ["--sink", "there.db-shm", "--store", "to-store"], "--sink", "--store"),
        (WATCH, ["--store", "events.jsonl"], "--store", "SOURCE"),
        (WATCH, ["--store", "hard"], "--store", "SOURCE"),
        (WATCH, ["--store", "c.toml", "--config", "c.toml"], "--store", "--config"),
        (REPORT, ["--html", "events.jsonl"], "--html", "FILE"),
        (REPORT, ["--html", "to-events"], "--html", "FILE"),
        (REPORT, ["--xlsx", "hard"], "--xlsx", "FILE"),
        (REPORT, ["--csv", "events.jsonl"], "--csv", "FILE"),
        (REPORT, ["--xlsx", "c.toml"], "--xlsx", "--config"),
        (REPORT, ["--html", "acts.toml", "--calendar-file", "acts.toml"], "--html",
         "--calendar-file"),
        (REPORT, ["--html", "one", "--xlsx", "./one"], "--xlsx", "--html"),
        (REPORT, ["--csv", ".", "--html", "total.csv"], "--csv", "--html"),
        (AGENCY, ["--csv", "."], "--csv", "FILE"),
    ],
)  # fmt: skip
def test_no_command_writes_a_file_that_is_used_otherwise(
    command: list[str], options: list[str], first: str, second: str, here: Path, capsys: Capture
) -> None:
    pytest.importorskip("numpy")
    for name, to in (("link", "c.toml"), ("to-events", "events.jsonl"), ("to-store", "there.db")):
        Path(name).symlink_to(to)
    Path("hard").hardlink_to("events.jsonl")
    Path("agency.csv").write_text("".join(LINES[:40]))
    Path("lines.toml").write_text('[input]\nformat = "jsonl"\n[schedule]\ncalendar = "RU-VGG"\n')
    Path("folder").symlink_to(".")
    before = content(here)
    store = ["--store", "store.db"] if command is WATCH and "--store" not in options else []
    assert main([*command, *store, *options, "--lang", "en"]) == 2
    assert main([*command, *store, *options, "--lang", "ru"]) == 2
    english, russian = capsys.readouterr().err.splitlines()
    assert f"{first} and {second} are the same file" in english
    with language("ru"):
        assert f"{first} и {metavar(second)} - один и тот же файл" in russian
    assert content(here) == before
    assert not Path("store.db").exists()
