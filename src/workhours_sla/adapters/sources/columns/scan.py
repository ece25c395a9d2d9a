"""Check the bytes of a text file before Arrow reads it.

Arrow accepts some files that this library reads in another way or rejects. A file that passes these
checks and that Arrow accepts has the same rows in both.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 22
_REACH: Final = 1_400
"""Every stretch of this length must have the end of a line, so that all lines are short."""


def is_plain_csv(path: Path) -> bool:
    """Return whether a file is UTF-8 without quotes, whose lines are its records."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    carried = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            both = carried + chunk
            if (
                b'"' in chunk
                or b"\0" in chunk
                or both.count(b"\r") - both.endswith(b"\r") != (both.count(b"\r\n"))
            ):
                return False
            if not _decodes(decoder, chunk):
                return False
            carried = b"\r" if chunk.endswith(b"\r") else b""
    return not carried and _decodes(decoder, b"", final=True)


def count_json_lines(path: Path) -> int | None:
    """Return the number of lines of a file with one JSON object on each short line, else None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = between = 0
    carried = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if (not lines and not carried and not chunk.startswith(b"{")) or b"\0" in chunk:
                return None
            if not _has_short_lines(chunk) or not _decodes(decoder, chunk):
                return None
            lines += chunk.count(b"\n")
            carried += chunk
            between += carried.count(b"}\n{")
            carried = carried[-2:]
    lines += not carried.endswith(b"\n")
    ends_well = carried.rstrip(b"\n").endswith(b"}") and not carried.endswith(b"\n\n")
    complete = ends_well and between == lines - 1 and _decodes(decoder, b"", final=True)
    return lines if complete else None


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _has_short_lines(chunk: bytes) -> bool:
    return all(
        chunk.find(b"\n", at, at + _REACH) >= 0 for at in range(0, len(chunk) - _REACH + 1, _REACH)
    )
