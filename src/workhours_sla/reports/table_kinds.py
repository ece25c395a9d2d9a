"""The kinds of values in the columns of a report's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from types import NoneType
from typing import Any, Final, Literal, NamedTuple, get_args, get_type_hints

from workhours_sla.compliance.report import ReportNumbers

Kind = Literal["text", "whole", "whole_or_none", "share", "amount", "instant", "date", "flag"]
"""The kind of values in a column; every kind but ``whole`` allows missing values.

``share`` is any number with a fraction, and ``amount`` an amount of time.
"""

Line = Mapping[str, Any]
"""The values of one row, keyed by column."""

_KINDS: Final[Mapping[type, Kind]] = {
    bool: "flag",
    int: "whole",
    float: "share",
    datetime: "instant",
    date: "date",
    timedelta: "amount",
}


class TidyTable(NamedTuple):
    """A table of a report: the kind of each column, and a function that returns its lines."""

    kinds: Mapping[str, Kind]
    lines: Callable[[ReportNumbers], Iterable[Line]]


def kinds_of(kind: type) -> dict[str, Kind]:
    """Return the kind of each field of a dataclass by its name, from the type hints.

    >>> from workhours_sla.compliance.agencies import Late
    >>> kinds_of(Late)["due_at"], kinds_of(Late)["agency"]
    ('instant', 'text')
    """
    hints = get_type_hints(kind)
    found: dict[str, Kind] = {}
    for field in fields(kind):
        hint = hints[field.name]
        of = [one for one in get_args(hint) or (hint,) if one is not NoneType]
        found[field.name] = _KINDS.get(of[0], "text")
    return found


def values_of(line: Any, kinds: Iterable[str]) -> dict[str, Any]:
    """Return the attributes of ``line`` whose names are in ``kinds``."""
    return {name: getattr(line, name) for name in kinds}
