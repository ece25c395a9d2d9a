"""The sections [sinks.NAME]: where ``watch`` sends changes and digests."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workhours_sla.config.section import PropertiesEnv, PropertiesFile, Section, described


class WebhookSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """A sink of ``watch`` that sends each change to a web address.

    The requests are signed by the Standard Webhooks specification. Without ``allow_private``, the
    address must use https and must not be in a loopback or private network.
    """

    url: Annotated[
        str, described("The address that receives the changes.", "https://board.example/hook")
    ]
    secret_env: Annotated[
        str,
        described(
            "The environment variable with the secret: whsec_ and the base64 of 24 to 64 bytes.",
            "BOARD_SECRET",
        ),
    ]
    allow_private: Annotated[
        bool,
        described(
            "Whether the address may be without encryption, or in a loopback or private network."
        ),
    ] = False


class EmailSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="email"):
    """A sink of ``watch`` that sends the digests to the addresses in [agencies].

    The connection is encrypted by STARTTLS. Without ``user``, there is no login.
    """

    host: Annotated[str, described("The mail server.", "mail.region.example")]
    port: Annotated[int, described("The port of the server.")] = 587
    sender: Annotated[str, described("The address of the sender.", "deadlines@region.example")] = (
        msgspec.field(name="from")
    )
    user: Annotated[str, described("The name for the login.", "deadlines")] | None = None
    password_env: (
        Annotated[str, described("The environment variable with the password.", "MAIL_PASSWORD")]
        | None
    ) = None


class KafkaSettings(Section, frozen=True, kw_only=True, tag_field="kind", tag="kafka"):
    """A sink of ``watch`` that writes each change to a Kafka topic, keyed by the appeal."""

    brokers: Annotated[
        str | tuple[str, ...],
        described(
            "Brokers that are asked first, host:port, as a list or with commas.",
            *("kafka.region.example:9092", ["one.example:9092", "two.example:9092"]),
        ),
    ]
    topic: Annotated[str, described("The topic that receives the changes.", "changes")]
    properties_env: PropertiesEnv | None = None
    properties_file: PropertiesFile | None = None
