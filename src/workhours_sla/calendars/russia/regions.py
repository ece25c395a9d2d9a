"""The 89 subjects of the Federation: names, zones, and the days their bodies declare."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.day import Act, DayKind, Entry, Layer
from workhours_sla.errors import UnknownCalendarError

_FOLDER = os.path.join(os.path.dirname(__file__), "regions_data")  # noqa: PTH118, PTH120


class Region(NamedTuple):
    """One subject of the Federation.

    ``tz`` is the IANA zone of its capital; ``other_zones`` lists (zone, area) where the rest of
    it keeps other time. ``days_complete`` says whether its own days are in the data;
    ``entries`` holds them.
    """

    id: str
    name_ru: str
    name_en: str
    tz: str
    other_zones: tuple[tuple[str, str], ...]
    days_complete: bool
    entries: tuple[Entry, ...]


def read_toml(folder: str, name: str) -> dict[str, Any]:
    """Return the content of a packaged data file.

    Found beside the code: asking importlib.resources, or pathlib, costs more than the answer.
    """
    with open(os.path.join(folder, f"{name}.toml"), "rb") as file:  # noqa: PTH118, PTH123
        return tomllib.load(file)


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
        msg = f"no Russian region {id!r}; near it: {', '.join(_near(id))}"
        raise UnknownCalendarError(msg, id=id)
    rows = read_toml(_FOLDER, id)
    return Region(
        id=id,
        name_ru=rows["name_ru"],
        name_en=rows["name_en"],
        tz=rows["tz"],
        other_zones=tuple((zone["tz"], zone["area"]) for zone in rows.get("other_zones", ())),
        days_complete=rows["days"] == "complete",
        entries=tuple(entry for row in rows.get("days_off", ()) for entry in _one_off(row)),
    )


def _one_off(row: dict[str, object]) -> list[Entry]:
    """Return the entries of a single day off, and of the weekend worked for it if any."""
    act = Act(
        title=str(row["act"]),
        known_from=_date(row.get("known_from")),
        confidence=str(row["confidence"]),
        source=str(row["source"]),
        scope=str(row["scope"]),
        note=str(row["note"]) if "note" in row else None,
    )
    day, swap = _date(row["date"]), _date(row.get("swap_with"))
    assert day is not None  # noqa: S101 - the data's own test holds this
    if swap is None:
        return [Entry(day, Layer.REGION, DayKind.DECREED_OFF, act)]
    return [
        Entry(day, Layer.REGION, DayKind.TRANSFERRED_OFF, act, swapped_with=swap),
        Entry(swap, Layer.REGION, DayKind.TRANSFERRED_WORK, act, swapped_with=day),
    ]


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _near(id: str) -> list[str]:  # noqa: A002
    from difflib import get_close_matches  # noqa: PLC0415 - only for the message of an error

    ids = region_ids()
    near = get_close_matches(id, ids, n=3, cutoff=0.6) or ["RU-VGG", "RU-MOW", "RU-SPE"]
    return [f"{near_id} ({region(near_id).name_en})" for near_id in near]
