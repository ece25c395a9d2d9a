"""Read the events of a command from a file of appeals, standard input or a store."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, NamedTuple

import click

from workhours_sla.cli.detected_input import input_of
from workhours_sla.cli.min_read import Unread, check_read_share, read_percent
from workhours_sla.cli.options import InputOptions
from workhours_sla.cli.shared_ids import note_shared_ids
from workhours_sla.config.sections import Config
from workhours_sla.errors import SourceError
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.event import Claim, Event
from workhours_sla.sources.appeal_file import AppealFile, open_source
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.stream.source import Rejected
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said

if TYPE_CHECKING:
    from workhours_sla.detection.detected import Given
    from workhours_sla.stream.store import Holdings

PROGRESS_FROM: Final = 5_000_000
"""A progress bar is shown for files of this size in bytes or more."""


class Stored(NamedTuple):
    """The state of a store when its events were read.

    ``left_out`` lists the events that the store quarantined.
    """

    watermark: datetime | None
    policy_version: str
    complete_since: datetime | None
    counts: Holdings
    left_out: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The events of a file or a store, and the faults of the rejected rows.

    ``read_count`` is the number of rows; it is None for a store, which does not count them. For a
    store, ``line`` of a fault is the number of a quarantined row. ``per_event`` is true if each row
    is an event; only then does the order of rows show which events arrived late. For a file,
    ``line`` of a fault counts lines, records or rows; ``unit`` says which. ``claims`` lists the due
    times and verdicts of the exporting system. ``ignored`` is the number of rows that the
    configuration ignores. ``inverted`` is the number of rows whose answer precedes the posting by
    no more than the tolerance. ``repeated`` has an appeal id for each row that repeats an id with
    other content.
    """

    events: Sequence[Event]
    faults: Sequence[Fault]
    per_event: bool
    read_count: int | None = None
    stored: Stored | None = None
    unit: Literal["line", "row", "record"] = "line"
    claims: Sequence[Claim] = ()
    ignored: int = 0
    inverted: int = 0
    repeated: Sequence[str] = ()

    @property
    def place(self) -> str:
        """The key in ``SHELL`` of the text for the place of a fault."""
        return self.unit if self.stored is None else "row_of_store"


def read_rows(options: InputOptions, config: Config, given: Given | None = None) -> Rows:
    """Read the events of a file, standard input or a store.

    ``given`` has facts from the user about a file without a configuration: its settings are then
    detected unless its columns have canonical names. If ``given`` is None, nothing is detected.
    Prints a note if too many rows share an id. Raises click.UsageError unless either a file or a
    store is given. Raises SourceError for a file that cannot be read, has no rows or leaves a
    question open in detection, and if less than ``--min-read`` of the rows could be read. Raises
    StoreError.
    """
    least = read_percent(options.min_read)
    if options.file is None and options.store is None:
        options = options._replace(store=config.store.url)
    if (options.file is None) == (options.store is None):
        key = "no_appeals" if options.file is None else "two_sources"
        raise click.UsageError(SHELL.text(key))
    if options.store is not None:
        if options.assume_tz is not None:
            raise click.UsageError(SHELL.text("store_zones"))
        rows = _from_store(options.store, config)
    else:
        if options.assume_tz is not None:
            config = config.with_zone(options.assume_tz)
        rows, config = _from_file(options.file or "", config, given)
    _check_share(rows, least)
    note_shared_ids(rows.events, config)
    return rows


def path_or_stdin(file: str) -> Path | BinaryIO:
    """Return the path of a file, or the stream of standard input for ``-``.

    Raises click.UsageError if standard input is a terminal or closed.
    """
    if file != "-":
        return Path(file)
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError(SHELL.text("no_input"))
    return sys.stdin.buffer


def _from_file(file: str, config: Config, given: Given | None) -> tuple[Rows, Config]:
    """Read a file; return its rows and the configuration used to read it."""
    events: list[Event] = []
    faults: list[Fault] = []
    count = 0
    appeals = _AppealRows()
    where = path_or_stdin(file)
    with ExitStack() as stack:
        found = None if given is None else input_of(file, where, given, stack)
        if found is not None:
            where, config = found.where, found.detected or config
        called = None if found is None else found.name
        source = stack.enter_context(open_source(where, config, name=called))
        advance = stack.enter_context(_progress(source))
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
                advance(source.position)
        advance(source.position)
        for note in source.notes:
            click.echo(f"{SHELL.text('note')}: {said(note)}", err=True)
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
            inverted=source.inverted,
            repeated=appeals.repeated,
        )
        return rows, config


class _AppealRows:
    """Finds rows that repeat the id of an appeal with other content; mutable."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[Event, ...]] = {}
        self._named: set[str] = set()
        self.repeated: list[str] = []
        """The appeal id of each such row, the first row of the id included."""

    def add(self, row: tuple[Event, ...]) -> None:
        """Add the events of a row; a row may have none."""
        if not row:
            return
        name = row[0].appeal_id
        first = self._first.setdefault(name, row)
        if first is row or [one.content for one in first] == [one.content for one in row]:
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
    """Return a function that gives the reason of a rejected row in every language.

    A store has only the English reason, so the function parses the row again.
    """
    from workhours_sla.sources.kafka import MessageRows

    rows = MessageRows(config)

    def detail_of(row: Rejected) -> str:
        again = rows.of_text(row.text)
        same = isinstance(again, Rejected) and again.detail == row.detail
        return again.detail if same else row.detail  # type: ignore[union-attr]

    return detail_of


def _check_share(rows: Rows, least: Fraction) -> None:
    """Raise SourceError if too few rows gave events. For a store, each event counts as a row."""
    stored = rows.stored
    read = (rows.read_count or 0) - rows.ignored
    if stored is not None:
        read = stored.counts.read + len(rows.faults)
    counts = Counter(fault.reason for fault in rows.faults)
    unread = {}
    for fault in reversed(rows.faults):
        where = SHELL.text(rows.place, line=fault.line)
        unread[fault.reason] = Unread(counts[fault.reason], where, fault.text, fault.detail)
    if read or not rows.ignored:
        check_read_share(read, unread, least, kept=stored is not None)


@contextmanager
def _progress(source: AppealFile) -> Iterator[Any]:
    """Show a progress bar while a large file is read, if standard error is a terminal.

    Yields a function that is called with the position in the file, in bytes.
    """
    if source.size is None or source.size < PROGRESS_FROM or not sys.stderr.isatty():
        yield lambda _position: None
        return
    with click.progressbar(length=source.size, label=source.name, file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)
