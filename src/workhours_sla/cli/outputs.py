"""What ``watch`` and ``serve`` write besides the store: files, sinks of changes, and digests.

Digests are messages to agencies about their overdue and open appeals.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, NamedTuple, Self, TypeVar

import click

from workhours_sla.cli.help import Options, option
from workhours_sla.cli.judged import main_schedule
from workhours_sla.cli.output import Note
from workhours_sla.cli.settings import SKEW
from workhours_sla.cli.store import (
    check_files,
    opened_store,
    read_files,
    store_files,
    written_files,
)
from workhours_sla.config.policy import DEFAULT, Configuration
from workhours_sla.config.sections import Config, EmailSettings, Input, KafkaSettings
from workhours_sla.errors import CalendarCoverageError, StoreError, WorkHoursError
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.open import has_store
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.stream.delivery import Delivery, Sink, Undelivered
from workhours_sla.stream.kafka_connection import properties_in, properties_of
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest_lines import DIGESTS, Agencies, DigestLines, Message
from workhours_sla.stream.sinks.digest_mail import DigestMail, Mail, NoteStore
from workhours_sla.stream.sinks.jsonl import CHANGES, JsonLinesSink
from workhours_sla.stream.sinks.kafka import KafkaSink
from workhours_sla.stream.sinks.line_file import check_lines
from workhours_sla.stream.sinks.smtp import MailServer, Refusal
from workhours_sla.stream.sinks.webhook import WebhookSink
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.messages import say, sentence
from workhours_sla.worktime.amounts import parse_amount

T = TypeVar("T")

BEHIND: Final = timedelta(minutes=2)
"""How far the watermark may be behind the clock, besides the skew, for digests to be written."""
LONGEST_END: Final = 60.0
"""How many seconds a standby waits for a file of a process that is still ending."""


class OutputOptions(Options):
    store: str | None = option("--store", metavar="STORE", without="the store of --config")
    standby: bool = option("--standby", is_flag=True)
    sinks: Sequence[str] = option("--sink", multiple=True, metavar="FILE")
    digests: str | None = option("--digests", metavar="FILE")
    skew: str | None = option("--skew", metavar="AMOUNT", without=SKEW)
    retain: int | None = option(
        "--retain", type=click.IntRange(1, 36_500), metavar="DAYS", without="never"
    )

    @property
    def lateness(self) -> timedelta:
        return parse_amount(self.skew or SKEW)

    def check_files(self, place: str, source: str | None, *configuration: str | None) -> None:
        """Raise click.UsageError if a file that is read would be written."""
        check_files(
            (
                *read_files("SOURCE", source),
                *read_files("--config", configuration[0]),
                *read_files("--calendar-file", configuration[1]),
                *store_files(place, is_written=True),
                *written_files("--sink", *self.sinks),
                *written_files("--digests", self.digests),
            )
        )

    def pipeline(
        self, stack: ExitStack, place: str, policy: Policy
    ) -> tuple[Pipeline, DatabaseStore]:
        """Open a store and its pipeline, which ``stack`` closes. Raises StoreError.

        Before, check that no file of changes or digests has something else in it. If the store
        exists, opening a file checks the lines that the store did not write.
        """
        first_only = self.standby or has_store(place)
        for file in self.sinks:
            check_lines(Path(file), CHANGES, first_only=first_only)
        if self.digests is not None:
            check_lines(Path(self.digests), DIGESTS, first_only=first_only)
        store = opened_store(place, standby=self.standby)
        retain = None if self.retain is None else timedelta(days=self.retain)
        return stack.enter_context(Pipeline(store, policy, retain=retain)), store

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
            lambda: _digest_lines(file, store, pipeline, configuration, note, mails.put)
        )
        stack.enter_context(closing(lines))
        failed = partial(on_failure, options.digests)
        digests = TimedDigests(pipeline, lines, clock, options.lateness, failed)
    stack.enter_context(mails)
    for sink in remote.changes:
        if isinstance(sink, KafkaSink):
            stack.callback(sink.close)
    return Outputs([*sinks, *remote.changes], digests, mails)


def note_failure(note: Note, sink: str, error: Exception) -> None:
    """Show that a sink has started to fail, unless the reader has closed the pipe."""
    if not isinstance(error, BrokenPipeError):
        note("sink_failing", name=sink, error=error_text(error))


def error_text(error: BaseException | None) -> str:
    return sentence(error) if isinstance(error, WorkHoursError) else str(error)


# -- digests ----------------------------------------------------------------------------------


def _digest_lines(
    file: Path,
    store: DatabaseStore,
    pipeline: Pipeline,
    configuration: Configuration,
    note: Note,
    on_written: Callable[[Sequence[Message]], object],
) -> DigestLines:
    """Return the object that writes the digests of a store to a file."""
    schedules = configuration.schedules
    main = main_schedule(configuration)
    otherwise = next(name for name, schedule in schedules.items() if schedule is main)
    if DEFAULT in schedules:
        otherwise = DEFAULT
    agencies = configuration.mapping.agencies

    def schedule_of(agency_id: str | None) -> str:
        agency = agencies.get(agency_id or "")
        return otherwise if agency is None else agency.schedule or otherwise

    def unknown(error: CalendarCoverageError) -> None:
        note("no_digests", calendar=error.calendar or "-", date=words.short_date(error.date))

    used = {otherwise, *(agency.schedule or otherwise for agency in agencies.values())}
    in_use = {name: schedule for name, schedule in schedules.items() if name in used}
    return DigestLines(
        file,
        store,
        pipeline,
        Agencies(in_use, schedule_of, configuration.mapping.agency_name),
        unknown=unknown,
        lost=partial(note, "digests_lost", name=str(file)),
        on_written=on_written,
        lang=current(),
    )


class TimedDigests:
    """Writes the digests of a store at the end of batches, as the watermark advances."""

    def __init__(
        self,
        pipeline: Pipeline,
        lines: DigestLines,
        clock: Callable[[], datetime] | None,
        skew: timedelta,
        on_failure: Callable[[StoreError], object] = lambda _error: None,
    ) -> None:
        self._pipeline = pipeline
        self._lines = lines
        self._clock = clock
        self._most_behind = skew + BEHIND
        self._on_failure = on_failure
        self.failing: StoreError | None = None

    def due(self, watermark: datetime) -> bool:
        """Return whether a batch must end at a watermark so that digests can be written."""
        return self._clock is None and self._lines.due(watermark)

    def send(self) -> None:
        """Write the digests for the store's watermark. Raises StoreError if the store fails."""
        watermark = self._pipeline.watermark
        if watermark is None or not self._lines.due(watermark):
            return
        clock = None if self._clock is None else self._clock()
        if clock is not None and clock - watermark > self._most_behind:
            return
        try:
            self._lines.write(watermark, clock)
        except StoreError as error:
            # an error of the store itself ends the run
            if not getattr(error, "cause", "").startswith("sink_"):
                raise
            if self.failing is None:
                self._on_failure(error)
            self.failing = error
        else:
            self.failing = None


# -- the sinks of a configuration -------------------------------------------------------------


class Configured(NamedTuple):
    """The sinks of a configuration: those for changes, and the mail servers for digests by name."""

    changes: list[WebhookSink | KafkaSink]
    servers: dict[str, MailServer]


def configured_sinks(config: Config, file: str | None, digests: str | None) -> Configured:
    """Return the sinks of the section [sinks], with their secrets from the environment.

    Raises ConfigError with the key path, and click.UsageError for e-mail without ``--digests``.
    """
    reader = Reader(file or "")
    found = Configured([], {})
    for name, sink in config.sinks.items():
        keys = "sinks", name
        if isinstance(sink, EmailSettings):
            if digests is None:
                raise click.UsageError(SHELL.text("mail_without_digests", name=name))
            password = ""
            if sink.password_env is not None:
                password = _secret(reader, (*keys, "password_env"), sink.password_env)
            found.servers[name] = MailServer(sink.host, sink.port, sink.sender, sink.user, password)
        elif isinstance(sink, KafkaSettings):
            properties = kafka_properties(reader, keys, sink)
            made = KafkaSink(name, sink.brokers, sink.topic, properties=properties)
            reader.make(keys, made.check)
            found.changes.append(made)
        else:
            secret = _secret(reader, (*keys, "secret_env"), sink.secret_env)
            make = partial(WebhookSink, name, sink.url, secret, allow_private=sink.allow_private)
            found.changes.append(reader.make((*keys, "secret_env"), make))
    return found


def _secret(reader: Reader, keys: Keys, variable: str) -> str:
    """Return the text of an environment variable. Raises ConfigError if it is not set."""
    secret = os.environ.get(variable)
    if secret is None:
        reader.fail(keys, say("secret_unset", name=variable), say("set_secret"))
    return secret


def kafka_properties(
    reader: Reader, keys: Keys, options: Input | KafkaSettings
) -> dict[str, str] | None:
    """Return the properties of librdkafka that the keys of a section name, None if none do."""
    variable, file = options.properties_env, options.properties_file
    if variable is not None:
        keys = (*keys, "properties_env")
        text = _secret(reader, keys, variable)
        return reader.make(keys, lambda: properties_of(text, variable))
    if file is not None:
        return reader.make((*keys, "properties_file"), lambda: properties_in(Path(file)))
    return None


class Mails:
    """Sends digests by e-mail, with a thread for each mail server."""

    def __init__(
        self,
        servers: dict[str, MailServer],
        config: Config,
        store: NoteStore,
        on_failure: Callable[[str, Exception], object],
        note: Note,
    ) -> None:
        recipients = {id_: agency.addresses for id_, agency in config.agencies.items()}

        def refused(mail: Mail, refusal: Refusal) -> None:
            reply = f"{refusal.code} {refusal.text}"
            note("mail_refused", name=mail.recipient, reply=reply)

        self._mails = [
            DigestMail(name, server, recipients, store, on_refused=refused)
            for name, server in servers.items()
        ]
        outboxes: list[Any] = list(self._mails)  # each is its own outbox
        self._deliveries = [Delivery(one, [one], on_failure=on_failure) for one in outboxes]
        self._has_begun = False

    def __enter__(self) -> Self:
        for delivery in self._deliveries:
            delivery.__enter__()
        for mail in self._mails:
            mail.begin()
        self._has_begun = True
        return self

    def __exit__(self, *_error: object) -> None:
        for delivery in self._deliveries:
            delivery.stop()

    def failing(self) -> dict[str, BaseException]:
        """Return the servers that did not accept their last message, each with its error."""
        return {name: error for one in self._deliveries for name, error in one.failing.items()}

    def put(self, messages: Sequence[Message]) -> None:
        """Queue digests. Before the start, they are those of an earlier run."""
        for mail in self._mails:
            (mail.put if self._has_begun else mail.skip)(messages)
        for delivery in self._deliveries:
            delivery.notify()

    def finish(self, timeout: float) -> list[Undelivered]:
        """Send what is queued, and return the servers that could not be used."""
        return [found for one in self._deliveries for found in one.finish(timeout)]
