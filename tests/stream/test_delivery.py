"""Each sink gets every change, at its own pace, whatever happens to the other sinks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.stored import store_at
from kit.values import OFFICE, POLICY
from workhours_sla import Change, Event, EventType
from workhours_sla.errors import StoreError, UndeliverableError
from workhours_sla.stream import Delivery, MemoryStore, Pipeline, Retry
from workhours_sla.text.catalog import SHELL, language

POSTED = datetime(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz)
SOON = Retry(first=timedelta(milliseconds=1), longest=timedelta(milliseconds=5))


def created(number: int) -> Event:
    return Event(f"{number}", f"A-{number:03}", EventType.CREATED, POSTED, POSTED)


class Recorder:
    """A sink that records changes; ``trouble`` is called with each change before."""

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.got: list[str] = []
        self.attempts = 0

    def trouble(self, change: Change) -> None:
        """Do nothing; subclasses raise errors here."""

    def write(self, changes: Sequence[Change]) -> None:
        self.attempts += 1
        for change in changes:
            self.trouble(change)
            if change.appeal_id not in self.got:
                self.got.append(change.appeal_id)


class Failing(Recorder):
    """A sink that fails a given number of times."""

    def __init__(self, times: int) -> None:
        super().__init__("failing")
        self.times = times

    def trouble(self, change: Change) -> None:
        del change
        if self.attempts <= self.times:
            msg = f"no answer {self.attempts}"
            raise ConnectionError(msg)


class Rejecting(Recorder):
    """A sink that never accepts the changes of one appeal."""

    def __init__(self, appeal_id: str) -> None:
        super().__init__("rejecting")
        self.appeal_id: str | None = appeal_id

    def trouble(self, change: Change) -> None:
        if change.appeal_id == self.appeal_id:
            msg = "400 Bad Request"
            raise UndeliverableError(msg, change_id=change.change_id)


class Hanging(Recorder):
    """A sink that does not return until it is released."""

    def __init__(self) -> None:
        super().__init__("hanging")
        self.entered, self.released = threading.Event(), threading.Event()

    def trouble(self, change: Change) -> None:
        del change
        self.entered.set()
        assert self.released.wait(30)


@pytest.fixture(params=["memory", "stored"])
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pipeline]:
    store = MemoryStore() if request.param == "memory" else store_at(tmp_path / "a.db")
    with Pipeline(store, POLICY) as pipeline:
        yield pipeline


def wait_while(condition: Callable[[], object]) -> None:
    """Wait until a condition is false, at most 30 seconds."""
    limit = time.monotonic() + 30
    while condition() and time.monotonic() < limit:
        time.sleep(0.005)


def ids(numbers: Sequence[int]) -> list[str]:
    return [f"A-{number:03}" for number in numbers]


# -- decisions ---------------------------------------------------------------------------------


# -- sinks with trouble ------------------------------------------------------------------------


def test_a_sink_that_fails_gets_every_change_once_in_order(pipeline: Pipeline) -> None:
    failing, steady, failures = Failing(4), Recorder(), []
    with Delivery(
        pipeline.store,
        [failing, steady],
        retry=SOON,
        batch_size=3,
        on_failure=lambda sink, error: failures.append((sink, str(error))),
    ) as delivery:
        for number in range(20):
            pipeline.apply(created(number))
            delivery.notify()
        wait_while(lambda: len(failing.got) < 20)
        assert delivery.finish(10) == []
    assert failing.got == steady.got == ids(range(20))
    assert failures == [("failing", "no answer 1")]


def test_a_sink_that_accepts_single_changes_only_is_noted_once(pipeline: Pipeline) -> None:
    class Full(Recorder):
        """A sink on a disk that is nearly full."""

        is_full = True

        def write(self, changes: Sequence[Change]) -> None:
            if self.is_full and len(changes) > 1:
                msg = "no space left on device"
                raise OSError(msg)
            super().write(changes)

    full, failures = Full("full"), []
    with Delivery(
        pipeline.store, [full], retry=SOON, on_failure=lambda *failure: failures.append(failure)
    ) as delivery:
        pipeline.apply([created(number) for number in range(30)])
        delivery.notify()
        wait_while(lambda: len(full.got) < 29)
        assert len(failures) == 1
        wait_while(lambda: len(full.got) < 30)
        time.sleep(0.05)  # until the sink has every change
        pipeline.apply([created(number) for number in range(30, 40)])
        delivery.notify()
        wait_while(lambda: len(failures) < 2)
        full.is_full = False
        delivery.finish(10)
    assert len(failures) == 2


def test_a_sink_that_hangs_delays_neither_ingest_nor_other_sinks(pipeline: Pipeline) -> None:
    hanging, steady = Hanging(), Recorder()
    with Delivery(pipeline.store, [hanging, steady], retry=SOON) as delivery:
        pipeline.apply(created(0))
        delivery.notify()
        assert hanging.entered.wait(10)
        for number in range(1, 10):
            pipeline.apply(created(number))
            delivery.notify()
        undelivered = delivery.finish(0.3)
        assert [(one.sink, one.error) for one in undelivered] == [("hanging", None)]
        assert steady.got == ids(range(10))
        assert hanging.got == []
        hanging.released.set()
    again = Recorder("hanging")  # the sink may get the first change again
    with Delivery(pipeline.store, [again]) as delivery:
        assert delivery.finish(10) == []
    assert {*hanging.got, *again.got} == {*ids(range(10))}


class Away(MemoryStore):
    """A store that cannot be used while ``is_away``."""

    is_away = False

    def pending(self, *arguments: Any) -> Any:
        self._check()
        return super().pending(*arguments)

    def acknowledge(self, *arguments: Any) -> None:
        self._check()
        super().acknowledge(*arguments)

    def fail(self, *arguments: Any) -> None:
        self._check()
        super().fail(*arguments)

    def _check(self) -> None:
        if self.is_away:
            msg = "the store is away"
            raise StoreError(msg)


def test_delivery_goes_on_after_the_store_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workhours_sla.stream.delivery._STORE_RETRY", 0.01)
    store, recorder = Away(), Recorder()
    with Pipeline(store, POLICY) as pipeline, Delivery(store, [recorder]) as delivery:
        pipeline.apply(created(0))
        delivery.notify()
        wait_while(lambda: not recorder.got)
        store.is_away = True
        pipeline.apply(created(1))
        delivery.notify()
        wait_while(lambda: not delivery.failing)
        assert str(delivery.failing["recorder"]) == "the store is away"
        store.is_away = False
        wait_while(lambda: delivery.failing)
        pipeline.apply(created(2))
        assert delivery.finish(10) == []
    assert recorder.got == ids(range(3))


def test_delivery_that_ends_while_the_store_is_away_names_the_sink() -> None:
    store = Away()
    with Pipeline(store, POLICY) as pipeline, Delivery(store, [Recorder()]) as delivery:
        store.is_away = True
        pipeline.apply(created(0))
        (undelivered,) = delivery.finish(30)
    assert str(undelivered.error) == "the store is away"


def test_a_change_that_a_sink_rejects_is_a_dead_letter_and_can_be_replayed(
    pipeline: Pipeline,
) -> None:
    rejecting = Rejecting("A-003")
    pipeline.apply([created(number) for number in range(6)])
    with Delivery(pipeline.store, [rejecting], retry=SOON) as delivery:
        assert delivery.finish(10) == []
    assert rejecting.got == ids([0, 1, 2, 4, 5])
    (letter,) = pipeline.store.dead("rejecting")
    assert (letter.number, letter.change.appeal_id, letter.attempts, letter.error) == (
        *(4, "A-003", 1, "400 Bad Request"),
    )
    rejecting.appeal_id = None
    assert pipeline.store.replay("rejecting", [1, 4, 99]) == 1
    pipeline.apply(created(6))
    with Delivery(pipeline.store, [rejecting], retry=SOON) as delivery:
        assert delivery.finish(10) == []
    assert rejecting.got == ids([0, 1, 2, 4, 5, 3, 6])
    assert pipeline.store.dead("rejecting") == []


def test_after_its_last_attempt_a_change_is_a_dead_letter_and_the_next_one_is_sent(
    pipeline: Pipeline,
) -> None:
    failing = Failing(3)
    pipeline.apply([created(number) for number in range(4)])
    with Delivery(pipeline.store, [failing], retry=SOON._replace(attempts=3)) as delivery:
        wait_while(lambda: len(failing.got) < 3)
        assert delivery.finish(10) == []
    assert failing.got == ids([1, 2, 3])
    (letter,) = pipeline.store.dead("failing")
    assert (letter.change.appeal_id, letter.attempts) == ("A-000", 3)


def test_retention_keeps_dead_letters_and_what_a_sink_lacks(tmp_path: Path) -> None:
    for store in (MemoryStore(), store_at(tmp_path / "a.db")):
        with Pipeline(store, POLICY, retain=timedelta(days=1)) as pipeline:
            steady, rejecting = Recorder(), Rejecting("A-000")
            pipeline.apply([created(0), created(1)])
            for sink in (steady, rejecting):
                with Delivery(store, [sink]) as delivery:
                    assert delivery.finish(10) == []
            pipeline.advance(POSTED + timedelta(days=9))
            pipeline.advance(POSTED + timedelta(days=20))
            pipeline.apply(created(2))
            assert [one.change.appeal_id for one in store.dead("rejecting")] == ["A-000"]
            # the changes caused by time were not sent yet
            kinds = [change.kind.value for _, change in store.changes()]
            assert kinds == [
                "opened",
                *["at_risk", "breached"] * 2,
                "opened",
                "at_risk",
                "breached",
            ]


def test_many_threads_and_failures_by_chance_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(5)

    class Erratic(Recorder):
        def trouble(self, change: Change) -> None:
            del change
            if chance.random() < 0.1:
                raise TimeoutError

    sinks = [Erratic(f"{number}") for number in range(4)]
    with Pipeline(store_at(tmp_path / "a.db"), POLICY) as pipeline:
        with Delivery(pipeline.store, sinks, retry=SOON, batch_size=5) as delivery:
            for number in range(60):
                pipeline.apply(created(number))
                delivery.notify()
            wait_while(lambda: any(len(sink.got) < 60 for sink in sinks))
        for sink in sinks:
            assert sink.got == ids(range(60))


# -- the commands ------------------------------------------------------------------------------


def test_the_thread_of_a_sink_has_the_language_of_the_command(pipeline: Pipeline) -> None:
    found: list[str] = []
    pipeline.apply(created(1))
    with (
        language("ru"),
        Delivery(
            pipeline.store,
            [Failing(1)],
            retry=SOON,
            on_failure=lambda *_: found.append(SHELL["error"]),
        ) as delivery,
    ):
        delivery.finish(10)
    assert found == ["Ошибка"]
