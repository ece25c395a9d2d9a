"""Say what a reading leaves open: columns and rows that contradict it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from workhours_sla.config.column_words import may_be, may_be_other_answer, plain
from workhours_sla.detection.candidates import Columns
from workhours_sla.detection.detected import Doubt, Kind, ask, listed, toml_line, warn
from workhours_sla.detection.known_words import (
    BEFORE,
    THREADS,
    has_citizens,
    may_be_answered,
    may_be_interim,
    may_need_no_answer,
    says_span,
    stops,
)
from workhours_sla.detection.table import MOMENTS, MOST_IDS, SHOWN, Column, Role
from workhours_sla.errors import shown
from workhours_sla.sla.event import Attributes
from workhours_sla.sources.appeal_file import COPIED, FEWEST_COPIED
from workhours_sla.sources.layout import says_total

Roles = Mapping[str, Role]
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+", re.ASCII)
"""Matches an id that a spreadsheet program has shortened, such as 1,23E+15."""
_COMPARED: Final = 1000
"""Number of the first answered rows in which other columns of times are compared."""


def doubts_of_unread(
    columns: Columns, kind: Kind | None, roles: Roles, unread: Sequence[Column]
) -> Iterator[Doubt]:
    """Yield doubts about columns that are not read but may say more about an appeal."""
    for column, canonical in product(columns.unknown(), ("answered_at", "posted_at")):
        role = roles.get(canonical)
        if role is not None and may_be(canonical, column.name):
            other = Role(canonical, (column,))
            facts = {"canonical": canonical, "columns": f"{role.shown}, {other.shown}"}
            yield ask("columns", "detect_several", [role.line, other.line], **facts)
    for column in unread:
        name = shown(column.name)
        interim = list(filter(may_be_interim, column.values))
        if interim and kind != "statuses":
            yield warn("columns", "detect_interim", column=name, values=listed(interim))
        if kind == "events" and has_citizens(column.name, column.values):
            line = toml_line("author_role", column.name)
            yield warn("columns", "detect_citizens", line, column=name)
        if kind == "appeals" and stops(column.name, column.values, column.filled):
            yield warn("columns", "detect_flags", column=name)
    for column in columns.columns if kind == "appeals" else ():
        name = shown(column.name)
        stopped = list(filter(may_need_no_answer, column.values))
        if stopped and column.rank("status") is not None:
            yield warn("columns", "detect_stopped", column=name, values=listed(stopped))
        is_thread = column.name.rpartition(".")[2].lower() in THREADS
        if column.has_objects and (is_thread or may_be("answered_at", column.name)):
            yield warn("columns", "detect_lists", column=name)
    yield from _spans_unread(unread if kind == "appeals" and "answered_at" not in roles else ())


def _spans_unread(unread: Sequence[Column]) -> Iterator[Doubt]:
    for column in unread:
        if column.filled and may_be("answered_at", column.name) and says_span(column.name):
            yield warn("columns", "detect_spans_unread", column=shown(column.name))


class Rows:
    """Compares the rows with each other and with the columns that are not read."""

    def __init__(
        self,
        columns: Columns,
        kind: Kind | None,
        roles: Roles,
        unread: Sequence[Column],
        as_read: Callable[[str], str],
    ) -> None:
        self._columns, self._as_read = columns, as_read
        self._kind, self._roles, self._own = kind, roles, roles["appeal_id"]
        self.heads: dict[str, int] = {}
        """How many rows have a text without digits as their id and nothing else that is read."""
        self._ids: dict[str, str] = {}  # the first id for each kind of contradiction
        self._copies: dict[str, list[str]] = {}  # the answer and the other values of an appeal
        self.contradicting: dict[str, int] = {}
        """For each id whose rows contradict each other, how many rows do so with the first."""
        self._others = [
            one
            for one in columns.columns
            if one.has_ids and not one.repeated and one not in self._own.columns
        ]
        self._answered = self._copied = 0
        # columns beside the answers, with how many of their times differ and are after the posting
        self._beside = [
            (Role("answered_at", (one,)), Counter[str]())
            for one in unread
            if kind == "appeals" and one.time_kind in MOMENTS and not one.is_midnight
            if may_be_other_answer(one.name)
        ]
        statuses = [one for ranked in columns.ranked("status").values() for one in ranked]
        self._untimed = [(one, Counter[str]()) for one in statuses if "answered_at" in roles]
        # each with the appeals whose posting is a row of the log, and those that were posted before
        self._openings: list[tuple[str, Column, set[str], set[str]]] = []
        for column in unread if kind == "statuses" else ():
            is_time = column.time_kind in ("moment", "date")
            if column.filled and plain(column.name) in BEFORE:
                self._openings.append(("detect_status_before", column, set(), set()))
            elif is_time and column.rank("posted_at") is not None:
                self._openings.append(("detect_posted_unread", column, set(), set()))

    def add(self, cells: Sequence[str]) -> None:
        """Compare one row."""
        own_id = self._own.text(cells)
        if not own_id:
            return
        if _ROUNDED.fullmatch(own_id):
            self._ids.setdefault("detect_ids_rounded", own_id)
        since, *copy = (
            self._roles[one].text(cells) if one in self._roles else ""
            for one in ("since", "answered_at", "posted_at", *Attributes._fields)
        )
        for column, counts in self._untimed if not copy[0] else ():
            if may_be_answered(status := column.text(cells)):
                counts[status] += 1
        for cause, column, inside, outside in self._openings:
            text = column.text(cells)
            if cause == "detect_status_before":
                (outside if text else inside).add(own_id)
            elif text:
                (inside if since.startswith(text) else outside).add(own_id)
        if self._kind in ("appeals", None):
            self._compare(own_id, copy)
            if copy[0] and copy[1]:
                self._compare_times(copy[0], copy[1], cells)

    def _compare_times(self, answered: str, posted: str, cells: Sequence[str]) -> None:
        self._answered += 1
        self._copied += answered == posted
        for role, counts in self._beside if self._answered <= _COMPARED else ():
            other = self._as_read(role.text(cells))
            counts["other"] += "" != other != self._as_read(answered)
            is_unread = other[4:5] != "-"  # its form is not that of the other columns
            counts["later"] += bool(other) and (is_unread or other > self._as_read(posted))

    def _compare(self, own_id: str, copy: list[str]) -> None:
        is_word = not (any(map(str.isdigit, own_id)) or says_total([own_id]))
        if is_word and not any(copy) and "posted_at" in self._roles:
            self.heads[own_id] = self.heads.get(own_id, 0) + 1
        answered, *others = self._copies.get(own_id, copy)
        if others != copy[1:] or "" != answered != copy[0] != "":
            self.contradicting[own_id] = self.contradicting.get(own_id, 0) + 1
        elif own_id in self._copies or len(self._copies) < MOST_IDS:
            self._copies[own_id] = [answered or copy[0], *others]

    def doubts(self) -> Iterator[Doubt]:
        name = shown(self._own.columns[0].name)
        if self.contradicting and self._kind == "appeals":
            facts: dict[str, object] = {
                "ids": len(self.contradicting),
                "count": sum(self.contradicting.values()),
            }
            facts |= {"first": listed([*self.contradicting][:SHOWN])}
            lines = [toml_line("appeal_id", one.name) for one in self._others]
            is_log = 2 * len(self.contradicting) > len(self._copies)
            section = "columns" if lines or is_log else ""
            yield ask(section, "detect_ids_repeat", lines, "appeal_id", column=name, **facts)
        if "detect_ids_rounded" in self._ids:
            own_id = shown(self._ids["detect_ids_rounded"])
            yield ask("columns", "detect_ids_rounded", [self._own.line], column=name, id=own_id)
        role, posted = self._roles.get("answered_at"), self._roles.get("posted_at")
        if role and posted and self._copied >= max(FEWEST_COPIED, COPIED * self._answered):
            missing = self._columns.missing("answered_at", self._roles.values())
            facts = {"column": role.names, "posted": posted.names}
            facts |= {"count": self._copied, "of": self._answered}
            yield ask("columns", "detect_copied", (*missing.choices, role.line), **facts)
        for other, counts in self._beside:
            if role and counts["other"] and 2 * counts["later"] >= min(self._answered, _COMPARED):
                names = f"{role.shown}, {other.shown}"
                yield ask("columns", "detect_two_answers", [role.line, other.line], columns=names)
        for column, counts in self._untimed:
            if counts:
                untimed = {"values": listed(counts), "count": counts.total()}
                yield warn("columns", "detect_untimed", column=shown(column.name), **untimed)
        for cause, column, inside, outside in self._openings:
            if outside - inside:
                yield warn("columns", cause, column=shown(column.name))
