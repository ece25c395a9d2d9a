"""Limits that depend on dates that the calendar does not cover."""

from __future__ import annotations

from datetime import date, timedelta

from kit.diaries import HOURS, VOLGOGRAD, ask, at, clock, entry, life, only, sentence, target
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Policy,
    Schedule,
    evaluate,
)


def test_next_year_is_not_known_yet() -> None:
    # the act on 2026 is of 24 September 2025
    before, since = (
        target(schedule=Schedule(VOLGOGRAD.as_known(date(2025, 9, day)), HOURS)) for day in (23, 24)
    )
    diary = life("A-1", "Tue 30.12.2025 16:30 created", "Tue 30.12.2025 17:30 replied official")
    # Tue 16:30-18:00 = 1:30, and nothing on the 31st; 2:30 are left at the earliest on 1 January
    for as_of, unknown in (
        ("Wed 31.12.2025 12:00", False),
        ("Thu 01.01.2026 10:29", False),
        ("Thu 01.01.2026 10:30", True),  # it may be at risk
        ("Mon 12.01.2026 12:00", True),
    ):
        waiting = only(diary[:1], as_of, before)
        assert (waiting.verdict, waiting.calendar_unknown) == ("pending", unknown)
        assert (waiting.due_at, waiting.limit) == (None, None)
        assert waiting.bounds is not None
        assert waiting.bounds.due_at == (at("Thu 01.01.2026 11:30"), None)
    # an answer on a known date is in time, whatever the calendar of the new year is
    answered = only(diary, "Mon 12.01.2026 12:00", before)
    assert (answered.verdict, answered.elapsed) == ("met", timedelta(hours=1))
    # by rule Fri 09.01 is worked; the act made it a day off: Fri or Mon 2:30
    (by_rule,) = evaluate(
        diary[:1], Policy([before]), as_of=at("Wed 31.12.2025 12:00"), provisional=True
    ).outcomes
    assert sentence(by_rule) == "pending, due Fri 09.01.2026 11:30, used 1:30"
    assert by_rule.provisional is True
    certain = only(diary[:1], "Wed 31.12.2025 12:00", since)
    assert sentence(certain) == "pending, due Mon 12.01.2026 11:30, used 1:30"
    assert (certain.calendar_unknown, certain.provisional) == (False, False)


def test_a_budget_that_may_roll_back_to_its_first_date_is_certain_until_closing() -> None:
    # no date after Wednesday is known: if all were days off, the budget would end on Wednesday
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    of = [
        target(closing, schedule=office, closing=closing, budget=CalendarDays(5, roll="preceding"))
        for closing in ("latest", "strict")
    ]
    for replied, latest, strict in (
        ("Wed 12.03.2025 18:00", "met", "met"),
        ("Wed 12.03.2025 18:01", "met", "pending"),
        ("Thu 13.03.2025 00:01", "pending", "pending"),
    ):
        diary = life("A-1", "Wed 12.03.2025 10:15 created", f"{replied} replied official")
        outcomes = ask(diary, "Thu 13.03.2025 10:00", *of).outcomes
        assert [one.verdict for one in outcomes] == [latest, strict]
        assert [one.calendar_unknown for one in outcomes] == [latest != "met", strict != "met"]


def test_the_warning_of_clock_time_may_be_unknown() -> None:
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    day = target(schedule=office, budget=ClockTime(timedelta(hours=28)))
    diary = life("A-1", "Wed 12.03.2025 10:00 created")
    # due on Thursday at 14:00, but how much of Thursday is worked before it is not known
    outcome = only(diary, "Wed 12.03.2025 17:30", day)
    assert (outcome.verdict, outcome.calendar_unknown) == ("pending", True)
    assert clock(outcome.due_at) == "Thu 13.03.2025 14:00"


def test_an_answer_with_exactly_the_budget_used_is_certainly_met() -> None:
    # 14:00-18:00; when it opens next is not known, but until then nothing more is used
    office = Schedule(Calendar.plain(last=date(2025, 3, 12)), HOURS, tz="Europe/Volgograd")
    posted = entry("A-1", 0, "Wed 12.03.2025 14:00 created")
    answer = entry("A-1", 1, "Wed 12.03.2025 20:00 replied official")
    answered = only([posted, answer], "Wed 12.03.2025 21:00", target(schedule=office))
    assert (answered.verdict, answered.calendar_unknown) == ("met", False)
    waiting = only([posted], "Wed 12.03.2025 21:00", target(schedule=office))
    assert (waiting.verdict, waiting.calendar_unknown) == ("at_risk", False)
