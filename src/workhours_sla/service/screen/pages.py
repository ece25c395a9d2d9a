"""The pages of the screen, from the templates in the folder ``templates``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from workhours_sla.reports.page.environment import (
    SCRIPT,
    STYLE,
    content_policy,
    environment,
    packaged,
)
from workhours_sla.service.live import History
from workhours_sla.service.screen.board import Board, appeals
from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.service.screen.view import Page, View, shortened, text
from workhours_sla.text.words import NO_PART

LISTED: Final = {Show.OVERDUE: 10, Show.TODAY: 10, Show.NEXT: 5}
"""Number of appeals of each group on the board. The other groups have only their count there."""
AGENCIES: Final = 15
"""Number of agencies on the board."""
PAGE: Final = 200
"""Number of rows on a page of one list."""
_STYLE: Final = STYLE + packaged("screen.css", __package__ or "")
_SCRIPT: Final = SCRIPT + packaged("screen.js", __package__ or "")
POLICY: Final = content_policy(
    _STYLE, _SCRIPT, "connect-src 'self'", "frame-ancestors 'none'", forms="'self'"
)
"""The content security policy of every page."""
_TEMPLATES: Final = environment(
    __package__ or "",
    t=text,
    appeals=appeals,
    show=Show,
    fields=FIELDS,
    listed=LISTED,
    most_agencies=AGENCIES,
    page_size=PAGE,
    no_part=NO_PART,
    style=_STYLE,
    script=_SCRIPT,
)
_TEMPLATES.filters["short"] = shortened


def _rendered(template: str, **facts: Any) -> str:
    return _TEMPLATES.get_template(template).render(facts)


def fragment(board: Board, view: View, filters: Filters) -> str:
    """Return the part of a page that updates replace: the time, the targets and the sections."""
    return _rendered("lists.html", board=board, p=Page(view, filters, board.now))


def board_page(board: Board, view: View, filters: Filters, inner: str, version: str) -> str:
    """Return the page of a board. ``inner`` is its fragment, and ``version`` identifies it."""
    page = Page(view, filters, board.now)
    return _rendered("board.html", board=board, p=page, inner=inner, version=version)


def appeal_page(history: History, view: View, filters: Filters, now: datetime) -> str:
    """Return the page of one appeal at ``now``, whose zone is the screen's."""
    return _rendered("appeal.html", history=history, p=Page(view, filters, now))


def login_page(*, refused: bool = False) -> str:
    """Return the page that asks for a token; its form is sent to the address that was asked for."""
    return _rendered("login.html", refused=refused)


def refusal_page(sentence: str) -> str:
    """Return a page with one sentence that says why an address is not shown."""
    return _rendered("refusal.html", sentence=sentence[0].upper() + sentence[1:])
