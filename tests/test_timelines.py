"""Diaries of appeals, with every answer calculated by hand.

S8 is 09:00-13:00, 14:00-18:00, S9 is 09:00-18:00; a short day ends at 17:00. The dates have traps:
short days, working Saturdays, New Year, days off by decree, and clock changes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workhours_sla import (
    Calendar,
    CalendarDays,
    Change,
    ClockTime,
    Evaluation,
    Event,
    EventType,
    Layer,
    Monitor,
    Outcome,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.sla.fold import fold
from workhours_sla.sla.holders import breach_owner
from workhours_sla.worktime.budget import format_amount

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
VOLGOGRAD = Calendar.get("RU-VGG")
S8 = Schedule(VOLGOGRAD, HOURS)
S9 = Schedule(VOLGOGRAD, "Mo-Fr 09:00-18:00")
DUTY = Schedule(None, "Mo-Su 08:00-20:00", tz="Europe/Volgograd")
ROUND_THE_CLOCK = Schedule(None, "24/7", tz="Europe/Volgograd")

# -- diaries ---------------------------------------------------------------------------------------

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORDS: dict[str, dict[str, Any]] = {
    "citizen": {"author_role": "citizen"},
    "official": {"author_role": "official"},
    "coordinator": {"author_role": "coordinator"},
    "system": {"author_role": "system"},
    "substantive": {"substantive": True},
    "formal": {"substantive": False},
    "interim": {"reason": "interim"},
}
FIELDS = {"id": "event_id", "of": "refers_to", "agency": "agency_id", "district": "district_id"}


def at(text: str) -> datetime:
    """Return the time of "Wed 12.03.2025 10:15", in Volgograd unless it has an offset."""
    weekday, day, time = text.split()
    when = datetime.fromisoformat("-".join(reversed(day.split("."))) + f"T{time}")
    assert WEEKDAYS[when.weekday()] == weekday, text
    return when if when.tzinfo else when.replace(tzinfo=S8.tz)


def entry(appeal: str, number: int, line: str) -> Event:
    """Return the event of a line: time, type, words, and when it was received if not at once."""
    happened, _, receipt = line.partition("; received ")
    weekday, day, time, kind, *words = happened.split()
    fields: dict[str, Any] = {"event_id": f"{appeal}/{number}"}
    for word in words:
        name, is_pair, value = word.partition("=")
        fields |= {FIELDS.get(name, name): value} if is_pair else WORDS[word]
    when = at(f"{weekday} {day} {time}")
    received = at(receipt) if receipt else when
    return Event(
        appeal_id=appeal, type=EventType(kind), occurred_at=when, received_at=received, **fields
    )


def life(appeal: str, *lines: str) -> list[Event]:
    return [entry(appeal, number, line) for number, line in enumerate(lines)]


def target(name: str = "answer", **options: Any) -> Target:
    """Return a target of four working hours on S8, with some options."""
    budget = options.pop("budget", working_hours(4))
    return Target(name, budget, options.pop("schedule", S8), **options)


def clock(when: datetime | None, tz: ZoneInfo = S8.tz) -> str:
    if when is None:
        return "unknown"
    local = when.astimezone(tz)
    return f"{WEEKDAYS[local.weekday()]} {local:%d.%m.%Y %H:%M}"


def sentence(outcome: Outcome) -> str:
    """Return "breached by 0:25, due Mon 15.09.2025 14:10, used 4:25"."""
    verdict = str(outcome.verdict)
    if outcome.overdue:
        verdict += f" by {format_amount(outcome.overdue)}"
    assert outcome.elapsed is not None
    return f"{verdict}, due {clock(outcome.due_at)}, used {format_amount(outcome.elapsed)}"


FINAL = {"met", "breached", "withdrawn", "excluded"}


def ask(events: list[Event], as_of: str, *targets: Target) -> Evaluation:
    """Return the batch answer, checked against a monitor with the events in two orders."""
    policy = Policy(targets or [target()])
    result = evaluate(events, policy, as_of=at(as_of))
    assert (result.quarantine, result.unmatched) == ((), ())
    verdicts = {(one.appeal_id, one.target, one.cycle): {one.verdict} for one in result.outcomes}
    for order in (events, events[::-1]):
        monitor = Monitor(policy)
        log = [change for event in order for change in monitor.apply(event)]
        log += monitor.advance(at(as_of))
        retracted = {change.retracts for change in log}
        kinds: dict[tuple[str, str, int], set[str]] = {}
        for change in log:
            if change.retracts is None and change.change_id not in retracted:
                kinds.setdefault((change.appeal_id, change.target, change.cycle), set()).add(
                    change.kind
                )
        assert {key: found & FINAL for key, found in kinds.items()} == {
            key: verdict & FINAL for key, verdict in verdicts.items()
        }
    return result


def judge(events: list[Event], as_of: str, *targets: Target) -> dict[str, str]:
    """Return a sentence for each target; there must be one appeal."""
    outcomes = ask(events, as_of, *targets).outcomes
    assert len({outcome.target for outcome in outcomes}) == len(outcomes)
    return {outcome.target: sentence(outcome) for outcome in outcomes}


def only(events: list[Event], as_of: str, *targets: Target) -> Outcome:
    (outcome,) = ask(events, as_of, *targets).outcomes
    return outcome


def phases(events: list[Event], as_of: str, of: Target) -> list[tuple[str, str | None, str]]:
    """Return the phases of the appeal in order, each with its holder and working time."""
    spans = holder_spans(events, of, as_of=at(as_of))
    return [(span.phase, span.holder, format_amount(span.worked)) for span in spans]


def shares(events: list[Event], as_of: str, of: Target) -> list[tuple[str | None, str]]:
    return [(holder, worked) for _, holder, worked in phases(events, as_of, of)]


class Watch:
    """A monitor that reports in words: "breached Wed 12.03.2025 15:15", "not breached"."""

    def __init__(self, *targets: Target) -> None:
        self.monitor = Monitor(Policy(targets or [target()]))
        self.kinds: dict[str, str] = {}

    def apply(self, *events: Event) -> set[str]:
        return self._words([change for one in events for change in self.monitor.apply(one)])

    def advance(self, until: str) -> set[str]:
        return self._words(self.monitor.advance(at(until)))

    def replace(self, *targets: Target) -> set[str]:
        return self._words(self.monitor.replace(Policy(targets)))

    def _words(self, changes: list[Change] | tuple[Change, ...]) -> set[str]:
        words = [self._word(change) for change in changes]
        assert len(set(words)) == len(words), words
        return set(words)

    def _word(self, change: Change) -> str:
        if change.retracts is not None:
            return f"not {self.kinds.pop(change.retracts)}"
        self.kinds[change.change_id] = str(change.kind)
        if change.kind == "due_changed":
            return f"due {clock(change.due_at)}"
        return f"{change.kind} {clock(change.at)}"

    @property
    def current(self) -> list[str]:
        """The changes that were reported and not retracted."""
        return sorted(self.kinds.values())


# -- common mistakes -------------------------------------------------------------------------------


def test_posted_is_not_registered() -> None:
    # a post that was found after 40 minutes, registered and assigned on a working Saturday
    diary = life(
        "A-1",
        "Fri 26.04.2024 17:00 created citizen; received Fri 26.04.2024 17:40",
        "Sat 27.04.2024 10:00 registered",
        "Sat 27.04.2024 11:30 assigned agency=roads",
        "Sat 27.04.2024 14:30 replied official",
    )
    starts = ("posted", "detected", "registered", "assigned")
    targets = [target(start, starts=start) for start in starts]
    assert judge(diary, "Sat 27.04.2024 18:00", *targets) == {
        # Fri 17:00-18:00 = 1:00, Sat 09-13 = 4:00, 14:00-14:30 = 0:30; due 3:00 into Saturday
        "posted": "breached by 1:30, due Sat 27.04.2024 12:00, used 5:30",
        # Fri 17:40-18:00 = 0:20, Sat 4:30; due 3:40 into Saturday
        "detected": "breached by 0:50, due Sat 27.04.2024 12:40, used 4:50",
        # 10:00-13:00 = 3:00, 14:00-14:30 = 0:30; the fourth hour is 14:00-15:00
        "registered": "met, due Sat 27.04.2024 15:00, used 3:30",
        # 11:30-13:00 = 1:30, 14:00-14:30 = 0:30; the last 2:30 are 14:00-16:30
        "assigned": "met, due Sat 27.04.2024 16:30, used 2:00",
    }
    # the delay: Fri 1:00 + Sat 09:00-10:00; then 10:00-11:30; then 11:30-13:00 + 14:00-14:30
    assert phases(diary, "Sat 27.04.2024 18:00", targets[0]) == [
        ("unregistered", None, "2:00"),
        ("unassigned", None, "1:30"),
        ("assigned", "roads", "2:00"),
    ]


def test_an_appeal_never_registered_has_no_clock_from_registration() -> None:
    diary = life("A-1", "Fri 26.04.2024 17:00 created")
    late = [target(start, starts=start) for start in ("registered", "assigned")]
    assert judge(diary, "Thu 02.05.2024 10:00", target("posted"), *late) == {
        # Fri 1:00 + Sat 8:00 + Thu 1:00 (28.04-01.05 are off)
        "posted": "breached by 6:00, due Sat 27.04.2024 12:00, used 10:00",
    }


def test_the_citizen_writes_again_before_an_answer() -> None:
    diary = life(
        "A-1",
        "Fri 31.10.2025 15:30 created citizen",
        "Fri 31.10.2025 17:50 citizen_message citizen",
        "Sat 01.11.2025 11:00 replied official",
        "Sat 01.11.2025 16:30 citizen_message citizen",
        "Wed 05.11.2025 10:00 replied official",
    )
    # Fri 15:30-18:00 = 2:30, Sat 09:00-11:00 = 2:00. The second exchange is shorter:
    # Sat (short) 16:30-17:00 = 0:30, Wed 1:00 = 1:30
    late = "breached by 0:30, due Sat 01.11.2025 10:30, used 4:30"
    next_reply = target("next", stops="next_reply")
    assert judge(diary, "Wed 05.11.2025 12:00", target("first"), next_reply) == {
        "first": late,
        "next": late,
    }


def test_the_next_reply_is_due_from_the_first_message_that_is_unanswered() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:10 created citizen",
        "Wed 12.03.2025 09:40 replied official",
        "Wed 12.03.2025 10:15 citizen_message citizen",
        "Wed 12.03.2025 14:20 citizen_message citizen",
        "Wed 12.03.2025 15:30 replied official",
        "Wed 12.03.2025 17:00 citizen_message citizen",
    )
    targets = target("first"), target("next", stops="next_reply")
    # 09:10-13:00 = 3:50, 14:00-14:10 = 0:10
    first = "met, due Wed 12.03.2025 14:10, used 0:30"
    # answered in time, nothing open
    assert judge(diary[:2], "Wed 12.03.2025 10:00", *targets) == {"first": first, "next": first}
    assert judge(diary[:4], "Wed 12.03.2025 15:00", *targets) == {
        "first": first,
        # 10:15-13:00 = 2:45, 14:00-15:00 = 1:00; the last 1:15 are 14:00-15:15
        "next": "at_risk, due Wed 12.03.2025 15:15, used 3:45",
    }
    # 2:45 + 14:00-15:30 = 1:30, and the message that is still open does not hide it
    late = "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"
    for events in (diary[:5], diary):
        found = judge(events, "Wed 12.03.2025 17:30", *targets)
        assert found == {"first": first, "next": late}
    assert only(diary, "Wed 12.03.2025 17:30", targets[1]).started_at == at("Wed 12.03.2025 10:15")


def test_of_exchanges_answered_in_time_the_open_one_counts_then_the_longest() -> None:
    diary = life(
        "A-1",
        "Tue 30.12.2025 10:00 created citizen",
        "Tue 30.12.2025 12:00 replied official",
        "Tue 30.12.2025 14:00 citizen_message citizen",
        "Tue 30.12.2025 15:00 replied official",
        "Tue 30.12.2025 16:30 citizen_message citizen",
        "Mon 12.01.2026 09:20 replied official",
    )
    next_reply = target(stops="next_reply")
    # 2:00, 1:00, then open: Tue 16:30-18:00 = 1:30, 31.12-11.01 are off, Mon 2:30
    assert judge(diary[:5], "Fri 09.01.2026 12:00", next_reply) == {
        "answer": "pending, due Mon 12.01.2026 11:30, used 1:30",
    }
    # 2:00, 1:00, 1:30 + 0:20 = 1:50; the first: 10:00-13:00 = 3:00, 14:00-15:00
    assert judge(diary, "Mon 12.01.2026 10:00", next_reply) == {
        "answer": "met, due Tue 30.12.2025 15:00, used 2:00",
    }


def test_the_longest_exchange_may_be_in_the_middle() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created citizen",
        "Wed 12.03.2025 10:00 replied official",
        "Wed 12.03.2025 10:05 citizen_message citizen",
        "Wed 12.03.2025 13:00 replied official",
        "Wed 12.03.2025 14:00 citizen_message citizen",
        "Wed 12.03.2025 14:30 replied official",
    )
    assert judge(diary, "Wed 12.03.2025 18:00", target(stops="next_reply")) == {
        "answer": "met, due Wed 12.03.2025 15:05, used 2:55",
    }


def test_several_answers() -> None:
    diary = life(
        "A-1",
        "Fri 27.12.2024 16:45 created citizen",
        "Fri 27.12.2024 17:10 replied citizen",
        "Fri 27.12.2024 17:20 replied coordinator",
        "Fri 27.12.2024 17:25 replied system",
        "Sat 28.12.2024 11:10 replied official",
        "Sat 28.12.2024 15:00 replied official",
        "Thu 09.01.2025 09:30 replied official",
        "Thu 09.01.2025 10:00 closed official",
        "Thu 09.01.2025 10:30 replied official",
        "Thu 09.01.2025 11:00 closed official",
    )
    final = target("final", stops="final_reply", budget=working_hours(8))
    closed = target("closed", stops={"closed"}, budget=working_hours(8))
    assert judge(diary, "Thu 09.01.2025 12:00", target("first"), final, closed) == {
        # Fri 16:45-18:00 = 1:15, working Saturday 09:00-11:10 = 2:10; due 2:45 into Saturday
        "first": "met, due Sat 28.12.2024 11:45, used 3:25",
        # 1:15 + Sat 8:00 + Thu 0:30 (29.12-08.01 are off); 6:45 into Saturday is 4:00 + 2:45
        "final": "breached by 1:45, due Sat 28.12.2024 16:45, used 9:45",
        "closed": "breached by 2:15, due Sat 28.12.2024 16:45, used 10:15",
    }
    # three answers and no closing: 1:15 + Sat 4:00 + 1:30
    assert judge(diary[:6], "Sat 28.12.2024 15:30", final) == {
        "final": "pending, due Sat 28.12.2024 16:45, used 6:45",
    }


def test_an_answer_by_an_unknown_author_counts() -> None:
    diary = life("A-1", "Fri 27.12.2024 16:45 created", "Sat 28.12.2024 11:10 replied")
    assert judge(diary, "Thu 09.01.2025 12:00") == {
        "answer": "met, due Sat 28.12.2024 11:45, used 3:25",
    }


def test_a_formal_reply() -> None:
    diary = life(
        "A-1",
        "Thu 06.11.2025 16:00 created citizen",
        "Thu 06.11.2025 16:20 replied official formal",
    )
    substantive = target("substantive", stops="substantive_reply")
    assert judge(diary, "Fri 07.11.2025 10:30", target("first"), substantive) == {
        # Thu 2:00 + Fri 09:00-11:00
        "first": "met, due Fri 07.11.2025 11:00, used 0:20",
        # Thu 2:00 + Fri 1:30
        "substantive": "at_risk, due Fri 07.11.2025 11:00, used 3:30",
    }
    # judged as not substantive: there is nothing left to review
    assert only(diary, "Fri 07.11.2025 10:30", substantive).needs_review is False


def test_a_reply_that_was_not_judged_yet() -> None:
    diary = life(
        "A-1",
        "Thu 11.09.2025 09:10 created citizen",
        "Thu 11.09.2025 11:00 replied official id=early",
        "Thu 11.09.2025 17:45 replied official id=late",
    )
    substantive = target(stops="substantive_reply")
    # 09:10-13:00 = 3:50, 14:00-14:10; used until Friday noon: 3:50 + 4:00 + 3:00
    unjudged = only(diary, "Fri 12.09.2025 12:00", substantive)
    assert sentence(unjudged) == "breached by 6:50, due Thu 11.09.2025 14:10, used 10:50"
    assert unjudged.needs_review is True

    # a review four days later makes the early reply the answer: 09:10-11:00
    named = life("A-1", "Mon 15.09.2025 10:00 review coordinator substantive of=early id=review")
    assert judge([*diary, *named], "Mon 15.09.2025 12:00", substantive) == {
        "answer": "met, due Thu 11.09.2025 14:10, used 1:50",
    }
    # a review that names none is of the last reply before it: 3:50 + 14:00-17:45 = 3:45
    plain = life("A-1", "Mon 15.09.2025 10:00 review coordinator substantive id=review")
    found = only([*diary, *plain], "Mon 15.09.2025 12:00", substantive)
    assert sentence(found) == "breached by 3:35, due Thu 11.09.2025 14:10, used 7:35"
    assert found.needs_review is True  # the early one might be the answer yet

    # the last review of a reply counts
    for words, verdict in (("formal", "breached"), ("substantive", "met")):
        second = life("A-1", f"Tue 16.09.2025 10:00 review coordinator {words} of=early id=second")
        reviewed = [*diary, *named, *second]
        assert only(reviewed, "Tue 16.09.2025 12:00", substantive).verdict == verdict


def test_a_review_days_later_retracts_the_breach() -> None:
    diary = life(
        "A-1",
        "Thu 11.09.2025 09:10 created citizen",
        "Thu 11.09.2025 11:00 replied official id=early",
        "Mon 15.09.2025 10:00 review coordinator substantive of=early",
    )
    watch = Watch(target(stops="substantive_reply"))
    assert watch.apply(*diary[:2]) == {"opened Thu 11.09.2025 09:10"}
    # three hours of four are used at 12:10
    assert watch.advance("Fri 12.09.2025 12:00") == {
        "at_risk Thu 11.09.2025 12:10",
        "breached Thu 11.09.2025 14:10",
    }
    assert watch.apply(diary[2]) == {"not at_risk", "not breached", "met Thu 11.09.2025 11:00"}


def test_an_interim_answer() -> None:
    diary = life(
        "A-1",
        "Wed 24.04.2024 10:00 created citizen",
        "Wed 24.04.2024 11:00 replied official interim",
        "Tue 07.05.2024 20:00 replied official",
        "Tue 07.05.2024 20:05 closed official",
    )
    final = {"budget": WorkingDays(7), "starts": "interim", "stops": "final_reply"}
    targets = target("first"), target("final", **final), target("strict", closing="strict", **final)
    first, in_time, strict = ask(diary, "Wed 08.05.2024 12:00", *targets).outcomes
    # 10:00-13:00 = 3:00, 14:00-15:00
    assert sentence(first) == "met, due Wed 24.04.2024 15:00, used 1:00"
    # Thu 25, Fri 26, working Sat 27 = 3; Thu 02.05, Fri 03 = 5; Mon 06, Tue 07 = 7
    assert (in_time.verdict, clock(in_time.due_at)) == ("met", "Tue 07.05.2024 18:00")
    assert clock(in_time.started_at) == "Wed 24.04.2024 11:00"
    assert clock(in_time.limit) == "Wed 08.05.2024 00:00"
    assert (strict.verdict, clock(strict.limit)) == ("breached", "Tue 07.05.2024 18:00")
    # without the last two lines: the date is over at 24:00
    for as_of, verdict in (
        ("Tue 07.05.2024 16:59", "pending"),
        ("Tue 07.05.2024 17:00", "at_risk"),
        ("Wed 08.05.2024 00:00", "at_risk"),
        ("Wed 08.05.2024 00:01", "breached"),
    ):
        assert only(diary[:2], as_of, targets[1]).verdict == verdict, as_of


def test_without_an_interim_answer_the_final_term_does_not_run() -> None:
    diary = life(
        "A-1",
        "Wed 24.04.2024 10:00 created citizen",
        "Wed 24.04.2024 10:20 replied citizen interim",
        "Wed 24.04.2024 11:00 replied official",
    )
    final = target("final", budget=WorkingDays(7), starts="interim", stops="final_reply")
    # 10:00-11:00
    assert judge(diary, "Wed 08.05.2024 12:00", target("first"), final) == {
        "first": "met, due Wed 24.04.2024 15:00, used 1:00",
    }


def test_a_transfer() -> None:
    diary = life(
        "A-1",
        "Tue 14.10.2025 11:20 created citizen agency=A",
        "Tue 14.10.2025 15:05 transferred agency=B",
        "Tue 14.10.2025 16:35 transferred agency=A",
        "Wed 15.10.2025 09:50 replied official",
        "Wed 15.10.2025 11:00 transferred agency=C",
    )
    targets = [target(on, on_transfer=on) for on in ("keep", "restart", "resume")]
    assert judge(diary, "Wed 15.10.2025 12:00", *targets) == {
        # Tue 11:20-13:00 = 1:40, 14-18 = 4:00, Wed 0:50; the last 2:20 of four are 14:00-16:20
        "keep": "breached by 2:30, due Tue 14.10.2025 16:20, used 6:30",
        # Tue 16:35-18:00 = 1:25, Wed 0:50; the last 2:35 are Wed 09:00-11:35
        "restart": "met, due Wed 15.10.2025 11:35, used 2:15",
        # A had used 1:40 + 14:00-15:05 = 2:45, and uses 2:15 more; the last 1:15 are 16:35-17:50
        "resume": "breached by 1:00, due Tue 14.10.2025 17:50, used 5:00",
    }
    assert shares(diary, "Wed 15.10.2025 12:00", targets[0]) == [
        ("A", "2:45"),
        ("B", "1:30"),
        ("A", "2:15"),
    ]


def test_ping_pong_just_before_it_is_due() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen agency=C",
        "Wed 12.03.2025 10:30 transferred agency=A",
        "Wed 12.03.2025 14:50 transferred agency=B",
        "Wed 12.03.2025 15:05 transferred agency=A",
        "Wed 12.03.2025 15:10 transferred agency=B",
        "Wed 12.03.2025 15:40 replied official",
    )
    targets = [target(on, on_transfer=on) for on in ("keep", "restart", "resume")]
    assert judge(diary, "Wed 12.03.2025 18:00", *targets) == {
        # 10:15-13:00 = 2:45, 14:00-15:40 = 1:40
        "keep": "breached by 0:25, due Wed 12.03.2025 15:15, used 4:25",
        # 15:10-15:40; 15:10-18:00 = 2:50, Thu 1:10
        "restart": "met, due Thu 13.03.2025 10:10, used 0:30",
        # B had 14:50-15:05 = 0:15 and 0:30; of the 3:45 left at 15:10 0:55 are for Thursday
        "resume": "met, due Thu 13.03.2025 09:55, used 0:45",
    }
    assert shares(diary, "Wed 12.03.2025 18:00", targets[0]) == [
        ("C", "0:15"),
        ("A", "3:20"),
        ("B", "0:15"),
        ("A", "0:05"),
        ("B", "0:30"),
    ]
    spans = holder_spans(diary, targets[0], as_of=at("Wed 12.03.2025 18:00"))
    due = at("Wed 12.03.2025 15:15")
    assert breach_owner(spans, due) == "B"
    assert breach_owner(spans, due, "largest_share") == "A"
    assert breach_owner(spans, due, "first") == "C"


def test_a_pause_while_waiting_for_the_citizen() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Tue 10.06.2025 10:00 paused official",
        "Tue 10.06.2025 10:30 resumed",
        "Tue 10.06.2025 11:00 resumed",
        "Tue 10.06.2025 13:30 replied official",
    )
    assert judge(diary, "Tue 10.06.2025 14:00", target("plain"), target("paused", pauses=True)) == {
        # Mon 2:00, Tue 09:00-13:00 = 4:00
        "plain": "breached by 2:00, due Tue 10.06.2025 11:00, used 6:00",
        # Mon 16:00-17:10 = 1:10, Tue 10:30-13:00 = 2:30; 0:20 of four are left at 14:00
        "paused": "met, due Tue 10.06.2025 14:20, used 3:40",
    }


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    diary = life(
        "A-1",
        "Wed 11.06.2025 09:00 created citizen",
        "Wed 11.06.2025 09:30 paused official",
        "Wed 11.06.2025 10:00 registered",
        "Wed 11.06.2025 11:00 resumed",
        "Wed 11.06.2025 14:30 replied official",
    )
    # 11:00-13:00 = 2:00, 14:00-14:30; the fourth hour ends at 16:00
    paused = target(starts="registered", pauses=True)
    assert judge(diary, "Wed 11.06.2025 17:00", paused) == {
        "answer": "met, due Wed 11.06.2025 16:00, used 2:30",
    }


def test_an_open_pause_lasts_until_it_ends() -> None:
    diary = life(
        "A-1", "Mon 09.06.2025 16:00 created citizen", "Mon 09.06.2025 17:10 paused official"
    )
    paused = only(diary, "Wed 10.06.2026 12:00", target(pauses=True))
    assert (paused.verdict, paused.limit, paused.elapsed) == ("paused", None, timedelta(minutes=70))
    # an answer ends it
    diary += life("A-1", "Mon 09.06.2025 17:30 replied official id=reply")
    answered = only(diary, "Wed 10.06.2026 12:00", target(pauses=True))
    assert (answered.verdict, answered.elapsed) == ("met", timedelta(minutes=70))
    # one that begins after the limit changes nothing: 10:00-13:00 = 3:00, 14:00-16:00 = 2:00
    late = life(
        "A-1", "Mon 09.06.2025 10:00 created citizen", "Mon 09.06.2025 16:00 paused official"
    )
    assert judge(late, "Wed 11.06.2025 10:00", target(pauses=True)) == {
        "answer": "breached by 1:00, due Mon 09.06.2025 15:00, used 5:00",
    }


def test_a_pause_lasts_no_longer_than_its_cap() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 18.06.2025 09:00 resumed",
        "Wed 18.06.2025 10:00 replied official",
    )
    # three working days: Tue 10, Wed 11, Mon 16 (12-15 are off); 2:50 are left from Tue 17 09:00
    days = target("days", pauses=True, pause_cap=WorkingDays(3))
    # four hours: Mon 17:10-18:00 = 0:50, Tue 3:10 to 12:10; then 0:50 to 13:00 and 2:00 to 16:00
    hours = target("hours", pauses=True, pause_cap=working_hours(4))
    assert only(diary[:2], "Mon 16.06.2025 12:00", days).verdict == "paused"
    assert judge(diary[:2], "Tue 17.06.2025 11:00", days, hours) == {
        # 1:10 + 2:00
        "days": "at_risk, due Tue 17.06.2025 11:50, used 3:10",
        # 1:10 + Tue 4:50 + Wed (short) 7:00 + Mon 8:00 + Tue 2:00
        "hours": "breached by 19:00, due Tue 10.06.2025 16:00, used 23:00",
    }
    # a resumption after the cap changes nothing
    assert judge(diary, "Wed 18.06.2025 12:00", days, hours) == {
        # 1:10 + Tue 8:00 + Wed 1:00
        "days": "breached by 6:10, due Tue 17.06.2025 11:50, used 10:10",
        # 23:00 + the rest of Tuesday 6:00 + Wed 1:00
        "hours": "breached by 26:00, due Tue 10.06.2025 16:00, used 30:00",
    }


def test_a_pause_leaves_out_the_dates_whose_midnight_it_covers() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 11.06.2025 12:20 resumed",
        "Mon 16.06.2025 19:00 replied official",
    )
    plain, paused, clock_time = ask(
        diary,
        "Tue 17.06.2025 12:00",
        target("plain", budget=WorkingDays(2)),
        target("paused", budget=WorkingDays(2), pauses=True),
        target("clock", budget=ClockTime(timedelta(hours=24)), pauses=True),
    ).outcomes
    # Tue 10, Wed 11 (short)
    assert (plain.verdict, clock(plain.due_at)) == ("breached", "Wed 11.06.2025 17:00")
    assert clock(plain.limit) == "Thu 12.06.2025 00:00"
    # not Tuesday: Wed 11, Mon 16 (12-15 are off)
    assert (paused.verdict, clock(paused.due_at)) == ("met", "Mon 16.06.2025 18:00")
    assert clock(paused.limit) == "Tue 17.06.2025 00:00"
    # around the clock, pause or not
    assert (clock_time.verdict, clock(clock_time.limit)) == ("breached", "Tue 10.06.2025 16:00")


def test_duplicates() -> None:
    diary = [
        *life(
            "A-1",
            "Tue 29.04.2025 16:30 created citizen",
            "Wed 30.04.2025 11:00 replied official",
        ),
        *life(
            "A-2",
            "Tue 29.04.2025 17:00 created citizen",
            "Mon 05.05.2025 09:30 duplicate_of coordinator",
        ),
    ]
    twice = ask([*diary, diary[0]], "Mon 05.05.2025 12:00")
    one, two = twice.outcomes
    # Tue 16:30-18:00 = 1:30, Wed 09:00-11:00 = 2:00; the last half hour to 11:30
    assert sentence(one) == "met, due Wed 30.04.2025 11:30, used 3:30"
    assert (two.appeal_id, two.verdict) == ("A-2", "excluded")
    assert twice.reconciliation.duplicate == 1
    # not marked as a duplicate: Tue 1:00 + Wed (short) 7:00 + Mon 3:00 (01-04.05 are off)
    assert judge(diary[2:3], "Mon 05.05.2025 12:00") == {
        "answer": "breached by 7:00, due Wed 30.04.2025 12:00, used 11:00",
    }


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # 10:15-13:00 = 2:45, 14:00-15:15 = 1:15: the limit is 15:15
        (["15:15 deleted citizen"], "withdrawn at Wed 12.03.2025 15:15"),
        (["15:16 deleted citizen"], "breached"),
        (["11:00 deleted official"], "breached"),
        (["11:00 deleted"], "breached"),
        (["11:00 deleted citizen", "11:30 restored"], "breached"),
        (
            ["11:00 deleted citizen", "11:30 restored", "12:00 deleted citizen"],
            "withdrawn at Wed 12.03.2025 12:00",
        ),
        (["12:00 replied official", "12:30 deleted citizen"], "met"),
    ],
)
def test_a_deleted_comment(lines: list[str], said: str) -> None:
    wednesday = [f"Wed 12.03.2025 {line}" for line in ("10:15 created citizen", *lines)]
    outcome = only(life("A-1", *wednesday), "Wed 12.03.2025 18:00")
    deletion = f" at {clock(outcome.withdrawn_at)}" if outcome.verdict == "withdrawn" else ""
    assert f"{outcome.verdict}{deletion}" == said


def test_a_comment_deleted_at_lunch_before_its_limit() -> None:
    # 09:00-13:00 uses the budget up, and the limit is the opening at 14:00
    for time, verdict in (("14:00", "withdrawn"), ("14:01", "breached")):
        diary = life(
            "A-1",
            "Wed 12.03.2025 08:30 created citizen",
            f"Wed 12.03.2025 {time} deleted citizen",
        )
        outcome = only(diary, "Wed 12.03.2025 18:00")
        assert (outcome.verdict, clock(outcome.limit)) == (verdict, "Wed 12.03.2025 14:00")


def test_edits_keep_the_first_posting() -> None:
    diary = life(
        "A-1",
        "Thu 07.03.2024 16:10 edited citizen",
        "Thu 07.03.2024 16:10 created citizen",
        "Mon 11.03.2024 09:30 edited citizen",
        "Mon 11.03.2024 10:00 created citizen",
        "Mon 11.03.2024 12:30 replied official",
    )
    # Thu (short) 16:10-17:00 = 0:50, Mon 09:00-12:30 = 3:30 (08-10.03 are off)
    for events in (diary, diary[::-1]):
        assert judge(events, "Mon 11.03.2024 13:00") == {
            "answer": "breached by 0:20, due Mon 11.03.2024 12:10, used 4:20",
        }


def test_night_and_weekend() -> None:
    # the clock starts on Monday at 09:00 and is used up at 13:00; the limit is after lunch
    for reply, said in (
        ("Sat 15.03.2025 11:00", "met, due Mon 17.03.2025 13:00, used 0:00"),
        ("Mon 17.03.2025 14:00", "met, due Mon 17.03.2025 13:00, used 4:00"),
        ("Mon 17.03.2025 14:01", "breached by 0:01, due Mon 17.03.2025 13:00, used 4:01"),
    ):
        diary = life("A-1", "Fri 14.03.2025 19:40 created", f"{reply} replied official")
        assert judge(diary, "Mon 17.03.2025 18:00") == {"answer": said}, reply


def test_the_eve_of_a_holiday() -> None:
    diary = life("A-1", "Thu 07.03.2024 16:10 created", "Mon 11.03.2024 11:40 replied official")
    # Thu 16:10-17:00 = 0:50, Mon 09:00-11:40 = 2:40 (08-10.03 are off); due 3:10 into Monday
    assert judge(diary, "Mon 11.03.2024 18:00") == {
        "answer": "met, due Mon 11.03.2024 12:10, used 3:30",
    }


def test_new_year() -> None:
    diary = life("A-1", "Tue 30.12.2025 16:30 created")
    # Tue 16:30-18:00 = 1:30; 31.12-11.01 are off; Mon 2:30
    for as_of, said in (
        ("Sun 11.01.2026 23:59", "pending, due Mon 12.01.2026 11:30, used 1:30"),
        ("Mon 12.01.2026 10:29", "pending, due Mon 12.01.2026 11:30, used 2:59"),
        ("Mon 12.01.2026 10:30", "at_risk, due Mon 12.01.2026 11:30, used 3:00"),
        ("Mon 12.01.2026 11:31", "breached by 0:01, due Mon 12.01.2026 11:30, used 4:01"),
    ):
        assert judge(diary, as_of) == {"answer": said}, as_of


def test_some_answer_at_night_and_on_days_off() -> None:
    diary = [
        *life("A-1", "Sat 14.06.2025 21:30 created channel=vk"),
        *life("A-2", "Sat 14.06.2025 21:30 created channel=hotline"),
        *life("A-3", "Sat 14.06.2025 21:30 created channel=vk importance=emergency"),
        *life("A-4", "Sat 14.06.2025 21:30 created channel=telegram"),
    ]
    by_channel = ScheduleBy("channel", {"vk": S8, "hotline": DUTY})
    policy = Policy(
        [
            Rule(
                [target("at once", budget=working_hours(1), schedule=ROUND_THE_CLOCK)],
                importances=("emergency",),
            ),
            Rule([target("answer", schedule=by_channel)]),
        ]
    )
    result = evaluate(diary, policy, as_of=at("Sun 15.06.2025 10:00"))
    assert [(one.appeal_id, one.target, sentence(one)) for one in result.outcomes] == [
        # closed until Monday 09:00
        ("A-1", "answer", "pending, due Mon 16.06.2025 13:00, used 0:00"),
        # open again on Sunday at 08:00
        ("A-2", "answer", "pending, due Sun 15.06.2025 12:00, used 2:00"),
        # 21:30 to 10:00
        ("A-3", "at once", "breached by 11:30, due Sat 14.06.2025 22:30, used 12:30"),
    ]
    assert [(one.appeal_id, one.reason) for one in result.unmatched] == [("A-4", "no_schedule")]


def test_around_the_clock_through_a_clock_change_in_berlin() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    always = target(schedule=Schedule(None, "24/7", tz=berlin))
    diary = [
        *life("A-1", "Sun 26.10.2025 01:30+02:00 created"),
        *life("A-2", "Sun 30.03.2025 01:30+01:00 created"),
    ]
    outcomes = ask(diary, "Sun 26.10.2025 06:29", always).outcomes
    # 02:00-03:00 comes twice in October and not at all in March
    assert [clock(one.due_at, berlin) for one in outcomes] == [
        "Sun 26.10.2025 04:30",
        "Sun 30.03.2025 06:30",
    ]
    # 06:29 +03:00 is 04:29 +01:00: 3:59 after 01:30 +02:00
    assert sentence(outcomes[0]) == "at_risk, due Sun 26.10.2025 06:30, used 3:59"


def test_lunch() -> None:
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Wed 12.03.2025 14:20 replied official")
    targets = target("S8"), target("S9", schedule=S9)
    assert judge(diary, "Wed 12.03.2025 18:00", *targets) == {
        # 10:15-13:00 = 2:45, 14:00-14:20 = 0:20; due 1:15 after lunch
        "S8": "met, due Wed 12.03.2025 15:15, used 3:05",
        # 10:15-14:20
        "S9": "breached by 0:05, due Wed 12.03.2025 14:15, used 4:05",
    }
    # an answer during lunch, and one that is due when lunch begins
    diary = life("A-1", "Wed 12.03.2025 09:00 created", "Wed 12.03.2025 13:30 replied official")
    targets = target("latest"), target("strict", closing="strict"), target("S9", schedule=S9)
    assert judge(diary, "Wed 12.03.2025 18:00", *targets) == {
        "latest": "met, due Wed 12.03.2025 13:00, used 4:00",
        "strict": "breached, due Wed 12.03.2025 13:00, used 4:00",
        "S9": "breached by 0:30, due Wed 12.03.2025 13:00, used 4:30",
    }


def test_the_zone_of_volgograd_moved_during_a_weekend() -> None:
    # in the night to Sunday 27 December 2020, 02:00 +04:00 became 01:00 +03:00
    reply = "Mon 28.12.2020 12:15+04:00 replied official"
    spellings = (
        life("A-1", "Fri 25.12.2020 16:30 created", "Mon 28.12.2020 11:15 replied official"),
        life("A-1", "Fri 25.12.2020 16:30+04:00 created", reply),
        life("A-1", "Fri 25.12.2020 12:30+00:00 created", reply),
        life("A-1", "Fri 25.12.2020 15:30+03:00 created", reply),
    )
    around = target("around", budget=ClockTime(timedelta(hours=48)))
    for diary in spellings:
        # Fri 16:30-18:00 = 1:30, Mon 09:00-11:15 = 2:15; due 2:30 into Monday
        assert judge(diary, "Mon 28.12.2020 18:00") == {
            "answer": "met, due Mon 28.12.2020 11:30, used 3:45",
        }
        # 48 hours after Fri 16:30 are Sun 16:30 +04:00
        outcome = only(diary, "Mon 28.12.2020 18:00", around)
        assert clock(outcome.due_at) == "Sun 27.12.2020 15:30"
    outcome = only(spellings[2], "Mon 28.12.2020 18:00")
    assert outcome.due_at is not None
    assert outcome.due_at.astimezone(S8.tz).isoformat() == "2020-12-28T11:30:00+03:00"


def test_each_district_has_its_own_zone() -> None:
    zones = {"yakutsk": "Asia/Yakutsk", "vladivostok": "Asia/Vladivostok"}
    by_district = ScheduleBy(
        "district_id", {name: Schedule("RU", HOURS, tz=zone) for name, zone in zones.items()}
    )
    diary = [
        *life("A-1", "Mon 14.07.2025 13:00+03:00 created district=yakutsk"),
        *life("A-2", "Mon 14.07.2025 13:00+03:00 created district=vladivostok"),
    ]
    # 19:00 and 20:00 there, so from Tuesday 09:00 to 13:00 there
    outcomes = ask(diary, "Tue 15.07.2025 05:30", target(schedule=by_district)).outcomes
    assert [(one.appeal_id, sentence(one)) for one in outcomes] == [
        # 05:30 is 11:30 there
        ("A-1", "pending, due Tue 15.07.2025 07:00, used 2:30"),
        # 05:30 is 12:30 there
        ("A-2", "at_risk, due Tue 15.07.2025 06:00, used 3:30"),
    ]
    assert [clock(one.due_at, ZoneInfo(zones[one.district_id or ""])) for one in outcomes] == [
        "Tue 15.07.2025 13:00",
        "Tue 15.07.2025 13:00",
    ]


def test_a_working_saturday_has_the_hours_of_the_day_it_was_swapped_with() -> None:
    hours = "Mo 10:00-14:00,15:00-19:00; Tu-Th 09:00-13:00,14:00-18:00; Fr 09:00-13:00,14:00-16:45"
    week = Schedule(VOLGOGRAD, hours)
    # Fri 16:00-16:45 = 0:45; Saturday 27.04 as Monday 29.04, from 10:00: 10:00-13:15 = 3:15
    diary = life("A-1", "Fri 26.04.2024 16:00 created", "Sat 27.04.2024 13:00 replied official")
    assert judge(diary, "Sat 27.04.2024 15:00", target(schedule=week)) == {
        "answer": "met, due Sat 27.04.2024 13:15, used 3:45",
    }
    # Fri 16:15-16:45 = 0:30; Saturday 02.11 as Tuesday 30.04, the eve of a holiday, until 17:00
    # = 7:00; Sunday to Tuesday are not worked until Tue 05.11 09:00
    diary = life("A-1", "Fri 01.11.2024 16:15 created", "Tue 05.11.2024 09:20 replied official")
    targets = target("4", schedule=week), target("8", schedule=week, budget=working_hours(8))
    assert judge(diary, "Tue 05.11.2024 12:00", *targets) == {
        "4": "breached by 3:50, due Sat 02.11.2024 12:30, used 7:50",
        "8": "met, due Tue 05.11.2024 09:30, used 7:50",
    }


def test_a_school_works_six_days() -> None:
    school = Schedule(VOLGOGRAD.with_week(6), "Mo-Fr 08:00-15:00; Sa 08:00-13:00")
    by_agency = ScheduleBy("agency_id", {"school": school, "committee": S8})
    diary = [
        *life("A-1", "Sat 27.04.2024 12:00 created agency=school"),
        *life("A-2", "Sat 27.04.2024 12:00 created agency=committee"),
        *life("A-3", "Tue 30.04.2024 13:30 created agency=school"),
        *life("A-4", "Tue 30.04.2024 13:30 created agency=committee"),
    ]
    outcomes = ask(diary, "Thu 02.05.2024 10:00", target(schedule=by_agency)).outcomes
    assert [(one.appeal_id, sentence(one)) for one in outcomes] == [
        # an ordinary Saturday to 13:00 = 1:00, and Monday is worked: Mon 08:00-11:00 = 3:00.
        # Used: Sat 1:00, Mon 7:00, Tue (the eve, to 14:00) 6:00, Thu 2:00
        ("A-1", "breached by 12:00, due Mon 29.04.2024 11:00, used 16:00"),
        # a Saturday with Monday's hours: 12:00-13:00, 14:00-17:00. Used: Sat 5:00, Thu 1:00
        ("A-2", "breached by 2:00, due Sat 27.04.2024 17:00, used 6:00"),
        # the eve, to 14:00 = 0:30; Thu 08:00-11:30 = 3:30
        ("A-3", "pending, due Thu 02.05.2024 11:30, used 2:30"),
        # a day off; Thu 09:00-13:00
        ("A-4", "pending, due Thu 02.05.2024 13:00, used 1:00"),
    ]


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


def test_an_agency_on_duty_while_the_country_has_days_off() -> None:
    # 4-7 May 2021 were days off by decree; 1-3 and 8-10 May by the calendar
    diary = life("A-1", "Fri 30.04.2021 16:00 created citizen")
    duty = {date(2021, 5, 4): "10:00-12:00", date(2021, 5, 5): "10:00-12:00"}
    targets = [
        target("decree"),
        target("agency", schedule=Schedule(VOLGOGRAD, HOURS, overrides=duty)),
        target("no decree", schedule=Schedule(VOLGOGRAD.without(Layer.PRESIDENTIAL), HOURS)),
    ]
    assert judge(diary, "Wed 05.05.2021 10:30", *targets) == {
        # Fri (short) 16:00-17:00 = 1:00, Tue 11.05 09:00-12:00 = 3:00
        "decree": "pending, due Tue 11.05.2021 12:00, used 1:00",
        # Fri 1:00, Tue 04.05 2:00, Wed 05.05 10:00-11:00 = 1:00
        "agency": "at_risk, due Wed 05.05.2021 11:00, used 3:30",
        # Fri 1:00, Tue 04.05 09:00-12:00 = 3:00; used: Fri 1:00, Tue 8:00, Wed 1:30
        "no decree": "breached by 6:30, due Tue 04.05.2021 12:00, used 10:30",
    }


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
    # an answer within what is known is in time whatever the calendar of the new year
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
        (
            3,
            {"not at_risk", "not breached", "met Sat 02.11.2024 09:10"},
            f"met, {due}, used 2:40",
        ),
        # that one was received before the last
        (4, set(), f"met, {due}, used 2:40"),
    ):
        assert watch.apply(diary[number]) == changes
        heard = diary[: number + 1]
        assert judge(heard, "Tue 05.11.2024 12:00") == {"answer": said}
        assert judge(heard[::-1], "Tue 05.11.2024 12:00") == {"answer": said}
    assert watch.apply(*diary) == set()
    assert watch.current == ["met", "opened"]


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
    # a quarter of an hour was left
    assert watch.apply(resumed) | watch.advance("Wed 12.03.2025 16:40") == {
        "resumed Wed 12.03.2025 16:30",
        "due Wed 12.03.2025 16:45",
    }
    # an earlier answer may still arrive
    assert watch.apply(answer) == set()
    assert watch.advance("Wed 12.03.2025 16:46") == {"breached Wed 12.03.2025 16:45"}


def test_a_posting_corrected() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen agency=roads id=post",
        "Wed 12.03.2025 14:20 replied official",
        "Wed 12.03.2025 09:15 corrected of=post agency=water; received Thu 13.03.2025 09:00",
    )
    # 10:15-13:00 = 2:45, 14:00-14:20 = 0:20
    assert judge(diary[:2], "Thu 13.03.2025 12:00") == {
        "answer": "met, due Wed 12.03.2025 15:15, used 3:05",
    }
    # 09:15-13:00 = 3:45, 14:00-14:20 = 0:20
    corrected = only(diary, "Thu 13.03.2025 12:00")
    assert sentence(corrected) == "breached by 0:05, due Wed 12.03.2025 14:15, used 4:05"
    assert corrected.agency_id == "water"


def test_events_from_the_future_and_answers_from_before_the_posting() -> None:
    diary = [
        *life("A-1", "Wed 12.03.2025 09:05 created; received Wed 12.03.2025 09:00"),
        *life("A-2", "Wed 12.03.2025 09:06 created; received Wed 12.03.2025 09:00"),
        *life(
            "A-3",
            "Wed 12.03.2025 10:15 created",
            "Wed 12.03.2025 10:14 replied official",
            "Wed 12.03.2025 09:00 closed official",
            "Wed 12.03.2025 15:10 replied official; received Wed 12.03.2025 15:00",
        ),
        *life("A-4", "Wed 12.03.2025 10:00 replied official"),
    ]
    result = evaluate(diary, Policy([target()]), as_of=at("Wed 12.03.2025 15:30"))
    assert sorted((one.event.event_id, one.reason) for one in result.quarantine) == [
        ("A-2/0", "future_time"),
        ("A-3/1", "reply_before_post"),
        ("A-3/2", "reply_before_post"),
        ("A-3/3", "future_time"),
        ("A-4/0", "no_appeal"),
    ]
    assert [(one.appeal_id, sentence(one)) for one in result.outcomes] == [
        # 09:05-13:00 = 3:55, 14:00-15:30 = 1:30; due 0:05 after lunch
        ("A-1", "breached by 1:25, due Wed 12.03.2025 14:05, used 5:25"),
        # 10:15-13:00 = 2:45, 14:00-15:30 = 1:30, and no answer
        ("A-3", "breached by 0:15, due Wed 12.03.2025 15:15, used 4:15"),
    ]


def test_seconds_count_where_there_are_any() -> None:
    for time, said in (
        ("15:15", "met, due Wed 12.03.2025 15:15, used 4:00"),
        ("15:15:00.5", "breached by 0:00:00.5, due Wed 12.03.2025 15:15, used 4:00:00.5"),
        ("15:15:59", "breached by 0:00:59, due Wed 12.03.2025 15:15, used 4:00:59"),
    ):
        diary = life("A-1", "Wed 12.03.2025 10:15 created", f"Wed 12.03.2025 {time} replied")
        assert judge(diary, "Wed 12.03.2025 18:00") == {"answer": said}


def test_gaming() -> None:
    # registered late, a formal reply just before lunch, passed on and deleted just before closing
    diary = life(
        "A-1",
        "Fri 01.11.2024 15:00 created citizen agency=A",
        "Sat 02.11.2024 12:00 registered official",
        "Sat 02.11.2024 12:55 replied official formal",
        "Sat 02.11.2024 16:50 transferred official agency=B",
        "Sat 02.11.2024 16:55 deleted official",
    )
    targets = (
        target("citizen", stops="substantive_reply"),
        target("office", starts="registered"),
        target("holder", stops="substantive_reply", on_transfer="restart"),
    )
    assert judge(diary, "Tue 05.11.2024 10:00", *targets) == {
        # Fri 3:00, Sat (short) 7:00, Tue 1:00; due an hour into Saturday
        "citizen": "breached by 7:00, due Sat 02.11.2024 10:00, used 11:00",
        # 12:00-12:55; 12:00-13:00 and 14:00-17:00
        "office": "met, due Sat 02.11.2024 17:00, used 0:55",
        # Sat 16:50-17:00 = 0:10, Tue 1:00; 3:50 into Tuesday
        "holder": "pending, due Tue 05.11.2024 12:50, used 1:10",
    }
    # Fri 3:00, Sat 09:00-12:00 = 3:00; 12:00-13:00, 14:00-16:50 = 3:50; Sat 0:10, Tue 1:00
    assert phases(diary, "Tue 05.11.2024 10:00", targets[0]) == [
        ("unregistered", None, "6:00"),
        ("assigned", "A", "3:50"),
        ("assigned", "B", "1:10"),
    ]


# -- a day at the service --------------------------------------------------------------------------


def test_b5_who_is_about_to_breach() -> None:
    diary = [
        *life("a", "Wed 12.03.2025 10:15 created"),
        *life("b", "Wed 12.03.2025 12:50 created"),
        *life("c", "Tue 11.03.2025 17:20 created"),
    ]
    outcomes = ask(diary, "Wed 12.03.2025 14:30", target(warn=timedelta(minutes=60))).outcomes
    found = sorted(outcomes, key=lambda one: one.due_at or at("Wed 12.03.2025 18:00"))
    assert [(one.appeal_id, sentence(one)) for one in found] == [
        # Tue 17:20-18:00 = 0:40, Wed 4:00 + 14:00-14:30
        ("c", "breached by 1:10, due Wed 12.03.2025 12:20, used 5:10"),
        # 10:15-13:00 = 2:45 + 0:30
        ("a", "at_risk, due Wed 12.03.2025 15:15, used 3:15"),
        # 12:50-13:00 = 0:10 + 0:30
        ("b", "pending, due Wed 12.03.2025 17:50, used 0:40"),
    ]
    assert [format_amount(one.remaining) for one in found[1:]] == ["0:45", "3:20"]


def test_b6_the_answer_is_delivered_before_the_appeal() -> None:
    answer, posted = life(
        "A-1",
        "Wed 12.03.2025 11:00 replied official",
        "Wed 12.03.2025 09:30 created citizen; received Wed 12.03.2025 11:01",
    )
    delivered = [answer, posted, posted]
    counts = ask(delivered, "Wed 12.03.2025 18:00").reconciliation
    assert (counts.read, counts.applied, counts.duplicate, counts.late) == (3, 2, 1, 1)
    for order in permutations(delivered):
        # 09:30-11:00; due 0:30 after lunch
        assert judge(list(order), "Wed 12.03.2025 18:00") == {
            "answer": "met, due Wed 12.03.2025 14:30, used 1:30",
        }
        watch = Watch()
        said = watch.apply(*order) | watch.advance("Wed 12.03.2025 18:00")
        assert said == {"opened Wed 12.03.2025 09:30", "met Wed 12.03.2025 11:00"}


def test_b7_a_substantive_reply() -> None:
    diary = life(
        "A-1",
        "Mon 15.09.2025 09:10 created citizen",
        "Mon 15.09.2025 09:40 replied official formal",
        "Mon 15.09.2025 14:35 replied official substantive",
    )
    substantive = target("S8", stops="substantive_reply")
    continuous = target("S9", stops="substantive_reply", schedule=S9)
    assert judge(diary, "Mon 15.09.2025 18:00", target("first"), substantive, continuous) == {
        # 09:10-13:00 = 3:50, and 0:10 after lunch
        "first": "met, due Mon 15.09.2025 14:10, used 0:30",
        # 3:50 + 14:00-14:35
        "S8": "breached by 0:25, due Mon 15.09.2025 14:10, used 4:25",
        # 09:10-14:35
        "S9": "breached by 1:25, due Mon 15.09.2025 13:10, used 5:25",
    }


def test_b8_passed_from_a_to_b() -> None:
    diary = life(
        "A-1",
        "Tue 14.10.2025 11:20 created citizen agency=A",
        "Tue 14.10.2025 15:05 transferred agency=B",
        "Wed 15.10.2025 09:50 replied official",
    )
    citizen, assignee = target("citizen"), target("assignee", on_transfer="restart")
    assert judge(diary, "Wed 15.10.2025 12:00", citizen, assignee) == {
        # 11:20-13:00 = 1:40, 14-18 = 4:00, Wed 0:50
        "citizen": "breached by 2:30, due Tue 14.10.2025 16:20, used 6:30",
        # 15:05-18:00 = 2:55, Wed 0:50; the last 1:05 are Wed 09:00-10:05
        "assignee": "met, due Wed 15.10.2025 10:05, used 3:45",
    }
    assert {one.agency_id for one in ask(diary, "Wed 15.10.2025 12:00").outcomes} == {"B"}
    # A: 1:40 + 14:00-15:05; B: 2:55 + 0:50; together 6:30
    assert shares(diary, "Wed 15.10.2025 12:00", citizen) == [("A", "2:45"), ("B", "3:45")]
    # when it breached, A had used 2:45 and B 15:05-16:20
    assert shares(diary, "Tue 14.10.2025 16:20", citizen) == [("A", "2:45"), ("B", "1:15")]


def test_b9_a_question_to_the_citizen() -> None:
    diary = life(
        "A-1",
        "Mon 09.06.2025 16:00 created citizen",
        "Mon 09.06.2025 17:10 paused official",
        "Wed 11.06.2025 12:20 citizen_message citizen",
        "Wed 11.06.2025 12:20 resumed",
        "Wed 11.06.2025 16:20 replied official",
    )
    targets = [
        target("plain"),
        target("S8", pauses=True),
        target("S9", pauses=True, schedule=S9),
    ]
    assert judge(diary, "Wed 11.06.2025 17:00", *targets) == {
        # Mon 2:00, Tue 8:00, Wed 4:00 + 14:00-16:20 = 2:20
        "plain": "breached by 12:20, due Tue 10.06.2025 11:00, used 16:20",
        # Mon 16:00-17:10 = 1:10, Wed 12:20-13:00 = 0:40, 14:00-16:20 = 2:20
        "S8": "breached by 0:10, due Wed 11.06.2025 16:10, used 4:10",
        # 1:10 + 12:20-16:20
        "S9": "breached by 1:10, due Wed 11.06.2025 15:10, used 5:10",
    }
    watch = Watch(targets[1])
    said = watch.apply(*diary[:2])
    said |= watch.advance("Wed 11.06.2025 12:00") | watch.apply(*diary[2:4])
    # three hours are used on Wed: 0:40 to 13:00, 1:10 after lunch
    said |= watch.advance("Wed 11.06.2025 16:15") | watch.apply(diary[4])
    assert {line for line in said if not line.startswith("due")} == {
        "opened Mon 09.06.2025 16:00",
        "paused Mon 09.06.2025 17:10",
        "resumed Wed 11.06.2025 12:20",
        "at_risk Wed 11.06.2025 15:10",
        "breached Wed 11.06.2025 16:10",
    }


B10 = (
    "Tue 31.01.2023 16:30 created citizen",
    "Fri 03.02.2023 10:00 replied official",
)
KNOWN_23, KNOWN_24 = (
    target(schedule=Schedule(VOLGOGRAD.as_known(date(2023, 1, day)), HOURS)) for day in (23, 24)
)


def test_b10_the_governor_makes_two_days_off() -> None:
    diary = life("A-1", *B10)
    # Tue 16:30-18:00 = 1:30, Wed 8:00, Thu 8:00, Fri 1:00; due 2:30 into Wednesday
    before = {"answer": "breached by 14:30, due Wed 01.02.2023 11:30, used 18:30"}
    assert judge(diary, "Fri 03.02.2023 12:00", KNOWN_23) == before
    # Wed and Thu are off: 1:30 + Fri 1:00; due 2:30 into Friday
    assert judge(diary, "Fri 03.02.2023 12:00", KNOWN_24) == {
        "answer": "met, due Fri 03.02.2023 11:30, used 2:30",
    }
    assert judge(diary, "Fri 03.02.2023 12:00", KNOWN_23) == before


def test_b10_the_amendment_comes_before_the_old_limit() -> None:
    posted, answer = life("A-1", *B10)
    watch = Watch(KNOWN_23)
    assert watch.apply(posted) == {"opened Tue 31.01.2023 16:30"}
    assert watch.advance("Wed 01.02.2023 10:00") == set()
    assert watch.replace(KNOWN_24) == {"due Fri 03.02.2023 11:30"}
    assert watch.advance("Fri 03.02.2023 09:59") == set()
    assert watch.apply(answer) == {"met Fri 03.02.2023 10:00"}
    assert watch.current == ["due_changed", "met", "opened"]


def test_b10_the_amendment_comes_after_the_old_limit() -> None:
    posted, answer = life("A-1", *B10)
    # answered on Monday, before the days that changed
    other = life("A-2", "Mon 30.01.2023 10:00 created", "Mon 30.01.2023 11:00 replied")
    watch = Watch(KNOWN_23)
    watch.apply(*other)
    assert watch.apply(posted) == {"opened Tue 31.01.2023 16:30"}
    # three hours are used on Wed at 10:30
    assert watch.advance("Thu 02.02.2023 12:00") == {
        "at_risk Wed 01.02.2023 10:30",
        "breached Wed 01.02.2023 11:30",
    }
    assert watch.replace(KNOWN_24) == {
        "not at_risk",
        "not breached",
        "due Fri 03.02.2023 11:30",
    }
    assert watch.advance("Fri 03.02.2023 09:59") == set()
    assert watch.apply(answer) == {"met Fri 03.02.2023 10:00"}
    # unanswered, it would have been at risk on Friday at 10:30
    assert watch.advance("Mon 06.02.2023 12:00") == set()


# -- order of events -------------------------------------------------------------------------------


def test_an_appeal_deleted_before_a_late_answer_is_withdrawn() -> None:
    lines = ["Wed 12.03.2025 10:15 created", "Wed 12.03.2025 11:00 deleted citizen"]
    late = life("A-1", *lines, "Thu 13.03.2025 17:00 replied official")
    assert only(late, "Fri 14.03.2025 09:00").verdict == "withdrawn"
    # due Wed 15:15: deleted at 15:16 it is overdue, and the answer is late
    lines[1] = "Wed 12.03.2025 15:16 deleted citizen"
    after = life("A-1", *lines, "Thu 13.03.2025 17:00 replied official")
    assert only(after, "Fri 14.03.2025 09:00").verdict == "breached"


def test_a_pause_after_a_capped_one_is_another_pause() -> None:
    diary = life(
        "A-1",
        "Mon 10.03.2025 16:00 created",
        "Mon 10.03.2025 17:00 paused",
        "Tue 11.03.2025 15:00 paused",
        "Tue 11.03.2025 16:00 resumed",
        "Tue 11.03.2025 17:00 replied official",
    )
    of = target(budget=working_hours(16), pauses=True, pause_cap=working_hours(1))
    # Mon 16:00-17:00 = 1:00; paused to 18:00; Tue 9-13, 14-15 = 5:00, an hour paused, 16-17 = 1:00
    assert only(diary, "Wed 12.03.2025 09:00", of).elapsed == working_hours(7)


def test_an_interim_reply_does_not_answer_the_clock_it_starts() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created",
        "Wed 12.03.2025 11:00 replied official interim",
        "Wed 12.03.2025 12:00 replied official",
    )
    outcome = only(diary, "Thu 13.03.2025 09:00", target(starts="interim"))
    assert (outcome.elapsed, outcome.verdict) == (working_hours(1), "met")
    first = only(diary[:2], "Wed 12.03.2025 11:30", target(starts="interim"))
    assert (first.answered_at, first.verdict) == (None, "pending")


def test_spans_begin_with_the_clock_even_if_it_starts_before_the_posting() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A; received Wed 12.03.2025 10:12",
        "Wed 12.03.2025 11:00 replied official",
    )
    of = target(starts="detected")
    (span,) = holder_spans(diary, of, as_of=at("Wed 12.03.2025 12:00"))
    assert (span.holder, span.worked) == ("A", timedelta(minutes=48))
    assert only(diary, "Wed 12.03.2025 12:00", of).elapsed == span.worked


def test_a_holder_who_passes_an_appeal_on_at_once_is_not_responsible() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created agency=A",
        "Wed 12.03.2025 10:10 transferred agency=B",
        "Wed 12.03.2025 17:00 replied official",
    )
    of = target()
    spans = holder_spans(
        diary, of, as_of=at("Wed 12.03.2025 18:00"), return_within=timedelta(minutes=15)
    )
    assert [(span.holder, span.phase) for span in spans] == [("A", "returned"), ("B", "assigned")]
    assert breach_owner(spans, at("Wed 12.03.2025 15:00"), "first") == "B"
    assert sum((span.worked for span in spans), timedelta(0)) == working_hours(6)


def test_there_is_no_warning_before_the_percentage_is_used() -> None:
    tick = timedelta(microseconds=1)
    of = target(budget=3 * tick, warn=timedelta(0), warn_percent=50)
    diary = life("A-1", "Wed 12.03.2025 10:00 created")
    posted = diary[0].occurred_at
    verdicts = [
        evaluate(diary, Policy([of]), as_of=posted + used * tick).outcomes[0].verdict
        for used in range(4)
    ]
    assert verdicts == ["pending", "pending", "at_risk", "at_risk"]


# -- corrections -----------------------------------------------------------------------------------


def test_a_correction_of_a_missing_event_has_no_effect_until_it_arrives() -> None:
    posted, correction, answer = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 14:30 corrected of=reply agency=B",
        "Wed 12.03.2025 16:00 replied official id=reply",
    )
    # 10:15-13:00 = 2:45, 14:00-17:00 = 3:00
    waiting = only([posted, correction], "Wed 12.03.2025 17:00")
    assert sentence(waiting) == "breached by 1:45, due Wed 12.03.2025 15:15, used 5:45"
    assert waiting.agency_id == "A"
    # 2:45 + 0:30, although the reply was first recorded at 16:00
    answered = only([posted, correction, answer], "Wed 12.03.2025 17:00")
    assert sentence(answered) == "met, due Wed 12.03.2025 15:15, used 3:15"
    assert answered.agency_id == "B"


def test_a_later_correction_of_the_event_replaces_one_and_a_correction_of_it_does_not() -> None:
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
    assert as_of_16(late, posted).reconciliation.late == 0  # what is left out makes nothing late
    spans = phases([posted, answer, later], "Wed 12.03.2025 16:00", target())
    assert spans == [("assigned", "A", "4:45")]


# -- deletions -------------------------------------------------------------------------------------


def test_at_one_instant_a_reply_comes_before_a_deletion_and_a_closing_after() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created citizen",
        "Wed 12.03.2025 12:00 deleted citizen",
        "Wed 12.03.2025 12:00 replied official",
        "Wed 12.03.2025 12:00 closed official",
    )
    posted, deleted, answer, closed = diary
    closing = target("closing", stops=frozenset({"closed"}))
    used = "due Wed 12.03.2025 15:15, used 1:45"
    assert judge(diary, "Wed 12.03.2025 18:00", target(), closing) == {
        "answer": f"met, {used}",
        "closing": f"withdrawn, {used}",
    }
    assert only([posted, deleted, closed], "Wed 12.03.2025 18:00").verdict == "withdrawn"
    # a deletion by the agency withdraws nothing at any instant
    by_agency = entry("A-1", 1, "Wed 12.03.2025 12:00 deleted official")
    assert only([posted, by_agency, closed], "Wed 12.03.2025 18:00", closing).verdict == "met"
    assert only([posted, by_agency], "Wed 12.03.2025 18:00").verdict == "breached"
    back = entry("A-1", 5, "Wed 12.03.2025 12:00 restored")
    assert only([posted, deleted, back], "Wed 12.03.2025 18:00").verdict == "breached"
    assert answer.order < deleted.order < back.order < closed.order


def test_an_appeal_deleted_before_its_clock_starts_is_withdrawn_at_the_start() -> None:
    for deleted in ("10:15", "10:10"):  # at the very posting, and by a stamp from before it
        diary = life(
            "A-1", "Wed 12.03.2025 10:15 created", f"Wed 12.03.2025 {deleted} deleted citizen"
        )
        outcome = only(diary, "Wed 12.03.2025 18:00")
        assert sentence(outcome) == "withdrawn, due Wed 12.03.2025 15:15, used 0:00"
        assert outcome.withdrawn_at == outcome.started_at == at("Wed 12.03.2025 10:15")
        by_agency = entry("A-1", 1, f"Wed 12.03.2025 {deleted} deleted official")
        assert only([diary[0], by_agency], "Wed 12.03.2025 18:00").verdict == "breached"
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 deleted citizen",
        "Wed 12.03.2025 11:30 registered",
    )
    registered = only(diary, "Wed 12.03.2025 18:00", target(starts="registered"))
    assert registered.withdrawn_at == registered.started_at == at("Wed 12.03.2025 11:30")


@pytest.mark.parametrize(
    ("deleted", "said"),
    [
        # 10:15-12:00 = 1:45, paused, and the other 2:15 from the deletion on
        ("12:00", "withdrawn, due Wed 12.03.2025 15:15, used 1:45"),
        ("12:30", "withdrawn, due Wed 12.03.2025 15:45, used 1:45"),
        ("16:00", "withdrawn, due Thu 13.03.2025 09:15, used 1:45"),
        # resumed at 16:00, the other 2:15 are 16:00-18:00 and until 09:15
        ("16:30", "withdrawn, due Thu 13.03.2025 09:15, used 2:15"),
    ],
)
def test_a_deletion_ends_a_pause(deleted: str, said: str) -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 12:00 paused",
        "Wed 12.03.2025 16:00 resumed",
        f"Wed 12.03.2025 {deleted} deleted citizen",
    )
    of = target(pauses=True)
    assert judge(diary, "Fri 14.03.2025 12:00", of) == {"answer": said}
    if deleted != "16:30":  # whether the pause would have gone on says nothing
        del diary[2]
        assert judge(diary, "Fri 14.03.2025 12:00", of) == {"answer": said}


def test_a_deletion_of_an_excluded_appeal_changes_no_times() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 12:00 deleted citizen",
        "Wed 12.03.2025 14:30 replied official",
        "Wed 12.03.2025 15:00 duplicate_of",
    )
    outcome = only(diary, "Wed 12.03.2025 18:00")
    assert sentence(outcome) == "excluded, due Wed 12.03.2025 15:15, used 1:45"
    assert (outcome.answered_at, outcome.withdrawn_at) == (None, None)


def test_only_a_reply_from_before_the_deletion_needs_a_review() -> None:
    for replied, needs_review in (("11:30", True), ("12:00", True), ("12:01", False)):
        diary = life(
            "A-1",
            "Wed 12.03.2025 10:15 created",
            "Wed 12.03.2025 12:00 deleted citizen",
            f"Wed 12.03.2025 {replied} replied official",
        )
        outcome = only(diary, "Wed 12.03.2025 18:00", target(stops="substantive_reply"))
        assert (outcome.verdict, outcome.needs_review) == ("withdrawn", needs_review)


# -- starts ----------------------------------------------------------------------------------------


def test_a_clock_detected_later_does_not_exist_yet() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created; received Wed 12.03.2025 14:40",
        "Wed 12.03.2025 11:00 deleted citizen; received Wed 12.03.2025 15:30",
    )
    policy = Policy([target(starts="detected"), target("posted")])
    for as_of, clocks in (("14:39", ["posted"]), ("14:40", ["answer", "posted"])):
        result = evaluate(diary[:1], policy, as_of=at(f"Wed 12.03.2025 {as_of}"))
        assert [one.target for one in result.outcomes] == clocks
    assert holder_spans(diary, policy.targets[0], as_of=at("Wed 12.03.2025 14:39")) == ()
    watch = Watch(target(starts="detected"))
    assert watch.advance("Wed 12.03.2025 14:00") == set()
    assert watch.apply(diary[0]) == set()
    assert watch.advance("Wed 12.03.2025 15:00") == {"opened Wed 12.03.2025 14:40"}
    assert watch.apply(diary[1]) == {"withdrawn Wed 12.03.2025 14:40"}
    # 14:40-15:30 = 0:50 of none, as it was withdrawn before
    outcome = only(diary, "Wed 12.03.2025 15:30", target(starts="detected"))
    assert sentence(outcome) == "withdrawn, due Thu 13.03.2025 09:40, used 0:00"


def test_the_event_that_starts_a_clock_does_not_answer_it() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 assigned agency=A",
        "Wed 12.03.2025 12:00 assigned agency=B",
        "Wed 12.03.2025 12:30 replied official",
    )
    of = target(starts="assigned", stops=frozenset({"assigned", "replied"}))
    assert only(diary[:2], "Wed 12.03.2025 12:00", of).verdict == "pending"
    assert only(diary, "Wed 12.03.2025 18:00", of).answered_at == at("Wed 12.03.2025 12:00")


# -- reviews ---------------------------------------------------------------------------------------


def test_a_review_without_a_verdict_changes_nothing() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 replied official substantive id=reply",
        "Thu 13.03.2025 09:00 review formal of=reply",
        "Thu 13.03.2025 10:00 review substantive of=reply",
        "Thu 13.03.2025 11:00 review of=reply",
        "Thu 13.03.2025 12:00 review formal of=A-1/0",
        "Thu 13.03.2025 12:00 review formal of=elsewhere",
    )
    of = target(stops="substantive_reply")
    # of two that disagree the last decides, whatever came first; the others concern other replies
    verdicts = [only(diary[:many], "Fri 14.03.2025 09:00", of).verdict for many in range(2, 8)]
    assert verdicts == ["met", "breached", "met", "met", "met", "met"]
    # at one instant the last by its id
    same_due_targets = [
        entry("A-1", 8, "Thu 13.03.2025 12:30 review formal of=reply"),
        entry("A-1", 9, "Thu 13.03.2025 12:30 review substantive of=reply"),
    ]
    assert only([*diary, *same_due_targets], "Fri 14.03.2025 09:00", of).verdict == "met"


def test_a_review_that_names_its_reply_counts_before_it() -> None:
    posted, of_none, named, answer = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 10:50 review substantive",
        "Wed 12.03.2025 10:55 review substantive of=reply",
        "Wed 12.03.2025 11:00 replied official id=reply",
    )
    of = target(stops="substantive_reply")
    outcome = only([posted, of_none, answer], "Wed 12.03.2025 18:00", of)
    assert (outcome.verdict, outcome.needs_review) == ("breached", True)
    assert only([posted, named, answer], "Wed 12.03.2025 18:00", of).verdict == "met"


def test_a_reply_from_before_a_transfer_may_be_the_answer() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A",
        "Wed 12.03.2025 11:00 replied official id=reply",
        "Wed 12.03.2025 12:00 transferred agency=B",
        "Thu 13.03.2025 09:00 review substantive of=reply",
    )
    of = target(stops="substantive_reply", on_transfer="restart")
    # 12:00-13:00 = 1:00, 14:00-18:00 = 4:00
    waiting = only(diary[:3], "Wed 12.03.2025 18:00", of)
    assert sentence(waiting) == "breached by 1:00, due Wed 12.03.2025 17:00, used 5:00"
    assert waiting.needs_review
    answered = only(diary, "Thu 13.03.2025 18:00", of)
    assert sentence(answered) == "met, due Wed 12.03.2025 15:15, used 0:45"
    assert not answered.needs_review


# -- holders ---------------------------------------------------------------------------------------


def test_a_holder_replaced_in_the_same_instant_has_no_span() -> None:
    of = target(on_transfer="resume")
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 09:00 transferred agency=B",
        "Wed 12.03.2025 11:00 transferred agency=C",
        "Wed 12.03.2025 11:00 transferred agency=D",
        "Wed 12.03.2025 12:00 transferred agency=C",
        "Wed 12.03.2025 14:00 transferred agency=A",
    )
    # C had it for no time at 11:00, and A at 09:00: each begins when it is given it again
    for many, said in (
        (5, "pending, due Wed 12.03.2025 17:00, used 2:00"),  # 12:00-13:00, 14:00-15:00
        (6, "pending, due Wed 12.03.2025 18:00, used 1:00"),  # 14:00-15:00
    ):
        assert judge(diary[:many], "Wed 12.03.2025 15:00", of) == {"answer": said}
    # B had it 09:00-11:00, and has it again from 14:30; 1:30 are left
    back = entry("A-1", 6, "Wed 12.03.2025 14:30 transferred agency=B")
    outcome = only([*diary, back], "Wed 12.03.2025 15:00", of)
    assert sentence(outcome) == "pending, due Wed 12.03.2025 16:30, used 2:30"
    assert outcome.started_at == at("Wed 12.03.2025 09:00")


def test_between_two_transfers_the_holder_named_last_counts() -> None:
    of = target(on_transfer="resume")
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created",
        "Wed 12.03.2025 09:30 assigned agency=A",
        "Wed 12.03.2025 09:45 registered agency=elsewhere",
        "Wed 12.03.2025 10:00 transferred agency=B",
        "Wed 12.03.2025 10:30 transferred",
        "Wed 12.03.2025 10:45 assigned agency=D",
        "Wed 12.03.2025 11:00 transferred agency=A",
    )
    # 09:30-10:00 had no other holder before, so that A has used it from 09:00 on
    assert judge(diary[:3], "Wed 12.03.2025 09:50", of)["answer"].endswith("used 0:50")
    # B stays past the transfer that names no agency; then D is named for the time since then
    assert judge(diary[:5], "Wed 12.03.2025 10:40", of)["answer"].endswith("used 0:40")
    assert judge(diary[:6], "Wed 12.03.2025 10:50", of)["answer"].endswith("used 0:20")
    # 09:00-10:00 and 11:00-12:00
    outcome = only(diary, "Wed 12.03.2025 12:00", of)
    assert sentence(outcome) == "pending, due Wed 12.03.2025 15:00, used 2:00"
    pauses = [(clock(since), clock(until)) for since, until in outcome.pauses]
    assert pauses == [("Wed 12.03.2025 10:00", "Wed 12.03.2025 11:00")]
    assert phases(diary, "Wed 12.03.2025 12:00", target()) == [
        ("unregistered", None, "0:45"),
        ("assigned", "A", "0:15"),
        ("assigned", "B", "0:45"),
        ("assigned", "D", "0:15"),
        ("assigned", "A", "1:00"),
    ]


def test_a_reopened_appeal_keeps_its_holder() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 10:00 transferred agency=B",
        "Wed 12.03.2025 11:00 replied official",
        "Wed 12.03.2025 12:00 reopened",
        "Wed 12.03.2025 14:00 transferred agency=C",
        "Wed 12.03.2025 15:00 transferred agency=B",
    )
    as_of = at("Wed 12.03.2025 16:00")
    spans = holder_spans(diary, target(), as_of=as_of, cycle=1)
    assert [(span.phase, span.holder, format_amount(span.worked)) for span in spans] == [
        ("assigned", "B", "1:00"),
        ("assigned", "C", "1:00"),
        ("assigned", "B", "1:00"),
    ]
    assert breach_owner(spans, at("Wed 12.03.2025 12:30")) == "B"
    _, again = evaluate(diary, Policy([target(on_transfer="resume")]), as_of=as_of).outcomes
    # 12:00-13:00 and 15:00-16:00 in this cycle; what B used in the one before is no part of it
    assert sentence(again) == "pending, due Wed 12.03.2025 18:00, used 2:00"


def test_a_pause_continues_past_a_transfer() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 10:00 paused",
        "Wed 12.03.2025 11:00 transferred agency=B",
        "Wed 12.03.2025 12:00 transferred agency=A",
        "Wed 12.03.2025 14:30 resumed",
    )
    for on_transfer, started, said in (
        # 09:00-10:00, 14:30-16:00
        ("keep", "09:00", "pending, due Wed 12.03.2025 17:30, used 2:30"),
        # paused 12:00-14:30, then 14:30-16:00
        ("restart", "12:00", "pending, due Thu 13.03.2025 09:30, used 1:30"),
        # 09:00-10:00, paused 10:00-14:30, B's hour included
        ("resume", "09:00", "pending, due Wed 12.03.2025 17:30, used 2:30"),
    ):
        of = target(on_transfer=on_transfer, pauses=True)
        assert only(diary[:4], "Wed 12.03.2025 14:00", of).verdict == "paused"
        outcome = only(diary, "Wed 12.03.2025 16:00", of)
        assert sentence(outcome) == said
        assert outcome.started_at == at(f"Wed 12.03.2025 {started}")


def test_after_a_transfer_the_whole_clock_uses_the_schedule_of_the_new_holder() -> None:
    samara = Schedule("RU-SAM", "Mo-Fr 08:00-12:00,13:00-17:00")  # an hour ahead of Volgograd
    berlin = Schedule(None, "Mo-Su 09:00-17:00", tz="Europe/Berlin")
    of = {"A": S8, "B": samara, "C": berlin}
    by_agency = [
        target(on_transfer, schedule=ScheduleBy("agency_id", of), on_transfer=on_transfer)
        for on_transfer in ("keep", "restart", "resume")
    ]
    diary = life(
        "A-1",
        "Fri 28.03.2025 17:00 created agency=A",
        "Sat 29.03.2025 12:00 transferred agency=B",
        "Sun 30.03.2025 13:00 transferred agency=C",
        "Mon 31.03.2025 12:00 replied official",
    )
    # in Samara it is 18:00 on Friday: closed; Monday 08:00-12:00 there is 07:00-11:00
    assert judge(diary[:2], "Mon 31.03.2025 09:00", *by_agency) == {
        "keep": "pending, due Mon 31.03.2025 11:00, used 2:00",
        "restart": "pending, due Mon 31.03.2025 11:00, used 2:00",
        "resume": "pending, due Mon 31.03.2025 11:00, used 2:00",
    }
    # Berlin is two hours behind in winter, from Sunday on one: Fri 15:00-17:00 = 2:00 and
    # Sat 09:00-11:00 are the four hours, until 13:00 in Volgograd; Sun 13:00 is 12:00 there
    assert judge(diary, "Mon 31.03.2025 18:00", *by_agency) == {
        # Fri 2:00, Sat 8:00, Sun 8:00, Mon 09:00-11:00 = 2:00
        "keep": "breached by 16:00, due Sat 29.03.2025 13:00, used 20:00",
        # Sun 12:00-17:00 = 5:00, Mon 2:00
        "restart": "breached by 3:00, due Sun 30.03.2025 17:00, used 7:00",
        "resume": "breached by 3:00, due Sun 30.03.2025 17:00, used 7:00",
    }


def test_a_budget_that_changes_while_the_clock_runs() -> None:
    # urgent appeals have two hours, others four; it comes to be urgent at 14:30
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


# -- pauses without an end -------------------------------------------------------------------------


def test_a_pause_that_begins_as_the_budget_is_used_up() -> None:
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Wed 12.03.2025 15:15 paused")
    targets = [target("latest", pauses=True), target("strict", pauses=True, closing="strict")]
    resumed = entry("A-1", 2, "Wed 12.03.2025 16:00 resumed")
    # 10:15-13:00 = 2:45, 14:00-15:15 = 1:15: nothing more is used during the pause, and strictly
    # it was due as it began, whether the pause ends or not
    for events, latest in ((diary, "paused"), ([*diary, resumed], "breached by 2:00")):
        result = judge(events, "Wed 12.03.2025 18:00", *targets)
        used = "6:00" if latest != "paused" else "4:00"
        late = "breached by 2:00" if latest != "paused" else "breached"
        assert result["latest"] == f"{latest}, due Wed 12.03.2025 15:15, used {used}"
        assert result["strict"].startswith(late)
    limits = {
        one.target: one.limit for one in ask(diary, "Wed 12.03.2025 18:00", *targets).outcomes
    }
    assert limits == {"latest": None, "strict": at("Wed 12.03.2025 15:15")}


def test_a_last_date_that_ends_in_an_open_pause_does_not_count() -> None:
    days = target("days", budget=WorkingDays(2), pauses=True)
    strict = target("strict", budget=WorkingDays(2), pauses=True, closing="strict")
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Fri 14.03.2025 19:00 paused")
    # Friday is the second day, but at its 24:00 the clock is paused: closing time is no due time
    for one in ask(diary, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, one.due_at, one.limit) == ("paused", None, None)
    on_time = [diary[0], entry("A-1", 1, "Sat 15.03.2025 00:01 paused")]
    for one in ask(on_time, "Mon 17.03.2025 12:00", days, strict).outcomes:
        assert (one.verdict, clock(one.due_at)) == ("breached", "Fri 14.03.2025 18:00")
    # the third calendar day is Saturday, moved back to Friday: it has not ended by Saturday noon
    back = target(budget=CalendarDays(3, roll="preceding"), pauses=True)
    for paused, due in (
        ("Sat 15.03.2025 12:00", "unknown"),
        ("Sun 16.03.2025 00:01", "Fri 14.03.2025 18:00"),
    ):
        outcome = only(
            [diary[0], entry("A-1", 1, f"{paused} paused")], "Mon 17.03.2025 12:00", back
        )
        assert clock(outcome.due_at) == due
    # moved on to Monday, whose 24:00 must not be paused either
    on = target(budget=CalendarDays(3, roll="following"), pauses=True)
    paused = entry("A-1", 1, "Mon 17.03.2025 17:00 paused")
    outcome = only([diary[0], paused], "Mon 17.03.2025 19:00", on)
    assert (outcome.verdict, outcome.due_at) == ("paused", None)
    for resumed, due in (
        ("Mon 17.03.2025 23:59", "Mon 17.03.2025 18:00"),
        ("Tue 18.03.2025 00:01", "Tue 18.03.2025 18:00"),
    ):
        diary = [diary[0], paused, entry("A-1", 2, f"{resumed} resumed")]
        assert clock(only(diary, "Fri 21.03.2025 12:00", on).due_at) == due


def test_a_pause_that_continues_into_another_is_one() -> None:
    watch = Watch(target(pauses=True))
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created",
        "Wed 12.03.2025 11:00 paused",
        "Wed 12.03.2025 12:00 resumed",
        "Wed 12.03.2025 12:00 paused",
    )
    watch.apply(*diary)
    assert [kind for kind in watch.current if kind != "due_changed"] == ["opened", "paused"]
    outcome = only(diary, "Wed 12.03.2025 16:00", target(pauses=True))
    paused = [(clock(since), clock(until)) for since, until in outcome.pauses]
    assert paused == [("Wed 12.03.2025 11:00", "Wed 12.03.2025 16:00")]


def test_overdue_leaves_out_an_open_pause() -> None:
    diary = life("A-1", "Tue 11.03.2025 10:15 created", "Thu 13.03.2025 10:00 paused")
    outcome = only(diary, "Mon 17.03.2025 12:00", target(budget=WorkingDays(1), pauses=True))
    # due Wednesday 18:00; Thursday 09:00-10:00
    assert (outcome.verdict, outcome.overdue) == ("breached", timedelta(hours=1))


# -- known events and dates ------------------------------------------------------------------------


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


def test_a_budget_that_may_roll_back_to_its_first_date_is_certain_until_closing() -> None:
    # nothing after Wednesday is known: were it all days off, the term would end on Wednesday
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


def test_a_second_posting_names_no_holder() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created agency=A",
        "Wed 12.03.2025 10:00 created agency=B",
        "Wed 12.03.2025 11:00 transferred agency=C",
        "Wed 12.03.2025 12:00 transferred agency=A",
    )
    assert phases(diary, "Wed 12.03.2025 13:00", target()) == [
        ("assigned", "A", "2:00"),
        ("assigned", "C", "1:00"),
        ("assigned", "A", "1:00"),
    ]
    # 09:00-11:00, 12:00-13:00
    outcome = only(diary, "Wed 12.03.2025 13:00", target(on_transfer="resume"))
    assert outcome.elapsed == working_hours(3)


def test_the_next_change_is_the_first_pause_end_warning_or_breach_still_ahead() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 09:00 created",
        "Wed 12.03.2025 10:00 paused",
        "Wed 12.03.2025 11:00 resumed",
        "Wed 12.03.2025 12:00 paused",
        "Wed 12.03.2025 12:30 resumed",
    )
    # 09:00-10:00, 11:00-12:00, 12:30-13:00, 14:00-15:30: a warning an hour before
    (one,) = fold(diary, Policy([target(pauses=True)])).clocks
    asked = ("08:59", "11:00", "12:30", "14:30", "15:30")
    found = [one.next_change(at(f"Wed 12.03.2025 {time}").astimezone(UTC)) for time in asked]
    assert [clock(when) for when in found] == [
        "Wed 12.03.2025 11:00",
        "Wed 12.03.2025 12:30",
        "Wed 12.03.2025 14:30",
        "Wed 12.03.2025 15:30",
        "Wed 12.03.2025 15:30",
    ]
    assert one.next_change(at("Wed 12.03.2025 15:31").astimezone(UTC)) is None


def test_a_clock_built_by_rule_belongs_to_its_own_cycle() -> None:
    # the calendar of 2028 is not known; by rule Monday 10 January is the first working day
    diary = life(
        "A-1",
        "Thu 30.12.2027 14:00 created",
        "Sun 09.01.2028 12:00 replied official formal",
        "Mon 10.01.2028 17:00 reopened citizen",
        "Wed 12.01.2028 10:00 replied official substantive",
    )
    options = {"stops": "substantive_reply", "budget": working_hours(5)}
    policy = Policy([target("whole", on_reopen="ignore", **options), target("each", **options)])
    outcomes = evaluate(diary, policy, as_of=at("Thu 13.01.2028 12:00"), provisional=True).outcomes
    assert [(one.target, one.cycle, sentence(one), one.provisional) for one in outcomes] == [
        ("whole", 0, "breached by 16:00, due Mon 10.01.2028 10:00, used 21:00", True),
        ("each", 0, "breached by 26:00, due Mon 10.01.2028 10:00, used 31:00", True),
        ("each", 1, "breached by 5:00, due Tue 11.01.2028 13:00, used 10:00", True),
    ]


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
