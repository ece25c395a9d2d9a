"""Read SLA records of requests in Jira Service Management, as its REST API returns them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from workhours_sla.sources.desk_events import (
    Desk,
    list_of,
    objects_of,
    require_appeals,
)
from workhours_sla.sources.desk_records import items_of
from workhours_sla.sources.json_records import lists_under
from workhours_sla.sources.metrics import OneMetric
from workhours_sla.sources.sla_totals import measured, unknown_pauses
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim, Event, Theirs
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record

_IN_LINK: Final = re.compile(r"/request/([^/?#]+)/sla")


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each request, the events of its SLA or a Fault.

    The key of a request is ``issueKey``, otherwise the key in the links of the SLA, otherwise the
    name of the file. Raises SourceError if the file is not JSON, if it is an error response of the
    API, or if it has several SLAs and no ``metric`` under ``[input]`` selects one.
    """
    require_appeals(layout, opened.name, "jira")
    mapper = JiraMapper(layout, claims, options.metric, PurePath(opened.name).stem)
    yield from items_of(opened, lists_under(), mapper, options, ("values",))
    mapper.metric.check(opened.name)


class JiraMapper:
    """Maps the SLA of a request to events: the start and the stop of each cycle.

    The first cycle becomes an appeal with the key of the request as its id; later cycles get
    ``KEY#2`` and so on. ``breachTime`` and ``breached`` become claims. ``default_key`` is used if a
    record has no key.
    """

    def __init__(
        self,
        layout: Layout,
        claims: list[Claim],
        metric: str | None = None,
        default_key: str = "",
    ) -> None:
        self._default_key = default_key
        self.metric = OneMetric(metric)
        self._desk = Desk("jira", layout, claims, fields={}, words={})

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a request, or a Fault. Raises SourceError for a second metric."""
        return self._desk.mapped(self._request, record, line)

    def _request(self, record: Record) -> Iterator[Event]:
        """Yield the events of a request. Raises RefusedError, SourceError."""
        for sla in objects_of(record.get("values"), "values"):
            if self.metric.takes(self._desk.id(sla, "name")):
                key = self._key_of(record, sla)
                yield from self._cycles(sla, key)

    def _key_of(self, record: Record, sla: Record) -> str:
        """Return the key of the request. Raises RefusedError if the record has none."""
        if "issueKey" in record:
            return self._desk.id(record, "issueKey")
        for one in (sla, record):
            links = one.get("_links")
            link = links.get("self") if isinstance(links, dict) else None
            found = _IN_LINK.search(link) if isinstance(link, str) else None
            if found:
                return found[1]
        if not self._default_key:
            raise RefusedError(say("value_absent", named="issueKey"), "missing_value")
        return self._default_key

    def _cycles(self, sla: Record, key: str) -> Iterator[Event]:
        """Yield the events of the cycles of an SLA. Raises RefusedError."""
        desk = self._desk
        cycles = list_of(sla.get("completedCycles") or [], "completedCycles")
        ongoing = sla.get("ongoingCycle")
        cycles = [*cycles, *([] if ongoing is None else [ongoing])]
        timed: list[tuple[datetime, dict[str, object], Record]] = []
        for cycle in cycles:
            if not isinstance(cycle, dict):
                raise RefusedError(say("not_an_object"), "malformed")
            flat: dict[str, object] = {
                name: _time_of(cycle.get(name)) for name in ("startTime", "stopTime", "breachTime")
            }
            when = desk.time(flat, "startTime")
            if when is None:
                raise RefusedError(say("value_empty", named="startTime"), "missing_value")
            timed.append((when, flat, cycle))
        for number, (_, flat, cycle) in enumerate(sorted(timed, key=lambda one: one[0]), 1):
            appeal = key if number == 1 else f"{key}#{number}"
            if cycle.get("paused") is True:
                raise unknown_pauses(appeal)
            verdict: Theirs | None = None
            if cycle.get("breached") is True:
                verdict = "breached"
            elif cycle.get("breached") is False and flat["stopTime"] is not None:
                verdict = "met"
            native = f"{key}/{desk.id(sla, 'name')}/{number}"
            fields = ("startTime", "stopTime", "breachTime")
            yield from measured(desk, flat, (native, appeal), fields, verdict)


def _time_of(value: object) -> object:
    """Return the text of a time, which Jira writes as an object with several forms."""
    if not isinstance(value, dict):
        return value
    for name in ("iso8601", "jira"):
        if value.get(name) is not None:
            return value[name]
    return None
