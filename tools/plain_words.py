"""Reject words for which CONTRIBUTING.md lists a plainer standard term.

Usage: python tools/plain_words.py [PATH ...]; without paths it checks src, tests, examples, docs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

WORDS = {
    "tell, tells, told, telling": "emit, report, format, print, return",
    "stand, stands, stood, standing": "current, reported, effective",
    "settle, settles, settled, settling": "build, deduplicate, confirm",
    "hold, holds, held, holding": "pause, paused, contain, keep",
    "heed, heeds, heeded, heeding": "depend on",
    "awaited": "pending",
    "reckon, reckons, reckoned, reckoning": "calculate",
    "mend, mends, mended, mending": "fix",
    "anew": "again",
    "aside": "quarantined, apart from",
    "belongings": "attributes",
    "пауза, паузы, паузе, паузу, паузой, пауз, паузам, паузами, паузах": "приостановка",
}
PHRASES = {
    "let go of": "drop",
    "take note": "record",
    "takes note": "record",
    "nobody known": "unknown author",
    "what is so": "-",
    "as one likes": "optionally",
}
CHECKED = ("src", "tests", "examples", "docs")
SUFFIXES = {".py", ".toml", ".md", ".ipynb"}
DATA = {"data", "regions_data"}
FOREIGN = {
    "zones.py": {"Tell"},
    "act_files.py": {"settles"},
    "test_available.py": {"settles"},
    "known_words.py": {"hold", "пауза", "паузе", "паузы", "пауз"},
    "desks.py": {"hold"},
    "sections.py": {"aside"},
    "decisions.md": {"пауза", "паузу"},
}
"""A mapping from a file name to the words that it may use: keys of an earlier version, names in
other systems, or a word that the page itself is about.
"""

_INSTEAD = {
    word: instead for words, instead in WORDS.items() for word in words.split(", ")
} | PHRASES
_PATTERN = re.compile(
    r"(?<![A-Za-zА-Яа-яЁё])("
    + "|".join(sorted(map(re.escape, _INSTEAD), key=len, reverse=True))
    + r")(?![A-Za-zА-Яа-яЁё])",
    re.IGNORECASE,
)


def faults(path: Path) -> list[str]:
    """Return a message for each rejected word in a file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in _PATTERN.finditer(line):
            word = match[1]
            if word in FOREIGN.get(path.name, ()):
                continue
            instead = _INSTEAD[word.lower()]
            found.append(f"{path}:{number}: {word!r}: write {instead} or another exact word")
    return found


def main(paths: list[str]) -> int:
    """Print the rejected words in the files; return 1 if there are any, else 0."""
    files = [
        file
        for path in map(Path, paths or CHECKED)
        for file in ([path] if path.is_file() else sorted(path.rglob("*")))
        if file.suffix in SUFFIXES and not DATA & set(file.parts)
    ]
    found = [fault for file in files for fault in faults(file)]
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
