"""Write scripts: the dialects by name, and the functions of the facade ``sql``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from typing import Any, Final

from workhours_sla.adapters.sql.script import Calls, Script, header, instants, version_of
from workhours_sla.adapters.sql.settings import (
    OnUnknown,
    Settings,
    check_on_unknown,
    check_schema,
)
from workhours_sla.adapters.sql.tables import CompiledSchedules, compile_schedules
from workhours_sla.errors import ScriptError, shown
from workhours_sla.text.messages import say
from workhours_sla.worktime.verbs import WorkingTime

DIALECTS: Final = {
    "duckdb": ("duckdb", "DuckDB"),
    "postgres": ("postgres", "Postgres"),
    "sqlite": ("sqlite", "SQLite"),
    "spark": ("spark", "Spark"),
}
"""The dialects: for each its module, and the class of its words."""


def tables(schedules: Mapping[str, WorkingTime], *, since: date, until: date) -> CompiledSchedules:
    """Return schedules as tables of integers, for engines without a script.

    The dates are ``since <= date < until``; the first and the last must be known. Each table has
    ``columns``, ``rows`` and ``to_arrow()``. Raises CalendarCoverageError and ScriptError.

    >>> from datetime import date
    >>> from workhours_sla import Schedule, sql
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> made = sql.tables({"roads": office}, since=date(2025, 1, 1), until=date(2026, 1, 1))
    >>> made.days.columns, len(made.days.rows)
    (('slot', 'day', 'value'), 366)
    """
    return compile_schedules(schedules, since, until)


def script(
    schedules: Mapping[str, WorkingTime],
    *,
    dialect: str,
    since: date,
    until: date,
    schema: str = "wh",
    on_unknown: OnUnknown = "null",
) -> Script:
    """Return an SQL script that installs schedules as functions of an engine.

    The dates are ``since <= date < until``; the first and the last must be known. An answer that
    the calendar does not know is NULL, or an error with ``on_unknown="raise"``. Equal arguments
    give equal scripts. Raises CalendarCoverageError and ScriptError.

    >>> from datetime import date
    >>> from workhours_sla import Schedule, sql
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> made = sql.script(
    ...     {"roads": office}, dialect="duckdb", since=date(2025, 1, 1), until=date(2026, 1, 1)
    ... )
    >>> made.coverage["roads"][0][1].isoformat()
    '2025-12-31T21:00:00+00:00'
    """
    if dialect not in DIALECTS:
        raise ScriptError(say("sql_dialect", name=shown(dialect), names=", ".join(DIALECTS)))
    check_schema(schema)
    check_on_unknown(on_unknown)
    compiled = compile_schedules(schedules, since, until)
    settings = Settings(compiled, schema, on_unknown)
    file, kind = DIALECTS[dialect]
    module: Any = import_module(f"workhours_sla.adapters.sql.{file}")
    words = getattr(module, kind)(schema)
    statements: Iterator[str] = module.statements(settings)
    text = header(settings, words) + "\n" + "\n".join(statements) + "\n"
    answers = getattr(module, "Expressions", Calls)(settings, words)
    return Script(
        dialect,
        text,
        version_of(compiled),
        instants(compiled.coverage),
        compiled.digest,
        answers.verbs,
        answers.of,
    )


def check_query(made: Script, schema: str) -> str:
    """Return a query that compares the installed script with another.

    Its row has the installed version, that of the script, and whether they are equal.
    """
    table = f"{schema}{'_' if made.dialect == 'sqlite' else '.'}script"
    return (
        f"select version as installed, '{made.version}' as this, "
        f"digest = '{made.digest}' as is_current from {table};\n"
    )
