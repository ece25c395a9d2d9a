"""Read service requests in the standard Open311, in JSON or in XML without entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Event
from workhours_sla.sources.desks import Desk, id_in, items_in, objects_in, text_in
from workhours_sla.sources.json_documents import check_api_error, refuse_document
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Fault, Item, Record
from workhours_sla.text.messages import Phrase, say

MOST_NESTED: Final = 100  # maximum depth of nested elements
_BETWEEN_DOCUMENTS: Final = b" \t\r\n\0"


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    return items_in(Open311, opened, layout, options)


class Open311(Desk):
    """Service requests and their updates in GeoReport v2, as JSON or XML.

    The standard has no reply, so closing counts as the answer.
    """

    name = "open311"
    keys: ClassVar[Sequence[str]] = (
        "service_requests",
        "requests",
        "service_request_updates",
        "request_updates",
    )
    marks: ClassVar[Sequence[str]] = (
        "service_request_id",
        "token",
        "requested_datetime",
        "updated_datetime",
    )
    fields: ClassVar[Mapping[str, Sequence[str]]] = {
        "agency_id": ("agency_responsible",),
        "topic": ("service_name",),
    }
    words: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("open", "submitted", "opened"), ""),
        # -- of updates, as FixMyStreet writes them
        **dict.fromkeys(
            ("closed", "fixed", "no_further_action", "not_councils_responsibility"), "replied"
        ),
        **dict.fromkeys(
            ("in_progress", "planned", "investigating", "action_scheduled", "internal_referral"),
            "replied:interim",
        ),
        "duplicate": "duplicate_of",
        "cancelled": "closed",
        "reopen": "reopened",
    }

    def rows(self, opened: OpenedFile, begins: bytes) -> Iterator[Record | Fault] | None:
        return self._of_xml(opened) if begins == b"<" else None

    def _of_xml(self, opened: OpenedFile) -> Iterator[Record | Fault]:
        roots: dict[str, None] = {}
        is_known = False
        for root in xml_roots(opened):
            roots[root.tag] = None
            for child in root:
                record = values_in(child)
                if child.tag not in ("request", "request_update"):
                    check_api_error(opened.name, record)
                    raise refuse_document({child.tag: None, **record}, opened.name, "<request>")
                is_known = True
                yield record
        if not is_known and not set(self.keys).intersection(roots):
            raise refuse_document(roots, opened.name, "<service_requests>")

    def events(self, record: Record) -> Iterator[Event]:
        appeal, at = id_in(record, "service_request_id"), "updated_datetime"
        status = text_in(record, "status")
        if "update_id" in record:
            own_id = f"{appeal}/update/{id_in(record, 'update_id')}"
            yield from self.event(own_id, appeal, self.meaning(status or "", "status"), record, at)
            return
        about = self.about(record)
        field = "requested_datetime"
        yield from self.event(f"{appeal}/created", appeal, "created", record, field, **about)
        kind = "" if status is None else self.meaning(status, "status")
        notes = _notes_of(record)
        yield from self._notes(notes, appeal, about)
        if not any(note.get("type") == status for note in notes):
            yield from self.event(f"{appeal}/{status}", appeal, kind, record, at, **about)
        self.claim(appeal, self.time(record, "expected_datetime"))

    def _notes(self, notes: list[Record], appeal: str, about: dict[str, object]) -> Iterator[Event]:
        """Yield the events of notes; ``opened`` after ``closed`` reopens the appeal."""
        is_closed = False
        for when, note in self.in_order(notes, "datetime", "notes.datetime"):
            word = text_in(note, "type") or ""
            kind = self.meaning(word, "notes.type")
            if word == "opened" and is_closed:
                kind = kind or "reopened"
            is_closed = word == "closed" or (is_closed and word != "opened")
            own_id = f"{appeal}/{word}/{when:%Y%m%dT%H%M%SZ}"
            yield from self.event(own_id, appeal, kind, note, "datetime", **about)


def _notes_of(record: Record) -> list[Record]:
    notes = record.get("notes")
    if isinstance(notes, dict) and len(notes) == 1:  # <notes><note>...</note></notes>
        (notes,) = notes.values()
        notes = notes if isinstance(notes, list) else [notes]
    return objects_in({"notes": notes}, "notes")


# -- XML ------------------------------------------------------------------------------------------


class _RootEndedError(Exception):
    """Raised in a parser callback to stop parsing after the root element."""


def xml_roots(opened: OpenedFile) -> Iterator[Element]:
    """Yield the root of each document of a file, one or several in a row. Raises SourceError."""
    content = b"".join(iter(opened.chunks.read, b"")).lstrip(_BETWEEN_DOCUMENTS)
    while True:
        root, content = _first_root(content, opened.name)
        yield root
        if not content:
            return


def _first_root(content: bytes, name: str) -> tuple[Element, bytes]:
    """Return the root of the first document, and the bytes after it; a DOCTYPE is refused."""
    parser, tree, depth = expat.ParserCreate(), TreeBuilder(), 0

    def start(tag: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            raise SourceError(say("xml_deep", name=name, most=MOST_NESTED), name=name)
        tree.start(tag.rpartition(":")[2], {})

    def end(tag: str) -> None:
        nonlocal depth
        tree.end(tag.rpartition(":")[2])
        depth -= 1
        if not depth:
            raise _RootEndedError

    def refuse_doctype(doctype: str, *_others: object) -> NoReturn:
        raise SourceError(say("xml_doctype", name=name, doctype=shown(doctype)), name=name)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = tree.data, refuse_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes no keywords
    except _RootEndedError:
        after = parser.CurrentByteIndex  # of the end tag, or after <root/>
        if content[after:].lstrip(b"\0").startswith((b"</", b"<\0/")):
            after = content.index(b">", after) + 1
        return tree.close(), content[after:].lstrip(_BETWEEN_DOCUMENTS)
    except SourceError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _broken(name, error) from None
    raise AssertionError  # what has no root is a fault


def _broken(name: str, error: Exception) -> SourceError:
    why: Phrase | str = " ".join(str(error).split())
    if isinstance(error, expat.ExpatError):
        place = {"line": error.lineno, "column": error.offset}
        why = say("xml_fault", why=expat.ErrorString(error.code) or "?", **place)
    return SourceError(say("xml_broken", name=name, why=why), name=name)


def values_in(element: Element) -> dict[str, object]:
    """Return the values of the children of an element by tag, a list if a tag occurs again.

    A child is a mapping if it has children, else its text, None if that is blank.
    """
    found: dict[str, object] = {}
    for child in element:
        value: object = values_in(child) or (child.text or "").strip() or None
        if child.tag in found:
            before = found[child.tag]
            value = [*(before if isinstance(before, list) else [before]), value]
        found[child.tag] = value
    return found
