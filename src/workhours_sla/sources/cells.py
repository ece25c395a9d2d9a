"""Convert typed cells of workbooks and Arrow tables to the texts that a mapper reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from workhours_sla.errors import shown
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.sources.text_lines import LONGEST_LINE
from workhours_sla.sources.times import Instants, RefusedError
from workhours_sla.text.messages import Detail, say

ROUNDED: Final = 10**15
"""Numbers of this size or more may be rounded, because workbooks store 15 digits."""

_MIDNIGHT: Final = time()
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)
"""Matches times in the forms that ``text_of`` writes, or joined from a date and a time of day."""


def text_of(value: object) -> object:
    """Return the value of a cell as text. Fractions and very large numbers are returned unchanged.

    A date is written as 2026-03-12, a time of day as 10:15 or 10:15:30, and a date with a time as
    2026-03-12T10:15:30.

    >>> text_of(1001.0), text_of(10.5), text_of(time(9, 5)), text_of(datetime(2026, 3, 12, 10, 15))
    ('1001', 10.5, '09:05', '2026-03-12T10:15:00')
    """
    if isinstance(value, str):
        return value
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


def at_midnight(day: object) -> object:
    """Return the midnight at which a date begins. Other values are returned unchanged."""
    return datetime.combine(day, _MIDNIGHT) if type(day) is date else day


def doubtful(names: Collection[str], values: Collection[object], line: int) -> Fault | None:
    """Return a Fault if a row has a text that is too long or a number that may be rounded."""
    for name, value in zip(names, values, strict=True):
        if type(value) is float and abs(value) >= ROUNDED:
            detail = say("number_rounded", column=shown(name), value=f"{value:.0f}")
            return Fault(line, "malformed", Detail(detail), "")
    return too_long(names, values, line)


def too_long(names: Iterable[str], values: Iterable[object], line: int) -> Fault | None:
    """Return a Fault if a row has a text that is too long."""
    for name, value in zip(names, values, strict=True):
        if type(value) is str and len(value) > LONGEST_LINE:
            detail = say("value_too_long", column=shown(name), most=LONGEST_LINE)
            return Fault(line, "malformed", Detail(detail), "")
    return None


def row_text(values: Iterable[object]) -> str:
    """Return the values of a row as one shortened text, for use in a Fault."""
    return clip(" | ".join("" if value is None else clip(str(value)) for value in values))


class CellInstants(Instants):
    """Parses times in the configured formats and in the form that ``text_of`` writes.

    A text that matches both is rejected if the results differ.
    """

    __slots__ = ()

    def read(self, text: str) -> datetime:
        """Parse a time, and return it in UTC. Raises RefusedError."""
        if not _ISO.fullmatch(text):
            return super().read(text)
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            return super().read(text)
        found = self.in_utc(when, text)
        try:
            other = super().read(text)
        except RefusedError:
            return found
        if other != found:
            formats = ", ".join(("ISO 8601", *self.formats))
            detail = say("of_several_formats", text=shown(text), formats=formats)
            raise RefusedError(detail, "unreadable_time")
        return found
