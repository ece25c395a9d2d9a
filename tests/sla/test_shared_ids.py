"""Notes about ids that too many rows share, and texts that are too long, in every format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.messages import messages
from kit.stored import Stored
from kit.values import POLICY
from workhours_sla import Event, EventType
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import EventError
from workhours_sla.files import open_source
from workhours_sla.sla.event import EVENT_FIELDS, MOST_TEXT
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.derived_events import with_creation
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.tail import StreamRows, Tail
from workhours_sla.stream import Watermarks
from workhours_sla.stream.source import Rejected
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import phrase_of, said

AS_OF = "--as-of=2026-03-12T12:00+03:00"
TIME = "2026-03-12T10:15+03:00"
NOTES = {
    "en": "Note: {} of {} rows ({}%) have the same {}, '{}'; check that '{}' is the right column "
    "for it (columns.{} in --config)\n",
    "ru": "Внимание: в {} из {} строк ({} %) указан один и тот же {}: '{}'; проверьте, верно ли "
    "выбран столбец '{}' (columns.{} в --config)\n",
}

Row = tuple[str, str]
"""The ids of an event and of its appeal."""


def of_one_appeal(shared: int, others: int) -> list[Row]:
    rows = [(f"e{n}", "A-1") for n in range(shared)]
    return rows + [(f"o{n}", f"B-{n}") for n in range(others)]


def sheet(folder: Path, rows: Iterable[Row], config: str = "") -> list[str]:
    (folder / "rows.toml").write_text(config, encoding="utf-8")
    lines = [f"{event},{appeal},created,{TIME}\n" for event, appeal in rows]
    (folder / "rows.csv").write_text(
        "event_id,appeal_id,type,occurred_at\n" + "".join(lines), encoding="utf-8"
    )
    return [str(folder / "rows.csv"), "--config", str(folder / "rows.toml"), AS_OF]


def notes(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the notes on standard error, without the summary of watch."""
    heads = tuple(text.split(":")[0] for text in NOTES.values())
    written = messages(capsys.readouterr().err)
    return "".join(line for line in written if line.startswith(heads))


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        (of_one_appeal(240, 60), (240, 300, 80, "appeal_id", "A-1", "appeal_id", "appeal_id")),
        ([row[::-1] for row in of_one_appeal(100, 50)],
         (100, 150, 66, "event_id", "A-1", "event_id", "event_id")),
    ],
    ids=["appeal", "event"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("command", "lang"), [("check", "en"), ("check", "ru"), ("forecast", "en"), ("report", "ru")]
)
def test_an_id_of_most_rows_is_named(
    command: str,
    lang: str,
    rows: list[Row],
    facts: tuple[object, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([command, *sheet(tmp_path, rows), "--json", f"--lang={lang}"])
    assert notes(capsys) == NOTES[lang].format(*facts)


@pytest.mark.parametrize("of_event", [False, True])
def test_watch_prints_the_note_once(
    of_event: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row[::-1] if of_event else row for row in of_one_appeal(300, 0)]
    canonical = "event_id" if of_event else "appeal_id"
    assert main(["watch", *stream(tmp_path, rows), "--lang=en"]) == 0
    facts = 100, 100, 100, canonical, "A-1", canonical, canonical
    assert notes(capsys) == NOTES["en"].format(*facts)
    (tmp_path / "s.db").unlink()
    main(["watch", *stream(tmp_path, of_one_appeal(110, 100)[::-1]), "--lang=en"])
    assert " 110 of 210 rows (52%) " in notes(capsys)  # counted again at the end


def stream(folder: Path, rows: Iterable[Row]) -> list[str]:
    names = ("event_id", "appeal_id")
    about = {"type": "created", "occurred_at": TIME}
    lines = [json.dumps(dict(zip(names, row, strict=True)) | about) + "\n" for row in rows]
    (folder / "rows.jsonl").write_text("".join(lines))
    return [str(folder / "rows.jsonl"), "--store", str(folder / "s.db"), "--once"]


NEW = '[columns]\nappeal_id = "type"\n[values.appeal_id]\ncreated = "new"\n'


@pytest.mark.parametrize(
    ("rows", "config", "said"),
    [
        (of_one_appeal(99, 0), "", ""),
        (of_one_appeal(100, 99), "", "100 of 199 rows (50%) have the same appeal_id, 'A-1'"),
        (of_one_appeal(100, 100), "", ""),
        (of_one_appeal(1_000, 1_000), "", ""),
        (of_one_appeal(1_001, 1_001), "", "1001 of 2002 rows (50%) have the same appeal_id"),
        (of_one_appeal(60, 60), NEW, "'new'; check that 'type' is the right column"),
        ([("", "A-1")] * 150, "", "have the same appeal_id"),  # equal rows without event ids
    ],
)
def test_limits_of_shared_ids(
    rows: list[Row], config: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", *sheet(tmp_path, rows, config), "--lang=en"])
    written = notes(capsys)
    assert said in written
    assert written.count("\n") == bool(said)


def test_a_row_per_appeal_counts_once_although_it_has_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = sheet(tmp_path, [], '[input]\nkind = "appeals"\n')
    rows = [f"A-1,{TIME},2026-03-12T11:15+03:00\n"] * 60
    rows += [f"B-{n},2026-03-12T10:{n + 16}+03:00,2026-03-12T11:16+03:00\n" for n in range(40)]
    header = "appeal_id,posted_at,answered_at\n"
    Path(asked[0]).write_text(header + "".join(rows))
    main(["check", *asked, "--lang=en"])
    assert not notes(capsys)
    Path(asked[0]).write_text(header + "".join(rows[:60] * 2 + rows[60:]))
    main(["check", *asked, "--lang=en"])
    assert "120 of 160 rows (75%) have the same appeal_id, 'A-1'" in notes(capsys)


NOON = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
TOO_LONG = ["x" * 1025, "я" * 513, "😀" * 257, "x" * 10_000]
ROW = {"event_id": "1", "appeal_id": "A-1", "type": "created", "occurred_at": NOON.isoformat()}
SENTENCE = "has more than 1,024 bytes in UTF-8; use a shorter text"


@pytest.mark.parametrize("field", [one.name for one in EVENT_FIELDS if one.type is str])
def test_an_event_refuses_a_text_that_is_too_long(field: str) -> None:
    if field == "author_role":
        return  # only a few short texts are roles
    times = {"type": EventType.CREATED, "occurred_at": NOON, "received_at": NOON}
    for text in TOO_LONG:
        with pytest.raises(EventError, match=f"^{field} .*{SENTENCE}$") as caught:
            Event(**{"event_id": "1", "appeal_id": "A-1", **times, field: text})
        assert len(str(caught.value)) < 200
        phrase = phrase_of(caught.value)
        with language("ru"):
            assert "длиннее 1024 байт" in said(phrase)
    for text in ("x" * 1024, "я" * 512, "😀" * 256):
        assert Event(text, text, **times).appeal_id == text


def test_the_id_of_a_creation_that_is_added_is_not_too_long() -> None:
    def made(id_: str) -> str:
        event = Event(id_, "A-1", EventType.ASSIGNED, NOON, NOON)
        return with_creation(event)[0].event_id

    assert len(made("x" * 1020)) <= MOST_TEXT
    assert made("x" * 1020) != made("y" * 1020)
    assert made("1") == "1/created"


APPEALS = "[input]\nkind = 'appeals'\n"
STATUSES = "[input]\nkind = 'statuses'\n[values.status]\nnew = 'open'\n"


@pytest.mark.parametrize("long", TOO_LONG)
@pytest.mark.parametrize(
    ("name", "config", "text"),
    [
        ("a.jsonl", "", json.dumps(ROW).replace("A-1", "{long}")),
        ("a.jsonl", "", json.dumps(ROW).replace('"1"', '"{long}"')),
        ("a.csv", "", "event_id,appeal_id,type,occurred_at\n{long},A,created,2026-03-16T12:00Z"),
        ("a.csv", APPEALS, "appeal_id,posted_at,answered_at\n{long},2026-03-16T12:00Z,"),
        ("a.csv", STATUSES, "appeal_id,status,since\n{long},new,2026-03-16T12:00Z"),
        ("a.jsonl", "", json.dumps({**ROW, "reason": "{long}", "note": "a value"})),
        ("a.csv", APPEALS, "appeal_id,posted_at,answered_at,topic\nA,2026-03-16T12:00Z,,{long}"),
        ("a.csv", STATUSES, "appeal_id,status,since,agency_id\nA,new,2026-03-16T12:00Z,{long}"),
    ],
)
def test_a_row_with_such_a_text_is_rejected(
    name: str, config: str, text: str, long: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text.replace("{long}", long) + "\n", encoding="utf-8")
    with open_source(file, parse(config).mapping) as rows:
        (fault,) = rows
    assert isinstance(fault, Fault)
    assert (fault.reason, str(fault.detail)[-len(SENTENCE) :]) == ("malformed", SENTENCE)


CLOUDEVENT = {"specversion": "1.0", "id": "{long}", "source": "/portal", "subject": "A-7",
              "type": "workhours.event.created", "time": "2025-03-12T10:15:00+03:00"}  # fmt: skip


REMOVAL = {"update_type": "message_removed", "timestamp": 1_742_800_000_000, "chat_id": 1,
           "message_id": "{long}"}  # fmt: skip


@pytest.mark.parametrize(("format_", "record"), [("cloudevents", CLOUDEVENT), ("max", REMOVAL)])
def test_a_message_with_such_a_text_is_rejected(format_: str, record: dict[str, object]) -> None:
    rows = StreamRows(mapper_of(parse(f'[input]\nformat = "{format_}"').mapping))
    found = rows.of_bytes(json.dumps(record).replace("{long}", "x" * 1100).encode(), NOON)
    assert isinstance(found, Rejected)
    assert str(found.detail).endswith(SENTENCE)
    assert not isinstance(rows.of_bytes(json.dumps(record).encode(), NOON), Rejected)


def test_a_watch_goes_on_after_such_a_text(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    rows = [
        ROW,
        {**ROW, "event_id": "3", "agency_id": "x" * 3000},
        {**ROW, "event_id": "2", "appeal_id": "A-2"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    tail = Tail(file, mapper_of(parse("").mapping), clock=None, once=True)
    with Stored(tmp_path / "appeals.db", POLICY) as store:
        done = store.run(tail, watermarks=Watermarks(tail.partitions))
        assert (done.items, done.rejected) == (3, 1)
        assert [one.appeal_id for one in store.events()] == ["A-1", "A-2"]
