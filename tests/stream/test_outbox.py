"""A lost file of changes is detected, and written again from the store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.paths import EXAMPLES
from kit.stored import Stored, drain
from kit.values import POLICY
from workhours_sla import Event, EventType
from workhours_sla.cli.main import main
from workhours_sla.stream import open_store, restore
from workhours_sla.stream.sinks.lines import JsonLinesSink

LINES = EXAMPLES.joinpath("data", "appeals.jsonl").read_text()
HEAD = "".join(LINES.splitlines(keepends=True)[:40])
SINK = Path("changes.jsonl")


@pytest.fixture(autouse=True)
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Change to a folder in which ``watch`` ran, and return its file of changes."""
    monkeypatch.chdir(tmp_path)
    Path("events.jsonl").write_text(HEAD)
    assert watch() == 0
    return SINK.read_bytes()


def watch(*options: str) -> int:
    command = ["watch", "events.jsonl", "--store", "a.db", "--once", "--clock", "events"]
    return main([*command, "--sink", "changes.jsonl", "--calendar", "RU-VGG", *options])


def rewrite(*options: str, file: str = "changes.jsonl") -> int:
    return main(["outbox", "rewrite", file, "--store", "a.db", "--lang", "en", *options])


def ids(path: Path = SINK) -> list[str]:
    return [json.loads(line)["change_id"] for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("harm", "english", "russian"),
    [
        (SINK.unlink, "is gone since changes", "удалён или заменён"),
        (lambda: SINK.write_bytes(b""), "is shorter than", "стал короче"),
        (lambda: os.truncate(SINK, 3000), "is shorter than", "стал короче"),
    ],
)
def test_a_lost_file_is_reported_in_both_languages_and_written_again(
    harm: Callable[[], object],
    english: str,
    russian: str,
    watched: bytes,
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm()
    left = SINK.read_bytes() if SINK.exists() else None
    Path("events.jsonl").write_text(LINES)
    capsys.readouterr()
    for lang, says in (("en", english), ("ru", russian)):
        assert watch("--lang", lang) == 2
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines()), says in err) == ("", 1, True), err
        assert "workhours outbox rewrite" in err
    assert (SINK.read_bytes() if SINK.exists() else None) == left
    assert rewrite() == 0
    assert (
        "15 changes from the store, after 0 that the store no longer has" in capsys.readouterr().err
    )
    assert SINK.read_bytes() == watched
    assert watch() == 0
    assert len(set(ids())) == len(ids()) > 100
    assert SINK.read_bytes().startswith(watched)


def test_a_file_is_known_by_all_its_names(watched: bytes) -> None:
    SINK.unlink()
    Path("link.jsonl").symlink_to(SINK)
    assert rewrite(file="link.jsonl") == 0
    assert Path("link.jsonl").is_symlink()
    assert SINK.read_bytes() == watched
    assert watch() == 0
    assert SINK.read_bytes() == watched


def test_a_file_that_was_moved_away_begins_again_with_new_changes(
    watched: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rewrite("--only-new") == 2
    assert "'changes.jsonl' is not empty" in capsys.readouterr().err
    SINK.rename("changes-2025.jsonl")
    assert rewrite("--only-new") == 0
    assert SINK.read_bytes() == b""
    Path("events.jsonl").write_text(LINES)
    assert watch() == 0
    assert Path("changes-2025.jsonl").read_bytes() == watched
    earlier, later = ids(Path("changes-2025.jsonl")), ids()
    assert len({*earlier, *later}) == len(earlier) + len(later) > 100


BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def write_with_retention(store: Stored, file: Path, numbers: range) -> None:
    """Write the changes of appeals, each posted 3 days after the last one, to a file."""

    def event(number: int, kind: EventType, when: datetime) -> Event:
        return Event(f"{number}-{kind}", str(number), kind, when, when)

    sink = JsonLinesSink(file, outbox=store.store)
    for number in numbers:
        when = BEGIN + number * 3 * DAY
        store.apply([event(number, EventType.CREATED, when)])
        store.apply([event(number, EventType.REPLIED, when + timedelta(hours=1))])
        store.advance(when + timedelta(hours=2))
        drain(store, sink)
    sink.close()


def test_changes_that_the_store_dropped_stay_in_the_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Stored("b.db", POLICY, retain=5 * DAY) as store:
        write_with_retention(store, Path("b.jsonl"), range(9))
        kept = [change.change_id for _, change in store.changes()]
    whole = Path("b.jsonl").read_bytes()
    assert 0 < len(kept) < len(ids(Path("b.jsonl")))
    os.truncate("b.jsonl", len(whole) - 400)
    asked = ["outbox", "rewrite", "b.jsonl", "--store", "b.db", "--lang", "en"]
    assert main(asked) == 0
    assert Path("b.jsonl").read_bytes() == whole
    err = capsys.readouterr().err
    dropped = len(ids(Path("b.jsonl"))) - len(kept)
    assert f"dropped its first {dropped} changes after retention" in err
    Path("b.jsonl").unlink()
    assert main(asked) == 0
    assert ids(Path("b.jsonl")) == kept


@pytest.mark.parametrize("file", ["b.jsonl", "moved.jsonl"])
def test_changes_that_the_store_dropped_stay_without_those_after_its_copy(file: str) -> None:
    with Stored("old.db", POLICY, retain=5 * DAY) as store:
        write_with_retention(store, Path("b.jsonl"), range(6))
        before = Path("b.jsonl").read_bytes()
        store.store.snapshot("copy.db")
        write_with_retention(store, Path("b.jsonl"), range(6, 9))
    whole = Path("b.jsonl").read_bytes()
    Path("a.db").unlink()
    restore("copy.db", "a.db")
    if file != "b.jsonl":
        Path("b.jsonl").rename(file)  # the store does not know this name
    assert rewrite(file=file) == 0
    assert Path(file).read_bytes() == before
    assert before + Path(f"{file}-ahead").read_bytes() == whole


def test_what_only_a_file_ahead_of_its_store_has_is_moved(
    watched: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store("a.db") as store:
        store.snapshot("copy.db")
    Path("events.jsonl").write_text(LINES)
    assert watch() == 0
    whole = SINK.read_bytes()
    for number in ("", "1"):
        Path("a.db").unlink()
        restore("copy.db", "a.db")
        assert watch() == 2
        capsys.readouterr()
        assert rewrite() == 0
        assert f"now in changes.jsonl-ahead{number}: " in capsys.readouterr().err
        assert SINK.read_bytes() == watched
        assert watched + Path(f"changes.jsonl-ahead{number}").read_bytes() == whole
        assert watch() == 0  # as if the file had never been ahead
        assert SINK.read_bytes() == whole
    Path("a.db").unlink()
    restore("copy.db", "a.db")
    asked = ["watch", "events.jsonl", "--store", "a.db", "--once", "--clock", "events"]
    assert main([*asked, "--calendar", "RU-SPE"]) == 0  # the same changes with other content
    assert rewrite() == 0
    mixed = SINK.read_bytes() + Path("changes.jsonl-ahead2").read_bytes()
    assert set(whole.splitlines()) <= set(mixed.splitlines())
    assert len(set(ids())) == len(ids())


def test_wrong_use_is_one_sentence_and_changes_nothing(
    watched: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("notes.txt").write_text("milk")
    Path("folder").mkdir()
    capsys.readouterr()
    for file, store, says in (
        ("notes.txt", "a.db", "'notes.txt' has other content than changes"),
        ("a.db", "a.db", "FILE and --store are the same file"),
        ("a.db-wal", "a.db", "FILE and --store are the same file"),
        ("folder", "a.db", "cannot read or write 'folder'"),
        ("changes.jsonl", "none.db", "no store 'none.db'"),
        ("changes.jsonl", "notes.txt", "give a store"),
    ):
        assert main(["outbox", "rewrite", file, "--store", store, "--lang", "en"]) == 2
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines()), says in err) == ("", 1, True), err
    with Stored("a.db", POLICY):
        assert rewrite() == 2
    assert "another process writes the store" in capsys.readouterr().err
    assert Path("notes.txt").read_text() == "milk"
    assert SINK.read_bytes() == watched
    assert not Path("none.db").exists()


def test_dead_letters_are_listed_while_a_watch_writes(capsys: pytest.CaptureFixture[str]) -> None:
    with open_store("a.db"):
        assert main(["outbox", "dead", "--store", "a.db", "--json"]) == 0
        assert main(["outbox", "replay", "changes.jsonl", "--store", "a.db"]) == 2
    assert capsys.readouterr().out == "[]\n"
