"""The verbs in Spark by this library's own columns, called in Python for batches of Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workhours_sla.adapters.frames import verbs
from workhours_sla.errors import BudgetError, EngineError
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.compiled_runs import Run
from workhours_sla.worktime.working_time import WorkingTime

Ints: TypeAlias = NDArray[np.int64]
_NULL: Final = int(np.iinfo(np.int64).min)
_MOST: Final = 10**15
"""Thirty years in microseconds, more than the working time of any compiled schedule."""


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
        self._schedules = dict(schedules)
        self._runs = [
            (np.array([run.lo for run in of_one]), np.array([run.hi for run in of_one]))
            for of_one in runs
        ]

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
        import pyarrow as pa

        verb, start, other, by, _, raises = self._question
        utc = pa.timestamp("us", "UTC")
        starts = batch.column(start).cast(utc)
        given = np.asarray(starts.is_valid())
        names = None if by is None else batch.column(by)
        if isinstance(other, str):
            argument = batch.column(other)
            given &= np.asarray(argument.is_valid())
            if verb == "elapsed":
                argument = argument.cast(utc)
            else:
                argument = _budgets(argument).view(pa.duration("us"))
        else:
            argument = other
        options: dict[str, Any] = {"on_unknown": "mark"}
        schedules: Any = self._schedules
        if names is None:
            (schedules,) = self._schedules.values()
            codes = np.zeros(len(starts), np.int64)
        else:
            options["by"] = names
            given &= np.asarray(names.is_valid())
            known = pa.array(list(self._schedules))
            import pyarrow.compute as pc

            found = pc.index_in(names.cast(known.type), value_set=known)
            codes = np.asarray(found.fill_null(-1))
        marked = getattr(verbs, verb)(schedules, starts, argument, **options)
        answer = _integers(marked.values).copy()
        answer[np.asarray(marked.unknown.fill_null(False))] = _NULL  # noqa: FBT003
        for code in range(len(self._runs)):
            own = codes == code
            x, found = _integers(starts)[own], answer[own]
            ends = _integers(argument)[own] if verb == "elapsed" else found
            found[~self._is_known(code, x, ends, latest=verb == "breaches_after")] = _NULL
            answer[own] = found
        if raises and (given & (answer == _NULL)).any():
            row = int(np.flatnonzero(given & (answer == _NULL))[0])
            schedule = "" if names is None else names[row].as_py()
            msg = say("spark_unknown", verb=verb, time=str(starts[row]), schedule=schedule)
            raise EngineError(msg)
        return answer

    def _is_known(self, code: int, starts: Ints, ends: Ints, *, latest: bool) -> NDArray[np.bool_]:
        """Return whether two instants of each row are in the same compiled run."""
        lows, highs = self._runs[code]
        runs = []
        for t in (starts, ends):
            run = np.minimum(np.searchsorted(highs, t, "left"), len(highs) - 1)
            runs.append(np.where((lows[run] <= t) & (t <= highs[run]), run, -1))
        known: NDArray[np.bool_] = (runs[0] == runs[1]) & (runs[0] >= 0)
        if latest:
            known &= ends < highs[runs[0]]
        return known


def _budgets(column: Any) -> Any:
    """Return a column of budgets, cut at 30 years. Raises BudgetError for a negative one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.cast(pa.int64())
    least = pc.min(column).as_py()
    if least is not None and least < 0:
        raise BudgetError(say("spark_negative", budget=least))
    return pc.min_element_wise(column, pa.scalar(_MOST), skip_nulls=False)


def _integers(column: Any) -> Ints:
    """Return instants or amounts as integers, ``_NULL`` for null."""
    import pyarrow as pa

    return np.asarray(column.view(pa.int64()).fill_null(_NULL))
