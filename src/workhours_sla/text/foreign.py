"""Translate messages of Python, SQLite, msgspec and click that our errors contain.

This module is imported when an error is printed in a language other than English. A text that is
not in its tables is returned unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WHOLE_RU: Final = {
    # -- names of sources and texts without a path
    "standard input": "стандартный ввод",
    "stdin": "стандартный ввод",
    "the configuration": "конфигурация",
    # -- the operating system
    "No such file or directory": "нет такого файла или папки",
    "Permission denied": "нет прав доступа",
    "Operation not permitted": "операция запрещена",
    "Is a directory": "это папка",
    "Not a directory": "часть пути - не папка",
    "File exists": "файл уже существует",
    "File name too long": "слишком длинное имя файла",
    "No space left on device": "на диске нет места",
    "Disk quota exceeded": "превышена квота на диске",
    "Input/output error": "ошибка ввода-вывода",
    "Read-only file system": "файловая система доступна только для чтения",
    "Too many levels of symbolic links": "слишком много символических ссылок",
    "Too many open files": "открыто слишком много файлов",
    "Device or resource busy": "устройство занято",
    "Stale file handle": "файл больше не доступен",
    "Invalid argument": "недопустимый аргумент",
    "Bad file descriptor": "файл закрыт",
    "No such device or address": "нет такого устройства",
    "Illegal seek": "чтение с произвольного места невозможно",
    "File too large": "слишком большой файл",
    "Broken pipe": "канал закрыт",
    "embedded null byte": "в имени нулевой символ",
    # -- SQLite
    "database is locked": "база данных занята",
    "file is not a database": "файл - не база данных",
    "database disk image is malformed": "файл базы данных повреждён",
    "unable to open database file": "файл базы данных не открывается",
    "disk I/O error": "ошибка диска",
    "database or disk is full": "на диске нет места",
    "attempt to write a readonly database": "база данных доступна только для чтения",
    # -- the reader of CSV
    "unexpected end of data": "открытая кавычка нигде не закрыта",
    "line contains NUL": "в строке нулевой символ",
    "',' expected after '\"'": "кавычка внутри поля в кавычках не удвоена",
    # -- the reader of TOML
    "invalid statement": "непонятная запись",
    "expected newline or end of document after a statement": "после записи нужен конец строки",
    "cannot overwrite a value": "значение задано дважды",
    "expected ']' at the end of a table declaration": "заголовок раздела не закрыт знаком ']'",
    "expected ']]' at the end of an array declaration": "заголовок раздела не закрыт знаком ']]'",
    "expected '=' after a key in a key/value pair": "после ключа нужен знак '='",
    "invalid initial character for a key part": "с этого знака ключ начинаться не может",
    "unclosed array": "список не закрыт",
    "unclosed inline table": "таблица в строке не закрыта",
    "unescaped '\\' in a string": "знак '\\' в строке в кавычках нужно удвоить",
    "invalid hex value": "неверный код символа",
    "escaped character is not a Unicode scalar value": "неверный код символа",
    "illegal character '\\n'": "строка в кавычках не закрыта",
    "unterminated string": "строка в кавычках не закрыта",
    "invalid date or datetime": "такой даты или такого времени нет",
    "invalid value": "недопустимое значение (текст берут в кавычки)",
    # -- the reader of XML
    "not well-formed (invalid token)": "недопустимый знак или незакрытый тег",
    "no element found": "нет ни одного элемента или документ обрывается",
    "mismatched tag": "закрывающий тег не соответствует открывающему",
    "undefined entity": "ссылка на неизвестную сущность",
    "unclosed token": "тег обрывается",
    "unclosed CDATA section": "раздел CDATA не закрыт",
    "junk after document element": "лишние данные после корневого элемента",
    "syntax error": "это не разметка",
    "unknown encoding": "неизвестная кодировка",
    "duplicate attribute": "атрибут указан дважды",
    "partial character": "знак обрывается",
    "reference to invalid character number": "ссылка на недопустимый знак",
    "XML or text declaration not at start of entity": "объявление XML стоит не в начале",
    # -- the reader of JSON
    "Input data was truncated": "запись оборвана",
    "object keys must be strings": "имена полей должны быть в двойных кавычках",
    "invalid character": "недопустимый символ",
    "invalid escape character in string": "неверная последовательность после '\\'",
    "trailing characters": "лишние символы после объекта",
    "trailing comma in object": "лишняя запятая в конце объекта",
    "trailing comma in array": "лишняя запятая в конце массива",
    "invalid number": "неверное число",
    "Expecting value": "нет значения",
    "Expecting property name enclosed in double quotes": (
        "имена полей должны быть в двойных кавычках"
    ),
    "Expecting ',' delimiter": "не хватает запятой",
    "Expecting ':' delimiter": "не хватает двоеточия",
    "Extra data": "лишние символы после документа",
    "Unterminated string starting at": "строка в кавычках не закрыта",
    "Invalid control character at": "недопустимый символ",
    "Invalid \\escape": "неверная последовательность после '\\'",
    # -- the reader of JSON documents
    "parse error: premature EOF": "документ оборван",
    "parse error: trailing garbage": "лишние символы после документа",
    "parse error: integer overflow": "слишком большое целое число",
    "parse error: numeric (floating point) overflow": "слишком большое число",
    "parse error: unallowed token at this point in JSON text": "лишний знак",
    "parse error: invalid object key (must be a string)": "имя поля должно быть в кавычках",
    "parse error: object key and value must be separated by a colon (':')": (
        "после имени поля нужно двоеточие"
    ),
    "parse error: after key and value, inside map, I expect ',' or '}'": (
        "после значения поля нужна запятая или '}'"
    ),
    "parse error: after array element, I expect ',' or ']'": (
        "после элемента массива нужна запятая или ']'"
    ),
    "lexical error: invalid char in json text.": "недопустимый символ",
    "lexical error: invalid string in json text.": "непонятное слово",
    "lexical error: invalid character inside string.": "недопустимый символ в строке",
    "lexical error: inside a string, '\\' occurs before a character which it may not.": (
        "неверная последовательность после '\\'"
    ),
    "lexical error: invalid (non-hex) character occurs after '\\u' inside string.": (
        "неверный код символа после '\\u'"
    ),
    "lexical error: probable comment found in input text, comments are not enabled.": (
        "комментариев в JSON не бывает"
    ),
    "lexical error: malformed number, a digit is required after the minus sign.": (
        "после минуса нужна цифра"
    ),
    "lexical error: malformed number, a digit is required after the decimal point.": (
        "после точки в числе нужна цифра"
    ),
    "lexical error: malformed number, a digit is required after the exponent.": (
        "в показателе степени нужна цифра"
    ),
}
"""Russian texts of whole messages, keyed by the English text."""

_PATTERNS_RU: Final[Sequence[tuple[str, str]]] = (
    (r"No module named '(.*)'", "нет модуля {0}"),
    (r"reports need numpy: .*", "numpy не установлен"),
    (
        r"received_at (\S+) is more than (.*) ahead of the machine's clock \((.*)\)",
        "received_at {0} больше чем на {1} опережает часы компьютера ({2})",
    ),
    (r"not text in (\S+)", "не текст в кодировке {0}"),
    (r"\[Errno \d+\] ([^:]*)(?:: .*)?", "{0}"),
    (r"(.*) \(at line (\d+), column (\d+)\)", "строка {1}, столбец {2}: {0}"),
    (r"(.*) \(at end of document\)", "конец файла: {0}"),
    (r"expected ('.*')", "не хватает {0}"),
    (r"found invalid character ('.*')", "недопустимый символ {0}"),
    (r"illegal character ('.*')", "недопустимый символ {0}"),
    (r"cannot declare \(?'?(.*?)'?,?\)? twice", "раздел [{0}] объявлен дважды"),
    (r"duplicate inline table key (.*)", "ключ {0} повторяется"),
    (r"cannot (?:mutate immutable|redefine) namespace (.*)", "раздел {0} уже задан иначе"),
    (r"JSON is malformed: (.*) \(byte (\d+)\)", "{0} (байт {1})"),
    (r"field larger than field limit \((\d+)\)", "поле длиннее {0} знаков"),
    (
        r"'([\w-]+)' codec can't decode byte (\w+) in position (\d+): .*",
        "байт {1} на месте {2} - не {0}",
    ),
)
"""Patterns of English messages, and Russian texts with a placeholder for each group."""

_CLICK_RU: Final[Sequence[tuple[str, str]]] = (
    (
        r"No such option:? '?([^' ]*?)'?\.?(?: Did you mean '?([^' ]*?)'?\?)",
        "нет параметра {0}; возможно, вы имели в виду {1}?",
    ),
    (
        r"No such option:? '?([^' ]*?)'?\.? \(?(?:Possible|Did you mean)[^:]*: (.*?)[)?]*",
        "нет параметра {0}; возможно, вы имели в виду один из этих: {1}",
    ),
    (r"No such option:? '?([^' ]*?)'?\.?", "нет параметра {0}; уберите его или исправьте"),
    (
        r"No such command '(.*?)'\.(?: Did you mean '?(.*?)'?\?| .*)?",
        "нет команды '{0}'; выберите одну из списка",
    ),
    (r"Missing command\.", "не указана команда; выберите одну из списка"),
    (r"Missing argument '(.*?)'\.(?s:.*)", "не указан аргумент {0}; добавьте его"),
    (r"Missing option '(.*?)'\.(?s:.*)", "не указан параметр {0}; добавьте его"),
    (r"Option '(.*?)' requires an argument\.", "у параметра {0} нет значения; укажите его"),
    (r"Option '(.*?)' requires (\d+) arguments\.", "у параметра {0} должно быть значений: {1}"),
    (r"Option '(.*?)' does not take a value\.", "у параметра {0} не бывает значения; уберите его"),
    (r"Got unexpected extra arguments? \((.*)\)", "лишние аргументы: {0}; уберите их"),
    (r"Invalid value for '?(.*?)'?: ((?s:.*))", "{0}: {1}"),
    (r"Invalid value: (.*)", "недопустимое значение: {0}"),
    (r"('.*') is not a valid integer(?: range)?\.", "{0} - не целое число; укажите целое"),
    (r"('.*') is not a valid float(?: range)?\.", "{0} - не число; укажите число"),
    (
        r"(.*) is not in the range x?>=(.*)\.",
        "{0} - вне допустимых пределов; укажите не меньше {1}",
    ),
    (
        r"(.*) is not in the range (.*)<=x<=(.*)\.",
        "{0} - вне допустимых пределов; укажите от {1} до {2}",
    ),
    (r"('.*') is not one of (.*)\.", "{0} нет среди допустимых; выберите: {1}"),
    (r"Could not open file (.*): (.*)", "не удалось открыть файл {0} ({1}); укажите другой"),
)
"""Patterns of click messages, and Russian texts with a placeholder for each group."""


def foreign(text: str, lang: str) -> str:
    """Return a message of Python or a library in ``lang``; an unknown message is unchanged."""
    return _by(text, _PATTERNS_RU) if lang == "ru" else text


def usage(text: str, lang: str) -> str:
    """Return a message of click in ``lang``; an unknown message is unchanged."""
    return _by(text, _CLICK_RU) if lang == "ru" else text


def _by(text: str, patterns: Sequence[tuple[str, str]]) -> str:
    """Translate a message with ``patterns``, including the texts that their groups match."""
    whole = _WHOLE_RU.get(text)
    if whole is not None:
        return whole
    for pattern, russian in patterns:
        found = re.fullmatch(pattern, text)
        if found is not None:
            parts = [part for part in found.groups() if part is not None]
            return russian.format(*(_by(part, patterns) for part in parts))
    return text
