"""The templates, the style, the script and the content security policy of HTML pages."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from workhours_sla.reports.charts import svg
from workhours_sla.text.catalog import current
from workhours_sla.text.numbers import NO_FIGURE, count_text
from workhours_sla.text.words import heading


def packaged(name: str, package: str = __package__ or "") -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


STYLE: Final = svg.STYLE + packaged("page.css")
SCRIPT: Final = packaged("page.js")


def environment(package: str = __package__ or "", **names: Any) -> Environment:
    """Return the templates of a package and of this one; ``names`` are known to all of them."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__ or "")]),
        autoescape=True,
        finalize=lambda value: svg.cleaned(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["across"] = lambda share: f"{100 * min(max(share, 0.0), 1.0):.2f}%"
    made.globals |= {"h": heading, "lang": current, "number": count_text, "no_figure": NO_FIGURE}
    made.globals |= names
    return made


def content_policy(style: str, script: str, *more: str, forms: str = "'none'") -> str:
    """Return a content security policy that allows one style and one script.

    ``style`` and ``script`` are their texts. The network is not allowed, apart from what
    directives in ``more`` allow, such as ``connect-src 'self'``.
    """
    allowed = (f"style-src {_fingerprint(style)}", f"script-src {_fingerprint(script)}", *more)
    nothing = ("default-src 'none'", "img-src data:", "base-uri 'none'", f"form-action {forms}")
    return "; ".join((*nothing, *allowed))


def _fingerprint(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
