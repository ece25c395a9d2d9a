"""The verbs of working time on columns of pandas, polars and Arrow.

Each row has the answer of the scalar verb. The answers are a column of the library of the first
column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import update_wrapper
from inspect import Parameter, Signature, signature
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, Unpack, cast, overload

import numpy as np
from numpy.typing import NDArray

from workhours_sla.frames.frame_columns import C, Column, MarkedColumns, Options, Rows, Schedules
from workhours_sla.worktime.columns import column_verbs as columns
from workhours_sla.worktime.columns.inputs import OnUnknown
from workhours_sla.worktime.due_dates import BudgetKind


class ArrowScalar(Protocol):
    """A Scalar of Arrow."""

    def as_py(self) -> object:
        """Return the value."""


Instants: TypeAlias = datetime | Column | ArrowScalar | Sequence[datetime | None]
"""One instant for all rows, or a column of instants. Only pandas accepts a list."""
Budgets: TypeAlias = (
    BudgetKind | timedelta | Column | ArrowScalar | NDArray[np.timedelta64] | Sequence[timedelta]
)
"""One budget for all rows, or a column of amounts of working time."""
Names: TypeAlias = Column | NDArray[np.object_] | Sequence[str]
"""The name of each row's schedule. Only pandas accepts an array or a list."""
Codes: TypeAlias = Column | Sequence[int] | NDArray[np.integer]
"""The index of each row's schedule."""


class _Shared(TypedDict, total=False):
    by: Names | None
    codes: Codes | None
    provisional: bool


class _Raise(_Shared, total=False):
    on_unknown: Literal["raise"]


class _Mark(_Shared):
    on_unknown: Literal["mark"]


class _Pauses(_Raise, total=False):
    pauses: Column | None


class _MarkPauses(_Mark, total=False):
    pauses: Column | None


class _Edge(_Raise, total=False):
    inclusive: bool


class _MarkEdge(_Mark, total=False):
    inclusive: bool


def library_of(value: object) -> type[Rows[Any]] | None:
    for base in type(value).__mro__:
        match base.__module__.partition(".")[0]:
            case "pandas":
                from workhours_sla.frames.pandas import PandasRows

                return PandasRows
            case "polars":
                from workhours_sla.frames.polars import PolarsRows

                return PolarsRows
            case "pyarrow":
                from workhours_sla.frames.arrow import ArrowRows

                return ArrowRows
    return None


def _rows_of(role: str, column: C) -> Rows[C]:
    library = library_of(column)
    if library is None:
        msg = (
            f"{role} is of type {type(column).__name__}, not a column; give a Series of pandas or "
            "polars or an array of Arrow; for a single instant call the schedule's own method"
        )
        raise TypeError(msg)
    return library(role, column)


@overload
def elapsed(schedule: Schedules, starts: C, ends: Instants, **options: Unpack[_Pauses]) -> C: ...
@overload
def elapsed(
    schedule: Schedules, starts: C, ends: Instants, **options: Unpack[_MarkPauses]
) -> MarkedColumns[C]: ...
def elapsed(
    schedule: Schedules,
    starts: C,
    ends: Instants,
    *,
    by: Names | None = None,
    codes: Codes | None = None,
    pauses: Column | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return the working time between two instants, negative if the second is earlier.

    ``ends`` is one instant or a column, in any zone. The answers are durations, and null if one of
    the two instants is null. Their unit is the finest of the units of the columns and of the
    schedule's opening and closing times. Raises NaiveDatetimeError; CalendarCoverageError that
    names the row; LookupError for a name or code without a schedule; ValueError for columns of
    different lengths or indexes.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = pd.Series(["2024-12-27 15:45"]).astype("datetime64[s, Europe/Volgograd]")
    >>> ends = pd.Timestamp("2024-12-28 10:10", tz="Europe/Volgograd")
    >>> print(frames.elapsed(office, starts, ends)[0])
    0 days 03:25:00
    """
    rows = _rows_of("starts", starts)
    options = Options(by, codes, on_unknown, provisional, pauses)
    return rows.answer(columns.elapsed, schedule, options, rows.instants("ends", ends))


@overload
def remaining(
    schedule: Schedules, starts: C, budget: Budgets, *, as_of: Instants, **options: Unpack[_Pauses]
) -> C: ...
@overload
def remaining(
    schedule: Schedules,
    starts: C,
    budget: Budgets,
    *,
    as_of: Instants,
    **options: Unpack[_MarkPauses],
) -> MarkedColumns[C]: ...
def remaining(
    schedule: Schedules,
    starts: C,
    budget: Budgets,
    *,
    as_of: Instants,
    by: Names | None = None,
    codes: Codes | None = None,
    pauses: Column | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return the working time that is left of a budget at ``as_of``, negative when overdue.

    ``as_of`` is one instant or a column. For a budget of days or months, the answer is the working
    time from ``as_of`` to the due time; for ClockTime, it is all time between these two.
    Type, unit and errors are those of ``elapsed``; also raises BudgetError.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = pd.Series(["2025-03-12 10:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> three = pd.Timestamp("2025-03-12 15:00", tz="Europe/Volgograd")
    >>> print(frames.remaining(office, starts, working_hours(4), as_of=three)[0])
    -1 days +23:00:00
    """
    rows = _rows_of("starts", starts)
    options = Options(by, codes, on_unknown, provisional, pauses)
    return rows.answer(
        columns.remaining,
        schedule,
        options,
        rows.amounts(budget),
        as_of=rows.instants("as_of", as_of),
    )


@overload
def deadline(schedule: Schedules, starts: C, budget: Budgets, **options: Unpack[_Pauses]) -> C: ...
@overload
def deadline(
    schedule: Schedules, starts: C, budget: Budgets, **options: Unpack[_MarkPauses]
) -> MarkedColumns[C]: ...
def deadline(
    schedule: Schedules,
    starts: C,
    budget: Budgets,
    *,
    by: Names | None = None,
    codes: Codes | None = None,
    pauses: Column | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return the due time: the earliest instant at which a budget is used up.

    ``budget`` is one budget of any kind, or a column of durations. The answers are instants in the
    zone of ``starts``. Their unit is the finest of the units of the columns, of the budget and of
    the schedule's opening and closing times. An answer is null if the start is null, or if a pause
    without an end begins before the answer. Raises NaiveDatetimeError, BudgetError,
    CalendarCoverageError, LookupError and ValueError.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = pd.Series(["2025-10-31 17:30"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.deadline(office, starts, working_hours(4))[0])
    2025-11-01 12:30:00+03:00
    """
    rows = _rows_of("starts", starts)
    options = Options(by, codes, on_unknown, provisional, pauses)
    return rows.answer(columns.deadline, schedule, options, rows.amounts(budget))


@overload
def breaches_after(
    schedule: Schedules, starts: C, budget: Budgets, **options: Unpack[_Pauses]
) -> C: ...
@overload
def breaches_after(
    schedule: Schedules, starts: C, budget: Budgets, **options: Unpack[_MarkPauses]
) -> MarkedColumns[C]: ...
def breaches_after(
    schedule: Schedules,
    starts: C,
    budget: Budgets,
    *,
    by: Names | None = None,
    codes: Codes | None = None,
    pauses: Column | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return the limit: the last instant at which an answer still meets a budget.

    If the budget is used up at closing time, the limit is the next opening. The answers and errors
    are as for ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = pd.Series(["2025-03-12 14:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.breaches_after(office, starts, working_hours(4))[0])
    2025-03-13 09:00:00+03:00
    """
    rows = _rows_of("starts", starts)
    options = Options(by, codes, on_unknown, provisional, pauses)
    return rows.answer(columns.breaches_after, schedule, options, rows.amounts(budget))


@overload
def latest_start(schedule: Schedules, due: C, budget: Budgets, **options: Unpack[_Raise]) -> C: ...
@overload
def latest_start(
    schedule: Schedules, due: C, budget: Budgets, **options: Unpack[_Mark]
) -> MarkedColumns[C]: ...
def latest_start(
    schedule: Schedules,
    due: C,
    budget: Budgets,
    *,
    by: Names | None = None,
    codes: Codes | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return the latest start whose due time is no later than ``due``.

    The answers and errors are as for ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> due = pd.Series(["2025-03-12 11:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.latest_start(office, due, working_hours(4))[0])
    2025-03-11 16:00:00+03:00
    """
    rows = _rows_of("due", due)
    options = Options(by, codes, on_unknown, provisional)
    return rows.answer(columns.latest_start, schedule, options, rows.amounts(budget))


@overload
def is_working(schedule: Schedules, times: C, **options: Unpack[_Raise]) -> C: ...
@overload
def is_working(schedule: Schedules, times: C, **options: Unpack[_Mark]) -> MarkedColumns[C]: ...
def is_working(
    schedule: Schedules,
    times: C,
    *,
    by: Names | None = None,
    codes: Codes | None = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> C | MarkedColumns[C]:
    """Return whether an instant is working time.

    A null instant gives null; in pandas on numpy, where booleans have no null, it gives False.
    Raises the errors of ``elapsed``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> times = pd.Series(["2025-11-01 12:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> frames.is_working(office, times).to_list()
    [True]
    """
    rows = _rows_of("times", times)
    options = Options(by, codes, on_unknown, provisional)
    return rows.answer(columns.is_working, schedule, options)


class EdgeVerb(Protocol):
    """A verb that finds an opening or a closing."""

    __name__: str

    @overload
    def __call__(self, schedule: Schedules, times: C, **options: Unpack[_Edge]) -> C: ...
    @overload
    def __call__(
        self, schedule: Schedules, times: C, **options: Unpack[_MarkEdge]
    ) -> MarkedColumns[C]: ...


def _edge_verb(of_arrays: Callable[..., Any], doc: str, *, inclusive: bool) -> EdgeVerb:
    default = inclusive

    def verb(
        schedule: Schedules,
        times: C,
        *,
        inclusive: bool = default,
        by: Names | None = None,
        codes: Codes | None = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> C | MarkedColumns[C]:
        rows = _rows_of("times", times)
        options = Options(by, codes, on_unknown, provisional)
        return rows.answer(of_arrays, schedule, options, inclusive=inclusive)

    verb.__name__ = verb.__qualname__ = of_arrays.__name__
    verb.__doc__ = doc
    return cast("EdgeVerb", verb)


next_opening = _edge_verb(
    columns.next_opening,
    """Return the first instant of working time at or after a given instant.

    If the given instant is working time, the answer is that instant. With ``inclusive=False``, the
    answer is always the first start of working time after the given instant. The answers and errors
    are as for ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> times = pd.Series(["2025-03-12 20:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.next_opening(office, times)[0])
    2025-03-13 09:00:00+03:00
    """,
    inclusive=True,
)
next_closing = _edge_verb(
    columns.next_closing,
    """Return the first end of working time after a given instant.

    With ``inclusive=True``, the answer may be the instant itself. The answers and errors are as for
    ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> times = pd.Series(["2025-03-12 18:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.next_closing(office, times)[0])
    2025-03-13 18:00:00+03:00
    """,
    inclusive=False,
)
previous_opening = _edge_verb(
    columns.previous_opening,
    """Return the last start of working time at or before a given instant.

    With ``inclusive=False``, the answer is always before the instant. The answers and errors are as
    for ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> times = pd.Series(["2025-03-12 13:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.previous_opening(office, times)[0])
    2025-03-12 09:00:00+03:00
    """,
    inclusive=True,
)
previous_closing = _edge_verb(
    columns.previous_closing,
    """Return the last end of working time at or before a given instant.

    With ``inclusive=False``, the answer is always before the instant. The answers and errors are as
    for ``deadline``.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> times = pd.Series(["2025-03-12 13:00"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(frames.previous_closing(office, times)[0])
    2025-03-11 18:00:00+03:00
    """,
    inclusive=True,
)

VERBS: Final = (
    *(elapsed, remaining, deadline, breaches_after, latest_start, is_working),
    *(next_opening, next_closing, previous_opening, previous_closing),
)
"""All verbs, from which the accessors make their methods."""


def add_method(of: type, verb: Callable[..., Any], method: Any, *, is_of_column: bool) -> None:
    schedule, first, *others = signature(verb).parameters.values()
    own = Parameter("self", Parameter.POSITIONAL_ONLY)
    update_wrapper(method, verb)
    between = () if is_of_column else (first,)
    method.__signature__ = Signature([own, schedule, *between, *others])
    summary = (verb.__doc__ or "").partition("\n")[0]
    method.__doc__ = f"{summary}\n\nSee ``workhours_sla.frames.{verb.__name__}``."
    setattr(of, verb.__name__, method)
