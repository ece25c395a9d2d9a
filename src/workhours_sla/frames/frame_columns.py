"""Read the columns of a data frame library as numpy arrays, and build columns of answers.

``Rows`` declares the methods that each library implements, and contains the shared code. The arrays
have instants in UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Any, Generic, NamedTuple, NoReturn, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import NaiveDatetimeError, WorkHoursError
from workhours_sla.worktime.columns.calculation import Marked
from workhours_sla.worktime.columns.inputs import Pauses
from workhours_sla.worktime.unknown import warn_provisional
from workhours_sla.worktime.verbs import WorkingTime


class Column(Protocol):
    """A pandas Series, a polars Series or an Arrow Array or ChunkedArray."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def to_numpy(self) -> object:
        """Return the rows as a numpy array."""


C = TypeVar("C", bound=Column)
Schedules: TypeAlias = WorkingTime | Sequence[WorkingTime] | Mapping[str, WorkingTime]

NAT = int(np.iinfo(np.int64).min)
"""The integer that numpy stores for NaT, a missing instant or amount."""


class MarkedColumns(Marked[C]):
    """The answers of a verb that was called with ``on_unknown="mark"``, with their certainty.

    ``values`` has the answers. ``unknown`` is true for rows that depend on a date that the calendar
    does not cover; their answer is null. ``provisional`` is true for rows that were answered by
    rule because no act has decided their dates yet. All three columns belong to the same library,
    such as pandas, as the columns passed in.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> posted = pd.Series(["2025-03-12 09:00", "2031-03-12 09:00"])
    >>> posted = posted.astype("datetime64[s, Europe/Volgograd]")
    >>> frames.deadline(office, posted, working_hours(4), on_unknown="mark").unknown.to_list()
    [False, True]
    """

    __module__ = "workhours_sla.frames"
    unknown: C  # type: ignore[assignment]
    provisional: C  # type: ignore[assignment]


class Options(NamedTuple):
    by: object
    codes: object
    on_unknown: str
    provisional: bool
    pauses: object = None


class Rows(ABC, Generic[C]):
    """Reads the arguments of a verb from columns of one library, and builds columns of answers.

    The abstract methods are what the libraries differ in. ``times`` is the first column.
    """

    times: NDArray[np.datetime64]

    @abstractmethod
    def __init__(self, role: str, column: Any) -> None:
        """Read the first column, which messages call ``role``."""

    @staticmethod
    @abstractmethod
    def read_instants(role: str, column: Any) -> NDArray[np.datetime64]:
        """Return a column of instants as datetime64 in UTC, with NaT for null."""

    @staticmethod
    @abstractmethod
    def read_flags(column: Any) -> NDArray[np.bool_]:
        """Return a column of booleans as an array, with False for null."""

    @staticmethod
    @abstractmethod
    def read_names(column: Any) -> tuple[NDArray[Any], Sequence[object]]:
        """Return each row's index into the distinct values (-1 for null), and these values."""

    @abstractmethod
    def amounts(self, given: Any) -> Any:
        """Return a column of budgets as timedelta64, or a single budget unchanged."""

    @abstractmethod
    def names(self, by: Any) -> Any:
        """Return a column of names of schedules, checked. Raises TypeError."""

    @abstractmethod
    def pauses(self, pauses: Any) -> Pauses:
        """Return the pauses of all rows as one ``Pauses``."""

    @abstractmethod
    def build(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> C:
        """Return an array as a column; rows of booleans that are ``missing`` become null."""

    def instants(self, role: str, given: Any) -> Any:
        if isinstance(given, datetime):
            return given
        column = self.read_instants(role, given)
        if column.ndim:  # a scalar of Arrow has none
            self.check_length(role, column)
        return column

    def codes(self, codes: Any) -> NDArray[Any]:
        self.check_length("codes", codes)
        return np.asarray(codes)

    def check_length(self, role: str, column: Any) -> None:
        if len(column) != len(self.times):
            msg = (
                f"{role} has {len(column)} rows where the first column has {len(self.times)}; give "
                "as many"
            )
            raise ValueError(msg)

    def located(self, message: str) -> str:
        """Add the label of a row to an error message, if the rows have labels."""
        return message

    def answer(
        self,
        verb: Callable[..., Any],
        schedule: Schedules,
        options: Options,
        *columns: object,
        **named: object,
    ) -> C | MarkedColumns[C]:
        """Call a verb of numpy arrays on the first column, and return its answers as a column."""
        if options.pauses is not None:
            named["pauses"] = self.pauses(options.pauses)
        raises = options.on_unknown == "raise"
        try:
            schedules, codes = self._schedules(schedule, options)
            named |= {"codes": codes, "tz": "UTC", "provisional": options.provisional}
            ask = partial(verb, schedules, self.times, *columns, **named)
            marked = ask(on_unknown="mark" if raises else options.on_unknown)
            if raises and marked.unknown.any():
                ask(on_unknown="raise")  # raises the error of the first unknown row
        except (WorkHoursError, LookupError, OverflowError, ValueError) as error:
            error.args = tuple(self.located(x) if isinstance(x, str) else x for x in error.args)
            raise
        if raises and marked.provisional.any():
            row, count = int(marked.provisional.argmax()), int(marked.provisional.sum())
            message = self.located(f"{count} answers are provisional, the first of row {row}")
            warn_provisional(message)
        values = self.build(marked.values, np.isnat(self.times) | marked.unknown)
        if raises:
            return values
        unknown, provisional = self.build(marked.unknown), self.build(marked.provisional)
        return MarkedColumns(values, unknown, provisional)  # type: ignore[arg-type]

    def _schedules(self, schedule: Schedules, options: Options) -> tuple[Any, Any]:
        by, codes = options.by, options.codes
        if not isinstance(schedule, Mapping):
            if by is not None:
                msg = "by names the schedule of each row: give the schedules as a dict by name"
                raise TypeError(msg)
            return schedule, None if codes is None else self.codes(codes)
        if by is None or codes is not None:
            msg = "of schedules by name each row needs one: give by, a column of names, not codes"
            raise TypeError(msg)
        places: dict[object, int] = {name: place for place, name in enumerate(schedule)}
        found, distinct = self.read_names(self.names(by))
        # the code of a missing name, -1, selects the last element
        positions = np.array([*(places.get(name, -1) for name in distinct), -1])[found]
        if positions.size and positions.min() < 0:
            row = int((positions < 0).argmax())
            _refuse_name(row, None if found[row] < 0 else distinct[found[row]], list(schedule))
        return tuple(schedule.values()), positions


def missing_in(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    plain = values.view(np.int64)
    return plain == NAT if plain.size and plain.min() == NAT else None


def offsets_of(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return where each row begins in a flat array, given the number of elements of each row."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def refuse_type(role: str, dtype: object, column: object, give: str) -> NoReturn:
    kind = f"of type {type(column).__name__}" if dtype is None else f"a column of {dtype}"
    msg = (
        f"{role} is {kind}, not of instants; give {give}; for a single instant call the schedule's "
        "own method"
    )
    raise TypeError(msg)


def refuse_naive(name: object, dtype: object, fix: str) -> NoReturn:
    """Raise NaiveDatetimeError for a column without a zone; ``fix`` is code that adds a zone."""
    msg = f"{name} is {dtype}, which has no zone, so its instants are unknown; give {fix}"
    raise NaiveDatetimeError(msg)


def _refuse_name(row: int, name: object, names: Sequence[str]) -> NoReturn:
    if name is None:
        msg = f"row {row} names no schedule; give it one, or leave the row out"
        raise LookupError(msg)
    near = get_close_matches(str(name), [str(known) for known in names], n=3)
    listed = f"near it: {', '.join(near)}" if near else f"there are {', '.join(names[:5])}"
    if not near and len(names) > 5:
        listed += f" and {len(names) - 5} more"
    msg = f"row {row} names the schedule {name!r}, which is not among those given; {listed}"
    raise LookupError(msg)
