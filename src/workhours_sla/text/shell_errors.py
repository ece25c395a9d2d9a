"""The texts of calls that the command line refuses, and of files that it cannot read or write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

SHELL_ERRORS: Final[Mapping[str, Words]] = {
    # -- refused options
    "no_appeals": {
        "en": "the appeals come from FILE or from --store, and neither was given; give one of them",
        "ru": "не указано, откуда брать обращения; укажите ФАЙЛ или --store",
    },
    "two_sources": {
        "en": "the appeals come from FILE or from --store, and both were given; give one of them",
        "ru": "указаны и ФАЙЛ, и --store; оставьте что-нибудь одно",
    },
    "no_input": {
        "en": "standard input is a terminal or closed; pipe a file into it or name one",
        "ru": "на стандартный ввод ничего не подано; подайте на него файл или укажите имя файла",
    },
    "silent_partition": {
        "en": "no time has passed, because a partition of the topic has no messages; set "
        "[input] idle, or use the machine's clock",
        "ru": "время не сдвинулось: в одном из разделов топика нет сообщений; задайте [input] "
        "idle или используйте часы компьютера",
    },
    "no_source": {
        "en": "no source is given; name a file, or set [input] brokers and topic",
        "ru": "источник не указан; назовите файл или задайте [input] brokers и topic",
    },
    "file_and_topic": {
        "en": "both SOURCE and [input] topic are given; keep one of them",
        "ru": "указаны и ИСТОЧНИК, и [input] topic; оставьте что-нибудь одно",
    },
    "no_date": {
        "en": "{text} is not a date; write it like 2025-10-31 or 31.10.2025",
        "ru": "{text} - не дата; напишите её так: 31.10.2025 или 2025-10-31",
    },
    "store_zones": {
        "en": "the times in a store have their zones; leave --assume-tz out",
        "ru": "время в хранилище записано с часовым поясом; уберите --assume-tz",
    },
    "fixed_targets": {
        "en": "the configuration has its own targets, which {options} cannot change; edit the file",
        "ru": "нормативы заданы в конфигурации, и {options} их не изменит; исправьте файл",
    },
    "fixed_budget": {
        "en": "the configuration has several targets, and {options} changes one; choose it "
        "with --target if the command has this option, or edit the file",
        "ru": "в конфигурации несколько нормативов, а {options} меняет один; выберите его: "
        "--target ИМЯ, если у команды есть такой параметр, или исправьте файл",
    },
    "several_schedules": {
        "en": "target {name} has several schedules, {by}; leave --config out and give "
        "--calendar, --hours and --budget",
        "ru": "у норматива {name} не одно расписание ({by}); уберите --config и укажите "
        "--calendar, --hours и --budget",
    },
    "no_days_to_count": {
        "en": "{option} applies only to budgets in days; leave it out",
        "ru": "{option} указывают для норматива в днях, а здесь другой; уберите его",
    },
    "no_roll": {
        "en": "{text} may end on a day off; give --roll: following or preceding moves it to "
        "the next or the last working day, none leaves it",
        "ru": "срок {text} может закончиться в выходной; укажите --roll: following переносит "
        "его на следующий рабочий день, preceding - на предыдущий, none не переносит",
    },
    "several_targets": {
        "en": "the configuration has several targets; give one: --target NAME ({names})",
        "ru": "в конфигурации несколько нормативов; укажите один: --target ИМЯ ({names})",
    },
    "no_config": {
        "en": "--target {name} names a target of a configuration, and there is no --config; "
        "give it, or leave --target out",
        "ru": "--target {name} указывает норматив из конфигурации, а --config нет; добавьте "
        "его или уберите --target",
    },
    "no_target": {
        "en": "the configuration has no target {name}; give one: --target NAME ({names})",
        "ru": "в конфигурации нет норматива {name}; укажите другой: --target ИМЯ ({names})",
    },
    "no_target_rate": {
        "en": "--target-rate {text} is not a share above 0 and at most 100%; write it like 90% "
        "or 0.9",
        "ru": "--target-rate {text} - не доля больше 0 и не больше 100 %; напишите, например, "
        "90% или 0.9",
    },
    "no_min_read": {
        "en": "--min-read {text} is not a percentage from 0 to 100; write it like 50% or 50",
        "ru": "--min-read {text} - не доля от 0 до 100 %; напишите, например, 50% или 50",
    },
    "no_numpy": {
        "en": "reports need numpy: pip install 'workhours-sla[report]' ({error})",
        "ru": "для отчётов нужен numpy: pip install 'workhours-sla[report]' ({error})",
    },
    "no_xlsxwriter": {
        "en": "{error}",
        "ru": "для книг Excel нужен xlsxwriter: pip install 'workhours-sla[excel]'",
    },
    "no_provisional": {
        "en": "watch reports only what is certain, so it has no --provisional; leave it out",
        "ru": "watch сообщает только то, что установлено точно; уберите --provisional",
    },
    "not_followed": {
        "en": "{name} is read as CSV, which cannot be followed; write JSON Lines "
        '(format = "jsonl" under [input]), or use check',
        "ru": "{name} - это CSV, за ним нельзя следить; пишите JSON Lines "
        '(format = "jsonl" в разделе [input]) или используйте check',
    },
    "same_file": {
        "en": "{first} and {second} are the same file ({name}); give {first} a file of its own",
        "ru": "{first} и {second} - один и тот же файл ({name}); укажите для {first} "
        "отдельный файл",
    },
    "not_empty": {
        "en": "{name!r} is not empty, and --only-new leaves out what it has; move it away first",
        "ru": "файл {name!r} не пуст, а --only-new не сохранит его содержимое; сначала "
        "переместите его",
    },
    "standby_waits": {
        "en": "another process writes the store {name}; waiting to take over",
        "ru": "в хранилище {name} пишет другой процесс; ждём, чтобы его сменить",
    },
    "standby_without_server": {
        "en": "{error}; trying again every second",
        "ru": "{error}; повторяем попытку каждую секунду",
    },
    "standby_starts": {
        "en": "the store {name} is free; this process has taken over",
        "ru": "хранилище {name} свободно; теперь в него пишет этот процесс",
    },
    "store_copied": {
        "en": "The store {source} was copied to {target}; events: {count}",
        "ru": "Хранилище {source} скопировано в {target}; событий: {count}",
    },
    "no_store_given": {
        "en": "no store was given; name one, or give --config with the section [store]",
        "ru": "не указано хранилище; укажите его или --config с разделом [store]",
    },
    "no_store": {
        "en": "no store {name!r}; check the path",
        "ru": "нет хранилища {name!r}; проверьте путь",
    },
    # -- files that cannot be read or written
    "no_access": {
        "en": "cannot read or write {name} ({error}); give another place",
        "ru": "не удалось прочитать или записать {name} ({error}); укажите другое место",
    },
    "no_rows": {
        "en": "{name} has no rows; give a file with at least one",
        "ru": "{name}: нет ни одной строки с данными; укажите другой файл",
    },
    "shared_id": {
        "en": "{count} of {rows} rows ({share}%) have the same {canonical}, {id}; check that "
        "{column} is the right column for it (columns.{canonical} in --config)",
        "ru": "в {count} из {rows} строк ({share} %) указан один и тот же {canonical}: {id}; "
        "проверьте, верно ли выбран столбец {column} (columns.{canonical} в --config)",
    },
    "too_few_read": {
        "en": "{where} {text}: {detail}{fix} (so {count} of {read} rows are rejected; less "
        "than {least}% can be read, --min-read 0 accepts that)",
        "ru": "{where} {text}: {detail}{fix} (так отклонено строк: {count} из {read}; "
        "прочитано меньше {least} %, с --min-read 0 это не ошибка)",
    },
    "a_row": {"en": "the row", "ru": "строка"},
    "fix_time": {
        "en": "; if the times have another form, set datetime_format under [input]",
        "ru": "; если время записано иначе, укажите это в datetime_format в разделе [input]",
    },
    "fix_value": {
        "en": "; name the column that has it under [columns]",
        "ru": "; укажите столбец с ним в разделе [columns]",
    },
    "fix_row": {
        "en": "; check format, delimiter and encoding under [input]",
        "ru": "; проверьте format, delimiter и encoding в разделе [input]",
    },
    "fix_other": {
        "en": "; correct the file or its --config",
        "ru": "; исправьте файл или его описание (--config)",
    },
    "fix_kept": {
        "en": "; the rows stay in quarantine: correct --config and run watch with --replay",
        "ru": "; строки остаются в карантине: исправьте --config и запустите watch с --replay",
    },
    # -- other errors
    "unknown_date": {
        "en": "calendar {calendar} does not know {date}: {why}",
        "ru": "в календаре {calendar} не определён день {date}: {why}",
    },
    "unknown_year": {
        "en": "calendar - does not know {date}: {why}",
        "ru": "нельзя вести расчёт на {date}: {why}",
    },
    "answer_between": {
        "en": "; in any case the answer lies between {earliest} and {latest}",
        "ru": "; в любом случае результат - между {earliest} и {latest}",
    },
    "internal": {
        "en": "internal error, please report it: {error}",
        "ru": "внутренняя ошибка, сообщите о ней разработчикам: {error}",
    },
}
"""The texts, which ``shell.SHELL`` contains."""
