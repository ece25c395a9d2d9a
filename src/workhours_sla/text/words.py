"""Names of targets, groups and columns, and dates and times as text, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from workhours_sla.text import catalog
from workhours_sla.text.catalog import current

CROSSED: Final = " × "
"""Separator between the keys of crossed groupings, such as an agency and a week."""
NO_PART: Final = "-"
"""The part of a crossed grouping's key for cases without a group."""
_NBSP: Final = "\N{NO-BREAK SPACE}"
_ENDINGS: Final = (("ой", "ая"), ("ого|его|ый", "ий"), ("(?<!и)й|[аяыиь]", ""))
"""Endings of Russian cases, and what replaces each so that nominative and genitive are alike."""
HOLIDAYS_EN: Final[Mapping[str, str]] = {
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

_HOURS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {day[:2]: day for day in WEEKDAYS["en"]},
    "ru": {
        **{day[:2]: name for day, name in zip(*WEEKDAYS.values(), strict=True)},
        **{month[:3]: name[:3].lower() for month, name in zip(*MONTHS.values(), strict=True)},
        "PH": "праздники",
        "off": "выходной",
        "week": "неделя",
        "from": "с",
    },
}
"""The words in the notation of weekly hours, as people write them."""


def weekdays() -> tuple[str, ...]:
    """Return the short names of the days of the week, from Monday."""
    return WEEKDAYS[current()]


def months() -> tuple[str, ...]:
    """Return the names of the months."""
    return MONTHS[current()]


def hours_text(hours: object) -> str:
    """Write weekly hours with the names of days and months that people use.

    >>> with catalog.language("ru"):
    ...     hours_text("Mo-Fr 09:00-13:00,14:00-18:00; PH off")
    'пн-пт 09:00-13:00, 14:00-18:00; праздники выходной'
    """
    named = _HOURS[current()]
    text = str(hours)
    if current() == "ru":
        text = re.sub(r"\b([A-Z][a-z]{2}) (\d+)", r"\2 \1", text)
    text = re.sub(r"[A-Za-z]+", lambda word: named.get(word[0], word[0]), text)
    return re.sub(r"(?<=\d )май", "мая", text).replace(",", ", ")


def target_name(name: str) -> str:
    """Return the name of a target to show; only the name by default is translated.

    >>> with catalog.language("ru"):
    ...     target_name("first reply"), target_name("Replies")
    ('первый ответ', 'Replies')
    """
    return catalog.TARGETS.get(name, name)


def holiday(name: str) -> str:
    """Return the name of a holiday for its Russian name; an unknown name is unchanged."""
    return HOLIDAYS_EN.get(name, name) if current() == "en" else name


def calendar_name(id: str) -> str:
    """Return the id of a calendar; that of one without days off is in words.

    >>> with catalog.language("ru"):
    ...     calendar_name("every day"), calendar_name("RU-VGG")
    ('без выходных', 'RU-VGG')
    """
    return catalog.DAYS["every_day"] if id == "every day" else id


def short_date(day: date) -> str:
    """Write a date: ``1 Nov 2025`` in English, ``01.11.2025`` in Russian."""
    if current() == "ru":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {MONTHS['en'][day.month - 1][:3]} {day.year}"


def weekday_date(day: date) -> str:
    """Write a date with its weekday: ``Sat 1 Nov 2025``, or ``сб 01.11.2025`` in Russian."""
    return f"{weekdays()[day.weekday()]} {short_date(day)}"


def clock_text(when: datetime) -> str:
    """Write the time of day, such as ``12:30``, with seconds unless they are 0."""
    if when.microsecond:
        return f"{when:%H:%M:%S.%f}"
    return f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"


def minute_text(when: datetime, *, weekday: bool = False) -> str:
    """Write a date, with its weekday if asked, and the time of day in minutes."""
    return f"{(weekday_date if weekday else short_date)(when.date())} {when:%H:%M}"


def when_text(when: datetime, *, weekday: bool = False) -> str:
    """Write a date and the time of day as ``minute_text``, joined by no-break spaces."""
    return minute_text(when, weekday=weekday).replace(" ", _NBSP)


def day_text(day: date) -> str:
    """Write a date with its weekday and year, joined by no-break spaces."""
    return weekday_date(day).replace(" ", _NBSP)


def short_day(day: date) -> str:
    """Write a date without its year, joined by no-break spaces."""
    return short_date(day)[:-5].replace(" ", _NBSP)


def weekday_text(day: date) -> str:
    """Write a date with its weekday and without its year; a line can break after the weekday."""
    return f"{weekdays()[day.weekday()]} {short_day(day)}"


def offset_text(when: datetime) -> str:
    """Write the offset of a time from UTC, such as ``+03:00``."""
    return when.isoformat()[-6:]


def plain_name(text: str) -> str:
    """Return a name without capitals and signs, and with ``е`` for ``ё``, to be compared."""
    return re.sub(r"\W+", " ", text.casefold().replace("ё", "е")).strip()


def name_stem(text: str) -> str:
    """Return a plain name that is the same in the nominative and the genitive of Russian.

    >>> name_stem("Самарской области"), name_stem("Самарская область")
    ('самарска област', 'самарска област')
    """
    name = plain_name(text)
    for ending, instead in _ENDINGS:
        name = re.sub(rf"(?<=[а-я][а-я])(?:{ending})\b", instead, name)
    return name


def week_dates(name: str, *, with_year: bool = False) -> str:
    r"""Return the dates of a week, or of several that were merged, by its ISO name.

    >>> week_dates("2026-W10"), week_dates("2026-W14+W15")
    ('2–8\xa0Mar', '30\xa0Mar\xa0–\xa012\xa0Apr')
    >>> week_dates("2026-W01", with_year=True)
    '29\xa0Dec\xa02025\xa0–\xa04\xa0Jan\xa02026'
    """
    first, *rest = name.split("+")
    start = date.fromisocalendar(int(first[:4]), int(first[-2:]), 1)
    end = start + timedelta(days=7 * len(rest) + 6)
    months = [MONTHS[current()][day.month - 1][:3] for day in (start, end)]
    one, other = (name.lower() if current() == "ru" else name for name in months)
    shown = f"{start.day} {one} \N{EN DASH} {end.day} {other}"
    if start.month == end.month:
        shown = f"{start.day}\N{EN DASH}{end.day} {one}"
    elif with_year and start.year != end.year:
        shown = shown.replace(one, f"{one} {start.year}", 1)
    shown += f" {end.year}" if with_year else ""
    return shown.replace(" ", _NBSP)


def name_of(by: str, key: str | None) -> str:
    """Return the name of the row ``key`` in the table ``by``.

    Classes, weekdays and the row of cases without a group are translated, and a week has its dates.
    Other names are unchanged.
    """
    if key is None:
        return catalog.HEADINGS["no_group"]
    names, keys = by.split("*"), key.split(CROSSED)
    if len(names) == len(keys) > 1:
        given = (None if one == NO_PART else one for one in keys)
        return CROSSED.join(map(name_of, names, given))
    if by in ("arrival_class", "due_class"):
        return catalog.CLASSES[key]
    if by == "weekday":
        return weekdays()[WEEKDAYS["en"].index(key)]
    return week_dates(key, with_year=True) if by == "week" else key


def heading(by: str) -> str:
    """Return the heading of a column; an unknown column, such as your own grouping, keeps its name.

    >>> heading("agency")
    'agency'
    """
    if "*" in by and by not in catalog.HEADINGS:
        return CROSSED.join(heading(part) for part in by.split("*"))
    return catalog.HEADINGS.get(by, by)


def title_of(column: str) -> str:
    """Return the heading of a column of a workbook.

    >>> title_of("rate"), title_of("arrived")
    ('share in time', 'arrived')
    """
    return catalog.WORKBOOK.get(column) or heading(column)


def metavar(text: str) -> str:
    """Translate the placeholders in a usage text, such as ``[FILE]``.

    >>> with catalog.language("ru"):
    ...     metavar("[DATE|TIME]")
    '[ДАТА|ВРЕМЯ]'
    """
    if current() == "en":
        return text
    return re.sub("[A-Z_]+", lambda word: catalog.METAVARS.get(word[0], word[0]), text)
