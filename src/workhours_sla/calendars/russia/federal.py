"""The federal holidays, transfers and days off of Russia, by Labour Code art. 112 and 95.

The data files contain only the dates that acts list. This module derives the other dates from the
law: a holiday on a weekly day off moves that day off (art. 112 part 2), and the working day before
a holiday is shorter (art. 95 part 1).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.days import (
    FIVE_DAY_WEEK,
    ONE_DAY,
    Act,
    DayKind,
    Entry,
    Layer,
    dates_between,
)

# os.path, because importing importlib.resources or pathlib takes longer than computing a deadline
FOLDER = os.path.dirname(__file__)  # noqa: PTH120
_FOLDER = "data"
WEEKS = {5: FIVE_DAY_WEEK, 6: frozenset({6}), 7: frozenset[int]()}
"""The weekly days off (Monday is 0), keyed by the number of working days in the week."""

_NEW_YEAR_IS_MOVED_BY_ACT_SINCE = 2013
"""The year from which days off on 1 to 8 January no longer move automatically.

Source: Federal law of 23.04.2012 No 35-FZ.
"""

ART_112_PART_1 = Act("ст. 112 ч. 1 ТК РФ")
ART_112_PART_2 = Act("ст. 112 ч. 2 ТК РФ")


def names_in(folder: str) -> list[str]:
    files = os.listdir(os.path.join(FOLDER, folder))  # noqa: PTH118, PTH208
    return sorted(name.removesuffix(".toml") for name in files)


def read_toml(*path: str) -> dict[str, Any]:
    """Return the content of a data file; ``path`` are its folders and its name without .toml."""
    with open(os.path.join(FOLDER, *path) + ".toml", "rb") as file:  # noqa: PTH118, PTH123
        return tomllib.load(file)


def act_of(row: dict[str, Any], source: str | None = None) -> Act:
    """Return the act of a row; its title is ``title``, or ``act`` in the file of a region."""
    return Act(
        title=row["title"] if "title" in row else row["act"],
        known_from=row.get("known_from"),
        confidence=row["confidence"],
        source=source,
        scope=row.get("scope"),
        note=row.get("note"),
    )


class YearRows(NamedTuple):
    """The dates that the acts of one year list."""

    year: int
    statutory: tuple[tuple[date, str], ...]
    transfers: tuple[tuple[date, date, Act], ...]  # from, to
    presidential: tuple[tuple[date, Act], ...]

    def acts(self) -> Iterator[Act]:
        """Yield the acts behind the transfers and the presidential days off."""
        yield from (act for _, _, act in self.transfers)
        yield from (act for _, act in self.presidential)

    def known_from(self) -> date:
        """Return when the first act with transfers was published, by default 1 January."""
        return min(
            (act.known_from for _, _, act in self.transfers if act.known_from),
            default=date(self.year, 1, 1),
        )


@lru_cache(maxsize=1)
def covered_years() -> tuple[int, int]:
    years = [int(name) for name in names_in(_FOLDER)]
    return min(years), max(years)


@lru_cache(maxsize=64)
def rows_of(year: int) -> YearRows:
    """Return the rows of a year; after the last data file, only the holidays that the law names."""
    last = covered_years()[1]
    if year > last:
        statutory = tuple((day.replace(year=year), name) for day, name in rows_of(last).statutory)
        return YearRows(year, statutory, (), ())
    data = read_toml(_FOLDER, str(year))
    acts = {key: act_of(row) for key, row in data.get("acts", {}).items()}
    return YearRows(
        year=year,
        statutory=tuple((row["date"], row["name"]) for row in data["statutory"]),
        transfers=tuple((row["from"], row["to"], acts[row["act"]]) for row in data["transfers"]),
        presidential=tuple(
            (day, acts[row["act"]])
            for row in data.get("presidential", ())
            for day in dates_between(row["from"], row["to"])
        ),
    )


def automatic_moves(
    rows: YearRows, weekend: frozenset[int] = FIVE_DAY_WEEK
) -> Iterator[tuple[date, date]]:
    """Yield pairs of (holiday on a weekly day off, working day that becomes a day off instead).

    Labour Code art. 112 part 2. Days off that a resolution moves do not move automatically.
    """
    holidays = {day for day, _ in rows.statutory}
    moved_by_act = {source for source, _, _ in rows.transfers}
    taken: set[date] = set()
    for holiday in sorted(holidays):
        new_year = rows.year >= _NEW_YEAR_IS_MOVED_BY_ACT_SINCE and holiday <= date(rows.year, 1, 8)
        if holiday.weekday() not in weekend or holiday in moved_by_act or new_year:
            continue
        target = holiday + ONE_DAY
        while target.weekday() in weekend or target in holidays or target in taken:
            target += ONE_DAY
        taken.add(target)
        yield holiday, target


def federal_entries(rows: YearRows, weekend: frozenset[int] = FIVE_DAY_WEEK) -> Iterator[Entry]:
    """Yield the entries of the federal layers for a year and for the next 1 January.

    A transfer applies only if the former date is a day off, so not from a worked Saturday; the
    former date becomes a working day unless it is a holiday.
    """
    holidays = {day for day, _ in rows.statutory}
    for day, name in rows.statutory:
        yield _holiday(day, name)
        if (day.month, day.day) == (1, 1):
            yield _holiday(date(rows.year + 1, 1, 1), name)
    moves, off = dict(automatic_moves(rows, weekend)), DayKind.TRANSFERRED_OFF
    for source, target in moves.items():
        yield Entry(target, Layer.STATUTORY, off, ART_112_PART_2, swapped_with=source)
    for source, target, act in rows.transfers:
        if source.weekday() not in weekend and source not in moves.values():
            continue
        yield Entry(target, Layer.TRANSFER, off, act, swapped_with=source)
        if source not in holidays:
            yield Entry(source, Layer.TRANSFER, DayKind.TRANSFERRED_WORK, act, swapped_with=target)
    for day, act in rows.presidential:
        yield Entry(day, Layer.PRESIDENTIAL, DayKind.DECREED_OFF, act)


def _holiday(day: date, name: str) -> Entry:
    return Entry(
        day, Layer.STATUTORY, DayKind.HOLIDAY, ART_112_PART_1, name=name, shortens_eve=True
    )
