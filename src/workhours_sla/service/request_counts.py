"""Count the requests that the service has answered, for Prometheus."""

from __future__ import annotations

from collections import Counter
from typing import Final

from workhours_sla.stream.sinks.metrics import Labels, Metric, metric_text

_REQUESTS: Final = Metric("http_requests_total", "counter", "Requests that were answered.")
_OTHER: Final = "other"
"""The label of an address that the service does not have, and of an unusual method."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def usual_method(method: str) -> str:
    """Return a method of HTTP, ``other`` for any other text that a client sends in its place."""
    return method if method in _METHODS else _OTHER


class RequestCounts:
    """The numbers of requests by method, route and status; mutable, for one thread.

    A route is an address with its placeholders, so no label has an id. A method is one of those
    that ``usual_method`` returns.

    >>> counts = RequestCounts()
    >>> counts.add("POST", "/v1/due", 200)
    >>> print(counts.text().splitlines()[-1])
    workhours_sla_http_requests_total{method="POST",route="/v1/due",status="200"} 1
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str | None, int]] = Counter()

    def add(self, method: str, route: str | None, status: int) -> None:
        """Count one request. ``route`` is None for an address that the service does not have."""
        self._counts[method, route, status] += 1

    def text(self) -> str:
        """Return the counts in the text format of Prometheus."""
        samples: dict[Labels, float] = {
            (("method", method), ("route", route or _OTHER), ("status", str(status))): count
            for (method, route, status), count in self._counts.items()
        }
        return metric_text(_REQUESTS, samples)
