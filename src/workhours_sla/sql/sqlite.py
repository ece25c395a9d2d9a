"""The script for SQLite: tables alone, since SQLite has no functions in SQL.

The answers are expressions over the tables, see ``Script.expression``. Instants are integers of
microseconds since 1970-01-01T00:00 UTC. Arguments without an answer give NULL, or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import ClassVar

from workhours_sla.errors import ScriptError
from workhours_sla.sql.dates import Dates
from workhours_sla.sql.patterns import DAY, inverse_of
from workhours_sla.sql.schedule_tables import Slot, Table
from workhours_sla.sql.scripts import VERBS, inserts, newer_than, script_row, version_of
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.sqlite_dates import DAY_VERBS, DateExpressions, date_tables
from workhours_sla.sql.vocabulary import Arithmetic, Dialect, case
from workhours_sla.text.messages import say


class SQLite(Dialect):
    """The dialect of SQLite."""

    name: ClassVar[str] = "sqlite"
    title: ClassVar[str] = "SQLite"
    integer_type: ClassVar[str] = "integer"
    instant_type: ClassVar[str] = "integer"

    def us(self, instant: str) -> str:
        """Return an instant, which is an integer already; NULL for any other value."""
        return f"case typeof({instant}) when 'integer' then {instant} end"

    def instant(self, us: str) -> str:
        """Return a number of microseconds, which is the instant."""
        return us

    def least(self, one: str, other: str) -> str:
        """Return the smaller of two integers."""
        return f"min({one}, {other})"

    def greatest(self, one: str, other: str) -> str:
        """Return the greater of two integers."""
        return f"max({one}, {other})"

    def refuse(self, message: str, kind: str) -> str:
        """Return NULL: whether that is an error is decided for the whole answer."""
        return "null"

    def fail(self, message: str) -> str:
        """Return an expression that raises an error.

        SQLite has no function for that in queries, but its function for JSON refuses a path that
        begins with no dollar sign, and its error has this path.
        """
        return f"json_extract('{{}}', {message})"

    def as_text(self, value: str) -> str:
        """Return a value of any type as text."""
        return f"quote({value})"


class Expressions:
    """The verbs as expressions: scalar subqueries that seek rows by integer primary keys.

    Each argument may occur several times in an expression, so that it should be a column, a
    constant or a parameter with a name.
    """

    def __init__(self, settings: Settings, dialect: SQLite) -> None:
        self._settings = settings
        self._d = dialect
        self._a = Arithmetic(self._d, settings.compiled)

    @property
    def verbs(self) -> Mapping[str, tuple[str, ...]]:
        """The verbs with their arguments, to which this engine adds those that count days."""
        return VERBS | DAY_VERBS

    def of(self, verb: str, arguments: Sequence[str]) -> str:
        """Return the expression of a verb for some arguments, which are expressions."""
        answer = self._answer(verb, arguments)
        if not self._settings.raises:
            return answer
        d = self._d
        values = [d.joined(d.text(", "), d.as_text(one)) for one in arguments[1:]]
        message = d.joined(
            d.text(f"{verb} has no answer for "),
            d.as_text(arguments[0]),
            *values,
            d.text(f"; see {self._settings.schema}_coverage, or install a newer script"),
        )
        given = " and ".join(f"{one} is not null" for one in arguments)
        return f"coalesce({answer}, {case([(given, d.fail(message))])})"

    def _answer(self, verb: str, arguments: Sequence[str]) -> str:
        schedule, *others = arguments
        if verb in DAY_VERBS:
            self._slots(schedule)  # an unknown constant is an error
            return DateExpressions(self._settings, self._d).of(verb, arguments)
        if verb == "elapsed":
            return self._elapsed(schedule, *others)
        if verb == "remaining":
            start, budget, now = others
            return f"({self._amount(budget)} - {self._elapsed(schedule, start, now)})"
        if verb == "is_working":
            return f"({self._elapsed(schedule, others[0], f'({others[0]} + 1)')} = 1)"
        return self._located(schedule, *others, latest=verb == "breaches_after")

    def _slots(self, schedule: str) -> list[tuple[str, Slot]]:
        """Return the slots of a schedule with the conditions that choose them.

        For a constant that is one slot with the condition 1. Raises ScriptError for a constant that
        names no schedule.
        """
        compiled = self._settings.compiled
        by_slot: dict[int, list[str]] = {}
        for name, at in compiled.slot_of.items():
            if schedule == self._d.text(name):
                return [("1", compiled.slots[at])]
            by_slot.setdefault(at, []).append(self._d.text(name))
        if schedule.startswith("'") and schedule.endswith("'"):
            names = ", ".join(compiled.slot_of)
            raise ScriptError(say("sql_no_such_schedule", name=schedule, names=names))
        return [
            (f"{schedule} in ({', '.join(names)})", compiled.slots[at])
            for at, names in by_slot.items()
        ]

    def _worked(self, slot: Slot, t: str) -> str:
        """Return the working time C at an instant, NULL if it is unknown or no integer."""
        first = self._first_numbers[slot.index]
        number = case(
            [
                (
                    f"typeof({t}) = 'integer' and {t} between {slot.lo} and {slot.hi}",
                    f"{t} / {DAY} - {slot.first_day - first}",
                )
            ]
        )
        worked = self._a.worked(t, "value", slot.patterns)
        return f"(select {worked} from {self._settings.schema}_day where number = {number})"

    @property
    def _first_numbers(self) -> list[int]:
        counts = (len(slot.days) for slot in self._settings.compiled.slots)
        return list(accumulate(counts, initial=0))

    def _elapsed(self, schedule: str, start: str, end: str) -> str:
        def between(slot: Slot) -> str:
            a, b = self._worked(slot, start), self._worked(slot, end)
            if len(slot.runs) == 1:
                return f"{b} - {a}"
            last_a, last_b = (self._a.last(slot, one) for one in ("ca", "cb"))
            return (
                f"(select case when {last_a} = {last_b} then cb - ca end "
                f"from (select {a} as ca, {b} as cb))"
            )

        return self._chosen(schedule, between)

    def _located(self, schedule: str, start: str, budget: str, *, latest: bool) -> str:
        bits, prefix = self._settings.compiled.bits, self._settings.schema
        amount = self._amount(budget)

        def located(slot: Slot) -> str:
            last, pattern_numbers = (
                self._a.last(slot, "ca"),
                self._settings.compiled.pattern_numbers,
            )
            inverses = [
                (pattern_numbers[one], inverse_of(one)) for one in slot.patterns if one.pieces
            ]
            found = self._a.located("u", "value", "number", inverses, latest=latest)
            low = (1 << bits) - 1 if latest else -1
            packed = f"(u << {bits}) + {low}"
            seek = (
                f"(select {found} from {prefix}_segment where value <= {packed} "
                "order by value desc limit 1)"
            )
            least, less = (0, "<") if latest else (1, "<=")
            used = case([(f"d >= {least} and d {less} {last} - ca", "ca + d")])
            if not latest:
                seek = case([("u is null", case([("d = 0 and ca is not null", start)]))], seek)
            return (
                f"(select {seek} from (select {used} as u, ca, d from "
                f"(select {self._worked(slot, start)} as ca, {amount} as d)))"
            )

        return self._chosen(schedule, located)

    @staticmethod
    def _amount(budget: str) -> str:
        return case([(f"typeof({budget}) = 'integer' and {budget} >= 0", budget)])

    def _chosen(self, schedule: str, answer: Callable[[Slot], str]) -> str:
        chosen = [(condition, answer(slot)) for condition, slot in self._slots(schedule)]
        if chosen[0][0] == "1":
            return f"({chosen[0][1]})"
        return f"({case(chosen)})"


def statements(settings: Settings) -> Iterator[str]:
    """Return the statements of the script, each of which may be run twice.

    A script that is older than the installed one changes nothing, even if a shell goes on after
    its error.
    """
    compiled, prefix = settings.compiled, settings.schema
    d = SQLite(prefix)
    is_newer = f"exists (select 1 from {prefix}_script where {newer_than(compiled)})"
    yield (
        f"create table if not exists {prefix}_script (version text, calendars text, "
        "release integer, digest text, since text, until text, on_unknown text);"
    )
    message = d.text(
        f"the tables {prefix}_... have a newer script than {version_of(compiled)}: "
        "generate it with the newer library, or drop them"
    )
    yield f"create temp table if not exists {prefix}_check (newer integer);"
    yield f"drop trigger if exists temp.{prefix}_refuse;"
    yield (
        f"create temp trigger {prefix}_refuse before insert on {prefix}_check when new.newer "
        f"begin select raise(abort, {message}); end;"
    )
    yield f"insert into {prefix}_check select {is_newer};"
    yield "begin immediate;"
    segments = [
        (packed, day.number)
        for slot in compiled.slots
        for day, packed in zip(slot.days, compiled.packed_days(slot), strict=True)
        if day.pattern.pieces
    ]
    dates = Dates(compiled)
    days = [packed for slot in compiled.slots for packed in compiled.packed_days(slot)]
    for table in (
        Table("day", ("number", "value"), list(enumerate(days))),
        Table("segment", ("value", "number"), segments),
        *date_tables(dates),
        compiled.schedule_table,
        compiled.runs,
    ):
        name = f"{prefix}_{table.name}"
        key, *others = table.columns
        kind = "" if table.name in ("schedule", "run") else "integer primary key"
        yield f"create table if not exists {name} ({', '.join([f'{key} {kind}', *others])});"
        yield f"delete from {name} where not {is_newer};"
        for insert in inserts(d, table, name):
            head, _, rows = insert.rstrip().rstrip(";").partition(" values\n")
            yield f"{head} select * from (values\n{rows}) where not {is_newer};"
    yield f"drop view if exists {prefix}_coverage;"
    yield (
        f"create view {prefix}_coverage as select schedule, r.lo as first_known, "
        f"r.hi as last_known from {prefix}_schedule join {prefix}_run r using (slot);"
    )
    yield f"create temp table if not exists {prefix}_new as select {script_row(settings)};"
    yield f"delete from {prefix}_new;"
    yield f"insert into {prefix}_new select {script_row(settings)} where not {is_newer};"
    yield f"delete from {prefix}_script where not {is_newer};"
    yield f"insert into {prefix}_script select * from {prefix}_new;"
    yield f"drop table {prefix}_new;"
    yield "commit;"
    yield f"drop table {prefix}_check;"
    expressions = Expressions(settings, d)
    for verb, arguments in expressions.verbs.items():
        if verb in DAY_VERBS and not dates.calendars:
            continue
        text = expressions.of(verb, [f":{one}" for one in arguments])
        yield f"-- {verb}: replace {', '.join(f':{one}' for one in arguments)}\n-- {text}"
