"""An oracle of verdicts: the rules of docs/en/reference/targets.md, implemented by brute force.

The oracle walks lists, counts dates, and adds up stretches of working time. It shares no code with
the package except values (events, budgets) and the methods ``intervals`` and ``shifts_on`` of a
schedule.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from kit.values import DAY, TICK
from workhours_sla import (
    CalendarDays,
    ClockTime,
    Event,
    Months,
    Schedule,
    WorkingDays,
    WorkingDaysInHours,
)

ZERO = timedelta(0)
SKEW = timedelta(minutes=5)
REACH = 400  # days; a scene that needs more days is a mistake in the test
TYPES = (
    *("created", "registered", "assigned", "transferred", "citizen_message", "resumed", "replied"),
    *("paused", "edited", "review", "corrected", "deleted", "restored", "closed", "reopened"),
    "duplicate_of",
)
ATTRIBUTES = ("agency_id", "district_id", "channel", "topic", "importance", "regime")
CORRECTABLE = (*ATTRIBUTES, "author_role", "substantive", "reason")

Span = tuple[datetime, datetime | None]
"""The beginning and the end of a stretch; the end is None while it is open."""


@dataclass(frozen=True)
class Promise:
    """A target as plain data. ``by`` is the field that selects one of ``schedules``, or empty."""

    name: str
    budget: Any
    schedule: Schedule | None = None
    by: str = ""
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    starts: str = "posted"
    stops: str | frozenset[str] = "first_reply"
    pauses: bool = False
    pause_cap: Any = None
    on_transfer: str = "keep"
    on_reopen: str = "cycle"
    warn: timedelta = timedelta(hours=1)
    warn_percent: int | None = None
    closing: str = "latest"


@dataclass(frozen=True)
class Fit:
    """A rule as plain data: its promises, and the attributes and dates of its appeals."""

    promises: tuple[Promise, ...]
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Expected:
    appeal_id: str
    target: str
    cycle: int
    verdict: str
    posted_at: datetime
    started_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    elapsed: timedelta
    needs_review: bool
    attributes: Mapping[str, str | None]
    promise: Promise
    schedule: Schedule
    pauses: tuple[Span, ...]
    shares: Mapping[tuple[str, str | None], timedelta]
    """The working time of each phase and holder that has any."""
    overdue: timedelta | None
    """How much later than the due time the answer came, None without a due time."""
    is_late: bool


@dataclass
class Answer:
    outcomes: list[Expected] = field(default_factory=list)
    unmatched: set[tuple[str, str | None, str]] = field(default_factory=set)
    quarantined: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of an event id and the reason of its quarantine."""


def expected(
    events: Sequence[Event], fits: Sequence[Fit], as_of: datetime, *, from_change: bool = False
) -> Answer:
    answer = Answer()
    by_appeal: dict[str, list[Event]] = {}
    for event in effective(events, answer):
        by_appeal.setdefault(event.appeal_id, []).append(event)
    for appeal_id in sorted(by_appeal):
        by_id = corrected(by_appeal[appeal_id])
        seen = {name: event for name, event in by_id.items() if event.occurred_at <= as_of}
        story = [event for event in seen.values() if not names_another(event)]
        if any(event.type == "created" for event in story):
            story.sort(key=order)
            judge_appeal(appeal_id, story, fits, as_of, answer, from_change=from_change)
        else:
            answer.quarantined |= {(event_id, "no_appeal") for event_id in seen}
    return answer


def order(event: Event) -> tuple[datetime, int, str]:
    return (event.occurred_at, TYPES.index(event.type), event.event_id)


def is_ahead(event: Event) -> bool:
    return event.occurred_at > event.received_at + SKEW


def effective(events: Iterable[Event], answer: Answer) -> Iterator[Event]:
    """Yield the first copy of each event id; another content and the future are quarantined."""
    by_id: dict[str, dict[Event, Event]] = {}
    for event in sorted(events, key=lambda event: (event.received_at, event.canonical)):
        content = replace(event, received_at=event.occurred_at)
        by_id.setdefault(event.event_id, {}).setdefault(content, event)
    for event_id, contents in by_id.items():
        candidates = [event for event in contents.values() if not is_ahead(event)]
        if len(candidates) < len(contents):
            answer.quarantined.add((event_id, "future_time"))
        if len(candidates) > 1:
            answer.quarantined.add((event_id, "conflicting_id"))
        yield from candidates[:1]


def names_another(event: Event) -> bool:
    return event.type == "corrected" and event.refers_to is not None


def corrected(events: list[Event]) -> dict[str, Event]:
    """Return the events of an appeal by id; a correction moves to the time of what it corrects."""
    found = {event.event_id: event for event in events}
    corrections = [event for event in events if names_another(event)]
    for event in events:
        of_it = [one for one in corrections if one.refers_to == event.event_id]
        if event.type == "corrected" or not of_it:
            continue
        last = max(of_it, key=lambda one: (one.received_at, one.event_id))
        given = {name: getattr(last, name) for name in CORRECTABLE}
        given = {name: value for name, value in given.items() if value is not None}
        found[event.event_id] = replace(event, occurred_at=last.occurred_at, **given)
        for one in of_it:
            found[one.event_id] = replace(one, occurred_at=last.occurred_at)
    return found


def is_official(event: Event) -> bool:
    return event.author_role in {None, "official"}


def is_answer(event: Event) -> bool:
    return event.type == "replied" and is_official(event)


def attributes(story: Iterable[Event]) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(ATTRIBUTES)
    for event in story:
        found |= {name: value for name in ATTRIBUTES if (value := getattr(event, name)) is not None}
    return found


def judge_appeal(
    appeal_id: str,
    story: list[Event],
    fits: Sequence[Fit],
    as_of: datetime,
    answer: Answer,
    *,
    from_change: bool,
) -> None:
    creation = next(event for event in story if event.type == "created")
    before = [event for event in story if event.occurred_at < creation.occurred_at]
    early = [event for event in before if event.type in {"replied", "closed"}]
    answer.quarantined |= {(event.event_id, "reply_before_post") for event in early}
    story = [event for event in story if event not in early]

    fit, changed_at = fitting(fits, story, creation)
    if fit is None:
        answer.unmatched.add((appeal_id, None, "no_rule"))
        return
    appeal = Appeal(appeal_id, story, creation, attributes(story), as_of)
    since = changed_at if from_change else None
    for promise in fit.promises:
        schedule = promise.schedule
        if promise.by:
            schedule = promise.schedules.get(appeal.facts[promise.by] or "")
        if schedule is None:
            answer.unmatched.add((appeal_id, promise.name, "no_schedule"))
            continue
        for number, (reopened_at, events) in enumerate(cycles(story, promise)):
            clock = Clock(appeal, promise, schedule, number, events, reopened_at, since)
            answer.outcomes += clock.outcome()


def fitting(
    fits: Sequence[Fit], story: list[Event], creation: Event
) -> tuple[Fit | None, datetime | None]:
    """Return the rule that applies in the end, and when it began if after the creation."""
    begun = story.index(creation) + 1
    lengths = range(begun, len(story) + 1)
    found = [first_fit(fits, attributes(story[:length]), creation) for length in lengths]
    changes = [
        event.occurred_at
        for (before, after), event in zip(pairwise(found), story[begun:], strict=True)
        if after is not before
    ]
    return found[-1], changes[-1] if changes else None


def first_fit(fits: Sequence[Fit], facts: Mapping[str, str | None], creation: Event) -> Fit | None:
    posted = creation.occurred_at
    for fit in fits:
        named = all(not values or facts[name] in values for name, values in fit.wanted.items())
        begun = fit.valid_from is None or fit.valid_from <= posted
        over = fit.valid_until is not None and posted >= fit.valid_until
        if named and begun and not over:
            return fit
    return None


def cycles(story: list[Event], promise: Promise) -> list[tuple[datetime | None, list[Event]]]:
    """Return, for each cycle, the time of its reopening (None for the first) and its events."""
    if promise.on_reopen == "ignore":
        return [(None, story)]
    found: list[tuple[datetime | None, list[Event]]] = [(None, [])]
    for event in story:
        answered = any(is_answer(e) or e.type == "closed" for e in found[-1][1])
        if event.type == "reopened" and answered:
            found.append((event.occurred_at, [event]))
        else:
            found[-1][1].append(event)
    return found


@dataclass(frozen=True)
class Appeal:
    appeal_id: str
    story: list[Event]
    creation: Event
    facts: Mapping[str, str | None]
    as_of: datetime


@dataclass(frozen=True)
class Clock:
    appeal: Appeal
    promise: Promise
    schedule: Schedule
    cycle: int
    events: list[Event]
    reopened_at: datetime | None
    since: datetime | None
    """When the rule changed, None unless the change starts the clock."""

    def outcome(self) -> list[Expected]:
        start = self.start()
        if start is not None and self.since is not None:
            start = max(start, self.since)
        if start is None or start > self.appeal.as_of:
            return []
        if self.promise.stops == "next_reply":
            return [self.exchange(start)]
        answer = self.answer(start)
        later, others = self.transferred(start, answer)
        return [self.judge(later, answer, start, others)]

    def start(self) -> datetime | None:
        starts, creation = self.promise.starts, self.appeal.creation
        if self.reopened_at is not None and starts != "interim":
            return self.reopened_at
        if starts in {"posted", "detected"}:
            return creation.occurred_at if starts == "posted" else creation.received_at
        starter = self.starter()
        return starter.occurred_at if starter else None

    def starter(self) -> Event | None:
        """Return the event whose type starts the clock, if any. It cannot answer the clock."""
        if self.promise.starts == "interim":
            able = [one for one in self.events if is_answer(one) and one.reason == "interim"]
        else:
            able = [event for event in self.events if event.type == self.promise.starts]
            able = able if self.reopened_at is None else []
        return able[0] if able else None

    def answer(self, start: datetime) -> Event | None:
        stops, starter = self.promise.stops, self.starter()
        later = [one for one in self.events if one.occurred_at >= start and one is not starter]
        replies = [event for event in later if is_answer(event)]
        if stops == "first_reply":
            found = replies[:1]
        elif stops == "substantive_reply":
            found = [reply for reply in replies if self.judged(reply)][:1]
        elif stops == "final_reply":
            closings = [event.occurred_at for event in self.events if event.type == "closed"][:1]
            found = [one for at in closings for one in replies if one.occurred_at <= at][-1:]
        else:
            others = [event for event in later if event.type not in {"replied", "closed"}]
            able = [event for event in later if event in others or is_official(event)]
            found = [event for event in able if event.type in stops][:1]
        return found[0] if found else None

    def judged(self, reply: Event) -> bool | None:
        word = reply.substantive
        last_reply = None
        for event in self.appeal.story:
            if event.type == "review":
                subject = last_reply if event.refers_to is None else event.refers_to
                if subject == reply.event_id and event.substantive is not None:
                    word = event.substantive
            elif is_answer(event):
                last_reply = event.event_id
        return word

    def exchange(self, start: datetime) -> Expected:
        exchanges: list[tuple[datetime, Event | None]] = []
        opened: datetime | None = start
        for event in self.events:
            if event.occurred_at < start or event is self.starter():
                continue
            if event.type == "citizen_message" and opened is None:
                opened = event.occurred_at
            elif is_answer(event) and opened is not None:
                exchanges.append((opened, event))
                opened = None
        judged = [self.judge(begun, ended, begun) for begun, ended in exchanges]
        late = [outcome for outcome in judged if outcome.is_late]
        longest = max(late or judged, key=lambda outcome: outcome.elapsed, default=None)
        if opened is not None and not late:
            return self.judge(opened, None, opened)
        assert longest is not None
        return longest

    def transferred(self, start: datetime, answer: Event | None) -> tuple[datetime, list[Span]]:
        """Return when the last holder's clock starts, and the spans of other holders since then."""
        until = self.events.index(answer) if answer else len(self.events)
        moves = [one for one in self.events[:until] if one.type == "transferred"]
        moves = [one for one in moves if one.occurred_at >= start]
        if self.promise.on_transfer == "keep" or not moves:
            return start, []
        if self.promise.on_transfer == "restart":
            return moves[-1].occurred_at, []
        starts = [start, *(move.occurred_at for move in moves)]
        spans = [
            (self.holder(over), begun)
            for number, (begun, over) in enumerate(zip(starts, [*moves, answer], strict=True))
            if begun not in starts[number + 1 :]  # it was not replaced at once
        ]
        last = spans[-1][0]
        first = [holder for holder, _ in spans].index(last)
        others: list[Span] = [
            (begun, ended)
            for (holder, begun), (_, ended) in pairwise(spans[first:])
            if holder != last
        ]
        return spans[first][1], others

    def holder(self, until: Event | None, *, inclusive: bool = False) -> str | None:
        """Return the last agency that was named as holder before an event, or in the cycle."""
        found = None
        last = until or self.events[-1]
        length = self.appeal.story.index(last) + (inclusive or until is None)
        for event in self.appeal.story[:length]:
            hands = event is self.appeal.creation or event.type in {"assigned", "transferred"}
            if hands and event.agency_id is not None:
                found = event.agency_id
        return found

    def pauses(self, start: datetime, ended: datetime | None) -> list[Span]:
        if not self.promise.pauses:
            return []
        found: list[Span] = []
        over: datetime | None = datetime.min.replace(tzinfo=UTC)
        for index, event in enumerate(self.events):
            repeated = over is None or event.occurred_at < over
            if event.type != "paused" or repeated:
                continue
            ends = [e.occurred_at for e in self.events[index:] if e.type == "resumed"][:1]
            if self.promise.pause_cap is not None:
                cap, _ = term(self.schedule, event.occurred_at, self.promise.pause_cap, ())
                assert cap is not None
                ends.append(cap)
            over = min(ends, default=None)
            if ended:
                ends.append(ended)
            begun, end = max(start, event.occurred_at), min(ends, default=None)
            if end is None or begun < end:
                found.append((begun, end))
        return found

    def judge(
        self, start: datetime, answer: Event | None, first: datetime, others: Sequence[Span] = ()
    ) -> Expected:
        """Return the outcome; a deletion counts before the answer and not after the limit."""
        deletion = self.deletion()
        if deletion and (answer is None or order(deletion) < order(answer)):
            found = self.outcome_with(start, deletion, first, others, deleted=True)
            gone = max(start, deletion.occurred_at)
            if found.limit is None or gone <= found.limit:
                return found
        return self.outcome_with(start, answer, first, others)

    def outcome_with(
        self, start: datetime, last: Event | None, first: datetime, others: Sequence[Span],
        *, deleted: bool = False,
    ) -> Expected:  # fmt: skip
        """Return the outcome of a clock that ``last`` ends, or of an open clock if it is None."""
        promise, appeal = self.promise, self.appeal
        ended = max(start, last.occurred_at) if last else None
        own = self.pauses(start, ended)
        pauses = (*own, *others)
        due, limit = term(self.schedule, start, promise.budget, pauses)
        open_since = [begun for begun, end in pauses if end is None]
        if open_since and limit is not None and not isinstance(promise.budget, ClockTime):
            limit = limit if limit < min(open_since) else None
        if promise.closing == "strict":
            limit = due
        until = ended or appeal.as_of
        used = working_time(self.schedule, start, until, pauses)
        is_late = bool(ended and limit and ended > limit)

        if any(event.type == "duplicate_of" for event in appeal.story):
            verdict = "excluded"
        elif deleted:
            verdict = "withdrawn"
        elif ended:
            verdict = "breached" if is_late else "met"
        elif limit is not None and appeal.as_of > limit:
            verdict = "breached"
        elif is_paused_at(appeal.as_of, own):
            verdict = "paused"
        elif self.is_at_risk(start, used, due, pauses):
            verdict = "at_risk"
        else:
            verdict = "pending"
        return Expected(
            appeal_id=appeal.appeal_id,
            target=promise.name,
            cycle=self.cycle,
            verdict=verdict,
            posted_at=appeal.creation.occurred_at,
            started_at=start,
            answered_at=None if deleted else ended,
            withdrawn_at=ended if verdict == "withdrawn" else None,
            due_at=due,
            limit=limit,
            elapsed=used,
            needs_review=self.needs_review(first, last),
            attributes=appeal.facts,
            promise=promise,
            schedule=self.schedule,
            pauses=tuple(joined(pauses, until)),
            shares=self.shares(start, until, pauses),
            overdue=self.overdue(used, due, until, pauses),
            is_late=is_late,
        )

    def shares(
        self, start: datetime, end: datetime, pauses: Sequence[Span]
    ) -> dict[tuple[str, str | None], timedelta]:
        found: dict[tuple[str, str | None], timedelta] = {}
        registrations = [e.occurred_at for e in self.events if e.type == "registered"][:1]
        edges = {event.occurred_at for event in self.events if start < event.occurred_at < end}
        for since, until in pairwise(sorted({start, *edges, end})):
            happened = [event for event in self.events if event.occurred_at <= since]
            # a clock may start before the first event of its cycle
            first = happened or self.events[:1]
            holder = self.holder(first[-1], inclusive=True)
            phase = "assigned" if holder else "unassigned"
            if any(since < registered for registered in registrations):
                phase, holder = "unregistered", None
            used = working_time(self.schedule, since, until, pauses)
            if used:
                found[phase, holder] = found.get((phase, holder), ZERO) + used
        return found

    def overdue(
        self, used: timedelta, due: datetime | None, until: datetime, pauses: Sequence[Span]
    ) -> timedelta | None:
        budget = in_hours(self.schedule, self.promise.budget)
        if isinstance(budget, timedelta):
            return max(ZERO, used - budget)
        if due is None:
            return None
        if isinstance(budget, ClockTime):
            return max(ZERO, until - due)
        return working_time(self.schedule, due, until, pauses)

    def deletion(self) -> Event | None:
        """Return the event by which the citizen deleted the appeal, unless it was restored."""
        found = None
        for event in self.events:
            if event.type == "restored":
                found = None
            elif event.type == "deleted" and event.author_role == "citizen" and found is None:
                found = event
        return found

    def is_at_risk(
        self, start: datetime, used: timedelta, due: datetime | None, pauses: Sequence[Span]
    ) -> bool:
        promise, as_of = self.promise, self.appeal.as_of
        whole, left = self.whole(start, due, pauses), ZERO
        if isinstance(promise.budget, timedelta | WorkingDaysInHours):
            left = whole - used
        elif due is None:
            return False
        else:
            left = working_time(self.schedule, as_of, due, ())
        if isinstance(promise.budget, ClockTime):
            used = as_of - start
        percent = promise.warn_percent
        return left <= promise.warn or (percent is not None and used * 100 >= whole * percent)

    def whole(self, start: datetime, due: datetime | None, pauses: Sequence[Span]) -> timedelta:
        budget = in_hours(self.schedule, self.promise.budget)
        if isinstance(budget, timedelta):
            return budget
        if isinstance(budget, ClockTime):
            return budget.amount
        return working_time(self.schedule, start, due, pauses) if due else ZERO

    def needs_review(self, start: datetime, last: Event | None) -> bool:
        until = self.events.index(last) if last else len(self.events)
        able = [one for one in self.events[:until] if is_answer(one) and one.occurred_at >= start]
        unjudged = [one for one in able if one is not self.starter() and self.judged(one) is None]
        return self.promise.stops == "substantive_reply" and bool(unjudged)


@lru_cache(maxsize=256)
def pieces_of(schedule: Schedule, around: date) -> tuple[tuple[datetime, datetime], ...]:
    """Return the working time from 40 days before a date to 360 days after it, in UTC."""
    first = datetime.combine(around - 40 * DAY, time(), UTC)
    found = schedule.intervals(first, first + REACH * DAY)
    return tuple((start.astimezone(UTC), end.astimezone(UTC)) for start, end in found)


def pieces(
    schedule: Schedule, start: datetime, pauses: Sequence[Span]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working time after an instant and outside of pauses, cut at edges of pauses."""
    start = start.astimezone(UTC)
    edges = sorted({start, *(edge for pause in pauses for edge in pause if edge is not None)})
    for lo, hi in pieces_of(schedule, start.date().replace(day=1)):
        if hi <= start:
            continue
        inner = [edge for edge in edges if lo < edge < hi]
        for begun, ended in pairwise([lo, *inner, hi]):
            paused = any(a <= begun and (b is None or begun < b) for a, b in pauses)
            if begun >= start and not paused:
                yield begun, ended


def working_time(
    schedule: Schedule, start: datetime, end: datetime, pauses: Sequence[Span]
) -> timedelta:
    total = ZERO
    for begun, ended in pieces(schedule, start, pauses):
        if begun >= end:
            break
        total += min(ended, end) - begun
    return total


def joined(pauses: Sequence[Span], until: datetime) -> Iterator[Span]:
    """Yield the pauses in order, joined if they touch; an open pause ends at ``until``."""
    over = [(since, until if end is None else end) for since, end in pauses]
    over = sorted(pause for pause in over if pause[0] < pause[1])
    while over:
        since, end = over.pop(0)
        while over and over[0][0] <= end:
            end = max(end, over.pop(0)[1])
        yield since, end


def term(
    schedule: Schedule, start: datetime, budget: Any, pauses: Sequence[Span]
) -> tuple[datetime | None, datetime | None]:
    """Return the due time and the limit of a budget; each is None if an open pause prevents it."""
    if isinstance(budget, ClockTime):
        return start + budget.amount, start + budget.amount
    budget = in_hours(schedule, budget)
    if not isinstance(budget, timedelta):
        return days_term(schedule, start, budget, pauses)
    due, used = None, ZERO
    for begun, ended in pieces(schedule, start, pauses):
        at = begun + (budget - used)
        used += ended - begun
        if used >= budget and due is None:
            due = at
        if used > budget:
            return due, at
    assert any(end is None for _, end in pauses), "the budget ends after REACH days"
    return due, None


def midnight_after(schedule: Schedule, day: date) -> datetime:
    return datetime.combine(day + DAY, time(), schedule.tz).astimezone(UTC)


def last_closing(schedule: Schedule, day: date) -> datetime | None:
    ends = [shift.end for shift in schedule.shifts_on(day)]
    if not ends:
        return None
    wall = datetime.combine(day, time(), schedule.tz) + max(ends)
    return wall.replace(fold=1).astimezone(UTC)


def days_term(
    schedule: Schedule, start: datetime, budget: Any, pauses: Sequence[Span]
) -> tuple[datetime | None, datetime | None]:
    begun = start.astimezone(schedule.tz).date()
    closing = last_closing(schedule, begun)
    over = closing is not None and closing <= start
    day = begun if getattr(budget, "count_from", "next_day") == "same_day" and not over else None
    day = day or begun + DAY
    if isinstance(budget, Months):
        count = (months_later(begun, budget.count) - begun).days
    else:
        count = budget.count

    last = None
    for _ in range(REACH):
        counts = not isinstance(budget, WorkingDays) or bool(schedule.shifts_on(day))
        midnight = midnight_after(schedule, day)
        if counts and not is_paused_at(midnight, pauses):
            count -= 1
            if not count:
                last = day
                break
        day += DAY
    if last is None:
        assert any(end is None for _, end in pauses), "the budget ends after REACH days"
        return None, None
    if isinstance(budget, CalendarDays | Months):
        last = rolled(schedule, last, budget.roll, start, pauses)
        if last is None:
            return None, None
    limit = midnight_after(schedule, last)
    return min(last_closing(schedule, last) or limit, limit), limit


def in_hours(schedule: Schedule, budget: Any) -> Any:
    """Return working days of the usual length as working time, and any other budget unchanged."""
    if not isinstance(budget, WorkingDaysInHours):
        return budget
    worked = [shifts for shifts in schedule.hours.by_weekday if shifts]
    ticks = sum((end - begun) // TICK for shifts in worked for begun, end in shifts)
    whole, rest = divmod(ticks * budget.count, len(worked))
    return (whole + (rest > 0)) * TICK


def months_later(day: date, count: int) -> date:
    """Return the same day of a later month, or the last day of a month that is too short."""
    months = day.month - 1 + count
    found = date(day.year + months // 12, months % 12 + 1, 1)
    while found.day < day.day and (found + DAY).month == found.month:
        found += DAY
    return found


def is_paused_at(when: datetime, pauses: Sequence[Span]) -> bool:
    return any(since <= when and (end is None or when < end) for since, end in pauses)


def rolled(
    schedule: Schedule, day: date, roll: str, start: datetime, pauses: Sequence[Span]
) -> date | None:
    """Return the working date that a day budget ends on, None if an open pause prevents it."""
    if roll == "none" or schedule.shifts_on(day):
        return day
    if roll == "preceding":
        moved = day
        while not schedule.shifts_on(moved):
            moved -= DAY
        closing = last_closing(schedule, moved)
        if closing is None or min(closing, midnight_after(schedule, moved)) > start:
            return moved
    for number in range(REACH):
        moved = day + number * DAY
        if schedule.shifts_on(moved) and not is_paused_at(midnight_after(schedule, moved), pauses):
            return moved
    return None
