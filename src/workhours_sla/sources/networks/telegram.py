r"""Read an export of Telegram Desktop, ``result.json``, of one chat or a whole account.

Telegram Desktop writes control characters as ``\x0C``, and version 4.1 wrote the path of a custom
emoji without quotes. Both are invalid JSON, and are repaired in the messages that contain them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

from workhours_sla.sources.json_documents import envelopes
from workhours_sla.sources.networks.network import (
    Author,
    Comment,
    NetworkMapper,
    Part,
    moment,
    needed,
    reader,
)
from workhours_sla.sources.rows import Reader, RefusedError
from workhours_sla.text.messages import say

_CHATS: Final = envelopes(
    {"chats": "envelopes", "left_chats": "envelopes", "list": "envelopes", "messages": "records"}
)
_PRIVATE: Final = frozenset(("saved_messages", "replies", "personal_chat", "bot_chat"))
"""Types of private chats; nobody answers for a community there."""
_PEER: Final = re.compile(r"(user|chat|channel)(\d{1,19})", re.ASCII)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|.)", re.DOTALL)
_UNQUOTED: Final = re.compile(r'("document_id"\s*+:\s*+)([^\s"\d{\[][^"\r\n]*+)(?=[\r\n]|\Z)')


class TelegramMessage(msgspec.Struct, frozen=True, gc=False):
    id: int | None = None
    type: str | None = None
    date: str | None = None
    date_unixtime: str | int | None = None
    edited_unixtime: str | int | None = None
    from_id: str | int | None = None
    forwarded_from: Any = None
    reply_to_message_id: int | None = None
    reply_to_peer_id: str | None = None


class TelegramMapper(NetworkMapper):
    channel = "telegram"
    type = TelegramMessage
    official: ClassVar[tuple[str, str]] = (r"(?:user|chat|channel)[1-9]\d{0,18}", "user123456")

    def _part(
        self, message: TelegramMessage, head: Mapping[str, object], received_at: datetime | None
    ) -> Part:
        if str(head.get("type")) in _PRIVATE:
            return self.ignored("outside_groups")
        if message.type == "unsupported":
            return self.ignored("other_record")
        found = re.fullmatch(r"-?\d{1,19}", str(head.get("id", "")), re.ASCII)
        chat = needed(found, "chat.id")[0]
        own_id = needed(message.id, "id")
        if message.date_unixtime is None and message.date is not None:
            raise RefusedError(say("telegram_old"), "naive_time")
        at = moment("date_unixtime", str(needed(message.date_unixtime, "date_unixtime")))
        answered, edited = None, message.edited_unixtime
        if message.reply_to_message_id is not None:
            peer = _PEER.fullmatch(message.reply_to_peer_id or "")
            place = chat if peer is None else peer[2]
            answered = f"telegram/{place}/{message.reply_to_message_id}"
        comment = Comment(
            f"telegram/{chat}/{own_id}",
            at,
            self._author(message, chat),
            _author_id(message),
            answered,
            received_at=received_at,
            edited_at=None if edited is None else moment("edited_unixtime", edited),
        )
        return Part(comment)

    def _author(self, message: TelegramMessage, chat: str) -> Author:
        if message.type == "service":
            return "other"
        author_id = needed(_author_id(message), "from_id")
        if author_id in self.officials:
            return "official"
        peer = _PEER.fullmatch(author_id)
        if peer is not None and peer[1] == "user":
            return "citizen"
        if peer is not None and peer[2] == chat:
            return "official"
        if message.forwarded_from is not None and message.reply_to_message_id is None:
            return "official"  # a post of the channel that the group belongs to
        detail = say("other_community", name="from_id", id=author_id[:40])
        raise RefusedError(detail, "unknown_value")


def _author_id(message: TelegramMessage) -> str:
    """Return the id of an author in the current form."""
    author = message.from_id
    return f"user{author}" if isinstance(author, int) else author or ""


def repaired(text: str) -> str:
    r"""Repair the known JSON errors in the text of a message.

    >>> repaired(r'{"text": "a\x0Cb\\x0C"}')
    '{"text": "a\\u000Cb\\\\x0C"}'
    """

    def escape(found: re.Match[str]) -> str:
        return found[0] if found[1] is None else f"\\u00{found[1]}"

    def quoted(found: re.Match[str]) -> str:
        path = found[2].rstrip()
        comma = "," * path.endswith(",")
        return found[1] + msgspec.json.encode(path.removesuffix(",")).decode() + comma

    return _UNQUOTED.sub(quoted, _ESCAPE.sub(escape, text))


read: Reader = reader(TelegramMapper, _CHATS, repair=repaired)  # reads the messages of an export
