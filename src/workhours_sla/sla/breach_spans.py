"""Find which agencies had the late appeals of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import HolderHistory, Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target


class BreachSpans:
    """The spans of the late appeals among some events, as of an instant.

    ``quarantine`` has the events that do not count. Mutable, because it remembers the last appeal:
    ask for all outcomes of one appeal in a row.
    """

    def __init__(
        self,
        events: Iterable[Event],
        quarantine: Iterable[Quarantined],
        targets: Iterable[Target],
        as_of: datetime,
    ) -> None:
        self._given = events
        self._quarantine = quarantine
        self._targets = {target.name: target for target in targets}
        self._as_of = as_of
        self._last: tuple[str, HolderHistory] | None = None

    @cached_property
    def _events(self) -> dict[str, dict[str, Event]]:
        """The events that are not quarantined, keyed by the id of the appeal, then of the event."""
        quarantined = {event for event, _ in self._quarantine}
        found: dict[str, dict[str, Event]] = {}
        for event in sorted(self._given, key=attrgetter("received_at")):
            if event not in quarantined:
                found.setdefault(event.appeal_id, {}).setdefault(event.event_id, event)
        return found

    def of(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return the agencies that had an overdue appeal, and how long each had it.

        The result is empty unless the outcome is a breach, if a transfer changes the clock, and if
        the holders or their times are unknown.
        """
        target = self._targets[outcome.target]
        if outcome.verdict is not Verdict.BREACHED or target.on_transfer != "keep":
            return ()
        if self._last is None or self._last[0] != outcome.appeal_id:
            events = self._events[outcome.appeal_id]
            self._last = outcome.appeal_id, HolderHistory(events.values(), self._as_of)
        with suppress(CalendarCoverageError):
            return self._last[1].spans(target, outcome.cycle)
        return ()
