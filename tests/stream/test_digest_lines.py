"""Each agency gets each digest once, in its working time, even if the process is killed."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from kit.stored import Stored, drain
from kit.values import MINUTE, OFFICE, POLICY, at
from workhours_sla import (
    Event,
    EventType,
    Policy,
    Schedule,
    ScheduleBy,
    Target,
    working_hours,
)
from workhours_sla.cli.main import main
from workhours_sla.cli.outputs import TimedDigests
from workhours_sla.errors import CalendarCoverageError, StoreError
from workhours_sla.sla.target import ScheduleField
from workhours_sla.stores.open import events_of, open_reader
from workhours_sla.stores.store_values import DIGEST, Batch
from workhours_sla.stream.sinks.digest import Agencies, DigestWriter
from workhours_sla.stream.sinks.lines import DigestLines, LineFile
from workhours_sla.text import catalog

KILLS = int(os.environ.get("WORKHOURS_KILLS", "10"))
EARLY = Schedule("RU-VGG", "Mo-Fr 08:00-12:00,13:00-17:00")
SCHEDULES = {"office": OFFICE, "early": EARLY}
TICK = timedelta(seconds=20)
BEGIN = datetime(2026, 3, 2, 7, 30, tzinfo=OFFICE.tz)
WATCH = [sys.executable, "-c", "from workhours_sla.cli.main import run; run()", "watch"]


def event(appeal: str, kind: str, when: datetime, agency: str | None = "roads") -> Event:
    return Event(f"{appeal}-{kind}", appeal, EventType(kind), when, when, agency_id=agency)


def schedule_of(agency: str | None) -> str:
    return "early" if agency == "schools" else "office"


class Written(NamedTuple):
    """A writer of digests, whose digests are written to a file at once."""

    writer: DigestWriter
    file: DigestLines
    store: Stored

    def write(self, *times: datetime) -> None:
        self.writer.write(*times)
        drain(self.store.store, self.file)


@contextmanager
def digesting(path: Path, **options: Any) -> Iterator[tuple[Stored, Written]]:
    agencies = Agencies(SCHEDULES, schedule_of, options.pop("name_of", str))
    with Stored(path / "a.db", options.pop("policy", POLICY)) as store:
        file = DigestLines(path / "digests.jsonl", outbox=store.store)
        store.store.deliver_to([file.name], DIGEST)
        with closing(file):
            yield store, Written(DigestWriter(store.store, store, agencies, **options), file, store)


def read_back(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "digests.jsonl").read_bytes().splitlines()]


def heads(path: Path) -> list[str]:
    return [line["text"].splitlines()[0] for line in read_back(path)]


def stream(appeals: int, seed: int, days: int = 4) -> list[Event]:
    chance = random.Random(seed)
    events = []
    for number in range(appeals):
        posted = BEGIN + chance.random() * timedelta(days=days)
        appeal, agency = f"A-{number:04}", chance.choice(["roads", "schools", None])
        events.append(event(appeal, "created", posted, agency))
        if chance.random() < 0.8:
            hours = chance.choice([1, 3, 20, 30])
            events.append(event(appeal, "replied", posted + timedelta(hours=hours), agency))
    return sorted(events, key=lambda one: (one.received_at, one.event_id))


def batches(events: Sequence[Event], until: datetime) -> Iterator[tuple[datetime, list[Event]]]:
    """Yield the events of each five minutes, with the end of the five minutes."""
    rest = list(events)
    now = BEGIN
    while now < until:
        now += 5 * MINUTE
        count = sum(one.received_at <= now for one in rest)
        yield now, rest[:count]
        del rest[:count]


def feed(path: Path, steps: Sequence[tuple[datetime, list[Event]]]) -> None:
    with digesting(path) as (store, lines):
        for now, events in steps:
            store.commit(Batch("", events, watermark=now))
            lines.write(now)


def reported(path: Path) -> Counter[tuple[str | None, str]]:
    """Count the changes that the digests report, and those that wait for the next digest."""
    kinds = {word: kind for kind, word in catalog.CHANGES.items()}
    found: Counter[tuple[str | None, str]] = Counter()
    for line in read_back(path):
        for what in re.findall(r"Since the last message: (.*)", line["text"]):
            for part in what.split(", "):
                name, _, count = part.rpartition(" ")
                found[line["agency_id"], kinds.get(name, "retracted")] += int(count)
    with open_reader(path / "a.db") as reader:
        state = json.loads(reader.noted("digests") or "")
        for agency, counts in state["changed"]:
            found.update({(agency, kind): count for kind, count in counts.items()})
        for _, change in reader.changes(reader.progress("digests").number):
            found[change.agency_id, "retracted" if change.retracts else change.kind.value] += 1
    return found


def happened(path: Path) -> Counter[tuple[str | None, str]]:
    with open_reader(path / "a.db") as reader:
        return Counter(
            (change.agency_id, "retracted" if change.retracts else change.kind.value)
            for _, change in reader.changes()
        )


# -- when --------------------------------------------------------------------------------------


HEADS = [
    "Школы · вт 03.03.2026 08:00",
    "Дороги · вт 03.03.2026 09:00",
    # the clocks run by the hours of the office
    "Дороги · вт 03.03.2026 11:00",
    "Школы · вт 03.03.2026 11:00",
    "Дороги · вт 03.03.2026 12:00",
    "Дороги · вт 03.03.2026 12:30",
    "Школы · вт 03.03.2026 13:00",
    "Дороги · вт 03.03.2026 14:00",
    "Дороги · вт 03.03.2026 14:30",
    "Дороги · вт 03.03.2026 15:30",
    "Школы · ср 04.03.2026 08:00",
    "Дороги · ср 04.03.2026 09:00",
]


def test_an_agency_gets_a_digest_at_its_opening_and_as_its_time_runs_out(tmp_path: Path) -> None:
    events = [
        event("A-1", "created", at(2026, 3, 2, 20, 0)),
        event("A-2", "created", at(2026, 3, 2, 20, 0), "schools"),
        event("A-3", "created", at(2026, 3, 3, 10, 30)),
    ]
    names = {"roads": "Дороги", "schools": "Школы"}
    with digesting(tmp_path, lang="ru", name_of=names.__getitem__) as (store, lines):
        now = at(2026, 3, 2, 19, 0)
        while now < at(2026, 3, 4, 9, 30):
            new = [one for one in events if now - TICK < one.occurred_at <= now]
            store.commit(Batch("", new, watermark=now))
            lines.write(now)
            now += TICK
    found = [line["text"].splitlines() for line in read_back(tmp_path)]
    assert [text[0] for text in found] == HEADS
    assert found[0][1] == "С прошлого сообщения: начато 1"
    assert all(", первый ответ: " in text[-1] for text in found)


def test_every_change_is_reported_once(tmp_path: Path) -> None:
    feed(tmp_path, list(batches(stream(150, 1), BEGIN + timedelta(days=6))))
    lines = read_back(tmp_path)
    assert len(lines) > 20
    assert len({line["message_id"] for line in lines}) == len(lines)
    for line in lines:
        assert line["schema"] == "workhours.digest/1"
        now = datetime.fromisoformat(line["at"])
        assert SCHEDULES[schedule_of(line["agency_id"])].is_working(now)
    assert reported(tmp_path) == happened(tmp_path)


def test_a_share_that_was_passed_before_a_pause_is_reported_once(
    tmp_path: Path,
) -> None:
    events = [
        event("A-1", "created", at(2026, 3, 3, 9, 0)),
        event("A-1", "paused", at(2026, 3, 3, 11, 30)),
        event("A-1", "resumed", at(2026, 3, 3, 12, 0)),
    ]
    policy = Policy([Target("first reply", working_hours(4), OFFICE, pauses=True)])
    with digesting(tmp_path, policy=policy) as (store, lines):
        for minute in [*range(-10, 140, 10), *range(190, 9 * 60, 10)]:
            now = at(2026, 3, 3, 9, 0) + minute * MINUTE
            store.commit(
                Batch("", [one for one in events if one.occurred_at <= now], watermark=now)
            )
            lines.write(now)
    assert [head[-5:] for head in heads(tmp_path)] == ["09:00", "11:00", "12:30", "14:30"]


def test_an_agency_that_is_closed_by_the_clock_gets_its_digest_later(tmp_path: Path) -> None:
    with digesting(tmp_path) as (store, lines):
        store.apply([event("A-1", "created", at(2026, 3, 2, 10, 58))])
        for now, heard_at in (
            (at(2026, 3, 2, 12, 50), at(2026, 3, 2, 12, 55)),
            (at(2026, 3, 2, 12, 58), at(2026, 3, 2, 13, 3)),  # half is used, lunch begins
            (at(2026, 3, 2, 13, 58), at(2026, 3, 2, 14, 3)),
        ):
            lines.write(now, heard_at)
            assert read_back(tmp_path) == []
        lines.write(at(2026, 3, 2, 14, 0), at(2026, 3, 2, 14, 5))
    assert heads(tmp_path) == ["roads · Mon 2 Mar 2026 14:00"]
    assert "50 % of the time is used" in read_back(tmp_path)[0]["text"]


def test_no_digest_is_written_while_a_backlog_is_read(tmp_path: Path) -> None:
    clock = [at(2026, 3, 3, 9, 40)]
    with digesting(tmp_path) as (store, lines):
        kept = TimedDigests(store, lines.writer, lambda: clock[0], 5 * MINUTE)
        lines.write(at(2026, 3, 2, 17, 0))
        posted = event("A-1", "created", at(2026, 3, 2, 10, 0))
        for hours in (1, 23):
            watermark = at(2026, 3, 2, 10, 0) + timedelta(hours=hours)
            store.commit(Batch("", [posted], watermark=watermark))
            kept.send()
            assert read_back(tmp_path) == []
        store.commit(Batch("", watermark=at(2026, 3, 3, 9, 35)))
        kept.send()
        drain(store.store, lines.file)
    assert heads(tmp_path) == ["roads · Tue 3 Mar 2026 09:35"]


def test_changes_before_the_first_digest_are_not_reported(tmp_path: Path) -> None:
    with Stored(tmp_path / "a.db", POLICY) as store:
        store.apply([event(f"A-{number}", "created", BEGIN) for number in range(3)])
    for posted, asked in (
        ([], at(2026, 3, 2, 17, 0)),
        ([event("A-3", "created", at(2026, 3, 2, 20, 0))], at(2026, 3, 3, 9, 0)),
    ):
        with digesting(tmp_path) as (store, lines):
            store.apply(posted)
            lines.write(asked)
    (line,) = read_back(tmp_path)
    assert "Since the last message: opened 1\n" in line["text"]
    assert line["text"].count("• A-") == 4


@pytest.mark.parametrize("field", get_args(ScheduleField))
def test_a_share_passes_by_the_schedule_that_the_clock_runs_on(
    tmp_path: Path, field: ScheduleField
) -> None:
    split = Schedule("RU-VGG", "Mo-Fr 10:00-12:00,16:00-20:00")
    by = ScheduleBy(field, {"split": split, "office": OFFICE})
    begin = at(2026, 3, 3, 8, 50)
    posted = at(2026, 3, 3, 9, 0)
    events = [
        replace(event(f"of {name}", "created", posted), **dict[str, Any]({field: name}))
        for name in by.schedules
    ]
    policy = Policy([Target("reply", working_hours(4), by)])
    with digesting(tmp_path, policy=policy) as (store, lines):
        store.apply(events)
        for minute in range(0, 10 * 60, 10):
            lines.write(begin + minute * MINUTE)
    passed = {
        (line["text"].splitlines()[0][-5:], *found)
        for line in read_back(tmp_path)
        for found in re.findall(r"of (\w+), reply: .* (\d+) % of the time", line["text"])
    }
    assert passed == {
        ("11:00", "office", "50"),
        ("12:00", "office", "75"),
        ("14:00", "office", "100"),
        ("12:00", "split", "50"),  # then no time passes for four hours of the agency's working time
        ("17:00", "split", "75"),
    }


def test_a_date_that_the_calendar_does_not_know_is_said_once(tmp_path: Path) -> None:
    missed: list[CalendarCoverageError] = []
    with digesting(tmp_path, unknown=missed.append) as (_, lines):
        for minute in range(3):
            lines.write(at(2099, 1, 12, 10, minute))
    assert len(missed) == len(SCHEDULES)
    assert read_back(tmp_path) == []


# -- stored state --------------------------------------------------------------------------


# -- the file ----------------------------------------------------------------------------------


def test_a_file_of_digests_that_was_removed_is_refused_and_written_again(tmp_path: Path) -> None:
    with digesting(tmp_path) as (store, lines):
        store.commit(Batch("", [event("A-1", "created", BEGIN)], watermark=BEGIN))
        lines.write(BEGIN)
        lines.write(at(2026, 3, 2, 9, 0))
    file = tmp_path / "digests.jsonl"
    whole = file.read_bytes()
    assert whole
    file.unlink()
    with pytest.raises(StoreError, match="digests were last written"), digesting(tmp_path):
        pass
    command = ["outbox", "rewrite", str(file), "--store", str(tmp_path / "a.db")]
    assert main(command) == 0
    assert file.read_bytes() == whole
    file.rename(tmp_path / "old.jsonl")
    assert main([*command, "--only-new"]) == 0
    with digesting(tmp_path) as (_, lines):
        lines.write(at(2026, 3, 2, 11, 0))
    assert heads(tmp_path) == ["roads · Mon 2 Mar 2026 11:00"]


def test_another_file_begins_with_the_next_digest(tmp_path: Path) -> None:
    with digesting(tmp_path) as (store, lines):
        store.commit(Batch("", [event("A-1", "created", BEGIN)], watermark=BEGIN))
        lines.write(BEGIN)
        lines.write(at(2026, 3, 2, 9, 0))
        with closing(DigestLines(tmp_path / "other.jsonl", outbox=store.store)) as other:
            store.deliver_to([other.name], DIGEST)
            drain(store.store, other)
            lines.write(at(2026, 3, 2, 11, 0))
            drain(store.store, other)
    found = (tmp_path / "other.jsonl").read_bytes()
    assert (tmp_path / "digests.jsonl").read_bytes().endswith(found)
    assert found.count(b"\n") == 1


# -- the command -------------------------------------------------------------------------------


def text(events: Sequence[Event]) -> str:
    return "".join(
        json.dumps(
            {
                "event_id": one.event_id,
                "appeal_id": one.appeal_id,
                "type": one.type.value,
                "occurred_at": one.occurred_at.isoformat(),
                "received_at": one.received_at.isoformat(),
                **({"agency_id": one.agency_id} if one.agency_id else {}),
            }
        )
        + "\n"
        for one in events
    )


@pytest.mark.slow
def test_a_process_killed_at_any_moment_reports_everything_once(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    source, sink = tmp_path / "events.jsonl", tmp_path / "digests.jsonl"
    events = stream(100 + 60 * KILLS, 4, days=30)
    source.write_text("")
    command = [*WATCH, source, "--store", tmp_path / "a.db", "--digests", sink, "--batch", 4]
    command += ["--clock", "events", "--calendar", "RU-VGG", "--lang", "en"]
    for number in range(KILLS):
        share = events[len(events) * number // KILLS : len(events) * (number + 1) // KILLS]
        with source.open("a") as file:
            file.write(text(share))
        before = sink.stat().st_size if sink.exists() else 0
        with subprocess.Popen(
            [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as run:
            deadline = time.monotonic() + 30
            while run.poll() is None and time.monotonic() < deadline:
                if sink.exists() and sink.stat().st_size > before:
                    break
                time.sleep(0.001)  # wait until the process is at work
            time.sleep(chance.random() ** 2 * 0.3)
            run.kill()
        assert run.returncode == -signal.SIGKILL
    assert main([*map(str, command[3:]), "--once"]) == 0
    lines = read_back(tmp_path)
    assert len({line["message_id"] for line in lines}) == len(lines) > 20
    for line in lines:
        assert OFFICE.is_working(datetime.fromisoformat(line["at"]))
    assert reported(tmp_path) == happened(tmp_path)
    assert len(events_of(tmp_path / "a.db")) == len(events)


def replayed(path: Path, size: int, events: Sequence[Event]) -> int:
    """Append events to the file of a replay, run the command on it, and return its exit status."""
    path.mkdir(exist_ok=True)
    source = path / "events.jsonl"
    with source.open("a") as file:
        file.write(text(events))
    command = ["watch", source, "--store", path / "a.db", "--digests", path / "digests.jsonl"]
    command += ["--clock", "events", "--calendar", "RU-VGG", "--batch", size, "--once"]
    return main([*map(str, command)])


def test_a_replay_writes_the_same_in_any_batches_and_after_any_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [
        event(f"B-{hour}-{n}", "created", at(2026, 3, 3, hour, 30) + n * TICK, f"{n % 7}")
        for hour in (9, 11)  # shares of the first appeals pass while the others arrive
        for n in range(60)
    ]
    events = sorted([*stream(30, 6, days=2), *busy], key=lambda one: one.received_at)
    for size in (1, 7, 1000):
        assert replayed(tmp_path / f"{size}", size, events) == 0
    for first in range(0, len(events), 25):
        assert replayed(tmp_path / "parts", 1000, events[first : first + 25]) == 0
    expected = read_back(tmp_path / "1")
    assert len(expected) > 50
    for name in ("7", "1000", "parts"):
        assert read_back(tmp_path / name) == expected

    write, called = DigestWriter.write, iter(range(1_000_000))

    def write_or_fail(writer: DigestWriter, *times: Any) -> int:
        if next(called) % 15 == 14:
            raise StoreError("stopped before it asked")  # noqa: EM101, TRY003
        return write(writer, *times)

    monkeypatch.setattr(DigestWriter, "write", write_or_fail)
    stops = 0
    while replayed(tmp_path / "stopped", 1000, () if stops else events) != 0:
        stops += 1
    assert stops > 4
    assert read_back(tmp_path / "stopped") == expected


def test_a_file_that_cannot_be_written_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    events = stream(30, 6, days=2)
    assert replayed(tmp_path / "steady", 1, events) == 0

    def fail(file: LineFile, _lines: Mapping[str, bytes]) -> None:
        file._form.fail("sink_unwritable", file._path, error="No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "add", fail)
        capsys.readouterr()
        assert replayed(tmp_path / "full", 1, events) == 2
    said = capsys.readouterr().err
    assert said.count("digests.jsonl fails and is tried again: ") == 1
    assert "digests.jsonl does not have every message: " in said
    assert len(events_of(tmp_path / "full" / "a.db")) == len(events)
    assert read_back(tmp_path / "full") == []
    assert replayed(tmp_path / "full", 1, ()) == 0
    assert read_back(tmp_path / "full") == read_back(tmp_path / "steady")


def test_agencies_have_their_names_and_their_hours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        """
        [schedules.early]
        calendar = "RU-VGG"
        hours = "Mo-Fr 07:00-11:00"
        [schedules.late]
        calendar = "RU-VGG"
        hours = "Mo-Fr 12:00-20:00"
        [agencies.schools]
        name = "Комитет образования"
        schedule = "early"
        [agencies.roads]
        schedule = "late"
        [[targets]]
        name = "reply"
        budget = "4h"
        schedule_by = "agency_id"
        """
    )
    source = tmp_path / "events.jsonl"
    command = ["watch", str(source), "--store", str(tmp_path / "a.db"), "--clock", "events"]
    command += ["--digests", str(tmp_path / "digests.jsonl"), "--config", str(config), "--once"]
    command += ["--skew", "0m", "--lang", "ru"]
    posted = [
        event("A-1", "created", at(2026, 3, 2, 5, 0), "schools"),
        event("A-2", "created", at(2026, 3, 2, 5, 0), "roads"),
    ]
    source.write_text(text(posted))
    for number, hour in enumerate((8, 11, 13)):
        assert main(command) == 0
        with source.open("a") as file:
            file.write(text([event(f"B-{number}", "created", at(2026, 3, 2, hour, 30), "none")]))
    assert main(command) == 0
    assert heads(tmp_path) == [
        "Комитет образования · пн 02.03.2026 08:30",
        "roads · пн 02.03.2026 13:30",
    ]
    assert "В хранилище с момента создания" in capsys.readouterr().err


def test_the_time_of_a_digest_is_in_utc(tmp_path: Path) -> None:
    with digesting(tmp_path) as (store, lines):
        store.commit(Batch("", [event("A-1", "created", BEGIN)], watermark=BEGIN))
        lines.write(BEGIN)
        lines.write(at(2026, 3, 2, 9, 0).astimezone(UTC))
    assert read_back(tmp_path)[0]["at"] == "2026-03-02T06:00:00Z"
