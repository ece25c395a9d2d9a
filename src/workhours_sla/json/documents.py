"""Convert values to JSON documents and back. Each type of value has a versioned schema."""

from __future__ import annotations

import warnings
from typing import Any, Final, TypeVar, Union, overload

import msgspec

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act, Day, Entry
from workhours_sla.errors import ConfigError, WorkHoursWarning, shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.json.outcomes import ChangeLine, change_of, change_to_json, decode_change
from workhours_sla.json.schedules import AnyCalendarForm, ScheduleForm, outdated
from workhours_sla.json.strict_json import escape_control_bytes, parsed
from workhours_sla.json.structs import Hours, budget_forms, form_of, form_of_one, plain, value_of
from workhours_sla.sla.changes import Change
from workhours_sla.sla.event import Event
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.messages import say
from workhours_sla.worktime.explain import Step, Trace
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.verbs import Interval

Made = TypeVar("Made")


class ScheduleDocument(ScheduleForm, tag_field="schema", tag="workhours.schedule/2"):
    """The JSON document of a schedule."""


_KINDS: Final = budget_forms()
_BUDGET: Final = form_of_one(
    "budget",
    Union[tuple(_KINDS.values())],  # noqa: UP007
    lambda budget: _KINDS[type(budget)].written(budget),
    tag="workhours.budget/1",
    tag_field="schema",
)
_CALENDAR: Final = form_of_one(
    "calendar", AnyCalendarForm, plain, tag="workhours.calendar/1", tag_field="schema"
)
_DOCUMENTS: Final[dict[type, Any]] = {
    **{
        kind: form_of(kind, tag=f"workhours.{kind.__name__.lower()}/{number}", tag_field="schema")
        for number, kinds in {
            1: (Act, Day, Entry, Event, Interval, Outcome),
            3: (Step, Trace),
        }.items()
        for kind in kinds
    },
    **dict.fromkeys(_KINDS, _BUDGET),
    Calendar: _CALENDAR,
    Schedule: ScheduleDocument,
    WeeklyHours: form_of_one(
        "hours", Hours, Hours.write, tag="workhours.weekly_hours/1", tag_field="schema"
    ),
}
"""For each type of value, the Form of its JSON document."""
_FORMS: Final[tuple[Any, ...]] = (*dict.fromkeys(_DOCUMENTS.values()), ChangeLine)
_BY_SCHEMA: Final = {form.__struct_config__.tag: form for form in _FORMS}
_ANY: Final[Any] = Union[_FORMS]  # noqa: UP007
_EARLIER: Final = {
    "workhours.value/1": "each type now has a schema of its own",
    "workhours.value/2": "each type now has a schema of its own",
    "workhours.schedule/1": "a calendar now has a kind and a source",
    "workhours.change/1": "a change now has retroactive",
    "workhours.step/1": "a step now has part, number and rotation",
    "workhours.step/2": "a step now has rotation",
    "workhours.trace/2": "its steps now have rotation",
    "workhours.trace/1": "it has a budget of any kind now, its steps part, number and rotation",
}
"""For each schema of earlier versions, the sentence that explains what has changed."""


def to_json(value: object, *, indent: int | None = None) -> str:
    """Write a value as a JSON document; ``from_json`` reads an equal value from it.

    The document is one line unless ``indent`` is given. Datetimes keep their zone and ``fold``, and
    amounts their microseconds. The datetimes of a change are in UTC. Control characters are
    escaped.

    Raises TypeError for a value of a type that has no JSON document, NaiveDatetimeError for a naive
    datetime, and UnknownTimeZoneError for a datetime whose zone is neither an IANA zone nor a fixed
    offset. Raises ConfigError for an attribute that does not have the declared type, and for hours
    with a fraction of a second. Raises ConfigError also for a calendar that JSON cannot represent:
    a calendar must come from ``Calendar.get``, ``Calendar.plain`` or a calendar file.

    >>> from workhours_sla import working_hours
    >>> to_json(working_hours(4, minutes=30))
    '{"schema":"workhours.budget/1","budget":{"kind":"working_time","amount":"PT4H30M"}}'
    """
    kind = type(value)
    if isinstance(value, Change):
        encoded = change_to_json(value)
    elif kind in _DOCUMENTS:
        encoded = _encode(value, _DOCUMENTS[kind])
    else:
        kinds = ", ".join(sorted(one.__name__ for one in (*_DOCUMENTS, Change)))
        msg = f"{shown(value)} has no JSON form; give one of {kinds}, or each part of a combination"
        raise TypeError(msg)
    return (encoded if indent is None else msgspec.json.format(encoded, indent=indent)).decode()


def _encode(value: object, document: Any) -> bytes:
    try:
        encoded = escape_control_bytes(msgspec.json.encode(document.written(value)))
    except (AttributeError, KeyError, TypeError, UnicodeEncodeError, RecursionError):
        encoded = b""
    if not encoded or from_json(encoded) != value:
        msg = (
            f"{shown(value)} has an attribute that JSON cannot represent; give the declared type, "
            "or whole seconds"
        )
        raise ConfigError(msg, key="")
    return encoded


@overload
def from_json(text: str | bytes) -> object: ...
@overload
def from_json(text: str | bytes, kind: type[Made]) -> Made: ...
def from_json(text: str | bytes, kind: type = object) -> object:
    """Read a value of type ``kind`` from a JSON document that ``to_json`` wrote.

    Raises ConfigError, with the key path (``key``), for text that is not JSON, an unknown schema, a
    missing or unknown key, a value that cannot be used, and a document of another type. A datetime
    is refused if its offset in the text differs from the offset of its IANA zone at that time. If a
    calendar from ``Calendar.get`` has changed since the document was written, the value uses the
    current calendar, and a WorkHoursWarning is issued.

    >>> from workhours_sla import WorkingDays
    >>> from_json(to_json(WorkingDays(3)), WorkingDays)
    WorkingDays(count=3, count_from='next_day')
    """
    if kind is Change:  # ten times as fast as the code below, which reads every type
        try:
            return decode_change(text)
        except (ValueError, TypeError, RecursionError):
            pass  # the code below raises the error with the key path
    reader = Reader()
    try:
        form = _read_form(text, reader)
        value = change_of(form) if isinstance(form, ChangeLine) else value_of(form, reader)
    except RecursionError:
        reader.fail((), say("nested_too_deep"), say("give_as_written"))
    if not isinstance(value, kind):
        what = f"{form.__struct_config__.tag} is the schema of another type"
        reader.fail(("schema",), what, f"give a document of type {kind.__name__}")
    if isinstance(value, Calendar | Schedule):
        for change in outdated(form.calendar):
            warnings.warn(f"{change}: answers may differ", WorkHoursWarning, stacklevel=2)
    return value


def _read_form(text: str | bytes, reader: Reader) -> Any:
    data = parsed(text, reader)
    schema = data.get("schema") if isinstance(data, dict) else None
    if isinstance(schema, str) and schema in _EARLIER:
        what = f"{shown(schema)} is an earlier form; {_EARLIER[schema]}"
        reader.fail(("schema",), what, "write the value again with this version")
    return reader.convert(data, _BY_SCHEMA.get(schema, _ANY) if isinstance(schema, str) else _ANY)
