"""Write scripts that install schedules in an engine: the functions of the facade ``sql``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, get_args

from workhours_sla.errors import ScriptError, shown
from workhours_sla.sql import installed
from workhours_sla.sql.date_lists import DAY_COUNTS, Dates, dates_of, day_counts
from workhours_sla.sql.dialects import DIALECTS, OnUnknown, Words, quoted
from workhours_sla.sql.edges import CompiledSchedules, compile_schedules
from workhours_sla.sql.verb_steps import VERBS, verbs
from workhours_sla.text.messages import say
from workhours_sla.version import __version__
from workhours_sla.worktime.times import utc_of
from workhours_sla.worktime.verbs import WorkingTime

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,40}")
_ANSWERS: Final = ("due_at", "limit_at")


@dataclass(frozen=True)
class Script:
    """An SQL script that installs schedules in one engine.

    ``text`` is the script. ``version`` names the calendar data and the library. ``coverage`` has
    the ranges of known instants of each schedule, both ends included. ``digest`` is equal for equal
    schedules, dates and options.

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
    _words: Words = field(repr=False, compare=False)
    _dates: Dates = field(repr=False, compare=False)

    def expression(self, verb: str, *arguments: str) -> str:
        """Return SQL that calls a verb; the arguments are SQL, too.

        Most engines call a function, as in the example; SQLite, which has none, gets a subquery
        over the script's tables. Raises ScriptError for an unknown verb or a wrong number of
        arguments.

        >>> from datetime import date
        >>> from workhours_sla import Schedule, sql
        >>> office = {"roads": Schedule("RU-VGG", "Mo-Fr 09:00-18:00")}
        >>> days = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
        >>> made = sql.script(office, dialect="duckdb", **days)
        >>> made.expression("deadline", "'roads'", "posted", "14400000000")
        "wh.deadline('roads', posted, 14400000000)"
        """
        known = _verbs_of(self._words)
        if verb not in known or len(known[verb]) != len(arguments):
            names = ", ".join(f"{name}({', '.join(of)})" for name, of in known.items())
            raise ScriptError(say("sql_verb", name=shown(verb), count=len(arguments), names=names))
        if self._words.dialect.has_functions:
            return f"{self._words.schema}.{verb}({', '.join(arguments)})"
        return _subquery(self._words, self._dates, verb, arguments)

    def __str__(self) -> str:
        return self.text


def tables(schedules: Mapping[str, WorkingTime], *, since: date, until: date) -> CompiledSchedules:
    """Return schedules as tables of integers, for engines for which ``script`` writes no SQL.

    The dates are ``since <= date < until``; the first and the last must be known for each schedule.
    A table has ``columns``, ``rows`` and ``to_arrow()``. Raises CalendarCoverageError, ScriptError.

    >>> from datetime import date
    >>> from workhours_sla import Schedule, sql
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> made = sql.tables({"roads": office}, since=date(2025, 1, 1), until=date(2026, 1, 1))
    >>> made.at.columns, len(made.intervals.rows)
    (('first', 'shift', 'top'), 247)
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

    The dates are ``since <= date < until``; the first and the last must be known for each schedule.
    An answer that depends on an unknown date is NULL, or an error with ``on_unknown="raise"``.
    Equal arguments give equal scripts. Raises CalendarCoverageError and ScriptError.

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
    if not _SCHEMA.fullmatch(schema):
        raise ScriptError(say("sql_schema", name=shown(schema)))
    if on_unknown not in get_args(OnUnknown):
        raise ScriptError(say("sql_on_unknown", name=shown(on_unknown)))
    compiled = compile_schedules(schedules, since, until)
    words = Words(dialect, compiled, schema, on_unknown)
    dates = dates_of(compiled)
    statements = [*installed.STATEMENTS[dialect](words, dates), *_comments(words, dates)]
    return Script(
        dialect,
        _header(words) + "\n" + "\n".join(statements) + "\n",
        installed.version_of(compiled),
        {
            name: tuple((utc_of(lo), utc_of(hi)) for lo, hi in ranges)
            for name, ranges in compiled.coverage.items()
        },
        compiled.digest,
        words,
        dates,
    )


def check_query(made: Script, schema: str) -> str:
    """Return a query that compares the installed script with another.

    Its row has the installed version, that of the script, and whether they are equal.
    """
    table = DIALECTS[made.dialect].named.format(s=schema, name="script")
    return (
        f"select version as installed, '{made.version}' as this, "
        f"digest = '{made.digest}' as is_current from {table};\n"
    )


def _header(w: Words) -> str:
    compiled = w.compiled
    lines = (
        f"workhours_sla {__version__}: working time for {w.dialect.title}",
        f"schedules: {', '.join(compiled.schedules)}",
        f"dates: {compiled.since} to {compiled.until} (the last is not included)",
        f"calendar data: {compiled.version or 'none'}, digest {compiled.digest}",
        "An answer that the calendar does not know is "
        + ("NULL." if w.on_unknown == "null" else "an error."),
        "Generated: do not edit; generate a new script when the calendar changes.",
    )
    return "".join(f"-- {line}\n" for line in lines)


def _verbs_of(w: Words) -> Mapping[str, tuple[str, ...]]:
    """Return the verbs with their arguments; an expression has one answer of a budget of days."""
    if w.dialect.has_functions:
        return VERBS
    return VERBS | {f"{name}_{one}": of for name, of in DAY_COUNTS.items() for one in _ANSWERS}


def _subquery(w: Words, dates: Dates, verb: str, arguments: Sequence[str]) -> str:
    """Return the expression of a verb as a scalar subquery, since SQLite has no functions in SQL.

    The arguments are expressions. Raises ScriptError for a constant that names no schedule, and for
    days without dates.
    """
    schedule = arguments[0]
    constants = {quoted(name): str(at) for name, at in w.compiled.offsets.items()}
    if schedule not in constants and schedule.startswith("'") and schedule.endswith("'"):
        names = ", ".join(w.compiled.offsets)
        raise ScriptError(say("sql_no_such_schedule", name=schedule, names=names))
    if verb in VERBS:
        made = {one.name: one for one in verbs(w, constants.get(schedule))}[verb]
        levels, answer = made.levels, made.answer
    else:
        if not dates.offsets:
            raise ScriptError(say("sql_no_dates"))
        name, _, column = verb.partition("_days_")
        count = {one.name: one for one in day_counts(w, dates)}[f"{name}_days"]
        levels, answer = count.levels, count.answers[column]
    given = dict(zip(_verbs_of(w)[verb], arguments, strict=True))
    # the offsets in the expression are those of its own script
    current = f"(select digest = '{w.compiled.digest}' from {w.named('script')})"
    message = quoted("this expression is of another script than the installed one: renew it")
    answer = f"case when {current} then {answer} else {w.dialect.fail.format(message=message)} end"
    return f"(select {answer} from {w.nested((given, *levels))})"


def _comments(w: Words, dates: Dates) -> Iterator[str]:
    """Return comments with all expressions of SQLite."""
    for verb, arguments in {} if w.dialect.has_functions else _verbs_of(w).items():
        if verb in VERBS or dates.offsets:
            given = [f":{one}" for one in arguments]
            yield f"-- {verb}: replace {', '.join(given)}\n-- {_subquery(w, dates, verb, given)}"
