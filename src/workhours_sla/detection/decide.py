"""Decide how to read a table, from its header and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from workhours_sla.detection.detected import (
    MOST_LISTED,
    Detected,
    Doubt,
    Given,
    Kind,
    Reading,
    Value,
    listed,
)
from workhours_sla.detection.meanings import event_type, status_meaning
from workhours_sla.detection.roles import MOMENTS, NOTHING, Choice, Names, Role
from workhours_sla.detection.row_traps import RowTraps
from workhours_sla.detection.seen import Column, Ids, Row, Table
from workhours_sla.detection.time_forms import Order, shape_of, shape_text
from workhours_sla.detection.time_settings import (
    DEFAULT,
    TimeSettings,
    doubts_of,
    time_settings,
)
from workhours_sla.detection.toml_values import toml_key, toml_line
from workhours_sla.detection.unread import around, doubts_of_unread
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sla.event import Attributes
from workhours_sla.sources.written_times import parse_time
from workhours_sla.text.messages import Phrase, say

_OTHER_COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "appeals": Attributes._fields,
    "events": (
        *("event_id", "source", *Attributes._fields),
        *("author_role", "substantive", "reason"),
    ),
    "statuses": Attributes._fields,
}
_MOST_TYPES: Final = 60
"""Maximum number of unknown event types or statuses that a question lists."""


@dataclass
class _Decision:
    """The decisions and doubts so far."""

    kind: Kind | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    columns: dict[str, Value] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
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
    below the header again, to compare their ids.
    """
    made = _Decision()
    names = Names(table.columns)
    made.take(names.ids())
    own_id = made.roles.get("appeal_id")
    if own_id is None and not made.doubts:
        made.doubts.append(_missing("appeal_id", names, (None,)))
    made.kind = _kind(names, made)
    times = [*_times(names, made), *_their_due(names, made)]
    used = [column for role in made.roles.values() for column in role.columns]
    for canonical in _OTHER_COLUMNS[made.kind or "appeals"]:
        choice = names.other(canonical, used)
        made.take(choice)
        used += choice.role.columns if choice.role else ()
    settings = time_settings(times, table, given)
    made.doubts += settings.doubts
    read = {column.index for column in used}
    made.doubts += doubts_of_unread(names, made.kind, made.roles, read)
    _place_values(made)
    _compare_ids(made, table, rows)
    made.doubts += RowTraps(made.kind, made.roles, around(names, made.kind, read)).look(rows)
    made.columns = {canonical: role.written for canonical, role in made.roles.items()}
    by_default = {"their_due_at", "expected_datetime"}.intersection(c.name for c in table.columns)
    if by_default and "their_due_at" not in made.roles:
        made.columns["their_due_at"] = ""
    options = _options(options, made.kind, settings)
    return Detected(
        name,
        made.kind,
        options,
        made.columns,
        made.values,
        tuple(_reading(role, settings) for role in made.roles.values()),
        tuple(c.name for c in table.columns if c.index not in read and c.name and c.filled),
        tuple(made.notes),
        tuple(made.doubts),
    )


def _options(
    options: Mapping[str, Value], kind: Kind | None, settings: TimeSettings
) -> dict[str, Value]:
    found: dict[str, Value] = {"kind": kind} if kind else {}
    found |= options
    formats = settings.formats
    if formats and formats != (DEFAULT,):
        found["datetime_format"] = formats[0] if len(formats) == 1 else formats
    if settings.tz is not None:
        found["tz"] = settings.tz
    return found


# -- kinds ---------------------------------------------------------------------------------------


def _kind(names: Names, made: _Decision) -> Kind | None:
    """Decide whether a row is an appeal, an event or a status, and record any doubt."""
    answered = names.time("answered_at")
    types = _named_values(names.other("type"), event_type)
    statuses = _named_values(names.other("status"), status_meaning)
    own_id = made.roles.get("appeal_id")
    compared = None if own_id is None else own_id.columns[0].ids
    repeats = compared is not None and compared.repeated > 0
    if types is not None and (repeats or answered == NOTHING):
        if answered.role is not None:
            made.doubts.append(_kind_doubt(("events", "appeals")))
            return None
        return "events"
    if answered.role is None and statuses is not None and repeats:
        return "statuses"
    if answered != NOTHING or names.time("posted_at") != NOTHING:
        return "appeals"
    made.doubts.append(_kind_doubt(("appeals", "events", "statuses")))
    return None


def _kind_doubt(kinds: Sequence[Kind]) -> Doubt:
    return Doubt("input", say("detect_kind"), tuple(toml_line("kind", kind) for kind in kinds))


def _named_values(choice: Choice, meaning: Callable[[str], str | None]) -> Role | None:
    """Return the chosen role if at least half of its values have a known meaning."""
    role = choice.role
    if role is None:
        return None
    values = role.columns[0].values
    known = sum(count for value, count in values.items() if meaning(value))
    return role if values and 2 * known >= values.total() else None


# -- times ---------------------------------------------------------------------------------------


def _times(names: Names, made: _Decision) -> list[Role]:
    """Choose the time columns that a file of this kind needs."""
    wanted: tuple[str, ...]
    if made.kind == "events":
        wanted = ("occurred_at",)
        made.take(names.other("type"))
    elif made.kind == "statuses":
        wanted = ("since",)
        made.take(names.other("status"))
    else:
        wanted = ("posted_at", "answered_at")
    for canonical in wanted:
        known_as = "occurred_at" if canonical == "since" else canonical
        choice = names.time(known_as)
        if choice.role is not None and canonical == "since":
            choice = Choice(choice.role._replace(canonical=canonical))
        if made.take(choice):
            continue
        made.doubts.append(_missing(canonical, names, made.roles.values()))
    if made.kind == "events":
        made.take(names.time("received_at"))
    return [role for canonical, role in made.roles.items() if canonical in (*wanted, "received_at")]


def _their_due(names: Names, made: _Decision) -> list[Role]:
    """Use the column with the exporting system's due times, unless it is doubtful."""
    role = names.time("their_due_at").role
    if role is not None and not any(doubts_of(role)):
        made.roles["their_due_at"] = role
        return [role]
    return []


def _missing(canonical: str, names: Names, roles: Iterable[Role | None]) -> Doubt:
    """Return the doubt that no column of the file is recognised as ``canonical``."""
    used = {column.index for role in roles if role is not None for column in role.columns}
    left = [column for column in names.columns if column.index not in used and column.filled]
    left = [column for column in left if not column.has_objects]
    if canonical != "appeal_id":
        left = [column for column in left if column.time_kind in MOMENTS]
    else:
        left = [column for column in left if column.time_kind not in ("moment", "date", "clock")]
    choices = [toml_line(canonical, column.name) for column in left[:MOST_LISTED]]
    question = say("detect_missing", canonical=canonical)
    if canonical == "answered_at":
        choices.append(toml_line(canonical, ""))
        question = say("detect_no_answers")
    return Doubt("columns", question, tuple(dict.fromkeys(choices)), asked=(canonical,))


# -- values --------------------------------------------------------------------------------------


def _place_values(made: _Decision) -> None:
    """Decide the meaning of event types, statuses and texts for an empty time."""
    for canonical, meaning in (("type", event_type), ("status", status_meaning)):
        role = made.roles.get(canonical)
        if role is None:
            continue
        column = role.columns[0]
        known = {value: found for value in column.values if (found := meaning(value))}
        made.values[canonical] = {value: found for value, found in known.items() if value != found}
        made.doubts += _answers(canonical, column, known)
        unknown = [value for value in column.values if value not in known]
        if unknown:
            cause = "detect_types" if canonical == "type" else "detect_statuses"
            question = say(cause, column=shown(column.name), values=listed(unknown))
            keys = tuple(toml_key(value) for value in unknown[:_MOST_TYPES])
            made.doubts.append(Doubt(f"values.{canonical}", question, asked=keys))
    role = made.roles.get("answered_at")
    if role is not None and len(role.columns) == 1:
        empty = role.columns[0].placeholders
        if empty:
            made.values["answered_at"] = dict.fromkeys(empty, "")
            texts = ", ".join(map(shown, empty))
            made.notes.append(say("detect_empty", column=role.names, texts=texts))
    made.values = {canonical: table for canonical, table in made.values.items() if table}


def _answers(canonical: str, column: Column, known: Mapping[str, str]) -> Iterator[Doubt]:
    """Yield the doubts if no value of a log means an answer, or no value means a posting."""
    meanings = set(known.values())
    answer = "replied" if canonical == "type" else "answered"
    if answer not in meanings:
        closings = [value for value, meaning in known.items() if meaning == "closed"]
        lines = [
            toml_line(value, kind) for value in closings or known for kind in (answer, known[value])
        ]
        question = say("detect_no_answer", column=shown(column.name), answer=answer)
        yield Doubt(f"values.{canonical}", question, tuple(lines))
    if canonical == "type" and "created" not in meanings:
        question = say("detect_no_creation", column=shown(column.name))
        yield Doubt("input", question, (toml_line("first_event", "created"),))


def _compare_ids(made: _Decision, table: Table, rows: Callable[[], Iterable[Row]]) -> None:
    """Record doubts about repeated ids in a file with one row for each appeal."""
    own_id, posted = made.roles.get("appeal_id"), made.roles.get("posted_at")
    if made.kind != "appeals" or own_id is None:
        return
    compared = own_id.columns[0].ids
    column = shown(own_id.columns[0].name)
    if compared is None or not compared.repeated:
        if compared is not None and compared.counting and table.rows > 1:
            made.notes.append(say("detect_ids_count", column=column))
        return
    at = own_id.columns[0].index
    when = [] if posted is None else [column.index for column in posted.columns]
    ids = Ids()
    width = len(table.columns)
    for _, cells in rows():
        if len(cells) >= width and cells[at].strip():
            ids.add(cells[at].strip(), " ".join(cells[one].strip() for one in when))
    if ids.contradictory is not None:
        question = say("detect_ids_repeat", column=column, id=shown(ids.contradictory))
        made.doubts.append(Doubt("columns", question, (own_id.line,)))
    else:
        made.notes.append(say("detect_ids_again", column=column, count=ids.repeated))


# -- what is shown -------------------------------------------------------------------------------


def _reading(role: Role, settings: TimeSettings) -> Reading:
    """Return the first values of a role, with times parsed."""
    first = [column.first for column in role.columns]
    texts = [" ".join(parts) for parts in zip(*first, strict=False)]
    return Reading(role.canonical, role.written, tuple(_as_read(text, settings) for text in texts))


def _as_read(text: str, settings: TimeSettings) -> str:
    shape = shape_of(shape_text(text))
    if shape.kind != "moment":
        return text
    if shape.family and shape.family not in settings.orders:
        return text
    order: Order = settings.orders.get(shape.family, next(iter(shape.formats)))
    try:
        written = shape.formats[order]
        when = datetime.strptime(text, written) if written else parse_time(text)  # noqa: DTZ007
    except (ValueError, KeyError, TimeSyntaxError):
        return text
    return f"{when:%Y-%m-%d %H:%M}"
