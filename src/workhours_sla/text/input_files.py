"""The sentences about files of appeals and events that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

INPUT_FILES: Final[Mapping[str, Words]] = {
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
    "answers_unread": {
        "en": "{name} has no answer in the column {column}, but values in {others}; name the right "
        'one under [columns], such as answered_at = {first}, or say answered_at = "" if no appeal '
        "is answered",
        "ru": "{name}: в столбце {column} нет ни одного ответа, но есть значения в столбцах "
        "{others}; укажите нужный в разделе [columns], например answered_at = {first}, или, если "
        'ответов ещё нет, answered_at = ""',
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
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
