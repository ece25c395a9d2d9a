"""Every text of the package in Russian and English, from the TOML files of the folder ``catalog``.

A file is read when one of its texts is first needed. ``key = {en = "...", ru = "..."}`` is a text;
a plain string is the same in both languages. Texts are in the language of the context, which
``language`` sets.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from string import Formatter
from typing import Any, Final

from workhours_sla.errors import shown

LANGUAGES: Final = ("en", "ru")

_NBSP: Final = "\N{NO-BREAK SPACE}"
_DASH: Final = {"en": " \N{EN DASH} ", "ru": f"{_NBSP}\N{EM DASH} "}
_NARROW: Final = re.compile(r" (?=%)|(?<=\}) (?=[чh]\b)")
_GROUP: Final = {"en": ",", "ru": _NBSP}
_MINUS: Final = re.compile(r"(?<![^\s(])-(?=\d)")
_language: Final = ContextVar("language", default="en")


@contextmanager
def language(lang: str) -> Iterator[None]:
    """Make ``lang`` the language of the texts inside a ``with`` block.

    A new thread starts with English, and a generator that is read after the block is not in it.
    Raises ValueError for an unknown language.

    >>> with language("ru"):
    ...     VERDICTS["met"]
    'в срок'
    """
    if lang not in LANGUAGES:
        msg = f"no language {shown(lang)}; use {' or '.join(LANGUAGES)}"
        raise ValueError(msg)
    before = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(before)


def current() -> str:
    """Return the language of the context: "en", unless ``language`` has set another."""
    return _language.get()


def grouped(number: float, places: int = 0) -> str:
    """Return a number with thousands separators, and still with a decimal point."""
    whole, point, rest = f"{number:,.{places}f}".partition(".")
    return whole.replace(",", _GROUP[_language.get()]) + point + rest


@cache
def read(file: str) -> dict[str, Any]:
    """Return a file of the catalog."""
    import tomllib

    with open(os.path.join(os.path.dirname(__file__), "catalog", f"{file}.toml"), "rb") as stream:  # noqa: PTH118, PTH120, PTH123 - pathlib is slow to import
        return tomllib.load(stream)


class Texts(Mapping[str, str]):
    """Texts by key: templates of ``str.format``, also with plural forms ``{count:day|days}``.

    ``tables`` are files of the catalog, or a section of one as ``names.verdicts``. They are read in
    this order until one has the key. With ``grouped`` whole numbers get thousands separators, and
    with ``typeset`` dashes, minus signs and spaces are those of print, too.

    >>> BUDGETS.text("working_days", size=1)
    '1 working day'
    """

    def __init__(self, *tables: str, typeset: bool = False, grouped: bool = False) -> None:
        self._tables, self._typeset, self._grouped = tables, typeset, typeset or grouped

    def __getitem__(self, key: str) -> str:
        for table in self._tables:
            texts = _table(table)
            if key in texts:
                text = texts[key]
                template: str = text if isinstance(text, str) else text[_language.get()]
                return typeset(template) if self._typeset else template
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for table in self._tables for key in _table(table)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def in_all_languages(self) -> dict[str, dict[str, str]]:
        """Return the texts by key and language."""
        found: dict[str, dict[str, str]] = {key: {} for key in self}
        for lang in LANGUAGES:
            with language(lang):
                for key, texts in found.items():
                    texts[lang] = self[key]
        return found

    def text(self, key: str, /, **facts: object) -> str:
        """Return the text of a key with its placeholders replaced by ``facts``."""
        template = self[key]
        if self._grouped:
            facts = {name: grouped(n) if type(n) is int else n for name, n in facts.items()}
        if "|" in template:
            shown = _Filler().vformat(template, (), facts)
        else:
            shown = template.format(**facts)  # 10 % faster for a long list of appeals
        return _MINUS.sub("\N{MINUS SIGN}", shown) if self._typeset else shown


@cache
def _table(name: str) -> dict[str, Any]:
    file, _, section = name.partition(".")
    found: dict[str, Any] = read(file)[section] if section else read(file)
    return found


class _Filler(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        if "|" in format_spec:
            return plural(value, format_spec.split("|"))
        return str(super().format_field(value, format_spec))


def plural(count: object, forms: list[str]) -> str:
    r"""Return the plural form for a number, which may be a text with thousands separators.

    >>> with language("ru"):
    ...     plural("1\xa0022", ["день", "дня", "дней"])
    'дня'
    """
    text = str(count).removeprefix("-")
    if _language.get() != "ru":
        return forms[text != "1"]
    if "," in text:
        return forms[1]
    number = int(text.replace(_NBSP, ""))
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2]


def typeset(text: str) -> str:
    """Replace hyphens between spaces by dashes, and spaces before units by no-break spaces."""
    return _NARROW.sub(_NBSP, text).replace(" - ", _DASH[_language.get()])


_OF_ERRORS: Final = (
    *("written", "configuration", "configuration_advice", "desks", "detection", "incoming"),
    *("input_files", "kafka", "live", "networks", "report", "rows", "schedules", "service"),
    *("sinks", "spark", "sql", "stores", "parts"),
)
ERRORS: Final = Texts(*(f"errors/{name}" for name in _OF_ERRORS))
UNKNOWN_DATES: Final = Texts("unknown_dates")
PROBLEMS: Final = Texts("problems")

SHELL: Final = Texts("answers", "shell", "refused_calls")
COMMANDS: Final = Texts("commands.help")
SHORT: Final = Texts("commands.short")
OPTIONS: Final = Texts("options")
DEFAULTS: Final = Texts("commands.defaults")
USAGE: Final = Texts("commands.usage")
METAVARS: Final = Texts("commands.metavars")
INIT: Final = Texts("init")
AGREEMENT: Final = Texts("agreement")
COMPARED: Final = Texts("names.compared")

HEADINGS: Final = Texts("figures.headings")
EXPLAINED: Final = Texts("figures.explained")
SENTENCES: Final = Texts("report", "figures.explained", grouped=True)
TYPESET_SENTENCES: Final = Texts("report", "figures.explained", typeset=True)
HEADLINE: Final = Texts("headline", grouped=True)
TYPESET_HEADLINE: Final = Texts("headline", typeset=True)
CHARTS: Final = Texts("charts", typeset=True)
PAGE: Final = Texts("page", "charts", typeset=True)
SCREEN: Final = Texts("screen", "page", "charts", typeset=True)
WORKBOOK: Final = Texts("workbook", "figures.titles")
SOURCES: Final = Texts("names.sources")
UNNAMED: Final = Texts("names.unnamed")
"""What is read without a path, by its English name."""

BUDGETS: Final = Texts("words.budgets")
DAYS: Final = Texts("words.days")
TARGETS: Final = Texts("words.targets")
WORKING_WEEKENDS: Final = Texts("words.working_weekends")
DAY_KINDS: Final = Texts("words.day_kinds")
DAY_PARTS: Final = Texts("words.day_parts")
VERDICTS: Final = Texts("names.verdicts")
TARGET_VERDICTS: Final = Texts("names.target_verdicts")
CHANGES: Final = Texts("names.changes")
CLASSES: Final = Texts("names.classes")
PHASES: Final = Texts("names.phases")
QUARANTINE_REASONS: Final = Texts("names.quarantine_reasons")
UNMATCHED_REASONS: Final = Texts("names.unmatched_reasons")
INTAKE_REASONS: Final = Texts("names.quarantine_reasons", "names.unmatched_reasons")
