"""Files that are read into columns have the events, the faults and the counts of every reader."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from column_streams import FIRST, events_of
from kit.properties import EXAMPLES
from workhours_sla import Event
from workhours_sla.adapters.config.sections import Config, Input
from workhours_sla.adapters.sources import Fault, open_source
from workhours_sla.adapters.sources.columns import read
from workhours_sla.adapters.sources.columns.read import ReadColumns, read_columns
from workhours_sla.adapters.sources.times import Instants, RefusedError
from workhours_sla.cli.main import main
from workhours_sla.files import ReadEvents
from workhours_sla.sla.event import FIELD_NAMES

pa = pytest.importorskip("pyarrow")
from workhours_sla.adapters.sources.columns import scan  # noqa: E402
from workhours_sla.adapters.sources.columns.written_times import parse_times  # noqa: E402

PLAIN = Config()


def by_rows(path: Path, config: Config) -> ReadEvents:
    """Return what the rows of a file give, one by one."""
    events: list[Event] = []
    faults: list[Fault] = []
    count = 0
    with open_source(path, config) as source:
        for item in source:
            count += 1
            if isinstance(item, Fault):
                faults.append(item)
            else:
                events += item
        return ReadEvents(events, faults, count, source.ignored, source.claims)


def assert_same(found: ReadColumns | None, path: Path, config: Config) -> None:
    assert found is not None
    wanted = by_rows(path, config)
    assert (found.events.events(), *found[1:4]) == wanted[:4]


def read_small(path: Path, config: Config = PLAIN) -> ReadColumns | None:
    return read_columns(path, config, smallest=0)


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


def csv_of(rows: list[dict[str, Any]], ending: str = "\n") -> str:
    def cell(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    lines = [",".join(FIELD_NAMES)]
    lines += [",".join(cell(row.get(name, "")) for name in FIELD_NAMES) for row in rows]
    return ending.join(lines) + ending


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_csv(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = rows_of(rng, rng.choice([0, 0.05, 0.5]))
    path = tmp_path / "events.csv"
    path.write_bytes(csv_of(rows, rng.choice(["\n", "\r\n"])).encode())
    zone = rng.choice([None, "Europe/Volgograd"])
    config = Config(
        input=Input(tz=zone, source=rng.choice(["", "vk"])),
        values={"type": {"opened": "created"}} if rng.random() < 0.3 else {},
        ignore={"type": ("Created",)} if rng.random() < 0.3 else {},
    )
    assert_same(read_small(path, config), path, config)


@pytest.mark.parametrize("seed", range(EXAMPLES // 2))
def test_json_lines(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = rows_of(rng, rng.choice([0, 0.05, 0.5]))
    for row in rows:
        if isinstance(row.get("substantive"), str):
            row["substantive"] = None
        row["text"] = rng.choice([1, "a\nb", {"b": [1]}, None])
    path = tmp_path / "events.jsonl"
    ascii_only = rng.random() < 0.5
    path.write_text("\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows), "utf-8")
    config = Config(input=Input(tz=rng.choice([None, "Europe/Volgograd"])))
    assert_same(read_small(path, config), path, config)


GOOD = '{"event_id":"1","appeal_id":"A","type":"created","occurred_at":"2026-03-12T10:15:00Z"}\n'
CSV_HEAD = "event_id,appeal_id,type,occurred_at\n"
CSV_ROW = "1,A,created,2026-03-12T10:15:00Z\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD + "\n" + GOOD,
        GOOD.strip() + GOOD,
        GOOD.replace('","', '",\n"'),
        GOOD + "[]\n",
        GOOD + GOOD.replace('"A"', "7"),
        GOOD + GOOD.replace('"A"', '"A","appeal_id":"B"'),
        GOOD + GOOD[:-5],
        GOOD + GOOD.replace("event_id", "id"),
        GOOD + GOOD.replace('"1"', '""'),
        GOOD + GOOD.replace('"A"', '"A","their_verdict":"met"'),
        GOOD + GOOD.replace('"A"', f'"A","n":{"9" * 5_000}'),
        GOOD + GOOD.replace('"A"', '"A","n":NaN'),
        GOOD + GOOD.replace('"A"', '"A","n":[-Infinity ]'),
        "\ufeff" + GOOD,
        GOOD * 3 + "\0",
        GOOD.replace('"A"', r'"\ud800"'),
        "[" + GOOD.strip() + "]",
        GOOD.replace("type", "kind"),
    ],
)
def test_unusual_json_lines_are_left_to_another_reader(text: str, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text, "utf-8")
    assert read_small(path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        CSV_HEAD,
        CSV_HEAD + "\n\n",
        CSV_HEAD + CSV_ROW.replace("A", "A" * 140_000),
        CSV_HEAD + '"1",A,created,2026-03-12T10:15:00Z\n',
        CSV_HEAD + CSV_ROW + "1,A,created\n",
        CSV_HEAD + CSV_ROW + " \n",
        CSV_HEAD + CSV_ROW.replace("\n", "\r") + CSV_ROW,
        CSV_HEAD + CSV_ROW.replace("1", "\0"),
        "\n" + CSV_HEAD + CSV_ROW,
        "title\n" + CSV_HEAD + CSV_ROW,
        CSV_HEAD.replace("event_id", "id") + CSV_ROW,
        CSV_HEAD + CSV_ROW + ",A,created,2026-03-12T10:15:00Z\n",
        CSV_HEAD.replace("\n", ",their_verdict\n") + CSV_ROW.replace("\n", ",met\n"),
        CSV_HEAD.replace(",", ";") + CSV_ROW.replace(",", ";"),
    ],
)
def test_unusual_csv_is_left_to_another_reader(text: str, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(text.encode())
    assert read_small(path) is None


def test_other_encodings_and_kinds_are_left_to_another_reader(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes((CSV_HEAD + CSV_ROW.replace("A", "Ж")).encode("cp1251"))
    assert read_small(path) is None
    assert read_small(path, Config(input=Input(encoding="cp1251"))) is None
    path.write_bytes((CSV_HEAD + CSV_ROW).encode())
    assert read_small(path) is not None
    assert read_small(path, Config(input=Input(kind="appeals"))) is None
    assert read_small(path, Config(columns={"appeal_id": "event_id ?? appeal_id"})) is None
    assert read_columns(path, PLAIN) is None  # it is small
    assert read_columns(tmp_path / "none.csv", PLAIN, smallest=0) is None
    assert read_columns(io.BytesIO(b"a"), PLAIN, smallest=0) is None


def test_blank_lines_of_csv_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes((CSV_HEAD + "\n" + CSV_ROW + "\n\r\n" + "2,A,what,\n").encode())
    found = read_small(path)
    assert_same(found, path, PLAIN)
    assert found is not None
    assert [fault.line for fault in found.faults] == [6]


def test_names_of_numbers_in_texts_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(GOOD.replace('"A"', '"A","topic":"Infrastructure: NaN."'), "utf-8")
    assert_same(read_small(path), path, PLAIN)


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ("", [("error", 4)]),
        (',"topic":"t","refers_to":"5"', [("error", 4), ("ignore", 19)]),
        (',"topic":null', [("error", 4), ("ignore", 19)]),
        (',"text":{"topic":[1]}', [("error", 4), ("ignore", 19)]),
        (',"their_verdict":"met"', [("error", 4), ("ignore", 19)]),
        (r',"t\u006fpic":"t"', [("error", 4), ("ignore", 19)]),
        (',"topic":7', [("error", 4), ("ignore", 19)]),
    ],
)
def test_a_column_that_few_lines_have(
    more: str, asked: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    original = read._parsed_json

    def parsed(path: Path, kinds: dict[str, str], *, others: str) -> Any:
        calls.append((others, len(kinds)))
        return original(path, kinds, others=others)

    monkeypatch.setattr(read, "_parsed_json", parsed)
    monkeypatch.setattr(scan, "_SAMPLES", 3)
    monkeypatch.setattr(scan, "_SAMPLE", 1)
    lines = [GOOD.replace('"1"', f'"{number}"') for number in range(50)]
    lines[25] = lines[25].replace("}", more + "}")
    path = tmp_path / "events.jsonl"
    path.write_text("".join(lines), "utf-8")
    found = read_small(path)
    assert calls == asked
    if "their_verdict" in more or "7" in more:
        assert found is None
    else:
        assert_same(found, path, PLAIN)


@pytest.mark.parametrize("first", ["event_id", "agency_id"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(first: str, tmp_path: Path) -> None:
    names = dict.fromkeys([first, *CSV_HEAD.strip().split(",")])
    row = GOOD.replace("{", '{"agency_id":"1",')
    values = json.loads(row)
    text = ",".join(names) + "\n" + ",".join(values[name] for name in names) + "\n"
    path = tmp_path / "events.csv"
    path.write_text(text, "utf-8-sig")
    assert_same(read_small(path), path, PLAIN)


@pytest.mark.slow
def test_pandas_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(GOOD + GOOD.replace("}", ',"substantive":true}').replace("T", "t"), "utf-8")
    program = (
        "import sys; from pathlib import Path\n"
        "from workhours_sla.adapters.config.sections import Config\n"
        "from workhours_sla.adapters.sources.columns.read import read_columns\n"
        "found = read_columns(Path(sys.argv[1]), Config(), smallest=0)\n"
        "print(found is not None, 'pandas' in sys.modules)"
    )
    call = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    assert done.stdout == "True False\n"


# -- times -----------------------------------------------------------------------------------


def parsed(texts: list[str]) -> list[datetime | None]:
    micros, good = parse_times(pa.array(texts))
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        start + timedelta(microseconds=int(one)) if known else None
        for one, known in zip(micros, good, strict=True)
    ]


def read_one(text: str) -> datetime | None:
    try:
        return Instants().read(text)
    except RefusedError:
        return None


def test_times_are_parsed_as_by_the_rows() -> None:
    rng = random.Random(1)
    texts = []
    for _ in range(3_000):
        day = f"{rng.choice([1, 2, 1900, 2000, 2024, 2026, 9998, 9999]):04}-{rng.randrange(14):02}"
        clock = ":".join(f"{rng.randrange(most):02}" for most in (25, 61, 61))
        fraction = rng.choice(["", "", ".", ".5", ".123456", ".1234567", ",5"])
        offset = rng.choice(
            ["Z", "z", "+03:00", "-12:00", "-12:01", "+14:00", "+14:01", "+0300", ""]
        )
        text = f"{day}-{rng.randrange(33):02}{rng.choice('TT t')}{clock}{fraction}{offset}"
        if rng.random() < 0.1:
            place = rng.randrange(len(text))
            text = text[:place] + rng.choice("0:- /+٣") + text[place + 1 :]
        texts.append(text)
    texts += [f"2025-{month:02}-{day:02}T10:00:00Z" for month in range(14) for day in range(34)]
    texts += ["2026-03-12T10:00:00Z\n", "\n2026-03-12T10:00:00Z", "٢026-03-12T10:00:00Z"]
    found = parsed(texts)
    assert sum(one is not None for one in found) >= 200 + 365
    for text, one in zip(texts, found, strict=True):
        if one is not None:
            assert one == read_one(text), text


# -- commands --------------------------------------------------------------------------------


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(csv_of(rows_of(random.Random(5), 0.02)), "utf-8")
    return path


@pytest.fixture
def parquet_file(csv_file: Path, tmp_path: Path) -> Path:
    header, *lines = [line.split(",") for line in csv_file.read_text("utf-8").split("\n")[:-1]]
    columns = zip(*lines, strict=True)
    path = tmp_path / "events.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(
        pa.table(dict(zip(header, columns, strict=True))), path
    )
    return path


@pytest.fixture(params=["csv", "parquet"])
def events_file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(f"{request.param}_file")
    return path


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(arguments)
    return status, *capsys.readouterr()


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["check", "--json", "--all"],
        ["check", "--explain", "--all"],
        ["report"],
        ["report", "--json"],
        ["forecast"],
        ["forecast", "--json"],
    ],
)
def test_commands_print_the_same(
    command: list[str],
    events_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    as_of = (FIRST + timedelta(days=20)).isoformat()
    call = [command[0], str(events_file), "--as-of", as_of, *command[1:]]
    wanted = run(call, capsys)
    calls = []
    original = read.read_columns

    def read_any(path: Path, config: Config) -> ReadColumns | None:
        calls.append(path)
        return original(path, config, smallest=0)

    monkeypatch.setattr("workhours_sla.cli.input.read_columns", read_any)
    assert run(call, capsys) == wanted
    assert calls == [events_file]


def test_verbose(
    csv_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noted(lang: str) -> str:
        return run([*call, "--lang", lang], capsys)[2]

    call = ["check", str(csv_file), "--as-of", "2026-03-01T12:00Z", "--verbose"]
    assert "all appeals were judged one event at a time" in noted("en")
    assert "все обращения рассчитаны по отдельным событиям" in noted("ru")
    original = read.read_columns
    monkeypatch.setattr(
        "workhours_sla.cli.input.read_columns",
        lambda path, config: original(path, config, smallest=0),
    )
    assert "of 20 appeals (" in noted("en")
    assert "рассчитано обращений: " in noted("ru")


@pytest.mark.parametrize("missing", ["pyarrow", "numpy"])
def test_without_an_extra_another_reader_is_used(
    missing: str, csv_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_small(csv_file) is not None
    monkeypatch.setitem(sys.modules, missing, None)
    assert read_small(csv_file) is None
