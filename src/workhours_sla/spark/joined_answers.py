"""The verbs as joins and expressions of Spark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from workhours_sla.errors import EngineError
from workhours_sla.spark.cells import MOST_CELLS, Axis, Cells
from workhours_sla.spark.python_columns import unknown_schedule
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_MARK: Final = "\0"
"""The place of an expression in a message, which Spark fills in for each row."""


class Tables:
    """The tables of compiled schedules in a session of Spark.

    ``names`` has the name of each schedule, the size and the first key of its cells on both axes,
    its first and last instant, and C at its end.
    """

    def __init__(self, session: SparkSession, names: Sequence[str], cells: Cells) -> None:
        import pyarrow as pa

        count = max(len(cells.worked.keys), len(cells.located.keys))
        if count > MOST_CELLS:
            raise EngineError(say("spark_too_large", count=count, most=MOST_CELLS))
        self.session = session
        self.cells = cells
        self.constants: dict[str, Any] = {
            "shift": list(cells.worked.shifts),
            "offset": list(cells.worked.offsets),
            "inverse_shift": list(cells.located.shifts),
            "inverse_offset": list(cells.located.offsets),
            "lo": [runs[0].lo for runs in cells.runs],
            "hi": [runs[-1].hi for runs in cells.runs],
            "last": [runs[-1].last for runs in cells.runs],
        }
        types = {name: pa.int32() if "shift" in name else pa.int64() for name in self.constants}
        rows = {"name": pa.array(names)} | {
            name: pa.array(values, types[name]) for name, values in self.constants.items()
        }
        self.names = session.createDataFrame(pa.table(rows))
        self.worked = session.createDataFrame(pa.table(cells.worked.columns))
        self.located = session.createDataFrame(pa.table(cells.located.columns))


class Query:
    """A frame to which the steps of a verb are joined; mutable.

    The columns of a step begin with ``_wh_``, and ``select`` drops them.
    """

    def __init__(self, frame: DataFrame, tables: Tables, by: str | None) -> None:
        self._given = frame.columns
        self._frame = frame
        self._tables = tables
        self._by = by
        if by is None:
            self._constants = {name: str(one) for name, (one,) in tables.constants.items()}
        else:
            self._constants = {name: f"_wh_{name}" for name in tables.constants}
            self._join(tables.names, "", f"`{by}` = _wh_name")

    def check_names(self, names: Sequence[str]) -> None:
        """Make the query fail for a name that no schedule has."""
        if self._by is None:
            return
        refused = raised(unknown_schedule(_MARK, names), f"`{self._by}`")
        lo = f"case when `{self._by}` is not null and _wh_lo is null then {refused} else _wh_lo end"
        self._add("lo_checked", lo)
        self._constants["lo"] = "_wh_lo_checked"

    def work(self, column: str, x: str) -> None:
        """Add the instant ``x``, and C at it as ``{x}_worked``; null where it is not known."""
        c, cells = self._constants, self._tables.cells
        us = f"unix_micros(`{column}`)"
        self._add(x, f"case when {us} between {c['lo']} and {c['hi']} then {us} end")
        self._add(f"{x}_key", f"{c['offset']} + shiftright(_wh_{x}, {c['shift']})")
        self._join(self._tables.worked, f"{x}_", f"_wh_{x}_key = _wh_{x}_key_")
        axis, at = cells.worked, f"_wh_{x}"
        if not cells.has_gaps:
            self._add(f"{x}_worked", _picked(axis, at, x, "least({x} - {a}, {b})"))
            return
        known = "case when {x} between {c} and {d} then least({x} - {a}, {b}) end"
        self._add(f"{x}_worked", _picked(axis, at, x, known))
        self._add(f"{x}_last", _picked(axis, at, x, "{e}"))

    def elapsed(self) -> str:
        """Return the working time between the instants ``a`` and ``b``."""
        if not self._tables.cells.has_gaps:
            return "_wh_b_worked - _wh_a_worked"
        return "case when _wh_a_last = _wh_b_last then _wh_b_worked - _wh_a_worked end"

    def locate(self, budget: str, *, latest: bool) -> str:
        """Return the instant at which a budget after ``a`` is used up, the first or the last."""
        c = self._constants
        last = "_wh_a_last" if self._tables.cells.has_gaps else c["last"]
        left = f"{last} - _wh_a_worked"
        refused = raised(say("spark_negative", budget=_MARK), budget)
        self._add("d", f"case when {budget} < 0 then {refused} else {budget} end")
        inside = f"_wh_d < {left}" if latest else f"_wh_d > 0 and _wh_d <= {left}"
        back = 0 if latest else 1
        self._add("w", f"case when {inside} then _wh_a_worked + _wh_d - {back} end")
        key = f"{c['inverse_offset']} + shiftright(_wh_w, {c['inverse_shift']})"
        self._add("w_key", key)
        self._join(self._tables.located, "w_", "_wh_w_key = _wh_w_key_")
        found = _picked(self._tables.cells.located, "_wh_w", "w", "{x} + {a}")
        found = f"timestamp_micros({found} + {back})"
        if latest:
            return found
        at_once = "_wh_d = 0 and _wh_a_worked is not null"
        return f"case when {at_once} then timestamp_micros(_wh_a) else {found} end"

    def select(
        self, answer: str, into: str, verb: str, given: Iterable[str], *, raises: bool
    ) -> DataFrame:
        """Return the frame with the answer; with ``raises`` an unknown answer is an error."""
        from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

        if raises:
            names = [*given, *([] if self._by is None else [self._by])]
            known = " and ".join(f"`{name}` is not null" for name in names)
            schedule = "''" if self._by is None else f"`{self._by}`"
            message = say("spark_unknown", verb=verb, schedule=_MARK, time=_MARK)
            refused = raised(message, schedule, f"`{names[0]}`")
            answer = f"coalesce({answer}, case when {known} then {refused} end)"
        columns = [F.col(f"`{name}`") for name in self._given]
        return self._frame.select(*columns, F.expr(answer).alias(into))

    def _add(self, name: str, expression: str) -> None:
        from pyspark.sql import functions as F  # noqa: N812

        self._frame = self._frame.withColumn(f"_wh_{name}", F.expr(expression))

    def _join(self, table: DataFrame, prefix: str, condition: str) -> None:
        from pyspark.sql import functions as F  # noqa: N812

        named = [
            F.col(name).alias(f"_wh_{prefix}{name}{'_' if name == 'key' else ''}")
            for name in table.columns
        ]
        table = F.broadcast(table.select(*named))
        self._frame = self._frame.join(table, F.expr(condition), "left")


def raised(message: object, *expressions: str) -> str:
    """Return an expression that raises an error with a message, whose marks are expressions."""
    parts = [_quoted(part) for part in str(message).split(_MARK)]
    texts = [f"cast({one} as string)" for one in expressions]
    joined = [one for pair in zip(parts, [*texts, ""], strict=True) for one in pair if one]
    return f"raise_error(concat({', '.join(joined)}))"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _picked(axis: Axis, at: str, step: str, form: str) -> str:
    """Return an expression for the piece at ``at``; ``{a}`` in ``form`` is the piece's column a."""
    pieces = []
    for n in range(len(axis.values)):
        columns = {one: f"_wh_{step}_{one}{n}" for one in "abcde"}
        pieces.append(form.format(x=at, **columns))
    *later, first = reversed(pieces)
    branches = [
        f"when {at} >= _wh_{step}_s{n} then {piece}"
        for n, piece in zip(range(len(later), 0, -1), later, strict=True)
    ]
    return f"(case {' '.join(branches)} else {first} end)" if branches else f"({first})"
