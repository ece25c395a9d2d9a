"""Count the streams of updates, so that nobody takes all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from workhours_sla.service.screen.login import Visitor

MOST: Final = 100
"""Maximum number of streams at once."""
OF_TOKEN: Final = 80
"""Maximum number of streams of one token, in all of its logins."""
OF_LOGIN: Final = 20
"""Maximum number of streams of one login."""


class Streams:
    """Counts the streams that are open. For one thread.

    >>> streams, visitor = Streams(), Visitor(b"token", "login")
    >>> with streams.one_more(visitor):
    ...     streams.is_full, streams.limit_of(visitor)
    (False, None)
    """

    def __init__(self) -> None:
        self._open: Counter[Hashable] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether there are as many streams as there may be."""
        return self._open[None] >= MOST

    def limit_of(self, visitor: Visitor) -> int | None:
        """Return the limit that a visitor has reached, None if the visitor may open another stream.

        Without tokens there is no such limit, because visitors cannot be distinguished.
        """
        if visitor.token is None:
            return None
        if self._open[visitor] >= OF_LOGIN:
            return OF_LOGIN
        return OF_TOKEN if self._open[visitor.token] >= OF_TOKEN else None

    @contextmanager
    def one_more(self, visitor: Visitor) -> Iterator[None]:
        """Count a stream of a visitor as open within the block."""
        keys: set[Hashable] = {None, visitor, visitor.token}  # without tokens, the last one is None
        self._open.update(keys)
        try:
            yield
        finally:
            self._open.subtract(keys)
            for key in keys:
                if not self._open[key]:
                    del self._open[key]
