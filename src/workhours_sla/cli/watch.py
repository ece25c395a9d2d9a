"""The live loop at the shell: a file or a pipe is followed, and each change is told once."""

from __future__ import annotations

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
from workhours_sla.adapters.sinks.digest_lines import DIGESTS
from workhours_sla.adapters.sinks.jsonl import CHANGES, JsonLinesSink
from workhours_sla.adapters.sinks.lines import check_lines
from workhours_sla.adapters.sources import layout_of
from workhours_sla.adapters.sources.tail import Loss, Tail
from workhours_sla.adapters.stores.sqlite import SqliteStore
from workhours_sla.cli.digests import Digesting, digest_lines
from workhours_sla.cli.file_checks import check_files, read_files, store_files, written_files
from workhours_sla.cli.input import events_line, reason_lines
from workhours_sla.cli.min_read import (
    Unread,
    min_read_option,
    quoted,
    read_percent,
    refuse_unread,
)
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.shared_ids import NotedSource
from workhours_sla.cli.times import show_time
from workhours_sla.errors import SourceError
from workhours_sla.sla.change import Change, ChangeKind
from workhours_sla.sla.pipeline import BATCH, RunSummary, Sink, follow
from workhours_sla.sla.watermark import Watermarks
from workhours_sla.text import words
from workhours_sla.text.shell import PHRASES, language, say
from workhours_sla.worktime.budget import parse_budget

STDOUT: Final = "stdout"
DEFAULT_SKEW: Final = "5m"
DEFAULT_MAX_AHEAD: Final = "5m"
EXIT_LOST: Final = 2
COLOURS: Final = {ChangeKind.BREACHED: "red", ChangeKind.AT_RISK: "yellow", ChangeKind.MET: "green"}
MARKS: Final = {ChangeKind.BREACHED: "!!", ChangeKind.AT_RISK: "!"}


@click.command()
@click.argument("source")
@click.option("--store", "store_file", required=True, metavar="FILE", help="What is remembered.")
@click.option("--sink", "sink_files", multiple=True, metavar="FILE", help="JSON Lines of changes.")
@click.option("--digests", "digest_file", metavar="FILE", help="JSON Lines of digests to agencies.")
@click.option("--skew", default=DEFAULT_SKEW, metavar="AMOUNT", help=f"[{DEFAULT_SKEW}]")
@click.option(
    "--clock",
    type=click.Choice(("machine", "events")),
    default="machine",
    help="By what time passes while nothing comes. [machine]",
)
@click.option(
    "--max-ahead",
    default=DEFAULT_MAX_AHEAD,
    metavar="AMOUNT",
    help=f"How far ahead of the machine's clock a receipt may be. [{DEFAULT_MAX_AHEAD}]",
)
@click.option("--batch", type=click.IntRange(1, 100_000), default=BATCH, help=f"[{BATCH}]")
@click.option(
    "--interval",
    type=click.FloatRange(0.01, 3600),
    default=1.0,
    metavar="SECONDS",
    help="How long to wait for more. [1]",
)
@click.option("--retain", type=click.IntRange(1, 36_500), metavar="DAYS", help="Drop what is over.")
@click.option("--once", is_flag=True, help="Stop at the end of what is there.")
@click.option("--replay", is_flag=True, help="First read the rows in quarantine again.")
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
    """Follow SOURCE, JSON Lines that grow, and tell every change; - reads standard input.

    What was read is kept in the store: stopped or killed, it goes on there. A breach is told once
    all events up to its limit, and --skew after it, are in. --digests tells each agency, within
    its working time, what it must answer.
    """
    if provisional:
        msg = "what is told must stand, so there is no --provisional here; leave it out"
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
    if assume_tz is not None:
        config = config.with_zone(assume_tz)
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
        tail.check()  # before a store and sinks are made, which would be left empty
        _check_lines(store_file, sink_files, digest_file)
        retained = None if retain is None else timedelta(days=retain)
        store = SqliteStore(Path(store_file), promises.policy, retain=retained)
        stack.enter_context(store)
        sinks: list[Sink] = []
        for file in sink_files:
            sink = JsonLinesSink(Path(file), had=store.delivery)
            stack.callback(sink.close)
            sinks.append(sink)
        if as_json:
            sinks.append(JsonLinesSink(sys.stdout.buffer, name=STDOUT))
        else:
            sinks.append(_Page(main_schedule(promises).tz, settings.lang))
        stack.enter_context(_stopped_by_signals(stopping))
        if replay:
            store.replay(tail.read)
        digests = None
        if digest_file is not None:
            lines = digest_lines(Path(digest_file), store, config, promises, settings.lang)
            stack.callback(lines.close)
            digests = Digesting(store, lines, ticking, allowed)
        followed = follow(
            NotedSource(tail, config, settings.lang),
            store,
            sinks,
            watermarks=Watermarks(tail.partitions, skew=allowed),
            digests=digests,
            batch=batch,
            stopping=stopping.is_set,
        )
        tail.finish()
        for line in _account(followed, store, settings.lang):
            click.echo(line, err=True)
    _check_share(followed, least, settings.lang, finished=once and not stopping.is_set())
    return EXIT_LOST if tail.lost else 0


def _check_lines(store_file: str, sink_files: Sequence[str], digest_file: str | None) -> None:
    # with a store, the rest is checked as far as the store has not seen it
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
            f"{source!r} is taken for CSV, which cannot be followed; "
            'write JSON Lines (format = "jsonl" under [input]), or use check'
        )
        raise click.UsageError(msg)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _stopped_by_signals(stopping: Flag) -> Iterator[None]:
    """Let the first SIGTERM or SIGINT end the run after the batch in hand, the second at once."""
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
    """Let the errors of a followed file be reported in a language."""
    try:
        yield
    except SourceError as error:
        key = f"source_{getattr(error, 'cause', None)}"
        if key not in PHRASES:
            raise
        facts = {"name": "", "why": "", **vars(error)}
        raise click.ClickException(say(key, lang, message=error, **facts)) from None


class _Page:
    """A sink that writes a line of text for each change."""

    name = STDOUT

    def __init__(self, tz: Any, lang: str) -> None:
        self._tz = tz
        self._lang = lang

    def write(self, changes: Sequence[Change]) -> None:
        """Print the changes."""
        for change in changes:
            back = change.retracts is not None
            colour = None if back else COLOURS.get(change.kind)
            click.echo(click.style(self._line(change, back=back), fg=colour))
        sys.stdout.flush()

    def _line(self, change: Change, *, back: bool) -> str:
        lang = self._lang
        what = words.pick(words.CHANGES[change.kind], lang)
        mark = "" if back else MARKS.get(change.kind, "")
        if back:
            what = say("taken_back", lang, what=what)
        facts = [f"{mark:<3}{change.appeal_id}", change.agency_id or "-", change.target, what]
        if change.at is not None:
            facts.append(self._time(change.at))
        elif not back:
            facts.append(say("due_not_known", lang))
        if change.due_at is not None and change.kind is not ChangeKind.DUE_CHANGED:
            facts.append(say("due_by", lang, when=self._time(change.due_at)))
        return "  ".join("".join(c if c.isprintable() else "?" for c in fact) for fact in facts)

    def _time(self, when: datetime) -> str:
        return show_time(when.astimezone(self._tz), self._lang)


def _check_share(run: RunSummary, least: Fraction, lang: str, *, finished: bool) -> None:
    """Raise SourceError if a run that is finished could read too few of its rows."""
    if finished:
        causes = run.causes.items()
        unread = {reason: Unread(count, quoted(row.text)) for reason, (count, row) in causes}
        refuse_unread(run.items, unread, least, lang, kept=True)


def _account(run: RunSummary, store: SqliteStore, lang: str) -> Iterator[str]:
    """Yield where everything went: in this run, and since the store was made."""
    held = store.holdings()
    taken = run.items - run.rejected
    yield say("rows", lang, read=run.items, mapped=taken, faulty=run.rejected)
    counts = run.events
    yield say(
        "watched",
        lang,
        read=counts.read,
        duplicate=counts.duplicate,
        late=counts.late,
        changes=run.changes,
    )
    yield f"{say('in_store', lang)}: {events_line(held._asdict(), lang)}"
    if held.rejected:
        yield say("rows_in_quarantine", lang, count=held.rejected)
    yield from reason_lines(store.reasons(), lang)
