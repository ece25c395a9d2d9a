"""Process appeals as they arrive: read a source, store the changes, and deliver them to sinks."""

from workhours_sla.adapters.delivery import Delivery, Undelivered
from workhours_sla.adapters.sinks.digest import (
    Agency,
    Digest,
    count_changes,
    digest_of,
    targets_of,
    waiting_of,
)
from workhours_sla.adapters.sinks.digest_lines import Agencies, DigestLines
from workhours_sla.adapters.sinks.jsonl import JsonLinesSink
from workhours_sla.adapters.sinks.kafka import KafkaSink
from workhours_sla.adapters.sinks.metrics import Metrics
from workhours_sla.adapters.sinks.webhook import WebhookSink
from workhours_sla.adapters.sources.kafka import KafkaSource
from workhours_sla.adapters.stores.copying import copy_store
from workhours_sla.adapters.stores.memory import MemoryStore, Monitor
from workhours_sla.adapters.stores.places import events_of, open_store
from workhours_sla.adapters.stores.postgres import PostgresReader, PostgresStore
from workhours_sla.adapters.stores.sqlite import SqliteReader, SqliteStore
from workhours_sla.adapters.stores.sqlite_file import restore
from workhours_sla.adapters.stores.store_check import StoreFault, check_store
from workhours_sla.argument_types import check_public
from workhours_sla.sla.delivery import DeadLetter, Pending, Progress, Retry, Sink
from workhours_sla.sla.pipeline import Pipeline
from workhours_sla.sla.run_loop import Committed, Counters, Digests, RunSummary
from workhours_sla.sla.source import Checkpoint, Idle, Item, Rejected, Source, Start
from workhours_sla.sla.store import Batch, Holdings, Store
from workhours_sla.sla.watermark import Watermarks

__all__ = [
    "Agencies",
    "Agency",
    "Batch",
    "Checkpoint",
    "Committed",
    "Counters",
    "DeadLetter",
    "Delivery",
    "Digest",
    "DigestLines",
    "Digests",
    "Holdings",
    "Idle",
    "Item",
    "JsonLinesSink",
    "KafkaSink",
    "KafkaSource",
    "MemoryStore",
    "Metrics",
    "Monitor",
    "Pending",
    "Pipeline",
    "PostgresReader",
    "PostgresStore",
    "Progress",
    "Rejected",
    "Retry",
    "RunSummary",
    "Sink",
    "Source",
    "SqliteReader",
    "SqliteStore",
    "Start",
    "Store",
    "StoreFault",
    "Undelivered",
    "Watermarks",
    "WebhookSink",
    "check_store",
    "copy_store",
    "count_changes",
    "digest_of",
    "events_of",
    "open_store",
    "restore",
    "targets_of",
    "waiting_of",
]

check_public(globals())
