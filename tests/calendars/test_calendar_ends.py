"""A note on standard error if a calendar in use ends within three months."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from workhours_sla import Calendar, Schedule
from workhours_sla.cli import watch
from workhours_sla.cli.main import main
from workhours_sla.cli.output import note_calendar_ends
from workhours_sla.text.catalog import language

LAST = date(2027, 12, 31)
NOTE = "Note: calendar RU ends on 31 Dec 2027, and due times after that are unknown"


def err_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--lang", "en"]) in (0, 1)
    return capsys.readouterr().err


def plain(last: date, id: str = "plain") -> Schedule:
    return Schedule(Calendar.plain(last=last, id=id), "24/7", tz="Asia/Vladivostok")


@pytest.mark.parametrize(
    ("last", "at", "noted"),
    [
        (LAST, date(2027, 9, 30), ""),  # three months later is 30 December
        (LAST, date(2027, 10, 1), "ends on 31 Dec 2027"),
        (LAST, date(2028, 5, 1), "ends on 31 Dec 2027"),  # it has ended
        (LAST, datetime(2027, 9, 30, 13, 59, tzinfo=UTC), ""),
        (LAST, datetime(2027, 9, 30, 14, tzinfo=UTC), "ends on"),  # 1 October in Vladivostok
        (date(2027, 2, 28), date(2026, 11, 30), ""),
        (date(2027, 2, 27), date(2026, 11, 30), "ends on 27 Feb 2027"),
        (date(9998, 12, 31), date(9998, 12, 1), "ends on 31 Dec 9998"),
    ],
)
def test_three_months_are_calendar_months(
    last: date, at: date, noted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Calendar.get("RU").coverage[-1][1] == LAST
    note_calendar_ends([plain(last)], at)
    err = capsys.readouterr().err
    assert noted in err
    assert bool(err) == bool(noted)


def test_watch_notes_it_by_its_clock_and_at_the_start_by_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = {"event_id": "1", "appeal_id": "A", "type": "created"}
    source = tmp_path / "events.jsonl"
    for month, noted in (("09", False), ("10", True)):
        line = json.dumps({**event, "occurred_at": f"2027-{month}-05T10:00:00+03:00"})
        for text, clock in ((line + "\n", ("--clock", "events")), ("", ())):
            source.write_text(text, "utf-8")
            now = datetime(2027, int(month), 5, tzinfo=UTC)
            monkeypatch.setattr(watch, "current_time", lambda now=now: now)
            store = ("--store", str(tmp_path / f"{month}{bool(text)}.db"), "--once", *clock)
            assert (NOTE in err_of(capsys, "watch", str(source), *store)) == noted


def test_calendars_that_end_together_share_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    schedules = [plain(LAST, "a"), plain(LAST, "b"), plain(LAST, "a"), plain(date(2027, 11, 1))]
    with language("ru"):
        note_calendar_ends(schedules, date(2027, 10, 5))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("Внимание: календарь plain заканчивается 01.11.2027, сроки после этой")
    assert second.startswith("Внимание: календари a, b заканчиваются 31.12.2027, сроки")


@pytest.mark.parametrize(
    "command",
    [
        ("due", "01.10.2027 10:00"),
        ("due", "01.09.2027 10:00", "--now", "01.10.2027 10:00"),
        ("explain", "01.10.2027 10:00"),
        ("elapsed", "01.09.2027 10:00", "01.10.2027 10:00"),
        ("latest-start", "01.10.2027 10:00"),
        ("days", "01.09.2027", "01.10.2027"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_question_near_the_end_prints_one_note(
    command: tuple[str, ...], form: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    err = err_of(capsys, *command, *form)
    assert err.startswith(NOTE)
    assert len(err.splitlines()) == 1
    assert err_of(capsys, *command, *form, "--provisional") == ""
    earlier = [text.replace("10.2027", "08.2027").replace("09.2027", "07.2027") for text in command]
    assert err_of(capsys, *earlier, *form) == ""
    assert err_of(capsys, *command, *form, "--calendar", "none") == ""


@pytest.mark.parametrize("command", ["check", "forecast", "report"])
def test_files_are_evaluated_as_of_a_time(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if command == "report":
        pytest.importorskip("numpy")
    rows = tmp_path / "rows.csv"
    rows.write_text("appeal_id,posted_at,answered_at\nA-1,2027-09-01T10:15+03:00,\n", "utf-8")
    config = tmp_path / "rows.toml"
    config.write_text('[input]\nkind = "appeals"\n', "utf-8")
    asked = (command, str(rows), "--config", str(config))
    assert err_of(capsys, *asked, "--as-of", "05.10.2027 10:00").startswith(NOTE)
    assert err_of(capsys, *asked, "--as-of", "05.09.2027 10:00") == ""
