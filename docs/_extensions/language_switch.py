"""Link each page to the page of the same name in the other language."""

from __future__ import annotations

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


def add_languages(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put (code, name, address) of each language into the context of a page's template."""
    up = "../" * (pagename.count("/") + 1)
    page = pagename if app.builder.get_target_uri(pagename).endswith(".html") else "index"
    if page not in app.env.found_docs:  # search and the index have no page in the sources
        page = page if page in {"search", "genindex"} else "index"
    context["languages"] = [
        (code, name, f"{up}{code}/{page}.html") for code, name in LANGUAGES.items()
    ]
    context["language_label"] = LABELS[app.config.language]
    if app.config.language == "ru":
        for name in ("_", "gettext"):
            context[name] = lambda text: RUSSIAN.get(text) or translate(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("html-page-context", add_languages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
