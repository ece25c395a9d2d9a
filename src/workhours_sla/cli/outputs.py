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
from typing import Any, Final, NamedTuple, TypeVar

import click

from workhours_sla.cli.help import Options, option
from workhours_sla.cli.judged import main_schedule
from workhours_sla.cli.output import Note
from workhours_sla.cli.settings import SKEW
from workhours_sla.cli.store_command import (
    check_files,
    opened_store,
    read_files,
    store_files,
    written_files,
)
from workhours_sla.config.policy_builder import DEFAULT, Configuration
from workhours_sla.config.sections import Config, EmailSettings, Input, KafkaSettings
from workhours_sla.errors import CalendarCoverageError, StoreError, WorkHoursError
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.open import has_store
from workhours_sla.stores.store import Store
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest import Agencies, DigestWriter
from workhours_sla.stream.sinks.kafka_sink import KafkaSink, properties_in, properties_of
from workhours_sla.stream.sinks.lines import (
    CHANGES,
    DIGESTS,
    DigestLines,
    JsonLinesSink,
    check_new,
)
from workhours_sla.stream.sinks.mail import MailRefusedError, MailServer, MailSink
from workhours_sla.stream.sinks.webhook import WebhookSink
from workhours_sla.text import words
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.messages import say, sentence

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

    def pipeline(self, stack: ExitStack, place: str, policy: Policy) -> tuple[Pipeline, Store]:
        """Open a store and its pipeline, which ``stack`` closes. Raises StoreError.

        Before, check that the files are new if the store is. Raises StoreError.
        """
        if not (self.standby or has_store(place)):
            for file in self.sinks:
                check_new(Path(file), CHANGES)
            if self.digests is not None:
                check_new(Path(self.digests), DIGESTS)
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
    """The open sinks, and the digests if they are wanted."""

    sinks: list[Any]
    digests: TimedDigests | None


def open_outputs(
    stack: ExitStack,
    pipeline: Pipeline,
    store: Store,
    options: OutputOptions,
    configuration: Configuration,
    remote: Configured,
    clock: Callable[[], datetime] | None,
    note: Note,
) -> Outputs:
    """Open the files. ``stack`` closes them and the remote sinks. Raises StoreError.

    ``remote`` are the sinks of the configuration, and ``clock`` is that of TimedDigests. ``note``
    is called for a calendar that does not cover the dates of digests.
    """
    sinks: list[Any] = []

    def open_file(kind: type[JsonLinesSink], file: str) -> None:
        opened = options.opened(partial(kind, Path(file), outbox=store))
        sinks.append(stack.enter_context(closing(opened)))

    for file in options.sinks:
        open_file(JsonLinesSink, file)
    digests = None
    if options.digests is not None:
        open_file(DigestLines, options.digests)
        writer = _digest_writer(store, pipeline, configuration, remote, note)
        digests = TimedDigests(pipeline, writer, clock, options.lateness)
    stack.callback(remote.close)
    return Outputs([*sinks, *remote.sinks], digests)


def note_failure(note: Note, sink: str, error: Exception) -> None:
    """Show that a sink has started to fail, unless the reader has closed the pipe."""
    if isinstance(error, MailRefusedError):
        note("mail_refused", name=error.recipient, reply=error.reply)
    elif not isinstance(error, BrokenPipeError):
        note("sink_failing", name=sink, error=error_text(error))


def error_text(error: BaseException | None) -> str:
    return sentence(error) if isinstance(error, WorkHoursError) else str(error)


# -- digests ----------------------------------------------------------------------------------


def _digest_writer(
    store: Store,
    pipeline: Pipeline,
    configuration: Configuration,
    remote: Configured,
    note: Note,
) -> DigestWriter:
    """Return the object that writes the digests of a store to its outbox.

    The working time of an agency is that of its own schedule. An agency without a schedule has the
    schedule of the section [schedule] or, if no target uses that section, of the first target.
    ``note`` is called with what the user must know.
    """
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
    recipients = {id_: agency.addresses for id_, agency in agencies.items()}
    return DigestWriter(
        store,
        pipeline,
        Agencies(
            in_use,
            schedule_of,
            configuration.mapping.agency_name,
            recipients if any(isinstance(one, MailSink) for one in remote.sinks) else {},
        ),
        unknown=unknown,
        lang=current(),
    )


class TimedDigests:
    """Stores the digests that are due at the end of batches, as the watermark advances.

    With a ``clock``, nothing is stored while past events are read, so that no message is about the
    past: the watermark may be at most ``skew`` and two minutes behind the clock.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        writer: DigestWriter,
        clock: Callable[[], datetime] | None,
        skew: timedelta,
    ) -> None:
        self._pipeline = pipeline
        self._writer = writer
        self._clock = clock
        self._most_behind = skew + BEHIND

    def due(self, watermark: datetime) -> bool:
        """Return whether a batch must end at a watermark so that digests can be stored."""
        return self._clock is None and self._writer.due(watermark)

    def send(self) -> int:
        """Store the digests for the store's watermark; return how many. Raises StoreError."""
        watermark = self._pipeline.watermark
        if watermark is None or not self._writer.due(watermark):
            return 0
        clock = None if self._clock is None else self._clock()
        if clock is not None and clock - watermark > self._most_behind:
            return 0
        return self._writer.write(watermark, clock)


# -- the sinks of a configuration -------------------------------------------------------------


class Configured(NamedTuple):
    """The sinks of a configuration."""

    sinks: list[WebhookSink | KafkaSink | MailSink]

    def close(self) -> None:
        """Close the connections of the sinks, after the last delivery."""
        for sink in self.sinks:
            if not isinstance(sink, MailSink):
                sink.close()


def configured_sinks(config: Config, file: str | None, digests: str | None) -> Configured:
    """Return the sinks of the section [sinks], with their secrets from the environment.

    Raises ConfigError with the key path, and click.UsageError for e-mail without ``--digests``.
    """
    reader = Reader(file or "")
    found = Configured([])
    for name, sink in config.sinks.items():
        keys = "sinks", name
        if isinstance(sink, EmailSettings):
            if digests is None:
                raise click.UsageError(SHELL.text("mail_without_digests", name=name))
            password = ""
            if sink.password_env is not None:
                password = _secret(reader, (*keys, "password_env"), sink.password_env)
            server = MailServer(sink.host, sink.port, sink.sender, sink.user, password)
            found.sinks.append(MailSink(name, server))
            continue
        made: WebhookSink | KafkaSink
        if isinstance(sink, KafkaSettings):
            properties = kafka_properties(reader, keys, sink)
            made = KafkaSink(name, sink.brokers, sink.topic, properties=properties)
        else:
            secret = _secret(reader, (*keys, "secret_env"), sink.secret_env)
            make = partial(WebhookSink, name, sink.url, secret, allow_private=sink.allow_private)
            made = reader.make((*keys, "secret_env"), make)
        reader.make(keys, made.check)
        found.sinks.append(made)
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
