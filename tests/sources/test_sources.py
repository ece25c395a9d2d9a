"""Files of appeals: every row yields events or a reason why it has none."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import events, faults, read, refusal
from workhours_sla import Event, EventType
from workhours_sla.config.file import parse_config
from workhours_sla.config.sections import Config
from workhours_sla.errors import SourceError
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.derived_events import content_id
from workhours_sla.sources.rows import Fault, Item

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET = """
[input]
kind = "appeals"
encoding = "cp1251"
delimiter = ";"
datetime_format = "%d.%m.%Y %H:%M"
tz = "Europe/Volgograd"

[columns]
appeal_id = "Номер"
posted_at = "Дата публикации"
answered_at = "Дата ответа"
agency_id = "Ведомство"

[values.agency_id]
"Комитет ЖКХ" = "housing"
"-" = ""
"""
HEADER = "Номер;Дата публикации;Дата ответа;Ведомство\n"
EVENTS = '[input]\nformat = "jsonl"'
POSTED = datetime(2026, 3, 12, 7, 15, tzinfo=UTC)
PROPERTY = settings(max_examples=examples(200), deadline=None, derandomize=True, database=None)


def config_of(text: str | Config) -> Config:
    return text if isinstance(text, Config) else parse_config(text, "test.toml")


def sheet(rows: str) -> list[Item]:
    return read(HEADER + rows, SHEET, encoding="cp1251")


def line_of(**fields: object) -> str:
    whole = {"appeal_id": "A-1", "type": "created", "occurred_at": "2026-03-12T10:15+03:00"}
    return json.dumps({**whole, **fields}, ensure_ascii=False) + "\n"


def one_fault(items: list[Item], reason: str) -> Fault:
    (item,) = items
    assert isinstance(item, Fault)
    assert item.reason == reason
    return item


def test_a_sheet_in_cp1251() -> None:
    rows = sheet(
        "A-1;12.03.2026 10:15;12.03.2026 14:05;Комитет ЖКХ\n"
        "A-2;1.3.2026 9:05;; Дороги \n"
        "A-3;12.03.2026 10:15;;-\n"
    )
    answered = datetime(2026, 3, 12, 11, 5, tzinfo=UTC)
    both = ("A-1", EventType.CREATED, POSTED, "", "housing")
    reply = ("A-1", EventType.REPLIED, answered, "", "housing", None, None, "official")
    created = Event(content_id(*both), *both[:3], POSTED, agency_id="housing")
    replied = Event(
        *(content_id(*reply), *reply[:3], answered), agency_id="housing", author_role="official"
    )
    assert rows[0] == (created, replied)
    second, third = events(rows[1:])
    assert second.occurred_at == datetime(2026, 3, 1, 6, 5, tzinfo=UTC)
    assert (second.agency_id, third.agency_id) == ("Дороги", None)


def test_stray_quotes_swallow_no_rows() -> None:
    rows = sheet(
        'A-1;12.03.2026 10:15;;"ЖКХ\n'
        "A-2;12.03.2026 10:15;;Дороги\n"
        'A-3;12.03.2026 10:15;;ЖКХ"\n'
        'A-4;12.03.2026 10:15;;"a text of\ntwo lines; with; some; separators"\n'
    )
    first, *others = rows
    assert "with whole rows in between" in one_fault([first], "malformed").detail
    assert [event.appeal_id for event in events(others)] == ["A-2", "A-3", "A-4"]


def test_events_in_json_lines() -> None:
    full = {
        "event_id": "e1", "appeal_id": 17, "type": "replied", "source": "vk",
        "occurred_at": "2026-03-12T10:15:30.5+03:00", "received_at": "2026-03-12T07:15:31Z",
        "agency_id": "roads", "district_id": "kamyshin", "channel": "vk",
        "author_role": "official", "substantive": False, "reason": "formal", "text": "never read",
    }  # fmt: skip
    occurred = datetime(2026, 3, 12, 7, 15, 30, 500_000, tzinfo=UTC)
    received = datetime(2026, 3, 12, 7, 15, 31, tzinfo=UTC)
    names = ("source", "agency_id", "district_id", "channel", "author_role", "substantive")
    said = {name: full[name] for name in (*names, "reason")}
    ((event,),) = read(json.dumps(full))
    assert event == Event("e1", "17", EventType.REPLIED, occurred, received, **said)
    line = line_of(substantive=True, channel="vk", author_role=None)
    table = (
        "appeal_id,type,occurred_at,substantive,channel,author_role\n"
        "A-1,created,2026-03-12 10:15+03:00,TRUE,vk,\n"
    )
    assert read(line) == read(table)
    named = read(line_of() + line_of(source="vk"), '[input]\nsource = "sheet"')
    assert [event.source for event in events(named)] == ["sheet", "vk"]
    # the values 1, 1.0 and true are equal keys of a dictionary
    found = read("".join(line_of(topic=topic) for topic in ("1", 1, True, 1.0, ["1"], None, "1")))
    topics = [item.reason if isinstance(item, Fault) else item[0].topic for item in found]
    assert topics == ["1", "1", "true", "malformed", "malformed", None, "1"]


def test_rows_of_appeals() -> None:
    fault = one_fault(sheet("A-1;12.03.2026 10:15;12.03.2026 10:14;\n"), "reply_before_post")
    assert "'12.03.2026 10:14'" in fault.detail
    assert len(events(sheet("A-1;12.03.2026 10:15;12.03.2026 10:15;\n"))) == 2
    rows = "appeal_id,posted_at,replied\nA,2026-03-12T10:15Z,2026-03-12T11:15Z\n"
    kind = '[input]\nkind = "appeals"\n'
    assert 'answered_at = ""' in refusal(rows, kind)
    assert len(events(read(rows, kind + '[columns]\nanswered_at = ""'))) == 1
    assert len(events(read(rows, kind + '[columns]\nanswered_at = "replied"'))) == 2
    # a row with an id is no row of totals, whatever its first cell says
    rows = "topic,appeal_id,posted_at\nИтого не начислено,A-1,2026-03-12T10:00Z\nИтого,,1\n"
    items = read(rows, kind + '[columns]\nanswered_at = ""')
    assert [len(item) for item in items if not isinstance(item, Fault)] == [1, 0]


def test_unix_times_and_missing_keys() -> None:
    times = [1773299700, "1773299700.25", -1, 1773299700000]
    items = read(
        "".join(line_of(occurred_at=time) for time in times), '[input]\ndatetime_format = "unix"'
    )
    assert [event.occurred_at.isoformat() for event in events(items)] == [
        "2026-03-12T07:15:00+00:00",
        "2026-03-12T07:15:00.250000+00:00",
        "1969-12-31T23:59:59+00:00",
    ]
    assert "milliseconds" in faults(items)[0].detail
    items = read(line_of() + '{"appeal_id": "A-2", "type": "created", "at": "?"}\n')
    assert faults(items)[0].detail == "occurred_at is not there"  # an empty value says otherwise


def test_an_event_without_an_id_gets_one_from_its_content() -> None:
    (event,) = events(read(line_of(source="vk", occurred_at="2025-10-31T17:30+03:00")))
    # printf '["A-1","created","2025-10-31T14:30:00+00:00","vk"]' | sha256sum
    assert event.event_id == "90ec7dec449d18556749"
    assert event.received_at == event.occurred_at
    (again,) = events(read(line_of(source="vk", occurred_at="2025-10-31 14:30Z")))
    assert again.event_id == event.event_id
    others = [
        line_of(source="v", appeal_id="kA-1", occurred_at="2025-10-31T17:30+03:00"),
        line_of(source="vk", occurred_at="2025-10-31T17:30:01+03:00"),
        line_of(source="vk", occurred_at="2025-10-31T17:30+03:00", type="edited"),
        line_of(source="vk", occurred_at="2025-10-31T17:30+03:00", reason="x"),
    ]
    ids = {one.event_id for one in events(read("".join(others)))}
    assert len(ids | {event.event_id}) == 5


def test_mapped_values_are_replaced_and_other_values_stay() -> None:
    config = (
        '[values.type]\n"Создано" = "created"\n[values.substantive]\n"да" = true\n"нет" = false\n'
        '"1" = ""\n[values.occurred_at]\n"-" = ""\n'
    )
    items = read(
        line_of(type=" Создано ", substantive="да")
        + line_of(type="edited", substantive="нет")
        + line_of(substantive=1)
        + line_of(substantive=0)
        + line_of(occurred_at="-"),
        config,
    )
    found = [(str(e.type), e.substantive) for e in events(items)]
    assert found == [("created", True), ("edited", False), ("created", None), ("created", False)]
    assert [fault.reason for fault in faults(items)] == ["missing_value"]


def test_columns_with_an_empty_name_are_not_read() -> None:
    rows = "appeal_id,type,occurred_at,reason\nA,created,2026-03-12T10:15Z,private\n"
    (event,) = events(read(rows, '[columns]\nreason = ""'))
    assert event.reason is None
    assert events(read(rows))[0].reason == "private"
    line = line_of(occurred_at="2026-03-12T10:15:00+03:00", reason="private", **{"": "nameless"})
    (event,) = events(read(line, EVENTS + '\n[columns]\nreason = ""'))
    assert event.reason is None


FAULTY = [
    ({"appeal_id": ""}, "missing_value", "appeal_id is empty"),
    ({"appeal_id": " \u00a0 "}, "missing_value", "appeal_id is empty"),
    ({"appeal_id": None}, "missing_value", "appeal_id is empty"),
    ({"appeal_id": ["A"]}, "malformed", "appeal_id is a structure"),
    ({"appeal_id": 1.5}, "malformed", "appeal_id is a number with a fraction"),
    ({"type": None}, "missing_value", "type is empty"),
    ({"type": "Created"}, "unknown_type", "type 'Created' is not known"),
    ({"author_role": "bot"}, "unknown_value", "author_role 'bot'"),
    ({"substantive": "да"}, "unknown_value", "map it in [values.substantive]"),
    ({"occurred_at": ""}, "missing_value", "occurred_at is empty"),
    ({"occurred_at": "yesterday"}, "unreadable_time", "'yesterday'"),
    ({"occurred_at": 1773299700}, "unreadable_time", "'1773299700'"),
    ({"occurred_at": "2026-03-12"}, "unreadable_time", "'2026-03-12'"),
    ({"occurred_at": "2026-03-12+03:00"}, "unreadable_time", "is not a time"),
    ({"occurred_at": "2026-03-12x10:15Z"}, "unreadable_time", "is not a time"),
    ({"occurred_at": "2026-03-12T10:15+14:01"}, "unreadable_time", "no clock is +14:01"),
    ({"occurred_at": "2026-03-12T10:15-12:01"}, "unreadable_time", "no clock is -12:01"),
    ({"occurred_at": "0001-01-01T00:00+03:00"}, "unreadable_time", "years 2 to 9998"),
    ({"occurred_at": "12/03/2026 10:15"}, "unreadable_time", '"%d/%m/%Y %H:%M"'),
    ({"occurred_at": "12-03-2026 10:15:30"}, "unreadable_time", '"%d-%m-%Y %H:%M:%S"'),
    ({"occurred_at": "12.03.2026 10:15"}, "naive_time", "set tz = "),
    ({"occurred_at": "2026-03-12T10:15"}, "naive_time", "set tz = "),
    ({"received_at": "never"}, "unreadable_time", "received_at 'never'"),
]


@pytest.mark.parametrize(("fields", "reason", "detail"), FAULTY)
def test_a_row_that_cannot_be_used(fields: dict[str, Any], reason: str, detail: str) -> None:
    good, bad = line_of(), line_of(**fields)
    items = read(good + bad + good)
    (fault,) = faults(items)
    assert (fault.line, fault.reason, fault.text) == (2, reason, bad.strip())
    assert detail in fault.detail
    assert len(events(items)) == 2
    if not any(isinstance(value, list | float) for value in fields.values()):
        row = {"appeal_id": "A", "type": "created", "occurred_at": "2026-03-12T10:15+03:00"} | {
            key: "" if value is None else str(value) for key, value in fields.items()
        }
        table = f"{','.join(row)}\n{','.join(row.values())}\n"
        assert one_fault(read(table), reason).line == 2


LOCAL = '[input]\nformat = "jsonl"\ntz = "{}"\n'


@pytest.mark.parametrize(
    ("tz", "local", "expected"),
    [
        # Volgograd went back from +04 to +03 on 2020-12-27 at 02:00
        ("Europe/Volgograd", "2020-12-27 00:59:59", "2020-12-26T20:59:59+00:00"),
        ("Europe/Volgograd", "2020-12-27 01:00", "ambiguous_time"),
        ("Europe/Volgograd", "2020-12-27 01:30", "ambiguous_time"),
        ("Europe/Volgograd", "2020-12-27 01:59:59", "ambiguous_time"),
        ("Europe/Volgograd", "2020-12-27 02:00", "2020-12-26T23:00:00+00:00"),
        # and forward from +03 to +04 on 2018-10-28 at 02:00
        ("Europe/Volgograd", "2018-10-28 01:59", "2018-10-27T22:59:00+00:00"),
        ("Europe/Volgograd", "2018-10-28 02:30", "nonexistent_time"),
        ("Europe/Volgograd", "2018-10-28 03:00", "2018-10-27T23:00:00+00:00"),
        ("Europe/Amsterdam", "2026-03-29 01:59", "2026-03-29T00:59:00+00:00"),
        ("Europe/Amsterdam", "2026-03-29 02:00", "nonexistent_time"),
        ("Europe/Amsterdam", "2026-03-29 02:59:59", "nonexistent_time"),
        ("Europe/Amsterdam", "2026-03-29 03:00", "2026-03-29T01:00:00+00:00"),
        ("Europe/Amsterdam", "2026-10-25 02:30", "ambiguous_time"),
        # an offset in the text is what counts
        ("Europe/Volgograd", "2020-12-27 01:30+03:00", "2020-12-26T22:30:00+00:00"),
        # a whole day that Samoa skipped
        ("Pacific/Apia", "2011-12-30 12:00", "nonexistent_time"),
    ],
)
def test_local_times_around_clock_changes(tz: str, local: str, expected: str) -> None:
    (item,) = read(line_of(occurred_at=local), LOCAL.format(tz))
    if isinstance(item, Fault):
        assert item.reason == expected
        assert local in item.detail
        assert tz in item.detail
    else:
        assert item[0].occurred_at.isoformat() == expected


@PROPERTY
@given(
    st.sampled_from(["Europe/Volgograd", "Europe/Amsterdam", "Australia/Lord_Howe", "UTC"]),
    st.datetimes(datetime(2018, 10, 1), datetime(2021, 4, 30)),
)
def test_a_local_time_is_read_only_where_it_names_one_instant(tz: str, wall: datetime) -> None:
    zone = ZoneInfo(tz)
    # by another route: which instants of the hours around read as this on the wall
    near = wall.replace(tzinfo=UTC)
    found = {
        near - timedelta(minutes=minutes)
        for minutes in range(-15 * 60, 15 * 60, 30)
        if (near - timedelta(minutes=minutes)).astimezone(zone).replace(tzinfo=None) == wall
    }
    (item,) = read(line_of(occurred_at=wall.isoformat()), LOCAL.format(tz))
    read_as = item.reason if isinstance(item, Fault) else item[0].occurred_at
    expected: dict[int, set[Any]] = {0: {"nonexistent_time"}, 1: found, 2: {"ambiguous_time"}}
    assert {read_as} == expected[len(found)]


TABLE = "appeal_id,type,occurred_at,reason\n"
GOOD = "A,created,2026-03-12T10:15Z,x\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_line_endings(encoding: str, ending: str) -> None:
    text = (TABLE + "Ж," + GOOD[2:] + '"a ""b""",' + GOOD[2:]).replace("\n", ending)
    items = read(text, f'[input]\nencoding = "{encoding}"\nformat = "csv"', encoding=encoding)
    assert [event.appeal_id for event in events(items)] == ["Ж", 'a "b"']
    lines = (line_of(appeal_id="Ж") + line_of()).replace("\n", ending)
    items = read(lines, f'[input]\nencoding = "{encoding}"\nformat = "jsonl"', encoding=encoding)
    assert [event.appeal_id for event in events(items)] == ["Ж", "A-1"]


def test_lines_are_counted_as_an_editor_does() -> None:
    rows = (
        "\n" + TABLE + "\n"  # this text has lines 1 to 3
        'A,created,2026-03-12T10:15Z,"two\nlines"\n'  # 4 and 5
        "   \n"
        "B,nonsense,2026-03-12T10:15Z,x\n"  # 7
        'C,nonsense,2026-03-12T10:15Z,"three\n\nlines"\n'  # 8 to 10
        "D,nonsense,2026-03-12T10:15Z,x\n"  # 11
    )
    items = read(rows, whole_rows=True)
    assert [fault.line for fault in faults(items)] == [7, 8, 11]
    assert events(items)[0].reason == "two\nlines"
    assert faults(items)[1].text.endswith('"three\n\nlines"')


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ("A,created,2026-03-12T10:15Z\n", "3 fields where the header has 4"),
        ("A,created,2026-03-12T10:15Z,x,y\n", "5 fields where the header has 4; is there a ','"),
        ("A\n", "1 fields"),
        ('A,created,2026-03-12T10:15Z,"x"y\n', "a quote inside a quoted field is not doubled"),
        (
            "A,created,2026-03-12T10:15Z," + "x" * 200_000 + "\n",
            "a field of more than 131,072 characters",
        ),
        ("A,created,2026-03-12T10:15Z," + "x," * 600_000 + "\n", "more than 1,000,000 characters"),
        ("A,created,2026-03-12T10:15Z,a\rb\n", "new-line character"),
    ],
)
def test_a_malformed_row_is_quarantined_alone(row: str, detail: str) -> None:
    items = read(TABLE + GOOD + row + GOOD, whole_rows=True)
    (fault,) = faults(items)
    assert (fault.line, fault.reason) == (3, "malformed")
    assert detail in fault.detail
    assert fault.text.startswith("A")
    assert faults(read(TABLE + GOOD + row + GOOD)) == [fault._replace(text="")]
    assert len(fault.text) < 1000
    assert len(events(items)) == 2


def test_a_quote_that_is_never_closed_does_not_swallow_the_file() -> None:
    items = read(TABLE + GOOD + 'B,created,2026-03-12T10:15Z,"x\n' + GOOD * 5000)
    (fault,) = faults(items)
    assert (fault.line, fault.reason) == (3, "malformed")
    assert "a quote that opens here is never closed" in fault.detail
    assert len(events(items)) == 5001
    items = read(TABLE + 'B,created,2026-03-12T10:15Z,"x\n' + GOOD + 'C,created,x,"y"z\n' + GOOD)
    assert [fault.line for fault in faults(items)] == [2, 4]
    assert len(events(items)) == 2


@pytest.mark.parametrize(
    ("whole", "rest"),
    [
        *((TABLE + GOOD, rest) for rest in ("A,created,2026-0", GOOD[:-2] + '"x', "A")),
        *((line_of(), line_of()[:cut]) for cut in (1, 20, 60)),
        # cut within a character
        (TABLE + GOOD, "Б,created,2026-03-12T10:15Z,Ж".encode()[:-1]),
        (line_of(), line_of(reason="Ж").encode().partition("Ж".encode())[0] + b"\xd0"),
    ],
)
def test_a_half_written_last_line(whole: str, rest: str | bytes) -> None:
    data = rest if isinstance(rest, bytes) else rest.encode()
    items = read(whole.encode() + data, whole_rows=True)
    (fault,) = faults(items)
    assert faults(read(whole.encode() + data)) == [fault._replace(text="")]
    assert (fault.line, fault.reason) == (whole.count("\n") + 1, "malformed")
    assert "the last line looks half-written" in fault.detail
    assert len(events(items)) == 1
    if data is not rest:
        assert fault.text == rest
        assert "half-written" not in faults(read(whole + rest + "\n"))[0].detail
    assert len(events(read(whole.strip()))) == 1  # without its ending it may be whole


def test_headers() -> None:
    twice = "appeal_id,type,occurred_at,category,category\nA,created,2026-03-12T10:15Z,1,2\n"
    assert len(events(read(twice))) == 1
    message = refusal(twice, '[columns]\nreason = "category"')
    assert "2 columns named 'category'" in message
    assert "read as reason" in message
    assert read(TABLE) == []
    assert read(TABLE.strip()) == []
    assert "is empty" in refusal("")
    assert "is empty" in refusal("\ufeff\r\n \n")
    assert "is empty" in refusal("\n", EVENTS)
    assert 'set delimiter = ";"' in refusal(TABLE.replace(",", ";") + GOOD)
    assert 'set delimiter = "\\t"' in refusal(TABLE.replace(",", "\t") + GOOD)
    assert "header of rows is unreadable" in refusal('"appeal_id"x,type\n')


def test_a_missing_column_is_reported_with_the_columns_and_a_similar_name() -> None:
    message = refusal(HEADER.replace("Номер", "Номер обращения") + "A\n", SHEET, encoding="cp1251")
    assert "no column 'Номер' to read as appeal_id" in message
    assert "did you mean 'Номер обращения'?" in message
    assert "'Дата публикации', 'Дата ответа', 'Ведомство'" in message
    assert "under [columns]" in message
    message = refusal("appeal,type,occured_at\n", '[input]\nformat = "csv"')
    assert "did you mean 'appeal'?" in message
    named = refusal(TABLE, '[columns]\nagency_id = "agency"')
    assert "no column 'agency' to read as agency_id" in named


def test_bytes_of_another_encoding() -> None:
    prefix = (TABLE + GOOD * 4000).encode()
    message = refusal(prefix + "Ж".encode("cp1251") + b",\n")
    assert f"the byte 0xc6 at byte {len(prefix)}" in message
    assert 'encoding = "cp1251"' in message
    assert 'encoding = "utf-16"' in refusal(TABLE.encode("utf-16"))
    assert 'encoding = "utf-8"' in refusal(
        b"\x98" + TABLE.encode(), '[input]\nencoding = "cp1251"\nformat = "csv"'
    )
    no_mark = refusal(TABLE.encode("utf-16-le"), '[input]\nencoding = "utf-16"\nformat = "csv"')
    assert "not text in utf-16" in no_mark


def test_binary_files() -> None:
    content = ("Ж" + TABLE).encode() + b"abc\0def"
    message = refusal(content)
    assert f"a NUL character at byte {content.index(0)}" in message
    assert "a NUL character at byte" in refusal(line_of().encode() + b"\0")
    wide = (TABLE + "a\0b").encode("utf-16")
    message = refusal(wide, '[input]\nencoding = "utf-16"\nformat = "csv"')
    assert f"a NUL character at byte {len(wide) - 4}" in message
    assert "damaged workbook" in refusal(b"PK\x03\x04\x14\x00\x06\x00")
    assert 'set format = "xlsx"' in refusal(b"PK\x03\x04\x14\x00\x06", '[input]\nformat = "csv"')
    assert "ends in the middle of its gzip data" in refusal(b"\x1f\x8b\x08\x00")


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("[1, 2]\n", "not an object"),
        ("null\n", "not an object"),
        ("{'appeal_id': 'A'}\n", "not JSON"),
        ('{"appeal_id": "A"\n', "not JSON"),
        ('{"appeal_id": "\\ud800"}\n', "not JSON"),
        ('{"appeal_id": 1e999}\n', "a number with a fraction"),
        ("[" * 100_000 + "\n", "it is nested too deep"),
        ('{"appeal_id": "' + "x" * 1_000_000 + '"}\n', "more than 1,000,000 characters"),
        ('{"text": ' + "[" * 100_000 + "\n", "it is nested too deep"),
        (
            line_of(occurred_at="2026-03-12T10:15:00+03:00").strip() + " " * 1_000_000 + "\n",
            "more than 1,000,000 characters",
        ),
        ("hello\n", "not JSON"),
    ],
)
def test_a_line_that_is_no_object(line: str, detail: str) -> None:
    items = read(line_of() + "\n" + line + "  \n" + line_of(), EVENTS)
    (fault,) = faults(items)
    assert (fault.line, fault.reason) == (3, "malformed")
    assert detail in fault.detail
    assert "half-written" not in fault.detail
    assert len(fault.text) < 1000
    assert len(events(items)) == 2


def test_required_keys_that_no_object_has() -> None:
    lines = line_of().replace("occurred_at", "occured_at") * 3
    message = refusal(lines)
    assert "no column 'occurred_at'" in message
    assert "did you mean 'occured_at'?" in message
    # with very many rows, the rest of the stream is not needed
    endless = BytesIO(lines.encode() * 100_000)
    with open_source(endless, Config()) as source, pytest.raises(SourceError):
        next(iter(source))
    assert source.position < 1_000_000


def test_faulty_lines_before_the_first_good_one_are_kept() -> None:
    items = read("nonsense\n" + '{"a": 1}\n' + line_of() + "nonsense\n", EVENTS)
    assert [item.line if isinstance(item, Fault) else "events" for item in items] == [
        1,
        2,
        "events",
        4,
    ]
    items = read("nonsense\n" * 5000 + line_of(), EVENTS)
    assert len(items) == 5001
    assert len(events(items)) == 1
    assert len(faults(read("nonsense\n" * 3, EVENTS))) == 3


class Trickle:
    """A pipe that returns a few bytes at a time, and records how many were requested."""

    def __init__(self, data: bytes, size: int) -> None:
        self._pieces: Iterator[bytes] = iter(
            [data[at : at + size] for at in range(0, len(data), size)]
        )
        self.given = 0

    def read1(self, _limit: int) -> bytes:
        piece = next(self._pieces, b"")
        self.given += len(piece)
        return piece

    def read(self, _limit: int) -> bytes:
        msg = "read() would wait for more than there is"
        raise AssertionError(msg)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_chunks_of_any_size_give_the_same_rows(size: int) -> None:
    for data, config in (
        ((HEADER + "A;12.03.2026 10:15;;Ж\r\n" * 3).encode("cp1251"), SHEET),
        (("\ufeff" + TABLE + "Ж," + GOOD[2:] + 'B,created,x,"\n').encode(), ""),
        (("\ufeff" + line_of(reason="Жё😀") * 3 + "{").encode(), ""),
        ((TABLE + GOOD).encode("utf-16"), '[input]\nencoding = "utf-16"'),
    ):
        stream = cast("BinaryIO", Trickle(data, size))
        with open_source(stream, config_of(config), name="rows") as source:
            assert list(source) == read(data, config)
        assert source.position == len(data)
        assert source.size is None


def test_rows_of_a_stream_are_yielded_as_they_arrive() -> None:
    data = (line_of() * 50).encode()
    stream = Trickle(data, len(line_of()))
    with open_source(cast("BinaryIO", stream), Config()) as source:
        rows = iter(source)
        for count in range(1, 6):
            next(rows)
            assert stream.given <= len(line_of()) * (count + 1)
            assert source.position == stream.given


def test_the_extension_of_a_file_decides_its_format(tmp_path: Path) -> None:
    table, line = TABLE + GOOD, line_of()
    for name, text, expected in (
        ("a.csv", table, "csv"),
        ("b.TXT", table, "csv"),
        ("c.tsv", table.replace(",", "\t"), "csv"),
        ("d.jsonl", line, "jsonl"),
        ("e.ndjson", line, "jsonl"),
        ("f.json", line * 2, "jsonl"),
        ("f1.json", line, "json"),
        ("g.log", line * 2, "jsonl"),
        ("h", table, "csv"),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with open_source(path, Config()) as source:
            facts = source.format, source.size, source.name, source.position
            assert facts == (expected, path.stat().st_size, str(path), 0)
            assert len(set(events(list(source)))) == 1
            assert source.position == source.size
    wrong = tmp_path / "lines.csv"
    wrong.write_text(line, encoding="utf-8")
    with open_source(wrong, config_of(EVENTS)) as source:
        assert len(events(list(source))) == 1


@pytest.mark.parametrize(
    ("path", "part"),
    [("nowhere.csv", "no file 'nowhere.csv'"), (".", "cannot open '.'"), ("a\0b", "cannot open")],
)
def test_files_that_cannot_be_opened(path: str, part: str) -> None:
    class Failing(BytesIO):
        def read1(self, _size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match=re.escape(part)):
        open_source(Path(path), Config())
    with pytest.raises(SourceError, match=r"rows cannot be read .*Input/output error"):
        list(open_source(Failing(), config_of(EVENTS), name="rows"))


TEXT = st.text(
    st.one_of(
        st.sampled_from('\n\n\r",;A{}[]: \t\u2028\x1c\x85\ufeff'),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=80,
)


@PROPERTY
@given(
    st.one_of(st.binary(max_size=200), TEXT.map(str.encode)),
    st.sampled_from(["csv", "jsonl"]),
    st.sampled_from(["utf-8", "cp1251", "utf-16", "utf-7", "gbk", "punycode"]),
    st.booleans(),
)
@example(b"\n", "csv", "punycode", False)  # noqa: FBT003
def test_any_bytes_give_items_or_a_source_error(
    data: bytes, format_: str, encoding: str, headed: bool
) -> None:
    config = f'[input]\nformat = "{format_}"\nencoding = "{encoding}"'
    head = (TABLE if format_ == "csv" else line_of()).encode(
        "utf-16" if "16" in encoding else "utf-8"
    )
    message = ""
    try:
        faults(read(head + data if headed else data, config))
    except SourceError as error:
        message = str(error)
    assert "\n" not in message
