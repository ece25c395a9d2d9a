"""The names of weekdays and months in the hours notation: English, Russian and German."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

_DAYS: Final = (
    "mo mon monday mondays montag montags пн понедельник",
    "tu tue tues tuesday tuesdays di dienstag dienstags вт вторник",
    "we wed wednesday wednesdays mi mittwoch mittwochs ср среда",
    "th thu thur thurs thursday thursdays do donnerstag donnerstags чт четверг",
    "fr fri friday fridays freitag freitags пт пятница",
    "sa sat saturday saturdays samstag samstags sonnabend сб суббота",
    "su sun sunday sundays so sonntag sonntags вс воскресенье",
)
_MONTHS: Final = (
    "jan january januar янв январь",
    "feb february februar фев февр февраль",
    "mar march märz mrz мар март",
    "apr april апр апрель",
    "may mai май",
    "jun june juni июн июнь",
    "jul july juli июл июль",
    "aug august авг август",
    "sep sept september сен сент сентябрь",
    "oct october okt oktober окт октябрь",
    "nov november ноя нояб ноябрь",
    "dec december dez dezember дек декабрь",
)


def _numbered(names: Sequence[str]) -> Mapping[str, int]:
    return {name: number for number, words in enumerate(names) for name in words.split()}


DAY_NAMES: Final = _numbered(_DAYS)
"""The number of a weekday (Monday is 0), keyed by its names in lower case."""

MONTH_NAMES: Final = {name: number + 1 for name, number in _numbered(_MONTHS).items()}
"""The number of a month, keyed by its names in lower case."""
