"""The accessor ``sla`` of pandas and polars: the verbs as methods of a Series or a DataFrame.

Importing this module registers it with each of the two that is installed. Type checkers cannot
see accessors, so the methods are derived from the functions: same parameters, same order.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar

from workhours_sla.adapters.frames import verbs
from workhours_sla.adapters.frames.rows import C, Schedules

P = ParamSpec("P")
R = TypeVar("R")
_COLUMNS = {"starts", "ends", "due", "times", "budget", "now", "by", "codes"}
"""The parameters that may be the name of a column of the frame."""


class _Frame(Protocol):
    def __getitem__(self, name: str, /) -> object: ...


def _of_series(
    verb: Callable[Concatenate[Schedules, C, P], R],
) -> Callable[Concatenate[SeriesVerbs[C], Schedules, P], R]:
    """Return a verb as a method whose first column is the accessor's Series."""

    def method(
        self: SeriesVerbs[C], schedule: Schedules, *others: P.args, **options: P.kwargs
    ) -> R:
        return verb(schedule, self._series, *others, **options)

    schedule, _, *others = inspect.signature(verb).parameters.values()
    _document(method, verb, [schedule, *others])
    return method  # type: ignore[return-value] # ``schedule`` may be given by name, too


def _of_frame(verb: Callable[..., R]) -> Callable[..., R]:
    """Return a verb as a method that also accepts names of columns."""

    def method(self: DataFrameVerbs, schedule: Schedules, *given: object, **options: object) -> R:
        named = {
            key: self._column(value) if key in _COLUMNS else value for key, value in options.items()
        }
        return verb(schedule, *map(self._column, given), **named)

    _document(method, verb, inspect.signature(verb).parameters.values())
    return method


def _document(method: Any, verb: Any, parameters: Iterable[inspect.Parameter]) -> None:
    """Set the name and signature of a method, and a docstring that refers to the function."""
    update_wrapper(method, verb)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = inspect.Signature([own, *parameters])
    first = verb.__doc__.partition("\n")[0]
    method.__doc__ = f"{first}\n\nSee ``workhours_sla.frames.{verb.__name__}``."


class SeriesVerbs(Generic[C]):
    """``series.sla``: the verbs with the Series as the first column.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> posted = pd.Series(["2025-10-31 17:30"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(posted.sla.deadline(office, working_hours(4))[0])
    2025-11-01 12:30:00+03:00
    """

    def __init__(self, series: C) -> None:
        self._series = series

    elapsed: Final = _of_series(verbs.elapsed)
    remaining: Final = _of_series(verbs.remaining)
    deadline: Final = _of_series(verbs.deadline)
    breaches_after: Final = _of_series(verbs.breaches_after)
    latest_start: Final = _of_series(verbs.latest_start)
    is_working: Final = _of_series(verbs.is_working)
    next_opening: Final = _of_series(verbs.next_opening)
    next_closing: Final = _of_series(verbs.next_closing)
    previous_opening: Final = _of_series(verbs.previous_opening)
    previous_closing: Final = _of_series(verbs.previous_closing)


class DataFrameVerbs:
    """``df.sla``: the verbs of a pandas DataFrame; a string is the name of a column.

    Instants, budgets, ``by`` and ``codes`` may be names.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> offices = {
    ...     "roads": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ...     "light": Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Volgograd"),
    ... }
    >>> df = pd.DataFrame({"posted": ["2025-10-31 17:30"] * 2, "agency": ["roads", "light"]})
    >>> df["posted"] = pd.to_datetime(df["posted"]).dt.tz_localize("Europe/Volgograd")
    >>> print(df.sla.deadline(offices, "posted", working_hours(4), by="agency").to_string())
    0   2025-11-01 12:30:00+03:00
    1   2025-10-31 21:30:00+03:00
    """

    def __init__(self, frame: _Frame) -> None:
        self._frame = frame

    elapsed: Final = _of_frame(verbs.elapsed)
    remaining: Final = _of_frame(verbs.remaining)
    deadline: Final = _of_frame(verbs.deadline)
    breaches_after: Final = _of_frame(verbs.breaches_after)
    latest_start: Final = _of_frame(verbs.latest_start)
    is_working: Final = _of_frame(verbs.is_working)
    next_opening: Final = _of_frame(verbs.next_opening)
    next_closing: Final = _of_frame(verbs.next_closing)
    previous_opening: Final = _of_frame(verbs.previous_opening)
    previous_closing: Final = _of_frame(verbs.previous_closing)

    def _column(self, given: object) -> object:
        return self._frame[given] if isinstance(given, str) else given


def _register() -> None:
    try:
        import pandas as pd  # noqa: PLC0415
    except ImportError:
        pass
    else:
        pd.api.extensions.register_series_accessor("sla")(SeriesVerbs)
        pd.api.extensions.register_dataframe_accessor("sla")(DataFrameVerbs)
    try:
        import polars as pl  # noqa: PLC0415
    except ImportError:
        pass
    else:
        pl.api.register_series_namespace("sla")(SeriesVerbs)


_register()
