"""Read SLAs from ServiceNow's table ``task_sla``, exported as CSV or JSON."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from workhours_sla.errors import shown
from workhours_sla.sources.api_errors import refuse_document
from workhours_sla.sources.delimited import Feed, first_row, rows_of
from workhours_sla.sources.desk_events import (
    Desk,
    require_appeals,
)
from workhours_sla.sources.desk_records import items_of
from workhours_sla.sources.json_records import lists_under
from workhours_sla.sources.metrics import OneMetric
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.sla_totals import measured, unknown_pauses
from workhours_sla.sources.text_lines import LONGEST_LINE, MARKS_AND_BLANKS, Lines
from workhours_sla.sources.times import RefusedError
from workhours_sla.text.messages import Detail, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim, Event, Theirs
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record

_NUMBERS: Final = ("task.number", "task", "number")
_NAMES: Final = ("sla.name", "sla")
_STAGES: Final = ("starting", "in_progress", "breached", "paused", "completed", "achieved")
_CANCELLED: Final = ("cancelled", "canceled")
_NO_TIME: Final = re.compile(r"(1970-01-01[ T])?0{1,2}:00:00(\.0+)?|0( seconds?)?", re.IGNORECASE)
"""Matches a duration of zero, which may be written as a time of day at the start of 1970."""
_PAUSES: Final = ("pause_duration", "business_pause_duration")


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each row, its events or a Fault; a cancelled SLA has no events.

    Raises SourceError if the file is neither JSON nor CSV with the columns of ``task_sla``, if it
    is an error response of the API, or if it has several SLAs and no ``metric`` under ``[input]``
    selects one.
    """
    require_appeals(layout, opened.name, "servicenow")
    mapper = ServiceNowMapper(layout, claims, options.metric)
    head = opened.chunks.peek().lstrip(MARKS_AND_BLANKS)
    if head[:1] not in (b"{", b"["):
        yield from _of_csv(opened, mapper, options)
    else:
        place = lists_under("result", "records")
        yield from items_of(opened, place, mapper, options, ("start_time",))
    mapper.metric.check(opened.name)


def _of_csv(opened: OpenedFile, mapper: ServiceNowMapper, options: Input) -> Iterator[Item]:
    """Yield, for each row of CSV, its events or a Fault. Raises SourceError."""
    delimiter = options.delimiter or ","
    feed = Feed(Lines(opened.chunks, options.encoding))
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = first_row(rows, feed, opened.name)
    if "start_time" not in header:
        raise refuse_document(dict.fromkeys(header), opened.name, "start_time")
    for line, row in enumerate(rows_of(rows, feed, len(header), delimiter), start=1):
        if isinstance(row, Fault):
            yield row._replace(line=line)
        elif sum(map(len, row)) > LONGEST_LINE:
            detail = Detail(say("record_too_long", most=LONGEST_LINE))
            yield Fault(line, "malformed", detail, feed.text)
        else:
            yield mapper(dict(zip(header, row, strict=True)), line)


class ServiceNowMapper:
    """Maps a row of ``task_sla`` to events: the start and the end of an SLA.

    ``planned_end_time``, or without it ``original_breach_time``, and ``has_breached`` become
    claims. A row with pauses is rejected, because the table has no times of pauses.
    """

    def __init__(self, layout: Layout, claims: list[Claim], metric: str | None = None) -> None:
        self.metric = OneMetric(metric)
        self._desk = Desk("servicenow", layout, claims, fields={}, words={})
        is_named = bool(layout.columns.get("appeal_id"))
        self._numbers = layout.names("appeal_id") if is_named else _NUMBERS

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a row, or a Fault. Raises SourceError for a second metric name."""
        return self._desk.mapped(self._row, record, line)

    def _row(self, record: Record) -> Iterator[Event]:
        """Yield the events of a row. Raises RefusedError, SourceError."""
        desk = self._desk
        row = {name: _shown(value) for name, value in record.items()}
        number = next((one for one in self._numbers if row.get(one)), self._numbers[0])
        appeal = desk.id(row, number)
        name = next((one for one in _NAMES if one in row), None)
        if name is not None and not self.metric.takes(desk.id(row, name)):
            return
        stage = (desk.text(row, "stage") or "").lower().replace(" ", "_")
        if stage in _CANCELLED:
            return
        if stage and stage not in _STAGES:
            wanted = say("one_of", names=", ".join((*_STAGES, *_CANCELLED)))
            detail = say("value_unknown", canonical="stage", value=shown(stage), wanted=wanted)
            raise RefusedError(detail, "unknown_value")
        if stage == "paused" or any(_has_time(desk.text(row, one)) for one in _PAUSES):
            raise unknown_pauses(appeal)
        due = "planned_end_time" if row.get("planned_end_time") else "original_breach_time"
        breached = (desk.text(row, "has_breached") or "").lower()
        verdict: Theirs | None = None
        if breached in {"true", "1"}:
            verdict = "breached"
        elif breached in {"false", "0"} and row.get("end_time"):
            verdict = "met"
        native = desk.text(row, "sys_id") or appeal
        fields = ("start_time", "end_time", due)
        yield from measured(desk, row, (native, appeal), fields, verdict)


def _shown(value: object) -> object:
    """Return the value of a field; an export with display values wraps each value in an object."""
    if isinstance(value, dict):
        return value.get("display_value") or value.get("value")
    return value


def _has_time(duration: str | None) -> bool:
    return duration is not None and not _NO_TIME.fullmatch(duration.strip())
