"""The 89 subjects of the Russian Federation: names, time zones and regional days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import MAXYEAR, date
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.days import Act, DayKind, Entry, Layer
from workhours_sla.calendars.russia.federal import act_of, names_in, read_toml
from workhours_sla.errors import UnknownCalendarError, shown
from workhours_sla.text.messages import Phrase, say
from workhours_sla.text.words import name_stem

_FOLDER = "regions_data"

MOVES, STAYS = "moves", "stays"
"""The rules for a holiday on a day off: the next working day becomes a day off, or nothing changes.

Any other value in ``RegionalHoliday.weekend`` means that the rule is unknown.
"""
_KINDS = (
    r"\b(?:республик|област|кра|автономн\w+|округ|город|republic|of|oblast|krai"
    r"|autonomous|okrug|ao|ао|region|city)\b"
)
"""Words of the names of regions that people leave out, without endings."""
_SHORTENED = {"обл": "област", "респ": "республик", "г": "город"}
_SHORTEST_BEGINNING = 4
"""A text with at least this many letters may suggest a region whose name begins with it."""
LISTED = "listed"
"""The value of ``RegionalHoliday.rule`` for a holiday whose dates an act lists each year."""


class RegionalHoliday(NamedTuple):
    """A holiday of one subject, in the years ``since`` to ``until``."""

    name: str
    rule: str  # MM-DD, easter+N, last Monday before MM-DD, listed
    weekend: tuple[tuple[int, str], ...]  # from a year on: MOVES, STAYS, other text if unknown
    since: int
    until: int
    act: Act
    listed: tuple[date, ...]  # they apply instead of the rule
    acts: tuple[tuple[date, Act], ...]  # for the listed dates that another act sets
    forecast: str  # the dates on which it may fall in a year without listed dates
    length: int  # the greatest number of days
    disputed: bool  # sources disagree whether it is a day off


class Region(NamedTuple):
    """A subject of the Russian Federation: its names, zones and regional days."""

    id: str
    name_ru: str
    name_en: str
    tz: str
    other_zones: tuple[tuple[str, str], ...]  # with the area that has the zone
    holidays: tuple[RegionalHoliday, ...]
    single_days: tuple[Entry, ...]  # days off of one year, and weekends that were worked instead
    open_days: tuple[Entry, ...]  # no act says whether they were working days
    joined: Entry | None  # the first day under Russian law, if it is after the first year

    @property
    def other_names(self) -> tuple[str, ...]:
        """The names of the capital, and short names of the subject, in both languages."""
        return tuple(_other_names()[self.id])


@lru_cache(maxsize=1)
def region_ids() -> tuple[str, ...]:
    return tuple(names_in(_FOLDER))


@lru_cache(maxsize=128)
def region(id: str) -> Region:
    """Return the subject with an id. Raises UnknownCalendarError, which suggests similar ids."""
    if id not in region_ids():
        raise UnknownCalendarError(say("no_region", id=shown(id), instead=_suggestion(id)), id=id)
    rows = read_toml(_FOLDER, id)
    return Region(
        id=id,
        name_ru=rows["name_ru"],
        name_en=rows["name_en"],
        tz=rows["tz"],
        other_zones=tuple((zone["tz"], zone["area"]) for zone in rows.get("other_zones", ())),
        holidays=tuple(map(_holiday, rows.get("holidays", ()))),
        single_days=tuple(entry for row in rows.get("days_off", ()) for entry in _entries(row)),
        open_days=tuple(entry for row in _open_rows(rows) for entry in _entries(row)),
        joined=_entries(rows["joined"])[0] if "joined" in rows else None,
    )


@lru_cache(maxsize=1)
def _other_names() -> dict[str, list[str]]:
    return read_toml("other_names")


def _open_rows(rows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of dates without an act: a subject's own, then those of all subjects."""
    yield from rows.get("open_days", ())
    own = {day for row in rows.get("open_days", ()) for day in row["dates"]}
    own |= {day for row in rows.get("days_off", ()) for day in _dates(row)}
    for row in read_toml("every_region")["open_days"]:
        if own.isdisjoint(row["dates"]):
            yield row


def _holiday(row: dict[str, Any]) -> RegionalHoliday:
    listed = [day if isinstance(day, dict) else {"date": day} for day in row.get("listed", ())]
    weekend = row["weekend"]
    if not isinstance(weekend, dict):
        weekend = {"0": weekend}
    return RegionalHoliday(
        name=row["name"],
        rule=row["rule"],
        weekend=tuple(sorted((int(year), rule) for year, rule in weekend.items())),
        since=row.get("since", 0),
        until=row.get("until", MAXYEAR),
        act=act_of(row, source="; ".join(row["sources"])),
        listed=tuple(day["date"] for day in listed),
        acts=tuple(
            (day["date"], act_of({"scope": row["scope"], **day}, source=day["source"]))
            for day in listed
            if "act" in day
        ),
        forecast=row.get("forecast", ""),
        length=row.get("length", 1),
        disputed=row.get("disputed", False),
    )


def _entries(row: dict[str, Any]) -> list[Entry]:
    """Return the entries of a row: days off, or a day off and the weekend worked instead."""
    act = act_of(row, source=row["source"])
    swap, name = row.get("swap_with"), row.get("name")
    if swap is None:
        return [Entry(day, Layer.REGION, DayKind.DECREED_OFF, act, name) for day in _dates(row)]
    day = row["date"]
    return [
        Entry(day, Layer.REGION, DayKind.TRANSFERRED_OFF, act, name, swapped_with=swap),
        Entry(swap, Layer.REGION, DayKind.TRANSFERRED_WORK, act, name, swapped_with=day),
    ]


def _dates(row: dict[str, Any]) -> list[date]:
    return row["dates"] if "dates" in row else [row["date"]]


def region_zones() -> set[str]:
    """Return the names of all time zones of Russia."""
    regions = list(map(region, region_ids()))
    return {of.tz for of in regions} | {zone for of in regions for zone, _ in of.other_zones}


def region_names() -> dict[str, str]:
    """Return the id of a region for each of its names, without capitals."""
    return {
        name.casefold(): of
        for of in region_ids()
        for name in (*region(of).other_names, region(of).name_ru, region(of).name_en)
    }


def similar_names(text: str, ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids whose name is similar to a text, for an error message."""
    from difflib import get_close_matches

    wanted = text.casefold().strip()
    close = get_close_matches(wanted, ids, n=3, cutoff=0.75)
    if wanted in ids:
        close = [wanted]
    elif len(wanted) >= _SHORTEST_BEGINNING:
        close += [name for name in ids if wanted in name and name not in close]
    return tuple(dict.fromkeys(ids[name] for name in close[:3]))


def regions_called(text: str) -> tuple[str, ...]:
    """Return the ids of the regions that a name may mean, in any Russian case.

    >>> regions_called("Самарской обл."), regions_called("Чечня"), regions_called("Алтай")
    (('RU-SAM',), ('RU-CE',), ('RU-AL', 'RU-ALT'))
    """
    wanted = " ".join(_SHORTENED.get(word, word) for word in name_stem(text).split())
    short = re.sub(_KINDS, "", wanted).strip()
    exact, named, begun = set(), set(), set()
    for of in map(region, region_ids()):
        full = (of.name_ru, of.name_en)
        parts = [part for name in full for part in re.split(r" - |[()]", name)]
        names = {name_stem(name) for name in (*full, *parts, *of.other_names)} - {""}
        if wanted in names:
            exact.add(of.id)
        shorter = {re.sub(_KINDS, "", name).strip() for name in names}
        if short and short in shorter:
            named.add(of.id)
        if any(name.startswith(short) for name in shorter):
            begun.add(of.id)
    if len(exact) != 1:
        exact = named | begun if named else set()
    return tuple(sorted(exact))


def named_regions(ids: Iterable[str]) -> tuple[Phrase, ...]:
    regions = map(region, ids)
    return tuple(say("region_named", id=of.id, en=of.name_en, ru=of.name_ru) for of in regions)


def _suggestion(id: str) -> Phrase:
    from difflib import get_close_matches

    similar = get_close_matches(id, region_ids(), n=3, cutoff=0.6)
    named = named_regions(similar or ("RU-VGG",))
    return say("did_you_mean" if similar else "use_id_such_as", near=named)
