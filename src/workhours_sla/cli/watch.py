"""The command ``watch``: follow a file or a pipe and report each change once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, tzinfo
from fractions import Fraction
from functools import partial
from threading import Event as Flag
from types import FrameType
from typing import Final

import click

from workhours_sla.cli.file_checks import check_files, read_files, store_files, written_files
from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.input import Unread, check_read_share, details_of, read_percent
from workhours_sla.cli.options import SKEW, CommonOptions
from workhours_sla.cli.output import UNREADABLE, echo_lines, echo_note, printable
from workhours_sla.cli.outputs import (
    OutputFiles,
    configured_sinks,
    error_text,
    note_failure,
    open_outputs,
)
from workhours_sla.cli.policy_text import main_schedule
from workhours_sla.cli.rows import events_line, reason_lines, rows_line
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.sources import CheckedSource, check_source, followed_source, idle_of
from workhours_sla.cli.store import store_place
from workhours_sla.cli.times import show_time
from workhours_sla.config.sections import Config
from workhours_sla.sla.changes import Change, ChangeKind
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.stream.delivery import Delivery, Undelivered
from workhours_sla.stream.outbox import CHANGE, takes
from workhours_sla.stream.run_loop import DEFAULT_BATCH_SIZE, RunSummary
from workhours_sla.stream.sinks.lines import JsonLinesSink
from workhours_sla.stream.watermark import Watermarks
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import SHELL
from workhours_sla.worktime.amounts import parse_amount

HANGS_AFTER: Final = 20.0
"""A sink that does not return within this many seconds at the end of a run counts as hanging."""
COLOURS: Final = {ChangeKind.BREACHED: "red", ChangeKind.AT_RISK: "yellow", ChangeKind.MET: "green"}
MARKS: Final = {ChangeKind.BREACHED: "!!", ChangeKind.AT_RISK: "!"}


class _WatchOptions(Options):
    source: str | None = argument(required=False)
    store: str | None = option("--store", metavar="STORE", without="the store of --config")
    sinks: Sequence[str] = option("--sink", multiple=True, metavar="FILE")
    digests: str | None = option("--digests", metavar="FILE")
    skew: str = option("--skew", default=SKEW, metavar="AMOUNT")
    clock: str = option("--clock", type=click.Choice(("machine", "events")), default="machine")
    max_ahead: str = option("--max-ahead", default=SKEW, metavar="AMOUNT")
    batch: int = option(
        "--batch", metavar="N", type=click.IntRange(1, 100_000), default=DEFAULT_BATCH_SIZE
    )
    interval: float = option(
        "--interval", type=click.FloatRange(0.01, 3600), default=1.0, metavar="SECONDS"
    )
    retain: int | None = option(
        "--retain", type=click.IntRange(1, 36_500), metavar="DAYS", without="never"
    )
    once: bool = option("--once", is_flag=True)
    replay: bool = option("--replay", is_flag=True)
    accept_loss: bool = option("--accept-loss", is_flag=True)
    standby: bool = option("--standby", is_flag=True)
    assume_tz: str | None = option("--assume-tz", metavar="ZONE")
    min_read: str = option("--min-read", metavar="PERCENT", default="50%")


@command("watch", _WatchOptions, CommonOptions)
def watch(wanted: _WatchOptions, common: CommonOptions) -> int:
    """Run the command ``watch``, whose help is in ``text.catalog``."""
    if common.provisional:
        raise click.UsageError(SHELL.text("no_provisional"))
    place = store_place(wanted.store, common.config)
    check_files(
        (
            *read_files("SOURCE", wanted.source),
            *read_files("--config", common.config),
            *read_files("--calendar-file", common.calendar_file),
            *store_files(place, is_written=True),
            *written_files("--sink", *wanted.sinks),
            *written_files("--digests", wanted.digests),
        ),
    )
    settings = Settings.of(common)
    least = read_percent(wanted.min_read)
    config = settings.config or Config()
    if wanted.assume_tz is not None:
        config = config.with_zone(wanted.assume_tz)
    check_source(wanted.source, config)
    configuration = settings.configuration()
    remote = configured_sinks(config, common.config, wanted.digests)
    stopping = Flag()
    clock = _now if wanted.clock == "machine" else None

    if clock is not None:
        settings.note_ends(configuration, clock())

    source = followed_source(
        wanted.source,
        config,
        common.config,
        interval=wanted.interval,
        clock=clock,
        max_ahead=parse_amount(wanted.max_ahead),
        once=wanted.once,
        accept_loss=wanted.accept_loss,
        stopping=stopping,
    )
    with ExitStack() as stack:
        source.check()  # an error here must not leave an empty store and empty sinks
        outputs = OutputFiles(
            wanted.sinks, wanted.digests, wanted.skew, wanted.standby, wanted.retain
        )
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
            counted := CheckedSource(source, config),
            watermarks=Watermarks(
                source.partitions,
                skew=parse_amount(wanted.skew),
                idle=idle_of(config, clock),
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
        echo_lines(_account(summary, counted, store), err=True)
        has_failed = _has_failed(undelivered, {one.name for one in sinks if takes(one) != CHANGE})
    if wanted.once and not stopping.is_set():
        _check_share(summary, counted.ignored, least, config)
    return UNREADABLE if source.lost or has_failed else 0


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _stopped_by_signals(stopping: Flag) -> Iterator[None]:
    """Set ``stopping`` on the first SIGTERM or SIGINT; a second one ends the process as usual."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _StandardOutput:
    """A sink that writes to standard output, JSON unless there is a zone for lines of text.

    It stops the run if the reader closes the pipe.
    """

    name = "stdout"

    def __init__(self, tz: tzinfo | None, stopping: Flag) -> None:
        self._tz = tz
        self._write = self._write_lines if tz else JsonLinesSink(sys.stdout.buffer).write
        self._stopping = stopping
        self._broken: BrokenPipeError | None = None

    def check(self) -> None:
        """Raise BrokenPipeError if the reader has closed the pipe."""
        if self._broken is not None:
            raise self._broken

    def write(self, changes: Sequence[Change]) -> None:
        """Write the changes."""
        try:
            self._write(changes)
        except BrokenPipeError as error:
            self._broken = error
            self._stopping.set()
            raise

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
    """Raise SourceError if a finished run could read less than the share ``least`` of its rows.

    Ignored rows do not count.
    """
    if ignored and run.items == ignored:
        return
    where, detail_of = SHELL.text("a_row"), details_of(config)
    unread = {
        reason: Unread(count, where, row.text, detail_of(row))
        for reason, (count, row) in run.causes.items()
    }
    check_read_share(run.items - ignored, unread, least, kept=True)


def _account(run: RunSummary, rows: CheckedSource, store: DatabaseStore) -> Iterator[str]:
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
