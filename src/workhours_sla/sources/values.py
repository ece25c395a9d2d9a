"""Convert the typed values of JSON, workbooks and tables to the texts that a mapper reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from workhours_sla.config.column_names import AND, TIMES, Parts
from workhours_sla.errors import shown
from workhours_sla.sources.rows import RefusedError
from workhours_sla.text.messages import say

ROUNDED: Final = 10**15
"""Numbers of this size or more may be rounded, because workbooks store 15 digits."""
_MIDNIGHT: Final = re.compile(
    r",?(?: в)?[T ]"
    r"(?:0?0(?P<mark>[:.])00(?:(?P=mark)00(?:\.0+)?)?|12:00(?::00)?(?= ?A))(?: ?AM)?"
    r"(?P<offset> ?Z| ?[+-]\d\d:?\d\d)?\Z",
    re.IGNORECASE,
)
"""Matches the midnight that spreadsheets write after a date."""
_DAY_ZERO: Final = re.compile(r"1899-12-3[01][T ]", re.ASCII)
"""Matches the date that workbooks put before a time of day."""
_POINTED: Final = re.compile(r"(\d{1,2})\.(\d\d)", re.ASCII)


def text_of(value: object) -> object:
    """Return the value of a cell as text. Fractions and very large numbers are returned unchanged.

    A date is written as 2026-03-12, a time of day as 10:15 or 10:15:30, and a date with a time as
    2026-03-12T10:15:30.

    >>> from datetime import datetime
    >>> text_of(1001.0), text_of(10.5), text_of(time(9, 5)), text_of(datetime(2026, 3, 12, 10, 15))
    ('1001', 10.5, '09:05', '2026-03-12T10:15:00')
    """
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < ROUNDED else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _clock(value)
    if isinstance(value, time):
        seconds = value.second or value.microsecond
        return value.isoformat() if seconds else value.isoformat("minutes")
    return value


def _clock(span: timedelta) -> object:
    """Return a span shorter than a day as a time of day, and a longer one as a number of days."""
    if not timedelta() <= span < timedelta(days=1):
        return span / timedelta(days=1)
    minutes, rest = divmod(span, timedelta(minutes=1))
    hour, minute = divmod(minutes, 60)
    return text_of(time(hour, minute, rest.seconds, rest.microseconds))


def plain_text(canonical: str, value: object, *, fractions: bool = False) -> str:
    """Return a JSON value as the text that a CSV file would have. Raises RefusedError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if fractions and isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    what = say("a_fraction" if isinstance(value, float) else "a_structure")
    raise RefusedError(say("value_not_text", canonical=canonical, what=what))


def check_values(record: Mapping[str, object]) -> None:
    """Raise RefusedError if a cell has a number that may be rounded."""
    for name, value in record.items():
        if type(value) is float and abs(value) >= ROUNDED:
            raise RefusedError(say("number_rounded", column=shown(name), value=f"{value:.0f}"))


class JoinedColumn:
    """Joins the columns named in ``parts`` to the value of a canonical column.

    ``values`` are the meanings of values; those of a date or a time of day replace it.
    """

    def __init__(
        self, canonical: str, parts: Parts, *, values: Mapping[str, str], points: bool = False
    ) -> None:
        self._canonical = canonical
        self._parts = parts
        self._empty = {"", *(value for value, meaning in values.items() if not meaning)}
        self._is_time = canonical in TIMES
        self._corrected = values if self._is_time else {}
        self._points = points

    def __call__(self, record: Mapping[str, object]) -> object:
        if len(self._parts) == 1:
            return self._first(record, self._parts[0])
        texts = [self._text(self._first(record, names)) for names in self._parts]
        if not any(texts):
            return None
        if not self._is_time:
            return AND.join(texts)
        day, *rest = texts
        day = date_alone(day)  # also if the time is missing: a date alone is no midnight
        rest = [_DAY_ZERO.sub("", text, count=1) for text in rest]
        if self._points:
            rest = [
                ":".join(found.groups()) if (found := _POINTED.fullmatch(text)) else text
                for text in rest
            ]
        return " ".join(filter(None, [day, *rest]))

    def _first(self, record: Mapping[str, object], names: tuple[str, ...]) -> object:
        """Return the first non-empty value of the named columns, None if all are empty."""
        for name in names:
            value = record.get(name)
            if value is not None and not (isinstance(value, str) and value.strip() in self._empty):
                return value
        return None

    def _text(self, value: object) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            value = plain_text(self._canonical, value, fractions=self._is_time)
        return self._corrected.get(value.strip(), value.strip())


def date_alone(text: str) -> str:
    """Return a date without the ``00:00`` that a spreadsheet adds to it.

    >>> date_alone("12.03.2026 0:00"), date_alone("2026-03-12T00:00:00.000"), date_alone("нет")
    ('12.03.2026', '2026-03-12', 'нет')
    """
    found = _MIDNIGHT.search(text)
    return text if found is None else text[: found.start()] + (found["offset"] or "")
