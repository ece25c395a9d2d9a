"""Spark's streams return the changes of one monitor, also after kill -9, and refuse bad input."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.slow.engines import spark_job
from workhours_sla import Change, Event, Monitor, Policy, Target, working_hours
from workhours_sla.errors import EngineError, NaiveDatetimeError

spark_job.skip_without_java()

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

from kit.paths import EXAMPLES
from workhours_sla.spark import EVENT_SCHEMA, changes, rejected

pytestmark = spark_job.MARKS
KILLS = int(os.environ.get("WORKHOURS_KILLS", "3"))
PATIENCE = 200
"""How many seconds a stream may take to its end."""
DAYS = os.environ.get("WORKHOURS_DAYS", "14")
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFICE = spark_job.OFFICE
FOUR = Policy([Target("reply", working_hours(4), OFFICE)])


def test_a_killed_stream_has_the_changes_of_one_monitor(tmp_path: Path) -> None:
    generate = [sys.executable, str(EXAMPLES / "generate_appeals.py"), "--days", DAYS]
    events = tmp_path / "events.jsonl"
    subprocess.run([*generate, "--out", str(events)], check=True, timeout=600)
    lines = events.read_text("utf-8").splitlines()
    write_files(tmp_path / "in", lines, files=max(8, KILLS * 4))
    skew = timedelta(minutes=30)
    kills = run_and_kill(tmp_path, skew, KILLS)
    wanted = changes_of_one_monitor(tmp_path / "in", skew)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    found = {row[1]: row[1:] for row in rows}
    print(f"{kills} kills, {len(lines)} events, {len(rows)} rows, {len(wanted)} changes")
    assert all(found[row[1]] == row[1:] for row in rows), "delivered twice, it is the same"
    assert found == {change.change_id: texts_of(change) for change in wanted}
    assert any(change.retracts for change in wanted), "the events are not in order"


def write_files(folder: Path, lines: Sequence[str], files: int) -> None:
    """Write lines to files whose times of modification have the order of the lines."""
    folder.mkdir()
    for number in range(files):
        part = lines[number * len(lines) // files : (number + 1) * len(lines) // files]
        file = folder / f"{number:03}.json"
        file.write_text("\n".join(part) + "\n", "utf-8")
        os.utime(file, (1.7e9 + number, 1.7e9 + number))


def run_and_kill(folder: Path, skew: timedelta, kills: int) -> int:
    """Run the job to its end, and kill it at random moments after it has written something."""
    chance = random.Random(4)
    command = [sys.executable, spark_job.__file__, str(folder), str(skew.total_seconds())]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    for killed in range(kills + 3):  # Spark itself may wait for ever after a kill, and is killed
        before, log = progress_of(folder), folder / f"log{killed}"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdout=file, stderr=file, env=environment, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        is_killed = killed < kills
        while process.poll() is None and time.monotonic() < until:
            if is_killed and progress_of(folder) != before:
                time.sleep(chance.uniform(0, 4))
                break
            time.sleep(0.02)
        if process.poll() is not None:
            assert process.returncode == 0, log.read_text()[-3000:]
            return killed
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
    pytest.fail(f"the job does not end: {log.read_text()[-3000:]}")


def progress_of(folder: Path) -> int:
    out = folder / "out.jsonl"
    return out.stat().st_size if out.exists() else 0


def changes_of_one_monitor(folder: Path, skew: timedelta) -> list[Change]:
    """Apply each file, then advance to the latest receipt in all earlier files minus ``skew``."""
    monitor = Monitor(spark_job.POLICY)
    found: list[Change] = []
    latest = EPOCH
    for file in sorted(folder.glob("*.json")):
        events = [event_of(line) for line in file.read_text("utf-8").splitlines()]
        found += monitor.apply(events)
        found += monitor.advance(watermark(latest, skew))
        latest = max([latest, *(event.received_at for event in events)])
    return [*found, *monitor.advance(watermark(latest, skew))]


def watermark(latest: datetime, skew: timedelta) -> datetime:
    """Return Spark's watermark, which is in whole milliseconds."""
    return EPOCH + (latest - skew - EPOCH) // MILLISECOND * MILLISECOND


def event_of(line: str) -> Event:
    row = json.loads(line)
    times = {name: datetime.fromisoformat(row[name]) for name in ("occurred_at", "received_at")}
    return Event(**row | times)


def texts_of(change: Change) -> list[str]:
    """Return the texts that the job writes for a change, with instants in microseconds."""
    return [
        str((value - EPOCH) // timedelta(microseconds=1)) if isinstance(value, datetime)
        else str(list(value)) if isinstance(value, tuple)
        else str(value)
        for value in (change.change_id, *change)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = spark_job.start()
    yield session
    session.stop()


def row(number: int, appeal: str, kind: str, at: str, received: str = "", **more: str) -> str:
    ids = {"event_id": f"{appeal}-{number}", "appeal_id": appeal, "type": kind}
    return json.dumps({**ids, "occurred_at": at, "received_at": received or at, **more})


def stream(spark: SparkSession, folder: Path, schema: str = EVENT_SCHEMA) -> DataFrame:
    reader = spark.readStream.schema(schema).option("maxFilesPerTrigger", 1)
    return reader.json(str(folder / "in"))


def changes_in(spark: SparkSession, folder: Path, files: Sequence[str], **options: Any) -> Any:
    """Write files, run a stream of them to its end, and return batch numbers and ids of changes."""
    write_files(folder / "in", files, len(files))
    return collected(changes(stream(spark, folder), FOUR, **options), folder)


def collected(found: DataFrame, folder: Path) -> list[tuple[int, str]]:
    rows: list[tuple[int, str]] = []

    def write(part: DataFrame, batch: int) -> None:
        rows.extend((batch, one[0]) for one in part.collect())

    writer = found.writeStream.foreachBatch(write).trigger(availableNow=True)
    query = writer.option("checkpointLocation", str(folder / "checkpoint")).start()
    assert query.awaitTermination(PATIENCE)
    return sorted(rows)


def test_a_heartbeat_lets_a_deadline_pass(spark: SparkSession, tmp_path: Path) -> None:
    files = [
        row(1, "A", "created", "2025-03-12T10:00:00+03:00"),
        '{"received_at": "2025-03-12T15:00:00+03:00"}',
        '{"received_at": "2025-03-12T15:00:00.000001+03:00"}',
        '{"received_at": "2025-03-12T15:00:00.001+03:00"}',
        '{"received_at": "2025-03-12T15:00:00+03:00"}',
    ]
    found = changes_in(spark, tmp_path, files)
    # the watermark of a batch has the receipts of the batches before it, in whole milliseconds
    assert found == [
        (0, "A/reply/0/opened/1"),
        (2, "A/reply/0/at_risk/2"),
        (4, "A/reply/0/breached/3"),
    ]


def test_a_late_answer_is_not_dropped(spark: SparkSession, tmp_path: Path) -> None:
    files = [
        row(1, "A", "created", "2025-03-12T10:00:00+03:00"),
        row(1, "B", "created", "2025-03-14T10:00:00+03:00"),
        row(2, "B", "assigned", "2025-03-14T10:30:00+03:00"),
        row(2, "A", "replied", "2025-03-12T11:00:00+03:00", author_role="official"),
    ]
    found = changes_in(spark, tmp_path, files)
    assert [one for _, one in found if one.startswith("A")] == [
        "A/reply/0/opened/1",
        "A/reply/0/at_risk/2",
        "A/reply/0/breached/3",
        "A/reply/0/at_risk/4",
        "A/reply/0/breached/5",
        "A/reply/0/met/6",
    ]


def test_an_ended_appeal_is_dropped_after_retain(spark: SparkSession, tmp_path: Path) -> None:
    before, at = "2025-03-15T10:59:59.999+03:00", "2025-03-15T11:00:00+03:00"
    ended = [
        line
        for appeal in "AB"
        for line in (
            row(1, appeal, "created", "2025-03-12T10:00:00+03:00"),
            row(2, appeal, "replied", "2025-03-12T11:00:00+03:00", author_role="official"),
        )
    ]
    beat = json.dumps({"received_at": at})
    parts = ["\n".join(ended), json.dumps({"received_at": before})]
    parts += [row(3, "A", "reopened", before), beat, beat, row(3, "B", "reopened", at)]
    found = changes_in(spark, tmp_path, parts, retain=timedelta(days=3))
    assert [one for _, one in found if one[:4] != "B/re" or "/1/" in one] == [
        "A/reply/0/met/2",
        "A/reply/0/opened/1",
        "A/reply/1/opened/1",
    ]


BAD = {
    "missing_value": [
        row(1, "", "created", "2025-03-12T10:00:00+03:00"),
        json.dumps({"event_id": "1", "received_at": "2025-03-12T10:00:00Z"}),
        row(2, "A", "created", ""),
    ],
    "malformed": [
        row(2, "x" * 1025, "created", "2025-03-12T10:00:00Z"),
        row(2, "я" * 513, "created", "2025-03-12T10:00:00Z"),
    ],
    "naive_time": [
        row(3, "A", "created", "2025-03-12T10:00:00"),
        row(4, "A", "created", "2025-03-12 10:00"),
        row(4, "A", "created", "2025-03-12T10:00:00Z", "2025-03-12T10:00:00.123"),
    ],
    "unreadable_time": [
        row(5, "A", "created", "2025-13-12T10:00:00Z"),
        row(6, "A", "created", "12.03.2025 10:00"),
        row(7, "A", "created", "2025-03-12T10:00:00.1234567Z"),
        row(8, "A", "created", "0000-01-01T00:00:00Z"),
    ],
    "unknown_type": [row(9, "A", "answered", "2025-03-12T10:00:00Z")],
    "unknown_value": [row(10, "A", "replied", "2025-03-12T10:00:00Z", author_role="mayor")],
}


def test_rows_that_are_not_events_are_returned_with_the_reason(
    spark: SparkSession, tmp_path: Path
) -> None:
    good = row(0, "A", "created", "2025-03-12T10:00:00.000001+03:00", author_role="citizen")
    beat = '{"received_at": "2025-03-12T10:00:00+03:00"}'
    lines = [good, beat, *(line for some in BAD.values() for line in some)]
    write_files(tmp_path / "in", lines, 1)
    rows = spark.read.schema(EVENT_SCHEMA).json(str(tmp_path / "in"))
    found = rejected(rows)
    assert found.columns == [*rows.columns, "reason_rejected"]
    assert [one.reason_rejected for one in found.collect()] == [
        reason for reason, some in BAD.items() for _ in some
    ]
    assert collected(changes(stream(spark, tmp_path), FOUR), tmp_path) == [
        (0, "A/reply/0/opened/1")
    ]


def test_rejected_rows_do_not_advance_time(spark: SparkSession, tmp_path: Path) -> None:
    files = [
        row(1, "A", "created", "2025-03-12T10:00:00+03:00"),
        row(2, "A", "nothing", "2026-03-12T10:00:00+03:00"),
        row(3, "A", "assigned", "2025-03-12T10:01:00+03:00"),
    ]
    found = changes_in(spark, tmp_path, files)
    assert found == [(0, "A/reply/0/opened/1")]


def test_times_may_be_timestamps_in_any_session_zone(spark: SparkSession, tmp_path: Path) -> None:
    write_files(tmp_path / "in", [row(1, "A", "created", "2018-02-17T23:30:00-02:00")], 1)
    times = [F.to_timestamp(name).alias(name) for name in ("occurred_at", "received_at")]
    events = stream(spark, tmp_path).select("event_id", "appeal_id", "type", *times)
    rows: list[Any] = []
    writer = changes(events, FOUR).writeStream.foreachBatch(
        lambda part, _: rows.extend(part.selectExpr("unix_micros(at)").collect())
    )
    assert writer.trigger(availableNow=True).start().awaitTermination(PATIENCE)
    # 23:30 came twice in São Paulo, the zone of the session
    assert [one[0] for one in rows] == [1_518_917_400_000_000]


def test_a_checkpoint_continues_only_under_its_policy(spark: SparkSession, tmp_path: Path) -> None:
    changes_in(spark, tmp_path, [row(1, "A", "created", "2025-03-12T10:00:00+03:00")])
    answer = row(2, "A", "replied", "2025-03-12T11:30:00+03:00", author_role="official")
    (tmp_path / "in" / "more.json").write_text(answer)
    eight = Policy([Target("reply", working_hours(8), OFFICE)])
    with pytest.raises(StreamingQueryException, match="start with a new checkpoint"):
        collected(changes(stream(spark, tmp_path), eight), tmp_path)
    found = collected(changes(stream(spark, tmp_path), FOUR), tmp_path)
    assert [one for _, one in found] == ["A/reply/0/met/2"]


@pytest.mark.parametrize("kind", ["timestamp_ntz", "date"])
def test_columns_without_a_zone_are_refused(spark: SparkSession, kind: str) -> None:
    events = spark.range(1).selectExpr(
        "'1' event_id", "'A' appeal_id", "'created' type", "now() received_at",
        f"cast(now() as {kind}) occurred_at",
    )  # fmt: skip
    for function in (lambda: rejected(events), lambda: changes(events, FOUR)):
        with pytest.raises(NaiveDatetimeError, match=f"'occurred_at' is {kind}, which has no zone"):
            function()


def test_other_columns_and_settings_are_refused(spark: SparkSession, tmp_path: Path) -> None:

    (tmp_path / "in").mkdir()
    events = stream(spark, tmp_path)
    numbers = events.withColumn("received_at", F.lit(5).cast("long"))
    for frame, options, said in (
        (events.drop("type"), {}, "there is no column 'type'; the columns are: event_id"),
        (numbers, {}, "'received_at' is 'bigint', not a time"),
        (events, {"skew": timedelta(days=-1)}, "skew is -1 day"),
        (events, {"retain": timedelta(days=-1)}, "retain is -1 day"),
    ):
        with pytest.raises(EngineError, match=said):
            changes(frame, FOUR, **options)
    provider = "spark.sql.streaming.stateStore.providerClass"
    kept = spark.conf.get(provider)
    spark.conf.unset(provider)
    try:
        with pytest.raises(EngineError, match="changes need RocksDB"):
            changes(events, FOUR)
    finally:
        spark.conf.set(provider, str(kept))
