"""Parse whole columns of times that are written as 2026-03-12T10:15:30+03:00.

A fraction of up to six digits and ``Z`` are parsed, too. All other texts are left to ``Instants``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.adapters.written_times import EAST, WEST
from workhours_sla.worktime.columns.lookups import Bools, Ints
from workhours_sla.worktime.instants import FIRST_YEAR, LAST_YEAR

Bytes = NDArray[np.uint8]

_ROWS: Final = 1 << 16
"""How many rows are parsed at a time."""
_CLOCK: Final = 19
"""The length of a time without fraction and offset."""
_DIGITS: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MARKS: Final = ((4, "-"), (7, "-"), (13, ":"), (16, ":"))
_OFFSETS: Final = {1: "Z", 6: "+03:00"}
"""An example of the offset from UTC for each length that is parsed."""
_MOST_DIGITS: Final = 6
_MONTH_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_BEFORE_MONTH: Final = np.concatenate([[0], np.cumsum(_MONTH_DAYS)[:-1]])
_DAY_1970: Final = 719_162
_MOST_MONTHS, _FEBRUARY, _DAYS_BEFORE_29 = 12, 2, 28


def parse_times(data: Bytes, begins: Ints, lengths: Ints) -> tuple[Ints, Bools]:
    """Return the instants of texts in microseconds since 1970, and which texts were parsed.

    The text of each row are the ``lengths`` bytes of ``data`` from ``begins`` on.
    """
    found = np.zeros(len(begins), np.int64)
    parsed = np.zeros(len(begins), np.bool_)
    for first in range(0, len(begins), _ROWS):
        own = slice(first, first + _ROWS)
        for length in np.unique(lengths[own]).tolist():
            rows = first + np.flatnonzero(lengths[own] == length)
            texts = data[begins[rows][:, None] + np.arange(length)] if length >= _CLOCK else None
            for size in _OFFSETS:
                digits = length - _CLOCK - size - 1
                if texts is not None and (digits == -1 or 0 < digits <= _MOST_DIGITS):
                    micros, good = _parse(texts, max(digits, 0), size)
                    found[rows[good]] = micros[good]
                    parsed[rows] |= good
    return found, parsed


def _parse(texts: Bytes, digits: int, offset_size: int) -> tuple[Ints, Bools]:
    """Return the instants of texts of one length, and which texts have the expected form.

    ``digits`` is the length of the fraction, and ``offset_size`` the length of the offset.
    """
    figures = texts - ord("0")
    good = (figures[:, _DIGITS] <= 9).all(axis=1)  # noqa: PLR2004 - letters are greater
    for place, mark in _MARKS:
        good &= texts[:, place] == ord(mark)
    good &= (texts[:, 10] == ord("T")) | (texts[:, 10] == ord(" "))

    def number(first: int, size: int) -> Ints:
        value = np.zeros(len(texts), np.int64)
        for place in range(first, first + size):
            value = value * 10 + figures[:, place]
        return value

    year, month, day = number(0, 4), number(5, 2), number(8, 2)
    hour, minute, second = number(11, 2), number(14, 2), number(17, 2)
    good &= (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= _MOST_MONTHS)
    good &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004
    month = np.where(good, month, 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (day >= 1) & (day <= _MONTH_DAYS[month] + (leap & (month == _FEBRUARY)))
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - _DAY_1970
    days += _BEFORE_MONTH[month] + (leap & (month > _FEBRUARY)) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    fraction = np.zeros(len(texts), np.int64)
    if digits:
        good &= texts[:, _CLOCK] == ord(".")
        good &= (figures[:, _CLOCK + 1 : _CLOCK + 1 + digits] <= 9).all(axis=1)  # noqa: PLR2004
        fraction = number(_CLOCK + 1, digits) * 10 ** (_MOST_DIGITS - digits)
    offset, has_offset = _offsets(texts[:, -offset_size:], figures[:, -offset_size:])
    return (seconds - offset * 60) * 1_000_000 + fraction, good & has_offset


def _offsets(texts: Bytes, figures: Bytes) -> tuple[Any, Bools]:
    """Return the offsets from UTC in minutes, and which texts are offsets."""
    if texts.shape[1] == 1:
        return 0, texts[:, 0] == ord("Z")
    sign, mark = texts[:, 0], texts[:, 3]
    good = ((sign == ord("+")) | (sign == ord("-"))) & (mark == ord(":"))
    good &= (figures[:, (1, 2, 4, 5)] <= 9).all(axis=1)  # noqa: PLR2004
    values = figures.astype(np.int64)
    minutes = values[:, 4] * 10 + values[:, 5]
    offset = (values[:, 1] * 10 + values[:, 2]) * 60 + minutes
    offset = np.where(sign == ord("-"), -offset, offset)
    least, most = (int(edge.total_seconds()) // 60 for edge in (WEST, EAST))
    return offset, good & (minutes < 60) & (offset >= least) & (offset <= most)  # noqa: PLR2004
