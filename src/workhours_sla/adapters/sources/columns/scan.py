"""Check the text of a file before Arrow reads it.

Arrow accepts some files that this library reads in another way or rejects. A file that passes these
checks and that Arrow accepts has the same rows in both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from workhours_sla.adapters.sources.text_lines import LONGEST_LINE
from workhours_sla.adapters.sources.typed_lines import LONGEST, has_short_lines

_BLOCK: Final = 1 << 22
_NAMED_NUMBER: Final = re.compile(rb"(?:NaN|Inf(?:inity)?)[\s,\]}]")
"""Matches names that Arrow accepts as numbers, although they are not JSON."""


def is_plain_csv(path: Path) -> bool:
    """Return whether a file is UTF-8 without quotes, whose lines are its records."""
    return all(
        b'"' not in block
        and block.count(b"\r") == block.count(b"\r\n")
        and _is_text(block, csv.field_size_limit())
        for block in _blocks(path)
    )


def count_json_lines(path: Path) -> int | None:
    """Return the number of lines of a file with one JSON object on each short line, else None."""
    lines = 0
    for block in _blocks(path):
        own = block.count(b"\n")
        if (
            not block.startswith(b"{")
            or not block.endswith(b"}\n")
            or block.count(b"}\n{") != own - 1
            or not _is_text(block, LONGEST)
            or ((b"NaN" in block or b"Inf" in block) and _NAMED_NUMBER.search(block))
        ):
            return None
        lines += own
    return lines or None


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time; a line ending is added to the last line.

    A line of more than ``LONGEST_LINE`` bytes may be cut.
    """
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            block += file.readline(LONGEST_LINE)
            yield block if block.endswith(b"\n") else block + b"\n"


def _is_text(block: bytes, longest: int) -> bool:
    """Return whether a block is UTF-8 without NUL, and no line has more than ``longest`` bytes."""
    if b"\0" in block or not has_short_lines(block, b"\n", longest):
        return False
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True
