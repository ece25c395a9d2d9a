"""The command ``watch``: follow a file, a pipe or a topic, and report each change once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.init import path_or_stdin
from workhours_sla.cli.input import (
    FEWEST,
    Unread,
    check_read_share,
    details_of,
    note_shared_ids,
    read_percent,
)
from workhours_sla.cli.judged import events_line, main_schedule, reason_lines, rows_line
from workhours_sla.cli.output import (
    UNREADABLE,
    current_time,
    echo_lines,
    echo_note,
    note_text,
    printable,
    show_time,
)
from workhours_sla.cli.outputs import (
    OutputOptions,
    configured_sinks,
    error_text,
    kafka_properties,
    note_failure,
    open_outputs,
)
from workhours_sla.cli.settings import SKEW, CommonOptions, Settings
from workhours_sla.cli.store_command import store_place
from workhours_sla.config.sections import Config
from workhours_sla.json.checked_data import Reader
from workhours_sla.sla.changes import Change, ChangeKind
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.formats import ENDINGS, check_followed
from workhours_sla.sources.rows import Inverted
from workhours_sla.sources.tail import Tail
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import CHANGE
from workhours_sla.stream.delivery import Delivery, Undelivered, takes
from workhours_sla.stream.sinks.lines import JsonLinesSink
from workhours_sla.stream.source import (
    DEFAULT_BATCH_SIZE,
    Idle,
    Item,
    RunSummary,
    Source,
    Start,
    Watermarks,
)
from workhours_sla.text import catalog, words
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.catalog import SHELL

if TYPE_CHECKING:
    from workhours_sla.sources.kafka import KafkaSource

HANGS_AFTER: Final = 20.0
"""A sink that does not return in so many seconds at the end of a run counts as hanging."""
CHECKED: Final = 10_000
"""So many events at the beginning of a stream are checked for shared ids."""
COLOURS: Final = {ChangeKind.BREACHED: "red", ChangeKind.AT_RISK: "yellow", ChangeKind.MET: "green"}
MARKS: Final = {ChangeKind.BREACHED: "!!", ChangeKind.AT_RISK: "!"}


class _WatchOptions(Options):
    source: str | None = argument(required=False)
    clock: str = option("--clock", type=click.Choice(("machine", "events")), default="machine")
    max_ahead: str = option("--max-ahead", default=SKEW, metavar="AMOUNT")
    batch: int = option(
        "--batch", metavar="N", type=click.IntRange(1, 100_000), default=DEFAULT_BATCH_SIZE
    )
    interval: float = option(
        "--interval", type=click.FloatRange(0.01, 3600), default=1.0, metavar="SECONDS"
    )
    once: bool = option("--once", is_flag=True)
    replay: bool = option("--replay", is_flag=True)
    accept_loss: bool = option("--accept-loss", is_flag=True)
    assume_tz: str | None = option("--assume-tz", metavar="ZONE")
    min_read: str = option("--min-read", metavar="PERCENT", default="50%")


@command("watch", _WatchOptions, OutputOptions, CommonOptions)
def watch(wanted: _WatchOptions, outputs: OutputOptions, common: CommonOptions) -> int:
    if common.provisional:
        raise click.UsageError(SHELL.text("no_provisional"))
    place = store_place(outputs.store, common.config)
    outputs.check_files(place, wanted.source, common.config, common.calendar_file)
    settings = Settings.of(common)
    least = read_percent(wanted.min_read)
    config = settings.config or Config()
    if wanted.assume_tz is not None:
        config = config.with_zone(wanted.assume_tz)
    _check_source(wanted.source, config)
    configuration = settings.configuration()
    remote = configured_sinks(config, common.config, outputs.digests)
    stopping = Flag()
    clock = current_time if wanted.clock == "machine" else None
    if clock is not None:
        settings.note_ends(configuration, clock())
    source = _followed(wanted, config, common.config, clock, stopping)
    with ExitStack() as stack:
        source.check()  # an error here must not leave an empty store and empty sinks
        pipeline, store = outputs.pipeline(stack, place, configuration.policy)
        zone = None if common.as_json else main_schedule(configuration).tz
        output = _StandardOutput(zone, stopping)
        stack.enter_context(_stopped_by_signals(stopping))
        if wanted.replay:
            pipeline.retry_rejected(source.read)
        sinks, digests = open_outputs(
            stack, pipeline, store, outputs, configuration, remote, clock, echo_note
        )
        delivery = stack.enter_context(
            Delivery(store, [*sinks, output], on_failure=partial(note_failure, echo_note))
        )

        def is_stopping() -> bool:
            store.check_place()  # raises StoreError if the store was replaced
            return stopping.is_set()

        summary = pipeline.run(
            counted := _CheckedSource(source, config),
            watermarks=Watermarks(
                source.partitions, skew=outputs.lateness, idle=idle_of(config, clock)
            ),
            digests=digests,
            batch_size=wanted.batch,
            on_changes=delivery.notify,
            stopping=is_stopping,
        )
        if clock is None and store.watermark is not None:
            settings.note_ends(configuration, store.watermark)
        elif clock is None and summary.events.read:
            echo_note("silent_partition")
        source.finish()
        undelivered = delivery.finish(HANGS_AFTER)
        output.check()
        summary = summary._replace(changes=output.written)  # also of earlier runs and policies
        echo_lines(_account(summary, counted, store), err=True)
        has_failed = _has_failed(undelivered, {one.name for one in sinks if takes(one) != CHANGE})
    if wanted.once and not stopping.is_set():
        _check_share(summary, counted.ignored, least, config)
    return UNREADABLE if source.lost or has_failed else 0


# -- the source ------------------------------------------------------------------------------


def _check_source(source: str | None, config: Config) -> None:
    """Raise an error unless there is one source, and it has a format that can be followed."""
    is_topic = config.input.topic is not None
    if (source is not None) == is_topic:
        raise click.UsageError(SHELL.text("file_and_topic" if is_topic else "no_source"))
    if source is not None:
        path_or_stdin(source)
        _check_format(source, config)


def _check_format(source: str, config: Config) -> None:
    """Raise an error if a source is a CSV file or a document, which cannot be followed."""
    options, ending = config.input, Path(source).suffix.lower()
    check_followed(options.format or ENDINGS.get(ending))
    csv = options.format == "csv"
    if options.format is None and ending not in (".jsonl", ".ndjson", ".json"):
        is_table = options.kind == "appeals" or options.delimiter is not None
        csv = is_table or ending in (".csv", ".tsv")
    if csv:
        raise click.UsageError(SHELL.text("not_followed", name=repr(source)))


def _followed(
    wanted: _WatchOptions,
    config: Config,
    file: str | None,
    clock: Callable[[], datetime] | None,
    stopping: Flag,
) -> Tail | KafkaSource:
    """Return the source of a name, or the topic of ``config``, which the file ``file`` has."""
    name, max_ahead = wanted.source, parse_amount(wanted.max_ahead)
    if name is not None:
        return Tail(
            path_or_stdin(name),
            mapper_of(config, name),
            encoding=config.input.encoding,
            interval=wanted.interval,
            clock=clock,
            max_ahead=max_ahead,
            once=wanted.once,
            stopping=stopping,
            report=lambda loss: echo_note(loss.kind, name=loss.name),
        )
    from workhours_sla.sources.kafka import KafkaSource

    return KafkaSource(
        config.input.brokers or (),
        config.input.topic or "",
        config,
        properties=kafka_properties(Reader(file or ""), ("input",), config.input),
        interval=wanted.interval,
        clock=clock,
        max_ahead=max_ahead,
        once=wanted.once,
        accept_loss=wanted.accept_loss,
        stopping=stopping,
        report=note_text,
    )


def idle_of(config: Config, clock: Callable[[], datetime] | None) -> timedelta | None:
    """Return how long a partition may be silent; with a clock, its brokers say that it is."""
    if clock is not None or config.input.idle is None:
        return None
    return parse_amount(config.input.idle)


class _CheckedSource:
    """Yields the items of another source, counts rows, and notes ids that are shared; mutable."""

    def __init__(self, source: Source, config: Config) -> None:
        self._source = source
        self._config = config
        self._events: list[Event] = []
        self._noted: list[str] = []
        self._next: int | None = FEWEST
        self.ignored = 0
        self.inverted = 0
        """The rows whose answer was before its posting, but within the tolerance."""

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def partitions(self) -> Collection[str]:
        return self._source.partitions

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        for item in self._source.items(positions):
            if isinstance(item, Item):
                self.ignored += not item.events and item.rejected is None
                self.inverted += isinstance(item.events, Inverted)
                if self._next is not None:
                    self._events += item.events
                    if len(self._events) >= self._next:
                        self._note()
            yield item
        self._note()

    def _note(self) -> None:
        self._noted += note_shared_ids(self._events, self._config, self._noted)
        if len(self._events) >= CHECKED:
            self._next = None
            self._events.clear()
        else:
            self._next = min(2 * max(FEWEST, len(self._events)), CHECKED)


# -- the run ---------------------------------------------------------------------------------


@contextmanager
def _stopped_by_signals(stopping: Flag) -> Iterator[None]:
    """Set ``stopping`` on the first SIGTERM or SIGINT; a second one ends the process as usual."""
    before = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.getsignal(signal.SIGINT)}

    def stop(number: int, _frame: FrameType | None) -> None:
        # in a thread: this one may be inside ``stopping.wait``, and would wait for itself
        Thread(target=stopping.set, daemon=True).start()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _StandardOutput:
    """A sink that writes to standard output, JSON unless there is a zone for lines of text."""

    name = "stdout"

    def __init__(self, tz: tzinfo | None, stopping: Flag) -> None:
        self._tz = tz
        self._write = self._write_lines if tz else JsonLinesSink(sys.stdout.buffer).write
        self._stopping = stopping
        self._broken: BrokenPipeError | None = None
        self.written = 0  # the number of changes

    def check(self) -> None:
        if self._broken is not None:
            raise self._broken

    def write(self, changes: Sequence[Change]) -> None:
        try:
            self._write(changes)
        except BrokenPipeError as error:
            self._broken = error
            self._stopping.set()
            raise
        self.written += len(changes)

    def _write_lines(self, changes: Sequence[Change]) -> None:
        echo_lines(map(self._line, changes))
        sys.stdout.flush()

    def _line(self, change: Change) -> str:
        what, mark = catalog.CHANGES[change.kind], MARKS.get(change.kind, "")
        colour = COLOURS.get(change.kind)
        is_retraction = change.retracts is not None
        if is_retraction:
            what, mark, colour = SHELL.text("retracted", what=what), "", None
        facts = [f"{mark:<3}{change.appeal_id}", change.agency_id or "-"]
        facts += [words.target_name(change.target), what]
        if change.at is not None:
            facts.append(self._time(change.at))
        elif not is_retraction:
            facts.append(SHELL.text("due_unknown"))
        if change.due_at is not None and change.kind is not ChangeKind.DUE_CHANGED:
            facts.append(SHELL.text("due_by", when=self._time(change.due_at)))
        return click.style("  ".join(map(printable, facts)), fg=colour)

    def _time(self, when: datetime) -> str:
        return show_time(when.astimezone(self._tz))


def _has_failed(undelivered: Sequence[Undelivered], of_digests: Collection[str]) -> bool:
    """Print what could not be delivered, and exit at once if a sink hangs."""
    for sink, error in undelivered:
        key = "digests_undelivered" if sink in of_digests else "sink_undelivered"
        key = key if error else "sink_hangs"
        echo_lines([SHELL.text(key, name=sink, error=error_text(error))], err=True)
    if any(error is None for _, error in undelivered):
        # the thread of the sink may have locked standard output, which cannot be flushed then
        sys.stderr.flush()
        os._exit(UNREADABLE)
    return bool(undelivered)


def _check_share(run: RunSummary, ignored: int, least: Fraction, config: Config) -> None:
    """Raise SourceError if a finished run could read less than the share ``least`` of its rows."""
    if ignored and run.items == ignored:
        return
    where, detail_of = SHELL.text("a_row"), details_of(config)
    unread = {
        reason: Unread(count, where, row.text, detail_of(row))
        for reason, (count, row) in run.causes.items()
    }
    check_read_share(run.items - ignored, unread, least, kept=True)


def _account(run: RunSummary, rows: _CheckedSource, store: Store) -> Iterator[str]:
    stored = store.holdings()
    yield rows_line(run.items, run.rejected, rows.ignored, rows.inverted)
    counts = run.events
    yield SHELL.text(
        "run_events",
        read=counts.read,
        duplicate=counts.duplicate,
        late=counts.late,
        changes=run.changes,
    )
    yield f"{SHELL.text('in_store')}: {events_line(stored._asdict())}"
    if stored.rejected:
        yield SHELL.text("rows_in_quarantine", count=stored.rejected)
    yield from reason_lines(store.reasons())
