"""Find error cells, links and times at midnight in the XML of an XLSX sheet."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from typing import TYPE_CHECKING, Final

from workhours_sla.sources.workbook_marks import (
    MOST_CELLS,
    Marks,
    check_size,
    damaged,
    no_marks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.sources.workbook_zip import Parts

_YES: Final = ("1", "true")
BOOK: Final = "xl/workbook.xml"
"""The file in an XLSX archive that lists the sheets."""
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_LONGEST_ROW: Final = 32_000_000
"""Maximum size of a sheet's row in bytes."""
_PREFIX: Final = re.compile(rb"<(\w+:)?worksheet[\s>]")
_CELL: Final = re.compile(rb"<c\s([^>]*)(?<!/)>(.*?)</c\s*>", re.DOTALL)
_PLAIN_CELL: Final = re.compile(rb'<c r="([A-Z]{1,7})(\d{1,9})"')
_ANY_CELL: Final = re.compile(rb"<c[\s/>]")
_AT: Final = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,7})(\d{1,9})["']""")
_STYLE: Final = re.compile(rb"""(?:^|\s)s\s*=\s*["'](\d+)["']""")
_TYPE: Final = re.compile(rb"""(?:^|\s)t\s*=\s*["'](\w+)["']""")
_VALUE: Final = re.compile(rb"<v[^>/]*>([^<]*)</v\s*>")
_WHOLE: Final = re.compile(rb"\s*-?\d+(?:\.0*)?\s*")
_FORMULA: Final = re.compile(rb"<f[^>]*(?<!/)>([^<]*)</f\s*>")
_LINK: Final = re.compile(
    r'=?\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"((?:[^"]|"")*)"\s*)?\)\s*', re.IGNORECASE
)
_ROW_NUMBER: Final = re.compile(rb"""<row\s[^>]*?\br\s*=\s*["'](\d{1,9})["']""")
BUILT_IN_TIMES: Final = frozenset((18, 19, 20, 21, 22, 45, 46, 47))
"""Numbers of the built-in formats that show a time of day."""
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def sheet_parts(parts: Parts, name: str) -> list[str]:
    """Return the archive's file name for each sheet, in workbook order. Raises SourceError."""
    book = parts.whole(BOOK).decode("utf-8", "replace")
    relations = parts.whole(_RELATIONS).decode("utf-8", "replace")
    targets = {
        found["Id"]: posixpath.normpath(posixpath.join("/xl", unescape(found["Target"]))).strip("/")
        for found in map(_attributes, re.findall(r"<(?:\w+:)?Relationship\s([^>]*)>", relations))
        if {"Id", "Target"} <= found.keys()
    }
    sheets = re.findall(r"<(?:\w+:)?sheet\s([^>]*)>", book)
    found = [targets.get(_attributes(sheet).get("id", ""), "") for sheet in sheets]
    if not found:
        raise damaged(name)
    return found


def counts_from_1904(parts: Parts) -> bool:
    """Return whether the workbook counts days from 1904. Raises SourceError."""
    book = parts.whole(BOOK).decode("utf-8", "replace")
    properties = re.search(r"<(?:\w+:)?workbookPr\s([^>]*)>", book)
    return properties is not None and _attributes(properties[1]).get("date1904") in _YES


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag, keyed by name without namespace prefix."""
    found = re.findall(r"""(?:^|[\s:])(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return {key: one or other for key, one, other in found}


def time_styles(styles: bytes) -> frozenset[bytes]:
    """Return the numbers of the styles that show a time of day, as cells write them."""
    text = styles.decode("utf-8", "replace")
    times = set(BUILT_IN_TIMES)
    for tag in re.findall(r"<(?:\w+:)?numFmt\s([^>]*)>", text):
        found = _attributes(tag)
        code = unescape(found.get("formatCode", ""))
        if shows_time(code) and found.get("numFmtId", "").isdecimal():
            times.add(int(found["numFmtId"]))
    cells = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", text, re.DOTALL)
    numbers = [
        _attributes(tag).get("numFmtId", "")
        for tag in re.findall(r"<(?:\w+:)?xf\s([^>]*)>", cells[0] if cells else "")
    ]
    return frozenset(
        str(index).encode()
        for index, number in enumerate(numbers)
        if number.isdecimal() and int(number) in times
    )


def shows_time(code: str) -> bool:
    """Return whether a number format code shows a time of day.

    >>> shows_time("[$-419]dd.mm.yyyy hh:mm"), shows_time("dd.mm.yyyy"), shows_time('0" ч"')
    (True, False, False)
    """
    return re.search("[hs]", _NOT_SHOWN.sub("", code), re.IGNORECASE) is not None


def marks_of(parts: Parts, part: str, times: frozenset[bytes], name: str, sheet: str) -> Marks:
    """Return the marks of the sheet in a part. Raises SourceError, also for too many cells.

    ``times`` are the styles that show a time of day.
    """
    scan = _Scan(times)
    for block in _blocks(parts, part, name):
        scan.add(block)
        check_size(scan.last_row, scan.last_column, name, sheet)
    return scan.marks


class _Scan:
    """Collects the marks of a sheet's rows, and the last row and column with a value."""

    def __init__(self, times: frozenset[bytes]) -> None:
        self.marks = no_marks()
        self.last_row = self.last_column = 0
        self._row = 0
        self._times = times
        styles = b"|".join(sorted(times))
        self._midnight = re.compile(
            rb'<c r="([A-Z]+)(\d+)"(?![^>]*\st="s")[^>]*\ss="(?:%s)"[^>]*>\s*'
            rb"<v>-?\d+(?:\.0*)?</v>" % styles
        )

    def add(self, block: bytes) -> None:
        """Scan rows; rows without special cells are skipped all at once."""
        refs = _PLAIN_CELL.findall(block)
        is_plain = len(refs) == len(_ANY_CELL.findall(block)) and not any(
            special in block for special in (b"<f", b't="e"', b"'")
        )
        if refs and is_plain:
            letters, numbers = zip(*refs, strict=True)
            row = max(self.last_row, *map(int, numbers))
            column = max(self.last_column, *map(_number, set(letters)))
            if row * column <= MOST_CELLS:
                self.last_row, self.last_column = row, column
                self._row = int(numbers[-1])
                for found in self._midnight.finditer(block) if self._times else ():
                    self.marks.midnights.add((int(found[2]) - 1, _number(found[1]) - 1))
                return
        for row_text in block.split(b"<row")[1:]:
            self._add_row(b"<row" + row_text)

    def _add_row(self, piece: bytes) -> None:
        """Scan one row, cell by cell."""
        found = _ROW_NUMBER.match(piece)
        self._row = int(found[1]) if found else self._row + 1
        column = 0
        for attributes, body in _CELL.findall(piece):
            at = _AT.search(attributes)
            column = _number(at[1]) if at else column + 1
            row = int(at[2]) if at else self._row
            self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
            place = (row - 1, column - 1)
            if b"<v>" not in body or b"<f" in body or b't="e"' in attributes or b"'" in attributes:
                _mark_formula(attributes, body, place, self.marks)
            style = _STYLE.search(attributes) if self._times else None
            if style and style[1] in self._times and b't="s"' not in attributes:
                value = _VALUE.search(body)
                if value and _WHOLE.fullmatch(value[1]):
                    self.marks.midnights.add(place)


def _mark_formula(attributes: bytes, body: bytes, place: tuple[int, int], marks: Marks) -> None:
    """Mark a cell with an error, a link or a formula that was never computed."""
    found = _TYPE.search(attributes)
    kind = found[1] if found else b"n"
    value = _VALUE.search(body)
    text = _text(value[1]) if value else ""
    if kind == b"e":
        marks.errors[place] = text or "#"
        return
    if b"<f" not in body or kind == b"str" or (kind != b"n" and text):
        return
    formula = _FORMULA.search(body)
    link = _LINK.fullmatch(_text(formula[1])) if formula else None
    if link is not None:
        address, shown = link.groups()
        marks.links[place] = (address if shown is None else shown).replace('""', '"')
    elif not text:
        marks.errors[place] = ""


def _blocks(parts: Parts, part: str, name: str) -> Iterator[bytes]:
    """Yield the XML of a sheet in blocks of complete rows, without namespace prefixes."""
    rest = start = prefix = b""
    for chunk in parts.chunks(part):
        rest += chunk
        if not start:
            found = _PREFIX.search(rest)
            prefix = (found and found[1]) or b""
            start = b"<" + prefix + b"row"
        end = max(rest.rfind(start), 0)
        if end:
            yield _plain(rest[:end], prefix)
            rest = rest[end:]
        if len(rest) > _LONGEST_ROW:
            raise damaged(name)
    yield _plain(rest, prefix)


def _plain(rows: bytes, prefix: bytes) -> bytes:
    if prefix:
        rows = rows.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return rows


def _number(letters: bytes) -> int:
    """Return the number of a column, counted from 1, for its letters.

    >>> _number(b"A"), _number(b"xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _text(content: bytes) -> str:
    return unescape(content.decode("utf-8", "replace"))
