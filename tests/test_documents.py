"""The pages of the documentation: their commands run, their files are valid, both languages agree.

Python examples (``>>>``) are run by pytest's doctest. Here are the rest: a ``console`` block has
commands after ``$`` and what they print; they run in the order of the page, in an empty directory
with the files that the page offers for download and those that its captions name. ``...`` in the
output stands for any text.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LANGUAGES = {"en": "C.UTF-8", "ru": "ru_RU.UTF-8"}
PAGES = sorted(path for language in LANGUAGES for path in (DOCS / language).rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", *PAGES]
FACADES = {
    path.stem: f"workhours_sla.{path.stem}"
    for path in sorted((DOCS / "en/reference/api").glob("*.md"))
    if path.stem not in {"workhours_sla", "index"}
} | {"workhours_sla": "workhours_sla"}

FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)
CAPTION = re.compile(r"^:caption: (\S+)\n", re.MULTILINE)
DOWNLOAD = re.compile(r"\{download\}`[^`<]*<([^`>]+)>`")
NOT_RUN = re.compile(r"(python3? -m )?(pip|pipx|uv|git|make|sudo|docker|py|nox|cd|source)\b|\.venv|#|$")
"""What a ``sh`` block may have: commands that install or fetch, which no test runs."""


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


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


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


WITH_COMMANDS = [
    page for page in DOCUMENTS if any(one.language == "console" for one in blocks_of(page))
]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=ids(WITH_COMMANDS))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    language = "ru" if page.is_relative_to(DOCS / "ru") or page.name == "README.ru.md" else "en"
    for target in DOWNLOAD.findall(page.read_text("utf-8")):
        shutil.copy(page.parent / target, tmp_path)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": "utf-8",
        "HOME": str(tmp_path),
        "COLUMNS": "100",
        "LANG": LANGUAGES[language],
    }
    status = 0
    for block in blocks_of(page):
        if block.caption:
            (tmp_path / block.caption).write_text(block.text, "utf-8")
        if block.language != "console":
            continue
        for command, expected in commands_of(block):
            run = subprocess.run(
                ["bash", "-c", f"(exit {status}); {command}"],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=120,
            )
            status = run.returncode
            shown = run.stdout.decode("utf-8")
            same = doctest.OutputChecker().check_output(
                expected.rstrip() + "\n",
                "\n".join(line.rstrip() for line in shown.rstrip().splitlines()) + "\n",
                doctest.ELLIPSIS,
            )
            assert same, f"{page}:{block.line}: $ {command}\n{shown}\ninstead of\n{expected}"


@pytest.mark.parametrize("page", DOCUMENTS, ids=ids(DOCUMENTS))
def test_blocks_are_run_or_checked(page: Path) -> None:
    for block in blocks_of(page):
        place = f"{page}:{block.line}"
        if block.language == "sh":
            wrong = [line for line in block.text.splitlines() if not NOT_RUN.match(line)]
            assert not wrong, f"{place}: write these commands as a console block: {wrong}"
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "python":
            assert block.caption or ">>> " in block.text, f"{place}: nothing runs this block"
        else:
            known = {"console", "text", "csv", "html", "ini", "yaml", "sql", "jsonl", "bibtex"}
            assert block.language in known or block.language.startswith("{"), place


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_each_page_exists_in_both_languages(page: Path) -> None:
    language, *rest = page.relative_to(DOCS).parts
    other = next(one for one in LANGUAGES if one != language)
    assert DOCS.joinpath(other, *rest).exists()


@pytest.mark.parametrize("page", [one for one in PAGES if one.is_relative_to(DOCS / "ru")])
def test_russian_pages_link_no_english_page(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    assert not [one for one in links if "/en/" in one or one.endswith("README.md")]


@pytest.mark.parametrize(("page", "module"), FACADES.items())
def test_reference_has_every_public_name(page: str, module: str) -> None:
    pytest.importorskip("numpy")
    english = (DOCS / "en/reference/api" / f"{page}.md").read_text("utf-8")
    assert re.search(rf"^\.\. public-names:: {module}$", english, re.MULTILINE)
    russian = (DOCS / "ru/reference/api" / f"{page}.md").read_text("utf-8")
    names = import_module(module).__all__
    assert not [one for one in names if not re.search(rf"`{one}\b", russian)]


def test_every_public_module_has_a_page() -> None:
    modules = {path.stem for path in (ROOT / "src/workhours_sla").glob("*.py")}
    modules -= {"__init__", "__main__", "public", "version"}
    assert modules | {"workhours_sla"} == FACADES.keys()
