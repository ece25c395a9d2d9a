"""The script for DuckDB: tables, and macros that calculate from constant lists of days.

A macro ends in ``_rows`` if it is called in FROM: DuckDB then evaluates each subquery once per row,
without a join. The macros without ``_rows`` call them. The macros ``..._of`` take a table and join
the day tables, which is the fastest form for a schedule per row.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import ClassVar, Final

from workhours_sla.adapters.sql.patterns import DAY
from workhours_sla.adapters.sql.script import Settings, inserts, release_number, version_of
from workhours_sla.adapters.sql.tables import CompiledSchedules
from workhours_sla.adapters.sql.vocabulary import Arithmetic, Dialect, case

OLDEST: Final = 2
"""The first major version of DuckDB that has macros for each type of argument as used here."""


class DuckDB(Dialect):
    """The dialect of DuckDB."""

    name: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB"
    text_type: ClassVar[str] = "text"

    def us(self, instant: str) -> str:
        """Return the microseconds of an instant; NULL for infinity."""
        return f"epoch_us({instant})"

    def instant(self, us: str) -> str:
        """Return the instant of a number of microseconds."""
        return f"make_timestamptz({us})"

    def div(self, amount: str, by: int) -> str:
        """Return the integer quotient."""
        return f"({amount} // {by})"

    def refuse(self, message: str, kind: str) -> str:
        """Return an expression that raises an error."""
        return f"error({message})::{kind}"


class DuckDBScript:
    """Writes the statements of a script, each of which may be run twice."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.schema = settings.schema
        self.d = DuckDB()
        self.compiled = settings.compiled
        self.a = Arithmetic(self.d, settings.compiled)

    def statements(self) -> Iterator[str]:
        """Return the statements of the script, in order."""
        yield from self._checks()
        yield "begin transaction;"
        yield from self._tables()
        yield from self._arguments()
        yield from self._verbs()
        yield from self._joins()
        yield "commit;"

    # -- what is installed -------------------------------------------------------------------

    def _checks(self) -> Iterator[str]:
        d, schema = self.d, self.schema
        old = d.joined(
            d.text(f"this script needs DuckDB {OLDEST}.0 or later, not "),
            "version()",
            d.text("; update DuckDB, or write a script for sqlite"),
        )
        yield (
            f"select {case([(f'{_MAJOR} < {OLDEST}', d.refuse(old, 'integer'))], '0')} as checked;"
        )
        yield f"create schema if not exists {schema};"
        yield (
            f"create table if not exists {schema}.script (version text, calendars text, "
            "release bigint, digest text, since date, until date, on_unknown text);"
        )
        newer = d.joined(
            d.text(f"{schema} has the newer script "),
            f"(select version from {schema}.script)",
            d.text(
                f"; this one is {version_of(self.compiled)}: generate it again, or drop the schema"
            ),
        )
        is_newer = f"exists (select 1 from {schema}.script where {newer_than(self.compiled)})"
        yield f"select {case([(is_newer, d.refuse(newer, 'integer'))], '0')} as checked;"

    def _tables(self) -> Iterator[str]:
        c, schema = self.compiled, self.schema
        for table in (c.schedule_table, c.days, c.work, c.runs):
            types = ", ".join(
                f"{column} {'text' if column == 'schedule' else 'bigint'}"
                for column in table.columns
            )
            yield f"create or replace table {schema}.{table.name} ({types});"
            yield from inserts(self.d, table, f"{schema}.{table.name}")
        lists = ", ".join(
            f"cast('{values}' as bigint[]) as {name}" for name, values in self._lists().items()
        )
        yield f"create or replace table {schema}.list as select {lists};"
        yield f"create or replace table {schema}.script as select {script_row(self.settings)};"
        yield (
            f"create or replace view {schema}.coverage as select schedule, "
            "make_timestamptz(r.lo) as first_known, make_timestamptz(r.hi) as last_known "
            f"from {schema}.schedule join {schema}.run r using (slot);"
        )
        for name in ("version", "digest"):
            value = version_of(c) if name == "version" else c.digest
            yield f"create or replace macro {schema}.{name}() as {self.d.text(value)};"

    def _arguments(self) -> Iterator[str]:
        """Return the macros that check arguments."""
        d, schema, names = self.d, self.schema, self.compiled.slot_of
        listed = ", ".join(list(names)[:_LISTED]) + (" ..." if len(names) > _LISTED else "")
        unknown = d.joined(
            d.text("no schedule "), "schedule", d.text(f"; the installed script has {listed}")
        )
        slots = [(f"schedule = {d.text(name)}", str(at)) for name, at in names.items()]
        slot = case([*slots, ("schedule is null", "null")], d.refuse(unknown, "integer"))
        yield f"create or replace macro {schema}.slot_of(schedule) as {slot};"
        naive = d.joined(
            d.text("an instant is a TIMESTAMP WITH TIME ZONE, not "),
            "typeof(t)",
            d.text("; give t AT TIME ZONE 'Europe/Volgograd', with the zone of the column"),
        )
        us = case(
            [("typeof(t) = 'TIMESTAMP WITH TIME ZONE'", "epoch_us(t)"), ("t is null", "null")],
            d.refuse(naive, "bigint"),
        )
        yield f"create or replace macro {schema}.us_of(t) as {us};"
        negative = d.joined(
            d.text("the budget "), "budget::text", d.text(" is negative; give at least 0")
        )
        days = d.joined(
            d.text("the budget "),
            "budget::text",
            d.text(" has days, whose working time is unknown; give hours, or count working days"),
        )
        amount = case([("budget < 0", d.refuse(negative, "bigint"))], "cast(budget as bigint)")
        has_days = " or ".join(
            f"datepart('{part}', budget) <> 0" for part in ("day", "month", "year")
        )
        span = case(
            [
                (has_days, d.refuse(days, "bigint")),
                ("epoch_us(budget) < 0", d.refuse(negative, "bigint")),
            ],
            "epoch_us(budget)",
        )
        yield f"create or replace macro {schema}.amount_of(budget) as {amount};"
        yield f"create or replace macro {schema}.span_of(budget) as {span};"

    # -- the verbs ---------------------------------------------------------------------------

    def _verbs(self) -> Iterator[str]:
        schema, slots = self.schema, self.compiled.slots
        last_a, last_b = (self.a.last_of_run(one, "slot") for one in ("ca", "cb"))
        same = "" if self.a.single_runs else f"case when {last_a} = {last_b} then cb - ca end"
        elapsed = self._answer(same or "cb - ca", "elapsed", "start_at", "end_at")
        yield self._rows(
            "elapsed_rows(schedule, start_at, end_at)",
            f"{elapsed} as elapsed",
            self._worked_at(a="start_at", b="end_at"),
        )
        for verb, column in (("deadline", "due_at"), ("breaches_after", "limit_at")):
            yield self._located(verb, column)
        yield f"create or replace macro {schema}.elapsed(schedule, start_at, end_at) as " + (
            f"(select elapsed from {schema}.elapsed_rows(schedule, start_at, end_at));"
        )
        for verb, column in (("deadline", "due_at"), ("breaches_after", "limit_at")):
            call = f"(select {column} from {schema}.{verb}_rows(schedule, start_at, %s))"
            yield self._with_budget(f"{verb}(schedule, start_at, budget%s)", call)
        left = f"{schema}.amount_of(%s) - {schema}.elapsed(schedule, start_at, now_at)"
        yield self._with_budget("remaining(schedule, start_at, budget%s, now_at)", left)
        yield (
            f"create or replace macro {schema}.is_working(schedule, t) as {schema}.elapsed("
            "schedule, t, t + interval 1 microsecond) = 1;"
        )
        due = f"make_timestamptz({schema}.us_of(start_at) + {schema}.amount_of(%s))"
        yield self._with_budget("clock_deadline(start_at, budget%s)", due)

    def _with_budget(self, signature: str, answer: str) -> str:
        """Return a macro whose budget is an integer of microseconds or an interval."""
        name, _, arguments = signature.partition("(")
        span = f"{self.schema}.span_of(budget)"
        return (
            f"create or replace macro {self.schema}.{name}({arguments % ' bigint'} as "
            f"{answer % 'budget'}, ({arguments % ' interval'} as {answer % span};"
        )

    def _rows(self, signature: str, answer: str, source: str) -> str:
        return (
            f"create or replace macro {self.schema}.{signature} as table\n"
            f"select {answer} from {source};"
        )

    def _answer(self, answer: str, verb: str, *given: str) -> str:
        """Return an answer; with on_unknown="raise", an error instead of NULL."""
        if not self.settings.raises:
            return answer
        known = " and ".join(f"{one} is not null" for one in ("schedule", *given))
        message = self.d.joined(
            self.d.text(f"{self.schema}.{verb}: the calendar of "),
            "schedule",
            self.d.text(" does not know the answer for "),
            f"{given[0]}::text",
            self.d.text(f"; see {self.schema}.coverage, or install a newer script"),
        )
        refused = self.d.refuse(message, "bigint" if verb == "elapsed" else "timestamptz")
        return f"coalesce({answer}, case when {known} then {refused} end)"

    def _worked_at(self, **instants: str) -> str:
        """Return a subquery with the slot and with C at some instants, in columns ``ca``, ..."""
        slots = self.compiled.slots
        raw = ", ".join(f"{self.schema}.us_of({t}) as u{x}" for x, t in instants.items())
        guarded = ", ".join(
            f"case when {self.a.known(f'u{x}', 'slot')} then u{x} end as x{x}" for x in instants
        )
        values = ", ".join(f"{self._day_value(f'x{x}')} as v{x}" for x in instants)
        worked = ", ".join(
            self.a.by_slot(
                "slot", (self.a.worked(f"x{x}", f"v{x}", slot.patterns) for slot in slots)
            )
            + f" as c{x}"
            for x in instants
        )
        return (
            f"(select *, {worked} from (select *, {values} from (select *, {guarded} from "
            f"(select {self.schema}.slot_of(schedule) as slot, {raw}))))"
        )

    def _item(self, name: str, index: str) -> str:
        """Return an element of a list of the table ``list``, which has one row.

        DuckDB reads the list once and indexes it in constant time, unlike a constant list.
        """
        return f"(select {name} from {self.schema}.list)[{index} + 1]"

    def _day_value(self, x: str) -> str:
        firsts = accumulate((len(slot.days) for slot in self.compiled.slots), initial=0)
        offsets = self.a.by_slot(
            "slot",
            (
                slot.first_day - first
                for slot, first in zip(self.compiled.slots, firsts, strict=False)
            ),
        )
        return self._item("by_day", f"{self.d.div(x, DAY)} - {offsets}")

    def _located(self, verb: str, column: str) -> str:
        latest = verb == "breaches_after"
        a, d, slots = self.a, self.d, self.compiled.slots
        last = a.last_of_run("ca", "slot")
        least, less = ("0", "<") if latest else ("1", "<=")
        amount = f"case when d >= {least} and d {less} {last} - ca then ca + d end as u"
        found = self._located_in("u", latest=latest)
        answer = d.instant(found)
        if not latest:
            answer = f"case when d = 0 and ca is not null then {d.instant('xa')} else {answer} end"
        back = 0 if latest else 1
        cell = a.by_slot(
            "slot",
            (
                f"{d.shr(f'(u - {slot.base + back})', slot.shift)} + {first}"
                for slot, first in zip(slots, self._cell_offsets, strict=False)
            ),
        )
        first = self._item("first_segment", cell)
        bound = d.shr(self._item("segment", "j + 1"), self.compiled.bits)
        more = f"j + case when u {'>=' if latest else '>'} {bound} then 1 else 0 end"
        value, day = self._item("segment", "k"), self._item("segment_day", "k")
        source = (
            f"(select *, {value} as v, {day} as n from (select *, {more} as k from "
            f"(select *, {first} as j from (select *, {amount} from (select *, "
            f"{self.schema}.amount_of(budget) as d from {self._worked_at(a='start_at')})))))"
        )
        answer = self._answer(answer, verb, "start_at", "budget")
        return self._rows(
            f"{verb}_rows(schedule, start_at, budget)", f"{answer} as {column}", source
        )

    @cached_property
    def _cell_offsets(self) -> list[int]:
        """The index of each slot's first cell in the list ``first_segment``."""
        counts = (sum(1 for _ in slot.cells()) for slot in self.compiled.slots)
        return list(accumulate(counts, initial=0))

    def _lists(self) -> dict[str, list[int]]:
        """Return the lists of all slots, one slot after another.

        ``by_day`` has the packed days, ``segment`` the packed segments of each slot and the end of
        its last, ``segment_day`` their first days, and ``first_segment`` for each cell the index of
        its segment in ``segment``.
        """
        lists: dict[str, list[int]] = {
            name: [] for name in ("by_day", "first_segment", "segment", "segment_day")
        }
        for slot in self.compiled.slots:
            before = len(lists["segment"])
            lists["by_day"] += self.compiled.packed_days(slot)
            lists["first_segment"] += (before + cell.segment for cell in slot.cells())
            lists["segment"] += self.compiled.packed_segments(slot)
            lists["segment"].append(slot.last << self.compiled.bits)
            lists["segment_day"] += (segment.number for segment in slot.segments)
            lists["segment_day"].append(0)
        return lists

    def _located_in(self, amount: str, *, latest: bool) -> str:
        return self.a.by_slot(
            "slot",
            (
                self.a.located(amount, "v", "n", latest=latest, inverses=slot.inverses)
                for slot in self.compiled.slots
            ),
        )

    # -- the verbs as joins ------------------------------------------------------------------

    def _joins(self) -> Iterator[str]:
        """Return the macros that take a table, whose columns have the names of the arguments."""
        return iter(())


_LISTED: Final = 5
_MAJOR: Final = "cast(split_part(ltrim(version(), 'v'), '.', 1) as integer)"


def newer_than(compiled: CompiledSchedules) -> str:
    """Return a condition on the installed row of ``script``: whether it is newer."""
    calendars = compiled.version
    condition = f"release > {release_number()}"
    return f"{condition} or calendars > '{calendars}'" if calendars else condition


def script_row(settings: Settings) -> str:
    """Return the columns of the row of the table ``script``."""
    c = settings.compiled
    values = {
        "version": f"'{version_of(c)}'",
        "calendars": f"'{c.version}'",
        "release": f"cast({release_number()} as bigint)",
        "digest": f"'{c.digest}'",
        "since": f"cast('{c.since}' as date)",
        "until": f"cast('{c.until}' as date)",
        "on_unknown": f"'{settings.on_unknown}'",
    }
    return ", ".join(f"{value} as {name}" for name, value in values.items())
