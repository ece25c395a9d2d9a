"""Read the rows of a sheet of an XLSX, XLS or ODS workbook."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.cells import (
    CellInstants,
    at_midnight,
    doubtful,
    row_text,
    text_of,
)
from workhours_sla.sources.layout import Layout, is_total, numbered, totals_of, two_rows
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.sources.times import EXCEL
from workhours_sla.sources.workbook_file import Workbook, reader_faults
from workhours_sla.sources.workbook_marks import Marks
from workhours_sla.text.messages import Detail, Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.opened_file import OpenedFile

HEADER_WITHIN: Final = 100
"""Number of rows at the top of a sheet in which the header is searched."""

_ERROR: Final = re.compile(r"#(?:[A-ZА-Я]+[!?]|(?:DIV|ДЕЛ)/0!|N/A|Н/Д)")
"""Matches the text that a workbook shows for an error."""
_LISTED: Final = 40


class _Row(NamedTuple):
    """A row that is not blank. ``number`` is counted from 0."""

    number: int
    cells: list[Any]


class _Sheet(NamedTuple):
    """The cells of a sheet, with marks that correct them. ``left`` is the first column's number."""

    name: str
    cells: Any
    marks: Marks
    left: int


class _Unfit(NamedTuple):
    """The best row of a sheet without a header.

    ``score`` is the number of its columns that the layout names. ``error`` names a column that it
    lacks.
    """

    score: int
    error: SourceError | None


class _Header(NamedTuple):
    """The row number of the header, and its column names."""

    number: int
    names: list[str]


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each row below the header, its events or a Fault; skip blank rows.

    A row of totals is ignored. Raises SourceError if the file is not a workbook, is protected or is
    too large, if no sheet or several sheets have the columns, if two rows may be the header, and if
    times are numbers although the workbook counts days from 1904.
    """
    name = opened.name
    with opened.in_any_order() as file:
        book = Workbook(file, name)
        sheet, header = _find(book, layout, options.sheet, name)
        mapper = Mapper(layout, header.names, claims)
        mapper.instants = CellInstants(layout.datetime_format, layout.tz)
        if book.counts_from_1904 and EXCEL in mapper.instants.formats:
            raise SourceError(say("workbook_1904", name=name), name=name)
        reader = _RowReader(mapper, sheet, header)
        total = max(sheet.cells.total_height, 1)
        for row in _rows(sheet, name):
            if row.number > header.number:
                yield reader.item_of(row)
            if opened.size is not None and not row.number % 1000:
                opened.progress.position = opened.size * row.number // total
        opened.progress.position = opened.size


def text_rows(
    opened: OpenedFile, wanted: str | None = None, most: int | None = None
) -> Iterator[tuple[str, int, list[str]]]:
    """Yield the rows of the visible sheets as tuples of sheet name, row number and cell texts.

    ``wanted`` limits the result to one sheet, and ``most`` to the first rows of each sheet. Blank
    rows and rows that look like totals are left out. Raises SourceError.
    """
    with opened.in_any_order() as file:
        book = Workbook(file, opened.name)
        for title in book.visible or list(book.sheets):
            if wanted not in (None, title):
                continue
            sheet = _sheet(book, title)
            marks = sheet.marks
            for number, values in islice(_rows(sheet, opened.name), most):
                for column, value in enumerate(values):
                    place = (number, sheet.left + column)
                    if place in marks.midnights:
                        values[column] = at_midnight(value)
                    values[column] = marks.links.get(place, marks.errors.get(place, values[column]))
                texts = [" ".join(str(text_of(value)).split()) for value in values]
                if not is_total(texts):
                    yield title, number + 1, texts


class _RowReader:
    """Maps the rows of a sheet to events."""

    def __init__(self, mapper: Mapper, sheet: _Sheet, header: _Header) -> None:
        layout = mapper.layout
        self._mapper = mapper
        self._marks = sheet.marks
        self._left = sheet.left
        self._names = mapper.read_columns
        self._indexes = [header.names.index(column) for column in self._names]
        self._watched = {name: header.names.index(name) for name in mapper.watched_columns}
        self._is_total = totals_of(layout, header.names)

    def item_of(self, row: _Row) -> Item:
        """Return the events of a row or a Fault; a row of totals has no events."""
        number, cells = row
        if self._is_total(cells):
            return ()
        line = number + 1
        values = [cells[index] for index in self._indexes]
        fault = self._unreadable(number, values)
        if fault is not None:
            item: Item = Fault(line, "malformed", Detail(fault), "")
        else:
            values = list(map(text_of, values))
            doubt = doubtful(self._names, values, line)
            record = dict(zip(self._names, values, strict=True))
            record |= {name: text_of(cells[index]) for name, index in self._watched.items()}
            item = doubt or self._mapper(record, line)
        if isinstance(item, Fault):
            return item._replace(text=row_text(cell for cell in map(text_of, cells) if cell != ""))
        return item

    def _unreadable(self, number: int, values: list[Any]) -> Phrase | None:
        """Fill ``values`` from the sheet's marks; return why a cell cannot be read, or None."""
        errors, links, midnights, _ = self._marks
        for at, index in enumerate(self._indexes):
            place = (number, self._left + index)
            value = values[at]
            if errors and place in errors:
                return _fault_of(self._names[at], errors[place])
            if links and place in links:
                values[at] = links[place]
            elif midnights and place in midnights:
                values[at] = at_midnight(value)
            elif isinstance(value, str) and value.startswith("#") and _ERROR.fullmatch(value):
                return _fault_of(self._names[at], value)
        return None


def _fault_of(column: str, error: str) -> Phrase:
    """Return why a cell cannot be read: it has an error, or a formula without a value."""
    if error:
        return say("cell_error", column=shown(column), error=error)
    return say("cell_uncomputed", column=shown(column))


def _sheet(book: Workbook, title: str) -> _Sheet:
    """Load a sheet. Raises SourceError."""
    cells, marks = book.load(title)
    return _Sheet(title, cells, marks, (cells.start or (0, 0))[1])


def _find(book: Workbook, layout: Layout, wanted: str | None, name: str) -> tuple[_Sheet, _Header]:
    """Return the sheet to read and its header. Raises SourceError."""
    if wanted is not None:
        found = [sheet for sheet in book.sheets if sheet.casefold() == wanted.strip().casefold()]
        if not found:
            msg = say(
                "no_sheet",
                name=name,
                sheet=shown(wanted),
                sheets=_listed(book.sheets) or "-",
            )
            raise SourceError(msg, name=name)
    else:
        found = book.visible or list(book.sheets)
    fitting: list[tuple[_Sheet, _Header]] = []
    unfit: list[_Unfit] = []
    for title in found:
        sheet = _sheet(book, title)
        header = _header(sheet, layout, name)
        if isinstance(header, _Unfit):
            unfit.append(header)
        else:
            fitting.append((sheet, header))
        if len(fitting) > 1:
            first, second = (shown(one.name) for one, _ in fitting)
            msg = say("two_sheets", name=name, first=first, second=second)
            raise SourceError(msg, name=name)
    if fitting:
        return fitting[0]
    nearest = max(unfit, key=lambda one: one.score, default=None)
    if nearest is None or nearest.error is None:
        msg = say("sheets_empty", name=name)
        raise SourceError(msg, name=name)
    raise nearest.error


def _header(sheet: _Sheet, layout: Layout, name: str) -> _Header | _Unfit:
    """Find the header of a sheet. Raises SourceError if two rows may be the header."""
    wanted = set(Mapper(layout).read_columns)
    found: list[_Header] = []
    best = _Unfit(-1, None)
    where = f"{name} ({sheet.name})"
    above: list[str] = []
    for number, cells in islice(_rows(sheet, name), HEADER_WITHIN):
        texts = [" ".join(str(text_of(cell)).split()) for cell in cells]
        for names in (texts, two_rows(above, texts)):
            try:
                layout.check(names, where)
            except SourceError as error:
                score = len(wanted.intersection(numbered(names)))
                if score > best.score:
                    best = _Unfit(score, error)
            else:
                found.append(_Header(number, numbered(names)))
                break
        above = texts
    if not found:
        return best
    if len(found) > 1:
        first, second = (header.number + 1 for header in found[:2])
        msg = say("two_headers", name=where, first=first, second=second)
        raise SourceError(msg, name=name)
    return found[0]


def _rows(sheet: _Sheet, name: str) -> Iterator[_Row]:
    """Yield the rows of a sheet that are not blank.

    A cell that is merged over several rows has its value in each of them.
    """
    starts: dict[int, list[tuple[int, int]]] = {}
    for top, column, bottom in sheet.marks.merged or ():
        starts.setdefault(top, []).append((column - sheet.left, bottom))
    marked = {row for row, _ in (*sheet.marks.errors, *sheet.marks.links)}
    filled: dict[int, tuple[Any, int]] = {}
    rows = sheet.cells.iter_rows()
    number = -1
    while True:
        with reader_faults(name):
            cells = next(rows, None)
        if cells is None:
            return
        number += 1
        is_blank = number not in marked and not any(cell != "" for cell in cells)
        for column, (value, bottom) in list(filled.items()):
            cells[column] = value
            if number >= bottom:
                del filled[column]
        for column, bottom in starts.get(number, ()):
            if 0 <= column < len(cells):
                filled[column] = (cells[column], bottom)
        if not is_blank:
            yield _Row(number, cells)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, islice(names, _LISTED)))
