"""What the address of the screen asks for: filters, one list, a page of it, a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode

from workhours_sla.errors import shown
from workhours_sla.service.problems import refuse
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.catalog import LANGUAGES
from workhours_sla.text.messages import say
from workhours_sla.text.words import NO_PART

LONGEST: Final = 1000
"""Maximum number of characters of a value."""
LAST_PAGE: Final = 1_000_000
FIELDS: Final[Mapping[str, str]] = {
    "agency": "agency_id",
    "district": "district_id",
    "channel": "channel",
}
"""The field of an outcome that each filter compares."""


class Show(StrEnum):
    """What a page shows: the board, one of its groups, or all agencies."""

    BOARD = "board"
    OVERDUE = "overdue"
    TODAY = "today"
    NEXT = "next"
    LATER = "later"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    AGENCIES = "agencies"


@dataclass(frozen=True, slots=True)
class Filters:
    """The parts of an address. A filter that is None admits every outcome.

    The value ``-`` of a filter admits the outcomes that have no value. ``id`` is a part of the ids
    to find. ``target`` is the target that is shown, None for the first one. ``lang`` is None if the
    address names no language.

    >>> found = Filters.parse("agency=roads&show=today&page=2")
    >>> found.agency, found.show, found.page
    ('roads', <Show.TODAY: 'today'>, 2)
    >>> found.address(), found.address(show=Show.BOARD, agency=None)
    ('./?agency=roads&show=today&page=2', './')
    """

    agency: str | None = None
    district: str | None = None
    channel: str | None = None
    target: str | None = None
    id: str | None = None
    show: Show = Show.BOARD
    page: int = 1
    lang: str | None = None

    @classmethod
    def parse(cls, query: str) -> Self:
        """Parse the query of an address. Empty values are left out.

        Raises RefusedRequestError for an unknown key, a key that occurs twice, and a value that is
        too long or not possible.
        """
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
        except ValueError:
            refuse("invalid-request", say("many_filters"), key=None)
        known = {one.name for one in fields(cls)}
        found: dict[str, str] = {}
        for key, value in pairs:
            if key not in known:
                names = ", ".join(sorted(known))
                phrase = say("unknown_filter", key=shown(key), known=names)
                refuse("invalid-request", phrase, key=key)
            if key in found:
                refuse("invalid-request", say("filter_twice", key=key), key=key)
            if len(value) > LONGEST:
                refuse("invalid-request", say("long_filter", key=key, most=LONGEST), key=key)
            found[key] = value
        given = {key: value for key, value in found.items() if value.strip()}
        show, page, lang = (given.pop(key, None) for key in ("show", "page", "lang"))
        return cls(
            **given,
            show=Show(_choice("show", show or Show.BOARD, tuple(Show))),
            page=_page(page),
            lang=lang and _choice("lang", lang, LANGUAGES),
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in use, keyed by name; ``id`` is one of them."""
        named = ((name, getattr(self, name)) for name in (*FIELDS, "id"))
        return {name: value for name, value in named if value is not None}

    def admits(self, outcome: Outcome) -> bool:
        """Return whether an outcome meets every filter."""
        for name, field in FIELDS.items():
            wanted = getattr(self, name)
            if wanted is not None and (getattr(outcome, field) or NO_PART) != wanted:
                return False
        return self.id is None or self.id.casefold() in outcome.appeal_id.casefold()

    def address(self, **changed: object) -> str:
        """Return the address of the screen with these filters, some of them changed.

        It is relative, so that a proxy may serve the screen below a path of its own. If a filter is
        changed, the page is the first unless ``page`` is changed as well.
        """
        other = replace(self, **({"page": 1} | changed if changed else {}))  # type: ignore[arg-type]
        return "./" + other.query

    @property
    def query(self) -> str:
        """The filters as the query of an address, with its question mark, or empty."""
        usual = Filters()
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        pairs = {key: value for key, value in values.items() if value != getattr(usual, key)}
        return f"?{urlencode(pairs, errors='replace')}" if pairs else ""


def _choice(key: str, value: str, choices: Iterable[str]) -> str:
    if value not in choices:
        phrase = say("not_a_choice", key=key, value=shown(value), choices=", ".join(choices))
        refuse("invalid-request", phrase, key=key)
    return value


def _page(text: str | None) -> int:
    if text is None:
        return 1
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else 0
    if not 1 <= number <= LAST_PAGE:
        refuse("invalid-request", say("not_a_page", value=shown(text)), key="page")
    return number
