"""The base of all networks' mappers: it maps a record to comments, and comments to events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeVar

import msgspec

from workhours_sla.errors import shown
from workhours_sla.sla.event import check_text
from workhours_sla.sources.derived_events import refusing
from workhours_sla.sources.json_records import not_of_form
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.networks.comments import (
    Comment,
    CommentTree,
    Ignored,
    ignored_counts,
)
from workhours_sla.sources.networks.officials import Officials
from workhours_sla.sources.rows import Fault, Item, Record
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import Detail, Phrase, say

if TYPE_CHECKING:
    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Event


class Part(NamedTuple):
    """A part of a record: a comment, or the reason why it cannot be used; neither if ignored.

    ``id`` and ``root`` are the ids of the comment and of its root, as far as they are known.
    """

    comment: Comment | None = None
    refused: RefusedError | None = None
    id: str = ""
    root: str | None = None


_LONGEST_ENDING: Final = "/deleted/" + "0" * 20
"""The longest text that an id of an event of a comment has after the id of the comment."""

_Value = TypeVar("_Value")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""An earlier time must have been written in another unit, because no network is older."""
_LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)


_NOTHING: Final = Part()


class NetworkMapper(ABC):
    """Base class of the networks' mappers, which map records to events.

    ``type`` is the struct of a record. Raises SourceError for an official's id that the network
    cannot have.
    """

    dates_to_receipt: ClassVar[bool] = False
    channel: ClassVar[str]
    type: ClassVar[Any]
    official: ClassVar[tuple[str, str]]
    """A regular expression for the ids of authors, and an example of such an id."""

    def __init__(self, layout: Layout, options: Input) -> None:
        self.network: Phrase = say(f"network_{self.channel}")
        self.tree: CommentTree = CommentTree(self.channel, layout.source)
        self.officials: Officials = Officials(options.officials, self.network, *self.official)

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a record, or a Fault without the record's text."""
        events: tuple[Event, ...] = ()
        try:
            found = msgspec.convert(record, self.type)
        except (msgspec.ValidationError, RecursionError) as error:
            return Fault(line, "malformed", Detail(not_of_form(error)), "")
        for part in self.parts_of(found, {}, received_at):
            if part.refused is not None:
                return Fault(line, part.refused.reason, part.refused.detail, "")
            if part.comment is not None:
                events += self.tree.events_of(part.comment)
        return events

    def parts_of(
        self, record: Any, head: Mapping[str, object], received_at: datetime | None = None
    ) -> Iterator[Part]:
        """Yield the comments of a record, also those that cannot be used.

        ``head`` has the other values of its envelope.
        """
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
        """Yield the comments of a record.

        Each network has its own. Raises RefusedError if the record cannot be used.
        """

    def close(self, head: Mapping[str, object]) -> None:  # noqa: B027 - few networks need it
        """Note the values of an envelope that ends."""

    def notes(self) -> Iterator[Phrase]:
        """Yield notes for the user after all records were read."""
        counts = tuple(ignored_counts(self.tree.ignored))
        if counts:
            yield say("records_ignored", count=self.tree.ignored.total(), counts=counts)
        yield from self.officials.unmet()

    def ignored(self, why: Ignored) -> Part:
        """Count an ignored part of a record, and return it."""
        self.tree.ignore(why)
        return _NOTHING


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
    detail = say("network_time", name=name, value=shown(value))
    raise RefusedError(detail, "unreadable_time")
