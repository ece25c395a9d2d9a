r"""Parse JSON text strictly, and escape control characters that a terminal would interpret.

>>> print(escape_controls('{"name": "\x9b31m"}'))
{"name": "\u009b31m"}
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from workhours_sla.errors import ConfigError, shown
from workhours_sla.text.messages import say

if TYPE_CHECKING:  # needs msgspec, which commands without a configuration do not load
    from workhours_sla.json.checked_data import Reader

_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F])|.)"
)
"""Matches a JSON escape or a surrogate pair of two escapes; the group matches half of a pair."""
_CONTROLS: Final = re.compile("[\x7f-\x9f]")
_CONTROL_BYTES: Final = re.compile(b"\x7f|\xc2[\x80-\x9f]")


def escape_controls(document: str) -> str:
    """Escape the control characters U+007F to U+009F in a JSON document."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def escape_control_bytes(document: bytes) -> bytes:
    """Escape the control characters U+007F to U+009F in a JSON document in UTF-8."""
    return _CONTROL_BYTES.sub(lambda found: b"\\u%04x" % found[0][-1], document)


def parsed(text: str | bytes, reader: Reader) -> Any:
    """Parse JSON text, in UTF-8 if it is bytes, and return its data."""
    if not isinstance(text, str | bytes):
        msg = f"give the JSON as text, not {shown(text)}"
        raise TypeError(msg)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the pairs of an object as a dict. Raises ConfigError for a key given twice."""
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            twice = next(key for key, count in counts.items() if count > 1)
            reader.fail((twice,), say("key_twice"), say("keep_one"))
        return found

    try:
        if isinstance(text, bytes):
            text = text.decode()
        data = json.loads(text, object_pairs_hook=unique)
    except ConfigError:  # raised by unique(); it is a ValueError as well
        raise
    except json.JSONDecodeError as error:
        what = say("not_json_at", line=error.lineno, why=error.msg)
        return reader.fail((), what, say("give_as_written"))
    except (ValueError, RecursionError):
        return reader.fail((), say("not_readable_json"), say("give_as_written"))
    try:
        text.encode()
        is_whole = not any(found[1] for found in _ESCAPE.finditer(text))
    except UnicodeEncodeError:
        is_whole = False
    if not is_whole:
        reader.fail((), say("half_a_pair"), say("give_whole"))
    return data
