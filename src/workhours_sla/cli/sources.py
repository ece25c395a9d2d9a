"""The source that ``watch`` follows: a file, standard input, or a topic of Kafka."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.detected import path_or_stdin
from workhours_sla.cli.input import FEWEST, note_shared_ids
from workhours_sla.cli.output import echo_note, note_text
from workhours_sla.config.sections import Config, Input, KafkaSettings
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.formats import ENDINGS, check_followed
from workhours_sla.sources.rows import Inverted
from workhours_sla.sources.tail import Tail
from workhours_sla.stream.kafka_connection import properties_in, properties_of
from workhours_sla.stream.source import Idle, Item, Source, Start
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import say
from workhours_sla.worktime.amounts import parse_amount

if TYPE_CHECKING:
    from workhours_sla.sources.kafka import KafkaSource

CHECKED: Final = 10_000


def check_source(source: str | None, config: Config) -> None:
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


def followed_source(
    name: str | None,
    config: Config,
    file: str | None,
    *,
    interval: float,
    clock: Callable[[], datetime] | None,
    max_ahead: timedelta,
    once: bool,
    accept_loss: bool,
    stopping: Flag,
) -> Tail | KafkaSource:
    """Return the source of a name, or the topic of ``config``, which the file ``file`` has."""
    if name is not None:
        return Tail(
            path_or_stdin(name),
            mapper_of(config, name),
            encoding=config.input.encoding,
            interval=interval,
            clock=clock,
            max_ahead=max_ahead,
            once=once,
            stopping=stopping,
            report=lambda loss: echo_note(loss.kind, name=loss.name),
        )
    from workhours_sla.sources.kafka import KafkaSource

    return KafkaSource(
        config.input.brokers or (),
        config.input.topic or "",
        config,
        properties=kafka_properties(Reader(file or ""), ("input",), config.input),
        interval=interval,
        clock=clock,
        max_ahead=max_ahead,
        once=once,
        accept_loss=accept_loss,
        stopping=stopping,
        report=note_text,
    )


def idle_of(config: Config, clock: Callable[[], datetime] | None) -> timedelta | None:
    """Return how long a partition may be silent; with a clock, its brokers say that it is."""
    if clock is not None or config.input.idle is None:
        return None
    return parse_amount(config.input.idle)


class CheckedSource:
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


# -- secrets and properties ------------------------------------------------------------------


def secret_in(reader: Reader, keys: Keys, variable: str) -> str:
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
        text = secret_in(reader, keys, variable)
        return reader.make(keys, lambda: properties_of(text, variable))
    if file is not None:
        return reader.make((*keys, "properties_file"), lambda: properties_in(Path(file)))
    return None
