"""The verbs in Spark by this library's own columns, called in Python for batches of Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import BudgetError, EngineError
from workhours_sla.text.messages import Phrase, say
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.columns import verbs
from workhours_sla.worktime.runs import Run
from workhours_sla.worktime.verbs import WorkingTime

Ints: TypeAlias = NDArray[np.int64]
_NULL: Final = int(np.iinfo(np.int64).min)
_LISTED: Final = 5
"""The number of schedules that a message lists."""


class Question(NamedTuple):
    """A verb, the names of its columns, and what to do about an unknown answer.

    ``other`` is the column of the ends for ``elapsed``, otherwise the budget or its column.
    """

    verb: str
    starts: str
    other: str | Budget
    by: str | None
    into: str
    raises: bool


class Answers:
    """Answers a question for batches of rows; Spark pickles it and calls it in its workers."""

    def __init__(
        self,
        question: Question,
        schedules: Mapping[str, WorkingTime],
        runs: Sequence[Sequence[Run]],
    ) -> None:
        self._question = question
        self._names, self._schedules = list(schedules), list(schedules.values())
        self._runs = [
            (np.array([run.lo for run in of_one]), np.array([run.hi for run in of_one]))
            for of_one in runs
        ]
        self._span = max(int(highs[-1] - lows[0]) for lows, highs in self._runs)
        """No budget can be longer, so a longer one has no known answer."""

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield each batch with a further column, which has the answers."""
        import pyarrow as pa

        for batch in batches:
            answer = self._answer(batch)
            column = pa.array(answer, mask=answer == _NULL)
            if self._question.verb != "elapsed":
                column = column.view(pa.timestamp("us", "UTC"))
            names = [*batch.schema.names, self._question.into]
            yield pa.RecordBatch.from_arrays([*batch.columns, column], names=names)

    def _answer(self, batch: Any) -> Ints:
        verb, start, other, *_ = self._question
        codes = self._codes(batch)
        x = _instants(batch.column(start))
        given = (x != _NULL) & (codes >= 0)
        run = self._run_of(codes, x)
        x = np.where(run >= 0, x, _NULL)  # the library compiles no dates for other rows
        if verb == "elapsed":
            y = _instants(batch.column(other))
            given &= y != _NULL
            y = np.where(self._run_of(codes, y) == run, y, _NULL)
            return self._checked(self._ask(codes, x, y.view("M8[us]")), given, batch)
        budget: Any = other
        if isinstance(other, str):
            amounts = _budgets(batch.column(other))
            given &= amounts != _NULL
            too_long = amounts > self._span
            x = np.where((amounts == _NULL) | too_long, _NULL, x)
            budget = np.where(x == _NULL, 0, amounts).view("m8[us]")
        answer = self._ask(codes, x, budget)
        same = self._run_of(codes, answer) == run
        if verb == "breaches_after":  # the end of a run may be within a longer limit
            same &= self._run_of(codes, answer + 1) == run
        return self._checked(np.where(same, answer, _NULL), given, batch)

    def _ask(self, codes: Ints, x: Ints, argument: Any) -> Ints:
        """Return the answers of the library in microseconds, one schedule after another."""
        verb = self._question.verb
        ask, unit = getattr(verbs, verb), "m8[us]" if verb == "elapsed" else "M8[us]"
        answer = np.full(len(x), _NULL)
        for code, schedule in enumerate(self._schedules):
            own = codes == code
            if not own.any():
                continue
            other = argument[own] if isinstance(argument, np.ndarray) else argument
            marked = ask(schedule, x[own].view("M8[us]"), other, tz="UTC", on_unknown="mark")
            answer[own] = np.where(marked.unknown, _NULL, marked.values.astype(unit).view(np.int64))
        return answer

    def _checked(self, answer: Ints, given: NDArray[np.bool_], batch: Any) -> Ints:
        """Return the answers. Raises EngineError for one that is not known but must be."""
        missing = given & (answer == _NULL)
        if self._question.raises and missing.any():
            row = int(np.flatnonzero(missing)[0])
            verb, start, _, by, *_ = self._question
            schedule = "" if by is None else batch.column(by)[row].as_py()
            time = str(batch.column(start)[row])
            raise EngineError(say("spark_unknown", verb=verb, time=time, schedule=schedule))
        return answer

    def _codes(self, batch: Any) -> Ints:
        """Return the number of each row's schedule, -1 for null. Raises EngineError."""
        import pyarrow as pa
        import pyarrow.compute as pc

        by = self._question.by
        if by is None:
            return np.zeros(batch.num_rows, np.int64)
        names = batch.column(by).cast(pa.string())
        codes = np.asarray(pc.index_in(names, value_set=pa.array(self._names)).fill_null(-1))
        unknown = (codes < 0) & np.asarray(names.is_valid())
        if unknown.any():
            name = names[int(np.flatnonzero(unknown)[0])].as_py()
            raise EngineError(unknown_schedule(name, self._names))
        return codes.astype(np.int64)

    def _run_of(self, codes: Ints, t: Ints) -> Ints:
        """Return the number of the compiled run in which each instant lies, -1 for none."""
        found = np.full(len(t), -1)
        for code, (lows, highs) in enumerate(self._runs):
            own = codes == code
            mine = t[own]
            run = np.minimum(np.searchsorted(highs, mine, "left"), len(highs) - 1)
            found[own] = np.where((lows[run] <= mine) & (mine <= highs[run]), run, -1)
        return found


def unknown_schedule(name: str, names: Sequence[str]) -> Phrase:
    """Return the message for a name that no schedule has."""
    listed = ", ".join(names[:_LISTED]) + (" ..." if len(names) > _LISTED else "")
    return say("spark_unknown_schedule", name=name, names=listed)


def _budgets(column: Any) -> Ints:
    """Return a column of budgets. Raises BudgetError for a negative one."""
    import pyarrow as pa

    amounts = np.asarray(column.cast(pa.int64()).fill_null(_NULL))
    negative = (amounts < 0) & (amounts != _NULL)
    if negative.any():
        raise BudgetError(say("spark_negative", budget=int(amounts[negative][0])))
    return amounts


def _instants(column: Any) -> Ints:
    """Return a column of instants as integers, ``_NULL`` for null."""
    import pyarrow as pa

    return np.asarray(column.cast(pa.timestamp("us", "UTC")).view(pa.int64()).fill_null(_NULL))
