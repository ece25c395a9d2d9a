"""The frame of the screen's pages: the heading with its controls, the filters, and the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from workhours_sla.reports.page.document import content_policy, document, packaged
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.printable import cut
from workhours_sla.service.screen.filters import FIELDS, Filters, Show
from workhours_sla.service.screen.view import LETTERS, ScreenPart, shortened
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import LANGUAGES, TYPESET_SENTENCES, current
from workhours_sla.text.words import NO_PART, budget_words, heading, target_name
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.budgets import budget_kind, budget_size

STYLE: Final = packaged("page.css") + packaged("screen.css", __package__ or "")
SCRIPT: Final = packaged("page.js") + packaged("screen.js", __package__ or "")
POLICY: Final = content_policy(
    STYLE, SCRIPT, "connect-src 'self'", "frame-ancestors 'none'", forms="'self'"
)
"""The content security policy of every page."""
CHOICES: Final = 500
"""Maximum number of choices of a filter."""
_TARGETS: Final = 3
"""Maximum number of targets in the heading."""


def framed(body: Html, title: str, *head: Html) -> str:
    """Return a document with the style and the script of the screen."""
    return document(body, title, style=STYLE, script=SCRIPT, head=head)


class Frame(ScreenPart):
    """Builds the heading and the filters of a page."""

    def header(self, translated: Mapping[str, str], *, follows: bool) -> Html:
        """Return the heading, with the targets and the controls.

        ``translated`` are the addresses of the page, keyed by language. ``follows`` is whether the
        page is updated; then its state is shown.
        """
        name = self.text("name")
        title = self.view.title
        if title is not None:
            name = f"{title}: {name[0].lower()}{name[1:]}"
        state = element(
            "span",
            self.text("every_minute"),
            id="state",
            data_live=self.text("live"),
            data_lost=self.text("not_live"),
        )
        under = [*self._targets(), *([state] if follows else [])]
        return element(
            "header",
            element("div", element("h1", name), element("p", under, class_="where"), class_="head"),
            element("div", self._controls(translated), class_="controls"),
        )

    def _targets(self) -> Iterator[Html]:
        targets = {target.name: target for target in self.view.policy.targets}
        for target in [*targets.values()][:_TARGETS]:
            facts = {"name": target_name(target.name), "budget": self.budget(target)}
            yield element("span", TYPESET_SENTENCES.text("title", **facts))
        if len(targets) > _TARGETS:
            yield element("span", self.text("more_targets", count=len(targets) - _TARGETS))

    def budget(self, target: Target) -> str:
        """Return the budget of a target in words."""
        size = budget_size(target.budget)
        shown = format_amount(size) if isinstance(size, timedelta) else size
        return budget_words(budget_kind(target.budget), shown)

    def _controls(self, translated: Mapping[str, str]) -> Iterator[Html]:
        for other in LANGUAGES:
            if other != current():
                text, href = self.text("other_language"), translated[other]
                yield element("a", text, href=href, lang=other, hreflang=other, class_="button")
        text = self.text("theme")
        yield element("button", text, type="button", id="theme", class_="button", hidden=True)
        if self.view.has_login:
            out = element("button", self.text("log_out"), class_="button")
            yield element("form", out, method="post", action="logout")

    # -- filters -------------------------------------------------------------------------------

    def form(self, values: Mapping[str, Sequence[str]]) -> Html:
        """Return the form of the filters; it is open if any filter is in use.

        ``values`` are the choices of each filter.
        """
        chosen = self.filters.chosen
        parts = [
            self._choice(name, values[name]) for name in FIELDS if self._is_useful(name, values)
        ]
        find = element(
            "label",
            element("span", self.text("find_id")),
            element("input", type="search", name_="id", value=self.filters.id, maxlength=1000),
        )
        clear = Filters(target=self.filters.target, lang=self.filters.lang).address()
        return element(
            "details",
            element("summary", self.text("filters"), *self._only()),
            element(
                "form",
                find,
                parts,
                self._kept(),
                element("button", self.text("apply"), class_="button"),
                element("a", self.text("clear"), href=clear) if chosen else None,
                method="get",
                action="./",
            ),
            class_="filters",
            open=bool(chosen),
        )

    def _is_useful(self, name: str, values: Mapping[str, Sequence[str]]) -> bool:
        return bool(values[name]) or name in self.filters.chosen

    def _only(self) -> Iterator[Html]:
        """Yield the filters in use, for the title of the closed form."""
        for name, value in self.filters.chosen.items():
            shown = value if name == "id" else self._named(name, value)
            yield element("b", shortened(shown))

    def _named(self, by: str, value: str) -> str:
        return self.name(by, None if value == NO_PART else value)

    def _choice(self, name: str, values: Sequence[str]) -> Html:
        chosen = getattr(self.filters, name)
        every = dict.fromkeys(values[:CHOICES])
        every[NO_PART] = None
        if chosen is not None:
            every[chosen] = None
        named = sorted((self._named(name, value), value) for value in every)
        options = [
            element("option", cut(text, LETTERS), value=value, selected=value == chosen)
            for text, value in named
        ]
        first = element("option", self.text("any"), value="")
        title = element("span", heading(name))
        return element("label", title, element("select", first, options, name_=name))

    def _kept(self) -> Iterator[Html]:
        """Yield hidden fields for what the form keeps of the address."""
        for name, value in (("target", self.filters.target), ("lang", self.filters.lang)):
            if value is not None:
                yield element("input", type="hidden", name_=name, value=value)
        if self.filters.show is not Show.BOARD:
            yield element("input", type="hidden", name_="show", value=self.filters.show.value)
