"""Generate the JSON Schema of a configuration file, for completion and checks in editors."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from workhours_sla.config.sections import Config

_NULL = {"type": "null"}
"""The JSON type null, which TOML does not have."""


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema, version 2020-12, of a configuration file.

    >>> config_schema()["$defs"]["RuleRow"]["required"]
    ['targets']
    """
    schema = _written(msgspec.json.schema(Config))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of workhours_sla",
        **schema,
    }


def _written(part: Any) -> Any:
    """Prepare a part of a JSON Schema for publication.

    The type null is removed, because TOML has no null. Docstrings become descriptions.
    """
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
    """Return the text of a docstring without its examples, as a description."""
    return cleandoc(text).replace("``", "`").partition(">>>")[0].rstrip()
