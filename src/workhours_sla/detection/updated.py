"""Add to a configuration what a file needs and it does not say yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final, NamedTuple

_HEAD: Final = re.compile(r"\[([^\[\],]+)\]\s*(?:#.*)?")
"""Matches the line at which a section begins."""
_KEY: Final = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|[^\s=#\[]+)\s*=")
_CHOICE: Final = re.compile(r"# (?:\"(?:[^\"\\]|\\.)*\"|[\w-]+) = ")
"""Matches a line with an answer to choose, which follows the key that it answers."""


class _Setting(NamedTuple):
    key: str
    lines: list[str]  # its comment, the key itself, and the answers to choose from


def updated(old: str, new: str) -> tuple[str, list[str]]:
    r"""Return the configuration ``old`` with the keys that only ``new`` has, and these keys.

    Whatever ``old`` has is kept, its comments too; each new key is added at the end of its
    section with its comment.

    >>> print(updated('[columns]\nappeal_id = "№"\n', '[columns]\ntopic = "Тема"\n')[0])
    [columns]
    appeal_id = "№"
    topic = "Тема"
    <BLANKLINE>
    """
    sections = _sections(old)
    added = []
    for name, lines in _sections(new).items():
        known = {setting.key for setting in _settings(sections.get(name, []))}
        settings = [one for one in _settings(lines) if one.key not in known]
        if not settings:
            continue
        kept = sections.setdefault(name, ["", f"[{name}]"])
        end = len(kept) - len([*takewhile(lambda line: not line.strip(), reversed(kept))])
        kept[end:end] = [line for one in settings for line in one.lines]
        added += [f"{name}.{one.key}" for one in settings]
    return "\n".join(line for lines in sections.values() for line in lines) + "\n", added


def _sections(text: str) -> dict[str, list[str]]:
    """Return the lines of each section, with its head; lines above all sections have no name."""
    found: dict[str, list[str]] = {"": []}
    lines = found[""]
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line.strip()):
            lines = found.setdefault(head[1].strip(), [])
        lines.append(line)
    return found


def _settings(lines: list[str]) -> Iterator[_Setting]:
    comment: list[str] = []
    setting = None
    for line in lines:
        if key := _KEY.match(line):
            setting = _Setting(key[1].strip('"'), [*comment, line])
            yield setting
            comment = []
        elif setting and _CHOICE.match(line):
            setting.lines.append(line)
        elif line.startswith("#"):
            comment.append(line)
        else:
            comment = []
