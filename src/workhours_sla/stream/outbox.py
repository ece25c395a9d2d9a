"""The outbox of a store: its messages, and how far each sink has received them.

A message is a change, a digest for files, or a digest as e-mail to one recipient.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

import msgspec

from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change

CHANGE: Final = "change"
"""The kind of messages that a sink receives if it has no attribute ``takes``."""
DIGEST: Final = "digest"
MAIL: Final = "mail"


class StoredDigest(msgspec.Struct, frozen=True):
    """The texts to one agency at one time, as e-mail if there is a recipient."""

    agency_id: str | None
    at: datetime
    texts: tuple[str, ...]
    recipient: str | None = None

    @property
    def kind(self) -> str:
        return DIGEST if self.recipient is None else MAIL

    @property
    def change_id(self) -> str:
        """The identity of the message, as that of a change."""
        id_ = f"{self.agency_id or ''}/{self.at:%Y-%m-%dT%H:%M:%S.%fZ}"
        return id_ if self.recipient is None else f"{id_}/{self.recipient}"


Message = Any
"""A Change or a StoredDigest, by the kind that a sink takes."""


@public("workhours_sla.stream")
class Sink(Protocol):
    """A receiver of changes; a change may be sent twice, with the same ``change_id``."""

    @property
    def name(self) -> str:
        """The name under which the progress of the sink is stored."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Accept the changes durably, or raise an error.

        Raises UndeliverableError for a change that can never be accepted, and any other error for a
        temporary failure. If the output can be read again, returns where the output ends, in the
        sink's own format; the store keeps this text, so that the sink can compare the two later.

        If an error has the attribute ``retry_after``, a timedelta, the change is sent again after
        at least this time. If a sink has the attribute ``batch_size``, it gets at most so many
        changes.
        """


def takes(sink: Sink) -> str:
    """Return the kind of messages that a sink receives."""
    kind: str = getattr(sink, "takes", CHANGE)
    return kind


@public("workhours_sla.stream")
class Progress(NamedTuple):
    """How many messages of a store a sink has acknowledged.

    ``number`` is the number of the last acknowledged message, 0 if there is none. ``end`` is what
    the sink returned when it accepted this message; None if it returned nothing.
    """

    number: int = 0
    end: str | None = None


class Failure(NamedTuple):
    """A message that a sink did not accept; ``retry_at`` is None for a dead letter."""

    number: int
    attempts: int
    retry_at: datetime | None
    error: str


@public("workhours_sla.stream")
class DeadLetter(NamedTuple):
    """A change that is no longer sent to a sink, its failed attempts, and the last error."""

    number: int
    change: Message
    attempts: int
    error: str


@public("workhours_sla.stream")
class Pending(NamedTuple):
    """The numbered changes that must be sent to a sink now, in order.

    ``attempts`` is the number of failed attempts to send the first change. ``retry_at`` is when a
    failed change is sent again, None if no failed change waits.
    """

    changes: Sequence[tuple[int, Message]] = ()
    attempts: int = 0
    retry_at: datetime | None = None


@runtime_checkable
class Outbox(Protocol):
    """The messages of a store, and the progress of each sink; usable from any thread."""

    def changes(self, after: int = 0, limit: int = -1) -> Sequence[tuple[int, Change]]:
        """Return the changes with a number greater than ``after``, as pairs of number and change.

        They are in the order of emission. A negative ``limit`` returns all of them.
        """

    @property
    def last_change(self) -> int:
        """The number of the last message, 0 if there is none."""

    def noted(self, key: str) -> str | None:
        """Return the text that was last stored under a key, or None."""

    def add_digests(
        self, digests: Sequence[StoredDigest], counted: int, key: str, note: str
    ) -> None:
        """Store digests, ``note`` under ``key``, and the number of the last ``counted`` change."""

    def deliver_to(self, sinks: Iterable[str], kind: str = CHANGE) -> None:
        """Name the sinks in use: the store keeps a message until all sinks of its kind have it.

        Until the first call, the sinks in use are all that have received a message from the store.
        A new sink receives all changes, but only the digests from now on.
        """

    def progress(self, sink: str) -> Progress:
        """Return what a sink has acknowledged."""

    def waiting(self, sink: str, limit: int) -> Sequence[tuple[int, Message]]:
        """Return the first messages after those that a sink has acknowledged."""

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the messages that must be sent to a sink at ``now``, at most ``limit`` of them."""

    def undelivered(self, sink: str) -> int:
        """Return how many messages a sink has not accepted, without the dead letters."""

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the messages with these numbers, and all messages before them.

        ``end`` is what the sink returned.
        """

    def fail(
        self,
        sink: str,
        number: int,
        error: str,
        retry_at: datetime | None,
        *,
        is_alone: bool = False,
    ) -> None:
        """Record a failed attempt to send a message.

        The message becomes a dead letter if ``retry_at`` is None. The messages after it wait unless
        the failure ``is_alone``.
        """

    def dead(self, sink: str) -> Sequence[DeadLetter]:
        """Return the dead letters of a sink: messages that are no longer sent to it."""

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again; return how many were found."""


@public("workhours_sla.stream")
class Retry(NamedTuple):
    """How long to wait before a failed change is sent again, and how often to try.

    The delay doubles from ``first`` to ``longest``. After ``attempts`` failures the change becomes
    a dead letter, and the next change is sent. If ``attempts`` is None, sending is tried for ever.

    >>> from datetime import UTC
    >>> now = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)
    >>> [f"{Retry().at(now, failed, jitter=1.0):%H:%M:%S}" for failed in (1, 2, 3, 10)]
    ['10:00:01', '10:00:02', '10:00:04', '10:05:00']
    >>> print(Retry(attempts=15).at(now, 15, jitter=1.0))
    None
    """

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    attempts: int | None = None

    def at(
        self, now: datetime, failed: int, *, jitter: float, at_least: timedelta | None = None
    ) -> datetime | None:
        """Return when to send a change again after ``failed`` attempts, or None to give up.

        The delay is shortened at random to between half and all of its length, so that several
        processes do not retry at the same time. ``jitter`` is a random number: 0 gives half of the
        length, and 1 gives all of it. ``at_least`` is a delay that the sink has asked for.
        """
        if self.attempts is not None and failed >= self.attempts:
            return None
        doubled = self.first * (1 << min(failed - 1, 20))
        delay = min(self.longest, doubled) * (0.5 + jitter / 2)
        return now + max(delay, at_least or delay)
