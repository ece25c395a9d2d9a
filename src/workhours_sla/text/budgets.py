"""Budgets in words, in Russian and English."""

from __future__ import annotations

from typing import Final

from workhours_sla.text.texts import Texts

_BUDGETS: Final = Texts(
    {
        "working_time": {"en": "{size} of working time", "ru": "{size} рабочего времени"},
        "clock_time": {"en": "{size} around the clock", "ru": "{size} круглосуточно"},
        "working_days": {
            "en": "{size} {size:working day|working days}",
            "ru": "{size} {size:рабочий день|рабочих дня|рабочих дней}",
        },
        "calendar_days": {
            "en": "{size} {size:calendar day|calendar days}",
            "ru": "{size} {size:календарный день|календарных дня|календарных дней}",
        },
        "working_days_in_hours": {
            "en": "{size} {size:working day|working days} counted in hours",
            "ru": "{size} {size:рабочий день|рабочих дня|рабочих дней} в пересчёте на часы",
        },
        "months": {
            "en": "{size} {size:month|months}",
            "ru": "{size} {size:месяц|месяца|месяцев}",
        },
    }
)


def budget_words(kind: str, size: str | int, lang: str) -> str:
    """Return a budget in words.

    ``kind`` is a kind of budget: with "working_time" and "clock_time", ``size`` is an amount of
    time as text; with all others, it is a whole number.

    >>> budget_words("working_days", 7, "en"), budget_words("working_time", "4:00", "en")
    ('7 working days', '4:00 of working time')
    >>> [budget_words("working_days", count, "ru") for count in (1, 3, 11)]
    ['1 рабочий день', '3 рабочих дня', '11 рабочих дней']
    """
    return _BUDGETS.text(lang, kind, size=size)
