r"""Turn a folder of events into changes with Apache Spark, and print the breaches by agency.

::

    spark-submit --conf spark.sql.shuffle.partitions=4 examples/spark_changes.py \
        examples/data build/spark

The folder has files of JSON Lines, such as ``examples/data/appeals.jsonl``. The changes are written
to ``build/spark/changes``. Run the program again when there are more files: it continues from its
checkpoint. With ``--live`` it runs until it is stopped, and heartbeats let deadlines pass while no
events arrive.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name

from workhours_sla import config
from workhours_sla.spark import EVENT_SCHEMA, changes, session

REGION = Path(__file__).parent / "region.toml"


def main() -> None:
    """Run the stream, and print the breaches that were not retracted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=Path, help="folder with files of JSON Lines")
    parser.add_argument("out", type=Path, help="folder for the changes and the checkpoint")
    parser.add_argument("--live", action="store_true", help="run until stopped")
    options = parser.parse_args()

    spark = session(SparkSession.builder.appName("changes"))
    spark.sparkContext.setLogLevel("ERROR")
    reader = spark.readStream.schema(EVENT_SCHEMA).option("pathGlobFilter", "*.jsonl")
    events = reader.json(str(options.events))
    if options.live:
        events = events.unionByName(heartbeats(spark), allowMissingColumns=True)
    found = changes(events, config.load(REGION).policy)
    writer = found.writeStream.option("checkpointLocation", str(options.out / "checkpoint"))
    writer = (
        writer.trigger(processingTime="10 seconds")
        if options.live
        else writer.trigger(availableNow=True)
    )
    writer.format("parquet").start(str(options.out / "changes")).awaitTermination()

    written = spark.read.parquet(str(options.out / "changes"))
    breaches(written).show(truncate=False)


def heartbeats(spark: SparkSession) -> DataFrame:
    """Return a stream of the machine's clock, with one row for each second.

    A heartbeat says that all events received up to then are in the folder.
    """
    beats = spark.readStream.format("rate").load()
    return beats.select(F.date_format("timestamp", "yyyy-MM-dd'T'HH:mm:ssXXX").alias("received_at"))


def breaches(written: DataFrame) -> DataFrame:
    """Return how many breaches each agency has, without those that were retracted."""
    retracted = written.where("retracts is not null").select(F.col("retracts").alias("change_id"))
    current = written.where("kind = 'breached' and retracts is null")
    left = current.join(retracted, "change_id", "left_anti")
    return left.groupBy("agency_id", "target").count().orderBy(F.desc("count"), "agency_id")


if __name__ == "__main__":
    main()
