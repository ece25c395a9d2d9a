"""The columns of a table: their names, and how often each value and each shape of text occurs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal, NamedTuple

from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.column_words import Match, is_no_time, matches_of
from workhours_sla.detection.detected import Value, toml_line
from workhours_sla.detection.known_words import says_unanswered
from workhours_sla.detection.shapes import (
    LONGEST,
    NumberKind,
    Seen,
    number_form,
    shape_of,
    shape_text,
)
from workhours_sla.errors import shown
from workhours_sla.sources.layout import numbered, two_rows

SEARCHED: Final = 50
MOST_SHAPES: Final = 400
MOST_VALUES: Final = 200
MOST_IDS: Final = 300_000
OBJECTS: Final = "[…]"
"""Placeholder for the text of a list of JSON objects."""
SHOWN: Final = 3
_LONGEST_VALUE: Final = 120
_USUAL: Final = 0.95
"""If this share of a column's numbers has one shape, the others are faults."""
_ENOUGH: Final = 2
"""A row with this many known column names is certainly a header."""
_OF_A_TIME: Final = 4
"""A text with so many numbers may be a time in an unknown form."""

MOMENTS: Final = ("moment", "excel", "unix", "unix_ms")
DATES: Final = ("date", "excel_date")
CLOCKS: Final = ("clock", "excel_clock")
TimeKind = Literal["moment", "date", "clock"] | NumberKind
Row = tuple[int, Sequence[str]]
"""The number of a row, counted like ``Fault.line``, and the texts of its cells."""


@dataclass(slots=True)
class Column:
    """One column of a table: its position ``index``, and what its ``filled`` cells have.

    ``values`` counts the first different values, and ``value_rows`` has the first row of each. Of
    ids, ``repeated`` counts those that occur again; ``is_counting`` says that they are 1, 2, 3.
    ``is_constant`` says that all cells are the same. ``names`` counts the names of agencies.
    ``first`` has the first texts by their rows.
    """

    name: str
    index: int
    filled: int = 0
    first: dict[int, str] = field(default_factory=dict)
    shapes: dict[str, Seen] = field(default_factory=dict)
    values: Counter[str] = field(default_factory=Counter)
    value_rows: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    is_counting: bool = True
    is_constant: bool = True
    ids: set[str] = field(default_factory=set)
    matches: list[Match] = field(default_factory=list)
    has_ids: bool = False
    has_names: bool = False
    names: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.matches = matches_of(self.name)
        self.has_ids = self.rank("appeal_id") is not None
        self.has_names = self.rank("agency_id") is not None

    def rank(self, canonical: str) -> int | None:
        """Return how certainly the name means ``canonical``: 0 is best, None if it does not."""
        return next((one.rank for one in self.matches if one.canonical == canonical), None)

    @property
    def is_bare(self) -> bool:
        """Whether the name is only a word for a time, such as ``Дата``."""
        return any(match.bare for match in self.matches)

    def add(self, text: str, row: int) -> None:
        self.filled += 1
        if self.has_ids:
            self.repeated += text in self.ids
            self.is_counting = self.is_counting and text == str(self.filled)
            if len(self.ids) < MOST_IDS:
                self.ids.add(text)
        if self.has_names and (text in self.names or len(self.names) < MOST_IDS):
            self.names[text] += 1
        if len(self.first) < SHOWN:
            self.first[row] = text
        self.is_constant = self.is_constant and text == next(iter(self.first.values()))
        key = "" if len(text) > LONGEST or is_no_time(text) else shape_text(text)
        seen = self.shapes.get(key)
        if key and seen is None and len(self.shapes) < MOST_SHAPES:
            shape = shape_of(key)
            if shape.kind != "other":
                seen = self.shapes[key] = Seen(shape, text, row)
        if seen is not None:
            seen.add(text, row)
        text = text[:_LONGEST_VALUE]
        is_value = seen is None or seen.shape.kind == "number"
        if is_value and (text in self.values or len(self.values) < MOST_VALUES):
            self.values[text] += 1
            self.value_rows.setdefault(text, row)

    def seen(self, *kinds: str) -> list[Seen]:
        return [seen for seen in self.shapes.values() if seen.shape.kind in kinds]

    def count(self, *kinds: str) -> int:
        return sum(seen.count for seen in self.seen(*kinds))

    @property
    def midnights(self) -> int:
        return sum(seen.midnights for seen in self.shapes.values())

    @property
    def is_midnight(self) -> bool:
        return 0 < self.midnights == self.count("moment")

    @property
    def is_early(self) -> bool:
        """Whether most times of day are before 07:00, like the hours that answers took."""
        clocks = self.seen("clock")
        return 2 * sum(one.early for one in clocks) > sum(one.count for one in clocks)

    @property
    def is_no_posting(self) -> bool:
        """Whether it has the same in several rows, like the date of a report, or no time of day."""
        return (self.filled > 1 and self.is_constant) or self.is_midnight or self.is_early

    @property
    def has_objects(self) -> bool:
        return set(self.values) == {OBJECTS} and self.values[OBJECTS] == self.filled

    @property
    def placeholders(self) -> dict[str, int]:
        """Texts in place of a missing time, with their counts; if of answers, also ``в работе``."""
        return {
            text: count
            for text, count in self.values.items()
            if is_no_time(text) or says_unanswered(text)
        }

    @property
    def texts(self) -> dict[str, int]:
        """Values that are neither times, numbers nor placeholders, with their counts."""
        return {
            text: count
            for text, count in self.values.items()
            if not is_no_time(text) and shape_of(shape_text(text)).kind == "other"
        }

    @property
    def numbers(self) -> NumberKind | None:
        """The way in which all numbers, or nearly all, can represent times; None if they cannot."""
        found = self.seen("number")
        if not found:
            return None
        main = max(found, key=lambda one: (one.high > 0, one.count))
        others = self.count("number") - self.values["0"]  # 0 may mean no time
        is_usual = main.count >= _USUAL * others
        return number_form(found) or (number_form([main]) if is_usual else None)

    @property
    def odd_numbers(self) -> list[Seen]:
        """The numbers that are no times, or not as most are."""
        found, kind = self.seen("number"), self.numbers
        is_even = kind is not None and number_form(found) is not None
        return [one for one in found if not is_even and (not kind or number_form([one]) != kind)]

    @property
    def time_kind(self) -> TimeKind | None:
        """The kind of time that most texts are, if numbers may be times; None if fewer than half.

        Whether numbers really are times, the column's name says.
        """
        real = self.filled - sum(self.placeholders.values())
        kinds: tuple[Literal["moment", "date", "clock"], ...] = ("moment", "date", "clock")
        most = (kind for kind in kinds if 2 * self.count(kind) > real)
        return next(most, self.numbers if 2 * self.count("number") > real else None)

    @property
    def may_have_times(self) -> bool:
        """Whether any text has a date or a time of day, or the numbers of one."""
        return self.count("moment", "date", "clock") > 0 or any(
            len(re.findall(r"\d+", text)) >= _OF_A_TIME for text in self.texts
        )

    @property
    def shown(self) -> str:
        example = f" ({shown(next(iter(self.first.values()))[:LONGEST])})" if self.first else ""
        return f"{shown(self.name)}{example}"

    def text(self, cells: Sequence[str]) -> str:
        return cells[self.index].strip() if self.index < len(cells) else ""


class Role(NamedTuple):
    """A canonical column with the one or two columns of the file that provide its value."""

    canonical: str
    columns: tuple[Column, ...]

    @property
    def written(self) -> Value:
        names = tuple(column.name for column in self.columns)
        return names[0] if len(names) == 1 else names

    @property
    def names(self) -> str:
        return shown(shown_columns(self.written))

    @property
    def shown(self) -> str:
        return " + ".join(column.shown for column in self.columns)

    @property
    def line(self) -> str:
        return toml_line(self.canonical, self.written)

    def text(self, cells: Sequence[str]) -> str:
        """Return a row's text, without placeholders such as ``нет``."""
        texts = (column.text(cells) for column in self.columns)
        return " ".join(text for text in texts if text and not self.is_empty(text))

    def is_empty(self, text: str) -> bool:
        is_open = self.canonical == "answered_at" and says_unanswered(text)
        return is_open or is_no_time(text)


class Header(NamedTuple):
    """The row, or the last of two rows, with the column names.

    ``known`` counts the canonical columns that it names. ``above`` is the text of the rows above
    it. ``others`` are the numbers of other rows that may be the header. ``elsewhere`` are other
    sheets with times, each with its name and those of its columns.
    """

    row: int
    cells: tuple[str, ...]
    known: int
    others: tuple[int, ...] = ()
    above: str = ""
    elsewhere: tuple[tuple[str, str], ...] = ()


class Table:
    """The columns below a header, the text above the header, and the number of non-blank rows."""

    def __init__(self, header: Header, rows: Iterable[Row]) -> None:
        self.columns: list[Column] = [
            Column(name, at) for at, name in enumerate(numbered(header.cells))
        ]
        self.above: str = header.above
        self.elsewhere = header.elsewhere
        self.rows: int = 0
        for number, texts in rows:
            self.rows += any(texts)
            for column, text in zip(self.columns, texts, strict=False):
                if text:
                    column.add(text, number)


# -- the header ----------------------------------------------------------------------------------


def find_header(rows: Iterable[Row]) -> Header | None:
    """Return the header from the first rows, None if no row can be one."""
    filled = [(number, [*map(str.strip, cells)]) for number, cells in rows]
    filled = list(islice((row for row in filled if any(row[1])), SEARCHED))
    found: list[tuple[Header, tuple[int, ...]]] = []
    above, upper = 0, [""]
    for number, cells in filled:
        known = _known(cells)
        if known is not None:
            found.append((Header(number, tuple(cells), known), (number,)))
            is_part = any(match.bare for cell in cells for match in matches_of(cell))
            if is_part and _known(upper) is not None:
                both = tuple(two_rows(upper, cells))
                found.append((Header(number, both, _known(both) or 0), (above, number)))
        above, upper = number, cells
    if not found:
        return None
    best, own = max(found, key=lambda one: (one[0].known, len(one[1]), -one[0].row))
    below = (cells for number, cells in filled if number > best.row)
    if best.known < _ENOUGH and not any(_kinds(cells) & {"moment", "date"} for cells in below):
        return None
    others = {
        rival.row
        for rival, places in found
        if rival.known >= max(_ENOUGH, best.known - 1)
        and rival.cells != best.cells
        and set(own).isdisjoint(places)
    }
    title = " ".join(" ".join(cells) for number, cells in filled if number < min(own))
    return best._replace(others=tuple(sorted(others)), above=title)


def _known(cells: Sequence[str]) -> int | None:
    names = [cell for cell in cells if cell]
    if len(names) < _ENOUGH or _kinds(names) & {"moment", "date", "clock"}:
        return None
    if 2 * sum(shape_of(shape_text(name)).kind == "number" for name in names) > len(names):
        return None
    first = [matches_of(name) for name in dict.fromkeys(names)]
    return len({(match[0].canonical, match[0].rank) for match in first if match})


def _kinds(cells: Iterable[str]) -> set[str]:
    return {shape_of(shape_text(cell.strip())).kind for cell in cells if cell.strip()}


def has_times(rows: Iterable[Row]) -> bool:
    """Whether a row looks like an appeal: it has a date with a time of day, and other values."""
    return any(
        sum(1 for cell in cells if cell.strip()) > _ENOUGH and "moment" in _kinds(cells)
        for _, cells in rows
    )
