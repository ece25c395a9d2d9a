"""The sentences of the errors that commands print, in Russian and English.

``messages`` imports this module when an error has one of these causes, because it is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.detection import DETECTION
from workhours_sla.text.incoming import INCOMING
from workhours_sla.text.kafka import KAFKA
from workhours_sla.text.live import LIVE
from workhours_sla.text.service import SERVICE
from workhours_sla.text.sinks import SINKS
from workhours_sla.text.spark import SPARK
from workhours_sla.text.sql import SQL
from workhours_sla.text.stores import STORES
from workhours_sla.text.words import Words

SENTENCES: Final[Mapping[str, Words]] = {
    **DETECTION,
    **KAFKA,
    **INCOMING,
    **SINKS,
    **LIVE,
    **SERVICE,
    **SPARK,
    **SQL,
    **STORES,
    # -- parts of several messages
    "did_you_mean": {
        "en": "did you mean {near}?",
        "ru": "возможно, вы имели в виду {near}?",
    },
    "and_more": {
        "en": " and {count} more",
        "ru": " и ещё {count}",
    },
    "the_document": {
        "en": "the document",
        "ru": "документ",
    },
    "in_the_file": {
        "en": " in {name}",
        "ru": " ({name})",
    },
    "at_key": {
        "en": "{path}: {what}{where}; {instead}",
        "ru": "{path}: {what}{where}; {instead}",
    },
    "at_key_because": {
        "en": "{path}: {why}{where}",
        "ru": "{path}: {why}{where}",
    },
    "in_this_file": {
        "en": " (in {name})",
        "ru": " ({name})",
    },
    "write_as": {
        "en": "write it as {example}",
        "ru": "напишите так: {example}",
    },
    "write_as_text": {
        "en": 'write it as "text", in quotes',
        "ru": 'напишите так: "текст", в кавычках',
    },
    "write_like": {
        "en": "write it like {example}",
        "ru": "напишите, например, {example}",
    },
    "use_one_of": {
        "en": "use one of {names}",
        "ru": "выберите из списка: {names}",
    },
    "one_of": {
        "en": "one of {names}",
        "ru": "одно из значений: {names}",
    },
    # -- files of appeals and events
    "no_file": {
        "en": "no file {name}; check the path, or give - for standard input",
        "ru": "нет файла {name}; проверьте путь или укажите -, чтобы читать стандартный ввод",
    },
    "directory": {
        "en": "cannot open {name} ({why}); give a file that can be read",
        "ru": "{name} - это папка; укажите файл событий или обращений",
    },
    "denied": {
        "en": "cannot open {name} ({why}); give a file that can be read",
        "ru": "нет прав на чтение {name}; выдайте их и запустите команду снова",
    },
    "unopened": {
        "en": "cannot open {name} ({why}); give a file that can be read",
        "ru": "не удалось открыть {name} ({why}); укажите файл, который можно прочитать",
    },
    "unreadable": {
        "en": "{name} cannot be read further ({why}); check its disk and start again",
        "ru": "чтение {name} прервано ({why}); проверьте диск и запустите команду снова",
    },
    "not_regular": {
        "en": (
            "{name} is not a file that can be read again; give - as SOURCE and pipe it into "
            "standard input"
        ),
        "ru": (
            "{name} нельзя прочитать повторно; подайте его на стандартный ввод команды workhours "
            "watch -"
        ),
    },
    "unlisted": {
        "en": (
            "cannot list the directory of {name} ({why}), where its rotated files are; let it be "
            "read"
        ),
        "ru": (
            "не удалось прочитать папку с файлом {name} ({why}), где лежат файлы ротации; "
            "выдайте права на чтение папки"
        ),
    },
    "not_followed_in": {
        "en": 'lines cannot be followed in encoding {encoding}; use "utf-8" or "cp1251"',
        "ru": (
            'в кодировке {encoding} нельзя следить за файлом построчно; используйте "utf-8" или '
            '"cp1251"'
        ),
    },
    "pipe_broken": {
        "en": "{name} cannot be read further ({why}); pipe it in again",
        "ru": "чтение {name} прервано ({why}); подайте данные на стандартный ввод снова",
    },
    "read_broken": {
        "en": "{name} cannot be read to its end ({why}); try it again, or a copy",
        "ru": (
            "{name} не удалось прочитать до конца ({why}); запустите команду снова или укажите "
            "копию файла"
        ),
    },
    "csv_empty": {
        "en": "{name} is empty; a CSV file begins with a line that names its columns",
        "ru": "{name}: нет ни одной строки; файл CSV начинается со строки с названиями столбцов",
    },
    "csv_header": {
        "en": "the header of {name} is unreadable ({why}); its first line must name the columns",
        "ru": (
            "{name}: заголовок не читается ({why}); в первой строке должны быть названия столбцов"
        ),
    },
    "csv_delimiter": {
        "en": (
            "the header of {name} is one column with the delimiter {delimiter}; set delimiter = "
            "{other} under [input]"
        ),
        "ru": (
            "{name}: с разделителем {delimiter} в заголовке получается только один столбец; "
            "укажите delimiter = {other} в разделе [input]"
        ),
    },
    "json_empty": {
        "en": "{name} is empty; a JSON Lines file has one object on each line",
        "ru": (
            "{name}: нет ни одной строки; в файле JSON Lines на каждой строке записан один объект"
        ),
    },
    "json_array": {
        "en": "no line of {name} is a JSON object; write one object on each line, not an array",
        "ru": (
            "{name}: ни одна строка не является объектом JSON; запишите по одному объекту на "
            "строке, а не общий массив"
        ),
    },
    "json_no_document": {
        "en": "{name} is empty; give a JSON document",
        "ru": "{name}: файл пуст; укажите документ JSON",
    },
    "json_two_lists": {
        "en": (
            "{name}: the columns {first} and {second} are in different arrays; all columns must be "
            "in the records of one array"
        ),
        "ru": (
            "{name}: столбцы {first} и {second} лежат в разных массивах; все столбцы должны быть в "
            "записях одного массива"
        ),
    },
    "json_no_path": {
        "en": "{name} has its records in an array; set path = {path} under [input]",
        "ru": "{name}: записи лежат в массиве; укажите path = {path} в разделе [input]",
    },
    "json_nothing_there": {
        "en": (
            "{name} has nothing at the path {path}, but at its top {keys}; set the right path "
            "under [input]"
        ),
        "ru": (
            "{name}: по пути {path} ничего нет, наверху документа - {keys}; укажите верный path в "
            "разделе [input]"
        ),
    },
    "api_error": {
        "en": (
            "{name}: instead of data there is the error of an API ({why}); correct the request and "
            "repeat it"
        ),
        "ru": (
            "{name}: вместо данных - ошибка API ({why}); исправьте запрос и выгрузите данные заново"
        ),
    },
    "not_a_workbook": {
        "en": (
            "{name} is not a workbook but perhaps text or HTML under its name; open it, and save "
            "it as .xlsx"
        ),
        "ru": (
            "{name} - не книга: возможно, это текст или HTML с таким именем; откройте файл и "
            "сохраните его как .xlsx"
        ),
    },
    "not_a_sheet": {
        "en": "{name} is a zip archive without a workbook of XLSX or ODS; unpack it first",
        "ru": "{name} - архив zip, а не книга XLSX или ODS; сначала распакуйте его",
    },
    "workbook_password": {
        "en": "{name} is protected by a password; open it, and save it without the password",
        "ru": "{name}: книга защищена паролем; откройте её и сохраните без пароля",
    },
    "workbook_1904": {
        "en": "{name} counts its days from 1904, so that numbers in it are not the dates that they "
        "look like; give the cells with times the format of a date and time, and save it",
        "ru": "{name}: дни в книге считаются с 1904 года, и числа в ней - не те даты, какими "
        "кажутся; задайте ячейкам со временем формат даты и времени и сохраните книгу",
    },
    "workbook_damaged": {
        "en": "{name} is a damaged workbook; open it, and save it again",
        "ru": "{name}: книга повреждена; откройте её и сохраните заново",
    },
    "workbook_doctype": {
        "en": "{name} is a workbook with a DOCTYPE, as no spreadsheet writes; save it again",
        "ru": "{name}: в книге есть DOCTYPE, чего таблицы не записывают; сохраните её заново",
    },
    "workbook_large": {
        "en": "{name} is a workbook of more than {most:,} bytes; save its sheet as CSV",
        "ru": "{name}: в книге больше {most} байт; сохраните лист в формате CSV",
    },
    "sheet_large": {
        "en": (
            "the sheet {sheet} of {name} reaches row {rows} and column {columns}, over {most:,} "
            "cells; save it as CSV, or delete the empty rows and columns"
        ),
        "ru": (
            "{name}: лист {sheet} доходит до строки {rows} и столбца {columns}, это больше {most} "
            "ячеек; сохраните его в формате CSV или удалите лишние строки и столбцы"
        ),
    },
    "sheet_error": {
        "en": "the sheet {sheet} of {name} has the error {error} in a cell; correct its formula",
        "ru": "{name}: на листе {sheet} есть ячейка с ошибкой {error}; исправьте её формулу",
    },
    "no_sheet": {
        "en": "{name} has no sheet {sheet} but {sheets}; set the right one under [input]",
        "ru": "{name}: нет листа {sheet}, есть {sheets}; укажите нужный в разделе [input]",
    },
    "two_sheets": {
        "en": (
            "{name} has the columns on the sheets {first} and {second}; set sheet under [input] to "
            "one of them"
        ),
        "ru": (
            "{name}: нужные столбцы есть на листах {first} и {second}; укажите один из них в ключе "
            "sheet раздела [input]"
        ),
    },
    "sheets_empty": {
        "en": "{name} has an empty sheet; its table begins with a row that names the columns",
        "ru": "{name}: лист пуст; таблица на нём начинается со строки с названиями столбцов",
    },
    "two_headers": {
        "en": (
            "{name} names its columns both in row {first} and in row {second}; delete the row that "
            "is not the header"
        ),
        "ru": (
            "{name}: названия столбцов есть и в строке {first}, и в строке {second}; удалите ту, "
            "которая не является заголовком"
        ),
    },
    "cell_error": {
        "en": "{column} has the error {error}; correct its formula",
        "ru": "{column}: в ячейке ошибка {error}; исправьте формулу",
    },
    "cell_uncomputed": {
        "en": "{column} has a formula without a value; open the workbook, and save it again",
        "ru": "{column}: у формулы нет значения; откройте книгу и сохраните её заново",
    },
    "number_rounded": {
        "en": (
            "{column} has the number {value}, of more digits than a number in this file can keep; "
            "write it as text"
        ),
        "ru": (
            "{column}: в числе {value} больше цифр, чем может сохранить число в этом файле; "
            "запишите его текстом"
        ),
    },
    "value_too_long": {
        "en": "{column} has more than {most:,} characters",
        "ru": "{column}: больше {most} знаков",
    },
    "table_damaged": {
        "en": "{name} cannot be read as Parquet or Arrow; write it again",
        "ru": "{name}: файл не читается как Parquet или Arrow; запишите его заново",
    },
    "row_group_large": {
        "en": (
            "{name} has a row group of more than {most:,} bytes; write it with smaller row groups"
        ),
        "ru": (
            "{name}: в одной группе строк больше {most} байт; запишите файл с группами поменьше"
        ),
    },
    "needs_extra": {
        "en": "{name} can be read only with {library}: pip install 'workhours-sla[{extra}]'",
        "ru": "чтобы прочитать {name}, нужен {library}: pip install 'workhours-sla[{extra}]'",
    },
    "packed_truncated": {
        "en": "{name} ends in the middle of its {compression} data; copy or export it again",
        "ru": (
            "{name}: сжатые данные ({compression}) обрываются; скопируйте или выгрузите файл заново"
        ),
    },
    "packed_damaged": {
        "en": "{name} has damaged {compression} data; copy or export it again",
        "ru": (
            "{name}: сжатые данные ({compression}) повреждены; скопируйте или выгрузите файл заново"
        ),
    },
    "packed_bomb": {
        "en": (
            "{name} gives more than {always:,} bytes and more than {times} times its own size when "
            "it is unpacked, as no export does; unpack it yourself if you trust it"
        ),
        "ru": (
            "{name}: после распаковки больше {always} байт и больше чем в {times} раз крупнее "
            "самого файла, чего у выгрузок не бывает; если доверяете файлу, распакуйте его сами"
        ),
    },
    "too_large": {
        "en": "{name} has more than {most:,} bytes, too many for a stream; unpack it into a file",
        "ru": "{name}: больше {most} байт, слишком много для потока; распакуйте данные в файл",
    },
    "column_twice": {
        "en": (
            "{name} has {count} columns named {column}, which is to be read as {canonical}; rename "
            "all but one in its header"
        ),
        "ru": (
            "{name}: столбец {column}, из которого читается {canonical}, повторяется в заголовке "
            "(всего таких столбцов: {count}); оставьте это название только одному"
        ),
    },
    "no_column": {
        "en": (
            "{name} has no column {column}{read_as}{hint} but {others}{more}; name the right one "
            'under [columns], such as {canonical} = "..."{unanswered}'
        ),
        "ru": (
            "{name}: нет столбца {column}{read_as}{hint}; в файле есть столбцы {others}{more}; "
            'укажите нужный в разделе [columns]: {canonical} = "..."{unanswered}'
        ),
    },
    "read_as": {
        "en": " to read as {canonical}",
        "ru": ", из которого читается {canonical}",
    },
    "near_column": {
        "en": " (did you mean {near}?)",
        "ru": " (возможно, это {near}?)",
    },
    "or_unanswered": {
        "en": ', or say answered_at = "" if no appeal is answered',
        "ru": ' или, если ответов ещё нет, answered_at = ""',
    },
    "not_text": {
        "en": "{name} is not text in {encoding} ({what}{where}); {remedy}",
        "ru": "{name}: это не текст в кодировке {encoding} ({what}{where}); {remedy}",
    },
    "nul": {
        "en": "a NUL character",
        "ru": "нулевой символ",
    },
    "byte": {
        "en": "the byte {byte}",
        "ru": "байт {byte}",
    },
    "at_byte": {
        "en": " at byte {offset}",
        "ru": ", смещение {offset}",
    },
    "of_binary_format": {
        "en": 'set format = "{format}" under [input]',
        "ru": 'укажите format = "{format}" в разделе [input]',
    },
    "set_encoding": {
        "en": 'set the encoding it was written in under [input], such as encoding = "{encoding}"',
        "ru": 'укажите кодировку файла в разделе [input], например encoding = "{encoding}"',
    },
    "no_encoding_of": {
        "en": 'no encoding {encoding} to read {name} in; use "utf-8", "cp1251", "utf-16", ...',
        "ru": (
            '{name}: нет кодировки {encoding}; используйте "utf-8", "cp1251", "utf-16" или другую'
        ),
    },
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
        "en": "{text} is no time of the format {format}",
        "ru": "{text} - не время в формате {format}",
    },
    "or_set_format": {
        "en": '{time}, or set datetime_format = "{format}" under [input]',
        "ru": '{time}, или укажите datetime_format = "{format}" в разделе [input]',
    },
    "no_seconds": {
        "en": "{text} is no number of seconds since 1970",
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
        "en": "{text} is no time of any of the formats {formats}",
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
        "en": "{text} is no number of milliseconds since 1970",
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
        "en": "a field is too long: perhaps a quote that opens here is never closed",
        "ru": "поле слишком длинное: возможно, открытая здесь кавычка нигде не закрыта",
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
    "json_cut_off": {
        "en": "it ends within a document",
        "ru": "документ обрывается",
    },
    "json_damaged": {
        "en": "more than {most} of its records are damaged",
        "ru": "повреждено больше {most} записей",
    },
    "json_unexpected": {
        "en": "{text} is where an object or an array should be",
        "ru": "на месте объекта или массива стоит {text}",
    },
    "json_nested": {
        "en": "its arrays are nested more than {most} times",
        "ru": "массивы вложены друг в друга больше {most} раз",
    },
    "json_long": {
        "en": "the record has more than {most:,} characters",
        "ru": "запись длиннее {most} знаков",
    },
    "json_deep": {
        "en": "the record has more than {most} levels; export it flatter",
        "ru": "в записи больше {most} уровней вложенности; выгрузите данные проще",
    },
    "not_of_form": {
        "en": "not a record of this format: {why}",
        "ru": "запись не этого формата: {why}",
    },
    # -- social networks
    "network_vk": {"en": "VK", "ru": "ВКонтакте"},
    "network_ok": {"en": "Odnoklassniki", "ru": "Одноклассники"},
    "network_max": {"en": "MAX", "ru": "MAX"},
    "network_telegram": {"en": "Telegram", "ru": "Telegram"},
    "official_malformed": {
        "en": (
            "officials: {id} under [input] is not the id of an author in {network}; write it like "
            '"{example}"'
        ),
        "ru": (
            "officials: {id} в разделе [input] - не номер автора ({network}); напишите, например, "
            '"{example}"'
        ),
    },
    "official_unmet": {
        "en": "{id} under officials in [input] wrote none of the comments; check the id",
        "ru": "{id} из officials в разделе [input] не писал ни одного комментария; проверьте номер",
    },
    "records_ignored": {
        "en": "records without an event: {count} ({counts})",
        "ru": "записей без событий: {count} ({counts})",
    },
    "ignored_community_post": {
        "en": "comments of the community that answer no citizen: {count}",
        "ru": "комментариев самого сообщества, не отвечающих гражданам, - {count}",
    },
    "ignored_deleted_comment": {
        "en": "deleted comments without author and time of deletion: {count}",
        "ru": "удалённых комментариев без автора и времени удаления - {count}",
    },
    "ignored_deleted_reply": {
        "en": "deletions of replies, which stay counted as given: {count}",
        "ru": "удалений ответов (сам ответ учтён как данный) - {count}",
    },
    "ignored_no_receipt": {
        "en": "edits and deletions without a time of receipt: {count}",
        "ru": "правок и удалений без времени получения - {count}",
    },
    "ignored_other_record": {
        "en": "records of other kinds: {count}",
        "ru": "записей другого рода - {count}",
    },
    "ignored_outside_groups": {
        "en": "messages of private chats: {count}",
        "ru": "сообщений из личных чатов - {count}",
    },
    "ignored_repeated": {
        "en": "repeated deliveries: {count}",
        "ru": "повторных доставок - {count}",
    },
    "ignored_under_deleted": {
        "en": "comments under deleted ones: {count}",
        "ru": "комментариев под удалёнными - {count}",
    },
    "thread_incomplete": {
        "en": (
            "the thread of comment {id} has {count} comments, and the file has {read} of them; add "
            "the others, with comment_id = {id}"
        ),
        "ru": (
            "в ветке комментария {id} комментариев: {count}, а в файле их {read}; добавьте "
            "остальные (запрос с comment_id = {id})"
        ),
    },
    "comments_missing": {
        "en": (
            "the file has {read} of {count} comments of lists whose pages are missing (lists: "
            "{lists}); appeals and answers that it lacks are not counted"
        ),
        "ru": (
            "в файле нет части страниц с комментариями (списков: {lists}): прочитано {read} из "
            "{count}; обращения и ответы, которых нет в файле, не учтены"
        ),
    },
    "discussion_open": {
        "en": (
            "the last page of {count} discussions is missing (has_more), such as {id}; answers "
            "that the file lacks are not counted"
        ),
        "ru": (
            "в файле нет последней страницы обсуждений (has_more): {count}, например {id}; ответы, "
            "которых нет в файле, не учтены"
        ),
    },
    "answers_unknown": {
        "en": "comment {id} does not name the comment that it answers",
        "ru": "в комментарии {id} не указано, на какой комментарий это ответ",
    },
    "other_community": {
        "en": (
            "{name} {id} is another community; if it answers for yours, add it to officials under "
            "[input]"
        ),
        "ru": (
            "{name} {id} - другое сообщество; если оно отвечает за ваше, добавьте его в officials "
            "в разделе [input]"
        ),
    },
    "other_message": {
        "en": "{type} is not a known type of comment",
        "ru": "{type} - неизвестный вид комментария",
    },
    "network_time": {
        "en": "{name} {value} is not a time after 2000 in the unit of the network",
        "ru": "{name} {value} - не время после 2000 года в единицах этой сети",
    },
    "ok_no_time": {
        "en": "the comment has neither date_ms nor an id with the time; its date has no zone",
        "ru": (
            "в комментарии нет ни date_ms, ни номера со временем; у поля date не указан часовой "
            "пояс"
        ),
    },
    "telegram_old": {
        "en": (
            "the message has only a local time without its zone; export it with a newer version of "
            "Telegram Desktop"
        ),
        "ru": (
            "в сообщении только местное время без часового пояса; выгрузите чат новой версией "
            "Telegram Desktop"
        ),
    },
    "format_not_followed": {
        "en": (
            "the format {format} cannot be followed, since its records are no lines; read the file "
            "with check or report"
        ),
        "ru": (
            "за файлом формата {format} нельзя следить: записи в нём не построчные; прочитайте его "
            "командой check или report"
        ),
    },
    "json_fault": {
        "en": "{why}",
        "ru": "{why}",
    },
    "not_an_object": {
        "en": "JSON, but not an object in braces",
        "ru": "это JSON, но не объект в фигурных скобках",
    },
    # -- exports of service desks
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
        "ru": "график, который не использует ни один норматив",
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
        "ru": "нет графика {name}",
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
    # -- values of a configuration: what to do
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
        "ru": "дайте графику другое имя или запишите его в разделе [schedule]",
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
    # -- amounts of time and budgets
    "no_amount": {
        "en": (
            "{text} is not an amount of working time; write it like 4h, 90m, 4h30m, 4:30 or PT4H30M"
        ),
        "ru": (
            "{text} - не количество рабочего времени; напишите, например, 4h, 90m, 4h30m, 4:30 или "
            "PT4H30M"
        ),
    },
    "amount_too_much": {
        "en": (
            "{text} is more time than any calendar covers; write it like 4h, 90m, 4h30m, 4:30 or "
            "PT4H30M"
        ),
        "ru": (
            "{text} - это больше, чем охватывает любой календарь; напишите, например, 4h, 90m, "
            "4h30m, 4:30 или PT4H30M"
        ),
    },
    "hours_too_much": {
        "en": "{hours} hours are more time than any calendar covers; give less",
        "ru": "{hours} ч - это больше, чем охватывает любой календарь; укажите меньше",
    },
    "budget_negative": {
        "en": "budget {budget} is negative; use latest_start to count backwards",
        "ru": "норматив {budget} отрицательный; для обратного отсчёта используйте latest-start",
    },
    "budget_too_much": {
        "en": "budget {budget} is more time than any calendar covers; give less",
        "ru": "норматив {budget} больше, чем охватывает любой календарь; укажите меньше",
    },
    "no_budget": {
        "en": (
            "{text} is not a budget; write it like 4h (working time), 7 working days, 30 days (of "
            "the calendar), 1 month or 9h clock (around the clock)"
        ),
        "ru": (
            "{text} - не норматив; напишите, например, 4h (рабочее время), 7 working days "
            "(рабочие дни), 30 days (календарные дни), 1 month (месяц) или 9h clock (круглосуточно)"
        ),
    },
    "no_day_length": {
        "en": (
            "the schedule has no weekly hours, so a working day has no length; give weekly hours, "
            "or write the budget like 16h"
        ),
        "ru": (
            "в расписании нет графика по дням недели, поэтому длина рабочего дня неизвестна; "
            "задайте график или напишите, например, 16h"
        ),
    },
    "no_roll": {
        "en": (
            "{text} may end on a day off; give roll: following or preceding moves it to the next "
            "or the last working day, none leaves it"
        ),
        "ru": (
            "срок {text} может закончиться в выходной; укажите roll: following переносит его на "
            "следующий рабочий день, preceding - на предыдущий, none не переносит"
        ),
    },
    "no_count": {
        "en": "{count} {of} is no budget; give a whole number from at least 1 to {most}",
        "ru": "{count} {of} - не норматив; укажите целое число от 1 до {most}",
    },
    "none_of": {
        "en": "{value} is not one of {choices}",
        "ru": "недопустимое значение {value}; выберите из списка: {choices}",
    },
    # -- schedules, calendars and zones
    "schedule_empty": {
        "en": "the schedule has no working time at all; give hours on some weekday",
        "ru": "в графике нет рабочего времени; укажите часы хотя бы для одного дня недели",
    },
    "holidays_without_calendar": {
        "en": "the hours {text} say PH off, and no calendar says which days are; give a calendar",
        "ru": "в графике {text} есть PH off, а календаря с праздниками нет; укажите календарь",
    },
    "hours_on_days_off": {
        "en": (
            "the hours open on {names}, which calendar {calendar} counts as weekly days off: "
            "{longer}leave these days out"
        ),
        "ru": (
            "в графике есть часы на дни ({days}), которые в календаре {calendar} выходные: "
            "{longer}уберите эти дни"
        ),
    },
    "longer_week": {
        "en": (
            "take its {length}-day week (.with_week({length}), --week {length} or week = "
            "{length}), or "
        ),
        "ru": "укажите {length}-дневную рабочую неделю (--week {length} или week = {length}) либо ",
    },
    "weekday_Mo": {
        "en": "Mo",
        "ru": "понедельник",
    },
    "weekday_Tu": {
        "en": "Tu",
        "ru": "вторник",
    },
    "weekday_We": {
        "en": "We",
        "ru": "среда",
    },
    "weekday_Th": {
        "en": "Th",
        "ru": "четверг",
    },
    "weekday_Fr": {
        "en": "Fr",
        "ru": "пятница",
    },
    "weekday_Sa": {
        "en": "Sa",
        "ru": "суббота",
    },
    "weekday_Su": {
        "en": "Su",
        "ru": "воскресенье",
    },
    "calendar_without_zone": {
        "en": (
            "calendar {calendar} has no zone; give tz='Europe/Moscow' (--tz Europe/Moscow) or "
            "another IANA zone"
        ),
        "ru": (
            "у календаря {calendar} нет часового пояса; укажите его: --tz Europe/Moscow, или tz = "
            '"Europe/Moscow" в конфигурации, или другой пояс IANA'
        ),
    },
    "no_zone": {
        "en": "no time zone {name}; use an IANA name such as 'Europe/Volgograd'",
        "ru": "нет часового пояса {name}; укажите название IANA, например 'Europe/Volgograd'",
    },
    "no_calendar": {
        "en": "no calendar {id}; {instead}",
        "ru": "нет календаря {id}; {instead}",
    },
    "use_calendar": {
        "en": (
            "use RU, a Russian region such as RU-VGG, or a country or subdivision such as DE or "
            "DE-BY (workhours calendars lists all ids; for a calendar without weekends and "
            "holidays Calendar.plain(), or the option --calendar none)"
        ),
        "ru": (
            "укажите RU, регион России, например RU-VGG, либо страну или её часть, например DE "
            "или DE-BY (все коды: workhours calendars; календарь без выходных и праздников: "
            "--calendar none)"
        ),
    },
    "no_region": {
        "en": "no Russian region {id}; {instead}",
        "ru": "нет региона России {id}; {instead}",
    },
    "region_named": {
        "en": "{id} ({en})",
        "ru": "{id} ({ru})",
    },
    "use_id_such_as": {
        "en": "use an id such as {near}",
        "ru": "укажите регион, например {near}",
    },
    "no_week": {
        "en": "a week of {days} working days is not known; use 5, 6 or 7",
        "ru": "рабочей недели из {days} дней нет; укажите 5, 6 или 7",
    },
    "no_workdays_here": {
        "en": (
            "the weekly days off of this calendar cannot become working days; use with_week for "
            "Russia, or another weekend where the calendar is read"
        ),
        "ru": (
            "выходные этого календаря нельзя сделать рабочими днями; для России используйте "
            "with_week, для прочитанного календаря задайте другие выходные"
        ),
    },
    "no_week_here": {
        "en": "this calendar has no week of {days} days; give hours on the weekdays worked",
        "ru": (
            "в этом календаре нет {days}-дневной рабочей недели; укажите часы для рабочих дней "
            "недели"
        ),
    },
    "wrong_confirms": {
        "en": (
            "acts cannot confirm {first} to {last}: the last date must not be before the first, "
            "and both must be between {earliest} and {latest}; correct these dates"
        ),
        "ru": (
            "акты не могут подтверждать даты с {first} по {last}: последняя дата не должна быть "
            "раньше первой, и обе должны быть с {earliest} по {latest}; исправьте их"
        ),
    },
    "not_off": {
        "en": "{date} is no day off that could be worked instead; correct the row's dates",
        "ru": "{date} - не выходной, который можно сделать рабочим; исправьте даты",
    },
    "already_off": {
        "en": "{date} is already off ({en}); move the day off to a working day",
        "ru": "{date} - уже нерабочий день ({ru}); перенесите выходной на рабочий день",
    },
    "row_without_act": {
        "en": "the row of {date} names no act; give the act that decides the date",
        "ru": "для даты {date} не указан акт; укажите акт, который её устанавливает",
    },
    "two_kinds": {
        "en": "{date} is both {first} and {second} in the layer {layer}; remove one row",
        "ru": (
            "для даты {date} есть две противоречащие записи в слое {layer}: {first} и {second}; "
            "уберите одну из них"
        ),
    },
    "entry": {
        "en": "{kind} ({en})",
        "ru": "{ru}",
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
    # -- targets and rules
    "target_zero": {
        "en": "target {target} has a budget of 0, which no answer can meet; give more than 0",
        "ru": "норматив {target} равен 0, его нельзя выполнить; укажите больше 0",
    },
    "target_choice": {
        "en": "{option} {value} of target {target} is none of {choices}",
        "ru": (
            "у норматива {target} недопустимое значение {option} - {value}; выберите из списка: "
            "{choices}"
        ),
    },
    "target_warn": {
        "en": "target {target} has a negative warn, {warn}; give an amount of at least 0",
        "ru": "у норматива {target} отрицательное warn, {warn}; укажите не меньше 0",
    },
    "target_percent": {
        "en": "target {target} warns at {percent} %; give a whole number from 1 to 99",
        "ru": "у норматива {target} warn_percent равно {percent}; укажите целое число от 1 до 99",
    },
    "target_cap_unused": {
        "en": "target {target} has a pause_cap but no pauses; give pauses=True, or no pause_cap",
        "ru": (
            "у норматива {target} указано pause_cap, но нет приостановок; укажите pauses = true "
            "или уберите pause_cap"
        ),
    },
    "target_cap_zero": {
        "en": "target {target} has a pause_cap of 0; give more than 0, or pauses=False",
        "ru": "у норматива {target} pause_cap равно 0; укажите больше 0 или pauses = false",
    },
    "target_resume": {
        "en": (
            "target {target} has on_transfer='resume' and the budget {budget}; only a budget of "
            "working time can resume, such as working_hours(4)"
        ),
        "ru": (
            "у норматива {target} указано on_transfer = 'resume' при сроке не в рабочем времени; "
            "укажите срок в рабочем времени, например 4h, или другое on_transfer"
        ),
    },
    "rule_names": {
        "en": "rule {rule} needs targets of different names, got {names}",
        "ru": (
            "в правиле {rule} нормативы должны называться по-разному, а указаны {names}; исправьте "
            "список"
        ),
    },
    # -- reports
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
        "ru": "{name}: {value} - не datetime; укажите datetime с зоной: datetime(..., tzinfo=tz)",
    },
    "no_cases_in_period": {
        "en": (
            "no appeal arrived in the period from {since} to {until}; the arrivals are from "
            "{first} to {last}"
        ),
        "ru": (
            "за период с {since} по {until} обращений не поступало; первое поступило {first}, "
            "последнее - {last}"
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
    # -- calendars of libraries
    "russia_built_in": {
        "en": "Russia is built in, from the acts themselves; use Calendar.get({id})",
        "ru": "календарь России встроен и составлен по самим актам; укажите {bare}",
    },
    "library_without": {
        "en": "{library} has no calendar {id}; {instead}",
        "ru": "в библиотеке {library} нет календаря {id}; {instead}",
    },
    "library_lacks": {
        "en": "workalendar does not have {missing}; use Calendar.get({id})",
        "ru": "в библиотеке workalendar нет {missing}; укажите {bare}",
    },
    "transfers_of_russia": {
        "en": "Russia's transfers, working Saturdays and shortened days",
        "ru": "переносов, рабочих суббот и сокращённых дней России",
    },
    "moved_working_days": {
        "en": "the working days that {id} has moved by decree",
        "ru": "рабочих дней, перенесённых в {id} решением властей",
    },
    "ids_of_iso": {
        "en": "ids are ISO 3166, such as DE or DE-BY",
        "ru": "укажите код ISO 3166, например DE или DE-BY",
    },
    "library_without_years": {
        "en": "workalendar has no days of {id} from {first} to {last}; use other years",
        "ru": (
            "в библиотеке workalendar нет дней календаря {id} с {first} по {last} год; укажите "
            "другие годы"
        ),
    },
    "years_without": {
        "en": (
            "{library} has no days of {id} from {first} to {last}; use years within {from_year} to "
            "{to_year}"
        ),
        "ru": (
            "в библиотеке {library} нет дней календаря {id} с {first} по {last} год; укажите годы "
            "с {from_year} по {to_year}"
        ),
    },
    # -- stores
    "text_not_stored": {
        "en": "{text} cannot be stored: it is no text in UTF-8; correct it",
        "ru": "{text} нельзя сохранить: это не текст в UTF-8; исправьте его",
    },
    "note_unreadable": {
        "en": "the note {note} of the store cannot be read ({why}); restore its last snapshot",
        "ru": "запись {note} в хранилище не читается ({why}); восстановите последний снимок",
    },
    "store_failed": {
        "en": "the store {path} failed ({error}); {remedy}",
        "ru": "не удалось открыть хранилище {path} ({error}); {remedy}",
    },
    "restore_snapshot": {
        "en": "see what workhours store check finds, then restore its last snapshot",
        "ru": "проверьте его командой workhours store check и восстановите последний снимок",
    },
    "end_other_process": {
        "en": "end the other process that keeps it locked",
        "ru": "завершите другой процесс, который его занял",
    },
    "give_store": {
        "en": "give a store, or a file that is not there yet",
        "ru": "укажите хранилище или ещё не существующий файл",
    },
    "check_disk": {
        "en": "check its disk, and start again",
        "ru": "проверьте диск и запустите команду снова",
    },
    "check_store": {
        "en": "check whether the file is a store",
        "ru": "проверьте, что файл - хранилище",
    },
    "no_store": {
        "en": "no store {path}; check the path",
        "ru": "нет хранилища {path}; проверьте путь",
    },
    "no_snapshot": {
        "en": "no snapshot {path}; check the path",
        "ru": "нет снимка {path}; проверьте путь",
    },
    "other_definition": {
        "en": "the definition of {of} is not the one it was made with",
        "ru": "изменено определение {table}",
    },
    "wrong_pages": {
        "en": "{found}",
        "ru": "нарушена структура файла",
    },
    "store_damaged": {
        "en": "the store {path} is damaged ({what}); {remedy}",
        "ru": "хранилище {path} повреждено ({what}); {remedy}",
    },
    "row_damaged": {
        "en": "the store {path} is damaged: row {row} of table {table} {why}; {remedy}",
        "ru": "хранилище {path} повреждено: строка {row} таблицы {table} {why}; {remedy}",
    },
    "row_checksum": {
        "en": "does not match its checksum",
        "ru": "не совпадает с контрольной суммой",
    },
    "row_unreadable": {
        "en": "cannot be read ({why})",
        "ru": "не читается ({why})",
    },
    "file_exists": {
        "en": "a file {path} exists already; give another name",
        "ru": "файл {path} уже есть; укажите другое имя",
    },
    "store_not_copied": {
        "en": "cannot copy the store to {path} ({error}); give another file or disk",
        "ru": "не удалось скопировать хранилище в {path} ({error}); укажите другой файл или диск",
    },
    "store_not_made": {
        "en": "cannot make the store {path} ({error}); give another file or disk",
        "ru": "не удалось создать хранилище {path} ({error}); укажите другой файл или диск",
    },
    "no_log_on_disk": {
        "en": "the disk of {path} does not support a write-ahead log; give a local one",
        "ru": (
            "диск с {path} не поддерживает журнал упреждающей записи; укажите файл на локальном "
            "диске"
        ),
    },
    "store_empty": {
        "en": (
            "the store {path} is an empty file; restore its last snapshot, or remove it to begin a "
            "new store"
        ),
        "ru": (
            "хранилище {path} - пустой файл; восстановите последний снимок или удалите файл, чтобы "
            "начать новое хранилище"
        ),
    },
    "other_database": {
        "en": "{path} is a database but no store of workhours; give another file",
        "ru": "{path} - база данных, но не хранилище workhours; укажите другой файл",
    },
    "other_schema": {
        "en": (
            "the store {path} has schema {version}, and this version of workhours-sla reads schema "
            "{known} only; {remedy}"
        ),
        "ru": (
            "у хранилища {path} схема {version}, а эта версия workhours-sla читает только схему "
            "{known}; {remedy}"
        ),
    },
    "install_later": {
        "en": "install the version that wrote it, or a later one",
        "ru": "установите версию, которая его записала, или более позднюю",
    },
    "read_source_again": {
        "en": "give another file, and let watch read its source again",
        "ru": "укажите другой файл и дайте watch прочитать источник заново",
    },
    "store_closed": {
        "en": "the store {path} is closed; open it again",
        "ru": "хранилище {path} закрыто; откройте его снова",
    },
}
"""The sentences and parts of sentences, keyed by the cause of an error."""
