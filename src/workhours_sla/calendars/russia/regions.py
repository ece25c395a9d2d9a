"""The 89 subjects of the Federation: names, zones, and the rows of the days they declare."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from datetime import MAXYEAR, date
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.day import Act, DayKind, Entry, Layer
from workhours_sla.errors import UnknownCalendarError, shown

_FOLDER = os.path.join(os.path.dirname(__file__), "regions_data")  # noqa: PTH118, PTH120

MOVES, STAYS = "moves", "stays"
"""What happens to a regional holiday on a day off; anything else is not known."""
LISTED = "listed"
"""The rule of a holiday whose dates an act sets each year."""


class RegionalHoliday(NamedTuple):
    """A holiday of a subject's own, in the years ``since`` to ``until``.

    ``rule`` is ``MM-DD``, ``easter+N``, ``last Monday before MM-DD`` or ``listed``; dates listed
    for a year win over it. ``forecast`` says where a listed holiday may fall in a year without
    a list, in up to ``length`` days. ``disputed``: sources disagree whether it is off at all.
    ``weekend`` pairs each first year with the rule from then on. ``acts`` are those of the
    listed dates that have an act of their own.
    """

    name: str
    rule: str
    weekend: tuple[tuple[int, str], ...]
    since: int
    until: int
    act: Act
    listed: tuple[date, ...]
    acts: tuple[tuple[date, Act], ...]
    forecast: str
    length: int
    disputed: bool


class Region(NamedTuple):
    """One subject of the Federation.

    ``tz`` is the IANA zone of its capital; ``other_zones`` lists (zone, area) where the rest of
    it keeps other time. ``single_days`` are days off, and weekends worked, of one year only,
    ``open_days`` dates of which it is not known whether they were worked. ``joined`` is the
    first day under Russian law, with its act, where that is within the years of the data.
    """

    id: str
    name_ru: str
    name_en: str
    tz: str
    other_zones: tuple[tuple[str, str], ...]
    holidays: tuple[RegionalHoliday, ...]
    single_days: tuple[Entry, ...]
    open_days: tuple[Entry, ...]
    joined: Entry | None


def read_toml(folder: str, name: str) -> dict[str, Any]:
    """Return the content of a packaged data file.

    Found beside the code: asking importlib.resources, or pathlib, costs more than the answer.
    """
    with open(os.path.join(folder, f"{name}.toml"), "rb") as file:  # noqa: PTH118, PTH123
        return tomllib.load(file)


@lru_cache(maxsize=1)
def region_ids() -> tuple[str, ...]:
    """Return the ids of all subjects, sorted."""
    return tuple(sorted(name.removesuffix(".toml") for name in os.listdir(_FOLDER)))  # noqa: PTH208


@lru_cache(maxsize=128)
def region(id: str) -> Region:  # noqa: A002
    """Return a subject by its id. Raises UnknownCalendarError with near misses.

    >>> region("RU-SA").name_en
    'Sakha (Yakutia)'
    """
    if id not in region_ids():
        msg = f"no Russian region {shown(id)}; near it: {', '.join(_near(id))}"
        raise UnknownCalendarError(msg, id=id)
    rows = read_toml(_FOLDER, id)
    single_days = tuple(entry for row in rows.get("days_off", ()) for entry in _single(row))
    open_rows = [*rows.get("open_days", ()), *_open_everywhere(rows)]
    return Region(
        id=id,
        name_ru=rows["name_ru"],
        name_en=rows["name_en"],
        tz=rows["tz"],
        other_zones=tuple((zone["tz"], zone["area"]) for zone in rows.get("other_zones", ())),
        holidays=tuple(map(_holiday, rows.get("holidays", ()))),
        single_days=single_days,
        open_days=tuple(entry for row in open_rows for entry in _open(row)),
        joined=_joined(rows["joined"]) if "joined" in rows else None,
    )


def _open_everywhere(rows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows that are open in every subject whose own rows name none of their dates."""
    own = {day for row in rows.get("open_days", ()) for day in row["dates"]}
    own |= {day for row in rows.get("days_off", ()) for day in _dates(row)}
    for row in read_toml(os.path.dirname(_FOLDER), "every_region")["open_days"]:  # noqa: PTH120
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
        act=_act(row, source="; ".join(row["sources"])),
        listed=tuple(day["date"] for day in listed),
        acts=tuple(
            (day["date"], _act({"scope": row["scope"], **day}, source=day["source"]))
            for day in listed
            if "act" in day
        ),
        forecast=row.get("forecast", ""),
        length=row.get("length", 1),
        disputed=row.get("disputed", False),
    )


def _act(row: dict[str, Any], source: str) -> Act:
    return Act(
        title=row["act"],
        known_from=row.get("known_from"),
        confidence=row["confidence"],
        source=source,
        scope=row["scope"],
        note=row.get("note"),
    )


def _single(row: dict[str, Any]) -> list[Entry]:
    """Return the entries of days off of one year, and of the weekend worked instead if any."""
    act = _act(row, source=row["source"])
    swap, name = row.get("swap_with"), row.get("name")
    if swap is None:
        return [Entry(day, Layer.REGION, DayKind.DECREED_OFF, act, name) for day in _dates(row)]
    day = row["date"]
    return [
        Entry(day, Layer.REGION, DayKind.TRANSFERRED_OFF, act, name, swapped_with=swap),
        Entry(swap, Layer.REGION, DayKind.TRANSFERRED_WORK, act, name, swapped_with=day),
    ]


def _dates(row: dict[str, Any]) -> list[date]:
    """Return the days off of a row: ``dates``, or the one ``date``."""
    return row["dates"] if "dates" in row else [row["date"]]


def _joined(row: dict[str, Any]) -> Entry:
    act = _act(row, source=row["source"])
    return Entry(row["date"], Layer.REGION, DayKind.DECREED_OFF, act, row["name"])


def _open(row: dict[str, Any]) -> Iterator[Entry]:
    act = _act(row, source=row["source"])
    for day in row["dates"]:
        yield Entry(day, Layer.REGION, DayKind.DECREED_OFF, act, row["name"])


def _near(id: str) -> list[str]:  # noqa: A002
    from difflib import get_close_matches  # noqa: PLC0415 - only for the message of an error

    ids = region_ids()
    near = get_close_matches(id, ids, n=3, cutoff=0.6) or ["RU-VGG", "RU-MOW", "RU-SPE"]
    return [f"{near_id} ({region(near_id).name_en})" for near_id in near]
