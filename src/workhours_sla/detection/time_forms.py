"""Recognise the notation of times from the shape of a text: the text with 0 for each digit."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: Final[tuple[Order, ...]] = ("dmy", "mdy", "ymd")
Kind = Literal["moment", "date", "clock", "number", "other"]

_DIGITS: Final = str.maketrans("123456789", "000000000")
SHORT_DOTTED: Final = ".y"
"""The value of ``Shape.family`` for dates like 26.03.11, which may begin or end with the year."""
LONGEST: Final = 40
"""Maximum number of characters of a text that can be a time."""

_CLOCK: Final = r"(?P<hour>0{1,2})(?P<t>[:.])00(?P<seconds>(?P=t)00)?(?P<fraction>[.,]0+)?"
_HALF: Final = r"(?P<half> ?[AaPp][Mm])?"
_OFFSET: Final = r"(?P<offset> ?[Zz]| ?[+-]00(?::?00)?)?"
_GLUE: Final = r"(?P<glue>,? +|[Tt]| в |, в )"
_DATE: Final = r"(?P<a>0{1,2}|0000)(?P<s>[./-])(?P<b>0{1,2})(?P=s)(?P<c>0000|00)"
_MOMENT: Final = re.compile(_DATE + _GLUE + _CLOCK + _HALF + _OFFSET)
_DATE_ALONE: Final = re.compile(_DATE)
_CLOCK_ALONE: Final = re.compile(_CLOCK + _HALF)
_NUMBER: Final = re.compile(r"-?0+(?:[.,]0+)?")
_NAMED: Final = re.compile(
    r"(?P<d>0{1,2})(?P<s>[ /-])Mon(?P=s)(?P<y>0000|00)(?:,? +" + _CLOCK + _HALF + ")?"
)
_MONTHS: Final = re.compile(
    r"(?<![A-Za-z])(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?![A-Za-z])", re.IGNORECASE
)
_FIRST_THREE: Final = re.compile(r"(\d+)\D+(\d+)\D+(\d+)")
_FIRST_TWO: Final = re.compile(r"(\d+)\D+(\d+)")
_PARTS: Final[dict[Order, str]] = {"dmy": "dmY", "mdy": "mdY", "ymd": "Ymd"}
_LONG_YEAR: Final = 4


class Shape(NamedTuple):
    """The possible interpretations of the texts with one shape.

    ``formats`` maps each possible order of day, month and year to the ``strptime`` format, or to
    ``""`` if ``parse_time`` accepts the text. For kind "clock" the format is under "dmy"; for kinds
    other than "moment", "date" and "clock" the mapping is empty. Shapes with the same ``family``
    have the same order in one file; ``family`` is ``""`` for a shape with only one possible order.
    """

    kind: Kind
    formats: dict[Order, str]
    family: str = ""
    has_offset: bool = False


_OTHER: Final = Shape("other", {})


def shape_text(text: str) -> str:
    """Return a text with 0 for each digit, and ``Mon`` for an English month name.

    Blanks that follow each other, no-break spaces included, become one blank.

    >>> shape_text("12.03.2026 9:05"), shape_text("12-mar-2026")
    ('00.00.0000 0:00', '00-Mon-0000')
    """
    shape = " ".join(text.translate(_DIGITS).split())
    return (
        _MONTHS.sub("Mon", shape) if not shape.isascii() or any(map(str.isalpha, shape)) else shape
    )


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
    if found := _MOMENT.fullmatch(shape):
        return _moment(found) if _dates(found) else _OTHER
    if found := _DATE_ALONE.fullmatch(shape):
        dates = _dates(found)
        return Shape("date", dates, _family(found)) if dates else _OTHER
    if found := _CLOCK_ALONE.fullmatch(shape):
        return Shape("clock", {"dmy": _clock(found)})
    if found := _NAMED.fullmatch(shape):
        return _named(found)
    return Shape("number", {}) if _NUMBER.fullmatch(shape) else _OTHER


def _named(found: re.Match[str]) -> Shape:
    """Return the Shape of a date with an English month name."""
    year = "%Y" if len(found["y"]) == _LONG_YEAR else "%y"
    day = f"%d{found['s']}%b{found['s']}{year}"
    if not found["hour"]:
        return Shape("date", {"dmy": day})
    glue = ", " if "," in found[0].partition(":")[0] else " "
    return Shape("moment", {"dmy": day + glue + _clock(found)})


def _moment(found: re.Match[str]) -> Shape:
    dates = _dates(found)
    glue = re.sub(" +", " ", found["glue"])
    offset = bool(found["offset"])
    formats: dict[Order, str] = {}
    for order, day in dates.items():
        formats[order] = f"{day}{glue}{_clock(found)}"
        if offset:
            formats[order] += " %z" if found["offset"].startswith(" ") else "%z"
    if not found["half"] and _is_native(found):
        formats["ymd" if "ymd" in formats else "dmy"] = ""
    elif found["fraction"]:
        return _OTHER  # strptime reads no fraction after a comma, and none of 7 digits
    return Shape("moment", formats, _family(found), has_offset=offset)


def _is_native(found: re.Match[str]) -> bool:
    """Whether ``parse_time`` accepts a shape, such as 2025-10-31T17:30 or 31.10.2025 17:30."""
    year_first = len(found["a"]) == _LONG_YEAR
    pointed = found["t"] == "."
    if found["s"] == "-" and year_first:
        good = found["glue"].strip() in ("", "T", "t") and len(found["b"]) == len(found["c"]) == 2
        return good and not pointed
    if found["s"] == "." and not year_first and len(found["c"]) == _LONG_YEAR:
        whole = len(found["hour"]) == 2 and not found["seconds"]
        return not found["glue"].strip() and (whole or not pointed)
    return False


def _dates(found: re.Match[str]) -> dict[Order, str]:
    """Return the format of a date for each order that its shape allows."""
    mark = found["s"]
    if len(found["a"]) == _LONG_YEAR:
        orders: tuple[Order, ...] = ("ymd",) if len(found["c"]) <= 2 else ()
    elif len(found["c"]) == _LONG_YEAR:
        orders = ("dmy", "mdy")
    else:
        orders = ("dmy", "mdy", "ymd")
    long = _LONG_YEAR in (len(found["a"]), len(found["c"]))
    return {
        order: mark.join(f"%{part if long else part.lower()}" for part in _PARTS[order])
        for order in orders
    }


def _clock(found: re.Match[str]) -> str:
    mark = found["t"]
    hour = "%I" if found["half"] else "%H"
    text = f"{hour}{mark}%M" + (f"{mark}%S" if found["seconds"] else "")
    if found["half"]:
        text += " %p" if found["half"].startswith(" ") else "%p"
    return text


def _family(found: re.Match[str]) -> str:
    if len(found["a"]) == _LONG_YEAR:
        return ""
    return found["s"] + ("Y" if len(found["c"]) == _LONG_YEAR else "y")


def first_two(text: str) -> tuple[int, int]:
    """Return the first and the second number of a date.

    >>> first_two("12.03.2026 9:05")
    (12, 3)
    """
    found = _FIRST_TWO.match(text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def first_and_third(text: str) -> tuple[str, str]:
    """Return the first and the third number of a date.

    >>> first_and_third("26.03.11 10:15")
    ('26', '11')
    """
    found = _FIRST_THREE.match(text)
    return (found[1], found[3]) if found else ("", "")


def may_be_swapped(text: str) -> bool:
    """Whether a date stays valid if its day and month are swapped.

    >>> may_be_swapped("2026-04-03"), may_be_swapped("13/04/2026"), may_be_swapped("2026-04-13")
    (True, False, False)
    """
    found = _FIRST_THREE.match(text)
    if found is None:
        return False
    first, second, third = found.groups()
    days = (second, third) if len(first) == _LONG_YEAR else (first, second)
    return max(map(int, days)) <= 12


def orders_of(shape: Shape, most_first: int, most_second: int) -> tuple[Order, ...]:
    """Return the possible orders of dates, given their largest first and second numbers.

    Dates with dots have the day first, unless that is impossible.
    """
    fitting = {
        "dmy": most_first <= 31 and most_second <= 12,
        "mdy": most_first <= 12 and most_second <= 31,
        "ymd": most_second <= 12,
    }
    orders = tuple(order for order in shape.formats if fitting[order])
    if shape.family.startswith(".") and "dmy" in orders:
        return ("dmy",)
    return orders


_SERIAL_FROM: Final = (date(1982, 1, 1) - date(1899, 12, 30)).days
_SERIAL_TO: Final = (date(2100, 1, 1) - date(1899, 12, 30)).days
_UNIX_FROM: Final = 500_000_000
_UNIX_TO: Final = 4_000_000_000


def number_form(low: float, high: float) -> Literal["excel", "unix", "unix_ms"] | None:
    """Return the notation in which numbers from ``low`` to ``high`` can be times, or None.

    >>> number_form(46093.4, 46120.0), number_form(1773299700, 1773302400)
    ('excel', 'unix')
    """
    if low >= _SERIAL_FROM and high < _SERIAL_TO:
        return "excel"
    if low >= _UNIX_FROM and high < _UNIX_TO:
        return "unix"
    if low >= _UNIX_FROM * 1000 and high < _UNIX_TO * 1000:
        return "unix_ms"
    return None
