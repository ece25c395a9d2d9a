"""A question about columns: a verb with its checked arguments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Generic, Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from workhours_sla.worktime.columns.arguments import (
    NAT,
    AmountColumn,
    InstantColumn,
    OtherBudget,
    Pauses,
    check_pauses,
    finest,
    instants_of,
    schedules_of,
    shape_of,
)
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.rows import Rows, Verb
from workhours_sla.worktime.working_time import WorkingTime

Given = TypeVar("Given")
"""The type of the first column. Answers that are instants have this type, too."""
OnUnknown = Literal["raise", "mark"]
_ON_UNKNOWN: Final = get_args(OnUnknown)


class Options(NamedTuple):
    """The options that all column verbs share."""

    codes: object
    pauses: Pauses | None
    tz: object
    on_unknown: str
    provisional: bool


class Question(NamedTuple, Generic[Given]):
    """A verb with its argument columns, which broadcast to ``shape``."""

    verb: Verb
    schedules: tuple[WorkingTime, ...]
    codes: Ints | None
    start: InstantColumn
    end: InstantColumn | None
    budget: AmountColumn | None
    inclusive: bool
    shape: tuple[int, ...]
    options: Options
    other: OtherBudget | None = None
    """A budget that is not a timedelta; ``budget`` is None then."""

    @property
    def row_codes(self) -> Ints | None:
        """The index of each row's schedule, None if one schedule serves all rows."""
        return None if self.codes is None else self._spread(self.codes)

    @property
    def row_starts(self) -> Ints:
        """The first column, with one element per row."""
        return self._spread(self.start.values)

    @property
    def row_ends(self) -> Ints:
        """The second column, with one element per row."""
        assert self.end is not None  # noqa: S101 - the caller has a second column
        return self._spread(self.end.values)

    def pause_pairs(self) -> list[tuple[datetime, datetime | None]]:
        """Return the pauses of a question with one row; a pause without an end has None."""
        if self.options.pauses is None:
            return []
        starts, ends = self.pause_columns()
        return [
            (since, None if missing else until)
            for since, until, missing in zip(
                starts.datetimes(), ends.datetimes(), (ends.values == NAT).tolist(), strict=True
            )
        ]

    @property
    def size(self) -> int:
        """The number of rows."""
        return math.prod(self.shape)

    def unit(self) -> str:
        """Return the finest unit among the columns."""
        units = [self.start.unit]
        units += [part.unit for part in (self.end, self.budget) if part is not None]
        if self.options.pauses is not None:
            units += [column.unit for column in self.pause_columns()]
        return finest(units)

    def pause_columns(self) -> tuple[InstantColumn, InstantColumn]:
        """Return the starts and the ends of the pauses."""
        pauses, tz = self.options.pauses, self.options.tz
        assert pauses is not None  # noqa: S101 - callers have checked
        return (
            instants_of("pauses.starts", pauses.starts, tz),
            instants_of("pauses.ends", pauses.ends, tz),
        )

    def rows(self, unit: str) -> Rows:
        """Return the columns as integers in a unit, broadcast to one element per row."""
        pauses = self.options.pauses
        budget = 0 if self.budget is None else self.budget.in_unit(unit)
        return Rows(
            self._spread(self.start.in_unit(unit).values),
            None if self.end is None else self._spread(self.end.in_unit(unit).values),
            self._spread(budget) if isinstance(budget, np.ndarray) else budget,
            None if self.codes is None else self._spread(self.codes),
            None
            if pauses is None
            else check_pauses(self.pause_columns(), pauses.offsets, self.size, unit),
            self.inclusive,
        )

    def beyond(self, unit: str) -> Bools | None:
        """Return the rows with an instant that a finer unit cannot represent, None without any."""
        found: Bools | None = None
        for column in (self.start, self.end):
            if column is not None and column.unit != unit:
                edge = MAX // (PER_SECOND[unit] // PER_SECOND[column.unit])
                rows = np.abs(self._spread(column.values)) > edge
                if rows.any():
                    found = rows if found is None else found | rows
        return found

    def _spread(self, values: Ints) -> Ints:
        if values.shape == self.shape:
            return values.reshape(-1)
        if not values.ndim:
            return np.broadcast_to(values, (self.size,))
        return np.broadcast_to(values, self.shape).reshape(-1)

    def some(self, rows: NDArray[np.intp]) -> Question[Given]:
        """Return a question with only the rows whose numbers are in ``rows``."""

        def taken(values: Ints) -> Ints:
            return self._spread(values)[rows]

        pauses = self.options.pauses
        if pauses is not None:
            offsets = np.asarray(pauses.offsets)
            sizes = offsets[rows + 1] - offsets[rows]
            own = np.concatenate([[0], np.cumsum(sizes)])
            kept = np.arange(own[-1]) + np.repeat(offsets[rows] - own[:-1], sizes)
            starts, ends = (np.asarray(part)[kept] for part in (pauses.starts, pauses.ends))
            pauses = Pauses(starts, ends, own)
        budget = self.budget
        if budget is not None and not isinstance(budget.values, int):
            budget = budget._replace(values=taken(budget.values))
        return self._replace(
            codes=None if self.codes is None else taken(self.codes),
            start=self.start._replace(values=taken(self.start.values)),
            end=None if self.end is None else self.end._replace(values=taken(self.end.values)),
            budget=budget,
            shape=(len(rows),),
            options=self.options._replace(pauses=pauses),
        )

    def schedule_of(self, row: int) -> WorkingTime:
        """Return the schedule of a row."""
        return self.schedules[0 if self.codes is None else int(self._spread(self.codes)[row])]


def question(
    verb: Verb,
    schedule: WorkingTime | Sequence[WorkingTime],
    columns: Mapping[str, Given],
    options: Options,
    *,
    budget: AmountColumn | OtherBudget | None = None,
    inclusive: bool = True,
) -> Question[Given]:
    """Check the arguments of a column verb, and return them with the verb as a ``Question``.

    ``columns`` contains the one or two columns of instants, keyed by argument name. Raises the same
    errors as the scalar verbs.
    """
    if options.on_unknown not in _ON_UNKNOWN:
        msg = f"on_unknown is 'raise' or 'mark', not {options.on_unknown!r}"
        raise ValueError(msg)
    schedules, codes = schedules_of(schedule, options.codes)
    instants, named = [], {}
    for name, given in columns.items():
        column = instants_of(name, given, options.tz)
        instants.append(column)
        named[name] = column.values
    amounts = budget if isinstance(budget, AmountColumn) else None
    if amounts is not None and not isinstance(amounts.values, int):
        named["budget"] = amounts.values
    if codes is not None:
        named["codes"] = codes
    return Question(
        verb,
        schedules,
        codes,
        instants[0],
        instants[1] if len(instants) > 1 else None,
        amounts,
        inclusive,
        shape_of(named),
        options,
        None if isinstance(budget, AmountColumn) else budget,
    )
