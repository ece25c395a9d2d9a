"""A random stream of appeals, written in the form of each network."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from kit.values import OFFICE
from workhours_sla import Event, Policy, Target, evaluate, working_hours

POLICY: Final = Policy(
    [
        Target("first reply", working_hours(4), OFFICE),
        Target("next reply", working_hours(8), OFFICE, stops="next_reply"),
    ]
)
BEGIN: Final = datetime(2026, 2, 16, tzinfo=UTC)
AS_OF: Final = datetime(2026, 3, 20, tzinfo=UTC)
COMMUNITY: Final = 990000001
CARRIED: Final = {
    "vk": {"created", "replied", "citizen_message"},
    "vk_callback": {"created", "replied", "citizen_message", "edited", "deleted", "restored"},
    "ok": {"created", "replied", "citizen_message"},
    "max": {"created", "replied", "citizen_message", "edited", "deleted"},
    "telegram": {"created", "replied", "citizen_message", "edited"},
}
"""The types of events that each form can say."""


class Happened(NamedTuple):
    """Something that happened to a comment: ``number`` is its own, ``root`` that of its appeal."""

    kind: str
    at: datetime
    number: int
    root: int
    parent: int
    author: int


def stream(seed: int, appeals: int = 60) -> list[Happened]:
    random = Random(seed)
    found: list[Happened] = []
    number = 0
    for _ in range(appeals):
        number += 1
        root, citizen = number, random.randrange(10**8, 10**9)
        at = BEGIN + timedelta(seconds=random.randrange(30 * 24 * 3600))
        found.append(Happened("created", at, root, root, 0, citizen))
        branch = [root]
        for _ in range(random.choice((0, 1, 1, 2, 4))):
            at += timedelta(seconds=random.randrange(1, 40 * 3600))
            number += 1
            kind = random.choice(("replied", "replied", "citizen_message"))
            author = COMMUNITY if kind == "replied" else random.choice((citizen, citizen + 1))
            found.append(Happened(kind, at, number, root, random.choice(branch), author))
            branch.append(number)
        for kind in ("edited", "deleted", "restored"):
            at += timedelta(seconds=random.randrange(1, 40 * 3600))
            if random.random() < 0.3:
                found.append(Happened(kind, at, root, root, 0, citizen))
            elif kind == "deleted":
                break
    return sorted((one for one in found if one.at < AS_OF), key=lambda one: one.at)


def direct(happened: Iterable[Happened]) -> list[Event]:
    found = []
    for one in happened:
        own = f"{one.kind}/{one.number}/{one.at.isoformat()}"
        role = "official" if one.kind == "replied" else "citizen"
        found.append(Event(own, str(one.root), one.kind, one.at, one.at, author_role=role))
    return found


def report(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Return the outcomes, with the number of each appeal in place of its id."""
    names = ("posted_at", "due_at", "limit", "answered_at", "withdrawn_at", "elapsed", "overdue")
    return sorted(
        (
            int(one.appeal_id.replace(".", "/").rpartition("/")[2].removeprefix("mid")),
            *(one.target, one.cycle, one.verdict.value),
            *(str(getattr(one, name)) for name in names),
        )
        for one in evaluate(list(events), POLICY, as_of=AS_OF).outcomes
    )


def unix(at: datetime) -> int:
    return int(at.timestamp())


def vk_comment(one: Happened) -> dict[str, Any]:
    author = -COMMUNITY if one.author == COMMUNITY else one.author
    comment = {"id": one.number, "from_id": author, "date": unix(one.at), "text": "…"}
    comment |= {"owner_id": -COMMUNITY, "post_id": 1, "parents_stack": []}
    if one.parent:
        comment |= {"parents_stack": [one.root], "reply_to_comment": one.parent}
    return comment


def write_vk(happened: Sequence[Happened]) -> str:
    """Write pages of 20 comments, and pages of the threads of which more than 10 are missing."""
    items = []
    for root in [one for one in happened if one.kind == "created"]:
        inner = [vk_comment(one) for one in happened if one.root == root.number and one.parent]
        items.append(vk_comment(root) | {"thread": {"count": len(inner), "items": inner[:1]}})
        items += inner[1:]
    pages = [items[begin : begin + 20] for begin in range(0, len(items), 20)]
    return "\n".join(json.dumps({"response": {"count": 1, "items": page}}) for page in pages)


def write_vk_callback(happened: Sequence[Happened]) -> str:
    names = {"edited": "edit", "deleted": "delete", "restored": "restore"}
    posted = {one.number: one for one in happened if one.kind == "created"}
    rows = []
    for number, one in enumerate(happened):
        what = vk_comment(one if one.kind not in names else posted[one.number])
        if one.kind == "deleted":
            what = {"id": one.number, "owner_id": -COMMUNITY, "post_id": 1}
            what |= {"user_id": one.author, "deleter_id": one.author}
        body = {"type": f"wall_reply_{names.get(one.kind, 'new')}", "group_id": COMMUNITY}
        body |= {"event_id": f"e{number}", "object": what}
        rows.append({"received_at": one.at.isoformat(), "body": body})
    return "\n".join(map(json.dumps, rows))


def write_ok(happened: Sequence[Happened]) -> str:
    at = {one.number: one.at for one in happened}

    def own_id(number: int) -> str:
        units = unix(at[number]) * 1000
        return b64encode(f"{units}:-{number}:{units}:625:1".encode()).decode()

    comments = []
    for one in happened:
        comment: dict[str, Any] = {"id": own_id(one.number), "author_id": str(one.author)}
        comment |= {"date_ms": unix(one.at) * 1000, "date": "2020-01-01 00:00:00"}
        if one.author == COMMUNITY:
            comment["author_type"] = "GROUP"
        if one.parent:
            comment["reply_to_comment_id"] = own_id(one.parent)
        comments.append(comment)
    comments.reverse()  # the API returns the newest first if it is asked for that
    return json.dumps({"discussionId": "625", "comments": comments})


def write_max(happened: Sequence[Happened]) -> str:
    updates = []
    for one in happened:
        update: dict[str, Any] = {"timestamp": unix(one.at) * 1000}
        if one.kind == "deleted":
            update |= {"update_type": "message_removed", "message_id": f"mid{one.number}"}
            update |= {"chat_id": 8, "user_id": one.author}
        else:
            edited = one.kind == "edited"
            message: dict[str, Any] = {"recipient": {"chat_id": 8, "chat_type": "chat"}}
            message |= {"timestamp": unix(BEGIN if edited else one.at) * 1000}
            message |= {"sender": {"user_id": one.author, "is_bot": one.author == COMMUNITY}}
            message |= {"body": {"mid": f"mid{one.number}"}}
            if one.parent:
                message["link"] = {"type": "reply", "message": {"mid": f"mid{one.parent}"}}
            update |= {"update_type": f"message_{'edited' if edited else 'created'}"}
            update |= {"message": message}
        updates.append(update)
    return json.dumps({"updates": updates})


def write_telegram(happened: Sequence[Happened]) -> str:
    messages: dict[int, dict[str, Any]] = {}
    for one in happened:
        if one.kind == "edited":
            messages[one.number]["edited_unixtime"] = str(unix(one.at))
            continue
        author = f"channel{COMMUNITY}" if one.author == COMMUNITY else f"user{one.author}"
        message = {"id": one.number, "type": "message", "date_unixtime": str(unix(one.at))}
        message |= {"from_id": author, "text": "…"}
        if one.parent:
            message["reply_to_message_id"] = one.parent
        messages[one.number] = message
    chat = {"type": "public_supergroup", "id": COMMUNITY, "messages": list(messages.values())}
    return json.dumps({"chats": {"list": [chat]}}, indent=1)


WRITERS: Final = {
    "vk": write_vk,
    "vk_callback": write_vk_callback,
    "ok": write_ok,
    "max": write_max,
    "telegram": write_telegram,
}
