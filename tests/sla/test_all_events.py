"""Events of files and data frames that are read at once are those of the rows of a file."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kit.properties import EXAMPLES
from kit.random_streams import events_of
from workhours_sla import Event
from workhours_sla.config.sections import Config, Input
from workhours_sla.errors import SourceError
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sources.arrow_files import ReadEvents, read_events

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
parquet = pytest.importorskip("pyarrow.parquet")

ZONES = Config(input=Input(tz="Europe/Volgograd"))
Columns = dict[str, list[Any]]
FRAMES: dict[str, Callable[[Columns], Any]] = {
    "pandas": pd.DataFrame,
    "pandas of objects": lambda columns: pd.DataFrame(columns, dtype=object),
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "arrow": pa.table,
}


def written(when: datetime, rng: random.Random) -> str:
    zone = rng.choice(["+00:00", "+03:00", "Z", "-05:30"])
    sign = -1 if zone.startswith("-") else 1
    hours, minutes = (0, 0) if zone == "Z" else (int(zone[1:3]), int(zone[4:]))
    local = when + sign * timedelta(hours=hours, minutes=minutes)
    return local.replace(tzinfo=None).isoformat(rng.choice(["T", " "])) + zone


def row_of(event: Event, rng: random.Random) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in FIELD_NAMES}
    row["type"] = str(event.type)
    row["occurred_at"] = written(event.occurred_at, rng)
    row["received_at"] = written(event.received_at, rng)
    return {name: value for name, value in row.items() if value not in (None, "")}


HOSTILE: dict[str, list[str]] = {
    "type": ["opened", " created ", "Created", ""],
    "occurred_at": ["2026-02-30T10:00:00Z", "2026-03-01T10:00:00", "1.3.2026 10:00", "", "soon"],
    "received_at": ["", "2026-03-01T25:00:00Z", "2026-03-01 10:00+03:00", "2026-03-01T10:00:60Z"],
    "author_role": ["user", " official", ""],
    "substantive": ["yes", "TRUE", "0", ""],
    "appeal_id": ["", " A1", "A1\u00a0", "Ж1"],
    "agency_id": [" x ", "Комитет", "\u2028"],
    "refers_to": [" 1-1", "", "нет"],
}


def rows_of(rng: random.Random, share: float) -> list[dict[str, Any]]:
    rows = [row_of(event, rng) for event in events_of(rng, 20)]
    for row in rows:
        if rng.random() < share:
            name = rng.choice(list(HOSTILE))
            row[name] = rng.choice(HOSTILE[name])
    return rows


def of_file(columns: Columns, path: Path, config: Config) -> ReadEvents:
    """Return what the rows of a Parquet file with these columns give."""
    parquet.write_table(pa.table(columns), path)
    return read_events(path, config)


def assert_read(found: ReadEvents, wanted: ReadEvents) -> None:
    """Compare all but the texts of rejected rows, which show times as their library writes them."""
    assert list(found.events) == list(wanted.events)
    assert [fault[:2] for fault in found.faults] == [fault[:2] for fault in wanted.faults]
    assert (found.row_count, found.ignored) == (wanted.row_count, wanted.ignored)
    assert list(found.claims) == list(wanted.claims)


def columns_of(rows: list[dict[str, Any]]) -> Columns:
    names = dict.fromkeys(("event_id", *(name for row in rows for name in row)))
    return {name: [row.get(name) for row in rows] for name in names}


def typed_columns(events: list[Event]) -> Columns:
    rows = [{name: getattr(event, name) for name in FIELD_NAMES} for event in events]
    return columns_of([{**row, "type": str(row["type"])} for row in rows])


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("seed", range(EXAMPLES // 10))
def test_frames_of_events(seed: int, kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    rng = random.Random(seed)
    events = events_of(rng, 10)
    columns = typed_columns(events)
    for name in rng.sample([*FIELD_NAMES[5:], "text"], 3):
        columns[name] = [None] * len(events)
    wanted = of_file(columns, tmp_path / "rows.parquet", Config())
    frame = FRAMES[kind](columns)
    found = read_events(frame)
    assert_read(found, wanted)
    if kind != "arrow":
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        assert_read(read_events(frame), wanted)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("seed", range(EXAMPLES // 10))
def test_frames_of_hostile_texts(seed: int, kind: str, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = rows_of(rng, rng.choice([0.1, 0.5]))
    columns = columns_of(
        [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
    )
    config = rng.choice([Config(), ZONES, Config(ignore={"type": ("Created",)})])
    wanted = of_file(columns, tmp_path / "rows.parquet", config)
    assert_read(read_events(FRAMES[kind](columns), config), wanted)


NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))
FOUR: Columns = {
    "event_id": list("1234"),
    "appeal_id": list("ABCA"),
    "type": ["created", "created", "created", "replied"],
    "occurred_at": [NOON] * 4,
}


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize(
    "columns",
    [
        {"event_id": [1, 2, 3, 4]},
        {"event_id": ["1"] * 4},
        {"event_id": [None] * 4},
        {"event_id": ["1", None, "3", " "]},
        {"appeal_id": [1.0, 2.0, None, 1.5]},
        {"appeal_id": [1, None, 2**40, 1]},
        {"substantive": [True, None, False, True]},
        {"substantive": [None] * 4},
        {"occurred_at": [None] * 4},
        {"occurred_at": [NOON.replace(tzinfo=None)] * 3 + [None]},
        {"occurred_at": [NOON, None, NOON.replace(microsecond=7), NOON]},
        {"received_at": [NOON.astimezone(MOSCOW)] * 3 + [None]},
        {"occurred_at": [datetime(2, 1, 1, tzinfo=UTC), NOON, NOON, NOON]},
        {"occurred_at": [datetime(9998, 12, 31, tzinfo=UTC), NOON, NOON, NOON]},
        {"occurred_at": [EARLIEST, datetime.max.replace(tzinfo=UTC), NOON, NOON]},
        {"occurred_at": ["2026-03-12T10:15:00+03:00", "yesterday", "12.03.2026 10:15", None]},
        {"topic": [["a"], None, [], ["b"]]},
        {"topic": [{"a": "b"}, None, {"a": None}, {"a": "c"}]},
        {"unknown": [["a"], None, [], ["b"]]},
        {"their_verdict": ["met", None, "late", None]},
    ],
)
def test_unusual_frames(columns: Columns, kind: str, tmp_path: Path) -> None:
    given = {**FOUR, **columns}
    frame = FRAMES[kind](given)
    for config in (Config(), ZONES):
        wanted = of_file(given, tmp_path / "rows.parquet", config)
        assert (wanted.row_count, wanted.ignored) == (4, 0)
        assert_read(read_events(frame, config), wanted)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("appeal_id", [1, "A", None, True], ["1", "A", "true"]),
        ("appeal_id", ["A", float("nan"), pd.NA, pd.NaT], ["A"]),
        ("appeal_id", ["A", np.datetime64("NaT"), np.float32("nan"), Decimal("NaN")], ["A"]),
        ("appeal_id", [np.array([1, 2]), "A", None, np.array([3])], ["A"]),
        ("occurred_at", [NOON, "2026-03-12T12:00:00Z", NOON.replace(tzinfo=None), None],
         [NOON, NOON, NOON - timedelta(hours=3)]),
        # an instant is not read on another zone's clock
        ("occurred_at", [NOON, NOON.astimezone(MOSCOW), None, NOON], [NOON] * 3),
        ("received_at", [NOON, Decimal(1), None, NOON], [NOON] * 3),
    ],
)  # fmt: skip
def test_pandas_columns_of_several_types(name: str, values: list[Any], expected: list[Any]) -> None:
    frame = pd.DataFrame({**FOUR, name: pd.Series(values, dtype=object)})
    found = read_events(frame, ZONES)
    assert found.row_count == len(found.events) + len(found.faults) == 4
    assert [getattr(event, name) for event in found.events] == expected


def test_what_cannot_be_read() -> None:
    for frame in (pd.DataFrame(FOUR).iloc[:0], pl.DataFrame(FOUR).clear()):
        assert read_events(frame) == ReadEvents([], [], 0, 0, [])
    table = pa.table({**FOUR, "topic": pa.array([2**62] * 4, pa.duration("s"))})
    with pytest.raises(SourceError, match="Table cannot be read"):
        read_events(table)
    for value in (7, None, [1], pl.LazyFrame({"a": [1]}), pd.Series([1])):
        with pytest.raises(TypeError, match="collect a lazy frame first"):
            read_events(value)


def test_types_of_pandas() -> None:
    frame = pd.DataFrame(FOUR)
    frame["appeal_id"] = frame["appeal_id"].astype("category")
    frame["event_id"] = pd.array([1, 2, 3, 4], "Int64")
    frame["substantive"] = pd.array([None, True, None, False], "boolean")
    frame["occurred_at"] = frame["occurred_at"].astype("datetime64[ns, Europe/Moscow]")
    frame["channel"] = pd.array(["vk", None, "ok", ""], "string")
    frame.index = pd.Index([7, 7, 8, 9])
    events = read_events(frame).events
    assert [event.event_id for event in events] == list("1234")
    assert [event.appeal_id for event in events] == list("ABCA")
    assert [event.substantive for event in events] == [None, True, None, False]
    assert [event.channel for event in events] == ["vk", None, "ok", None]
    assert {event.occurred_at for event in events} == {NOON}


def test_columns_are_named_as_in_a_file() -> None:
    frame = pd.DataFrame(FOUR).rename(columns={"appeal_id": 5})
    with pytest.raises(SourceError, match="DataFrame has no column 'appeal_id' but"):
        read_events(frame)
    found = read_events(frame, Config(columns={"appeal_id": "5"}))
    assert [event.appeal_id for event in found.events] == list("ABCA")
    twice = pd.concat([frame, frame[[5]]], axis=1)
    with pytest.raises(SourceError, match="2 columns named '5'"):
        read_events(twice, Config(columns={"appeal_id": "5"}))


@pytest.mark.parametrize("frame", [pl.DataFrame, pa.table], ids=["polars", "arrow"])
@pytest.mark.parametrize("column", ["from", "from.site"])
def test_fields_of_structs_are_named_as_in_a_file(
    column: str, frame: Callable[[Columns], Any], tmp_path: Path
) -> None:
    columns = {**FOUR, column: [{"topic": name} for name in ("roads", None, "heat", "roads")]}
    config = Config(columns={"topic": f"{column}.topic"})
    wanted = of_file(columns, tmp_path / "rows.parquet", config)
    assert [event.topic for event in wanted.events] == ["roads", None, "heat", "roads"]
    assert_read(read_events(frame(columns), config), wanted)


def test_frames_of_appeals_and_statuses() -> None:
    appeals = {"appeal_id": ["A", "B"], "posted_at": [NOON, NOON], "answered_at": [NOON, None]}
    found = read_events(pd.DataFrame(appeals), Config(input=Input(kind="appeals")))
    assert [event.type.value for event in found.events] == ["created", "replied", "created"]
    later = NOON + timedelta(hours=1)
    statuses = {"appeal_id": ["A", "A"], "status": ["new", "done"], "since": [NOON, later]}
    values = {"status": {"new": "open", "done": "answered"}}
    read = read_events(pl.DataFrame(statuses), Config(input=Input(kind="statuses"), values=values))
    assert [event.type.value for event in read.events] == ["created", "replied"]
    assert read.row_count == 2


def test_files_and_streams(tmp_path: Path) -> None:
    lines = ["event_id,appeal_id,type,occurred_at", "1,A,created,2026-03-12T12:00Z", "2,A,what,"]
    text = "\n".join(lines) + "\n"
    path = tmp_path / "events.csv"
    path.write_text(text, "utf-8")
    found = read_events(path)
    assert [event.occurred_at for event in found.events] == [NOON]
    assert [fault.line for fault in found.faults] == [3]
    assert read_events(str(path)) == found
    assert read_events(io.BytesIO(text.encode())) == found
    with pytest.raises(SourceError, match="no file"):
        read_events(tmp_path / "none.csv")
