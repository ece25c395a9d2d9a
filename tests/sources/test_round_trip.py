"""The same events are read from every format of a file, and give the same answers."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kit.workbooks import ods, ods_cell, ods_row, xlsx_of
from workhours_sla import Event
from workhours_sla.config.file import parse_config
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

for library in ("pyarrow", "python_calamine", "xlsxwriter", "zstandard"):
    pytest.importorskip(library)

ZONE = ZoneInfo("Europe/Volgograd")
CONFIG = '[input]\ntz = "Europe/Volgograd"\n[schedule]\ncalendar = "RU-VGG"\n'
TIMES = ("occurred_at", "received_at")
Row = dict[str, Any]


def generated(count: int) -> list[Row]:
    """Return rows of appeals that are answered, or transferred, or reviewed, at random."""
    chance = random.Random(17)
    rows: list[Row] = []
    for number in range(count):
        at = datetime(2026, 3, 2, 8, tzinfo=ZONE) + timedelta(minutes=chance.randrange(20_000))
        agency = chance.choice(["Дороги", "housing", 'Комитет "ЖКХ", №1', "health"])
        types = [
            "created",
            *chance.sample(["assigned", "replied", "paused", "resumed", "replied"], 3),
        ]
        for step, kind in enumerate(types):
            is_reply = kind == "replied"
            rows.append(
                dict.fromkeys(FIELD_NAMES)
                | {
                    "event_id": f"e-{number}-{step}",
                    "appeal_id": str(1000 + number),
                    "type": kind,
                    "occurred_at": at,
                    "received_at": at + timedelta(seconds=chance.randrange(60)),
                    "source": "vk",
                    "agency_id": agency,
                    "channel": chance.choice(["vk", None]),
                    "author_role": "official" if is_reply else None,
                    "substantive": chance.choice([True, False, None])
                    if kind == "replied"
                    else None,
                    "topic": chance.choice(["Снег\nи лёд", "  свет ", None]),
                }
            )
            at += timedelta(seconds=chance.randrange(20_000))
    return rows


def with_texts(row: Row) -> Row:
    return {name: row[name].isoformat() if name in TIMES else row[name] for name in row}


def as_csv(rows: list[Row]) -> bytes:
    text = StringIO()
    table = csv.DictWriter(text, FIELD_NAMES)
    table.writeheader()
    for row in rows:
        flag = row["substantive"]
        table.writerow(
            with_texts(row) | {"substantive": flag if flag is None else str(flag).lower()}
        )
    return text.getvalue().encode()


def as_jsonl(rows: list[Row]) -> bytes:
    return "".join(json.dumps(with_texts(row)) + "\n" for row in rows).encode()


def as_json(rows: list[Row]) -> bytes:
    return json.dumps([with_texts(row) for row in rows], ensure_ascii=False, indent=1).encode()


def as_xlsx(rows: list[Row]) -> bytes:
    """Return a workbook with numbers as ids, and with local times."""

    def value(name: str, of: Any) -> Any:
        if name == "appeal_id":
            return int(of)
        return of.astimezone(ZONE).replace(tzinfo=None) if name in TIMES else of

    cells = [[value(name, row[name]) for name in FIELD_NAMES] for row in rows]
    return xlsx_of([["Журнал"], [], FIELD_NAMES, *cells], datetime="dd.mm.yyyy hh:mm:ss")


def as_ods(rows: list[Row]) -> bytes:
    def cell(name: str, of: Any) -> str:
        if of is None:
            return "<table:table-cell/>"
        if name in TIMES:
            local = of.astimezone(ZONE).replace(tzinfo=None).isoformat()
            return ods_cell("x", f'office:value-type="date" office:date-value="{local}"')
        if isinstance(of, bool):
            flag = f'office:boolean-value="{str(of).lower()}"'
            return ods_cell("x", f'office:value-type="boolean" {flag}')
        text = of.replace('"', "&quot;").replace("\n", "</text:p><text:p>")
        return ods_cell(text.replace("  ", "<text:s/><text:s/>"))

    table = [ods_row(*(cell(name, row[name]) for name in FIELD_NAMES)) for row in rows]
    return ods(ods_row(*map(ods_cell, FIELD_NAMES)), *table)


def as_arrow(rows: list[Row], kind: str) -> bytes:
    import pyarrow as pa
    from pyarrow import feather, parquet

    stream = pa.BufferOutputStream()
    table = pa.Table.from_pylist(rows).set_column(
        FIELD_NAMES.index("agency_id"),
        "agency_id",
        pa.array([row["agency_id"] for row in rows]).dictionary_encode(),
    )
    (parquet.write_table if kind == "parquet" else feather.write_feather)(table, stream)
    return bytes(stream.getvalue())


def as_zstd(rows: list[Row]) -> bytes:
    import zstandard

    return zstandard.compress(as_csv(rows))


FORMATS: dict[str, Callable[[list[Row]], bytes]] = {
    "events.csv": as_csv,
    "events.jsonl": as_jsonl,
    "events.json": as_json,
    "events.xlsx": as_xlsx,
    "events.ods": as_ods,
    "events.parquet": lambda rows: as_arrow(rows, "parquet"),
    "events.feather": lambda rows: as_arrow(rows, "feather"),
    "events.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "events.csv.zst": as_zstd,
    "events.xlsx.gz": lambda rows: gzip.compress(as_xlsx(rows)),
    "events.parquet.gz": lambda rows: gzip.compress(as_arrow(rows, "parquet")),
}
ROWS = generated(300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("formats")
    for name, write in FORMATS.items():
        (made / name).write_bytes(write(ROWS))
    (made / "region.toml").write_text(CONFIG, "utf-8")
    return made


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_events_that_were_written(name: str, folder: Path) -> None:
    expected = []
    for row in ROWS:
        fields = dict(row)
        for time in TIMES:
            fields[time] = fields[time].astimezone(UTC)
        if fields["topic"]:
            fields["topic"] = fields["topic"].strip()
        expected.append(Event(**fields))
    with open_source(folder / name, parse_config(CONFIG, "region.toml")) as source:
        items = list(source)
    assert not [item for item in items if isinstance(item, Fault)]
    assert [event for item in items if not isinstance(item, Fault) for event in item] == expected
