"""Make events from the records of a service desk, using its own field names."""

from __future__ import annotations

from dataclasses import replace
from json import dumps
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Attributes, Claim, EventType
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.sources.times import Instants, RefusedError
from workhours_sla.text.messages import Detail, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from workhours_sla.sla.event import Event, Theirs
    from workhours_sla.sources.rows import Item, Record


_MOST_PARTS: Final = 10_000
"""Maximum number of notes, changes, articles or cycles in a record."""


class Meaning(NamedTuple):
    """The event that a status or action of a service desk means.

    ``type`` is the event type, ``""`` if the word is ignored. ``reason`` is the reason of the
    event, if any.
    """

    type: EventType | str
    reason: str | None = None


IGNORED = Meaning("")
"""The meaning of a word that causes no event."""
INTERIM = Meaning(EventType.REPLIED, "interim")
"""The meaning of a word that informs the citizen without answering the appeal."""


class Desk:
    """Reads ids, times, words and claims from records; shared by the mappers of all service desks.

    A word is a status or an action. ``platform`` is the first part of event ids. ``fields`` maps
    attributes of an appeal to the service desk's field names; ``[columns]`` may name other fields.
    ``words`` maps words to their meanings; ``[values.type]`` may give a word another meaning.
    """

    def __init__(
        self,
        platform: str,
        layout: Layout,
        claims: list[Claim],
        *,
        fields: Mapping[str, Sequence[str]],
        words: Mapping[str, Meaning],
    ) -> None:
        self._claims = claims
        given = layout.values.get("type", {})
        ignored = layout.ignore.get("type", ())
        self._words = {
            **words,
            **{word.strip(): Meaning(str(meaning)) for word, meaning in given.items()},
            **dict.fromkeys(map(str.strip, ignored), IGNORED),
        }
        self._fields = {
            name: layout.names(name) if name in layout.columns else fields.get(name, ())
            for name in Attributes._fields
        }
        self._prefix = id_prefix(platform, layout)
        values = {name: values for name, values in layout.values.items() if name != "type"}
        own = dict.fromkeys(("their_due_at", "their_verdict"), "")
        plain = replace(layout, kind="events", columns=own, values=values)
        self._mapper = Mapper(plain)
        self._instants: Instants = self._mapper.instants

    def meaning(self, word: str, field: str) -> Meaning:
        """Return the meaning of a word, regardless of upper case. Raises RefusedError."""
        found = self._words.get(word) or self._words.get(word.lower())
        if found is None:
            detail = say("word_unknown", field=field, word=shown(word), types=", ".join(EventType))
            raise RefusedError(detail, "unknown_type")
        return found

    def id(self, record: Record, field: str) -> str:
        """Return the id in a field as text. Raises RefusedError unless it is text or an integer."""
        value = record.get(field)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            cause = "value_empty" if field in record else "value_absent"
            raise RefusedError(say(cause, named=field), "missing_value")
        if not isinstance(value, str | int) or isinstance(value, bool):
            what = say("a_fraction" if isinstance(value, float) else "a_structure")
            raise RefusedError(say("value_not_text", canonical=field, what=what), "malformed")
        return str(value)

    def text(self, record: Record, field: str) -> str | None:
        """Return the text in a field, None if the field is empty. Raises RefusedError."""
        value = record.get(field)
        if value is None or value == "":
            return None
        return self.id(record, field) if not isinstance(value, bool) else str(value).lower()

    def time(self, record: Record, field: str) -> datetime | None:
        """Return the time in a field, None if the field is empty. Raises RefusedError."""
        text = self.text(record, field)
        if text is None:
            return None
        try:
            return self._instants.read(text)
        except RefusedError as refused:
            detail = say("at_column", column=field, detail=refused.detail)
            raise RefusedError(detail, refused.reason) from None

    def attributes(self, record: Record) -> dict[str, object]:
        """Return the attributes of the appeal that are in a record."""
        get = record.get
        found: dict[str, object] = {}
        for name, fields in self._fields.items():
            for field in fields:
                value = get(field)
                if value is not None and value != "":
                    found[name] = value
                    break
        return found

    def event(
        self,
        native_id: str,
        appeal_id: str,
        meaning: Meaning,
        record: Record,
        time_field: str,
        **facts: object,
    ) -> tuple[Event, ...]:
        """Return the event that occurred at the time in ``time_field``; none for an ignored word.

        ``facts`` are other fields of Event. Replies are by officials. Raises RefusedError.
        """
        if not meaning.type:
            return ()
        when = self.text(record, time_field)
        if when is None:
            raise RefusedError(say("value_empty", named=time_field), "missing_value")
        row: dict[str, Any] = {
            "event_id": self._prefix + native_id,
            "appeal_id": appeal_id,
            "type": meaning.type,
            "occurred_at": when,
            "reason": meaning.reason,
            "author_role": "official" if meaning.type == EventType.REPLIED else None,
            **facts,
        }
        item = self._mapper(row, 0)
        if isinstance(item, Fault):
            phrase = cast("Detail", item.detail).phrase
            if phrase.cause == "at_column":
                phrase = say("at_column", column=time_field, detail=phrase.facts["detail"])
            raise RefusedError(phrase, item.reason)
        return item

    def changed(
        self,
        native_id: str,
        appeal_id: str,
        change: tuple[str, str],
        record: Record,
        done: Collection[str],
    ) -> Iterator[Event]:
        """Yield the events of a status change at the time in the field ``created_at``.

        ``change`` is the old and the new status. A change from a paused status to another meaning
        ends the pause. A change from a status in ``done`` to a status outside of ``done`` reopens
        the appeal. Raises RefusedError.
        """
        was, now = change
        before = self.meaning(was, "status") if was else IGNORED
        after = self.meaning(now, "status")
        steps = [("", after)] if after != before else []
        if was in done and now not in done:
            steps.insert(0, ("/again", Meaning(EventType.REOPENED)))
        if before.type == EventType.PAUSED != after.type:
            steps.insert(0, ("/end", Meaning(EventType.RESUMED)))
        for step, meaning in steps:
            yield from self.event(native_id + step, appeal_id, meaning, record, "created_at")

    def claim(
        self,
        appeal_id: str,
        due_at: datetime | None,
        verdict: Theirs | None = None,
    ) -> None:
        """Record the due time and verdict that the service desk gave an appeal, if any."""
        if due_at is not None or verdict is not None:
            self._claims.append(Claim(appeal_id, due_at, verdict))

    def mapped(self, make: Callable[[Record], Iterable[Event]], record: Record, line: int) -> Item:
        """Call ``make`` to map a record to events; return a Fault if the record is rejected.

        A rejected record leaves no claims. A record whose reply precedes its posting is rejected.
        """
        count = len(self._claims)
        try:
            events = tuple(make(record))
            _check_order(events)
        except RefusedError as refused:
            del self._claims[count:]
            return Fault(line, refused.reason, refused.detail, text_of(record))
        return events


def list_of(value: object, field: str) -> list[Any]:
    """Return the list in a field. Raises RefusedError if it is no list, or is too long."""
    if not isinstance(value, list):
        raise RefusedError(say("not_a_list", field=field), "malformed")
    if len(value) > _MOST_PARTS:
        detail = say("too_many_parts", field=field, count=len(value), most=_MOST_PARTS)
        raise RefusedError(detail, "malformed")
    return value


def objects_of(value: object, field: str) -> list[Record]:
    """Return the list of objects in a field. Raises RefusedError if it is not one."""
    found = list_of(value, field)
    if not all(isinstance(one, dict) for one in found):
        raise RefusedError(say("not_a_list", field=field), "malformed")
    return found


def id_prefix(platform: str, layout: Layout) -> str:
    """Return the prefix of the event ids of a platform."""
    return f"{platform}/{layout.source}/" if layout.source else f"{platform}/"


def _check_order(events: tuple[Event, ...]) -> None:
    """Raise RefusedError if the reply precedes the posting, which wrong system clocks cause."""
    if not events or events[0].type != EventType.CREATED:
        return
    posted = events[0].occurred_at
    for event in events:
        if event.type == EventType.REPLIED and event.occurred_at < posted:
            answered = shown(event.occurred_at.isoformat())
            detail = say("answered_before", answered=answered, posted=shown(posted.isoformat()))
            raise RefusedError(detail, "reply_before_post")


def text_of(record: object) -> str:
    """Return a record as one line of text, shortened."""
    return clip(dumps(record, ensure_ascii=False, default=str)[: 1 << 16])


def require_appeals(layout: Layout, name: str, format: str) -> None:
    """Raise SourceError unless ``layout.kind`` is ``appeals``, as ``format`` requires."""
    if layout.kind != "appeals":
        raise SourceError(say("kind_appeals", name=name, format=format), name=name)
