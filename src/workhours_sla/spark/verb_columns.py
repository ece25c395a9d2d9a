"""The verbs of working time as columns of Spark, computed in Python for batches of Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from workhours_sla.errors import BudgetError, EngineError
from workhours_sla.module_names import public
from workhours_sla.spark.start import check_packages
from workhours_sla.spark.stream import check_time
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.runs import check_covered, runs_between
from workhours_sla.worktime.times import ZERO, utc_of
from workhours_sla.worktime.verbs import WorkingTime

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

OnUnknown = Literal["raise", "null"]
_INTEGERS: Final = {"bigint", "int", "smallint", "tinyint"}


@public("workhours_sla.spark", checked=True)
class ScheduleColumns:
    """The verbs of schedules for Spark, which calls this library in Python for batches of rows.

    ``schedules`` is one schedule for all rows, or a dict of schedules; then pass ``by``, the column
    with the name of each row's schedule. The rows need the dates ``since <= date < until``; the
    first and the last are checked before any query runs. Columns of instants are timestamps, and no
    answer depends on the session's zone. Amounts are integers of microseconds. The answer for null
    is null.

    If an answer depends on a date that is unknown, the query fails with ``on_unknown="raise"``, and
    the answer is null with ``on_unknown="null"``. The query fails for a name without a schedule,
    and for a budget below 0 or above 200 years.

    Raises CalendarCoverageError if the first or the last date is unknown, and EngineError.

    >>> from workhours_sla import Schedule
    >>> from workhours_sla.spark import ScheduleColumns
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> compiled = ScheduleColumns(office, since=date(2024, 1, 1), until=date(2027, 1, 1))
    >>> print(*compiled.coverage[""][0], sep=", ")
    2023-12-31 21:00:00+00:00, 2026-12-31 21:00:00+00:00
    >>> compiled.deadline(appeals, "posted", working_hours(4), into="due")  # doctest: +SKIP
    """

    def __init__(
        self,
        schedules: WorkingTime | Mapping[str, WorkingTime],
        *,
        since: date,
        until: date,
        on_unknown: OnUnknown = "raise",
    ) -> None:
        by_name = schedules if isinstance(schedules, Mapping) else {"": schedules}
        if not by_name or since >= until:
            raise EngineError(say("spark_no_schedules", since=str(since), until=str(until)))
        if on_unknown not in {"raise", "null"}:
            choices = {"option": "on_unknown", "value": on_unknown, "choices": "raise, null"}
            raise EngineError(say("spark_choice", **choices))
        for schedule in by_name.values():
            check_covered(schedule, since, until)
        self._schedules = schedules
        self._by_name = by_name
        self._dates = since, until
        self._raises = on_unknown == "raise"

    @property
    def coverage(self) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
        """The known instants of each schedule from ``since`` to ``until``, as pairs in UTC.

        Both ends are included. The name of a single schedule is empty.
        """
        return {
            name: tuple(
                (utc_of(run.lo), utc_of(run.hi)) for run in runs_between(schedule, *self._dates)
            )
            for name, schedule in self._by_name.items()
        }

    def elapsed(
        self,
        frame: DataFrame,
        starts: str,
        ends: str,
        *,
        into: str = "elapsed",
        by: str | None = None,
    ) -> DataFrame:
        """Add a column with the working time between two instants, in microseconds."""
        return self._answered("elapsed", frame, (starts, ends), ends, into, by)

    def deadline(
        self,
        frame: DataFrame,
        starts: str,
        budget: Budget | str,
        *,
        into: str = "deadline",
        by: str | None = None,
    ) -> DataFrame:
        """Add a column with the due time of a budget, or of a column of budgets in microseconds."""
        return self._answered("deadline", frame, (starts,), budget, into, by)

    def breaches_after(
        self,
        frame: DataFrame,
        starts: str,
        budget: Budget | str,
        *,
        into: str = "breaches_after",
        by: str | None = None,
    ) -> DataFrame:
        """Add a column with the limit: the last instant at which an answer is still in time.

        ``budget`` is a budget, or the name of a column of budgets in microseconds.
        """
        return self._answered("breaches_after", frame, (starts,), budget, into, by)

    def _answered(
        self,
        verb: str,
        frame: DataFrame,
        instants: tuple[str, ...],
        other: Budget | str,
        into: str,
        by: str | None,
    ) -> DataFrame:
        """Check the columns, and add one with the answers. ``other`` is the end or the budget."""
        check_packages()
        from pyspark.sql.types import LongType, StructField, StructType, TimestampType

        types = dict(frame.dtypes)
        for name in (*instants, other, by):
            if isinstance(name, str) and name not in types:
                raise EngineError(say("spark_no_column", column=name, columns=", ".join(types)))
        for name in instants:
            check_time(name, types[name], is_text_read=False)
        if verb != "elapsed" and isinstance(other, str) and types[other] not in _INTEGERS:
            raise EngineError(say("spark_budget_type", column=other, type=types[other]))
        if isinstance(other, timedelta) and other < ZERO:
            raise BudgetError(say("spark_negative", budget=other))
        if into in types:
            raise EngineError(say("spark_column_taken", column=into))
        if (by is None) == isinstance(self._schedules, Mapping):
            raise EngineError(say("spark_by" if by is None else "spark_no_by"))
        question = _Question(self._schedules, verb, instants[0], other, by, into, self._raises)
        kind = LongType() if verb == "elapsed" else TimestampType()
        schema = StructType([*frame.schema.fields, StructField(into, kind)])
        return frame.mapInArrow(question.answered, schema)


class _Question(NamedTuple):
    """A verb and its columns, which Spark sends to its workers."""

    schedules: Any
    verb: str
    starts: str
    other: Any
    by: str | None
    into: str
    raises: bool

    def answered(self, batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            names = [*batch.schema.names, self.into]
            yield pa.RecordBatch.from_arrays([*batch.columns, self._answers(batch)], names)

    def _answers(self, batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        from workhours_sla.frames import frame_verbs

        start, other, options = batch[self.starts], self.other, {}

        def filled(name: str, value: Any) -> Any:
            """Return a column without nulls, after making the starts of their rows null."""
            nonlocal start
            start = pc.if_else(batch[name].is_valid(), start, pa.scalar(None, start.type))
            return batch[name].fill_null(value)

        if self.verb == "elapsed":
            other = batch[other]
        elif isinstance(other, str):
            other = filled(other, 0).cast(pa.int64()).cast(pa.duration("us"))
        if self.by:
            options["by"] = filled(self.by, next(iter(self.schedules)))
        options["on_unknown"] = "raise" if self.raises else "mark"
        found = getattr(frame_verbs, self.verb)(self.schedules, start, other, **options)
        found = found if self.raises else found.values
        if self.verb == "elapsed":
            found = found.cast(pa.duration("us")).cast(pa.int64())
        return found
