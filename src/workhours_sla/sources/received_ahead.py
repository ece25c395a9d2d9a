"""Find events whose time of receipt is ahead of the clock of the machine that receives them."""

from __future__ import annotations

from datetime import datetime, timedelta

from workhours_sla.sla.event import Event
from workhours_sla.text.messages import Phrase, say


def received_ahead(event: Event, now: datetime, most: timedelta) -> Phrase | None:
    """Return why an event is rejected that was received more than ``most`` after ``now``.

    Return None for other events. ``now`` is aware.
    """
    if event.received_at - now <= most:
        return None
    return say(
        "received_ahead",
        received=event.received_at.isoformat(),
        most=str(most),
        now=now.isoformat(timespec="seconds"),
    )
