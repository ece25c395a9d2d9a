"""The questions that the service answers: their fields, and how they become answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from starlette.requests import Request

from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.json.answers import Due, Elapsed, LatestStart, OneTarget
from workhours_sla.json.checked_data import Reader
from workhours_sla.json.outcomes import VERDICTS, holder_data, outcome_data, quarantined_data
from workhours_sla.service.api import Limits
from workhours_sla.service.problems import RefusedRequestError, encoded, problem_of, refuse
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import BreachSpans
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.sources.cloudevents import sent_event
from workhours_sla.sources.rows import Fault
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, refuse_year, say
from workhours_sla.text.written_times import parse_time
from workhours_sla.worktime.schedule import Schedule

LONGEST_SPAN: Final = timedelta(days=3660)  # the longest span between two times of a question
QUESTIONS_OF_ONE: Final = 10  # number of questions in a list that count as one more request
EXPLANATION: Final = 2
"""Number of requests that an explanation counts as, besides the request itself."""
EVENTS_OF_ONE: Final = 50  # number of events that count as one more request
SCHEMA: Final = "workhours.answers/1"


def _field(text: str, *examples: object) -> msgspec.Meta:
    return msgspec.Meta(description=text, examples=list(examples) or None)


Time = Annotated[
    str,
    _field("A time with its offset from UTC.", "2025-10-31T17:30:00+03:00", "31.10.2025 17:30Z"),
]


class TimeQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base class of the questions about times: the target, and how to answer."""

    target: Annotated[str, _field("The target, if there are several.")] | None = None
    agency_id: Annotated[str, _field("The agency, if it selects the schedule.")] | None = None
    district_id: Annotated[str, _field("The district, if it selects the schedule.")] | None = None
    channel: Annotated[str, _field("The channel, if it selects the schedule.")] | None = None
    provisional: Annotated[bool, _field("Answer by rule where no act has decided.")] = False
    explain: Annotated[bool, _field("Add every day, with its act, as trace.")] = False


class DueQuestion(TimeQuestion, frozen=True, kw_only=True):
    """When the answer to an appeal is due that was posted at ``start``."""

    start: Time
    now: Time | None = None

    def answer(self, targets: Targets) -> dict[str, Any]:
        one, start = targets.one(self), read_time("start", self.start)
        now = None if self.now is None else read_time("now", self.now)
        if now is not None:
            _check_span(start, now)
        by_rule = self.provisional
        return Due.of(one, start, now=now, by_rule=by_rule, traced=self.explain).data()


class ElapsedQuestion(TimeQuestion, frozen=True, kw_only=True):
    """How much working time there is from ``start`` to ``end``, and whether that is in time."""

    start: Time
    end: Time

    def answer(self, targets: Targets) -> dict[str, Any]:
        one = targets.one(self)
        start, end = read_time("start", self.start), read_time("end", self.end)
        _check_span(start, end)
        by_rule = self.provisional
        return Elapsed.of(one, start, end, by_rule=by_rule, traced=self.explain).data()


class LatestStartQuestion(TimeQuestion, frozen=True, kw_only=True):
    """How late an appeal may arrive to be due by ``due_by``."""

    due_by: Time

    def answer(self, targets: Targets) -> dict[str, Any]:
        one, due_by = targets.one(self), read_time("due_by", self.due_by)
        by_rule = self.provisional
        return LatestStart.of(one, due_by, by_rule=by_rule, traced=self.explain).data()


class ExplainQuestion(TimeQuestion, frozen=True, kw_only=True):
    """Why the answer is due then; with ``end``, why so much working time passed."""

    start: Time
    end: Time | None = None

    def answer(self, targets: Targets) -> dict[str, Any]:
        """Return ``workhours.due/2`` or ``workhours.elapsed/2``, always with its trace."""
        common = {name: getattr(self, name) for name in TimeQuestion.__struct_fields__}
        common |= {"explain": True, "start": self.start}
        if self.end is None:
            return DueQuestion(**common).answer(targets)
        return ElapsedQuestion(**common, end=self.end).answer(targets)


class EvaluateQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of the appeals that some events describe, as of a time."""

    as_of: Time
    events: Annotated[
        tuple[Any, ...],
        msgspec.Meta(
            description="Events of the schema workhours.event/1, or CloudEvents, in any order.",
            extra_json_schema={
                "items": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/Event"},
                        {"$ref": "#/components/schemas/CloudEvent"},
                        {"description": "Anything else is listed in the quarantine of the answer."},
                    ]
                }
            },
        ),
    ]
    target: Annotated[str, _field("The target, if only one of several is wanted.")] | None = None
    provisional: Annotated[bool, _field("Answer by rule where no act has decided.")] = False
    explain: Annotated[bool, _field("Add the agencies that had the late appeals.")] = False

    def answer(self, targets: Targets) -> dict[str, Any]:
        as_of = read_time("as_of", self.as_of)
        chosen = targets.chosen(self.target)
        items = items_of(self.events)
        for place, one in enumerate(items):
            if isinstance(one, Event):
                _check_span(one.occurred_at, as_of, index=place)
        return _evaluated(self, items, targets.policy, chosen, as_of)


def items_of(objects: Sequence[Any], received_at: datetime | None = None) -> list[Event | Fault]:
    """Map JSON objects to events, with a Fault in place of what is no event."""
    mapped = [sent_event(one, place, received_at) for place, one in enumerate(objects)]
    return [one if isinstance(one, Fault) else one[0] for one in mapped]


def _evaluated(
    asked: EvaluateQuestion,
    items: Sequence[Event | Fault],
    policy: Policy,
    targets: Sequence[Target],
    as_of: datetime,
) -> dict[str, Any]:
    """Return ``workhours.evaluation/1`` with the outcomes of some targets."""
    events = [one for one in items if isinstance(one, Event)]
    faults = [one for one in items if isinstance(one, Fault)]
    result = evaluate(events, policy, as_of=as_of, provisional=asked.provisional)
    names = {target.name for target in targets}
    outcomes = [one for one in result.outcomes if one.target in names]
    counts = Counter(outcome.verdict for outcome in outcomes)
    shown = [outcome_data(one) for one in outcomes]
    if asked.explain:
        spans = BreachSpans(events, result.quarantine, targets, as_of)
        for outcome, data in zip(outcomes, shown, strict=True):
            data.update(holder_data(outcome, spans.of(outcome), as_of.tzinfo))
    # copies of one event have one content, and may differ in the time of receipt
    places: dict[tuple[object, ...], int] = {}
    for place, one in enumerate(items):
        if isinstance(one, Event):
            places.setdefault((one.event_id, *one.content), place)
    return {
        "schema": "workhours.evaluation/1",
        "as_of": as_of,
        "policy_version": policy.version,
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "outcomes": shown,
        "unmatched": [one._asdict() for one in result.unmatched if one.target in {None, *names}],
        "rows": {"read": len(items), "mapped": len(events), "quarantined": len(faults)},
        "events": asdict(result.reconciliation),
        "quarantine": [
            *({"index": one.line, "reason": one.reason, "detail": one.detail} for one in faults),
            *(
                {"index": places[event.event_id, *event.content]}
                | quarantined_data(Quarantined(event, reason))
                for event, reason in result.quarantine
            ),
        ],
    }


class Questions(NamedTuple):
    """Answers questions of one kind: one, or a list of them."""

    kind: Any  # the type of the question
    targets: Targets
    limits: Limits

    def weight(self, asked: Any) -> int:
        """Return the number of requests that the work counts as, besides the request itself."""
        items = asked if isinstance(asked, list) else [asked]
        explanations = EXPLANATION * sum(map(self._is_explained, items))
        events = sum(map(_count_events, items))
        return len(items) // QUESTIONS_OF_ONE + explanations + events // EVENTS_OF_ONE

    def is_quick(self, asked: Any) -> bool:
        """Return whether the answer takes less time than to start a thread for it."""
        is_one = self.kind is DueQuestion and not isinstance(asked, list)
        return is_one and not self._is_explained(asked)

    def _is_explained(self, item: object) -> bool:
        explained = isinstance(item, dict) and bool(item.get("explain"))
        return explained or self.kind is ExplainQuestion

    def answer(self, _request: Request, asked: Any) -> bytes:
        """Return the answer, or the answers to a list in the same order, as JSON."""
        limits, is_list = self.limits, isinstance(asked, list)
        items = asked if is_list else [asked]
        check_events(sum(map(_count_events, items)), limits)
        if not items:
            refuse("invalid-request", say("empty_batch"), key=None)
        if len(items) > limits.questions:
            facts = {"count": len(items), "most": limits.questions}
            refuse("batch-too-large", say("large_batch", **facts), **facts)
        parts: list[bytes] = []
        size, until, most = 0, monotonic() + limits.seconds, limits.answer_bytes
        for item in items:
            try:
                part = encoded(_READER.convert(item, self.kind).answer(self.targets))
            except (RefusedRequestError, WorkHoursError) as error:
                if not is_list:
                    raise
                part = encoded(problem_of(error).document())
            parts.append(part)
            size += len(part) + 1
            if size > most:
                refuse("answer-too-large", say("large_answer", most=most), most=most)
            if is_list and monotonic() > until:
                phrase = say("slow_answer", seconds=f"{limits.seconds:g}")
                refuse("timeout", phrase, seconds=limits.seconds)
        if not is_list:
            return parts[0]
        return b'{"schema":"%s","answers":[%s]}' % (SCHEMA.encode(), b",".join(parts))


def check_events(count: int, limits: Limits) -> None:
    if count > limits.events:
        facts = {"count": count, "most": limits.events}
        refuse("batch-too-large", say("many_events", **facts), **facts)


def _count_events(item: object) -> int:
    events = item.get("events") if isinstance(item, dict) else None
    return len(events) if isinstance(events, list) else 0


class Targets:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._targets: dict[str, Target] = {target.name: target for target in policy.targets}
        self._only = next(iter(self._targets)) if len(self._targets) == 1 else None
        self._single = {
            target.name: OneTarget(target.name, target.schedule, target.budget, target.closing)
            for target in self._targets.values()
            if isinstance(target.schedule, Schedule)
        }

    def chosen(self, name: str | None) -> tuple[Target, ...]:
        """Return the target with a name, all targets for None. Raises ConfigError."""
        if name is None:
            return tuple(self._targets.values())
        what = say("no_target", name=shown(name))
        _READER.choose(("target",), name, self._targets, what)
        return (self._targets[name],)

    def one(self, question: TimeQuestion) -> OneTarget:
        """Return the target that a question names, with its schedule. Raises ConfigError."""
        name = self._only if question.target is None else question.target
        if name in self._single:
            return self._single[name]
        reader = _READER
        if name is None:
            names = ", ".join(self._targets)
            reader.fail(("target",), say("missing"), say("use_one_of", names=names))
        reader.choose(("target",), name, self._targets, say("no_target", name=shown(name)))
        target = self._targets[name]
        by = target.schedule
        assert not isinstance(by, Schedule)  # noqa: S101 - it would be in _single
        key: str | None = getattr(question, by.field)
        if key is None:
            reader.fail((by.field,), say("missing"), say("write_as_text"))
        reader.choose((by.field,), key, by.schedules, say("no_schedule", name=shown(key)))
        return OneTarget(name, by.schedules[key], target.budget, target.closing)


_READER: Final = Reader()


def read_time(key: str, text: str) -> datetime:
    """Parse a time, which must have an offset. ``key`` is its key in the question."""
    when = _READER.make((key,), lambda: parse_time(text.strip()))
    if when.tzinfo is None:
        what, instead = say("no_zone_of", value=when.isoformat()), say("add_offset")
        phrase = say("at_key", path=key, what=what, where="", instead=instead)
        refuse("naive-time", phrase, key=key, text=text)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    return when


def _check_span(start: datetime, end: datetime, **where: int) -> None:
    """Raise RefusedRequestError for a long span; ``where`` are further facts of the problem."""
    if abs(end - start) > LONGEST_SPAN:
        first, last = sorted((start, end))
        facts = {"first": first.isoformat(), "last": last.isoformat(), "most": LONGEST_SPAN.days}
        refuse("span-too-long", say("long_span", **facts), **facts, **where)
