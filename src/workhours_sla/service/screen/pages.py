"""The pages of the screen as HTML documents: the board, one appeal, the login, a refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from workhours_sla.reports.page.elements import Html, element, joined
from workhours_sla.service.live import History
from workhours_sla.service.screen.appeal import AppealPart
from workhours_sla.service.screen.board import Board
from workhours_sla.service.screen.filters import Filters, Show
from workhours_sla.service.screen.frame import Frame, framed
from workhours_sla.service.screen.lists import Lists
from workhours_sla.service.screen.view import View, appeal_address
from workhours_sla.text.screen import SCREEN
from workhours_sla.text.words import LANGUAGES

EVERY: Final = 60
"""Seconds after which a page without a script loads itself again."""


def fragment(board: Board, view: View, filters: Filters) -> Html:
    """Return the part of a page that updates replace: the time, the targets and the sections."""
    lists = Lists(board, view, filters)
    return joined(lists.as_of(), lists.targets(), lists.sections())


def board_page(board: Board, view: View, filters: Filters, inner: Html, version: str) -> str:
    """Return the page of a board. ``inner`` is its fragment, and ``version`` identifies it."""
    frame = Frame(view, filters, board.now)
    back = None
    if filters.show is not Show.BOARD:
        back = filters.address(show=Show.BOARD)
    translated = {lang: filters.address(lang=lang, page=filters.page) for lang in LANGUAGES}
    body = element(
        "body",
        element("a", frame.text("skip"), href="#live", class_="skip"),
        frame.header(translated, follows=True),
        None if back is None else _back(frame, back),
        frame.form(board.values),
        element("main", inner, id="live", data_version=version, tabindex=-1),
        element("p", role="status", id="announce", class_="hidden-title"),
        element("div", id="tip", aria_hidden="true", hidden=True),
        data_back=back,
    )
    refresh = element("noscript", element("meta", http_equiv="refresh", content=EVERY))
    return framed(body, frame.text("name"), view.lang, refresh)


def appeal_page(history: History, view: View, filters: Filters, now: datetime) -> str:
    """Return the page of one appeal at ``now``, whose zone is the screen's."""
    frame = Frame(view, filters, now)
    part = AppealPart(history, view, filters, now)
    back = Filters(lang=filters.lang).address()
    translated = {lang: appeal_address(history.appeal_id, lang) for lang in LANGUAGES}
    body = element(
        "body",
        frame.header(translated, follows=False),
        _back(frame, back),
        element("main", part.as_of(), part.sections(), id="appeal"),
        element("div", id="tip", aria_hidden="true", hidden=True),
        data_back=back,
    )
    return framed(body, frame.text("appeal", appeal=history.appeal_id), view.lang)


def _back(frame: Frame, href: str) -> Html:
    return element("p", element("a", frame.text("back"), href=href, class_="back"))


def login_page(lang: str, *, refused: bool = False) -> str:
    """Return the page that asks for a token; its form is sent to the address that was asked for."""
    texts = SCREEN.in_language(lang)
    form = element(
        "form",
        # a browser that keeps the token needs a name to keep it under
        element("input", name_="user", value="screen", autocomplete="username", hidden=True),
        element("label", texts("token"), for_="token"),
        element(
            "input",
            type="password",
            name_="token",
            id="token",
            required=True,
            autofocus=True,
            autocomplete="current-password",
            aria_describedby="why" if refused else "hint",
            aria_invalid="true" if refused else None,
        ),
        element("button", texts("enter"), class_="button"),
        element("p", texts("token_refused"), class_="bad", role="alert", id="why")
        if refused
        else element("p", texts("token_hint"), class_="soft", id="hint"),
        method="post",
        class_="login",
    )
    body = element("body", element("main", element("h1", texts("name")), form))
    return framed(body, texts("login"), lang)


def refusal_page(lang: str, sentence: str) -> str:
    """Return a page with one sentence that says why an address is not shown."""
    texts = SCREEN.in_language(lang)
    back = element("p", element("a", texts("back"), href="./", class_="back"))
    sentence = sentence[0].upper() + sentence[1:]
    main = element("main", element("h1", texts("not_possible")), element("p", sentence), back)
    return framed(element("body", main, data_back="./"), texts("not_possible"), lang)
