"""Parquet and Arrow files: typed columns are read as the same texts as in other files."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import Items
from kit.rows import read as read_rows
from kit.rows import refusal as refusal_of_rows
from workhours_sla.config.file import parse_config
from workhours_sla.errors import SourceError
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

pa = pytest.importorskip("pyarrow")
feather = pytest.importorskip("pyarrow.feather")
parquet = pytest.importorskip("pyarrow.parquet")

POSTED = datetime(2026, 3, 12, 10, 15, 30, 250_000)
WHOLE, AWARE = POSTED.replace(microsecond=0), POSTED.replace(tzinfo=UTC)
MOSCOW = POSTED - timedelta(hours=3)
SHEET = """
[input]
kind = "appeals"
tz = "Europe/Moscow"
{more}
[columns]
appeal_id = "{id}"
posted_at = "{at}"
answered_at = ""
"""


def written(table: Any, kind: str, **options: object) -> bytes:
    content = BytesIO()
    if kind == "parquet":
        parquet.write_table(table, content, **options)
    elif kind == "feather":
        feather.write_feather(table, content, **options)
    else:
        with pa.ipc.new_stream(content, table.schema) as stream:
            stream.write_table(table, **options)
    return content.getvalue()


def sheet(id_: str = "id", at: str = "at", more: str = "") -> str:
    return SHEET.replace("{id}", id_).replace("{at}", at).replace("{more}", more)


def read(content: bytes, id_: str = "id", at: str = "at", more: str = "") -> Items:
    return read_rows(content, sheet(id_, at, more))


def refusal(content: bytes, *names: str) -> str:
    return refusal_of_rows(content, sheet(*names))


def ids(items: Items) -> list[str]:
    return [item.reason if isinstance(item, Fault) else item[0].appeal_id for item in items]


KINDS = ("parquet", "feather", "stream")
STAMP = pa.timestamp("us", "UTC")


def table_of(column: Any) -> Any:
    stamps = pa.array([AWARE] * len(column), STAMP)
    return pa.table({"id": column, "at": stamps, "more": pa.nulls(len(column))})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, None, -7], pa.int64()), ["1", "missing_value", "-7"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array(["0042", " A ", "", None]), ["0042", "A", "missing_value", "missing_value"]),
        (pa.array(["Ж"], pa.large_string()), ["Ж"]),
        (pa.array(["a", "b", None, "a"]).dictionary_encode(), ["a", "b", "missing_value", "a"]),
        (
            pa.array([1001.0, 1.5, float("nan"), 1e300]),
            ["1001", "malformed", "missing_value", "malformed"],
        ),
        (pa.array([1001.0, 2.0**30], pa.float32()), ["1001", "malformed"]),
        (pa.array([Decimal("1001.00"), Decimal("1.50")]), ["1001", "malformed"]),
        (pa.array([True, None]), ["true", "missing_value"]),
        (pa.array([b"A", b"\xff"]), ["A", "malformed"]),
        (pa.array([[1], None]), ["malformed", "missing_value"]),
        (pa.array([{"x": 1}]), ["malformed"]),
        (pa.nulls(1), ["missing_value"]),
        (pa.array(["x" * 1_000_001, "y"]), ["malformed", "y"]),
    ],
)
def test_ids(kind: str, column: Any, expected: list[str]) -> None:
    assert ids(read(written(table_of(column), kind))) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([POSTED], pa.timestamp("us")), MOSCOW),
        (pa.array([POSTED], pa.timestamp("ns")), MOSCOW),
        (pa.array([WHOLE], pa.timestamp("s")), MOSCOW.replace(microsecond=0)),
        (pa.array([AWARE], pa.timestamp("ms", "UTC")), POSTED),
        (pa.array([AWARE], pa.timestamp("ns", "Asia/Omsk")), POSTED),
        (pa.array([AWARE], pa.timestamp("us", "+05:00")), POSTED),
        (pa.array([1_773_310_530_250_000_999], pa.timestamp("ns", "UTC")), POSTED),
        (pa.array(["2026-03-12T13:15:30.25+03:00"]), POSTED),
        (pa.array(["12.03.2026 13:15"]), POSTED.replace(second=0, microsecond=0)),
        (pa.array([date(2026, 3, 12)]), None),
        (pa.array([time(10, 15)]), None),
        (pa.array([10**17], pa.timestamp("ms")), None),
        (pa.array([1_773_310_530]), None),
    ],
)
def test_times(kind: str, column: Any, expected: datetime | None) -> None:
    content = written(pa.table({"id": ["A"], "at": column}), kind)
    for more in ("", 'datetime_format = "%d.%m.%Y %H:%M"'):
        (item,) = read(content, more=more)
        if expected is None:
            assert isinstance(item, Fault)
            assert item.reason == "unreadable_time"
        elif not (isinstance(item, Fault) and pa.types.is_string(column.type) and more):
            assert not isinstance(item, Fault), item
            assert item[0].occurred_at == expected.replace(tzinfo=UTC)
    if pa.types.is_integer(column.type):
        (item,) = read(content, more='datetime_format = "unix"')
        assert item[0].occurred_at == WHOLE.replace(tzinfo=UTC)  # type: ignore[index]


def test_a_missing_extra_and_broken_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written(table_of(pa.array(["A"] * 1000)), "parquet")
    for broken in (content[:-1], content[: len(content) // 2], b"PAR1" + bytes(100), b"ARROW1\0\0"):
        assert "cannot be read as Parquet or Arrow" in refusal(broken)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    message = refusal(content)
    assert message == "rows can be read only with pyarrow: pip install 'workhours-sla[arrow]'"


@pytest.mark.parametrize("kind", KINDS)
def test_fields_of_structs(kind: str) -> None:
    rows = [{"org": {"id": 5}}, {"org": None}, None]
    content = written(pa.table({"author": rows, "at": [POSTED] * 3, "id": [1, 2, 3]}), kind)
    assert ids(read(content, "author.org.id")) == ["5", "missing_value", "missing_value"]
    message = refusal(content, "author.org.name")
    assert "no column 'author.org.name' to read as appeal_id" in message
    assert "'author', 'author.org', 'author.org.id', 'at', 'id'" in message
    twice = pa.table([pa.array([1]), pa.array([2]), pa.array([POSTED])], names=["id", "id", "at"])
    assert "2 columns named 'id'" in refusal(written(twice, "stream"))


def test_the_format_is_recognised_by_its_content(tmp_path: Path) -> None:
    table = table_of(pa.array(["A"]))
    config = parse_config(sheet(), "t")
    for kind, expected in (("parquet", "parquet"), ("feather", "arrow"), ("stream", "arrow")):
        for name, pack in (("a.csv", bytes), ("b.parquet", bytes), ("c.gz", gzip.compress)):
            path = tmp_path / f"{kind}-{name}"
            path.write_bytes(pack(written(table, kind)))
            with open_source(path, config) as source:
                assert (source.format, source.unit) == (expected, "row")
                assert ids(list(source)) == ["A"]
                assert source.position == source.size


CONTENTS = [written(table_of(pa.array(["A", "B", None])), kind) for kind in KINDS]


@given(st.sampled_from(CONTENTS), st.data())
@settings(max_examples=examples(300), derandomize=True, database=None)
def test_changed_bytes_give_rows_or_an_error(content: bytes, data: st.DataObject) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SourceError):
        items = read(bytes(changed), more='format = "parquet"')
        assert all(isinstance(item, Fault | tuple) for item in items)
