"""Tables whose rows the code has, with a meaning for each row from ``docs/tables.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

import msgspec
from markdown_table import table

from workhours_sla import Change, EventType
from workhours_sla.cli import output
from workhours_sla.config.column_names import COLUMNS
from workhours_sla.config.sections import Format
from workhours_sla.foreign.act_files import _Act, _DayOff, _Transfer
from workhours_sla.sla.event import EVENT_FIELDS
from workhours_sla.sources.formats import ENDINGS
from workhours_sla.text.catalog import QUARANTINE_REASONS, language

WORDS = Path(__file__).parents[1] / "tables.toml"
LANGUAGES = ("en", "ru")
REQUIRED = {"en": ("required", "yes"), "ru": ("обязательно", "да")}
Row = tuple[str, ...]


def event_fields(lang: str) -> Iterable[Row]:
    """Yield the name and the type of each field of an event."""
    for field in EVENT_FIELDS:
        kind = field.type.__name__ + (f", {REQUIRED[lang][0]}" if field.required else "")
        yield field.name, kind


def change_fields(_lang: str) -> Iterable[Row]:
    """Yield the name and the type of each field of a change."""
    for name, kind in Change.__annotations__.items():
        text = kind.__name__ if isinstance(kind, type) else str(kind).removeprefix("datetime.")
        yield name, text.replace(" | ", " or ")


def exit_statuses(_lang: str) -> Iterable[Row]:
    """Yield each exit status of a command, 0 first."""
    found = {one for name, one in vars(output).items() if name.isupper() and isinstance(one, int)}
    yield from ((str(status),) for status in sorted({0} | found))


def formats(_lang: str) -> Iterable[Row]:
    """Yield each format of files with its suffixes."""
    for name in get_args(Format):
        yield name, ", ".join(f"`{suffix}`" for suffix, one in ENDINGS.items() if one == name)


def keys_of_acts(lang: str, name: str) -> Iterable[Row]:
    """Yield the keys of a table in a file of acts, and whether each is required."""
    kind = {"acts": _Act, "transfers": _Transfer, "days_off": _DayOff}[name]
    for field in msgspec.structs.fields(kind):
        yield field.encode_name, REQUIRED[lang][1] if field.required else ""


ROWS: dict[str, Callable[[str], Iterable[Row]]] = {
    "appeal-columns": lambda _: ((name,) for name in COLUMNS["appeals"]),
    "acts": lambda lang: keys_of_acts(lang, "acts"),
    "change-fields": change_fields,
    "days_off": lambda lang: keys_of_acts(lang, "days_off"),
    "event-fields": event_fields,
    "event-types": lambda _: ((str(kind),) for kind in EventType),
    "exit-statuses": exit_statuses,
    "formats": formats,
    "quarantine": lambda _: QUARANTINE_REASONS.items(),
    "transfers": lambda lang: keys_of_acts(lang, "transfers"),
}


def described(lang: str, name: str) -> str:
    """Return a table of the code's rows, in their order, each with its meaning.

    Raises KeyError if a row has no meaning or a meaning has no row.
    """
    words = tomllib.loads(WORDS.read_text("utf-8"))[name]
    head = words.pop("head")[LANGUAGES.index(lang)]
    with language(lang):
        known = {row[0]: row[1:] for row in ROWS[name](lang)}
    named = {key: key.split(", ") for key in words}
    different = {*known} ^ {part for parts in named.values() for part in parts}
    if different:
        raise KeyError(name, different)
    rows = []
    for key, parts in sorted(named.items(), key=lambda one: [*known].index(one[1][0])):
        cells = zip(*(known[part] for part in parts), strict=True)
        first = key if key.isdecimal() else ", ".join(f"`{part}`" for part in parts)
        meaning, *more = words[key][LANGUAGES.index(lang)], *words[key][2:]
        others = (", ".join(dict.fromkeys(filter(None, one))) for one in cells)
        rows.append((first, *others, meaning, *more))
    return table(head, (row + ("",) * (len(head) - len(row)) for row in rows))
