"""Find error cells and merged cells in the XML of an ODS sheet."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from workhours_sla.sources.workbook_marks import Marks, check_size, damaged, no_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.sources.workbook_zip import Parts

CONTENT: Final = "content.xml"
"""The file in an ODS archive that contains all sheets."""
MANIFEST: Final = "META-INF/manifest.xml"
"""The file in an ODS archive that states which files are encrypted."""

_LONGEST_CELL: Final = 32_000_000
_MOST_ERRORS: Final = 100_000
"""Maximum repeat count of an error cell."""
_TAG: Final = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)(\s[^>]*?)?(/)?>([^<]*<text:p>[^<]*)?"
)
_TABLES: Final = re.compile(rb"<table:table[\s>]")
_REPEATED: Final = re.compile(rb'table:number-(?:rows|columns)-repeated\s*=\s*["\'](\d{1,18})["\']')
_SPANNED: Final = re.compile(rb'table:number-rows-spanned\s*=\s*["\'](\d{1,9})["\']')
_ERROR: Final = re.compile(rb'calcext:value-type\s*=\s*["\']error["\']')


def marks_of(parts: Parts, name: str) -> list[Marks]:
    """Return the marks of each sheet. Raises SourceError, also for a sheet with too many cells.

    A cell with a repeat count is counted that many times. All sheets are checked first, because the
    workbook reader loads them all at once.
    """
    found: list[Marks] = []
    row = column = height = last_row = last_column = 0
    for tag, attributes, closed, text in _tags(parts, name):
        if tag == b"table":
            found.append(no_marks()._replace(merged=[]))
            row = height = last_row = last_column = 0
        if tag == b"table" or not found:
            continue
        repeated = _REPEATED.search(attributes) if b"repeated" in attributes else None
        times = int(repeated[1]) if repeated else 1
        if tag == b"table-row":
            row, column, height = row + height, 0, times
            continue
        place = (row, column)
        column += times
        if closed and b"value-type" not in attributes and b"formula" not in attributes:
            continue
        last_row, last_column = max(last_row, row + height), max(last_column, column)
        check_size(last_row, last_column, name, str(len(found)))
        if _ERROR.search(attributes):
            if height * times > _MOST_ERRORS:
                raise damaged(name)
            _mark_errors(found[-1], place, (height, times), text)
        spanned = _SPANNED.search(attributes)
        if spanned and int(spanned[1]) > 1:
            merged = found[-1].merged
            assert merged is not None  # noqa: S101 - set above
            merged.append((*place, place[0] + int(spanned[1]) - 1))
    return found


def _mark_errors(marks: Marks, place: tuple[int, int], size: tuple[int, int], text: bytes) -> None:
    """Mark a cell with an error, and its repetitions below and to the right."""
    shown = unescape(text.rpartition(b">")[2].decode("utf-8", "replace")) or "#"
    row, column = place
    height, width = size
    for down in range(height):
        for right in range(width):
            marks.errors[row + down, column + right] = shown


def _tags(parts: Parts, name: str) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Yield each tag as its name, its attributes, ``/`` if it closes itself, and its text."""
    rest = b""
    for chunk in parts.chunks(CONTENT):
        rest += chunk
        # a tag is complete, with the beginning of its text, where the next one begins
        end = rest.rfind(b"<table:")
        yield from _TAG.findall(rest[: max(end, 0)])
        rest = rest[max(end, 0) :]
        if len(rest) > _LONGEST_CELL:
            raise damaged(name)
    yield from _TAG.findall(rest)
