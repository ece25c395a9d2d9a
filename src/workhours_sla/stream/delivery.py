"""Decide which changes to send to a sink, and when to send a change again after a failure.

The current time is always an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from workhours_sla.module_names import public
from workhours_sla.sla.emitted_changes import Change


@public("workhours_sla.stream")
class Sink(Protocol):
    """A receiver of changes. A change may be sent twice, with the same ``change_id``."""

    @property
    def name(self) -> str:
        """The name under which the progress of the sink is stored."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Accept the changes durably, or raise an error.

        Raises UndeliverableError for a change that can never be accepted, and any other error for a
        temporary failure. A sink whose output can be read again returns its new end position, in
        its own format. The store keeps this position, so that a later run can compare the two.

        If an error has the attribute ``retry_after``, a timedelta, the change is sent again no
        earlier. If a sink has the attribute ``batch_size``, it receives at most so many changes.
        """


@public("workhours_sla.stream")
class Progress(NamedTuple):
    """How many changes of a store a sink has acknowledged.

    ``number`` is the number of the last acknowledged change, 0 if there is none. ``end`` is the
    position that the sink returned when it last had every change. ``last`` is the ``change_id`` of
    the last acknowledged change. ``last`` is None if no change was acknowledged after ``end`` was
    returned, or if the store no longer has the change.
    """

    number: int = 0
    end: str | None = None
    last: str | None = None


class Failure(NamedTuple):
    """A change that a sink did not accept.

    ``attempts`` is the number of failed attempts, and ``error`` the text of the last error.
    ``retry_at`` is when the change is sent again, None for a dead letter.
    """

    number: int
    attempts: int
    retry_at: datetime | None
    error: str


@public("workhours_sla.stream")
class DeadLetter(NamedTuple):
    """A change that is no longer sent to a sink, its failed attempts, and the last error."""

    number: int
    change: Change
    attempts: int
    error: str


@public("workhours_sla.stream")
class Pending(NamedTuple):
    """The numbered changes that must be sent to a sink now, in order.

    ``attempts`` is the number of failed attempts to send the first change. ``retry_at`` is when a
    failed change is sent again, None if no failed change waits.
    """

    changes: Sequence[tuple[int, Change]] = ()
    attempts: int = 0
    retry_at: datetime | None = None


class Decision(NamedTuple):
    """What to send to a sink now.

    ``only`` is a failed change that is sent alone. With ``after``, all changes with a greater
    number are sent. If both are None, nothing is sent. ``retry_at`` is when a failed change is sent
    again, None if no failed change waits.
    """

    only: Failure | None = None
    after: int | None = None
    retry_at: datetime | None = None


def decide(number: int, failures: Iterable[Failure], now: datetime) -> Decision:
    """Decide what to send to a sink that has the changes up to ``number``.

    A failed change is sent again on its own once its ``retry_at`` is reached. Until then the
    changes after it wait. A dead letter is a change that is no longer sent. If a dead letter is
    replayed, other changes do not wait for it.

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


def repeated(number: int, failures: Iterable[Failure]) -> int:
    """Return how many dead letters are sent again to a sink that has the changes up to ``number``.

    >>> repeated(7, [Failure(5, 0, datetime(2025, 3, 12), ""), Failure(6, 9, None, "410")])
    1
    """
    return sum(one.number <= number and one.retry_at is not None for one in failures)


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
        """Return when to send a change again after ``failed`` attempts, None to give up.

        The delay is shortened at random to between half and all of its length, so that several
        processes do not retry at the same time. ``jitter`` is a random number: 0 gives half of the
        length, and 1 gives all of it. ``at_least`` is a delay that the sink has asked for.
        """
        if self.attempts is not None and failed >= self.attempts:
            return None
        doubled = self.first * (1 << min(failed - 1, 20))
        delay = min(self.longest, doubled) * (0.5 + jitter / 2)
        return now + max(delay, at_least or delay)
