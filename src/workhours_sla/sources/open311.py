"""Read service requests and their updates in Open311 GeoReport v2, as JSON or XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workhours_sla.sla.event import EventType
from workhours_sla.sources.api_errors import check_api_error, refuse_document
from workhours_sla.sources.desk_events import (
    IGNORED,
    INTERIM,
    Desk,
    Meaning,
    objects_of,
)
from workhours_sla.sources.desk_records import items_of
from workhours_sla.sources.json_records import lists_under
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.text_lines import LONGEST_LINE, MARKS_AND_BLANKS
from workhours_sla.sources.times import RefusedError
from workhours_sla.sources.xml_documents import Records, parse_documents
from workhours_sla.text.messages import Detail, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim, Event
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record

FIELDS: Final = {"agency_id": ("agency_responsible",), "topic": ("service_name",)}
"""The Open311 field of each attribute of an appeal."""
_ANSWER: Final = Meaning(EventType.REPLIED)
WORDS: Final = {
    # -- of a request, and of a note
    "open": IGNORED,
    "closed": _ANSWER,
    "submitted": IGNORED,
    "opened": IGNORED,
    # -- of an update, as FixMyStreet writes them
    "fixed": _ANSWER,
    "no_further_action": _ANSWER,
    "not_councils_responsibility": _ANSWER,
    "in_progress": INTERIM,
    "planned": INTERIM,
    "investigating": INTERIM,
    "action_scheduled": INTERIM,
    "internal_referral": INTERIM,
    "duplicate": Meaning(EventType.DUPLICATE_OF),
    "cancelled": Meaning(EventType.CLOSED),
    "reopen": Meaning(EventType.REOPENED),
}
"""The meaning of each status; ``[values.type]`` may replace it.

The standard has no reply, so the closing of a request counts as the answer.
"""
_KEYS: Final = ("service_requests", "requests", "service_request_updates", "request_updates")
_MARKS: Final = ("service_request_id", "token", "requested_datetime", "updated_datetime")
"""Every record has one of these fields; an object without them is an error response."""
_RECORDS: Final = ("request", "request_update")


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield the events, or the Fault, of every request and of every update.

    XML says its encoding itself. Raises SourceError if the file is neither JSON nor XML, or has an
    error of the API.
    """
    mapper = Open311Mapper(layout, claims)
    if not opened.chunks.peek().lstrip(MARKS_AND_BLANKS).startswith(b"<"):
        yield from items_of(opened, lists_under(*_KEYS), mapper, options, _MARKS)
        return
    for line, record in enumerate(_of_xml(opened), start=1):
        if isinstance(record, Fault):
            yield record._replace(line=line)
        else:
            yield mapper(record, line)


def _of_xml(opened: OpenedFile) -> Iterator[dict[str, object] | Fault]:
    """Yield the requests and updates of an XML file. Raises SourceError."""
    found = Records()
    is_known = False
    for _ in parse_documents(opened, found):
        for tag, record in found.complete:
            if record is None:
                detail = say("record_too_long", most=LONGEST_LINE)
                yield Fault(0, "malformed", Detail(detail), f"<{tag}>...")
                continue
            if tag not in _RECORDS:
                check_api_error(opened.name, record)
                raise refuse_document({tag: None, **record}, opened.name, "<request>")
            is_known = True
            yield record
        found.complete.clear()
    known = ("service_requests", "service_request_updates", "request_updates")
    if not is_known and not any(root in known for root in found.roots):
        raise refuse_document(dict.fromkeys(found.roots), opened.name, "<service_requests>")


class Open311Mapper:
    """Maps a service request, or an update of one, to events.

    A request is ``created`` at ``requested_datetime``. Each of its ``notes`` is an event with a
    time of its own. A status that is in no note becomes an event at ``updated_datetime``. A note
    ``opened`` after a note ``closed`` reopens the appeal. ``expected_datetime`` becomes a claim.
    """

    def __init__(self, layout: Layout, claims: list[Claim]) -> None:
        self._desk = Desk("open311", layout, claims, fields=FIELDS, words=WORDS)

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a request or of an update, or a Fault."""
        make = self._update if "update_id" in record else self._request
        return self._desk.mapped(make, record, line)

    def _request(self, record: Record) -> Iterator[Event]:
        """Yield the events of a request. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "service_request_id")
        about = desk.attributes(record)
        posted = Meaning(EventType.CREATED)
        field = "requested_datetime"
        yield from desk.event(f"{appeal}/created", appeal, posted, record, field, **about)
        status = desk.text(record, "status")
        meaning = IGNORED if status is None else desk.meaning(status, "status")
        notes = _notes_of(record)
        yield from self._notes(notes, appeal, about)
        if meaning.type and not any(note.get("type") == status for note in notes):
            native = f"{appeal}/{status}"
            yield from desk.event(native, appeal, meaning, record, "updated_datetime", **about)
        desk.claim(appeal, desk.time(record, "expected_datetime"))

    def _notes(self, notes: list[Record], appeal: str, about: dict[str, object]) -> Iterator[Event]:
        """Yield the events of a request's notes, ordered by time. Raises RefusedError."""
        desk = self._desk
        timed = []
        for note in notes:
            when = desk.time(note, "datetime")
            if when is None:
                raise RefusedError(say("value_empty", named="notes.datetime"), "missing_value")
            timed.append((when, desk.text(note, "type") or "", note))
        is_closed = False
        for when, word, note in sorted(timed, key=lambda one: one[0]):
            meaning = desk.meaning(word, "notes.type")
            if word == "opened" and is_closed and meaning == IGNORED:
                meaning = Meaning(EventType.REOPENED)
            is_closed = word == "closed" or (is_closed and word != "opened")
            native = f"{appeal}/{word}/{when:%Y%m%dT%H%M%SZ}"
            yield from desk.event(native, appeal, meaning, note, "datetime", **about)

    def _update(self, record: Record) -> Iterator[Event]:
        """Yield the event of an update. Raises RefusedError."""
        desk = self._desk
        appeal = desk.id(record, "service_request_id")
        native = f"{appeal}/update/{desk.id(record, 'update_id')}"
        meaning = desk.meaning(desk.text(record, "status") or "", "status")
        yield from desk.event(native, appeal, meaning, record, "updated_datetime")


def _notes_of(record: Record) -> list[Record]:
    """Return the notes of a request. Raises RefusedError if they are not a list of objects."""
    notes = record.get("notes")
    if isinstance(notes, dict) and len(notes) == 1:  # <notes><note>...</note></notes>
        notes = next(iter(notes.values()))
        notes = notes if isinstance(notes, list) else [notes]
    return objects_of(notes or [], "notes")
