"""The verbs as functions of a DuckDB connection, calculated by ``columns`` in this process.

The functions take and return integers of microseconds. Macros around them check the types of the
arguments: DuckDB would convert a TIMESTAMP without zone by the zone of the session before a
function could see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from workhours_sla.adapters.sql.duckdb import argument_macros, derived_macros, with_budget
from workhours_sla.adapters.sql.settings import OnUnknown, check_on_unknown, check_schema
from workhours_sla.adapters.sql.tables import check_names
from workhours_sla.errors import ScriptError, needs_extra
from workhours_sla.text.messages import say
from workhours_sla.worktime.verbs import WorkingTime

if TYPE_CHECKING:
    import duckdb

LONGEST: Final = 200 * 366 * 86_400_000_000
"""A longer budget, in microseconds, has no answer: its due time would be after all calendars."""
_TWO_INSTANTS: Final = ("elapsed",)


def register_duckdb(
    connection: duckdb.DuckDBPyConnection,
    schedules: Mapping[str, WorkingTime],
    *,
    schema: str = "wh",
    on_unknown: OnUnknown = "null",
) -> None:
    """Add the verbs to a DuckDB connection as functions in a schema.

    The functions are ``elapsed``, ``deadline``, ``breaches_after``, ``remaining``, ``is_working``
    and ``clock_deadline``, as in ``script``. Instants are TIMESTAMP WITH TIME ZONE, budgets
    integers of microseconds or intervals without days. They last until the connection is closed;
    views that use them then fail.

    Raises ScriptError if the schema has an installed script, or for an invalid name; ImportError
    without the extra ``duckdb``.

    >>> import duckdb
    >>> from workhours_sla import Schedule, sql
    >>> con = duckdb.connect()
    >>> sql.register_duckdb(con, {"roads": Schedule("RU-VGG", "Mo-Fr 09:00-18:00")})
    >>> posted = "timestamptz '2025-10-31 17:30+03'"
    >>> due, = con.execute(f"select wh.deadline('roads', {posted}, interval 4 hours)").fetchone()
    >>> print(due.astimezone(Schedule("RU-VGG", "Mo-Fr 09:00-18:00").tz))
    2025-11-01 12:30:00+03:00
    """
    check_names(schedules)
    check_schema(schema)
    check_on_unknown(on_unknown)
    try:
        from duckdb.func import ARROW, SPECIAL
        from duckdb.sqltypes import BIGINT
    except ImportError as error:
        raise needs_extra(what="DuckDB functions need duckdb", extras=("duckdb",)) from error
    installed = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
    if connection.execute(installed, [schema, "script"]).fetchall():
        raise ScriptError(say("sql_installed", schema=schema))
    connection.execute(f"create schema if not exists {schema}").fetchall()
    slots: dict[WorkingTime, int] = {}
    slot_of = {name: slots.setdefault(one, len(slots)) for name, one in schedules.items()}
    functions = _Functions(tuple(slots), on_unknown)
    for macro in argument_macros(schema, slot_of):
        connection.execute(macro).fetchall()
    for verb in ("elapsed", "deadline", "breaches_after"):
        name = f"{schema}_{verb}_us"
        _remove(connection, name)
        connection.create_function(
            name,
            functions.of(verb),
            [BIGINT, BIGINT, BIGINT],
            BIGINT,
            type=ARROW,
            null_handling=SPECIAL,
        )
    for macro in _macros(schema):
        connection.execute(macro).fetchall()


def _macros(schema: str) -> list[str]:
    slot, start = f"{schema}.slot_of(schedule)", f"{schema}.us_of(start_at)"
    elapsed = f"{schema}_elapsed_us({slot}, {start}, {schema}.us_of(end_at))"
    macros = [f"create or replace macro {schema}.elapsed(schedule, start_at, end_at) as {elapsed}"]
    for verb in ("deadline", "breaches_after"):
        call = f"{schema}_{verb}_us({slot}, {start}, {schema}.amount_of(%s))"
        macros.append(
            with_budget(
                schema, f"{verb}(schedule, start_at, budget%s)", f"make_timestamptz({call})"
            )
        )
    return [*macros, *derived_macros(schema)]


def _remove(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove a function of an earlier call, if there is one."""
    known = "select 1 from duckdb_functions() where function_name = ?"
    if connection.execute(known, [name]).fetchall():
        connection.remove_function(name)


class _Functions:
    """Functions of Arrow arrays: the slot, the start, and the end or the budget of each row."""

    def __init__(self, schedules: tuple[WorkingTime, ...], on_unknown: OnUnknown) -> None:
        self._schedules = schedules
        self._mark = "mark" if on_unknown == "null" else "raise"

    def of(self, verb: str) -> Callable[[Any, Any, Any], Any]:
        """Return the function of a verb."""
        import numpy as np
        import pyarrow as pa

        from workhours_sla.worktime.columns import verbs

        ask: Callable[..., Any] = getattr(verbs, verb)
        unit = "m8[us]" if verb == "elapsed" else "M8[us]"
        nat = np.iinfo(np.int64).min

        def integers(column: Any) -> Any:
            whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            return np.asarray(whole.fill_null(nat) if whole.null_count else whole)

        def answer(slots: Any, starts: Any, others: Any) -> Any:
            missing = np.asarray(slots.is_null()) if slots.null_count else None
            slot = np.asarray(slots.fill_null(0) if slots.null_count else slots)
            start, other = integers(starts), integers(others)
            if verb != "elapsed":
                none = other == nat
                if none.any():
                    start = np.where(none, nat, start)
                    other = np.where(none, 0, other)
                too_long = other > LONGEST
                if too_long.any():
                    if self._mark == "raise":
                        raise ScriptError(say("sql_budget", budget=int(other.max())))
                    start = np.where(too_long, nat, start)
                    other = np.where(too_long, 0, other)
            if missing is not None:
                start = np.where(missing, nat, start)
            codes: Any = slot
            schedules: Any = self._schedules
            if not slot.size or slot.min() == slot.max():
                schedules, codes = schedules[int(slot[0]) if slot.size else 0], None
            found = ask(
                schedules,
                start.view("M8[us]"),
                other.view("M8[us]" if verb == "elapsed" else "m8[us]"),
                codes=codes,
                tz="UTC",
                on_unknown=self._mark,
            )
            values = found.values if self._mark == "mark" else found
            result = values.astype(unit, copy=False).view(np.int64)
            empty = result == nat
            return pa.array(result, mask=empty) if empty.any() else pa.array(result)

        return answer
