"""A damaged store is rejected with one sentence, and never returns wrong answers."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kit.stored import Stored
from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
from workhours_sla.adapters.sources.layout import Layout
from workhours_sla.adapters.sources.mapping import Mapper
from workhours_sla.adapters.sources.tail import PARTITION, Tail
from workhours_sla.adapters.stores.sqlite import SqliteReader
from workhours_sla.adapters.stores.sqlite_file import restore
from workhours_sla.adapters.stores.store_check import check_store
from workhours_sla.adapters.stores.stored_rows import checksum
from workhours_sla.cli.main import main
from workhours_sla.errors import StoreError
from workhours_sla.stream import Batch, Checkpoint, Rejected

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
    with SqliteReader(path) as reader:
        return repr(
            (
                *(list(reader.events()), reader.quarantine(), reader.left_out()),
                *(reader.rejected(), reader.reasons(), reader.changes(), reader.last_change),
                *(reader.positions("file"), reader.noted("digests"), reader.holdings()),
                *(reader.watermark, reader.policy_version, reader.complete_since),
            )
        )


def writing(path: Path) -> str:
    """Write more events to a store, known and dropped ones included; return its answers as text."""
    more = [*events(range(90, 140), NOON), *events(range(4), NOON - 20 * DAY)]
    with Stored(path, POLICY, retain=9 * DAY) as store:
        return repr(
            (
                *(
                    store.apply(more),
                    store.pending("sink", NOON, 90),
                    store.pending("new", NOON, 9),
                ),
                *(list(store.open_outcomes(NOON + DAY)), store.advance(NOON + 3 * DAY)),
                store.holdings(),
            )
        )


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file with a changed bit, byte or page, or a missing end."""
    found = bytearray(content)
    at = chance.randrange(len(found))
    page = at // PAGE * PAGE
    how = chance.randrange(6)
    if how == 0:
        found[at] ^= 1 << chance.randrange(8)
    elif how == 1:
        found[at] = chance.randrange(256)
    elif how == 2:
        found[at : at + 16] = chance.randbytes(len(found[at : at + 16]))
    elif how == 3:
        found[page : page + PAGE] = bytes(PAGE)
    elif how == 4:
        del found[chance.choice([at, page]) :]
    else:  # metadata in a header or a page
        found[page + chance.randrange(100)] = chance.randrange(256)
    return bytes(found)


@pytest.mark.parametrize("ask", [reading, writing])
def test_a_damaged_store_answers_as_before_or_not_at_all(
    ask: Callable[[Path], str], tmp_path: Path
) -> None:
    whole, path = tmp_path / "whole.db", tmp_path / "appeals.db"
    filled(whole)
    content = whole.read_bytes()
    chance = random.Random(12)
    path.write_bytes(content)
    expected = ask(path)
    refused = 0
    for _ in range(150):
        path.unlink()
        path.write_bytes(damaged(content, chance))
        try:
            found = ask(path)
        except StoreError:
            refused += 1
        else:
            assert found == expected
    assert 75 < refused < 150


ROWS = [
    ("event", "UPDATE event SET body='[]' WHERE number=12", 12),
    ("event", "UPDATE event SET body=x'5b225d' WHERE number=12", 12),
    ("event", "UPDATE event SET checksum='x' WHERE number=12", 12),
    ("outbox", "UPDATE outbox SET body=5 WHERE number=21", 21),
    ("outbox", "UPDATE outbox SET at=at+1 WHERE number=21", 21),
    ("outbox", "UPDATE outbox SET number=9999 WHERE number=21", 9999),
    ("meta", "UPDATE meta SET value=7 WHERE key='dropped'", "dropped"),
    ("meta", "UPDATE meta SET value='7' WHERE key='watermark'", "watermark"),
    ("meta", "UPDATE meta SET value='{}' WHERE key='note:digests'", "note:digests"),
    ("position", "UPDATE position SET position='18-ab'", "file"),
    ("rejected", "UPDATE rejected SET text='[' WHERE number=2", 2),
]
KNOWN = ("event", "UPDATE event SET body='[]' WHERE number=95", 95)
APPEAL = ("appeal", "UPDATE appeal SET reported=x'5b5d' WHERE appeal_id='A-91'", "A-91")
SINK = ("progress", "UPDATE progress SET number=5", "sink")


def altered(path: Path, *statements: str) -> None:
    """Change a store by SQL alone, so that its checksums no longer match."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for sql in statements:
            db.execute(sql)


@pytest.mark.parametrize(
    ("table", "sql", "row", "ask"),
    [(*row, reading) for row in ROWS] + [(*row, writing) for row in (KNOWN, APPEAL, SINK)],
)
def test_a_damaged_row_is_named_with_its_table_and_what_to_do(
    table: str, sql: str, row: object, ask: Callable[[Path], str], tmp_path: Path
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    altered(path, sql)
    with pytest.raises(StoreError) as caught:
        ask(path)
    message = str(caught.value)
    assert f"is damaged: row {row!r} of table {table} does not match its checksum" in message
    assert "restore its last snapshot" in message
    assert (caught.value.table, caught.value.row) == (table, row)


def test_a_row_of_the_right_checksum_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    body = b'["x"]'
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        values = body, checksum(body, 12)
        db.execute("UPDATE event SET body=?, checksum=? WHERE number=12", values)
    with pytest.raises(StoreError, match=r"row 12 of table event cannot be read \("):
        reading(path)


RETYPED = "UPDATE sqlite_master SET sql=replace(sql, 'event_id TEXT', 'event_id NUMERIC')"
MOVED = (
    "UPDATE sqlite_master SET rootpage=(SELECT rootpage FROM sqlite_master"
    " WHERE name='event_by_appeal') WHERE name='event_by_id'"
)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (RETYPED, "the definition of table event"),
        ("DELETE FROM sqlite_master WHERE name='event_by_id'", "of index event_by_id"),
        (MOVED, "event_by_id|malformed"),
    ],
)
def test_a_damaged_definition_is_refused(sql: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    filled(path, 30)
    altered(path, "PRAGMA writable_schema=1", sql)
    for ask in (reading, writing):
        with pytest.raises(StoreError, match=words):
            ask(path)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM lost WHERE number=12",  # a row of the table that its indexes still have
        "UPDATE lost SET event_id='other' WHERE number=12",
        "UPDATE lost SET repaired=1 WHERE number=12",
        "UPDATE lost SET quarantined='replaced' WHERE number=12",
    ],
)
def test_a_row_that_differs_from_its_index_is_refused(sql: str, tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    filled(path, 30)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        ((root, schema),) = db.execute("SELECT rootpage, sql FROM sqlite_master WHERE name='event'")
        db.execute("PRAGMA writable_schema=1")
        db.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'lost', 'lost', ?, ?)",
            (root, schema.replace("TABLE event", "TABLE lost")),
        )
    altered(path, sql, "PRAGMA writable_schema=1", "DELETE FROM sqlite_master WHERE name='lost'")
    for ask in (reading, writing):
        with pytest.raises(StoreError, match=r"is damaged .*index event_"):
            ask(path)


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


def test_the_faults_of_a_store_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    altered(path, *(sql for _, sql, _ in ROWS), APPEAL[1], SINK[1])
    faults = check_store(path)
    found = {(fault.kind, fault.table, fault.row) for fault in faults}
    assert found == {("checksum", table, row) for table, _, row in (*ROWS, APPEAL, SINK)} - {
        ("checksum", "outbox", 21)  # the row has another number now
    }
    status, out, _ = run(capsys, path, "--lang", "en")
    assert status == 2
    assert "table event, row 12: does not match its checksum" in out.splitlines()
    assert out.splitlines()[-1].endswith(f"faults: {len(faults)}; restore its last snapshot")
    status, out, _ = run(capsys, path, "--lang", "ru")
    assert "таблица event, строка 12: не совпадает с контрольной суммой" in out.splitlines()
    assert "восстановите последнюю копию" in out
    status, out, _ = run(capsys, path, "--json")
    assert (status, len(json.loads(out)["faults"])) == (2, len(faults))


def test_many_faults_are_listed_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    altered(path, "UPDATE event SET checksum=checksum+1 WHERE number > 100")
    some, every = (run(capsys, path, "--lang", "en", *more)[1] for more in ((), ("--all",)))
    assert "(--all lists them)" in some.splitlines()[-2]
    assert len(some.splitlines()) == 22
    assert len(every.splitlines()) == len(check_store(path)) + 1 > 30


REFERENCES = [
    ("UPDATE event SET appeal_id='A-none' WHERE number=12", ("no_appeal", "event", 12, "A-none")),
    ("UPDATE event SET event_id='other' WHERE number=12", ("other_id", "event", 12, "3-replied")),
    ("DELETE FROM event WHERE number=12", ("counts", "", None, "")),
]


@pytest.mark.parametrize(("sql", "fault"), REFERENCES)
def test_rows_that_contradict_each_other_are_found(
    sql: str,
    fault: tuple[str, str, int | None, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "appeals.db"
    filled(path, 30)
    altered(path, sql)
    (found,) = check_store(path)
    assert (found.kind, found.table, found.row) == fault[:3]
    for lang in ("en", "ru"):
        status, out, _ = run(capsys, path, "--lang", lang)
        assert (status, len(out.splitlines())) == (2, 2)


def test_damaged_pages_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "appeals.db"
    filled(path)
    content = bytearray(path.read_bytes())
    content[20 * PAGE : 21 * PAGE] = bytes(PAGE)
    path.write_bytes(content)
    assert "pages" in {fault.kind for fault in check_store(path)}
    assert run(capsys, path)[0] == 2


def test_a_file_that_is_no_store_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, tmp_path / "none.db", "--lang", "ru")
    assert (status, out) == (2, "")
    assert err.startswith("Ошибка: нет хранилища")
