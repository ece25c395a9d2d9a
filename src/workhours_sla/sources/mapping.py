"""Map the rows of a file to events, for every source and format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import ClassVar, NoReturn, cast

from workhours_sla.config.column_names import CLAIM_COLUMNS, TIMES, Kind
from workhours_sla.errors import shown
from workhours_sla.sla.event import (
    AUTHOR_ROLES,
    FIELD_NAMES,
    Attributes,
    Claim,
    Event,
    EventType,
    Theirs,
    check_text,
)
from workhours_sla.sources.derived_events import (
    content_id,
    derived_event,
    refusing,
    with_creation,
)
from workhours_sla.sources.joined_columns import JoinedColumn, plain_text
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.rows import Fault, Inverted, Item, Record
from workhours_sla.sources.statuses import MEANINGS, StatusRow
from workhours_sla.sources.times import DEFAULT, Instants, RefusedError
from workhours_sla.text.messages import Phrase, say

EVENT_COLUMNS = FIELD_NAMES
"""The canonical columns of an event."""
_ALL_DIFFERENT = frozenset({"event_id", *TIMES})
"""Columns that are not cached, because their values rarely recur."""

TYPES: Mapping[str, EventType] = {kind.value: kind for kind in EventType}
"""Event types, keyed by the names that files may use."""

FLAGS = {"true": True, "1": True, "false": False, "0": False}
REMEMBERED = 10_000
"""Maximum number of cached values of a column; a full cache is emptied."""
_LONGEST_REMEMBERED = 100


class Meanings(dict[object, str | None]):
    """A cache that maps the file's values of one column to the values of events.

    ``read`` computes the values that are not cached. If ``remember`` is false, nothing is cached.
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

    ``columns`` lists the names of the file's columns, None if they differ from row to row. An event
    without an id gets its ``content_id``. For a status log, each row gives a StatusRow;
    ``events_of_statuses`` maps these to events after the last row.
    """

    dates_to_receipt: ClassVar[bool] = False

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
        self._joined: dict[str, JoinedColumn] = {}
        read: dict[str, None] = {}
        keys = {name: self._key(name, columns, read) for name in layout.canonical}
        self.read_columns: tuple[str, ...] = tuple(read)
        """The file's names of the columns that are read, without duplicates."""
        self.watched_columns: tuple[str, ...] = ()
        """Columns that are not read, although their names are those of answers."""
        self._unread_answers: Callable[[Record, Collection[str]], Iterable[str]] | None = None
        """Finds answers in columns that are not read; None as soon as an answer was read."""
        if layout.kind == "appeals" and layout.parts("answered_at"):
            from workhours_sla.sources import unread_answers

            self.watched_columns = unread_answers.watched_columns(columns or (), read)
            self._unread_answers = unread_answers.unread_answers
        self.followed: str | None = None
        """The name of a source without an end, whose first answer cannot be waited for."""
        self._by_key = [
            (keys[name], self.meanings[name])
            for name in layout.canonical
            if name not in CLAIM_COLUMNS
        ]
        self._status_key = keys.get("status")
        self._claim_keys = [keys[name] for name in CLAIM_COLUMNS]
        self._claim_names = frozenset(
            column for name in CLAIM_COLUMNS for column in layout.names(name) if column in read
        )
        self._ignored = [
            (keys[name], frozenset(map(str.strip, values)))
            for name, values in layout.ignore.items()
            if values
        ]
        of_kinds: dict[Kind, Callable[..., tuple[Event, ...] | StatusRow]] = {
            "events": Mapper._event,
            "appeals": Mapper._appeal,
            "statuses": Mapper._status,
        }  # bound methods would be cycles, which only the garbage collector frees
        self._of_kind = of_kinds[layout.kind]

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a row, or a Fault without the row's text if the row is rejected.

        ``received_at`` is the time of receipt for a row that names none.
        """
        try:
            if self._joined:
                joined = {key: column(record) for key, column in self._joined.items()}
                record = {**record, **joined}
            if self._ignored and self._is_ignored(record):
                return ()
            item = self._of_kind(self, record, line, received_at)
            if not self._claim_names.isdisjoint(record):
                self._claim(record, item)
        except RefusedError as refused:
            return Fault(line, refused.reason, refused.detail, "")
        return cast("Item", item)

    def _key(
        self, canonical: str, columns: Collection[str] | None, read: dict[str, None]
    ) -> str | None:
        """Return the key for a canonical column in records, None if the file lacks the column.

        The file's columns are added to ``read``. If the value is joined from several columns, a
        JoinedColumn computes it and stores it under a key that no file has.
        """
        parts = self.layout.parts(canonical)
        if columns is not None:
            parts = tuple(tuple(name for name in one if name in columns) for one in parts)
            parts = tuple(filter(None, parts))
        read |= dict.fromkeys(name for one in parts for name in one)
        if not parts:
            return None
        if len(parts) == len(parts[0]) == 1:
            return parts[0][0]
        values = self.layout.values.get(canonical, {})
        key = f"\0{canonical}"
        self._joined[key] = JoinedColumn(
            canonical,
            parts,
            empty=[value.strip() for value, meaning in values.items() if meaning == ""],
            points=self.layout.datetime_format in (None, DEFAULT),
        )
        return key

    # -- rows --------------------------------------------------------------------------------

    def _event(self, record: Record, _line: int, received_at: datetime | None) -> tuple[Event, ...]:
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
        substantive = None if flag is None else FLAGS.get(flag.lower())
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
        with refusing():
            event = Event(own_id, appeal_id, kind, occurred_at, received_at, *said)
        return with_creation(event) if self.layout.first_is_created else (event,)

    def _appeal(
        self, record: Record, _line: int, _received_at: datetime | None
    ) -> tuple[Event, ...]:
        """Return the creation of the row's appeal, and its reply if any. Raises RefusedError."""
        appeal_id, posted, answered, *attributes = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        posted_at = self._time("posted_at", posted) or self._absent("posted_at", record)
        if answered is not None:
            self._unread_answers = None
            self.layout.unread_answers.clear()
        elif self._unread_answers is not None:
            found = self._unread_answers(record, self.read_columns)
            self.layout.unread_answers.update(dict.fromkeys(found))
            if self.followed is not None:
                self.layout.check_answers(self.followed)
        answered_at = self._time("answered_at", answered)
        sender, about = (self.layout.source, *attributes[:3]), attributes[3:]
        created = derived_event(
            appeal_id, EventType.CREATED, posted_at, *sender, None, None, None, *about
        )
        if answered_at is None:
            return (created,)
        is_inverted = answered_at < posted_at
        if is_inverted:
            if posted_at - answered_at > self.layout.tolerance:
                detail = say("answered_before", answered=shown(answered), posted=shown(posted))
                raise RefusedError(detail, "reply_before_post")
            answered_at = posted_at
        reply = (*sender, "official", None, None, *about)
        events = (created, derived_event(appeal_id, EventType.REPLIED, answered_at, *reply))
        return Inverted(events) if is_inverted else events

    def _status(self, record: Record, line: int, received_at: datetime | None) -> StatusRow:
        """Return the status of a row. Raises RefusedError."""
        appeal_id, status, since, received, source, *attributes = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        status = status or self._absent("status", record)
        began_at = self._time("since", since) or self._absent("since", record)
        received_at = self._time("received_at", received) or received_at or began_at
        facts = (source or self.layout.source, *attributes)
        names = ("appeal_id", "source", *Attributes._fields)
        with refusing():
            for name, text in zip(names, (appeal_id, *facts), strict=True):
                check_text(name, text or "")
        meaning = MEANINGS.get(status)
        written = record.get(self._status_key or "")
        status = written.strip() if isinstance(written, str) else _if_plain(written)
        return StatusRow(line, appeal_id, status, meaning, began_at, received_at, facts)

    def _claim(self, record: Record, item: tuple[Event, ...] | StatusRow) -> None:
        """Append the due time and verdict of a row to the claims, if any. Raises RefusedError."""
        due, verdict = [
            self.meanings[name].read(None if key is None else record.get(key))
            for name, key in zip(CLAIM_COLUMNS, self._claim_keys, strict=True)
        ]
        if verdict not in (None, "met", "breached"):
            raise _unknown(str(verdict), "their_verdict", say("one_of", names="met, breached"))
        due_at = self._time("their_due_at", due)
        if due_at is not None or verdict is not None:
            appeal_id = item.appeal_id if isinstance(item, StatusRow) else item[0].appeal_id
            self.claims.append(Claim(appeal_id, due_at, cast("Theirs", verdict)))

    def _is_ignored(self, record: Record) -> bool:
        for key, values in self._ignored:
            value = None if key is None else record.get(key)
            if not isinstance(value, str):
                value = "" if value is None else _if_plain(value)
            if value.strip() in values:
                return True
        return False

    # -- values ------------------------------------------------------------------------------

    def _meaning(self, canonical: str) -> Callable[[object], str | None]:
        """Return a function that maps the file's value of one column to the value of an event.

        The function returns None for an empty value, and raises RefusedError for a value that is
        not text.
        """
        values = {
            value.strip(): str(meaning).lower() if isinstance(meaning, bool) else meaning
            for value, meaning in self.layout.values.get(canonical, {}).items()
        }
        fractions = canonical in TIMES and self.instants.takes_fractions

        def meaning(value: object) -> str | None:
            if not isinstance(value, str):
                if value is None:
                    return None
                value = plain_text(canonical, value, fractions=fractions)
            if "\0" in value:
                detail = say("nul_character", name=canonical, text=shown(value))
                raise RefusedError(detail, "malformed")
            value = value.strip()
            if values:
                value = values.get(value, value)
            return value or None

        return meaning

    def _texts(self, record: Record) -> list[str | None]:
        """Return the texts of a row in the order of the canonical columns."""
        get = record.get
        try:
            return [meanings[get(key)] for key, meanings in self._by_key]  # type: ignore[arg-type]
        except TypeError:  # a list or a JSON object cannot be a key of the cache
            return [meanings.read(get(key)) for key, meanings in self._by_key]  # type: ignore[arg-type]

    def _time(self, canonical: str, text: str | None) -> datetime | None:
        """Parse a time and convert it to UTC; return None for no text. Raises RefusedError."""
        if text is None:
            return None
        try:
            return self.instants.read(text)
        except RefusedError as refused:
            detail = say("at_column", column=canonical, detail=refused.detail)
            raise RefusedError(detail, refused.reason) from None

    def _absent(self, canonical: str, record: Record) -> NoReturn:
        """Raise RefusedError because a required column is missing or empty in a row."""
        column = self.layout.column(canonical)
        named: Phrase | str = canonical
        if column != canonical:
            named = say("column_named", canonical=canonical, column=shown(column))
        is_there = any(name in record for name in self.layout.names(canonical))
        detail = say("value_empty" if is_there else "value_absent", named=named)
        raise RefusedError(detail, "missing_value")


def _if_plain(value: object) -> str:
    """Return a JSON scalar as text; for an object or array, a text that no configuration has."""
    return plain_text("", value, fractions=True) if isinstance(value, bool | int | float) else "\0"


def _unknown(value: str, canonical: str, wanted: Phrase) -> RefusedError:
    """Return the RefusedError for a value that is not valid in a column."""
    detail = say("value_unknown", canonical=canonical, value=shown(value), wanted=wanted)
    return RefusedError(detail, "unknown_value")
