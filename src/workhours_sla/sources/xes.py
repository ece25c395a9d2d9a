"""Read event logs in XES, the format of process mining (IEEE 1849)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

from workhours_sla.config.column_names import OR
from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Claim, Event, EventType
from workhours_sla.sources.desks import id_prefix
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Fault, Item, Record, item_of
from workhours_sla.sources.xml import parse_documents
from workhours_sla.text.messages import say

CASE: Final = "case:"
"""Prefix of the trace's attributes in a record, as in event logs exported to CSV."""
COLUMNS: Final = {
    "appeal_id": "case:concept:name",
    "type": "concept:name",
    "occurred_at": "time:timestamp",
}
"""The XES attribute for each canonical column, unless ``[columns]`` names another."""

_CASE_NAME: Final = COLUMNS["appeal_id"]
_INDEX: Final = "event:index"
_TRANSITION: Final = "lifecycle:transition"
_COMPLETE: Final = ("", "complete", "unknown")
_PAUSES: Final = {"suspend": EventType.PAUSED.value, "resume": EventType.RESUMED.value}
_IN_LOG: Final = 2
_IN_TRACE: Final = 3  # XML depths of the children of ``<log>``, and of the children of ``<trace>``
_LISTED: Final = 40


def read(opened: OpenedFile, layout: Layout, _options: Input) -> Iterator[Item]:
    log = _Log(opened.name)
    mapper = XesMapper(layout, opened.claims)
    activities: dict[str, None] = {}
    delayed: list[Item] = []
    is_mapped = False
    count = 0
    for _ in parse_documents(opened, log):
        for record in log.complete:
            count += 1
            item = item_of(mapper, record, count)
            delayed.append(item)
            if isinstance(item, Fault) and item.reason == "unknown_type":
                activities[str(record.get(mapper.type_column or COLUMNS["type"]) or "")] = None
            else:
                is_mapped = is_mapped or bool(item)
            if is_mapped:
                yield from delayed
                delayed.clear()
        log.complete.clear()
    if activities and not is_mapped:
        raise _unmapped(activities, opened.name)
    yield from delayed
    if mapper.skipped is not None and not is_mapped:
        raise SourceError(
            say("xes_transitions", name=opened.name, example=shown(mapper.skipped)),
            name=opened.name,
        )


def _unmapped(activities: Mapping[str, None], name: str) -> SourceError:
    listed = ", ".join(map(shown, list(activities)[:_LISTED]))
    more = len(activities) - _LISTED
    msg = say(
        "xes_activities",
        name=name,
        activities=listed,
        more=say("and_more", count=more) if more > 0 else "",
        first=next(iter(activities)).replace('"', r"\""),
    )
    return SourceError(msg, name=name)


class XesMapper:
    """Maps the attributes of an ``<event>`` and its ``<trace>`` to an event.

    Transitions other than completion, suspension and resumption are ignored, unless
    ``[values.type]`` lists ``ACTIVITY+TRANSITION``.
    """

    dates_to_receipt: ClassVar[bool] = False

    def __init__(self, layout: Layout, claims: list[Claim]) -> None:
        columns = {**COLUMNS, "event_id": _INDEX, **layout.columns}
        self._mapper = Mapper(replace(layout, columns=columns), claims=claims)
        self.layout = layout
        self.kept = self._mapper.kept
        written: object = columns["type"]
        is_one = isinstance(written, str) and OR not in written
        self.type_column: str = str(written) if is_one else ""
        """The attribute with the activity, ``""`` if the type is made of several attributes."""
        self._has_ids = columns["event_id"] != _INDEX
        self._prefix = id_prefix("xes", layout)
        self._types = layout.values.get("type", {})
        self.skipped: str | None = None
        """The first activity and transition that was ignored because it is not mapped."""

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        row = dict(record)
        if not self._has_ids:
            own_id = row.get("identity:id") or f"{row.get(_CASE_NAME)}/{row.get(_INDEX)}"
            row[_INDEX] = f"{self._prefix}{own_id}"
        if self.type_column and not self._completes(row):
            return ()
        return self._mapper(row, line, received_at)

    def _completes(self, row: dict[str, object]) -> bool:
        """Set the event type of a row from its transition; return False if it is ignored."""
        activity = str(row.get(self.type_column) or "")
        transition = str(row.get(_TRANSITION) or "").strip().lower()
        both = f"{activity}+{transition}"
        if both in self._types:
            row[self.type_column] = both
            return self._types[both] != ""
        if transition in _PAUSES:
            row[self.type_column] = _PAUSES[transition]
        if self._types.get(activity) == "":
            return False
        if transition in _PAUSES or transition in _COMPLETE:
            return True
        self.skipped = self.skipped or both
        return False


class _Log:
    """Collects the events of a log with their own attributes and those of the trace."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._case: dict[str, object] | None = None
        self._event: dict[str, object] | None = None
        self._event_depth = 0
        self._index = 0
        self.complete: list[dict[str, object]] = []

    def start(self, tag: str, attributes: Mapping[str, str], depth: int) -> None:
        event = self._event
        if event is not None:
            if depth == self._event_depth + 1:
                key = attributes.get("key")
                if key is not None:
                    event[key] = attributes.get("value")
        elif tag == "event" and (
            depth == _IN_LOG or (depth == _IN_TRACE and self._case is not None)
        ):
            self._event = {}
            self._event_depth = depth
        elif tag == "trace" and depth == _IN_LOG:
            self._case = {}
            self._index = 0
        elif depth == _IN_TRACE and self._case is not None:
            key = attributes.get("key")
            if key is not None:
                self._case[CASE + key] = attributes.get("value")
        elif depth == 1 and tag != "log":
            msg = say("no_records", name=self._name, wanted="<log>", has=f"<{shown(tag)[1:-1]}>")
            raise SourceError(msg, name=self._name)

    def text(self, piece: str) -> None:
        """Ignore text, because XES stores values in attributes only."""

    def end(self, tag: str, depth: int) -> None:
        if self._event is not None and depth == self._event_depth:
            record = {**(self._case or {}), **self._event, _INDEX: str(self._index)}
            self.complete.append(record)
            self._index += 1
            self._event = None
        elif tag == "trace" and depth == _IN_LOG:
            self._case = None
