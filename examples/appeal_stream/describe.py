"""The properties of a stream, measured on the events themselves."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appeal_stream.delivery import Event
from appeal_stream.life import CITIZEN, OFFICIAL
from appeal_stream.parameters import Parameters
from workhours_sla import Schedule

# Times further ahead of their receipt count as a wrong clock and are not measured.
FUTURE_TOLERANCE = timedelta(minutes=5)

_ONE_HOUR = timedelta(hours=1)
_CLOSING_FOR_LUNCH = time(13)


class Figure(NamedTuple):
    """One property: its name, its value and the format of the value."""

    name: str
    value: float
    form: str = "{:,.0f}"

    def __str__(self) -> str:
        """Return the value as text."""
        return self.form.format(self.value)


@dataclass(slots=True)
class _Known:
    """The state of one appeal by the events seen so far."""

    posted: datetime | None = None
    answered: datetime | None = None
    withdrawn: datetime | None = None
    repeated: bool = False
    paused: datetime | None = None
    resumed: datetime | None = None
    newest: datetime | None = None


@dataclass(slots=True)
class _Count:
    deliveries: int = 0
    bytes: int = 0
    events: int = 0
    future: int = 0
    late: int = 0
    out_of_order: int = 0
    replies: int = 0
    replies_in_working_time: int = 0
    types: Counter[str] = field(default_factory=Counter)
    weeks: Counter[tuple[int, int]] = field(default_factory=Counter)


class Description:
    """Measures the properties of a stream; takes the events in order of delivery."""

    def __init__(self, parameters: Parameters, office: Schedule) -> None:
        """Take the promised time from the parameters."""
        self._office = office
        self._promise = parameters.promise
        self._zone = ZoneInfo(parameters.timezone)
        self._seen: set[str] = set()
        self._appeals: dict[str, _Known] = {}
        self._count = _Count()
        self._newest: datetime | None = None

    def see(self, event: Event, size: int) -> None:
        """Record one delivery and its size in bytes."""
        count = self._count
        count.deliveries += 1
        count.bytes += size
        if event["event_id"] in self._seen:
            return
        self._seen.add(event["event_id"])
        count.events += 1
        count.types[event["type"]] += 1
        known = self._appeals.setdefault(event["appeal_id"], _Known())
        occurred = datetime.fromisoformat(event["occurred_at"])
        if occurred > datetime.fromisoformat(event["received_at"]) + FUTURE_TOLERANCE:
            count.future += 1
            return
        count.late += self._newest is not None and occurred < self._newest
        count.out_of_order += known.newest is not None and occurred < known.newest
        self._newest = occurred if self._newest is None else max(self._newest, occurred)
        known.newest = occurred if known.newest is None else max(known.newest, occurred)
        self._learn(event, known, occurred)

    def figures(self) -> Iterator[Figure]:
        """Yield the properties of the events so far."""
        yield from self._sizes()
        posted = [known.posted for known in self._appeals.values() if known.posted is not None]
        if posted:
            yield from self._arrivals(posted)
        owed = [known for known in self._appeals.values() if _is_owed(known)]
        if owed:
            yield from self._answers([self._taken(known) for known in owed])
        yield from self._disorder()

    def _learn(self, event: Event, known: _Known, occurred: datetime) -> None:
        """Update the state of an appeal from an event."""
        match event["type"]:
            case "created":
                known.posted = occurred
                year, week, _ = occurred.isocalendar()
                self._count.weeks[year, week] += 1
            case "replied" if event["author_role"] == OFFICIAL:
                self._count.replies += 1
                self._count.replies_in_working_time += self._office.is_working(occurred)
                if event.get("substantive"):
                    known.answered = min(known.answered or occurred, occurred)
            case "deleted" if event["author_role"] == CITIZEN:
                known.withdrawn = occurred
            case "restored":
                known.withdrawn = None
            case "duplicate_of":
                known.repeated = True
            case "paused":
                known.paused = occurred
            case "resumed":
                known.resumed = occurred

    def _sizes(self) -> Iterator[Figure]:
        count, appeals = self._count, len(self._appeals)
        yield Figure("appeals", appeals)
        yield Figure("events", count.events)
        yield Figure("deliveries", count.deliveries)
        if not appeals:
            return
        yield Figure("events per appeal", count.events / appeals, "{:.2f}")
        yield Figure("bytes per delivery", count.bytes / count.deliveries)
        weeks = count.weeks.values()
        if weeks:
            busiest = max(weeks) / statistics.fmean(weeks) - 1
            yield Figure("busiest week against the mean", busiest, "{:+.0%}")
        for name, times in count.types.most_common():
            yield Figure(f"  {name}", times / appeals, "{:.3f} per appeal")

    def _arrivals(self, posted: list[datetime]) -> Iterator[Figure]:
        zone, office = self._zone, self._office
        due = [office.deadline(instant, self._promise) for instant in posted]
        local = [instant.astimezone(zone) for instant in due]
        waits = [(end - begin) / _ONE_HOUR for begin, end in zip(posted, due, strict=True)]
        outside = sum(not office.is_working(instant) for instant in posted)
        same = sum(
            begin.astimezone(zone).date() == end.date()
            for begin, end in zip(posted, local, strict=True)
        )
        at_lunch = sum(instant.time() == _CLOSING_FOR_LUNCH for instant in local)
        yield Figure("posted outside working time", outside / len(posted), "{:.1%}")
        yield Figure("due on the date of the post", same / len(posted), "{:.1%}")
        yield Figure("due at 13:00:00", at_lunch / len(posted), "{:.1%}")
        yield Figure("wait until due, median", statistics.median(waits), "{:.1f} h")
        yield Figure("wait until due, mean", statistics.fmean(waits), "{:.1f} h")
        yield Figure("wait until due, longest", max(waits), "{:.1f} h")

    def _answers(self, taken: list[timedelta | None]) -> Iterator[Figure]:
        """Return the properties of the answers; an unanswered appeal counts as infinite."""
        answered = [amount / _ONE_HOUR for amount in taken if amount is not None]
        kept = sum(amount is not None and amount <= self._promise for amount in taken)
        hours = "{:.2f} working h"
        yield Figure("answered, of those owed an answer", len(answered) / len(taken), "{:.1%}")
        yield Figure("answered within the promise", kept / len(taken), "{:.1%}")
        if answered:
            yield Figure("mean time to an answer", statistics.fmean(answered), hours)
        everything = sorted([*answered, *[math.inf] * (len(taken) - len(answered))])
        for name, part in (("median", 0.5), ("90th percentile", 0.9)):
            at = math.ceil(part * len(everything)) - 1
            yield Figure(f"time to an answer, {name}", everything[at], hours)
        if self._count.replies:
            working = self._count.replies_in_working_time / self._count.replies
            yield Figure("replies given in working time", working, "{:.1%}")

    def _disorder(self) -> Iterator[Figure]:
        count = self._count
        if not count.events:
            return
        repeated = count.deliveries - count.events
        yield Figure("deliveries that repeat an event", repeated / count.deliveries, "{:.1%}")
        yield Figure("older than one received before", count.late / count.events, "{:.1%}")
        within = count.out_of_order / count.events
        yield Figure("  within the same appeal", within, "{:.1%}")
        yield Figure("stamped in the future", count.future / count.events, "{:.2%}")

    def _taken(self, known: _Known) -> timedelta | None:
        """Return the working time from the post to the answer, without the pause."""
        if known.posted is None or known.answered is None:
            return None
        taken = self._office.elapsed(known.posted, known.answered)
        if known.paused is not None and known.resumed is not None:
            ends = min(known.resumed, known.answered)
            taken -= max(self._office.elapsed(known.paused, ends), timedelta(0))
        return taken


def _is_owed(known: _Known) -> bool:
    """Return whether an answer is owed, judged by the events alone."""
    if known.posted is None or known.repeated:
        return False
    return known.withdrawn is None or (
        known.answered is not None and known.answered <= known.withdrawn
    )
