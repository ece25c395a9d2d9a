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
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.corrected_events import corrected
from workhours_sla.sla.event import Attributes, Event, EventType
from workhours_sla.sla.pauses import PauseLine
from workhours_sla.sla.target import OnReopen
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.schedule import Schedule

INTERIM = "interim"
"""The ``reason`` of an interim reply, which is not yet the answer."""

_CREATED, _REPLIED, _PAUSED, _RESUMED = (
    EventType.CREATED,
    EventType.REPLIED,
    EventType.PAUSED,
    EventType.RESUMED,
)
_CLOSED, _REOPENED, _TRANSFERRED = EventType.CLOSED, EventType.REOPENED, EventType.TRANSFERRED
_DELETED, _RESTORED, _REVIEW = EventType.DELETED, EventType.RESTORED, EventType.REVIEW
_DUPLICATE_OF = EventType.DUPLICATE_OF
_ANSWERS = (_REPLIED, _CLOSED)
_BEYOND_CYCLE = frozenset({_REOPENED, _DUPLICATE_OF, _REVIEW})
"""The types of events that affect more than the current cycle."""
_NAMES_HOLDER = (EventType.ASSIGNED, _TRANSFERRED)
_NO_ATTRIBUTES = Attributes()
_order = attrgetter("order")
_NOT_JUDGED: Final[dict[str, bool]] = {}
"""The verdicts of an appeal without a review. All such appeals share it; never changed."""

_Given = tuple[str | None, ...]
"""The attributes that an event gives, in the order of the class Attributes."""


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
    """One cycle of an appeal, with its events; mutable.

    The first cycle begins with the posting, and each later cycle with a reopening. A cycle ends
    when the next cycle begins.
    """

    __slots__ = (
        "_open_from",
        "_pause_lines",
        "closed_at",
        "deleted",
        "events",
        "holder_before",
        "not_judged",
        "number",
        "opened",
        "pauses",
        "replies",
        "substantive_replies",
    )

    def __init__(self, number: int, opened: Event, holder_before: str | None = None) -> None:
        self.number: int = number
        self.opened: Event = opened
        self.holder_before: str | None = holder_before
        """The agency that had the appeal when the cycle began."""
        self.events: list[Event] = []
        self.replies: list[Event] = []
        """Replies by officials or by unknown authors."""
        self.substantive_replies: list[Event] = []
        """The replies that their author or a review judged substantive."""
        self.not_judged: list[Event] = []
        """The replies that neither their author nor a review has judged."""
        self.pauses: list[tuple[datetime, datetime | None]] = []
        """The pauses, each from a ``paused`` to the next ``resumed``. They may overlap."""
        self._open_from = 0
        """The number of closed pauses. All later pauses are open."""
        self._pause_lines: dict[tuple[Budget, Schedule] | None, PauseLine] | None = None
        """Keyed by the cap and its schedule, or by None without a cap."""
        self.closed_at: datetime | None = None
        self.deleted: Event | None = None
        """The citizen's deletion of the appeal, unless it was restored."""

    def add(self, event: Event, judged: Mapping[str, bool]) -> None:
        """Add the next event of the cycle. Events must be added in order.

        ``judged`` has the verdicts of the reviews so far, keyed by the id of the reply.
        """
        kind = event.type
        self.events.append(event)
        if kind is _REPLIED:
            if event.author_role is None or event.author_role == "official":
                self._add_reply(event, judged)
        elif kind is _PAUSED:
            self.pauses.append((event.occurred_at, None))
        elif kind is _RESUMED:
            self._resume(event.occurred_at)
        elif kind is _CLOSED:
            if self.closed_at is None:
                self.closed_at = event.occurred_at
        elif kind is _DELETED:
            if event.author_role == "citizen" and self.deleted is None:
                self.deleted = event
        elif kind is _RESTORED:
            self.deleted = None

    def _add_reply(self, reply: Event, judged: Mapping[str, bool]) -> None:
        self.replies.append(reply)
        verdict = judged.get(reply.event_id, reply.substantive)
        if verdict is not False:
            (self.not_judged if verdict is None else self.substantive_replies).append(reply)

    def _resume(self, until: datetime) -> None:
        """End all open pauses at ``until``."""
        pauses = self.pauses
        for place in range(self._open_from, len(pauses)):
            pauses[place] = pauses[place][0], until
        self._open_from = len(pauses)

    def judge(self, reply: Event, verdict: bool) -> None:  # noqa: FBT001
        """Record whether a review found a reply substantive."""
        order = reply.order
        for replies in (self.substantive_replies, self.not_judged):
            place = bisect_left(replies, order, key=_order)
            while place < len(replies) and replies[place].order == order:
                del replies[place]
        if verdict:
            insort(self.substantive_replies, reply, key=_order)

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
            event.occurred_at > since
            and (
                event.type is _TRANSFERRED
                or (event.type in _ANSWERS and event.author_role in (None, "official"))
            )
            for event in self.events
        )

    @property
    def can_reopen(self) -> bool:
        """Whether the cycle has a reply or a closing, so that a reopening begins a new cycle."""
        return bool(self.replies) or self.closed_at is not None


class _Replies:
    """The replies that an appeal had at its last review, each with its cycle; mutable."""

    __slots__ = ("_count", "_cycle", "by_id", "last")

    def __init__(self) -> None:
        self.by_id: dict[str, list[tuple[Cycle, Event]]] = {}
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
                self.by_id.setdefault(reply.event_id, []).append((cycle, reply))
                self.last = reply.event_id
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
        "quarantine",
    )

    def __init__(self) -> None:
        self.created: Event | None = None
        self.attributes: Attributes = _NO_ATTRIBUTES
        self.cycles: list[Cycle] = []
        self.excluded_at: datetime | None = None
        self.judged: dict[str, bool] = _NOT_JUDGED
        """Maps the id of a reply to whether its last review found the reply substantive."""
        self.initial: Attributes = _NO_ATTRIBUTES
        """The attributes when the appeal was created."""
        self.changes: list[tuple[datetime, Attributes]] = []
        """The later changes of attributes, as pairs of instant and new attributes."""
        self.quarantine: list[Quarantined] = []
        """The events that cannot be true; every event of an appeal that was never created."""
        self._given: _Given | None = None
        self._replies: _Replies | None = None
        """None until the first review."""
        self._whole: Cycle | None = None

    @property
    def opened(self) -> Event:
        """The event that created the appeal, which must exist."""
        assert self.created is not None  # noqa: S101 - callers have checked
        return self.created

    @property
    def whole(self) -> Cycle:
        """One cycle that has the events of all cycles."""
        if len(self.cycles) == 1:
            return self.cycles[0]
        if self._whole is None:
            self._whole = Cycle(0, self.opened)
            for cycle in self.cycles:
                for event in cycle.events:
                    self._whole.add(event, self.judged)
        return self._whole

    def cycles_for(self, on_reopen: OnReopen) -> Sequence[Cycle]:
        """Return the cycles that a target with the option ``on_reopen`` measures.

        With ``ignore``, this is one cycle that has the events of all cycles.
        """
        return (self.whole,) if on_reopen == "ignore" else self.cycles

    def add(self, event: Event) -> None:
        """Add the next event. Events must be added in order."""
        created, kind = self.created, event.type
        if created is None:
            self._add_uncreated(event)
            return
        if kind in _ANSWERS and event.occurred_at < created.occurred_at:
            self.quarantine.append(Quarantined(event, "reply_before_post"))
            return
        given = (  # in the order of Attributes; an attrgetter takes twice as long
            event.agency_id,
            event.district_id,
            event.channel,
            event.topic,
            event.importance,
            event.regime,
        )
        if given != self._given:
            self._set_attributes(event.occurred_at, given)
        cycle = self.cycles[-1]
        if kind in _BEYOND_CYCLE:
            cycle = self._add_beyond_cycle(cycle, event)
        cycle.add(event, self.judged)
        if self._whole is not None:
            self._whole.add(event, self.judged)

    def _add_beyond_cycle(self, cycle: Cycle, event: Event) -> Cycle:
        """Apply a review, a reopening or a duplicate. Return the cycle to add the event to."""
        if event.type is _REVIEW:
            self._review(event)
        elif event.type is _DUPLICATE_OF:
            self.excluded_at = self.excluded_at or event.occurred_at
        elif cycle.can_reopen:
            return self._reopen(cycle, event)
        return cycle

    def _reopen(self, before: Cycle, event: Event) -> Cycle:
        """Begin a new cycle with a reopening, and return the cycle."""
        holder = before.holder_before
        for earlier in before.events:
            holder = self.new_holder(earlier) or holder
        cycle = Cycle(len(self.cycles), event, holder)
        self.cycles.append(cycle)
        return cycle

    def _review(self, review: Event) -> None:
        """Apply a review to the reply that it names, or to the last reply if it names none."""
        verdict = review.substantive
        if self._replies is None:
            self._replies = _Replies()
        replies = self._replies
        replies.extend(self.cycles)
        about = replies.last if review.refers_to is None else review.refers_to
        if verdict is None or about is None:
            return
        if self.judged is _NOT_JUDGED:
            self.judged = {}
        self.judged[about] = verdict
        for cycle, reply in replies.by_id.get(about, ()):
            cycle.judge(reply, verdict)
            if self._whole is not None:
                self._whole.judge(reply, verdict)

    def _add_uncreated(self, event: Event) -> None:
        """Add an event to an appeal that was not created yet."""
        if event.type is not _CREATED:
            self.quarantine.append(Quarantined(event, "no_appeal"))
            return
        self.created = event
        self.cycles = [Cycle(0, event)]
        earlier, self.quarantine = self.quarantine, []
        for waiting in earlier:
            self.add(waiting.event)
        self.add(event)
        self.initial, self.changes = self.attributes, []

    def new_holder(self, event: Event) -> str | None:
        """Return the agency to which an event gives the appeal, None if it names no agency."""
        names = event.type in _NAMES_HOLDER or event is self.created
        return event.agency_id if names else None

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
            self.changes.append((at, self.attributes))


@lru_cache(maxsize=4096)
def _attributes(given: _Given) -> Attributes:
    """Return the attributes as an object. Calls with equal attributes return the same object."""
    return Attributes._make(given)


def read_appeal(events: Sequence[Event]) -> Appeal:
    """Return the appeal that its sorted events describe. Corrections are applied first."""
    appeal = Appeal()
    for event in corrected(events):
        appeal.add(event)
    if appeal.created is None:  # quarantine the events as they arrived, not as corrected
        appeal.quarantine = [Quarantined(event, "no_appeal") for event in events]
    return appeal
