"""Join several columns of a file to the value of one canonical column."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from workhours_sla.config.column_names import AND, TIMES, Parts
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import say

_MIDNIGHT: Final = re.compile(r"(.*\d)[T ]00:00(?::00(?:\.0+)?)?", re.ASCII | re.DOTALL)
"""Matches a date followed by midnight, as workbooks write a date."""
_DAY_ZERO: Final = re.compile(r"1899-12-3[01][T ]", re.ASCII)
"""Matches the date that workbooks put before a time of day."""
_POINTED: Final = re.compile(r"^(\d{1,2})\.(\d\d)$", re.ASCII)


class JoinedColumn:
    """Joins the columns named in ``parts`` to the value of a canonical column.

    A value in ``empty`` counts as missing. Times are joined by a blank, other values by `` + ``.
    With ``points``, a time of day may be written like 10.50.
    """

    def __init__(
        self, canonical: str, parts: Parts, *, empty: Collection[str] = (), points: bool = False
    ) -> None:
        self._canonical = canonical
        self._parts = parts
        self._empty = {"", *empty}
        self._is_time = canonical in TIMES
        self._points = points

    def __call__(self, record: Mapping[str, object]) -> object:
        """Return the joined value of a row, None if all columns are empty. Raises RefusedError.

        The value of a single column is returned unchanged.
        """
        if len(self._parts) == 1:
            return self._first(record, self._parts[0])
        texts = [self._text(self._first(record, names)) for names in self._parts]
        if not any(texts):
            return None
        if not self._is_time:
            return AND.join(texts)
        day, *rest = texts
        if any(rest):
            day = date_alone(day)
        rest = [_DAY_ZERO.sub("", text, 1) for text in rest]
        if self._points:
            rest = [
                _POINTED.sub(r"\1:\2", text) if _POINTED.fullmatch(text) else text for text in rest
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
        text = (
            value
            if isinstance(value, str)
            else plain_text(self._canonical, value, fractions=self._is_time)
        )
        return text.strip()


def date_alone(text: str) -> str:
    """Return a date without the ``00:00`` that a workbook adds to it.

    >>> date_alone("12.03.2026 00:00"), date_alone("2026-03-12T00:00:00.000"), date_alone("нет")
    ('12.03.2026', '2026-03-12', 'нет')
    """
    found = _MIDNIGHT.fullmatch(text)
    return text if found is None else found[1]


def plain_text(canonical: str, value: object, *, fractions: bool = False) -> str:
    """Return a JSON value as the text that a CSV file would have. Raises RefusedError.

    A number with a fraction is refused unless ``fractions`` is true.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if fractions and isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    what = say("a_fraction" if isinstance(value, float) else "a_structure")
    detail = say("value_not_text", canonical=canonical, what=what)
    raise RefusedError(detail, "malformed")
