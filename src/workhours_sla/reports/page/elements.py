"""Build HTML elements. All text is escaped; ``Html`` is markup and is not escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

_VOID: Final = frozenset({"br", "col", "hr", "input", "link", "meta"})
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML does not allow."""


class Html(str):
    """HTML markup. It is inserted unescaped."""

    __slots__ = ()


Child = str | None | Iterable[str | None]
Attribute = str | float | bool | None


def element(name: str, *children: Child, **attributes: Attribute) -> Html:
    """Return an HTML element; children that are not ``Html`` are escaped, and None is left out.

    An attribute whose value is None or False is left out, and an attribute whose value is True is
    written without a value. Underscores in the names of attributes become hyphens; an underscore at
    the end is removed.

    >>> element("td", "<b> & co", class_="name", data_v=1, hidden=False)
    '<td class="name" data-v="1">&lt;b&gt; &amp; co</td>'
    """
    pairs = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{_escaped(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{pairs}>")
    return Html(f"<{name}{pairs}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Join children to one text; all children but ``Html`` are escaped, and None is left out."""
    parts: list[str | None] = []
    for child in children:
        parts += [child] if child is None or isinstance(child, str) else child
    return Html("".join(map(_markup, parts)))


def _markup(child: str | None) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Html) else _escaped(child)


def _escaped(text: str) -> str:
    return escape(_NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text))
