"""The watermark is the minimum over the partitions, so that no breach is emitted too early."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.properties import PROPERTY
from kit.stored import Stored
from kit.values import HOUR, MINUTE, POLICY, created, run
from workhours_sla import Event, EventType, Policy, Schedule, Target
from workhours_sla.errors import NaiveDatetimeError, SourceError
from workhours_sla.stores.store_values import Batch, Checkpoint
from workhours_sla.stream import Idle, Item, Watermarks

NOON = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)


def test_the_watermark_is_the_minimum_and_never_goes_back() -> None:
    marks = Watermarks(["a", "b"], skew=5 * MINUTE)
    marks.record("a", NOON)
    assert marks.value is None
    marks.record("b", NOON - HOUR)
    assert marks.value == NOON - HOUR - 5 * MINUTE
    marks.record("b", NOON + HOUR)
    assert marks.value == NOON - 5 * MINUTE
    marks.record("new", NOON - 3 * HOUR)
    assert marks.value == NOON - 5 * MINUTE
    assert marks.received_until("new") == NOON - 3 * HOUR


def test_a_silent_partition_is_left_out_when_it_is_idle() -> None:
    marks = Watermarks(["a", "b", "c"], idle=HOUR)
    marks.record("a", NOON)
    marks.record("b", NOON)
    marks.record("a", NOON + HOUR)
    assert marks.value is None
    marks.record("a", NOON + HOUR + MINUTE)
    assert marks.value == NOON + HOUR + MINUTE
    marks.record("c", NOON + HOUR)
    assert marks.value == NOON + HOUR + MINUTE
    without = Watermarks(["a", "b"], received={"a": NOON, "b": NOON})
    without.record("a", NOON + 1000 * HOUR)
    assert without.value == NOON


def test_a_heartbeat_lets_the_last_deadlines_pass() -> None:
    marks = Watermarks(["a", "b"])
    marks.heartbeat(NOON, "a")
    assert marks.value is None
    marks.heartbeat(NOON + HOUR)
    assert marks.value == NOON + HOUR
    marks.heartbeat(NOON)
    assert marks.value == NOON + HOUR
    nothing_known = Watermarks()
    assert nothing_known.value is None
    nothing_known.heartbeat(NOON)
    assert nothing_known.value == NOON


def test_a_partition_that_is_added_delays_the_watermark_until_it_is_forgotten() -> None:
    marks = Watermarks(["a"])
    marks.record("a", NOON)
    assert marks.value == NOON
    marks.expect("b")
    marks.expect("a")
    marks.record("a", NOON + HOUR)
    assert marks.value == NOON
    marks.forget("b")
    marks.forget("unknown")
    assert marks.value == NOON + HOUR
    assert marks.received_until("b") is None


def test_impossible_watermarks_are_refused() -> None:
    with pytest.raises(SourceError, match="skew"):
        Watermarks(skew=-MINUTE)
    with pytest.raises(SourceError, match="idle"):
        Watermarks(idle=-MINUTE)
    with pytest.raises(NaiveDatetimeError):
        Watermarks().record("a", datetime(2025, 3, 12))


@PROPERTY
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 600)), max_size=30))
def test_the_watermark_is_past_no_partition(heard: list[tuple[str, int]]) -> None:
    marks, last = Watermarks(list("abc")), dict.fromkeys("abc", -1)
    for partition, minute in heard:
        marks.record(partition, NOON + minute * MINUTE)
        last[partition] = max(last[partition], minute)
        least = min(last.values())
        assert marks.value == (None if least < 0 else NOON + least * MINUTE)


# -- partitions that are read at different paces -----------------------------------------------


class Partitions:
    """A source of answered appeals in four partitions, one of which is read hours late."""

    name = "partitions"
    partitions: Collection[str] = ("0", "1", "2", "3")

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {name: [] for name in self.partitions}
        for number in range(200):
            appeal, partition = f"A-{number:03}", str(number % 4)
            for kind, after in (("created", 0), ("replied", 5)):
                when = NOON + (number + after) * 15 * MINUTE
                event = Event(f"{appeal}-{kind}", appeal, EventType(kind), when, when)
                self.events[partition].append(event)
        for events in self.events.values():
            events.sort(key=lambda event: event.received_at)

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Idle]:
        places = {name: int(positions.get(name, 0)) for name in self.partitions}
        for name, ahead in (*((name, 60) for name in "012"), *((name, 200) for name in "3012")):
            for place in range(places[name], min(ahead, len(self.events[name]))):
                places[name] = place + 1
                yield Item(name, str(place + 1), (self.events[name][place],))
            yield Idle()


def test_after_a_restart_every_partition_is_waited_for(tmp_path: Path) -> None:
    source, path = Partitions(), tmp_path / "appeals.db"
    for stop_after in (1, 3, 4, 6, 100):
        rests = iter(range(100))
        with Stored(path, POLICY) as store:
            marks = Watermarks(list("0123"))
            store.run(
                source,
                watermarks=marks,
                batch_size=20,
                stopping=lambda rests=rests, last=stop_after: next(rests) >= last,
            )
            assert not [c for _, c in store.changes() if c.kind == "breached"]
    with Stored(path, POLICY) as store:
        assert len(list(store.events())) == 400
        assert store.holdings().duplicate == 0


class Beats:
    """A source that yields heartbeats of single partitions, and one of all partitions."""

    name = "beats"
    partitions: Collection[str] = ("a", "b")

    def __init__(self, *beats: Idle) -> None:
        self.beats = beats

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Idle]:
        del positions
        yield from self.beats


def test_a_heartbeat_of_one_partition_says_nothing_about_the_others(tmp_path: Path) -> None:
    with Stored(tmp_path / "appeals.db", POLICY) as store:
        for beats, watermark in (
            ([Idle(NOON + HOUR, "a")], None),
            ([Idle(NOON + HOUR, "a"), Idle(NOON, "b")], NOON),
            ([Idle(NOON, "a"), Idle(NOON + HOUR)], NOON + HOUR),
        ):
            store.run(Beats(*beats), watermarks=Watermarks(Beats.partitions))
            assert store.watermark == watermark


# -- a clock that was ahead ---------------------------------------------------------------------


def test_a_watermark_ahead_of_the_clock_is_noted_and_set_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    always = Schedule(None, "24/7", tz="UTC")
    policy = Policy([Target("first reply", 4 * HOUR, always)])
    posted = [created("now", now), created("long ago", now - 9 * HOUR)]
    file, source = tmp_path / "appeals.db", tmp_path / "events.jsonl"
    source.touch()
    with Stored(file, policy) as store:
        ahead = {"a": Checkpoint("1", now + 24 * HOUR), "b": Checkpoint("2", now - HOUR)}
        store.commit(Batch("file", posted, (), ahead, now + 24 * HOUR))
        assert {"at_risk", "breached"} == {change.kind.value for _, change in store.changes(2)}
    watch = ("watch", source, "--store", file, "--once", "--lang", "en")
    for arguments, is_noted in ((watch, True), (("store", "watermark", file, "--at", now), False)):
        _, out, err = run(capsys, *arguments)
        assert ("ahead of this machine's clock" in err) is is_noted
        assert ("--at now" in err) is is_noted
    assert out.startswith(f"The watermark of the store {file} was set back from ")
    with Stored(file, policy) as store:
        assert store.watermark == now
        received = {name: one.received_until for name, one in store.positions("file").items()}
        assert received == {"a": now, "b": now - HOUR}
        current = {}
        for _, change in store.changes():
            current[change.change_id] = change.appeal_id, change.kind.value
            current.pop(change.retracts, None)
            if change.retracts is not None:
                del current[change.change_id]
        kept = {("now", "opened"), ("long ago", "opened")}
        assert set(current.values()) == kept | {("long ago", "at_risk"), ("long ago", "breached")}
    assert "ahead" not in run(capsys, *watch)[2]


@pytest.mark.parametrize(
    ("arguments", "lang", "message"),
    [
        (("--at", "2026-03-16T12:00"), "en", "has no offset"),
        (("--at", "2026-03-16T12:00Z"), "en", "is not before the watermark of the store"),
        (("--at", "2026-03-16T12:00Z"), "ru", "его можно вернуть только назад"),
        ((), "en", "--at"),
    ],
)
def test_wrong_use_of_store_watermark_is_one_sentence(
    arguments: tuple[str, ...],
    lang: str,
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "appeals.db"
    Stored(file, POLICY).close()
    status, out, err = run(capsys, "store", "watermark", file, *arguments, "--lang", lang)
    assert (status, out) == (2, "")
    assert message in err
    status, _, err = run(capsys, "store", "watermark", tmp_path / "none.db", "--at", "now")
    assert status == 2
    assert not Path(tmp_path, "none.db").exists()
