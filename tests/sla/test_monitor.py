"""After events in any order, a monitor has emitted the changes of the batch result.

A machine takes the events of a scene in any order and as often as it likes, lets time pass, stops
and goes on from a snapshot, and changes calendars and policies under way. What was reported and
not taken back must at all times be what the events that were taken come to.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kit.promise_oracle import Fit, Promise
from kit.promise_scenes import Scene, as_of_the_end, edges_of, local, scenes, story
from kit.properties import EXAMPLES, PROPERTY
from kit.random_streams import FIRST, events_of, policy_of
from kit.reported import Ledger, check_reported
from kit.values import DAY, HOUR, OFFICE, TICK
from workhours_sla import (
    Act,
    Calendar,
    Change,
    ClockTime,
    Event,
    Monitor,
    Outcome,
    Policy,
    Rule,
    Schedule,
    Target,
    day_off,
    evaluate,
)
from workhours_sla.errors import CalendarCoverageError, EventError, StoreError, WorkHoursError
from workhours_sla.sla.changes import AppealState
from workhours_sla.stores.store_values import Batch, Rejected

MANY = settings(PROPERTY, max_examples=EXAMPLES * 3, stateful_step_count=20)
THE_END = datetime(9999, 12, 31, tzinfo=UTC)


# What was reported


# Calendars and policies under way


def amended(schedule: Schedule | None, day: date) -> Schedule | None:
    """Return a schedule with an additional day off by an act, if its calendar works on that day."""
    if schedule is None or not schedule.calendar.is_working_day(day):
        return schedule
    calendar: Calendar = schedule.calendar.amend(day_off(day, Act("Order 1")))
    return Schedule(
        calendar, schedule.hours, tz=schedule.tz, shorten_at_start=schedule.shorten_at_start
    )


def with_a_day_off(fits: Sequence[Fit], day: date) -> tuple[Fit, ...]:
    def changed(promise: Promise) -> Promise:
        schedules = {value: amended(s, day) for value, s in promise.schedules.items()}
        return replace(promise, schedule=amended(promise.schedule, day), schedules=schedules)

    return tuple(replace(fit, promises=tuple(map(changed, fit.promises))) for fit in fits)


def touches(outcome: Outcome, day: date, until: datetime) -> bool:
    """Whether a date is near the time between the start and the last instant of a clock."""
    ends = [outcome.answered_at, outcome.due_at, outcome.limit]
    last = max([outcome.started_at, *filter(None, ends)] + [until] * (outcome.limit is None))
    midnight = [datetime.combine(day, datetime.min.time(), outcome.started_at.tzinfo)]
    return outcome.started_at < midnight[0] + 2 * DAY and last > midnight[0] - DAY


# The machine


class MonitorMachine(RuleBasedStateMachine):
    """Applies the events of one scene to one monitor."""

    @initialize(scene=scenes(), other=scenes(), day=st.integers(0, 12))
    def begin(self, scene: Scene, other: Scene, day: int) -> None:
        self.scene, self.other = scene, other
        self.pool = list(scene.events)
        self.pool += [replace(e, received_at=e.received_at + HOUR) for e in self.pool[::2]]
        self.taken: list[Event] = []
        self.active, self.day = scene, scene.anchor + day * DAY
        self.policy = scene.policy
        self.monitor = Monitor(self.policy)
        self.ledger = Ledger()
        self.end = as_of_the_end(scene.events, scene.anchor)
        self.times = [self.end, *edges_of(scene), *(event.occurred_at for event in self.pool)]
        self.watermark: datetime | None = None

    @rule(index=st.integers(0, 30))
    def take_one(self, index: int) -> None:
        if self.pool:
            self.take([self.pool[index % len(self.pool)]])

    @rule(chance=st.randoms(use_true_random=False))
    def take_several(self, chance: random.Random) -> None:
        self.take(chance.choices(self.pool, k=4) if self.pool else [])

    def take(self, events: list[Event]) -> None:
        self.taken += events
        if len(events) == 1:
            self.ledger.take(self.monitor.apply(events[0]))
        else:
            self.ledger.take(self.monitor.apply(events))

    @rule(index=st.integers(0, 60))
    def advance(self, index: int) -> None:
        when = self.times[index % len(self.times)]
        before = self.watermark
        changes = self.monitor.advance(when)
        self.ledger.take(changes)
        if before is not None and when <= before:
            assert not changes
            return
        self.watermark = when
        if all(event.occurred_at <= when for event in self.taken):
            check_reported(self.ledger, evaluate(self.taken, self.policy, as_of=when))

    @rule()
    def restore_a_snapshot(self) -> None:
        snapshot = pickle.loads(pickle.dumps(self.monitor.snapshot()))  # noqa: S301
        self.monitor = Monitor.restore(self.policy, snapshot)

    @rule()
    def wait_for_the_next_change(self) -> None:
        """Nothing changes before ``next_at``, nor ever if it is None."""
        at = self.monitor.next_at
        if at is None:
            assert self.copy().advance(THE_END) == ()
            return
        assert self.watermark is None or at > self.watermark
        copy = self.copy()
        assert copy.next_at == at
        assert copy.advance(at - TICK) == ()
        assert copy.next_at == at

    def copy(self) -> Monitor:
        return Monitor.restore(self.policy, self.monitor.snapshot())

    @rule()
    def amend_the_calendar(self) -> None:
        fits = with_a_day_off(self.active.fits, self.day)
        self.replace_policy(replace(self.active, fits=fits), self.day)

    @rule()
    def change_the_policy(self) -> None:
        self.replace_policy(self.other)

    @rule()
    def change_it_back(self) -> None:
        self.replace_policy(self.scene)

    def replace_policy(self, scene: Scene, day: date | None = None) -> None:
        before = self.policy
        self.active, self.policy = scene, scene.policy
        changes = self.monitor.replace(self.policy)
        self.ledger.take(changes)
        if day is not None:
            outcomes = [
                outcome
                for policy in (before, self.policy)
                for outcome in evaluate(self.taken, policy, as_of=self.end).outcomes
            ]
            touched = {o.appeal_id for o in outcomes if touches(o, day, self.end)}
            assert {change.appeal_id for change in changes} <= touched

    @invariant()
    @precondition(lambda self: hasattr(self, "monitor"))
    def quarantine_depends_only_on_the_events(self) -> None:
        found = evaluate(self.taken, self.policy, as_of=self.end)
        assert set(self.monitor.quarantine) == set(found.quarantine)

    @invariant()
    @precondition(lambda self: getattr(self, "watermark", None))
    def evaluate_returns_the_batch_result(self) -> None:
        for as_of in (self.watermark, self.end):
            found, wanted = (
                self.monitor.evaluate(as_of),
                evaluate(self.taken, self.policy, as_of=as_of),
            )
            assert found.outcomes == wanted.outcomes
            assert found.unmatched == wanted.unmatched
            assert set(found.quarantine) == set(wanted.quarantine)

    def teardown(self) -> None:
        if not hasattr(self, "monitor"):
            return
        self.ledger.take(self.monitor.advance(self.end))
        check_reported(self.ledger, evaluate(self.taken, self.policy, as_of=self.end))
        straight, ledger = Monitor(self.policy), Ledger()
        ledger.take(straight.apply(sorted(self.taken, key=lambda event: event.received_at)))
        ledger.take(straight.advance(self.end))
        assert self.ledger.net() == ledger.net()


def test_any_order_and_any_duplicates_have_the_same_result() -> None:
    run_state_machine_as_test(MonitorMachine, settings=MANY)


# Edges, by hand


FOUR = Policy([Target("p", 4 * HOUR, OFFICE)])


def kinds(changes: Iterable[Change]) -> list[str]:
    return [f"{'-' * bool(change.retracts)}{change.kind}" for change in changes]


def test_an_answer_at_the_limit_is_in_time() -> None:
    monitor = Monitor(FOUR)
    assert kinds(monitor.apply(story("2025-03-11 14:00 created"))) == ["opened"]
    limit = local("2025-03-12 09:00")
    assert kinds(monitor.advance(limit)) == ["at_risk"]
    assert kinds(monitor.advance(limit + TICK)) == ["breached"]
    assert kinds(monitor.advance(limit)) == kinds(monitor.advance(limit + DAY)) == []


def test_several_events_are_one_step() -> None:
    events = story(
        "2025-03-11 09:00 created", "2025-03-11 10:00 paused", "2025-03-11 11:00 resumed"
    )
    policy = Policy([Target("p", 4 * HOUR, OFFICE, pauses=True)])
    assert kinds(Monitor(policy).apply(events)) == ["opened", "paused"]
    monitor = Monitor(policy)
    reported = [kinds(monitor.apply(event)) for event in events]
    assert reported == [["opened"], ["paused"], ["due_changed"]]


def test_no_event_is_applied_if_iterating_them_raises() -> None:
    posted, answer = story("2025-03-11 09:00 created", "2025-03-11 10:00 replied")

    def broken() -> Iterator[Event]:
        yield posted
        yield replace(answer, event_id="")

    monitor = Monitor(FOUR)
    with pytest.raises(EventError):
        monitor.apply(broken())
    assert kinds(monitor.apply([posted, answer])) == ["opened", "met"]


@pytest.mark.parametrize("content", [(), ("workhours.monitor/1",), "x", 5])
def test_what_is_no_snapshot_is_refused(content: object) -> None:
    with pytest.raises(WorkHoursError, match="not a snapshot of form"):
        Monitor.restore(FOUR, pickle.dumps(content))


def test_an_event_from_before_the_watermark_counts_as_late() -> None:
    posted, answer = story("2025-03-11 09:00 created", "2025-03-11 10:00 replied")
    monitor = Monitor(FOUR)
    monitor.advance(answer.occurred_at)
    monitor.apply([answer, posted, posted])
    assert monitor.counters.late == 1


def test_a_budget_that_ends_after_year_9999_has_no_due_time() -> None:
    far = ClockTime(timedelta(days=500))
    monitor = Monitor(Policy([Target("p", far, OFFICE)]))
    posted = story("9998-12-30 09:00 created", "2025-03-11 09:00 created")
    events = [posted[0], replace(posted[1], appeal_id="b")]
    assert [change.due_at for change in monitor.apply(events)] == [
        None,
        events[1].occurred_at + timedelta(days=500),
    ]
    with pytest.raises(CalendarCoverageError, match="9999"):
        OFFICE.deadline(posted[0].occurred_at, far)
    found = monitor.evaluate(posted[0].occurred_at + HOUR).outcomes
    assert [(one.verdict, one.calendar_unknown) for one in found] == [
        ("pending", True),
        ("breached", False),
    ]


def test_revisions_of_an_appeal_without_events_continue_after_a_snapshot() -> None:
    (posted,) = story("2025-03-11 09:00 created")
    monitor, ledger = Monitor(FOUR), Ledger()
    ledger.take(monitor.apply(posted))
    ledger.take(
        monitor.apply(replace(posted, appeal_id="other", received_at=posted.received_at - TICK))
    )
    restored = Monitor.restore(FOUR, monitor.snapshot())
    again = replace(posted, event_id="again")
    changes = restored.apply(again)
    assert changes == monitor.apply(again)
    ledger.take(changes)


# What a later event may still change


def kinds_of(changes: Iterable[Change]) -> list[str]:
    return [change.kind.value for change in changes if change.retracts is None]


def test_a_late_answer_is_a_breach_once_an_earlier_one_can_no_longer_arrive() -> None:
    policy = Policy([Target("p", 4 * HOUR, Schedule("RU-VGG", "Mo-Fr 09:00-18:00"))])
    created, early, late = story(
        "2025-03-12 09:00 created", "2025-03-12 10:00 replied", "2025-03-12 15:00 replied"
    )
    monitor = Monitor(policy)
    monitor.apply(created)
    assert monitor.apply(late) == ()
    assert kinds_of(monitor.apply(early)) == ["met"]
    assert monitor.advance(local("2025-03-12 18:00")) == ()

    monitor = Monitor(policy)
    monitor.apply([created, late])
    assert kinds_of(monitor.advance(local("2025-03-12 13:00"))) == ["at_risk"]
    (breached,) = monitor.advance(local("2025-03-12 13:00") + TICK)
    assert (breached.kind.value, breached.at) == ("breached", local("2025-03-12 13:00"))


def test_a_warning_comes_before_a_breach_in_one_step() -> None:
    policy = Policy([Target("p", 4 * HOUR, Schedule("RU-VGG", "Mo-Fr 09:00-18:00"))])
    created, late = story("2025-03-12 09:00 created", "2025-03-12 15:00 replied")
    monitor = Monitor(policy)
    changes = [*monitor.apply(late), *monitor.apply(created)]
    changes += monitor.advance(local("2025-03-12 18:00"))
    assert kinds_of(changes) == ["opened", "at_risk", "breached"]


def by_importance(**options: str) -> Policy:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    urgent = Rule([Target("urgent", 2 * HOUR, office)], importances=["high"])
    return Policy([urgent, Rule([Target("plain", 8 * HOUR, office)])], **options)


RAISED = story(
    "2025-03-12 09:00 created",
    "2025-03-12 14:00 edited",
    created={"importance": "low"},
    edited={"importance": "high"},
)


def test_a_breach_from_before_a_change_of_the_appeal_is_dated_to_the_change() -> None:
    policy = by_importance()
    monitor = Monitor(policy)
    monitor.apply(RAISED[0])
    monitor.advance(local("2025-03-12 14:00"))
    changes = monitor.apply(RAISED[1])
    assert kinds_of(changes) == ["opened", "breached"]  # there is no warning: it came too late
    breached = changes[-1]
    assert (breached.at, breached.limit) == (local("2025-03-12 14:00"), local("2025-03-12 11:00"))
    assert breached.retroactive
    (outcome,) = evaluate(RAISED, policy, as_of=local("2025-03-12 14:00")).outcomes
    assert (outcome.verdict.value, outcome.retroactive) == ("breached", True)
    # all events arrive before they occur
    monitor = Monitor(policy)
    assert kinds_of(monitor.apply(RAISED)) == ["opened"]
    assert monitor.advance(local("2025-03-12 13:59")) == ()
    assert [(one.kind.value, one.at) for one in monitor.advance(local("2025-03-12 14:00"))] == [
        ("breached", local("2025-03-12 14:00"))
    ]


def test_a_breach_before_a_change_counts_at_its_own_time_if_configured() -> None:
    monitor = Monitor(by_importance(on_change_past="count"))
    monitor.advance(local("2025-03-12 13:00"))
    changes = monitor.apply(RAISED)
    assert kinds_of(changes) == ["opened", "at_risk", "breached"]
    assert changes[-1].at == local("2025-03-12 11:00")
    assert not any(change.retroactive for change in changes)
    (outcome,) = evaluate(
        RAISED, by_importance(on_change_past="count"), as_of=local("2025-03-12 14:00")
    ).outcomes
    assert (outcome.verdict.value, outcome.retroactive) == ("breached", False)


def test_a_quarantined_event_is_listed_as_it_was_corrected() -> None:
    posted, early, corrected = story(
        "2025-03-12 10:00 created", "2025-03-12 11:00 replied", "2025-03-12 09:00 corrected"
    )
    events = [posted, early, replace(corrected, refers_to=early.event_id)]
    monitor = Monitor(FOUR)
    monitor.apply(events)
    found = evaluate(events, FOUR, as_of=local("2025-03-13 09:00")).quarantine
    assert monitor.quarantine == found
    assert [one.event.occurred_at for one in found] == [local("2025-03-12 09:00")]


# An error within a call


def test_a_call_that_an_error_interrupts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    posted, answered = local("2025-03-12 10:00"), local("2025-03-12 10:30")
    created = Event("1", "A", "created", posted, posted)
    reply = Event("2", "A", "replied", answered, answered)
    monitor = Monitor(Policy([Target("first reply", HOUR, OFFICE)]))
    monitor.apply(created)

    def interrupted(*_arguments: object, **_options: object) -> list[Change]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AppealState, "report", interrupted)
        with pytest.raises(KeyboardInterrupt):
            monitor.apply(reply)
    assert [change.kind.value for change in monitor.apply(reply)] == ["met"]
    assert monitor.counters.read == 2


def test_an_error_before_anything_was_changed_does_not_stop_a_monitor() -> None:
    monitor = Monitor(Policy([Target("first reply", HOUR, OFFICE)]))
    posted = local("2025-03-12 10:00")
    created = Event("1", "A", "created", posted, posted)

    def broken(_row: Rejected) -> list[Event]:
        raise RuntimeError

    monitor.commit(Batch("file", rejected=[Rejected("missing_value", "posted", "A;")]))
    with pytest.raises(RuntimeError):
        monitor.retry_rejected(broken)
    with pytest.raises(StoreError, match="no row 7 is in quarantine"):
        monitor.repair(created, rejected=7)
    assert [change.kind.value for change in monitor.apply(created)] == ["opened"]


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("appeals", [2, 12])
@pytest.mark.parametrize("seed", range(6))
def test_a_monitor_that_keeps_its_clocks_reports_as_one_that_is_restored(
    seed: int, appeals: int, step: int
) -> None:
    """A restored monitor builds every clock again at each step."""
    rng = random.Random(seed)
    policy, events, now = policy_of(rng), events_of(rng, appeals), FIRST
    kept, restored = Monitor(policy), Monitor(policy)
    for at in range(0, len(events), step):
        restored = Monitor.restore(policy, restored.snapshot())
        assert kept.apply(events[at : at + step]) == restored.apply(events[at : at + step])
        restored = Monitor.restore(policy, restored.snapshot())
        now += timedelta(hours=rng.choice([0, 1, 40]))
        assert kept.advance(now) == restored.advance(now)
        assert kept.next_at == restored.next_at
