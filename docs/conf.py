"""Configuration of the documentation: one set of pages in English, one in Russian.

``make docs`` builds both. The option ``-D language=ru`` selects the Russian pages of docs/ru; each
page links to the page of the same name in the other language.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pygments.lexers.data import JsonLexer
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))
sys.path.insert(0, str(HERE.parent / "src"))

from workhours_sla.config import config_schema  # noqa: E402
from workhours_sla.version import __version__  # noqa: E402

# The pages offer the schema for download.
(HERE / "config.schema.json").write_text(
    json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
)

project = "workhours_sla"
author = copyright = "The workhours_sla authors"  # noqa: A001 - Sphinx names it so
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "contents",
    "generated",
    "language_switch",
    "public_names",
]
exclude_patterns: list[str] = []
templates_path = [str(HERE / "_templates")]

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4

autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "Frame": "Frame"}
add_module_names = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
maximum_signature_line_length = 88

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = "workhours_sla"
html_static_path = [str(HERE / "_static")]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}

nitpicky = True
# Types of other packages: the site is built without a network, so their pages are not linked.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(datetime|decimal|enum|os|pathlib|types|typing|collections|contextlib|threading|zoneinfo)(\..*)?",
    ),
    (r"py:.*", r"(numpy|np|pandas|pd|polars|pl|pyarrow|pa|duckdb|msgspec|click)(\..*)?"),
    # Types of private modules in signatures: they are shown as text.
    (
        r"py:.*",
        r"workhours_sla\.\w+\.\w.*",
    ),
    # The same, of types that are imported for type checkers only: their names have no module.
    (
        r"py:class",
        r"ArrayLike|Budget|ByteChunks|Config|CountFrom|ExitStack|Flag|Format|Frame|NDArray",
    ),
    (r"py:class", r"OpenedFile|Path|Phrase|Roll"),
    (
        r"py:class",
        r"DataFrame|OnUnknown|ReportNumbers|SparkSession(\.Builder)?|Values|WorkingTime|timedelta",
    ),
]


def setup(app: Sphinx) -> None:
    """Colour JSON Lines as JSON, and show CSV as text."""
    app.add_lexer("jsonl", JsonLexer)
    app.add_lexer("csv", TextLexer)
