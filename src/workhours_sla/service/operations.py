"""The operations of the service: what each asks, answers and costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from heapq import nsmallest
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import shown
from workhours_sla.json.answers import CalendarYear
from workhours_sla.json.outcomes import outcome_data
from workhours_sla.json.strict_json import escape_controls
from workhours_sla.service import forms
from workhours_sla.service.api import JSON_TYPE, Api, Limits, Operation, as_bytes
from workhours_sla.service.live import History, Live
from workhours_sla.service.middleware import RequestCounts
from workhours_sla.service.problems import refuse
from workhours_sla.service.questions import (
    EVENTS_OF_ONE,
    DueQuestion,
    ElapsedQuestion,
    EvaluateQuestion,
    ExplainQuestion,
    LatestStartQuestion,
    Questions,
    Targets,
)
from workhours_sla.service.receiving import CLOUD_EVENT, CLOUD_EVENTS, SOURCE, Sent
from workhours_sla.service.reporting import ReportQuery, Reports, wants_page
from workhours_sla.service.webhook_requests import HEADER_OF_MAX, Webhooks
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.stream.sinks.metrics import CONTENT_TYPE
from workhours_sla.text.catalog import current
from workhours_sla.text.messages import LAST_YEAR, say
from workhours_sla.worktime.times import ZERO

FRIDAY: Final = "2025-10-31T17:30:00+03:00"
CREATED: Final = {
    "event_id": "1",
    "appeal_id": "A-1",
    "type": "created",
    "occurred_at": FRIDAY,
    "agency_id": "roads",
}
NAIVE: Final = {
    "event_id": "2",
    "appeal_id": "A-1",
    "type": "replied",
    "occurred_at": "2025-11-01T12:10:00",
    "author_role": "official",
}
CLOUD: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "1",
    "source": "portal",
    "type": "workhours.event.created",
    "subject": "A-2",
    "time": "2025-11-01T12:00:00+03:00",
    "data": {"agency_id": "roads"},
}
EVENTS: Final[Mapping[str, Any]] = {
    "one": CREATED,
    "again": CREATED,
    "several": [CREATED, NAIVE],
    "cloudevent": CLOUD,
}
QUESTIONS: Final[Mapping[str, tuple[Any, Any, Mapping[str, Any]]]] = {
    "due": (DueQuestion, forms.Due, {"start": FRIDAY, "now": "2025-11-01T11:00:00+03:00"}),
    "elapsed": (
        *(ElapsedQuestion, forms.Elapsed),
        {"start": FRIDAY, "end": "2025-11-01T12:00:00+03:00"},
    ),
    "latest-start": (
        *(LatestStartQuestion, forms.LatestStart),
        {"due_by": "2025-11-01T12:30:00+03:00"},
    ),
    "explain": (ExplainQuestion, forms.Due | forms.Elapsed, {"start": FRIDAY}),
    "evaluate": (
        *(EvaluateQuestion, forms.Evaluation),
        {"as_of": "2025-11-01T13:00:00+03:00", "events": [CREATED, NAIVE]},
    ),
}
"""The type of question at each address ``/v1/NAME``, the form of its answer, and an example."""
OF_TIMES: Final = ("invalid-time", "naive-time", "calendar-coverage", "span-too-long")
OF_LISTS: Final = ("batch-too-large", "answer-too-large", "timeout")
AWAY: Final = ("store-unavailable",)
ATTRIBUTES: Final = {
    "specversion": "1.0, for a CloudEvent in binary mode.",
    "id": "The id of the event, unique within its source.",
    "source": "The system that sends the event.",
    "type": "The type of the event, such as workhours.event.created.",
    "subject": "The id of the appeal.",
    "time": "When it happened.",
}
"""The headers of a CloudEvent in binary mode."""
ONE: Final[Mapping[str, Any]] = {"one": {}}  # the example of an operation without a question
Received = Annotated[str, Meta(description="ok, or what VK confirms a server by", examples=["ok"])]
MOST: Final = 1_000  # the largest number of appeals in one answer
USUAL: Final = 100
LAST_OFFSET: Final = 1_000_000_000  # the largest number of outcomes that an answer may leave out
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Labels(NamedTuple):
    """What people see: the names of agencies, districts and channels by id, and the organisation.

    ``names`` are keyed by grouping, ``titles`` by language.
    """

    names: Mapping[str, Mapping[str, str]] = _NONE
    titles: Mapping[str, str | None] = _NONE


class WithStore(NamedTuple):
    """What a service has only with a store; its owner opens and closes ``live``."""

    live: Live
    webhooks: Webhooks = Webhooks()
    reports: Reports | None = None
    labels: Labels = Labels()


class YearQuery(Struct, frozen=True):
    """A year of a calendar."""

    id: Annotated[str, Meta(description="The calendar.", examples=["RU-VGG"])]
    year: Annotated[int, Meta(ge=2, le=LAST_YEAR, examples=[2025])]
    provisional: Annotated[bool, Meta(description="Answer by rule where no act has decided.")] = (
        False
    )


class AppealQuery(Struct, frozen=True):
    """One appeal."""

    id: Annotated[str, Meta(description="The id of the appeal.", examples=["A-1"])]


class OverdueQuery(Struct, frozen=True):
    """Which of the overdue and at-risk appeals are wanted."""

    agency_id: Annotated[str, Meta(description="Those of one agency.")] | None = None
    target: Annotated[str, Meta(description="Those of one target.")] | None = None
    limit: Annotated[int, Meta(description="At most so many.", ge=1, le=MOST)] = USUAL
    offset: Annotated[int, Meta(description="Leave out so many.", ge=0, le=LAST_OFFSET)] = 0

    def admits(self, outcome: Outcome) -> bool:
        return self.agency_id in {None, outcome.agency_id} and self.target in {None, outcome.target}


def add_questions(api: Api, policy: Policy, limits: Limits, live: Live | None) -> None:
    """Add the operations of every service."""
    targets = Targets(policy)
    for name, (kind, form, example) in QUESTIONS.items():
        asked = Questions(kind, targets, limits)
        naive = {
            key: value.removesuffix("+03:00") if isinstance(value, str) else value
            for key, value in example.items()
        }
        operation = Operation(
            *("POST", f"/v1/{name}", asked.answer, name, kind.__doc__, kind, form),
            weight=asked.weight,
            is_quick=asked.is_quick,
            has_events=name == "evaluate",
            problems=OF_TIMES + OF_LISTS,
            examples={"one": example, "several": [example, naive]},
        )
        api.operations.append(operation)

    @api(
        *("GET", "/v1/calendars/{id}/{year}", forms.CalendarYear),
        problems=("unknown-calendar", "calendar-coverage"),
        examples={"one": {"id": "RU-VGG", "year": 2025}},
    )
    def calendar(_request: Request, asked: YearQuery) -> dict[str, Any]:
        """Return which days of a year are worked, and why."""
        found = Calendar.get(asked.id)
        return CalendarYear.of(found, asked.year, by_rule=asked.provisional).data()

    @api("GET", "/healthz", role=None, is_quick=lambda _: True, examples=ONE)
    def healthz(_request: Request, _asked: None) -> dict[str, str]:
        """Return ok, if the service answers."""
        return {"status": "ok"}

    schedules = [schedule for target in policy.targets for schedule in target.schedules]
    known = {schedule.calendar.id: schedule.calendar.coverage for schedule in schedules}
    last = {name: coverage[-1][1] if coverage else None for name, coverage in known.items()}
    away = () if live is None else AWAY

    @api("GET", "/readyz", role=None, examples=ONE, problems=away)
    def readyz(_request: Request, _asked: None) -> dict[str, Any]:
        """Return whether the service is ready, and up to which date each calendar is known."""
        found: dict[str, Any] = {"status": "ready", "calendars": last}
        if live is None:
            return found
        if live.failing is not None:
            raise live.failing
        watermark = live.pipeline.watermark  # waits while another thread uses the store
        if live.failing is not None:
            raise live.failing
        return found | {"watermark": watermark, "sinks_failing": len(live.failing_sinks)}


def add_store(api: Api, live: Live, limits: Limits, counts: RequestCounts) -> None:
    """Add the operations of a service with a store."""

    @api(
        *("POST", "/v1/events", forms.Receipts),
        role="write",
        status=202,
        weight=lambda asked: len(asked.items) // EVENTS_OF_ONE,
        parse=lambda request, body: Sent.parse(request, body, live.clock(), limits),
        has_events=True,
        problems=("media-type", "invalid-request", "batch-too-large", "invalid-event", *AWAY),
        examples=EVENTS,
        more=_sent(limits),
    )
    def events(_request: Request, asked: Sent) -> dict[str, Any]:
        """Store events; each is applied once, however often it is sent."""
        return asked.data(live.apply(asked.events, asked.rejected, SOURCE))

    @api(
        *("GET", "/v1/appeals/{id:path}", forms.Appeal),
        problems=("unknown-appeal", *AWAY),
        examples={"one": {"id": "A-1"}},
    )
    def appeal(_request: Request, asked: AppealQuery) -> dict[str, Any]:
        """Return what happened to an appeal, when it is due, and why."""
        now = live.clock()
        history = live.appeal(asked.id, now)
        if history is None:
            refuse("unknown-appeal", say("unknown_appeal", id=shown(asked.id)), id=asked.id)
        return _appeal_data(history, now)

    @api("GET", "/v1/overdue", forms.Overdue, cost=10, problems=AWAY, examples=ONE)
    def overdue(_request: Request, asked: OverdueQuery) -> dict[str, Any]:
        """Return which unanswered appeals are overdue, and which are at risk."""
        return _overdue_data(*live.outcomes(), asked)

    @api(
        *("GET", "/metrics", str),
        cost=10,
        media_types=(CONTENT_TYPE,),
        problems=AWAY,
        examples=ONE,
    )
    def metrics(_request: Request, _asked: None) -> str:
        """Return the state of the service, for Prometheus."""
        return live.metrics.text(live.clock(), live.outcomes()[0]) + counts.text()


def add_incoming(api: Api, webhooks: Webhooks, reports: Reports | None) -> None:
    """Add the operations that a configuration names: webhooks, and the report."""
    text: dict[str, Any] = {"role": None, "parse": as_bytes, "media_types": ("text/plain",)}
    text["problems"] = ("wrong-secret", "invalid-request", *AWAY)
    vk, of_max = webhooks
    if vk is not None:

        @api("POST", "/v1/webhooks/vk", Received, **text, more=_webhook(VK_REQUEST))
        def webhook_vk(_request: Request, asked: bytes) -> str:
            """Receive a request of VK, and store what it says about appeals."""
            return vk(asked)

    if of_max is not None:
        secret = {
            "name": HEADER_OF_MAX,
            "in": "header",
            "required": True,
            "description": "The secret of the subscription.",
            "schema": {"type": "string"},
        }
        more = {"parameters": [secret], **_webhook(MAX_UPDATE)}

        @api("POST", "/v1/webhooks/max", Received, **text, more=more)
        def webhook_max(request: Request, asked: bytes) -> str:
            """Receive a request of MAX, and store what it says about appeals."""
            return of_max(asked, request.headers.get(HEADER_OF_MAX))

    if reports is not None:

        @api(
            *("GET", "/v1/report"),
            cost=100,
            media_types=(JSON_TYPE, "text/html"),
            problems=(*OF_TIMES[:3], "report-busy", *AWAY),
        )
        def report(request: Request, asked: ReportQuery) -> Response:
            """Return how many appeals are answered in time, by whom, and how certain that is."""
            as_page = wants_page(request.headers.get("accept", ""))
            text = reports.text(asked, as_page=as_page)
            body = text if as_page else escape_controls(text)
            kind = "text/html; charset=utf-8" if as_page else JSON_TYPE
            headers = {"content-language": current(), "vary": "Accept, Accept-Language"}
            return Response(body.encode("utf-8", "backslashreplace"), 200, headers, kind)


def _sent(limits: Limits) -> dict[str, Any]:
    """Return the description of the events in a request, and of a CloudEvent in its headers."""
    anything = {"description": "Anything else is rejected, and listed in the answer."}
    event, cloud = ({"$ref": f"#/components/schemas/{name}"} for name in ("Event", "CloudEvent"))
    own, several = {"anyOf": [event, cloud, anything]}, {"type": "array", "maxItems": limits.events}
    schemas = {
        JSON_TYPE: {"anyOf": [own, several | {"items": own}]},
        CLOUD_EVENT: {"anyOf": [cloud, anything | {"not": {"type": "array"}}]},
        CLOUD_EVENTS: several | {"items": {"anyOf": [cloud, anything]}},
    }
    examples = {
        JSON_TYPE: {name: {"value": value} for name, value in EVENTS.items()},
        CLOUD_EVENT: {"cloudevent": {"value": CLOUD}},
        CLOUD_EVENTS: {"cloudevents": {"value": [CLOUD]}},
    }
    content = {kind: {"schema": schemas[kind], "examples": examples[kind]} for kind in schemas}
    text = {"type": "string", "pattern": r"^[\t -~]*$"}
    return {
        "description": "The body is events in JSON. With the header ce-specversion it is the data "
        "of one CloudEvent in binary mode, whose attributes are the headers ce-*, percent-encoded.",
        "parameters": [
            {"name": f"ce-{name}", "in": "header", "description": about, "schema": text}
            for name, about in ATTRIBUTES.items()
        ],
        "requestBody": {"required": True, "content": content},
    }


def _webhook(example: Mapping[str, Any]) -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


VK_REQUEST: Final[dict[str, Any]] = {
    "type": "wall_reply_new",
    "group_id": 990000001,
    "event_id": "5f2c8e1b",
    "v": "5.199",
    "secret": "the secret key of the group",
    "object": {
        "id": 1002,
        "from_id": 700000002,
        "date": 1773238800,
        "owner_id": -990000001,
        "post_id": 501,
        "parents_stack": [],
    },
}
"""An example of a comment of a citizen."""
MAX_UPDATE: Final[dict[str, Any]] = {
    "update_type": "message_created",
    "timestamp": 1773238800000,
    "message": {
        "sender": {"user_id": 700000002, "is_bot": False},
        "recipient": {"chat_id": 880000001, "chat_type": "chat"},
        "timestamp": 1773238800000,
        "body": {"mid": "mid.00000000000003ea", "seq": 1002},
    },
}
"""An example of a message of a citizen."""


def _appeal_data(history: History, now: datetime) -> dict[str, Any]:
    return {
        "schema": "workhours.appeal/1",
        "appeal_id": history.appeal_id,
        "now": now,
        "events": [
            {name: getattr(event, name) for name in FIELD_NAMES} | {"quarantined": reason}
            for event, reason in history.events
        ],
        "outcomes": [
            {**outcome_data(outcome), "trace": None if trace is None else trace.to_dict()}
            for outcome, trace in history.outcomes
        ],
    }


def _overdue_data(
    outcomes: Iterable[Outcome], now: datetime, query: OverdueQuery
) -> dict[str, Any]:
    """Return a page of open appeals: the most overdue first, then those at risk by due time."""
    found: Mapping[Verdict, list[Outcome]] = {Verdict.BREACHED: [], Verdict.AT_RISK: []}
    for one in outcomes:
        if one.verdict in found and one.answered_at is None and query.admits(one):
            found[one.verdict].append(one)
    overdue, at_risk = found.values()
    count, end = len(overdue) + len(at_risk), query.offset + query.limit
    most_overdue = nsmallest(end, overdue, lambda one: (-(one.overdue or ZERO), *_order(one)))
    both = [*most_overdue, *nsmallest(max(0, end - len(overdue)), at_risk, _order)]
    return {
        "schema": "workhours.overdue/1",
        "now": now,
        "counts": {"overdue": len(overdue), "at_risk": len(at_risk)},
        "outcomes": [outcome_data(one) for one in both[query.offset : end]],
        "next_offset": end if end < count else None,
    }


def _order(outcome: Outcome) -> tuple[datetime, str, str, int]:
    when = outcome.due_at or outcome.latest_limit or _LAST
    return when, outcome.appeal_id, outcome.target, outcome.cycle
