"""The base of all networks' mappers, the reading of a network's file, and the tree of comments.

A comment may answer another comment. A citizen's comment opens an appeal if it answers no comment,
or only comments of the community. All comments in its branch belong to the appeal: a comment of an
official is a reply, and a comment of a citizen is a further message. A file is read so that each
comment follows the comment that it answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, starmap
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeVar, cast, get_args

import msgspec

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Event, EventType, check_text
from workhours_sla.sources.derived_events import refusing
from workhours_sla.sources.json_documents import (
    Place,
    check_api_error,
    not_of_form,
    records_of,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Item, Reader, Record, RefusedError
from workhours_sla.text.messages import Phrase, say

_LONGEST_ENDING: Final = "/deleted/" + "0" * 20
"""The longest text that an id of an event of a comment has after the id of the comment."""
_KEPT: Final = frozenset(
    {"type", "event_id", "update_type", "chat_type", "mid", "message_id", "received_at"}
)
"""The keys whose texts are kept. All others may have what people wrote, or their names."""
LONGEST: Final = 256  # the largest number of characters of a text that is kept
_KEY: Final = re.compile(r"[A-Za-z_]{1,40}", re.ASCII)
"""Matches the keys that are kept; no network has others."""
_Value = TypeVar("_Value")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""An earlier time must have been written in another unit, because no network is older."""
_LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)


class Part(NamedTuple):
    """A part of a record: a comment, or the reason why it cannot be used; neither if ignored."""

    comment: Comment | None = None
    refused: RefusedError | None = None
    id: str = ""
    root: str | None = None


_NOTHING: Final = Part()
Written = tuple[Part, str]  # a part of a record, with the text of the record


class NetworkMapper:
    """Base class of the networks' mappers, which map records to events."""

    dates_to_receipt: ClassVar[bool] = False
    channel: ClassVar[str]
    type: ClassVar[Any]
    official: ClassVar[tuple[str, str]]
    """A regular expression for the ids of authors, and an example of such an id."""

    def __init__(self, layout: Layout, options: Input) -> None:
        self.layout = layout
        self.tree: CommentTree = CommentTree(self.channel, layout.source)
        self.officials: Officials = Officials(options.officials, self.channel, *self.official)

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        events: tuple[Event, ...] = ()
        try:
            found = msgspec.convert(record, self.type)
        except (msgspec.ValidationError, RecursionError) as error:
            raise RefusedError(not_of_form(error)) from None
        for part in self.parts_of(found, {}, received_at):
            if part.refused is not None:
                raise part.refused
            if part.comment is not None:
                with refusing():
                    events += self.tree.events_of(part.comment)
        return events

    def kept(self, record: Record) -> Record:
        return cast("Record", without_texts(record))

    def parts_of(
        self, record: Any, head: Mapping[str, object], received_at: datetime | None = None
    ) -> Iterator[Part]:
        """Yield the comments of a record, also those that cannot be used."""
        try:
            for part in self._parts_of(record, head, received_at):
                if part.comment is not None:
                    with refusing():
                        check_text("event_id", f"{part.comment.id}{_LONGEST_ENDING}")
                yield part
        except RefusedError as refused:
            yield Part(None, refused)

    def _parts_of(
        self, record: Any, head: Mapping[str, object], received_at: datetime | None
    ) -> Iterator[Part]:
        """Yield the comments of a record."""
        yield self._part(record, head, received_at)

    def _part(self, record: Any, head: Mapping[str, object], received_at: datetime | None) -> Part:
        """Return the comment of a record. Raises RefusedError."""
        raise NotImplementedError

    def close(self, head: Mapping[str, object]) -> None:
        """Note the values of an envelope that ends."""

    def notes(self) -> Iterator[Phrase]:
        ignored = self.tree.ignored
        counts = tuple(say(f"ignored_{why}", count=ignored[why]) for why in IGNORED if ignored[why])
        if counts:
            yield say("records_ignored", count=ignored.total(), counts=counts)
        yield from self.officials.unmet()

    def ignored(self, why: Ignored) -> Part:
        self.tree.ignore(why)
        return _NOTHING


def without_texts(value: Any) -> Any:
    """Return parsed JSON without its texts, except short ones under keys that have no prose.

    >>> without_texts({"type": "wall_reply_new", "object": {"id": 7, "text": "The lamp is broken"}})
    {'type': 'wall_reply_new', 'object': {'id': 7}}
    """
    if isinstance(value, dict):
        return {
            name: without_texts(inner)
            for name, inner in value.items()
            if _KEY.fullmatch(name)
            and (not isinstance(inner, str) or (name in _KEPT and len(inner) <= LONGEST))
        }
    if isinstance(value, list):
        return [without_texts(inner) for inner in value if not isinstance(inner, str)]
    return value


def needed(value: _Value | None, name: str) -> _Value:
    """Return a required value. Raises RefusedError if it is missing, empty or zero."""
    if not value:
        raise RefusedError(say("value_absent", named=name), "missing_value")
    return value


def moment(name: str, value: int | str, *, per_second: int = 1) -> datetime:
    """Convert a number of time units since 1970 to a datetime. Raises RefusedError."""
    try:
        units = int(value)
        at = _EPOCH + timedelta(microseconds=units * 1_000_000 // per_second)
    except (ValueError, OverflowError):
        at = _EPOCH
    if _EARLIEST <= at < _LATEST:
        return at
    raise RefusedError(say("network_time", name=name, value=shown(value)), "unreadable_time")


class Officials:
    """The ids of officials from the configuration; records which of them have written."""

    def __init__(self, ids: Sequence[str], channel: str, form: str, example: str) -> None:
        for one in ids:
            if not re.fullmatch(form, one, re.ASCII):
                network = say(f"network_{channel}")
                facts = {"id": shown(one), "network": network, "example": example}
                raise SourceError(say("official_malformed", **facts))
        self._ids = frozenset(ids)
        self._unmet = dict.fromkeys(ids)

    def __contains__(self, author_id: object) -> bool:
        if author_id not in self._ids:
            return False
        self._unmet.pop(author_id, None)
        return True

    def unmet(self) -> Iterator[Phrase]:
        for one in self._unmet:
            yield say("official_unmet", id=shown(one))


def reader(
    make: Callable[[Layout, Input], NetworkMapper],
    place: Place,
    *,
    repair: Callable[[str], str] = str,
    arrange: Callable[[Iterator[Written]], Iterator[Written]] = iter,
) -> Reader:
    """Return the function that reads the JSON documents of a network."""

    def parts(opened: OpenedFile, mapper: NetworkMapper, options: Input) -> Iterator[Written]:
        how: dict[str, Any] = {"encoding": options.encoding, "repair": repair}
        for one in records_of(opened, place, mapper.type, close=mapper.close, **how):
            if one.is_alone and not place.are_lines:
                check_api_error(opened.name, one.written)
            if one.why is not None:
                yield Part(None, RefusedError(one.why)), one.shown(mapper)
            else:
                text = one.shown(mapper)
                for part in mapper.parts_of(one.value, one.head):
                    yield part, text

    def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
        mapper = make(layout, options)
        yield from parents_first(arrange(parts(opened, mapper, options)), mapper.tree)
        opened.notes.extend(mapper.notes())

    return read


def parents_first(written: Iterable[Written], tree: CommentTree) -> Iterator[Item]:
    """Yield the events or the Fault of each part; a comment follows the comment that it answers."""
    waiting: dict[str, list[tuple[Comment, int, str]]] = {}  # by the id that they wait for

    def item(comment: Comment, line: int, text: str) -> Item:
        try:
            with refusing():
                return tree.events_of(comment)
        except RefusedError as refused:
            return refused.fault(line, text)

    for line, (part, text) in enumerate(written, 1):
        if part.refused is not None:
            yield part.refused.fault(line, text)
        elif part.comment is None:
            yield ()
        todo = [] if part.comment is None else [(part.comment, line, text)]
        while todo:
            read = todo.pop()
            missing = tree.missing(read[0])
            if missing is not None:
                waiting.setdefault(missing, []).append(read)
            else:
                yield item(*read)
                todo += reversed(waiting.pop(read[0].id, []))
    for rest in waiting.values():
        yield from starmap(item, rest)


REMEMBERED: Final = 200_000
"""Maximum number of comments whose appeals are remembered; the last half of them always is."""

Author = Literal["citizen", "official", "other"]
"""Who wrote a comment; ``other`` is a service of the network or another community."""
Ignored = Literal[
    "community_post",
    "deleted_comment",
    "deleted_reply",
    "no_receipt",
    "other_record",
    "outside_groups",
    "repeated",
    "under_deleted",
]
"""The reason why a record causes no event."""
_NO_MORE: Final = (None,) * 6  # empty values for the fields of an event after ``author_role``
IGNORED: Final[tuple[Ignored, ...]] = get_args(Ignored)


class Comment(NamedTuple):
    """A comment or a change of one: ``kind`` is created, edited, deleted or restored.

    ``id`` is unique among all networks; ``event_id`` is ``""`` for the comment itself. ``root`` is
    the first comment of its branch. The record may show that the community wrote the root that it
    answers, or its parent. Of a deletion, ``author`` is who deleted; without it, the citizen if the
    appeal has the same ``author_id``. ``expected`` is the number of comments in a branch that may
    have others that matter.
    """

    id: str
    at: datetime
    author: Author | None
    author_id: str = ""
    parent: str | None = None
    root: str | None = None
    is_root_official: bool = False
    received_at: datetime | None = None
    edited_at: datetime | None = None
    kind: EventType = EventType.CREATED
    event_id: str = ""
    expected: int = 0
    is_parent_official: bool = False


class CommentTree:
    """Maps comments to events; mutable, because it remembers the appeal of each comment."""

    def __init__(self, channel: str, source: str) -> None:
        self._channel = channel
        self._source = source
        self._branches = Recent()
        """The appeal of each comment, ``""`` if all in its branch is by the community."""
        self._authors = Recent()  # the author of each appeal
        self._deleted = Recent()
        """The comments of which nothing is known but that they were deleted."""
        self.ignored: Counter[Ignored] = Counter()
        self.recall: Callable[[str], str | None] | None = None
        """Returns the appeal of a comment that was mapped in an earlier run, None for others.

        With it, a comment of the community that is in no appeal opens none.
        """

    def _branch(self, comment_id: str) -> str | None:
        """Return the appeal of a comment, ``""`` if it has none, None if it is unknown."""
        found = self._branches.get(comment_id)
        if found is None and self.recall is not None:
            found = self.recall(comment_id)
            if found is not None:
                self._branches.put(comment_id, found)
        return found

    def ignore_deleted(self, comment_id: str) -> None:
        """Count a deleted comment about which nothing else is known."""
        self.ignored["deleted_comment"] += 1
        self._deleted.put(comment_id, comment_id)

    def ignore(self, why: Ignored) -> tuple[Event, ...]:
        self.ignored[why] += 1
        return ()

    def missing(self, comment: Comment) -> str | None:
        """Return the id of the comment that must be mapped first, None if there is none."""
        about = comment.parent if comment.kind is EventType.CREATED else comment.id
        if about is None or comment.is_root_official or self._branch(about) is not None:
            return None
        root = comment.root
        if root is None:
            return about
        known = self._branch(root)
        if known is None:
            return root
        return None if known else about

    def events_of(self, comment: Comment) -> tuple[Event, ...]:
        """Return the events of a comment, none if it is irrelevant to every appeal."""
        if comment.kind is not EventType.CREATED:
            return self._change(comment)
        parent = comment.parent
        appeals = () if parent is None else self._appeals(parent, comment)
        if not appeals:
            return self._first(comment)
        if self._branch(appeals[0]) is None and self._deleted.get(appeals[0]) is not None:
            return self.ignore("under_deleted")
        return self._in_branch(comment, appeals)

    def _in_branch(self, comment: Comment, appeals: tuple[str, ...]) -> tuple[Event, ...]:
        self._branches.put(comment.id, appeals[0])
        if comment.author == "citizen":
            return self._events(comment, EventType.CITIZEN_MESSAGE, appeals[0])
        if comment.author != "official":
            return self.ignore("other_record")
        events = self._events(comment, EventType.REPLIED, appeals[0])
        for other in appeals[1:]:
            own_id = f"{comment.id}/{other}"
            events += (self._event(own_id, other, EventType.REPLIED, comment, comment.at),)
        return events

    def _first(self, comment: Comment) -> tuple[Event, ...]:
        """Return the events of a comment that does not answer a citizen's comment."""
        if comment.author != "citizen":
            self._branches.put(comment.id, "")
            return self.ignore("community_post" if comment.author == "official" else "other_record")
        self._branches.put(comment.id, comment.id)
        self._authors.put(comment.id, comment.author_id)
        return self._events(comment, EventType.CREATED, comment.id)

    def _appeals(self, about: str, comment: Comment) -> tuple[str, ...]:
        """Return the appeal of a comment, none before a citizen; or two, one of which exists."""
        found, root = self._branch(about), comment.root
        is_posted = self.recall is not None and comment.is_parent_official
        if found is None and (comment.is_root_official or is_posted):
            found = ""
            self._branches.put(about, found)
        if found is not None:
            return (found,) if found else ()
        known = None if root is None else self._branch(root)
        if root is None or known == "":
            return (about,)
        return (root,) if known or root == about else (root, about)

    def _change(self, comment: Comment) -> tuple[Event, ...]:
        appeals = self._appeals(comment.id, comment)
        if not appeals:
            return self.ignore("community_post")
        if comment.kind is EventType.EDITED:
            return self._events(comment, comment.kind, appeals[0])
        if comment.id not in appeals:
            return self.ignore("deleted_reply")
        if comment.author is None and comment.author_id:
            is_own = self._authors.get(comment.id) == comment.author_id
            comment = comment._replace(author="citizen" if is_own else None)
        return self._events(comment, comment.kind, comment.id)

    def _events(self, comment: Comment, kind: EventType, appeal_id: str) -> tuple[Event, ...]:
        own_id = comment.event_id or comment.id
        event = self._event(own_id, appeal_id, kind, comment, comment.at)
        edited_at = comment.edited_at
        if edited_at is None or edited_at < comment.at:
            return (event,)
        own_id = f"{own_id}/edited/{int(edited_at.timestamp())}"
        return event, self._event(own_id, appeal_id, EventType.EDITED, comment, edited_at)

    def _event(
        self, own_id: str, appeal_id: str, kind: EventType, comment: Comment, at: datetime
    ) -> Event:
        role = None if comment.author == "other" else comment.author
        return Event(
            own_id,
            appeal_id,
            kind,
            at,
            comment.received_at or at,
            self._source,
            *(None, None, self._channel, role),
            *_NO_MORE,
        )


class Recent(dict[str, str]):
    """A cache of the most recent texts: at least half of ``REMEMBERED``, at most all of it."""

    def put(self, key: str, text: str) -> None:
        """Store a text under a key."""
        self.pop(key, None)
        if len(self) >= REMEMBERED:
            for old in [*islice(self, len(self) - REMEMBERED // 2)]:
                del self[old]
        self[key] = text
