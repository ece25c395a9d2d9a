"""Laws of working time, and agreement with the minute-by-minute oracle.

Schedules are random: up to three shifts a day, night shifts, overlaps, days off, overrides, and
the Russian calendar with its short and transferred days. Most instants lie within hours of a
change of the zone's offset.
"""

import copy
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from kit.oracle import Days, Oracle, Shifts
from kit.properties import EXAMPLES, PROPERTY
from kit.schedule_cases import (
    ASKED,
    FIRST,
    WEEK,
    ZONES,
    Case,
    Question,
    Reading,
    cases,
    moments,
    questions,
    readings,
    russian_anchors,
    shifts_text,
    utc,
)
from kit.values import MINUTE, TICK
from workhours_sla import Calendar, Schedule
from workhours_sla.errors import CalendarCoverageError

# The engine and the oracle agree


@PROPERTY
@given(questions(times=2))
def test_elapsed_agrees(question: Question) -> None:
    a, b = sorted(question.times, key=utc)
    engine, expected = question.engine, question.oracle.elapsed(a, b)
    assert [engine.elapsed(a, b) for _ in range(ASKED)] == [expected] * ASKED
    assert engine.elapsed(b, a) == question.oracle.elapsed(b, a)
    assert engine.remaining(a, question.budget, as_of=b) == question.budget - expected
    steps = engine.explain(a, b).steps
    assert sum((step.used for step in steps), timedelta()) == expected
    for step in steps:
        parts = ((utc(start), utc(end)) for start, end in step.intervals)
        assert step.used == sum((end - start for start, end in parts), timedelta())


# Golden examples, for the engine and for the oracle itself


GOLDEN: list[tuple[str, str, str, Shifts, list[str]]] = [
    # an edge in a repeated hour makes two intervals
    ("America/New_York", "2024-11-03", "Su", ((90, 300),),
     ["01:30 -0400-01:00 -0500", "01:30 -0500-05:00 -0500"]),
    # a short day ends an hour earlier; 30 minutes go on into the stretch before
    ("Europe/Volgograd", "2024-05-08", "Mo-Fr", ((540, 780), (840, 870)),
     ["09:00 +0300-12:30 +0300"]),
    ("Europe/Volgograd", "2024-05-08", "Mo-Fr", ((540, 570), (600, 630)), []),
    # an overlap is one stretch
    ("Europe/Volgograd", "2024-05-08", "Mo-Fr", ((540, 1080), (720, 1080)),
     ["09:00 +0300-17:00 +0300"]),
    ("Europe/Volgograd", "2024-05-08", "Mo-Fr", ((1380, 1440), (0, 60)),
     ["00:00 +0300-01:00 +0300"]),
]  # fmt: skip


@pytest.mark.parametrize("of", ["engine", "oracle"])
@pytest.mark.parametrize(("zone", "day", "days", "shifts", "expected"), GOLDEN)
def test_golden_intervals(
    zone: str, day: str, days: str, shifts: Shifts, expected: list[str], of: str
) -> None:
    case = Case(zone, "RU" if zone.endswith("Volgograd") else "none", ((days, shifts),))
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    found = getattr(case, of).intervals(start, start + timedelta(days=1))
    local = [[utc(edge).astimezone(ZoneInfo(zone)) for edge in pair[:2]] for pair in found]
    assert [f"{a:%H:%M %z}-{b:%H:%M %z}" for a, b in local] == expected


@PROPERTY
@given(questions(), st.sampled_from(["deadline", "breaches_after", "latest_start"]))
def test_instants_of_a_budget_agree(question: Question, verb: str) -> None:
    (t,) = question.times
    expected = getattr(question.oracle, verb)(t, question.budget)
    found = [getattr(question.engine, verb)(t, question.budget) for _ in range(ASKED)]
    assert [utc(answer) for answer in found] == [expected] * ASKED
    assert {answer.tzinfo for answer in found} == {t.tzinfo}


@PROPERTY
@given(questions(), st.integers(1, 40))
def test_is_working_and_the_next_opening_agree(question: Question, step: int) -> None:
    (t,) = question.times
    around = [utc(t) + n * step * MINUTE for n in range(-60, 60)]
    found = [question.engine.is_working(instant) for instant in around]
    assert found == [question.oracle.is_working(instant) for instant in around]
    assert utc(question.engine.next_opening(t)) == question.oracle.next_opening(t)


EDGES = ("next_opening", "next_closing", "previous_opening", "previous_closing")


@PROPERTY
@given(questions(), st.sampled_from(EDGES), st.sampled_from([{}, True, False]))
def test_openings_and_closings_agree(question: Question, verb: str, inclusive: Any) -> None:
    assume(question.case.minutes_a_week < WEEK)
    (t,) = question.times
    options = {} if inclusive == {} else {"inclusive": inclusive}
    found = getattr(question.engine, verb)(t, **options)
    assert utc(found) == getattr(question.oracle, verb)(t, **options)
    assert found.tzinfo is t.tzinfo


class BothOracles(Oracle):
    """Working time of two schedules combined, minute by minute."""

    longest_scan = 40

    def __init__(self, first: Oracle, second: Oracle, *, either: bool) -> None:
        super().__init__(first.zone, first.weekly)
        self.parts = first, second
        self.either = either

    def _day(self, utc_day: int) -> bytearray:
        one, other = (part._day(utc_day) for part in self.parts)
        join = max if self.either else min
        return bytearray(map(join, one, other))


@PROPERTY
@given(
    questions(),
    st.sampled_from(ZONES),
    st.sampled_from([((0, 720),), ((480, 1320),), ((1200, 1800),)]),
    st.sampled_from(EDGES),
    st.booleans(),
    st.booleans(),
)
def test_openings_and_closings_of_combinations_agree(
    question: Question, zone: str, shifts: Shifts, verb: str, either: bool, inclusive: bool
) -> None:
    one, other = question.case, Case(zone, "none", (("Mo-Su", shifts),))
    assume(one.minutes_a_week < WEEK)
    first, second = one.engine, other.engine
    engine = first | second if either else first & second
    oracle = BothOracles(one.oracle, other.oracle, either=either)
    (t,) = question.times
    try:
        expected = getattr(oracle, verb)(t, inclusive=inclusive)
    except LookupError:  # always open, or never both open
        reject()
    assert utc(getattr(engine, verb)(t, inclusive=inclusive)) == expected


@dataclass(frozen=True)
class Island:
    """A case with known and unknown dates, and the kinds that its unknown dates may have."""

    case: Case
    first: date
    last: date
    kinds: Mapping[date, str]
    """A mapping from dates around the case's instant to "full", "short" or "off"."""

    @cached_property
    def engine(self) -> Schedule:
        calendar = Calendar.plain(first=self.first, last=self.last)
        overrides = {day: shifts_text(shifts) for day, shifts in self.case.overrides}
        return Schedule(calendar, self.case.text, tz=self.case.zone, overrides=overrides)

    def knows(self, day: date) -> bool:
        return self.first <= day <= self.last or day in dict(self.case.overrides)

    @cached_property
    def completions(self) -> list[Oracle]:
        """Return four oracles: all unknown dates are full, short, off, or as in ``kinds``."""
        unknown = [day for day in self.kinds if not self.knows(day)]
        ways = [*(dict.fromkeys(unknown, kind) for kind in ("full", "short", "off")), self.kinds]
        found = []
        for way in ways:
            off, short = (
                frozenset(day for day in unknown if way[day] == k) for k in ("off", "short")
            )
            days = Days(off=off, short=short)
            oracle = Oracle(self.case.zone, self.case.weekly, days, dict(self.case.overrides))
            oracle.longest_scan = 60
            found.append(oracle)
        return found


@st.composite
def islands(draw: st.DrawFn) -> tuple[Island, datetime]:
    case = draw(cases().filter(lambda case: case.calendar == "none"))
    near = case.near.date()
    first = near + timedelta(days=draw(st.integers(-6, 1)))
    last = first + timedelta(days=draw(st.integers(0, 7)))
    around = [near + timedelta(days=n) for n in range(-20, 21)]
    kinds = st.sampled_from(["full", "short", "off"])
    chosen = draw(st.lists(kinds, min_size=41, max_size=41))
    island = Island(case, first, last, dict(zip(around, chosen, strict=True)))
    if draw(st.integers(0, 3)) == 0:
        return island, draw(moments(case))
    day = draw(st.sampled_from([first, last])) + timedelta(days=draw(st.integers(-1, 1)))
    edges = [0, *(edge for shifts in case.weekly for shift in shifts for edge in shift)]
    edges += [edge for _, shifts in case.overrides for shift in shifts for edge in shift]
    minute = draw(st.one_of(st.just(0), st.sampled_from(edges)))
    wall = datetime.combine(day, time(), ZoneInfo(case.zone)) + minute * MINUTE
    return island, utc(wall) + draw(st.sampled_from([timedelta(), TICK, -TICK]))


@PROPERTY
@given(islands(), st.sampled_from(EDGES), st.booleans())
def test_openings_and_closings_near_unknown_dates_agree_with_every_completion(
    asked: tuple[Island, datetime], verb: str, inclusive: bool
) -> None:
    island, t = asked
    expected: set[datetime | None] = set()
    for oracle in island.completions:
        try:
            expected.add(getattr(oracle, verb)(t, inclusive=inclusive))
        except LookupError:
            expected.add(None)
    try:
        found = utc(getattr(island.engine, verb)(t, inclusive=inclusive))
    except CalendarCoverageError:
        (answer, *others) = expected
        if answer is not None and not others:
            since, until = sorted((utc(t), answer))
            first = since.date() - timedelta(days=3)
            days = range((until.date() - first).days + 3)
            assert not all(island.knows(first + timedelta(days=n)) for n in days)
    else:
        assert {found} == expected


@PROPERTY
@given(questions(times=2))
def test_intervals_agree(question: Question) -> None:
    a, b = sorted(question.times, key=utc)
    found = [(utc(i.start), utc(i.end)) for i in question.engine.intervals(a, b)]
    assert found == question.oracle.intervals(a, b)


# Laws of elapsed working time


# Laws of deadlines


@PROPERTY
@given(questions())
def test_latest_start_inverts_deadline(question: Question) -> None:
    (due,) = question.times
    engine, budget = question.engine, question.budget
    start = engine.latest_start(due, budget)
    assert utc(start) <= utc(due)
    assert utc(engine.deadline(start, budget)) <= utc(due)
    assert utc(engine.deadline(utc(start) + TICK, budget)) > utc(due)


# The explanation adds up


@PROPERTY
@given(questions())
def test_the_steps_of_a_deadline_add_up(question: Question) -> None:
    (start,) = question.times
    trace = question.engine.explain(start, question.budget)
    assert sum((step.used for step in trace.steps), timedelta()) == question.budget
    assert all(step.used >= timedelta() for step in trace.steps)
    assert utc(trace.due_at) == utc(question.engine.deadline(start, question.budget))


# The zone of the argument


def answers(schedule: Schedule, t: datetime, budget: timedelta) -> dict[str, Any]:
    """Return the answers of all verbs about an instant, keyed by verb, without conversion."""
    return {
        "deadline": schedule.deadline(t, budget),
        "breaches_after": schedule.breaches_after(t, budget),
        "latest_start": schedule.latest_start(t, budget),
        "next_opening": schedule.next_opening(t),
        "is_working": schedule.is_working(t),
    }


def as_instants(found: dict[str, Any]) -> dict[str, Any]:
    return {
        verb: utc(value) if isinstance(value, datetime) else value for verb, value in found.items()
    }


@PROPERTY
@given(questions(times=2), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_answers_do_not_depend_on_the_zone_of_the_argument(
    question: Question, zone: str, other_zone: str
) -> None:
    a, b = question.times
    engine, budget = question.engine, question.budget
    here, there = a.astimezone(ZoneInfo(zone)), a.astimezone(ZoneInfo(other_zone))
    found = answers(engine, here, budget)
    assert as_instants(found) == as_instants(answers(engine, there, budget))
    assert engine.elapsed(here, b.astimezone(ZoneInfo(zone))) == engine.elapsed(there, b)


@PROPERTY
@given(questions(times=2))
def test_answers_come_in_the_zone_of_the_argument(question: Question) -> None:
    a, b = sorted(question.times, key=utc)
    engine, budget = question.engine, question.budget
    found = answers(engine, a, budget)
    if question.case.minutes_a_week < WEEK:
        found |= {verb: getattr(engine, verb)(a) for verb in EDGES}
    found["due_at"] = engine.explain(a, budget).due_at
    for interval in engine.intervals(a, b):
        found |= {"interval starts": interval.start, "interval ends": interval.end}
    foreign = {
        verb: value
        for verb, value in found.items()
        if isinstance(value, datetime) and value.tzinfo is not a.tzinfo
    }
    assert foreign == {}


@PROPERTY
@given(readings(repeated=True), st.integers(0, 600))
def test_both_readings_of_a_repeated_hour(reading: Reading, minutes: int) -> None:
    case = reading.case
    once, again = reading.wall.replace(fold=0), reading.wall.replace(fold=1)
    assert utc(again) - utc(once) == reading.jump
    assert case.engine.is_working(once) is case.engine.is_working(again)
    for t in (again, reading.other.replace(fold=0), reading.other.replace(fold=1)):
        assert case.engine.elapsed(once, t) == case.oracle.elapsed(once, t)
        assert case.engine.elapsed(t, again) == case.oracle.elapsed(t, again)
    budget = min(minutes, case.minutes_a_week) * MINUTE
    for start in (once, again):
        found = as_instants(answers(case.engine, start, budget))
        assert found == answers_of_the_oracle(case.oracle, start, budget)


@PROPERTY
@given(readings(repeated=False), st.integers(0, 1), st.integers(0, 600))
def test_a_skipped_wall_clock_time_is_the_instant_of_datetime(
    reading: Reading, fold: int, minutes: int
) -> None:
    case, start = reading.case, reading.wall.replace(fold=fold)
    budget = min(minutes, case.minutes_a_week) * MINUTE
    found = as_instants(answers(case.engine, start, budget))
    assert found == answers_of_the_oracle(case.oracle, start, budget)


def answers_of_the_oracle(oracle: Oracle, t: datetime, budget: timedelta) -> dict[str, Any]:
    return {
        "deadline": oracle.deadline(t, budget),
        "breaches_after": oracle.breaches_after(t, budget),
        "latest_start": oracle.latest_start(t, budget),
        "next_opening": oracle.next_opening(t),
        "is_working": oracle.is_working(t),
    }


# A schedule is a value


@st.composite
def far_and_wide(draw: st.DrawFn) -> tuple[Question, list[datetime]]:
    """Draw a question, and instants years apart that are asked about before it."""
    question = draw(questions())
    if question.case.calendar == "RU":
        far = st.sampled_from(russian_anchors(question.case.zone))
    else:
        near = question.case.near
        far = st.integers(-3_000, 3_000).map(lambda days: max(FIRST, near + timedelta(days=days)))
    return question, draw(st.lists(far, min_size=1, max_size=4))


@settings(PROPERTY, max_examples=max(10, EXAMPLES // 4))
@given(far_and_wide())
def test_answers_do_not_depend_on_earlier_calls(asked: tuple[Question, list[datetime]]) -> None:
    question, instants = asked
    budget = min(question.budget, 2 * question.case.minutes_a_week * MINUTE)
    used = question.case.fresh()
    instants = [*instants, *question.times]
    found = [answers(used, t, budget) for t in instants]
    found_again = [answers(used, t, budget) for t in reversed(instants)]
    alone = [answers(question.case.fresh(), t, budget) for t in instants]
    assert [as_instants(answer) for answer in found] == [as_instants(answer) for answer in alone]
    assert found_again[::-1] == found
    first, last = instants[0], instants[-1]
    assert used.elapsed(first, last) == question.case.fresh().elapsed(first, last)


@PROPERTY
@given(questions(), st.sampled_from(["asked", "fresh"]))
def test_pickles_copies_and_provisional_schedules_are_equal(question: Question, state: str) -> None:
    schedule, same_due = question.case.fresh(), question.case.fresh()
    (t,) = question.times
    expected = as_instants(answers(same_due, t, question.budget))
    if state == "asked":
        schedule.deadline(t, question.budget)
    thawed = pickle.loads(pickle.dumps(schedule))  # noqa: S301 - our own bytes
    for same in (thawed, copy.deepcopy(schedule), same_due):
        assert same == schedule
        assert hash(same) == hash(schedule)
        assert as_instants(answers(same, t, question.budget)) == expected


@PROPERTY
@given(cases(), st.sampled_from(["hours", "zone", "override"]))
def test_schedules_that_differ_are_not_equal(case: Case, what: str) -> None:
    zone, rules, overrides = case.zone, case.rules, case.overrides
    day = case.near.date() + timedelta(days=20)
    if what == "hours":
        monday = () if case.weekly[0] else ((480, 500),)
        rules = (*rules, ("Mo", monday))
        assume(any(Case(zone, case.calendar, rules).weekly))
    elif what == "zone":
        zone = ZONES[ZONES.index(zone) - 1]
    else:
        overrides = (*overrides, (day, ((480, 481),)))
    other = Case(zone, case.calendar, rules, overrides, case.off, case.yearly)
    assert other.fresh() != case.fresh()
