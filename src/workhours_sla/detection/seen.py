"""Statistics of a table's columns: how often each value and each shape of text occurs.

The shape of a text is the text with 0 for each digit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from workhours_sla.config.column_words import is_no_time, matches_of
from workhours_sla.detection.time_forms import (
    LONGEST,
    SHORT_DOTTED,
    Order,
    Shape,
    first_and_third,
    first_two,
    may_be_swapped,
    number_form,
    orders_of,
    shape_of,
    shape_text,
)

MOST_SHAPES: Final = 400
"""Maximum number of text shapes that are counted in a column."""
MOST_VALUES: Final = 200
"""Maximum number of different values that are counted in a column."""
OBJECTS: Final = "[…]"
"""Placeholder for the text of a list of JSON objects."""
MOST_IDS: Final = 300_000
"""Maximum number of ids that are compared with each other."""
SHOWN: Final = 3
"""Number of first values of a column that are kept as examples."""
_LONGEST_VALUE: Final = 120
_MORNING: Final = 7
_MIDNIGHT: Final = re.compile(
    r"[ Tt](?:0{1,2}([:.])00(?:[:.]00)?(?! ?[PpAa][Mm])|12([:.])00(?:[:.]00)? ?[Aa][Mm])"
)
NumberKind = Literal["excel", "excel_date", "excel_clock", "unix", "unix_ms"]
"""How numbers represent times; "excel_date" are whole days, "excel_clock" fractions of a day."""
Row = tuple[int, Sequence[str]]
"""The number of a row, counted like ``Fault.line``, and the texts of its cells."""


@dataclass(slots=True)
class Seen:
    """Counts the texts in a column that have the same shape.

    ``early`` counts times of day before 07:00. ``either`` counts dates whose day and month may be
    swapped, because the day is at most 12. ``firsts`` and ``thirds`` are the first and third
    numbers of dates like 26.03.11. ``most_first`` and ``most_second`` are the largest first and
    second numbers of dates.
    """

    shape: Shape
    example: str
    row: int
    count: int = 0
    most_first: int = 0
    most_second: int = 0
    midnights: int = 0
    fractions: int = 0
    early: int = 0
    either: int = 0
    firsts: set[str] = field(default_factory=set)
    thirds: set[str] = field(default_factory=set)
    low: float = float("inf")
    high: float = float("-inf")

    def add_date(self, text: str) -> None:
        """Count a date, and record its numbers."""
        self.either += may_be_swapped(text)
        if self.shape.family:
            first, second = first_two(text)
            self.most_first = max(self.most_first, first)
            self.most_second = max(self.most_second, second)
        if self.shape.family == SHORT_DOTTED:
            first_number, third = first_and_third(text)
            self.firsts.add(first_number)
            self.thirds.add(third)

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders of day, month and year that all texts allow."""
        return orders_of(self.shape, self.most_first, self.most_second)

    def add(self, text: str) -> None:
        """Count a text that has this shape."""
        self.count += 1
        shape = self.shape
        if shape.formats and shape.kind != "clock":
            self.add_date(text)
        if shape.kind == "moment":
            self.midnights += _MIDNIGHT.search(text) is not None
        elif shape.kind == "clock":
            self.early += int(text.partition(":")[0].partition(".")[0]) < _MORNING


class Ids:
    """Finds repeated ids, and ids repeated with another time, among at most ``MOST_IDS`` ids."""

    def __init__(self) -> None:
        self._times: dict[str, str] = {}
        self.repeated: int = 0
        self.contradictory: str | None = None
        self.counting: bool = True
        """Whether the ids are 1, 2, 3 and so on."""
        self._count = 0

    def add(self, own_id: str, time: str) -> None:
        """Add the id and the time of the next row."""
        self._count += 1
        self.counting = self.counting and own_id == str(self._count)
        before = self._times.get(own_id)
        if before is None:
            if len(self._times) < MOST_IDS:
                self._times[own_id] = time
            return
        self.repeated += 1
        if before != time and self.contradictory is None:
            self.contradictory = own_id


@dataclass(slots=True)
class Column:
    """One column of a table. ``index`` is its position; ``filled`` counts the non-empty cells."""

    name: str
    index: int
    filled: int = 0
    first: list[str] = field(default_factory=list)
    shapes: dict[str, Seen] = field(default_factory=dict)
    values: Counter[str] = field(default_factory=Counter)
    """How often each value occurs, for the first ``MOST_VALUES`` different values."""
    value_rows: dict[str, int] = field(default_factory=dict)
    """The number of the first row with each value in ``values``."""
    ids: Ids | None = None
    """A comparison of the column's ids; None if the column does not look like ids of appeals."""

    def add(self, text: str, row: int) -> None:
        """Count the text of a non-empty cell."""
        self.filled += 1
        if self.ids is not None:
            self.ids.add(text, "")
        if len(self.first) < SHOWN:
            self.first.append(text)
        if len(text) > LONGEST or is_no_time(text):
            self._count_value(text, row)
            return
        key = shape_text(text)
        seen = self.shapes.get(key)
        if seen is None:
            shape = shape_of(key)
            if shape.kind == "other" or len(self.shapes) >= MOST_SHAPES:
                self._count_value(text, row)
                return
            seen = self.shapes[key] = Seen(shape, text, row)
        seen.add(text)
        if seen.shape.kind == "number":
            self._count_value(text, row)
            number = float(text.replace(",", "."))
            seen.fractions += not number.is_integer()
            seen.low, seen.high = min(seen.low, number), max(seen.high, number)

    def _count_value(self, text: str, row: int) -> None:
        text = text[:_LONGEST_VALUE]
        if text in self.values or len(self.values) < MOST_VALUES:
            self.values[text] += 1
            self.value_rows.setdefault(text, row)

    def count(self, kind: Literal["moment", "date", "clock", "number"]) -> int:
        """Return the number of texts of one kind."""
        return sum(seen.count for seen in self.shapes.values() if seen.shape.kind == kind)

    @property
    def midnights(self) -> int:
        """Number of times that are 00:00."""
        return sum(seen.midnights for seen in self.shapes.values())

    @property
    def is_midnight(self) -> bool:
        """Whether every time is 00:00."""
        moments = [seen for seen in self.shapes.values() if seen.shape.kind == "moment"]
        return bool(moments) and all(seen.midnights == seen.count for seen in moments)

    @property
    def has_objects(self) -> bool:
        """Whether every value is a list of JSON objects."""
        return set(self.values) == {OBJECTS} and self.values[OBJECTS] == self.filled

    @property
    def placeholders(self) -> dict[str, int]:
        """Placeholder texts for a missing time, with their counts."""
        return {text: count for text, count in self.values.items() if is_no_time(text)}

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
        """The way in which the column's numbers can represent times; None if they cannot."""
        found = [seen for seen in self.shapes.values() if seen.shape.kind == "number"]
        if not found:
            return None
        low, high = min(one.low for one in found), max(one.high for one in found)
        if low >= 0 and high < 1:
            return "excel_clock"
        form = number_form(low, high)
        if form == "excel" and not any(one.fractions for one in found):
            return "excel_date"
        return form

    @property
    def time_kind(self) -> Literal["moment", "date", "clock"] | NumberKind | None:
        """The kind of time that most texts are; None if fewer than half are times.

        Numbers count as times here; decide from the column's name whether they really are times.
        """
        real = self.filled - sum(self.placeholders.values())
        for kind in ("moment", "date", "clock"):
            if real and 2 * self.count(kind) > real:
                return kind
        if real and 2 * self.count("number") > real:
            return self.numbers
        return None


@dataclass(slots=True)
class Table:
    """The columns of a table with a header.

    ``above`` is the text above the header. ``rows`` counts the non-blank rows below the header.
    """

    columns: list[Column]
    above: str = ""
    rows: int = 0

    @classmethod
    def of(cls, header: Sequence[str], above: str = "") -> Table:
        """Create a table without rows from a header."""
        columns = [Column(name.strip(), at) for at, name in enumerate(header)]
        for column in columns:
            if any(match.canonical == "appeal_id" for match in matches_of(column.name)):
                column.ids = Ids()
        return cls(columns, above)

    def add_all(self, rows: Iterable[Row], *, exact: bool) -> None:
        """Add rows. If ``exact`` is true, rows with too few or too many cells are skipped."""
        columns = self.columns
        width = len(columns)
        for number, cells in rows:
            if not any(map(str.strip, cells)):
                continue
            self.rows += 1
            if len(cells) != width and exact:
                continue
            for column, cell in zip(columns, cells, strict=False):
                text = cell.strip()
                if text:
                    column.add(text, number)
