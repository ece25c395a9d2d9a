"""Make the sidebar from the lists of links in ``index.md``, which a reader of the repository sees as links."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

SECTION = re.compile(r"^### (.+)\n\n((?:- \[[^]]+\]\([\w/-]+\.md\)\n)+)", re.MULTILINE)
PAGE = re.compile(r"\(([\w/-]+)\.md\)")


def add_toctrees(_app: Sphinx, name: str, source: list[str]) -> None:
    """Add a hidden table of contents for each list of the index."""
    if name == "index":
        for caption, links in SECTION.findall(source[0]):
            pages = "\n".join(PAGE.findall(links))
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", add_toctrees)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
