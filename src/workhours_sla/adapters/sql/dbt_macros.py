"""The macros of the dbt package: the verbs as expressions of DuckDB and of PostgreSQL.

A macro returns a scalar subquery over the seeds of the package. Its arithmetic is that of the
scripts, written in the words of each engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from workhours_sla.adapters.sql.duckdb import DuckDB, ListVerbs
from workhours_sla.adapters.sql.script import VERBS, instant_of
from workhours_sla.adapters.sql.settings import Settings
from workhours_sla.adapters.sql.verbs import Verb
from workhours_sla.adapters.sql.vocabulary import (
    Dialect,
    amount_or_refused,
    case,
    slot_or_refused,
)

SEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "workhours_days": ("by_day",),
    "workhours_cells": ("first_segment",),
    "workhours_segments": ("segment", "segment_day"),
}
"""The seeds with their columns, each of which is a list; the column ``number`` has the order."""
_SEED_OF: Final = {column: seed for seed, columns in SEEDS.items() for column in columns}
_OPEN, _CLOSE = "\x01", "\x02"
"""Where Jinja begins and ends; no name of a schedule has these characters."""


class DbtDuckDB(DuckDB):
    """The words of DuckDB, with lists that are aggregated from seeds."""

    fence: ClassVar[str] = ""

    def listed(self, column: str, seed: str) -> str:
        """Return the values of a seed's column as a list."""
        return f"(select list({column} order by number) from {seed})"


class DbtPostgres(Dialect):
    """The words of PostgreSQL without functions of its own: a failing cast raises errors.

    ``OFFSET 0`` keeps PostgreSQL from copying a subquery to each place that uses it.
    """

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    fence: ClassVar[str] = " offset 0"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant, exactly until the year 2255."""
        return f"cast(date_part('epoch', {instant}) * 1000000 as bigint)"

    def us_or_refused(self, instant: str) -> str:
        """Return the microseconds of an argument, NULL for infinity, an error for other types."""
        naive = self.joined(
            self.text("an instant is a timestamp with time zone, not "),
            f"pg_typeof({instant})::text",
            self.text("; give t AT TIME ZONE 'Europe/Volgograd', with the zone of the column"),
        )
        is_instant = f"pg_typeof({instant}) = 'timestamptz'::regtype"
        return case(
            [
                (f"{instant} is null", "null"),
                (f"{is_instant} and isfinite({instant})", self.us(instant)),
                (is_instant, "null"),
            ],
            self.refuse(naive, "bigint"),
        )

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"to_timestamp({us} / 1000000.0::float8)"

    def refuse(self, message: str, kind: str) -> str:
        """Return a cast that fails; the error of PostgreSQL quotes the message."""
        return f"cast({message} as {kind})"

    def listed(self, column: str, seed: str) -> str:
        """Return the values of a seed's column as a list, read once per query."""
        return f"(array(select {column} from {seed} order by number))"


class _MacroVerbs(ListVerbs):
    """The verbs over the seeds, which macros name by variables of Jinja."""

    d: DbtDuckDB | DbtPostgres

    def item(self, name: str, index: str) -> str:
        seed = f"{_OPEN}{_SEED_OF[name]}{_CLOSE}"
        return f"{self.d.listed(name, seed)}[{index} + 1]"

    def checked_slot(self, schedule: str) -> str:
        return slot_or_refused(self.d, self.compiled.slot_of, schedule)

    def checked_us(self, instant: str) -> str:
        return self.d.us_or_refused(instant)

    def checked_amount(self, budget: str) -> str:
        return amount_or_refused(self.d, budget)

    def remaining(self) -> Verb:
        """Return the budget that is left at an instant."""
        elapsed = self.elapsed()
        first, *rest = elapsed.levels
        levels = ({**first, "d": self.checked_amount("budget")}, *rest)
        answer = f"(d - {elapsed.answer})"
        arguments = ("schedule", "start_at", "budget", "end_at")
        return Verb("remaining", arguments, levels, answer, is_instant=False)

    def is_working(self) -> Verb:
        """Return 1 if the microsecond after an instant is worked, otherwise 0."""
        elapsed = self.elapsed()
        first, *rest = elapsed.levels
        levels = ({"slot": first["slot"], "ua": first["ua"]}, {"ub": "ua + 1"}, *rest)
        return Verb(
            "is_working", ("schedule", "start_at"), levels, elapsed.answer, is_instant=False
        )

    def unknown_message(self, verb: Verb) -> str:
        return self.d.joined(
            self.d.text(f"workhours.{verb.name}: the calendar of "),
            "schedule",
            self.d.text(" does not know the answer for "),
            self.d.as_text("start_at"),
            self.d.text("; see the model workhours_coverage, or generate the package anew"),
        )


def macros(settings: Settings, dialect: DbtDuckDB | DbtPostgres) -> str:
    """Return the file of the macros of a dialect."""
    verbs = _MacroVerbs(settings, dialect)
    made = (
        verbs.elapsed(),
        verbs.deadline(),
        verbs.breaches_after(),
        verbs.remaining(),
        verbs.is_working(),
    )
    return "\n".join(_macro(verbs, verb) for verb in made)


def _macro(verbs: _MacroVerbs, verb: Verb) -> str:
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
        source = f"(select z.*, {_columns(level)}\nfrom {source}{fence}) z"
    answer = verbs.answer_of(verb)
    if verb.name == "is_working":
        answer = f"{answer} = 1"
    text = f"(select {answer}\nfrom {source})"
    used = [seed for seed in SEEDS if f"{_OPEN}{seed}{_CLOSE}" in text]
    sets = "".join(f"{{%- set {seed} = workhours.seed('{seed}') %}}\n" for seed in used)
    return (
        f"{{% macro {verbs.d.name}__{verb.name}({', '.join(parameters)}) %}}\n"
        f"{sets}{jinja(text)}\n{{%- endmacro %}}\n"
    )


def _columns(level: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in level.items())


def jinja(text: str) -> str:
    """Return text in which Jinja sees only what was marked for it."""
    escaped = text.replace("{", "{{ '{' }}")
    return escaped.replace(_OPEN, "{{ ").replace(_CLOSE, " }}")


def seeds(settings: Settings) -> dict[str, list[tuple[int, ...]]]:
    """Return the rows of each seed, each row beginning with its number."""
    lists = _MacroVerbs(settings, DbtDuckDB()).lists()
    return {
        seed: [
            (number, *values)
            for number, values in enumerate(zip(*(lists[one] for one in columns), strict=True))
        ]
        for seed, columns in SEEDS.items()
    }


def coverage_model(settings: Settings) -> str:
    """Return the query of the known instants of each schedule."""
    d = Dialect()
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
