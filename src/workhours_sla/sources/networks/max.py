"""Read updates of MAX, as its API returns them or sends them to a webhook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from workhours_sla.sla.event import EventType
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
from workhours_sla.sources.rows import Reader

_PAGES: Final = envelopes({"updates": "records", "messages": "records"})


class _User(msgspec.Struct, frozen=True, gc=False):
    user_id: int | None = None
    is_bot: bool = False


class _Recipient(msgspec.Struct, frozen=True, gc=False):
    chat_id: int | None = None
    chat_type: str | None = None


class _Body(msgspec.Struct, frozen=True, gc=False):
    mid: str | None = None


class _Link(msgspec.Struct, frozen=True, gc=False):
    type: str | None = None
    sender: _User | None = None
    message: _Body | None = None


class MaxMessage(msgspec.Struct, frozen=True, gc=False):
    sender: _User | None = None
    recipient: _Recipient | None = None
    timestamp: int | None = None
    link: _Link | None = None
    body: _Body | None = None


class MaxUpdate(MaxMessage, frozen=True, gc=False):
    update_type: str | None = None
    message: MaxMessage | None = None
    message_id: str | None = None
    chat_id: int | None = None
    user_id: int | None = None


class MaxMapper(NetworkMapper):
    channel = "max"
    type = MaxUpdate
    official: ClassVar[tuple[str, str]] = (r"[1-9]\d{0,18}", "123456")

    def _part(
        self, update: MaxUpdate, _head: Mapping[str, object], received_at: datetime | None
    ) -> Part:
        kind = update.update_type
        if kind == "message_removed":
            comment = self._removed(update, received_at)
        elif kind in {"message_created", "message_edited"} or (kind is None and update.body):
            message = needed(update.message if kind else update, "message")
            if message.recipient is not None and message.recipient.chat_type == "dialog":
                return self.ignored("outside_groups")
            comment = self._message(message, received_at)
            if kind == "message_edited":
                comment = comment._replace(
                    at=_time(update.timestamp),
                    kind=EventType.EDITED,
                    event_id=f"{comment.id}/edited/{update.timestamp}",
                    parent=None,
                )
        else:
            needed(kind, "update_type")
            return self.ignored("other_record")
        return Part(comment)

    def _message(self, message: MaxMessage, received_at: datetime | None) -> Comment:
        recipient, body = message.recipient or _Recipient(), message.body or _Body()
        chat = needed(recipient.chat_id, "recipient.chat_id")
        mid = needed(body.mid, "body.mid")
        author, author_id = self._author(message.sender)
        answered, to_official = None, False
        if message.link is not None and message.link.type == "reply":
            about = message.link.message or _Body()
            answered = f"max/{chat}/{needed(about.mid, 'link.message.mid')}"
            to_official = self._is_official(message.link.sender)
        return Comment(
            f"max/{chat}/{mid}",
            _time(message.timestamp),
            author,
            author_id,
            answered,
            received_at=received_at,
            is_parent_official=to_official,
        )

    def _is_official(self, sender: _User | None) -> bool:
        return sender is None or sender.is_bot or str(sender.user_id) in self.officials

    def _author(self, sender: _User | None) -> tuple[Author, str]:
        if sender is None:
            return "official", ""
        author_id = str(needed(sender.user_id, "sender.user_id"))
        return "official" if self._is_official(sender) else "citizen", author_id

    def _removed(self, update: MaxUpdate, received_at: datetime | None) -> Comment:
        chat, mid = needed(update.chat_id, "chat_id"), needed(update.message_id, "message_id")
        own_id = f"max/{chat}/{mid}"
        by = "" if update.user_id is None else str(update.user_id)
        return Comment(
            own_id,
            _time(update.timestamp),
            "official" if by in self.officials else None,
            by,
            received_at=received_at,
            kind=EventType.DELETED,
            event_id=f"{own_id}/deleted/{update.timestamp}",
        )


def _time(timestamp: int | None) -> datetime:
    return moment("timestamp", needed(timestamp, "timestamp"), per_second=1000)


read: Reader = reader(MaxMapper, _PAGES)
"""Reads answers of ``GET /updates`` or ``GET /messages``, or updates, such as one on each line."""
