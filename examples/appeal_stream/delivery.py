"""Deliver a stream as sources do: late, twice, out of order, after outages, misdated."""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from appeal_stream.arrivals import Span
from appeal_stream.chance import Wheel, happens, stream
from appeal_stream.life import COORDINATOR, REGISTER, Appeal, Happening
from appeal_stream.parameters import Lag, Parameters


class Event(TypedDict):
    """One event in its written form; instants in ISO 8601 with an offset."""

    event_id: str
    appeal_id: str
    type: str
    occurred_at: str
    received_at: str
    source: str
    agency_id: str
    district_id: str
    channel: str
    author_role: str
    substantive: NotRequired[bool]
    reason: NotRequired[str]


class Delivery:
    """Yields the happenings in the order in which they are received.

    `received_at` is the instant at which the gateway first received an event. A second delivery is
    the identical event at a later position in the stream.
    """

    def __init__(self, parameters: Parameters, seed: int, span: Span) -> None:
        """Draw when the newest events are delivered again."""
        self._parameters = parameters
        self._seed = seed
        self._rng = stream(seed, "delivery")
        self._zone = ZoneInfo(parameters.timezone)
        self._lags: Wheel[Lag] = Wheel((lag, lag.share) for lag in parameters.lags)
        self._begin = datetime.combine(span.first, time(), self._zone).timestamp()
        part = stream(seed, "redelivery").uniform(
            parameters.redelivery_from, parameters.redelivery_to
        )
        self._redelivery_at = self._begin + part * timedelta(days=span.days).total_seconds()
        self._outages: dict[int, float] = {}
        self._ticket = itertools.count()
        self._waiting: list[tuple[float, int, Event]] = []

    def of(self, appeals: Iterable[Appeal], until: datetime | None = None) -> Iterator[Event]:
        """Yield the events of appeals that come in order of time, up to and including `until`."""
        end = math.inf if until is None else until.timestamp()
        newest: deque[Event] = deque(maxlen=self._parameters.redelivered)
        redelivered = False
        for delivered_at, event in self._in_order(appeals):
            if delivered_at > end:
                return
            if not redelivered and delivered_at >= self._redelivery_at:
                redelivered = True
                yield from newest
            newest.append(event)
            yield event

    def _in_order(self, appeals: Iterable[Appeal]) -> Iterator[tuple[float, Event]]:
        """Yield each delivery with its instant; memory contains only what is still to come."""
        waiting = self._waiting
        for appeal in appeals:
            posted = appeal.arrival.posted.timestamp()
            while waiting and waiting[0][0] < posted:
                delivered_at, _, event = heapq.heappop(waiting)
                yield delivered_at, event
            for number, happening in enumerate(appeal.happenings, start=1):
                self._send(appeal, f"{appeal.id}-{number:02}", happening)
        while waiting:
            delivered_at, _, event = heapq.heappop(waiting)
            yield delivered_at, event

    def _send(self, appeal: Appeal, event_id: str, happening: Happening) -> None:
        """Schedule the delivery of an event, of its duplicate and of its correction."""
        parameters, rng = self._parameters, self._rng
        occurred = math.floor(happening.at.timestamp())
        received = self._received(occurred + self._lags.draw(rng).mean.total_seconds() * _wait(rng))
        stamped = occurred
        if happening.type == "deleted" and happening.source in parameters.timeless_deletions:
            stamped = received
        if happens(rng, parameters.event_future_share):
            stamped = received + round(parameters.future_lead.draw(rng).total_seconds())
        event = self._event(appeal, event_id, happening, stamped, received)
        self._wait_for(received, event)
        if happens(rng, parameters.event_duplicate_share):
            delay = parameters.duplicate_delay_mean.total_seconds() * _wait(rng)
            self._wait_for(received + delay, event)
        if happens(rng, parameters.event_correction_share):
            age = parameters.correction_age_least.total_seconds()
            age += parameters.correction_age_more_mean.total_seconds() * _wait(rng)
            corrected = Happening(
                happening.at, "corrected", REGISTER, COORDINATOR, happening.agency_id
            )
            received = self._received(occurred + age)
            event = self._event(appeal, f"{event_id}-c", corrected, occurred, received)
            self._wait_for(received, event)

    def _wait_for(self, instant: float, event: Event) -> None:
        heapq.heappush(self._waiting, (instant, next(self._ticket), event))

    def _received(self, instant: float) -> int:
        """Return the second of receipt for an arrival at this instant, after any outage."""
        parameters = self._parameters
        every = parameters.outage_every.total_seconds()
        length = parameters.outage.total_seconds()
        week = math.floor((instant - self._begin) / every)
        if week not in self._outages:
            room = every - length - parameters.outage_catch_up.total_seconds()
            moment = stream(self._seed, f"outage {week}").uniform(0, max(room, 0))
            self._outages[week] = self._begin + week * every + moment
        begun = self._outages[week]
        if begun <= instant < begun + length:
            part = (instant - begun) / length
            instant = begun + length + part * parameters.outage_catch_up.total_seconds()
        return math.floor(instant)

    def _event(
        self, appeal: Appeal, event_id: str, happening: Happening, stamped: int, received: int
    ) -> Event:
        event: Event = {
            "event_id": event_id,
            "appeal_id": appeal.id,
            "type": happening.type,
            "occurred_at": self._stamp(stamped),
            "received_at": self._stamp(received),
            "source": happening.source,
            "agency_id": happening.agency_id,
            "district_id": appeal.arrival.subject.district_id,
            "channel": appeal.arrival.channel,
            "author_role": happening.author_role,
        }
        if happening.substantive is not None:
            event["substantive"] = happening.substantive
        if happening.reason is not None:
            event["reason"] = happening.reason
        return event

    def _stamp(self, seconds: int) -> str:
        return datetime.fromtimestamp(seconds, self._zone).isoformat()


def _wait(rng: random.Random) -> float:
    """Return an exponential draw of mean 1."""
    return rng.expovariate(1.0)
