"""Feed a file of events to a store, with a file as the sink, until the end of the file.

``python -m tests.slow.engines.feed_store PLACE EVENTS CHANGES PAUSE`` prints ``open`` when it has
the lock of the store. While another process has the lock, it prints ``waits`` and waits. It sleeps
for ``PAUSE`` seconds after each batch.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks.streams import policy
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sources import mapper_of
from workhours_sla.adapters.sources.tail import Tail
from workhours_sla.adapters.stores.places import wait_for_store
from workhours_sla.errors import StoreError
from workhours_sla.stream import Delivery, JsonLinesSink, Pipeline, Watermarks

BATCH = 5


def feed(place: str, events: Path, changes: Path, pause: float) -> None:
    tail = Tail(events, mapper_of(Config()), clock=None, once=True)
    store, _ = wait_for_store(place, lambda _error: print("waits", flush=True), interval=0.05)
    with Pipeline(store, policy()) as pipeline:
        print("open", flush=True)
        with (
            closing(JsonLinesSink(changes, progress=store.progress)) as sink,
            Delivery(store, [sink]) as delivery,
        ):
            pipeline.run(
                tail,
                watermarks=Watermarks(tail.partitions, skew=timedelta(hours=1)),
                batch_size=BATCH if pause else 500,
                on_changes=delivery.notify,
                stopping=lambda: bool(time.sleep(pause)),
            )
            assert delivery.finish(60) == []


if __name__ == "__main__":
    try:
        feed(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
    except StoreError as error:
        sys.exit(str(error))
