r"""Escape the control characters of JSON that act on a terminal.

>>> print(escape_controls('{"name": "\x9b31m"}'))
{"name": "\u009b31m"}
"""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = re.compile("[\x7f-\x9f]")
_BYTES: Final = re.compile(b"\x7f|\xc2[\x80-\x9f]")


def escape_controls(document: str) -> str:
    """Return a JSON document with U+007F to U+009F escaped, as JSON always has U+0000 to U+001F."""
    return _TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def escape_control_bytes(document: bytes) -> bytes:
    """Return a JSON document in UTF-8 with the same characters escaped."""
    return _BYTES.sub(lambda found: b"\\u%04x" % found[0][-1], document)
