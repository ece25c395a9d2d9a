"""Decide how to read a table, from its header and its rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from workhours_sla.config.column_words import may_be, plain
from workhours_sla.detection.columns import NOTHING, Choice, Columns, shown_role
from workhours_sla.detection.detected import (
    Detected,
    Doubt,
    Given,
    Kind,
    Reading,
    Value,
    ask,
    listed,
    toml_key,
    toml_line,
    warn,
)
from workhours_sla.detection.table import MOST_IDS, Column, Role, Row, Table
from workhours_sla.detection.times import DEFAULT, TimeSettings, doubts_of, time_settings
from workhours_sla.detection.words import (
    BEFORE,
    THREADS,
    event_type,
    has_citizens,
    may_be_answered,
    may_be_interim,
    may_need_no_answer,
    status_meaning,
    stops,
)
from workhours_sla.errors import shown
from workhours_sla.sla.event import Attributes
from workhours_sla.text.messages import Phrase, say

_OTHER_COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "appeals": Attributes._fields,
    "events": (
        *("event_id", "source", *Attributes._fields),
        *("author_role", "substantive", "reason"),
    ),
    "statuses": Attributes._fields,
}
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+", re.ASCII)
"""Matches an id that a spreadsheet program has shortened, such as 1,23E+15."""


@dataclass
class _Decision:
    """The decisions and doubts so far."""

    kind: Kind | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, Value] = field(default_factory=dict)
    notes: list[Phrase] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def take(self, choice: Choice) -> bool:
        """Store the role or the doubt of a choice. Return False if the choice has neither."""
        if choice.role is not None:
            self.roles[choice.role.canonical] = choice.role
        if choice.doubt is not None:
            self.doubts.append(choice.doubt)
        return choice != NOTHING


def decide(
    name: str,
    table: Table,
    options: Mapping[str, Value],
    rows: Callable[[], Iterable[Row]],
    given: Given,
) -> Detected:
    """Decide how to read a table, and return the settings with any doubts.

    ``options`` are the keys of ``[input]`` that are already decided. ``rows`` returns the rows
    below the header again, to compare them.
    """
    made = _Decision()
    columns = Columns(table.columns)
    if not made.take(columns.ids()):
        made.doubts.append(columns.missing("appeal_id", ()))
    times = _choose_times(columns, made)
    used = [column for role in made.roles.values() for column in role.columns]
    for canonical in _OTHER_COLUMNS[made.kind or "appeals"]:
        choice = columns.other(canonical, used)
        made.take(choice)
        used += choice.role.columns if choice.role else ()
    settings = time_settings(times, table, given)
    made.doubts += settings.doubts
    unread = [one for one in columns.columns if one not in used]
    made.doubts += _doubts_of_unread(columns, made, unread)
    _place_values(made)
    _look_at_rows(columns, made, unread, table.rows, rows())
    written = {canonical: role.written for canonical, role in made.roles.items()}
    by_default = {"their_due_at", "expected_datetime"}.intersection(c.name for c in table.columns)
    if by_default and "their_due_at" not in made.roles:
        written["their_due_at"] = ""
    return Detected(
        name,
        made.kind,
        _options(options, made, settings),
        written,
        {canonical: values for canonical, values in made.values.items() if values},
        tuple(_reading(role, settings) for role in made.roles.values()),
        tuple(one.name for one in unread if one.filled),
        tuple(made.notes),
        tuple(made.doubts),
    )


def _options(
    options: Mapping[str, Value], made: _Decision, settings: TimeSettings
) -> dict[str, Value]:
    found: dict[str, Value] = {"kind": made.kind} if made.kind else {}
    found |= options
    formats = settings.formats
    if formats and formats != (DEFAULT,):
        found["datetime_format"] = formats[0] if len(formats) == 1 else formats
    if settings.tz is not None:
        found["tz"] = settings.tz
    return found | made.options


def _reading(role: Role, settings: TimeSettings) -> Reading:
    """Return the first values of a role, with times parsed."""
    texts = [" ".join(parts) for parts in zip(*(one.first for one in role.columns), strict=False)]
    return Reading(role.canonical, role.written, tuple(map(settings.as_read, texts)))


# -- kinds and times -----------------------------------------------------------------------------


def _choose_times(columns: Columns, made: _Decision) -> list[Role]:
    """Decide what a row is, and choose the time columns that a file of this kind needs."""
    made.kind = _kind(columns, made)
    if made.kind == "events":
        made.take(columns.other("type"))
        wanted = ["occurred_at"]
    elif made.kind == "statuses":
        made.take(Choice(columns.by_values("status", status_meaning, named=False)))
        wanted = ["since"]
    else:
        wanted = ["posted_at", "answered_at"]
    for canonical in wanted:
        choice = columns.time("occurred_at" if canonical == "since" else canonical)
        if choice.role is not None:
            choice = Choice(choice.role._replace(canonical=canonical))
        elif choice.doubt is not None and canonical == "since":
            lines = [line.replace("occurred_at", "since", 1) for line in choice.doubt.choices]
            facts = {**choice.doubt.question.facts, "canonical": "since"}
            choice = Choice(None, ask("columns", choice.doubt.question.cause, lines, **facts))
        if not made.take(choice):
            made.doubts.append(columns.missing(canonical, made.roles.values()))
    if made.kind == "events":
        made.take(columns.time("received_at"))
    roles = [made.roles[one] for one in (*wanted, "received_at") if one in made.roles]
    due = columns.time("their_due_at").role
    if due is not None and not any(doubts_of(due)):
        made.roles["their_due_at"] = due
        roles.append(due)
    return roles


def _kind(columns: Columns, made: _Decision) -> Kind | None:
    """Decide whether a row is an appeal, an event or a status, and record any doubt."""
    answered = columns.time("answered_at")
    own_id = made.roles.get("appeal_id")
    repeats = own_id is not None and own_id.columns[0].repeated > 0
    types = columns.by_values("type", event_type, named=True)
    if types is not None and (repeats or answered == NOTHING):
        if answered.role is None:
            return "events"
        kinds: tuple[Kind, ...] = ("events", "appeals")
    elif answered.role is None and repeats and columns.activities():
        return "events"
    elif (
        answered.role is None
        and repeats
        and columns.by_values("status", status_meaning, named=False)
    ):
        return "statuses"
    elif answered != NOTHING or columns.time("posted_at") != NOTHING:
        return "appeals"
    else:
        kinds = ("appeals", "events", "statuses")
    made.doubts.append(ask("input", "detect_kind", [toml_line("kind", kind) for kind in kinds]))
    return None


# -- values --------------------------------------------------------------------------------------


def _place_values(made: _Decision) -> None:
    """Decide the meaning of event types, statuses and texts for an empty time."""
    for canonical, meaning, answer in (
        ("type", event_type, "replied"),
        ("status", status_meaning, "answered"),
    ):
        role = made.roles.get(canonical)
        if role is None:
            continue
        column = role.columns[0]
        known = {value: found for value in column.values if (found := meaning(value))}
        made.values[canonical] = {value: found for value, found in known.items() if value != found}
        section, name = f"values.{canonical}", shown(column.name)
        unknown = [value for value in column.values if value not in known]
        if known and answer not in known.values():
            closings = [value for value, found in known.items() if found == "closed"]
            lines = [
                toml_line(value, kind)
                for value in closings or known
                for kind in (answer, known[value])
            ]
            doubt = ask(section, "detect_no_answer", lines, column=name, answer=answer)
            made.doubts.append(doubt)
        if canonical == "type" and "created" not in known.values():
            if unknown:
                made.options["first_event"] = "created"
                made.notes.append(say("detect_first_event", column=name))
            else:
                line = toml_line("first_event", "created")
                made.doubts.append(ask("input", "detect_no_creation", [line], column=name))
        if unknown:
            cause = "detect_types" if canonical == "type" else "detect_statuses"
            facts = {"column": name, "values": listed(unknown)}
            made.doubts.append(ask(section, cause, (), *map(toml_key, unknown), **facts))
    role = made.roles.get("answered_at")
    empty = role.columns[0].placeholders if role and len(role.columns) == 1 else {}
    if role and empty:
        made.values["answered_at"] = dict.fromkeys(empty, "")
        texts = ", ".join(map(shown, empty))
        made.notes.append(say("detect_empty", column=role.names, texts=texts))


# -- what contradicts the reading ----------------------------------------------------------------


def _doubts_of_unread(
    columns: Columns, made: _Decision, unread: Sequence[Column]
) -> Iterator[Doubt]:
    """Yield doubts caused by columns that are not read."""
    kind, roles = made.kind, made.roles
    for column in columns.unknown():
        for canonical in ("answered_at", "posted_at"):
            role = roles.get(canonical)
            if role is not None and may_be(canonical, column.name):
                lines = [role.line, toml_line(canonical, column.name)]
                names = ", ".join((shown_role(role), column.shown))
                facts = {"canonical": canonical, "columns": names}
                yield ask("columns", "detect_several", lines, **facts)
    for column in unread:
        name = shown(column.name)
        interim = list(filter(may_be_interim, column.values))
        if kind != "statuses" and interim:
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


class _Copy(NamedTuple):
    """The values of an appeal's row, to compare with other rows of the same appeal."""

    posted: str
    answered: str
    agency: str


def _look_at_rows(
    columns: Columns,
    made: _Decision,
    unread: Sequence[Column],
    count: int,
    rows: Iterable[Row],
) -> None:
    """Record doubts about rows that contradict the columns that were chosen."""
    own = made.roles.get("appeal_id")
    if own is None:
        return
    statuses = [column for _, column in columns.matching("status")]
    untimed: dict[int, Counter[str]] = {one.index: Counter() for one in statuses}
    is_log = made.kind == "statuses"
    posted = [c for c in unread if c.filled and c.time_kind in ("moment", "date")]
    posted = [one for one in posted if is_log and one.rank("posted_at") is not None]
    before = [one for one in unread if is_log and plain(one.name) in BEFORE and one.filled]
    inside: dict[int, set[str]] = {one.index: set() for one in (*posted, *before)}
    outside: dict[int, set[str]] = {index: set() for index in inside}
    copies: dict[str, _Copy] = {}
    found: dict[str, str] = {}
    names = ("posted_at", "answered_at", "agency_id")
    for _, cells in rows:
        own_id = own.text(cells)
        if not own_id:
            continue
        if _ROUNDED.fullmatch(own_id):
            found.setdefault("detect_ids_rounded", own_id)
        copy = _Copy(*(made.roles[one].text(cells) if one in made.roles else "" for one in names))
        if not copy.answered and "answered_at" in made.roles:
            for column in statuses:
                if may_be_answered(status := _cell(cells, column)):
                    untimed[column.index][status] += 1
        since = made.roles["since"].text(cells) if "since" in made.roles else ""
        for column in (*posted, *before):
            text = _cell(cells, column)
            if text or column in before:
                is_inside = since.startswith(text) if column in posted else not text
                (inside if is_inside else outside)[column.index].add(own_id)
        earlier = copies.get(own_id)
        if made.kind != "appeals" or earlier is None:
            if len(copies) < MOST_IDS:
                copies[own_id] = copy
        elif earlier.posted != copy.posted:
            found.setdefault("detect_ids_repeat", own_id)
        elif earlier.agency != copy.agency or "" != earlier.answered != copy.answered != "":
            found.setdefault("detect_ids_differ", own_id)
        elif copy.answered:
            copies[own_id] = copy
    column = own.columns[0]
    name = shown(column.name)
    for cause in ("detect_ids_repeat", "detect_ids_rounded", "detect_ids_differ"):
        if cause in found:
            made.doubts.append(
                ask("columns", cause, [own.line], column=name, id=shown(found[cause]))
            )
    if made.kind == "appeals" and column.repeated and "detect_ids_repeat" not in found:
        made.notes.append(say("detect_ids_again", column=name, count=column.repeated))
    elif made.kind == "appeals" and column.is_counting and count > 1:
        made.notes.append(say("detect_ids_count", column=name))
    for one in statuses:
        if values := untimed[one.index]:
            facts = {"values": listed(values), "count": values.total()}
            made.doubts.append(warn("columns", "detect_untimed", column=shown(one.name), **facts))
    for one in (*posted, *before):
        if outside[one.index] - inside[one.index]:
            cause = "detect_posted_unread" if one in posted else "detect_status_before"
            made.doubts.append(warn("columns", cause, column=shown(one.name)))


def _cell(cells: Sequence[str], column: Column) -> str:
    return cells[column.index].strip() if column.index < len(cells) else ""
