"""Open XLSX, XLS and ODS workbooks; refuse files that are protected, damaged or too large."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources import ods_marks, xls_marks, xlsx_marks
from workhours_sla.sources.compound_file import CompoundFile, DamagedError
from workhours_sla.sources.extras import missing_extra
from workhours_sla.sources.text_lines import HEAD, binary_format
from workhours_sla.sources.workbook_marks import KNOWN_ERRORS, Marks, damaged
from workhours_sla.sources.workbook_zip import Parts, is_xml
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_XLS: Final = 200_000_000
"""Maximum size of an XLS workbook in bytes."""


class Workbook:
    """An open workbook. Raises SourceError, also if python-calamine is not installed."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        try:
            import python_calamine
        except ImportError:
            raise missing_extra(name, "excel", "python-calamine") from None
        self._name = name
        kind = binary_format(file.read(HEAD))
        file.seek(0)
        self.counts_from_1904: bool = False
        """Whether a number that is a date counts the days since 1904, not since 1900."""
        if kind == "xls":
            self._marks_of, self.counts_from_1904 = _open_xls(file, name)
        elif kind in ("xlsx", "ods"):
            parts = Parts(file, name)
            self._marks_of = _open_zip(parts, name)
            self.counts_from_1904 = xlsx_marks.counts_from_1904(parts)
        else:
            msg = say("not_a_workbook", name=name)
            raise SourceError(msg, name=name)
        file.seek(0)
        with reader_faults(name):
            self._book = python_calamine.load_workbook(file)
            sheets = [
                (index, sheet)
                for index, sheet in enumerate(self._book.sheets_metadata)
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            shown = python_calamine.SheetVisibleEnum.Visible
            self.sheets = {sheet.name: index for index, sheet in sheets}
            """The index of each sheet, by its name."""
            self.visible = [sheet.name for _, sheet in sheets if sheet.visible == shown]
            """The names of the sheets that are not hidden."""

    def load(self, sheet: str) -> tuple[Any, Marks]:
        """Return the cells of a sheet, and the marks that correct them. Raises SourceError."""
        index = self.sheets[sheet]
        try:
            marks = self._marks_of(index, sheet)
        except IndexError:
            raise damaged(self._name) from None
        unknown = [text for text in marks.errors.values() if text and text not in KNOWN_ERRORS]
        if unknown:
            msg = say("sheet_error", name=self._name, sheet=sheet, error=shown(unknown[0]))
            raise SourceError(msg, name=self._name)
        with reader_faults(self._name):
            cells = self._book.get_sheet_by_index(index)
            if marks.merged is None:
                ranges = cells.merged_cell_ranges or ()
                merged = [
                    (top, left, bottom) for (top, left), (bottom, _) in ranges if bottom > top
                ]
                marks = marks._replace(merged=merged)
        return cells, marks


@contextmanager
def reader_faults(name: str) -> Iterator[None]:
    """Convert the errors of the workbook reader to SourceError."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise _protected(name) from None
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, SourceError):
            raise
        raise damaged(name) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name) from None


def _open_zip(parts: Parts, name: str) -> Any:
    """Return a function from the index and the name of a sheet to its Marks.

    Raises SourceError if the workbook is protected, too large or no workbook.
    """
    if ods_marks.CONTENT in parts.names:
        if b"encryption-data" in parts.whole(ods_marks.MANIFEST):
            raise _protected(name)
        of_all = ods_marks.marks_of(parts, name)
        return lambda index, _sheet: of_all[index]
    if xlsx_marks.BOOK not in parts.names:
        msg = say("not_a_sheet", name=name)
        raise SourceError(msg, name=name)
    of_sheets = xlsx_marks.sheet_parts(parts, name)
    times = xlsx_marks.time_styles(parts.whole("xl/styles.xml"))
    for part in parts.names.difference(of_sheets):
        if is_xml(part) and "/worksheets/" not in part:
            parts.count(part)

    def marks_of(index: int, sheet: str) -> Marks:
        return xlsx_marks.marks_of(parts, of_sheets[index], times, name, sheet)

    return marks_of


def _open_xls(file: IO[bytes], name: str) -> tuple[Any, bool]:
    """Return a function from a sheet to its Marks, and whether days count from 1904."""
    if file.seek(0, 2) > MOST_XLS:
        msg = say("workbook_large", name=name, most=MOST_XLS)
        raise SourceError(msg, name=name)
    try:
        book = CompoundFile(file)
        settings = xls_marks.settings_of(book)
        if settings.is_encrypted:
            raise _protected(name)
        of_all = xls_marks.marks_of(book, settings, name)
    except (DamagedError, struct.error):
        raise damaged(name) from None
    return (lambda index, _sheet: of_all[index]), settings.from_1904


def _protected(name: str) -> SourceError:
    """Return the SourceError for a workbook that is protected by a password."""
    msg = say("workbook_password", name=name)
    return SourceError(msg, name=name)
