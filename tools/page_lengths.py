"""Print the words and the longest sentence of each page; a sentence of more than 40 words fails.

Usage: python tools/page_lengths.py [PAGE ...]; without pages it reads README files and docs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LONGEST_SENTENCE = 40
_SKIPPED = re.compile(
    r"^(`{3,}|:{3,})[^\n]*\n.*?^\1$"  # fenced blocks
    r"|^\|[^\n]*$"  # tables
    r"|^#[^\n]*$"  # headings
    r"|\A---\n.*?^---$"  # front matter
    r"|^\([^\n]*\)=$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|\{\w+\}`([^`<]*)[^`]*`")
_ENDS = re.compile(r"(?<=[.!?:;])[\"»)*]*\s+(?=[A-ZА-ЯЁ`*«\"\[(])|\n\s*\n|\n\s*(?:[-*:]|\d+\.) ")
_CODE = re.compile(r"`[^`]*`")


def sentences(text: str) -> list[str]:
    """Return the sentences of a page's prose; code counts as one word."""
    prose = _SKIPPED.sub("\n\n", text)
    prose = _LINK.sub(lambda found: found[1] or found[2] or "", prose)
    prose = _CODE.sub("X", prose)
    return [" ".join(one.split()) for one in _ENDS.split(prose) if one and one.strip()]


def main(arguments: list[str]) -> int:
    """Print a line for each page and return the exit status."""
    pages = [Path(one) for one in arguments] or [
        *sorted(Path().glob("README*.md")),
        *sorted(page for language in ("en", "ru") for page in Path("docs", language).rglob("*.md")),
    ]
    too_long = 0
    for page in pages:
        found = sentences(page.read_text(encoding="utf-8"))
        words = sum(len(one.split()) for one in found)
        longest = max(found, key=lambda one: len(one.split()), default="")
        length = len(longest.split())
        print(f"{words:6} words, longest sentence {length:3}: {page}")
        if length > LONGEST_SENTENCE:
            too_long += 1
            print(f"{page}: a sentence of {length} words: {longest}", file=sys.stderr)
    return int(too_long > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
