"""A self-contained SQL script that installs schedules in an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from workhours_sla.errors import ScriptError, shown
from workhours_sla.module_names import public
from workhours_sla.sql.schedule_tables import CompiledSchedules, Table
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.vocabulary import Dialect
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

FORMAT: Final = 1
"""The version of the tables and functions of a script; it grows when they change."""
VERBS: Final = {
    "elapsed": ("schedule", "start_at", "end_at"),
    "deadline": ("schedule", "start_at", "budget"),
    "breaches_after": ("schedule", "start_at", "budget"),
    "remaining": ("schedule", "start_at", "budget", "now_at"),
    "is_working": ("schedule", "t"),
}
"""The verbs of every script, with their arguments."""
ROWS_PER_INSERT: Final = 500


@public("workhours_sla.sql")
@dataclass(frozen=True)
class Script:
    """An SQL script that installs schedules in one engine.

    ``text`` is the script. ``version`` names the calendar data and the library. ``coverage`` has
    for each schedule the ranges of instants that are known, both ends included. ``digest`` is equal
    for equal schedules, dates and options.

    >>> from datetime import date
    >>> from workhours_sla import Schedule, sql
    >>> office = {"roads": Schedule("RU-VGG", "Mo-Fr 09:00-18:00")}
    >>> days = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
    >>> made = sql.script(office, dialect="sqlite", **days)
    >>> print(made.text.splitlines()[1])
    -- schedules: roads
    """

    dialect: str
    text: str
    version: str
    coverage: Mapping[str, tuple[tuple[datetime, datetime], ...]]
    digest: str
    _verbs: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)
    _expression: Callable[[str, Sequence[str]], str] = field(repr=False, compare=False)

    def expression(self, verb: str, *arguments: str) -> str:
        """Return SQL that calls a verb; the arguments are SQL, too.

        Most engines have functions, so that this is ``wh.deadline('roads', posted, 14400000000)``.
        SQLite has none, and gets a subquery over the tables of the script. Raises ScriptError.

        >>> from datetime import date
        >>> from workhours_sla import Schedule, sql
        >>> office = {"roads": Schedule("RU-VGG", "Mo-Fr 09:00-18:00")}
        >>> days = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
        >>> made = sql.script(office, dialect="duckdb", **days)
        >>> made.expression("deadline", "'roads'", "posted", "14400000000")
        "wh.deadline('roads', posted, 14400000000)"
        """
        if len(self._verbs.get(verb, ())) != len(arguments):
            names = ", ".join(f"{name}({', '.join(of)})" for name, of in self._verbs.items())
            raise ScriptError(say("sql_verb", name=shown(verb), count=len(arguments), names=names))
        return self._expression(verb, arguments)

    def __str__(self) -> str:
        return self.text


class Calls:
    """The verbs as calls of the functions that a script installs."""

    def __init__(self, settings: Settings, dialect: Dialect) -> None:
        self._named = dialect.named
        self.verbs: Mapping[str, tuple[str, ...]] = VERBS

    def of(self, verb: str, arguments: Sequence[str]) -> str:
        """Return the call of a verb."""
        return f"{self._named(verb)}({', '.join(arguments)})"


def version_of(compiled: CompiledSchedules) -> str:
    """Return the version of a script: the date of the calendar data, and the library's version."""
    return "/".join(filter(None, (compiled.version, __version__)))


def release_number() -> int:
    """Return the library's version as a number that grows with it."""
    numbers = [int("".join(filter(str.isdigit, part)) or 0) for part in __version__.split(".")[:3]]
    major, minor, patch = [*numbers, 0, 0][:3]
    return (FORMAT * 1000 + major) * 1_000_000 + minor * 1000 + patch


def instants(
    coverage: Mapping[str, tuple[tuple[int, int], ...]],
) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
    """Return ranges of microseconds as ranges of datetimes in UTC."""
    return {
        name: tuple((instant_of(lo), instant_of(hi)) for lo, hi in ranges)
        for name, ranges in coverage.items()
    }


def instant_of(us: int) -> datetime:
    """Return the datetime in UTC of a number of microseconds since 1970-01-01T00:00 UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def newer_than(compiled: CompiledSchedules) -> str:
    """Return a condition on the installed row of ``script``: whether it is newer."""
    condition = f"release > {release_number()}"
    if compiled.version:
        condition += f" or calendars > '{compiled.version}'"
    return condition


def script_row(settings: Settings) -> str:
    """Return the columns of the row of the table ``script``."""
    compiled = settings.compiled
    values = {
        "version": f"'{version_of(compiled)}'",
        "calendars": f"'{compiled.version}'",
        "release": f"cast({release_number()} as bigint)",
        "digest": f"'{compiled.digest}'",
        "since": f"cast('{compiled.since}' as date)",
        "until": f"cast('{compiled.until}' as date)",
        "on_unknown": f"'{settings.on_unknown}'",
    }
    return ", ".join(f"{value} as {name}" for name, value in values.items())


def header(settings: Settings, dialect: Dialect) -> str:
    """Return the comment at the beginning of a script."""
    compiled = settings.compiled
    lines = [
        f"workhours_sla {__version__}: working time for {dialect.title}",
        f"schedules: {', '.join(compiled.schedules)}",
        f"dates: {compiled.since} to {compiled.until} (the last is not included)",
        f"calendar data: {compiled.version or 'none'}, digest {compiled.digest}",
        "An answer that the calendar does not know is "
        + ("an error." if settings.raises else "NULL."),
        "Generated: do not edit; generate a new script when the calendar changes.",
    ]
    lines += dialect.remarks
    return "".join(f"-- {line}\n" for line in lines)


def inserts(
    dialect: Dialect, table: Table, name: str, *, rows_per_insert: int = ROWS_PER_INSERT
) -> Iterable[str]:
    """Return the statements that insert the rows of a table."""
    for first in range(0, len(table.rows), rows_per_insert):
        rows = ",\n".join(
            "(" + ",".join(constant(dialect, value) for value in row) + ")"
            for row in table.rows[first : first + rows_per_insert]
        )
        yield f"insert into {name} ({', '.join(table.columns)}) values\n{rows};\n"


def constant(dialect: Dialect, value: object) -> str:
    """Return an integer, a text, a date, a truth value or None as an SQL constant."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else dialect.text(str(value))
