"""JSON documents: where their records are, nested keys, and what no document may do."""

from __future__ import annotations

import json
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import events, read, refusal
from workhours_sla.config.file import parse_config
from workhours_sla.errors import SourceError
from workhours_sla.sources.appeal_file import mapper_of, open_source
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.tail import StreamRows
from workhours_sla.stores.store_values import Rejected

ROW = {"appeal_id": "A-1", "type": "created", "occurred_at": "2026-03-12T10:15+03:00"}
REPLY = {"appeal_id": 17, "type": "replied", "occurred_at": "2026-03-12T11:15+03:00"}
COMMENT = {
    "id": 5,
    "kind": "created",
    "author": {"org": {"id": "roads"}},
    "date": ROW["occurred_at"],
}
NESTED = """
[columns]
appeal_id = "id"
type = "kind"
occurred_at = "{path}date"
agency_id = "{path}author.org.id"
"""
IN_ITEMS = '[input]\npath = "response.items[]"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps([ROW, REPLY]), "json"),
        (json.dumps([ROW, REPLY], indent=2), "json"),
        ("\ufeff \n" + json.dumps(ROW, indent=2), "json"),
        (json.dumps({"a": [ROW]}, indent=0), "json"),
        (json.dumps(ROW), "json"),
        (json.dumps(ROW) + "\n", "json"),
        (json.dumps(ROW) + "\n" + json.dumps(REPLY), "jsonl"),
        (json.dumps(ROW) + "\n\n" + json.dumps(REPLY) + "\n", "jsonl"),
        ('{"appeal_id": "A\n' + json.dumps(ROW), "jsonl"),
        ('{"appeal_id": 1,\n' + json.dumps(ROW), "jsonl"),
        ('{"items": [\n' + json.dumps(ROW) + "]}", "json"),
        ('{"a": "}", "b": {\n"c": 1}}', "json"),
        ("appeal_id,type\n", "csv"),
        ("", "csv"),
    ],
)
def test_documents_and_lines_are_distinguished(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / ("rows.json" if expected != "csv" else "rows")
    path.write_text(text, "utf-8")
    with open_source(path, parse_config("", "test.toml")) as source:
        assert source.format == expected
        assert source.unit == ("record" if expected == "json" else "line")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("indent", [None, 1])
def test_encodings(encoding: str, indent: int | None) -> None:
    rows = [{**ROW, "agency_id": "Дороги"}, REPLY]
    config = f'[input]\nencoding = "{encoding}"'
    text = json.dumps(rows, ensure_ascii=False, indent=indent)
    found = events(read(text, config, encoding=encoding))
    assert [event.agency_id for event in found] == ["Дороги", None]
    assert found == events(read(rows))


@pytest.mark.parametrize("indent", [None, 1])
def test_records_at_a_path(indent: int | None) -> None:
    document = json.dumps({"count": 2, "response": {"items": [ROW, REPLY], "x": []}}, indent=indent)
    assert read(document, IN_ITEMS) == read([ROW, REPLY])
    assert read(document + "\n" + document, IN_ITEMS) == read([ROW, REPLY]) * 2


def test_nested_keys_of_columns() -> None:
    expected = events(read([{**ROW, "appeal_id": "5", "agency_id": "roads"}]))
    document = {"response": {"count": 1, "items": [COMMENT]}}
    whole = NESTED.replace("{path}", "response.items[].")
    assert events(read(document, whole)) == expected
    assert events(read(document, IN_ITEMS + whole)) == expected
    assert events(read(document, IN_ITEMS + NESTED.replace("{path}", ""))) == expected
    flat = NESTED.replace("{path}", "")
    assert events(read([COMMENT], flat)) == expected
    assert events(read(COMMENT, flat)) == expected
    lines = json.dumps(COMMENT) + "\n"
    assert events(read(lines * 2, flat)) == expected * 2
    item = mapper_of(parse_config(flat, "test.toml"))(COMMENT, 1)
    assert events([item]) == expected


def test_a_key_with_dots_comes_before_nested_keys() -> None:
    row = {**ROW, "a.b": "dotted", "a": {"b": "nested"}}
    config = '[columns]\nagency_id = "a.b"'
    rows = [row, {**ROW, "a": {"b": None}}, {**ROW, "a": 1}]
    assert [event.agency_id for event in events(read([row, rows[2]], config))] == ["dotted", None]
    assert [event.agency_id for event in events(read(rows[1:2], config))] == [None]
    assert isinstance(read([{**ROW, "a": {"b": {}}}], config)[0], Fault)


TWO_ARRAYS = '[input]\nformat = "json"\n[columns]\nappeal_id = "a[].id"\noccurred_at = "a[].b[].at"'


@pytest.mark.parametrize(
    ("data", "config", "part"),
    [
        ({"response": {"items": [ROW]}}, "", "set path = 'response.items[]'"),
        ({"response": {"item": [ROW]}}, "", "set path = 'response.item[]'"),
        (json.dumps({"response": {"items": [ROW]}}) + "\n", "", "set path = 'response.items[]'"),
        ({"response": {"items": [ROW]}}, IN_ITEMS.replace("items", "rows"), "set path = 'resp"),
        ({"response": 1, "ж": 2}, IN_ITEMS, "has nothing at the path 'response.items[]', but at"),
        ({"response": 1, "ж": 2}, IN_ITEMS, "its top 'response', 'ж'"),
        ({"response": {"itemsets": []}}, IN_ITEMS, "nothing at the path"),
        ([{"id": 1, "type": 2}], "", "no column 'appeal_id' (did you mean 'id'?) but"),
        ([COMMENT], '[columns]\nappeal_id = "author.id"', "no column 'author.id'"),
        ([], TWO_ARRAYS, "'a[].id' and 'a[].b[].at' are in different arrays"),
        (b"", '[input]\nformat = "json"', "is empty"),
        ({"error": {"error_code": 5, "error_msg": "no access"}}, "", "API (5: no access)"),
        ({"error": {"error_code": 5, "error_msg": "no access"}}, IN_ITEMS, "API (5: no access)"),
        (b'{"error_code": 102, "error_msg": "PARAM"}\n', "", "API (102: PARAM)"),
        ({"errors": [{"code": 400, "description": "bad id"}]}, "", "API (400: bad id)"),
        ({"errorMessages": ["Issue does not exist"], "errors": {}}, "", "API (Issue does not"),
        ({"error": "RecordInvalid", "description": "x"}, IN_ITEMS, "API (RecordInvalid: x)"),
        ({"error": "on\ntwo lines" + "x" * 300}, "", "API (on two lines"),
        ({"response": {"items": [ROW]}, "error": "late"}, IN_ITEMS, "API (late)"),
        ({"a\nb": [{"c": 1}]}, "", "set path = 'a\\nb[]'"),
        ('[{"a": "Ж"}]'.encode("cp1251"), "", 'such as encoding = "cp1251"'),
        (json.dumps([ROW]).encode("utf-16"), "", 'encoding = "utf-16"'),
    ],
)
def test_documents_without_records(data: object, config: str, part: str) -> None:
    assert part in refusal(data, config)


def test_what_is_around_the_records_does_not_count() -> None:
    document = {"response": {"items": [{**ROW, "error": "data"}], "error": "data"}, "error": None}
    assert read(document, IN_ITEMS) == read([ROW])
    large = {"x": ["x" * 1_000_000] * 17, "response": {"items": [ROW]}}
    assert read(large, IN_ITEMS) == read([ROW])
    assert read([]) == read({"response": {"items": []}}, IN_ITEMS) == []
    # a stream may go on, so that a whole line is read as one
    with open_source(BytesIO(json.dumps(ROW).encode() + b"\n"), parse_config("", "t")) as source:
        assert source.format == "jsonl"


def test_records_that_cannot_be_used() -> None:
    items = read([ROW, 5, {**ROW, "appeal_id": 1.5}, {**ROW, "appeal_id": "x" * 1_000_001}, REPLY])
    assert [item.line for item in items if isinstance(item, Fault)] == [2, 3, 4]
    details = [item.detail for item in items if isinstance(item, Fault)]
    assert "not an object" in details[0]
    assert "a number with a fraction" in details[1]
    assert "has more than 1,024 bytes in UTF-8" in details[2]
    assert [len(item.text) < 1000 for item in items if isinstance(item, Fault)] == [True] * 3
    assert len(events(items)) == 2
    late = read([{"x": 1}] * 1_000 + [ROW])
    assert len(late) == 1_001
    assert "no column 'appeal_id'" in refusal([{"x": 1}] * 1_001 + [ROW])


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 100_000, '{"a":' * 100_000, "[" * 60_000 + "]" * 60_000, '[{"a": 1}, {"a"', "[1]]"),
        *('[{"a": 1}, {"b": "x]', '[{"appeal_id": "A"; "x": 1}]', "[tru]"),
    ],
)
@pytest.mark.parametrize("form", ["json", "open311", "max"])
def test_a_broken_document_is_refused(text: str, form: str) -> None:
    message = refusal(text, f'[input]\nformat = "{form}"\nsource = "x"')
    assert message.startswith("rows ")


def test_the_message_has_the_place_of_the_fault() -> None:
    message = refusal(json.dumps([ROW]) + '\n[{"a": 1},\n{"a"}]')
    assert message == (
        "rows is not JSON: Expecting ':' delimiter: line 3 column 5 (char 98) "
        "(records read before: 1); export it again, or set another format"
    )


def test_brackets_in_texts_do_not_count() -> None:
    wild = {**ROW, "text": '[[[{{{"\\' * 1000, "also": ["\\", '"', "]" * 90]}
    assert len(events(read([wild] * 50))) == 50
    assert len(events(read([{**ROW, "deep": json.loads("[" * 60 + "]" * 60)}]))) == 1


@given(st.data())
@settings(max_examples=examples(300), derandomize=True, database=None)
def test_changed_documents_give_rows_or_an_error(data: st.DataObject) -> None:
    config = data.draw(
        st.sampled_from(["", IN_ITEMS, NESTED.replace("{path}", "response.items[].")])
    )
    content = bytearray(json.dumps({"response": {"items": [ROW, COMMENT]}}).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    with suppress(SourceError):
        assert all(isinstance(item, Fault | tuple) for item in read(bytes(content), config))


TWICE = '{"appeal_id": "A-1", "type": "created", "occurred_at": "2026-03-12T10:15+03:00", %s}'
A_KEY_TWICE = [
    '"type": "replied"',
    '"\\u0074ype": "replied"',
    '"author": {"id": 1, "n": [{"id": 1, "id": 2}]}',
    '"topic": "the \\"big\\" hole", "type": "created"',
]
ONCE = ['"topic": "{\\"type\\": 1}"', '"a": {"type": 1}, "b": [{"type": ""}, {"type": null}]']


@pytest.mark.parametrize("more", A_KEY_TWICE)
def test_a_key_that_an_object_has_twice_is_refused_and_named(more: str) -> None:
    key = "'id'" if '"author"' in more else "'type'"
    (fault,) = read(TWICE % more + "\n")
    assert isinstance(fault, Fault)
    assert (fault.reason, key in fault.detail, "twice" in fault.detail) == ("malformed", True, True)
    assert key in refusal(f"[{TWICE % more}]")
    followed = mapper_of(parse_config("", "test.toml"))
    rejected = StreamRows(followed).of_bytes((TWICE % more).encode() + b"\n")
    assert isinstance(rejected, Rejected)
    assert key in rejected.detail


@pytest.mark.parametrize("more", ONCE)
def test_a_key_of_several_objects_is_no_key_twice(more: str) -> None:
    assert len(events(read(TWICE % more + "\n"))) == 1
    assert len(events(read(f"[{TWICE % more}]"))) == 1


DEEP: Final = "[" * 60_000 + "]" * 60_000


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (DEEP, ""),
        (f'[{{"appeal_id": {DEEP}}}]', ""),
        (f'{{"response": {DEEP}}}', '[input]\nformat = "vk"'),
        (f'{{"tickets": {DEEP}}}', '[input]\nformat = "zammad"'),
        (f"ce-specversion: 1.0\nce-id: 1\n\n{DEEP}\n", '[input]\nformat = "cloudevents"'),
    ],
)
def test_a_document_that_is_nested_too_deep_is_refused_in_these_words(
    text: str, config: str
) -> None:
    assert refusal(text, config).startswith("rows is nested too deep; export records with fewer")
