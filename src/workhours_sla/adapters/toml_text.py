"""TOML as the files of this library have it: what cannot be read is one error, found in time."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final, NoReturn

from workhours_sla.errors import ConfigError

LONGEST: Final = 1_000_000
"""Characters of a file."""
DEEPEST: Final = 16
"""Parts of a key: the parser takes the square of their number."""

_QUOTED: Final = re.compile(r"""#.*|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|$)|'[^']*+(?:'|$)""")
"""What dots on a line mean nothing in."""


def tables_of(text: str, name: str) -> dict[str, Any]:
    """Return the tables that ``text`` holds; ``name`` is the file's, for messages.

    Raises ConfigError, with the line where there is one, for what is not TOML or is too large, too
    deep or has integers too long to be read.
    """
    if len(text) > LONGEST:
        _refuse(name, f"{name} has more than {LONGEST:,} characters; write a shorter file")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DEEPEST and _QUOTED.sub("", line).count(".") > DEEPEST:
            why = f"line {number} has more than {DEEPEST} dots outside of quotes"
            _refuse(name, f"{name} is not TOML that can be read: {why}; write shorter keys", number)
    try:
        return tomllib.loads(text + "\n")  # or what is wrong at the end has no line
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        found = re.search(r"at line (\d+)", why)
        line_number = int(found[1]) if found else None
        _refuse(name, f"{name} is not TOML: {why[:1].lower()}{why[1:]}; correct it", line_number)
    except RecursionError:
        _refuse(
            name,
            f"{name} is not TOML that can be read: its lists are nested too deep; write tables",
        )
    except ValueError:  # of int()
        _refuse(
            name, f"{name} is not TOML that can be read: an integer has too many digits; shorten it"
        )


def _refuse(name: str, message: str, line: int | None = None) -> NoReturn:
    raise ConfigError(message, name=name, line=line) from None
