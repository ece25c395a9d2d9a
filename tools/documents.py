"""Read the fenced blocks of a page and run its commands.

A ``console`` block has commands after ``$`` and what they print; ``>`` continues a command. The
commands run in one directory, in the order of the page. The directory has the files that the page
offers for download and those that the captions of blocks name. ``...`` in the output stands
for any text.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LANGUAGES = {"en": "C.UTF-8", "ru": "ru_RU.UTF-8"}
"""The value of LANG for the pages of a language."""

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
CAPTION = re.compile(r"^:caption: (\S+)\n", re.MULTILINE)
STYLE = re.compile(r"\x1b\[[\d;]*m")
DOWNLOAD = re.compile(r"\{download\}`[^`<]*<([^`>]+)>`")


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    caption: str | None
    text: str
    line: int


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page; options of a code-block directive are not text."""
    content = page.read_text("utf-8")
    found = []
    for fence in FENCE.finditer(content):
        info = fence["info"].strip()
        text = fence["text"]
        caption = None
        if info.startswith("{code-block}"):
            info = info.removeprefix("{code-block}").strip()
            named = CAPTION.search(text)
            caption = named[1] if named else None
            text = re.sub(r"\A(:\w+:[^\n]*\n)+\n?", "", text)
        found.append(Block(info, caption, text, content.count("\n", 0, fence.start()) + 1))
    return found


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Return each command with the output that follows it; ``>`` continues a command."""
    found: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found and line.startswith("> ") and not found[-1][1]:
            found[-1] = (found[-1][0] + line[2:], "")
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


class Ran(NamedTuple):
    """A command of a page, what the page shows, and what the command printed."""

    line: int
    command: str
    expected: str
    printed: str

    @property
    def as_shown(self) -> bool:
        """Whether the command printed what the page shows."""
        return doctest.OutputChecker().check_output(self.expected, self.printed, doctest.ELLIPSIS)


def language_of(page: Path) -> str:
    """Return the language of a page of docs, or of a README."""
    return "ru" if "ru" in page.parts or page.name.endswith(".ru.md") else "en"


def environment_of(page: Path, folder: Path, programs: Path) -> dict[str, str]:
    """Return the environment of a page's commands; ``programs`` is where ``workhours`` is."""
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONIOENCODING": "utf-8",
        "HOME": str(folder),
        "COLUMNS": "80",
        "LANG": LANGUAGES[language_of(page)],
    }


def run_page(page: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Ran]:
    """Run the commands of a page in a folder; ``$ echo $?`` prints the status of the one before."""
    for target in DOWNLOAD.findall(page.read_text("utf-8")):
        if not target.endswith("config.schema.json"):  # written when the site is built
            shutil.copy(page.parent / target, folder)
    status = 0
    for block in blocks_of(page):
        if block.caption:
            (folder / block.caption).write_text(block.text, "utf-8")
        if block.language != "console":
            continue
        for command, expected in commands_of(block):
            status, shown = _on_terminal(f"(exit {status}); {command}", folder, environment)
            lines = STYLE.sub("", shown).rstrip().splitlines()
            printed = "\n".join(line.rstrip() for line in lines) + "\n"
            yield Ran(block.line, command, expected.rstrip() + "\n", printed)


def _on_terminal(command: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command on a terminal; return its status and what the terminal shows."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        ["timeout", "120", "bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how Linux says that nobody writes any more
            while part := os.read(ours, 65_536):
                shown += part
        os.close(ours)
    return process.returncode, shown.decode("utf-8").replace("\r\n", "\n")
