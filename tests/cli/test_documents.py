"""The pages of the documentation: their commands run, their files are valid, both languages agree.

Python examples (``>>>``) are run by pytest's doctest; ``tools/documents.py`` says how commands are
written and run.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from configuration_keys import keys
from described import described
from generated import SEARCHED, expanded, rows_of
from shell_commands import names, section

from kit.paths import DOCS, ROOT
from tools.documents import LANGUAGES, blocks_of
from workhours_sla import __version__
from workhours_sla.config import config_schema
from workhours_sla.config.column_names import COLUMNS

PAGES = sorted(path for language in LANGUAGES for path in (DOCS / language).rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", *PAGES]

NOT_RUN = re.compile(
    r"(python3? -m )?(pip|pipx|uv|git|make|sudo|docker|py|nox|cd|source|dbt|psql)\b|\.venv|#|$"
)
"""What a ``sh`` block may have: commands that install or fetch, or that tests of engines run."""


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


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
            known = {
                "console",
                "text",
                "csv",
                "html",
                "ini",
                "yaml",
                "sql",
                "postgresql",
                "jinja",
                "jsonl",
                "bibtex",
            }
            assert block.language in known or block.language.startswith("{"), place


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_each_page_exists_in_both_languages(page: Path) -> None:
    language, *rest = page.relative_to(DOCS).parts
    other = next(one for one in LANGUAGES if one != language)
    in_english_only = page.match("reference/api/*.md") or page.name == "decisions.md"
    assert DOCS.joinpath(other, *rest).exists() != (in_english_only and page.stem != "index")


# -- links ------------------------------------------------------------------------------------

HEADING = re.compile(r"^(?:\{#([\w-]+)\}\n)?(#{1,4}) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)|\{download\}`[^`<]*<([^`>]+)>`")


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page: its headings, also those that are generated on the site."""
    text = page.read_text("utf-8").replace(
        "```{generated} commands\n```", "\n".join(f"## {name}" for name in names())
    )
    found = set()
    for anchor, _, heading in HEADING.findall(
        re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    ):
        found |= {anchor, re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")}
    return found


@pytest.mark.parametrize("page", DOCUMENTS, ids=ids(DOCUMENTS))
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text("utf-8"))
    for target, anchor, download in LINK.findall(text):
        if re.match(r"\w+:", target) or download.endswith("config.schema.json"):
            continue  # the schema is written when the site is built
        linked = page.parent / (target or download) if target or download else page
        assert linked.exists(), f"{target or download} is not there"
        assert not anchor or anchor in anchors_of(linked), f"{linked} has no #{anchor}"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "README.ru.md"])
def test_readme_links_whole_pages(page: Path) -> None:
    """An anchor of a generated section would be dead outside of the site."""
    assert not re.findall(r"\]\(docs/[^)]*#", page.read_text("utf-8"))


def test_long_description_has_absolute_links() -> None:
    """A page of a package index has no folder that a relative link could start from."""
    pytest.importorskip("hatch_fancy_pypi_readme")
    command = [sys.executable, "-m", "hatchling", "metadata", "readme"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = FENCED.sub("", shown)
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)", text)
    assert len(links) > 30
    for picture, link in links:
        start = f"{project['urls']['Source']}/{'raw' if picture else 'blob'}/v{__version__}/"
        assert link.startswith(start), link
        assert (ROOT / link.removeprefix(start).partition("#")[0]).is_file(), link
    assert text.count("](") == len(links)
    assert not re.search(r"(?:src|href)=|^\[[^\]]+\]: ", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_that_the_architecture_names_exist(language: str) -> None:
    page = (DOCS / language / "explanation/architecture.md").read_text("utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:\.py|/))`", page)
    assert len(named) > 40
    roots = (ROOT / "src/workhours_sla", ROOT)
    assert not [one for one in named if not any((root / one).exists() for root in roots)]


def test_russian_pages_link_english_pages_only_where_there_is_no_other() -> None:
    for page in (DOCS / "ru").rglob("*.md"):
        for target in re.findall(r"\]\((?:\.\./)+en/([^)#]+)", page.read_text("utf-8")):
            assert not (DOCS / "ru" / target).exists(), page


# -- what is generated on the site ------------------------------------------------------------


def test_every_public_module_has_a_page() -> None:
    package = ROOT / "src/workhours_sla"
    files = [*package.glob("*.py"), *package.glob("*/__init__.py")]
    listed = [file for file in files if "__all__ = [" in file.read_text("utf-8")]
    modules = {file.stem if file.parent == package else file.parent.name for file in listed}
    modules -= {"__init__", "sources"}
    modules -= {"results"}  # each type is on the page of the functions that return it
    shown = {
        name
        for page in (DOCS / "en/reference/api").glob("*.md")
        for name in re.findall(
            r"^\.\. public-names:: (\S+)$", page.read_text("utf-8"), re.MULTILINE
        )
    }
    assert shown == {"workhours_sla", *(f"workhours_sla.{one}" for one in modules)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_of_a_configuration_is_shown(language: str) -> None:
    page = (DOCS / language / "reference/configuration.md").read_text("utf-8")
    shown = re.findall(r"^```\{generated\} keys (\w+)$", page, re.MULTILINE)
    definitions = config_schema()["$defs"]
    assert {*shown} == {*definitions} - {*("Body", "TargetRow", "Transfer", "EventType")}
    assert all(keys(language, name).count("\n| `") >= 1 for name in shown)


def test_every_key_of_a_configuration_is_described_in_russian() -> None:
    russian = tomllib.loads((DOCS / "keys.ru.toml").read_text("utf-8"))
    definitions = config_schema()["$defs"]
    assert {name: {*section} for name, section in russian.items()} == {
        name: {*section["properties"]}
        for name, section in definitions.items()
        if "properties" in section and name not in {"Body", "TargetRow"}
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_of_a_command_becomes_a_section(language: str) -> None:
    found = section("outbox replay", language, "")
    lang = {"en": "language of texts and help", "ru": "язык текстов и справки"}[language]
    assert found.startswith("## outbox replay\n")
    assert re.search(
        rf"^\| `--lang \[en\\\|ru\]` \| {lang}\. \|", found, re.MULTILINE | re.IGNORECASE
    )


def test_every_example_is_of_a_command() -> None:
    examples = tomllib.loads((DOCS / "examples.toml").read_text("utf-8"))
    assert examples.keys() <= {*names()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_of_a_page_can_be_made(language: str) -> None:
    """A row of the code without words in ``docs/tables.toml``, or words without a row, fail."""
    for name in tomllib.loads((DOCS / "tables.toml").read_text("utf-8")):
        assert described(language, name).count("\n| ") >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_finds_options_and_keys_by_name(language: str) -> None:
    found = set()
    for name in SEARCHED:
        page = (DOCS / language / f"{name}.md").read_text("utf-8")
        found |= rows_of(expanded(page, language))
    assert {("check", "--min-read"), ("store-check", "--json"), ("targets", "pause_cap")} <= found


@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_has_every_column_and_reason(language: str) -> None:
    page = (DOCS / language / "reference/files.md").read_text("utf-8")
    shown = re.findall(r"^```\{generated\} described (\S+)$", page, re.MULTILINE)
    assert shown == ["appeal-columns", "quarantine"]
    page += described(language, "event-fields")
    assert not [one for one in COLUMNS["events"] if f"`{one}`" not in page]
