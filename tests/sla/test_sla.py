"""Events, targets and the fold: verdicts, reconciliation, and independence from order."""

from __future__ import annotations

import dataclasses
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.values import OFFICE, POLICY, at, created, event, replied
from workhours_sla import (
    Event,
    EventType,
    Monitor,
    Policy,
    Rule,
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


@pytest.mark.parametrize("name", ["event_id", "appeal_id", "topic", "refers_to"])
def test_a_text_with_the_character_nul_is_refused(name: str) -> None:
    with pytest.raises(EventError, match=rf"{name} .*U\+0000; remove it"):
        dataclasses.replace(created("1", at(2025, 3, 12, 10)), **{name: "a\0b"})


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Event("", "1", "created", WHEN, WHEN), EventError, "event_id"),
        (lambda: Event("1", "1", "created", NAIVE, WHEN), NaiveDatetimeError, "occurred_at"),
        (lambda: Event("1", "A", "bogus", WHEN, WHEN), EventError, "no event type 'bogus'"),
        (lambda: replied("1", WHEN, author_role="robot"), EventError, "author_role 'robot'"),
        (lambda: created("1", datetime.min.replace(tzinfo=OFFICE.tz)), EventError, "years 1 to"),
        (lambda: evaluate([], POLICY, as_of=NAIVE), NaiveDatetimeError, "as_of"),
        (lambda: Target("x", timedelta(0), OFFICE), PolicyError, "budget of 0"),
        (lambda: Target("x", -HOUR, OFFICE), BudgetError, "negative"),
        (lambda: Target("x", HOUR, OFFICE, stops=frozenset()), PolicyError, "cannot stop on"),
        (lambda: Target("x", HOUR, OFFICE, stops={"answered"}), PolicyError, "no known event"),
        (lambda: Target("x", HOUR, OFFICE, warn=-HOUR), PolicyError, "at least 0"),
        (lambda: Target("x", HOUR, OFFICE, closing="loose"), PolicyError, "not one of latest"),
        (lambda: ScheduleBy("channel", {"vk": OFFICE | OFFICE}), PolicyError, "of 'vk' is"),
        (lambda: Policy([]), PolicyError, "targets alone, or rules alone"),
        (lambda: Rule(POLICY.targets, importances="high"), ArgumentError,
         r"importances of Rule is 'high'; give .*list\[str\]"),
        (lambda: Policy(POLICY.targets * 2), PolicyError, "different names"),
    ],
)  # fmt: skip
def test_invalid_events_targets_and_policies_are_refused(
    make: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        make()


def test_values_are_normalised_frozen_and_pickled() -> None:
    posted = Event("1", "A", "created", WHEN, WHEN)
    assert (posted.type, posted.occurred_at.tzinfo) == (EventType.CREATED, UTC)
    with pytest.raises(dataclasses.FrozenInstanceError):
        posted.channel = "vk"
    target = Target("closed", HOUR, OFFICE, stops={"closed"})
    assert target.stops == frozenset({EventType.CLOSED})
    rule = Rule([target], importances=["high"], channels=("vk", "ok"), agencies={"A"})
    assert (rule.targets, rule.channels) == ((target,), frozenset({"vk", "ok"}))
    assert hash(rule) == hash(dataclasses.replace(rule, importances={"high"}))
    result = evaluate([posted], POLICY, as_of=at(2025, 3, 13))
    for value in (posted, result, rule, ScheduleBy("channel", {"vk": OFFICE})):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301


@pytest.mark.parametrize("when", [BEGINNING, NEVER])
@pytest.mark.parametrize("field", ["occurred_at", "received_at"])
def test_a_time_that_some_zone_cannot_represent_is_refused(field: str, when: datetime) -> None:
    times = dict.fromkeys(["occurred_at", "received_at"], at(2025, 3, 12)) | {field: when}
    with pytest.raises(EventError, match=f"{field} {re.escape(str(when))} of event '1' is not in"):
        Event("1", "A", "created", **times)


def by_staff(role: str | None, *more: Event) -> list[Event]:
    return [created("1", at(2025, 3, 12, 10), author_role=role), *more]


def message(when: datetime) -> Event:
    return event("1-m", "1", EventType.CITIZEN_MESSAGE, when, author_role="citizen")


def test_the_clock_of_an_appeal_opened_by_staff_starts_at_once_or_waits() -> None:
    def started(role: str | None, wait: str, *more: Event, starts: str = "posted") -> list[Any]:
        target = Target("t", working_hours(4), OFFICE, starts=starts, staff_opened=wait)
        found = evaluate(by_staff(role, *more), Policy([target]), as_of=at(2025, 3, 12, 17))
        return [outcome.started_at for outcome in found.outcomes]

    asked = message(at(2025, 3, 12, 15))
    for role in ("official", "coordinator"):
        assert started(role, "start") == started(role, "start", asked) == [at(2025, 3, 12, 10)]
        assert started(role, "wait") == []
        assert started(role, "wait", asked) == [at(2025, 3, 12, 15)]
        received = dataclasses.replace(asked, received_at=at(2025, 3, 12, 16))
        assert started(role, "wait", received, starts="detected") == [at(2025, 3, 12, 16)]
        registered = event("1-g", "1", EventType.REGISTERED, at(2025, 3, 12, 11))
        assert started(role, "wait", registered, starts="registered") == [at(2025, 3, 12, 11)]
    for role in ("citizen", "system", None):
        assert started(role, "wait") == [at(2025, 3, 12, 10)]
    monitor = Monitor(Policy([Target("t", HOUR, OFFICE, staff_opened="wait")]))
    assert monitor.apply(by_staff("official")) == ()
    (opened,) = monitor.apply(asked)
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


WHEN, NAIVE = at(2025, 3, 12, 10), datetime(2025, 3, 12, 10)


HOUR = working_hours(1)


def test_late_counts_only_applied_events() -> None:
    future = created("9", at(2030, 1, 1), received_at=at(2025, 3, 12, 9))
    events = [future, created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))]
    assert evaluate(events, POLICY, as_of=at(2025, 3, 13)).reconciliation.late == 0
