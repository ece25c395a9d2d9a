"""Answers that are the same in every completion of the uncertain dates.

Every scene has up to five uncertain dates. A completion is a calendar in which each of these dates
is decided. An answer that is returned as certain must be the same on all completions.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest

from kit.properties import EXAMPLES
from kit.values import DAY, HOUR, MINUTE
from workhours_sla import (
    Act,
    Calendar,
    CalendarDays,
    Change,
    ClockTime,
    DayKind,
    Event,
    EventType,
    Layer,
    Monitor,
    Months,
    Outcome,
    Policy,
    Schedule,
    ScheduleBy,
    Target,
    Verdict,
    WorkingDays,
    WorkingDaysInHours,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.calendars.days import DaySource, Entry
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.changes import ChangeKind

ACT = Act("Order 1")


class _Days(NamedTuple):
    first: date
    last: date
    rows: tuple[Entry, ...] = ()
    open_rows: tuple[Entry, ...] = ()


class Days(_Days, DaySource):
    """A week of five days, days off and transferred days, and uncertain dates left out."""

    @property
    def weekend(self) -> frozenset[int]:
        return frozenset({5, 6})

    @property
    def coverage(self) -> tuple[tuple[date, date], ...]:
        ranges, since = [], self.first
        for day in sorted({row.date for row in self.open_rows}):
            if since < day:
                ranges.append((since, day - DAY))
            since = day + DAY
        return (*ranges, (since, self.last))

    @property
    def version(self) -> str:
        return repr(hash(self.rows))

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        found: dict[date, tuple[Entry, ...]] = {}
        for row in self.rows:
            found[row.date] = (*found.get(row.date, ()), row)
        return found

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {row.date: row for row in self.open_rows if row.date.year == year}

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        return "uncertain", {"name": "x", "act": "y"}


def options(row: Entry, known: Mapping[date, Entry]) -> list[tuple[Entry, ...]]:
    """Return the entries for each kind that an uncertain date may have: full, short or off."""
    day = row.date
    off = day.weekday() >= 5 if day not in known else not known[day].kind.working
    day_off = (Entry(day, Layer.REGION, DayKind.DECREED_OFF, ACT),)
    if not off:
        return [(), (Entry(day, Layer.REGION, DayKind.WORK, ACT, shortened_by=HOUR),), day_off]
    if row.kind is DayKind.HOLIDAY:  # a holiday on a weekend changes nothing
        return [day_off]
    like = date(2025, 1, 6) + DAY * (day.toordinal() % 5)  # the hours of some weekday
    full = Entry(day, Layer.REGION, DayKind.TRANSFERRED_WORK, ACT, swapped_with=like)
    return [(full,), (full._replace(shortened_by=HOUR),), day_off]


HOURS = (
    ("Mo-Fr 09:00-18:00", True),
    ("Mo-Fr 09:00-13:00,14:00-18:00", True),
    ("Mo-Fr 22:00-06:00", True),
    ("Mo-Th 09:00-18:00; Fr 09:00-16:45", False),
    ("Mo-We 09:00-13:00; Th,Fr 12:00-20:00", False),
)
ZONES = ("Europe/Volgograd", "Europe/Berlin", "America/Santiago")
ANCHORS = (date(2025, 3, 10), date(2025, 3, 27), date(2025, 4, 3), date(2025, 10, 23))
BUDGETS = (
    *(working_hours(1), working_hours(4), working_hours(9), working_hours(20)),
    *(WorkingDays(1), WorkingDays(3, count_from="same_day")),
    *(CalendarDays(3, roll="none"), CalendarDays(4, roll="following")),
    *(CalendarDays(4, roll="preceding"), CalendarDays(2, "preceding", "same_day")),
    *(CalendarDays(2, "none", "same_day"), Months(1, roll="following")),
    *(ClockTime(timedelta(hours=30)), WorkingDaysInHours(1)),
)
CAPS = (*(None, None, working_hours(3), working_hours(10), ClockTime(20 * HOUR), WorkingDays(1)),)


KINDS = (
    *("replied", "paused", "paused", "resumed", "citizen_message"),
    *("registered", "closed", "deleted", "transferred", "reopened"),
)


class Scene(NamedTuple):
    """A policy and events, with the uncertain calendar and each of its completions."""

    uncertain: Schedule
    completions: tuple[Schedule, ...]
    alike: bool
    """Whether all weekdays have equal hours, so that some completion has the most working time."""
    options: tuple[dict[str, Any], ...]
    events: tuple[Event, ...]
    as_of: datetime

    def policy(self, schedule: Schedule) -> Policy:
        return Policy(
            [Target(str(n), **{**one, "schedule": schedule}) for n, one in enumerate(self.options)]
        )


def scene(seed: str) -> Scene:
    rng = random.Random(seed)
    anchor = rng.choice(ANCHORS)
    hours, alike = rng.choice(HOURS)
    tz = rng.choice(ZONES)
    first, last = anchor - 60 * DAY, anchor + 90 * DAY
    count = rng.choice([1, 1, 2, 2, 3, 3, 4, 5])
    days = rng.sample([anchor + DAY * n for n in range(rng.choice([6, 6, 11]))], count)
    known = {
        day: Entry(day, Layer.STATUTORY, DayKind.HOLIDAY, ACT)
        for day in rng.sample([anchor + DAY * n for n in range(-2, 13)], rng.choice([0, 0, 1, 2]))
    }
    open_rows = tuple(
        Entry(day, Layer.REGION, rng.choice([DayKind.HOLIDAY, DayKind.DECREED_OFF]), ACT)
        for day in sorted(days)
    )
    rows = tuple(known.values())
    uncertain = Calendar("open", Days(first, last, rows, open_rows))
    completions = [
        Calendar("known", Days(first, last, (*rows, *(row for day in chosen for row in day))))
        for chosen in product(*(options(row, known) for row in open_rows))
    ]
    schedules = [Schedule(one, hours, tz=tz) for one in (uncertain, *completions)]

    def moment() -> datetime:
        minute = rng.choice([0, 540, 541, 780, 840, 1019, 1020, 1080, 1320, rng.randrange(1440)])
        naive = datetime.combine(
            anchor + DAY * rng.choice([0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 6, 9]), datetime.min.time()
        )
        local = (naive + minute * MINUTE).replace(tzinfo=schedules[0].tz)
        return local.astimezone(UTC) + timedelta(microseconds=rng.choice([0, 0, 1, -1]))

    stops = ("first_reply", "first_reply", "next_reply", "final_reply", frozenset({"closed"}))
    chosen: list[dict[str, Any]] = [
        {
            "budget": rng.choice(BUDGETS),
            "starts": rng.choice(["posted", "posted", "registered"]),
            "stops": rng.choice(stops),
            "pauses": (pauses := rng.random() < 0.5),
            "pause_cap": rng.choice(CAPS) if pauses else None,
            "closing": rng.choice(["latest", "latest", "strict"]),
            "warn": working_hours(rng.choice([0, 1, 3])),
            "warn_percent": rng.choice([None, None, 50]),
            "on_transfer": rng.choice(["keep", "keep", "restart"]),
        }
        for _ in range(2)
    ]
    posted = moment()
    events = [Event("0", "a", EventType.CREATED, posted, posted, agency_id="A")]
    for number in range(rng.choice([0, 1, 2, 3, 4, 6])):
        kind, when = EventType(rng.choice(KINDS)), max(posted, moment())
        role = "citizen" if kind is EventType.DELETED else None
        agency = "B" if kind is EventType.TRANSFERRED else None
        events.append(
            Event(f"{number + 1}", "a", kind, when, when, author_role=role, agency_id=agency)
        )
    rng.shuffle(events)
    as_of = max(moment(), posted) + DAY * rng.choice([0, 0, 0, 3, 20])
    return Scene(schedules[0], tuple(schedules[1:]), alike, tuple(chosen), tuple(events), as_of)


def by_clock(outcomes: tuple[Outcome, ...]) -> dict[tuple[str, int], Outcome]:
    return {(outcome.target, outcome.cycle): outcome for outcome in outcomes}


def is_monotone(option: Mapping[str, Any], events: tuple[Event, ...]) -> bool:
    """Whether outcomes are monotone in working time: no day budgets, no two capped pauses."""
    pauses = sum(event.type is EventType.PAUSED for event in events)
    cap = option["pause_cap"]
    capped = option["pauses"] and cap is not None
    return isinstance(option["budget"], timedelta | WorkingDaysInHours) and (
        not capped or pauses < 2 or isinstance(cap, ClockTime)
    )


def within(value: Any, bounds: tuple[Any, Any]) -> bool:
    lo, hi = bounds
    return (lo is None or value >= lo) and (hi is None or value <= hi)


def check_batch(one: Scene, counts: Counter[str]) -> bool:
    """Compare the outcomes on the uncertain calendar with those on every completion.

    Return whether an outcome depends on an uncertain date.
    """
    touching = False
    found = by_clock(evaluate(one.events, one.policy(one.uncertain), as_of=one.as_of).outcomes)
    every = [
        by_clock(evaluate(one.events, one.policy(schedule), as_of=one.as_of).outcomes)
        for schedule in one.completions
    ]
    for key, outcome in found.items():
        known = [outcomes[key] for outcomes in every]
        verdicts = {other.verdict for other in known}
        agree = len(verdicts) == 1
        option = one.options[int(key[0])]
        monotone = one.alike and is_monotone(option, one.events)
        if outcome.calendar_unknown:
            counts[f"unknown, {'agree' if agree else 'differ'}"] += 1
            counts["unknown though all agree, monotone"] += agree and monotone
            assert outcome.verdict is Verdict.PENDING
            assert not (agree and monotone), "a verdict that all completions share is given"
        else:
            counts[f"{outcome.verdict.value}, certain"] += 1
            assert verdicts == {outcome.verdict}
        touching |= outcome.bounds is not None
        touching |= len({(other.due_at, other.limit, other.elapsed) for other in known}) > 1
        for name in ("due_at", "limit", "elapsed"):
            given = getattr(outcome, name)
            values = [getattr(other, name) for other in known]
            if given is not None:
                assert {*values} == {given}, name
            elif outcome.bounds is not None:
                bounds = getattr(outcome.bounds, name)
                assert all(value is None or within(value, bounds) for value in values), name
            else:  # a pause is open
                assert {*values} == {None}, name
            if name == "elapsed" and option["pauses"] and option["pause_cap"] is not None:
                # the end of the pause depends on uncertain dates, too
                monotone &= isinstance(option["pause_cap"], ClockTime)
            if given is None and monotone and option["stops"] != "next_reply":
                assert len({*values}) > 1 or values[0] is None, f"{name} that all share is given"
    return touching


ENDS = {"breached", "met", "withdrawn", "excluded"}


def check_monitor(one: Scene, seed: str) -> None:
    """Compare the current changes of a monitor with the batch result, as time passes."""
    rng = random.Random(seed)
    policy = one.policy(one.uncertain)
    monitor = Monitor(policy)
    emitted: dict[str, Change] = {}

    def take(changes: tuple[Change, ...]) -> None:
        for change in changes:
            if change.retracts is None:
                emitted[change.change_id] = change
            else:
                del emitted[change.retracts]

    waiting = [event for event in one.events if event.occurred_at <= one.as_of]
    if rng.random() < 0.3:  # all events arrive before their time
        for event in waiting:
            take(monitor.apply(event))
        assert ChangeKind.BREACHED not in {change.kind for change in emitted.values()}
        waiting, times = [], []
    else:
        posted = min(event.occurred_at for event in one.events)
        times = sorted(posted + (one.as_of - posted) * rng.random() for _ in range(4))
    for watermark in (*times, one.as_of):
        for event in waiting:
            if event.occurred_at <= watermark:
                take(monitor.apply(event))
        waiting = [event for event in waiting if event.occurred_at > watermark]
        take(monitor.advance(watermark))
        ended = {(c.target, c.cycle): c.kind.value for c in emitted.values() if c.kind in ENDS}
        batch = by_clock(evaluate(one.events, policy, as_of=watermark).outcomes)
        wanted = {key: o.verdict.value for key, o in batch.items() if o.verdict in ENDS}
        assert ended == wanted, watermark
        for key, outcome in batch.items():
            check_due(outcome, [c for c in emitted.values() if (c.target, c.cycle) == key])


def check_due(outcome: Outcome, current: list[Change]) -> None:
    """Check the due time of the last change that has one and was not retracted."""
    emitted = {kind: [c for c in current if c.kind is kind] for kind in ChangeKind}
    if not emitted[ChangeKind.OPENED]:  # excluded, or not started yet
        assert outcome.verdict is Verdict.EXCLUDED or not current
        return
    last = [*emitted[ChangeKind.OPENED], *emitted[ChangeKind.DUE_CHANGED]][-1]
    is_paused = len(emitted[ChangeKind.PAUSED]) > len(emitted[ChangeKind.RESUMED])
    if outcome.due_at is not None or not is_paused:
        due = outcome.due_at
        assert last.due_at == (due and due.astimezone(UTC)), "the due time emitted last"


EDGES = ("next_opening", "next_closing", "previous_opening", "previous_closing")


def questions(one: Scene, seed: str) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any], bool]]:
    """Yield (verb, arguments, options, whether the answer is monotone in working time)."""
    rng = random.Random(seed)
    first = min(event.occurred_at for event in one.events) - DAY * 2

    def moment() -> datetime:
        return first + DAY * rng.randrange(16) + MINUTE * rng.choice([0, 540, 1080, 1140, 300])

    budget = rng.choice([0 * HOUR, HOUR, 4 * HOUR, 30 * HOUR, *BUDGETS])
    by_time = isinstance(budget, timedelta | WorkingDaysInHours)
    yield "elapsed", (moment(), moment()), {}, True
    yield "deadline", (moment(), budget), {}, by_time
    yield "breaches_after", (moment(), budget), {}, by_time
    yield "latest_start", (moment(), rng.choice([0 * HOUR, HOUR, 9 * HOUR])), {}, True
    yield "is_working", (moment(),), {}, True
    yield "next_opening", (moment(),), {}, True
    for edge in EDGES:
        yield edge, (moment(),), {"inclusive": rng.random() < 0.5}, False


def check_verbs(one: Scene, seed: str) -> None:
    """Compare the answers of the uncertain schedule with those of every completion."""
    for name, args, options, grows in questions(one, seed):
        known = [getattr(schedule, name)(*args, **options) for schedule in one.completions]
        try:
            found = getattr(one.uncertain, name)(*args, **options)
        except CalendarCoverageError as error:
            if grows and one.alike:
                assert len({*known}) > 1, f"{name} that all share is given"
            bounds = error.earliest, error.latest
            assert all(within(value, bounds) for value in known), name
        else:
            assert {*known} == {found}, name


CHUNKS = 4


def tally(seed: str, scenes: int) -> Counter[str]:
    """Check ``scenes`` random scenes, and count the clocks by how they turned out."""
    counts: Counter[str] = Counter()
    for number in range(scenes):
        name = f"{seed}-{number}"
        one = scene(name)
        try:
            touching = check_batch(one, counts)
            check_monitor(one, name)
            check_verbs(one, name)
        except AssertionError as error:
            error.add_note(f"scene({name!r}) as of {one.as_of}: {one.options}, {one.events}")
            raise
        counts["scenes"] += 1
        counts["scenes that touch an uncertain date"] += touching
    return counts


@pytest.mark.parametrize("part", range(CHUNKS))
def test_certain_answers_are_those_of_every_completion(part: int) -> None:
    counts = tally(f"part {part}", max(50, EXAMPLES // CHUNKS))
    assert counts["scenes that touch an uncertain date"] > counts["scenes"] / 3
    assert counts["unknown, differ"]


DAGESTAN = Schedule("RU-DA", "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
"""A schedule for which 20, 21, 28 and 29 April 2025 are uncertain."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 4, day, hour, minute, tzinfo=DAGESTAN.tz)


def event(number: int, kind: EventType, when: datetime) -> Event:
    return Event(f"e{number}", "A", kind, when, when)


def outcome_of(as_of: datetime, target: Target, *events: Event) -> Outcome:
    (found,) = evaluate(events, Policy([target]), as_of=as_of).outcomes
    return found


def test_an_appeal_never_answered_is_breached_whatever_the_date_was() -> None:
    kc = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # 19-21 April 2026 are uncertain
    posted = datetime(2026, 4, 17, 16, tzinfo=kc.tz)
    policy = Policy([Target("t", working_hours(4), kc)])
    created = Event("1", "A", EventType.CREATED, posted, posted)
    (found,) = evaluate([created], policy, as_of=posted + DAY * 200).outcomes
    assert (found.verdict, found.calendar_unknown) == (Verdict.BREACHED, False)
    assert (found.due_at, found.limit) == (None, None)
    earliest, latest = posted + DAY * 3 - HOUR * 5, posted + DAY * 5 - HOUR * 5
    assert found.bounds.due_at == found.bounds.limit == (earliest, latest)

    monitor = Monitor(policy)
    assert [change.kind for change in monitor.apply(created)] == [ChangeKind.OPENED]
    assert [change.kind for change in monitor.advance(latest)] == [ChangeKind.AT_RISK]
    (breached,) = monitor.advance(latest + MINUTE)
    assert (breached.kind, breached.at) == (ChangeKind.BREACHED, latest.astimezone(UTC))


def test_verbs_give_answers_that_all_completions_share() -> None:
    assert not DAGESTAN.is_working(at(20, 12))  # a Sunday, holiday or not
    assert not DAGESTAN.is_working(at(21, 8, 59))
    assert DAGESTAN.elapsed(at(18, 17), at(21, 9)) == HOUR
    assert DAGESTAN.deadline(at(21, 19), working_hours(4)) == at(22, 13)
    assert DAGESTAN.latest_start(at(21, 8), working_hours(2)) == at(18, 16)
    assert DAGESTAN.previous_closing(at(21, 8)) == at(18, 18)
    assert DAGESTAN.previous_opening(at(21, 8)) == at(18, 9)
    assert DAGESTAN.next_closing(at(21, 19)) == at(22, 18)
    assert DAGESTAN.next_opening(at(21, 19), inclusive=False) == at(22, 9)
    assert DAGESTAN.intervals(at(18, 12), at(21, 9)) == ((at(18, 12), at(18, 18)),)
    assert DAGESTAN.breaches_after(at(18, 9), CalendarDays(4, roll="none")) == at(23, 0)
    for refused in (
        lambda: DAGESTAN.is_working(at(21, 12)),
        lambda: DAGESTAN.elapsed(at(18, 17), at(21, 10)),
        # all off and all full agree on Friday 18:00, but a short Monday closes at 17:00
        lambda: DAGESTAN.previous_closing(at(21, 17, 30)),
        lambda: DAGESTAN.previous_opening(at(21, 12)),
        lambda: DAGESTAN.next_closing(at(18, 19)),
        lambda: DAGESTAN.next_opening(at(18, 12), inclusive=False),
        lambda: DAGESTAN.deadline(at(18, 9), CalendarDays(3, roll="none")),
    ):
        with pytest.raises(CalendarCoverageError):
            refused()


def test_an_error_has_the_bounds_of_the_answer() -> None:
    with pytest.raises(CalendarCoverageError, match="in any case the answer lies between") as of:
        DAGESTAN.deadline(at(18, 17), working_hours(4))
    assert (of.value.earliest, of.value.latest) == (at(21, 12), at(22, 12))
    with pytest.raises(CalendarCoverageError) as of:
        DAGESTAN.elapsed(at(18, 17), at(21, 12))
    assert (of.value.earliest, of.value.latest) == (HOUR, 4 * HOUR)
    with pytest.raises(CalendarCoverageError, match=r"between 0:00:00 and 3:00:00$") as of:
        DAGESTAN.remaining(at(18, 17), working_hours(4), as_of=at(21, 12))
    assert (of.value.earliest, of.value.latest) == (0 * HOUR, 3 * HOUR)


def test_bounds_past_the_last_known_date() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")  # known to the end of 2027
    posted, paused = (datetime(2027, 12, day, 10, tzinfo=office.tz) for day in (29, 30))
    events = [event(0, EventType.CREATED, posted), event(1, EventType.PAUSED, paused)]
    capped = Target("t", working_hours(12), office, pauses=True, pause_cap=working_hours(20))
    # three days: Thursday, then perhaps Saturday 1 and Sunday 2 January
    for target, given in ((Target("t", WorkingDays(3), office), events[:1]), (capped, events)):
        found = outcome_of(datetime(2028, 3, 1, 10, tzinfo=office.tz), target, *given)
        assert (found.verdict, found.calendar_unknown) == (Verdict.PENDING, True)
        assert found.bounds.due_at[0] is not None
        assert found.bounds.due_at[1] is None
    off = datetime(2027, 12, 31, 10, tzinfo=office.tz)  # a day off
    five_days = Target("t", CalendarDays(5, roll="preceding"), office)
    found = outcome_of(off, five_days, event(0, EventType.CREATED, off))
    # were every date after it off, there would be no working date to move back to
    assert found.bounds.due_at == (datetime(2028, 1, 1, tzinfo=office.tz), None)


def test_an_explanation_names_the_uncertain_date_that_did_not_matter() -> None:
    trace = DAGESTAN.explain(at(21, 18), working_hours(1))
    undecided, tuesday = trace.steps
    assert (undecided.date, undecided.unknown, undecided.used) == (date(2025, 4, 21), True, 0 * DAY)
    assert undecided.undecided is not None
    assert "the answer is the same either way" in undecided.reason("en")
    assert "на результат не влияет" in undecided.reason("ru")
    assert tuesday.used == HOUR
    with pytest.raises(CalendarCoverageError, match="2025-04-21"):
        DAGESTAN.explain(at(21, 17), working_hours(1))


def test_warnings_of_budgets_that_are_not_working_time() -> None:
    always = Schedule(None, "24/7", tz="Europe/Moscow")
    created = event(0, EventType.CREATED, at(18, 9))
    found = outcome_of(at(18, 12, 30), Target("t", ClockTime(4 * HOUR), always), created)
    assert (found.verdict, found.calendar_unknown) == (Verdict.AT_RISK, False)
    # Tuesday is known, and no more than an hour of it is left from 17:00 on
    created = event(0, EventType.CREATED, at(22, 8))
    late = outcome_of(
        at(22, 17), Target("t", CalendarDays(1, "none", "same_day"), DAGESTAN), created
    )
    assert (late.verdict, late.calendar_unknown) == (Verdict.AT_RISK, False)
    one_day = Target("t", ClockTime(DAY), DAGESTAN, warn=working_hours(9))
    created = event(0, EventType.CREATED, at(21, 18))
    early = outcome_of(at(21, 20), one_day, created)
    assert (early.verdict, early.calendar_unknown) == (Verdict.AT_RISK, False)


def test_far_from_the_known_dates_a_budget_without_roll_has_a_limit() -> None:
    office = Schedule("RU", "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
    posted = datetime(2040, 3, 5, 12, tzinfo=office.tz)
    created = Event("1", "A", EventType.CREATED, posted, posted)
    for budget, days in ((CalendarDays(30, roll="none"), 30), (Months(1, roll="none"), 31)):
        found = outcome_of(posted + DAY, Target("t", budget, office), created)
        midnight = datetime(2040, 3, 6, tzinfo=office.tz) + days * DAY
        assert (found.verdict, found.due_at, found.limit) == (Verdict.PENDING, None, midnight)
        assert found.bounds.due_at == (midnight - DAY, midnight)
    preceding = Target("t", Months(1, roll="preceding"), office)
    assert outcome_of(posted + DAY, preceding, created).calendar_unknown


def test_overdue_and_spans_are_unknown_where_a_pause_after_the_due_time_is() -> None:
    capped = Target(
        "t", CalendarDays(1, roll="none"), DAGESTAN, pauses=True, pause_cap=working_hours(3)
    )
    events = [
        event(0, EventType.CREATED, at(14, 10)),
        event(1, EventType.PAUSED, at(18, 17)),  # to Monday 11:00 or Tuesday 11:00
        event(2, EventType.REPLIED, at(23, 12)),
    ]
    found = outcome_of(at(25, 12), capped, *events)
    assert (found.verdict, found.due_at, found.overdue) == (Verdict.BREACHED, at(15, 18), None)
    with pytest.raises(CalendarCoverageError, match="2025-04-20"):
        holder_spans(events, capped, as_of=at(25, 12))
    assert outcome_of(at(18, 12), capped, *events[:1]).overdue == working_hours(9 + 9 + 3)


def opened_by(day: date, hours: str, tz: str) -> Schedule:
    """Return a schedule whose only uncertain date is ``day``, perhaps a holiday."""
    row = Entry(day, Layer.REGION, DayKind.HOLIDAY, ACT)
    days = Days(day - 90 * DAY, day + 90 * DAY, (), (row,))
    return Schedule(Calendar("open", days), hours, tz=tz)


def test_a_day_budget_is_not_due_before_its_start_although_its_date_may_close_earlier() -> None:
    nights = opened_by(date(2025, 3, 11), "Mo 22:00-06:00, Tu-Fr 00:30-02:00", "UTC")
    posted = datetime(2025, 3, 11, 1, 30, tzinfo=UTC)  # a short Tuesday has closed at 01:00
    target = Target("t", CalendarDays(1, "none", "same_day"), nights, warn_percent=50)
    created = Event("1", "A", EventType.CREATED, posted, posted)
    found = outcome_of(posted, target, created)
    assert found.bounds.due_at[0] == posted


def test_the_two_instants_of_a_repeated_hour_are_different_answers() -> None:
    cairo = opened_by(date(2025, 10, 29), "We 20:00-21:00; Th 20:00-24:00", "Africa/Cairo")
    start = datetime(2025, 10, 29, 17, tzinfo=cairo.tz)
    # on Thursday 23:30 comes twice, after 3:30 and after 4:30
    with pytest.raises(CalendarCoverageError) as caught:
        cairo.deadline(start, timedelta(hours=4, minutes=30))
    earliest, latest = caught.value.earliest, caught.value.latest
    assert (earliest.hour, earliest.minute, earliest.fold) == (23, 30, 0)
    assert latest.astimezone(UTC) - earliest.astimezone(UTC) == HOUR


def test_a_pause_after_the_earliest_limit_is_not_reported() -> None:
    capped = Target("t", working_hours(4), DAGESTAN, pauses=True, pause_cap=ClockTime(HOUR))
    monitor = Monitor(Policy([capped]))
    monitor.apply(event(0, EventType.CREATED, at(18, 17)))
    # on Monday from 12:00 on it is perhaps late, and then it cannot be paused
    assert monitor.apply(event(1, EventType.PAUSED, at(21, 15))) == ()
    assert [change.kind for change in monitor.advance(at(21, 17))] == []
    certain = Monitor(Policy([capped]))
    certain.apply(event(0, EventType.CREATED, at(18, 17)))
    (paused,) = certain.apply(event(1, EventType.PAUSED, at(21, 11)))
    assert paused.kind is ChangeKind.PAUSED


def test_no_warning_before_a_breach_that_may_be_retroactive() -> None:
    target = Target("t", working_hours(4), ScheduleBy("agency_id", {"A": DAGESTAN}))
    monitor = Monitor(Policy([target]))
    changed = at(22, 12)  # the limit is on Monday 12:00 or on Tuesday 12:00
    created = replace(event(0, EventType.CREATED, at(18, 17)), agency_id="B")
    monitor.apply([created, replace(event(1, EventType.TRANSFERRED, changed), agency_id="A")])
    assert [change.kind for change in monitor.advance(at(22, 13))] == [ChangeKind.BREACHED]


def test_a_percentage_of_clock_time_does_not_depend_on_uncertain_dates() -> None:
    one_day = Target("t", ClockTime(DAY), DAGESTAN, warn_percent=50)
    created = event(0, EventType.CREATED, at(20, 18))  # due on Monday at 18:00
    found = [outcome_of(at(21, hour), one_day, created) for hour in (5, 6)]
    # were Monday off, no working time would be left from the start
    assert [(one.verdict, one.calendar_unknown) for one in found] == [
        (Verdict.PENDING, True),
        (Verdict.AT_RISK, False),
    ]


def test_an_answered_clock_that_is_certain_is_not_built_by_rule() -> None:
    # half an hour on Friday and perhaps another half on Monday: met, though nobody knows the limit
    events = [
        event(0, EventType.CREATED, at(18, 17, 30)),
        event(1, EventType.REPLIED, at(21, 9, 30)),
    ]
    policy = Policy([Target("t", working_hours(4), DAGESTAN)])
    (found,) = evaluate(events, policy, as_of=at(30, 9), provisional=True).outcomes
    assert (found.verdict, found.limit, found.provisional) == (Verdict.MET, None, False)


def test_what_remains_is_none_for_an_uncertain_amount_and_for_a_budget_of_days() -> None:
    created = event(0, EventType.CREATED, at(18, 17))
    for budget, remaining in ((working_hours(4), HOUR * 3.5), (WorkingDays(1), None)):
        certain = outcome_of(at(18, 17, 30), Target("t", budget, DAGESTAN), created)
        assert (certain.elapsed, certain.remaining) == (HOUR / 2, remaining)
        uncertain = outcome_of(at(22, 10), Target("t", budget, DAGESTAN), created)
        assert (uncertain.elapsed, uncertain.remaining) == (None, None)
