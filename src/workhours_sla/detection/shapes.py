"""Recognise the notation of times from the shape of a text: the text with 0 for each digit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from workhours_sla.text.written_times import as_numbers

Order = Literal["dmy", "mdy", "ymd", "ydm"]
ORDERS: Final[tuple[Order, ...]] = ("dmy", "mdy", "ymd", "ydm")
Kind = Literal["moment", "date", "clock", "number", "other"]
NumberKind = Literal["excel", "excel_date", "excel_clock", "unix", "unix_ms"]
"""How numbers represent times; "excel_date" are whole days, "excel_clock" fractions of a day."""

SHORT_DOTTED: Final = ".y"
"""The family of dates like 26.03.11, which may begin or end with the year."""
YEAR_FIRST: Final = "y"
"""The family of dates like 2026-03-11."""
LONGEST: Final = 40
_MORNING: Final = 7
_LONG_YEAR: Final = 4
_DIGITS: Final = str.maketrans("123456789", "000000000")
_FORM: Final = re.compile(
    r"(?P<date>(?P<a>0{1,2}|0000)(?P<s>[./-])(?P<b>0{1,2})(?P=s)(?P<c>0000|00))?"
    r"(?:(?P<glue>(?(date),? +|$^)|(?(date)[Tt]|$^)|(?(date),? в |$^))?"
    r"(?P<hour>0{1,2})(?P<t>[:.hH-])00(?P<seconds>(?P=t)00)?(?P<fraction>[.,]0+)?"
    r"(?:(?P<half> ?[AaPp][Mm])|(?P<word> ?[Uu]hr))?(?P<offset> ?[Zz]| ?[+-]00(?::?00)?)?)?"
)
_NUMBER: Final = re.compile(r"-?0+(?:[.,]0+)?")
_PRECISE: Final = re.compile(r"\.0{1,6}")
_THREE: Final = re.compile(r"(\d+)\D+(\d+)\D+(\d+)")
_MIDNIGHT: Final = re.compile(
    r"[ Tt](?:0{1,2}[:.hH-]00(?:[:.]00)?(?:\.0+)?(?! ?[PpAa][Mm])|12[:.]00(?:[:.]00)? ?[Aa][Mm])"
)
_SPAN: Final = re.compile(r"(?:^|[ Tt])(\d{1,2})-([01]\d|2[0-4])\Z")
"""Matches a time of day like 10-12, which may also be a span, from 10 to 12 o'clock."""
_SERIALS: Final = [(date(year, 1, 1) - date(1899, 12, 30)).days for year in (1982, 2100)]
_UNIX: Final = (500_000_000, 4_000_000_000)


class Shape(NamedTuple):
    """The possible interpretations of the texts with one shape.

    ``formats`` maps each possible order of day, month and year to the ``strptime`` format, or to
    ``""`` if the default format accepts the text; the format of a clock is under "dmy". Shapes of
    one ``family`` have the same order in one file; it is ``""`` for dates with the name of a month.
    """

    kind: Kind
    formats: dict[Order, str]
    family: str = ""
    has_offset: bool = False


_OTHER: Final = Shape("other", {})


def shape_text(text: str) -> str:
    """Return a text with 0 for each digit, and blanks that follow each other as one blank."""
    return " ".join(text.translate(_DIGITS).split())


@lru_cache(4096)
def shape_of(shape: str) -> Shape:
    """Return the possible interpretations of the texts with a shape.

    >>> shape_of("00/00/0000 0:00").formats
    {'dmy': '%d/%m/%Y %H:%M', 'mdy': '%m/%d/%Y %H:%M'}
    >>> shape_of("00.00.0000 00:00").formats["dmy"], shape_of("00:00").kind
    ('', 'clock')
    """
    if len(shape) > LONGEST:
        return _OTHER
    if _NUMBER.fullmatch(shape) and not re.fullmatch(r"0{1,2}\.00", shape):
        return Shape("number", {})
    numeric = as_numbers(shape.replace("0", "1"))
    if numeric is not None:
        found = shape_of(shape_text(numeric))
        if found.kind == "date" or "" in found.formats.values():
            return found._replace(formats={"dmy": ""}, family="")
    form = _FORM.fullmatch(shape)
    return _shape(form) if form and shape else _OTHER


def _shape(found: re.Match[str]) -> Shape:
    mark = found["t"]
    clock = f"{'%I' if found['half'] else '%H'}{mark}%M" + (f"{mark}%S" if found["seconds"] else "")
    is_precise = bool(found["seconds"] and _PRECISE.fullmatch(found["fraction"] or ""))
    clock += ".%f" if is_precise else ""
    clock += (
        (" %p" if found["half"].startswith(" ") else "%p") if found["half"] else found["word"] or ""
    )
    offset = found["offset"] or ""
    if found["date"] is None:
        return _OTHER if offset else Shape("clock", {"dmy": clock})
    dates, family = _dates(found)
    if found["hour"] is None and dates and not found["glue"]:
        return Shape("date", dates, family)
    if found["hour"] is None or not dates or not found["glue"]:
        return _OTHER
    end = (" %z" if offset.startswith(" ") else "%z") if offset else ""
    glue = re.sub(" +", " ", found["glue"])
    formats = {order: f"{day}{glue}{clock}{end}" for order, day in dates.items()}
    if not found["half"] and not found["word"] and _is_native(found):
        formats["ymd" if "ymd" in formats else "dmy"] = ""
    elif found["fraction"] and not is_precise:
        return _OTHER  # strptime reads no fraction after a comma, and none of 7 digits
    return Shape("moment", formats, family, has_offset=bool(offset))


def _dates(found: re.Match[str]) -> tuple[dict[Order, str], str]:
    mark, first, last = found["s"], len(found["a"]), len(found["c"])
    if first == _LONG_YEAR:
        by_order: dict[Order, str] = {
            "ymd": mark.join(("%Y", "%m", "%d")),
            "ydm": mark.join(("%Y", "%d", "%m")),
        }
        return (by_order if last <= 2 else {}), YEAR_FIRST
    year = "%Y" if last == _LONG_YEAR else "%y"
    formats: dict[Order, str] = {
        "dmy": mark.join(("%d", "%m", year)),
        "mdy": mark.join(("%m", "%d", year)),
    }
    if last < _LONG_YEAR:
        formats["ymd"] = mark.join(("%y", "%m", "%d"))
    return formats, mark + year[1]


def _is_native(found: re.Match[str]) -> bool:
    glue, is_pointed = found["glue"].strip(), found["t"] == "."
    if found["t"] not in ":.":
        return False
    if len(found["a"]) == _LONG_YEAR:
        has_two_digits = len(found["b"]) == len(found["c"]) == 2
        return found["s"] == "-" and has_two_digits and glue in ("", "T", "t") and not is_pointed
    if found["s"] != "." or len(found["c"]) < _LONG_YEAR or glue:
        return False
    return not is_pointed or (len(found["hour"]) == 2 and not found["seconds"])


@dataclass(slots=True)
class Seen:
    """Counts the texts in a column that have the same shape.

    ``early`` counts times of day before 07:00, ``spans`` those that may be spans. ``dates`` has the
    three numbers of each date, with its first and its last row.
    """

    shape: Shape
    example: str
    row: int
    count: int = 0
    midnights: int = 0
    fractions: int = 0
    early: int = 0
    spans: int = 0
    low: float = float("inf")
    high: float = float("-inf")
    dates: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def add(self, text: str, row: int) -> None:
        self.count += 1
        if (span := _SPAN.search(text)) is not None:
            self.spans += int(span[1]) < int(span[2])
        kind = self.shape.kind
        if kind == "number":
            number = float(text.replace(",", "."))
            self.fractions += not number.is_integer()
            self.low, self.high = min(self.low, number), max(self.high, number)
        elif kind == "clock":
            self.early += int(re.split(r"\D", text, maxsplit=1)[0]) < _MORNING
        else:
            self.midnights += kind == "moment" and _MIDNIGHT.search(text) is not None
            if not self.shape.family:
                text = as_numbers(text) or text
            if (found := _THREE.match(text)) is not None:
                numbers = found.groups()
                self.dates[numbers] = (self.dates.get(numbers, (row,))[0], row)

    @property
    def swappable(self) -> list[bool]:
        """For each date, whether it stays valid if its day and month are swapped."""
        days = [one[1:] if len(one[0]) == _LONG_YEAR else one[:2] for one in self.dates]
        return [max(map(int, one)) <= 12 for one in days]


def number_form(seen: list[Seen]) -> NumberKind | None:
    low, high = min(one.low for one in seen), max(one.high for one in seen)
    if low >= 0 and high < 1:
        return "excel_clock"
    if low >= _SERIALS[0] and high < _SERIALS[1]:
        return "excel" if any(one.fractions for one in seen) else "excel_date"
    if low >= _UNIX[0] and high < _UNIX[1]:
        return "unix"
    return "unix_ms" if low >= _UNIX[0] * 1000 and high < _UNIX[1] * 1000 else None
