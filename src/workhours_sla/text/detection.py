"""Texts of ``workhours init`` about a file, in Russian and English.

``sentences`` includes the questions and notes, because errors quote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.texts import Texts
from workhours_sla.text.words import Words

DETECTION: Final[Mapping[str, Words]] = {
    # -- questions that a file does not answer
    "detect_encoding": {
        "en": "the text may be in {encoding} or in {others}; choose the encoding in which the "
        "names of the columns are right",
        "ru": "текст может быть в кодировке {encoding} или {others}; выберите ту, в которой "
        "названия столбцов читаются верно",
    },
    "detect_delimiter": {
        "en": "the rows can be split at {delimiter} or at {others}; choose the delimiter",
        "ru": "строки можно разделить по {delimiter} или по {others}; выберите разделитель",
    },
    "detect_header": {
        "en": "row {row} and also row {others} may be the header; keep one of them in the file",
        "ru": "заголовком может быть строка {row}, но и строка {others}; оставьте в файле одну из "
        "них",
    },
    "detect_kind": {
        "en": "it is not clear what a row is: an appeal, an event of an appeal or a status; choose "
        "the kind",
        "ru": "непонятно, что такое строка: обращение, событие обращения или его статус; выберите "
        "вид строк",
    },
    "detect_missing": {
        "en": "it is not clear which column is {canonical}; choose it",
        "ru": "непонятно, какой столбец - {canonical}; выберите его",
    },
    "detect_no_answers": {
        "en": "no column says when an appeal was answered; choose the column, or an empty text if "
        "no appeal has been answered yet",
        "ru": 'нет столбца с временем ответа; выберите столбец или укажите "", если ни на одно '
        "обращение ещё не ответили",
    },
    "detect_several": {
        "en": "{canonical} may be any of the columns {columns}; choose one",
        "ru": "{canonical} может быть любым из столбцов: {columns}; выберите один",
    },
    "detect_asked": {
        "en": "the column {column} may be {canonical}, but its name does not say so; use it only "
        "if it is",
        "ru": "столбец {column} может быть {canonical}, но его название этого не говорит; "
        "используйте его, только если это так",
    },
    "detect_twice": {
        "en": "{count} columns are named {column}, of which one is {canonical}; rename the others "
        "in the file",
        "ru": "столбцов с названием {column} несколько ({count}), а {canonical} - один из них; "
        "переименуйте остальные в файле",
    },
    "detect_counter": {
        "en": "the column {column} numbers the rows, and no other column has an id; use it only if "
        "an appeal keeps its number",
        "ru": "столбец {column} - порядковый номер строки, а столбца с номером обращения нет; "
        "используйте его, только если номер закреплён за обращением",
    },
    "detect_ids_repeat": {
        "en": "the column {column} has {id} in several rows with different times, so that it may "
        "not be the id of an appeal; use it only if it is",
        "ru": "в столбце {column} значение {id} стоит в нескольких строках с разным временем: "
        "возможно, это не номер обращения; используйте его, только если это так",
    },
    "detect_ids_rounded": {
        "en": "the column {column} has {id}, which a spreadsheet program has shortened, so that "
        "several appeals may have the same id; export the ids as text, and use the column only if "
        "they are whole",
        "ru": "в столбце {column} стоит {id}: табличный редактор сократил номер, и у нескольких "
        "обращений он может совпасть; выгрузите номера как текст и используйте столбец, только "
        "если номера полные",
    },
    "detect_ids_differ": {
        "en": "several rows have {id} in the column {column} and the same posting, but another "
        "answer or agency; they count as one appeal, so use the column only if they are",
        "ru": "в нескольких строках в столбце {column} стоит {id} и время поступления одно, а "
        "ответ или ведомство разные; они считаются одним обращением, используйте столбец, только "
        "если это так",
    },
    "detect_untimed": {
        "en": "the column {column} has values that say answered or closed, in {count} rows "
        "without a time of answer: {values}; they count as unanswered, so write the times in the "
        "file if there are answers",
        "ru": "столбец {column} говорит, что на обращения без времени ответа ({count}) ответили "
        "или что они закрыты: {values}; они считаются неотвеченными, а если ответы есть, впишите "
        "в файл их время",
    },
    "detect_flags": {
        "en": "the column {column} may say of some appeals that they need no answer, or not "
        "yet; such rows count like all others, so remove them from the file if they should not",
        "ru": "столбец {column}, возможно, говорит, что на часть обращений отвечать не нужно "
        "или пока не нужно; такие строки учитываются как все, уберите их из файла, если они не "
        "нужны",
    },
    "detect_interim": {
        "en": "the column {column} has values that may say that an answer is only interim: "
        "{values}; every answer counts, so remove the times of those that should not",
        "ru": "в столбце {column} есть значения, по которым ответ, возможно, промежуточный: "
        "{values}; учитывается любой ответ, уберите время тех, которые учитывать не нужно",
    },
    "detect_lists": {
        "en": "the records have lists in {column}, which are not read, and the answer may be in "
        "one; if so, write its time beside the other values of the record",
        "ru": "в записях есть списки {column}, они не читаются, а ответ может быть в них; если "
        "это так, запишите его время рядом с другими значениями записи",
    },
    "detect_citizens": {
        "en": "the column {column} says who acted, and that may be a citizen, whose reply is no "
        "answer; read it as author_role",
        "ru": "столбец {column} говорит, кто совершил действие, и это может быть гражданин, а его "
        "сообщение - не ответ; прочитайте столбец как author_role",
    },
    "detect_posted_unread": {
        "en": "the column {column} has another posting than the first status of an appeal, from "
        "which the time is counted; add a row with the status at the posting if it is earlier",
        "ru": "в столбце {column} поступление не совпадает с первым статусом обращения, от "
        "которого отсчитывается время; если оно раньше, добавьте строку со статусом на это время",
    },
    "detect_status_before": {
        "en": "the column {column} has a status before the first row of an appeal, so that it was "
        "posted earlier than the time is counted from; add a row for its first status",
        "ru": "в столбце {column} есть статус до первой строки обращения: оно поступило раньше, "
        "чем начинается отсчёт времени; добавьте строку с его первым статусом",
    },
    "detect_swapped": {
        "en": "the column {column} has dates like {typed} (row {row}), whose days are all at most "
        "12, beside texts like {text} (row {other}), whose days are not: a spreadsheet program may "
        "have read the day as the month; use the column only if the dates are right",
        "ru": "в столбце {column} есть даты вида {typed} (строка {row}), где день не больше 12, и "
        "текст вида {text} (строка {other}), где он больше: табличный редактор мог поменять день "
        "и месяц местами; используйте столбец, только если даты верны",
    },
    "detect_order": {
        "en": "in dates like {example} (row {row}) the day or the month may come first, and no row "
        "shows which; choose the format",
        "ru": "в датах вида {example} (строка {row}) первым может быть день или месяц, и ни одна "
        "строка этого не показывает; выберите формат",
    },
    "detect_mixed_orders": {
        "en": "in some dates like {example} the day comes first, in others the month; write all of "
        "them alike in the file",
        "ru": "в одних датах вида {example} первым идёт день, в других - месяц; запишите их в "
        "файле одинаково",
    },
    "detect_date_alone": {
        "en": "the column {column} has dates without a time of day, {count} of them, such as "
        "{example}; working time cannot be counted from a date alone, so export a column "
        "of dates with times for {canonical}",
        "ru": "в столбце {column} есть даты без времени суток ({count}), например {example}; "
        "рабочее время по одной дате не посчитать, выгрузите для {canonical} столбец с датой и "
        "временем",
    },
    "detect_clock_alone": {
        "en": "the column {column} has times of day without a date, so it cannot be {canonical}; "
        "choose a column of dates as well, or another column",
        "ru": "в столбце {column} время суток без даты, {canonical} по нему не прочитать; выберите "
        "к нему столбец с датой или другой столбец",
    },
    "detect_midnights": {
        "en": "all times in the column {column} are 00:00, so that it may have dates alone; use it "
        "as {canonical} only if these are real times",
        "ru": "всё время в столбце {column} - 00:00: возможно, это только даты; используйте его "
        "для {canonical}, только если время настоящее",
    },
    "detect_some_midnights": {
        "en": "{count} times in the column {column} are 00:00, more than by chance, so that they "
        "may be dates alone; use it as {canonical} only if these are real times",
        "ru": "в столбце {column} время 00:00 стоит чаще, чем может случайно ({count}): возможно, "
        "это только даты; используйте его для {canonical}, только если время настоящее",
    },
    "detect_texts": {
        "en": "the column {column} ({canonical}) has texts that are no times: {texts}, first in "
        "row {row}; correct them in the file or set their form in datetime_format, unless the text "
        "means that there is no time",
        "ru": "в столбце {column} ({canonical}) есть не только время, но и текст: {texts}, впервые "
        "в строке {row}; исправьте их в файле или укажите их форму в datetime_format, если текст "
        "не означает, что времени нет",
    },
    "detect_zone": {
        "en": "the times have no offset from UTC; give their zone, such as --calendar RU-VGG, --tz "
        "Europe/Volgograd or tz in [input]",
        "ru": "у времени не указан часовой пояс; задайте его, например, --calendar RU-VGG, --tz "
        "Europe/Volgograd или tz в [input]",
    },
    "detect_export_zone": {
        "en": "the export has times without an offset, in the zone of the user who exported or in "
        "UTC; give it with --tz, or as tz in [input]",
        "ru": "в выгрузке время без смещения: в часовом поясе того, кто её сделал, или в UTC; "
        "задайте его (--tz или ключ tz в [input])",
    },
    "detect_no_events": {
        "en": "no record of the file is an event of an appeal; give another export",
        "ru": "ни одна запись файла не даёт события обращения; укажите другую выгрузку",
    },
    "detect_other_zone": {
        "en": "the name of the column {column} says another zone than {given}; choose the zone of "
        "times without an offset",
        "ru": "в названии столбца {column} указан не тот часовой пояс, что задан ({given}); "
        "выберите пояс времени, записанного без смещения",
    },
    "detect_title_zone": {
        "en": "the text above the names of the columns says another zone than {given}; choose the "
        "zone of times without an offset",
        "ru": "в тексте над названиями столбцов указан не тот часовой пояс, что задан ({given}); "
        "выберите пояс времени, записанного без смещения",
    },
    "detect_zone_column": {
        "en": "the column {column} says the zone of each row, which is not read; choose the zone "
        "if it is the same in all rows, else write the times with their offset",
        "ru": "в столбце {column} указан часовой пояс каждой строки, но он не читается; выберите "
        "пояс, если он во всех строках один, иначе запишите время со смещением",
    },
    "detect_duration": {
        "en": "most values of the column {column} are before 07:00, so that it may have the time "
        "an answer took; use it only if it has the time of day",
        "ru": "большинство значений столбца {column} - до 07:00: возможно, это длительность "
        "ответа; используйте его, только если это время суток",
    },
    "detect_similar": {
        "en": "{canonical} is read from {column}, but {other} may be it as well; choose one",
        "ru": "{canonical} прочитан из {column}, но может быть и в {other}; выберите столбец",
    },
    "detect_stopped": {
        "en": "the column {column} has values with which an appeal may need no answer, or not "
        "yet: {values}; such rows count like all others, so remove them from the file if they "
        "should not",
        "ru": "в столбце {column} есть значения, при которых отвечать, возможно, не нужно или "
        "пока не нужно: {values}; такие строки учитываются как все, уберите их из файла, если они "
        "не нужны",
    },
    "detect_types": {
        "en": "the column {column} has values that are not known as types of events: {values}; "
        "write for each its type, such as created or replied",
        "ru": "в столбце {column} есть значения, по которым вид события не определить: {values}; "
        "укажите вид каждого, например created (поступило) или replied (дан ответ)",
    },
    "detect_statuses": {
        "en": "the column {column} has statuses that are not known: {values}; write for each what "
        "it means: open, paused, answered or closed",
        "ru": "в столбце {column} есть неизвестные статусы: {values}; укажите смысл каждого: open "
        "(в работе), paused (приостановлено), answered (дан ответ) или closed (закрыто без ответа)",
    },
    "detect_no_answer": {
        "en": "no value of the column {column} is known as an answer; write {answer} for the one "
        "that is, else every appeal stays unanswered",
        "ru": "ни одно значение столбца {column} не говорит об ответе; укажите {answer} для того, "
        "которое о нём говорит, иначе все обращения останутся без ответа",
    },
    "detect_no_creation": {
        "en": "no value of the column {column} is known as the posting of an appeal; if the log "
        "has none, its first event can count as the posting",
        "ru": "ни одно значение столбца {column} не говорит о поступлении обращения; если в "
        "журнале его нет, поступлением можно считать первое событие",
    },
    "detect_sheet": {
        "en": "the sheet {sheet} has a table, and also {others}; choose one",
        "ru": "таблица есть на листе {sheet}, но и на листе {others}; выберите лист",
    },
    "detect_other_sheets": {
        "en": "rows with times are also on sheets that are not read: {sheets}; move them to the "
        "sheet that is, if they are appeals",
        "ru": "строки со временем есть и на листах, которые не читаются: {sheets}; если это "
        "обращения, перенесите их на лист, который читается",
    },
    "detect_path": {
        "en": "the records may be at {path} or at {others}; choose where",
        "ru": "записи могут быть в {path} или в {others}; выберите, где",
    },
    "detect_closing": {
        "en": "Open311 has no replies; an appeal that is closed counts as answered, so choose what "
        "closed means in your region",
        "ru": "в Open311 нет ответов: закрытое обращение считается отвеченным; выберите, что "
        "значит closed в вашем регионе",
    },
    "detect_officials": {
        "en": "people answer to comments besides the community; list under officials the ids of "
        "those who answer for it",
        "ru": "на комментарии отвечает не только сообщество, но и люди; укажите в officials номера "
        "тех, кто отвечает за него",
    },
    "detect_rows": {
        "en": "{count} of {rows} rows do not fit this reading, the first at {where}: {detail}; "
        "correct them in the file, otherwise they are rejected",
        "ru": "не подходят строки: {count} из {rows}, первая - {where}: {detail}; исправьте их в "
        "файле, иначе они будут отклонены",
    },
    "detect_unsupported": {
        "en": "this version cannot use what was detected: {why}",
        "ru": "прочитать файл так, как он устроен, эта версия не может: {why}",
    },
    "at_line": {"en": "line {number}", "ru": "строка {number}"},
    "at_row": {"en": "row {number}", "ru": "строка {number}"},
    "at_record": {"en": "record {number}", "ru": "запись {number}"},
    # -- notes
    "detect_empty": {
        "en": "in the column {column} the texts {texts} are read as no answer",
        "ru": "в столбце {column} значения {texts} прочитаны как отсутствие ответа",
    },
    "detect_ids_again": {
        "en": "ids in the column {column} occur again in {count} rows with the same time, as in "
        "repeated exports",
        "ru": "номера в столбце {column} повторяются в строках: {count} (с тем же временем, как в "
        "повторных выгрузках)",
    },
    "detect_ids_count": {
        "en": "the ids in the column {column} are 1, 2, 3 and so on, like numbers of rows",
        "ru": "номера в столбце {column} идут подряд - 1, 2, 3, как порядковые номера строк",
    },
    # -- errors
    "detect_binary": {
        "en": "{name} is not text and has no known format; give a CSV, JSON or spreadsheet file",
        "ru": "{name}: не текст и не известный формат; укажите CSV, JSON или книгу Excel",
    },
    "detect_no_table": {
        "en": "{name} has no row that names its columns; add such a row above the data",
        "ru": "{name}: нет строки с названиями столбцов; добавьте её над данными",
    },
    "detect_no_rows": {
        "en": "{name} has no row that can be read below the names of its columns (row {row}); give "
        "a file with rows, or close its quotes",
        "ru": "{name}: под строкой с названиями столбцов (строка {row}) нет строк, которые можно "
        "прочитать; укажите файл с данными или закройте в нём кавычки",
    },
    "detect_not_one": {
        "en": "{name} cannot be read in exactly one way without a configuration: {question}; have "
        "one written with: workhours init {name}",
        "ru": "{name}: без конфигурации файл нельзя прочитать однозначно: {question}; составьте "
        "конфигурацию командой workhours init {name}",
    },
    "detect_row_unfit": {
        "en": "{name}: {where} does not fit the reading that was detected: {detail}; have a "
        "configuration written with: workhours init {name}",
        "ru": "{name}: {where} не подходит под то, как прочитан файл: {detail}; составьте "
        "конфигурацию командой workhours init {name}",
    },
}
"""Questions, notes and errors about a file, with placeholders for their facts."""

INIT: Final = Texts(
    {
        "by": {
            "en": "How to read {name}; written by workhours init. Check it, then run:",
            "ru": "Как читать {name}; составлено командой workhours init. Проверьте и запустите:",
        },
        "question": {"en": "QUESTION", "ru": "ВОПРОС"},
        "choose": {
            "en": 'write the answer instead of "?":',
            "ru": 'впишите ответ вместо "?":',
        },
        "kind_appeals": {"en": "each row is an appeal", "ru": "строка - обращение"},
        "kind_events": {"en": "each row is an event", "ru": "строка - событие"},
        "kind_statuses": {
            "en": "each row is a status of an appeal",
            "ru": "строка - статус обращения",
        },
        "tz": {
            "en": "zone of times without an offset",
            "ru": "часовой пояс времени, записанного без смещения",
        },
        "columns": {
            "en": "name in the library = name of the column in the file",
            "ru": "имя в библиотеке = название столбца в файле",
        },
        "values": {
            "en": "value in the file = its meaning",
            "ru": "значение в файле = его смысл",
        },
        "unread": {"en": "columns that are not read: {names}", "ru": "не читаются: {names}"},
        "schedule": {
            "en": "calendar and working hours; the region's calendar has its own days off",
            "ru": "календарь и график работы; в календаре региона есть его нерабочие дни",
        },
        "target": {
            "en": "time to answer; pauses are left out only with pauses = true",
            "ru": "норматив ответа; приостановки не входят в него только с pauses = true",
        },
        "assumed": {
            "en": "{name} has no configuration, so it is read as detected: {what}",
            "ru": "{name}: конфигурации нет, файл прочитан по результатам распознавания: {what}",
        },
        "no_values": {"en": "(empty)", "ru": "(пусто)"},
        "written": {
            "en": "{path} is written; next: workhours check {name} --config {path}",
            "ru": "Записан {path}; дальше: workhours check {name} --config {path}",
        },
        "written_open": {
            "en": "{path} is written with {count} {count:question|questions}: answer them in it, "
            "then run: workhours check {name} --config {path}",
            "ru": "Записан {path}, в нём {count} {count:вопрос|вопроса|вопросов}: ответьте в нём, "
            "затем запустите workhours check {name} --config {path}",
        },
        "exists": {
            "en": "{path} exists and is not overwritten; give another file with --out",
            "ru": "{path} уже есть и не перезаписывается; укажите другой файл в --out",
        },
    }
)
"""The texts of the command ``init`` and of the configuration that it writes."""
