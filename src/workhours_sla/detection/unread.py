"""Find unread columns that make the chosen columns doubtful."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from workhours_sla.config.column_words import may_be, plain
from workhours_sla.detection.detected import Doubt, Kind, listed
from workhours_sla.detection.roles import Names, Role
from workhours_sla.detection.row_traps import Around
from workhours_sla.detection.status_words import (
    BEFORE,
    has_citizens,
    may_be_interim,
    may_need_no_answer,
    stops,
)
from workhours_sla.detection.toml_values import toml_line
from workhours_sla.errors import shown
from workhours_sla.text.messages import say

_THREADS: Final = frozenset(
    (
        *("comments", "messages", "history", "notes", "updates", "events", "log", "thread"),
        *("conversations", "activities", "комментарии", "сообщения", "история"),
    )
)
"""JSON keys of nested lists that may contain answers."""


def doubts_of_unread(
    names: Names, kind: Kind | None, roles: Mapping[str, Role], read: Collection[int]
) -> Iterator[Doubt]:
    """Yield doubts caused by columns that are not in ``read``."""
    yield from _similar(names, roles)
    if kind != "statuses":
        yield from _interim(names, read)
    if kind == "events":
        yield from _citizens(names, read)
    elif kind == "appeals":
        yield from _stopped(names, read)
        yield from _lists(names)


def around(names: Names, kind: Kind | None, read: Collection[int]) -> Around:
    """Return the unread columns whose values may contradict the columns in ``read``."""
    if kind == "appeals":
        return Around(statuses=[column for _, column in names.matching("status")])
    if kind != "statuses":
        return Around()
    rest = [column for column in names.columns if column.index not in read and column.filled]
    posted = {column.index for _, column in names.matching("posted_at")}
    return Around(
        posted=[one for one in rest if one.index in posted and one.time_kind in ("moment", "date")],
        before=[one for one in rest if plain(one.name) in BEFORE],
    )


def _similar(names: Names, roles: Mapping[str, Role]) -> Iterator[Doubt]:
    for column in names.unknown():
        for canonical in ("answered_at", "posted_at"):
            role = roles.get(canonical)
            if role is not None and may_be(canonical, column.name):
                question = say(
                    "detect_similar",
                    canonical=canonical,
                    column=role.names,
                    other=shown(column.name),
                )
                lines = (role.line, toml_line(canonical, column.name))
                yield Doubt("columns", question, lines)


def _citizens(names: Names, read: Collection[int]) -> Iterator[Doubt]:
    for column in names.columns:
        if column.index not in read and has_citizens(column.name, column.values):
            question = say("detect_citizens", column=shown(column.name))
            line = toml_line("author_role", column.name)
            yield Doubt("columns", question, (line,), is_read=True)


def _interim(names: Names, read: Collection[int]) -> Iterator[Doubt]:
    for column in names.columns:
        values = [value for value in column.values if may_be_interim(value)]
        if column.index not in read and values:
            question = say("detect_interim", column=shown(column.name), values=listed(values))
            yield Doubt("columns", question, is_read=True)


def _lists(names: Names) -> Iterator[Doubt]:
    for column in names.columns:
        if column.has_objects and (
            may_be("answered_at", column.name) or column.name.rpartition(".")[2].lower() in _THREADS
        ):
            question = say("detect_lists", column=shown(column.name))
            yield Doubt("columns", question, is_read=True)


def _stopped(names: Names, read: Collection[int]) -> Iterator[Doubt]:
    for column in names.columns:
        if column.index not in read and stops(column.name, column.values, column.filled):
            question = say("detect_flags", column=shown(column.name))
            yield Doubt("columns", question, is_read=True)
    for _, column in names.matching("status"):
        stopped = [value for value in column.values if may_need_no_answer(value)]
        if stopped:
            question = say("detect_stopped", column=shown(column.name), values=listed(stopped))
            yield Doubt("columns", question, is_read=True)
