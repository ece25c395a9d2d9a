"""A text of more than 1,024 bytes is one rejected row, in every format, and stops nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.stored import Stored
from kit.values import POLICY
from workhours_sla import Event, EventType
from workhours_sla.config import parse
from workhours_sla.errors import EventError
from workhours_sla.files import open_source
from workhours_sla.sla.event import EVENT_FIELDS, MOST_TEXT
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.derived_events import with_creation
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.tail import StreamRows, Tail
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream import Watermarks
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import sentence

NOON = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
LONGEST = ["x" * 1024, "я" * 512, "😀" * 256]
TOO_LONG = ["x" * 1025, "я" * 513, "😀" * 257, "x" * 10_000]
ROW = {"event_id": "1", "appeal_id": "A-1", "type": "created", "occurred_at": NOON.isoformat()}
SENTENCE = "has more than 1,024 bytes in UTF-8; use a shorter text"


@pytest.mark.parametrize("field", [one.name for one in EVENT_FIELDS if one.type is str])
@pytest.mark.parametrize("text", TOO_LONG)
def test_an_event_refuses_a_text_that_is_too_long(field: str, text: str) -> None:
    if field == "author_role":
        return  # only a few short texts are roles
    given = {"event_id": "1", "appeal_id": "A-1", field: text}
    with pytest.raises(EventError) as caught:
        Event(**given, type=EventType.CREATED, occurred_at=NOON, received_at=NOON)
    assert str(caught.value).startswith(f"{field} ")
    assert str(caught.value).endswith(SENTENCE)
    assert len(str(caught.value)) < 200
    with language("ru"):
        assert "длиннее 1024 байт" in sentence(caught.value)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_ids_are_events_in_every_reader(text: str, tmp_path: Path) -> None:
    assert Event(text, text, EventType.CREATED, NOON, NOON).appeal_id == text
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps({**ROW, "event_id": text, "appeal_id": text}) + "\n")
    with open_source(file, parse("").mapping) as rows:
        assert [one.event_id for row in rows for one in row] == [text]


def test_the_id_of_a_creation_that_is_added_is_not_too_long() -> None:
    event = Event("x" * 1020, "A-1", EventType.ASSIGNED, NOON, NOON)
    created, _ = with_creation(event)
    assert len(created.event_id) <= MOST_TEXT
    assert created.event_id != with_creation(Event("y" * 1020, *_rest(event)))[0].event_id
    assert with_creation(Event("1", *_rest(event)))[0].event_id == "1/created"


def _rest(event: Event) -> tuple[str, EventType, datetime, datetime]:
    return event.appeal_id, event.type, event.occurred_at, event.received_at


APPEALS = "[input]\nkind = 'appeals'\n"
STATUSES = "[input]\nkind = 'statuses'\n[values.status]\nnew = 'open'\n"


@pytest.mark.parametrize("long", TOO_LONG)
@pytest.mark.parametrize(
    ("name", "config", "text"),
    [
        ("a.jsonl", "", json.dumps(ROW).replace("A-1", "{long}")),
        ("a.jsonl", "", json.dumps(ROW).replace('"1"', '"{long}"')),
        ("a.jsonl", "", json.dumps({**ROW, "note": "a value"}).replace('"1"', '"{long}"')),
        ("a.csv", "", "event_id,appeal_id,type,occurred_at\n{long},A,created,2026-03-16T12:00Z"),
        ("a.csv", "", "event_id,appeal_id,type,occurred_at\n1,{long},created,2026-03-16T12:00Z"),
        ("a.csv", APPEALS, "appeal_id,posted_at,answered_at\n{long},2026-03-16T12:00Z,"),
        ("a.csv", STATUSES, "appeal_id,status,since\n{long},new,2026-03-16T12:00Z"),
        ("a.jsonl", "", json.dumps({**ROW, "agency_id": "{long}"})),
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


@pytest.mark.parametrize(
    ("format_", "record"),
    [
        (
            "cloudevents",
            {
                "specversion": "1.0",
                "id": "{long}",
                "source": "/portal",
                "type": "workhours.event.created",
                "subject": "A-7",
                "time": "2025-03-12T10:15:00+03:00",
            },
        ),
        (
            "max",
            {
                "update_type": "message_removed",
                "timestamp": 1_742_800_000_000,
                "chat_id": 1,
                "message_id": "{long}",
            },
        ),
    ],
)
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
