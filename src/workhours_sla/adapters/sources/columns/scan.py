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

import numpy as np

from workhours_sla.adapters.sources.text_lines import LONGEST_LINE
from workhours_sla.adapters.sources.typed_lines import LONGEST, has_short_lines

_BLOCK: Final = 1 << 22
_SAMPLES: Final = 16
"""In how many places of a file some lines are read to find its columns."""
_SAMPLE: Final = 1 << 14
"""How many bytes, at least, are read at each place."""
_NAMED_NUMBER: Final = re.compile(rb"(?:NaN|Inf(?:inity)?)[\s,\]}]")
"""Matches names that Arrow accepts as numbers, although they are not JSON."""
_NEWLINE, _OPENS, _CLOSES = b"\n{}"


def is_plain_csv(path: Path) -> bool:
    """Return whether a file is UTF-8 without quotes, whose lines are its records."""
    return all(
        b'"' not in block
        and block.count(b"\r") == block.count(b"\r\n")
        and has_short_lines(block, b"\n", csv.field_size_limit())
        and _is_text(block)
        for block in _blocks(path)
    )


def count_json_lines(path: Path) -> int | None:
    """Return the number of lines of a file with one JSON object on each short line, else None."""
    lines = 0
    for block in _blocks(path):
        text = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(text == _NEWLINE)
        if (
            np.diff(ends, prepend=-1).max() > LONGEST
            or text[0] != _OPENS
            or (text[ends - 1] != _CLOSES).any()
            or (text[ends[:-1] + 1] != _OPENS).any()
            or not _is_text(block)
            or (_may_have_named_number(block) and _NAMED_NUMBER.search(block))
        ):
            return None
        lines += ends.size
    return lines or None


def sampled_lines(path: Path) -> Iterator[str]:
    """Yield some lines of a file, from its beginning to its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for start in range(0, size, max(size // _SAMPLES, 1)):
            file.seek(max(start - 1, 0))
            if start:
                file.readline(LONGEST_LINE)  # the rest of a line
            for line in file.readlines(_SAMPLE):
                yield line.decode(errors="replace")


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time; a line ending is added to the last line.

    A line of more than ``LONGEST_LINE`` bytes may be cut.
    """
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            block += file.readline(LONGEST_LINE)
            yield block if block.endswith(b"\n") else block + b"\n"


def _may_have_named_number(block: bytes) -> bool:
    """Return whether a block has a part of ``_NAMED_NUMBER``. Single bytes are found faster."""
    return (b"N" in block and b"NaN" in block) or (b"I" in block and b"Inf" in block)


def _is_text(block: bytes) -> bool:
    """Return whether a block is UTF-8 without NUL."""
    if b"\0" in block:
        return False
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True
