"""The macros of the dbt package: the verbs as expressions of DuckDB and of PostgreSQL.

A macro returns a scalar subquery over the seeds of the package. Its arithmetic is that of the
scripts, written in the words of each engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from workhours_sla.sql.duckdb import DuckDB
from workhours_sla.sql.postgres_words import Postgres
from workhours_sla.sql.scripts import VERBS, instant_of
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.verbs import CellVerbs, DayVerbs, Level, SegmentVerbs, Verb
from workhours_sla.sql.vocabulary import (
    case,
    named_columns,
)

DAYS: Final = "workhours_days"
SEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    DAYS: ("by_day",),
    "workhours_cells": ("first_segment",),
    "workhours_segments": ("segment", "segment_day"),
}
"""The seeds with their columns, each of which is a list; the column ``number`` has the order."""
_SEED_OF: Final = {column: seed for seed, columns in SEEDS.items() for column in columns}
_OPEN, _CLOSE = "\x01", "\x02"
"""Where Jinja begins and ends; no name of a schedule has these characters."""


def _seed(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


class DbtDuckDB(DuckDB):
    """The words of DuckDB, used without the functions of a script."""

    fence: ClassVar[str] = ""


class DbtPostgres(Postgres):
    """The words of PostgreSQL, used without functions: a cast that fails raises errors.

    ``OFFSET 0`` keeps PostgreSQL from copying a subquery to each place that uses it.
    """

    fence: ClassVar[str] = " offset 0"

    def us_or_refused(self, instant: str) -> str:
        """Return the microseconds of an argument, NULL for infinity, an error for other types."""
        naive = self.joined(
            self.text("an instant is a timestamp with time zone, not "),
            f"pg_typeof({instant})::text",
            self.text("; give t AT TIME ZONE 'Europe/Volgograd', with the zone of the column"),
        )
        is_instant = f"pg_typeof({instant}) = 'timestamptz'::regtype"
        branches = [
            (f"{instant} is null", "null"),
            (f"{is_instant} and isfinite({instant})", self.us(instant)),
            (is_instant, "null"),
        ]
        return case(branches, self.refuse(naive, "bigint"))

    def as_text(self, value: str) -> str:
        """Return a value as text."""
        return f"{value}::text"

    def refuse(self, message: str, kind: str) -> str:
        """Return a cast that fails; the error of PostgreSQL quotes the message."""
        return f"cast({message} as {kind})"


class MacroVerbs(SegmentVerbs):
    """The verbs over the seeds, each named by a variable of Jinja."""

    d: DbtDuckDB | DbtPostgres

    def verbs(self) -> tuple[Verb, ...]:
        """Return all verbs."""
        located = self.deadline(), self.breaches_after()
        return (self.elapsed(), *located, self.remaining(), self.is_working())

    def remaining(self) -> Verb:
        """Return the budget that is left at an instant."""
        elapsed = self.elapsed()
        first, *rest = elapsed.levels
        levels = ({**first, "d": self.checked_amount("budget")}, *rest)
        arguments = ("schedule", "start_at", "budget", "end_at")
        return Verb("remaining", arguments, levels, f"(d - {elapsed.answer})", is_instant=False)

    def checked_us(self, instant: str) -> str:
        """Return the microseconds of an argument; one that is no instant is an error."""
        return self.d.us_or_refused(instant)

    def unknown_message(self, verb: Verb) -> str:
        """Return the message for an answer that the calendar does not know, as an expression."""
        return self.d.joined(
            self.d.text(f"workhours.{verb.name}: the calendar of "),
            "schedule",
            self.d.text(" does not know the answer for "),
            self.d.as_text(verb.arguments[1]),
            self.d.text("; see the model workhours_coverage, or generate a package of more dates"),
        )


class DuckDBMacros(MacroVerbs, CellVerbs):
    """The verbs for DuckDB, which aggregates each list once per query."""

    def item(self, name: str, index: str) -> str:
        """Return the value of a list at an index that is counted from 0."""
        return f"(select list({name} order by number) from {_seed(_SEED_OF[name])})[{index} + 1]"


class PostgresMacros(MacroVerbs, DayVerbs):
    """The verbs for PostgreSQL, which reads the list of days once per query."""

    days: ClassVar[str] = f"(array(select by_day from {_seed(DAYS)} order by number))"

    def day_value(self, x: str) -> str:
        """Return the packed value of the UTC day of an instant."""
        return f"{self.days}[{self.day_index(x)} + 1]"

    def segment_levels(self, *, latest: bool) -> tuple[Level, ...]:
        """Return the steps to the segment in which the amount ``u`` is worked."""
        bits = self.compiled.bits
        packed = f"(u << {bits}) + {(1 << bits) - 1}" if latest else f"(u << {bits}) - 1"
        day = f"k - 1 + {self.a.by_slot('slot', self.day_offsets())}"
        return (
            {"k": f"width_bucket({packed}, {self.days})"},
            {"v": f"{self.days}[k]", "n": day},
        )


def macros(verbs: MacroVerbs) -> str:
    """Return the file of the macros of a dialect."""
    return "\n".join(_macro(verbs, verb) for verb in verbs.verbs())


def _macro(verbs: MacroVerbs, verb: Verb) -> str:
    """Return the macro of a verb: nested queries, one for each level, the innermost of arguments.

    The innermost has neither FROM nor names, so that a column in an argument is the caller's.
    """
    parameters = VERBS[verb.name]
    fence = verbs.d.fence
    given = [f"{_OPEN}{name}{_CLOSE}" for name in parameters]
    if "budget" in verb.arguments:
        at = verb.arguments.index("budget")
        given[at] = f"cast({given[at]} as bigint)"
    source = f"(select {', '.join(given)}{fence}) z({', '.join(verb.arguments)})"
    for level in verb.levels:
        source = f"(select z.*, {named_columns(level)}\nfrom {source}{fence}) z"
    text = f"(select {verbs.answer_of(verb)}\nfrom {source})"
    used = [seed for seed in SEEDS if _seed(seed) in text]
    sets = "".join(f"{{%- set {seed} = workhours.seed('{seed}') %}}\n" for seed in used)
    return (
        f"{{% macro {verbs.d.name}__{verb.name}({', '.join(parameters)}) %}}\n"
        f"{sets}{jinja(text)}\n{{%- endmacro %}}\n"
    )


def jinja(text: str) -> str:
    """Return text in which Jinja sees only what was marked for it."""
    escaped = text.replace("{", "{{ '{' }}")
    return escaped.replace(_OPEN, "{{ ").replace(_CLOSE, " }}")


def seeds(settings: Settings) -> dict[str, list[tuple[int, ...]]]:
    """Return the rows of each seed, each row beginning with its number."""
    lists = DuckDBMacros(settings, DbtDuckDB()).lists()
    return {
        seed: [
            (number, *values)
            for number, values in enumerate(zip(*(lists[one] for one in columns), strict=True))
        ]
        for seed, columns in SEEDS.items()
    }


def coverage_model(settings: Settings) -> str:
    """Return the query of the known instants of each schedule."""
    d = DbtPostgres()
    rows = (
        f"select {d.text(name)} as schedule, "
        + ", ".join(
            f"cast('{instant_of(end).isoformat(' ')}' as timestamp with time zone) as {column}"
            for column, end in zip(("first_known", "last_known"), ends, strict=True)
        )
        for name, ranges in settings.compiled.coverage.items()
        for ends in ranges
    )
    return jinja("\nunion all\n".join(rows)) + "\n"
