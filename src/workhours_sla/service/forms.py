"""The JSON that the service answers, as types that OpenAPI describes."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict, get_type_hints

from msgspec import Meta

from workhours_sla.json import answers
from workhours_sla.json.outcomes import VERDICTS
from workhours_sla.sla.event import AUTHOR_ROLES, EVENT_FIELDS, EventField, EventType
from workhours_sla.sources.cloudevents import SCHEMA as EVENT_SCHEMA
from workhours_sla.text.catalog import QUARANTINE_REASONS
from workhours_sla.worktime.explain import Trace

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Amount = Annotated[  # the format "duration" has no sign, but an end may be before its start
    str,
    Meta(pattern=r"^-?PT(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,6})?S)?$", examples=["PT3H30M", "-PT15M"]),
]
Reason = Annotated[str, Meta(extra_json_schema={"enum": sorted(QUARANTINE_REASONS)})]
Objects = list[dict[str, Any]]
Counts = dict[str, int]


class CalendarVersion(TypedDict):
    """A calendar and its version."""

    id: str
    version: str


_WRITTEN: Final = {
    datetime: Time,
    datetime | None: Time | None,
    timedelta: Amount,
    timedelta | None: Amount | None,
    dict[str, str]: CalendarVersion,
    Trace | None: dict[str, Any],
}
"""The types of fields of answers, and how each is written in JSON."""


def _form(answer: Any) -> Any:
    """Return the JSON of an answer as a type: the fields of the answer, with its schema."""
    hints = get_type_hints(answer, localns={"Trace": Trace})
    made = [("schema", Literal[answer.SCHEMA])]
    for one in dataclasses.fields(answer):
        form = _WRITTEN.get(hints[one.name], hints[one.name])
        made.append((one.name, NotRequired[form] if one.default is None else form))
    found = TypedDict(answer.__name__, dict(made))  # type: ignore[misc]  # noqa: UP013
    found.__doc__ = answer.__doc__
    return found


Due: Final = _form(answers.Due)
Elapsed: Final = _form(answers.Elapsed)
LatestStart: Final = _form(answers.LatestStart)


class Answers(TypedDict):
    """The answers to a list of questions, with a problem in place of each that has no answer."""

    schema: Literal["workhours.answers/1"]
    answers: Objects


class Outcome(TypedDict):
    """What became of an appeal under one target."""

    appeal_id: str
    target: str
    cycle: int
    verdict: Annotated[str, Meta(extra_json_schema={"enum": [one.value for one in VERDICTS]})]
    agency_id: str | None
    district_id: str | None
    channel: str | None
    topic: str | None
    posted_at: Time
    started_at: Time | None
    due_at: Time | None
    breaches_after: Time | None
    answered_at: Time | None
    withdrawn_at: Time | None
    elapsed: Amount | None
    remaining: Amount | None
    overdue: Amount | None
    needs_review: bool
    calendar_unknown: bool
    provisional: bool
    retroactive: bool
    pause_left_open: bool
    bounds: dict[str, Any] | None
    holder_at_breach: NotRequired[str | None]
    spans: NotRequired[Objects]
    trace: NotRequired[dict[str, Any] | None]


class Quarantined(TypedDict):
    """What does not count, by its place in the events of the request, from 0."""

    index: int
    reason: Reason
    detail: NotRequired[str]


class Evaluation(TypedDict):
    """What became of the appeals that some events describe."""

    schema: Literal["workhours.evaluation/1"]
    as_of: Time
    policy_version: str
    counts: Counts
    outcomes: list[Outcome]
    unmatched: Objects
    rows: Counts
    events: Counts
    quarantine: list[Quarantined]


class Problem(TypedDict):
    """A problem of RFC 9457; facts of the error are further fields."""

    type: str
    title: str
    status: int
    detail: str
    key: NotRequired[str | None]


class Receipt(TypedDict):
    """What became of one event, by its place in the request."""

    index: int
    state: Literal["applied", "duplicate", "quarantined", "rejected"]
    event_id: NotRequired[str]
    reason: NotRequired[str]
    problem: NotRequired[Problem]


class Receipts(TypedDict):
    """What became of each event."""

    schema: Literal["workhours.receipts/1"]
    counts: Counts
    events: list[Receipt]


class Appeal(TypedDict):
    """The history of an appeal: its events, and its outcomes with their traces."""

    schema: Literal["workhours.appeal/1"]
    appeal_id: str
    now: Time
    events: Objects
    outcomes: list[Outcome]


class Overdue(TypedDict):
    """Unanswered appeals: those that are most overdue first, then those at risk."""

    schema: Literal["workhours.overdue/1"]
    now: Time
    counts: Counts
    outcomes: list[Outcome]
    next_offset: int | None


class CalendarYear(TypedDict):
    """Every day of a year, with its reason, and the norms of working time."""

    schema: Literal["workhours.calendar-year/1"]
    calendar: CalendarVersion
    year: int
    provisional: bool
    uncertain: dict[str, Any]
    days: Objects
    norms: Objects


class CloudEvent(TypedDict):
    """A CloudEvent 1.0.

    Its type ends with the type of the event, its subject is the id of the appeal, and data has the
    other fields.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Annotated[str, Meta(examples=["workhours.event.created"])]
    subject: NotRequired[str]
    time: NotRequired[Time]
    data: NotRequired[dict[str, Any]]


def _field_schema(field: EventField) -> dict[str, Any]:
    if field.type is EventType:
        return {"enum": [kind.value for kind in EventType]}
    if field.name == "author_role":
        return {"enum": [*AUTHOR_ROLES, None]}
    kind = "boolean" if field.type is bool else "string"
    found: dict[str, Any] = {"type": [kind, "null"] if field.nullable else kind}
    return found | ({"format": "date-time"} if field.type is datetime else {})


EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An event of the schema workhours.event/1. The example of an answer shows what "
    "happens to one that cannot be read.",
    "required": ["appeal_id", "type", "occurred_at"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": EVENT_SCHEMA},
        **{field.name: _field_schema(field) for field in EVENT_FIELDS},
    },
}
"""The JSON Schema of an event."""
