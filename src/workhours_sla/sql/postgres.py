"""The script for PostgreSQL: functions in two shapes over constant lists.

``wh.deadline(...)`` is a scalar function in PL/pgSQL for triggers, generated columns, CHECK and
indexes. ``wh.deadline_rows(...)`` is called in FROM, once per row: PostgreSQL inlines it, so that
a query over many rows is 1.5 to 3 times as fast and may run in parallel.

``OFFSET 0`` keeps PostgreSQL from copying a subquery to each place that uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from workhours_sla.sql.edges import UNKNOWN, Edges
from workhours_sla.sql.postgres_days import day_functions
from workhours_sla.sql.postgres_words import (
    INSTANTS,
    NAIVE,
    Postgres,
    function,
    list_function,
    nested,
    sql_function,
)
from workhours_sla.sql.scripts import (
    inserts,
    instant_of,
    newer_than,
    script_row,
    version_of,
)
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.verbs import Level, Verb, Verbs
from workhours_sla.sql.vocabulary import Dialect, case, slot_or_refused

OLDEST: Final = 14
"""The first version of PostgreSQL for which the script is meant."""
_FROM_ROWS: Final = {"elapsed": "elapsed", "deadline": "due_at", "breaches_after": "limit_at"}


class _PostgresVerbs(Verbs):
    """The verbs, which look up instants and amounts in the lists of edges.

    A level of steps costs about as much as to repeat a look-up, so that there are few levels.
    """

    def __init__(self, settings: Settings, dialect: Dialect) -> None:
        super().__init__(settings, dialect)
        self._edges = Edges(settings.compiled)

    def lists(self) -> dict[str, list[int]]:
        """Return the lists of edges by the names of their functions."""
        found = self._edges
        return {"edge_at": found.at, "edge_worked": found.worked, "edge_shift": found.shift}

    def elapsed(self) -> Verb:
        first = {
            "o": self._offset(),
            "xa": self._known_us("start_at"),
            "xb": self._known_us("end_at"),
        }
        levels, answer = self._difference(first, "xb")
        return Verb("elapsed", ("schedule", "start_at", "end_at"), levels, answer, is_instant=False)

    def is_working(self) -> Verb:
        first = {"o": self._offset(), "xa": self._known_us("t", "<")}
        levels, answer = self._difference(first, "xa + 1")
        return Verb("is_working", ("schedule", "t"), levels, f"{answer} = 1", is_instant=False)

    def _difference(self, first: Level, xb: str) -> tuple[tuple[Level, ...], str]:
        """Return the levels and the answer of the working time from xa to another instant."""
        found = {"ka": self._edge_of("xa"), "kb": self._edge_of(xb)}
        ca, cb = self._worked("xa", "ka"), self._worked(xb, "kb")
        if self._is_one_run:
            return (first, found), f"({cb} - {ca})"
        # an amount that is not known is negative, and further than the reach from any other
        reach = self._edges.reach
        answer = case([(f"ca > 0 and abs(cb - ca) <= {reach}", "cb - ca")])
        return (first, found, {"ca": ca, "cb": cb}), answer

    def _located(self, *, latest: bool) -> Verb:
        levels = (
            {
                "o": self._offset(),
                "xa": self._known_us("start_at"),
                "d": self.d.least(self.checked_amount("budget"), str(self._edges.reach)),
            },
            {"k": self._edge_of("xa")},
            {"u": f"{self._worked('xa', 'k')} + d"},
        )
        at = f"width_bucket({'u' if latest else 'u - 1'}, {self._edge('worked')})"
        answer = f"(u + nullif({self._edge('shift')}[{at}], {UNKNOWN}))"
        name = "breaches_after" if latest else "deadline"
        return Verb(name, ("schedule", "start_at", "budget"), levels, answer, is_instant=True)

    def deadline(self) -> Verb:
        found = self._located(latest=False)
        # the amount of an unknown instant is negative
        return found._replace(answer=case([("d = 0 and u > 0", "xa")], found.answer))

    def breaches_after(self) -> Verb:
        return self._located(latest=True)

    @property
    def _is_one_run(self) -> bool:
        """Whether ``_known_us`` is exact: all schedules know the same instants, without a gap."""
        slots = self.compiled.slots
        return self.a.single_runs and len({(slot.lo, slot.hi) for slot in slots}) == 1

    def _edge(self, name: str) -> str:
        return f"({self.schema}.edge_{name}())"

    def _edge_of(self, x: str) -> str:
        """Return the number of the edge at or before an instant."""
        return f"width_bucket({x} + o, {self._edge('at')})"

    def _worked(self, x: str, edge: str) -> str:
        """Return the amount at an instant, given its edge; it is negative if it is not known."""
        return f"least({x} - {self._edge('shift')}[{edge}], {self._edge('worked')}[{edge} + 1])"

    def _offset(self) -> str:
        """Return the difference between a position and its instant."""
        offsets = self._edges.offsets
        names = {name: offsets[at] for name, at in self.compiled.slot_of.items()}
        return slot_or_refused(self.d, names, "schedule")

    def _known_us(self, instant: str, until: str = "<=") -> str:
        """Return the microseconds of an argument if some slot knows it; infinity is compared."""
        first, last = (instant_of(one) for one in (self._edges.first, self._edges.last))
        known = f"{instant} >= timestamptz '{first}' and {instant} {until} timestamptz '{last}'"
        return case([(known, self.d.us(instant))])


def statements(settings: Settings) -> Iterator[str]:
    """Return the lines of the script, which is one statement and may be run twice.

    One statement is installed in full or not at all, also within a transaction of the caller.
    """
    verbs = _PostgresVerbs(settings, Postgres(settings.schema))
    yield "do $wh_script$ begin"
    yield from _checks(settings)
    yield from _tables(settings, verbs)
    yield from _helpers(verbs)
    for verb, returned in (
        (verbs.elapsed(), "bigint"),
        (verbs.deadline(), "timestamptz"),
        (verbs.breaches_after(), "timestamptz"),
    ):
        yield _scalar(verbs, verb, returned)
        yield _rows(verbs, verb, returned)
    yield _scalar(verbs, verbs.is_working(), "boolean")
    yield from _derived(settings.schema)
    yield from _refusals(settings.schema)
    yield from day_functions(settings)
    yield "end $wh_script$;"


def _checks(settings: Settings) -> Iterator[str]:
    schema, version = settings.schema, version_of(settings.compiled)
    yield (
        f"if current_setting('server_version_num')::int < {OLDEST}0000 then "
        f"raise exception 'this script needs PostgreSQL {OLDEST} or later, not %; "
        "update PostgreSQL', current_setting('server_version'); end if;"
    )
    yield f"create schema if not exists {schema};"
    yield (
        f"create table if not exists {schema}.script (version text, calendars text, "
        "release bigint, digest text, since date, until date, on_unknown text);"
    )
    yield (
        f"if exists (select from {schema}.script where {newer_than(settings.compiled)}) then "
        f"raise exception 'the schema {schema} has the newer script %; this one is {version}: "
        "generate it with the newer library, or drop the schema', "
        f"(select version from {schema}.script); end if;"
    )


def _tables(settings: Settings, verbs: _PostgresVerbs) -> Iterator[str]:
    c, schema = settings.compiled, settings.schema
    for table in (c.schedule_table, c.runs):
        types = ", ".join(
            f"{column} {'text' if column == 'schedule' else 'bigint'}" for column in table.columns
        )
        yield f"create table if not exists {schema}.{table.name} ({types});"
        yield f"delete from {schema}.{table.name};"
        yield from inserts(verbs.d, table, f"{schema}.{table.name}")
    yield f"delete from {schema}.script;"
    yield f"insert into {schema}.script select {script_row(settings)};"
    yield (
        f"create or replace view {schema}.coverage as select s.schedule, "
        "to_timestamp(r.lo / 1000000.0::float8) as first_known, "
        "to_timestamp(r.hi / 1000000.0::float8) as last_known "
        f"from {schema}.schedule s join {schema}.run r using (slot);"
    )


def _helpers(verbs: _PostgresVerbs) -> Iterator[str]:
    """Return the functions that the verbs call."""
    schema, c = verbs.schema, verbs.compiled
    for name, value in (("version", version_of(c)), ("digest", c.digest)):
        yield function(schema, f"{name}()", "text", f"select '{value}'::text", language="sql")
    for name, values in verbs.lists().items():
        yield list_function(schema, name, values)
    utc = "to_char(t at time zone interval '0', 'YYYY-MM-DD HH24:MI:SS.US\"+00\"')"
    yield function(schema, "shown(t timestamptz)", "text", f"begin return {utc}; end")
    yield function(schema, "shown(amount bigint)", "text", "begin return amount::text; end")
    body = "begin raise exception using errcode = '22023', message = $1; end"
    yield function(schema, "refuse(message text, kind anyelement)", "anyelement", body)
    refused = (
        "begin if extract(month from span) <> 0 or extract(year from span) <> 0 "
        "or extract(day from span) <> 0 then raise exception using errcode = '22023', "
        "message = 'the budget ' || span || ' has days, whose working time is unknown; "
        "give hours, or count working days'; end if; "
        "return (extract(epoch from span) * 1000000)::bigint; end"
    )
    yield function(schema, "amount_of(span interval)", "bigint", refused, strict=True)


def _scalar(verbs: _PostgresVerbs, verb: Verb, returned: str) -> str:
    """Return the scalar function of a verb: a variable for each step."""
    steps = [step for level in verb.levels for step in level.items()]
    names = " ".join(f"{name} bigint;" for name, _ in steps)
    sets = "\n".join(f"{name} := {expression};" for name, expression in steps)
    body = f"declare {names} begin\n{sets}\nreturn {verbs.answer_of(verb)}; end"
    return function(verbs.schema, f"{verb.name}({_parameters(verb)})", returned, body, strict=True)


def _rows(verbs: _PostgresVerbs, verb: Verb, returned: str) -> str:
    """Return the function of a verb to be called in FROM: nested queries, one for each level."""
    column = _FROM_ROWS[verb.name]
    body = f"select {verbs.answer_of(verb)} as {column} from ({nested(verb.levels)} offset 0) z"
    table = f"table({column} {returned})"
    signature = f"{verb.name}_rows({_parameters(verb)})"
    return function(verbs.schema, signature, table, body, language="sql")


def _parameters(verb: Verb) -> str:
    types = {"schedule": "text", "budget": "bigint"}
    return ", ".join(f"{name} {types.get(name, 'timestamptz')}" for name in verb.arguments)


def _derived(schema: str) -> Iterator[str]:
    """Return the functions that only call others: other types of budgets, and other verbs."""
    left = f"select $3 - {schema}.elapsed($1, $2, $4)"
    arguments = "schedule text, start_at timestamptz, budget {}, now_at timestamptz"
    yield sql_function(schema, f"remaining({arguments.format('bigint')})", "bigint", left)
    left = f"select {schema}.remaining($1, $2, {schema}.amount_of($3), $4)"
    yield sql_function(schema, f"remaining({arguments.format('interval')})", "bigint", left)
    arguments = "schedule text, start_at timestamptz, budget interval"
    for verb in ("deadline", "breaches_after"):
        call = f"{schema}.{verb}{{}}($1, $2, {schema}.amount_of($3))"
        yield sql_function(
            schema, f"{verb}({arguments})", "timestamptz", f"select {call.format('')}"
        )
        column = _FROM_ROWS[verb]
        yield sql_function(
            schema,
            f"{verb}_rows({arguments})",
            f"table({column} timestamptz)",
            f"select {column} from {call.format('_rows')}",
        )
    due = (
        "begin if budget < 0 then raise exception using errcode = '22023', message = "
        "'the budget ' || budget || ' is negative; give at least 0'; end if; return "
        "(start_at at time zone interval '0' + budget / 1000000 * interval '1 second' "
        "+ budget % 1000000 * interval '1 microsecond') at time zone interval '0'; end"
    )
    yield function(
        schema,
        "clock_deadline(start_at timestamptz, budget bigint)",
        "timestamptz",
        due,
        strict=True,
    )


def _refusals(schema: str) -> Iterator[str]:
    """Return the functions that refuse dates and timestamps without a zone.

    Without them PostgreSQL would convert such an argument by the zone of the session.
    """
    signatures = {
        "elapsed": ("text", "instant", "instant"),
        "deadline": ("text", "instant", "budget"),
        "breaches_after": ("text", "instant", "budget"),
        "is_working": ("text", "instant"),
        "remaining": ("text", "instant", "budget", "instant"),
    }
    returned = {"elapsed": "bigint", "remaining": "bigint", "is_working": "boolean"}
    for verb, kinds in signatures.items():
        for wrong in _wrong_types(kinds):
            at = next(place for place, kind in enumerate(wrong, 1) if kind in INSTANTS[1:])
            text = NAIVE.format(f"${at}", f"argument {at}")
            body = f"begin raise exception using errcode = '22023', message = {text}; end"
            kind = returned.get(verb, "timestamptz")
            yield function(schema, f"{verb}({', '.join(wrong)})", kind, body)
            if verb in _FROM_ROWS:
                table = f"table({_FROM_ROWS[verb]} {kind})"
                yield function(schema, f"{verb}_rows({', '.join(wrong)})", table, body)


def _wrong_types(kinds: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Return the lists of types in which an instant is no timestamp with time zone."""
    choices = [
        INSTANTS if kind == "instant" else ("bigint", "interval") if kind == "budget" else (kind,)
        for kind in kinds
    ]
    for types in product(*choices):
        if any(kind in INSTANTS[1:] for kind in types):
            yield types
