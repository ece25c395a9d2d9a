"""Calendars, budgets and events that change while a clock runs, or are not known yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kit.diaries import (
    HOURS,
    VOLGOGRAD,
    Watch,
    ask,
    at,
    clock,
    entry,
    judge,
    life,
    only,
    phases,
    sentence,
    target,
)
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Evaluation,
    Event,
    Policy,
    Rule,
    Schedule,
    evaluate,
    working_hours,
)

DECREES = {
    # Fri 16:00-18:00 = 2:00; Mon 2:00, or after the days off, 30.10-07.11: Mon 08.11 2:00
    "595": (date(2021, 10, 19), date(2021, 10, 20), "Fri 29.10.2021 16:00", "Mon 01.11.2021 11:00",
            "Mon 08.11.2021 11:00"),
    # Fri 2:00; Mon 2:00, or after 30.03-11.05: Tue 12.05 2:00
    "206, 239, 294": (date(2020, 3, 24), date(2020, 4, 28), "Fri 27.03.2020 16:00",
                      "Mon 30.03.2020 11:00", "Tue 12.05.2020 11:00"),
}  # fmt: skip


@pytest.mark.parametrize("decree", DECREES)
def test_a_decree_that_comes_late(decree: str) -> None:
    before, after, posted, old_due, new_due = DECREES[decree]
    then = target(schedule=Schedule(VOLGOGRAD.as_known(before), HOURS))
    corrected = target(schedule=Schedule(VOLGOGRAD.as_known(after), HOURS))
    diary = life("A-1", f"{posted} created")
    assert judge(diary, posted, then) == {"answer": f"pending, due {old_due}, used 0:00"}
    assert judge(diary, posted, corrected) == {"answer": f"pending, due {new_due}, used 0:00"}
    watch = Watch(then)
    assert watch.apply(*diary) == {f"opened {posted}"}
    assert watch.replace(corrected) == {f"due {new_due}"}
    assert watch.replace(corrected) == set()
    assert watch.advance(old_due) == set()


AMENDED_DIARY = ("Tue 31.01.2023 16:30 created citizen", "Fri 03.02.2023 10:00 replied official")
BEFORE_AMENDMENT, SINCE_AMENDMENT = (
    target(schedule=Schedule(VOLGOGRAD.as_known(date(2023, 1, day)), HOURS)) for day in (23, 24)
)


def test_an_amendment_after_the_old_limit_retracts_the_breach() -> None:
    posted, answer = life("A-1", *AMENDED_DIARY)
    # this appeal was answered on Monday, before the changed days
    other = life("A-2", "Mon 30.01.2023 10:00 created", "Mon 30.01.2023 11:00 replied")
    watch = Watch(BEFORE_AMENDMENT)
    watch.apply(*other)
    assert watch.apply(posted) == {"opened Tue 31.01.2023 16:30"}
    # three hours are used on Wed at 10:30
    assert watch.advance("Thu 02.02.2023 12:00") == {
        "at_risk Wed 01.02.2023 10:30",
        "breached Wed 01.02.2023 11:30",
    }
    assert watch.replace(SINCE_AMENDMENT) == {
        "not at_risk",
        "not breached",
        "due Fri 03.02.2023 11:30",
    }
    assert watch.advance("Fri 03.02.2023 09:59") == set()
    assert watch.apply(answer) == {"met Fri 03.02.2023 10:00"}
    # unanswered, it would have been at risk on Friday at 10:30
    assert watch.advance("Mon 06.02.2023 12:00") == set()


def test_a_budget_that_changes_while_the_clock_runs() -> None:
    # urgent appeals have two hours, others four; this appeal becomes urgent at 14:30
    rules = [
        Rule([target("urgent", budget=working_hours(2), pauses=True)], importances={"high"}),
        Rule([target("normal", pauses=True)]),
    ]
    lines = ["Wed 12.03.2025 10:00 created", "Wed 12.03.2025 14:30 edited importance=high"]
    early = life("A-1", *lines, "Wed 12.03.2025 11:00 paused", "Wed 12.03.2025 12:00 resumed")
    across = life("A-1", *lines, "Wed 12.03.2025 12:00 paused", "Wed 12.03.2025 15:00 resumed")
    late = life("A-1", *lines, "Wed 12.03.2025 15:00 paused", "Wed 12.03.2025 16:00 resumed")
    for on_change, diary, said in (
        # 10:00-11:00, 12:00-13:00, 14:00-17:00 = 5:00
        ("from_creation", early, "breached by 3:00, due Wed 12.03.2025 13:00, used 5:00"),
        # 10:00-12:00, 15:00-17:00
        ("from_creation", across, "breached by 2:00, due Wed 12.03.2025 12:00, used 4:00"),
        # 10:00-13:00, 14:00-15:00, 16:00-17:00
        ("from_creation", late, "breached by 3:00, due Wed 12.03.2025 12:00, used 5:00"),
        # 14:30-17:00; the pause was over before
        ("from_change", early, "breached by 0:30, due Wed 12.03.2025 16:30, used 2:30"),
        # paused from the start to 15:00
        ("from_change", across, "at_risk, due Wed 12.03.2025 17:00, used 2:00"),
        # 14:30-15:00, 16:00-17:00
        ("from_change", late, "at_risk, due Wed 12.03.2025 17:30, used 1:30"),
    ):
        policy = Policy(rules, on_change=on_change)
        for events in (diary, diary[::-1]):
            (outcome,) = evaluate(events, policy, as_of=at("Wed 12.03.2025 17:00")).outcomes
            assert (outcome.target, sentence(outcome)) == ("urgent", said)


def test_a_clock_built_by_rule_starts_no_earlier_than_its_rule() -> None:
    urgent = Rule([target("urgent", budget=working_hours(2))], importances=["high"])
    policy = Policy([urgent, Rule([target("plain")])], on_change="from_change")
    diary = life(
        "A-1",
        "Wed 29.12.2027 09:00 created importance=low",
        "Thu 30.12.2027 17:00 edited importance=high",
    )
    # the calendar of 2028 is not known; by rule Monday 10 January is the first working day
    as_of = at("Tue 11.01.2028 09:00")
    (outcome,) = evaluate(diary, policy, as_of=as_of, provisional=True).outcomes
    assert sentence(outcome) == "breached by 7:00, due Mon 10.01.2028 10:00, used 9:00"
    assert outcome.provisional


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


def test_late_events_and_corrections() -> None:
    diary = life(
        "A-1",
        "Fri 01.11.2024 15:30 created citizen",
        "Sat 02.11.2024 10:10 replied official id=reply; received Sat 02.11.2024 12:05",
        "Sat 02.11.2024 10:50 corrected of=reply; received Tue 05.11.2024 10:00",
        "Sat 02.11.2024 09:10 corrected of=reply; received Tue 05.11.2024 11:00",
        "Sat 02.11.2024 11:40 corrected of=reply; received Tue 05.11.2024 09:00",
    )
    watch = Watch()
    assert watch.apply(diary[0]) == {"opened Fri 01.11.2024 15:30"}
    # Fri 15:30-18:00 = 2:30; three hours are used on Sat at 09:30, four at 10:30
    assert watch.advance("Sat 02.11.2024 12:00") == {
        "at_risk Sat 02.11.2024 09:30",
        "breached Sat 02.11.2024 10:30",
    }
    due = "due Sat 02.11.2024 10:30"
    for number, changes, said in (
        # 2:30 + 09:00-10:10
        (1, {"not breached", "met Sat 02.11.2024 10:10"}, f"met, {due}, used 3:40"),
        # 2:30 + 09:00-10:50
        (2, {"not met", "breached Sat 02.11.2024 10:30"}, f"breached by 0:20, {due}, used 4:20"),
        # 2:30 + 09:00-09:10, before the warning
        (3, {"not at_risk", "not breached", "met Sat 02.11.2024 09:10"}, f"met, {due}, used 2:40"),
        # this correction was received before the one that counts
        (4, set(), f"met, {due}, used 2:40"),
    ):
        assert watch.apply(diary[number]) == changes
        heard = diary[: number + 1]
        assert judge(heard, "Tue 05.11.2024 12:00") == {"answer": said}
        assert judge(heard[::-1], "Tue 05.11.2024 12:00") == {"answer": said}
    assert watch.apply(*diary) == set()
    assert watch.current == ["met", "opened"]


def test_only_a_later_correction_of_the_event_replaces_a_correction() -> None:
    posted, answer, first, of_itself, of_the_first, again = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 12:00 replied official id=reply",
        "Wed 12.03.2025 15:45 corrected of=reply id=first; received Thu 13.03.2025 09:00",
        "Wed 12.03.2025 11:00 corrected of=self id=self agency=B; received Thu 13.03.2025 10:00",
        "Wed 12.03.2025 11:00 corrected of=first agency=B; received Thu 13.03.2025 11:00",
        "Wed 12.03.2025 15:00 corrected of=reply; received Thu 13.03.2025 12:00",
    )
    # 10:15-13:00 = 2:45, 14:00-15:45 = 1:45
    diary = [posted, answer, first, of_itself, of_the_first]
    outcome = only(diary, "Thu 13.03.2025 18:00")
    assert sentence(outcome) == "breached by 0:30, due Wed 12.03.2025 15:15, used 4:30"
    assert outcome.agency_id == "A"
    # 2:45 + 1:00
    corrected = only([*diary, again], "Thu 13.03.2025 18:00")
    assert sentence(corrected) == "met, due Wed 12.03.2025 15:15, used 3:45"


def test_as_of_an_instant_events_count_by_their_corrected_times() -> None:
    posted, answer, later, earlier = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 12:00 replied official id=reply",
        "Wed 12.03.2025 17:00 corrected of=reply; received Thu 13.03.2025 09:00",
        "Wed 12.03.2025 11:00 corrected of=reply; received Thu 13.03.2025 10:00",
    )

    def as_of_16(*events: Event) -> Evaluation:
        return evaluate(events, Policy([target()]), as_of=at("Wed 12.03.2025 16:00"))

    moved_on = as_of_16(posted, answer, later)  # 2:45 and 14:00-16:00, and the reply yet to come
    assert [sentence(one) for one in moved_on.outcomes] == [
        "breached by 0:45, due Wed 12.03.2025 15:15, used 4:45"
    ]
    counts = moved_on.reconciliation
    assert (counts.read, counts.applied, counts.after_as_of) == (3, 1, 2)
    for events in ([posted, answer, later, earlier], [earlier, later, answer, posted]):
        outcome = as_of_16(*events).outcomes[0]
        assert sentence(outcome) == "met, due Wed 12.03.2025 15:15, used 0:45"
    late = entry("A-1", 1, "Wed 12.03.2025 17:00 replied official id=reply")
    assert as_of_16(posted, late, earlier).outcomes[0].verdict == "met"
    assert as_of_16(late, posted).reconciliation.late == 0  # events left out make none late
    spans = phases([posted, answer, later], "Wed 12.03.2025 16:00", target())
    assert spans == [("assigned", "A", "4:45")]


def test_late_pauses_deletions_and_duplicates_retract_a_breach() -> None:
    # 10:15-13:00 = 2:45; three hours are used at 14:15, four at 15:15
    late = {"at_risk Wed 12.03.2025 14:15", "breached Wed 12.03.2025 15:15"}
    posted, deleted, restored, duplicate = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen",
        "Wed 12.03.2025 15:00 deleted citizen; received Wed 12.03.2025 16:10",
        "Wed 12.03.2025 15:10 restored; received Wed 12.03.2025 16:20",
        "Wed 12.03.2025 16:30 duplicate_of coordinator",
    )
    watch = Watch()
    assert watch.apply(posted) == {"opened Wed 12.03.2025 10:15"}
    assert watch.advance("Wed 12.03.2025 16:00") == late
    assert watch.apply(deleted) == {"not breached", "withdrawn Wed 12.03.2025 15:00"}
    assert watch.apply(restored) == {"not withdrawn", "breached Wed 12.03.2025 15:15"}
    assert watch.apply(duplicate) >= {"not breached", "excluded Wed 12.03.2025 16:30"}

    paused, resumed, answer = life(
        "A-1",
        "Wed 12.03.2025 15:00 paused official id=p; received Wed 12.03.2025 16:10",
        "Wed 12.03.2025 16:30 resumed id=q",
        "Wed 12.03.2025 16:50 replied official id=r",
    )
    watch = Watch(target(pauses=True))
    watch.apply(posted)
    assert watch.advance("Wed 12.03.2025 16:00") == late
    assert watch.apply(paused) == {"not breached", "paused Wed 12.03.2025 15:00"}
    # a quarter of an hour of the budget was left
    assert watch.apply(resumed) | watch.advance("Wed 12.03.2025 16:40") == {
        "resumed Wed 12.03.2025 16:30",
        "due Wed 12.03.2025 16:45",
    }
    # an earlier answer may still arrive
    assert watch.apply(answer) == set()
    assert watch.advance("Wed 12.03.2025 16:46") == {"breached Wed 12.03.2025 16:45"}


def test_known_at_leaves_out_events_received_later() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 14:00 replied official id=reply; received Wed 12.03.2025 14:05",
        "Wed 12.03.2025 15:30 corrected of=reply; received Thu 13.03.2025 09:00",
    )
    repeat = entry("A-1", 1, "Wed 12.03.2025 14:00 replied official id=reply")
    late = entry(
        "A-1", 1, "Wed 12.03.2025 14:00 replied official id=reply; received Fri 14.03.2025 09:00"
    )
    policy = Policy([target()])
    for known_at, said in (
        # on Friday, all as of Wednesday 16:00: 10:15-13:00 = 2:45, and from 14:00 on
        ("Wed 12.03.2025 13:59", "breached by 0:45, due Wed 12.03.2025 15:15, used 4:45"),
        ("Wed 12.03.2025 14:05", "met, due Wed 12.03.2025 15:15, used 2:45"),
        ("Thu 13.03.2025 09:00", "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"),
    ):
        for events in (diary, [*diary, late], [late, *diary[::-1]], [repeat, *diary]):
            if repeat in events and known_at.endswith("13:59"):
                continue  # it was received as it occurred
            result = evaluate(
                events, policy, as_of=at("Wed 12.03.2025 16:00"), known_at=at(known_at)
            )
            assert [sentence(one) for one in result.outcomes] == [said]
