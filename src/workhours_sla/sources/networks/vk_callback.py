"""Read a journal of VK's Callback API, which has the requests as they were received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

from workhours_sla.config.sections import Input
from workhours_sla.sla.event import EventType
from workhours_sla.sources.json_documents import decode_any, envelopes, not_of_form
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.networks.comments import Author, Comment, Recent
from workhours_sla.sources.networks.network import Part, needed, reader
from workhours_sla.sources.networks.vk import VkComment, VkMapper, place_of
from workhours_sla.sources.rows import Reader, Record, RefusedError
from workhours_sla.sources.values import Instants

_SUBJECTS: Final = frozenset(
    {"wall_reply", "photo_comment", "video_comment", "market_comment", "board_post"}
)
_KINDS: Final[Mapping[str, EventType]] = {
    "new": EventType.CREATED,
    "edit": EventType.EDITED,
    "delete": EventType.DELETED,
    "restore": EventType.RESTORED,
}


class _Body(msgspec.Struct, frozen=True, gc=False):
    type: str | None = None
    group_id: int | None = None
    event_id: str | None = None
    object: Any = None


class _Line(_Body, frozen=True, gc=False):
    received_at: str | int | None = None
    body: _Body | str | None = None


class VkCallbackMapper(VkMapper):
    type: ClassVar[Any] = _Line

    def __init__(self, layout: Layout, options: Input) -> None:
        super().__init__(layout, options)
        self._instants = Instants(layout.datetime_format, layout.tz)
        self._delivered = Recent()

    def kept(self, record: Record) -> Record:
        body = record.get("body")
        if isinstance(body, str):
            with suppress(ValueError, RecursionError):
                record = {**record, "body": decode_any(body)}
        return super().kept(record)

    def _parts_of(
        self,
        record: Any,
        head: Mapping[str, object],
        received_at: datetime | None,
    ) -> Iterator[Part]:
        try:
            yield self._part(record, received_at)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RefusedError(not_of_form(error)) from None

    def _part(self, line: _Line, received_at: datetime | None) -> Part:
        body: _Body = line
        if line.body is not None:
            body = line.body if isinstance(line.body, _Body) else _body_of(line.body)
        if line.received_at is not None:
            received_at = self._instants.read(str(line.received_at).strip())
        subject, _, what = needed(body.type, "type").rpartition("_")
        kind = _KINDS.get(what)
        if subject not in _SUBJECTS or kind is None:
            return self.ignored("other_record")
        key = None if body.event_id is None else f"{body.group_id}/{body.event_id}"
        if key is not None and self._delivered.get(key) is not None:
            return self.ignored("repeated")
        part = self._what(body, kind, received_at)
        if key is not None and part.refused is None:
            self._delivered.put(key, "")
        return part

    def _what(self, body: _Body, kind: EventType, received_at: datetime | None) -> Part:
        comment = msgspec.convert(body.object, VkComment)
        owner_id = None if body.group_id is None else -body.group_id
        if kind is EventType.CREATED:
            return self.part_of(comment, received_at, owner_id)
        if received_at is None:
            return self.ignored("no_receipt")
        change = self._change(comment, kind, received_at, owner_id)
        own_id = f"{change.id}/{kind}/{body.event_id or received_at.isoformat()}"
        return Part(change._replace(event_id=own_id), None, change.id, change.root)

    def _change(
        self, comment: VkComment, kind: EventType, at: datetime, owner_id: int | None
    ) -> Comment:
        owner, place = place_of(comment, owner_id)
        own_id = f"{place}/{needed(comment.id, 'id')}"
        stack = comment.parents_stack
        by = comment.deleter_id
        author: Author | None
        author_id = ""
        if kind is not EventType.DELETED:
            author = self.author_of(needed(comment.from_id, "from_id"), owner)
        elif self.is_official(by, owner):
            author = "official"
        else:
            author = "citizen" if by is not None and by == comment.user_id else None
            author_id = str(by) if by is not None and comment.user_id is None else ""
        return Comment(
            own_id,
            at,
            author,
            author_id,
            root=f"{place}/{stack[0]}" if stack else None,
            received_at=at,
            kind=kind,
        )


def _body_of(text: str) -> _Body:
    return msgspec.json.decode(text, type=_Body)


read: Reader = reader(VkCallbackMapper, envelopes({}))  # reads the requests of a journal
