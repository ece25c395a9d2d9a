"""Events, days, traces, outcomes, intervals and budgets as JSON, and back: under a schema version.

Every field is written, so a text says all of its value and needs no calendar to be read. Of a
schedule, ``schedule_json`` has the text.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from workhours_sla.adapters.json.forms import (
    AMOUNT,
    DATE,
    FLAG,
    MOMENT,
    NUMBER,
    STRETCH,
    TEXT,
    Form,
    either,
    many,
    one_named,
    optional,
    pair,
    record,
)
from workhours_sla.adapters.json.schedule_values import Table, by, one_of, parsed, refuse, text
from workhours_sla.calendars.day import Act, Day, DayKind, Entry, Layer
from workhours_sla.errors import ConfigError, shown
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.outcome import Outcome, OutcomeBounds
from workhours_sla.worktime.budget_kinds import CalendarDays, ClockTime, Months, WorkingDays
from workhours_sla.worktime.explain import Step, Trace
from workhours_sla.worktime.weekly_hours import WeeklyHours
from workhours_sla.worktime.working_time import Interval

SCHEMA = "workhours.value/2"

Value = (
    Act
    | CalendarDays
    | ClockTime
    | Day
    | Entry
    | Event
    | Interval
    | Months
    | Outcome
    | Step
    | timedelta
    | Trace
    | WeeklyHours
    | WorkingDays
)
"""What has a text here; a plain timedelta is an amount of working time."""

_DAY_KIND = one_named({kind.value: kind for kind in DayKind})
_ACT = record(
    Act,
    title=TEXT,
    known_from=optional(DATE),
    confidence=TEXT,
    source=optional(TEXT),
    scope=optional(TEXT),
    note=optional(TEXT),
)
_ENTRY = record(
    Entry,
    date=DATE,
    layer=one_named({layer.name.lower(): layer for layer in Layer}),
    kind=_DAY_KIND,
    act=optional(_ACT),
    name=optional(TEXT),
    swapped_with=optional(DATE),
    shortens_eve=FLAG,
    shortened_by=AMOUNT,
)
_DAY = record(
    Day,
    date=DATE,
    kind=_DAY_KIND,
    hours_of=DATE,
    shortened_by=AMOUNT,
    reasons=many(_ENTRY),
    eve_of=optional(_ENTRY),
    provisional=FLAG,
)
_STEP = record(
    Step,
    date=DATE,
    intervals=many(STRETCH),
    used=AMOUNT,
    day=optional(_DAY),
    overridden=FLAG,
    without_hours=FLAG,
    paused=AMOUNT,
    unknown=FLAG,
    undecided=optional(_ENTRY),
)
_TRACE = record(
    Trace,
    calendar=TEXT,
    calendar_version=TEXT,
    hours=TEXT,
    tz=TEXT,
    start=MOMENT,
    end=MOMENT,
    budget=optional(AMOUNT),
    used=AMOUNT,
    steps=many(_STEP),
    provisional=FLAG,
)
_EVENT = record(
    Event,
    event_id=TEXT,
    appeal_id=TEXT,
    type=one_named({kind.value: kind for kind in EventType}),
    occurred_at=MOMENT,
    received_at=MOMENT,
    source=TEXT,
    agency_id=optional(TEXT),
    district_id=optional(TEXT),
    channel=optional(TEXT),
    author_role=optional(TEXT),
    substantive=optional(FLAG),
    reason=optional(TEXT),
    topic=optional(TEXT),
    importance=optional(TEXT),
    regime=optional(TEXT),
    refers_to=optional(TEXT),
)
_BUDGETS: Final[dict[str, tuple[type, Form[Any]]]] = {
    "calendar_days": (
        CalendarDays,
        record(CalendarDays, count=NUMBER, roll=TEXT, count_from=TEXT),
    ),
    "clock_time": (ClockTime, record(ClockTime, amount=AMOUNT)),
    "months": (Months, record(Months, count=NUMBER, roll=TEXT)),
    "working_days": (WorkingDays, record(WorkingDays, count=NUMBER, count_from=TEXT)),
}
_BOUNDS = record(
    OutcomeBounds,
    due_at=pair(optional(MOMENT)),
    limit=pair(optional(MOMENT)),
    elapsed=pair(optional(AMOUNT)),
)
_OUTCOME = record(
    Outcome,
    appeal_id=TEXT,
    target=TEXT,
    verdict=one_named({verdict.value: verdict for verdict in Verdict}),
    posted_at=MOMENT,
    answered_at=optional(MOMENT),
    due_at=optional(MOMENT),
    limit=optional(MOMENT),
    elapsed=optional(AMOUNT),
    budget=either(AMOUNT, _BUDGETS),
    calendar_version=TEXT,
    agency_id=optional(TEXT),
    district_id=optional(TEXT),
    channel=optional(TEXT),
    calendar_unknown=FLAG,
    provisional=FLAG,
    cycle=NUMBER,
    started_at=optional(MOMENT),
    withdrawn_at=optional(MOMENT),
    topic=optional(TEXT),
    overdue=optional(AMOUNT),
    needs_review=FLAG,
    pauses=many(STRETCH),
    bounds=optional(_BOUNDS),
    retroactive=FLAG,
    pause_left_open=FLAG,
)
_KINDS: Final[dict[type, tuple[str, Form[Any]]]] = {
    Act: ("act", _ACT),
    **{kind: (name, form) for name, (kind, form) in _BUDGETS.items()},
    Day: ("day", _DAY),
    Entry: ("entry", _ENTRY),
    Event: ("event", _EVENT),
    Interval: ("interval", record(Interval, start=MOMENT, end=MOMENT)),
    Outcome: ("outcome", _OUTCOME),
    Step: ("step", _STEP),
    timedelta: ("working_time", AMOUNT),
    Trace: ("trace", _TRACE),
    WeeklyHours: ("weekly_hours", Form(str, by(WeeklyHours.parse))),
}
_BY_NAME = dict(_KINDS.values())


def value_to_json(value: Value) -> str:
    """Return a value as one line of JSON that ``value_from_json`` reads back as an equal one.

    Datetimes keep zone and fold, amounts their microseconds. Raises TypeError for a value of
    another type, NaiveDatetimeError, UnknownTimeZoneError for a datetime whose zone is neither
    IANA's nor a fixed offset, ConfigError for a part of another type than its field's and for
    weekly hours with parts of a second.

    >>> from workhours_sla import working_hours
    >>> value_to_json(working_hours(4, minutes=30))
    '{"schema": "workhours.value/2", "kind": "working_time", "value": "PT4H30M"}'
    """
    if type(value) not in _KINDS:
        kinds = ", ".join(kind.__name__ for kind in _KINDS)
        msg = f"{shown(value)} has no text here, only {kinds}; a Schedule has one in schedule_json"
        raise TypeError(msg)
    kind, form = _KINDS[type(value)]
    with suppress(AttributeError, KeyError, TypeError):  # a part of another type
        told = {"schema": SCHEMA, "kind": kind, "value": form.told(value)}
        written = json.dumps(told, ensure_ascii=False)
        if value_from_json(written) == value:
            return written
    msg = (
        f"{shown(value)} has a part that its text cannot say; give its field's type, or whole "
        "seconds"
    )
    raise ConfigError(msg, key="")


def value_from_json(written: str) -> Value:
    """Return the value that ``value_to_json`` wrote.

    Raises ConfigError, naming the key path, for what is no JSON of this schema, a key that is
    missing or not known, and a value that cannot be. A datetime whose zone has another offset
    then, by the tz database at hand, is refused.

    >>> from workhours_sla import WorkingDays
    >>> value_from_json(value_to_json(WorkingDays(3)))
    WorkingDays(count=3, count_from='next_day')
    """
    table = Table(parsed(written), "")
    schema = table.take("schema", text)
    if schema != SCHEMA:
        refuse("schema", f"{shown(schema)} is not known", f"this version reads {SCHEMA!r}")
    form = table.take("kind", one_of(_BY_NAME))
    value: Value = table.take("value", form.read)
    table.end()
    return value
