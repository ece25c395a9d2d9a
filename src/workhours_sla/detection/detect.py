"""Detect how to read a file of appeals: its format, its columns and their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from workhours_sla.config.file import parse_config
from workhours_sla.detection.decide import decide
from workhours_sla.detection.detected import (
    ZONES,
    Detected,
    Doubt,
    Given,
    Reading,
    Value,
    ask,
    configuration_text,
    toml_line,
    warn,
)
from workhours_sla.detection.known_words import Signature, signature_of
from workhours_sla.detection.table import SHOWN, Table
from workhours_sla.detection.table_search import Again, find_table, from_start
from workhours_sla.errors import ConfigError, SourceError, WorkHoursError
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.formats import HEAD, NETWORKS, binary_format
from workhours_sla.sources.opened import MARKS_AND_BLANKS
from workhours_sla.sources.rows import Fault
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from workhours_sla.config.sections import Config

_NAME: Final = "the configuration that was detected"
_HEAD: Final = 1 << 16


def detect(
    where: Path | BinaryIO, *, name: str | None = None, given: Given | None = None
) -> Detected:
    """Detect how to read a file, from all of its rows.

    A stream must be seekable. Raises SourceError for a file that cannot be read, has no known
    format, or has no row with column names.
    """
    source, given = Again(where, name), given or Given()
    with source.opened() as opened:
        name = opened.name
        binary = binary_format(opened.chunks.head(HEAD))
        head = opened.chunks.head(_HEAD)[:_HEAD] if binary is None else b""
    text = head.lstrip(MARKS_AND_BLANKS).decode("utf-8", "replace")
    if binary is None and not head.strip(MARKS_AND_BLANKS):
        raise SourceError(say("csv_empty", name=name))
    signature = signature_of(text) if binary is None else None
    if signature is not None:
        return _detect_fixed(where, name, signature, given)
    found = find_table(source, name, head, binary)
    table = Table(found.header, found.rows())
    if not table.rows:
        raise SourceError(say("detect_no_rows", name=name, row=found.header.row))
    detected = decide(name, table, found.options, found.rows, given)
    doubts = detected.doubts
    if any(doubt.keys for doubt in found.doubts):  # another table of the file may have more
        doubts = tuple(one._replace(section=one.section or "columns") for one in doubts)
    return replace(detected, doubts=(*found.doubts, *doubts))


class _Read:
    """The first events of a file, the types of its events, and what could not be read."""

    def __init__(self, where: Path | BinaryIO, config: Config, name: str) -> None:
        self.first: list[Event] = []
        self.types: set[EventType] = set()
        self.fault: Fault | None = None
        self.needs_zone = False
        self.misfit: list[Doubt] = []
        self.error: WorkHoursError | None = None
        self.notes: list[Phrase] = []
        count, faulty, unit = 0, 0, ""
        try:
            with open_source(from_start(where), config, name=name) as source:
                unit = source.unit
                for item in source:
                    count += 1
                    if isinstance(item, Fault):
                        faulty += 1
                        self.fault = self.fault or item
                        self.needs_zone |= item.reason == "naive_time"
                        continue
                    self.types.update(event.type for event in item)
                    self.first += item[: SHOWN - len(self.first)]
                self.notes = source.notes
        except (ConfigError, SourceError) as error:
            self.error = error
        if self.fault is not None:
            facts = {"where": say(f"at_{unit}", number=self.fault.line), "count": faulty}
            facts |= {"rows": count, "detail": self.fault.detail}
            self.misfit.append(warn("input", "detect_rows", **facts))


def config_of(detected: Detected) -> Config:
    """Return the configuration for the detected settings without questions. Raises ConfigError."""
    without_doubts = replace(detected, doubts=())
    return parse_config(configuration_text(without_doubts, schedule={}), _NAME)


def verified(detected: Detected, where: Path | BinaryIO) -> Detected:
    """Read all rows with the detected settings, and add a doubt if rows are rejected.

    Nothing is read while a question about columns or formats is open.
    """
    if detected.kind is None or any(not doubt.is_read for doubt in detected.doubts):
        return detected
    try:
        read = _Read(where, config_of(detected), detected.name)
    except ConfigError as error:
        return replace(detected, doubts=(*detected.doubts, _unsupported(error)))
    doubts = [_unsupported(read.error)] if read.error else read.misfit
    notes = (*detected.notes, *read.notes)
    return replace(detected, notes=notes, doubts=(*detected.doubts, *doubts))


def _unsupported(error: WorkHoursError) -> Doubt:
    asked = {"answers_unread": ("answered_at",), "answers_before": ("posted_at", "answered_at")}
    if error.cause in asked:
        return Doubt("columns", error.args[0], asked=asked[error.cause])
    return ask("input", "detect_unsupported", (), "format", why=error.args[0])


# -- formats with fixed keys ---------------------------------------------------------------------


def _detect_fixed(
    where: Path | BinaryIO, name: str, signature: Signature, given: Given
) -> Detected:
    options: dict[str, Value] = {} if signature.kind is None else {"kind": signature.kind}
    options["format"] = signature.format
    lines = "\n".join(toml_line(key, value) for key, value in options.items())
    config = parse_config(f"[input]\n{lines}", _NAME)
    read = _Read(where, config, name)
    doubts: list[Doubt] = []
    if read.needs_zone and given.tz is not None and not given.of_calendar:
        options["tz"] = given.tz
        read = _Read(where, config.with_zone(given.tz), name)
    elif read.needs_zone:
        zones = [toml_line("tz", zone) for zone in ("UTC", *ZONES)]
        doubts.append(ask("input", "detect_export_zone", zones))
    if read.error is not None:
        if not read.error.cause:
            raise read.error
        doubts.append(Doubt("input", read.error.args[0], asked=("format",)))
    elif read.fault is not None and not doubts:
        doubts += read.misfit
    elif not read.first:
        doubts.append(warn("input", "detect_no_events"))
    if signature.format == "open311" and EventType.REPLIED in read.types:
        closings = [toml_line("closed", kind) for kind in ("replied", "closed")]
        doubts.append(warn("values.type", "detect_closing", *closings))
    if signature.format in NETWORKS and EventType.CITIZEN_MESSAGE in read.types:
        doubts.append(warn("input", "detect_officials", toml_line("officials", ["…"])))
    readings = tuple(_readings(read.first))
    return Detected(name, None, options, {}, {}, readings, (), tuple(read.notes), tuple(doubts))


def _readings(events: list[Event]) -> Iterator[Reading]:
    columns = {
        "appeal_id": [event.appeal_id for event in events],
        "type": [str(event.type) for event in events],
        "occurred_at": [f"{event.occurred_at:%Y-%m-%d %H:%MZ}" for event in events],
        "agency_id": [event.agency_id or "" for event in events],
    }
    for canonical, values in columns.items():
        if any(values):
            yield Reading(canonical, "", tuple(values))
