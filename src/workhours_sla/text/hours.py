"""Reasons why weekly hours cannot be parsed, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

NO_HOURS: Final[Words] = {
    "en": "cannot read the hours {text!r}: {why}; write hours like {example!r}",
    "ru": "не удалось прочитать график {text!r}: {why}; напишите, например, {example!r}",
}

HOURS_FAULTS: Final[Mapping[str, Words]] = {
    "hours_empty": {"en": "the hours are empty", "ru": "часы не указаны"},
    "hours_holidays": {
        "en": (
            "the calendar decides about holidays, so PH can only be off, in a rule without "
            "months, weeks and hours (write the hours of single dates as overrides)"
        ),
        "ru": (
            "праздники задаёт календарь, поэтому допустимо только PH off, без месяцев, недель и "
            "часов (часы отдельных дат записывают в overrides)"
        ),
    },
    "hours_holidays_first": {
        "en": "{rule!r} comes after PH off and would open on holidays, too (write PH off last)",
        "ru": (
            "правило {rule!r} стоит после PH off и действовало бы и в праздники (запишите PH off "
            "последним)"
        ),
    },
    "hours_school": {
        "en": "no calendar knows school holidays (SH)",
        "ru": "школьных каникул (SH) нет ни в одном календаре",
    },
    "hours_sun": {
        "en": "hours by the sun are not supported",
        "ru": "часы по восходу и закату не поддерживаются",
    },
    "hours_easter": {
        "en": "dates by Easter are not supported (write them as overrides)",
        "ru": "даты, отсчитываемые от Пасхи, не поддерживаются (запишите их в overrides)",
    },
    "hours_year": {
        "en": "hours of one year are not part of the pattern (write them as changes or overrides)",
        "ru": "часы одного года не входят в график (запишите их в changes или overrides)",
    },
    "hours_nth": {
        "en": "the n-th weekday of a month is not supported (write the dates as overrides)",
        "ru": "n-й день недели в месяце не поддерживается (запишите эти даты в overrides)",
    },
    "hours_shifted": {
        "en": "days before or after another date are not supported (write them as overrides)",
        "ru": "дни до или после другой даты не поддерживаются (запишите их в overrides)",
    },
    "hours_comment": {
        "en": "fall-back rules, comments and 'unknown' are not supported",
        "ru": "запасные правила, комментарии и 'unknown' не поддерживаются",
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
        "en": "{rule!r} has days but no hours (all day is 00:00-24:00)",
        "ru": "в {rule!r} указаны дни, но не часы (круглые сутки - это 00:00-24:00)",
    },
    "hours_no_day": {
        "en": "expected a day after the comma in {rule!r}",
        "ru": "в {rule!r} после запятой должен быть день недели",
    },
    "hours_days_after": {
        "en": "{rule!r} has days after its hours (separate rules with ';')",
        "ru": "в {rule!r} после часов снова указаны дни (правила разделяйте знаком ';')",
    },
    "hours_word": {
        "en": "{word!r} is neither a day nor a month (the days are {days!r})",
        "ru": "{word!r} - не день недели и не месяц (дни: {days!r} или Пн Вт Ср Чт Пт Сб Вс)",
    },
    "hours_no_date": {
        "en": "there is no date {part}",
        "ru": "даты {part} не бывает",
    },
    "hours_backwards": {
        "en": "{part!r} ends before it begins",
        "ru": "{part!r} заканчивается раньше, чем начинается",
    },
    "hours_half_range": {
        "en": "{part!r} has the day of the month on one side only",
        "ru": "в {part!r} число месяца указано только с одной стороны",
    },
    "hours_weeks": {
        "en": "{part!r} are not weeks of a year (they are 1 to 53, every second one is 1-53/2)",
        "ru": "{part!r} - не недели года (они от 1 до 53, через одну - 1-53/2)",
    },
    "hours_range": {
        "en": "{part!r} is not a range of hours",
        "ru": "{part!r} - не промежуток времени",
    },
    "hours_clock": {
        "en": "{part!r} has a time that no clock shows",
        "ru": "в {part!r} указано время, которого не бывает",
    },
    "hours_minutes": {
        "en": "{part!r} ends before it starts (write the minutes if it ends on the next day)",
        "ru": (
            "{part!r} заканчивается раньше, чем начинается (если смена до следующего дня, укажите "
            "минуты)"
        ),
    },
    "hours_too_many": {
        "en": "they have more than {most} characters",
        "ru": "они длиннее {most} знаков",
    },
    "hours_too_many_rules": {
        "en": "they have more than {most} rules",
        "ru": "в них больше {most} правил",
    },
    "hours_long": {
        "en": "{part!r} lasts over 24 hours",
        "ru": "{part!r} длится больше 24 часов",
    },
    "hours_off_at_night": {
        "en": "{rule!r} is off past midnight (write the shifts without the break)",
        "ru": "перерыв {rule!r} переходит через полночь (запишите смены без перерыва)",
    },
    "hours_off_twice": {
        "en": (
            "{rule!r} is off twice at the same time, because off applies to all its hours (begin a "
            "rule of its own for the break after ';')"
        ),
        "ru": (
            "в {rule!r} перерывы пересекаются, потому что off относится ко всем часам правила "
            "(запишите перерыв отдельным правилом после ';')"
        ),
    },
    "hours_never": {
        "en": "{rule!r} applies on no date",
        "ru": "правило {rule!r} не действует ни в один день",
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
    "hours_after_midnight": {
        "en": (
            "{rule!r} would also replace hours after midnight of {night!r} (separate the rules "
            "with ',' and write no day twice)"
        ),
        "ru": (
            "правило {rule!r} заменило бы и часы после полуночи в {night!r} (разделите правила "
            "запятой и не указывайте день дважды)"
        ),
    },
}
