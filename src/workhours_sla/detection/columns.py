"""Choose the column of the file for each canonical column: candidates, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from workhours_sla.config.column_words import (
    ALSO,
    ASKED,
    BARE_NUMBERS,
    COUNTERS,
    LAST,
    NEITHER,
    SURE,
    TIMES,
    may_be,
    plain,
    says_time,
    without_names,
)
from workhours_sla.detection.detected import MOST_LISTED, Doubt, ask, toml_line
from workhours_sla.detection.table import CLOCKS, DATES, MOMENTS, MOST_VALUES, Column, Role
from workhours_sla.text.messages import say

_RANKS: Final = (SURE, ALSO, LAST, ASKED)
_SPLIT: Final = frozenset({"agency_id", "type", "status", "author_role", "their_verdict"})
"""Columns, besides times and ids, of which the user must choose if several fit equally well."""


class Choice(NamedTuple):
    """The role chosen for a canonical column, or the doubt that prevents a choice.

    ``role`` is None if no column matches, or if there is a doubt.
    """

    role: Role | None
    doubt: Doubt | None = None


NOTHING: Final = Choice(None)


class Columns:
    """Chooses among the columns of a table."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns: list[Column] = [column for column in columns if column.name]
        self._by_index = {column.index: column for column in self.columns}

    def matching(self, canonical: str) -> list[tuple[int, Column]]:
        """Return the columns whose names mean ``canonical``, each with its rank, the best first."""
        found = [
            (match.rank, match.place, column.index, column)
            for column in self.columns
            for match in column.matches
            if match.canonical == canonical
        ]
        return [(rank, column) for rank, _, _, column in sorted(found, key=lambda one: one[:3])]

    def time(self, canonical: str) -> Choice:
        """Choose the column of a time, or the two columns with its date and time of day."""
        found = [
            (rank, column)
            for rank, column in self.matching(canonical)
            if column.time_kind
            or says_time(column.name)
            or not (column.texts or column.count("number"))
        ]
        if canonical == "posted_at":  # more than one name may be that of the posting
            found = [
                (SURE if rank == ALSO and not column.is_bare else rank, column)
                for rank, column in found
            ]
        for rank in _RANKS:
            roles = self._times_of(canonical, [column for own, column in found if own == rank])
            if roles:
                return _one_of(roles, rank)
        return NOTHING

    def unknown(self) -> list[Column]:
        """Return the columns that contain times but whose names are not recognised."""
        return [
            column
            for column in self.columns
            if not column.matches
            and column.time_kind in (*MOMENTS, *DATES)
            and (says_time(column.name) or column.time_kind in ("moment", "date"))
            and plain(column.name) not in NEITHER
        ]

    def _times_of(self, canonical: str, columns: list[Column]) -> list[Role]:
        moments = [column for column in columns if column.time_kind in MOMENTS]
        whole = [column for column in moments if not column.is_midnight]
        if whole:
            return [Role(canonical, (column,)) for column in whole]
        clocks = [column for column in columns if column.time_kind in CLOCKS]
        dates = [column for column in columns if column.time_kind in DATES]
        roles = []
        for column in (*moments, *dates):
            clock = self._clock_of(column, clocks)
            roles.append(Role(canonical, (column, clock) if clock else (column,)))
        empty = [column for column in columns if column.time_kind is None]
        empty = [column for column in empty if says_time(column.name)] or empty
        return roles or [Role(canonical, (column,)) for column in (*clocks, *empty)]

    def _clock_of(self, date: Column, clocks: list[Column]) -> Column | None:
        beside = self._by_index.get(date.index + 1)
        if beside is not None and beside.time_kind in CLOCKS:
            if plain(beside.name) == plain(date.name):
                return beside
            named = [one for one in beside.matches if one.canonical in TIMES]
            is_bare = bool(named) and all(match.bare for match in named)
            if says_time(beside.name) and (beside in clocks or is_bare):
                return beside
        return clocks[0] if len(clocks) == 1 else None

    def other(self, canonical: str, taken: Iterable[Column] = ()) -> Choice:
        """Choose the column of a value other than a time; skip the columns in ``taken``."""
        used = {column.index for column in taken}
        found = [
            (rank, column)
            for rank, column in self.matching(canonical)
            if column.index not in used and column.time_kind not in ("moment", "date")
        ]
        for rank in _RANKS:
            ranked = [column for own, column in found if own == rank]
            if ranked:
                filled = [column for column in ranked if column.filled] or ranked
                if canonical not in _SPLIT or len({without_names(one.name) for one in filled}) == 1:
                    # beside the number of a thing, its name is easier to read
                    filled.sort(key=lambda one: plain(one.name) == without_names(one.name))
                    filled = filled[:1]
                return _one_of([Role(canonical, (column,)) for column in filled], rank)
        return NOTHING

    def by_values(
        self,
        canonical: str,
        meaning: Callable[[str], str | None],
        taken: Iterable[Column] = (),
        *,
        named: bool = True,
    ) -> Role | None:
        """Choose the column of event types or statuses, if at least half of its values are known.

        Unless it must be ``named`` so, another column of a log may be it as well, if it is the only
        one with several known values.
        """
        role = self.other(canonical, taken).role
        columns = [role.columns[0]] if role else []
        if not columns and not named:
            columns = [column for column in self.columns if not column.matches]
            columns = [one for one in columns if len(set(map(meaning, one.values)) - {None}) > 1]
        fitting = []
        for column in columns:
            known = sum(count for value, count in column.values.items() if meaning(value))
            if column.values and 2 * known >= column.values.total():
                fitting.append(column)
        return Role(canonical, (fitting[0],)) if len(fitting) == 1 else None

    def activities(self, taken: Iterable[Column]) -> Role | None:
        """Choose the column with the activities of an event log, whatever they mean."""
        role = self.other("type", taken).role
        if role is None or self.time("occurred_at") == NOTHING:
            return None
        column = role.columns[0]
        is_log = column.rank("type") == SURE and 1 < len(column.values) < MOST_VALUES
        return role if is_log else None

    def ids(self) -> Choice:
        """Choose the column with the ids of appeals."""
        found = self.matching("appeal_id")
        sure = [column for rank, column in found if rank == SURE]
        named = [column for column in sure if plain(column.name) not in BARE_NUMBERS]
        for ranked in (named, [column for column in sure if column not in named]):
            most = max((column.filled for column in ranked), default=0)
            full = [column for column in ranked if column.filled == most > 0]
            if len({plain(one.name) for one in full}) == len(full) > 1 < most:
                # any of several columns with an id of its own in each row identifies the appeal
                full = [one for one in full if not one.repeated][:1] or full
            if full:
                return _one_of([Role("appeal_id", (column,)) for column in full], SURE)
        also = [column for rank, column in found if rank == ALSO]
        counters = [column for column in self.columns if plain(column.name) in COUNTERS]
        asked = [column for rank, column in found if rank == ASKED]
        if not also and len(counters) == 1:
            line = toml_line("appeal_id", counters[0].name)
            return Choice(None, ask("columns", "detect_counter", [line], column=counters[0].shown))
        for rank, ranked in ((ALSO, also), (ASKED, asked), (SURE, sure)):
            if ranked:
                return _one_of([Role("appeal_id", (column,)) for column in ranked], rank)
        return NOTHING

    def missing(self, canonical: str, roles: Iterable[Role]) -> Doubt:
        """Return the question which column is ``canonical``, if the names do not say it."""
        used = {column.index for role in roles for column in role.columns}
        left = [
            column
            for column in self.columns
            if column.index not in used and column.filled and not column.has_objects
        ]
        if canonical == "appeal_id":
            left = [one for one in left if one.time_kind not in ("moment", "date", "clock")]
            left.sort(key=lambda one: -one.filled)
        else:
            left = [one for one in left if one.time_kind in MOMENTS]
            stem = "answered_at" if canonical == "answered_at" else "posted_at"
            left.sort(key=lambda one: not may_be(stem, one.name))
        left = left[:MOST_LISTED]
        choices = [toml_line(canonical, column.name) for column in left]
        names = ", ".join(column.shown for column in left)
        such = say("detect_best", columns=names) if names else ""
        if canonical == "answered_at":
            choices.append(toml_line(canonical, ""))
            return ask("columns", "detect_no_answers", choices, canonical, columns=such)
        facts = {"canonical": canonical, "columns": such}
        return ask("columns", "detect_missing", choices, canonical, **facts)


def _one_of(roles: list[Role], rank: int) -> Choice:
    canonical = roles[0].canonical
    lines = [role.line for role in roles]
    names = ", ".join(shown_role(role) for role in roles)
    facts = {"canonical": canonical, "columns": names}
    if len(roles) > 1:
        return Choice(None, ask("columns", "detect_several", lines, **facts))
    if rank == ASKED:
        return Choice(None, ask("columns", "detect_asked", lines, **facts))
    return Choice(roles[0])


def shown_role(role: Role) -> str:
    """Return the columns of a role with an example, for questions."""
    return " + ".join(column.shown for column in role.columns)
