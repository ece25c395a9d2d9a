"""Bad input, unknown answers, installation and the command, in PostgreSQL, DuckDB and SQLite."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")

from kit.paths import EXAMPLES
from kit.values import OFFICE
from tests.slow.engines.sql_engines import DIALECTS, SQLEngine, opened
from workhours_sla import Act, Calendar, Schedule, day_off, sql
from workhours_sla.cli.main import main
from workhours_sla.errors import CalendarCoverageError, ScriptError
from workhours_sla.sql import edges, installed
from workhours_sla.sql.scripts import Script

CHANGED = Schedule(
    Calendar.get("RU-VGG").amend([day_off(date(2025, 3, 13), act=Act("order 1", source="test"))]),
    "Mo-Fr 09:00-13:00,14:00-18:00",
)
"""The same office, for which Thursday 13 March 2025 is a day off."""
DAYS: dict[str, Any] = {"since": date(2024, 1, 1), "until": date(2028, 1, 1)}
HOUR = 3_600_000_000
ROADS = "'roads'"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def made(dialect: str, schedule: Schedule = OFFICE, **options: Any) -> Script:
    return sql.script({"roads": schedule}, dialect=dialect, **{**DAYS, **options})


class Session:
    """An engine with a script, and its constants: the errors of bad arguments differ."""

    def __init__(self, dialect: str, engine: SQLEngine) -> None:
        self.dialect = dialect
        self.engine = engine
        self.is_sqlite = dialect == "sqlite"
        self.engine.install(made(dialect))

    def at(self, text: str) -> str:
        """Return an instant as a constant, given as text or as SQL."""
        if not text[0].isdigit():
            return text if self.is_sqlite else f"{text}::timestamptz"
        if self.is_sqlite:
            return str(micros(datetime.fromisoformat(text)))
        return f"timestamptz '{datetime.fromisoformat(text)}'"

    def ask(self, verb: str, *arguments: str) -> Any:
        return self.engine.one(f"select {self.engine.call(verb, *arguments)}")

    def error(self, query: str) -> str:
        with pytest.raises(Exception, match=r".+") as caught:
            self.engine.ask(query)
        if self.dialect == "duckdb":
            self.engine.connection.execute("begin; rollback")
        return str(caught.value)


def micros(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1)


@pytest.fixture(params=DIALECTS)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    engine = opened(request.param, request)
    yield Session(request.param, engine)
    engine.connection.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dialect": "spark"}, "'spark' is not a dialect; use one of duckdb"),
        ({"schema": "My schema"}, "is not a schema name"),
        ({"on_unknown": "guess"}, "use null or raise"),
        ({"since": date(2028, 1, 1)}, "before until"),
        ({"since": date(1970, 1, 1)}, "from 1970-01-02 to 2105-12-31, not 1970-01-01 to"),
        ({"until": date(2200, 1, 1)}, "from 1970-01-02 to 2105-12-31"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        made(**{"dialect": "duckdb", **options})


@pytest.mark.parametrize("name", ["", " roads", "roads\n", "a\\b", "x" * 201, "a$wh$b"])
def test_names_that_engines_cannot_quote_are_refused(name: str) -> None:
    with pytest.raises(ScriptError, match="cannot name a schedule"):
        sql.tables({name: OFFICE}, **DAYS)
    with pytest.raises(ScriptError, match="no schedule"):
        sql.tables({}, **DAYS)


def test_dates_without_a_calendar_and_too_many_schedules_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(CalendarCoverageError, match="RU-VGG does not know 20"):
        made("sqlite", until=date(2030, 1, 1))
    monkeypatch.setattr(edges, "UNKNOWN", 2**48)
    with pytest.raises(ScriptError, match="2 schedules over so many years do not fit"):
        sql.script({"roads": OFFICE, "other": CHANGED}, dialect="postgres", **DAYS)


def test_equal_arguments_give_equal_scripts() -> None:
    assert made("postgres") == made("postgres")
    assert made("postgres").digest != made("postgres", CHANGED).digest
    with pytest.raises(ScriptError, match="not a verb of scripts with 1 arguments"):
        made("duckdb").expression("deadline", "'roads'")
    with pytest.raises(ScriptError, match="has no schedule 'raods'"):
        made("sqlite").expression("deadline", "'raods'", "1", "1")
    both = sql.script({"both": OFFICE | CHANGED}, dialect="sqlite", **DAYS)
    with pytest.raises(ScriptError, match="no schedule of the script has dates to count"):
        both.expression("working_days_due_at", "'both'", "1", "3", "'next_day'")


@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_bad_arguments_are_errors_or_null(session: Session, verb: str) -> None:
    posted = session.at("2025-03-12 14:00+03:00")
    if session.is_sqlite:
        for start in ("'2025-03-12'", "1741777200", f"'{posted}'", "9e999", "1.7e15"):
            assert session.ask(verb, "'roads'", start, "1") is None, start
        for budget in ("-1", "1.5", "'4h'"):
            assert session.ask(verb, "'roads'", posted, budget) is None, budget
        assert session.ask(verb, "lower('RAODS')", posted, "1") is None
        return
    for naive in ("timestamp '2025-03-12 14:00'", "date '2025-03-12'"):
        for budget in ("1", "interval '4 hours'"):
            found = session.error(f"select wh.{verb}('roads', {naive}, {budget})")
            assert "an instant is a timestamp with time zone, not" in found.lower()
    for arguments, said in {
        f"'raods', {posted}, 1": "no schedule raods; the schedules are roads",
        f"'roads', {posted}, -1": "the budget -1 is negative",
        f"'roads', {posted}, interval '1 day'": "has days",
        f"'roads', {posted}, 1.5": "does not exist|a budget is an integer of",
    }.items():
        found = session.error(f"select wh.{verb}({arguments})")
        assert any(one in found for one in said.split("|")), found


def test_what_is_unknown_is_null(session: Session) -> None:
    posted = session.at("2025-03-12 14:00+03:00")
    unknown = ["null", *map(session.at, ("2023-12-31 23:59+03:00", "2028-01-01 00:01+03:00"))]
    if not session.is_sqlite:
        unknown = [f"{one}::timestamptz" for one in (*unknown, "'infinity'", "'-infinity'")]
    for start in unknown:
        for verb in ("deadline", "breaches_after"):
            for budget in ("0", "1", str(2**62)):
                assert session.ask(verb, "'roads'", start, budget) is None, (start, budget)
        for given in ((posted, start), (start, posted), (start, start)):
            assert session.ask("elapsed", "'roads'", *given) is None, given
    assert session.ask("deadline", "'roads'", posted, str(2**62)) is None
    assert session.ask("deadline", "'roads'", posted, "cast(null as bigint)") is None
    assert session.ask("deadline", "cast(null as text)", posted, "1") is None
    last = session.at("2028-01-01 00:00+03:00")
    assert session.ask("elapsed", "'roads'", last, last) == 0
    assert session.ask("is_working", "'roads'", last) is None


def test_what_is_unknown_is_an_error_where_that_was_chosen(session: Session) -> None:
    session.engine.install(made(session.dialect, on_unknown="raise"))
    late, posted = map(session.at, ("2030-01-01 00:00+03:00", "2025-03-12 14:00+03:00"))
    shown = "1893445200000000" if session.is_sqlite else "20"
    for verb, *others in (("deadline", "1"), ("elapsed", posted), ("is_working",)):
        found = session.error(f"select {session.engine.call(verb, ROADS, late, *others)}")
        assert f"{verb} has no answer for " in found
        assert "roads" in found
        assert shown in found
        assert "coverage, or install a newer script" in found
    assert session.ask("deadline", "'roads'", session.at("null"), "1") is None
    assert session.ask("deadline", "'roads'", posted, "0") is not None
    if session.is_sqlite:
        days = ("calendar_days_due_at", "3", "'up'", "'next_day'")
        for verb, *others in (("deadline", "-1"), days):
            found = session.error(f"select {session.engine.call(verb, ROADS, posted, *others)}")
            assert f"{verb.removesuffix('_due_at')} has no answer for " in found
    else:
        query = f"select due_at from wh.working_days('roads', {posted}, 3)"
        assert session.engine.one(query) is not None
        query = f"select * from wh.calendar_days('roads', {posted}, 9999, 'none')"
        assert "calendar_days has no answer for roads" in session.error(query)
        query = f"select * from wh.calendar_days('roads', {posted}, 3, 'up')"
        assert "roll is up; give following or preceding or none" in session.error(query)


def test_budgets_are_intervals_too_and_clock_time_needs_no_calendar(session: Session) -> None:
    if session.is_sqlite:
        pytest.skip("SQLite has neither")
    one, posted = session.engine.one, session.at("2025-03-12 14:00+03:00")
    due = datetime(2025, 3, 12, 15, tzinfo=UTC)
    for budget in (str(4 * HOUR), "interval '4 hours'", "interval '3 hours 60 minutes'"):
        assert one(f"select wh.deadline('roads', {posted}, {budget})") == due
        assert one(f"select wh.remaining('roads', {posted}, {budget}, {posted})") == 4 * HOUR
    late = one("select wh.clock_deadline(timestamptz '2040-03-12 14:00:00+03', 3600000001)")
    assert late == datetime(2040, 3, 12, 12, 0, 0, 1, tzinfo=UTC)


def test_the_ends_of_all_dates_are_exact(session: Session) -> None:
    """Engines divide negative numbers in different ways, and PostgreSQL counts in doubles."""
    for first, zone in (
        (date(1970, 1, 2), "Asia/Anadyr"),
        (edges.LAST_DATE - timedelta(days=30), "UTC"),
    ):
        calendar = Calendar.plain((), first=first, last=first + timedelta(days=30))
        always = Schedule(calendar, "Mo-Su 00:00-24:00", tz=zone)
        dates = {"since": first, "until": first + timedelta(days=30)}
        script = sql.script({"duty": always}, dialect=session.dialect, **dates)
        session.engine.install(script)
        start, end = script.coverage["duty"][0]
        given = [session.at(str(one)) for one in (start, end - timedelta(microseconds=7))]
        worked = 30 * 24 * HOUR - 7
        assert session.ask("elapsed", "'duty'", *given) == worked
        assert session.ask("deadline", "'duty'", given[0], str(worked)) == micros(end) - 7
        assert micros(start) >= 0


def test_what_is_installed_can_be_asked_for_and_replaced(session: Session) -> None:
    engine, dialect = session.engine, session.dialect
    script, table = made(dialect), "wh_script" if session.is_sqlite else "wh.script"
    for one in (CHANGED, OFFICE):
        engine.install(made(dialect, one))
    assert engine.one(f"select digest from {table}") == script.digest
    found = engine.ask(f"select * from {table.replace('script', 'coverage')}")
    ends = script.coverage["roads"][0]
    assert found == [("roads", *(map(micros, ends) if session.is_sqlite else ends))]
    if not session.is_sqlite:
        assert engine.ask("select wh.version(), wh.digest()") == [(script.version, script.digest)]
    for newer in ("release = release + 1", "release = 0, calendars = '2030-01-01'"):
        engine.ask(f"update {table} set version = '2030-01-01/9.9.9', {newer}")
        engine.connection.commit() if session.is_sqlite else None
        with pytest.raises(Exception, match=r"newer script in wh: 2030-01-01/9\.9\.9; this one is"):
            engine.install(made(dialect, CHANGED))
        if dialect == "duckdb":
            engine.connection.execute("rollback")
        assert engine.one(f"select digest from {table}") == script.digest
        posted = session.at("2025-03-12 17:00+03:00")
        answer = session.ask("deadline", ROADS, posted, str(4 * HOUR))
        assert answer == micros(datetime(2025, 3, 13, 9, tzinfo=UTC))


def test_an_expression_of_sqlite_is_refused_beside_another_script() -> None:
    first, second = made("sqlite"), made("sqlite", CHANGED)
    due = first.expression("deadline", ROADS, "1741762800000000", str(4 * HOUR))
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(first.text)
        assert database.execute(f"select {due}").fetchone()[0] is not None
        database.executescript(second.text)
        with pytest.raises(sqlite3.OperationalError, match="another script than the installed"):
            database.execute(f"select {due}").fetchone()


def test_an_old_server_is_refused(request: pytest.FixtureRequest, monkeypatch: Any) -> None:
    request.applymarker(pytest.mark.engines)
    session = Session("postgres", opened("postgres", request))
    monkeypatch.setattr(installed, "OLDEST", 99)
    assert "needs PostgreSQL 99 or later" in session.error(made("postgres").text)
    session.engine.connection.close()


@pytest.mark.engines
def test_generated_columns_survive_dump_and_restore(
    request: pytest.FixtureRequest, postgres: str, tmp_path: Path
) -> None:
    from tests.slow.engines.postgres_server import programs

    session = Session("postgres", opened("postgres", request))
    due = f"wh.deadline('roads', posted, {4 * HOUR})"
    session.engine.ask(f"""
        drop table if exists stored;
        create table stored
            (posted timestamptz, due_at timestamptz generated always as ({due}) stored);
        insert into stored values (timestamptz '2025-03-12 14:00+03');
        create index on stored ({due})
    """)
    dump, folder = tmp_path / "dump.sql", programs()[0]
    subprocess.run(
        [folder / "pg_dump", "-n", "wh", "-n", "public", "-f", dump, postgres],
        check=True,
        timeout=120,
    )
    session.engine.ask("drop database if exists restored")
    session.engine.ask("create database restored")
    restored = postgres.replace("/postgres?", "/restored?")
    text = dump.read_text("utf-8").replace("CREATE SCHEMA public", "-- CREATE SCHEMA public")
    dump.write_text(text, "utf-8")
    load = [folder / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, restored]
    subprocess.run(load, check=True, capture_output=True, timeout=120)
    import psycopg

    with psycopg.connect(restored) as connection:
        found = connection.execute("select due_at, wh.digest() from stored").fetchall()
    assert found == session.engine.ask("select due_at, wh.digest() from stored")
    session.engine.connection.close()


OPTIONS = ("--calendar", "RU-VGG", "--hours", "Mo-Fr 09:00-13:00,14:00-18:00")
SPAN = ("--since", "2024", "--until", "2027")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["sql", *arguments]) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_the_command_prints_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--dialect", "postgres", *SPAN, *OPTIONS)
    assert text == sql.script({"default": OFFICE}, dialect="postgres", **DAYS).text
    config = ("--dialect", "sqlite", "--config", str(EXAMPLES / "region.toml"), *SPAN)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(printed(capsys, *config))
        names = connection.execute("select schedule from wh_coverage").fetchall()
        assert {("office",), ("municipal",), ("six-days",)} <= set(names)
        for given, is_current in ((config, 1), (("--dialect", "sqlite", *SPAN, *OPTIONS), 0)):
            query = printed(capsys, *given, "--check")
            assert connection.execute(query).fetchone()[2] == is_current


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--schema", "My schema"), 2, "не подходит как имя схемы"),
        (("--since", "2029"), 2, "начало периода"),
        (("--until", "2030"), 3, "RU-VGG"),
    ],
)
def test_what_is_refused_is_said_in_russian(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, said: str
) -> None:
    command = ("--dialect", "sqlite", *SPAN, *OPTIONS, *arguments, "--lang", "ru")
    assert said in printed(capsys, *command, status=status)
