"""The tables of the keys of a configuration in Markdown, from its JSON Schema.

The English descriptions are those of the schema, the Russian ones are in ``docs/keys.ru.toml``.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from markdown_table import table

from workhours_sla.config import config_schema

RUSSIAN = Path(__file__).parents[1] / "keys.ru.toml"
HEAD = {
    "en": ("key", "value", "default", "meaning"),
    "ru": ("ключ", "значение", "по умолчанию", "смысл"),
}
VALUES = {
    "en": {
        "string": "text",
        "boolean": "`true` or `false`",
        "integer": "whole number",
        "date": "date",
        "date-time": "time with an offset",
        "object": "table",
        "EventType": "event type",
        "or": ", or ",
        "list": "list of {}",
        "rows": "rows of a table",
        "tables": "tables",
        "of each": "table of {}",
        "required": "required",
        "rows of": "Keys of each row of `{}`:",
    },
    "ru": {
        "string": "строка",
        "boolean": "`true` или `false`",
        "integer": "целое число",
        "date": "дата",
        "date-time": "время со смещением",
        "object": "таблица",
        "EventType": "вид события",
        "or": " или ",
        "list": "список {}",
        "rows": "строки таблицы",
        "tables": "таблицы",
        "of each": "таблица {}",
        "required": "обязателен",
        "rows of": "Ключи каждой строки `{}`:",
    },
}

MANY = {
    "text": "texts",
    "whole number": "whole numbers",
    "event type": "event types",
    "list of texts": "lists of texts",
    "text, or list of texts": "texts or lists of texts",
    "строка": "строк",
    "целое число": "целых чисел",
    "вид события": "видов событий",
    "список строк": "списков строк",
    "строка или список строк": "строк или списков строк",
}
"""A mapping from a kind of value to several of it, as they follow ``list of``."""


def keys(lang: str, name: str) -> str:
    """Return the table of a section's keys, and those of the rows in it.

    ``name`` is that of a definition in the schema, such as ``Input``.
    """
    definitions = config_schema()["$defs"]
    parts = [_table(name, lang, definitions)]
    for key, spec in definitions[name]["properties"].items():
        inner = _definition(spec.get("items", {}))
        if name != "Config" and "properties" in definitions.get(inner, {}):
            parts += [VALUES[lang]["rows of"].format(key), _table(inner, lang, definitions)]
    return "\n\n".join(parts)


def _table(name: str, lang: str, definitions: dict[str, Any]) -> str:
    section = definitions[name]
    russian = tomllib.loads(RUSSIAN.read_text("utf-8"))
    rows = []
    for key, spec in section["properties"].items():
        default = spec.get("default")
        cell = f"`{_toml(default)}`" if default not in (None, "") else ""
        if key in section.get("required", ()):
            cell = VALUES[lang]["required"]
        text = spec.get("description", "") if lang == "en" else russian[name][key]
        if lang == "en" and "examples" in spec:
            text += f" For example {', '.join(f'`{_toml(one)}`' for one in spec['examples'])}."
        rows.append((f"`{key}`", _value(spec, lang, definitions), cell, text))
    return table(HEAD[lang], rows)


def _definition(spec: dict[str, Any]) -> str:
    return str(spec.get("$ref", "").rpartition("/")[2])


def _value(spec: dict[str, Any], lang: str, definitions: dict[str, Any]) -> str:
    """Return the value of a key in words, with code in backquotes."""
    words = VALUES[lang]
    if "$ref" in spec:
        return words.get(_definition(spec), words["object"])
    if "enum" in spec:
        return ", ".join(f"`{_toml(one)}`" for one in spec["enum"])
    if "anyOf" in spec:
        kinds = (_value(one, lang, definitions) for one in spec["anyOf"])
        return words["or"].join(dict.fromkeys(kinds))
    if spec.get("type") == "array":
        inner = _value(spec["items"], lang, definitions)
        return (
            words["rows"]
            if inner == words["object"]
            else words["list"].format(MANY.get(inner, inner))
        )
    if isinstance(spec.get("additionalProperties"), dict):
        inner = _value(spec["additionalProperties"], lang, definitions)
        is_table = inner.startswith(words["object"])
        return words["tables"] if is_table else words["of each"].format(MANY.get(inner, inner))
    return words[spec.get("format") or spec["type"]]


def _toml(value: object) -> str:
    """Return a value as it is written in TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    return json.dumps(value, ensure_ascii=False)
