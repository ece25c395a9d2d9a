"""A limit on the rate of requests of each client: a token bucket."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

BURST: Final = 10.0
"""A client that was silent may send as many requests at once as in this many seconds."""
CLIENTS: Final = 10_000
"""Number of clients that are remembered; the one that was silent longest is forgotten first."""


class RateLimit:
    """Counts the requests of each client. ``rate`` is in requests per second; 0 is no limit.

    A request may cost as much as several. It is accepted if the client has one request left, and
    the next one waits for the whole cost, but no longer than ``BURST`` seconds more.

    >>> limit = RateLimit(2)
    >>> [limit.wait("portal", at=0.0) for _ in range(20)] == [0.0] * 20
    True
    >>> limit.wait("portal", at=0.0), limit.wait("board", at=0.0), limit.wait("portal", at=0.5)
    (0.5, 0.0, 0.0)
    >>> limit.wait("report", at=0.0, cost=30), limit.wait("report", at=0.0)
    (0.0, 0.5)
    """

    def __init__(self, rate: float) -> None:
        self.is_set = rate > 0
        """Whether there is a limit."""
        self._rate = rate
        self._full: dict[Hashable, float] = {}
        """When the bucket of each client is full again, in seconds; the last one used is last."""

    def wait(self, client: Hashable, at: float, cost: int = 1, *, counted: int = 0) -> float:
        """Return the seconds to wait before the next request, 0 if it is counted now.

        ``at`` is a time in seconds that never goes back, ``cost`` is in requests. ``counted`` is
        the cost that was counted for the same request before, and will be when it is sent again.
        """
        if not self.is_set:
            return 0.0
        full = max(at, self._full.pop(client, at))
        wait = full + 1 / self._rate - at - BURST
        self._full[client] = full if wait > 0 else full + min(cost / self._rate, BURST)
        if len(self._full) > CLIENTS:
            del self._full[next(iter(self._full))]
        return wait + counted / self._rate if wait > 0 else 0.0
