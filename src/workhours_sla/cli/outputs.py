"""Open what ``watch`` and ``serve`` write besides the store: sinks, digests and e-mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Final, NamedTuple, TypeVar

from workhours_sla.cli.digests import TimedDigests, digest_lines
from workhours_sla.cli.output import Note
from workhours_sla.cli.sinks import Configured, Mails
from workhours_sla.config.policy import Configuration
from workhours_sla.errors import StoreError, WorkHoursError
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.stream.delivery import Sink
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest_lines import DIGESTS
from workhours_sla.stream.sinks.jsonl import CHANGES, JsonLinesSink
from workhours_sla.stream.sinks.line_file import check_lines
from workhours_sla.text.messages import sentence
from workhours_sla.worktime.amounts import parse_amount

T = TypeVar("T")

LONGEST_END: Final = 60.0
"""How many seconds a standby waits for a file of the process that it replaces.

That process may have lost the store and still be ending.
"""


class OutputOptions(NamedTuple):
    """The options of a command that say what it writes, and how late events may arrive.

    ``sinks`` are files of changes, ``digests`` is the file of digests, ``skew`` an amount of time.
    ``standby`` is whether the command takes over from another process.
    """

    sinks: Sequence[str]
    digests: str | None
    skew: str
    standby: bool = False

    def opened(self, file: Callable[[], T]) -> T:
        """Open a file; a standby waits while the former process has it. Raises StoreError."""
        until = monotonic() + LONGEST_END
        while True:
            try:
                return file()
            except StoreError as error:
                if not self.standby or error.cause != "sink_in_use" or monotonic() > until:
                    raise
            sleep(0.1)

    def check_lines(self, *, is_new: bool) -> None:
        """Raise StoreError if a file of changes or digests has something else in it.

        ``is_new`` is whether the store does not exist yet. If it exists, opening a file checks the
        lines that the store did not write.
        """
        for file in self.sinks:
            check_lines(Path(file), CHANGES, first_only=not is_new)
        if self.digests is not None:
            check_lines(Path(self.digests), DIGESTS, first_only=not is_new)


class Outputs(NamedTuple):
    """The open sinks for changes, the digests if they are wanted, and the started e-mail."""

    sinks: list[Sink]
    digests: TimedDigests | None
    mails: Mails


def open_outputs(
    stack: ExitStack,
    pipeline: Pipeline,
    store: DatabaseStore,
    options: OutputOptions,
    configuration: Configuration,
    remote: Configured,
    clock: Callable[[], datetime] | None,
    note: Note,
) -> Outputs:
    """Open the files and start the e-mail. ``stack`` closes them. Raises StoreError.

    ``remote`` are the sinks of the configuration, and ``clock`` is that of TimedDigests. ``note``
    is called for a sink that starts to fail, and for digests that cannot be sent.
    """
    sinks: list[Sink] = [
        stack.enter_context(
            closing(options.opened(partial(JsonLinesSink, Path(file), progress=store.progress)))
        )
        for file in options.sinks
    ]
    on_failure = partial(note_failure, note)
    mails = Mails(remote.servers, configuration.mapping, store, on_failure, note)
    digests = None
    if options.digests is not None:
        file = Path(options.digests)
        lines = options.opened(
            lambda: digest_lines(file, store, pipeline, configuration, note, mails.put)
        )
        stack.enter_context(closing(lines))
        failed = partial(on_failure, options.digests)
        digests = TimedDigests(pipeline, lines, clock, parse_amount(options.skew), failed)
    stack.enter_context(mails)
    stack.callback(remote.close)
    return Outputs([*sinks, *remote.changes], digests, mails)


def note_failure(note: Note, sink: str, error: Exception) -> None:
    """Show that a sink has started to fail, unless the reader has closed the pipe."""
    if not isinstance(error, BrokenPipeError):
        note("sink_failing", name=sink, error=error_text(error))


def error_text(error: BaseException | None) -> str:
    """Return the sentence of an error, or the text of an error of another program."""
    return sentence(error) if isinstance(error, WorkHoursError) else str(error)
