"""The sentences about reports that cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

REPORT_ERRORS: Final[Mapping[str, Words]] = {
    "none": {
        "en": "none",
        "ru": "нет",
    },
    "report_of_several": {
        "en": (
            "the policy has several targets{called}; a report is of one target with a unique name: "
            "give target (--target) as one of {known}"
        ),
        "ru": (
            "нормативов{called} несколько, а отчёт составляется по одному; укажите его в --target: "
            "{known}"
        ),
    },
    "report_of_none": {
        "en": (
            "the policy has no target{called}; a report is of one target with a unique name: give "
            "target (--target) as one of {known}"
        ),
        "ru": "норматива{called} нет; укажите в --target один из этих: {known}",
    },
    "no_cases": {
        "en": (
            "there is no appeal to report by then: {read} {of} were read, {after} of them after "
            "as_of; give a later as_of (--as-of) or another file"
        ),
        "ru": (
            "на этот момент нет обращений для отчёта (прочитано записей: {read}, из них позже "
            "--as-of: {after}); укажите более позднее --as-of или другой файл"
        ),
    },
    "repeated_ids": {
        "en": (
            "an appeal may have only one row, but {count} appeal ids occur in {rows} rows, such as "
            "{first}; remove the repeated rows (a join may have doubled them), or name another "
            "column of ids"
        ),
        "ru": (
            "обращению соответствует одна строка, а здесь номера обращений повторяются "
            "(номеров: {count}, строк с ними: {rows}), например {first}; уберите повторы - они "
            "часто возникают при соединении таблиц - или укажите другой столбец с номером"
        ),
    },
    "not_a_datetime": {
        "en": "{name} {value} is not a datetime; give an aware one: datetime(..., tzinfo=tz)",
        "ru": "{name}: {value} - не datetime; укажите datetime с часовым поясом: "
        "datetime(..., tzinfo=tz)",
    },
    "no_cases_in_period": {
        "en": (
            "no appeal arrived from {since} until {until}; the arrivals are from {first} to "
            "{last}; give a period that has some of them"
        ),
        "ru": (
            "с {since} до {until} обращений не поступало; первое поступило {first}, последнее - "
            "{last}; укажите период, за который они есть"
        ),
    },
    "no_attribute": {
        "en": "the appeals have no attribute {name}; their groupings are {known}",
        "ru": "у обращений нет признака {name}; доступные группировки: {known}",
    },
    "grouping_taken": {
        "en": "a grouping cannot be named {name}, as the report has a table of that name",
        "ru": "группировку нельзя назвать {name}: в отчёте уже есть такая таблица; выберите другую",
    },
    "reports_of_two": {
        "en": "the reports are of {old} and {new}; compare reports of one target",
        "ru": (
            "отчёты составлены по разным нормативам, {old} и {new}; сравнивайте отчёты по одному "
            "нормативу"
        ),
    },
    "not_a_report": {
        "en": "{name} is not a report in JSON ({why}); give one written with --json",
        "ru": "{name} - это не отчёт в JSON ({why}); укажите отчёт, записанный с --json",
    },
    "report_outdated": {
        "en": (
            "{name} has the schema {schema}, whose keys have changed since; make the report again "
            "from its events"
        ),
        "ru": "{name}: отчёт записан по прежней схеме {schema}; составьте его заново по событиям",
    },
    "report_schema": {
        "en": "{name} has the schema {schema}; this version reads {known}",
        "ru": "{name}: у отчёта схема {schema}, а эта версия читает {known}; укажите другой файл",
    },
    "key_twice": {
        "en": "the key is given twice",
        "ru": "ключ указан дважды",
    },
    "keep_one": {
        "en": "keep one of them",
        "ru": "оставьте один",
    },
    "not_json_at": {
        "en": "not JSON at line {line} ({why})",
        "ru": "в строке {line} не JSON ({why})",
    },
    "give_as_written": {
        "en": "give a document as it was written",
        "ru": "укажите документ в том виде, в каком он был записан",
    },
    "not_readable_json": {
        "en": "not JSON that can be read",
        "ru": "это не JSON",
    },
    "half_a_pair": {
        "en": "it has half of a surrogate pair",
        "ru": "в нём половина суррогатной пары",
    },
    "nested_too_deep": {
        "en": "it is nested too deep",
        "ru": "слишком большая вложенность",
    },
    "not_instant": {
        "en": "{value} is not an instant",
        "ru": "{value} - не момент времени",
    },
    "other_offset": {
        "en": "{zone} has another offset at {value}",
        "ru": "в поясе {zone} на {value} другое смещение",
    },
    "leave_brackets_out": {
        "en": "leave the brackets out to keep the instant",
        "ru": "уберите квадратные скобки, чтобы сохранить момент",
    },
    "write_like_either": {
        "en": "write it like {first} or {second}",
        "ru": "напишите, например, {first} или {second}",
    },
    "give_whole": {
        "en": "give whole characters",
        "ru": "запишите символ целиком",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
