"""What one appeal's events say: its cycles, replies, pauses and holders, whatever the target."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.pauses import PauseLine
from workhours_sla.sla.policy import Attributes
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.schedule import Schedule

INTERIM = "interim"
"""The reason of a reply that is not yet the answer."""

_BELONGS = Attributes._fields
_CORRECTABLE = (*_BELONGS, "source", "author_role", "substantive", "reason")
_CREATED, _REPLIED, _PAUSED, _RESUMED = (
    EventType.CREATED,
    EventType.REPLIED,
    EventType.PAUSED,
    EventType.RESUMED,
)
_CLOSED, _REOPENED, _TRANSFERRED = EventType.CLOSED, EventType.REOPENED, EventType.TRANSFERRED
_DELETED, _RESTORED, _REVIEW = EventType.DELETED, EventType.RESTORED, EventType.REVIEW
_CORRECTED, _DUPLICATE_OF = EventType.CORRECTED, EventType.DUPLICATE_OF
_ANSWERS = (_REPLIED, _CLOSED)
_TURNS = frozenset({_REOPENED, _DUPLICATE_OF, _REVIEW})
_HANDS_OVER = (EventType.ASSIGNED, _TRANSFERRED)
_UNSAID = Attributes()
_Said = tuple[str | None, ...]
"""What an event says of what the appeal belongs to, in the order of Belongings."""
_order = attrgetter("order")
_NOT_JUDGED: Final[dict[str, bool]] = {}
"""Of every appeal without a review; never changed."""


class Quarantined(NamedTuple):
    """An event set aside, with why (a key of ``words.QUARANTINE_REASONS``)."""

    event: Event
    reason: str


class Cycle:
    """What happened from the posting, or from a reopening, up to the next."""

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
        "to_the_point",
    )

    def __init__(self, number: int, opened: Event, holder_before: str | None = None) -> None:
        self.number = number
        self.opened = opened
        self.holder_before = holder_before
        """Who held the appeal when the cycle began."""
        self.events: list[Event] = []
        self.replies: list[Event] = []
        """Those of officials, or of nobody known."""
        self.to_the_point: list[Event] = []
        """The replies that were judged to answer the appeal, by their author or by a review."""
        self.not_judged: list[Event] = []
        """The replies that nobody has judged."""
        self.pauses: list[tuple[datetime, datetime | None]] = []
        """Each from its ``paused`` to the next ``resumed``; they may overlap."""
        self._open_from = 0
        """The number of pauses with an end; all that come after these are open."""
        self._pause_lines: dict[tuple[Budget, Schedule] | None, PauseLine] | None = None
        """By what the caps of the pauses depend on."""
        self.closed_at: datetime | None = None
        self.deleted: Event | None = None
        """By which the citizen deleted the appeal, where nobody restored it."""

    def take(self, event: Event, judged: Mapping[str, bool]) -> None:
        """Add an event, which comes after those before.

        ``judged`` is what reviews found of replies so far.
        """
        kind = event.type
        self.events.append(event)
        if kind is _REPLIED:
            if event.author_role is None or event.author_role == "official":
                self._reply(event, judged)
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

    def _reply(self, reply: Event, judged: Mapping[str, bool]) -> None:
        self.replies.append(reply)
        verdict = judged.get(reply.event_id, reply.substantive)
        if verdict is not False:
            (self.not_judged if verdict is None else self.to_the_point).append(reply)

    def _resume(self, until: datetime) -> None:
        """End all pauses that are open."""
        pauses = self.pauses
        for place in range(self._open_from, len(pauses)):
            pauses[place] = pauses[place][0], until
        self._open_from = len(pauses)

    def judge(self, reply: Event, verdict: bool) -> None:  # noqa: FBT001
        """Record what a review found of one of the replies."""
        order = reply.order
        for replies in (self.to_the_point, self.not_judged):
            place = bisect_left(replies, order, key=_order)
            while place < len(replies) and replies[place].order == order:
                del replies[place]
        if verdict:
            insort(self.to_the_point, reply, key=_order)

    def pause_line(self, cap: Budget | None, schedule: Schedule) -> PauseLine:
        """Return the pauses as a target with such a cap counts them."""
        of = None if cap is None else (cap, schedule)
        if self._pause_lines is None:
            self._pause_lines = {}
        line = self._pause_lines.get(of)
        if line is None:
            line = self._pause_lines[of] = PauseLine(cap, schedule)
        line.follow(self.pauses)
        return line

    @property
    def pause_left_open(self) -> bool:
        """Whether a pause was never ended though later events show work on the appeal."""
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
    def settled(self) -> bool:
        """Whether there is something that a reopening can reopen."""
        return bool(self.replies) or self.closed_at is not None


class _Replies:
    """The replies by id, each with its cycle, up to the last review."""

    __slots__ = ("_count", "_cycle", "by_id", "last")

    def __init__(self) -> None:
        self.by_id: dict[str, list[tuple[Cycle, Event]]] = {}
        """Several of one id only where its copies were not settled."""
        self.last: str | None = None
        """The id of the last one."""
        self._cycle = self._count = 0

    def follow(self, cycles: Sequence[Cycle]) -> None:
        """Add the replies that came since; only the last cycle grows."""
        for cycle in cycles[self._cycle :]:
            for reply in cycle.replies[self._count :]:
                self.by_id.setdefault(reply.event_id, []).append((cycle, reply))
                self.last = reply.event_id
            self._cycle, self._count = cycle.number + 1, 0
        self._cycle, self._count = cycles[-1].number, len(cycles[-1].replies)


class Appeal:
    """An appeal as its events tell it, one after another in order.

    What cannot be true is in ``aside``. ``created`` is None until the appeal was created; what
    came before that waits. Anything but a correction that names another event may be added by
    ``take``; for the rest read the events anew.
    """

    __slots__ = (
        "_replies",
        "_said",
        "_waiting",
        "_whole",
        "aside",
        "attributes",
        "changes",
        "created",
        "cycles",
        "excluded_at",
        "initial",
        "judged",
    )

    def __init__(self) -> None:
        self.created: Event | None = None
        self.attributes = _UNSAID
        self.cycles: list[Cycle] = []
        self.excluded_at: datetime | None = None
        self.judged: dict[str, bool] = _NOT_JUDGED
        """What reviews found of replies, by event id."""
        self.initial = _UNSAID
        """What the appeal belonged to when it was created."""
        self.changes: list[tuple[datetime, Attributes]] = []
        """What it belonged to from each later event on that said something else."""
        self.aside: list[Quarantined] = []
        self._waiting: list[Quarantined] = []
        self._said: _Said | None = None
        self._replies: _Replies | None = None
        """What a review needs of the replies, once there was one."""
        self._whole: Cycle | None = None

    @property
    def opened(self) -> Event:
        """The event that created the appeal, which there must be."""
        assert self.created is not None  # noqa: S101 - who asks has seen to it
        return self.created

    @property
    def whole(self) -> Cycle:
        """Every event in one cycle."""
        if len(self.cycles) == 1:
            return self.cycles[0]
        if self._whole is None:
            self._whole = Cycle(0, self.opened)
            for cycle in self.cycles:
                for event in cycle.events:
                    self._whole.take(event, self.judged)
        return self._whole

    def take(self, event: Event) -> None:
        """Add an event that comes after all those before."""
        created, kind = self.created, event.type
        if created is None:
            self._await(event)
            return
        if kind in _ANSWERS and event.occurred_at < created.occurred_at:
            self.aside.append(Quarantined(event, "reply_before_post"))
            return
        said = (
            event.agency_id,
            event.district_id,
            event.channel,
            event.topic,
            event.importance,
            event.regime,
        )
        if said != self._said:
            self._set_attributes(event.occurred_at, said)
        cycle = self.cycles[-1]
        if kind in _TURNS:
            cycle = self._turn(cycle, event)
        cycle.take(event, self.judged)
        if self._whole is not None:
            self._whole.take(event, self.judged)

    def _turn(self, cycle: Cycle, event: Event) -> Cycle:
        """Take a review, a reopening or a duplicate, and return the cycle that it is in."""
        if event.type is _REVIEW:
            self._review(event)
        elif event.type is _DUPLICATE_OF:
            self.excluded_at = self.excluded_at or event.occurred_at
        elif cycle.settled:
            return self._reopen(cycle, event)
        return cycle

    def _reopen(self, before: Cycle, event: Event) -> Cycle:
        """Add the cycle that an event begins."""
        holder = before.holder_before
        for earlier in before.events:
            holder = self.handed_to(earlier) or holder
        cycle = Cycle(len(self.cycles), event, holder)
        self.cycles.append(cycle)
        return cycle

    def _review(self, review: Event) -> None:
        """Record what a review found: of the reply that it names, or else of the last one."""
        verdict = review.substantive
        if self._replies is None:
            self._replies = _Replies()
        replies = self._replies
        replies.follow(self.cycles)
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

    def _await(self, event: Event) -> None:
        """Add an event to those that wait for the one that creates the appeal, or that one."""
        if event.type is not _CREATED:
            self._waiting.append(Quarantined(event, "no_appeal"))
            return
        self.created = event
        self.cycles = [Cycle(0, event)]
        for earlier in self._waiting:
            self.take(earlier.event)
        self._waiting = []
        self.take(event)
        self.initial, self.changes = self.attributes, []

    def handed_to(self, event: Event) -> str | None:
        """Return the agency that an event makes the holder, None where it names no new one."""
        hands = event.type in _HANDS_OVER or event is self.created
        return event.agency_id if hands else None

    @property
    def quarantine(self) -> Sequence[Quarantined]:
        """What cannot be true: of an appeal never created, every event."""
        return self._waiting if self.created is None else self.aside

    def _set_attributes(self, at: datetime, said: _Said) -> None:
        self._said = said
        attributes = self.attributes
        if attributes is _UNSAID:
            self.attributes = _attributes(said)
        elif any(new is not None and new != old for new, old in zip(said, attributes, strict=True)):
            pairs = zip(said, attributes, strict=True)
            self.attributes = _attributes(
                tuple([old if new is None else new for new, old in pairs])
            )
        if self.attributes != attributes:
            self.changes.append((at, self.attributes))


@lru_cache(maxsize=4096)
def _attributes(said: _Said) -> Attributes:
    """Return the same object for what is said again and again."""
    return Attributes._make(said)


def read_appeal(events: Sequence[Event]) -> Appeal:
    """Return what the events of one appeal, in order, say."""
    corrected = _corrected(events) if any(map(corrects, events)) else events
    appeal = Appeal()
    for event in corrected:
        appeal.take(event)
    if appeal.created is None:  # then nothing is to be corrected either
        appeal._waiting = [Quarantined(event, "no_appeal") for event in events]  # noqa: SLF001
    return appeal


def corrects(event: Event) -> bool:
    """Whether an event moves or mends another."""
    return event.type is _CORRECTED and event.refers_to is not None


def happened_by(events: Sequence[Event], as_of: datetime) -> list[Event]:
    """Return those of one appeal's events that happened by an instant, by their corrected times.

    A correction goes with the event that it names.
    """
    moved = {name: one.occurred_at for name, one in _corrections(events).items()}
    kept = []
    for event in events:
        about = event.refers_to if corrects(event) else event.event_id
        if moved.get(about or "", event.occurred_at) <= as_of:
            kept.append(event)
    return kept


def _corrections(events: Sequence[Event]) -> dict[str, Event]:
    """Return, by the event that is named, the correction that counts: the one received last."""
    correctable = {event.event_id for event in events if event.type is not _CORRECTED}
    found: dict[str, Event] = {}
    for event in events:
        about = event.refers_to
        if event.type is _CORRECTED and about in correctable and about is not None:
            best = found.get(about)
            if best is None or (best.received_at, best.event_id) < (
                event.received_at,
                event.event_id,
            ):
                found[about] = event
    return found


def _corrected(events: Sequence[Event]) -> list[Event]:
    """Return the events as corrected, in order; a correction that names one is no event."""
    corrections = _corrections(events)
    said = []
    for event in events:
        correction = corrections.get(event.event_id)
        if correction is not None:
            given = {
                name: value
                for name in _CORRECTABLE
                if (value := getattr(correction, name)) not in (None, "")
            }
            said.append(replace(event, occurred_at=correction.occurred_at, **given))
        elif not corrects(event):
            said.append(event)
    return sorted(said, key=lambda event: event.order)
