"""Spark answers every row as the library does, and refuses bad input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.values import HOUR
from tests.slow.engines import spark_job
from tests.slow.engines.cases import (
    CASES,
    NAMES,
    NULL,
    SCHEDULES,
    SINCE,
    UNTIL,
    VERBS,
    Ints,
    differences,
    rows,
)
from workhours_sla import CalendarDays, WorkingDays
from workhours_sla.errors import BudgetError, CalendarCoverageError, EngineError, NaiveDatetimeError

spark_job.skip_without_java()

import numpy as np
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

from workhours_sla.spark import ScheduleColumns

pytestmark = spark_job.MARKS
OFFICE = spark_job.OFFICE


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = spark_job.start()
    yield session
    session.stop()


class SparkEngine:
    """A session of Spark with the rows of the comparison, which asks the library."""

    def __init__(self, spark: SparkSession, file: Path) -> None:
        self._spark, self._file = spark, str(file)
        self._compiled = {
            name: ScheduleColumns(one, since=SINCE, until=UNTIL, on_unknown="null")
            for name, one in [(None, SCHEDULES), *SCHEDULES.items()]
        }
        spark_job.write_rows(rows(), NAMES, file)

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        frame = self._spark.read.parquet(self._file)
        ask = getattr(self._compiled[schedule], verb)
        by = "schedule name" if schedule is None else None
        other = "ended" if verb == "elapsed" else "allowed"
        found = ask(frame, "started", other, into="answer", by=by)
        answer = F.col("answer") if verb == "elapsed" else F.unix_micros("answer")
        answers = found.select("key", answer.alias("answer")).toArrow()
        values = answers["answer"].combine_chunks().fill_null(NULL)
        return answers["key"].to_numpy(), np.asarray(values)


@pytest.fixture(scope="module")
def engine(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> SparkEngine:
    return SparkEngine(spark, tmp_path_factory.mktemp("rows") / "rows.parquet")


@pytest.mark.parametrize(("verb", "schedule"), [case for case in CASES if case[0] in VERBS[:3]])
def test_every_row_has_the_answer_of_the_library(
    engine: SparkEngine, verb: str, schedule: str | None
) -> None:
    assert differences(engine, verb, schedule, whole=True) == []


def compiled(*, on_unknown: Any = "raise") -> ScheduleColumns:
    since, until = date(2024, 1, 1), date(2027, 1, 1)
    return ScheduleColumns(OFFICE, since=since, until=until, on_unknown=on_unknown)


def appeals(spark: SparkSession, posted: str = "2025-10-31T17:30:00+03:00") -> DataFrame:
    return spark.sql(f"select 7 as id, cast('{posted}' as timestamp) as posted")


def micros(frame: DataFrame, name: str) -> int:
    return int(frame.selectExpr(f"unix_micros({name}) as answer").collect()[0].answer)


def test_the_columns_of_the_frame_stay(spark: SparkSession) -> None:
    found = compiled().deadline(appeals(spark), "posted", 4 * HOUR, into="due")
    assert found.columns == ["id", "posted", "due"]
    due = datetime(2025, 11, 1, 12, 30, tzinfo=OFFICE.tz)
    assert micros(found, "due") == due.timestamp() * 10**6
    assert found.collect()[0].id == 7


@pytest.mark.parametrize(
    "budget", [WorkingDays(3), CalendarDays(30, roll="following")], ids=["working", "calendar"]
)
def test_budgets_in_days_are_computed_in_python(spark: SparkSession, budget: Any) -> None:
    posted = datetime(2025, 10, 31, 17, 30, tzinfo=OFFICE.tz)
    for verb in ("deadline", "breaches_after"):
        found = getattr(compiled(), verb)(appeals(spark), "posted", budget, into="due")
        assert micros(found, "due") == getattr(OFFICE, verb)(posted, budget).timestamp() * 10**6


def test_an_answer_that_is_not_known_is_an_error_or_null(spark: SparkSession) -> None:
    late = appeals(spark, "2027-12-31T17:30:00+03:00")
    asked = (
        lambda of: of.deadline(late, "posted", 4 * HOUR, into="due"),
        lambda of: of.elapsed(late.selectExpr("*", "posted + interval 5 days as e"), "posted", "e"),
    )
    for ask in asked:
        with pytest.raises(PySparkException, match="does not know 2028-01"):
            ask(compiled()).collect()
        assert ask(compiled(on_unknown="null")).collect()[0][-1] is None
    null = late.selectExpr("cast(null as timestamp) as posted")
    assert compiled().deadline(null, "posted", HOUR).collect()[0][-1] is None


def test_a_name_without_a_schedule_is_an_error(spark: SparkSession) -> None:
    offices = {"it's roads": OFFICE, "light": OFFICE}
    of = ScheduleColumns(offices, since=date(2025, 1, 1), until=date(2026, 1, 1))
    named = appeals(spark).selectExpr("*", "'water' as agency")
    with pytest.raises(PySparkException, match="water"):
        of.deadline(named, "posted", HOUR, by="agency").collect()
    nameless = appeals(spark).selectExpr("*", "cast(null as string) as agency")
    assert of.deadline(nameless, "posted", HOUR, by="agency").collect()[0][-1] is None


def test_a_negative_budget_is_an_error(spark: SparkSession) -> None:
    with pytest.raises(BudgetError, match="is negative"):
        compiled().deadline(appeals(spark), "posted", -HOUR)
    column = appeals(spark).selectExpr("*", "-1L as allowed")
    with pytest.raises(PySparkException, match="negative"):
        compiled().breaches_after(column, "posted", "allowed").collect()


def refused(spark: SparkSession) -> dict[str, Callable[[], object]]:
    one, frame = compiled(), appeals(spark)
    two = ScheduleColumns({"a": OFFICE}, since=date(2025, 1, 1), until=date(2026, 1, 1))
    return {
        "there is no column 'sent'; the columns are: id, posted": lambda: one.deadline(
            frame, "sent", HOUR
        ),
        "column 'id' is 'int', not a time": lambda: one.elapsed(frame, "id", "posted"),
        "the frame has a column 'id' already": lambda: one.deadline(
            frame, "posted", HOUR, into="id"
        ),
        "the budget column 'posted' is timestamp": lambda: one.deadline(frame, "posted", "posted"),
        "there are several schedules": lambda: two.deadline(frame, "posted", HOUR),
        "there is one schedule": lambda: one.deadline(frame, "posted", HOUR, by="id"),
        "there is no schedule, or": lambda: ScheduleColumns({}, since=SINCE, until=UNTIL),
        "since 2028-01-01 is not before": lambda: ScheduleColumns(OFFICE, since=UNTIL, until=SINCE),
        "on_unknown is 'mark'; use one of raise, null": lambda: compiled(on_unknown="mark"),
    }


def test_other_arguments_are_refused(spark: SparkSession) -> None:
    for message, ask in refused(spark).items():
        with pytest.raises(EngineError, match=message):
            ask()
    for kind in ("timestamp_ntz", "date"):
        naive = appeals(spark).selectExpr(f"cast(posted as {kind}) as posted")
        with pytest.raises(NaiveDatetimeError, match=f"'posted' is {kind}, which has no zone"):
            compiled().deadline(naive, "posted", HOUR)
    with pytest.raises(CalendarCoverageError):
        ScheduleColumns(OFFICE, since=date(2025, 1, 1), until=date(2050, 1, 1))
