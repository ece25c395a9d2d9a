"""The directive ``configuration-keys``: the keys of a section, from the JSON Schema.

The argument is the name of a definition in config.schema.json, such as ``Input``. The table has a
row for each key, with its type or values, its default and its description.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SCHEMA = Path(__file__).parents[1] / "config.schema.json"


def type_of(spec: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return the type of a key in words, or its possible values."""
    if "$ref" in spec:
        name = spec["$ref"].rsplit("/", 1)[1]
        target = definitions[name]
        return type_of(target, definitions) if "enum" in target else "table"
    if "enum" in spec:
        return " | ".join(json.dumps(one, ensure_ascii=False) for one in spec["enum"])
    if "anyOf" in spec:
        return " or ".join(type_of(one, definitions) for one in spec["anyOf"])
    if spec.get("type") == "array":
        return f"list of ({type_of(spec['items'], definitions)})"
    if isinstance(spec.get("additionalProperties"), dict):
        return f"table of ({type_of(spec['additionalProperties'], definitions)})"
    return str(spec.get("format") or spec.get("type") or "any")


class ConfigurationKeys(SphinxDirective):
    """Insert the table of a section's keys."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.env.note_dependency(str(SCHEMA))
        definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
        section = definitions[self.arguments[0]]
        required = section.get("required", ())
        rows = []
        for key, spec in section["properties"].items():
            default = json.dumps(spec["default"], ensure_ascii=False) if "default" in spec else ""
            examples = ", ".join(
                json.dumps(one, ensure_ascii=False) for one in spec.get("examples", ())
            )
            text = spec.get("description", "")
            text += f" For example {examples}." if examples else ""
            rows.append(
                (key, type_of(spec, definitions), "required" if key in required else default, text)
            )
        return [_table(("key", "type or values", "default", "meaning"), rows)]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> nodes.table:
    """Return a table; all cells but the last of a row are code."""
    group = nodes.tgroup(cols=len(head))
    group.extend(nodes.colspec(colwidth=width) for width in (15, 30, 15, 40))
    titles = nodes.row()
    titles.extend(nodes.entry("", nodes.paragraph(text=one)) for one in head)
    body = nodes.tbody()
    for *codes, text in rows:
        row = nodes.row()
        for code in codes:
            content = nodes.literal(text=code) if code and code != "required" else nodes.Text(code)
            row += nodes.entry("", nodes.paragraph("", "", content))
        row += nodes.entry("", nodes.paragraph(text=text))
        body += row
    group += nodes.thead("", titles)
    group += body
    return nodes.table("", group)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("configuration-keys", ConfigurationKeys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
