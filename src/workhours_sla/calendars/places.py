"""The calendar that a person means by the name of a country, of a part of one, or of a capital."""

from __future__ import annotations

from functools import lru_cache

from workhours_sla.calendars import sources
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.russia.regions import (
    named_regions,
    region_ids,
    region_names,
    regions_called,
    similar_names,
)
from workhours_sla.calendars.zones import zones_meant
from workhours_sla.errors import UnknownCalendarError, shown
from workhours_sla.text.messages import Phrase, say
from workhours_sla.text.words import name_stem


def id_called(text: str) -> str:
    """Return the id of a calendar that is given by its id or by the name of a place.

    Raises UnknownCalendarError, which names similar calendars if there are any.

    >>> id_called("de-by"), id_called("Самарской области"), id_called("Германия")
    ('DE-BY', 'RU-SAM', 'DE')
    """
    ids = ids_called(text)
    if len(ids) == 1:
        return ids[0]
    if not ids and (zones := zones_meant(text)):
        msg = say("zone_not_calendar", id=shown(text), zones=", ".join(zones))
        raise UnknownCalendarError(msg, id=text)
    foreign = {name.casefold(): id_ for id_, names in _foreign().items() for name in names}
    ids = ids or similar_names(text, region_names() | foreign)
    if not ids:
        return Calendar.get(text).id  # its error says which ids there are
    near = say("calendars_like", near=tuple(map(_described, ids)))
    raise UnknownCalendarError(say("no_calendar", id=shown(text), instead=near), id=text)


def ids_called(text: str) -> tuple[str, ...]:
    """Return the ids of the calendars that an id or the name of a place may mean."""
    if not text.isascii() and (ids := _russian(text)):
        return ids
    # "no" is more likely to mean none than Norway
    for id_ in (text, text.upper()) if text.isascii() and text != "no" else (text,):
        try:
            Calendar.get(id_)
        except UnknownCalendarError:
            continue
        return (id_,)
    stem = name_stem(text)
    return _russian(text) or tuple(
        id_ for id_, names in _foreign().items() if stem in map(name_stem, names)
    )


def _russian(text: str) -> tuple[str, ...]:
    is_russia = name_stem(text) in map(name_stem, ("Russia", *sources.RUSSIA))
    return ("RU",) if is_russia else regions_called(text)


@lru_cache(maxsize=1)
def _foreign() -> dict[str, tuple[str, ...]]:
    """Return the names of other countries and their parts, keyed by the calendar's id."""
    return {
        one.id: tuple(filter(None, (one.name, one.name_ru, *one.other_names)))
        for one in sources.named()
    }


def _described(id: str) -> Phrase:
    if id in region_ids():
        return named_regions([id])[0]
    one = next(one for one in sources.named() if one.id == id)
    return say("region_named", id=id, en=one.name, ru=one.name_ru or one.name)
