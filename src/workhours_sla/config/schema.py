"""Generate the JSON Schema of a configuration file, for completion and checks in editors."""

from __future__ import annotations

import tomllib
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

import msgspec

from workhours_sla.config.sections import Config

_NULL = {"type": "null"}
"""The JSON type null, which TOML does not have."""
_BASES: Final = {
    "Body": "AgencyBody",
    "PresetSettings": "TargetSettings",
    "TargetRow": "TargetSettings",
}
"""The sections that have keys of another section, which describes them."""


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema, version 2020-12, of a configuration file.

    >>> config_schema()["$defs"]["RuleRow"]["required"]
    ['targets']
    """
    schema = _written(msgspec.json.schema(Config))
    texts = tomllib.loads(Path(__file__).with_name("keys.toml").read_text(encoding="utf-8"))
    for name, section in schema["$defs"].items():
        for key, spec in section.get("properties", {}).items():
            text = texts.get(_BASES.get(name, name), {}).get(key)
            described, *examples = text if isinstance(text, list) else [text]
            more = {"description": described, "examples": examples}
            spec.update({word: value for word, value in more.items() if value})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of workhours_sla",
        **schema,
    }


def _written(part: Any) -> Any:
    if isinstance(part, list):
        return [_written(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    choices = part.get("anyOf", [])
    if _NULL in choices:
        left = [choice for choice in choices if choice != _NULL]
        part = {key: value for key, value in part.items() if key not in ("anyOf", "default")}
        part |= left[0] if len(left) == 1 else {"anyOf": left}
    return {
        key: _described(value) if key == "description" else _written(value)
        for key, value in part.items()
        if (key, value) != ("required", [])
        and not (key == "default" and isinstance(value, dict | list | tuple))
    }


def _described(text: str) -> str:
    return cleandoc(text).replace("``", "`").partition(">>>")[0].rstrip()
