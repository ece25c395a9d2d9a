"""Pauses in every verb: elapsed time, due times, and invalid pauses."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.properties import PROPERTY
from kit.schedule_cases import ASKED, Question, moments, questions, utc
from kit.values import FOUR, TICK
from workhours_sla import CalendarDays, ClockTime, Months, Schedule, WorkingDays, working_hours
from workhours_sla.errors import ArgumentError, CalendarCoverageError, NaiveDatetimeError

Pauses = list[tuple[datetime, datetime]]


@st.composite
def paused_questions(draw: st.DrawFn) -> tuple[Question, Pauses]:
    """Draw a question and up to three pauses near it, which may overlap and be empty."""
    question = draw(questions(times=2))
    pairs = [
        sorted((draw(moments(question.case)), draw(moments(question.case))), key=utc)
        for _ in range(draw(st.integers(1, 3)))
    ]
    return question, [(since, until) for since, until in pairs]


def elapsed_by_pieces(question: Question, a: datetime, b: datetime, pauses: Pauses) -> timedelta:
    """Add up the oracle's working time outside of pauses, cut where pauses begin or end."""
    edges = sorted({utc(edge) for pause in pauses for edge in pause})
    total = timedelta(0)
    for start, end in question.oracle.intervals(a, b):
        inner = [utc(start), *(edge for edge in edges if utc(start) < edge < utc(end)), utc(end)]
        for first, last in pairwise(inner):
            if not any(utc(since) <= first < utc(until) for since, until in pauses):
                total += last - first
    return total


@PROPERTY
@given(paused_questions())
def test_elapsed_excludes_pauses(case: tuple[Question, Pauses]) -> None:
    question, pauses = case
    a, b = sorted(question.times, key=utc)
    expected = elapsed_by_pieces(question, a, b, pauses)
    assert question.engine.elapsed(a, b, pauses=pauses) == expected
    assert question.engine.elapsed(b, a, pauses=pauses) == -expected


@PROPERTY
@given(paused_questions(), st.booleans())
def test_due_and_limit_equals_both_verbs(case: tuple[Question, Pauses], within: bool) -> None:
    question, pauses = case
    start, budget, engine = question.times[0], question.budget, question.engine
    pauses = pauses if within else []
    expected = (
        engine.deadline(start, budget, pauses=pauses),
        engine.breaches_after(start, budget, pauses=pauses),
    )
    assert engine.due_and_limit(start, budget, pauses=pauses) == expected
    for _ in range(ASKED):  # the second call takes the fast path
        assert engine.due_and_limit(utc(start), budget, pauses=pauses) == tuple(map(utc, expected))
        engine.elapsed(start, start)
    assert all(
        found.tzinfo is UTC for found in engine.due_and_limit(utc(start), budget, pauses=pauses)
    )


@PROPERTY
@given(
    st.integers(1, 40),
    st.integers(0, 12_000),
    st.lists(st.tuples(st.integers(-3_000, 60_000), st.integers(0, 30_000)), max_size=4),
)
def test_dates_paused_at_midnight_do_not_count_one_by_one(
    count: int, begins: int, stretches: list[tuple[int, int]]
) -> None:
    """Test America/New_York on the days of 2025 when the clocks change."""
    office = Schedule(None, "Mo-Su 09:00-18:00", tz="America/New_York")
    base = datetime(2025, 10, 25, tzinfo=UTC)
    start = base + timedelta(minutes=begins)
    pauses = [
        (base + timedelta(minutes=since), base + timedelta(minutes=since + length))
        for since, length in stretches
    ]
    day, left = start.astimezone(office.tz).date(), count
    while left:
        day += timedelta(days=1)
        midnight = datetime.combine(day + timedelta(days=1), time(), office.tz).astimezone(UTC)
        left -= not any(since <= midnight < until for since, until in pauses)
    assert CalendarDays(count, roll="none").due_on(office, start, pauses) == day
    assert WorkingDays(count).due_on(office, start, pauses) == day
    there = [(since.astimezone(office.tz), until.astimezone(office.tz)) for since, until in pauses]
    assert CalendarDays(count, roll="following").due_on(office, start, there) == day


def test_explain_shows_paused_time() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    posted = datetime(2025, 6, 9, 16, tzinfo=office.tz)
    asked, answered = posted.replace(hour=17, minute=10), posted.replace(day=11, hour=12, minute=20)
    trace = office.explain(posted, working_hours(4), pauses=[(asked, answered)])
    assert str(trace.due_at) == "2025-06-11 16:10:00+03:00"
    assert [(step.used, step.paused) for step in trace.steps] == [
        (timedelta(hours=1, minutes=10), timedelta(minutes=50)),
        (timedelta(0), timedelta(hours=8)),
        (timedelta(hours=2, minutes=50), timedelta(hours=3, minutes=20)),
    ]
    assert trace.used == working_hours(4)
    assert "3:20 paused" in str(trace)
    assert "8:00 приостановлено" in trace.text("ru")


def test_a_pause_that_begins_when_the_budget_ends_moves_only_the_limit() -> None:
    office = Schedule(None, "Mo-Su 09:00-18:00", tz="Europe/Moscow")
    day = [datetime(2025, 3, 12, hour, tzinfo=office.tz) for hour in range(24)]
    pauses = [(day[14], day[16])]
    assert office.deadline(day[10], working_hours(4), pauses=pauses) == day[14]
    assert office.breaches_after(day[10], working_hours(4), pauses=pauses) == day[16]
    for _ in range(ASKED):
        assert office.due_and_limit(utc(day[10]), working_hours(4), pauses=pauses) == (
            day[14],
            day[16],
        )


OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
A, B = (datetime(2025, 3, day, 12, tzinfo=OFFICE.tz) for day in (12, 14))
Asked = Callable[[Any], object]
VERBS: dict[str, Asked] = {
    "elapsed": lambda pauses: OFFICE.elapsed(A, B, pauses=pauses),
    "deadline": lambda pauses: OFFICE.deadline(A, FOUR, pauses=pauses),
    "deadline of nothing": lambda pauses: OFFICE.deadline(A, timedelta(0), pauses=pauses),
    "by rule": lambda pauses: OFFICE.deadline(A, FOUR, pauses=pauses, provisional=True),
    "breaches_after": lambda pauses: OFFICE.breaches_after(A, FOUR, pauses=pauses),
    "due_and_limit": lambda pauses: OFFICE.due_and_limit(A, FOUR, pauses=pauses),
    "due_and_limit in UTC": lambda pauses: OFFICE.due_and_limit(utc(A), FOUR, pauses=pauses),
    "remaining": lambda pauses: OFFICE.remaining(A, FOUR, as_of=B, pauses=pauses),
    "explain": lambda pauses: OFFICE.explain(A, FOUR, pauses=pauses),
    "explain a span": lambda pauses: OFFICE.explain(A, B, pauses=pauses),
    "combined": lambda pauses: (OFFICE & OFFICE).deadline(A, FOUR, pauses=pauses),
    "due_on": lambda pauses: WorkingDays(2).due_on(OFFICE, A, pauses),
    "working days": lambda pauses: OFFICE.deadline(A, WorkingDays(2), pauses=pauses),
    "days": lambda pauses: OFFICE.due_and_limit(
        A, CalendarDays(2, roll="following"), pauses=pauses
    ),
    "months": lambda pauses: OFFICE.breaches_after(A, Months(1, roll="none"), pauses=pauses),
    "clock time": lambda pauses: OFFICE.deadline(A, ClockTime(FOUR), pauses=pauses),
}
BAD_PAUSES: dict[str, tuple[object, type[Exception], str]] = {
    "open": ([(A, None)], ArgumentError, r"pause since 2025-03-12 12.* has no end; .* such as now"),
    "second open": ([(A, B), (B, None)], ArgumentError, "since 2025-03-14 12.* has no end"),
    "no start": ([(None, B)], ArgumentError, "None is not a datetime; give an aware one"),
    "three": ([(A, B, B)], ArgumentError, r"\(.*\) is not a pause; give a pair \(since, until\)"),
    "the pair": ((A, B), ArgumentError, r"datetime\(2025, 3, 12, .* is not a pause; give a pair"),
    "two letters": (["ab"], ArgumentError, "'ab' is not a pause; give a pair"),
    "a text": ("2025", ArgumentError, "pauses='2025' is not a list; give a list of pairs"),
    "an iterator": (iter([(A, B)]), ArgumentError, "is not a list; give a list of pairs"),
    "texts": ([("2025-03-12", "2025-03-14")], ArgumentError, "'2025-03-12' is not a datetime"),
    "dates": ([(A.date(), B.date())], ArgumentError, r"date\(2025, 3, 12\) is not a datetime"),
    "naive start": ([(A.replace(tzinfo=None), B)], NaiveDatetimeError, "2025, 3, 12, .* no zone"),
    "naive end": ([(A, B.replace(tzinfo=None))], NaiveDatetimeError, "2025, 3, 14, .* no zone"),
    "turned": ([(B, A)], ValueError, "the pause from 2025-03-14 .* ends before it starts"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("bad", BAD_PAUSES)
def test_invalid_pauses_are_refused_by_every_verb(bad: str, verb: str) -> None:
    pauses, error, message = BAD_PAUSES[bad]
    for _ in range(ASKED):
        with pytest.raises(error, match=message) as caught:
            VERBS[verb](pauses)
    assert type(caught.value) is error
    assert VERBS[verb](None) == VERBS[verb]([]) == VERBS[verb](())


@PROPERTY
@given(paused_questions())
def test_the_deadline_and_the_limit_are_where_the_budget_is_used_up(
    case: tuple[Question, Pauses],
) -> None:
    question, pauses = case
    start, budget, engine = question.times[0], question.budget, question.engine
    due = engine.deadline(start, budget, pauses=pauses)
    limit = engine.breaches_after(start, budget, pauses=pauses)
    assert due.tzinfo is start.tzinfo
    assert engine.elapsed(start, due, pauses=pauses) == budget
    assert engine.elapsed(start, limit, pauses=pauses) == budget
    assert engine.elapsed(start, utc(limit) + TICK, pauses=pauses) > budget
    if budget:
        assert engine.elapsed(start, utc(due) - TICK, pauses=pauses) < budget
    else:
        assert utc(due) == utc(start)


def test_a_pause_past_the_known_dates_leaves_the_deadline_unknown() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    start = datetime(2027, 12, 28, 12, tzinfo=office.tz)
    far = datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(CalendarCoverageError, match="2028"):
        office.deadline(start, working_hours(4), pauses=[(start, far)])
    assert office.deadline(start, working_hours(1), pauses=[(far, far)]).hour == 13
    at_the_end = datetime.max.replace(tzinfo=UTC)
    for budget in (working_hours(4), WorkingDays(2), CalendarDays(2, roll="none")):
        with pytest.raises(CalendarCoverageError, match="9999"):
            office.deadline(start, budget, pauses=[(start, at_the_end)])


def test_nat_of_pandas_is_not_an_end() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match=r"the pause since 2025-03-12 .* has no end"):
        OFFICE.elapsed(A, B, pauses=[(pandas.Timestamp(A), pandas.NaT)])
