"""Names of days, targets, budgets, groups and columns, and dates as text, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final

from workhours_sla.text import catalog
from workhours_sla.text.catalog import Words, pick

CROSSED: Final = " × "
"""Separator between the keys of crossed groupings, such as an agency and a week."""
NO_PART: Final = "-"
"""The part of a crossed grouping's key for cases without a group."""
WORKING_WEEKENDS: Final[Mapping[int, Words]] = {
    5: {"en": "WORKING Saturday", "ru": "РАБОЧАЯ суббота"},
    6: {"en": "WORKING Sunday", "ru": "РАБОЧЕЕ воскресенье"},
}

HOLIDAYS_EN: Final[Words] = {
    "Новый год": "New Year",
    "Новогодние каникулы": "New Year holidays",
    "Рождество Христово": "Orthodox Christmas",
    "День защитника Отечества": "Defender of the Fatherland Day",
    "Международный женский день": "International Women's Day",
    "Праздник Весны и Труда": "Spring and Labour Day",
    "День Победы": "Victory Day",
    "День России": "Russia Day",
    "День согласия и примирения": "Day of Accord and Reconciliation",
    "День народного единства": "National Unity Day",
    "День Конституции": "Constitution Day",
}
DAY_NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("day", "days"),
    "ru": ("день", "дни"),
}
"""The words before day numbers in an explanation: for one day, and for several days."""
WEEKDAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
}
MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "ru": (
        *("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август"),
        *("Сентябрь", "Октябрь", "Ноябрь", "Декабрь"),
    ),
}
_TARGETS: Final[Mapping[str, Words]] = {
    "first reply": {"en": "first reply", "ru": "первый ответ"},
}


def target_name(name: str, lang: str) -> str:
    """Return the name of a target to show; the name by default is in ``lang``.

    >>> target_name("first reply", "ru"), target_name("Replies", "ru")
    ('первый ответ', 'Replies')
    """
    return pick(_TARGETS.get(name, {"en": name}), lang)


def holiday(name: str, lang: str) -> str:
    """Translate the Russian name of a holiday to ``lang``; an unknown name is unchanged."""
    return HOLIDAYS_EN.get(name, name) if lang == "en" else name


def short_date(day: date, lang: str) -> str:
    """Write a date: ``1 Nov 2025`` in English, ``01.11.2025`` in Russian."""
    if lang == "ru":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {MONTHS['en'][day.month - 1][:3]} {day.year}"


def weekday_date(day: date, lang: str) -> str:
    """Write a date with its weekday: ``Sat 1 Nov 2025``, or ``сб 01.11.2025`` in Russian."""
    return f"{WEEKDAYS[lang][day.weekday()]} {short_date(day, lang)}"


def name_of(by: str, key: str | None, lang: str) -> str:
    """Return the name of the row ``key`` in the table ``by``.

    Classes, weekdays and the row of cases without a group have names in ``lang``. Other names are
    unchanged.
    """
    if key is None:
        return pick(catalog.HEADINGS["no_group"], lang)
    names, keys = by.split("*"), key.split(CROSSED)
    if len(names) == len(keys) > 1:
        given = (None if one == NO_PART else one for one in keys)
        return CROSSED.join(map(partial(name_of, lang=lang), names, given))
    if by in ("arrival_class", "due_class"):
        return pick(catalog.CLASSES[key], lang)
    if by == "weekday":
        return WEEKDAYS[lang][WEEKDAYS["en"].index(key)]
    return key


def heading(by: str, lang: str) -> str:
    """Return the heading of a column; an unknown column, such as your own grouping, keeps its name.

    >>> heading("agency", "en")
    'agency'
    """
    if "*" in by and by not in catalog.HEADINGS:
        return CROSSED.join(heading(part, lang) for part in by.split("*"))
    return pick(catalog.HEADINGS.get(by, {"en": by}), lang)


def budget_words(kind: str, size: str | int, lang: str) -> str:
    """Return a budget in words.

    ``kind`` is a kind of budget: with "working_time" and "clock_time", ``size`` is an amount of
    time as text; with all others, it is a whole number.

    >>> budget_words("working_days", 7, "en"), budget_words("working_time", "4:00", "en")
    ('7 working days', '4:00 of working time')
    >>> [budget_words("working_days", count, "ru") for count in (1, 3, 11)]
    ['1 рабочий день', '3 рабочих дня', '11 рабочих дней']
    """
    return catalog.BUDGETS.text(lang, kind, size=size)


def title_of(column: str, lang: str) -> str:
    """Return the heading of a column of a workbook.

    >>> title_of("rate", "en"), title_of("arrived", "en")
    ('share in time', 'arrived')
    """
    return (
        catalog.WORKBOOK.text(lang, column) if column in catalog.WORKBOOK else heading(column, lang)
    )
