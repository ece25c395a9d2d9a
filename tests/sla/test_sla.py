"""Events, targets and the fold: verdicts, reconciliation, and independence from order."""

from __future__ import annotations

import dataclasses
import pickle
import re
from datetime import UTC, datetime, timedelta

import pytest

from kit.values import OFFICE, POLICY, at, created, event, replied
from workhours_sla import (
    Event,
    EventType,
    Monitor,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    Verdict,
    evaluate,
    working_hours,
)
from workhours_sla.errors import (
    ArgumentError,
    BudgetError,
    EventError,
    NaiveDatetimeError,
    PolicyError,
)
from workhours_sla.sla.event import BEGINNING, NEVER

STRICT = Policy([Target("first reply", working_hours(4), OFFICE, closing="strict")])


def test_an_answer_between_due_and_limit_is_met_unless_the_target_is_strict() -> None:
    events = [created("1", at(2025, 3, 12, 14)), replied("1", at(2025, 3, 12, 21, 15))]
    as_of = at(2025, 3, 14)
    (met,) = evaluate(events, POLICY, as_of=as_of).outcomes
    assert (met.verdict, met.due_at, met.limit) == (
        Verdict.MET,
        at(2025, 3, 12, 18),
        at(2025, 3, 13, 9),
    )
    assert evaluate(events, STRICT, as_of=as_of).outcomes[0].verdict is Verdict.BREACHED
    late = [events[0], replied("1", at(2025, 3, 13, 9, 1))]
    (breached,) = evaluate(late, POLICY, as_of=as_of).outcomes
    assert (breached.verdict, breached.overdue) == (Verdict.BREACHED, timedelta(minutes=1))


def test_an_unanswered_appeal_is_at_risk_until_the_limit_itself() -> None:
    events = [created("1", at(2025, 3, 12, 14))]
    for as_of, verdict in (
        (at(2025, 3, 12, 16, 59), Verdict.PENDING),
        (at(2025, 3, 12, 17), Verdict.AT_RISK),
        (at(2025, 3, 13, 9), Verdict.AT_RISK),
        (at(2025, 3, 13, 9, 0, 1), Verdict.BREACHED),
    ):
        assert evaluate(events, POLICY, as_of=as_of).outcomes[0].verdict is verdict


def test_quarantined_events_have_a_reason() -> None:
    now = at(2025, 3, 12, 12)
    events = [
        created("1", at(2025, 3, 12, 10)),
        replied("1", at(2025, 3, 12, 9)),
        replied("2", at(2025, 3, 12, 11)),
        created("3", at(2025, 3, 12, 11), received_at=at(2025, 3, 12, 10, 54)),
        created("4", at(2025, 3, 12, 11), received_at=at(2025, 3, 12, 10, 55)),
        created("5", at(2025, 3, 12, 11), channel="vk"),
        created("5", at(2025, 3, 12, 11), channel="ok"),
        created("6", at(2025, 3, 12, 13)),
    ]
    result = evaluate(events, POLICY, as_of=now)
    assert {(q.event.appeal_id, q.reason) for q in result.quarantine} == {
        ("1", "reply_before_post"),
        ("2", "no_appeal"),
        ("3", "future_time"),
        ("5", "conflicting_id"),
    }
    assert [outcome.appeal_id for outcome in result.outcomes] == ["1", "4", "5"]
    assert result.reconciliation.after_as_of == 1


def test_of_two_contents_the_one_received_first_counts() -> None:
    early, late = (
        created("1", at(2025, 3, 12, 10), channel=channel, received_at=at(2025, 3, 12, hour))
        for channel, hour in (("vk", 11), ("ok", 10))
    )
    for events in ([early, late], [late, early], [late, early, early, late]):
        result = evaluate(events, POLICY, as_of=at(2025, 3, 13))
        assert result.outcomes[0].channel == "ok"
        assert {q.event.channel for q in result.quarantine} == {"vk"}


def test_dates_outside_the_calendar_leave_a_known_due_time() -> None:
    events = [created("1", at(2027, 12, 30, 14)), created("2", at(2027, 12, 30, 15))]
    one, two = evaluate(events, POLICY, as_of=at(2027, 12, 30, 17)).outcomes
    assert (one.verdict, one.due_at, one.limit, one.calendar_unknown) == (
        Verdict.AT_RISK,
        at(2027, 12, 30, 18),
        None,
        False,
    )
    assert (two.due_at, two.calendar_unknown, two.verdict) == (None, False, Verdict.PENDING)
    after = evaluate(events, POLICY, as_of=at(2028, 2, 1)).outcomes
    assert [o.verdict for o in after] == [Verdict.PENDING] * 2
    by_rule = evaluate(events, POLICY, as_of=at(2028, 2, 1), provisional=True).outcomes
    assert [(o.verdict, o.provisional) for o in by_rule] == [(Verdict.BREACHED, True)] * 2
    answered = [*events, replied("1", at(2027, 12, 30, 17))]
    assert evaluate(answered, POLICY, as_of=at(2028, 2, 1)).outcomes[0].verdict is Verdict.MET


def test_values_can_be_pickled_and_are_frozen() -> None:
    posted = created("1", at(2025, 3, 12, 10))
    assert pickle.loads(pickle.dumps(posted)) == posted  # noqa: S301
    assert posted.occurred_at.tzinfo is UTC
    with pytest.raises(dataclasses.FrozenInstanceError):
        posted.channel = "vk"
    result = evaluate([posted], POLICY, as_of=at(2025, 3, 13))
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301
    by = ScheduleBy("channel", {"vk": OFFICE})
    assert pickle.loads(pickle.dumps(by)) == by  # noqa: S301


@pytest.mark.parametrize("name", ["event_id", "appeal_id", "topic", "refers_to"])
def test_a_text_with_the_character_nul_is_refused(name: str) -> None:
    with pytest.raises(EventError, match=rf"{name} .*U\+0000; remove it"):
        dataclasses.replace(created("1", at(2025, 3, 12, 10)), **{name: "a\0b"})


def test_collections_are_kept_as_frozen_values() -> None:
    target = Target("closed", working_hours(4), OFFICE, stops={"closed"})
    assert target.stops == frozenset({EventType.CLOSED})
    rule = Rule([target], importances=["high"], channels=("vk", "ok"), agencies={"A"})
    assert rule.targets == (target,)
    assert (rule.importances, rule.channels) == (frozenset({"high"}), frozenset({"vk", "ok"}))
    assert hash(rule) == hash(dataclasses.replace(rule, importances={"high"}))


def test_invalid_events_targets_and_policies_are_refused() -> None:
    when = at(2025, 3, 12, 10)
    naive = datetime(2025, 3, 12, 10)
    with pytest.raises(EventError, match="event_id"):
        created("", when).__class__("", "1", EventType.CREATED, when, when)
    with pytest.raises(NaiveDatetimeError, match="occurred_at"):
        Event("1", "1", EventType.CREATED, naive, when)
    with pytest.raises(NaiveDatetimeError, match="as_of"):
        evaluate([], POLICY, as_of=naive)
    with pytest.raises(PolicyError, match="budget of 0"):
        Target("x", timedelta(0), OFFICE)
    with pytest.raises(BudgetError):
        Target("x", -working_hours(1), OFFICE)
    with pytest.raises(PolicyError, match="cannot stop on"):
        Target("x", working_hours(1), OFFICE, stops=frozenset())
    with pytest.raises(PolicyError, match="not one of latest, strict"):
        Target("x", working_hours(1), OFFICE, closing="loose")
    with pytest.raises(PolicyError, match="the schedule of 'vk' is"):
        ScheduleBy("channel", {"vk": OFFICE | OFFICE})
    with pytest.raises(PolicyError, match="targets alone, or rules alone"):
        Policy([])
    with pytest.raises(ArgumentError, match=r"importances of Rule is 'high'; give .*list\[str\]"):
        Rule(POLICY.targets, importances="high")
    with pytest.raises(PolicyError, match="different names"):
        Policy(POLICY.targets * 2)


def test_a_verdict_is_given_although_uncertain_dates_leave_the_due_time_open() -> None:
    kc = Schedule("RU-KC", OFFICE.hours)  # 19-21 April 2026 are open there
    policy = Policy([Target("first reply", working_hours(4), kc)])
    posted = datetime(2026, 4, 17, 16, tzinfo=kc.tz)
    events = [created("1", posted), replied("1", posted + timedelta(minutes=30))]
    (met,) = evaluate(events, policy, as_of=posted + timedelta(days=30)).outcomes
    assert (met.verdict, met.due_at, met.calendar_unknown) == (Verdict.MET, None, False)
    soon = Policy([Target("first reply", working_hours(4), kc, warn=working_hours(3))])
    (risk,) = evaluate(events[:1], soon, as_of=posted + timedelta(hours=1)).outcomes
    assert (risk.verdict, risk.calendar_unknown) == (Verdict.AT_RISK, False)
    (late,) = evaluate(
        [events[0], replied("1", posted + timedelta(days=4))], policy, as_of=posted + timedelta(9)
    ).outcomes
    assert (late.verdict, late.calendar_unknown) == (Verdict.PENDING, True)


def test_an_event_from_the_future_does_not_replace_one_that_can_be_true() -> None:
    wrong = created("1", at(2025, 3, 12, 12), received_at=at(2025, 3, 12, 10))
    right = created("1", at(2025, 3, 12, 10), received_at=at(2025, 3, 12, 10, 1))
    for events in ([wrong, right], [right, wrong, wrong]):
        result = evaluate(events, POLICY, as_of=at(2025, 3, 12, 15))
        assert [o.posted_at for o in result.outcomes] == [at(2025, 3, 12, 10)]
        assert [q.reason for q in result.quarantine] == ["future_time"]


def test_late_counts_only_applied_events() -> None:
    future = created("9", at(2030, 1, 1), received_at=at(2025, 3, 12, 9))
    events = [future, created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))]
    assert evaluate(events, POLICY, as_of=at(2025, 3, 13)).reconciliation.late == 0


def test_values_are_checked_and_normalised() -> None:
    when = at(2025, 3, 12, 10)
    assert Event("1", "A", "created", when, when).type is EventType.CREATED
    with pytest.raises(EventError, match="no event type 'bogus'"):
        Event("1", "A", "bogus", when, when)
    with pytest.raises(EventError, match="author_role 'robot'"):
        Event("1", "A", EventType.REPLIED, when, when, author_role="robot")
    with pytest.raises(EventError, match="years 1 to 9999"):
        created("1", datetime.min.replace(tzinfo=OFFICE.tz))
    target = Target("x", working_hours(1), OFFICE, stops=["replied"])
    assert hash(target) == hash(Target("x", working_hours(1), OFFICE, stops={EventType.REPLIED}))
    with pytest.raises(PolicyError, match="no known event"):
        Target("x", working_hours(1), OFFICE, stops={"answered"})
    with pytest.raises(PolicyError, match="at least 0"):
        Target("x", working_hours(1), OFFICE, warn=-working_hours(1))


@pytest.mark.parametrize("when", [BEGINNING, NEVER])
@pytest.mark.parametrize("field", ["occurred_at", "received_at"])
def test_a_time_that_some_zone_cannot_represent_is_refused(field: str, when: datetime) -> None:
    times = dict.fromkeys(["occurred_at", "received_at"], at(2025, 3, 12)) | {field: when}
    with pytest.raises(EventError, match=f"{field} {re.escape(str(when))} of event '1' is not in"):
        Event("1", "A", "created", **times)


# -- appeals that staff open, pauses that nobody ends ----------------------------------------------


def by_staff(role: str, *more: Event) -> list[Event]:
    return [created("1", at(2025, 3, 12, 10), author_role=role), *more]


def message(when: datetime) -> Event:
    return event("1-m", "1", EventType.CITIZEN_MESSAGE, when, author_role="citizen")


@pytest.mark.parametrize("role", ["official", "coordinator"])
def test_the_clock_of_an_appeal_opened_by_staff_starts_at_once_or_waits(role: str) -> None:
    def started(staff_opened: str, *more: Event, starts: str = "posted") -> list[datetime | None]:
        target = Target("t", working_hours(4), OFFICE, starts=starts, staff_opened=staff_opened)
        found = evaluate(by_staff(role, *more), Policy([target]), as_of=at(2025, 3, 12, 17))
        return [outcome.started_at for outcome in found.outcomes]

    asked = message(at(2025, 3, 12, 15))
    assert started("start") == started("start", asked) == [at(2025, 3, 12, 10)]
    assert started("wait") == []
    assert started("wait", asked) == [at(2025, 3, 12, 15)]
    received = dataclasses.replace(asked, received_at=at(2025, 3, 12, 16))
    assert started("wait", received, starts="detected") == [at(2025, 3, 12, 16)]
    registered = event("1-g", "1", EventType.REGISTERED, at(2025, 3, 12, 11))
    assert started("wait", registered, starts="registered") == [at(2025, 3, 12, 11)]


@pytest.mark.parametrize("role", ["citizen", "system", None])
def test_other_appeals_never_wait_for_a_message(role: str | None) -> None:
    target = Target("t", working_hours(4), OFFICE, staff_opened="wait")
    (found,) = evaluate(by_staff(role), Policy([target]), as_of=at(2025, 3, 12, 17)).outcomes
    assert found.started_at == at(2025, 3, 12, 10)


def test_a_waiting_clock_starts_in_a_stream_too() -> None:
    monitor = Monitor(Policy([Target("t", working_hours(1), OFFICE, staff_opened="wait")]))
    assert monitor.apply(by_staff("official")) == ()
    (opened,) = monitor.apply(message(at(2025, 3, 12, 15)))
    assert (opened.kind.value, opened.due_at) == ("opened", at(2025, 3, 12, 16))


def test_an_open_pause_is_marked_if_later_events_show_work() -> None:
    pausing = Policy([Target("t", working_hours(4), OFFICE, pauses=True, stops={"closed"})])
    paused = event("1-p", "1", EventType.PAUSED, at(2025, 3, 12, 11))
    resumed = event("1-s", "1", EventType.RESUMED, at(2025, 3, 12, 15))
    moved = event("1-t", "1", EventType.TRANSFERRED, at(2025, 3, 12, 12), agency_id="B")

    def flagged(policy: Policy, *more: Event) -> bool:
        events = [created("1", at(2025, 3, 12, 10)), *more]
        (found,) = evaluate(events, policy, as_of=at(2025, 3, 12, 17)).outcomes
        return found.pause_left_open

    assert not flagged(pausing, paused)
    assert not flagged(pausing, paused, resumed, moved)
    assert not flagged(POLICY, paused, moved)  # a target that pauses do not stop
    for later in (
        moved,
        replied("1", at(2025, 3, 12, 12)),
        replied("1", at(2025, 3, 12, 12), author_role="official"),
        event("1-x", "1", EventType.CLOSED, at(2025, 3, 12, 12)),
    ):
        assert flagged(pausing, paused, later)
    assert not flagged(pausing, paused, message(at(2025, 3, 12, 12)))
    before = replied("1", at(2025, 3, 12, 10, 30))
    assert not flagged(pausing, paused, before)
