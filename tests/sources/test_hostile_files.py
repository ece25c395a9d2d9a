"""Broken tables: what `check` says without a configuration is true, or it asks or refuses."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from kit.values import run
from kit.workbooks import changed, ods, ods_cell, ods_row, xlsx
from workhours_sla.config.sections import Format
from workhours_sla.sources.formats import FORMATS

HEAD = ("Номер", "Поступило", "Ответ дан")
ROWS: list[tuple[str, datetime, datetime | None]] = [
    ("A1", datetime(2025, 3, 12, 10, 15), datetime(2025, 3, 12, 11)),
    ("A2", datetime(2025, 3, 12, 10, 20), datetime(2025, 3, 13, 17)),
    ("A3", datetime(2025, 3, 12, 16), None),
    ("A4", datetime(2025, 3, 13, 9, 5), datetime(2025, 3, 13, 12, 50)),
    ("A5", datetime(2025, 2, 1, 12), datetime(2025, 2, 3, 10)),
]
TRUTH = {name: times for name, *times in ROWS}


def texts(form: str = "%d.%m.%Y %H:%M") -> list[tuple[str, ...]]:
    return [
        (name, *(when.strftime(form) if when else "" for when in times)) for name, *times in ROWS
    ]


def table(form: str = "%d.%m.%Y %H:%M", rows: slice = slice(None)) -> str:
    return "\n".join(";".join(row) for row in [HEAD, *texts(form)[rows]]) + "\n"


def book(book: Any, sheet: Any) -> None:
    """Fill a sheet whose answers are formulas, one of them with an error."""
    shown = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for y, row in enumerate([HEAD, *ROWS]):
        for x, value in enumerate(row):
            if value is not None:
                sheet.write(y, x, value, shown)
    sheet.write_formula(3, 2, "=1/0", shown, "#DIV/0!")


def spanned() -> str:
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in [HEAD, *texts()[:2]]]
    rows.append(f"<td>A3</td><td rowspan=2>{texts()[2][1]}</td><td></td>")
    rows.append(f"<td>A9</td><td>{texts()[3][2]}</td>")
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


BOOK = xlsx(book)
SHEET = "xl/worksheets/sheet1.xml"
ENDLESS = ods(
    *(ods_row(*map(ods_cell, row)) for row in [HEAD, *texts()]),
    ods_row(*map(ods_cell, texts()[0]), attributes='table:number-rows-repeated="100000000"'),
)
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><log><trace/>&b;</log>'
CASES: dict[str, tuple[str, str | bytes, str, str]] = {
    "one quote too many": ("a.csv", table().replace("A2;", '"A2;'), "", "quote"),
    "a row cut short": ("a.csv", table().replace("16:00;", "16:00"), "", "2 fields"),
    "a NUL": ("a.csv", table().replace("A2", "A\0"), "", "NUL"),
    "dates of two readings": ("a.csv", table("%d/%m/%Y %H:%M", slice(0, 1)), "", "may come first"),
    "an answer that is an error": ("a.csv", table().replace("16:00;", "16:00;#Н/Д"), "", "#Н/Д"),
    "ids that Excel shortened": ("a.csv", re.sub("A[12]", "1,23E+11", table()), "", "1,23E+11"),
    "planned answers": ("a.csv", table().replace("Ответ дан", "Ответ (план)"), "", "answered"),
    "dates alone": ("a.csv", table("%d.%m.%Y"), "", "dates without a time of day"),
    "an unpacked half": ("a.csv.gz", gzip.compress(table().encode())[:-12], "", "in the middle"),
    "a cell that spans rows": ("a.xls", spanned(), "A1 A2 A3 A9", "A9"),
    "an error in a workbook": ("a.xlsx", BOOK, "", "#DIV/0!"),
    "a formula without a value": (
        "a.xlsx",
        changed(BOOK, {SHEET: lambda xml: re.sub(rb' t="e"|<v>#DIV/0!</v>', b"", xml)}),
        "",
        "formula without a value",
    ),
    "a row repeated without end": ("a.ods", ENDLESS, "", "damaged"),
    "entities that grow": ("a.xes", LAUGHS, "", "DOCTYPE"),
    "arrays without end": ("a.json", "[" * 100_000, "", "a.json"),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_certain_is_false(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, content, ids, words = CASES[name]
    path = tmp_path / file
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    options = ("--as-of", "2025-04-01T12:00+03:00", "--min-read", 0, "--lang", "en")
    zone = ("--calendar", "RU-VGG", "--assume-tz", "Europe/Volgograd")
    status, out, err = run(capsys, "check", path, "--json", "--all", *zone, *options)
    assert status == (1 if ids else 2)
    assert words in out + err
    found = {
        one["appeal_id"]: [
            datetime.fromisoformat(time).replace(tzinfo=None) if time else None
            for time in (one["posted_at"], one["answered_at"])
        ]
        for one in (json.loads(out)["outcomes"] if ids else ())
    }
    truth = {**TRUTH, "A9": [ROWS[2][1], ROWS[3][2]]}
    assert found == {one: truth[one] for one in ids.split()}


def test_each_format_has_a_row_in_the_table() -> None:
    assert set(FORMATS) == {
        name for group in get_args(Format) for name in get_args(group) or [group]
    }
