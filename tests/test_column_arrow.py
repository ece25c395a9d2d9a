"""Parquet and Arrow files that are read into columns have the events and faults of every reader."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from column_streams import FIRST, OFFICE, events_of
from kit.properties import EXAMPLES, examples
from test_column_files import PLAIN, assert_same, read_small, rows_of
from test_event_columns import assert_equal
from workhours_sla import Event, Policy, ScheduleBy, Target, evaluate, working_hours
from workhours_sla.adapters.config.sections import Config, Input
from workhours_sla.adapters.sources import arrow_tables
from workhours_sla.adapters.sources.columns import read
from workhours_sla.adapters.sources.columns.read import read_columns
from workhours_sla.errors import SourceError
from workhours_sla.sla.columns.evaluate import evaluate_columns
from workhours_sla.sla.event import FIELD_NAMES

pa = pytest.importorskip("pyarrow")
feather = pytest.importorskip("pyarrow.feather")
parquet = pytest.importorskip("pyarrow.parquet")
from workhours_sla.adapters.sources.columns import arrow_columns  # noqa: E402

TIMES = ("occurred_at", "received_at")
ZONES = Config(input=Input(tz="Europe/Volgograd"))
KINDS = ("parquet", "feather", "stream")


def save(table: Any, path: Path, kind: str = "parquet", groups: int = 50) -> Path:
    if kind == "parquet":
        parquet.write_table(table, path, row_group_size=groups)
    elif kind == "feather":
        feather.write_feather(table, str(path), chunksize=groups, compression="zstd")
    else:
        with pa.ipc.new_stream(str(path), table.schema) as stream:
            stream.write_table(table, max_chunksize=groups)
    return path


def texts(values: list[Any], rng: random.Random) -> Any:
    column = pa.array(values, pa.string())
    kind = rng.choice([pa.string(), pa.large_string(), pa.binary(), None])
    return column.dictionary_encode() if kind is None else column.cast(kind)


def times(events: list[Event], name: str, rng: random.Random) -> Any:
    values = [getattr(event, name) for event in events]
    unit, zone = rng.choice(["s", "ms", "us", "ns"]), rng.choice(["UTC", "Asia/Omsk", "+05:00"])
    return pa.array(values, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, zone), safe=False)


def typed_table(rng: random.Random) -> Any:
    """Return a table whose columns have the types that programs write."""
    events = events_of(rng, 20)
    columns = {
        name: texts([getattr(event, name) or None for event in events], rng)
        for name in FIELD_NAMES
        if name not in (*TIMES, "substantive")
    }
    columns |= {name: times(events, name, rng) for name in TIMES}
    columns["substantive"] = pa.array([event.substantive for event in events], pa.bool_())
    columns["text"] = pa.array(range(len(events)))
    return pa.table(columns)


def with_nulls(table: Any, rng: random.Random) -> Any:
    """Return a table in which some values, or all values of a column, are null."""
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        if rng.random() < 0.5:
            keeps = pa.array([rng.random() > 0.05 for _ in range(len(column))])
            column = pa.compute.if_else(keeps, column, pa.scalar(None, column.type))
        if rng.random() < 0.1 and name not in ("event_id", "appeal_id"):
            column = pa.nulls(len(column))
        table = table.set_column(place, name, column)
    return table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(EXAMPLES // 5))
def test_typed_columns(seed: int, kind: str, tmp_path: Path) -> None:
    rng = random.Random(seed)
    table = typed_table(rng)
    path = save(table, tmp_path / "events", kind, rng.choice([7, 1_000]))
    assert_same(read_small(path), path, PLAIN)
    table = with_nulls(table, rng)
    path = save(table, tmp_path / "events", kind)
    found = read_small(path, ZONES)
    if found is None:
        assert table["event_id"].null_count  # an id is made of the content of the event
    else:
        assert_same(found, path, ZONES)


@pytest.mark.parametrize("seed", range(EXAMPLES // 5))
def test_texts_with_unusual_values(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = [
        {key: str(value) for key, value in row.items() if value is not None}
        for row in rows_of(rng, rng.choice([0, 0.1, 0.5]))
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    path = save(table, tmp_path / "events.parquet")
    zone = rng.choice([None, "Europe/Volgograd"])
    values = {"type": {"opened": "created"}} if rng.random() < 0.3 else {}
    ignore = {"type": ("Created",)} if rng.random() < 0.3 else {}
    config = Config(input=Input(tz=zone, source="vk"), values=values, ignore=ignore)
    assert_same(read_small(path, config), path, config)


WHEN = datetime(2026, 3, 12, 10, 15, 30, 250_000)
NOON = pa.array([WHEN.replace(tzinfo=UTC)] * 4, pa.timestamp("us", "UTC"))
MANY = 10**15


def four(**columns: Any) -> Any:
    usual = {"event_id": list("1234"), "appeal_id": list("ABCD"), "type": ["created"] * 4}
    return pa.table({**usual, "occurred_at": NOON, **columns})


def stamps(unit: str, zone: str | None, *ticks: int | None) -> Any:
    return pa.array(ticks, pa.timestamp(unit, zone))


SECOND_YEAR, YEAR_9999 = -62_104_060_800, 253_370_764_800


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "columns",
    [
        {"appeal_id": pa.array([1, None, -7, 2**60])},
        {"appeal_id": pa.array([1, 2, 3, 2**64 - 1], pa.uint64())},
        {"appeal_id": pa.array([1001.0, 1.5, float("nan"), 1e300])},
        {"appeal_id": pa.array([1001.0, None, 2.0**30, -0.0], pa.float32())},
        {"appeal_id": pa.array([Decimal("1001.00"), None, Decimal("1.50"), Decimal(7)])},
        {"appeal_id": pa.array([b"A", b"\xff", b" ", None])},
        {"appeal_id": pa.array([True, None, False, True])},
        {"appeal_id": pa.array([date(2026, 3, 12), None, date(2026, 3, 12), date(1, 1, 1)])},
        {"appeal_id": pa.array(["x" * 1_000_001, "Ж" * 600_000, "y", "z"])},
        {"appeal_id": pa.array([1, 2, None, 1]).dictionary_encode()},
        {"appeal_id": pa.nulls(4)},
        {"event_id": pa.array([5, 5, 5, 6])},
        {"event_id": ["1"] * 4},
        {"event_id": NOON},
        {"substantive": pa.array([True, None, False, True]).dictionary_encode()},
        {"substantive": pa.array([1, 0, None, 7])},
        {"substantive": ["yes", "TRUE", "0", None]},
        {"author_role": pa.array(["official", "user", None, ""]).dictionary_encode()},
        {"refers_to": pa.array([1, None, 3, 9], pa.int32())},
        {"occurred_at": pa.nulls(4)},
        {"occurred_at": stamps("us", None, 0, 1, None, 1_774_746_000_000_000)},
        {"occurred_at": pa.array([date(2026, 3, 12), None] * 2)},
        {"occurred_at": pa.array([1_773_310_530, None, 1, 2])},
        {"received_at": stamps("s", "UTC", SECOND_YEAR, SECOND_YEAR - 1, YEAR_9999, 0)},
        {"received_at": stamps("s", "UTC", YEAR_9999 - 1, None, 2**52, -(2**52))},
        {"received_at": stamps("ms", "UTC", YEAR_9999 * 1_000 - 1, YEAR_9999 * 1_000, None, -1)},
        {"received_at": stamps("us", "UTC", 2**63 - 1, -(2**63), None, -1)},
        {"received_at": stamps("ns", "UTC", 2**63 - 1, -(2**63), -1, 1_999)},
        {"received_at": stamps("ns", None, 2**63 - 1, -(2**63), None, 1_999)},
    ],
)
def test_unusual_types_and_values(columns: dict[str, Any], kind: str, tmp_path: Path) -> None:
    path = save(four(**columns), tmp_path / "events", kind)
    for config in (PLAIN, ZONES):
        assert_same(read_small(path, config), path, config)


def test_columns_with_other_names_and_fields_of_structs(tmp_path: Path) -> None:
    rows = [{"org": {"id": "x"}}, {"org": None}, None, {"org": {"id": " y"}}]
    table = four(author=rows, agency_id=["never"] * 4).rename_columns(
        {"appeal_id": "id", "type": "what"}
    )
    names = {"appeal_id": "id", "type": "what", "agency_id": "author.org.id"}
    config = Config(columns=names)
    for kind in KINDS:
        path = save(table, tmp_path / "events", kind)
        found = read_small(path, config)
        assert_same(found, path, config)
        assert found is not None
        assert [event.agency_id for event in found.events.events()] == ["x", None, None, "y"]


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.drop_columns("event_id"),
        lambda table: table.drop_columns("type"),
        lambda table: table.set_column(0, "event_id", pa.nulls(4)),
        lambda table: table.set_column(0, "event_id", pa.array(["1", "2", " ", "3"])),
        lambda table: table.append_column("type", pa.array(["created"] * 4)),
        lambda table: table.append_column("their_verdict", pa.nulls(4)),
        lambda table: table.append_column("expected_datetime", NOON),
        lambda table: table.append_column("topic", pa.array([[1], None, [], [2]])),
        lambda table: table.slice(0, 0),
    ],
)
def test_other_tables_are_left_to_another_reader(
    change: Callable[[Any], Any], tmp_path: Path
) -> None:
    path = save(change(four()), tmp_path / "events", "stream")
    assert read_small(path) is None


def test_sizes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = save(four(), tmp_path / "events.parquet")
    size = path.stat().st_size
    assert read_columns(path, PLAIN, smallest=size * 10) is not None
    assert read_columns(path, PLAIN, smallest=size * 10 + 10) is None
    monkeypatch.setattr(arrow_columns, "_LARGEST", 100)
    assert read_small(path) is None
    monkeypatch.undo()
    assert read_small(path) is not None
    monkeypatch.setattr(arrow_tables, "MOST_BYTES", 10)
    assert read_small(path) is None


@pytest.mark.slow
def test_many_different_names(tmp_path: Path) -> None:
    count = 3_000
    names = [f"N-{number}" for number in range(count)]
    table = pa.table(
        {
            "event_id": names,
            "appeal_id": names,
            "type": ["created"] * count,
            "occurred_at": pa.array([FIRST] * count, pa.timestamp("us", "UTC")),
            **dict.fromkeys(("channel", "agency_id", "topic", "source", "reason"), names),
        }
    )
    path = save(table, tmp_path / "events.parquet", groups=700)
    found = read_small(path)
    assert_same(found, path, PLAIN)
    assert found is not None
    by = ScheduleBy("agency_id", dict.fromkeys(names[::2], OFFICE))
    policy = Policy([Target("first", working_hours(4), by)])
    as_of = FIRST + timedelta(days=9)
    judged = evaluate_columns(found.events, policy, as_of=as_of)
    assert_equal(judged.evaluation, evaluate(found.events.events(), policy, as_of=as_of))
    assert len(judged.evaluation.outcomes) == len(judged.evaluation.unmatched) == count // 2


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("contents")
    return [save(four(), folder / kind, kind).read_bytes() for kind in KINDS]


@given(place=st.integers(0, len(KINDS) - 1), data=st.data())
@settings(max_examples=examples(200), derandomize=True, database=None, deadline=None)
def test_changed_bytes(
    place: int, data: st.DataObject, contents: list[bytes], tmp_path_factory: Any
) -> None:
    changed = bytearray(contents[place])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed.parquet"
    path.write_bytes(changed)
    found = read_small(path, Config(input=Input(format="parquet")))
    if found is not None:
        assert_same(found, path, Config(input=Input(format="parquet")))
    else:
        with suppress(SourceError):
            read.read_columns(path, PLAIN)
