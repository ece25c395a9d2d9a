"""Score how well the name and the values of each column fit each meaning, and rank them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from workhours_sla.config.column_words import (
    ALSO,
    ASKED,
    BARE_NUMBERS,
    COUNTERS,
    LAST,
    NEITHER,
    STEMS,
    SURE,
    TIMES,
    matches_of,
    may_be,
    plain,
    readability,
    says_time,
    without_names,
)
from workhours_sla.detection.detected import MOST_LISTED, Doubt, ask, listed, toml_line
from workhours_sla.detection.known_words import REPLIES, may_be_answered
from workhours_sla.detection.table import CLOCKS, DATES, MOMENTS, MOST_VALUES, Column, Role, Table
from workhours_sla.errors import shown
from workhours_sla.text.messages import say

_SPLIT: Final = frozenset({"agency_id", "type", "status", "author_role", "their_verdict"})
"""Columns, besides times and ids, of which the user must choose if several fit equally well."""


class Candidates(NamedTuple):
    """The columns that fit a canonical column equally well, and best: one is read, others asked.

    ``cause`` is that of the question, if it is another than that of the rank.
    """

    canonical: str
    roles: tuple[Role, ...] = ()
    rank: int = SURE
    cause: str = ""

    @property
    def role(self) -> Role | None:
        """The role that is certain, None if there is a question or no candidate."""
        return self.roles[0] if len(self.roles) == 1 and self.rank != ASKED else None

    @property
    def doubt(self) -> Doubt | None:
        """The question which column it is, None if no column or a certain one was found."""
        if self.role is not None or not self.roles:
            return None
        cause = self.cause or ("detect_several" if len(self.roles) > 1 else "detect_asked")
        facts = {"canonical": self.canonical, "columns": ", ".join(one.shown for one in self.roles)}
        if cause == "detect_counter":
            facts = {"column": facts["columns"]}
        return ask("columns", cause, [role.line for role in self.roles], **facts)


def _score(column: Column, canonical: str) -> tuple[int, int, int] | None:
    """Return how well a column fits a meaning, the least is best; None if it does not fit."""
    named = "occurred_at" if canonical == "since" else canonical
    match = next((match for match in column.matches if match.canonical == named), None)
    if match is None:
        return None
    rank = match.rank
    if named in TIMES:
        is_other = column.texts or column.count("number")
        if is_other and not column.time_kind and not says_time(column.name):
            return None
        if canonical == "posted_at" and rank == ALSO and not column.is_bare:
            rank = SURE  # more than one name may be that of the posting
    elif canonical == "appeal_id":
        with_digits = sum(any(map(str.isdigit, value)) for value in column.values)
        if rank == ALSO and 2 * with_digits < len(column.values):
            rank = ASKED  # the text of an appeal, not its number
    elif column.time_kind in ("moment", "date"):
        return None
    return rank, match.place, column.index


class Columns:
    """Chooses among the columns of a table that have a name."""

    def __init__(self, table: Table) -> None:
        self.columns: list[Column] = [column for column in table.columns if column.name]
        self._elsewhere = table.elsewhere
        self._by_index = {column.index: column for column in self.columns}

    def ranked(self, canonical: str, taken: Iterable[Column] = ()) -> dict[int, list[Column]]:
        """Return the columns that fit, for each rank, the best first; skip those in ``taken``."""
        used = {column.index for column in taken}
        scores = [
            (score, column)
            for column in self.columns
            if column.index not in used and (score := _score(column, canonical))
        ]
        found: dict[int, list[Column]] = {}
        for (rank, _, _), column in sorted(scores, key=lambda one: one[0]):
            found.setdefault(rank, []).append(column)
        return found

    def find(self, canonical: str, taken: Iterable[Column] = ()) -> Candidates:
        """Return the candidates with the best rank, but of ids those of ``ids``."""
        are_times = canonical == "since" or canonical in TIMES
        for rank, columns in self.ranked(canonical, taken).items():
            roles = self._times(canonical, columns) if are_times else _others(canonical, columns)
            if roles:
                return Candidates(canonical, tuple(roles), rank)
        return Candidates(canonical)

    # -- times -----------------------------------------------------------------------------------

    def _times(self, canonical: str, columns: list[Column]) -> list[Role]:
        """Return each moment as a role; without any, each date with its time of day."""
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

    def unknown(self) -> Iterator[Column]:
        for column in self.columns:
            kind = column.time_kind
            if column.matches or plain(column.name) in NEITHER:
                continue
            is_sure = kind in ("moment", "date")
            if is_sure or (kind in (*MOMENTS, *DATES) and says_time(column.name)):
                yield column

    # -- ids and values --------------------------------------------------------------------------

    def ids(self) -> Candidates:
        found = self.ranked("appeal_id")
        sure = found.get(SURE, [])
        bare = [column for column in sure if plain(column.name) in BARE_NUMBERS]
        for columns in ([column for column in sure if column not in bare], bare):
            most = max((column.filled for column in columns), default=0)
            full = [column for column in columns if column.filled == most > 0]
            if len({plain(one.name) for one in full}) == len(full) > 1 < most:
                # any of several columns with an id of its own in each row identifies the appeal
                single = [one for one in full if not one.repeated]
                full = [min(single, key=lambda one: one.index)] if single else full
            if full:
                return _of_ids(full, SURE)
        counters = [column for column in self.columns if plain(column.name) in COUNTERS]
        if ALSO not in found and len(counters) == 1:
            return _of_ids(counters, ASKED, "detect_counter")
        rank = next((one for one in (ALSO, ASKED, SURE, LAST) if one in found), SURE)
        return _of_ids(found.get(rank, []), rank)

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
        role = self.find(canonical, taken).role
        columns = [] if role is None else list(role.columns)
        if role is None and not named:
            columns = [column for column in self.columns if not column.matches]
            columns = [one for one in columns if len(set(map(meaning, one.values)) - {None}) > 1]
        fitting = []
        for column in columns:
            known = sum(count for value, count in column.values.items() if meaning(value))
            if column.values and 2 * known >= column.values.total():
                fitting.append(column)
        return Role(canonical, (fitting[0],)) if len(fitting) == 1 else None

    def has_activities(self, taken: Iterable[Column]) -> bool:
        """Whether the table is an event log: a column of activities, whatever they mean."""
        role = self.find("type", taken).role
        if role is None or not self.find("occurred_at").roles:
            return False
        column = role.columns[0]
        return column.rank("type") == SURE and 1 < len(column.values) < MOST_VALUES

    def left(self, canonical: str, roles: Iterable[Role]) -> list[Role]:
        """Return the columns that may be ``canonical`` although no name says it, the best first."""
        left = self._unused(roles)
        if canonical == "appeal_id":
            left = [one for one in left if one.time_kind not in ("moment", "date", "clock")]
            left.sort(key=lambda one: -one.filled)
        else:
            # a column with the name is offered even if most of its values are no times
            named = [one for one in left if one.rank(canonical) is not None]
            named = [one for one in named if one.may_have_times or one.texts]
            stem = "answered_at" if canonical == "answered_at" else "posted_at"
            left = [one for one in left if one.time_kind in MOMENTS]
            left.sort(key=lambda one: not may_be(stem, one.name))
            left += [one for one in named if one not in left]
        return [Role(canonical, (column,)) for column in left[:MOST_LISTED]]

    def _unused(self, roles: Iterable[Role]) -> list[Column]:
        used = {column.index for role in roles for column in role.columns}
        return [
            column
            for column in self.columns
            if column.index not in used and column.filled and not column.has_objects
        ]

    def missing(self, canonical: str, roles: Collection[Role]) -> Doubt:
        """Return the question which column is ``canonical``, if the names do not say it."""
        left = self.left(canonical, roles)
        timed = [role.columns[0] for role in left]
        timed += [one for one in self._unused(roles) if one.may_have_times]
        if canonical not in ("appeal_id", "answered_at"):
            timed = [one for one in timed if not one.is_no_posting]
        is_possible = timed or canonical == "appeal_id"
        section = "columns" if is_possible else ""
        choices = [role.line for role in left]
        names = ", ".join(role.shown for role in left)
        some = say("detect_best", columns=names) if names else say("detect_none")
        cause, facts = self._elsewhere_is(canonical)
        if not cause and canonical == "answered_at":
            section, cause = "columns", "detect_no_answers"
            choices.append(toml_line(canonical, ""))
        cause = cause or ("detect_missing" if section else "detect_no_list")
        facts |= {"columns": some, "canonical": canonical}
        return ask(section, cause, choices, canonical, **facts)

    def _elsewhere_is(self, canonical: str) -> tuple[str, dict[str, object]]:
        # why a time must exist that no column has, as the cause of a question; "" if it need not
        for sheet, name in self._elsewhere if canonical in STEMS else ():
            named = any(match.canonical == canonical for match in matches_of(name))
            if named or may_be(canonical, name):
                return "detect_on_sheet", {"sheet": shown(sheet)}
        for column in self.columns if canonical == "answered_at" else ():
            if plain(column.name) in REPLIES and column.filled:
                return "detect_messages", {"column": shown(column.name)}
            values = list(filter(may_be_answered, column.values))
            if values and column.rank("status") is not None:
                return "detect_by_status", {"column": shown(column.name), "values": listed(values)}
        return "", {}


def _of_ids(columns: Iterable[Column], rank: int, cause: str = "") -> Candidates:
    roles = tuple(Role("appeal_id", (column,)) for column in columns)
    return Candidates("appeal_id", roles, rank, cause)


def _others(canonical: str, columns: list[Column]) -> list[Role]:
    """Return the roles of values; columns with the same values in all rows count as one."""
    filled = [column for column in columns if column.filled] or columns
    if canonical not in _SPLIT or len({without_names(one.name) for one in filled}) == 1:
        filled = [min(filled, key=lambda one: readability(one.name))]
    different: list[Column] = []
    for column in filled:
        if not any(
            column.values == one.values and column.value_rows == one.value_rows for one in different
        ):
            different.append(column)
    return [Role(canonical, (column,)) for column in different]
