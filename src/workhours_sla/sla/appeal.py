"""Read the events of one appeal: its cycles, replies, pauses and attributes, without any target.

These rules do not depend on a target:

- The first ``created`` creates the appeal. A later ``created`` is an edit. An appeal that was never
  created has no clock, and its events are quarantined. A reply or a closing that occurred before
  the first ``created`` is quarantined too.
- A ``reopened`` begins a new cycle if the current cycle has a reply that counts or a ``closed``.
- A reply counts if its author is an official or unknown. The last review of a reply decides whether
  the reply is substantive; without a review the reply's own ``substantive`` decides.
- The citizen's ``deleted`` withdraws the appeal unless a ``restored`` follows.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.corrected_events import corrected_records
from workhours_sla.sla.event import TYPE_RANK, Attributes, Event, EventType
from workhours_sla.sla.event_record import (
    AGENCY_ID,
    APPEAL_ID,
    AUTHOR_ROLE,
    EVENT_ID,
    OCCURRED_AT,
    RANK,
    REFERS_TO,
    SUBSTANTIVE,
    Record,
    as_list,
    attributes_of,
    event_of,
    order_of,
    record_of,
    with_item,
)
from workhours_sla.sla.pauses import PauseLine
from workhours_sla.sla.target import OnReopen
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.schedule import Schedule

INTERIM = "interim"
"""The ``reason`` of an interim reply, which is not yet the answer."""

_CREATED, _REPLIED, _PAUSED, _RESUMED = (
    TYPE_RANK[EventType.CREATED],
    TYPE_RANK[EventType.REPLIED],
    TYPE_RANK[EventType.PAUSED],
    TYPE_RANK[EventType.RESUMED],
)
_CLOSED, _REOPENED, _TRANSFERRED = (
    TYPE_RANK[EventType.CLOSED],
    TYPE_RANK[EventType.REOPENED],
    TYPE_RANK[EventType.TRANSFERRED],
)
_DELETED, _RESTORED, _REVIEW = (
    TYPE_RANK[EventType.DELETED],
    TYPE_RANK[EventType.RESTORED],
    TYPE_RANK[EventType.REVIEW],
)
_DUPLICATE_OF = TYPE_RANK[EventType.DUPLICATE_OF]
_ANSWERS = (_REPLIED, _CLOSED)
_BEYOND_CYCLE = (_REOPENED, _DUPLICATE_OF, _REVIEW)
"""Types of events that affect more than the current cycle."""
_NAMES_HOLDER = (TYPE_RANK[EventType.ASSIGNED], _TRANSFERRED)
_NO_ATTRIBUTES = Attributes()
_NO_CYCLES: Final[list[Cycle]] = []
"""The cycles of an appeal that was never created. Shared; never changed."""
_NOT_JUDGED: Final[dict[str, bool]] = {}
"""The verdicts of an appeal without reviews: an empty mapping that all such appeals share."""

_Given = tuple[str | None, ...]
"""The attributes that an event sets, in the order of the class Attributes."""


@public()
class Quarantined(NamedTuple):
    """An event that was rejected, with the reason.

    ``reason`` is ``future_time``, ``conflicting_id``, ``no_appeal`` or ``reply_before_post``.

    >>> from datetime import UTC
    >>> from workhours_sla import Policy, Schedule, Target, evaluate, working_hours
    >>> target = Target("first reply", working_hours(4), Schedule("RU-VGG", "Mo-Fr 09:00-18:00"))
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> reply = Event("1", "A-1", "replied", noon, noon)
    >>> evaluate([reply], Policy([target]), as_of=noon).quarantine[0].reason
    'no_appeal'
    """

    event: Event
    reason: str


class Cycle:
    """One cycle of an appeal, with its events as records; mutable.

    The first cycle begins with the posting, and each later cycle with a reopening. A cycle ends
    when the next cycle begins.
    """

    __slots__ = (
        "_open_from",
        "_pause_lines",
        "closed_at",
        "deleted",
        "holder_before",
        "not_judged",
        "number",
        "opened",
        "pauses",
        "records",
        "replies",
        "substantive_replies",
    )

    def __init__(self, number: int, opened: Record, holder_before: str | None = None) -> None:
        self.number: int = number
        self.opened: Record = opened
        self.holder_before: str | None = holder_before
        """The agency that had the appeal when the cycle began."""
        self.records: Sequence[Record] = ()
        self.replies: Sequence[Record] = ()
        """Replies by officials or by unknown authors."""
        self.substantive_replies: Sequence[Record] = ()
        """The replies that their author or a review judged substantive."""
        self.not_judged: Sequence[Record] = ()
        """The replies that neither their author nor a review has judged."""
        self.pauses: Sequence[tuple[datetime, datetime | None]] = ()
        """The pauses, each from a ``paused`` to the next ``resumed``. They may overlap."""
        self._open_from = 0
        """The number of closed pauses. All later pauses are open."""
        self._pause_lines: dict[tuple[Budget, Schedule] | None, PauseLine] | None = None
        """Keyed by the cap and its schedule, or by None without a cap."""
        self.closed_at: datetime | None = None
        self.deleted: Record | None = None
        """The citizen's deletion of the appeal, unless it was restored."""

    @property
    def events(self) -> list[Event]:
        """The events of the cycle, in order."""
        return list(map(event_of, self.records))

    def add(self, record: Record, judged: Mapping[str, bool]) -> None:
        """Add the next event of the cycle. Events must be added in order.

        ``judged`` has the verdicts of the reviews so far, keyed by the id of the reply.
        """
        kind = record[RANK]
        self.records = with_item(self.records, record)
        if kind == _REPLIED:
            role = record[AUTHOR_ROLE]
            if role is None or role == "official":
                self._add_reply(record, judged)
        elif kind == _PAUSED:
            self.pauses = with_item(self.pauses, (record[OCCURRED_AT], None))
        elif kind == _RESUMED:
            self._resume(record[OCCURRED_AT])
        elif kind == _CLOSED:
            if self.closed_at is None:
                self.closed_at = record[OCCURRED_AT]
        elif kind == _DELETED:
            if record[AUTHOR_ROLE] == "citizen" and self.deleted is None:
                self.deleted = record
        elif kind == _RESTORED:
            self.deleted = None

    def _add_reply(self, reply: Record, judged: Mapping[str, bool]) -> None:
        self.replies = with_item(self.replies, reply)
        verdict = judged.get(reply[EVENT_ID], reply[SUBSTANTIVE])
        if verdict is None:
            self.not_judged = with_item(self.not_judged, reply)
        elif verdict:
            self.substantive_replies = with_item(self.substantive_replies, reply)

    def _resume(self, until: datetime) -> None:
        """End all open pauses at ``until``."""
        if self._open_from == len(self.pauses):
            return
        pauses = as_list(self.pauses)
        for place in range(self._open_from, len(pauses)):
            pauses[place] = pauses[place][0], until
        self.pauses, self._open_from = pauses, len(pauses)

    def judge(self, reply: Record, verdict: bool) -> None:  # noqa: FBT001
        """Record whether a review found a reply substantive."""
        self.not_judged = _without(self.not_judged, reply)
        self.substantive_replies = _without(self.substantive_replies, reply)
        if verdict:
            substantive = as_list(self.substantive_replies)
            insort(substantive, reply, key=order_of)
            self.substantive_replies = substantive

    def pause_line(self, cap: Budget | None, schedule: Schedule) -> PauseLine:
        """Return the pauses of the cycle. Each pause ends when ``cap`` is used up, or earlier.

        ``cap`` is a budget that is counted on ``schedule``; None does not shorten any pause. Raises
        CalendarCoverageError if the instant at which ``cap`` is used up depends on an uncertain
        date.
        """
        key = None if cap is None else (cap, schedule)
        if self._pause_lines is None:
            self._pause_lines = {}
        line = self._pause_lines.get(key)
        if line is None:
            line = self._pause_lines[key] = PauseLine(cap, schedule)
        line.extend(self.pauses)
        return line

    @property
    def pause_left_open(self) -> bool:
        """Whether a pause never ended although later events show work on the appeal."""
        if self._open_from == len(self.pauses):
            return False
        since = self.pauses[self._open_from][0]
        return any(
            record[OCCURRED_AT] > since
            and (
                record[RANK] == _TRANSFERRED
                or (record[RANK] in _ANSWERS and record[AUTHOR_ROLE] in (None, "official"))
            )
            for record in self.records
        )

    @property
    def can_reopen(self) -> bool:
        """Whether the cycle has a reply or a closing, so that a reopening begins a new cycle."""
        return bool(self.replies) or self.closed_at is not None


class _Replies:
    """The replies that an appeal had at its last review, each with its cycle; mutable."""

    __slots__ = ("_count", "_cycle", "by_id", "last")

    def __init__(self) -> None:
        self.by_id: dict[str, list[tuple[Cycle, Record]]] = {}
        """Keyed by event id. An id has several replies only if its copies were not deduplicated."""
        self.last: str | None = None
        """The id of the last reply."""
        self._cycle = self._count = 0

    def extend(self, cycles: Sequence[Cycle]) -> None:
        """Add the replies that ``cycles`` did not have at the previous call.

        Of the cycles of the previous call, only the last one may have new replies.
        """
        for cycle in cycles[self._cycle :]:
            for reply in cycle.replies[self._count :]:
                self.by_id.setdefault(reply[EVENT_ID], []).append((cycle, reply))
                self.last = reply[EVENT_ID]
            self._cycle, self._count = cycle.number + 1, 0
        self._cycle, self._count = cycles[-1].number, len(cycles[-1].replies)


class Appeal:
    """An appeal, which is built by adding its events in order; mutable.

    ``created`` is the event that created the appeal, None before that event is added. Until then,
    all other events are kept in quarantine. An event that corrects another event cannot be added:
    build the appeal again with ``read_appeal`` instead.
    """

    __slots__ = (
        "_given",
        "_replies",
        "_whole",
        "attributes",
        "changes",
        "created",
        "cycles",
        "excluded_at",
        "initial",
        "judged",
        "rejected",
    )

    def __init__(self) -> None:
        self.created: Record | None = None
        self.attributes: Attributes = _NO_ATTRIBUTES
        self.cycles: list[Cycle] = _NO_CYCLES
        self.excluded_at: datetime | None = None
        self.judged: dict[str, bool] = _NOT_JUDGED
        """Maps the id of a reply to whether its last review found the reply substantive."""
        self.initial: Attributes = _NO_ATTRIBUTES
        """The attributes when the appeal was created."""
        self.changes: Sequence[tuple[datetime, Attributes]] = ()
        """The later changes of attributes, as pairs of instant and new attributes."""
        self.rejected: Sequence[tuple[Record, str]] = ()
        """The events that cannot be true, each with the reason.

        These are all events of an appeal that was never created.
        """
        self._given: _Given | None = None
        self._replies: _Replies | None = None
        """None until the first review."""
        self._whole: Cycle | None = None

    @property
    def opened(self) -> Record:
        """The event that created the appeal, which must exist."""
        assert self.created is not None  # noqa: S101 - callers have checked
        return self.created

    @property
    def appeal_id(self) -> str:
        """The id of the appeal, which must have been created."""
        appeal_id: str = self.opened[APPEAL_ID]
        return appeal_id

    @property
    def posted_at(self) -> datetime:
        """When the appeal was created, which it must have been."""
        posted_at: datetime = self.opened[OCCURRED_AT]
        return posted_at

    @property
    def quarantine(self) -> list[Quarantined]:
        """The events that cannot be true; every event of an appeal that was never created."""
        return [Quarantined(event_of(record), reason) for record, reason in self.rejected]

    @property
    def whole(self) -> Cycle:
        """One cycle that has the events of all cycles."""
        if len(self.cycles) == 1:
            return self.cycles[0]
        if self._whole is None:
            self._whole = Cycle(0, self.opened)
            for cycle in self.cycles:
                for record in cycle.records:
                    self._whole.add(record, self.judged)
        return self._whole

    def cycles_for(self, on_reopen: OnReopen) -> Sequence[Cycle]:
        """Return the cycles that a target with the option ``on_reopen`` measures.

        With ``ignore``, this is one cycle that has the events of all cycles.
        """
        return (self.whole,) if on_reopen == "ignore" else self.cycles

    def add(self, record: Record) -> None:
        """Add the next event. Events must be added in order."""
        created, kind = self.created, record[RANK]
        if created is None:
            self._add_uncreated(record)
            return
        if kind in _ANSWERS and record[OCCURRED_AT] < created[OCCURRED_AT]:
            self.rejected = with_item(self.rejected, (record, "reply_before_post"))
            return
        given = attributes_of(record)
        if given != self._given:
            self._set_attributes(record[OCCURRED_AT], given)
        cycle = self.cycles[-1]
        if kind in _BEYOND_CYCLE:
            cycle = self._add_beyond_cycle(cycle, record)
        cycle.add(record, self.judged)
        if self._whole is not None:
            self._whole.add(record, self.judged)

    def _add_beyond_cycle(self, cycle: Cycle, record: Record) -> Cycle:
        """Apply a review, a reopening or a duplicate. Return the cycle that receives the event."""
        kind = record[RANK]
        if kind == _REVIEW:
            self._review(record)
        elif kind == _DUPLICATE_OF:
            self.excluded_at = self.excluded_at or record[OCCURRED_AT]
        elif cycle.can_reopen:
            return self._reopen(cycle, record)
        return cycle

    def _reopen(self, before: Cycle, record: Record) -> Cycle:
        """Begin a new cycle with a reopening, and return the cycle."""
        holder = before.holder_before
        for earlier in before.records:
            holder = self.new_holder(earlier) or holder
        cycle = Cycle(len(self.cycles), record, holder)
        self.cycles.append(cycle)
        return cycle

    def _review(self, review: Record) -> None:
        """Apply a review to the reply that it names, or to the last reply if it names none."""
        verdict = review[SUBSTANTIVE]
        if self._replies is None:
            self._replies = _Replies()
        replies = self._replies
        replies.extend(self.cycles)
        refers_to = review[REFERS_TO]
        about = replies.last if refers_to is None else refers_to
        if verdict is None or about is None:
            return
        if self.judged is _NOT_JUDGED:
            self.judged = {}
        self.judged[about] = verdict
        for cycle, reply in replies.by_id.get(about, ()):
            cycle.judge(reply, verdict)
            if self._whole is not None:
                self._whole.judge(reply, verdict)

    def _add_uncreated(self, record: Record) -> None:
        """Add an event to an appeal that was not created yet."""
        if record[RANK] != _CREATED:
            self.rejected = with_item(self.rejected, (record, "no_appeal"))
            return
        self.created = record
        self.cycles = [Cycle(0, record)]
        earlier, self.rejected = self.rejected, ()
        for waiting, _ in earlier:
            self.add(waiting)
        self.add(record)
        self.initial, self.changes = self.attributes, ()

    def new_holder(self, record: Record) -> str | None:
        """Return the agency to which an event gives the appeal, None if it names no agency."""
        names = record[RANK] in _NAMES_HOLDER or record is self.created
        return record[AGENCY_ID] if names else None

    def _set_attributes(self, at: datetime, given: _Given) -> None:
        self._given = given
        attributes = self.attributes
        if attributes is _NO_ATTRIBUTES:
            self.attributes = _attributes(given)
        elif any(
            new is not None and new != old for new, old in zip(given, attributes, strict=True)
        ):
            pairs = zip(given, attributes, strict=True)
            self.attributes = _attributes(
                tuple([old if new is None else new for new, old in pairs])
            )
        if self.attributes != attributes:
            self.changes = with_item(self.changes, (at, self.attributes))


@lru_cache(maxsize=4096)
def _attributes(given: _Given) -> Attributes:
    """Return the attributes as an object. Calls with equal attributes return the same object."""
    return Attributes._make(given)


def _without(replies: Sequence[Record], reply: Record) -> Sequence[Record]:
    """Remove a reply, if it is there, and return the replies."""
    order = order_of(reply)
    place = bisect_left(replies, order, key=order_of)
    while place < len(replies) and order_of(replies[place]) == order:
        replies = as_list(replies)
        del replies[place]
    return replies


def read_appeal(events: Sequence[Event]) -> Appeal:
    """Return the appeal that its sorted events describe. Corrections are applied first."""
    return appeal_of(list(map(record_of, events)))


def appeal_of(records: Sequence[Record]) -> Appeal:
    """Return the appeal that its sorted records describe. Corrections are applied first."""
    appeal = Appeal()
    for record in corrected_records(records):
        appeal.add(record)
    if appeal.created is None:  # quarantine the events as they arrived, not as corrected
        appeal.rejected = [(record, "no_appeal") for record in records]
    return appeal
