"""Read ticket metric events and ticket audits of Zendesk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workhours_sla.sla.event import EventType
from workhours_sla.sources.desk_events import IGNORED, Desk, Meaning, objects_of
from workhours_sla.sources.desk_records import items_of
from workhours_sla.sources.json_records import lists_under
from workhours_sla.sources.metrics import OneMetric

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim, Event
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record

METRIC: Final = "reply_time"
"""The metric to read unless ``metric`` under ``[input]`` names another."""
WORDS: Final = {
    "activate": Meaning(EventType.CREATED),
    "fulfill": Meaning(EventType.REPLIED),
    "pause": Meaning(EventType.PAUSED),
    "breach": IGNORED,
    "apply_sla": IGNORED,
    "apply_group_sla": IGNORED,
    "update_status": IGNORED,
    # -- the statuses of tickets, in audits
    "new": IGNORED,
    "open": IGNORED,
    "pending": Meaning(EventType.PAUSED),
    "hold": IGNORED,
    "solved": Meaning(EventType.CLOSED),
    "closed": IGNORED,
    "deleted": IGNORED,
}
"""The meanings of metric event types and ticket statuses; ``[values.type]`` may replace them."""
_KEYS: Final = ("ticket_metric_events", "ticket_audits", "audits")
_DONE: Final = ("solved", "closed")
_MOST_PAUSED: Final = 100_000
"""Maximum number of paused metrics that are remembered; the oldest is dropped first."""


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each metric event and each audit, its events or a Fault.

    Raises SourceError if the file is not JSON, or is an error response of the API.
    """
    mapper = ZendeskMapper(layout, claims, options.metric or METRIC)
    yield from items_of(opened, lists_under(*_KEYS), mapper, options, ("ticket_id",))
    mapper.metric.check(opened.name)


class ZendeskMapper:
    """Maps metric events and audits to events.

    One metric is read; events of other metrics are ignored. Its first ``activate`` in a ticket is
    ``created``. An ``activate`` after a ``pause`` is ``resumed``, and the ``activate`` of a later
    instance is a ``citizen_message``. ``fulfill`` is ``replied``, and ``breach`` becomes a claim.
    Audits give transfers and status changes. Only paused metrics are remembered from record to
    record.
    """

    def __init__(self, layout: Layout, claims: list[Claim], metric: str = METRIC) -> None:
        self.metric = OneMetric(metric)
        self._desk = Desk("zendesk", layout, claims, fields={}, words=WORDS)
        self._paused: dict[tuple[str, str], None] = {}

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a metric event or an audit, or a Fault."""
        is_audit = "metric" not in record and "events" in record
        return self._desk.mapped(self._audit if is_audit else self._event, record, line)

    def _event(self, record: Record) -> Iterator[Event]:
        """Yield the event of a metric event. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "ticket_id")
        native = f"{appeal}/{desk.id(record, 'id')}"
        metric = desk.id(record, "metric")
        word = desk.id(record, "type")
        if not self.metric.takes(metric):
            return
        instance = desk.text(record, "instance_id") or "1"
        meaning = desk.meaning(word, "type")
        if word == "breach":
            if record.get("deleted") is not True and instance == "1":
                desk.claim(appeal, desk.time(record, "time"), "breached")
        elif word == "pause":
            if len(self._paused) >= _MOST_PAUSED:
                del self._paused[next(iter(self._paused))]
            self._paused[appeal, instance] = None
        elif word == "activate":
            if self._paused.pop((appeal, instance), 0) is None:
                meaning = Meaning(EventType.RESUMED)
            elif instance != "1" and meaning.type == EventType.CREATED:
                meaning = Meaning(EventType.CITIZEN_MESSAGE)
        about = desk.attributes(record)
        yield from desk.event(native, appeal, meaning, record, "time", **about)

    def _audit(self, record: Record) -> Iterator[Event]:
        """Yield the transfers and status changes of an audit. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "ticket_id")
        native = f"{appeal}/audit/{desk.id(record, 'id')}"
        for change in objects_of(record["events"], "events"):
            step, field = change.get("type"), change.get("field_name")
            if step not in ("Create", "Change"):
                continue
            if field == "group_id":
                group = desk.text(change, "value")
                kind = EventType.ASSIGNED if step == "Create" else EventType.TRANSFERRED
                if group is not None:
                    yield from desk.event(
                        f"{native}/group",
                        appeal,
                        Meaning(kind),
                        record,
                        "created_at",
                        agency_id=group,
                    )
            elif field == "status":
                was = desk.text(change, "previous_value") or ""
                now = desk.text(change, "value") or ""
                yield from desk.changed(f"{native}/status", appeal, (was, now), record, _DONE)
