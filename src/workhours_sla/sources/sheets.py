"""Read the rows of a sheet of an XLSX, XLS or ODS workbook.

XLSX is read by openpyxl, which distinguishes errors and formulas without a value from empty cells.
The reader of XLS and ODS, calamine, shows both as empty cells, so a note asks for XLSX.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from importlib import import_module
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple
from zipfile import ZipFile

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.formats import HEAD, binary_format
from workhours_sla.sources.layout import (
    HEADER_WITHIN,
    Layout,
    is_total,
    numbered,
    totals_of,
    two_rows,
)
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile, missing_extra
from workhours_sla.sources.rows import Item, RefusedError, clip, row_text
from workhours_sla.sources.values import EXCEL, ROUNDED, check_values, text_of
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader

MOST_UNPACKED: Final = 500_000_000  # maximum total size in bytes of the parts of a workbook
MOST_COLUMNS: Final = 1_000  # number of first columns of XLSX that are read
MOST_TEXT: Final = 1_000_000  # maximum size in bytes of a text in a part
_ERROR: Final = re.compile(r"#(?:[A-ZА-Я]+[!?]|(?:DIV|ДЕЛ)/0!|N/A|Н/Д)")
"""Matches a text that looks like the error of a cell."""
_LINK: Final = re.compile(
    r'=\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"((?:[^"]|"")*)"\s*)?\)\s*', re.IGNORECASE
)
_SINCE_1904: Final = b"\x22\0\2\0\1\0"  # the record of XLS that says that days count from 1904
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name of the part of a workbook with a password."""
_MOST_ROWS: Final = 1 << 20  # the number of rows of the largest sheet
_REPEATED: Final = re.compile(rb'number-(?:rows|columns)-repeated="(\d{7,})"')
_MARK: Final = re.compile(
    rb"<(?:/(?:\w+:)?(?P<end>sheetData)|(?:\w+:)?(?:(?P<row>row)|(?P<formula>f)|v|is"
    rb"|mergeCell\s[^>]*?\bref\s*=\s*[\"'](?P<merged>[^\"']+)[\"']))(?=[\s/>])"
)
"""Matches a row of a sheet, a formula, a value, a merged cell, or the end of all rows."""
_LISTED: Final = 40


class CellError(str):
    """The error in a cell, ``""`` for a formula that was never computed."""

    __slots__ = ()


class _Row(NamedTuple):
    """A row that is not blank. ``number`` is counted from 0."""

    number: int
    cells: list[Any]


class _Header(NamedTuple):
    """The row number of the header, and its column names."""

    number: int
    names: list[str]


_Marks = tuple[bool, int, list[tuple[int, int, int]], int | None]


class _Sheet(NamedTuple):
    """The rows of a sheet, and their number. ``merged`` has first row, column and last row.

    All rows after as many rows with a value as are ``filled`` are blank.
    """

    rows: Iterator[list[Any]]
    height: int
    merged: Sequence[tuple[int, int, int]]
    filled: int | None = None


def _xlsx_reader(file: IO[bytes], *, data_only: bool) -> ExcelReader:
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(file, read_only=True, data_only=data_only, keep_links=False)
    reader.read()
    return reader


class _Xlsx:
    is_certain = True

    def __init__(self, file: IO[bytes]) -> None:
        reader = _xlsx_reader(file, data_only=True)
        self._book = reader.wb
        self._archive = reader.archive
        self._file = file
        self._marks: dict[str, _Marks] = {}
        self._parts = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
        sheets = self._book.worksheets
        self.sheets = [one.title for one in sheets]
        self.visible = [one.title for one in sheets if one.sheet_state == "visible"]
        self.counts_from_1904 = self._book.epoch.year == 1904
        if not self.sheets:
            raise ValueError  # no workbook is without a sheet

    def sheet(self, name: str, width: int = MOST_COLUMNS) -> _Sheet:
        """Return a sheet, or only its first ``width`` columns."""
        if name not in self._marks:
            self._marks[name] = self._scan(name)
        has_formulas, height, merged, filled = self._marks[name]
        return _Sheet(self._rows(name, width, has_formulas=has_formulas), height, merged, filled)

    def _scan(self, name: str) -> _Marks:
        """Return whether a sheet has formulas, and its ``height``, ``merged`` and ``filled``."""
        from openpyxl.utils import range_boundaries

        has_formulas = is_filled = is_over = False
        height = filled = 0
        merged: list[tuple[int, int, int]] = []
        chunk = b""
        with self._archive.open(self._parts[name]) as part:
            while more := part.read(MOST_TEXT):
                chunk += more
                cut = max(0, chunk.rfind(b"<"))  # a mark may continue in the next chunk
                for mark in _MARK.finditer(chunk, 0, cut):
                    if mark["row"]:
                        height, is_filled = height + 1, False
                    elif mark["merged"]:
                        left, top, _, bottom = range_boundaries(mark["merged"].decode())
                        merged.append((top - 1, left - 1, bottom - 1))
                    elif mark["end"]:
                        is_over = True
                    else:
                        has_formulas = has_formulas or mark["formula"] is not None
                        filled, is_filled = filled + (not is_filled), True
                chunk = chunk[cut:]
        if height and not is_over:
            raise ValueError  # it was cut off
        return has_formulas, height, merged, filled or None

    def _rows(self, name: str, width: int, *, has_formulas: bool) -> Iterator[list[Any]]:
        page = self._book[name]
        page.reset_dimensions()  # what a file says of its size may be wrong
        if not has_formulas:
            for cells in page.iter_rows():
                yield [_value_of(cell) for cell in cells[:width]]
            return
        formulas = _xlsx_reader(self._file, data_only=False).wb[name]
        formulas.reset_dimensions()
        both = zip(page.iter_rows(), formulas.iter_rows(values_only=True), strict=True)
        for cells, written in both:
            pairs = zip(cells[:width], written[:width], strict=True)
            yield [_value_of(*pair) for pair in pairs]


class _Calamine:
    is_certain = False  # whether an error differs from an empty cell

    def __init__(self, file: IO[bytes]) -> None:
        from python_calamine import (
            PasswordError,
            SheetTypeEnum,
            SheetVisibleEnum,
            load_workbook,
        )

        content = file.read()
        file.seek(0)
        if _ENCRYPTED in content:
            raise PasswordError
        self.counts_from_1904 = _SINCE_1904 in content
        self._book = load_workbook(file)
        sheets = [one for one in self._book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        visible = SheetVisibleEnum.Visible
        self.sheets = [one.name for one in sheets]
        self.visible = [one.name for one in sheets if one.visible == visible]

    def sheet(self, name: str, width: int = MOST_COLUMNS) -> _Sheet:
        found = self._book.get_sheet_by_name(name)
        left = found.start[1] if found.start else 0
        ranges = found.merged_cell_ranges or ()
        merged = [(top, column - left, bottom) for (top, column), (bottom, _) in ranges]
        return _Sheet(iter(found.iter_rows()), found.total_height, merged)


_Book = _Xlsx | _Calamine


def _open(file: IO[bytes], name: str) -> _Book:
    kind = binary_format(file.read(HEAD))
    file.seek(0)
    if kind not in ("xlsx", "xls", "ods"):
        raise SourceError(say("not_a_workbook", name=name))
    library = "openpyxl" if kind == "xlsx" else "python_calamine"
    try:
        import_module(library)
    except ImportError:
        raise missing_extra(name, "excel", library.replace("_", "-")) from None
    with _faults(name):
        if kind != "xls":
            _check_parts(file, name)
        return _Xlsx(file) if kind == "xlsx" else _Calamine(file)


def _rows(sheet: _Sheet, name: str) -> Iterator[_Row]:
    starts: dict[int, list[tuple[int, int]]] = {}
    for top, column, bottom in sheet.merged:
        if bottom > top:
            starts.setdefault(top, []).append((column, bottom))
    filled: dict[int, tuple[Any, int]] = {}
    not_blank = (
        _Row(number, cells)
        for number, cells in enumerate(sheet.rows)
        if any(cell != "" or type(cell) is not str for cell in cells)
    )
    rows = islice(not_blank, sheet.filled)
    while True:
        with _faults(name):
            row = next(rows, None)
        if row is None:
            return
        number, cells = row
        for column, (value, bottom) in list(filled.items()):
            if number > bottom:
                del filled[column]
                continue
            cells += [""] * (column + 1 - len(cells))
            cells[column] = value
        for column, bottom in starts.get(number, ()):
            if 0 <= column < len(cells):
                filled[column] = (cells[column], bottom)
        yield row


def _value_of(cell: Any, formula: object = None) -> object:
    """Return the value of a cell of XLSX, ``""`` for an empty one."""
    value: object = cell.value
    if cell.data_type == "e":
        return CellError(value)
    if isinstance(formula, str) and value in (None, 0) and (link := _LINK.fullmatch(formula)):
        address, text = link.groups()
        value = (address if text is None else text).replace('""', '"')
    if value is None:
        # a formula that was computed to an empty text has the type of a text
        return "" if formula is None or cell.data_type != "n" else CellError("")
    if isinstance(value, datetime) and value.time() == time():
        from openpyxl.styles.numbers import is_datetime

        # it knows only small letters, and DD.MM.YYYY is a date, too
        return value.date() if is_datetime(cell.number_format.lower()) == "date" else value
    if type(value) is int and abs(value) >= ROUNDED:
        return float(value)
    return value


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    name = opened.name
    with opened.in_any_order() as file:
        book = _open(file, name)
        sheet, header = _find(book, layout, options.sheet, name)
        mapper = Mapper(layout, header.names, opened.claims, are_typed=True)
        if book.counts_from_1904 and EXCEL in mapper.instants.formats:
            raise SourceError(say("workbook_1904", name=name))
        reader = _RowReader(mapper, header, f"{name} ({sheet})", opened)
        with _faults(name):
            found = book.sheet(sheet, len(header.names))
        for row in _rows(found, name):
            if row.number > header.number:
                yield reader.item_of(row)
            if opened.size is not None and not row.number % 1000:
                opened.reached = opened.size * row.number // max(1, found.height)
        opened.reached = opened.size
        if reader.empty and not book.is_certain:
            opened.notes.append(say("empty_or_error", name=name, count=reader.empty))


def text_rows(
    opened: OpenedFile,
    wanted: str | None = None,
    *,
    most: int | None = None,
    width: int = MOST_COLUMNS,
) -> Iterator[tuple[str, int, list[str]]]:
    with opened.in_any_order() as file:
        book = _open(file, opened.name)
        for sheet in book.visible or book.sheets:
            if wanted not in (None, sheet):
                continue
            with _faults(opened.name):
                found = book.sheet(sheet, width)
            for number, cells in islice(_rows(found, opened.name), most):
                texts = [str(text_of(cell)).strip() for cell in cells]
                if not is_total(texts):
                    yield sheet, number + 1, texts


class _RowReader:
    """Maps the rows of a sheet to events. ``empty`` counts the cells that are read and empty."""

    def __init__(self, mapper: Mapper, header: _Header, where: str, opened: OpenedFile) -> None:
        self._mapper = mapper
        self._opened = opened
        self._where = where
        places = {name: at for at, name in enumerate(header.names)}
        self._read = {name: places[name] for name in mapper.read_columns}
        self._watched = {name: places[name] for name in mapper.watched_columns}
        self._is_total = totals_of(mapper.layout, header.names)
        self._width = len(header.names)
        self.empty = 0

    def item_of(self, row: _Row) -> Item:
        number, cells = row
        cells += [""] * (self._width - len(cells))
        if self._is_total(cells):
            self._opened.leave_out(cells, number + 1)
            return ()
        record = {name: text_of(cells[at]) for name, at in self._read.items()}
        try:
            self._check(record, number + 1)
            record |= {name: text_of(cells[at]) for name, at in self._watched.items()}
            return self._mapper(record, number + 1)
        except RefusedError as refused:
            whole = " | ".join(clip(str(text_of(cell))) for cell in cells if cell != "")
            return refused.fault(number + 1, row_text(self._mapper, record, whole))

    def _check(self, record: Mapping[str, object], row: int) -> None:
        for name, value in record.items():
            self.empty += value == ""
            if isinstance(value, CellError):
                msg = say("sheet_error", where=self._where, row=row, why=_why(name, value))
                raise SourceError(msg, name=self._where, column=name)
            if isinstance(value, str) and _ERROR.fullmatch(value):
                raise RefusedError(_why(name, value))
        check_values(record)


def _why(column: str, error: str) -> Phrase:
    if error:
        return say("cell_error", column=shown(column), error=error)
    return say("cell_uncomputed", column=shown(column))


def _find(book: _Book, layout: Layout, wanted: str | None, name: str) -> tuple[str, _Header]:
    sheets = book.visible or book.sheets
    if wanted is not None:
        sheets = [one for one in book.sheets if one.casefold() == wanted.strip().casefold()]
        if not sheets:
            listed = _listed(book.sheets) or "-"
            raise SourceError(say("no_sheet", name=name, sheet=shown(wanted), sheets=listed))
    fitting: list[tuple[str, _Header]] = []
    nearest: tuple[int, SourceError] = (-1, SourceError(say("sheets_empty", name=name), name=name))
    for sheet in sheets:
        headers, error = _headers(book, sheet, layout, name)
        if error[0] > nearest[0]:
            nearest = error
        fitting += [(sheet, header) for header in headers]
    if not fitting:
        raise nearest[1]
    first = fitting[0]
    # the same header again is that of another page
    others = (one for one in fitting if one[0] != first[0] or one[1].names != first[1].names)
    for sheet, header in others:
        if sheet == first[0]:
            rows = {"first": first[1].number + 1, "second": header.number + 1}
            msg = say("two_headers", name=f"{name} ({sheet})", **rows)
        else:
            msg = say("two_sheets", name=name, first=shown(first[0]), second=shown(sheet))
        raise SourceError(msg, name=name)
    return first


def _headers(
    book: _Book, sheet: str, layout: Layout, name: str
) -> tuple[list[_Header], tuple[int, SourceError]]:
    wanted = set(Mapper(layout).read_columns)
    found: list[_Header] = []
    best = (-1, SourceError(""))
    with _faults(name):
        rows = book.sheet(sheet)
    above: list[str] = []
    for number, cells in islice(_rows(rows, name), HEADER_WITHIN):
        texts = [" ".join(str(text_of(cell)).split()) for cell in cells]
        for names in (texts, two_rows(above, texts)):
            try:
                layout.check(names, f"{name} ({sheet})")
            except SourceError as error:
                score = len(wanted.intersection(numbered(names)))
                best = max(best, (score, error), key=lambda one: one[0])
            else:
                found.append(_Header(number, numbered(names)))
                break
        above = texts
    return found, best


def _check_parts(file: IO[bytes], name: str) -> None:
    """Raise SourceError for a zip archive that is no workbook, is protected, or is a zip bomb."""
    with ZipFile(file) as archive:
        parts = {one.filename: one.file_size for one in archive.infolist()}
        if sum(parts.values()) > MOST_UNPACKED:
            raise SourceError(say("workbook_large", name=name, most=MOST_UNPACKED))
        if parts.keys().isdisjoint(("xl/workbook.xml", "content.xml")):
            raise SourceError(say("not_a_sheet", name=name))
        for part in parts:
            if part.endswith((".xml", ".rels")) and _has_long_text(archive, part):
                raise SourceError(say("workbook_text", name=name, part=shown(part), most=MOST_TEXT))
        content = archive.read("content.xml") if "content.xml" in parts else b""
        if any(int(count[1][:9]) > _MOST_ROWS for count in _REPEATED.finditer(content)):
            raise ValueError  # it would fill the memory
        manifest = "META-INF/manifest.xml"
        if manifest in parts and b"encryption-data" in archive.read(manifest):
            raise SourceError(say("workbook_password", name=name))
    file.seek(0)


def _has_long_text(archive: ZipFile, part: str) -> bool:
    size = 0  # of the last tag and the text after it
    with archive.open(part) as file:
        while chunk := file.read(MOST_TEXT):
            first = chunk.find(b"<")
            size += len(chunk) if first < 0 else first
            if size > MOST_TEXT:
                return True
            if first >= 0:
                size = len(chunk) - chunk.rindex(b"<")
    return False


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it does not read
            yield
    except SourceError:
        raise
    except BaseException as error:
        kind = type(error).__name__
        if not isinstance(error, Exception) and kind != "PanicException":
            raise
        cause = "workbook_password" if kind == "PasswordError" else "workbook_damaged"
        raise SourceError(say(cause, name=name)) from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, islice(names, _LISTED)))
