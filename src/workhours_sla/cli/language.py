"""The choice of the language of help, messages and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from workhours_sla.text.catalog import LANGUAGES

PRIMARY_LANGUAGE: Final = 0x3FF
"""The bits of a Windows language id that contain the language without the country."""
RUSSIAN: Final = 0x19


def language_of(arguments: Sequence[str]) -> str:
    """Return the language of a call, "ru" or "en", even if click cannot parse its arguments.

    It is the last ``--lang`` in the arguments. Without one, it is the language of the environment
    or, if the environment sets none, the display language of Windows. On other systems it is
    English.
    """
    for before, after in reversed([*zip(["", *arguments], arguments, strict=False)]):
        chosen = after if before == "--lang" else after.partition("--lang=")[2]
        if chosen in LANGUAGES and (before == "--lang" or after.startswith("--lang=")):
            return chosen
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if _windows_is_russian() else "en"


def _windows_is_russian() -> bool:
    """Return whether this is Windows with Russian as its display language."""
    if sys.platform != "win32":
        return False
    import ctypes

    found: int = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    return found & PRIMARY_LANGUAGE == RUSSIAN
