"""Try the documents as a newcomer would: a new environment, and only what the pages say.

Usage: python tools/newcomer.py [PYTHON]

Installs the package by the README's command into a new virtual environment, then runs the commands
of the README and of the tutorials, in both languages, and compares the output with the pages.
Prints the seconds from nothing to each goal; exits 1 at the first difference.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.documents import environment_of, run_page

ROOT = Path(__file__).parents[1]
GOALS = {
    "a deadline with its reason": ("README.md", "README.ru.md"),
    "the first deadline": (
        "docs/en/tutorials/first-deadline.md",
        "docs/ru/tutorials/first-deadline.md",
    ),
    "a page from the example": (
        "docs/en/tutorials/export-to-page.md",
        "docs/ru/tutorials/export-to-page.md",
    ),
    "a running watch": ("docs/en/tutorials/watch.md", "docs/ru/tutorials/watch.md"),
}
EXTRAS = "report,excel"
"""The extras that these pages ask for."""


def main(python: str) -> int:
    """Install, run the pages and return the exit status."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="новая папка ") as temporary:
        folder = Path(temporary)
        programs = folder / "venv" / "bin"
        subprocess.run([python, "-m", "venv", programs.parent], check=True)
        install = [str(programs / "pip"), "install", "--quiet", f"{ROOT}[{EXTRAS}]"]
        subprocess.run(install, check=True)
        print(f"{time.monotonic() - started:6.1f} s  installed")
        for goal, pages in GOALS.items():
            for page in pages:
                work = folder / page.replace("/", " ")
                work.mkdir()
                count = 0
                for ran in run_page(ROOT / page, work, environment_of(ROOT / page, work, programs)):
                    count += 1
                    if not ran.as_shown:
                        print(f"{page}:{ran.line}: $ {ran.command}\n{ran.printed}")
                        print(f"instead of\n{ran.expected}")
                        return 1
                print(f"{time.monotonic() - started:6.1f} s  {goal}: {count} commands of {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [sys.executable]))
