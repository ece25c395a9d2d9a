"""A damaged store is rejected with one sentence, and never returns wrong answers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kit.stored import Stored
from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
from workhours_sla.cli.main import main
from workhours_sla.errors import StoreError
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.tail import PARTITION, Tail
from workhours_sla.stores.open import check_store, open_reader, restore
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("первый ответ", working_hours(4), OFFICE)])
NOON = datetime(2025, 3, 12, 12, tzinfo=OFFICE.tz)
DAY = timedelta(days=1)
PAGE = 4096


def event(number: int, kind: EventType, when: datetime) -> Event:
    return Event(f"{number}-{kind}", f"A-{number}", kind, when, when, "vk", topic="ямы" * 9)


def events(numbers: Sequence[int], since: datetime) -> list[Event]:
    posted = [event(n, EventType.CREATED, since + timedelta(hours=n)) for n in numbers]
    answers = [event(n, EventType.REPLIED, since + timedelta(hours=n + 3)) for n in numbers[::2]]
    return posted + answers


def filled(path: Path, count: int = 120) -> None:
    """Make a store with rows in each of its tables."""
    with Stored(path, POLICY, retain=9 * DAY) as store:
        store._db.connection.execute("PRAGMA synchronous=OFF")  # this test kills no process
        store.apply([*events(range(4), NOON - 20 * DAY), event(900, EventType.REPLIED, NOON)])
        store.advance(NOON)
        rows = [Rejected("malformed", "no JSON", "{"), Rejected("naive_time", "no zone", "12:00")]
        places = {"": Checkpoint("17-ab", NOON), "other": Checkpoint("5-cd")}
        store.commit(Batch("file", events(range(4, count), NOON), rows, places, NOON + DAY))
        store.note("digests", '{"since": 1}')
        store.acknowledge("sink", [3])
        store.fail("sink", 4, "gone", None)
        assert store.holdings().dropped


def reading(path: Path) -> str:
    """Return everything that can be read from a store, as text."""
    with open_reader(path) as reader:
        return repr(
            (
                *(list(reader.events()), reader.quarantine(), reader.left_out()),
                *(reader.rejected(), reader.reasons(), reader.changes(), reader.last_change),
                *(reader.positions("file"), reader.noted("digests"), reader.holdings()),
                *(reader.watermark, reader.policy_version, reader.complete_since),
            )
        )


def writing(path: Path) -> str:
    """Write more events to a store."""
    with Stored(path, POLICY, retain=9 * DAY) as store:
        return repr(store.apply([*events(range(90, 140), NOON), event(91, EventType.CLOSED, NOON)]))


def altered(path: Path, *statements: str) -> None:
    """Change a store by SQL alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for sql in statements:
            db.execute(sql)


@pytest.mark.parametrize(
    ("table", "sql", "row", "ask"),
    [
        ("event", "UPDATE event SET body=x'5b225d' WHERE number=12", 12, reading),
        ("outbox", "UPDATE outbox SET body=5 WHERE number=21", 21, reading),
        ("event", "UPDATE event SET body='[]' WHERE number=95", 95, writing),
        ("appeal", "UPDATE appeal SET reported=x'5b' WHERE appeal_id='A-91'", "A-91", writing),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_table_and_what_to_do(
    table: str, sql: str, row: object, ask: Callable[[Path], str], tmp_path: Path
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    altered(path, sql)
    with pytest.raises(StoreError) as caught:
        ask(path)
    message = str(caught.value)
    assert f"is damaged: row {row!r} of table {table} cannot be read (" in message
    assert "restore its last snapshot" in message
    assert (caught.value.table, caught.value.row) == (table, row)


def altered_without_indexes(path: Path, sql: str) -> None:
    """Change the table ``event`` by SQL that calls it ``lost``, but not its indexes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        ((root, schema),) = db.execute("SELECT rootpage, sql FROM sqlite_master WHERE name='event'")
        db.execute("PRAGMA writable_schema=1")
        db.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'lost', 'lost', ?, ?)",
            (root, schema.replace("TABLE event", "TABLE lost")),
        )
    altered(path, sql, "PRAGMA writable_schema=1", "DELETE FROM sqlite_master WHERE name='lost'")


def test_an_empty_file_is_no_new_store(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    filled(path, 20)
    path.write_bytes(b"")
    for ask in (reading, writing):
        with pytest.raises(StoreError, match="is an empty file; restore its last snapshot"):
            ask(path)


def test_a_new_file_does_not_take_over_the_log_of_the_one_before(tmp_path: Path) -> None:
    path, snapshot = tmp_path / "appeals.db", tmp_path / "snapshot.db"
    filled(path, 20)
    expected = reading(path)
    with Stored(path, POLICY) as store:
        store.snapshot(snapshot)
        store.apply(events(range(40, 60), NOON))
        log = (tmp_path / "appeals.db-wal").read_bytes()
    path.unlink()
    (tmp_path / "appeals.db-wal").write_bytes(log)
    restore(snapshot, path)
    assert reading(path) == expected
    path.unlink()
    (tmp_path / "appeals.db-wal").write_bytes(log)
    with Stored(path, POLICY) as store:
        assert store.holdings().read == 0


OF_MANY_BYTES = f"3-{10**15}-fe8f864e5a012680-22cbe3c4a9569091-1-2"


@pytest.mark.parametrize(
    "position", ["x", "-1", "1.5", "17-Z", "9" * 5000, "٣", "17-ab\n", OF_MANY_BYTES]
)
def test_a_position_that_no_source_wrote_is_refused(position: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("{}\n")
    tail = Tail(file, Mapper(Layout()), once=True)
    with pytest.raises(StoreError, match=r"position .* of .*events\.jsonl.*restore") as caught:
        list(tail.items({PARTITION: position}))
    assert len(str(caught.value)) < 400


# -- workhours store check -----------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["store", "check", *map(str, arguments)])
    return status, *capsys.readouterr()


def test_an_undamaged_store_is_reported_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appeals.db"
    with Stored(path, POLICY) as store:
        store.apply(events(range(9), NOON))
        assert run(capsys, path, "--lang", "en") == (0, f"The store {path} is sound\n", "")
    filled_too = tmp_path / "filled.db"
    filled(filled_too)
    assert check_store(filled_too) == ()
    assert run(capsys, path, "--lang", "ru")[:2] == (0, f"Хранилище {path} исправно\n")
    status, out, _ = run(capsys, path, "--json")
    assert (status, json.loads(out)["sound"]) == (0, True)


def test_damaged_pages_are_listed_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    content = bytearray(path.read_bytes())
    content[20 * PAGE : 21 * PAGE] = bytes(PAGE)
    path.write_bytes(content)
    for ask in (reading, writing):
        with pytest.raises(StoreError, match="is damaged"):
            ask(path)
    faults = check_store(path)
    assert {fault.kind for fault in faults} == {"pages"}
    status, out, _ = run(capsys, path, "--lang", "en")
    assert status == 2
    assert out.splitlines()[-1].endswith(f"faults: {len(faults)}; restore its last snapshot")
    assert "восстановите последнюю копию" in run(capsys, path, "--lang", "ru")[1]
    status, out, _ = run(capsys, path, "--json")
    assert (status, len(json.loads(out)["faults"])) == (2, len(faults))


def test_many_faults_are_listed_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    altered_without_indexes(path, "UPDATE lost SET event_id=event_id||'x' WHERE number > 100")
    some, every = (run(capsys, path, "--lang", "en", *more)[1] for more in ((), ("--all",)))
    assert "(--all lists them)" in some.splitlines()[-2]
    assert len(some.splitlines()) == 22
    assert len(every.splitlines()) == len(check_store(path)) + 1 > 30


def test_a_file_that_is_no_store_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, tmp_path / "none.db", "--lang", "ru")
    assert (status, out) == (2, "")
    assert err.startswith("Ошибка: нет хранилища")
