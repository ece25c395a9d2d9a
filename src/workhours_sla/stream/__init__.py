"""Process appeals as they arrive: read a source, store the changes, and deliver them to sinks."""

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.sources.kafka import KafkaSource
    from workhours_sla.stores.open import (
        MemoryStore,
        open_reader,
        open_store,
        restore,
    )
    from workhours_sla.stores.reader import StoreReader
    from workhours_sla.stores.store import Store
    from workhours_sla.stream.delivery import Delivery, Retry, Sink
    from workhours_sla.stream.pipeline import Pipeline
    from workhours_sla.stream.sinks.kafka_sink import KafkaSink
    from workhours_sla.stream.sinks.lines import JsonLinesSink
    from workhours_sla.stream.sinks.metrics import Metrics
    from workhours_sla.stream.sinks.webhook import WebhookSink
    from workhours_sla.stream.source import (
        Counters,
        Digests,
        Idle,
        Item,
        Source,
        Start,
        Watermarks,
    )
else:
    __getattr__ = on_first_use(
        __name__,
        {
            "stream.sinks.kafka_sink": "KafkaSink",
            "stream.sinks.lines": "JsonLinesSink",
            "stream.sinks.metrics": "Metrics",
            "stream.sinks.webhook": "WebhookSink",
            "sources.kafka": "KafkaSource",
            "stores.open": "MemoryStore open_reader open_store restore",
            "stores.reader": "StoreReader",
            "stores.store": "Store",
            "stream.delivery": "Delivery Retry Sink",
            "stream.pipeline": "Pipeline",
            "stream.source": "Counters Digests Idle Item Source Start Watermarks",
        },
    )

__all__ = [
    "Counters",
    "Delivery",
    "Digests",
    "Idle",
    "Item",
    "JsonLinesSink",
    "KafkaSink",
    "KafkaSource",
    "MemoryStore",
    "Metrics",
    "Pipeline",
    "Retry",
    "Sink",
    "Source",
    "Start",
    "Store",
    "StoreReader",
    "Watermarks",
    "WebhookSink",
    "open_reader",
    "open_store",
    "restore",
]
