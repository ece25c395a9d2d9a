"""Read the events of a command from a file of appeals, standard input or a store."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import click

from workhours_sla.cli.init import input_of, path_or_stdin
from workhours_sla.cli.output import Stages, echo_note, note_spellings, note_text
from workhours_sla.cli.settings import InputOptions
from workhours_sla.config.agency_names import several_spellings
from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.sections import Config
from workhours_sla.detection.detected import Given
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.event import Claim, Event, EventType
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.derived_events import has_content_id
from workhours_sla.sources.formats import NETWORKS
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.stores.store_values import Rejected
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said, say

if TYPE_CHECKING:
    from workhours_sla.stores.store_values import Holdings

LARGE: Final = 5_000_000
"""Stages are shown for files of this size in bytes or more, and for those of unknown size."""
FEWEST: Final = 100
"""Minimum number of rows with one id that can cause a note."""
MOST: Final = 1_000
"""More rows than this with one id always cause a note."""

_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,99})?)\s*(%?)", re.ASCII)
_FIXES: Final = {
    "unreadable_time": "fix_time",
    "missing_value": "fix_value",
    "malformed": "fix_row",
}
"""For each reason of rejection, the key of the text on how to correct the rows."""
_WITH_FIX: Final = frozenset({"naive_time", "unknown_type", "unknown_value"})
"""Reasons of rejection whose details already state how to correct the row."""


class Stored(NamedTuple):
    watermark: datetime | None
    policy_version: str
    complete_since: datetime | None
    counts: Holdings
    left_out: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    events: Sequence[Event]
    faults: Sequence[Fault]
    per_event: bool  # whether a row is an event: only then the order shows which came late
    read_count: int | None = None  # a store does not count rows
    stored: Stored | None = None
    unit: Literal["line", "row", "record"] = "line"
    claims: Sequence[Claim] = ()
    ignored: int = 0
    without_appeal: int = 0  # those of the ignored rows that no configuration ignores
    inverted: int = 0  # rows whose answer precedes the posting within the tolerance
    repeated: Sequence[str] = ()  # an id for each row that contradicts another row of its appeal

    @property
    def place(self) -> str:
        return self.unit if self.stored is None else "row_of_store"


def read_rows(
    options: InputOptions, config: Config, stages: Stages, given: Given | None = None
) -> Rows:
    least = read_percent(options.min_read)
    file, store, zone = options.file, options.store, options.assume_tz
    if file is None and store is None:
        store = config.store.url
    if (file is None) == (store is None):
        raise click.UsageError(SHELL.text("no_appeals" if file is None else "two_sources"))
    if store is not None:
        if zone is not None:
            raise click.UsageError(SHELL.text("store_zones"))
        stages.read(None)
        rows = _from_store(store, config)
    else:
        config = config if zone is None else config.with_zone(zone)
        rows, config = _from_file(
            file or "", config, stages, given, whole_rows=options.show_rejected
        )
    _check_share(rows, least)
    note_shared_ids(rows.events, config)
    names = dict.fromkeys(map(attrgetter("agency_id"), rows.events))
    note_spellings(several_spellings(filter(None, names)))
    return rows


def _from_file(
    file: str, config: Config, stages: Stages, given: Given | None, *, whole_rows: bool
) -> tuple[Rows, Config]:
    events: list[Event] = []
    faults: list[Fault] = []
    count = 0
    appeals = _AppealRows()
    with ExitStack() as stack:
        found = None if given is None else input_of(file, given, stack)
        if found is None:
            source = open_source(path_or_stdin(file), config, whole_rows=whole_rows)
        else:
            config = found.detected or config
            source = open_source(found.where, config, name=found.name, whole_rows=whole_rows)
        stack.enter_context(source)
        if source.size is None or source.size >= LARGE:
            stages.read(source.size)
        for item in source:
            count += 1
            if isinstance(item, Fault):
                if found is not None and found.detected is not None:
                    raise found.refuse(item, source.unit)
                faults.append(item)
            else:
                events += item
                if config.input.kind == "appeals":
                    appeals.add(item)
            if not count % 1000:
                stages.advance(source.position)
        for note in source.notes:
            note_text(note)
        if not count:
            raise SourceError(SHELL.text("no_rows", name=source.name), name=source.name)
        rows = Rows(
            events,
            faults,
            config.input.kind == "events" and source.is_in_order,
            count,
            unit=source.unit,
            claims=tuple(source.claims),
            ignored=source.ignored,
            without_appeal=source.without_appeal,
            inverted=source.inverted,
            repeated=appeals.repeated,
        )
        return rows, config


class _AppealRows:
    """Finds rows that contradict another row of their appeal; mutable.

    A row without an answer does not contradict one with an answer, which was exported later.
    """

    def __init__(self) -> None:
        self._first: dict[str, tuple[Event, ...]] = {}
        self._named: set[str] = set()
        self.repeated: list[str] = []
        """The appeal id of each such row, the first row of the id included."""

    def add(self, row: tuple[Event, ...]) -> None:
        if not row:
            return
        name = row[0].appeal_id
        first = self._first.setdefault(name, row)
        pairs = zip(first, row, strict=False)  # an answer follows the posting
        if first is row or all(one.content == other.content for one, other in pairs):
            self._first[name] = max(first, row, key=len)
            return
        if name not in self._named:
            self._named.add(name)
            self.repeated.append(name)
        self.repeated.append(name)


def _from_store(place: str, config: Config) -> Rows:
    from workhours_sla.stores.open import open_reader

    detail_of = details_of(config)
    with open_reader(place) as reader, reader.moment():
        faults = [
            Fault(number, row.reason, detail_of(row), clip(row.text))
            for number, row in reader.rejected().items()
        ]
        stored = Stored(
            reader.watermark,
            reader.policy_version,
            reader.complete_since,
            reader.holdings(),
            reader.left_out(),
        )
        per_event = config.input.kind == "events"
        return Rows(list(reader.events()), faults, per_event, stored=stored)


def details_of(config: Config) -> Callable[[Rejected], str]:
    """Return a function that gives the reason of a rejected row in every language."""
    from workhours_sla.sources.kafka import MessageRows

    rows = MessageRows(config)

    def detail_of(row: Rejected) -> str:
        again = rows.of_text(row.text)
        if again is None:
            return say("nothing_kept", detail=row.detail)
        same = isinstance(again, Rejected) and again.detail == row.detail
        return again.detail if same else row.detail  # type: ignore[union-attr]

    return detail_of


# -- too few rows ----------------------------------------------------------------------------


class Unread(NamedTuple):
    """How many rows were rejected for one reason, with the place and fault of the first."""

    rows: int
    where: str
    text: str
    detail: str


def read_share(text: str, *, is_percent: bool) -> Fraction | None:
    """Return a percentage such as ``89,5 %`` as a fraction, None if it is none from 0 to 100 %.

    With ``is_percent`` a whole number without the sign is a percentage too; without it, a number
    without the sign is a share such as ``0.9``.

    >>> read_share("50", is_percent=True), read_share("0.5", is_percent=False)
    (Fraction(1, 2), Fraction(1, 2))
    """
    found = _PERCENT.fullmatch(text.strip())
    if found is None or (is_percent and not found[2] and not found[1].isdigit()):
        return None
    share = Fraction(found[1].replace(",", ".")) / (100 if is_percent or found[2] else 1)
    return share if share <= 1 else None


def read_percent(text: str) -> Fraction:
    share = read_share(text, is_percent=True)
    if share is None:
        raise click.UsageError(SHELL.text("no_min_read", text=shown(text)))
    return share


def check_read_share(
    read: int, unread: Mapping[str, Unread], least: Fraction, *, kept: bool
) -> None:
    """Raise SourceError if less than the share ``least`` of the rows gave events.

    ``unread`` has the others by reason; ``kept`` is whether a store keeps them in quarantine.
    """
    good = read - sum(one.rows for one in unread.values())
    if not read or Fraction(good, read) >= least:
        return
    reason, first = max(unread.items(), key=lambda one: one[1].rows)
    fix = "" if reason in _WITH_FIX else SHELL.text(_FIXES.get(reason, "fix_other"))
    msg = SHELL.text(
        "too_few_read",
        where=first.where,
        text="" if first.text in ("", "{}") else f" {shown(first.text.strip())}",
        detail=said(first.detail),
        fix=SHELL.text("fix_kept") if kept else fix,
        count=first.rows,
        read=read,
        least=f"{float(least * 100):g}",
    )
    raise SourceError(msg)


def _check_share(rows: Rows, least: Fraction) -> None:
    stored = rows.stored
    read = (rows.read_count or 0) - rows.ignored
    if stored is not None:  # each event counts as a row
        read = stored.counts.read + len(rows.faults)
    counts = Counter(fault.reason for fault in rows.faults)
    unread = {}
    for line, reason, detail, text in reversed(rows.faults):
        where = SHELL.text(rows.place, line=line)
        unread[reason] = Unread(counts[reason], where, text, detail)
    if read or not rows.ignored:
        check_read_share(read, unread, least, kept=stored is not None)


# -- too many rows of one id -----------------------------------------------------------------


def note_shared_ids(
    events: Sequence[Event], config: Config, noted: Collection[str] = ()
) -> list[str]:
    """Print a note for each id column in which too many rows have the same id."""
    if config.input.format in NETWORKS:
        return []
    rows, columns = events, ["appeal_id", "event_id"]
    if config.input.kind == "appeals":  # each row gives exactly one event that creates an appeal
        rows = [event for event in events if event.type is EventType.CREATED]
        columns.pop()
    found = []
    for canonical in columns:
        ids = Counter(map(attrgetter(canonical), rows))
        shared, count = ids.most_common(1)[0] if ids else ("", 0)
        many = count > MOST or (count >= FEWEST and 2 * count > len(rows))
        if not many or canonical in noted:
            continue
        # the id of a row without an event id is a hash of its content
        if canonical == "event_id" and has_content_id(
            next(event for event in rows if event.event_id == shared)
        ):
            continue
        found.append(canonical)
        echo_note(
            "shared_id",
            count=count,
            rows=len(rows),
            share=100 * count // len(rows) or "<1",
            canonical=canonical,
            id=shown(shared.strip()),
            column=repr(shown_columns(config.columns.get(canonical, canonical))),
        )
    return found
