"""The commands in the pages of the documentation print what the pages show."""

import sys
from pathlib import Path

import pytest

from kit.paths import DOCS, ROOT
from tools.documents import LANGUAGES, blocks_of, environment_of, run_page

PAGES = sorted(path for language in LANGUAGES for path in (DOCS / language).rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", *PAGES]
WITH_COMMANDS = [
    page for page in DOCUMENTS if any(one.language == "console" for one in blocks_of(page))
]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    environment = environment_of(page, tmp_path, Path(sys.executable).parent)
    environment["PYTHONPATH"] = str(ROOT / "src")
    for ran in run_page(page, tmp_path, environment):
        assert ran.as_shown, (
            f"{page}:{ran.line}: $ {ran.command}\n{ran.printed}\ninstead of\n{ran.expected}"
        )
