"""Words for days, verdicts and dates in Russian and English, as plain tables.

The core imports this module, so this module imports nothing from the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from workhours_sla.errors import shown

CROSSED: Final = " × "
"""Separator between the keys of crossed groupings, such as an agency and a week."""
NO_PART: Final = "-"
"""The part of a crossed grouping's key for cases without a group."""
LANGUAGES: Final = ("en", "ru")

Words = Mapping[str, str]

DAY_KINDS: Final[Mapping[str, Words]] = {
    "work": {"en": "ordinary working day", "ru": "обычный рабочий день"},
    "day_off": {"en": "weekly day off", "ru": "выходной день"},
    "holiday": {"en": "public holiday", "ru": "нерабочий праздничный день"},
    "transferred_off": {"en": "day off", "ru": "выходной день"},
    "transferred_work": {"en": "working day", "ru": "рабочий день"},
    "decreed_off": {"en": "non-working day", "ru": "нерабочий день"},
}
BY_DECREE: Final[Words] = {"en": "non-working day by decree", "ru": "нерабочий день"}
BY_OWN_ORDER: Final[Words] = {"en": "day off by own order", "ru": "выходной по своему приказу"}
WORKING_WEEKENDS: Final[Mapping[int, Words]] = {
    5: {"en": "WORKING Saturday", "ru": "РАБОЧАЯ суббота"},
    6: {"en": "WORKING Sunday", "ru": "РАБОЧЕЕ воскресенье"},
}
SWAPPED_OFF: Final[Words] = {"en": "moved from {date}", "ru": "(перенос с {date})"}
SWAPPED_WORK: Final[Words] = {"en": "in place of {date}", "ru": "вместо {date}"}
SHORTENED: Final[Words] = {
    "en": "one hour shorter, as before {holiday} ({date})",
    "ru": "на час короче, как предпраздничный («{holiday}», {date})",
}
PROVISIONAL: Final[Words] = {"en": "provisional", "ru": "предварительно"}
ACT_UNCONFIRMED: Final[Words] = {"en": "number not confirmed", "ru": "номер не подтверждён"}
UNDECIDED: Final[Words] = {
    "en": "not decided: {entry}; the answer is the same either way",
    "ru": "не установлено: {entry}; на результат не влияет",
}
NOT_COVERED: Final[Words] = {
    "en": "the calendar does not cover this date; the answer is the same either way",
    "ru": "на эту дату нет календаря; на результат не влияет",
}
OVERRIDDEN: Final[Words] = {"en": "special hours on this date", "ru": "особый график в этот день"}
NO_HOURS: Final[Words] = {"en": "no hours on this weekday", "ru": "по графику нерабочий"}


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

PAUSED_TIME: Final[Words] = {"en": "{amount} paused", "ru": "{amount} приостановлено"}

DAY_PARTS: Final[Mapping[str, Words]] = {
    "start": {
        "en": "the day of the start does not count",
        "ru": "день начала не считается",
    },
    "paused": {"en": "paused, does not count", "ru": "приостановлено, не считается"},
    "end": {
        "en": "the term ends on a day off, so the due date moves",
        "ru": "срок заканчивается в нерабочий день и переносится",
    },
    "due": {"en": "the due date", "ru": "последний день срока"},
}
"""Texts on the role of a date in a day budget, keyed by ``Step.part``."""
DAY_NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("day", "days"),
    "ru": ("день", "дни"),
}
"""The words before day numbers in an explanation: for one day, and for several days."""

VERDICTS: Final[Mapping[str, Words]] = {
    "breached": {"en": "overdue", "ru": "просрочено"},
    "at_risk": {"en": "at risk", "ru": "срок истекает"},
    "pending": {"en": "in progress", "ru": "в работе"},
    "paused": {"en": "paused", "ru": "приостановлено"},
    "met": {"en": "met", "ru": "в срок"},
    "withdrawn": {"en": "withdrawn", "ru": "отозвано"},
    "excluded": {"en": "excluded", "ru": "исключено"},
}
"""The word for each verdict, by language, keyed by the value of the verdict."""

CHANGES: Final[Mapping[str, Words]] = {
    "opened": {"en": "opened", "ru": "начато"},
    "due_changed": {"en": "due time changed", "ru": "срок изменён"},
    "paused": {"en": "paused", "ru": "приостановлено"},
    "resumed": {"en": "resumed", "ru": "возобновлено"},
    "at_risk": {"en": "at risk", "ru": "срок истекает"},
    "breached": {"en": "overdue", "ru": "просрочено"},
    "met": {"en": "met", "ru": "в срок"},
    "withdrawn": {"en": "withdrawn", "ru": "отозвано"},
    "excluded": {"en": "excluded", "ru": "исключено"},
}

QUARANTINE_REASONS: Final[Mapping[str, Words]] = {
    "malformed": {"en": "malformed row", "ru": "повреждённая строка"},
    "missing_value": {"en": "missing value", "ru": "нет значения"},
    "unreadable_time": {"en": "unreadable time", "ru": "время не читается"},
    "naive_time": {"en": "time without a zone", "ru": "время без часового пояса"},
    "ambiguous_time": {
        "en": "local time that a clock change repeats",
        "ru": "местное время, повторённое при переводе часов",
    },
    "nonexistent_time": {
        "en": "local time that a clock change skips",
        "ru": "местное время, пропущенное при переводе часов",
    },
    "unknown_type": {"en": "unknown event type", "ru": "неизвестный вид события"},
    "unknown_value": {"en": "unknown value", "ru": "неизвестное значение"},
    "unknown_order": {
        "en": "statuses at one time, in unknown order",
        "ru": "статусы с одним временем в неизвестном порядке",
    },
    "future_time": {
        "en": "more than 5 minutes ahead of its receipt",
        "ru": "позже получения больше чем на 5 минут",
    },
    "received_ahead": {
        "en": "receipt ahead of the machine's clock",
        "ru": "время получения опережает часы компьютера",
    },
    "conflicting_id": {
        "en": "same event id, other content",
        "ru": "тот же номер события, другое содержание",
    },
    "incomplete": {
        "en": "comment whose thread is not read to its end",
        "ru": "комментарий с не полностью выгруженной веткой",
    },
    "reply_before_post": {"en": "answer before the appeal", "ru": "ответ раньше обращения"},
    "unknown_pauses": {
        "en": "pauses without their times",
        "ru": "приостановки без указания времени",
    },
    "no_appeal": {
        "en": "event of an appeal that was never posted",
        "ru": "событие обращения, которого нет",
    },
    "after_retention": {
        "en": "event of an appeal that ended long ago and was dropped",
        "ru": "событие давно завершённого и удалённого обращения",
    },
}


UNMATCHED_REASONS: Final[Mapping[str, Words]] = {
    "no_rule": {
        "en": "Appeals that no rule fits",
        "ru": "Обращения, к которым не подходит ни одно правило",
    },
    "no_schedule": {
        "en": "Appeals without a schedule for their agency, district or channel",
        "ru": "Обращения, для ведомства, района или канала которых нет расписания",
    },
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


_TARGETS: Final[Mapping[str, Words]] = {
    "first reply": {"en": "first reply", "ru": "первый ответ"},
}
"""The names that targets have by default."""


def pick(entry: Words, lang: str) -> str:
    """Return the text of an entry in ``lang``, or in English without a translation.

    Raises ValueError for an unknown language.
    """
    check_language(lang)
    return entry.get(lang) or entry["en"]


def check_language(lang: str) -> None:
    """Raise ValueError for an unknown language."""
    if lang not in LANGUAGES:
        msg = f"no language {shown(lang)}; use {' or '.join(LANGUAGES)}"
        raise ValueError(msg)


def target_name(name: str, lang: str) -> str:
    """Return the name of a target to show; the name by default is in ``lang``.

    >>> target_name("first reply", "ru"), target_name("Replies", "ru")
    ('первый ответ', 'Replies')
    """
    return pick(_TARGETS.get(name, {"en": name}), lang)


def holiday(name: str, lang: str) -> str:
    """Translate the Russian name of a holiday to ``lang``; an unknown name is unchanged."""
    check_language(lang)
    return HOLIDAYS_EN.get(name, name) if lang == "en" else name


def short_date(day: date, lang: str) -> str:
    """Write a date: ``1 Nov 2025`` in English, ``01.11.2025`` in Russian."""
    if lang == "ru":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {MONTHS['en'][day.month - 1][:3]} {day.year}"


def weekday_date(day: date, lang: str) -> str:
    """Write a date with its weekday: ``Sat 1 Nov 2025``, or ``сб 01.11.2025`` in Russian."""
    return f"{WEEKDAYS[lang][day.weekday()]} {short_date(day, lang)}"
