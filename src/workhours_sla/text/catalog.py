"""Every text of the package in Russian and English, from the TOML files of the folder ``catalog``.

A file is read when one of its texts is first needed. ``key = {en = "...", ru = "..."}`` is a text;
a plain string is the same in both languages.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from string import Formatter
from typing import Any, Final

LANGUAGES: Final = ("en", "ru")
Words = Mapping[str, str]

_NBSP: Final = "\N{NO-BREAK SPACE}"
_DASH: Final = {"en": " \N{EN DASH} ", "ru": f"{_NBSP}\N{EM DASH} "}
_NARROW: Final = re.compile(r" (?=%)|(?<=\}) (?=[чh]\b)")


@cache
def read(file: str) -> dict[str, Any]:
    """Return a file of the catalog."""
    with open(os.path.join(os.path.dirname(__file__), "catalog", f"{file}.toml"), "rb") as stream:  # noqa: PTH118, PTH120, PTH123 - pathlib is slow to import
        return tomllib.load(stream)


class Texts(Mapping[str, Words]):
    r"""Texts by key: templates of ``str.format``, also with plural forms ``{count:day|days}``.

    ``tables`` are files of the catalog, or a section of one as ``words.verdicts``; later ones win.
    With ``typeset`` dashes and no-break spaces are those of print.

    >>> plural("1\xa0022", ["день", "дня", "дней"], "ru")
    'дня'
    """

    def __init__(self, *tables: str, typeset: bool = False) -> None:
        self._tables, self._typeset = tables, typeset

    @cached_property
    def _texts(self) -> dict[str, Words]:
        found: dict[str, Words] = {}
        for table in self._tables:
            file, _, section = table.partition(".")
            texts = read(file)[section] if section else read(file)
            for key, text in texts.items():
                found[key] = dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else text
        return found

    def __getitem__(self, key: str) -> Words:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, lang: str, key: str, /, **facts: object) -> str:
        """Return the text of a key in ``lang``, with its placeholders replaced by ``facts``."""
        template = self._texts[key][lang]
        if self._typeset:
            template = typeset(template, lang)
        if "|" in template:
            return _Filler(lang).vformat(template, (), facts)
        return template.format(**facts)  # 10 % faster for a long list of appeals

    def in_language(self, lang: str) -> Callable[..., str]:
        """Return the method ``text`` with ``lang`` fixed: a function of a key and facts."""
        return partial(self.text, lang)


class _Filler(Formatter):
    def __init__(self, lang: str) -> None:
        self._lang = lang

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" in format_spec:
            return plural(value, format_spec.split("|"), self._lang)
        return str(super().format_field(value, format_spec))


def plural(count: object, forms: list[str], lang: str) -> str:
    """Return the plural form for a number, which may be a text with thousands separators."""
    text = str(count)
    if lang != "ru":
        return forms[text != "1"]
    if "," in text:
        return forms[1]
    number = int(text.replace(_NBSP, ""))
    if number % 10 == 1 and number % 100 != 11:  # noqa: PLR2004 - the rules of Russian
        return forms[0]
    return forms[1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2]


def typeset(text: str, lang: str) -> str:
    """Replace hyphens between spaces by dashes, and spaces before units by no-break spaces."""
    return _NARROW.sub(_NBSP, text).replace(" - ", _DASH[lang])


def pick(entry: Words, lang: str) -> str:
    """Return the text of an entry in ``lang``, or in English without a translation."""
    return entry.get(lang) or entry["en"]


_OF_ERRORS: Final = (
    *("configuration", "configuration_advice", "desks", "detection", "incoming", "input_files"),
    *("kafka", "live", "networks", "report_errors", "rows", "schedules", "service", "sinks"),
    *("spark", "sql", "stores", "parts"),
)
ERRORS: Final = Texts(*(f"errors/{name}" for name in _OF_ERRORS))
REFUSALS: Final = Texts("refusals")
STORE_FAULTS: Final = Texts("store_faults")
UNKNOWN_DATES: Final = Texts("unknown_dates")
PROBLEMS: Final = Texts("words.problems")
LINES: Final = Texts("words.lines")

SHELL: Final = Texts("shell", "refused_calls")
COMMANDS: Final = Texts("commands.help")
SHORT: Final = Texts("commands.short")
OPTIONS: Final = Texts("options")
DEFAULTS: Final = Texts("words.defaults")
USAGE: Final = Texts("words.usage")
METAVARS: Final = Texts("words.metavars")
INIT: Final = Texts("init")
AGREEMENT: Final = Texts("agreement")
COMPARED: Final = Texts("words.compared")

HEADINGS: Final = Texts("headings")
SENTENCES: Final = Texts("report")
TYPESET_SENTENCES: Final = Texts("report", typeset=True)
HEADLINE: Final = Texts("headline")
TYPESET_HEADLINE: Final = Texts("headline", typeset=True)
CHARTS: Final = Texts("charts", typeset=True)
PAGE: Final = Texts("charts", "page", typeset=True)
SCREEN: Final = Texts("charts", "page", "screen", typeset=True)
WORKBOOK: Final = Texts("workbook")
SOURCES: Final = Texts("words.sources")

BUDGETS: Final = Texts("words.budgets")
DAYS: Final = Texts("words.days")
DAY_KINDS: Final = Texts("words.day_kinds")
DAY_PARTS: Final = Texts("words.day_parts")
VERDICTS: Final = Texts("words.verdicts")
TARGET_VERDICTS: Final = Texts("words.target_verdicts")
CHANGES: Final = Texts("words.changes")
CLASSES: Final = Texts("words.classes")
PHASES: Final = Texts("words.phases")
CAUSES: Final = Texts("words.causes")
QUARANTINE_REASONS: Final = Texts("words.quarantine_reasons")
UNMATCHED_REASONS: Final = Texts("words.unmatched_reasons")
INTAKE_REASONS: Final = Texts("words.quarantine_reasons", "words.unmatched_reasons")
