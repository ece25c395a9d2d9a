"""What to send to a sink, and when to send it again after a failure: decisions without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from workhours_sla.public import public
from workhours_sla.sla.change import Change


@public("workhours_sla.stream")
class Sink(Protocol):
    """Where changes are sent. A change may come twice: it has the same ``change_id``."""

    @property
    def name(self) -> str:
        """The name that its progress is stored under."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Accept the changes durably, or raise.

        Raises UndeliverableError for a change that can never be accepted, and any other error
        for a failure that may pass. A sink that can be read back returns where it now ends, in
        its own format; the store keeps that, and a later run compares it.
        """


@public("workhours_sla.stream")
class Progress(NamedTuple):
    """How far a sink has the changes of a store.

    ``number`` is that of the last change, 0 without one. ``end`` is what the sink returned when
    it last had every change, and ``last`` the id of the last change after that, if one was
    acknowledged and the store still has it.
    """

    number: int = 0
    end: str | None = None
    last: str | None = None


class Failure(NamedTuple):
    """A change that a sink did not accept, and how often.

    ``retry_at`` is when it is sent again; None marks a dead letter. ``error`` is the last error.
    """

    number: int
    attempts: int
    retry_at: datetime | None
    error: str


@public("workhours_sla.stream")
class DeadLetter(NamedTuple):
    """A change that is no longer sent to a sink, after how many attempts, and the last error."""

    number: int
    change: Change
    attempts: int
    error: str


@public("workhours_sla.stream")
class Pending(NamedTuple):
    """What a sink is to be sent now: numbered changes, in order.

    ``attempts`` is how often the first of them has failed. ``retry_at`` is when a change that
    failed is sent again, None if none waits.
    """

    changes: Sequence[tuple[int, Change]] = ()
    attempts: int = 0
    retry_at: datetime | None = None


class Decision(NamedTuple):
    """What to send next: one change alone, all changes after a number, or nothing yet."""

    only: Failure | None = None
    after: int | None = None
    retry_at: datetime | None = None


def decide(number: int, failures: Iterable[Failure], now: datetime) -> Decision:
    """Return what to send to a sink that has the changes up to ``number``.

    A change that failed is sent again alone when its time has come. Until then the changes after
    it wait, unless it is a dead letter that is replayed.

    >>> from datetime import UTC
    >>> now = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)
    >>> decide(7, [], now).after
    7
    >>> failure = Failure(8, 1, now + timedelta(seconds=1), "timeout")
    >>> decide(7, [failure], now) == Decision(retry_at=failure.retry_at)
    True
    >>> decide(7, [failure], now + timedelta(seconds=1)).only.number
    8
    """
    waiting = [(one.retry_at, one) for one in failures if one.retry_at is not None]
    due = [one for retry_at, one in waiting if retry_at <= now]
    if due:
        return Decision(only=min(due))
    retry_at = min((retry_at for retry_at, _ in waiting), default=None)
    if any(one.number > number for _, one in waiting):
        return Decision(retry_at=retry_at)
    return Decision(after=number, retry_at=retry_at)


@public("workhours_sla.stream")
class Retry(NamedTuple):
    """After how long, and how often, a change is sent again.

    The delay doubles from ``first`` to ``longest``. After ``attempts`` failures the change is a
    dead letter and the next one is sent; None never gives up.

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

    def at(self, now: datetime, failed: int, *, jitter: float) -> datetime | None:
        """Return when to send a change again after ``failed`` attempts, None if never.

        ``jitter`` is a random number from 0 to 1. Half of the delay depends on it, so that
        several processes do not retry at the same time.
        """
        if self.attempts is not None and failed >= self.attempts:
            return None
        doubled = self.first * (1 << min(failed - 1, 20))
        return now + min(self.longest, doubled) * (0.5 + jitter / 2)
