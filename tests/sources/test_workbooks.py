"""Workbooks: the sheet and the header are found, and no cell is read as what it is not."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import Items, faults
from kit.rows import read as read_rows
from kit.rows import refusal as refusal_of_rows
from kit.workbooks import changed, compound, ods, ods_cell, ods_row, xlsx, xlsx_of
from workhours_sla import Event
from workhours_sla.config.file import parse_config
from workhours_sla.errors import SourceError
from workhours_sla.sources import sheets
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

pytest.importorskip("python_calamine")
pytest.importorskip("xlsxwriter")

HEADER = ("Номер", "Опубликовано", "Ответ", "Ведомство")
SHEET = """
[input]
kind = "appeals"
tz = "UTC"
{more}
[columns]
appeal_id = "Номер"
posted_at = "Опубликовано"
answered_at = "Ответ"
agency_id = "Ведомство"
"""
POSTED = datetime(2026, 3, 12, 10, 15)
DATES = {"datetime": "dd.mm.yyyy hh:mm", "date": "dd.mm.yyyy", "time": "hh:mm"}
SHEET_XML = "xl/worksheets/sheet1.xml"


def read(book: bytes, more: str = "", sheet: str = SHEET) -> Items:
    return read_rows(book, sheet.replace("{more}", more), name="book")


def table(*rows: Sequence[object], above: Sequence[Sequence[object]] = ()) -> bytes:
    return xlsx_of([*above, HEADER, *rows], **DATES)


def ids(items: Items) -> list[str]:
    return [event.appeal_id for item in items if not isinstance(item, Fault) for event in item[:1]]


def first(items: Items) -> tuple[Event, ...]:
    assert not isinstance(items[0], Fault), items[0]
    return items[0]


def fault(items: Items, detail: str) -> Fault:
    (found,) = [item for item in items if isinstance(item, Fault)]
    assert detail in found.detail, found
    return found


def refusal(book: bytes, more: str = "") -> str:
    return refusal_of_rows(book, SHEET.replace("{more}", more)).replace("rows", "book")


def test_a_table_below_a_title_beside_blank_columns() -> None:
    rows = [
        (None, "Выгрузка инцидентов"),
        (),
        (None, None, "Период: март"),
        (),
        (None, *HEADER),
        (None, 1001, POSTED, None, "Дороги"),
        (),
        (None, 1002, POSTED, POSTED + timedelta(hours=1), None),
        (None, "Итого", None, None, 2),
    ]
    items = read(xlsx_of(rows, **DATES))
    assert ids(items) == ["1001", "1002"]
    assert first(items)[0].occurred_at == POSTED.replace(tzinfo=UTC)
    assert first(items)[0].agency_id == "Дороги"
    assert items[2] == ()  # the row of totals is counted and ignored
    broken = [*rows[:7], (None, 1002, "вчера", None, None)]
    assert fault(read(xlsx_of(broken, **DATES)), "вчера").line == 8


@pytest.mark.parametrize(
    ("row", "is_ignored"),
    [
        (("Итого:", None, None, 5), True),
        (("ВСЕГО по области", None, None, None), True),
        (("Total", None, None, None), True),
        ((None, None, "Всего", 5), True),
        (("Итого", POSTED, None, "Дороги"), False),  # an appeal that is called so
        (("Итоговая", None, None, None), False),
        ((None, POSTED, None, "Итого"), False),
        (("Исполнитель: Иванов", None, None, None), False),
        ((None, None, None, "Дороги"), False),
    ],
)
def test_rows_of_totals(row: Sequence[object], is_ignored: bool) -> None:
    item = read(table((1, POSTED, None, "Дороги"), row))[1]
    assert (item == ()) == is_ignored


def test_the_sheet_with_the_columns_is_found() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        if sheet.get_name() == "Обложка":
            sheet.write(0, 0, "Отчёт")
        elif sheet.get_name() != "Пусто":
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, [sheet.get_name(), "2026-03-12T10:15", "", ""])
        if sheet.get_name() == "Скрытый":
            sheet.hide()

    book = xlsx(fill, sheets=("Обложка", "Март", "Скрытый", "Пусто"))
    assert ids(read(book)) == ["Март"]
    assert ids(read(book, 'sheet = "Скрытый"')) == ["Скрытый"]
    assert ids(read(book, 'sheet = "март"')) == ["Март"]
    assert "no column 'Номер'" in refusal(book, 'sheet = "Обложка"')
    assert "an empty sheet" in refusal(book, 'sheet = "Пусто"')
    message = refusal(book, 'sheet = "Апрель"')
    assert "no sheet 'Апрель' but 'Обложка', 'Март', 'Скрытый', 'Пусто'" in message
    message = refusal(xlsx(fill, sheets=("Обложка", "Март", "Апрель")))
    assert "has the columns on the sheets 'Март' and 'Апрель'; set sheet" in message
    assert "'Отчёт'" in refusal(xlsx(fill, sheets=("Пусто", "Обложка")))


@pytest.mark.parametrize(
    ("value", "expected", "detail"),
    [
        (1001, "1001", ""),
        (1001.0, "1001", ""),
        (-7, "-7", ""),
        (999_999_999_999_999, "999999999999999", ""),
        ("0042", "0042", ""),
        (" A-1 ", "A-1", ""),
        (True, "true", ""),
        ("#12", "#12", ""),
        ("x" * 1023 + "y", "x" * 1023 + "y", ""),
        (1001.5, None, "a number with a fraction"),
        (1_000_000_000_000_000, None, "has the number 1000000000000000, of more digits than"),
        (2**53 + 1, None, "of more digits than"),
        ("#N/A", None, "'Номер' has the error #N/A"),
        ("#Н/Д", None, "'Номер' has the error #Н/Д"),
        ("x" * 32_000, None, "has more than 1,024 bytes"),
    ],
)
def test_ids_are_texts(value: object, expected: str | None, detail: str) -> None:
    items = read(table((value, POSTED)))
    if expected is None:
        assert fault(items, detail).reason == "malformed"
    else:
        assert ids(items) == [expected]


def test_merged_cells_prefixes_and_missing_positions() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "Отчёт за март")
        sheet.merge_range(1, 0, 2, 0, HEADER[0])
        sheet.merge_range(1, 1, 1, 2, "Время")
        sheet.merge_range(1, 3, 2, 3, HEADER[3])
        sheet.write_row(2, 1, HEADER[1:3])
        for row in range(3, 7):
            sheet.write_row(row, 0, [f"A-{row}", "2026-03-12 10:15"])
        sheet.merge_range(3, 3, 5, 3, "Дороги")

    agencies = [item[0].agency_id for item in read(xlsx(fill)) if not isinstance(item, Fault)]
    assert agencies == ["Дороги", "Дороги", "Дороги", None]

    def prefixed(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml)
        return xml.replace(b"xmlns=", b"xmlns:x=")

    def bare(xml: bytes) -> bytes:
        return prefixed(re.sub(rb'(<(?:c|row)) r="\w+"', rb"\1", xml))

    book = table(("A", POSTED, POSTED, "x"), ("B", datetime(2026, 3, 12), POSTED, "#N/A"))
    for spoil in (prefixed, bare):
        items = read(changed(book, {SHEET_XML: spoil}))
        assert ids(items) == ["A"]
        fault(items, "'Ведомство' has the error #N/A")


PROTECTED = compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})


ENDLESS = ods_row(ods_cell("A"), attributes='table:number-rows-repeated="100000000"')


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (PROTECTED, "protected by a password; open it, and save it without"),
        (ods(ods_row(*map(ods_cell, HEADER)), manifest="<manifest:encryption-data/>"),
         "protected by a password"),
        (b"PK\x03\x04", "damaged workbook"),
        (ods(ods_row(*map(ods_cell, HEADER)), ENDLESS), "damaged workbook"),
        (compound({"Other": b"x"}), "damaged workbook"),
        (compound({"Workbook": b"\x09\x08\xff\xff"}), "damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "damaged workbook"),
        (changed(table((1, POSTED)), {"xl/workbook.xml": lambda _: b"<x/>"}), "damaged workbook"),
        (changed(table((1, POSTED)), {SHEET_XML: lambda xml: xml[: len(xml) // 2]}),
         "damaged workbook"),
    ],
)  # fmt: skip
def test_damaged_and_protected_books(content: bytes, part: str) -> None:
    assert part in refusal(content)


def test_files_that_are_no_books_and_packed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("export.csv", "Номер")
    assert "zip archive without a workbook" in refusal(content.getvalue())
    path = tmp_path / "export.xls"
    path.write_text("Номер;Дата", "utf-8")
    wrong = pytest.raises(SourceError, match="not a workbook but perhaps text or HTML")
    with open_source(path, parse_config("", "test.toml")) as source, wrong:
        list(source)
    packed = tmp_path / "book.xlsx.gz"
    packed.write_bytes(gzip.compress(table((1, POSTED))))
    with open_source(packed, parse_config(SHEET.replace("{more}", ""), "test.toml")) as source:
        assert (source.format, ids(list(source))) == ("xlsx", ["1"])
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    bomb = changed(table((1, POSTED)), {"xl/sharedStrings.xml": lambda _: b" " * 2_000_000})
    assert "a workbook of more than 1,000,000 bytes" in refusal(bomb)


def test_a_cell_with_a_text_without_end_is_refused() -> None:
    text = b"<si><t>%s</t></si></sst>" % (b"x" * 1_000_001)
    book = changed(
        table((1, POSTED)), {"xl/sharedStrings.xml": lambda xml: xml.replace(b"</sst>", text)}
    )
    assert refusal(book) == (
        "book: a text in 'xl/sharedStrings.xml' of the workbook has more than 1,000,000 bytes; "
        "shorten or delete the cell with it (Excel takes at most 32,767 characters), "
        "and save the workbook again"
    )


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>',
        "".join(f'<row r="{at}"><c r="XFD{at}"><v>7</v></c></row>' for at in range(4, 50)),
        "".join(f'<row r="{at}"><c r="A{at}" s="0"/></row>' for at in range(4, 50)),
        '<row r="no number, and not read"/>',
        '<x:row xmlns:x="x">' + " " * 2_500_000 + "</x:row>",
    ],
    ids=["a far cell", "a far column", "empty cells", "an empty row", "blanks"],
)
def test_cells_outside_of_the_table_change_nothing(
    rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def longer(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", rows.encode() + b"</sheetData>")

    monkeypatch.setattr(sheets, "MOST_TEXT", 3_000_000)
    book = table(("A", POSTED, POSTED, "x"), ("B", POSTED, "soon", "x"))
    assert read(changed(book, {SHEET_XML: longer})) == read(book)


@pytest.mark.parametrize("size", range(1000, 1012))
def test_a_sheet_is_read_in_pieces_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["A", "2026-03-12 10:15", "2026-03-12 10:20"])
        sheet.write_row(2, 0, ["B", "2026-03-12 10:15"])
        sheet.merge_range(1, 3, 2, 3, "Дороги")
        for row in range(3, 90):
            sheet.set_row(row, 20)

    book = xlsx(fill)
    expected = read(book)
    monkeypatch.setattr(sheets, "MOST_TEXT", size)
    assert read(book) == expected
    assert [item[0].agency_id for item in expected if not isinstance(item, Fault)] == ["Дороги"] * 2


def test_times_are_read_whatever_the_format_of_texts() -> None:
    times = [POSTED, "12.03.2026 10:15", datetime(2026, 3, 12), POSTED.replace(second=30)]
    book = table(*zip("ABCDEF", [*times, date(2026, 3, 12), time(10, 15)], strict=True))
    read_as = [POSTED, POSTED, datetime(2026, 3, 12), POSTED.replace(second=30)]
    for more in ("", 'datetime_format = "%d.%m.%Y %H:%M"'):
        items = read(book, more)
        found = [item[0].occurred_at for item in items[:4] if not isinstance(item, Fault)]
        assert found == [when.replace(tzinfo=UTC) for when in read_as]
        assert [one.reason for one in faults(items)] == ["unreadable_time"] * 2
    book = table(("A", datetime(2026, 10, 25, 2, 30)), ("B", datetime(2026, 3, 29, 2, 30)))
    found_faults = faults(read(book, sheet=SHEET.replace('"UTC"', '"Europe/Berlin"')))
    assert [one.reason for one in found_faults] == ["ambiguous_time", "nonexistent_time"]


def test_a_time_at_midnight_is_a_time_where_its_style_shows_one() -> None:
    styles = ["dd.mm.yyyy hh:mm", "[$-419]d mmm yyyy h:mm;@", 'dd.mm.yyyy "часов"']

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        for row, style in enumerate(styles, 1):
            sheet.write(row, 0, row)
            sheet.write(row, 1, 46093, book.add_format({"num_format": style}))

    for spoil in (bytes, lambda xml: xml.replace(b"<v>46093</v>", b"<v>46093.0</v>")):
        items = read(changed(xlsx(fill), {SHEET_XML: spoil}))
        assert [isinstance(item, Fault) for item in items] == [False, False, True]
        assert first(items)[0].occurred_at == datetime(2026, 3, 12, tzinfo=UTC)


def test_a_posting_without_its_time_of_day_is_rejected_whatever_the_style_of_its_date() -> None:
    styles = ["DD.MM.YYYY", "dd.mm.yyyy hh:mm", "m/d/yy h:mm", "[$-419]d mmm yyyy;@", "General"]
    header = ("appeal_id", "type", "date", "time")

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, header)
        for row, (style, clock) in enumerate(product(styles, ("08-40", "", "09-15")), 1):
            sheet.write_row(row, 0, (row, "created"))
            sheet.write(row, 2, 46093, book.add_format({"num_format": style}))
            sheet.write(row, 3, clock)

    config = (
        '[input]\ntz = "UTC"\n[columns]\noccurred_at = ["date", "time"]\n[values.occurred_at]\n'
    )
    items = read(xlsx(fill), sheet=config + '08-40 = ""\n09-15 = "09:15"\n')
    posted = [first([item])[0].occurred_at for item in items if not isinstance(item, Fault)]
    assert posted == [datetime(2026, 3, 12, 9, 15, tzinfo=UTC)] * 4  # a number of days is no date
    assert {item.reason for item in items if isinstance(item, Fault)} == {"unreadable_time"}


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "has the error #DIV/0!; correct"),
        (b'<c r="C2" t="e"><v>#SPILL!</v></c>', "has the error #SPILL!; correct its formula"),
        (b'<c r="C2"><f>NOW()</f><v></v></c>', "has a formula without a value; open the workbook"),
        (b'<c r="C2"><f>NOW()</f></c>', "has a formula without a value"),
    ],
)
def test_an_error_is_no_empty_cell(cell: bytes, why: str) -> None:
    def spoil(xml: bytes) -> bytes:
        return re.sub(rb'<c r="C2"[^>]*>.*?</c>', cell, xml)

    book = changed(table(("A", "2026-03-12 10:15", "x", "y")), {SHEET_XML: spoil})
    assert f"book (Лист1), row 2: 'Ответ' {why}" in refusal(book)


def test_what_is_no_error_in_a_column_that_is_read() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, (*HEADER, "Доля"))
        sheet.write_row(1, 0, ["A-1", "2026-03-12 10:15"])
        sheet.write_formula(1, 2, '=IF(1,"")', None, "")  # an empty text is no answer
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")
        sheet.write_row(2, 0, ["A-2", "2026-03-12 10:15", "#N/A"])
        sheet.write_string(3, 0, "Итого")
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    def typed(xml: bytes) -> bytes:
        return xml.replace(b'<c r="C2">', b'<c r="C2" t="str">')

    items = read(changed(xlsx(fill), {SHEET_XML: typed}))
    assert len(first(items)) == 1
    assert fault(items, "'Ответ' has the error #N/A").line == 3  # a text
    assert items[2] == ()


def test_links_are_their_texts() -> None:
    formulas = [
        '=HYPERLINK("https://example.test/?a=1&b=2","A-1")',
        '=HYPERLINK("https://example.test/2")',
        '=HYPERLINK("x", "two ""quoted"" words")',
    ]

    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        for row, formula in enumerate(formulas, 1):
            sheet.write_formula(row, 0, formula, None, "" if row % 2 else 0)
            sheet.write_string(row, 1, "2026-03-12 10:15")
        sheet.write_url(4, 0, "https://example.test/4", string="A-4")
        sheet.write_string(4, 1, "2026-03-12 10:15")

    def uncomputed(xml: bytes) -> bytes:
        return xml.replace(b' t="str"', b"").replace(b"<v></v>", b"<v/>")

    found = ["A-1", "https://example.test/2", 'two "quoted" words', "A-4"]
    assert ids(read(changed(xlsx(fill), {SHEET_XML: uncomputed}))) == found


def test_ods() -> None:
    at = 'office:value-type="date" office:date-value="2026-03-12T{}"'
    wrong = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    book = ods(
        ods_row(ods_cell("Отчёт")),
        ods_row(attributes='table:number-rows-repeated="3"'),
        ods_row(*map(ods_cell, HEADER)),
        ods_row(
            ods_cell("x", 'office:value-type="float" office:value="1001"'),
            ods_cell("x", at.format("10:15:00")),
            "<table:table-cell/>",
            ods_cell("Дороги"),
        ),
        ods_row(ods_cell("A-2"), ods_cell("x", at.format("00:00:00")), ods_cell("#N/A", wrong)),
        ods_row(ods_cell("Итого"), ods_cell("2", 'office:value-type="float" office:value="2"')),
        ods_row(
            '<table:table-cell table:number-columns-repeated="16384"/>',
            attributes='table:number-rows-repeated="1048569"',
        ),
    )
    config = parse_config(SHEET.replace("{more}", ""), "test.toml")
    with open_source(BytesIO(book), config, name="book") as source:
        items = list(source)
    assert ids(items) == ["1001", "A-2"]
    assert first(items)[0].agency_id == "Дороги"
    assert first(items[1:])[0].occurred_at == datetime(2026, 3, 12, tzinfo=UTC)
    note, totals = map(str, source.notes)  # an error may be among the empty cells
    assert "3 cells of the columns that are read are empty; save the file as .xlsx" in note
    assert totals == "1 row is a total (row 8) and is left out"


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_numbers_that_count_from_1904_are_no_times(form: str, tmp_path: Path) -> None:
    posted, more = 44635.4375, 'datetime_format = "excel"'
    if form == "xls":
        xlwt = pytest.importorskip("xlwt")
        old = xlwt.Workbook()
        old.dates_1904 = True
        cells = old.add_sheet("Лист1")
        for column, name in enumerate(HEADER):
            cells.write(0, column, name)
        cells.write(1, 0, "A-1")
        cells.write(1, 1, posted, xlwt.easyxf(num_format_str="DD.MM.YYYY HH:MM"))
        old.save(str(tmp_path / "book.xls"))
        book = (tmp_path / "book.xls").read_bytes()
    else:
        book = changed(
            xlsx_of([HEADER, ["A-1", posted]], float=DATES["datetime"]),
            {
                "xl/workbook.xml": lambda part: part.replace(
                    b"<workbookPr ", b'<workbookPr date1904="1" '
                )
            },
        )
    assert first(read(book))[0].occurred_at == datetime(2026, 3, 16, 10, 30, tzinfo=UTC)
    assert "counts its days from 1904" in refusal(book, more)


def test_xls(tmp_path: Path) -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    style = xlwt.easyxf(num_format_str="DD.MM.YYYY HH:MM")
    day = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    rows: list[tuple[object, object, object]] = [
        (1001, POSTED, None),
        ("A-2", POSTED, 0x2A),
        ("A-3", date(2026, 3, 12), None),
    ]
    for column, name in enumerate(HEADER):
        sheet.write(2, column + 1, name)
    for row, (number, posted, error) in enumerate(rows, 3):
        sheet.write(row, 1, number)
        sheet.write(row, 2, posted, style if isinstance(posted, datetime) else day)
        if error is not None:
            sheet.row(row).set_cell_error(3, error)
    sheet.write_merge(3, 4, 4, 4, "Дороги")
    book.save(str(tmp_path / "book.xls"))
    content = (tmp_path / "book.xls").read_bytes()
    items = read(content)
    assert ids(items) == ["1001", "A-2"]
    assert [event.agency_id for item in items[:2] for event in item[:1]] == ["Дороги"] * 2  # type: ignore[union-attr]
    fault(items[2:], "it has no time of day")
    with open_source(
        tmp_path / "book.xls", parse_config(SHEET.replace("{more}", ""), "test.toml")
    ) as source:
        assert (source.format, source.unit) == ("xls", "row")
        assert list(source) == items
        assert source.position == source.size
        (note,) = map(str, source.notes)
        assert "look the same, and 4 cells" in note


BOOK = table((1001, POSTED, None, "x"), ("A-2", "2026-03-12 10:15", POSTED, "y"))
ODS = ods(
    ods_row(*map(ods_cell, HEADER)),
    ods_row(
        ods_cell("A"), ods_cell("2026-03-12 10:15"), attributes='table:number-rows-repeated="2"'
    ),
)


def survives(book: bytes, more: str = "") -> None:
    """Read a book that may be damaged; nothing but a SourceError may be raised."""
    with suppress(SourceError):
        assert all(isinstance(item, Fault | tuple) for item in read(book, more))


@given(st.sampled_from((BOOK, ODS)), st.data())
@settings(max_examples=examples(150), derandomize=True, database=None)
def test_changed_bytes_give_rows_or_an_error(book: bytes, data: st.DataObject) -> None:
    content = bytearray(book)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    survives(bytes(content[: data.draw(st.integers(1, len(content)))]), 'format = "xlsx"')


PARTS = st.sampled_from(
    [b"<c", b"</c>", b"<f>", b"<v>", b"/>", b'"', b"'", b'r="A1"', b't="e"', b"<row", b"&#0;", b">"]
)


@given(st.lists(st.tuples(st.integers(0, 3000), PARTS), min_size=1, max_size=4))
@settings(max_examples=examples(150), derandomize=True, database=None)
def test_changed_xml_gives_rows_or_an_error(changes: list[tuple[int, bytes]]) -> None:
    def spoil(xml: bytes) -> bytes:
        for at, part in changes:
            xml = xml[: at % len(xml)] + part + xml[at % len(xml) :]
        return xml

    survives(changed(BOOK, {SHEET_XML: spoil}))


def test_headers() -> None:
    broken = ("Номер ", "Опубли-\nковано", "Ответ", " Ведомство")  # with line breaks
    sheet = SHEET.replace('"Опубликовано"', '"Опубли- ковано"')
    assert ids(read(xlsx_of([broken, ("A", POSTED)], **DATES), sheet=sheet)) == ["A"]
    rows = [("Отчёт", "за март"), (*HEADER[:3], "Ведомства"), (1, POSTED)]
    message = refusal(xlsx_of(rows, **DATES))
    assert "book (Лист1) has no column 'Ведомство'" in message
    assert "'Номер', 'Опубликовано', 'Ответ', 'Ведомства'" in message
    other = (*HEADER, "Примечание")
    message = refusal(table((1, POSTED), other, (2, POSTED), above=[("Отчёт",)]))
    assert "names its columns both in row 2 and in row 4" in message
    assert "columns named 'Ответ'" in refusal(xlsx_of([(*HEADER, "Ответ")]))
