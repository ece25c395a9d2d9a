r"""JSON text: parsed strictly, and written without control characters that act on a terminal.

>>> print(escape_controls('{"name": "\x9b31m"}'))
{"name": "\u009b31m"}
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from workhours_sla.adapters.shape import Reader
from workhours_sla.errors import ConfigError, shown

_TEXT: Final = re.compile("[\x7f-\x9f]")
_BYTES: Final = re.compile(b"\x7f|\xc2[\x80-\x9f]")


def escape_controls(document: str) -> str:
    """Return a JSON document with U+007F to U+009F escaped, as JSON always has U+0000 to U+001F."""
    return _TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def escape_control_bytes(document: bytes) -> bytes:
    """Return a JSON document in UTF-8 with the same escaped."""
    return _BYTES.sub(lambda found: b"\\u%04x" % found[0][-1], document)


def parsed(text: str | bytes, reader: Reader) -> Any:
    """Return the data of a JSON text in UTF-8.

    Raises TypeError for what is not text, and ConfigError for text that is not JSON, has a key
    twice, is nested too deep or has integers too long to be read.
    """
    if not isinstance(text, str | bytes):
        msg = f"give the JSON as text, not {shown(text)}"
        raise TypeError(msg)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            reader.fail((twice,), "the key is given twice", "keep one of them")
        return found

    try:
        if isinstance(text, bytes):
            text = text.decode()
        elif not text.isascii():
            text.encode()  # half of a character is not text
        return json.loads(text, object_pairs_hook=unique)
    except ConfigError:  # also a ValueError
        raise
    except json.JSONDecodeError as error:
        what = f"not JSON at line {error.lineno} ({error.msg})"
        return reader.fail((), what, "give a document as it was written")
    except (ValueError, RecursionError):
        return reader.fail((), "not JSON that can be read", "give a document as it was written")
