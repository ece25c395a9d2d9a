"""Map the rows of a file to events, for every source and format.

A canonical column is a column under the name that this library uses for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

from workhours_sla.adapters.sources.times import Instants, RefusedError
from workhours_sla.errors import SourceError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.event import AUTHOR_ROLES, FIELD_NAMES, Attributes, Event, EventType
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from datetime import tzinfo

    from workhours_sla.adapters.sources.claims import Claim

EVENT_COLUMNS = FIELD_NAMES
"""The canonical columns of a file with one row per event."""
_ALL_DIFFERENT = ("event_id", "occurred_at", "received_at", "posted_at", "answered_at")
"""Columns whose values rarely recur, so that caching them is useless."""
APPEAL_COLUMNS = ("appeal_id", "posted_at", "answered_at", *Attributes._fields)
"""The canonical columns of a file with one row per appeal."""

CLIPPED = 500
"""The most characters of a row's text that a Fault keeps."""

TYPES: Mapping[str, EventType] = {kind.value: kind for kind in EventType}
"""A mapping from the name of an event type in files to the event type."""

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_LISTED = 40
"""The most columns of a file that a message lists."""
REMEMBERED = 10_000
"""The most values of a column that are cached; a full cache is emptied."""
_LONGEST_REMEMBERED = 100
_ID_DIGITS = 20


@public("workhours_sla.files")
class Fault(NamedTuple):
    """A row that was rejected: the number of its first line, the reason, a detail, and the text.

    ``line`` is counted from 1. ``reason`` is a key of ``words.QUARANTINE_REASONS``. ``text`` is
    shortened to 500 characters.
    """

    line: int
    reason: str
    detail: str
    text: str


Item = tuple[Event, ...] | Fault
"""The events of one row, none if it is ignored, or the Fault if the row was rejected."""
Record = Mapping[str, object]
"""The values of one row, keyed by the file's name of the column."""


@dataclass(frozen=True)
class Layout:
    """The layout of a file's rows, in any format.

    ``columns`` maps a canonical column to the file's name for it, or to ``""`` if the file lacks
    the column. A column that is not in ``columns`` has its canonical name. ``values`` maps a
    canonical column to a mapping from values in the file to the values of events. A value that maps
    to ``""`` counts as empty, and an unmapped value is used unchanged. ``datetime_format`` and
    ``tz`` are passed to ``Instants``. ``source`` is the source of rows that do not name a source.
    """

    kind: Literal["events", "appeals"] = "events"
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict)
    datetime_format: str | None = None
    tz: tzinfo | None = None
    source: str = ""

    @property
    def canonical(self) -> tuple[str, ...]:
        """The canonical columns that a file of this layout may have."""
        return EVENT_COLUMNS if self.kind == "events" else APPEAL_COLUMNS

    @property
    def required(self) -> tuple[str, ...]:
        """The canonical columns that must have a value in every row."""
        if self.kind == "events":
            return ("appeal_id", "type", "occurred_at")
        return ("appeal_id", "posted_at")

    def column(self, canonical: str) -> str:
        """Return the file's name of a canonical column, ``""`` if the file lacks the column."""
        return self.columns.get(canonical, canonical)

    def check(self, header: Sequence[str], name: str) -> None:
        """Raise SourceError if a column is missing from ``header`` or occurs twice.

        The columns in ``required`` and in ``columns`` must be there. In a file of appeals
        ``answered_at`` must be there too: without it every appeal would look unanswered.
        """
        for canonical in self.canonical:
            column = self.column(canonical)
            needed = (
                canonical in self.required
                or canonical == "answered_at"
                or canonical in self.columns
            )
            if header.count(column) > 1 and column:
                msg = say(
                    "column_twice",
                    name=name,
                    count=header.count(column),
                    column=shown(column),
                    canonical=canonical,
                )
                raise SourceError(msg, name=name, column=column, canonical=canonical)
            if needed and column not in header and (column or canonical in self.required):
                raise self.missing(canonical, header, name)

    def missing(self, canonical: str, columns: Collection[str], name: str) -> SourceError:
        """Return the SourceError for a missing column; its message lists the file's columns."""
        column = self.column(canonical)
        near = _near((column, canonical), columns)
        renamed = column != canonical
        others = ", ".join(shown(other) for other in list(columns)[:_LISTED])
        more = len(columns) - _LISTED
        msg = say(
            "no_column",
            name=name,
            column=shown(column),
            read_as=say("read_as", canonical=canonical) if renamed else "",
            hint=say("near_column", near=shown(near)) if near else "",
            others=others,
            more=say("and_more", count=more) if more > 0 else "",
            canonical=canonical,
            unanswered=say("or_unanswered") if canonical == "answered_at" else "",
        )
        return SourceError(msg, name=name, column=column, canonical=canonical)


class Meanings(dict[object, str | None]):
    """A cache that maps the values of one column to the values of events.

    ``read`` computes a value that is not cached. Without ``remember`` nothing is cached.
    """

    def __init__(self, read: Callable[[object], str | None], *, remember: bool) -> None:
        super().__init__({None: None})
        self._remember = remember
        self.read = read

    def __missing__(self, value: object) -> str | None:
        meaning = self.read(value)
        # values of other types may be equal and differ in meaning, such as 1 and true
        if self._remember and isinstance(value, str) and len(value) <= _LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
                self[None] = None
            self[value] = meaning
        return meaning


class Mapper:
    """Maps rows to events.

    ``columns`` are the names of the file's columns, None if they differ from row to row. An event
    without an id gets its ``content_id``.
    """

    def __init__(
        self,
        layout: Layout,
        columns: Collection[str] | None = None,
        claims: list[Claim] | None = None,
    ) -> None:
        self.layout = layout
        self.claims: list[Claim] = [] if claims is None else claims
        self.instants: Instants = Instants(layout.datetime_format, layout.tz)
        self.meanings: dict[str, Meanings] = {
            name: Meanings(self._meaning(name), remember=name not in _ALL_DIFFERENT)
            for name in layout.canonical
        }
        keys = [
            column if column and (columns is None or column in columns) else None
            for column in map(layout.column, layout.canonical)
        ]
        self.read_columns: tuple[str, ...] = tuple(dict.fromkeys(filter(None, keys)))
        """The file's names of the columns that are read, without duplicates."""
        self._by_key = list(zip(keys, self.meanings.values(), strict=True))
        self._events = self._event if layout.kind == "events" else self._appeal

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a row. If the row is rejected, return a Fault without its text.

        ``received_at`` is the time of receipt of an event whose row names none.
        """
        try:
            return self._events(record, received_at)
        except RefusedError as refused:
            return Fault(line, refused.reason, refused.detail, "")

    # -- rows --------------------------------------------------------------------------------

    def _event(self, record: Record, received_at: datetime | None) -> tuple[Event, ...]:
        """Return the event of a row. Raises RefusedError."""
        own_id, appeal_id, type_text, occurred, received, source, *facts = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        type_text = type_text or self._absent("type", record)
        kind = TYPES.get(type_text)
        if kind is None:
            detail = say("type_unknown", type=shown(type_text), types=", ".join(TYPES))
            raise RefusedError(detail, "unknown_type")
        occurred_at = self._time("occurred_at", occurred) or self._absent("occurred_at", record)
        received_at = self._time("received_at", received) or received_at or occurred_at
        agency, district, channel, role, flag, reason, topic, importance, regime, about = facts
        if role is not None and role not in AUTHOR_ROLES:
            wanted = say("one_of", names=", ".join(AUTHOR_ROLES))
            raise _unknown(role, "author_role", wanted)
        substantive = None if flag is None else _FLAGS.get(flag.lower())
        if flag is not None and substantive is None:
            raise _unknown(flag, "substantive", say("kind_bool"))
        said = (
            source or self.layout.source,
            agency,
            district,
            channel,
            role,
            substantive,
            reason,
            topic,
            importance,
            regime,
            about,
        )
        own_id = own_id or content_id(appeal_id, kind, occurred_at, *said)
        return (Event(own_id, appeal_id, kind, occurred_at, received_at, *said),)

    def _appeal(self, record: Record, _received_at: datetime | None) -> tuple[Event, ...]:
        """Return the creation of the row's appeal, and its reply if any. Raises RefusedError."""
        appeal_id, posted, answered, *attributes = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        posted_at = self._time("posted_at", posted) or self._absent("posted_at", record)
        answered_at = self._time("answered_at", answered)
        sender, about = (self.layout.source, *attributes[:3]), attributes[3:]
        created = _derived(
            appeal_id, EventType.CREATED, posted_at, *sender, None, None, None, *about
        )
        if answered_at is None:
            return (created,)
        if answered_at < posted_at:
            detail = say("answered_before", answered=shown(answered), posted=shown(posted))
            raise RefusedError(detail, "reply_before_post")
        reply = (*sender, "official", None, None, *about)
        return (created, _derived(appeal_id, EventType.REPLIED, answered_at, *reply))

    # -- values ------------------------------------------------------------------------------

    def _meaning(self, canonical: str) -> Callable[[object], str | None]:
        """Return a function that maps a value of one column to the value of events.

        The function returns None for an empty value, and raises RefusedError for a value that is
        not text.
        """
        values = {
            value.strip(): str(meaning).lower() if isinstance(meaning, bool) else meaning
            for value, meaning in self.layout.values.get(canonical, {}).items()
        }

        def meaning(value: object) -> str | None:
            if not isinstance(value, str):
                if value is None:
                    return None
                value = _plain(canonical, value)
            value = value.strip()
            if values:
                value = values.get(value, value)
            return value or None

        return meaning

    def _texts(self, record: Record) -> list[str | None]:
        """Return the values of a row in the order of the canonical columns."""
        get = record.get
        try:
            return [meanings[get(key)] for key, meanings in self._by_key]  # type: ignore[arg-type]
        except TypeError:  # a list or a JSON object cannot be a key of the cache
            return [meanings.read(get(key)) for key, meanings in self._by_key]  # type: ignore[arg-type]

    def _time(self, canonical: str, text: str | None) -> datetime | None:
        """Parse the text of a time, and return it in UTC; None for no text. Raises RefusedError."""
        if text is None:
            return None
        try:
            return self.instants.read(text)
        except RefusedError as refused:
            detail = say("at_column", column=canonical, detail=refused.detail)
            raise RefusedError(detail, refused.reason) from None

    def _absent(self, canonical: str, record: Record) -> NoReturn:
        """Raise RefusedError about a required column that is missing or empty in a row."""
        column = self.layout.column(canonical)
        named: Phrase | str = canonical
        if column != canonical:
            named = say("column_named", canonical=canonical, column=shown(column))
        detail = say("value_empty" if column in record else "value_absent", named=named)
        raise RefusedError(detail, "missing_value")


def _derived(appeal_id: str, kind: EventType, occurred_at: datetime, *facts: str | None) -> Event:
    """Return an event made from a row of appeals. Its ``received_at`` is its ``occurred_at``."""
    own_id = content_id(appeal_id, kind, occurred_at, *facts)
    return Event(own_id, appeal_id, kind, occurred_at, occurred_at, *facts)  # type: ignore[arg-type]


def content_id(
    appeal_id: str, kind: EventType, occurred_at: datetime, *facts: str | bool | None
) -> str:
    """Return an id computed from the content of an event: equal contents have equal ids.

    The id is the first 20 hexadecimal digits of the SHA-256 of a JSON array. The array has the
    fields of Event in their order, without ``event_id`` and ``received_at``, and without empty
    fields at the end. ``occurred_at`` is written as ISO 8601 in UTC. Events that differ in any of
    these fields have different ids.

    >>> content_id("A-1", EventType.CREATED, datetime(2025, 10, 31, 14, 30, tzinfo=UTC), "vk")
    '90ec7dec449d18556749'
    """
    given = list(facts)
    while given and given[-1] is None:
        given.pop()
    fields = [appeal_id, kind.value, occurred_at.astimezone(UTC).isoformat(), *given]
    text = dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]


def has_content_id(event: Event) -> bool:
    """Whether the id of an event was computed by ``content_id``."""
    return event.event_id == content_id(*event.content)  # type: ignore[arg-type]


def clip(text: str) -> str:
    """Return a row's text without its line ending, shortened to ``CLIPPED`` characters."""
    text = text.rstrip("\r\n")
    return text if len(text) <= CLIPPED else text[:CLIPPED] + "..."


def _near(wanted: Iterable[str], columns: Iterable[str]) -> str | None:
    """Return the column whose name is most similar to a wanted name, None if none is similar."""
    lower = {column.lower(): column for column in columns if column}
    for name in map(str.lower, wanted):
        close = get_close_matches(name, lower, n=1)
        close += [other for other in lower if name in other or other in name]
        if close:
            return lower[close[0]]
    return None


def _plain(canonical: str, value: object) -> str:
    """Return a JSON value as text, as it is written in a CSV file. Raises RefusedError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    what = say("a_fraction" if isinstance(value, float) else "a_structure")
    detail = say("value_not_text", canonical=canonical, what=what)
    raise RefusedError(detail, "malformed")


def _unknown(value: str, canonical: str, wanted: Phrase) -> RefusedError:
    """Return the RefusedError for a value that a column cannot have."""
    detail = say("value_unknown", canonical=canonical, value=shown(value), wanted=wanted)
    return RefusedError(detail, "unknown_value")
