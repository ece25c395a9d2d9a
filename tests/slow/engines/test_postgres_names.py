"""Texts, names of schemas and passwords of a store in PostgreSQL."""

import random
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.values import POLICY, at, created, event
from tests.slow.engines.postgres_stores import execute, filled, terminate
from workhours_sla import EventType
from workhours_sla.cli.main import main
from workhours_sla.errors import EventError, StoreError
from workhours_sla.sla.event import MOST_TEXT
from workhours_sla.stores.open import check_store, events_of
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected
from workhours_sla.stream import Pipeline, open_reader, open_store

pytestmark = pytest.mark.engines


def test_every_text_comes_back_as_it_was(address: str) -> None:
    odd = "\x01 \x01\x02 \"'%s ? \\ \n привет 😀"
    events = [created(one, at(2025, 3, 12, 10)) for one in (odd, "1")]
    with Pipeline(open_store(address), POLICY) as pipe:
        pipe.commit(Batch(odd, events, [Rejected(odd, odd, odd)], {odd: Checkpoint(odd)}))
        store = pipe.store
        store.note(odd, odd)
        store.fail(odd, 1, odd, None)
    with open_reader(address) as reader:
        assert {one.appeal_id for one in reader.events()} == {odd, "1"}
        assert reader.rejected() == {1: Rejected(odd, odd, odd)}
        assert reader.positions(odd) == {odd: Checkpoint(odd)}
        assert reader.noted(odd) == odd
        assert reader.sinks() == [odd]
        assert [one.error for one in reader.dead(odd)] == [odd]
    assert check_store(address) == ()
    with Pipeline(open_store(address), POLICY) as pipe:
        assert pipe.apply(created(odd, at(2025, 3, 12, 10))) == ()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Kept", "kept"),
        ("%22Kept%22", "Kept"),
        ("Обращения", "Обращения"),
        ("я" * 40, "я" * 31),
        ("x" * 70, "x" * 63),
        ("%22a'b%22%22c%22", "a'b\"c"),
        ("%22%24user%22,public", "first_role"),
        ("%24user", "other_role"),
    ],
)
def test_the_schema_is_the_one_that_the_server_takes_the_name_for(
    path: str, name: str, postgres: str
) -> None:
    url, quoted = f"{postgres}&options=-csearch_path%3D{path}", name.replace('"', '""')
    if "user" in path:
        grant = f"GRANT CREATE ON DATABASE postgres TO {name}"
        execute(postgres, f"CREATE ROLE {name} LOGIN", grant)
        url = url.replace("postgres@", f"{name}@")
    filled(url)
    filled(url)  # the schema is there now
    assert check_store(url) == ()
    assert execute(postgres, f'SELECT count(*) FROM "{quoted}".event') == [(2,)]
    with open_reader(url) as reader:
        assert reader.holdings().duplicate == 2
    assert execute(postgres, "SELECT 1 FROM pg_namespace WHERE nspname = '$user'") == []
    execute(postgres, f'DROP SCHEMA "{quoted}" CASCADE')


@pytest.mark.parametrize("letters", ["абвгдежзиклмнопрст", "\x01\x02"])
def test_the_longest_id_of_an_event_can_be_indexed(letters: str, address: str) -> None:
    count = MOST_TEXT // len(letters[0].encode())
    longest = "".join(random.Random(1).choices(letters, k=count))  # it does not compress
    with Pipeline(open_store(address), POLICY) as pipe:
        one = event("1", longest, EventType.CREATED, at(2025, 3, 12, 10))
        other = event(longest, "1", EventType.CREATED, at(2025, 3, 12, 10))
        assert len(pipe.apply([one, other])) == 2
    assert [one.appeal_id for one in events_of(address)] == [longest, "1"]


def test_a_text_that_postgresql_cannot_index_is_refused_by_itself(address: str) -> None:
    long = "".join(random.Random(1).choices("абвгдежзиклмнопрст", k=5_000))
    with closing(open_store(address)) as store:
        with pytest.raises(EventError, match="too long"):
            store.fail(long, 1, "an error", None)
        store.fail("sink", 1, "an error", None)
        assert store.sinks() == ["sink"]


SECRET = "a-SECRET-of-mine"  # noqa: S105


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:{SECRET}@/base?host=/nowhere",
        f"postgresql://user:{SECRET}@@127.0.0.1:1/base",
        f"postgresql://user:x/{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:1/{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:x@{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:x?{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:x#{SECRET}@127.0.0.1:1/base",
        f"postgresql://user:%ZZ{SECRET}@127.0.0.1:1/base",
        f"postgresql://user@127.0.0.1:{SECRET}/base",
        f"postgresql://user:{SECRET}@[::1/base",
        f"postgresql://user@127.0.0.1:1/base?password={SECRET}",
        f"postgresql://user@127.0.0.1:1/base?{SECRET}",
        f"postgresql://user@127.0.0.1:1/base?passwort={SECRET}",
        f"postgresql://user@127.0.0.1:1/base?sslpassword={SECRET}&sslmode=require",
    ],
)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_message_has_the_password(
    url: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert SECRET not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
    for words in (["outbox", "dead", "--store", url], ["store", "check", url]):
        assert main([*words, "--lang", lang]) == 2
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        assert len(printed.err.splitlines()) == 1


def test_nothing_that_is_shown_of_a_store_has_the_password(address: str) -> None:
    url = address.replace("postgres@", f"postgres:{SECRET}@")
    with closing(open_store(url)) as store:
        assert SECRET not in f"{store!r} {store.place} {store._db!r}"
        terminate(address, store)
        with pytest.raises(StoreError) as caught:
            store.holdings()
    assert SECRET not in f"{caught.value} {vars(caught.value)}"


def test_a_snapshot_is_a_store_in_a_file(address: str, tmp_path: Path) -> None:
    filled(address)
    file = tmp_path / "snapshot.db"
    with open_reader(address) as reader:
        reader.snapshot(file)
        with pytest.raises(StoreError, match="exists already"):
            reader.snapshot(file)
        with Pipeline(open_store(address), POLICY) as pipe:
            pipe.apply(created("2", at(2025, 3, 12, 12)))
        assert [one.appeal_id for one in reader.events()] == ["1", "1", "2"]
    assert check_store(file) == ()
    assert [one.appeal_id for one in events_of(file)] == ["1", "1"]
