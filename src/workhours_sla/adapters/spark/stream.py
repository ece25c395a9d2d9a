"""Turn a stream of events into a stream of changes, with the library's own fold in Spark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from workhours_sla.adapters.spark.events import (
    REASON,
    check_columns,
    event_columns,
    reason_rejected,
)
from workhours_sla.adapters.spark.session import PROVIDER, ROCKSDB
from workhours_sla.errors import EngineError
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sla.policy import Policy
from workhours_sla.text.messages import say
from workhours_sla.worktime.times import ZERO

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_OUTPUT: Final = (
    "change_id string, kind string, appeal_id string, target string, cycle int, revision int, "
    "at long, due_at long, limit long, retracts string, evidence array<string>, "
    "agency_id string, calendar_version string, policy_version string, retroactive boolean"
)
_OUTPUT_TIMES: Final = ("at", "due_at", "limit")


def changes(
    events: DataFrame,
    policy: Policy,
    *,
    skew: timedelta = ZERO,
    retain: timedelta | None = None,
) -> DataFrame:
    """Return the changes of a stream of events: a streaming DataFrame, one row for each change.

    ``events`` is a streaming DataFrame with the columns of an Event. Its times are timestamps, or
    ISO 8601 text with an offset. Columns may be missing, except the required ones. Rows that are
    not events are left out; ``rejected`` returns them. A row in which every column except
    ``received_at`` is null is a heartbeat, which only advances time.

    The result has the columns of ``workhours.change``; its times are timestamps. A change can be
    delivered twice after a restart, always with the same ``change_id``. Time is the latest
    ``received_at`` of all earlier batches minus ``skew``, which is how far events may be out of
    order. No event is dropped because it is late: a late answer retracts a breach.

    With ``retain``, an appeal is dropped when its end is longer ago than ``retain``; later events
    of the appeal do not count. Events of two appeals must not share an ``event_id``, because the
    state of an appeal has only its own events. Continue a checkpoint only under the same policy:
    EngineError is raised in the query otherwise.

    Raises EngineError for a missing column, for a state store other than RocksDB, and for a
    negative ``skew`` or ``retain``; NaiveDatetimeError for a column of times without a zone.

    >>> from workhours_sla.spark import EVENT_SCHEMA, changes, session
    >>> spark = session()  # doctest: +SKIP
    >>> events = spark.readStream.schema(EVENT_SCHEMA).json("events")  # doctest: +SKIP
    >>> found = changes(events, policy)  # doctest: +SKIP
    """
    for option, amount in (("skew", skew), ("retain", retain)):
        if amount is not None and amount < ZERO:
            raise EngineError(say("spark_amount", option=option, amount=str(amount)))
    check_columns(events)
    provider = events.sparkSession.conf.get(PROVIDER, "")
    if provider != ROCKSDB:
        raise EngineError(say("spark_no_rocksdb", found=provider, setting=PROVIDER, value=ROCKSDB))
    from pyspark.sql import functions as F  # noqa: N812

    from workhours_sla.adapters.spark.fold import AppealFold

    rows = events.where(reason_rejected(events).isNull()).select(*event_columns(events))
    timed = rows.withColumn("arrived_at", F.timestamp_micros("received_at"))
    timed = timed.withWatermark("arrived_at", f"{skew // timedelta(microseconds=1)} microseconds")
    # Spark drops late rows as long as they have the column of event time, so leave it out
    found = (
        timed.select(*FIELD_NAMES)
        .groupBy("appeal_id")
        .transformWithState(
            statefulProcessor=AppealFold(policy, retain),
            outputStructType=_OUTPUT,
            outputMode="append",
            timeMode="eventTime",
        )
    )
    return found.withColumns({name: F.timestamp_micros(name) for name in _OUTPUT_TIMES})


def rejected(events: DataFrame) -> DataFrame:
    """Return the rows of ``events`` that ``changes`` leaves out, with the reason.

    The column ``reason_rejected`` has a reason of the quarantine, such as ``naive_time``. The other
    columns are unchanged. Raises EngineError for a missing column, and NaiveDatetimeError for a
    column of times without a zone.

    >>> from workhours_sla.spark import rejected
    >>> rejected(events).writeStream.format("console")  # doctest: +SKIP
    """
    check_columns(events)
    reason = reason_rejected(events)
    return events.withColumn(REASON, reason).where(f"{REASON} is not null")
