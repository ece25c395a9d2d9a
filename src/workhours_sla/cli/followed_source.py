"""The source that ``watch`` follows: a file, standard input, or a topic of Kafka."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING, NamedTuple, Protocol

import click

from workhours_sla.cli.input import path_or_stdin
from workhours_sla.cli.kafka_settings import kafka_properties
from workhours_sla.cli.output import echo_note
from workhours_sla.config.sections import Config
from workhours_sla.json.checked_data import Reader
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.formats import ENDINGS, check_followed
from workhours_sla.sources.tail import Loss, Tail
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said
from workhours_sla.worktime.amounts import parse_amount

if TYPE_CHECKING:
    from workhours_sla.sources.kafka import KafkaSource


class SourceOptions(Protocol):
    """The options of ``watch`` about its source."""

    @property
    def source(self) -> str | None:
        """The name of the file, None for a topic."""

    @property
    def interval(self) -> float:
        """Seconds between two reads."""

    @property
    def max_ahead(self) -> str:
        """How far the receipt of a row may be ahead of the clock."""

    @property
    def once(self) -> bool:
        """Whether reading ends at the end of the source."""

    @property
    def accept_loss(self) -> bool:
        """Whether to go on after messages were removed unread."""


def check_source(source: str | None, config: Config) -> None:
    """Raise an error unless there is one source, and it has a format that can be followed."""
    is_topic = config.input.topic is not None
    if (source is not None) == is_topic:
        raise click.UsageError(SHELL.text("file_and_topic" if is_topic else "no_source"))
    if source is not None:
        path_or_stdin(source)
        _check_format(source, config)


class Following(NamedTuple):
    """How ``watch`` follows its source. ``file`` is the name of the configuration file."""

    wanted: SourceOptions
    file: str | None
    clock: Callable[[], datetime] | None
    stopping: Flag

    def source(self, config: Config) -> Tail | KafkaSource:
        """Return the source of the options and the configuration. Raises ConfigError, SourceError.

        ``config`` names the topic if there is no file.
        """
        if self.wanted.source is None:
            return self._topic(config)

        def report(loss: Loss) -> None:
            echo_note(loss.kind, name=loss.name)

        return Tail(
            path_or_stdin(self.wanted.source),
            mapper_of(config, self.wanted.source),
            encoding=config.input.encoding,
            interval=self.wanted.interval,
            clock=self.clock,
            max_ahead=parse_amount(self.wanted.max_ahead),
            once=self.wanted.once,
            stopping=self.stopping,
            report=report,
        )

    def _topic(self, config: Config) -> KafkaSource:
        from workhours_sla.sources.kafka import KafkaSource

        def report(note: object) -> None:
            text = said(note)
            click.echo(f"{SHELL.text('note')}: {text}", err=True)

        options, wanted = config.input, self.wanted
        return KafkaSource(
            options.brokers or (),
            options.topic or "",
            config,
            properties=kafka_properties(Reader(self.file or ""), ("input",), options),
            interval=wanted.interval,
            clock=self.clock,
            max_ahead=parse_amount(wanted.max_ahead),
            once=wanted.once,
            accept_loss=wanted.accept_loss,
            stopping=self.stopping,
            report=report,
        )


def idle_of(config: Config, clock: Callable[[], datetime] | None) -> timedelta | None:
    """Return how long a partition may be silent; with a clock, its brokers say that it is."""
    if clock is not None or config.input.idle is None:
        return None
    return parse_amount(config.input.idle)


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
