"""The directive ``configuration-keys``: the keys of a section, from the JSON Schema.

The argument is the name of a definition in the schema, such as ``Input``. The table has a
row for each key, with its value in plain words, its default and its description. With the option
``with-tables`` a table of the keys of each inner table follows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from workhours_sla.config import config_schema

HEAD = ("key", "value", "default", "meaning")
PLAIN = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "date": "date",
    "date-time": "time with an offset",
    "object": "table",
}
"""A mapping from types and formats of JSON Schema to words."""
CODE = re.compile("`([^`]+)`")


def definition_of(spec: dict[str, Any]) -> str | None:
    """Return the name of the definition that a value, or each of its items, refers to."""
    for one in (spec, spec.get("items"), spec.get("additionalProperties")):
        if isinstance(one, dict) and "$ref" in one:
            return str(one["$ref"].rsplit("/", 1)[1])
    return None


def value_of(spec: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return the value of a key in words, with code in backquotes."""
    if "$ref" in spec:
        name = definition_of(spec) or ""
        return "table" if "properties" in definitions[name] else _words(name)
    if "enum" in spec:
        return ", ".join(f"`{as_toml(one)}`" for one in spec["enum"])
    if "anyOf" in spec:
        return ", or ".join(dict.fromkeys(value_of(one, definitions) for one in spec["anyOf"]))
    if spec.get("type") == "array":
        items = value_of(spec["items"], definitions)
        return "rows" if items == "table" else f"list of {items}s"
    if isinstance(spec.get("additionalProperties"), dict):
        inner = value_of(spec["additionalProperties"], definitions)
        return f"tables{inner[5:]}" if inner.startswith("table") else f"table of {inner}"
    return PLAIN[spec.get("format") or spec["type"]]


def _words(name: str) -> str:
    """Return the name of a definition, such as ``EventType``, in words."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower()


def as_toml(value: object) -> str:
    """Return a value as it is written in TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {as_toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    return json.dumps(value, ensure_ascii=False)


def rows_of(name: str, definitions: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the cells of each key of a definition, with code in backquotes."""
    section = definitions[name]
    for key, spec in section["properties"].items():
        default = spec.get("default")
        cell = f"`{as_toml(default)}`" if default not in (None, "") else ""
        text = spec.get("description", "")
        if "examples" in spec:
            examples = ", ".join(f"`{as_toml(one)}`" for one in spec["examples"])
            text += f" For example {examples}."
        required = key in section.get("required", ())
        yield f"`{key}`", value_of(spec, definitions), "required" if required else cell, text


class ConfigurationKeys(SphinxDirective):
    """Insert the table of a section's keys."""

    required_arguments: ClassVar[int] = 1
    option_spec: ClassVar[dict[str, Any]] = {"with-tables": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the table and, with the option, those of its inner tables."""
        definitions = config_schema()["$defs"]
        name = self.arguments[0]
        found: list[nodes.Node] = [_table(rows_of(name, definitions))]
        for key, spec in definitions[name]["properties"].items():
            inner = definition_of(spec)
            if "with-tables" in self.options and inner and "properties" in definitions[inner]:
                found.append(nodes.paragraph("", "", *_inline(f"Keys of each row of `{key}`:")))
                found.append(_table(rows_of(inner, definitions)))
        return found


def _inline(text: str) -> Iterator[nodes.Node]:
    """Yield the nodes of a text in which backquotes enclose code."""
    for number, part in enumerate(CODE.split(text)):
        if part:
            yield nodes.literal(text=part) if number % 2 else nodes.Text(part)


def _table(rows: Iterator[tuple[str, str, str, str]]) -> nodes.table:
    """Return a table of the rows, without a column whose cells are all empty."""
    columns = [column for column in zip(HEAD, *rows, strict=True) if any(column[1:])]
    head, *lines = zip(*columns, strict=True)
    group = nodes.tgroup(cols=len(columns))
    group.extend(nodes.colspec(colwidth=max(map(len, column))) for column in columns)
    titles = nodes.row()
    titles.extend(nodes.entry("", nodes.paragraph(text=one)) for one in head)
    body = nodes.tbody()
    for cells in lines:
        row = nodes.row()
        row.extend(nodes.entry("", nodes.paragraph("", "", *_inline(one))) for one in cells)
        body += row
    group += nodes.thead("", titles)
    group += body
    return nodes.table("", group)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("configuration-keys", ConfigurationKeys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
