"""Find rows that contradict the columns chosen for a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from workhours_sla.config.column_words import is_no_time
from workhours_sla.detection.detected import Doubt, Kind, listed
from workhours_sla.detection.roles import Role
from workhours_sla.detection.seen import MOST_IDS, Column, Row
from workhours_sla.detection.status_words import may_be_answered
from workhours_sla.errors import shown
from workhours_sla.text.messages import say

_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+", re.ASCII)
"""Matches an id that a spreadsheet program has shortened, such as 1,23E+15."""


class Around(NamedTuple):
    """Unread columns that may contradict the columns that are read.

    ``statuses`` contain the status of an appeal, and ``posted`` the time of its posting. ``before``
    contain the previous status in a log of status changes.
    """

    statuses: Sequence[Column] = ()
    posted: Sequence[Column] = ()
    before: Sequence[Column] = ()


class _Copy(NamedTuple):
    """The values of an appeal's row, to compare with other rows of the same appeal."""

    posted: str
    answered: str
    agency: str


class _Opening:
    """Finds appeals that were posted before the first row that a status log has for them."""

    def __init__(self, column: Column, cause: str) -> None:
        self.column = column
        self.cause = cause
        self._inside: set[str] = set()
        self._before: set[str] = set()

    def add(self, own_id: str, *, is_inside: bool) -> None:
        """Record whether a row contains the posting of its appeal."""
        ids = self._inside if is_inside else self._before
        if len(ids) < MOST_IDS:
            ids.add(own_id)

    def doubts(self) -> Iterator[Doubt]:
        """Yield a doubt if the log does not contain the posting of an appeal."""
        if self._before - self._inside:
            question = say(self.cause, column=shown(self.column.name))
            yield Doubt("columns", question, is_read=True)


class RowTraps:
    """Checks all rows against the roles that were chosen."""

    def __init__(self, kind: Kind | None, roles: Mapping[str, Role], around: Around) -> None:
        self._roles = roles
        self._at = {
            canonical: [column.index for column in role.columns]
            for canonical, role in roles.items()
        }
        self._has_copies = kind == "appeals"
        self._statuses = around.statuses if "answered_at" in roles else ()
        self._posted = [_Opening(column, "detect_posted_unread") for column in around.posted]
        self._before = [_Opening(column, "detect_status_before") for column in around.before]
        self._copies: dict[str, _Copy] = {}
        self._rounded: str | None = None
        self._different: str | None = None
        self._untimed: dict[int, Counter[str]] = {one.index: Counter() for one in self._statuses}

    def look(self, rows: Callable[[], Iterable[Row]]) -> Iterator[Doubt]:
        """Read all rows, then yield the doubts."""
        if "appeal_id" not in self._roles:
            return
        for _, cells in rows():
            own_id = self._text(cells, "appeal_id")
            if own_id:
                self._add(own_id, cells)
        yield from self._doubts()

    def _text(self, cells: Sequence[str], canonical: str) -> str:
        """Return a row's text for a canonical column, empty for a placeholder such as ``нет``."""
        at = self._at.get(canonical, ())
        text = " ".join(cells[one].strip() for one in at if one < len(cells)).strip()
        return "" if is_no_time(text) else text

    def _add(self, own_id: str, cells: Sequence[str]) -> None:
        if self._rounded is None and _ROUNDED.fullmatch(own_id):
            self._rounded = own_id
        answered = self._text(cells, "answered_at")
        for column in self._statuses if not answered else ():
            status = _cell(cells, column)
            if may_be_answered(status):
                self._untimed[column.index][status] += 1
        since = self._text(cells, "since")
        for opening in self._posted:
            posted = _cell(cells, opening.column)
            if posted:
                opening.add(own_id, is_inside=since.startswith(posted))
        for opening in self._before:
            opening.add(own_id, is_inside=not _cell(cells, opening.column))
        if self._has_copies and self._different is None:
            posted, agency = self._text(cells, "posted_at"), self._text(cells, "agency_id")
            self._compare(own_id, _Copy(posted, answered, agency))

    def _compare(self, own_id: str, copy: _Copy) -> None:
        """Compare a row with an earlier row that has the same appeal id and the same posting time.

        Rows with the same id but other posting times cause another question elsewhere.
        """
        before = self._copies.get(own_id)
        if before is None:
            if len(self._copies) < MOST_IDS:
                self._copies[own_id] = copy
        elif before.posted == copy.posted:
            both = before.answered and copy.answered
            if before.agency != copy.agency or (both and before.answered != copy.answered):
                self._different = own_id
            elif copy.answered:
                self._copies[own_id] = copy

    def _doubts(self) -> Iterator[Doubt]:
        role = self._roles["appeal_id"]
        name = shown(role.columns[0].name)
        if self._rounded is not None:
            question = say("detect_ids_rounded", column=name, id=shown(self._rounded))
            yield Doubt("columns", question, (role.line,))
        if self._different is not None:
            question = say("detect_ids_differ", column=name, id=shown(self._different))
            yield Doubt("columns", question, (role.line,))
        for column in self._statuses:
            found = self._untimed[column.index]
            if found:
                question = say(
                    "detect_untimed",
                    column=shown(column.name),
                    values=listed(found),
                    count=found.total(),
                )
                yield Doubt("columns", question, is_read=True)
        for opening in (*self._posted, *self._before):
            yield from opening.doubts()


def _cell(cells: Sequence[str], column: Column) -> str:
    return cells[column.index].strip() if column.index < len(cells) else ""
