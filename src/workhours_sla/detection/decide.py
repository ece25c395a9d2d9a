"""Decide how to read a table, from its header and its rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
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
    _look_at_rows(columns, made, unread, rows())
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
    texts = [" ".join(parts) for parts in zip(*(one.first for one in role.columns), strict=False)]
    return Reading(role.canonical, role.written, tuple(map(settings.as_read, texts)))


# -- kinds and times -----------------------------------------------------------------------------


def _choose_times(columns: Columns, made: _Decision) -> list[Role]:
    made.kind = _kind(columns, made)
    if made.kind == "events":
        own_id = made.roles["appeal_id"].columns if "appeal_id" in made.roles else ()
        made.take(columns.other("type", own_id))
        wanted = ["occurred_at"]
    elif made.kind == "statuses":
        made.take(Choice(_status_of(columns)))
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
    answered = columns.time("answered_at")
    own_id = made.roles["appeal_id"].columns if "appeal_id" in made.roles else ()
    repeats = any(column.repeated for column in own_id)
    types = columns.by_values("type", event_type, own_id)
    kinds: tuple[Kind, ...] = ("appeals", "events", "statuses")
    if types is not None and (repeats or answered == NOTHING):
        if answered.role is None:
            return "events"
        kinds = ("events", "appeals")
    elif answered.role is None and repeats and columns.activities(own_id):
        return "events"
    elif answered.role is None and repeats and _status_of(columns):
        return "statuses"
    elif answered != NOTHING or columns.time("posted_at") != NOTHING:
        return "appeals"
    made.doubts.append(ask("input", "detect_kind", [toml_line("kind", kind) for kind in kinds]))
    return None


def _status_of(columns: Columns) -> Role | None:
    return columns.by_values("status", status_meaning, named=False)


# -- values --------------------------------------------------------------------------------------


def _place_values(made: _Decision) -> None:
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
        closings = [value for value, found in known.items() if found == "closed"]
        if answer not in known.values() and (closings or not unknown):
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
    for column, canonical in product(columns.unknown(), ("answered_at", "posted_at")):
        role = made.roles.get(canonical)
        if role is not None and may_be(canonical, column.name):
            lines = [role.line, toml_line(canonical, column.name)]
            names = ", ".join((shown_role(role), column.shown))
            facts = {"canonical": canonical, "columns": names}
            yield ask("columns", "detect_several", lines, **facts)
    for column in unread:
        name = shown(column.name)
        interim = list(filter(may_be_interim, column.values))
        if interim and made.kind != "statuses":
            yield warn("columns", "detect_interim", column=name, values=listed(interim))
        if made.kind == "events" and has_citizens(column.name, column.values):
            line = toml_line("author_role", column.name)
            yield warn("columns", "detect_citizens", line, column=name)
        if made.kind == "appeals" and stops(column.name, column.values, column.filled):
            yield warn("columns", "detect_flags", column=name)
    for column in columns.columns if made.kind == "appeals" else ():
        yield from _unanswerable(column)


def _unanswerable(column: Column) -> Iterator[Doubt]:
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


class _Rows:
    """Compares the rows with each other and with the columns that are not read."""

    def __init__(self, columns: Columns, made: _Decision, unread: Sequence[Column]) -> None:
        self._made = made
        self._own = made.roles["appeal_id"]
        statuses = [column for _, column in columns.matching("status")]
        self._untimed: list[tuple[Column, Counter[str]]] = []
        if "answered_at" in made.roles:
            self._untimed = [(column, Counter()) for column in statuses]
        rest = [one for one in unread if one.filled and made.kind == "statuses"]
        posted = [one for one in rest if one.rank("posted_at") is not None]
        posted = [one for one in posted if one.time_kind in ("moment", "date")]
        before = [one for one in rest if plain(one.name) in BEFORE]
        # each with the appeals whose posting is a row of the log, and those that were posted before
        self._openings: list[tuple[str, Column, set[str], set[str]]] = [
            *(("detect_posted_unread", column, set(), set()) for column in posted),
            *(("detect_status_before", column, set(), set()) for column in before),
        ]
        self._copies: dict[str, _Copy] = {}
        self._ids: dict[str, str] = {}
        """The first id for each kind of contradiction."""

    def _text(self, cells: Sequence[str], canonical: str) -> str:
        role = self._made.roles.get(canonical)
        return role.text(cells) if role else ""

    def add(self, cells: Sequence[str]) -> None:
        own_id = self._own.text(cells)
        if not own_id:
            return
        if _ROUNDED.fullmatch(own_id):
            self._ids.setdefault("detect_ids_rounded", own_id)
        answered = self._text(cells, "answered_at")
        for column, counts in self._untimed if not answered else ():
            if may_be_answered(status := _cell(cells, column)):
                counts[status] += 1
        for cause, column, inside, outside in self._openings:
            text = _cell(cells, column)
            if cause == "detect_status_before":
                (outside if text else inside).add(own_id)
            elif text:
                is_inside = self._text(cells, "since").startswith(text)
                (inside if is_inside else outside).add(own_id)
        if self._made.kind == "appeals":
            posted, agency = self._text(cells, "posted_at"), self._text(cells, "agency_id")
            self._compare(own_id, _Copy(posted, answered, agency))

    def _compare(self, own_id: str, copy: _Copy) -> None:
        before = self._copies.get(own_id)
        if before is None:
            if len(self._copies) < MOST_IDS:
                self._copies[own_id] = copy
        elif before.posted != copy.posted:
            self._ids.setdefault("detect_ids_repeat", own_id)
        elif before.agency != copy.agency or "" != before.answered != copy.answered != "":
            self._ids.setdefault("detect_ids_differ", own_id)
        elif copy.answered:
            self._copies[own_id] = copy

    def doubts(self) -> Iterator[Doubt]:
        name = shown(self._own.columns[0].name)
        for cause in ("detect_ids_repeat", "detect_ids_rounded", "detect_ids_differ"):
            if cause in self._ids:
                own_id = shown(self._ids[cause])
                yield ask("columns", cause, [self._own.line], column=name, id=own_id)
        for column, counts in self._untimed:
            if counts:
                facts = {"values": listed(counts), "count": counts.total()}
                yield warn("columns", "detect_untimed", column=shown(column.name), **facts)
        for cause, column, inside, outside in self._openings:
            if outside - inside:
                yield warn("columns", cause, column=shown(column.name))


def _look_at_rows(
    columns: Columns, made: _Decision, unread: Sequence[Column], rows: Iterable[Row]
) -> None:
    if "appeal_id" not in made.roles:
        return
    found = _Rows(columns, made, unread)
    for _, cells in rows:
        found.add(cells)
    doubts = list(found.doubts())
    made.doubts += doubts
    column = made.roles["appeal_id"].columns[0]
    if made.kind != "appeals" or any(one.question.cause == "detect_ids_repeat" for one in doubts):
        return
    if column.repeated:
        note = say("detect_ids_again", column=shown(column.name), count=column.repeated)
        made.notes.append(note)
    elif column.is_counting and column.filled > 1:
        made.notes.append(say("detect_ids_count", column=shown(column.name)))


def _cell(cells: Sequence[str], column: Column) -> str:
    return cells[column.index].strip() if column.index < len(cells) else ""
