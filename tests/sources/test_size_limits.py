"""The tables of limits: a value of exactly the limit is taken, and one that is larger is not."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from types import ModuleType
from zipfile import ZipFile

import pytest

from kit.paths import DOCS
from kit.workbooks import xlsx_of
from workhours_sla import WeeklyHours
from workhours_sla.config.file import parse_config, tables_of
from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.files import open_source, read_icalendar
from workhours_sla.foreign import icalendar
from workhours_sla.sources import opened, sheets
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.worktime.budgets import parse_budget

pytest.importorskip("python_calamine")

EVENT = {"event_id": "1", "appeal_id": "A", "type": "created", "occurred_at": "2026-03-12T10:15Z"}
MORE = [f"more{number}" for number in range(12)]
HEADER, ROW = ",".join([*EVENT, *MORE]), ",".join([*EVENT.values(), ""])
BOOK = xlsx_of([tuple(EVENT), tuple(EVENT.values())])
PAGES = [
    (DOCS / "en" / page).read_text("utf-8")
    for page in ("reference/file-formats.md", "explanation/threat-model.md")
]


def takes(use: Callable[[], object]) -> bool:
    """Return whether a value is used without an error."""
    try:
        use()
    except WorkHoursError:
        return False
    return True


def reads(content: bytes | str, kind: str = "csv") -> bool:
    """Return whether a file is read, and no row of it is rejected."""
    config = parse_config(f'[input]\nkind = "events"\nformat = "{kind}"\n', "test.toml")
    data = content.encode() if isinstance(content, str) else content
    faults: list[Fault] = []

    def read() -> None:
        with open_source(io.BytesIO(data), config, name="file") as source:
            faults.extend(item for item in source if isinstance(item, Fault))

    return takes(read) and not faults


def csv_line(size: int, ending: str = "\n") -> bool:
    left, fields = size - len(ROW) - len(MORE) + 1, []
    for _ in MORE:
        fields.append("x" * min(left, 100_000))
        left -= len(fields[-1])
    line = ROW + ",".join(fields)
    assert len(line) == size
    return reads(f"{HEADER}\n{line}{ending}{ROW + ',' * (len(MORE) - 1)}\n")


def csv_field(size: int) -> bool:
    return reads(f'{",".join(EVENT)},text\n{ROW}"{"x" * size}"\n')


def last_column(number: int) -> bool:
    """Return whether a workbook is read whose last column has this number."""
    names, values = list(EVENT), list(EVENT.values())
    between = [None] * (number - len(EVENT))
    rows = [[*names[:-1], *between, names[-1]], [*values[:-1], *between, values[-1]]]
    return reads(xlsx_of(rows), "xlsx")


def record(size: int) -> str:
    text = json.dumps({**EVENT, "text": ""})
    return f'{text[:-2]}{"x" * (size - len(text))}"}}'


def feed(count: int) -> bool:
    """Return whether an event of so many days, each a start of its own, is read."""
    rule = ("DTSTART;VALUE=DATE:20260101", f"RRULE:FREQ=DAILY;COUNT={count}", "SUMMARY:x")
    text = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *rule, "END:VEVENT", "END:VCALENDAR"])
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    return takes(lambda: read_icalendar(text, id="x", first=first, last=last))


def dated_rules(count: int) -> str:
    days = (date(2026, 1, 1) + timedelta(number) for number in range(count))
    return "; ".join(f"{day:%b %d} 09:00-18:00" for day in days)


@pytest.mark.parametrize(
    ("limit", "taken"),
    [
        pytest.param(1_000_000, csv_line, id="a line of CSV"),
        pytest.param(1_000_000, lambda size: csv_line(size, "\r\n"), id="a line with CR LF"),
        pytest.param(1_000_000, lambda size: reads(record(size) + "\n", "jsonl"), id="JSON Lines"),
        pytest.param(131_072, csv_field, id="a field of CSV"),
        pytest.param(1_000, last_column, id="columns of a workbook"),
        pytest.param(
            1_000_000, lambda size: takes(lambda: tables_of("#" * size, "x")), id="a TOML file"
        ),
        pytest.param(
            10_000,
            lambda size: takes(lambda: WeeklyHours.parse("Mo-Fr 09:00-18:00".ljust(size))),
            id="weekly hours",
        ),
        pytest.param(
            100,
            lambda count: takes(lambda: WeeklyHours.parse(dated_rules(count))),
            id="rules of weekly hours",
        ),
        *(
            pytest.param(
                10_000,
                lambda count, unit=unit: takes(
                    lambda: parse_budget(f"{count} {unit}", roll="none")
                ),
                id=unit,
            )
            for unit in ("working days", "days", "months")
        ),
        pytest.param(500, lambda size: clip("x" * size) == "x" * size, id="the text of a row"),
        pytest.param(80, lambda size: "x" * size in shown("x" * size), id="a quoted value"),
    ],
)
def test_a_limit_is_the_largest_value_that_is_taken(
    limit: int, taken: Callable[[int], bool]
) -> None:
    assert any(re.search(rf"\b{limit:,}\b", page) for page in PAGES)
    assert [taken(size) for size in (limit - 1, limit, limit + 1)] == [True, True, False]


def test_a_limit_of_bytes_is_the_largest_file_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = ZipFile(io.BytesIO(BOOK))
    xml = sum(info.file_size for info in archive.infolist())
    texts = (text for name in archive.namelist() for text in archive.read(name).split(b"<"))
    longest = max(map(len, texts)) + 1
    text = f"{','.join(EVENT)}\n{','.join(EVENT.values())}\n".encode()
    monkeypatch.setattr(opened, "MOST_TIMES", 0)
    cases: list[tuple[ModuleType, str, int, Callable[[], bool]]] = [
        (sheets, "MOST_UNPACKED", xml, lambda: reads(BOOK, "xlsx")),
        (sheets, "MOST_TEXT", longest, lambda: reads(BOOK, "xlsx")),
        (opened, "ALWAYS_READ", len(text), lambda: reads(gzip.compress(text))),
        (icalendar, "MOST_DAYS", 50, lambda: feed(50)),
    ]
    for module, name, size, taken in cases:
        assert any(f"{getattr(module, name):,}" in page for page in PAGES), name
        with monkeypatch.context() as patched:
            patched.setattr(module, name, size)
            assert taken(), name
            patched.setattr(module, name, size - 1)
            assert not taken(), name
