"""Parse JSON text strictly."""

from __future__ import annotations

import json
from typing import Any

from workhours_sla.adapters.shape import Reader
from workhours_sla.errors import ConfigError, shown


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
            text.encode()  # a lone surrogate is not text
        return json.loads(text, object_pairs_hook=unique)
    except ConfigError:  # also a ValueError
        raise
    except json.JSONDecodeError as error:
        what = f"not JSON at line {error.lineno} ({error.msg})"
        return reader.fail((), what, "give a document as it was written")
    except (ValueError, RecursionError):
        return reader.fail((), "not JSON that can be read", "give a document as it was written")
