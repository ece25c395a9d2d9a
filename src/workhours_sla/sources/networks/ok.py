"""Read the comments of Odnoklassniki: pages of ``discussions.getComments``."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from workhours_sla.config.sections import Input
from workhours_sla.errors import shown
from workhours_sla.sources.json_documents import envelopes
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.networks.network import (
    Author,
    Comment,
    NetworkMapper,
    Part,
    moment,
    needed,
    reader,
)
from workhours_sla.sources.rows import Reader, RefusedError
from workhours_sla.text.messages import Phrase, say

_PAGES: Final = envelopes({"comments": "records"})
_DECODED: Final = re.compile(r"(\d{1,16}):(-?\d{1,20}):\d{1,16}:(\w{1,40}):\w{1,40}", re.ASCII)
"""Matches a decoded id: the time in milliseconds, a number, the time again, the discussion."""
_ACTIVE: Final = "ACTIVE_MESSAGE"


class OkComment(msgspec.Struct, frozen=True, gc=False):
    id: str | None = None
    author_id: str | int | None = None
    author_type: str | None = None
    date_ms: int | None = None
    type: str | None = None
    reply_to_comment_id: str | None = None
    reply_to_id: str | int | None = None


class OkMapper(NetworkMapper):
    channel = "ok"
    type = OkComment
    official: ClassVar[tuple[str, str]] = (r"[1-9]\d{0,18}", "123456")

    def __init__(self, layout: Layout, options: Input) -> None:
        super().__init__(layout, options)
        self._open: dict[str, None] = {}
        """The discussions whose last page is not the last one of the network."""

    def _part(
        self, record: OkComment, head: Mapping[str, object], received_at: datetime | None
    ) -> Part:
        if record.type and re.search("REMOVED|DELETED", record.type):
            return self.ignored("deleted_comment")
        native = needed(record.id, "id")
        if record.type not in {None, "", _ACTIVE}:
            raise RefusedError(say("other_message", type=shown(record.type)), "unknown_type")
        author: Author = "citizen"
        author_id = "" if record.author_id is None else str(record.author_id)
        if record.author_type == "GROUP" or author_id in self.officials:
            author = "official"
        else:
            needed(author_id, "author_id")
        own_id, written = _id_of(native, head)
        units = written if record.date_ms is None else record.date_ms
        if units is None:
            raise RefusedError(say("ok_no_time"), "unreadable_time")
        answered = record.reply_to_comment_id or None
        if answered is None and record.reply_to_id:
            raise RefusedError(say("answers_unknown", id=native), "missing_value")
        at = moment("date_ms", units, per_second=1000)
        parent = None if answered is None else _id_of(answered, head)[0]
        return Part(Comment(own_id, at, author, author_id, parent, received_at=received_at))

    def close(self, head: Mapping[str, object]) -> None:
        discussion = str(head.get("discussionId") or "")
        if head.get("has_more") is not True:
            self._open.pop(discussion, None)
        else:
            self._open[discussion] = None

    def notes(self) -> Iterator[Phrase]:
        yield from super().notes()
        if self._open:
            yield say("discussion_open", count=len(self._open), id=next(iter(self._open)))


def _id_of(native: str, head: Mapping[str, object]) -> tuple[str, int | None]:
    """Return the readable id of a comment, and its time in milliseconds, None if unknown."""
    try:
        found = _DECODED.fullmatch(b64decode(native, validate=True).decode("ascii"))
    except ValueError:
        found = None
    if found is not None:
        return f"ok/{found[3]}/{found[1]}.{found[2].lstrip('-')}", int(found[1])
    discussion = needed(str(head.get("discussionId") or ""), "discussionId")
    return f"ok/{discussion}/{native}", None


read: Reader = reader(OkMapper, _PAGES)
"""Reads pages, several in a row or an array of them, or comments without pages."""
