"""The choice of the language of the output."""

from __future__ import annotations

import os
import sys
from typing import Final

PRIMARY_LANGUAGE: Final = 0x3FF
"""The bits of a Windows language id that contain the language without the country."""
RUSSIAN: Final = 0x19


def language(option: str | None) -> str:
    """Return the language of the output: "ru" or "en".

    It is ``option``, if the option was given. Otherwise it is the language of the environment or,
    if the environment sets none, the display language of Windows. On other systems it is English.
    """
    if option:
        return option
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if _windows_is_russian() else "en"


def _windows_is_russian() -> bool:
    """Return whether this is Windows with Russian as its display language."""
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 - only Windows needs it

    found: int = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    return found & PRIMARY_LANGUAGE == RUSSIAN
