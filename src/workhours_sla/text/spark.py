"""The messages of Apache Spark's adapter, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

SPARK: Final[Mapping[str, Words]] = {
    "spark_no_package": {
        "en": "Spark needs {package} {needed} or later: pip install 'workhours-sla[spark]'",
        "ru": "для Spark нужен {package} {needed} или новее: pip install 'workhours-sla[spark]'",
    },
    "spark_old_package": {
        "en": (
            "{package} {found} is too old for Spark, which needs {needed} or later: "
            "pip install --upgrade 'workhours-sla[spark]'"
        ),
        "ru": (
            "{package} {found} слишком старый, для Spark нужен {needed} или новее: "
            "pip install --upgrade 'workhours-sla[spark]'"
        ),
    },
    "spark_no_java": {
        "en": (
            "Spark needs Java {needed} or later, and there is no program {java}; install Java, "
            "such as the package default-jre-headless, or set JAVA_HOME"
        ),
        "ru": (
            "для Spark нужна Java {needed} или новее, а программа {java} не найдена; установите "
            "Java, например пакет default-jre-headless, или задайте JAVA_HOME"
        ),
    },
    "spark_old_java": {
        "en": (
            "{java} is Java {found}, and Spark needs Java {needed} or later; set JAVA_HOME to a "
            "later one"
        ),
        "ru": (
            "{java} - это Java {found}, а для Spark нужна Java {needed} или новее; укажите более "
            "новую в JAVA_HOME"
        ),
    },
    "spark_low_memory": {
        "en": (
            "Spark with spark.driver.memory={heap} needs {needed} MiB, and {free} MiB are free; "
            "set spark.driver.memory lower or free some memory"
        ),
        "ru": (
            "для Spark со spark.driver.memory={heap} нужно {needed} МиБ, а свободно {free} МиБ; "
            "уменьшите spark.driver.memory или освободите память"
        ),
    },
    "spark_no_rocksdb": {
        "en": (
            "the state store is {found}, and changes need RocksDB; start Spark with "
            "workhours_sla.spark.session, or set {setting} to {value}"
        ),
        "ru": (
            "хранилище состояния - {found}, а для изменений нужен RocksDB; запустите Spark "
            "функцией workhours_sla.spark.session или задайте {setting}={value}"
        ),
    },
    "spark_other_policy": {
        "en": (
            "the checkpoint has appeals under the policy {found}, and the policy is now {version}; "
            "continue under the earlier policy, or start with a new checkpoint and all events"
        ),
        "ru": (
            "в контрольной точке обращения по политике {found}, а сейчас действует {version}; "
            "продолжайте с прежней политикой или начните с новой контрольной точки и всех событий"
        ),
    },
    "spark_no_column": {
        "en": "there is no column {column!r}; the columns are: {columns}; rename one with alias",
        "ru": "нет столбца {column!r}, есть: {columns}; переименуйте столбец через alias",
    },
    "spark_naive": {
        "en": (
            "column {column!r} is {type}, which has no zone and so names no instant; convert it "
            "with to_utc_timestamp, or give text with an offset"
        ),
        "ru": (
            "столбец {column!r} имеет тип {type}, в котором нет часового пояса; преобразуйте его "
            "через to_utc_timestamp или дайте текст со смещением"
        ),
    },
    "spark_no_time": {
        "en": (
            "column {column!r} is {type}, not a time; give a timestamp, or ISO 8601 text with an "
            "offset"
        ),
        "ru": (
            "столбец {column!r} имеет тип {type}, а нужно время: timestamp или текст ISO 8601 со "
            "смещением"
        ),
    },
    "spark_amount": {
        "en": "{option} is {amount}; it must be at least 0",
        "ru": "{option} равен {amount}; укажите не меньше 0",
    },
    # -- columns
    "spark_no_schedules": {
        "en": (
            "there is no schedule, or since {since} is not before until {until}; give at least one "
            "schedule and two dates in order"
        ),
        "ru": (
            "нет ни одного расписания, или начало периода {since} не раньше конца {until}; укажите "
            "хотя бы одно расписание и две даты по порядку"
        ),
    },
    "spark_choice": {
        "en": "{option} is {value!r}; use one of {choices}",
        "ru": "{option} равен {value!r}; выберите из списка: {choices}",
    },
    "spark_unknown_schedule": {
        "en": "no schedule {name}; the schedules are: {names}",
        "ru": "нет расписания {name}; есть: {names}",
    },
    "spark_unknown": {
        "en": (
            "the calendar does not know {verb} for the schedule {schedule} from {time}; compile "
            "more dates with since and until, or use on_unknown='null'"
        ),
        "ru": (
            "календарь не даёт ответа {verb} для расписания {schedule} с момента {time}; расширьте "
            "период since и until или укажите on_unknown='null'"
        ),
    },
    "spark_negative": {
        "en": "the budget {budget} is negative; give at least 0",
        "ru": "норматив {budget} отрицательный; укажите не меньше 0",
    },
    "spark_budget_type": {
        "en": "the budget column {column!r} is {type}; give a bigint of microseconds",
        "ru": "столбец норматива {column!r} имеет тип {type}; нужен bigint, число микросекунд",
    },
    "spark_no_instant": {
        "en": "column {column!r} is {type}, not a time; give a timestamp",
        "ru": "столбец {column!r} имеет тип {type}, а нужно время: timestamp",
    },
    "spark_column_taken": {
        "en": "the frame has a column {column!r} already; give another name with into",
        "ru": "столбец {column!r} уже есть; укажите другое имя через into",
    },
    "spark_by": {
        "en": "there are several schedules; give the column with their names: by='agency'",
        "ru": "расписаний несколько; укажите столбец с их именами: by='agency'",
    },
    "spark_no_by": {
        "en": "there is one schedule for all rows; leave out by, or give a dict of schedules",
        "ru": "расписание одно для всех строк; уберите by или передайте словарь расписаний",
    },
    "spark_too_large": {
        "en": (
            "the tables have {count} rows, more than {most}; compile fewer dates or schedules, or "
            "use route='arrow'"
        ),
        "ru": (
            "в таблицах {count} строк, больше {most}; сократите период или число расписаний или "
            "укажите route='arrow'"
        ),
    },
}
