"""Bad input, installation and the information in DuckDB and SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import OFFICE
from workhours_sla import Schedule, sql
from workhours_sla.errors import CalendarCoverageError, ScriptError

OTHER = Schedule("RU-VGG", "Mo-Fr 08:00-17:00")
DAYS: dict[str, Any] = {"since": date(2024, 1, 1), "until": date(2028, 1, 1)}
POSTED = "timestamptz '2025-03-12 14:00+03'"
POSTED_US = 1_741_777_200_000_000
HOURS = 3_600_000_000
ROADS = "'roads'"


def made(dialect: str, schedule: Schedule = OFFICE, **options: Any) -> sql.Script:
    return sql.script({"roads": schedule}, dialect=dialect, **DAYS, **options)


# -- the arguments of the library ------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dialect": "oracle"}, "'oracle' is not a dialect; use one of duckdb"),
        ({"schema": "My schema"}, "is not a schema name"),
        ({"on_unknown": "guess"}, "use null or raise"),
        ({"since": date(2028, 1, 1)}, "before until"),
        ({"since": date(1970, 1, 1)}, "from 1970-01-02 to 2105-12-31, not 1970-01-01 to"),
        ({"until": date(2200, 1, 1)}, "from 1970-01-02 to 2105-12-31"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], said: str) -> None:
    given = {"dialect": "duckdb", **DAYS, **options}
    with pytest.raises(ScriptError, match=said):
        sql.script({"roads": OFFICE}, **given)


@pytest.mark.parametrize("name", ["", " roads", "roads\n", "a\\b", "x" * 201, "a$wh$b"])
def test_names_that_engines_cannot_quote_are_refused(name: str) -> None:
    with pytest.raises(ScriptError, match="cannot name a schedule"):
        sql.tables({name: OFFICE}, **DAYS)
    with pytest.raises(ScriptError, match="no schedule"):
        sql.tables({}, **DAYS)


def test_dates_without_a_calendar_are_refused() -> None:
    with pytest.raises(CalendarCoverageError, match="RU-VGG does not know 20"):
        sql.tables({"roads": OFFICE}, since=date(2024, 1, 1), until=date(2030, 1, 1))


def test_schedules_that_do_not_fit_into_integers_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from workhours_sla.sql import edges

    monkeypatch.setattr(edges, "MOST", 2**47)
    with pytest.raises(ScriptError, match="2 schedules over so many years do not fit"):
        sql.script({"roads": OFFICE, "other": OTHER}, dialect="postgres", **DAYS)


def test_equal_arguments_give_equal_scripts() -> None:
    assert made("postgres") == made("postgres")
    assert made("postgres").digest != made("postgres", OTHER).digest


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(ScriptError, match="not a verb of scripts with 1 arguments"):
        made("duckdb").expression("deadline", "'roads'")


# -- DuckDB ----------------------------------------------------------------------------------


class Duck:
    def __init__(self) -> None:
        self.module = pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        self.connection = self.module.connect()
        self.connection.execute("set timezone = 'America/Sao_Paulo'")

    def one(self, query: str) -> Any:
        return self.connection.execute(query).fetchall()[0][0]

    def error(self, query: str) -> str:
        with pytest.raises(self.module.Error) as caught:
            self.connection.execute(query).fetchall()
        return str(caught.value)


@pytest.fixture(params=["script", "functions"])
def duck(request: pytest.FixtureRequest) -> Iterator[Duck]:
    opened = Duck()
    if request.param == "script":
        opened.connection.execute(made("duckdb").text)
    else:
        sql.register_duckdb(opened.connection, {"roads": OFFICE})
    yield opened
    opened.connection.close()


@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_duckdb_refuses_bad_arguments(duck: Duck, verb: str) -> None:
    for naive in ("timestamp '2025-03-12 14:00'", "date '2025-03-12'"):
        found = duck.error(f"select wh.{verb}('roads', {naive}, 1)")
        assert "an instant is a TIMESTAMP WITH TIME ZONE, not" in found
    assert "no schedule raods" in duck.error(f"select wh.{verb}('raods', {POSTED}, 1)")
    assert "the budget -1 is negative" in duck.error(f"select wh.{verb}('roads', {POSTED}, -1)")
    assert "has days" in duck.error(f"select wh.{verb}('roads', {POSTED}, interval 1 day)")
    assert "Binder Error" in duck.error(f"select wh.{verb}('roads', {POSTED}, 1.5)")


@pytest.mark.parametrize("verb", ["deadline", "breaches_after"])
def test_duckdb_gives_null_for_what_is_unknown(duck: Duck, verb: str) -> None:
    for start in (
        "'infinity'",
        "'-infinity'",
        "null",
        "'1990-01-01 00:00+03'",
        "'2040-01-01 00:00+03'",
    ):
        assert duck.one(f"select wh.{verb}('roads', {start}::timestamptz, 1)") is None
    assert duck.one(f"select wh.{verb}('roads', {POSTED}, {2**62})") is None
    assert duck.one(f"select wh.{verb}(null, {POSTED}, 1)") is None
    assert duck.one(f"select wh.{verb}('roads', {POSTED}, null::bigint)") is None


def test_duckdb_takes_intervals_and_clock_time(duck: Duck) -> None:
    due = datetime(2025, 3, 12, 15, tzinfo=UTC)
    assert duck.one(f"select wh.deadline('roads', {POSTED}, interval 4 hours)") == due
    assert duck.one(f"select wh.deadline('roads', {POSTED}, {4 * HOURS})") == due
    left = duck.one(f"select wh.remaining('roads', {POSTED}, interval 4 hours, {POSTED})")
    assert left == 4 * HOURS
    late = "select wh.clock_deadline(timestamptz '2040-03-12 14:00+03', 3600000001)"
    assert duck.one(late) == datetime(2040, 3, 12, 12, 0, 0, 1, tzinfo=UTC)


def test_duckdb_raises_for_what_is_unknown_if_chosen() -> None:
    opened = Duck()
    opened.connection.execute(made("duckdb", on_unknown="raise").text)
    sql.register_duckdb(opened.connection, {"roads": OFFICE}, schema="fn", on_unknown="raise")
    late = "timestamptz '2040-01-01 00:00+03'"
    assert "the calendar of roads does not know the answer" in opened.error(
        f"select wh.deadline('roads', {late}, 1)"
    )
    assert "2040" in opened.error(f"select fn.deadline('roads', {late}, 1)")
    for schema in ("wh", "fn"):
        assert opened.one(f"select {schema}.deadline('roads', null::timestamptz, 1)") is None
    opened.connection.close()


def test_duckdb_installs_twice_but_not_over_a_newer_script(tmp_path: Path) -> None:
    opened = Duck()
    file = tmp_path / "wh.db"
    opened.connection.execute(f"attach '{file}' as kept; use kept")
    opened.connection.execute(made("duckdb", OTHER).text)
    opened.connection.execute(made("duckdb").text)
    script = made("duckdb")
    assert opened.one("select wh.digest()") == opened.one("select digest from wh.script")
    assert opened.one("select wh.digest()") == script.digest
    first, last = script.coverage["roads"][0]
    found = opened.connection.execute("select first_known, last_known from wh.coverage")
    assert found.fetchall() == [(first, last)]
    with pytest.raises(ScriptError, match="has an installed script"):
        sql.register_duckdb(opened.connection, {"roads": OFFICE})
    opened.connection.execute("update wh.script set release = release + 1")
    assert "has the newer script" in opened.error(made("duckdb", OTHER).text)
    opened.connection.execute("rollback")
    assert opened.one("select wh.digest()") == script.digest
    opened.connection.close()
    again = Duck()
    again.connection.execute(f"attach '{file}' as kept; use kept")
    assert again.one(f"select wh.deadline('roads', {POSTED}, {4 * HOURS})") is not None
    again.connection.close()


def test_an_old_duckdb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from workhours_sla.sql import duckdb as writer

    opened = Duck()
    monkeypatch.setattr(writer, "OLDEST", 99)
    assert "needs DuckDB 99.0 or later, not v" in opened.error(made("duckdb").text)
    opened.connection.close()


def test_functions_may_be_registered_again() -> None:
    opened = Duck()
    for schedule in (OFFICE, OTHER):
        sql.register_duckdb(opened.connection, {"roads": schedule})
    wanted = OTHER.deadline(datetime(2025, 3, 12, 11, tzinfo=UTC), timedelta(hours=4))
    assert opened.one(f"select wh.deadline('roads', {POSTED}, {4 * HOURS})") == wanted
    opened.connection.close()


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Asia/Tokyo", "Asia/Anadyr"])
def test_the_first_date_of_all_has_no_negative_instants(zone: str) -> None:
    """Engines divide negative numbers in different ways."""
    name = "'early'"
    early = Schedule(None, "Mo-Su 01:00-12:00,13:00-19:00", tz=zone)
    days: dict[str, Any] = {"since": date(1970, 1, 2), "until": date(1970, 2, 1)}
    script = sql.script({"early": early}, dialect="sqlite", **days)
    start, end = (datetime(1970, 1, day, day * 4, tzinfo=early.tz) for day in (2, 3))
    values = [str(round(one.timestamp()) * 10**6) for one in (start, end)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script.text)
        query = f"select {script.expression('elapsed', name, *values)}"
        found = connection.execute(query).fetchone()[0]
    assert found == early.elapsed(start, end) // timedelta(microseconds=1)
    assert script.coverage["early"][0][0] >= datetime(1970, 1, 1, tzinfo=UTC)


# -- SQLite ----------------------------------------------------------------------------------


@pytest.fixture
def lite() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(made("sqlite").text)
    yield connection
    connection.close()


def asked(connection: sqlite3.Connection, verb: str, *arguments: str) -> Any:
    answer = made("sqlite").expression(verb, *arguments)
    return connection.execute(f"select {answer}").fetchone()[0]


def test_sqlite_gives_null_for_bad_arguments(lite: sqlite3.Connection) -> None:
    good = asked(lite, "deadline", "'roads'", str(POSTED_US), str(4 * HOURS))
    assert good == POSTED_US + 4 * HOURS
    for start in ("null", "'2025-03-12'", "1741777200", f"'{POSTED_US}'", "9e999", "1.7e15"):
        assert asked(lite, "deadline", "'roads'", start, "1") is None, start
    for budget in ("-1", "null", "1.5", "'4h'", str(2**62)):
        assert asked(lite, "deadline", "'roads'", str(POSTED_US), budget) is None, budget
    assert asked(lite, "deadline", "lower('RAODS')", str(POSTED_US), "1") is None
    with pytest.raises(ScriptError, match="has no schedule 'raods'"):
        asked(lite, "deadline", "'raods'", "1", "1")


@pytest.mark.parametrize("unknown", ["1", "9e999", "'2025-03-12'", "1741777200"])
def test_sqlite_raises_for_what_is_unknown_if_chosen(
    lite: sqlite3.Connection, unknown: str
) -> None:
    script = made("sqlite", on_unknown="raise")
    for verb, *others in (
        ("deadline", "1"),
        ("elapsed", str(POSTED_US)),
        ("is_working",),
        ("working_days_due_at", "3", "'next_day'"),
        ("calendar_days_limit_at", "30", "'none'", "'same_day'"),
    ):
        said = rf"{verb} has no answer for ''roads'', .*see wh_coverage"
        with pytest.raises(sqlite3.OperationalError, match=said):
            lite.execute(f"select {script.expression(verb, ROADS, unknown, *others)}")
        for start in ("null", str(POSTED_US), "+posted"):
            query = f"select {script.expression(verb, ROADS, start, *others)}"
            rows = f"from (select {POSTED_US} as posted union all select null)"
            found = lite.execute(f"{query} as answer {rows}").fetchall()
            same = asked(lite, verb, "'roads'", str(POSTED_US), *others)
            wanted = {"null": [None, None], "+posted": [same, None]}.get(start, [same, same])
            assert [one for (one,) in found] == wanted
    for verb, arguments in {
        "deadline": (str(POSTED_US), "-1"),
        "breaches_after": (str(POSTED_US), str(2**62)),
        "working_days_due_at": (str(POSTED_US), "0", "'next_day'"),
        "working_days_limit_at": (str(POSTED_US), "3", "'tomorrow'"),
        "calendar_days_due_at": (str(POSTED_US), "3", "'forward'", "'next_day'"),
    }.items():
        with pytest.raises(sqlite3.OperationalError, match=f"{verb} has no answer for ''roads''"):
            lite.execute(f"select {script.expression(verb, ROADS, *arguments)}")
        assert asked(lite, verb, "'roads'", *arguments) is None


def test_sqlite_counts_no_days_of_combinations() -> None:
    both = sql.script({"both": OFFICE | OTHER}, dialect="sqlite", **DAYS)
    assert "wh_date" not in both.text
    with pytest.raises(ScriptError, match="no schedule of the script has dates to count"):
        both.expression("working_days_due_at", "'both'", "1", "3", "'next_day'")


def test_sqlite_installs_twice_but_not_over_a_newer_script(lite: sqlite3.Connection) -> None:
    lite.executescript(made("sqlite", OTHER).text)
    lite.executescript(made("sqlite").text)
    assert lite.execute("select digest from wh_script").fetchall() == [(made("sqlite").digest,)]
    first, last = made("sqlite").coverage["roads"][0]
    found = lite.execute("select first_known, last_known from wh_coverage").fetchall()
    assert found == [(first.timestamp() * 1e6, last.timestamp() * 1e6)]
    lite.execute("update wh_script set release = release + 1")
    lite.commit()
    with pytest.raises(sqlite3.Error, match="have a newer script"):
        lite.executescript(made("sqlite", OTHER).text)
    statements = [
        one for one in made("sqlite", OTHER).text.split(";\n") if "raise(abort" not in one
    ]
    for statement in statements:  # a shell that goes on after the error changes nothing
        try:
            lite.executescript(statement + ";")
        except sqlite3.Error:
            continue
    assert lite.execute("select digest from wh_script").fetchall() == [(made("sqlite").digest,)]
    good = asked(lite, "deadline", "'roads'", str(POSTED_US), str(4 * HOURS))
    assert good == POSTED_US + 4 * HOURS
