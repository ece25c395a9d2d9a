"""Detect the settings to read a file whose format has fixed keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from workhours_sla.detection.again import from_start
from workhours_sla.detection.detected import Detected, Doubt, Reading, Value
from workhours_sla.detection.time_settings import ZONES
from workhours_sla.detection.toml_values import toml_line
from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.formats import NETWORKS
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.text.messages import Phrase, phrase_of, say

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from workhours_sla.config.sections import Config
    from workhours_sla.detection.detected import Given
    from workhours_sla.detection.signatures import Signature

_SHOWN: Final = 3


class _Seen:
    """Collects the first events of a file, the counts of its records, and the first Fault."""

    def __init__(self) -> None:
        self.first: list[Event] = []
        self.types: set[EventType] = set()
        self.count = 0
        self.faulty = 0
        self.fault: Fault | None = None
        self.needs_zone = False
        self.error: Phrase | None = None

    def add(self, item: Item) -> None:
        """Count the events or the Fault of a record."""
        self.count += 1
        if isinstance(item, Fault):
            self.faulty += 1
            self.fault = self.fault or item
            self.needs_zone = self.needs_zone or item.reason == "naive_time"
            return
        self.types.update(event.type for event in item)
        if len(self.first) < _SHOWN:
            self.first += item[: _SHOWN - len(self.first)]


def detect_fixed(
    where: Path | BinaryIO, name: str, signature: Signature, config: Config, given: Given
) -> Detected:
    """Detect how to read a file of a format with fixed keys, such as the export of a service desk.

    ``config`` names the format.
    """
    options: dict[str, Value] = {} if signature.kind is None else {"kind": signature.kind}
    options["format"] = signature.format
    seen = _read(where, name, config)
    doubts: list[Doubt] = []
    if seen.needs_zone:
        if given.tz is None or given.of_calendar:
            lines = tuple(toml_line("tz", zone) for zone in ("UTC", *ZONES))
            doubts.append(Doubt("input", say("detect_export_zone"), lines))
        else:
            options["tz"] = given.tz
            seen = _read(where, name, config.with_zone(given.tz))
    if seen.error is not None:
        section = "values.type" if signature.format == "xes" else "input"
        doubts.append(Doubt(section, seen.error, asked=("format",) * (section == "input")))
    elif seen.fault is not None and not doubts:
        doubts.append(unfit(seen.faulty, seen.count, "record", seen.fault))
    elif not seen.first:
        doubts.append(Doubt("input", say("detect_no_events"), is_read=True))
    if signature.format == "open311" and EventType.REPLIED in seen.types:
        lines = tuple(toml_line("closed", kind) for kind in ("replied", "closed"))
        doubts.append(Doubt("values.type", say("detect_closing"), lines, is_read=True))
    if signature.format in NETWORKS and EventType.CITIZEN_MESSAGE in seen.types:
        line = toml_line("officials", ["…"])
        doubts.append(Doubt("input", say("detect_officials"), (line,), is_read=True))
    return Detected(name, None, options, {}, {}, tuple(_readings(seen.first)), doubts=tuple(doubts))


def unfit(count: int, rows: int, unit: str, first: Fault) -> Doubt:
    """Return the doubt about ``count`` of ``rows`` rows that the detected settings reject."""
    where = say(f"at_{unit}", number=first.line)
    question = say("detect_rows", count=count, rows=rows, where=where, detail=first.detail)
    return Doubt("input", question, is_read=True)


def _read(where: Path | BinaryIO, name: str, config: Config) -> _Seen:
    seen = _Seen()
    try:
        with open_source(from_start(where), config, name=name) as source:
            for item in source:
                seen.add(item)
    except SourceError as error:
        seen.error = phrase_of(error)
        if seen.error is None:
            raise
    return seen


def _readings(events: list[Event]) -> Iterator[Reading]:
    columns: Mapping[str, list[str]] = {
        "appeal_id": [event.appeal_id for event in events],
        "type": [str(event.type) for event in events],
        "occurred_at": [f"{event.occurred_at:%Y-%m-%d %H:%MZ}" for event in events],
        "agency_id": [event.agency_id or "" for event in events],
    }
    for canonical, values in columns.items():
        if any(values):
            yield Reading(canonical, "", tuple(values))
