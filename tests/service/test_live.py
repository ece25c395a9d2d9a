"""The service's store: events in any order and number, time that passes, versions, histories."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.values import HOUR, POLICY
from workhours_sla import Change, Event
from workhours_sla.errors import StoreError
from workhours_sla.sla.changes import AppealState
from workhours_sla.stream import MemoryStore, Pipeline, Store, open_store

pytest.importorskip("starlette")

from kit.client import Clock, running
from workhours_sla.service.live import Live

BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def event(
    number: int, kind: str = "created", after: timedelta = timedelta(0), **more: str
) -> Event:
    appeal, when = f"A-{number:04}", BEGIN + after
    return Event(f"{appeal}-{kind}", appeal, kind, when, when, **more)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else open_store(tmp_path / "appeals.db")


def test_a_receipt_after_retention(tmp_path: Path) -> None:
    store = open_store(tmp_path / "appeals.db")
    with (
        Pipeline(store, POLICY, retain=timedelta(days=1)) as pipeline,
        Live(pipeline, clock=Clock(BEGIN), tick=None, skew=timedelta(0)) as live,
    ):
        live.apply([event(1), event(1, "replied", HOUR)])
        live.advance(BEGIN + timedelta(days=30))
        late = event(1, "citizen_message", 2 * HOUR)
        found = live.apply([event(1), late, late])
        assert [one[1:] for one in found] == [
            ("duplicate", None),
            ("quarantined", "after_retention"),
            ("duplicate", None),
        ]


def test_after_a_start_time_waits_for_what_is_sent_again(store: Store) -> None:
    with Pipeline(store, POLICY) as pipeline:
        pipeline.apply(event(1))
        clock = Clock(BEGIN + timedelta(days=1))
        with Live(pipeline, clock=clock, tick=None, skew=timedelta(minutes=5)) as live:
            assert live.advance() == ()
            clock.now += timedelta(minutes=4)
            assert live.advance() == ()
            live.apply([event(1, "replied", HOUR)])  # it was answered while the service was down
            clock.now += timedelta(minutes=2)
            live.advance()
        kinds = [change.kind.value for _, change in store.changes()]
        assert kinds == ["opened", "met"]


class Watched(MemoryStore):
    """A store that notes which appeals are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        self.read += ids
        return super().appeals(ids)


def test_only_appeals_that_have_changed_are_read_again() -> None:
    store, clock = Watched(), Clock(BEGIN)
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(pipeline, clock=clock, tick=None, skew=timedelta(0)) as live,
    ):
        live.apply([event(number) for number in range(5)])
        live.current()
        for act in (
            lambda: None,
            lambda: live.apply([event(2, "citizen_message", HOUR)]),
            lambda: live.apply([event(3, "replied", HOUR)]),
            lambda: live.apply([event(5)]),
        ):
            clock.now += HOUR
            act()
            store.read.clear()
            found = live.outcomes()[0]
            assert set(store.read) <= {"A-0002", "A-0005"}
            assert found == list(pipeline.open_outcomes(clock.now))
        store.read.clear()
        assert {one.appeal_id for one in live.since(BEGIN)} == {f"A-000{at}" for at in range(6)}
        assert store.read == ["A-0003"]  # the others are open


def test_after_a_failed_write_every_appeal_is_read_again() -> None:
    store = Watched()
    with (
        Pipeline(store, POLICY) as pipeline,
        Live(pipeline, clock=Clock(BEGIN), tick=None, skew=timedelta(0)) as live,
    ):
        live.apply([event(1), event(2)])
        live.current()
        pipeline.apply(event(1, "replied", HOUR))  # written, although the call fails
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(pipeline, "commit", failed)
            with pytest.raises(StoreError):
                live.apply([event(1, "replied", HOUR)])
        live.apply([event(3)])
        assert [one.appeal_id for one in live.outcomes()[0]] == ["A-0002", "A-0003"]
        store.read.clear()
        live.apply([event(4)])
        live.current()
        assert "A-0002" not in store.read


def failed(_batch: object) -> None:
    away = "away"
    raise StoreError(away)


def test_open_appeals_are_read_before_a_page_is_asked_for() -> None:
    store = Watched()
    with Pipeline(store, POLICY) as pipeline:
        pipeline.apply(event(1))
        store.read.clear()
        with Live(pipeline, clock=Clock(BEGIN), tick=60.0):
            until = time.monotonic() + 30
            while not store.read and time.monotonic() < until:
                time.sleep(0.01)
        assert store.read == ["A-0001"]


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
    with running(POLICY, store, Clock(BEGIN), digests=digests, skew=HOUR) as live:
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
    with running(
        *(POLICY, store, Clock(BEGIN)),
        sinks=[sink],
        on_failure=lambda name, error: noted.append((name, str(error))),
    ) as live:
        live.apply([event(1), event(2)])
        while not live.failing_sinks and time.monotonic() < limit:
            time.sleep(0.01)
        assert list(live.failing_sinks) == ["board"]
        assert noted == [("board", "no route to the board")]
        live.apply([event(3)])  # which does not wait for the sink
        sink.fails = False
        while (live.failing_sinks or len(sink.got) < 3) and time.monotonic() < limit:
            time.sleep(0.01)
        assert live.failing_sinks == {}
    assert [one.partition("/")[0] for one in sink.got] == ["A-0001", "A-0002", "A-0003"]


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed here")
def test_a_store_that_was_deleted_is_lost_without_a_request(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with running(POLICY, open_store(path)) as live:
        live.advance()
        path.unlink()
        with pytest.raises(StoreError, match="moved, deleted or changed by another program"):
            live.advance()
        assert live.lost is not None
