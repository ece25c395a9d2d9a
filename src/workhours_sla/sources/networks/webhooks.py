"""Map the requests that a network sends, one at a time, without ever keeping what people wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from workhours_sla.sla.event import Event
from workhours_sla.sources.networks.network import LONGEST, NetworkMapper, without_texts
from workhours_sla.sources.rows import RefusedError
from workhours_sla.stores.store_values import Rejected
from workhours_sla.text.messages import say

_ESCAPED: Final = 6  # the largest number of bytes of a character in JSON, such as ``\\u0416``
_HALF: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Matches the escape of half a character, after escaped backslashes."""


class Envelope(NamedTuple):
    """What a request of VK says about itself, each None if it is no text and no number."""

    type: str | int | None
    group: str | int | None
    secret: str | int | None


class _Raw(msgspec.Struct, gc=False):
    type: msgspec.Raw = msgspec.Raw()
    group_id: msgspec.Raw = msgspec.Raw()
    secret: msgspec.Raw = msgspec.Raw()


_decode: Final = msgspec.json.Decoder(_Raw).decode


def envelope_of(body: bytes) -> Envelope | None:
    """Return the envelope of a request, None if its body is not a JSON object.

    Nothing else of the body is built in memory, so this is safe before the secret is compared.

    >>> envelope_of(b'{"secret": "abc", "group_id": 7, "object": {"text": "..."}}')
    Envelope(type=None, group=7, secret='abc')
    """
    try:
        raw = _decode(body)
    except RecursionError:
        return None
    except msgspec.DecodeError:
        try:  # a text that was cut within a character
            raw = _decode(_HALF.sub(rb"\1\\ufffd", body))
        except (msgspec.DecodeError, RecursionError):
            return None
    return Envelope(_short(raw.type), _short(raw.group_id), _short(raw.secret))


def _short(raw: msgspec.Raw) -> str | int | None:
    value = bytes(raw)
    if len(value) > LONGEST * _ESCAPED:
        return None
    try:
        return msgspec.json.decode(value, type=str | int)
    except (msgspec.DecodeError, UnicodeDecodeError):  # another type, or none
        return None


def parse_request(body: bytes) -> dict[str, Any] | None:
    """Parse the JSON object of a request, None if it has none."""
    try:
        data = json.loads(body)
        without_texts(data)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


class NetworkRequests:
    """Maps the requests of a network to events, in the order of their arrival. Not thread-safe.

    ``recall`` returns the appeal of an event that an earlier run stored. ``forget`` is called after
    a request whose events could not be stored: the network sends it again, not to be ignored.
    """

    def __init__(
        self, make: Callable[[], NetworkMapper], recall: Callable[[str], str | None]
    ) -> None:
        self._make = make
        self._recall = recall
        self.forget()

    def forget(self) -> None:
        """Forget all earlier requests."""
        self._mapper = self._make()
        self._mapper.tree.recall = self._recall

    def events_of(
        self, request: Mapping[str, Any], received_at: datetime
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a request, none if it is ignored, or why it is rejected."""
        bare = without_texts(request)
        try:
            events = self._mapper(bare, 0, received_at)
        except RefusedError as refused:
            return Rejected(refused.reason, str(refused.detail), json.dumps(bare))
        if all((event.event_id + event.appeal_id).isprintable() for event in events):
            return events
        return Rejected("malformed", str(say("network_id")), json.dumps(bare))
