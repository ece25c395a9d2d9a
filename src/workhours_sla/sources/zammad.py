"""Read tickets, articles and ticket histories of Zammad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import EventType
from workhours_sla.sources.desk_events import IGNORED, Desk, Meaning, objects_of
from workhours_sla.sources.desk_records import items_of
from workhours_sla.sources.json_records import lists_under
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim, Event, Theirs
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record

FIELDS: Final = {"agency_id": ("group", "group_id"), "importance": ("priority", "priority_id")}
"""The Zammad fields that may contain each attribute of an appeal, in order of preference."""
WORDS: Final = {
    "new": IGNORED,
    "open": IGNORED,
    "pending reminder": Meaning(EventType.PAUSED),
    "pending close": Meaning(EventType.PAUSED),
    "closed": Meaning(EventType.CLOSED),
    "merged": Meaning(EventType.DUPLICATE_OF),
    "removed": IGNORED,
}
"""The meanings of ticket states; ``[values.type]`` may replace them."""
METRICS: Final = ("first_response", "update", "close")
"""Metrics whose due time and verdict can become claims; the first is the default."""

_KEYS: Final = ("tickets", "history", "articles", "ticket_articles")
_SENDERS: Final = {"1": "agent", "2": "customer", "3": "system"}
"""Sender names in lower case, by the ids that every Zammad installation uses."""
_NOTE: Final = ("note", "10")
"""The article type for notes, which are no communication: its name and its id."""
_DONE: Final = ("closed", "merged")


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each ticket, article and history entry, its events or a Fault.

    Raises SourceError if the file is not JSON, or is an error response of the API.
    """
    metric = options.metric or METRICS[0]
    if metric not in METRICS:
        names = ", ".join(METRICS)
        msg = say("metric_unknown", name=opened.name, metric=shown(metric), names=names)
        raise SourceError(msg, name=opened.name, metric=metric)
    mapper = ZammadMapper(layout, claims, metric)
    yield from items_of(opened, lists_under(*_KEYS), mapper, options, ("id", "created_at"))


class ZammadMapper:
    """Maps a ticket, an article or a history entry to events.

    A ticket is ``created``, ``replied`` at ``first_response_at`` and ``closed`` at ``close_at``. An
    article by an agent is a ``replied`` event unless it is internal or a note; an article by the
    customer is a ``citizen_message``. The escalation time of ``metric`` becomes a claim.
    """

    def __init__(self, layout: Layout, claims: list[Claim], metric: str = METRICS[0]) -> None:
        self._metric = metric
        self._desk = Desk("zammad", layout, claims, fields=FIELDS, words=WORDS)

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a record, or a Fault."""
        make = self._ticket
        if "ticket_id" in record:
            make = self._article
        elif "o_id" in record:
            make = self._entry
        return self._desk.mapped(make, record, line)

    def _ticket(self, record: Record) -> Iterator[Event]:
        """Yield the events of a ticket and of its articles. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "id")
        about = desk.attributes(record)
        posted = Meaning(EventType.CREATED)
        yield from desk.event(f"{appeal}/created", appeal, posted, record, "created_at", **about)
        for word, kind in (("first_response", EventType.REPLIED), ("close", EventType.CLOSED)):
            field = f"{word}_at"
            if desk.text(record, field) is not None:
                native = f"{appeal}/{word}"
                yield from desk.event(native, appeal, Meaning(kind), record, field, **about)
        began = desk.time(record, "created_at")
        for article in objects_of(record.get("articles") or [], "articles"):
            yield from self._article({**article, "ticket_id": appeal}, began)
        self._claim(record, appeal)

    def _claim(self, record: Record, appeal: str) -> None:
        """Record the escalation time and verdict of a ticket as a claim. Raises RefusedError."""
        desk = self._desk
        left = record.get(f"{self._metric}_diff_in_min")
        verdict: Theirs | None = None
        if isinstance(left, int) and not isinstance(left, bool):
            verdict = "met" if left >= 0 else "breached"
        desk.claim(appeal, desk.time(record, f"{self._metric}_escalation_at"), verdict)

    def _article(self, record: Record, began: datetime | None = None) -> Iterator[Event]:
        """Yield the event of an article; none if it is no message to or from the citizen.

        ``began`` is the creation time of the ticket; the first article has the same time. Raises
        RefusedError.
        """
        desk = self._desk
        appeal = desk.id(record, "ticket_id")
        native = f"{appeal}/article/{desk.id(record, 'id')}"
        sender = desk.text(record, "sender") or desk.text(record, "sender_id") or ""
        sender = _SENDERS.get(sender, sender.lower())
        kind = desk.text(record, "type") or desk.text(record, "type_id") or ""
        if sender not in _SENDERS.values():
            detail = say(
                "value_unknown",
                canonical="sender",
                value=shown(sender),
                wanted=say("one_of", names="Agent, Customer, System"),
            )
            raise RefusedError(detail, "unknown_value")
        when = desk.time(record, "created_at")
        if record.get("internal") is True or sender == "system":
            return
        if sender == "agent":
            if kind.lower() not in _NOTE:
                meaning = Meaning(EventType.REPLIED)
                yield from desk.event(native, appeal, meaning, record, "created_at")
        elif when != began:
            meaning = Meaning(EventType.CITIZEN_MESSAGE)
            yield from desk.event(
                native, appeal, meaning, record, "created_at", author_role="citizen"
            )

    def _entry(self, record: Record) -> Iterator[Event]:
        """Yield the events of a history entry. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "o_id")
        native = f"{appeal}/history/{desk.id(record, 'id')}"
        attribute = desk.text(record, "attribute")
        now = desk.text(record, "value_to") or ""
        if desk.text(record, "object") != "Ticket":
            return
        if desk.text(record, "type") == "created":
            posted = Meaning(EventType.CREATED)
            yield from desk.event(native, appeal, posted, record, "created_at")
        elif attribute == "first_response_at" and now:
            replied = Meaning(EventType.REPLIED)
            yield from desk.event(native, appeal, replied, record, "value_to")
        elif attribute == "group" and now:
            passed_on = Meaning(EventType.TRANSFERRED)
            yield from desk.event(native, appeal, passed_on, record, "created_at", agency_id=now)
        elif attribute == "state":
            was = desk.text(record, "value_from") or ""
            yield from desk.changed(native, appeal, (was, now), record, _DONE)
