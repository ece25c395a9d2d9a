"""The namespace ``sla`` of polars expressions: the verbs, evaluated when the query runs.

A verb stays lazy: its data type is known before there are rows, it works chunk by chunk in the
streaming engine, and predicates on other columns move past it. The methods are made from the
functions in ``VERBS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, Final

import polars as pl

from workhours_sla.frames.frame_columns import MarkedColumns
from workhours_sla.frames.frame_verbs import VERBS, add_method

_AMOUNTS: Final = {"elapsed": "ends", "remaining": "as_of"}
"""The verbs whose answers are amounts, and the parameter with their second instant."""
_COLUMNS: Final = {"ends", "budget", "as_of", "by", "codes", "pauses"}
"""The parameters that may be expressions, beside the expression itself."""
_REQUIRED: Final = {"budget", "by", "codes"}
"""The parameters whose columns may have no null."""


@pl.api.register_expr_namespace("sla")
class ExpressionVerbs:
    """The namespace ``expression.sla``, whose methods are the verbs with the expression first.

    Other columns are expressions, too. Answers that are instants have the type of the expression;
    amounts have the coarsest time unit of the instants, as differences of polars have. With
    ``on_unknown="mark"`` a row that depends on an unknown date is null. A row without the first
    instant is null, whatever its other columns are. An error names the row within its chunk.

    >>> import polars as pl
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> posted = pl.Series("posted", ["2025-10-31 17:30"]).str.to_datetime("%Y-%m-%d %H:%M")
    >>> posted = posted.dt.replace_time_zone("Europe/Volgograd")
    >>> due = pl.col("posted").sla.deadline(office, working_hours(4))
    >>> print(posted.to_frame().lazy().select(due).collect().item())
    2025-11-01 12:30:00+03:00
    """

    def __init__(self, expression: pl.Expr) -> None:
        self._expression = expression


def _add_verb(verb: Callable[..., Any]) -> None:
    parameters = signature(verb)
    first = list(parameters.parameters)[1]

    def method(self: ExpressionVerbs, schedule: Any, *given: Any, **options: Any) -> pl.Expr:
        arguments = parameters.bind(schedule, self._expression, *given, **options).arguments
        del arguments[first]
        columns = {
            name: value
            for name, value in arguments.items()
            if name in _COLUMNS and isinstance(value, pl.Expr)
        }

        def answer(series: Any) -> pl.Series:
            return _answer(verb, dict(zip([first, *columns], series, strict=True)), arguments)

        return pl.map_batches(
            [self._expression, *columns.values()],
            answer,
            return_dtype=_type_of(verb.__name__, self._expression, arguments),
            is_elementwise=True,
        )

    add_method(ExpressionVerbs, verb, method, is_of_column=True)


def _type_of(verb: str, first: pl.Expr, arguments: dict[str, Any]) -> Any:
    if verb == "is_working":
        return pl.Boolean
    if verb not in _AMOUNTS:
        return pl.dtype_of(first)
    other = arguments[_AMOUNTS[verb]]
    return pl.dtype_of((other if isinstance(other, pl.Expr) else pl.lit(other)) - first)


def _answer(
    verb: Callable[..., Any], columns: dict[str, pl.Series], arguments: dict[str, Any]
) -> pl.Series:
    count = max(map(len, columns.values()))
    filled = {
        name: one.new_from_index(0, count) if len(one) == 1 < count else one
        for name, one in columns.items()
    }
    first = next(iter(filled.values()))
    required = _REQUIRED & filled.keys()
    if first.null_count() == count:
        filled = {name: one.clear() for name, one in filled.items()}
    elif first.null_count() and required:
        asked = first.is_not_null()
        for role in required:
            filled[role] = _required(role, filled[role], asked, arguments["schedule"])
    found = verb(**arguments | filled)
    values: pl.Series = found.values if isinstance(found, MarkedColumns) else found
    if len(values) < count:
        values = values.extend_constant(None, count - len(values))
    if values.dtype == pl.Boolean:
        return values
    return _in_unit(values, _unit_of(verb.__name__, columns, arguments))


def _required(role: str, column: pl.Series, asked: pl.Series, schedules: Any) -> pl.Series:
    """Return a column with a valid value in all rows that ask nothing."""
    if role == "by":
        if not isinstance(schedules, Mapping) or not schedules:
            return column  # the verb raises its own error
        name = pl.Series([next(iter(schedules))])
        if isinstance(column.dtype, pl.Categorical):
            return column.zip_with(asked, name.cast(column.dtype))
        return column.cast(pl.String).zip_with(asked, name)
    return column.zip_with(asked, pl.Series([0]).cast(column.dtype))


def _unit_of(verb: str, columns: dict[str, pl.Series], arguments: dict[str, Any]) -> Any:
    used = [next(iter(columns.values()))]
    if verb in _AMOUNTS:
        other = _AMOUNTS[verb]
        used.append(columns[other] if other in columns else pl.Series([arguments[other]]))
    units = [one.dtype.time_unit for one in used if isinstance(one.dtype, pl.Datetime)]
    return min(units, key=["ms", "us", "ns"].index)


def _in_unit(values: pl.Series, unit: Any) -> pl.Series:
    """Return instants or amounts in a time unit; an answer that would be rounded is an error."""
    kind: Any = values.dtype
    if kind.time_unit == unit:
        return values
    converted = values.dt.cast_time_unit(unit)
    if not converted.dt.cast_time_unit(kind.time_unit).equals(values):
        msg = (
            f"the answers need the time unit {kind.time_unit}, but the columns have {unit}; give "
            f"pl.col(...).dt.cast_time_unit({kind.time_unit!r})"
        )
        raise ValueError(msg)
    return converted


for _verb in VERBS:
    _add_verb(_verb)
