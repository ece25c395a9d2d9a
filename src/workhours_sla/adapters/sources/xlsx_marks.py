"""Find error cells, links and times at midnight in the XML of a sheet of XLSX."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from typing import TYPE_CHECKING, Final

from workhours_sla.adapters.sources.workbook_marks import Marks, check_size, damaged, no_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.adapters.sources.workbook_zip import Parts

_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_LONGEST_ROW: Final = 32_000_000
"""The most bytes of a row of a sheet."""
_PREFIX: Final = re.compile(rb"<(\w+:)?worksheet[\s>]")
_CELL: Final = re.compile(rb"<c\s([^>]*)(?<!/)>(.*?)</c\s*>", re.DOTALL)
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
"""The numbers of built-in formats with a time of day."""
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def sheet_parts(parts: Parts, name: str) -> list[str]:
    """Return the part of each sheet, in the order of the workbook. Raises SourceError."""
    book = parts.whole("xl/workbook.xml").decode("utf-8", "replace")
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


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag by their names, without the prefix of their namespace."""
    found = re.findall(r"""(?:^|[\s:])(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return {key: one or other for key, one, other in found}


def time_styles(styles: bytes) -> frozenset[bytes]:
    """Return the numbers of the styles that show a time of day, as they are written in cells."""
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
    """Return whether the format of a number shows a time of day.

    >>> shows_time("[$-419]dd.mm.yyyy hh:mm"), shows_time("dd.mm.yyyy"), shows_time('0" ч"')
    (True, False, False)
    """
    return re.search("[hs]", _NOT_SHOWN.sub("", code), re.IGNORECASE) is not None


def marks_of(parts: Parts, part: str, times: frozenset[bytes], name: str, sheet: str) -> Marks:
    """Return the marks of the sheet in a part. Raises SourceError, also for too many cells.

    ``times`` are the styles that show a time of day.
    """
    marks = no_marks()
    last_row = last_column = row = 0
    for piece in _rows(parts, part, name):
        found = _ROW_NUMBER.match(piece)
        row = int(found[1]) if found else row + 1
        column = 0
        for attributes, body in _CELL.findall(piece):
            at = _AT.search(attributes)
            column = _number(at[1]) if at else column + 1
            place = int(at[2]) if at else row
            last_row, last_column = max(last_row, place), max(last_column, column)
            if b"<v>" not in body or b"<f" in body or b't="e"' in attributes or b"'" in attributes:
                _mark_formula(attributes, body, (place - 1, column - 1), marks)
            elif times and b't="s"' not in attributes and (b"." not in body or b".0<" in body):
                style = _STYLE.search(attributes)
                value = _VALUE.search(body)
                if style and style[1] in times and value and _WHOLE.fullmatch(value[1]):
                    marks.midnights.add((place - 1, column - 1))
        check_size(last_row, last_column, name, sheet)
    return marks


def _mark_formula(attributes: bytes, body: bytes, place: tuple[int, int], marks: Marks) -> None:
    """Mark a cell that is an error, a link, or a formula that was never computed."""
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


def _rows(parts: Parts, part: str, name: str) -> Iterator[bytes]:
    """Yield each row of a sheet, from its tag to the tag of the next, without prefixes."""
    rest = start = prefix = b""
    is_row = False
    for chunk in parts.chunks(part):
        rest += chunk
        if not start:  # the first piece comes before all rows
            found = _PREFIX.search(rest)
            prefix = (found and found[1]) or b""
            start = b"<" + prefix + b"row"
        *rows, rest = rest.split(start)
        if len(rest) > _LONGEST_ROW:
            raise damaged(name)
        for row in rows:
            if is_row:
                yield _plain(row, prefix)
            is_row = True
    if start and is_row:
        yield _plain(rest, prefix)


def _plain(row: bytes, prefix: bytes) -> bytes:
    if prefix:
        row = row.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return b"<row" + row


def _number(letters: bytes) -> int:
    """Return the number of a column, counted from 1.

    >>> _number(b"A"), _number(b"xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _text(content: bytes) -> str:
    return unescape(content.decode("utf-8", "replace"))
