"""Turn a stream of events into a stream of changes, with the library's own fold in Spark."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from workhours_sla.errors import EngineError, NaiveDatetimeError, shown
from workhours_sla.sla.event import (
    AUTHOR_ROLES,
    EARLIEST,
    EVENT_FIELDS,
    FIELD_NAMES,
    LATEST,
    MOST_TEXT,
    EventType,
)
from workhours_sla.sla.policy import Policy
from workhours_sla.spark.start import PROVIDER, ROCKSDB, check_packages
from workhours_sla.text.messages import say
from workhours_sla.worktime.times import TICK, ZERO, micros_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

EVENT_SCHEMA: Final = ", ".join(
    f"{field.name} {'boolean' if field.type is bool else 'string'}" for field in EVENT_FIELDS
)
"""The columns of an event for the readers of Spark.

Times are text, so that a time without an offset is found, and does not get the session's zone.
"""
REASON: Final = "reason_rejected"
"""The name of the column that says why a row is not an event."""
_TIMES: Final = tuple(field.name for field in EVENT_FIELDS if field.type is datetime)
_ISO: Final = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6})?)?"
_OFFSET: Final = r"(Z|[+-]\d{2}:\d{2})$"
_FIRST, _LAST = map(micros_of, (EARLIEST, LATEST))
"""The first and the last time of an event, in microseconds since 1970 in UTC."""
_OUTPUT: Final = (
    "change_id string, kind string, appeal_id string, target string, cycle int, revision int, "
    "at long, due_at long, limit long, retracts string, evidence array<string>, "
    "agency_id string, calendar_version string, policy_version string, retroactive boolean"
)
_OUTPUT_TIMES: Final = ("at", "due_at", "limit")


def changes(
    events: DataFrame, policy: Policy, *, skew: timedelta = ZERO, retain: timedelta | None = None
) -> DataFrame:
    """Return the changes of a stream of events: a streaming DataFrame, one row for each change.

    ``events`` is a streaming DataFrame with the columns of an Event. Its times are timestamps, or
    ISO 8601 text with an offset. Columns may be missing, except the required ones. Rows that are
    not events are left out; ``rejected`` returns them. A row in which every column except
    ``received_at`` is null is a heartbeat, which only advances time.

    The result has the columns of ``workhours.change``; its times are timestamps. A change can be
    delivered twice after a restart, always with the same ``change_id``. ``skew`` is how far events
    may be out of order. The stream's time is the latest ``received_at`` of all earlier batches
    minus ``skew``. No event is dropped because it is late: a late answer retracts a breach.

    With ``retain``, an appeal is dropped when all its clocks ended longer ago than ``retain``; its
    later events do not count. Events of two appeals must not share an ``event_id``, because
    duplicates are found only within an appeal. Continue a checkpoint only under the same policy;
    otherwise the query raises EngineError.

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

    from workhours_sla.spark.appeal_processor import AppealFold

    rows = events.where(reason_rejected(events).isNull()).select(*event_columns(events))
    timed = rows.withColumn("arrived_at", F.timestamp_micros("received_at"))
    timed = timed.withWatermark("arrived_at", f"{skew // TICK} microseconds")
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

    The column ``reason_rejected`` has the key of the reason, such as ``naive_time``. The other
    columns are unchanged. Raises EngineError for a missing column, and NaiveDatetimeError for a
    column of times without a zone.

    >>> from workhours_sla.spark import rejected
    >>> rejected(events).writeStream.format("console")  # doctest: +SKIP
    """
    check_columns(events)
    reason = reason_rejected(events)
    return events.withColumn(REASON, reason).where(f"{REASON} is not null")


def check_columns(events: DataFrame) -> None:
    check_packages()
    types = dict(events.dtypes)
    for field in EVENT_FIELDS:
        kind = types.get(field.name)
        if kind is None:
            if field.required:
                columns = ", ".join(types)
                raise EngineError(say("spark_no_column", column=field.name, columns=columns))
        elif field.type is datetime:
            check_time(field.name, kind)


def check_time(name: str, kind: str, *, is_text_read: bool = True) -> None:
    """Check that a column of Spark has instants, or text where text is read."""
    if kind in {"timestamp_ntz", "date"}:
        raise NaiveDatetimeError(say("spark_naive", column=name, type=kind))
    if kind != "timestamp" and not (is_text_read and kind == "string"):
        cause = "spark_no_time" if is_text_read else "spark_no_instant"
        raise EngineError(say(cause, column=name, type=shown(kind)))


def event_columns(events: DataFrame) -> list[Column]:
    from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

    types = dict(events.dtypes)
    found = []
    for field in EVENT_FIELDS:
        column = events[field.name] if field.name in types else F.lit(None)
        if field.type is datetime:
            column = _micros(events, field.name)
        else:
            column = column.cast("boolean" if field.type is bool else "string")
        found.append(column.alias(field.name))
    return found


def reason_rejected(events: DataFrame) -> Column:
    """Return the reason why a row is not an event, a key of ``catalog.QUARANTINE_REASONS``."""
    from pyspark.sql import functions as F  # noqa: N812

    kind = events["type"]
    names = [field.name for field in EVENT_FIELDS if field.name in events.columns]
    others = [events[name].cast("string") for name in names if name != "received_at"]
    reason = F.when(
        F.coalesce(*others).isNull() & _micros(events, "received_at").isNotNull(),
        F.lit(None).cast("string"),
    )
    for name in ("event_id", "appeal_id", "type", *_TIMES):
        text = events[name].cast("string")
        reason = reason.when(text.isNull() | (text == ""), "missing_value")
    for field in EVENT_FIELDS:
        if field.type is str and field.name in names:
            text = events[field.name].cast("string")
            reason = reason.when(F.octet_length(text) > MOST_TEXT, "malformed")
    for name in _TIMES:
        if events.schema[name].dataType.typeName() == "string":
            reason = reason.when(events[name].rlike(_ISO + "$"), "naive_time")
        reason = reason.when(_micros(events, name).isNull(), "unreadable_time")
    reason = reason.when(~kind.isin(list(map(str, EventType))), "unknown_type")
    if "author_role" in events.columns:
        reason = reason.when(~events["author_role"].isin(list(AUTHOR_ROLES)), "unknown_value")
    return reason


def _micros(events: DataFrame, name: str) -> Column:
    """Return a column of times in microseconds since 1970, null where a time is not readable."""
    from pyspark.sql import functions as F  # noqa: N812

    column = events[name]
    if dict(events.dtypes)[name] == "string":
        column = F.when(column.rlike(_ISO + _OFFSET), column).try_cast("timestamp")
    micros = F.unix_micros(column)
    return F.when(micros.between(_FIRST, _LAST), micros)
