"""Compute the watermark: the instant up to which a source has delivered all events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from workhours_sla.argument_types import checked
from workhours_sla.errors import SourceError
from workhours_sla.module_names import public
from workhours_sla.sla.event import in_utc
from workhours_sla.worktime.times import ZERO


@public("workhours_sla.stream")
@checked
class Watermarks:
    """Computes the watermark of a source, which may have several partitions.

    Each partition delivers events roughly in the order of receipt. The watermark is the latest
    receipt of the partition that is farthest behind, minus ``skew``. ``skew`` is how far events may
    be out of order. ``partitions`` are the partitions that are known in advance: there is no
    watermark until each of them has delivered something. A partition that has been silent for
    longer than ``idle`` is left out; if ``idle`` is None, a silent partition stops the watermark.
    How long a partition was silent is measured by the receipts of other partitions and by
    heartbeats, never by the machine's clock. ``received`` has the latest receipts from before a
    restart, keyed by partition. The watermark never decreases. Not thread-safe. Raises SourceError
    for a negative amount, and NaiveDatetimeError.

    >>> from datetime import UTC
    >>> watermarks = Watermarks(["a", "b"])
    >>> watermarks.record("a", datetime(2025, 3, 12, 15, 0, tzinfo=UTC))
    >>> print(watermarks.value)
    None
    >>> watermarks.record("b", datetime(2025, 3, 12, 11, 0, tzinfo=UTC))
    >>> print(watermarks.value)
    2025-03-12 11:00:00+00:00
    """

    def __init__(
        self,
        partitions: Iterable[str] = (),
        *,
        skew: timedelta = ZERO,
        idle: timedelta | None = None,
        received: Mapping[str, datetime] | None = None,
    ) -> None:
        for name, amount in (("skew", skew), ("idle", idle)):
            if amount is not None and amount < ZERO:
                msg = f"{name} is {amount}; it must be at least 0"
                raise SourceError(msg)
        self._skew = skew
        self._idle = idle
        self._latest: dict[str, datetime | None] = dict.fromkeys(partitions)
        self._first_seen: datetime | None = None
        self._last_seen: datetime | None = None
        self._value: datetime | None = None
        for partition, when in (received or {}).items():
            self.record(partition, when)

    def record(self, partition: str, received_at: datetime) -> None:
        """Record that a partition has delivered an event that was received at ``received_at``."""
        received_at = in_utc("received_at", received_at)
        before = self._latest.get(partition)
        if before is None or received_at > before:
            self._latest[partition] = received_at
            self._see(received_at)

    def expect(self, partition: str) -> None:
        """Add a partition; the watermark stops until the partition has delivered something."""
        self._latest.setdefault(partition, None)

    def forget(self, partition: str) -> None:
        """Remove a partition that delivers nothing more, so that the watermark goes on."""
        self._latest.pop(partition, None)

    def heartbeat(self, at: datetime, partition: str | None = None) -> None:
        """Record that a partition has delivered everything that it received up to ``at``.

        Without ``partition``, this is true for every known partition.
        """
        at = in_utc("at", at)
        for name in list(self._latest) if partition is None else [partition]:
            self.record(name, at)
        self._see(at)

    def received_until(self, partition: str) -> datetime | None:
        """Return the latest receipt or heartbeat of a partition in UTC, None if there was none."""
        return self._latest.get(partition)

    @property
    def value(self) -> datetime | None:
        """The instant in UTC up to which all events have arrived, None while it is unknown."""
        found = self._minimum()
        if found is not None and (self._value is None or found > self._value):
            self._value = found
        return self._value

    def _see(self, when: datetime) -> None:
        if self._first_seen is None:
            self._first_seen = when
        if self._last_seen is None or when > self._last_seen:
            self._last_seen = when

    def _minimum(self) -> datetime | None:
        last, first = self._last_seen, self._first_seen
        if last is None or first is None:
            return None
        active = []
        for when in self._latest.values():
            if self._idle is not None and last - (when or first) > self._idle:
                continue
            if when is None:
                return None
            active.append(when)
        # if a heartbeat has made every partition idle, the heartbeat is the watermark
        return min(active, default=last) - self._skew
