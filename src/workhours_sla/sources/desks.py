"""Exports of service desks: Zendesk, Zammad, Jira and ServiceNow.

A desk is a table of what its words mean, and a method that yields the events of one record.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from pathlib import PurePath
from typing import Any, ClassVar, Final

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Attributes, Claim, Event, EventType, Theirs
from workhours_sla.sources.delimited import named_rows
from workhours_sla.sources.json_documents import lists_under
from workhours_sla.sources.json_rows import items_of
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper, unknown_value
from workhours_sla.sources.opened import MARKS_AND_BLANKS, OpenedFile
from workhours_sla.sources.rows import Fault, Item, Record, RefusedError, item_of
from workhours_sla.sources.values import plain_text
from workhours_sla.text.messages import say


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    return items_in(DESKS[options.format or ""], opened, layout, options)


def items_in(
    make: type[Desk], opened: OpenedFile, layout: Layout, options: Input
) -> Iterator[Item]:
    desk = make(opened.name, layout, options, opened.claims)
    rows = desk.rows(opened, opened.chunks.peek().lstrip(MARKS_AND_BLANKS)[:1])
    if rows is None:
        yield from items_of(opened, lists_under(*desk.keys), desk, options, desk.marks)
    for line, row in enumerate(rows or (), 1):
        yield row._replace(line=line) if isinstance(row, Fault) else item_of(desk, row, line)
    desk.check_metric()


class Desk:
    """A service desk.

    ``words`` maps its statuses and actions to event types, ``""`` if they are ignored; a reason may
    follow, as in ``type:reason``. Every record has one of the keys ``marks``. A change from a
    status in ``done`` to another reopens an appeal.
    """

    name: ClassVar[str]
    keys: ClassVar[Sequence[str]] = ()
    marks: ClassVar[Sequence[str]] = ()
    words: ClassVar[Mapping[str, str]] = {}
    fields: ClassVar[Mapping[str, Sequence[str]]] = {}
    done: ClassVar[Collection[str]] = ()
    metric: ClassVar[str | None] = None
    """The metric that is read by default; None for the only one of the file."""
    metrics: ClassVar[Sequence[str]] = ()  # that it may be, if they are not those of the file
    kind: ClassVar[str | None] = None  # the ``kind`` that the configuration must have
    dates_to_receipt: ClassVar[bool] = False

    def __init__(self, name: str, layout: Layout, options: Input, claims: list[Claim]) -> None:
        if self.kind not in (None, layout.kind):
            raise SourceError(say("kind_appeals", name=name, format=self.name), name=name)
        self.file = name
        self.wanted: str | None = options.metric or self.metric
        self.options = options
        self.layout = layout
        self._metrics: dict[str, None] = {}
        self._claims = claims
        values = {**layout.values}
        self._words = (
            {**self.words}
            | {word.strip(): str(kind) for word, kind in values.pop("type", {}).items()}
            | dict.fromkeys(map(str.strip, layout.ignore.get("type", ())), "")
        )
        unread = dict.fromkeys(CLAIM_COLUMNS, "")
        self._mapper = Mapper(replace(layout, kind="events", columns=unread, values=values))
        self.check_metric()

    def rows(self, opened: OpenedFile, begins: bytes) -> Iterator[Record | Fault] | None:
        return None

    def events(self, record: Record) -> Iterator[Event]:
        raise NotImplementedError

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        count = len(self._claims)
        try:
            events = tuple(self.events(record))
            _check_order(events)
        except RefusedError:
            del self._claims[count:]
            raise
        return events

    def kept(self, record: Record) -> Record:
        ids = {name: record.get(name) for name in ("id", *self.marks)}
        return {
            name: value for name, value in ids.items() if isinstance(value, str | int)
        } | self.about(record)

    # -- metrics -----------------------------------------------------------------------------

    def takes(self, metric: str) -> bool:
        """Whether to read a metric. Raises SourceError if there are several and none is chosen."""
        self._metrics[metric] = None
        first = next(iter(self._metrics))
        if self.wanted is None and metric != first:
            msg = say("several_metrics", first=shown(first), second=shown(metric))
            raise SourceError(msg)
        return metric == (self.wanted or first)

    def check_metric(self) -> None:
        """Raise SourceError if the metric to read is not known."""
        known = self.metrics or self._metrics
        if self.wanted is not None and known and self.wanted not in known:
            names = ", ".join(self.metrics or map(shown, known))
            msg = say("metric_unknown", name=self.file, metric=shown(self.wanted), names=names)
            raise SourceError(msg)

    # -- values ------------------------------------------------------------------------------

    def meaning(self, word: str, field: str) -> str:
        """Return the meaning of a word, regardless of upper case. Raises RefusedError."""
        found = self._words.get(word, self._words.get(word.lower()))
        if found is None:
            detail = say("word_unknown", field=field, word=shown(word), types=", ".join(EventType))
            raise RefusedError(detail, "unknown_type")
        return found

    def time(self, record: Record, field: str) -> datetime | None:
        text = text_in(record, field)
        try:
            return None if text is None else self._mapper.instants.read(text)
        except RefusedError as refused:
            detail = say("at_column", column=field, detail=refused.detail)
            raise RefusedError(detail, refused.reason) from None

    def about(self, record: Record) -> dict[str, object]:
        found: dict[str, object] = {}
        for name in Attributes._fields:
            own = self.layout.columns.get(name) is None
            fields = self.fields.get(name, ()) if own else self.layout.names(name)
            filled = [record[field] for field in fields if record.get(field) not in (None, "")]
            if filled:
                found[name] = filled[0]
        return found

    def needed_time(self, record: Record, field: str, named: str = "") -> datetime:
        when = self.time(record, field)
        if when is None:
            raise RefusedError(say("value_empty", named=named or field), "missing_value")
        return when

    def in_order(
        self, records: Iterable[Record], field: str, named: str
    ) -> list[tuple[datetime, Record]]:
        """Return records by the time in a field, which each must have. Raises RefusedError."""
        timed = [(self.needed_time(record, field, named), record) for record in records]
        return sorted(timed, key=itemgetter(0))

    # -- events ------------------------------------------------------------------------------

    def event(
        self, own_id: str, appeal: str, word: str, record: Record, field: str, **facts: object
    ) -> Iterator[Event]:
        """Yield the event that a meaning names, at the time in a field. Raises RefusedError."""
        kind, _, reason = word.partition(":")
        if not kind:
            return
        self.needed_time(record, field)  # an error names the field of the desk
        row: dict[str, object] = {
            "event_id": "/".join(filter(None, (self.name, self.layout.source, own_id))),
            "appeal_id": appeal,
            "type": kind,
            "occurred_at": text_in(record, field),
            "reason": reason,
            "author_role": "official" if kind == EventType.REPLIED else None,
        }
        yield from self._mapper({**row, **facts})

    def changed(
        self, own_id: str, appeal: str, was: str, now: str, record: Record
    ) -> Iterator[Event]:
        """Yield the events of a change of a status at ``created_at``. Raises RefusedError."""
        before = self.meaning(was, "status") if was else ""
        after = self.meaning(now, "status")
        for step, kind, applies in (
            ("/end", "resumed", before == EventType.PAUSED != after),
            ("/again", "reopened", was in self.done and now not in self.done),
            ("", after, after != before),
        ):
            if applies:
                yield from self.event(own_id + step, appeal, kind, record, "created_at")

    def measured(
        self,
        ids: tuple[str, str],
        record: Record,
        fields: tuple[str, str, str],
        breached: object,
    ) -> Iterator[Event]:
        """Yield the posting and the answer of an SLA, and claim its due time and verdict."""
        (own_id, appeal), (start, stop, due) = ids, fields
        about = self.about(record)
        yield from self.event(f"{own_id}/start", appeal, "created", record, start, **about)
        is_stopped = text_in(record, stop) is not None
        if is_stopped:
            yield from self.event(f"{own_id}/stop", appeal, "replied", record, stop, **about)
        met: Theirs | None = "met" if breached is False and is_stopped else None
        self.claim(appeal, self.time(record, due), "breached" if breached is True else met)

    def claim(self, appeal: str, due_at: datetime | None, verdict: Theirs | None = None) -> None:
        if due_at is not None or verdict is not None:
            self._claims.append(Claim(appeal, due_at, verdict))


class Zendesk(Desk):
    name = "zendesk"
    keys: ClassVar[Sequence[str]] = ("ticket_metric_events", "ticket_audits", "audits")
    marks: ClassVar[Sequence[str]] = ("ticket_id",)
    metric: ClassVar[str | None] = "reply_time"
    done: ClassVar[Collection[str]] = ("solved", "closed")
    words: ClassVar[Mapping[str, str]] = {
        "activate": "created",
        "fulfill": "replied",
        "pause": "paused",
        **dict.fromkeys(("breach", "apply_sla", "apply_group_sla", "update_status"), ""),
        **dict.fromkeys(("new", "open", "hold", "closed", "deleted"), ""),
        "pending": "paused",
        "solved": "closed",
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._paused: set[tuple[str, str]] = set()

    def events(self, record: Record) -> Iterator[Event]:
        appeal, own_id = id_in(record, "ticket_id"), id_in(record, "id")
        if "metric" not in record and "events" in record:
            yield from self._audit(record, appeal, f"{appeal}/audit/{own_id}")
            return
        word = id_in(record, "type")
        if not self.takes(id_in(record, "metric")):
            return
        instance = text_in(record, "instance_id") or "1"
        kind = self.meaning(word, "type")
        if word == "breach" and record.get("deleted") is not True and instance == "1":
            self.claim(appeal, self.time(record, "time"), "breached")
        elif word == "pause":
            self._paused.add((appeal, instance))
        elif word == "activate":
            if (appeal, instance) in self._paused:
                self._paused.remove((appeal, instance))
                kind = "resumed"
            elif instance != "1" and kind == EventType.CREATED:
                kind = "citizen_message"
        yield from self.event(
            f"{appeal}/{own_id}", appeal, kind, record, "time", **self.about(record)
        )

    def _audit(self, record: Record, appeal: str, own_id: str) -> Iterator[Event]:
        for change in objects_in(record, "events"):
            step, field = change.get("type"), change.get("field_name")
            now = text_in(change, "value")
            if step not in ("Create", "Change"):
                continue
            if field == "group_id" and now is not None:
                kind, at = "assigned" if step == "Create" else "transferred", "created_at"
                yield from self.event(f"{own_id}/group", appeal, kind, record, at, agency_id=now)
            elif field == "status":
                was = text_in(change, "previous_value") or ""
                yield from self.changed(f"{own_id}/status", appeal, was, now or "", record)


class Zammad(Desk):
    name = "zammad"
    keys: ClassVar[Sequence[str]] = ("tickets", "history", "articles", "ticket_articles")
    marks: ClassVar[Sequence[str]] = ("id", "created_at")
    metric: ClassVar[str | None] = "first_response"
    done: ClassVar[Collection[str]] = ("closed", "merged")
    fields: ClassVar[Mapping[str, Sequence[str]]] = {
        "agency_id": ("group", "group_id"),
        "importance": ("priority", "priority_id"),
    }
    words: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("new", "open", "removed"), ""),
        **dict.fromkeys(("pending reminder", "pending close"), "paused"),
        "closed": "closed",
        "merged": "duplicate_of",
    }
    metrics: ClassVar[Sequence[str]] = ("first_response", "update", "close")
    _times = (("first_response", "replied"), ("close", "closed"))
    _senders: ClassVar = {"1": "agent", "2": "customer", "3": "system"}
    """The ids that every installation uses."""
    _note = ("note", "10")

    def events(self, record: Record) -> Iterator[Event]:
        if "ticket_id" in record:
            return self._article(record)
        return self._entry(record) if "o_id" in record else self._ticket(record)

    def _ticket(self, record: Record) -> Iterator[Event]:
        appeal, about = id_in(record, "id"), self.about(record)
        yield from self.event(f"{appeal}/created", appeal, "created", record, "created_at", **about)
        for word, kind in self._times:
            if text_in(record, f"{word}_at") is not None:
                own_id, field = f"{appeal}/{word}", f"{word}_at"
                yield from self.event(own_id, appeal, kind, record, field, **about)
        began = self.time(record, "created_at")
        for article in objects_in(record, "articles"):
            yield from self._article({**article, "ticket_id": appeal}, began)
        left = record.get(f"{self.wanted}_diff_in_min")
        verdict: Theirs | None = None
        if isinstance(left, int) and not isinstance(left, bool):
            verdict = "met" if left >= 0 else "breached"
        self.claim(appeal, self.time(record, f"{self.wanted}_escalation_at"), verdict)

    def _article(self, record: Record, began: datetime | None = None) -> Iterator[Event]:
        """Yield the event of an article; the first one of a ticket, at ``began``, has none."""
        appeal = id_in(record, "ticket_id")
        own_id = f"{appeal}/article/{id_in(record, 'id')}"
        sender = text_in(record, "sender") or text_in(record, "sender_id") or ""
        sender = self._senders.get(sender, sender.lower())
        kind = text_in(record, "type") or text_in(record, "type_id") or ""
        if sender not in self._senders.values():
            raise unknown_value(sender, "sender", "Agent, Customer, System")
        when = self.time(record, "created_at")
        if record.get("internal") is True:
            return
        if sender == "agent" and kind.lower() not in self._note:
            yield from self.event(own_id, appeal, "replied", record, "created_at")
        elif sender == "customer" and when != began:
            word, role = "citizen_message", "citizen"
            yield from self.event(own_id, appeal, word, record, "created_at", author_role=role)

    def _entry(self, record: Record) -> Iterator[Event]:
        appeal = id_in(record, "o_id")
        own_id = f"{appeal}/history/{id_in(record, 'id')}"
        attribute, now = text_in(record, "attribute"), text_in(record, "value_to") or ""
        if text_in(record, "object") != "Ticket":
            return
        at = "created_at"
        if text_in(record, "type") == "created":
            yield from self.event(own_id, appeal, "created", record, at)
        elif attribute == "first_response_at" and now:
            yield from self.event(own_id, appeal, "replied", record, "value_to")
        elif attribute == "group" and now:
            yield from self.event(own_id, appeal, "transferred", record, at, agency_id=now)
        elif attribute == "state":
            was = text_in(record, "value_from") or ""
            yield from self.changed(own_id, appeal, was, now, record)


class Jira(Desk):
    """SLA records of requests in Jira Service Management: the start and stop of each cycle."""

    name = "jira"
    marks: ClassVar[Sequence[str]] = ("values",)
    kind: ClassVar[str | None] = "appeals"
    _times = ("startTime", "stopTime", "breachTime")
    _in_link = re.compile(r"/request/([^/?#]+)/sla")

    def events(self, record: Record) -> Iterator[Event]:
        for sla in objects_in(record, "values", needed=True):
            name = id_in(sla, "name")
            if self.takes(name):
                key = self._key_of(record, sla)
                cycles = self.in_order(_cycles_of(sla), "startTime", "startTime")
                for number, (_, cycle) in enumerate(cycles, 1):
                    appeal = key if number == 1 else f"{key}#{number}"
                    if cycle.get("paused") is True:
                        raise unknown_pauses(appeal)
                    ids = (f"{key}/{name}/{number}", appeal)
                    yield from self.measured(ids, cycle, self._times, cycle.get("breached"))

    def _key_of(self, record: Record, sla: Record) -> str:
        """Return the key of the request: its own, that of a link, or the name of the file."""
        if "issueKey" in record:
            return id_in(record, "issueKey")
        for one in (sla, record):
            links = one.get("_links")
            link = links.get("self") if isinstance(links, dict) else None
            if isinstance(link, str) and (found := self._in_link.search(link)):
                return found[1]
        return PurePath(self.file).stem or id_in(record, "issueKey")


def _cycles_of(sla: Record) -> list[Record]:
    """Return the cycles of an SLA; of a time with several forms, only the text of the first."""
    ongoing = sla.get("ongoingCycle")
    if not isinstance(ongoing, dict | None):
        raise RefusedError(say("not_an_object"))
    cycles = [*objects_in(sla, "completedCycles"), *([] if ongoing is None else [ongoing])]
    return [{name: _time_of(value) for name, value in cycle.items()} for cycle in cycles]


def _time_of(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in ("iso8601", "jira") if value.get(name) is not None), None)


class ServiceNow(Desk):
    """SLAs of the table ``task_sla``, as CSV or JSON: the start and the end of each."""

    name = "servicenow"
    keys: ClassVar[Sequence[str]] = ("result", "records")
    marks: ClassVar[Sequence[str]] = ("start_time",)
    kind: ClassVar[str | None] = "appeals"
    _numbers = ("task.number", "task", "number")
    _stages = ("starting", "in_progress", "breached", "paused", "completed", "achieved")
    _cancelled = ("cancelled", "canceled")
    _pauses = ("pause_duration", "business_pause_duration")
    _no_time = re.compile(r"(1970-01-01[ T])?0{1,2}:00:00(\.0+)?|0( seconds?)?", re.IGNORECASE)
    """A duration of zero, which may be written as a time of day at the start of 1970."""
    _flags: ClassVar = {"true": True, "1": True, "false": False, "0": False}

    def rows(self, opened: OpenedFile, begins: bytes) -> Iterator[Record | Fault] | None:
        if begins in (b"{", b"["):
            return None
        return named_rows(opened, self.options, "start_time", whole_rows=self.layout.whole_rows)

    def events(self, record: Record) -> Iterator[Event]:
        row = {name: _displayed(value) for name, value in record.items()}
        is_named = bool(self.layout.columns.get("appeal_id"))
        numbers = self.layout.names("appeal_id") if is_named else self._numbers
        appeal = id_in(row, next((one for one in numbers if row.get(one)), numbers[0]))
        name = next((one for one in ("sla.name", "sla") if one in row), None)
        if name is not None and not self.takes(id_in(row, name)):
            return
        stage = (text_in(row, "stage") or "").lower().replace(" ", "_")
        if stage in self._cancelled:
            return
        if stage and stage not in self._stages:
            names = ", ".join((*self._stages, *self._cancelled))
            raise unknown_value(stage, "stage", names)
        paused = [text for one in self._pauses if (text := text_in(row, one)) is not None]
        if stage == "paused" or not all(map(self._no_time.fullmatch, paused)):
            raise unknown_pauses(appeal)
        due = "planned_end_time" if row.get("planned_end_time") else "original_breach_time"
        breached = self._flags.get((text_in(row, "has_breached") or "").lower())
        ids = (text_in(row, "sys_id") or appeal, appeal)
        yield from self.measured(ids, row, ("start_time", "end_time", due), breached)


def _displayed(value: object) -> object:
    return value.get("display_value") or value.get("value") if isinstance(value, dict) else value


DESKS: Final = {desk.name: desk for desk in (Zendesk, Zammad, Jira, ServiceNow)}


def text_in(record: Record, field: str) -> str | None:
    """Return the text in a field, None if the field is empty. Raises RefusedError."""
    value = record.get(field)
    if isinstance(value, str):
        return value.strip() or None
    return None if value is None else plain_text(field, value)


def id_in(record: Record, field: str) -> str:
    """Return the id in a field. Raises RefusedError unless it is a text or a whole number."""
    text = text_in(record, field)
    if text is None:
        cause = "value_empty" if field in record else "value_absent"
        raise RefusedError(say(cause, named=field), "missing_value")
    if isinstance(record[field], bool):
        raise RefusedError(say("value_not_text", canonical=field, what=say("a_structure")))
    return text


def objects_in(record: Record, field: str, *, needed: bool = False) -> list[Record]:
    found = record.get(field) if needed else record.get(field) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RefusedError(say("not_a_list", field=field))
    return found


def unknown_pauses(appeal: str) -> RefusedError:
    return RefusedError(say("pauses_unknown", appeal=shown(appeal)), "unknown_pauses")


def _check_order(events: Sequence[Event]) -> None:
    if not events or events[0].type != EventType.CREATED:
        return
    posted = events[0].occurred_at
    for event in events:
        if event.type == EventType.REPLIED and event.occurred_at < posted:  # by a wrong clock
            answered = shown(event.occurred_at.isoformat())
            detail = say("answered_before", answered=answered, posted=shown(posted.isoformat()))
            raise RefusedError(detail, "reply_before_post")
