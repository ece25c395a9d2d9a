"""Comments of social networks: each gives events, a reason why it has none, or is counted."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.paths import SAMPLES
from kit.properties import examples
from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
from workhours_sla.adapters.sources import Fault, mapper_of, open_source
from workhours_sla.adapters.sources.networks import comments, reading, vk_threads
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import SourceError

ZONE = ZoneInfo("Europe/Volgograd")
POLICY = Policy(
    [Target("first reply", working_hours(4), Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"))]
)
AS_OF = datetime(2026, 3, 12, 15, 30, tzinfo=ZONE)
WALL = -990000001
POSTED = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)
"""12 March 2026, 10:00 in Volgograd."""
HOUR = timedelta(hours=1)


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
    def facts(self) -> list[tuple[str, str, str | None]]:
        """The type, the number of the appeal and the role of each event."""
        return [
            (event.type.value, event.appeal_id.rpartition("/")[2], event.author_role)
            for event in self.events
        ]

    @property
    def reasons(self) -> list[str]:
        return [fault.reason for fault in self.faults]


def verdicts(events: Iterable[Event]) -> dict[str, str]:
    outcomes = evaluate(list(events), POLICY, as_of=AS_OF).outcomes
    return {one.appeal_id.rpartition("/")[2]: one.verdict.value for one in outcomes}


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


# -- the samples ---------------------------------------------------------------------------------

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


def test_deleted_stub_of_a_page_is_counted() -> None:
    read = Read("vk", (SAMPLES / "vk_wall_getComments.json").read_bytes())
    assert read.items.count(()) == 1
    assert read.notes == [
        "records without an event: 1 (deleted comments without author and time of deletion: 1)"
    ]


def test_confirmation_is_counted() -> None:
    read = Read("vk_callback", (SAMPLES / "vk_callback_confirmation.json").read_bytes())
    assert (read.items, read.notes) == (
        [()],
        ["records without an event: 1 (records of other kinds: 1)"],
    )


# -- errors of the API ---------------------------------------------------------------------------

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
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.count("\n") == 1
    assert "ошибка API (102: " in printed.err


# -- VK ------------------------------------------------------------------------------------------


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


def test_branch_belongs_to_its_first_citizen() -> None:
    inner = thread(
        answer(2, 1),
        answer(3, 2, by=7, parents_stack=[1]),
        answer(4, 3, parents_stack=[1]),
        answer(5, 1, by=8),
    )
    assert Read("vk", page(vk(1, 7, thread=inner))).facts == [
        ("created", "1", "citizen"),
        ("replied", "1", "official"),
        ("citizen_message", "1", "citizen"),
        ("replied", "1", "official"),
        ("citizen_message", "1", "citizen"),
    ]


def test_comment_under_a_comment_of_the_community_is_an_appeal() -> None:
    inner = thread(answer(2, 1, by=7), answer(3, 2, parents_stack=[1]), answer(4, 1, by=8))
    read = Read("vk", page(vk(1, WALL, thread=inner)))
    assert read.facts == [
        ("created", "2", "citizen"),
        ("replied", "2", "official"),
        ("created", "4", "citizen"),
    ]
    assert read.notes == [
        "records without an event: 1 (comments of the community that answer no citizen: 1)"
    ]


def test_officials_are_the_community_and_those_who_are_listed() -> None:
    content = page(vk(1, 7, thread=thread(answer(2, 1, by=562001), answer(3, 1, by=9))))
    assert [kind for kind, *_ in Read("vk", content).facts] == ["created", *["citizen_message"] * 2]
    read = Read("vk", content, officials=["562001", "44"])
    assert [kind for kind, *_ in read.facts] == ["created", "replied", "citizen_message"]
    assert read.notes == [
        "'44' under officials in [input] wrote none of the comments; check the id"
    ]


def test_owner_of_a_personal_wall_is_official() -> None:
    own = {"owner_id": 500}
    content = page(vk(1, 7, thread=thread(answer(2, 1, by=500, **own)), **own))
    assert Read("vk", content).facts == [("created", "1", "citizen"), ("replied", "1", "official")]


@pytest.mark.parametrize("form", ["vk", "vk_callback", "ok", "max", "telegram"])
@pytest.mark.parametrize("wrong", ["", "abc", "12 3", "0", "1.5", "-"])
def test_malformed_id_of_an_official_is_an_error(form: str, wrong: str) -> None:
    with pytest.raises(SourceError, match=rf"officials: '{wrong}' under \[input\]"):
        Read(form, {}, officials=[wrong])


def test_another_community_is_neither_citizen_nor_official() -> None:
    content = page(vk(1, 7, thread=thread(answer(2, 1, by=-5))), vk(3, -5))
    read = Read("vk", content)
    assert read.facts == [("created", "1", "citizen")]
    assert read.reasons == ["unknown_value", "unknown_value"]
    assert "from_id -5 is another community" in read.faults[0].detail
    assert ("replied", "1", "official") in Read("vk", content, officials=["-5"]).facts


def test_same_id_on_two_walls_is_two_appeals() -> None:
    other = {"owner_id": -77}
    inner = thread(answer(2, 1, by=-77, **other))
    read = Read("vk", page(vk(1, 7), vk(1, 7, thread=inner, **other)))
    assert [(event.type.value, event.appeal_id) for event in read.events] == [
        ("created", "vk/-990000001/1"),
        ("created", "vk/-77/1"),
        ("replied", "vk/-77/1"),
    ]
    assert len({event.event_id for event in read.events}) == 3


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


def test_answer_on_a_board_without_its_comment_is_quarantined() -> None:
    read = Read("vk", page(vk(1, 7, topic_id=3), vk(2, WALL, topic_id=3)))
    assert [kind for kind, *_ in read.facts] == ["created"]
    assert read.reasons == ["missing_value"]


@pytest.mark.parametrize("key", ["id", "from_id", "date", "owner_id"])
def test_comment_without_a_needed_value_is_quarantined(key: str) -> None:
    read = Read("vk", page({name: one for name, one in vk(1, 7).items() if name != key}))
    assert (read.events, read.reasons) == ([], ["missing_value"])
    assert key in read.faults[0].detail


@pytest.mark.parametrize("date", [1773299700000, 3, -5])
def test_time_in_another_unit_is_quarantined(date: int) -> None:
    assert Read("vk", page(vk(1, 7) | {"date": date})).reasons == ["unreadable_time"]


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
        ("created", "1", "citizen"),
        ("replied", "1", "official"),
        ("created", "3", "citizen"),
        ("created", "4", "citizen"),
    ]


def test_page_without_comments_has_no_rows() -> None:
    assert Read("vk", page()).items == []


def test_answers_to_a_deleted_comment_are_counted() -> None:
    """Unless another page of the file, read before the deletion, has the comment."""
    gone = {"id": 1, "parents_stack": [], "date": 5, "deleted": True}
    gone["thread"] = thread(answer(2, 1), answer(3, 2, by=7, parents_stack=[1]))
    read = Read("vk", page(gone, vk(4, 8)))
    assert (read.facts, read.faults) == ([("created", "4", "citizen")], [])
    assert read.notes == [
        (
            "records without an event: 3 (deleted comments without author and time of deletion: "
            "1, comments under deleted ones: 2)"
        )
    ]
    for pages in ([page(vk(1, 7)), page(gone)], [page(gone), page(vk(1, 7))]):
        kinds = [kind for kind, *_ in Read("vk", pages).facts]
        assert kinds == ["created", "replied", "citizen_message"]


# -- threads that a page of VK has only in part ----------------------------------------------------


def test_appeal_with_an_unread_thread_is_quarantined() -> None:
    read = Read("vk", page(vk(1, 7, thread=thread(count=3)), vk(4, 8)))
    assert read.facts == [("created", "4", "citizen")]
    assert read.reasons == ["incomplete"]
    assert "the thread of comment 1 has 3 comments, and the file has 0" in read.faults[0].detail


def test_thread_is_completed_by_later_pages() -> None:
    rest = page(answer(2, 1, by=8), answer(3, 1, by=9), answer(4, 1, by=8))
    read = Read("vk", [page(vk(1, 7, thread=thread(count=3))), rest])
    assert not read.faults
    assert [kind for kind, *_ in read.facts] == ["created", *["citizen_message"] * 3]


def test_deleted_comments_complete_a_thread() -> None:
    gone = {"id": 3, "parents_stack": [1], "date": 5, "deleted": True, "owner_id": WALL}
    rest = page(answer(2, 1, by=8), gone)
    assert not Read("vk", [page(vk(1, 7, thread=thread(count=2))), rest]).faults


@pytest.mark.parametrize("fields", [{}, {"photo_id": 3}])
def test_deleted_comments_of_a_page_need_no_owner(fields: Any) -> None:
    gone = {"id": 3, "parents_stack": [1], "date": 5, "deleted": True}
    root = vk(1, 7, thread=thread(gone, count=2), **fields)
    read = Read("vk", [page(root), page(answer(2, 1, by=8, **fields))])
    assert not read.faults
    assert [kind for kind, *_ in read.facts] == ["created", "citizen_message"]
    other = page({"id": 4, "parents_stack": [1], "date": 5, "deleted": True})
    root["thread"]["count"] = 3
    assert Read("vk", [page(root), page(answer(2, 1, by=8, **fields)), other]).reasons == [
        "incomplete"
    ]


def test_answer_makes_an_unread_thread_harmless() -> None:
    inner = thread(answer(2, 1), answer(3, 1, 2 * HOUR, by=8), count=9)
    assert Read("vk", page(vk(1, 7, thread=inner))).facts[1] == ("replied", "1", "official")
    rest = page(answer(2, 1, by=8), answer(3, 1, 2 * HOUR))
    later = [page(vk(1, 7, thread=thread(count=9))), rest]
    assert Read("vk", later).facts[2] == ("replied", "1", "official")


def test_first_answer_may_be_missing_from_a_descending_thread() -> None:
    inner = thread(answer(3, 1, 2 * HOUR), answer(2, 1, HOUR, by=8), count=9)
    assert Read("vk", page(vk(1, 7, thread=inner))).reasons == ["incomplete"]


def test_appeals_in_an_unread_thread_of_the_community_are_quarantined() -> None:
    inner = thread(answer(2, 1, by=7), count=5)
    read = Read("vk", page(vk(1, WALL, thread=inner)))
    assert (read.facts, read.reasons) == ([], ["incomplete"])


def test_few_comments_are_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vk_threads, "MOST_KEPT", 3)
    read = Read("vk", page(*(vk(number, 7, thread=thread(count=1)) for number in range(1, 9))))
    assert read.reasons == ["incomplete"] * 8


# -- the Callback API of VK ------------------------------------------------------------------------


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


def test_edits_and_deletions_count_from_their_receipt() -> None:
    read = Read(
        "vk_callback",
        journal(
            body("wall_reply_new", vk(1, 7), 1),
            body("wall_reply_edit", vk(1, 7), 2),
            body("wall_reply_delete", removed(1, user_id=7, deleter_id=7), 3),
            body("wall_reply_restore", vk(1, 7), 4),
        ),
    )
    hours = [(event.occurred_at - POSTED) // HOUR for event in read.events]
    assert [event.type.value for event in read.events] == [
        "created",
        "edited",
        "deleted",
        "restored",
    ]
    assert hours == [0, 2, 3, 4]
    assert [(event.received_at - POSTED) // HOUR for event in read.events] == [1, 2, 3, 4]


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
    assert read.facts[1] == ("deleted", "1", role)
    assert verdicts(read.events) == {"1": "withdrawn" if role == "citizen" else "breached"}


def test_deleted_reply_stays_counted_as_given() -> None:
    read = Read(
        "vk_callback",
        journal(
            body("wall_reply_new", vk(1, 7), 1),
            body("wall_reply_new", answer(2, 1), 2),
            body("wall_reply_delete", removed(2, deleter_id=WALL), 3),
        ),
    )
    assert verdicts(read.events) == {"1": "met"}
    assert "deletions of replies, which stay counted as given: 1" in read.notes[0]


def test_repeated_delivery_is_ignored() -> None:
    new = body("wall_reply_new", vk(1, 7), 1)
    edit = body("wall_reply_edit", vk(1, 7), 2)
    read = Read("vk_callback", journal(new, edit, edit, new))
    assert [kind for kind, *_ in read.facts] == ["created", "edited"]
    assert read.notes == ["records without an event: 2 (repeated deliveries: 2)"]


def test_bare_bodies_have_no_time_of_receipt() -> None:
    bodies = [
        body("wall_reply_new", vk(1, 7), 1),
        body("wall_reply_delete", removed(1, deleter_id=7), 2),
        body("wall_reply_edit", vk(1, 7), 3),
        body("message_new", {"message": {}}, 4),
        body("like_add", "nonsense", 5),
    ]
    read = Read("vk_callback", b"\n".join(json.dumps(one).encode() for one in bodies))
    assert read.facts == [("created", "1", "citizen")]
    assert read.notes == [
        (
            "records without an event: 4 (edits and deletions without a time of receipt: 2, "
            "records of other kinds: 2)"
        )
    ]


def test_body_may_be_text() -> None:
    text = json.dumps(body("wall_reply_new", vk(1, 7), 1))
    rows = [{"received_at": "2026-03-12T07:30:00Z", "body": text}, {"body": "{"}]
    read = Read("vk_callback", b"\n".join(json.dumps(one).encode() for one in rows))
    assert (read.facts, read.reasons) == ([("created", "1", "citizen")], ["malformed"])


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
    new = vk(1, 7) | fields
    gone = {"id": 1, "deleter_id": 7, "user_id": 7, **fields}
    if subject != "board_post":
        gone["owner_id"] = WALL
    del new["owner_id"]
    read = Read(
        "vk_callback", journal(body(f"{subject}_new", new, 1), body(f"{subject}_delete", gone, 2))
    )
    assert [event.type.value for event in read.events] == ["created", "deleted"]
    assert len({event.appeal_id for event in read.events}) == 1


def test_journal_that_begins_late_counts_no_old_appeal() -> None:
    old = vk(1, 7, -400 * 24 * HOUR)
    rows = journal(body("wall_reply_edit", old, 1), body("wall_reply_new", answer(2, 1), 2))
    read = Read("vk_callback", rows)
    result = evaluate(read.events, POLICY, as_of=AS_OF)
    assert not result.outcomes
    assert [one.reason for one in result.quarantine] == ["no_appeal"] * 2


def test_answer_in_a_branch_that_is_not_known_counts_for_either_appeal() -> None:
    """The journal does not say whether the first comment is by a citizen or by the community."""
    reply = answer(3, 2, parents_stack=[1])
    lines = [body("wall_reply_new", reply, 1)]
    events = Read("vk_callback", journal(*lines)).events
    assert [event.appeal_id.rpartition("/")[2] for event in events] == ["1", "2"]
    for first in (1, 2):
        before = Read("vk", page(vk(first, 7))).events
        assert verdicts([*before, *events]) == {str(first): "met"}


def test_callback_shows_that_the_first_comment_is_of_the_community() -> None:
    rows = journal(
        body("wall_reply_new", answer(2, 1, by=7, reply_to_user=WALL), 1),
        body("wall_reply_new", answer(3, 2, parents_stack=[1], reply_to_user=7), 2),
    )
    assert Read("vk_callback", rows).facts == [
        ("created", "2", "citizen"),
        ("replied", "2", "official"),
    ]


def test_watch_follows_a_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "vk.toml"
    config.write_text('[input]\nformat = "vk_callback"\n[schedule]\ncalendar = "RU-VGG"\n', "utf-8")
    source = str(SAMPLES / "vk_callback_journal.jsonl")
    store = str(tmp_path / "store.sqlite")
    arguments = [source, "--store", store, "--config", str(config), "--once", "--json"]
    assert main(["watch", *arguments]) == 0
    changes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = {(one["appeal_id"][-1], one["kind"]) for one in changes}
    assert {("1", "met"), ("2", "breached"), ("3", "breached"), ("4", "withdrawn")} <= kinds
    assert main(["watch", *arguments]) == 0
    assert not capsys.readouterr().out


def test_watch_follows_updates_of_max_on_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "max.toml"
    config.write_text('[input]\nformat = "max"\n[schedule]\ncalendar = "RU-VGG"\n', "utf-8")
    source = tmp_path / "max.jsonl"
    updates = json.loads((SAMPLES / "max_updates.json").read_bytes())["updates"]
    source.write_text("".join(json.dumps(one) + "\n" for one in updates), "utf-8")
    store = str(tmp_path / "store.sqlite")
    arguments = [str(source), "--store", store, "--config", str(config), "--once", "--json"]
    assert main(["watch", *arguments]) == 0
    changes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = {(one["appeal_id"][-2:], one["kind"]) for one in changes}
    assert {("e9", "met"), ("ea", "breached"), ("eb", "breached"), ("ec", "withdrawn")} <= kinds


def test_refused_request_is_read_again_when_it_comes_again() -> None:
    broken = body("wall_reply_new", vk(1, 7) | {"date": None}, 1)
    whole = body("wall_reply_new", vk(1, 7), 1)
    read = Read("vk_callback", journal(broken, whole, whole))
    assert (read.facts, read.reasons) == ([("created", "1", "citizen")], ["missing_value"])


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


@pytest.mark.parametrize("form", ["vk", "ok", "telegram"])
def test_documents_are_not_followed(form: str) -> None:
    with pytest.raises(SourceError, match=f"the format {form} cannot be followed"):
        mapper_of(parse(f'[input]\nformat = "{form}"').mapping)


# -- Odnoklassniki ---------------------------------------------------------------------------------


def ok_id(number: int, at: timedelta = timedelta()) -> str:
    units = int((POSTED + at).timestamp() * 1000)
    return b64encode(f"{units}:-{number}:{units}:625:1".encode()).decode()


def ok(number: int, at: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    """Return a comment whose naive date is wrong on purpose."""
    fields = {"id": ok_id(number, at), "author_id": "7", "date": "2020-01-01 00:00:00"}
    return fields | {"date_ms": int((POSTED + at).timestamp() * 1000)} | more


def test_time_is_that_of_the_milliseconds_or_of_the_id() -> None:
    with_id_only = ok(1, HOUR)
    del with_id_only["date_ms"]
    read = Read("ok", {"comments": [ok(2), with_id_only]})
    assert [event.occurred_at for event in read.events] == [POSTED, POSTED + HOUR]


def test_naive_date_is_never_used() -> None:
    read = Read(
        "ok",
        {
            "discussionId": "625",
            "comments": [{"id": "x", "author_id": "7", "date": "2026-03-12 10:00:00"}],
        },
    )
    assert (read.events, read.reasons) == ([], ["unreadable_time"])


def test_answers_of_the_group_and_of_officials() -> None:
    content = {
        "comments": [
            ok(4, 2 * HOUR, author_id="9", reply_to_comment_id=ok_id(3, HOUR)),
            ok(3, HOUR, reply_to_comment_id=ok_id(2), author_id="8"),
            ok(2),
            ok(5, HOUR, author_type="GROUP", reply_to_comment_id=ok_id(2)),
            ok(6, author_type="GROUP"),
        ]
    }
    read = Read("ok", content, officials=["9"])
    assert [kind for kind, *_ in read.facts] == ["created", "citizen_message", "replied", "replied"]
    assert len({event.appeal_id for event in read.events}) == 1
    assert verdicts(read.events) == {f"{int(POSTED.timestamp() * 1000)}.2": "met"}
    assert "answer no citizen: 1" in read.notes[0]


def test_ids_that_are_not_decoded_need_their_discussion() -> None:
    comment = ok(1) | {"id": "plain"}
    read = Read("ok", {"discussionId": "625", "comments": [comment]})
    assert read.events[0].appeal_id == "ok/625/plain"
    assert Read("ok", {"comments": [comment]}).reasons == ["missing_value"]


def test_removed_comments_are_counted_and_unknown_types_are_not_guessed() -> None:
    content = {"comments": [ok(1, type="REMOVED_MESSAGE"), ok(2, type="POLL")]}
    read = Read("ok", content)
    assert (read.reasons, read.items.count(())) == (["unknown_type"], 1)


def test_discussion_without_its_last_page_is_noted() -> None:
    first = {"comments": [ok(1)], "discussionId": "625", "has_more": True}
    others = [
        {"comments": [], "discussionId": str(number), "has_more": True} for number in range(2)
    ]
    last = first | {"has_more": False}
    (note,) = Read("ok", [first, *others]).notes
    assert note.startswith("the last page of 3 discussions is missing (has_more), such as 625;")
    assert not Read("ok", [first, first, last]).notes


# -- MAX -------------------------------------------------------------------------------------------


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


def test_updates_say_who_deleted_and_when() -> None:
    updates = [
        created("m1", 7),
        update("message_edited", HOUR / 2, message=message("m1", 7)),
        created("m2", 8),
        created("m3", 562, HOUR, link=to("m2")),
        update("message_removed", HOUR, message_id="m1", chat_id=88, user_id=7),
        update("message_removed", HOUR, message_id="m2", chat_id=88, user_id=562),
        update("message_removed", HOUR, message_id="m3", chat_id=88, user_id=562),
        update("bot_started", user_id=3),
    ]
    read = Read("max", {"updates": updates, "marker": 1}, officials=["562"])
    assert read.facts == [
        ("created", "m1", "citizen"),
        ("edited", "m1", "citizen"),
        ("created", "m2", "citizen"),
        ("replied", "m2", "official"),
        ("deleted", "m1", "citizen"),
        ("deleted", "m2", "official"),
    ]
    assert read.events[1].occurred_at == POSTED + HOUR / 2
    assert verdicts(read.events) == {"m1": "withdrawn", "m2": "met"}


def test_deletion_by_another_person_withdraws_nothing() -> None:
    gone = update("message_removed", HOUR, message_id="m1", chat_id=88, user_id=9)
    read = Read("max", [created("m1", 7), gone])
    assert read.facts[1] == ("deleted", "m1", None)
    assert verdicts(read.events) == {"m1": "breached"}


def test_posts_of_a_channel_are_of_the_community() -> None:
    updates = [
        created("m1", None, chat_type="channel"),
        created("m2", 7, link=to("m1")),
        created("m3", -5, HOUR, link=to("m2")),
        created("m4", 7, chat_type="dialog"),
        created("m5", 7, link={"type": "forward", "message": {"mid": "m1"}}),
    ]
    read = Read("max", b"\n".join(json.dumps(one).encode() for one in updates))
    assert [kind for kind, *_ in read.facts] == ["created", "replied", "created"]
    assert "messages of private chats: 1" in read.notes[0]


def test_messages_are_read_without_updates() -> None:
    content = {"messages": [message("m2", -5, HOUR, link=to("m1")), message("m1", 7)]}
    assert Read("max", content).facts == [
        ("created", "m1", "citizen"),
        ("replied", "m1", "official"),
    ]


def test_seconds_in_place_of_milliseconds_are_quarantined() -> None:
    one = created("m1", 7)
    one["message"]["timestamp"] //= 1000
    assert Read("max", one).reasons == ["unreadable_time"]


# -- Telegram --------------------------------------------------------------------------------------


def telegram(number: int, by: str | None, at: timedelta = timedelta(), **more: Any) -> Any:
    unix = str(int((POSTED + at).timestamp()))
    fields = {"id": number, "type": "message", "date": "2020-01-01T00:00:00", "from_id": by}
    return fields | {"date_unixtime": unix, "text": ""} | more


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Чат", "type": "public_supergroup", "id": 99, **more, "messages": messages}


def test_answers_in_a_group() -> None:
    post = telegram(1, "channel50", forwarded_from="Канал")
    read = Read(
        "telegram",
        chat(
            post,
            telegram(2, "user7", reply_to_message_id=1),
            telegram(3, "channel99", HOUR, reply_to_message_id=2),
            telegram(4, "user7", HOUR, reply_to_message_id=3),
            telegram(5, "user8"),
            telegram(6, "user55", HOUR, reply_to_message_id=5, edited_unixtime="1773306000"),
            telegram(7, "channel99"),
        ),
        officials=["user55"],
    )
    assert read.facts == [
        ("created", "2", "citizen"),
        ("replied", "2", "official"),
        ("citizen_message", "2", "citizen"),
        ("created", "5", "citizen"),
        ("replied", "5", "official"),
        ("edited", "5", "official"),
    ]
    assert "answer no citizen: 2" in read.notes[0]


def test_reply_by_another_channel_is_quarantined() -> None:
    content = chat(telegram(1, "user7"), telegram(2, "channel50", reply_to_message_id=1))
    assert Read("telegram", content).reasons == ["unknown_value"]
    facts = Read("telegram", content, officials=["channel50"]).facts
    assert facts[1] == ("replied", "1", "official")


def test_messages_of_a_topic_are_appeals() -> None:
    topic = {"id": 1, "type": "service", "date_unixtime": "1773299700", "action": "topic_created"}
    read = Read("telegram", chat(topic, telegram(2, "user7", reply_to_message_id=1)))
    assert read.facts == [("created", "2", "citizen")]


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
    assert [number for _, number, _ in read.facts] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ['"says "quoted" words"', '"never closed', "", '{"open": ['])
def test_file_with_another_mistake_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"line \d+ column \d+.*records read before: 0"):
        Read("telegram", raw_chat(raw(1, '"good"'), raw(2, text), raw(3, '"good"')))


@pytest.mark.parametrize("form", ["vk", "vk_callback", "ok", "max", "telegram"])
def test_document_that_is_cut_off_is_refused(form: str) -> None:
    name = next(name for name, (one, *_) in SAMPLE_FILES.items() if one == form)
    data = (SAMPLES / name).read_bytes().rstrip()
    if form == "vk_callback":
        assert Read(form, data[:-20]).reasons == ["malformed"]
        return
    with pytest.raises(SourceError, match="is not JSON"):
        Read(form, data[:-20])


def test_exports_of_old_versions_have_no_zone() -> None:
    old = telegram(1, "user7")
    del old["date_unixtime"]
    assert Read("telegram", chat(old)).reasons == ["naive_time"]


def test_line_that_is_no_request_costs_one_row() -> None:
    rows = journal(body("wall_reply_new", vk(1, 7), 1), body("wall_reply_new", vk(2, 7), 2))
    first, second, _ = rows.split(b"\n")
    for broken in (b"ping", b"[1]", first[:90], first[:-1], b"7", b'{"a": "x', b'"' * 3):
        read = Read("vk_callback", b"\n".join([first, broken, second]))
        assert len(read.faults) == 1, broken
        assert [number for _, number, _ in read.facts] == ["1", "2"], broken


# -- damage ----------------------------------------------------------------------------------------

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


HOSTILE = {
    "lines that open objects": b'{"id": {\n' * 10_000,
    "records that open objects": b'{"items":[\n' + b'{\n "id": {\n},\n' * 10_000 + b"]}",
    "half a request on each line": b'{"type": "wall_reply_new", "object": {"id": 1\n' * 10_000,
    "blanks behind a path": b'{"messages": [{\n"document_id": x' + b" " * 400_000 + b'"y"\n}]}',
    "deep": b'{"items":[' + b'{"a":' * 100_000 + b"}" * 100_000 + b"]}",
    "one string": b'{"items":[{"text":"' + b"\\" * 3_000_001,
}


@pytest.mark.parametrize("form", ["vk", "vk_callback", "telegram"])
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_read_in_linear_time(form: str, content: bytes) -> None:
    begin = process_time()
    with suppress(SourceError):
        assert Read(form, content).faults
    assert process_time() - begin < 20


@pytest.mark.parametrize("name", SAMPLE_FILES)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sizes_of_chunks_do_not_matter(name: str, size: int) -> None:
    form = SAMPLE_FILES[name][0]
    data = (SAMPLES / name).read_bytes()
    mapping = parse(f'[input]\nformat = "{form}"\nsource = "test"').mapping
    with open_source(InPieces(data, size), mapping) as source:
        assert list(source) == Read(form, data).items


class InPieces(BytesIO):
    """A stream that returns a few bytes at once, as a pipe may."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self._size if size else 0)


# -- order and memory ------------------------------------------------------------------------------


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


def test_few_comments_wait_for_their_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_WAITING", 2)
    lost = [
        ok(number, author_type="GROUP", reply_to_comment_id=ok_id(number + 50))
        for number in range(9)
    ]
    with open_source(
        BytesIO(json.dumps({"comments": [*lost, ok(99)]}).encode()),
        parse('[input]\nformat = "ok"').mapping,
    ) as source:
        kinds = [
            event.type.value for item in source if not isinstance(item, Fault) for event in item
        ]
    assert kinds == [*["replied"] * 7, "created", *["replied"] * 2]


def test_few_comments_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "REMEMBERED", 10)
    recent = comments.Recent()
    for number in range(100):
        recent.put(str(number), "x")
        assert all(recent.get(str(one)) for one in range(max(0, number - 4), number + 1))
    assert sum(recent.get(str(number)) is not None for number in range(100)) <= 10


def test_answer_to_a_forgotten_appeal_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "REMEMBERED", 4)
    others = [ok(number) for number in range(10, 60)]
    reply = ok(2, HOUR, author_type="GROUP", reply_to_comment_id=ok_id(1))
    read = Read("ok", {"comments": [ok(1), *others, reply]})
    assert [event.type.value for event in read.events if event.appeal_id.endswith(".1")] == [
        *("created", "replied")
    ]
