"""Follow a file or a pipe at the shell, and report each change once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from typing import Any, Final

import click

from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.delivery import Delivery, Undelivered
from workhours_sla.adapters.sinks.digest_lines import DIGESTS
from workhours_sla.adapters.sinks.jsonl import CHANGES, JsonLinesSink
from workhours_sla.adapters.sinks.line_file import check_lines
from workhours_sla.adapters.sources import layout_of
from workhours_sla.adapters.sources.tail import Loss, Tail
from workhours_sla.adapters.stores.sqlite import SqliteStore
from workhours_sla.cli.digests import Setup, TimedDigests, digest_lines
from workhours_sla.cli.file_checks import check_files, read_files, store_files, written_files
from workhours_sla.cli.input import events_line, reason_lines
from workhours_sla.cli.min_read import (
    Unread,
    min_read_option,
    read_percent,
    refuse_unread,
)
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.shared_ids import NotedSource
from workhours_sla.cli.times import show_time
from workhours_sla.errors import SourceError, WorkHoursError, shown
from workhours_sla.sla.change import Change, ChangeKind
from workhours_sla.sla.delivery import Sink
from workhours_sla.sla.pipeline import DEFAULT_BATCH_SIZE, Pipeline, RunSummary
from workhours_sla.sla.watermark import Watermarks
from workhours_sla.text import words
from workhours_sla.text.shell import PHRASES, language, say, sentence
from workhours_sla.worktime.budget import parse_budget

STDOUT: Final = "stdout"
DEFAULT_SKEW: Final = "5m"
DEFAULT_MAX_AHEAD: Final = "5m"
EXIT_LOST: Final = 2
HANGS_AFTER: Final = 10.0
"""Seconds after which a write to a sink is no longer waited for at the end."""
COLOURS: Final = {ChangeKind.BREACHED: "red", ChangeKind.AT_RISK: "yellow", ChangeKind.MET: "green"}
MARKS: Final = {ChangeKind.BREACHED: "!!", ChangeKind.AT_RISK: "!"}


@click.command()
@click.argument("source")
@click.option(
    "--store", "store_file", required=True, metavar="FILE", help="The state; created if missing."
)
@click.option(
    "--sink", "sink_files", multiple=True, metavar="FILE", help="Append changes as JSON Lines."
)
@click.option(
    "--digests", "digest_file", metavar="FILE", help="Append messages to agencies as JSON Lines."
)
@click.option("--skew", default=DEFAULT_SKEW, metavar="AMOUNT", help=f"[{DEFAULT_SKEW}]")
@click.option(
    "--clock",
    type=click.Choice(("machine", "events")),
    default="machine",
    help="Clock used while no events arrive. [machine]",
)
@click.option(
    "--max-ahead",
    default=DEFAULT_MAX_AHEAD,
    metavar="AMOUNT",
    help=f"Reject rows received further ahead of the machine's clock. [{DEFAULT_MAX_AHEAD}]",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 100_000),
    default=DEFAULT_BATCH_SIZE,
    help=f"[{DEFAULT_BATCH_SIZE}]",
)
@click.option(
    "--interval",
    type=click.FloatRange(0.01, 3600),
    default=1.0,
    metavar="SECONDS",
    help="Seconds between two looks for more. [1]",
)
@click.option(
    "--retain",
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="Drop appeals that ended so long ago.",
)
@click.option("--once", is_flag=True, help="Stop at the end of the source.")
@click.option("--replay", is_flag=True, help="First read the rejected rows again.")
@click.option("--assume-tz", metavar="ZONE", help="Zone of times without an offset.")
@min_read_option
@common_options
def watch(  # noqa: PLR0913
    source: str,
    *,
    store_file: str,
    sink_files: Sequence[str],
    digest_file: str | None,
    skew: str,
    clock: str,
    max_ahead: str,
    batch: int,
    interval: float,
    retain: int | None,
    once: bool,
    replay: bool,
    assume_tz: str | None,
    min_read: str,
    as_json: bool,
    provisional: bool,
    **options: Any,
) -> int:
    """Follow SOURCE, a growing JSON Lines file, and report every change; - reads standard input.

    The store has the state: after a stop or a crash, the same command resumes. A breach is
    reported when all events up to its limit, and --skew after it, have arrived. --digests writes
    messages to each agency, within its working time, about what it must answer.
    """
    if provisional:
        msg = "watch reports only what is certain, so it has no --provisional; leave it out"
        raise click.UsageError(msg)
    if source == "-" and (sys.stdin is None or sys.stdin.isatty()):
        msg = "standard input is a terminal or closed; pipe events into it or name a file"
        raise click.UsageError(msg)
    lang = language(options["lang"])
    check_files(
        (
            *read_files("SOURCE", source),
            *read_files("--config", options["config"]),
            *read_files("--calendar-file", options["calendar_file"]),
            *store_files(store_file, is_written=True),
            *written_files("--sink", *sink_files),
            *written_files("--digests", digest_file),
        ),
        lang,
    )
    settings = Settings.of(provisional=False, **options)
    least = read_percent(min_read, settings.lang)
    config = settings.config or Config()
    config = config if assume_tz is None else config.with_zone(assume_tz)
    _check_format(source, config)
    promises = settings.promises()
    stopping = Flag()
    ticking = _now if clock == "machine" else None
    allowed = parse_budget(skew)

    def report(loss: Loss) -> None:
        note = say(loss.kind, settings.lang, name=loss.name)
        click.echo(f"{say('note', settings.lang)}: {note}", err=True)

    tail = Tail(
        sys.stdin.buffer if source == "-" else Path(source),
        layout_of(config),
        encoding=config.input.encoding,
        interval=interval,
        clock=ticking,
        max_ahead=parse_budget(max_ahead),
        once=once,
        stopping=stopping,
        report=report,
    )
    with ExitStack() as stack:
        stack.enter_context(_source_errors_in(settings.lang))
        tail.check()  # before a store and sinks are created, which would remain empty
        _check_lines(store_file, sink_files, digest_file)
        store = SqliteStore(Path(store_file))
        retained = None if retain is None else timedelta(days=retain)
        pipeline = stack.enter_context(Pipeline(store, promises.policy, retain=retained))
        sinks: list[Sink] = [*_file_sinks(stack, store, sink_files)]
        lines = _Page(main_schedule(promises).tz, settings.lang)
        output = _StandardOutput(JsonLinesSink(sys.stdout.buffer) if as_json else lines, stopping)
        stack.enter_context(_stopped_by_signals(stopping))
        if replay:
            pipeline.retry_rejected(tail.read)
        digests = None
        if digest_file is not None:
            setup = Setup(store, pipeline, config, promises, settings.lang)
            messages = digest_lines(Path(digest_file), setup)
            stack.callback(messages.close)
            digests = TimedDigests(pipeline, messages, ticking, allowed)
        notes = _FailureNotes(settings.lang)
        delivery = stack.enter_context(Delivery(store, [*sinks, output], on_failure=notes))
        summary = pipeline.run(
            NotedSource(tail, config, settings.lang),
            watermarks=Watermarks(tail.partitions, skew=allowed),
            digests=digests,
            batch_size=batch,
            on_changes=delivery.notify,
            stopping=stopping.is_set,
        )
        tail.finish()
        undelivered = delivery.finish(HANGS_AFTER)
        output.check()
        for line in _account(summary, store, settings.lang):
            click.echo(line, err=True)
        _report_undelivered(undelivered, settings.lang)
    _check_share(summary, least, settings.lang, finished=once and not stopping.is_set())
    return EXIT_LOST if tail.lost or undelivered else 0


def _file_sinks(
    stack: ExitStack, store: SqliteStore, sink_files: Sequence[str]
) -> Iterator[JsonLinesSink]:
    for file in sink_files:
        sink = JsonLinesSink(Path(file), progress=store.progress)
        stack.callback(sink.close)
        yield sink


def _check_lines(store_file: str, sink_files: Sequence[str], digest_file: str | None) -> None:
    # with a store, the lines that it has not seen are checked later
    first_only = Path(store_file).exists()
    for file in sink_files:
        check_lines(Path(file), CHANGES, first_only=first_only)
    if digest_file is not None:
        check_lines(Path(digest_file), DIGESTS, first_only=first_only)


def _check_format(source: str, config: Config) -> None:
    options, ending = config.input, Path(source).suffix.lower()
    csv = options.format == "csv"
    if options.format is None and ending not in (".jsonl", ".ndjson", ".json"):
        of_a_sheet = options.kind == "appeals" or options.delimiter is not None
        csv = of_a_sheet or ending in (".csv", ".tsv")
    if csv:
        msg = (
            f"{source!r} is read as CSV, which cannot be followed; "
            'write JSON Lines (format = "jsonl" under [input]), or use check'
        )
        raise click.UsageError(msg)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _stopped_by_signals(stopping: Flag) -> Iterator[None]:
    """End the run after the current batch on the first SIGTERM or SIGINT, at once on the second."""
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


@contextmanager
def _source_errors_in(lang: str) -> Iterator[None]:
    """Report the errors of a followed file in a language."""
    try:
        yield
    except SourceError as error:
        key = f"source_{getattr(error, 'cause', None)}"
        if key not in PHRASES:
            raise
        facts = {"name": "", "why": "", **vars(error)}
        raise click.ClickException(say(key, lang, message=error, **facts)) from None


class _Page:
    """Writes a line of text for each change."""

    def __init__(self, tz: Any, lang: str) -> None:
        self._tz = tz
        self._lang = lang

    def write(self, changes: Sequence[Change]) -> None:
        """Print the changes."""
        for change in changes:
            is_retraction = change.retracts is not None
            colour = None if is_retraction else COLOURS.get(change.kind)
            click.echo(click.style(self._line(change, is_retraction=is_retraction), fg=colour))
        sys.stdout.flush()

    def _line(self, change: Change, *, is_retraction: bool) -> str:
        lang = self._lang
        what = words.pick(words.CHANGES[change.kind], lang)
        mark = "" if is_retraction else MARKS.get(change.kind, "")
        if is_retraction:
            what = say("retracted", lang, what=what)
        facts = [f"{mark:<3}{change.appeal_id}", change.agency_id or "-", change.target, what]
        if change.at is not None:
            facts.append(self._time(change.at))
        elif not is_retraction:
            facts.append(say("due_not_known", lang))
        if change.due_at is not None and change.kind is not ChangeKind.DUE_CHANGED:
            facts.append(say("due_by", lang, when=self._time(change.due_at)))
        return "  ".join("".join(c if c.isprintable() else "?" for c in fact) for fact in facts)

    def _time(self, when: datetime) -> str:
        return show_time(when.astimezone(self._tz), self._lang)


class _StandardOutput:
    """Standard output as a sink; when its reader is gone, the run stops."""

    name = STDOUT

    def __init__(self, sink: JsonLinesSink | _Page, stopping: Flag) -> None:
        self._sink = sink
        self._stopping = stopping
        self._broken: BrokenPipeError | None = None

    def check(self) -> None:
        """Raise BrokenPipeError if the reader is gone."""
        if self._broken is not None:
            raise self._broken

    def write(self, changes: Sequence[Change]) -> None:
        """Write the changes."""
        try:
            self._sink.write(changes)
        except BrokenPipeError as error:
            self._broken = error
            self._stopping.set()
            raise


class _FailureNotes:
    """Writes a note on standard error when a sink begins to fail."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __call__(self, sink: str, error: Exception) -> None:
        if not isinstance(error, BrokenPipeError):
            note = say("sink_failing", self._lang, name=sink, error=_text(error, self._lang))
            click.echo(f"{say('note', self._lang)}: {note}", err=True)


def _report_undelivered(undelivered: Sequence[Undelivered], lang: str) -> None:
    """Name the sinks that lack changes on standard error."""
    for sink, error in undelivered:
        key = "sink_hangs" if error is None else "sink_undelivered"
        click.echo(say(key, lang, name=sink, error=_text(error, lang)), err=True)
    if any(error is None for _, error in undelivered):
        # its thread may own the buffer of standard output, and then nothing could be flushed
        sys.stderr.flush()
        os._exit(EXIT_LOST)


def _text(error: BaseException | None, lang: str) -> str:
    return sentence(error, lang) if isinstance(error, WorkHoursError) else str(error)


def _check_share(run: RunSummary, least: Fraction, lang: str, *, finished: bool) -> None:
    """Raise SourceError if a run that is finished could read too few of its rows."""
    if finished:
        causes = run.causes.items()
        unread = {reason: Unread(count, shown(row.text.strip())) for reason, (count, row) in causes}
        refuse_unread(run.items, unread, least, lang, kept=True)


def _account(run: RunSummary, store: SqliteStore, lang: str) -> Iterator[str]:
    """Yield where every row went: in this run, and since the store was created."""
    holdings = store.holdings()
    mapped = run.items - run.rejected
    yield say("rows", lang, read=run.items, mapped=mapped, faulty=run.rejected)
    counts = run.events
    yield say(
        "watched",
        lang,
        read=counts.read,
        duplicate=counts.duplicate,
        late=counts.late,
        changes=run.changes,
    )
    yield f"{say('in_store', lang)}: {events_line(holdings._asdict(), lang)}"
    if holdings.rejected:
        yield say("rows_in_quarantine", lang, count=holdings.rejected)
    yield from reason_lines(store.reasons(), lang)
