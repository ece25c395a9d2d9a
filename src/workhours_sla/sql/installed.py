"""The statements of a script in each dialect: what is installed in the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from workhours_sla.sql.date_lists import Dates, DayCount, day_counts
from workhours_sla.sql.dialects import NO_VALUE, Words, quoted
from workhours_sla.sql.edges import CompiledSchedules, Table
from workhours_sla.sql.verb_steps import verbs
from workhours_sla.version import __version__
from workhours_sla.worktime.times import utc_of

FORMAT: Final = 2
"""The version of the tables and functions of a script; it grows when they change."""
OLDEST: Final = 14
"""The first version of PostgreSQL for which the script is meant."""
ROWS_PER_INSERT: Final = 500
_INSTANTS: Final = ("timestamptz", "timestamp", "date")
_TYPES: Final = {
    "schedule": ("text",),
    "budget": ("bigint", "interval"),
    "count": ("bigint",),
    "roll": ("text",),
    "count_from": ("text default 'next_day'",),
}


def version_of(compiled: CompiledSchedules) -> str:
    """Return the version of a script: the date of the calendar data, and the library's version."""
    return "/".join(filter(None, (compiled.version, __version__)))


def _release() -> int:
    """Return the library's version as a number that grows with it."""
    numbers = [int("".join(filter(str.isdigit, part)) or 0) for part in __version__.split(".")[:3]]
    major, minor, patch = [*numbers, 0, 0][:3]
    return (FORMAT * 1000 + major) * 1_000_000 + minor * 1000 + patch


def _new_script(w: Words) -> str:
    """Return the statement that makes the table with the one row of what is installed."""
    return (
        f"create table if not exists {w.named('script')} (version text, calendars text, "
        "release bigint, digest text, since date, until date, on_unknown text);"
    )


def _newer(w: Words) -> tuple[str, str]:
    """Return the condition on an installed script that is newer, and the message about it."""
    condition = f"release > {_release()}"
    if w.compiled.version:
        condition += f" or calendars > '{w.compiled.version}'"
    message = (
        f"{quoted(f'there is a newer script in {w.schema}: ')} || version || "
        f"{quoted(f'; this one is {version_of(w.compiled)}. Generate it with the newer library')}"
    )
    return condition, message


def _row(w: Words) -> Iterator[str]:
    """Return the statements that replace the row of what is installed."""
    c = w.compiled
    row = (
        f"'{version_of(c)}', '{c.version}', {_release()}, '{c.digest}', "
        f"'{c.since}', '{c.until}', '{w.on_unknown}'"
    )
    yield f"delete from {w.named('script')};"
    yield f"insert into {w.named('script')} values ({row});"


def _coverage(w: Words) -> str:
    """Return the rows of the known instants of each schedule."""
    as_instant = "timestamptz '{}'" if w.dialect.has_functions else "{}"
    shown = utc_of if w.dialect.has_functions else int
    return ",\n".join(
        f"({', '.join([quoted(name), *(as_instant.format(shown(end)) for end in run)])})"
        for name, runs in w.compiled.coverage.items()
        for run in runs
    )


_COVERAGE: Final = "(schedule, first_known, last_known)"

# -- PostgreSQL ------------------------------------------------------------------------------


def postgres(w: Words, dates: Dates) -> Iterator[str]:
    """Return the lines of the script for PostgreSQL, which is one statement.

    So it is installed in full or not at all, also within a transaction of the caller.
    """
    condition, message = _newer(w)
    yield "do $wh_script$ begin"
    yield (
        f"if current_setting('server_version_num')::int < {OLDEST}0000 then "
        f"raise exception 'this script needs PostgreSQL {OLDEST} or later, not %; "
        "update PostgreSQL', current_setting('server_version'); end if;"
    )
    yield f"create schema if not exists {w.schema};"
    yield _new_script(w)
    yield (
        f"if exists (select from {w.schema}.script where {condition}) then "
        f"raise exception '%', (select {message} from {w.schema}.script); end if;"
    )
    yield from _row(w)
    yield (
        f"create or replace view {w.schema}.coverage as "
        f"select * from (values {_coverage(w)}) x{_COVERAGE};"
    )
    for name, value in (("version", version_of(w.compiled)), ("digest", w.compiled.digest)):
        yield _function(w, f"{name}()", "text", f"select '{value}'::text", language="sql")
    lists: dict[str, Sequence[int | None]] = dict(_lists(w.compiled))
    lists |= {f"date_{name}": values for name, values in dates.lists.items()}
    for name, values in lists.items():
        array = ",".join(str(NO_VALUE if one is None else one) for one in values)
        body = f"begin return '{{{array}}}'::bigint[]; end"
        yield _function(w, f"{name}()", "bigint[]", body)
    body = "to_char(t at time zone interval '0', 'YYYY-MM-DD HH24:MI:SS.US\"+00\"')"
    yield _function(w, "shown(t timestamptz)", "text", f"begin return {body}; end")
    body = "begin raise exception using errcode = '22023', message = $1; end"
    yield _function(w, "refuse(message text, wh_a bigint default null)", "bigint", body)
    body = (
        "begin if extract(month from span) <> 0 or extract(year from span) <> 0 "
        "or extract(day from span) <> 0 then raise exception using errcode = '22023', "
        "message = 'the budget ' || span || ' has days, whose working time is unknown; "
        "give hours, or count working days'; end if; "
        "return (extract(epoch from span) * 1000000)::bigint; end"
    )
    yield _function(w, "amount_of(span interval)", "bigint", body, strict=True)
    for verb in verbs(w):
        steps = {name: one for level in verb.levels for name, one in w.steps(level).items()}
        sets = "\n".join(f"{name} := {one};" for name, one in steps.items())
        names = " ".join(f"{name} bigint;" for name in steps)
        body = f"declare {names} begin\n{sets}\nreturn {verb.answer}; end"
        yield from _overloads(w, verb.name, verb.arguments, verb.kind, body)
    if dates.offsets:
        for count in day_counts(w, dates):
            kind = "table(due_at timestamptz, limit_at timestamptz)"
            yield from _overloads(w, count.name, count.arguments, kind, _answers(w, count))
    yield "end $wh_script$;"


def _lists(compiled: CompiledSchedules) -> Iterator[tuple[str, Sequence[int]]]:
    """Return the columns of the tables of edges."""
    for table in (compiled.at, compiled.used):
        for column, values in zip(table.columns, zip(*table.rows, strict=True), strict=True):
            yield f"{table.name}_{column}", values


def _answers(w: Words, count: DayCount) -> str:
    answers = ", ".join(f"{one} as {name}" for name, one in count.answers.items())
    return f"select {answers} from {w.nested(count.levels)}"


def _overloads(
    w: Words, name: str, arguments: Sequence[str], kind: str, body: str
) -> Iterator[str]:
    """Return a function for each type of the arguments.

    An instant without a zone is an error: PostgreSQL would convert it by the zone of the session.
    """
    scalar = not kind.startswith("table")
    for types in product(*(_TYPES.get(one, _INSTANTS) for one in arguments)):
        signature = f"{name}({', '.join(map(' '.join, zip(arguments, types, strict=True)))})"
        wrong = next((at for at, one in enumerate(types) if one in _INSTANTS[1:]), None)
        if wrong is not None:
            message = (
                f"'an instant is a timestamp with time zone, not {types[wrong]}; "
                f"give {arguments[wrong]} at time zone ''Europe/Volgograd'', "
                "with the zone of the column'"
            )
            says = f"begin raise exception using errcode = '22023', message = {message}; end"
            yield _function(w, signature, kind, says)
        elif "interval" in types:
            given = ", ".join(
                f"{w.schema}.amount_of(budget)" if one == "budget" else one for one in arguments
            )
            yield _function(
                w, signature, kind, f"select {w.schema}.{name}({given})", language="sql"
            )
        elif scalar:
            yield _function(w, signature, kind, body, strict=True)
        else:
            yield _function(w, signature, kind, body, language="sql")


def _function(
    w: Words,
    signature: str,
    kind: str,
    body: str,
    *,
    language: str = "plpgsql",
    strict: bool = False,
) -> str:
    """Return a function without side effects; with ``strict`` a NULL argument gives NULL."""
    return (
        f"create or replace function {w.schema}.{signature} returns {kind} language {language} "
        f"immutable {'strict ' if strict else ''}parallel safe as $wh$\n{body}\n$wh$;"
    )


# -- DuckDB ----------------------------------------------------------------------------------


def duckdb(w: Words, dates: Dates) -> Iterator[str]:
    """Return the statements of the script for DuckDB: tables, and macros that look them up."""
    condition, message = _newer(w)
    yield "begin transaction;"
    yield f"create schema if not exists {w.schema};"
    yield _new_script(w)
    yield f"select error({message}) from {w.schema}.script where {condition};"
    yield from _row(w)
    yield (
        f"create or replace view {w.schema}.coverage as "
        f"select * from (values {_coverage(w)}) x{_COVERAGE};"
    )
    for name, value in (("version", version_of(w.compiled)), ("digest", w.compiled.digest)):
        yield f"create or replace macro {w.schema}.{name}() as '{value}';"
    for table in (w.compiled.at, w.compiled.used):
        columns = ", ".join(
            f"unnest({_list(values)}) as wh_{column}"
            for column, values in zip(table.columns, zip(*table.rows, strict=True), strict=True)
        )
        yield f"create or replace table {w.schema}.edge_{table.name} as select {columns};"
    span = "try_cast(budget as interval)"
    days = " or ".join(f"datepart('{part}', {span}) <> 0" for part in ("day", "month", "year"))
    refused = w.refused(
        "'the budget '",
        "budget::text",
        "' has days, whose working time is unknown; give hours, or count working days'",
    )
    kind = w.refused(
        "'a budget is an integer of microseconds or an INTERVAL, not '", "typeof(budget)"
    )
    # overloads for the two types are ambiguous in DuckDB 1.5 where a function is called in another
    yield (
        f"create or replace macro {w.schema}.amount_of(budget) as case typeof(budget) "
        f"when 'INTERVAL' then case when {days} then {refused} else epoch_us({span}) end "
        "else case when typeof(budget) in ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT') "
        f"then try_cast(budget as bigint) when budget is not null then {kind} end end;"
    )
    for verb in verbs(w):
        yield (
            f"create or replace macro {w.schema}.{verb.name}({', '.join(verb.arguments)}) as "
            f"(select {verb.answer} from {w.nested(verb.levels)});"
        )
    if dates.offsets:
        lists = ", ".join(f"{_list(values)} as {name}" for name, values in dates.lists.items())
        yield f"create or replace table {w.schema}.date_list as select {lists};"
        for count in day_counts(w, dates):
            arguments = ", ".join(count.arguments).replace("count_from", "count_from := 'next_day'")
            yield (
                f"create or replace macro {w.schema}.{count.name}({arguments}) as table "
                f"{_answers(w, count)};"
            )
    yield "commit;"


def _list(values: Sequence[int | None]) -> str:
    return f"'[{','.join('null' if one is None else str(one) for one in values)}]'::bigint[]"


# -- SQLite ----------------------------------------------------------------------------------


def sqlite(w: Words, dates: Dates) -> Iterator[str]:
    """Return the statements of the script for SQLite: tables alone."""
    condition, message = _newer(w)
    yield _new_script(w)
    failed = w.dialect.fail.format(message=message)
    yield f"select {failed} from {w.named('script')} where {condition};"
    yield "begin immediate;"
    yield from _row(w)
    yield f"drop view if exists {w.named('coverage')};"
    yield f"create view {w.named('coverage')}{_COVERAGE} as values\n{_coverage(w)};"
    tables = [w.compiled.at._replace(name="edge_at"), w.compiled.used._replace(name="edge_used")]
    if dates.offsets:
        rows = list(zip(*dates.lists.values(), strict=True))
        numbered = [(number, *row) for number, row in enumerate(rows)]
        tables.append(Table("date", ("number", *dates.lists), numbered))
    for table in tables:
        name, (key, *others) = w.named(table.name), (f"wh_{one}" for one in table.columns)
        yield f"drop table if exists {name};"
        yield f"create table {name} ({', '.join([f'{key} integer primary key', *others])});"
        for first in range(0, len(table.rows), ROWS_PER_INSERT):
            values = ",\n".join(
                f"({','.join('null' if one is None else str(one) for one in row)})"
                for row in table.rows[first : first + ROWS_PER_INSERT]
            )
            yield f"insert into {name} values\n{values};"
    yield "commit;"


STATEMENTS: Final[Mapping[str, Callable[[Words, Dates], Iterator[str]]]] = {
    "duckdb": duckdb,
    "postgres": postgres,
    "sqlite": sqlite,
}
