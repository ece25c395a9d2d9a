"""A telephone number in a column that is not mapped leaves the program only on request."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from kit.client import REGION, Client, running
from kit.rows import faults, read
from kit.values import run
from kit.workbooks import xlsx_of
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.service.operations import WithStore
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.kafka import KafkaSource, MessageRows
from workhours_sla.sources.tail import StreamRows
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream import open_store

PHONE = "+79161234567"
MAPPED = """
[input]
kind = "appeals"
tz = "Europe/Volgograd"
[columns]
appeal_id = "Номер"
posted_at = "Дата"
answered_at = "Ответ"
"""
COLUMNS = ("Номер", "Дата", "Ответ", "Телефон")
ROWS = [
    ("A-1", "12.03.2026 10:15", "12.03.2026 11:00", PHONE),
    ("A-2", "вчера", "", PHONE),
    ("A-3", "12.03.2026 10:15", "12.03.2026 09:00", PHONE),
    ("A-4", "12.03.2026 10:15", "", PHONE),
]
AS_OF = "--as-of=12.03.2026 18:00"
BROKEN = {  # rows that cannot be divided into columns
    ".csv": f'A-5;12.03.2026;{PHONE}\nA-6;"{PHONE}\n',
    ".jsonl": f'{{"Номер": "A-5", "Телефон": "{PHONE}"\n["{PHONE}"]\n',
    ".xlsx": "",
}


def source(folder: Path, ending: str) -> list[str]:
    path, config = folder / f"rows{ending}", folder / "mapped.toml"
    delimiter = 'delimiter = ";"\n' if ending == ".csv" else ""
    config.write_text(MAPPED.replace("[columns]", f"{delimiter}[columns]"))
    if ending == ".xlsx":
        path.write_bytes(xlsx_of([COLUMNS, *ROWS]))
    elif ending == ".csv":
        path.write_text("".join(";".join(row) + "\n" for row in [COLUMNS, *ROWS]))
    else:
        records = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records))
    if BROKEN[ending]:
        path.write_text(path.read_text() + BROKEN[ending])
    return [str(path), "--config", str(config)]


@pytest.mark.parametrize("ending", BROKEN)
def test_a_rejected_row_of_a_file_is_shown_only_with_the_columns_that_are_mapped(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = source(tmp_path, ending)
    before = set(tmp_path.iterdir())
    for command in ("check", "report", "forecast"):
        for more in ((), ("--json",), ("--min-read=100",)):
            status, out, err = run(capsys, command, *rows, AS_OF, "--min-read=0", *more)
            assert (status == 2) == ("--min-read=100" in more)
            assert PHONE[1:] not in out + err
    for path in ("page.html", "all.csv", "book.xlsx"):
        option = {"page.html": "--html", "all.csv": "--csv", "book.xlsx": "--xlsx"}[path]
        assert run(capsys, "report", *rows, AS_OF, "--min-read=0", option, tmp_path / path)[0] == 0
    for path in set(tmp_path.rglob("*")) - before:
        assert path.is_dir() or PHONE[1:].encode() not in path.read_bytes()
    found = json.loads(run(capsys, "check", *rows, AS_OF, "--min-read=0", "--json")[1])
    first, second, *others = found["quarantine"]
    assert json.loads(first["text"]) == dict(zip(COLUMNS[:3], ROWS[1], strict=False))
    assert json.loads(second["text"])["Номер"] == "A-3"
    assert [one["text"] for one in others] == [""] * (BROKEN[ending].count("\n"))


@pytest.mark.parametrize("ending", BROKEN)
def test_show_rejected_prints_the_whole_row(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*source(tmp_path, ending), AS_OF, "--show-rejected"]
    count = 2 + BROKEN[ending].count("\n")
    for command in ("check", "forecast"):
        _, out, _ = run(capsys, command, *rows, "--min-read=0")
        assert out.count(PHONE) == count
        found = json.loads(run(capsys, command, *rows, "--json", "--min-read=0")[1])
        assert [PHONE in one["text"] for one in found["quarantine"]] == [True] * count
    status, _, err = run(capsys, "report", *rows, "--min-read=100")
    assert (status, PHONE in err) == (2, True)


def test_show_rejected_prints_more_than_the_first_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = source(tmp_path, ".csv")
    with Path(rows[0]).open("a") as file:
        file.write(f"A-7;завтра;;{PHONE}\n" * 20)
    out = run(capsys, "check", *rows, AS_OF, "--min-read=0", "--show-rejected")[1]
    assert out.count(PHONE) == 24


def test_a_store_keeps_only_the_columns_that_are_mapped_and_reads_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = source(tmp_path, ".jsonl")
    before = set(tmp_path.iterdir())
    store, watched = tmp_path / "a.db", ["watch", *rows, "--once", "--lang=en"]
    for more, failed in (((), True), (("--replay",), False)):
        status, out, err = run(capsys, *watched, "--store", store, *more)
        assert (status == 2, PHONE[1:] in out + err) == (failed, False)
    for more in ((), ("--json",), ("--show-rejected",), ("--json", "--show-rejected")):
        _, out, err = run(capsys, "check", "--store", store, AS_OF, "--min-read=0", *more)
        assert PHONE[1:] not in out + err
    for path in set(tmp_path.iterdir()) - before:
        assert PHONE[1:].encode() not in path.read_bytes()
    config = Path(rows[2])
    config.write_text(config.read_text() + '[values.posted_at]\n"вчера" = "11.03.2026 10:00"\n')
    assert run(capsys, *watched, "--store", store, "--replay")[0] == 0
    with open_store(store) as kept:
        assert "A-2" in {event.appeal_id for event in kept.events()}
        assert sorted(row.text for row in kept.rejected().values())[:2] == ["", ""]
        assert len(kept.rejected()) == 3


def test_what_is_not_kept_of_a_row_stays_rejected_for_the_same_reason(tmp_path: Path) -> None:
    rows = source(tmp_path, ".jsonl")
    store = tmp_path / "a.db"
    details = []
    for more in ((), ("--replay",)):
        main(["watch", *rows, "--once", "--store", str(store), *more])
        with open_store(store) as kept:
            details.append([row.detail for row in kept.rejected().values()])
    assert details[0] == details[1]
    assert details[0][2].startswith("not JSON")


class Message:
    def __init__(self, value: bytes, **headers: str) -> None:
        self._value = value
        self._headers = [(name, text.encode()) for name, text in headers.items()]

    def value(self) -> bytes:
        return self._value

    def headers(self) -> list[tuple[str, bytes]]:
        return self._headers

    def topic(self) -> str:
        return "appeals"

    def partition(self) -> int:
        return 1

    def offset(self) -> int:
        return 332

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_773_300_000_000


def test_a_rejected_message_of_a_topic_has_its_place_and_the_columns_that_are_mapped() -> None:
    record = json.dumps(dict(zip(COLUMNS, ROWS[1], strict=True))).encode()
    rows = MessageRows(parse(MAPPED).mapping)
    for value in (record, record[:-1], f'["{PHONE}"]'.encode(), PHONE.encode("utf-16")):
        found = rows.of_message(Message(value))
        assert isinstance(found, Rejected)
        assert PHONE[1:] not in found.text
        kept = json.loads(found.text)
        assert (kept["topic"], kept["partition"], kept["offset"]) == ("appeals", 1, 332)
        assert ("value" in kept) == (value == record)


def test_a_rejected_message_is_read_again_under_other_meanings() -> None:
    record = json.dumps(dict(zip(COLUMNS, ROWS[1], strict=True))).encode()
    found = MessageRows(parse(MAPPED).mapping).of_message(Message(record))
    assert isinstance(found, Rejected)
    corrected = parse(MAPPED + '[values.posted_at]\n"вчера" = "11.03.2026 10:00"\n').mapping
    source = KafkaSource("kafka:9092", "appeals", corrected)
    assert [event.appeal_id for event in source.read(found)] == ["A-2"]
    nothing = found._replace(text='{"topic":"appeals","partition":1,"offset":7}')
    assert source.read(nothing) is nothing


CLOUD = '[input]\nformat = "cloudevents"\n'


@pytest.mark.parametrize("is_binary", [True, False])
def test_a_rejected_cloudevent_is_read_again_without_its_other_data(is_binary: bool) -> None:
    envelope = {"specversion": "1.0", "id": "7", "source": "/desk", "type": "opened"}
    envelope |= {"subject": "A-1", "time": "2026-03-12T10:15:00+03:00", "caller": PHONE}
    data = {"agency_id": "roads", "phone": PHONE}
    message = Message(json.dumps({**envelope, "data": data}).encode())
    if is_binary:
        headers = {f"ce_{name}": text for name, text in envelope.items()}
        message = Message(json.dumps(data).encode(), **headers)
    found = MessageRows(parse(CLOUD).mapping).of_message(message)
    assert isinstance(found, Rejected)
    assert PHONE[1:] not in found.text
    corrected = parse(CLOUD + '[values.type]\nopened = "created"\n').mapping
    (event,) = MessageRows(corrected).of_text(found.text) or ()
    assert (event.appeal_id, event.agency_id, event.source) == ("A-1", "roads", "")
    assert [event] == list(MessageRows(corrected).of_message(message))


@pytest.mark.parametrize(
    ("config", "record"),
    [
        ('format = "vk"', {"id": 1, "from_id": 7, "text": PHONE, "name": PHONE}),
        ('format = "telegram"', {"id": 1, "type": "message", "from_id": "user7", "text": PHONE}),
        ('format = "zendesk"', {"ticket_id": 1, "id": 2, "type": "x", "description": PHONE}),
        ('format = "open311"', {"service_request_id": "1", "status": "x", "phone": PHONE}),
        ('format = "cloudevents"', {"specversion": "1.0", "id": "1", "data": {"phone": PHONE}}),
    ],
)
def test_formats_that_name_their_columns_show_no_other(config: str, record: object) -> None:
    for whole_rows in (False, True):
        (fault,) = faults(read([record], f"[input]\n{config}", whole_rows=whole_rows))
        assert (PHONE in fault.text) == whole_rows
        assert PHONE not in fault.detail


@pytest.mark.parametrize("is_text", [True, False])
def test_a_rejected_line_of_a_journal_keeps_what_its_format_reads(is_text: bool) -> None:
    comment = {"id": 7, "from_id": 5, "owner_id": -2, "text": PHONE, "name": PHONE}
    body = {"type": "wall_reply_delete", "group_id": 2, "event_id": "e", "object": comment}
    line = {"received_at": "вчера", "body": json.dumps(body) if is_text else body}
    mapping = parse('[input]\nformat = "vk_callback"\n').mapping
    rows = StreamRows(mapper_of(mapping))
    found = rows.of_bytes(json.dumps(line).encode() + b"\n")
    assert isinstance(found, Rejected)
    del comment["text"], comment["name"]
    assert json.loads(found.text) == {"received_at": "вчера", "body": body}
    assert rows.of_kept(found.text) == found


def test_the_service_neither_answers_nor_stores_nor_logs_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("starlette")
    store = open_store(tmp_path / "a.db")
    caplog.set_level(logging.DEBUG)
    with running(parse(REGION).policy, store) as live:
        client = Client(REGION, store=WithStore(live))
        event = {"appeal_id": "A-1", "type": "created", "occurred_at": "вчера", "phone": PHONE}
        answers = [client.post("/v1/events", [event, event | {"phone": [PHONE]}, [PHONE], PHONE])]
        assert answers[0].json()["counts"]["rejected"] == 4
        answers += [
            client.ask("GET", path) for path in ("/metrics", "/v1/overdue", "/v1/appeals/A-1")
        ]
        assert live.pipeline.store.holdings().rejected
    assert all(PHONE[1:] not in answer.text for answer in answers)
    assert PHONE[1:] not in caplog.text
    for path in tmp_path.iterdir():
        assert PHONE[1:].encode() not in path.read_bytes()
