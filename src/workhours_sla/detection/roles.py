"""Assign the columns of a table to canonical columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.column_words import (
    ALSO,
    ASKED,
    BARE_NUMBERS,
    COUNTERS,
    SURE,
    TIMES,
    Match,
    matches_of,
    plain,
    says_time,
)
from workhours_sla.detection.detected import Doubt, Value
from workhours_sla.detection.seen import Column
from workhours_sla.detection.toml_values import toml_line
from workhours_sla.errors import shown
from workhours_sla.text.messages import say

MOMENTS: Final = ("moment", "excel", "unix", "unix_ms")
DATES: Final = ("date", "excel_date")
CLOCKS: Final = ("clock", "excel_clock")


class Role(NamedTuple):
    """A canonical column with the one or two columns of the file that provide its value."""

    canonical: str
    columns: tuple[Column, ...]
    rank: int = SURE

    @property
    def written(self) -> Value:
        """The file's column names as the value of a key in ``[columns]``."""
        names = tuple(column.name for column in self.columns)
        return names[0] if len(names) == 1 else names

    @property
    def names(self) -> str:
        """The file's column names, for messages."""
        return shown(shown_columns(self.written))

    @property
    def line(self) -> str:
        """The TOML line for this role in ``[columns]``."""
        return toml_line(self.canonical, self.written)


class Choice(NamedTuple):
    """The role chosen for a canonical column, or the doubt that prevents a choice.

    ``role`` is None if no column matches, or if there is a doubt.
    """

    role: Role | None
    doubt: Doubt | None = None


NOTHING: Final = Choice(None)


class Names:
    """Matches the columns of a table with canonical columns by their names."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = [column for column in columns if column.name]
        self._matches: dict[int, list[Match]] = {
            column.index: matches_of(column.name) for column in self.columns
        }
        self._by_index = {column.index: column for column in self.columns}

    def matching(self, canonical: str) -> list[tuple[int, Column]]:
        """Return the columns whose names match ``canonical``, each with the rank of the match."""
        found = []
        for column in self.columns:
            found += [
                (match.rank, column)
                for match in self._matches[column.index]
                if match.canonical == canonical
            ]
        return found

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
                (SURE if rank == ALSO and not self._is_bare(column) else rank, column)
                for rank, column in found
            ]
        for rank in (SURE, ALSO, ASKED):
            ranked = [column for own_rank, column in found if own_rank == rank]
            roles = self._times_of(canonical, ranked, rank)
            if roles:
                return self._one_of(canonical, roles)
        return NOTHING

    def _is_bare(self, column: Column) -> bool:
        """Whether the name of a column is only a word for a time, such as ``Дата``."""
        return any(match.bare for match in self._matches[column.index])

    def unknown(self) -> list[Column]:
        """Return the columns that contain times but whose names are not recognised."""
        kinds = (*MOMENTS, *DATES)
        return [
            column
            for column in self.columns
            if not self._matches[column.index]
            and column.time_kind in kinds
            and (says_time(column.name) or column.time_kind in ("moment", "date"))
        ]

    def _times_of(self, canonical: str, columns: list[Column], rank: int) -> list[Role]:
        """Return the possible roles for a time, from columns whose names match equally well."""
        empty = [column for column in columns if column.time_kind is None]
        empty = [column for column in empty if says_time(column.name)] or empty
        moments = [column for column in columns if column.time_kind in MOMENTS]
        clocks = [column for column in columns if column.time_kind in CLOCKS]
        dates = [column for column in columns if column.time_kind in DATES]
        whole = [column for column in moments if not column.is_midnight]
        if whole:
            return [Role(canonical, (column,), rank) for column in whole]
        paired = []
        for column in (*moments, *dates):
            clock = self._clock_of(column, clocks)
            parts = (column,) if clock is None else (column, clock)
            paired.append(Role(canonical, parts, rank))
        return paired or [Role(canonical, (column,), rank) for column in (*clocks, *empty)]

    def _clock_of(self, date: Column, clocks: list[Column]) -> Column | None:
        """Return the column with the times of day that complete a column of dates, or None.

        It is the column after the dates, if that is in ``clocks`` or its name is only a word for a
        time. Otherwise it is the single column in ``clocks``.
        """
        beside = self._by_index.get(date.index + 1)
        if beside is not None and beside.time_kind in CLOCKS and says_time(beside.name):
            named = [one for one in self._matches[beside.index] if one.canonical in TIMES]
            if beside in clocks or (named and all(match.bare for match in named)):
                return beside
        return clocks[0] if len(clocks) == 1 else None

    def _one_of(self, canonical: str, roles: list[Role]) -> Choice:
        if len(roles) > 1:
            return Choice(None, _several(canonical, roles))
        (role,) = roles
        if role.rank == ASKED:
            return Choice(
                None,
                Doubt(
                    "columns",
                    say("detect_asked", canonical=canonical, column=role.names),
                    (role.line,),
                ),
            )
        return self._checked(role)

    def _checked(self, role: Role) -> Choice:
        """Return a role, or a doubt if another column has the same name."""
        for column in role.columns:
            twice = [other for other in self.columns if other.name == column.name]
            if len(twice) > 1:
                question = say(
                    "detect_twice",
                    canonical=role.canonical,
                    column=shown(column.name),
                    count=len(twice),
                )
                return Choice(None, Doubt("columns", question, (role.line,)))
        return Choice(role)

    def other(self, canonical: str, taken: Iterable[Column] = ()) -> Choice:
        """Choose the column of a value other than a time; skip the columns in ``taken``."""
        used = {column.index for column in taken}
        found = [
            (rank, column)
            for rank, column in self.matching(canonical)
            if column.index not in used and column.time_kind not in ("moment", "date")
        ]
        for rank in (SURE, ALSO, ASKED):
            ranked = [column for own_rank, column in found if own_rank == rank]
            filled = [column for column in ranked if column.filled] or ranked
            if filled:
                roles = [Role(canonical, (column,), rank) for column in filled]
                return self._one_of(canonical, roles)
        return NOTHING

    def ids(self) -> Choice:
        """Choose the column with the ids of appeals."""
        found = self.matching("appeal_id")
        named = [
            column
            for rank, column in found
            if rank == SURE and plain(column.name) not in BARE_NUMBERS
        ]
        bare = [
            column for rank, column in found if rank == SURE and plain(column.name) in BARE_NUMBERS
        ]
        for ranked in (named, bare):
            filled = [column for column in ranked if column.filled]
            if not filled:
                continue
            most = max(column.filled for column in filled)
            full = [column for column in filled if column.filled == most]
            return self._one_of("appeal_id", [Role("appeal_id", (column,)) for column in full])
        counters = [column for column in self.columns if plain(column.name) in COUNTERS]
        also = [column for rank, column in found if rank == ALSO]
        asked = [column for rank, column in found if rank == ASKED]
        if also:
            return self._one_of("appeal_id", [Role("appeal_id", (one,), ALSO) for one in also])
        if len(counters) == 1:
            (column,) = counters
            question = say("detect_counter", column=shown(column.name))
            return Choice(None, Doubt("columns", question, (toml_line("appeal_id", column.name),)))
        if asked:
            return self._one_of("appeal_id", [Role("appeal_id", (one,), ASKED) for one in asked])
        return NOTHING


def _several(canonical: str, roles: Sequence[Role]) -> Doubt:
    names = ", ".join(role.names for role in roles)
    question = say("detect_several", canonical=canonical, columns=names)
    return Doubt("columns", question, tuple(dict.fromkeys(role.line for role in roles)))
