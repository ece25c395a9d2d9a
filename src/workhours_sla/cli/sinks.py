"""Create the sinks of a configuration file, to which ``watch`` sends changes and digests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import click

from workhours_sla.cli.kafka_settings import kafka_properties, secret_in
from workhours_sla.cli.output import Note
from workhours_sla.config.sections import (
    Config,
    EmailSettings,
    KafkaSettings,
    WebhookSettings,
)
from workhours_sla.json.checked_data import Reader
from workhours_sla.stream.delivery import Delivery, Undelivered
from workhours_sla.stream.sinks.digest_lines import Message
from workhours_sla.stream.sinks.digest_mail import DigestMail, Mail, NoteStore
from workhours_sla.stream.sinks.kafka import KafkaSink
from workhours_sla.stream.sinks.smtp import MailServer, Refusal
from workhours_sla.stream.sinks.webhook import WebhookSink
from workhours_sla.text.catalog import SHELL


class Configured(NamedTuple):
    """The sinks of a configuration: those for changes, and the mail servers for digests by name."""

    changes: list[WebhookSink | KafkaSink]
    servers: dict[str, MailServer]

    def close(self) -> None:
        """Close the connections of the sinks, after the last delivery."""
        for sink in self.changes:
            if isinstance(sink, KafkaSink):
                sink.close()


def configured_sinks(config: Config, file: str | None, digests: str | None) -> Configured:
    """Return the sinks of the section [sinks], with their secrets from the environment.

    ``file`` is the name of the configuration file, and ``digests`` the option ``--digests``. Raises
    ConfigError with the key path, and click.UsageError for e-mail without ``--digests``.
    """
    reader = Reader(file or "")
    found = Configured([], {})
    for name, sink in config.sinks.items():
        if isinstance(sink, EmailSettings):
            if digests is None:
                raise click.UsageError(SHELL.text("mail_without_digests", name=name))
            password = ""
            if sink.password_env is not None:
                password = secret_in(reader, ("sinks", name, "password_env"), sink.password_env)
            found.servers[name] = MailServer(sink.host, sink.port, sink.sender, sink.user, password)
        elif isinstance(sink, KafkaSettings):
            found.changes.append(_kafka(reader, name, sink))
        else:
            found.changes.append(_webhook(reader, name, sink))
    return found


def _webhook(reader: Reader, name: str, sink: WebhookSettings) -> WebhookSink:
    keys = ("sinks", name, "secret_env")
    secret = secret_in(reader, keys, sink.secret_env)
    make = partial(WebhookSink, name, sink.url, secret, allow_private=sink.allow_private)
    return reader.make(keys, make)


def _kafka(reader: Reader, name: str, sink: KafkaSettings) -> KafkaSink:
    keys = ("sinks", name)
    properties = kafka_properties(reader, keys, sink)
    made = KafkaSink(name, sink.brokers, sink.topic, properties=properties)
    reader.make(keys, made.check)
    return made


class Mails:
    """Sends digests by e-mail, with a thread for each mail server.

    ``note`` is called for a recipient that a server refuses.
    """

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
