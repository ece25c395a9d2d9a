"""Exports of service desks: each sample gives the verdicts of its story, and bad input is named."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.paths import EXAMPLES, SAMPLES
from kit.properties import examples
from kit.rows import read, refusal
from kit.values import POLICY
from workhours_sla import Event, evaluate
from workhours_sla.config.file import parse_config
from workhours_sla.config.sections import Format
from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Claim
from workhours_sla.sources.appeal_file import mapper_of, open_source
from workhours_sla.sources.formats import FORMATS
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.sources.tail import Tail
from workhours_sla.stream.source import Item as SourceItem
from workhours_sla.text.catalog import QUARANTINE_REASONS

VOLGOGRAD = ZoneInfo("Europe/Volgograd")
AS_OF = datetime(2026, 3, 12, 15, 30, tzinfo=VOLGOGRAD)
STORY = {
    "A": ("met", "2026-03-12 15:15", 45),
    "B": ("breached", "2026-03-12 12:20", None),
    "C": ("breached", "2026-03-12 13:00", 300),
}
"""The verdict, the due time, and the minutes of working time to the answer of each appeal."""
NAMES = {"1001": "A", "1002": "B", "1003": "C"}


def form(name: str, *more: str) -> str:
    return "\n".join((f'[input]\nformat = "{name}"', *more))


def claims(source: bytes | str | Path, config: str) -> list[Claim]:
    data = source.encode() if isinstance(source, str) else source
    where = BytesIO(data) if isinstance(data, bytes) else data
    with open_source(where, parse_config(config, "test.toml")) as file:
        for _ in file:
            pass
        return file.claims


def events(items: list[Item]) -> list[Event]:
    assert not [item for item in items if isinstance(item, Fault)]
    return [event for item in items if not isinstance(item, Fault) for event in item]


def kinds(items: list[Item]) -> list[tuple[str, str]]:
    found = sorted(events(items), key=lambda event: event.order)
    return [(event.type.value, f"{event.occurred_at:%d %H:%M}") for event in found]


def fault(items: list[Item], reason: str) -> str:
    (found,) = [item for item in items if isinstance(item, Fault)]
    assert found.reason == reason
    assert reason in QUARANTINE_REASONS
    return found.detail


def doc(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


OWN = {
    "open311_requests.json": form("open311"),
    "open311_requests.xml": form("open311"),
    "cloudevents_structured.jsonl": form("cloudevents"),
    "cloudevents_batch.json": form("cloudevents"),
    "zendesk_ticket_metric_events.json": form("zendesk"),
    "zammad_tickets.json": form("zammad"),
    "servicenow_task_sla.csv": form("servicenow", 'kind = "appeals"', 'tz = "UTC"'),
}


def judged(found: list[Event]) -> dict[str, tuple[str, str, int | None]]:
    result = evaluate(found, POLICY, as_of=AS_OF)
    assert not result.quarantine
    return {
        NAMES.get(one.appeal_id[-4:], one.appeal_id): (
            one.verdict.value,
            str(one.due_at.astimezone(VOLGOGRAD))[:16] if one.due_at else "",
            None if one.answered_at is None else round(one.elapsed.total_seconds() / 60),
        )
        for one in result.outcomes
    }


@pytest.mark.parametrize("name", OWN)
def test_a_sample_gives_the_verdicts_of_its_story(name: str) -> None:
    assert judged(events(read(SAMPLES / name, OWN[name]))) == STORY


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_requests_and_their_updates_are_read_as_one_stream(suffix: str) -> None:
    requests = SAMPLES.joinpath(f"open311_requests.{suffix}").read_bytes()
    if suffix == "json":
        rows = json.loads(requests)
        requests = doc([{**row, "status": "open", "notes": []} for row in rows]).encode()
        updates = [
            {"update_id": f"u{(id_ := row['service_request_id'])}", "service_request_id": id_,
             "status": "fixed", "updated_datetime": row["updated_datetime"]}
            for row in rows if row["status"] == "closed"
        ]  # fmt: skip
        more = doc({"service_request_updates": updates}).encode()
    else:
        requests = requests.replace(b"<status>closed", b"<status>open")
        more = SAMPLES.joinpath("open311_servicerequestupdates.xml").read_bytes()
    found = read(requests + more, form("open311"))
    assert len(found) == 5
    assert judged(events(found)) == STORY


def test_ids_and_data_of_cloudevents() -> None:
    lines = doc(ENVELOPE) + "\n\n" + doc({**ENVELOPE, "source": "/other"}) + "\n"
    found = events(read(lines, form("cloudevents")))
    assert [event.event_id for event in found] == ["/desk#1", "/other#1"]
    row = {**ENVELOPE, "dept": "roads", "data": {"kind": "call", "author_role": "citizen"}}
    config = form("cloudevents", '[columns]\nchannel = "kind"\nagency_id = "dept"')
    (event,) = events(read(doc(row), config))
    assert (event.channel, event.agency_id, event.author_role) == ("call", "roads", "citizen")
    packed = {**ENVELOPE, "data_base64": "eyJjaGFubmVsIjogInZrIn0="}
    assert events(read(doc(packed), form("cloudevents")))[0].channel == "vk"


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><log>&c;</log>'
)
HOSTILE = {
    BOMB: "DOCTYPE ('lolz')",
    '<!DOCTYPE x SYSTEM "file:///etc/passwd"><log/>': "DOCTYPE ('x')",
    '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://example.org/e.dtd">%e;]><log/>': "DOCTYPE ('x')",
    "<log>&other;</log>": "undefined entity",
    "<log>" * 101: "100 elements",
    '<log a="' + "x" * 1_000_000: "unclosed token",
    "<log>": "no element found",
    "<log></trace>": "mismatched tag",
    "<log/><trace/>": "no <service_requests> but 'log', 'trace'",
    '<?xml version="1.0" encoding="utf-99"?><log/>': "unknown encoding",
    '<?xml version="1.0" encoding="euc-jp"?><log/>': "multi-byte",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:30])
def test_hostile_xml_is_refused_by_name(text: str) -> None:
    message = refusal(text, form("open311"))
    assert HOSTILE[text] in message
    assert message.count("rows") == 1


REQUEST = {
    "service_request_id": 7,
    "status": "closed",
    "requested_datetime": "2026-03-12T07:00:00Z",
    "updated_datetime": "2026-03-12T09:00:00Z",
    "expected_datetime": "2026-03-12T12:00:00+03:00",
}


@pytest.mark.parametrize(
    ("change", "reason", "part"),
    [
        ({"status": "weird"}, "unknown_type", "'weird'"),
        ({"notes": [{"datetime": "2026-03-12T07:00Z", "type": "activity"}]}, "unknown_type", "act"),
        ({"notes": [{"type": "closed"}]}, "missing_value", "datetime"),
        ({"notes": "none"}, "malformed", "notes"),
        ({"service_request_id": None}, "missing_value", "service_request_id"),
        ({"service_request_id": 1.5}, "malformed", "fraction"),
        ({"requested_datetime": None}, "missing_value", "requested_datetime"),
        ({"requested_datetime": "2026-03-12T07:00:00"}, "naive_time", "requested_datetime"),
        ({"updated_datetime": "2026-03-12T06:00:00Z"}, "reply_before_post", "06:00"),
        ({"updated_datetime": "soon"}, "unreadable_time", "updated_datetime"),
        ({"updated_datetime": ""}, "missing_value", "updated_datetime"),
        ({"expected_datetime": "soon"}, "unreadable_time", "expected_datetime"),
        ({"agency_responsible": ["a"]}, "malformed", "agency_id"),
    ],
)
def test_a_request_that_cannot_be_read_says_why(
    change: dict[str, object], reason: str, part: str
) -> None:
    data = doc([{**REQUEST, **change}])
    assert part in fault(read(data, form("open311")), reason)
    assert not claims(data, form("open311"))


def test_updates_of_work_in_progress_are_interim() -> None:
    update = {"update_id": "1", "service_request_id": "7", "status": "investigating"}
    (event,) = events(
        read(doc([{**update, "updated_datetime": "2026-03-12T09:00Z"}]), form("open311"))
    )
    assert (event.type.value, event.reason) == ("replied", "interim")


ENVELOPE = {
    "specversion": "1.0",
    "id": "1",
    "source": "/desk",
    "type": "workhours.event.created",
    "subject": "A",
    "time": "2026-03-12T07:00:00Z",
}


@pytest.mark.parametrize(
    ("change", "reason", "part"),
    [
        ({"id": None}, "missing_value", "id"),
        ({"source": ""}, "missing_value", "source"),
        ({"specversion": "0.3"}, "unknown_value", "'0.3'"),
        ({"type": "x.weird"}, "unknown_type", "'x.weird'"),
        ({"subject": None}, "missing_value", "subject"),
        ({"time": None}, "missing_value", "received"),
        ({"time": "now"}, "unreadable_time", "'now'"),
    ],
)
def test_a_cloudevent_that_cannot_be_read_says_why(
    change: dict[str, object], reason: str, part: str
) -> None:
    assert part in fault(read(doc({**ENVELOPE, **change}), form("cloudevents")), reason)


def test_watch_dates_a_cloudevent_without_a_time_to_its_receipt() -> None:
    row = {key: value for key, value in ENVELOPE.items() if key != "time"}
    mapper = mapper_of(parse_config(form("cloudevents"), "test.toml"))
    before = datetime.now(UTC)
    tail = Tail(BytesIO(doc(row).encode() + b"\n" + doc(ENVELOPE).encode() + b"\n"), mapper)
    first, second = [
        one.events[0] for one in tail.items({}) if isinstance(one, SourceItem) and one.events
    ]
    assert before <= first.occurred_at == first.received_at <= datetime.now(UTC)
    assert first.reason == "time of receipt"
    assert second.occurred_at == datetime(2026, 3, 12, 7, tzinfo=UTC)
    assert second.reason is None
    assert second.received_at == second.occurred_at


@pytest.mark.parametrize(
    "name", ["open311", "zendesk", "zammad", "jira", "servicenow", "vk", "ok", "telegram"]
)
def test_documents_cannot_be_followed(name: str) -> None:
    with pytest.raises(SourceError, match=f"{name} cannot be followed"):
        mapper_of(parse_config(form(name), "test.toml"))


def test_several_http_requests_follow_each_other() -> None:
    body = '{"channel": "vk"}'
    head = (
        "POST /events HTTP/1.1\r\nCE-SpecVersion: 1.0\r\nce-type: workhours.event.created\r\n"
        "ce-source: /desk\r\nce-id: %D1%8F{}\r\nce-subject: A\r\nce-time: 2026-03-12T07:00:00Z\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body.replace('{', '{{').replace('}', '}}')}\r\n"
    )
    found = events(read(head.format(1) + head.format(2), form("cloudevents")))
    assert [(one.event_id, one.channel) for one in found] == [
        ("/desk#я1", "vk"),
        ("/desk#я2", "vk"),
    ]
    structured = "POST / HTTP/1.1\nContent-Type: application/cloudevents+json; charset=utf-8\n\n"
    assert kinds(read(structured + doc(ENVELOPE), form("cloudevents"))) == [("created", "12 07:00")]
    assert "ce-id" in refusal("POST / HTTP/1.1\nHost: x\n\n{}", form("cloudevents"))


def metric(number: int, kind: str, clock: str, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "ticket_id": 5,
        "metric": "reply_time",
        "instance_id": 1,
        "type": kind,
        "time": f"2026-03-12T{clock}:00Z",
        **more,
    }


TICKET = {
    "id": 9,
    "group": "Roads",
    "created_at": "2026-03-12T07:00:00.000Z",
    "first_response_at": None,
    "first_response_escalation_at": "2026-03-12T12:00:00.000Z",
    "first_response_diff_in_min": -6,
    "close_at": "2026-03-12T11:00:00.000Z",
    "close_escalation_at": "2026-03-13T12:00:00.000Z",
    "close_diff_in_min": 10,
}


def article(number: int, sender: object, clock: str, **more: object) -> dict[str, object]:
    when = f"2026-03-12T{clock}:00.000Z"
    return {"id": number, "sender": sender, "internal": False, "created_at": when, **more}


def sla(name: str = "First response", **cycles: object) -> dict[str, object]:
    return {"id": "1", "name": name, **cycles}


def cycle(start: str, stop: str | None, **more: object) -> dict[str, object]:
    times = {"startTime": start, "stopTime": stop, "breachTime": "12:00"}
    found: dict[str, object] = {
        key: {"iso8601": f"2026-03-12T{value}:00+0300"} for key, value in times.items() if value
    }
    return {**found, **more}


JIRA = form("jira", 'kind = "appeals"')


def test_cycles_of_jira_are_appeals_of_their_own() -> None:
    link = {"_links": {"self": "https://desk.example/rest/servicedeskapi/request/HELP-1/sla/1"}}
    done = [cycle("10:00", "11:00", breached=False)]
    ongoing = cycle("13:00", None, breached=False, paused=False)
    page = doc({"values": [{**sla(completedCycles=done, ongoingCycle=ongoing), **link}]})
    found = [(event.appeal_id, event.type.value) for event in events(read(page, JIRA))]
    assert found == [("HELP-1", "created"), ("HELP-1", "replied"), ("HELP-1#2", "created")]
    due = datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert claims(page, JIRA) == [Claim("HELP-1", due, "met"), Claim("HELP-1#2", due)]


def test_values_that_are_missing_or_wrong_are_refused() -> None:
    found = events(read(doc({"ticket_audits": AUDITS}), form("zendesk")))
    assert [event.agency_id for event in found[:2]] == ["20", "21"]
    assert "'agent_work_time'" in refusal(METRIC_PAGES, form("zendesk", 'metric = "agent"'))
    config = form("zammad", 'metric = "reply"')
    assert "first_response" in refusal(doc({"tickets": [TICKET]}), config)
    for name in ("jira", "servicenow"):
        assert 'kind = "appeals"' in refusal("{}", form(name))
    assert "<service_requests>" in refusal("<html></html>", form("open311"))
    assert len(events(read(doc({"result": [TASK]}), SERVICENOW))) == 2
    early = {**TASK, "end_time": "2026-03-12 06:00:00"}
    fault(read(doc([early]), SERVICENOW), "reply_before_post")


def test_several_slas_need_a_metric() -> None:
    cycles = [cycle("10:00", "11:00", breached=True)]
    page = doc(
        {
            "issueKey": "HELP-1",
            "values": [sla(completedCycles=cycles), sla("Resolution", completedCycles=cycles)],
        }
    )
    assert "'Resolution'" in refusal(page, JIRA)
    found = events(read(page, form("jira", 'kind = "appeals"', 'metric = "Resolution"')))
    assert found[0].event_id == "jira/HELP-1/Resolution/1/start"
    wrong = form("jira", 'kind = "appeals"', 'metric = "Resolutions"')
    assert "'First response', 'Resolution'" in refusal(page, wrong)


def test_pauses_without_times_leave_no_verdict() -> None:
    page = {"issueKey": "HELP-1", "values": [sla(ongoingCycle=cycle("10:00", None, paused=True))]}
    assert "HELP-1" in fault(read(doc(page), JIRA), "unknown_pauses")
    config = OWN["servicenow_task_sla.csv"]
    head = "task,sla,stage,has_breached,start_time,end_time,pause_duration\n"
    row = "INC1,4h,{},false,2026-03-12 07:00:00,2026-03-12 08:00:00,{}\n"
    for stage, pause in (
        ("completed", "1970-01-01 00:05:00"),
        ("paused", ""),
        ("completed", "300"),
    ):
        assert "'INC1'" in fault(read(head + row.format(stage, pause), config), "unknown_pauses")
    for zero in ("", "0", "1970-01-01 00:00:00", "00:00:00", "0 Seconds"):
        assert len(events(read(head + row.format("Completed", zero), config))) == 2
    assert read(head + row.format("Cancelled", "0"), config) == [()]
    assert "'weird'" in fault(read(head + row.format("weird", "0"), config), "unknown_value")


def test_a_quote_in_task_sla_that_is_never_closed_loses_no_other_row() -> None:
    rows = [f"INC{number},2026-03-16 07:00:00,{number}" for number in range(5)]
    rows[3] = rows[3].replace(",3", ',"3')
    data = "".join(line + "\n" for line in ["number,start_time,note", *rows])
    found = read(data, form("servicenow", 'kind = "appeals"', 'tz = "UTC"'))
    assert [isinstance(item, Fault) for item in found] == [False, False, False, True, False]
    assert found[3] == Fault(4, "malformed", "a quote that opens here is never closed", "")


@pytest.mark.parametrize("wrong", ["none", {"id": 1}])
@pytest.mark.parametrize(
    ("config", "record", "field"),
    [
        (form("open311"), {**REQUEST, "notes": None}, "notes"),
        (form("zendesk"), {"ticket_id": 5, "id": 1, "events": None}, "events"),
        (form("zammad"), {**TICKET, "articles": None}, "articles"),
        (JIRA, {"issueKey": "HELP-1", "values": None}, "values"),
    ],
)
def test_a_list_of_another_form_is_named(
    config: str, record: dict[str, object], field: str, wrong: object
) -> None:
    detail = fault(read(doc([{**record, field: wrong}]), config), "malformed")
    assert detail.startswith(f"{field} is not a list of objects")


def audit(number: int, clock: str, *changes: dict[str, object]) -> dict[str, object]:
    when = f"2026-03-12T{clock}:00Z"
    return {"id": number, "ticket_id": 5, "created_at": when, "events": list(changes)}


def change(field: str, was: object, now: object) -> dict[str, object]:
    return {"type": "Change", "field_name": field, "previous_value": was, "value": now}


def entry(number: int, field: str, was: str, now: str, clock: str, **more: Any) -> dict[str, Any]:
    when = f"2026-03-12T{clock}:00Z"
    values = {"attribute": field, "value_from": was, "value_to": now, "created_at": when}
    return {"id": number, "o_id": 9, "type": "updated", "object": "Ticket", **values, **more}


METRICS = [
    *(metric(1, "activate", "07:00"), metric(2, "pause", "07:30"), metric(3, "activate", "08:00")),
    *(metric(4, "fulfill", "09:00"), metric(5, "activate", "10:00", instance_id=2)),
    *(metric(6, "fulfill", "11:00", instance_id=2),),
    metric(7, "activate", "07:00", metric="agent_work_time"),
    metric(8, "update_status", "11:00", status={"calendar": 1, "business": 1}),
]
METRIC_PAGES = "".join(
    doc({"count": 4, "ticket_metric_events": part}) for part in (METRICS[:4], METRICS[4:])
)
AUDITS = [
    audit(
        1,
        "07:00",
        {"type": "Create", "field_name": "status", "value": "new"},
        {"type": "Create", "field_name": "group_id", "value": 20},
        {"type": "Comment", "public": True, "body": "text"},
    ),
    audit(2, "08:00", change("group_id", "20", "21")),
    audit(3, "09:00", change("status", "open", "pending")),
    audit(4, "10:00", change("status", "pending", "open")),
    audit(5, "11:00", change("status", "open", "solved")),
    audit(6, "12:00", change("status", "solved", "open")),
    audit(7, "13:00", change("status", "solved", "closed")),
]
HISTORY = [
    entry(0, "", "", "", "07:00", type="created", attribute=None),
    entry(1, "group", "Users", "Roads", "08:00"),
    entry(2, "state", "open", "pending reminder", "09:00"),
    entry(3, "state", "pending reminder", "closed", "10:00"),
    entry(4, "state", "closed", "open", "11:00"),
    entry(5, "title", "a", "b", "12:00"),
    entry(6, "", "", "", "12:00", object="Ticket::Article", type="created"),
]
ARTICLES = [
    article(1, "Customer", "07:00", type="web"),
    article(2, "Agent", "08:00", internal=True, type="email"),
    article(3, "Agent", "08:30", type="note"),
    article(4, "System", "08:40", type="email"),
    article(5, "Agent", "09:00", type="email"),
    article(6, "Customer", "10:00", type="email"),
]
BY_ID = [
    {**one, "sender": None, "sender_id": number, "type": None, "type_id": kind, "ticket_id": 9}
    for one, number, kind in ((ARTICLES[4], 1, 1), (ARTICLES[2], 1, 10), (ARTICLES[5], 2, 1))
]
NOTES = [
    {"datetime": "2026-03-12T10:00:00Z", "type": "closed"},
    {"datetime": "2026-03-12T07:00:00Z", "type": "submitted"},
    {"datetime": "2026-03-12T07:10:00Z", "type": "opened"},
    {"datetime": "2026-03-12T08:00:00Z", "type": "closed"},
    {"datetime": "2026-03-12T09:00:00Z", "type": "opened"},
]
NOTES_XML = "".join(
    f"<note><datetime>{one['datetime']}</datetime><type>{one['type']}</type></note>"
    for one in NOTES
)
REQUEST_XML = "".join(f"<{key}>{value}</{key}>" for key, value in REQUEST.items())
NOTED = "created 07:00, replied 08:00, reopened 09:00, replied 10:00"
ONE = f"<service_requests><request>{REQUEST_XML}<title>Яма</title></request></service_requests>"
SCENES = {
    **{f"XML declares its encoding, {encoding}": (
        form("open311"), f'<?xml version="1.0" encoding="{encoding}"?>{ONE}\n'.encode(encoding),
        "created 07:00, replied 09:00") for encoding in ("windows-1251", "utf-16", "utf-8")},
    "a request closed at its last change": (
        form("open311"), doc([REQUEST]), "created 07:00, replied 09:00"),
    "closing need not answer": (
        form("open311", '[values.type]\nclosed = "closed"'), doc([REQUEST]),
        "created 07:00, closed 09:00"),
    "closing may be ignored": (
        form("open311", '[values.type]\nclosed = ""'), doc([REQUEST]), "created 07:00"),
    "notes are the history of a request": (
        form("open311"), doc({**REQUEST, "notes": NOTES}), NOTED),
    "notes in XML": (
        form("open311"), (f"<service_requests><request>{REQUEST_XML}<notes>{NOTES_XML}</notes>"
        "</request></service_requests>"), NOTED),
    "notes without the closing do not hide it": (
        form("open311"), doc([{**REQUEST, "notes": NOTES[1:2]}]), "created 07:00, replied 09:00"),
    "a cloudevent of several lines": (
        form("cloudevents"), json.dumps(ENVELOPE, indent=1), "created 07:00"),
    "two of them": (
        form("cloudevents"), json.dumps(ENVELOPE, indent=1) * 2, "created 07:00, created 07:00"),
    "no cloudevent": (form("cloudevents"), "[]", ""),
    "types are mapped whole or by their last part": (
        form("cloudevents", '[values.type]\n"a.b.opened" = "created"\nread = ""'),
        doc([{**ENVELOPE, "type": "a.b.opened"}, {**ENVELOPE, "type": "x.read"}]),
        "created 07:00, -"),
    "a broken line loses no other line": (
        form("cloudevents"), f"{doc(ENVELOPE)}\n{{\n{doc({**ENVELOPE, 'id': '2'})}\n",
        "created 07:00, malformed, created 07:00"),
    "instances of a metric are exchanges": (
        form("zendesk"), METRIC_PAGES,
        ("created 07:00, paused 07:30, resumed 08:00, replied 09:00, "
        "citizen_message 10:00, replied 11:00, -, -")),
    "another metric": (
        form("zendesk", 'metric = "agent_work_time"'), METRIC_PAGES,
        "-, -, -, -, -, -, created 07:00, -"),
    "audits have transfers and statuses, and no posting": (
        form("zendesk"), doc({"ticket_audits": AUDITS}),
        ("assigned 07:00, transferred 08:00, paused 09:00, resumed 10:00, closed 11:00, "
        "reopened 12:00, -")),
    "internal articles and notes are no reply": (
        form("zammad"), doc([{**TICKET, "articles": ARTICLES}]),
        "created 07:00, closed 11:00, replied 09:00, citizen_message 10:00"),
    "articles by id": (
        form("zammad"), doc([TICKET]) + doc(BY_ID),
        "created 07:00, closed 11:00, replied 09:00, -, citizen_message 10:00"),
    "a history of Zammad has states and groups": (
        form("zammad"), doc({"history": HISTORY, "assets": {"x": [1]}}),
        ("created 07:00, transferred 08:00, paused 09:00, resumed 10:00, closed 10:00, "
        "reopened 11:00, -, -")),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_a_history_gives_its_events(name: str) -> None:
    config, source, expected = SCENES[name]
    found = []
    for item in read(source, config):
        if isinstance(item, Fault):
            found.append(item.reason)
        else:
            found += [f"{event.type} {event.occurred_at:%H:%M}" for event in item] or ["-"]
    assert found == [one for one in expected.split(", ") if one]


BREACHES = [
    metric(1, "activate", "07:00"),
    metric(2, "breach", "11:00", deleted=True),
    metric(3, "breach", "12:00", deleted=False),
    metric(4, "breach", "13:00", metric="agent_work_time"),
]


NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


SERVICENOW = OWN["servicenow_task_sla.csv"]


TASK = {
    "task": {"display_value": "INC1", "link": "https://desk.example/task/1"},
    "sla": {"display_value": "4h", "value": "2"},
    "stage": "completed",
    "has_breached": "true",
    "start_time": "2026-03-12 07:00:00",
    "end_time": "2026-03-12 12:00:00",
    "planned_end_time": "2026-03-12 11:00:00",
}


@pytest.mark.parametrize(
    ("config", "document", "expected"),
    [
        (form("zendesk"), {"ticket_metric_events": BREACHES}, [Claim("5", NOON, "breached")]),
        (form("zammad"), {"tickets": [TICKET]}, [Claim("9", NOON, "breached")]),
        (form("zammad", 'metric = "close"'), {"tickets": [TICKET]},
         [Claim("9", datetime(2026, 3, 13, 12, tzinfo=UTC), "met")]),
        (form("open311"), [REQUEST], [Claim("7", datetime(2026, 3, 12, 9, tzinfo=UTC))]),
        (SERVICENOW, {"result": [TASK]},
         [Claim("INC1", datetime(2026, 3, 12, 11, tzinfo=UTC), "breached")]),
        (SERVICENOW, [{**TASK, "end_time": "2026-03-12 06:00:00"}], []),  # before it began
    ],
)  # fmt: skip
def test_claims(config: str, document: object, expected: list[Claim]) -> None:
    assert claims(doc(document), config) == expected


ERRORS = [
    (form("open311"), '[{"code": 404, "description": "jurisdiction_id was not found"}]'),
    (
        form("open311"),
        "<errors><error><code>404</code><description>x</description></error></errors>",
    ),
    (form("zendesk"), '{"error": {"title": "Forbidden", "message": "You do not have access"}}'),
    (form("zendesk"), METRIC_PAGES + '{"error": "timeout"}'),
    (form("zammad"), '{"error": "Not authorized", "error_human": "Not authorized"}'),
    (JIRA, '{"errorMessage": "The issue does not exist", "i18nErrorMessage": {}}'),
    (SERVICENOW, '{"error": {"message": "User Not Authenticated", "detail": ""}, "status": "f"}'),
    # it writes one behind the rows that it had when its time was up
    (SERVICENOW, doc({"result": [TASK], "error": {"message": "late"}, "status": "failure"})),
    (form("cloudevents"), '{\n"error": "gone"}'),
]


@pytest.mark.parametrize(("config", "text"), ERRORS)
def test_an_error_in_place_of_data_or_beside_it_is_one_sentence(config: str, text: str) -> None:
    message = refusal(text, config)
    assert "instead of data" in message or "late" in message or "404: x" in message


def test_a_key_of_errors_that_is_empty_is_no_error() -> None:
    assert read(doc({"result": [TASK], "error": None, "message": "1 row"}), SERVICENOW)


@pytest.mark.parametrize("name", ["zendesk", "zammad", "open311", "jira", "servicenow"])
@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_the_encoding_of_json_is_the_one_that_is_set(name: str, encoding: str) -> None:
    records: dict[str, tuple[str, dict[str, object]]] = {
        "zendesk": ("ticket_metric_events", metric(1, "activate", "07:00")),
        "zammad": ("tickets", {**TICKET, "articles": []}),
        "open311": ("requests", REQUEST),
        "jira": ("", {"issueKey": "ЖКХ-1", "values": [sla(ongoingCycle=cycle("10:00", None))]}),
        "servicenow": ("result", {"number": "ЖКХ-1", "start_time": "2026-03-12 07:00:00"}),
    }
    key, record = records[name]
    text = doc({key: [{**record, "title": "Яма"}]} if key else {**record, "title": "Яма"})
    kind = ['kind = "appeals"', 'tz = "UTC"'] if name in {"jira", "servicenow"} else []
    expected = events(read(text, form(name, *kind)))
    assert expected
    config = form(name, f'encoding = "{encoding}"', *kind)
    assert events(read(text.encode(encoding), config)) == expected
    assert "set the encoding" in refusal(text.encode("cp1251"), form(name, *kind))


@pytest.mark.parametrize(
    ("template", "sample", "source"),
    [
        ("pos.toml", "pos_template_UNVERIFIED.csv", "pos"),
        ("incident.toml", "incident_template_UNVERIFIED.xlsx", "incident"),
    ],
)
def test_a_template_reads_its_sample(template: str, sample: str, source: str) -> None:
    if sample.endswith(".xlsx") and "xlsx" not in get_args(Format):
        pytest.skip("workbooks are not read")
    text = EXAMPLES.joinpath(template).read_text("utf-8")
    assert text.startswith("# UNVERIFIED template")
    found = events(read(SAMPLES / sample, text))
    assert judged(found) == STORY
    assert {event.source for event in found} == {source}


NOISE = [b"", b"\x00", b"\xff", b'"', b"<", b"{}", b"null", b"]"]
CASES = {**OWN, "jira_request_sla.json": JIRA, "cloudevents_binary_http.txt": form("cloudevents")}


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=examples(60), deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_damage_raises_nothing_else(name: str, data: st.DataObject) -> None:
    content = SAMPLES.joinpath(name).read_bytes()
    cuts = data.draw(st.lists(st.integers(0, len(content)), min_size=2, max_size=6).map(sorted))
    damaged = content[: cuts[0]]
    for start, end in pairwise(cuts):
        damaged += data.draw(st.sampled_from(NOISE)) + content[start:end]
    damaged += data.draw(st.sampled_from([b"", content[cuts[-1] :]]))
    with suppress(SourceError):
        for item in read(damaged, CASES[name]):
            assert isinstance(item, Fault | tuple)


def test_each_format_has_a_row_in_the_table() -> None:
    named = (get_args(group) or [group] for group in get_args(Format))
    assert set(FORMATS) == {name for group in named for name in group}


def test_other_samples() -> None:
    found = read(SAMPLES / "zammad_ticket_history.json", form("zammad"))
    assert judged(events(found)) == {"A": STORY["A"]}
    (event,) = events(read(SAMPLES / "cloudevents_binary_http.txt", form("cloudevents")))
    (first, *_) = events(read(SAMPLES / "cloudevents_batch.json", form("cloudevents")))
    assert event == first
    sample = SAMPLES / "jira_request_sla.json"
    assert judged(events(read(sample, JIRA))) == {"jira_request_sla": STORY["C"]}
    due = datetime(2026, 3, 12, 13, tzinfo=VOLGOGRAD)
    assert claims(sample, JIRA) == [Claim("jira_request_sla", due, "breached")]
    found = claims(SAMPLES / "servicenow_task_sla.csv", OWN["servicenow_task_sla.csv"])
    verdicts = {"INC0001001": "met", "INC0001002": "breached", "INC0001003": "breached"}
    assert found == [Claim(name, None, verdict) for name, verdict in verdicts.items()]
