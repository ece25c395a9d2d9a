"""How far time has passed: up to when a source has told all that happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from workhours_sla.errors import SourceError
from workhours_sla.sla.evaluate import in_utc
from workhours_sla.worktime.zone import ZERO


class Watermarks:
    """The watermark of a source: the minimum over its partitions of what was heard from each.

    Each partition gives events about in the order of their receipt, out of order by no more than
    ``skew``. ``partitions`` are those known from the beginning; until each was heard from there
    is no watermark. One that was not heard from for ``idle`` does not hold the others up: time is
    told by the receipts of the others and by heartbeats, never by a clock of this machine. Without
    ``idle`` a silent partition holds the watermark for ever. ``heard`` is where to go on from. The
    watermark never goes back. For one thread. Raises SourceError for a negative amount,
    NaiveDatetimeError.

    >>> from datetime import UTC
    >>> marks = Watermarks(["a", "b"])
    >>> marks.hear("a", datetime(2025, 3, 12, 15, 0, tzinfo=UTC))
    >>> print(marks.value)
    None
    >>> marks.hear("b", datetime(2025, 3, 12, 11, 0, tzinfo=UTC))
    >>> print(marks.value)
    2025-03-12 11:00:00+00:00
    """

    def __init__(
        self,
        partitions: Iterable[str] = (),
        *,
        skew: timedelta = ZERO,
        idle: timedelta | None = None,
        heard: Mapping[str, datetime] | None = None,
    ) -> None:
        for name, amount in (("skew", skew), ("idle", idle)):
            if amount is not None and amount < ZERO:
                msg = f"{name} is {amount}, less than nothing; give an amount of at least 0"
                raise SourceError(msg)
        self._skew = skew
        self._idle = idle
        self._heard: dict[str, datetime | None] = dict.fromkeys(partitions)
        self._began: datetime | None = None
        self._last: datetime | None = None
        self._value: datetime | None = None
        for partition, when in (heard or {}).items():
            self.hear(partition, when)

    def hear(self, partition: str, received_at: datetime) -> None:
        """Take note that a partition has given what it received at an instant."""
        received_at = in_utc("received_at", received_at)
        before = self._heard.get(partition)
        if before is None or received_at > before:
            self._heard[partition] = received_at
            self._pass(received_at)

    def beat(self, at: datetime, partition: str | None = None) -> None:
        """Take note that a partition, or each of them, has given all it received up to ``at``."""
        at = in_utc("at", at)
        for name in list(self._heard) if partition is None else [partition]:
            self.hear(name, at)
        self._pass(at)

    def heard(self, partition: str) -> datetime | None:
        """Return what was heard last from a partition, in UTC."""
        return self._heard.get(partition)

    @property
    def value(self) -> datetime | None:
        """The instant up to which all events are in, in UTC; None while nothing is known."""
        found = self._minimum()
        if found is not None and (self._value is None or found > self._value):
            self._value = found
        return self._value

    def _pass(self, when: datetime) -> None:
        if self._began is None:
            self._began = when
        if self._last is None or when > self._last:
            self._last = when

    def _minimum(self) -> datetime | None:
        last, began = self._last, self._began
        if last is None or began is None:
            return None
        awaited = []
        for when in self._heard.values():
            if self._idle is not None and last - (when or began) > self._idle:
                continue
            if when is None:
                return None
            awaited.append(when)
        # where all are idle by a heartbeat, it alone tells the time
        return min(awaited, default=last) - self._skew
