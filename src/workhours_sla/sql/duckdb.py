"""The script for DuckDB: macros that calculate from lists of days in a table of one row.

A macro that ends in ``_rows`` is called in FROM: DuckDB then evaluates each subquery once per row,
without a join. The macros without ``_rows`` call them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from workhours_sla.sql.dates import Dates, DayCounts, day_answers
from workhours_sla.sql.scripts import (
    inserts,
    newer_than,
    script_row,
    version_of,
)
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.verbs import CellVerbs, Level, Verb
from workhours_sla.sql.vocabulary import (
    Dialect,
    amount_or_refused,
    case,
    named_columns,
    slot_or_refused,
)

OLDEST: Final = 2
"""The first major version of DuckDB in which the macros were tested."""
_MAJOR: Final = "cast(split_part(ltrim(version(), 'v'), '.', 1) as integer)"


class DuckDB(Dialect):
    """The dialect of DuckDB."""

    name: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant; NULL for infinity."""
        return f"epoch_us({instant})"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"make_timestamptz({us})"

    def us_or_refused(self, instant: str) -> str:
        """Return the microseconds of an argument, an error if its type is no instant."""
        naive = self.joined(
            self.text("an instant is a TIMESTAMP WITH TIME ZONE, not "),
            f"typeof({instant})",
            self.text("; give t AT TIME ZONE 'Europe/Volgograd', with the zone of the column"),
        )
        is_instant = f"typeof({instant}) = 'TIMESTAMP WITH TIME ZONE'"
        return case(
            [(is_instant, self.us(instant)), (f"{instant} is null", "null")],
            self.refuse(naive, "bigint"),
        )

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient."""
        return f"({amount} // {by})"

    def refuse(self, message: str, kind: str) -> str:
        """Return an expression that raises an error."""
        return f"error({message})::{kind}"


class _DuckDBVerbs(CellVerbs):
    """The verbs, with look-ups in the lists of the table ``list``, which has one row.

    DuckDB reads the row once and indexes a list in constant time. A constant list would take 10 ns
    for each thousand elements.
    """

    def item(self, name: str, index: str) -> str:
        return f"(select {name} from {self.schema}.list)[{index} + 1]"

    def checked_slot(self, schedule: str) -> str:
        return f"{self.schema}.slot_of({schedule})"

    def checked_us(self, instant: str) -> str:
        return f"{self.schema}.us_of({instant})"

    def checked_amount(self, budget: str) -> str:
        return f"{self.schema}.amount_of({budget})"


def statements(settings: Settings) -> Iterator[str]:
    """Return the statements of the script, each of which may be run twice."""
    verbs = _DuckDBVerbs(settings, DuckDB())
    yield "begin transaction;"
    yield from _checks(settings, verbs.d)
    yield from _tables(settings, verbs)
    yield from argument_macros(settings.schema, settings.compiled.slot_of)
    yield from _verb_macros(verbs)
    yield from _day_macros(settings)
    yield "commit;"


def _checks(settings: Settings, d: Dialect) -> Iterator[str]:
    schema = settings.schema
    old = d.joined(
        d.text(f"this script needs DuckDB {OLDEST}.0 or later, not "),
        "version()",
        d.text("; update DuckDB, or use the script for sqlite"),
    )
    yield f"select {case([(f'{_MAJOR} < {OLDEST}', d.refuse(old, 'integer'))], '0')} as checked;"
    yield f"create schema if not exists {schema};"
    yield (
        f"create table if not exists {schema}.script (version text, calendars text, "
        "release bigint, digest text, since date, until date, on_unknown text);"
    )
    newer = d.joined(
        d.text(f"the schema {schema} has the newer script "),
        f"(select version from {schema}.script)",
        d.text(
            f"; this one is {version_of(settings.compiled)}: generate it with the newer library, "
            "or drop the schema"
        ),
    )
    is_newer = f"exists (select 1 from {schema}.script where {newer_than(settings.compiled)})"
    yield f"select {case([(is_newer, d.refuse(newer, 'integer'))], '0')} as checked;"


def _tables(settings: Settings, verbs: _DuckDBVerbs) -> Iterator[str]:
    c, schema, d = settings.compiled, settings.schema, verbs.d
    for table in (c.schedule_table, c.runs):
        types = ", ".join(
            f"{column} {'text' if column == 'schedule' else 'bigint'}" for column in table.columns
        )
        yield f"create or replace table {schema}.{table.name} ({types});"
        yield from inserts(d, table, f"{schema}.{table.name}")
    all_lists: dict[str, Sequence[int | None]] = {**verbs.lists(), **Dates(c).lists}
    lists = ",\n".join(
        f"cast('[{','.join('null' if one is None else str(one) for one in values)}]' "
        f"as bigint[]) as {name}"
        for name, values in all_lists.items()
    )
    yield f"create or replace table {schema}.list as select {lists};"
    yield f"create or replace table {schema}.script as select {script_row(settings)};"
    yield (
        f"create or replace view {schema}.coverage as select schedule, "
        "make_timestamptz(r.lo) as first_known, make_timestamptz(r.hi) as last_known "
        f"from {schema}.schedule join {schema}.run r using (slot);"
    )
    for name, value in (("version", version_of(c)), ("digest", c.digest)):
        yield f"create or replace macro {schema}.{name}() as {d.text(value)};"


def argument_macros(schema: str, slot_of: Mapping[str, int]) -> Iterator[str]:
    """Return the macros that check arguments."""
    d = DuckDB()
    yield (
        f"create or replace macro {schema}.slot_of(schedule) as "
        f"{slot_or_refused(d, slot_of, 'schedule')};"
    )
    yield f"create or replace macro {schema}.us_of(t) as {d.us_or_refused('t')};"
    amount = amount_or_refused(d, "cast(budget as bigint)")
    yield f"create or replace macro {schema}.amount_of(budget) as {amount};"
    days = d.joined(
        d.text("the budget "),
        "budget::text",
        d.text(" has days, whose working time is unknown; give hours, or count working days"),
    )
    has_days = " or ".join(f"datepart('{part}', budget) <> 0" for part in ("day", "month", "year"))
    span = case([(has_days, d.refuse(days, "bigint"))], "epoch_us(budget)")
    yield f"create or replace macro {schema}.span_of(budget) as {span};"


def _verb_macros(verbs: _DuckDBVerbs) -> Iterator[str]:
    schema = verbs.schema
    yield _rows_macro(verbs, verbs.elapsed(), "elapsed")
    yield (
        f"create or replace macro {schema}.elapsed(schedule, start_at, end_at) as "
        f"(select elapsed from {schema}.elapsed_rows(schedule, start_at, end_at));"
    )
    for verb, column in ((verbs.deadline(), "due_at"), (verbs.breaches_after(), "limit_at")):
        yield _rows_macro(verbs, verb, column)
        call = f"(select {column} from {schema}.{verb.name}_rows(schedule, start_at, %s))"
        yield with_budget(schema, f"{verb.name}(schedule, start_at, budget%s)", call)
    yield from derived_macros(schema)


def derived_macros(schema: str) -> Iterator[str]:
    """Return the macros that need only ``elapsed`` and the checks of arguments."""
    left = f"{schema}.amount_of(%s) - {schema}.elapsed(schedule, start_at, now_at)"
    yield with_budget(schema, "remaining(schedule, start_at, budget%s, now_at)", left)
    due = f"make_timestamptz({schema}.us_of(start_at) + {schema}.amount_of(%s))"
    yield with_budget(schema, "clock_deadline(start_at, budget%s)", due)
    yield (
        f"create or replace macro {schema}.is_working(schedule, t) as "
        f"{schema}.elapsed(schedule, t, t + interval 1 microsecond) = 1;"
    )


class _DayCounts(DayCounts):
    """The functions that count days, with lists of the table ``list``."""

    def item(self, name: str, index: str) -> str:
        return f"(select date_{name} from {self.d.schema}.list)[{index} + 1]"

    def us(self, instant: str) -> str:
        return f"{self.d.schema}.us_of({instant})"


def _day_macros(settings: Settings) -> Iterator[str]:
    """Return the macros that count days, to be called in FROM."""
    dates = Dates(settings.compiled)
    if not dates.calendars:
        return
    counts = _DayCounts(dates, DuckDB(settings.schema))
    for count in (counts.working_days(), counts.calendar_days()):
        source = nested(count.levels)
        answers = ", ".join(
            f"{expression} as {name}" for name, expression in day_answers(settings, counts.d, count)
        )
        arguments = ", ".join(count.arguments).replace("count_from", "count_from := 'next_day'")
        yield (
            f"create or replace macro {settings.schema}.{count.name}({arguments}) as table\n"
            f"select {answers} from ({source});"
        )


def _rows_macro(verbs: _DuckDBVerbs, verb: Verb, column: str) -> str:
    """Return the macro of a verb to be called in FROM: nested queries, one for each level."""
    source = nested(verb.levels)
    return (
        f"create or replace macro {verbs.schema}.{verb.name}_rows({', '.join(verb.arguments)}) "
        f"as table\nselect {verbs.answer_of(verb)} as {column} from ({source});"
    )


def nested(levels: Sequence[Level]) -> str:
    """Return the query of some levels, each nested in the next."""
    first, *rest = levels
    source = "select " + named_columns(first)
    for level in rest:
        source = f"select *, {named_columns(level)} from ({source})"
    return source


def with_budget(schema: str, signature: str, answer: str) -> str:
    """Return a macro whose budget is an integer of microseconds or an interval."""
    name, _, arguments = signature.partition("(")
    span = f"{schema}.span_of(budget)"
    return (
        f"create or replace macro {schema}.{name}({arguments % ' bigint'} as {answer % 'budget'}, "
        f"({arguments % ' interval'} as {answer % span};"
    )
