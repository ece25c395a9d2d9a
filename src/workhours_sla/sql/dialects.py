"""The SQL dialects as data: how each writes an instant, a look-up, an error.

The names of our columns and variables begin with ``wh_``, so that a column of a query that is
passed to a function is never taken for one of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from workhours_sla.sql.edges import CompiledSchedules
from workhours_sla.worktime.times import utc_of

OnUnknown = Literal["null", "raise"]
Steps = dict[str, str]
"""Names and their expressions."""


class Search(NamedTuple):
    """A step that finds the last edge up to a key in a table of edges.

    In ``at`` it finds the amount at a position, in ``used`` the shift of an amount.
    """

    name: str
    table: Literal["at", "used"]
    key: str


Levels = tuple[Steps | Search, ...]
"""Steps of which each may use the names of the earlier."""
LISTED: Final = 5
"""The number of schedules that an error message lists."""
_INSTANTS: Final = frozenset({"start_at", "end_at", "now_at", "t"})
NO_VALUE: Final = -(2**62)
"""The element of PostgreSQL's lists that means NULL: an array with a NULL is slow to index."""


@dataclass(frozen=True)
class Dialect:
    """The templates of a dialect. ``{s}`` is the schema, in SQLite the beginning of names.

    ``us`` is an instant in microseconds if the schedules may know it, ``any_us`` always. ``at`` and
    ``used`` are the steps of a search for ``{key}``, over what ``join`` adds to the query.
    ``refuse`` is an integer for a bad argument, and ``fail`` one for an unknown answer: errors.
    ``item`` is an element of a list of dates at an index counted from 0, and ``quotient`` that of
    integers. ``fence`` ends a query that must not be copied to each place that uses it. A dialect
    that ``has_functions`` takes instants, the others integers of microseconds.
    """

    title: str
    named: str
    us: str
    any_us: str
    instant: str
    shown: str
    integer: str
    budget: str
    at: Steps
    used: Steps
    refuse: str
    fail: str
    item: str
    quotient: str = "{x} / {by}"
    join: str = ""
    fence: str = ""
    has_functions: bool = True


_EPOCH: Final = "timestamptz '1970-01-01 00:00+00'"
_POSTGRES_US: Final = f"(tstzrange_subdiff({{t}}, {_EPOCH}) * 1000000)::bigint"
_DUCKDB_EPOCH: Final = "epoch_us(cast({t} as timestamptz))"  # a NULL has no type
_DUCKDB_US: Final = (
    "case when typeof({{t}}) = 'TIMESTAMP WITH TIME ZONE' then {} when {{t}} is not null then "
    "error('an instant is a TIMESTAMP WITH TIME ZONE, not ' || typeof({{t}}) || "
    "'; give t AT TIME ZONE ''Europe/Volgograd'', with the zone of the column')::bigint end"
)
_SQLITE_INTEGER: Final = "case typeof({value}) when 'integer' then {value} end"

DIALECTS: Final = {
    "duckdb": Dialect(
        title="DuckDB",
        named="{s}.{name}",
        us=_DUCKDB_US.format(
            f"case when {_DUCKDB_EPOCH} between {{lo}} and {{hi}} then {_DUCKDB_EPOCH} end"
        ),
        any_us=_DUCKDB_US.format(_DUCKDB_EPOCH),
        instant="make_timestamptz({us})",
        shown="{t}::text",
        integer="cast({value} as bigint)",
        budget="{s}.amount_of({value})",
        at={"{name}": "least({key} - e.wh_shift, e.wh_top)"},
        used={"{name}": "e.wh_shift"},
        refuse="error({message})::bigint",
        fail="error({message})::bigint",
        item="(select {name} from {s}.date_list)[{index} + 1]",
        quotient="{x} // {by}",
        join=" asof left join {s}.edge_{table} e on {key} >= e.wh_first",
    ),
    "postgres": Dialect(
        title="PostgreSQL",
        named="{s}.{name}",
        # timestamps are compared, since infinity has no microseconds; date_part would parse the
        # name of its field in each call
        us="case when {t} between timestamptz '{first}' and timestamptz '{last}' "
        f"then {_POSTGRES_US} end",
        any_us=f"case when isfinite({{t}}) then {_POSTGRES_US} end",
        instant="to_timestamp(({us}) / 1000000.0::float8)",
        shown="{s}.shown({t})",
        integer="{value}",
        budget="{value}",
        at={
            "{name}_at": "width_bucket({key}, {s}.at_first())",
            "{name}": "least({key} - ({s}.at_shift())[{name}_at], ({s}.at_top())[{name}_at])",
        },
        used={"{name}": "({s}.used_shift())[width_bucket({key}, {s}.used_first())]"},
        refuse="{s}.refuse({message})",
        fail="{s}.refuse({message}, wh_a)",  # a constant call would fail while it is planned
        item=f"nullif(({{s}}.date_{{name}}())[{{index}} + 1], {NO_VALUE})",
        fence=" offset 0",
    ),
    "sqlite": Dialect(
        title="SQLite",
        named="{s}_{name}",
        us="case when typeof({t}) = 'integer' and {t} between {lo} and {hi} then {t} end",
        any_us="case typeof({t}) when 'integer' then {t} end",
        instant="{us}",
        shown="quote({t})",
        integer=_SQLITE_INTEGER,
        budget=_SQLITE_INTEGER,
        at={
            "{name}": "(select min({key} - wh_shift, wh_top) from {s}_edge_at "
            "where wh_first <= {key} order by wh_first desc limit 1)"
        },
        used={
            "{name}": "(select wh_shift from {s}_edge_used "
            "where wh_first <= {key} order by wh_first desc limit 1)"
        },
        refuse="null",
        # there is no function for errors, but that for JSON refuses a path without a dollar sign,
        # and its error has the path
        fail="json_extract('{{}}', {message})",
        item="(select wh_{name} from {s}_date where wh_number = {index})",
        fence=" limit 1 offset 0",
        has_functions=False,
    ),
}


class Words(NamedTuple):
    """The words of a dialect for compiled schedules; arguments and answers are expressions."""

    name: str
    compiled: CompiledSchedules
    schema: str
    on_unknown: OnUnknown = "null"

    @property
    def dialect(self) -> Dialect:
        """The templates."""
        return DIALECTS[self.name]

    def named(self, name: str) -> str:
        """Return the full name of a function or table of the script."""
        return self.dialect.named.format(s=self.schema, name=name)

    def us(self, t: str) -> str:
        """Return the microseconds of an instant, NULL before and after all compiled dates."""
        lo, hi = self.compiled.first, self.compiled.last
        return self.dialect.us.format(
            t=t, lo=lo, hi=hi, first=utc_of(lo), last=utc_of(hi), s=self.schema
        )

    def any_us(self, t: str) -> str:
        """Return the microseconds of any instant."""
        return self.dialect.any_us.format(t=t)

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return self.dialect.instant.format(us=us)

    def steps(self, level: Steps | Search) -> Steps:
        """Return a level as names and expressions."""
        if not isinstance(level, Search):
            return level
        templates = self.dialect.at if level.table == "at" else self.dialect.used
        given = {**level._asdict(), "s": self.schema}
        return {name.format(**given): one.format(**given) for name, one in templates.items()}

    def item(self, name: str, index: str) -> str:
        """Return the element of a list of dates at an index counted from 0."""
        return self.dialect.item.format(s=self.schema, name=name, index=index)

    def refused(self, *message: str) -> str:
        """Return an integer expression for a bad argument; the parts of the message are SQL."""
        return self.dialect.refuse.format(s=self.schema, message=" || ".join(message))

    # -- arguments and answers ---------------------------------------------------------------

    def chosen(self, values: Mapping[str, int], which: str = "the schedules") -> str:
        """Return the value for the argument ``schedule``."""
        listed = ", ".join(list(values)[:LISTED]) + (" ..." if len(values) > LISTED else "")
        names = " ".join(f"when {quoted(name)} then {value}" for name, value in values.items())
        refused = self.refused("'no schedule '", "schedule", quoted(f"; {which} are {listed}"))
        return f"case schedule {names} else case when schedule is not null then {refused} end end"

    def amount(self, most: int | None = None) -> str:
        """Return the argument ``budget`` in microseconds, but not more than ``most``."""
        value = self.dialect.budget.format(value="budget", s=self.schema)
        refused = self.refused(
            "'the budget '", "cast(budget as text)", "' is negative; give at least 0'"
        )
        rest = value if most is None else f"case when {value} < {most} then {value} else {most} end"
        return f"case when {value} < 0 then {refused} else {rest} end"

    def answered(self, function: str, arguments: tuple[str, ...], answer: str) -> str:
        """Return an integer answer; if it is unknown it is an error, if that was chosen."""
        if self.on_unknown == "null":
            return answer
        given = " and ".join(f"{one} is not null" for one in arguments)
        instants = _INSTANTS if self.dialect.has_functions else frozenset(arguments)
        parts = [
            self.dialect.shown.format(s=self.schema, t=one)
            if one in instants
            else f"cast({one} as text)"
            for one in arguments
        ]
        coverage = self.named("coverage")
        message = " || ', ' || ".join(parts)
        message = f"{quoted(f'{self.named(function)} has no answer for ')} || {message}"
        message += f" || {quoted(f'; see {coverage}, or install a newer script')}"
        failed = self.dialect.fail.format(s=self.schema, message=message)
        return f"coalesce({answer}, case when {given} then {failed} end)"

    def nested(self, levels: Levels) -> str:
        """Return a query of the steps, each level nested in the next."""
        source, fence = "", self.dialect.fence
        for level in levels:
            of = f"z.*, {_columns(self.steps(level))} from ({source}{fence}) z"
            source = f"select {of if source else _columns(self.steps(level))}"
            if isinstance(level, Search):
                source += self.dialect.join.format(**level._asdict(), s=self.schema)
        return f"({source}{fence}) z"


def _columns(steps: Steps) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in steps.items())


def quoted(text: str) -> str:
    """Return a text as an SQL constant."""
    return "'" + text.replace("'", "''") + "'"
