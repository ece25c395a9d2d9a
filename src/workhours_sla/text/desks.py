"""The sentences about exports of service desks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

DESKS: Final[Mapping[str, Words]] = {
    "xml_doctype": {
        "en": (
            "{name} has a DOCTYPE ({doctype}), whose entities could grow without limit or read "
            "other files; remove the DOCTYPE and its entities, no export needs them"
        ),
        "ru": (
            "{name}: есть DOCTYPE ({doctype}), а его сущности могут разрастаться без предела или "
            "читать другие файлы; удалите DOCTYPE вместе с сущностями, выгрузкам он не нужен"
        ),
    },
    "xml_deep": {
        "en": "{name} has more than {most} elements within each other; export it again",
        "ru": "{name}: больше {most} вложенных элементов; выгрузите файл заново",
    },
    "xml_long": {
        "en": "{name} has a tag or a comment of more than {most:,} bytes; export it again",
        "ru": "{name}: тег или комментарий больше {most} байт; выгрузите файл заново",
    },
    "xml_broken": {
        "en": "{name} is not XML: {why}; export it again",
        "ru": "{name} - не XML: {why}; выгрузите файл заново",
    },
    "xml_fault": {
        "en": "{why} in line {line}, column {column}",
        "ru": "{why}, строка {line}, столбец {column}",
    },
    "record_large": {
        "en": "{name} has a record of more than {most:,} bytes; export it without the large texts",
        "ru": "{name}: есть запись больше {most} байт; выгрузите файл без больших текстов",
    },
    "record_too_long": {
        "en": "a record of more than {most:,} characters",
        "ru": "запись длиннее {most} знаков",
    },
    "not_a_list": {
        "en": "{field} is not a list of objects",
        "ru": "{field}: нужен список объектов",
    },
    "too_many_parts": {
        "en": "{field} has {count} parts, more than {most}",
        "ru": "{field}: частей {count}, больше {most}",
    },
    "no_records": {
        "en": (
            "{name} has no {wanted} but {has}; give an export of this format, or correct format "
            "under [input]"
        ),
        "ru": (
            "{name}: нет {wanted}, зато есть {has}; укажите выгрузку этого формата или исправьте "
            "format в разделе [input]"
        ),
    },
    "something_else": {
        "en": "something else",
        "ru": "другие данные",
    },
    "word_unknown": {
        "en": (
            "{field} {word} is not known; map it in [values.type] to one of {types}, or to "
            '"" if it means nothing'
        ),
        "ru": (
            "{field}: неизвестное значение {word}; сопоставьте его в разделе [values.type] с одним "
            'из видов событий ({types}) или с "", если событием оно не считается'
        ),
    },
    "xes_activities": {
        "en": (
            "{name}: no activity is mapped to a type of event; the log has {activities}{more}; map "
            'those that matter in [values.type], such as "{first}" = "created", and the others to '
            '""'
        ),
        "ru": (
            "{name}: ни одно действие не сопоставлено с видом события; в журнале есть "
            '{activities}{more}; сопоставьте нужные в разделе [values.type], например "{first}" = '
            '"created", а остальные - с ""'
        ),
    },
    "xes_transitions": {
        "en": (
            "{name}: no activity is complete; map the transition that counts in [values.type], "
            "such as {example} to created"
        ),
        "ru": (
            "{name}: ни одно действие не завершено (complete); сопоставьте нужный переход в "
            "разделе [values.type], например {example} с created"
        ),
    },
    "cloudevents_version": {
        "en": "specversion {version} is not read; send CloudEvents 1.0",
        "ru": "версия specversion {version} не поддерживается; нужны CloudEvents 1.0",
    },
    "cloudevents_time": {
        "en": "time is not there, and a file does not say when the event was received; add time",
        "ru": "нет time, а когда событие получено, по файлу не узнать; добавьте time",
    },
    "metric_unknown": {
        "en": "{name}: no metric {metric}; set metric under [input] to one of {names}",
        "ru": "{name}: нет показателя {metric}; укажите в metric раздела [input] один из {names}",
    },
    "several_metrics": {
        "en": (
            "the file has several SLAs, {first} and {second} among them; set metric under [input] "
            "to the one to read"
        ),
        "ru": (
            "в файле несколько SLA, среди них {first} и {second}; укажите нужный в metric раздела "
            "[input]"
        ),
    },
    "kind_appeals": {
        "en": '{name}: a row of {format} is an appeal; set kind = "appeals" under [input]',
        "ru": '{name}: строка {format} - обращение; укажите kind = "appeals" в разделе [input]',
    },
    "pauses_unknown": {
        "en": (
            "{appeal} was paused, but the export has only the total of its pauses; use an export "
            "of status changes"
        ),
        "ru": (
            "{appeal}: были приостановки, но в выгрузке только их сумма; возьмите выгрузку смен "
            "статуса"
        ),
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
