"""Map the rows of a file to events, for every source and format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, NoReturn, cast

from workhours_sla.config.column_names import CLAIM_COLUMNS, TIMES
from workhours_sla.config.column_words import is_no_time, may_be_answer
from workhours_sla.errors import shown
from workhours_sla.sla.event import (
    AUTHOR_ROLES,
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
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.rows import Inverted, Record, RefusedError
from workhours_sla.sources.statuses import MEANINGS, StatusRow
from workhours_sla.sources.values import DEFAULT, Instants, JoinedColumn, plain_text
from workhours_sla.text.messages import say

TYPES: Final[Mapping[str, EventType]] = {kind.value: kind for kind in EventType}
"""Event types, keyed by the names that files may use."""
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_ALL_DIFFERENT: Final = frozenset({"event_id", *TIMES})
"""Columns that are not cached, because their values rarely recur."""
_REMEMBERED: Final = 10_000  # maximum number of cached values of a column; a full cache is emptied
_LONGEST_REMEMBERED: Final = 100
_DEEPEST: Final = 5  # maximum number of nested objects in which answers are looked for


class _Meanings(dict[object, str | None]):
    """A cache that maps the file's values of one column to the values of events."""

    def __init__(self, read: Callable[[object], str | None], *, remember: bool) -> None:
        super().__init__({None: None})
        self._remember = remember
        self.read = read

    def __missing__(self, value: object) -> str | None:
        meaning = self.read(value)
        # values of other types may be equal and differ in meaning, such as 1 and true
        if self._remember and isinstance(value, str) and len(value) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
                self[None] = None
            self[value] = meaning
        return meaning


class Mapper:
    """Maps rows to events, or those of a status log to StatusRows.

    ``columns`` are those of the file, None for records of JSON, whose keys differ and may be
    nested, such as ``author.id``; a column may begin with the ``path`` of the records in their
    document. With ``are_typed`` the texts of times are made from typed cells.
    """

    dates_to_receipt: ClassVar[bool] = False

    def __init__(
        self,
        layout: Layout,
        columns: Collection[str] | None = None,
        claims: list[Claim] | None = None,
        *,
        path: str = "",
        are_typed: bool = False,
    ) -> None:
        self.layout = layout
        self.claims: list[Claim] = [] if claims is None else claims
        self.instants: Instants = Instants(layout.datetime_format, layout.tz, are_typed=are_typed)
        self._meanings = {
            name: _Meanings(self._meaning(name), remember=name not in _ALL_DIFFERENT)
            for name in layout.canonical
        }
        self._joined: dict[str, JoinedColumn] = {}
        read: dict[str, None] = {}
        keys = {name: self._key(name, columns, read) for name in layout.canonical}
        self.read_columns: tuple[str, ...] = tuple(read)
        """The file's names of the columns that are read, without duplicates."""
        start = f"{path}." if path else ""
        self._routes = [
            (name, name.removeprefix(start).split("."))
            for name in read
            if columns is None and "." in name and (name.startswith(start) or "[]" not in name)
        ]
        self._looks_for_answers = layout.kind == "appeals" and bool(layout.parts("answered_at"))
        """Until an answer is read, answers are looked for in columns that are not read."""
        self.watched_columns: tuple[str, ...] = ()
        """Columns that are not read, although their names are those of answers."""
        if self._looks_for_answers:
            unread = (name for name in dict.fromkeys(columns or ()) if name not in read)
            self.watched_columns = tuple(filter(may_be_answer, unread))
        self.followed: str | None = None
        """The name of a source without an end, whose first answer cannot be waited for."""
        self._by_key = [
            (keys[name], self._meanings[name])
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

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        record = self.flat(record)
        if self._joined:
            joined = {key: column(record) for key, column in self._joined.items()}
            record = {**record, **joined}
        if self._ignored and self._is_ignored(record):
            return ()
        kind = self.layout.kind
        found: tuple[Event, ...] | StatusRow
        if kind == "events":
            found = self._event(record, received_at)
        elif kind == "appeals":
            found = self._appeal(record)
        else:
            found = self._status(record, line, received_at)
        if not self._claim_names.isdisjoint(record):
            self._claim(record, found)
        return cast("tuple[Event, ...]", found)

    def flat(self, record: Record) -> Record:
        """Return a record with a top-level key for each nested key that is read.

        A top-level key with the exact name of a column, dots included, takes precedence.

        >>> Mapper(Layout(columns={"appeal_id": "author.id"})).flat({"author": {"id": 17}})
        {'author': {'id': 17}, 'author.id': 17}
        """
        found: dict[str, object] = {}
        for column, keys in self._routes:
            value: object = record
            for key in keys:
                if not isinstance(value, dict) or key not in value:
                    break
                value = value[key]
            else:
                found[column] = value
        return {**record, **found, **record} if found else record

    def kept(self, record: Record) -> Record:
        record = self.flat(record)
        return {name: record[name] for name in self.read_columns if name in record}

    def _key(
        self, canonical: str, columns: Collection[str] | None, read: dict[str, None]
    ) -> str | None:
        """Return the key for a canonical column in records, None if the file lacks the column."""
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
            values={value.strip(): str(meaning) for value, meaning in values.items()},
            points=self.layout.datetime_format in (None, DEFAULT),
        )
        return key

    # -- rows --------------------------------------------------------------------------------

    def _event(self, record: Record, received_at: datetime | None) -> tuple[Event, ...]:
        own_id, appeal_id, type_text, occurred, received, source, *facts = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        type_text = type_text or self._absent("type", record)
        kind = TYPES.get(type_text)
        if kind is None:
            detail = say("type_unknown", type=shown(type_text), types=", ".join(TYPES))
            raise RefusedError(detail, "unknown_type")
        occurred_at = self._time("occurred_at", occurred) or self._absent("occurred_at", record)
        received_at = self._time("received_at", received) or received_at or occurred_at
        role, flag = facts[3:5]
        if role is not None and role not in AUTHOR_ROLES:
            raise unknown_value(role, "author_role", ", ".join(AUTHOR_ROLES))
        substantive = None if flag is None else _FLAGS.get(flag.lower())
        if flag is not None and substantive is None:
            raise unknown_value(flag, "substantive")
        said: Any = (source or self.layout.source, *facts[:4], substantive, *facts[5:])
        own_id = own_id or content_id(appeal_id, kind, occurred_at, *said)
        with refusing():
            event = Event(own_id, appeal_id, kind, occurred_at, received_at, *said)
        return with_creation(event) if self.layout.first_is_created else (event,)

    def _appeal(self, record: Record) -> tuple[Event, ...]:
        appeal_id, posted, answered, *attributes = self._texts(record)
        appeal_id = appeal_id or self._absent("appeal_id", record)
        posted_at = self._time("posted_at", posted) or self._absent("posted_at", record)
        if answered is not None:
            self._looks_for_answers = False
            self.layout.unread_answers.clear()
        elif self._looks_for_answers:
            found = unread_answers(record, self.read_columns)
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
        due, verdict = [
            self._meanings[name].read(None if key is None else record.get(key))
            for name, key in zip(CLAIM_COLUMNS, self._claim_keys, strict=True)
        ]
        if verdict not in (None, "met", "breached"):
            raise unknown_value(str(verdict), "their_verdict", "met, breached")
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
        """Return a function that maps the file's value of one column to the value of an event."""
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
                raise RefusedError(say("nul_character", name=canonical, text=shown(value)))
            value = value.strip()
            if values:
                value = values.get(value, value)
            return value or None

        return meaning

    def _texts(self, record: Record) -> list[str | None]:
        get = record.get
        try:
            return [meanings[get(key)] for key, meanings in self._by_key]  # type: ignore[arg-type]
        except TypeError:  # a list or a JSON object cannot be a key of the cache
            return [meanings.read(get(key)) for key, meanings in self._by_key]  # type: ignore[arg-type]

    def _time(self, canonical: str, text: str | None) -> datetime | None:
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
        named: str = canonical
        if column != canonical:
            named = say("column_named", canonical=canonical, column=shown(column))
        is_there = any(name in record for name in self.layout.names(canonical))
        detail = say("value_empty" if is_there else "value_absent", named=named)
        raise RefusedError(detail, "missing_value")


def _if_plain(value: object) -> str:
    """Return a JSON scalar as text; for an object or array, a text that no configuration has."""
    return plain_text("", value, fractions=True) if isinstance(value, bool | int | float) else "\0"


def unknown_value(value: str, canonical: str, names: str = "") -> RefusedError:
    """Return the RefusedError for a value that is none of ``names``, by default no flag."""
    wanted = say("one_of", names=names) if names else say("kind_bool")
    detail = say("value_unknown", canonical=canonical, value=shown(value), wanted=wanted)
    return RefusedError(detail, "unknown_value")


def unread_answers(record: Record, read: Collection[str], start: str = "") -> Iterator[str]:
    """Yield the columns outside of ``read`` that have a value and may be those of answers.

    >>> list(unread_answers({"id": 1, "closed": {"at": "2026-03-12", "by": None}}, ["id"]))
    ['closed.at']
    """
    for key, value in record.items():
        column = f"{start}{key}"
        if isinstance(value, dict):
            if start.count(".") < _DEEPEST:
                yield from unread_answers(value, read, f"{column}.")
        elif column in read or not _is_given(value):
            continue
        elif may_be_answer(column) or may_be_answer(key):
            yield column


def _is_given(value: object) -> bool:
    text = value.strip().lower() if isinstance(value, str) else "" if not value else "true"
    return text not in ("", "false", "no", "0") and not is_no_time(text)
