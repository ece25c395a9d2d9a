"""Corrections: events that move another event of the appeal and replace fields of it.

A ``corrected`` that names another event moves that event to its own ``occurred_at`` and replaces
the fields that it gives; the receipt stays. Of several the one received last counts, of equals the
one with the last id. It is no event of its own: it has no effect until the event that it names
arrives, and it cannot be corrected itself. A ``corrected`` that names none only changes attributes
of the appeal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from workhours_sla.sla.event import Attributes, Event, EventType

_CORRECTABLE = (*Attributes._fields, "source", "author_role", "substantive", "reason")
_CORRECTED = EventType.CORRECTED


def corrects(event: Event) -> bool:
    """Return whether an event corrects another, and so is no event of its own."""
    return event.type is _CORRECTED and event.refers_to is not None


def corrected(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events of one appeal as corrected, in order, without those that correct one."""
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
    """Return the events of one appeal that occurred by an instant, by their corrected times.

    A correction is kept with the event that it names.
    """
    moved = {name: one.occurred_at for name, one in _corrections(events).items()}
    kept = []
    for event in events:
        about = event.refers_to if corrects(event) else event.event_id
        if moved.get(about or "", event.occurred_at) <= as_of:
            kept.append(event)
    return kept


def _corrections(events: Sequence[Event]) -> dict[str, Event]:
    """Return the correction that counts for each corrected event: the one received last."""
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
