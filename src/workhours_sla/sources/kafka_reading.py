"""One run over a topic of Kafka: which messages are read, and what the source yields for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final, NamedTuple

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.kafka_client import AT_ONCE, EndsAsked, Topic
from workhours_sla.sources.kafka_messages import GONE, MessageRows, Position, check_of
from workhours_sla.sources.stream_rows import item_of
from workhours_sla.stream.source import Idle, Item, Start
from workhours_sla.text.messages import say

_POLL: Final = 0.5
"""Maximum seconds to wait for messages, so that the source stops soon when it must."""
_STALLED: Final = 60.0
"""Seconds without any progress after which a run that must end fails."""


class Options(NamedTuple):
    """How a topic is read; ``KafkaSource`` explains each option."""

    topic: str
    rows: MessageRows
    interval: float
    clock: Callable[[], datetime] | None
    once: bool
    accept_loss: bool
    stopping: threading.Event
    report: Callable[[object], object]


class Reading:
    """One run over a topic; mutable."""

    def __init__(
        self, options: Options, topic: Topic, known: Mapping[int, Position | None]
    ) -> None:
        self._options = options
        self._topic = topic
        self._facts = {"topic": shown(options.topic)}
        self._at: dict[int, Position] = {
            partition: one for partition, one in known.items() if one is not None
        }
        """How far each partition was read."""
        self._gone = {partition for partition, one in known.items() if one is None}
        self._all: Sequence[int] = ()
        self._doubted: dict[int, Position] = {}
        """The positions whose last message was not compared yet."""
        self._restarted: set[int] = set()
        """The partitions of which the messages at hand are no longer those to read next."""
        self._starts: list[Start] = []
        self._is_waiting = False
        self._asked: EndsAsked | None = None
        self._ask_at = 0.0
        self._until: Mapping[int, int] = {}
        """The ends at which a run with ``once`` is over."""
        self._until_at: datetime | None = None
        self._progress_at = monotonic()

    def items(self) -> Iterator[Item | Start | Idle]:
        """Yield the messages of the partitions that are read."""
        options = self._options
        self._begin()
        while True:
            messages = self._topic.messages(min(options.interval, _POLL))
            self._restarted.clear()
            yield from self._started()
            try:
                for message in messages:
                    if (error := message.error()) is not None:
                        self._on_error(message, error)
                    elif (item := self._item(message)) is not None:
                        yield item
            except SourceError:
                yield Idle()  # the pipeline stores the messages before it
                raise
            yield from self._started()
            if len(messages) < AT_ONCE:
                yield Idle()
            yield from self._heartbeats()
            if options.stopping.is_set():
                return
            if self._is_over():
                yield Idle(self._until_at)
                return

    # -- partitions --------------------------------------------------------------------------

    def _begin(self) -> None:
        """Check the stored positions, and start reading."""
        self._all = self._topic.partitions()
        for partition in sorted(self._at.keys() - set(self._all)):
            facts = {**self._facts, "partition": partition}
            if not self._options.accept_loss:
                raise SourceError(say("kafka_fewer", **facts))
            self._options.report(say("kafka_gone", **facts))
            del self._at[partition]
            self._gone.add(partition)
        self._gone -= set(self._all)
        self._starts += [Start(str(one), GONE, is_gone=True) for one in sorted(self._gone)]
        if self._options.once:
            clock = self._options.clock
            self._until_at = None if clock is None else clock()
            self._until = self._topic.ends(self._all).end
        self._topic.assign(self._offsets(self._all))

    def _offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        """Return the offsets at which partitions are read. Raises SourceError for a lost position.

        Reading begins with the last message that is known, in order to compare it.
        """
        ends = self._topic.ends(partitions)
        found = {}
        for partition in partitions:
            first, at = ends.first[partition], self._at.get(partition)
            if at is not None and at.next > ends.end[partition]:
                self._lose("kafka_recreated", partition, first, next=at.next)
                at = None
            elif at is not None and at.next < first:
                self._lose("kafka_retention", partition, first, next=at.next, last=first - 1)
                at = None
            if at is None:
                at = Position(first)
                self._starts.append(Start(str(partition), str(at)))
            self._at[partition] = at
            found[partition] = at.next
            if at.last is not None and at.last >= first:
                self._doubted[partition] = at
                found[partition] = at.last
        return found

    def _lose(self, cause: str, partition: int, first: int, **facts: int) -> None:
        """Raise SourceError about a lost position, unless the loss is accepted."""
        if not self._options.accept_loss:
            raise SourceError(say(cause, partition=partition, **facts, **self._facts))
        note = say("kafka_begins_at", partition=partition, offset=first, **self._facts)
        self._options.report(note)

    def _check_count(self) -> None:
        """Raise SourceError if partitions were added to the topic."""
        more = sorted({*(self._topic.partitions_now() or ())} - {*self._all})
        if more:
            raise SourceError(
                say("kafka_more", partitions=", ".join(map(str, more)), **self._facts)
            )

    # -- messages ----------------------------------------------------------------------------

    def _started(self) -> Iterator[Start]:
        """Yield the positions of partitions that have begun."""
        starts, self._starts = self._starts, []
        yield from starts

    def _item(self, message: Any) -> Item | None:
        """Return the item of a message, None if it was read before."""
        partition, offset = message.partition(), message.offset()
        if partition in self._restarted:
            return None
        self._progress_at = monotonic()
        check = check_of(message)
        if self._doubted:
            known = self._doubted.pop(partition, None)
            if known is not None and offset == known.last and check != known.check:
                self._restart(partition, known)
                return None
        if offset < self._at[partition].next:
            return None
        at = self._at[partition] = Position(offset + 1, offset, check)
        return item_of(str(partition), str(at), self._options.rows.of_message(message))

    def _restart(self, partition: int, known: Position) -> None:
        """Read a partition from its beginning, because its messages are not those of the store."""
        first = self._topic.ends([partition]).first[partition]
        self._lose("kafka_recreated", partition, first, next=known.next)
        self._at[partition] = Position(first)
        self._restarted.add(partition)
        self._starts.append(Start(str(partition), str(first)))
        self._assign_again()

    def _assign_again(self) -> None:
        """Read all partitions from where they are; the last message of some is to be compared."""
        offsets = {one: self._at[one].next for one in self._all}
        for one, doubted in self._doubted.items():
            if doubted.last is not None:
                offsets[one] = doubted.last
        self._topic.assign(offsets)

    def _on_error(self, message: Any, error: Any) -> None:
        """Record the end of a partition. Raises SourceError if reading cannot continue."""
        partition = message.partition()
        if partition in self._restarted:
            return
        if error.name() == "_PARTITION_EOF":
            at = self._at[partition]
            self._doubted.pop(partition, None)
            if message.offset() > at.next:  # the marks of transactions are no messages
                self._at[partition] = at._replace(next=message.offset())
                self._starts.append(Start(str(partition), str(self._at[partition])))
        elif error.name() in {"_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE", "_LOG_TRUNCATION"}:
            self._refuse_offset(partition)
        elif (phrase := self._topic.needs_correction(error)) is not None:
            raise SourceError(phrase)

    def _refuse_offset(self, partition: int) -> None:
        """Raise SourceError if a partition does not have the next message any more.

        If only messages were removed that the store has, reading goes on after them.
        """
        at = self._at[partition]
        ends = self._topic.ends([partition])
        if partition in self._doubted and ends.first[partition] <= at.next <= ends.end[partition]:
            del self._doubted[partition]
            self._restarted.add(partition)
            self._assign_again()
            return
        is_removed = at.next < ends.first[partition]
        cause = "kafka_passed" if is_removed else "kafka_recreated"
        raise SourceError(say(cause, partition=partition, next=at.next, **self._facts))

    # -- the ends of partitions --------------------------------------------------------------

    def _heartbeats(self) -> Iterator[Idle]:
        """Yield a heartbeat for each partition that was read to its end.

        Raises SourceError if partitions were added: time must wait for their messages.
        """
        asked = self._asked
        if asked is None:
            if monotonic() >= self._ask_at:
                clock = self._options.clock
                at = None if clock is None else clock()
                self._asked = self._topic.ask_ends(self._all, at)
            return
        if not asked.is_answered:
            return
        self._asked, self._ask_at = None, monotonic() + self._options.interval
        ends = asked.offsets()
        self._note_silence(asked, ends)
        if not self._is_waiting:
            self._check_count()
        if asked.at is not None:
            for partition in ends.keys() - self._doubted.keys():
                if self._at[partition].next >= ends[partition]:
                    yield Idle(asked.at, str(partition))

    def _note_silence(self, asked: EndsAsked, ends: Mapping[int, int]) -> None:
        """Report that brokers do not answer, once until they do. Raises SourceError."""
        is_silent = len(ends) < asked.count
        if is_silent and hasattr(asked.error, "name"):
            phrase = self._topic.needs_correction(asked.error)
            if phrase is not None:
                raise SourceError(phrase)
        if is_silent and not self._is_waiting:
            self._options.report(self._topic.waiting(asked.error))
        self._is_waiting = is_silent

    def _is_over(self) -> bool:
        """Whether a run with ``once`` has read everything. Raises SourceError if it is stuck."""
        if not self._options.once:
            return False
        at = self._at
        if not self._doubted and all(
            one in at and at[one].next >= end for one, end in self._until.items()
        ):
            return True
        if monotonic() - self._progress_at > _STALLED:
            raise self._topic.failed(None)
        return False
