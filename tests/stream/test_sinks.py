"""Changes are written once each, and agencies get digests only in their working time."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from kit.stored import Stored, drain
from kit.values import OFFICE, POLICY, at
from workhours_sla import Change, Event, EventType, Policy, Target, WorkingDays
from workhours_sla.errors import StoreError
from workhours_sla.json import from_json
from workhours_sla.json.outcomes import change_to_json
from workhours_sla.sla.changes import ChangeKind
from workhours_sla.stores.store_values import DIGEST, StoredDigest
from workhours_sla.stream import MemoryStore, Pipeline
from workhours_sla.stream.sinks.digest import LONGEST, Agencies, DigestWriter
from workhours_sla.stream.sinks.lines import CHANGES, JsonLinesSink, Rewritten, rewrite


def event(appeal: str, kind: str, when: datetime, agency: str | None = "roads") -> Event:
    return Event(f"{appeal}-{kind}", appeal, EventType(kind), when, when, agency_id=agency)


def some_changes(count: int) -> list[Change]:
    when = at(2025, 3, 12, 10)
    return [
        Change(
            *(ChangeKind.OPENED, f"A-{number}", "first reply", 0, 1, when, when, None, None),
            *(("e",), "roads", "v", "p"),
        )
        for number in range(count)
    ]


def ids(path: Path) -> list[str]:
    return [from_json(line).appeal_id for line in path.read_bytes().splitlines()]


# -- JSON Lines --------------------------------------------------------------------------------


def test_a_stream_gets_complete_lines_despite_partial_writes() -> None:
    class Slow(io.RawIOBase):
        taken = b""

        def write(self, data: bytes) -> int:
            self.taken += bytes(data[:10])
            return min(10, len(data))

    slow, changes = Slow(), some_changes(2)
    JsonLinesSink(slow).write(changes)
    assert slow.taken == b"".join(change_to_json(change) + b"\n" for change in changes)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_failed_write_is_one_error_and_the_changes_stay_pending(
    tmp_path: Path,
) -> None:
    with Stored(tmp_path / "a.db", POLICY) as store:
        store.apply([event("1", "created", at(2025, 3, 12, 10))])
        sink = JsonLinesSink(tmp_path / "changes.jsonl")
        with files_of_at_most(100), pytest.raises(StoreError, match=r"too large.*the next start"):
            drain(store, sink)
        assert (tmp_path / "changes.jsonl").read_bytes() == b""
        drain(store, sink)
        drain(store, sink)
        sink.close()
    assert ids(tmp_path / "changes.jsonl") == ["1"]
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(StoreError, match="cannot be written"):
            JsonLinesSink(path)


def large_changes(count: int) -> list[Change]:
    """Return changes whose lines have 6 kB each."""
    return [change._replace(evidence=("e" * 6000,)) for change in some_changes(count)]


def sink_of(path: Path, store: Stored) -> JsonLinesSink:
    return JsonLinesSink(path, outbox=store.store)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Stored]:
    """Make a store with the changes 0 to 2, all of them written to changes.jsonl."""
    with Stored(tmp_path / "a.db", POLICY) as store:
        store.apply([event(str(number), "created", at(2025, 3, 12, 10)) for number in range(3)])
        sink = sink_of(tmp_path / "changes.jsonl", store)
        drain(store, sink)
        sink.close()
        yield store


@pytest.mark.parametrize("again", [1000, 300])
def test_a_large_write_that_was_not_acknowledged_is_not_written_again(
    again: int, tmp_path: Path
) -> None:
    path, changes = tmp_path / "changes.jsonl", large_changes(1200)
    sink = JsonLinesSink(path)
    sink.write(changes[:1000])
    sink.close()
    assert path.stat().st_size > 6_000_000
    sink = JsonLinesSink(path)
    for first in range(0, 1200, again):
        sink.write(changes[first : first + again])
        sink.write(changes[first : first + again])
    sink.close()
    assert ids(path) == [f"A-{number}" for number in range(1200)]


def test_a_file_that_is_ahead_of_its_store_is_refused(tmp_path: Path, store: Stored) -> None:
    """After a restore, or beside a new store, the file has changes that may be false."""
    path = tmp_path / "changes.jsonl"
    store.store.snapshot(tmp_path / "copy.db")
    before = path.read_bytes()
    store.apply([event("3", "created", at(2025, 3, 12, 10))])
    with closing(sink_of(path, store)) as sink:
        drain(store, sink)
    ahead = path.read_bytes()
    for place in ("copy.db", "new.db"):
        with Stored(tmp_path / place, POLICY) as other:
            with pytest.raises(StoreError, match=r"ahead of its store.*move it away"):
                sink_of(path, other)
            assert path.read_bytes() == ahead
            other.apply([event("3", "created", at(2025, 3, 12, 10, 30))])  # another change 3
            with pytest.raises(StoreError, match=r"ahead of its store: .*'[03]/first reply/0"):
                sink_of(path, other)
    with Stored(tmp_path / "copy.db", POLICY) as other:
        path.write_bytes(before)
        with closing(sink_of(path, other)) as sink:
            drain(other, sink)
    assert ids(path) == list("0123")


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_lines_that_the_store_does_not_know_to_be_written_are_not_written_again(
    tmp_path: Path, store: Stored, cut: int
) -> None:
    path = tmp_path / "changes.jsonl"
    store.apply([event(str(number), "created", at(2025, 3, 12, 10)) for number in range(3, 9)])
    with closing(sink_of(path, store)) as sink:
        sink.write([change for _, change in store.waiting(sink.name, 4)])
    os.truncate(path, path.stat().st_size - cut)
    for _ in range(2):
        with closing(sink_of(path, store)) as sink:
            drain(store, sink, 3)
    assert ids(path) == list("012345678")


def test_a_file_that_was_shortened_before_its_end_was_noted_is_refused(
    tmp_path: Path, store: Stored
) -> None:
    path = tmp_path / "changes.jsonl"
    size = path.stat().st_size
    store.apply([event(str(number), "created", at(2025, 3, 12, 10)) for number in (3, 4)])
    sink = sink_of(path, store)
    drain(store, sink, 1)
    sink.close()
    os.truncate(path, size)
    with pytest.raises(StoreError, match="is shorter than"):
        sink_of(path, store)


def test_a_file_that_is_harmed_during_a_run_is_not_written_on(
    tmp_path: Path, store: Stored
) -> None:
    path = tmp_path / "changes.jsonl"
    whole = path.read_bytes()
    store.apply([event("3", "created", at(2025, 3, 12, 10))])
    sink = sink_of(path, store)
    path.rename(tmp_path / "moved.jsonl")
    with pytest.raises(StoreError, match="is gone since"):
        drain(store, sink)
    (tmp_path / "moved.jsonl").rename(path)
    with path.open("ab") as other:
        other.write(b"milk")
    with pytest.raises(StoreError, match="changed by another program"):
        drain(store, sink)
    os.truncate(path, len(whole) - 5)
    with pytest.raises(StoreError, match="is shorter than"):
        drain(store, sink)
    path.write_bytes(whole)
    drain(store, sink)
    sink.close()
    assert ids(path) == list("0123")


def test_lines_that_only_the_file_has_stay_when_it_is_rewritten(tmp_path: Path) -> None:
    path, changes = tmp_path / "changes.jsonl", some_changes(6)
    lines = [change_to_json(change) + b"\n" for change in changes]
    path.write_bytes(lines[0] + lines[3] + lines[1] + lines[0] + lines[4][:40])
    path.chmod(0o640)

    def rewritten() -> Rewritten:
        end = changes[1].change_id
        return rewrite(path, CHANGES, lambda: changes[2:], end=end, has_dropped=True)

    done = rewritten()
    assert (done.messages, done.kept, done.moved) == (4, 2, 0)
    assert path.read_bytes() == b"".join(lines)
    assert path.stat().st_mode & 0o777 == 0o640
    path.write_bytes(lines[0] + b"milk\n")
    with pytest.raises(StoreError, match="'milk'"):
        rewritten()
    assert path.read_bytes() == lines[0] + b"milk\n"
    assert [one.name for one in tmp_path.iterdir()] == ["changes.jsonl"]


def test_a_file_has_one_sink_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "changes.jsonl"
    (tmp_path / "link").symlink_to(path)
    sink = JsonLinesSink(path)
    path.with_name("hard").hardlink_to(path)
    for name in ("changes.jsonl", "link", "hard"):
        with pytest.raises(StoreError, match="another process writes"):
            JsonLinesSink(tmp_path / name)
        with pytest.raises(StoreError, match="another process writes"):
            rewrite(tmp_path / name, CHANGES, list, end=None, has_dropped=False)
    sink.close()
    JsonLinesSink(path).close()


def test_control_characters_of_changes_are_escaped() -> None:
    (change,) = some_changes(1)
    evil = change._replace(agency_id="\x1b[31m \x7f \x9b \xa0", appeal_id="обращение\x85")
    line = change_to_json(evil)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in line.decode())
    assert b"\\u009b" in line
    assert from_json(line) == evil


# -- digests -----------------------------------------------------------------------------------


def digests(
    events: Sequence[Event],
    since: datetime,
    now: datetime,
    policy: Policy = POLICY,
    lang: str = "en",
) -> list[StoredDigest]:
    """Return the digests at ``now``, after those at ``since``."""
    agencies = Agencies({"office": OFFICE}, lambda _agency: "office")
    with Pipeline(MemoryStore(), policy) as pipe:
        pipe.apply(one for one in events if one.received_at <= since)
        pipe.advance(since)
        writer = DigestWriter(pipe.store, pipe, agencies, lang=lang)
        writer.write(since)
        pipe.apply(one for one in events if since < one.received_at <= now)
        pipe.advance(now)
        writer.write(now)
        return [one for _, one in pipe.store.messages(DIGEST)]


def test_a_digest_in_russian_lists_late_appeals_first() -> None:
    events = [
        event("A-2", "created", at(2025, 3, 12, 10, 15)),
        event("A-1", "created", at(2025, 3, 11, 17, 20)),
        event("A-3", "created", at(2025, 3, 12, 9, 0), None),
    ]
    roads, nobody = digests(events, at(2025, 3, 12, 12, 0), at(2025, 3, 12, 14, 30), lang="ru")
    assert roads.texts == (
        (
            "roads · ср 12.03.2025 14:30\n"
            "С прошлого сообщения: срок истекает 1, просрочено 1\n"
            "\n"
            "Просрочено, без ответа: 1\n"
            "• A-1, первый ответ: срок ср 12.03.2025 12:20, просрочено на 1:10, "
            "прошло 100 % срока\n"
            "\n"
            "Ждут ответа: 1\n"
            "• A-2, первый ответ: срок ср 12.03.2025 15:15, осталось 0:45, прошло 75 % срока"
        ),
    )
    assert nobody.agency_id is None
    assert nobody.texts[0].startswith("без ведомства")


def test_a_budget_in_days_goes_by_the_working_time_until_it_is_due() -> None:
    policy = Policy([Target("final", WorkingDays(3), OFFICE)])
    events = [event("A-1", "created", at(2025, 3, 10, 9, 0))]
    # due on Thursday at 18:00, so half of 32 hours are used as Tuesday ends
    assert digests(events, at(2025, 3, 11, 17, 30), at(2025, 3, 11, 18, 0), policy) == []
    (digest,) = digests(events, at(2025, 3, 11, 18, 0), at(2025, 3, 12, 9, 0), policy)
    assert (
        "50 % of the time is used"
        not in digests(events, at(2025, 3, 11, 9), at(2025, 3, 12, 9, 1), policy)[0]
        .texts[0]
        .splitlines()[0]
    )
    assert "A-1, final: due Thu 13 Mar 2025 18:00" in digest.texts[0]
    assert "50 % of the time is used" in digest.texts[0]


def test_long_digests_are_split_between_lines() -> None:
    events = [event(f"A-{n:04}", "created", at(2025, 3, 11, 20, 0)) for n in range(300)]
    events.append(event("x" * 1000, "created", at(2025, 3, 11, 20, 0)))
    (digest,) = digests(events, at(2025, 3, 11, 19, 0), at(2025, 3, 12, 9, 0))
    assert len(digest.texts) > 4
    assert all(0 < len(message) <= LONGEST for message in digest.texts)
    lines = [line for message in digest.texts for line in message.splitlines()]
    assert sum(line.startswith("• A-") and line.endswith("left") for line in lines) == 300
