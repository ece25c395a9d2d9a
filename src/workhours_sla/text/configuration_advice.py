"""The sentences about a configuration: what to do about a wrong value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

CONFIGURATION_ADVICE: Final[Mapping[str, Words]] = {
    "none_known": {
        "en": "there are none; leave it out",
        "ru": "выбирать не из чего; уберите этот ключ",
    },
    "use_one": {
        "en": "use {choices}{more}",
        "ru": "выберите из списка: {choices}{more}",
    },
    "or_one_of_more": {
        "en": " or one of {count} more",
        "ru": " или ещё {count}",
    },
    "correct_it": {
        "en": "correct it",
        "ru": "исправьте значение",
    },
    "rename_key": {
        "en": "rename it to {now}",
        "ru": "переименуйте ключ в {now}",
    },
    "write_table": {
        "en": "write it as [section] with key = value lines",
        "ru": "запишите раздел [имя] со строками вида ключ = значение",
    },
    "write_rows": {
        "en": "write it as [[section]] with key = value lines",
        "ru": "запишите разделы [[имя]] со строками вида ключ = значение",
    },
    "add_offset": {
        "en": "add the offset, such as +03:00",
        "ru": "допишите смещение, например +03:00",
    },
    "write_true_or_false": {
        "en": "write true or false",
        "ru": "напишите true или false",
    },
    "set_kind": {
        "en": 'set kind = "{kind}" under [input]',
        "ru": 'укажите kind = "{kind}" в разделе [input]',
    },
    "leave_out_or_kind": {
        "en": 'leave it out, or set kind = "{kind}"',
        "ru": 'уберите этот ключ или укажите kind = "{kind}"',
    },
    "keep_one_of_both": {
        "en": "keep it in one of the two",
        "ru": "оставьте его в одном из двух разделов",
    },
    "name_each_column": {
        "en": 'name each column, such as "reply_to ?? id" or ["date", "time"]',
        "ru": 'назовите каждый столбец, например "reply_to ?? id" или ["дата", "время"]',
    },
    "write_formats": {
        "en": 'write it like ["%d.%m.%Y %H:%M", "excel"]',
        "ru": 'напишите, например, ["%d.%m.%Y %H:%M", "excel"]',
    },
    "every_row_needs_it": {
        "en": "every row needs one",
        "ru": "он нужен каждой строке",
    },
    "write_overrides": {
        "en": 'write them under overrides, as "off"',
        "ru": 'запишите их в overrides со значением "off"',
    },
    "write_calendar": {
        "en": 'write RU-VGG, another id, or "none"',
        "ru": 'напишите RU-VGG, другой календарь или "none"',
    },
    "write_hours": {
        "en": 'write them like "Mo-Fr 09:00-18:00"',
        "ru": 'напишите, например, "Mo-Fr 09:00-18:00"',
    },
    "write_in_targets": {
        "en": "write it as one of [[targets]]",
        "ru": "запишите его как один из разделов [[targets]]",
    },
    "write_targets": {
        "en": "write what was promised as [[targets]]",
        "ru": "запишите нормативы в разделах [[targets]]",
    },
    "rename_schedule": {
        "en": "give it another name, or write it as [schedule]",
        "ru": "дайте расписанию другое имя или запишите его в разделе [schedule]",
    },
    "rename": {
        "en": "give it another name",
        "ru": "дайте другое имя",
    },
    "write_schedule_by": {
        "en": 'write schedule_by = "{field}" in a target',
        "ru": 'укажите schedule_by = "{field}" в нормативе',
    },
    "write_preset": {
        "en": "write [presets.{name}]",
        "ru": "запишите раздел [presets.{name}]",
    },
    "leave_it_out": {
        "en": "leave it out",
        "ru": "уберите этот ключ",
    },
    "give_it_time": {
        "en": "give it time",
        "ru": "укажите больше 0",
    },
    "write_answers": {
        "en": 'write ["replied"], and never "created" or "reopened"',
        "ru": 'напишите ["replied"]; "created" и "reopened" здесь не годятся',
    },
    "leave_one_out": {
        "en": "leave one of them out",
        "ru": "оставьте что-нибудь одно",
    },
    "write_section": {
        "en": 'write [{section}.ID] with schedule = "NAME"',
        "ru": 'запишите разделы [{section}.ИМЯ] с ключом schedule = "ГРАФИК"',
    },
    "write_rules_for_each": {
        "en": "write [[rules]] that select the appeals of each",
        "ru": "запишите разделы [[rules]], которые выбирают обращения для каждого набора",
    },
    "write_rules": {
        "en": "write [[rules]], or leave it out",
        "ru": "запишите разделы [[rules]] или уберите этот ключ",
    },
    "move_up": {
        "en": "move it up",
        "ru": "поставьте его выше",
    },
    "name_in_rule": {
        "en": "name it in the targets of a rule",
        "ru": "укажите его в targets одного из правил",
    },
    "name_targets": {
        "en": "name the targets of the rule",
        "ru": "укажите нормативы правила",
    },
    "exchange": {
        "en": "exchange the two",
        "ru": "поменяйте значения местами",
    },
    "no_encoding": {
        "en": "no encoding {text} of text; use utf-8, cp1251, utf-16 or another of Python's",
        "ru": (
            "нет кодировки текста {text}; используйте utf-8, cp1251, utf-16 или другую из "
            "поддерживаемых Python"
        ),
    },
    "no_delimiter": {
        "en": '{text} is not a delimiter; give one character, such as ";" or "\\t"',
        "ru": '{text} - не разделитель; укажите один знак, например ";" или "\\t"',
    },
    "no_time_format": {
        "en": (
            '{text} does not read year, month, day, hour and minute; write it like "%d.%m.%Y '
            '%H:%M", with %z for an offset'
        ),
        "ru": (
            'формат {text} не задаёт год, месяц, день, час и минуту; напишите, например, "%d.%m.%Y '
            '%H:%M", а для смещения - %z'
        ),
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
