"""TOML parsed within limits of size and depth; an error is one sentence with the line."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final, NoReturn

from workhours_sla.errors import ConfigError

LONGEST: Final = 1_000_000
"""The most characters of a file."""
DEEPEST: Final = 16
"""The most dots of a line: the parser's time grows with their square."""

_QUOTED: Final = re.compile(r"""#.*|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|$)|'[^']*+(?:'|$)""")
"""Remarks and quoted text, in which dots do not separate keys."""


def tables_of(text: str, name: str) -> dict[str, Any]:
    r"""Return the tables of TOML text; ``name`` is the file's, for messages.

    Raises ConfigError, with the line where it is known, for text that is not TOML, is too large or
    nested too deep, or has integers that are too long.

    >>> tables_of('[target]\nbudget = "4h"', "office.toml")
    {'target': {'budget': '4h'}}
    """
    if len(text) > LONGEST:
        _refuse(name, f"{name} has more than {LONGEST:,} characters; write a shorter file")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DEEPEST and _QUOTED.sub("", line).count(".") > DEEPEST:
            why = f"line {number} has more than {DEEPEST} dots outside of quotes"
            _refuse(name, f"{name} is not TOML that can be read: {why}; write shorter keys", number)
    try:
        return tomllib.loads(text + "\n")  # an error at the end of the text has no line otherwise
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
