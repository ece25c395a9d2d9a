"""Comments of social networks: each gives events, a reason why it has none, or is counted."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.paths import SAMPLES
from kit.properties import examples
from kit.values import HOUR, POLICY
from workhours_sla import Event, evaluate
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import SourceError
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.networks import network
from workhours_sla.sources.rows import Fault

ZONE = ZoneInfo("Europe/Volgograd")
AS_OF = datetime(2026, 3, 12, 15, 30, tzinfo=ZONE)
WALL = -990000001
POSTED = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)
"""12 March 2026, 10:00 in Volgograd."""


class Read:
    """What a file of a network gave."""

    def __init__(self, form: str, content: object, *, officials: Sequence[str] = ()) -> None:
        self.form = form
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        text = f'[input]\nformat = "{form}"\nsource = "test"\nofficials = {json.dumps(officials)}\n'
        with open_source(BytesIO(data), parse(text).mapping) as source:
            self.items = list(source)
        self.notes = [str(note) for note in source.notes]
        self.faults = [one for one in self.items if isinstance(one, Fault)]
        self.events = [event for one in self.items if not isinstance(one, Fault) for event in one]

    @property
    def facts(self) -> list[str]:
        """The type, the number of the appeal and the role of each event, such as "replied 1 o"."""
        return [
            f"{event.type} {event.appeal_id.rpartition('/')[2]} {(event.author_role or '-')[0]}"
            for event in self.events
        ]

    @property
    def reasons(self) -> list[str]:
        return [fault.reason for fault in self.faults]


def verdicts(events: Iterable[Event]) -> dict[str, str]:
    outcomes = evaluate(list(events), POLICY, as_of=AS_OF).outcomes
    return {one.appeal_id.rpartition("/")[2]: one.verdict.value for one in outcomes}


STORY = {
    "A": ("met", "2026-03-12 15:15"),
    "B": ("breached", "2026-03-12 12:20"),
    "C": ("breached", "2026-03-12 13:00"),
}


D = {"D": ("withdrawn", "2026-03-12 14:30")}


SAMPLE_FILES = {
    "vk_wall_getComments.json": ("vk", "vk/-990000001/100{}", {}),
    "vk_callback_journal.jsonl": ("vk_callback", "vk/-990000001/100{}", D),
    "ok_discussions_getComments.json": ("ok", "ok/62500000000000/{}", {}),
    "telegram_result_chat.json": ("telegram", "telegram/990000001/1{}", {}),
    "telegram_result_full_bad_escape.json": ("telegram", "telegram/990000001/1{}", {}),
    "max_updates.json": ("max", "max/880000001/mid.00000000000003{}", D),
}


NUMBERS = {
    "ok": dict(
        zip("ABC", ("1773299700000.1001", "1773238800000.1002", "1773295200000.1003"), strict=True)
    ),
    "max": dict(zip("ABCD", ("e9", "ea", "eb", "ec"), strict=True)),
}


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_sample_gives_the_verdicts_of_the_story(name: str) -> None:
    form, ids, more = SAMPLE_FILES[name]
    read = Read(form, (SAMPLES / name).read_bytes())
    assert not read.faults
    result = evaluate(read.events, POLICY, as_of=AS_OF)
    assert not result.quarantine
    numbers = NUMBERS.get(form, dict(zip("ABCD", "1234", strict=True)))
    assert {
        one.appeal_id: (one.verdict.value, f"{one.due_at.astimezone(ZONE):%Y-%m-%d %H:%M}")
        for one in result.outcomes
        if one.due_at is not None
    } == {ids.format(numbers[key]): verdict for key, verdict in (STORY | more).items()}
    assert {event.channel for event in read.events} == {form.partition("_")[0]}
    assert {event.source for event in read.events} == {"test"}


def test_events_have_no_text() -> None:
    for name, (form, _, _) in SAMPLE_FILES.items():
        events = repr(Read(form, (SAMPLES / name).read_bytes()).events)
        assert not [word for word in ("фонарь", "Житель", "Яма", "Вывезли") if word in events]


VK_ERROR = {"error": {"error_code": 6, "error_msg": "Too many requests", "request_params": []}}


OK_ERROR = {"error_code": 102, "error_msg": "PARAM_SESSION_EXPIRED", "error_data": None}


MAX_ERROR = {"code": "verify.token", "message": "Invalid access_token"}


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ("vk", VK_ERROR, "6: Too many requests"),
        ("vk", [{"response": {"items": []}}, VK_ERROR], "6: Too many requests"),
        ("vk", {"response": [], "execute_errors": [VK_ERROR["error"]]}, "6: Too many requests"),
        ("vk", {"error": "invalid_client", "error_description": "no"}, "invalid_client: no"),
        ("ok", OK_ERROR, "102: PARAM_SESSION_EXPIRED"),
        ("ok", {"comments": [], **OK_ERROR}, "102"),
        ("max", MAX_ERROR, "verify.token: Invalid access_token"),
    ],
)
def test_error_of_the_api_is_one_sentence(form: str, content: object, message: str) -> None:
    with pytest.raises(SourceError) as error:
        Read(form, content)
    assert message in str(error.value)


def test_error_of_the_api_exits_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "ok.toml"
    config.write_text('[input]\nformat = "ok"\n', "utf-8")
    arguments = ["check", str(SAMPLES / "ok_error.json"), "--config", str(config)]
    assert main([*arguments, "--lang", "ru"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), "ошибка API (102: " in err) == ("", 1, True)


def vk(number: int, by: int, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    date = int((POSTED + at).timestamp())
    return {"id": number, "from_id": by, "date": date, "owner_id": WALL, "text": "…", **more}


def answer(number: int, to: int, at: timedelta = HOUR, by: int = WALL, **more: Any) -> Any:
    stack = more.pop("parents_stack", [to])
    return vk(number, by, at, parents_stack=stack, reply_to_comment=to, **more)


def page(*items: Any, **more: Any) -> dict[str, Any]:
    return {"response": {"count": len(items), "items": items, **more}}


def thread(*items: Any, count: int | None = None) -> dict[str, Any]:
    return {"count": len(items) if count is None else count, "items": items}


def body(kind: str, what: Any, number: int) -> dict[str, Any]:
    return {"type": kind, "group_id": -WALL, "event_id": f"e{number}", "v": "5.199", "object": what}


def journal(*bodies: Any, every: timedelta = HOUR) -> bytes:
    rows = [
        {"received_at": (POSTED + number * every).isoformat(), "body": one}
        for number, one in enumerate(bodies, 1)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def removed(number: int, **by: int) -> dict[str, Any]:
    return {"owner_id": WALL, "id": number, "post_id": 5, **by}


def ok_id(number: int, at: timedelta = timedelta()) -> str:
    units = int((POSTED + at).timestamp() * 1000)
    return b64encode(f"{units}:-{number}:{units}:625:1".encode()).decode()


def ok(number: int, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    """Return a comment whose naive date is wrong on purpose."""
    fields = {"id": ok_id(number, at), "author_id": "7", "date": "2020-01-01 00:00:00"}
    return fields | {"date_ms": int((POSTED + at).timestamp() * 1000)} | more


def message(mid: str, by: int | None, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    sender = {} if by is None else {"sender": {"user_id": abs(by), "is_bot": by < 0}}
    units = int((POSTED + at).timestamp() * 1000)
    where = {"chat_id": 88, "chat_type": more.pop("chat_type", "chat")}
    return {
        "recipient": where,
        "timestamp": units,
        "body": {"mid": mid, "seq": 1},
        **sender,
        **more,
    }


def update(kind: str, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    return {"update_type": kind, "timestamp": int((POSTED + at).timestamp() * 1000), **more}


def created(mid: str, by: int | None, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    return update("message_created", at, message=message(mid, by, at, **more))


def to(mid: str) -> dict[str, Any]:
    return {"type": "reply", "message": {"mid": mid}}


def telegram(number: int, by: str | None, at: timedelta = timedelta(), **more: Any) -> Any:
    unix = str(int((POSTED + at).timestamp()))
    fields = {"id": number, "type": "message", "date": "2020-01-01T00:00:00", "from_id": by}
    return fields | {"date_unixtime": unix, "text": ""} | more


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Чат", "type": "public_supergroup", "id": 99, **more, "messages": messages}


class Scene(NamedTuple):
    """Records of a network, and what they give."""

    form: str
    content: Any
    facts: str
    """The events, separated by commas; see ``Read.facts``."""
    reasons: str = ""
    counted: str = ""
    """How many records gave no event, by cause."""
    officials: Sequence[str] = ()


def lines(*records: Any) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in records)


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


LOST = "deleted comments without author and time of deletion"
OTHER, ALONE = "records of other kinds", "comments of the community that answer no citizen"
GONE = {"parents_stack": [1], "date": 5, "deleted": True}
REPLIES = [answer(2, 1), answer(3, 2, by=7, parents_stack=[1])]
DELETED = GONE | {"id": 1, "parents_stack": [], "thread": thread(*REPLIES)}
TWO = page(vk(1, 7, thread=thread(answer(2, 1, by=562001), answer(3, 1, by=9))))
FOREIGN = page(vk(1, 7, thread=thread(answer(2, 1, by=-5))), vk(3, -5))
OWN = {"owner_id": 500}
NEW, EDIT = body("wall_reply_new", vk(1, 7), 1), body("wall_reply_edit", vk(1, 7), 2)
NO_DATE = body("wall_reply_new", vk(1, 7) | {"date": None}, 1)
PLAIN = ok(1) | {"id": "plain"}
OK_2 = f"{int(POSTED.timestamp() * 1000)}.2"
DISCUSSION = {
    "comments": [
        ok(4, 2 * HOUR, author_id="9", reply_to_comment_id=ok_id(3, HOUR)),
        ok(3, HOUR, reply_to_comment_id=ok_id(2), author_id="8"),
        ok(2),
        ok(5, HOUR, author_type="GROUP", reply_to_comment_id=ok_id(2)),
        ok(6, author_type="GROUP"),
    ]
}
SECONDS = created("m1", 7)
SECONDS["message"]["timestamp"] //= 1000
REMOVED = [
    created("m1", 7),
    update("message_removed", HOUR, message_id="m1", chat_id=88, user_id=9),
]
CHANNEL = chat(telegram(1, "user7"), telegram(2, "channel50", reply_to_message_id=1))
TOPIC = {"id": 1, "type": "service", "date_unixtime": "1773299700", "action": "topic_created"}
UNREAD = page(vk(1, 7, thread=thread(count=3)), vk(4, 8))
SCENES = {
    "a branch belongs to its first citizen": Scene("vk", page(vk(1, 7, thread=thread(
        *REPLIES, answer(4, 3, parents_stack=[1]), answer(5, 1, by=8)))),
        "created 1 c, replied 1 o, citizen_message 1 c, replied 1 o, citizen_message 1 c"),
    "a comment under a comment of the community is an appeal": Scene("vk", page(vk(1, WALL,
        thread=thread(answer(2, 1, by=7), answer(3, 2, parents_stack=[1]), answer(4, 1, by=8)))),
        "created 2 c, replied 2 o, created 4 c", counted=f"{ALONE}: 1"),
    "nobody else is an official": Scene(
        "vk", TWO, "created 1 c, citizen_message 1 c, citizen_message 1 c"),
    "but those who are listed": Scene(
        "vk", TWO, "created 1 c, replied 1 o, citizen_message 1 c", officials=["562001"]),
    "the owner of a personal wall is an official": Scene("vk",
        page(vk(1, 7, thread=thread(answer(2, 1, by=500, **OWN)), **OWN)),
        "created 1 c, replied 1 o"),
    "another community is neither": Scene(
        "vk", FOREIGN, "created 1 c", "unknown_value unknown_value"),
    "unless it is listed": Scene(
        "vk", FOREIGN, "created 1 c, replied 1 o", counted=f"{ALONE}: 1", officials=["-5"]),
    "an answer on a board without its comment": Scene(
        "vk", page(vk(1, 7, topic_id=3), vk(2, WALL, topic_id=3)), "created 1 c", "missing_value"),
    **{f"a comment without {key}": Scene("vk", page(without(vk(1, 7), key)), "", "missing_value")
       for key in ("id", "from_id", "date", "owner_id")},
    **{f"the time {date}": Scene("vk", page(vk(1, 7) | {"date": date}), "", "unreadable_time")
       for date in (1773299700000, 3, -5)},
    "a page without comments": Scene("vk", page(), ""),
    "answers to a deleted comment are counted": Scene("vk", page(DELETED, vk(4, 8)),
        "created 4 c", counted=f"{LOST}: 1, comments under deleted ones: 2"),
    **{f"unless page {number} was read before the deletion": Scene("vk", pages,
        "created 1 c, replied 1 o, citizen_message 1 c", counted=f"{LOST}: 1")
       for number, pages in enumerate(
           ([page(vk(1, 7)), page(DELETED)], [page(DELETED), page(vk(1, 7))]), 1)},
    "a thread that was not read": Scene("vk", UNREAD, "created 4 c", "incomplete"),
    "a thread is completed by later pages": Scene("vk", [page(vk(1, 7, thread=thread(count=3))),
        page(answer(2, 1, by=8), answer(3, 1, by=9), answer(4, 1, by=8))],
        "created 1 c, citizen_message 1 c, citizen_message 1 c, citizen_message 1 c"),
    "deleted comments complete a thread": Scene("vk", [page(vk(1, 7, thread=thread(count=2))),
        page(answer(2, 1, by=8), GONE | {"id": 3, "owner_id": WALL})],
        "created 1 c, citizen_message 1 c", counted=f"{LOST}: 1"),
    **{f"deleted comments of a page need no owner {fields}": Scene("vk",
        [page(vk(1, 7, thread=thread(GONE | {"id": 3}, count=2), **fields)),
         page(answer(2, 1, by=8, **fields))],
        "created 1 c, citizen_message 1 c", counted=f"{LOST}: 1")
       for fields in ({}, {"photo_id": 3})},
    "those of a page without any other have none": Scene("vk",
        [page(vk(1, 7, thread=thread(GONE | {"id": 3}, count=3))), page(answer(2, 1, by=8)),
         page(GONE | {"id": 4})], "citizen_message 1 c", "incomplete", f"{LOST}: 2"),
    "an answer makes an unread thread harmless": Scene("vk",
        page(vk(1, 7, thread=thread(answer(2, 1), answer(3, 1, 2 * HOUR, by=8), count=9))),
        "created 1 c, replied 1 o, citizen_message 1 c"),
    "an answer of a later page too": Scene("vk", [page(vk(1, 7, thread=thread(count=9))),
        page(answer(2, 1, by=8), answer(3, 1, 2 * HOUR))],
        "created 1 c, citizen_message 1 c, replied 1 o"),
    "the first answer may be missing from a descending thread": Scene("vk",
        page(vk(1, 7, thread=thread(answer(3, 1, 2 * HOUR), answer(2, 1, HOUR, by=8), count=9))),
        "replied 1 o, citizen_message 1 c", "incomplete"),
    "appeals in an unread thread of the community": Scene("vk",
        page(vk(1, WALL, thread=thread(answer(2, 1, by=7), count=5))), "", "incomplete",
        f"{ALONE}: 1"),
    "a repeated delivery is ignored": Scene("vk_callback", journal(NEW, EDIT, EDIT, NEW),
        "created 1 c, edited 1 c", counted="repeated deliveries: 2"),
    "a refused request is read again": Scene("vk_callback", journal(NO_DATE, NEW, NEW),
        "created 1 c", "missing_value", "repeated deliveries: 1"),
    "bare bodies have no time of receipt": Scene("vk_callback", lines(
        NEW, body("wall_reply_delete", removed(1, deleter_id=7), 2),
        body("wall_reply_edit", vk(1, 7), 3), body("message_new", {"message": {}}, 4),
        body("like_add", "nonsense", 5)), "created 1 c",
        counted=f"edits and deletions without a time of receipt: 2, {OTHER}: 2"),
    "a body may be text": Scene("vk_callback", lines(
        {"received_at": "2026-03-12T07:30:00Z", "body": json.dumps(NEW)}, {"body": "{"}),
        "created 1 c", "malformed"),
    "a callback shows that the first comment is of the community": Scene("vk_callback", journal(
        body("wall_reply_new", answer(2, 1, by=7, reply_to_user=WALL), 1),
        body("wall_reply_new", answer(3, 2, parents_stack=[1], reply_to_user=7), 2)),
        "created 2 c, replied 2 o"),
    "a naive date of Odnoklassniki is never used": Scene("ok", {"discussionId": "625", "comments": [
        {"id": "x", "author_id": "7", "date": "2026-03-12 10:00:00"}]}, "", "unreadable_time"),
    "answers of the group and of officials": Scene("ok", DISCUSSION,
        f"created {OK_2} c, citizen_message {OK_2} c, replied {OK_2} o, replied {OK_2} o",
        counted=f"{ALONE}: 1", officials=["9"]),
    "an id that is not decoded": Scene(
        "ok", {"discussionId": "625", "comments": [PLAIN]}, "created plain c"),
    "such an id needs its discussion": Scene("ok", {"comments": [PLAIN]}, "", "missing_value"),
    "removed comments are counted, unknown types are not guessed": Scene("ok",
        {"comments": [ok(1, type="REMOVED_MESSAGE"), ok(2, type="POLL")]}, "", "unknown_type",
        f"{LOST}: 1"),
    "deletion by another person withdraws nothing": Scene(
        "max", REMOVED, "created m1 c, deleted m1 -"),
    "posts of a channel are of the community": Scene("max", lines(
        created("m1", None, chat_type="channel"), created("m2", 7, link=to("m1")),
        created("m3", -5, HOUR, link=to("m2")), created("m4", 7, chat_type="dialog"),
        created("m5", 7, link={"type": "forward", "message": {"mid": "m1"}})),
        "created m2 c, replied m2 o, created m5 c",
        counted=f"{ALONE}: 1, messages of private chats: 1"),
    "messages without updates": Scene("max",
        {"messages": [message("m2", -5, HOUR, link=to("m1")), message("m1", 7)]},
        "created m1 c, replied m1 o"),
    "seconds in place of milliseconds": Scene("max", SECONDS, "", "unreadable_time"),
    "answers in a group": Scene("telegram", chat(
        telegram(1, "channel50", forwarded_from="Канал"),
        telegram(2, "user7", reply_to_message_id=1),
        telegram(3, "channel99", HOUR, reply_to_message_id=2),
        telegram(4, "user7", HOUR, reply_to_message_id=3), telegram(5, "user8"),
        telegram(6, "user55", HOUR, reply_to_message_id=5, edited_unixtime="1773306000"),
        telegram(7, "channel99")),
        "created 2 c, replied 2 o, citizen_message 2 c, created 5 c, replied 5 o, edited 5 o",
        counted=f"{ALONE}: 2", officials=["user55"]),
    "a reply by another channel": Scene("telegram", CHANNEL, "created 1 c", "unknown_value"),
    "a reply by a listed channel": Scene(
        "telegram", CHANNEL, "created 1 c, replied 1 o", officials=["channel50"]),
    "messages of a topic are appeals": Scene("telegram",
        chat(TOPIC, telegram(2, "user7", reply_to_message_id=1)), "created 2 c",
        counted=f"{OTHER}: 1"),
    "a deleted reply stays counted as given": Scene("vk_callback", journal(
        NEW, body("wall_reply_new", answer(2, 1), 2),
        body("wall_reply_delete", removed(2, deleter_id=WALL), 3)), "created 1 c, replied 1 o",
        counted="deletions of replies, which stay counted as given: 1"),
    "updates say who deleted and when": Scene("max", {"marker": 1, "updates": [
        created("m1", 7), update("message_edited", HOUR / 2, message=message("m1", 7)),
        created("m2", 8), created("m3", 562, HOUR, link=to("m2")),
        *(update("message_removed", HOUR, message_id=mid, chat_id=88, user_id=by)
          for mid, by in (("m1", 7), ("m2", 562), ("m3", 562))), update("bot_started", user_id=3)]},
        "created m1 c, edited m1 c, created m2 c, replied m2 o, deleted m1 c, deleted m2 o",
        counted=f"deletions of replies, which stay counted as given: 1, {OTHER}: 1",
        officials=["562"]),
    "exports of old versions have no zone": Scene(
        "telegram", chat(without(telegram(1, "user7"), "date_unixtime")), "", "naive_time"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_gives_its_events_reasons_and_counts(name: str) -> None:
    scene = SCENES[name]
    read = Read(scene.form, scene.content, officials=scene.officials)
    assert read.facts == [fact for fact in scene.facts.split(", ") if fact]
    assert read.reasons == scene.reasons.split()
    total = sum(map(int, re.findall(r"\d+", scene.counted)))
    expected = [f"records without an event: {total} ({scene.counted})"] if total else []
    assert read.notes == expected


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ({"count": 200, "current_level_count": 200}, "2 of 200"),
        ({"count": 9, "current_level_count": 2}, None),
        ({"count": 2}, None),
        ({"count": 3}, "2 of 3"),
    ],
)
def test_missing_pages_of_vk_are_stated(head: dict[str, int], missing: str | None) -> None:
    shared = {"from_id": 7, "post_id": 5, "owner_id": WALL, "parents_stack": []}
    at = int(POSTED.timestamp())
    pages = [
        {"response": {"items": [{"id": number, "date": at, **shared}], **head}} for number in (1, 2)
    ]
    notes = Read("vk", pages).notes
    assert [missing in note for note in notes if missing] == [True] * (missing is not None)
    assert len(notes) == (missing is not None)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"photo_id": 3}, "photo"),
        ({"photo_owner_id": WALL, "owner_id": None}, "photo"),
        ({"video_id": 3}, "video"),
        ({"video_owner_id": WALL, "owner_id": None}, "video"),
        ({"item_id": 3}, "market"),
        ({"market_owner_id": WALL, "owner_id": None}, "market"),
        ({"topic_id": 3}, "topic3"),
        ({"topic_id": 3, "topic_owner_id": WALL, "owner_id": None}, "topic3"),
    ],
)
def test_comments_on_photos_videos_goods_and_boards(fields: Any, place: str) -> None:
    content = page(vk(1, 7, **fields), vk(2, WALL, HOUR, reply_to_comment=1, **fields))
    read = Read("vk", content)
    assert {event.appeal_id for event in read.events} == {f"vk/{WALL}/{place}/1"}
    assert [event.type.value for event in read.events] == ["created", "replied"]


FORMS = {
    "pages on lines": lambda pages: b"\n".join(json.dumps(one).encode() for one in pages),
    "an array of pages": lambda pages: json.dumps(pages).encode(),
    "indented pages": lambda pages: b"\n".join(json.dumps(one, indent=2).encode() for one in pages),
    "execute": lambda pages: json.dumps({"response": [one["response"] for one in pages]}).encode(),
    "without response": lambda pages: json.dumps([one["response"] for one in pages]).encode(),
    "comments on lines": lambda pages: b"\n".join(
        json.dumps(item).encode() for one in pages for item in one["response"]["items"]
    ),
    "an array of comments": lambda pages: json.dumps(
        [item for one in pages for item in one["response"]["items"]]
    ).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_pages_are_read_in_every_arrangement(form: str) -> None:
    pages = [
        page(vk(1, 7, thread=thread(answer(2, 1))), vk(3, 8), profiles=[{"id": 7, "items": [1]}]),
        page(vk(4, 9, HOUR)),
    ]
    assert Read("vk", FORMS[form](pages)).facts == [
        "created 1 c",
        "replied 1 o",
        "created 3 c",
        "created 4 c",
    ]


@pytest.mark.parametrize(
    ("by", "role"),
    [
        ({"deleter_id": 7}, "citizen"),
        ({"deleter_id": 7, "user_id": 7}, "citizen"),
        ({"deleter_id": 9, "user_id": 7}, None),
        ({"deleter_id": 562001, "user_id": 7}, "official"),
        ({"deleter_id": WALL, "user_id": 7}, "official"),
        ({"user_id": 7}, None),
        ({}, None),
    ],
)
def test_only_the_author_withdraws_an_appeal(by: dict[str, int], role: str | None) -> None:
    rows = journal(
        body("wall_reply_new", vk(1, 7), 1), body("wall_reply_delete", removed(1, **by), 2)
    )
    read = Read("vk_callback", rows, officials=["562001"])
    assert read.facts[1] == f"deleted 1 {(role or '-')[0]}"
    assert verdicts(read.events) == {"1": "withdrawn" if role == "citizen" else "breached"}


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("photo_comment", {"photo_owner_id": WALL, "photo_id": 3}),
        ("video_comment", {"video_owner_id": WALL, "video_id": 3}),
        ("market_comment", {"market_owner_id": WALL, "item_id": 3}),
        ("board_post", {"topic_owner_id": WALL, "topic_id": 3}),
    ],
)
def test_callbacks_about_other_comments(subject: str, fields: Any) -> None:
    owner = {} if subject == "board_post" else {"owner_id": WALL}
    new = body(f"{subject}_new", without(vk(1, 7) | fields, "owner_id"), 1)
    gone = {"id": 1, "deleter_id": 7, "user_id": 7, **fields, **owner}
    read = Read("vk_callback", journal(new, body(f"{subject}_delete", gone, 2)))
    assert [event.type.value for event in read.events] == ["created", "deleted"]
    assert len({event.appeal_id for event in read.events}) == 1


def test_answer_in_a_branch_that_is_not_known_counts_for_either_appeal() -> None:
    """The journal does not say whether the first comment is by a citizen or by the community."""
    reply = answer(3, 2, parents_stack=[1])
    lines = [body("wall_reply_new", reply, 1)]
    events = Read("vk_callback", journal(*lines)).events
    assert [event.appeal_id.rpartition("/")[2] for event in events] == ["1", "2"]
    for first in (1, 2):
        before = Read("vk", page(vk(first, 7))).events
        assert verdicts([*before, *events]) == {str(first): "met"}


@pytest.mark.parametrize("form", ["vk_callback", "max"])
def test_watch_follows_a_journal_or_updates_on_lines(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, config = tmp_path / "journal.jsonl", tmp_path / "network.toml"
    config.write_text(f'[input]\nformat = "{form}"\n[schedule]\ncalendar = "RU-VGG"\n', "utf-8")
    if form == "max":
        updates = json.loads((SAMPLES / "max_updates.json").read_bytes())["updates"]
        source.write_bytes(lines(*updates) + b"\n")
    else:
        source.write_bytes((SAMPLES / "vk_callback_journal.jsonl").read_bytes())
    store = str(tmp_path / "store.sqlite")
    arguments = [str(source), "--store", store, "--config", str(config), "--once", "--json"]
    assert main(["watch", *arguments]) == 0
    changes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = {(one["appeal_id"], one["kind"]) for one in changes}
    stem = "max/880000001/mid.00000000000003e" if form == "max" else "vk/-990000001/100"
    ends = "9abc" if form == "max" else "1234"
    verdicts = ("met", "breached", "breached", "withdrawn")
    assert {(stem + end, kind) for end, kind in zip(ends, verdicts, strict=True)} <= kinds
    assert main(["watch", *arguments]) == 0
    assert not capsys.readouterr().out


def test_many_comments_of_one_appeal_cause_no_note_about_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = thread(*(answer(number, 1, by=7) for number in range(2, 1_200)))
    source = tmp_path / "vk.json"
    source.write_text(json.dumps(page(vk(1, 7, thread=inner))), "utf-8")
    config = tmp_path / "vk.toml"
    config.write_text('[input]\nformat = "vk"\n[schedule]\ncalendar = "RU-VGG"\n', "utf-8")
    as_of = "--as-of=2026-06-01T12:00+03:00"
    assert main(["check", str(source), "--config", str(config), as_of]) == 1
    assert not capsys.readouterr().err


def test_account_has_chats_and_chats_that_were_left() -> None:
    account = {
        "about": "…",
        "personal_information": {"user_id": 1},
        "contacts": {"about": "", "list": [{"user_id": 3}]},
        "chats": {
            "about": "",
            "list": [chat(telegram(1, "user7")), chat(telegram(1, "user7"), id=98)],
        },
        "left_chats": {"about": "", "list": [chat(telegram(1, "user7"), id=97)]},
    }
    private = chat(telegram(1, "user7"), type="personal_chat", id=5)
    account["chats"]["list"].append(private)  # type: ignore[index]
    read = Read("telegram", account)
    assert [event.appeal_id for event in read.events] == [
        *("telegram/99/1", "telegram/98/1", "telegram/97/1")
    ]
    assert read.notes == ["records without an event: 1 (messages of private chats: 1)"]


def raw_chat(*messages: str) -> bytes:
    """Return an export with the indentation of Telegram Desktop."""
    inner = ",\n".join(messages)
    head = '{\n "name": "x",\n "type": "public_supergroup",\n "id": 99,\n "messages": [\n'
    return f"{head}{inner}\n ]\n}}".encode()


def raw(number: int, text: str, more: str = "") -> str:
    unix = int(POSTED.timestamp())
    return (
        f'  {{\n   "id": {number},\n   "type": "message",\n   "date_unixtime": "{unix}",\n'
        f'   "from_id": "user7",\n   "text": {text}{more}\n  }}'
    )


EMOJI = (
    '[\n    {\n     "type": "custom_emoji",\n     "text": "x",\n'
    '     "document_id": video_files/sticker (2).webm\n    },\n    ""\n   ]'
)


@pytest.mark.parametrize(
    "text", [r'"a\x0Cb"', r'"\\x0C"', r'"\\\x1F"', EMOJI, '{"document_id": stickers/a.webp\n}']
)
def test_known_mistakes_of_telegram_desktop_are_repaired(text: str) -> None:
    read = Read("telegram", raw_chat(raw(1, '"good"'), raw(2, text), raw(3, '"good"')))
    assert not read.faults
    assert [fact.split()[1] for fact in read.facts] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ['"says "quoted" words"', '"never closed', "", '{"open": ['])
def test_file_with_another_mistake_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"line \d+ column \d+.*records read before: 0"):
        Read("telegram", raw_chat(raw(1, '"good"'), raw(2, text), raw(3, '"good"')))


def test_line_that_is_no_request_costs_one_row() -> None:
    rows = journal(body("wall_reply_new", vk(1, 7), 1), body("wall_reply_new", vk(2, 7), 2))
    first, second, _ = rows.split(b"\n")
    for broken in (b"ping", b"[1]", first[:90], first[:-1], b"7", b'{"a": "x', b'"' * 3):
        read = Read("vk_callback", b"\n".join([first, broken, second]))
        assert len(read.faults) == 1, broken
        assert [fact.split()[1] for fact in read.facts] == ["1", "2"], broken


PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"\\x0C", b",", b"\n", b"\0", b"null", b"-1", b"1e999"),
    *(b"9" * 5000, b"\xff", b"\xed\xa0\x80", b"[" * 3000, b'{"a":' * 300, b'"items":[', b"2026"),
]


@settings(max_examples=examples(300), deadline=None)
@given(
    st.sampled_from(sorted(SAMPLE_FILES)),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 300), st.one_of(st.none(), st.sampled_from(PIECES))
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_damaged_files_raise_only_our_errors(
    name: str, changes: list[tuple[float, int, bytes | None]]
) -> None:
    data = bytearray((SAMPLES / name).read_bytes())
    for where, length, piece in changes:
        begin = int(where * len(data))
        data[begin : begin + (length if piece is None else 0)] = piece or b""
    faults: Sequence[Fault] = ()
    with suppress(SourceError):
        faults = Read(SAMPLE_FILES[name][0], bytes(data)).faults
    assert all(len(fault.text) <= 503 for fault in faults)


@settings(max_examples=examples(60), deadline=None)
@given(st.permutations(range(7)))
def test_order_of_the_file_does_not_matter(order: Sequence[int]) -> None:
    answers: Sequence[Any] = [
        ok(1),
        ok(2, HOUR, reply_to_comment_id=ok_id(1), author_type="GROUP"),
        ok(3, 2 * HOUR, reply_to_comment_id=ok_id(2, HOUR), author_id="8"),
        ok(4, author_type="GROUP"),
        ok(5, HOUR, reply_to_comment_id=ok_id(4)),
        ok(6, 2 * HOUR, reply_to_comment_id=ok_id(5, HOUR), author_type="GROUP"),
        ok(7, 3 * HOUR, reply_to_comment_id=ok_id(6, 2 * HOUR)),
    ]
    in_order = Read("ok", {"comments": answers})
    read = Read("ok", {"comments": [answers[number] for number in order]})
    assert len(read.items) == len(answers)
    assert sorted(map(repr, read.events)) == sorted(map(repr, in_order.events))


def test_answer_to_a_forgotten_appeal_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "REMEMBERED", 4)
    others = [ok(number) for number in range(10, 60)]
    reply = ok(2, HOUR, author_type="GROUP", reply_to_comment_id=ok_id(1))
    read = Read("ok", {"comments": [ok(1), *others, reply]})
    assert [event.type.value for event in read.events if event.appeal_id.endswith(".1")] == [
        *("created", "replied")
    ]


def test_times_and_ids() -> None:
    rows = journal(
        *(body(f"wall_reply_{kind}", vk(1, 7), at) for at, kind in enumerate(("new", "edit"), 1)),
        body("wall_reply_delete", removed(1, user_id=7, deleter_id=7), 3),
        body("wall_reply_restore", vk(1, 7), 4),
    )
    events = Read("vk_callback", rows).events
    assert [(event.occurred_at - POSTED) // HOUR for event in events] == [0, 2, 3, 4]
    assert [(event.received_at - POSTED) // HOUR for event in events] == [1, 2, 3, 4]
    with_id_only = without(ok(1, HOUR), "date_ms")
    events = Read("ok", {"comments": [ok(2), with_id_only]}).events
    assert [event.occurred_at for event in events] == [POSTED, POSTED + HOUR]
    other = {"owner_id": -77}  # the same id on another wall
    inner = thread(answer(2, 1, by=-77, **other))
    events = Read("vk", page(vk(1, 7), vk(1, 7, thread=inner, **other))).events
    ids = ["vk/-990000001/1", "vk/-77/1", "vk/-77/1"]
    assert [event.appeal_id for event in events] == ids
    assert len({event.event_id for event in events}) == 3


def test_notes_and_details() -> None:
    assert Read("vk", TWO, officials=["562001", "44"]).notes == [
        "'44' under officials in [input] wrote none of the comments; check the id"
    ]
    first = {"comments": [ok(1)], "discussionId": "625", "has_more": True}
    others = [{"comments": [], "discussionId": str(n), "has_more": True} for n in range(2)]
    (note,) = Read("ok", [first, *others]).notes
    assert note.startswith("the last page of 3 discussions is missing (has_more), such as 625;")
    assert not Read("ok", [first, first, first | {"has_more": False}]).notes
    (fault, _) = Read("vk", FOREIGN).faults
    assert "from_id -5 is another community" in fault.detail
    (fault,) = Read("vk", UNREAD).faults
    assert "the thread of comment 1 has 3 comments, and the file has 0" in fault.detail
    assert "owner_id" in Read("vk", page(without(vk(1, 7), "owner_id"))).faults[0].detail
    for form in ("vk", "vk_callback", "ok", "max", "telegram"):
        for wrong in ("", "abc", "12 3", "0", "1.5", "-"):
            with pytest.raises(SourceError, match=rf"officials: '{wrong}' under \[input\]"):
                Read(form, {}, officials=[wrong])
