"""Process appeals as they arrive: read a source, store the changes, and deliver them to sinks."""

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.sources.kafka import KafkaSource
    from workhours_sla.stores.open import (
        MemoryStore,
        StoreFault,
        check_store,
        copy_store,
        events_of,
        open_reader,
        open_store,
        restore,
    )
    from workhours_sla.stores.reader import StoreReader
    from workhours_sla.stores.store import Store
    from workhours_sla.stores.store_values import (
        Batch,
        Checkpoint,
        DeadLetter,
        Holdings,
        Pending,
        Progress,
        Rejected,
    )
    from workhours_sla.stream.delivery import Delivery, Retry, Sink, Undelivered
    from workhours_sla.stream.pipeline import Monitor, Pipeline
    from workhours_sla.stream.sinks.digest import Agencies, DigestWriter
    from workhours_sla.stream.sinks.kafka_sink import KafkaSink
    from workhours_sla.stream.sinks.lines import DigestLines, JsonLinesSink
    from workhours_sla.stream.sinks.metrics import Metrics
    from workhours_sla.stream.sinks.webhook import WebhookSink
    from workhours_sla.stream.source import (
        Committed,
        Counters,
        Digests,
        Idle,
        Item,
        RunSummary,
        Source,
        Start,
        Watermarks,
    )
else:
    __getattr__ = on_first_use(
        __name__,
        {
            "stream.sinks.digest": "Agencies DigestWriter",
            "stream.sinks.kafka_sink": "KafkaSink",
            "stream.sinks.lines": "DigestLines JsonLinesSink",
            "stream.sinks.metrics": "Metrics",
            "stream.sinks.webhook": "WebhookSink",
            "sources.kafka": "KafkaSource",
            "stores.open": "MemoryStore StoreFault check_store copy_store events_of open_reader "
            "open_store restore",
            "stores.reader": "StoreReader",
            "stores.store": "Store",
            "stores.store_values": "Batch Checkpoint DeadLetter Holdings Pending Progress Rejected",
            "stream.delivery": "Delivery Retry Sink Undelivered",
            "stream.pipeline": "Monitor Pipeline",
            "stream.source": "Committed Counters Digests Idle Item RunSummary Source Start "
            "Watermarks",
        },
    )

__all__ = [
    "Agencies",
    "Batch",
    "Checkpoint",
    "Committed",
    "Counters",
    "DeadLetter",
    "Delivery",
    "DigestLines",
    "DigestWriter",
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
    "Progress",
    "Rejected",
    "Retry",
    "RunSummary",
    "Sink",
    "Source",
    "Start",
    "Store",
    "StoreFault",
    "StoreReader",
    "Undelivered",
    "Watermarks",
    "WebhookSink",
    "check_store",
    "copy_store",
    "events_of",
    "open_reader",
    "open_store",
    "restore",
]
