"""What the address of the screen asks for: filters, one list, a page of it, a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from urllib.parse import parse_qsl, urlencode

from msgspec import Meta

from workhours_sla.service.api import in_address
from workhours_sla.service.problems import refuse
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.messages import say
from workhours_sla.text.words import NO_PART

LONGEST: Final = 1000
"""Maximum number of characters of a part of an id."""
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
    id: Annotated[str, Meta(max_length=LONGEST)] | None = None
    show: Show = Show.BOARD
    page: Annotated[int, Meta(ge=1, le=LAST_PAGE)] = 1
    lang: Literal["en", "ru"] | None = None

    @classmethod
    def parse(cls, query: str) -> Self:
        """Parse the query of an address. Empty values are left out.

        Raises RefusedRequestError for an unknown key, a key that occurs twice, and a value that is
        too long or not possible.
        """
        try:
            pairs = parse_qsl(query, max_num_fields=50)
        except ValueError:
            refuse("invalid-request", say("many_filters"), key=None)
        return in_address([(key, value) for key, value in pairs if value.strip()], cls)

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

    def cleared(self) -> str:
        """Return the address of the whole board of the same target."""
        return Filters(target=self.target, lang=self.lang).address()

    @property
    def query(self) -> str:
        """The filters as the query of an address, with its question mark, or empty."""
        usual = Filters()
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        pairs = {key: value for key, value in values.items() if value != getattr(usual, key)}
        return f"?{urlencode(pairs, errors='replace')}" if pairs else ""
