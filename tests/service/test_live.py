"""The service's store: events in any order and number, time that passes, versions, histories."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.values import HOUR, OFFICE, POLICY
from workhours_sla import (
    Change,
    Event,
    Outcome,
    Policy,
    Target,
    Verdict,
    evaluate,
    working_hours,
)
from workhours_sla.adapters.stores.sqlite_database import SqliteDatabase
from workhours_sla.errors import StoreError
from workhours_sla.stream import (
    MemoryStore,
    Pipeline,
    Rejected,
    SqliteStore,
    Store,
)

pytest.importorskip("fastapi")

import uvicorn

from workhours_sla.service import run
from workhours_sla.service.live import Live
from workhours_sla.sla import open_outcomes
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.outcome import outcome

BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def event(
    number: int, kind: str = "created", after: timedelta = timedelta(0), **more: str
) -> Event:
    appeal, when = f"A-{number:04}", BEGIN + after
    return Event(f"{appeal}-{kind}", appeal, kind, when, when, **more)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "appeals.db")


@pytest.fixture
def live(store: Store) -> Iterator[Live]:
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as opened,
    ):
        yield opened


def test_receipts_of_one_batch(live: Live) -> None:
    new = event(1)
    other = Event(new.event_id, "A-0002", "created", BEGIN, BEGIN)
    ahead = Event("ahead", "A-0003", "created", BEGIN + HOUR, BEGIN)
    orphan = event(4, "replied")
    found = live.apply([new, new, other, ahead, orphan, orphan])
    assert [one[1:] for one in found.receipts] == [
        ("applied", None),
        ("duplicate", None),
        ("quarantined", "conflicting_id"),
        ("quarantined", "future_time"),
        ("quarantined", "no_appeal"),
        ("duplicate", None),
    ]
    again = live.apply([orphan, ahead, other, new, event(4)])
    assert [one.state for one in again.receipts] == ["duplicate"] * 4 + ["applied"]
    # the reply counts now that its appeal exists
    assert [one[1] for one in live.pipeline.store.history("A-0004")] == [None, None]


def test_receipts_agree_with_the_counters(live: Live) -> None:
    chance = random.Random(7)
    events = []
    for number in range(150):
        kinds = ["created", "replied"] if chance.random() < 0.7 else [chance.choice(["replied"])]
        events += [event(number, kind, chance.randint(0, 9) * HOUR) for kind in kinds]
        if chance.random() < 0.2:  # another content under the same id
            events.append(event(number, "created", 20 * HOUR, channel="vk"))
    events += chance.choices(events, k=100)
    chance.shuffle(events)
    states = []
    while events:
        size = chance.randint(1, 40)
        batch, events = events[:size], events[size:]
        states += [one.state for one in live.apply(batch).receipts]
    counters = live.pipeline.counters
    assert counters.duplicate == states.count("duplicate")
    assert counters.read == len(states)
    assert "quarantined" in states


def test_a_receipt_after_retention(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "appeals.db")
    with (
        Pipeline(store, POLICY, retain=timedelta(days=1)) as pipeline,
        Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as live,
    ):
        live.apply([event(1), event(1, "replied", HOUR)])
        live.advance(BEGIN + timedelta(days=30))
        late = event(1, "citizen_message", 2 * HOUR)
        found = live.apply([event(1), late, late]).receipts
        assert [one[1:] for one in found] == [
            ("duplicate", None),
            ("quarantined", "after_retention"),
            ("duplicate", None),
        ]


def test_time_alone_breaches(live: Live) -> None:
    live.apply([event(1)])
    assert live.advance(BEGIN + 3 * HOUR)[0].kind.value == "at_risk"
    assert live.advance(BEGIN + 3 * HOUR) == ()
    version = live.version
    assert live.advance(BEGIN + 9 * HOUR)[0].kind.value == "breached"
    assert live.version == version + 1
    assert live.outcomes(BEGIN + 9 * HOUR)[0].verdict is Verdict.BREACHED


def test_after_a_start_time_waits_for_what_is_sent_again(store: Store) -> None:
    with Pipeline(store, POLICY) as pipeline:
        pipeline.apply(event(1))
        clock = Clock()
        clock.now = BEGIN + timedelta(days=1)
        with Live(pipeline, clock=clock, tick=None, skew=timedelta(minutes=5)) as live:
            assert live.advance() == ()
            clock.now += timedelta(minutes=4)
            assert live.advance() == ()
            live.apply([event(1, "replied", HOUR)])  # it was answered while the service was down
            clock.now += timedelta(minutes=2)
            live.advance()
        kinds = [change.kind.value for _, change in store.changes()]
        assert kinds == ["opened", "met"]


def test_the_ticker_advances_time(store: Store) -> None:
    clock = Clock()
    with Pipeline(store, POLICY) as pipeline:
        with Live(pipeline, clock=clock, tick=0.01, skew=timedelta(0)) as live:
            live.apply([event(1)])
            before = live.version
            clock.now = BEGIN + timedelta(days=1)

            async def waited() -> int:
                async with asyncio.timeout(60):
                    return await live.newer(before)

            assert asyncio.run(waited()) > before
        assert [change.kind.value for _, change in store.changes()][-1] == "breached"


class Counted:
    """Digests that count how often they are sent."""

    sent = 0

    def due(self, watermark: datetime) -> bool:
        del watermark
        return True

    def send(self) -> None:
        self.sent += 1


def test_digests_are_sent_as_time_passes(store: Store) -> None:
    digests = Counted()
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(pipeline, digests=digests, clock=Clock(), tick=None, skew=HOUR) as live,
    ):
        live.apply([event(1)])
        assert digests.sent == 0
        live.advance()  # time does not pass yet, but digests of before the start may be due
        live.advance(BEGIN + 2 * HOUR)
        assert digests.sent == 2


class Sink:
    """A sink that fails until a test ends that."""

    name = "board"
    batch_size = 1

    def __init__(self) -> None:
        self.fails = True
        self.got: list[str] = []

    def write(self, changes: Sequence[Change]) -> None:
        if self.fails:
            msg = "no route to the board"
            raise ConnectionError(msg)
        self.got += [change.change_id for change in changes]


def test_a_sink_that_fails_is_named_until_it_has_every_change(store: Store) -> None:
    sink, noted = Sink(), []
    limit = time.monotonic() + 60
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(
            pipeline,
            sinks=[sink],
            clock=Clock(),
            tick=None,
            skew=timedelta(0),
            on_failure=lambda name, error: noted.append((name, str(error))),
            also_failing=lambda: {"mail": OSError()} if sink.fails else {},
        ) as live,
    ):
        live.apply([event(1), event(2)])
        while len(live.failing_sinks) < 2 and time.monotonic() < limit:
            time.sleep(0.01)
        assert list(live.failing_sinks) == ["board", "mail"]
        assert noted == [("board", "no route to the board")]
        live.apply([event(3)])  # which does not wait for the sink
        sink.fails = False
        while (live.failing_sinks or len(sink.got) < 3) and time.monotonic() < limit:
            time.sleep(0.01)
        assert live.failing_sinks == {}
    assert [one.partition("/")[0] for one in sink.got] == ["A-0001", "A-0002", "A-0003"]


def test_another_policy_judges_all_appeals_again(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    longer = Policy([Target("first reply", working_hours(8), OFFICE)])
    due = []
    for policy in (POLICY, longer):
        with (
            Pipeline(SqliteStore(path), policy) as pipeline,
            Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as live,
        ):
            live.apply([event(1)])
            found = live.appeal("A-0001", BEGIN)
            assert found is not None
            ((outcome, trace),) = found.outcomes
            assert trace is not None
            due.append(outcome.due_at)
            kinds = [change.kind.value for _, change in pipeline.store.changes()]
    assert due[0] < due[1]
    assert kinds == ["opened", "due_changed"]


def test_a_version_wakes_all_who_wait(live: Live) -> None:
    async def main() -> list[int]:
        waiting = [asyncio.create_task(live.newer(0)) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.to_thread(live.apply, [event(1)])
        async with asyncio.timeout(60):
            found = await asyncio.gather(*waiting)
        assert await live.newer(0) == 1  # without waiting
        last = asyncio.create_task(live.newer(1))
        await asyncio.sleep(0)
        live.apply([event(1)])  # a duplicate changes nothing
        await asyncio.sleep(0)
        assert not last.done()
        live.stop()
        async with asyncio.timeout(60):
            assert await last == 1
        return found

    assert asyncio.run(main()) == [1] * 20
    assert live.is_stopping


def test_current_outcomes_are_those_of_a_full_evaluation(live: Live) -> None:
    clock = live.clock
    assert isinstance(clock, Clock)
    chance = random.Random(8)
    events = [
        event(number, kind, chance.randint(0, 40) * HOUR / 10)
        for number in range(60)
        for kind in ("created", "replied")[: chance.choice([1, 2])]
    ]
    chance.shuffle(events)
    clock.now = BEGIN + 5 * HOUR
    times: list[datetime] = []  # of the evaluations in this minute
    for first in range(0, len(events), 5):
        live.apply(events[first : first + 5])
        clock.now += timedelta(seconds=chance.choice([0, 10, 45]))
        found = live.current()
        assert live.current() is found
        times = [*times, found.now] if found.as_of in times else [found.now]
        ids = {one.appeal_id for one in found.outcomes}
        assert ids == {one.appeal_id for one in live.outcomes(found.now)}
        at = [one for when in times for one in live.outcomes(when)]
        assert all(one in at for one in found.outcomes)
        assert timedelta(0) <= found.now - found.as_of < timedelta(minutes=1)
    clock.now += timedelta(minutes=1)
    assert live.current().outcomes == live.outcomes(clock.now)


def test_one_evaluation_serves_all_who_ask(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    live.apply([event(number) for number in range(30)])
    evaluated = []

    def counted(appeal: Appeal, *others: Any) -> Outcome:
        evaluated.append(appeal.appeal_id)
        return outcome(appeal, *others)

    monkeypatch.setattr(open_outcomes, "outcome", counted)
    threads = [threading.Thread(target=live.current) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live.apply([event(99)])
    assert "A-0099" in {one.appeal_id for one in live.current().outcomes}
    assert sorted(evaluated) == [*(f"A-{number:04}" for number in range(30)), "A-0099"]


def test_a_signal_may_come_while_a_thread_has_the_lock(live: Live) -> None:
    """The handler of a signal interrupts the event loop, which may have the lock."""
    server = run._Server(uvicorn.Config(app=None), live)  # type: ignore[arg-type]
    handler = threading.Thread(target=server.handle_exit, args=(signal.SIGTERM, None), daemon=True)
    with live._turn:
        handler.start()
        handler.join(10)
        assert not handler.is_alive()
    assert asyncio.run(server.on_tick(1))
    assert live.is_stopping


def test_many_threads_give_the_answer_of_one_batch(live: Live) -> None:
    chance = random.Random(3)
    events = [
        event(number, kind, chance.randint(0, 12) * HOUR if kind == "replied" else timedelta(0))
        for number in range(120)
        for kind in ("created", "replied")
    ]

    def send(part: list[Event]) -> None:
        for first in range(0, len(part), 7):
            live.apply(part[first : first + 7])

    parts = [chance.sample(events, len(events) // 2) for _ in range(3)] + [events]
    threads = [threading.Thread(target=send, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = BEGIN + timedelta(days=2)
    live.advance(end)
    expected = evaluate(events, POLICY, as_of=end).outcomes
    late = {one.appeal_id for one in expected if one.verdict is Verdict.BREACHED}
    changes = [change for _, change in live.pipeline.store.changes()]
    assert len({change.change_id for change in changes}) == len(changes)
    kept = {change.change_id: change for change in changes if change.retracts is None}
    for change in changes:
        if change.retracts is not None:
            del kept[change.retracts]
    breached = {one.appeal_id for one in kept.values() if one.kind.value == "breached"}
    assert breached == late
    assert live.pipeline.store.holdings().applied == len(events)


def test_the_history_of_an_appeal(live: Live) -> None:
    reply = event(1, "replied", 2 * HOUR)
    other = Event(reply.event_id, "A-0001", "replied", BEGIN + HOUR, BEGIN + 5 * HOUR)
    live.apply([reply, event(1), other])
    found = live.appeal("A-0001", BEGIN + 6 * HOUR)
    assert found is not None
    assert [(one.type.value, why) for one, why in found.events] == [
        ("created", None),
        ("replied", "conflicting_id"),
        ("replied", None),
    ]
    ((outcome, trace),) = found.outcomes
    assert (outcome.verdict, outcome.answered_at) == (Verdict.MET, BEGIN + 2 * HOUR)
    assert trace is not None
    assert trace.end == outcome.due_at
    assert trace.steps[0].day is not None
    assert live.appeal("A-9", BEGIN) is None
    assert live.outcomes(BEGIN + 6 * HOUR) == []  # it is answered


def test_a_history_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"

    def opened(read: Callable[[Live], object]) -> object:
        with (
            Pipeline(SqliteStore(path), POLICY) as pipeline,
            Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as live,
        ):
            return read(live)

    sent = [event(1), event(1, "assigned", HOUR, agency_id="roads"), event(2)]
    opened(lambda live: live.apply(sent))
    before = opened(lambda live: live.appeal("A-0001", BEGIN + 2 * HOUR))
    assert before == opened(lambda live: live.appeal("A-0001", BEGIN + 2 * HOUR))
    assert [one[0] for one in before.events] == sent[:2]  # type: ignore[attr-defined]


def test_a_store_that_fails_is_noted_until_it_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "appeals.db")
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as live,
    ):
        live.apply([event(1)])

        def gone(*_: object) -> None:
            msg = "the disk is gone"
            raise StoreError(msg)

        with monkeypatch.context() as broken:
            broken.setattr(store, "_write_state", gone)
            with pytest.raises(StoreError):
                live.apply([event(2)], [Rejected("malformed", "", "x")])
            live.outcomes(BEGIN)  # that it can be read proves nothing
            assert live.failing is not None
            with pytest.raises(StoreError):
                live.advance(BEGIN)
        live.advance(BEGIN)  # which writes, even if no time has passed
        assert live.failing is None
        assert store.holdings().rejected == 0
        assert live.apply([event(2)]).receipts[0].state == "applied"


def test_a_store_that_has_closed_itself_is_lost_and_the_first_error_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        Pipeline(SqliteStore(tmp_path / "appeals.db"), POLICY) as pipeline,
        Live(pipeline, clock=Clock(), tick=None) as live,
    ):

        def fail(*_: object) -> None:
            monkeypatch.setattr(SqliteDatabase, "rows", fail)
            raise StoreError("the disk is gone")  # noqa: TRY003, EM101

        monkeypatch.setattr(SqliteDatabase, "put", fail)
        with pytest.raises(StoreError, match="the disk is gone"):
            live.apply([event(1)])
        monkeypatch.undo()
        for _ in range(2):
            with pytest.raises(StoreError, match="is closed"):
                live.apply([event(2)])
            assert str(live.lost) == str(live.failing) == "the disk is gone"
