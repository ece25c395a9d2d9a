"""The frame of an HTML page: its head with style and script, and its content security policy."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from workhours_sla.reports.page.elements import Child, Html, element
from workhours_sla.text.catalog import current


def document(body: Html, title: str, *, style: str, script: str, head: Iterable[Html] = ()) -> str:
    """Return an HTML document with its style and its script inside.

    ``head`` has further elements of the head. A content security policy among them applies only to
    what follows it, so they come first.
    """
    made = element(
        "head",
        element("meta", charset="utf-8"),
        head,
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", title),
        element("style", Html(style)),
        element("script", Html(script)),
    )
    return f'<!doctype html>\n<html lang="{current()}">{made}{body}</html>\n'


def section(key: str, title: str, *inner: Child, hidden_title: bool = False) -> Html:
    """Return a section with its title, which a hidden title only has for screen readers."""
    class_ = "hidden-title" if hidden_title else None
    head = element("h2", title, id=f"{key}-title", class_=class_)
    return element("section", head, *inner, id=key, aria_labelledby=f"{key}-title")


def content_policy(style: str, script: str, *more: str, forms: str = "'none'") -> str:
    """Return a content security policy that allows one style and one script, and no network.

    ``forms`` says where forms may be sent to; ``more`` are further directives.
    """
    directives = [
        "default-src 'none'",
        "img-src data:",
        "base-uri 'none'",
        f"form-action {forms}",
        f"style-src {_fingerprint(style)}",
        f"script-src {_fingerprint(script)}",
        *more,
    ]
    return "; ".join(directives)


@cache
def packaged(name: str, package: str = __package__ or "") -> str:
    """Return the text of a file of a package, by default of this one."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _fingerprint(text: str) -> str:
    """Return the SHA-256 hash of a text as a source of a content security policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
