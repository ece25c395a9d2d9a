"""The sentences about rows and events that are rejected or cannot be repaired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

ROWS: Final[Mapping[str, Words]] = {
    # -- rows that are rejected
    "at_column": {
        "en": "{column} {detail}",
        "ru": "{column}: {detail}",
    },
    "year_outside": {
        "en": "{text} is outside the years {first} to {last}",
        "ru": "{text} - вне допустимых пределов, с {first} по {last} год",
    },
    "no_such_offset": {
        "en": "{text} has an offset that no clock goes by",
        "ru": "{text} - с невозможным смещением от UTC",
    },
    "no_offset": {
        "en": '{text} has no offset; set tz = "Europe/Volgograd" or another zone under [input]',
        "ru": (
            '{text} - время без часового пояса; укажите tz = "Europe/Volgograd" или другой пояс в '
            "разделе [input]"
        ),
    },
    "came_twice": {
        "en": "{text} came twice in {zone}; write it with its offset",
        "ru": (
            "{text} - время, которое при переводе часов наступает дважды ({zone}); запишите его со "
            "смещением от UTC"
        ),
    },
    "was_skipped": {
        "en": "{text} was skipped in {zone}; write it with its offset",
        "ru": (
            "{text} - время, которое при переводе часов пропускается ({zone}); запишите его со "
            "смещением от UTC"
        ),
    },
    "not_of_format": {
        "en": "{text} is not a time of the format {format}",
        "ru": "{text} - не время в формате {format}",
    },
    "or_set_format": {
        "en": '{time}, or set datetime_format = "{format}" under [input]',
        "ru": '{time}, или укажите datetime_format = "{format}" в разделе [input]',
    },
    "no_seconds": {
        "en": "{text} is not a number of seconds since 1970",
        "ru": "{text} - не число секунд с 1970 года",
    },
    "of_several_formats": {
        "en": (
            "{text} fits several formats of datetime_format that read it as different "
            "times: {formats}; write it in a form that fits only one"
        ),
        "ru": (
            "{text} подходит под несколько форматов из datetime_format и читается "
            "по-разному: {formats}; запишите время так, чтобы подходил только один"
        ),
    },
    "of_no_format": {
        "en": "{text} is not a time of any of the formats {formats}",
        "ru": "{text} - не время ни в одном из форматов: {formats}",
    },
    "no_serial": {
        "en": ("{text} is not a date and time as a number of a spreadsheet, such as 46093.4270833"),
        "ru": (
            "{text} - не дата со временем в виде числа электронной таблицы, например 46093,4270833"
        ),
    },
    "serial_too_short": {
        "en": (
            "{text} has too few digits to be precise to the second; export the column as a "
            "date and time"
        ),
        "ru": (
            "в числе {text} слишком мало знаков, чтобы определить секунду; выгрузите "
            "столбец как дату и время"
        ),
    },
    "serial_no_clock": {
        "en": "{text} is a date without a time of day; add the column with the time",
        "ru": "{text} - дата без времени суток; добавьте столбец со временем",
    },
    "statuses_unmapped": {
        "en": (
            "{name} has statuses that are not mapped: {statuses}{more}; map each under "
            "[values.status] to one of {meanings}, or list it under [ignore]"
        ),
        "ru": (
            "{name}: есть статусы, смысл которых не указан: {statuses}{more}; сопоставьте "
            "каждый в разделе [values.status] с одним из значений {meanings} или "
            "перечислите в [ignore]"
        ),
    },
    "statuses_unordered": {
        "en": (
            "appeal {appeal} has several statuses at the same time, and their order is not "
            "known; export times with seconds, or all rows in the order of time"
        ),
        "ru": (
            "у обращения {appeal} несколько статусов с одинаковым временем, и их порядок "
            "неизвестен; выгрузите время с секундами или все строки по порядку времени"
        ),
    },
    "statuses_not_followed": {
        "en": (
            'watch cannot follow rows of kind "statuses", because what a status means '
            'depends on the rows around it; use check, or write rows of kind "events"'
        ),
        "ru": (
            'watch не следит за строками вида "statuses": смысл статуса зависит от соседних '
            'строк; используйте check или пишите строки вида "events"'
        ),
    },
    "no_milliseconds": {
        "en": "{text} is not a number of milliseconds since 1970",
        "ru": "{text} - не число миллисекунд с 1970 года",
    },
    "too_many_seconds": {
        "en": "{text} seconds since 1970 are past the year 9999; is it milliseconds?",
        "ru": "{text} секунд с 1970 года - это позже 9999 года; возможно, это миллисекунды?",
    },
    "type_unknown": {
        "en": "type {type} is not known; map it in [values.type] to one of {types}",
        "ru": (
            "неизвестный вид события (type): {type}; сопоставьте его в разделе [values.type] с "
            "одним из значений: {types}"
        ),
    },
    "answered_before": {
        "en": "answered_at {answered} is before posted_at {posted}",
        "ru": "ответ (answered_at {answered}) раньше обращения (posted_at {posted})",
    },
    "column_named": {
        "en": "{canonical} (column {column})",
        "ru": "{canonical} (столбец {column})",
    },
    "long_id": {
        "en": "{name} {text} has more than {most:,} bytes in UTF-8; use a shorter id",
        "ru": "{name} {text} длиннее {most} байт в UTF-8; укажите номер короче",
    },
    "nul_character": {
        "en": "{name} {text} contains the character U+0000; remove it",
        "ru": "{name} {text} содержит символ U+0000; удалите его",
    },
    "value_empty": {
        "en": "{named} is empty",
        "ru": "{named}: нет значения",
    },
    "value_absent": {
        "en": "{named} is not there",
        "ru": "{named}: нет в строке",
    },
    "a_fraction": {
        "en": "a number with a fraction",
        "ru": "дробное число",
    },
    "a_structure": {
        "en": "a structure",
        "ru": "вложенные данные",
    },
    "value_not_text": {
        "en": "{canonical} is {what}, not text",
        "ru": "{canonical}: {what}, а нужен текст",
    },
    "value_unknown": {
        "en": "{canonical} {value} is not {wanted}; map it in [values.{canonical}]",
        "ru": (
            "{canonical}: недопустимое значение {value}, нужно {wanted}; сопоставьте его в разделе "
            "[values.{canonical}]"
        ),
    },
    "half_written": {
        "en": "the last line looks half-written",
        "ru": "похоже, последняя строка записана не до конца",
    },
    "half_written_why": {
        "en": "the last line looks half-written: {why}",
        "ru": "похоже, последняя строка записана не до конца: {why}",
    },
    "quote_not_closed": {
        "en": "a quote that opens here is never closed",
        "ru": "открытая здесь кавычка нигде не закрыта",
    },
    "field_too_long": {
        "en": "a field of more than {most:,} characters: perhaps a quote that opens here is never "
        "closed",
        "ru": "поле длиннее {most} знаков: возможно, открытая здесь кавычка нигде не закрыта",
    },
    "quote_not_doubled": {
        "en": "a quote inside a quoted field is not doubled",
        "ru": "кавычка внутри поля в кавычках не удвоена",
    },
    "csv_fault": {
        "en": "{why}",
        "ru": "{why}",
    },
    "other_field_count": {
        "en": "{count} fields where the header has {expected}",
        "ru": "полей в строке: {count}, а в заголовке: {expected}",
    },
    "line_too_long": {
        "en": "a line of more than {most:,} characters",
        "ru": "строка длиннее {most} знаков",
    },
    "delimiter_in_field": {
        "en": "{why}; is there a {delimiter} in a field without quotes?",
        "ru": "{why}; возможно, в поле без кавычек есть {delimiter}",
    },
    "not_json": {
        "en": "not JSON: {why}",
        "ru": "не JSON: {why}",
    },
    "json_broken": {
        "en": "{name} is not JSON: {why}",
        "ru": "{name} - не JSON: {why}",
    },
    "json_fault_after": {
        "en": "{why} (records read before: {count}); export it again, or set another format",
        "ru": (
            "{why} (до этого прочитано записей: {count}); выгрузите файл заново или укажите другой "
            "формат"
        ),
    },
    "not_of_form": {
        "en": "not a record of this format: {why}",
        "ru": "запись не этого формата: {why}",
    },
    # -- events that cannot be repaired
    "appeal_dropped": {
        "en": (
            "the appeal of event {event} was dropped after retention; it can no longer be repaired"
        ),
        "ru": (
            "обращение, к которому относится событие {event}, удалено по сроку хранения; исправить "
            "его уже нельзя"
        ),
    },
    "not_in_quarantine": {
        "en": "no row {row} is in quarantine; rejected() lists the rows",
        "ru": "строки {row} нет в карантине; выберите одну из тех, что в нём есть",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
