"""Link each page to the page of the same name in the other language, or to the nearest index.

A Russian page links to a page that is in English only as ``../../en/NAME.md``, so that the link works
in the repository as well.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.locale import _ as translate

LANGUAGES = {"en": "English", "ru": "Русский"}
LABELS = {"en": "Language", "ru": "Язык"}
RUSSIAN = {
    "Made with ": "Оформление: ",
    "Next": "Далее",
    "On this page": "На этой странице",
    "Previous": "Назад",
}
"""Words of the theme that have no translation of their own."""
TO_ENGLISH = re.compile(r"\[([^]]+)\]\(((?:\.\./)+en/[\w/-]+)\.md(#[\w-]+)?\)")


def link_english_pages(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Turn links to English pages into links to the other site, which is built beside this one."""
    source[0] = TO_ENGLISH.sub(
        lambda found: f'<a href="{found[2]}.html{found[3] or ""}">{found[1]}</a>', source[0]
    )


def counterpart(app: Sphinx, page: str, code: str) -> str:
    """Return the page of the same name in a language, else the nearest index above it."""
    pages = [page, *(f"{above}/index".removeprefix("./") for above in Path(page).parents)]
    folder = app.srcdir.parent / code
    return next(one for one in pages if (folder / f"{one}.md").exists())


def add_languages(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put (code, name, address) of each language into the context of a page's template."""
    up = "../" * (pagename.count("/") + 1)
    page = pagename if app.builder.get_target_uri(pagename).endswith(".html") else "index"
    generated = page in {"search", "genindex"}
    if page not in app.env.found_docs:  # search and the index have no page in the sources
        page = page if page in {"search", "genindex"} else "index"
    context["languages"] = [
        (code, name, f"{up}{code}/{page if generated else counterpart(app, page, code)}.html")
        for code, name in LANGUAGES.items()
    ]
    context["language_label"] = LABELS[app.config.language]
    if app.config.language == "ru":
        for name in ("_", "gettext"):
            context[name] = lambda text: RUSSIAN.get(text) or translate(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", link_english_pages)
    app.connect("html-page-context", add_languages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
