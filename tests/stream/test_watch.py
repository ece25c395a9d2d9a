"""Each line of a followed file is read once, and each change is reported once, after any failure.

``WORKHOURS_KILLS`` sets how often the test of killed processes kills a process.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

import pytest

from kit.messages import messages
from kit.reported import Ledger
from kit.stored import Stored
from kit.values import POLICY
from kit.watched import (
    BEGIN,
    IDS,
    LINES,
    Follower,
    add,
    an_event,
    begin,
    line,
)
from workhours_sla import Event, Monitor
from workhours_sla.cli import watch as watch_command
from workhours_sla.cli.main import main
from workhours_sla.cli.outputs import OutputOptions
from workhours_sla.errors import SourceError, StoreError
from workhours_sla.json import from_json
from workhours_sla.sla.changes import Change
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.tail import Tail
from workhours_sla.stream import Item
from workhours_sla.stream.sinks.lines import JsonLinesSink

KILLS = int(os.environ.get("WORKHOURS_KILLS", "10"))


def stream(appeals: int, seed: int) -> list[Event]:
    """Return the events of appeals in order of receipt: answers in time and late, some twice."""
    chance = random.Random(seed)
    events = []
    for number in range(appeals):
        events.append(an_event(number))
        if chance.random() < 0.8:
            hours = chance.choice([1, 2, 5, 30, 60])
            events.append(an_event(number, "replied", timedelta(hours=hours)))
    events += chance.sample(events, len(events) // 20)
    return sorted(events, key=lambda event: event.received_at)


def text(events: Sequence[Event]) -> str:
    return "".join(map(line, events))


# -- a followed file -------------------------------------------------------------------------


def test_a_file_is_followed_and_half_a_line_waits_for_its_end(path: Path) -> None:
    path.write_text(LINES[0] + LINES[1][:30])
    followed = Follower(path)
    assert followed.rest() == IDS[:1]
    assert followed.rest() == []
    add(path, LINES[1][30:] + LINES[2] + "\n  \n" + LINES[3][:-1])
    assert followed.rest() == IDS[1:3]
    again = Follower(path, followed.position)
    assert again.rest() == []
    add(path, "\n")
    assert followed.rest() == again.rest() == IDS[3:4]


def test_reading_resumes_from_any_position(path: Path) -> None:
    path.write_text("".join(LINES))
    whole = Tail(path, Mapper(Layout()), once=True)
    positions = [item.position for item in whole.items({}) if isinstance(item, Item)]
    assert len(set(positions)) == 9
    for number, position in enumerate(positions):
        assert Follower(path, position).rest() == IDS[number + 1 :]


def test_invalid_lines_are_rejected_with_their_mapped_columns(path: Path) -> None:
    long = '{"event_id": "' + "x" * 5_000_000
    path.write_bytes(
        b"\xef\xbb\xbf" + LINES[0].encode() + b"[1]\n\xff\xfe\n" + long.encode() + b"\n"
        b'{"appeal_id": "1", "name": "Anna", "type": "created"}\n' + LINES[1].encode()
    )
    items = [
        item for item in Tail(path, Mapper(Layout()), once=True).items({}) if isinstance(item, Item)
    ]
    rejected = [item.rejected for item in items if item.rejected]
    assert [one.reason for one in rejected] == ["malformed"] * 3 + ["missing_value"]
    kept = '{"appeal_id": "1", "type": "created"}'
    assert [one.text for one in rejected] == ["", "", "", kept]
    assert [event.event_id for item in items for event in item.events] == IDS[:2]
    assert int(re.split("[;-]", items[-1].position)[1]) == path.stat().st_size


def test_a_source_that_cannot_be_followed_is_refused(path: Path) -> None:
    with pytest.raises(SourceError, match="utf-16"):
        Tail(path, Mapper(Layout()), encoding="utf-16")
    with pytest.raises(SourceError, match="no file"):
        Follower(path).rest()


# -- the command -------------------------------------------------------------------------------


def read_back(sink: Path) -> list[Change]:
    return [from_json(one) for one in sink.read_bytes().splitlines()]


def check_complete(store: Path, sink: Path, events: Sequence[Event]) -> None:
    """Check that no change in a sink is missing, repeated or wrong."""
    monitor, expected, found = Monitor(POLICY), Ledger(), Ledger()
    expected.take(monitor.apply(events))
    expected.take(monitor.advance(max(e.received_at for e in events) - timedelta(minutes=5)))
    found.take(read_back(sink))  # rejects a change id that occurs twice
    assert found.net() == expected.net()
    with Stored(store, POLICY) as opened:
        assert set(opened.events()) == set(events)
        counts = opened.holdings()
        assert (counts.applied, counts.quarantined) == (len(set(events)), 0)
        assert [change for _, change in opened.changes()] == read_back(sink)


@pytest.mark.slow
def test_a_process_killed_at_any_moment_loses_and_repeats_nothing(
    tmp_path: Path, path: Path
) -> None:
    chance = random.Random(KILLS)
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    events = stream(300 + 60 * KILLS, 1)
    path.write_text("")
    killed = 0
    for number in range(KILLS):
        share = events[len(events) * number // KILLS : len(events) * (number + 1) // KILLS]
        add(path, text(share))
        before = sink.stat().st_size if sink.exists() else 0
        run = begin(
            *(path, "--store", store, "--sink", sink, "--batch", 4), stdout=subprocess.DEVNULL
        )
        while run.poll() is None and (not sink.exists() or sink.stat().st_size == before):
            time.sleep(0.001)  # wait until the process is at work
        time.sleep(chance.random() ** 2 * 0.3)
        run.kill()
        run.communicate()
        killed += run.returncode == -signal.SIGKILL
    assert killed == KILLS
    run = begin(path, "--store", store, "--sink", sink, "--once")
    assert "quarantined 0" in run.communicate()[1]
    assert run.returncode == 0
    check_complete(store, sink, events)


@pytest.mark.slow
def test_a_process_killed_in_a_large_write_repeats_nothing(tmp_path: Path, path: Path) -> None:
    chance = random.Random(KILLS)
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    kills = max(3, KILLS // 4)
    size = 4000  # the evidence of each change is one event, so as many lines are 5 MB
    events = [replace(an_event(n), event_id=f"{n:06}{'e' * 1000}") for n in range(size * kills)]
    path.write_text("")
    for number in range(kills):
        add(path, text(events[size * number : size * (number + 1)]))
        before = sink.stat().st_size if sink.exists() else 0
        run = begin(
            *(path, "--store", store, "--sink", sink, "--batch", size), stdout=subprocess.DEVNULL
        )
        while run.poll() is None and (not sink.exists() or sink.stat().st_size == before):
            time.sleep(0.0003)
        time.sleep(chance.random() ** 2 * 0.05)
        run.kill()
        run.communicate()
        assert run.returncode == -signal.SIGKILL
    run = begin(path, "--store", store, "--sink", sink, "--once")
    assert "quarantined 0" in run.communicate()[1]
    assert run.returncode == 0
    check_complete(store, sink, events)


SIGNAL_WITHIN_WAIT = """
import os, signal, sys, threading
from workhours_sla.cli import watch
from workhours_sla.cli.main import main

class Flag(threading.Event):
    def wait(self, timeout=None):
        with self._cond:  # as if the signal came in the first moment of waiting
            os.kill(os.getpid(), signal.SIGTERM)
        return super().wait(timeout)

watch.Flag = Flag
sys.exit(main(["watch", sys.argv[1], "--store", sys.argv[2]]))
"""


def test_a_signal_within_a_wait_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text(stream(2, seed=1)))
    command = [sys.executable, "-c", SIGNAL_WITHIN_WAIT, str(path), str(tmp_path / "a.db")]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


SIGNAL_BEFORE_THE_RUN = """
import os, signal, sys
from workhours_sla.cli import {module}
from workhours_sla.cli.main import main

def send(*_, **__):
    os.kill(os.getpid(), signal.SIGTERM)
    raise AssertionError("the signal ended nothing")

{module}.{function} = send
sys.exit(main(["watch", sys.argv[1], "--store", sys.argv[2]]))
"""


@pytest.mark.parametrize(
    ("module", "function"), [("watch", "configured_sinks"), ("outputs", "opened_store")]
)
def test_a_signal_before_the_run_ends_it_without_a_word(
    tmp_path: Path, path: Path, module: str, function: str
) -> None:
    path.write_text(LINES[0])
    program = SIGNAL_BEFORE_THE_RUN.format(module=module, function=function)
    command = [sys.executable, "-c", program, str(path), str(tmp_path / "a.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "a.db").exists()


def test_the_last_lines_count_the_changes_that_were_printed(
    tmp_path: Path, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(budget: str, *options: str) -> int:
        command = ["watch", str(path), "--store", str(tmp_path / "a.db"), "--once", "--lang", "en"]
        command += ["--clock", "events", "--calendar", "RU-VGG", "--budget", budget]
        assert main([*command, *options]) == 0
        out, err = capsys.readouterr()
        count = len(out.splitlines())
        assert f"; changes {count}\n" in err
        return count

    path.write_text(LINES[0] + LINES[1])
    assert printed("4h") == 2
    add(path, LINES[2])
    assert printed("6h", "--json") == 3  # two due times have changed


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_watch_after_the_current_batch(
    number: signal.Signals, tmp_path: Path, path: Path
) -> None:
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    events = stream(2000, 2)
    path.write_text(text(events))
    run = begin(path, "--store", store, "--sink", sink, "--batch", 10)
    while run.poll() is None and not (sink.exists() and sink.stat().st_size):
        time.sleep(0.001)
    run.send_signal(number)
    out, account = run.communicate()
    assert run.returncode == 0
    assert account.startswith("Rows: read ")
    read = int(account.split()[2])
    assert read < len(events)
    assert not read % 10
    assert len(out.splitlines()) == len(read_back(sink))
    rest = begin(path, "--store", store, "--sink", sink, "--once")
    assert f"Rows: read {len(events) - read} =" in rest.communicate()[1]
    check_complete(store, sink, events)


@pytest.mark.slow
def test_a_pipe_is_read_to_its_end_and_may_be_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    store = tmp_path / "appeals.db"
    events = stream(50, 3)
    run = begin("-", "--store", store, "--json", stdin=subprocess.PIPE)
    out, account = run.communicate(text(events) + '{"half')
    assert run.returncode == 0
    assert f"Rows: read {len(events) + 1} = taken {len(events)} + quarantined 1" in account
    changes = [json.loads(one) for one in out.splitlines()]
    assert {change["schema"] for change in changes} == {"workhours.change/2"}
    again = begin("-", "--store", store, "--json", stdin=subprocess.PIPE)
    out, account = again.communicate(text(events))
    assert out == ""
    assert f"events {len(events)}, duplicate {len(events)}" in account
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["watch", "-", "--store", str(store)]) == 2
    assert b"standard input" in capsysbinary.readouterr().err


@pytest.mark.slow
def test_a_reader_that_closes_its_pipe_gets_the_rest_in_the_next_run(
    tmp_path: Path, path: Path
) -> None:
    store = tmp_path / "appeals.db"
    events = stream(300, 4)
    path.write_text(text(events))
    with begin(path, "--store", store, "--json") as run:
        run.stdout.readline()
        run.stdout.close()
    assert run.returncode == 141
    with Stored(store, POLICY) as opened:
        kept = [
            change
            for _, change in opened.pending("stdout", datetime.max.replace(tzinfo=UTC), -1).changes
        ]
    assert kept
    again = begin(path, "--store", store, "--json", "--once")
    found = [from_json(one) for one in again.communicate()[0].splitlines()]
    assert found[: len(kept)] == kept


def test_the_default_target_has_a_russian_name_in_russian_output(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(line(an_event(0)))
    command = ["watch", str(path), "--store", str(tmp_path / "a.db"), "--once"]
    assert main([*command, "--calendar", "RU-VGG", "--lang", "ru", "--clock", "events"]) == 0
    assert "A-00000  -  первый ответ  начато" in capsys.readouterr().out


def test_the_clock_advances_time_while_no_events_arrive(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(line(an_event(0)))
    command = ["watch", str(path), "--store", str(tmp_path / "a.db"), "--once"]
    command += ["--calendar", "RU-VGG", "--lang", "en"]
    assert main([*command, "--clock", "events"]) == 0
    assert capsys.readouterr().out.split()[4:5] == ["opened"]
    assert main(command) == 0
    out, account = capsys.readouterr()
    assert ["overdue" in one for one in out.splitlines()] == [False, True]
    assert "!! A-00000  -  first reply  overdue  Mon 2 Mar 2026 14:00" in out
    assert "Events: 1 = applied 1 + duplicate 0 + quarantined 0" in account


AHEAD = {
    "en": "1  receipt ahead of the machine's clock",
    "ru": "1  время получения опережает часы компьютера",
}


def received(number: int, ahead: timedelta) -> str:
    """Return the line of an event that was received ``ahead`` after BEGIN."""
    event = an_event(number)
    return line(replace(event, occurred_at=BEGIN, received_at=BEGIN + ahead))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_row_received_ahead_of_the_clock_waits_in_quarantine(
    path: Path,
    tmp_path: Path,
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = [BEGIN]
    monkeypatch.setattr(watch_command, "current_time", lambda: now[0])
    minute, store = timedelta(minutes=1), tmp_path / "a.db"
    path.write_text(received(0, 5 * minute) + received(1, 5 * minute + timedelta(microseconds=1)))
    command = ["watch", str(path), "--store", str(store), "--once", "--lang", lang]

    def run(*more: str) -> tuple[int, datetime | None]:
        assert main([*command, *more]) == 0
        with Stored(store, POLICY) as opened:
            return opened.holdings().applied, opened.watermark

    assert run() == (1, BEGIN)
    assert AHEAD[lang] in capsys.readouterr().err
    assert run("--replay") == (1, BEGIN)
    assert AHEAD[lang] in capsys.readouterr().err
    now[0] += minute
    assert run("--replay") == (2, BEGIN)
    assert AHEAD[lang] not in capsys.readouterr().err


def test_max_ahead_sets_how_early_a_receipt_may_be_by_the_clock_of_the_machine(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watch_command, "current_time", lambda: BEGIN)
    path.write_text(received(0, timedelta(hours=2)) + received(1, timedelta(0)))
    for number, (more, rows) in enumerate(
        [
            (["--max-ahead", "119m"], 1),
            (["--max-ahead", "2h"], 0),
            (["--clock", "events"], 0),
            (["--clock", "events", "--max-ahead", "1m"], 0),
        ]
    ):
        store = tmp_path / f"{number}.db"
        assert main(["watch", str(path), "--store", str(store), "--once", *more]) == 0
        with Stored(store, POLICY) as opened:
            assert len(opened.rejected()) == rows
    assert main(["watch", str(path), "--store", str(store), "--max-ahead", "soon"]) == 2
    assert "soon" in capsys.readouterr().err


def test_rows_in_quarantine_are_read_again_under_another_mapping(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(LINES[0].replace("created", "posted"))
    config = tmp_path / "config.toml"
    command = ["watch", str(path), "--store", str(tmp_path / "a.db"), "--once", "--lang", "ru"]
    assert main(command) == 2
    assert "Строк, не принятых из-за ошибок: 1" in capsys.readouterr().err
    config.write_text('[values.type]\n"posted" = "created"\n')
    assert main([*command, "--config", str(config), "--replay"]) == 0
    out, account = capsys.readouterr()
    assert "начато" in out
    assert "просрочено" in out
    assert "Строк, не принятых" not in account


def test_wrong_use_and_a_store_in_use_are_one_sentence(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(LINES[0])
    store = tmp_path / "a.db"
    command = ["watch", str(path), "--store", str(store), "--once", "--lang", "en"]
    with Stored(store, POLICY):
        assert main(command) == 2
    assert main([*command, "--provisional"]) == 2
    assert main(["watch", str(tmp_path / "none"), "--store", str(store), "--once"]) == 2
    first, second, third = messages(capsys.readouterr().err)
    assert "another process writes the store" in first
    assert "--provisional" in second
    assert "no file" in third


def test_a_sheet_is_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, store, config = tmp_path / "a.csv", tmp_path / "a.db", tmp_path / "csv.toml"
    sheet.write_text("appeal_id,type,occurred_at\n")
    config.write_text('[input]\nformat = "csv"\n')
    rest = ["--store", str(store), "--once", "--lang", "en"]
    assert main(["watch", str(sheet), *rest]) == 2
    assert main(["watch", "events", *rest, "--config", str(config)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert f"{str(sheet)!r} is read as CSV, which cannot be followed" in first
    assert "'events' is read as CSV" in second
    assert not store.exists()
    config.write_text('[input]\nformat = "jsonl"\n')
    sheet.write_text(LINES[0])
    assert main(["watch", str(sheet), *rest, "--config", str(config)]) == 0


@pytest.mark.parametrize("name", ["sheet.xlsx", "table.parquet"])
def test_a_document_is_not_followed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_bytes(b"PK")
    store = tmp_path / "a.db"
    assert main(["watch", str(file), "--store", str(store), "--once", "--lang", "en"]) == 2
    assert f"the format {file.suffix[1:]} cannot be followed" in capsys.readouterr().err
    assert not store.exists()


def test_a_standby_waits_for_the_file_of_the_process_that_it_replaces(tmp_path: Path) -> None:
    sink = tmp_path / "changes.jsonl"
    asked = Flag()
    options = OutputOptions(sinks=[str(sink)], skew="0", standby=True)
    with closing(JsonLinesSink(sink)) as former:

        def file() -> JsonLinesSink:
            try:
                return JsonLinesSink(sink)
            except StoreError:
                asked.set()
                former.close()
                raise

        options.opened(file).close()
    assert asked.is_set()
    with closing(JsonLinesSink(sink)), pytest.raises(StoreError, match="another process writes"):
        OutputOptions(sinks=[str(sink)]).opened(lambda: JsonLinesSink(sink))


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed here")
@pytest.mark.parametrize("way", ["deleted", "replaced"])
def test_an_idle_watch_ends_when_its_store_is_gone(way: str, tmp_path: Path) -> None:
    file, store, new = (tmp_path / name for name in ("events.jsonl", "appeals.db", "new.db"))
    file.write_text(LINES[0])
    Stored(new, POLICY).close()
    with begin(file, "--store", store, "--interval", "0.05", "--lang", "en") as process:
        assert process.stdout is not None
        assert "A-00000" in process.stdout.readline()
        if way == "deleted":
            store.unlink()
        else:
            new.rename(store)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2
        assert (
            "was moved, deleted or changed by another program while it was open; put it back"
            in errors
        )
