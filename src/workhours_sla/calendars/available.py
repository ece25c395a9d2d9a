"""The description of a calendar that an id selects."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from workhours_sla.module_names import public


@public()
class AvailableCalendar(NamedTuple):
    """The description of a calendar that ``Calendar.get`` returns, without its days.

    ``provider`` is "built in" for Russia, otherwise the name of the provider. ``first`` and
    ``last`` are the first and the last date that the calendar covers; dates between them may be
    uncertain. They are None if the provider does not state them. ``tz`` is the calendar's IANA
    zone, or None. ``name_ru`` is the Russian name, or None if only ``name`` is known.
    ``other_names`` are the capital of a Russian region and its short names, in both languages.

    >>> from workhours_sla import Calendar
    >>> regions = {one.id: one for one in Calendar.available("RU")}
    >>> regions["RU-VGG"].name, regions["RU-VGG"].tz
    ('Volgograd Oblast', 'Europe/Volgograd')
    """

    id: str
    provider: str
    name: str
    first: dt.date | None
    last: dt.date | None
    tz: str | None
    name_ru: str | None = None
    other_names: tuple[str, ...] = ()

    def is_called(self, text: str) -> bool:
        """Return whether ``text`` is the beginning of a word in one of the names.

        >>> from workhours_sla import Calendar
        >>> [one.id for one in Calendar.available("RU") if one.is_called("самар")]
        ['RU-SAM']
        """
        names = " ".join((self.name, self.name_ru or "", *self.other_names))
        return f" {_plain(text)}" in f" {_plain(names)}"


def _plain(text: str) -> str:
    """Return a text without capitals and signs, and with ``е`` for ``ё``."""
    return re.sub(r"\W+", " ", text.casefold().replace("ё", "е")).strip()
