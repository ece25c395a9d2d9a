"""Budgets in words, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TIMES: Final[Mapping[str, Mapping[str, str]]] = {
    "working_time": {"en": "{} of working time", "ru": "{} рабочего времени"},
    "clock_time": {"en": "{} around the clock", "ru": "{} круглосуточно"},
}
_COUNTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "working_days": {
        "en": ("working day", "working days"),
        "ru": ("рабочий день", "рабочих дня", "рабочих дней"),
    },
    "calendar_days": {
        "en": ("calendar day", "calendar days"),
        "ru": ("календарный день", "календарных дня", "календарных дней"),
    },
    "months": {"en": ("month", "months"), "ru": ("месяц", "месяца", "месяцев")},
}


def budget_words(kind: str, size: str | int, lang: str) -> str:
    """Return a budget in words.

    ``size`` is an amount of time as text for the kinds "working_time" and "clock_time", and a whole
    number for "working_days", "calendar_days" and "months". ``lang`` is "en" or "ru".

    >>> budget_words("working_days", 7, "en"), budget_words("working_time", "4:00", "en")
    ('7 working days', '4:00 of working time')
    >>> [budget_words("working_days", count, "ru") for count in (1, 3, 11)]
    ['1 рабочий день', '3 рабочих дня', '11 рабочих дней']
    """
    if isinstance(size, str):
        return _TIMES[kind][lang].format(size)
    forms = _COUNTS[kind][lang]
    return f"{size} {forms[_plural_form(size) if lang == 'ru' else int(size != 1)]}"


def _plural_form(count: int) -> int:
    """Return 0 for the form of 1, 21, ..., 1 for 2 to 4, 22, ..., and 2 for 0, 5 to 20, ..."""
    tens, ones = divmod(count % 100, 10)
    if tens == 1 or not 1 <= ones <= 4:  # noqa: PLR2004
        return 2
    return int(ones > 1)
