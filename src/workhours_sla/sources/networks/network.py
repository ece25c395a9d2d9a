"""The base of all networks' mappers, and the reading of a network's file.

A file is read so that each comment follows the comment that it answers.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import starmap
from typing import Any, ClassVar, Final, NamedTuple, TypeVar, cast

import msgspec

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Event, check_text
from workhours_sla.sources.derived_events import refusing
from workhours_sla.sources.json_documents import (
    Place,
    check_api_error,
    not_of_form,
    records_of,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.networks.comments import (
    Comment,
    CommentTree,
    Ignored,
    ignored_counts,
)
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


class NetworkMapper(ABC):
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

    @abstractmethod
    def _parts_of(
        self, record: Any, head: Mapping[str, object], received_at: datetime | None
    ) -> Iterator[Part]:
        """Yield the comments of a record."""

    def close(self, head: Mapping[str, object]) -> None:  # noqa: B027 - few networks need it
        """Note the values of an envelope that ends."""

    def notes(self) -> Iterator[Phrase]:
        counts = tuple(ignored_counts(self.tree.ignored))
        if counts:
            yield say("records_ignored", count=self.tree.ignored.total(), counts=counts)
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
        has_comment = part.comment is not None and part.refused is None
        todo = [(part.comment, line, text)] if has_comment and part.comment else []
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
