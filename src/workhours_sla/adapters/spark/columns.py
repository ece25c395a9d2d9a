"""The verbs of working time as columns that Spark computes itself, and as a second way in Python.

Spark joins the rows with two small tables, which it sends to every process. No Python runs per row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from workhours_sla.adapters.spark.cells import cells_of
from workhours_sla.adapters.spark.events import check_time
from workhours_sla.adapters.spark.joined_answers import Query, Tables
from workhours_sla.adapters.spark.python_columns import Answers, Question
from workhours_sla.adapters.spark.session import check_packages
from workhours_sla.argument_types import checked
from workhours_sla.errors import BudgetError, EngineError
from workhours_sla.module_names import public
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.runs import Run, check_covered, runs_between
from workhours_sla.worktime.times import ZERO
from workhours_sla.worktime.verbs import WorkingTime

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

OnUnknown = Literal["raise", "null"]
Route = Literal["join", "arrow"]
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@public("workhours_sla.spark")
@checked
class ScheduleColumns:
    """Schedules compiled for Spark from the date ``since`` to ``until``, which is excluded.

    ``schedules`` is one schedule for all rows, or a dict of schedules; then pass ``by``, the column
    with the name of each row's schedule. Columns of instants are timestamps, and no answer depends
    on the session's zone. Amounts are integers of microseconds. The answer for null is null.

    If an answer depends on a date that is unknown, uncertain or not compiled, the query fails with
    ``on_unknown="raise"``, and the answer is null with ``on_unknown="null"``. A name without a
    schedule and a negative budget make the query fail.

    With ``route="join"`` Spark joins small tables and calculates itself. With ``route="arrow"`` it
    calls this library in Python for batches of rows; it is also used for budgets in days.

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
        route: Route = "join",
    ) -> None:
        by_name = schedules if isinstance(schedules, Mapping) else {"": schedules}
        if not by_name or since >= until:
            raise EngineError(say("spark_no_schedules", since=str(since), until=str(until)))
        for option, value, allowed in (
            ("on_unknown", on_unknown, ("raise", "null")),
            ("route", route, ("join", "arrow")),
        ):
            if value not in allowed:
                choices = ", ".join(allowed)
                raise EngineError(say("spark_choice", option=option, value=value, choices=choices))
        self._schedules = dict(by_name)
        self._is_one = not isinstance(schedules, Mapping)
        self._raises = on_unknown == "raise"
        self._route = route
        self._runs: list[list[Run]] = []
        for schedule in by_name.values():
            check_covered(schedule, since, until)
            self._runs.append(runs_between(schedule, since, until))
        self._tables: Tables | None = None

    @property
    def coverage(self) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
        """The known instants of each schedule as pairs (first, last) in UTC, both included.

        The name of a single schedule is empty.
        """
        return {
            name: tuple(
                (_EPOCH + run.lo * _MICROSECOND, _EPOCH + run.hi * _MICROSECOND) for run in runs
            )
            for name, runs in zip(self._schedules, self._runs, strict=True)
        }

    # -- the verbs ---------------------------------------------------------------------------

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
        self._check(frame, into, by, starts, ends)
        if self._route == "arrow":
            return self._in_python(frame, "elapsed", starts, ends, into, by)
        query = Query(frame, self._tables_in(frame), by)
        query.check_names(list(self._schedules))
        query.work(starts, "a")
        query.work(ends, "b")
        return query.select(query.elapsed(), into, "elapsed", (starts, ends), raises=self._raises)

    def deadline(
        self,
        frame: DataFrame,
        starts: str,
        budget: Budget | str,
        *,
        into: str = "deadline",
        by: str | None = None,
    ) -> DataFrame:
        """Add a column with the due time. ``budget`` is an amount, or a column of microseconds."""
        return self._located("deadline", frame, starts, budget, into, by)

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

        ``budget`` is an amount, or a column of microseconds.
        """
        return self._located("breaches_after", frame, starts, budget, into, by)

    def _located(
        self,
        verb: str,
        frame: DataFrame,
        starts: str,
        budget: Budget | str,
        into: str,
        by: str | None,
    ) -> DataFrame:
        self._check(frame, into, by, starts)
        if isinstance(budget, str):
            kind = _types(frame, budget)[budget]
            if kind not in {"bigint", "int"}:
                raise EngineError(say("spark_budget_type", column=budget, type=kind))
            amount = f"cast(`{budget}` as bigint)"
        elif isinstance(budget, timedelta):
            if budget < ZERO:
                raise BudgetError(say("spark_negative", budget=budget))
            amount = f"{budget // _MICROSECOND}L"
        else:
            amount = ""
        if self._route == "arrow" or not amount:
            return self._in_python(frame, verb, starts, budget, into, by)
        query = Query(frame, self._tables_in(frame), by)
        query.check_names(list(self._schedules))
        query.work(starts, "a")
        answer = query.locate(amount, latest=verb == "breaches_after")
        given = (starts, budget) if isinstance(budget, str) else (starts,)
        return query.select(answer, into, verb, given, raises=self._raises)

    def _in_python(
        self,
        frame: DataFrame,
        verb: str,
        starts: str,
        other: str | Budget,
        into: str,
        by: str | None,
    ) -> DataFrame:
        """Add the answers as a column, computed in Python workers instead of by joins."""
        from pyspark.sql.types import LongType, StructField, StructType, TimestampType

        question = Question(verb, starts, other, by, into, self._raises)
        kind = LongType() if verb == "elapsed" else TimestampType()
        schema = StructType([*frame.schema.fields, StructField(into, kind)])
        return frame.mapInArrow(Answers(question, self._schedules, self._runs).__call__, schema)

    def _check(self, frame: DataFrame, into: str, by: str | None, *instants: str) -> None:
        """Check the columns of a call."""
        check_packages()
        types = _types(frame, *instants, *([] if by is None else [by]))
        for name in instants:
            check_time(name, types[name], is_text_read=False)
        if into in types:
            raise EngineError(say("spark_column_taken", column=into))
        if (by is None) != self._is_one:
            raise EngineError(say("spark_by" if by is None else "spark_no_by"))

    def _tables_in(self, frame: DataFrame) -> Tables:
        """Return the tables of the schedules in the session of a frame, built once per session."""
        session = frame.sparkSession
        if self._tables is None or self._tables.session is not session:
            self._tables = Tables(session, list(self._schedules), cells_of(self._runs))
        return self._tables


def _types(frame: DataFrame, *needed: str) -> dict[str, str]:
    """Return the types of the columns. Raises EngineError for a missing one."""
    types = dict(frame.dtypes)
    for name in needed:
        if name not in types:
            raise EngineError(say("spark_no_column", column=name, columns=", ".join(types)))
    return types
