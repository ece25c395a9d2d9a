"""Corrections: events that change the time and the fields of another event of the appeal.

A ``corrected`` event may name another event in ``refers_to``. The named event then takes its
``occurred_at`` from the correction, and every field that the correction gives. It keeps its own
``received_at``. If several corrections name the same event, the correction that was received last
counts. If several were received at the same time, the correction with the greatest id counts. A
correction has no other effect, and it cannot be corrected. It has no effect at all until the named
event arrives. A ``corrected`` event that names no other event only changes attributes of the
appeal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from workhours_sla.sla.event import Attributes, Event, EventType

_CORRECTABLE = (*Attributes._fields, "source", "author_role", "substantive", "reason")
_CORRECTED = EventType.CORRECTED


def corrects(event: Event) -> bool:
    """Return whether an event is a correction of another event."""
    return event.type is _CORRECTED and event.refers_to is not None


def corrected(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events of one appeal with corrections applied, in order, without corrections."""
    if not any(map(corrects, events)):
        return events
    corrections = _corrections(events)
    found = []
    for event in events:
        correction = corrections.get(event.event_id)
        if correction is not None:
            given = {
                name: value
                for name in _CORRECTABLE
                if (value := getattr(correction, name)) not in (None, "")
            }
            found.append(replace(event, occurred_at=correction.occurred_at, **given))
        elif not corrects(event):
            found.append(event)
    return sorted(found, key=lambda event: event.order)


def happened_by(events: Sequence[Event], as_of: datetime) -> list[Event]:
    """Return the events of one appeal whose corrected time is not after ``as_of``.

    A correction is kept if the event that it names is kept.
    """
    moved = {name: one.occurred_at for name, one in _corrections(events).items()}
    kept = []
    for event in events:
        about = event.refers_to if corrects(event) else event.event_id
        if moved.get(about or "", event.occurred_at) <= as_of:
            kept.append(event)
    return kept


def _corrections(events: Sequence[Event]) -> dict[str, Event]:
    """Return the corrections that count, keyed by the id of the corrected event."""
    correctable = {event.event_id for event in events if event.type is not _CORRECTED}
    found: dict[str, Event] = {}
    for event in events:
        about = event.refers_to
        if event.type is _CORRECTED and about in correctable and about is not None:
            best = found.get(about)
            if best is None or (best.received_at, best.event_id) < (
                event.received_at,
                event.event_id,
            ):
                found[about] = event
    return found
