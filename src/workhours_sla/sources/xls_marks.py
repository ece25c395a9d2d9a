"""Find error cells and times at midnight in the records of an XLS sheet."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.sources.compound_file import CompoundFile, DamagedError
from workhours_sla.sources.workbook_marks import Marks, check_size, no_marks
from workhours_sla.sources.xlsx_marks import BUILT_IN_TIMES, shows_time

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BOF, _EOF, _FILEPASS, _SHEET, _FORMAT, _XF = 0x0809, 0x0A, 0x2F, 0x85, 0x041E, 0xE0
_NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA = 0x0203, 0x027E, 0xBD, 0x0205, 0x06
_DIMENSIONS: Final = 0x0200
_FROM_1904: Final = 0x22
_CELLS: Final = frozenset(
    {1, 2, 3, 4, 5, _FORMULA, _MULRK, 0xBE, 0xD6, 0xFD, 0x0201, _NUMBER, 0x0204, _BOOLERR}
    | {0x0206, 0x0207, _RK, 0x0406}
)
"""Types of records that begin with the row and the column of a cell."""
_MOST_ROWS: Final = 65_537
_MOST_COLUMNS: Final = 257
_MODULO: Final = 1 << 32
_WIDE: Final = 14
"""Length of a dimensions record that stores row numbers in four bytes."""
_BIFF8: Final = 0x0600
_STREAMS: Final = ("Workbook", "Book", "WORKBOOK", "BOOK")


class Settings(NamedTuple):
    """Settings of a workbook, from its first records: the offset and the styles of the sheets.

    ``times`` contains the numbers of the styles that show a time of day. If ``from_1904`` is true,
    dates count the days since 1904, not since 1900.
    """

    offsets: list[int]
    times: frozenset[int]
    is_encrypted: bool
    from_1904: bool = False


_ENCRYPTED: Final = Settings([], frozenset(), is_encrypted=True)


def settings_of(book: CompoundFile) -> Settings:
    """Read the settings of a workbook from its first records. Raises DamagedError."""
    if "EncryptedPackage" in book.streams:
        return _ENCRYPTED
    offsets: list[int] = []
    formats: dict[int, bool] = dict.fromkeys(BUILT_IN_TIMES, True)
    styles: list[int] = []
    is_biff8 = from_1904 = False
    for kind, data in _records(book, 0):
        if kind == _BOF:
            is_biff8 = struct.unpack_from("<H", data)[0] == _BIFF8
        elif kind == _FILEPASS:
            return _ENCRYPTED
        elif kind == _SHEET:
            offsets.append(struct.unpack_from("<I", data)[0])
        elif kind == _FORMAT and is_biff8:
            number, length, wide = struct.unpack_from("<HHB", data)
            code = data[5:].decode("utf-16-le" if wide & 1 else "latin-1", "replace")[:length]
            formats[number] = shows_time(code)
        elif kind == _XF:
            styles.append(struct.unpack_from("<2xH", data)[0])
        elif kind == _FROM_1904:
            from_1904 = data[:1] == b"\1"
        elif kind == _EOF:
            break
    times = frozenset(index for index, number in enumerate(styles) if formats.get(number))
    return Settings(offsets, times, is_encrypted=False, from_1904=from_1904)


def marks_of(book: CompoundFile, settings: Settings, name: str) -> list[Marks]:
    """Return the marks of each sheet. Raises DamagedError, and SourceError for too many cells.

    All sheets are checked first, because the workbook reader loads them all at once.
    """
    return [
        _marks_from(book, offset, settings.times, name, str(number))
        for number, offset in enumerate(settings.offsets, 1)
    ]


def _marks_from(
    book: CompoundFile, offset: int, times: frozenset[int], name: str, sheet: str
) -> Marks:
    """Return the marks of the sheet whose records begin at ``offset``."""
    marks = no_marks()
    depth = rows = columns = 0
    for kind, data in _records(book, offset):
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            break
        if kind == _DIMENSIONS:
            _check_dimensions(data)
        elif kind in _CELLS:
            row, column = _place(data)
            width = max((len(data) - 6) // 6, 1) if kind == _MULRK else 1
            rows, columns = max(rows, row + 1), max(columns, column + width)
            check_size(rows, columns, name, sheet)
            if depth <= 1:
                _mark(kind, data, times, marks)
    return marks


def _check_dimensions(data: bytes) -> None:
    """Raise DamagedError if a sheet states dimensions for which too much memory would be reserved.

    The workbook reader counts modulo 2**32, so an end before the beginning means a huge sheet.
    """
    first, last, left, right = struct.unpack_from("<IIHH" if len(data) >= _WIDE else "<4H", data)
    rows, columns = (last - first) % _MODULO, (right - left) % _MODULO
    if last and right and (rows > _MOST_ROWS or columns > _MOST_COLUMNS):
        raise DamagedError


def _mark(kind: int, data: bytes, times: frozenset[int], marks: Marks) -> None:
    """Mark the cells of one record."""
    if kind == _BOOLERR and data[7:8] == b"\1":
        marks.errors[_place(data)] = _ERRORS.get(data[6], "#")
    elif kind == _FORMULA and data[6:7] == b"\2" and data[12:14] == b"\xff\xff":
        marks.errors[_place(data)] = _ERRORS.get(data[8], "#")
    elif kind in (_NUMBER, _FORMULA):
        _, _, style, value = struct.unpack_from("<HHHd", data)
        if style in times and value == value // 1:
            marks.midnights.add(_place(data))
    elif kind == _RK:
        _, _, style, number = struct.unpack_from("<HHHI", data)
        if style in times and _is_whole(number):
            marks.midnights.add(_place(data))
    elif kind == _MULRK:
        row, column = _place(data)
        for at in range(4, len(data) - 6 + 1, 6):
            style, number = struct.unpack_from("<HI", data, at)
            if style in times and _is_whole(number):
                marks.midnights.add((row, column + (at - 4) // 6))


def _place(data: bytes) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", data)
    return row, column


def _is_whole(number: int) -> bool:
    """Return whether a number in XLS short form (RK) is whole."""
    if number & 2:
        whole = (number & 0xFFFFFFFC) // 4
        return not number & 1 or whole % 100 == 0
    (value,) = struct.unpack("<d", struct.pack("<II", 0, number & 0xFFFFFFFC))
    value = value / 100 if number & 1 else value
    return bool(value == value // 1)


def _records(book: CompoundFile, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the content of the records from ``offset`` on. Raises DamagedError."""
    stream = next((name for name in _STREAMS if name in book.streams), None)
    if stream is None:
        raise DamagedError
    rest = bytearray()
    for block in book.blocks(stream):
        if offset >= len(block):
            offset -= len(block)
            continue
        rest += block[offset:]
        offset = 0
        at = 0
        while at + 4 <= len(rest):
            kind, length = struct.unpack_from("<HH", rest, at)
            if at + 4 + length > len(rest):
                break
            yield kind, bytes(rest[at + 4 : at + 4 + length])
            at += 4 + length
        del rest[:at]
