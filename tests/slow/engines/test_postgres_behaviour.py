"""What PostgreSQL does with bad input, columns, indexes, triggers, plans and a newer calendar."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg")

from kit.values import OFFICE
from tests.slow.engines.postgres_server import programs
from workhours_sla import Act, Calendar, Schedule, day_off, sql
from workhours_sla.sql import postgres as writer
from workhours_sla.sql.schedule_tables import LAST_DATE

pytestmark = pytest.mark.engines

FOUR_HOURS = 4 * 3_600_000_000
POSTED = "timestamptz '2025-03-12 14:00+03'"
CHANGED = Schedule(
    Calendar.get("RU-VGG").amend([day_off(date(2025, 3, 13), act=Act("order 1", source="test"))]),
    "Mo-Fr 09:00-13:00,14:00-18:00",
)
"""The same office, for which Thursday 13 March 2025 is a day off."""


def made(schedule: Schedule = OFFICE, **options: Any) -> str:
    days = {"since": date(2024, 1, 1), "until": date(2028, 1, 1)}
    return sql.script({"roads": schedule}, dialect="postgres", **days, **options).text


class Session:
    def __init__(self, address: str, name: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name}")
            connection.execute(f"create database {name}")
        self.address = address.replace("/postgres?", f"/{name}?")
        self.connection = psycopg.connect(self.address, autocommit=True)
        self.connection.execute("set timezone = 'America/Sao_Paulo'")

    def run(self, query: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(query)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str) -> Any:
        return self.run(query)[0][0]

    def error(self, query: str) -> str:
        with pytest.raises(psycopg.Error) as caught:
            self.run(query)
        return str(caught.value).splitlines()[0]


@pytest.fixture
def session(postgres: str) -> Iterator[Session]:
    opened = Session(postgres, "behaviour")
    opened.run(made())
    yield opened
    opened.connection.close()


@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
@pytest.mark.parametrize("shape", ["select wh.{}{}", "select * from wh.{}_rows{}"])
def test_bad_arguments_are_refused(session: Session, verb: str, shape: str) -> None:
    def ask(*arguments: str) -> str:
        return shape.format(verb, f"({', '.join(arguments)})")

    for naive in ("timestamp '2025-03-12 14:00'", "date '2025-03-12'"):
        for budget in ("14400000000", "interval '4 hours'"):
            found = session.error(ask("'roads'", naive, budget))
            assert "an instant is a timestamp with time zone, not" in found
    assert "no schedule raods; the schedules are roads" in session.error(
        ask("'raods'", POSTED, "1")
    )
    assert "the budget -1 is negative" in session.error(ask("'roads'", POSTED, "-1"))
    assert "has days" in session.error(ask("'roads'", POSTED, "interval '1 day'"))
    for budget in ("1.5", "'4 hours'::text"):
        assert "does not exist" in session.error(ask("'roads'", POSTED, budget))


@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_what_is_unknown_is_null(session: Session, verb: str) -> None:
    for start in ("'infinity'", "'-infinity'", "null", "'2023-12-31 23:59+03'", "'2030-01-01+03'"):
        assert session.one(f"select wh.{verb}('roads', {start}::timestamptz, 1)") is None
        rows = f"select * from wh.{verb}_rows('roads', {start}::timestamptz, 1)"
        assert [row[0] for row in session.run(rows)] == [None]
    assert session.one(f"select wh.{verb}('roads', {POSTED}, {2**62})") is None
    assert session.one(f"select wh.{verb}(null, {POSTED}, 1)") is None


def test_time_worked_from_or_until_an_unknown_instant_is_null(session: Session) -> None:
    known = (f"({POSTED})", "timestamptz '2024-01-01+03'", "timestamptz '2028-01-01+03'")
    unknown = "'infinity'", "'-infinity'", "null", "'2023-12-31 23:59+03'", "'2028-01-01 00:01+03'"
    for one in known:
        for other in (f"{text}::timestamptz" for text in unknown):
            for given in (f"{one}, {other}", f"{other}, {one}", f"{other}, {other}"):
                assert session.one(f"select wh.elapsed('roads', {given})") is None
                rows = session.run(f"select * from wh.elapsed_rows('roads', {given})")
                assert rows == [(None,)]
        assert session.one(f"select wh.elapsed('roads', {one}, {one})") == 0
    assert session.one("select wh.is_working('roads', timestamptz '2028-01-01+03')") is None


def test_the_last_microseconds_of_a_script_are_exact(session: Session) -> None:
    calendar = Calendar.plain((), first=date(2100, 1, 1), last=LAST_DATE)
    always = Schedule(calendar, "Mo-Su 00:00-24:00", tz="UTC")
    dates = {"since": LAST_DATE - timedelta(days=30), "until": LAST_DATE}
    session.run(sql.script({"duty": always}, dialect="postgres", **dates).text)
    session.run(
        f"create table late as select i, timestamptz '{dates['since']}+00' + i * interval "
        "'120 seconds 7 microseconds' as t from generate_series(1, 20000) i"
    )
    counted = "wh.elapsed('duty', timestamptz '{}+00', t)".format(dates["since"])
    assert session.one(f"select count(*) from late where {counted} <> i * 120000007::bigint") == 0
    due = "wh.deadline('duty', t, 1)"
    assert session.one(f"select count(*) from late where {due} <> t + '1 microsecond'") == 0


def test_what_is_unknown_is_an_error_where_that_was_chosen(session: Session) -> None:
    session.run(made(on_unknown="raise"))
    for query in (
        "select wh.deadline('roads', timestamptz '2030-01-01+03', 1)",
        "select * from wh.deadline_rows('roads', timestamptz '2030-01-01+03', 1)",
        "select wh.elapsed('roads', timestamptz '2030-01-01+03', now())",
        "select wh.is_working('roads', timestamptz '2030-01-01+03')",
    ):
        assert "the calendar of roads does not know the answer for 2029-12-31 21:00" in (
            session.error(query)
        )
    assert session.one("select wh.deadline('roads', null, 1)") is None
    assert session.one(f"select wh.deadline('roads', {POSTED}, 0)") is not None


def test_budgets_are_intervals_too_and_clock_time_needs_no_calendar(session: Session) -> None:
    due = datetime(2025, 3, 12, 15, tzinfo=UTC)
    for budget in ("14400000000", "interval '4 hours'", "interval '3 hours 60 minutes'"):
        assert session.one(f"select wh.deadline('roads', {POSTED}, {budget})") == due
        assert session.run(f"select * from wh.deadline_rows('roads', {POSTED}, {budget})") == [
            (due,)
        ]
    assert session.one(f"select wh.remaining('roads', {POSTED}, interval '4 hours', {POSTED})") == (
        FOUR_HOURS
    )
    late = session.one("select wh.clock_deadline(timestamptz '2040-03-12 14:00+03', 3600000001)")
    assert late == datetime(2040, 3, 12, 12, 0, 0, 1, tzinfo=UTC)


def test_the_functions_are_consistent_in_sql_alone(session: Session) -> None:
    session.run(
        "create table t as select timestamptz '2024-02-01+03' + i * interval '37 minutes' as a, "
        "timestamptz '2024-02-02+03' + i * interval '41 minutes' as b, "
        "timestamptz '2024-03-01+03' + i * interval '11 minutes' as c, "
        "(i % 17) * 3600000000::bigint as d from generate_series(1, 20000) i"
    )
    for broken in (
        "wh.elapsed('roads', a, wh.deadline('roads', a, d)) <> d",
        "wh.breaches_after('roads', a, d) < wh.deadline('roads', a, d)",
        "wh.elapsed('roads', a, b) + wh.elapsed('roads', b, c) <> wh.elapsed('roads', a, c)",
        "wh.elapsed('roads', a, wh.breaches_after('roads', a, d)) <> d",
    ):
        assert session.one(f"select count(*) from t where {broken}") == 0


def test_what_is_installed_can_be_asked_for(session: Session) -> None:
    script = sql.script(
        {"roads": OFFICE}, dialect="postgres", since=date(2024, 1, 1), until=date(2028, 1, 1)
    )
    assert session.run("select wh.version(), wh.digest()") == [(script.version, script.digest)]
    assert session.run("select schedule, first_known, last_known from wh.coverage") == [
        ("roads", *script.coverage["roads"][0])
    ]
    assert session.one("select digest from wh.script") == script.digest


def test_a_script_may_be_run_twice_but_not_over_a_newer_one(session: Session) -> None:
    session.run(made())
    session.run("update wh.script set release = release + 1, version = '2030-01-01/9.9.9'")
    assert "has the newer script 2030-01-01/9.9.9" in session.error(made(CHANGED))
    assert session.one("select release from wh.script") > 0
    session.run("update wh.script set release = release - 1, calendars = '2030-01-01'")
    assert "has the newer script" in session.error(made(CHANGED))


def test_an_old_server_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "OLDEST", 99)
    assert "needs PostgreSQL 99 or later" in session.error(made())


def test_no_session_stores_an_old_answer_during_the_repair(session: Session) -> None:
    session.run(
        "create table kept (posted timestamptz, due_at timestamptz generated always as "
        f"(wh.deadline('roads', posted, {FOUR_HOURS})) stored)"
    )
    insert = "insert into kept values (timestamptz '2025-03-12 17:00+03')"
    with psycopg.connect(session.address, autocommit=True) as other, ThreadPoolExecutor() as pool:
        other.execute(insert)  # this session has called the old function
        session.run("begin")
        session.run(made(CHANGED))
        session.run("lock table kept in share row exclusive mode")
        waiting = pool.submit(other.execute, insert)
        while not session.one("select exists (select from pg_locks where not granted)"):
            assert not waiting.done(), "the lock makes the insert wait"
        session.run("update kept set posted = posted")
        session.run("commit")
        waiting.result(60)
    found = session.run("select due_at from kept")
    assert found == [(datetime(2025, 3, 14, 9, tzinfo=UTC),)] * 2


def test_a_virtual_generated_column_is_refused_by_the_server(session: Session) -> None:
    if session.connection.info.server_version < 180000:
        pytest.skip("virtual columns came with PostgreSQL 18")
    found = session.error(
        "create table v (posted timestamptz, due_at timestamptz generated always as "
        f"(wh.deadline('roads', posted, {FOUR_HOURS})) virtual)"
    )
    assert "user-defined" in found


def test_dump_and_restore(session: Session, postgres: str, tmp_path: Path) -> None:
    session.run(
        "create table stored (posted timestamptz, due_at timestamptz generated always as "
        f"(wh.deadline('roads', posted, {FOUR_HOURS})) stored)"
    )
    session.run(f"insert into stored values ({POSTED})")
    session.run(f"create index on stored (wh.breaches_after('roads', posted, {FOUR_HOURS}))")
    dump = tmp_path / "dump.sql"
    folder = programs()[0]
    subprocess.run([folder / "pg_dump", "-f", dump, session.address], check=True)
    restored = Session(postgres, "restored")
    subprocess.run(
        [folder / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, restored.address],
        check=True,
        capture_output=True,
    )
    assert restored.run("select due_at from stored") == session.run("select due_at from stored")
    assert restored.one("select wh.digest()") == session.one("select wh.digest()")
    restored.connection.close()
