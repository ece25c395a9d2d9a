"""Recognise files of social networks and service desks by their keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.sources.lines import MARKS_AND_BLANKS

if TYPE_CHECKING:
    from workhours_sla.config.sections import Format

_SAMPLED: Final = 1 << 16
_KEY: Final = re.compile(r'"([\w:.-]{1,60})"\s*:')
_ELEMENT: Final = re.compile(r"<(?:[\w.-]+:)?([\w.-]{1,60})[\s>/]")
_HEADER: Final = re.compile(r"[^\r\n]*")


class Signature(NamedTuple):
    """A format, and the sets of keys by which its files are recognised.

    A file matches if it has all keys of one set. A set lists JSON keys, XML elements or CSV
    columns.
    """

    format: Format
    keys: tuple[frozenset[str], ...] = ()
    elements: tuple[frozenset[str], ...] = ()
    columns: tuple[frozenset[str], ...] = ()
    kind: str | None = None


def _sets(*texts: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(text.split()) for text in texts)


SIGNATURES: Final = (
    Signature("vk_callback", _sets("type group_id object", "type group_id event_id v")),
    Signature("vk", _sets("response items parents_stack", "items from_id post_id parents_stack")),
    Signature("ok", _sets("comments discussionId", "comments date_ms author_id")),
    Signature("max", _sets("update_type timestamp")),
    Signature("telegram", _sets("messages date_unixtime", "chats about")),
    Signature("xes", elements=_sets("log trace", "log extension", "log global")),
    Signature(
        "open311",
        _sets("service_request_id requested_datetime", "service_request_id update_id"),
        _sets("service_requests request", "service_request_updates request_update"),
    ),
    Signature("cloudevents", _sets("specversion id source type")),
    Signature("zendesk", _sets("ticket_metric_events", "ticket_audits", "audits")),
    Signature(
        "zammad",
        _sets(
            "number first_response_escalation_at",
            "history o_id object created_at",
            "ticket_id sender_id internal created_at",
        ),
    ),
    Signature(
        "jira",
        _sets("completedCycles", "ongoingCycle"),
        kind="appeals",
    ),
    Signature(
        "servicenow",
        columns=_sets("stage has_breached start_time end_time", "sla stage planned_end_time"),
        kind="appeals",
    ),
)
"""The formats with fixed keys. A file that matches several formats counts as none of them."""


def signature_of(head: bytes) -> Signature | None:
    """Return the signature that the beginning of a file matches, None if none or several match.

    >>> signature_of(b'[{"service_request_id": "1", "requested_datetime": "2026-03-12"}]').format
    'open311'
    """
    text = head[:_SAMPLED].lstrip(MARKS_AND_BLANKS).decode("utf-8", "replace")
    if text.startswith(("{", "[")):
        keys = set(_KEY.findall(text))
        found = [one for one in SIGNATURES if any(wanted <= keys for wanted in one.keys)]
    elif text.startswith("<"):
        names = set(_ELEMENT.findall(text))
        found = [one for one in SIGNATURES if any(wanted <= names for wanted in one.elements)]
    else:
        line = _HEADER.match(text)
        cells = set(re.split(r'[",;\t|]+', line[0] if line else ""))
        cells |= {cell.removeprefix("task.") for cell in cells}
        found = [one for one in SIGNATURES if any(wanted <= cells for wanted in one.columns)]
    return found[0] if len(found) == 1 else None
