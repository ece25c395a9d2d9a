"""How every kind of frame asks the numpy engine, and dresses its answers as its own columns.

All arrays here are numpy's, instants in UTC.
"""

from __future__ import annotations

import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import ProvisionalWarning, WorkHoursError
from workhours_sla.worktime.columns import Marked, Pauses
from workhours_sla.worktime.working_time import WorkingTime

Schedules: TypeAlias = WorkingTime | Sequence[WorkingTime] | Mapping[str, WorkingTime]

NAT = int(np.iinfo(np.int64).min)
"""NaT as an integer."""


class Rows(ABC):
    """The first column of a question: the answers take its rows, its zone and its kind."""

    times: NDArray[np.datetime64]

    @abstractmethod
    def instants(self, role: str, given: Any) -> Any:
        """Return a further column of instants, or one instant."""

    @abstractmethod
    def amounts(self, given: Any) -> Any:
        """Return a budget or a column of them."""

    @abstractmethod
    def column(self, values: NDArray[Any]) -> Any:
        """Return instants or amounts as a column."""

    @abstractmethod
    def flags(self, values: NDArray[np.bool_], missing: NDArray[np.bool_] | None = None) -> Any:
        """Return truth values as a column, null where missing if the kind of column has that."""

    @abstractmethod
    def positions(self, by: Any, names: Sequence[str]) -> NDArray[Any]:
        """Return where among the names the one of each row is; -1 where it is not."""

    @abstractmethod
    def name_at(self, by: Any, row: int) -> object:
        """Return the name of one row, None where it is missing."""

    @abstractmethod
    def codes(self, codes: Any) -> NDArray[Any]:
        """Return a column of integers as an array."""

    @abstractmethod
    def pauses(self, pauses: Any) -> Pauses:
        """Return the holds of the rows as ragged arrays."""

    def check_length(self, role: str, column: Any) -> None:
        """Refuse a further column that has not as many rows."""
        if len(column) != len(self.times):
            msg = (
                f"{role} has {len(column)} rows where the first column has {len(self.times)}; give "
                "as many"
            )
            raise ValueError(msg)

    def located(self, message: str) -> str:
        """Return a message about a row with what else the row is known by."""
        return message

    def ask(  # noqa: PLR0913 - what all verbs share
        self,
        verb: Callable[..., Any],
        schedule: Schedules,
        *others: object,
        by: Any,
        codes: Any,
        pauses: Any = None,
        on_unknown: str,
        provisional: bool,
        **named: object,
    ) -> Any:
        """Return the answers of a verb of the engine; ``others`` are its further columns."""
        if pauses is not None:
            named["pauses"] = self.pauses(pauses)
        question = partial(verb, tz="UTC", provisional=provisional, **named)
        try:
            schedules, chosen = self._schedules(schedule, by, codes)
            question = partial(question, schedules, self.times, *others, codes=chosen)
            raises = on_unknown == "raise"
            marked = question(on_unknown="mark" if raises else on_unknown)
            if raises and marked.unknown.any():
                question(on_unknown="raise")  # says of the first of them what is not known
        except (WorkHoursError, LookupError, OverflowError, ValueError) as error:
            message = self.located(str(error))
            if message == str(error):
                raise
            raise type(error)(message, **error.__dict__) from None
        if raises and marked.provisional.any():
            first = int(marked.provisional.argmax())
            count = int(marked.provisional.sum())
            message = self.located(f"{count} answers are provisional, the first of row {first}")
            warnings.warn(message, ProvisionalWarning, stacklevel=_caller())
        return self._dressed(marked, marks=not raises)

    def _dressed(self, marked: Marked[NDArray[Any]], *, marks: bool) -> Any:
        values = (
            self.flags(marked.values, np.isnat(self.times) | marked.unknown)
            if marked.values.dtype == np.bool_
            else self.column(marked.values)
        )
        if not marks:
            return values
        return Marked(values, self.flags(marked.unknown), self.flags(marked.provisional))

    def _schedules(self, schedule: Schedules, by: Any, codes: Any) -> tuple[Any, Any]:
        """Return the schedules, and the code of each row where there are several."""
        if not isinstance(schedule, Mapping):
            if by is not None:
                msg = "by names the schedule of each row: give the schedules as a dict by name"
                raise TypeError(msg)
            return schedule, None if codes is None else self.codes(codes)
        if by is None or codes is not None:
            msg = "of schedules by name each row needs one: give by, a column of names, not codes"
            raise TypeError(msg)
        names = list(schedule)
        positions = self.positions(by, names)
        if positions.size and positions.min() < 0:
            row = int((positions < 0).argmax())
            _refuse_name(row, self.name_at(by, row), names)
        return tuple(schedule.values()), positions


def missing_in(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Return where instants or amounts are NaT, None if nowhere."""
    plain = values.view(np.int64)
    return plain == NAT if plain.size and plain.min() == NAT else None


def _refuse_name(row: int, name: object, names: Sequence[str]) -> NoReturn:
    if name is None:
        msg = f"row {row} names no schedule; give it one, or leave the row out"
        raise LookupError(msg)
    near = get_close_matches(str(name), [str(known) for known in names], n=3)
    listed = f"near it: {', '.join(near)}" if near else f"there are {', '.join(names[:5])}"
    if not near and len(names) > 5:  # noqa: PLR2004 - as many as listed
        listed += f" and {len(names) - 5} more"
    msg = f"row {row} names the schedule {name!r}, which is not among those given; {listed}"
    raise LookupError(msg)


def _caller() -> int:
    """Return the stacklevel at which a warning names the code that called the library."""
    level, frame = 1, sys._getframe(1)  # noqa: SLF001 - skip_file_prefixes comes with Python 3.12
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("workhours_sla."):
        level, frame = level + 1, frame.f_back
    return level
