"""Parse TOML text within limits of size and nesting; an error names the line."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final, NoReturn

from workhours_sla.errors import ConfigError
from workhours_sla.text.messages import Phrase, say

LONGEST: Final = 1_000_000
"""Maximum number of characters in a file."""
LARGEST: Final = 4 * LONGEST + 8
"""Number of bytes to read: a longer file has more than ``LONGEST`` characters in UTF-8."""
DEEPEST: Final = 16
"""Maximum number of dots in a line. The parser's time grows with the square of this number."""

_QUOTED: Final = re.compile(r"""#.*|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|$)|'[^']*+(?:'|$)""")
"""Matches a comment or a quoted text, within which a dot does not separate keys."""


def tables_of(text: str, name: str) -> dict[str, Any]:
    """Parse TOML text and return its tables; messages call the text ``name``.

    Raises ConfigError for text that is not TOML, has half of a surrogate pair, is too large or too
    deeply nested, or has integers with too many digits. The error has the line number (``line``) if
    it is known.
    """
    if len(text) > LONGEST:
        _refuse(name, say("toml_long", name=name, most=LONGEST))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        number = text.count("\n", 0, error.start) + 1
        _refuse(name, say("toml_surrogate", name=name, line=number), number)
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DEEPEST and _QUOTED.sub("", line).count(".") > DEEPEST:
            _refuse(name, say("toml_dots", name=name, line=number, most=DEEPEST), number)
    try:
        # without this line ending, an error at the end of the text would have no line number
        return tomllib.loads(text + "\n")
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        found = re.search(r"at line (\d+)", why)
        line_number = int(found[1]) if found else None
        _refuse(name, say("toml_syntax", name=name, why=f"{why[:1].lower()}{why[1:]}"), line_number)
    except RecursionError:
        _refuse(name, say("toml_deep", name=name))
    except ValueError:  # raised by int()
        _refuse(name, say("toml_digits", name=name))


def _refuse(name: str, message: Phrase, line: int | None = None) -> NoReturn:
    raise ConfigError(message, name=name, line=line) from None
