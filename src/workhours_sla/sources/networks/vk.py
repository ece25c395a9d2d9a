"""Read the comments of VK: pages of ``wall.getComments``, or a journal of the Callback API.

A page has at most 10 comments of a thread, none by default. The others are in pages of their own,
which must come later in the file. An incomplete thread is also accepted if it has a comment of an
official and is in the order of time, so that no earlier answer is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

from workhours_sla.config.sections import Input
from workhours_sla.sla.event import EventType
from workhours_sla.sources.json_documents import decode_any, envelopes, not_of_form
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.networks.network import (
    Author,
    Comment,
    NetworkMapper,
    Part,
    Recent,
    Written,
    moment,
    needed,
    reader,
)
from workhours_sla.sources.rows import Reader, Record, RefusedError
from workhours_sla.sources.values import Instants
from workhours_sla.text.messages import Phrase, say

_List = tuple[int | None, int | None, int | None, tuple[int, ...]]
_PAGES: Final = envelopes({"response": "envelopes", "items": "records"})


class VkComment(msgspec.Struct, frozen=True, gc=False):
    id: int | None = None
    from_id: int | None = None
    date: int | None = None
    owner_id: int | None = None
    post_owner_id: int | None = None
    photo_owner_id: int | None = None
    video_owner_id: int | None = None
    market_owner_id: int | None = None
    topic_owner_id: int | None = None
    photo_id: int | None = None
    video_id: int | None = None
    item_id: int | None = None
    topic_id: int | None = None
    post_id: int | None = None
    parents_stack: tuple[int, ...] = ()
    reply_to_user: int | None = None
    reply_to_comment: int | None = None
    deleted: bool = False
    deleter_id: int | None = None
    user_id: int | None = None
    thread: VkThread | None = None


class VkThread(msgspec.Struct, frozen=True, gc=False):
    """The first comments in the thread of a comment, and the number of all."""

    count: int = 0
    items: tuple[VkComment, ...] = ()


class VkMapper(NetworkMapper):
    channel = "vk"
    type: ClassVar[Any] = VkComment
    official: ClassVar[tuple[str, str]] = (r"-?[1-9]\d{0,18}", "-123456")

    def __init__(self, layout: Layout, options: Input) -> None:
        super().__init__(layout, options)
        self._page: tuple[int, str] | None = None
        """The place of the last comment; all comments of a page have the same place."""
        self._list: _List | None = None
        """Of the first comment of the page; all of them are in the same list."""
        self._in_page = 0
        self._has_threads = False
        self._lists: dict[_List, tuple[int, int]] = {}
        """How many comments of a list were read, and how many it has."""

    def _parts_of(
        self, record: Any, head: Mapping[str, object], received_at: datetime | None
    ) -> Iterator[Part]:
        comment: VkComment = record
        thread = comment.thread
        self._in_page += 1
        self._has_threads = self._has_threads or thread is not None
        if not comment.deleted:
            self._list = self._list or _list_of(comment)
        if thread is None or not (thread.items or thread.count):
            yield self.part_of(comment, received_at)
            return
        # a deleted comment names no owner, but those in its thread do, and the other way round
        part = None if comment.deleted else self.part_of(comment, received_at)
        inner = [self.part_of(one, received_at) for one in thread.items]
        part = part or self.part_of(comment, received_at)
        if part.comment is not None and thread.count > len(inner):
            part = part._replace(comment=part.comment._replace(expected=thread.count))
            if thread.items:  # the pages of the thread may begin after them
                self._count(_list_of(thread.items[0]), len(thread.items), 0)
        yield part
        yield from inner

    def part_of(
        self, comment: VkComment, received_at: datetime | None = None, owner_id: int | None = None
    ) -> Part:
        """Return a comment as a Part; ``owner_id`` is used if the comment names no owner."""
        own_id, root = "", None
        try:
            owner, place = self._place_of(comment, owner_id)
            own_id = f"{place}/{comment.id}"
            root = f"{place}/{comment.parents_stack[0]}" if comment.parents_stack else None
            if comment.deleted:
                self.tree.ignore_deleted(own_id)
                return Part(None, None, own_id, root)
            found = self.comment_of(comment, owner, place, received_at)
        except RefusedError as refused:
            if comment.deleted:
                return self.ignored("deleted_comment")
            return Part(None, refused, own_id, root)
        return Part(found, None, own_id, root)

    def _place_of(self, comment: VkComment, owner_id: int | None) -> tuple[int, str]:
        """Return the place of a comment; for a deleted one without an owner, that of the page."""
        if comment.deleted and not comment.owner_id and self._page is not None:
            return self._page
        self._page = place_of(comment, owner_id)
        return self._page

    def comment_of(
        self, comment: VkComment, owner: int, place: str, received_at: datetime | None
    ) -> Comment:
        own_id, from_id = needed(comment.id, "id"), needed(comment.from_id, "from_id")
        at = moment("date", needed(comment.date, "date"))
        author = self.author_of(from_id, owner)
        answered, to_user = comment.reply_to_comment, comment.reply_to_user
        stack = comment.parents_stack
        if answered is None and stack:
            answered = stack[-1]
        if answered is None and (to_user or (comment.topic_id and author == "official")):
            raise RefusedError(say("answers_unknown", id=own_id), "missing_value")
        return Comment(
            f"{place}/{own_id}",
            at,
            author,
            str(from_id),
            None if answered is None else f"{place}/{answered}",
            f"{place}/{stack[0]}" if stack else None,
            bool(stack) and answered == stack[0] and self.is_official(to_user, owner),
            received_at,
        )

    def author_of(self, from_id: int, owner: int) -> Author:
        if self.is_official(from_id, owner):
            return "official"
        if from_id < 0:
            raise RefusedError(say("other_community", name="from_id", id=from_id), "unknown_value")
        return "citizen"

    def is_official(self, author_id: int | None, owner: int) -> bool:
        return author_id is not None and (author_id == owner or str(author_id) in self.officials)

    def close(self, head: Mapping[str, object]) -> None:
        count = head.get("current_level_count")
        if count is None and not self._has_threads:
            count = head.get("count")  # which includes the comments of threads
        if self._list is not None and isinstance(count, int):
            self._count(self._list, self._in_page, count)
        self._page = self._list = None
        self._in_page, self._has_threads = 0, False

    def _count(self, where: _List, count: int, expected: int) -> None:
        """Count comments of a list that has ``expected`` comments in total."""
        read, most = self._lists.get(where, (0, 0))
        self._lists[where] = (read + count, max(most, expected))

    def notes(self) -> Iterator[Phrase]:
        yield from super().notes()
        missing = [(read, count) for read, count in self._lists.values() if read < count]
        if missing:
            read, count = (sum(numbers) for numbers in zip(*missing, strict=True))
            yield say("comments_missing", lists=len(missing), count=count, read=read)


def _list_of(comment: VkComment) -> _List:
    """Return a key for the list of comments to which a comment belongs."""
    return (
        comment.owner_id or comment.post_owner_id,
        comment.post_id or comment.topic_id,
        comment.photo_id or comment.video_id or comment.item_id,
        comment.parents_stack[:1],
    )


def place_of(comment: VkComment, owner_id: int | None) -> tuple[int, str]:
    """Return the owner of the commented object, and the prefix of the ids of its comments."""
    owner, under = comment.owner_id or comment.post_owner_id, ""
    if comment.photo_owner_id or comment.photo_id is not None:
        owner, under = owner or comment.photo_owner_id, "/photo"
    elif comment.video_owner_id or comment.video_id is not None:
        owner, under = owner or comment.video_owner_id, "/video"
    elif comment.market_owner_id or comment.item_id is not None:
        owner, under = owner or comment.market_owner_id, "/market"
    elif comment.topic_owner_id or comment.topic_id is not None:
        owner, under = owner or comment.topic_owner_id, f"/topic{comment.topic_id}"
    owner = needed(owner or owner_id, "owner_id")
    return owner, f"vk/{owner}{under}"


@dataclass(slots=True)
class _Thread:
    root: Comment
    opening: list[int]
    """The numbers of the parts that open an appeal: the root, or the comments of citizens."""
    last: datetime
    read: set[str] = field(default_factory=set)
    is_ascending: bool = True
    is_answered: bool = False
    is_whole: bool = False

    def add(self, number: int, part: Part) -> None:
        self.read.add(part.id)
        comment, is_of_citizen = part.comment, self.root.author == "citizen"
        if comment is not None:
            self.is_ascending = self.is_ascending and comment.at >= self.last
            self.last = comment.at
            self.is_answered = self.is_answered or comment.author == "official"
            if comment.author == "citizen" and not is_of_citizen:
                self.opening.append(number)
        is_good = self.is_answered and self.is_ascending and len(self.read) > 1
        is_complete = len(self.read) >= self.root.expected
        self.is_whole = self.is_whole or is_complete or (is_good and is_of_citizen)

    def fault(self) -> RefusedError:
        facts = {"id": self.root.id.rpartition("/")[2], "count": self.root.expected}
        detail = say("thread_incomplete", **facts, read=len(self.read))
        return RefusedError(detail, "incomplete")


def whole_threads(written: Iterator[Written]) -> Iterator[Written]:
    """Yield the parts; those that open an appeal in an incomplete thread are rejected."""
    every = list(written)
    threads: dict[str, _Thread] = {}
    for number, (part, _) in enumerate(every):
        thread, comment = threads.get(part.root or ""), part.comment
        if thread is not None:
            thread.add(number, part)
        elif comment is not None and comment.expected and part.id not in threads:
            opening = [number] if comment.author == "citizen" else []
            threads[part.id] = _Thread(comment, opening, comment.at)
    for thread in threads.values():
        for number in () if thread.is_whole else thread.opening:
            part, text = every[number]
            every[number] = part._replace(comment=None, refused=thread.fault()), text
    yield from every


read: Reader = reader(VkMapper, _PAGES, arrange=whole_threads)
"""Reads pages, several in a row or an array of them, or comments without pages.

A comment with more comments in its thread than the file has is rejected, unless an official has
answered it.
"""


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
        self, record: Any, head: Mapping[str, object], received_at: datetime | None
    ) -> Iterator[Part]:
        try:
            yield self._part(record, head, received_at)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RefusedError(not_of_form(error)) from None

    def _part(self, line: _Line, _head: Mapping[str, object], received_at: datetime | None) -> Part:
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


read_callback: Reader = reader(VkCallbackMapper, envelopes({}))  # reads the requests of a journal
