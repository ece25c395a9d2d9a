"""A sender of events over HTTP that repeats what was not acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any

from kit.served import WRITE
from workhours_sla import Event


def row(event: Event) -> dict[str, Any]:
    """Return an event as JSON."""
    found = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    found |= {name: found[name].isoformat() for name in ("occurred_at", "received_at")}
    return {name: value for name, value in found.items() if value is not None}


class Sender(threading.Thread):
    """Sends batches one after the other, each again and again until it is acknowledged.

    A batch is a list of events as JSON texts. ``port`` may change at any time; while it is 0, no
    request is sent.
    """

    def __init__(self, batches: Sequence[Sequence[str]]) -> None:
        super().__init__(daemon=True)
        self.batches = batches
        self.port = 0
        self.acknowledged = 0
        """The number of batches that were acknowledged."""
        self.again = 0
        """The number of requests that were not acknowledged."""
        self.counts: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for batch in self.batches:
                body = f"[{','.join(batch)}]".encode()
                while (answer := self.sent(body)) is None:
                    self.again += 1
                    time.sleep(0.02)
                assert len(answer["events"]) == len(batch)
                self.counts.update(answer["counts"])
                self.acknowledged += 1
        except BaseException as error:
            self.failure = error
            raise

    def sent(self, body: bytes) -> Any:
        """Send a request, and return the answer if the events were stored, else None."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {WRITE}"}
        if not self.port:
            return None
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
                connection.request("POST", "/v1/events", body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            return None
        assert response.status in {202, 429, 503}, answer
        return answer if response.status == 202 else None

    def wait_for(self, share: float) -> None:
        """Wait until a share of the batches was acknowledged."""
        while self.acknowledged < share * len(self.batches) and self.is_alive():
            time.sleep(0.002)
        assert self.failure is None, self.failure

    def finish(self, seconds: float) -> None:
        """Wait until all batches were acknowledged."""
        self.join(seconds)
        assert not self.is_alive(), f"{self.acknowledged} of {len(self.batches)} batches"
        assert self.failure is None, self.failure
