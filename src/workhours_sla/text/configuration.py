"""The sentences about a configuration: files, and what is wrong with a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

CONFIGURATION: Final[Mapping[str, Words]] = {
    # -- TOML and other files of settings
    "toml_long": {
        "en": "{name} has more than {most:,} characters; write a shorter file",
        "ru": "{name}: больше {most} знаков; сократите файл",
    },
    "toml_surrogate": {
        "en": (
            "{name} is not TOML that can be read: line {line} has half of a surrogate pair; write "
            "whole characters"
        ),
        "ru": "{name}: в строке {line} записана половина суррогатной пары; запишите символ целиком",
    },
    "toml_dots": {
        "en": (
            "{name} is not TOML that can be read: line {line} has more than {most} dots outside of "
            "quotes; write shorter keys"
        ),
        "ru": "{name}: в строке {line} больше {most} точек вне кавычек; сократите ключи",
    },
    "toml_syntax": {
        "en": "{name} is not TOML: {why}; correct it",
        "ru": "{name} - это не TOML: {why}; исправьте файл",
    },
    "toml_deep": {
        "en": "{name} is not TOML that can be read: its lists are nested too deep; write tables",
        "ru": "{name}: слишком большая вложенность списков; запишите их таблицами",
    },
    "toml_digits": {
        "en": "{name} is not TOML that can be read: an integer has too many digits; shorten it",
        "ru": "{name}: слишком много цифр в числе; сократите его",
    },
    "open_question": {
        "en": '{path} in {name} is an open question{asked}; write the answer instead of "?"',
        "ru": '{path} ({name}): вопрос без ответа{asked}; впишите ответ вместо "?"',
    },
    "open_question_is": {"en": ": {question}", "ru": ": {question}"},
    "no_config": {
        "en": "no configuration file {name}; check the path",
        "ru": "нет файла конфигурации {name}; проверьте путь",
    },
    "config_unreadable": {
        "en": "cannot read the configuration file {name} ({why}); give another",
        "ru": "не удалось прочитать файл конфигурации {name} ({why}); укажите другой",
    },
    "config_not_utf8": {
        "en": "{name} is not in UTF-8, as TOML must be, on line {line}; save it as UTF-8",
        "ru": (
            "{name}: строка {line} не в кодировке UTF-8, обязательной для TOML; сохраните файл в "
            "UTF-8"
        ),
    },
    "acts_unreadable": {
        "en": "cannot read the calendar file {name} ({why}); give a TOML file of acts",
        "ru": "не удалось прочитать файл календаря {name} ({why}); укажите файл TOML с актами",
    },
    "not_utf8": {
        "en": "it is not UTF-8",
        "ru": "это не UTF-8",
    },
    "no_act": {
        "en": "no act {key}",
        "ru": "нет акта {key}",
    },
    "write_act": {
        "en": "write [acts.{key}]; {known}",
        "ru": "добавьте раздел [acts.{key}]; сейчас есть: {known}",
    },
    "none_yet": {
        "en": "none yet",
        "ru": "ни одного",
    },
    # -- values of a configuration: what is wrong
    "missing": {
        "en": "missing",
        "ru": "не указано",
    },
    "no_such_key": {
        "en": "no such key",
        "ru": "нет такого ключа",
    },
    "no_such_section": {
        "en": "no such section",
        "ru": "нет такого раздела",
    },
    "key_renamed": {
        "en": "the key is now {now}",
        "ru": "ключ теперь называется {now}",
    },
    "expected": {
        "en": "expected {kind}, got {got}",
        "ru": "здесь должно быть {kind}, а указано {got}",
    },
    "kind_text": {
        "en": "text",
        "ru": "значение в виде текста",
    },
    "kind_whole_number": {
        "en": "a whole number",
        "ru": "целое число",
    },
    "kind_number": {
        "en": "a number",
        "ru": "число",
    },
    "kind_amount": {
        "en": "an amount of time",
        "ru": "количество времени",
    },
    "kind_bool": {
        "en": "true or false",
        "ru": "true или false",
    },
    "kind_date": {
        "en": "a date",
        "ru": "значение в виде даты",
    },
    "kind_time": {
        "en": "a time",
        "ru": "значение в виде даты со временем",
    },
    "kind_list": {
        "en": "a list",
        "ru": "значение в виде списка",
    },
    "kind_pair": {
        "en": "a list of two",
        "ru": "значение в виде списка из двух элементов",
    },
    "kind_table": {
        "en": "a table",
        "ru": "значение в виде таблицы",
    },
    "kind_object": {
        "en": "an object",
        "ru": "значение в виде объекта",
    },
    "kind_rows": {
        "en": "rows",
        "ru": "значение в виде повторяющихся разделов",
    },
    "list_of": {
        "en": "a list of {count}",
        "ru": "элементов в списке: {count}",
    },
    "not_valid": {
        "en": "{value} is not a valid value",
        "ru": "недопустимое значение {value}",
    },
    "not_date": {
        "en": "{value} is not a date",
        "ru": "{value} - не дата",
    },
    "not_time": {
        "en": "{value} is not a time",
        "ru": "{value} - не дата со временем",
    },
    "no_zone_of": {
        "en": "{value} has no zone",
        "ru": "{value} - время без часового пояса",
    },
    "not_amount": {
        "en": "{value} is not an amount of time",
        "ru": "{value} - не количество времени",
    },
    "not_true_or_false": {
        "en": "{value} is neither true nor false",
        "ru": "{value} - не true и не false",
    },
    "not_event_type": {
        "en": "{value} is not an event type",
        "ru": "{value} - не вид события",
    },
    "not_role": {
        "en": "{value} is not a role of an author",
        "ru": "{value} - не роль автора",
    },
    "not_status": {
        "en": "{value} is not a meaning of a status",
        "ru": "{value} - не смысл статуса",
    },
    "not_their_verdict": {
        "en": "{value} is not a verdict of another system",
        "ru": "{value} - не вердикт другой системы",
    },
    "key_of_other_kind": {
        "en": '{key} has no effect on rows of kind "{kind}"',
        "ru": '{key} не действует на строки вида "{kind}"',
    },
    "ignored_and_mapped": {
        "en": "{value} is ignored here and mapped under [values]",
        "ru": "значение {value} здесь пропускается, а в [values] имеет смысл",
    },
    "formats_missing": {
        "en": "expected at least one format, got an empty list",
        "ru": "нужен хотя бы один формат, а список пуст",
    },
    "kind_without_column": {
        "en": 'a file of kind "{kind}" has no such column',
        "ru": 'в файле вида "{kind}" нет такого столбца',
    },
    "no_column_of_kind": {
        "en": 'no such column of kind "{kind}"',
        "ru": 'в файле вида "{kind}" такого столбца не бывает',
    },
    "column_unnamed": {
        "en": "expected the name of a column, got ''",
        "ru": "не указано название столбца",
    },
    "own_days_no_calendar": {
        "en": 'own days off need a calendar, but calendar is "none"',
        "ru": 'свои выходные дни можно задать только при календаре, а указано calendar = "none"',
    },
    "target_beside": {
        "en": "a single target beside [[targets]]",
        "ru": "раздел [target] указан вместе с [[targets]]",
    },
    "no_targets_for_it": {
        "en": "there is no [target], no [[targets]] and no preset for it",
        "ru": "для этого нет ни [target], ни [[targets]], ни готового набора",
    },
    "name_of_schedule": {
        "en": "the name of [schedule] itself",
        "ru": "это имя самого раздела [schedule]",
    },
    "a_second": {
        "en": "a second {name}",
        "ru": "имя {name} повторяется",
    },
    "schedule_unused": {
        "en": "a schedule that no target uses",
        "ru": "расписание, которое не использует ни один норматив",
    },
    "preset_beside": {
        "en": "a preset beside [presets.NAME]",
        "ru": "ключ preset указан вместе с разделами [presets.ИМЯ]",
    },
    "no_preset": {
        "en": "no preset {name}",
        "ru": "нет готового набора {name}",
    },
    "no_preset_but": {
        "en": "no preset {name}; use {names}",
        "ru": "нет готового набора {name}; выберите из списка: {names}",
    },
    "no_days_to_count": {
        "en": "there are no days for it to count",
        "ru": "здесь нет норматива в днях, к которому относится этот ключ",
    },
    "zero_budget": {
        "en": "a budget of 0, which nothing can meet",
        "ru": "норматив равен 0, его нельзя выполнить",
    },
    "not_answers": {
        "en": "not a list of answers",
        "ru": "это не список ответов",
    },
    "schedule_and_by": {
        "en": "schedule and schedule_by exclude each other",
        "ru": "schedule и schedule_by нельзя указать вместе",
    },
    "no_section": {
        "en": "there are no [{section}]",
        "ru": "нет разделов [{section}]",
    },
    "no_schedule": {
        "en": "no schedule {name}",
        "ru": "нет расписания {name}",
    },
    "several_presets": {
        "en": "several presets, which would all apply to every appeal",
        "ru": "наборов несколько, и все они относились бы к каждому обращению",
    },
    "no_rules": {
        "en": "there are no rules to change",
        "ru": "нет правил, к которым это относится",
    },
    "rule_unused": {
        "en": "never used, since the rule before it matches every appeal",
        "ru": "правило не применяется: под предыдущее подходит любое обращение",
    },
    "target_unused": {
        "en": "no rule has {name}",
        "ru": "норматива {name} нет ни в одном правиле",
    },
    "no_rule_targets": {
        "en": "no target",
        "ru": "не указан ни один норматив",
    },
    "no_target": {
        "en": "no target {name}",
        "ru": "нет норматива {name}",
    },
    "empty_condition": {
        "en": "an empty list, which matches no appeal",
        "ru": "пустой список, под который не подходит ни одно обращение",
    },
    "not_in_section": {
        "en": "no {name} in [{section}]",
        "ru": "в разделе [{section}] нет {name}",
    },
    "not_after_from": {
        "en": "not after valid_from",
        "ru": "не позже valid_from",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
