"""Choose the reading of a table that fits its header and its rows best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from workhours_sla.config.agency_names import several_spellings
from workhours_sla.config.column_words import SURE
from workhours_sla.detection.candidates import Candidates, Columns
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
)
from workhours_sla.detection.known_words import event_type, status_meaning
from workhours_sla.detection.open_questions import Rows, doubts_of_unread
from workhours_sla.detection.table import CLOCKS, MOMENTS, Column, Role, Row, Table
from workhours_sla.detection.time_formats import DEFAULT, doubts_of, time_settings
from workhours_sla.errors import shown
from workhours_sla.sla.event import Attributes
from workhours_sla.text.messages import Phrase, say

_TIMES: Final[Mapping[Kind | None, tuple[str, ...]]] = {
    "appeals": ("posted_at", "answered_at"),
    "events": ("occurred_at",),
    "statuses": ("since",),
    None: ("posted_at", "answered_at"),
}
_EVENTS: Final = ("event_id", "source", *Attributes._fields, "author_role", "substantive", "reason")


@dataclass
class _Decision:
    columns: Columns
    kind: Kind | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, Value] = field(default_factory=dict)
    notes: list[Phrase] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    offered: list[Role] = field(default_factory=list)
    """Columns of which the user must choose the right one."""

    def take(self, found: Candidates, *, needed: bool = False) -> None:
        if found.role is not None:
            self.roles[found.canonical] = found.role
        elif found.doubt is not None:
            self.doubts.append(found.doubt)
            self.offered += found.roles
        elif needed:
            self.doubts.append(self.columns.missing(found.canonical, self.roles.values()))
            self.offered += self.columns.left(found.canonical, self.roles.values())

    @property
    def used(self) -> list[Column]:
        return [column for role in self.roles.values() for column in role.columns]


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
    columns = Columns(table)
    made = _Decision(columns)
    made.take(columns.ids(), needed=True)
    _choose_kind(made)
    times = _choose_times(made)
    for canonical in _EVENTS if made.kind == "events" else Attributes._fields:
        made.take(columns.find(canonical, made.used))
    is_open = bool(made.doubts) or len(times) < len(_TIMES[made.kind])
    offered = [role for role in made.offered if role.canonical in _TIMES[made.kind]]
    settings = time_settings(times, table, given, offered, is_open=is_open)
    unread = [one for one in columns.columns if one not in made.used]
    made.doubts += [_with_others(one, unread) for one in settings.doubts]
    made.doubts += doubts_of_unread(columns, made.kind, made.roles, unread)
    _place_values(made)
    if "appeal_id" in made.roles:
        compared = Rows(columns, made.kind, made.roles, unread, settings.as_read)
        for _, cells in rows():
            compared.add(cells)
        found = list(compared.doubts())
        made.doubts += found
        if compared.contradicting:  # such rows are refused as appeals
            made.doubts = [one.without('kind = "appeals"') for one in made.doubts]
        _note_ids(made, found, compared.heads)
    written = {canonical: role.written for canonical, role in made.roles.items()}
    by_default = {"their_due_at", "expected_datetime"}.intersection(c.name for c in table.columns)
    if by_default and "their_due_at" not in made.roles:
        written["their_due_at"] = ""
    decided: dict[str, Value] = {"kind": made.kind} if made.kind else {}
    decided |= options
    formats = settings.formats
    if formats and formats != (DEFAULT,):
        decided["datetime_format"] = formats[0] if len(formats) == 1 else formats
    if settings.tz is not None:
        decided["tz"] = settings.tz
    readings = []
    for role in made.roles.values():
        first = [one.first for one in role.columns]
        rows_of_all = [row for row in first[0] if all(row in one for one in first)]
        texts = (" ".join(one[row] for one in first) for row in rows_of_all)
        values = tuple(map(settings.as_read, texts))
        readings.append(Reading(role.canonical, role.written, values))
    return Detected(
        name,
        made.kind,
        decided | made.options,
        written,
        {canonical: values for canonical, values in made.values.items() if values},
        tuple(readings),
        tuple(one.name for one in unread if one.filled),
        tuple(made.notes),
        tuple(made.doubts),
        tuple(_spellings(made.roles.get("agency_id"))),
    )


def _with_others(doubt: Doubt, unread: Iterable[Column]) -> Doubt:
    """Offer columns of times instead of one of dates; without any the file cannot be read."""
    if doubt.question.cause != "detect_only_dates":
        return doubt
    times = [one for one in unread if one.time_kind in (*MOMENTS, *CLOCKS) and one.name]
    lines = [toml_line(doubt.keys[0], one.name) for one in times if one.time_kind in MOMENTS]
    return doubt._replace(section="columns" if times else "", choices=tuple(lines))


def _spellings(role: Role | None) -> Iterator[tuple[str, ...]]:
    """Yield the ways in which the name of an agency is written, the most frequent one first."""
    if role is not None and len(role.columns) == 1:
        names = role.columns[0].names
        for group in several_spellings(name for name in names if not role.is_empty(name)):
            yield tuple(sorted(group, key=names.__getitem__, reverse=True))


def _choose_kind(made: _Decision) -> None:
    """Decide what a row is, and take the column of event types or statuses."""
    columns, ids = made.columns, made.used
    answered = columns.find("answered_at")
    repeats = any(column.repeated for column in ids)
    is_named = any(one.rank("posted_at") == SURE for one in columns.columns)
    status = columns.by_values("status", status_meaning, named=False)
    types = columns.by_values("type", event_type, ids)
    if types is not None and (repeats or not answered.roles):
        made.kind = "events" if answered.role is None else None
    elif answered.role is None and repeats and columns.has_activities(ids):
        made.kind = "events"
    elif answered.role is None and repeats and status is not None:
        made.kind = "statuses"
        made.roles["status"] = status
    elif answered.roles or columns.find("posted_at").roles or is_named:
        made.kind = "appeals"
    if made.kind is None:
        kinds = (
            ("appeals", "events", "statuses")
            if types is None or answered.role is None
            else ("events", "appeals")
        )
        made.doubts.append(ask("input", "detect_kind", [toml_line("kind", one) for one in kinds]))
    if made.kind == "events":
        made.take(columns.find("type", ids))


def _choose_times(made: _Decision) -> list[Role]:
    wanted = _TIMES[made.kind]
    for canonical in wanted:
        made.take(made.columns.find(canonical), needed=True)
    if made.kind == "events":
        made.take(made.columns.find("received_at"))
    roles = [made.roles[one] for one in (*wanted, "received_at") if one in made.roles]
    due = made.columns.find("their_due_at").role
    if due is not None and not any(doubts_of(due)):
        made.roles["their_due_at"] = due
        roles.append(due)
    return roles


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
    for role in (*made.roles.values(), *made.offered):
        empty = [text for column in role.columns for text in column.placeholders]
        if role.canonical == "answered_at" and empty:
            made.values.setdefault("answered_at", {}).update(dict.fromkeys(empty, ""))
            if role not in made.offered:
                texts = ", ".join(map(shown, dict.fromkeys(empty)))
                made.notes.append(say("detect_empty", column=role.names, texts=texts))


def _note_ids(made: _Decision, doubts: Iterable[Doubt], heads: Mapping[str, int]) -> None:
    column = made.roles["appeal_id"].columns[0]
    if made.kind != "appeals" or any(one.question.cause == "detect_ids_repeat" for one in doubts):
        return
    if heads:
        facts = {"column": shown(column.name), "count": sum(heads.values()), "texts": listed(heads)}
        made.notes.append(say("detect_heads", **facts))
    if column.repeated:
        note = say("detect_ids_again", column=shown(column.name), count=column.repeated)
        made.notes.append(note)
    elif column.is_counting and column.filled > 1:
        made.notes.append(say("detect_ids_count", column=shown(column.name)))
