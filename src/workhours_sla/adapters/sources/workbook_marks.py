"""What a workbook has that its reader leaves out: error cells, links, and times at midnight.

The reader gives an error such as #N/A as an empty cell, so that an appeal could look unanswered;
the formula of a link whose text was never computed as an empty cell; and a time at midnight as a
date. It also fills the memory with a table as large as the position of its last cell.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say

MOST_CELLS: Final = 10_000_000
"""The most cells of a sheet: the number of its last row times that of its last column."""


KNOWN_ERRORS: Final = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#")
)
"""The errors of cells that the reader of workbooks accepts; of another it refuses the sheet."""


class Marks(NamedTuple):
    """What is said about the cells of a sheet, by row and column, each counted from 0.

    ``errors`` has the text of an error, ``""`` for a formula without a value; ``links`` the text of
    a link; ``midnights`` the cells that are a time, although their value is a date; ``merged`` the
    ranges over several rows: the first row, the column, and the last row. ``merged`` is None if the
    reader itself knows them.
    """

    errors: dict[tuple[int, int], str]
    links: dict[tuple[int, int], str]
    midnights: set[tuple[int, int]]
    merged: list[tuple[int, int, int]] | None = None


def no_marks() -> Marks:
    """Return the marks of a sheet without anything special."""
    return Marks({}, {}, set())


def check_size(rows: int, columns: int, name: str, sheet: str) -> None:
    """Raise SourceError if a sheet has too many cells, whether they have values or not."""
    if rows * columns > MOST_CELLS:
        msg = say(
            "sheet_large", name=name, sheet=sheet, rows=rows, columns=columns, most=MOST_CELLS
        )
        raise SourceError(msg, name=name)


def damaged(name: str) -> SourceError:
    """Return the SourceError about a workbook that does not follow its format."""
    return SourceError(say("workbook_damaged", name=name), name=name)
