"""What every page of the screen shows alike: names, times, amounts and links."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlencode

from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.section import PageSection
from workhours_sla.reports.printable import cut
from workhours_sla.service.labels import Labels
from workhours_sla.service.screen.filters import Filters
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.text.numbers import NO_FIGURE, weekday_text, when_text
from workhours_sla.text.report import name_of
from workhours_sla.text.screen import SCREEN
from workhours_sla.text.texts import Texts
from workhours_sla.text.words import target_name

LETTERS: Final = 80
"""Maximum number of letters of a name or an id in a list; its title has all of it."""
_YEAR: Final = 300
"""Days after which a date is written with its year."""


class View(NamedTuple):
    """What the pages need besides their data. With ``has_login`` they have a way out."""

    policy: Policy
    labels: Labels
    lang: str
    has_login: bool = False

    @property
    def title(self) -> str | None:
        """The organisation in the heading."""
        return self.labels.titles.get(self.lang)


class ScreenPart(PageSection):
    """Base class of the parts of the screen."""

    texts: ClassVar[Texts] = SCREEN

    def __init__(self, view: View, filters: Filters, now: datetime) -> None:
        super().__init__(view.lang)
        self.view, self.filters, self.now = view, filters, now
        self._same = {by: Counter(names.values()) for by, names in view.labels.names.items()}

    def name(self, by: str, key: str | None) -> str:
        """Return the name of an agency, a district, a channel or a target.

        If two ids have the same name, the id follows in parentheses.
        """
        if by == "target":
            return target_name(key or "", self.lang)
        named = self.view.labels.names.get(by, {}).get(key or "")
        if named is None:
            return name_of(by, key, self.lang)
        return f"{named} ({key})" if self._same[by][named] > 1 else named

    def when(self, at: datetime | None) -> str:
        """Return an instant in the zone of the screen: the time alone, if it is today."""
        if at is None:
            return NO_FIGURE
        local = at.astimezone(self.now.tzinfo)
        if local.date() == self.now.date():
            return self.text("at_time", time=f"{local:%H:%M}")
        if abs((local.date() - self.now.date()).days) > _YEAR:
            return when_text(local, self.lang)
        return f"{self.day(local.date())} {local:%H:%M}".replace(" ", "\N{NO-BREAK SPACE}")

    def as_of(self) -> Html:
        """Return the time of the page as a paragraph."""
        when = when_text(self.now, self.lang)
        return element("p", self.text("as_of", when=when, tz=str(self.now.tzinfo)), class_="as-of")

    def day(self, day: date) -> str:
        """Return a date with its weekday; the year is left out."""
        return weekday_text(day, self.lang).replace(" ", "\N{NO-BREAK SPACE}")

    def link(self, outcome: Outcome) -> Html:
        """Return the id of an appeal as a link to its page."""
        id_ = outcome.appeal_id
        return element(
            "a",
            shortened(id_),
            href=appeal_address(id_, self.filters.lang),
            title=id_ if len(id_) > LETTERS else None,
        )


def shortened(text: str) -> Html:
    """Return a name or an id from the data, shortened if it is very long."""
    return element("bdi", cut(text, LETTERS))


def appeal_address(appeal_id: str, lang: str | None) -> str:
    """Return the address of the page of one appeal."""
    pairs = {"id": appeal_id} | ({} if lang is None else {"lang": lang})
    return f"appeal?{urlencode(pairs, errors='replace')}"
