"""A copy of a store has everything in it, and continues as the store would have."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event as Flag

import pytest

from kit.stored import a_batch
from kit.values import POLICY, at, created
from workhours_sla.cli.main import main
from workhours_sla.errors import StoreError
from workhours_sla.stores import open as places
from workhours_sla.stores.open import check_store, copy_store
from workhours_sla.stores.store_values import Batch
from workhours_sla.stream import Pipeline, open_store


def filled(path: Path) -> None:
    with Pipeline(open_store(path), POLICY) as pipe:
        pipe.commit(a_batch())
        pipe.apply(created("writer", at(2025, 3, 12, 13)))  # also the key of a value in meta
        pipe.store.acknowledge("sink", [1])
        pipe.store.fail("sink", 2, "an error", None)
        pipe.store.note("key", "a note")


def content(path: Path) -> list[str]:
    """Return the content of a store without the token of its last writer."""
    with closing(sqlite3.connect(path)) as db:
        return sorted(line for line in db.iterdump() if "('writer'," not in line)


def test_a_copy_has_everything_and_continues(tmp_path: Path) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    filled(store)
    assert copy_store(store, copy) == 3
    assert content(copy) == content(store)
    emitted = []
    for path in (store, copy):
        with Pipeline(open_store(path), POLICY) as pipe:
            emitted.append(pipe.commit(Batch("file", watermark=at(2025, 3, 13, 18))))
            emitted[-1] = (*emitted[-1], pipe.store.positions("file"), pipe.store.dead("sink"))
    assert emitted[0] == emitted[1]
    assert [change.kind.value for change in emitted[0][0]] == ["at_risk", "breached"]
    assert content(copy) == content(store)
    assert check_store(copy) == ()


def test_a_target_that_is_not_empty_stays_as_it_is(tmp_path: Path) -> None:
    store, copy, empty = tmp_path / "store.db", tmp_path / "copy.db", tmp_path / "empty.db"
    filled(store)
    filled(copy)
    before = content(copy)
    for target in (copy, store):
        with pytest.raises(StoreError, match="not empty; give a place that has no store yet"):
            copy_store(store, target)
    assert content(copy) == before
    open_store(empty).close()
    assert copy_store(store, empty) == 3
    assert content(empty) == content(store)


def test_an_error_while_the_source_is_read_names_the_source(tmp_path: Path) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    filled(store)
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("UPDATE rejected SET text=CAST(x'ff' AS TEXT)")
    for target in (copy, tmp_path / "new.db"):
        if target == copy:
            open_store(copy).close()
        with pytest.raises(StoreError, match="store") as caught:
            copy_store(store, target)
        assert caught.value.path == str(store)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_store_is_copied_at_the_shell(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    filled(store)
    command = ["store", "copy", str(store), str(copy), "--lang", lang]
    assert main(command) == 0
    words = {"en": "was copied to", "ru": "скопировано в"}[lang]
    assert words in capsys.readouterr().out
    assert main(command) == 2
    assert {"en": "not empty", "ru": "не пустое"}[lang] in capsys.readouterr().err
    assert main(["store", "copy", str(tmp_path / "none.db"), "x", "--lang", lang]) == 2
    assert "none.db" in capsys.readouterr().err


SECRET = "a-SECRET-of-mine"  # noqa: S105
MISTYPED = [
    f"postgres+x://user:{SECRET}@127.0.0.1/base",
    f"postgresql+psycopg://user:{SECRET}@127.0.0.1/base",
    f"POSTGRESQL://user:{SECRET}@127.0.0.1/base",
    f"postgresq://user:{SECRET}@127.0.0.1/base",
    f"postgresql:/user:{SECRET}@127.0.0.1/base",
    f"postgresql//user:{SECRET}@127.0.0.1/base",
    f"postgresql:user:x/{SECRET}@127.0.0.1/base",
    f" postgresql://user:{SECRET}@127.0.0.1/base",
    f"mysql://user:{SECRET}@127.0.0.1/base",
    f"file:///user:{SECRET}@127.0.0.1/base",
    f"user:{SECRET}@127.0.0.1/base",
    f"//user:x/{SECRET}@127.0.0.1/base",
    f"host=127.0.0.1 password={SECRET} user=user",
    f"password = {SECRET} host=127.0.0.1",
]


@pytest.mark.parametrize("place", MISTYPED)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_address_with_a_mistake_is_no_path_and_its_password_is_not_shown(
    place: str,
    lang: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    events = tmp_path / "events.jsonl"
    events.touch()
    filled(tmp_path / "store.db")
    config = f"[store]\nurl = '{place}'\n[schedule]\ncalendar = 'RU-VGG'\n"
    (tmp_path / "region.toml").write_text(config)
    before = sorted(tmp_path.iterdir())
    for words in (
        ["watch", str(events), "--once", "--store", place],
        ["watch", str(events), "--once", "--standby", "--store", place],
        ["watch", str(events), "--once", "--config", "region.toml"],
        ["serve", "--config", "region.toml"],
        ["report", "--store", place],
        ["outbox", "dead", "--store", place],
        ["outbox", "rewrite", "changes.jsonl", "--store", place],
        ["store", "check", place],
        ["store", "copy", place, "copy.db"],
        ["store", "copy", "store.db", place],
    ):
        assert main([*words, "--lang", lang]) == 2
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err, words
        assert "postgresql://USER@HOST:PORT/DATABASE" in printed.err, words
    with pytest.raises(StoreError) as caught:
        places.open_reader(Path(place))
    assert SECRET not in f"{caught.value} {vars(caught.value)}"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "path",
    ["C:/appeals.db", r"C:\data\me@work.db", "postgres.db", "a@b.db", "./x:y@z.db", "обращения"],
)
def test_a_path_may_look_odd(path: str) -> None:
    assert not places.is_address(path)


HAVE_IT = """
import sys
from workhours_sla.stream import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_standby_opens_a_file_when_its_writer_was_killed(tmp_path: Path) -> None:
    path, waits = tmp_path / "store.db", Flag()
    filled(path)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HAVE_IT, str(path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"

        def wait(_error: object) -> None:
            assert not waits.is_set()
            waits.set()
            writer.kill()

        store, has_waited = places.wait_for_store(path, wait, interval=0.01)
        store.close()
        assert has_waited
    store, has_waited = places.wait_for_store(path, wait)
    store.close()
    assert not has_waited


def test_a_standby_refuses_what_does_not_go_away(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("no store" * 100)
    with pytest.raises(StoreError, match="give a store"):
        places.wait_for_store(path, lambda _error: None)


def test_the_store_of_a_command_is_that_of_its_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, config = tmp_path / "store.db", tmp_path / "region.toml"
    filled(path)
    config.write_text(f"[store]\nurl = '{path}'\n[schedule]\ncalendar = 'RU-VGG'\n")
    given = ["--config", str(config), "--lang", "en"]
    assert main(["outbox", "dead", *given]) == 0
    assert "an error" in capsys.readouterr().out
    assert main(["check", *given, "--as-of", "12.03.2025 14:00"]) == 0
    assert "A store" not in capsys.readouterr().err
    assert main(["check", *given, "--as-of", "14.03.2025 14:00"]) == 1
    assert main(["store", "check", *given]) == 0
    assert main(["store", "check", "--lang", "en"]) == 2
    assert "no store was given" in capsys.readouterr().err
    assert main(["outbox", "dead", "--lang", "en"]) == 2
    assert "name one, or give --config with the section [store]" in capsys.readouterr().err
