"""Write values and keys of TOML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from json import dumps
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(value: str | Sequence[str]) -> str:
    r"""Return a text or a list of texts as a TOML value.

    >>> print(toml_text('a "b"\t'), toml_text(["Дата", "Время"]))
    "a \"b\"\t" ["Дата", "Время"]
    """
    if isinstance(value, str):
        # JSON escapes a text like TOML, except for DEL and halves of surrogate pairs
        text = "".join(sign if not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in value)
        return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(toml_text, value))}]"


def toml_key(key: str) -> str:
    """Return a text as a TOML key, in quotes if it needs them.

    >>> print(toml_key("closed"), toml_key("В работе"))
    closed "В работе"
    """
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_line(key: str, value: str | Sequence[str]) -> str:
    """Return a TOML line with a key and a value.

    >>> print(toml_line("В работе", "open"))
    "В работе" = "open"
    """
    return f"{toml_key(key)} = {toml_text(value)}"
