"""The layout of a file: which columns its rows have, and how their values are interpreted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from difflib import get_close_matches
from itertools import zip_longest

from workhours_sla.config.column_names import (
    COLUMNS,
    REQUIRED,
    UNNAMED,
    Kind,
    Parts,
    Written,
    parts_of,
    shown_columns,
)
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import say

HEADER_WITHIN = 100  # number of rows at the top of a table in which the header is searched
_TOTALS = re.compile(
    r"\W*(?:(?:общий )?итог|итого|всего|(?:grand )?totals?|summe|gesamt)\b", re.IGNORECASE
)
"""Matches the beginning of a cell that labels a row of totals."""
_COUNT = re.compile(r"(?:\d{1,7}(?:\.0)?)?", re.ASCII)
_LISTED = 40  # maximum number of columns that a message lists


@dataclass(frozen=True)
class Layout:
    """The layout of a file's rows, in any format.

    ``columns`` has the file's columns for a canonical one, which otherwise has the same name in the
    file. ``values`` maps the file's values of a canonical column; others are used unchanged. If an
    answer precedes the posting by at most ``tolerance``, it counts as given at the posting. Until
    an answer is read, ``unread_answers`` collects columns with the names of answers and values.
    With ``whole_rows`` a rejected row is shown with the columns that are not mapped.
    """

    kind: Kind = "events"
    columns: Mapping[str, Written] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict)
    datetime_format: str | tuple[str, ...] | None = None
    tz: tzinfo | None = None
    source: str = ""
    ignore: Mapping[str, Collection[str]] = field(default_factory=dict)
    first_is_created: bool = False
    tolerance: timedelta = timedelta(0)
    unread_answers: dict[str, None] = field(default_factory=dict, compare=False)
    whole_rows: bool = False

    @property
    def canonical(self) -> tuple[str, ...]:
        """The canonical columns that a file of this layout may have."""
        return COLUMNS[self.kind]

    @property
    def required(self) -> tuple[str, ...]:
        """The canonical columns that must have a value in every row."""
        return REQUIRED[self.kind]

    def column(self, canonical: str) -> str:
        """Return the file's column name for a canonical column, ``""`` if the file has none."""
        return shown_columns(self.columns.get(canonical, canonical))

    def parts(self, canonical: str) -> Parts:
        """Return the file's columns for a canonical column, empty if the file has none."""
        return parts_of(self.columns.get(canonical, UNNAMED.get(canonical, canonical)))

    def names(self, canonical: str) -> tuple[str, ...]:
        """Return the names of all of the file's columns for a canonical column."""
        return tuple(name for part in self.parts(canonical) for name in part)

    def check(self, header: Sequence[str], name: str) -> None:
        """Raise SourceError if a column is missing from ``header`` or occurs in it twice."""
        numbers = numbered(header)
        for canonical in self.canonical:
            needed = (
                canonical in self.required
                or canonical == "answered_at"
                or canonical in self.columns
            )
            columns = self.names(canonical)
            if not columns and canonical in self.required:
                raise self.missing(canonical, header, name)
            for column in columns:
                if column not in numbers and header.count(column) > 1:
                    msg = say(
                        "column_twice",
                        name=name,
                        count=header.count(column),
                        column=shown(column),
                        canonical=canonical,
                    )
                    raise SourceError(msg, column=column)
                if needed and column not in numbers:
                    raise self.missing(canonical, header, name, column)

    def check_answers(self, name: str) -> None:
        """Raise SourceError if no answer was read, but columns that are not read may have them."""
        if self.unread_answers:
            others = [shown(column) for column in self.unread_answers]
            column = self.column("answered_at")
            facts = {"name": name, "others": ", ".join(others[:_LISTED]), "first": others[0]}
            raise SourceError(say("answers_unread", column=shown(column), **facts), column=column)

    def missing(
        self, canonical: str, columns: Collection[str], name: str, column: str | None = None
    ) -> SourceError:
        """Return the SourceError for a missing column; its message lists the file's columns."""
        column = self.column(canonical) if column is None else column
        near = _near((column, canonical), columns)
        renamed = column != canonical
        others = ", ".join(shown(other) for other in list(columns)[:_LISTED])
        more = len(columns) - _LISTED
        msg = say(
            "no_column",
            name=name,
            column=shown(column),
            read_as=say("read_as", canonical=canonical) if renamed else "",
            hint=say("near_column", near=shown(near)) if near else "",
            others=others,
            more=say("and_more", count=more) if more > 0 else "",
            canonical=canonical,
            unanswered=say("or_unanswered") if canonical == "answered_at" else "",
        )
        return SourceError(msg, column=column)


def _near(wanted: Iterable[str], columns: Iterable[str]) -> str | None:
    """Return the column name most similar to a wanted name, None if no name is similar."""
    lower = {column.lower(): column for column in columns if column}
    for name in map(str.lower, wanted):
        close = get_close_matches(name, lower, n=1)
        close += [other for other in lower if name in other or other in name]
        if close:
            return lower[close[0]]
    return None


def numbered(header: Sequence[str]) -> list[str]:
    """Return the names of columns; several with one name get numbers.

    A cell without a text belongs to the cell before it, as in a sheet with merged cells.

    >>> numbered(["Номер", "Ответ", "Ответ", "Район", ""])
    ['Номер', 'Ответ #1', 'Ответ #2', 'Район', 'Район #2']
    """
    counts: Counter[str] = Counter()
    cells = Counter(header)
    names: list[str] = []
    before = ""
    for cell in header:
        before = cell or before
        counts[before] += 1
        is_one = counts[before] == 1 and cells[before] == 1
        names.append(before if is_one else f"{before} #{counts[before]}" if before else "")
    return names


def two_rows(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return the names of columns whose header has two rows, each the texts of both cells.

    >>> two_rows(["Номер", "Ответ", ""], ["", "Дата", "Время"])
    ['Номер', 'Ответ Дата', 'Ответ Время']
    """
    names: list[str] = []
    before = ""
    for upper, cell in zip_longest(above, below, fillvalue=""):
        before = upper or before
        names.append(" ".join(dict.fromkeys(filter(None, (before, cell)))))
    return names


def is_total(cells: Iterable[object]) -> bool:
    """Whether the first cell with a text is a label for totals, or the cells number the columns."""
    filled = (cell for cell in cells if cell != "")
    first = next(filled, None)
    if str(first) in ("1", "1.0"):  # as below the header of a printed form
        rest = [str(cell).removesuffix(".0") for cell in filled]
        return len(rest) >= 2 and rest == [str(at) for at in range(2, len(rest) + 2)]
    return _is_label(first)


def says_total(cells: Iterable[object]) -> bool:
    """Whether the first cell with a text is a label for totals."""
    return _is_label(next((cell for cell in cells if cell != ""), None))


def _is_label(cell: object) -> bool:
    return isinstance(cell, str) and _TOTALS.match(cell) is not None


def totals_of(layout: Layout, header: Sequence[str]) -> Callable[[Sequence[object]], bool]:
    """Return a function that recognises a row without an appeal: notes, totals, the header."""
    names = (layout.names(canonical) for canonical in layout.canonical)
    read = [header.index(name) for one in names for name in one if name in header]
    places = [
        [header.index(column) for column in layout.names(canonical)]
        for canonical in layout.required
    ]
    ids, required = places[0], [at for one in places for at in one]

    def of_row(cells: Sequence[object]) -> bool:
        if not any(cells[at] != "" for at in read if at < len(cells)) or cells == header:
            return True
        if not is_total(cells):
            return False
        first = next(at for at, cell in enumerate(cells) if cell != "")
        texts = {at: str(cells[at]) for at in required if at < len(cells) and at != first}
        has_id = first in ids or any(texts.get(at) for at in ids)
        return not has_id or all(map(_COUNT.fullmatch, texts.values()))

    return of_row
