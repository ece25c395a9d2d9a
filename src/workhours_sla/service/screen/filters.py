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
from workhours_sla.sla.event import Attributes
from workhours_sla.text.messages import say
from workhours_sla.text.words import NO_PART

LONGEST: Final = 1000  # maximum number of characters of a part of an id
LAST_PAGE: Final = 1_000_000
FIELDS: Final[Mapping[str, str]] = {
    "agency": "agency_id",
    "district": "district_id",
    "channel": "channel",
}
"""The attribute of an appeal that each filter compares."""


class Show(StrEnum):
    """What a page shows: the board, one of its lists, or all agencies."""

    BOARD = "board"
    OVERDUE = "overdue"
    TODAY = "today"
    NEXT = "next"
    LATER = "later"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    RISK = "risk"
    NOW = "now"
    AGENCIES = "agencies"


@dataclass(frozen=True, slots=True)
class Filters:
    """The parts of an address. A filter that is None admits every appeal, ``-`` those without."""

    agency: str | None = None
    district: str | None = None
    channel: str | None = None
    target: str | None = None
    id: Annotated[str, Meta(max_length=LONGEST)] | None = None
    show: Show = Show.BOARD
    # hours of the day: the part of a list that is due between them
    after: Annotated[int, Meta(ge=0, le=23)] | None = None
    until: Annotated[int, Meta(ge=1, le=24)] | None = None
    page: Annotated[int, Meta(ge=1, le=LAST_PAGE)] = 1
    lang: Literal["en", "ru"] | None = None

    @classmethod
    def parse(cls, query: str) -> Self:
        try:
            pairs = parse_qsl(query, max_num_fields=50)
        except ValueError:
            refuse("invalid-request", say("many_filters"), key=None)
        found = in_address([(key, value) for key, value in pairs if value.strip()], cls)
        has_hours = found.after is not None or found.until is not None
        return replace(found, show=Show.TODAY) if has_hours and found.show is Show.BOARD else found

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in use, keyed by name; ``id`` is one of them."""
        named = ((name, getattr(self, name)) for name in (*FIELDS, "id"))
        return {name: value for name, value in named if value is not None}

    def admits(self, appeal_id: str, attributes: Attributes) -> bool:
        for name, field in FIELDS.items():
            wanted = getattr(self, name)
            if wanted is not None and (getattr(attributes, field) or NO_PART) != wanted:
                return False
        return self.id is None or self.id.casefold() in appeal_id.casefold()

    def address(self, **changed: object) -> str:
        """Return the relative address with these filters, some of them changed."""
        known: dict[str, object] = {}
        if changed.keys() - {"page", "lang"}:
            known = {"page": 1, "after": None, "until": None}
        other = replace(self, **(known | changed))  # type: ignore[arg-type]
        usual = Filters()
        values = {one.name: getattr(other, one.name) for one in fields(self)}
        pairs = {key: value for key, value in values.items() if value != getattr(usual, key)}
        return f"./?{urlencode(pairs, errors='replace')}" if pairs else "./"

    def cleared(self) -> str:
        """Return the address of the whole board of the same target."""
        return Filters(target=self.target, lang=self.lang).address()
