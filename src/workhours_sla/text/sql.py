"""The messages of SQL scripts and of the command ``sql``, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

SQL: Final[Mapping[str, Words]] = {
    "sql_dates": {
        "en": "a script covers dates from 1970-01-02 to 2105-12-31, not {since} to {until}; give a "
        "since that is before until",
        "ru": "скрипт охватывает даты с 1970-01-02 по 2105-12-31, а не с {since} до {until}; "
        "начало периода должно быть раньше конца",
    },
    "sql_no_schedule": {
        "en": "there is no schedule to write; give at least one, such as {{'roads': office}}",
        "ru": "нет ни одного расписания; укажите хотя бы одно",
    },
    "sql_name": {
        "en": "{name} cannot name a schedule in SQL; use 1 to 200 printable characters without "
        "a backslash or spaces at the ends",
        "ru": "{name} не подходит как имя расписания в SQL; используйте от 1 до 200 печатных "
        "знаков без обратной косой черты и пробелов по краям",
    },
    "sql_schema": {
        "en": "{name} is not a schema name; use lower-case Latin letters, digits and _, such as wh",
        "ru": "{name} не подходит как имя схемы; используйте строчные латинские буквы, цифры и _, "
        "например wh",
    },
    "sql_dialect": {
        "en": "{name} is not a dialect; use one of {names}",
        "ru": "диалекта {name} нет; выберите из списка: {names}",
    },
    "sql_on_unknown": {
        "en": "on_unknown is {name}; use null or raise",
        "ru": "значение on_unknown - {name}; укажите null или raise",
    },
    "sql_installed": {
        "en": "the schema {schema} has an installed script; give another schema",
        "ru": "в схеме {schema} уже установлен скрипт; укажите другую схему",
    },
    "sql_no_such_schedule": {
        "en": "the script has no schedule {name}; use one of {names}",
        "ru": "в скрипте нет расписания {name}; выберите из списка: {names}",
    },
    "sql_no_dates": {
        "en": "no schedule of the script has dates to count; give a schedule with a calendar of "
        "its own, not a combination",
        "ru": "ни у одного расписания скрипта нет дат, чтобы считать дни; нужно расписание со "
        "своим календарём, а не сочетание расписаний",
    },
    "sql_verb": {
        "en": "{name} is not a verb of scripts with {count} arguments; use one of {names}",
        "ru": "в скриптах нет функции {name} с числом аргументов {count}; выберите из списка: "
        "{names}",
    },
    "sql_dbt_name": {
        "en": "{name} cannot name a schedule in a dbt package, since dbt reads it as NULL; give "
        "another name",
        "ru": "{name} не подходит как имя расписания в пакете dbt: dbt прочтёт его как NULL; "
        "дайте другое имя",
    },
    "sql_dbt_file": {
        "en": "{path} is a file; give a folder for the dbt package",
        "ru": "{path} - это файл; укажите папку для пакета dbt",
    },
    "sql_dbt_folder": {
        "en": "{path} has other content than a dbt package of workhours_sla; give a new or empty "
        "folder, such as dbt/workhours",
        "ru": "в {path} есть не только пакет dbt от workhours_sla; укажите новую или пустую папку, "
        "например dbt/workhours",
    },
    "sql_budget": {
        "en": "the budget {budget} is longer than 200 years; budgets are microseconds",
        "ru": "норматив {budget} больше 200 лет; нормативы указываются в микросекундах",
    },
    "sql_too_much": {
        "en": "{count} schedules over so many years do not fit into 64-bit integers; write fewer "
        "schedules or years into one script",
        "ru": "расписания (их {count}) за столько лет не помещаются в 64-битные целые числа; "
        "уменьшите число расписаний или лет в одном скрипте",
    },
}
