"""The words of days, verdicts, dates and errors in Russian and English, as plain tables.

The core imports this module, so this module imports only ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from workhours_sla.errors import LONGEST_SHOWN, clipped

LANGUAGES: Final = ("en", "ru")

Words = Mapping[str, str]

DAY_KINDS: Final[Mapping[str, Words]] = {
    "work": {"en": "ordinary working day", "ru": "обычный рабочий день"},
    "day_off": {"en": "weekly day off", "ru": "выходной день"},
    "holiday": {"en": "public holiday", "ru": "нерабочий праздничный день"},
    "transferred_off": {"en": "day off", "ru": "выходной день"},
    "transferred_work": {"en": "working day", "ru": "рабочий день"},
    "decreed_off": {"en": "non-working day by decree", "ru": "нерабочий день"},
}
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

UNKNOWN_DATES: Final[Mapping[str, Words]] = {
    "not_approved": {
        "en": (
            "the production calendar for {year} is not approved (the last known year is {last}); "
            "with {how} the answer is by rule and marked provisional"
        ),
        "ru": (
            "производственный календарь на {year} год не утверждён (последний известный - {last}). "
            "Используйте {how}: результат будет помечен «предварительно»"
        ),
    },
    "too_early": {
        "en": "the production calendar starts in {first}; use a later date",
        "ru": "производственный календарь есть начиная с {first} года; укажите более позднюю дату",
    },
    "not_known_then": {
        "en": (
            "the production calendar for {year} was not known on {known_by}; "
            "take the calendar as known on a later date"
        ),
        "ru": (
            "по состоянию на {known_by} производственный календарь на {year} год ещё не был "
            "утверждён; укажите более позднюю дату состояния"
        ),
    },
    "uncertain": {
        "en": (
            "it is uncertain whether this is a day off ({name}; {act}); "
            "with {how} the answer is by rule and marked provisional"
        ),
        "ru": (
            "не установлено, нерабочий ли это день ({name}; {act}). "
            "Используйте {how}: результат будет помечен «предварительно»"
        ),
    },
    "beyond_rules": {
        "en": "the rules cover {first} to {last}; use a date between",
        "ru": "расчёт по правилам возможен с {first} по {last} год; укажите дату в этих пределах",
    },
    "beyond_time": {
        "en": "the year {year} is out of range; use the years {first} to {last}",
        "ru": "{year} год вне допустимых пределов; укажите дату с {first} по {last} год",
    },
    "outside": {
        "en": "it covers {first} to {last}; give it another first or last date",
        "ru": "он составлен на даты с {first} по {last}; задайте другие границы",
    },
}
HOW_IN_CODE: Final = "provisional=True"

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

VERDICTS: Final[Mapping[str, Words]] = {
    "breached": {"en": "overdue", "ru": "просрочено"},
    "at_risk": {"en": "at risk", "ru": "срок истекает"},
    "pending": {"en": "in progress", "ru": "в работе"},
    "paused": {"en": "paused", "ru": "приостановлено"},
    "met": {"en": "met", "ru": "в срок"},
    "withdrawn": {"en": "withdrawn", "ru": "отозвано"},
    "excluded": {"en": "excluded", "ru": "исключено"},
}
"""The words for each verdict, by language, keyed by the value of the verdict."""

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
    "reply_before_post": {"en": "answer before the appeal", "ru": "ответ раньше обращения"},
    "no_appeal": {
        "en": "event of an appeal that was never posted",
        "ru": "событие обращения, которого нет",
    },
    "after_retention": {
        "en": "event of an appeal that ended long ago and was dropped",
        "ru": "событие давно завершённого и удалённого обращения",
    },
}

_NO_TIME: Final[Words] = {
    "en": (
        "{text} is not a time: {why}; write it like 2025-10-31T17:30, 2025-10-31T17:30+03:00 or "
        "'31.10.2025 17:30'"
    ),
    "ru": (
        "{text} - не время: {why}; напишите, например, '31.10.2025 17:30', 2025-10-31T17:30 или "
        "2025-10-31T17:30+03:00"
    ),
}
_NO_INSTANT: Final[Words] = {
    "en": "{text} {why} in {tz} when its clocks change; add the offset, {first} or {second}",
    "ru": "{text} {why} при переводе часов ({tz}); допишите смещение: {first} или {second}",
}
_NO_HOURS: Final[Words] = {
    "en": "cannot read the hours {text!r}: {why}; write hours like {example!r}",
    "ru": "не удалось прочитать график {text!r}: {why}; напишите, например, {example!r}",
}


def _framed(frame: Words, reasons: Mapping[str, Words]) -> dict[str, Words]:
    """Return the sentence ``frame`` with each of the reasons in it, keyed by the reason's key."""
    return {
        cause: {lang: frame[lang].replace("{why}", why[lang]) for lang in LANGUAGES}
        for cause, why in reasons.items()
    }


REFUSALS: Final[Mapping[str, Words]] = {
    **_framed(
        _NO_TIME,
        {
            "time_form": {"en": "this form is not accepted", "ru": "такая запись не принимается"},
            "time_no_date": {"en": "it has no date", "ru": "нет даты"},
            "time_no_clock": {"en": "it has no time of day", "ru": "нет времени суток"},
            "time_date": {"en": "there is no such date", "ru": "такой даты нет"},
            "time_clock": {
                "en": "no clock shows {clock} (a day ends at 00:00 of the next one)",
                "ru": "часы не показывают {clock} (сутки кончаются в 00:00 следующего дня)",
            },
            "time_offset": {
                "en": "no clock is {offset} from UTC",
                "ru": "смещения {offset} от UTC не бывает",
            },
            "time_span": {
                "en": "it may be a span of hours (an offset from UTC is written {iso})",
                "ru": "это может быть промежуток (смещение от UTC пишут так: {iso})",
            },
        },
    ),
    **_framed(
        _NO_INSTANT,
        {
            "time_repeated": {"en": "comes twice", "ru": "наступает дважды"},
            "time_skipped": {"en": "is skipped", "ru": "пропускается"},
        },
    ),
    **_framed(
        _NO_HOURS,
        {
            "hours_empty": {"en": "the hours are empty", "ru": "часы не указаны"},
            "hours_holidays": {
                "en": "holidays belong to the calendar",
                "ru": "праздники задаёт календарь",
            },
            "hours_sun": {
                "en": "hours by the sun are not supported",
                "ru": "часы по восходу и закату не поддерживаются",
            },
            "hours_season": {
                "en": "hours by season or date are not part of the weekly hours",
                "ru": "часы по сезонам и датам не входят в недельный график",
            },
            "hours_nth": {
                "en": "the n-th weekday of a month is not part of the weekly hours",
                "ru": "n-й день недели в месяце не входит в недельный график",
            },
            "hours_comment": {
                "en": "fall-back rules and comments are not supported",
                "ru": "запасные правила и комментарии не поддерживаются",
            },
            "hours_open": {
                "en": "open-ended hours have no end to count to",
                "ru": "не указано, до какого времени",
            },
            "hours_dash": {
                "en": "a dash must be a plain '-'",
                "ru": "вместо тире нужен обычный дефис '-'",
            },
            "hours_missing": {
                "en": "{rule!r} has days but no hours",
                "ru": "в {rule!r} указаны дни, но не часы",
            },
            "hours_no_day": {
                "en": "expected a day after the comma in {rule!r}",
                "ru": "в {rule!r} после запятой должен быть день недели",
            },
            "hours_days_after": {
                "en": (
                    "{rule!r} has days after its hours (separate rules with ';' and write all "
                    "shifts of a day in one rule)"
                ),
                "ru": (
                    "в {rule!r} после часов снова указаны дни (правила разделяйте знаком ';', все "
                    "смены одного дня пишите в одном правиле)"
                ),
            },
            "hours_range": {
                "en": "{part!r} is not a range of hours",
                "ru": "{part!r} - не промежуток времени",
            },
            "hours_clock": {
                "en": "{part!r} has a time that no clock shows",
                "ru": "в {part!r} указано время, которого не бывает",
            },
            "hours_too_many": {
                "en": "they have more than {most} characters",
                "ru": "они длиннее {most} знаков",
            },
            "hours_long": {
                "en": "{part!r} lasts over 24 hours",
                "ru": "{part!r} длится больше 24 часов",
            },
            "hours_pointless": {
                "en": (
                    "{rule!r} has no effect, because later rules replace it on all its days (leave "
                    "it out, or write all shifts of a day in one rule)"
                ),
                "ru": (
                    "правило {rule!r} не действует: все его дни заменены следующими правилами "
                    "(уберите его или запишите все смены одного дня в одном правиле)"
                ),
            },
        },
    ),
}
"""Why a time or weekly hours cannot be read, as sentences that say what to write instead."""

UNMATCHED_REASONS: Final[Mapping[str, Words]] = {
    "no_rule": {
        "en": "Appeals that no rule fits",
        "ru": "Обращения, к которым не подходит ни одно правило",
    },
    "no_schedule": {
        "en": "Appeals without a schedule for their agency, district or channel",
        "ru": "Обращения, для ведомства, района или канала которых нет графика",
    },
}

STORE_FAULTS: Final[Mapping[str, Words]] = {
    "store_position": {
        "en": (
            "the stored position {position} of {path!r} cannot be read; restore the last snapshot "
            "of the store, or install the version of workhours-sla that wrote it"
        ),
        "ru": (
            "записанное в хранилище место {position} в файле {path!r} не читается; восстановите "
            "последний снимок хранилища или установите ту версию workhours-sla, которая его "
            "записала"
        ),
    },
    "store_in_use": {
        "en": "another process writes the store {path!r}; end it first, or give another file",
        "ru": "в хранилище {path!r} пишет другой процесс; завершите его или укажите другой файл",
    },
    "store_linked": {
        "en": (
            "the store {path!r} has {count} names (hard links), and SQLite keeps its log beside "
            "one of them; leave it one name"
        ),
        "ru": (
            "у хранилища {path!r} несколько имён (жёстких ссылок: {count}), а журнал SQLite лежит "
            "рядом только с одним из них; оставьте одно имя"
        ),
    },
    "store_unwritable": {
        "en": (
            "the store {path!r} cannot be written ({error}); "
            "give a file in an existing directory that can be written"
        ),
        "ru": (
            "хранилище {path!r} недоступно для записи ({error}); "
            "укажите файл в существующем каталоге, доступном для записи"
        ),
    },
    "sink_in_use": {
        "en": "another process writes {path!r}; end it first, or give another file",
        "ru": "в файл {path!r} пишет другой процесс; завершите его или укажите другой файл",
    },
    "sink_special": {
        "en": (
            "{what} cannot be written to {path!r}, which is a directory, a pipe or a device; "
            "give an ordinary file"
        ),
        "ru": (
            "нельзя записать {what} в {path!r}: это каталог, канал или устройство; "
            "укажите обычный файл"
        ),
    },
    "sink_unwritable": {
        "en": (
            "{what} cannot be written to {path!r} ({error}); free some space or give another "
            "file: they are kept in the store and written on the next start"
        ),
        "ru": (
            "не удалось записать {what} в {path!r} ({error}); освободите место или укажите другой "
            "файл: они сохранены в хранилище и будут записаны при следующем запуске"
        ),
    },
    "sink_foreign": {
        "en": (
            "{path!r} has other content than {what}, such as {text!r}; nothing was written to it, "
            "give a new or an empty file"
        ),
        "ru": (
            "в файле {path!r} не только {what}, но и, например, {text!r}; он оставлен как есть, "
            "укажите новый или пустой файл"
        ),
    },
    "sink_gone": {
        "en": (
            "{path!r} is gone since {what} were last written to it; put it back, or write it from "
            "the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r}, в который записывались {what}, удалён или заменён; верните его или "
            "восстановите из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
    "sink_shortened": {
        "en": (
            "{path!r} is shorter than it was when {what} were last written to it; write what is "
            "missing from the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r} стал короче с тех пор, как в него записывались {what}; восстановите его "
            "из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
    "sink_changed": {
        "en": (
            "{path!r} was changed by another program since {what} were last written to it; write "
            "it from the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r} изменён другой программой с тех пор, как в него записывались {what}; "
            "восстановите его из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
}
"""What is wrong with the file of a store or a sink, as sentences that say what to do."""

LINES: Final[Mapping[str, Words]] = {
    "changes": {"en": "changes", "ru": "изменения"},
    "digests": {"en": "digests", "ru": "сводки"},
}
"""The names of the records that a sink can write, one on each line of its file."""

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


def pick(entry: Words, lang: str) -> str:
    """Return the text of an entry in ``lang``, or in English if it has none in ``lang``."""
    return entry.get(lang) or entry["en"]


def refusal(cause: str, lang: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for a cause in ``REFUSALS``, with its facts filled in.

    Long texts among the facts are shortened, except ``example``.
    """
    short = {
        name: _short(fact) if isinstance(fact, str) and name != "example" else fact
        for name, fact in facts.items()
    }
    return pick(REFUSALS[cause], lang).format(**short)


def _short(fact: str) -> str:
    """Return the beginning of a text, less of one whose characters must be escaped."""
    short = clipped(fact, LONGEST_SHOWN + 3)
    return short if len(repr(short)) <= 2 * LONGEST_SHOWN else clipped(fact, LONGEST_SHOWN // 10)


def store_fault(cause: str, facts: Mapping[str, object], lang: str) -> str:
    """Return the sentence for a cause in ``STORE_FAULTS``, with its facts filled in."""
    what = pick(LINES[str(facts["what"])], lang) if "what" in facts else ""
    return pick(STORE_FAULTS[cause], lang).format(**{**facts, "what": what})


def holiday(name: str, lang: str) -> str:
    """Return the Russian name of a holiday in ``lang``, unchanged if it has no translation."""
    return HOLIDAYS_EN.get(name, name) if lang == "en" else name


def short_date(day: date, lang: str) -> str:
    """Return a date as text: ``1 Nov 2025`` in English, ``01.11.2025`` in Russian."""
    if lang == "ru":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {MONTHS['en'][day.month - 1][:3]} {day.year}"


def weekday_date(day: date, lang: str) -> str:
    """Return a date with its weekday: ``Sat 1 Nov 2025``, or ``сб 01.11.2025`` in Russian."""
    return f"{WEEKDAYS[lang][day.weekday()]} {short_date(day, lang)}"
